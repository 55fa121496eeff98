//! Random data sets: their declarations and the files behind them.

use std::collections::BTreeMap;

use super::hidden;
use super::random::Random;

#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Unit {
    Plain,
    Money,
}

#[derive(Clone, PartialEq, Debug)]
pub enum Ty {
    Number(Unit),
    Percent,
    Text,
    Date,
    Period,
    Flag,
    Choice,
    Post,
    Link(usize),
}

#[derive(Clone, PartialEq, Debug)]
pub enum Shape {
    Always,
    Dated,
    Valid,
    Snapshot,
}

#[derive(Clone, Debug)]
pub struct Column {
    pub name: String,
    pub ty: Ty,
    pub optional: bool,
    pub derived: Option<String>,
    pub extra: String,
    /// A link to a key of two parts, which stand in two columns of their own.
    pub by: bool,
}

#[derive(Clone, Debug)]
pub struct Set {
    pub name: &'static str,
    pub row: &'static str,
    pub head: String,
    pub keyed: bool,
    pub shape: Shape,
    pub columns: Vec<Column>,
    pub belongs: Vec<String>,
    /// What becomes of rows of periods in which somebody changes post.
    pub across: &'static str,
    /// Whether rows of periods are those of quarters, not of months.
    pub quarterly: bool,
}

pub const CHOICES: [&str; 3] = ["red", "green", "blue"];
pub const TEXTS: [&str; 3] = ["north", "south", "east"];
pub const POSTS: [&str; 4] = ["branch", "clerk", "seller", "chief"];
/// The post of what is evaluated beside people.
pub const BRANCH: usize = 0;
pub const CLERK: usize = 1;
pub const PARTS: [&str; 2] = ["x", "y"];

pub const TEAMS: usize = 0;
pub const PEOPLE: usize = 1;

impl Set {
    fn column(&mut self, name: &str, ty: Ty, optional: bool) {
        self.columns.push(Column { name: name.into(), ty, optional, derived: None, extra: String::new(), by: false });
    }

    pub fn key(&self) -> &str {
        &self.columns[0].name
    }

    /// Whether the key has a second part.
    pub fn has_parts(&self) -> bool {
        self.columns.iter().any(|column| column.name == "part")
    }

    /// The position that everyone on a roster without posts has.
    pub fn is_roster(&self) -> bool {
        self.head.contains("roster")
    }

    pub fn text(&self, sets: &[Set]) -> String {
        let mut text = format!("data {} {{\n", self.name);
        text += &self.head;
        text += &format!("  file \"{}.csv\"\n  row {}\n", self.name, self.row);
        if self.keyed {
            text += &format!("  key {}{}\n", self.key(), if self.has_parts() { ", part" } else { "" });
        }
        match self.shape {
            Shape::Always => {}
            Shape::Dated => text += &format!("  dated by on_day{}\n", self.across),
            Shape::Valid if self.columns.iter().any(|column| column.name == "until") => {
                text += "  valid from since to until\n"
            }
            Shape::Valid => text += "  valid from since\n",
            Shape::Snapshot => text += "  snapshot on taken\n",
        }
        for line in &self.belongs {
            text += &format!("  {line}\n");
        }
        for column in &self.columns {
            let ty = match &column.ty {
                Ty::Number(Unit::Plain) => "number".to_string(),
                Ty::Number(Unit::Money) => "CNY".into(),
                Ty::Percent => "%".into(),
                Ty::Text => "text".into(),
                Ty::Date => "date".into(),
                Ty::Period => "period".into(),
                Ty::Flag => "flag".into(),
                Ty::Choice => format!("one of {} (\"R\"), {}, {} (\"B\", \"bl\")", CHOICES[0], CHOICES[1], CHOICES[2]),
                Ty::Post => "position".into(),
                Ty::Link(to) => sets[*to].name.into(),
            };
            let optional = if column.optional { " optional" } else { "" };
            let derived = column.derived.as_ref().map_or(String::new(), |derived| format!(" = {derived}"));
            let name = &column.name;
            let by = if column.by { format!(" by ({name}_code, {name}_part)") } else { String::new() };
            text += &format!("  column {name} : {ty}{by}{optional}{}{derived}\n", column.extra);
        }
        text + "}"
    }
}

/// Columns of values with random types.
fn fill(set: &mut Set, random: &mut Random, least: usize, most: usize) {
    for at in 0..random.between(least, most) {
        let optional = random.chance(35);
        match random.below(9) {
            0 | 1 => set.column(&format!("n{at}"), Ty::Number(Unit::Plain), optional),
            2 | 3 => {
                set.column(&format!("m{at}"), Ty::Number(Unit::Money), optional);
                if random.chance(25) {
                    set.columns.last_mut().unwrap().extra = " in wan".into();
                }
            }
            4 => {
                set.column(&format!("p{at}"), Ty::Percent, optional);
                set.columns.last_mut().unwrap().extra = random.pick(&["", " in percent", " in fraction"]).into();
            }
            5 => set.column(&format!("c{at}"), Ty::Choice, optional),
            6 => set.column(&format!("t{at}"), Ty::Text, optional),
            7 => set.column(&format!("f{at}"), Ty::Flag, optional),
            _ => set.column(&format!("d{at}"), Ty::Date, optional),
        }
    }
    if random.chance(20) {
        set.column("term", Ty::Period, random.chance(35));
    }
}

pub fn sets(random: &mut Random) -> Vec<Set> {
    let new = |name, row, keyed, shape: Shape| Set {
        name,
        row,
        head: String::new(),
        keyed,
        shape,
        columns: Vec::new(),
        belongs: Vec::new(),
        across: "",
        quarterly: false,
    };
    // A dice of its own, so that the other sets are the same with and without time here.
    let shape = Random::new(random.below(1 << 30) as u64).one(&[Shape::Always, Shape::Valid, Shape::Snapshot]);
    let mut teams = new("teams", "team", true, shape);
    teams.head = "  organisation\n".into();
    teams.column("code", Ty::Text, false);
    teams.column("parent", Ty::Link(TEAMS), true);
    time_columns(&mut teams, random);
    fill(&mut teams, random, 0, 2);

    let shape = random.one(&[Shape::Valid, Shape::Valid, Shape::Valid, Shape::Always, Shape::Snapshot]);
    let mut people = new("people", "person", true, shape.clone());
    people.head = "  roster\n".into();
    people.column("code", Ty::Text, false);
    if random.chance(12) {
        people.column("part", Ty::Text, false);
    }
    people.column("post", Ty::Post, false);
    // A link called like the rows of a roster is doubtful, and refused, where these are evaluated over a team.
    let team = random.pick(&["team", "branch", "branch"]);
    people.column(team, Ty::Link(TEAMS), random.chance(15));
    time_columns(&mut people, random);
    fill(&mut people, random, 1, 3);
    let mut sets = vec![teams, people];

    // What others may link to.
    let mut targets = vec![TEAMS, PEOPLE];
    for (name, row) in [("areas", "area"), ("clients", "client")].into_iter().take(random.between(0, 2)) {
        let shape = random.one(&[Shape::Always, Shape::Always, Shape::Valid, Shape::Snapshot, Shape::Dated]);
        let mut set = new(name, row, true, shape);
        set.column("code", Ty::Text, false);
        if random.chance(25) {
            set.column("part", Ty::Text, false);
        }
        time_columns(&mut set, random);
        for target in targets.clone() {
            if random.chance(45) {
                link(&sets, &mut set, &format!("of_{}", sets[target].row), target, random.chance(30));
            }
        }
        fill(&mut set, random, 1, 3);
        sets.push(set);
        targets.push(sets.len() - 1);
    }
    // Teams, areas or clients are evaluated too.
    if random.chance(30) {
        let fits: Vec<usize> =
            targets.iter().copied().filter(|at| *at != PEOPLE && sets[*at].shape != Shape::Dated).collect();
        let other = random.one(&fits);
        if other == TEAMS
            && let Some(link) = sets[PEOPLE].columns.iter_mut().find(|column| column.name == "team")
        {
            link.name = "branch".into();
        }
        if random.chance(70) {
            sets[other].head += &format!("  roster as {}\n", POSTS[BRANCH]);
        } else {
            sets[other].head += "  roster\n";
            sets[other].column("post", Ty::Post, false);
        }
    }
    let all = [("sales", "sale"), ("plans", "plan"), ("deals", "deal"), ("stocks", "stock"), ("marks", "mark")];
    let skip = random.below(3);
    for (name, row) in all.into_iter().skip(skip).take(random.between(1, 3)) {
        let shape = random.one(&[Shape::Dated, Shape::Dated, Shape::Valid, Shape::Snapshot, Shape::Always]);
        let keyed = shape == Shape::Valid || random.chance(30);
        let mut set = new(name, row, keyed, shape);
        if keyed {
            set.column("number", Ty::Text, false);
            if random.chance(20) {
                set.column("part", Ty::Text, false);
            }
        }
        time_columns(&mut set, random);
        for target in targets.clone() {
            if random.chance(if target < 2 { 50 } else { 60 }) {
                link(&sets, &mut set, &format!("of_{}", sets[target].row), target, random.chance(25));
            }
        }
        if random.chance(15) {
            link(&sets, &mut set, "other_person", PEOPLE, random.chance(50));
        }
        fill(&mut set, random, 1, 4);
        sets.push(set);
    }
    hidden::links(&mut sets, random);
    for at in 0..sets.len() {
        for target in [TEAMS, PEOPLE] {
            if let Way::Several(first) = way(&sets, at, target) {
                let line = format!("belongs to {first} for {}", if target == TEAMS { "team" } else { "own" });
                sets[at].belongs.push(line);
            }
        }
    }
    sets
}

/// A link, with the two columns of its key where that has two.
fn link(sets: &[Set], set: &mut Set, name: &str, target: usize, optional: bool) {
    let by = sets[target].has_parts();
    if by {
        set.column(&format!("{name}_code"), Ty::Text, optional);
        set.column(&format!("{name}_part"), Ty::Text, optional);
    }
    set.column(name, Ty::Link(target), optional);
    set.columns.last_mut().unwrap().by = by;
}

fn time_columns(set: &mut Set, random: &mut Random) {
    match set.shape {
        Shape::Always => {}
        Shape::Dated => {
            let ty = if random.chance(25) { Ty::Period } else { Ty::Date };
            if ty == Ty::Period {
                set.across = random.pick(&[" shared by days", " shared by days", " held last", " held last", ""]);
            }
            set.column("on_day", ty, random.chance(20));
            set.quarterly = random.chance(15);
            if random.chance(30) {
                set.column("paid", Ty::Date, random.chance(60));
            }
        }
        Shape::Valid => {
            set.column("since", Ty::Date, false);
            if ["people", "teams"].contains(&set.name) || random.chance(80) {
                set.column("until", Ty::Date, true);
            }
        }
        Shape::Snapshot => set.column("taken", Ty::Date, false),
    }
}

pub enum Way {
    None,
    Links,
    Several(String),
}

/// The shortest chain of links.
pub fn way(sets: &[Set], from: usize, to: usize) -> Way {
    if from == to {
        return Way::Links;
    }
    let mut paths: Vec<(usize, Vec<usize>)> = vec![(from, Vec::new())];
    for _ in 0..4 {
        let mut next = Vec::new();
        for (at, path) in &paths {
            for (place, column) in sets[*at].columns.iter().enumerate() {
                if let Ty::Link(target) = column.ty {
                    next.push((target, path.iter().copied().chain([place]).collect::<Vec<_>>()));
                }
            }
        }
        let found: Vec<&(usize, Vec<usize>)> = next.iter().filter(|(at, _)| *at == to).collect();
        match found.as_slice() {
            [] => paths = next.into_iter().filter(|(at, _)| *at != from).collect(),
            [_] => return Way::Links,
            [(_, path), ..] => return Way::Several(sets[from].columns[path[0]].name.clone()),
        }
    }
    Way::None
}

// ---------------------------------------------------------------- files

/// Days near the borders of months, most of them in and before the period.
pub fn day(random: &mut Random) -> String {
    let year = random.one(&[2024, 2025, 2025, 2026, 2026, 2026, 2026]);
    let month = random.one(&[1, 1, 2, 3, 3, 4, 4, 5, 6, 6, 7, 8, 9, 10, 11, 12, 12]);
    let last = [31, if year == 2024 { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];
    let day = random.one(&[1, 1, last, last, 15, 2, 30.min(last)]);
    format!("{year}-{month:02}-{day:02}")
}

/// A month, or a longer period.
fn period(random: &mut Random) -> String {
    let day = day(random);
    match random.below(6) {
        0 => format!("{}-Q{}", &day[..4], random.between(1, 4)),
        1 => format!("{}-H{}", &day[..4], random.between(1, 2)),
        2 => day[..4].to_string(),
        _ => day[..7].to_string(),
    }
}

pub fn files(sets: &[Set], random: &mut Random, size: usize) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut keys: Vec<Vec<(String, &str)>> = Vec::new();
    for (at, set) in sets.iter().enumerate() {
        let count = match at {
            TEAMS => random.between(2, 5),
            PEOPLE => random.between(2, 3 + size.min(5)),
            _ if set.keyed => random.between(1, 3 + size),
            _ => 0,
        };
        let letter = set.name[..1].to_uppercase();
        let key = |one: usize| match set.has_parts() {
            true => (format!("{letter}{}", one / 2 + 1), PARTS[one % 2]),
            false => (format!("{letter}{}", one + 1), ""),
        };
        keys.push((0..count).map(key).collect());
    }
    for (at, set) in sets.iter().enumerate() {
        let in_file = |column: &&Column| column.derived.is_none() && !column.by;
        let columns: Vec<&Column> = set.columns.iter().filter(in_file).collect();
        let mut text = columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(",") + "\n";
        let mut rows: Vec<BTreeMap<&str, String>> = Vec::new();
        let mut stocks: Vec<String> = (0..random.between(1, 5)).map(|_| day(random)).collect();
        stocks.sort();
        stocks.dedup();
        if at == TEAMS && set.shape != Shape::Always {
            rows = tree(set, &keys[at], &stocks, random);
        } else if set.keyed {
            for key in &keys[at] {
                let times: Vec<(String, String)> = match set.shape {
                    Shape::Always | Shape::Dated => vec![(String::new(), String::new())],
                    Shape::Snapshot => {
                        let mut days: Vec<String> = stocks.iter().filter(|_| random.chance(75)).cloned().collect();
                        if days.is_empty() {
                            days.push(stocks[0].clone());
                        }
                        days.into_iter().map(|day| (day, String::new())).collect()
                    }
                    Shape::Valid => intervals(set, random),
                };
                for (from, to) in times {
                    let mut row = BTreeMap::from([(set.key(), key.0.clone()), ("part", key.1.to_string())]);
                    row.insert("since", from.clone());
                    row.insert("until", to);
                    row.insert("taken", from);
                    rows.push(row);
                }
            }
        } else {
            for _ in 0..random.below(4 + size * 8) {
                rows.push(BTreeMap::from([("taken", random.one(&stocks))]));
            }
        }
        for (place, row) in rows.iter_mut().enumerate() {
            for column in set.columns.iter().filter(|column| column.by) {
                let Ty::Link(to) = column.ty else { continue };
                let (code, part) = random.one(&keys[to]);
                for (name, value) in [("code", code), ("part", part.to_string())] {
                    let name = columns.iter().find(|known| known.name == format!("{}_{name}", column.name)).unwrap();
                    let blank = column.optional && random.chance(20);
                    row.insert(&name.name, if blank { String::new() } else { value });
                }
            }
            for column in &columns {
                let name = column.name.as_str();
                if row.contains_key(name) {
                    continue;
                }
                let blank = column.optional && random.chance(30);
                let value = match &column.ty {
                    _ if blank => String::new(),
                    Ty::Link(TEAMS) if at == TEAMS => match place {
                        0 => String::new(),
                        _ => keys[TEAMS][random.below(place)].0.clone(),
                    },
                    Ty::Link(to) => random.one(&keys[*to]).0,
                    Ty::Number(Unit::Plain) => {
                        random.pick(&["0", "1", "2", "3", "-1", "0.5", "10", "7.25", "100", "-2.5", "3.333"]).into()
                    }
                    Ty::Number(Unit::Money) => {
                        random.pick(&["0", "100", "1000", "1500.50", "-200", "3000", "0.01", "99.99", "10"]).into()
                    }
                    Ty::Percent => match column.extra.as_str() {
                        " in percent" => random.pick(&["0", "85", "100", "33.3", "-5", "50%"]).into(),
                        " in fraction" => random.pick(&["0", "0.85", "1", "0.333", "-0.05", "50%"]).into(),
                        _ => random.pick(&["0%", "85%", "100%", "33.3%", "-5%", "120%"]).into(),
                    },
                    Ty::Text => random.pick(&TEXTS).into(),
                    Ty::Flag => random.pick(&["yes", "no"]).into(),
                    Ty::Choice => random.pick(&["red", "green", "blue", "R", "B", "bl"]).into(),
                    Ty::Post => match random.below(12) {
                        0 => "gardener".into(),
                        _ if at != PEOPLE => POSTS[BRANCH].into(),
                        1..=2 => "The clerk".into(),
                        _ => random.pick(&POSTS[CLERK..]).into(),
                    },
                    Ty::Date => day(random),
                    // A row dated by a longer period would straddle windows.
                    Ty::Period if name == "on_day" && set.across == " shared by days" && random.chance(15) => {
                        period(random)
                    }
                    Ty::Period if name == "on_day" && set.quarterly => {
                        format!("{}-Q{}", &day(random)[..4], random.between(1, 4))
                    }
                    Ty::Period if name == "on_day" => day(random)[..7].to_string(),
                    Ty::Period => period(random),
                };
                row.insert(name, value);
            }
        }
        // The order of rows says nothing.
        for place in (1..rows.len()).rev() {
            let other = random.below(place + 1);
            if at != TEAMS {
                rows.swap(place, other);
            }
        }
        for row in rows {
            text += &columns.iter().map(|column| row[column.name.as_str()].as_str()).collect::<Vec<_>>().join(",");
            text += "\n";
        }
        files.insert(format!("{}.csv", set.name), text);
    }
    files
}

/// Rows of an organisation that changes: on each day a tree, which may be turned upside down at some day. A team that
/// nobody is below may be closed for a while.
fn tree<'a>(
    set: &'a Set,
    keys: &[(String, &str)],
    stocks: &[String],
    random: &mut Random,
) -> Vec<BTreeMap<&'a str, String>> {
    let turned = day(random);
    let mut rows = Vec::new();
    for (at, (key, _)) in keys.iter().enumerate() {
        let others = rows.len();
        let mut days: Vec<String> = match set.shape {
            Shape::Snapshot => stocks.to_vec(),
            _ => (0..random.below(3)).map(|_| day(random)).chain(["2020-01-01".into(), turned.clone()]).collect(),
        };
        days.sort();
        days.dedup();
        for (place, from) in days.iter().enumerate() {
            let before = *from < turned;
            let lowest = if before { at + 1 == keys.len() } else { at == 0 };
            let (first, last) = if before { (0, at) } else { (at + 1, keys.len()) };
            if lowest && keys.len() > 1 && random.chance(15) && !(rows.len() == others && place + 1 == days.len()) {
                continue;
            }
            let parent = match first < last && random.chance(85) {
                true => keys[first + random.below(last - first)].0.clone(),
                false => String::new(),
            };
            let until = days.get(place + 1).map_or(String::new(), |next| before_day(next));
            rows.push(BTreeMap::from([
                (set.key(), key.clone()),
                ("parent", parent),
                ("since", from.clone()),
                ("until", until),
                ("taken", from.clone()),
            ]));
        }
    }
    rows
}

/// Intervals one after the other: touching, with gaps, the last one open or not.
fn intervals(set: &Set, random: &mut Random) -> Vec<(String, String)> {
    let ends = set.columns.iter().any(|column| column.name == "until");
    if !ends {
        return vec![(day(random), String::new())];
    }
    let mut days: Vec<String> = (0..random.between(1, 3) * 2).map(|_| day(random)).collect();
    days.sort();
    days.dedup();
    let mut all = Vec::new();
    let mut at = 0;
    while at < days.len() {
        let from = days[at].clone();
        match days.get(at + 1) {
            // Up to the day before the next one, or a gap up to the one after.
            Some(to) if random.chance(50) => {
                all.push((from, before_day(to)));
                at += 1;
            }
            Some(to) => {
                all.push((from, to.clone()));
                at += 2;
            }
            None => {
                all.push((from, String::new()));
                at += 1;
            }
        }
    }
    all
}

/// The months of a company that has its own, one behind the other: each begins some days after the twenty-fifth, or
/// anywhere near the first day of the ordinary month, or after four or five whole weeks.
pub fn months(random: &mut Random) -> String {
    let kind = random.below(3);
    let shift = random.one(&[-6, -1, 1, 3, 14]);
    let first_day = |year: i32, month: u32| merit::time::Day::from_ymd(year, month, 1).unwrap();
    let mut weeks = first_day(2015, 1);
    let mut begins = Vec::new();
    for at in 0..12 * 17 {
        let (year, month) = (2015 + at / 12, at % 12 + 1);
        let ordinary = first_day(year, month as u32);
        begins.push(match kind {
            0 => merit::time::Day(ordinary.0 + shift),
            1 => merit::time::Day(ordinary.0 + random.between(0, 4) as i32 - 2),
            _ => weeks,
        });
        // Of four, four and five weeks; a week more in the years that have one.
        weeks.0 += if month % 3 == 0 { 35 } else { 28 };
        if month == 12 && weeks < merit::time::Day(first_day(year + 1, 1).0 - 3) {
            weeks.0 += 7;
        }
    }
    let mut text = String::from("month,first,last\n");
    for at in 0..begins.len() - 1 {
        let (year, month) = (2015 + at / 12, at % 12 + 1);
        // The last day of the twelfth month may be moved on by a week.
        text += &format!("{year}-{month:02},{},{}\n", begins[at], begins[at + 1].previous());
    }
    text
}

fn before_day(day: &str) -> String {
    let part = |from: usize, to: usize| day[from..to].parse::<u32>().unwrap();
    let day = merit::time::Day::from_ymd(part(0, 4) as i32, part(5, 7), part(8, 10)).unwrap();
    day.previous().to_string()
}

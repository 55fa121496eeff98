//! Random specs over random data sets, as text: formulas that have the right type, and everything around them.

use std::collections::BTreeMap;

use merit::number::Number;

use super::hidden;
use super::random::Random;
use super::schema::{self, BRANCH, CHOICES, CLERK, PEOPLE, POSTS, Set, Shape, TEAMS, TEXTS, Ty, Unit, Way, way};

#[derive(Clone, Debug)]
pub struct Project {
    /// Declarations, one a text.
    pub blocks: Vec<String>,
    pub files: BTreeMap<String, String>,
    pub period: &'static str,
}

impl Project {
    pub fn spec(&self) -> String {
        self.blocks.join("\n\n") + "\n"
    }
}

/// A formula as text, and whether it can be missing.
type Formula = (String, bool);

struct Kpi {
    name: String,
    kind: Kind,
    direction: usize,
    fixed: bool,
    optional: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Number,
    Percent,
    Money,
    Points,
}

/// How the weights of a level are written.
#[derive(Clone, PartialEq)]
enum Points {
    None,
    /// Points that total those of the scorecard, or of the group.
    Total(Number),
    /// Points of a group, shared equally.
    Equal,
}

struct Maker<'r> {
    random: &'r mut Random,
    sets: Vec<Set>,
    /// Whether the company has months of its own.
    calendar: bool,
    /// Who is evaluated by the formulas that are made.
    subject: usize,
    /// Whether these formulas are for whoever is evaluated, on any roster.
    for_all: bool,
    kpis: Vec<Kpi>,
    /// KPIs that were made up for an entry.
    more: Vec<String>,
    /// Posts with a scorecard out of 100, made so far.
    scored: Vec<&'static str>,
    /// Heads that the scorecard at hand can still have: `score of clerk`, `score of reports`.
    others: Vec<String>,
}

const WINDOWS: [&str; 10] = [
    "previous period",
    "1 year earlier",
    "3 months earlier",
    "1 quarter earlier",
    "last 12 months",
    "last 3 months",
    "last 1 month",
    "year to date",
    "whole year",
    "year to date 1 year earlier",
];

pub fn project(seed: u64, size: usize) -> Project {
    let mut random = Random::new(seed);
    let mut sets = schema::sets(&mut random);
    let mut files = schema::files(&sets, &mut random, size);
    hidden::hide(&mut sets, &mut files, &mut random);
    let calendar = random.chance(25);
    if calendar {
        files.insert("months.csv".into(), schema::months(&mut random));
    }
    let period = random.pick(&["2026-Q1", "2026-Q2", "2026-H1", "2026-03", "2026-01", "2026", "2025-H2", "2026-Q3"]);
    let mut maker = Maker {
        random: &mut random,
        sets,
        calendar,
        subject: PEOPLE,
        for_all: false,
        kpis: Vec::new(),
        more: Vec::new(),
        scored: Vec::new(),
        others: Vec::new(),
    };
    let blocks = maker.blocks(size);
    Project { blocks, files, period }
}

impl Maker<'_> {
    fn chance(&mut self, percent: usize) -> bool {
        self.random.chance(percent)
    }

    fn blocks(&mut self, size: usize) -> Vec<String> {
        let mut company = String::from("company \"Random\" {\n  currency CNY\n");
        company += match self.random.below(8) {
            0 => "  fiscal year starts April\n",
            1 => "  fiscal year starts July named by its end\n",
            2 => "  fiscal year starts October\n",
            _ => "",
        };
        if self.calendar {
            company += "  calendar work_months\n";
        }
        // Without it nothing is rounded.
        if self.random.below(3) > 0 {
            company += &format!("  scores to {} decimals\n", self.random.one(&[0, 1, 2, 3, 12]));
        }
        company += self.random.pick(&["", "  rounding half even\n", "  rounding half up\n"]);
        company += self.random.pick(&["", "", "", "  rating sees raw score\n"]);
        let mut blocks = vec![company + "}", "unit wan \"万\" = 10_000 CNY".into()];
        if self.calendar {
            let columns = "  column month : period\n  column first : date\n  column last : date\n";
            blocks.push(format!(
                "data work_months {{\n  file \"months.csv\"\n  row work_month\n  key month\n{columns}}}"
            ));
        }
        let nouns: Vec<String> = self.sets.iter().map(|set| format!("unit {0}, {0}s", set.row)).collect();
        blocks.push(nouns.join("\n").replace("persons", "people"));
        blocks.push("constant floor_of : number = 2, from 2026-02-01 3, from 2026-05-01 3.5".into());
        blocks.push("constant third : number = 1 / 3".into());
        blocks.push("constant bar : CNY = 1_000 CNY, from 2025-10-01 900 CNY".into());
        blocks.push("function twice(x) = x + x 1 quarter earlier".into());
        blocks.push("function part(x, y) = if y > 0 then x / y else missing \"nothing to compare with\"".into());
        blocks.push("scale pay : number -> % { linear < 2 -> 0%, 2 -> 40%, 10 -> 80% continue above }".into());
        if self.chance(30) {
            blocks.push("scale pay : number -> % { effective from 2026-02-01 steps >= 4 -> 12%, else -> 1% }".into());
            blocks.push("matrix pool : number, number -> % {\n  effective from 2026-Q2\n  rows else\n  columns < 2, else\n  values 4%, 3%\n}".into());
            blocks.push("scale marks_of : number { effective from 2026-02-15 linear 0 -> 0, 5 -> 100 }".into());
        }
        blocks.push("scale fee : CNY -> CNY { brackets 5% to 100 CNY, 6% to 1_000 CNY, 7% above }".into());
        blocks.push("scale marks_of : number { steps > 3 -> 100, >= 1 -> 70, else -> 20 }".into());
        blocks.push("scale reached : number { formula min(value / target, 1.2) * 100 as point }".into());
        blocks.push(
            "scale weighty : number { formula (if value >= target then 40 point else 10 point) + 2 point * weight }"
                .into(),
        );
        blocks.push("scale missed : CNY { deduct 5 for each 10% of target below target from 100 at least 0 }".into());
        blocks.push("scale beyond : % { add 5 for each full 10% above target from 60 up to 120 }".into());
        blocks.push(
            "matrix pool : number, number -> % {\n  rows >= 3, > 1, else\n  columns < floor_of, else\n  values 4%, 3%; 2%, 1%; 50%, 0%\n}".into(),
        );
        blocks.push("matrix share_of : CNY, number -> CNY {\n  rows < 0 CNY, <= bar, else\n  columns else\n  values bar; 5 CNY; 2.5 CNY\n}".into());
        for at in 0..self.sets.len() {
            for number in 0..self.random.below(3) {
                let optional = self.chance(50);
                let (formula, ty) = match self.random.below(3) {
                    0 => (self.row_number(at, Unit::Money, 2), Ty::Number(Unit::Money)),
                    1 if !optional => ((self.row_condition(at, 1), false), Ty::Flag),
                    _ => (self.row_number(at, Unit::Plain, 2), Ty::Number(Unit::Plain)),
                };
                let text = if formula.1 && !optional {
                    let zero = self.literal(if ty == Ty::Number(Unit::Money) { Unit::Money } else { Unit::Plain });
                    format!("({} default {zero})", formula.0)
                } else {
                    formula.0
                };
                let name = format!("x{number}");
                self.sets[at].columns.push(schema::Column {
                    name,
                    ty,
                    optional,
                    derived: Some(text),
                    extra: String::new(),
                    by: false,
                });
            }
            let text = self.sets[at].text(&self.sets);
            blocks.push(text);
        }
        // What others are evaluated by, too, names no cell of people.
        self.for_all = self.others_evaluated().is_some() && !self.chance(10);
        for at in 0..self.random.between(2, 2 + size) {
            let text = self.kpi(at);
            blocks.push(text);
        }
        self.for_all = false;
        let points: Vec<String> =
            self.kpis.iter().filter(|kpi| kpi.kind == Kind::Points).map(|kpi| kpi.name.clone()).collect();
        if points.len() > 1 && self.chance(70) {
            let optional = self.kpis.iter().any(|kpi| kpi.kind == Kind::Points && kpi.optional);
            let entries = format!("  40% {}\n  equal {}\n", points[0], points[1..].join(", "));
            blocks.push(format!("index both : point {{\n{entries}}}"));
            self.kpis.push(Kpi { name: "both".into(), kind: Kind::Points, direction: 0, fixed: false, optional });
        }
        blocks.push(self.rating("grades"));
        if self.chance(40) {
            blocks.push(self.rating("marks_given"));
        } else {
            blocks.push("rating marks_given { good >= 60\n  poor else }".into());
        }
        let branches = self.others_evaluated();
        let here = |at: usize, random: &mut Random| match at {
            BRANCH => branches.is_some(),
            CLERK => true,
            _ => random.chance(60),
        };
        let posts: Vec<&'static str> =
            (0..POSTS.len()).filter(|at| here(*at, self.random)).map(|at| POSTS[at]).collect();
        let mut reporting: Vec<(&str, &str)> = Vec::new();
        for (at, post) in posts.iter().enumerate() {
            let label = if *post == POSTS[CLERK] { " \"The clerk\"" } else { "" };
            self.subject = if *post == POSTS[BRANCH] { branches.unwrap() } else { PEOPLE };
            let above = (at + 1 < posts.len() && self.chance(60)).then(|| self.random.one(&posts[at + 1..]));
            let reports = above.map_or(String::new(), |above| format!("  reports to {above}\n"));
            let others: Vec<String> = self.scored.iter().map(|post| format!("score of {post}")).collect();
            let in_teams = !matches!(way(&self.sets, self.subject, TEAMS), Way::None);
            let led = reporting.iter().any(|(one, above)| above == post && self.scored.contains(one));
            let others: Vec<String> = others.into_iter().chain(led.then(|| "score of reports".to_string())).collect();
            let others = if in_teams { others } else { Vec::new() };
            self.others = others.clone();
            let body = self.position();
            let mut hundred = body.contains("  scorecard {");
            blocks.push(format!("position {post}{label} {{\n{reports}{body}}}"));
            if self.chance(15) {
                self.others = others;
                let body = self.position();
                hundred &= body.contains("  scorecard {");
                let since = self.random.pick(&["2025-10-01", "2026-02-01", "2026-06-30", "2026-07-01"]);
                blocks.push(format!("position {post} {{\n{reports}  effective from {since}\n{body}}}"));
            }
            if hundred && in_teams {
                self.scored.push(post);
            }
            reporting.extend(above.map(|above| (*post, above)));
        }
        blocks.append(&mut self.more);
        blocks
    }

    /// The data set that is evaluated beside people.
    fn others_evaluated(&self) -> Option<usize> {
        (0..self.sets.len()).find(|at| *at != PEOPLE && self.sets[*at].is_roster())
    }

    fn literal(&mut self, unit: Unit) -> String {
        match unit {
            Unit::Plain => {
                // With a sign: what a bare number is beside a percentage is asked.
                self.random
                    .pick(&["0", "100%", "200%", "300%", "50%", "20%", "725%", "1_000%", "99.9%", "floor_of"])
                    .into()
            }
            Unit::Money => self.random.pick(&["0 CNY", "100 CNY", "1_000 CNY", "0.5 wan", "bar", "0.01 CNY"]).into(),
        }
    }

    /// What is divided by: what can be 0 only where the data say so, for the checker refuses any other.
    fn divisor(&mut self, formula: String) -> String {
        match formula.as_str() {
            "0" => self.random.pick(&["1", "300%", "0.5", "20%", "725%"]).into(),
            _ => formula,
        }
    }

    // ------------------------------------------------------------ rows

    /// Columns of a type, of the row and behind its links.
    fn columns(&self, set: usize, wanted: &dyn Fn(&Ty) -> bool) -> Vec<Formula> {
        fn add(
            sets: &[Set],
            at: usize,
            path: &str,
            doubt: bool,
            deep: usize,
            wanted: &dyn Fn(&Ty) -> bool,
            all: &mut Vec<Formula>,
        ) {
            for column in &sets[at].columns {
                let (name, optional) = (format!("{path}{}", column.name), doubt || column.optional);
                if wanted(&column.ty) {
                    all.push((name.clone(), optional));
                }
                if let (Ty::Link(to), true) = (&column.ty, deep > 0) {
                    add(sets, *to, &format!("{name}."), optional, deep - 1, wanted, all);
                }
            }
        }
        let mut all = Vec::new();
        add(&self.sets, set, "", false, 2, wanted, &mut all);
        all
    }

    fn column(&mut self, set: usize, wanted: &dyn Fn(&Ty) -> bool) -> Option<Formula> {
        let all = self.columns(set, wanted);
        (!all.is_empty()).then(|| self.random.one(&all))
    }

    fn row_number(&mut self, set: usize, unit: Unit, depth: usize) -> Formula {
        let of_unit = move |ty: &Ty| match (ty, unit) {
            (Ty::Number(own), _) => *own == unit,
            (Ty::Percent, Unit::Plain) => true,
            _ => false,
        };
        if depth == 0 || self.chance(40) {
            if let Some(column) = self.column(set, &of_unit) {
                return column;
            }
            return (self.literal(unit), false);
        }
        let deep = depth - 1;
        match self.random.below(15) {
            0 | 1 => {
                let (a, b) = (self.row_number(set, unit, deep), self.row_number(set, unit, deep));
                let op = self.random.pick(&["+", "-"]);
                (format!("({} {op} {})", a.0, b.0), a.1 || b.1)
            }
            2 => {
                let (a, b) = (self.row_number(set, unit, deep), self.row_number(set, Unit::Plain, deep));
                (format!("({} * {})", a.0, b.0), a.1 || b.1)
            }
            3 => {
                let (a, b) = (self.row_number(set, unit, deep), self.row_number(set, Unit::Plain, deep));
                (format!("({} / {})", a.0, self.divisor(b.0)), true)
            }
            4 => {
                let a = self.row_number(set, unit, deep);
                let divisor = self.random.pick(&["3", "7", "9", "11", "0.7", "2.5", "third", "-13", "33.333%"]);
                (format!("({} / {divisor})", a.0), a.1)
            }
            13 => {
                let a = self.row_number(set, unit, deep);
                let part = self.random.pick(&["third", "(1 / 7)", "33.333%", "(1 day / period.days)"]);
                (format!("({} * {part})", a.0), a.1)
            }
            5 => {
                let (condition, doubt) = match self.chance(30) {
                    true => {
                        let x = self.row_number(set, unit, deep);
                        (format!("{} > {}", x.0, self.literal(unit)), x.1)
                    }
                    false => (self.row_condition(set, deep), false),
                };
                let (a, b) = (self.row_number(set, unit, deep), self.row_number(set, unit, deep));
                (format!("(if {condition} then {} else {})", a.0, b.0), a.1 || b.1 || doubt)
            }
            6 => {
                let (a, b) = (self.row_number(set, unit, deep), self.row_number(set, unit, deep));
                (format!("({} default {})", a.0, b.0), b.1)
            }
            7 => {
                let a = self.row_number(set, unit, deep);
                let step = if unit == Unit::Money { "0.1 CNY" } else { "0.1" };
                let call = match self.random.below(6) {
                    0 => format!("abs({})", a.0),
                    1 => format!("round({} to {step})", a.0),
                    2 => format!("round_up({} to {step})", a.0),
                    3 => format!("floor({} + {})", a.0, self.literal(unit)),
                    4 => format!("ceil({} - {})", a.0, self.literal(unit)),
                    _ => format!("round_down({} to {step})", a.0),
                };
                (call, a.1)
            }
            8 => {
                let (a, b) = (self.row_number(set, unit, deep), self.row_number(set, unit, deep));
                let name = self.random.pick(&["min", "max"]);
                (format!("{name}({}, {})", a.0, b.0), a.1 || b.1)
            }
            9 if unit == Unit::Plain => {
                let dates: Vec<Formula> = self.columns(set, &|ty| *ty == Ty::Date);
                if dates.is_empty() {
                    return (self.literal(unit), false);
                }
                let (a, b) = (self.random.one(&dates), self.random.one(&dates));
                let text = match self.random.below(5) {
                    0 => format!("(months_between({}, {}) / 1 month)", a.0, b.0),
                    1 => format!("(days_between({}, {}) / 1 day)", a.0, b.0),
                    2 => format!("(months_between({}, period.end) / 1 month)", a.0),
                    3 => format!("(day_of({}) + 0 * month_of({}))", a.0, b.0),
                    _ => format!("(year_of({}) - year_of({}))", a.0, b.0),
                };
                (text, a.1 || b.1)
            }
            10 | 11 => self.inner(set, unit, deep).unwrap_or((self.literal(unit), false)),
            12 => {
                let a = self.row_number(set, unit, deep);
                if self.chance(50) {
                    let b = self.row_number(set, Unit::Plain, deep);
                    let matrix = if unit == Unit::Money { "share_of" } else { "pool" };
                    return (format!("{matrix}({}, {})", a.0, b.0), a.1 || b.1);
                }
                let scale = if unit == Unit::Money { "fee" } else { "pay" };
                (format!("{scale}({})", a.0), a.1)
            }
            _ => (self.literal(unit), false),
        }
    }

    /// An aggregate over the rows that link to a row of `outer`.
    fn inner(&mut self, outer: usize, unit: Unit, depth: usize) -> Option<Formula> {
        if !self.sets[outer].keyed {
            return None;
        }
        let inner: Vec<usize> = (0..self.sets.len())
            .filter(|at| *at != outer && matches!(way(&self.sets, *at, outer), Way::Links))
            .collect();
        // A derived column can be read by its own data set's formulas only when it is declared.
        if inner.is_empty() {
            return None;
        }
        let set = self.random.one(&inner);
        Some(self.aggregate_of(set, unit, depth))
    }

    /// A condition that is never missing.
    fn row_condition(&mut self, set: usize, depth: usize) -> String {
        let deep = depth.saturating_sub(1);
        let test = match self.random.below(if depth > 0 { 13 } else { 9 }) {
            0 | 1 => {
                let unit = self.random.one(&[Unit::Plain, Unit::Money]);
                let (a, b) = (self.row_number(set, unit, deep), self.literal(unit));
                let op = self.random.pick(&["=", "!=", "<", "<=", ">", ">="]);
                let a = if a.1 { format!("({} default {})", a.0, self.literal(unit)) } else { a.0 };
                let part = self.random.pick(&["", "", " / 3", " * third"]);
                format!("{a} {op} {b}{part}")
            }
            2 => self.column(set, &|ty| *ty == Ty::Flag).map_or("yes".into(), |(name, optional)| match optional {
                true => format!("({name} is not missing and {name})"),
                false => name,
            }),
            3 | 4 => self.guarded(set, &|ty| *ty == Ty::Choice, &mut |maker| {
                let (a, b) = (maker.random.pick(&CHOICES), maker.random.pick(&CHOICES));
                match maker.random.below(4) {
                    0 => format!("= {a}"),
                    1 => format!("!= {a}"),
                    2 => format!("in ({a}, {b})"),
                    _ => format!("not in ({a})"),
                }
            }),
            5 if self.chance(50) && self.column(set, &|ty| *ty == Ty::Period).is_some() => {
                self.guarded(set, &|ty| *ty == Ty::Period, &mut |maker| {
                    let period = maker.random.pick(&["2026-01", "2026-03", "2025-12", "2026-Q1", "2025-H2"]);
                    match maker.random.below(4) {
                        0 => format!("in ({period}, 2026-Q2)"),
                        1 => format!("in {}", maker.random.pick(&["2026-Q1", "period", "2025"])),
                        2 => format!("in {}", maker.random.pick(&WINDOWS)),
                        _ => format!("{} {period}", maker.random.pick(&["=", "!=", "<", "<=", ">", ">="])),
                    }
                })
            }
            5 => self.guarded(set, &|ty| *ty == Ty::Text, &mut |maker| {
                let op = maker.random.pick(&["=", "!="]);
                format!("{op} \"{}\"", maker.random.pick(&TEXTS))
            }),
            6 | 7 => self.guarded(set, &|ty| *ty == Ty::Date, &mut |maker| match maker.random.below(5) {
                0 => format!("> {}", schema::day(maker.random)),
                1 => "<= period.end".into(),
                2 => "between 2026-01-01 and period.end".into(),
                3 => format!("in {}", maker.random.pick(&["2026-Q1", "period", "2025"])),
                _ => format!("in {}", maker.random.pick(&WINDOWS)),
            }),
            8 if !self.sets.iter().any(Set::has_parts) => {
                self.guarded(set, &|ty| matches!(ty, Ty::Link(_)), &mut |maker| {
                    format!(
                        "{} \"{}{}\"",
                        maker.random.pick(&["=", "!="]),
                        maker.random.pick(&["P", "T", "C", "A"]),
                        1 + maker.random.below(3)
                    )
                })
            }
            9 => {
                let (a, b) = (self.row_condition(set, deep), self.row_condition(set, deep));
                format!("({a}) and ({b})")
            }
            10 => {
                let (a, b) = (self.row_condition(set, deep), self.row_condition(set, deep));
                format!("({a}) or ({b})")
            }
            11 => format!("not ({})", self.row_condition(set, deep)),
            _ => {
                let a = self.row_number(set, Unit::Plain, deep);
                format!("{} is {}missing", a.0, self.random.pick(&["", "not "]))
            }
        };
        format!("({test})")
    }

    fn guarded(
        &mut self,
        set: usize,
        wanted: &dyn Fn(&Ty) -> bool,
        test: &mut dyn FnMut(&mut Self) -> String,
    ) -> String {
        let Some((name, optional)) = self.column(set, wanted) else { return "1 = 1".into() };
        let test = test(self);
        // A link on the way may be blank too: only a name without a dot can be narrowed by one test.
        match (optional, name.contains('.'), self.chance(50)) {
            (false, ..) => format!("{name} {test}"),
            (true, true, _) => format!("{name} is {}missing", self.random.pick(&["", "not "])),
            (true, false, true) => format!("{name} is missing or {name} {test}"),
            (true, false, false) => format!("{name} is not missing and {name} {test}"),
        }
    }

    // ------------------------------------------------------------ aggregates

    /// An aggregate over a data set, without a scope; counts are turned into plain numbers.
    fn aggregate_of(&mut self, set: usize, unit: Unit, depth: usize) -> Formula {
        let condition =
            if self.chance(50) { format!(" where {}", self.row_condition(set, depth)) } else { String::new() };
        let (shape, name) = (self.sets[set].shape.clone(), self.sets[set].name);
        let paid = self.sets[set].columns.iter().any(|column| column.name == "paid") && self.chance(50);
        let dated = if paid { " dated by paid" } else { "" };
        let window = self.random.pick(&WINDOWS);
        let reading = match (&shape, self.random.below(10)) {
            (Shape::Always, _) => String::new(),
            (_, 0) => format!(" during {window}"),
            (_, 1) => format!(" during {}", self.random.pick(&["2026-Q1", "2025", "2025-12"])),
            (Shape::Dated, _) => String::new(),
            (_, 2 | 3) => " at start".into(),
            (_, 4) => " at end".into(),
            (_, 5 | 6) => " during".into(),
            _ => String::new(),
        };
        let rows =
            if self.chance(12) { format!(" at least {} rows", self.random.between(1, 4)) } else { String::new() };
        let few = !rows.is_empty();
        let tail = format!(" of {name}{dated}{condition}{reading}{rows})");
        let value = self.row_number(set, unit, depth);
        let doubt = shape == Shape::Snapshot;
        let _ = doubt;
        match self.random.below(14) {
            0..=2 => {
                let zero = self.literal(unit);
                let value = if value.1 { format!("({} default {zero})", value.0) } else { value.0 };
                (format!("sum({value}{tail}"), few)
            }
            3 | 4 if unit == Unit::Plain => (format!("(count({name}{dated}{condition}{reading}{rows}) as %)"), few),
            5 if unit == Unit::Plain => {
                let column = self.column(set, &|ty| !matches!(ty, Ty::Post)).map_or("1".into(), |column| column.0);
                (format!("(count distinct({column}{tail} as %)"), few)
            }
            6 if unit == Unit::Plain => {
                let test = self.row_condition(set, depth);
                (format!("share({test}{tail}"), true)
            }
            3 | 5 | 7 => (format!("average({}{tail}", value.0), true),
            4 | 8 => (format!("median({}{tail}", value.0), true),
            9 => {
                let share = self.random.pick(&["90%", "0%", "100%", "33%"]);
                (format!("percentile({} of {name}{dated}{condition}{reading}{rows}, {share})", value.0), true)
            }
            10 => (format!("min({}{tail}", value.0), true),
            11 => (format!("max({}{tail}", value.0), true),
            12 if shape != Shape::Always => (format!("latest({}{tail}", value.0), true),
            _ => (format!("only({}{tail}", value.0), true),
        }
    }

    /// An aggregate with a scope that its data set can be read in. Gives whether `over own` is written.
    fn aggregate(&mut self, unit: Unit, depth: usize) -> Formula {
        let set = self.random.below(self.sets.len());
        let found = |to: usize| match way(&self.sets, set, to) {
            Way::None => false,
            Way::Links => true,
            Way::Several(_) => true,
        };
        let others = |to: usize| matches!(way(&self.sets, set, to), Way::Links);
        let (own, team) = (found(PEOPLE) && self.others_evaluated().is_none_or(others), found(TEAMS));
        let (text, optional) = self.aggregate_of(set, unit, depth);
        let scopes: Vec<&str> = match (own, team) {
            (true, true) => vec!["", "", "", "", " over own", " over team", " over company"],
            (true, false) => vec![" over own", " over company"],
            (false, true) => vec![" over team", " over team", " over company"],
            (false, false) => vec![" over company"],
        };
        let scope = self.random.one(&scopes);
        match text.strip_suffix(" as %)") {
            Some(count) => (format!("{count}{scope} as %)"), optional),
            None => (format!("{text}{scope}"), optional),
        }
    }

    // ------------------------------------------------------------ formulas about people

    fn number(&mut self, unit: Unit, depth: usize) -> Formula {
        if depth == 0 || self.chance(35) {
            return self.aggregate(unit, 2);
        }
        let deep = depth - 1;
        match self.random.below(14) {
            0 | 1 => {
                let (a, b) = (self.number(unit, deep), self.number(unit, deep));
                (format!("({} {} {})", a.0, self.random.pick(&["+", "-"]), b.0), a.1 || b.1)
            }
            2 => {
                let (a, b) = (self.number(unit, deep), self.number(Unit::Plain, deep));
                (format!("({} * {})", a.0, b.0), a.1 || b.1)
            }
            3 | 4 => {
                let (a, b) = (self.number(unit, deep), self.number(Unit::Plain, deep));
                (format!("({} / {})", a.0, self.divisor(b.0)), true)
            }
            5 => {
                let (condition, doubt) = match self.chance(40) {
                    true => {
                        let x = self.number(unit, deep);
                        (format!("{} >= {}", x.0, self.literal(unit)), x.1)
                    }
                    false => (self.condition(deep), false),
                };
                let (a, b) = (self.number(unit, deep), self.number(unit, deep));
                (format!("(if {condition} then {} else {})", a.0, b.0), a.1 || b.1 || doubt)
            }
            6 => {
                let (a, b) = (self.number(unit, deep), self.number(unit, deep));
                (format!("({} default {})", a.0, b.0), b.1)
            }
            7 | 8 => {
                let a = self.number(unit, deep);
                let window = self.random.pick(&WINDOWS);
                (format!("({}) {window}", a.0), a.1)
            }
            9 | 10 => {
                let kind = if unit == Unit::Money { Kind::Money } else { Kind::Number };
                let fits: Vec<(String, bool, bool)> = self
                    .kpis
                    .iter()
                    .filter(|kpi| kpi.kind == kind || (unit == Unit::Plain && kpi.kind == Kind::Percent))
                    .map(|kpi| (kpi.name.clone(), kpi.fixed, kpi.optional))
                    .collect();
                if fits.is_empty() {
                    return self.aggregate(unit, 1);
                }
                let (name, _, optional) = self.random.one(&fits);
                match self.random.below(5) {
                    0 => (format!("{name} {}", self.random.pick(&WINDOWS)), optional),
                    1 | 3 if unit == Unit::Money => (format!("{name} previous period"), optional),
                    1 => (format!("growth({name})"), true),
                    2 => (format!("twice({name})"), optional),
                    3 => (format!("part({name}, {name} previous period)"), true),
                    _ => (name, optional),
                }
            }
            11 if self.for_all => (self.literal(unit), false),
            11 => match self.column(self.subject, &|ty| match ty {
                Ty::Number(own) => *own == unit,
                Ty::Percent => unit == Unit::Plain,
                _ => false,
            }) {
                Some((name, optional)) => {
                    (format!("{}.{name}", self.sets[self.subject].row), optional || name.contains('.'))
                }
                None => (self.literal(unit), false),
            },
            12 if unit == Unit::Plain => {
                let a = self.number(Unit::Plain, deep);
                match self.random.below(8) {
                    0 => (format!("pay({})", a.0), a.1),
                    5 => (format!("pow({}, {})", a.0, self.random.pick(&["2", "3", "0"])), a.1),
                    6 => (format!("pow({}, -1)", a.0), true),
                    7 => (format!("sqrt({})", a.0), true),
                    1 => ("(period.months / 1 month)".into(), false),
                    2 => ("(period.days / 7 days)".into(), false),
                    3 => (format!("clamp({}, 0, 1_000%)", a.0), a.1),
                    _ => (format!("round({} to 0.01)", a.0), a.1),
                }
            }
            12 => {
                let a = self.number(Unit::Money, deep);
                (format!("fee({})", a.0), a.1)
            }
            _ => (self.literal(unit), false),
        }
    }

    fn condition(&mut self, depth: usize) -> String {
        let unit = self.random.one(&[Unit::Plain, Unit::Money]);
        let test = match self.random.below(if depth > 0 { 7 } else { 4 }) {
            0..=2 => {
                let a = self.number(unit, depth.saturating_sub(1));
                let a = if a.1 { format!("({} default {})", a.0, self.literal(unit)) } else { a.0 };
                format!("{a} {} {}", self.random.pick(&["<", "<=", ">", ">=", "=", "!="]), self.literal(unit))
            }
            3 if self.for_all => "period.months > 3 months".into(),
            3 => match self.column(self.subject, &|ty| *ty == Ty::Choice) {
                Some((name, false)) if !name.contains('.') => {
                    format!("{}.{name} = {}", self.sets[self.subject].row, self.random.pick(&CHOICES))
                }
                Some((name, _)) => format!("{}.{name} is missing", self.sets[self.subject].row),
                None => "period.months > 3 months".into(),
            },
            4 => {
                let (a, b) = (self.condition(depth - 1), self.condition(depth - 1));
                format!("{a} {} {b}", self.random.pick(&["and", "or"]))
            }
            5 => format!("not {}", self.condition(depth - 1)),
            _ => format!("{} is not missing", self.number(unit, depth - 1).0),
        };
        format!("({test})")
    }

    // ------------------------------------------------------------ KPIs, scales, ratings

    fn kpi(&mut self, at: usize) -> String {
        let kind = self.random.one(&[Kind::Number, Kind::Number, Kind::Percent, Kind::Money, Kind::Points]);
        let unit = if kind == Kind::Money { Unit::Money } else { Unit::Plain };
        let (formula, optional) = self.number(unit, 2);
        let (ty, formula) = match kind {
            Kind::Number => ("number", formula),
            Kind::Percent => ("%", formula),
            Kind::Money => (self.random.pick(&["CNY", "wan"]), formula),
            Kind::Points => ("point", format!("({formula} as point)")),
        };
        let direction = self.random.below(4);
        let better = match direction {
            0 | 3 => "  higher is better\n",
            1 => "  lower is better\n",
            _ => match kind {
                Kind::Money => "  closest to 1_000 CNY is best\n",
                Kind::Percent => "  closest to 500% is best\n",
                _ => "  closest to 10 is best\n",
            },
        };
        // What a KPI cannot leave; now and then it does, and that is a mistake.
        let limits = match (kind, ty) {
            _ if !self.chance(15) => None,
            (Kind::Number, _) => Some(("0", "10")),
            (Kind::Percent, _) => Some(("-50%", "150%")),
            (Kind::Money, "wan") => Some(("0 wan", "0.1 wan")),
            (Kind::Money, _) => Some(("-100 CNY", "2_000 CNY")),
            (Kind::Points, _) => Some(("0 points", "100 points")),
        };
        let formula = match limits {
            Some((low, high)) if self.chance(85) => format!("clamp({formula}, {low}, {high})"),
            _ => formula,
        };
        let between = limits.map_or(String::new(), |(low, high)| format!(" between {low} and {high}"));
        let fixed = self.chance(15);
        let scope =
            if fixed { format!("  scope {}\n", self.random.pick(&["own", "team", "company"])) } else { String::new() };
        let name = format!("k{at}");
        let mut text = format!("kpi {name} : {ty}{between} {{\n  value = {formula}\n{better}{scope}}}");
        let mut optional = optional;
        if self.chance(15) {
            let (later, may_be_missing) = self.number(unit, 1);
            let later = if kind == Kind::Points { format!("({later} as point)") } else { later };
            let later = match limits {
                Some((low, high)) => format!("clamp({later}, {low}, {high})"),
                None => later,
            };
            let since = self.random.pick(&["2025-10-01", "2026-02-01", "2026-06-30", "2026-Q2"]);
            let other = format!(
                "kpi {name} : {ty}{between} {{\n  effective from {since}\n  value = {later}\n{better}{scope}}}"
            );
            // In any order: the date tells which one holds.
            text = if self.chance(50) { format!("{text}\n\n{other}") } else { format!("{other}\n\n{text}") };
            optional |= may_be_missing;
        }
        self.kpis.push(Kpi { name, kind, direction: direction % 3, fixed, optional });
        text
    }

    fn rating(&mut self, name: &str) -> String {
        let mut text = format!("rating {name} {{\n");
        let sign = self.random.pick(&[">=", ">"]);
        for (grade, at) in [("A", 30), ("B", 15), ("C", 0)] {
            text += &format!("  {grade} {sign} {}\n", at + 10 * self.random.below(2));
        }
        text += "  D else\n";
        if self.chance(15) {
            text += "  rating sees raw score\n";
        }
        for (grade, chance) in [("A", 50), ("B", 30)] {
            if self.chance(chance) {
                let share = self.random.pick(&["20%", "34%", "50%", "0%"]);
                let within = self.random.pick(&["position", "team", "company"]);
                let least = self.random.pick(&["", " of 2 or more", " of 4 or more"]);
                let kind = if grade == "A" { self.random.pick(&["at most", "about"]) } else { "at most" };
                text += &format!("  {kind} {share} {grade} within {within}{least}\n");
            }
        }
        text + "}"
    }

    // ------------------------------------------------------------ positions

    fn position(&mut self) -> String {
        let scopes: &[&str] = match self.subject {
            PEOPLE => &["own", "own", "team", "team", "company"],
            other if !matches!(way(&self.sets, other, TEAMS), Way::None) => &["own", "own", "team", "company"],
            _ => &["own", "company"],
        };
        let mut text = format!("  scope {}\n", self.random.pick(scopes));
        if self.chance(15) {
            text += &format!("  eligible when {}\n", self.condition(1));
        }
        if self.chance(20) {
            let part = self.column(self.subject, &|ty| !matches!(ty, Ty::Post | Ty::Link(_)));
            let noun = self.sets[self.subject].row;
            text += &part.map_or(String::new(), |(name, _)| format!("  rank within {noun}.{name}\n"));
        }
        let scored = self.chance(92);
        if scored {
            let points = self.chance(25);
            text += if points { "  scorecard total 200 points {\n" } else { "  scorecard {\n" };
            let when = self.random.pick(&["", "redistribute", "redistribute", "redistribute", "zero", "no rating"]);
            let mut used = Vec::new();
            text += &self.entries(2, if points { Points::Total(200.into()) } else { Points::None }, &mut used);
            if !points && self.chance(12) {
                text += &format!("    combine {}\n", self.random.pick(&["sum", "weighted mean", "geometric mean"]));
            }
            if !when.is_empty() {
                text += &format!("    when missing {when}\n");
            }
            if when == "redistribute" && self.chance(50) {
                text += &format!("    complete at least {}\n", self.random.pick(&["70%", "50%", "33%"]));
            }
            if self.chance(50) {
                text += &format!("    range 0 to {}\n", self.random.pick(&["120", "100", "95.5"]));
            }
            if self.chance(30) {
                let effect = match self.random.below(2) {
                    0 => "rating at most C".to_string(),
                    _ => format!("score at most {}", self.random.pick(&["60", "59.5", "0"])),
                };
                text += &format!("    veto {} gives {effect}\n", self.condition(1));
            }
            if self.chance(25) {
                let kpi = self.random.below(self.kpis.len());
                let step = self.amount(self.kpis[kpi].kind, 1);
                let (word, verb) = self.random.one(&[("bonus", "add"), ("deduction", "deduct")]);
                let full = self.random.pick(&["", "full "]);
                let limit = self.random.pick(&[" up to 10", " up to 3.5", ""]);
                text += &format!("    {word} {} {verb} 2 for each {full}{step}{limit}\n", self.kpis[kpi].name);
            }
            text += "    rating grades\n  }\n";
        }
        for at in 0..self.random.below(4) {
            let value = match self.random.below(9) {
                4 if scored => self.by_grade(),
                5 | 6 if at > 0 => self.of_others(at),
                0 if scored => "(score default 0) / 1 point * 10 CNY".to_string(),
                1 if scored => "round(bar * score / 3 point to 0.01 CNY)".into(),
                2 if at > 0 => "max(o0 default 0 CNY, 100 CNY)".into(),
                7 => {
                    let value = self.number(Unit::Money, 1).0;
                    let rounding = self.random.pick(&["round", "round_up", "round_down"]);
                    let rounded = format!("{rounding}({value} to {} CNY)", self.random.pick(&["0.01", "1", "7"]));
                    match self.chance(40) {
                        true => format!("if {} then {rounded} else 0 CNY", self.condition(1)),
                        false => rounded,
                    }
                }
                _ => self.number(Unit::Money, 2).0,
            };
            let value = self.closed_before(at, scored, value, text.len() as u64);
            let part = self.random.pick(&["", "", "", " prorated", " prorated", " in full"]);
            text += &format!("  output o{at} : CNY{part} = {value}\n");
        }
        text
    }

    /// Some amounts go by what was closed. The seeds go on giving what else they gave.
    fn closed_before(&self, at: usize, scored: bool, value: String, seed: u64) -> String {
        let mut random = Random::new(seed);
        if random.chance(70) {
            return value;
        }
        let name = match random.below(4) {
            0 if scored => "score".to_string(),
            _ => format!("o{}", random.below(at + 1)),
        };
        let over_all = if random.chance(30) { format!(" of {}", self.sets[self.subject].row) } else { String::new() };
        let earlier = random.pick(&["previous period", "1 year earlier", "previous period previous period"]);
        let closed = format!("closed({name}{over_all}) {earlier}");
        let (money, fallback) = if name == "score" { (" / 1 point * 1 CNY", "5 points") } else { ("", "5 CNY") };
        match random.below(4) {
            0 => format!("({value}) + (({closed}){money})"),
            1 => format!("if ({closed}) is missing then {value} else 0 CNY"),
            _ => format!("({value}) + ({closed} default {fallback}){money}"),
        }
    }

    /// An amount in the unit of a KPI, by its size.
    fn amount(&mut self, kind: Kind, size: i32) -> String {
        match kind {
            Kind::Number | Kind::Points => format!("{size}"),
            Kind::Percent => format!("{}%", size * 50),
            Kind::Money => format!("{} CNY", size * 100),
        }
    }

    /// Money by the grade.
    fn by_grade(&mut self) -> String {
        let test = match self.random.below(4) {
            0 => format!(
                "rating {} {}",
                self.random.pick(&["=", "!=", ">=", ">", "<", "<="]),
                self.random.pick(&["A", "B", "D"])
            ),
            1 => "rating in (A, C)".into(),
            2 => "rating between D and B".into(),
            _ => "C < rating".into(),
        };
        match self.random.below(3) {
            0 => format!("(if rating is missing or {test} then 1 CNY else 3 CNY)"),
            1 => format!(
                "(if (rating default B) > C then bar else 0 CNY) + (if rating is not missing and {test} then 2 CNY else 0 CNY)"
            ),
            _ => format!("(if rating is not missing and {test} then 5 CNY else missing)"),
        }
    }

    /// Earlier outputs of everyone. Those of other positions have the same names and the same unit.
    fn of_others(&mut self, at: usize) -> String {
        let output = format!("o{}", self.random.below(at));
        let roster = self.subject;
        let tail = if self.chance(40) { format!(" where {}", self.row_condition(roster, 1)) } else { String::new() };
        let in_teams = !matches!(way(&self.sets, roster, TEAMS), Way::None);
        let team = if in_teams { self.random.pick(&["", "", " over team"]) } else { "" };
        let people = self.sets[roster].name;
        let sum = match self.random.below(4) {
            0 => format!("average({output} of {people}{tail}){team}"),
            1 => format!(
                "{}({output} default 5 CNY of {people}{tail}){team}",
                self.random.pick(&["min", "max", "average"])
            ),
            _ => format!("sum({output} default 0 of {people}{tail}){team}"),
        };
        match self.random.below(3) {
            0 => format!("100 CNY * {output} / {sum}"),
            1 => {
                let heads = format!("count({output} of {people}{tail}){team}");
                format!("{sum} + 1 CNY * ({heads} as %)")
            }
            _ => sum,
        }
    }

    fn entries(&mut self, deep: usize, points: Points, used: &mut Vec<usize>) -> String {
        let count = self.random.between(1, 3);
        let shares: &[i128] = match (&points, count, self.random.below(3)) {
            (Points::Equal, ..) => &[0, 0, 0][..count],
            (_, 1, _) => &[1000],
            (Points::None, 2, 0) => &[0, 0],
            (Points::None, 2, _) => &[400, 600],
            (Points::None, _, 0) => &[0, 0, 0],
            (Points::None, _, 1) => &[500, 0, 0],
            (Points::None, ..) => &[200, 333, 467],
            (_, 2, _) => &[250, 750],
            _ => &[100, 400, 500],
        };
        // Weights that total something else are shares of it.
        let written = points == Points::None && shares.iter().any(|share| *share > 0);
        let stated = if written && self.chance(20) { self.random.one(&[2, 3]) } else { 1 };
        let weights = shares.iter().map(|share| match &points {
            _ if *share == 0 => ("equal".to_string(), None),
            Points::Total(total) => {
                let points = total.mul(&Number::from_parts(*share, 3));
                (format!("{points} points"), Some(points))
            }
            _ => (format!("{}%", Number::from_parts(*share * stated, 1)), None),
        });
        let mut text = String::new();
        if stated > 1 {
            text += &format!("    weights total {}\n", stated * 100);
        }
        for (at, (weight, own)) in weights.enumerate() {
            let group = deep > 0 && self.chance(30);
            let mut free: Vec<usize> = (0..self.kpis.len()).filter(|kpi| !used.contains(kpi)).collect();
            let applies = if self.chance(15) { format!(" applies when {}", self.condition(1)) } else { String::new() };
            if group {
                let name = format!("g{deep}_{at}_{}", self.random.below(1000));
                let inner = match (own, self.random.below(4)) {
                    (Some(own), 0 | 1) => Points::Total(own),
                    (Some(_), 2) => Points::Equal,
                    (None, 0 | 1) if points == Points::Equal => Points::Equal,
                    _ => Points::None,
                };
                let in_points = inner != Points::None;
                let inside = self.entries(deep - 1, inner, used);
                let combine = match self.random.below(8) {
                    0 => "combine sum\n",
                    1 if !in_points => "combine geometric mean\n",
                    _ => "",
                };
                let most = self.most(points != Points::None);
                text += &format!("    {weight} group {name}{most}{applies} {{\n{inside}{combine}    }}\n");
                continue;
            }
            if !self.others.is_empty() && self.chance(25) {
                let other = self.others.remove(self.random.below(self.others.len()));
                let most = self.most(points != Points::None);
                text += &format!("    {weight} {other}{most}{applies}\n");
                continue;
            }
            if free.is_empty() {
                let kpi = self.kpi(self.kpis.len());
                self.more.push(kpi);
                free.push(self.kpis.len() - 1);
            }
            let kpi = self.random.one(&free);
            used.push(kpi);
            let entry = self.entry(kpi, points != Points::None);
            let most = self.most(points != Points::None);
            text += &format!("    {weight} {entry}{most}{applies}\n");
        }
        text
    }

    /// How far an entry in points may go beyond them.
    fn most(&mut self, points: bool) -> &'static str {
        // Most that can give more are refused.
        if !points || self.chance(1) && self.chance(40) {
            return "";
        }
        self.random.pick(&[
            " up to 100% of its points",
            " up to 120% of its points",
            " up to 150.5% of its points",
            " up to 1000% of its points",
        ])
    }

    fn entry(&mut self, kpi: usize, points: bool) -> String {
        let (name, kind, direction) = (self.kpis[kpi].name.clone(), self.kpis[kpi].kind, self.kpis[kpi].direction);
        let mut text = name;
        if self.chance(20) && !self.kpis[kpi].fixed {
            text += &format!(" over {}", self.random.pick(&["team", "company", "company"]));
        }
        let (one, two, three) = (self.amount(kind, 1), self.amount(kind, 2), self.amount(kind, 10));
        let target = match self.random.below(8) {
            0 => format!("{one} in Q1, {two} in Q2, {three} in Q3, {one} in Q4"),
            1 => format!("{one}, from 2026-01-01 {two}, from 2026-03-15 {three}"),
            2 if kind != Kind::Points => {
                let unit = if kind == Kind::Money { Unit::Money } else { Unit::Plain };
                self.number(unit, 1).0
            }
            3 => self.amount(kind, 0),
            4 => format!("-{two}"),
            _ => two.clone(),
        };
        let prorated = if matches!(kind, Kind::Number | Kind::Money) && self.chance(30) { " prorated" } else { "" };
        let target = format!(" target {target}{prorated}");
        let full = if points { "full" } else { "100" };
        let in_data = self.score_by_data(kind, direction);
        let by_target = match (kind, direction) {
            (_, 1) | (Kind::Points, _) => None,
            (Kind::Number, _) if points => Some("reached"),
            (Kind::Number, _) => Some(self.random.pick(&["reached", "weighty"])),
            (Kind::Money, _) => Some("missed"),
            (Kind::Percent, _) => Some("beyond"),
        };
        let score = match self.random.below(11) {
            10 if by_target.is_some() => format!("{target} score {}", by_target.unwrap()),
            _ if in_data.is_some() => in_data.unwrap(),
            0 if kind == Kind::Points => String::new(),
            0 | 1 if direction != 2 => {
                let cap = self.random.pick(&["", " up to 120", " up to 100"]);
                format!("{target} score attainment{cap}")
            }
            2 if direction != 2 => {
                let edge = self.random.pick(&["60%", "< 60%", "0%"]);
                format!("{target} score on attainment linear {edge} -> 0, 100% -> 100, 120% -> 120")
            }
            3 if direction != 2 => {
                format!("{target} score on attainment steps >= 100% -> 100, > 50.5% -> 60, else -> 10")
            }
            4 | 5 => {
                let above = match direction {
                    0 => false,
                    1 => true,
                    _ => self.chance(50),
                };
                let (deduct, side) = match (above, self.chance(50)) {
                    (false, true) => (true, "below"),
                    (false, false) => (false, "above"),
                    (true, true) => (true, "above"),
                    (true, false) => (false, "below"),
                };
                let step = if self.chance(30) { "10% of target".to_string() } else { one };
                let whole = self.random.pick(&["", "full "]);
                match deduct {
                    true => format!(
                        "{target} score deduct 7 for each {whole}{step} {side} target from {full}{}",
                        self.random.pick(&["", " at least 0"])
                    ),
                    false => format!(
                        "{target} score add 7 for each {whole}{step} {side} target from 60{}",
                        self.random.pick(&["", " up to 120"])
                    ),
                }
            }
            6 => {
                let sign = if direction == 1 { ("<=", "<") } else { (">=", ">") };
                let (first, second) = if direction == 1 { (&one, &two) } else { (&three, &one) };
                format!(" score steps {} {first} -> 100, {} {second} -> 66.6, else -> 0", sign.0, sign.1)
            }
            7 if kind == Kind::Number && direction != 1 => " score marks_of".into(),
            8 => {
                let more = if points && self.chance(50) { "weight / 20" } else { "3 point * weight" };
                format!("{target} score formula (if value > target then 90 point else 40.5 point) + {more}")
            }
            _ => match direction {
                1 => format!(" score linear {} -> 110, {one} -> 100, {three} -> 0", self.amount(kind, 0)),
                _ => {
                    let more = self.random.pick(&["", " continue above"]);
                    // Behind what is best a line may not rise on.
                    let more = if direction == 2 { "" } else { more };
                    let jump = self.random.pick(&["", "< "]);
                    if jump.is_empty() {
                        format!(" score linear {} -> 0, {one} -> 50, {three} -> 110{more}", self.amount(kind, 0))
                    } else {
                        format!(
                            " score linear {} -> 0, < {one} -> 30, {one} -> 60, {three} -> 120{more}",
                            self.amount(kind, 0)
                        )
                    }
                }
            },
        };
        if score.is_empty() && !text.contains(" over ") {
            return text;
        }
        let made_for = if score.contains(" score ") && self.chance(if points { 50 } else { 10 }) {
            self.random.pick(&[" of 100", " of 100 points", " of 37.5"])
        } else {
            ""
        };
        format!("{text}{score}{made_for}")
    }

    /// A line or steps whose points are columns of the one evaluated.
    fn score_by_data(&mut self, kind: Kind, direction: usize) -> Option<String> {
        let unit = match kind {
            Kind::Number => Unit::Plain,
            Kind::Money => Unit::Money,
            _ => return None,
        };
        if direction == 2 || !self.chance(25) {
            return None;
        }
        let columns: Vec<Formula> = self.columns(self.subject, &|ty| *ty == Ty::Number(unit));
        if columns.is_empty() {
            return None;
        }
        let noun = self.sets[self.subject].row;
        let mut point = |size: i32| match self.chance(70) {
            true => format!("{noun}.{}", self.random.one(&columns).0),
            false => self.amount(kind, size),
        };
        let (one, mut two) = (point(1), format!("{noun}.{}", self.random.one(&columns).0));
        // Points that rise whatever the data are, so that not all of these projects have mistakes in them.
        if self.chance(75) {
            let more = self.amount(kind, 3);
            two = format!("{one} + {more}");
        }
        if one == two || !format!("{one}{two}").contains(noun) {
            return None;
        }
        let three = if self.chance(20) { format!(", {} -> ", self.amount(kind, 20)) } else { String::new() };
        let (scores, sign) =
            if direction == 1 { (["100", "55.5", "20", "0"], "<") } else { (["0", "30", "70", "110"], ">") };
        let three = if three.is_empty() { three } else { three + scores[3] };
        Some(match self.random.below(3) {
            0 => {
                let sign = format!("{sign}{}", self.random.pick(&["", "="]));
                let (first, second) = if direction == 1 { (one, two) } else { (two, one) };
                format!(" score steps {sign} {first} -> 100, {sign} {second} -> 60.5, else -> 10")
            }
            1 => {
                let more = if direction == 1 { "" } else { self.random.pick(&["", " continue above"]) };
                format!(" score linear {one} -> {}, {two} -> {}{three}{more}", scores[0], scores[1])
            }
            _ => format!(" score linear < {two} -> {}, {two} -> {}{three}", scores[0], scores[2]),
        })
    }
}

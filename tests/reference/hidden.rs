//! Columns that data sets are read by, with formulas in the place of cells: the files hold what they are computed from.

use std::collections::BTreeMap;

use super::random::Random;
use super::schema::{self, BRANCH, CLERK, Column, PEOPLE, POSTS, Set, Shape, TEXTS, Ty};

/// Links that are computed: by the link of a row that a link leads to.
pub fn links(sets: &mut [Set], random: &mut Random) {
    for at in 2..sets.len() {
        let steady = |shape: &Shape| matches!(shape, Shape::Always | Shape::Dated);
        let mut ways = Vec::new();
        for first in &sets[at].columns {
            let Ty::Link(to) = first.ty else { continue };
            for second in sets[to].columns.iter().filter(|second| second.derived.is_none() && !second.by) {
                let Ty::Link(target) = second.ty else { continue };
                let has_day = matches!(sets[at].shape, Shape::Dated | Shape::Snapshot);
                if !sets[target].has_parts() && (has_day || steady(&sets[to].shape)) {
                    ways.push((format!("{}.{}", first.name, second.name), target, first.optional || second.optional));
                }
            }
        }
        if ways.is_empty() || !random.chance(30) {
            continue;
        }
        let (formula, target, optional) = random.one(&ways);
        // Where the day is blank as of which links are followed.
        let optional = optional || sets[at].columns.iter().any(|column| column.name == "on_day" && column.optional);
        let name = format!("via_{}", sets[target].row);
        sets[at].columns.push(Column { optional, ..computed(&name, Ty::Link(target), formula) });
    }
}

fn computed(name: &str, ty: Ty, formula: String) -> Column {
    Column { name: name.into(), ty, optional: false, derived: Some(formula), extra: String::new(), by: false }
}

/// Hides some of the columns that dates, keys and links stand in behind formulas that give the same.
pub fn hide(sets: &mut [Set], files: &mut BTreeMap<String, String>, random: &mut Random) {
    for at in 0..sets.len() {
        for place in 0..sets[at].columns.len() {
            let column = sets[at].columns[place].clone();
            let is_read = matches!(column.ty, Ty::Link(_) | Ty::Post)
                || ["code", "number", "part", "since", "until", "taken", "on_day", "paid"]
                    .contains(&column.name.as_str())
                || column.name.ends_with("_code")
                || column.name.ends_with("_part");
            if !is_read || column.derived.is_some() || column.by || !random.chance(25) {
                continue;
            }
            let file = format!("{}.csv", sets[at].name);
            let mut table = Table::read(&files[&file]);
            let made = match column.ty {
                Ty::Post => Some(post(at, random)),
                Ty::Date if random.chance(40) => behind_link(sets, at, random),
                _ => None,
            };
            let formula = match made {
                Some(formula) => {
                    table.take(&column.name);
                    formula
                }
                None => {
                    let (formula, more) = of_cells(&column, &mut table, random);
                    sets[at].columns.extend(more);
                    formula
                }
            };
            sets[at].columns[place].derived = Some(formula);
            files.insert(file, table.text());
        }
    }
}

/// The same post for all.
fn post(at: usize, _random: &mut Random) -> String {
    POSTS[if at == PEOPLE { CLERK } else { BRANCH }].into()
}

/// A date of the row that a link leads to.
fn behind_link(sets: &[Set], at: usize, random: &mut Random) -> Option<String> {
    // Rows that hold over days could end before they begin.
    if sets[at].keyed || !matches!(sets[at].shape, Shape::Dated) {
        return None;
    }
    let mut ways = Vec::new();
    for link in sets[at].columns.iter().filter(|link| !link.optional && link.derived.is_none()) {
        let Ty::Link(to) = link.ty else { continue };
        if matches!(sets[to].shape, Shape::Always | Shape::Dated) {
            let dates = sets[to].columns.iter().filter(|date| date.ty == Ty::Date && !date.optional);
            ways.extend(dates.map(|date| format!("{}.{}", link.name, date.name)));
        }
    }
    (!ways.is_empty()).then(|| random.one(&ways))
}

/// Two columns in the place of one, and the formula that chooses.
fn of_cells(column: &Column, table: &mut Table, random: &mut Random) -> (String, Vec<Column>) {
    let cells = table.take(&column.name);
    let name = &column.name;
    let raw = |part: &str, ty: Ty, optional: bool| Column {
        name: format!("{name}_{part}"),
        ty,
        optional,
        derived: None,
        extra: String::new(),
        by: false,
    };
    let ty = match &column.ty {
        Ty::Link(_) => Ty::Text,
        other => other.clone(),
    };
    let other = |random: &mut Random| match &ty {
        Ty::Date => schema::day(random),
        Ty::Period => schema::day(random)[..7].to_string(),
        _ => random.pick(&TEXTS).to_string(),
    };
    let (mut first, mut second, mut flags) = (Vec::new(), Vec::new(), Vec::new());
    let by_flag = random.chance(40);
    for cell in cells {
        let in_first = random.chance(50) && (!cell.is_empty() || by_flag);
        flags.push(if in_first { "yes" } else { "no" }.to_string());
        let noise = other(random);
        match (by_flag, in_first) {
            (true, true) => (first.push(cell), second.push(noise)),
            (true, false) => (first.push(noise), second.push(cell)),
            (false, true) => (first.push(cell), second.push(noise)),
            (false, false) => (first.push(String::new()), second.push(cell)),
        };
    }
    let (a, b) = (format!("{name}_1"), format!("{name}_2"));
    table.put(&a, first);
    table.put(&b, second);
    if by_flag {
        let is = format!("{name}_is_1");
        table.put(&is, flags);
        let columns =
            vec![raw("1", ty.clone(), column.optional), raw("2", ty, column.optional), raw("is_1", Ty::Flag, false)];
        return (format!("if {is} then {a} else {b}"), columns);
    }
    (format!("{a} default {b}"), vec![raw("1", ty.clone(), true), raw("2", ty, column.optional)])
}

/// A file, cell by cell.
struct Table {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    fn read(text: &str) -> Table {
        let mut lines = text.lines().map(|line| line.split(',').map(str::to_string).collect::<Vec<_>>());
        let header = lines.next().unwrap();
        Table { header, rows: lines.collect() }
    }

    fn take(&mut self, name: &str) -> Vec<String> {
        let at = self.header.iter().position(|known| known == name).unwrap();
        self.header.remove(at);
        self.rows.iter_mut().map(|row| row.remove(at)).collect()
    }

    fn put(&mut self, name: &str, cells: Vec<String>) {
        self.header.push(name.into());
        self.rows.iter_mut().zip(cells).for_each(|(row, cell)| row.push(cell));
    }

    fn text(&self) -> String {
        std::iter::once(&self.header).chain(&self.rows).map(|row| row.join(",") + "\n").collect()
    }
}

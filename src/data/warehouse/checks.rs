//! What is wrong with the rows of a table, and what time they are of.

use std::collections::BTreeMap;

use super::periods;
use super::results::{Answer, Checked, Straddling, day_of};
use super::rows::{Before, Known, OWN, Time, read_name, rows_name};
use super::statements::{Statement, assembled, head, typed};
use super::sums::filter;
use crate::data::column::{self, NO_DAY, NONE};
use crate::data::table::{ALWAYS_AFTER, Shape, Table, TableFile};
use crate::diagnostic::{Code, DataPlace, Diagnostic};
use crate::model::Model;
use crate::model::data::{Column, ColumnIx, ColumnType, DataId, DataSet, TimeShape};
use crate::plan::query::{Group, Query, Rows};
use crate::time::{Day, Months};

/// Counts what is wrong with the rows of a table, with the first of each kind; and tells what time they are of.
pub fn statement(known: &Known, data: DataId, columns: &[ColumnIx]) -> Statement {
    let set = known.set(data);
    let has_cell = |column: &&ColumnIx| match &set.column(**column).ty {
        ColumnType::Link { by, .. } => by.is_empty(),
        _ => set.column(**column).derived.is_none(),
    };
    let mut checks = Checks {
        known,
        data,
        set,
        columns: columns.iter().filter(has_cell).copied().collect(),
        before: Before::default(),
        parts: Vec::new(),
        selects: Vec::new(),
    };
    let read = checks.columns.clone();
    checks.before.reads.entry(data).or_default().extend(read);
    checks.cells();
    checks.keys();
    checks.days();
    checks.held();
    checks.links();
    checks.straddling();
    let sql = assembled(known, &checks.before, checks.parts, &checks.selects.join("\nUNION ALL\n"));
    Statement {
        name: format!("{} checks", set.name),
        data,
        about: vec![format!("what is wrong with the rows of {}, and the days they are of", set.name)],
        sql,
    }
}

/// The statement as it grows.
struct Checks<'k, 'a> {
    known: &'k Known<'a>,
    data: DataId,
    set: &'a DataSet,
    /// Those with a cell of their own.
    columns: Vec<ColumnIx>,
    before: Before,
    parts: Vec<String>,
    selects: Vec<String>,
}

impl Checks<'_, '_> {
    /// The name of a column.
    fn name(&self, column: ColumnIx) -> String {
        self.known.dialect.name_of(&self.set.column(column).name)
    }

    fn read(&self) -> String {
        self.known.dialect.name_of(&read_name(&self.set.name))
    }

    fn head(&self) -> String {
        head(&format!("{} checks", self.set.name), self.known.dialect)
    }

    fn select(&mut self, finding: &str, about: &str, from: &str, count: &str, first: &str) {
        let d = self.known.dialect;
        self.selects.push(format!(
            "SELECT {}, {} AS finding, {} AS about, CAST(COALESCE({count}, 0) AS BIGINT) AS n, {first} AS first\nFROM {from}",
            self.head(),
            d.text(finding),
            d.text(about)
        ));
    }

    /// What a subquery finds wrong: rows with the text `cell`, each of `n` rows.
    fn found(&mut self, finding: &str, about: &str, subquery: &str, count: &str) {
        let first = self.known.dialect.first_three("cell", "cell IS NOT NULL");
        self.select(finding, about, &format!("({subquery}) found"), count, &format!("COALESCE({first}, '')"));
    }

    /// Several texts as one.
    fn joined(&self, texts: impl Iterator<Item = String>) -> String {
        texts.map(|text| self.known.dialect.as_text(&text)).collect::<Vec<_>>().join(" || ' / ' || ")
    }

    /// The first and the last day on which a row of the table read holds.
    fn interval(&self) -> Option<(String, String)> {
        let TimeShape::Valid { from, to } = self.set.time else { return None };
        let forever = self.known.dialect.day(ALWAYS_AFTER);
        let to = to.map_or(forever.clone(), |to| format!("COALESCE({}, {forever})", self.name(to)));
        Some((self.name(from), to))
    }

    /// Cells that are blank, cannot be read, or lie outside their limits; and how many rows there are.
    fn cells(&mut self) {
        let (d, known, set) = (self.known.dialect, self.known, self.set);
        let value_of = |column: &Column| d.name_of(&format!("{} value", column.name));
        let keys: Vec<String> = set.key.iter().map(|key| format!("COALESCE({}, '')", self.name(*key))).collect();
        let row = if keys.is_empty() { String::new() } else { format!("{} || ': ' || ", keys.join(" || ' / ' || ")) };
        // A table may be read for its rows alone.
        let mut cells = if self.columns.is_empty() { vec!["1 AS one_row".to_string()] } else { Vec::new() };
        let mut tally = vec!["COUNT(*) AS n0".to_string()];
        let mut rows = vec![vec!["'rows'".to_string(), "''".to_string(), "n0".to_string(), "''".to_string()]];
        let mut check = |finding: &str, column: &Column, condition: String| {
            let number = rows.len();
            let first = format!("{row}COALESCE({}, 'blank')", d.name_of(&column.name));
            tally.push(format!("COUNT(*) FILTER (WHERE {condition}) AS n{number}"));
            tally.push(format!("{} AS e{number}", d.first_three(&first, &condition)));
            rows.push(vec![
                d.text(finding),
                d.text(&column.name),
                format!("n{number}"),
                format!("COALESCE(e{number}, '')"),
            ]);
        };
        for column in &self.columns {
            let declared = set.column(*column);
            let (name, value) = (self.name(*column), value_of(declared));
            cells.push(format!("{} AS {name}", d.cell(&name)));
            if !declared.optional {
                check("blank", declared, format!("{name} IS NULL"));
            }
            match &declared.ty {
                ColumnType::Number { .. } => {
                    let float = d.name_of(&format!("{} float", declared.name));
                    cells.push(format!("{name} IS NOT NULL AND {} AS {float}", d.is_float(&name)));
                    check("float", declared, float);
                    check("bad", declared, format!("NOT {}", d.is_number(&name, known.remote.decimals)));
                    if let Some((low, high)) = &declared.limits {
                        cells.push(format!("{} AS {value}", typed(known, declared, &name)));
                        check("limits", declared, format!("{value} < {low} OR {value} > {high}"));
                    }
                }
                ColumnType::Period => {
                    let is_period = periods::is_period(d, &known.model.company.calendar, &name);
                    check("bad", declared, format!("NOT {is_period}"));
                }
                ColumnType::Date | ColumnType::Flag | ColumnType::Choice(_) => {
                    cells.push(format!("{} AS {value}", typed(known, declared, &name)));
                    check("bad", declared, format!("{name} IS NOT NULL AND {value} IS NULL"));
                }
                _ => {}
            }
        }
        if let TimeShape::Valid { from, to: Some(to) } = set.time {
            let (from, to) = (set.column(from), set.column(to));
            check("backward", to, format!("{} > {}", value_of(from), value_of(to)));
        }
        let table = d.table(&known.remote.tables[&self.data]);
        self.parts.push(format!("cells AS (\n  SELECT\n    {}\n  FROM {table}\n)", cells.join(",\n    ")));
        self.parts.push(format!("tally AS (\n  SELECT\n    {}\n  FROM cells\n)", tally.join(",\n    ")));
        self.selects.push(format!(
            "SELECT {}, finding, about, CAST(n AS BIGINT) AS n, first\nFROM tally {}",
            self.head(),
            d.rows_of(&rows, &["finding", "about", "n", "first"])
        ));
    }

    /// Keys with more than one row, on a day.
    fn keys(&mut self) {
        if self.set.key.is_empty() {
            return;
        }
        let d = self.known.dialect;
        let keys: Vec<String> = self.set.key.iter().map(|key| self.name(*key)).collect();
        let (read, all, shown) = (self.read(), keys.join(", "), self.joined(keys.iter().cloned()));
        let filled: Vec<String> = keys.iter().map(|key| format!("{key} IS NOT NULL")).collect();
        let filled = filled.join(" AND ");
        match (self.set.time, self.interval()) {
            (TimeShape::Valid { .. }, Some((from, to))) => {
                let rows = format!(
                    "SELECT {shown} || ': from ' || {} AS cell, {from} AS since,\n    MAX({to}) OVER (PARTITION BY {all} ORDER BY {from}, {to} \
                     ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before\n  FROM {read} WHERE {filled} AND {from} <= {to}",
                    d.as_text(&from)
                );
                let subquery = format!("SELECT cell FROM ({rows}) held WHERE since <= before");
                self.found("overlap", "", &subquery, "COUNT(*)");
            }
            (TimeShape::Snapshot(taken), _) => {
                let taken = self.name(taken);
                let subquery = format!(
                    "SELECT {shown} || ' on ' || {} AS cell FROM {read} WHERE {filled} AND {taken} IS NOT NULL GROUP BY {all}, {taken} HAVING COUNT(*) > 1",
                    d.as_text(&taken)
                );
                self.found("duplicate", "", &subquery, "COUNT(*)");
            }
            _ => {
                let subquery =
                    format!("SELECT {shown} AS cell FROM {read} WHERE {filled} GROUP BY {all} HAVING COUNT(*) > 1");
                self.found("duplicate", "", &subquery, "COUNT(*)");
            }
        }
    }

    /// The days or periods that rows are dated by, and those on which stock was taken.
    fn days(&mut self) {
        let d = self.known.dialect;
        let read = self.read();
        for column in dated(self.known.query, self.set, self.data, &self.columns) {
            let (name, about) = (self.name(column), self.set.column(column).name.as_str());
            self.select("days", about, &read, &format!("COUNT(DISTINCT {name})"), "''");
            let from = format!("{read}\nWHERE {name} IS NOT NULL\nGROUP BY {name}");
            self.select("day", about, &from, "COUNT(*)", &d.as_text(&name));
        }
    }

    /// Of rows that hold over days: the first and the last day on which one does, and one in each window that is read.
    fn held(&mut self) {
        let Some((from, to)) = self.interval() else { return };
        let d = self.known.dialect;
        let mut days = vec![format!("MIN({from})"), format!("MAX({to})")];
        days.extend(windows(self.known.query, self.data).into_iter().map(|(first, last)| {
            let (first, last) = (d.day(first.0), d.day(last.0));
            let holds = format!("{from} <= {last} AND {to} >= {first}");
            format!("CASE WHEN COUNT(*) FILTER (WHERE {holds}) > 0 THEN GREATEST(MAX({from}) FILTER (WHERE {holds}), {first}) END")
        }));
        let columns: Vec<String> = days.iter().enumerate().map(|(at, day)| format!("{day} AS d{at}")).collect();
        let line = |at: usize| vec![format!("'{at}'"), d.as_text(&format!("d{at}"))];
        let lines: Vec<Vec<String>> = (0..days.len()).map(line).collect();
        self.parts.push(format!("held AS (\n  SELECT\n    {}\n  FROM {}\n)", columns.join(",\n    "), self.read()));
        self.selects.push(format!(
            "SELECT {}, 'held' AS finding, about, CAST(1 AS BIGINT) AS n, first\nFROM held {}",
            self.head(),
            d.rows_of(&lines, &["about", "first"])
        ));
    }

    /// Links that lead to no row.
    fn links(&mut self) {
        let (d, known) = (self.known.dialect, self.known);
        for (at, declared) in self.set.columns.iter().enumerate() {
            let ColumnType::Link { data: target, by } = &declared.ty else { continue };
            let own = [ColumnIx(at)];
            let parts: &[ColumnIx] = if by.is_empty() { &own } else { by };
            if !parts.iter().all(|part| self.columns.contains(part)) {
                continue;
            }
            let there = known.set(*target);
            let table = if known.is_remote(*target) {
                self.before.reads.entry(*target).or_default().extend(&there.key);
                read_name(&there.name)
            } else {
                known.used.borrow_mut().rows.entry(*target).or_default();
                rows_name(&there.name)
            };
            let names: Vec<String> = parts.iter().map(|part| format!("{OWN}.{}", self.name(*part))).collect();
            let filled: Vec<String> = names.iter().map(|name| format!("{name} IS NOT NULL")).collect();
            let key = there.key.iter().map(|key| d.name_of(&there.column(*key).name));
            let on: Vec<String> = key.zip(&names).map(|(key, name)| format!("k.{key} = {name}")).collect();
            let subquery = format!(
                "SELECT {} AS cell, COUNT(*) AS n FROM {} {OWN} WHERE {} AND NOT EXISTS (SELECT 1 FROM {} k WHERE {}) GROUP BY {}",
                self.joined(names.iter().cloned()),
                self.read(),
                filled.join(" AND "),
                d.name_of(&table),
                on.join(" AND "),
                names.join(", ")
            );
            self.found("dangling", &declared.name, &subquery, "SUM(n)");
        }
    }

    /// Rows whose period lies partly in the window of an aggregate that other rows read.
    fn straddling(&mut self) {
        let known = self.known;
        let ids: Vec<_> = known.used.borrow().straddled.iter().copied().collect();
        for id in ids {
            let measure = &known.query.measures[id.0];
            let (Rows::Dated { column, months }, Group::Key { via, .. }) = (&measure.rows, &measure.group) else {
                continue;
            };
            if measure.data != self.data {
                continue;
            }
            let mut subquery = || {
                let before = &mut self.before;
                let mut scope = known.scope(measure.data, &measure.rows, &measure.group, before)?;
                let Time::Period(period) = scope.time.clone() else { return Ok(None) };
                let mut conditions = vec![
                    format!("{} IS NOT NULL", known.key(&mut scope, before, via)?),
                    periods::overlaps(&period, *months),
                    format!("NOT {}", periods::inside(&period, *months)),
                ];
                if let Some(condition) = measure.condition {
                    conditions.push(known.node(&mut scope, before, condition, None)?.text);
                }
                let cell = format!("REPLACE({period}, ' ', ' to ')");
                Ok::<_, super::Cannot>(Some(format!(
                    "SELECT {cell} AS cell\n{}{}",
                    known.from(&scope),
                    filter(&conditions)
                )))
            };
            // What cannot be written was refused with the aggregate itself.
            if let Ok(Some(subquery)) = subquery() {
                let finding = format!("straddling {}", periods::written(*months));
                let about = self.set.column(*column).name.clone();
                self.found(&finding, &about, &subquery, "COUNT(*)");
            }
        }
    }
}

/// The columns whose days and periods must be known: those that windows are about.
fn dated(query: &Query, set: &DataSet, data: DataId, columns: &[ColumnIx]) -> Vec<ColumnIx> {
    let asked = query.tables.iter().filter(|asked| asked.data == data).flat_map(|asked| &asked.windows);
    let read: Vec<ColumnIx> = asked
        .filter_map(|window| match window.rows {
            Rows::Dated { column, .. } => Some(column),
            _ => None,
        })
        .collect();
    let own = |column: &ColumnIx| match set.time {
        TimeShape::Dated(on) | TimeShape::Snapshot(on) => on == *column,
        TimeShape::Always | TimeShape::Valid { .. } => false,
    };
    columns.iter().copied().filter(|column| own(column) || read.contains(column)).collect()
}

/// The days between which rows that hold over days are read.
fn windows(query: &Query, data: DataId) -> Vec<(Day, Day)> {
    let mut windows: Vec<(Day, Day)> = query
        .tables
        .iter()
        .filter(|asked| asked.data == data)
        .flat_map(|asked| &asked.windows)
        .filter_map(|window| match window.rows {
            Rows::HeldOn(day) => Some((day, day)),
            Rows::HeldDuring(first, last) => Some((first, last)),
            _ => None,
        })
        .collect();
    windows.sort_unstable();
    windows.dedup();
    windows
}

// ---------------------------------------------------------------- their answers

/// What stands for a table whose rows stayed away: it has a row for each time that they are of.
pub fn take_in(
    model: &Model,
    query: &Query,
    data: DataId,
    columns: &[ColumnIx],
    answer: &Answer,
    straddling: &mut Straddling,
    errors: &mut Vec<Diagnostic>,
) -> Checked<Table> {
    let set = &model.data[data.0];
    let (mut rows, mut announced) = (None, BTreeMap::new());
    let mut times: BTreeMap<ColumnIx, Vec<&str>> = BTreeMap::new();
    let mut held = Vec::new();
    let column_of = |about: &str| set.column_named(about).ok_or_else(|| answer.broken("it speaks of other columns"));
    let day = |text: &str| day_of(text).ok_or_else(|| answer.broken(&format!("`{text}` is no date")));
    for row in &answer.rows {
        let (finding, about) = (answer.cell(row, "finding")?, answer.cell(row, "about")?);
        let (count, first) = (answer.count(row, "n")?, answer.cell(row, "first")?);
        match finding {
            "rows" if rows.replace(count).is_some() => return Err(answer.broken("they are given twice")),
            "rows" => {}
            "days" => {
                announced.insert(column_of(about)?, count);
            }
            "day" => times.entry(column_of(about)?).or_default().push(first),
            "held" => held.push(first),
            _ if count == 0 => {}
            _ => match finding.strip_prefix("straddling ").and_then(periods::read) {
                Some(window) => straddling.add((data, column_of(about)?, window), first.to_string(), None, count),
                None => errors.push(wrong(model, set, finding, about, count, first)),
            },
        }
    }
    let rows = rows.ok_or_else(|| answer.broken("the number of rows is missing"))?;
    for (column, count) in announced {
        if times.entry(column).or_default().len() as u64 != count {
            return Err(answer.broken("rows are missing"));
        }
    }
    if matches!(set.time, TimeShape::Valid { .. }) && held.len() != windows(query, data).len() + 2 {
        return Err(answer.broken("rows are missing"));
    }
    // All checks are there, or something was cut off.
    let optional = |column: &&ColumnIx| !set.column(**column).optional && set.column(**column).derived.is_none();
    let plain = |column: &&ColumnIx| !matches!(&set.column(**column).ty, ColumnType::Link { by, .. } if !by.is_empty());
    for column in columns.iter().filter(optional).filter(plain) {
        let name = set.column(*column).name.as_str();
        let mut checked = answer.rows.iter();
        if !checked.any(|row| {
            answer.cell(row, "finding").ok() == Some("blank") && answer.cell(row, "about").ok() == Some(name)
        }) {
            return Err(answer.broken("checks are missing"));
        }
    }
    let file =
        TableFile { shown: shown(set), rows: usize::try_from(rows).unwrap_or(usize::MAX), ..TableFile::default() };
    let mut table = Table { files: vec![file], ..Table::empty(data, set) };
    table.rows = times.values().map(Vec::len).max().unwrap_or(0).max(usize::from(rows > 0));
    for (column, times) in &times {
        table.columns[column.0] = Some(match set.column(*column).ty {
            ColumnType::Period => {
                let list: Option<Vec<Months>> = times.iter().map(|text| periods::read(text)).collect();
                let list = list.ok_or_else(|| answer.broken("periods cannot be read"))?;
                let mut codes: Vec<u32> = (0..list.len() as u32).collect();
                codes.resize(table.rows, NONE);
                column::Column::Period { codes, list: list.into() }
            }
            _ => {
                let mut days = times.iter().map(|text| Ok(day(text)?.0)).collect::<Checked<Vec<i32>>>()?;
                days.resize(table.rows, NO_DAY);
                column::Column::Day(days)
            }
        });
    }
    table.shape = match set.time {
        TimeShape::Always => Shape::Always,
        TimeShape::Dated(_) => Shape::Dated,
        TimeShape::Snapshot(taken) => match table.column(taken) {
            Some(column::Column::Day(days)) => Shape::Snapshot(days.clone()),
            _ => Shape::Snapshot(Vec::new()),
        },
        TimeShape::Valid { .. } => {
            let days = held.into_iter().filter(|text| !text.is_empty()).map(day).collect::<Checked<Vec<Day>>>()?;
            let forever = Day::from_ymd(9999, 12, 31);
            let to = days.iter().map(|day| if Some(*day) == forever { ALWAYS_AFTER } else { day.0 }).collect();
            table.rows = days.len();
            Shape::Valid { from: days.iter().map(|day| day.0).collect(), to }
        }
    };
    Ok(table)
}

/// How a table of an engine is spoken of where a file would be.
pub fn shown(set: &DataSet) -> String {
    format!("the table of {}", set.name)
}

fn in_table(diagnostic: Diagnostic, set: &DataSet, column: Option<ColumnIx>, first: &str) -> Diagnostic {
    let place = DataPlace {
        file: shown(set),
        column: column.map(|column| set.column(column).name.clone()),
        ..DataPlace::default()
    };
    let diagnostic = diagnostic.in_data(place);
    match first.is_empty() {
        true => diagnostic,
        false => diagnostic.note(format!("the first: {first}")),
    }
}

/// Rows whose period lies partly in a window.
pub fn straddling(set: &DataSet, column: ColumnIx, window: Months, rows: u64, first: &str) -> Diagnostic {
    let (rows, lies) = if rows == 1 { ("1 row".to_string(), "lies") } else { (format!("{rows} rows"), "lie") };
    let message = format!("{rows} of `{}` {lies} partly inside {window}, which a formula reads", set.name);
    let diagnostic = Diagnostic::new(Code::StraddlingPeriod, message);
    in_table(diagnostic, set, Some(column), first)
        .help("split the rows into shorter periods, or evaluate a period that holds them wholly")
}

fn wrong(model: &Model, set: &DataSet, finding: &str, about: &str, count: u64, first: &str) -> Diagnostic {
    let rows = if count == 1 { "1 row".to_string() } else { format!("{count} rows") };
    let has = if count == 1 { "has" } else { "have" };
    let column = set.column_named(about);
    let (code, message, mend) = match finding {
        "blank" => (
            Code::BlankCell,
            format!("{rows} of `{}` {has} no `{about}`", set.name),
            format!("fill the cells in, or write `optional` behind the type of `{about}`"),
        ),
        "float" => (
            Code::BadCell,
            format!("`{about}` of `{}` is a column of binary fractions, which are not exact", set.name),
            format!("make `{about}` a DECIMAL, in the table or in a view of it"),
        ),
        "limits" => (
            Code::OutOfLimits,
            format!("{rows} of `{}` {has} a `{about}` outside its limits", set.name),
            "mend the cells, or widen the limits".to_string(),
        ),
        "duplicate" => {
            let keys = if count == 1 { "1 key".to_string() } else { format!("{count} keys") };
            let on = if matches!(set.time, TimeShape::Snapshot(_)) { " on a day" } else { "" };
            (
                Code::DuplicateKey,
                format!("{keys} of `{}` ({}) {has} more than one row{on}", set.name, key_columns(set)),
                format!(
                    "each {} has one row{on}: take the others out, or add to the `key` what tells them apart",
                    set.row.singular
                ),
            )
        }
        "overlap" => {
            let begin = if count == 1 { "begins" } else { "begin" };
            (
                Code::DuplicateKey,
                format!(
                    "{rows} of `{}` {begin} while an earlier row with the same {} still holds",
                    set.name,
                    key_columns(set)
                ),
                "let the earlier row end the day before the later one begins".to_string(),
            )
        }
        "backward" => {
            let (end, begin) = if count == 1 { ("ends", "it begins") } else { ("end", "they begin") };
            (
                Code::BackwardInterval,
                format!("{rows} of `{}` {end} before {begin}", set.name),
                "mend one of the two dates".to_string(),
            )
        }
        "dangling" => {
            let target = match column.map(|column| &set.column(column).ty) {
                Some(ColumnType::Link { data, .. }) => model.data[data.0].name.as_str(),
                _ => "another data set",
            };
            (
                Code::DanglingLink,
                format!("{rows} of `{}` {has} a `{about}` that no row of `{target}` has", set.name),
                format!("add the rows to `{target}`, or mend the cells"),
            )
        }
        _ => {
            let (code, what, mend) = match column.map(|column| &set.column(column).ty) {
                Some(ColumnType::Choice(_)) => (Code::UnknownChoice, "none of its labels", "mend the cells"),
                Some(ColumnType::Number { .. }) => {
                    (Code::BadCell, "no number, or one with more decimal places than are read", "mend the cells")
                }
                Some(ColumnType::Date) => (Code::BadCell, "no date", "mend the cells"),
                Some(ColumnType::Period) => (Code::BadCell, "no period", periods::FORMS),
                _ => (Code::BadCell, "no `yes` and no `no`", "mend the cells"),
            };
            (code, format!("{rows} of `{}` {has} a `{about}` that is {what}", set.name), mend.to_string())
        }
    };
    in_table(Diagnostic::new(code, message).help(mend), set, column, first)
}

fn key_columns(set: &DataSet) -> String {
    let names: Vec<String> = set.key.iter().map(|key| format!("`{}`", set.column(*key).name)).collect();
    names.join(" and ")
}

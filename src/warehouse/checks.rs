//! The statement that checks a table: what is wrong with its rows, and what time they are of. What it finds is for
//! [`super::findings`].

use std::collections::{BTreeMap, BTreeSet};

use super::cells::{Cells, looked_at};
use super::rows::{Before, Known, Time, read_name, rows_name};
use super::session::head;
use super::statement::{Expected, Statement, assembled, filter};
use super::{Looked, periods};
use crate::data::rows::shape::ALWAYS_AFTER;
use crate::model::data::{ColumnIx, ColumnType, DataId, DataSet, Origin, TimeShape};
use crate::plan::query::{Group, Query, Rows};
use crate::time::Day;

/// What stands in front of a repair's words in a finding.
pub const REPAIRED: &str = "repaired: ";

/// Counts what is wrong with the rows of a table, with the first of each kind; and tells what time they are of.
pub fn statement(known: &Known, data: DataId, columns: &[ColumnIx]) -> (Statement, Vec<Expected>) {
    let set = known.set(data);
    let mut checks = Checks {
        known,
        data,
        set,
        columns: with_cells(set, columns),
        all: columns
            .iter()
            .copied()
            .filter(|column| !matches!(set.column(*column).origin(), Origin::Parts(_)))
            .collect(),
        before: Before::default(),
        parts: Vec::new(),
        selects: Vec::new(),
        expected: Vec::new(),
    };
    let read = checks.all.clone();
    checks.before.reads.entry(data).or_default().extend(read);
    checks.cells();
    checks.left_out();
    checks.keys();
    checks.held();
    checks.values();
    checks.straddling();
    let sql = assembled(known, &checks.before, checks.parts, &checks.selects.join("\nUNION ALL\n"));
    let statement = Statement {
        name: format!("{} checks", set.name),
        data,
        about: vec![format!("what is wrong with the rows of {}, and the days they are of", set.name)],
        sql,
    };
    (statement, checks.expected)
}

/// The statement as it grows.
struct Checks<'k, 'a> {
    known: &'k Known<'a>,
    data: DataId,
    set: &'a DataSet,
    /// Those with a cell of their own.
    columns: Vec<ColumnIx>,
    /// Those and the ones that are computed.
    all: Vec<ColumnIx>,
    before: Before,
    parts: Vec<String>,
    selects: Vec<String>,
    expected: Vec<Expected>,
}

impl<'a> Checks<'_, 'a> {
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

    fn expect(&mut self, finding: &str, about: &str, of_rows: bool) {
        self.expected.push(Expected { finding: finding.to_string(), about: about.to_string(), of_rows });
    }

    /// What a subquery finds wrong: a row each, with the text `cell`.
    fn found(&mut self, finding: &str, about: &str, subquery: &str) {
        self.expect(finding, about, false);
        let d = self.known.dialect;
        self.selects.push(format!(
            "SELECT {}, {} AS finding, {} AS about, COUNT(*) AS n, COALESCE({}, '') AS first\nFROM ({subquery}) found",
            self.head(),
            d.text(finding),
            d.text(about),
            d.first("cell", "cell IS NOT NULL")
        ));
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
        let table = d.table(&known.remote.tables[&self.data]);
        let rows =
            format!("SELECT {}, 'rows' AS finding, '' AS about, COUNT(*) AS n, '' AS first\nFROM {table}", self.head());
        self.selects.push(rows);
        if self.columns.is_empty() {
            return;
        }
        let (texts, types) = (self.texts(), self.types(&table));
        let keys = set.key.iter().filter(|key| self.columns.contains(key));
        let keys: Vec<String> =
            keys.map(|key| format!("COALESCE({}, '')", Cells::new(known, self.data, *key).own("text"))).collect();
        let row = if keys.is_empty() { String::new() } else { format!("{} || ': ' || ", keys.join(" || ' / ' || ")) };
        self.parts.extend(types);
        let (mut cells, mut wrong) = (Vec::new(), Vec::new());
        for (column, one) in self.columns.iter().zip(&texts) {
            let declared = set.column(*column);
            let (value, blank, mended) = (one.own("value"), one.own("blank"), one.own("mended"));
            cells.push(format!("{} AS {value}", one.value()));
            cells.push(format!("{} AS {blank}", one.blank()));
            cells.push(format!("{} AS {mended}", one.is_mended()));
            let mut add = |finding: String, condition: String| wrong.push((finding, declared, one, condition));
            if !declared.optional {
                add("blank".into(), blank.clone());
            }
            add("bad".into(), one.is_bad(&value, &blank));
            // Files repair it, which takes more than engines have.
            if let Some(odd) = one.is_odd() {
                add("odd".into(), odd);
            }
            if let Some(lost) = one.is_lost() {
                add("lost".into(), lost);
            }
            if one.may_be_zoned() {
                add("zoned".into(), one.is_zoned(&value));
            }
            if let Some((low, high)) = &declared.limits {
                add("limits".into(), format!("{value} < {low} OR {value} > {high}"));
            }
            for (repair, condition) in one.repairs(&value, &mended) {
                add(format!("{REPAIRED}{}", repair.words()), condition);
            }
        }
        if let TimeShape::Valid { from, to: Some(to) } = set.time {
            let cells = |column: ColumnIx| texts.iter().zip(&self.columns).find(|(_, at)| **at == column);
            if let (Some((begin, _)), Some((end, _))) = (cells(from), cells(to)) {
                let condition = format!("{} > {}", begin.own("value"), end.own("value"));
                wrong.push(("backward".into(), set.column(to), end, condition));
            }
        }
        let looked_at = looked_at(known, &table, &texts);
        self.parts.push(format!("cells AS (\n  SELECT *,\n    {}\n  FROM {looked_at}\n)", cells.join(",\n    ")));
        if wrong.is_empty() {
            return;
        }
        let (mut judged, mut tally, mut lines, mut any) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (at, (finding, column, cells, condition)) in wrong.iter().enumerate() {
            self.expect(finding, &column.name, false);
            let raw = d.as_text(&d.name_of(&column.name));
            // Of a column of the engine's own type there is no text.
            let text = cells.own("text");
            let shown = format!("COALESCE(NULLIF({text}, ''), CASE WHEN {text} IS NULL THEN {raw} END, 'blank')");
            let first = format!("{row}{shown}");
            let holds = d.name_of(&format!("finding {at}"));
            judged.push(format!("{condition} AS {holds}"));
            tally.push(format!("COUNT(*) FILTER (WHERE {holds}) AS n{at}"));
            tally.push(format!("{} AS e{at}", d.first(&first, &holds)));
            any.push(holds);
            lines.push(vec![d.text(finding), d.text(&column.name), format!("n{at}"), format!("COALESCE(e{at}, '')")]);
        }
        // Few rows are wrong: what is told of them costs next to nothing where the others are left out first.
        self.parts.push(format!("judged AS (\n  SELECT *,\n    {}\n  FROM cells\n)", judged.join(",\n    ")));
        self.parts.push(format!(
            "tally AS (\n  SELECT\n    {}\n  FROM judged\n  WHERE {}\n)",
            tally.join(",\n    "),
            any.join(" OR ")
        ));
        self.selects.push(format!(
            "SELECT {}, finding, about, CAST(n AS BIGINT) AS n, first\nFROM tally {}",
            self.head(),
            d.rows_of(&lines, &["finding", "about", "n", "first"])
        ));
    }

    /// Rows that are left out of files, by what their first filled cell begins with. In front of a filled column nothing
    /// else is first.
    fn left_out(&mut self) {
        let starts = &self.set.ignore_rows_starting;
        if starts.is_empty() {
            return;
        }
        let (d, known, set) = (self.known.dialect, self.known, self.set);
        let is_filled = |name: &str| {
            let column = self.columns.iter().map(|column| set.column(*column));
            column.into_iter().any(|column| !column.optional && d.same_name(&column.name, name))
        };
        // In the order of the table, where that is known.
        let mut names: Vec<&str> = match known.remote.looked.get(&self.data) {
            Some(Looked::Columns(there)) => there.iter().map(|(name, _)| name.as_str()).collect(),
            _ => self.columns.iter().map(|column| set.column(*column).name.as_str()).collect(),
        };
        let first_filled = names.iter().position(|name| is_filled(name));
        names.truncate(first_filled.map_or(names.len(), |at| at + 1));
        let cells: Vec<String> =
            names.iter().map(|name| format!("NULLIF({}, '')", d.trimmed(&d.written(&d.name_of(name))))).collect();
        let Some(first) = cells.split_first().map(|(first, rest)| match rest {
            [] => first.clone(),
            _ => format!("COALESCE({})", cells.join(", ")),
        }) else {
            return;
        };
        let begins: Vec<String> = starts
            .iter()
            .map(|start| format!("SUBSTR(cell, 1, {}) = {}", start.chars().count(), d.text(start)))
            .collect();
        let table = d.table(&known.remote.tables[&self.data]);
        let subquery =
            format!("SELECT cell FROM (SELECT {first} AS cell FROM {table}) first_cells WHERE {}", begins.join(" OR "));
        self.found("left out", "", &subquery);
    }

    /// The cells of the columns.
    fn texts(&self) -> Vec<Cells<'a>> {
        self.columns.iter().map(|column| Cells::new(self.known, self.data, *column)).collect()
    }

    /// Columns of types that are not read, whatever their rows hold.
    fn types(&mut self, table: &str) -> Vec<String> {
        let d = self.known.dialect;
        let (mut names, mut lines) = (Vec::new(), Vec::new());
        for (at, column) in self.columns.clone().into_iter().enumerate() {
            let name = self.set.column(column).name.clone();
            names.push(format!("{} AS t{at}", d.type_name(&format!("typed.{}", d.name_of(&name)))));
            let read = d.matches(&format!("t{at}"), d.types_read());
            self.expect("type", &name, false);
            lines.push(vec![
                d.text("type"),
                d.text(&name),
                format!("CASE WHEN {read} THEN 0 ELSE 1 END"),
                format!("t{at}"),
            ]);
        }
        let part = format!(
            "types AS (\n  SELECT {}\n  FROM (SELECT 1 AS merit_one) one LEFT JOIN {table} typed ON FALSE\n)",
            names.join(", ")
        );
        self.selects.push(format!(
            "SELECT {}, finding, about, CAST(n AS BIGINT) AS n, first\nFROM types {}",
            self.head(),
            d.rows_of(&lines, &["finding", "about", "n", "first"])
        ));
        vec![part]
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
                self.found("overlap", "", &subquery);
            }
            (TimeShape::Snapshot(taken), _) => {
                let taken = self.name(taken);
                let subquery = format!(
                    "SELECT {shown} || ' on ' || {} AS cell FROM {read} WHERE {filled} AND {taken} IS NOT NULL GROUP BY {all}, {taken} HAVING COUNT(*) > 1",
                    d.as_text(&taken)
                );
                self.found("duplicate", "", &subquery);
            }
            _ => {
                let subquery =
                    format!("SELECT {shown} AS cell FROM {read} WHERE {filled} GROUP BY {all} HAVING COUNT(*) > 1");
                self.found("duplicate", "", &subquery);
            }
        }
    }

    /// Of rows that hold over days: the first and the last day on which one does, and one in each window that is read.
    fn held(&mut self) {
        let Some((from, to)) = self.interval() else { return };
        let d = self.known.dialect;
        // Of what is computed nothing is known among the cells.
        if let TimeShape::Valid { from: begins, to: Some(ends) } = self.set.time
            && !(self.columns.contains(&begins) && self.columns.contains(&ends))
        {
            let (read, ends) = (self.read(), self.set.column(ends).name.clone());
            let cell = self.joined([from.clone(), to.clone()].into_iter());
            self.found("backward", &ends, &format!("SELECT {cell} AS cell FROM {read} WHERE {from} > {to}"));
        }
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

    /// The days or periods that rows are dated by, those on which stock was taken, and links that lead to no row: of
    /// all their columns at once, for one look at the table.
    fn values(&mut self) {
        let d = self.known.dialect;
        let dated = dated(self.known.query, self.set, self.data, &self.all);
        let mut asked: Vec<Asked> = dated.into_iter().map(|column| Asked::days(self.set, column)).collect();
        asked.extend((0..self.set.columns.len()).filter_map(|at| self.link(ColumnIx(at))));
        if asked.is_empty() {
            return;
        }
        // The names of columns are the company's, and may be those of our own.
        let columns: Vec<ColumnIx> =
            asked.iter().flat_map(|asked| asked.columns.iter().copied()).collect::<BTreeSet<_>>().into_iter().collect();
        let seen = |column: &ColumnIx| format!("c{}", columns.binary_search(column).unwrap_or(columns.len()));
        let named: Vec<String> =
            columns.iter().map(|column| format!("{} AS {}", self.name(*column), seen(column))).collect();
        // Which columns a group is of: a bit for each that it is not of.
        let bits = |at: usize| 1_u64 << at;
        let which = |group: &[ColumnIx]| -> u64 {
            (0..columns.len()).filter(|at| !group.contains(&columns[*at])).map(bits).sum()
        };
        let grouping: Vec<String> = columns
            .iter()
            .enumerate()
            .map(|(at, column)| format!("GROUPING({}) * {}", self.name(*column), bits(at)))
            .collect();
        let sets: BTreeMap<u64, String> = asked
            .iter()
            .map(|asked| {
                let names: Vec<String> = asked.columns.iter().map(|column| self.name(*column)).collect();
                (which(&asked.columns), format!("({})", names.join(", ")))
            })
            .collect();
        self.parts.push(format!(
            "seen AS (\n  SELECT {}, {} AS which, COUNT(*) AS n\n  FROM {}\n  GROUP BY GROUPING SETS ({})\n)",
            named.join(", "),
            grouping.join(" + "),
            self.read(),
            sets.into_values().collect::<Vec<_>>().join(", ")
        ));
        let (mut lines, mut cells, mut joins) = (Vec::new(), Vec::new(), String::new());
        for (at, Asked { finding, about, columns, target }) in asked.iter().enumerate() {
            self.expect(finding, about, true);
            lines.push(format!("({at}, {}, {}, {})", which(columns), d.text(finding), d.text(about)));
            let own: Vec<String> = columns.iter().map(|column| format!("seen.{}", seen(column))).collect();
            let cell = self.joined(own.iter().cloned());
            let Some((table, keys)) = target else {
                cells.push(format!("WHEN {at} THEN {cell}"));
                continue;
            };
            let mut lost: Vec<String> = own.iter().map(|own| format!("{own} IS NOT NULL")).collect();
            lost.extend(keys.first().map(|key| format!("k{at}.{key} IS NULL")));
            cells.push(format!("WHEN {at} THEN CASE WHEN {} THEN {cell} END", lost.join(" AND ")));
            let on: Vec<String> = keys.iter().zip(&own).map(|(key, own)| format!("k{at}.{key} = {own}")).collect();
            let on = on.join(" AND ");
            joins.push_str(&format!("\n  LEFT JOIN {} k{at} ON asked.number = {at} AND {on}", d.name_of(table)));
        }
        self.parts.push(format!(
            "told AS (\n  SELECT asked.number, asked.finding, asked.about, seen.n,\n    CASE asked.number {} END AS cell\n  \
             FROM seen\n  JOIN (VALUES {}) AS asked(number, which, finding, about) ON asked.which = seen.which{joins}\n)",
            cells.join(" "),
            lines.join(", "),
        ));
        // A line for each day, with the number of them; and one for each link.
        self.selects.push(format!(
            "SELECT {}, finding, about,\n  CAST(CASE finding WHEN 'day' THEN COUNT(*) OVER (PARTITION BY number) ELSE n END AS BIGINT) AS n, first\n\
             FROM (\n  SELECT number, finding, about, SUM(CASE WHEN cell IS NULL THEN 0 ELSE n END) AS n, COALESCE({}, '') AS first\n  \
             FROM told\n  GROUP BY number, finding, about, CASE finding WHEN 'day' THEN cell END\n) told",
            self.head(),
            d.first("cell", "cell IS NOT NULL")
        ));
    }

    /// A link whose cells are all read, and where it leads.
    fn link(&mut self, column: ColumnIx) -> Option<Asked> {
        let (d, known) = (self.known.dialect, self.known);
        let declared = self.set.column(column);
        let ColumnType::Link { data, by } = &declared.ty else { return None };
        let columns = if by.is_empty() { vec![column] } else { by.clone() };
        if !columns.iter().all(|part| self.all.contains(part)) {
            return None;
        }
        let there = known.set(*data);
        let table = if known.is_remote(*data) {
            self.before.reads.entry(*data).or_default().extend(&there.key);
            read_name(&there.name)
        } else {
            known.used.borrow_mut().rows.entry(*data).or_default();
            rows_name(&there.name)
        };
        let keys = there.key.iter().map(|key| d.name_of(&there.column(*key).name)).collect();
        Some(Asked { finding: "dangling", about: declared.name.clone(), columns, target: Some((table, keys)) })
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
                self.found(&finding, &about, &subquery);
            }
        }
    }
}

/// What is asked about the values of some columns.
struct Asked {
    finding: &'static str,
    about: String,
    columns: Vec<ColumnIx>,
    /// The table that must have them, with its keys.
    target: Option<(String, Vec<String>)>,
}

impl Asked {
    /// The days or periods of a column.
    fn days(set: &DataSet, column: ColumnIx) -> Asked {
        Asked { finding: "day", about: set.column(column).name.clone(), columns: vec![column], target: None }
    }
}

/// The columns with a cell of their own.
pub fn with_cells(set: &DataSet, columns: &[ColumnIx]) -> Vec<ColumnIx> {
    columns.iter().copied().filter(|column| set.column(*column).has_cells()).collect()
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
pub fn windows(query: &Query, data: DataId) -> Vec<(Day, Day)> {
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

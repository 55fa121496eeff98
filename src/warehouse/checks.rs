//! The statement that checks a table: what is wrong with its rows, and what time they are of. What it finds is for
//! [`super::findings`].

use super::cells::{Cells, looked_at};
use super::left_out::LeftOut;
use super::periods;
use super::rows::{Before, Known, Time, read_name, rows_name};
use super::session::{counted, head};
use super::statement::{Expected, Statement, assembled, filter};
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
        let (rows, from) = match counted(known, self.data) {
            Some(rows) => (rows, String::new()),
            None => ("COUNT(*)".to_string(), format!("\nFROM {table}")),
        };
        let rows = format!("SELECT {}, 'rows' AS finding, '' AS about, {rows} AS n, '' AS first{from}", self.head());
        self.selects.push(rows);
        if self.columns.is_empty() {
            return;
        }
        self.types(&table);
        // Of the others a glance has told that nothing is wrong.
        let columns: Vec<ColumnIx> = self.columns.iter().copied().filter(|column| !self.is_plain(*column)).collect();
        if columns.is_empty() {
            return;
        }
        let texts = self.texts(&columns);
        let keys = set.key.iter().filter(|key| self.columns.contains(key));
        let key = |key: &ColumnIx| {
            let cells = Cells::new(known.model, known.remote, self.data, *key);
            let text = if self.is_plain(*key) { cells.plain_text() } else { cells.own("text") };
            format!("COALESCE({text}, '')")
        };
        let keys: Vec<String> = keys.map(key).collect();
        let row = if keys.is_empty() { String::new() } else { format!("{} || ': ' || ", keys.join(" || ' / ' || ")) };
        let plain_keys: Vec<Cells> =
            self.texts(&set.key.iter().copied().filter(|key| self.is_plain(*key)).collect::<Vec<_>>());
        let plain_keys: Vec<&Cells> = plain_keys.iter().collect();
        let (mut cells, mut wrong, mut plain) = (Vec::new(), Vec::new(), Vec::new());
        for (column, one) in columns.iter().zip(&texts) {
            let declared = set.column(*column);
            let (value, blank, mended) = (one.own("value"), one.own("blank"), one.own("mended"));
            cells.push(format!("{} AS {value}", one.value()));
            cells.push(format!("{} AS {blank}", one.blank()));
            cells.push(format!("{} AS {mended}", one.is_mended()));
            plain.push(one.is_plain());
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
                plain.push(format!("COALESCE({} BETWEEN {low} AND {high}, TRUE)", one.plain_value()));
            }
            for (repair, condition) in one.repairs(&value, &mended) {
                add(format!("{REPAIRED}{}", repair.words()), condition);
            }
        }
        if let TimeShape::Valid { from, to: Some(to) } = set.time {
            let cells = |column: ColumnIx| texts.iter().zip(&columns).find(|(_, at)| **at == column);
            if let (Some((begin, _)), Some((end, _))) = (cells(from), cells(to)) {
                let condition = format!("{} > {}", begin.own("value"), end.own("value"));
                wrong.push(("backward".into(), set.column(to), end, condition));
                plain.push(format!("COALESCE({} <= {}, TRUE)", begin.plain_value(), end.plain_value()));
            }
        }
        // Most rows are as they should be, which a short condition tells: all else looks at the others alone.
        // An engine thinks little of a comparison, and spreads the work.
        let plain = format!("CASE WHEN {}\n    THEN 0 ELSE 1 END = 1", plain.join("\n    AND "));
        let looked_at = looked_at(d, &table, &texts, &plain_keys, &[plain]);
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

    /// Rows that are left out of files.
    fn left_out(&mut self) {
        let (known, glanced) = (self.known, self.known.remote.glanced.get(&self.data));
        let Some(left_out) = LeftOut::of(known.model, known.remote, self.data, &self.columns) else { return };
        // A glance has told, where none of these cells can have white space around it.
        let is_plain = |name: &String| {
            self.columns
                .iter()
                .any(|column| self.is_plain(*column) && known.dialect.same_name(&self.set.column(*column).name, name))
        };
        if glanced.is_some_and(|glanced| glanced.none_left_out) && left_out.names.iter().all(is_plain) {
            return;
        }
        let table = known.dialect.table(&known.remote.tables[&self.data]);
        let (first, begins) = (left_out.cell(), left_out.begins("cell"));
        let subquery = format!("SELECT cell FROM (SELECT {first} AS cell FROM {table}) first_cells WHERE {begins}");
        self.found("left out", "", &subquery);
    }

    /// Whether a glance has told that all cells of a column are right.
    fn is_plain(&self, column: ColumnIx) -> bool {
        self.known.remote.is_plain(self.data, column)
    }

    /// The cells of the columns.
    fn texts(&self, columns: &[ColumnIx]) -> Vec<Cells<'a>> {
        columns.iter().map(|column| Cells::new(self.known.model, self.known.remote, self.data, *column)).collect()
    }

    /// Columns of types that are not read, whatever their rows hold.
    fn types(&mut self, table: &str) {
        let d = self.known.dialect;
        let (mut names, mut lines) = (Vec::new(), Vec::new());
        for (at, column) in self.columns.clone().into_iter().enumerate() {
            let name = self.set.column(column).name.clone();
            // Of some the catalogue has told.
            if self.known.remote.type_of(self.data, &name).is_some_and(|ty| d.is_read(ty)) {
                continue;
            }
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
        if names.is_empty() {
            return;
        }
        self.parts.push(format!(
            "types AS (\n  SELECT {}\n  FROM (SELECT 1 AS merit_one) one LEFT JOIN {table} typed ON FALSE\n)",
            names.join(", ")
        ));
        self.selects.push(format!(
            "SELECT {}, finding, about, CAST(n AS BIGINT) AS n, first\nFROM types {}",
            self.head(),
            d.rows_of(&lines, &["finding", "about", "n", "first"])
        ));
    }

    /// Whether the engine itself lets no two rows have the same key: its cells are taken as they are.
    fn is_unique(&self) -> bool {
        let names: Vec<&str> = self.set.key.iter().map(|key| self.set.column(*key).name.as_str()).collect();
        let told_apart = |cells: Cells| cells.tells_apart();
        self.known.remote.is_unique(self.data, &names)
            && self.set.key.iter().all(|key| self.is_plain(*key))
            && self.texts(&self.set.key).into_iter().all(told_apart)
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
            _ if self.is_unique() => {}
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

    /// The days or periods that rows are dated by, those on which stock was taken, and links that lead to no row: all in one
    /// look at the rows.
    fn values(&mut self) {
        let d = self.known.dialect;
        let days = dated(self.known.query, self.set, self.data, &self.all);
        let links: Vec<ToRows> = (0..self.set.columns.len()).filter_map(|at| self.link(ColumnIx(at))).collect();
        let (alone, links): (Vec<ToRows>, Vec<ToRows>) =
            links.into_iter().partition(|link| link.many || self.known.dialect.reads_columns());
        for link in alone {
            self.found_by_values(&link);
        }
        if days.is_empty() && links.is_empty() {
            return;
        }
        let days_of = |column: &ColumnIx| format!("r.{} AS day", self.name(*column));
        let mut columns: Vec<String> = days.first().map(days_of).into_iter().collect();
        let mut joins = String::new();
        for (at, link) in links.iter().enumerate() {
            columns.push(format!("COUNT(*) FILTER (WHERE {}) AS n{at}", link.lost(at)));
            columns.push(format!("{} AS e{at}", d.first(&link.cell, &link.lost(at))));
            joins.push_str(&link.joined(at));
        }
        let groups = |column: &ColumnIx| format!("\n  GROUP BY r.{}", self.name(*column));
        let of_first = days.first().map(groups).unwrap_or_default();
        let read = self.read();
        let mut seen = vec![format!("seen AS (\n  SELECT {}\n  FROM {read} r{joins}{of_first}\n)", columns.join(", "))];
        // Each by itself, so that an engine can share the work from the first row on.
        seen.extend(days.iter().enumerate().skip(1).map(|(at, column)| {
            format!("seen_{at} AS (\n  SELECT {}\n  FROM {read} r{}\n)", days_of(column), groups(column))
        }));
        self.parts.extend(seen);
        for (at, column) in days.iter().enumerate() {
            let about = self.set.column(*column).name.clone();
            self.expect("day", &about, true);
            let select = format!(
                "SELECT {}, 'day' AS finding, {} AS about, CAST(COUNT(*) OVER () AS BIGINT) AS n, COALESCE({}, '') AS first\nFROM seen{}",
                self.head(),
                d.text(&about),
                d.as_text("day"),
                if at > 0 { format!("_{at}") } else { String::new() }
            );
            self.selects.push(select);
        }
        if links.is_empty() {
            return;
        }
        let (mut tally, mut lines) = (Vec::new(), Vec::new());
        for (at, link) in links.iter().enumerate() {
            self.expect("dangling", &link.about, true);
            tally.push(format!("SUM(n{at}) AS n{at}, MIN({}) AS e{at}", d.ordered(&format!("e{at}"))));
            lines.push(vec![
                d.text("dangling"),
                d.text(&link.about),
                format!("COALESCE(n{at}, 0)"),
                format!("COALESCE(e{at}, '')"),
            ]);
        }
        self.parts.push(format!("dangling AS (\n  SELECT {}\n  FROM seen\n)", tally.join(",\n    ")));
        self.selects.push(format!(
            "SELECT {}, finding, about, CAST(n AS BIGINT) AS n, first\nFROM dangling {}",
            self.head(),
            d.rows_of(&lines, &["finding", "about", "n", "first"])
        ));
    }

    /// The rows of a link that lead to none, by its values: they are told apart first, so that each is looked for once, and
    /// counts as many times as rows have it, however many rows it leads to.
    fn found_by_values(&mut self, link: &ToRows) {
        self.expect("dangling", &link.about, false);
        let d = self.known.dialect;
        let read = self.read();
        let values = format!("SELECT {0}, COUNT(*) AS merit_n FROM {read} r GROUP BY {0}", link.own.join(", "));
        let lost = link.lost(0);
        self.selects.push(format!(
            "SELECT {}, 'dangling' AS finding, {} AS about, CAST(COALESCE(SUM(r.merit_n) FILTER (WHERE {lost}), 0) AS BIGINT) AS n, \
             COALESCE({}, '') AS first\nFROM ({values}) r{}",
            self.head(),
            d.text(&link.about),
            d.first(&link.cell, &lost),
            link.joined(0),
        ));
    }

    /// A link whose cells are all read.
    fn link(&mut self, column: ColumnIx) -> Option<ToRows> {
        let (d, known) = (self.known.dialect, self.known);
        let declared = self.set.column(column);
        let ColumnType::Link { data, by } = &declared.ty else { return None };
        let columns = if by.is_empty() { vec![column] } else { by.clone() };
        if !columns.iter().all(|part| self.all.contains(part)) {
            return None;
        }
        let there = known.set(*data);
        let own: Vec<String> = columns.iter().map(|part| format!("r.{}", self.name(*part))).collect();
        let keys: Vec<String> = there.key.iter().map(|key| d.name_of(&there.column(*key).name)).collect();
        let cell = self.joined(own.iter().cloned());
        // Of rows that hold on days there may be several with a key.
        let table = match known.is_remote(*data) {
            true => {
                self.before.reads.entry(*data).or_default().extend(&there.key);
                d.name_of(&read_name(&there.name))
            }
            false => {
                known.used.borrow_mut().rows.entry(*data).or_default();
                format!("(SELECT DISTINCT {} FROM {})", keys.join(", "), d.name_of(&rows_name(&there.name)))
            }
        };
        Some(ToRows { about: declared.name.clone(), cell, own, keys, table, many: known.is_remote(*data) })
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

/// A link to rows of another table.
struct ToRows {
    about: String,
    cell: String,
    own: Vec<String>,
    keys: Vec<String>,
    table: String,
    /// There may be many, and several with a key.
    many: bool,
}

impl ToRows {
    /// The keys there.
    fn joined(&self, at: usize) -> String {
        let on: Vec<String> =
            self.keys.iter().zip(&self.own).map(|(key, own)| format!("k{at}.{key} = {own}")).collect();
        format!("\n  LEFT JOIN {} k{at} ON {}", self.table, on.join(" AND "))
    }

    /// Whether a row has no such row there.
    fn lost(&self, at: usize) -> String {
        // What is cheaper to tell stands first.
        let none = self.keys.first().map(|key| format!("k{at}.{key} IS NULL"));
        let filled = self.own.iter().map(|own| format!("{own} IS NOT NULL"));
        none.into_iter().chain(filled).collect::<Vec<_>>().join(" AND ")
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

//! Columns with a formula that dates, keys or links a table of the engine: computed where the table is read, so that whatever
//! follows finds them beside its cells.

use std::collections::{BTreeMap, BTreeSet};

use super::cells::{Cells, looked_at};
use super::checks::with_cells;
use super::dialect::{Dialect, SmallTables};
use super::rows::{Before, Known, OWN, Scope, Sql, read_name};
use super::statement::Refused;
use super::{Cannot, choose};
use crate::model::data::{ColumnIx, ColumnType, DataId, Origin};

/// Tables of the engine with the columns read of them.
pub(super) type Reads = BTreeMap<DataId, BTreeSet<ColumnIx>>;

/// A table with the values of its columns.
#[derive(Clone, Debug)]
pub struct ReadTable {
    pub name: String,
    /// What it holds, in a few words.
    pub about: String,
    how: &'static str,
    select: String,
}

impl ReadTable {
    /// The SQL that makes it before all statements.
    pub fn sql(&self, dialect: Dialect) -> String {
        format!("{} {} AS\n  {}", dialect.making_small(), dialect.name_of(&self.name), self.select)
    }
}

impl<'a> Known<'a> {
    /// The value of a column with a formula, over the cells of its row.
    pub(super) fn computed(&self, scope: &mut Scope, before: &mut Before, column: ColumnIx) -> Result<Sql<'a>, Cannot> {
        let data = scope.data;
        if self.model.goes_by_day(data, column) {
            return Err(Cannot::new("follows links to rows that change from day to day"));
        }
        let Some(node) = self.stored.node(data, column) else {
            return Err(Cannot::new("has a formula that nobody asked for"));
        };
        let choices = match &self.set(data).column(column).ty {
            ColumnType::Choice(choices) => Some(choices.as_slice()),
            _ => None,
        };
        self.formula(scope, before, self.stored.nodes(data), node, choices)
    }

    /// Those of some columns that have a formula.
    fn with_formula(&self, data: DataId, columns: &BTreeSet<ColumnIx>) -> Vec<ColumnIx> {
        columns.iter().copied().filter(|column| self.model.formula_of(data, *column).is_some()).collect()
    }

    /// The tables that must be read before one.
    fn read_before(&self, data: DataId, columns: &BTreeSet<ColumnIx>) -> BTreeSet<DataId> {
        let mut found = BTreeSet::new();
        for column in self.with_formula(data, columns) {
            for read in self.model.reads_of(data, column) {
                found.extend((1..=read.via.len()).map(|to| self.model.links_to(data, &read.via[..to])));
            }
        }
        found.retain(|other| self.is_remote(*other));
        found
    }

    /// The tables that a statement reads, with those that its columns are computed from.
    pub(super) fn all_reads(&self, before: &Before) -> Reads {
        let mut reads = before.reads.clone();
        loop {
            let mut more = Before::default();
            for (data, columns) in &reads {
                for column in self.with_formula(*data, columns) {
                    // What cannot be written was refused.
                    let _ = self.computed(&mut Scope::of_cells(*data), &mut more, column);
                }
            }
            let known = reads.clone();
            for (data, columns) in more.reads {
                reads.entry(data).or_default().extend(columns);
            }
            if reads == known {
                return reads;
            }
        }
    }

    /// The tables that a statement reads, as parts that stand in front of it, each behind those it builds on. Where they are
    /// read once for all statements, that is only noted.
    pub(super) fn tables_read(&self, before: &Before) -> Vec<String> {
        let reads = self.all_reads(before);
        if self.reads_once() {
            let known = &mut self.used.borrow_mut().reads;
            for (data, columns) in reads {
                known.entry(data).or_default().extend(columns);
            }
            return Vec::new();
        }
        let d = self.dialect;
        let part = |read: ReadTable| format!("{} AS {}(\n  {}\n)", d.name_of(&read.name), read.how, read.select);
        self.parts_read(before, reads).into_iter().map(part).collect()
    }

    /// Whether the cells of tables are read once, before all statements: what cleans them is written and done once. Where a
    /// glance has told that nothing need be cleaned, statements read the tables themselves.
    fn reads_once(&self) -> bool {
        let unknown = self.remote.glanced.is_empty();
        let all_plain = |data: &DataId| {
            let cells = with_cells(self.set(*data), &self.needed(*data));
            cells.into_iter().all(|column| self.remote.is_plain(*data, column))
        };
        match self.dialect.small_tables() {
            SmallTables::Filled => unknown || !self.remote.tables.keys().all(all_plain),
            SmallTables::Views => unknown,
            SmallTables::Within => false,
        }
    }

    fn needed(&self, data: DataId) -> Vec<ColumnIx> {
        self.needed.iter().find(|(one, _)| *one == data).map_or_else(Vec::new, |(_, columns)| columns.clone())
    }

    /// The tables that are read once for all statements, in their order.
    pub(super) fn all_read_once(&self) -> Vec<ReadTable> {
        let reads = self.used.borrow().reads.clone();
        self.parts_read(&Before::default(), reads)
    }

    fn parts_read(&self, before: &Before, reads: Reads) -> Vec<ReadTable> {
        let mut parts = Vec::new();
        let (mut open, mut done): (Vec<DataId>, BTreeSet<DataId>) =
            (reads.keys().rev().copied().collect(), BTreeSet::new());
        while let Some(data) = open.last().copied() {
            let first: Vec<DataId> =
                self.read_before(data, &reads[&data]).into_iter().filter(|other| !done.contains(other)).collect();
            if first.is_empty() || done.contains(&data) {
                open.pop();
                if done.insert(data) {
                    let window = before.windows.get(&data).filter(|_| {
                        let read_twice = |other: &DataId| self.read_before(*other, &reads[other]).contains(&data);
                        !before.elsewhere.contains(&data)
                            && !before.by_day.contains(&data)
                            && !reads.keys().any(read_twice)
                    });
                    parts.extend(self.table_read(data, &reads[&data], window));
                }
            } else {
                open.extend(first);
            }
        }
        parts
    }

    /// A table with the values of its columns, of all rows or of those in a window.
    fn table_read(&self, data: DataId, columns: &BTreeSet<ColumnIx>, window: Option<&String>) -> Vec<ReadTable> {
        let (d, set) = (self.dialect, self.set(data));
        let computed = self.with_formula(data, columns);
        let cells: Vec<ColumnIx> = columns.iter().copied().filter(|column| set.column(*column).has_cells()).collect();
        let name = |column: &ColumnIx| d.name_of(&set.column(*column).name);
        let cells: Vec<(String, Cells)> =
            cells.iter().map(|column| (name(column), Cells::new(self.model, self.remote, data, *column))).collect();
        let value = |cells: &Cells| cells.at_once().unwrap_or_else(|| cells.value());
        let lines: Vec<String> = cells.iter().map(|(name, cells)| format!("    {} AS {name}", value(cells))).collect();
        // A table may be read for its rows alone.
        let lines = if lines.is_empty() { "    1 AS one_row".to_string() } else { lines.join(",\n") };
        let (at_once, steps): (Vec<Cells>, Vec<Cells>) =
            cells.into_iter().map(|(_, cells)| cells).partition(|cells| cells.at_once().is_some());
        let at_once: Vec<&Cells> = at_once.iter().collect();
        let conditions: Vec<String> = window.into_iter().cloned().collect();
        let table = looked_at(d, &d.table(&self.remote.tables[&data]), &steps, &at_once, &conditions);
        // What takes steps is better done once.
        let how = if steps.is_empty() { d.written_out() } else { "" };
        let part = |name: String, about: &str| ReadTable {
            name,
            about: format!("the rows of {}{about}", set.name),
            how,
            select: format!("SELECT\n{lines}\n  FROM {table}"),
        };
        if computed.is_empty() {
            return vec![part(read_name(&set.name), ", their cells as they are read")];
        }
        let cells_name = format!("{}_cells", set.name);
        let mut scope = Scope::of_cells(data);
        let mut columns = vec![format!("{OWN}.*")];
        for column in &computed {
            if let Ok(sql) = self.computed(&mut scope, &mut Before::default(), *column) {
                columns.push(format!("{} AS {}", sql.text, name(column)));
            }
        }
        let joins: String = scope.joins.iter().map(|join| format!("\n  {join}")).collect();
        let read = ReadTable {
            name: read_name(&set.name),
            about: format!("the rows of {}, with what is computed from their cells", set.name),
            how: "",
            select: format!("SELECT {}\n  FROM {} {OWN}{joins}", columns.join(", "), d.name_of(&cells_name)),
        };
        vec![part(cells_name, ", their cells as they are read"), read]
    }

    /// Refuses tables whose columns the engine cannot compute.
    pub(super) fn refuse_computed(&self, needed: &[(DataId, Vec<ColumnIx>)], errors: &mut Refused) {
        let mut reads = Reads::new();
        for (data, columns) in needed.iter().filter(|(data, _)| self.is_remote(*data)) {
            for column in columns {
                if !matches!(self.set(*data).column(*column).origin(), Origin::Formula(_)) {
                    continue;
                }
                reads.entry(*data).or_default().insert(*column);
                if let Err(why) = self.computed(&mut Scope::of_cells(*data), &mut Before::default(), *column) {
                    choose::refused_column(self, *data, *column, &why, errors);
                }
            }
        }
        // A table is read as a whole: two cannot each be read before the other.
        for data in reads.keys() {
            let (mut open, mut before) = (vec![*data], BTreeSet::new());
            while let Some(one) = open.pop() {
                let more = reads.get(&one).map(|columns| self.read_before(one, columns)).unwrap_or_default();
                open.extend(more.into_iter().filter(|other| before.insert(*other)));
            }
            if before.contains(data)
                && let Some(column) = reads[data].first()
            {
                let why = Cannot::new("reads a table that itself is computed from this one");
                choose::refused_column(self, *data, *column, &why, errors);
            }
        }
    }
}

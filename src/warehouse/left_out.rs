//! Rows that are left out of files, by what their first filled cell begins with: in a table they are an error.

use std::collections::BTreeMap;

use super::dialect::Dialect;
use super::{Looked, Remote};
use crate::data::cells::forms::NOT_VISIBLE;
use crate::model::Model;
use crate::model::data::{ColumnIx, DataId};

/// What tells such rows.
pub struct LeftOut<'m> {
    d: Dialect,
    starts: &'m [String],
    /// The columns up to the first one that is always filled: in front of that nothing else is first.
    pub names: Vec<String>,
    /// Their types, where these are known.
    types: BTreeMap<String, String>,
}

impl<'m> LeftOut<'m> {
    /// Nothing where no rows are left out. `columns` are those with cells.
    pub fn of(model: &'m Model, remote: &Remote, data: DataId, columns: &[ColumnIx]) -> Option<LeftOut<'m>> {
        let (d, set) = (remote.dialect, &model.data[data.0]);
        if set.ignore_rows_starting.is_empty() {
            return None;
        }
        let is_filled = |name: &str| {
            let mut columns = columns.iter().map(|column| set.column(*column));
            columns.any(|column| !column.optional && d.same_name(&column.name, name))
        };
        // In the order of the table, where that is known.
        let there = match remote.looked.get(&data) {
            Some(Looked::Columns(there)) => Some(there),
            _ => None,
        };
        let mut names: Vec<String> = match there {
            Some(there) => there.iter().map(|(name, _)| name.clone()).collect(),
            None => columns.iter().map(|column| set.column(*column).name.clone()).collect(),
        };
        let first_filled = names.iter().position(|name| is_filled(name));
        names.truncate(first_filled.map_or(names.len(), |at| at + 1));
        let types = there.into_iter().flatten().cloned().collect();
        (!names.is_empty()).then_some(LeftOut { d, starts: &set.ignore_rows_starting, names, types })
    }

    fn written(&self, name: &str) -> String {
        let column = self.d.name_of(name);
        match self.types.get(name) {
            Some(ty) => self.d.written_of(&column, ty),
            None => self.d.written(&column),
        }
    }

    fn first(&self, cell: impl Fn(&String) -> String) -> String {
        let cells: Vec<String> = self.names.iter().map(|name| format!("NULLIF({}, '')", cell(name))).collect();
        match cells.as_slice() {
            [one] => one.clone(),
            _ => format!("COALESCE({})", cells.join(", ")),
        }
    }

    /// The first filled cell.
    pub fn cell(&self) -> String {
        let d = self.d;
        // In most cells there is no white space that could stand around them.
        self.first(|name| {
            let written = self.written(name);
            let (other, trimmed) = (d.matches(&written, NOT_VISIBLE), d.trimmed(&written));
            format!("CASE WHEN {other} THEN {trimmed} ELSE {written} END")
        })
    }

    /// The same of cells that have no white space around them.
    pub fn as_written(&self) -> String {
        self.first(|name| self.written(name))
    }

    /// Whether a cell begins as those of such rows.
    pub fn begins(&self, cell: &str) -> String {
        let begins = |start: &String| {
            format!("COALESCE(SUBSTR({cell}, 1, {}) = {}, FALSE)", start.chars().count(), self.d.text(start))
        };
        self.starts.iter().map(begins).collect::<Vec<_>>().join(" OR ")
    }
}

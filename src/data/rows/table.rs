//! Data sets in memory: columns, the shape in time, and where each row came from.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use hashbrown::HashSet;

use super::keys::Keys;
use super::shape::{ALWAYS_AFTER, ALWAYS_BEFORE, Shape};
use crate::data::cells::content::Repair;
use crate::data::columns::column::Column;
use crate::data::errors;
use crate::data::errors::{Spot, Tally};
use crate::data::read::LikeTotal;
use crate::diagnostic::DataPlace;
use crate::model::data::{ColumnIx, DataId, DataSet};
use crate::visible::shortened;

/// A data set as it was read.
pub struct Table {
    pub data: DataId,
    /// By place in the data set; only what is needed.
    pub columns: Vec<Option<Column>>,
    /// For link columns: the place of the table whose key numbers they hold.
    pub links: Vec<Option<usize>>,
    pub rows: usize,
    pub files: Vec<TableFile>,
    /// The line of each row in its file.
    pub lines: Vec<u32>,
    pub shape: Shape,
    pub keys: Option<Keys>,
    /// Whether all rows of all files are there.
    pub complete: bool,
    /// Of a table whose rows went by: the days they are dated by, by column.
    pub days_passed: BTreeMap<ColumnIx, HashSet<i32>>,
    /// Columns with cells that could not be read and count as blank.
    pub bad: BTreeSet<ColumnIx>,
}

/// What was read of one file.
#[derive(Default)]
pub struct TableFile {
    pub shown: String,
    /// Nowhere, for the table of a test.
    pub path: PathBuf,
    pub first_row: usize,
    pub rows: usize,
    /// The headers as they stand in the file.
    pub headers: BTreeMap<ColumnIx, String>,
    pub repairs: BTreeMap<(ColumnIx, Repair), u64>,
    /// The encoding of a text that is no UTF-8.
    pub encoding: Option<&'static str>,
    /// Rows left out by how they start; the first of those that look like data, and how many these are.
    pub left_out: u64,
    pub like_rows: Tally,
    /// The last row, by its first filled cell.
    pub last: Option<Spot>,
    /// The line of the first row below a blank one.
    pub below_blank: Option<u32>,
    /// Rows that name a total among other words.
    pub like_totals: Vec<LikeTotal>,
    /// The sheet of a spreadsheet, and where the columns stand in it.
    pub sheet: Option<String>,
    pub columns_at: BTreeMap<ColumnIx, usize>,
    /// Where rows have no numbers: the columns that tell one from others.
    pub known_by: Vec<ColumnIx>,
}

impl Table {
    /// A table without columns and rows.
    pub fn empty(id: DataId, data: &DataSet) -> Table {
        Table {
            data: id,
            columns: data.columns.iter().map(|_| None).collect(),
            links: vec![None; data.columns.len()],
            rows: 0,
            files: Vec::new(),
            lines: Vec::new(),
            shape: Shape::Always,
            keys: None,
            complete: true,
            days_passed: BTreeMap::new(),
            bad: BTreeSet::new(),
        }
    }

    pub fn column(&self, column: ColumnIx) -> Option<&Column> {
        self.columns.get(column.0).and_then(Option::as_ref)
    }

    /// Whether all cells of some columns could be read.
    pub fn are_good(&self, columns: impl IntoIterator<Item = ColumnIx>) -> bool {
        columns.into_iter().all(|column| !self.bad.contains(&column))
    }

    /// The file a row came from.
    pub fn file_of(&self, row: usize) -> usize {
        self.files.partition_point(|file| file.first_row <= row).saturating_sub(1)
    }

    /// Where a row, or a cell of it, stands.
    pub fn place(&self, row: usize, column: Option<ColumnIx>) -> DataPlace {
        let file = &self.files[self.file_of(row)];
        let text = column.and_then(|column| self.column(column)).map(|column| column.value(row));
        let at = column.and_then(|column| file.columns_at.get(&column));
        let told = |column: &ColumnIx| {
            Some(format!("{} {}", file.headers.get(column)?, text_of(&self.column(*column)?.value(row))))
        };
        let key: Vec<String> = file.known_by.iter().filter_map(told).collect();
        DataPlace {
            file: file.shown.clone(),
            sheet: file.sheet.clone(),
            row: file.known_by.is_empty().then(|| u64::from(self.lines[row])),
            key: (!file.known_by.is_empty()).then(|| shortened(&key.join(", "))),
            cell: at.map(|at| format!("{}{}", errors::spreadsheet_column(*at), self.lines[row])),
            column: column.and_then(|column| file.headers.get(&column).cloned()),
            text: text.filter(|text| !text.is_missing()).map(|text| shortened(&text_of(&text))),
        }
    }

    /// The first and last day of each row. Rows of a stock hold until the next stock is taken.
    pub fn days_held(&self) -> Vec<(i32, i32)> {
        match &self.shape {
            Shape::Valid { from, to } => from.iter().copied().zip(to.iter().copied()).collect(),
            Shape::Snapshot(days) => {
                let mut taken: Vec<i32> = days.clone();
                taken.sort_unstable();
                taken.dedup();
                let next = |day: i32| {
                    taken.get(taken.partition_point(|taken| *taken <= day)).map_or(ALWAYS_AFTER, |next| next - 1)
                };
                days.iter().map(|day| (*day, next(*day))).collect()
            }
            Shape::Always | Shape::Dated => vec![(ALWAYS_BEFORE, ALWAYS_AFTER); self.rows],
        }
    }

    /// Whether a row holds on a day, or is dated by it.
    pub fn holds_on(&self, row: usize, day: i32) -> bool {
        match &self.shape {
            Shape::Valid { from, to } => from[row] <= day && day <= to[row],
            Shape::Snapshot(days) => days[row] == day,
            Shape::Always | Shape::Dated => true,
        }
    }

    /// Whether a link to a key of this table finds one row, whatever the day.
    pub fn is_timeless(&self) -> bool {
        self.shape.is_timeless()
    }
}

/// A value as it would stand in a file.
pub fn text_of(value: &crate::value::Value) -> String {
    use crate::value::Value;
    match value {
        Value::Number(number) => number.to_string(),
        Value::Text(text) => text.to_string(),
        Value::Day(day) => day.to_string(),
        Value::Period(months) => months.to_string(),
        Value::Flag(flag) => if *flag { "yes" } else { "no" }.to_string(),
        Value::Choice(choice) => choice.to_string(),
        Value::Missing(_) => String::new(),
    }
}

//! Rows that name a total among other words, as `North Total`, and are one: a number in them is the sum of those above, of
//! all or since the total before. Totals that are called nothing else are told where the row is read.

use crate::data::columns::column::{Column, NO_NUMBER};
use crate::data::errors;
use crate::data::errors::Tally;
use crate::data::read::LikeTotal;
use crate::data::rows::table::{Table, TableFile};
use crate::diagnostic::Diagnostic;
use crate::model::data::{ColumnIx, ColumnType, DataSet};

/// So many rows are added up before the last one is taken for their sum, where nothing calls it so.
const ENOUGH: usize = 3;

/// Of small numbers one is soon the sum of others.
const SMALL: i128 = 99;

/// The numbers of columns that can be added up.
fn amounts<'t>(data: &'t DataSet, table: &'t Table) -> impl Iterator<Item = (ColumnIx, &'t [i64])> {
    (0..data.columns.len()).map(ColumnIx).filter_map(|column| {
        let ColumnType::Number { unit, .. } = &data.column(column).ty else { return None };
        let Some(Column::Fixed { values, .. }) = table.column(column) else { return None };
        (!unit.is_ratio_sign() && data.column(column).has_cells()).then_some((column, values.as_slice()))
    })
}

/// Refuses rows that count what others count already.
pub fn check(data: &DataSet, table: &Table, errors: &mut Vec<Diagnostic>) {
    if data.across.is_some() {
        return;
    }
    for file in table.files.iter().filter(|file| !file.like_totals.is_empty()) {
        for (column, values) in amounts(data, table) {
            let found = totals(table, file, values);
            if !found.is_empty() {
                let mut tally = Tally::default();
                found.iter().for_each(|like| tally.add_spot(like.spot.clone()));
                let (name, sheet) = (&data.column(column).name, file.sheet.as_deref());
                let by_first = found.iter().all(|like| like.is_first);
                errors.push(errors::added_up((&file.shown, sheet), data, name, &tally, by_first));
                break;
            }
        }
    }
}

fn totals<'t>(table: &Table, file: &'t TableFile, values: &[i64]) -> Vec<&'t LikeTotal> {
    let mut named = file.like_totals.iter().peekable();
    let (mut all, mut since, mut in_group, mut sure) = (0i128, 0i128, 0, false);
    let mut found = Vec::new();
    let rows = file.first_row..file.first_row + file.rows;
    for (held, line) in values[rows.clone()].iter().zip(table.lines[rows].iter().copied()) {
        let value = i128::from(*held);
        while named.peek().is_some_and(|like| like.spot.line < line) {
            named.next();
        }
        if *held == NO_NUMBER {
            continue;
        }
        let is_named = named.peek().is_some_and(|like| like.spot.line == line);
        if let Some(like) = named.peek().copied().filter(|_| is_named && value != 0 && (value == since || value == all))
        {
            // One row alone is its own sum, and of small numbers one is soon that of two others.
            sure |= in_group > 1 && value.abs() > SMALL;
            found.push(like);
            (since, in_group) = (0, 0);
            continue;
        }
        (all, since, in_group) = (all + value, since + value, in_group + 1);
    }
    if sure { found } else { Vec::new() }
}

/// Whether the last row of a file adds up all rows above it, in every column that can be added up.
pub fn last_adds_up(data: &DataSet, table: &Table, file: &TableFile) -> bool {
    let Some(last) = file.rows.checked_sub(1).filter(|last| *last >= ENOUGH && data.across.is_none()) else {
        return false;
    };
    let (mut told, mut any) = (true, false);
    for (_, values) in amounts(data, table) {
        let above = &values[file.first_row..file.first_row + last];
        let value = values[file.first_row + last];
        let filled = || above.iter().filter(|value| **value != NO_NUMBER);
        let sum: i128 = filled().map(|value| i128::from(*value)).sum();
        let many = filled().filter(|value| **value != 0).count() >= ENOUGH && sum.abs() > SMALL;
        told &= value == NO_NUMBER || i128::from(value) == sum;
        any |= value != NO_NUMBER && many && i128::from(value) == sum;
    }
    told && any
}

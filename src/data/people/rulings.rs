//! What people decided in the place of what the rules give, row by row, as it is written there. What it means, only
//! scoring knows.

use std::sync::Arc;

use crate::data::columns::column::{Column, NONE};
use crate::data::rows::table::Table;
use crate::model::Model;
use crate::model::data::{ColumnIx, ColumnType};
use crate::plan::query::{Ruling, RulingPlaces};
use crate::value::Value;

/// The rulings of a table, in the order of its rows. A row without whom, what or when is one that was told to be bad.
pub fn read(model: &Model, table: &Table) -> Vec<Arc<Ruling>> {
    let set = &model.data[table.data.0];
    let Some(columns) = set.rulings else { return Vec::new() };
    let ColumnType::Link { data: roster, .. } = set.column(columns.person).ty else { return Vec::new() };
    let text = |row: usize, column: ColumnIx| -> Option<Arc<str>> {
        match table.column(column)? {
            Column::Text { codes, texts } if codes[row] != NONE => Some(texts.shared(codes[row])),
            _ => None,
        }
    };
    let said = |row: usize, column: ColumnIx| text(row, column).unwrap_or_else(|| "".into());
    let place = |row: usize, column: ColumnIx| table.place(row, Some(column));
    let ruling = |row: usize| {
        let Some(Value::Period(period)) = table.column(columns.period).map(|column| column.value(row)) else {
            return None;
        };
        let on = match table.column(columns.on).map(|column| column.value(row)) {
            Some(Value::Day(day)) => Some(day),
            _ => None,
        };
        Some(Arc::new(Ruling {
            roster,
            person: text(row, columns.person)?,
            post: columns.post.and_then(|post| text(row, post)),
            period,
            what: text(row, columns.what)?,
            ruled: text(row, columns.ruled)?,
            reason: said(row, columns.reason),
            by: said(row, columns.by),
            on,
            places: RulingPlaces {
                person: place(row, columns.person),
                post: place(row, columns.post.unwrap_or(columns.person)),
                period: place(row, columns.period),
                what: place(row, columns.what),
                ruled: place(row, columns.ruled),
                reason: place(row, columns.reason),
            },
        }))
    };
    (0..table.rows).filter_map(ruling).collect()
}

//! The rows behind an explanation, for spreadsheets.

use std::io;

use super::document::{Row, Val, Why};
use crate::report::csv::SUPPOSED;
use crate::report::csv::cell::{Cell, Sheet, Style, decimal};
use crate::report::csv::estimate::ESTIMATE;

const HEADERS: [&str; 13] =
    ["person", "period", "aggregate", "data", "file", "sheet", "row", "key", "from", "to", "counted", "value", "share"];

/// Behind each aggregate the rows that counted, and those that did not, as far as they are listed.
pub fn rows_as_csv(why: &Why, style: Style) -> io::Result<String> {
    let mut out = Vec::new();
    let mut sheet = Sheet::new(style, &mut out);
    // As in the report of results: what is supposed stands in every row.
    let supposed = (!why.supposed.is_empty()).then(|| why.supposed.join("; "));
    let running = why.running.first();
    let last = supposed.is_some().then_some(SUPPOSED).into_iter().chain(running.map(|_| ESTIMATE[0]));
    sheet.row(HEADERS.iter().copied().chain(last).map(Cell::text))?;
    for measure in &why.measures {
        let counted = measure.counted.iter().flat_map(|rows| &rows.listed).map(|row| (row, "counted"));
        let left_out = measure.left_out.iter().flat_map(|left| left.rows.listed.iter().map(|row| (row, left.why)));
        for (row, how) in counted.chain(left_out) {
            let cells = cells(why, [&measure.text, &measure.data], row, how);
            let last = supposed.iter().chain(running).map(Cell::text);
            sheet.row(cells.into_iter().chain(last))?;
        }
    }
    sheet.end()?;
    Ok(String::from_utf8_lossy(&out).into_owned())
}

fn cells(why: &Why, [aggregate, data]: [&String; 2], row: &Row, how: &str) -> [Cell; 13] {
    let optional = |text: &Option<String>| text.as_ref().map_or_else(Cell::none, Cell::text);
    let value = match &row.value {
        Val::Number { number, .. } => decimal(number),
        Val::Text { text } => Cell::text(text),
        Val::Date { date } => Cell::text(date),
        Val::Period { first_month, last_month } => Cell::text(format!("{first_month} to {last_month}")),
        Val::Flag { flag } => Cell::text(if *flag { "yes" } else { "no" }),
        Val::Choice { index } => Cell::text(index),
        Val::Missing { .. } => Cell::none(),
    };
    [
        Cell::text(&why.person),
        Cell::text(&why.period.name),
        Cell::text(aggregate),
        Cell::text(data),
        Cell::text(&row.file),
        optional(&row.sheet),
        row.row.map_or_else(Cell::none, Cell::text),
        optional(&row.key),
        optional(&row.from),
        optional(&row.to),
        Cell::text(how),
        value,
        row.share.as_ref().map_or_else(Cell::none, decimal),
    ]
}

//! Where the table begins in a file: separator, title rows, header.

use super::records::{Cell, Found, Records};
use crate::data::cell::folded;
use crate::model::data::{ColumnIx, DataSet};

/// Rows in which the header is looked for.
const TITLE_ROWS: usize = 50;

/// The shape of a file.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    pub separator: u8,
    pub headers: Vec<String>,
    /// The line of the header, counted from 0.
    pub header_line: u32,
    /// Where the row behind the header begins, and how many lines lie before it.
    pub offset: usize,
    pub lines: u32,
}

/// Finds the separator and the header: the row that holds most of the expected headers, under the separator with
/// which most are found.
pub fn detect(head: &str, data: &DataSet) -> Layout {
    let expected: Vec<Vec<String>> = data
        .columns
        .iter()
        .filter(|column| column.derived.is_none())
        .map(|column| column.headers.iter().map(|header| folded(header).into_owned()).collect())
        .collect();
    let mut best: Option<((usize, usize), Layout)> = None;
    for separator in [b',', b';', b'\t'] {
        let mut records = Records::new(head.as_bytes(), separator);
        let mut cells: Vec<Cell> = Vec::new();
        for _ in 0..TITLE_ROWS {
            let Found::Record(line) = records.next(&mut cells) else { break };
            let row: Vec<String> = cells.iter().map(|cell| cell.text(head).trim().to_string()).collect();
            let filled = row.iter().filter(|text| !text.is_empty()).count();
            if filled == 0 {
                continue;
            }
            let folds: Vec<_> = row.iter().map(|text| folded(text)).collect();
            let found = expected
                .iter()
                .filter(|headers| headers.iter().any(|header| folds.iter().any(|cell| cell == header)))
                .count();
            // Where nothing is found, the row with most cells is the likeliest header to show.
            let score = (found, filled);
            if best.as_ref().is_none_or(|(known, _)| if found == 0 { score > *known } else { found > known.0 }) {
                let layout =
                    Layout { separator, headers: row, header_line: line, offset: records.at, lines: records.line };
                best = Some((score, layout));
            }
        }
    }
    best.map(|(_, layout)| layout).unwrap_or(Layout { separator: b',', ..Layout::default() })
}

/// Which cell of a row is which column.
pub enum Match {
    At(usize),
    Missing,
    /// Several headers fit.
    Several(Vec<usize>),
}

pub fn find_column(headers: &[String], data: &DataSet, column: ColumnIx) -> Match {
    let wanted: Vec<_> = data.column(column).headers.iter().map(|header| folded(header)).collect();
    let places: Vec<usize> =
        (0..headers.len()).filter(|at| wanted.iter().any(|wanted| *wanted == folded(&headers[*at]))).collect();
    match places.as_slice() {
        [] => Match::Missing,
        [at] => Match::At(*at),
        _ => Match::Several(places),
    }
}

//! Where the table begins in a file: separator, title rows, header.

use super::month_names::heading;
use super::records::{Cell, Found, Records};
use super::{FileTask, Wanted};
use crate::alike::folded;
use crate::data::cells::content::Repairs;
use crate::data::cells::garbled::garbled;
use crate::data::cells::reader::{CellKind, CellReader};
use crate::data::errors::{Header, Oddity};
use crate::model::data::{Column, ColumnIx, DataSet};

/// Rows in which the header is looked for.
pub const TITLE_ROWS: usize = 50;

/// The shape of a file.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    pub separator: u8,
    pub headers: Vec<String>,
    /// The filled rows above the header, each with its line counted from 0.
    pub above: Vec<(u32, Vec<String>)>,
    /// The fewest cells that are filled in the first rows below the header.
    pub fewest: Option<usize>,
    /// The line of the header, counted from 0; none where columns have their names without one.
    pub header_line: Option<u32>,
    /// Where the row behind the header begins, and how many lines lie before it.
    pub offset: usize,
    pub lines: u32,
}

/// The headers that a data set's files should have.
pub struct Expected {
    columns: Vec<Vec<String>>,
    /// Some of them are months.
    months: bool,
}

impl Expected {
    pub fn of(data: &DataSet) -> Expected {
        let headers = |column: &Column| column.headers.iter().map(|header| folded(header).into_owned()).collect();
        let columns = data.columns.iter().filter(|column| column.derived.is_none()).map(headers).collect();
        Expected { columns, months: data.across.is_some() }
    }

    /// How many of them a row holds.
    pub fn found(&self, row: &[String]) -> usize {
        let folds: Vec<_> = row.iter().map(|text| folded(text)).collect();
        let is_there = |headers: &&Vec<String>| headers.iter().any(|header| folds.iter().any(|cell| cell == header));
        let months = if self.months { row.iter().filter(|text| heading(text).is_some()).count() } else { 0 };
        self.columns.iter().filter(is_there).count() + months
    }
}

/// Finds the separator and the header: the row that holds most of the expected headers, under the separator with
/// which most are found.
pub fn detect(head: &str, data: &DataSet) -> Layout {
    let expected = Expected::of(data);
    let mut best: Option<((usize, usize), Layout)> = None;
    for separator in [b',', b';', b'\t'] {
        let mut records = Records::new(head.as_bytes(), separator);
        let mut cells: Vec<Cell> = Vec::new();
        let mut above: Vec<(u32, Vec<String>)> = Vec::new();
        for _ in 0..TITLE_ROWS {
            let Found::Record(line) = records.next(&mut cells) else { break };
            let row: Vec<String> = cells.iter().map(|cell| cell.text(head).trim().to_string()).collect();
            let filled = row.iter().filter(|text| !text.is_empty()).count();
            if filled == 0 {
                continue;
            }
            let found = expected.found(&row);
            // Where nothing is found, the row with most cells is the likeliest header to show.
            let score = (found, filled);
            if best.as_ref().is_none_or(|(known, _)| if found == 0 { score > *known } else { found > known.0 }) {
                let layout = Layout {
                    separator,
                    headers: row.clone(),
                    above: above.clone(),
                    fewest: None,
                    header_line: Some(line),
                    offset: records.at,
                    lines: records.line,
                };
                best = Some((score, layout));
            }
            above.push((line, row));
        }
        if let Some((_, layout)) = best.as_mut().filter(|(_, layout)| layout.separator == separator) {
            layout.count_below(&above);
        }
    }
    best.map(|(_, layout)| layout).unwrap_or(Layout { separator: b',', ..Layout::default() })
}

impl Layout {
    /// What messages say of the header.
    pub fn header<'a>(&'a self, task: &'a FileTask) -> Header<'a> {
        Header {
            file: &task.shown,
            form: task.form,
            sheet_is_named: task.sheet.is_some(),
            line: self.header_line,
            headers: &self.headers,
        }
    }

    pub fn oddity(&self) -> Option<Oddity> {
        let filled: Vec<&str> =
            self.headers.iter().map(|header| header.trim()).filter(|header| !header.is_empty()).collect();
        let quotes = |header: &&str| {
            let (first, last) = (header.chars().next()?, header.chars().next_back()?);
            let is_pair = header.chars().count() > 2
                && matches!(first, '“' | '”' | '„' | '«' | '»' | '‘' | '’' | '\'' | '「' | '‚')
                && matches!(last, '“' | '”' | '»' | '«' | '’' | '‘' | '\'' | '」');
            is_pair.then_some((first, last))
        };
        if let Some((first, last)) = filled.iter().find_map(quotes)
            && filled.iter().filter(|header| quotes(header).is_some()).count() * 2 > filled.len()
        {
            return Some(Oddity::Quotes(first, last));
        }
        if let [only] = filled.as_slice()
            && let Some(sign) =
                ['|', '，', '；', '¦', '^', '~', '\u{1}', '\u{1f}'].into_iter().find(|sign| only.contains(*sign))
        {
            return Some(Oddity::Separator(sign));
        }
        let garbled = |header: &&str| Some(Oddity::Garbled(header.to_string(), garbled(header)?.meant));
        filled.iter().find_map(garbled)
    }

    /// The rows above the header that look like those of the table, which then are no titles: as many cells, those filled
    /// that may not be blank, and numbers and days where they belong; where all is text, as many filled as below.
    pub fn rows_above(&self, wanted: &Wanted, places: &[(usize, usize)]) -> Vec<&(u32, Vec<String>)> {
        let ignored = &wanted.data.ignore_rows_starting;
        let is_filled = |text: &&String| !text.is_empty();
        let headed = self.headers.iter().filter(is_filled).count();
        let fewest = self.fewest.map_or(headed, |fewest| fewest.max(2).min(headed));
        let is_data = |(_, row): &&(u32, Vec<String>)| {
            let first = row.iter().find(is_filled).map(String::as_str).unwrap_or_default();
            if row.len() != self.headers.len() || ignored.iter().any(|start| first.starts_with(start.as_str())) {
                return false;
            }
            let (mut read, mut unread) = (0, 0);
            for (at, index) in places {
                let (column, reader) = &wanted.columns[*index];
                if row[*at].is_empty() {
                    if !wanted.data.column(*column).optional {
                        return false;
                    }
                } else if reader.kind != CellKind::Text {
                    // It may be a number or a day that a spreadsheet holds as one, in no declared form.
                    let is_one = |reader: &CellReader| reader.read(&row[*at], &mut Repairs::default()).is_ok();
                    if is_one(reader) || is_one(&reader.of_values()) { read += 1 } else { unread += 1 }
                }
            }
            if read + unread == 0 { row.iter().filter(is_filled).count() >= fewest } else { read > unread }
        };
        self.above.iter().filter(is_data).collect()
    }

    /// The fewest cells that are filled in the rows below the header, of all that were looked at.
    pub fn count_below(&mut self, rows: &[(u32, Vec<String>)]) {
        let (header, width) = (self.header_line, self.headers.len());
        let below = rows.iter().filter(|(line, row)| Some(*line) > header && row.len() == width);
        self.fewest = below.map(|(_, row)| row.iter().filter(|text| !text.is_empty()).count()).min();
    }
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

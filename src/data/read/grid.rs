//! Rows of cells into columns: the way of spreadsheets, and of sheets with a column for each month.
//!
//! In: a [`Grid`] of texts. Out: the same [`FileContent`] that long CSV files give; the cells are read by the same
//! [`CellReader`](crate::data::cells::reader::CellReader)s.

use super::layout::{Expected, Layout, TITLE_ROWS};
use super::raw::{Beside, Grid, Merged, Raw, Shown};
use super::{Block, FileContent, FileTask, Wanted, across, collect, is_note, match_headers, refuse_repairs, signs};
use crate::alike::folded;
use crate::data::cells::content::{Content, Problem, Repair, Repairs};
use crate::data::cells::numbers::NumberCell;
use crate::data::cells::reader::{CellKind, CellReader};
use crate::data::cells::{times, totals};
use crate::data::columns::column::Builder;
use crate::data::errors;
use crate::data::options::Options;
use crate::model::data::ColumnIx;
use crate::parallel;

/// Rows that one thread reads at a time.
const ROWS: usize = 8192;

/// Reads a grid with all its errors.
pub fn read(task: &FileTask, wanted: &Wanted, options: &Options, grid: &dyn Grid) -> FileContent {
    let mut content = FileContent::default();
    let Some((layout, first)) = detect(grid, wanted) else {
        content.errors.push(errors::empty_file(&task.shown, wanted.data));
        content.incomplete = true;
        return content;
    };
    // The column of months and that of their values have no header of their own.
    let in_rows = |column: &ColumnIx| wanted.data.across.as_ref().is_none_or(|across| !across.holds(*column));
    let plain: Vec<usize> = (0..wanted.columns.len()).filter(|index| in_rows(&wanted.columns[*index].0)).collect();
    let columns = plain.iter().map(|at| wanted.columns[*at].clone()).collect();
    let headed = Wanted { data: wanted.data, columns, takes: Vec::new() };
    let places = match_headers(task, &headed, &layout, &mut content);
    let months = match &wanted.data.across {
        Some(across) => {
            let sheet = across::Sheet { task, wanted, across, layout: &layout, grid, first };
            across::months(&sheet, &mut content.errors)
        }
        None => None,
    };
    let (Some(places), true) = (places, content.errors.is_empty()) else {
        content.incomplete = true;
        return content;
    };
    let cells = places.into_iter().map(|(at, index)| (at, plain[index])).collect();
    let headed = layout.headers.iter().map(|header| !header.is_empty()).collect();
    let readers = if grid.has_commas_between() { None } else { signs::with_open_points(wanted) };
    let width = layout.headers.len();
    let headers = layout.headers.as_slice();
    let mut decoder = Decoder { wanted, grid, cells, months: None, width, headers, headed, first_row: first, readers };
    if let Some(months) = months {
        decoder.months = Some(months.without_blank(|at| {
            (first..grid.height()).all(|row| decoder.is_no_data(row) || grid.cell(row, at).text.trim().is_empty())
        }));
    }
    if let Some(progress) = options.progress {
        progress.started(&task.shown, 0);
    }
    let parts = (grid.height() - first).div_ceil(ROWS);
    let decode = |part: usize| {
        let from = first + part * ROWS;
        decoder.decode(from..(from + ROWS).min(grid.height()))
    };
    let blocks: Vec<Block> =
        if options.threads > 1 { parallel::map(parts, decode) } else { (0..parts).map(decode).collect() };
    let layout = Layout { lines: 0, ..layout.clone() };

    // Each month is a column of its own as long as cells are spoken of.
    let mut read = Wanted { data: wanted.data, columns: wanted.columns.clone(), takes: Vec::new() };
    let mut at: Vec<Option<usize>> = vec![None; wanted.columns.len()];
    decoder.cells.iter().for_each(|(place, index)| at[*index] = Some(*place));
    let value = decoder.months.as_ref().and_then(|months| months.value);
    for month in decoder.months.iter().flat_map(|months| &months.columns) {
        let column = value.unwrap_or(0);
        read.columns.push(wanted.columns[column].clone());
        at.push(Some(month.at));
    }
    content.headers =
        at.iter().map(|at| at.and_then(|at| layout.headers.get(at).cloned()).unwrap_or_default()).collect();
    collect(task, &read, &layout, blocks.into_iter(), &mut content);
    if options.strict {
        refuse_repairs(task, &read, &mut content);
    }
    if let Some(months) = &decoder.months {
        together(&mut content, wanted.columns.len(), months);
    }
    content.columns_at = at[..wanted.columns.len()].to_vec();
    content.spread = layout.headers.iter().cloned().enumerate().map(|(at, header)| (header, at)).collect();
    if let Some(progress) = options.progress {
        progress.finished(&task.shown);
    }
    content
}

/// What was told of each month is told of their one column.
fn together(content: &mut FileContent, columns: usize, months: &across::Months) {
    let span = months.words();
    for index in [months.month, months.value].into_iter().flatten() {
        content.headers[index] = span.clone();
    }
    content.headers.truncate(columns);
    let Some(value) = months.value else { return };
    for ((index, repair), tally) in std::mem::take(&mut content.repairs) {
        let index = if index < columns { index } else { value };
        content.repairs.entry((index, repair)).or_default().take_in(tally, 0);
    }
    content.bad = content.bad.iter().map(|index| if *index < columns { *index } else { value }).collect();
}

/// The header and the row behind it: the row that holds most of the expected headers.
fn detect(grid: &dyn Grid, wanted: &Wanted) -> Option<(Layout, usize)> {
    let expected = Expected::of(wanted.data);
    let mut best: Option<((usize, usize), Layout, usize)> = None;
    let mut above = Vec::new();
    for row in 0..grid.height().min(TITLE_ROWS) {
        let texts: Vec<String> = (0..grid.width(row)).map(|column| grid.cell(row, column).header()).collect();
        let filled = texts.iter().filter(|text| !text.is_empty()).count();
        if filled == 0 {
            continue;
        }
        let found = expected.found(&texts);
        let score = (found, filled);
        // A header merged over two rows is seen in both: the last of equal rows is the one above the data.
        let better = |known: &(usize, usize)| if found == 0 { score > *known } else { found > known.0 };
        if best.as_ref().is_none_or(|(known, ..)| better(known)) {
            let (headers, above, header_line) = (texts.clone(), above.clone(), grid.line(row).checked_sub(1));
            best = Some((score, Layout { headers, above, header_line, ..Layout::default() }, row));
        }
        above.push((grid.line(row).saturating_sub(1), texts));
    }
    best.map(|(_, mut layout, row)| {
        layout.count_below(&above);
        (layout, row + 1)
    })
}

struct Decoder<'a> {
    wanted: &'a Wanted<'a>,
    grid: &'a dyn Grid,
    /// Place in a row, and of the wanted column.
    cells: Vec<(usize, usize)>,
    months: Option<across::Months>,
    width: usize,
    /// By column, its header, and whether it has one.
    headers: &'a [String],
    headed: Vec<bool>,
    /// The first row below the header.
    first_row: usize,
    /// How texts are read where it makes a difference what separates the cells; by wanted column.
    readers: Option<Vec<CellReader>>,
}

impl Decoder<'_> {
    /// How the cells of a wanted column are read.
    fn reader(&self, index: usize) -> &CellReader {
        self.readers.as_ref().map_or(&self.wanted.columns[index].1, |readers| &readers[index])
    }

    fn decode(&self, rows: std::ops::Range<usize>) -> Block {
        let columns = self.wanted.columns.iter().map(|(_, reader)| Builder::new(&reader.kind)).collect();
        let mut block = Block { columns, ..Block::default() };
        for row in rows {
            match (self.is_no_data(row), self.first(row)) {
                (true, Some((_, first))) => self.note_ignored(row, &first, &mut block),
                (true, None) => block.blank_row(),
                (false, first) => self.row(row, first, &mut block),
            }
        }
        block
    }

    /// The first filled cell of a row, and its place.
    fn first(&self, row: usize) -> Option<(usize, String)> {
        let texts = (0..self.grid.width(row)).map(|at| (at, self.grid.cell(row, at).text.trim().to_string()));
        texts.into_iter().find(|(_, text)| !text.is_empty())
    }

    /// The cells of a row that belong to the table and are filled, with their places.
    fn filled(&self, row: usize) -> Vec<(usize, String)> {
        let in_table = |at: &usize| self.headed.get(*at).is_none_or(|headed| *headed);
        let cells = (0..self.grid.width(row)).filter(in_table);
        let texts = cells.map(|at| (at, self.grid.cell(row, at).text.trim().to_string()));
        texts.filter(|(_, text)| !text.is_empty()).collect()
    }

    /// Whether a row is a total by its name, or by a formula that adds up rows above it.
    fn is_total(&self, row: usize, (at, first): (usize, &str)) -> bool {
        let header = self.headers.get(at).map_or("", String::as_str);
        let is_read = |column| self.cells.iter().any(|(_, index)| self.wanted.columns[*index].0 == column);
        let from = self.grid.line(self.first_row);
        let adds_up = |at: usize| {
            let rows = self.grid.adds_up(row, at);
            rows.is_some_and(|rows| *rows.end() >= from && *rows.end() < self.grid.line(row))
        };
        let headed = |at: &usize| self.headed.get(*at).is_some_and(|headed| *headed);
        totals::is_total_row(self.wanted.data, header, first, is_read, || self.lacks(row))
            || (0..self.grid.width(row)).filter(headed).any(adds_up)
    }

    /// Whether a row is the header of a table, of this one or another.
    fn is_header(&self, row: usize) -> bool {
        self.wanted.is_header(&self.cells, |at| self.says_header(row, at))
    }

    fn says_header(&self, row: usize, at: usize) -> bool {
        folded(&self.grid.cell(row, at).text) == folded(&self.headers[at])
    }

    /// Whether of a row one cell alone is filled, and it lacks what a row must have, or is a remark.
    fn is_note(&self, row: usize) -> bool {
        let filled = self.filled(row);
        let [(_, only)] = filled.as_slice() else { return false };
        let headed = self.headed.iter().filter(|headed| **headed).count();
        is_note(only, headed, || self.lacks(row))
    }

    /// Whether a row lacks a cell that every row must have.
    fn lacks(&self, row: usize) -> bool {
        self.wanted.lacks(&self.cells, |at| {
            let raw = self.grid.cell(row, at);
            raw.text.trim().is_empty() && raw.merged == Merged::No && raw.problem.is_none()
        })
    }

    /// Notes a row that is left out by how it starts.
    fn note_ignored(&self, row: usize, first: &str, block: &mut Block) {
        let reads = |(at, index): &(usize, usize)| {
            let raw = self.grid.cell(row, *at);
            raw.read(&raw.text, &self.wanted.columns[*index].1, &mut Repairs::default()).is_ok()
        };
        let whole = self.grid.width(row) == self.width;
        let is_row = whole && self.wanted.data.begins_with_more(first) && self.cells.iter().all(reads);
        block.ignore(self.grid.line(row) - 1, first, is_row);
    }

    fn row(&self, row: usize, first: Option<(usize, String)>, block: &mut Block) {
        let line = self.grid.line(row) - 1;
        if let Some((at, first)) = &first
            && self.is_total(row, (*at, first))
        {
            block.totals.add(line, first);
            return;
        }
        if self.grid.width(row) != self.width {
            let first = self.grid.cell(row, 0).text.into_owned();
            block.ragged.entry(self.grid.width(row)).or_default().add(line, &first);
            return;
        }
        if self.is_header(row) {
            let tally = if (0..self.width).all(|at| self.says_header(row, at)) {
                &mut block.headers
            } else {
                &mut block.tables
            };
            tally.add(line, first.as_ref().map_or("", |(_, first)| first));
            return;
        }
        if self.is_note(row) {
            block.notes.add(line, first.as_ref().map_or("", |(_, first)| first));
            return;
        }
        if let Some((_, first)) = &first {
            block.ends_with(line, first);
        }
        if let (None, Some((_, first))) = (&self.months, &first)
            && !totals::is_total(first)
            && let Some((_, named)) =
                self.filled(row).iter().take(totals::CELLS).find(|(_, cell)| totals::names_total(cell))
        {
            block.is_like_total(line, named, first);
        }
        let raws: Vec<Raw> = self.cells.iter().map(|(at, _)| self.grid.cell(row, *at)).collect();
        let mut contents: Vec<(usize, Content)> = Vec::with_capacity(raws.len());
        for ((_, index), raw) in self.cells.iter().zip(&raws) {
            contents.push((*index, self.content(raw, *index, *index, line, block)));
        }
        let Some(months) = &self.months else {
            contents.into_iter().for_each(|(index, content)| block.columns[index].push(content));
            block.lines.push(line);
            return;
        };
        let year = match months.year_of(self.grid, row) {
            Ok(year) => year,
            Err((index, text)) => {
                block.trouble(index, Problem::NotAYear, line, &text);
                return;
            }
        };
        for (place, month) in months.columns.iter().enumerate() {
            let raw = self.grid.cell(row, month.at);
            let value = months
                .value
                .map(|value| (value, self.content(&raw, value, self.wanted.columns.len() + place, line, block)));
            let name = month.name(year);
            let named = months.month.map(|index| {
                let reader = &self.wanted.columns[index].1;
                (index, reader.read(&name, &mut Repairs::default()).unwrap_or(Content::Blank))
            });
            for (index, content) in contents.iter().cloned().chain(value).chain(named) {
                block.columns[index].push(content);
            }
            block.lines.push(line);
        }
    }

    /// What a cell says; what is wrong with it, or was mended, is noted under `told`.
    fn content<'r>(&self, raw: &'r Raw, index: usize, told: usize, line: u32, block: &mut Block) -> Content<'r> {
        let reader = self.reader(index);
        let mut repairs = Repairs::default();
        let text = match (&raw.shown, &reader.kind) {
            (Shown::As(shown), CellKind::Text | CellKind::Choice(_)) => shown,
            _ => &*raw.text,
        };
        let read = match trouble(raw, reader) {
            Some(problem) => Err(problem),
            None => raw.read(text, reader, &mut repairs),
        };
        if raw.merged == Merged::Down && read.is_ok() {
            repairs.add(Repair::MergedCell);
        }
        let understood = read.is_ok();
        match &read {
            Ok(Content::Day(day)) => block.day(index, reader, *day, raw.date, (line, &raw.text)),
            Ok(Content::Fixed(..) | Content::Number(_)) if self.grid.sheet().is_some() => {
                block.number(index, raw.number, (line, &raw.text));
            }
            _ => {}
        }
        let content = read.unwrap_or_else(|problem| {
            block.trouble(told, problem, line, &raw.text);
            Content::Blank
        });
        // A number that a spreadsheet holds as one says nothing about those that are texts.
        if !raw.number && understood {
            block.signed(index, repairs.1, Some(block.columns[index].len()), (line, &raw.text));
        }
        block.repaired(told, repairs, line, &raw.text);
        content
    }

    /// Blank rows, and rows that start as the data set says. What stands beside the table is none of its cells.
    fn is_no_data(&self, row: usize) -> bool {
        let ignored = &self.wanted.data.ignore_rows_starting;
        let width = self.grid.width(row);
        for column in 0..width {
            let raw = self.grid.cell(row, column);
            let text = raw.text.trim();
            if raw.merged == Merged::No && !text.is_empty() {
                if ignored.iter().any(|start| text.starts_with(start.as_str())) {
                    return true;
                }
                let in_table = |at: usize| at >= self.headed.len() || self.headed[at];
                let is_filled = |at: usize| {
                    let raw = self.grid.cell(row, at);
                    in_table(at) && raw.merged == Merged::No && !raw.text.trim().is_empty()
                };
                return !(column..width).any(is_filled);
            }
        }
        true
    }
}

/// What is wrong with a cell because of how a spreadsheet holds it.
fn trouble(raw: &Raw, reader: &CellReader) -> Option<Problem> {
    let digits = || raw.text.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(problem) = raw.problem {
        // It stands for nothing, but is no text.
        let is_nothing = raw.text == "#N/A" && (reader.optional || reader.kind != CellKind::Text);
        return (problem != Problem::FormulaError || !is_nothing).then_some(problem);
    }
    if raw.merged == Merged::Across {
        return Some(Problem::CoveredCell);
    }
    match &reader.kind {
        // The number of each row, or of all of them together?
        CellKind::Number(_) if raw.merged == Merged::Down => Some(Problem::MergedNumber),
        CellKind::Number(number) if raw.number => beside(raw, number),
        CellKind::Text | CellKind::Choice(_) if raw.number && raw.shown == Shown::Cut => Some(Problem::CutDigits),
        CellKind::Text | CellKind::Choice(_) if raw.number && raw.shown == Shown::Uncertain => {
            Some(Problem::UncertainText)
        }
        CellKind::Day(_) if raw.number && !(digits() && raw.text.len() == 8) => Some(Problem::BareSerial),
        // October typed as 2026.10 is kept as the number 2026.1.
        CellKind::Period if raw.number && !digits() => Some(match times::is_open_month(&raw.text) {
            true => Problem::AmbiguousMonth,
            false => Problem::NotAPeriod,
        }),
        _ => None,
    }
}

/// What is wrong with a number for what its format shows beside it.
fn beside(raw: &Raw, number: &NumberCell) -> Option<Problem> {
    let in_money = raw.currency.as_ref().map(|money| format!("{} {money}", raw.text));
    let read = in_money.map(|text| number.read(&text, &mut Repairs::default()));
    match read {
        Some(Err(Problem::OtherCurrency)) => Some(Problem::OtherCurrency),
        _ if raw.beside == Some(Beside::Percent) => Some(Problem::MoreThanNumber),
        _ if raw.beside == Some(Beside::Times) && !number.is_scaled() => Some(Problem::MoreThanNumber),
        _ => None,
    }
}

//! Turns the text of blocks into columns, record by record.

use std::collections::BTreeMap;

use super::layout::{Layout, detect};
use super::records::{Cell, Found, Records};
use super::{Block, FileContent, FileTask, Wanted, ends, is_note, match_headers, signs, swallowed};
use crate::alike::folded;
use crate::data::cells::content::{Content, Repairs};
use crate::data::cells::reader::{CellKind, CellReader};
use crate::data::cells::totals;
use crate::model::data::DataSet;

/// The first filled cell of a record, and its place.
fn first_filled(text: &str, cells: &[Cell]) -> Option<(usize, String)> {
    let texts = cells.iter().map(|cell| cell.text(text)).enumerate();
    texts.map(|(at, cell)| (at, cell.trim().to_string())).find(|(_, cell)| !cell.is_empty())
}

/// What a record that is the header once more begins with.
pub(super) struct FirstHeader {
    /// By the first byte of a record, whether it may be one.
    may_begin: Vec<bool>,
    folded: String,
}

/// Turns the text of blocks into columns.
pub struct Decoder<'a> {
    pub(super) wanted: &'a Wanted<'a>,
    /// Place of the cell in a row, and of the wanted column.
    pub(super) places: Vec<(usize, usize)>,
    pub separator: u8,
    /// How many lines of the file lie before the first record.
    pub above: u32,
    pub(super) headers: Vec<String>,
    /// By the first byte of a record, whether it may be no data.
    pub(super) doubtful: Vec<bool>,
    pub(super) first_header: FirstHeader,
    /// How cells are read where the file's separator makes a difference; by wanted column.
    pub(super) readers: Option<Vec<CellReader>>,
    /// Where rows have no numbers: the names of the cells that tell one from others, and their places.
    pub(super) key: Option<Vec<(String, usize)>>,
}

impl<'a> Decoder<'a> {
    pub(super) fn new(wanted: &'a Wanted<'a>, places: Vec<(usize, usize)>, layout: Layout) -> Decoder<'a> {
        let Layout { separator, headers, lines: above, .. } = layout;
        let doubtful = doubtful(wanted.data, &[]);
        let first_header = FirstHeader {
            may_begin: self::doubtful(wanted.data, &headers),
            folded: headers.first().map_or(String::new(), |first| folded(first).into_owned()),
        };
        let readers = if separator == b',' { None } else { signs::with_open_points(wanted) };
        Decoder { wanted, places, separator, above, headers, doubtful, first_header, readers, key: None }
    }

    /// Whether a record may be no data by its first cell: of nearly all it is told by the first byte.
    #[inline]
    pub(super) fn is_doubtful(&self, first: &[u8]) -> bool {
        let Some(byte) = first.first().map(|byte| usize::from(*byte)) else { return true };
        self.doubtful[byte] || self.first_header.may_begin[byte] && self.may_be_header(first)
    }

    /// Whether a cell that begins as the first header may be the header once more, or one of another table, of which the
    /// first cell tells nothing where all that is read are texts.
    fn may_be_header(&self, first: &[u8]) -> bool {
        let only_texts = || self.wanted.columns.iter().all(|(_, reader)| reader.kind == CellKind::Text);
        let header = self.first_header.folded.as_bytes();
        !first.iter().all(u8::is_ascii_graphic) || first.eq_ignore_ascii_case(header) || only_texts()
    }

    /// How the cells of a wanted column are read.
    pub(super) fn reader(&self, index: usize) -> &CellReader {
        self.readers.as_ref().map_or(&self.wanted.columns[index].1, |readers| &readers[index])
    }

    /// For a file that begins with `head`, with where its records begin; `None` where something is wrong with it.
    pub fn of_head(task: &FileTask, wanted: &'a Wanted<'a>, head: &str) -> Option<(Decoder<'a>, usize)> {
        let layout = detect(head, wanted.data);
        let places = match_headers(task, wanted, &layout, &mut FileContent::default())?;
        if odd_end(head, &layout).is_some() {
            return None;
        }
        let offset = layout.offset;
        Some((Decoder::new(wanted, places, layout), offset))
    }

    pub fn decode(&self, text: &str) -> Block {
        let columns = (0..self.wanted.columns.len()).map(|index| self.wanted.builder(index)).collect();
        let looks_for_totals = self.looks_for_totals(text);
        let mut block = Block { columns, looks_for_totals, ..Block::default() };
        let mut records = Records::new(text.as_bytes(), self.separator);
        let mut cells: Vec<Cell> = Vec::with_capacity(self.headers.len());
        loop {
            match records.next(&mut cells) {
                Found::End => break,
                Found::Unclosed(line) => {
                    block.unclosed = Some(line);
                    break;
                }
                Found::Record(line) => self.row(text, line, &cells, &mut block),
            }
        }
        block.length = records.line;
        block
    }

    /// Names rows of which something is to be told by their keys, where they have no numbers.
    pub(super) fn tell_keys(&self, text: &str, block: &mut Block) {
        let Some(key) = &self.key else { return };
        let spots = || block.troubles.values().chain(block.repairs.values()).flat_map(|tally| &tally.first);
        let mut keys: BTreeMap<u32, String> = spots().map(|spot| (spot.line, String::new())).collect();
        if keys.is_empty() {
            return;
        }
        let mut records = Records::new(text.as_bytes(), self.separator);
        let mut cells: Vec<Cell> = Vec::new();
        while let Found::Record(line) = records.next(&mut cells) {
            if let Some(told) = keys.get_mut(&line) {
                let parts =
                    key.iter().filter_map(|(name, at)| Some(format!("{name} {}", cells.get(*at)?.text(text).trim())));
                *told = crate::visible::shortened(&parts.collect::<Vec<_>>().join(", "));
            }
        }
        let tallies = block.troubles.values_mut().chain(block.repairs.values_mut());
        tallies.flat_map(|tally| &mut tally.first).for_each(|spot| spot.key = keys.get(&spot.line).cloned());
    }

    fn row(&self, text: &str, line: u32, cells: &[Cell], block: &mut Block) {
        if self.is_no_data(text, cells) {
            match first_filled(text, cells) {
                Some(_) => self.note_ignored(text, line, cells, block),
                None => block.blank_row(),
            }
            return;
        }
        if let Some(total) = self.total(text, cells) {
            block.totals.add(line, &total);
            return;
        }
        if let Some(at) = self.swallows(text, cells) {
            let before: usize = cells[..at].iter().map(|cell| cell.text(text).matches('\n').count()).sum();
            block.swallowed.add(line + before as u32, cells[at].text(text).lines().next().unwrap_or_default());
            return;
        }
        if cells.len() != self.headers.len() {
            let first = cells.first().map(|cell| cell.text(text).into_owned()).unwrap_or_default();
            block.ragged.entry(cells.len()).or_default().add(line, &first);
            return;
        }
        if self.is_header(text, cells) {
            block.headers.add(line, cells[0].text(text).trim());
            return;
        }
        if self.is_header_of_another(text, cells) {
            block.tables.add(line, &first_filled(text, cells).map_or_else(String::new, |(_, first)| first));
            return;
        }
        if self.is_note(text, cells) {
            block.notes.add(line, &first_filled(text, cells).map_or_else(String::new, |(_, first)| first));
            return;
        }
        if block.looks_for_totals {
            self.look_for_totals(text, line, cells, block);
        }
        block.lines.push(line);
        for (at, index) in &self.places {
            self.cell(*index, &cells[*at].text(text), line, block);
        }
        self.note_last(text, line, cells, block);
    }

    /// Notes how a row begins that may be the last one.
    pub(super) fn note_last(&self, text: &str, line: u32, cells: &[Cell], block: &mut Block) {
        if let Some((_, first)) = first_filled(text, cells).filter(|(_, first)| first.len() < 200) {
            block.ends_with(line, &first);
        }
    }

    /// The name of a total that a record is.
    pub(super) fn total(&self, text: &str, cells: &[Cell]) -> Option<String> {
        let (at, first) = first_filled(text, cells)?;
        let header = self.headers.get(at).map_or("", String::as_str);
        let is_read = |column| self.places.iter().any(|(_, index)| self.wanted.columns[*index].0 == column);
        // What a server sends has no rows that somebody has put below.
        let told = || totals::is_total_row(self.wanted.data, header, &first, is_read, || self.lacks(text, cells));
        (self.key.is_none() && told()).then_some(first)
    }

    /// Whether a record lacks a cell that every row must have.
    fn lacks(&self, text: &str, cells: &[Cell]) -> bool {
        self.wanted.lacks(&self.places, |at| cells.get(at).is_none_or(|cell| cell.text(text).trim().is_empty()))
    }

    /// Whether a block may name totals; of tables that are not kept nothing can be added up.
    pub(super) fn looks_for_totals(&self, text: &str) -> bool {
        self.wanted.takes.is_empty() && self.key.is_none() && totals::may_name_total(text)
    }

    /// Notes a row that names a total in one of its first cells.
    pub(super) fn look_for_totals(&self, text: &str, line: u32, cells: &[Cell], block: &mut Block) {
        let Some((_, first)) = first_filled(text, cells) else { return };
        let mut texts = cells.iter().take(totals::CELLS).map(|cell| cell.text(text));
        // What is called nothing else, and is a row all the same, is one for a reason.
        if let Some(named) = texts.find(|cell| totals::names_total(cell))
            && !totals::is_total(&first)
        {
            block.is_like_total(line, named.trim(), &first);
        }
    }

    /// Whether a row is the header of a table, of this one or another.
    pub(super) fn is_header_of_another(&self, text: &str, cells: &[Cell]) -> bool {
        self.wanted.is_header(&self.places, |at| folded(&cells[at].text(text)) == folded(&self.headers[at]))
    }

    /// Whether of a row one cell alone is filled, and it lacks what a row must have, or is a remark.
    pub(super) fn is_note(&self, text: &str, cells: &[Cell]) -> bool {
        let mut filled = cells.iter().map(|cell| cell.text(text)).filter(|cell| !cell.trim().is_empty());
        let (Some(only), None) = (filled.next(), filled.next()) else { return false };
        is_note(&only, cells.len(), || self.lacks(text, cells))
    }

    /// Notes a row that is left out by how it starts; blank ones are none.
    fn note_ignored(&self, text: &str, line: u32, cells: &[Cell], block: &mut Block) {
        let Some((_, first)) = first_filled(text, cells) else { return };
        let whole = cells.len() == self.headers.len();
        let reads = |(at, index): &(usize, usize)| {
            self.reader(*index).read(&cells[*at].text(text), &mut Repairs::default()).is_ok()
        };
        let is_row = whole && self.wanted.data.begins_with_more(&first) && self.places.iter().all(reads);
        block.ignore(line, &first, is_row);
    }

    /// Takes in what a cell of a wanted column says; whether there was nothing odd about it.
    pub(super) fn cell(&self, index: usize, raw: &str, line: u32, block: &mut Block) -> bool {
        let reader = self.reader(index);
        let mut repairs = Repairs::default();
        let mut plain = true;
        let content = reader.read(raw, &mut repairs).unwrap_or_else(|problem| {
            block.trouble(index, problem, line, raw);
            plain = false;
            Content::Blank
        });
        let row = block.columns[index].len();
        block.columns[index].push(content);
        block.signed(index, repairs.1.filter(|_| plain), Some(row), (line, raw));
        block.repaired(index, repairs, line, raw);
        plain && repairs == Repairs::default()
    }

    pub(super) fn is_header(&self, text: &str, cells: &[Cell]) -> bool {
        cells.iter().zip(&self.headers).all(|(cell, header)| folded(&cell.text(text)) == folded(header))
    }

    /// The cell of a record whose quotes take in other rows. What a server sends is quoted as it should be.
    pub(super) fn swallows(&self, text: &str, cells: &[Cell]) -> Option<usize> {
        if self.key.is_some() {
            return None;
        }
        let typed: Vec<&(usize, usize)> =
            self.places.iter().filter(|(_, index)| self.wanted.columns[*index].1.kind != CellKind::Text).collect();
        let is_read = |row: &[&str]| {
            typed.iter().all(|(at, index)| {
                row.get(*at).is_some_and(|cell| self.reader(*index).read(cell, &mut Repairs::default()).is_ok())
            })
        };
        // Two texts side by side could be anything.
        let told = !typed.is_empty() || self.headers.len() > 2;
        swallowed::by_quotes(text, cells, self.headers.len(), self.separator, |row| told && is_read(row))
    }

    /// Blank rows, and rows that start as the data set says.
    pub(super) fn is_no_data(&self, text: &str, cells: &[Cell]) -> bool {
        let ignored = &self.wanted.data.ignore_rows_starting;
        for cell in cells {
            let cell = cell.text(text);
            let cell = cell.trim();
            if !cell.is_empty() {
                return ignored.iter().any(|start| cell.starts_with(start.as_str()));
            }
        }
        true
    }
}

/// By the first byte of a record, whether it may be no data: blank, the header once more, or one to be ignored.
pub fn doubtful(data: &DataSet, headers: &[String]) -> Vec<bool> {
    let mut doubtful: Vec<bool> = (0..=255u8).map(|byte| !byte.is_ascii_graphic() || byte == b'"').collect();
    let header = headers.first().map(|header| header.trim());
    let others = header.into_iter().flat_map(|header| [header.to_ascii_lowercase(), header.to_ascii_uppercase()]);
    others.filter_map(|header| header.bytes().next()).for_each(|byte| doubtful[usize::from(byte)] = true);
    let starts = data.ignore_rows_starting.iter().map(String::as_str).chain(header);
    for start in starts {
        match start.bytes().next() {
            Some(byte) => doubtful[usize::from(byte)] = true,
            None => doubtful.fill(true),
        }
    }
    doubtful
}

/// A sign in the beginning of a text that could end a row, and does not. Up to the header, and in a table of one column,
/// any such sign would hide rows; elsewhere the rows have too many cells.
pub(super) fn odd_end(head: &str, layout: &Layout) -> Option<(u32, char)> {
    let behind = if layout.headers.len() == 1 { head.len() } else { layout.offset };
    let odd = ends::doubtful(&head[..behind], layout.separator, true);
    odd.or_else(|| ends::doubtful(head, layout.separator, false))
}

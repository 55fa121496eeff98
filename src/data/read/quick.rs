//! The quick way from a block to its columns: column by column, each kind of cell by the form that nearly all cells have.
//! A cell of any other form is read as ever, and a block with records of another form is left alone.

use super::ends;
use super::index::Index;
use super::memo::Memo;
use super::plain::ColumnCells;
use super::records::Cell;
use super::{Block, Decoder, Wanted};
use crate::data::cells::reader::CellKind;
use crate::data::cells::totals;
use crate::data::columns::column::{Builder, NONE};

/// Decodes blocks for one or several data sets in the same file; a thread has one of its own.
pub struct Quick {
    index: Index,
    /// By data set, then by wanted column.
    memos: Vec<Vec<Memo>>,
}

impl Quick {
    pub fn new(wanted: &[&Wanted]) -> Quick {
        let memos = |wanted: &&Wanted| wanted.columns.iter().map(|_| Memo::default()).collect();
        Quick { index: Index::default(), memos: wanted.iter().map(memos).collect() }
    }

    /// The block as each of the data sets sees it, an empty one for those without a decoder. All have the same
    /// separator.
    pub fn decode(&mut self, text: &str, decoders: &[Option<Decoder>]) -> Vec<Block> {
        let Some(first) = decoders.iter().flatten().next() else { return Vec::new() };
        let regular = self.index.find(text.as_bytes(), first.separator, first.cells());
        let mut blocks: Vec<Block> = Vec::with_capacity(decoders.len());
        let odd = if regular { odd_rows(text, &self.index, first.cells()) } else { Vec::new() };
        let odd_end = ends::doubtful(text, first.separator, first.cells() == 1);
        // Those whose columns are there by row of the index.
        let mut indexed: Vec<usize> = Vec::new();
        for (at, decoder) in decoders.iter().enumerate() {
            let Some(decoder) = decoder else {
                blocks.push(Block::default());
                continue;
            };
            let block = match regular {
                true => {
                    let others: Vec<(&Decoder, &Block)> =
                        indexed.iter().filter_map(|at| Some((decoders[*at].as_ref()?, &blocks[*at]))).collect();
                    decoder.decode_indexed(text, (&self.index, &odd), &mut self.memos[at], &others)
                }
                false => None,
            };
            if block.is_some() {
                indexed.push(at);
            }
            let mut block = block.unwrap_or_else(|| decoder.decode(text));
            block.odd_end = odd_end;
            decoder.tell_keys(text, &mut block);
            blocks.push(block);
        }
        blocks
    }
}

/// The rows that may be totals, or remarks below the table, of which nothing but the first cell is filled.
fn odd_rows(text: &str, index: &Index, cells: usize) -> Vec<usize> {
    let bytes = text.as_bytes();
    let mut odd = Vec::new();
    let (second, last) = (usize::from(cells > 1), cells - 1);
    let others = index.column(second, 0).zip(index.column(last, 0));
    for (row, ((start, end), (second, last))) in index.column(0, 0).zip(others).enumerate() {
        let is_note = cells > 1 && second.0 == second.1 && last.0 == last.1;
        if is_note
            || totals::may_be_total(&bytes[start..end]) && totals::is_total(&Cell::of(text, start, end).text(text))
        {
            odd.push(row);
        }
    }
    odd
}

impl Decoder<'_> {
    fn cells(&self) -> usize {
        self.headers.len()
    }

    /// The columns of a block whose cells are known; `None` where a record is no data, as some of the `odd` ones may be.
    /// `memos` are by wanted column; what another data set has read already comes from its `others`, with the way it was
    /// read there.
    fn decode_indexed(
        &self,
        text: &str,
        (index, odd): (&Index, &[usize]),
        memos: &mut [Memo],
        others: &[(&Decoder, &Block)],
    ) -> Option<Block> {
        let bytes = text.as_bytes();
        let mut cells = Vec::new();
        let mut suspects = odd.to_vec();
        for (row, (start, end)) in index.column(0, 0).enumerate() {
            if self.is_doubtful(&bytes[start..end]) {
                suspects.push(row);
            }
        }
        for row in suspects {
            cells.clear();
            cells.extend((0..self.cells()).map(|at| {
                let (start, end) = index.cell(row, at);
                Cell::of(text, start, end)
            }));
            let is_none = self.is_no_data(text, &cells) || self.is_header(text, &cells);
            if is_none
                || self.is_header_of_another(text, &cells)
                || self.is_note(text, &cells)
                || self.total(text, &cells).is_some()
            {
                return None;
            }
        }
        for row in (0..index.rows()).filter(|row| index.quoted && index.has_several_lines(*row)) {
            cells.clear();
            cells.extend((0..self.cells()).map(|at| {
                let (start, end) = index.cell(row, at);
                Cell::of(text, start, end)
            }));
            if self.swallows(text, &cells).is_some() {
                return None;
            }
        }
        let columns = (0..self.wanted.columns.len()).map(|at| self.wanted.builder(at)).collect();
        let mut block = Block { columns, lines: index.lines.clone(), length: index.length, ..Block::default() };
        for (at, wanted) in &self.places {
            let taken_over = others.iter().any(|(decoder, other)| {
                let mut same = decoder.places.iter().filter(|(place, _)| place == at);
                same.any(|(_, theirs)| block.take_over((self.wanted, *wanted), (decoder.wanted, *theirs), other))
            });
            if taken_over {
                continue;
            }
            block.columns[*wanted].reserve(index.rows());
            self.column(text, index, (*at, *wanted), &mut memos[*wanted], &mut block);
        }
        // What is wrong is told row by row.
        if !block.troubles.is_empty() {
            return None;
        }
        if self.looks_for_totals(text) {
            for row in 0..index.rows() {
                cells.clear();
                cells.extend((0..self.cells().min(totals::CELLS)).map(|at| {
                    let (start, end) = index.cell(row, at);
                    Cell::of(text, start, end)
                }));
                self.look_for_totals(text, index.lines[row], &cells, &mut block);
            }
        }
        if let Some(row) = index.rows().checked_sub(1) {
            cells.clear();
            cells.extend((0..self.cells()).map(|at| {
                let (start, end) = index.cell(row, at);
                Cell::of(text, start, end)
            }));
            self.note_last(text, index.lines[row], &cells, &mut block);
        }
        Some(block)
    }

    fn column(&self, text: &str, index: &Index, (at, wanted): (usize, usize), memo: &mut Memo, block: &mut Block) {
        let reader = self.reader(wanted);
        let optional = reader.optional;
        let plain = reader.takes_plain_forms().then_some(&reader.kind);
        let cells = ColumnCells { text, index, at };
        // Whether a number with decimals has been seen: the first is noted.
        let mut told = false;
        let mut row = 0;
        loop {
            row = match (&mut block.columns[wanted], plain) {
                (Builder::Fixed { scale, values }, Some(CellKind::Number(number))) if number.is_plain() => {
                    cells.numbers(row, (*scale, told), values)
                }
                (Builder::Day(days), Some(CellKind::Day(_))) => cells.days(row, optional, days),
                (Builder::Choice(codes) | Builder::Link { codes, .. }, _) => cells.codes(row, optional, memo, codes),
                (Builder::Key { codes, hashes, named, .. }, Some(CellKind::Text)) => {
                    cells.keys(row, named, (codes, hashes))
                }
                _ => row,
            };
            if row >= index.rows() {
                return;
            }
            let (start, end) = index.cell(row, at);
            let cell = Cell::of(text, start, end);
            let plain = self.cell(wanted, &cell.text(text), index.lines[row], block);
            told = told || block.signs.get(&wanted).is_some_and(|seen| seen.point.count > 0);
            if let (true, Builder::Choice(codes) | Builder::Link { codes, .. }) = (plain, &block.columns[wanted])
                && let Some(code) = codes.last().filter(|code| **code != NONE)
                && let Some((start, end)) = cell.bounds()
            {
                memo.learn(text.as_bytes(), start, end, *code);
            }
            row += 1;
        }
    }
}

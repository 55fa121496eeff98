//! The quick way from a block to its columns: column by column, each kind of cell by the form that nearly all cells have.
//! A cell of any other form is read as ever, and a block with records of another form is left alone.

use super::ends;
use super::index::Index;
use super::memo::Memo;
use super::records::Cell;
use super::{Block, Decoder, Wanted};
use crate::data::cells::content::{Content, Sign};
use crate::data::cells::reader::CellKind;
use crate::data::cells::{digits, times, totals};
use crate::data::columns::column::{Builder, NO_DAY, NONE, named_key};

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
    for row in 0..index.rows() {
        let (start, end) = index.cell(row, 0);
        let is_filled = |at: usize| index.cell(row, at).0 < index.cell(row, at).1;
        let is_note = cells > 1 && !is_filled(1) && !is_filled(cells - 1);
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
    /// `memos` are by wanted column;
    /// what another data set has read already comes from its `others`, with the way it was read there.
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
        for row in 0..index.rows() {
            let (start, end) = index.cell(row, 0);
            if start == end || self.doubtful[usize::from(bytes[start])] {
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
        let bytes = text.as_bytes();
        let reader = self.reader(wanted);
        let optional = reader.optional;
        let quick = reader.takes_plain_forms();
        let plain_numbers = quick && matches!(&reader.kind, CellKind::Number(number) if number.is_plain());
        let dates = quick && matches!(reader.kind, CellKind::Day(_));
        let own_text = quick && matches!(reader.kind, CellKind::Text);
        let mut points = false;
        for row in 0..index.rows() {
            let (mut start, mut end) = index.cell(row, at);
            if index.quoted && end - start >= 2 && bytes[start] == b'"' {
                let cell = Cell::of(text, start, end);
                match cell.bounds() {
                    Some(inner) => (start, end) = inner,
                    None => {
                        self.cell(wanted, &cell.text(text), index.lines[row], block);
                        continue;
                    }
                }
            }
            let raw = &bytes[start..end];
            match &mut block.columns[wanted] {
                Builder::Fixed { scale, values } if plain_numbers => match digits::plain(raw) {
                    Some((mantissa, places)) if places == *scale && (places == 0 || points) => {
                        values.push(mantissa);
                        continue;
                    }
                    Some((mantissa, places)) => {
                        // The first number with decimals comes here.
                        if places > 0 && !std::mem::replace(&mut points, true) {
                            block.signed(wanted, Some(Sign::Point), None, (index.lines[row], &text[start..end]));
                        }
                        block.columns[wanted].push(Content::Fixed(mantissa, places));
                        continue;
                    }
                    None => {}
                },
                Builder::Day(days) if dates => match times::iso(raw) {
                    Some(Some(day)) => {
                        days.push(day.0);
                        continue;
                    }
                    None if raw.is_empty() && optional => {
                        days.push(NO_DAY);
                        continue;
                    }
                    _ => {}
                },
                Builder::Choice(codes) | Builder::Link { codes, .. } => match memo.find(bytes, start, end) {
                    Some(code) => {
                        codes.push(code);
                        continue;
                    }
                    None if raw.is_empty() && optional => {
                        codes.push(NONE);
                        continue;
                    }
                    None => {}
                },
                Builder::Key { codes, hashes, named, .. } if own_text && is_plain_text(raw) => {
                    let (code, hash) = named_key(named, &text[start..end]);
                    codes.push(code);
                    hashes.push(hash);
                    continue;
                }
                _ => {}
            }
            let plain = self.cell(wanted, &text[start..end], index.lines[row], block);
            if let (true, Builder::Choice(codes) | Builder::Link { codes, .. }) = (plain, &block.columns[wanted])
                && let Some(code) = codes.last().filter(|code| **code != NONE)
            {
                memo.learn(bytes, start, end, *code);
            }
        }
    }
}

/// Whether a sign says nothing but itself: signs of encodings within ASCII, and of powers of ten, are looked at.
#[inline]
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_graphic() & (byte != b'+') & (byte != b'~')
}

/// Whether a text is of plain signs, by eight at a time; of some that are plain it says no.
#[inline]
fn are_plain(text: &[u8]) -> bool {
    const ALL: u64 = 0x0101_0101_0101_0101;
    let word =
        |at: usize| text.get(at..at + 8).map_or(0, |eight| u64::from_le_bytes(eight.try_into().unwrap_or_default()));
    // The high bit of each byte tells of a sign below the first plain one, above the last, and of a plus.
    let is_odd = |word: u64| {
        let below = word.wrapping_sub(ALL * u64::from(b'!')) & !word;
        let above = word.wrapping_add(ALL * (0x80 - u64::from(b'~'))) | word;
        let plus = word ^ (ALL * u64::from(b'+'));
        (below | above | plus.wrapping_sub(ALL) & !plus) & (ALL << 7) != 0
    };
    match text.len() {
        0..8 => text.iter().all(|byte| is_plain(*byte)),
        length => !(0..length / 8).any(|at| is_odd(word(at * 8))) && !is_odd(word(length - 8)),
    }
}

/// Whether a text of plain signs is surely no blank.
#[inline]
fn begins_plainly(raw: &[u8]) -> bool {
    matches!(raw, [first, ..] if first.is_ascii_alphanumeric() && !matches!(first, b'n' | b'N'))
}

/// Whether a text is of plain signs, with no blanks side by side.
fn has_single_blanks(text: &[u8]) -> bool {
    let mut behind = false;
    text.iter().all(|byte| {
        let before = std::mem::replace(&mut behind, *byte == b' ');
        is_plain(*byte) || behind && !before
    })
}

/// Whether a text is surely no blank, has no white space around it and nothing odd in it.
#[inline]
pub fn is_plain_text(raw: &[u8]) -> bool {
    begins_plainly(raw) && raw.last().is_some_and(u8::is_ascii_graphic) && (are_plain(raw) || has_single_blanks(raw))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_signs_eight_at_a_time() {
        let plain = "G007500000-abc/XYZ_09.}!";
        for length in 0..=plain.len() {
            assert!(are_plain(&plain.as_bytes()[..length]), "{length}");
            for at in 0..length {
                for odd in [b' ', b'+', b'~', 0, 0x7f, 0x80, 0xff, b'\t', b'\n'] {
                    let mut text = plain.as_bytes()[..length].to_vec();
                    text[at] = odd;
                    assert!(!are_plain(&text), "{odd} at {at} of {length}");
                }
            }
        }
    }
}

//! Where the cells of a block stand, found 64 bytes at a time: for blocks whose records all have as many cells as there
//! are headers, which is all blocks but a few. Whatever is odd is left to [`Records`](super::records::Records).

use wide::u8x16;

const WIDTH: usize = 64;

/// The cells of a block's records.
#[derive(Default)]
pub struct Index {
    cells: usize,
    /// Where each record begins.
    starts: Vec<u32>,
    /// Where each cell ends, record by record.
    ends: Vec<u32>,
    /// The line in which each record begins, counted from 0.
    pub lines: Vec<u32>,
    /// Lines of the whole text.
    pub length: u32,
    /// Whether there are quotes.
    pub quoted: bool,
}

/// For 64 bytes, a bit for each that is one of three.
struct Marks {
    separators: u64,
    lines: u64,
    quotes: u64,
}

#[inline]
fn marks(bytes: &[u8], separator: u8) -> Marks {
    let mut marks = Marks { separators: 0, lines: 0, quotes: 0 };
    if let Some(chunk) = bytes.first_chunk::<WIDTH>() {
        let (separator, line, quote) = (u8x16::splat(separator), u8x16::splat(b'\n'), u8x16::splat(b'"'));
        for (at, part) in chunk.as_chunks::<16>().0.iter().enumerate() {
            let part = u8x16::from(*part);
            let bits = |wanted: u8x16| u64::from(part.simd_eq(wanted).to_bitmask()) << (16 * at);
            marks.separators |= bits(separator);
            marks.lines |= bits(line);
            marks.quotes |= bits(quote);
        }
        return marks;
    }
    for (at, byte) in bytes.iter().enumerate() {
        marks.separators |= u64::from(*byte == separator) << at;
        marks.lines |= u64::from(*byte == b'\n') << at;
        marks.quotes |= u64::from(*byte == b'"') << at;
    }
    marks
}

/// The bits from each odd one on up to the next: what stands in quotes, with the opening ones.
fn between(quotes: u64) -> u64 {
    [1, 2, 4, 8, 16, 32].into_iter().fold(quotes, |bits, by| bits ^ bits << by)
}

fn below(bit: u32) -> u64 {
    (1 << bit) - 1
}

impl Index {
    pub fn rows(&self) -> usize {
        self.starts.len()
    }

    /// Whether a record goes over several lines.
    pub fn has_several_lines(&self, row: usize) -> bool {
        let next = self.lines.get(row + 1).copied().unwrap_or(self.length);
        next > self.lines[row] + 1
    }

    /// Where a cell begins and ends.
    #[inline]
    pub fn cell(&self, row: usize, at: usize) -> (usize, usize) {
        let place = row * self.cells + at;
        let start = if at == 0 { self.starts[row] } else { self.ends[place - 1] + 1 };
        (start as usize, self.ends[place] as usize)
    }

    /// Where the cells of a column begin and end, from a row on.
    #[inline]
    pub fn column(&self, at: usize, from: usize) -> impl Iterator<Item = (usize, usize)> {
        let starts = self.starts[from.min(self.starts.len())..].iter();
        let rows = self.ends[from.min(self.starts.len()) * self.cells..].chunks_exact(self.cells.max(1));
        starts.zip(rows).map(move |(first, ends)| {
            let start = if at == 0 { *first } else { ends[at - 1] + 1 };
            (start as usize, ends[at] as usize)
        })
    }

    /// Finds the cells of a text that begins with a record; says whether all its records have so many, and all quotes
    /// stand where they mean something.
    pub fn find(&mut self, bytes: &[u8], separator: u8, cells: usize) -> bool {
        self.starts.clear();
        self.ends.clear();
        self.lines.clear();
        (self.cells, self.quoted, self.length) = (cells, false, 0);
        if cells == 0 || bytes.len() >= u32::MAX as usize {
            return false;
        }
        let (mut start, mut line, mut first_line, mut open) = (0u32, 0u32, 0u32, 0u64);
        for base in (0..bytes.len()).step_by(WIDTH) {
            let Marks { separators, lines, quotes } = marks(&bytes[base..], separator);
            let inside = match (quotes, open) {
                (0, 0) => 0,
                _ => {
                    self.quoted = true;
                    let inside = between(quotes) ^ open;
                    if !self.quotes_fit(bytes, base, quotes, inside, separator) {
                        return false;
                    }
                    open = if inside >> 63 == 1 { u64::MAX } else { 0 };
                    inside
                }
            };
            let stops = (separators | lines) & !inside;
            let before = self.ends.len();
            let mut left = stops;
            while left != 0 {
                self.ends.push((base as u32) + left.trailing_zeros());
                left &= left - 1;
            }
            let mut left = lines & !inside;
            let quoted_lines = lines & inside;
            let mut passed = 0;
            while left != 0 {
                let bit = left.trailing_zeros();
                left &= left - 1;
                let last = before + (stops & below(bit)).count_ones() as usize;
                if last + 1 != (self.starts.len() + 1) * cells {
                    return false;
                }
                let at = base + bit as usize;
                self.ends[last] -= u32::from(at > start as usize && bytes[at - 1] == b'\r');
                self.starts.push(start);
                self.lines.push(first_line);
                let seen = (quoted_lines & below(bit)).count_ones();
                line += 1 + seen - passed;
                passed = seen;
                first_line = line;
                start = at as u32 + 1;
            }
            line += quoted_lines.count_ones() - passed;
        }
        if open != 0 {
            return false;
        }
        if (start as usize) < bytes.len() {
            let end = bytes.len() - usize::from(bytes.ends_with(b"\r"));
            self.ends.push(end as u32);
            self.starts.push(start);
            self.lines.push(first_line);
        }
        self.length = line;
        self.ends.len() == self.starts.len() * cells
    }

    /// Whether each quote begins a cell, ends one, or is one of a pair in it.
    fn quotes_fit(&self, bytes: &[u8], base: usize, quotes: u64, inside: u64, separator: u8) -> bool {
        let mut left = quotes;
        while left != 0 {
            let bit = left.trailing_zeros();
            left &= left - 1;
            let at = base + bit as usize;
            let beside =
                if inside >> bit & 1 == 1 { at.checked_sub(1).map(|at| bytes[at]) } else { bytes.get(at + 1).copied() };
            let closing = inside >> bit & 1 == 0;
            let fits = beside
                .is_none_or(|byte| byte == separator || byte == b'\n' || byte == b'"' || closing && byte == b'\r');
            if !fits {
                return false;
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::records::{Cell, Found, Records};
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Where it finds cells at all, they are the ones that the careful way through the text finds.
        #[test]
        fn agrees_with_the_careful_way(
            text in "([a-b]{0,3}|\"([a-b\n]|\"\"|,){0,80}\"|\"|é|\r){0,2}((,|\n|\r\n)([a-b]{0,9}|\"([a-b\n]|\"\"|,){0,5}\"|é|a\"|\r)){0,40}\n?",
            cells in 1usize..4,
        ) {
            let mut index = Index::default();
            let found = index.find(text.as_bytes(), b',', cells);
            let mut records = Records::new(text.as_bytes(), b',');
            let (mut careful, mut row, mut regular) = (Vec::new(), 0, true);
            loop {
                match records.next(&mut careful) {
                    Found::End => break,
                    Found::Unclosed(_) => {
                        prop_assert!(!found);
                        return Ok(());
                    }
                    Found::Record(line) => {
                        regular &= careful.len() == cells;
                        if found {
                            prop_assert_eq!(careful.len(), cells);
                            prop_assert_eq!(index.lines[row], line);
                            for (at, cell) in careful.iter().enumerate() {
                                let (start, end) = index.cell(row, at);
                                prop_assert_eq!(Cell::of(&text, start, end).text(&text), cell.text(&text));
                            }
                        }
                        row += 1;
                    }
                }
            }
            if found {
                prop_assert_eq!((index.rows(), index.length), (row, records.line));
            }
            // Nothing regular is given up.
            if !text.contains('"') {
                prop_assert_eq!(found, regular);
            }
        }
    }
}

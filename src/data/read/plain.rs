//! The cells of a column as long as they have the form that nearly all of its kind have: one loop for each kind, which
//! stops at a cell that is to be looked at.

use super::index::Index;
use super::memo::Memo;
use super::records::Cell;
use crate::data::cells::{short_digits, times};
use crate::data::columns::column::{NO_DAY, NONE, named_key, rescaled};
use crate::data::columns::dictionary::Dictionary;

/// The cells of one column of a block.
#[derive(Clone, Copy)]
pub struct ColumnCells<'a> {
    pub text: &'a str,
    pub index: &'a Index,
    pub at: usize,
}

impl ColumnCells<'_> {
    /// Hands over where the cells stand, from a row on, without quotes around them, until one is not taken. The row of
    /// that one, or the number of rows.
    #[inline(always)]
    fn taken(self, from: usize, mut take: impl FnMut(usize, usize) -> bool) -> usize {
        let mut row = from;
        for (start, end) in self.index.column(self.at, from) {
            let inner = if self.index.quoted { self.without_quotes(start, end) } else { Some((start, end)) };
            if !inner.is_some_and(|(start, end)| take(start, end)) {
                break;
            }
            row += 1;
        }
        row
    }

    /// Where the text of a cell stands, if it stands there as it is.
    fn without_quotes(self, start: usize, end: usize) -> Option<(usize, usize)> {
        match end - start >= 2 && self.text.as_bytes()[start] == b'"' {
            true => Cell::of(self.text, start, end).bounds(),
            false => Some((start, end)),
        }
    }

    /// Numbers with at most so many decimals; none with decimals before the first is `told`.
    pub fn numbers(self, from: usize, (scale, told): (u32, bool), values: &mut Vec<i64>) -> usize {
        let bytes = self.text.as_bytes();
        self.taken(from, |start, end| {
            let number = short_digits::plain(bytes, start, end).filter(|(_, places)| *places == 0 || told);
            let fitting = number.and_then(|(mantissa, places)| match scale.checked_sub(places)? {
                0 => Some(mantissa),
                missing => rescaled(mantissa, missing),
            });
            values.extend(fitting);
            fitting.is_some()
        })
    }

    pub fn days(self, from: usize, optional: bool, days: &mut Vec<i32>) -> usize {
        let bytes = self.text.as_bytes();
        self.taken(from, |start, end| {
            let day = match times::iso(&bytes[start..end]) {
                Some(day) => day.map(|day| day.0),
                None => (start == end && optional).then_some(NO_DAY),
            };
            days.extend(day);
            day.is_some()
        })
    }

    /// Texts whose code is remembered.
    pub fn codes(self, from: usize, optional: bool, memo: &Memo, codes: &mut Vec<u32>) -> usize {
        let bytes = self.text.as_bytes();
        self.taken(from, |start, end| {
            let code = memo.find(bytes, start, end).or((start == end && optional).then_some(NONE));
            codes.extend(code);
            code.is_some()
        })
    }

    /// Keys of plain signs: their numbers among those named, and their hashes.
    pub fn keys(self, from: usize, named: &Dictionary, (codes, hashes): (&mut Vec<u32>, &mut Vec<u64>)) -> usize {
        self.taken(from, |start, end| {
            let text = &self.text.as_bytes()[start..end];
            let is_plain = is_plain_text(text);
            if is_plain {
                let (code, hash) = named_key(named, text);
                codes.push(code);
                hashes.push(hash);
            }
            is_plain
        })
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

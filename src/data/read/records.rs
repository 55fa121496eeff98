//! Separated text into records and cells.

use std::borrow::Cow;

use memchr::{memchr, memchr2, memrchr};

use super::marks::Marks;

/// One cell as it stands in the text.
#[derive(Clone, Copy, Debug)]
pub struct Cell {
    start: usize,
    end: usize,
    /// Quotes inside must be taken away before the text can be read.
    escaped: bool,
}

impl Cell {
    /// The cell between two places, which may be in quotes.
    pub fn of(all: &str, start: usize, end: usize) -> Cell {
        match &all.as_bytes()[start..end] {
            [b'"', inner @ .., b'"'] if memchr(b'"', inner).is_none() => {
                Cell { start: start + 1, end: end - 1, escaped: false }
            }
            [b'"', ..] => Cell { start, end, escaped: true },
            _ => Cell { start, end, escaped: false },
        }
    }

    /// Where the text stands, if it stands there as it is.
    pub fn bounds(&self) -> Option<(usize, usize)> {
        (!self.escaped).then_some((self.start, self.end))
    }

    /// What the cell says, without its quotes.
    pub fn text<'a>(&self, all: &'a str) -> Cow<'a, str> {
        let raw = &all[self.start..self.end];
        if self.escaped { Cow::Owned(unquote(raw)) } else { Cow::Borrowed(raw) }
    }

    /// Whether it stands in quotes.
    pub fn is_quoted(&self, all: &str) -> bool {
        self.escaped || self.start > 0 && all.as_bytes()[self.start - 1] == b'"'
    }

    /// Whether a quoted cell ends with its closing quote, and all quotes before it are doubled.
    pub fn is_well_quoted(&self, all: &str) -> bool {
        let inner = all[self.start..self.end].strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        !self.escaped || inner.is_some_and(|inner| !inner.replace("\"\"", "").contains('"'))
    }
}

/// `"a ""b"""c` is `a "b"c`.
fn unquote(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw.strip_prefix('"').unwrap_or(raw);
    while let Some(at) = rest.find('"') {
        text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        match rest.strip_prefix('"') {
            Some(after) => {
                text.push('"');
                rest = after;
            }
            // Behind the closing quote everything stands for itself.
            None => break,
        }
    }
    text.push_str(rest);
    text
}

/// What [`Records::next`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// A record, and the line it begins in, counted from 0.
    Record(u32),
    /// A quote opened in the record that begins in this line is never closed.
    Unclosed(u32),
    End,
}

/// Walks over the records of a text that begins with a record.
pub struct Records<'a> {
    bytes: &'a [u8],
    separator: u8,
    /// Where the next record begins.
    pub at: usize,
    /// Lines before it.
    pub line: u32,
    /// Whether the last record found was ended by a new line.
    pub ended: bool,
    /// In a text without quotes: where its separators and line ends are.
    marks: Option<Marks<'a>>,
}

impl<'a> Records<'a> {
    pub fn new(bytes: &'a [u8], separator: u8) -> Self {
        let marks = memchr(b'"', bytes).is_none().then(|| Marks::new(bytes, separator));
        Records { bytes, separator, at: 0, line: 0, ended: true, marks }
    }

    /// Puts the cells of the next record into `cells`.
    pub fn next(&mut self, cells: &mut Vec<Cell>) -> Found {
        cells.clear();
        let line = self.line;
        let mut at = self.at;
        if at >= self.bytes.len() {
            return Found::End;
        }
        if let Some(marks) = &mut self.marks {
            let plain = |start: usize, end: usize| Cell { start, end, escaped: false };
            for stop in marks {
                if self.bytes[stop] != b'\n' {
                    cells.push(plain(at, stop));
                    at = stop + 1;
                    continue;
                }
                let end = if stop > at && self.bytes[stop - 1] == b'\r' { stop - 1 } else { stop };
                cells.push(plain(at, end));
                self.line += 1;
                (self.at, self.ended) = (stop + 1, true);
                return Found::Record(line);
            }
            let stop = self.bytes.len();
            let end = if stop > at && self.bytes[stop - 1] == b'\r' { stop - 1 } else { stop };
            cells.push(plain(at, end));
            (self.at, self.ended) = (stop, false);
            return Found::Record(line);
        }
        loop {
            let start = at;
            let mut escaped = false;
            let mut bounds = None;
            if self.bytes.get(at) == Some(&b'"') {
                let mut from = at + 1;
                loop {
                    let Some(quote) = memchr(b'"', &self.bytes[from..]).map(|offset| from + offset) else {
                        self.at = self.bytes.len();
                        return Found::Unclosed(line);
                    };
                    if self.bytes.get(quote + 1) != Some(&b'"') {
                        self.line += memchr::memchr_iter(b'\n', &self.bytes[at..quote]).count() as u32;
                        bounds = Some((start + 1, quote));
                        at = quote + 1;
                        break;
                    }
                    escaped = true;
                    from = quote + 2;
                }
            }
            let stop = memchr2(self.separator, b'\n', &self.bytes[at..]).map(|offset| at + offset);
            let mut end = stop.unwrap_or(self.bytes.len());
            let last = stop.is_none_or(|stop| self.bytes[stop] == b'\n');
            if last && end > at && self.bytes[end - 1] == b'\r' {
                end -= 1;
            }
            cells.push(match bounds {
                Some((start, close)) if !escaped && end == at => Cell { start, end: close, escaped: false },
                Some(_) => Cell { start, end, escaped: true },
                None => Cell { start, end, escaped: false },
            });
            at = stop.map_or(self.bytes.len(), |stop| stop + 1);
            if last {
                self.ended = stop.is_some();
                self.line += u32::from(self.ended);
                self.at = at;
                return Found::Record(line);
            }
        }
    }
}

/// Where the last complete record of a text that begins with a record ends; `None` when there is none.
pub fn last_end(bytes: &[u8], separator: u8) -> Option<usize> {
    if memchr(b'"', bytes).is_none() {
        return memrchr(b'\n', bytes).map(|at| at + 1);
    }
    let mut records = Records::new(bytes, separator);
    let (mut cells, mut last) = (Vec::new(), None);
    while let Found::Record(_) = records.next(&mut cells) {
        if records.ended {
            last = Some(records.at);
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Vec<(u32, Vec<String>)> {
        let mut records = Records::new(text.as_bytes(), b',');
        let (mut cells, mut all) = (Vec::new(), Vec::new());
        while let Found::Record(line) = records.next(&mut cells) {
            all.push((line, cells.iter().map(|cell| cell.text(text).into_owned()).collect()));
        }
        all
    }

    #[test]
    fn quotes_and_new_lines() {
        let rows = read("a,\"b\nc\",\"say \"\"hi\"\"\"\r\n\r\nd,5\" pipe,\"x\"y\nlast,");
        let expected: Vec<(u32, Vec<&str>)> = vec![
            (0, vec!["a", "b\nc", "say \"hi\""]),
            (2, vec![""]),
            (3, vec!["d", "5\" pipe", "xy"]),
            (4, vec!["last", ""]),
        ];
        assert_eq!(
            rows.iter().map(|(line, row)| (*line, row.iter().map(String::as_str).collect())).collect::<Vec<_>>(),
            expected
        );
    }

    #[test]
    fn quotes_that_are_not_doubled() {
        for (text, expected) in [
            ("\"a, \"\"b\"\"\"", true),
            ("a\" b", true),
            ("\"a\"", true),
            ("\"\"", true),
            ("\"a\" b", false),
            ("\"a \\\"b\\\"\"", false),
            ("\"a \\\"b\\\" c\"", false),
        ] {
            let mut cells = Vec::new();
            assert_eq!(Records::new(text.as_bytes(), b',').next(&mut cells), Found::Record(0));
            assert_eq!(cells.iter().all(|cell| cell.is_well_quoted(text)), expected, "{text}");
        }
    }

    #[test]
    fn blocks_end_with_whole_records() {
        assert_eq!(last_end(b"a,b\nc", b','), Some(4));
        assert_eq!(last_end(b"a,\"b\nc\n", b','), None);
        assert_eq!(last_end(b"a,b\nc,\"d\ne\"\nf", b','), Some(12));
        assert_eq!(last_end(b"abc", b','), None);
    }

    proptest! {
        /// The quick way through a text without quotes finds what the careful one finds.
        #[test]
        fn quick_and_careful_agree(text in "([a-c,\n;]{0,40}|\r\n|é|保|\r){0,12}") {
            let (mut quick, mut careful) = (Records::new(text.as_bytes(), b','), Records::new(text.as_bytes(), b','));
            careful.marks = None;
            let (mut cells, mut others) = (Vec::new(), Vec::new());
            loop {
                let found = quick.next(&mut cells);
                prop_assert_eq!(found, careful.next(&mut others));
                let texts = |cells: &[Cell]| -> Vec<String> {
                    cells.iter().map(|cell| cell.text(&text).into_owned()).collect()
                };
                prop_assert_eq!(texts(&cells), texts(&others));
                prop_assert_eq!((quick.at, quick.line, quick.ended), (careful.at, careful.line, careful.ended));
                if found == Found::End {
                    break;
                }
            }
        }

        /// A well-kept library reads the same cells. It passes over blank lines, which are rows without data here.
        #[test]
        fn agrees_with_the_csv_library(text in "([a-c,\"\n]|\r\n|é|,\"|\",|\"\n)*") {
            let mut records = Records::new(text.as_bytes(), b',');
            let (mut cells, mut mine) = (Vec::new(), Vec::new());
            loop {
                match records.next(&mut cells) {
                    Found::Record(_) => {
                        let row: Vec<String> = cells.iter().map(|cell| cell.text(&text).into_owned()).collect();
                        let blank = cells.len() == 1 && cells[0].start == cells[0].end && !cells[0].escaped;
                        let quoted = blank && cells[0].start > 0 && text.as_bytes()[cells[0].start - 1] == b'"';
                        if !blank || quoted {
                            mine.push(row);
                        }
                    }
                    // The library takes what is left as a cell; here it is an error with its line.
                    Found::Unclosed(_) => return Ok(()),
                    Found::End => break,
                }
            }
            let mut reader =
                csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
            let theirs: Vec<Vec<String>> =
                reader.records().map(|record| record.unwrap().iter().map(String::from).collect()).collect();
            prop_assert_eq!(mine, theirs);
        }
    }
}

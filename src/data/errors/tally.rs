//! How many cells or rows of one kind there are, and where the first of them stand.

use crate::visible::shortened;

/// How many bad cells of one kind are shown with their places.
pub const SHOWN: usize = 20;

/// Cells of one kind: how many, and the first of them.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub count: u64,
    pub first: Vec<Spot>,
}

/// Where a cell stands, and its text.
#[derive(Clone, Debug)]
pub struct Spot {
    pub line: u32,
    pub text: String,
    /// What tells the row from others, where rows have no numbers.
    pub key: Option<String>,
}

impl Tally {
    pub(crate) fn add(&mut self, line: u32, text: &str) {
        self.count += 1;
        if self.first.len() < SHOWN {
            self.first.push(Spot { line, text: shortened(text), key: None });
        }
    }

    pub(crate) fn add_spot(&mut self, spot: Spot) {
        self.count += 1;
        if self.first.len() < SHOWN {
            self.first.push(spot);
        }
    }

    /// A sign without meaning behind a text, in which so many lines lie before the one that is its first.
    pub(crate) fn add_meaningless(&mut self, text: &[u8], before: u64) {
        let row = before + memchr::memchr_iter(b'\n', text).count() as u64;
        let begin = memchr::memrchr2(b'\n', b'\r', text).map_or(0, |at| at + 1);
        let line = String::from_utf8_lossy(&text[begin..]).into_owned();
        let cell = line.rsplit([',', ';', '\t', '"']).next().unwrap_or_default();
        // Of one cell it is told once.
        if self.first.last().is_none_or(|spot| spot.line != row as u32) {
            self.add(row as u32, &format!("{cell}\u{fffd}"));
        }
    }

    pub(crate) fn take_in(&mut self, other: Tally, lines: u32) {
        self.count += other.count;
        let room = SHOWN.saturating_sub(self.first.len());
        self.first.extend(other.first.into_iter().take(room).map(|spot| Spot { line: spot.line + lines, ..spot }));
    }
}

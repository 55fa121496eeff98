//! Files as blocks of UTF-8 text that hold whole records.

use std::io::{self, Read};
use std::path::Path;

use super::ends::Ends;
use super::kind::{HEAD, utf16_without_mark};
use super::layout::TITLE_ROWS;
use super::records::last_end;
use crate::data::BLOCK;
use crate::data::errors::Tally;
use crate::data::options::Options;
use crate::encoding::{Decoding, Encoding};
use crate::limits::{ROW, megabytes};

/// Reads a file block by block. Blocks of UTF-8 are not checked here: whoever reads them does, beside others.
pub struct Blocks {
    input: Box<dyn Read + Send>,
    pub encoding: Encoding,
    /// Whether a byte order mark says so.
    pub marked: bool,
    decoding: Option<Decoding>,
    raw: Vec<u8>,
    /// Text read; what is behind the first `taken` bytes is not yet handed out and begins with a record.
    carry: Vec<u8>,
    taken: usize,
    separator: u8,
    ended: bool,
    /// How its rows end, once that is known.
    ends: Option<Ends>,
    /// Signs that have no meaning in the encoding, by row.
    pub meaningless: Tally,
    /// Whether the bytes of a text that is said to be in another encoding are UTF-8 so far.
    utf8: Utf8,
    index: usize,
    /// Lines handed out.
    lines: u64,
    /// About as many bytes as are handed out at once.
    size: usize,
}

/// Whether bytes in pieces are UTF-8, with letters of several bytes.
#[derive(Default)]
struct Utf8 {
    broken: bool,
    letters: bool,
    rest: Vec<u8>,
}

impl Utf8 {
    fn look(&mut self, bytes: &[u8]) {
        if self.broken || self.rest.is_empty() && bytes.is_ascii() {
            return;
        }
        let mut all = std::mem::take(&mut self.rest);
        all.extend_from_slice(bytes);
        self.letters |= !all.is_ascii();
        if let Err(error) = std::str::from_utf8(&all) {
            self.broken = error.error_len().is_some();
            self.rest = all.split_off(error.valid_up_to());
        }
    }
}

impl Blocks {
    /// Opens a file; without an encoding its first bytes tell, and UTF-8 is taken where they tell nothing. A byte order
    /// mark tells more than what is said.
    pub fn open(path: &Path, encoding: Option<Encoding>, options: &Options) -> io::Result<Blocks> {
        let mut blocks = Blocks::of(super::compressed::open(path, options.whole())?, options.block);
        let mut head = Vec::new();
        (&mut blocks.input).take(HEAD).read_to_end(&mut head)?;
        let mark = encoding_rs::Encoding::for_bom(&head);
        blocks.marked = mark.is_some();
        let told = mark.and_then(|(marked, _)| Encoding::of(marked)).or(encoding);
        let wide = || {
            utf16_without_mark(&head).and_then(|little| Encoding::named(if little { "utf-16le" } else { "utf-16be" }))
        };
        blocks.encoding = told.or_else(wide).unwrap_or(Encoding::Utf8);
        if blocks.encoding != Encoding::Utf8 {
            blocks.decoding = Some(blocks.encoding.decoding());
        }
        let length = mark.map_or(0, |(_, length)| length);
        blocks.ended = (head.len() as u64) < HEAD;
        blocks.take_in(&head[length..]);
        Ok(blocks)
    }

    /// The blocks of UTF-8 with commas, from the first byte on.
    pub fn of(input: Box<dyn Read + Send>, size: usize) -> Blocks {
        Blocks {
            input,
            encoding: Encoding::Utf8,
            marked: false,
            decoding: None,
            raw: Vec::new(),
            carry: Vec::new(),
            taken: 0,
            separator: b',',
            ended: false,
            ends: None,
            meaningless: Tally::default(),
            utf8: Utf8::default(),
            index: 0,
            lines: 0,
            size: size.max(1),
        }
    }

    /// Whether all bytes are UTF-8, though another encoding was said.
    pub fn is_utf8_after_all(&self) -> bool {
        self.encoding != Encoding::Utf8
            && !self.marked
            && self.utf8.letters
            && !self.utf8.broken
            && self.utf8.rest.is_empty()
    }

    /// Turns bytes of the file into text behind what is there.
    fn take_in(&mut self, bytes: &[u8]) {
        let from = self.carry.len();
        let Blocks { decoding, carry, taken, ended, meaningless, lines, utf8, .. } = self;
        match decoding {
            None => carry.extend_from_slice(bytes),
            Some(decoding) => {
                utf8.look(bytes);
                let (taken, lines) = (*taken, *lines);
                decoding.decode(bytes, carry, *ended, |text| meaningless.add_meaningless(&text[taken..], lines + 1));
            }
        }
        if let Some(ends) = &mut self.ends {
            ends.turn(&mut self.carry, from);
        }
    }

    /// Reads on until `size` bytes of text are there or the file ends.
    fn fill(&mut self, size: usize) -> io::Result<()> {
        while self.carry.len() - self.taken < size && !self.ended {
            self.carry.drain(..self.taken);
            self.taken = 0;
            let wanted = (size - self.carry.len()).max(1 << 16);
            if self.decoding.is_none() && !self.ends.as_ref().is_some_and(Ends::turns) {
                // Straight into the text: this is the path of every large file.
                let read = (&mut self.input).take(wanted as u64).read_to_end(&mut self.carry)?;
                self.ended = read < wanted;
                continue;
            }
            let mut raw = std::mem::take(&mut self.raw);
            raw.clear();
            let read = (&mut self.input).take(wanted as u64).read_to_end(&mut raw)?;
            self.ended = read < wanted;
            self.take_in(&raw);
            self.raw = raw;
        }
        if self.ends.is_none() && (self.carry.len() > self.taken || self.ended) {
            let mut ends = Ends::of(&self.carry[self.taken..], self.ended);
            if let Some(ends) = &mut ends {
                ends.turn(&mut self.carry, self.taken);
            }
            self.ends = ends;
        }
        Ok(())
    }

    /// The beginning of the text, down to where the header can be, and whether that is all of it. It ends with a line.
    pub fn head(&mut self) -> io::Result<(&[u8], bool)> {
        let mut size = BLOCK;
        loop {
            self.fill(size)?;
            let text = &self.carry[self.taken..];
            if self.ended || lines_outside_quotes(text) >= TITLE_ROWS {
                break;
            }
            if size >= ROW {
                if memchr::memchr(b'\n', text).is_none() {
                    return Err(self.too_long(0));
                }
                break;
            }
            size *= 2;
        }
        let text = &self.carry[self.taken..];
        let end = if self.ended { text.len() } else { memchr::memrchr(b'\n', text).map_or(text.len(), |at| at + 1) };
        Ok((&text[..end], self.ended))
    }

    /// `lines` have been read before the row that has no end.
    fn too_long(&self, lines: u64) -> io::Error {
        io::Error::other(format!(
            "row {} is longer than {}, and no table has such rows; where a quote opens a cell, one must close it",
            lines + 1,
            megabytes(ROW as u64)
        ))
    }

    /// Leaves out the first bytes of the text; what follows are records with this separator.
    pub fn skip(&mut self, bytes: usize, separator: u8) {
        self.lines += memchr::memchr_iter(b'\n', &self.carry[self.taken..self.taken + bytes]).count() as u64;
        self.taken += bytes;
        self.separator = separator;
    }

    /// Puts the next whole records into `buffer`; gives the place of the block among all, `None` at the end.
    pub fn next(&mut self, buffer: &mut Vec<u8>) -> io::Result<Option<usize>> {
        let mut size = self.size;
        buffer.clear();
        loop {
            self.fill(size)?;
            let left = &self.carry[self.taken..];
            if left.is_empty() {
                return Ok(None);
            }
            let end = match left.len() {
                all if self.ended && all <= size => Some(all),
                all => last_end(&left[..all.min(size)], self.separator),
            };
            if let Some(end) = end {
                if self.taken == 0 && end >= left.len() / 2 {
                    std::mem::swap(buffer, &mut self.carry);
                    self.carry.extend_from_slice(&buffer[end..]);
                    buffer.truncate(end);
                } else {
                    buffer.extend_from_slice(&left[..end]);
                    self.taken += end;
                }
                self.index += 1;
                self.lines += memchr::memchr_iter(b'\n', buffer).count() as u64;
                return Ok(Some(self.index - 1));
            }
            if size >= ROW {
                return Err(self.too_long(self.lines));
            }
            size *= 2;
        }
    }
}

/// How many lines end outside of quotes, as far as quotes come in pairs.
fn lines_outside_quotes(text: &[u8]) -> usize {
    let (mut open, mut lines) = (false, 0);
    for at in memchr::memchr2_iter(b'"', b'\n', text) {
        match text[at] {
            b'"' => open = !open,
            _ => lines += usize::from(!open),
        }
    }
    lines
}

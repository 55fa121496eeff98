//! Files as blocks of UTF-8 text that hold whole records.

use std::io::{self, Read};
use std::path::Path;

use encoding_rs::{CoderResult, Decoder, GB18030, UTF_16BE, UTF_16LE};

use super::layout::TITLE_ROWS;
use super::records::last_end;
use crate::data::Options;
use crate::limits::{ROW, megabytes};

/// About as much text as one block holds.
pub const BLOCK: usize = 1 << 18;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
    Gb18030,
}

/// Reads a file block by block. Blocks of UTF-8 are not checked here: whoever reads them does, beside others.
pub struct Blocks {
    input: Box<dyn Read + Send>,
    pub encoding: Encoding,
    decoder: Option<Decoder>,
    raw: Vec<u8>,
    /// Text read; what is behind the first `taken` bytes is not yet handed out and begins with a record.
    carry: Vec<u8>,
    taken: usize,
    separator: u8,
    ended: bool,
    /// Whether something in the file had no meaning in its encoding.
    pub damaged: bool,
    index: usize,
    /// Lines handed out.
    lines: u64,
    /// About as many bytes as are handed out at once.
    size: usize,
}

impl Blocks {
    /// Opens a file; without an encoding its byte order mark tells, and UTF-8 is taken where there is none.
    pub fn open(path: &Path, encoding: Option<Encoding>, options: &Options) -> io::Result<Blocks> {
        let mut blocks = Blocks::of(super::compressed::open(path, options.whole())?, options.block);
        let mut mark = Vec::new();
        (&mut blocks.input).take(3).read_to_end(&mut mark)?;
        let (found, length) = match mark.as_slice() {
            [0xef, 0xbb, 0xbf] => (Encoding::Utf8, 3),
            [0xff, 0xfe, ..] => (Encoding::Utf16Le, 2),
            [0xfe, 0xff, ..] => (Encoding::Utf16Be, 2),
            _ => (Encoding::Utf8, 0),
        };
        blocks.encoding = encoding.unwrap_or(found);
        blocks.decoder = match blocks.encoding {
            Encoding::Utf8 => None,
            Encoding::Utf16Le => Some(UTF_16LE.new_decoder_without_bom_handling()),
            Encoding::Utf16Be => Some(UTF_16BE.new_decoder_without_bom_handling()),
            Encoding::Gb18030 => Some(GB18030.new_decoder_without_bom_handling()),
        };
        blocks.take_in(&mark[length.min(mark.len())..], mark.len() < 3);
        blocks.ended = mark.len() < 3;
        Ok(blocks)
    }

    /// The blocks of UTF-8 with commas, from the first byte on.
    pub fn of(input: Box<dyn Read + Send>, size: usize) -> Blocks {
        Blocks {
            input,
            encoding: Encoding::Utf8,
            decoder: None,
            raw: Vec::new(),
            carry: Vec::new(),
            taken: 0,
            separator: b',',
            ended: false,
            damaged: false,
            index: 0,
            lines: 0,
            size: size.max(1),
        }
    }

    /// Turns bytes of the file into text behind what is there.
    fn take_in(&mut self, bytes: &[u8], last: bool) {
        let Some(decoder) = &mut self.decoder else {
            self.carry.extend_from_slice(bytes);
            return;
        };
        let mut from = 0;
        loop {
            let start = self.carry.len();
            let room = decoder.max_utf8_buffer_length(bytes.len() - from).unwrap_or(BLOCK).max(16);
            self.carry.resize(start + room, 0);
            let (result, read, written, replaced) =
                decoder.decode_to_utf8(&bytes[from..], &mut self.carry[start..], last);
            self.carry.truncate(start + written);
            self.damaged |= replaced;
            from += read;
            if result == CoderResult::InputEmpty {
                return;
            }
        }
    }

    /// Reads on until `size` bytes of text are there or the file ends.
    fn fill(&mut self, size: usize) -> io::Result<()> {
        while self.carry.len() - self.taken < size && !self.ended {
            self.carry.drain(..self.taken);
            self.taken = 0;
            let wanted = (size - self.carry.len()).max(1 << 16);
            if self.decoder.is_none() {
                // Straight into the text: this is the path of every large file.
                let read = (&mut self.input).take(wanted as u64).read_to_end(&mut self.carry)?;
                self.ended = read < wanted;
                continue;
            }
            let mut raw = std::mem::take(&mut self.raw);
            raw.clear();
            let read = (&mut self.input).take(wanted as u64).read_to_end(&mut raw)?;
            self.ended = read < wanted;
            self.take_in(&raw, self.ended);
            self.raw = raw;
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

/// Whether a text whose bytes are no UTF-8 from `valid` on is nevertheless UTF-8, but damaged: text in another
/// encoding hardly ever holds several letters that are three bytes long in UTF-8.
pub fn is_damaged_utf8(bytes: &[u8], valid: usize) -> bool {
    let letters = bytes[..valid].iter().filter(|byte| (0xe0..0xf0).contains(*byte)).count();
    letters >= 8
}

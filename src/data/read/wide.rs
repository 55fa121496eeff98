//! Text with a column for each month: small enough to be read as a whole.

use std::borrow::Cow;
use std::io;

use encoding_rs::{Encoding, GB18030};

use super::blocks::is_damaged_utf8;
use super::grid::{Grid, Raw};
use super::layout::detect;
use super::records::{Cell, Found, Records};
use super::{FileContent, FileTask, Wanted, compressed, grid, server};
use crate::data::{Options, errors};
use crate::diagnostic::Diagnostic;

/// Reads a file with all its errors.
pub fn read(task: &FileTask, wanted: &Wanted, options: &Options) -> FileContent {
    let failed = |error: Diagnostic| FileContent { errors: vec![error], incomplete: true, ..FileContent::default() };
    let text = match &task.relation {
        Some(_) => {
            let mut content = FileContent { incomplete: true, ..FileContent::default() };
            let Some(text) = server::whole(task, wanted, options, &mut content) else { return content };
            Ok(Ok(text))
        }
        None => text_of(task, options.whole()),
    };
    let text = match text {
        Ok(Ok(text)) => text,
        Ok(Err(error)) => return failed(*error),
        Err(error) => return failed(errors::not_read(&task.shown, &error)),
    };
    let mut rows = Rows { text: &text, rows: Vec::new() };
    let mut records = Records::new(text.as_bytes(), detect(&text, wanted.data).separator);
    let mut cells = Vec::new();
    loop {
        match records.next(&mut cells) {
            Found::Record(line) => rows.rows.push((line + 1, cells.clone())),
            Found::End => break,
            Found::Unclosed(line) => return failed(errors::unclosed(&task.shown, u64::from(line) + 1)),
        }
    }
    grid::read(task, wanted, options, &rows)
}

/// The text of a file of at most so many bytes, in any of the encodings.
pub fn text_of(task: &FileTask, most: u64) -> io::Result<Result<String, Box<Diagnostic>>> {
    let bytes = compressed::whole(&task.path, most)?;
    if let Some((encoding, mark)) = Encoding::for_bom(&bytes) {
        let (text, damaged) = encoding.decode_without_bom_handling(&bytes[mark..]);
        if damaged {
            return Ok(Err(Box::new(errors::undecodable(&task.shown, false))));
        }
        return Ok(Ok(text.into_owned()));
    }
    if bytes.contains(&0) {
        return Ok(Err(Box::new(errors::binary(&task.shown))));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Ok(text)),
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let bytes = error.as_bytes();
            if is_damaged_utf8(bytes, valid) {
                let line = bytes[..valid].iter().filter(|byte| **byte == b'\n').count();
                return Ok(Err(Box::new(errors::damaged(&task.shown, line as u64 + 1))));
            }
            let (text, damaged) = GB18030.decode_without_bom_handling(bytes);
            if damaged {
                return Ok(Err(Box::new(errors::undecodable(&task.shown, true))));
            }
            Ok(Ok(text.into_owned()))
        }
    }
}

struct Rows<'a> {
    text: &'a str,
    rows: Vec<(u32, Vec<Cell>)>,
}

impl Grid for Rows<'_> {
    fn height(&self) -> usize {
        self.rows.len()
    }

    fn width(&self, row: usize) -> usize {
        self.rows[row].1.len()
    }

    fn line(&self, row: usize) -> u32 {
        self.rows[row].0
    }

    fn cell(&self, row: usize, column: usize) -> Raw<'_> {
        let text = self.rows[row].1.get(column).map_or(Cow::Borrowed(""), |cell| cell.text(self.text));
        Raw { text, ..Raw::default() }
    }
}

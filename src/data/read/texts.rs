//! Whole files as texts: what an engine found, as it wrote it down.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::records::{Cell, Found, Records};
use super::{FileTask, Form, parquet, wide};
use crate::data::errors;
use crate::diagnostic::Diagnostic;
use crate::limits::WHOLE;
use crate::plural::counted;

/// A table of texts; blank cells are empty.
pub struct Texts {
    pub headers: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// Reads CSV, packed or not, or Parquet.
pub fn texts(path: &Path) -> Result<Texts, Box<Diagnostic>> {
    let shown = path.display().to_string();
    let form = if is_parquet(path) { Form::Parquet } else { Form::Text };
    let task = FileTask { path: path.to_path_buf(), shown, sheet: None, form, relation: None };
    match form {
        Form::Parquet => parquet::texts(&task),
        _ => separated(&task),
    }
}

/// By the name or, as some programs give none that tells it, by how the file begins.
pub fn is_parquet(path: &Path) -> bool {
    let mut head = [0; 4];
    let is_file = std::fs::metadata(path).is_ok_and(|what| what.is_file());
    let mut begins =
        || is_file && File::open(path).and_then(|mut file| file.read_exact(&mut head)).is_ok() && head == *b"PAR1";
    Form::of(path) == Form::Parquet || begins()
}

fn separated(task: &FileTask) -> Result<Texts, Box<Diagnostic>> {
    let unreadable = |reason: &str| Box::new(errors::unreadable(&task.shown, reason));
    let (text, _) =
        wide::text_of(task, None, WHOLE).map_err(|error| Box::new(errors::not_read(&task.shown, &error)))??;
    let mut records = Records::new(text.as_bytes(), b',');
    let mut cells: Vec<Cell> = Vec::new();
    let mut found = Texts { headers: Vec::new(), rows: Vec::new() };
    loop {
        let line = match records.next(&mut cells) {
            Found::Record(line) => u64::from(line) + 1,
            Found::Unclosed(line) => return Err(Box::new(errors::unclosed(&task.shown, u64::from(line) + 1))),
            Found::End => return Ok(found),
        };
        // Some programs double no quote inside of a text, and what they mean is not certain.
        if !cells.iter().all(|cell| cell.is_well_quoted(&text)) {
            let reason = format!("a quote `\"` inside of a text stands there once in row {line}");
            return Err(Box::new(errors::unreadable(&task.shown, &reason).help(
                "let the engine write Parquet, or CSV in which quotes inside of texts are written twice: `\"\"`",
            )));
        }
        let row: Vec<String> = cells.iter().map(|cell| cell.text(&text).into_owned()).collect();
        match found.headers.len() {
            0 => found.headers = row,
            // A blank line.
            _ if row.len() == 1 && row[0].is_empty() => {}
            columns if row.len() != columns => {
                let reason = format!("row {line} has {}, and the header has {columns}", counted(row.len(), "cell"));
                return Err(unreadable(&reason));
            }
            _ => found.rows.push(row),
        }
    }
}

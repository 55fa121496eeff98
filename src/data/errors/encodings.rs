//! What is wrong with the bytes of a text: cells that mean nothing in its encoding, and encodings that nobody can tell.

use super::{Spot, Tally, in_file, in_row};
use crate::diagnostic::{Code, DataPlace, Diagnostic};
use crate::encoding::Encoding;
use crate::model::data::DataSet;
use crate::visible::shortened;

/// What a cell says in an encoding.
pub struct InEncoding {
    pub encoding: Encoding,
    pub row: u32,
    pub text: String,
}

/// Cells whose bytes are no UTF-8, in a file that is; `said`: because its mark or its data set says so.
pub fn damaged(file: &str, cells: &Tally, said: bool) -> Diagnostic {
    let first = cells.first.first().map_or(0, |spot| spot.line);
    let message = match cells.count {
        1 => format!("row {first} of `{file}` has bytes that are no UTF-8 text"),
        count => format!("{count} cells of `{file}` have bytes that are no UTF-8 text, first in row {first}"),
    };
    let note = match said {
        false => "other cells are UTF-8, so the file is damaged, or put together of several",
        true => "a byte order mark, or `encoding`, says that the file is UTF-8",
    };
    let help = match said {
        false => {
            "export it again, as CSV (UTF-8); if it is all in one other encoding, its data set says so, as in `encoding \"windows-1252\"`"
        }
        true => "export it again, as CSV (UTF-8), or take `encoding` out",
    };
    in_rows(Diagnostic::new(Code::UnreadableFile, message), file, cells).note(note).help(help)
}

fn in_rows(diagnostic: Diagnostic, file: &str, cells: &Tally) -> Diagnostic {
    let place = |spot: &Spot| DataPlace { text: Some(spot.text.clone()), ..in_row(file, u64::from(spot.line)) };
    cells.first.iter().map(place).fold(diagnostic, Diagnostic::in_data)
}

/// Bytes that mean nothing in the encoding that is said, or was told by the other cells.
pub fn meaningless(file: &str, encoding: Encoding, declared: bool, cells: &Tally) -> Diagnostic {
    let first = cells.first.first().map_or(0, |spot| spot.line);
    let (name, row) = (encoding.name(), first);
    let message = format!("row {row} of `{file}` has bytes that mean nothing in {name}");
    let help = match declared {
        true => "write the encoding that it is in, or export it again, as CSV (UTF-8)",
        false => "export it again, as CSV (UTF-8)",
    };
    in_rows(Diagnostic::new(Code::UnreadableFile, message), file, cells).help(help)
}

/// A text that could be in several encodings, with what a cell would be in each.
pub fn which_encoding(file: &str, data: Option<&DataSet>, readings: &[InEncoding]) -> Diagnostic {
    let message = format!("`{file}` does not tell for sure in which encoding it is");
    let diagnostic = Diagnostic::new(Code::UnknownEncoding, message);
    let diagnostic = match data {
        Some(data) => diagnostic.at(data.span, "its data set"),
        None => diagnostic,
    };
    let Some(first) = readings.first() else {
        return diagnostic.in_data(in_file(file)).help("export the table again, as CSV (UTF-8)");
    };
    let ways: Vec<String> = readings
        .iter()
        .map(|reading| format!("`{}` in {}", shortened(&reading.text), reading.encoding.name()))
        .collect();
    let diagnostic = diagnostic.in_data(in_row(file, u64::from(first.row))).note(format!(
        "a cell in row {} would be {}",
        first.row,
        ways.join(", ")
    ));
    let line = |reading: &InEncoding| format!("encoding \"{}\"", reading.encoding.name());
    let lines: Vec<String> = readings.iter().map(|reading| format!("`{}`", line(reading))).collect();
    match data {
        Some(data) => diagnostic.help(format!(
            "write the one in which it reads right into `data {}`: {}; for all files, into the company block, as in \
             `files {}`; or export the table again, as CSV (UTF-8)",
            data.name,
            lines.join(" or "),
            line(first),
        )),
        None => diagnostic.help("export it again, as CSV (UTF-8)"),
    }
}

/// A file that is UTF-8 although another encoding is declared.
pub fn is_utf8(file: &str, data: &DataSet, declared: Encoding) -> Diagnostic {
    let message = format!("`{file}` is said to be {}, and is UTF-8", declared.name());
    Diagnostic::new(Code::UnknownEncoding, message)
        .at(data.span, "its data set")
        .in_data(in_file(file))
        .help(format!("write `encoding \"UTF-8\"` into `data {}`", data.name))
}

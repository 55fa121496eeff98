//! What is wrong with files as a whole, and servers; and what they need of memory.

use std::{fmt, io};

use super::{Spot, Tally, in_file, in_row, listed, nearest};
use crate::data::memory::shown_size;
use crate::data::server::Refusal;
use crate::diagnostic::{Code, DataPlace, Diagnostic};
use crate::model::data::{ColumnIx, DataSet, FilePattern};
use crate::plural::counted;
use crate::source::Span;
use crate::visible::named as sign_named;

/// Why a file is not read at all, and what helps.
#[derive(Debug)]
pub struct Refused {
    pub reason: String,
    pub help: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Refused {}

impl Refused {
    /// What was refused, if that is why reading has failed.
    pub fn of(error: &io::Error) -> Option<&Refused> {
        error.get_ref()?.downcast_ref()
    }
}

pub fn no_file(data: &DataSet, pattern: &FilePattern, folder: &str, present: &[String]) -> Diagnostic {
    let message = format!("no file for `{}`: nothing in `{folder}` matches `{}`", data.name, pattern.pattern);
    let diagnostic = Diagnostic::new(Code::NoFile, message).at(pattern.span, "no file matches this");
    let diagnostic = match present {
        [] => diagnostic.note(format!("`{folder}` holds no files")),
        _ => diagnostic.note(format!("`{folder}` holds {}", listed(present, 20))),
    };
    // By what tells files apart: all of them end in `.csv`.
    let stem = |name: &str| name.rsplit_once('.').map_or(name, |(stem, _)| stem).replace('*', "");
    let wanted = stem(&pattern.pattern);
    let stems: Vec<String> = present.iter().map(|name| stem(name)).collect();
    let near = nearest(&wanted, stems.iter().map(String::as_str));
    match near.and_then(|near| present.iter().find(|name| stem(name) == near)) {
        Some(near) => diagnostic.help(format!("is `{near}` the file? then write `file \"{near}\"`, or rename it")),
        None => diagnostic.help("put the file there, change the pattern, or name another folder with `--data`"),
    }
}

/// A file that is to be read beside the data set's own, and is one of them.
pub fn read_already(data: &DataSet, file: &str) -> Diagnostic {
    let message = format!("`{file}` is one of the files of `{}` already: its rows would count twice", data.name);
    Diagnostic::new(Code::UnreadableFile, message)
        .at(data.span, "declared here")
        .in_data(in_file(file))
        .help("add a file with other rows, or leave it out")
}

/// A file that a link, or a pattern with `..`, leads to.
pub fn outside(file: &str, real: &str, data: &DataSet, pattern: &FilePattern) -> Diagnostic {
    let message = format!("`{file}` of `{}` leads out of the data folder, to `{real}`", data.name);
    Diagnostic::new(Code::OutsideFolder, message)
        .at(pattern.span, "found by this")
        .in_data(in_file(file))
        .help("put the file itself into the data folder, or allow it with `--follow-links`")
}

pub fn bad_pattern(data: &DataSet, pattern: &FilePattern, reason: &str) -> Diagnostic {
    let message = format!("`{}` of `{}` is no pattern for files: {reason}", pattern.pattern, data.name);
    Diagnostic::new(Code::NoFile, message)
        .at(pattern.span, "")
        .help("`*` stands for any letters, `?` for one, `[ab]` for one of some; `**` for any folders")
}

pub fn no_parquet(file: &str, reason: &str) -> Diagnostic {
    unreadable(file, &format!("it is no Parquet file, or damaged ({reason})")).help("copy or export the file again")
}

pub fn damaged_column(file: &str, header: &str) -> Diagnostic {
    Diagnostic::new(Code::UnreadableFile, format!("`{file}` cannot be read: its column `{header}` is damaged"))
        .in_data(DataPlace { column: Some(header.to_string()), ..in_file(file) })
        .help("copy or export the file again")
}

pub fn unknown_packing(file: &str, packing: &str) -> Diagnostic {
    unreadable(file, &format!("it is packed with {packing}"))
        .help("export it packed with Zstandard, Snappy, LZ4 or gzip, or not packed")
}

pub fn nested_column(file: &str, data: &DataSet, column: ColumnIx, header: &str) -> Diagnostic {
    let declared = data.column(column);
    let message = format!("`{header}` in `{file}` does not hold one value a row, but lists, groups or bytes");
    Diagnostic::new(Code::UnreadableFile, message)
        .at(declared.span, "this column")
        .in_data(DataPlace { column: Some(header.to_string()), ..in_file(file) })
        .help("export the part that is needed as a column of its own")
}

pub fn bad_workbook(file: &str, reason: &str) -> Diagnostic {
    unreadable(file, reason)
        .help("open it in a spreadsheet program and save it anew, as `.xlsx` and without a password")
}

pub fn sheet_of_none(file: &str, pattern: &FilePattern) -> Diagnostic {
    Diagnostic::new(Code::NoSheet, format!("`{file}` is no spreadsheet, so it has no sheets"))
        .at(pattern.span, "with a `sheet`")
        .in_data(in_file(file))
        .help("take `sheet …` out of the line")
}

pub fn no_sheet(file: &str, data: &DataSet, asked: &str, names: &[String], near: Option<&str>) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::NoSheet, format!("`{file}` has no sheet `{asked}` for `{}`", data.name))
        .at(data.span, "")
        .in_data(in_file(file))
        .note(format!("its sheets are {}", listed(names, 30)));
    match near {
        Some(near) => diagnostic.help(format!("is it `{near}`? then write `sheet \"{near}\"`")),
        None => diagnostic.help("name one of its sheets: `sheet \"…\"`"),
    }
}

/// What is shown holds none of the headers; hidden sheets that do are named, as they may be what is meant.
pub fn no_shown_sheet(file: &str, data: &DataSet, shown: bool, hidden: &[String]) -> Diagnostic {
    let message = match shown {
        true => format!("no sheet of `{file}` that is shown has a header of `{}`", data.name),
        false => format!("`{file}` has no sheet with cells that is shown"),
    };
    let diagnostic = Diagnostic::new(Code::NoSheet, message).at(data.span, "").in_data(in_file(file));
    match hidden {
        [] => diagnostic.help("export the table anew, as `.xlsx` or CSV (UTF-8)"),
        _ => diagnostic
            .note(format!("hidden are {}", listed(hidden, 30)))
            .help("name the sheet if a hidden one is meant: `file \"…\" sheet \"…\"`"),
    }
}

pub fn several_sheets(file: &str, data: &DataSet, fitting: &[String]) -> Diagnostic {
    let message = format!("several sheets of `{file}` could be `{}`: {}", data.name, listed(fitting, 30));
    Diagnostic::new(Code::NoSheet, message)
        .at(data.span, "")
        .in_data(in_file(file))
        .help("say which, with a line for each that is to be read: `file \"…\" sheet \"…\"`")
}

/// A data set, the largest of those that must be kept, with its size and that of all; `mistakes` must be told with
/// their rows.
pub fn too_large(data: &DataSet, size: u64, all: u64, most: u64, mistakes: bool) -> Diagnostic {
    let (name, [size, all, most]) = (&data.name, [size, all, most].map(shown_size));
    let message = match mistakes {
        false => format!("the rows of `{name}` must be kept, and take more memory than is allowed: {size} of files"),
        true => format!("there are mistakes in the files, and `{name}` must be kept to tell them: {size} of files"),
    };
    Diagnostic::new(Code::TooLittleMemory, message)
        .note(format!("what must be kept comes to {all}; `--memory` allows {most}"))
        .help(format!("allow at least {all}, or put fewer months into the data folder"))
}

/// The results of everybody are there at once: ranks and reports need them.
pub fn people_too_large(posts: u64, people: u64, tables: u64, most: u64) -> Diagnostic {
    let all = shown_size(people.saturating_add(tables));
    let mut kept = format!("their results take about {}", shown_size(people));
    if tables > 0 {
        kept.push_str(&format!(", and {} of files are kept beside them", shown_size(tables)));
    }
    let message = format!("{} to evaluate take more memory than is allowed", counted(posts, "person"));
    Diagnostic::new(Code::TooLittleMemory, message)
        .note(format!("{kept}; `--memory` allows {}", shown_size(most)))
        .help(format!("allow at least {all}, or evaluate fewer periods at once"))
}

/// What can only be kept in memory: fractions of medians, rows that links lead to.
pub fn lists_too_large(data: &DataSet, most: u64) -> Diagnostic {
    let message = format!("what must be kept of the rows of `{}` takes more memory than is allowed", data.name);
    Diagnostic::new(Code::TooLittleMemory, message)
        .note(format!(
            "`--memory` allows {}, and half of it is for sums of fractions, for what medians and distinct counts keep, and for rows that links \
             lead to",
            shown_size(most)
        ))
        .help("allow more")
}

pub fn no_temporary_file(reason: &str) -> Diagnostic {
    Diagnostic::new(
        Code::TooLittleMemory,
        format!("what is too much for the memory cannot be put into a temporary file: {reason}"),
    )
    .note(format!("temporary files are in `{}`", std::env::temp_dir().display()))
    .help("make room there, name another folder in the variable TMPDIR, or allow more with `--memory`")
}

pub fn unreadable(file: &str, reason: &str) -> Diagnostic {
    Diagnostic::new(Code::UnreadableFile, format!("`{file}` cannot be read: {reason}")).in_data(in_file(file))
}

/// A file that is something else than its name says.
pub fn other_kind(file: &str, content: &str, mend: String) -> Diagnostic {
    unreadable(file, &format!("by its content it is {content}")).help(mend)
}

/// Of an error that tells what helps, where it does.
pub fn not_read(file: &str, error: &io::Error) -> Diagnostic {
    match Refused::of(error) {
        Some(refused) => unreadable(file, &refused.reason).help(refused.help.clone()),
        None => unreadable(file, &error.to_string()),
    }
}

pub fn not_from_server(data: &DataSet, shown: &str, span: Span, refusal: Refusal) -> Diagnostic {
    match refusal {
        Refusal::Unreachable { reason, help } => {
            let message = format!("the PostgreSQL server cannot be reached: {reason}");
            let place = format!("`{}` is read there", data.name);
            Diagnostic::new(Code::NoServer, message).at(span, place).help(help)
        }
        Refusal::Refused { reason, hint } => {
            let message = format!("the PostgreSQL server does not give `{}`: {reason}", data.name);
            let diagnostic = Diagnostic::new(Code::RefusedQuery, message).at(span, "").in_data(in_file(shown));
            let diagnostic =
                hint.into_iter().fold(diagnostic, |diagnostic, hint| diagnostic.note(format!("it adds: {hint}")));
            diagnostic.help("mend the name or the query, or ask who keeps the server for the right to read it")
        }
    }
}

pub fn too_many_rows(data: &DataSet) -> Diagnostic {
    Diagnostic::new(Code::UnreadableFile, format!("`{}` has more than 4,294,967,294 rows", data.name))
        .help("give fewer files, or split the data set")
}

pub fn binary(file: &str) -> Diagnostic {
    Diagnostic::new(Code::UnreadableFile, format!("`{file}` is not a file of text"))
        .in_data(in_file(file))
        .help("save the table as CSV (UTF-8)")
}

/// A sign that ends a row in some files, where rows end in another way.
pub fn odd_end(file: &str, line: u64, sign: char) -> Diagnostic {
    let message = format!(
        "row {line} of `{file}` holds {}: it could be the end of a row, or stand within a cell",
        sign_named(sign)
    );
    Diagnostic::new(Code::UnreadableFile, message)
        .in_data(in_row(file, line))
        .help("export the table again so that every row ends with a line feed; within a cell it stands in quotes")
}

/// Rows in which a quote opens that takes in others.
pub fn swallowed(file: &str, rows: &Tally) -> Diagnostic {
    let first = rows.first.first().map_or(0, |spot| spot.line);
    let message = match rows.count {
        1 => format!("a quote `\"` opened in row {first} of `{file}` takes in the rows below it"),
        count => format!("{count} quotes `\"` in `{file}` take in the rows below them, the first in row {first}"),
    };
    let shown = |spot: &Spot| Some(spot.text.clone()).filter(|text| !text.is_empty());
    let place = |spot: &Spot| DataPlace { text: shown(spot), ..in_row(file, u64::from(spot.line)) };
    let diagnostic =
        rows.first.iter().map(place).fold(Diagnostic::new(Code::UnreadableFile, message), Diagnostic::in_data);
    diagnostic.help(
        "remove the quote, or put the cell in quotes and write it twice: `\"5\"\" pipe\"`; in a text that only looks like rows, \
         put a space behind each comma",
    )
}

pub fn unclosed(file: &str, line: u64) -> Diagnostic {
    Diagnostic::new(Code::UnreadableFile, format!("a quote `\"` opened in row {line} of `{file}` is never closed"))
        .in_data(in_row(file, line))
        .help("close the quote; a quote inside a quoted cell is written twice: `\"\"`")
}

pub fn empty_file(file: &str, data: &DataSet) -> Diagnostic {
    Diagnostic::new(Code::MissingColumn, format!("`{file}` is empty: there is not even a header for `{}`", data.name))
        .in_data(in_file(file))
}

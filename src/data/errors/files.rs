//! What is wrong with files as a whole, their headers, and servers; and what they need of memory.

use super::{SHOWN, Spot, Tally, in_file, in_row, listed, nearest};
use crate::alike::narrow;
use crate::data::memory::shown_size;
use crate::data::read::detect::Reading;
use crate::data::read::kind::Kind;
use crate::data::read::layout::Layout;
use crate::data::read::{FileTask, Form, Refused};
use crate::data::server::Refusal;
use crate::diagnostic::{Code, DataPlace, Diagnostic};
use crate::encoding::Encoding;
use crate::model::data::{Across, ColumnIx, DataSet, FilePattern};
use crate::plural::{counted, either};
use crate::source::Span;
use crate::time::MONTH_NAMES;
use crate::visible::{named as sign_named, shortened};

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
pub fn other_kind(file: &str, kind: Kind) -> Diagnostic {
    unreadable(file, &format!("by its content it is {}", kind.words())).help(kind.mend(file))
}

/// Of an error that tells what helps, where it does.
pub fn not_read(file: &str, error: &std::io::Error) -> Diagnostic {
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
pub fn which_encoding(file: &str, data: Option<&DataSet>, readings: &[Reading]) -> Diagnostic {
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
    let line = |reading: &Reading| format!("encoding \"{}\"", reading.encoding.name());
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

// ---------------------------------------------------------------- headers

fn in_header(file: &str, layout: &Layout) -> DataPlace {
    layout.header_line.map_or_else(|| in_file(file), |line| in_row(file, u64::from(line) + 1))
}

fn headers_are(layout: &Layout, headers: &[String]) -> String {
    let headers: Vec<String> = headers.iter().map(|header| in_one_line(header)).collect();
    let headers = headers.as_slice();
    match layout.header_line {
        Some(line) => format!("the headers in row {} are {}", line + 1, listed(headers, 40)),
        None => format!("its columns are {}", listed(headers, 40)),
    }
}

/// The header is one cell: whatever stands between the cells of the file separates none here.
pub fn one_column(task: &FileTask, data: &DataSet, layout: &Layout) -> Diagnostic {
    let (file, columns) = (&task.shown, data.columns.iter().filter(|column| column.has_cells()).count());
    let header = layout.headers.first().map(String::as_str).unwrap_or_default();
    let joined = header.contains([',', ';', '\t']);
    let help = match task.form {
        _ if joined => told_apart(task.form),
        Form::Text => told_apart(Form::Text),
        Form::Spreadsheet if task.sheet.is_some() => "name the sheet that has the table: `sheet \"…\"`",
        Form::Spreadsheet | Form::Parquet => "name the file that has the table: `file \"…\"`",
        Form::Server => "name the table or the query that has these columns",
    };
    Diagnostic::new(Code::MissingColumn, format!("`{file}` has one column only, and `{}` has {columns}", data.name))
        .at(data.span, "")
        .in_data(in_header(file, layout))
        .note(format!("its header is {}", listed(&[in_one_line(header)], 1)))
        .help(help)
}

/// What keeps the cells of a row apart, where they stand in one, as something to do.
pub fn told_apart(form: Form) -> &'static str {
    match form {
        Form::Text => "export the table again with commas, semicolons or tabs between its cells",
        Form::Spreadsheet => {
            "split the column into one for each cell (in Excel: Data, Text to Columns), and save the workbook"
        }
        Form::Parquet | Form::Server => "write the table again with a column for each cell",
    }
}

pub fn missing_column(file: &str, data: &DataSet, column: ColumnIx, layout: &Layout) -> Diagnostic {
    let declared = data.column(column);
    let own_name = declared.headers.len() == 1 && declared.headers[0] == declared.name;
    let wanted = if own_name { String::new() } else { format!(" (looked for {})", listed(&declared.headers, 10)) };
    let plain = |header: &String| header.split_whitespace().collect::<Vec<_>>().join(" ");
    let headers: Vec<String> = layout.headers.iter().filter(|header| !header.is_empty()).map(plain).collect();
    let diagnostic = Diagnostic::new(
        Code::MissingColumn,
        format!("`{file}` has no column for `{}.{}`{wanted}", data.name, declared.name),
    )
    .at(declared.span, "this column")
    .in_data(in_header(file, layout))
    .note(headers_are(layout, &headers));
    let near = declared
        .headers
        .iter()
        .chain([&declared.name])
        .find_map(|wanted| nearest(wanted, headers.iter().map(|header| header.as_str())));
    match near {
        Some(near) => diagnostic.help(format!("is it `{near}`? then add the header: `from {}`", quoted(near))),
        None => diagnostic.help("add the header it has in the file: `from \"…\"`"),
    }
}

/// Rows above the header that look like those of the table.
pub fn above_header(file: &str, data: &DataSet, layout: &Layout, rows: &[&(u32, Vec<String>)]) -> Diagnostic {
    let first = |row: &[String]| row.iter().find(|cell| !cell.is_empty()).cloned().unwrap_or_default();
    let header = layout.header_line.map_or(0, |line| u64::from(line) + 1);
    let (line, row) = rows[0];
    let message = match rows.len() {
        1 => format!(
            "row {} of `{file}` looks like a row of `{}`, and stands above the header in row {header}",
            line + 1,
            data.name
        ),
        count => format!(
            "{count} rows of `{file}` look like rows of `{}`, and stand above the header in row {header}",
            data.name
        ),
    };
    let mut diagnostic = Diagnostic::new(Code::RowAboveHeader, message);
    for (line, row) in rows.iter().take(SHOWN) {
        let text = Some(in_one_line(&first(row)));
        diagnostic = diagnostic.in_data(DataPlace { text, ..in_row(file, u64::from(*line) + 1) });
    }
    let more = rows.len().saturating_sub(SHOWN);
    if more > 0 {
        diagnostic = diagnostic.note(format!("and {more} more"));
    }
    diagnostic.help(format!(
        "put the header above them, and what belongs to another table into a file of its own; a line that is no row can be left out with \
         `ignore rows starting {}`",
        start_of(&first(row))
    ))
}

pub fn two_columns(file: &str, data: &DataSet, column: ColumnIx, layout: &Layout, found: &[usize]) -> Diagnostic {
    let declared = data.column(column);
    let headers: Vec<String> =
        found.iter().map(|at| format!("`{}` (column {})", layout.headers[*at], spreadsheet_column(*at))).collect();
    let message =
        format!("`{file}` has several columns that could be `{}.{}`: {}", data.name, declared.name, headers.join(", "));
    Diagnostic::new(Code::TwoColumns, message)
        .at(declared.span, "this column")
        .in_data(in_header(file, layout))
        .help("rename one of them in the file, or keep only the right header behind `from`")
}

pub fn no_month(file: &str, data: &DataSet, span: Span, layout: &Layout) -> Diagnostic {
    let headers: Vec<String> =
        layout.headers.iter().filter(|header| !header.is_empty()).map(|header| shortened(header)).collect();
    Diagnostic::new(Code::MissingColumn, format!("`{file}` has no column for a month of `{}`", data.name))
        .at(span, "months across")
        .in_data(in_header(file, layout))
        .note(headers_are(layout, &headers))
        .help("months are headed like `2026-07`, `202607`, `Jul`, `July 2026` or `7月`")
}

pub fn month_twice(file: &str, data: &DataSet, span: Span, layout: &Layout, found: [usize; 2]) -> Diagnostic {
    let [first, second] = found.map(|at| format!("`{}` (column {})", layout.headers[at], spreadsheet_column(at)));
    let message = format!("`{file}` has two columns for one month of `{}`: {first} and {second}", data.name);
    Diagnostic::new(Code::TwoColumns, message)
        .at(span, "months across")
        .in_data(in_header(file, layout))
        .help("take one of them out, or write the year into the headers: `2026-07`")
}

/// A file, its data set, the clause about its months, and its header.
type Months<'a> = (&'a str, &'a DataSet, Span, &'a Layout);

fn unclear_months((file, _, span, layout): Months, found: &[usize], message: String) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(Code::UnclearMonth, message).at(span, "months across");
    for at in found.iter().take(12) {
        let column = Some(spreadsheet_column(*at)).filter(|_| layout.headers[*at].is_empty());
        let text = Some(layout.headers[*at].clone()).filter(|text| !text.is_empty());
        diagnostic = diagnostic.in_data(DataPlace { column, text, ..in_header(file, layout) });
    }
    let more = found.len().saturating_sub(12);
    if more > 0 { diagnostic.note(format!("and {more} more")) } else { diagnostic }
}

/// Headers as they are named in messages.
fn named((_, _, _, layout): Months, found: &[usize]) -> String {
    let name = |at: &usize| match layout.headers[*at].as_str() {
        "" => format!("column {} (without a header)", spreadsheet_column(*at)),
        header => format!("`{}`", in_one_line(header)),
    };
    let names: Vec<String> = found.iter().take(6).map(name).collect();
    let more = found.len().saturating_sub(6);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    match names.split_last() {
        Some((last, first)) if !first.is_empty() && more.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => names.join(", ") + &more,
    }
}

/// Columns beside those of months that could be months, with what they may be.
pub fn no_months(place: Months, strays: &[(usize, Option<String>)]) -> Diagnostic {
    let found: Vec<usize> = strays.iter().map(|(at, _)| *at).collect();
    let (one, several) = ("is not read as a month", "are not read as months");
    let message = format!(
        "{} {} beside the months of `{}` and {}",
        named(place, &found),
        either(found.len(), "stands", "stand"),
        place.1.name,
        either(found.len(), one, several),
    );
    let near = strays.iter().filter_map(|(at, near)| Some((place.3.headers[*at].as_str(), near.as_deref()?)));
    let near: Vec<String> = near
        .map(|(header, near)| match header {
            "" => format!("the column without a header may be `{near}`"),
            header => format!("`{}` may be `{near}`", in_one_line(header)),
        })
        .take(6)
        .collect();
    let headed: Vec<&str> =
        found.iter().map(|at| place.3.headers[*at].as_str()).filter(|text| !text.is_empty()).collect();
    let help = match headed.is_empty() {
        true => "give the column a header, or remove what stands in it".to_string(),
        false => {
            let listed: Vec<String> = headed.iter().map(|header| quoted(header)).collect();
            format!(
                "write months as `2026-07`, `Jul` or `7月`; what is no month is left out by a line of the data set: `ignore columns {}`",
                listed.join(", ")
            )
        }
    };
    let diagnostic = unclear_months(place, &found, message).help(help);
    if near.is_empty() { diagnostic } else { diagnostic.note(near.join(", ")) }
}

/// `2026.1`
pub fn open_months(place: Months, found: &[usize]) -> Diagnostic {
    let message = format!("{} could be January, or October kept as a number", named(place, found));
    let year: String =
        found.first().map(|at| place.3.headers[*at].chars().map(narrow).take(4).collect()).unwrap_or_default();
    unclear_months(place, found, message).help(format!("head these months `{year}-01` and `{year}-10`"))
}

/// Names that are different months in different languages.
pub fn several_months(place: Months, found: &[(usize, Vec<(&'static str, u32)>)]) -> Diagnostic {
    let one = |(at, readings): &(usize, Vec<(&'static str, u32)>)| {
        let mut months: Vec<u32> = readings.iter().map(|(_, month)| *month).collect();
        months.sort_unstable();
        months.dedup();
        let in_languages = months.iter().map(|month| {
            let languages: Vec<&str> = readings.iter().filter(|(_, of)| of == month).map(|(name, _)| *name).collect();
            format!("{} in {}", MONTH_NAMES[*month as usize - 1], languages.join(" and "))
        });
        format!("`{}` is {}", in_one_line(&place.3.headers[*at]), in_languages.collect::<Vec<_>>().join(", "))
    };
    let places: Vec<usize> = found.iter().map(|(at, _)| *at).collect();
    let message = found.iter().take(6).map(one).collect::<Vec<_>>().join("; ");
    unclear_months(place, &places, message).help("write the months as numbers: `2026-11`, or `11月`")
}

/// Some headers name their years and others do not.
pub fn years_in_some(place: Months, dated: usize, bare: &[usize]) -> Diagnostic {
    let message = format!(
        "{} {} no year, and {} does",
        named(place, bare),
        either(bare.len(), "names", "name"),
        named(place, &[dated])
    );
    unclear_months(place, bare, message).help("write the year into all headers, as in `2026-01`, or into none")
}

/// No header is of the year that the spec says.
pub fn other_year(place: Months, dated: usize, year: i32) -> Diagnostic {
    let message =
        format!("the months of `{}` are declared to be of {year}, and {} is not", place.1.name, named(place, &[dated]));
    unclear_months(place, &[dated], message)
        .help("mend the year behind `months of`, or leave `of` and the year out: the headers say it")
}

/// A month that stands behind a later one.
pub fn months_back(place: Months, [before, behind]: [usize; 2]) -> Diagnostic {
    let message = format!(
        "{} stands behind {}, so nothing says of which year each month is",
        named(place, &[behind]),
        named(place, &[before])
    );
    unclear_months(place, &[before, behind], message).help(
        "write the year into each header, as in `2026-12`; or put the months of one year into the order of the calendar",
    )
}

pub fn no_year(file: &str, data: &DataSet, across: &Across, header: &str, found: &[i32]) -> Diagnostic {
    let names = |column| &data.column(column).name;
    let (month, value) = (names(across.month), names(across.value));
    let message = match found {
        [] => format!("`{file}` does not say of which year the months of `{}` are: `{header}` names none", data.name),
        years => format!(
            "`{file}` names several years, {}, so it is not certain of which the months of `{}` are",
            years.iter().map(i32::to_string).collect::<Vec<_>>().join(" and "),
            data.name
        ),
    };
    let year = found.last().copied().unwrap_or(2026);
    Diagnostic::new(Code::MissingColumn, message)
        .at(across.span, "months across")
        .in_data(in_file(file))
        .help(format!("write `months of {year} across as {month}, {value}`, or name a column that holds the year, or put one year into the name of the file or sheet"))
}

/// A header with line breaks, as it can stand in a message.
fn in_one_line(header: &str) -> String {
    shortened(&header.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The beginning of a cell as a text of a spec that finds rows which start so.
pub fn start_of(cell: &str) -> String {
    let line: String = cell.lines().next().unwrap_or_default().chars().take(40).collect();
    quoted(line.trim())
}

/// A header as a text of a spec that finds it.
fn quoted(header: &str) -> String {
    let text = header.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// `A`, `B`, …, `AA`
pub fn spreadsheet_column(at: usize) -> String {
    let (mut rest, mut letters) = (at + 1, Vec::new());
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(b'A' + (rest % 26) as u8));
        rest /= 26;
    }
    letters.iter().rev().collect()
}

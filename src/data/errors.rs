//! Every message about data files, in one place.

use super::cell::{Problem, Repair, folded};
use super::memory::shown_size;
use super::read::Tally;
use super::read::layout::Layout;
use super::server::Refusal;
use crate::diagnostic::{Code, DataPlace, Diagnostic};
use crate::model::data::{Across, ColumnIx, ColumnType, DataSet, FilePattern, TimeShape};
use crate::model::unit::DisplayUnit;
use crate::number::Number;
use crate::source::Span;
use crate::time::Day;

/// `1 cell`, `12 cells`
fn counted(count: u64, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

/// `a, b and c`; at most so many of them.
fn listed<T: AsRef<str>>(items: &[T], most: usize) -> String {
    let shown: Vec<String> = items.iter().take(most).map(|item| format!("`{}`", item.as_ref())).collect();
    match items.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// A text from a file as far as a message shows it.
pub fn shortened(text: &str) -> String {
    const SHOWN: usize = 80;
    if text.chars().nth(SHOWN).is_none() {
        return text.to_string();
    }
    text.chars().take(SHOWN - 1).chain(['…']).collect()
}

/// The candidate most like a text, if one is like it at all.
pub fn nearest<'a>(text: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = folded(text);
    candidates
        .into_iter()
        .map(|candidate| (strsim::normalized_damerau_levenshtein(&wanted, &folded(candidate)), candidate))
        .filter(|(likeness, _)| *likeness >= 0.5)
        .max_by(|(a, x), (b, y)| a.total_cmp(b).then_with(|| y.cmp(x)))
        .map(|(_, candidate)| candidate)
}

fn in_file(file: &str) -> DataPlace {
    DataPlace { file: file.to_string(), ..DataPlace::default() }
}

fn in_row(file: &str, row: u64) -> DataPlace {
    DataPlace { row: Some(row), ..in_file(file) }
}

/// The places of a tally, and how many more there are.
fn with_places(mut diagnostic: Diagnostic, file: &str, header: Option<&str>, tally: &Tally) -> Diagnostic {
    for spot in &tally.first {
        diagnostic = diagnostic.in_data(DataPlace {
            row: spot.key.is_none().then_some(u64::from(spot.line)),
            key: spot.key.clone(),
            column: header.map(str::to_string),
            text: Some(spot.text.clone()),
            ..in_file(file)
        });
    }
    match tally.count - tally.first.len() as u64 {
        0 => diagnostic,
        more => diagnostic.note(format!("and {} like it", counted(more, "more", "more"))),
    }
}

// ---------------------------------------------------------------- files

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

/// The lists that medians and distinct counts keep.
pub fn lists_too_large(data: &DataSet, most: u64) -> Diagnostic {
    let name = &data.name;
    let message =
        format!("what medians, percentiles and distinct counts keep of `{name}` takes more memory than is allowed");
    Diagnostic::new(Code::TooLittleMemory, message)
        .note(format!("`--memory` allows {}, and half of it is for such lists", shown_size(most)))
        .help("allow more")
}

pub fn no_temporary_file(reason: &str) -> Diagnostic {
    Diagnostic::new(
        Code::TooLittleMemory,
        format!("keys for which memory is too little cannot be put into a temporary file: {reason}"),
    )
    .note(format!("temporary files are in `{}`", std::env::temp_dir().display()))
    .help("make room there, name another folder in the variable TMPDIR, or allow more with `--memory`")
}

pub fn unreadable(file: &str, reason: &str) -> Diagnostic {
    Diagnostic::new(Code::UnreadableFile, format!("`{file}` cannot be read: {reason}")).in_data(in_file(file))
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

pub fn damaged(file: &str, line: u64) -> Diagnostic {
    Diagnostic::new(Code::UnreadableFile, format!("row {line} of `{file}` has bytes that are no UTF-8 text"))
        .in_data(in_row(file, line))
        .note("the rest of the file is UTF-8, so it is not in another encoding but damaged, or two files put together")
        .help("export the file again, as CSV (UTF-8)")
}

pub fn undecodable(file: &str, guessed: bool) -> Diagnostic {
    let message = match guessed {
        true => format!("`{file}` is neither UTF-8 nor GB18030 text"),
        false => format!("`{file}` has a byte order mark of UTF-16, but holds what is no UTF-16"),
    };
    Diagnostic::new(Code::UnreadableFile, message).in_data(in_file(file)).help("save the table as CSV (UTF-8)")
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
    match layout.header_line {
        Some(line) => format!("the headers in row {} are {}", line + 1, listed(headers, 40)),
        None => format!("its columns are {}", listed(headers, 40)),
    }
}

pub fn missing_column(file: &str, data: &DataSet, column: ColumnIx, layout: &Layout) -> Diagnostic {
    let declared = data.column(column);
    let own_name = declared.headers.len() == 1 && declared.headers[0] == declared.name;
    let wanted = if own_name { String::new() } else { format!(" (looked for {})", listed(&declared.headers, 10)) };
    let headers: Vec<String> =
        layout.headers.iter().filter(|header| !header.is_empty()).map(|header| shortened(header)).collect();
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
        Some(near) => diagnostic.help(format!("is it `{near}`? then add the header: `from \"{near}\"`")),
        None => diagnostic.help("add the header it has in the file: `from \"…\"`"),
    }
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

pub fn no_year(file: &str, data: &DataSet, across: &Across, header: &str) -> Diagnostic {
    let names = |column| &data.column(column).name;
    let (month, value) = (names(across.month), names(across.value));
    let message =
        format!("`{file}` does not say of which year the months of `{}` are: `{header}` names none", data.name);
    Diagnostic::new(Code::MissingColumn, message)
        .at(across.span, "months across")
        .in_data(in_file(file))
        .help(format!("write `months of 2026 across as {month}, {value}`, or name a column that holds the year, or put one year into the name of the file or sheet"))
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

// ---------------------------------------------------------------- rows and cells

pub fn ragged(file: &str, cells: usize, expected: usize, tally: &Tally) -> Diagnostic {
    let rows = counted(tally.count, "row has", "rows have");
    let compared = if cells < expected { "fewer" } else { "more" };
    let message = format!("{rows} {compared} cells than the header: {cells}, not {expected}");
    let diagnostic = with_places(Diagnostic::new(Code::RaggedRow, message), file, None, tally);
    if cells > expected {
        diagnostic.help("a cell with the separator in it is written in quotes: `\"Smith, John\"`, `\"1,234.50\"`")
    } else {
        diagnostic
            .help("fill up the row; a line that is no row of the table can be left out with `ignore rows starting`")
    }
}

/// Files put one below the other, each with its header.
pub fn header_again(file: &str, tally: &Tally) -> Diagnostic {
    let message = match tally.count {
        1 => "a row is the header once more".to_string(),
        count => format!("{count} rows are the header once more"),
    };
    let first = tally.first.first().map_or("", |spot| spot.text.as_str());
    let help = format!(
        "remove the line, which comes from putting files together; or leave such rows out with \
         `ignore rows starting \"{first}\"`"
    );
    with_places(Diagnostic::new(Code::BadCell, message), file, None, tally).help(help)
}

/// Cells of one column that cannot be read, all for one reason.
pub struct BadCells<'a> {
    pub file: &'a str,
    pub header: &'a str,
    pub problem: Problem,
    /// Where each text is reported by itself.
    pub text: &'a str,
    pub tally: &'a Tally,
}

pub fn bad_cells(data: &DataSet, column: ColumnIx, found: &BadCells) -> Diagnostic {
    let declared = data.column(column);
    let one = found.tally.count == 1;
    let count = found.tally.count;
    let first = found.tally.first.first().map_or("", |spot| spot.text.as_str());
    let is = |one_is: &str, many_are: &str| match one {
        true => format!("`{first}` {one_is}"),
        false => format!("{count} cells of `{}` {many_are}", found.header),
    };
    let (code, message, help) = match found.problem {
        Problem::Blank => {
            let name = &declared.name;
            let message = match one {
                true => format!("a cell of `{}` is blank, but `{}.{name}` is not optional", found.header, data.name),
                false => is("", &format!("are blank, but `{}.{name}` is not optional", data.name)),
            };
            (
                Code::BlankCell,
                message,
                format!("fill {}, or declare `{name} : … optional`", if one { "it" } else { "them" }),
            )
        }
        Problem::NotANumber => {
            (Code::BadCell, is("is not a number", "are not numbers"), "write it with digits, as in `1,234.50`".into())
        }
        Problem::Exponent => (
            Code::BadCell,
            is("is a rounded number", "are rounded numbers"),
            "a spreadsheet has cut its digits off: give the cells a number format and export the file again".into(),
        ),
        Problem::Separators => (
            Code::BadCell,
            is("has a comma where no thousands end", "have a comma where no thousands end"),
            "write `1,234` or `1234`, and a decimal fraction with a point: `1.23`".into(),
        ),
        Problem::TooManyDigits => {
            (Code::BadCell, is("has more than 28 digits", "have more than 28 digits"), "round it in the file".into())
        }
        Problem::BareRatio => {
            let name = &declared.name;
            let message = is(
                "has no percent sign, so it could be a fraction or percent",
                "have no percent sign, so they could be fractions or percent",
            );
            let help = format!(
                "write `{name} : % in percent` where 85 means 85%, or `{name} : % in fraction` where 0.85 does"
            );
            (Code::BadCell, message, help)
        }
        Problem::PercentOfUnit => {
            let unit = unit_name(&declared.ty);
            let message = is(&format!("is a percentage, not {unit}"), &format!("are percentages, not {unit}"));
            (Code::BadCell, message, "take the percent sign out, or declare the column as `%`".into())
        }
        Problem::OtherCurrency => {
            let unit = unit_name(&declared.ty);
            let message = is(&format!("is not in {unit}"), &format!("are not in {unit}"));
            (Code::BadCell, message, "convert it, or declare the column's currency".into())
        }
        Problem::OutOfLimits => {
            let limits = limits(declared.limits.as_ref(), &declared.ty);
            (
                Code::OutOfLimits,
                is(&format!("is not {limits}"), &format!("are not {limits}")),
                "mend the file, or the limits of the column".into(),
            )
        }
        Problem::NotADate => (Code::BadCell, is("is not a date", "are not dates"), "write it as `2026-07-01`".into()),
        Problem::NoSuchDay => (
            Code::BadCell,
            is("is a day that does not exist", "are days that do not exist"),
            "write a day of the calendar".into(),
        ),
        Problem::AmbiguousDate => (
            Code::AmbiguousDate,
            is("could be two days", "could be two days each"),
            "say which is first behind the type: `format \"DD/MM/YYYY\"` or `format \"MM/DD/YYYY\"`".into(),
        ),
        Problem::DayFirst => (
            Code::BadCell,
            is("is a date with the day first", "are dates with the day first"),
            "say so behind the type: `format \"DD/MM/YYYY\"`".into(),
        ),
        Problem::MonthFirst => (
            Code::BadCell,
            is("is a date with the month first", "are dates with the month first"),
            "say so behind the type: `format \"MM/DD/YYYY\"`".into(),
        ),
        Problem::NotInFormat => {
            let format = declared.format.as_deref().unwrap_or_default();
            let message = is(&format!("is not a date as `{format}`"), &format!("are not dates as `{format}`"));
            (Code::BadCell, message, "mend the file, or the column's `format`; `2026-07-01` is always read".into())
        }
        Problem::NotAPeriod => (
            Code::BadCell,
            is("is not a period", "are not periods"),
            "write a month as `2026-07`, a quarter as `2026-Q3`, a half as `2026-H2`, a year as `2026`".into(),
        ),
        Problem::NotAFlag => {
            (Code::BadCell, is("is neither yes nor no", "are neither yes nor no"), "write `yes` or `no`".into())
        }
        Problem::UnknownChoice => unknown_choice(&declared.ty, &declared.name, found),
        Problem::NotAYear => {
            (Code::BadCell, is("is not a year", "are not years"), "write it with four digits: `2026`".into())
        }
        Problem::FormulaError => (
            Code::BadCell,
            is("is the error of a formula", "are errors of formulas"),
            "mend the formula in the spreadsheet".into(),
        ),
        Problem::Uncomputed => (
            Code::BadCell,
            is("is a formula without its value", "are formulas without their values"),
            "open the file in a spreadsheet program and save it: that writes the values, too".into(),
        ),
        Problem::MergedNumber => (
            Code::BadCell,
            is(
                "stands in a cell merged over several rows, so it could be the number of each or of all together",
                "belong to cells merged over several rows, so they could be numbers of each row or of all together",
            ),
            "unmerge the cells and write each row's number".into(),
        ),
        Problem::CoveredCell => {
            let message = match one {
                true => format!("a cell of `{}` lies under a cell merged over several columns", found.header),
                false => is("", "lie under cells merged over several columns"),
            };
            let help =
                "unmerge the cells; a line that is no row of the table can be left out with `ignore rows starting`";
            (Code::BadCell, message, help.into())
        }
        Problem::UnseenPercent => (
            Code::BadCell,
            is(
                "may be shown as a percentage, which this kind of file does not tell",
                "may be shown as percentages, which this kind of file does not tell",
            ),
            "save the file as `.xlsx`".into(),
        ),
        Problem::ZonedTime => (
            Code::BadCell,
            is(
                "is a time with a time zone, so its day depends on the place",
                "are times with a time zone, so their days depend on the place",
            ),
            "export the column as dates, or as times without a time zone".into(),
        ),
        Problem::NotText => {
            let message = match one {
                true => format!("a cell of `{}` holds bytes that are no text", found.header),
                false => is("", "hold bytes that are no text"),
            };
            (Code::BadCell, message, "export the column as text (UTF-8)".into())
        }
        Problem::BareSerial => (
            Code::BadCell,
            is("is a number, not a date", "are numbers, not dates"),
            "give the cells a date format in the spreadsheet".into(),
        ),
    };
    let diagnostic = Diagnostic::new(code, message).help(help);
    let diagnostic = with_places(diagnostic, found.file, Some(found.header), found.tally);
    diagnostic.at(declared.span, "")
}

fn unknown_choice(ty: &ColumnType, name: &str, found: &BadCells) -> (Code, String, String) {
    let choices: &[_] = if let ColumnType::Choice(choices) = ty { choices } else { &[] };
    let all: Vec<String> = choices
        .iter()
        .map(|choice| match choice.texts.as_slice() {
            [] => format!("`{}`", choice.name),
            texts => format!("`{}` ({})", choice.name, listed(texts, 5)),
        })
        .collect();
    let known = choices.iter().flat_map(|choice| choice.texts.iter().chain([&choice.name])).map(String::as_str);
    let text = found.text;
    let message = format!("`{text}` is none of the values of `{name}`");
    let allowed = all.join(", ");
    let help = match nearest(text, known) {
        Some(near) => format!("did you mean `{near}`? allowed: {allowed}"),
        None => format!("allowed: {allowed}; another way to write one of them goes behind it: `active (\"{text}\")`"),
    };
    (Code::UnknownChoice, message, help)
}

fn unit_name(ty: &ColumnType) -> String {
    match ty {
        ColumnType::Number { unit: DisplayUnit { plural, .. }, .. } if !plural.is_empty() => plural.clone(),
        _ => "a number".into(),
    }
}

fn limits(limits: Option<&(Number, Number)>, ty: &ColumnType) -> String {
    let Some((least, most)) = limits else { return String::new() };
    let ColumnType::Number { unit, .. } = ty else { return format!("between {least} and {most}") };
    let shown = |number: &Number| {
        let number = number.div(&unit.factor).unwrap_or_else(|| number.clone());
        match unit.is_ratio_sign() {
            true => format!("{number}{}", unit.singular),
            false => format!("{number} {}", unit.plural).trim_end().to_string(),
        }
    };
    format!("between {} and {}", shown(least), shown(most))
}

pub fn more_kinds(file: &str, header: &str, more: usize) -> Diagnostic {
    let others = counted(more as u64, "other text", "other texts");
    Diagnostic::new(Code::UnknownChoice, format!("{others} in `{header}` cannot be read either"))
        .in_data(DataPlace { column: Some(header.to_string()), ..in_file(file) })
}

pub fn repaired(file: &str, name: &str, header: &str, repair: Repair, tally: &Tally) -> Diagnostic {
    let message =
        format!("{} of `{name}` would have to be repaired: {}", counted(tally.count, "cell", "cells"), repair.words());
    let diagnostic = with_places(Diagnostic::new(Code::RepairedCell, message), file, Some(header), tally);
    diagnostic.help("mend the file, or run without `--strict`")
}

// ---------------------------------------------------------------- tables

pub fn duplicate_key(data: &DataSet, key: &str, rows: [DataPlace; 2], days: Option<String>) -> Diagnostic {
    let [first, second] = rows;
    let (row, columns) = (&data.row.singular, key_columns(data));
    let message = match &days {
        Some(days) => format!("two rows of `{}` with {columns} `{key}` hold {days}", data.name),
        None => format!("two rows of `{}` have the same {columns}: `{key}`", data.name),
    };
    let help = match days {
        Some(_) if matches!(data.time, TimeShape::Snapshot(_)) => "take one of the two rows out".to_string(),
        Some(_) => "let the earlier row end the day before the later one begins".to_string(),
        None => format!("each {row} has one row: take one out, or add to the `key` what tells them apart"),
    };
    Diagnostic::new(Code::DuplicateKey, message).in_data(second).in_data(first).help(help)
}

fn key_columns(data: &DataSet) -> String {
    let names: Vec<String> = data.key.iter().map(|column| format!("`{}`", data.column(*column).name)).collect();
    names.join(" and ")
}

pub fn more_duplicates(data: &DataSet, more: u64) -> Diagnostic {
    Diagnostic::new(Code::DuplicateKey, format!("{} of `{}` twice", counted(more, "more key", "more keys"), data.name))
}

/// A key that some rows link to and no row has.
pub struct Dangling<'a> {
    pub column: ColumnIx,
    pub target: &'a DataSet,
    pub key: &'a str,
    pub near: Option<&'a str>,
    pub places: Vec<DataPlace>,
    pub count: u64,
}

pub fn dangling(data: &DataSet, found: Dangling) -> Diagnostic {
    let column = data.column(found.column);
    let (key, target) = (found.key, &found.target.name);
    let message =
        format!("`{key}` in `{}.{}` is no {} of `{target}`", data.name, column.name, found.target.row.singular);
    let mut diagnostic = Diagnostic::new(Code::DanglingLink, message).at(column.span, "");
    let more = found.count - found.places.len() as u64;
    for place in found.places {
        diagnostic = diagnostic.in_data(place);
    }
    if more > 0 {
        diagnostic = diagnostic.note(format!("and {} like it", counted(more, "more row", "more rows")));
    }
    match found.near {
        Some(near) => {
            diagnostic.help(format!("the nearest known key is `{near}`: mend the cell, or add the row to `{target}`"))
        }
        None => diagnostic.help(format!("add the row to `{target}`, or mend the cell")),
    }
}

pub fn more_dangling(data: &DataSet, column: ColumnIx, target: &DataSet, more: u64) -> Diagnostic {
    let keys = counted(more, "more key", "more keys");
    let message =
        format!("{keys} in `{}.{}` that no row of `{}` has", data.name, data.column(column).name, target.name);
    Diagnostic::new(Code::DanglingLink, message)
}

pub fn cycle(data: &DataSet, keys: &[&str], day: Option<Day>, places: Vec<DataPlace>) -> Diagnostic {
    let mut round: Vec<String> = keys.iter().chain(keys.first()).map(|key| format!("`{}`", shortened(key))).collect();
    if round.len() > 10 {
        let between = format!("{} more", round.len() - 6);
        round.splice(5..round.len() - 1, [between]);
    }
    let from = day.map(|day| format!(" from {day} on")).unwrap_or_default();
    let round = round.join(", which is below ");
    let message = format!("{} of `{}` lie below themselves{from}: {round}", data.row.plural, data.name);
    let mut diagnostic = Diagnostic::new(Code::TreeCycle, message);
    for place in places.into_iter().take(10) {
        diagnostic = diagnostic.in_data(place);
    }
    diagnostic.help("mend the parent of one of them; the one on top has none")
}

/// `team` and `parent` are keys; without a day the parent is not there however early.
pub fn parent_absent(
    data: &DataSet,
    [team, parent]: [&str; 2],
    day: Option<Day>,
    places: Vec<DataPlace>,
) -> Diagnostic {
    let (team, parent) = (shortened(team), shortened(parent));
    let when = day.map_or_else(|| "from the beginning".to_string(), |day| format!("on {day}"));
    let row = &data.row.singular;
    let message = format!("the {row} `{team}` lies below `{parent}` {when}, and there is no {row} `{parent}` then");
    let diagnostic = places.into_iter().fold(Diagnostic::new(Code::ParentAbsent, message), Diagnostic::in_data);
    diagnostic.help(match data.time {
        TimeShape::Snapshot(_) => format!("add `{parent}` to that day's rows, or name another parent there"),
        _ => format!("let the row of `{team}` end with `{parent}` and add one with its next parent, or mend the days of `{parent}`"),
    })
}

pub fn more_parents_absent(data: &DataSet, more: u64) -> Diagnostic {
    let rows = counted(more, "more row", "more rows");
    Diagnostic::new(Code::ParentAbsent, format!("{rows} of `{}` whose parent is not there on some day", data.name))
}

pub fn backward(data: &DataSet, place: DataPlace, from: &str, to: &str) -> Diagnostic {
    Diagnostic::new(
        Code::BackwardInterval,
        format!("a row of `{}` ends on {to}, before it begins on {from}", data.name),
    )
    .in_data(place)
    .help("mend one of the two dates")
}

pub fn empty_window(
    data: &DataSet,
    windows: &[&str],
    kpis: &[&str],
    files: &[String],
    held: Option<String>,
) -> Diagnostic {
    let (named, more) = kpis.split_at(kpis.len().min(5));
    let mut readers: Vec<String> = named.iter().map(|kpi| format!("`{kpi}`")).collect();
    readers.extend((!more.is_empty()).then(|| format!("{} more", more.len())));
    let readers = match readers.as_slice() {
        [] => String::new(),
        [one] => format!(", which {one} reads"),
        [first @ .., last] => format!(", which {} and {last} read", first.join(", ")),
    };
    let message = format!("`{}` has no row in {}{readers}", data.name, all_windows(windows));
    let mut diagnostic = Diagnostic::new(Code::EmptyWindow, message).at(data.span, "");
    for file in files.iter().take(10) {
        diagnostic = diagnostic.in_data(in_file(file));
    }
    if let Some(held) = held {
        diagnostic = diagnostic.note(held);
    }
    diagnostic.help("add the files of that time; where nothing may have happened, write `may be empty` in the data set, or run once with `--allow-empty`")
}

/// `the period 2026-Q3`, `the periods 2026-Q1 and 2026-Q2`, `2025-07 and the period 2026-07`
fn all_windows(windows: &[&str]) -> String {
    const PERIOD: &str = "the period ";
    let (shown, more) = windows.split_at(windows.len().min(12));
    let mut words: Vec<String> = Vec::new();
    match shown.iter().map(|window| window.strip_prefix(PERIOD)).collect::<Option<Vec<_>>>() {
        Some(periods) if periods.len() > 1 => {
            words.extend(periods.iter().map(|period| period.to_string()));
            words[0].insert_str(0, "the periods ");
        }
        _ => words.extend(shown.iter().map(|window| window.to_string())),
    }
    words.extend((!more.is_empty()).then(|| format!("{} more", more.len())));
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, first)) => format!("{} and {last}", first.join(", ")),
        None => String::new(),
    }
}

pub fn straddling(data: &DataSet, place: DataPlace, row: &str, window: &str, count: u64) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        Code::StraddlingPeriod,
        format!("a row of `{}` for {row} lies partly inside {window}, which a formula reads", data.name),
    )
    .in_data(place);
    let diagnostic = match count {
        1 => diagnostic,
        more => diagnostic.note(format!("and {} like it", counted(more - 1, "more row", "more rows"))),
    };
    diagnostic.help("split the row into shorter periods, or evaluate a period that holds it wholly")
}

pub fn other_day(name: &str, count: u64, places: Vec<DataPlace>) -> Diagnostic {
    let cells = counted(count, "cell", "cells");
    let message = format!("{cells} of `{name}` would have to be repaired: {}", Repair::OtherDay.words());
    let mut diagnostic = Diagnostic::new(Code::RepairedCell, message);
    for place in places {
        diagnostic = diagnostic.in_data(place);
    }
    diagnostic.help("mend the dates of the rows linked to, or run without `--strict`")
}

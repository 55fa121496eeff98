//! What is wrong with headers: columns that are not found, or twice, and months that are unclear.

use super::{SHOWN, in_file, in_row, listed, nearest};
use crate::alike::narrow;
use crate::diagnostic::{Code, DataPlace, Diagnostic};
use crate::model::data::{Across, ColumnIx, DataSet, FileForm as Form};
use crate::plural::either;
use crate::source::Span;
use crate::time::MONTH_NAMES;
use crate::visible::{named as sign_named, shortened};

/// The header of a table, as messages speak of it.
#[derive(Clone, Copy)]
pub struct Header<'a> {
    pub file: &'a str,
    pub form: Form,
    /// Whether the spec names the sheet.
    pub sheet_is_named: bool,
    /// Counted from 0; none where columns have their names without one.
    pub line: Option<u32>,
    pub headers: &'a [String],
}

impl Header<'_> {
    fn place(&self) -> DataPlace {
        self.line.map_or_else(|| in_file(self.file), |line| in_row(self.file, u64::from(line) + 1))
    }

    fn told(&self, headers: &[String]) -> String {
        let headers: Vec<String> = headers.iter().map(|header| in_one_line(header)).collect();
        match self.line {
            Some(line) => format!("the headers in row {} are {}", line + 1, listed(&headers, 40)),
            None => format!("its columns are {}", listed(&headers, 40)),
        }
    }
}

/// What keeps all headers of a file from being found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Oddity {
    /// The cells stand in quotes that only people read.
    Quotes(char, char),
    /// The cells are separated by another sign.
    Separator(char),
    /// The headers were read in another encoding than their own, with what the first of them most likely is.
    Garbled(String, Option<String>),
}

/// Headers of which none can be found, for one reason.
pub fn odd_headers(header: Header, odd: Oddity) -> Diagnostic {
    let Header { file, form, .. } = header;
    let (message, help) = match odd {
        Oddity::Quotes(first, last) => (
            format!("the cells of `{file}` stand in quotes that no program takes for such: `{first}…{last}`"),
            "export the table again, or replace these quotes by plain ones: `\"`".to_string(),
        ),
        Oddity::Separator(sign) => (
            match sign.is_control() {
                true => format!("the cells of `{file}` seem to be separated by {}", sign_named(sign)),
                false => format!("the cells of `{file}` seem to be separated by `{sign}`"),
            },
            told_apart(form).to_string(),
        ),
        Oddity::Garbled(garbled, meant) => (
            match meant {
                Some(meant) => format!(
                    "the header `{garbled}` of `{file}` was read in another encoding than its own before it was saved; it is most likely `{meant}`"
                ),
                None => format!(
                    "the header `{garbled}` of `{file}` was read in another encoding than its own before it was saved"
                ),
            },
            "export the table again from where it comes from, as CSV (UTF-8)".to_string(),
        ),
    };
    Diagnostic::new(Code::MissingColumn, message).in_data(header.place()).help(help)
}

/// The header is one cell: whatever stands between the cells of the file separates none here.
pub fn one_column(header: Header, data: &DataSet) -> Diagnostic {
    let columns = data.columns.iter().filter(|column| column.has_cells()).count();
    let only = header.headers.first().map(String::as_str).unwrap_or_default();
    let joined = only.contains([',', ';', '\t']);
    let help = match header.form {
        _ if joined => told_apart(header.form),
        Form::Text => told_apart(Form::Text),
        Form::Spreadsheet if header.sheet_is_named => "name the sheet that has the table: `sheet \"…\"`",
        Form::Spreadsheet | Form::Parquet => "name the file that has the table: `file \"…\"`",
        Form::Server => "name the table or the query that has these columns",
    };
    Diagnostic::new(
        Code::MissingColumn,
        format!("`{}` has one column only, and `{}` has {columns}", header.file, data.name),
    )
    .at(data.span, "")
    .in_data(header.place())
    .note(format!("its header is {}", listed(&[in_one_line(only)], 1)))
    .help(help)
}

/// What keeps the cells of a row apart, where they stand in one, as something to do.
fn told_apart(form: Form) -> &'static str {
    match form {
        Form::Text => "export the table again with commas, semicolons or tabs between its cells",
        Form::Spreadsheet => {
            "split the column into one for each cell (in Excel: Data, Text to Columns), and save the workbook"
        }
        Form::Parquet | Form::Server => "write the table again with a column for each cell",
    }
}

pub fn missing_column(header: Header, data: &DataSet, column: ColumnIx) -> Diagnostic {
    let declared = data.column(column);
    let own_name = declared.headers.len() == 1 && declared.headers[0] == declared.name;
    let wanted = if own_name { String::new() } else { format!(" (looked for {})", listed(&declared.headers, 10)) };
    let plain = |header: &String| header.split_whitespace().collect::<Vec<_>>().join(" ");
    let headers: Vec<String> = header.headers.iter().filter(|header| !header.is_empty()).map(plain).collect();
    let diagnostic = Diagnostic::new(
        Code::MissingColumn,
        format!("`{}` has no column for `{}.{}`{wanted}", header.file, data.name, declared.name),
    )
    .at(declared.span, "this column")
    .in_data(header.place())
    .note(header.told(&headers));
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
pub fn above_header(header: Header, data: &DataSet, rows: &[&(u32, Vec<String>)]) -> Diagnostic {
    let first = |row: &[String]| row.iter().find(|cell| !cell.is_empty()).cloned().unwrap_or_default();
    let (file, below) = (header.file, header.line.map_or(0, |line| u64::from(line) + 1));
    let (line, row) = rows[0];
    let message = match rows.len() {
        1 => format!(
            "row {} of `{file}` looks like a row of `{}`, and stands above the header in row {below}",
            line + 1,
            data.name
        ),
        count => format!(
            "{count} rows of `{file}` look like rows of `{}`, and stand above the header in row {below}",
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

pub fn two_columns(header: Header, data: &DataSet, column: ColumnIx, found: &[usize]) -> Diagnostic {
    let declared = data.column(column);
    let headers: Vec<String> =
        found.iter().map(|at| format!("`{}` (column {})", header.headers[*at], spreadsheet_column(*at))).collect();
    let (file, headers) = (header.file, headers.join(", "));
    let message = format!("`{file}` has several columns that could be `{}.{}`: {headers}", data.name, declared.name);
    Diagnostic::new(Code::TwoColumns, message)
        .at(declared.span, "this column")
        .in_data(header.place())
        .help("rename one of them in the file, or keep only the right header behind `from`")
}

pub fn no_month(Months { header, data, span }: Months) -> Diagnostic {
    let headers: Vec<String> =
        header.headers.iter().filter(|header| !header.is_empty()).map(|header| shortened(header)).collect();
    Diagnostic::new(Code::MissingColumn, format!("`{}` has no column for a month of `{}`", header.file, data.name))
        .at(span, "months across")
        .in_data(header.place())
        .note(header.told(&headers))
        .help("months are headed like `2026-07`, `202607`, `Jul`, `July 2026` or `7月`")
}

pub fn month_twice(Months { header, data, span }: Months, found: [usize; 2]) -> Diagnostic {
    let [first, second] = found.map(|at| format!("`{}` (column {})", header.headers[at], spreadsheet_column(at)));
    let file = header.file;
    let message = format!("`{file}` has two columns for one month of `{}`: {first} and {second}", data.name);
    Diagnostic::new(Code::TwoColumns, message)
        .at(span, "months across")
        .in_data(header.place())
        .help("take one of them out, or write the year into the headers: `2026-07`")
}

/// The months of a data set that stand side by side: its header, and the clause about them.
#[derive(Clone, Copy)]
pub struct Months<'a> {
    pub header: Header<'a>,
    pub data: &'a DataSet,
    pub span: Span,
}

fn unclear_months(Months { header, span, .. }: Months, found: &[usize], message: String) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(Code::UnclearMonth, message).at(span, "months across");
    for at in found.iter().take(12) {
        let column = Some(spreadsheet_column(*at)).filter(|_| header.headers[*at].is_empty());
        let text = Some(header.headers[*at].clone()).filter(|text| !text.is_empty());
        diagnostic = diagnostic.in_data(DataPlace { column, text, ..header.place() });
    }
    let more = found.len().saturating_sub(12);
    if more > 0 { diagnostic.note(format!("and {more} more")) } else { diagnostic }
}

/// Headers as they are named in messages.
fn named(Months { header, .. }: Months, found: &[usize]) -> String {
    let name = |at: &usize| match header.headers[*at].as_str() {
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
        place.data.name,
        either(found.len(), one, several),
    );
    let near = strays.iter().filter_map(|(at, near)| Some((place.header.headers[*at].as_str(), near.as_deref()?)));
    let near: Vec<String> = near
        .map(|(header, near)| match header {
            "" => format!("the column without a header may be `{near}`"),
            header => format!("`{}` may be `{near}`", in_one_line(header)),
        })
        .take(6)
        .collect();
    let headed: Vec<&str> =
        found.iter().map(|at| place.header.headers[*at].as_str()).filter(|text| !text.is_empty()).collect();
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
        found.first().map(|at| place.header.headers[*at].chars().map(narrow).take(4).collect()).unwrap_or_default();
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
        format!("`{}` is {}", in_one_line(&place.header.headers[*at]), in_languages.collect::<Vec<_>>().join(", "))
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
    let message = format!(
        "the months of `{}` are declared to be of {year}, and {} is not",
        place.data.name,
        named(place, &[dated])
    );
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

pub fn no_year(Months { header, data, span }: Months, across: &Across, headed: &str, found: &[i32]) -> Diagnostic {
    let file = header.file;
    let names = |column| &data.column(column).name;
    let (month, value) = (names(across.month), names(across.value));
    let message = match found {
        [] => format!("`{file}` does not say of which year the months of `{}` are: `{headed}` names none", data.name),
        years => format!(
            "`{file}` names several years, {}, so it is not certain of which the months of `{}` are",
            years.iter().map(i32::to_string).collect::<Vec<_>>().join(" and "),
            data.name
        ),
    };
    let year = found.last().copied().unwrap_or(2026);
    Diagnostic::new(Code::MissingColumn, message)
        .at(span, "months across")
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

//! What is wrong with rows: those that are none of the table, and how they are left out.

use super::{Tally, counted, start_of, with_places};
use crate::data::cells::totals;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::data::DataSet;
use crate::plural::either;

/// So many beginnings of rows a help names.
const STARTS: usize = 6;

/// The clause that leaves rows out which begin so; of a remark as far as its colon.
fn left_out<'t>(texts: impl Iterator<Item = &'t str>) -> Option<String> {
    let mut starts: Vec<String> = Vec::new();
    for text in texts.filter(|text| !text.is_empty()) {
        let start = start_of(text.find(": ").map_or(text, |colon| &text[..=colon]));
        if !starts.contains(&start) {
            starts.push(start);
        }
    }
    starts.truncate(STARTS);
    (!starts.is_empty()).then(|| format!("`ignore rows starting {}`", starts.join(", ")))
}

fn texts(tally: &Tally) -> impl Iterator<Item = &str> {
    tally.first.iter().map(|spot| spot.text.as_str())
}

pub fn ragged(file: &str, cells: usize, expected: usize, tally: &Tally) -> Diagnostic {
    let rows = format!("{} {}", counted(tally.count, "row"), either(tally.count, "has", "have"));
    let compared = if cells < expected { "fewer" } else { "more" };
    let message = format!("{rows} {compared} cells than the header: {cells}, not {expected}");
    let diagnostic = with_places(Diagnostic::new(Code::RaggedRow, message), file, None, tally);
    if cells > expected {
        return diagnostic
            .help("a cell with the separator in it is written in quotes: `\"Smith, John\"`, `\"1,234.50\"`");
    }
    let cut = |text: &str, sign: char| text.matches(sign).count() + 1 == expected && expected > 1;
    let first = tally.first.first().map_or("", |spot| spot.text.as_str());
    match left_out(texts(tally)) {
        _ if cells == 1 && [',', ';', '\t', '|'].into_iter().any(|sign| cut(first, sign)) => {
            diagnostic.help("export the table again, so that its rows are separated by the same sign as its header")
        }
        Some(clause) if cells == 1 => diagnostic.help(format!(
            "fill up the row; a remark, which is no row of the table, is left out with a line of its data set: {clause}"
        )),
        _ => diagnostic
            .help("fill up the row; a line that is no row of the table can be left out with `ignore rows starting`"),
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
        "remove the line, which comes from putting files together; or leave such rows out with `ignore rows starting {}`",
        start_of(first)
    );
    with_places(Diagnostic::new(Code::BadCell, message), file, None, tally).help(help)
}

/// Rows that are totals, by what they are called or because a formula in them adds up the rows above.
pub fn total_rows(file: &str, data: &DataSet, tally: &Tally) -> Diagnostic {
    let (name, first) = (&data.name, tally.first.first().map_or("", |spot| spot.text.as_str()));
    let message = match tally.count {
        1 if totals::is_total(first) => format!("`{first}` is a total, and no row of `{name}`"),
        1 => format!("a row adds up rows above it, and is no row of `{name}`"),
        count => format!("{count} rows are totals, and no rows of `{name}`"),
    };
    let named = texts(tally).filter(|text| totals::is_total(text) || totals::names_total(text));
    let clause = left_out(named).unwrap_or_else(|| "`ignore rows starting \"Total\"`".into());
    let help = match texts(tally).find(|text| !totals::names_total(text) && !totals::is_total(text)) {
        None => format!(
            "what {} is counted already: leave {} out with a line of `data {name}`: {clause}; a row like the others needs a name \
             that is more than such a word",
            either(tally.count, "it adds up", "they add up"),
            either(tally.count, "it", "them"),
        ),
        Some(_) => format!(
            "what is added up is counted already: remove such rows, or let their first cell begin with `Total` and write {clause} \
             into `data {name}`"
        ),
    };
    with_places(Diagnostic::new(Code::BadCell, message), file, None, tally).help(help)
}

/// Remarks below a table, and headings within it.
pub fn note_rows(file: &str, data: &DataSet, tally: &Tally) -> Diagnostic {
    let message = match tally.count {
        1 => format!("a row has one filled cell alone, so it is no row of `{}`", data.name),
        count => format!("{count} rows have one filled cell alone, so they are no rows of `{}`", data.name),
    };
    let diagnostic = with_places(Diagnostic::new(Code::RaggedRow, message), file, None, tally);
    match left_out(texts(tally)) {
        Some(clause) => diagnostic.help(format!(
            "a remark or a heading is left out with a line of `data {}`: {clause}; fill the row up, if it is one",
            data.name
        )),
        None => diagnostic.help("remove it, or fill the row up"),
    }
}

/// Rows that name a total and are one: a number in them is the sum of numbers above it. `by_first` says whether their
/// first cells name it.
pub fn added_up(
    (file, sheet): (&str, Option<&str>),
    data: &DataSet,
    column: &str,
    tally: &Tally,
    by_first: bool,
) -> Diagnostic {
    let message = match tally.count {
        1 => format!("a row of `{}` adds up the `{column}` of rows above it", data.name),
        count => format!("{count} rows of `{}` add up the `{column}` of rows above them", data.name),
    };
    let mut diagnostic = with_places(Diagnostic::new(Code::BadCell, message), file, None, tally);
    diagnostic.data.iter_mut().for_each(|place| place.sheet = sheet.map(str::to_string));
    match left_out(texts(tally)).filter(|_| by_first) {
        Some(clause) => diagnostic.help(format!(
            "what is added up is counted already: leave such rows out with a line of `data {}`: {clause}",
            data.name
        )),
        None => diagnostic.help("what is added up is counted already: remove such rows from the file"),
    }
}

/// Headers of other tables below this one.
pub fn other_tables(file: &str, data: &DataSet, tally: &Tally) -> Diagnostic {
    let message = match tally.count {
        1 => format!("a row below those of `{}` is the header of another table", data.name),
        count => format!("{count} rows below those of `{}` are headers of other tables", data.name),
    };
    with_places(Diagnostic::new(Code::BadCell, message), file, None, tally)
        .help("put what stands from there on into a file or a sheet of its own")
}

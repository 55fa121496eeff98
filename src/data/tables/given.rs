//! Tables of a test in the place of files: the cells are read by the same rules, and what is wrong with them is said
//! with their place in the spec.

use super::table::{Table, TableFile};
use crate::data::cells::content::{Content, Problem, Repair, Repairs, Sign, canonical};
use crate::data::cells::reader::{CellReader, Kind};
use crate::data::cells::times;
use crate::data::columns::column::Builder;
use crate::data::errors;
use crate::data::errors::{Spot, Tally};
use crate::diagnostic::{Code, Diagnostic, Help, Label, Mend};
use crate::model::Model;
use crate::model::cases::{Given, GivenCell};
use crate::model::data::{ColumnIx, ColumnType, DataSet};
use crate::source::Span;

/// How a cell of a test is written in a spec: here nothing stands in a file that had to be read as it is.
fn cell_as_here(error: &Diagnostic, at: Option<Span>) -> Option<Help> {
    let cell = error.message.split('`').nth(1)?;
    let writes = match error.code {
        Code::AmbiguousDate | Code::BadCell => crate::syntax::written_otherwise(cell),
        _ => return None,
    };
    let mends: Vec<Mend> = writes.into_iter().map(|text| Some(Mend::replace(at?, text))).collect::<Option<_>>()?;
    match mends.len() {
        0 => None,
        1 => Some(Help::of("write `{}`", mends)),
        _ => Some(Help::of("write `{}` where the day stands first, `{}` where the month does", mends)),
    }
}

/// Reads the table of a data set into columns; without one it has no rows.
pub(crate) fn read(
    model: &Model,
    data: &DataSet,
    given: Option<&Given>,
    readers: &[(ColumnIx, CellReader)],
    table: &mut Table,
    errors: &mut Vec<Diagnostic>,
) -> Vec<Builder> {
    let mut columns: Vec<Builder> = readers.iter().map(|(_, reader)| Builder::new(&reader.kind)).collect();
    let Some(given) = given else { return columns };
    for ((column, reader), builder) in readers.iter().zip(&mut columns) {
        let Some(at) = given.columns.iter().position(|known| known == column) else {
            // Rows must be told apart even where the test does not care by what.
            let numbered = data.key.contains(column) && matches!(reader.kind, Kind::Text);
            let position = matches!(data.column(*column).ty, ColumnType::Position | ColumnType::Link { .. });
            for row in 1..=given.rows.len() {
                builder.push(match numbered && !position {
                    true => Content::Text(format!("row {row}").into()),
                    false => Content::Blank,
                });
            }
            continue;
        };
        for row in &given.rows {
            let cell = &row.cells[at];
            builder.push(cell_content(reader, cell).unwrap_or_else(|problem| {
                table.bad.insert(*column);
                errors.push(bad_cell(model, data, *column, cell, problem));
                Content::Blank
            }));
        }
    }
    table.rows = given.rows.len();
    table.lines = (1..=given.rows.len() as u32).collect();
    let headers = given.columns.iter().map(|column| (*column, data.column(*column).name.clone())).collect();
    table.files.push(TableFile { shown: data.name.clone(), rows: table.rows, headers, ..TableFile::default() });
    columns
}

fn cell_content<'c>(reader: &CellReader, cell: &'c GivenCell) -> Result<Content<'c>, Problem> {
    let number_kind = match &reader.kind {
        Kind::Number(kind) => Some(kind),
        Kind::KeyOf(inner, _) => match &**inner {
            Kind::Number(kind) => Some(kind),
            _ => None,
        },
        _ => None,
    };
    match (&cell.number, number_kind) {
        (Some(number), Some(kind)) => {
            let content = kind.content(number)?;
            Ok(match &reader.kind {
                Kind::KeyOf(_, choices) => Content::Text(canonical(content, choices)),
                _ => content,
            })
        }
        // A spec writes numbers as formulas do: what files of many countries hold could mean two things here.
        (None, Some(_)) => {
            let mut repairs = Repairs::default();
            let content = reader.read(&cell.text, &mut repairs)?;
            let mended =
                [Repair::Thousands, Repair::DecimalComma, Repair::MinusBehind].map(|repair| repairs.has(repair));
            if mended.contains(&true) || matches!(repairs.1, Some(Sign::Comma | Sign::Either)) {
                Err(Problem::NotANumber)
            } else {
                Ok(content)
            }
        }
        // A date as formulas write it, whatever form files have.
        _ if times::iso(cell.text.trim().as_bytes()).is_some() => reader.read_date(&cell.text, &mut Repairs::default()),
        _ => reader.read(&cell.text, &mut Repairs::default()),
    }
}

fn bad_cell(model: &Model, data: &DataSet, column: ColumnIx, cell: &GivenCell, problem: Problem) -> Diagnostic {
    let tally = Tally { count: 1, first: vec![Spot { line: 1, text: cell.text.clone(), key: None }] };
    let name = &data.column(column).name;
    let found = errors::BadCells { file: &data.name, header: name, problem, text: &cell.text, tally: &tally };
    let mut diagnostic = errors::bad_cells(data, column, &found);
    diagnostic.data.clear();
    if problem == Problem::NotANumber {
        diagnostic.help =
            Some("write numbers as in formulas, without signs for thousands: `8_000` or `8000`, `12.5`".into());
    }
    if problem == Problem::Blank {
        diagnostic.message = format!("this cell is blank, but `{}.{name}` is not optional", data.name);
        diagnostic.help = Some("fill it, or leave the whole column out if no formula of the test reads it".into());
    }
    in_spec(diagnostic, vec![(cell.span, String::new())], model)
}

/// Puts places in the spec in front of those that a finding has.
pub(crate) fn in_spec(mut diagnostic: Diagnostic, places: Vec<(Span, String)>, model: &Model) -> Diagnostic {
    let declared = std::mem::take(&mut diagnostic.labels);
    diagnostic.labels = places.into_iter().map(|(span, text)| Label { span, text }).collect();
    for mut label in declared {
        let columns = || model.data.iter().flat_map(|data| &data.columns);
        if label.text.is_empty() && columns().any(|column| column.span.key() == label.span.key()) {
            label.text = "the column".into();
        }
        diagnostic.labels.push(label);
    }
    diagnostic.help =
        diagnostic.help.map(|help| help.replace("mend the file", "mend the cell").replace("in the file", "here"));
    match cell_as_here(&diagnostic, diagnostic.labels.first().map(|label| label.span)) {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

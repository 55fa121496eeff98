//! Tables of a test in the place of files: the cells are read by the same rules, and what is wrong with them is said
//! with their place in the spec.

use crate::data::cells::content::{Content, Problem, Repair, Repairs, Sign, canonical};
use crate::data::cells::reader::{CellKind, CellReader};
use crate::data::cells::times;
use crate::data::columns::column::Builder;
use crate::data::errors::{self, BadCells, Spot, Stands, Tally};
use crate::data::rows::table::{Table, TableFile};
use crate::diagnostic::{Code, DataPlace, Diagnostic, Help, Label, Mend};
use crate::model::Model;
use crate::model::cases::{Given, GivenCell};
use crate::model::data::{ColumnIx, ColumnType, DataSet};
use crate::source::Span;
use crate::syntax::written_otherwise;

/// How a cell of a test is written in a spec: here nothing stands in a file that had to be read as it is.
fn written_here(code: Code, cell: &GivenCell) -> Option<Help> {
    let writes = match code {
        Code::AmbiguousDate | Code::BadCell => written_otherwise(&cell.text),
        _ => return None,
    };
    let mends: Vec<Mend> = writes.into_iter().map(|text| Mend::replace(cell.span, text)).collect();
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
            let numbered = data.key.contains(column) && matches!(reader.kind, CellKind::Text);
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
        CellKind::Number(kind) => Some(kind),
        CellKind::KeyOf(inner, _) => match &**inner {
            CellKind::Number(kind) => Some(kind),
            _ => None,
        },
        _ => None,
    };
    match (&cell.number, number_kind) {
        (Some(number), Some(kind)) => {
            let content = kind.content(number)?;
            Ok(match &reader.kind {
                CellKind::KeyOf(_, choices) => Content::Text(canonical(content, choices)),
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
    let found = BadCells {
        file: &data.name,
        header: &data.column(column).name,
        stands: Stands::InSpec,
        problem,
        text: &cell.text,
        tally: &tally,
    };
    let mut diagnostic = errors::bad_cells(data, column, &found);
    diagnostic.data.clear();
    if let Some(help) = written_here(diagnostic.code, cell) {
        diagnostic = diagnostic.help(help);
    }
    in_spec(diagnostic, vec![(cell.span, String::new())], model)
}

/// Puts places in the spec in front of those that a finding has.
fn in_spec(mut diagnostic: Diagnostic, places: Vec<(Span, String)>, model: &Model) -> Diagnostic {
    let declared = std::mem::take(&mut diagnostic.labels);
    diagnostic.labels = places.into_iter().map(|(span, text)| Label { span, text }).collect();
    for mut label in declared {
        let columns = || model.data.iter().flat_map(|data| &data.columns);
        if label.text.is_empty() && columns().any(|column| column.span.key() == label.span.key()) {
            label.text = "the column".into();
        }
        diagnostic.labels.push(label);
    }
    diagnostic
}

/// Turns places in tables into places in the spec.
pub(crate) fn placed(errors: Vec<Diagnostic>, model: &Model, given: &[Given]) -> Vec<Diagnostic> {
    let place = |place: &DataPlace| -> Option<Span> {
        let table = given.iter().find(|table| model.data[table.data.0].name == place.file)?;
        let data = &model.data[table.data.0];
        let Some(row) = place.row.and_then(|row| table.rows.get(usize::try_from(row).ok()?.checked_sub(1)?)) else {
            return Some(table.span);
        };
        let column = place.column.as_deref().and_then(|name| data.column_named(name));
        let at = column.and_then(|column| table.columns.iter().position(|known| *known == column));
        Some(at.and_then(|at| row.cells.get(at)).map_or(row.span, |cell| cell.span))
    };
    errors
        .into_iter()
        .map(|mut error| {
            let places: Vec<Span> = std::mem::take(&mut error.data).iter().filter_map(place).collect();
            let words = |at: usize| match (error.code, at) {
                (Code::DuplicateKey, 0) => "again here",
                (Code::DuplicateKey, _) => "first here",
                _ => "",
            };
            let places = places.into_iter().enumerate().map(|(at, span)| (span, words(at).to_string())).collect();
            in_spec(error, places, model)
        })
        .collect()
}

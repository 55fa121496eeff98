//! Tables of a test in the place of files: the cells are read by the same rules, and what is wrong with them is said
//! with their place in the spec.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::cell::{CellReader, Content, Kind, Problem, Repair, Repairs, Sign, canonical};
use super::column::Builder;
use super::read::{Spot, Tally};
use super::stored::Task;
use super::table::{self, Source, Table, TableFile};
use super::{Options, answer_from, errors, teams, time_cell};
use crate::diagnostic::{Code, DataPlace, Diagnostic, Help, Label, Mend};
use crate::model::Model;
use crate::model::cases::{Given, GivenCell};
use crate::model::data::{ColumnIx, ColumnType, DataId, DataSet, Origin};
use crate::model::stored::Role;
use crate::plan::query::{Answers, Query};
use crate::source::Span;

/// How tables of a test are read: nothing on disk is touched, and data sets that are not given are empty.
fn options() -> Options<'static> {
    Options { threads: 1, allow_empty: true, stream_above: u64::MAX, ..Options::of(PathBuf::new()) }
}

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

/// Answers from tables of a test; `model` is the project as the test sees it ([`Model::with_given`]).
pub fn answer_given(model: &Model, query: &Query, given: &[Given]) -> Result<Answers, Vec<Diagnostic>> {
    let answers = answer_from(model, query, &options(), &Source::Given(given));
    answers.map_err(|errors| placed(errors, model, given))
}

/// All that is wrong with the tables of a test: cells, keys, links, the tree of teams.
pub fn check_given(model: &Model, given: &[Given]) -> Vec<Diagnostic> {
    let model = &model.with_given(given);
    let mut errors = Vec::new();
    let needed = everything(model, given);
    let none = BTreeSet::new();
    let mut tables = table::load(model, &needed, &Source::Given(given), &none, 1, &mut errors);
    Task { model, needed: &needed, left_out: &none, keys_left_out: &|_, _| None, given: true }
        .complete(&mut tables, &mut errors);
    let organisation = |table: &&Table| model.data[table.data.0].organisation.is_some();
    if let Some(table) = tables.iter().find(organisation) {
        teams::build(model, table, &mut errors);
    }
    placed(errors, model, given)
}

/// All given columns, and the keys that they lead to.
fn everything(model: &Model, given: &[Given]) -> Vec<(DataId, Vec<ColumnIx>)> {
    let mut needed: BTreeMap<DataId, BTreeSet<ColumnIx>> = BTreeMap::new();
    for table in given {
        let set = &model.data[table.data.0];
        // Links that are computed must lead somewhere, too.
        let links = (0..set.columns.len()).map(ColumnIx).filter(|column| {
            matches!(set.column(*column).origin(), Origin::Formula(_)) && set.role(*column) == Some(Role::Link)
        });
        needed.entry(table.data).or_default().extend(table.columns.iter().copied().chain(links));
    }
    for (data, columns) in needed.clone() {
        for column in columns {
            if let ColumnType::Link { data: target, .. } = &model.data[data.0].column(column).ty {
                needed.entry(*target).or_default();
            }
        }
    }
    for (data, columns) in &mut needed {
        columns.extend(model.data[data.0].organisation);
    }
    model.with_inputs(&mut needed);
    needed.into_iter().map(|(data, columns)| (data, columns.into_iter().collect())).collect()
}

/// Reads the table of a data set into columns; without one it has no rows.
pub(super) fn read(
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
        _ if time_cell::iso(cell.text.trim().as_bytes()).is_some() => {
            reader.read_date(&cell.text, &mut Repairs::default())
        }
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
    diagnostic.help =
        diagnostic.help.map(|help| help.replace("mend the file", "mend the cell").replace("in the file", "here"));
    match cell_as_here(&diagnostic, diagnostic.labels.first().map(|label| label.span)) {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// Turns places in tables into places in the spec.
pub(super) fn placed(errors: Vec<Diagnostic>, model: &Model, given: &[Given]) -> Vec<Diagnostic> {
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

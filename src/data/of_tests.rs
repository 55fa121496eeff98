//! Answers from the tables of a test, and all that is wrong with them: findings stand in the spec.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::answer::answer_from;
use super::options::Options;
use super::tables::given::in_spec;
use super::tables::load::Source;
use super::tables::stored::Task;
use super::tables::table::Table;
use super::tables::{load, teams};
use crate::diagnostic::{Code, DataPlace, Diagnostic};
use crate::model::Model;
use crate::model::cases::Given;
use crate::model::data::stored::Role;
use crate::model::data::{ColumnIx, ColumnType, DataId, Origin};
use crate::plan::query::{Answers, Query};
use crate::source::Span;

/// How tables of a test are read: nothing on disk is touched, and data sets that are not given are empty.
fn options() -> Options<'static> {
    Options { threads: 1, allow_empty: true, stream_above: u64::MAX, ..Options::of(PathBuf::new()) }
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
    let mut tables = load::load(model, &needed, &Source::Given(given), &none, 1, &mut errors);
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

//! Answers from the tables of a test, and all that is wrong with them: findings stand in the spec.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::answer::answer_from;
use super::options::Options;
use super::rows::table::Table;
use super::tables::given::placed;
use super::tables::load::Source;
use super::tables::stored::Task;
use super::tables::{load, teams};
use crate::diagnostic::Diagnostic;
use crate::model::Model;
use crate::model::cases::Given;
use crate::model::data::stored::Role;
use crate::model::data::{ColumnIx, ColumnType, DataId, Origin};
use crate::plan::query::{Answers, Query};

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

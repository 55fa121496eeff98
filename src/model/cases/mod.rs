//! Test blocks: tables in the place of files, and what is expected of them.
//!
//! Names, units and people are resolved here; what the cells hold is read later, as the cells of files are
//! ([`crate::data`]), with the tables in the model's [`Model::tests`]. `tables` reads what is given, `people` whom an
//! expectation is about, `blocks` the block and what it expects.

mod blocks;
mod closings;
mod people;
mod tables;

use std::sync::Arc;

use super::data::{ColumnIx, DataId};
use super::{KpiId, Model, Position};
use crate::closed::ClosedValues;
use crate::number::Number;
use crate::source::Span;
use crate::time::{Day, PeriodName};

/// `test "…" { … }`
#[derive(Clone, Debug)]
pub struct Test {
    pub name: String,
    /// The name in quotes.
    pub span: Span,
    pub period: PeriodName,
    /// Each data set at most once; those not given are empty.
    pub given: Vec<Given>,
    /// Results of earlier periods, as they were closed.
    pub closed: Arc<ClosedValues>,
    pub expectations: Vec<Expectation>,
}

/// A table in the place of a data set's files.
#[derive(Clone, Debug)]
pub struct Given {
    pub data: DataId,
    /// The column of each cell of a row; those left out are blank.
    pub columns: Vec<ColumnIx>,
    pub rows: Vec<GivenRow>,
    pub span: Span,
}

/// As many cells as there are columns.
#[derive(Clone, Debug)]
pub struct GivenRow {
    pub cells: Vec<GivenCell>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct GivenCell {
    pub text: String,
    /// In base units, where the cell is a number with a unit, as the language writes it.
    pub number: Option<Number>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Expectation {
    pub what: Expected,
    /// The key of a row of a given roster.
    pub person: String,
    /// The names of the positions that the person holds by the roster's rows.
    pub positions: Vec<String>,
    pub value: ExpectedValue,
    pub within: Option<Within>,
    pub span: Span,
}

/// Entries, groups and outputs go by their names, which belong to the person's position.
#[derive(Clone, Debug)]
pub enum Expected {
    Kpi(KpiId),
    Output(String),
    /// The score of an entry or a group.
    ScoreOf(String),
    Score,
    Rating,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExpectedValue {
    /// In base units.
    Number(Number),
    Grade(String),
    /// With the reason, where one is written.
    Missing(Option<String>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Within {
    /// In base units, on either side.
    Of(Number),
    /// A share of the expected value, on either side.
    Share(Number),
}

impl Model {
    /// The project as a test sees it: derived columns that its tables hold are no longer computed.
    pub fn with_given(&self, given: &[Given]) -> Model {
        let mut model = self.clone();
        for table in given {
            for column in &table.columns {
                model.data[table.data.0].columns[column.0].derived = None;
            }
        }
        model
    }

    /// Of several versions of a position, the latest that has begun by the day.
    pub fn position_in_force(&self, name: &str, day: Day) -> Option<&Position> {
        let begins = |position: &&Position| self.position_begins(position);
        let begun = |position: &&Position| position.name == name && begins(position) <= Some(day);
        self.positions.iter().filter(begun).max_by_key(begins)
    }
}

//! What one pass over the rows of a table computes.

use crate::language::{AggregateFunction, Keeps};
use crate::model::data::ColumnIx;
use crate::plan::query;
use crate::plan::query::{Group, MeasureId, NodeId};
use crate::time::Months;

/// Measures that read the rows of one table in the same way.
pub struct Job<'a> {
    pub table: usize,
    pub rows: RowsBy,
    /// Where rows without a date are cut to the days served: the place of the roster, and the links to it.
    pub own: Option<(usize, &'a [ColumnIx])>,
    pub families: Vec<Family<'a>>,
}

/// Which rows a job reads.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum RowsBy {
    /// Rows dated by a column, whatever the months.
    Dated(ColumnIx),
    Other(query::Rows),
}

/// Measures that differ in their months only.
pub struct Family<'a> {
    pub function: AggregateFunction,
    /// Other than the function's own where keys are counted.
    pub keeps: Keeps,
    pub value: Option<NodeId>,
    pub condition: Option<NodeId>,
    pub group: &'a Group,
    /// How many groups there are.
    pub groups: usize,
    /// Keys are counted, not rows.
    pub by_keys: bool,
    /// Rows give each day of their period an equal part. Each such family has one window: a row counts once in it.
    pub shared: bool,
    /// Runs of months in which the same measures read, one after the other.
    pub segments: Vec<Months>,
    /// With the segments of each.
    pub measures: Vec<(MeasureId, Option<Months>)>,
}

impl Family<'_> {
    pub fn cells(&self) -> usize {
        self.groups * self.segments.len().max(1)
    }
}

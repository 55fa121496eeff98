//! What a statement is, what its answer will be, and what stands in front of every one.

use std::collections::BTreeSet;

use super::rows::{Before, Known, Link, by_day_name, read_name};
use crate::data::rows::shape::{ALWAYS_AFTER, ALWAYS_BEFORE};
use crate::diagnostic::Diagnostic;
use crate::language::{Parts, Whole};
use crate::model::data::{ColumnIx, DataId, TimeShape};
use crate::plan::query::Group;
use crate::time::Months;

/// One question to an engine.
#[derive(Clone, Debug)]
pub struct Statement {
    /// The data set, and which of its statements it is.
    pub name: String,
    pub data: DataId,
    /// What it is for, a line each.
    pub about: Vec<String>,
    /// Without a semicolon.
    pub sql: String,
}

/// What the rows of a statement's answer are.
#[derive(Clone, Debug)]
pub enum Written {
    Checks(DataId, Vec<crate::warehouse::statement::Expected>),
    /// Sums by group and time.
    Cells {
        of: (usize, usize),
        times: Times,
        families: Vec<CellFamily>,
        groups: Vec<Group>,
        read: Vec<DataId>,
        others: Vec<Link>,
    },
    /// One aggregate that cannot be added up, for some of its measures (their places) and all groups.
    List {
        of: (usize, usize),
        family: usize,
        keeps: Whole,
        measures: Vec<usize>,
        /// What its values are still to be divided by.
        over: u64,
        read: Vec<DataId>,
        others: Vec<Link>,
    },
}

/// What the column `months` of sums holds.
#[derive(Clone, Debug)]
pub enum Times {
    /// The number of a run of months; of none, where rows are not dated.
    Runs(Vec<Months>),
    /// The period that rows are dated by.
    Periods,
}

/// A family in a statement of sums.
#[derive(Clone, Debug)]
pub struct CellFamily {
    pub family: usize,
    pub keeps: Parts,
    /// The place of its group among the statement's; `None` for all rows.
    pub group: Option<usize>,
    /// What its sums are still to be divided by.
    pub over: u64,
}

/// What an engine cannot compute: the data sets concerned, and what to say about it.
#[derive(Debug, Default)]
pub struct Refused {
    pub data: BTreeSet<DataId>,
    pub findings: Vec<Diagnostic>,
}

/// A line that a whole answer has.
#[derive(Clone, Debug)]
pub struct Expected {
    pub finding: String,
    pub about: String,
    /// Only when the table has rows.
    pub of_rows: bool,
}

/// What a row is of that stands there only so that there is one.
pub const NO_MONTHS: &str = "-1";

/// The tables read and the inner aggregates, as the beginning of a statement.
fn with(known: &Known, before: &Before) -> Vec<String> {
    let d = known.dialect;
    let mut parts = known.tables_read(before);
    parts.extend(before.by_day.iter().map(|data| by_day(known, *data)));
    parts.extend(before.more.iter().cloned());
    for (id, sql) in &before.inner {
        parts.push(format!("{} AS (\n  {}\n)", d.name_of(&format!("inner_{}", id.0)), sql.replace('\n', "\n  ")));
    }
    parts
}

/// The rows of a table with the days on which links find them: before its first row a key stands for that, in a gap
/// for the row before it.
fn by_day(known: &Known, data: DataId) -> String {
    let (d, set) = (known.dialect, known.set(data));
    let name = |column: &ColumnIx| d.name_of(&set.column(*column).name);
    let (begins, ends) = match &set.time {
        TimeShape::Valid { from, to } => (from, to.as_ref()),
        TimeShape::Snapshot(taken) => (taken, None),
        TimeShape::Always | TimeShape::Dated(_) => return String::new(),
    };
    let begins = name(begins);
    let ends = ends.map_or(d.day(ALWAYS_AFTER), |ends| format!("COALESCE({}, {})", name(ends), d.day(ALWAYS_AFTER)));
    let key: Vec<String> = set.key.iter().map(name).collect();
    format!(
        "{} AS (\n  SELECT *,\n    CASE WHEN LAG({begins}) OVER w IS NULL THEN {} ELSE {begins} END AS merit_since,\n    \
         COALESCE({}, {}) AS merit_until, {begins} AS merit_from, {ends} AS merit_to\n  FROM {}\n  WINDOW w AS (PARTITION BY {} ORDER BY {begins})\n)",
        d.name_of(&by_day_name(&set.name)),
        d.day(ALWAYS_BEFORE),
        d.later(&format!("LEAD({begins}) OVER w"), -1),
        d.day(ALWAYS_AFTER),
        d.name_of(&read_name(&set.name)),
        key.join(", "),
    )
}

/// The tables of the engine that a statement reads.
pub fn tables_read(known: &Known, before: &Before) -> Vec<DataId> {
    known.all_reads(before).into_keys().collect()
}

pub fn assembled(known: &Known, before: &Before, more: Vec<String>, select: &str) -> String {
    let mut parts = with(known, before);
    parts.extend(more);
    match parts.is_empty() {
        true => select.to_string(),
        false => format!("WITH {}\n{select}", parts.join(", ")),
    }
}

/// Conditions as a `WHERE` clause on a line of its own.
pub fn filter(conditions: &[String]) -> String {
    match conditions {
        [] => String::new(),
        _ => format!("\nWHERE {}", conditions.join("\n  AND ")),
    }
}

//! The rows behind the answer of a measure for one group, and the rows that are not behind it, with the reason.
//!
//! Each row of the data set has one fate, by the first of these that holds: nobody's ([`LeftOut::Nobody`]), somebody else's
//! ([`LeftOut::Others`]), without a date ([`LeftOut::NoDate`]) or of another time ([`LeftOut::OtherTime`]), outside of the days
//! served in the post ([`LeftOut::OutsideStints`]), left out by the condition ([`LeftOut::Condition`],
//! [`LeftOut::ConditionMissing`]), with a number too large to be held ([`LeftOut::TooLarge`]), without a value
//! ([`LeftOut::Blank`]), read and not picked ([`LeftOut::NotPicked`]); else it counts. What is somebody else's comes first, so that
//! whoever asks about a person is told of that person's rows, and of them all.

mod gather;
mod pass;
mod read;
mod reduced;
mod rows;
mod ways;

use std::sync::Arc;

pub(super) use self::read::lineage_from;
use super::measures::fates::Fate;
use super::one_row;
use super::options::Options;
use super::tables::load::Source;
use crate::diagnostic::{DataPlace, Diagnostic};
use crate::model::Model;
use crate::model::data::DataId;
use crate::number::Number;
use crate::plan::query::{MeasureId, NodeId, Query};
use crate::time::Day;
use crate::value::Value;

/// The answer of a measure for one group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub measure: MeasureId,
    pub group: GroupOf,
}

/// One of the groups of a measure ([`crate::plan::query::Group`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupOf {
    Company,
    /// By place in [`Answers::teams`](crate::plan::query::Answers::teams); with all teams below it.
    Team(usize),
    /// By places in [`Answers::rosters`](crate::plan::query::Answers::rosters) and
    /// [`RosterAnswer::posts`](crate::plan::query::RosterAnswer::posts).
    Post {
        roster: usize,
        post: usize,
    },
    /// The key of an inner measure, as [`Row::key`] and [`Row::inner`] have it.
    Key(Arc<str>),
}

/// How many rows of each kind are kept with their places. All are counted and added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    pub counted: usize,
    pub left_out: usize,
}

impl Shown {
    fn most(self, fate: Fate) -> usize {
        match fate {
            // Those that are taken may be passed over yet.
            Fate::Counted => self.counted.max(self.left_out),
            _ => self.left_out,
        }
    }
}

/// All rows of the data set of a measure, by what became of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Lineage {
    pub data: DataId,
    /// All rows of the data set: those that count, and those that do not.
    pub rows: u64,
    pub counted: RowsOf,
    /// In the order of [`LeftOut`]; only reasons with rows.
    pub left_out: Vec<(LeftOut, RowsOf)>,
    /// The columns and inner answers from which value and condition are worked out, in the order of the formulas.
    pub leaves: Vec<NodeId>,
}

/// Rows of one kind.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RowsOf {
    pub rows: u64,
    /// What their values add up to, where these are numbers, each by its share; conditions count as 1 and 0, rows as 1. Rows
    /// without a value add nothing. Those of others are not added up.
    pub total: Option<Number>,
    /// The first of them, in the order of files and lines.
    pub first: Vec<Row>,
}

/// A row of the data.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// File, sheet and row.
    pub place: DataPlace,
    /// The row's key as it is shown, where the data set has one.
    pub key: Option<Arc<str>>,
    /// The first and last day of the date or the period that it is dated by, or for which it holds; none where that is open.
    pub from: Option<Day>,
    pub to: Option<Day>,
    /// What the aggregate takes in; 1 where rows are counted.
    pub value: Value,
    /// The part of it that is the group's, where rows are shared by days.
    pub share: Option<Number>,
    /// In step with [`Lineage::leaves`].
    pub leaves: Vec<Value>,
    /// In step with [`Lineage::leaves`]: of an inner answer, the key of its group ([`GroupOf::Key`]).
    pub inner: Vec<Option<Arc<str>>>,
}

/// Why a row is not behind an answer, in the order in which that is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LeftOut {
    /// It leads to nobody, or to no team: a link on the way is blank.
    Nobody,
    /// Somebody else's, or another team's.
    Others,
    /// The cell that dates it is blank.
    NoDate,
    /// Dated outside of the window, not held in it, or not of the newest stock.
    OtherTime,
    /// The person's, of a day of the window on which he or she held another post or none.
    OutsideStints,
    /// The condition does not hold.
    Condition,
    /// Whether the condition holds cannot be told.
    ConditionMissing,
    /// Its value, or its condition, takes a number too large to be held, so that there is no answer.
    TooLarge,
    /// It counts, but for its value, which is missing.
    Blank,
    /// It was read, and another row was taken: a newer, smaller or larger one, or the first of the same key.
    NotPicked,
}

/// The rows behind some answers, in the order asked: those of each data set are gone through once, whatever is asked of them,
/// and no more than is needed is read. `query` is the one that was answered; what is checked for the answers is not checked
/// once more.
pub fn lineage(
    model: &Model,
    query: &Query,
    options: &Options,
    asked: &[Asked],
    shown: Shown,
) -> Result<Vec<Lineage>, Vec<Diagnostic>> {
    lineage_from(model, query, options, &Source::Files(options), (asked, shown)).map_err(one_row::joined)
}

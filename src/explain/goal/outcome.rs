//! What is to be reached, what comes out, and what is moved for it.

use crate::model::PositionId;
use crate::number::Number;
use crate::plan::program::CalcId;
use crate::score::card::{LoweredBy, PersonResult};

/// What is to be reached: at least this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Goal {
    /// Index into the grades of the person's rating.
    Grade(usize),
    Score(Number),
}

/// What comes out for somebody.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub score: Option<Number>,
    pub grade: Option<usize>,
    /// By the score alone.
    pub by_score: Option<usize>,
    pub lowered_by: Option<LoweredBy>,
}

impl Outcome {
    /// Where something cannot be.
    pub(super) const NONE: Outcome = Outcome { score: None, grade: None, by_score: None, lowered_by: None };

    pub(super) fn of(result: &PersonResult) -> Outcome {
        let rating = result.rating.as_ref();
        Outcome {
            score: result.overall.clone(),
            grade: rating.map(|rating| rating.grade),
            by_score: rating.map(|rating| rating.by_score),
            lowered_by: rating.and_then(|rating| rating.lowered_by),
        }
    }

    pub fn reaches(&self, goal: &Goal) -> bool {
        match goal {
            Goal::Grade(wanted) => self.grade.is_some_and(|grade| grade <= *wanted),
            Goal::Score(wanted) => self.score.as_ref().is_some_and(|score| score >= wanted),
        }
    }

    /// Whether no score, however high, would do.
    pub(super) fn is_barred(&self, goal: &Goal) -> bool {
        match goal {
            _ if self.score.is_none() => true,
            Goal::Grade(wanted) => {
                let veto = matches!(self.lowered_by, Some(LoweredBy::Veto(_) | LoweredBy::EarlierVeto { .. }));
                self.grade.is_none_or(|grade| veto && grade > *wanted)
            }
            Goal::Score(_) => false,
        }
    }
}

/// A KPI that can be moved: of a post, by its node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lever {
    pub post: usize,
    pub position: PositionId,
    pub node: CalcId,
}

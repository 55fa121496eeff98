//! What it would take of one thing alone, in both directions from what it is.

use super::outcome::Outcome;
use super::step::distance;
use crate::language::ScopeWord;
use crate::model::{KpiId, PositionId};
use crate::number::Number;
use crate::plan::program::CalcId;
use crate::value::Value;

/// What one KPI would have to be.
#[derive(Clone, Debug)]
pub struct Answer {
    pub kpi: KpiId,
    pub scope: ScopeWord,
    pub position: PositionId,
    /// Index into the posts of the roster, and the node that is moved.
    pub post: usize,
    pub node: CalcId,
    pub today: Value,
    /// Of the entry that is scored by it.
    pub target: Option<Number>,
    /// The smallest step.
    pub step: Number,
    pub up: Side,
    pub down: Side,
}

impl Answer {
    /// The nearest that does; of two that are equally near the upper one.
    pub fn nearest(&self) -> Option<&Reached> {
        nearest(&self.up, &self.down, |reached| self.distance(reached))
    }

    fn distance(&self, reached: &Reached) -> Number {
        distance(&reached.value, self.today.as_number(), self.target.as_ref())
    }

    /// How far the nearest is away, relative to the target or to what it is.
    pub fn effort(&self) -> Option<Number> {
        Some(self.distance(self.nearest()?))
    }
}

/// The nearer one of two; of those that are equally near the upper one.
pub fn nearest<'s>(up: &'s Side, down: &'s Side, distance: impl Fn(&Reached) -> Number) -> Option<&'s Reached> {
    match (up, down) {
        (Side::Reached(up), Side::Reached(down)) => Some(if distance(up) <= distance(down) { up } else { down }),
        (Side::Reached(one), _) | (_, Side::Reached(one)) => Some(one),
        _ => None,
    }
}

/// What moving something in one direction gives.
#[derive(Clone, Debug)]
pub enum Side {
    Reached(Box<Reached>),
    Not(Box<NotReached>),
}

impl Side {
    pub fn reached(&self) -> Option<&Reached> {
        match self {
            Side::Reached(reached) => Some(reached),
            Side::Not(_) => None,
        }
    }

    pub fn not(&self) -> Option<&NotReached> {
        match self {
            Side::Reached(_) => None,
            Side::Not(not) => Some(not),
        }
    }
}

/// A value that reaches the goal, with the one before it that does not: both evaluated.
#[derive(Clone, Debug)]
pub struct Reached {
    pub value: Number,
    pub outcome: Outcome,
    /// One smallest step nearer to what it is, or that itself; none where there is no value as it is.
    pub less: Option<(Number, Outcome)>,
    /// The score does not follow a straight line there.
    pub by_halving: bool,
}

/// Why no value does.
#[derive(Clone, Debug)]
pub struct NotReached {
    /// The best there is, and the value that gives it; none where no value was there to be tried.
    pub most: Option<(Number, Outcome)>,
    pub why: Why,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// All values were gone through: this is the most.
    Most,
    /// No further value is possible in this direction: by the limits of the KPI, or of another one behind it.
    End,
    /// It was not found up to this value, and what lies beyond is not known.
    NotUpTo(Number),
    /// How the score moves cannot be told.
    NotTold(Unknown),
}

/// What stands in the way of telling how something moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// A formula that goes neither along lines nor one way.
    Formula(Option<CalcId>),
    /// The own score is part of the scores that the own scorecard takes in.
    OwnScore(PositionId),
    /// A forced distribution goes by scores into which the own one goes.
    Distribution(usize),
    /// What is paid adds up what others are paid, and that goes by the person's own result: the place of the sum.
    OwnSum(usize),
}

pub(super) fn not(most: Option<(Number, Outcome)>, why: Why) -> Side {
    Side::Not(Box::new(NotReached { most, why }))
}

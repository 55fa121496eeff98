//! What is to be reached, what comes out, and what is moved for it.

use crate::model::PositionId;
use crate::number::Number;
use crate::plan::program::CalcId;
use crate::score::card::{LoweredBy, PersonResult};
use crate::score::trying::GivenIn;
use crate::value::Value;

/// What is to be reached: at least this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Goal {
    /// Index into the grades of the person's rating.
    Grade(usize),
    Score(Number),
    /// An output, by its place in each of the positions held that have it, the last one first. What somebody is paid is the
    /// sum over the posts.
    Output {
        of: Vec<(PositionId, usize)>,
        amount: Number,
    },
}

/// What comes out for somebody.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub score: Option<Number>,
    pub grade: Option<usize>,
    /// By the score alone.
    pub by_score: Option<usize>,
    pub lowered_by: Option<LoweredBy>,
    /// Of each post by the places of its outputs, where they were asked for.
    pub outputs: Vec<(PositionId, Vec<Value>)>,
}

impl Outcome {
    /// Where something cannot be.
    pub(super) const NONE: Outcome =
        Outcome { score: None, grade: None, by_score: None, lowered_by: None, outputs: Vec::new() };

    pub(super) fn of(result: &PersonResult) -> Outcome {
        let rating = result.rating.as_ref();
        let outputs = result.posts.iter().map(|post| {
            let values = post.outputs.iter().map(|output| output.value.clone()).collect();
            (post.position, values)
        });
        Outcome {
            score: result.overall.clone(),
            grade: rating.map(|rating| rating.grade),
            by_score: rating.map(|rating| rating.by_score),
            lowered_by: rating.and_then(|rating| rating.lowered_by),
            outputs: outputs.collect(),
        }
    }

    /// What an output gives.
    pub fn output(&self, position: PositionId, output: usize) -> Option<&Value> {
        self.outputs.iter().find(|(of, _)| *of == position)?.1.get(output)
    }

    /// What an output gives in several posts together; none where it is missing in one of them.
    pub fn paid(&self, of: &[(PositionId, usize)]) -> Option<Number> {
        let mut each = of.iter().map(|(position, output)| self.output(*position, *output)?.as_number());
        each.try_fold(Number::ZERO, |sum, one| Some(sum.add(one?)))
    }

    pub fn reaches(&self, goal: &Goal) -> bool {
        match goal {
            Goal::Grade(wanted) => self.grade.is_some_and(|grade| grade <= *wanted),
            Goal::Score(wanted) => self.score.as_ref().is_some_and(|score| score >= wanted),
            Goal::Output { of, amount } => self.paid(of).is_some_and(|value| value >= *amount),
        }
    }

    /// Whether no score, however high, would do.
    pub(super) fn is_barred(&self, goal: &Goal) -> bool {
        match goal {
            Goal::Grade(_) | Goal::Score(_) if self.score.is_none() => true,
            Goal::Grade(wanted) => {
                let veto = matches!(self.lowered_by, Some(LoweredBy::Veto(_) | LoweredBy::EarlierVeto { .. }));
                self.grade.is_none_or(|grade| veto && grade > *wanted)
            }
            Goal::Score(_) | Goal::Output { .. } => false,
        }
    }

    /// The better, the larger: by what is to be reached, and then by the score.
    pub(super) fn rank(&self, goal: &Goal) -> (Option<Number>, usize, Option<Number>) {
        let output = match goal {
            Goal::Output { of, .. } => self.paid(of),
            Goal::Grade(_) | Goal::Score(_) => None,
        };
        // A grade above a score: a veto may stand in the way of the higher one.
        (output, self.grade.map_or(0, |grade| usize::MAX - grade), self.score.clone())
    }
}

/// A KPI that can be moved: of a post, by its node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lever {
    pub post: usize,
    pub position: PositionId,
    pub node: CalcId,
}

/// Numbers of somebody in a post that move together, as one amount does.
#[derive(Clone, Debug)]
pub struct Move {
    pub post: usize,
    pub along: Vec<Along>,
}

/// A node that is `at_zero + rate × amount`.
#[derive(Clone, Debug)]
pub struct Along {
    pub node: CalcId,
    pub at_zero: Number,
    pub rate: Number,
}

impl Along {
    pub fn at(&self, amount: &Number) -> Number {
        self.at_zero.add(&self.rate.mul(amount))
    }
}

impl Move {
    /// The KPI itself.
    pub fn of(lever: Lever) -> Move {
        let along = vec![Along { node: lever.node, at_zero: Number::ZERO, rate: Number::ONE }];
        Move { post: lever.post, along }
    }

    /// What is supposed where it is so much.
    pub fn given(&self, amount: &Number) -> Vec<GivenIn> {
        self.along.iter().map(|one| (self.post, (one.node, Value::Number(one.at(amount))))).collect()
    }

    /// By how much each node moves with a step.
    pub(super) fn steps(&self, way: &Number) -> Vec<(CalcId, Number)> {
        self.along.iter().map(|one| (one.node, one.rate.mul(way))).collect()
    }
}

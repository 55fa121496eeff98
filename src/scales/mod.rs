//! The kinds of scales: what each of them is made of, and all that it means.
//!
//! Each kind has a file of its own, in which stands how its numbers are checked, what is proved of it, which way it goes, what
//! it gives over an interval and at one value, how it is spelled out for rows, and what tests reach of it. Whoever wants
//! something of a kind asks [`CurveKind`], whose methods name every kind: a new one is a file here, and whatever is not yet
//! said of it is an error of the compiler. The same kinds are known to all passes, with numbers `N` and formulas `F` as these
//! have them: written ones in the tree, checked ones in the model, known ones in the plan, intervals in proofs. What a
//! kind must know of those who ask it are the traits of `asked`.

mod asked;
mod brackets;
mod direction;
mod line;
mod per_step;
mod steps;
pub mod thresholds;

pub use asked::{BuildsFormulas, BuildsRows, Checks, Findings, Gives, Never, Reach, Reads, Spelling, Written};
pub use brackets::{Bracket, Brackets};
pub use direction::Better;
pub use line::{Anchor, Line};
pub use per_step::{PerStep, steps};
pub use steps::{Step, Steps};

use std::convert::Infallible;

use crate::number::Number;
use crate::source::Span;
use crate::value::{Interval, Missing, Value};

/// From a value (and a target and a weight, for a formula) to a score, or what else the scale gives.
#[derive(Clone, Debug, PartialEq)]
pub enum CurveKind<N, F = N> {
    /// `linear 60% -> 0, 100% -> 100 [continue above]`
    Linear(Line<N>),
    /// `steps >= 90 -> 100, else -> 50`
    Steps(Steps<N>),
    /// `deduct 10 for each 1 above target from 100`, `add 5 for each 10% of target above target from 100`
    PerStep(Box<PerStep<N>>),
    /// `brackets 5% to 100_000 USD, 7% above`
    Brackets(Brackets<N>),
    /// `formula EXPR`, with `value`, `target`, `weight`
    Formula(F),
}

/// What a number of a kind is: by this it is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A value that the curve is read at. It may stand in data, where the kind has a formula for that.
    Point,
    /// So much of what the curve reads.
    Step,
    /// The same as a part of the target.
    PartOfTarget,
    /// Where a bracket ends.
    End,
    /// What each unit of the value gives.
    Rate,
    /// What the curve gives.
    Score,
}

/// What stands for itself in a curve: from which value on or up to which, and what is given there.
#[derive(Debug)]
pub struct Piece<'k, N> {
    pub at: Option<&'k N>,
    pub score: &'k N,
}

/// Where a scale jumps: a value, and the scores on its two sides. A step of any smallness across it gives another score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Jump<'k> {
    pub at: &'k Number,
    pub below: &'k Number,
    pub above: &'k Number,
}

impl<F> CurveKind<Number, F> {
    /// The jumps of a scale. Steps that are counted one by one are none, and of a formula nothing is known.
    pub fn jumps(&self) -> Vec<Jump<'_>> {
        match self {
            CurveKind::Linear(line) => line.jumps(),
            CurveKind::Steps(steps) => steps.jumps(),
            CurveKind::PerStep(_) | CurveKind::Brackets(_) | CurveKind::Formula(_) => Vec::new(),
        }
    }
}

/// All of them, or what is said of the first that is missing. Each is asked for, whatever became of those before.
fn all<T, E>(parts: impl Iterator<Item = Result<T, E>>) -> Result<Vec<T>, E> {
    let parts: Vec<Result<T, E>> = parts.collect();
    parts.into_iter().collect()
}

/// What it is made of.
impl<N, F> CurveKind<N, F> {
    /// With other numbers, or what is said where there is none for one of them.
    pub fn try_map<'k, M, E>(
        &'k self,
        of: &mut dyn FnMut(Role, &'k N) -> Result<M, E>,
    ) -> Result<CurveKind<M, &'k F>, E> {
        Ok(match self {
            CurveKind::Linear(line) => CurveKind::Linear(line.try_map(of)?),
            CurveKind::Steps(steps) => CurveKind::Steps(steps.try_map(of)?),
            CurveKind::PerStep(step) => CurveKind::PerStep(Box::new(step.try_map(of)?)),
            CurveKind::Brackets(brackets) => CurveKind::Brackets(brackets.try_map(of)?),
            CurveKind::Formula(formula) => CurveKind::Formula(formula),
        })
    }

    /// With other numbers, of which there is one for each.
    pub fn map<'k, M>(&'k self, mut of: impl FnMut(Role, &'k N) -> M) -> CurveKind<M, &'k F> {
        let Ok(mapped) = self.try_map(&mut |role, number| Ok::<M, Infallible>(of(role, number)));
        mapped
    }

    /// With another formula.
    pub fn with_formula<G>(self, of: impl FnOnce(F) -> G) -> CurveKind<N, G> {
        match self {
            CurveKind::Linear(line) => CurveKind::Linear(line),
            CurveKind::Steps(steps) => CurveKind::Steps(steps),
            CurveKind::PerStep(step) => CurveKind::PerStep(step),
            CurveKind::Brackets(brackets) => CurveKind::Brackets(brackets),
            CurveKind::Formula(formula) => CurveKind::Formula(of(formula)),
        }
    }

    /// The formula of a kind that is one.
    pub fn formula(&self) -> Option<&F> {
        match self {
            CurveKind::Formula(formula) => Some(formula),
            CurveKind::Linear(_) | CurveKind::Steps(_) | CurveKind::PerStep(_) | CurveKind::Brackets(_) => None,
        }
    }

    /// All its numbers, and what each of them is.
    pub fn numbers(&self) -> Vec<(Role, &N)> {
        let mut found = Vec::new();
        self.map(|role, number| found.push((role, number)));
        found
    }

    /// The values that it is read at, as far as they are written.
    pub fn points(&self) -> Vec<&N> {
        self.of_role(Role::Point)
    }

    fn of_role(&self, wanted: Role) -> Vec<&N> {
        self.numbers().into_iter().filter(|(role, _)| *role == wanted).map(|(_, number)| number).collect()
    }

    /// What it gives piece by piece, in the order in which they are written. None of a kind that counts.
    pub fn pieces(&self) -> Vec<Piece<'_, N>> {
        match self {
            CurveKind::Linear(line) => line.pieces(),
            CurveKind::Steps(steps) => steps.pieces(),
            CurveKind::PerStep(_) | CurveKind::Brackets(_) | CurveKind::Formula(_) => Vec::new(),
        }
    }

    /// The values on whose one side another score is given than on the other.
    pub fn limits(&self) -> Vec<&N> {
        match self {
            CurveKind::Steps(steps) => steps.limits(),
            CurveKind::Linear(_) | CurveKind::PerStep(_) | CurveKind::Brackets(_) | CurveKind::Formula(_) => Vec::new(),
        }
    }

    /// Whether it goes by the target of an entry; `formula` says so of a formula.
    pub fn reads_target(&self, formula: impl FnOnce(&F) -> bool) -> bool {
        match self {
            CurveKind::PerStep(_) => true,
            CurveKind::Formula(body) => formula(body),
            CurveKind::Linear(_) | CurveKind::Steps(_) | CurveKind::Brackets(_) => false,
        }
    }

    /// Whether a target of 0 leaves it without an answer. What a formula divides by is known to its type.
    pub fn divides_by_target(&self) -> bool {
        match self {
            CurveKind::PerStep(step) => step.of_target,
            CurveKind::Linear(_) | CurveKind::Steps(_) | CurveKind::Brackets(_) | CurveKind::Formula(_) => false,
        }
    }
}

/// What is proved of it.
impl<N: Written, F> CurveKind<N, F> {
    /// That its numbers stand in order, and that each value has an answer.
    pub fn shape<C: Checks<N>>(&self, checks: &mut C, span: Span, reads: &Reads) {
        match self {
            CurveKind::Linear(line) => line.shape(checks, span),
            CurveKind::Steps(steps) => steps.shape(checks, span, reads),
            CurveKind::PerStep(step) => step.shape(checks),
            CurveKind::Brackets(brackets) => brackets.shape(checks),
            CurveKind::Formula(_) => {}
        }
    }

    /// Which of its pieces make no difference. Constants may be changed tomorrow, and are left out.
    pub fn idle<C: Checks<N>>(&self, checks: &mut C, span: Span) {
        match self {
            CurveKind::Linear(line) => line.idle(checks, span),
            CurveKind::Steps(steps) => steps.idle(checks),
            CurveKind::PerStep(_) | CurveKind::Brackets(_) | CurveKind::Formula(_) => {}
        }
    }

    /// That it agrees with what the KPI calls better.
    pub fn direction<C: Checks<N>>(&self, checks: &mut C, better: &Better<N>, span: Span) {
        match self {
            CurveKind::Linear(line) => line.direction(checks, better),
            CurveKind::Steps(steps) => steps.direction(checks, better),
            CurveKind::PerStep(step) => step.direction(checks, better, span),
            // A formula is judged by the intervals of what it reads, where its position is known.
            CurveKind::Brackets(_) | CurveKind::Formula(_) => {}
        }
    }

    /// Whether it rises and falls, for a KPI that does not say what is better.
    pub fn both_ways<C: Checks<N>>(&self, checks: &mut C, kpi: Span) {
        direction::both_ways(checks, &self.pieces(), kpi);
    }

    /// What nobody ever gets of it, whose values and target lie in these intervals.
    pub fn never(&self, reach: &dyn Reach<N>, value: &Interval, target: &Interval, span: Span) -> Vec<Never> {
        match self {
            CurveKind::Linear(line) => line.never(reach, value),
            CurveKind::Steps(steps) => steps.never(reach, value),
            CurveKind::PerStep(step) => step.never(reach, value, target, span),
            CurveKind::Brackets(_) | CurveKind::Formula(_) => Vec::new(),
        }
    }

    /// A formula in words that says the same, for numbers that stand in data.
    pub fn spelled(&self, spelling: &Spelling<'_, N>) -> Option<String> {
        match self {
            CurveKind::Linear(line) => line.spelled(spelling),
            CurveKind::Steps(steps) => steps.spelled(spelling),
            CurveKind::PerStep(_) | CurveKind::Brackets(_) | CurveKind::Formula(_) => None,
        }
    }

    /// What can be proved of it before its points are known: they stand in data.
    pub fn shape_in_data<C: Checks<N>>(&self, checks: &mut C, span: Span) {
        match self {
            CurveKind::Linear(line) => line.shape_in_data(checks, span),
            CurveKind::Steps(steps) => steps.shape_in_data(checks, span),
            CurveKind::PerStep(_) | CurveKind::Brackets(_) | CurveKind::Formula(_) => {}
        }
    }

    /// The formula that it is where its points stand in data, which asks for their order itself.
    pub fn in_data<B: BuildsFormulas<N>>(&self, build: &B) -> Option<N>
    where
        N: Clone,
    {
        match self {
            CurveKind::Linear(line) => line.in_data(build),
            CurveKind::Steps(steps) => steps.in_data(build),
            CurveKind::PerStep(_) | CurveKind::Brackets(_) | CurveKind::Formula(_) => None,
        }
    }

    /// The scores between which it stays, wherever its points stand; none where there is no such bound.
    pub fn bounds(&self) -> Vec<&N> {
        match self {
            CurveKind::Linear(line) if line.continue_above => Vec::new(),
            CurveKind::Linear(_) | CurveKind::Steps(_) => self.of_role(Role::Score),
            CurveKind::PerStep(_) | CurveKind::Brackets(_) | CurveKind::Formula(_) => Vec::new(),
        }
    }
}

/// What tests reach of it.
impl<N: Written, F: Written> CurveKind<N, F> {
    /// The pieces that a test may reach, and what they are called. `limit` tells of a number with the sign before it.
    pub fn told(&self, text: &dyn Fn(Span) -> String, limit: &dyn Fn(&N) -> String) -> Vec<(usize, String)> {
        match self {
            CurveKind::Linear(line) => line.told(text),
            CurveKind::Steps(steps) => steps.told(text, limit),
            CurveKind::PerStep(step) => step.told(text),
            CurveKind::Brackets(brackets) => brackets.told(text),
            CurveKind::Formula(formula) => vec![(0, text(formula.span()))],
        }
    }
}

/// What it can give.
impl<F> CurveKind<Interval, F> {
    /// What it makes of the intervals of a value and a target; `full` are the entry's full points, where they are known.
    pub fn range(
        &self,
        value: &Interval,
        target: &Interval,
        full: Option<&Number>,
        formula: impl FnOnce(&F) -> Interval,
    ) -> Interval {
        match self {
            CurveKind::Linear(line) => line.range(value),
            CurveKind::Steps(steps) => steps.range(value),
            CurveKind::PerStep(step) => step.range(value, target, full),
            CurveKind::Brackets(brackets) => brackets.range(value),
            CurveKind::Formula(body) => formula(body),
        }
    }
}

/// What it gives.
impl<F> CurveKind<Number, F> {
    /// The score of a value. A formula is not computed here: it has none.
    pub fn at(&self, value: &Number, target: Option<&Number>, full: &Number) -> Value {
        let score = match self {
            CurveKind::Linear(line) => line.at(value),
            CurveKind::Steps(steps) => steps.at(value),
            CurveKind::PerStep(step) => return step.at(value, target, full),
            CurveKind::Brackets(brackets) => Some(brackets.at(value)),
            CurveKind::Formula(_) => None,
        };
        score.map_or(Value::Missing(Missing::NoAnswer), Value::Number)
    }

    /// The values at which it bends or jumps: between two of these it is a straight line, or a [`CurveKind::staircase`]. Of a
    /// formula none are known.
    pub fn bends(&self, target: Option<&Number>, full: &Number) -> Vec<Number> {
        match self {
            CurveKind::Linear(line) => line.anchors.iter().map(|anchor| anchor.at.clone()).collect(),
            CurveKind::Steps(steps) => steps.limits().into_iter().cloned().collect(),
            CurveKind::PerStep(step) => step.bends(target, full),
            CurveKind::Brackets(brackets) => brackets.0.iter().filter_map(|bracket| bracket.to.clone()).collect(),
            CurveKind::Formula(_) => Vec::new(),
        }
    }

    /// Whether it goes up (`true`) or down in steps as the value rises, and never the other way.
    pub fn staircase(&self) -> Option<bool> {
        match self {
            CurveKind::PerStep(step) => step.full_steps.then_some(step.deduct != step.above),
            CurveKind::Linear(_) | CurveKind::Steps(_) | CurveKind::Brackets(_) | CurveKind::Formula(_) => None,
        }
    }

    /// The same for each row of a table; `None` of a kind that needs the target of an entry.
    pub fn in_rows<R: BuildsRows>(&self, rows: &mut R) -> Option<R::Node> {
        match self {
            CurveKind::Linear(line) => Some(line.in_rows(rows)),
            CurveKind::Steps(steps) => Some(steps.in_rows(rows)),
            CurveKind::Brackets(brackets) => Some(brackets.in_rows(rows)),
            CurveKind::PerStep(_) | CurveKind::Formula(_) => None,
        }
    }

    /// Which of its pieces ([`CurveKind::told`]) a value fell on that was given this score.
    pub fn reached(&self, value: &Number, score: &Number, full: &Number) -> Option<usize> {
        match self {
            CurveKind::Linear(line) => Some(line.reached(value)),
            CurveKind::Steps(steps) => steps.reached(value),
            CurveKind::PerStep(step) => Some(step.reached(score, full)),
            CurveKind::Brackets(brackets) => brackets.reached(value),
            CurveKind::Formula(_) => Some(0),
        }
    }
}

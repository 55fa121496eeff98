//! `deduct` and `add`: so much for each step by which the value is on one side of the target.

use super::Role;
use super::asked::{Checks, Never, Reach, Written};
use super::direction::Better;
use crate::diagnostic::{Code, Diagnostic, Help, Mend};
use crate::language::BinaryOp;
use crate::number::Number;
use crate::source::Span;
use crate::value::{Interval, Missing, Value, settled};

/// `deduct N for each [full] STEP [of target] below|above target from N|full [at least N]`, or `add … [up to N]`
#[derive(Clone, Debug, PartialEq)]
pub struct PerStep<N> {
    pub deduct: bool,
    pub amount: N,
    /// Only whole steps count.
    pub full_steps: bool,
    pub step: N,
    /// The step is a share of the target.
    pub of_target: bool,
    /// Steps above the target count; else those below.
    pub above: bool,
    /// `from N`; `None` is `from full`: the entry's full points.
    pub start: Option<N>,
    /// `at least N` of a deduction, `up to N` of an addition.
    pub limit: Option<N>,
}

impl<N> PerStep<N> {
    pub(super) fn try_map<'k, M, E>(
        &'k self,
        of: &mut dyn FnMut(Role, &'k N) -> Result<M, E>,
    ) -> Result<PerStep<M>, E> {
        let amount = of(Role::Score, &self.amount)?;
        let step = of(if self.of_target { Role::PartOfTarget } else { Role::Step }, &self.step)?;
        let mut score = |number: &'k Option<N>| match number {
            Some(number) => of(Role::Score, number).map(Some),
            None => Ok(None),
        };
        Ok(PerStep {
            deduct: self.deduct,
            amount,
            full_steps: self.full_steps,
            step,
            of_target: self.of_target,
            above: self.above,
            start: score(&self.start)?,
            limit: score(&self.limit)?,
        })
    }

    fn side(&self) -> &'static str {
        if self.above { "above" } else { "below" }
    }

    /// What becomes of points.
    fn done(&self) -> &'static str {
        if self.deduct { "deducted" } else { "added" }
    }
}

// ------------------------------------------------------------ what is proved of it

impl<N: Written> PerStep<N> {
    pub(super) fn shape<C: Checks<N>>(&self, checks: &mut C) {
        let word = if self.deduct { "deduct" } else { "add" };
        let mend = format!("write a number above 0, as in `{word} 10 for each 1 …`");
        let amount = checks.above_zero(&self.amount, "what a step is worth", &mend);
        let proved = amount.and_then(|()| checks.above_zero(&self.step, "a step", &mend));
        if let (Some(()), Some(start), Some(limit)) = (proved, &self.start, &self.limit) {
            checks.at_all_times(&[start, limit], |checks| self.room(checks, start, limit));
        }
    }

    /// Between the start and the limit.
    fn room<C: Checks<N>>(&self, checks: &mut C, start: &N, limit: &N) {
        let (first, last) = (checks.number(start), checks.number(limit));
        if if self.deduct { last < first } else { last > first } {
            return;
        }
        let (first, last) = (checks.text(start.span()), checks.text(limit.span()));
        let (limited, mend) = match self.deduct {
            true => ("is at least", "write a lower number behind `at least`"),
            false => ("goes up to", "write a higher number behind `up to`"),
        };
        let done = self.done();
        checks.report(
            Diagnostic::new(
                Code::OutOfRange,
                format!("no point is ever {done}: the score starts from {first} and {limited} {last}"),
            )
            .at(limit.span(), "leaves nothing")
            .at(start.span(), "the start")
            .help(mend),
        );
    }

    pub(super) fn direction<C: Checks<N>>(&self, checks: &mut C, better: &Better<N>, span: Span) {
        let agrees = match better {
            Better::Nearest(_) => return,
            Better::Lower => self.above == self.deduct,
            Better::Higher | Better::Attainment => self.above != self.deduct,
        };
        if agrees {
            return;
        }
        let (word, side) = (if self.deduct { "deducts" } else { "adds" }, self.side());
        let other = if self.above { "below" } else { "above" };
        let better = better.words(checks);
        // The side stands before `target` in the curve.
        let text = checks.source(span);
        let is_side = |at: &usize| text[at + side.len()..].split_whitespace().next() == Some("target");
        let mend = text.match_indices(side).map(|(at, _)| at).find(is_side).map(|at| {
            let start = span.start + at as u32;
            let place = Span { start, end: start + side.len() as u32, ..span };
            Mend::replace(place, other).shown_as(format!("{other} target"))
        });
        let message = format!("{better}, and this {word} points {side} the target");
        checks.report(
            Diagnostic::new(Code::ScaleDirection, message)
                .at(span, "rewards the worse")
                .help(Help::of(&format!("write `{{}}`, or change the KPI's `{better}`"), mend)),
        );
    }

    pub(super) fn never(&self, reach: &dyn Reach<N>, value: &Interval, target: &Interval, span: Span) -> Vec<Never> {
        let op = if self.above { BinaryOp::LessOrEqual } else { BinaryOp::GreaterOrEqual };
        if settled(op, value, target) != Some(true) {
            return Vec::new();
        }
        let (done, side) = (self.done(), self.side());
        vec![Never {
            message: format!("no point is ever {done}: nobody is {side} this target"),
            at: span,
            label: format!("never {done}"),
            percent: reach.text(self.step.span()).ends_with('%'),
            by_target: true,
            mend: "correct the target, or the side on which the steps are counted".into(),
        }]
    }

    pub(super) fn told(&self, text: &dyn Fn(Span) -> String) -> Vec<(usize, String)> {
        let done = self.done();
        let limit = self.limit.as_ref().map(|limit| {
            let word = if self.deduct { "at least" } else { "up to" };
            (2, format!("{word} {}", text(limit.span())))
        });
        [(0, format!("nothing {done}")), (1, format!("something {done}"))].into_iter().chain(limit).collect()
    }
}

// ------------------------------------------------------------ what it gives

impl PerStep<Interval> {
    pub(super) fn range(&self, value: &Interval, target: &Interval, full: Option<&Number>) -> Interval {
        let step = if self.of_target { self.step.mul(&target.abs()) } else { self.step.clone() };
        let excess = if self.above { value.sub(target) } else { target.sub(value) };
        let mut steps = excess.div(&step).max(&Interval::point(Number::ZERO));
        if self.full_steps {
            steps = steps.map(Number::floor);
        }
        let change = self.amount.mul(&steps);
        let full = || full.cloned().map_or(Interval::ALL, Interval::point);
        let start = self.start.clone().unwrap_or_else(full);
        let score = if self.deduct { start.sub(&change) } else { start.add(&change) };
        match &self.limit {
            Some(least) if self.deduct => score.max(least),
            Some(most) => score.min(most),
            None => score,
        }
    }
}

impl PerStep<Number> {
    /// The start, less or more `amount` for each step that the value lies beyond the target, as far as the limit.
    pub(super) fn at(&self, value: &Number, target: Option<&Number>, full: &Number) -> Value {
        let Some(target) = target else { return Value::stated("target: none is stated") };
        let step = if self.of_target { self.step.mul(&target.abs()) } else { self.step.clone() };
        if step.is_zero() {
            return Value::stated("target: it is 0, so a share of it makes no step");
        }
        let excess = if self.above { value.sub(target) } else { target.sub(value) };
        let steps = match steps(&excess, &step, self.full_steps) {
            Value::Number(steps) => steps,
            missing => return missing,
        };
        let (start, change) = (self.start.as_ref().unwrap_or(full), self.amount.mul(&steps));
        let score = if self.deduct { start.sub(&change) } else { start.add(&change) };
        Value::Number(match &self.limit {
            Some(least) if self.deduct => score.max(least.clone()),
            Some(most) => score.min(most.clone()),
            None => score,
        })
    }

    /// The target, and where the limit is reached.
    pub(super) fn bends(&self, target: Option<&Number>, full: &Number) -> Vec<Number> {
        let Some(target) = target else { return Vec::new() };
        let step = if self.of_target { self.step.mul(&target.abs()) } else { self.step.clone() };
        let far = self.limit.as_ref().and_then(|limit| {
            let steps = self.start.as_ref().unwrap_or(full).sub(limit).abs().div(&self.amount)?;
            let excess = if self.full_steps { steps.ceil() } else { steps }.mul(&step);
            Some(if self.above { target.add(&excess) } else { target.sub(&excess) })
        });
        std::iter::once(target.clone()).chain(far).collect()
    }

    pub(super) fn reached(&self, score: &Number, full: &Number) -> usize {
        match &self.limit {
            Some(limit) if limit == score => 2,
            _ => usize::from(score != self.start.as_ref().unwrap_or(full)),
        }
    }
}

/// How many steps: `excess / step`, whole ones only where asked; none below 0. Missing for a step of 0.
pub fn steps(excess: &Number, step: &Number, full_steps: bool) -> Value {
    match excess.div(step) {
        None => Value::Missing(Missing::DivisionByZero),
        Some(steps) if steps.is_negative() => Value::Number(Number::ZERO),
        Some(steps) if full_steps => Value::Number(steps.floor()),
        Some(steps) => Value::Number(steps),
    }
}

//! Curves from a value to a score: points, or what the scale yields. All exact.

use crate::language::{BinaryOp, is_mirrored};
use crate::number::Number;
use crate::plan::program::{AnchorPlan, CurvePlan, MatrixPlan, PerStepPlan};
use crate::value::{Missing, Value};

/// What a curve is read at.
#[derive(Clone, Debug)]
pub struct Scored<'v> {
    /// The value, or the attainment where the curve reads that.
    pub value: &'v Value,
    /// In the unit of `value`; `None` where none is stated.
    pub target: Option<&'v Number>,
    /// The entry's share at its level, 0 to 1.
    pub weight: Option<&'v Number>,
    /// Full points: 100, or the entry's own.
    pub full: Number,
}

/// 1 + (value − target) / |target|, or 1 − (value − target) / |target| where lower is better: 1 is the target met, and
/// more is better whatever the sign of the target. A target of 0 has none.
pub fn attainment(value: &Number, target: &Number, lower_is_better: bool) -> Value {
    match value.div(target) {
        None => Value::stated("target: it is 0, so there is no attainment"),
        Some(ratio) if is_mirrored(target.is_negative(), lower_is_better) => Value::Number(Number::from(2).sub(&ratio)),
        Some(ratio) => Value::Number(ratio),
    }
}

/// The curve at a value; a missing value gives its reason. Formulas are not evaluated here
/// (see [`super::Evaluator::curve`]): they are missing.
pub fn at(curve: &CurvePlan, scored: &Scored) -> Value {
    let Some(x) = scored.value.as_number() else {
        return match scored.value {
            Value::Missing(_) => scored.value.clone(),
            _ => Value::Missing(Missing::NoAnswer),
        };
    };
    match curve {
        CurvePlan::Attainment { up_to } => {
            let score = scored.full.mul(x);
            Value::Number(up_to.as_ref().map_or(score.clone(), |cap| score.min(cap.clone())))
        }
        CurvePlan::Linear { anchors, continue_above } => answer(linear(anchors, *continue_above, x)),
        CurvePlan::Steps(steps) => {
            let holds = |condition: &Option<(BinaryOp, Number)>| {
                condition.as_ref().is_none_or(|(op, threshold)| compare(*op, x, threshold))
            };
            answer(steps.iter().find(|(condition, _)| holds(condition)).map(|(_, score)| score.clone()))
        }
        CurvePlan::PerStep(plan) => per_step(plan, x, scored),
        CurvePlan::Brackets(brackets) => Value::Number(marginal(brackets, x)),
        CurvePlan::Formula(_) => Value::Missing(Missing::NoAnswer),
    }
}

/// The value of a matrix at a row and a column; a missing one gives its reason, that of the row first.
pub fn cell(matrix: &MatrixPlan, row: &Value, column: &Value) -> Value {
    let (Some(at), Some(across)) = (row.as_number(), column.as_number()) else {
        return if row.is_missing() { row.clone() } else { column.clone() };
    };
    let first = |limits: &[Option<(BinaryOp, Number)>], value: &Number| {
        limits.iter().position(|limit| limit.as_ref().is_none_or(|(op, limit)| compare(*op, value, limit)))
    };
    let value =
        first(&matrix.rows, at).zip(first(&matrix.columns, across)).map(|(row, column)| &matrix.values[row][column]);
    answer(value.cloned())
}

/// `left OP right` for a comparison.
pub fn compare(op: BinaryOp, left: &Number, right: &Number) -> bool {
    match op {
        BinaryOp::Equal => left == right,
        BinaryOp::NotEqual => left != right,
        BinaryOp::Less => left < right,
        BinaryOp::LessOrEqual => left <= right,
        BinaryOp::Greater => left > right,
        BinaryOp::GreaterOrEqual => left >= right,
        _ => false,
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

/// Between anchors in a straight line, flat outside (or on along the last line above). Anchors ascend; of two at one
/// place, the first is what the curve reaches just below it, the second what holds there.
fn linear(anchors: &[AnchorPlan], continue_above: bool, x: &Number) -> Option<Number> {
    let reached = anchors.partition_point(|anchor| anchor.at <= *x);
    if reached == 0 {
        return anchors.first().map(|first| first.score.clone());
    }
    let last = &anchors[reached - 1];
    if last.at == *x {
        return Some(last.score.clone());
    }
    let (from, to) = match anchors.get(reached) {
        Some(next) => (last, next),
        None if continue_above && reached >= 2 => (&anchors[reached - 2], last),
        None => return Some(last.score.clone()),
    };
    // A jump at the very end has no slope to go on with.
    let Some(slope) = to.score.sub(&from.score).div(&to.at.sub(&from.at)) else { return Some(last.score.clone()) };
    Some(from.score.add(&slope.mul(&x.sub(&from.at))))
}

/// The start, less or more `amount` for each step that the value lies beyond the target, as far as the limit.
fn per_step(plan: &PerStepPlan, x: &Number, scored: &Scored) -> Value {
    let Some(target) = scored.target else { return Value::stated("target: none is stated") };
    let step = if plan.of_target { plan.step.mul(&target.abs()) } else { plan.step.clone() };
    if step.is_zero() {
        return Value::stated("target: it is 0, so a share of it makes no step");
    }
    let excess = if plan.above { x.sub(target) } else { target.sub(x) };
    let steps = match steps(&excess, &step, plan.full_steps) {
        Value::Number(steps) => steps,
        missing => return missing,
    };
    let (start, change) = (plan.start.as_ref().unwrap_or(&scored.full), plan.amount.mul(&steps));
    let score = if plan.deduct { start.sub(&change) } else { start.add(&change) };
    Value::Number(match &plan.limit {
        Some(least) if plan.deduct => score.max(least.clone()),
        Some(most) => score.min(most.clone()),
        None => score,
    })
}

/// Each rate on the part of the value in its bracket. Below 0 the first rate goes on: a commission paid back.
fn marginal(brackets: &[(Number, Option<Number>)], x: &Number) -> Number {
    let (mut sum, mut from) = (Number::ZERO, Number::ZERO);
    for (rate, to) in brackets {
        let end = to.as_ref().map_or(x, |to| x.min(to));
        sum = sum.add(&rate.mul(&end.sub(&from)));
        match to {
            Some(to) if to < x => from = to.clone(),
            _ => break,
        }
    }
    sum
}

fn answer(number: Option<Number>) -> Value {
    number.map_or(Value::Missing(Missing::NoAnswer), Value::Number)
}

//! Curves from a value to a score: points, or what the scale yields. All exact.

use crate::language::is_mirrored;
use crate::number::Number;
use crate::plan::program::{CurvePlan, MatrixPlan};
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
    known(scored, |value| curve.at(value, scored.target, &scored.full))
}

/// The full points × attainment, as far as `up_to`.
pub fn attained(up_to: Option<&Number>, scored: &Scored) -> Value {
    known(scored, |attainment| {
        let score = scored.full.mul(attainment);
        Value::Number(up_to.map_or(score.clone(), |cap| score.min(cap.clone())))
    })
}

fn known(scored: &Scored, score: impl FnOnce(&Number) -> Value) -> Value {
    match scored.value {
        Value::Number(value) => score(value),
        Value::Missing(_) => scored.value.clone(),
        _ => Value::Missing(Missing::NoAnswer),
    }
}

/// The value of a matrix at a row and a column; a missing one gives its reason, that of the row first.
pub fn cell(matrix: &MatrixPlan, row: &Value, column: &Value) -> Value {
    let (Some(at), Some(across)) = (row.as_number(), column.as_number()) else {
        return if row.is_missing() { row.clone() } else { column.clone() };
    };
    let found = matrix.cell(at, across).map(|(row, column)| matrix.values[row][column].clone());
    found.map_or(Value::Missing(Missing::NoAnswer), Value::Number)
}

//! The smallest step of a KPI: what its unit shows.

use crate::model::types::unit::{BaseKind, DisplayUnit};
use crate::number::Number;

/// - what is counted moves by 1, as money without cents does
/// - everything else by a hundredth of its unit: 0.01%, 0.01 wan, 0.01 points, and money that has cents
///
/// `today` is the value that there is: one that is not whole in its unit is an average, and moves by hundredths.
pub fn smallest(unit: &DisplayUnit, today: Option<&Number>) -> Number {
    let whole = today.and_then(|value| value.div(&unit.factor)).is_none_or(|value| value.is_integer());
    let one_kind = |kind| matches!(unit.dimension.factors(), [(base, 1)] if base.kind == kind);
    let by_ones = one_kind(BaseKind::Counted) || one_kind(BaseKind::Currency) && unit.factor == Number::ONE;
    if whole && by_ones { unit.factor.clone() } else { unit.factor.mul(&Number::from_parts(1, 2)) }
}

/// How far a KPI is moved, so that KPIs in several units can be compared: as a part of its target, where it has one; else of
/// what it is; and where both are 0 or missing, in its own unit.
pub fn distance(value: &Number, today: Option<&Number>, target: Option<&Number>) -> Number {
    let way = value.sub(today.unwrap_or(&Number::ZERO)).abs();
    let of = target.filter(|target| !target.is_zero()).or(today.filter(|today| !today.is_zero()));
    of.and_then(|of| way.div(&of.abs())).unwrap_or(way)
}

//! The rounding around an output: applied once to what is paid, not to each stint.
//!
//! `round(a to 0.01 CNY)` is taken apart into `a` and the rounding. So is a formula all of whose ends are rounded alike,
//! as `if p then round(a to 1 CNY) else 0 CNY`: numbers that lie on the steps anyway may stand among them.

use super::Planner;
use crate::model::expr::{Expr, Kind};
use crate::number::Number;
use crate::value::{Builtin, Value};

/// To which steps is rounded, and how.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Rounded {
    /// One of those that [`step_of`] knows.
    pub function: Builtin,
    pub step: Number,
}

/// An end of a formula.
enum End {
    Rounded(Expr, Rounded),
    /// It may stand among rounded ones: a number, or nothing at all.
    Known(Expr, Option<Number>),
    Other,
}

impl Planner<'_> {
    /// The formula without the rounding around it, and the rounding.
    pub(super) fn rounding_around(&self, formula: &Expr) -> Option<(Expr, Rounded)> {
        match self.end(formula) {
            End::Rounded(inside, rounded) => Some((inside, rounded)),
            End::Known(..) | End::Other => None,
        }
    }

    fn end(&self, expr: &Expr) -> End {
        let day = Some(self.period.last_day);
        if let Some(number) = self.model.constant_value(expr, day) {
            return End::Known(expr.clone(), Some(number));
        }
        let again = |kind| Expr::new(kind, expr.ty.clone(), expr.span);
        match &expr.kind {
            Kind::Value(Value::Missing(_)) => End::Known(expr.clone(), None),
            Kind::Call(function, arguments) => match (step_of(*function), arguments.as_slice()) {
                (Some(Step::Whole), [inside]) => {
                    End::Rounded(inside.clone(), Rounded { function: *function, step: Number::ONE })
                }
                (Some(Step::Stated), [inside, step]) => {
                    match self.model.constant_value(step, day).filter(Number::is_positive) {
                        Some(step) => End::Rounded(inside.clone(), Rounded { function: *function, step }),
                        None => End::Other,
                    }
                }
                // A limit that lies on the steps may as well be looked at before the rounding.
                _ if matches!(function, Builtin::Min | Builtin::Max | Builtin::Clamp) => {
                    self.together(arguments, |parts| again(Kind::Call(*function, parts)))
                }
                _ => End::Other,
            },
            Kind::If { condition, then, otherwise } => {
                self.together(&[then.clone(), otherwise.clone()], |parts| match <[Expr; 2]>::try_from(parts) {
                    Ok([then, otherwise]) => again(Kind::If { condition: condition.clone(), then, otherwise }),
                    Err(_) => expr.clone(),
                })
            }
            Kind::Default { value, fallback } => {
                self.together(&[value.clone(), fallback.clone()], |parts| match <[Expr; 2]>::try_from(parts) {
                    Ok([value, fallback]) => again(Kind::Default { value, fallback }),
                    Err(_) => expr.clone(),
                })
            }
            Kind::Over(inside, scope) => self.together(std::slice::from_ref(inside), |mut parts| match parts.pop() {
                Some(inside) => again(Kind::Over(inside, *scope)),
                None => expr.clone(),
            }),
            _ => End::Other,
        }
    }

    /// Ends that are rounded alike, or lie on the steps.
    fn together(&self, ends: &[Expr], whole: impl Fn(Vec<Expr>) -> Expr) -> End {
        let ends: Vec<End> = ends.iter().map(|end| self.end(end)).collect();
        let Some(rounded) = ends.iter().find_map(|end| match end {
            End::Rounded(_, rounded) => Some(rounded.clone()),
            End::Known(..) | End::Other => None,
        }) else {
            return End::Other;
        };
        let mut parts = Vec::with_capacity(ends.len());
        for end in ends {
            match end {
                End::Rounded(inside, other) if other == rounded => parts.push(inside),
                End::Known(expr, number) if number.as_ref().is_none_or(|number| rounded.leaves(number)) => {
                    parts.push(expr);
                }
                _ => return End::Other,
            }
        }
        End::Rounded(whole(parts), rounded)
    }
}

impl Rounded {
    /// Whether a number lies on a step.
    fn leaves(&self, number: &Number) -> bool {
        number.div(&self.step).is_some_and(|steps| steps.floor() == steps)
    }
}

/// By what a function rounds.
enum Step {
    /// To whole numbers.
    Whole,
    /// By its second argument.
    Stated,
}

fn step_of(function: Builtin) -> Option<Step> {
    match function {
        Builtin::Floor | Builtin::Ceil => Some(Step::Whole),
        Builtin::Round | Builtin::RoundUp | Builtin::RoundDown => Some(Step::Stated),
        Builtin::Abs
        | Builtin::Min
        | Builtin::Max
        | Builtin::Clamp
        | Builtin::Sqrt
        | Builtin::Ln
        | Builtin::Exp
        | Builtin::Pow
        | Builtin::MonthsBetween
        | Builtin::DaysBetween
        | Builtin::YearOf
        | Builtin::MonthOf
        | Builtin::DayOf => None,
    }
}

//! Values that may be missing: what tells one again, and what conditions have shown not to be.

use crate::language::BinaryOp;
use crate::model::data::ColumnIx;
use crate::model::expr::{Expr, Kind};
use crate::model::names::env::Env;
use crate::syntax::tree::WindowKind;

pub(in crate::model) fn path_key(via: &[ColumnIx], column: ColumnIx) -> String {
    let mut key = String::from("column");
    for step in via.iter().chain([&column]) {
        key += &format!(".{}", step.0);
    }
    key
}

/// What tells a value again that was tested for being missing.
pub(in crate::model) fn narrow_key(expr: &Expr) -> Option<String> {
    match &expr.kind {
        Kind::Column { via, column, .. } => Some(path_key(via, *column)),
        Kind::Kpi(kpi) => Some(format!("kpi {}", kpi.0)),
        Kind::Score => Some("score".into()),
        Kind::Rating => Some("rating".into()),
        Kind::Output(at) => Some(format!("output {at}")),
        Kind::Person { roster, via, column } => Some(format!("person {} {}", roster.0, path_key(via, *column))),
        Kind::Within(value, window) => Some(format!("{} {}", narrow_key(value)?, window_key(*window))),
        Kind::Over(value, scope) => Some(format!("{} over {scope:?}", narrow_key(value)?)),
        _ => None,
    }
}

fn window_key(window: WindowKind) -> String {
    format!("{window:?}")
}

/// What is not missing when the condition is `outcome`.
pub(super) fn present_when(condition: &Expr, outcome: bool) -> Vec<String> {
    match (&condition.kind, outcome) {
        (Kind::IsMissing(value), false) => narrow_key(value).into_iter().collect(),
        (Kind::Not(operand), _) => present_when(operand, !outcome),
        (Kind::Binary(BinaryOp::And, left, right), true) | (Kind::Binary(BinaryOp::Or, left, right), false) => {
            let mut keys = present_when(left, outcome);
            keys.extend(present_when(right, outcome));
            keys
        }
        _ => Vec::new(),
    }
}

/// The innermost part that makes the formula's value uncertain.
pub(super) fn first_optional(expr: &Expr) -> &Expr {
    let parts: Vec<&Expr> = match &expr.kind {
        Kind::Not(a) | Kind::Negate(a) | Kind::Within(a, _) | Kind::Over(a, _) | Kind::Scale(_, a) => vec![a],
        Kind::Binary(_, a, b) | Kind::Matrix(_, a, b) => vec![a, b],
        Kind::If { condition, then, otherwise } => vec![condition, then, otherwise],
        Kind::Default { fallback, .. } => vec![fallback],
        Kind::InSet(a, set) => std::iter::once(a).chain(set).collect(),
        Kind::InWindow { date, .. } => vec![date],
        Kind::Call(_, arguments) => arguments.iter().collect(),
        _ => Vec::new(),
    };
    parts.into_iter().find(|part| part.ty.optional).map_or(expr, first_optional)
}

/// Not missing, where an enclosing condition has shown that it is not.
pub(in crate::model) fn present_in(env: &Env, mut expr: Expr) -> Expr {
    if narrow_key(&expr).is_some_and(|key| env.present.contains(&key)) {
        expr.ty.optional = false;
    }
    expr
}

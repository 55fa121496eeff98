//! What the conditions around a formula have shown, one comparison at a time, and that two of them cannot hold together.

use crate::language::BinaryOp;
use crate::model::expr::{Aggregate, Expr, Kind};

/// A condition that has no `and` or `or`, and whether it is known to hold or not to hold.
#[derive(Clone, Copy)]
pub(super) struct Atom<'e> {
    pub(super) expr: &'e Expr,
    pub(super) holds: bool,
}

impl<'e> Atom<'e> {
    /// What is known when a condition holds, or does not hold.
    pub(super) fn of(condition: &'e Expr, holds: bool, atoms: &mut Vec<Atom<'e>>) {
        match (&condition.kind, holds) {
            (Kind::Not(operand), _) => Atom::of(operand, !holds, atoms),
            (Kind::Binary(BinaryOp::And, left, right), true) | (Kind::Binary(BinaryOp::Or, left, right), false) => {
                Atom::of(left, holds, atoms);
                Atom::of(right, holds, atoms);
            }
            _ => atoms.push(Atom { expr: condition, holds }),
        }
    }

    /// `left OP right` between numbers, as it holds.
    pub(super) fn comparison(&self) -> Option<(BinaryOp, &'e Expr, &'e Expr)> {
        let Kind::Binary(op, left, right) = &self.expr.kind else { return None };
        let op = if self.holds { Some(*op) } else { opposite(*op) };
        op.filter(|op| opposite(*op).is_some()).map(|op| (op, left, right))
    }
}

fn opposite(op: BinaryOp) -> Option<BinaryOp> {
    Some(match op {
        BinaryOp::Less => BinaryOp::GreaterOrEqual,
        BinaryOp::GreaterOrEqual => BinaryOp::Less,
        BinaryOp::Greater => BinaryOp::LessOrEqual,
        BinaryOp::LessOrEqual => BinaryOp::Greater,
        BinaryOp::Equal => BinaryOp::NotEqual,
        BinaryOp::NotEqual => BinaryOp::Equal,
        _ => return None,
    })
}

/// `a < b` is `b > a`.
pub(super) fn mirrored(op: BinaryOp) -> BinaryOp {
    match op {
        BinaryOp::Less => BinaryOp::Greater,
        BinaryOp::Greater => BinaryOp::Less,
        BinaryOp::LessOrEqual => BinaryOp::GreaterOrEqual,
        BinaryOp::GreaterOrEqual => BinaryOp::LessOrEqual,
        other => other,
    }
}

/// What the conditions around a formula have shown.
#[derive(Clone, Default)]
pub(in crate::model) struct Facts<'e>(pub(super) Vec<Atom<'e>>);

impl<'e> Facts<'e> {
    pub(in crate::model) fn with(&self, condition: &'e Expr, holds: bool) -> Facts<'e> {
        let mut atoms = self.0.clone();
        Atom::of(condition, holds, &mut atoms);
        Facts(atoms)
    }
}

impl Expr {
    /// What tells the formula again, wherever it is written: two formulas with one key have one value in one context.
    pub(in crate::model) fn key(&self) -> String {
        let key = |expr: &Option<Expr>| expr.as_ref().map(Expr::key).unwrap_or_default();
        let what = match &self.kind {
            Kind::Aggregate(a) => {
                let Aggregate {
                    function, data, value, condition, fraction, dated_by, reading, at_least, inner, ..
                } = &**a;
                let (value, condition) = (key(value), key(condition));
                return format!(
                    "{function:?} {data:?} [{value}] [{condition}] {fraction:?} {dated_by:?} {reading:?} {at_least:?} {inner:?}"
                );
            }
            Kind::Not(_) => "not".into(),
            Kind::Negate(_) => "-".into(),
            Kind::Binary(op, ..) => format!("{op:?}"),
            Kind::If { .. } => "if".into(),
            Kind::Default { .. } => "default".into(),
            Kind::IsMissing(_) => "is missing".into(),
            Kind::InSet(..) => "in".into(),
            Kind::InWindow { window, .. } => format!("in {window:?}"),
            Kind::Call(builtin, _) => format!("{builtin:?}"),
            Kind::Scale(scale, _) => format!("{scale:?}"),
            Kind::Matrix(matrix, ..) => format!("{matrix:?}"),
            Kind::Within(_, window) => format!("{window:?}"),
            Kind::Over(_, scope) => format!("over {scope:?}"),
            leaf => format!("{leaf:?}"),
        };
        let parts: Vec<String> = self.parts().into_iter().map(Expr::key).collect();
        format!("{what}({})", parts.join(", "))
    }
}

/// Why conditions cannot hold together.
pub(super) struct Clash<'e> {
    /// The one that holds already; `None` where one alone cannot hold.
    pub(super) with: Option<Atom<'e>>,
    pub(super) why: String,
}

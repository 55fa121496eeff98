//! Words that findings share: what scopes are called, names in a row, percentages, signs of comparison.

use crate::language::{BinaryOp, ScopeWord};
use crate::number::Number;

pub(super) fn scope_name(scope: ScopeWord) -> &'static str {
    match scope {
        ScopeWord::Own => "own",
        ScopeWord::Team => "team",
        ScopeWord::Company => "company",
    }
}

pub(super) fn scope_words(scope: ScopeWord) -> &'static str {
    match scope {
        ScopeWord::Own => "the person's own rows",
        ScopeWord::Team => "the team",
        ScopeWord::Company => "the company",
    }
}

/// `` `a`, `b`, `c` ``
pub(super) fn list(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// `95%`, `33.33…%`
pub(super) fn percent(number: &Number) -> String {
    format!("{}%", number.mul(&Number::from(100)))
}

pub(super) fn sign(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Less => "<",
        BinaryOp::LessOrEqual => "<=",
        BinaryOp::Greater => ">",
        BinaryOp::GreaterOrEqual => ">=",
        BinaryOp::Equal => "=",
        _ => "!=",
    }
}

//! Units as they are written.

use super::Name;
use crate::source::Span;

/// `CNY/person/month`. `number` and `%`, `‰` stand alone as a single factor of that name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitExpr {
    /// The first factor is the one before any `/`.
    pub factors: Vec<UnitFactor>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitFactor {
    pub name: Name,
    /// Behind a `/`.
    pub per: bool,
}

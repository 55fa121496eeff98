//! House rules and tests: what is said of specs in specs.

use super::expressions::{Expr, Number, PeriodLiteral};
use super::{Name, Text};
use crate::source::Span;

#[derive(Clone, Debug, PartialEq)]
pub struct HouseRules {
    pub rules: Vec<HouseRule>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct HouseRule {
    pub kind: HouseRuleKind,
    /// `(warning)`
    pub warning: Option<Span>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum HouseRuleKind {
    /// `every scorecard has 3 to 10 kpis`
    ScorecardSize { least: Number, most: Number },
    /// `every weight at least 5%, at most 60%`; `of`: `weight of results at least 20%`
    WeightLimits { of: Option<Name>, least: Option<WeightLimit>, most: Option<WeightLimit> },
    /// `every kpi has owner, note`, `every responsibility has measured by`: what, and the words, `measured by` as one
    Has { what: Name, parts: Vec<Name> },
}

#[derive(Clone, Debug, PartialEq)]
pub enum WeightLimit {
    Number(Number),
    /// `weight of results`: the weight of that entry, where it stands beside the one looked at
    Of(Name),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    pub name: Text,
    pub period: Option<PeriodLiteral>,
    pub given: Vec<Given>,
    pub expectations: Vec<Expectation>,
    pub span: Span,
}

/// An inline table: `given teams { | code | … }`
#[derive(Clone, Debug, PartialEq)]
pub struct Given {
    pub data: Name,
    pub header: Vec<Name>,
    pub rows: Vec<GivenRow>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct GivenRow {
    /// The text between two bars, trimmed.
    pub cells: Vec<Text>,
    pub span: Span,
}

/// `expect [score of] NAME of "P1" = X [within T]`
#[derive(Clone, Debug, PartialEq)]
pub struct Expectation {
    pub what: Expected,
    /// The key of the row of the roster, one text for each key column.
    pub of: Text,
    pub value: Expr,
    pub within: Option<Expr>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Expected {
    /// `expect NAME of "P1"`: a KPI, an index or an output
    Value(Name),
    /// `expect score of NAME of "P1"`: an entry or a group
    ScoreOf(Name),
    /// `expect score of "P1"`
    Score(Span),
    /// `expect rating of "P1"`
    Rating(Span),
}

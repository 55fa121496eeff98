//! The `company` block, units, constants and functions.

use super::datasets::{Type, Written};
use super::expressions::{DateLiteral, Expr, Number, PeriodLiteral};
use super::{Label, Name, Text};
use crate::diagnostic::Level;
use crate::source::Span;

/// `company "Name" { … }`. Every setting is written at most once; the parser refuses a second one.
#[derive(Clone, Debug, PartialEq)]
pub struct Company {
    pub name: Text,
    pub settings: Vec<Setting>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Setting {
    /// `requires merit 0.2`: which the parser has looked at already
    Requires(Span),
    /// `files numbers "1.234,56" dates "DD.MM.YYYY" encoding "windows-1252"`
    Files(Written),
    /// `currency CNY`
    Currency(Name),
    /// `fiscal year starts January [named by its end]`
    FiscalYear { month: Name, named_by_end: bool },
    /// `calendar work_months`
    Calendar(Name),
    /// `scores to 2 decimals`
    ScoreDecimals(Number),
    /// `rounding half up` or `rounding half even`
    Rounding { half_even: bool, span: Span },
    /// `rating sees raw score`
    RatingSeesRawScore(Span),
    /// `language en, zh`
    Languages(Vec<Name>),
    /// `allow unused`, `warn house-rule`, `deny warnings`: codes as they stand above findings
    Levels { level: Level, codes: Vec<Name> },
}

/// `unit person, people` or `unit wan "万元" = 10_000 CNY`.
#[derive(Clone, Debug, PartialEq)]
pub struct Unit {
    pub name: Name,
    pub plural: Option<Name>,
    pub label: Label,
    pub multiple: Option<Number>,
    pub span: Span,
}

/// A value that changes with time: `3_000 CNY, from 2026-Q1 3_600 CNY` or `25% in Q1, 50% in Q2`.
#[derive(Clone, Debug, PartialEq)]
pub struct Dated {
    pub value: Expr,
    pub when: When,
}

#[derive(Clone, Debug, PartialEq)]
pub enum When {
    Always,
    /// `from 2026-Q1 X`, `from 2026-07-01 X`, `from 2026 X`
    FromPeriod(PeriodLiteral),
    FromDate(DateLiteral),
    /// `X in Q1`: `Q1`…`Q4`, `H1`, `H2`, or a month name
    Each(Name),
}

/// `constant NAME : TYPE = DATED, …`
#[derive(Clone, Debug, PartialEq)]
pub struct Constant {
    pub name: Name,
    pub label: Label,
    pub ty: Type,
    pub values: Vec<Dated>,
    pub span: Span,
}

/// `function NAME(PARAMETERS) = EXPR`
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    pub name: Name,
    pub parameters: Vec<Name>,
    pub body: Expr,
    pub span: Span,
}

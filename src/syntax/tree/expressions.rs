//! Formulas, with the aggregates and windows in them.

use rust_decimal::Decimal;

use super::units::UnitExpr;
use super::{Name, Text};
use crate::language::{AggregateFunction, BinaryOp, ScopeWord};
use crate::scales::Written;
use crate::source::Span;
use crate::time::{Day, PeriodName};

#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    pub kind: Box<ExprKind>,
    pub span: Span,
}

impl Written for Expr {
    fn span(&self) -> Span {
        self.span
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    Number(Number),
    Text(Text),
    Date(DateLiteral),
    Period(PeriodLiteral),
    Flag(bool),
    /// `missing "reason"`; the reason may be absent.
    Missing(Option<Text>),
    Name(Name),
    /// `agent.team.city`, `person.base_pay`, `period.end`
    Field {
        of: Expr,
        name: Name,
    },
    Not(Expr),
    Negate(Expr),
    Binary {
        op: BinaryOp,
        left: Expr,
        right: Expr,
        op_span: Span,
    },
    If {
        condition: Expr,
        then: Expr,
        otherwise: Expr,
    },
    Default {
        value: Expr,
        fallback: Expr,
    },
    IsMissing {
        value: Expr,
        negated: bool,
    },
    /// `x in (a, b)`; `negated`: `x not in (a, b)`
    InSet {
        value: Expr,
        set: Vec<Expr>,
        negated: bool,
    },
    /// `x between a and b`, both included
    Between {
        value: Expr,
        low: Expr,
        high: Expr,
    },
    /// `issued in previous period`
    InWindow {
        date: Expr,
        window: Window,
    },
    /// `x as TYPE`
    As {
        value: Expr,
        ty: UnitExpr,
    },
    /// A function, a scale or a matrix: `abs(x)`, `growth(x)`, `pay_rate(x)`, `round(x to 0.01)`
    Call {
        name: Name,
        arguments: Vec<Expr>,
        to: Option<Expr>,
    },
    Aggregate(Box<Aggregate>),
    /// `closed(bonus)`, `closed(bonus of person)`: a result in the closing of an earlier period
    Closed {
        name: Name,
        /// The word for the one evaluated: over all posts.
        of: Option<Name>,
    },
    /// `x 1 year earlier`: the operand in another window
    Within {
        value: Expr,
        window: WindowWord,
    },
    /// `x over company`
    Over {
        value: Expr,
        scope: ScopeWord,
        scope_span: Span,
    },
}

impl Expr {
    /// The formulas directly inside, those of an aggregate among them.
    pub fn parts(&self) -> Vec<&Expr> {
        match &*self.kind {
            ExprKind::Number(_)
            | ExprKind::Text(_)
            | ExprKind::Date(_)
            | ExprKind::Period(_)
            | ExprKind::Flag(_)
            | ExprKind::Missing(_)
            | ExprKind::Name(_)
            | ExprKind::Closed { .. } => Vec::new(),
            ExprKind::Field { of: part, .. }
            | ExprKind::Not(part)
            | ExprKind::Negate(part)
            | ExprKind::IsMissing { value: part, .. }
            | ExprKind::InWindow { date: part, .. }
            | ExprKind::As { value: part, .. }
            | ExprKind::Within { value: part, .. }
            | ExprKind::Over { value: part, .. } => vec![part],
            ExprKind::Binary { left, right, .. } => vec![left, right],
            ExprKind::If { condition, then, otherwise } => vec![condition, then, otherwise],
            ExprKind::Default { value, fallback } => vec![value, fallback],
            ExprKind::InSet { value, set, .. } => std::iter::once(value).chain(set).collect(),
            ExprKind::Between { value, low, high } => vec![value, low, high],
            ExprKind::Call { arguments, to, .. } => arguments.iter().chain(to).collect(),
            ExprKind::Aggregate(aggregate) => {
                let Aggregate { value, fraction, condition, .. } = &**aggregate;
                [value, fraction, condition].into_iter().flatten().collect()
            }
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    /// The number as written, before `%` or `‰` divides it.
    pub written: Decimal,
    pub style: NumberStyle,
    /// Only with a plain number.
    pub unit: Option<UnitExpr>,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberStyle {
    Plain,
    Percent,
    Permille,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateLiteral {
    pub day: Day,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeriodLiteral {
    pub period: PeriodName,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Aggregate {
    pub function: AggregateFunction,
    /// The word as written, for messages.
    pub function_span: Span,
    /// Absent for `count(policies)`.
    pub value: Option<Expr>,
    /// `percentile(x of d, 90%)`
    pub fraction: Option<Expr>,
    pub data: Name,
    /// `by COLUMN`: which link an inner aggregate follows
    pub by: Option<Name>,
    pub dated_by: Option<Name>,
    pub condition: Option<Expr>,
    pub reading: Option<Reading>,
    /// `at least 5 rows`
    pub at_least: Option<Number>,
}

/// `during W`, `at start`, `at end`
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// An empty window is a lone `during`: the context's period.
    During(Window),
    AtStart(Span),
    AtEnd(Span),
}

/// Window words as written, outermost last: `year to date 1 year earlier`. The rightmost applies first.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    pub words: Vec<WindowWord>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct WindowWord {
    pub kind: WindowKind,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WindowKind {
    /// `period`
    Period,
    /// `previous period`
    PreviousPeriod,
    /// `3 months earlier`, `1 year earlier`
    Earlier { months: u32 },
    /// `last 12 months`, ending with the period
    Last { months: u32 },
    /// `year to date`
    YearToDate,
    /// `whole year`: the fiscal year that holds the period
    WholeYear,
    /// `2026-Q3`
    Literal(PeriodName),
}

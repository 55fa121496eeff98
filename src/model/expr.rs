//! Formulas with every name resolved, functions expanded and types known.
//!
//! There are two kinds of formulas in one tree: over a row (inside an aggregate or a derived column: columns of the
//! row) and over a scorecard's subject (KPIs, aggregates, the person). The checker keeps them apart.

use std::ops::{Deref, DerefMut};

use super::types::unit::{Dimension, DisplayUnit};
use super::{ColumnIx, ConstantId, DataId, KpiId, MatrixId, RatingId, ScaleId};
use crate::language::{AggregateFunction, BinaryOp, Parts, ScopeWord};
use crate::number::Number;
use crate::scales::Written;
use crate::source::Span;
use crate::syntax::tree::WindowKind;
use crate::value::{Builtin, Value};

/// A formula, or a part of one. All of it lies behind one pointer: a large project holds millions, most of them plain
/// numbers.
#[derive(Clone, Debug)]
pub struct Expr(Box<Typed>);

#[derive(Clone, Debug)]
pub struct Typed {
    pub kind: Kind,
    pub ty: Type,
    pub span: Span,
}

impl Expr {
    pub fn new(kind: Kind, ty: Type, span: Span) -> Expr {
        Expr(Box::new(Typed { kind, ty, span }))
    }
}

impl Written for Expr {
    fn span(&self) -> Span {
        self.span
    }
}

impl Deref for Expr {
    type Target = Typed;
    fn deref(&self) -> &Typed {
        &self.0
    }
}

impl DerefMut for Expr {
    fn deref_mut(&mut self) -> &mut Typed {
        &mut self.0
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Type {
    pub base: Base,
    /// Whether the value can be missing.
    pub optional: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Base {
    Number(Dimension),
    /// The bare number 0, which fits every unit.
    Zero,
    Text,
    Date,
    Period,
    Flag,
    /// A label of the `one of` of this column.
    Choice(DataId, ColumnIx),
    /// A grade of this rating.
    Grade(RatingId),
    /// A row of this data set, by its key.
    Link(DataId),
    /// A position, by name or label.
    Position,
    /// After an error, or a `missing` that fits everywhere.
    Any,
}

#[derive(Clone, Debug)]
pub enum Kind {
    Value(Value),
    Constant(ConstantId),
    Kpi(KpiId),
    /// `person.base_pay`, `person.team.city`: a column of the row evaluated, behind links.
    Person {
        roster: DataId,
        via: Vec<ColumnIx>,
        column: ColumnIx,
    },
    PeriodStart,
    PeriodEnd,
    PeriodMonths,
    PeriodDays,
    /// In a row's formula: a column of the row, or of the row that the links lead to. `data` is where `column` lives.
    Column {
        via: Vec<ColumnIx>,
        data: DataId,
        column: ColumnIx,
    },
    Not(Expr),
    Negate(Expr),
    Binary(BinaryOp, Expr, Expr),
    If {
        condition: Expr,
        then: Expr,
        otherwise: Expr,
    },
    Default {
        value: Expr,
        fallback: Expr,
    },
    /// A curve whose points stand in data: `then` where `one op other` holds; else the data are wrong.
    InOrder {
        op: BinaryOp,
        one: Expr,
        other: Expr,
        then: Expr,
    },
    IsMissing(Expr),
    InSet(Expr, Vec<Expr>),
    /// The words as written; the rightmost applies first.
    InWindow {
        date: Expr,
        window: Vec<WindowKind>,
    },
    Call(Builtin, Vec<Expr>),
    Scale(ScaleId, Expr),
    Matrix(MatrixId, Expr, Expr),
    Aggregate(Box<Aggregate>),
    Within(Expr, WindowKind),
    Over(Expr, ScopeWord),
    /// In a `formula` curve.
    EntryValue,
    EntryTarget,
    EntryWeight,
    /// In an output: the total after rounding.
    Score,
    /// In an output: the grade, after vetoes and distribution.
    Rating,
    /// In an output: an earlier output of the same position.
    Output(usize),
    /// A result of an earlier period as it was closed; the window stands around it.
    Closed(ClosedRead),
    /// In an output: one output of all who are on a roster, or in the team.
    OutputSum(Box<OutputSum>),
}

/// `closed(bonus)`
#[derive(Clone, Debug)]
pub struct ClosedRead {
    /// A KPI, an output, or `score`.
    pub name: String,
    /// That of the thing now.
    pub unit: DisplayUnit,
    /// Over all posts of the one evaluated, not in this post.
    pub over_all: bool,
}

/// `sum(bonus of people)`
#[derive(Clone, Debug)]
pub struct OutputSum {
    /// What is kept of people's outputs, which can be put together.
    pub keeps: Parts,
    pub roster: DataId,
    /// The name, in whatever position has such an output.
    pub output: String,
    /// As it is written there.
    pub unit: DisplayUnit,
    /// A number known without data, in the place of a missing one.
    pub fallback: Option<Expr>,
    /// About a row of the roster.
    pub condition: Option<Expr>,
    /// The person's team with those below it, or the whole roster.
    pub scope: ScopeWord,
}

#[derive(Clone, Debug)]
pub struct Aggregate {
    pub function: AggregateFunction,
    pub data: DataId,
    pub value: Option<Expr>,
    pub condition: Option<Expr>,
    pub fraction: Option<Number>,
    /// For dated data: the column that dates the rows.
    pub dated_by: Option<ColumnIx>,
    pub reading: Reading,
    pub at_least: Option<u64>,
    /// An aggregate inside an aggregate: the links from a row of `data` to the row of the outer data set, and
    /// that data set.
    pub inner: Option<(DataId, Vec<ColumnIx>)>,
    pub span: Span,
}

/// When the rows are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// The data set has no time shape.
    Always,
    /// Dated rows in the window; snapshot and valid rows on any day of it (`during`).
    During(Vec<WindowKind>),
    /// Valid and snapshot rows on the day before the window.
    AtStart,
    /// Valid and snapshot rows on the last day of the window.
    AtEnd,
}

//! KPIs and indices, and what values are read at: scales, matrices, ratings.

use super::datasets::Type;
use super::expressions::{DateLiteral, Expr, Number, PeriodLiteral};
use super::{Label, Name, Text};
use crate::language::{BinaryOp, ScopeWord};
use crate::scales;
use crate::source::Span;

#[derive(Clone, Debug, PartialEq)]
pub struct Kpi {
    pub name: Name,
    pub label: Label,
    pub ty: Type,
    /// `between 0 and 40`
    pub limits: Option<(Expr, Expr)>,
    pub value: Option<Expr>,
    pub direction: Option<Direction>,
    pub scope: Option<(ScopeWord, Span)>,
    pub about: About,
    /// `effective from DATE|PERIOD`
    pub effective: Option<Effective>,
    pub span: Span,
}

/// `note "…"`, `owner "…"`, `source "…"`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    pub note: Option<Text>,
    pub owner: Option<Text>,
    pub source: Option<Text>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Direction {
    Higher(Span),
    Lower(Span),
    /// `closest to X is best`
    Closest(Expr, Span),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Effective {
    Date(DateLiteral),
    Period(PeriodLiteral),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Index {
    pub name: Name,
    pub label: Label,
    pub ty: Type,
    pub entries: Vec<IndexEntry>,
    pub about: About,
    pub effective: Option<Effective>,
    pub span: Span,
}

/// `40% timeliness` or `equal accuracy, courtesy`
#[derive(Clone, Debug, PartialEq)]
pub struct IndexEntry {
    pub weight: Weight,
    pub kpis: Vec<Name>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Weight {
    /// `40%`
    Share(Number),
    /// `25 points`
    Points(Number),
    /// `equal`
    Equal(Span),
}

/// `scale NAME : IN [-> OUT] { CURVE }`; points when OUT is not said
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    pub name: Name,
    pub label: Label,
    pub input: Type,
    pub output: Option<Type>,
    pub curve: Curve,
    pub effective: Option<Effective>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    pub kind: CurveKind,
    pub span: Span,
}

/// A curve with its numbers as they are written.
pub type CurveKind = scales::CurveKind<Expr>;

/// `matrix pool : %, % -> % { rows >= 20%, else  columns < 55%, else  values 2%, 1%; 1%, 0% }`
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    pub name: Name,
    pub label: Label,
    pub inputs: [Type; 2],
    pub output: Option<Type>,
    pub rows: Vec<MatrixLimit>,
    pub columns: Vec<MatrixLimit>,
    pub values: Vec<MatrixLine>,
    pub effective: Option<Effective>,
    pub span: Span,
}

/// `>= 20%`; without a condition it is `else`
#[derive(Clone, Debug, PartialEq)]
pub struct MatrixLimit {
    pub condition: Option<(BinaryOp, Expr)>,
    pub span: Span,
}

/// `2%, 1%`: the values of one row
#[derive(Clone, Debug, PartialEq)]
pub struct MatrixLine {
    pub values: Vec<Expr>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Rating {
    pub name: Name,
    pub label: Label,
    pub grades: Vec<Grade>,
    pub distribution: Vec<Distribution>,
    pub sees_raw_score: Option<Span>,
    pub span: Span,
}

/// `A "Outstanding" >= 90`; without a condition it is `D "Below" else`
#[derive(Clone, Debug, PartialEq)]
pub struct Grade {
    pub name: Name,
    pub label: Label,
    pub condition: Option<(BinaryOp, Expr)>,
    pub span: Span,
}

/// `at most 20% A within position of 5 or more`
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution {
    /// `about` instead of `at most`
    pub about: bool,
    pub share: Number,
    pub grade: Name,
    /// `position`, `company`, or a column of the roster
    pub within: Name,
    pub of_or_more: Option<Number>,
    pub span: Span,
}

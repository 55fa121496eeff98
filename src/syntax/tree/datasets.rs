//! `data` blocks, and the types that their columns, constants and KPIs have.

use super::expressions::Expr;
use super::units::UnitExpr;
use super::{Label, Name, Text};
use crate::language::{AcrossStints, ScopeWord};
use crate::source::Span;

/// How numbers, dates and blank cells are written in files.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Written {
    pub numbers: Option<Text>,
    pub dates: Option<Text>,
    /// What stands for a blank cell: `blank "-", "n.a."`
    pub blank: Vec<Text>,
    /// `encoding "windows-1252"`
    pub encoding: Option<Text>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    Text(Span),
    Date(Span),
    Period(Span),
    Flag(Span),
    /// `position`: a position's name or label.
    Position(Span),
    OneOf(Vec<Choice>, Span),
    /// A unit, or a lone name that may turn out to be a data set (a link).
    Unit(UnitExpr),
    /// `people by (a, b)`: a link by a composite key.
    LinkBy {
        data: Name,
        by: Vec<Name>,
        span: Span,
    },
}

/// One of the set of a `one of` column: `active ("A", "有效")`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub name: Name,
    pub texts: Vec<Text>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Data {
    pub name: Name,
    pub label: Label,
    pub clauses: Vec<DataClause>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum DataClause {
    Roster {
        position: Option<Name>,
        span: Span,
    },
    Organisation(Span),
    /// What people decide in the place of what the rules give.
    Rulings(Span),
    /// `file "policies*.csv"`, `file "plans.xlsx" sheet "monthly"`
    File {
        pattern: Text,
        sheet: Option<Text>,
    },
    /// `from postgres "hr.policies"`, `from postgres "select …"`
    FromPostgres(Text),
    /// `row policy`
    Row(Name),
    Key {
        columns: Vec<Name>,
        span: Span,
    },
    /// `dated by month`, `dated by month shared by days`, `dated by month held last`
    DatedBy {
        column: Name,
        across_stints: Option<(AcrossStints, Span)>,
    },
    /// `valid from A to B`
    Valid {
        from: Name,
        to: Option<Name>,
        span: Span,
    },
    SnapshotOn(Name),
    Column(Box<Column>),
    IgnoreRowsStarting(Vec<Text>),
    /// `ignore columns "Total", "Note"`: headers between the months that are none of a month, on purpose
    IgnoreColumns(Vec<Text>, Span),
    /// `months [of 2026] across as MONTH, VALUE`: the files have a column for each month
    MonthsAcross {
        year: Option<AcrossYear>,
        month: Name,
        value: Name,
        span: Span,
    },
    /// `may be empty`: a register in which nothing may have happened
    MayBeEmpty(Span),
    /// `numbers "1.234,56"`, `dates "DD.MM.YYYY"`, `blank "-", "n.a."`
    Written(Written),
    /// `not evaluated "Cashier", "Driver"`: posts of a roster that no position describes, on purpose
    NotEvaluated(Vec<Text>, Span),
    /// `belongs to COLUMN [for own|team]`
    BelongsTo {
        column: Name,
        scope: Option<ScopeWord>,
    },
}

/// Of which year the months of a file are.
#[derive(Clone, Debug, PartialEq)]
pub enum AcrossYear {
    Year(i32),
    /// The column that says it.
    Column(Name),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    pub name: Name,
    pub label: Label,
    pub ty: Type,
    /// `number between 1 and 10`
    pub limits: Option<(Expr, Expr)>,
    pub optional: Option<Span>,
    pub headers: Vec<Text>,
    /// `in wan`, `in percent`, `in fraction`
    pub written_in: Option<Name>,
    pub format: Option<Text>,
    /// `numbers "1.234,56"`
    pub numbers: Option<Text>,
    /// `blank "-", "n.a."`
    pub blank: Vec<Text>,
    pub derived: Option<Expr>,
    pub span: Span,
}

//! Data sets as declared: what the files hold, resolved.
//!
//! `datasets` reads their clauses, `columns` those of columns, `written` how cells are written, `across` months side by
//! side; `rulings` what people decide; `routes` finds the ways from rows to people and teams, `stored` which formulas of columns are computed when a
//! table is read.

pub(super) mod across;
pub(super) mod columns;
pub(super) mod datasets;
pub(super) mod routes;
mod rulings;
pub mod stored;
pub mod written;

use std::path::Path;

use super::expr::Expr;
use super::types::unit::DisplayUnit;
pub use super::{ColumnIx, DataId};
use crate::alike::folded;
use crate::encoding::Encoding;
use crate::language::AcrossStints;
use crate::number::Number;
use crate::source::Span;

#[derive(Clone, Debug)]
pub struct DataSet {
    pub name: String,
    pub label: super::Label,
    /// The name in its declaration.
    pub span: Span,
    /// Its rows are evaluated.
    pub roster: Option<Roster>,
    /// Its rows are a tree: the column that names the parent. The teams of a project may be evaluated, too.
    pub organisation: Option<ColumnIx>,
    /// Its rows are what people decided in the place of what the rules give.
    pub rulings: Option<RulingColumns>,
    pub files: Vec<FilePattern>,
    /// Tables and queries of a PostgreSQL server.
    pub relations: Vec<(String, Span)>,
    /// How a row is spoken of, and the unit of `count(…)`.
    pub row: DisplayUnit,
    /// Its files have a column for each month.
    pub across: Option<Across>,
    /// Empty for a data set without a key.
    pub key: Vec<ColumnIx>,
    pub time: TimeShape,
    /// Of rows dated by a period: what becomes of one in which somebody changes post or team, if it is said.
    pub across_stints: Option<AcrossStints>,
    pub columns: Vec<Column>,
    /// Rows whose first filled cell starts with one of these are no data.
    pub ignore_rows_starting: Vec<String>,
    /// Headers beside the months that are none of a month, on purpose.
    pub ignore_columns: Vec<String>,
    /// A window without rows is no mistake: a register in which nothing may have happened.
    pub may_be_empty: bool,
    /// What its texts are written in, where that is said.
    pub encoding: Option<Encoding>,
    /// The links that lead to each roster and to the organisation, as far as there are any.
    pub belongs: Belongs,
}

impl DataSet {
    pub fn column(&self, column: ColumnIx) -> &Column {
        &self.columns[column.0]
    }

    pub fn column_named(&self, name: &str) -> Option<ColumnIx> {
        self.columns.iter().position(|column| column.name == name).map(ColumnIx)
    }

    /// Whether a row that starts with this is left out, and its start is more than what is declared: `Total Care`.
    pub fn begins_with_more(&self, first: &str) -> bool {
        let starts = || self.ignore_rows_starting.iter().filter(|start| first.starts_with(start.as_str()));
        starts().next().is_some() && !starts().any(|start| start == first.trim_end_matches([':', '：', ' ']))
    }

    /// The column that says what a row is called, for people to read: `name`, where there is such a text column.
    pub fn name_column(&self) -> Option<ColumnIx> {
        self.column_named("name").filter(|column| matches!(self.column(*column).ty, ColumnType::Text))
    }
}

/// Where a row says what was decided, about whom, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RulingColumns {
    /// The link to the roster of the person.
    pub person: ColumnIx,
    /// In which post, of somebody who may have several.
    pub post: Option<ColumnIx>,
    pub period: ColumnIx,
    pub what: ColumnIx,
    /// What holds from then on.
    pub ruled: ColumnIx,
    pub reason: ColumnIx,
    pub by: ColumnIx,
    pub on: ColumnIx,
}

impl RulingColumns {
    pub fn all(&self) -> impl Iterator<Item = ColumnIx> {
        let RulingColumns { person, post, period, what, ruled, reason, by, on } = *self;
        [Some(person), post, Some(period), Some(what), Some(ruled), Some(reason), Some(by), Some(on)]
            .into_iter()
            .flatten()
    }
}

/// Who is evaluated. Every row has the post of the `position` column, or of `every`, a position's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roster {
    pub post: Option<ColumnIx>,
    pub every: Option<String>,
    /// `not evaluated …`: the posts without a spec, as rows name them. Where it is said, no other post may lack one.
    pub not_evaluated: Option<Vec<String>>,
}

impl Roster {
    /// Whether a row can hold this post, by the declaration alone.
    pub fn may_hold(&self, position: &str) -> bool {
        self.every.as_ref().is_none_or(|every| every == position)
    }
}

/// What a file is kept as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileForm {
    /// Separated text, packed or not.
    Text,
    Spreadsheet,
    Parquet,
    /// No file at all, but rows of a server.
    Server,
}

impl FileForm {
    pub fn of(path: &Path) -> FileForm {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
        match ending.as_str() {
            "xlsx" | "xls" | "xlsm" | "xlsb" | "ods" => FileForm::Spreadsheet,
            "parquet" | "pq" | "parq" => FileForm::Parquet,
            _ => FileForm::Text,
        }
    }
}

#[derive(Clone, Debug)]
pub struct FilePattern {
    /// A pattern under the data folder.
    pub pattern: String,
    pub sheet: Option<String>,
    pub span: Span,
}

/// `months across as month, premium`: each row of a file is a row for each of its months.
#[derive(Clone, Debug)]
pub struct Across {
    /// The column that takes the month, from the headers.
    pub month: ColumnIx,
    /// The column that takes what stands below it.
    pub value: ColumnIx,
    /// The year of the first month, where the headers name none.
    pub year: Option<YearOf>,
    pub span: Span,
}

impl Across {
    /// Whether no header of a file is that of the column.
    pub fn holds(&self, column: ColumnIx) -> bool {
        column == self.month || column == self.value
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum YearOf {
    Year(i32),
    /// In each row.
    Column(ColumnIx),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeShape {
    /// Always holds.
    Always,
    /// Events: a date or period column.
    Dated(ColumnIx),
    /// Rows that hold from a day to a day, both included; a blank end is open.
    Valid { from: ColumnIx, to: Option<ColumnIx> },
    /// Stock taken at dates.
    Snapshot(ColumnIx),
}

#[derive(Clone, Debug)]
pub struct Column {
    pub name: String,
    pub label: super::Label,
    pub span: Span,
    pub ty: ColumnType,
    pub optional: bool,
    /// The headers it may have in a file; never empty (its own name, where none is declared).
    pub headers: Vec<String>,
    /// For dates: `DD/MM/YYYY`, where a file's dates would be ambiguous.
    pub format: Option<String>,
    /// For numbers: the signs that are declared for it, its data set or all files.
    pub numbers: Option<NumberSigns>,
    /// What is declared to stand for a blank cell, for the column, its data set or all files.
    pub blank: Vec<String>,
    /// In base units.
    pub limits: Option<(Number, Number)>,
    /// The formula of a column that no file holds.
    pub derived: Option<Expr>,
}

/// With which signs numbers are written in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberSigns {
    /// `.` or `,`
    pub decimal: char,
    /// Between groups of digits, where they are told apart.
    pub group: Option<char>,
    /// Groups of two digits in front of the last three: 12,34,567.
    pub indian: bool,
    /// As it is declared.
    pub example: String,
}

/// Where the values of a column come from.
#[derive(Clone, Copy, Debug)]
pub enum Origin<'c> {
    /// Each row has a cell.
    Cells,
    /// A link by several columns, which have the cells or are computed.
    Parts(&'c [ColumnIx]),
    /// They are computed from other columns; no file holds them.
    Formula(&'c Expr),
}

impl Column {
    /// Whoever reads columns must say what becomes of those without a cell.
    pub fn origin(&self) -> Origin<'_> {
        match (&self.derived, &self.ty) {
            (Some(formula), _) => Origin::Formula(formula),
            (None, ColumnType::Link { by, .. }) if !by.is_empty() => Origin::Parts(by),
            (None, _) => Origin::Cells,
        }
    }

    /// Whether its dates are declared to have the day between the year and the month.
    pub fn is_day_before_month(&self) -> bool {
        let format = self.format.as_deref().unwrap_or_default().to_ascii_uppercase();
        let (year, month, day) = (format.find('Y'), format.find('M'), format.find('D'));
        year < day && day < month
    }

    /// Whether each row has a cell.
    pub fn has_cells(&self) -> bool {
        matches!(self.origin(), Origin::Cells)
    }
}

#[derive(Clone, Debug)]
pub enum ColumnType {
    Text,
    Number {
        /// How the column's values are shown.
        unit: DisplayUnit,
        /// Base value = the cell's number × factor. `None` for a `%` column that does not say `in percent` or
        /// `in fraction`: then only cells with a percent sign can be read.
        cell_factor: Option<Number>,
    },
    Date,
    /// A month, quarter, half or year.
    Period,
    Flag,
    Choice(Vec<Choice>),
    /// A position's name or label.
    Position,
    /// The key of a row of another data set; `by` are this data set's columns that make a composite key
    /// (empty: the cell itself is the key).
    Link {
        data: DataId,
        by: Vec<ColumnIx>,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub name: String,
    /// How it may be written in a file, besides its name.
    pub texts: Vec<String>,
}

impl Choice {
    /// Whether a cell with this text stands for it.
    pub fn is_written(&self, text: &str) -> bool {
        self.texts.iter().chain([&self.name]).any(|own| folded(own) == folded(text))
    }
}

/// How rows are tied to those evaluated and to the organisation.
#[derive(Clone, Debug, Default)]
pub struct Belongs {
    /// For each roster: the links to follow to its row, or why there is no telling. Empty: a row of the roster itself.
    pub own: Vec<(DataId, Route)>,
    pub team: Route,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Route {
    /// Link columns to follow, one after the other. Empty: the row itself.
    Links(Vec<ColumnIx>),
    /// No chain of links leads there.
    #[default]
    None,
    /// Two chains of the same length; `belongs to` must say which: the data set where they part, and its columns.
    Ambiguous(DataId, ColumnIx, ColumnIx),
}

//! What options offer a choice of: forms of what is shown, colours, engines.

use clap::ValueEnum;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::audit::Kind;
use crate::report::csv::cell::Style;
use crate::warehouse::Dialect;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FindingsForm {
    /// For people: the lines of the specs with their mistakes and the mends
    Human,
    /// A line for each finding
    Short,
    /// For programs: docs/check.schema.json
    Json,
    /// SARIF 2.1.0, for code hosts and editors
    Sarif,
    /// Annotations of GitHub Actions
    Github,
    /// JUnit XML, for build servers
    Junit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// For people, on a terminal
    Table,
    /// For programs: every number exact
    Json,
    /// For spreadsheets: a row for each KPI, output and person
    Csv,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum WhyForm {
    /// For people
    Text,
    /// For programs, complete: docs/why.schema.json
    Json,
    /// The rows behind the numbers, for spreadsheets
    Csv,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CsvStyle {
    /// Any: `,` between cells and `.` before decimals
    Plain,
    /// Excel set to a country that writes 1.5: the same with a byte order mark
    Excel,
    /// Excel set to a country that writes 1,5: with a byte order mark and `;` between cells
    ExcelComma,
}

impl CsvStyle {
    pub fn style(self) -> Style {
        match self {
            CsvStyle::Plain => Style::Plain,
            CsvStyle::Excel => Style::Excel,
            CsvStyle::ExcelComma => Style::ExcelComma,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CsvRows {
    /// Each KPI, output and person
    All,
    /// Each person, with a column for each output
    People,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ClosingForm {
    /// For people
    Text,
    /// For programs
    Json,
}

/// The rules by which a closed period is evaluated once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Rules {
    /// Those that were closed with it
    Own,
    /// Today's
    Now,
}

/// Data files that are kept beside a closing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Keep {
    /// None
    None,
    /// Those of up to 16 MB
    Small,
    /// All
    All,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DataForm {
    /// For people, on a terminal
    Table,
    /// For programs: docs/data.schema.json
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DiffForm {
    /// For people, on a terminal
    Text,
    /// For programs: docs/diff.schema.json
    Json,
    /// For people, in a pull request
    Markdown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PlanForm {
    /// For people
    Text,
    /// For programs: docs/plan.schema.json
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum GoalForm {
    /// For people
    Text,
    /// For programs: docs/goal.schema.json
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AuditForm {
    /// For people
    Text,
    /// For programs: docs/audit.schema.json
    Json,
}

/// Reads the name of a kind of finding.
pub fn kinds() -> impl TypedValueParser<Value = Kind> {
    let named = |word: String| Kind::ALL.iter().copied().find(|kind| kind.name() == word);
    PossibleValuesParser::new(Kind::ALL.iter().map(|kind| kind.name()))
        .try_map(move |word| named(word).ok_or("no kind of finding is called so"))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SqlForm {
    /// A script for the engine's own command line
    Sql,
    /// For programs, statement by statement: docs/sql.schema.json
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FmtForm {
    /// For people: a line for each file that changes
    Human,
    /// For programs: docs/fmt.schema.json
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TestForm {
    /// For people, on a terminal
    Human,
    /// For programs: every value exact
    Json,
    /// For build servers
    Junit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    Always,
    Never,
}

/// Reads the word of an engine.
pub fn dialects() -> impl TypedValueParser<Value = Dialect> {
    let named = |word: String| Dialect::ALL.iter().copied().find(|dialect| dialect.word() == word);
    PossibleValuesParser::new(Dialect::ALL.iter().map(|dialect| dialect.word()))
        .try_map(move |word| named(word).ok_or("no engine is called so"))
}

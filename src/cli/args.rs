//! What the program can be told on the command line.

mod audit;
mod close;
mod diff;
mod goal;
mod shared;
mod why;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub use self::audit::AuditArgs;
pub use self::close::{CloseArgs, RestateArgs, VerifyArgs};
pub use self::diff::DiffArgs;
pub use self::goal::GoalArgs;
use self::shared::threads;
pub use self::shared::{CacheArgs, ColorArgs, LinkArgs, ReadArgs, SpecArgs};
pub use self::why::WhyArgs;
use super::address::Engine;
use super::choices::{CsvRows, CsvStyle, DataForm, FindingsForm, FmtForm, Form, PlanForm, SqlForm, TestForm, dialects};
use super::periods::{Periods, periods_of, read_day, read_period, read_periods};
use super::running::RunningArgs;
use super::suppose::SupposeArgs;
use crate::time::{Day, PeriodName};
use crate::warehouse::Dialect;

#[derive(Debug, Parser)]
#[command(
    name = "merit",
    version = crate::provenance::program(),
    about = "Job specs as plain text: checked like a program, evaluated exactly against your data.",
    max_term_width = 80,
    after_help = "\
Examples:
  merit check specs/insurance
      look for mistakes in the specs
  merit eval specs/insurance --period 2026-Q3
      everyone's scores and ratings
  merit eval specs/insurance --period 2026-Q3 --person S1056
      one person's scorecard in full
  merit test specs/insurance
      the specs' own tests
  merit fmt specs/insurance
      write the specs in the one style

`merit help COMMAND` tells more about a command."
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Check(CheckArgs),
    Explain(ExplainArgs),
    Data(DataArgs),
    Eval(Box<EvalArgs>),
    Why(Box<WhyArgs>),
    Diff(Box<DiffArgs>),
    Goal(Box<GoalArgs>),
    Audit(Box<AuditArgs>),
    Close(Box<CloseArgs>),
    Verify(Box<VerifyArgs>),
    Restate(Box<RestateArgs>),
    Plan(PlanArgs),
    Sql(SqlArgs),
    Test(TestArgs),
    Fmt(FmtArgs),
}

/// Look for mistakes in the specs, without reading any data.
///
/// Every mistake is shown with its place, what is wrong and what to write instead. The exit code is 0 when there are
/// none (warnings do not count), 1 when there are, 2 when the specs could not be read. `merit explain` tells what a
/// finding's code means.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  merit check
      the specs in this folder and below
  merit check specs/insurance/positions/lecturer.merit
      the project of a file, with what concerns the file first
  merit check --format sarif > merit.sarif
      for a code host
  merit check --deny warnings --allow unused
      warnings count as errors, but for one code
  merit check --alignment=lecturer
      the working time of a position against its weights")]
pub struct CheckArgs {
    #[command(flatten)]
    pub specs: SpecArgs,

    /// The form of the findings
    #[arg(long, value_enum, default_value_t = FindingsForm::Human, help_heading = "How it is shown")]
    pub format: FindingsForm,

    /// Show what people spend their time on against what they are scored by, for all positions or one
    #[arg(
        long, value_name = "POSITION", num_args = 0..=1, require_equals = true, help_heading = "How it is shown"
    )]
    pub alignment: Option<Option<String>>,

    /// Leave out findings with this code, as far as the specs can be used all the same
    #[arg(long, value_name = "CODE", value_delimiter = ',', help_heading = "How serious it is")]
    pub allow: Vec<String>,

    /// Show findings with this code as warnings, as far as the specs can be used all the same
    #[arg(long, value_name = "CODE", value_delimiter = ',', help_heading = "How serious it is")]
    pub warn: Vec<String>,

    /// Count findings with this code as errors; `warnings` stands for all of them
    #[arg(long, value_name = "CODE", value_delimiter = ',', help_heading = "How serious it is")]
    pub deny: Vec<String>,

    #[command(flatten)]
    pub color: ColorArgs,
}

/// Tell what a finding's code means, with a wrong and a right example.
///
/// Without a code, all codes are listed.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  merit explain
      all codes
  merit explain unit-mismatch
      one code, with a wrong and a right example")]
pub struct ExplainArgs {
    /// The code of a finding, as it stands above it
    #[arg(value_name = "CODE")]
    pub code: Option<String>,
}

/// Check all data files against their declarations, and tell what they hold.
///
/// Every column of every data set is read, whether or not a formula uses it: rows, days covered and months without a
/// row, blanks, repairs, ranges, totals to compare with other systems. The exit code is 0 when all is well, 1 when the
/// specs or the files have errors, 2 when the program could not do its work.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  merit data specs/insurance
      what the files hold
  merit data specs/insurance --data exports/july
      what those of another folder hold: needs the folder
  merit data specs/insurance --strict
      what would have to be repaired is an error: ends with 1 here
  merit data specs/insurance --format json > profile.json
      for programs")]
pub struct DataArgs {
    #[command(flatten)]
    pub specs: SpecArgs,

    /// The folder of the data files [default: the folder `data` beside the specs]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,

    #[command(flatten)]
    pub links: LinkArgs,

    /// The form of the profile
    #[arg(long, value_enum, default_value_t = DataForm::Table, help_heading = "How it is shown")]
    pub format: DataForm,

    #[command(flatten)]
    pub color: ColorArgs,

    /// Refuse files that have to be repaired while they are read (thousands separators, odd dates …)
    #[arg(long, help_heading = "How the data is read")]
    pub strict: bool,

    /// How many threads to use [default: one for each core]
    #[arg(long, value_name = "N", value_parser = threads, help_heading = "How the data is read")]
    pub threads: Option<u16>,
}

/// Compute the scorecards of a period, or of several, from the data files.
///
/// Scores are exact, and the same files always give the same results. Nothing is written when the specs or the data
/// have errors: these are shown instead, and the exit code is 1. It is 0 when all went well, and 2 when the
/// program could not do its work.
#[derive(Debug, Args)]
#[command(
    override_usage = "merit eval [OPTIONS] --period <PERIOD> [PATH]...\n       merit eval [OPTIONS] --periods <FROM..TO> [PATH]...",
    after_help = "\
Examples:
  merit eval specs/insurance --period 2026-Q3
      everyone, by position, the best first
  merit eval specs/insurance --period 2026-Q3 --person S1056 --lang zh
      one person's scorecard, by key or name, with the Chinese labels
  merit eval specs/insurance --period 2026-Q3 --team 8610 --format csv
      a team with all below it, for a spreadsheet
  merit eval specs/insurance --period 2026-Q3 --output q3.csv --csv excel
      a file for Excel
  merit eval specs/insurance --period 2026-Q3 --rows people
      one row for each person, with what is paid
  merit eval specs/insurance --periods 2025-Q4..2026-Q3
      four quarters side by side, with the change
  merit eval specs/insurance --period 2026-Q3 --set 'prizes_won of S1056 = 1'
      what would change, for whom: results that are none
  merit eval specs/insurance --period 2026-Q3 --as-of 2026-09-15 --project pace
      where the quarter is heading, as a range: an estimate
  merit eval specs/insurance --period 2026-Q3 --as-known 2026-11-30
      as it was closed by then: needs a closing
  merit eval specs/insurance --period 2026-07 --allow-empty
      one month, although there were no examinations in it
  merit eval specs/insurance --period 2026-Q3 --data exports/july
      the files of another folder: needs the folder"
)]
pub struct EvalArgs {
    #[command(flatten)]
    pub specs: SpecArgs,

    /// The period to evaluate: a year, half, quarter or month (2026, 2026-H1, 2026-Q3, 2026-07)
    #[arg(long, value_name = "PERIOD", value_parser = read_period, required_unless_present = "periods")]
    pub period: Option<PeriodName>,

    /// All periods between two of one kind, in one pass over the files (2025-Q1..2026-Q3)
    #[arg(long, value_name = "FROM..TO", value_parser = read_periods, conflicts_with_all = ["period", "set", "replace", "add", "as_of"])]
    pub periods: Option<Periods>,

    /// The closing of the period that held on this day, without evaluating anything (2026-11-30)
    #[arg(
        long,
        value_name = "DATE",
        value_parser = read_day,
        conflicts_with_all = ["periods", "set", "replace", "add", "as_of", "engine", "measures", "position", "team", "output", "data"]
    )]
    pub as_known: Option<Day>,

    #[command(flatten)]
    pub read: ReadArgs,

    #[command(flatten)]
    pub running: RunningArgs,

    #[command(flatten)]
    pub suppose: SupposeArgs,

    #[command(flatten)]
    pub beside: EngineArgs,

    /// Only this person, by key or name: the scorecard in full
    #[arg(long, value_name = "ID", help_heading = "Who is shown")]
    pub person: Option<String>,

    /// Only people in this position, by its name or label
    #[arg(long, value_name = "POSITION", help_heading = "Who is shown")]
    pub position: Option<String>,

    /// Only this team and all teams below it, by key or name
    #[arg(long, value_name = "TEAM", help_heading = "Who is shown")]
    pub team: Option<String>,

    /// The form of the report [default: that of the name of `--output`, else table]
    #[arg(long, value_enum, help_heading = "How it is shown")]
    pub format: Option<Form>,

    /// The program that is to open a CSV report
    #[arg(long, value_enum, value_name = "PROGRAM", help_heading = "How it is shown")]
    pub csv: Option<CsvStyle>,

    /// What the rows of a CSV report are
    #[arg(long, value_enum, value_name = "WHAT", help_heading = "How it is shown")]
    pub rows: Option<CsvRows>,

    /// Full scorecards of everyone shown, instead of one line each
    #[arg(long, help_heading = "How it is shown")]
    pub cards: bool,

    /// The language of the labels, as the specs have them (en, zh …)
    #[arg(long, value_name = "LANGUAGE", help_heading = "How it is shown")]
    pub lang: Option<String>,

    /// Write the report to this file, in the form that its name ends in: `.csv`, `.json`, or `.txt` for the table
    #[arg(long, value_name = "FILE", help_heading = "How it is shown")]
    pub output: Option<PathBuf>,

    /// Replace the file even where it is no report of this program; specs and files of data are never replaced
    #[arg(long, requires = "output", help_heading = "How it is shown")]
    pub force: bool,

    /// Tell the SHA-256 of each data file, too; all are read once more for that
    #[arg(long, help_heading = "How it is shown")]
    pub hash_data: bool,

    #[command(flatten)]
    pub color: ColorArgs,
}

/// Tell in words what an evaluation reads and computes, without doing it.
///
/// For each data set: its files, the columns read and those left out, and the aggregates computed from its rows: by
/// which groups, over which time, and for which KPIs. Aggregates that several KPIs share stand once, as they are
/// computed once.
#[derive(Debug, Args)]
#[command(
    override_usage = "merit plan [OPTIONS] --period <PERIOD> [PATH]...",
    after_help = "\
Examples:
  merit plan specs/insurance --period 2026-Q3
      all that one pass does
  merit plan specs/insurance --period 2026-Q3 --kpi premium_growth
      what one KPI needs, and with which others it shares that"
)]
pub struct PlanArgs {
    #[command(flatten)]
    pub specs: SpecArgs,

    /// The period to plan: a year, half, quarter or month (2026, 2026-H1, 2026-Q3, 2026-07)
    #[arg(long, value_name = "PERIOD", value_parser = read_period)]
    pub period: PeriodName,

    /// Only what this KPI needs
    #[arg(long, value_name = "NAME")]
    pub kpi: Option<String>,

    /// The folder of the data files [default: the folder `data` beside the specs]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,

    #[command(flatten)]
    pub links: LinkArgs,

    /// The form of the plan
    #[arg(long, value_enum, default_value_t = PlanForm::Text, help_heading = "How it is shown")]
    pub format: PlanForm,

    #[command(flatten)]
    pub color: ColorArgs,
}

/// Print what an engine would have to compute, as SQL: for large tables that stay in a database or a cluster.
///
/// The statements check the rows of these tables and add them up, exactly, by person and post, by team and by run of
/// months; small tables of the data folder go with them. Their results, CSV or Parquet, are what `merit eval
/// --measures` takes for the rest. What an engine cannot compute exactly is refused. `merit eval --engine` does both in one go.
#[derive(Debug, Args)]
#[command(
    override_usage = "merit sql [OPTIONS] --dialect <DIALECT> --period <PERIOD> [PATH]...",
    after_help = "\
Examples:
  merit sql specs/insurance --period 2026-Q3 --dialect spark --tables all
      all data sets that can be tables of a cluster; all others are files
  spark-sql -f q3.sql
      leaves results behind: needs Spark, these tables, and the statements in q3.sql
  merit eval specs/insurance --period 2026-Q3 --measures results
      everyone's scores: needs those results in a folder"
)]
pub struct SqlArgs {
    #[command(flatten)]
    pub specs: SpecArgs,

    /// The engine that the statements are for
    #[arg(long, value_parser = dialects())]
    pub dialect: Dialect,

    /// The period to evaluate: a year, half, quarter or month (2026, 2026-H1, 2026-Q3, 2026-07)
    #[arg(long, value_name = "PERIOD", value_parser = read_period, required_unless_present = "periods")]
    pub period: Option<PeriodName>,

    /// All periods between two of one kind (2025-Q1..2026-Q3)
    #[arg(long, value_name = "FROM..TO", value_parser = read_periods, conflicts_with = "period")]
    pub periods: Option<Periods>,

    /// The folder of the data files [default: the folder `data` beside the specs]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,

    #[command(flatten)]
    pub links: LinkArgs,

    #[command(flatten)]
    pub tables: TableArgs,

    /// The form of the statements
    #[arg(long, value_enum, default_value_t = SqlForm::Sql, help_heading = "How it is shown")]
    pub format: SqlForm,

    #[command(flatten)]
    pub color: ColorArgs,
}

impl SqlArgs {
    /// The periods asked for.
    pub fn periods(&self) -> Vec<PeriodName> {
        periods_of(self.period, self.periods.as_ref())
    }
}

/// Answers that come from elsewhere than files.
#[derive(Debug, Args)]
pub struct EngineArgs {
    /// Results of the statements that `merit sql` prints: files of CSV or Parquet, patterns, or folders of such files as
    /// a cluster leaves them behind
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with = "engine", help_heading = "Tables of an engine")]
    pub measures: Vec<PathBuf>,

    #[arg(
        long,
        value_name = "URL",
        value_parser = Engine::parse,
        help = format!("The engine that holds large tables: {}", Dialect::addresses_of_all()),
        help_heading = "Tables of an engine"
    )]
    pub engine: Option<Engine>,

    #[command(flatten)]
    pub tables: TableArgs,
}

#[derive(Debug, Args)]
pub struct TableArgs {
    /// The data sets that are tables of the engine, with the table's name where it has another: `policies=dw.policies`,
    /// or a file or folder of Parquet: `policies=/lake/policies`; `all` that can be, `all=dw` and `all=/lake` those of a
    /// schema or folder [default: those without a file in the data folder]
    #[arg(long, value_name = "DATA", value_delimiter = ',', help_heading = "Tables of an engine")]
    pub tables: Vec<String>,

    /// Decimal places that numbers of the engine's tables may have [default: 6]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=12), help_heading = "Tables of an engine")]
    pub decimals: Option<u32>,
}

/// Write the specs in the one style: indentation, aligned tables, long formulas broken into lines.
///
/// What the specs say does not change, and every comment stays; each result is read again to make sure. A file with
/// mistakes is left as it is. The exit code is 0 when all went well, 1 when a file has mistakes (or, with `--check` or
/// `--diff`, when one would change), 2 when the program could not do its work.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  merit fmt
      the specs in this folder and below
  merit fmt specs --check
      only tell which files would change
  merit fmt specs --diff
      show what would change, and write nothing
  merit fmt specs --check --format json
      the same for programs
  merit fmt - < specs/insurance/company.merit
      one text, from standard input to standard output")]
pub struct FmtArgs {
    /// Folders of `.merit` files, or single files; `-` is standard input
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,

    /// Write nothing; list the files that would change
    #[arg(long)]
    pub check: bool,

    /// Write nothing; show what would change, line by line
    #[arg(long)]
    pub diff: bool,

    /// The form of what is told
    #[arg(long, value_enum, default_value_t = FmtForm::Human, help_heading = "How it is shown")]
    pub format: FmtForm,

    #[command(flatten)]
    pub color: ColorArgs,
}

/// Run the tests that stand in the specs: small tables, and what is expected of them.
///
/// A test touches no files. Where a value is not the expected one, both are shown with the formula and the values of
/// its parts. The exit code is 0 when all tests pass, 1 when one fails or the specs have errors, 2 when the
/// program could not do its work or finds no test. What no test reaches changes nothing about it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  merit test specs/insurance
      all tests
  merit test specs/insurance --filter newcomer
      those with `newcomer` in their name
  merit test specs/insurance --coverage
      and what no test reaches
  merit test specs/insurance --format junit > tests.xml
      for a server that runs them")]
pub struct TestArgs {
    #[command(flatten)]
    pub specs: SpecArgs,

    /// Only tests with this text in their name
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,

    /// Show which KPIs, pieces of scales, branches of `if`, grades, vetoes and bonuses no test reaches
    #[arg(long)]
    pub coverage: bool,

    /// The form of the outcomes
    #[arg(long, value_enum, default_value_t = TestForm::Human)]
    pub format: TestForm,

    #[command(flatten)]
    pub color: ColorArgs,
}

impl EvalArgs {
    /// What is evaluated: one of the two options is there.
    pub fn periods(&self) -> Vec<PeriodName> {
        periods_of(self.period, self.periods.as_ref())
    }
}

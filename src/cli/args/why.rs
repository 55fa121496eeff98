//! What `merit why` can be told.

use std::path::PathBuf;

use clap::Args;

use super::{ColorArgs, ReadArgs};
use crate::cli::choices::{CsvStyle, WhyForm};
use crate::cli::periods::{read_day, read_period};
use crate::cli::suppose::SupposeArgs;
use crate::time::{Day, PeriodName};

/// Tell why somebody's score, grade or bonus is what it is: from the grade down to the rows of the data.
///
/// Each formula is shown with its values put in, each rule with its file and line, and at the end the rows that were
/// counted, and how many were not and why. Everything adds up by its own printed numbers.
#[derive(Debug, Args)]
#[command(
    override_usage = "merit why [OPTIONS] --period <PERIOD> --person <ID> [PATH] [WHAT]",
    after_help = "\
Examples:
  merit why specs/insurance --period 2026-Q3 --person S1056
      everything about one person
  merit why specs/insurance --period 2026-Q3 --person S1056 rating
      only the grade
  merit why specs/insurance --period 2026-Q3 --person S1056 personal_share
      one KPI; `--rows all` lists all rows behind it
  merit why specs/insurance --period 2026-Q3 --person S1056 --against previous
      what made the score differ from that of the quarter before
  merit why specs/insurance --period 2026-Q3 --person S1056 --format json
      complete, for programs: docs/why.schema.json"
)]
pub struct WhyArgs {
    /// A folder of `.merit` files, or a file of the project [default: the folder you are in]
    #[arg(value_name = "PATH")]
    pub path: Option<PathBuf>,

    /// Only this: a KPI, an entry, a group or an output, by its name or label; `score`, `rating`
    #[arg(value_name = "WHAT")]
    pub what: Option<String>,

    /// The period: a year, half, quarter or month (2026, 2026-H1, 2026-Q3, 2026-07)
    #[arg(long, value_name = "PERIOD", value_parser = read_period)]
    pub period: PeriodName,

    /// Whose result, by key or name
    #[arg(long, value_name = "ID")]
    pub person: String,

    /// What makes the score differ: from `previous` or another period, from somebody else's, or from what a grade takes
    #[arg(long, value_name = "WHAT")]
    pub against: Option<String>,

    /// As it stands on this day of the period: rows dated later are not known yet (2026-08-15)
    #[arg(long, value_name = "DAY", value_parser = read_day, help_heading = "A period that is running")]
    pub as_of: Option<Day>,

    #[command(flatten)]
    pub suppose: SupposeArgs,

    /// How many rows are listed behind each number, or `all` [default: 5; all for programs]
    #[arg(long, value_name = "N", value_parser = rows_listed, help_heading = "How it is shown")]
    pub rows: Option<RowsListed>,

    /// The program that is to open the rows as CSV
    #[arg(long, value_enum, value_name = "PROGRAM", help_heading = "How it is shown")]
    pub csv: Option<CsvStyle>,

    /// The form of the explanation
    #[arg(long, value_enum, default_value_t = WhyForm::Text, help_heading = "How it is shown")]
    pub format: WhyForm,

    /// The language of the labels, as the specs have them (en, zh …)
    #[arg(long, value_name = "LANGUAGE", help_heading = "How it is shown")]
    pub lang: Option<String>,

    #[command(flatten)]
    pub color: ColorArgs,

    #[command(flatten)]
    pub read: ReadArgs,
}

/// How many rows are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowsListed(pub usize);

fn rows_listed(text: &str) -> Result<RowsListed, String> {
    match text {
        "all" => Ok(RowsListed(usize::MAX)),
        _ => text.parse().map(RowsListed).map_err(|_| "write a number, or `all`".to_string()),
    }
}

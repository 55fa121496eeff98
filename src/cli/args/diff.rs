//! What `merit diff` can be told.

use std::path::PathBuf;

use clap::Args;

use super::{ColorArgs, ReadArgs};
use crate::cli::choices::DiffForm;
use crate::cli::periods::read_period;
use crate::time::PeriodName;

/// Tell what a change of the specs means: which numbers can change, whose, and by how much.
///
/// Both projects are checked, and held against each other by what they mean: formatting, comments and other names for the
/// same are no change. Each change is proved to be without effect on any number, or told with the positions whose numbers
/// can change. With `--period` both are evaluated over the same data, too: who gains and loses, who gets another grade,
/// what it costs. The exit code is 0 when both could be compared, 1 when the specs or the data have errors, 2 when the
/// program could not do its work.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  merit diff HEAD~1
      what the files here mean other than they did a commit ago: needs a repository
  merit diff main HEAD --specs specs/insurance
      two revisions of the specs in a folder: needs a repository
  merit diff specs/insurance drafts/2027
      two folders: needs the second
  merit diff main --specs specs/insurance --period 2026-Q3
      and what comes out for everyone: needs a repository
  merit diff main --specs specs/insurance --format markdown
      for a pull request: needs a repository")]
pub struct DiffArgs {
    /// What was: a folder or file of specs, or a revision of a git repository (main, HEAD~1, v2.0)
    #[arg(value_name = "OLD")]
    pub old: String,

    /// What is: the same [default: the files as they are]
    #[arg(value_name = "NEW")]
    pub new: Option<String>,

    /// Where the specs of revisions lie, as paths of the working tree [default: the folder on the other side, else that in
    /// which you are]
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub specs: Vec<PathBuf>,

    /// Evaluate both for this period, too: a year, half, quarter or month (2026, 2026-H1, 2026-Q3, 2026-07)
    #[arg(long, value_name = "PERIOD", value_parser = read_period)]
    pub period: Option<PeriodName>,

    #[command(flatten)]
    pub read: ReadArgs,

    /// The form of what is told
    #[arg(long, value_enum, default_value_t = DiffForm::Text, help_heading = "How it is shown")]
    pub format: DiffForm,

    #[command(flatten)]
    pub color: ColorArgs,
}

//! What the commands on closings can be told.

use std::path::PathBuf;

use clap::Args;

use super::{ColorArgs, EngineArgs, ReadArgs, SpecArgs};
use crate::cli::choices::{ClosingForm, Keep, Rules};
use crate::cli::periods::{Periods, read_day, read_period, read_periods};
use crate::time::{Day, PeriodName};

/// Close a period that is over: evaluate it once more, and keep its results so that they stay what they are.
///
/// A closing is a file in the folder `closed` beside the specs. It holds everybody's results, the specs word for word, the
/// SHA-256 of every data file, and that of the closing before it; `merit verify` finds any byte of it that is changed
/// later. A closed period is not closed again: `merit restate` adds what is learnt later. The exit code is 0 when the
/// period is closed, 1 when something stands in the way, 2 when the program could not do its work.
#[derive(Debug, Args)]
#[command(
    override_usage = "merit close [OPTIONS] --period <PERIOD> --by <NAME> [PATH]...",
    after_help = "\
Examples:
  merit close specs/insurance --period 2026-Q3 --by \"Wang Fang\"
      the quarter, as of today
  merit close specs/insurance --period 2026-Q2 --by \"Wang Fang\" --on 2026-07-09
      closed some time ago: needs a chain without later closings
  merit close --period 2026-Q4 --by \"Wang Fang\" --sign ~/.ssh/id_ed25519
      signed with a key of SSH: needs the key"
)]
pub struct CloseArgs {
    #[command(flatten)]
    pub specs: SpecArgs,

    /// The period to close: a year, half, quarter or month (2026, 2026-H1, 2026-Q3, 2026-07)
    #[arg(long, value_name = "PERIOD", value_parser = read_period)]
    pub period: PeriodName,

    /// Who closes it
    #[arg(long, value_name = "NAME", value_parser = name)]
    pub by: String,

    /// The day on which it is closed [default: today, in UTC]
    #[arg(long, value_name = "DATE", value_parser = read_day)]
    pub on: Option<Day>,

    /// Sign the closing with this key of SSH, by `ssh-keygen`
    #[arg(long, value_name = "KEYFILE")]
    pub sign: Option<PathBuf>,

    /// Which data files are kept beside the closing, so that it can be evaluated again when they have changed
    #[arg(long, value_enum, value_name = "FILES", default_value_t = Keep::Small)]
    pub keep: Keep,

    #[command(flatten)]
    pub read: ReadArgs,

    #[command(flatten)]
    pub beside: EngineArgs,

    #[command(flatten)]
    pub color: ColorArgs,
}

/// A name, or a few words.
pub(super) fn name(text: &str) -> Result<String, String> {
    const MOST: usize = 200;
    words(text, MOST)
}

/// Words on one line.
pub(super) fn words(text: &str, most: usize) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("write a name".to_string());
    }
    if text.chars().any(char::is_control) {
        return Err("write it on one line".to_string());
    }
    match text.chars().count() > most {
        true => Err(format!("write no more than {most} letters")),
        false => Ok(text.to_string()),
    }
}

/// Tell whether closings are as they were, and whether they come out again.
///
/// Every byte of every closing is looked at: what was changed since is named. Then each closing is evaluated once more,
/// with its own specs and the data files as they were, from the data folder or from those that were kept. The exit code is 0
/// when nothing has changed, 1 when something has, 2 when the program could not do its work. Data files that are others
/// now are told, and are no fault: what they change is told by `merit restate`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  merit verify specs/insurance
      all closings: needs some
  merit verify specs/insurance --chain-only
      without evaluating any: needs some
  merit verify specs/insurance --head \"$(cat head.txt)\"
      nothing was cut off either: needs the head that somebody has kept
  merit verify specs/insurance --signers allowed_signers
      and who signed each: needs signatures")]
pub struct VerifyArgs {
    #[command(flatten)]
    pub specs: SpecArgs,

    /// The head of the chain as it was when you noted it: a closing must have it
    #[arg(long, value_name = "SHA256", value_parser = sha256)]
    pub head: Option<String>,

    /// Who may sign: a file as `ssh-keygen` takes it (`allowed_signers`); each closing must be signed by one of them
    #[arg(long, value_name = "FILE")]
    pub signers: Option<PathBuf>,

    /// Only look at the chain, and evaluate nothing
    #[arg(long)]
    pub chain_only: bool,

    #[command(flatten)]
    pub read: ReadArgs,

    /// The form of what is told
    #[arg(long, value_enum, default_value_t = ClosingForm::Text, help_heading = "How it is shown")]
    pub format: ClosingForm,

    #[command(flatten)]
    pub color: ColorArgs,
}

/// The beginning of a hash is not enough: others may begin so.
fn sha256(text: &str) -> Result<String, String> {
    let hash = text.trim().to_lowercase();
    match hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        true => Ok(hash),
        false => Err("a head has 64 digits, 0 to 9 and a to f".to_string()),
    }
}

/// Tell what today's data makes of closed periods: who differs, by how much, and why.
///
/// Each closed period is evaluated with the files that are there now, by the rules that were closed with it or by today's.
/// What differs is divided among files of data, rosters, rulings and rules, each taken from the closing and from today. What
/// was paid stays as it was closed: `--write` adds what comes out now to the chain, as the next version of the period, and
/// to the table `closed/restatements.csv`, which specs can read. The exit code is 0 when the periods could be evaluated,
/// whether or not somebody differs, 1 when something stands in the way, 2 when the program could not do its work.
#[derive(Debug, Args)]
#[command(
    override_usage = "merit restate [OPTIONS] --periods <FROM..TO> [PATH]...",
    after_help = "\
Examples:
  merit restate specs/insurance --periods 2026-Q1..2026-Q3
      what has changed since: needs closings
  merit restate --periods 2026-Q2 --rules now
      by today's rules: needs closings
  merit restate --periods 2026-Q2 --write --reason \"late rows\" --by \"Wang Fang\"
      added to the chain: needs closings"
)]
pub struct RestateArgs {
    #[command(flatten)]
    pub specs: SpecArgs,

    /// The closed period, or all those between two of one kind (2026-Q1..2026-Q3)
    #[arg(long, value_name = "FROM..TO", value_parser = one_or_more)]
    pub periods: Periods,

    /// By which rules they are evaluated
    #[arg(long, value_enum, value_name = "RULES", default_value_t = Rules::Own)]
    pub rules: Rules,

    /// Add what comes out to the chain, as the next version of each period in which somebody differs
    #[arg(long, requires_all = ["reason", "by"])]
    pub write: bool,

    /// Why it is restated
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    pub reason: Option<String>,

    /// Who restates it
    #[arg(long, value_name = "NAME", value_parser = name)]
    pub by: Option<String>,

    /// The day on which it is restated [default: today, in UTC]
    #[arg(long, value_name = "DATE", value_parser = read_day)]
    pub on: Option<Day>,

    /// Sign the closings with this key of SSH, by `ssh-keygen`
    #[arg(long, value_name = "KEYFILE", requires = "write")]
    pub sign: Option<PathBuf>,

    /// Which data files are kept beside the closings
    #[arg(long, value_enum, value_name = "FILES", default_value_t = Keep::Small)]
    pub keep: Keep,

    #[command(flatten)]
    pub read: ReadArgs,

    /// The form of what is told
    #[arg(long, value_enum, default_value_t = ClosingForm::Text, help_heading = "How it is shown")]
    pub format: ClosingForm,

    #[command(flatten)]
    pub color: ColorArgs,
}

fn one_or_more(text: &str) -> Result<Periods, String> {
    PeriodName::parse(text).map_or_else(|| read_periods(text), |period| Ok(Periods(vec![period])))
}

fn reason(text: &str) -> Result<String, String> {
    const MOST: usize = 2000;
    words(text, MOST)
}

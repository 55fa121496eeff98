//! What `merit goal` can be told.

use clap::Args;

use super::shared::{ColorArgs, ReadArgs, SpecArgs};
use crate::cli::choices::GoalForm;
use crate::cli::periods::read_period;
use crate::cli::suppose::SupposeArgs;
use crate::time::PeriodName;

/// Tell what it would take to reach a grade, a score or an output.
///
/// For each KPI alone: the nearest value with which the goal is reached, solved exactly on scales, caps, vetoes and groups; or
/// that none does, with the most that it can give. Then the smallest changes of several KPIs together, the same in terms of the
/// rows behind the KPIs, and what one more row does. Each answer is evaluated, and so is one smallest step less, which does not
/// do. Without `--person`, everyone is listed with the nearest way.
#[derive(Debug, Args)]
#[command(
    override_usage = "merit goal [OPTIONS] --period <PERIOD> --for <GOAL> [PATH]...",
    after_help = "\
Examples:
  merit goal specs/insurance --period 2026-Q3 --person S1350 --for A
      what an A would take
  merit goal specs/insurance --period 2026-Q3 --person S1350 --for 100
      what 100 points would take
  merit goal specs/insurance --period 2026-Q3 --for 'quarterly_bonus=8000 CNY'
      everyone, by what a bonus would take
  merit goal specs/insurance --period 2026-Q3 --for A --kpi prizes_won
      everyone, only by one KPI
  merit goal specs/insurance --period 2026-Q3 --position lecturer --for A
      everyone in a position, with the nearest way
  merit goal specs/insurance --period 2026-Q3 --for B --format json
      everyone, for programs: docs/goal.schema.json"
)]
pub struct GoalArgs {
    #[command(flatten)]
    pub specs: SpecArgs,

    /// The period: a year, half, quarter or month (2026, 2026-H1, 2026-Q3, 2026-07)
    #[arg(long, value_name = "PERIOD", value_parser = read_period)]
    pub period: PeriodName,

    /// What is to be reached, at least: a grade by name or label, a score, or an output with its amount, as in 'bonus = 500 CNY'
    #[arg(long = "for", value_name = "GOAL")]
    pub goal: String,

    /// So many days of the period are left: tell the pace that more rows take, beside the pace so far [with --person]
    #[arg(long, value_name = "DAYS")]
    pub within: Option<u32>,

    #[command(flatten)]
    pub suppose: SupposeArgs,

    /// Only by these KPIs, by name or label
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub kpi: Vec<String>,

    /// For whom, by key or name [default: everyone, with the nearest way]
    #[arg(long, value_name = "ID", help_heading = "Who is shown")]
    pub person: Option<String>,

    /// Only people in this position, by its name or label
    #[arg(long, value_name = "POSITION", help_heading = "Who is shown")]
    pub position: Option<String>,

    /// Only this team and all teams below it, by key or name
    #[arg(long, value_name = "TEAM", help_heading = "Who is shown")]
    pub team: Option<String>,

    /// The form of the answers
    #[arg(long, value_enum, default_value_t = GoalForm::Text, help_heading = "How it is shown")]
    pub format: GoalForm,

    /// The language of the labels, as the specs have them (en, zh …)
    #[arg(long, value_name = "LANGUAGE", help_heading = "How it is shown")]
    pub lang: Option<String>,

    #[command(flatten)]
    pub color: ColorArgs,

    #[command(flatten)]
    pub read: ReadArgs,
}

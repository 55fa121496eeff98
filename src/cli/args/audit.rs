//! What `merit audit` can be told.

use clap::Args;

use super::shared::{ColorArgs, ReadArgs, SpecArgs};
use crate::audit::Kind;
use crate::cli::choices::{AuditForm, kinds};
use crate::cli::periods::read_period;
use crate::number::Number;
use crate::time::PeriodName;

/// Look at everyone's results for what is wrong with the rules as they work out.
///
/// KPIs that do not tell people apart or move together, cliffs at which people stand, targets that everybody reaches or nobody,
/// weights against working time, teams that come out otherwise than chance would have it, groups too small to compare, rules that
/// people often rule against; and, with `--by`, gaps between groups within a position. Each finding has its figures, the clause
/// that makes it and what to look at. The exit code is 0 whatever is found, and 1 where `--deny` names it.
#[derive(Debug, Args)]
#[command(
    override_usage = "merit audit [OPTIONS] --period <PERIOD> [PATH]...",
    after_help = "\
Examples:
  merit audit specs/insurance --period 2026-Q3
      what is odd about the rules, by kind
  merit audit specs/insurance --period 2026-Q3 --by base_pay
      and gaps between groups, by a column of the roster
  merit audit specs/insurance --period 2026-Q3 --allow cliff,small-group
      without some kinds
  merit audit specs/insurance --period 2026-Q3 --position lecturer
      what is said of one position
  merit audit specs/insurance --period 2026-Q3 --format json
      for programs: docs/audit.schema.json"
)]
pub struct AuditArgs {
    #[command(flatten)]
    pub specs: SpecArgs,

    /// The period: a year, half, quarter or month (2026, 2026-H1, 2026-Q3, 2026-07)
    #[arg(long, value_name = "PERIOD", value_parser = read_period)]
    pub period: PeriodName,

    /// Compare people within a position by these columns of the roster: sex, age group, part time …
    #[arg(long, value_name = "COLUMN", value_delimiter = ',', help_heading = "What is compared")]
    pub by: Vec<String>,

    /// Show no group of fewer people, and none from which one would follow [default: 5]
    #[arg(long, value_name = "N", value_parser = several, requires = "by", help_heading = "What is compared")]
    pub at_least: Option<u16>,

    /// From which difference between two means on it is a gap, as a part of the higher one [default: 5%]
    #[arg(long, value_name = "PART", value_parser = part, requires = "by", help_heading = "What is compared")]
    pub gap: Option<Number>,

    /// From which part of all people at one score on an entry tells nobody apart [default: 90%]
    #[arg(long, value_name = "PART", value_parser = part, help_heading = "What is a finding")]
    pub same: Option<Number>,

    /// From which rank correlation on two KPIs move together [default: 0.9]
    #[arg(long, value_name = "PART", value_parser = part, help_heading = "What is a finding")]
    pub correlation: Option<Number>,

    /// Leave out findings of these kinds
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = kinds(), help_heading = "How serious it is")]
    pub allow: Vec<Kind>,

    /// Count findings of these kinds as errors, so that the exit code is 1
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = kinds(), help_heading = "How serious it is")]
    pub deny: Vec<Kind>,

    /// Only what is said of this position, by its name or label
    #[arg(long, value_name = "POSITION", help_heading = "What is shown")]
    pub position: Option<String>,

    /// The form of the findings
    #[arg(long, value_enum, default_value_t = AuditForm::Text, help_heading = "How it is shown")]
    pub format: AuditForm,

    /// The language of the labels, as the specs have them (en, zh …)
    #[arg(long, value_name = "LANGUAGE", help_heading = "How it is shown")]
    pub lang: Option<String>,

    #[command(flatten)]
    pub color: ColorArgs,

    #[command(flatten)]
    pub read: ReadArgs,
}

/// `5%`, `0.05`
fn part(text: &str) -> Result<Number, String> {
    let number = match text.strip_suffix('%') {
        Some(percent) => percent.parse().ok().and_then(|number: Number| number.div(&Number::from(100))),
        None => text.parse().ok(),
    };
    let fits = |number: &Number| number.is_positive() && *number <= Number::ONE;
    number.filter(fits).ok_or_else(|| "write a part of the whole, as in `5%` or `0.05`".to_string())
}

/// A number of people from 2 on.
fn several(text: &str) -> Result<u16, String> {
    let count = text.parse().ok().filter(|count| *count > 1);
    count.ok_or_else(|| "write a number from 2 on: of one person a mean is the person's own".to_string())
}

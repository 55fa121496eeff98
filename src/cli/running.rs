//! A period that is running, on the command line: what stands on a day of it, and where it is heading.

use clap::{Args, ValueEnum};

use super::exit::Failure;
use super::periods::read_day;
use crate::model::Model;
use crate::plan::running::{How, NotRunning, Running};
use crate::plural::counted;
use crate::time::{Day, PeriodName};

/// What is asked of a period that is running.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct RunningArgs {
    /// What stands on this day of the period: rows dated later are not known yet (2026-08-15)
    #[arg(
        long,
        value_name = "DAY",
        value_parser = read_day, conflicts_with = "measures",
        help_heading = "A period that is running"
    )]
    pub as_of: Option<Day>,

    /// Where the period is heading, as a range
    #[arg(long, value_enum, value_name = "HOW", requires = "as_of", help_heading = "A period that is running")]
    pub project: Option<Project>,
}

/// How the rest of a period goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Project {
    /// The rest goes as the months, or the weeks, that have gone by
    Pace,
    /// The rest goes as targets say, at the other end of the range on the mean of all days so far
    Plan,
}

/// As the command line has it.
pub fn word(project: Project) -> String {
    project.to_possible_value().map(|value| value.get_name().to_string()).unwrap_or_default()
}

impl RunningArgs {
    fn how(&self) -> Option<How> {
        self.project.map(|project| match project {
            Project::Pace => How::Pace,
            Project::Plan => How::Planned,
        })
    }

    /// The period on the day, before any data is read; none where it is evaluated as one that has ended.
    pub fn of(&self, model: &Model, period: PeriodName) -> Result<Option<Running>, Failure> {
        let Some(day) = self.as_of else { return Ok(None) };
        Running::of(model, period, day, self.how()).map(Some).map_err(|why| match why {
            NotRunning::Outside(first, last) => Failure::with_help(
                format_args!("`--as-of {day}` is no day of {period}, which goes from {first} to {last}"),
                "name a day of the period, or the period that is running on that day",
            ),
            NotRunning::NoStretch(days) => Failure::with_help(
                format_args!(
                    "{period} has {} behind it on {day}, less than a week, so there is no pace to carry on",
                    counted(days as u64, "day")
                ),
                "wait for the first week; or write `--project plan`, by which the rest goes as targets say",
            ),
        })
    }
}

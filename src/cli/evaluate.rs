//! Planning periods and reading the data, for all commands that go by results.

use std::path::PathBuf;
use std::sync::Arc;

use super::args::ReadArgs;
use super::cache;
use super::closings::Closings;
use super::exit::Failure;
use super::open::own_months_of;
use super::progress::Reading;
use super::running::RunningArgs;
use super::select::{Absent, absent};
use crate::data::options::{Options, OtherFiles};
use crate::data::{answer, without_files};
use crate::diagnostic::Diagnostic;
use crate::model::Model;
use crate::model::data::{ColumnIx, DataId};
use crate::plan::query::{Answers, Query};
use crate::plan::running::{Running, look};
use crate::plan::{Plan, plan_running, plans_beside};
use crate::score::KEPT;
use crate::time::PeriodName;

/// What is evaluated.
pub struct Asked<'a> {
    pub periods: Vec<PeriodName>,
    pub person: Option<&'a str>,
    pub read: &'a ReadArgs,
    /// Of the only period, that it is running.
    pub running: RunningArgs,
    /// Files that data sets are supposed to be in.
    pub other_files: OtherFiles,
    /// Whether aggregates are asked for by month, too; of one period only.
    pub by_month: bool,
    /// The closings that formulas read.
    pub closings: Closings,
}

/// What everyone is scored by.
#[derive(Default)]
pub struct Evaluated {
    /// The model with the months of the company's own calendar, where it has one.
    pub own_months: Option<Model>,
    pub plans: Vec<Plan>,
    pub answers: Answers,
    /// Why the person asked for is not among the evaluated.
    pub absent: Option<Absent>,
}

/// Answers that come from elsewhere than files; nothing where all are in files.
pub type Elsewhere<'e> =
    &'e dyn Fn(&Model, &Query, &Options) -> Result<Option<Result<Answers, Vec<Diagnostic>>>, Failure>;

/// Plans the periods and reads the data once.
pub fn evaluate(
    asked: &Asked,
    model: &Model,
    data: PathBuf,
    reading: &Reading,
    elsewhere: Elsewhere,
) -> Result<Result<Evaluated, Vec<Diagnostic>>, Failure> {
    evaluate_beside(asked, model, data, reading, (elsewhere, &[]))
}

/// The same, and columns of rosters are read of everyone, whatever formulas read.
pub fn evaluate_beside(
    asked: &Asked,
    model: &Model,
    data: PathBuf,
    reading: &Reading,
    (elsewhere, columns): (Elsewhere, &[(DataId, ColumnIx)]),
) -> Result<Result<Evaluated, Vec<Diagnostic>>, Failure> {
    let mut options = asked.read.options(data);
    options.other_files = asked.other_files.clone();
    options.cache = cache::of(&asked.read.cache)?;
    let own_months = match own_months_of(model, &options) {
        Ok(own) => own,
        Err(diagnostics) => return Ok(Err(diagnostics)),
    };
    let model = own_months.as_ref().unwrap_or(model);
    let running = match asked.periods.first() {
        Some(period) => asked.running.of(model, *period)?,
        None => None,
    };
    // What is wrong with what is asked first is told with all others, if it is found there as well.
    let mut unknown = Vec::new();
    let plans = match running {
        None => plans_beside(model, &asked.periods, columns),
        Some(mut running) => {
            unknown = learn(&mut running, model, &options, elsewhere)?.err().unwrap_or_default();
            plan_running(model, running).map(|plan| vec![plan])
        }
    };
    let mut plans = match plans {
        Ok(plans) => plans,
        Err(diagnostics) => return Ok(Err(diagnostics)),
    };
    plans.iter_mut().filter(|_| asked.by_month).for_each(|plan| plan.ask_by_month(model));
    let Some(query) = plans.first().map(|plan| plan.query.clone()) else { return Ok(Ok(Default::default())) };
    options.results = KEPT * plans.len() as u64;
    options.progress = Some(reading);
    let answers = match elsewhere(model, &query, &options)? {
        Some(answers) => answers,
        None => answer(model, &query, &options),
    };
    reading.finish();
    let mut answers = match answers {
        Ok(_) if !unknown.is_empty() => return Ok(Err(unknown)),
        Ok(answers) => answers,
        Err(diagnostics) => return Ok(Err(diagnostics)),
    };
    match asked.closings.read(&plans)? {
        Ok(closed) => answers.closed = Arc::new(closed),
        Err(diagnostics) => return Ok(Err(diagnostics)),
    }
    let absent = asked.person.and_then(|person| absent(person, &answers));
    Ok(Ok(Evaluated { own_months, plans, answers, absent }))
}

/// Finds out what is known of data sets that are dated by periods.
fn learn(
    running: &mut Running,
    model: &Model,
    options: &Options,
    elsewhere: Elsewhere,
) -> Result<Result<(), Vec<Diagnostic>>, Failure> {
    let look = match look(model, running) {
        Ok(Some(look)) => look,
        Ok(None) => return Ok(Ok(())),
        Err(diagnostics) => return Ok(Err(diagnostics)),
    };
    let ask = |query: &Query| match without_files(model, query, options).is_empty() {
        true => Ok(Some(answer(model, query, options))),
        false => elsewhere(model, query, options),
    };
    let answers = match ask(&look.query)? {
        Some(answers) => answers,
        None => answer(model, &look.query, options),
    };
    Ok(answers.map(|answers| look.learn(model, &answers, running)))
}

impl ReadArgs {
    /// How the files in a folder are read.
    pub fn options(&self, data: PathBuf) -> Options<'static> {
        let usual = Options::of(data);
        Options {
            threads: self.threads.map_or(usual.threads, usize::from),
            strict: self.strict,
            allow_empty: self.allow_empty,
            memory: self.memory,
            follow_links: self.links.follow_links,
            ..usual
        }
    }
}

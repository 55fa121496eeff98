//! Answers that come from elsewhere than files: from an engine, or as results of statements that it was asked before.

use super::args::EngineArgs;
use super::exit::Failure;
use super::{engine, out};
use crate::data::options::{Options, OtherFiles};
use crate::diagnostic::Diagnostic;
use crate::model::Model;
use crate::plan::query::{Answers, Query};
use crate::warehouse::{Ask, Dialect, Exchange, Found, Outcome, Remote, answer_with, run_of};

/// The answers where some of them come from an engine; `told` hears what its statements found.
pub fn beside(
    args: &EngineArgs,
    model: &Model,
    query: &Query,
    options: &Options,
    told: &dyn Fn(&[Found]),
) -> Result<Option<Result<Answers, Vec<Diagnostic>>>, Failure> {
    let mut session = None;
    let (remote, mut found) = match &args.engine {
        Some(asked) => {
            let mut remote = engine::remote(&args.tables, asked.dialect, model, query, options)?;
            session = Some(asked.look(&mut remote)?);
            (remote, None)
        }
        None if args.measures.is_empty() => {
            return match args.tables.tables.first() {
                Some(_) => Err(Failure::with_help(
                    "`--tables` names tables of an engine, and none is named",
                    "name it with `--engine`, or print the statements for it with `merit sql`",
                )),
                None => Ok(None),
            };
        }
        None => {
            let found = engine::results(&args.measures)?;
            if let Some(time) = run_of(&found) {
                out::say(format_args!("merit: the results are of a run of {time}"));
            }
            let tables = engine::answered(model, query, &found);
            (Remote { tables, ..Remote::of(Dialect::OF_PLANS) }, Some(found))
        }
    };
    let OtherFiles { replaced, added } = &options.other_files;
    let supposed = remote.tables.keys().map(|data| &model.data[data.0].name);
    if let Some(name) = supposed.into_iter().find(|name| replaced.contains_key(*name) || added.contains_key(*name)) {
        return Err(Failure::with_help(
            format_args!("`{name}` is a table of the engine, and no file can be supposed for it"),
            "leave its `--replace` or `--add` out, or read the data set from files",
        ));
    }
    let mut exchange = |asked: Ask| match (&mut session, asked) {
        (Some(session), Ask::Begin(glances)) => {
            session.begin(glances);
            Exchange::Stop
        }
        (Some(session), Ask::Glances(glances)) => {
            session.glance(glances).map_or_else(Exchange::Failed, Exchange::Found)
        }
        (Some(session), Ask::Script(script)) => {
            session.run(script).inspect(|found| told(found)).map_or_else(Exchange::Failed, Exchange::Found)
        }
        (None, Ask::Begin(_) | Ask::Glances(_)) => Exchange::Stop,
        (None, Ask::Script(_)) => {
            let found = found.take().unwrap_or_default();
            told(&found);
            Exchange::Found(found)
        }
    };
    match answer_with(model, query, options, &remote, &mut exchange) {
        Err(diagnostics) => Ok(Some(Err(diagnostics))),
        Ok(Outcome::Answered(answers)) => Ok(Some(Ok(*answers))),
        Ok(Outcome::Failed(failure)) => Err(failure),
        Ok(Outcome::Stopped) => Ok(None),
    }
}

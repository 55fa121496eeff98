//! `merit data`

use std::io::Write;

use super::args::{DataArgs, DataForm};
use super::check::findings;
use super::eval::data_folder;
use super::exit::{Exit, Failure};
use super::open::refuse;
use super::progress::Bar;
use super::terminal::{self, FINDINGS_SHOWN};
use crate::data::profile::profile;
use crate::data::{Options, Progress};
use crate::diagnostic::human::{HumanOptions, render};
use crate::project;
use crate::report;

pub fn run(args: &DataArgs) -> Result<Exit, Failure> {
    let project = project::load(&args.specs.paths)?;
    if project.has_errors() {
        return Ok(refuse(&project, &project.diagnostics, args.color, "no file was read"));
    }
    let model = &project.model;
    let bar = Bar::new();
    let usual = Options::of(data_folder(args.data.as_deref(), &args.specs.paths)?);
    let reading = Options {
        threads: args.threads.map_or(usual.threads, usize::from),
        strict: args.strict,
        allow_empty: true,
        stream_above: u64::MAX,
        progress: bar.as_ref().map(|bar| bar as &dyn Progress),
        ..usual
    };
    let (profiles, errors) = profile(model, &reading);
    if let Some(bar) = &bar {
        bar.finish();
    }
    let text = match args.format {
        DataForm::Table => report::profile::text(model, &profiles, terminal::stdout(args.color.color)),
        DataForm::Json => report::profile::json(model, &profiles, errors.len()),
    };
    std::io::stdout().write_all(text.as_bytes()).map_err(|error| Failure::writing("the profile", &error))?;
    if errors.is_empty() {
        return Ok(Exit::Clean);
    }
    let look = terminal::stderr(args.color.color);
    let options = HumanOptions { color: look.color, width: look.width, limit: FINDINGS_SHOWN };
    eprint!("{}", render(&errors, &project.sources, &options));
    eprintln!("merit: {} in the data", findings(&errors));
    Ok(Exit::Findings)
}

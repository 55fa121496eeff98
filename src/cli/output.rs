//! The report of `merit eval`, to standard output or to a file, and the files it must not take the place of.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use super::args::{EvalArgs, Form};
use super::exit::Failure;
use super::{out, terminal, whole};
use crate::data::{Options, reader_of};
use crate::model::Model;
use crate::project::Project;
use crate::report::{self, Format, Look, Report};
use crate::visible::{self, Shown};

/// The form of what is written.
pub fn format(args: &EvalArgs) -> Format {
    match args.format {
        // Several periods of a person are lines to compare, unless cards are wished for.
        Form::Table if args.cards || (args.person.is_some() && args.periods.is_none()) => Format::Scorecards,
        Form::Table => Format::Summary,
        Form::Json => Format::Json,
        Form::Csv => Format::Csv,
    }
}

/// Writes the report to standard output or to the file; a file appears only when it is complete.
pub fn deliver(args: &EvalArgs, reports: &[Report<'_>]) -> Result<(), Failure> {
    let format = format(args);
    let write = |look, out: &mut dyn Write| match (args.period, reports) {
        (Some(_), [report]) => report::write(format, report, look, out),
        _ => report::write_periods(format, reports, look, out),
    };
    let Some(path) = &args.output else {
        let look = terminal::stdout(args.color.color);
        return out::stdout(form(format, look), |out| write(look, out))
            .map_err(|error| Failure::writing("the report", &error));
    };
    let look = terminal::file(args.color.color);
    let save = |out: &mut dyn Write| {
        let mut out = Shown::new(out, form(format, look), false);
        write(look, &mut out)
    };
    let failed = |error: io::Error| Failure::writing(format_args!("`{}`", path.display()), &error);
    whole::replace(path, save).map_err(failed)
}

fn form(format: Format, look: Look) -> visible::Form {
    match format {
        Format::Json => visible::Form::Json,
        Format::Csv => visible::Form::Text { colored: false },
        Format::Summary | Format::Scorecards => visible::Form::Text { colored: look.color },
    }
}

/// Refuses a place for the report in which something else is read: it would be lost, or read as data next time.
pub fn refuse_inputs(args: &EvalArgs, project: &Project, model: &Model, options: &Options) -> Result<(), Failure> {
    let Some(path) = &args.output else { return Ok(()) };
    let shown = path.display();
    let refuse = |what: String| {
        Err(Failure::with_help(
            format_args!("the report is not written to `{shown}`: {what}"),
            "name another file with `--output`",
        ))
    };
    let is_spec = path.extension().is_some_and(|ending| ending == "merit");
    if is_spec || project.sources.iter().any(|(_, source)| is_same(&source.path, path)) {
        return refuse("specs have such names".into());
    }
    if args.measures.iter().any(|file| is_same(file, path)) {
        return refuse("`--measures` are read there".into());
    }
    if args.engine.as_ref().and_then(|engine| engine.file()).is_some_and(|file| is_same(file, path)) {
        return refuse("it is the database".into());
    }
    match reader_of(model, options, path) {
        Some(data) => refuse(format!("`{data}` is read there")),
        None => Ok(()),
    }
}

/// Whether two paths lead to one file.
fn is_same(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| fs::canonicalize(path).ok();
    real(one).is_some_and(|one| real(other) == Some(one))
}

//! The report of `merit eval`, to standard output or to a file: in which form, and which files it must not take the place
//! of.

use std::fs;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;

use clap::ValueEnum;

use super::args::EvalArgs;
use super::choices::{CsvRows, CsvStyle, Form};
use super::exit::Failure;
use super::{out, terminal, whole};
use crate::data::options::Options;
use crate::data::reader_of;
use crate::model::Model;
use crate::plural::one_of;
use crate::project::Project;
use crate::report::csv::{self, Style};
use crate::report::own::is_own;
use crate::report::{self, Format, Look, Report};
use crate::visible::{self, Shown};

/// The form of what is written: what is asked for, what the name of the file says, and that these agree.
pub fn format(args: &EvalArgs) -> Result<Format, Failure> {
    let form = form_asked(args)?;
    Ok(match form {
        // Several periods of a person, and suppositions, are lines to compare, unless cards are wished for.
        Form::Table if args.cards || (args.person.is_some() && args.periods.is_none() && args.suppose.is_empty()) => {
            Format::Scorecards
        }
        Form::Table => Format::Summary,
        Form::Json => Format::Json,
        Form::Csv => Format::Csv(csv::Form {
            style: args.csv.map_or(Style::Plain, CsvStyle::style),
            people: args.rows == Some(CsvRows::People),
        }),
    })
}

fn form_asked(args: &EvalArgs) -> Result<Form, Failure> {
    let about_csv = args.csv.map(|_| "--csv").or(args.rows.map(|_| "--rows"));
    let asked = match (args.format, about_csv) {
        (Some(form), Some(option)) if form != Form::Csv => {
            return Err(Failure::with_help(
                format_args!("`{option}` is about CSV, and `--format {}` asks for another form", word(form)),
                "leave one of the two out",
            ));
        }
        (form, about_csv) => form.or(about_csv.map(|_| Form::Csv)),
    };
    let Some(path) = args.output.as_deref().filter(|path| !is_device(path)) else {
        return Ok(asked.unwrap_or(Form::Table));
    };
    if path.is_dir() || path.file_stem().is_none() {
        return Err(Failure::with_help(
            format_args!("`{}` is a folder, and the report is a file", path.display()),
            format_args!("name the file, too, as in `{}`", path.join("q3.csv").display()),
        ));
    }
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    let shown = path.display();
    let ends = |ending: &str| path.with_extension(ending).display().to_string();
    let Some(form) = Form::value_variants().iter().find(|form| form.ending() == ending) else {
        let names = Form::value_variants().iter().rev().map(|form| format!("`{}`", ends(form.ending())));
        let all = format!("name it {} (the table)", one_of(names));
        return Err(match ending.as_str() {
            "" => Failure::with_help(format_args!("`{shown}` does not say in which form the report is to be"), all),
            "xls" | "xlsx" | "xlsb" | "xlsm" | "ods" | "numbers" | "et" => Failure::with_help(
                format_args!("the report is not written to `{shown}`: spreadsheets are read, and not written"),
                format_args!("name it `{}`, with `--csv excel` for Excel, which opens such files", ends("csv")),
            ),
            _ => Failure::with_help(
                format_args!("the report is not written to `{shown}`: there is no form `.{ending}`"),
                all,
            ),
        });
    };
    match asked {
        Some(asked) if asked != *form => Err(Failure::with_help(
            format_args!(
                "`{shown}` is to be {}, and {} asks for {}",
                form.told(),
                match (args.format, about_csv) {
                    (Some(asked), _) => format!("`--format {}`", word(asked)),
                    (None, option) => format!("`{}`", option.unwrap_or_default()),
                },
                asked.told()
            ),
            format_args!("name the file `{}`, or leave the option out", ends(asked.ending())),
        )),
        _ => Ok(*form),
    }
}

impl Form {
    /// How the names of such files end.
    fn ending(self) -> &'static str {
        match self {
            Form::Table => "txt",
            Form::Json => "json",
            Form::Csv => "csv",
        }
    }

    fn told(self) -> &'static str {
        match self {
            Form::Table => "a table",
            Form::Json => "JSON",
            Form::Csv => "CSV",
        }
    }
}

/// As the command line has it.
fn word(form: Form) -> String {
    form.to_possible_value().map(|value| value.get_name().to_string()).unwrap_or_default()
}

/// Pipes and devices have the names they have.
fn is_device(path: &Path) -> bool {
    path.starts_with("/dev") || fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir())
}

/// Writes the report to standard output or to the file; a file appears only when it is complete.
pub fn deliver(args: &EvalArgs, format: Format, reports: &[Report<'_>]) -> Result<(), Failure> {
    let write = |look, out: &mut dyn Write| match (args.period, reports) {
        (Some(_), [report]) => report::write(format, report, look, out),
        _ => report::write_periods(format, reports, look, out),
    };
    let mark = if let Format::Csv(form) = format { form.style.mark() } else { "" };
    let Some(path) = &args.output else {
        let look = terminal::stdout(args.color.color);
        if !mark.is_empty() && !io::stdout().is_terminal() {
            out::stdout(visible::Form::Exact, |out| out.write_all(mark.as_bytes()))
                .map_err(|error| Failure::writing("the report", &error))?;
        }
        return out::stdout(form(format, look), |out| write(look, out))
            .map_err(|error| Failure::writing("the report", &error));
    };
    let look = terminal::file(args.color.color);
    let save = |out: &mut dyn Write| {
        out.write_all(mark.as_bytes())?;
        let mut out = BufWriter::with_capacity(out::PIECE, Shown::new(out, form(format, look), false));
        write(look, &mut out)?;
        out.flush()
    };
    let failed = |error: io::Error| Failure::writing(format_args!("`{}`", path.display()), &error);
    whole::replace(path, save).map_err(failed)
}

fn form(format: Format, look: Look) -> visible::Form {
    match format {
        Format::Json => visible::Form::Json,
        Format::Csv(_) => visible::Form::Text { colored: false },
        Format::Summary | Format::Scorecards => visible::Form::Text { colored: look.color },
    }
}

/// Refuses a place for the report in which something else is: what is read would be lost, or read as data next time; and
/// what is no report is somebody's work.
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
    if args.beside.measures.iter().any(|file| is_same(file, path)) {
        return refuse("`--measures` are read there".into());
    }
    let supposed = options.other_files.replaced.values().chain(options.other_files.added.values());
    if supposed.flatten().any(|file| is_same(file, path)) {
        return refuse("it is supposed to be read".into());
    }
    if args.beside.engine.as_ref().and_then(|engine| engine.file()).is_some_and(|file| is_same(file, path)) {
        return refuse("it is the database".into());
    }
    if let Some(data) = reader_of(model, options, path) {
        return refuse(format!("`{data}` is read there"));
    }
    if args.force || is_device(path) || !path.is_file() {
        return Ok(());
    }
    match is_own(path) {
        Ok(true) => Ok(()),
        Ok(false) => Err(Failure::with_help(
            format_args!("the report is not written to `{shown}`: the file that is there is no report of this program"),
            "name another file with `--output`, or replace this one with `--force`",
        )),
        Err(error) => Err(Failure::with_help(
            format_args!("the report is not written to `{shown}`: what is there cannot be looked at: {error}"),
            "name another file with `--output`, or replace this one with `--force`",
        )),
    }
}

/// Whether two paths lead to one file.
fn is_same(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| fs::canonicalize(path).ok();
    real(one).is_some_and(|one| real(other) == Some(one))
}

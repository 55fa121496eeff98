//! `merit check`

use super::args::{CheckArgs, FindingsForm};
use super::exit::{Exit, Failure};
use super::explain;
use super::out;
use super::select::find_positions;
use super::terminal;
use crate::diagnostic::human::{HumanOptions, render};
use crate::diagnostic::{Checked, Diagnostic, Level, LevelError, Levels, Severity};
use crate::diagnostic::{github, json, junit, sarif, short};
use crate::limits::FINDINGS;
use crate::model::Position;
use crate::plural::counted;
use crate::project::{self, LoadError, Project};
use crate::report;
use crate::source::SourceSet;
use crate::visible::Form;
use std::collections::BTreeSet;

pub fn run(args: &CheckArgs) -> Result<Exit, Failure> {
    let levels = levels(args)?;
    let project = match project::load_with(&args.specs.paths, &levels) {
        Ok(project) => project,
        Err(error) => return Err(could_not_load(args, &error)),
    };
    let checked = Checked {
        sources: &project.sources,
        files: project.files,
        positions: positions(&project),
        kpis: project.model.kpis.iter().filter(|kpi| !kpi.versions.is_other).count(),
        diagnostics: &project.diagnostics,
        failure: None,
    };
    if let (Some(wanted), false) = (&args.alignment, project.has_errors()) {
        let (text, form) = alignment(args, wanted.as_deref(), &project)?;
        out::print(&text, form, FINDINGS_WRITTEN)?;
        return Ok(Exit::Clean);
    }
    let (text, form) = machine(args.format, &checked).unwrap_or_else(|| human(args, &project));
    out::print(&text, form, FINDINGS_WRITTEN)?;
    if args.format == FindingsForm::Short {
        out::say(summary(&project));
    }
    let exit = if project.has_errors() { Exit::Findings } else { Exit::Clean };
    // The program ends here: to take a large project apart would only take time.
    std::mem::forget(project);
    Ok(exit)
}

/// The table of working time against weights. Specs with errors get these instead: nothing can be said of them yet.
fn alignment(args: &CheckArgs, wanted: Option<&str>, project: &Project) -> Result<(String, Form), Failure> {
    let model = &project.model;
    let names = wanted.map(|wanted| find_positions(wanted, model)).transpose()?;
    let shown = |position: &&Position| names.as_ref().is_none_or(|names| names.contains(position.name.as_str()));
    let positions: Vec<&Position> = model.positions.iter().filter(shown).collect();
    match args.format {
        FindingsForm::Human => {
            let look = terminal::stdout(args.color.color);
            Ok((report::alignment::text(model, &positions, look), Form::Text { colored: look.color }))
        }
        FindingsForm::Json => Ok((report::alignment::json(model, &positions), Form::Json)),
        _ => Err(Failure::with_help(
            "`--alignment` is a table, for people or as JSON",
            "leave `--format` out, or write `--format json`",
        )),
    }
}

/// The findings in a form for machines; `None` where people read them.
fn machine(format: FindingsForm, checked: &Checked) -> Option<(String, Form)> {
    let lines = Form::Text { colored: false };
    match format {
        FindingsForm::Human => None,
        FindingsForm::Short => Some((short::render(checked), lines)),
        FindingsForm::Json => Some((json::render(checked), Form::Json)),
        FindingsForm::Sarif => Some((sarif::render(checked), Form::Json)),
        FindingsForm::Github => Some((github::render(checked), lines)),
        FindingsForm::Junit => Some((junit::render(checked), lines)),
    }
}

fn human(args: &CheckArgs, project: &Project) -> (String, Form) {
    let look = terminal::stdout(args.color.color);
    let options = HumanOptions { color: look.color, width: look.width, limit: FINDINGS };
    let mut text = render(&project.diagnostics, &project.sources, &options);
    if !text.is_empty() && !text.ends_with("\n\n") {
        text.push('\n');
    }
    text.push_str(&summary(project));
    text.push('\n');
    (text, Form::Text { colored: look.color })
}

const FINDINGS_WRITTEN: &str = "the findings";

/// A machine that waits for a document gets one, in which the failure stands.
fn could_not_load(args: &CheckArgs, error: &LoadError) -> Failure {
    let message = error.to_string();
    let checked = Checked {
        sources: &SourceSet::default(),
        files: 0,
        positions: 0,
        kpis: 0,
        diagnostics: &[],
        failure: Some(&message),
    };
    let written =
        machine(args.format, &checked).map_or(Ok(()), |(text, form)| out::print(&text, form, FINDINGS_WRITTEN));
    written.err().unwrap_or_else(|| Failure::new(message))
}

fn levels(args: &CheckArgs) -> Result<Levels, Failure> {
    let mut levels = Levels::default();
    for (names, level, option) in
        [(&args.allow, Level::Allow, "allow"), (&args.warn, Level::Warn, "warn"), (&args.deny, Level::Deny, "deny")]
    {
        for name in names {
            if level == Level::Deny && name == "warnings" {
                levels.deny_warnings();
                continue;
            }
            let code = explain::code_named(name)?;
            levels.set(code, level).map_err(|error| match error {
                LevelError::AlwaysAnError(_) => Failure::with_help(
                    format_args!("`--{option} {name}`: specs with this mistake cannot be used, so it stays an error"),
                    format_args!("mend what `{name}` finds; `merit explain {name}` tells how"),
                ),
                LevelError::TwoLevels(_) => Failure::with_help(
                    format_args!("`{name}` is given two levels"),
                    "name each code in one of `--allow`, `--warn` and `--deny`",
                ),
            })?;
        }
    }
    Ok(levels)
}

fn positions(project: &Project) -> usize {
    project.model.positions.iter().map(|position| &position.name).collect::<BTreeSet<_>>().len()
}

/// `checked 12 files: 5 positions, 54 KPIs, no findings`
fn summary(project: &Project) -> String {
    let mut parts = Vec::new();
    parts.push(counted(positions(project), "position"));
    parts.push(counted(project.model.kpis.iter().filter(|kpi| !kpi.versions.is_other).count(), "KPI"));
    parts.push(findings(&project.diagnostics));
    format!("checked {}: {}", counted(project.files, "file"), parts.join(", "))
}

/// `2 errors, 1 warning`, or `no findings`.
pub fn findings(diagnostics: &[Diagnostic]) -> String {
    let of = |severity| diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
    let parts = [(of(Severity::Error), "error"), (of(Severity::Warning), "warning")];
    let parts = parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| counted(*count, what));
    match parts.collect::<Vec<_>>() {
        none if none.is_empty() => "no findings".into(),
        some => some.join(", "),
    }
}

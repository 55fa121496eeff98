//! `merit check`

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::args::CheckArgs;
use super::choices::FindingsForm;
use super::exit::{Exit, Failure};
use super::provenance::of_specs;
use super::select::find_positions;
use super::{explain, machine, out, terminal};
use crate::diagnostic::human::{HumanOptions, render};
use crate::diagnostic::{Checked, Diagnostic, Level, LevelError, Levels, Severity};
use crate::documents::Document;
use crate::limits::FINDINGS;
use crate::model::{Model, Position};
use crate::plural::counted;
use crate::project::{self, LoadError, Member, PROJECT_FILE, Set};
use crate::provenance::Provenance;
use crate::report;
use crate::source::SourceSet;
use crate::visible::Form;

pub fn run(args: &CheckArgs) -> Result<Exit, Failure> {
    let levels = levels(args)?;
    let set = match project::open(&args.specs.paths, &levels) {
        Ok(set) => set,
        Err(LoadError::Ignored(paths)) => {
            passed_over(&paths);
            return nothing(args);
        }
        Err(error) => return Err(error.into()),
    };
    passed_over(&set.ignored);
    let made = (args.format == FindingsForm::Json).then(|| provenance(args, &set));
    let checked = Checked {
        sources: &set.sources,
        files: set.files,
        positions: positions(&set),
        kpis: kpis(&set),
        diagnostics: &set.findings,
        failure: None,
        provenance: made.as_ref(),
    };
    if let (Some(wanted), false) = (&args.alignment, set.has_errors()) {
        let [project] = set.projects.as_slice() else {
            return Err(LoadError::Several(set.projects.into_iter().map(|project| project.name).collect()).into());
        };
        let (text, form) = alignment(args, wanted.as_deref(), &project.model, &set)?;
        out::print(&text, form, FINDINGS_WRITTEN)?;
        return Ok(Exit::Clean);
    }
    if let (Some(_), FindingsForm::Json) = (&args.alignment, args.format) {
        machine::refused(Some(Document::Alignment), &set.sources, set.files, &set.findings);
        return Ok(Exit::Findings);
    }
    let (text, form) = machine::written(args.format, &checked).unwrap_or_else(|| human(args, &set));
    out::print(&text, form, FINDINGS_WRITTEN)?;
    if args.format == FindingsForm::Short {
        out::say(summary(&set));
    }
    let exit = if set.has_errors() { Exit::Findings } else { Exit::Clean };
    // The program ends here: to take a large project apart would only take time.
    std::mem::forget(set);
    Ok(exit)
}

/// The table of working time against weights. Specs with errors get these instead: nothing can be said of them yet.
fn alignment(args: &CheckArgs, wanted: Option<&str>, model: &Model, set: &Set) -> Result<(String, Form), Failure> {
    let names = wanted.map(|wanted| find_positions(wanted, model)).transpose()?;
    let shown = |position: &&Position| names.as_ref().is_none_or(|names| names.contains(position.name.as_str()));
    let positions: Vec<&Position> = model.positions.iter().filter(shown).collect();
    match args.format {
        FindingsForm::Human => {
            let look = terminal::stdout(args.color.color);
            Ok((report::alignment::text(model, &positions, look), Form::Text { colored: look.color }))
        }
        FindingsForm::Json => Ok((report::alignment::json(model, &positions, &provenance(args, set)), Form::Json)),
        _ => Err(Failure::with_help(
            "`--alignment` is a table, for people or as JSON",
            "leave `--format` out, or write `--format json`",
        )),
    }
}

fn provenance(args: &CheckArgs, set: &Set) -> Provenance {
    let made = of_specs(&set.sources, set.files);
    made.option("allow", args.allow.clone()).option("warn", args.warn.clone()).option("deny", args.deny.clone())
}

fn human(args: &CheckArgs, set: &Set) -> (String, Form) {
    let look = terminal::stdout(args.color.color);
    let options = HumanOptions { color: look.color, width: look.width, limit: FINDINGS };
    let mut text = render(&set.findings, &set.sources, &options);
    if !text.is_empty() && !text.ends_with("\n\n") {
        text.push('\n');
    }
    text.push_str(&summary(set));
    text.push('\n');
    (text, Form::Text { colored: look.color })
}

const FINDINGS_WRITTEN: &str = "the findings";

/// What is left out on purpose is said, and is no failure: a hook names whatever has changed.
pub fn passed_over(paths: &[PathBuf]) {
    for path in paths {
        out::say(format_args!("merit: `{}` is passed over: `{PROJECT_FILE}` ignores it", path.display()));
    }
}

/// The document of nothing at all.
fn nothing(args: &CheckArgs) -> Result<Exit, Failure> {
    let sources = SourceSet::default();
    if let Some((text, form)) = machine::written(args.format, &Checked::of(&sources)) {
        out::print(&text, form, FINDINGS_WRITTEN)?;
    }
    Ok(Exit::Clean)
}

fn levels(args: &CheckArgs) -> Result<Levels, Failure> {
    let mut levels = Levels::default();
    for (names, level, option) in
        [(&args.allow, Level::Allow, "allow"), (&args.warn, Level::Warn, "warn"), (&args.deny, Level::Deny, "deny")]
    {
        for name in names {
            if level == Level::Deny && matches!(name.as_str(), "warnings" | "warning" | "all") {
                if name != "warnings" {
                    let message = format!("there is no code `{name}`");
                    return Err(Failure::with_help(message, "all warnings are `--deny warnings`"));
                }
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

fn positions(set: &Set) -> usize {
    let names =
        |project: &Member| project.model.positions.iter().map(|position| &position.name).collect::<BTreeSet<_>>().len();
    set.projects.iter().map(names).sum()
}

/// Each once, however many projects read it.
fn kpis(set: &Set) -> usize {
    let all = set.projects.iter().flat_map(|project| &project.model.kpis).filter(|kpi| !kpi.versions.is_other);
    all.map(|kpi| kpi.span.key()).collect::<BTreeSet<_>>().len()
}

/// `checked 12 files: 5 positions, 54 KPIs, no findings`
fn summary(set: &Set) -> String {
    let files = counted(set.files, "file");
    let which = match set.projects.as_slice() {
        [] => return format!("{} in `{PROJECT_FILE}`; no spec was read", findings(&set.findings)),
        [project] if set.found && project.name != Path::new(".") => format!("{files} of {}", project.name.display()),
        [_] => files,
        several => format!("{files} in {}", counted(several.len(), "project")),
    };
    let parts = [counted(positions(set), "position"), counted(kpis(set), "KPI"), findings(&set.findings)];
    format!("checked {which}: {}", parts.join(", "))
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

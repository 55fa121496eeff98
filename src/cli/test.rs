//! `merit test`

use super::args::TestArgs;
use super::check::passed_over;
use super::choices::TestForm;
use super::exit::{Exit, Failure};
use super::open::{Telling, refuse};
use super::provenance::of_specs;
use super::{out, terminal};
use crate::diagnostic::Levels;
use crate::diagnostic::human::HumanOptions;
use crate::limits::FINDINGS;
use crate::model::cases::Test;
use crate::project::{self, LoadError, Member, Set};
use crate::trial::coverage::items;
use crate::trial::show::{Report, human, json, junit};
use crate::trial::{Outcome, run as run_test};
use crate::visible::Form;

pub fn run(args: &TestArgs) -> Result<Exit, Failure> {
    let set = match project::open(&args.specs.paths, &Levels::default()) {
        Ok(set) => set,
        Err(LoadError::Ignored(paths)) if args.format == TestForm::Human => {
            passed_over(&paths);
            return Ok(Exit::Clean);
        }
        Err(error) => return Err(error.into()),
    };
    passed_over(&set.ignored);
    let refused = set.has_errors();
    if refused {
        // A document that is asked for is written below, with all that it has.
        let telling = Telling { color: args.color, undone: "no test was run", document: None };
        refuse((&set.sources, set.files), &set.findings, telling);
    }
    let outcomes = if refused { Vec::new() } else { outcomes(args, &set)? };
    if args.coverage && args.format == TestForm::Junit {
        let help = "leave one of the two out, or write `--format json`";
        return Err(Failure::with_help("the JUnit form has no place for coverage", help));
    }
    let reached = outcomes.iter().flat_map(|outcome| &outcome.reached).copied().collect();
    let items = match set.projects.as_slice() {
        [project] if args.coverage && !refused => Some(items(&project.model, &set.sources, &reached)),
        [_, _, ..] if args.coverage => return Err(several(&set).into()),
        _ => None,
    };
    let findings = if refused { set.findings.as_slice() } else { &[] };
    let made = (args.format == TestForm::Json)
        .then(|| of_specs(&set.sources, set.files).option("filter", args.filter.clone()));
    let report = Report {
        sources: &set.sources,
        files: set.files,
        provenance: made.as_ref(),
        outcomes: &outcomes,
        findings,
        coverage: items.as_deref(),
    };
    let (text, form) = match args.format {
        TestForm::Human if refused => return Ok(Exit::Findings),
        TestForm::Human => {
            let look = terminal::stdout(args.color.color);
            let options = HumanOptions { color: look.color, width: look.width, limit: FINDINGS };
            (human(&report, &options), Form::Text { colored: look.color })
        }
        TestForm::Json => (json(&report), Form::Json),
        TestForm::Junit => (junit(&report), Form::Text { colored: false }),
    };
    out::print(&text, form, "the outcomes")?;
    let clean = !refused && outcomes.iter().all(Outcome::passed);
    Ok(if clean { Exit::Clean } else { Exit::Findings })
}

/// What is said where one project is wanted, and there are several.
fn several(set: &Set) -> LoadError {
    LoadError::Several(set.projects.iter().map(|project| project.name.clone()).collect())
}

/// Runs the tests whose names hold the text of `--filter`, project by project in the order of the specs.
fn outcomes(args: &TestArgs, set: &Set) -> Result<Vec<Outcome>, Failure> {
    let tests = || set.projects.iter().flat_map(|project| project.model.tests.iter().map(move |test| (project, test)));
    let Some((_, first)) = tests().next() else {
        let help = "write one: `test \"…\" { period 2026-Q3  given … { … }  expect … of \"P1\" = … }`";
        return Err(Failure::with_help("there is no test in these specs", help));
    };
    let wanted = args.filter.as_deref().unwrap_or_default().to_lowercase();
    let chosen: Vec<_> = tests().filter(|(_, test)| test.name.to_lowercase().contains(&wanted)).collect();
    if chosen.is_empty() {
        let message = format!("no test has `{}` in its name", args.filter.as_deref().unwrap_or_default());
        return Err(Failure::with_help(
            message,
            format!("the specs have {} tests; the first is `{}`", tests().count(), first.name),
        ));
    }
    let run = |(project, test): (&Member, &Test)| {
        let mut outcome = run_test(&project.model, &set.sources, test);
        // A test that projects share is run in each of them.
        if set.is_shared(project, test.span.file) {
            outcome.name = format!("{} ({})", outcome.name, project.name.display());
        }
        outcome
    };
    Ok(chosen.into_iter().map(run).collect())
}

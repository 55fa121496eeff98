//! `merit test`

use super::args::{TestArgs, TestForm};
use super::exit::{Exit, Failure};
use super::open::refuse;
use super::out;
use super::terminal;
use crate::diagnostic::human::HumanOptions;
use crate::limits::FINDINGS;
use crate::project::{self, Project};
use crate::trial::coverage::items;
use crate::trial::show::{Report, human, json, junit};
use crate::trial::{Outcome, run as run_test};
use crate::visible::Form;

pub fn run(args: &TestArgs) -> Result<Exit, Failure> {
    let project = project::load(&args.specs.paths)?;
    let refused = project.has_errors();
    if refused {
        refuse(&project, &project.diagnostics, args.color, "no test was run");
    }
    let outcomes = if refused { Vec::new() } else { outcomes(args, &project)? };
    if args.coverage && args.format == TestForm::Junit {
        let help = "leave one of the two out, or write `--format json`";
        return Err(Failure::with_help("the JUnit form has no place for coverage", help));
    }
    let reached = outcomes.iter().flat_map(|outcome| &outcome.reached).copied().collect();
    let items = (args.coverage && !refused).then(|| items(&project.model, &project.sources, &reached));
    let findings = if refused { project.diagnostics.as_slice() } else { &[] };
    let report = Report { sources: &project.sources, outcomes: &outcomes, findings, coverage: items.as_deref() };
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

/// Runs the tests whose names hold the text of `--filter`, in the order of the specs.
fn outcomes(args: &TestArgs, project: &Project) -> Result<Vec<Outcome>, Failure> {
    let tests = &project.model.tests;
    if tests.is_empty() {
        let help = "write one: `test \"…\" { period 2026-Q3  given … { … }  expect … of \"P1\" = … }`";
        return Err(Failure::with_help("there is no test in these specs", help));
    }
    let wanted = args.filter.as_deref().unwrap_or_default().to_lowercase();
    let chosen: Vec<_> = tests.iter().filter(|test| test.name.to_lowercase().contains(&wanted)).collect();
    if chosen.is_empty() {
        let message = format!("no test has `{}` in its name", args.filter.as_deref().unwrap_or_default());
        return Err(Failure::with_help(
            message,
            format!("the specs have {} tests; the first is `{}`", tests.len(), tests[0].name),
        ));
    }
    Ok(chosen.into_iter().map(|test| run_test(&project.model, &project.sources, test)).collect())
}

//! Forms for machines: which of them a run is asked for, so that whoever waits for a document gets one, however the run
//! ends.

use std::cell::RefCell;

use clap::ValueEnum;

use super::args::{CheckArgs, Command, DataArgs, DiffArgs, EvalArgs, FmtArgs, PlanArgs, SqlArgs, TestArgs};
use super::choices::{
    AuditForm, ClosingForm, DataForm, DiffForm, FindingsForm, FmtForm, Form, GoalForm, PlanForm, SqlForm, TestForm,
    WhyForm,
};
use super::exit::Failure;
use super::out;
use super::provenance::of_specs;
use crate::diagnostic::json::findings;
use crate::diagnostic::{Checked, Diagnostic, github, json, junit, sarif, short};
use crate::documents::Document;
use crate::provenance::Provenance;
use crate::source::SourceSet;
use crate::trial::show::junit_of_failure;
use crate::visible;

thread_local! {
    /// What the run has looked at so far.
    static KNOWN: RefCell<Option<Provenance>> = const { RefCell::new(None) };
}

/// Notes what the run has looked at so far, for a document that may have to be written before its end.
pub fn know(made: Provenance) {
    KNOWN.with(|known| *known.borrow_mut() = Some(made));
}

fn known() -> Option<Provenance> {
    KNOWN.with(|known| known.borrow().clone())
}

/// What an evaluation gives: results, or what is none.
pub fn results(args: &EvalArgs) -> Document {
    match (&args.periods, args.running.as_of) {
        (Some(_), _) => Document::Periods,
        (None, Some(_)) => Document::Estimate,
        (None, None) => Document::Results,
    }
}

/// A form that a program reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Machine {
    Check(FindingsForm),
    Json(Document),
    JunitOfTests,
}

impl Machine {
    /// What a command was asked for; `None` where people read it.
    pub fn of(command: &Command) -> Option<Machine> {
        match command {
            Command::Check(CheckArgs { format: FindingsForm::Json, alignment: Some(_), .. }) => {
                Some(Machine::Json(Document::Alignment))
            }
            Command::Check(CheckArgs { format, .. }) => Machine::of_findings(*format),
            Command::Data(DataArgs { format: DataForm::Json, .. }) => Some(Machine::Json(Document::Data)),
            Command::Diff(args) => {
                matches!(**args, DiffArgs { format: DiffForm::Json, .. }).then_some(Machine::Json(Document::Diff))
            }
            Command::Eval(args) => Machine::of_results(args),
            Command::Fmt(FmtArgs { format: FmtForm::Json, .. }) => Some(Machine::Json(Document::Fmt)),
            Command::Goal(args) if args.format == GoalForm::Json => Some(Machine::Json(Document::Goal)),
            Command::Audit(args) if args.format == AuditForm::Json => Some(Machine::Json(Document::Audit)),
            Command::Plan(PlanArgs { format: PlanForm::Json, .. }) => Some(Machine::Json(Document::Plan)),
            Command::Sql(SqlArgs { format: SqlForm::Json, .. }) => Some(Machine::Json(Document::Sql)),
            Command::Restate(args) if args.format == ClosingForm::Json => Some(Machine::Json(Document::Restate)),
            Command::Verify(args) if args.format == ClosingForm::Json => Some(Machine::Json(Document::Verify)),
            Command::Why(args) if args.format == WhyForm::Json => Some(Machine::Json(Document::Why)),
            Command::Test(TestArgs { format: TestForm::Json, .. }) => Some(Machine::Json(Document::Tests)),
            Command::Test(TestArgs { format: TestForm::Junit, .. }) => Some(Machine::JunitOfTests),
            _ => None,
        }
    }

    fn of_findings(format: FindingsForm) -> Option<Machine> {
        (format != FindingsForm::Human).then_some(Machine::Check(format))
    }

    fn of_results(args: &EvalArgs) -> Option<Machine> {
        (args.format == Some(Form::Json)).then_some(Machine::Json(results(args)))
    }

    /// The same where the command line as a whole could not be understood: the words that say it may still be there.
    pub fn of_words(words: &[String]) -> Option<Machine> {
        let has = |name: &str| words.iter().any(|word| word == name || word.starts_with(&format!("{name}=")));
        let command = words.iter().find(|word| !word.starts_with('-'))?;
        let format = words.iter().enumerate().rev().find_map(|(at, word)| match word.split_once('=') {
            Some(("--format", value)) => Some(value),
            _ => (word == "--format").then(|| words.get(at + 1).map(String::as_str)).flatten(),
        })?;
        match (command.as_str(), format) {
            ("check", "json") if has("--alignment") => Some(Machine::Json(Document::Alignment)),
            ("check", format) => Machine::of_findings(FindingsForm::from_str(format, false).ok()?),
            ("diff", "json") => Some(Machine::Json(Document::Diff)),
            ("data", "json") => Some(Machine::Json(Document::Data)),
            ("eval", "json") if has("--periods") => Some(Machine::Json(Document::Periods)),
            ("eval", "json") if has("--as-of") => Some(Machine::Json(Document::Estimate)),
            ("eval", "json") => Some(Machine::Json(Document::Results)),
            ("audit", "json") => Some(Machine::Json(Document::Audit)),
            ("goal", "json") => Some(Machine::Json(Document::Goal)),
            ("fmt", "json") => Some(Machine::Json(Document::Fmt)),
            ("sql", "json") => Some(Machine::Json(Document::Sql)),
            ("plan", "json") => Some(Machine::Json(Document::Plan)),
            ("test", "json") => Some(Machine::Json(Document::Tests)),
            ("test", "junit") => Some(Machine::JunitOfTests),
            ("restate", "json") => Some(Machine::Json(Document::Restate)),
            ("verify", "json") => Some(Machine::Json(Document::Verify)),
            ("why", "json") => Some(Machine::Json(Document::Why)),
            _ => None,
        }
    }

    /// The document of a run that could not do its work.
    pub fn tell(self, failure: &Failure) {
        let Failure::Said(said) = failure else { return };
        let made = known().unwrap_or_default();
        let (text, form) = match self {
            Machine::Json(kind) => (kind.refused(&made, Some(said), Vec::new()), visible::Form::Json),
            Machine::JunitOfTests => (junit_of_failure(said), visible::Form::Text { colored: false }),
            Machine::Check(format) => {
                let sources = SourceSet::default();
                let checked = Checked { failure: Some(said), provenance: Some(&made), ..Checked::of(&sources) };
                let Some(written) = written(format, &checked) else { return };
                written
            }
        };
        // Where it cannot be written, the failure itself is still said.
        let _ = out::print(&text, form, "the document");
    }
}

/// The findings in a form for machines; `None` where people read them.
pub fn written(format: FindingsForm, checked: &Checked) -> Option<(String, visible::Form)> {
    let lines = visible::Form::Text { colored: false };
    match format {
        FindingsForm::Human => None,
        FindingsForm::Short => Some((short::render(checked), lines)),
        FindingsForm::Json => Some((json::render(checked), visible::Form::Json)),
        FindingsForm::Sarif => Some((sarif::render(checked), visible::Form::Json)),
        FindingsForm::Github => Some((github::render(checked), lines)),
        FindingsForm::Junit => Some((junit::render(checked), lines)),
    }
}

/// The document of a command in whose way findings stand; nothing where it is asked for none.
pub fn refused(document: Option<Document>, sources: &SourceSet, files: usize, diagnostics: &[Diagnostic]) {
    if let Some(kind) = document {
        let found = findings(sources, files, diagnostics);
        let made = known().unwrap_or_else(|| of_specs(sources, files));
        let text = kind.refused(&made, None, found);
        let _ = out::print(&text, visible::Form::Json, "the document");
    }
}

//! Outcomes of tests as text for people, as JSON (`docs/tests.schema.json`) and as JUnit's XML.
//!
//! Equal outcomes give the same bytes: no times, no paths but those given on the command line.

use std::borrow::Cow;

use owo_colors::OwoColorize;
use serde::Serialize;
use serde_json::Value;

use super::coverage::Item;
use super::covered::CoverageJson;
use super::place::place;
use super::{Check, Outcome, covered};
use crate::diagnostic::human::{HumanOptions, render};
use crate::diagnostic::json::findings;
use crate::diagnostic::xml::{attribute, escaped};
use crate::diagnostic::{Diagnostic, Severity};
use crate::documents::{Document as Kind, Failure};
use crate::plural::counted;
use crate::provenance::Provenance;
use crate::source::SourceSet;
use crate::visible::visible;

/// What a run has to say.
pub struct Report<'a> {
    pub sources: &'a SourceSet,
    /// How many of the sources are specs of the project; they come first.
    pub files: usize,
    pub provenance: Option<&'a Provenance>,
    /// Empty where the specs have errors.
    pub outcomes: &'a [Outcome],
    /// What is wrong with the specs.
    pub findings: &'a [Diagnostic],
    /// What the tests reach and what they do not, where it is asked for.
    pub coverage: Option<&'a [Item]>,
}

impl<'a> Report<'a> {
    /// Of outcomes alone.
    pub fn of(sources: &'a SourceSet, files: usize, outcomes: &'a [Outcome]) -> Report<'a> {
        Report { sources, files, provenance: None, outcomes, findings: &[], coverage: None }
    }
}

// ---------------------------------------------------------------- people

/// One line a test; failures in full; a summary.
pub fn human(report: &Report, options: &HumanOptions) -> String {
    let mut out = String::new();
    let paint = |text: &str, good: bool| match (options.color, good) {
        (false, _) => text.to_string(),
        (true, true) => text.green().to_string(),
        (true, false) => text.red().to_string(),
    };
    for outcome in report.outcomes {
        let (word, good) = match (outcome.passed(), outcome.errors.is_empty()) {
            (true, _) => ("pass", true),
            (false, true) => ("FAIL", false),
            (false, false) => ("error", false),
        };
        out.push_str(&format!("{}  {}\n", paint(&format!("{word:5}"), good), visible(&outcome.name)));
        for check in outcome.checks.iter().filter(|check| !check.passed) {
            out.push_str(&visible(&failure(report.sources, check, "       ")));
        }
        if !outcome.errors.is_empty() {
            out.push_str(&render(&outcome.errors, report.sources, options));
        }
    }
    if !out.is_empty() {
        out.push('\n');
    }
    if let Some(items) = report.coverage {
        out.push_str(&covered::human(items, report.sources, options.width));
        out.push('\n');
    }
    out.push_str(&summary(report.outcomes));
    out.push('\n');
    out
}

/// `12 tests: 11 passed, 1 failed`
fn summary(outcomes: &[Outcome]) -> String {
    let passed = outcomes.iter().filter(|outcome| outcome.passed()).count();
    let broken = outcomes.iter().filter(|outcome| !outcome.errors.is_empty()).count();
    let failed = outcomes.len() - passed - broken;
    let tests = counted(outcomes.len(), "test");
    let parts = [(passed, "passed"), (failed, "failed"), (broken, "could not be evaluated")];
    let parts = parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
    format!("{tests}: {}", parts.collect::<Vec<_>>().join(", "))
}

fn failure(sources: &SourceSet, check: &Check, lead: &str) -> String {
    let (path, line, column) = place(sources, check.span);
    let within = check.within.as_ref().map_or(String::new(), |within| format!(", within {within}"));
    let mut out = format!("{lead}{} ({path}:{line}:{column})\n", check.what);
    out.push_str(&format!("{lead}  expected  {}{within}\n", check.expected.text));
    out.push_str(&format!("{lead}  got       {}\n", check.got.text));
    for step in &check.trace {
        out.push_str(&format!("{lead}    {}{}\n", "  ".repeat(step.depth), step.text));
    }
    out
}

// ---------------------------------------------------------------- JSON

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    provenance: Cow<'a, Provenance>,
    failure: Option<()>,
    findings: Vec<Value>,
    summary: Summary,
    tests: Vec<TestJson<'a>>,
    /// `null` without `--coverage`.
    coverage: Option<CoverageJson<'a>>,
}

#[derive(Serialize)]
struct Summary {
    tests: usize,
    passed: usize,
    failed: usize,
    /// Tests that could not be evaluated.
    errors: usize,
    /// Errors of the specs; with any, no test is run.
    findings: usize,
}

#[derive(Serialize)]
struct TestJson<'a> {
    name: &'a str,
    file: String,
    line: usize,
    status: &'static str,
    expectations: Vec<CheckJson<'a>>,
    errors: Vec<Value>,
}

#[derive(Serialize)]
struct CheckJson<'a> {
    what: &'a str,
    file: String,
    line: usize,
    column: usize,
    passed: bool,
    expected: ShownJson<'a>,
    within: Option<&'a str>,
    got: ShownJson<'a>,
    trace: Vec<StepJson<'a>>,
}

#[derive(Serialize)]
struct ShownJson<'a> {
    shown: &'a str,
    /// Exact and in base units; `null` where it is missing.
    value: Option<&'a str>,
}

#[derive(Serialize)]
struct StepJson<'a> {
    depth: usize,
    text: &'a str,
}

fn status(outcome: &Outcome) -> &'static str {
    match (outcome.errors.is_empty(), outcome.passed()) {
        (false, _) => "error",
        (_, true) => "passed",
        _ => "failed",
    }
}

fn counts(report: &Report) -> Summary {
    let of = |wanted: &str| report.outcomes.iter().filter(|outcome| status(outcome) == wanted).count();
    Summary {
        tests: report.outcomes.len(),
        passed: of("passed"),
        failed: of("failed"),
        errors: of("error"),
        findings: errors(report.findings).count(),
    }
}

fn errors(findings: &[Diagnostic]) -> impl Iterator<Item = &Diagnostic> {
    findings.iter().filter(|finding| finding.severity == Severity::Error)
}

pub fn json(report: &Report) -> String {
    let tests = report
        .outcomes
        .iter()
        .map(|outcome| {
            let (file, line, _) = place(report.sources, outcome.span);
            TestJson {
                name: &outcome.name,
                file,
                line,
                status: status(outcome),
                expectations: outcome.checks.iter().map(|check| check_json(report.sources, check)).collect(),
                errors: findings(report.sources, report.files, &outcome.errors),
            }
        })
        .collect();
    let document = Document {
        schema: Kind::Tests.schema(),
        provenance: Provenance::or_program(report.provenance),
        failure: None,
        findings: findings(report.sources, report.files, report.findings),
        summary: counts(report),
        tests,
        coverage: report.coverage.map(|items| covered::json(items, report.sources)),
    };
    // Texts and counts always have a form in JSON.
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

fn check_json<'c>(sources: &SourceSet, check: &'c Check) -> CheckJson<'c> {
    let (file, line, column) = place(sources, check.span);
    CheckJson {
        what: &check.what,
        file,
        line,
        column,
        passed: check.passed,
        expected: ShownJson { shown: &check.expected.text, value: check.expected.exact.as_deref() },
        within: check.within.as_deref(),
        got: ShownJson { shown: &check.got.text, value: check.got.exact.as_deref() },
        trace: check.trace.iter().map(|step| StepJson { depth: step.depth, text: &step.text }).collect(),
    }
}

// ---------------------------------------------------------------- JUnit

/// A suite for each file, with a case for each test, called as the test is; mistakes in the specs are a suite of their
/// own, with a case for each file that has some. Only what the schema of Jenkins knows is written.
pub fn junit(report: &Report) -> String {
    let mut files: Vec<String> = Vec::new();
    for outcome in report.outcomes {
        let (file, ..) = place(report.sources, outcome.span);
        if !files.contains(&file) {
            files.push(file);
        }
    }
    let mut suites = String::new();
    for file in &files {
        let of_file = report.outcomes.iter().filter(|outcome| place(report.sources, outcome.span).0 == *file);
        let of_file: Vec<&Outcome> = of_file.collect();
        let count = |wanted: &str| of_file.iter().filter(|outcome| status(outcome) == wanted).count();
        suites.push_str(&suite(file, (of_file.len(), count("failed"), count("error"))));
        let mut named: Vec<(&str, usize)> = Vec::new();
        for outcome in of_file {
            // Cases of one name would be taken for one.
            let times = match named.iter_mut().find(|(name, _)| *name == outcome.name) {
                Some((_, times)) => {
                    *times += 1;
                    *times
                }
                None => {
                    named.push((&outcome.name, 1));
                    1
                }
            };
            let name = if times > 1 { format!("{} ({times})", outcome.name) } else { outcome.name.clone() };
            case(report.sources, outcome, (&name, file), &mut suites);
        }
        suites.push_str("  </testsuite>\n");
    }
    let total = counts(report);
    let mut broken: Vec<(String, Vec<&Diagnostic>)> = Vec::new();
    for finding in errors(report.findings) {
        let at = finding.labels.first().map(|label| place(report.sources, label.span).0);
        let at = at.unwrap_or_else(|| "project".into());
        match broken.iter_mut().find(|(file, _)| *file == at) {
            Some((_, findings)) => findings.push(finding),
            None => broken.push((at, vec![finding])),
        }
    }
    if !broken.is_empty() {
        suites.push_str(&suite("the specs", (broken.len(), 0, broken.len())));
        for (file, findings) in &broken {
            suites.push_str(&opened("the specs", file));
            suites.push_str(&error(report.sources, findings));
            suites.push_str("    </testcase>\n");
        }
        suites.push_str("  </testsuite>\n");
    }
    document((total.tests + broken.len(), total.failed, total.errors + broken.len()), &suites)
}

/// The document of a run that could not do its work.
pub fn junit_of_failure(failure: &Failure) -> String {
    let mut suites = suite("the specs", (1, 0, 1)) + &opened("the specs", "project");
    let help = escaped(failure.help.as_deref().unwrap_or_default());
    suites += &format!("      <error type=\"failure\" message=\"{}\">{help}</error>\n", attribute(&failure.message));
    document((1, 0, 1), &(suites + "    </testcase>\n  </testsuite>\n"))
}

type Counts = (usize, usize, usize);

fn document((tests, failures, errors): Counts, suites: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"merit test\" tests=\"{tests}\" \
         failures=\"{failures}\" errors=\"{errors}\">\n{suites}</testsuites>\n"
    )
}

fn suite(name: &str, (tests, failures, errors): Counts) -> String {
    let name = attribute(name);
    format!("  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\">\n")
}

/// Servers show what stands before the last dot of the class as its package.
fn opened(file: &str, name: &str) -> String {
    let class = file.strip_suffix(".merit").unwrap_or(file).replace('.', "_");
    format!("    <testcase classname=\"{}\" name=\"{}\">\n", attribute(&format!("merit test.{class}")), attribute(name))
}

fn case(sources: &SourceSet, outcome: &Outcome, (name, file): (&str, &str), out: &mut String) {
    let opened = opened(file, name);
    if outcome.passed() {
        out.push_str(opened.trim_end_matches(">\n"));
        out.push_str("/>\n");
        return;
    }
    out.push_str(&opened);
    if !outcome.errors.is_empty() {
        out.push_str(&error(sources, &outcome.errors.iter().collect::<Vec<_>>()));
    }
    let failed: Vec<&Check> = outcome.checks.iter().filter(|check| !check.passed).collect();
    if let Some(first) = failed.first() {
        let message = format!("{}: expected {}, got {}", first.what, first.expected.text, first.got.text);
        let text: String = failed.iter().map(|check| failure(sources, check, "")).collect();
        out.push_str(&format!(
            "      <failure type=\"expectation\" message=\"{}\">{}</failure>\n",
            attribute(&message),
            escaped(&text)
        ));
    }
    out.push_str("    </testcase>\n");
}

/// A server keeps one error of a case, so all stand in one.
fn error(sources: &SourceSet, findings: &[&Diagnostic]) -> String {
    let Some(first) = findings.first() else { return String::new() };
    let message = match findings.len() {
        1 => first.message.clone(),
        several => format!("{}; the first: {}", counted(several, "error"), first.message),
    };
    let text = findings.iter().map(|finding| {
        let at = finding.labels.first().map(|label| place(sources, label.span));
        let at = at.map_or(String::new(), |(file, line, column)| format!("{file}:{line}:{column}: "));
        let help = finding.help.as_ref().map_or(String::new(), |help| format!("\nhelp: {help}"));
        format!("{at}{}{help}", finding.message)
    });
    format!(
        "      <error type=\"{}\" message=\"{}\">{}</error>\n",
        first.code.as_str(),
        attribute(&message),
        escaped(&text.collect::<Vec<_>>().join("\n\n"))
    )
}

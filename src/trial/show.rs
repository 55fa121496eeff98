//! Outcomes of tests as text for people, as JSON (`merit.tests/1`) and as JUnit's XML.
//!
//! Equal outcomes give the same bytes: no times, no paths but those given on the command line.

use owo_colors::OwoColorize;
use serde::Serialize;

use super::coverage::Item;
use super::covered::CoverageJson;
use super::{Check, Outcome, covered};
use crate::diagnostic::human::{HumanOptions, render};
use crate::diagnostic::{Diagnostic, Severity};
use crate::plural::counted;
use crate::source::{SourceSet, Span};
use crate::visible::visible;

/// The version of the JSON.
pub const SCHEMA: &str = "merit.tests/1";

/// What a run has to say.
pub struct Report<'a> {
    pub sources: &'a SourceSet,
    /// Empty where the specs have errors.
    pub outcomes: &'a [Outcome],
    /// What is wrong with the specs.
    pub findings: &'a [Diagnostic],
    /// What the tests reach and what they do not, where it is asked for.
    pub coverage: Option<&'a [Item]>,
}

/// Path, line and column of a place.
pub(super) fn place(sources: &SourceSet, span: Span) -> (String, usize, usize) {
    let file = sources.get(span.file);
    let (line, column) = file.line_column(span.start);
    (file.path.display().to_string().replace('\\', "/"), line, column)
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
    summary: Summary,
    tests: Vec<TestJson<'a>>,
    findings: Vec<FindingJson<'a>>,
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
    errors: Vec<FindingJson<'a>>,
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

#[derive(Serialize)]
struct FindingJson<'a> {
    code: &'static str,
    message: &'a str,
    file: Option<String>,
    line: Option<usize>,
    column: Option<usize>,
    help: Option<&'a str>,
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
                errors: outcome.errors.iter().map(|error| finding_json(report.sources, error)).collect(),
            }
        })
        .collect();
    let document = Document {
        schema: SCHEMA,
        summary: counts(report),
        tests,
        findings: errors(report.findings).map(|error| finding_json(report.sources, error)).collect(),
        coverage: report.coverage.map(|items| covered::json(items, report.sources)),
    };
    // Texts and counts always have a form in JSON.
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

fn finding_json<'f>(sources: &SourceSet, finding: &'f Diagnostic) -> FindingJson<'f> {
    let at = finding.labels.first().map(|label| place(sources, label.span));
    let (line, column) = (at.as_ref().map(|at| at.1), at.as_ref().map(|at| at.2));
    FindingJson {
        code: finding.code.as_str(),
        message: &finding.message,
        file: at.map(|at| at.0),
        line,
        column,
        help: finding.help.as_deref(),
    }
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

/// A suite for each file; findings in the specs are a suite of their own.
pub fn junit(report: &Report) -> String {
    let total = counts(report);
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out.push_str(&format!(
        "<testsuites name=\"merit\" tests=\"{}\" failures=\"{}\" errors=\"{}\">\n",
        total.tests + total.findings,
        total.failed,
        total.errors + total.findings
    ));
    let mut files: Vec<String> = Vec::new();
    for outcome in report.outcomes {
        let (file, ..) = place(report.sources, outcome.span);
        if !files.contains(&file) {
            files.push(file);
        }
    }
    for file in &files {
        let of_file = report.outcomes.iter().filter(|outcome| place(report.sources, outcome.span).0 == *file);
        let of_file: Vec<&Outcome> = of_file.collect();
        let count = |wanted: &str| of_file.iter().filter(|outcome| status(outcome) == wanted).count();
        out.push_str(&format!(
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\">\n",
            escaped(file),
            of_file.len(),
            count("failed"),
            count("error")
        ));
        for outcome in of_file {
            case(report.sources, outcome, &mut out);
        }
        out.push_str("  </testsuite>\n");
    }
    if total.findings > 0 {
        out.push_str(&format!(
            "  <testsuite name=\"the specs\" tests=\"{0}\" failures=\"0\" errors=\"{0}\">\n",
            total.findings
        ));
        for finding in errors(report.findings) {
            let at = finding.labels.first().map(|label| place(report.sources, label.span));
            let at = at.map_or(String::new(), |(file, line, _)| format!("{file}:{line}"));
            let code = finding.code.as_str();
            out.push_str(&format!("    <testcase name=\"{}\" classname=\"{code}\">\n", escaped(&at)));
            let help = escaped(finding.help.as_deref().unwrap_or_default());
            out.push_str(&format!("      <error message=\"{}\">{help}</error>\n", escaped(&finding.message)));
            out.push_str("    </testcase>\n");
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

fn case(sources: &SourceSet, outcome: &Outcome, out: &mut String) {
    let (file, line, _) = place(sources, outcome.span);
    let file = escaped(&file);
    out.push_str(&format!(
        "    <testcase name=\"{}\" classname=\"{file}\" file=\"{file}\" line=\"{line}\"",
        escaped(&outcome.name)
    ));
    if outcome.passed() {
        out.push_str("/>\n");
        return;
    }
    out.push_str(">\n");
    let failed: Vec<&Check> = outcome.checks.iter().filter(|check| !check.passed).collect();
    if let Some(first) = failed.first() {
        let message = format!("{}: expected {}, got {}", first.what, first.expected.text, first.got.text);
        let text: String = failed.iter().map(|check| failure(sources, check, "")).collect();
        out.push_str(&format!("      <failure message=\"{}\">{}</failure>\n", escaped(&message), escaped(&text)));
    }
    for error in &outcome.errors {
        let help = escaped(error.help.as_deref().unwrap_or_default());
        out.push_str(&format!("      <error message=\"{}\">{help}</error>\n", escaped(&error.message)));
    }
    out.push_str("    </testcase>\n");
}

/// Text as XML takes it; signs that no XML may hold become `?`.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(letter),
            letter if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') => out.push('?'),
            letter => out.push(letter),
        }
    }
    out
}

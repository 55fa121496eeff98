//! JUnit XML, for the test reports of build servers: a case for each spec, and one for the project as a whole. A case has
//! the same name after every edit, so that a server can tell since when it fails; what is wrong stands in it.
//!
//! Only the elements and attributes that the schema of Jenkins knows are written.

use super::checked::{Checked, from_root, full_text};
use super::xml::{attribute, escaped};
use super::{Diagnostic, Severity};
use crate::plural::counted;

pub fn render(checked: &Checked) -> String {
    let mut cases: Vec<Case> = Vec::new();
    let whole: Vec<&Diagnostic> =
        checked.diagnostics.iter().filter(|diagnostic| checked.labels(diagnostic).is_empty()).collect();
    cases.push(Case::of(checked, "project", "project".into(), whole));
    for (file, source) in checked.specs() {
        let here =
            |diagnostic: &&Diagnostic| checked.labels(diagnostic).first().is_some_and(|label| label.span.file == file);
        let path = from_root(&source.path).unwrap_or_else(|| source.path.display().to_string().replace('\\', "/"));
        cases.push(Case::of(checked, &class(&path), path, checked.diagnostics.iter().filter(here).collect()));
    }
    let errors = usize::from(checked.failure.is_some());
    let failures = cases.iter().filter(|case| case.failed).count();
    let counts = format!("tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\"", cases.len());
    let cases: String = cases.into_iter().map(|case| case.text).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"merit check\" {counts}>\n  \
         <testsuite name=\"merit check\" {counts}>\n{cases}  </testsuite>\n</testsuites>\n"
    )
}

/// Servers show what stands before the last dot as the package: `merit check.specs/sales` of `specs/sales.merit`.
fn class(path: &str) -> String {
    path.strip_suffix(".merit").unwrap_or(path).replace('.', "_")
}

struct Case {
    text: String,
    failed: bool,
}

impl Case {
    fn of(checked: &Checked, class: &str, name: String, found: Vec<&Diagnostic>) -> Case {
        let mut inner = String::new();
        let (errors, warnings): (Vec<&Diagnostic>, Vec<&Diagnostic>) =
            found.into_iter().partition(|diagnostic| diagnostic.is_error());
        if let Some(failure) = checked.failure.filter(|_| class == "project") {
            let help = failure.help.as_deref().unwrap_or_default();
            inner.push_str(&format!(
                "      <error type=\"failure\" message=\"{}\">{}</error>\n",
                attribute(&failure.message),
                escaped(help)
            ));
        }
        // A server keeps one failure of a case, so all stand in one.
        if let Some(first) = errors.first() {
            let message = match errors.len() {
                1 => first.message.clone(),
                several => format!("{}; the first: {}", counted(several, "error"), first.message),
            };
            let text: Vec<String> = errors.iter().map(|error| line(checked, error, &full_text(error))).collect();
            inner.push_str(&format!(
                "      <failure type=\"{}\" message=\"{}\">{}</failure>\n",
                first.code.as_str(),
                attribute(&message),
                escaped(&text.join("\n\n"))
            ));
        }
        if !warnings.is_empty() {
            let lines: String =
                warnings.iter().map(|warning| format!("{}\n", line(checked, warning, &warning.message))).collect();
            inner.push_str(&format!("      <system-out>{}</system-out>\n", escaped(&lines)));
        }
        let open = format!(
            "    <testcase classname=\"{}\" name=\"{}\"",
            attribute(&format!("merit check.{class}")),
            attribute(&name)
        );
        let text = match inner.is_empty() {
            true => format!("{open}/>\n"),
            false => format!("{open}>\n{inner}    </testcase>\n"),
        };
        Case { text, failed: !errors.is_empty() }
    }
}

/// `specs/a.merit:3:11: warning[unused]: …`
fn line(checked: &Checked, diagnostic: &Diagnostic, text: &str) -> String {
    let at =
        checked.main_place(diagnostic).map(|place| format!("{}:{}:{}: ", place.path, place.start.0, place.start.1));
    let severity = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    format!("{}{severity}[{}]: {text}", at.unwrap_or_default(), diagnostic.code.as_str())
}

//! JUnit XML, for the test reports of build servers: a case for each spec without errors, and one for each error.

use super::checked::{Checked, full_text};
use super::{Diagnostic, Severity};

pub fn render(checked: &Checked) -> String {
    let mut cases: Vec<String> = Vec::new();
    for (file, source) in checked.specs() {
        let here =
            |diagnostic: &&Diagnostic| checked.labels(diagnostic).first().is_some_and(|label| label.span.file == file);
        let (errors, warnings): (Vec<&Diagnostic>, Vec<&Diagnostic>) =
            checked.diagnostics.iter().filter(here).partition(|diagnostic| diagnostic.is_error());
        let path = source.path.display().to_string();
        if errors.is_empty() {
            cases.push(passed(checked, &path, &warnings));
        } else {
            cases.extend(errors.into_iter().map(|error| failed(checked, &path, error)));
        }
    }
    let nowhere = checked.diagnostics.iter().filter(|diagnostic| checked.labels(diagnostic).is_empty());
    cases.extend(nowhere.filter(|diagnostic| diagnostic.is_error()).map(|error| failed(checked, "project", error)));
    let (tests, failures) = (cases.len(), checked.count(Severity::Error));
    let mut stopped = 0;
    if let Some(message) = checked.failure {
        stopped = 1;
        cases.push(format!(
            "    <testcase classname=\"merit check\" name=\"project\">\n      <error message=\"{}\"/>\n    </testcase>\n",
            escaped(message)
        ));
    }
    let counts = format!("tests=\"{}\" failures=\"{failures}\" errors=\"{stopped}\"", tests + stopped);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"merit check\" {counts}>\n  \
         <testsuite name=\"merit check\" {counts}>\n{}  </testsuite>\n</testsuites>\n",
        cases.concat()
    )
}

fn passed(checked: &Checked, path: &str, warnings: &[&Diagnostic]) -> String {
    let name = format!("    <testcase classname=\"merit check\" name=\"{}\"", escaped(path));
    if warnings.is_empty() {
        return format!("{name}/>\n");
    }
    let lines: String = warnings.iter().map(|warning| format!("{}\n", escaped(&line(checked, warning)))).collect();
    format!("{name}>\n      <system-out>{lines}</system-out>\n    </testcase>\n")
}

fn failed(checked: &Checked, path: &str, error: &Diagnostic) -> String {
    let at = checked.main_place(error).map(|place| format!(":{}:{}", place.start.0, place.start.1));
    format!(
        "    <testcase classname=\"merit check\" name=\"{}\">\n      \
         <failure type=\"{}\" message=\"{}\">{}</failure>\n    </testcase>\n",
        escaped(&format!("{path}{} {}", at.unwrap_or_default(), error.code.as_str())),
        error.code.as_str(),
        escaped(&error.message),
        escaped(&full_text(error)),
    )
}

/// `specs/a.merit:3:11: warning[unused]: …`
fn line(checked: &Checked, diagnostic: &Diagnostic) -> String {
    let at =
        checked.main_place(diagnostic).map(|place| format!("{}:{}:{}: ", place.path, place.start.0, place.start.1));
    let (severity, code) = (diagnostic.severity.as_str(), diagnostic.code.as_str());
    format!("{}{severity}[{code}]: {}", at.unwrap_or_default(), diagnostic.message)
}

/// What XML would read as its own, and characters it does not allow at all.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(c),
        }
    }
    out
}

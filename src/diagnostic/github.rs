//! Workflow commands of GitHub Actions: each finding is shown beside its line in a change.
//!
//! GitHub shows ten errors and ten warnings of a step, and drops the rest without a word. So no more are sent; the others
//! stand in the log, a line each, and the total is said.

use super::checked::{Checked, full_text};
use super::{Diagnostic, Severity};
use crate::plural::counted;

/// So many of each kind are shown.
const SHOWN: usize = 10;

pub fn render(checked: &Checked) -> String {
    let mut out = String::new();
    if let Some(failure) = checked.failure {
        let help = failure.help.as_ref().map_or(String::new(), |help| format!("\nhelp: {help}"));
        out.push_str(&format!("::error title=merit::{}\n", data(&format!("{}{help}", failure.message))));
    }
    let kinds = [(Severity::Error, "error"), (Severity::Warning, "warning")];
    let mut rest = String::new();
    for (severity, _) in kinds {
        let of_kind = || checked.diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity);
        of_kind().take(SHOWN).for_each(|diagnostic| out.push_str(&command(checked, diagnostic)));
        of_kind().skip(SHOWN).for_each(|diagnostic| rest.push_str(&line(checked, diagnostic)));
    }
    if !rest.is_empty() {
        let total = kinds.map(|(severity, word)| (checked.count(severity), word));
        let total: Vec<String> =
            total.iter().filter(|(count, _)| *count > 0).map(|(count, word)| counted(*count, word)).collect();
        let said = format!(
            "{} in all; of each kind GitHub shows {SHOWN} beside their lines, and all stand in the log of this step",
            total.join(" and ")
        );
        out.push_str(&format!("::notice title=merit::{}\n{rest}", data(&said)));
    }
    out
}

fn command(checked: &Checked, diagnostic: &Diagnostic) -> String {
    let mut properties = Vec::new();
    if let Some(label) = checked.labels(diagnostic).first() {
        let place = checked.place_from_root(label.span);
        properties.push(format!("file={}", property(&place.path)));
        properties.push(format!("line={}", place.start.0));
        properties.push(format!("endLine={}", place.end.0));
        // Columns mean something only on one line; both ends count.
        if place.start.0 == place.end.0 {
            properties.push(format!("col={}", place.start.1));
            properties.push(format!("endColumn={}", place.end.1.saturating_sub(1).max(place.start.1)));
        }
    }
    properties.push(format!("title={}", property(&format!("merit: {}", diagnostic.code.as_str()))));
    format!("::{} {}::{}\n", diagnostic.severity.as_str(), properties.join(","), data(&full_text(diagnostic)))
}

/// A line of the log; nothing in it is a command.
fn line(checked: &Checked, diagnostic: &Diagnostic) -> String {
    let at = checked.labels(diagnostic).first().map(|label| {
        let place = checked.place_from_root(label.span);
        format!("{}:{}:{}: ", place.path, place.start.0, place.start.1)
    });
    let text = full_text(diagnostic).replace(['\r', '\n'], " ");
    let (severity, code) = (diagnostic.severity.as_str(), diagnostic.code.as_str());
    format!("- {}{severity}[{code}]: {text}\n", at.unwrap_or_default())
}

/// The text of a command is one line.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

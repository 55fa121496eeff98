//! Workflow commands of GitHub Actions: each finding is shown beside its line in a change.

use super::Diagnostic;
use super::checked::{Checked, full_text};

pub fn render(checked: &Checked) -> String {
    let mut out = String::new();
    if let Some(message) = checked.failure {
        out.push_str(&format!("::error title=merit::{}\n", data(message)));
    }
    for diagnostic in checked.diagnostics {
        out.push_str(&command(checked, diagnostic));
    }
    out
}

fn command(checked: &Checked, diagnostic: &Diagnostic) -> String {
    let mut properties = Vec::new();
    if let Some(place) = checked.main_place(diagnostic) {
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

/// The text of a command is one line.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

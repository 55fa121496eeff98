//! The findings for programs. `docs/check.schema.json` describes the document.
//!
//! New fields may come with any version of the program; what a field means changes only with [`VERSION`].

use serde_json::{Value, json};

use super::checked::Checked;
use super::{DataPlace, Diagnostic, Label, Severity};
use crate::source::Span;

/// The version of the document's form.
pub const VERSION: u32 = 1;

pub fn render(checked: &Checked) -> String {
    let findings: Vec<Value> = checked.diagnostics.iter().map(|diagnostic| finding(checked, diagnostic)).collect();
    let document = json!({
        "format": "merit-check",
        "version": VERSION,
        "program": env!("CARGO_PKG_VERSION"),
        "failure": checked.failure,
        "summary": {
            "files": checked.files,
            "positions": checked.positions,
            "kpis": checked.kpis,
            "errors": checked.count(Severity::Error),
            "warnings": checked.count(Severity::Warning),
        },
        "findings": findings,
    });
    format!("{document:#}\n")
}

fn finding(checked: &Checked, diagnostic: &Diagnostic) -> Value {
    let labels: Vec<Value> = checked.labels(diagnostic).into_iter().map(|label| place(checked, label)).collect();
    json!({
        "code": diagnostic.code.as_str(),
        "severity": diagnostic.severity.as_str(),
        "message": diagnostic.message,
        "places": labels,
        "data": diagnostic.data.iter().map(data).collect::<Vec<_>>(),
        "notes": diagnostic.notes,
        "help": diagnostic.help,
    })
}

fn place(checked: &Checked, label: &Label) -> Value {
    let Span { start, end, .. } = label.span;
    let place = checked.place(label.span);
    let at = |(line, column): (usize, usize), offset: u32| json!({ "line": line, "column": column, "offset": offset });
    json!({ "file": place.path, "start": at(place.start, start), "end": at(place.end, end.max(start)), "text": label.text })
}

fn data(place: &DataPlace) -> Value {
    let mut shown = json!({ "file": place.file, "row": place.row, "column": place.column, "text": place.text });
    for (name, value) in [("sheet", &place.sheet), ("key", &place.key), ("cell", &place.cell)] {
        if let Some(value) = value {
            shown[name] = json!(value);
        }
    }
    shown
}

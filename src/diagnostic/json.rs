//! The findings for programs. `docs/check.schema.json` describes the document.

use serde_json::{Value, json};

use super::checked::Checked;
use super::{DataPlace, Diagnostic, Edit, Label, Mend, Severity};
use crate::documents::Document;
use crate::provenance::Provenance;
use crate::source::{SourceSet, Span};

pub fn render(checked: &Checked) -> String {
    let document = json!({
        "schema": Document::Check.schema(),
        "provenance": Provenance::or_program(checked.provenance),
        "failure": checked.failure,
        "findings": checked.diagnostics.iter().map(|diagnostic| finding(checked, diagnostic)).collect::<Vec<_>>(),
        "summary": {
            "files": checked.files,
            "positions": checked.positions,
            "kpis": checked.kpis,
            "errors": checked.count(Severity::Error),
            "warnings": checked.count(Severity::Warning),
        },
    });
    format!("{document:#}\n")
}

/// The findings as every document has them. The first `files` of the sources are specs; behind them is the library that
/// ships with the program, in which nobody looks for places.
pub fn findings<'d>(
    sources: &SourceSet,
    files: usize,
    diagnostics: impl IntoIterator<Item = &'d Diagnostic>,
) -> Vec<Value> {
    let checked = Checked { files, ..Checked::of(sources) };
    diagnostics.into_iter().map(|diagnostic| finding(&checked, diagnostic)).collect()
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
        "mends": checked.mends(diagnostic).map(|found| mend(checked, found)).collect::<Vec<_>>(),
    })
}

fn place(checked: &Checked, label: &Label) -> Value {
    let mut place = range(checked, label.span);
    place["text"] = json!(label.text);
    place
}

fn mend(checked: &Checked, mend: &Mend) -> Value {
    let edit = |Edit { span, text }: &Edit| {
        let mut edit = range(checked, *span);
        edit["text"] = json!(text);
        edit
    };
    json!({ "text": mend.shown, "edits": mend.edits.iter().map(edit).collect::<Vec<_>>() })
}

fn range(checked: &Checked, span: Span) -> Value {
    let Span { start, end, .. } = span;
    let place = checked.place(span);
    let at = |(line, column): (usize, usize), offset: u32| json!({ "line": line, "column": column, "offset": offset });
    json!({ "file": place.path, "start": at(place.start, start), "end": at(place.end, end.max(start)) })
}

fn data(place: &DataPlace) -> Value {
    json!({
        "file": place.file,
        "sheet": place.sheet,
        "row": place.row,
        "key": place.key,
        "column": place.column,
        "cell": place.cell,
        "text": place.text,
    })
}

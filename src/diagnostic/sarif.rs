//! SARIF 2.1.0, as code hosts read it: a run of the tool with its rules and results.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::checked::{Checked, Place, full_text};
use super::explanations::explanation;
use super::{Code, Diagnostic, Edit, Mend, Severity};
use crate::provenance;
use crate::source::FileId;

pub fn render(checked: &Checked) -> String {
    let used: BTreeSet<Code> = checked.diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    let codes: Vec<Code> = used.into_iter().collect();
    let results: Vec<Value> =
        checked.diagnostics.iter().map(|diagnostic| result(checked, diagnostic, &codes)).collect();
    let failures: Vec<Value> = checked
        .failure
        .iter()
        .map(|failure| {
            let text = failure.help.iter().fold(failure.message.clone(), |text, help| format!("{text}\nhelp: {help}"));
            json!({ "level": "error", "message": { "text": text } })
        })
        .collect();
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "merit",
                "version": provenance::program(),
                "semanticVersion": provenance::VERSION,
                "rules": codes.iter().map(|code| rule(*code)).collect::<Vec<_>>(),
            }},
            "invocations": [{
                "executionSuccessful": checked.failure.is_none(),
                "toolExecutionNotifications": failures,
            }],
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{document:#}\n")
}

fn rule(code: Code) -> Value {
    let explained = explanation(code);
    json!({
        "id": code.as_str(),
        "shortDescription": { "text": explained.title },
        "fullDescription": { "text": explained.text },
        "defaultConfiguration": { "level": code.severity().as_str() },
        "help": { "text": format!("{}\n\n`merit explain {}` shows examples.", explained.text, code.as_str()) },
    })
}

fn result(checked: &Checked, diagnostic: &Diagnostic, codes: &[Code]) -> Value {
    let labels = checked.labels(diagnostic);
    let mut locations: Vec<Value> = Vec::new();
    let mut related: Vec<Value> = Vec::new();
    for (at, label) in labels.iter().enumerate() {
        let mut location = json!({ "physicalLocation": physical(&checked.place_from_root(label.span)) });
        if !label.text.is_empty() {
            location["message"] = json!({ "text": label.text });
        }
        match at {
            0 => locations.push(location),
            _ => {
                location["id"] = json!(at);
                related.push(location);
            }
        }
    }
    let mut result = json!({
        "ruleId": diagnostic.code.as_str(),
        "ruleIndex": codes.iter().position(|code| *code == diagnostic.code),
        "level": match diagnostic.severity { Severity::Error => "error", Severity::Warning => "warning" },
        "message": { "text": full_text(diagnostic) },
        "locations": locations,
    });
    if !related.is_empty() {
        result["relatedLocations"] = Value::Array(related);
    }
    let fixes: Vec<Value> = checked.mends(diagnostic).map(|mend| fix(checked, mend)).collect();
    if !fixes.is_empty() {
        result["fixes"] = Value::Array(fixes);
    }
    result
}

/// The edits of a mend by the files that they change.
fn fix(checked: &Checked, mend: &Mend) -> Value {
    let mut files: BTreeMap<FileId, Vec<&Edit>> = BTreeMap::new();
    for edit in &mend.edits {
        files.entry(edit.span.file).or_default().push(edit);
    }
    let changes = files.into_values().map(|edits| {
        let mut location = Value::Null;
        let replacements: Vec<Value> = edits
            .into_iter()
            .map(|edit| {
                let place = checked.place_from_root(edit.span);
                location = artifact(&place);
                let mut replacement = json!({ "deletedRegion": region(&place) });
                if !edit.text.is_empty() {
                    replacement["insertedContent"] = json!({ "text": edit.text });
                }
                replacement
            })
            .collect();
        json!({ "artifactLocation": location, "replacements": replacements })
    });
    let text = if mend.shown.is_empty() { "take it away".to_string() } else { format!("write `{}`", mend.shown) };
    json!({ "description": { "text": text }, "artifactChanges": changes.collect::<Vec<_>>() })
}

fn physical(place: &Place) -> Value {
    json!({ "artifactLocation": artifact(place), "region": region(place) })
}

/// Relative paths start at the root of the sources, which is the repository's wherever there is one.
fn artifact(place: &Place) -> Value {
    let uri = uri(&place.path);
    match uri.starts_with("file:") {
        true => json!({ "uri": uri }),
        false => json!({ "uri": uri, "uriBaseId": "%SRCROOT%" }),
    }
}

fn region(place: &Place) -> Value {
    json!({
        "startLine": place.start.0,
        "startColumn": place.start.1,
        "endLine": place.end.0,
        "endColumn": place.end.1,
    })
}

/// A path as a reference of RFC 3986: relative as it is, absolute under `file:`.
fn uri(path: &str) -> String {
    let mut out = String::new();
    let drive = path.as_bytes().get(1) == Some(&b':');
    if path.starts_with('/') || drive {
        out.push_str(if drive { "file:///" } else { "file://" });
    }
    for (at, byte) in path.bytes().enumerate() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            b':' if drive && at == 1 => out.push(':'),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn paths_are_uris() {
        assert_eq!(uri("specs/a b.merit"), "specs/a%20b.merit");
        assert_eq!(uri("岗位.merit"), "%E5%B2%97%E4%BD%8D.merit");
        assert_eq!(uri("/tmp/a:b.merit"), "file:///tmp/a%3Ab.merit");
        assert_eq!(uri("C:/specs/a.merit"), "file:///C:/specs/a.merit");
    }
}

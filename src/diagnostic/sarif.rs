//! SARIF 2.1.0, as code hosts read it: a run of the tool with its rules and results.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::checked::{Checked, Place, full_text};
use super::explanations::explanation;
use super::{Code, Diagnostic, Severity};

pub fn render(checked: &Checked) -> String {
    let used: BTreeSet<Code> = checked.diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    let codes: Vec<Code> = used.into_iter().collect();
    let results: Vec<Value> =
        checked.diagnostics.iter().map(|diagnostic| result(checked, diagnostic, &codes)).collect();
    let failures: Vec<Value> =
        checked.failure.iter().map(|message| json!({ "level": "error", "message": { "text": message } })).collect();
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "merit",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
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
        let mut location = json!({ "physicalLocation": physical(&checked.place(label.span)) });
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
    result
}

fn physical(place: &Place) -> Value {
    json!({
        "artifactLocation": { "uri": uri(&place.path) },
        "region": {
            "startLine": place.start.0,
            "startColumn": place.start.1,
            "endLine": place.end.0,
            "endColumn": place.end.1,
        },
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

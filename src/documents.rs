//! The documents that programs read: what they are called, and what stands at the head of each.
//!
//! Every document is an object that begins with `schema`, the `$id` of the schema in `docs` that describes it; then come
//! `provenance`, what made it; `failure`, why the program could not do its work; and `findings`, what is wrong with the
//! specs or the data. Where one of these stands in the way, nothing else follows.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::provenance::Provenance;

/// The kinds of documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Document {
    Alignment,
    Audit,
    Check,
    Closing,
    Data,
    Diff,
    Estimate,
    Fmt,
    Goal,
    Periods,
    Plan,
    Restate,
    Results,
    Sql,
    Tests,
    Verify,
    Why,
}

impl Document {
    pub const ALL: [Document; 17] = [
        Document::Alignment,
        Document::Audit,
        Document::Check,
        Document::Closing,
        Document::Data,
        Document::Diff,
        Document::Estimate,
        Document::Fmt,
        Document::Goal,
        Document::Periods,
        Document::Plan,
        Document::Restate,
        Document::Results,
        Document::Sql,
        Document::Tests,
        Document::Verify,
        Document::Why,
    ];

    /// What `schema` is. The number changes when a field goes or gets another name, type or meaning; fields may be added
    /// under the same number.
    pub const fn schema(self) -> &'static str {
        match self {
            Document::Alignment => "urn:merit:alignment:2",
            Document::Audit => "urn:merit:audit:1",
            Document::Check => "urn:merit:check:2",
            Document::Closing => "urn:merit:closing:1",
            Document::Data => "urn:merit:data:2",
            Document::Diff => "urn:merit:diff:1",
            Document::Estimate => "urn:merit:estimate:1",
            Document::Fmt => "urn:merit:fmt:2",
            Document::Goal => "urn:merit:goal:1",
            Document::Periods => "urn:merit:periods:2",
            Document::Plan => "urn:merit:plan:2",
            Document::Restate => "urn:merit:restate:1",
            Document::Results => "urn:merit:results:2",
            Document::Sql => "urn:merit:sql:2",
            Document::Tests => "urn:merit:tests:2",
            Document::Verify => "urn:merit:verify:1",
            Document::Why => "urn:merit:why:1",
        }
    }

    /// The file in `docs` that describes it.
    pub fn file(self) -> String {
        let name = self.schema().split(':').nth(2).unwrap_or_default();
        format!("{name}.schema.json")
    }

    /// The document of a command that came to nothing.
    pub fn refused(self, provenance: &Provenance, failure: Option<&Failure>, findings: Vec<Value>) -> String {
        let document = json!({
            "schema": self.schema(),
            "provenance": provenance,
            "failure": failure,
            "findings": findings,
        });
        format!("{document:#}\n")
    }
}

/// Why the program could not do its work: a folder that is not there, a wrong argument.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    pub message: String,
    /// What to do instead.
    pub help: Option<String>,
}

/// The SHA-256 of a document without one of its fields, in hexadecimal digits: of its text with the fields of every object
/// in the order of their names, and without blanks or breaks between them. Whoever reads the document can compute it again.
pub fn digest(mut document: Value, without: &str) -> String {
    if let Some(fields) = document.as_object_mut() {
        fields.shift_remove(without);
    }
    let hash = Sha256::digest(ordered(&document).to_string());
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn ordered(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let by_name: BTreeMap<&String, &Value> = fields.iter().collect();
            Value::Object(by_name.into_iter().map(|(name, value)| (name.clone(), ordered(value))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(ordered).collect()),
        other => other.clone(),
    }
}

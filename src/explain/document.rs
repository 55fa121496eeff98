//! The document of an explanation, for programs: with what made it, and a digest by which it is known again.

use serde::Serialize;

use super::contrast::GradeGap;
use super::contrast::document::Contrast;
use super::why::document::Why;
use crate::documents::{Document, digest};
use crate::provenance::Provenance;

#[derive(Serialize)]
struct Whole<'a> {
    schema: &'static str,
    provenance: &'a Provenance,
    failure: Option<()>,
    findings: [(); 0],
    #[serde(flatten)]
    why: &'a Why,
    /// What makes the score differ from another one.
    contrast: Option<&'a Contrast>,
    /// What stands between the score and a grade.
    gap: Option<&'a GradeGap>,
    /// Of all that stands before.
    digest: Option<String>,
}

/// An explanation as JSON, with a line break at its end.
pub fn json(why: &Why, provenance: &Provenance, contrast: Option<&Contrast>, gap: Option<&GradeGap>) -> String {
    let schema = Document::Why.schema();
    let mut whole = Whole { schema, provenance, failure: None, findings: [], why, contrast, gap, digest: None };
    whole.digest = serde_json::to_value(&whole).ok().map(|whole| digest(whole, "digest"));
    serde_json::to_string_pretty(&whole).unwrap_or_default() + "\n"
}

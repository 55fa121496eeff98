//! Findings for programs: docs/audit.schema.json.

use serde::Serialize;

use super::text::place;
use super::{Audit, Finding, Lines};
use crate::documents::Document;
use crate::number::Number;
use crate::provenance::Provenance;
use crate::source::SourceSet;

/// The document.
#[derive(Serialize)]
pub struct AuditDocument<'a> {
    schema: &'static str,
    provenance: &'a Provenance,
    failure: Option<()>,
    findings: [(); 0],
    company: &'a str,
    period: String,
    people: usize,
    positions: usize,
    lines: LinesJson<'a>,
    odd: Vec<FindingJson<'a>>,
    not_shown: &'a [String],
    /// Of all that stands before.
    digest: Option<String>,
}

#[derive(Serialize)]
struct LinesJson<'a> {
    people: usize,
    same: &'a Number,
    correlation: &'a Number,
    correlated: usize,
    near: usize,
    chance: &'a Number,
    unmeasured: &'a Number,
    unassigned: &'a Number,
    apart: &'a Number,
    ruled: usize,
    ruled_part: &'a Number,
    gap: &'a Number,
    group: usize,
}

#[derive(Serialize)]
struct FindingJson<'a> {
    kind: &'static str,
    denied: bool,
    position: Option<&'a str>,
    message: String,
    details: &'a [String],
    figures: Vec<FigureJson<'a>>,
    places: Vec<PlaceJson>,
    who: Vec<WhoJson<'a>>,
    look: &'a str,
}

#[derive(Serialize)]
struct FigureJson<'a> {
    name: &'a str,
    of: Option<&'a str>,
    value: &'a Number,
    approximate: bool,
}

#[derive(Serialize)]
struct PlaceJson {
    file: String,
    line: usize,
}

#[derive(Serialize)]
struct WhoJson<'a> {
    roster: &'a str,
    person: &'a str,
    name: &'a str,
}

/// What it is about, beside what was found.
pub struct About<'a> {
    pub sources: &'a SourceSet,
    pub provenance: &'a Provenance,
    pub company: &'a str,
    pub period: String,
    pub lines: &'a Lines,
    /// Whether a finding counts as an error.
    pub denied: &'a dyn Fn(&Finding) -> bool,
}

pub fn write(audit: &Audit, about: &About<'_>) -> String {
    let mut document = AuditDocument {
        schema: Document::Audit.schema(),
        provenance: about.provenance,
        failure: None,
        findings: [],
        company: about.company,
        period: about.period.clone(),
        people: audit.people,
        positions: audit.positions,
        lines: lines(about.lines),
        odd: audit.findings.iter().map(|finding| of_finding(finding, about)).collect(),
        not_shown: &audit.left,
        digest: None,
    };
    document.digest = serde_json::to_value(&document).ok().map(|whole| crate::documents::digest(whole, "digest"));
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

fn lines(lines: &Lines) -> LinesJson<'_> {
    LinesJson {
        people: lines.people,
        same: &lines.same,
        correlation: &lines.correlation,
        correlated: lines.correlated,
        near: lines.near,
        chance: &lines.chance,
        unmeasured: &lines.unmeasured,
        unassigned: &lines.unassigned,
        apart: &lines.apart,
        ruled: lines.ruled,
        ruled_part: &lines.ruled_part,
        gap: &lines.gap,
        group: lines.group,
    }
}

fn of_finding<'a>(finding: &'a Finding, about: &About<'_>) -> FindingJson<'a> {
    let place = |span: &crate::source::Span| {
        let (file, line) = place(about.sources, *span);
        PlaceJson { file, line }
    };
    FindingJson {
        kind: finding.kind.name(),
        denied: (about.denied)(finding),
        position: finding.position.as_deref(),
        message: finding.sentence.clone(),
        details: &finding.details,
        figures: finding
            .figures
            .iter()
            .map(|figure| FigureJson {
                name: &figure.name,
                of: figure.of.as_deref(),
                value: &figure.value,
                approximate: figure.value.is_approximate(),
            })
            .collect(),
        places: finding.places.iter().map(place).collect(),
        who: finding
            .who
            .iter()
            .map(|one| WhoJson { roster: &one.roster, person: &one.person, name: &one.name })
            .collect(),
        look: &finding.look,
    }
}

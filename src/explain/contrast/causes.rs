//! What makes two scores differ.

use serde::{Serialize, Serializer};

/// The kinds of causes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CauseKind {
    /// What a KPI comes to.
    Value,
    Target,
    Weight,
    /// How a value becomes a score, what a scorecard is made of, and what stands behind its total.
    Rule,
    /// An entry has a score on one side only, so that its weight is the others'.
    Redistribution,
    /// Whether a veto holds.
    Veto,
    /// Scores of other people that are taken in; posts, and the days in them.
    People,
    /// What people decided about the score or a KPI.
    Ruling,
}

impl CauseKind {
    /// What it is called in documents, and in tables.
    pub fn word(self) -> &'static str {
        match self {
            CauseKind::Value => "value",
            CauseKind::Target => "target",
            CauseKind::Weight => "weight",
            CauseKind::Rule => "rule",
            CauseKind::Redistribution => "redistribution",
            CauseKind::Veto => "veto",
            CauseKind::People => "people",
            CauseKind::Ruling => "ruling",
        }
    }
}

impl Serialize for CauseKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

/// A cause: what of which entry, and what it is on both sides.
#[derive(Clone, Debug, Serialize)]
pub struct Cause {
    pub kind: CauseKind,
    /// The entry, bonus or veto.
    pub name: String,
    pub label: String,
    /// What it is on both sides, for people.
    pub before: String,
    pub after: String,
}

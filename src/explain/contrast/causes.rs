//! What makes two scores differ.

use super::document::CauseTold;

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
}

impl CauseKind {
    /// What it is called in documents.
    pub fn word(self) -> &'static str {
        match self {
            CauseKind::Value => "value",
            CauseKind::Target => "target",
            CauseKind::Weight => "weight",
            CauseKind::Rule => "rule",
            CauseKind::Redistribution => "redistribution",
            CauseKind::Veto => "veto",
            CauseKind::People => "people",
        }
    }
}

/// A cause: what of which entry, and what it is on both sides.
#[derive(Clone, Debug)]
pub struct Cause {
    pub kind: CauseKind,
    /// The entry, bonus or veto.
    pub name: String,
    pub label: String,
    /// Of the card, where there are several.
    pub card: usize,
    pub before: String,
    pub after: String,
}

impl Cause {
    pub(super) fn told(&self) -> CauseTold {
        let Cause { kind, name, label, card: _, before, after } = self.clone();
        CauseTold { kind: kind.word(), name, label, before, after }
    }
}

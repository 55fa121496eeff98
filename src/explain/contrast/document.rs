//! A difference as data.

use serde::Serialize;

use crate::number::Number;

/// A difference between two overall scores, and what makes it.
#[derive(Clone, Debug, Serialize)]
pub struct Contrast {
    pub before: Number,
    pub after: Number,
    pub difference: Number,
    /// The largest first; they total the difference.
    pub parts: Vec<Part>,
}

/// What one cause makes; or several that are taken as one.
#[derive(Clone, Debug, Serialize)]
pub struct Part {
    pub causes: Vec<CauseTold>,
    pub amount: Number,
}

#[derive(Clone, Debug, Serialize)]
pub struct CauseTold {
    pub kind: &'static str,
    /// The entry, bonus or veto.
    pub name: String,
    pub label: String,
    /// What it is on both sides, for people.
    pub before: String,
    pub after: String,
}

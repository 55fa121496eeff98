//! What a restatement changes, and the table of all of it that specs can read.

use serde::{Deserialize, Serialize};

/// One result of somebody that is another one than was closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restated {
    pub roster: String,
    pub person: String,
    pub name: String,
    /// Of outputs.
    pub position: Option<String>,
    /// `score`, `rating`, or the name of an output.
    pub what: String,
    /// As documents have it; none of plain numbers, ratios and grades.
    pub unit: Option<String>,
    /// As it was closed before: a number with all its digits, or a word; none where there was none.
    pub paid: Option<String>,
    pub restated: Option<String>,
    /// restated − paid, of numbers.
    pub difference: Option<String>,
    /// What of the difference each cause makes, and of words how much of it, out of 1.
    pub causes: Vec<Cause>,
}

/// What made a difference, and how much of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// `rows`, `roster`, `rules`, several of these that cannot be told apart, or `program`.
    pub of: Vec<String>,
    pub amount: String,
}

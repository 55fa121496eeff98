//! What a restatement changes.

use std::collections::BTreeMap;

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
    pub causes: Vec<Part>,
}

/// What made a difference, and how much of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Several that cannot be told apart are one.
    pub of: Vec<Of>,
    pub amount: String,
}

/// What can make a closed period another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Of {
    /// Files of data.
    Rows,
    /// Files of rosters and of the organisation.
    Roster,
    /// Files of rulings.
    Rulings,
    /// What formulas read of earlier closings, which were restated since.
    Closings,
    /// The specs.
    Rules,
    /// The program.
    Program,
}

impl Of {
    pub fn word(self) -> &'static str {
        match self {
            Of::Rows => "rows",
            Of::Roster => "roster",
            Of::Rulings => "rulings",
            Of::Closings => "closings",
            Of::Rules => "rules",
            Of::Program => "program",
        }
    }
}

/// `rows and roster`
pub fn told(of: &[Of]) -> String {
    of.iter().map(|of| of.word()).collect::<Vec<_>>().join(" and ")
}

/// How many results each cause has a part in.
pub fn by_cause(restated: &[Restated]) -> BTreeMap<Vec<Of>, usize> {
    let mut by = BTreeMap::new();
    for part in restated.iter().flat_map(|one| &one.causes) {
        *by.entry(part.of.clone()).or_default() += 1;
    }
    by
}

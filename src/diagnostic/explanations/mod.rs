//! What every code means, in plain words, with a wrong and a right example: the text of `merit explain`.
//!
//! The examples are run by `tests/explain.rs`: the wrong one gives its code and no other, the right one nothing.

mod closings;
mod datasets;
mod files;
mod names;
mod rules;
mod syntax;
mod types;

use super::Code;

#[derive(Debug)]
pub struct Explanation {
    pub code: Code,
    pub title: &'static str,
    /// A few sentences; each line is a paragraph.
    pub text: &'static str,
    pub wrong: &'static str,
    pub right: &'static str,
    pub setting: Setting,
}

/// What an example stands in: the rest of a project, which is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// The example is a project of its own.
    Alone,
    /// Rows of policies and of staff.
    Rows,
    /// People with their sales, and KPIs of these.
    Position,
    /// Teams, people in posts and teams, and KPIs of their sales.
    Teams,
    /// The example is told in words, or is a table.
    Words,
}

impl Setting {
    /// The declarations that the example may speak of.
    pub fn declarations(self) -> &'static str {
        match self {
            Setting::Alone | Setting::Words => "",
            Setting::Rows => include_str!("rows.merit"),
            Setting::Position => include_str!("position.merit"),
            Setting::Teams => include_str!("teams.merit"),
        }
    }
}

/// Codes by the stage that finds them, in the order a project goes through them.
pub const STAGES: &[(&str, &[Explanation])] = &[
    ("Reading the text", syntax::ALL),
    ("Names", names::ALL),
    ("Values and units", types::ALL),
    ("Data sets", datasets::ALL),
    ("Weights, scales and ratings", rules::ALL),
    ("Data files and evaluation", files::ALL),
    ("Closings", closings::ALL),
];

/// The explanation of a code.
pub fn explanation(code: Code) -> &'static Explanation {
    let all = STAGES.iter().flat_map(|(_, explanations)| explanations.iter());
    let mut all = all.filter(|explanation| explanation.code == code);
    // A test holds that every code is explained; an entry of the table is better than no answer.
    all.next().unwrap_or(&syntax::ALL[0])
}

//! Closings: results of periods that are over, kept so that they stay what they were.
//!
//! A closing is a file ([`closing`]) in a chain of such files ([`chain`]), to which new ones are added so that whatever ends
//! the program leaves the old chain or the new one ([`put`]). In come the results and explanations of an evaluation; this
//! folder evaluates nothing itself.

pub mod canonical;
pub mod chain;
pub mod closing;
pub mod inputs;
pub mod known;
pub mod put;
pub mod restate;
pub mod restated;
pub mod signature;
pub mod standing;
pub mod table;
pub mod values;
pub mod verify;

use std::collections::BTreeSet;

use self::standing::Difference;
use crate::report::page::Page;

/// How many people differ.
fn people_of(differences: &[Difference]) -> usize {
    differences.iter().map(|one| (&one.key.roster, &one.key.person)).collect::<BTreeSet<_>>().len()
}

/// The first differences, a line each.
fn told_differences(page: &mut Page, indent: usize, differences: &[Difference]) {
    const SHOWN: usize = 10;
    for one in differences.iter().take(SHOWN) {
        page.say(indent, format!("{}: {}", one.whose(), one.told()));
    }
    if differences.len() > SHOWN {
        page.faint(indent, format!("and {} more; `--format json` has all", differences.len() - SHOWN));
    }
}

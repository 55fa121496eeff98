//! What is odd about the rules as they work out: an evaluation is looked at, and not the data.
//!
//! In come a plan and everyone's results ([`facts`] keeps what is looked at of each person); out come [`Finding`]s, of each kind
//! in a file of its own: a sentence with its figures, the clause that makes it, whose results they are, and what to look at.
//! All that is compared is exact; only what is shown is rounded. [`Lines`] says from where on something is a finding.

mod alike;
mod cliffs;
mod facts;
mod finding;
mod gaps;
pub mod json;
mod means;
mod ranks;
mod rulings;
mod small;
mod targets;
mod teams;
pub mod text;
mod time;

pub use self::finding::{Figure, Finding, Kind, Who};

use self::facts::Facts;
use crate::model::data::{ColumnIx, DataId};
use crate::model::{Model, PositionId};
use crate::number::Number;
use crate::plan::Plan;
use crate::report::show::Show;
use crate::score::Scored;
use crate::source::SourceSet;

/// From where on something is a finding. Shares are parts of 1.
#[derive(Clone, Debug)]
pub struct Lines {
    /// Of fewer people nothing is said.
    pub people: usize,
    /// So many of them at one score are told apart by nothing.
    pub same: Number,
    /// Rank correlation from which on two KPIs move together, and of how many people at least.
    pub correlation: Number,
    pub correlated: usize,
    /// People within a hundredth of a cliff.
    pub near: usize,
    /// What comes about by chance more seldom is a surprise.
    pub chance: Number,
    /// Working time that nothing measures, weight that nothing leads to, and how far the two may be apart.
    pub unmeasured: Number,
    pub unassigned: Number,
    pub apart: Number,
    /// People with a ruling by one clause: how many, and which part of all.
    pub ruled: usize,
    pub ruled_part: Number,
    /// A difference between the means of two groups, as a part of the higher one.
    pub gap: Number,
    /// A group of fewer people is not shown.
    pub group: usize,
}

impl Default for Lines {
    fn default() -> Lines {
        let part = |up: i64, down: i64| Number::ratio(up, down).unwrap_or(Number::ZERO);
        Lines {
            people: 5,
            same: part(9, 10),
            correlation: part(9, 10),
            correlated: 10,
            near: 3,
            chance: part(1, 20),
            unmeasured: part(1, 2),
            unassigned: part(1, 10),
            apart: part(3, 10),
            ruled: 3,
            ruled_part: part(1, 10),
            gap: part(1, 20),
            group: 5,
        }
    }
}

/// A column of rosters by which people are compared.
#[derive(Clone, Debug)]
pub struct By {
    /// As it is called.
    pub name: String,
    /// The rosters that have it, with the place of the read beside the plan's formulas.
    pub columns: Vec<(DataId, ColumnIx, Option<usize>)>,
}

/// What is looked at.
#[derive(Clone, Copy)]
pub struct Audited<'a> {
    pub model: &'a Model,
    pub plan: &'a Plan,
    pub scored: &'a Scored<'a>,
    pub sources: &'a SourceSet,
    pub show: Show<'a>,
    pub lines: &'a Lines,
    pub by: &'a [By],
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Audit {
    /// By kind, the worst first.
    pub findings: Vec<Finding>,
    /// What was not looked at, and why.
    pub left: Vec<String>,
    /// How many people and positions were looked at.
    pub people: usize,
    pub positions: usize,
}

impl Audited<'_> {
    fn name(&self, position: PositionId) -> String {
        self.model.positions[position.0].name.clone()
    }
}

/// Looks at everyone's results.
pub fn audit(of: Audited<'_>) -> Audit {
    let facts = Facts::of(of);
    let mut left = Vec::new();
    let mut findings = Vec::new();
    for position in &facts.positions {
        alike::find(of, position, &mut findings);
        cliffs::find(of, &facts, position, &mut findings);
        targets::find(of, position, &mut findings);
        time::find(of, position, &mut findings);
        rulings::find(of, position, &mut findings);
        gaps::find(of, position, &mut findings, &mut left);
    }
    teams::find(of, &facts, &mut findings);
    small::find(of, &facts, &mut findings);
    // Equals in one order, whatever was found first.
    findings.sort_by(|one, other| {
        let worse = other.weight.cmp(&one.weight);
        one.kind.cmp(&other.kind).then(worse).then_with(|| one.sentence.cmp(&other.sentence))
    });
    let positions = facts.positions.len();
    Audit { findings, left, people: of.scored.len(), positions }
}

//! Rows of one person, team or key among very many: all rows are looked at for whose they are, once for all answers that find
//! that out alike, and only those of the one asked about go through the steps of the evaluator.

use super::gather::Totals;
use crate::data::measures::fates::{Fate, Target, days_of_others};
use crate::data::measures::job::{Job, RowsBy};
use crate::data::measures::scan::Prepared;
use crate::data::people::own;
use crate::data::rows::nodes::{Batch, OtherDays, World};
use crate::data::rows::vector::Rows;
use crate::plan::query::{Group, NodeId};

/// How it is found out whose rows are, and who is asked about.
pub struct Way<'a> {
    group: &'a Group,
    shared: bool,
    rows: RowsBy,
    own: bool,
    target: Target,
    /// What is added up of rows that are nobody's.
    values: Vec<NodeId>,
}

/// What is kept of all rows.
pub struct OfWay {
    pub nobodys: u64,
    pub others: u64,
    /// Of nobody's, in step with the values of the way.
    pub totals: Vec<Totals>,
}

impl<'a> Way<'a> {
    /// None where all rows are the group's, or where whose a row is depends on the day on which it is read, and that on
    /// whose it is.
    pub fn of(world: &World, job: &Job<'a>, target: &Target) -> Option<Way<'a>> {
        let family = job.families.first()?;
        let group: &'a Group = family.group;
        let via = match (group, target) {
            (Group::Own { via, .. } | Group::Key { via, .. }, Target::Key(_) | Target::Post { .. })
            | (Group::Team { via }, Target::Team(_)) => via,
            _ => return None,
        };
        let own = matches!((&job.own, &job.rows), (Some(_), RowsBy::Other(_)));
        if own && own::changes_on_the_way(world, job.table, via) {
            return None;
        }
        let (rows, target) = (job.rows.clone(), target.clone());
        Some(Way { group, shared: family.shared, rows, own, target, values: Vec::new() })
    }

    pub fn is_same(&self, other: &Way<'a>) -> bool {
        let parts = |way: &Way<'a>| (way.group, way.shared, way.own);
        parts(self) == parts(other) && self.rows == other.rows && self.target == other.target
    }

    /// The place among the sums of a value.
    pub fn add_up(&mut self, value: NodeId) -> usize {
        self.values.iter().position(|known| *known == value).unwrap_or_else(|| {
            self.values.push(value);
            self.values.len() - 1
        })
    }

    pub fn begin(&self) -> OfWay {
        OfWay { nobodys: 0, others: 0, totals: self.values.iter().map(|_| Totals::new(1)).collect() }
    }

    /// Counts the rows between two places, and tells whose each is.
    pub fn take(&self, prepared: &Prepared, (from, to): (usize, usize), into: &mut OfWay) -> Vec<Fate> {
        let mut ignored = OtherDays::default();
        let whose = prepared.whose_all(Rows::Range(from, to), &self.target, &mut ignored);
        let nobodys: Vec<u32> = rows_of(&whose, Fate::Nobody, from).collect();
        into.nobodys += nobodys.len() as u64;
        into.others += whose.iter().filter(|whose| **whose == Fate::Others).count() as u64;
        if !self.values.is_empty() && !nobodys.is_empty() {
            let (rows, cells) = (Rows::List(&nobodys), vec![0; nobodys.len()]);
            let days = days_of_others(prepared.world, prepared.job, rows);
            let mut batch = Batch::new(prepared.world, prepared.job.table, rows, days, &mut ignored);
            for (value, totals) in self.values.iter().zip(&mut into.totals) {
                totals.add(&cells, Some(&batch.node(*value)));
            }
        }
        whose
    }
}

/// The rows of a fate, in their order; the first of all is `from`.
pub fn rows_of(whose: &[Fate], fate: Fate, from: usize) -> impl Iterator<Item = u32> + '_ {
    whose.iter().zip(from as u32..).filter(move |(known, _)| **known == fate).map(|(_, row)| row)
}

impl OfWay {
    pub fn take_in(&mut self, other: OfWay) {
        self.nobodys += other.nobodys;
        self.others += other.others;
        self.totals.iter_mut().zip(other.totals).for_each(|(mine, other)| mine.join(other));
    }
}

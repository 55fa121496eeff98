//! Rows of single people, or keys, among very many: all rows are looked at for whose they are, and only those of the ones
//! asked about go through the steps of the evaluator.

use super::gather::Totals;
use crate::data::columns::column::NONE;
use crate::data::measures::fates::{NO_KEY, Target, days_of_others};
use crate::data::measures::job::{Job, RowsBy};
use crate::data::people::own;
use crate::data::rows::nodes::{Batch, OtherDays, World};
use crate::data::rows::vector::Rows;
use crate::model::data::ColumnIx;
use crate::plan::query::{Group, NodeId};

/// The cell of rows that are nobody's, and of those that are of none who is asked about.
pub const NOBODY: u32 = 0;
pub const OTHERS: u32 = 1;

/// How rows lead to people, or keys, and which of these are asked about.
pub struct Way<'a> {
    via: &'a [ColumnIx],
    rows: RowsBy,
    own: bool,
    /// By the number of a key.
    cell_of: Vec<u32>,
    cells: u32,
    /// What is added up of all rows.
    values: Vec<NodeId>,
}

/// What is kept of all rows, by cell.
pub struct OfWay {
    pub counts: Vec<u64>,
    /// In step with the values of the way.
    pub totals: Vec<Totals>,
}

impl<'a> Way<'a> {
    /// The way of a measure whose group is one of very many; none where whose a row is depends on the day on which it is
    /// read, and that on whose it is.
    pub fn of(world: &World, job: &Job<'a>, target: &Target) -> Option<(Way<'a>, u32)> {
        let group: &'a Group = job.families.first()?.group;
        let (Group::Own { via, .. } | Group::Key { via, .. }, Target::Key(key) | Target::Post { key, .. }) =
            (group, target)
        else {
            return None;
        };
        let own = matches!((&job.own, &job.rows), (Some(_), RowsBy::Other(_)));
        if own && own::changes_on_the_way(world, job.table, via) {
            return None;
        }
        Some((Way { via, rows: job.rows.clone(), own, cell_of: Vec::new(), cells: 2, values: Vec::new() }, *key))
    }

    pub fn is_same(&self, other: &Way) -> bool {
        (self.via, &self.rows, self.own) == (other.via, &other.rows, other.own)
    }

    /// The cell of a key that is asked about; [`NONE`] of one that no row leads to.
    pub fn ask(&mut self, key: u32) -> u32 {
        if key == NO_KEY {
            return NONE;
        }
        let key = key as usize;
        if self.cell_of.len() <= key {
            self.cell_of.resize(key + 1, OTHERS);
        }
        if self.cell_of[key] == OTHERS {
            self.cell_of[key] = self.cells;
            self.cells += 1;
        }
        self.cell_of[key]
    }

    /// The place among the sums of a value.
    pub fn add_up(&mut self, value: NodeId) -> usize {
        self.values.iter().position(|known| *known == value).unwrap_or_else(|| {
            self.values.push(value);
            self.values.len() - 1
        })
    }

    pub fn begin(&self) -> OfWay {
        OfWay {
            counts: vec![0; self.cells as usize],
            totals: self.values.iter().map(|_| Totals::new(self.cells as usize)).collect(),
        }
    }

    /// Adds rows up by whose they are; gives the cell of each.
    pub fn take(&self, world: &World, job: &Job, (from, to): (usize, usize), into: &mut OfWay) -> Vec<u32> {
        let rows = Rows::Range(from, to);
        let mut ignored = OtherDays::default();
        let days = days_of_others(world, job, rows);
        let mut batch = Batch::new(world, job.table, rows, days, &mut ignored);
        let cell = |key: &u32| match *key {
            NONE => NOBODY,
            key => self.cell_of.get(key as usize).copied().unwrap_or(OTHERS),
        };
        let cells: Vec<u32> = match batch.key_numbers(self.via) {
            Some((_, keys)) => keys.iter().map(cell).collect(),
            None => vec![NOBODY; to - from],
        };
        cells.iter().for_each(|cell| into.counts[*cell as usize] += 1);
        for (value, totals) in self.values.iter().zip(&mut into.totals) {
            totals.add(&cells, Some(&batch.node(*value)));
        }
        cells
    }
}

impl OfWay {
    pub fn take_in(&mut self, other: OfWay) {
        self.counts.iter_mut().zip(other.counts).for_each(|(mine, other)| *mine += other);
        self.totals.iter_mut().zip(other.totals).for_each(|(mine, other)| mine.join(other));
    }

    /// How many rows there are in some cells.
    pub fn rows(&self, is_of: impl Fn(u32) -> bool) -> u64 {
        self.counts.iter().zip(0..).filter(|(_, cell)| is_of(*cell)).map(|(count, _)| count).sum()
    }
}

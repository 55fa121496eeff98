//! Rows as they are told: where they stand, their key, their time, and what the formulas read of them.

use std::sync::Arc;

use super::Row;
use crate::data::columns::column::NO_DAY;
use crate::data::measures::fates::{Fate, Seen};
use crate::data::measures::job::{Job, RowsBy};
use crate::data::rows::keys::BETWEEN;
use crate::data::rows::nodes::{Batch, Days, OtherDays, World};
use crate::data::rows::shape::{ALWAYS_AFTER, ALWAYS_BEFORE, Shape};
use crate::data::rows::table::Table;
use crate::data::rows::vector::Rows;
use crate::data::tables::keyed::key_of_row;
use crate::model::Model;
use crate::number::Number;
use crate::plan::query::{NodeId, RowNode};
use crate::time::Day;
use crate::value::Value;

/// A file, and a block of it; of a table that is kept always the same.
pub type Place = (usize, usize);

/// A row of a block that is told.
pub struct Told {
    block: Place,
    /// Its place in the block.
    row: u32,
    pub out: Row,
}

/// A block, and a row of it.
pub type At = (Place, u32);

impl Told {
    /// The order in which rows are told.
    pub fn at(&self) -> At {
        (self.block, self.row)
    }

    /// Puts in the row's own key, which was not at hand with the others.
    pub fn name(&mut self, key: Option<&Arc<str>>, leaves: &[NodeId], nodes: &[RowNode]) {
        self.out.key = key.cloned();
        for (leaf, inner) in leaves.iter().zip(&mut self.out.inner) {
            if matches!(&nodes[leaf.0], RowNode::Inner { via, .. } if via.is_empty()) {
                inner.clone_from(&self.out.key);
            }
        }
    }
}

/// How rows of one measure are told.
pub struct Telling<'t> {
    pub world: &'t World<'t>,
    pub job: &'t Job<'t>,
    pub leaves: &'t [NodeId],
}

impl Telling<'_> {
    /// Some of the rows that were seen.
    pub fn rows(&self, seen: &Seen, wanted: &[(usize, Fate)], block: Place) -> Vec<(Fate, Told)> {
        if wanted.is_empty() {
            return Vec::new();
        }
        let rows: Vec<u32> = wanted.iter().map(|(at, _)| seen.rows[*at]).collect();
        let spans = wanted.iter().map(|(at, _)| seen.days.bounds(*at)).collect();
        // What is found on the way is no repair once more.
        let mut ignored = OtherDays::default();
        let mut batch = Batch::new(self.world, self.job.table, Rows::List(&rows), Days::Spans(spans), &mut ignored);
        let value = self.job.families.first().and_then(|family| family.value).map(|value| batch.node(value));
        let leaves: Vec<_> = self.leaves.iter().map(|leaf| batch.node(*leaf)).collect();
        let inner: Vec<Vec<Option<Arc<str>>>> = self.leaves.iter().map(|leaf| self.inner(*leaf, &mut batch)).collect();
        let table = self.world.tables[self.job.table];
        let told = |(place, (at, fate)): (usize, &(usize, Fate))| {
            let row = rows[place] as usize;
            let (from, to) = self.days(table, row);
            let out = Row {
                place: table.place(row, None),
                key: self.key(table, row),
                from,
                to,
                value: value.as_ref().map_or(Value::Number(Number::ONE), |value| value.value(place)),
                share: seen.shares.map(|shares| shares[*at].clone()),
                leaves: leaves.iter().map(|leaf| leaf.value(place)).collect(),
                inner: inner.iter().map(|keys| keys[place].clone()).collect(),
            };
            (*fate, Told { block, row: rows[place], out })
        };
        wanted.iter().enumerate().map(told).collect()
    }

    /// The keys of whose inner answers a leaf shows.
    fn inner(&self, leaf: NodeId, batch: &mut Batch) -> Vec<Option<Arc<str>>> {
        let none = vec![None; batch.len()];
        let RowNode::Inner { via, .. } = &self.world.nodes[self.job.table][leaf.0] else { return none };
        let Some((target, keys)) = batch.key_numbers(via) else { return none };
        let table = self.world.tables[target];
        let of_row = |(at, key): (usize, &u32)| match &table.keys {
            // Its own key may have no number where the table goes by.
            _ if via.is_empty() => self.key(table, batch.rows.row(at) as usize),
            Some(known) if (*key as usize) < known.texts.len() => Some(known.texts.get(*key).into()),
            _ => None,
        };
        keys.iter().enumerate().map(of_row).collect()
    }

    fn key(&self, table: &Table, row: usize) -> Option<Arc<str>> {
        own_key(self.world.model, table, row)
    }

    /// The days by which a row is dated, or for which it holds.
    fn days(&self, table: &Table, row: usize) -> (Option<Day>, Option<Day>) {
        let day = |day: i32| Some(Day(day)).filter(|_| ![NO_DAY, ALWAYS_BEFORE, ALWAYS_AFTER].contains(&day));
        match (&self.job.rows, &table.shape) {
            (RowsBy::Dated(column), _) => {
                let column = table.column(*column);
                column.and_then(|column| column.days(row, &self.world.model.company.calendar)).unzip()
            }
            (RowsBy::Other(_), Shape::Valid { from, to }) => (day(from[row]), day(to[row])),
            (RowsBy::Other(_), Shape::Snapshot(days)) => (day(days[row]), day(days[row])),
            (RowsBy::Other(_), Shape::Always | Shape::Dated) => (None, None),
        }
    }
}

/// The key of a row as it is shown.
pub fn own_key(model: &Model, table: &Table, row: usize) -> Option<Arc<str>> {
    let data = &model.data[table.data.0];
    let key = (!data.key.is_empty()).then(|| key_of_row(data, table, &data.key, row))??;
    Some(key.replace(BETWEEN, " / ").into())
}

/// The leaves below a value and a condition, those of the value first.
pub fn leaves(nodes: &[RowNode], roots: impl IntoIterator<Item = NodeId>) -> Vec<NodeId> {
    let mut leaves: Vec<NodeId> = Vec::new();
    for root in roots {
        let mut found = Vec::new();
        crate::plan::query::visit_all(root, nodes, &mut |id, node| match node {
            RowNode::Column { .. } | RowNode::Inner { .. } => found.push(id),
            _ => {}
        });
        // What is worked out first stands first.
        found.sort_unstable();
        found.retain(|leaf| !leaves.contains(leaf));
        leaves.extend(found);
    }
    leaves
}

/// The number of a key by its text as it is shown.
pub fn key_of(table: &Table, text: &str) -> Option<u32> {
    table.keys.as_ref()?.texts.find(text)
}

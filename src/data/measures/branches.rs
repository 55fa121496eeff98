//! Which branches of an `if` the rows of a test take, in formulas about rows: for the coverage of tests.

use super::measure::Evaluation;
use crate::data::rows::nodes::{Batch, Days, OtherDays, days_by};
use crate::data::rows::vector::Rows;
use crate::model::data::TimeShape;
use crate::plan::query::{Branches, NodeId, RowNode};
use crate::plan::query::{read_on, visit};
use crate::value::Value;

impl Evaluation<'_> {
    /// Of measures by all rows of their table; of what is read of the one evaluated by the row that is read.
    pub fn branches(&self) -> Branches {
        let mut found = Branches::default();
        let mut ignored = OtherDays::default();
        for (place, table) in self.world.tables.iter().enumerate() {
            let all = Rows::Range(0, table.rows);
            let days = match self.world.model.data[table.data.0].time {
                TimeShape::Dated(column) => days_by(&self.world, place, column, Rows::Range(0, table.rows)),
                TimeShape::Always | TimeShape::Valid { .. } | TimeShape::Snapshot(_) => Days::Any,
            };
            let mut batch = Batch::new(&self.world, place, all, days, &mut ignored);
            for branch in self.query.branches.iter().filter(|branch| branch.data == table.data) {
                let flags = batch.node(branch.condition);
                let taken = found.rows.entry((branch.data, branch.condition)).or_default();
                for row in 0..table.rows {
                    if let Value::Flag(held) = flags.value(row) {
                        taken[usize::from(held)] = true;
                    }
                }
            }
        }
        for (at, read) in self.query.reads.iter().enumerate() {
            let roster = self.rosters.iter().find(|known| known.data == read.roster);
            let Some((roster, place)) = roster.zip(self.world.place_of.get(&read.roster).copied()) else { continue };
            let table = self.world.tables[place];
            let Some(keys) = &table.keys else { continue };
            let (mut whose, mut rows, mut days) = (Vec::new(), Vec::new(), Vec::new());
            for (post, (holder, key)) in roster.answer.posts.iter().zip(&roster.key_of).enumerate() {
                for (stint, held) in holder.stints.iter().enumerate() {
                    if let Some(day) = read_on(read, held) {
                        whose.push((at, post, stint));
                        rows.push(keys.row_between(&table.shape, *key, day.0, day.0).row);
                        days.push(day.0);
                    }
                }
            }
            let mut batch = Batch::new(&self.world, place, Rows::List(&rows), Days::Each(days.into()), &mut ignored);
            let mut conditions: Vec<NodeId> = Vec::new();
            visit(read.node, self.world.nodes[place], &mut |node| {
                if let RowNode::If { condition, .. } = node {
                    conditions.push(*condition);
                }
            });
            for condition in conditions {
                let flags = batch.node(condition);
                for (row, whose) in whose.iter().enumerate() {
                    if let Value::Flag(held) = flags.value(row) {
                        found.reads.entry(*whose).or_default().insert(condition, held);
                    }
                }
            }
        }
        found
    }
}

//! Cells of a roster that formulas read of the one evaluated, and that change within a stint: what holds on the last day
//! counts, so a rise in the middle of the period is paid for all of it.

use std::collections::{BTreeMap, BTreeSet};

use crate::data::columns::column::NONE;
use crate::data::people::roster::Roster;
use crate::data::rows::nodes::World;
use crate::data::rows::table::{Table, text_of};
use crate::model::data::{ColumnIx, ColumnType, DataId};
use crate::plan::query::{Change, Doubt, Query, RowNode};
use crate::plan::query::{read_on, visit};
use crate::time::Day;
use crate::value::Value;

/// The first change of each person in a column, by the person's place on the roster.
type Changes = BTreeMap<u32, Change>;

/// One doubt for each column.
pub fn find(world: &World, query: &Query, rosters: &[Roster]) -> Vec<Doubt> {
    let mut columns: BTreeMap<(DataId, ColumnIx), Changes> = BTreeMap::new();
    for roster in rosters {
        let Some(place) = world.place_of.get(&roster.data).copied() else { continue };
        let (table, nodes) = (world.tables[place], query.tables.iter().find(|table| table.data == roster.data));
        let (Some(keys), Some(nodes)) = (&table.keys, nodes.map(|table| &table.nodes)) else { continue };
        if table.is_timeless() {
            continue;
        }
        let held = table.days_held();
        for read in query.reads.iter().filter(|read| read.roster == roster.data) {
            let mut read_columns = BTreeSet::new();
            visit(read.node, nodes, &mut |node| match node {
                RowNode::Column { via, column } if via.is_empty() => drop(read_columns.insert(*column)),
                _ => {}
            });
            for (post, key) in roster.answer.posts.iter().zip(&roster.key_of) {
                for stint in &post.stints {
                    let Some(last) = read_on(read, stint) else { continue };
                    let (first, last) = (stint.from.max(read.from).0, last.0);
                    let within = |row: &usize| held[*row].0 <= last && first <= held[*row].1;
                    let rows = keys.rows(*key).iter().filter(|row| **row != NONE).map(|row| *row as usize);
                    let rows: Vec<usize> = rows.filter(within).collect();
                    for column in &read_columns {
                        let Some(cells) = table.column(*column) else { continue };
                        let change = rows.windows(2).find(|pair| cells.value(pair[0]) != cells.value(pair[1]));
                        if let Some(&[before, after]) = change {
                            let texts = [before, after].map(|row| shown(world, table, *column, &cells.value(row)));
                            let known = columns.entry((roster.data, *column)).or_default();
                            let day = Day(held[after].0);
                            known.entry(*key).or_insert(Change { person: post.person.clone(), day, cells: texts });
                        }
                    }
                }
            }
        }
    }
    let doubt = |((roster, column), changes): ((DataId, ColumnIx), Changes)| {
        let set = &world.model.data[roster.0];
        let mut people: Vec<Change> = changes.into_values().collect();
        people.sort_by(|one, other| one.person.cmp(&other.person));
        Doubt::Changes { data: set.name.clone(), roster, column: set.column(column).name.clone(), people }
    };
    columns.into_iter().map(doubt).collect()
}

/// A cell with its unit.
fn shown(world: &World, table: &Table, column: ColumnIx, value: &Value) -> String {
    match (value, &world.model.data[table.data.0].column(column).ty) {
        (Value::Number(number), ColumnType::Number { unit, .. }) => {
            let number = number.div(&unit.factor).unwrap_or_else(|| number.clone());
            let space = if unit.is_ratio_sign() { "" } else { " " };
            format!("{number}{space}{}", unit.plural).trim_end().to_string()
        }
        (Value::Choice(choice), ColumnType::Choice(choices)) => {
            choices.get(*choice as usize).map_or_else(String::new, |choice| choice.name.clone())
        }
        (Value::Missing(_), _) => "blank".to_string(),
        (other, _) => text_of(other),
    }
}

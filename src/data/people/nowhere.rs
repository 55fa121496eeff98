//! Rows of somebody on a roster, dated on a day without a post: they count for nobody.
//!
//! Looked at are the rows that formulas read `over own`, in the windows and by the conditions of these formulas. A row that
//! several of them read is told once, with what those add up that have a name: a column of the rows, read or computed, or
//! a KPI that is one sum. A post that is not evaluated is a post.

use std::collections::{BTreeMap, BTreeSet};

use super::roster::Roster;
use crate::data::columns::column::NONE;
use crate::data::errors::SHOWN;
use crate::data::rows::nodes::{Batch, OtherDays, World, days_by};
use crate::data::rows::table::Table;
use crate::data::rows::vector::Rows;
use crate::diagnostic::DataPlace;
use crate::model::data::{ColumnIx, DataId};
use crate::number::Number;
use crate::plan::query;
use crate::plan::query::{Doubt, Group, MeasureId, NodeId, Query, Total, Uncounted};
use crate::value::Value;

/// Rows that are looked at together.
const BATCH: usize = 1 << 14;

/// The rows of one table that count for nobody, by the place of the roster.
#[derive(Default)]
pub struct Nowhere(BTreeMap<usize, BTreeMap<u32, Count>>);

/// Those of one person.
#[derive(Default)]
struct Count {
    rows: u64,
    /// By the place of their names in [`Query::called`].
    totals: BTreeMap<usize, Number>,
    /// The first rows, where the table is kept.
    first: BTreeSet<(u32, ColumnIx)>,
}

/// Measures that find their people in one way.
type Ways<'a> = BTreeMap<(usize, &'a [ColumnIx], ColumnIx), Vec<Read>>;

/// Of a row: the person, the column that dates it, and what it adds to the totals.
type Told = (u32, ColumnIx, BTreeMap<usize, Number>);

/// What one of them reads.
struct Read {
    /// First and last day.
    window: (i32, i32),
    /// Rows of a period that lies partly in the window are read, too.
    shared: bool,
    condition: Option<NodeId>,
    /// What is added up, and the place of its name.
    summed: Option<(NodeId, usize)>,
}

fn ways<'a>(world: &World<'_>, query: &'a Query, rosters: &[Roster], data: DataId) -> Ways<'a> {
    let mut ways = Ways::new();
    for (at, measure) in query.measures.iter().enumerate().filter(|(_, measure)| measure.data == data) {
        let (Group::Own { roster, via }, query::Rows::Dated { column, months }) = (&measure.group, &measure.rows)
        else {
            continue;
        };
        let Some(roster) = rosters.iter().position(|known| known.data == *roster) else { continue };
        let (first, last) = world.model.company.calendar.days(*months);
        let called = query.calls.get(&MeasureId(at));
        ways.entry((roster, via.as_slice(), *column)).or_default().push(Read {
            window: (first.0, last.0),
            shared: measure.shared,
            condition: measure.condition,
            summed: measure.value.zip(called.copied()),
        });
    }
    ways
}

impl Nowhere {
    /// Looks through all rows of a table; `kept` where they stay, so that their places can be told.
    pub fn look(&mut self, world: &World, query: &Query, rosters: &[Roster], table_at: usize, kept: bool) {
        let table = world.tables[table_at];
        let ways = ways(world, query, rosters, table.data);
        if ways.is_empty() {
            return;
        }
        for from in (0..table.rows).step_by(BATCH) {
            self.batch(world, rosters, table_at, &ways, (from, (from + BATCH).min(table.rows)), kept);
        }
    }

    fn batch(
        &mut self,
        world: &World,
        rosters: &[Roster],
        table_at: usize,
        ways: &Ways,
        range: (usize, usize),
        kept: bool,
    ) {
        // By roster and row: the person, and what is added up.
        let mut found: BTreeMap<(usize, u32), Told> = BTreeMap::new();
        // What is found on the way to people is no repair once more.
        let mut ignored = OtherDays::default();
        for ((roster_at, via, column), reads) in ways {
            let all = Rows::Range(range.0, range.1);
            let days = days_by(world, table_at, *column, all);
            let mut batch = Batch::new(world, table_at, all, days, &mut ignored);
            let Some((_, keys)) = batch.key_numbers(via) else { continue };
            let roster = &rosters[*roster_at];
            let is_nowhere = |at: &usize| {
                let (first, last) = batch.days.bounds(*at);
                keys[*at] != NONE
                    && reads.iter().any(|read| read.takes((first, last)))
                    && roster.held_none(keys[*at], first, last)
            };
            let at: Vec<usize> = (0..keys.len()).filter(is_nowhere).collect();
            if at.is_empty() {
                continue;
            }
            let spans: Vec<(i32, i32)> = at.iter().map(|at| batch.days.bounds(*at)).collect();
            let rows: Vec<u32> = at.iter().map(|at| (range.0 + at) as u32).collect();
            let days = days_by(world, table_at, *column, Rows::List(&rows));
            let mut batch = Batch::new(world, table_at, Rows::List(&rows), days, &mut ignored);
            for read in reads {
                let condition = read.condition.map(|condition| batch.node(condition));
                let summed = read.summed.map(|(value, called)| (batch.node(value), called));
                for (place, row) in rows.iter().enumerate().filter(|(place, _)| read.takes(spans[*place])) {
                    if condition.as_ref().is_none_or(|condition| condition.is_yes(place)) {
                        let known = found.entry((*roster_at, *row));
                        let (.., sums) = known.or_insert_with(|| (keys[at[place]], *column, BTreeMap::new()));
                        if let Some((values, called)) = &summed
                            && let Value::Number(number) = values.value(place)
                        {
                            sums.entry(*called).or_insert(number);
                        }
                    }
                }
            }
        }
        for ((roster, row), (key, column, summed)) in found {
            self.0.entry(roster).or_default().entry(key).or_default().add(row, column, &summed, kept);
        }
    }

    /// Adds what was found in other rows of the table.
    pub fn take_in(&mut self, other: Nowhere) {
        for (roster, people) in other.0 {
            let known = self.0.entry(roster).or_default();
            people.iter().for_each(|(key, count)| known.entry(*key).or_default().take_in(count));
        }
    }

    /// What is told of it, for each roster.
    pub fn doubts(&self, world: &World, query: &Query, rosters: &[Roster], table: &Table) -> Vec<Doubt> {
        let set = &world.model.data[table.data.0];
        let told = |count: &Count| Uncounted {
            rows: count.rows,
            totals: count.totals.iter().filter_map(|(called, sum)| total(query, *called, sum)).collect(),
            places: count.first.iter().take(SHOWN).map(|first| place(table, *first)).collect(),
        };
        let doubt = |(roster, people): (&usize, &BTreeMap<u32, Count>)| {
            let roster = rosters[*roster].data;
            let keys = world.tables[*world.place_of.get(&roster)?].keys.as_ref()?;
            let mut all = Count::default();
            people.values().for_each(|count| all.take_in(count));
            let mut people: Vec<_> = people.iter().map(|(key, count)| (keys.texts.shared(*key), told(count))).collect();
            people.sort_by(|(one, _), (other, _)| one.cmp(other));
            Some(Doubt::Nowhere { data: set.name.clone(), roster, all: told(&all), people })
        };
        self.0.iter().filter_map(doubt).collect()
    }
}

impl Read {
    fn takes(&self, (first, last): (i32, i32)) -> bool {
        let (from, to) = self.window;
        if self.shared { first <= to && from <= last } else { from <= first && last <= to }
    }
}

impl Count {
    fn add(&mut self, row: u32, column: ColumnIx, summed: &BTreeMap<usize, Number>, kept: bool) {
        self.rows += 1;
        for (called, number) in summed {
            let total = self.totals.entry(*called).or_insert(Number::ZERO);
            *total = total.add(number);
        }
        if kept && self.first.len() < SHOWN {
            self.first.insert((row, column));
        }
    }

    fn take_in(&mut self, other: &Count) {
        self.rows += other.rows;
        for (called, sum) in &other.totals {
            let total = self.totals.entry(*called).or_insert(Number::ZERO);
            *total = total.add(sum);
        }
        self.first.extend(other.first.iter().copied());
    }
}

fn total(query: &Query, called: usize, sum: &Number) -> Option<Total> {
    let (column, unit) = query.called.get(called)?.clone();
    (!sum.is_too_large()).then(|| Total { column, sum: sum.clone(), unit })
}

fn place(table: &Table, (row, column): (u32, ColumnIx)) -> DataPlace {
    table.place(row as usize, Some(column))
}

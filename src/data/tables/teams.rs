//! The tree of teams, as it stands on each day.
//!
//! A team's place is the team with all teams above it. It gets a new one on every day on which its parent, or the
//! parent of a team above it, becomes another; rows are added up by place, so one pass over them answers for a tree
//! that changes, and teams that stay where they are cost nothing. A tree without time has one place for each team.

use std::collections::{BTreeMap, BTreeSet};

use crate::data::columns::column::{Column, NONE};
use crate::data::errors;
use crate::data::errors::SHOWN;
use crate::data::rows::keys::Keys;
use crate::data::rows::shape::{ALWAYS_AFTER, ALWAYS_BEFORE};
use crate::data::rows::table::Table;
use crate::diagnostic::Diagnostic;
use crate::model::Model;
use crate::model::data::{ColumnIx, DataSet};
use crate::plan::query::{Team, TeamState};
use crate::time::Day;

/// The teams in the order of their keys, and their places.
#[derive(Default)]
pub struct Teams {
    pub teams: Vec<Team>,
    /// The place of a team among `teams` by the number of its key.
    pub of_key: Vec<u32>,
    /// For each team its places with the days on which they begin, in the order of time; the first also counts before.
    runs: Vec<Vec<(i32, u32)>>,
    /// By place: its team, and the place above.
    places: Vec<(u32, u32)>,
}

impl Teams {
    /// How many places there are.
    pub fn places(&self) -> usize {
        self.places.len()
    }

    /// The place of the team with a key on a day.
    pub fn place(&self, key: u32, day: i32) -> u32 {
        let Some(team) = self.of_key.get(key as usize) else { return NONE };
        match self.runs[*team as usize].as_slice() {
            [(_, only)] => *only,
            runs => runs[runs.partition_point(|(from, _)| *from <= day).saturating_sub(1)].1,
        }
    }

    /// The places of the team with a key, each with the day on which it begins.
    pub fn runs_of(&self, key: u32) -> &[(i32, u32)] {
        self.of_key.get(key as usize).map_or(&[], |team| &self.runs[*team as usize])
    }

    /// Forgets what teams are called, and where they stand, from rows that begin behind a day.
    pub fn known_on(&mut self, day: Day) {
        for team in &mut self.teams {
            let known = team.states.partition_point(|state| state.from <= day);
            // That of the first also counts before its day.
            team.states.truncate(known.max(1));
        }
    }

    /// Whether any team ever gets another place.
    pub fn change(&self) -> bool {
        self.runs.iter().any(|runs| runs.len() > 1)
    }

    /// The team of a place and all teams above it.
    pub fn upwards(&self, place: u32, into: &mut Vec<u32>) {
        let mut next = place;
        while next != NONE {
            let (team, above) = self.places[next as usize];
            into.push(team);
            next = above;
        }
    }
}

/// Reads the tree; refuses teams that lie below themselves, and those whose parent is not there on a day.
pub fn build(model: &Model, table: &Table, errors: &mut Vec<Diagnostic>) -> Teams {
    let data = &model.data[table.data.0];
    let (Some(keys), Some(parent)) = (&table.keys, data.organisation) else { return Teams::default() };
    let order = keys.texts.sorted();
    let mut of_key = vec![NONE; keys.len()];
    for (place, key) in order.iter().enumerate() {
        of_key[*key as usize] = place as u32;
    }
    let linked = table.links[parent.0].is_some();
    let days = table.days_held();
    let rows =
        OrganisationRows { data, table, keys, parent: table.column(parent).filter(|_| linked), order: &order, days };
    let names = data.name_column().and_then(|column| table.column(column));
    let name = |row: u32| match names {
        Some(Column::Text { codes, texts }) if codes[row as usize] != NONE => Some(texts.shared(codes[row as usize])),
        _ => None,
    };
    let state = |key: u32, row: u32| TeamState {
        from: Day(rows.days(row).0),
        name: name(row).unwrap_or_else(|| keys.texts.shared(key)),
        parent: rows.parent_key(row).map(|key| of_key[key as usize] as usize),
    };
    let team =
        |key: &u32| Team { key: keys.texts.shared(*key), states: rows.of(*key).map(|row| state(*key, row)).collect() };
    let teams = order.iter().map(team).collect();
    let whole = errors.len();
    rows.refuse_gaps(errors);
    let mut tree = Tree::of(&rows, &of_key);
    // A parent that is not there on some day may seem to lie below its team then.
    if errors.len() == whole {
        errors.append(&mut tree.circles);
    }
    Teams { teams, of_key, runs: tree.runs, places: tree.places }
}

/// The rows of the organisation.
struct OrganisationRows<'a> {
    data: &'a DataSet,
    table: &'a Table,
    keys: &'a Keys,
    /// With the numbers of keys; `None` where they are not known.
    parent: Option<&'a Column>,
    /// The number of each team's key.
    order: &'a [u32],
    /// First and last day of each row.
    days: Vec<(i32, i32)>,
}

impl<'a> OrganisationRows<'a> {
    /// In the order of time.
    fn of(&self, key: u32) -> impl Iterator<Item = u32> + 'a {
        self.keys.rows(key).iter().copied().filter(|row| *row != NONE)
    }

    fn parent_key(&self, row: u32) -> Option<u32> {
        match self.parent {
            Some(Column::Text { codes, .. }) => Some(codes[row as usize]).filter(|code| *code != NONE),
            _ => None,
        }
    }

    fn days(&self, row: u32) -> (i32, i32) {
        self.days[row as usize]
    }

    fn parent_column(&self) -> Option<ColumnIx> {
        self.data.organisation
    }

    /// Refuses rows on whose days the parent has no row.
    fn refuse_gaps(&self, errors: &mut Vec<Diagnostic>) {
        if self.table.is_timeless() {
            return;
        }
        let mut gaps = Vec::new();
        for key in self.order {
            for row in self.of(*key) {
                let Some(parent) = self.parent_key(row) else { continue };
                let (mut open, last) = self.days(row);
                let mut before = None;
                for above in self.of(parent) {
                    let (from, to) = self.days(above);
                    if from > open {
                        // Before its first row the parent is not there either.
                        before = before.or(Some(above));
                        break;
                    }
                    before = Some(above);
                    if to >= open {
                        open = to.saturating_add(1);
                    }
                    if to >= last {
                        break;
                    }
                }
                if open <= last && open != ALWAYS_AFTER {
                    gaps.push((row, before, open, *key, parent));
                }
            }
        }
        gaps.sort_unstable_by_key(|(row, ..)| *row);
        for (row, above, day, key, parent) in gaps.iter().take(SHOWN) {
            let column = self.parent_column();
            let places = std::iter::once(self.table.place(*row as usize, column))
                .chain(above.map(|above| self.table.place(above as usize, self.data.key.first().copied())));
            let texts = &self.keys.texts;
            errors.push(errors::parent_absent(
                self.data,
                [texts.get(*key), texts.get(*parent)],
                (*day != ALWAYS_BEFORE).then_some(Day(*day)),
                places.collect(),
            ));
        }
        if gaps.len() > SHOWN {
            errors.push(errors::more_parents_absent(self.data, (gaps.len() - SHOWN) as u64));
        }
    }
}

/// The tree from change to change.
struct Tree<'a> {
    rows: &'a OrganisationRows<'a>,
    /// Parents and teams below, as they stand at the moment.
    parents: Vec<u32>,
    below: Vec<BTreeSet<u32>>,
    runs: Vec<Vec<(i32, u32)>>,
    places: Vec<(u32, u32)>,
    circles: Vec<Diagnostic>,
}

impl<'a> Tree<'a> {
    fn of(rows: &'a OrganisationRows<'a>, of_key: &[u32]) -> Tree<'a> {
        let count = rows.order.len();
        // Which teams get which parent on which day; the first row also tells what was before it.
        let mut changes: BTreeMap<i32, Vec<(u32, u32)>> = BTreeMap::new();
        for (team, key) in rows.order.iter().enumerate() {
            let mut known = None;
            for row in rows.of(*key) {
                let parent = rows.parent_key(row).map_or(NONE, |key| of_key[key as usize]);
                if known == Some(parent) {
                    continue;
                }
                let day = if known.is_none() { ALWAYS_BEFORE } else { rows.days(row).0 };
                changes.entry(day).or_default().push((team as u32, parent));
                known = Some(parent);
            }
            if known.is_none() {
                changes.entry(ALWAYS_BEFORE).or_default().push((team as u32, NONE));
            }
        }
        let mut tree = Tree {
            rows,
            parents: vec![NONE; count],
            below: vec![BTreeSet::new(); count],
            runs: vec![Vec::new(); count],
            places: Vec::new(),
            circles: Vec::new(),
        };
        for (day, changes) in changes {
            tree.change(day, &changes);
        }
        tree
    }

    /// Gives new places to all teams whose parent changes on a day, and to those below them.
    fn change(&mut self, day: i32, changes: &[(u32, u32)]) {
        for (team, parent) in changes {
            let before = std::mem::replace(&mut self.parents[*team as usize], *parent);
            if before != NONE {
                self.below[before as usize].remove(team);
            }
            if *parent != NONE {
                self.below[*parent as usize].insert(*team);
            }
        }
        let mut open: Vec<u32> = changes.iter().map(|(team, _)| *team).collect();
        let mut moved = BTreeSet::new();
        while let Some(team) = open.pop() {
            if moved.insert(team) {
                open.extend(&self.below[team as usize]);
            }
        }
        while let Some(first) = moved.first().copied() {
            // Up to a team that keeps its place or has got its new one; from there down again.
            let mut way = Vec::new();
            let mut next = first;
            while next != NONE && moved.remove(&next) {
                way.push(next);
                next = self.parents[next as usize];
            }
            if let Some(at) = way.iter().position(|team| *team == next) {
                self.circle(day, &way[at..]);
                // Cut, so that nothing runs in circles.
                if let Some(top) = way.last() {
                    self.below[next as usize].remove(top);
                    self.parents[*top as usize] = NONE;
                }
                next = NONE;
            }
            let mut above = match next {
                NONE => NONE,
                team => self.runs[team as usize].last().map_or(NONE, |(_, place)| *place),
            };
            for team in way.into_iter().rev() {
                let place = self.places.len() as u32;
                self.places.push((team, above));
                self.runs[team as usize].push((day, place));
                above = place;
            }
        }
    }

    fn circle(&mut self, day: i32, round: &[u32]) {
        let first = round.iter().enumerate().min_by_key(|(_, team)| **team).map_or(0, |(at, _)| at);
        let round: Vec<u32> = round[first..].iter().chain(&round[..first]).copied().collect();
        let rows = self.rows;
        let row_on = |team: &u32| rows.keys.row_between(&rows.table.shape, rows.order[*team as usize], day, day).row;
        let on: Vec<u32> = round.iter().map(row_on).filter(|row| *row != NONE).collect();
        let names: Vec<&str> = round.iter().map(|team| rows.keys.texts.get(rows.order[*team as usize])).collect();
        let place = |row: &u32| rows.table.place(*row as usize, rows.parent_column());
        let begun = on.iter().map(|row| rows.days(*row).0).max().filter(|day| *day != ALWAYS_BEFORE);
        let day = begun.filter(|_| !rows.table.is_timeless()).map(Day);
        self.circles.push(errors::cycle(rows.data, &names, day, on.iter().map(place).collect()));
    }
}

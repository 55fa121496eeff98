//! Rows of a person in a post, cut to the days served in it.
//!
//! A row that holds over days (valid data) is read on the last day served: `HeldOn(day)` on that day or, for
//! those who left before it, on the last day they served; `HeldDuring` on the last day of the window on which the
//! row holds and the post is held. Of stock (snapshot data) the newest taken while the post was held counts.
//!
//! Whose the row is, is told by its links as they lead on the day on which it is read.

use std::collections::BTreeSet;

use super::roster::Roster;
use crate::data::columns::column::NONE;
use crate::data::rows::nodes::{Batch, Days, OtherDays, World};
use crate::data::rows::shape::{ALWAYS_AFTER, ALWAYS_BEFORE, Shape};
use crate::data::rows::table::Table;
use crate::data::rows::vector;
use crate::model::data::ColumnIx;
use crate::plan::query::Rows;
use crate::time::Calendar;

/// The rows of a batch that belong to posts: row, day as of which it is read, post.
#[derive(Default)]
pub struct Entries {
    pub rows: Vec<u32>,
    pub days: Vec<i32>,
    pub posts: Vec<u32>,
}

/// First and last day of what a measure reads; `None` where there is no time to speak of.
pub fn window(rows: &Rows, calendar: &Calendar) -> Option<(i32, i32)> {
    match rows {
        Rows::All => None,
        Rows::Dated { months, .. } => {
            let (first, last) = calendar.days(*months);
            Some((first.0, last.0))
        }
        Rows::HeldOn(day) => Some((ALWAYS_BEFORE, day.0)),
        Rows::HeldDuring(first, last) | Rows::Newest(first, last) | Rows::TakenDuring(first, last) => {
            Some((first.0, last.0))
        }
    }
}

/// The days within a window on which stock was taken, in order.
pub fn stocks(days: &[i32], first: i32, last: i32) -> Vec<i32> {
    let mut found: Vec<i32> = days.iter().copied().filter(|day| first <= *day && *day <= last).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// The newest of some days on which the post was held.
pub fn newest_served(roster: &Roster, post: u32, stocks: &[i32]) -> Option<i32> {
    stocks.iter().rev().copied().find(|day| roster.last_served(post, *day, *day).is_some())
}

/// What is found out about all posts before rows are looked at: the day on which each reads, if it is one.
pub fn reading_days(roster: &Roster, rows: &Rows, table: &Table) -> Vec<Option<i32>> {
    let posts = 0..roster.answer.posts.len() as u32;
    match (rows, &table.shape) {
        (Rows::HeldOn(day), _) => posts.map(|post| roster.last_served(post, ALWAYS_BEFORE, day.0)).collect(),
        (Rows::Newest(first, last), Shape::Snapshot(days)) => {
            let stocks = stocks(days, first.0, last.0);
            posts.map(|post| newest_served(roster, post, &stocks)).collect()
        }
        _ => Vec::new(),
    }
}

/// The rows from one place to another that belong to posts.
pub fn entries(
    world: &World,
    table_at: usize,
    range: (usize, usize),
    rows: &Rows,
    (roster, via): (&Roster, &[ColumnIx]),
    reading: &[Option<i32>],
    other_days: &mut OtherDays,
) -> Entries {
    let table = world.tables[table_at];
    let mut entries = Entries::default();
    let mut pass = |as_of: Days, counts: &dyn Fn(usize, i32) -> bool, others: &mut OtherDays| {
        let all = vector::Rows::Range(range.0, range.1);
        let keys = Batch::new(world, table_at, all, as_of, others).key_numbers(via);
        let Some((_, keys)) = keys else { return };
        for (at, key) in keys.iter().enumerate().filter(|(_, key)| **key != NONE) {
            let row = range.0 + at;
            for post in roster.posts(*key) {
                let day = day_read(table, rows, row, roster, post, reading);
                // Of the roster's own rows only those of the post itself.
                let own = |day: i32| !via.is_empty() || roster.post_between(*key, day, day) == post;
                if let Some(day) = day.filter(|day| own(*day) && counts(row, *day)) {
                    entries.rows.push(row as u32);
                    entries.days.push(day);
                    entries.posts.push(post);
                }
            }
        }
    };
    let as_of: Vec<i32> = (range.0..range.1).map(|row| latest_day(table, rows, row)).collect();
    if !changes_on_the_way(world, table_at, via) {
        pass(Days::Each(as_of.into()), &|_, _| true, other_days);
        return entries;
    }
    // Whose a row is depends on the day it is read, and that on whose it is: each such day is tried. Which rows are
    // read is not known yet, and what is found on the way is no repair.
    let mut ignored = OtherDays::default();
    let each = Days::Each(as_of.clone().into());
    pass(each, &|row, day| day == as_of[row - range.0], &mut ignored);
    for day in last_days_served(roster, rows) {
        pass(Days::One(day), &|row, read| read == day && day != as_of[row - range.0], &mut ignored);
    }
    entries
}

/// The latest day on which a row can be read.
pub fn latest_day(table: &Table, rows: &Rows, row: usize) -> i32 {
    match (rows, &table.shape) {
        (Rows::HeldOn(day), Shape::Valid { to, .. }) => to[row].min(day.0),
        (Rows::HeldOn(day), _) => day.0,
        (Rows::HeldDuring(_, last), Shape::Valid { to, .. }) => to[row].min(last.0),
        (Rows::Newest(_, last), _) => last.0,
        (_, Shape::Snapshot(days)) => days[row],
        _ => ALWAYS_AFTER,
    }
}

/// The day on which a row is read for a post, if it is.
fn day_read(
    table: &Table,
    rows: &Rows,
    row: usize,
    roster: &Roster,
    post: u32,
    reading: &[Option<i32>],
) -> Option<i32> {
    match (rows, &table.shape) {
        (Rows::HeldOn(_), _) => reading[post as usize].filter(|day| table.holds_on(row, *day)),
        (Rows::HeldDuring(first, last), Shape::Valid { from, to }) => {
            roster.last_served(post, first.0.max(from[row]), last.0.min(to[row]))
        }
        (Rows::HeldDuring(first, last), _) => roster.last_served(post, first.0, last.0),
        (Rows::Newest(first, last), Shape::Snapshot(days)) => reading[post as usize]
            .filter(|day| *day == days[row])
            .and_then(|_| roster.last_served(post, first.0, last.0)),
        (Rows::TakenDuring(first, last), Shape::Snapshot(days)) => Some(days[row])
            .filter(|day| first.0 <= *day && *day <= last.0)
            .and_then(|day| roster.last_served(post, day, day)),
        (Rows::All, _) => Some(ALWAYS_AFTER),
        _ => None,
    }
}

/// Whether the links to the roster pass through rows that are others on other days.
pub fn changes_on_the_way(world: &World, table: usize, via: &[ColumnIx]) -> bool {
    let mut at = table;
    via.iter().take(via.len().saturating_sub(1)).any(|link| match world.tables[at].links[link.0] {
        Some(next) => {
            at = next;
            !world.tables[at].is_timeless()
        }
        None => false,
    })
}

/// The days within what is read on which a post was held for the last time.
fn last_days_served(roster: &Roster, rows: &Rows) -> BTreeSet<i32> {
    let (first, last) = match rows {
        Rows::HeldOn(day) => (ALWAYS_BEFORE, day.0),
        Rows::HeldDuring(first, last) | Rows::Newest(first, last) => (first.0, last.0),
        Rows::All | Rows::Dated { .. } | Rows::TakenDuring(..) => return BTreeSet::new(),
    };
    let runs = roster.all_served().iter();
    runs.filter(|(from, to)| *from <= last && *to >= first).map(|(_, to)| (*to).min(last)).collect()
}

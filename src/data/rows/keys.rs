//! The numbered keys of a table, each leading to its rows.

use std::sync::Arc;

use super::shape::{ALWAYS_AFTER, ALWAYS_BEFORE, Shape};
use crate::data::columns::column::{NO_DAY, NONE};
use crate::data::columns::dictionary::Dictionary;

/// Stands between the parts of a composite key, so that two keys are never taken for one.
pub const BETWEEN: char = '\u{1f}';

/// The keys of a table.
pub struct Keys {
    /// With [`BETWEEN`] between the parts.
    pub known: Arc<Dictionary>,
    /// As shown, by the same numbers.
    pub texts: Arc<Dictionary>,
    pub of_row: Vec<u32>,
    pub rows: RowsOf,
    /// Of a table that goes by: only keys that links name are known, and all others share the next number.
    pub others: bool,
}

/// The rows of each key.
pub enum RowsOf {
    One(Vec<u32>),
    /// In the order of time.
    Several {
        starts: Vec<u32>,
        rows: Vec<u32>,
    },
}

/// The row a link finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// [`NONE`] when the key has no row.
    pub row: u32,
    /// Whether no row covers the day and that of another day was taken.
    pub other_day: bool,
}

impl Keys {
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// How many groups there are by key.
    pub fn groups(&self) -> usize {
        self.len() + usize::from(self.others)
    }

    /// Of a table that goes by: the keys that links name, and those of the rows at hand.
    pub fn named(texts: Arc<Dictionary>, of_row: Vec<u32>) -> Keys {
        Keys { known: texts.clone(), texts, of_row, rows: RowsOf::One(Vec::new()), others: true }
    }

    /// The same keys with their rows, all of which are in the table now.
    pub fn with_rows(&self, shape: &Shape, of_row: Vec<u32>) -> Keys {
        let rows = if shape.is_timeless() {
            let mut rows = vec![NONE; self.len()];
            of_row.iter().enumerate().for_each(|(row, key)| rows[*key as usize] = row as u32);
            RowsOf::One(rows)
        } else {
            several(shape, self.len(), &of_row, &mut Vec::new())
        };
        Keys { known: self.known.clone(), texts: self.texts.clone(), of_row, rows, others: true }
    }

    /// The number of a key; the parts of a composite one joined by [`join_parts`].
    pub fn find(&self, key: &str) -> Option<u32> {
        self.known.find(key)
    }

    /// All rows of a key, in the order of time.
    pub fn rows(&self, key: u32) -> &[u32] {
        match &self.rows {
            RowsOf::One(rows) => &rows[key as usize..=key as usize],
            RowsOf::Several { starts, rows } => &rows[starts[key as usize] as usize..starts[key as usize + 1] as usize],
        }
    }

    /// The row of a key that holds between two days: the latest one that does; else the latest before them, else
    /// the first after them.
    pub fn row_between(&self, shape: &Shape, key: u32, first: i32, last: i32) -> Link {
        if key == NONE {
            return Link { row: NONE, other_day: false };
        }
        if let RowsOf::One(rows) = &self.rows {
            return Link { row: rows[key as usize], other_day: false };
        }
        let rows = self.rows(key);
        if let ([row], Shape::Valid { from, to }) = (rows, shape)
            && (from[*row as usize] <= last && to[*row as usize] >= first)
        {
            return Link { row: *row, other_day: false };
        }
        let begins = |row: u32| match shape {
            Shape::Valid { from, .. } => from[row as usize],
            Shape::Snapshot(days) => days[row as usize],
            _ => ALWAYS_BEFORE,
        };
        let begun = rows.partition_point(|row| begins(*row) <= last);
        match begun.checked_sub(1) {
            Some(at) => {
                let row = rows[at];
                let covered = match shape {
                    Shape::Valid { to, .. } => to[row as usize] >= first,
                    _ => true,
                };
                // Day 0 to the end of time means that nobody asked for a day.
                Link { row, other_day: !covered && last != ALWAYS_AFTER }
            }
            None => Link { row: rows.first().copied().unwrap_or(NONE), other_day: !rows.is_empty() },
        }
    }
}

/// The parts of a composite key as [`Keys::find`] wants them.
pub fn join_parts<'a>(parts: impl Iterator<Item = &'a str>) -> String {
    let mut key = String::new();
    for (place, part) in parts.enumerate() {
        if place > 0 {
            key.push(BETWEEN);
        }
        key.push_str(part);
    }
    key
}

/// The rows of each key in the order of time; rows that hold on the same day clash.
pub fn several(shape: &Shape, keys: usize, of_row: &[u32], clashes: &mut Vec<(u32, u32)>) -> RowsOf {
    let mut starts = vec![0u32; keys + 1];
    for key in of_row.iter().filter(|key| **key != NONE) {
        starts[*key as usize + 1] += 1;
    }
    for key in 0..keys {
        starts[key + 1] += starts[key];
    }
    let mut next = starts.clone();
    let mut rows = vec![0u32; starts[keys] as usize];
    for (row, key) in of_row.iter().enumerate().filter(|(_, key)| **key != NONE) {
        let slot = &mut next[*key as usize];
        rows[*slot as usize] = row as u32;
        *slot += 1;
    }
    let days = |row: u32| match shape {
        Shape::Valid { from, to } => (from[row as usize], to[row as usize]),
        Shape::Snapshot(days) => (days[row as usize], days[row as usize]),
        _ => (ALWAYS_BEFORE, ALWAYS_AFTER),
    };
    for key in 0..keys {
        let of_key = &mut rows[starts[key] as usize..starts[key + 1] as usize];
        if of_key.len() < 2 {
            continue;
        }
        of_key.sort_unstable_by_key(|row| (days(*row), *row));
        let mut longest = of_key[0];
        for row in &of_key[1..] {
            if days(*row).0 <= days(longest).1 && days(*row).0 != NO_DAY {
                clashes.push((longest.min(*row), longest.max(*row)));
            }
            if days(*row).1 > days(longest).1 {
                longest = *row;
            }
        }
    }
    RowsOf::Several { starts, rows }
}

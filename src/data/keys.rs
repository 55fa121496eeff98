//! Keys of a table: numbered, unique, and leading to their rows.

use std::sync::Arc;

use hashbrown::HashMap;
use unicode_security::confusable_detection::skeleton;

use super::cell::narrow;
use super::column::{Column, NO_DAY, NONE};
use super::dictionary::Dictionary;
use super::errors;
use super::read::SHOWN;
use super::table::{ALWAYS_AFTER, ALWAYS_BEFORE, Shape, Table, text_of};
use crate::diagnostic::Diagnostic;
use crate::model::Model;
use crate::model::data::{ColumnIx, ColumnType, DataSet};
use crate::time::Day;
use crate::value::Value;

/// Stands between the parts of a composite key, so that two keys are never taken for one.
const BETWEEN: char = '\u{1f}';

/// The keys of a table.
pub struct Keys {
    /// With [`BETWEEN`] between the parts.
    pub known: Arc<Dictionary>,
    /// As shown, by the same numbers.
    pub texts: Arc<Dictionary>,
    pub of_row: Vec<u32>,
    rows: RowsOf,
    /// Of a table that goes by: only keys that links name are known, and all others share the next number.
    others: bool,
}

/// The rows of each key.
enum RowsOf {
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
    pub fn with_rows(&self, table: &Table, of_row: Vec<u32>) -> Keys {
        let rows = if table.is_timeless() {
            let mut rows = vec![NONE; self.len()];
            of_row.iter().enumerate().for_each(|(row, key)| rows[*key as usize] = row as u32);
            RowsOf::One(rows)
        } else {
            several(table, self.len(), &of_row, &mut Vec::new())
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
    pub fn row_between(&self, table: &Table, key: u32, first: i32, last: i32) -> Link {
        if key == NONE {
            return Link { row: NONE, other_day: false };
        }
        if let RowsOf::One(rows) = &self.rows {
            return Link { row: rows[key as usize], other_day: false };
        }
        let rows = self.rows(key);
        let begins = |row: u32| match &table.shape {
            Shape::Valid { from, .. } => from[row as usize],
            Shape::Snapshot(days) => days[row as usize],
            _ => ALWAYS_BEFORE,
        };
        let begun = rows.partition_point(|row| begins(*row) <= last);
        match begun.checked_sub(1) {
            Some(at) => {
                let row = rows[at];
                let covered = match &table.shape {
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

/// The text of a row's key, from the columns that make it; `None` where one is blank.
pub fn key_of_row(data: &DataSet, table: &Table, columns: &[ColumnIx], row: usize) -> Option<String> {
    let mut parts = Vec::with_capacity(columns.len());
    for column in columns {
        let value = table.column(*column)?.value(row);
        parts.push(match (&value, &data.column(*column).ty) {
            (Value::Missing(_), _) => return None,
            (Value::Choice(choice), ColumnType::Choice(choices)) => choices[*choice as usize].name.clone(),
            // Of a fraction all that tells it from others.
            (Value::Number(number), _) => format!("{number:?}"),
            _ => text_of(&value),
        });
    }
    Some(join_parts(parts.iter().map(String::as_str)))
}

/// Numbers the keys and refuses duplicates; `None` for a data set without a key, or whose keys or times are not all
/// known.
pub fn build(model: &Model, table: &Table, errors: &mut Vec<Diagnostic>) -> Option<Keys> {
    let data = &model.data[table.data.0];
    let times = data.time_columns().filter(|_| data.changes());
    if !table.are_good(data.key.iter().copied().chain(times)) {
        return None;
    }
    let (known, of_row) = match data.key.as_slice() {
        [] => return None,
        // The texts of a link that is resolved already are all keys of its target.
        [key] if table.links[key.0].is_none() && matches!(table.column(*key), Some(Column::Text { .. })) => {
            match table.column(*key) {
                Some(Column::Text { codes, texts }) => (texts.clone(), codes.clone()),
                _ => return None,
            }
        }
        columns => {
            let mut known = Dictionary::default();
            let code = |row| key_of_row(data, table, columns, row).map_or(NONE, |key| known.intern(&key));
            let of_row = (0..table.rows).map(code).collect();
            (Arc::new(known), of_row)
        }
    };
    let texts = match data.key.len() {
        1 => known.clone(),
        _ => {
            let mut shown = Dictionary::default();
            known.iter().for_each(|key| shown.append(&key.replace(BETWEEN, " / ")));
            Arc::new(shown)
        }
    };
    let mut clashes = Vec::new();
    let rows = if table.is_timeless() {
        let mut rows = vec![NONE; known.len()];
        for (row, key) in of_row.iter().enumerate().filter(|(_, key)| **key != NONE) {
            match &mut rows[*key as usize] {
                first if *first == NONE => *first = row as u32,
                first => clashes.push((*first, row as u32)),
            }
        }
        RowsOf::One(rows)
    } else {
        several(table, known.len(), &of_row, &mut clashes)
    };
    clashes.sort_unstable_by_key(|(_, second)| *second);
    for (first, second) in clashes.iter().take(SHOWN) {
        let key = texts.get(of_row[*second as usize]);
        let place = |row: u32| table.place(row as usize, data.key.first().copied());
        let finding =
            errors::duplicate_key(data, key, [place(*first), place(*second)], common_days(table, *first, *second));
        errors.push(errors::tell_computed(finding, model, table.data, data.key.iter().copied()));
    }
    if clashes.len() > SHOWN {
        errors.push(errors::more_duplicates(data, (clashes.len() - SHOWN) as u64));
    }
    for (odd, plain) in alike(&texts).into_iter().take(SHOWN) {
        let row = |key: u32| of_row.iter().position(|of_row| *of_row == key).unwrap_or(0);
        let place = |key: u32| table.place(row(key), data.key.first().copied());
        errors.push(errors::alike_keys(data, [texts.get(plain), texts.get(odd)], [place(plain), place(odd)]));
    }
    Some(Keys { known, texts, of_row, rows, others: false })
}

/// Keys that are other letters than those of plain ones, and look the same: of full width, or of another script.
fn alike(texts: &Dictionary) -> Vec<(u32, u32)> {
    let mut odd: HashMap<String, u32> = HashMap::new();
    for code in 0..texts.len() as u32 {
        let key = texts.get(code);
        if let Some(look) = Some(key).filter(|key| !key.is_ascii()).map(look).filter(|look| look.is_ascii()) {
            odd.entry(look).or_insert(code);
        }
    }
    if odd.is_empty() {
        return Vec::new();
    }
    let plain = (0..texts.len() as u32).filter(|code| texts.get(*code).is_ascii());
    plain.filter_map(|code| Some((*odd.get(&look(texts.get(code)))?, code))).collect()
}

fn look(key: &str) -> String {
    skeleton(&key.chars().map(narrow).collect::<String>()).collect()
}

/// The plain key for which one that is written with other signs could be taken, each sign for itself.
pub fn plain_twin(key: &str) -> Option<String> {
    if key.is_ascii() {
        return None;
    }
    let mut twin = String::with_capacity(key.len());
    for sign in key.chars().map(narrow) {
        match sign.is_ascii() {
            true => twin.push(sign),
            false => twin.extend(skeleton(sign.encode_utf8(&mut [0; 4]))),
        }
    }
    Some(twin).filter(|twin| twin.is_ascii())
}

/// The rows of each key in the order of time; rows that hold on the same day clash.
fn several(table: &Table, keys: usize, of_row: &[u32], clashes: &mut Vec<(u32, u32)>) -> RowsOf {
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
    let days = |row: u32| match &table.shape {
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

/// The days two rows have in common, in words.
fn common_days(table: &Table, one: u32, other: u32) -> Option<(String, bool)> {
    match &table.shape {
        Shape::Valid { from, to } => {
            let first = from[one as usize].max(from[other as usize]);
            let last = to[one as usize].min(to[other as usize]);
            let same_start = from[one as usize] == from[other as usize];
            let days = match (first, last) {
                (ALWAYS_BEFORE, ALWAYS_AFTER) => "always".to_string(),
                (ALWAYS_BEFORE, last) => format!("until {}", Day(last)),
                (first, ALWAYS_AFTER) => format!("from {} on", Day(first)),
                (first, last) if first == last => format!("on {}", Day(first)),
                (first, last) => format!("from {} to {}", Day(first), Day(last)),
            };
            Some((days, same_start))
        }
        Shape::Snapshot(days) => Some((format!("on {}", Day(days[one as usize])), true)),
        _ => None,
    }
}

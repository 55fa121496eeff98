//! The keys of a table's rows: numbered, and told where they are not unique.

use std::sync::Arc;

use hashbrown::HashMap;

use crate::alike::look;
use crate::data::columns::column::{Column, NONE};
use crate::data::columns::dictionary::Dictionary;
use crate::data::errors;
use crate::data::errors::SHOWN;
use crate::data::rows::keys::{BETWEEN, Keys, RowsOf, join_parts, several};
use crate::data::rows::shape::{ALWAYS_AFTER, ALWAYS_BEFORE, Shape};
use crate::data::rows::table::{Table, text_of};
use crate::diagnostic::Diagnostic;
use crate::model::Model;
use crate::model::data::{ColumnIx, ColumnType, DataSet};
use crate::time::Day;
use crate::value::Value;

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
    let rows = if table.shape.is_timeless() {
        let mut rows = vec![NONE; known.len()];
        for (row, key) in of_row.iter().enumerate().filter(|(_, key)| **key != NONE) {
            match &mut rows[*key as usize] {
                first if *first == NONE => *first = row as u32,
                first => clashes.push((*first, row as u32)),
            }
        }
        RowsOf::One(rows)
    } else {
        several(&table.shape, known.len(), &of_row, &mut clashes)
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

//! Links between tables.

use std::collections::BTreeMap;

use super::keyed::key_of_row;
use crate::data::columns::column::{Column, NONE, translate};
use crate::data::errors;
use crate::data::errors::{Dangling, SHOWN};
use crate::data::rows::table::Table;
use crate::diagnostic::Diagnostic;
use crate::model::Model;
use crate::model::data::{ColumnIx, ColumnType, DataId};
use crate::nearest::another_writing;

/// Makes the codes of a link column the numbers of the target's keys; refuses keys that no row has.
pub fn resolve(
    model: &Model,
    tables: &mut [Table],
    place_of: &BTreeMap<DataId, usize>,
    (at, column): (usize, ColumnIx),
    errors: &mut Vec<Diagnostic>,
) {
    let data = &model.data[tables[at].data.0];
    let ColumnType::Link { data: target, by } = &data.column(column).ty else { return };
    let Some(target) = place_of.get(target).copied().filter(|target| tables[*target].keys.is_some()) else { return };
    let resolved = if by.is_empty() {
        by_cell(&tables[at], &tables[target], column)
    } else if by.iter().all(|part| tables[at].column(*part).is_some()) {
        Some(by_parts(data, &tables[at], &tables[target], by))
    } else {
        None
    };
    let Some((resolved, unknown)) = resolved else { return };
    // What follows such a link is not told once more.
    let leads_nowhere = !unknown.is_empty();
    if tables[target].complete && tables[at].are_good(by.iter().copied().chain([column])) {
        report(model, (&tables[at], column, by), &tables[target], unknown, errors);
    }
    if leads_nowhere {
        tables[at].bad.insert(column);
    }
    tables[at].columns[column.0] = Some(resolved);
    tables[at].links[column.0] = Some(target);
}

/// Keys that no row has, with the first rows that hold them and their count.
pub type Unknown = BTreeMap<String, (Vec<u32>, u64)>;

/// The rows' links by one cell, or by what was computed in its place.
pub fn by_cell(table: &Table, target: &Table, column: ColumnIx) -> Option<(Column, Unknown)> {
    let Some(Column::Text { codes, texts }) = table.column(column) else { return None };
    let keys = target.keys.as_ref()?;
    let new: Vec<u32> = texts.iter().map(|text| keys.find(text).unwrap_or(NONE)).collect();
    let mut unknown = Unknown::new();
    if new.contains(&NONE) {
        for (row, code) in codes.iter().enumerate().filter(|(_, code)| **code != NONE) {
            if new[*code as usize] == NONE {
                note(&mut unknown, texts.get(*code), row);
            }
        }
    }
    let mut codes = codes.clone();
    translate(&mut codes, &new);
    Some((Column::Text { codes, texts: keys.texts.clone() }, unknown))
}

/// The rows' links by several columns.
pub fn by_parts(
    data: &crate::model::data::DataSet,
    table: &Table,
    target: &Table,
    by: &[ColumnIx],
) -> (Column, Unknown) {
    let mut unknown = Unknown::new();
    let mut codes = Vec::with_capacity(table.rows);
    let Some(keys) = &target.keys else { return (Column::Choice(Vec::new()), unknown) };
    for row in 0..table.rows {
        let code = key_of_row(data, table, by, row).map_or(NONE, |key| {
            keys.find(&key).unwrap_or_else(|| {
                note(&mut unknown, &key.replace('\u{1f}', " / "), row);
                NONE
            })
        });
        codes.push(code);
    }
    (Column::Text { codes, texts: keys.texts.clone() }, unknown)
}

fn note(unknown: &mut Unknown, key: &str, row: usize) {
    let entry = match unknown.get_mut(key) {
        Some(entry) => entry,
        None => unknown.entry(key.to_string()).or_default(),
    };
    entry.1 += 1;
    if entry.0.len() < SHOWN {
        entry.0.push(row as u32);
    }
}

/// Keys to which a link leads and that no row has.
fn report(
    model: &Model,
    (table, column, by): (&Table, ColumnIx, &[ColumnIx]),
    target: &Table,
    unknown: Unknown,
    errors: &mut Vec<Diagnostic>,
) {
    let (data, target_data) = (&model.data[table.data.0], &model.data[target.data.0]);
    let place_column = by.first().copied().unwrap_or(column);
    let mut unknown: Vec<_> = unknown.into_iter().collect();
    unknown.sort_by_key(|(_, (rows, _))| rows.first().copied());
    let more = unknown.len().saturating_sub(SHOWN);
    for (key, (rows, count)) in unknown.iter().take(SHOWN) {
        // Looking for the nearest of very many keys would take longer than reading them.
        let keys = target.keys.as_ref().filter(|keys| keys.len() <= 20_000);
        let near = keys.and_then(|keys| another_writing(key, keys.texts.iter()));
        let place = |row: &u32| {
            let mut place = table.place(*row as usize, Some(place_column));
            place.text = Some(crate::visible::shortened(key));
            place
        };
        let places = rows.iter().map(place).collect();
        let found = Dangling { column, target: target_data, key, near, places, count: *count };
        let finding = errors::dangling(data, found);
        errors.push(errors::tell_computed(finding, model, table.data, by.iter().copied().chain([column])));
    }
    if more > 0 {
        errors.push(errors::more_dangling(data, column, target_data, more as u64));
    }
}

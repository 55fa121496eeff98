//! What must be read for a query, and whether the files cover the time that it asks about.

use std::collections::{BTreeMap, BTreeSet};

use crate::data::columns::column::{Column, NO_DAY, NONE};
use crate::data::errors;
use crate::data::rows::shape::{ALWAYS_AFTER, ALWAYS_BEFORE, Shape};
use crate::data::rows::table::Table;
use crate::diagnostic::Diagnostic;
use crate::model::Model;
use crate::model::data::{ColumnIx, ColumnType, DataId, Route, RulingColumns, YearOf};
use crate::plan::query::{Group, NeededWindow, Query, RowNode, Rows};
use crate::time::{Calendar, Day};

type Needed = BTreeMap<DataId, BTreeSet<ColumnIx>>;

/// The data sets to read with the columns needed of each. Besides what the query names these are keys and time
/// columns, links on the way to somewhere, and what tells who people and teams are.
pub fn columns(model: &Model, query: &Query) -> Vec<(DataId, Vec<ColumnIx>)> {
    let mut needed = Needed::new();
    let mut order: Vec<DataId> = query.tables.iter().map(|table| table.data).collect();
    order.extend(query.rosters.iter().chain(&query.organisation).chain(&query.rulings));
    for data in &order {
        needed.entry(*data).or_default();
    }
    for table in &query.tables {
        needed.entry(table.data).or_default().extend(&table.columns);
        for node in &table.nodes {
            match node {
                RowNode::Column { via, column } => walk(model, table.data, via, Some(*column), &mut needed),
                RowNode::Inner { via, .. } => walk(model, table.data, via, None, &mut needed),
                _ => {}
            }
        }
        for window in &table.windows {
            if let Rows::Dated { column, .. } = &window.rows {
                walk(model, table.data, &[], Some(*column), &mut needed);
            }
        }
    }
    for measure in &query.measures {
        if let Rows::Dated { column, .. } = &measure.rows {
            walk(model, measure.data, &[], Some(*column), &mut needed);
        }
        match &measure.group {
            Group::Company => {}
            Group::Team { via } | Group::Own { via, .. } | Group::Key { via, .. } => {
                walk(model, measure.data, via, None, &mut needed);
            }
        }
    }
    for roster in &query.rosters {
        let data = &model.data[roster.0];
        if let Some(post) = data.roster.as_ref().and_then(|roster| roster.post) {
            walk(model, *roster, &[], Some(post), &mut needed);
        }
        if let (Route::Links(via), Some(_)) = (&data.belongs.team, query.organisation) {
            walk(model, *roster, via, None, &mut needed);
        }
        needed.entry(*roster).or_default().extend(data.name_column());
    }
    if let Some(organisation) = query.organisation {
        let data = &model.data[organisation.0];
        needed.entry(organisation).or_default().extend(data.organisation.into_iter().chain(data.name_column()));
    }
    for data in &query.rulings {
        let columns = model.data[data.0].rulings;
        columns.iter().flat_map(RulingColumns::all).for_each(|one| walk(model, *data, &[one], None, &mut needed));
    }
    for (data, columns) in &mut needed {
        let data = &model.data[data.0];
        if let Some(YearOf::Column(year)) = data.across.as_ref().and_then(|across| across.year) {
            columns.insert(year);
        }
    }
    model.with_inputs(&mut needed);
    order.extend(needed.keys());
    let mut seen = BTreeSet::new();
    order.retain(|data| seen.insert(*data));
    order.into_iter().map(|data| (data, needed.remove(&data).unwrap_or_default().into_iter().collect())).collect()
}

/// Notes the links of a way and the column at its end.
fn walk(model: &Model, start: DataId, via: &[ColumnIx], column: Option<ColumnIx>, needed: &mut Needed) {
    let mut data = start;
    for link in via {
        needed.entry(data).or_default().insert(*link);
        let ColumnType::Link { data: target, .. } = &model.data[data.0].column(*link).ty else { return };
        data = *target;
        needed.entry(data).or_default();
    }
    needed.entry(data).or_default().extend(column);
}

/// Refuses windows in which a data set has no row at all.
pub fn check_windows(
    model: &Model,
    query: &Query,
    tables: &[Table],
    place_of: &BTreeMap<DataId, usize>,
    errors: &mut Vec<Diagnostic>,
) {
    let calendar = &model.company.calendar;
    for asked in &query.tables {
        let Some(table) = place_of.get(&asked.data).map(|place| &tables[*place]) else { continue };
        let data = &model.data[asked.data.0];
        if !table.complete || !table.bad.is_empty() {
            continue;
        }
        let empty: Vec<_> = asked.windows.iter().filter(|one| !holds_any(table, one, calendar)).collect();
        // Windows that the same KPIs read are one mistake.
        let mut found: Vec<(BTreeSet<&str>, Vec<&NeededWindow>)> = Vec::new();
        let mut seen = BTreeSet::new();
        for window in empty.iter().filter(|window| seen.insert(&window.words)) {
            let alike = empty.iter().filter(|other| other.words == window.words);
            let kpis = alike.flat_map(|one| &one.kpis).map(|kpi| model.kpis[kpi.0].name.as_str()).collect();
            match found.iter_mut().find(|(known, _)| *known == kpis) {
                Some((_, windows)) => windows.push(window),
                None => found.push((kpis, vec![window])),
            }
        }
        for (kpis, windows) in found {
            let files: Vec<String> = table.files.iter().map(|file| file.shown.clone()).collect();
            let held = held(table, &windows[0].rows, calendar);
            let kpis: Vec<&str> = kpis.into_iter().collect();
            let words: Vec<&str> = windows.iter().map(|window| window.words.as_str()).collect();
            errors.push(errors::empty_window(data, &words, &kpis, &files, held));
        }
    }
}

/// Whether a window holds a row.
pub fn holds_any(table: &Table, window: &NeededWindow, calendar: &Calendar) -> bool {
    let within = |first: Day, last: Day| match &table.shape {
        Shape::Valid { from, to } => from.iter().zip(to).any(|(from, to)| *from <= last.0 && first.0 <= *to),
        Shape::Snapshot(days) => days.iter().any(|day| first.0 <= *day && *day <= last.0),
        Shape::Always | Shape::Dated => table.rows > 0,
    };
    match &window.rows {
        Rows::All => table.rows > 0,
        Rows::HeldOn(day) => within(*day, *day),
        Rows::HeldDuring(first, last) | Rows::Newest(first, last) | Rows::TakenDuring(first, last) => {
            within(*first, *last)
        }
        Rows::Dated { column, months } => {
            let (first, last) = calendar.days(*months);
            let last = window.until.map_or(last, |until| last.min(until));
            if let Some(days) = table.days_passed.get(column) {
                return days.iter().any(|day| first.0 <= *day && *day <= last.0);
            }
            match table.column(*column) {
                Some(Column::Day(days)) => days.iter().any(|day| first.0 <= *day && *day <= last.0),
                Some(Column::Period { codes, list }) => {
                    let inside: Vec<bool> = list
                        .iter()
                        .map(|period| {
                            months.overlaps(*period)
                                && window.until.is_none_or(|until| calendar.days(*period).1 <= until)
                        })
                        .collect();
                    codes.iter().any(|code| *code != NONE && inside[*code as usize])
                }
                _ => false,
            }
        }
    }
}

/// What time the rows are of, in words.
fn held(table: &Table, rows: &Rows, calendar: &Calendar) -> Option<String> {
    if table.rows == 0 {
        return Some("the files hold no rows at all".into());
    }
    let bounds = |days: &mut dyn Iterator<Item = (i32, i32)>| {
        days.filter(|(first, _)| *first != NO_DAY).reduce(|(a, b), (x, y)| (a.min(x), b.max(y)))
    };
    let found = match (rows, &table.shape) {
        (Rows::Dated { column, .. }, _) if table.days_passed.contains_key(column) => {
            bounds(&mut table.days_passed[column].iter().map(|day| (*day, *day)))
        }
        (Rows::Dated { column, .. }, _) => {
            let column = table.column(*column)?;
            let days = |row| column.days(row, calendar).map(|(first, last)| (first.0, last.0));
            bounds(&mut (0..table.rows).filter_map(days))
        }
        (_, Shape::Valid { from, to }) => bounds(&mut from.iter().copied().zip(to.iter().copied())),
        (_, Shape::Snapshot(days)) => bounds(&mut days.iter().map(|day| (*day, *day))),
        _ => None,
    };
    let Some((first, last)) = found else { return Some("no row has a date".into()) };
    Some(match (first, last) {
        (ALWAYS_BEFORE, ALWAYS_AFTER) => return None,
        (ALWAYS_BEFORE, last) => format!("its rows end on {}", Day(last)),
        (first, ALWAYS_AFTER) => format!("its rows begin on {}", Day(first)),
        (first, last) => format!("its rows are of {} to {}", Day(first), Day(last)),
    })
}

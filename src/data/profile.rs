//! What the files of all data sets hold, whether or not a formula reads it: `merit data`.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::columns::column::{Column, NO_DAY, NO_FLAG, NO_NUMBER, NONE};
use super::options::Options;
use super::rows::shape::{ALWAYS_AFTER, ALWAYS_BEFORE, Shape};
use super::rows::table::{Table, TableFile};
use super::tables::load;
use super::tables::load::Source;
use super::tables::stored::Task;
use super::tables::teams;
use crate::diagnostic::Diagnostic;
use crate::model::Model;
use crate::model::data::{ColumnIx, ColumnType, DataId, DataSet, Origin, TimeShape};
use crate::number::Number;
use crate::plan::query::Doubt;
use crate::time::{Calendar, Day, Month, Months};

/// What was found of a data set.
pub struct SetProfile {
    pub data: DataId,
    pub files: Vec<ProfiledFile>,
    pub rows: u64,
    /// The first and the last day that rows are of; for rows that hold over a time, the days on which they begin.
    pub days: Option<(Day, Day)>,
    /// Months between these without a row, of data sets that are dated.
    pub empty_months: Vec<Month>,
    /// Rows that are the same in every column as an earlier one, of data sets without a key.
    pub repeated: u64,
    pub columns: Vec<ColumnProfile>,
    /// What is odd about its rows.
    pub doubts: Vec<Doubt>,
}

pub struct ProfiledFile {
    pub path: String,
    pub sheet: Option<String>,
    /// Of a text that is no UTF-8.
    pub encoding: Option<&'static str>,
    pub rows: u64,
    /// Rows left out by how they start.
    pub left_out: u64,
}

pub struct ColumnProfile {
    pub column: ColumnIx,
    /// Cells without a value.
    pub blank: u64,
    /// Some of these have a text that cannot be read.
    pub unreadable: bool,
    pub holds: Holds,
    /// By kind, in words.
    pub repairs: Vec<(&'static str, u64)>,
}

/// What the filled cells of a column say.
pub enum Holds {
    Nothing,
    /// In base units.
    Numbers {
        least: Number,
        most: Number,
        sum: Number,
    },
    Days(Day, Day),
    Periods(Months, Months),
    Flags {
        yes: u64,
        no: u64,
    },
    /// How often each of the choices, by its place.
    Choices(Vec<u64>),
    Texts {
        distinct: u64,
    },
}

/// Reads and checks all files of all data sets.
pub fn profile(model: &Model, options: &Options) -> (Vec<SetProfile>, Vec<Diagnostic>) {
    let mut errors = Vec::new();
    let in_files = |data: &DataSet| {
        (0..data.columns.len())
            .map(ColumnIx)
            .filter(|at| !matches!(data.column(*at).origin(), Origin::Formula(_)))
            .collect()
    };
    let needed: Vec<(DataId, Vec<ColumnIx>)> =
        model.data.iter().enumerate().map(|(at, data)| (DataId(at), in_files(data))).collect();
    let mut tables =
        load::load(model, &needed, &Source::Files(options), &Default::default(), options.threads, &mut errors);
    // Before links are resolved: then their columns still have the texts of the files.
    let mut profiles: Vec<SetProfile> = tables.iter().map(|table| of_table(model, table)).collect();
    let mut needed: BTreeMap<DataId, BTreeSet<ColumnIx>> =
        needed.into_iter().map(|(data, columns)| (data, columns.into_iter().collect())).collect();
    for (data, columns) in &mut needed {
        let set = &model.data[data.0];
        columns.extend((0..set.columns.len()).map(ColumnIx).filter(|column| set.role(*column).is_some()));
    }
    model.with_inputs(&mut needed);
    let needed: Vec<(DataId, Vec<ColumnIx>)> =
        needed.into_iter().map(|(data, columns)| (data, columns.into_iter().collect())).collect();
    Task { model, needed: &needed, left_out: &BTreeSet::new(), keys_left_out: &|_, _| None, given: false }
        .complete(&mut tables, &mut errors);
    for (profile, table) in profiles.iter_mut().zip(&tables) {
        (profile.days, profile.empty_months) = time(table, &model.data[table.data.0], &model.company.calendar);
    }
    if let Some(table) = tables.iter().find(|table| model.data[table.data.0].organisation.is_some()) {
        teams::build(model, table, &mut errors);
    }
    (profiles, errors)
}

fn of_table(model: &Model, table: &Table) -> SetProfile {
    let data = &model.data[table.data.0];
    let file = |file: &TableFile| ProfiledFile {
        path: file.shown.clone(),
        sheet: file.sheet.clone(),
        encoding: file.encoding,
        rows: file.rows as u64,
        left_out: file.left_out,
    };
    let columns = (0..data.columns.len()).map(ColumnIx);
    SetProfile {
        data: table.data,
        files: table.files.iter().map(file).collect(),
        rows: table.rows as u64,
        days: None,
        empty_months: Vec::new(),
        repeated: if data.key.is_empty() { repeated(table) } else { 0 },
        columns: columns.filter_map(|at| of_column(model, table, data, at)).collect(),
        doubts: super::tables::doubts::of_rows(data, table).collect(),
    }
}

/// The days that the rows are of, and the months between them without a row.
fn time(table: &Table, data: &DataSet, calendar: &Calendar) -> (Option<(Day, Day)>, Vec<Month>) {
    let known = |day: &i32| ![NO_DAY, ALWAYS_BEFORE, ALWAYS_AFTER].contains(day);
    let bounds = |days: &[i32]| {
        let days = || days.iter().copied().filter(known);
        Some((Day(days().min()?), Day(days().max()?)))
    };
    match (&table.shape, data.time) {
        (Shape::Valid { from, .. }, _) => (bounds(from), Vec::new()),
        (Shape::Snapshot(days), _) => (bounds(days), Vec::new()),
        (_, TimeShape::Dated(column)) => {
            let Some(column) = table.column(column) else { return (None, Vec::new()) };
            let (mut first, mut last) = (None::<Day>, None::<Day>);
            let mut months: BTreeSet<Month> = BTreeSet::new();
            let mut seen: HashSet<(Day, Day)> = HashSet::new();
            for (from, to) in (0..table.rows).filter_map(|row| column.days(row, calendar)) {
                first = Some(first.map_or(from, |first| first.min(from)));
                last = Some(last.map_or(to, |last| last.max(to)));
                if seen.insert((from, to)) {
                    months.extend(between(calendar.month_of(from), calendar.month_of(to)));
                }
            }
            let (Some(first), Some(last)) = (first, last) else { return (None, Vec::new()) };
            let all = between(calendar.month_of(first), calendar.month_of(last));
            (Some((first, last)), all.filter(|month| !months.contains(month)).collect())
        }
        _ => (None, Vec::new()),
    }
}

fn between(first: Month, last: Month) -> impl Iterator<Item = Month> {
    let count = (last.year() - first.year()) * 12 + last.number() as i32 - first.number() as i32 + 1;
    Months { first, count: count.max(1) as u32 }.iter().collect::<Vec<_>>().into_iter()
}

/// Rows that are the same as an earlier one.
fn repeated(table: &Table) -> u64 {
    let columns: Vec<&Column> = table.columns.iter().flatten().collect();
    let mut seen: HashSet<Vec<u64>> = HashSet::with_capacity(table.rows);
    let mut numbers: BTreeMap<String, u64> = BTreeMap::new();
    let mut count = 0;
    for row in 0..table.rows {
        let cells = columns.iter().map(|column| match column {
            Column::Fixed { values, .. } => values[row] as u64,
            Column::Wide(values) => {
                let next = numbers.len() as u64;
                let text = values[row].as_ref().map(Number::to_string).unwrap_or_default();
                *numbers.entry(text).or_insert(next)
            }
            Column::Day(days) => days[row] as u64,
            Column::Flag(flags) => flags[row].into(),
            Column::Period { codes, .. } | Column::Choice(codes) | Column::Text { codes, .. } => codes[row].into(),
        });
        count += u64::from(!seen.insert(cells.collect()));
    }
    count
}

fn of_column(model: &Model, table: &Table, data: &DataSet, at: ColumnIx) -> Option<ColumnProfile> {
    let column = table.column(at)?;
    let mut repairs: BTreeMap<super::cells::content::Repair, u64> = BTreeMap::new();
    for file in &table.files {
        for ((_, repair), count) in file.repairs.iter().filter(|((of, _), _)| *of == at) {
            *repairs.entry(*repair).or_default() += count;
        }
    }
    let choices = match &data.column(at).ty {
        ColumnType::Choice(choices) => choices.len(),
        _ => 0,
    };
    let (filled, holds) = held(column, choices, &model.company.calendar);
    Some(ColumnProfile {
        column: at,
        blank: table.rows as u64 - filled,
        unreadable: table.bad.contains(&at),
        holds: if filled == 0 { Holds::Nothing } else { holds },
        repairs: repairs.into_iter().map(|(repair, count)| (repair.words(), count)).collect(),
    })
}

/// How many cells are filled, and with what.
fn held(column: &Column, choices: usize, calendar: &Calendar) -> (u64, Holds) {
    let numbers = |numbers: &mut dyn Iterator<Item = Number>| {
        let mut count = 0;
        let mut all: Option<(Number, Number, Number)> = None;
        for number in numbers {
            count += 1;
            all = Some(match all {
                None => (number.clone(), number.clone(), number),
                Some((least, most, sum)) => {
                    let sum = sum.add(&number);
                    (
                        if number < least { number.clone() } else { least },
                        if number > most { number } else { most },
                        sum,
                    )
                }
            });
        }
        (count, all.map_or(Holds::Nothing, |(least, most, sum)| Holds::Numbers { least, most, sum }))
    };
    match column {
        Column::Fixed { scale, values } => {
            let filled = || values.iter().copied().filter(|value| *value != NO_NUMBER);
            let number = |value: i128| Number::from_parts(value, *scale);
            let (Some(least), Some(most)) = (filled().min(), filled().max()) else { return (0, Holds::Nothing) };
            // Fewer than 2^32 rows of 64 bits each: the sum fits.
            let sum = number(filled().map(i128::from).sum());
            (filled().count() as u64, Holds::Numbers { least: number(least.into()), most: number(most.into()), sum })
        }
        Column::Wide(values) => numbers(&mut values.iter().flatten().cloned()),
        Column::Day(days) => {
            let filled = || days.iter().copied().filter(|day| *day != NO_DAY);
            let (Some(first), Some(last)) = (filled().min(), filled().max()) else { return (0, Holds::Nothing) };
            (filled().count() as u64, Holds::Days(Day(first), Day(last)))
        }
        Column::Period { codes, list } => {
            let used: BTreeSet<u32> = codes.iter().copied().filter(|code| *code != NONE).collect();
            let filled = codes.iter().filter(|code| **code != NONE).count() as u64;
            let periods = || used.iter().map(|code| list[*code as usize]);
            let first = periods().min_by_key(|period| (calendar.days(*period).0, period.count));
            let last = periods().max_by_key(|period| (calendar.days(*period).1, period.count));
            (filled, first.zip(last).map_or(Holds::Nothing, |(first, last)| Holds::Periods(first, last)))
        }
        Column::Flag(flags) => {
            let count = |wanted: u8| flags.iter().filter(|flag| **flag == wanted).count() as u64;
            (flags.len() as u64 - count(NO_FLAG), Holds::Flags { yes: count(1), no: count(0) })
        }
        Column::Choice(codes) => {
            let mut counts = vec![0; choices];
            for code in codes.iter().filter(|code| **code != NONE) {
                counts[*code as usize] += 1;
            }
            (counts.iter().sum(), Holds::Choices(counts))
        }
        Column::Text { codes, .. } => {
            let distinct: HashSet<u32> = codes.iter().copied().filter(|code| *code != NONE).collect();
            let filled = codes.iter().filter(|code| **code != NONE).count() as u64;
            (filled, Holds::Texts { distinct: distinct.len() as u64 })
        }
    }
}

//! What is odd about the files, though no mistake: the same told twice, rows that end early, cells far out.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::File;
use std::hash::Hasher;
use std::io::{self, BufReader, Read};
use std::path::Path;

use super::{added_up, far_out};
use crate::data::errors::Spot;
use crate::data::rows::table::{Table, TableFile};
use crate::diagnostic::DataPlace;
use crate::model::Model;
use crate::model::data::{ColumnIx, DataSet, TimeShape};
use crate::plan::query::{Doubt, Query, Rows};
use crate::time::Day;

/// Files may come a few days late, whatever they hold.
const DAYS_LATE: i32 = 7;

/// In the order of the tables; of each first what is told twice.
pub fn find(model: &Model, query: &Query, tables: &[&Table]) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    for table in tables {
        let data = &model.data[table.data.0];
        if data.key.is_empty() {
            doubts.extend(told_twice(&data.name, table));
        }
        doubts.extend(of_rows(data, table));
        doubts.extend(far_out::find(model, table));
        if matches!(data.time, TimeShape::Dated(_)) && !data.may_be_empty {
            doubts.extend(ends_early(model, query, table));
        }
    }
    doubts
}

fn told_twice(data: &str, table: &Table) -> Vec<Doubt> {
    // Only files of one size are looked into, and each of them once, however many there are.
    let mut sizes: BTreeMap<(usize, u64), Vec<&TableFile>> = BTreeMap::new();
    for file in table.files.iter().filter(|file| file.rows > 0) {
        if let Ok(meta) = std::fs::metadata(&file.path) {
            sizes.entry((file.rows, meta.len())).or_default().push(file);
        }
    }
    let mut known: HashMap<(usize, u64), Vec<&TableFile>> = HashMap::new();
    let mut doubts = Vec::new();
    for ((rows, _), files) in sizes.into_iter().filter(|(_, files)| files.len() > 1) {
        for file in files {
            let Ok(mark) = mark(&file.path) else { continue };
            let like = known.entry((rows, mark)).or_default();
            match like.iter().find(|other| is_same(&other.path, &file.path)) {
                Some(twin) => doubts.push((file.first_row, twin.shown.clone(), file)),
                None => like.push(file),
            }
        }
    }
    doubts.sort_by_key(|(first_row, ..)| *first_row);
    let doubt = |(_, twin, file): (usize, String, &TableFile)| Doubt::SameContent {
        data: data.into(),
        files: [twin, file.shown.clone()],
        rows: file.rows as u64,
    };
    doubts.into_iter().map(doubt).collect()
}

/// The place of a row by its first cell.
fn place(file: &TableFile, spot: &Spot) -> DataPlace {
    DataPlace {
        file: file.shown.clone(),
        sheet: file.sheet.clone(),
        row: Some(spot.line.into()),
        text: Some(spot.text.clone()),
        ..DataPlace::default()
    }
}

/// What is odd about rows that count or do not, as far as their beginnings and their numbers tell.
pub fn of_rows<'t>(data: &'t DataSet, table: &'t Table) -> impl Iterator<Item = Doubt> + 't {
    left_out(&data.name, table).chain(totals_last(data, table)).chain(below_blank(&data.name, table))
}

/// Rows left out by how they start that look like data.
fn left_out<'t>(data: &'t str, table: &'t Table) -> impl Iterator<Item = Doubt> + 't {
    table.files.iter().filter_map(move |file| {
        let first = file.like_rows.first.first()?;
        Some(Doubt::LeftOut { data: data.into(), place: place(file, first), rows: file.like_rows.count })
    })
}

/// Files that end with a row that adds up all others, whatever it is called: it counts like any other.
fn totals_last<'t>(data: &'t DataSet, table: &'t Table) -> impl Iterator<Item = Doubt> + 't {
    table.files.iter().filter_map(move |file| {
        let last = file.last.as_ref().filter(|_| added_up::last_adds_up(data, table, file))?;
        Some(Doubt::TotalRow { data: data.name.clone(), place: place(file, last) })
    })
}

/// Rows below a blank one, which may be those of another table.
fn below_blank<'t>(data: &'t str, table: &'t Table) -> impl Iterator<Item = Doubt> + 't {
    table.files.iter().filter_map(move |file| {
        let spot = Spot { line: file.below_blank?, text: String::new(), key: None };
        Some(Doubt::BelowBlank { data: data.into(), place: place(file, &spot) })
    })
}

/// A number that files with the same bytes have in common.
fn mark(path: &Path) -> io::Result<u64> {
    let (mut file, mut hasher, mut part) = (File::open(path)?, DefaultHasher::new(), Vec::new());
    loop {
        part.clear();
        match (&mut file).take(1 << 16).read_to_end(&mut part)? {
            0 => return Ok(hasher.finish()),
            _ => hasher.write(&part),
        }
    }
}

/// Whether two files hold the same bytes; what cannot be read now is not compared.
fn is_same(one: &Path, other: &Path) -> bool {
    let same = || -> io::Result<bool> {
        let (one, other) = (File::open(one)?, File::open(other)?);
        if one.metadata()?.len() != other.metadata()?.len() {
            return Ok(false);
        }
        let mut other = BufReader::new(other).bytes();
        for byte in BufReader::new(one).bytes() {
            if other.next().transpose()? != Some(byte?) {
                return Ok(false);
            }
        }
        Ok(true)
    };
    same().unwrap_or(false)
}

/// Windows that reach further past the newest row than rows have ever been apart.
fn ends_early(model: &Model, query: &Query, table: &Table) -> Option<Doubt> {
    let calendar = &model.company.calendar;
    let asked = query.tables.iter().find(|asked| asked.data == table.data)?;
    let mut ends = BTreeMap::<ColumnIx, Day>::new();
    for window in &asked.windows {
        if let Rows::Dated { column, months } = &window.rows {
            let (_, last) = calendar.days(*months);
            let last = window.until.map_or(last, |until| last.min(until));
            let end = ends.entry(*column).or_insert(last);
            *end = (*end).max(last);
        }
    }
    ends.into_iter().find_map(|(column, end)| {
        let days: BTreeSet<i32> = match table.days_passed.get(&column) {
            Some(days) => days.iter().copied().collect(),
            None => {
                let column = table.column(column)?;
                let days = || (0..table.rows).filter_map(|row| Some(column.days(row, calendar)?.1.0));
                if end.0 - days().max()? <= DAYS_LATE {
                    return None;
                }
                days().collect()
            }
        };
        let newest = *days.last()?;
        if end.0 - newest <= DAYS_LATE {
            return None;
        }
        let apart = days.iter().zip(days.iter().skip(1)).map(|(day, next)| next - day).max()?;
        (end.0 - newest > apart).then(|| Doubt::EndsEarly {
            data: model.data[table.data.0].name.clone(),
            newest: Day(newest),
            end,
        })
    })
}

//! What is odd about the files, though no mistake: the same told twice, rows that end early, cells far out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use super::far_out;
use super::table::Table;
use crate::model::Model;
use crate::model::data::{ColumnIx, TimeShape};
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
        doubts.extend(far_out::find(model, table));
        if matches!(data.time, TimeShape::Dated(_)) && !data.may_be_empty {
            doubts.extend(ends_early(model, query, table));
        }
    }
    doubts
}

fn told_twice(data: &str, table: &Table) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    let filled: Vec<_> = table.files.iter().filter(|file| file.rows > 0).collect();
    for (at, file) in filled.iter().enumerate() {
        let twin = filled[..at].iter().find(|other| other.rows == file.rows && is_same(&other.path, &file.path));
        doubts.extend(twin.map(|twin| Doubt::SameContent {
            data: data.into(),
            files: [twin.shown.clone(), file.shown.clone()],
            rows: file.rows as u64,
        }));
    }
    doubts
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

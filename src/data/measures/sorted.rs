//! How the rows of a job are sorted into segments of time, before any of them is looked at.

use super::job::{Family, Job, RowsBy};
use crate::data::columns::column::{Column, NONE};
use crate::data::people::own;
use crate::data::rows::shape::Shape;
use crate::data::rows::table::Table;
use crate::plan::query;
use crate::time::{Calendar, Months};

/// The segment of a row whose period lies partly inside a window.
pub const STRADDLES: u32 = NONE - 1;

/// How rows are sorted into segments of time.
pub enum Time {
    /// Days from the first to the last, with the month of each counted from the first.
    Days {
        first: i32,
        months: Vec<u32>,
        segments: Vec<Vec<u32>>,
    },
    /// By family, the segment of each period.
    Periods {
        read: Vec<bool>,
        segments: Vec<Vec<u32>>,
    },
    /// The newest day on which stock was taken.
    Newest(Option<i32>),
    None,
}

pub fn time_of(job: &Job, table: &Table, calendar: &Calendar) -> Time {
    let RowsBy::Dated(column) = &job.rows else {
        return match (&job.rows, &table.shape) {
            (RowsBy::Other(query::Rows::Newest(first, last)), Shape::Snapshot(days)) => {
                Time::Newest(own::stocks(days, first.0, last.0).last().copied())
            }
            _ => Time::None,
        };
    };
    match table.column(*column) {
        Some(Column::Day(_)) => {
            let all = job.families.iter().flat_map(|family| &family.segments);
            let Some(first) = all.clone().map(|segment| segment.first).min() else { return Time::None };
            let last = all.map(|segment| segment.last()).max().unwrap_or(first);
            let whole = Months { first, count: (last.0 - first.0 + 1) as u32 };
            let (begin, end) = calendar.days(whole);
            let mut months = Vec::with_capacity((end.0 - begin.0 + 1).max(0) as usize);
            for (at, month) in whole.iter().enumerate() {
                let until = calendar.last_day(month);
                months.resize((until.0 - begin.0 + 1).max(0) as usize, at as u32);
            }
            let segment = |family: &Family, at: u32| {
                let month = crate::time::Month(first.0 + at as i32);
                let found = family.segments.iter().position(|segment| segment.contains(month));
                found.map_or(NONE, |segment| segment as u32)
            };
            let of_family = |family: &Family| (0..whole.count).map(|at| segment(family, at)).collect();
            let segments = job.families.iter().map(of_family).collect();
            Time::Days { first: begin.0, months, segments }
        }
        Some(Column::Period { list, .. }) => {
            let segment = |family: &Family, period: &Months| {
                let mut windows = family.measures.iter().filter_map(|(_, months)| *months);
                if windows.any(|window| window.overlaps(*period) && !window.holds(*period)) {
                    return STRADDLES;
                }
                let found = family.segments.iter().position(|segment| segment.holds(*period));
                found.map_or(NONE, |segment| segment as u32)
            };
            let of_family = |family: &Family| list.iter().map(|period| segment(family, period)).collect();
            let segments: Vec<Vec<u32>> = job.families.iter().map(of_family).collect();
            let read = (0..list.len()).map(|code| segments.iter().any(|family| family[code] != NONE)).collect();
            Time::Periods { read, segments }
        }
        _ => Time::None,
    }
}

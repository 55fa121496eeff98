//! Sheets with a column for each month: which columns these are, and of which year.

use std::collections::BTreeMap;

use super::grid::Grid;
use super::layout::{Layout, Match, find_column};
use super::{FileTask, Wanted};
use crate::data::cell::{folded, narrow};
use crate::data::errors;
use crate::data::time_cell;
use crate::diagnostic::Diagnostic;
use crate::model::data::{Across, YearOf};
use crate::time;

/// The columns of the months in a file.
pub struct Months {
    pub columns: Vec<MonthColumn>,
    /// The wanted columns that hold the month and the value.
    pub month: Option<usize>,
    pub value: Option<usize>,
    /// The headers, from the first to the last.
    headers: [String; 2],
    year: Year,
}

enum Year {
    /// The headers say it, or one year holds for all rows.
    Known(i32),
    /// Where each row says it; and the wanted column that errors are told of.
    InColumn(usize, usize),
}

/// A column that holds the values of one month.
pub struct MonthColumn {
    /// Its place in a row.
    pub at: usize,
    month: u32,
    /// From the header, or else years behind the first.
    year: Option<i32>,
    later: i32,
}

impl MonthColumn {
    /// `2026-07`
    pub fn name(&self, year: i32) -> String {
        format!("{:04}-{:02}", self.year.unwrap_or(year + self.later), self.month)
    }
}

impl Months {
    /// Leaves out months that no row has a value for: they are still to come.
    pub fn without_blank(mut self, is_blank: impl Fn(usize) -> bool) -> Months {
        self.columns.retain(|month| !is_blank(month.at));
        self
    }

    /// `1月 … 12月`
    pub fn words(&self) -> String {
        let [first, last] = &self.headers;
        format!("{first} … {last}")
    }

    /// The year of the first month in a row; or the wanted column and the text that is no year.
    pub fn year_of(&self, grid: &dyn Grid, row: usize) -> Result<i32, (usize, String)> {
        match self.year {
            Year::Known(year) => Ok(year),
            Year::InColumn(at, index) => {
                let text = grid.cell(row, at).text.trim().to_string();
                year_named(&text).ok_or((index, text))
            }
        }
    }
}

/// `2026`, `2026年`
fn year_named(text: &str) -> Option<i32> {
    let narrowed: String = text.chars().map(narrow).collect();
    let digits = narrowed.trim().trim_end_matches(['年', '度']);
    let plain = digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten().filter(|year| *year > 0)
}

/// The months among the headers; `None` after errors.
pub fn months(
    task: &FileTask,
    wanted: &Wanted,
    across: &Across,
    layout: &Layout,
    errors: &mut Vec<Diagnostic>,
) -> Option<Months> {
    let index_of = |column| wanted.columns.iter().position(|(known, _)| *known == column);
    let mut columns: Vec<MonthColumn> = Vec::new();
    let mut seen: BTreeMap<(Option<i32>, u32), usize> = BTreeMap::new();
    for (at, header) in layout.headers.iter().enumerate() {
        let Some((year, month)) = month_named(header) else { continue };
        if let Some(first) = seen.insert((year, month), at) {
            errors.push(errors::month_twice(&task.shown, wanted.data, across.span, layout, [first, at]));
            return None;
        }
        let later = match columns.last() {
            Some(before) => before.later + i32::from(month < before.month),
            None => 0,
        };
        columns.push(MonthColumn { at, month, year, later });
    }
    let (Some(first), Some(last)) = (columns.first(), columns.last()) else {
        errors.push(errors::no_month(&task.shown, wanted.data, across.span, layout));
        return None;
    };
    let headers = [first, last].map(|month| layout.headers[month.at].clone());
    let year = match &across.year {
        _ if columns.iter().all(|month| month.year.is_some()) => Year::Known(0),
        Some(YearOf::Year(year)) => Year::Known(*year),
        Some(YearOf::Column(column)) => match find_column(&layout.headers, wanted.data, *column) {
            Match::At(at) => Year::InColumn(at, index_of(*column)?),
            // This has been told with the other columns.
            Match::Missing | Match::Several(_) => return None,
        },
        None => match year_in(task) {
            Some(year) => Year::Known(year),
            None => {
                errors.push(errors::no_year(&task.shown, wanted.data, across, &headers[0]));
                return None;
            }
        },
    };
    Some(Months { columns, month: index_of(across.month), value: index_of(across.value), headers, year })
}

/// The year that the name of the sheet has, or else that of the file; `None` where there are several.
fn year_in(task: &FileTask) -> Option<i32> {
    let years = |text: &str| -> Vec<i32> {
        let runs = text.split(|letter: char| !letter.is_ascii_digit()).filter(|run| run.len() == 4);
        runs.filter_map(|run| run.parse().ok()).filter(|year| (1900..2100).contains(year)).collect()
    };
    let file = task.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let of_sheet = task.sheet.as_deref().map(years).unwrap_or_default();
    let found = if of_sheet.is_empty() { years(&file) } else { of_sheet };
    match found.as_slice() {
        [year] => Some(*year),
        _ => None,
    }
}

const CHINESE: [&str; 12] = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"];

/// The month that a header names, with its year where it has one.
pub fn month_named(header: &str) -> Option<(Option<i32>, u32)> {
    let text = folded(header);
    if let Some((year, month)) = time_cell::month_named(&text) {
        return Some((Some(year), month));
    }
    if let Some(number) = text.strip_suffix('月').or_else(|| text.strip_suffix("月份")) {
        let digits = number.parse().ok().filter(|_| number.bytes().all(|byte| byte.is_ascii_digit()));
        let written = || CHINESE.iter().position(|name| *name == number).map(|at| at as u32 + 1);
        return digits.or_else(written).filter(|month| (1..=12).contains(month)).map(|month| (None, month));
    }
    let letters = text.trim_end_matches(|letter: char| !letter.is_ascii_alphabetic());
    let month = time::month_named(letters)?;
    let rest = text[letters.len()..].trim_matches(['.', ' ', '-', '/', '\'', ',']);
    let year = match rest.len() {
        0 => None,
        2 => Some(2000 + rest.parse::<i32>().ok()?),
        _ => Some(year_named(rest)?),
    };
    Some((year, month))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_as_headers_name_them() {
        for text in ["2026-07", "202607", "2026年7月", "2026/7", "Jul 2026", "July-26", "2026-07-01", "２０２６年７月"]
        {
            assert_eq!(month_named(text), Some((Some(2026), 7)), "{text}");
        }
        for text in ["7月", "07月", "七月", "7月份", "Jul", "JULY", "jul.", " ７月 "] {
            assert_eq!(month_named(text), Some((None, 7)), "{text}");
        }
        for text in ["7", "13月", "Q3", "2026", "total", "月", "mar ket", "maybe", "2026-Q3", "Jul-Sep", "", "2026-13"]
        {
            assert_eq!(month_named(text), None, "{text}");
        }
        assert_eq!(month_named("十二月"), Some((None, 12)));
    }
}

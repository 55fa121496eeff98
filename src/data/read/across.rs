//! Sheets with a column for each month: which columns these are, and of which year.
//!
//! What holds: no column beside the months is passed over that could be one of them, order makes no years, and a name
//! that could be two months is none.

use std::collections::BTreeMap;

use super::layout::{Layout, Match, find_column};
use super::month_names::{self, Decided, Heading, Reading};
use super::raw::Grid;
use super::{FileTask, Wanted};
use crate::alike::{folded, narrow};
use crate::data::cells::content::{Problem, Repairs};
use crate::data::cells::totals;
use crate::data::errors;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::data::{Across, ColumnIx, YearOf};

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
    /// From the header.
    year: Option<i32>,
}

impl MonthColumn {
    /// `2026-07`
    pub fn name(&self, year: i32) -> String {
        format!("{:04}-{:02}", self.year.unwrap_or(year), self.month)
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

    /// The year of the months in a row; or the wanted column and the text that is no year.
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

/// A sheet whose header is known: its layout, its cells and the first row behind the header.
pub struct Sheet<'a> {
    pub task: &'a FileTask,
    pub wanted: &'a Wanted<'a>,
    pub across: &'a Across,
    pub layout: &'a Layout,
    pub grid: &'a dyn Grid,
    pub first: usize,
}

/// The months among the headers; `None` after errors.
pub fn months(sheet: &Sheet, errors: &mut Vec<Diagnostic>) -> Option<Months> {
    let Sheet { wanted, across, layout, .. } = *sheet;
    let told = errors.len();
    let index_of = |column| wanted.columns.iter().position(|(known, _)| *known == column);
    let columns = sheet.columns(errors);
    let (Some(first), Some(last)) = (columns.first(), columns.last()) else {
        if errors.len() == told {
            errors.push(errors::no_month(sheet.told()));
        }
        return None;
    };
    let headers = [first, last].map(|month| layout.headers[month.at].clone());
    if errors[told..].iter().all(|error| error.code != Code::TwoColumns) {
        sheet.order(&columns, errors);
    }
    if errors.len() > told {
        return None;
    }
    let year = match &across.year {
        _ if columns.iter().all(|month| month.year.is_some()) => Year::Known(0),
        Some(YearOf::Year(year)) => Year::Known(*year),
        Some(YearOf::Column(column)) => match find_column(&layout.headers, wanted.data, *column) {
            Match::At(at) => Year::InColumn(at, index_of(*column)?),
            // This has been told with the other columns.
            Match::Missing | Match::Several(_) => return None,
        },
        None => match sheet.year() {
            Ok(year) => Year::Known(year),
            Err(found) => {
                errors.push(errors::no_year(sheet.told(), across, &headers[0], &found));
                return None;
            }
        },
    };
    Some(Months { columns, month: index_of(across.month), value: index_of(across.value), headers, year })
}

impl Sheet<'_> {
    /// What messages say of the months.
    fn told(&self) -> errors::Months<'_> {
        errors::Months { header: self.layout.header(self.task), data: self.wanted.data, span: self.across.span }
    }

    /// The columns of months, in the order of the file; what is wrong with their headers and with those beside them.
    fn columns(&self, errors: &mut Vec<Diagnostic>) -> Vec<MonthColumn> {
        let layout = self.layout;
        let headings: Vec<Option<Heading>> = (0..layout.headers.len())
            .map(|at| if self.is_free(at) { month_names::heading(&layout.headers[at]) } else { None })
            .collect();
        let names: Vec<(usize, &[Reading])> = headings
            .iter()
            .enumerate()
            .filter_map(|(at, heading)| match heading {
                Some(Heading::Name { readings, .. }) => Some((at, readings.as_slice())),
                _ => None,
            })
            .collect();
        let beside: Vec<&[Reading]> = names.iter().map(|(_, readings)| *readings).collect();
        let decided: BTreeMap<usize, Decided> =
            names.iter().map(|(at, _)| *at).zip(month_names::decide(&beside)).collect();
        let (mut columns, mut open, mut several) = (Vec::new(), Vec::new(), Vec::new());
        for (at, heading) in headings.iter().enumerate() {
            match (heading, decided.get(&at)) {
                (Some(Heading::Month { year, month }), _) => {
                    columns.push(MonthColumn { at, month: *month, year: *year })
                }
                (Some(Heading::Name { year, .. }), Some(Decided::Month(month))) => {
                    columns.push(MonthColumn { at, month: *month, year: *year });
                }
                (Some(Heading::Name { .. }), Some(Decided::Several(readings))) => several.push((at, readings.clone())),
                (Some(Heading::Open), _) => open.push(at),
                _ => {}
            }
        }
        let place = self.told();
        if !open.is_empty() {
            errors.push(errors::open_months(place, &open));
        }
        if !several.is_empty() {
            errors.push(errors::several_months(place, &several));
        }
        let known: Vec<usize> =
            columns.iter().map(|month| month.at).chain(open).chain(several.iter().map(|(at, _)| *at)).collect();
        let strays = self.strays(&known);
        if !strays.is_empty() {
            let near =
                |at: &usize| month_names::nearest(&layout.headers[*at], &beside).map(|(name, _)| name.to_string());
            let strays: Vec<(usize, Option<String>)> =
                strays.iter().map(|at| (*at, near(at).or_else(|| by_place(*at, &columns)))).collect();
            errors.push(errors::no_months(place, &strays));
        }
        let mut seen: BTreeMap<(Option<i32>, u32), usize> = BTreeMap::new();
        for MonthColumn { at, month, year } in &columns {
            if let Some(first) = seen.insert((*year, *month), *at) {
                errors.push(errors::month_twice(place, [first, *at]));
            }
        }
        columns
    }

    /// Whether a column may be one of months: it is not read as another, nor left out on purpose.
    fn is_free(&self, at: usize) -> bool {
        let (data, header) = (self.wanted.data, &self.layout.headers[at]);
        let is = |other: &String| folded(other) == folded(header);
        let declared = (0..data.columns.len()).map(ColumnIx).filter(|column| !self.across.holds(*column));
        let declared = declared.map(|column| data.column(column)).filter(|column| column.derived.is_none());
        !header.is_empty()
            && !data.ignore_columns.iter().any(is)
            && !declared.flat_map(|column| &column.headers).any(is)
    }

    /// Columns between those of months, or directly beside them, that could be months: what stands there would be missing
    /// without a word.
    fn strays(&self, known: &[usize]) -> Vec<usize> {
        let (Some(first), Some(last)) = (known.iter().min(), known.iter().max()) else { return Vec::new() };
        let headers = &self.layout.headers;
        let open = |at: &usize| self.is_free(*at) && !known.contains(at) && !is_more_than_a_month(&headers[*at]);
        // Without a header.
        let bare = |at: &usize| headers[*at].is_empty() && self.has_values(*at);
        let mut strays: Vec<usize> = (*first..*last).filter(|at| open(at) || bare(at)).collect();
        let before = (0..*first).rev().take_while(|at| self.is_free(*at));
        let behind = (*last + 1..headers.len()).take_while(|at| self.is_free(*at));
        strays.extend(before.chain(behind).filter(|at| open(at) && self.has_values(*at)));
        strays.sort_unstable();
        strays
    }

    /// Whether a cell of a column could be a value of a month.
    fn has_values(&self, at: usize) -> bool {
        let Some((_, reader)) = self.wanted.columns.iter().find(|(column, _)| *column == self.across.value) else {
            return false;
        };
        (self.first..self.grid.height()).any(|row| {
            let raw = self.grid.cell(row, at);
            let read = || raw.read(&raw.text, reader, &mut Repairs::default());
            raw.problem.is_some()
                || !raw.text.trim().is_empty() && matches!(read(), Ok(_) | Err(Problem::Blank | Problem::BareRatio))
        })
    }

    /// Years stand in all headers or in none; without them the months are those of one year, one behind the other.
    fn order(&self, columns: &[MonthColumn], errors: &mut Vec<Diagnostic>) {
        let place = self.told();
        let bare: Vec<usize> = columns.iter().filter(|month| month.year.is_none()).map(|month| month.at).collect();
        if let Some(dated) = columns.iter().find(|month| month.year.is_some()) {
            if !bare.is_empty() {
                errors.push(errors::years_in_some(place, dated.at, &bare));
            } else if let Some(YearOf::Year(year)) = self.across.year
                && columns.iter().all(|month| month.year != Some(year))
            {
                errors.push(errors::other_year(place, dated.at, year));
            }
        } else if let Some(pair) = columns.windows(2).find(|pair| pair[1].month < pair[0].month) {
            errors.push(errors::months_back(place, [pair[0].at, pair[1].at]));
        }
    }

    /// The year that the name of the sheet has; or else the one of the lines above the header and the file's name. With
    /// none or several, those found.
    fn year(&self) -> Result<i32, Vec<i32>> {
        let file = self.task.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let sheet = self.task.sheet.as_deref().or_else(|| self.grid.sheet()).map(years_in).unwrap_or_default();
        if let [year] = sheet.as_slice() {
            return Ok(*year);
        }
        let titles = self.layout.above.iter().flat_map(|(_, row)| row.iter().flat_map(|cell| years_in(cell)));
        let mut found: Vec<i32> = titles.chain(years_in(&file)).chain(sheet).collect();
        found.sort_unstable();
        found.dedup();
        match found.as_slice() {
            [year] => Ok(*year),
            _ => Err(found),
        }
    }
}

/// The month that would stand at a place, by its neighbours.
fn by_place(at: usize, columns: &[MonthColumn]) -> Option<String> {
    let before = columns.iter().rev().find(|month| month.at < at).map(|one| (one.month + 1, one.year));
    let behind = columns.iter().find(|month| month.at > at).map(|one| (one.month - 1, one.year));
    let (month, year) = match (before, behind) {
        (Some(one), Some(other)) if one.0 != other.0 => return None,
        (one, other) => one.or(other)?,
    };
    let name = match year {
        Some(year) => format!("{year}-{month:02}"),
        None => format!("{month}月"),
    };
    (1..=12).contains(&month).then_some(name)
}

/// `2026`, and both of `2025/26`.
fn years_in(text: &str) -> Vec<i32> {
    let narrowed: String = text.chars().map(narrow).collect();
    let runs: Vec<&str> = narrowed.split(|letter: char| !letter.is_ascii_digit()).collect();
    let mut years: Vec<i32> = runs.iter().filter_map(|run| month_names::year(run)).collect();
    for pair in runs.windows(2) {
        let next = month_names::year(pair[0]).map(|year| year + 1);
        years.extend(next.filter(|next| pair[1].len() == 2 && pair[1].parse() == Ok(next % 100)));
    }
    years.sort_unstable();
    years.dedup();
    years
}

/// Whether a header between months names more than a month: a total, a quarter, a half, a year.
fn is_more_than_a_month(header: &str) -> bool {
    let words = totals::words(header);
    let longer = |word: &String| {
        let chinese = ["季度", "半年", "全年", "年度", "年"];
        totals::is_part_of_year(word)
            || month_names::year(word).is_some()
            || chinese.iter().any(|end| word.ends_with(end))
    };
    let plain = |word: &String| {
        totals::BESIDE.contains(&word.as_str())
            || matches!(word.as_str(), "quartal" | "trimestre" | "kwartał" | "kwartaal")
    };
    let digit = |word: &String| matches!(word.as_bytes(), [b'1'..=b'4']);
    totals::is_total(header)
        || !words.is_empty()
            && words.iter().all(|word| longer(word) || plain(word) || digit(word))
            && words.iter().any(|word| !digit(word))
            // A number beside a year alone is the month.
            && (words.iter().any(plain) || !words.iter().any(digit))
}

#[cfg(test)]
mod tests {
    use super::is_more_than_a_month;

    #[test]
    fn headers_of_more_than_a_month() {
        for text in [
            "Q1",
            "Q1 2026",
            "1. Quartal",
            "H2",
            "2026",
            "Total",
            "FY 2026",
            "一季度",
            "上半年",
            "全年",
            "2026年",
            "Year to date",
            "YTD",
        ] {
            assert!(is_more_than_a_month(text), "{text}");
        }
        for text in ["2 2026", "note", "1", "July", "l月", "Team", "Jahresplan", "Plan 2026"] {
            assert!(!is_more_than_a_month(text), "{text}");
        }
    }
}

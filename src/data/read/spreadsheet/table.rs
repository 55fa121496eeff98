//! The cells of one sheet, however its workbook keeps them, and what each of them says.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use super::bounds::Extent;
use super::format::{Look, NumberFormat};
use super::place::{Place, cell_name, place_named};
use super::text::{elapsed, hundredfold, is_cut, moment, shortest};
use crate::data::cells::content::Problem;
use crate::data::read::kind::FileKind;
use crate::data::read::raw::{Beside, Merged, Raw, Shown};
use crate::limits::{SHEET, SHEET_SPARSE};

/// What a cell holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Held {
    #[default]
    Blank,
    Text(Arc<str>),
    /// A number, and which of the workbook's formats it has.
    Number(f64, u32),
    /// A number with what is shown of it.
    Told(Box<Told>),
    /// A number with more digits than a spreadsheet keeps.
    Cut(Arc<str>),
    Flag(bool),
    /// A day or a time, as it is written.
    Moment(Arc<str>),
    /// The error of a formula.
    Error(Arc<str>),
    /// A formula without a value.
    Uncomputed(Arc<str>),
    /// A formula whose value was computed from other cells than those that are there, for all that can be told.
    Stale(Arc<str>),
    /// What is none of its kind: a number that is no number.
    Strange(Arc<str>),
}

/// How far the values of formulas can be believed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Computed {
    /// A program is to compute all of them when it opens the file, as those ask for that write zeros.
    pub later: bool,
    /// Cells may have changed since: all are to be computed anew, or only by hand, or they were not when it was saved.
    pub before: bool,
}

impl Computed {
    /// What a formula gave, where that can be believed. Programs that do not compute leave out the value, or write a 0 and
    /// ask that all be computed when the file is opened.
    pub fn given(self, held: Option<Held>, formula: &Arc<str>) -> Held {
        let is_zero = matches!(held, Some(Held::Number(0.0, _)));
        match held.filter(|_| !(is_zero && self.later)) {
            None => Held::Uncomputed(formula.clone()),
            Some(held @ (Held::Error(_) | Held::Uncomputed(_))) => held,
            Some(_) if self.before && reads_cells(formula) => Held::Stale(formula.clone()),
            Some(held) => held,
        }
    }
}

/// Whether a formula may come to something else when other cells change: what reads no cell comes to the same whenever
/// it is computed. All read some that call or name something.
fn reads_cells(formula: &str) -> bool {
    formula.contains(|sign: char| sign.is_alphabetic() || sign == '…')
}

/// A number in a workbook that says what is shown, and not only how.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    pub number: f64,
    pub percent: bool,
    pub currency: Option<String>,
    pub shown: Option<String>,
}

/// Why a workbook or a sheet is not read.
#[derive(Clone, Debug, PartialEq)]
pub enum Trouble {
    Damaged(String),
    /// It asks for more than can be meant.
    TooFar(String),
    Locked,
    /// It is something else by its content.
    Other(FileKind),
}

pub fn damaged(error: impl std::fmt::Display) -> Trouble {
    Trouble::Damaged(error.to_string())
}

/// Parts that cannot be unpacked, or end too early: in what words a library says so helps nobody.
pub fn cut_off(_: impl std::fmt::Display) -> Trouble {
    Trouble::Damaged("a part of it is missing".into())
}

/// Cells as they are found.
#[derive(Debug, Default)]
pub struct Found {
    pub cells: Vec<(Place, Held)>,
    /// The first and the last of cells that are one.
    pub merged: Vec<(Place, Place)>,
    /// Cells that add up rows above them in their own column: the first and the last of these.
    pub sums: HashMap<Place, (u32, u32)>,
    pub extent: Extent,
}

impl Found {
    pub fn add(&mut self, place: Place, held: Held) {
        if held != Held::Blank {
            self.extent.add(place.0, place.1);
            self.cells.push((place, held));
        }
    }
}

/// The cells of a sheet.
#[derive(Debug)]
pub struct Table {
    pub name: String,
    first: Place,
    width: usize,
    cells: Vec<Held>,
    /// By cell that belongs to a larger one, the first of that.
    covered: HashMap<Place, Place>,
    sums: HashMap<Place, (u32, u32)>,
    formats: Arc<[NumberFormat]>,
    since_1904: bool,
}

impl Table {
    pub fn of(name: &str, found: Found, formats: Arc<[NumberFormat]>, since_1904: bool) -> Result<Table, Trouble> {
        if let Some(reason) = found.extent.refusal(name) {
            return Err(Trouble::TooFar(reason));
        }
        let Some((first, last)) = found.extent.corners() else {
            let name = name.to_string();
            let (covered, sums) = (HashMap::new(), HashMap::new());
            return Ok(Table { name, first: (0, 0), width: 0, cells: Vec::new(), covered, sums, formats, since_1904 });
        };
        let width = (last.1 - first.1) as usize + 1;
        let mut cells = vec![Held::Blank; ((last.0 - first.0) as usize + 1) * width];
        for (place, held) in found.cells {
            let at = (place.0 - first.0) as usize * width + (place.1 - first.1) as usize;
            if std::mem::replace(&mut cells[at], held) != Held::Blank {
                return Err(Trouble::Damaged(format!("its sheet `{name}` has its cell {} twice", cell_name(place))));
            }
        }
        // As many as there can be where none lies over another.
        let mut room = cells.len();
        let mut covered = HashMap::new();
        for (top, bottom) in found.merged {
            for row in top.0.max(first.0)..=bottom.0.min(last.0) {
                for column in top.1.max(first.1)..=bottom.1.min(last.1) {
                    if (row, column) != top {
                        covered.insert((row, column), top);
                    }
                    if room == 0 {
                        return Err(Trouble::Damaged(format!(
                            "merged cells of its sheet `{name}` lie over each other"
                        )));
                    }
                    room -= 1;
                }
            }
        }
        let (name, sums) = (name.to_string(), found.sums);
        Ok(Table { name, first, width, cells, covered, sums, formats, since_1904 })
    }

    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    pub fn height(&self) -> usize {
        self.cells.len().checked_div(self.width).unwrap_or(0)
    }

    pub fn width(&self) -> usize {
        self.width
    }

    /// The first row and column that hold anything.
    pub fn first(&self) -> Place {
        self.first
    }

    /// The rows above that a cell adds up, as people count them.
    pub fn adds_up(&self, row: usize, column: usize) -> Option<RangeInclusive<u32>> {
        let (first, last) = self.sums.get(&(self.first.0 + row as u32, self.first.1 + column as u32))?;
        Some(first + 1..=last + 1)
    }

    fn held(&self, place: Place) -> &Held {
        let (Some(row), Some(column)) = (place.0.checked_sub(self.first.0), place.1.checked_sub(self.first.1)) else {
            return &Held::Blank;
        };
        let inside = (column as usize) < self.width;
        let held = self.cells.get(row as usize * self.width + column as usize).filter(|_| inside);
        held.unwrap_or(&Held::Blank)
    }

    /// What a cell says; counted from the first row and column.
    pub fn raw(&self, row: usize, column: usize) -> Raw<'_> {
        let place = (self.first.0 + row as u32, self.first.1 + column as u32);
        let held = self.held(place);
        let Some(top) = self.covered.get(&place) else { return self.said(held) };
        let covering = self.held(*top);
        match (held, top.1 == place.1) {
            (Held::Blank, true) => Raw { merged: Merged::Down, ..self.said(covering) },
            (Held::Blank, false) => Raw { merged: Merged::Across, ..Raw::default() },
            // What lies below is not shown; where it says the same, nothing is lost.
            (held, _) if held == covering => self.said(held),
            (held, _) => Raw { problem: Some(Problem::CoveredCell), ..self.said(held) },
        }
    }

    fn said<'a>(&'a self, held: &'a Held) -> Raw<'a> {
        let text = |text: &'a str| Raw { text: Cow::Borrowed(text), ..Raw::default() };
        let wrong = |shown: &'a str, problem| Raw { problem: Some(problem), ..text(shown) };
        match held {
            Held::Blank => Raw::default(),
            Held::Text(held) => text(held),
            Held::Moment(held) => Raw { date: true, ..text(held) },
            // What is no number in a cell of one is read, or refused, as the text that it is.
            Held::Strange(held) => text(held),
            Held::Flag(flag) => text(if *flag { "TRUE" } else { "FALSE" }),
            Held::Error(error) => wrong(error, Problem::FormulaError),
            Held::Uncomputed(formula) => wrong(formula, Problem::Uncomputed),
            Held::Stale(formula) => wrong(formula, Problem::Stale),
            Held::Cut(digits) => wrong(digits, Problem::CutDigits),
            Held::Number(number, format) => self.number(*number, self.formats.get(*format as usize)),
            Held::Told(told) => told.raw(),
        }
    }

    fn number(&self, number: f64, format: Option<&NumberFormat>) -> Raw<'static> {
        let owned = |text: String| Raw { text: Cow::Owned(text), ..Raw::default() };
        let plain = shortest(number);
        let Some(format) = format.filter(|format| !format.is_general()) else {
            return Raw { number: true, shown: shown_as_is(number), ..owned(plain) };
        };
        let text = match format.look(number) {
            Look::Moment => return Raw { date: true, ..owned(moment(number, self.since_1904)) },
            Look::Elapsed => return owned(elapsed(number)),
            Look::Percent(times) => {
                (0..times).fold(plain.clone(), |digits, _| hundredfold(&digits)) + &"%".repeat(times)
            }
            Look::Number => plain.clone(),
        };
        let shown = match format.text(number) {
            _ if is_cut(number) => Shown::Cut,
            None => Shown::Uncertain,
            Some(shown) if shown == text => Shown::AsIs,
            Some(shown) => Shown::As(shown),
        };
        let (text, beside) = match format.percent_beside(number) {
            Some(_) if shown == Shown::Uncertain => (text, Some(Beside::Percent)),
            Some(sign) => (format!("{plain}{sign}"), None),
            None => (text, format.has_magnitude(number).then_some(Beside::Times)),
        };
        let currency = format.currency(number).map(str::to_string);
        Raw { number: true, shown, beside, currency, ..owned(text) }
    }
}

fn shown_as_is(number: f64) -> Shown {
    if is_cut(number) { Shown::Cut } else { Shown::AsIs }
}

impl Told {
    fn raw(&self) -> Raw<'static> {
        let plain = shortest(self.number);
        let text = if self.percent { hundredfold(&plain) + "%" } else { plain.clone() };
        let shown = match self.shown.as_deref().map(str::trim) {
            _ if is_cut(self.number) => Shown::Cut,
            Some(shown) if shown == text || shown.is_empty() => Shown::AsIs,
            None => Shown::AsIs,
            Some(shown) => {
                let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
                let bare = |text: &str| digits(text).trim_start_matches('0').to_string();
                let point = plain.contains('.');
                let ends = |text: String| if point { text.trim_end_matches('0').to_string() } else { text };
                // Signs between thousands are no part of what a number says.
                let grouped = |text: &str| text.replace([',', '.', ' ', '\'', '’', '\u{a0}', '\u{202f}'], "");
                match () {
                    () if !point && grouped(shown) == plain && shown.len() > plain.len() => Shown::AsIs,
                    () if ends(bare(shown)) == ends(bare(&text)) => Shown::As(shown.to_string()),
                    () => Shown::Uncertain,
                }
            }
        };
        let currency = self.currency.clone();
        Raw { text: Cow::Owned(text), number: true, shown, currency, ..Raw::default() }
    }
}

/// Room for cells that are repeated, by those that are written.
pub fn room_for(written: u64) -> u64 {
    SHEET.max(written.saturating_mul(SHEET_SPARSE))
}

/// The rows above a cell, in its own column, that a formula adds up: `=SUM(C2:C9)`, `=SUBTOTAL(9,C2:C9)`.
pub fn added_up((row, column): Place, formula: &str) -> Option<(u32, u32)> {
    let plain: String = formula.chars().filter(|sign| !matches!(sign, ' ' | '$' | '[' | ']' | '=')).collect();
    let plain = plain.to_ascii_uppercase().replace("(.", "(").replace(";.", ";").replace(":.", ":");
    let (function, inner) = plain.strip_suffix(')')?.rsplit_once('(')?;
    let range = match function.rsplit(['+', '-']).next()? {
        "SUM" => inner,
        "SUBTOTAL" => {
            let (how, range) = inner.split_once([',', ';'])?;
            matches!(how, "9" | "109").then_some(range)?
        }
        _ => return None,
    };
    let (first, last) = range.split_once(':')?;
    let (first, last) = (place_named(first)?, place_named(last)?);
    let above = first.1 == column && last.1 == column && first.0 <= last.0 && last.0 < row;
    (above && function.chars().all(|sign| sign.is_ascii_alphabetic())).then_some((first.0, last.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_cells() {
        for (name, place) in [("A1", (0, 0)), ("b2", (1, 1)), ("$AA$10", (9, 26)), ("XFD1048576", (1_048_575, 16_383))]
        {
            assert_eq!(place_named(name), Some(place), "{name}");
        }
        for name in ["", "A", "1", "A0", "A99999999999", "XFE1", "A1048577", "AAAAAAAAAAAAAAAA1", "A-1", "A1:B2"] {
            assert_eq!(place_named(name), None, "{name}");
        }
        assert_eq!(cell_name((9, 26)), "AA10");
    }

    #[test]
    fn formulas_that_add_up_rows_above() {
        for (formula, rows) in [
            ("=SUM(C2:C9)", Some((1, 8))),
            ("SUM($C$2:C9)", Some((1, 8))),
            ("=SUBTOTAL(9,C2:C9)", Some((1, 8))),
            ("=SUBTOTAL(109;[.C2:.C9])", Some((1, 8))),
            ("=SUM([.C2:.C9])", Some((1, 8))),
            ("=SUM(A10:B10)", None),
            ("=SUM(D2:D9)", None),
            ("=SUM(C2:C12)", None),
            ("=C2+SUM(C3:C9)", None),
            ("=SUM(C2:C9)/2", None),
            ("=AVERAGE(C2:C9)", None),
            ("=SUBTOTAL(1,C2:C9)", None),
        ] {
            assert_eq!(added_up((9, 2), formula), rows, "{formula}");
        }
    }

    #[test]
    fn what_is_shown_beside_a_number() {
        let told = |number: f64, percent: bool, shown: &str| {
            Told { number, percent, currency: None, shown: Some(shown.into()) }.raw().shown
        };
        for (number, percent, text) in [
            (12.0, false, "12"),
            (12345.0, false, "12,345"),
            (12345.0, false, "12.345"),
            (12345.0, false, "12 345"),
            (0.5, true, "50%"),
            (0.5, false, ""),
        ] {
            assert_eq!(told(number, percent, text), Shown::AsIs, "{text}");
        }
        for (number, percent, text) in [
            (12.0, false, "00012"),
            (12.0, false, "S0012"),
            (12345.0, false, "12-345"),
            (1.1, false, "1.10"),
            (0.5, true, "50.00%"),
        ] {
            assert_eq!(told(number, percent, text), Shown::As(text.into()), "{text}");
        }
        for (number, text) in [(12.5, "13"), (123456.0, "1.23E+05"), (12.0, "###"), (0.1234, "0.12")] {
            assert_eq!(told(number, false, text), Shown::Uncertain, "{text}");
        }
        assert_eq!(told(1e17, false, "100000000000000000"), Shown::Cut);
    }
}

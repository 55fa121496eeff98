//! A table of cells before they are read, however it was kept.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use crate::data::cells::content::{Content, Problem, Repairs};
use crate::data::cells::reader::CellReader;

/// A table of texts, however it was kept.
pub trait Grid: Sync {
    fn height(&self) -> usize;
    /// How many cells a row has.
    fn width(&self, row: usize) -> usize;
    /// The line of a row as people count it, from 1.
    fn line(&self, row: usize) -> u32;
    fn cell(&self, row: usize, column: usize) -> Raw<'_>;
    /// The rows above that a formula in a cell adds up, in its own column.
    fn adds_up(&self, _row: usize, _column: usize) -> Option<RangeInclusive<u32>> {
        None
    }
    /// The name of the sheet, of a spreadsheet.
    fn sheet(&self) -> Option<&str> {
        None
    }
    /// Whether commas separate the cells, so that a point in a text stands before decimals.
    fn has_commas_between(&self) -> bool {
        false
    }
}

/// One cell before it is read.
#[derive(Clone, Debug, Default)]
pub struct Raw<'a> {
    /// What it says; of a number, all its digits.
    pub text: Cow<'a, str>,
    /// Kept as a number, not as a text.
    pub number: bool,
    /// Kept as a date, not as a text.
    pub date: bool,
    /// What the format of a number shows where a text is wanted.
    pub shown: Shown,
    /// What the format of a number shows beside it, and does not compute with.
    pub beside: Option<Beside>,
    /// The money that a number is shown with.
    pub currency: Option<String>,
    pub merged: Merged,
    /// What is wrong with it whatever it is read as.
    pub problem: Option<Problem>,
}

/// What a number format can show beside a number as a mere text, which changes what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beside {
    /// What multiplies it: `0"万"`.
    Times,
    /// A percent sign, where the number itself is rounded.
    Percent,
}

/// What is shown of a number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Shown {
    /// Its digits.
    #[default]
    AsIs,
    As(String),
    /// It depends on the computer, or on the width of the column; or it is rounded.
    Uncertain,
    /// It is too large for all its digits to be kept.
    Cut,
}

impl Raw<'_> {
    /// What a text says that is its own, or what it shows: numbers and dates that are kept as such need no declared form.
    pub fn read<'t>(&self, text: &'t str, reader: &CellReader, repairs: &mut Repairs) -> Result<Content<'t>, Problem> {
        match (self.date, self.number) {
            (true, _) => reader.read_date(text, repairs),
            (false, true) => reader.read_number(text, repairs),
            (false, false) => reader.read(text, repairs),
        }
    }

    /// What it shows as a header.
    pub fn header(&self) -> String {
        match &self.shown {
            Shown::As(shown) => shown.trim().to_string(),
            _ => self.text.trim().to_string(),
        }
    }
}

/// Whether a cell belongs to a larger one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Merged {
    #[default]
    No,
    /// It has the text of the one above it.
    Down,
    /// It is covered by one beside it.
    Across,
}

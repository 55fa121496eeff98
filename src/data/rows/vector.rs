//! Values of many rows at once.

use std::borrow::Cow;
use std::sync::Arc;

use crate::data::cells::content::MOST_PLACES;
use crate::data::columns::column::{Column, NO_DAY, NO_FLAG, NO_NUMBER, NONE, rescaled};
use crate::data::columns::dictionary::Dictionary;
use crate::number::{Excess, Number};
use crate::time::{Day, Months};
use crate::value::{Missing, Value};

/// The values of a node in the rows of a batch.
#[derive(Clone, Debug)]
pub struct Vector<'a> {
    pub data: Data<'a>,
    /// Which rows are missing, and why; never with [`Data::Any`] and [`Data::Constant`], which say so themselves.
    pub missing: Option<Mask>,
}

/// What stands in the rows that are missing means nothing.
#[derive(Clone, Debug)]
pub enum Data<'a> {
    /// The same in every row.
    Constant(Value),
    Fixed {
        scale: u32,
        values: Cow<'a, [i64]>,
    },
    Day(Cow<'a, [i32]>),
    Period {
        codes: Cow<'a, [u32]>,
        list: Arc<Vec<Months>>,
    },
    Flag(Cow<'a, [u8]>),
    Choice(Cow<'a, [u32]>),
    Text {
        codes: Cow<'a, [u32]>,
        texts: Arc<Dictionary>,
    },
    Any(Vec<Value>),
}

/// Missing rows with their reasons, among which is never [`Missing::TooLarge`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mask {
    /// 0 where the value is there, else the reason's place from 1.
    codes: Vec<u32>,
    reasons: Vec<Missing>,
}

impl Mask {
    /// A mask for `len` rows, of which those are missing for one reason; `None` when none is.
    pub fn of(len: usize, reason: Missing, is_missing: impl Fn(usize) -> bool) -> Option<Mask> {
        let first = (0..len).find(|row| is_missing(*row))?;
        let mut codes = vec![0; len];
        for (row, code) in codes.iter_mut().enumerate().skip(first) {
            *code = u32::from(is_missing(row));
        }
        Some(Mask { codes, reasons: vec![reason] })
    }

    pub fn is_missing(&self, row: usize) -> bool {
        self.codes[row] != 0
    }

    pub fn reason(&self, row: usize) -> Option<&Missing> {
        self.codes[row].checked_sub(1).map(|reason| &self.reasons[reason as usize])
    }

    /// The place of a reason, which is added where it is new.
    fn code_of(&mut self, reason: &Missing) -> u32 {
        let at = self.reasons.iter().position(|known| known == reason).unwrap_or_else(|| {
            self.reasons.push(reason.clone());
            self.reasons.len() - 1
        });
        at as u32 + 1
    }

    /// A mask of the blank ones among some values, which stand as `none`; `None` when none is.
    fn of_blanks<T: Copy + PartialEq>(values: &[T], none: T) -> Option<Mask> {
        // Without a way out, many are looked at at once.
        if !values.iter().fold(false, |any, value| any | (*value == none)) {
            return None;
        }
        let codes = values.iter().map(|value| u32::from(*value == none)).collect();
        Some(Mask { codes, reasons: vec![Missing::Blank] })
    }

    /// By row, 0 where the value is there.
    pub fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// Missing where either is; the first one's reason counts.
    pub fn either(first: Option<&Mask>, second: Option<&Mask>) -> Option<Mask> {
        match (first, second) {
            (None, None) => None,
            (Some(mask), None) | (None, Some(mask)) => Some(mask.clone()),
            (Some(first), Some(second)) => {
                let mut all = first.clone();
                let new: Vec<u32> = second.reasons.iter().map(|reason| all.code_of(reason)).collect();
                for (code, other) in all.codes.iter_mut().zip(&second.codes) {
                    if *code == 0 && *other != 0 {
                        *code = new[*other as usize - 1];
                    }
                }
                Some(all)
            }
        }
    }

    /// The mask with some rows no longer missing.
    pub fn without(mut self, rows: &[bool]) -> Mask {
        self.codes.iter_mut().zip(rows).filter(|(_, there)| **there).for_each(|(code, _)| *code = 0);
        self
    }

    /// The mask of the rows in a list; no row ([`NONE`]) is blank.
    fn gather(&self, rows: &[u32]) -> Mask {
        let mut mask = Mask { codes: Vec::with_capacity(rows.len()), reasons: self.reasons.clone() };
        let blank = mask.code_of(&Missing::Blank);
        mask.codes.extend(rows.iter().map(|row| if *row == NONE { blank } else { self.codes[*row as usize] }));
        mask
    }
}

/// The rows of a batch.
#[derive(Clone, Copy, Debug)]
pub enum Rows<'a> {
    Range(usize, usize),
    /// Any rows in any order; [`NONE`] is no row.
    List(&'a [u32]),
}

impl Rows<'_> {
    pub fn len(&self) -> usize {
        match self {
            Rows::Range(from, to) => to - from,
            Rows::List(rows) => rows.len(),
        }
    }

    pub fn row(&self, at: usize) -> u32 {
        match self {
            Rows::Range(from, _) => (from + at) as u32,
            Rows::List(rows) => rows[at],
        }
    }
}

impl<'a> Vector<'a> {
    pub fn constant(value: Value) -> Vector<'a> {
        Vector { data: Data::Constant(value), missing: None }
    }

    pub fn any(values: Vec<Value>) -> Vector<'a> {
        Vector { data: Data::Any(values), missing: None }
    }

    pub fn flags(flags: Vec<u8>, missing: Option<Mask>) -> Vector<'a> {
        Vector { data: Data::Flag(Cow::Owned(flags)), missing }
    }

    /// The value in one row.
    pub fn value(&self, row: usize) -> Value {
        if let Some(reason) = self.missing.as_ref().and_then(|mask| mask.reason(row)) {
            return Value::Missing(reason.clone());
        }
        match &self.data {
            Data::Constant(value) => value.clone(),
            Data::Fixed { scale, values } => Value::Number(Number::from_parts(values[row].into(), *scale)),
            Data::Day(days) => Value::Day(Day(days[row])),
            Data::Period { codes, list } => Value::Period(list[codes[row] as usize]),
            Data::Flag(flags) => Value::Flag(flags[row] == 1),
            Data::Choice(codes) => Value::Choice(codes[row]),
            Data::Text { codes, texts } => Value::Text(texts.shared(codes[row])),
            Data::Any(values) => values[row].clone(),
        }
    }

    pub fn is_missing(&self, row: usize) -> bool {
        match &self.data {
            Data::Constant(value) => value.is_missing(),
            Data::Any(values) => values[row].is_missing(),
            _ => self.missing.as_ref().is_some_and(|mask| mask.is_missing(row)),
        }
    }

    /// Whether numbers too large to be held may be among the values.
    pub fn may_exceed(&self) -> bool {
        match &self.data {
            Data::Constant(value) => value.excess().is_some(),
            Data::Any(values) => values.iter().any(|value| value.excess().is_some()),
            _ => false,
        }
    }

    /// How the row's number was too large to be held, if it was.
    pub fn excess(&self, row: usize) -> Option<Excess> {
        match &self.data {
            Data::Constant(value) => value.excess(),
            Data::Any(values) => values[row].excess(),
            _ => None,
        }
    }

    /// Whether the row's value is `yes`.
    pub fn is_yes(&self, row: usize) -> bool {
        match &self.data {
            Data::Flag(flags) => flags[row] == 1 && !self.is_missing(row),
            Data::Constant(value) => value.as_flag() == Some(true),
            Data::Any(values) => values[row].as_flag() == Some(true),
            _ => false,
        }
    }

    /// A column in the rows of a batch.
    pub fn of_column(column: &'a Column, rows: Rows) -> Vector<'a> {
        match column {
            Column::Fixed { scale, values } => {
                let mut values = take(values, rows, NO_NUMBER);
                let missing = Mask::of_blanks(&values, NO_NUMBER);
                if missing.is_some() {
                    // Zeros never overflow where the row does not count.
                    values.to_mut().iter_mut().filter(|value| **value == NO_NUMBER).for_each(|value| *value = 0);
                }
                Vector { data: Data::Fixed { scale: *scale, values }, missing }
            }
            Column::Wide(values) => {
                let value = |at| {
                    let row = rows.row(at);
                    let number = if row == NONE { None } else { values[row as usize].clone() };
                    number.map_or(Value::Missing(Missing::Blank), Value::Number)
                };
                Vector::any((0..rows.len()).map(value).collect())
            }
            Column::Day(days) => {
                let days = take(days, rows, NO_DAY);
                let missing = Mask::of_blanks(&days, NO_DAY);
                Vector { data: Data::Day(days), missing }
            }
            Column::Period { codes, list } => {
                let codes = take(codes, rows, NONE);
                let missing = Mask::of_blanks(&codes, NONE);
                Vector { data: Data::Period { codes, list: list.clone() }, missing }
            }
            Column::Flag(flags) => {
                let flags = take(flags, rows, NO_FLAG);
                let missing = Mask::of_blanks(&flags, NO_FLAG);
                Vector { data: Data::Flag(flags), missing }
            }
            Column::Choice(codes) => {
                let codes = take(codes, rows, NONE);
                let missing = Mask::of_blanks(&codes, NONE);
                Vector { data: Data::Choice(codes), missing }
            }
            Column::Text { codes, texts } => {
                let codes = take(codes, rows, NONE);
                let missing = Mask::of_blanks(&codes, NONE);
                Vector { data: Data::Text { codes, texts: texts.clone() }, missing }
            }
        }
    }

    /// The values at some places; [`NONE`] gives a blank.
    pub fn gather(&self, places: &[u32]) -> Vector<'static> {
        let missing = match &self.missing {
            Some(mask) => Some(mask.gather(places)),
            None => Mask::of_blanks(places, NONE),
        };
        fn picked<T: Copy>(values: &[T], places: &[u32], none: T) -> Cow<'static, [T]> {
            Cow::Owned(places.iter().map(|at| if *at == NONE { none } else { values[*at as usize] }).collect())
        }
        let data = match &self.data {
            Data::Fixed { scale, values } => Data::Fixed { scale: *scale, values: picked(values, places, 0) },
            Data::Day(days) => Data::Day(picked(days, places, NO_DAY)),
            Data::Period { codes, list } => Data::Period { codes: picked(codes, places, NONE), list: list.clone() },
            Data::Flag(flags) => Data::Flag(picked(flags, places, NO_FLAG)),
            Data::Choice(codes) => Data::Choice(picked(codes, places, NONE)),
            Data::Text { codes, texts } => Data::Text { codes: picked(codes, places, NONE), texts: texts.clone() },
            Data::Any(_) | Data::Constant(_) => {
                let value = |at: &u32| if *at == NONE { Missing::Blank.into() } else { self.value(*at as usize) };
                return Vector::any(places.iter().map(value).collect());
            }
        };
        Vector { data, missing }
    }

    /// Values in the narrowest form that holds them all; `Any` where there is none.
    pub fn compact(values: Vec<Value>) -> Vector<'static> {
        let mut scale = 0;
        for value in &values {
            match value {
                Value::Missing(Missing::TooLarge(_)) => return Vector::any(values),
                Value::Missing(_) => {}
                Value::Number(number) if !number.is_approximate() => match number.as_decimal() {
                    Some(decimal) if decimal.scale() <= MOST_PLACES => scale = scale.max(decimal.scale()),
                    _ => return Vector::any(values),
                },
                _ => return Vector::any(values),
            }
        }
        let mut fixed = Vec::with_capacity(values.len());
        let mut mask = Mask { codes: vec![0; values.len()], reasons: Vec::new() };
        for (row, value) in values.iter().enumerate() {
            let mantissa = match value {
                Value::Number(number) => number.as_decimal().and_then(|decimal| {
                    let mantissa = i64::try_from(decimal.mantissa()).ok()?;
                    rescaled(mantissa, scale - decimal.scale())
                }),
                Value::Missing(reason) => {
                    mask.codes[row] = mask.code_of(reason);
                    if mask.reasons.len() > 64 {
                        return Vector::any(values);
                    }
                    Some(0)
                }
                _ => None,
            };
            match mantissa {
                Some(mantissa) => fixed.push(mantissa),
                None => return Vector::any(values),
            }
        }
        let missing = if mask.reasons.is_empty() { None } else { Some(mask) };
        Vector { data: Data::Fixed { scale, values: Cow::Owned(fixed) }, missing }
    }
}

fn take<'a, T: Copy>(values: &'a [T], rows: Rows, none: T) -> Cow<'a, [T]> {
    match rows {
        Rows::Range(from, to) => Cow::Borrowed(&values[from..to]),
        Rows::List(rows) => {
            Cow::Owned(rows.iter().map(|row| if *row == NONE { none } else { values[*row as usize] }).collect())
        }
    }
}

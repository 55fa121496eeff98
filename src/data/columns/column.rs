//! Columns of a table in memory: numbers as fixed point, days as numbers, texts by code.

use std::sync::Arc;

use super::dictionary;
use super::dictionary::Dictionary;
use crate::alike::plain_twin;
use crate::data::cells::content::Content;
use crate::data::cells::reader::CellKind;
use crate::model::data::ColumnType;
use crate::number::Number;
use crate::time::{Day, Months};
use crate::value::{Missing, Value};

/// The code of a blank cell, and of no row.
pub const NONE: u32 = u32::MAX;
/// The day of a blank cell.
pub const NO_DAY: i32 = i32::MIN;
/// The mantissa of a blank cell.
pub const NO_NUMBER: i64 = i64::MIN;
/// The flag of a blank cell.
pub const NO_FLAG: u8 = 2;

/// A column of a table. A blank cell is the `NONE`, `NO_DAY` … of its kind.
#[derive(Debug)]
pub enum Column {
    /// Numbers with one count of places behind the point.
    Fixed {
        scale: u32,
        values: Vec<i64>,
    },
    /// Numbers of which some do not fit that.
    Wide(Vec<Option<Number>>),
    Day(Vec<i32>),
    Period {
        codes: Vec<u32>,
        list: Arc<Vec<Months>>,
    },
    Flag(Vec<u8>),
    Choice(Vec<u32>),
    /// Texts; and links, whose codes are the numbers of the target's keys.
    Text {
        codes: Vec<u32>,
        texts: Arc<Dictionary>,
    },
}

impl Column {
    pub fn value(&self, row: usize) -> Value {
        let blank = Value::Missing(Missing::Blank);
        match self {
            Column::Fixed { values, .. } if values[row] == NO_NUMBER => blank,
            Column::Fixed { scale, values } => Value::Number(Number::from_parts(values[row].into(), *scale)),
            Column::Wide(values) => values[row].clone().map_or(blank, Value::Number),
            Column::Day(days) if days[row] == NO_DAY => blank,
            Column::Day(days) => Value::Day(Day(days[row])),
            Column::Period { codes, .. } if codes[row] == NONE => blank,
            Column::Period { codes, list } => Value::Period(list[codes[row] as usize]),
            Column::Flag(flags) if flags[row] == NO_FLAG => blank,
            Column::Flag(flags) => Value::Flag(flags[row] == 1),
            Column::Choice(codes) if codes[row] == NONE => blank,
            Column::Choice(codes) => Value::Choice(codes[row]),
            Column::Text { codes, .. } if codes[row] == NONE => blank,
            Column::Text { codes, texts } => Value::Text(texts.shared(codes[row])),
        }
    }

    /// First and last day of the date or period in a row.
    pub fn days(&self, row: usize, calendar: &crate::time::Calendar) -> Option<(Day, Day)> {
        match self {
            Column::Day(days) if days[row] != NO_DAY => Some((Day(days[row]), Day(days[row]))),
            Column::Period { codes, list } if codes[row] != NONE => Some(calendar.days(list[codes[row] as usize])),
            _ => None,
        }
    }
}

/// Takes in the cells of a column of one block.
pub enum Builder {
    Fixed {
        scale: u32,
        values: Vec<i64>,
    },
    Wide(Vec<Option<Number>>),
    Day(Vec<i32>),
    Period {
        codes: Vec<u32>,
        list: Vec<Months>,
    },
    Flag(Vec<u8>),
    Choice(Vec<u32>),
    Text {
        codes: Vec<u32>,
        texts: Dictionary,
    },
    /// Links to a table that is there already; `unknown` where one leads to no row.
    Link {
        codes: Vec<u32>,
        target: Target,
        unknown: bool,
    },
    /// Keys of a table that goes by: the hash of each, and its number among those that links name; and the hashes of the
    /// plain keys for which some of them could be taken.
    Key {
        codes: Vec<u32>,
        hashes: Vec<u64>,
        twins: Vec<u64>,
        named: Arc<Dictionary>,
    },
}

/// The keys of a table that links lead to.
#[derive(Clone)]
pub struct Target {
    pub known: Arc<Dictionary>,
    pub texts: Arc<Dictionary>,
    /// The place of the table.
    pub place: usize,
}

impl Builder {
    pub fn new(kind: &CellKind) -> Builder {
        match kind {
            CellKind::Text | CellKind::KeyOf(..) => Builder::Text { codes: Vec::new(), texts: Dictionary::default() },
            CellKind::Number(_) => Builder::Fixed { scale: 0, values: Vec::new() },
            CellKind::Day(_) => Builder::Day(Vec::new()),
            CellKind::Period => Builder::Period { codes: Vec::new(), list: Vec::new() },
            CellKind::Flag => Builder::Flag(Vec::new()),
            CellKind::Choice(_) => Builder::Choice(Vec::new()),
        }
    }

    /// For values that are computed.
    pub fn of_type(ty: &ColumnType) -> Builder {
        match ty {
            ColumnType::Text | ColumnType::Position | ColumnType::Link { .. } => {
                Builder::Text { codes: Vec::new(), texts: Dictionary::default() }
            }
            ColumnType::Number { .. } => Builder::Fixed { scale: 0, values: Vec::new() },
            ColumnType::Date => Builder::Day(Vec::new()),
            ColumnType::Period => Builder::Period { codes: Vec::new(), list: Vec::new() },
            ColumnType::Flag => Builder::Flag(Vec::new()),
            ColumnType::Choice(_) => Builder::Choice(Vec::new()),
        }
    }

    /// What the same cells are for a column of the same kind; `None` where they must be read once more.
    pub fn shared(&self, kind: &Builder) -> Option<Builder> {
        Some(match (self, kind) {
            (Builder::Fixed { scale, values }, Builder::Fixed { .. }) => {
                Builder::Fixed { scale: *scale, values: values.clone() }
            }
            (Builder::Day(days), Builder::Day(_)) => Builder::Day(days.clone()),
            (Builder::Flag(flags), Builder::Flag(_)) => Builder::Flag(flags.clone()),
            (Builder::Choice(codes), Builder::Choice(_)) => Builder::Choice(codes.clone()),
            (Builder::Link { codes, target, unknown }, Builder::Link { target: other, .. })
                if target.place == other.place =>
            {
                Builder::Link { codes: codes.clone(), target: target.clone(), unknown: *unknown }
            }
            // Where no links name keys, only blank ones are told apart.
            (Builder::Key { codes, hashes, twins, .. }, Builder::Key { named, .. }) if named.len() == 0 => {
                let codes = codes.iter().map(|code| if *code == NONE { NONE } else { 0 }).collect();
                Builder::Key { codes, hashes: hashes.clone(), twins: twins.clone(), named: named.clone() }
            }
            _ => return None,
        })
    }

    /// Makes room for more cells.
    pub fn reserve(&mut self, more: usize) {
        match self {
            Builder::Fixed { values, .. } => values.reserve_exact(more),
            Builder::Wide(values) => values.reserve_exact(more),
            Builder::Day(days) => days.reserve_exact(more),
            Builder::Flag(flags) => flags.reserve_exact(more),
            Builder::Period { codes, .. }
            | Builder::Choice(codes)
            | Builder::Text { codes, .. }
            | Builder::Link { codes, .. } => codes.reserve_exact(more),
            Builder::Key { codes, hashes, .. } => {
                codes.reserve_exact(more);
                hashes.reserve_exact(more);
            }
        }
    }

    /// Adds what the next cell says.
    pub fn push(&mut self, content: Content) {
        match (&mut *self, content) {
            (Builder::Fixed { scale, values }, Content::Fixed(mantissa, places)) => {
                if places > *scale && raise(values, places - *scale) {
                    *scale = places;
                }
                let fitting = scale.checked_sub(places).and_then(|missing| rescaled(mantissa, missing));
                match fitting {
                    Some(mantissa) => values.push(mantissa),
                    None => self.widen(Number::from_parts(mantissa.into(), places)),
                }
            }
            (Builder::Fixed { values, .. }, Content::Blank) => values.push(NO_NUMBER),
            (Builder::Fixed { .. }, Content::Number(number)) => self.widen(number),
            (Builder::Wide(values), Content::Fixed(mantissa, places)) => {
                values.push(Some(Number::from_parts(mantissa.into(), places)));
            }
            (Builder::Wide(values), Content::Number(number)) => values.push(Some(number)),
            (Builder::Wide(values), _) => values.push(None),
            (Builder::Day(days), Content::Day(day)) => days.push(day.0),
            (Builder::Day(days), _) => days.push(NO_DAY),
            (Builder::Period { codes, list }, Content::Period(months)) => {
                let code = list.iter().position(|known| *known == months).unwrap_or_else(|| {
                    list.push(months);
                    list.len() - 1
                });
                codes.push(code as u32);
            }
            (Builder::Period { codes, .. }, _) => codes.push(NONE),
            (Builder::Flag(flags), Content::Flag(flag)) => flags.push(u8::from(flag)),
            (Builder::Flag(flags), _) => flags.push(NO_FLAG),
            (Builder::Choice(codes), Content::Choice(choice)) => codes.push(choice),
            (Builder::Choice(codes), _) => codes.push(NONE),
            (Builder::Text { codes, texts }, Content::Text(text)) => {
                let code = texts.intern(&text);
                codes.push(code);
            }
            (Builder::Text { codes, .. }, _) => codes.push(NONE),
            (Builder::Link { codes, target, unknown }, Content::Text(text)) => {
                let code = target.known.find(&text);
                *unknown |= code.is_none();
                codes.push(code.unwrap_or(NONE));
            }
            (Builder::Link { codes, .. }, _) => codes.push(NONE),
            (Builder::Key { codes, hashes, twins, named }, Content::Text(text)) => {
                twins.extend(plain_twin(&text).map(|twin| dictionary::hash_of(&twin)));
                let (code, hash) = named_key(named, text.as_bytes());
                codes.push(code);
                hashes.push(hash);
            }
            (Builder::Key { codes, hashes, .. }, _) => {
                codes.push(NONE);
                hashes.push(0);
            }
            (Builder::Fixed { values, .. }, _) => values.push(NO_NUMBER),
        }
    }

    /// How many cells it has taken in.
    pub fn len(&self) -> usize {
        match self {
            Builder::Fixed { values, .. } => values.len(),
            Builder::Wide(values) => values.len(),
            Builder::Day(days) => days.len(),
            Builder::Flag(flags) => flags.len(),
            Builder::Period { codes, .. }
            | Builder::Choice(codes)
            | Builder::Text { codes, .. }
            | Builder::Link { codes, .. }
            | Builder::Key { codes, .. } => codes.len(),
        }
    }

    /// Puts what a cell says in the place of what was taken in for it.
    pub fn put(&mut self, row: usize, content: Content) {
        self.push(content);
        match self {
            Builder::Fixed { values, .. } => drop(values.swap_remove(row)),
            Builder::Wide(values) => drop(values.swap_remove(row)),
            Builder::Day(days) => drop(days.swap_remove(row)),
            Builder::Flag(flags) => drop(flags.swap_remove(row)),
            Builder::Period { codes, .. }
            | Builder::Choice(codes)
            | Builder::Text { codes, .. }
            | Builder::Link { codes, .. } => drop(codes.swap_remove(row)),
            Builder::Key { codes, hashes, .. } => {
                codes.swap_remove(row);
                hashes.swap_remove(row);
            }
        }
    }

    /// What it says in some rows, in their order; a row may come again and again.
    pub fn picked(&self, rows: impl Iterator<Item = u32> + Clone) -> Builder {
        fn some<T: Clone>(values: &[T], rows: impl Iterator<Item = u32>) -> Vec<T> {
            rows.map(|row| values[row as usize].clone()).collect()
        }
        match self {
            Builder::Fixed { scale, values } => Builder::Fixed { scale: *scale, values: some(values, rows) },
            Builder::Wide(values) => Builder::Wide(some(values, rows)),
            Builder::Day(days) => Builder::Day(some(days, rows)),
            Builder::Flag(flags) => Builder::Flag(some(flags, rows)),
            Builder::Period { codes, list } => Builder::Period { codes: some(codes, rows), list: list.clone() },
            Builder::Choice(codes) => Builder::Choice(some(codes, rows)),
            Builder::Text { codes, texts } => Builder::Text { codes: some(codes, rows), texts: texts.clone() },
            Builder::Link { codes, target, unknown } => {
                Builder::Link { codes: some(codes, rows), target: target.clone(), unknown: *unknown }
            }
            Builder::Key { codes, hashes, twins, named } => Builder::Key {
                codes: some(codes, rows.clone()),
                hashes: some(hashes, rows),
                twins: twins.clone(),
                named: named.clone(),
            },
        }
    }

    /// Goes over to exact numbers, with one more of them.
    fn widen(&mut self, next: Number) {
        if let Builder::Fixed { scale, values } = self {
            let mut wide = widened(values, *scale);
            wide.push(Some(next));
            *self = Builder::Wide(wide);
        }
    }
}

/// The number of a key among those that links name, or the one behind them all; and its hash.
#[inline]
pub fn named_key(named: &Dictionary, text: &[u8]) -> (u32, u64) {
    let hash = dictionary::hash_of_bytes(text);
    let others = named.len() as u32;
    if others == 0 || !named.may_hold(hash) {
        return (others, hash);
    }
    (named.find_with(text, hash).unwrap_or(others), hash)
}

/// The mantissa with so many more places.
pub fn rescaled(mantissa: i64, places: u32) -> Option<i64> {
    let factor = 10i64.checked_pow(places)?;
    mantissa.checked_mul(factor).filter(|mantissa| *mantissa != NO_NUMBER)
}

/// Gives all mantissas more places; leaves them alone where one does not fit.
fn raise(values: &mut [i64], places: u32) -> bool {
    let fits = |value: &i64| *value == NO_NUMBER || rescaled(*value, places).is_some();
    if !values.iter().all(fits) {
        return false;
    }
    for value in values.iter_mut().filter(|value| **value != NO_NUMBER) {
        *value = rescaled(*value, places).unwrap_or(*value);
    }
    true
}

fn widened(values: &[i64], scale: u32) -> Vec<Option<Number>> {
    let wide = |value: &i64| (*value != NO_NUMBER).then(|| Number::from_parts((*value).into(), scale));
    values.iter().map(wide).collect()
}

/// Puts the parts of one column behind each other.
pub fn join(parts: Vec<Builder>) -> Column {
    match parts.first() {
        None => Column::Text { codes: Vec::new(), texts: Arc::default() },
        Some(Builder::Fixed { .. } | Builder::Wide(_)) => join_numbers(parts),
        Some(Builder::Day(_)) => Column::Day(flat(parts, |part| match part {
            Builder::Day(days) => days,
            _ => Vec::new(),
        })),
        Some(Builder::Flag(_)) => Column::Flag(flat(parts, |part| match part {
            Builder::Flag(flags) => flags,
            _ => Vec::new(),
        })),
        Some(Builder::Choice(_)) => Column::Choice(flat(parts, |part| match part {
            Builder::Choice(codes) => codes,
            _ => Vec::new(),
        })),
        Some(Builder::Period { .. }) => {
            let mut all: Vec<Months> = Vec::new();
            let codes = flat(parts, |part| {
                let Builder::Period { mut codes, list } = part else { return Vec::new() };
                let new: Vec<u32> = list
                    .iter()
                    .map(|months| {
                        all.iter().position(|known| known == months).unwrap_or_else(|| {
                            all.push(*months);
                            all.len() - 1
                        }) as u32
                    })
                    .collect();
                translate(&mut codes, &new);
                codes
            });
            Column::Period { codes, list: Arc::new(all) }
        }
        Some(Builder::Text { .. }) => join_texts(parts),
        Some(Builder::Link { target, .. }) => {
            let texts = target.texts.clone();
            let codes = flat(parts, |part| match part {
                Builder::Link { codes, .. } => codes,
                _ => Vec::new(),
            });
            Column::Text { codes, texts }
        }
        // The texts of such keys are never asked for.
        Some(Builder::Key { .. }) => Column::Text { codes: Vec::new(), texts: Arc::default() },
    }
}

fn join_texts(mut parts: Vec<Builder>) -> Column {
    if parts.len() == 1
        && let Some(Builder::Text { codes, texts }) = parts.pop()
    {
        return Column::Text { codes, texts: Arc::new(texts) };
    }
    let mut all = Dictionary::default();
    let codes = flat(parts, |part| {
        let Builder::Text { mut codes, texts } = part else { return Vec::new() };
        let new = all.intern_all(&texts);
        translate(&mut codes, &new);
        codes
    });
    Column::Text { codes, texts: Arc::new(all) }
}

/// Replaces codes by what `new` has at their place.
pub fn translate(codes: &mut [u32], new: &[u32]) {
    for code in codes.iter_mut().filter(|code| **code != NONE) {
        *code = new[*code as usize];
    }
}

fn flat<T>(parts: Vec<Builder>, mut take: impl FnMut(Builder) -> Vec<T>) -> Vec<T> {
    let mut parts = parts.into_iter();
    let mut all = parts.next().map(&mut take).unwrap_or_default();
    for part in parts {
        all.append(&mut take(part));
    }
    all
}

fn join_numbers(parts: Vec<Builder>) -> Column {
    let scale =
        parts.iter().map(|part| if let Builder::Fixed { scale, .. } = part { *scale } else { 0 }).max().unwrap_or(0);
    let mut fixed = parts.iter().all(|part| matches!(part, Builder::Fixed { .. }));
    let mut parts = parts;
    if fixed {
        for part in &mut parts {
            if let Builder::Fixed { scale: places, values } = part
                && *places < scale
            {
                if !raise(values, scale - *places) {
                    fixed = false;
                    break;
                }
                *places = scale;
            }
        }
    }
    if fixed {
        let values = flat(parts, |part| match part {
            Builder::Fixed { values, .. } => values,
            _ => Vec::new(),
        });
        return Column::Fixed { scale, values };
    }
    Column::Wide(flat(parts, |part| match part {
        Builder::Fixed { scale, values } => widened(&values, scale),
        Builder::Wide(values) => values,
        _ => Vec::new(),
    }))
}

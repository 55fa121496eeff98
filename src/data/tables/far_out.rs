//! Cells a hundred or a thousand times off: another unit than the column's was probably written.
//!
//! What is looked for is one thing: a few cells that would lie among the others if they were divided (or multiplied) by 100
//! or 1000, and lie far from them as they stand. Columns whose numbers are spread wide anyway are left alone. Of percentages
//! there are two signs more: large numbers in a column in fractions, and none above 1 in a column in percent.

use std::collections::BTreeMap;

use crate::data::columns::column::{Column, NO_NUMBER};
use crate::data::rows::table::Table;
use crate::model::Model;
use crate::model::data::{ColumnIx, ColumnType};
use crate::number::Number;
use crate::plan::query::{Doubt, FarOut};
use crate::value::Value;

/// How far a few cells must lie from all others.
const GAP: f64 = 25.0;
/// How far the others may lie apart.
const SPREAD: f64 = 30.0;
/// What most percentages stay below: 1000%.
const MOST_OF_A_FRACTION: f64 = 10.0;

pub fn find(model: &Model, table: &Table) -> Vec<Doubt> {
    let set = &model.data[table.data.0];
    let columns = (0..set.columns.len()).map(ColumnIx);
    let stated = columns.filter(|column| set.column(*column).derived.is_none());
    stated.filter_map(|column| of_column(model, table, column)).collect()
}

fn of_column(model: &Model, table: &Table, column: ColumnIx) -> Option<Doubt> {
    let set = &model.data[table.data.0];
    let ColumnType::Number { unit, cell_factor } = &set.column(column).ty else { return None };
    let cells = table.column(column)?;
    let bins = bins(cells, table.rows);
    let found = match cell_factor {
        Some(factor) if unit.is_ratio_sign() => of_ratio(&bins, factor).or_else(|| far_out(&bins)),
        _ => far_out(&bins),
    }?;
    let factor = cell_factor.as_ref().unwrap_or(&unit.factor);
    let text = |number: &Number| number.div(factor).unwrap_or_else(|| number.clone()).to_string();
    let cell = |row: usize| match cells.value(row) {
        Value::Number(number) => Some(number),
        _ => None,
    };
    let others = |ends: [usize; 2]| ends.map(|row| cell(row).map_or(String::new(), |number| text(&number)));
    let value = cell(found.row)?;
    let how = match found.off {
        Off::Above(times, ends) => FarOut::Above { times, others: others(ends) },
        Off::Below(times, ends) => FarOut::Below { times, others: others(ends) },
        Off::Fraction => FarOut::Fraction { percent: value.mul(&Number::from(100)).to_string() },
        Off::Percent => FarOut::Percent,
    };
    let place = table.place(found.row, Some(column));
    Some(Doubt::FarOut { data: set.name.clone(), place, cell: text(&value), how, more: found.count - 1 })
}

/// Cells that are off: the first, and how many.
struct Found {
    row: usize,
    count: u64,
    off: Off,
}

/// By how much, and the rows of the least and the greatest of the others.
enum Off {
    Above(u32, [usize; 2]),
    Below(u32, [usize; 2]),
    Fraction,
    Percent,
}

/// Cells of about one size, without sign, and the rows they stand in.
#[derive(Clone)]
struct Bin<T = f64> {
    count: u64,
    first: usize,
    least: (T, usize),
    most: (T, usize),
}

impl<T: Copy + PartialOrd> Bin<T> {
    fn add(bin: &mut Option<Bin<T>>, row: usize, size: T) {
        let Some(bin) = bin else {
            *bin = Some(Bin { count: 1, first: row, least: (size, row), most: (size, row) });
            return;
        };
        bin.count += 1;
        if size < bin.least.0 {
            bin.least = (size, row);
        } else if size > bin.most.0 {
            bin.most = (size, row);
        }
    }

    fn map<U>(self, size: impl Fn(T) -> U) -> Bin<U> {
        let Bin { count, first, least, most } = self;
        Bin { count, first, least: (size(least.0), least.1), most: (size(most.0), most.1) }
    }
}

impl Bin {
    fn join(&self, other: &Bin) -> Bin {
        let least = if other.least.0 < self.least.0 { other.least } else { self.least };
        let most = if other.most.0 > self.most.0 { other.most } else { self.most };
        Bin { count: self.count + other.count, first: self.first.min(other.first), least, most }
    }
}

/// All cells that are not 0, by size: a few bins, however many rows. A bin is narrower than [`GAP`], so that none holds cells
/// from both sides of one.
fn bins(column: &Column, rows: usize) -> Vec<Bin> {
    match column {
        Column::Fixed { scale, values } => {
            // By their highest bit: each bin reaches from one power of two to the next.
            let mut bins = vec![None; 64];
            for (row, value) in values.iter().enumerate().filter(|(_, value)| **value != 0 && **value != NO_NUMBER) {
                let size = value.unsigned_abs();
                Bin::add(&mut bins[size.ilog2() as usize], row, size);
            }
            let unit = 10f64.powi(*scale as i32);
            bins.into_iter().flatten().map(|bin| bin.map(|size| size as f64 / unit)).collect()
        }
        Column::Wide(_) => {
            let mut bins: BTreeMap<i32, Option<Bin>> = BTreeMap::new();
            for row in 0..rows {
                let Value::Number(number) = column.value(row) else { continue };
                let size: f64 = number.abs().to_string().parse().unwrap_or(0.0);
                if size > 0.0 && size.is_finite() {
                    Bin::add(bins.entry(size.log2().floor() as i32).or_default(), row, size);
                }
            }
            bins.into_values().flatten().collect()
        }
        Column::Day(_) | Column::Period { .. } | Column::Flag(_) | Column::Choice(_) | Column::Text { .. } => {
            Vec::new()
        }
    }
}

fn joined(bins: &[Bin]) -> Option<Bin> {
    bins.iter().cloned().reduce(|one, other| one.join(&other))
}

/// What tells percentages that were written in another way than the column says.
fn of_ratio(bins: &[Bin], factor: &Number) -> Option<Found> {
    let all = joined(bins)?;
    if *factor == Number::ONE {
        let large: Vec<Bin> = bins.iter().filter(|bin| bin.most.0 > MOST_OF_A_FRACTION).cloned().collect();
        let large = joined(&large)?;
        let row = if large.least.0 > MOST_OF_A_FRACTION { large.first } else { large.most.1 };
        return Some(Found { row, count: large.count, off: Off::Fraction });
    }
    let hundredth = *factor == Number::from_parts(1, 2);
    let within = all.count >= 2 && all.most.0 <= 0.01 && all.least.0 < 0.01;
    (hundredth && within).then_some(Found { row: all.first, count: all.count, off: Off::Percent })
}

/// A few cells far above or below all others, which would lie among them if they were in another unit.
fn far_out(bins: &[Bin]) -> Option<Found> {
    let all = joined(bins)?;
    let few = (all.count / 20).max(1);
    for split in 1..bins.len() {
        let (low, high) = (joined(&bins[..split])?, joined(&bins[split..])?);
        if high.least.0 < GAP * low.most.0 {
            continue;
        }
        let (off, others, above) = if high.count <= few && low.count >= 3 {
            (&high, &low, true)
        } else if low.count <= few && high.count >= 3 {
            (&low, &high, false)
        } else {
            continue;
        };
        if others.most.0 > SPREAD * others.least.0 {
            continue;
        }
        let fits = |times: &u32| {
            let times = f64::from(*times);
            let scaled = |size: f64| if above { size / times } else { size * times };
            scaled(off.least.0) >= others.least.0 / 2.0 && scaled(off.most.0) <= others.most.0 * 2.0
        };
        if let Some(times) = [100, 1000].into_iter().find(fits) {
            let ends = [others.least.1, others.most.1];
            let kind = if above { Off::Above(times, ends) } else { Off::Below(times, ends) };
            return Some(Found { row: off.first, count: off.count, off: kind });
        }
    }
    None
}

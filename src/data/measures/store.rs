//! What the aggregates keep while rows go by, for many groups ("cells") at once.
//!
//! Everything kept can be added up in any order: the parts of several threads, the months of a window, the teams
//! below a team all end in the same answer.

mod counts;
mod lists;
mod sums;

use std::collections::BTreeMap;

use self::counts::Counts;
use self::lists::{Distinct, Spread, Targets};
use self::sums::Sums;
use super::runs::{Failure, Runs};
use crate::data::columns::column::{NO_DAY, NO_NUMBER, NONE};
use crate::data::rows::vector::{Data, Vector};
use crate::language::{Keeps, Parts, Whole};
use crate::number::{Excess, Number};
use crate::plan::query::Measured;
use crate::time::Day;
use crate::value::{Missing, Value};

pub struct Store {
    /// Rows that went in, by cell.
    rows: Counts,
    /// Rows left out because their value is missing, by cell.
    blanks: Counts,
    /// Cells with a row whose value, or whose condition, takes a number too large to be held.
    refused: BTreeMap<u32, Excess>,
    kept: Kept,
}

enum Kept {
    Count,
    Sum {
        sums: Sums,
        /// Their mean is told.
        mean: bool,
    },
    /// The smallest or largest value.
    Extreme {
        smallest: bool,
        scale: Option<u32>,
        fixed: Vec<i64>,
        other: Vec<Option<Value>>,
    },
    Latest {
        day: Vec<i32>,
        value: Vec<Option<Value>>,
        differs: Vec<bool>,
    },
    /// The first two rows and the first one's value.
    Only {
        rows: Vec<(u32, u32)>,
        value: Vec<Option<Value>>,
    },
    Spread(Spread),
    Distinct(Distinct),
}

/// What was counted elsewhere for one cell: rows, blanks, and their sum, or the least or greatest.
pub struct Part {
    pub rows: u64,
    pub blanks: u64,
    pub value: Option<Value>,
}

/// The rows that an aggregate takes in: the cell of each, [`NONE`] for those left out.
pub struct Rows<'a> {
    pub cells: &'a [u32],
    /// The value of each row; none for a count of rows.
    pub value: Option<&'a Vector<'a>>,
    /// The number of each row, for `only`.
    pub row: &'a dyn Fn(usize) -> u32,
    /// The day of each row, for `latest`.
    pub day: &'a dyn Fn(usize) -> i32,
    /// The key of each row, where keys are counted.
    pub keys: Option<&'a [u32]>,
}

/// The places of the rows that are not left out. Written in any case and counted where a row is not: which are is not to be
/// guessed ahead.
fn counted(cells: &[u32]) -> Vec<u32> {
    let (mut places, mut known) = (vec![0; cells.len()], 0);
    for (at, cell) in cells.iter().enumerate() {
        places[known] = at as u32;
        known += usize::from(*cell != NONE);
    }
    places.truncate(known);
    places
}

impl Store {
    pub fn new(keeps: Keeps, cells: usize) -> Store {
        Store::within(keeps, cells, usize::MAX)
    }

    /// With so many bytes of room for what grows with the rows; more goes to temporary files.
    pub fn within(keeps: Keeps, cells: usize, room: usize) -> Store {
        let sum = |mean: bool| Kept::Sum { sums: Sums::new(cells), mean };
        let extreme = |smallest: bool| Kept::Extreme {
            smallest,
            scale: None,
            fixed: vec![NO_NUMBER; cells],
            other: vec![None; cells],
        };
        let kept = match keeps {
            Keeps::Parts(Parts::Count) => Kept::Count,
            Keeps::Parts(Parts::Sum) => sum(false),
            Keeps::Parts(Parts::Mean) => sum(true),
            Keeps::Parts(Parts::Least) => extreme(true),
            Keeps::Parts(Parts::Greatest) => extreme(false),
            Keeps::Whole(Whole::Different) => Kept::Distinct(Distinct::new(room)),
            Keeps::Whole(Whole::List(finish)) => Kept::Spread(Spread::new(finish, room)),
            Keeps::Whole(Whole::Latest) => {
                Kept::Latest { day: vec![NO_DAY; cells], value: vec![None; cells], differs: vec![false; cells] }
            }
            Keeps::Whole(Whole::Only) => Kept::Only { rows: vec![(NONE, NONE); cells], value: vec![None; cells] },
        };
        Store { rows: Counts::new(cells), blanks: Counts::new(cells), refused: BTreeMap::new(), kept }
    }

    /// Takes rows in.
    pub fn add(&mut self, rows: &Rows) {
        if let Kept::Only { .. } = self.kept {
            return self.add_only(rows);
        }
        let counted = counted(rows.cells);
        if counted.is_empty() {
            return;
        }
        let Some(value) = rows.value else {
            for at in counted {
                let cell = rows.cells[at as usize];
                self.rows.one_more(cell as usize);
                if let (Kept::Distinct(distinct), Some(keys)) = (&mut self.kept, rows.keys) {
                    distinct.add_key(cell, keys[at as usize]);
                }
            }
            return self.make_room();
        };
        let blanks = &mut self.blanks;
        // Which of the rows have a value; the others are blank.
        let filled = |counted: Vec<u32>, blanks: &mut Counts| match &value.missing {
            None => counted,
            Some(mask) => {
                let is_missing = |at: &u32| mask.is_missing(*at as usize);
                counted
                    .iter()
                    .filter(|at| is_missing(at))
                    .for_each(|at| blanks.one_more(rows.cells[*at as usize] as usize));
                counted.into_iter().filter(|at| !is_missing(at)).collect()
            }
        };
        match (&mut self.kept, &value.data) {
            (Kept::Sum { sums, .. }, Data::Fixed { scale: places, values }) => {
                let by = sums.factor(*places);
                for at in filled(counted, blanks) {
                    let (cell, mantissa) = (rows.cells[at as usize] as usize, values[at as usize]);
                    self.rows.one_more(cell);
                    if !sums.add_mantissa(cell, mantissa, by) {
                        sums.add_wide(cell as u32, &Number::from_parts(mantissa.into(), *places));
                    }
                }
            }
            (Kept::Sum { sums, .. }, Data::Flag(flags)) => {
                let by = sums.factor(0);
                for at in filled(counted, blanks) {
                    let cell = rows.cells[at as usize] as usize;
                    self.rows.one_more(cell);
                    sums.add_mantissa(cell, flags[at as usize].into(), by);
                }
            }
            (Kept::Extreme { smallest, scale, fixed, .. }, Data::Fixed { scale: places, values })
                if scale.is_none_or(|scale| scale == *places) =>
            {
                *scale = Some(*places);
                for at in filled(counted, blanks) {
                    let (cell, mantissa) = (rows.cells[at as usize] as usize, values[at as usize]);
                    self.rows.one_more(cell);
                    let best = &mut fixed[cell];
                    if *best == NO_NUMBER || (mantissa < *best) == *smallest && mantissa != *best {
                        *best = mantissa;
                    }
                }
            }
            _ => self.add_slowly(rows, value),
        }
        self.make_room();
    }

    fn add_slowly(&mut self, rows: &Rows, value: &Vector) {
        // The numbers here of another dictionary's texts.
        let mut numbers: Vec<u32> = Vec::new();
        for (at, cell) in rows.cells.iter().enumerate().filter(|(_, cell)| **cell != NONE) {
            let cell_at = *cell as usize;
            if value.is_missing(at) {
                self.blanks.one_more(cell_at);
                self.refuse(*cell, value.excess(at));
                continue;
            }
            self.rows.one_more(cell_at);
            match &mut self.kept {
                Kept::Count => {}
                Kept::Sum { sums, .. } => match &value.data {
                    Data::Any(values) => sums.add_value(*cell, &values[at]),
                    _ => sums.add_value(*cell, &value.value(at)),
                },
                Kept::Extreme { smallest, other, .. } => better(&mut other[cell_at], value.value(at), *smallest),
                Kept::Latest { day, value: best, differs } => {
                    let today = (rows.day)(at);
                    if today < day[cell_at] {
                        continue;
                    }
                    let found = value.value(at);
                    if today > day[cell_at] || best[cell_at].is_none() {
                        (day[cell_at], best[cell_at], differs[cell_at]) = (today, Some(found), false);
                    } else {
                        differs[cell_at] |= best[cell_at].as_ref() != Some(&found);
                    }
                }
                Kept::Spread(spread) => spread.add(*cell, value, at),
                Kept::Distinct(distinct) => distinct.add(*cell, value, at, &mut numbers),
                Kept::Only { .. } => {}
            }
        }
    }

    fn add_only(&mut self, rows: &Rows) {
        let Kept::Only { rows: kept, value } = &mut self.kept else { return };
        for (at, cell) in rows.cells.iter().enumerate().filter(|(_, cell)| **cell != NONE) {
            let found = rows.value.map_or(Value::Missing(Missing::Blank), |vector| vector.value(at));
            self.rows.one_more(*cell as usize);
            one_more(&mut kept[*cell as usize], &mut value[*cell as usize], (rows.row)(at), found);
        }
    }

    /// A row of the cell has no value because a number in it was too large to be held, if it was.
    pub fn refuse(&mut self, cell: u32, excess: Option<Excess>) {
        if let Some(excess) = excess {
            // The same whatever the order of the rows.
            let known = self.refused.entry(cell).or_insert(excess);
            *known = excess.min(*known);
        }
    }

    /// About how many bytes it takes of what grows with the rows.
    pub fn list_bytes(&self) -> u64 {
        let bytes = match &self.kept {
            Kept::Spread(spread) => spread.bytes(),
            Kept::Distinct(distinct) => distinct.bytes(),
            Kept::Sum { sums, .. } => sums.bytes(),
            Kept::Count | Kept::Extreme { .. } | Kept::Latest { .. } | Kept::Only { .. } => 0,
        };
        bytes as u64
    }

    /// Puts lists into temporary files for which there is no room.
    fn make_room(&mut self) {
        match &mut self.kept {
            Kept::Spread(spread) => spread.make_room(),
            Kept::Distinct(distinct) => distinct.make_room(),
            Kept::Count | Kept::Sum { .. } | Kept::Extreme { .. } | Kept::Latest { .. } | Kept::Only { .. } => {}
        }
    }

    /// Is told when a temporary file fails, now or later.
    pub fn failure(&mut self) -> Option<Failure> {
        self.runs().map(|runs| runs.failure())
    }

    /// The temporary files of what may need them.
    fn runs(&mut self) -> Option<&mut Runs> {
        match &mut self.kept {
            Kept::Spread(spread) => Some(spread.runs()),
            Kept::Distinct(distinct) => Some(distinct.runs()),
            Kept::Count | Kept::Sum { .. } | Kept::Extreme { .. } | Kept::Latest { .. } | Kept::Only { .. } => None,
        }
    }

    /// Adds what another thread has kept for the same cells; its temporary files stay where they are.
    pub fn join(&mut self, mut other: Store) {
        if let (Some(mine), Some(theirs)) = (self.runs(), other.runs()) {
            mine.join(theirs);
        }
        self.take_in(&other, &|cell, into| into.push(cell));
    }

    /// Adds what another store has kept; `targets` says in which cells of this one a cell of the other counts.
    pub fn take_in(&mut self, from: &Store, targets: &dyn Fn(u32, &mut Vec<u32>)) {
        let mut into = Vec::new();
        let mut each = |cell: u32, with: &mut dyn FnMut(u32)| {
            into.clear();
            targets(cell, &mut into);
            into.iter().for_each(|cell| with(*cell));
        };
        for cell in 0..from.rows.len() {
            let (rows, blanks) = (from.rows.get(cell), from.blanks.get(cell));
            if rows + blanks > 0 {
                each(cell as u32, &mut |to| {
                    self.rows.add(to as usize, rows);
                    self.blanks.add(to as usize, blanks);
                });
            }
        }
        for (cell, excess) in &from.refused {
            each(*cell, &mut |to| self.refuse(to, Some(*excess)));
        }
        let filled = |cell: &usize| from.rows.get(*cell) > 0;
        match (&mut self.kept, &from.kept) {
            (Kept::Sum { sums, .. }, Kept::Sum { sums: more, .. }) => sums.take_in(more, &filled, &mut each),
            (Kept::Extreme { smallest, other, .. }, Kept::Extreme { scale, fixed, other: others, .. }) => {
                for cell in (0..fixed.len()).filter(filled) {
                    let number = |scale: &u32| Value::Number(Number::from_parts(fixed[cell].into(), *scale));
                    let found = scale.as_ref().filter(|_| fixed[cell] != NO_NUMBER).map(number);
                    for value in found.into_iter().chain(others[cell].clone()) {
                        each(cell as u32, &mut |to| better(&mut other[to as usize], value.clone(), *smallest));
                    }
                }
            }
            (Kept::Latest { day, value, differs }, Kept::Latest { day: days, value: values, differs: differ }) => {
                for cell in (0..days.len()).filter(filled) {
                    each(cell as u32, &mut |to| {
                        let to = to as usize;
                        if days[cell] > day[to] || value[to].is_none() {
                            (day[to], value[to], differs[to]) = (days[cell], values[cell].clone(), differ[cell]);
                        } else if days[cell] == day[to] {
                            differs[to] |= differ[cell] || value[to] != values[cell];
                        }
                    });
                }
            }
            (Kept::Only { rows, value }, Kept::Only { rows: more, value: values }) => {
                for cell in (0..more.len()).filter(filled) {
                    each(cell as u32, &mut |to| {
                        let (rows, value) = (&mut rows[to as usize], &mut value[to as usize]);
                        one_more(rows, value, more[cell].0, values[cell].clone().unwrap_or(Missing::Blank.into()));
                        if more[cell].1 != NONE {
                            one_more(rows, value, more[cell].1, Missing::Blank.into());
                        }
                    });
                }
            }
            (Kept::Spread(mine), Kept::Spread(theirs)) => mine.take_in(theirs, &mut each),
            (Kept::Distinct(mine), Kept::Distinct(theirs)) => mine.take_in(theirs, &mut each),
            // A count is its rows; and both are of one kind.
            (Kept::Count, _)
            | (Kept::Sum { .. } | Kept::Extreme { .. } | Kept::Latest { .. } | Kept::Only { .. }, _)
            | (Kept::Spread(_) | Kept::Distinct(_), _) => {}
        }
        self.make_room();
    }

    /// Adds what others have counted for a cell: of aggregates that can be added up.
    pub fn add_part(&mut self, cell: usize, part: Part) {
        self.rows.add(cell, part.rows);
        self.blanks.add(cell, part.blanks);
        match (&mut self.kept, part.value) {
            (Kept::Sum { sums, .. }, Some(value)) => sums.add_value(cell as u32, &value),
            (Kept::Extreme { smallest, other, .. }, Some(value)) => better(&mut other[cell], value, *smallest),
            (Kept::Count | Kept::Sum { .. } | Kept::Extreme { .. }, _) => {}
            (Kept::Latest { .. } | Kept::Only { .. } | Kept::Spread(_) | Kept::Distinct(_), _) => {}
        }
    }

    /// What the function gives in each cell. `place` names a row to the user.
    pub fn finish(mut self, fraction: Option<&Number>, place: &dyn Fn(u32) -> String) -> Vec<Measured> {
        let counts = self.of_lists(fraction);
        let mut answers = Vec::with_capacity(self.rows.len());
        for (cell, counted) in counts.into_iter().enumerate() {
            let (rows, blanks) = (self.rows.get(cell), self.blanks.get(cell));
            let refused = self.refused.get(&(cell as u32)).map(|excess| Value::Missing(Missing::TooLarge(*excess)));
            let value = refused.or(counted).or_else(|| match &mut self.kept {
                Kept::Count => Some(Value::Number(rows.into())),
                Kept::Sum { sums, mean } => match (sums.total(cell), mean) {
                    (Value::Number(sum), true) => sum.div(&rows.into()).map(Value::Number),
                    (sum, _) => Some(sum),
                },
                Kept::Extreme { smallest, scale, fixed, other } => {
                    let mut best = other[cell].take();
                    if let (Some(scale), true) = (scale, fixed[cell] != NO_NUMBER) {
                        better(&mut best, Value::Number(Number::from_parts(fixed[cell].into(), *scale)), *smallest);
                    }
                    best
                }
                Kept::Latest { day, value, differs } => match differs[cell] {
                    true => Some(Value::Missing(Missing::Ambiguous(
                        format!("differing values on {}", Day(day[cell])).into(),
                    ))),
                    false => value[cell].take(),
                },
                Kept::Only { rows, value } => match rows[cell] {
                    (first, second) if second != NONE => Some(Value::Missing(Missing::Ambiguous(
                        format!("more than one row: {} and {}", place(first), place(second)).into(),
                    ))),
                    _ => value[cell].take(),
                },
                Kept::Spread(_) | Kept::Distinct(_) => None,
            });
            let value = value.unwrap_or_else(|| match blanks {
                0 => Missing::NoRows.into(),
                _ => Missing::Blank.into(),
            });
            answers.push(Measured { value, rows, blanks });
        }
        answers
    }

    /// Answers for the kinds that keep long lists; nothing for the others.
    fn of_lists(&mut self, fraction: Option<&Number>) -> Vec<Option<Value>> {
        match &mut self.kept {
            Kept::Spread(spread) => spread.finish(&self.rows, fraction),
            Kept::Distinct(distinct) => distinct.finish(self.rows.len()),
            Kept::Count | Kept::Sum { .. } | Kept::Extreme { .. } | Kept::Latest { .. } | Kept::Only { .. } => {
                vec![None; self.rows.len()]
            }
        }
    }
}

fn better(best: &mut Option<Value>, value: Value, smallest: bool) {
    use std::cmp::Ordering;
    let wanted = if smallest { Ordering::Less } else { Ordering::Greater };
    let replaces = match best.as_ref() {
        None => true,
        Some(known) => match value.compare(known) {
            // Of equal numbers the exact one, so that the order of rows does not matter.
            Some(Ordering::Equal) => known.as_number().is_some_and(Number::is_approximate),
            order => order == Some(wanted),
        },
    };
    if replaces {
        *best = Some(value);
    }
}

/// Keeps the two first rows, with the value of the first.
fn one_more(rows: &mut (u32, u32), value: &mut Option<Value>, row: u32, found: Value) {
    if row < rows.0 {
        *rows = (row, rows.0);
        *value = Some(found);
    } else if row != rows.0 {
        rows.1 = rows.1.min(row);
    }
}

/// [`at_fraction`] of values of which only the two are at hand between which the answer lies.
pub fn between(count: u64, low: &Number, high: &Number, fraction: Option<&Number>) -> Number {
    let half = Number::from_parts(5, 1);
    let way = Number::from(count.saturating_sub(1)).mul(fraction.unwrap_or(&half));
    let below = way.floor().to_i64().unwrap_or(0) as usize;
    at_fraction(count as usize, &|at| if at <= below { low.clone() } else { high.clone() }, fraction)
}

/// The median, or the value at a fraction of the way from the first to the last, between two of them in
/// proportion. The values are in order.
fn at_fraction(count: usize, number: &dyn Fn(usize) -> Number, fraction: Option<&Number>) -> Number {
    let half = Number::from_parts(5, 1);
    let way = Number::from((count - 1) as u64).mul(fraction.unwrap_or(&half));
    let below = way.floor().to_i64().unwrap_or(0).clamp(0, count as i64 - 1) as usize;
    let rest = way.sub(&Number::from(below as u64));
    let low = number(below);
    if rest.is_zero() || below + 1 >= count {
        return low;
    }
    low.add(&number(below + 1).sub(&low).mul(&rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::{AggregateFunction, OverNothing};

    #[test]
    fn over_no_rows_aggregates_are_what_is_said_of_them() {
        for signature in AggregateFunction::TABLE {
            let found = Store::new(signature.keeps, 1).finish(None, &|_| String::new());
            let expected = match signature.over_nothing {
                OverNothing::Zero => Value::Number(Number::ZERO),
                OverNothing::Missing => Missing::NoRows.into(),
            };
            assert_eq!(found[0].value, expected, "{}", signature.name);
        }
    }
}

//! What is kept of the rows of one answer while they go by: how many there are of each fate, what they add up to, and the
//! first of each. All of it can be put together in any order.

use std::collections::HashSet;

use super::rows::{Place, Told};
use crate::data::columns::column::NONE;
use crate::data::measures::fates::{Fate, Seen};
use crate::data::measures::store::{self, Store};
use crate::data::rows::vector::{Data, Vector};
use crate::language::{Keeps, Parts, Whole};
use crate::number::Number;
use crate::value::Value;

/// Sums of the values of rows, by cell.
pub struct Totals {
    store: Store,
    /// Whether a row had a number, and one something else.
    numbers: bool,
    others: bool,
}

impl Totals {
    pub fn new(cells: usize) -> Totals {
        Totals { store: Store::new(Keeps::Parts(Parts::Sum), cells), numbers: false, others: false }
    }

    /// Adds the values of rows; there are none where rows are counted.
    pub fn add(&mut self, cells: &[u32], value: Option<&Vector>) {
        let Some(value) = value else { return };
        let all = cells.iter().enumerate().filter(|(_, cell)| **cell != NONE);
        let mut there = all.filter(|(at, _)| !value.is_missing(*at)).map(|(at, _)| at);
        match &value.data {
            Data::Day(_) | Data::Period { .. } | Data::Choice(_) | Data::Text { .. } => {
                self.others = self.others || there.next().is_some();
                return;
            }
            Data::Fixed { .. } | Data::Flag(_) => self.numbers = self.numbers || there.next().is_some(),
            Data::Constant(_) | Data::Any(_) => there.for_each(|at| match value.value(at) {
                Value::Number(_) | Value::Flag(_) => self.numbers = true,
                Value::Missing(_) => {}
                Value::Text(_) | Value::Day(_) | Value::Period(_) | Value::Choice(_) => self.others = true,
            }),
        }
        self.store.add(&store::Rows { cells, value: Some(value), row: &|_| 0, day: &|_| 0, keys: None });
    }

    /// Whether there are numbers, as other rows tell.
    pub fn know(&mut self, other: &Totals) {
        self.numbers |= other.numbers;
        self.others |= other.others;
    }

    pub fn join(&mut self, other: Totals) {
        self.take_in(&other, &|cell, into| into.push(cell));
    }

    pub fn take_in(&mut self, other: &Totals, targets: &dyn Fn(u32, &mut Vec<u32>)) {
        self.store.take_in(&other.store, targets);
        self.know(other);
    }

    /// By cell, for measures with a value or without one.
    pub fn end(self, counts: &[u64], has_value: bool) -> Vec<Option<Number>> {
        match (has_value, self.numbers && !self.others) {
            (false, _) => counts.iter().map(|count| Some(Number::from(*count))).collect(),
            (true, false) => vec![None; counts.len()],
            (true, true) => {
                let measured = self.store.finish(None, &|_| String::new());
                measured.into_iter().map(|one| one.value.held().as_number().cloned()).collect()
            }
        }
    }
}

/// Which of the rows that count an aggregate takes.
enum Picks {
    All,
    /// The least or greatest value.
    Best {
        smallest: bool,
        best: Option<Value>,
    },
    /// Those of the newest day.
    Newest(Option<i32>),
    /// The first row of each key.
    Keys(HashSet<u32>),
}

/// The rows of one answer.
pub struct Gathered {
    /// How many rows of each kind are kept.
    most: usize,
    counts: [u64; FATES],
    totals: Totals,
    /// What is taken so far; it may be passed over yet.
    taken: Totals,
    first: [Vec<Told>; FATES],
    picks: Picks,
}

pub const COUNTS: Keeps = Keeps::Parts(Parts::Count);
const FATES: usize = Fate::ALL.len();

impl Gathered {
    pub fn new(keeps: Keeps, by_keys: bool, most: usize) -> Gathered {
        let picks = match keeps {
            _ if by_keys => Picks::Keys(HashSet::new()),
            Keeps::Parts(Parts::Least) => Picks::Best { smallest: true, best: None },
            Keeps::Parts(Parts::Greatest) => Picks::Best { smallest: false, best: None },
            Keeps::Whole(Whole::Latest) => Picks::Newest(None),
            Keeps::Parts(Parts::Count | Parts::Sum | Parts::Mean) => Picks::All,
            Keeps::Whole(Whole::Different | Whole::List(_) | Whole::Only) => Picks::All,
        };
        Gathered {
            most,
            counts: [0; FATES],
            totals: Totals::new(FATES),
            taken: Totals::new(1),
            first: Default::default(),
            picks,
        }
    }

    /// Takes rows in; gives the places of those that are to be told, with their fates.
    pub fn add(&mut self, seen: &Seen, place: Place) -> Vec<(usize, Fate)> {
        let mut fates = seen.fates.to_vec();
        self.pick(seen, &mut fates);
        let mut counts = [0; FATES];
        fates.iter().filter(|fate| **fate != NONE).for_each(|fate| counts[*fate as usize] += 1);
        if matches!(self.picks, Picks::Best { .. } | Picks::Newest(_)) {
            let counted = |fate: &u32| if *fate == Fate::Counted as u32 { 0 } else { NONE };
            self.taken.add(&fates.iter().map(counted).collect::<Vec<_>>(), seen.value);
            let other = |fate: &u32| if *fate == Fate::Counted as u32 { NONE } else { *fate };
            self.totals.add(&fates.iter().map(other).collect::<Vec<_>>(), seen.value);
        } else {
            self.totals.add(&fates, seen.value);
        }
        let mut wanted = Vec::new();
        for fate in Fate::ALL {
            self.counts[fate as usize] += counts[fate as usize];
            if counts[fate as usize] == 0 || !self.is_open(fate, place) {
                continue;
            }
            let mut first: Vec<usize> = (0..fates.len()).filter(|at| fates[*at] == fate as u32).collect();
            first.sort_by_key(|at| seen.rows[*at]);
            wanted.extend(first.into_iter().take(self.most).map(|at| (at, fate)));
        }
        wanted
    }

    /// Whether rows of a block may be among the first of their fate.
    pub fn is_open(&self, fate: Fate, place: Place) -> bool {
        let known = &self.first[fate as usize];
        self.most > 0 && (known.len() < self.most || known.last().is_some_and(|last| last.place().0 >= place))
    }

    /// Rows that were to be told.
    pub fn tell(&mut self, told: impl IntoIterator<Item = (Fate, Told)>) {
        for (fate, told) in told {
            self.first[fate as usize].push(told);
        }
        self.first.iter_mut().for_each(|first| shorten(first, self.most));
    }

    /// Rows of a fate that were counted elsewhere, with what they add up to by their cells.
    pub fn count(&mut self, fate: Fate, rows: u64, totals: Option<&Totals>, is_of: &dyn Fn(u32) -> bool) {
        self.counts[fate as usize] += rows;
        if let Some(totals) = totals {
            self.totals.take_in(totals, &|cell, into| into.extend(is_of(cell).then_some(fate as u32)));
        }
    }

    /// Tells apart the rows that are taken from those that are passed over.
    fn pick(&mut self, seen: &Seen, fates: &mut [u32]) {
        let (counted, passed) = (Fate::Counted as u32, Fate::NotPicked as u32);
        let all = |fates: &[u32]| (0..fates.len()).filter(|at| fates[*at] == counted).collect::<Vec<usize>>();
        match &mut self.picks {
            Picks::All => {}
            Picks::Keys(known) => {
                let Some(keys) = seen.keys else { return };
                let mut order = all(fates);
                order.sort_by_key(|at| seen.rows[*at]);
                for at in order {
                    if keys[at] != NONE && !known.insert(keys[at]) {
                        fates[at] = passed;
                    }
                }
            }
            Picks::Best { smallest, best } => {
                let value = |at: usize| seen.value.map(|value| value.value(at));
                let before = best.clone();
                for at in all(fates) {
                    if let Some(value) = value(at).filter(|value| is_better(best.as_ref(), value, *smallest)) {
                        *best = Some(value);
                    }
                }
                let best = best.clone();
                if before != best {
                    self.pass_over();
                }
                for at in all(fates) {
                    let is_best = value(at).zip(best.as_ref()).is_some_and(|(value, best)| is_same(&value, best));
                    fates[at] = if is_best { counted } else { passed };
                }
            }
            Picks::Newest(newest) => {
                let found = all(fates).into_iter().map(|at| (seen.latest)(at)).max();
                let later = found.max(*newest);
                if std::mem::replace(newest, later) != later {
                    self.pass_over();
                }
                for at in all(fates) {
                    fates[at] = if Some((seen.latest)(at)) == later { counted } else { passed };
                }
            }
        }
    }

    /// Passes over what was taken so far.
    fn pass_over(&mut self) {
        let taken = std::mem::replace(&mut self.taken, Totals::new(1));
        self.totals.take_in(&taken, &|_, into| into.push(Fate::NotPicked as u32));
        self.counts[Fate::NotPicked as usize] += std::mem::take(&mut self.counts[Fate::Counted as usize]);
        let first = std::mem::take(&mut self.first[Fate::Counted as usize]);
        self.first[Fate::NotPicked as usize].extend(first);
        shorten(&mut self.first[Fate::NotPicked as usize], self.most);
    }

    /// Adds what another thread has gathered.
    pub fn take_in(&mut self, mut other: Gathered) {
        match (&mut self.picks, &mut other.picks) {
            (Picks::Best { smallest, best }, Picks::Best { best: theirs, .. }) => {
                let better = |one: &Option<Value>, other: &Option<Value>| {
                    other.as_ref().is_some_and(|other| is_better(one.as_ref(), other, *smallest))
                };
                let (worse, better) = (better(best, theirs), better(theirs, best));
                if worse {
                    *best = theirs.take();
                    self.pass_over();
                } else if better {
                    other.pass_over();
                }
            }
            (Picks::Newest(newest), Picks::Newest(theirs)) => {
                let (mine, theirs) = (*newest, *theirs);
                *newest = mine.max(theirs);
                if mine < theirs {
                    self.pass_over();
                } else if theirs < mine {
                    other.pass_over();
                }
            }
            // Keys are gone through by one thread.
            _ => {}
        }
        self.counts.iter_mut().zip(other.counts).for_each(|(mine, other)| *mine += other);
        self.totals.join(other.totals);
        self.taken.join(other.taken);
        for (mine, other) in self.first.iter_mut().zip(other.first) {
            mine.extend(other);
            shorten(mine, self.most);
        }
    }

    /// How many rows there are, what they add up to, and the first of them, by fate.
    pub fn end(mut self, has_value: bool) -> Vec<(Fate, u64, Option<Number>, Vec<Told>)> {
        self.totals.take_in(&self.taken, &|_, into| into.push(Fate::Counted as u32));
        let totals = self.totals.end(&self.counts, has_value);
        let of_fate = |((fate, total), first)| (fate, self.counts[fate as usize], total, first);
        Fate::ALL.into_iter().zip(totals).zip(self.first).map(of_fate).collect()
    }
}

fn shorten(first: &mut Vec<Told>, most: usize) {
    first.sort_by_key(Told::place);
    first.truncate(most);
}

fn is_better(known: Option<&Value>, value: &Value, smallest: bool) -> bool {
    use std::cmp::Ordering;
    let wanted = if smallest { Ordering::Less } else { Ordering::Greater };
    known.is_none_or(|known| value.compare(known) == Some(wanted))
}

fn is_same(one: &Value, other: &Value) -> bool {
    one.compare(other) == Some(std::cmp::Ordering::Equal)
}

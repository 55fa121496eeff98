//! What is kept of the rows of one answer while they go by: how many there are of each fate, what they add up to, and the
//! first of each. All of it can be put together in any order.

use std::collections::HashSet;

use super::Shown;
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
    /// Whether a row had something else than a number.
    others: bool,
}

impl Totals {
    pub fn new(cells: usize) -> Totals {
        Totals { store: Store::new(Keeps::Parts(Parts::Sum), cells), others: false }
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
            Data::Fixed { .. } | Data::Flag(_) => {}
            Data::Constant(_) | Data::Any(_) => there.for_each(|at| match value.value(at) {
                Value::Number(_) | Value::Flag(_) | Value::Missing(_) => {}
                Value::Text(_) | Value::Day(_) | Value::Period(_) | Value::Choice(_) => self.others = true,
            }),
        }
        self.store.add(&store::Rows { cells, value: Some(value), row: &|_| 0, day: &|_| 0, keys: None });
    }

    pub fn join(&mut self, other: Totals) {
        self.take_in(&other, &|cell, into| into.push(cell));
    }

    pub fn take_in(&mut self, other: &Totals, targets: &dyn Fn(u32, &mut Vec<u32>)) {
        self.store.take_in(&other.store, targets);
        self.others |= other.others;
    }

    /// By cell, for measures with a value or without one.
    pub fn end(self, counts: &[u64], has_value: bool) -> Vec<Option<Number>> {
        match (has_value, !self.others) {
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
    shown: Shown,
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
    pub fn new(keeps: Keeps, by_keys: bool, shown: Shown) -> Gathered {
        let picks = match keeps {
            _ if by_keys => Picks::Keys(HashSet::new()),
            Keeps::Parts(Parts::Least) => Picks::Best { smallest: true, best: None },
            Keeps::Parts(Parts::Greatest) => Picks::Best { smallest: false, best: None },
            Keeps::Whole(Whole::Latest) => Picks::Newest(None),
            Keeps::Parts(Parts::Count | Parts::Sum | Parts::Mean) => Picks::All,
            Keeps::Whole(Whole::Different | Whole::List(_) | Whole::Only) => Picks::All,
        };
        Gathered {
            shown,
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
        let (mut totals, mut taken) = (fates.clone(), None);
        // What others' rows add up to is nobody's question.
        totals.iter_mut().filter(|fate| **fate == Fate::Others as u32).for_each(|fate| *fate = NONE);
        if matches!(self.picks, Picks::Best { .. } | Picks::Newest(_)) {
            let counted = |fate: &u32| if *fate == Fate::Counted as u32 { 0 } else { NONE };
            taken = Some(fates.iter().map(counted).collect::<Vec<_>>());
            totals.iter_mut().filter(|fate| **fate == Fate::Counted as u32).for_each(|fate| *fate = NONE);
        }
        taken.iter().for_each(|taken| self.taken.add(taken, seen.value));
        self.totals.add(&totals, seen.value);
        let mut wanted = Vec::new();
        for fate in Fate::ALL {
            self.counts[fate as usize] += counts[fate as usize];
            if counts[fate as usize] == 0 || !self.is_open(fate, place) {
                continue;
            }
            let mut first: Vec<usize> = (0..fates.len()).filter(|at| fates[*at] == fate as u32).collect();
            first.sort_by_key(|at| seen.rows[*at]);
            wanted.extend(first.into_iter().take(self.most(fate)).map(|at| (at, fate)));
        }
        wanted
    }

    /// Whether rows of a block may be among the first of their fate.
    pub fn is_open(&self, fate: Fate, place: Place) -> bool {
        let known = &self.first[fate as usize];
        let most = self.most(fate);
        most > 0 && (known.len() < most || known.last().is_some_and(|last| last.at().0 >= place))
    }

    /// How many rows of a fate are kept with their places.
    pub fn most(&self, fate: Fate) -> usize {
        self.shown.most(fate)
    }

    /// Rows that were to be told.
    pub fn tell(&mut self, told: impl IntoIterator<Item = (Fate, Told)>) {
        for (fate, told) in told {
            self.first[fate as usize].push(told);
        }
        Fate::ALL.into_iter().for_each(|fate| self.shorten(fate));
    }

    /// Rows that are told so far.
    pub fn told(&self) -> impl Iterator<Item = &Told> {
        self.first.iter().flatten()
    }

    pub fn told_mut(&mut self) -> impl Iterator<Item = &mut Told> {
        self.first.iter_mut().flatten()
    }

    /// Rows of a fate that were counted elsewhere, with what they add up to where that is known.
    pub fn count(&mut self, fate: Fate, rows: u64, total: Option<&Totals>) {
        self.counts[fate as usize] += rows;
        if let Some(total) = total {
            self.totals.take_in(total, &|_, into| into.push(fate as u32));
        }
    }

    fn shorten(&mut self, fate: Fate) {
        let most = self.most(fate);
        let first = &mut self.first[fate as usize];
        first.sort_by_key(Told::at);
        first.truncate(most);
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
        self.shorten(Fate::NotPicked);
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
        self.first.iter_mut().zip(other.first).for_each(|(mine, other)| mine.extend(other));
        Fate::ALL.into_iter().for_each(|fate| self.shorten(fate));
    }

    /// How many rows there are, what they add up to, and the first of them, by fate.
    pub fn end(mut self, has_value: bool) -> Vec<(Fate, u64, Option<Number>, Vec<Told>)> {
        self.totals.take_in(&self.taken, &|_, into| into.push(Fate::Counted as u32));
        let totals = self.totals.end(&self.counts, has_value);
        let of_fate = |((fate, total), first)| {
            (fate, self.counts[fate as usize], Option::filter(total, |_| fate != Fate::Others), first)
        };
        Fate::ALL.into_iter().zip(totals).zip(self.first).map(of_fate).collect()
    }
}

fn is_better(known: Option<&Value>, value: &Value, smallest: bool) -> bool {
    use std::cmp::Ordering;
    let wanted = if smallest { Ordering::Less } else { Ordering::Greater };
    known.is_none_or(|known| value.compare(known) == Some(wanted))
}

fn is_same(one: &Value, other: &Value) -> bool {
    one.compare(other) == Some(std::cmp::Ordering::Equal)
}

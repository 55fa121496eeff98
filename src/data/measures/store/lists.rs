//! What aggregates keep of every row: all values of a median, all that a distinct count has met. What there is no room for
//! goes to temporary files as bytes, whose order is that of the values.

use std::collections::HashSet;
use std::sync::Arc;

use num_bigint::{BigInt, Sign};
use num_integer::Integer;
use num_traits::{ToPrimitive, Zero};

use super::counts::Counts;
use super::{at_fraction, between};
use crate::data::cells::content::MOST_PLACES;
use crate::data::columns::column::NONE;
use crate::data::columns::dictionary::Dictionary;
use crate::data::measures::runs::Runs;
use crate::data::rows::vector::{Data, Vector};
use crate::language::Finish;
use crate::number::Number;
use crate::value::Value;

/// So many entries are taken in before it is looked whether there is room for them.
const SOME: usize = 1 << 16;
/// About what a value takes that is kept as it is.
const ODD_BYTES: usize = 128;
/// Shorter runs would be too many.
const SHORTEST_RUN: usize = 1 << 14;

/// In which cells what is in a cell elsewhere counts.
pub type Targets<'a> = dyn FnMut(u32, &mut dyn FnMut(u32)) + 'a;

/// All values.
pub struct Spread {
    finish: Finish,
    values: Vec<(u32, Number)>,
    scale: Option<u32>,
    fixed: Vec<(u32, i64)>,
    /// So many of the values have no place in a file.
    odd: usize,
    room: usize,
    runs: Runs,
}

impl Spread {
    pub fn new(finish: Finish, room: usize) -> Spread {
        let runs = Runs::new((room / 2).max(SHORTEST_RUN), false);
        Spread { finish, values: Vec::new(), scale: None, fixed: Vec::new(), odd: 0, room, runs }
    }

    pub fn runs(&mut self) -> &mut Runs {
        &mut self.runs
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        16 * self.fixed.len() + ODD_BYTES * self.values.len() + self.runs.in_memory()
    }

    /// Takes the value of a row in, which is there.
    pub fn add(&mut self, cell: u32, value: &Vector, at: usize) {
        match &value.data {
            Data::Fixed { scale, values } => self.push(cell, values[at], *scale),
            _ => {
                if let Value::Number(number) = value.value(at) {
                    self.values.push((cell, number));
                }
            }
        }
    }

    fn push(&mut self, cell: u32, mantissa: i64, places: u32) {
        match *self.scale.get_or_insert(places) == places {
            true => self.fixed.push((cell, mantissa)),
            false => self.values.push((cell, Number::from_parts(mantissa.into(), places))),
        }
    }

    pub fn take_in(&mut self, from: &Spread, each: &mut Targets) {
        if let Some(places) = from.scale {
            for some in from.fixed.chunks(SOME) {
                some.iter().for_each(|(cell, mantissa)| each(*cell, &mut |to| self.push(to, *mantissa, places)));
                self.make_room();
            }
        }
        for some in from.values.chunks(SOME) {
            some.iter().for_each(|(cell, number)| each(*cell, &mut |to| self.values.push((to, number.clone()))));
            self.make_room();
        }
        from.runs.each(&mut |cell, bytes| each(cell, &mut |to| self.runs.push(to, bytes)));
    }

    /// Puts into files what there is no room for.
    pub fn make_room(&mut self) {
        if self.bytes() > self.room {
            self.put_away();
        }
    }

    fn put_away(&mut self) {
        let scale = self.scale.unwrap_or(0);
        for (cell, mantissa) in std::mem::take(&mut self.fixed) {
            match key_of(mantissa.into(), scale) {
                Some(key) => self.runs.push(cell, &key),
                None => self.values.push((cell, Number::from_parts(mantissa.into(), scale))),
            }
        }
        for (cell, number) in self.values.split_off(self.odd) {
            match key_of_any(&number) {
                Some(key) => self.runs.push(cell, &key),
                None => self.values.push((cell, number)),
            }
        }
        self.odd = self.values.len();
    }

    /// By cell, what is told of its values; `counts` says how many each has.
    pub fn finish(&mut self, counts: &Counts, fraction: Option<&Number>) -> Vec<Option<Value>> {
        let mut answers = vec![None; counts.len()];
        if !self.runs.is_empty() {
            self.put_away();
            self.finish_in_order(counts, fraction, &mut answers);
            return answers;
        }
        let finish = self.finish;
        let told = |count: usize, number: &dyn Fn(usize) -> Number| match finish {
            Finish::AtFraction => Some(Value::Number(at_fraction(count, number, fraction))),
        };
        let scale = self.scale.unwrap_or(0);
        if self.values.is_empty() {
            self.fixed.sort_unstable();
            for run in self.fixed.chunk_by(|a, b| a.0 == b.0) {
                let number = |at: usize| Number::from_parts(run[at].1.into(), scale);
                answers[run[0].0 as usize] = told(run.len(), &number);
            }
            return answers;
        }
        self.values
            .extend(self.fixed.iter().map(|(cell, mantissa)| (*cell, Number::from_parts((*mantissa).into(), scale))));
        sort(&mut self.values);
        for run in self.values.chunk_by(|a, b| a.0 == b.0) {
            let number = |at: usize| run[at].1.clone();
            answers[run[0].0 as usize] = told(run.len(), &number);
        }
        answers
    }

    /// The same, of values that come by one after the other.
    fn finish_in_order(&mut self, counts: &Counts, fraction: Option<&Number>, answers: &mut [Option<Value>]) {
        match self.finish {
            Finish::AtFraction => {
                // Of each cell only the two values between which the answer lies are looked at.
                let (mut now, mut seen, mut below, mut low) = (NONE, 0u64, 0u64, None::<Number>);
                self.in_order(&mut |cell, number| {
                    let count = counts.get(cell as usize);
                    if cell != now {
                        (now, seen, below, low) = (cell, 0, place_below(count, fraction), None);
                    }
                    if seen == below {
                        low = Some(number());
                    }
                    if let (Some(low), true) = (&low, seen == below + 1 || seen == below && below + 1 >= count) {
                        answers[cell as usize] = Some(Value::Number(between(count, low, &number(), fraction)));
                    }
                    seen += 1;
                });
            }
        }
    }

    /// All values of each cell in their order; `take` makes numbers only of those that it looks at.
    fn in_order(&mut self, take: &mut dyn FnMut(u32, &dyn Fn() -> Number)) {
        sort(&mut self.values);
        let mut odd = std::mem::take(&mut self.values).into_iter().peekable();
        self.runs.in_order(&mut |cell, key| {
            if odd.peek().is_some() {
                let number = number_of(key);
                while let Some((cell, odd)) = odd.next_if(|(of, odd)| (*of, odd) < (cell, &number)) {
                    take(cell, &|| odd.clone());
                }
            }
            take(cell, &|| number_of(key));
        });
        odd.for_each(|(cell, number)| take(cell, &|| number.clone()));
    }
}

/// The place, from 0, of the last value not behind the fraction.
fn place_below(count: u64, fraction: Option<&Number>) -> u64 {
    let half = Number::from_parts(5, 1);
    let way = Number::from(count.saturating_sub(1)).mul(fraction.unwrap_or(&half));
    way.floor().to_i64().and_then(|place| u64::try_from(place).ok()).unwrap_or(0).min(count.saturating_sub(1))
}

/// Equal numbers may differ in the mark of what is approximate.
fn sort(values: &mut [(u32, Number)]) {
    values.sort_by(|a, b| a.cmp(b).then(a.1.is_approximate().cmp(&b.1.is_approximate())));
}

/// A number in bytes whose order is that of the numbers: of all in one number of places, the highest byte first.
fn key_of(mantissa: i128, places: u32) -> Option<[u8; 16]> {
    let mantissa = mantissa.checked_mul(10i128.pow(MOST_PLACES.checked_sub(places)?))?;
    Some((mantissa as u128 ^ (1 << 127)).to_be_bytes())
}

/// The same of fractions, wide decimals, and what is approximate, which comes behind what is exact. Behind the bytes of
/// the next decimal below stand the binary digits of the rest, as many as it takes to tell any two apart; then how much
/// over what denominator it is, and whether it is approximate.
fn key_of_any(number: &Number) -> Option<Vec<u8>> {
    let (up, down) = number.parts();
    if down.bits() > 8 * DENOMINATOR as u64 {
        return None;
    }
    let (whole, rest) = (up * BigInt::from(10u64.pow(MOST_PLACES))).div_mod_floor(&down);
    let mut key = key_of(whole.to_i128()?, MOST_PLACES)?.to_vec();
    if rest.is_zero() && !number.is_approximate() {
        return Some(key);
    }
    let mut push = |number: &BigInt, width: usize| {
        let (_, bytes) = number.to_bytes_be();
        key.extend(std::iter::repeat_n(0, width - bytes.len()));
        key.extend(bytes);
    };
    push(&((&rest << (16 * DENOMINATOR)) / &down), 2 * DENOMINATOR);
    push(&rest, DENOMINATOR);
    push(&down, DENOMINATOR);
    key.push(u8::from(number.is_approximate()));
    Some(key)
}

/// Bytes of the largest denominator that has a place in a file.
const DENOMINATOR: usize = 12;

fn number_of(key: &[u8]) -> Number {
    let (whole, rest) = key.split_at(16);
    let all = whole.iter().fold(0u128, |all, byte| all << 8 | u128::from(*byte));
    let whole = Number::from_parts((all ^ (1 << 127)) as i128, MOST_PLACES);
    let Some(parts) = rest.get(2 * DENOMINATOR..) else { return whole };
    let part = |at: usize| BigInt::from_bytes_be(Sign::Plus, &parts[at * DENOMINATOR..(at + 1) * DENOMINATOR]);
    let rest = Number::ratio(part(0), part(1) * BigInt::from(10u64.pow(MOST_PLACES))).unwrap_or(Number::ZERO);
    let number = whole.add(&rest);
    if parts.last() == Some(&1) { number.mark_approximate() } else { number }
}

/// Distinct values or keys: cells and codes in one word, and values without codes.
pub struct Distinct {
    coded: Vec<u64>,
    sorted: usize,
    texts: Option<Arc<Dictionary>>,
    other: Vec<(u32, Value)>,
    /// So many of the others were there when doubles were last looked for; and so many have no place in a file.
    thinned: usize,
    odd: usize,
    room: usize,
    runs: Runs,
}

/// What bytes in a file stand for.
const CODE: u8 = 0;
const TEXT: u8 = 1;
const NUMBER: u8 = 2;
const DAY: u8 = 3;
const FRACTION: u8 = 4;

impl Distinct {
    pub fn new(room: usize) -> Distinct {
        let (coded, other, runs) = (Vec::new(), Vec::new(), Runs::new((room / 2).max(SHORTEST_RUN), true));
        Distinct { coded, sorted: 0, texts: None, other, thinned: 0, odd: 0, room, runs }
    }

    pub fn runs(&mut self) -> &mut Runs {
        &mut self.runs
    }

    /// About how many bytes it takes; texts that others keep as well are not counted.
    pub fn bytes(&self) -> usize {
        let texts = self.texts.as_ref().filter(|texts| Arc::strong_count(texts) == 1);
        let texts = texts.map_or(0, |texts| 64 * texts.len());
        8 * self.coded.len() + ODD_BYTES * self.other.len() + texts + self.runs.in_memory()
    }

    pub fn add_key(&mut self, cell: u32, key: u32) {
        self.coded.push(packed(cell, key));
    }

    /// Takes the value of a row in, which is there. `numbers` are those that texts of the same vector have here.
    pub fn add(&mut self, cell: u32, value: &Vector, at: usize, numbers: &mut Vec<u32>) {
        let Data::Text { codes, texts: dictionary } = &value.data else {
            return self.other.push((cell, value.value(at)));
        };
        if !dictionary.is_distinct() {
            return self.other.push((cell, value.value(at)));
        }
        let code = codes[at];
        if Arc::ptr_eq(self.texts.get_or_insert_with(|| dictionary.clone()), dictionary) {
            return self.coded.push(packed(cell, code));
        }
        // Each block has numbers of its own for a text that is no key.
        if numbers.is_empty() {
            *numbers = vec![NONE; dictionary.len()];
        }
        let number = &mut numbers[code as usize];
        if let (NONE, Some(texts)) = (*number, &mut self.texts) {
            *number = Arc::make_mut(texts).intern(dictionary.get(code));
        }
        self.coded.push(packed(cell, *number));
    }

    pub fn take_in(&mut self, from: &Distinct, each: &mut Targets) {
        let mut numbers: Option<Vec<u32>> = None;
        for some in from.coded.chunks(SOME) {
            if self.texts.is_none() {
                (self.texts, numbers) = (from.texts.clone(), Some(Vec::new()));
            }
            // Numbers of another dictionary mean other texts.
            let numbers = numbers.get_or_insert_with(|| match (&mut self.texts, &from.texts) {
                (Some(mine), Some(theirs)) if !Arc::ptr_eq(mine, theirs) => Arc::make_mut(mine).intern_all(theirs),
                _ => Vec::new(),
            });
            for word in some {
                let code = *word as u32;
                let number = numbers.get(code as usize).copied().unwrap_or(code);
                each((*word >> 32) as u32, &mut |to| self.coded.push(packed(to, number)));
            }
            self.make_room();
        }
        for some in from.other.chunks(SOME) {
            some.iter().for_each(|(cell, value)| each(*cell, &mut |to| self.other.push((to, value.clone()))));
            self.make_room();
        }
        from.runs.each(&mut |cell, bytes| each(cell, &mut |to| self.runs.push(to, bytes)));
    }

    /// Forgets doubles before they fill the memory, and puts into files what there is no room for.
    pub fn make_room(&mut self) {
        if self.coded.len() > 2 * self.sorted + (1 << 16) {
            self.thin_out();
        }
        if self.other.len() > 2 * self.thinned + (1 << 16) {
            let mut known = HashSet::new();
            self.other.retain(|entry| known.insert(entry.clone()));
            (self.thinned, self.odd) = (self.other.len(), 0);
        }
        if self.bytes() > self.room {
            self.thin_out();
            if self.bytes() > self.room / 2 {
                self.put_away();
            }
        }
    }

    fn thin_out(&mut self) {
        self.coded.sort_unstable();
        self.coded.dedup();
        self.sorted = self.coded.len();
    }

    fn put_away(&mut self) {
        let mut bytes = Vec::new();
        let mut put = |runs: &mut Runs, cell: u32, kind: u8, parts: &[&[u8]]| {
            bytes.clear();
            bytes.push(kind);
            parts.iter().for_each(|part| bytes.extend(*part));
            runs.push(cell, &bytes);
        };
        let texts = self.texts.take();
        for word in std::mem::take(&mut self.coded) {
            let (cell, code) = ((word >> 32) as u32, word as u32);
            match &texts {
                Some(texts) => put(&mut self.runs, cell, TEXT, &[texts.get(code).as_bytes()]),
                None => put(&mut self.runs, cell, CODE, &[&code.to_be_bytes()]),
            }
        }
        self.sorted = 0;
        for (cell, value) in self.other.split_off(self.odd) {
            match &value {
                Value::Text(text) => put(&mut self.runs, cell, TEXT, &[text.as_bytes()]),
                Value::Choice(code) => put(&mut self.runs, cell, CODE, &[&code.to_be_bytes()]),
                Value::Day(day) => put(&mut self.runs, cell, DAY, &[&day.0.to_be_bytes()]),
                // Decimals of equal value are written in one way.
                Value::Number(number) if number.as_decimal().is_some() => {
                    let decimal = number.as_decimal().unwrap_or_default();
                    let (mantissa, scale) = (decimal.mantissa().to_be_bytes(), decimal.scale().to_be_bytes());
                    put(&mut self.runs, cell, NUMBER, &[&mantissa, &scale]);
                }
                Value::Number(number) => {
                    let (up, down) = number.parts();
                    let (up, down) = (up.to_signed_bytes_be(), down.to_signed_bytes_be());
                    put(&mut self.runs, cell, FRACTION, &[&(up.len() as u32).to_be_bytes(), &up, &down]);
                }
                Value::Period(_) | Value::Flag(_) | Value::Missing(_) => self.other.push((cell, value)),
            }
        }
        (self.thinned, self.odd) = (self.thinned.min(self.other.len()), self.other.len());
    }

    /// By cell, how many there are.
    pub fn finish(&mut self, cells: usize) -> Vec<Option<Value>> {
        let mut counts = vec![0u64; cells];
        if !self.runs.is_empty() {
            self.odd = 0;
            self.put_away();
            self.runs.in_order(&mut |cell, _| counts[cell as usize] += 1);
        }
        self.thin_out();
        if self.other.is_empty() {
            self.coded.iter().for_each(|word| counts[(*word >> 32) as usize] += 1);
        } else {
            // Some values came as texts, some as codes of texts.
            let text = |word: &u64| {
                let (cell, code) = ((*word >> 32) as u32, *word as u32);
                (cell, self.texts.as_ref().map_or(Value::Choice(code), |texts| Value::Text(texts.shared(code))))
            };
            let all: HashSet<(u32, Value)> = self.coded.iter().map(text).chain(self.other.drain(..)).collect();
            all.iter().for_each(|(cell, _)| counts[*cell as usize] += 1);
        }
        counts.into_iter().map(|count| Some(Value::Number(count.into()))).collect()
    }
}

/// A cell and a code in one word: quick to sort.
fn packed(cell: u32, code: u32) -> u64 {
    u64::from(cell) << 32 | u64::from(code)
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use proptest::prelude::*;

    use super::*;
    use crate::data::measures::store::{Rows, Store};
    use crate::language::{Keeps, Whole};
    use crate::time::Day;

    const CELLS: u32 = 4;

    /// Rows of one block: the cell and the value of each.
    type Block = (Vec<u32>, Data<'static>);

    fn block(values: impl Strategy<Value = Data<'static>>) -> impl Strategy<Value = Block> {
        (prop::collection::vec(0..CELLS, 30), values)
    }

    fn fixed() -> impl Strategy<Value = Data<'static>> {
        (0..4u32, prop::collection::vec(prop_oneof![-40..40i64, Just(i64::MAX), Just(-i64::MAX)], 30))
            .prop_map(|(scale, values)| Data::Fixed { scale, values: Cow::Owned(values) })
    }

    /// Decimals that are wide, fractions, and what is only nearly exact.
    fn numbers() -> impl Strategy<Value = Data<'static>> {
        let number = (-20..20i64, 0..7u8).prop_map(|(number, kind)| match kind {
            0 => Number::ratio(number, 3).unwrap_or(Number::ZERO),
            // So near to one another that many digits are needed to tell them apart.
            4 => Number::ratio(i128::MAX / 9 + i128::from(number), i128::MAX / 3 - 1).unwrap_or(Number::ZERO),
            5 => Number::ratio(number, u64::MAX >> 1).unwrap_or(Number::ZERO),
            6 => Number::ratio(number * number - 400, (number.unsigned_abs() << 8 | 1) * 7).unwrap_or(Number::ZERO),
            1 => Number::from_parts(number.into(), 25),
            2 => Number::from_parts(number.unsigned_abs().into(), 0).sqrt().unwrap_or(Number::ZERO),
            _ => Number::from_parts(number.into(), 1),
        });
        prop::collection::vec(number.prop_map(Value::Number), 30).prop_map(Data::Any)
    }

    fn texts() -> impl Strategy<Value = Data<'static>> {
        prop::collection::vec("[ab]{0,2}", 30).prop_map(|all| {
            let mut texts = Dictionary::default();
            let codes: Vec<u32> = all.iter().map(|text| texts.intern(text)).collect();
            Data::Text { codes: Cow::Owned(codes), texts: Arc::new(texts) }
        })
    }

    fn others() -> impl Strategy<Value = Data<'static>> {
        let value = prop_oneof![
            (-3..3i32).prop_map(|day| Value::Day(Day(day))),
            (0..3u32).prop_map(Value::Choice),
            any::<bool>().prop_map(Value::Flag),
            "[ab]{0,2}".prop_map(|text| Value::text(&text)),
        ];
        prop::collection::vec(value, 30).prop_map(Data::Any)
    }

    /// The answers of groups that lie over cells, from the rows of two threads.
    fn answers(keeps: Whole, blocks: &[Block], room: usize, fraction: Option<&Number>) -> String {
        let mut threads = [0, 1].map(|_| Store::within(Keeps::Whole(keeps), CELLS as usize, room));
        for (at, (cells, data)) in blocks.iter().enumerate() {
            let value = Vector { data: data.clone(), missing: None };
            let (row, day) = (|_: usize| 0, |_: usize| 0);
            threads[at % 2].add(&Rows { cells, value: Some(&value), row: &row, day: &day, keys: None });
        }
        let [mut all, other] = threads;
        all.join(other);
        let mut groups = Store::within(Keeps::Whole(keeps), 3, room);
        groups.take_in(&all, &|cell, into| into.extend([cell % 2, 2]));
        let failures = [all.failure(), groups.failure()];
        let shown = format!("{:?}", groups.finish(fraction, &|_| String::new()));
        assert!(failures.iter().flatten().all(|failure| failure.get().is_none()));
        shown
    }

    proptest! {
        /// However little room there is, the answers are the same.
        #[test]
        fn medians_from_files(
            blocks in prop::collection::vec(block(prop_oneof![fixed(), fixed(), numbers()]), 0..6),
            tenths in prop::option::of(0..=10i64),
        ) {
            let fraction = tenths.map(|tenths| Number::from_parts(tenths.into(), 1));
            let of = |room| answers(Whole::List(Finish::AtFraction), &blocks, room, fraction.as_ref());
            prop_assert_eq!(of(usize::MAX), of(0));
        }

        #[test]
        fn distinct_counts_from_files(
            blocks in prop::collection::vec(block(prop_oneof![texts(), fixed(), numbers(), others()]), 0..6),
        ) {
            let of = |room| answers(Whole::Different, &blocks, room, None);
            prop_assert_eq!(of(usize::MAX), of(0));
        }
    }
}

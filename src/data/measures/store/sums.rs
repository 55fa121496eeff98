//! Sums by cell, exactly: decimals in fixed point, fractions by denominator, of which there are mostly few.

use hashbrown::HashMap;
use num_bigint::BigInt;
use num_traits::{One, Zero};

use super::Targets;
use crate::data::cells::content::MOST_PLACES;
use crate::number::fraction::gcd;
use crate::number::{Excess, MAX_BITS, Number};
use crate::value::{Missing, Value};

/// So many denominators of a cell stand side by side before they are brought to a common one.
const FEW: usize = 16;

/// The sums of many cells.
pub struct Sums {
    /// What decimals of few places hold, and these places.
    scale: u32,
    fixed: Fixed,
    /// What does not fit there.
    rest: HashMap<u32, Rest>,
    rest_bytes: usize,
}

/// Sums in fixed point: narrow as long as all of them are, since there may be as many as people.
enum Fixed {
    Narrow(Vec<i64>),
    Wide(Vec<i128>),
}

impl Fixed {
    fn len(&self) -> usize {
        match self {
            Fixed::Narrow(sums) => sums.len(),
            Fixed::Wide(sums) => sums.len(),
        }
    }

    fn get(&self, cell: usize) -> i128 {
        match self {
            Fixed::Narrow(sums) => sums[cell].into(),
            Fixed::Wide(sums) => sums[cell],
        }
    }

    fn set(&mut self, cell: usize, sum: i128) {
        match (&mut *self, i64::try_from(sum)) {
            (Fixed::Narrow(sums), Ok(sum)) => sums[cell] = sum,
            (Fixed::Narrow(_), Err(_)) => self.widen()[cell] = sum,
            (Fixed::Wide(sums), _) => sums[cell] = sum,
        }
    }

    #[cold]
    fn widen(&mut self) -> &mut Vec<i128> {
        if let Fixed::Narrow(sums) = self {
            *self = Fixed::Wide(sums.iter().map(|sum| i128::from(*sum)).collect());
        }
        match self {
            Fixed::Wide(sums) => sums,
            Fixed::Narrow(_) => unreachable!("they have just been widened"),
        }
    }
}

/// What of a cell's values does not fit into fixed point.
#[derive(Clone, Default)]
struct Rest {
    /// Decimals that are wide, and those that are approximate.
    decimals: Option<Number>,
    /// By denominator the sum of the numerators.
    few: Vec<(u64, i128)>,
    many: Option<Box<Many>>,
    approximate: bool,
}

/// Fractions over one denominator. It is never reduced, so that it does not depend on the order of the rows whether
/// it is too long.
#[derive(Clone)]
enum Many {
    Over { up: BigInt, down: BigInt },
    TooLong,
}

impl Sums {
    pub fn new(cells: usize) -> Sums {
        Sums { scale: 0, fixed: Fixed::Narrow(vec![0; cells]), rest: HashMap::new(), rest_bytes: 0 }
    }

    /// About how many bytes fractions and wide numbers take.
    pub fn bytes(&self) -> usize {
        self.rest_bytes
    }

    /// Brings what is in fixed point to a scale that holds `places` too; gives the factor for mantissas with that many
    /// places.
    pub(super) fn factor(&mut self, places: u32) -> i128 {
        if places > self.scale {
            let by = 10i128.pow(places - self.scale);
            let scale = std::mem::replace(&mut self.scale, places);
            for cell in 0..self.fixed.len() {
                match self.fixed.get(cell) {
                    0 => {}
                    sum => match sum.checked_mul(by) {
                        Some(raised) => self.fixed.set(cell, raised),
                        None => {
                            self.fixed.set(cell, 0);
                            self.add_wide(cell as u32, &Number::from_parts(sum, scale));
                        }
                    },
                }
            }
        }
        10i128.pow(self.scale - places)
    }

    /// Adds to a cell a mantissa with the factor of its places; whether there was room.
    #[inline]
    pub(super) fn add_mantissa(&mut self, cell: usize, mantissa: i64, by: i128) -> bool {
        if let (1, Fixed::Narrow(sums)) = (by, &mut self.fixed)
            && let Some(sum) = sums[cell].checked_add(mantissa)
        {
            sums[cell] = sum;
            return true;
        }
        // 63 bits, at most 18 digits more, and 2³² rows: the sum itself may leave 127 bits.
        self.add_fixed(cell, i128::from(mantissa) * by)
    }

    /// Adds to a cell what is in fixed point already; whether there was room.
    #[inline]
    pub(super) fn add_fixed(&mut self, cell: usize, more: i128) -> bool {
        if let (Fixed::Narrow(sums), Ok(more)) = (&mut self.fixed, i64::try_from(more))
            && let Some(sum) = sums[cell].checked_add(more)
        {
            sums[cell] = sum;
            return true;
        }
        match self.fixed.get(cell).checked_add(more) {
            Some(sum) => self.fixed.set(cell, sum),
            None => return false,
        }
        true
    }

    /// Adds a value that is there; of flags those that are `yes` count as 1.
    pub fn add_value(&mut self, cell: u32, value: &Value) {
        match value {
            Value::Number(number) => self.add(cell, number),
            Value::Flag(flag) => self.add(cell, &Number::from(u32::from(*flag))),
            Value::Text(_) | Value::Day(_) | Value::Period(_) | Value::Choice(_) | Value::Missing(_) => {}
        }
    }

    fn add(&mut self, cell: u32, number: &Number) {
        let narrow = number.as_decimal().filter(|decimal| decimal.scale() <= MOST_PLACES && !number.is_approximate());
        let more = narrow.and_then(|decimal| decimal.mantissa().checked_mul(self.factor(decimal.scale())));
        if !more.is_some_and(|more| self.add_fixed(cell as usize, more)) {
            self.add_wide(cell, number);
        }
    }

    #[cold]
    pub(super) fn add_wide(&mut self, cell: u32, number: &Number) {
        self.change(cell, |rest| rest.add(number));
    }

    fn change(&mut self, cell: u32, with: impl FnOnce(&mut Rest)) {
        let rest = self.rest.entry(cell).or_default();
        let before = rest.bytes();
        with(rest);
        self.rest_bytes = (self.rest_bytes + rest.bytes()).saturating_sub(before);
    }

    /// Adds those of the other's cells that have rows; `each` says where they count.
    pub fn take_in(&mut self, from: &Sums, has_rows: &dyn Fn(&usize) -> bool, each: &mut Targets) {
        let by = self.factor(from.scale);
        for cell in (0..from.fixed.len()).filter(has_rows) {
            each(cell as u32, &mut |to| {
                let sum = from.fixed.get(cell);
                if !sum.checked_mul(by).is_some_and(|more| self.add_fixed(to as usize, more)) {
                    self.add_wide(to, &Number::from_parts(sum, from.scale));
                }
            });
        }
        for (cell, rest) in &from.rest {
            each(*cell, &mut |to| self.change(to, |mine| mine.take_in(rest)));
        }
    }

    /// The sum of a cell; too large where its fractions have no denominator that can be held.
    pub fn total(&self, cell: usize) -> Value {
        let sum = Number::from_parts(self.fixed.get(cell), self.scale);
        match self.rest.get(&(cell as u32)).map(|rest| rest.clone().total()) {
            None => Value::Number(sum),
            Some(Ok(rest)) => Value::Number(sum.add(&rest)),
            Some(Err(excess)) => Value::Missing(Missing::TooLarge(excess)),
        }
    }
}

impl Rest {
    fn bytes(&self) -> usize {
        let many = match self.many.as_deref() {
            Some(Many::Over { up, down }) => ((up.bits() + down.bits()) / 8) as usize,
            Some(Many::TooLong) | None => 0,
        };
        size_of::<Rest>() + self.few.capacity() * size_of::<(u64, i128)>() + many
    }

    fn add(&mut self, number: &Number) {
        if number.as_decimal().is_some() {
            self.decimals = Some(self.decimals.as_ref().map_or_else(|| number.clone(), |sum| sum.add(number)));
            return;
        }
        self.approximate |= number.is_approximate();
        match number.small_fraction() {
            Some((up, down)) => self.add_small(down, up.into()),
            None => {
                let (up, down) = number.parts();
                self.put(up, down);
            }
        }
    }

    fn add_small(&mut self, down: u64, up: i128) {
        if let Some((_, sum)) = self.few.iter_mut().find(|(known, _)| *known == down) {
            match sum.checked_add(up) {
                Some(more) => *sum = more,
                None => self.put(up.into(), down.into()),
            }
            return;
        }
        if self.few.len() == FEW {
            self.fold();
        }
        self.few.push((down, up));
    }

    /// Brings the few denominators to a common one.
    fn fold(&mut self) {
        for (down, up) in std::mem::take(&mut self.few) {
            self.put(up.into(), down.into());
        }
    }

    fn put(&mut self, more: BigInt, of: BigInt) {
        let many = self.many.get_or_insert_with(|| Box::new(Many::Over { up: BigInt::zero(), down: BigInt::one() }));
        let Many::Over { up, down } = &mut **many else { return };
        let rest = &*down % &of;
        let missing = if rest.is_zero() { BigInt::one() } else { &of / gcd(&rest, &of) };
        if !missing.is_one() {
            *down *= &missing;
            *up *= &missing;
        }
        if down.bits() > MAX_BITS {
            **many = Many::TooLong;
            return;
        }
        *up += more * (&*down / of);
    }

    fn take_in(&mut self, from: &Rest) {
        if let Some(number) = &from.decimals {
            self.add(number);
        }
        self.approximate |= from.approximate;
        from.few.iter().for_each(|(down, up)| self.add_small(*down, *up));
        match from.many.as_deref() {
            Some(Many::Over { up, down }) => self.put(up.clone(), down.clone()),
            Some(Many::TooLong) => self.many = Some(Box::new(Many::TooLong)),
            None => {}
        }
    }

    fn total(mut self) -> Result<Number, Excess> {
        if self.few.len() > 1 || self.many.is_some() {
            self.fold();
        }
        let fractions = match (self.few.first(), self.many.as_deref()) {
            (Some((down, up)), _) => Number::ratio(*up, *down),
            (None, Some(Many::Over { up, down })) => Number::ratio(up.clone(), down.clone()),
            (None, Some(Many::TooLong)) => return Err(Excess::Digits),
            (None, None) => None,
        };
        let sum = fractions.unwrap_or(Number::ZERO).add(&self.decimals.unwrap_or(Number::ZERO));
        Ok(if self.approximate { sum.mark_approximate() } else { sum })
    }
}

#[cfg(test)]
mod tests {
    use num_rational::BigRational;
    use proptest::prelude::*;

    use super::*;

    const CELLS: u32 = 3;

    /// Fractions of few and of many denominators, decimals of few and of many places.
    fn number() -> impl Strategy<Value = (BigInt, BigInt)> {
        let few = (-50..50i64, prop_oneof![Just(3), Just(7), Just(9), Just(10)]);
        let many = (any::<i32>().prop_map(i64::from), 1..2_000i64);
        let wide = (any::<i64>(), prop_oneof![1..i64::MAX, Just(10i64.pow(18)), Just(i64::MAX)]);
        prop_oneof![few, many, wide].prop_map(|(up, down)| (up.into(), down.into())).prop_flat_map(
            |(up, down): (BigInt, BigInt)| {
                prop_oneof![
                    4 => Just((up.clone(), down.clone())),
                    1 => Just((&up * &up + 1u32, &down * BigInt::from(10u64.pow(10)))),
                    1 => Just((&up * &up * &up, &down * &down * &down)),
                ]
            },
        )
    }

    /// The sums that two threads have found, put together and then over cells, as windows and teams are.
    fn totals(rows: &[(u32, Number)], apart: impl Fn(usize) -> bool) -> Vec<Value> {
        let (mut one, mut other) = (Sums::new(CELLS as usize), Sums::new(CELLS as usize));
        for (at, (cell, number)) in rows.iter().enumerate() {
            if apart(at) { &mut one } else { &mut other }.add(*cell, number);
        }
        let with_rows = |_: &usize| true;
        one.take_in(&other, &with_rows, &mut |cell, with| with(cell));
        let mut all = Sums::new(CELLS as usize + 1);
        all.take_in(&one, &with_rows, &mut |cell, with| [cell, CELLS].into_iter().for_each(with));
        (0..=CELLS as usize).map(|cell| all.total(cell)).collect()
    }

    proptest! {
        #[test]
        fn sums_are_those_of_fractions(rows in prop::collection::vec((0..CELLS, number()), 0..80)) {
            let numbers: Vec<(u32, Number)> = rows
                .iter()
                .map(|(cell, (up, down))| (*cell, Number::ratio(up.clone(), down.clone()).unwrap()))
                .collect();
            let sum = |cell: u32| {
                let of_cell = rows.iter().filter(|(of, _)| cell == CELLS || *of == cell);
                let sum: BigRational = of_cell.map(|(_, (up, down))| BigRational::new(up.clone(), down.clone())).sum();
                Value::Number(Number::ratio(sum.numer().clone(), sum.denom().clone()).unwrap())
            };
            let expected: Vec<Value> = (0..=CELLS).map(sum).collect();
            prop_assert_eq!(totals(&numbers, |at| at % 3 == 0), expected);
        }
    }

    #[test]
    fn too_many_denominators_are_told_whatever_the_order() {
        let is_prime = |number: &u64| (2..).take_while(|by| by * by <= *number).all(|by| !number.is_multiple_of(by));
        // Their product has the bits that are allowed, and not one more prime.
        let (mut bits, mut primes) = (0.0, Vec::new());
        for prime in (2..).filter(is_prime) {
            bits += (prime as f64).log2();
            primes.push((0, Number::ratio(1, prime).unwrap()));
            if bits > MAX_BITS as f64 {
                break;
            }
        }
        let too_long = Value::Missing(Missing::TooLarge(Excess::Digits));
        assert_eq!(totals(&primes, |at| at % 2 == 0)[0], too_long);
        primes.reverse();
        assert_eq!(totals(&primes, |at| at % 3 == 0)[0], too_long);
        // What is taken away again had to be held on the way.
        primes.push((0, Number::ratio(-1, 2).unwrap()));
        assert_eq!(totals(&primes, |_| true)[0], too_long);
        let sum = totals(&primes[2..], |at| at < 50)[0].clone();
        primes[2..].reverse();
        assert!(sum.excess().is_none() && sum == totals(&primes[2..], |at| at % 2 == 0)[0]);
    }
}

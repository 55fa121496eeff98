//! Means over people, exact.

use crate::number::{Number, Rounding};

/// Fractions over larger denominators are not added up as they are.
const BITS: u64 = 1 << 15;
/// Places to which they are rounded then.
const PLACES: u32 = 15;

/// The sum. Numbers whose fractions have no common denominator of a size that can be held are rounded to 15 places first.
pub fn sum<'n>(numbers: impl Iterator<Item = &'n Number> + Clone) -> Number {
    let mut sum = Number::ZERO;
    for (at, number) in numbers.clone().enumerate() {
        sum = sum.add(number);
        if at % 64 == 63 && sum.parts().1.bits() > BITS {
            let rounded = numbers.map(|number| number.round_places(PLACES, Rounding::HalfUp));
            return rounded.fold(Number::ZERO, |sum, number| sum.add(&number));
        }
    }
    sum
}

/// `None` of nothing.
pub fn mean<'n>(numbers: impl Iterator<Item = &'n Number> + Clone) -> Option<Number> {
    let count = numbers.clone().count();
    sum(numbers).div(&Number::from(count as i64))
}

//! Arithmetic of long fractions. In lowest terms as those of the library, but quick where one of two is short: a long
//! number and a short one have their greatest common divisor with the remainder of the long one.

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use super::Number;

/// Bits that a division saves before subtracting and halving does better.
const FAR: u64 = 64;

impl Number {
    /// Reads a number as documents have it: `1.25`, `1/3`.
    pub fn of_document(text: &str) -> Option<Number> {
        match text.split_once('/') {
            Some((up, down)) => Number::ratio(up.parse::<BigInt>().ok()?, down.parse::<BigInt>().ok()?),
            None => text.parse().ok().or_else(|| Number::ratio(text.parse::<BigInt>().ok()?, 1)),
        }
    }
}

pub fn gcd(one: &BigInt, other: &BigInt) -> BigInt {
    let (long, short) = if one.bits() >= other.bits() { (one, other) } else { (other, one) };
    if short.is_zero() {
        return long.abs();
    }
    if long.bits() - short.bits() < FAR { long.gcd(short) } else { short.gcd(&(long % short)) }
}

fn without(number: &BigInt, factor: &BigInt) -> BigInt {
    if factor.is_one() { number.clone() } else { number / factor }
}

/// In lowest terms; the denominator is not 0.
pub(super) fn reduced(up: BigInt, down: BigInt) -> BigRational {
    let common = gcd(&up, &down);
    let (up, down) = (without(&up, &common), without(&down, &common));
    if down.is_negative() { BigRational::new_raw(-up, -down) } else { BigRational::new_raw(up, down) }
}

pub(super) fn add(one: &BigRational, other: &BigRational) -> BigRational {
    let (a, b, c, d) = (one.numer(), one.denom(), other.numer(), other.denom());
    let common = gcd(b, d);
    let (b, d) = (without(b, &common), without(d, &common));
    let up = a * &d + c * &b;
    // What the sum can be shortened by, is in both denominators.
    let shorter = gcd(&up, &common);
    BigRational::new_raw(without(&up, &shorter), b * d * without(&common, &shorter))
}

pub(super) fn multiply(one: &BigRational, other: &BigRational) -> BigRational {
    let (a, b, c, d) = (one.numer(), one.denom(), other.numer(), other.denom());
    let (left, right) = (gcd(a, d), gcd(c, b));
    BigRational::new_raw(without(a, &left) * without(c, &right), without(b, &right) * without(d, &left))
}

/// By what is not 0.
pub(super) fn divide(one: &BigRational, other: &BigRational) -> BigRational {
    multiply(one, &other.recip())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_documents_are_read_as_they_were() {
        let long = Number::ratio(BigInt::from(10).pow(40), 1).unwrap();
        for number in [Number::ZERO, Number::from(-7), "1.25".parse().unwrap(), Number::ratio(-1, 3).unwrap(), long] {
            let text = serde_json::to_value(&number).unwrap();
            assert_eq!(Number::of_document(text.as_str().unwrap()), Some(number));
        }
        assert!(["", "x", "1/0", "1/x", "≈1"].iter().all(|text| Number::of_document(text).is_none()));
    }
}

//! Arithmetic of long fractions. In lowest terms as those of the library, but quick where one of two is short: a long
//! number and a short one have their greatest common divisor with the remainder of the long one.

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

/// Bits that a division saves before subtracting and halving does better.
const FAR: u64 = 64;

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

//! Exact numbers.
//!
//! A [`Number`] is a decimal wherever a decimal holds it and a fraction otherwise, so `1 / 3 * 3` is 1. The form
//! is canonical: equal numbers have equal forms. `sqrt`, `ln`, `exp` and powers with a fractional exponent are
//! the only approximate operations (28 significant digits); what they touch is marked.

mod approximate;
pub mod chance;
mod digits;
mod excess;
pub mod fraction;
mod rounding;

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Pow, Signed, ToPrimitive, Zero};
use rust_decimal::Decimal;

use self::approximate::approximate;
pub use self::digits::in_groups;
pub use self::excess::{Excess, Words};
pub use self::rounding::Rounding;

#[derive(Clone)]
pub struct Number {
    value: Value,
    approximate: bool,
}

#[derive(Clone)]
enum Value {
    /// Without trailing zeros.
    Decimal(Decimal),
    /// Never a value that a [`Decimal`] holds.
    Fraction(Box<BigRational>),
}

/// Decimals hold at most 28 places and a 96-bit coefficient.
const MAX_PLACES: u32 = Decimal::MAX_SCALE;
/// Significant digits of approximate results, and of fractions as they are shown.
const DIGITS: u32 = 28;
/// A fraction whose denominator is wider than this is too large to go on with.
pub const MAX_BITS: u64 = 1 << 16;

impl Number {
    pub const ZERO: Number = Number { value: Value::Decimal(Decimal::ZERO), approximate: false };
    pub const ONE: Number = Number { value: Value::Decimal(Decimal::ONE), approximate: false };

    fn decimal(value: Decimal) -> Number {
        Number { value: Value::Decimal(value.normalize()), approximate: false }
    }

    fn fraction(ratio: BigRational) -> Number {
        match decimal_of(&ratio) {
            Some(decimal) => Number::decimal(decimal),
            None => Number { value: Value::Fraction(Box::new(ratio)), approximate: false },
        }
    }

    /// A coefficient and the places behind the point; exact whatever its size.
    pub fn from_parts(coefficient: i128, places: u32) -> Number {
        let (short, fewer) = without_zeros(coefficient, places);
        match Decimal::try_from_i128_with_scale(short, fewer) {
            Ok(decimal) => Number { value: Value::Decimal(decimal), approximate: false },
            Err(_) => Number::fraction(BigRational::new(coefficient.into(), ten_to(places))),
        }
    }

    /// `numerator / denominator`; `None` when the denominator is 0.
    pub fn ratio(numerator: impl Into<BigInt>, denominator: impl Into<BigInt>) -> Option<Number> {
        let denominator = denominator.into();
        (!denominator.is_zero()).then(|| Number::fraction(fraction::reduced(numerator.into(), denominator)))
    }

    /// Numerator and denominator (above 0, lowest terms or not) where both are small enough that sums of products of
    /// two such pairs stay within 128 bits.
    fn small(&self) -> Option<(i128, i128)> {
        let (up, down) = match &self.value {
            Value::Decimal(decimal) => (decimal.mantissa(), 10i128.checked_pow(decimal.scale())?),
            Value::Fraction(ratio) => (ratio.numer().to_i128()?, ratio.denom().to_i128()?),
        };
        (up.unsigned_abs() < 1 << 62 && down < 1 << 62).then_some((up, down))
    }

    /// `up / down` (not 0) without a detour through large integers where a decimal holds it.
    fn small_ratio(up: i128, down: i128) -> Number {
        let common = common_divisor(up.unsigned_abs(), down.unsigned_abs()) as i128 * down.signum();
        let (up, down) = if common == 1 { (up, down) } else { (up / common, down / common) };
        let twos = down.trailing_zeros();
        let (rest, fives) = without_fives(down.unsigned_abs() >> twos);
        let places = twos.max(fives);
        if rest == 1 && places <= MAX_PLACES {
            let factor = 10i128.checked_pow(places).map(|power| power / down);
            let coefficient = factor.and_then(|factor| up.checked_mul(factor));
            // In lowest terms there are no zeros at its end.
            if let Some(decimal) = coefficient.and_then(|c| Decimal::try_from_i128_with_scale(c, places).ok()) {
                return Number { value: Value::Decimal(decimal), approximate: false };
            }
            return Number::fraction(BigRational::new_raw(up.into(), down.into()));
        }
        let ratio = BigRational::new_raw(up.into(), down.into());
        Number { value: Value::Fraction(Box::new(ratio)), approximate: false }
    }

    fn rational(&self) -> BigRational {
        match &self.value {
            Value::Decimal(decimal) => BigRational::new(decimal.mantissa().into(), ten_to(decimal.scale())),
            Value::Fraction(ratio) => (**ratio).clone(),
        }
    }

    /// The decimal, where one holds the number.
    pub fn as_decimal(&self) -> Option<Decimal> {
        match &self.value {
            Value::Decimal(decimal) => Some(*decimal),
            Value::Fraction(_) => None,
        }
    }

    /// Numerator and denominator in lowest terms.
    pub fn parts(&self) -> (BigInt, BigInt) {
        self.rational().into()
    }

    /// Whether `sqrt`, `ln`, `exp` or a fractional power had a part in it.
    pub fn is_approximate(&self) -> bool {
        self.approximate
    }

    pub fn mark_approximate(mut self) -> Number {
        self.approximate = true;
        self
    }

    fn marked_like(mut self, one: &Number, other: &Number) -> Number {
        self.approximate |= one.approximate || other.approximate;
        self
    }

    /// Numerator and denominator of a fraction that no decimal holds, where both are small.
    pub fn small_fraction(&self) -> Option<(i64, u64)> {
        match &self.value {
            Value::Decimal(_) => None,
            Value::Fraction(ratio) => ratio.numer().to_i64().zip(ratio.denom().to_u64()),
        }
    }

    pub fn is_zero(&self) -> bool {
        matches!(&self.value, Value::Decimal(decimal) if decimal.is_zero())
    }

    pub fn is_negative(&self) -> bool {
        match &self.value {
            Value::Decimal(decimal) => decimal.is_sign_negative() && !decimal.is_zero(),
            Value::Fraction(ratio) => ratio.is_negative(),
        }
    }

    pub fn is_positive(&self) -> bool {
        !self.is_zero() && !self.is_negative()
    }

    pub fn is_integer(&self) -> bool {
        matches!(&self.value, Value::Decimal(decimal) if decimal.scale() == 0)
            || matches!(&self.value, Value::Fraction(ratio) if ratio.is_integer())
    }

    /// The number as a machine integer, where it is one.
    pub fn to_i64(&self) -> Option<i64> {
        let decimal = self.as_decimal().filter(|decimal| decimal.scale() == 0)?;
        i64::try_from(decimal.mantissa()).ok()
    }

    #[must_use]
    pub fn add(&self, other: &Number) -> Number {
        let quick = match (&self.value, &other.value) {
            (Value::Decimal(a), Value::Decimal(b)) => {
                let scale = a.scale().max(b.scale());
                aligned(a, scale).zip(aligned(b, scale)).and_then(|(a, b)| a.checked_add(b)).map(|sum| (sum, scale))
            }
            _ => None,
        };
        let sum = match quick {
            Some((sum, scale)) => Number::from_parts(sum, scale),
            None => match self.small().zip(other.small()) {
                Some(((a, b), (c, d))) => Number::small_ratio(a * d + c * b, b * d),
                None => Number::fraction(fraction::add(&self.rational(), &other.rational())),
            },
        };
        sum.marked_like(self, other)
    }

    #[must_use]
    pub fn sub(&self, other: &Number) -> Number {
        self.add(&other.neg())
    }

    #[must_use]
    pub fn mul(&self, other: &Number) -> Number {
        let quick = match (&self.value, &other.value) {
            (Value::Decimal(a), Value::Decimal(b)) => {
                let scale = a.scale() + b.scale();
                a.mantissa().checked_mul(b.mantissa()).filter(|_| scale <= 38).map(|product| (product, scale))
            }
            _ => None,
        };
        let product = match quick {
            Some((product, scale)) => Number::from_reduced(product, scale),
            None => match self.small().zip(other.small()) {
                Some(((a, b), (c, d))) => Number::small_ratio(a * c, b * d),
                None => Number::fraction(fraction::multiply(&self.rational(), &other.rational())),
            },
        };
        product.marked_like(self, other)
    }

    /// Like [`Number::from_parts`], for scales beyond what a decimal holds as long as trailing zeros hide them.
    fn from_reduced(mut coefficient: i128, mut places: u32) -> Number {
        while places > MAX_PLACES && coefficient % 10 == 0 {
            coefficient /= 10;
            places -= 1;
        }
        if places <= MAX_PLACES {
            return Number::from_parts(coefficient, places);
        }
        Number::fraction(BigRational::new(coefficient.into(), ten_to(places)))
    }

    /// `None` when `other` is 0.
    #[must_use]
    pub fn div(&self, other: &Number) -> Option<Number> {
        if other.is_zero() {
            return None;
        }
        let quotient = match self.small().zip(other.small()) {
            Some(((a, b), (c, d))) => Number::small_ratio(a * d, b * c),
            None => Number::fraction(fraction::divide(&self.rational(), &other.rational())),
        };
        Some(quotient.marked_like(self, other))
    }

    #[must_use]
    pub fn neg(&self) -> Number {
        let value = match &self.value {
            Value::Decimal(decimal) if decimal.is_zero() => Value::Decimal(Decimal::ZERO),
            Value::Decimal(decimal) => Value::Decimal(-*decimal),
            Value::Fraction(ratio) => Value::Fraction(Box::new(-(**ratio).clone())),
        };
        Number { value, approximate: self.approximate }
    }

    #[must_use]
    pub fn abs(&self) -> Number {
        if self.is_negative() { self.neg() } else { self.clone() }
    }
}

/// The largest common divisor, without a branch for which of the two is larger: that cannot be guessed ahead.
fn short_divisor(one: u64, other: u64) -> u64 {
    if one == 0 || other == 0 {
        return one | other;
    }
    let twos = (one | other).trailing_zeros();
    let (mut one, mut other) = (one >> one.trailing_zeros(), other >> other.trailing_zeros());
    while one != other {
        let (low, apart) = (one.min(other), one.abs_diff(other));
        (one, other) = (low, apart >> apart.trailing_zeros());
    }
    one << twos
}

/// The greatest common divisor of two numbers, one of which is not 0; in short integers as soon as these hold both.
fn common_divisor(mut one: u128, mut other: u128) -> u128 {
    while other != 0 {
        match (u64::try_from(one), u64::try_from(other)) {
            (Ok(one), Ok(other)) => return short_divisor(one, other).into(),
            _ => (one, other) = (other, one % other),
        }
    }
    one
}

/// A number without its factors of five, and how many these were.
fn without_fives(number: u128) -> (u128, u32) {
    let (mut rest, mut fives) = (number, 0);
    if let Ok(mut short) = u64::try_from(number) {
        while short != 0 && short % 5 == 0 {
            short /= 5;
            fives += 1;
        }
        return (short.into(), fives);
    }
    while rest % 5 == 0 {
        rest /= 5;
        fives += 1;
    }
    (rest, fives)
}

/// The same decimal without zeros at its end.
fn without_zeros(coefficient: i128, places: u32) -> (i128, u32) {
    if coefficient == 0 {
        return (0, 0);
    }
    let (mut rest, mut left) = (coefficient, places);
    if let Ok(mut short) = i64::try_from(coefficient) {
        while left > 0 && short % 10 == 0 {
            short /= 10;
            left -= 1;
        }
        return (short.into(), left);
    }
    while left > 0 && rest % 10 == 0 {
        rest /= 10;
        left -= 1;
    }
    (rest, left)
}

fn ten_to(places: u32) -> BigInt {
    Pow::pow(BigInt::from(10), places)
}

/// The decimal's coefficient at a larger scale.
fn aligned(decimal: &Decimal, scale: u32) -> Option<i128> {
    10i128.checked_pow(scale - decimal.scale()).and_then(|factor| decimal.mantissa().checked_mul(factor))
}

/// The decimal that holds a fraction exactly, if one does.
fn decimal_of(ratio: &BigRational) -> Option<Decimal> {
    let mut rest = ratio.denom().clone();
    let mut places = [0u32; 2];
    for (count, factor) in places.iter_mut().zip([2, 5]) {
        let factor = BigInt::from(factor);
        loop {
            let (quotient, remainder) = rest.div_rem(&factor);
            if !remainder.is_zero() {
                break;
            }
            rest = quotient;
            *count += 1;
            if *count > MAX_PLACES {
                return None;
            }
        }
    }
    if !rest.is_one() {
        return None;
    }
    let places = places[0].max(places[1]);
    let coefficient = ratio.numer() * (ten_to(places) / ratio.denom());
    Decimal::try_from_i128_with_scale(coefficient.to_i128()?, places).ok()
}

impl From<Decimal> for Number {
    fn from(value: Decimal) -> Self {
        Number::decimal(value)
    }
}
impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Number::decimal(value.into())
    }
}
impl From<u64> for Number {
    fn from(value: u64) -> Self {
        Number::decimal(value.into())
    }
}
impl From<i32> for Number {
    fn from(value: i32) -> Self {
        Number::decimal(value.into())
    }
}
impl From<u32> for Number {
    fn from(value: u32) -> Self {
        Number::decimal(value.into())
    }
}

impl FromStr for Number {
    type Err = rust_decimal::Error;

    /// A plain decimal; refused where digits would be lost.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Decimal::from_str_exact(text).map(Number::decimal)
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        match (&self.value, &other.value) {
            (Value::Decimal(a), Value::Decimal(b)) => a == b,
            (Value::Fraction(a), Value::Fraction(b)) => a == b,
            _ => false,
        }
    }
}
impl Eq for Number {}

impl Hash for Number {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match &self.value {
            Value::Decimal(decimal) => decimal.hash(state),
            Value::Fraction(ratio) => ratio.hash(state),
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.value, &other.value) {
            (Value::Decimal(a), Value::Decimal(b)) => a.cmp(b),
            _ => match self.small().zip(other.small()) {
                Some(((a, b), (c, d))) => (a * d).cmp(&(c * b)),
                None => self.rational().cmp(&other.rational()),
            },
        }
    }
}

/// A decimal in full; a fraction rounded to 28 significant digits with `…`. Approximate numbers carry `≈`.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.approximate {
            f.write_str("≈")?;
        }
        match &self.value {
            Value::Decimal(decimal) => write!(f, "{decimal}"),
            Value::Fraction(ratio) => {
                let shown = self.cut().unwrap_or_else(|| approximate((**ratio).clone()));
                match shown.as_decimal() {
                    Some(decimal) => write!(f, "{decimal}…"),
                    None => write!(f, "{ratio}"),
                }
            }
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Value::Decimal(decimal) => write!(f, "{decimal}"),
            Value::Fraction(ratio) => write!(f, "{ratio}"),
        }
    }
}

/// Exactly: a decimal as `"1.25"`, a fraction as `"1/3"`.
impl serde::Serialize for Number {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{self:?}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn number(text: &str) -> Number {
        text.parse().unwrap()
    }

    proptest! {
        #[test]
        fn short_divisors_are_the_largest_common_ones(one in any::<u64>(), other in any::<u64>(), shift in (0..64u32, 0..64u32)) {
            let (one, other) = (one >> shift.0, other >> shift.1);
            prop_assert_eq!(short_divisor(one, other), num_integer::gcd(one, other));
            prop_assert_eq!(short_divisor(one, one << shift.0), num_integer::gcd(one, one << shift.0));
            prop_assert_eq!(short_divisor(one, 0), one);
        }
    }

    #[test]
    fn thirds_come_back() {
        let third = Number::ONE.div(&Number::from(3)).unwrap();
        assert_eq!(third.mul(&Number::from(3)), Number::ONE);
        assert_eq!(format!("{third:?}"), "1/3");
        assert_eq!(third.to_string(), "0.3333333333333333333333333333…");
        assert!(Number::ONE.div(&Number::ZERO).is_none());
    }

    #[test]
    fn decimals_stay_decimals_and_lose_no_digit() {
        let small = number("0.0000000000000000000000000001");
        let product = small.mul(&small);
        assert!(product.as_decimal().is_none());
        assert_eq!(product.div(&small).unwrap(), small);
        let large = number("79228162514264337593543950335");
        assert_eq!(large.add(&Number::ONE).sub(&Number::ONE), large);
        assert!(large.add(&Number::ONE).is_too_large());
        assert!(number("1.10").as_decimal().unwrap().scale() == 1);
    }

    #[test]
    fn ties_round_as_asked() {
        let to = |text: &str, rounding| number(text).round_places(2, rounding).to_string();
        assert_eq!(to("2.345", Rounding::HalfUp), "2.35");
        assert_eq!(to("-2.345", Rounding::HalfUp), "-2.35");
        assert_eq!(to("2.345", Rounding::HalfEven), "2.34");
        assert_eq!(to("-2.341", Rounding::Up), "-2.34");
        assert_eq!(number("1234.5").to_fixed(2, Rounding::HalfUp), "1234.50");
        assert_eq!(number("-0.004").to_fixed(2, Rounding::HalfUp), "0.00");
        assert_eq!(number("7").round_to(&Number::from(5), Rounding::HalfUp), Number::from(5));
    }

    #[test]
    fn approximate_functions_have_28_digits() {
        let digits = |number: Number| number.as_decimal().unwrap().to_string();
        assert_eq!(digits(Number::from(2).ln().unwrap()), "0.6931471805599453094172321215");
        assert_eq!(digits(Number::ONE.exp().unwrap()), "2.718281828459045235360287471");
        assert_eq!(digits(Number::from(2).sqrt().unwrap()), "1.414213562373095048801688724");
        assert_eq!(Number::from(9).sqrt().unwrap(), Number::from(3));
        let cube_root = Number::from(27).pow(&Number::ratio(1, 3).unwrap()).unwrap();
        assert!(cube_root.is_approximate() && cube_root == Number::from(3));
        assert_eq!(number("7.49").pow(&number("1.81")).unwrap().to_fixed(10, Rounding::HalfUp), "38.2659139041");
        assert_eq!(digits(Number::from(75_000).ln().unwrap()), "11.22524339251844749265073827");
    }

    proptest! {
        #[test]
        fn arithmetic_agrees_with_fractions(a in any::<i64>(), b in any::<i64>(), p in 0u32..28, q in 0u32..28) {
            let (x, y) = (Number::from_parts(a.into(), p), Number::from_parts(b.into(), q));
            let (fx, fy) = (BigRational::new(a.into(), ten_to(p)), BigRational::new(b.into(), ten_to(q)));
            prop_assert_eq!(x.add(&y).rational(), &fx + &fy);
            prop_assert_eq!(x.sub(&y).rational(), &fx - &fy);
            prop_assert_eq!(x.mul(&y).rational(), &fx * &fy);
            prop_assert_eq!(x.cmp(&y), fx.cmp(&fy));
            if b != 0 {
                let quotient = x.div(&y).unwrap();
                prop_assert_eq!(quotient.rational(), &fx / &fy);
                prop_assert_eq!(quotient.mul(&y), x);
            }
        }

        /// Of which one is long and the other short, or both are long and have much in common.
        #[test]
        fn long_fractions_agree_with_those_of_the_library(
            ups in prop::collection::vec(any::<i64>(), 1..12), downs in prop::collection::vec(1..2_000_000i64, 1..12),
            short in (any::<i32>(), 1..5_000i32), shared in 1..=i64::MAX,
        ) {
            let product = |parts: &[i64]| parts.iter().map(|part| BigInt::from(*part)).product::<BigInt>();
            let one = BigRational::new(product(&ups) * shared, product(&downs));
            let many = BigRational::new(product(&downs[1..]) + 1, product(&downs[..1]) * shared);
            let short = BigRational::new(short.0.into(), short.1.into());
            for (a, b) in [(&one, &many), (&one, &short), (&short, &many), (&one, &-one.clone())] {
                prop_assert_eq!(fraction::add(a, b), a + b);
                prop_assert_eq!(fraction::multiply(a, b), a * b);
                if !b.is_zero() {
                    prop_assert_eq!(fraction::divide(a, b), a / b);
                }
                prop_assert_eq!(fraction::reduced(a.numer() * b.denom(), -b.denom() * a.denom()), -a.clone());
            }
        }

        #[test]
        fn short_fractions_are_cut_as_long_ones(up in any::<i64>(), down in prop_oneof![1..500i64, 1..i64::MAX]) {
            for up in [up, up % 1000] {
                let number = Number::ratio(up, down).unwrap();
                let long = approximate(number.rational());
                if let Some(cut) = number.cut() {
                    prop_assert_eq!((format!("{cut:?}"), cut.is_approximate()), (format!("{long:?}"), true));
                }
            }
        }

        #[test]
        fn small_fractions_agree_with_large_ones(
            a in any::<i32>(), b in 1i32.., c in any::<i32>(), d in 1i32.., p in 0u32..20,
        ) {
            let (x, y) = (Number::ratio(a, b).unwrap(), Number::ratio(c, d).unwrap().mul(&Number::from_parts(1, p)));
            let (fx, fy) = (x.rational(), y.rational());
            prop_assert_eq!(x.add(&y), Number::fraction(&fx + &fy));
            prop_assert_eq!(x.sub(&y), Number::fraction(&fx - &fy));
            prop_assert_eq!(x.mul(&y), Number::fraction(&fx * &fy));
            prop_assert_eq!(x.cmp(&y), fx.cmp(&fy));
            prop_assert_eq!(x.cmp(&x.mul(&Number::from(3)).div(&Number::from(3)).unwrap()), Ordering::Equal);
            if c != 0 {
                prop_assert_eq!(x.div(&y).unwrap(), Number::fraction(&fx / &fy));
            }
        }
    }
}

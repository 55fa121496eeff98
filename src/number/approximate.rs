//! Roots, powers, logarithms: worked out to 80 places, given to 28 significant digits, and marked as approximate
//! unless they happen to be exact.

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Pow, Zero};

use super::{DIGITS, Excess, MAX_BITS, Number, Rounding, ten_to};

impl Number {
    /// `None` where no real number is the answer (0 to a negative power, a negative base with a fractional
    /// exponent) or the result is out of all bounds. Exact for whole exponents.
    pub fn pow(&self, exponent: &Number) -> Option<Number> {
        if let Some(whole) = exponent.to_i64() {
            if self.is_zero() {
                return match whole {
                    0 => Some(Number::ONE),
                    1.. => Some(Number::ZERO),
                    _ => None,
                };
            }
            let (numerator, denominator) = self.parts();
            if numerator.magnitude().is_one() && denominator.is_one() {
                let power = if whole % 2 == 0 { self.abs() } else { self.clone() };
                return Some(power.marked_like(self, exponent));
            }
            let most = numerator.bits().max(denominator.bits());
            let Some(power) =
                u32::try_from(whole.unsigned_abs()).ok().filter(|power| u64::from(*power) * most <= MAX_BITS)
            else {
                let rises = (numerator.magnitude() > denominator.magnitude()) == (whole > 0);
                return Some(Number::beyond(if rises { Excess::Size } else { Excess::Digits }));
            };
            let (up, down) = (Pow::pow(numerator, power), Pow::pow(denominator, power));
            let result = if whole < 0 { Number::ratio(down, up)? } else { Number::ratio(up, down)? };
            return Some(result.marked_like(self, exponent));
        }
        if self.is_negative() {
            return None;
        }
        if self.is_zero() {
            return exponent.is_positive().then(|| Number::ZERO.marked_like(self, exponent));
        }
        // The guard digits must outlive the multiplication: ln is taken far beyond the result's digits.
        exp_of(&(fixed_ln(&self.rational())? * exponent.rational()))
    }

    /// `None` for a negative number.
    pub fn sqrt(&self) -> Option<Number> {
        if self.is_negative() {
            return None;
        }
        let (numerator, denominator) = self.parts();
        let (root_up, root_down) = (numerator.sqrt(), denominator.sqrt());
        if &root_up * &root_up == numerator && &root_down * &root_down == denominator {
            return Number::ratio(root_up, root_down).map(|root| root.marked_like(self, self));
        }
        let scaled = (numerator * ten_to(2 * WORKING)) / denominator;
        Some(approximate(BigRational::new(scaled.sqrt(), ten_to(WORKING))))
    }

    /// `None` unless the number is above 0.
    pub fn ln(&self) -> Option<Number> {
        if !self.is_positive() {
            return None;
        }
        if *self == Number::ONE {
            return Some(Number::ZERO.marked_like(self, self));
        }
        Some(approximate(fixed_ln(&self.rational())?))
    }

    /// `None` when the result is out of all bounds.
    pub fn exp(&self) -> Option<Number> {
        if self.is_zero() {
            return Some(Number::ONE.marked_like(self, self));
        }
        exp_of(&self.rational())
    }
}

/// Decimal places carried inside `ln`, `exp` and `sqrt`.
const WORKING: u32 = 80;

/// Cuts a working result to its significant digits, half even, and marks it.
pub(super) fn approximate(value: BigRational) -> Number {
    let whole = (value.numer() / value.denom()).magnitude().to_string();
    let digits = if whole == "0" { 0 } else { whole.len() as u32 };
    let places = DIGITS.saturating_sub(digits);
    Number::fraction(value).round_places(places, Rounding::HalfEven).mark_approximate()
}

/// The value cut to a whole number of the working precision, so that series do not grow.
fn fixed(value: &BigRational) -> BigInt {
    (value.numer() * ten_to(WORKING)).div_floor(value.denom())
}

/// ln x = 2 artanh((x - 1) / (x + 1)) after halving or doubling x into [2/3, 4/3], ln 2 likewise.
fn fixed_ln(x: &BigRational) -> Option<BigRational> {
    fn artanh_series(x: &BigRational) -> BigInt {
        let one = BigRational::one();
        let z = fixed(&((x - &one) / (x + &one)));
        let unit = ten_to(WORKING);
        let square = (&z * &z).div_floor(&unit);
        let (mut power, mut sum, mut odd) = (z.clone(), BigInt::zero(), BigInt::one());
        while !power.is_zero() && power != BigInt::from(-1) {
            sum += power.div_floor(&odd);
            power = (&power * &square).div_floor(&unit);
            odd += 2;
        }
        sum * 2
    }
    let two = BigRational::from_integer(2.into());
    let halvings = x.numer().bits() as i64 - x.denom().bits() as i64;
    let scale = BigRational::from_integer(Pow::pow(BigInt::from(2), u32::try_from(halvings.unsigned_abs()).ok()?));
    let mut reduced = if halvings >= 0 { x / scale } else { x * scale };
    let mut halvings = BigInt::from(halvings);
    while reduced > BigRational::new(4.into(), 3.into()) {
        reduced /= &two;
        halvings += 1;
    }
    while reduced < BigRational::new(2.into(), 3.into()) {
        reduced *= &two;
        halvings -= 1;
    }
    let sum = artanh_series(&reduced) + halvings * artanh_series(&two);
    Some(BigRational::new(sum, ten_to(WORKING)))
}

/// exp x = (exp (x / 2ᵏ))^(2ᵏ) by its Taylor series.
fn exp_of(x: &BigRational) -> Option<Number> {
    let bound = BigRational::from_integer(70.into());
    if x > &bound {
        return Some(Number::beyond(Excess::Size));
    }
    if x < &-BigRational::from_integer(140.into()) {
        return Some(Number::ZERO.mark_approximate());
    }
    let unit = ten_to(WORKING);
    let doublings = 12;
    let z = fixed(&(x / BigRational::from_integer(BigInt::from(1u32 << doublings))));
    let (mut term, mut sum, mut index) = (unit.clone(), unit.clone(), BigInt::one());
    loop {
        term = (&term * &z).div_floor(&(&unit * &index));
        if term.is_zero() || term == BigInt::from(-1) {
            break;
        }
        sum += &term;
        index += 1;
    }
    for _ in 0..doublings {
        sum = (&sum * &sum).div_floor(&unit);
    }
    Some(approximate(BigRational::new(sum, unit)))
}

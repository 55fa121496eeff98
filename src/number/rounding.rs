//! Numbers rounded, and cut to the digits that are shown. In machine integers where these hold them, else in long ones.

use std::cmp::Ordering;

use num_bigint::{BigInt, Sign};
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{Signed, Zero};

use super::{DIGITS, Number, aligned, fraction, ten_to};

/// How ties are broken when a number is rounded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Rounding {
    /// Away from zero, as in a spreadsheet.
    #[default]
    HalfUp,
    /// To the even neighbour.
    HalfEven,
    /// Towards plus infinity.
    Up,
    /// Towards minus infinity.
    Down,
}

impl Number {
    /// The nearest multiple of `step`, which is above 0.
    #[must_use]
    pub fn round_to(&self, step: &Number, rounding: Rounding) -> Number {
        let quick = self.small().zip(step.small()).and_then(|((a, b), (c, d))| {
            let whole = rounded((a * d).div_mod_floor(&(b * c)), b * c, a < 0, rounding);
            match step.as_decimal() {
                Some(decimal) if c == 1 => Some(Number::from_parts(whole, decimal.scale())),
                _ => Some(Number::small_ratio(whole.checked_mul(c)?, d)),
            }
        });
        let mut rounded = quick.unwrap_or_else(|| {
            let steps = fraction::divide(&self.rational(), &step.rational());
            let whole = BigRational::from_integer(round_ratio(&steps, rounding));
            Number::fraction(fraction::multiply(&whole, &step.rational()))
        });
        rounded.approximate = self.approximate;
        rounded
    }

    /// Rounded to places behind the point.
    #[must_use]
    pub fn round_places(&self, places: u32, rounding: Rounding) -> Number {
        if self.as_decimal().is_some_and(|decimal| decimal.scale() <= places) {
            return self.clone();
        }
        self.round_to(&Number::from_parts(1, places), rounding)
    }

    /// The least number of places, from `least` on, with which the rounded number compares with each of the limits as the
    /// number itself does.
    pub fn telling_places<'n>(
        &self,
        least: u32,
        limits: impl IntoIterator<Item = &'n Number>,
        rounding: Rounding,
    ) -> u32 {
        let limits: Vec<(&Number, Ordering)> = limits.into_iter().map(|limit| (limit, self.cmp(limit))).collect();
        let tells = |places: &u32| {
            let shown = self.round_places(*places, rounding);
            limits.iter().all(|(limit, exactly)| shown.cmp(limit) == *exactly)
        };
        // What differs only behind so many places is as good as equal.
        (least..=least + 60).find(tells).unwrap_or(least)
    }

    #[must_use]
    pub fn floor(&self) -> Number {
        self.round_to(&Number::ONE, Rounding::Down)
    }

    #[must_use]
    pub fn ceil(&self) -> Number {
        self.round_to(&Number::ONE, Rounding::Up)
    }

    /// The number with exactly so many places behind the point, rounded; `1,234` without separators.
    pub fn to_fixed(&self, places: u32, rounding: Rounding) -> String {
        let shown = self.round_places(places, rounding);
        let quick = shown.as_decimal().and_then(|decimal| aligned(&decimal, places));
        let (is_below, digits) = match quick {
            Some(coefficient) => (coefficient < 0, coefficient.unsigned_abs().to_string()),
            None => {
                let (numerator, denominator) = shown.parts();
                let coefficient = numerator * ten_to(places) / denominator;
                (coefficient.sign() == Sign::Minus, coefficient.magnitude().to_string())
            }
        };
        let digits = format!("{digits:0>width$}", width = places as usize + 1);
        let (whole, part) = digits.split_at(digits.len() - places as usize);
        let sign = if is_below { "-" } else { "" };
        if places == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
    }

    /// A fraction of short numbers cut to so many significant digits as are shown, half even.
    pub(super) fn cut(&self) -> Option<Number> {
        let (up, down) = self.small()?;
        let (size, below) = (up.unsigned_abs(), up < 0);
        let down = down as u128;
        let whole = size / down;
        let digits = if whole == 0 { 0 } else { whole.ilog10() + 1 };
        let places = DIGITS.checked_sub(digits)?;
        // In two steps, as 28 digits of what is left would not fit.
        let first = places.min(18);
        let rest = (size % down) * 10u128.pow(first);
        let last = (rest % down) * 10u128.pow(places - first);
        let found = whole * 10u128.pow(places) + rest / down * 10u128.pow(places - first) + last / down;
        let (found, rest, down) = (i128::try_from(found).ok()?, (last % down) as i128, down as i128);
        let floor = match (below, rest) {
            (false, rest) => (found, rest),
            (true, 0) => (-found, 0),
            (true, rest) => (-found - 1, down - rest),
        };
        Some(Number::from_parts(rounded(floor, down, below, Rounding::HalfEven), places).mark_approximate())
    }
}

/// A whole number of what was divided, from its floor and what is left of the divisor.
fn rounded((floor, rest): (i128, i128), down: i128, is_below: bool, rounding: Rounding) -> i128 {
    let up = match rounding {
        _ if rest == 0 => false,
        Rounding::Up => true,
        Rounding::Down => false,
        Rounding::HalfUp | Rounding::HalfEven => match (rest * 2).cmp(&down) {
            Ordering::Less => false,
            Ordering::Greater => true,
            Ordering::Equal if rounding == Rounding::HalfUp => !is_below,
            Ordering::Equal => floor % 2 != 0,
        },
    };
    floor + i128::from(up)
}

fn round_ratio(ratio: &BigRational, rounding: Rounding) -> BigInt {
    let (floor, rest) = ratio.numer().div_mod_floor(ratio.denom());
    if rest.is_zero() {
        return floor;
    }
    let up = match rounding {
        Rounding::Up => true,
        Rounding::Down => false,
        Rounding::HalfUp | Rounding::HalfEven => match (&rest * 2u32).cmp(ratio.denom()) {
            Ordering::Less => false,
            Ordering::Greater => true,
            Ordering::Equal if rounding == Rounding::HalfUp => !ratio.is_negative(),
            Ordering::Equal => floor.is_odd(),
        },
    };
    if up { floor + 1 } else { floor }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: [Rounding; 4] = [Rounding::HalfUp, Rounding::HalfEven, Rounding::Up, Rounding::Down];

    proptest! {
        /// Short numbers as long ones.
        #[test]
        fn quick_ways_lead_to_the_same(
            up in prop_oneof![any::<i32>().prop_map(i64::from), -200..200i64, any::<i64>().prop_map(|long| long / 4)],
            down in prop_oneof![1..200i64, Just(20_000), 1..i64::MAX / 4],
            step in prop_oneof![(Just(1), 1..200i64), (1..100i64, 1..100i64), (Just(1), (0..18u32).prop_map(|p| 10i64.pow(p)))],
            places in 0..30u32,
        ) {
            let (Some(number), Some(step)) = (Number::ratio(up, down), Number::ratio(step.0, step.1)) else { return Ok(()) };
            for rounding in ALL {
                let steps = fraction::divide(&number.rational(), &step.rational());
                let whole = BigRational::from_integer(round_ratio(&steps, rounding));
                let expected = Number::fraction(fraction::multiply(&whole, &step.rational()));
                prop_assert_eq!(number.round_to(&step, rounding), expected);
                let fixed = number.to_fixed(places, rounding);
                let (whole, part) = fixed.split_once('.').unwrap_or((&fixed, ""));
                prop_assert_eq!(part.len(), places as usize);
                let digits: BigInt = format!("{whole}{part}").parse().unwrap();
                let exact = number.rational() * BigRational::from_integer(ten_to(places));
                prop_assert_eq!(digits, round_ratio(&exact, rounding));
            }
        }
    }
}

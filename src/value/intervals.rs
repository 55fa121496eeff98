//! Intervals of exact numbers: the least and the most that something can be.
//!
//! What holds: whatever numbers lie in the intervals that go into an operation, its result lies in the interval that
//! comes out (tested with random numbers). An interval may be wider than it needs to be, never narrower.

use crate::language::BinaryOp;
use crate::number::{Number, Rounding};

/// From `low` to `high`, both included; `None`: without bound.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Interval {
    pub low: Option<Number>,
    pub high: Option<Number>,
}

/// An end of an interval, in order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Below,
    At(Number),
    Above,
}

/// What a function that is exact to 28 digits may be off by, many times over.
fn slack(number: &Number) -> Number {
    number.abs().max(Number::ONE).mul(&Number::from_parts(1, 18))
}

impl Interval {
    /// Everything.
    pub const ALL: Interval = Interval { low: None, high: None };

    /// One number.
    pub fn point(number: Number) -> Interval {
        Interval { low: Some(number.clone()), high: Some(number) }
    }

    /// From one number to another.
    pub fn from_to(low: impl Into<Number>, high: impl Into<Number>) -> Interval {
        Interval { low: Some(low.into()), high: Some(high.into()) }
    }

    /// From a number on.
    pub fn at_least(low: impl Into<Number>) -> Interval {
        Interval { low: Some(low.into()), high: None }
    }

    /// The one number it holds, if it is one.
    pub fn single(&self) -> Option<&Number> {
        self.low.as_ref().filter(|low| self.high.as_ref() == Some(low))
    }

    /// Whether a number lies in it.
    pub fn contains(&self, number: &Number) -> bool {
        self.low.as_ref().is_none_or(|low| low <= number) && self.high.as_ref().is_none_or(|high| number <= high)
    }

    fn from_ends(ends: Vec<End>) -> Interval {
        let bound = |end: Option<End>| match end {
            Some(End::At(number)) if !number.is_too_large() => Some(number),
            _ => None,
        };
        Interval { low: bound(ends.iter().min().cloned()), high: bound(ends.into_iter().max()) }
    }

    fn ends(&self) -> [End; 2] {
        [self.low.clone().map_or(End::Below, End::At), self.high.clone().map_or(End::Above, End::At)]
    }

    /// The smallest interval around numbers; everything where there are none.
    pub fn around(numbers: impl IntoIterator<Item = Number>) -> Interval {
        Interval::from_ends(numbers.into_iter().map(End::At).collect())
    }

    /// What lies in one or the other, or between.
    #[must_use]
    pub fn hull(&self, other: &Interval) -> Interval {
        Interval::from_ends(self.ends().into_iter().chain(other.ends()).collect())
    }

    /// What lies in one of several, or between; everything where there are none.
    pub fn hull_of<'i>(intervals: impl IntoIterator<Item = &'i Interval>) -> Interval {
        let hull = intervals.into_iter().cloned().reduce(|one, other| one.hull(&other));
        hull.unwrap_or(Interval::ALL)
    }

    /// What lies in both; of two without a common number, one between them.
    #[must_use]
    pub fn within(&self, other: &Interval) -> Interval {
        let low = self.low.clone().into_iter().chain(other.low.clone()).max();
        let high = self.high.clone().into_iter().chain(other.high.clone()).min();
        match (&low, &high) {
            (Some(least), Some(most)) if least > most => Interval { low: high, high: low },
            _ => Interval { low, high },
        }
    }

    /// The sums of numbers of both.
    #[must_use]
    pub fn add(&self, other: &Interval) -> Interval {
        let sum = |one: &Option<Number>, other: &Option<Number>| Some(one.as_ref()?.add(other.as_ref()?));
        Interval { low: sum(&self.low, &other.low), high: sum(&self.high, &other.high) }
    }

    /// All with the other sign.
    #[must_use]
    pub fn neg(&self) -> Interval {
        Interval { low: self.high.as_ref().map(Number::neg), high: self.low.as_ref().map(Number::neg) }
    }

    /// The differences.
    #[must_use]
    pub fn sub(&self, other: &Interval) -> Interval {
        self.add(&other.neg())
    }

    /// The products.
    #[must_use]
    pub fn mul(&self, other: &Interval) -> Interval {
        let mut ends = Vec::new();
        for one in self.ends() {
            for other in other.ends() {
                ends.push(times(&one, &other));
            }
        }
        Interval::from_ends(ends)
    }

    /// Division by 0 gives no number, so a divisor may end at 0.
    #[must_use]
    pub fn div(&self, other: &Interval) -> Interval {
        let below = other.low.as_ref().is_none_or(Number::is_negative);
        let above = other.high.as_ref().is_none_or(Number::is_positive);
        let inverse = |end: &Option<Number>| match end {
            None => Some(Number::ZERO),
            Some(end) => Number::ONE.div(end),
        };
        match (below, above) {
            (false, true) => self.mul(&Interval { low: inverse(&other.high), high: inverse(&other.low) }),
            (true, false) => self.mul(&Interval { low: inverse(&other.high), high: inverse(&other.low) }),
            _ => Interval::ALL,
        }
    }

    /// Without signs.
    #[must_use]
    pub fn abs(&self) -> Interval {
        let mirrored = self.neg();
        if self.low.as_ref().is_some_and(|low| !low.is_negative()) {
            return self.clone();
        }
        if self.high.as_ref().is_some_and(|high| !high.is_positive()) {
            return mirrored;
        }
        Interval { low: Some(Number::ZERO), high: self.hull(&mirrored).high }
    }

    /// The lesser of two values.
    #[must_use]
    pub fn min(&self, other: &Interval) -> Interval {
        let [low, high] = self.ends();
        let [other_low, other_high] = other.ends();
        Interval::from_ends(vec![low.min(other_low), high.min(other_high)])
    }

    /// The greater of two values.
    #[must_use]
    pub fn max(&self, other: &Interval) -> Interval {
        self.neg().min(&other.neg()).neg()
    }

    /// What a rising function makes of both ends.
    pub fn map(&self, rising: impl Fn(&Number) -> Number) -> Interval {
        Interval { low: self.low.as_ref().map(&rising), high: self.high.as_ref().map(&rising) }
    }

    /// Rounded to multiples of `step`, where that is known.
    #[must_use]
    pub fn round_to(&self, step: &Interval, rounding: Rounding) -> Interval {
        match step.single().filter(|step| step.is_positive()) {
            Some(step) => self.map(|number| number.round_to(step, rounding)),
            None => Interval::ALL,
        }
    }

    /// A rising function that is only nearly exact, and has no value below `least`.
    pub fn nearly(&self, least: &Number, rising: impl Fn(&Number) -> Option<Number>) -> Interval {
        let end = |end: Option<&Number>| end.filter(|end| *end > least).and_then(&rising);
        let (low, high) = (end(self.low.as_ref()), end(self.high.as_ref()));
        Interval { low: low.map(|low| low.sub(&slack(&low))), high: high.map(|high| high.add(&slack(&high))) }
    }

    /// `self` to a power, where the base is not below 0.
    #[must_use]
    pub fn pow(&self, exponent: &Interval) -> Interval {
        if self.low.as_ref().is_none_or(Number::is_negative) {
            return Interval::ALL;
        }
        let power = exponent.single().filter(|exponent| exponent.is_positive());
        let end = |end: &Option<Number>| end.as_ref().and_then(|end| end.pow(power?));
        let high = if power.is_some() { end(&self.high).map(|high| high.add(&slack(&high))) } else { None };
        let low = end(&self.low).map_or(Number::ZERO, |low| low.sub(&slack(&low)).max(Number::ZERO));
        Interval { low: Some(low), high }
    }
}

fn times(one: &End, other: &End) -> End {
    match (one, other) {
        (End::At(one), End::At(other)) => End::At(one.mul(other)),
        (End::At(zero), _) | (_, End::At(zero)) if zero.is_zero() => End::At(Number::ZERO),
        _ if is_below(one) == is_below(other) => End::Above,
        _ => End::Below,
    }
}

fn is_below(end: &End) -> bool {
    match end {
        End::Below => true,
        End::At(number) => number.is_negative(),
        End::Above => false,
    }
}

/// Whether a comparison always or never holds, whatever lies in the two intervals.
pub fn settled(op: BinaryOp, left: &Interval, right: &Interval) -> Option<bool> {
    let less =
        |one: &Option<Number>, other: &Option<Number>| matches!((one, other), (Some(one), Some(other)) if one < other);
    let less_or_equal =
        |one: &Option<Number>, other: &Option<Number>| matches!((one, other), (Some(one), Some(other)) if one <= other);
    let decided = |always: bool, never: bool| always.then_some(true).or(never.then_some(false));
    match op {
        BinaryOp::Less => decided(less(&left.high, &right.low), less_or_equal(&right.high, &left.low)),
        BinaryOp::LessOrEqual => decided(less_or_equal(&left.high, &right.low), less(&right.high, &left.low)),
        BinaryOp::Greater => settled(BinaryOp::LessOrEqual, left, right).map(|holds| !holds),
        BinaryOp::GreaterOrEqual => settled(BinaryOp::Less, left, right).map(|holds| !holds),
        BinaryOp::Equal => {
            let same = left.single().is_some() && left.single() == right.single();
            decided(same, less(&left.high, &right.low) || less(&right.high, &left.low))
        }
        BinaryOp::NotEqual => settled(BinaryOp::Equal, left, right).map(|holds| !holds),
        _ => None,
    }
}

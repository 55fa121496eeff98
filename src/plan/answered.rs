//! Answers for many groups in little room: as there may be one for each of a million people.

use std::collections::BTreeMap;

use crate::cache::bytes::{Bytes, Put, Take, kept_enum};
use crate::number::Number;
use crate::value::{Missing, Value};

/// One aggregate for one group.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    pub value: Value,
    /// Rows that went into it.
    pub rows: u64,
    /// Rows left out because their value is blank.
    pub blanks: u64,
}

/// What a measure gives, by group.
#[derive(Clone, Debug)]
pub struct Answered(Kept);

#[derive(Clone, Debug)]
enum Kept {
    Plain(Vec<Measured>),
    /// Mostly decimals that are one integer at one scale.
    Packed {
        scale: u32,
        values: Vec<i64>,
        rows: Vec<u32>,
        /// Empty where no group has any.
        blanks: Vec<u32>,
        others: BTreeMap<u32, Value>,
    },
}

/// Fewer are left as they are.
const MANY: usize = 64;
/// Of so many groups one may have another value.
const OTHERS: usize = 16;

/// In the place of a decimal: another value, and the reasons of the missing ones that many groups have.
const OTHER: i64 = i64::MIN;
const REASONS: [(i64, Missing); 3] =
    [(i64::MIN + 1, Missing::NoRows), (i64::MIN + 2, Missing::Blank), (i64::MIN + 3, Missing::OutsideStints)];

impl Default for Answered {
    fn default() -> Answered {
        Answered(Kept::Plain(Vec::new()))
    }
}

impl From<Vec<Measured>> for Answered {
    fn from(measured: Vec<Measured>) -> Answered {
        Answered(if measured.len() < MANY { None } else { packed(&measured) }.unwrap_or(Kept::Plain(measured)))
    }
}

/// However they are kept.
impl PartialEq for Answered {
    fn eq(&self, other: &Answered) -> bool {
        self.iter().eq(other.iter())
    }
}

impl FromIterator<Measured> for Answered {
    fn from_iter<I: IntoIterator<Item = Measured>>(measured: I) -> Answered {
        measured.into_iter().collect::<Vec<_>>().into()
    }
}

impl Answered {
    pub fn len(&self) -> usize {
        match &self.0 {
            Kept::Plain(measured) => measured.len(),
            Kept::Packed { values, .. } => values.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The answer for a group.
    pub fn get(&self, at: usize) -> Option<Measured> {
        match &self.0 {
            Kept::Plain(measured) => measured.get(at).cloned(),
            Kept::Packed { scale, values, rows, blanks, others } => {
                let value = match *values.get(at)? {
                    OTHER => others.get(&(at as u32)).cloned().unwrap_or(Value::Missing(Missing::NoRows)),
                    number => match REASONS.iter().find(|(sign, _)| *sign == number) {
                        Some((_, reason)) => Value::Missing(reason.clone()),
                        None => Value::Number(Number::from_parts(number.into(), *scale)),
                    },
                };
                let count = |counts: &[u32]| counts.get(at).copied().map_or(0, u64::from);
                Some(Measured { value, rows: count(rows), blanks: count(blanks) })
            }
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = Measured> {
        (0..self.len()).filter_map(|at| self.get(at))
    }
}

/// Nothing where too many would not fit.
fn packed(measured: &[Measured]) -> Option<Kept> {
    let decimal = |value: &Value| value.as_number().filter(|number| !number.is_approximate())?.as_decimal();
    let decimals = measured.iter().filter_map(|one| decimal(&one.value));
    // Numbers of very many places are left to the others.
    let scale = decimals.map(|decimal| decimal.scale()).filter(|scale| *scale <= 9).max().unwrap_or(0);
    let fixed = |value: &Value| {
        let decimal = decimal(value)?;
        let by = 10i64.checked_pow(scale.checked_sub(decimal.scale())?)?;
        let number = i64::try_from(decimal.mantissa()).ok()?.checked_mul(by)?;
        (number > REASONS[REASONS.len() - 1].0).then_some(number)
    };
    let reason = |value: &Value| match value {
        Value::Missing(missing) => REASONS.iter().find(|(_, known)| known == missing).map(|(sign, _)| *sign),
        _ => None,
    };
    let mut others = BTreeMap::new();
    let (mut values, mut rows, mut blanks) = (Vec::new(), Vec::new(), Vec::new());
    values.reserve_exact(measured.len());
    rows.reserve_exact(measured.len());
    for (at, one) in measured.iter().enumerate() {
        values.push(fixed(&one.value).or_else(|| reason(&one.value)).unwrap_or(OTHER));
        if values[at] == OTHER {
            others.insert(u32::try_from(at).ok()?, one.value.clone());
            if others.len() > measured.len() / OTHERS {
                return None;
            }
        }
        rows.push(u32::try_from(one.rows).ok()?);
        if one.blanks > 0 {
            blanks.resize(measured.len(), 0);
            blanks[at] = u32::try_from(one.blanks).ok()?;
        }
    }
    Some(Kept::Packed { scale, values, rows, blanks, others })
}

/// A value for each stint of a post, of which there is mostly one.
#[derive(Clone, Debug, PartialEq)]
pub enum OfStints {
    One(Value),
    Several(Box<[Value]>),
}

impl FromIterator<Value> for OfStints {
    fn from_iter<I: IntoIterator<Item = Value>>(values: I) -> OfStints {
        let mut values = values.into_iter();
        match (values.next(), values.next()) {
            (Some(only), None) => OfStints::One(only),
            (first, second) => OfStints::Several(first.into_iter().chain(second).chain(values).collect()),
        }
    }
}

impl OfStints {
    pub fn all(&self) -> &[Value] {
        match self {
            OfStints::One(value) => std::slice::from_ref(value),
            OfStints::Several(values) => values,
        }
    }

    pub fn get(&self, stint: usize) -> Option<&Value> {
        self.all().get(stint)
    }
}

kept_enum! { Kept { 0 = Plain(measured), 1 = Packed { scale, values, rows, blanks, others } } }
kept_enum! { OfStints { 0 = One(value), 1 = Several(values) } }

impl Put for Answered {
    fn put(&self, into: &mut Vec<u8>) {
        self.0.put(into);
    }
}

impl Take for Answered {
    fn take(from: &mut Bytes) -> Option<Answered> {
        let kept = Kept::take(from)?;
        if let Kept::Packed { scale, values, rows, blanks, .. } = &kept {
            let fits = rows.len() == values.len() && (blanks.is_empty() || blanks.len() == values.len());
            if !fits || *scale > 9 {
                return None;
            }
        }
        Some(Answered(kept))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::bytes::{bytes_of, value_of};
    use proptest::prelude::*;

    fn value() -> impl Strategy<Value = Value> {
        let number = |(mantissa, places): (i64, u32)| Value::Number(Number::from_parts(mantissa.into(), places));
        let third = Number::ratio(1, 3).map_or(Value::Flag(true), Value::Number);
        prop_oneof![
            40 => (-100_000..100_000i64, 0..4u32).prop_map(number),
            1 => (any::<i64>(), 0..20u32).prop_map(number),
            3 => Just(Value::Missing(Missing::NoRows)),
            3 => Just(Value::Missing(Missing::OutsideStints)),
            1 => Just(Value::Number(Number::ONE.mark_approximate())),
            1 => Just(Value::text("text")),
            1 => Just(third),
        ]
    }

    proptest! {
        #[test]
        fn what_is_packed_comes_out_as_it_was(
            all in prop::collection::vec((value(), 0..5_000_000_000u64, prop_oneof![9 => Just(0u64), 1 => Just(7)]), 0..200),
        ) {
            let all: Vec<Measured> =
                all.into_iter().map(|(value, rows, blanks)| Measured { value, rows: rows / 2, blanks }).collect();
            let answered = Answered::from(all.clone());
            prop_assert_eq!(answered.len(), all.len());
            prop_assert_eq!(answered.get(all.len()), None);
            for (one, other) in answered.iter().zip(&all) {
                prop_assert_eq!(&one, other);
                // As a text, too: equal numbers have one form.
                prop_assert_eq!(format!("{:?} {}", one.value, one.value.as_number().is_some_and(Number::is_approximate)),
                    format!("{:?} {}", other.value, other.value.as_number().is_some_and(Number::is_approximate)));
            }
            let again = value_of::<Answered>(&bytes_of(&answered));
            prop_assert_eq!(again.map(|again| format!("{again:?}")), Some(format!("{answered:?}")));
        }
    }

    #[test]
    fn many_decimals_are_packed() {
        let one = |at: u64| Measured { value: Value::Number(Number::from(at)), rows: at, blanks: 0 };
        assert!(matches!(Answered::from((0..100).map(one).collect::<Vec<_>>()).0, Kept::Packed { .. }));
    }
}

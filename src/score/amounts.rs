//! What is paid to somebody with several stints.
//!
//! - a post's amount = Σ stint's amount × days / Σ days, × share of the period where it is `prorated`, then rounded as
//!   the formula is around the whole
//! - a person's amount = Σ over the posts held
//!
//! The same sales stand on all cards of a post; so a commission on them is paid once.

use super::card::PostOutput;
use crate::language::Parts;
use crate::number::{Number, Rounding};
use crate::plan::program::{OutputPlan, OutputSum};
use crate::time::{Calendar, Day};
use crate::value::{Missing, Value};

/// What an output gives on one stint.
pub(super) struct OfStint {
    /// The formula as it is written.
    pub whole: Value,
    /// Without the rounding around it.
    pub inside: Value,
    pub from: Day,
    pub to: Day,
}

impl OfStint {
    fn days(&self) -> i64 {
        i64::from(self.to.0 - self.from.0) + 1
    }
}

/// What an output gives in a post.
pub(super) struct Amount {
    pub value: Value,
    mean: Option<Value>,
    prorated: Option<(i64, i64)>,
    stints: Vec<OfStint>,
    by_rule: Option<Value>,
}

impl Default for Amount {
    fn default() -> Amount {
        Amount { value: Missing::NoAnswer.into(), mean: None, prorated: None, stints: Vec::new(), by_rule: None }
    }
}

impl Amount {
    /// `served` is how many days the post was held, of those of the period.
    pub(super) fn of(output: &OutputPlan, stints: Vec<OfStint>, served: (i64, i64), ties: Rounding) -> Amount {
        let prorated = Some(served).filter(|(days, all)| output.prorated && days < all);
        // What one stint gives for the whole is the formula itself.
        if let ([only], None) = (stints.as_slice(), prorated) {
            return Amount { value: only.whole.clone(), mean: None, prorated, stints, by_rule: None };
        }
        let mean = mean(&stints);
        let share = prorated.and_then(|(days, all)| Number::ratio(days, all)).unwrap_or(Number::ONE);
        let value = match (&mean, &output.inside) {
            (Value::Number(mean), None) => Value::Number(mean.mul(&share)),
            (Value::Number(mean), Some((_, rounded))) => rounded.function.call(
                &[Value::Number(mean.mul(&share)), Value::Number(rounded.step.clone())],
                ties,
                &Calendar::default(),
            ),
            (missing, _) => missing.clone(),
        };
        Amount { value, mean: Some(mean), prorated, stints, by_rule: None }
    }

    /// What people decided, in the place of what it is by rule.
    pub(super) fn rule(&mut self, ruled: Number) {
        self.by_rule = Some(std::mem::replace(&mut self.value, Value::Number(ruled)));
    }

    /// The stint's own amount.
    pub(super) fn stint(&self, at: usize) -> Value {
        self.stints.get(at).map_or(Missing::NoAnswer.into(), |stint| stint.inside.clone())
    }

    pub(super) fn result(self) -> PostOutput {
        PostOutput { value: self.value, mean: self.mean, prorated: self.prorated, by_rule: self.by_rule }
    }

    /// What some days of the stints make of the amount: all of them make all of it, and parts add up to it. Nothing
    /// where no day counts.
    pub(super) fn part(&self, counting: &[i64], fallback: Option<&Number>) -> Option<Value> {
        if counting.iter().all(|days| *days == 0) {
            return None;
        }
        let amount = match (&self.value, fallback) {
            (Value::Missing(_), Some(fallback)) => fallback.clone(),
            (Value::Number(amount), _) => amount.clone(),
            (other, _) => return Some(other.clone()),
        };
        let all_days = || self.stints.iter().map(OfStint::days);
        if counting.iter().copied().eq(all_days()) {
            return Some(Value::Number(amount));
        }
        let by_value = |days: &mut dyn Iterator<Item = i64>| {
            self.stints.iter().zip(days).fold(Number::ZERO, |sum, (stint, days)| match &stint.inside {
                Value::Number(inside) if !self.value.is_missing() => sum.add(&inside.mul(&days.into())),
                _ => sum.add(&days.into()),
            })
        };
        let share = by_value(&mut counting.iter().copied()).div(&by_value(&mut all_days()));
        // Stints that cancel each other out make no share of nothing: by days then.
        let share = share.or_else(|| Number::ratio(counting.iter().sum::<i64>(), all_days().sum::<i64>()));
        Some(Value::Number(amount.mul(&share.unwrap_or(Number::ONE))))
    }
}

/// Weighted by days; missing where one is.
fn mean(stints: &[OfStint]) -> Value {
    let reason = |stint: &OfStint| match &stint.inside {
        Value::Number(_) => None,
        Value::Missing(reason) => Some(reason.clone()),
        _ => Some(Missing::NoAnswer),
    };
    let mut reasons = stints.iter().map(|stint| (reason(stint), stint));
    if let Some((Some(first), stint)) = reasons.find(|(reason, _)| reason.is_some()) {
        let in_all = stints.iter().all(|stint| reason(stint).as_ref() == Some(&first));
        return Value::Missing(match in_all {
            true => first,
            false => Missing::stated(format!("{first} ({} to {})", stint.from, stint.to)),
        });
    }
    let (mut sum, mut days) = (Number::ZERO, Number::ZERO);
    for stint in stints {
        let weight = Number::from(stint.days());
        sum = sum.add(&stint.inside.as_number().cloned().unwrap_or(Number::ZERO).mul(&weight));
        days = days.add(&weight);
    }
    sum.div(&days).map_or(Missing::NoAnswer.into(), Value::Number)
}

/// A person's amounts as they are added up.
#[derive(Default)]
pub(super) struct Counted(Option<Value>);

impl Counted {
    pub(super) fn add(&mut self, amount: Option<Value>) {
        self.0 = match (self.0.take(), amount) {
            (Some(Value::Number(sum)), Some(Value::Number(amount))) => Some(Value::Number(sum.add(&amount))),
            // A sum of which a part is missing is missing.
            (Some(Value::Number(_)), Some(missing)) => Some(missing),
            (Some(sum), _) => Some(sum),
            (None, amount) => amount,
        };
    }
}

/// What has been taken together of people so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Fold {
    sum: Option<Number>,
    count: u64,
    least: Option<Number>,
    most: Option<Number>,
    /// Why the first missing one is.
    missing: Option<Missing>,
}

impl Fold {
    pub(super) fn add(&mut self, person: Counted) {
        match person.0 {
            Some(Value::Number(number)) => {
                self.sum = Some(self.sum.as_ref().map_or(number.clone(), |sum| sum.add(&number)));
                self.count += 1;
                self.least = Some(self.least.take().map_or(number.clone(), |least| least.min(number.clone())));
                self.most = Some(self.most.take().map_or(number.clone(), |most| most.max(number.clone())));
            }
            Some(Value::Missing(reason)) => self.missing = self.missing.take().or(Some(reason)),
            _ => {}
        }
    }

    /// Adds what was taken together of people who come later.
    pub(super) fn take_in(&mut self, later: Fold) {
        self.sum = match (self.sum.take(), later.sum) {
            (Some(sum), Some(more)) => Some(sum.add(&more)),
            (sum, more) => sum.or(more),
        };
        self.count += later.count;
        self.least = match (self.least.take(), later.least) {
            (Some(least), Some(other)) => Some(least.min(other)),
            (least, other) => least.or(other),
        };
        self.most = match (self.most.take(), later.most) {
            (Some(most), Some(other)) => Some(most.max(other)),
            (most, other) => most.or(other),
        };
        self.missing = self.missing.take().or(later.missing);
    }

    /// The checker has made sure that a sum meets nothing missing but what is left out of a test's tables.
    pub(super) fn answer(self, sum: &OutputSum) -> Value {
        let number = match sum.keeps {
            Parts::Mean => self.sum.and_then(|sum| sum.div(&Number::from(self.count))),
            Parts::Least => self.least,
            Parts::Greatest => self.most,
            Parts::Count => Some(Number::from(self.count)),
            Parts::Sum => match self.missing {
                Some(reason) => return Value::Missing(reason),
                None => Some(self.sum.unwrap_or(Number::ZERO)),
            },
        };
        number.map_or(Value::Missing(Missing::NoRows), Value::Number)
    }
}

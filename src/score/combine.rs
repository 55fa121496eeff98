//! Entries to the score of their group: weights, what missing entries do to them, and who added what.
//!
//! Everything is decided by the entries' scores: a number is present, `not applicable` gives its weight away whatever
//! the policy says, and any other missing score does what `when missing` says.

use std::sync::Arc;

use super::card::{EntryResult, EntryResultKind};
use crate::language::{Combine, WhenMissing};
use crate::number::{Excess, Number};
use crate::plan::program::{EntryPlan, EntryWhat, GroupPlan};
use crate::value::{Missing, Value};

/// Whether an entry counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    Present,
    Missing,
    NotApplicable,
}

pub(crate) fn presence(score: &Value) -> Presence {
    match score {
        Value::Missing(Missing::NotApplicable) => Presence::NotApplicable,
        Value::Missing(_) => Presence::Missing,
        _ => Presence::Present,
    }
}

/// How the entries of one group come together.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    pub combine: Combine,
    pub when_missing: WhenMissing,
}

/// Why a group could not be combined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The entry at this place is below 0, which a geometric mean has no answer to.
    Negative(usize),
    TooLarge(Excess),
}

/// Fills in the effective weights of a group's entries and gives the group's score.
///
/// - weighted mean: Σ effective weight × score
/// - geometric mean: Π score ^ effective weight
/// - sum: Σ score, scaled up by total weight / weight that counts where entries are left out
///
/// `name` is how the entry at a place is called in a reason.
pub(crate) fn combine(
    entries: &mut [EntryResult],
    rules: Rules,
    name: &dyn Fn(usize) -> String,
) -> Result<Value, Refused> {
    let (total, kept) = weights(entries, rules.when_missing);
    for entry in entries.iter_mut() {
        if kept == Number::ONE {
            entry.effective_weight = entry.weight.clone();
            continue;
        }
        let counts = counts(entry, rules.when_missing);
        entry.effective_weight = entry.weight.div(&kept).filter(|_| counts).unwrap_or(Number::ZERO);
    }
    if entries.iter().all(|entry| presence(&entry.score) == Presence::NotApplicable) {
        return Ok(Value::Missing(Missing::NotApplicable));
    }
    let missing = |entry: &&EntryResult| presence(&entry.score) == Presence::Missing;
    let incomplete = rules.when_missing == WhenMissing::NoRating && entries.iter().any(|entry| missing(&entry));
    if incomplete || kept.is_zero() {
        return Ok(reasons(entries, name));
    }
    let scores = entries
        .iter()
        .filter(|entry| counts(entry, rules.when_missing))
        .map(|entry| (&entry.effective_weight, entry.score.as_number().cloned().unwrap_or(Number::ZERO)));
    let score = match rules.combine {
        Combine::WeightedMean => scores.fold(Number::ZERO, |mean, (weight, score)| mean.add(&weight.mul(&score))),
        Combine::Sum => {
            let scale = total.div(&kept).unwrap_or(Number::ONE);
            scores.fold(Number::ZERO, |sum, (_, score)| sum.add(&score)).mul(&scale)
        }
        Combine::Geometric => {
            let negative = |entry: &EntryResult| entry.score.as_number().is_some_and(Number::is_negative);
            if let Some(at) = entries.iter().position(negative) {
                return Err(Refused::Negative(at));
            }
            let mut product = Number::ONE;
            for (weight, score) in scores {
                product = product.mul(&score.pow(weight).ok_or(Refused::TooLarge(Excess::Size))?);
            }
            product
        }
    };
    score.excess().map_or(Ok(Value::Number(score)), |excess| Err(Refused::TooLarge(excess)))
}

/// The missing entries with their reasons as one reason.
fn reasons(entries: &[EntryResult], name: &dyn Fn(usize) -> String) -> Value {
    let list: Vec<String> = entries
        .iter()
        .enumerate()
        .filter_map(|(at, entry)| match &entry.score {
            Value::Missing(Missing::NotApplicable) => None,
            // A group's reason names its entries already.
            Value::Missing(reason) => match entry.what {
                EntryResultKind::Group(_) => Some(reason.to_string()),
                _ => Some(format!("{}: {reason}", name(at))),
            },
            _ => None,
        })
        .collect();
    Value::Missing(Missing::Stated(Arc::from(list.join("; "))))
}

/// Under `zero` and `no rating` a missing entry keeps its weight.
fn counts(entry: &EntryResult, when_missing: WhenMissing) -> bool {
    match presence(&entry.score) {
        Presence::Present => true,
        Presence::Missing => when_missing != WhenMissing::Redistribute,
        Presence::NotApplicable => false,
    }
}

/// The weight of all entries, and of those that count. Quick where all of them do.
fn weights(entries: &[EntryResult], when_missing: WhenMissing) -> (Number, Number) {
    // The checker has made sure that the weights of a level total 1.
    if entries.iter().all(|entry| counts(entry, when_missing)) {
        return (Number::ONE, Number::ONE);
    }
    let (mut total, mut kept) = (Number::ZERO, Number::ZERO);
    for entry in entries {
        total = total.add(&entry.weight);
        if counts(entry, when_missing) {
            kept = kept.add(&entry.weight);
        }
    }
    (total, kept)
}

/// Walks down from the total once it is known: each entry's share of the scorecard and what it added to the total.
///
/// `share` is the product of the effective weights above; `factor` what a point of this group adds to the total,
/// `None` below a geometric mean or without a total.
pub(super) fn spread(
    entries: &mut [EntryResult],
    group: &GroupPlan,
    when_missing: WhenMissing,
    share: &Number,
    factor: Option<&Number>,
) {
    let combine = effective_combine(group);
    let (total, kept) = weights(entries, when_missing);
    let scale = total.div(&kept).unwrap_or(Number::ONE);
    for (entry, plan) in entries.iter_mut().zip(&group.entries) {
        entry.share_of_total = share.mul(&entry.effective_weight);
        let each = match combine {
            _ if !counts(entry, when_missing) => factor.map(|_| Number::ZERO),
            Combine::WeightedMean => factor.map(|factor| factor.mul(&entry.effective_weight)),
            Combine::Sum => factor.map(|factor| factor.mul(&scale)),
            Combine::Geometric => None,
        };
        // A missing entry adds nothing; whether it counts as zero, its weight says.
        let score = entry.score.as_number().cloned().unwrap_or(Number::ZERO);
        entry.contribution = each.as_ref().map(|each| each.mul(&score));
        if let (EntryResultKind::Group(inner), EntryWhat::Group(group)) = (&mut entry.what, &plan.what) {
            let inside = match scale_of(plan) {
                Some(scale) => each.map(|each| each.mul(&scale)),
                None => each,
            };
            // Where the group's limit cut its score, nobody can say whose points were cut.
            let inside = inside.filter(|_| entry.uncapped.is_none());
            spread(inner, group, when_missing, &entry.share_of_total, inside.as_ref());
        }
    }
}

pub(super) fn hundredth(number: &Number) -> Number {
    number.mul(&Number::from_parts(1, 2))
}

/// A group whose entries are points is their sum, whatever it says.
pub(crate) fn effective_combine(group: &GroupPlan) -> Combine {
    if group.combine == Combine::WeightedMean && group.entries.iter().any(|entry| entry.points.is_some()) {
        Combine::Sum
    } else {
        group.combine
    }
}

/// All that an entry is worth: its points, or 100.
pub(crate) fn full(entry: &EntryPlan) -> Number {
    entry.points.clone().unwrap_or_else(|| Number::from(100))
}

/// What brings a score to the points of its entry: one out of 100, as of a group of shares or of another scorecard, inside
/// a scorecard in points, and one of a curve that was made for another total. Others are in the entry's points.
pub(crate) fn scale_of(entry: &EntryPlan) -> Option<Number> {
    let out_of_100 = match &entry.what {
        EntryWhat::Group(group) => group.entries.iter().all(|inner| inner.points.is_none()),
        EntryWhat::ScoreOf(_) | EntryWhat::ScoreOfReports => true,
        EntryWhat::Kpi(kpi) => return full(entry).div(kpi.made_for.as_ref()?),
    };
    entry.points.as_ref().filter(|_| out_of_100).map(hundredth)
}

/// A score in the points of its entry, and within its limit; `uncapped` takes what the limit has cut.
pub(crate) fn in_points(entry: &EntryPlan, score: Value, uncapped: &mut Option<Number>) -> Value {
    let Value::Number(score) = score else { return score };
    let score = scale_of(entry).map_or(score.clone(), |scale| score.mul(&scale));
    match &entry.cap {
        Some(cap) if *cap < score => {
            *uncapped = Some(score);
            Value::Number(cap.clone())
        }
        _ => Value::Number(score),
    }
}

/// The part of the weight that has a score, over the whole scorecard; 0 where nothing applies. What does not apply has
/// given its weight to the entries beside it, so they stand for it here too.
pub(super) fn completeness(entries: &[EntryResult]) -> Number {
    /// Of what applies among these; none where nothing does.
    fn present(entries: &[EntryResult]) -> Option<Number> {
        let (mut scored, mut applicable) = (Number::ZERO, Number::ZERO);
        for entry in entries {
            let part = match (&entry.what, presence(&entry.score)) {
                (EntryResultKind::Group(inner), _) => present(inner),
                (_, Presence::NotApplicable) => None,
                (_, Presence::Missing) => Some(Number::ZERO),
                (_, Presence::Present) => Some(Number::ONE),
            };
            if let Some(part) = part {
                applicable = applicable.add(&entry.weight);
                scored = scored.add(&entry.weight.mul(&part));
            }
        }
        scored.div(&applicable)
    }
    fn complete(entries: &[EntryResult]) -> bool {
        entries.iter().all(|entry| match &entry.what {
            EntryResultKind::Group(inner) => complete(inner),
            _ => presence(&entry.score) == Presence::Present,
        })
    }
    if !entries.is_empty() && complete(entries) {
        return Number::ONE;
    }
    present(entries).unwrap_or(Number::ZERO)
}

//! What holds for every scorecard of weighted means and sums.

use proptest::prelude::*;

use super::build::*;
use crate::language::{Combine, WhenMissing};
use crate::number::Number;
use crate::score::card::{EntryResult, EntryResultKind};
use crate::value::Value;

/// An entry of a made-up scorecard: a score, or nothing, or a group.
#[derive(Clone, Debug)]
enum Made {
    Score(i32),
    Missing,
    NotApplicable,
    Group(Vec<(u32, Made)>),
}

fn made() -> impl Strategy<Value = Vec<(u32, Made)>> {
    let leaf = prop_oneof![
        4 => (-500i32..2000).prop_map(Made::Score),
        1 => Just(Made::Missing),
        1 => Just(Made::NotApplicable),
    ];
    let tree =
        leaf.prop_recursive(3, 24, 4, |inner| prop::collection::vec((1u32..60, inner), 1..4).prop_map(Made::Group));
    prop::collection::vec((1u32..60, tree), 1..5)
}

/// Entries with weights that total 1 at their level.
fn build(setup: &mut Setup, entries: &[(u32, Made)]) -> Vec<E> {
    let total: u32 = entries.iter().map(|(weight, _)| weight).sum();
    let (no, yes) = (setup.flag(false), setup.flag(true));
    entries
        .iter()
        .map(|(weight, made)| {
            let mut built = match made {
                Made::Score(score) => {
                    let node = setup.value(Value::Number(Number::from_parts((*score).into(), 1)));
                    entry("1", node).applies(yes)
                }
                Made::Missing => entry("1", setup.missing("gap")),
                Made::NotApplicable => entry("1", setup.number("50")).applies(no),
                Made::Group(inner) => group("1", Combine::WeightedMean, build(setup, inner)),
            };
            built.plan.weight = Number::ratio(*weight, total).unwrap();
            built
        })
        .collect()
}

fn leaves<'r>(entries: &'r [EntryResult], found: &mut Vec<&'r EntryResult>) {
    for entry in entries {
        match &entry.what {
            EntryResultKind::Group(inner) => leaves(inner, found),
            _ => found.push(entry),
        }
    }
}

fn sum<'n>(numbers: impl Iterator<Item = &'n Number>) -> Number {
    numbers.fold(Number::ZERO, |sum, number| sum.add(number))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn contributions_add_up_and_weight_is_kept(
        entries in made(),
        policy in prop::sample::select(vec![WhenMissing::Redistribute, WhenMissing::Zero, WhenMissing::NoRating]),
    ) {
        let mut setup = Setup::new(&["P1"]);
        let built = build(&mut setup, &entries);
        setup.scorecard(built);
        setup.card().when_missing = policy;
        let result = setup.result();
        let mut all = Vec::new();
        leaves(&result.entries, &mut all);
        match &result.combined {
            Value::Number(combined) => {
                prop_assert_eq!(&sum(all.iter().map(|entry| entry.contribution.as_ref().unwrap())), combined);
                prop_assert_eq!(&sum(result.entries.iter().map(|entry| entry.contribution.as_ref().unwrap())), combined);
                prop_assert_eq!(sum(all.iter().map(|entry| &entry.share_of_total)), Number::ONE);
                prop_assert_eq!(sum(result.entries.iter().map(|entry| &entry.effective_weight)), Number::ONE);
                let by_share = all.iter().fold(Number::ZERO, |total, entry| {
                    let score = entry.score.as_number().cloned().unwrap_or(Number::ZERO);
                    total.add(&score.mul(&entry.share_of_total))
                });
                prop_assert_eq!(&by_share, combined);
            }
            _ => prop_assert!(all.iter().all(|entry| entry.contribution.is_none())),
        }
        prop_assert!(!result.completeness.is_negative() && result.completeness <= Number::ONE);
    }
}

//! What missing and inapplicable entries do to a scorecard.

use super::build::*;
use crate::language::{Combine, WhenMissing};
use crate::score::card::EntryResultKind;
use crate::value::{Missing, Value};

/// 60 % group (50 % 80 points, 50 % missing), 40 % 100 points.
fn nested(policy: WhenMissing) -> Setup {
    let mut setup = Setup::new(&["P1"]);
    let (eighty, gap, hundred) = (setup.number("80"), setup.missing("no survey"), setup.number("100"));
    let inner = group("0.6", Combine::WeightedMean, vec![entry("0.5", eighty), entry("0.5", gap)]);
    setup.scorecard(vec![inner, entry("0.4", hundred)]);
    setup.card().when_missing = policy;
    setup
}

#[test]
fn redistribution_stays_in_the_group() {
    let result = nested(WhenMissing::Redistribute).result();
    assert_eq!(result.score, v("88"));
    let EntryResultKind::Group(inner) = &result.entries[0].what else { panic!() };
    assert_eq!(weights(inner), [n("1"), n("0")]);
    assert_eq!(weights(&result.entries), [n("0.6"), n("0.4")]);
    assert_eq!(inner[0].share_of_total, n("0.6"));
    assert_eq!(inner[0].contribution, Some(n("48")));
    assert_eq!(inner[1].contribution, Some(n("0")));
    assert_eq!(result.completeness, n("0.7"));
    assert_eq!(text(&inner[1].score), "no survey");
}

#[test]
fn zero_counts_nothing_and_no_rating_says_why() {
    let result = nested(WhenMissing::Zero).result();
    assert_eq!(result.score, v("64"));
    assert_eq!(result.completeness, n("0.7"));
    let result = nested(WhenMissing::NoRating).result();
    assert_eq!(text(&result.score), "The KPI: no survey");
    assert_eq!(text(&result.combined), "The KPI: no survey");
    assert!(result.entries[1].contribution.is_none() && result.rating.is_none());
}

#[test]
fn an_empty_group_gives_its_weight_to_its_siblings() {
    let mut setup = Setup::new(&["P1"]);
    let (gap, low, high) = (setup.missing("gap"), setup.number("60"), setup.number("90"));
    let empty = group("0.5", Combine::WeightedMean, vec![entry("0.3", gap), entry("0.7", gap)]);
    setup.scorecard(vec![empty, entry("0.2", low), entry("0.3", high)]);
    setup.card().when_missing = WhenMissing::Redistribute;
    let result = setup.result();
    assert_eq!(weights(&result.entries), [n("0"), n("0.4"), n("0.6")]);
    assert_eq!(result.score, v("78"));
    assert_eq!(result.completeness, n("0.5"));
    assert_eq!(text(&result.entries[0].score), "The KPI: gap; The KPI: gap");
}

#[test]
fn everything_missing_leaves_no_score() {
    let mut setup = Setup::new(&["P1"]);
    let gap = setup.missing("gap");
    setup.scorecard(vec![entry("1", gap)]);
    setup.card().when_missing = WhenMissing::Redistribute;
    let result = setup.result();
    assert_eq!(text(&result.score), "The KPI: gap");
    assert_eq!(result.completeness, n("0"));
    assert!(setup.run().people[0].overall.is_none());
}

#[test]
fn completeness_bounds_redistribution() {
    let mut setup = nested(WhenMissing::Redistribute);
    setup.card().complete_at_least = Some(n("0.7"));
    assert_eq!(setup.result().score, v("88"));
    setup.card().complete_at_least = Some(n("0.701"));
    let result = setup.result();
    assert_eq!(text(&result.score), "only 70% of the weight has a score, 70.1% needed");
    assert_eq!(result.combined, v("88"));
}

#[test]
fn what_does_not_apply_always_redistributes_and_is_not_counted() {
    for policy in [WhenMissing::NoRating, WhenMissing::Zero, WhenMissing::Redistribute] {
        let mut setup = Setup::new(&["P1"]);
        let (low, high, no) = (setup.number("60"), setup.number("90"), setup.flag(false));
        setup.scorecard(vec![entry("0.5", low).applies(no), entry("0.5", high)]);
        setup.card().when_missing = policy;
        setup.card().complete_at_least = Some(n("1"));
        let result = setup.result();
        assert_eq!(result.score, v("90"));
        assert_eq!(result.completeness, n("1"));
        assert_eq!(result.entries[0].score, Value::Missing(Missing::NotApplicable));
        let EntryResultKind::Kpi { value, not_applicable, .. } = &result.entries[0].what else { panic!() };
        assert_eq!((value, *not_applicable), (&v("60"), true));
    }
}

#[test]
fn a_group_may_not_apply_and_a_missing_condition_is_not_false() {
    let mut setup = Setup::new(&["P1"]);
    let (low, high, no) = (setup.number("60"), setup.number("90"), setup.flag(false));
    let inner = group("0.5", Combine::WeightedMean, vec![entry("1", low)]).applies(no);
    setup.scorecard(vec![inner.clone(), entry("0.5", high)]);
    let result = setup.result();
    assert_eq!((result.score, result.completeness), (v("90"), n("1")));
    setup.scorecard(vec![inner.applies(no)]);
    assert_eq!(text(&setup.result().score), "no entry is applicable");

    let mut setup = Setup::new(&["P1"]);
    let (low, gap) = (setup.number("60"), setup.missing("blank cell"));
    setup.scorecard(vec![entry("1", low).applies(gap)]);
    assert_eq!(text(&setup.result().score), "The KPI: applies when: blank cell");
}

#[test]
fn a_missing_target_makes_the_entry_missing() {
    let mut setup = Setup::new(&["P1"]);
    let (value, gap) = (setup.number("60"), setup.missing("no rows"));
    assert_eq!(text(&setup.score_with(entry("1", value).target(gap))), "target: no rows");
}

#[test]
fn sums_and_points_scale_up_for_what_is_left_out() {
    let mut setup = Setup::new(&["P1"]);
    let (twenty, gap, thirty) = (setup.number("20"), setup.missing("gap"), setup.number("30"));
    let entries = vec![
        entry("0.25", twenty).points("25"),
        entry("0.25", gap).points("25"),
        group("0.5", Combine::WeightedMean, vec![entry("1", thirty).points("50")]).points("50"),
    ];
    setup.scorecard(entries);
    setup.card().when_missing = WhenMissing::Zero;
    assert_eq!(setup.result().score, v("50"));
    setup.card().when_missing = WhenMissing::Redistribute;
    let result = setup.result();
    assert_eq!(result.combined, v("200/3"));
    let contributions: Vec<_> = result.entries.iter().map(|entry| entry.contribution.clone().unwrap()).collect();
    assert_eq!(contributions, [n("80/3"), n("0"), n("40")]);
}

#[test]
fn a_group_of_shares_in_points_is_scaled_to_its_points() {
    let mut setup = Setup::new(&["P1"]);
    let (eighty, forty, ten) = (setup.number("80"), setup.number("40"), setup.number("10"));
    let shares = group("0.5", Combine::WeightedMean, vec![entry("0.5", eighty), entry("0.5", forty)]);
    setup.scorecard(vec![shares.points("25"), entry("0.5", ten).points("25")]);
    let result = setup.result();
    assert_eq!(result.score, v("25"));
    let EntryResultKind::Group(inner) = &result.entries[0].what else { panic!() };
    assert_eq!(inner[0].contribution, Some(n("10")));
}

#[test]
fn a_geometric_mean_refuses_values_below_zero() {
    let mut setup = Setup::new(&["P1", "P2"]);
    let (four, nine) = (setup.own(&["4", "-4"]), setup.number("9"));
    setup.scorecard_of(0, Combine::Geometric, vec![entry("0.5", four), entry("0.5", nine)]);
    let (code, message) = &setup.refused()[0];
    assert_eq!(*code, "negative-in-geometric-mean");
    assert_eq!(
        message,
        "`The KPI` has a score below 0, of which a geometric mean cannot be taken, for Name of P2 (`P2`) in 2026-Q3"
    );
    let four = setup.own(&["4", "4"]);
    setup.scorecard_of(0, Combine::Geometric, vec![entry("0.5", four), entry("0.5", nine)]);
    let result = setup.result();
    assert_eq!(result.score, v("6"));
    assert!(result.entries[0].contribution.is_none());
}

//! Several cards of a person, distribution, rank.

use super::build::*;
use crate::model::{Distribution, VetoEffect, Within};
use crate::score::card::{LoweredBy, Results};

fn at_most(share: &str, grade: usize, within: Within, least: u64) -> Distribution {
    Distribution { about: false, share: n(share), grade, within, least }
}

/// People with these scores in one post; grades A from 90, B from 80, C.
fn scored(scores: &[&str], distribution: Vec<Distribution>) -> Setup {
    let names: Vec<String> = (0..scores.len()).map(|at| format!("P{at:02}")).collect();
    let mut setup = Setup::new(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let value = setup.own(scores);
    setup.scorecard(vec![entry("1", value)]);
    setup.rate(rating(&[("A", Some("90")), ("B", Some("80")), ("C", None)], distribution));
    setup
}

fn grades(results: &Results) -> String {
    let letter = |at: usize| grade(results, at).map_or('-', |grade| ['A', 'B', 'C'][grade]);
    (0..results.people.len()).map(letter).collect()
}

#[test]
fn two_stints_are_weighted_by_days() {
    let mut setup = Setup::new(&[]);
    setup.position("manager");
    // 31 days at 80 points, 61 at 100.
    setup.holder("P1", "agent", &[("2025-01-01", Some("2026-07-31"), None)]);
    setup.holder("P1", "manager", &[("2026-08-01", None, None)]);
    let (low, high) = (setup.number("80"), setup.number("100"));
    setup.scorecard(vec![entry("1", low)]);
    setup.scorecard_of(1, crate::language::Combine::WeightedMean, vec![entry("1", high)]);
    setup.rate(rating(&[("A", Some("90")), ("B", None)], Vec::new()));
    let results = setup.run();
    let person = &results.people[0];
    assert_eq!(person.cards.len(), 2);
    assert_eq!((person.cards[0].from, person.cards[0].to), (day("2026-07-01"), day("2026-07-31")));
    // (80 × 31 + 100 × 61) / 92 = 93.2608…
    assert_eq!(person.overall, Some(n("93.26")));
    assert_eq!(grade(&results, 0), Some(0));
    let of_cards: Vec<_> =
        person.cards.iter().map(|card| card.scorecard.as_ref().unwrap().rating.as_ref().unwrap().grade).collect();
    assert_eq!(of_cards, [1, 0]);
}

#[test]
fn one_missing_card_leaves_no_overall_score_and_one_not_eligible_is_left_out() {
    let mut setup = Setup::new(&[]);
    setup.position("manager");
    setup.holder("P1", "agent", &[("2025-01-01", Some("2026-07-31"), None)]);
    setup.holder("P1", "manager", &[("2026-08-01", None, None)]);
    let (gap, high, no) = (setup.missing("gap"), setup.number("100"), setup.flag(false));
    setup.scorecard(vec![entry("1", gap)]);
    setup.scorecard_of(1, crate::language::Combine::WeightedMean, vec![entry("1", high)]);
    assert_eq!(setup.run().people[0].overall, None);
    setup.plan.program.cards[0].eligible = Some(no);
    assert_eq!(setup.run().people[0].overall, Some(n("100")));
}

#[test]
fn a_veto_of_an_earlier_card_holds_for_the_overall_grade() {
    let mut setup = Setup::new(&[]);
    setup.position("manager");
    setup.holder("P1", "agent", &[("2025-01-01", Some("2026-07-31"), None)]);
    setup.holder("P1", "manager", &[("2026-08-01", None, None)]);
    let (high, yes) = (setup.number("100"), setup.flag(true));
    setup.scorecard(vec![entry("1", high)]);
    setup.scorecard_of(1, crate::language::Combine::WeightedMean, vec![entry("1", high)]);
    setup.rate(rating(&[("A", Some("90")), ("B", None)], Vec::new()));
    setup.veto(yes, VetoEffect::RatingAtMost(1));
    let rating = setup.run().people[0].rating.clone().unwrap();
    assert_eq!((rating.grade, rating.lowered_by), (1, Some(LoweredBy::EarlierVeto { card: 0, veto: 0 })));
}

#[test]
fn posts_without_position_or_days_get_no_card() {
    let mut setup = scored(&["95"], Vec::new());
    setup.holder("P2", "agent", &[("2020-01-01", Some("2026-06-30"), None)]);
    setup.holder("P3", "driver", &[("2020-01-01", None, None)]);
    setup.answers.rosters[0].without_position = vec![("driver".into(), 2), ("cook".into(), 1)];
    let known: Vec<_> = setup.answers.measures[0].iter().collect();
    let same = known[0].clone();
    setup.answers.measures[0] = known.into_iter().chain([same.clone(), same]).collect();
    let results = setup.run();
    assert_eq!(results.people.len(), 1);
    assert_eq!(results.without_position, [("driver".to_string(), 3), ("cook".to_string(), 1)]);
}

#[test]
fn equal_scores_share_the_best_rank() {
    let results = scored(&["70", "90", "90", "80", "?"], Vec::new()).run();
    let ranks: Vec<_> = results.people.iter().map(|person| person.rank).collect();
    assert_eq!(ranks, [Some(4), Some(1), Some(1), Some(3), None]);
}

#[test]
fn at_most_is_the_floor_and_leaves_small_groups_alone() {
    let scores = ["99", "98", "97", "96", "70"];
    let within = |least| vec![at_most("0.5", 0, Within::Company, least)];
    let results = scored(&scores, within(5)).run();
    assert_eq!(grades(&results), "AABBC");
    let moved = results.people[2].rating.as_ref().unwrap();
    assert_eq!((moved.by_score, moved.lowered_by), (0, Some(LoweredBy::Distribution(0))));
    assert_eq!(first_card_grade(&results, 2), 1);
    assert_eq!(grades(&scored(&scores, within(6)).run()), "AAAAC");
}

fn first_card_grade(results: &Results, person: usize) -> usize {
    results.people[person].cards[0].scorecard.as_ref().unwrap().rating.as_ref().unwrap().grade
}

#[test]
fn ties_across_the_limit_move_down_whole() {
    let rule = vec![at_most("0.4", 0, Within::Company, 1)];
    assert_eq!(grades(&scored(&["99", "95", "95", "92", "50"], rule.clone()).run()), "ABBBC");
    assert_eq!(grades(&scored(&["95", "95", "95", "92", "50"], rule.clone()).run()), "BBBBC");
    assert_eq!(grades(&scored(&["99", "95", "94", "92", "50"], rule.clone()).run()), "AABBC");
    // 94.999 and 95.004 are 95.00 both, as the rating sees them.
    assert_eq!(grades(&scored(&["99", "95.004", "94.999", "92", "50"], rule).run()), "ABBBC");
}

#[test]
fn who_moves_down_counts_where_they_land() {
    let rules = vec![at_most("0.25", 1, Within::Company, 1), at_most("0.25", 0, Within::Company, 1)];
    assert_eq!(grades(&scored(&["99", "98", "85", "84"], rules).run()), "ABCC");
    let least = vec![at_most("0", 2, Within::Company, 1)];
    assert_eq!(grades(&scored(&["10"], least).run()), "C");
}

#[test]
fn about_is_the_largest_remainder() {
    let about =
        |share: &str, grade| Distribution { about: true, share: n(share), grade, within: Within::Company, least: 1 };
    // 20 % of 7 is 1.4, 70 % is 4.9, 10 % is 0.7: floors 1, 4, 0; the two left over go to B and C.
    let rules = vec![about("0.2", 0), about("0.7", 1), about("0.1", 2)];
    let results = scored(&["99", "98", "97", "96", "95", "94", "93"], rules).run();
    assert_eq!(grades(&results), "ABBBBBC");
    // 30 % of 5 is 1.5 and the rest 3.5: of equal remainders the better grade.
    assert_eq!(grades(&scored(&["99", "98", "97", "96", "95"], vec![about("0.3", 0)]).run()), "AABBB");
    assert_eq!(grades(&scored(&["99", "98", "97", "96", "95", "94", "93"], vec![about("0.2", 0)]).run()), "ABBBBBB");
}

#[test]
fn distribution_goes_by_position_or_team_and_after_vetoes() {
    let mut setup = scored(&["99", "98", "97", "96"], vec![at_most("0.5", 0, Within::Team, 1)]);
    let teams = [setup.team("T1", None), setup.team("T2", None)];
    for (at, post) in setup.answers.rosters[0].posts.iter_mut().enumerate() {
        post.stints[0].team = Some(teams[usize::from(at == 3)]);
    }
    // T1 has 3: 1 may have an A. T2 has 1: none.
    assert_eq!(grades(&setup.run()), "ABBB");
    let group = crate::plan::query::Group::Own { roster: crate::model::data::DataId(0), via: Vec::new() };
    let flags = [true, false, false, false].map(|flag| (crate::value::Value::Flag(flag), 1)).to_vec();
    let measure = setup.measure(group, flags);
    let vetoed = setup.measured(measure, crate::language::ScopeWord::Own);
    setup.veto(vetoed, VetoEffect::RatingAtMost(2));
    assert_eq!(grades(&setup.run()), "CABB");
}

#[test]
fn threads_keep_the_order_of_the_answers() {
    let scores: Vec<String> = (0..1500).map(|at| format!("{}", at % 97)).collect();
    let scores: Vec<&str> = scores.iter().map(String::as_str).collect();
    let results = scored(&scores, Vec::new()).run();
    for (at, (person, score)) in results.people.iter().zip(&scores).enumerate() {
        assert_eq!((&*person.person, &person.overall), (format!("P{at:02}").as_str(), &Some(n(score))));
    }
}

//! Bonuses, range, rounding, vetoes, rating, outputs, proration.

use super::build::*;
use crate::language::{BinaryOp, WhenMissing};
use crate::model::VetoEffect;
use crate::number::Rounding;
use crate::plan::program::*;
use crate::score::card::{EntryResultKind, LoweredBy, StepKind};
use crate::value::Builtin;

/// A scorecard of one entry with this score, grades A from 90, B from 80, C from 60, D.
fn rated(score: &str) -> Setup {
    let mut setup = Setup::new(&["P1"]);
    let score = setup.own(&[score]);
    setup.scorecard(vec![entry("1", score)]);
    setup.rate(rating(&[("A", Some("90")), ("B", Some("80")), ("C", Some("60")), ("D", None)], Vec::new()));
    setup
}

#[test]
fn the_rating_sees_the_rounded_score_unless_raw() {
    let mut setup = rated("89.995");
    assert_eq!((setup.result().score, grade(&setup.run(), 0)), (v("90"), Some(0)));
    setup.model.ratings[0].sees_raw_score = true;
    assert_eq!((setup.result().score, grade(&setup.run(), 0)), (v("90"), Some(1)));
    setup.model.ratings[0].sees_raw_score = false;
    setup.model.company.rating_sees_raw_score = true;
    assert_eq!(grade(&setup.run(), 0), Some(1));
    let mut setup = rated("89.985");
    assert_eq!(setup.result().score, v("89.99"));
    setup.model.company.rounding = Rounding::HalfEven;
    assert_eq!(setup.result().score, v("89.98"));
    setup.model.company.score_decimals = Some(0);
    assert_eq!(setup.result().score, v("90"));
}

#[test]
fn thirds_lose_no_grade() {
    let mut setup = rated("0");
    let ninety = setup.number("90");
    let third = n("1/3");
    let mut entries: Vec<E> = (0..3).map(|_| entry("1", ninety)).collect();
    entries.iter_mut().for_each(|entry| entry.plan.weight = third.clone());
    let rating = setup.model.ratings[0].clone();
    setup.scorecard(entries);
    setup.model.company.rating_sees_raw_score = true;
    setup.rate(rating);
    assert_eq!(grade(&setup.run(), 0), Some(0));
}

#[test]
fn bonuses_and_deductions_come_before_the_range() {
    let mut setup = rated("95");
    let (awards, faults) = (setup.number("7.5"), setup.number("3"));
    setup.adjust(false, awards, "2", false, "1", Some("10"));
    setup.adjust(true, faults, "1", true, "2", None);
    setup.card().range = Some((n("0"), n("100")));
    let result = setup.result();
    assert_eq!(result.combined, v("95"));
    assert_eq!([&result.adjustments[0].points, &result.adjustments[1].points], [&v("10"), &v("-1")]);
    let steps: Vec<_> = result.steps.iter().map(|step| (step.what, step.score.clone())).collect();
    assert_eq!(steps, [(StepKind::Adjusted, n("104")), (StepKind::Range, n("100"))]);
    assert_eq!(result.score, v("100"));
}

#[test]
fn a_bonus_never_falls_below_nothing_and_may_be_missing() {
    let mut setup = rated("50");
    let (negative, gap) = (setup.number("-3"), setup.missing("no rows"));
    setup.adjust(false, negative, "2", false, "1", None);
    assert_eq!(setup.result().score, v("50"));
    setup.adjust(false, gap, "2", false, "1", None);
    assert_eq!(text(&setup.result().score), "Awards: no rows");
    setup.card().when_missing = WhenMissing::Redistribute;
    let result = setup.result();
    assert_eq!((result.score, text(&result.adjustments[1].points)), (v("50"), "no rows".to_string()));
}

#[test]
fn the_strictest_veto_wins() {
    let mut setup = rated("95");
    let (yes, no) = (setup.flag(true), setup.flag(false));
    setup.veto(no, VetoEffect::RatingAtMost(3));
    assert_eq!(grade(&setup.run(), 0), Some(0));
    setup.veto(yes, VetoEffect::RatingAtMost(1));
    setup.veto(yes, VetoEffect::RatingAtMost(2));
    setup.veto(yes, VetoEffect::RatingAtMost(1));
    let rating = setup.result().rating.unwrap();
    assert_eq!((rating.grade, rating.by_score, rating.lowered_by), (2, 0, Some(LoweredBy::Veto(2))));
    // A cap above the grade changes nothing.
    let mut low = rated("10");
    let yes = low.flag(true);
    low.veto(yes, VetoEffect::RatingAtMost(1));
    let rating = low.result().rating.unwrap();
    assert_eq!((rating.grade, rating.lowered_by), (3, None));
}

#[test]
fn vetoes_cap_the_score_and_so_the_rating() {
    let mut setup = rated("95");
    let yes = setup.flag(true);
    setup.veto(yes, VetoEffect::ScoreAtMost(n("70")));
    setup.veto(yes, VetoEffect::ScoreAtMost(n("60")));
    setup.veto(yes, VetoEffect::ScoreAtMost(n("65")));
    let result = setup.result();
    assert_eq!(result.score, v("60"));
    let steps: Vec<_> = result.steps.iter().map(|step| step.what).collect();
    assert_eq!(steps, [StepKind::Veto(0), StepKind::Veto(1)]);
    assert_eq!(result.rating.unwrap().grade, 2);
    setup.model.company.rating_sees_raw_score = true;
    assert_eq!(grade(&setup.run(), 0), Some(2));
}

#[test]
fn a_veto_in_doubt_leaves_no_rating_or_no_score() {
    let mut setup = rated("95");
    let gap = setup.missing("blank cell");
    setup.veto(gap, VetoEffect::RatingAtMost(3));
    let result = setup.result();
    assert_eq!((result.score, result.rating), (v("95"), None));
    assert_eq!((result.vetoes[0].holds, result.vetoes[0].missing.is_some()), (None, true));
    setup.veto(gap, VetoEffect::ScoreAtMost(n("60")));
    let results = setup.run();
    assert_eq!(text(&first(&results).score), "veto `misconduct`: blank cell");
    assert!(results.people[0].overall.is_none() && results.people[0].rating.is_none());
}

#[test]
fn targets_are_prorated_by_days_served() {
    let mut setup = Setup::new(&[]);
    // 46 of 92 days, in two runs of the same post.
    setup.holder("P1", "agent", &[("2026-07-01", Some("2026-07-31"), None), ("2026-09-16", None, None)]);
    let (value, target) = (setup.number("60"), setup.number("120"));
    let attainment = ScorePlan::Attainment { up_to: None };
    setup.scorecard(vec![entry("1", value).target(target).score(attainment).prorated()]);
    let results = setup.run();
    assert_eq!(results.people[0].cards.len(), 2);
    let entry = &first(&results).entries[0];
    let EntryResultKind::Kpi { target, full_target, attainment, .. } = &entry.what else { panic!() };
    assert_eq!((target, full_target, attainment), (&Some(v("60")), &Some(v("120")), &Some(v("1"))));
    assert_eq!(results.people[0].overall, Some(n("100")));
}

#[test]
fn outputs_read_the_score_and_earlier_outputs() {
    let mut setup = rated("87.654");
    let pay = setup.own(&["1000"]);
    let score = setup.node(Calc::Input(Input::Score));
    let hundred = setup.number("100");
    let share = setup.node(Calc::Binary(BinaryOp::Divide, score, hundred));
    let bonus = setup.node(Calc::Binary(BinaryOp::Multiply, pay, share));
    let earlier = setup.node(Calc::Input(Input::Output(0)));
    let double = setup.node(Calc::Binary(BinaryOp::Add, earlier, earlier));
    let plain = setup.node(Calc::Negate(pay));
    setup.plan.program.cards[0].outputs = [bonus, double, plain].map(plain_output).to_vec();
    let results = setup.run();
    let card = first_card(&results);
    assert_eq!(card.outputs, [v("876.5"), v("1753"), v("-1000")]);
    assert_eq!(card.values[share.0], Some(v("0.8765")));
    let gap = setup.missing("gap");
    setup.scorecard(vec![entry("1", gap)]);
    let results = setup.run();
    let shown: Vec<String> = first_card(&results).outputs.iter().map(text).collect();
    assert_eq!(shown, ["The KPI: gap", "The KPI: gap", "-1000"]);
}

#[test]
fn who_is_not_eligible_is_not_scored() {
    let mut setup = rated("95");
    let (no, gap, pay) = (setup.flag(false), setup.missing("blank cell"), setup.number("5"));
    setup.plan.program.cards[0].outputs = vec![plain_output(pay)];
    setup.plan.program.cards[0].eligible = Some(no);
    let results = setup.run();
    let card = first_card(&results);
    assert_eq!(
        (card.eligible, card.scorecard.is_none(), text(&card.outputs[0])),
        (Some(false), true, "not eligible".to_string())
    );
    assert!(results.people[0].overall.is_none() && results.people[0].rank.is_none());
    setup.plan.program.cards[0].eligible = Some(gap);
    assert_eq!(text(&setup.result().score), "eligible when: blank cell");
}

#[test]
fn numbers_too_large_are_refused_only_where_they_are_used() {
    let mut setup = Setup::new(&["P1", "P2"]);
    let large = setup.own(&["79228162514264337593543950335", "79228162514264337593543950335"]);
    let square = setup.node(Calc::Binary(BinaryOp::Multiply, large, large));
    let (no, fine) = (setup.flag(false), setup.number("5"));
    let either = setup.node(Calc::If { condition: no, then: square, otherwise: fine });
    setup.scorecard(vec![entry("1", either)]);
    assert_eq!(setup.result().score, v("5"));
    let used = setup.node(Calc::Call(Builtin::Max, vec![square, fine]));
    setup.scorecard(vec![entry("1", used)]);
    let found = crate::score::score(&setup.model, &setup.plan, &setup.answers).unwrap_err();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].message, "this gives a number too large to be held exactly, for Name of P1 (`P1`) in 2026-Q3");
    assert_eq!(found[0].notes, ["the same happens for Name of P2 (`P2`) in 2026-Q3"]);
    assert!(matches!(setup.plan.program.nodes[square.0], Calc::Binary(..)));
    // A total out of bounds is refused as well.
    setup.scorecard(vec![entry("1", large)]);
    setup.adjust(false, large, "1", false, "1", None);
    assert_eq!(setup.refused()[0].0, "number-too-large");
}

fn plain_output(value: CalcId) -> OutputPlan {
    OutputPlan { value, inside: None, prorated: false }
}

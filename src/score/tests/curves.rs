//! Every kind of curve, through a scorecard with one entry.

use super::build::*;
use crate::language::BinaryOp;
use crate::number::Number;
use crate::plan::program::*;
use crate::scales::{Anchor, Bracket, Brackets, Line, PerStep, Step, Steps};

fn anchor(text: &str) -> Anchor<Number> {
    let (at, score) = text.split_once("->").unwrap();
    let (below, at) = match at.strip_prefix('<') {
        Some(at) => (true, at),
        None => (false, at),
    };
    Anchor { below, at: n(at.trim()), score: n(score.trim()) }
}

fn linear(anchors: &[&str], continue_above: bool) -> CurvePlan {
    CurvePlan::Linear(Line { anchors: anchors.iter().map(|text| anchor(text)).collect(), continue_above })
}

/// The score of a value without target.
fn at(curve: &CurvePlan, value: &str) -> String {
    let mut setup = Setup::new(&["P1"]);
    let value = setup.number(value);
    text(&setup.score_with(entry("1", value).curve(curve.clone())))
}

/// The score of a value with a target.
fn against(curve: &CurvePlan, value: &str, target: &str, change: impl FnOnce(E) -> E) -> String {
    scored(&ScorePlan::Curve(curve.clone()), value, target, change)
}

fn scored(score: &ScorePlan, value: &str, target: &str, change: impl FnOnce(E) -> E) -> String {
    let mut setup = Setup::new(&["P1"]);
    let (value, target) = (setup.number(value), setup.number(target));
    text(&setup.score_with(change(entry("1", value).target(target).score(score.clone()))))
}

#[test]
fn attainment_is_value_by_target_and_capped() {
    let (free, capped) = (ScorePlan::Attainment { up_to: None }, ScorePlan::Attainment { up_to: Some(n("120")) });
    assert_eq!(scored(&free, "50", "150", |e| e), "100/3");
    assert_eq!(scored(&free, "300", "150", |e| e), "200");
    assert_eq!(scored(&capped, "300", "150", |e| e), "120");
    assert_eq!(scored(&free, "3", "2", E::lower_is_better), "50");
    assert_eq!(scored(&free, "5", "2", E::lower_is_better), "-50");
    assert_eq!(scored(&free, "5", "0", |e| e), "target: it is 0, so there is no attainment");
    let mut setup = Setup::new(&["P1"]);
    let value = setup.number("5");
    assert_eq!(text(&setup.score_with(entry("1", value).score(free))), "target: none is stated");
}

#[test]
fn linear_is_flat_outside_its_ends_or_goes_on_above() {
    let curve = linear(&["60->0", "100->100", "120->120"], false);
    for (value, score) in [("0", "0"), ("60", "0"), ("80", "50"), ("100", "100"), ("110", "110"), ("999", "120")] {
        assert_eq!(at(&curve, value), score, "{value}");
    }
    assert_eq!(at(&curve, "61/3"), "0");
    assert_eq!(at(&curve, "250/3"), "175/3");
    assert_eq!(at(&linear(&["60->0", "100->100"], true), "120"), "150");
    assert_eq!(at(&linear(&["60->7"], true), "120"), "7");
}

#[test]
fn linear_jumps_at_its_edge() {
    let pay = linear(&["<80->0", "80->40", "120->80"], false);
    assert_eq!(at(&pay, "79.999"), "0");
    assert_eq!(at(&pay, "80"), "40");
    assert_eq!(at(&pay, "90"), "50");
    let inside = linear(&["0->0", "<80->40", "80->60", "100->100"], false);
    assert_eq!(at(&inside, "40"), "20");
    assert_eq!(at(&inside, "80"), "60");
    assert_eq!(at(&inside, "2399/30"), "2399/60");
    // A jump at the very end has no slope to go on with.
    assert_eq!(at(&linear(&["0->0", "<80->40", "80->60"], true), "90"), "60");
}

#[test]
fn linear_on_attainment_reads_value_by_target() {
    let curve = linear(&["0.6->60", "1->100", "1.2->120"], false);
    assert_eq!(against(&curve, "0.144", "0.12", E::on_attainment), "120");
    assert_eq!(against(&curve, "2", "3", E::on_attainment), "200/3");
    assert_eq!(against(&curve, "-1", "3", E::on_attainment), "60");
}

#[test]
fn the_first_step_that_holds_gives_the_score() {
    let step = |condition, score| Step { condition, score: n(score) };
    let curve = CurvePlan::Steps(Steps(vec![
        step(Some((BinaryOp::GreaterOrEqual, n("1"))), "100"),
        step(Some((BinaryOp::Greater, n("0.9"))), "80"),
        step(None, "0"),
    ]));
    for (value, score) in [("1", "100"), ("0.9999", "80"), ("0.9", "0"), ("-3", "0")] {
        assert_eq!(at(&curve, value), score, "{value}");
    }
    let open = CurvePlan::Steps(Steps(vec![step(Some((BinaryOp::Less, n("1"))), "100")]));
    assert_eq!(at(&open, "1"), "no such number");
}

fn per_step() -> PerStep<Number> {
    PerStep {
        deduct: true,
        amount: n("10"),
        full_steps: false,
        step: n("1"),
        of_target: false,
        above: true,
        start: None,
        limit: Some(n("0")),
    }
}

fn counted(step: PerStep<Number>) -> CurvePlan {
    CurvePlan::PerStep(Box::new(step))
}

#[test]
fn deductions_count_steps_beyond_the_target() {
    let curve = counted(per_step());
    assert_eq!(against(&curve, "0", "0", |e| e), "100");
    assert_eq!(against(&curve, "2.5", "0", |e| e), "75");
    assert_eq!(against(&curve, "11", "0", |e| e), "0");
    assert_eq!(against(&curve, "3", "5", |e| e), "100");
    assert_eq!(at(&curve, "3"), "target: none is stated");
    let full = counted(PerStep { full_steps: true, limit: None, ..per_step() });
    assert_eq!(against(&full, "2.9", "0", |e| e), "80");
    assert_eq!(against(&full, "11", "0", |e| e), "-10");
}

#[test]
fn steps_may_be_shares_of_the_target_or_additions() {
    let plan = PerStep { of_target: true, above: false, step: n("0.1"), amount: n("5"), ..per_step() };
    let curve = counted(plan.clone());
    assert_eq!(against(&curve, "150", "200", |e| e), "87.5");
    assert_eq!(against(&curve, "150", "0", |e| e), "target: it is 0, so a share of it makes no step");
    let add = PerStep { deduct: false, above: true, start: Some(n("60")), limit: Some(n("90")), ..plan };
    assert_eq!(against(&counted(add.clone()), "250", "200", |e| e), "72.5");
    assert_eq!(against(&counted(add), "900", "200", |e| e), "90");
}

#[test]
fn full_points_are_the_entrys_own() {
    let mut setup = Setup::new(&["P1"]);
    let (value, target) = (setup.number("2"), setup.number("0"));
    let deduct = counted(PerStep { amount: n("3"), ..per_step() });
    let score = setup.score_with(entry("1", value).target(target).curve(deduct).points("25"));
    assert_eq!(score, v("19"));
    let mut setup = Setup::new(&["P1"]);
    let (value, target) = (setup.number("8"), setup.number("10"));
    let attainment = ScorePlan::Attainment { up_to: Some(n("30")) };
    assert_eq!(setup.score_with(entry("1", value).target(target).score(attainment).points("25")), v("20"));
}

#[test]
fn brackets_are_marginal() {
    let bracket = |rate, to: Option<&str>| Bracket { rate: n(rate), to: to.map(n) };
    let brackets = [("0.05", Some("100000")), ("0.06", Some("125000")), ("0.07", None)];
    let curve = CurvePlan::Brackets(Brackets(brackets.map(|(rate, to)| bracket(rate, to)).into()));
    for (value, score) in [("0", "0"), ("100000", "5000"), ("110000", "5600"), ("225000", "13500"), ("-100", "-5")] {
        assert_eq!(at(&curve, value), score, "{value}");
    }
    let closed = CurvePlan::Brackets(Brackets(vec![bracket("0.1", Some("10"))]));
    assert_eq!(at(&closed, "50"), "1");
}

#[test]
fn formulas_read_value_target_and_weight() {
    let mut setup = Setup::new(&["P1"]);
    let (value, target) = (setup.number("30"), setup.number("20"));
    let inputs =
        [Input::EntryValue, Input::EntryTarget, Input::EntryWeight].map(|input| setup.node(Calc::Input(input)));
    let ratio = setup.node(Calc::Binary(BinaryOp::Divide, inputs[0], inputs[1]));
    let body = setup.node(Calc::Binary(BinaryOp::Multiply, ratio, inputs[2]));
    let formula = CurvePlan::Formula(body);
    let other = setup.number("7");
    setup.scorecard(vec![
        entry("0.4", value).target(target).curve(formula.clone()),
        entry("0.3", other).target(value).curve(formula.clone()),
        entry("0.3", other).curve(formula),
    ]);
    let entries = setup.result().entries;
    assert_eq!(text(&entries[0].score), "0.6");
    assert_eq!(text(&entries[1].score), "0.07");
    assert_eq!(text(&entries[2].score), "there is none");
}

//! Nodes of every kind for subjects with own, team and company answers.

use super::*;
use crate::language::{BinaryOp, ScopeWord};
use crate::model::KpiId;
use crate::model::data::DataId;
use crate::plan::program::{Calc, CurvePlan, Input};
use crate::plan::query::Group;
use crate::score::tests::build::{Setup, arc, day, months, n, text, v};
use crate::value::{Builtin, Missing};

fn own() -> Group {
    Group::Own { roster: DataId(0), via: Vec::new() }
}

const FIRST: Subject = Subject { roster: 0, post: 0, stint: 0 };

/// The value of a node for a subject.
fn value_for(setup: &Setup, node: CalcId, subject: Subject) -> Value {
    let eval = Evaluator::new(&setup.model, &setup.plan, &setup.answers);
    let tape = eval.tape([node]);
    eval.values(subject, &tape).get(node).unwrap().clone()
}

fn shown(setup: &Setup, node: CalcId) -> String {
    text(&value_for(setup, node, FIRST))
}

#[test]
fn measures_go_by_company_team_and_person() {
    let mut setup = Setup::new(&[]);
    let (top, below) = (setup.team("B", None), setup.team("T", None));
    setup.holder("P1", "agent", &[("2026-01-01", Some("2026-07-31"), Some(top)), ("2026-08-01", None, Some(below))]);
    setup.holder("P2", "agent", &[("2026-01-01", None, None)]);
    let company = setup.measure(Group::Company, vec![(v("1"), 9)]);
    let team = setup.measure(Group::Team { via: Vec::new() }, vec![(v("2"), 9), (v("3"), 9)]);
    let person = setup.measure(own(), vec![(v("4"), 9), (v("5"), 9)]);
    let nodes = [
        setup.measured(company, ScopeWord::Company),
        setup.measured(team, ScopeWord::Team),
        setup.measured(person, ScopeWord::Own),
    ];
    let second = Subject { stint: 1, ..FIRST };
    let other = Subject { post: 1, ..FIRST };
    for (subject, expected) in [(FIRST, ["1", "2", "4"]), (second, ["1", "3", "4"]), (other, ["1", "in no team", "5"])]
    {
        assert_eq!(nodes.map(|node| text(&value_for(&setup, node, subject))), expected);
    }
}

#[test]
fn too_few_rows_and_windows_before_the_post_are_missing() {
    let mut setup = Setup::new(&[]);
    setup.holder("P1", "agent", &[("2026-07-15", Some("2026-08-10"), None), ("2026-09-20", None, None)]);
    let measure = setup.measure(own(), vec![(v("7"), 3)]);
    let at = |setup: &mut Setup, months, cut, at_least| {
        setup.node(Calc::Measure { measure, scope: ScopeWord::Own, months, cut, at_least, carried: false })
    };
    let (q2, july) = (months((2026, 4), 3), months((2026, 7), 1));
    let nodes = [
        (at(&mut setup, q2, true, None), "before the start in this post"),
        (at(&mut setup, q2, false, None), "7"),
        (at(&mut setup, july, true, Some(3)), "7"),
        (at(&mut setup, july, true, Some(5)), "only 3 rows, 5 needed"),
        (at(&mut setup, q2, true, Some(5)), "before the start in this post"),
    ];
    for (node, expected) in nodes {
        assert_eq!(shown(&setup, node), expected);
    }
    // A gap between two runs that holds a whole month is outside as well.
    setup.answers.rosters[0].posts[0].stints[0].to = Some(day("2026-07-31"));
    let august = at(&mut setup, months((2026, 8), 1), true, None);
    assert_eq!(value_for(&setup, august, FIRST), Value::Missing(Missing::OutsideStints));
}

#[test]
fn operators_and_functions() {
    let mut setup = Setup::new(&["P1"]);
    let (two, six, gap) = (setup.number("2"), setup.number("6"), setup.missing("gap"));
    let (yes, no) = (setup.flag(true), setup.flag(false));
    let unknown = setup.value(Value::Missing(Missing::Blank));
    let date = setup.value(Value::Day(day("2026-07-31")));
    let quarter = setup.value(Value::Period(months((2026, 7), 3)));
    let (from, to) = (day("2026-07-01"), day("2026-09-29"));
    let cases = vec![
        (Calc::Binary(BinaryOp::Divide, two, six), "1/3"),
        (Calc::Binary(BinaryOp::Add, unknown, gap), "blank cell"),
        (Calc::Negate(two), "-2"),
        (Calc::Negate(gap), "gap"),
        (Calc::Not(yes), "Flag(false)"),
        (Calc::Binary(BinaryOp::And, no, gap), "Flag(false)"),
        (Calc::Binary(BinaryOp::Or, gap, yes), "gap"),
        (Calc::If { condition: yes, then: two, otherwise: gap }, "2"),
        (Calc::If { condition: gap, then: two, otherwise: six }, "gap"),
        (Calc::Default { value: gap, fallback: six }, "6"),
        (Calc::IsMissing(gap), "Flag(true)"),
        (Calc::InSet(two, vec![six, two]), "Flag(true)"),
        (Calc::InSet(two, vec![six]), "Flag(false)"),
        (Calc::InSet(two, vec![gap, six]), "gap"),
        (Calc::InSet(gap, vec![six]), "gap"),
        (Calc::InDays { date, from, to }, "Flag(true)"),
        (Calc::InDays { date: quarter, from, to }, "Flag(false)"),
        (Calc::InDays { date: gap, from, to }, "gap"),
        (Calc::Call(Builtin::Max, vec![two, six]), "6"),
        (Calc::Call(Builtin::Max, vec![two, gap]), "gap"),
        (Calc::Value(Value::Text(arc("x"))), "Text(\"x\")"),
        (Calc::Binary(BinaryOp::Divide, two, CalcId(0)), "1"),
    ];
    for (calc, expected) in cases {
        let node = setup.node(calc.clone());
        assert_eq!(shown(&setup, node), expected, "{calc:?}");
    }
}

#[test]
fn reads_are_by_stint() {
    let mut setup = Setup::new(&[]);
    setup.holder("P1", "agent", &[("2026-01-01", Some("2026-07-31"), None), ("2026-08-01", None, None)]);
    setup.answers.reads = vec![vec![[v("5000"), v("6000")].into_iter().collect()]];
    let read = setup.node(Calc::Read(0));
    assert_eq!(value_for(&setup, read, FIRST), v("5000"));
    assert_eq!(value_for(&setup, read, Subject { stint: 1, ..FIRST }), v("6000"));
}

#[test]
fn named_scales_are_called_in_formulas_and_may_be_formulas_themselves() {
    let mut setup = Setup::new(&["P1"]);
    let input = setup.node(Calc::Input(Input::EntryValue));
    let own = setup.own(&["10"]);
    // outer(x) = inner(x + own), inner(x) = x × x: the inner value must not be taken for the outer one.
    let plus = setup.node(Calc::Binary(BinaryOp::Add, input, own));
    let inner = setup.node(Calc::Curve(0, plus));
    let both = setup.node(Calc::Binary(BinaryOp::Add, inner, input));
    let square = setup.node(Calc::Binary(BinaryOp::Multiply, input, input));
    setup.plan.program.curves = vec![CurvePlan::Formula(square), CurvePlan::Formula(both)];
    let three = setup.number("3");
    let outer = setup.node(Calc::Curve(1, three));
    assert_eq!(shown(&setup, outer), "172");
    let gap = setup.missing("gap");
    let of_gap = setup.node(Calc::Curve(1, gap));
    assert_eq!(shown(&setup, of_gap), "gap");
}

#[test]
fn what_no_subject_needs_is_not_computed_for_it() {
    let mut setup = Setup::new(&["P1", "P2"]);
    let used = setup.own(&["1", "2"]);
    let unused = setup.own(&["3", "4"]);
    let constant = setup.number("5");
    let eval = Evaluator::new(&setup.model, &setup.plan, &setup.answers);
    let mut values = eval.values(FIRST, &eval.tape([used]));
    assert_eq!(values.get(used), Ok(&v("1")));
    assert!(values.all()[unused.0].is_none());
    assert_eq!(values.get(constant), Ok(&v("5")));
}

#[test]
fn too_large_numbers_name_where_they_came_up() {
    let mut setup = Setup::new(&["P1"]);
    let large = setup.own(&["79228162514264337593543950335"]);
    let square = setup.node(Calc::Binary(BinaryOp::Multiply, large, large));
    let zero = setup.number("0");
    let hidden = setup.node(Calc::Binary(BinaryOp::Multiply, square, zero));
    let eval = Evaluator::new(&setup.model, &setup.plan, &setup.answers);
    let values = eval.values(FIRST, &eval.tape([hidden]));
    assert_eq!(values.get(hidden), Err(Fault::too_large(square, Excess::Size)));
    assert_eq!(values.get(large), Ok(&Value::Number(n("79228162514264337593543950335"))));
}

/// What lies behind a KPI follows for the one of whom it is supposed, whatever group its nodes are of; nobody else sees it.
#[test]
fn a_supposed_value_is_followed_for_one_subject_alone() {
    let mut setup = Setup::new(&["P1", "P2"]);
    let company = setup.measure(Group::Company, vec![(v("10"), 9)]);
    let body = setup.measured(company, ScopeWord::Company);
    let kpi = |setup: &mut Setup, body| {
        let quarter = months((2026, 7), 3);
        setup.node(Calc::Kpi { kpi: KpiId(0), months: quarter, scope: ScopeWord::Company, body })
    };
    let same_for_all = kpi(&mut setup, body);
    let own = setup.own(&["1", "2"]);
    let square = setup.node(Calc::Binary(BinaryOp::Multiply, same_for_all, same_for_all));
    let sum = setup.node(Calc::Binary(BinaryOp::Add, square, own));
    let hundred = setup.number("100");
    let beyond = setup.node(Calc::Binary(BinaryOp::Greater, sum, hundred));
    let gap = setup.node(Calc::IsMissing(same_for_all));
    let second = Subject { post: 1, ..FIRST };
    let values = |given: Value| {
        let mut supposed = Supposed::default();
        supposed.add(0, 0, (same_for_all, given));
        let eval = Evaluator::new(&setup.model, &setup.plan, &setup.answers).supposing(supposed);
        let tape = eval.tape([beyond, gap]);
        [FIRST, second].map(|subject| {
            let values = eval.values(subject, &tape);
            [sum, beyond, gap, body].map(|node| text(values.get(node).unwrap()))
        })
    };
    let truly = ["102", "Flag(true)", "Flag(false)", "10"];
    assert_eq!(values(v("3")), [["10", "Flag(false)", "Flag(false)", "10"], truly]);
    assert_eq!(values(Value::stated("none")), [["none", "none", "Flag(true)", "10"], truly]);
}

/// A finding that a supposed value does away with is gone, and one that comes of it is there.
#[test]
fn faults_follow_what_is_supposed() {
    let mut setup = Setup::new(&["P1"]);
    let large = setup.own(&["79228162514264337593543950335"]);
    let quarter = months((2026, 7), 3);
    let kpi = setup.node(Calc::Kpi { kpi: KpiId(0), months: quarter, scope: ScopeWord::Own, body: large });
    let square = setup.node(Calc::Binary(BinaryOp::Multiply, kpi, kpi));
    let supposing = |setup: &Setup, given: &str| {
        let mut supposed = Supposed::default();
        supposed.add(0, 0, (kpi, v(given)));
        let eval = Evaluator::new(&setup.model, &setup.plan, &setup.answers).supposing(supposed);
        let values = eval.values(FIRST, &eval.tape([square]));
        values.get(square).cloned()
    };
    assert_eq!(supposing(&setup, "3"), Ok(v("9")));
    setup.model.kpis[0].limits = Some((n("0"), n("4")));
    assert_eq!(supposing(&setup, "4"), Ok(v("16")));
    assert_eq!(supposing(&setup, "5"), Err(Fault { at: kpi, kind: FaultKind::OutOfLimits }));
}

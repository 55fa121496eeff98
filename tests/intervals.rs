//! What the checker believes a formula or a scale can yield holds what the evaluator computes.

use merit::eval::curve::{Scored, at};
use merit::number::{Number, Rounding};
use merit::plan::program::CurvePlan;
use merit::scales::{Anchor, Bracket, Brackets, CurveKind, Line};
use merit::value::{Interval, Value};
use proptest::prelude::*;

fn number(hundredths: i32) -> Number {
    Number::from_parts(i128::from(hundredths), 2)
}

/// An interval, perhaps without bounds, and a number in it.
fn interval() -> impl Strategy<Value = (Interval, Number)> {
    (-2000..2000i32, 0..1500i32, 0..1500i32, 0..6u8).prop_map(|(at, left, right, open)| {
        let interval = Interval {
            low: (open != 1 && open != 3).then(|| number(at - left)),
            high: (open != 2 && open != 3).then(|| number(at + right)),
        };
        (interval, number(at))
    })
}

proptest! {
    #[test]
    fn results_lie_inside((a, x) in interval(), (b, y) in interval(), step in 1..500i32, exponent in 1..300i32) {
        prop_assert!(a.add(&b).contains(&x.add(&y)));
        prop_assert!(a.sub(&b).contains(&x.sub(&y)));
        prop_assert!(a.mul(&b).contains(&x.mul(&y)));
        if let Some(ratio) = x.div(&y) {
            prop_assert!(a.div(&b).contains(&ratio), "{x} / {y} = {ratio} not in {:?}", a.div(&b));
        }
        prop_assert!(a.min(&b).contains(&x.clone().min(y.clone())));
        prop_assert!(a.max(&b).contains(&x.clone().max(y.clone())));
        prop_assert!(a.abs().contains(&x.abs()) && a.neg().contains(&x.neg()));
        prop_assert!(a.hull(&b).contains(&x) && a.hull(&b).contains(&y));
        prop_assert!(!b.contains(&x) || a.within(&b).contains(&x));
        let step = number(step);
        for rounding in [Rounding::HalfUp, Rounding::HalfEven, Rounding::Up, Rounding::Down] {
            prop_assert!(a.round_to(&Interval::point(step.clone()), rounding).contains(&x.round_to(&step, rounding)));
        }
        if let Some(root) = x.sqrt() {
            prop_assert!(a.nearly(&Number::ZERO, Number::sqrt).contains(&root) );
        }
        if let Some(log) = x.ln() {
            prop_assert!(a.nearly(&Number::ZERO, Number::ln).contains(&log));
        }
        let exponent = number(exponent);
        if let Some(power) = x.pow(&exponent) {
            prop_assert!(a.pow(&Interval::point(exponent)).contains(&power));
        }
        let ratio = x.div(&step).unwrap();
        prop_assert!(a.div(&Interval::point(step)).contains(&ratio));
    }

    #[test]
    fn curves_lie_inside(
        (range, x) in interval(),
        scores in prop::collection::vec((1..400i32, -100..150i32), 2..6),
        start in -1500..1500i32,
        continue_above: bool,
    ) {
        let mut place = start;
        let points: Vec<(Number, Number)> = scores.iter().map(|(gap, score)| {
            place += gap;
            (number(place), number(*score))
        }).collect();
        let value = Value::Number(x.clone());
        let scored = Scored { value: &value, target: None, weight: None, full: Number::from(100) };
        let curve = line(&points, continue_above);
        let Value::Number(score) = at(&curve, &scored) else { return Err(TestCaseError::fail("no score")) };
        prop_assert!(over(&curve, &range).contains(&score));

        let brackets = points.iter().enumerate().map(|(at, (to, rate))| {
            Bracket { rate: rate.clone(), to: (at + 1 < points.len()).then(|| to.sub(&number(start))) }
        });
        let curve = CurvePlan::Brackets(Brackets(brackets.collect()));
        let Value::Number(sum) = at(&curve, &scored) else { return Err(TestCaseError::fail("no sum")) };
        prop_assert!(over(&curve, &range).contains(&sum), "{sum} not in {:?}", over(&curve, &range));
    }
}

fn line(points: &[(Number, Number)], continue_above: bool) -> CurvePlan {
    let anchors = points.iter().map(|(at, score)| Anchor { below: false, at: at.clone(), score: score.clone() });
    CurveKind::Linear(Line { anchors: anchors.collect(), continue_above })
}

/// What the checker believes a curve of known numbers to give.
fn over(curve: &CurvePlan, value: &Interval) -> Interval {
    curve.map(|_, number| Interval::point(number.clone())).range(value, &Interval::ALL, None, |_| Interval::ALL)
}

#[test]
fn ends_are_as_near_as_they_can_be() {
    let (a, b) = (Interval::from_to(2, 3), Interval::from_to(-1, 4));
    assert_eq!(a.mul(&b), Interval::from_to(-3, 12));
    assert_eq!(a.div(&Interval::from_to(2, 4)), Interval { low: Some(number(50)), high: Some(number(150)) });
    assert_eq!(a.div(&Interval::from_to(0, 4)), Interval { low: Some(number(50)), high: None });
    assert_eq!(b.abs(), Interval::from_to(0, 4));
    let points = [(number(6000), number(0)), (number(10000), number(10000))];
    let cut = Interval::from_to(80, 90);
    assert_eq!(over(&line(&points, true), &cut), Interval::from_to(50, 75));
    assert_eq!(
        over(&line(&points, true), &Interval::at_least(80)),
        Interval { low: Some(Number::from(50)), high: None }
    );
}

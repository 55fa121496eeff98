//! What the checker believes a scale can yield holds what the evaluator computes.

use merit::eval::curve::{Scored, at};
use merit::model::intervals::{Interval, brackets, line};
use merit::number::Number;
use merit::plan::program::{AnchorPlan, CurvePlan};
use merit::value::Value;
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
        let anchors = points.iter().map(|(at, score)| AnchorPlan { below: false, at: at.clone(), score: score.clone() });
        let curve = CurvePlan::Linear { anchors: anchors.collect(), continue_above };
        let Value::Number(score) = at(&curve, &scored) else { return Err(TestCaseError::fail("no score")) };
        prop_assert!(line(&points, continue_above, &range).contains(&score));

        let rates: Vec<(Number, Option<Number>)> = points.iter().enumerate().map(|(at, (to, rate))| {
            (rate.clone(), (at + 1 < points.len()).then(|| to.sub(&number(start))))
        }).collect();
        let Value::Number(sum) = at(&CurvePlan::Brackets(rates.clone()), &scored) else {
            return Err(TestCaseError::fail("no sum"));
        };
        prop_assert!(brackets(&rates, &range).contains(&sum), "{sum} not in {:?}", brackets(&rates, &range));
    }
}

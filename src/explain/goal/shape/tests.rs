//! What is known of a number that goes to and fro, beside all its values.

use super::{First, Moving, Search, Shape, Stretch};
use crate::number::Number;
use crate::value::Value;

fn number(number: i64) -> Number {
    Number::from(number)
}

fn line(first: i64, slope: i64) -> Moving<'static> {
    Moving { value: Value::Number(number(first)), shape: Shape::Line(number(slope)), at: None }
}

/// `rise × t + 1000 / (5 + t)`, capped at 190: it falls and rises, or the other way round.
fn to_and_fro(rise: i64, scale: i64) -> (Moving<'static>, Stretch, impl Fn(i64) -> Number) {
    let mut stretch = Stretch { last: Some(number(400)) };
    let falls = line(scale, 0).over(&line(5, 1), &mut stretch);
    let sum = line(0, rise).plus(&falls);
    let cap = Moving::same(Value::Number(number(190)));
    let capped = sum.best(&cap, true, &mut stretch);
    let at = move |step: i64| {
        let sum = number(rise * step).add(&number(scale).div(&number(5 + step)).unwrap());
        sum.min(number(190))
    };
    (capped, stretch, at)
}

#[test]
fn the_first_step_that_reaches_a_number_is_found_among_all_of_them() {
    let mut found = 0;
    for (rise, scale) in [(1, 1000), (2, -900), (-1, -1000), (-2, 700), (3, 15)] {
        let (moving, stretch, at) = to_and_fro(rise, scale);
        assert_eq!(moving.value, Value::Number(at(0)), "{rise} {scale}");
        if moving.shape != Shape::ToAndFro {
            continue;
        }
        let between = moving.between().unwrap();
        let last: i64 = stretch.last.clone().unwrap().to_string().parse().unwrap();
        for from in (0..=last).step_by(7) {
            for to in (from..=last).step_by(11) {
                let (least, most) = between(&number(from), &number(to)).unwrap();
                assert!((from..=to).all(|step| least <= at(step) && at(step) <= most), "{from} to {to}");
            }
        }
        for wanted in (-200..200).step_by(5) {
            let wanted = number(wanted);
            let of = |step: &Number| at(step.to_string().parse().unwrap());
            let reached = |step: &Number| Some(of(step) >= wanted);
            let search = Search { between: &*between, least: &wanted, reached: &reached };
            let expected = (1..=last).find(|step| at(*step) >= wanted);
            match search.first(stretch.last.as_ref()).unwrap() {
                First::At(step) => {
                    found += 1;
                    assert_eq!(Some(step), expected.map(number), "{wanted:?} of {rise} {scale}");
                }
                First::Never => assert_eq!(expected, None, "{wanted:?} of {rise} {scale}"),
                First::NotUpTo(step) => panic!("{step:?}: there is an end"),
            }
            let greatest = search.greatest(&number(last)).unwrap();
            assert!((0..=last).all(|step| at(step) <= of(&greatest)), "{greatest:?} of {rise} {scale}");
        }
    }
    assert!(found > 50, "{found}");
}

#[test]
fn a_stretch_ends_before_the_number_crosses_a_limit() {
    let mut stretch = Stretch { last: Some(number(1000)) };
    let falls = line(900, 0).over(&line(1, 1), &mut stretch);
    let sum = line(0, 1).plus(&falls).minus(&Moving::same(Value::Number(number(50))));
    assert_eq!(sum.shape, Shape::ToAndFro);
    assert!(stretch.keep_sign(&sum));
    let last: i64 = stretch.last.unwrap().to_string().parse().unwrap();
    let at = |step: i64| number(step).add(&number(900).div(&number(1 + step)).unwrap()).sub(&number(50));
    assert!(last < 1000 && (0..=last).all(|step| at(step).is_positive()), "{last}");
}

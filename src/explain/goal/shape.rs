//! How a number moves while something is moved step by step: exactly along a line, one way, to and fro between what is known of
//! every run of steps, or in a way that is not known.
//!
//! A [`Stretch`] is a run of steps on which all shapes hold. Whatever would turn out otherwise further on (a comparison, a cap,
//! a bend of a curve) ends the stretch at the last step before; there the next one begins.

use std::rc::Rc;

use crate::number::Number;
use crate::value::{Missing, Value};

/// How a value moves over the steps of a stretch, counted from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    Same,
    /// So much more with each step.
    Line(Number),
    /// Never less (`true`) or never more than at the step before.
    OneWay(bool),
    /// To and fro: what rises with one KPI may fall with another. Between which ends it stays on a run of steps, is known.
    ToAndFro,
    Any,
}

/// A value at the first step of a stretch, and what it is at others, where its shape does not tell.
#[derive(Clone)]
pub struct Moving<'m> {
    pub value: Value,
    pub shape: Shape,
    pub at: Option<At<'m>>,
}

/// What a number is at other steps.
#[derive(Clone)]
pub enum At<'m> {
    Step(AtStep<'m>),
    /// The least and the most that it can be from one step to another; the number itself, where these are the same.
    Between(Between<'m>),
}

/// The number at a step.
type AtStep<'m> = Rc<dyn Fn(&Number) -> Option<Number> + 'm>;

/// Between which ends it stays from one step to another.
type Between<'m> = Rc<dyn Fn(&Number, &Number) -> Option<Ends> + 'm>;

/// The least and the most.
pub type Ends = (Number, Number);

impl<'m> At<'m> {
    fn step(of: impl Fn(&Number) -> Option<Number> + 'm) -> At<'m> {
        At::Step(Rc::new(of))
    }

    fn between(of: impl Fn(&Number, &Number) -> Option<Ends> + 'm) -> At<'m> {
        At::Between(Rc::new(of))
    }
}

fn ordered(one: Number, other: Number) -> Ends {
    if one <= other { (one, other) } else { (other, one) }
}

/// The least and the most of some.
fn spread(all: impl IntoIterator<Item = Number>) -> Option<Ends> {
    all.into_iter().fold(None, |so_far: Option<Ends>, one| match so_far {
        None => Some((one.clone(), one)),
        Some((least, most)) => Some((least.min(one.clone()), most.max(one))),
    })
}

/// The steps on which all shapes hold.
#[derive(Clone, Debug, Default)]
pub struct Stretch {
    /// The last of them; `None` is no end.
    pub last: Option<Number>,
}

impl Stretch {
    /// Ends at this step, unless it has ended before.
    fn until(&mut self, step: Number) {
        let step = if step.is_negative() { Number::ZERO } else { step };
        if self.last.as_ref().is_none_or(|last| step < *last) {
            self.last = Some(step);
        }
    }

    /// Holds while the number has the sign that it has at first; whether that could be made sure.
    pub fn keep_sign(&mut self, moving: &Moving<'_>) -> bool {
        let Value::Number(first) = &moving.value else { return moving.shape == Shape::Same };
        match &moving.shape {
            Shape::Same => true,
            Shape::Line(slope) => {
                if first.is_zero() {
                    self.until(Number::ZERO);
                } else if first.is_negative() != slope.is_negative()
                    && let Some(root) = first.neg().div(slope)
                {
                    // The last step before the root.
                    self.until(root.ceil().sub(&Number::ONE));
                }
                true
            }
            Shape::OneWay(rises) => {
                // Away from 0 it keeps its sign.
                if !first.is_zero() && first.is_positive() == *rises {
                    return true;
                }
                let Some(At::Step(at)) = &moving.at else { return false };
                let sign = |number: &Number| (number.is_positive(), number.is_negative());
                let same = |step: &Number| at(step).map(|number| sign(&number) == sign(first));
                match until(same, self.last.as_ref()) {
                    Some(Until::Last(last) | Until::SoFar(last)) => self.until(last),
                    Some(Until::End) => {}
                    None => return false,
                }
                true
            }
            Shape::ToAndFro => {
                let Some(between) = moving.between() else { return false };
                let (above, below) = (first.is_positive(), first.is_negative());
                let same = |step: &Number| {
                    Some(between(&Number::ZERO, step).is_some_and(|(least, most)| match (above, below) {
                        (true, _) => least.is_positive(),
                        (_, true) => most.is_negative(),
                        _ => least.is_zero() && most.is_zero(),
                    }))
                };
                match until(same, self.last.as_ref()) {
                    Some(Until::Last(last) | Until::SoFar(last)) => self.until(last),
                    Some(Until::End) => {}
                    None => return false,
                }
                true
            }
            Shape::Any => false,
        }
    }
}

/// Steps are doubled so often: a million million of them are far enough.
pub const DOUBLED: u32 = 40;

/// Until when something holds that never comes back once it is gone.
enum Until {
    /// To the end.
    End,
    /// To this step, and no further.
    Last(Number),
    /// To this step, and nobody has looked further.
    SoFar(Number),
}

fn until(holds: impl Fn(&Number) -> Option<bool>, end: Option<&Number>) -> Option<Until> {
    let (mut low, mut step) = (Number::ZERO, Number::ONE);
    let mut high = None;
    for _ in 0..DOUBLED {
        let far = end.filter(|end| **end < step).cloned().unwrap_or_else(|| step.clone());
        if !holds(&far)? {
            high = Some(far);
            break;
        }
        if end.is_some_and(|end| far == *end) {
            return Some(Until::End);
        }
        low = far;
        step = step.add(&step);
    }
    let Some(mut high) = high else { return Some(Until::SoFar(low)) };
    loop {
        let middle = low.add(&high).mul(&Number::from_parts(5, 1)).floor();
        if middle <= low {
            return Some(Until::Last(low));
        }
        match holds(&middle)? {
            true => low = middle,
            false => high = middle,
        }
    }
}

/// Where something holds first that does not hold at step 0, and goes on holding.
pub enum First {
    At(Number),
    /// Not up to the end.
    Never,
    /// Not as far as anybody has looked: to this step.
    NotUpTo(Number),
}

/// Finds it by halving; nothing where it cannot be told at a step.
pub fn first_that(holds: impl Fn(&Number) -> Option<bool>, end: Option<&Number>) -> Option<First> {
    Some(match until(|step| holds(step).map(|holds| !holds), end)? {
        Until::End => First::Never,
        Until::Last(last) => First::At(last.add(&Number::ONE)),
        Until::SoFar(last) => First::NotUpTo(last),
    })
}

/// So many runs of steps are looked at for what goes to and fro.
const RUNS: u32 = 20_000;

/// What is to be found where a number goes to and fro.
pub struct Search<'s> {
    /// Between which ends it stays from one step to another.
    pub between: &'s dyn Fn(&Number, &Number) -> Option<Ends>,
    /// Below this nothing is reached for sure.
    pub least: &'s Number,
    /// Whether it is, at a step.
    pub reached: &'s dyn Fn(&Number) -> Option<bool>,
}

impl Search<'_> {
    /// The first step after 0 at which it is reached; nothing where that took too long, or cannot be told at a step.
    pub fn first(&self, end: Option<&Number>) -> Option<First> {
        let (mut from, mut runs) = (Number::ONE, 0);
        let mut length = Number::ONE;
        for _ in 0..DOUBLED {
            if end.is_some_and(|end| from > *end) {
                return Some(First::Never);
            }
            let to = from.add(&length).sub(&Number::ONE);
            let to = end.filter(|end| **end < to).cloned().unwrap_or(to);
            if let Some(step) = self.within(from, to.clone(), &mut runs)? {
                return Some(First::At(step));
            }
            from = to.add(&Number::ONE);
            length = length.add(&length);
        }
        Some(First::NotUpTo(from.sub(&Number::ONE)))
    }

    fn within(&self, from: Number, to: Number, runs: &mut u32) -> Option<Option<Number>> {
        // The nearest runs lie on top.
        let mut open = vec![(from, to)];
        while let Some((from, to)) = open.pop() {
            *runs += 1;
            if *runs > RUNS {
                return None;
            }
            if (self.between)(&from, &to).is_some_and(|(_, most)| most < *self.least) {
                continue;
            }
            if from == to {
                if (self.reached)(&from)? {
                    return Some(Some(from));
                }
                continue;
            }
            let middle = halfway(&from, &to);
            open.push((middle.add(&Number::ONE), to));
            open.push((from, middle));
        }
        Some(None)
    }

    /// The step up to the end at which the number is greatest, and the first of several; nothing where that took too long.
    pub fn greatest(&self, end: &Number) -> Option<Number> {
        let at = |step: &Number| Some((self.between)(step, step)?.0);
        let mut best = (Number::ZERO, at(&Number::ZERO)?);
        let mut open = vec![(Number::ZERO, end.clone())];
        let mut runs = 0;
        while let Some((from, to)) = open.pop() {
            runs += 1;
            if runs > RUNS {
                return None;
            }
            for step in [&from, &to] {
                let value = at(step)?;
                if value > best.1 || value == best.1 && *step < best.0 {
                    best = (step.clone(), value);
                }
            }
            if to.sub(&from) <= Number::ONE || (self.between)(&from, &to).is_some_and(|(_, most)| most <= best.1) {
                continue;
            }
            let middle = halfway(&from, &to);
            open.push((middle.clone(), to));
            open.push((from, middle));
        }
        Some(best.0)
    }
}

fn halfway(from: &Number, to: &Number) -> Number {
    from.add(to).mul(&Number::from_parts(5, 1)).floor()
}

impl<'m> Moving<'m> {
    pub fn same(value: Value) -> Moving<'m> {
        Moving { value, shape: Shape::Same, at: None }
    }

    pub fn any(value: Value) -> Moving<'m> {
        Moving { value, shape: Shape::Any, at: None }
    }

    pub fn number(&self) -> Option<&Number> {
        self.value.as_number()
    }

    /// Which way it goes, if any: `None` is not known.
    pub fn way(&self) -> Option<Option<bool>> {
        match &self.shape {
            Shape::Same => Some(None),
            Shape::Line(slope) => Some(Some(slope.is_positive())),
            Shape::OneWay(rises) => Some(Some(*rises)),
            Shape::ToAndFro | Shape::Any => None,
        }
    }

    /// The number at a step, where it is the same, on a line, or goes one way.
    fn reader(&self) -> Option<AtStep<'m>> {
        let first = self.number()?.clone();
        match (&self.shape, &self.at) {
            (Shape::Same, _) => Some(Rc::new(move |_| Some(first.clone()))),
            (Shape::Line(slope), _) => {
                let slope = slope.clone();
                Some(Rc::new(move |step| Some(first.add(&slope.mul(step)))))
            }
            (Shape::OneWay(_), Some(At::Step(at))) => Some(at.clone()),
            (Shape::OneWay(_) | Shape::ToAndFro | Shape::Any, _) => None,
        }
    }

    /// Between which ends the number stays from one step to another.
    pub fn between(&self) -> Option<Between<'m>> {
        if let (Shape::ToAndFro, Some(At::Between(between))) = (&self.shape, &self.at) {
            return Some(between.clone());
        }
        let at = self.reader()?;
        Some(Rc::new(move |from, to| {
            let first = at(from)?;
            Some(if from == to { (first.clone(), first) } else { ordered(first, at(to)?) })
        }))
    }

    /// Something that goes to and fro as two numbers do; `ends` are between which ends it is, by theirs.
    fn to_and_fro(
        value: Value,
        one: &Moving<'m>,
        other: &Moving<'m>,
        ends: impl Fn(Ends, Ends) -> Option<Ends> + 'm,
    ) -> Moving<'m> {
        let (Some(one), Some(other)) = (one.between(), other.between()) else { return Moving::any(value) };
        let between = move |from: &Number, to: &Number| ends(one(from, to)?, other(from, to)?);
        Moving { value, shape: Shape::ToAndFro, at: Some(At::between(between)) }
    }

    /// Something that goes the same way as this (`true`) or the other one.
    pub fn one_way(&self, value: Value, along: bool, of: impl Fn(Number) -> Option<Number> + 'm) -> Moving<'m> {
        if let (Shape::ToAndFro, Some(between)) = (&self.shape, self.between()) {
            let ends = move |from: &Number, to: &Number| {
                let (least, most) = between(from, to)?;
                Some(ordered(of(least)?, of(most)?))
            };
            return Moving { value, shape: Shape::ToAndFro, at: Some(At::between(ends)) };
        }
        let shape = match self.way() {
            None => Shape::Any,
            Some(None) => Shape::Same,
            Some(Some(rises)) => Shape::OneWay(rises == along),
        };
        let at = self.reader().map(|at| At::step(move |step| of(at(step)?)));
        Moving { value, shape, at }
    }

    /// Times a number that stays.
    pub fn scaled(&self, factor: &Number) -> Moving<'m> {
        let Some(number) = self.number() else { return self.clone() };
        if factor.is_zero() {
            return Moving::same(Value::Number(number.mul(factor)));
        }
        let value = Value::Number(number.mul(factor));
        match &self.shape {
            Shape::Line(slope) => Moving { value, shape: Shape::Line(slope.mul(factor)), at: None },
            Shape::Same => Moving::same(value),
            _ => {
                let by = factor.clone();
                self.one_way(value, factor.is_positive(), move |number| Some(number.mul(&by)))
            }
        }
    }

    pub fn plus(&self, other: &Moving<'m>) -> Moving<'m> {
        let (Some(one), Some(two)) = (self.number(), other.number()) else {
            return first_missing(self, other);
        };
        let value = Value::Number(one.add(two));
        let shape = match (&self.shape, &other.shape) {
            (Shape::Same, shape) | (shape, Shape::Same) => shape.clone(),
            (Shape::Line(one), Shape::Line(two)) => line(one.add(two)),
            _ => match (self.way(), other.way()) {
                (Some(Some(one)), Some(Some(two))) if one == two => Shape::OneWay(one),
                _ => Shape::ToAndFro,
            },
        };
        let at = match &shape {
            Shape::ToAndFro => {
                let sum = |(low, high): Ends, (its_low, its_high): Ends| Some((low.add(&its_low), high.add(&its_high)));
                return Moving::to_and_fro(value, self, other, sum);
            }
            Shape::OneWay(_) => self
                .reader()
                .zip(other.reader())
                .map(|(one, two)| At::step(move |step| Some(one(step)?.add(&two(step)?)))),
            _ => None,
        };
        Moving { value, shape, at }
    }

    pub fn negated(&self) -> Moving<'m> {
        self.scaled(&Number::from(-1))
    }

    pub fn minus(&self, other: &Moving<'m>) -> Moving<'m> {
        if self.number().is_none() || other.number().is_none() {
            return first_missing(self, other);
        }
        self.plus(&other.negated())
    }

    pub fn times(&self, other: &Moving<'m>, stretch: &mut Stretch) -> Moving<'m> {
        let (Some(one), Some(two)) = (self.number(), other.number()) else {
            return first_missing(self, other);
        };
        let value = Value::Number(one.mul(two));
        match (&self.shape, &other.shape) {
            (Shape::Same, _) => return other.scaled(one),
            (_, Shape::Same) => return self.scaled(two),
            (Shape::Line(first), Shape::Line(second)) => {
                // a + b t + c t², which turns at −b / 2c.
                let (b, c) = (one.mul(second).add(&two.mul(first)), first.mul(second));
                let turn = b.neg().div(&c.add(&c)).unwrap_or(Number::ZERO);
                let rises = match turn.is_positive() {
                    true => {
                        stretch.until(turn.floor());
                        !c.is_positive()
                    }
                    false => c.is_positive(),
                };
                let at = (self.reader().zip(other.reader()))
                    .map(|(one, two)| At::step(move |step| Some(one(step)?.mul(&two(step)?))));
                return Moving { value, shape: Shape::OneWay(rises), at };
            }
            _ => {}
        }
        // Both above 0 and going up.
        let up = [self, other]
            .iter()
            .all(|one| one.way() == Some(Some(true)) && one.number().is_some_and(|number| !number.is_negative()));
        if !up {
            let corners = |(low, high): Ends, (its_low, its_high): Ends| {
                spread([low.mul(&its_low), low.mul(&its_high), high.mul(&its_low), high.mul(&its_high)])
            };
            return Moving::to_and_fro(value, self, other, corners);
        }
        let at = (self.reader().zip(other.reader()))
            .map(|(one, two)| At::step(move |step| Some(one(step)?.mul(&two(step)?))));
        Moving { value, shape: Shape::OneWay(true), at }
    }

    pub fn over(&self, other: &Moving<'m>, stretch: &mut Stretch) -> Moving<'m> {
        let (Some(one), Some(two)) = (self.number(), other.number()) else {
            return first_missing(self, other);
        };
        if !stretch.keep_sign(other) {
            return Moving::any(one.div(two).map_or(Value::Missing(Missing::DivisionByZero), Value::Number));
        }
        let Some(quotient) = one.div(two) else { return Moving::same(Value::Missing(Missing::DivisionByZero)) };
        let value = Value::Number(quotient);
        let at =
            || self.reader().zip(other.reader()).map(|(one, two)| At::step(move |step| one(step)?.div(&two(step)?)));
        // On one side of 0.
        let corners = |(low, high): Ends, (its_low, its_high): Ends| {
            if its_low.is_negative() != its_high.is_negative() || its_low.is_zero() || its_high.is_zero() {
                return None;
            }
            spread([low.div(&its_low)?, low.div(&its_high)?, high.div(&its_low)?, high.div(&its_high)?])
        };
        match (&self.shape, &other.shape) {
            (_, Shape::Same) => match Number::ONE.div(two) {
                Some(factor) => self.scaled(&factor),
                None => Moving::any(value),
            },
            (Shape::Same, _) => match other.way() {
                Some(Some(_)) if one.is_zero() => Moving::same(value),
                // c / d falls as d rises, on one side of 0.
                Some(Some(rises)) => Moving { value, shape: Shape::OneWay(rises != one.is_positive()), at: at() },
                _ => Moving::to_and_fro(value, self, other, corners),
            },
            (Shape::Line(first), Shape::Line(second)) => {
                // The sign of the slope of (a + b t) / (c + d t) is that of b c − a d.
                let slope = first.mul(two).sub(&one.mul(second));
                match slope.is_zero() {
                    true => Moving::same(value),
                    false => Moving { value, shape: Shape::OneWay(slope.is_positive()), at: at() },
                }
            }
            _ => Moving::to_and_fro(value, self, other, corners),
        }
    }

    /// The smaller (`true`) or the larger of two.
    pub fn best(&self, other: &Moving<'m>, least: bool, stretch: &mut Stretch) -> Moving<'m> {
        let difference = self.minus(other);
        let Some(number) = difference.number() else { return first_missing(self, other) };
        let own = if least { !number.is_positive() } else { !number.is_negative() };
        if stretch.keep_sign(&difference) {
            return if own { self.clone() } else { other.clone() };
        }
        let value = if own { self.value.clone() } else { other.value.clone() };
        // What goes one way goes on doing so under a cap.
        let shape = match (self.way(), other.way()) {
            (Some(one), Some(two)) if one.is_none() || two.is_none() || one == two => match one.or(two) {
                Some(rises) => Shape::OneWay(rises),
                None => Shape::Same,
            },
            _ => Shape::ToAndFro,
        };
        let pick = move |one: Number, two: Number| if least { one.min(two) } else { one.max(two) };
        if shape == Shape::ToAndFro {
            let ends =
                move |(low, high): Ends, (its_low, its_high): Ends| Some((pick(low, its_low), pick(high, its_high)));
            return Moving::to_and_fro(value, self, other, ends);
        }
        let at = (self.reader().zip(other.reader()))
            .map(|(one, two)| At::step(move |step| Some(pick(one(step)?, two(step)?))));
        Moving { value, shape, at }
    }
}

fn line(slope: Number) -> Shape {
    if slope.is_zero() { Shape::Same } else { Shape::Line(slope) }
}

/// What is missing stays so, with its reason.
fn first_missing<'m>(one: &Moving<'m>, other: &Moving<'m>) -> Moving<'m> {
    let known = if one.number().is_none() { one } else { other };
    let shape = if one.shape == Shape::Any || other.shape == Shape::Any { Shape::Any } else { Shape::Same };
    Moving { value: known.value.clone(), shape, at: None }
}

#[cfg(test)]
mod tests;

//! How a number moves while a KPI is moved step by step: exactly along a line, one way, or in a way that is not known.
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
    Any,
}

/// A value at the first step of a stretch, and what it is at others, where its shape does not tell.
#[derive(Clone)]
pub struct Moving<'m> {
    pub value: Value,
    pub shape: Shape,
    pub at: Option<At<'m>>,
}

/// The number at a step.
pub type At<'m> = Rc<dyn Fn(&Number) -> Option<Number> + 'm>;

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
                let Some(at) = &moving.at else { return false };
                let sign = |number: &Number| (number.is_positive(), number.is_negative());
                let same = |step: &Number| at(step).map(|number| sign(&number) == sign(first));
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
            Shape::Any => None,
        }
    }

    /// The number at a step.
    fn reader(&self) -> Option<At<'m>> {
        if let Some(at) = &self.at {
            return Some(at.clone());
        }
        let first = self.number()?.clone();
        match &self.shape {
            Shape::Same => Some(Rc::new(move |_| Some(first.clone()))),
            Shape::Line(slope) => {
                let slope = slope.clone();
                Some(Rc::new(move |step| Some(first.add(&slope.mul(step)))))
            }
            Shape::OneWay(_) | Shape::Any => None,
        }
    }

    /// Something that goes the same way as this (`true`) or the other one.
    pub fn one_way(&self, value: Value, along: bool, of: impl Fn(Number) -> Option<Number> + 'm) -> Moving<'m> {
        let shape = match self.way() {
            None => Shape::Any,
            Some(None) => Shape::Same,
            Some(Some(rises)) => Shape::OneWay(rises == along),
        };
        let at = self.reader().map(|at| -> At<'m> { Rc::new(move |step| of(at(step)?)) });
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
                _ => Shape::Any,
            },
        };
        let at = match &shape {
            Shape::OneWay(_) => self
                .reader()
                .zip(other.reader())
                .map(|(one, two)| -> At<'m> { Rc::new(move |step| Some(one(step)?.add(&two(step)?))) }),
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
                let at = self
                    .reader()
                    .zip(other.reader())
                    .map(|(one, two)| -> At<'m> { Rc::new(move |step| Some(one(step)?.mul(&two(step)?))) });
                return Moving { value, shape: Shape::OneWay(rises), at };
            }
            _ => {}
        }
        // Both above 0 and going up.
        let up = [self, other]
            .iter()
            .all(|one| one.way() == Some(Some(true)) && one.number().is_some_and(|number| !number.is_negative()));
        let shape = if up { Shape::OneWay(true) } else { Shape::Any };
        let at = self
            .reader()
            .zip(other.reader())
            .map(|(one, two)| -> At<'m> { Rc::new(move |step| Some(one(step)?.mul(&two(step)?))) });
        Moving { value, shape, at }
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
        let at = || {
            self.reader()
                .zip(other.reader())
                .map(|(one, two)| -> At<'m> { Rc::new(move |step| one(step)?.div(&two(step)?)) })
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
                _ => Moving::any(value),
            },
            (Shape::Line(first), Shape::Line(second)) => {
                // The sign of the slope of (a + b t) / (c + d t) is that of b c − a d.
                let slope = first.mul(two).sub(&one.mul(second));
                match slope.is_zero() {
                    true => Moving::same(value),
                    false => Moving { value, shape: Shape::OneWay(slope.is_positive()), at: at() },
                }
            }
            _ => Moving::any(value),
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
            _ => Shape::Any,
        };
        let at = self.reader().zip(other.reader()).map(|(one, two)| -> At<'m> {
            Rc::new(move |step| {
                let (one, two) = (one(step)?, two(step)?);
                Some(if least { one.min(two) } else { one.max(two) })
            })
        });
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

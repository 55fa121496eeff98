//! The walk away from what something is, stretch by stretch, until the goal is reached or there is nothing more.

use std::sync::LazyLock;

use super::answer::{Reached, Side, Unknown, Why, not};
use super::mix::{self, Piece};
use super::outcome::{Goal, Move, Outcome};
use super::person::{Ahead, Person};
use super::shape::{DOUBLED, First, Moving, Search, Shape, Stretch, first_that};
use super::step::distance;
use crate::number::Number;
use crate::score::trying::Tried;

/// So many steps away nobody looks for an answer.
static FAR: LazyLock<Number> = LazyLock::new(|| Number::from(1_u64 << (DOUBLED - 2)));

/// So many stretches are gone through in one direction.
const STRETCHES: usize = 2_000;

/// Something that is moved away from what it is.
pub struct Walk<'w, 'p, 'a> {
    pub person: &'w Person<'p, 'a>,
    pub moved: &'w Move,
    pub goal: &'w Goal,
    /// How far it can go at all: down and up.
    pub ends: (Option<Number>, Option<Number>),
    pub today: Option<&'w Number>,
    pub step: &'w Number,
    /// The score before rounding, or the amount, from which on the goal is about reached.
    pub wanted: Option<Number>,
}

/// The best that was seen on the way, and whether a stretch ends there.
#[derive(Default)]
struct Most(Option<(Number, Outcome)>, bool);

impl Most {
    /// `end`: it is the last of a stretch. Where the next one begins with the same score, it is what people would name.
    fn see(&mut self, goal: &Goal, value: &Number, outcome: &Outcome, end: bool) {
        let own = outcome.rank(goal);
        if own.0.is_none() && own.2.is_none() {
            return;
        }
        let better = self.0.as_ref().is_none_or(|(_, best)| {
            let best = best.rank(goal);
            own > best || own == best && self.1 && !end
        });
        if better {
            (self.0, self.1) = (Some((value.clone(), outcome.clone())), end);
        }
    }
}

impl<'a> Walk<'_, '_, 'a> {
    fn look(&self, value: &Number) -> Option<(Tried, Outcome)> {
        self.person.look(&self.moved.given(value))
    }

    /// How far it can go at all in a direction.
    fn end(&self, up: bool) -> Option<Number> {
        let (low, high) = &self.ends;
        if up { high.clone() } else { low.clone() }
    }

    /// The nearest in a direction that reaches the goal, which is not reached as it is.
    pub fn go(&self, up: bool) -> Side {
        let mut most = Most::default();
        let (today, zero) = (self.today, Number::ZERO);
        // On the grid of the smallest steps.
        let places = today.unwrap_or(&zero).div(self.step).unwrap_or(Number::ZERO);
        let first = match (today, up) {
            (Some(_), true) => places.floor().add(&Number::ONE),
            (Some(_), false) => places.ceil().sub(&Number::ONE),
            (None, true) => Number::ZERO,
            (None, false) => Number::from(-1),
        };
        let way = if up { self.step.clone() } else { self.step.neg() };
        let mut value = first.mul(self.step);
        // What was looked at last, and did not do.
        let mut before = today.cloned();
        let mut before_outcome = self.person.today();
        let end = self.end(up);
        for _ in 0..STRETCHES {
            let left = end.as_ref().and_then(|end| Some(end.sub(&value).div(&way)?.floor()));
            if left.as_ref().is_some_and(Number::is_negative) {
                return not(most.0, if self.is_at(&before, &end) { Why::Most } else { Why::End });
            }
            let Some((tried, outcome)) = self.look(&value) else { return not(most.0, Why::End) };
            most.see(self.goal, &value, &outcome, false);
            if outcome.reaches(self.goal) {
                let less = before.map(|before| {
                    let outcome = before_outcome.or_else(|| Some(self.look(&before)?.1));
                    (before, outcome.unwrap_or(Outcome::NONE))
                });
                return Side::Reached(Box::new(Reached { value, outcome, less, by_halving: false }));
            }
            let mut stretch = Stretch { last: left };
            let Ahead { moving, unknown } = self.person.ahead(&tried, (self.moved, &way), self.goal, &mut stretch);
            let untold = || Why::NotTold(Unknown::Formula(unknown));
            let at = |step: &Number| value.add(&way.mul(step));
            let to_and_fro = moving.shape == Shape::ToAndFro;
            match if to_and_fro { Some(Some(true)) } else { moving.way() } {
                None => return not(most.0, untold()),
                Some(Some(true)) if !outcome.is_barred(self.goal) => {
                    let found = self.first(&moving, &at, &stretch);
                    match found {
                        None => return not(most.0, untold()),
                        Some(First::At(step)) => {
                            let (own, less) = (at(&step), at(&step.sub(&Number::ONE)));
                            let Some((_, outcome)) = self.look(&own) else { return not(most.0, untold()) };
                            let less_outcome = self.look(&less).map_or(Outcome::NONE, |(_, outcome)| outcome);
                            let (less, by_halving) = (
                                Some((less, less_outcome)),
                                matches!(moving.shape, Shape::OneWay(_) | Shape::ToAndFro),
                            );
                            return Side::Reached(Box::new(Reached { value: own, outcome, less, by_halving }));
                        }
                        Some(First::NotUpTo(step)) => return not(most.0, Why::NotUpTo(at(&step))),
                        Some(First::Never) => {
                            self.see_greatest(&moving, &at, &stretch, &mut most);
                            if let Some(last) = &stretch.last
                                && let Some((_, outcome)) = self.look(&at(last))
                            {
                                most.see(self.goal, &at(last), &outcome, true);
                            }
                        }
                    }
                }
                _ => {}
            }
            let Some(last) = &stretch.last else { return not(most.0, Why::Most) };
            // A stretch that ends there has no end of its own.
            let far = at(last).sub(today.unwrap_or(&zero)).div(self.step).is_some_and(|steps| steps.abs() >= *FAR);
            if far {
                return not(most.0, Why::NotUpTo(at(last)));
            }
            before = Some(at(last));
            before_outcome = None;
            value = at(&last.add(&Number::ONE));
        }
        not(most.0, Why::NotUpTo(value))
    }

    fn is_at(&self, before: &Option<Number>, end: &Option<Number>) -> bool {
        before.is_some() && before == end
    }

    /// The total as it is, and the pieces of straight lines in both directions on which it is above that.
    pub fn pieces(&self, target: Option<&Number>) -> Option<(Number, Vec<Piece>)> {
        /// Further ones are left out.
        const PIECES: usize = 12;
        let today = self.today?;
        let (tried, _) = self.look(today)?;
        let ahead = |tried: &Tried, way: &Number, stretch: &mut Stretch| {
            let ahead = self.person.ahead(tried, (self.moved, way), self.goal, stretch);
            (ahead.moving.number().cloned(), ahead.moving.shape)
        };
        let total = ahead(&tried, self.step, &mut Stretch::default()).0?;
        let mut both = Vec::new();
        for up in [true, false] {
            let mut pieces = Vec::new();
            let way = if up { self.step.clone() } else { self.step.neg() };
            let places = today.div(self.step)?;
            let first = if up { places.floor().add(&Number::ONE) } else { places.ceil().sub(&Number::ONE) };
            let mut value = first.mul(self.step);
            let end = self.end(up);
            for _ in 0..PIECES {
                let left = end.as_ref().and_then(|end| Some(end.sub(&value).div(&way)?.floor()));
                if left.as_ref().is_some_and(Number::is_negative) {
                    break;
                }
                let Some((tried, _)) = self.look(&value) else { break };
                let mut stretch = Stretch { last: left };
                let (Some(number), rise) = (match ahead(&tried, &way, &mut stretch) {
                    (number, Shape::Line(rise)) => (number, rise),
                    (number, Shape::Same) => (number, Number::ZERO),
                    (_, Shape::OneWay(_) | Shape::ToAndFro | Shape::Any) => break,
                }) else {
                    break;
                };
                let gain = number.sub(&total);
                if gain.is_positive() || rise.is_positive() {
                    let cost = distance(&value, Some(today), target);
                    let (start, way, steps) = (value.clone(), way.clone(), stretch.last.clone());
                    // Where it does not rise, its beginning is all of it.
                    let (rise, steps) =
                        if rise.is_positive() { (rise, steps) } else { (Number::ZERO, Some(Number::ZERO)) };
                    pieces.push(Piece { start, cost, gain, way, rise, steps });
                }
                let Some(last) = &stretch.last else { break };
                value = value.add(&way.mul(&last.add(&Number::ONE)));
            }
            both.extend(mix::joined(pieces));
        }
        Some((total, both))
    }

    /// Below this the goal is not reached, however scores are rounded.
    fn least(&self) -> Option<Number> {
        let wanted = self.wanted.as_ref()?;
        let places = match self.goal {
            Goal::Output { .. } => None,
            Goal::Grade(_) | Goal::Score(_) => self.person.model.company.score_decimals,
        };
        Some(places.map_or(wanted.clone(), |places| wanted.sub(&Number::from_parts(2, places))))
    }

    /// What goes to and fro may be greatest between the ends of a stretch.
    fn see_greatest(&self, moving: &Moving<'_>, at: &dyn Fn(&Number) -> Number, stretch: &Stretch, most: &mut Most) {
        let (Shape::ToAndFro, Some(between), Some(last)) = (&moving.shape, moving.between(), &stretch.last) else {
            return;
        };
        let search = Search { between: &*between, least: &Number::ZERO, reached: &|_| None };
        if let Some(step) = search.greatest(last)
            && let Some((_, outcome)) = self.look(&at(&step))
        {
            most.see(self.goal, &at(&step), &outcome, true);
        }
    }

    /// Where the goal is reached on a stretch on which the score rises, or goes to and fro.
    fn first(&self, moving: &Moving<'_>, at: &dyn Fn(&Number) -> Number, stretch: &Stretch) -> Option<First> {
        let reached = |step: &Number| Some(self.look(&at(step))?.1.reaches(self.goal));
        if moving.shape == Shape::ToAndFro {
            let (between, least) = (moving.between()?, self.least()?);
            let search = Search { between: &*between, least: &least, reached: &reached };
            return search.first(stretch.last.as_ref());
        }
        if let (Some(last), true) = (&stretch.last, stretch.last.as_ref().is_some_and(Number::is_positive))
            && !reached(last)?
        {
            return Some(First::Never);
        }
        if stretch.last.as_ref().is_some_and(Number::is_zero) {
            return Some(First::Never);
        }
        // Along a line it is known where, but for the rounding.
        if let (Shape::Line(slope), Some(first), Some(wanted)) = (&moving.shape, moving.number(), self.wanted.as_ref())
        {
            let guess = wanted.sub(first).div(slope)?.ceil();
            for more in [0, 1, -1] {
                let step = guess.add(&Number::from(more));
                let inside = step.is_positive() && stretch.last.as_ref().is_none_or(|last| step <= *last);
                if inside && reached(&step)? && (step == Number::ONE || !reached(&step.sub(&Number::ONE))?) {
                    return Some(First::At(step));
                }
            }
        }
        first_that(reached, stretch.last.as_ref())
    }
}

//! The nearest value of one KPI that reaches a goal, in both directions from what it is.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::sync::LazyLock;

use super::cards::{Moved, overall};
use super::mix::{self, Mix, Movable, Piece};
use super::nodes::Nodes;
use super::outcome::{Goal, Lever, Outcome};
use super::shape::{DOUBLED, First, Moving, Shape, Stretch, first_that};
use super::step::{distance, smallest};
use crate::eval::operands;
use crate::language::ScopeWord;
use crate::model::{KpiId, Model, PositionId};
use crate::number::Number;
use crate::plan::Plan;
use crate::plan::program::{Calc, CalcId, EntryPlan, EntryWhat, GroupPlan};
use crate::score::card::{EntryResult, EntryResultKind, PersonResult};
use crate::score::trying::{Rivals, Tried, Trying};
use crate::score::{Scored, supposable};
use crate::value::{Interval, Value};

/// What one KPI would have to be.
#[derive(Clone, Debug)]
pub struct Answer {
    pub kpi: KpiId,
    pub scope: ScopeWord,
    pub position: PositionId,
    /// Index into the posts of the roster, and the node that is moved.
    pub post: usize,
    pub node: CalcId,
    pub today: Value,
    /// Of the entry that is scored by it.
    pub target: Option<Number>,
    /// The smallest step.
    pub step: Number,
    pub up: Side,
    pub down: Side,
}

impl Answer {
    /// The nearest that does; of two that are equally near the upper one.
    pub fn nearest(&self) -> Option<&Reached> {
        match (&self.up, &self.down) {
            (Side::Reached(up), Side::Reached(down)) => {
                Some(if self.distance(up) <= self.distance(down) { up } else { down })
            }
            (Side::Reached(one), _) | (_, Side::Reached(one)) => Some(one),
            _ => None,
        }
    }

    fn distance(&self, reached: &Reached) -> Number {
        distance(&reached.value, self.today.as_number(), self.target.as_ref())
    }

    /// How far the nearest is away, relative to the target or to what it is.
    pub fn effort(&self) -> Option<Number> {
        Some(self.distance(self.nearest()?))
    }
}

/// What moving a KPI in one direction gives.
#[derive(Clone, Debug)]
pub enum Side {
    Reached(Box<Reached>),
    Not(Box<NotReached>),
}

/// A value that reaches the goal, with the one before it that does not: both evaluated.
#[derive(Clone, Debug)]
pub struct Reached {
    pub value: Number,
    pub outcome: Outcome,
    /// One smallest step nearer to what it is, or that itself; none where there is no value as it is.
    pub less: Option<(Number, Outcome)>,
    /// The score does not follow a straight line there.
    pub by_halving: bool,
}

/// Why no value does.
#[derive(Clone, Debug)]
pub struct NotReached {
    /// The best there is, and the value that gives it; none where no value was there to be tried.
    pub most: Option<(Number, Outcome)>,
    pub why: Why,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// All values were gone through: this is the most.
    Most,
    /// No further value is possible in this direction: by the limits of the KPI, or of another one behind it.
    End,
    /// It was not found up to this value, and what lies beyond is not known.
    NotUpTo(Number),
    /// How the score moves cannot be told of the formulas.
    NotTold,
}

/// Solves goals of the people of a period.
pub struct Solver<'s, 'a> {
    model: &'a Model,
    plan: &'a Plan,
    scored: &'s Scored<'a>,
    rivals: Rivals,
    intervals: Vec<Interval>,
}

/// So many steps away nobody looks for an answer.
static FAR: LazyLock<Number> = LazyLock::new(|| Number::from(1_u64 << (DOUBLED - 2)));

/// So many stretches are gone through in one direction.
const STRETCHES: usize = 2_000;

impl<'s, 'a> Solver<'s, 'a> {
    pub fn new(scored: &'s Scored<'a>) -> Solver<'s, 'a> {
        let (model, plan) = (scored.model(), scored.plan());
        Solver { model, plan, scored, rivals: Rivals::default(), intervals: model.kpi_intervals() }
    }

    /// A person (a place in the results), to be asked about.
    pub fn person(&self, at: usize) -> Person<'_, 'a> {
        let trying = self.scored.trying(&self.rivals, at);
        let tried = trying.with(&[]);
        Person {
            solver_model: self.model,
            plan: self.plan,
            intervals: &self.intervals,
            trying,
            tried,
            looks: Cell::new(0),
            wanted: RefCell::default(),
        }
    }
}

/// Somebody whose KPIs are moved.
pub struct Person<'p, 'a> {
    solver_model: &'a Model,
    plan: &'a Plan,
    intervals: &'p [Interval],
    trying: Trying<'p, 'a>,
    tried: Option<Tried>,
    looks: Cell<u64>,
    /// The score that a goal takes, which is the same for all KPIs.
    wanted: RefCell<Option<(Goal, Option<Number>)>>,
}

impl<'a> Person<'_, 'a> {
    /// What comes out as it is.
    pub fn today(&self) -> Option<Outcome> {
        self.tried.as_ref().map(|tried| Outcome::of(&tried.result))
    }

    /// The result as it is, without outputs.
    pub fn result(&self) -> Option<&PersonResult> {
        self.tried.as_ref().map(|tried| &tried.result)
    }

    /// How often something was evaluated.
    pub fn looks(&self) -> u64 {
        self.looks.get()
    }

    /// The KPIs that the person's scorecards read: by their entries, adjustments, vetoes and conditions; those behind other KPIs
    /// only where `all` are asked for.
    pub fn levers(&self, all: bool) -> Vec<Lever> {
        let mut levers: Vec<Lever> = Vec::new();
        for seat in self.trying.seats() {
            let position = self.plan.program.cards[seat.card].position;
            let first = self.first_kpis(self.trying.tape(seat).roots());
            for (node, _) in supposable(self.plan, seat.card) {
                let lever = Lever { post: seat.subject.post, position, node };
                if (all || first.contains(&node)) && !levers.contains(&lever) {
                    levers.push(lever);
                }
            }
        }
        levers
    }

    /// The KPIs that formulas read without another one between.
    fn first_kpis(&self, roots: &[CalcId]) -> HashSet<CalcId> {
        let (mut first, mut seen, mut open) = (HashSet::new(), HashSet::new(), roots.to_vec());
        while let Some(node) = open.pop() {
            if !seen.insert(node) {
                continue;
            }
            match &self.plan.program.nodes[node.0] {
                Calc::Kpi { .. } => drop(first.insert(node)),
                calc => operands(&self.plan.program, calc, |operand, _| open.push(operand)),
            }
        }
        first
    }

    /// What comes out with values of some KPIs.
    pub fn with(&self, values: &[(Lever, Value)]) -> Option<Outcome> {
        let given: Vec<_> = values.iter().map(|(lever, value)| (lever.post, (lever.node, value.clone()))).collect();
        self.looks.set(self.looks.get() + 1);
        self.trying.with(&given).map(|tried| Outcome::of(&tried.result))
    }

    /// The least mix of the person's KPIs, where they add to the total each by itself; the answers are those of each alone.
    pub fn mix(&self, goal: &Goal, answers: &[Answer]) -> Option<Mix> {
        let [seat] = self.trying.seats() else { return None };
        let today = self.today()?;
        if self.is_entangled(goal) || today.score.is_none() || today.is_barred(goal) {
            return None;
        }
        let plan = self.plan.program.cards[seat.card].scorecard.as_ref()?;
        let separate = self.result().map_or(Vec::new(), |result| mix::separate(result, plan));
        let answers: Vec<&Answer> = answers.iter().filter(|answer| separate.contains(&answer.node)).collect();
        let order = &seat.order;
        let follow: Vec<HashSet<CalcId>> = answers
            .iter()
            .map(|answer| self.trying.evaluator().behind_supposed(order, &[answer.node]).into_iter().collect())
            .collect();
        let card = &self.plan.program.cards[seat.card];
        let conditions = card.eligible.into_iter().chain(plan.vetoes.clone()).chain(applies(&plan.root)).collect();
        let wanted = self.wanted(goal)?;
        let mut movable = Vec::new();
        let mut lacking = None;
        for (answer, alone) in answers.iter().zip(mix::disjoint(&follow, &conditions)) {
            let (true, Some(value)) = (alone, answer.today.as_number()) else { continue };
            let lever = Lever { post: answer.post, position: answer.position, node: answer.node };
            let (kpi, step) = (answer.kpi, &answer.step);
            let walk = Walk { person: self, lever, goal, kpi, today: Some(value), step, wanted: None };
            let (total, pieces) = walk.pieces(answer.target.as_ref())?;
            lacking = Some(wanted.sub(&total));
            let (today, target, step) = (value.clone(), answer.target.clone(), answer.step.clone());
            movable.push(Movable { lever, today, target, step, pieces });
        }
        mix::least(&|values| self.with(values), goal, &movable, &lacking?)
    }

    /// Whether the own score comes back to the person through others.
    fn is_entangled(&self, goal: &Goal) -> bool {
        fn takes(entries: &[EntryResult], person: &str) -> bool {
            entries.iter().any(|entry| match &entry.what {
                EntryResultKind::Group(inner) => takes(inner, person),
                EntryResultKind::OtherScore(taken) => taken.iter().any(|one| &*one.person == person),
                EntryResultKind::Kpi { .. } => false,
            })
        }
        let Some(result) = self.result() else { return true };
        let cards = result.cards.iter().filter_map(|card| card.scorecard.as_ref());
        let own = cards.into_iter().any(|card| takes(&card.entries, &result.person));
        own || matches!(goal, Goal::Grade(_)) && !self.trying.alone()
    }

    /// About the score before rounding from which on the goal is reached.
    fn wanted(&self, goal: &Goal) -> Option<Number> {
        let mut known = self.wanted.borrow_mut();
        match &*known {
            Some((of, wanted)) if of == goal => wanted.clone(),
            _ => {
                let wanted = self.wanted_anew(goal);
                *known = Some((goal.clone(), wanted.clone()));
                wanted
            }
        }
    }

    fn wanted_anew(&self, goal: &Goal) -> Option<Number> {
        let score = match goal {
            Goal::Score(score) => score.clone(),
            Goal::Grade(grade) => self.trying.least_score(*grade)?,
        };
        let places = self.solver_model.company.score_decimals;
        Some(places.map_or(score.clone(), |places| score.sub(&Number::from_parts(5, places + 1))))
    }

    /// The values of a KPI that reach the goal, which is not reached as it is.
    pub fn solve(&self, lever: Lever, goal: &Goal) -> Answer {
        let (kpi, scope) = match &self.plan.program.nodes[lever.node.0] {
            Calc::Kpi { kpi, scope, .. } => (*kpi, *scope),
            _ => unreachable!("only KPIs are levers"),
        };
        let of_post = self.trying.seats().iter().find(|seat| seat.subject.post == lever.post);
        let today = of_post.and_then(|seat| seat.values.get(lever.node).ok().cloned());
        let today = today.unwrap_or_else(|| Value::stated("not evaluated"));
        let step = smallest(&self.solver_model.kpis[kpi.0].unit, today.as_number());
        let (up, down) = match self.is_entangled(goal) {
            true => (not(None, Why::NotTold), not(None, Why::NotTold)),
            false => {
                let wanted = self.wanted(goal);
                let walk = Walk { person: self, lever, goal, kpi, today: today.as_number(), step: &step, wanted };
                (walk.go(true), walk.go(false))
            }
        };
        let Lever { post, position, node } = lever;
        let target = of_post.and_then(|seat| {
            let root = &self.plan.program.cards[seat.card].scorecard.as_ref()?.root;
            seat.values.get(target_of(root, node)?).ok()?.as_number().cloned()
        });
        Answer { kpi, scope, position, post, node, today, target, step, up, down }
    }
}

/// The conditions under which entries count.
fn applies(group: &GroupPlan) -> Vec<CalcId> {
    let inner = |entry: &EntryPlan| match &entry.what {
        EntryWhat::Group(group) => applies(group),
        EntryWhat::Kpi(_) | EntryWhat::ScoreOf(_) | EntryWhat::ScoreOfReports => Vec::new(),
    };
    group.entries.iter().flat_map(|entry| entry.applies_when.into_iter().chain(inner(entry))).collect()
}

/// The target of the entry that is scored by a KPI.
fn target_of(group: &GroupPlan, node: CalcId) -> Option<CalcId> {
    group.entries.iter().find_map(|entry| match &entry.what {
        EntryWhat::Group(inner) => target_of(inner, node),
        EntryWhat::Kpi(kpi) if kpi.value == node => kpi.target,
        EntryWhat::Kpi(_) | EntryWhat::ScoreOf(_) | EntryWhat::ScoreOfReports => None,
    })
}

fn not(most: Option<(Number, Outcome)>, why: Why) -> Side {
    Side::Not(Box::new(NotReached { most, why }))
}

/// A KPI that is moved away from what it is.
struct Walk<'w, 'p, 'a> {
    person: &'w Person<'p, 'a>,
    lever: Lever,
    goal: &'w Goal,
    kpi: KpiId,
    today: Option<&'w Number>,
    step: &'w Number,
    /// The score before rounding from which on the goal is about reached.
    wanted: Option<Number>,
}

/// The best that was seen on the way, and whether a stretch ends there.
#[derive(Default)]
struct Most(Option<(Number, Outcome)>, bool);

impl Most {
    /// `end`: it is the last of a stretch. Where the next one begins with the same score, it is what people would name.
    fn see(&mut self, value: &Number, outcome: &Outcome, end: bool) {
        let Some(score) = &outcome.score else { return };
        // A grade above a score: a veto may stand in the way of the higher one.
        let rank = |outcome: &Outcome| (outcome.grade.map_or(usize::MAX, |grade| grade), outcome.score.clone());
        let better = self.0.as_ref().is_none_or(|(_, best)| {
            let (grade, known) = rank(best);
            let (own, _) = rank(outcome);
            let same = own == grade && known.as_ref() == Some(score);
            own < grade || own == grade && known.is_none_or(|known| *score > known) || same && self.1 && !end
        });
        if better {
            (self.0, self.1) = (Some((value.clone(), outcome.clone())), end);
        }
    }
}

impl<'a> Walk<'_, '_, 'a> {
    fn look(&self, value: &Number) -> Option<(Tried, Outcome)> {
        self.person.looks.set(self.person.looks.get() + 1);
        let given = [(self.lever.post, (self.lever.node, Value::Number(value.clone())))];
        let tried = self.person.trying.with(&given)?;
        let outcome = Outcome::of(&tried.result);
        Some((tried, outcome))
    }

    /// How far the KPI can go at all in a direction.
    fn end(&self, up: bool) -> Option<Number> {
        let limits = self.person.solver_model.kpis[self.kpi.0].limits.as_ref();
        let known = &self.person.intervals[self.kpi.0];
        match up {
            true => [limits.map(|(_, high)| high.clone()), known.high.clone()].into_iter().flatten().min(),
            false => [limits.map(|(low, _)| low.clone()), known.low.clone()].into_iter().flatten().max(),
        }
    }

    fn go(&self, up: bool) -> Side {
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
            most.see(&value, &outcome, false);
            if outcome.reaches(self.goal) {
                let less = before.map(|before| {
                    let outcome = before_outcome.or_else(|| Some(self.look(&before)?.1));
                    (before, outcome.unwrap_or(Outcome::NONE))
                });
                return Side::Reached(Box::new(Reached { value, outcome, less, by_halving: false }));
            }
            let mut stretch = Stretch { last: left };
            let moving = self.moving(&tried, &way, &mut stretch);
            let at = |step: &Number| value.add(&way.mul(step));
            match moving.way() {
                None => return not(most.0, Why::NotTold),
                Some(Some(true)) if !outcome.is_barred(self.goal) => {
                    let found = self.first(&moving, &at, &stretch);
                    match found {
                        None => return not(most.0, Why::NotTold),
                        Some(First::At(step)) => {
                            let (own, less) = (at(&step), at(&step.sub(&Number::ONE)));
                            let Some((_, outcome)) = self.look(&own) else { return not(most.0, Why::NotTold) };
                            let less_outcome = self.look(&less).map_or(Outcome::NONE, |(_, outcome)| outcome);
                            let (less, by_halving) =
                                (Some((less, less_outcome)), matches!(moving.shape, Shape::OneWay(_)));
                            return Side::Reached(Box::new(Reached { value: own, outcome, less, by_halving }));
                        }
                        Some(First::NotUpTo(step)) => return not(most.0, Why::NotUpTo(at(&step))),
                        Some(First::Never) => {
                            if let Some(last) = &stretch.last
                                && let Some((_, outcome)) = self.look(&at(last))
                            {
                                most.see(&at(last), &outcome, true);
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
    fn pieces(&self, target: Option<&Number>) -> Option<(Number, Vec<Piece>)> {
        /// Further ones are left out.
        const PIECES: usize = 12;
        let today = self.today?;
        let (tried, _) = self.look(today)?;
        let total = self.moving(&tried, self.step, &mut Stretch::default()).number()?.clone();
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
                let moving = self.moving(&tried, &way, &mut stretch);
                let (Some(number), rise) = (
                    moving.number(),
                    match &moving.shape {
                        Shape::Line(rise) => rise.clone(),
                        Shape::Same => Number::ZERO,
                        Shape::OneWay(_) | Shape::Any => break,
                    },
                ) else {
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

    /// How the overall score moves from here on.
    fn moving<'m>(&'m self, tried: &'m Tried, way: &Number, stretch: &mut Stretch) -> Moving<'m> {
        let person = self.person;
        let seats = person.trying.seats();
        let mut cards: Vec<(Moving<'m>, i64)> = Vec::new();
        let mut of_others = Vec::new();
        for (card, seat) in tried.result.cards.iter().zip(&tried.seats) {
            let (seat, values) = (&seats[*seat], &tried.values[*seat]);
            let plan = &person.plan.program.cards[seat.card];
            // Another post has its own value.
            let moved = seat.subject.post == self.lever.post;
            let kpi = (if moved { self.lever.node } else { CalcId(usize::MAX) }, way);
            let nodes = Nodes::of(
                (person.solver_model, &person.plan.program),
                (values, &seat.order),
                kpi,
                person.trying.evaluator().supposed_of(seat.subject),
                stretch,
            );
            let of_card = Moved { model: person.solver_model, plan, nodes: &nodes, served: seat.served };
            let total = of_card.total(card, stretch);
            if card.scorecard.is_some() {
                cards.push((total, i64::from(card.to.0 - card.from.0) + 1));
            } else if total.shape == Shape::Any {
                of_others.push(total);
            }
        }
        match of_others.pop() {
            Some(unknown) => unknown,
            None if cards.is_empty() => Moving::same(Value::stated("no scorecard")),
            None => overall(&cards),
        }
    }

    /// Where the goal is reached on a stretch on which the score rises.
    fn first(&self, moving: &Moving<'_>, at: &dyn Fn(&Number) -> Number, stretch: &Stretch) -> Option<First> {
        let reached = |step: &Number| Some(self.look(&at(step))?.1.reaches(self.goal));
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

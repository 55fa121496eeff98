//! Somebody who is looked at while something is moved: what comes out, and how it goes on from there.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::sync::OnceLock;

use super::answer::Unknown;
use super::cards::{Moved, overall};
use super::nodes::Nodes;
use super::outcome::{Goal, Lever, Move, Outcome};
use super::outputs::{self, Graded, Stint};
use super::shape::{Moving, Shape, Stretch};
use crate::eval::operands;
use crate::explain::Units;
use crate::model::{Model, PositionId};
use crate::number::Number;
use crate::plan::Plan;
use crate::plan::program::{Calc, CalcId, CardPlan};
use crate::score::card::{Card, EntryResult, EntryResultKind, PersonResult};
use crate::score::trying::{GivenIn, Rivals, Seated, Tried, Trying};
use crate::score::{Scored, sees_raw, supposable};
use crate::value::{Interval, Value};

/// Solves goals of the people of a period.
pub struct Solver<'s, 'a> {
    model: &'a Model,
    plan: &'a Plan,
    scored: &'s Scored<'a>,
    rivals: Rivals,
    intervals: Vec<Interval>,
    units: OnceLock<Units>,
}

impl<'s, 'a> Solver<'s, 'a> {
    pub fn new(scored: &'s Scored<'a>) -> Solver<'s, 'a> {
        let (model, plan) = (scored.model(), scored.plan());
        let intervals = model.kpi_intervals();
        Solver { model, plan, scored, rivals: Rivals::default(), intervals, units: OnceLock::new() }
    }

    /// A person (a place in the results), to be asked about.
    pub fn person(&self, at: usize) -> Person<'_, 'a> {
        self.looked_at(self.scored.trying(&self.rivals, at))
    }

    /// The same, with what is paid.
    pub fn person_paid(&self, at: usize) -> Person<'_, 'a> {
        self.looked_at(self.scored.trying_paid(&self.rivals, at))
    }

    fn looked_at<'p>(&'p self, trying: Trying<'p, 'a>) -> Person<'p, 'a> {
        let tried = trying.with(&[]);
        Person {
            model: self.model,
            plan: self.plan,
            intervals: &self.intervals,
            units: &self.units,
            trying,
            tried,
            looks: Cell::new(0),
            wanted: RefCell::default(),
        }
    }
}

/// Somebody of whom something is moved.
pub struct Person<'p, 'a> {
    pub(super) model: &'a Model,
    pub(super) plan: &'a Plan,
    pub(super) intervals: &'p [Interval],
    units: &'p OnceLock<Units>,
    pub(super) trying: Trying<'p, 'a>,
    tried: Option<Tried>,
    looks: Cell<u64>,
    /// The score that a goal takes, which is the same for all KPIs.
    wanted: RefCell<Option<(Goal, Option<Number>)>>,
}

/// How what is to be reached moves, and the first formula of which it is not known.
pub struct Ahead<'m> {
    pub moving: Moving<'m>,
    pub unknown: Option<CalcId>,
}

impl<'a> Person<'_, 'a> {
    /// What comes out as it is.
    pub fn today(&self) -> Option<Outcome> {
        self.tried.as_ref().map(|tried| Outcome::of(&tried.result))
    }

    /// The result as it is.
    pub fn result(&self) -> Option<&PersonResult> {
        self.tried.as_ref().map(|tried| &tried.result)
    }

    /// What comes out as it is, with the values behind it.
    pub(super) fn tried(&self) -> Option<&Tried> {
        self.tried.as_ref()
    }

    /// In which unit parts of formulas are.
    pub(super) fn units(&self) -> &Units {
        self.units.get_or_init(|| Units::of(self.model))
    }

    /// How often something was evaluated.
    pub fn looks(&self) -> u64 {
        self.looks.get()
    }

    /// What is looked at.
    pub(super) fn look(&self, given: &[GivenIn]) -> Option<(Tried, Outcome)> {
        self.looks.set(self.looks.get() + 1);
        let tried = self.trying.with(given)?;
        let outcome = Outcome::of(&tried.result);
        Some((tried, outcome))
    }

    /// What comes out with values of some KPIs.
    pub fn with(&self, values: &[(Lever, Value)]) -> Option<Outcome> {
        let given: Vec<_> = values.iter().map(|(lever, value)| (lever.post, (lever.node, value.clone()))).collect();
        self.look(&given).map(|(_, outcome)| outcome)
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

    /// Why nothing can be told of a goal, whatever is moved: what is the person's own comes back through others.
    pub fn untold(&self, goal: &Goal) -> Option<Unknown> {
        fn takes(entries: &[EntryResult], person: &str) -> bool {
            entries.iter().any(|entry| match &entry.what {
                EntryResultKind::Group(inner) => takes(inner, person),
                EntryResultKind::OtherScore(taken) => taken.iter().any(|one| &*one.person == person),
                EntryResultKind::Kpi { .. } => false,
            })
        }
        let Some(result) = self.result() else { return Some(Unknown::Formula(None)) };
        let takes_own =
            |card: &&Card| card.scorecard.as_ref().is_some_and(|scorecard| takes(&scorecard.entries, &result.person));
        if let Some(card) = result.cards.iter().find(takes_own) {
            return Some(Unknown::OwnScore(card.position));
        }
        if let Some(position) = self.trying.goes_round() {
            return Some(Unknown::OwnScore(position));
        }
        let graded = match goal {
            Goal::Grade(_) => true,
            Goal::Output { .. } => result.rating.is_some(),
            Goal::Score(_) => false,
        };
        if let (true, Some(rating)) = (graded, self.trying.entangled()) {
            return Some(Unknown::Distribution(rating.0));
        }
        match goal {
            Goal::Output { of, .. } => of.iter().find_map(|(position, output)| self.untold_output(*position, *output)),
            Goal::Grade(_) | Goal::Score(_) => None,
        }
    }

    fn untold_output(&self, position: PositionId, output: usize) -> Option<Unknown> {
        let of_post = |seat: &&Seated| self.plan.program.cards[seat.card].position == position;
        self.trying.seats().iter().filter(of_post).find_map(|seat| self.own_sum(seat, output)).map(Unknown::OwnSum)
    }

    /// The sum over people that an output of a card reads, and that goes by the result of this person: as something paid to it is
    /// part of that, or others are moved.
    fn own_sum(&self, seat: &Seated, output: usize) -> Option<usize> {
        let (program, card) = (&self.plan.program, &self.plan.program.cards[seat.card]);
        let is_of_own = |sum: &usize| {
            let sum = &program.sums[*sum];
            let has = |seat: &Seated| {
                let own = &self.model.positions[program.cards[seat.card].position.0].outputs;
                own.iter().any(|output| output.name == sum.output)
            };
            sum.roster == card.roster && self.trying.seats().iter().any(has) || self.trying.moves_others()
        };
        outputs::sums_behind(program, card, output).into_iter().find(is_of_own)
    }

    /// What comes out with all that comes back through others.
    pub(super) fn outcome_of(&self, given: &[GivenIn], tried: &Tried) -> Option<Outcome> {
        let paid_by_own = |seat: &Seated| {
            let outputs = self.plan.program.cards[seat.card].outputs.len();
            (0..outputs).any(|output| self.own_sum(seat, output).is_some())
        };
        let goal = Goal::Grade(0);
        if self.untold(&goal).is_some() || self.trying.seats().iter().any(paid_by_own) {
            return self.trying.wholly(given).map(|result| Outcome::of(&result));
        }
        Some(Outcome::of(&tried.result))
    }

    /// About the score before rounding, or the amount, from which on the goal is reached.
    pub(super) fn wanted(&self, goal: &Goal) -> Option<Number> {
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
            Goal::Output { amount, .. } => return Some(amount.clone()),
        };
        let places = self.model.company.score_decimals;
        Some(places.map_or(score.clone(), |places| score.sub(&Number::from_parts(5, places + 1))))
    }

    /// How what is to be reached moves from what was tried.
    pub(super) fn ahead<'m>(
        &'m self,
        tried: &'m Tried,
        (moved, way): (&Move, &Number),
        goal: &Goal,
        stretch: &mut Stretch,
    ) -> Ahead<'m> {
        let seats = self.trying.seats();
        let steps = moved.steps(way);
        let mut all: Vec<(Nodes<'m>, &'m CardPlan, (i64, i64))> = Vec::new();
        for seat in &tried.seats {
            let (seat, values) = (&seats[*seat], &tried.values[*seat]);
            // Another post has its own value.
            let own: &[(CalcId, Number)] = if seat.subject.post == moved.post { &steps } else { &[] };
            let nodes = Nodes::of(
                (self.model, &self.plan.program),
                (values, &seat.order),
                own,
                self.trying.evaluator().supposed_of(seat.subject),
                stretch,
            );
            all.push((nodes, &self.plan.program.cards[seat.card], seat.served));
        }
        let unknown = all.iter().find_map(|(nodes, ..)| nodes.unknown);
        let of_cards: Vec<Moved<'_, 'm>> =
            all.iter().map(|(nodes, plan, served)| Moved { model: self.model, plan, nodes, served: *served }).collect();
        let cards = &tried.result.cards;
        let totals: Vec<Moving<'m>> =
            of_cards.iter().zip(cards).map(|(of_card, card)| of_card.total(card, stretch)).collect();
        if let Some(other) = totals.iter().zip(cards).find(|(total, card)| {
            // Whether it gets a scorecard at all is not known.
            card.scorecard.is_none() && total.shape == Shape::Any
        }) {
            return Ahead { moving: other.0.clone(), unknown };
        }
        let scored: Vec<(Moving<'m>, i64)> = totals
            .iter()
            .zip(cards)
            .filter(|(_, card)| card.scorecard.is_some())
            .map(|(total, card)| (total.clone(), i64::from(card.to.0 - card.from.0) + 1))
            .collect();
        let score = if scored.is_empty() { Moving::same(Value::stated("no scorecard")) } else { overall(&scored) };
        let Goal::Output { of, .. } = goal else { return Ahead { moving: score, unknown } };
        let stints = |wanted: &dyn Fn(&Card) -> bool| -> Vec<Stint<'_, 'm>> {
            let one = |at: usize| Stint {
                card: &of_cards[at],
                result: &cards[at],
                total: &totals[at],
                sums: self.trying.sums(&seats[tried.seats[at]]),
            };
            (0..cards.len()).filter(|at| wanted(&cards[*at])).map(one).collect()
        };
        let of_all = self.graded(tried, &stints(&|card| card.scorecard.is_some()), &score, stretch);
        let mut together: Option<Moving<'m>> = None;
        for (position, output) in of {
            let of_post = stints(&|card| card.position == *position);
            let results = tried.result.posts.iter().find(|post| post.position == *position);
            let results = results.map_or(&[][..], |post| &post.outputs);
            let amount = outputs::amount(&of_post, (*output, results), &of_all, stretch);
            together = Some(together.map_or(amount.clone(), |sum| sum.plus(&amount)));
        }
        Ahead { moving: together.unwrap_or_else(|| Moving::any(Value::stated("no such output"))), unknown }
    }

    /// How the grade goes on that the person has in the end; `score` is the mean before rounding.
    fn graded<'m>(
        &'m self,
        tried: &Tried,
        scored: &[Stint<'_, 'm>],
        score: &Moving<'m>,
        stretch: &mut Stretch,
    ) -> Graded<'m> {
        let rating =
            scored.last().and_then(|last| self.model.positions[last.result.position.0].scorecard.as_ref()?.rating);
        let (Some(id), Some(result)) = (rating, &tried.result.rating) else {
            let value = Value::stated("no rating");
            let known = score.shape != Shape::Any;
            return Graded { rating, grade: if known { Moving::same(value) } else { Moving::any(value) } };
        };
        let seen = match (sees_raw(self.model, &self.model.ratings[id.0]), scored) {
            (true, _) => score.clone(),
            (false, [only]) => only.score(),
            (false, several) => {
                let parts: Vec<(Moving<'m>, i64)> = several
                    .iter()
                    .map(|stint| (stint.score(), i64::from(stint.result.to.0 - stint.result.from.0) + 1))
                    .collect();
                let shown = tried.result.overall.clone().map(Value::Number);
                outputs::rounded(self.model, shown.as_ref(), &overall(&parts))
            }
        };
        let least = |grade: usize| self.trying.least_score(grade);
        Graded { rating, grade: outputs::graded((self.model, id), result.grade, &seen, &least, stretch) }
    }
}

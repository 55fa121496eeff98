//! Outputs: what is computed when all scores and grades stand.
//!
//! An output may add up an output of everyone on a roster, so they are computed one after the other for all people, in
//! an order in which what each needs is there; the checker has refused circles.

use std::collections::BTreeSet;

use super::card::Card;
use super::people::{Draft, Standing};
use super::problem::{Problem, Problems};
use super::{Scorer, THREAD_WORTH};
use crate::eval::{Inputs, Values};
use crate::number::Number;
use crate::plan::program::{Input, OutputSum};
use crate::syntax::tree::AggregateFunction;
use crate::time::Day;
use crate::value::{Missing, Value};

/// One step for all people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    /// Card and output.
    Output(usize, usize),
    /// Index into the program's sums.
    Sum(usize),
}

/// A card whose outputs are being computed.
struct Open<'s> {
    card: &'s mut Card,
    seat: usize,
    values: Values,
    inputs: Inputs,
}

impl Scorer<'_> {
    /// Fills in the outputs of all cards, and the values of their formulas.
    pub(super) fn outputs(&self, standings: &mut [Standing]) -> Problems {
        let mut open = self.open(standings);
        let mut problems = Problems::default();
        let order = self.order();
        let mut next = 0;
        while next < order.len() {
            match order[next] {
                Step::Sum(sum) => {
                    self.add_up(sum, &mut open);
                    next += 1;
                }
                Step::Output(card, _) => {
                    // The outputs of a card that come one after the other are computed in one go.
                    let same = |step: &Step| match step {
                        Step::Output(of, output) if *of == card => Some(*output),
                        _ => None,
                    };
                    let outputs: Vec<usize> = order[next..].iter().map_while(same).collect();
                    next += outputs.len();
                    for (seat, problem) in self.compute(card, &outputs, &mut open) {
                        problems.add(problem, &self.named(seat));
                    }
                }
            }
        }
        for one in open {
            one.card.outputs = one.inputs.outputs;
            one.card.values = one.values.all();
        }
        problems
    }

    fn open<'s>(&self, standings: &'s mut [Standing]) -> Vec<Open<'s>> {
        let later = || stated("computed later");
        let mut open = Vec::new();
        for standing in standings {
            let grades: Vec<Option<usize>> =
                (0..standing.result.cards.len()).map(|card| standing.grade(self.model, card)).collect();
            let drafts = std::mem::take(&mut standing.drafts);
            for ((card, draft), grade) in standing.result.cards.iter_mut().zip(drafts).zip(grades) {
                let Draft { seat, values, score } = draft;
                let rating = match (grade, &score) {
                    (Some(grade), _) => Value::Choice(grade as u32),
                    (None, Value::Missing(_)) => score.clone(),
                    (None, _) => stated("no rating"),
                };
                let outputs = self.plan.program.cards[self.seats[seat].card].outputs.len();
                let inputs = Inputs {
                    score: Some(score),
                    rating: Some(rating),
                    outputs: vec![later(); outputs],
                    sums: vec![later(); self.plan.program.sums.len()],
                    ..Inputs::default()
                };
                open.push(Open { card, seat, values, inputs });
            }
        }
        open
    }

    /// Everything to compute, each step behind those it needs.
    fn order(&self) -> Vec<Step> {
        fn visit(scorer: &Scorer, step: Step, begun: &mut BTreeSet<Step>, order: &mut Vec<Step>) {
            if !begun.insert(step) {
                return;
            }
            let needed: Vec<Step> = match step {
                Step::Output(card, output) => {
                    let inputs = scorer.eval.inputs_of(scorer.plan.program.cards[card].outputs[output]);
                    let step = |input| match input {
                        Input::Output(earlier) => Some(Step::Output(card, earlier)),
                        Input::Sum(sum) => Some(Step::Sum(sum)),
                        _ => None,
                    };
                    inputs.filter_map(step).collect()
                }
                Step::Sum(sum) => scorer.members(sum).map(|(card, output)| Step::Output(card, output)).collect(),
            };
            for one in needed {
                visit(scorer, one, begun, order);
            }
            order.push(step);
        }
        let (mut begun, mut order) = (BTreeSet::new(), Vec::new());
        for (card, plan) in self.plan.program.cards.iter().enumerate() {
            for output in 0..plan.outputs.len() {
                visit(self, Step::Output(card, output), &mut begun, &mut order);
            }
        }
        order
    }

    /// The cards of a sum's roster that have its output, and where.
    fn members(&self, sum: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
        let sum = &self.plan.program.sums[sum];
        let cards = self.plan.program.cards.iter().enumerate().filter(|(_, card)| card.roster == sum.roster);
        cards.filter_map(|(at, card)| {
            let outputs = &self.model.positions[card.position.0].outputs;
            Some((at, outputs.iter().position(|output| output.name == sum.output)?))
        })
    }

    /// These outputs of everyone with the card; problems by seat.
    fn compute(&self, card: usize, outputs: &[usize], open: &mut [Open]) -> Vec<(usize, Problem)> {
        let mut of_card: Vec<&mut Open> = open.iter_mut().filter(|one| self.seats[one.seat].card == card).collect();
        let all = |part: &mut [&mut Open]| -> Vec<(usize, Problem)> {
            part.iter_mut().filter_map(|one| Some((one.seat, self.output(one, card, outputs).err()?))).collect()
        };
        let threads = std::thread::available_parallelism().map_or(1, |threads| threads.get());
        if threads == 1 || of_card.len() < THREAD_WORTH {
            return all(&mut of_card);
        }
        let size = of_card.len().div_ceil(threads);
        std::thread::scope(|scope| {
            let parts: Vec<_> = of_card.chunks_mut(size).map(|part| scope.spawn(move || all(part))).collect();
            let joined = |part: std::thread::ScopedJoinHandle<'_, _>| match part.join() {
                Ok(problems) => problems,
                Err(panic) => std::panic::resume_unwind(panic),
            };
            parts.into_iter().flat_map(joined).collect()
        })
    }

    fn output(&self, one: &mut Open, card: usize, outputs: &[usize]) -> Result<(), Problem> {
        let plan = &self.plan.program.cards[card];
        for output in outputs {
            one.inputs.outputs[*output] = match one.card.eligible {
                Some(false) => stated("not eligible"),
                _ => {
                    let value = self.eval.keep_with_inputs(&mut one.values, plan.outputs[*output], &one.inputs);
                    value.map_err(|fault| {
                        let span = self.model.positions[plan.position.0].span;
                        self.faults().problem(fault, self.seats[one.seat].subject, &one.values, span)
                    })?
                }
            };
        }
        Ok(())
    }

    /// Tells everyone a sum whose outputs are all computed.
    fn add_up(&self, at: usize, open: &mut [Open]) {
        let sum = &self.plan.program.sums[at];
        let mut members: Vec<Option<usize>> = vec![None; self.plan.program.cards.len()];
        for (card, output) in self.members(at) {
            members[card] = Some(output);
        }
        let teams = &self.answers.teams;
        let mut company = Fold::default();
        let mut by_team: Vec<Fold> = vec![Fold::default(); if sum.in_team { teams.len() } else { 0 }];
        for one in open.iter() {
            let seat = &self.seats[one.seat];
            let Some(output) = members[seat.card] else { continue };
            let counts = sum.condition.map(|condition| one.values.get(condition));
            if !matches!(counts, None | Some(Ok(Value::Flag(true)))) {
                continue;
            }
            let value = match (&one.inputs.outputs[output], &sum.fallback) {
                (Value::Missing(_), Some(fallback)) => &Value::Number(fallback.clone()),
                (value, _) => value,
            };
            company.add(value);
            if sum.in_team {
                self.above(seat.team, seat.to).into_iter().for_each(|team| by_team[team].add(value));
            }
        }
        let company = company.answer(sum);
        let by_team: Vec<Value> = by_team.into_iter().map(|team| team.answer(sum)).collect();
        for one in open {
            one.inputs.sums[at] = match (sum.in_team, self.seats[one.seat].team) {
                (false, _) => company.clone(),
                (true, Some(team)) => by_team[team].clone(),
                (true, None) => stated("in no team"),
            };
        }
    }

    /// The team and all above it on a day.
    fn above(&self, team: Option<usize>, day: Day) -> Vec<usize> {
        let mut found = Vec::new();
        let mut next = team;
        // A tree has no circle; the test is for one that has.
        while let Some(team) = next.filter(|team| !found.contains(team)) {
            found.push(team);
            next = self.answers.teams.get(team).and_then(|team| team.parent_on(day));
        }
        found
    }
}

/// What has been taken together so far.
#[derive(Clone, Debug, Default)]
struct Fold {
    sum: Option<Number>,
    count: u64,
    least: Option<Number>,
    most: Option<Number>,
    /// Why the first missing one is.
    missing: Option<Missing>,
}

impl Fold {
    fn add(&mut self, value: &Value) {
        match value {
            Value::Number(number) => {
                self.sum = Some(self.sum.as_ref().map_or(number.clone(), |sum| sum.add(number)));
                self.count += 1;
                self.least = Some(self.least.take().map_or(number.clone(), |least| least.min(number.clone())));
                self.most = Some(self.most.take().map_or(number.clone(), |most| most.max(number.clone())));
            }
            Value::Missing(reason) => self.missing = self.missing.take().or(Some(reason.clone())),
            _ => {}
        }
    }

    /// The checker has made sure that a sum meets nothing missing but what is left out of a test's tables.
    fn answer(self, sum: &OutputSum) -> Value {
        let number = match sum.function {
            AggregateFunction::Average => self.sum.and_then(|sum| sum.div(&Number::from(self.count))),
            AggregateFunction::Min => self.least,
            AggregateFunction::Max => self.most,
            _ => match self.missing {
                Some(reason) => return Value::Missing(reason),
                None => Some(self.sum.unwrap_or(Number::ZERO)),
            },
        };
        number.map_or(Value::Missing(Missing::NoRows), Value::Number)
    }
}

fn stated(reason: &str) -> Value {
    Value::Missing(Missing::Stated(reason.into()))
}

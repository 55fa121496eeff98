//! Outputs: what is computed when all scores and grades stand.
//!
//! An output is computed on each stint, and brought together for the post ([`amounts`](super::amounts)). It may add up an
//! output of everyone on a roster, so outputs are computed one after the other for all people, in an order in which what
//! each needs is there; the checker has refused circles.

use std::collections::{BTreeMap, BTreeSet};

use super::amounts::{Amount, Counted, Fold, OfStint};
use super::card::{Card, PostResult};
use super::people::{Draft, Standing};
use super::problem::{Problem, Problems};
use super::{Scorer, THREAD_WORTH};
use crate::eval::{Inputs, Values};
use crate::number::Number;
use crate::plan::program::{CalcId, Input};
use crate::plan::query::{Team, TeamState};
use crate::time::Day;
use crate::value::Value;

/// One step for all people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    /// Card and output.
    Output(usize, usize),
    /// Index into the program's sums.
    Sum(usize),
}

/// A post whose outputs are being computed.
struct Open<'s> {
    /// Index into the standings.
    person: usize,
    /// Index into the program's cards.
    card: usize,
    stints: Vec<Stint<'s>>,
    /// Of the position's outputs, as far as they are computed.
    amounts: Vec<Amount>,
}

/// A card of the post.
struct Stint<'s> {
    card: &'s mut Card,
    /// Index into the person's cards.
    at: usize,
    seat: usize,
    values: Values,
    inputs: Inputs,
}

impl Scorer<'_> {
    /// Fills in the outputs of all posts and cards, and the values of their formulas.
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
        let mut posts: Vec<(usize, PostResult)> = Vec::with_capacity(open.len());
        for Open { person, card, mut stints, amounts } in open {
            let alone = stints.len() == 1;
            for (place, stint) in stints.iter_mut().enumerate() {
                let own = |amount: &Amount| if alone { amount.value.clone() } else { amount.stint(place) };
                stint.card.outputs = amounts.iter().map(own).collect();
                stint.card.values = stint.values.all();
            }
            let days = stints.iter().map(|stint| self.seats[stint.seat].days()).sum();
            posts.push((
                person,
                PostResult {
                    position: self.plan.program.cards[card].position,
                    cards: stints.iter().map(|stint| stint.at).collect(),
                    days,
                    outputs: amounts.into_iter().map(Amount::result).collect(),
                },
            ));
        }
        for (person, post) in posts {
            standings[person].result.posts.push(post);
        }
        problems
    }

    fn open<'s>(&self, standings: &'s mut [Standing]) -> Vec<Open<'s>> {
        let later = || Value::stated("computed later");
        let mut open: Vec<Open> = Vec::new();
        for (person, standing) in standings.iter_mut().enumerate() {
            let grades: Vec<Option<usize>> =
                (0..standing.result.cards.len()).map(|card| standing.grade(self.model, card)).collect();
            let drafts = std::mem::take(&mut standing.drafts);
            let first = open.len();
            for (at, ((card, draft), grade)) in standing.result.cards.iter_mut().zip(drafts).zip(grades).enumerate() {
                let Draft { seat, values, score } = draft;
                let rating = match (grade, &score) {
                    (Some(grade), _) => Value::Choice(grade as u32),
                    (None, Value::Missing(_)) => score.clone(),
                    (None, _) => Value::stated("no rating"),
                };
                let of_card = self.seats[seat].card;
                let inputs = Inputs {
                    score: Some(score),
                    rating: Some(rating),
                    outputs: vec![later(); self.plan.program.cards[of_card].outputs.len()],
                    sums: vec![later(); self.plan.program.sums.len()],
                    ..Inputs::default()
                };
                let stint = Stint { card, at, seat, values, inputs };
                match open[first..].iter_mut().find(|post| post.card == of_card) {
                    Some(post) => post.stints.push(stint),
                    None => {
                        let amounts = self.plan.program.cards[of_card].outputs.iter();
                        open.push(Open {
                            person,
                            card: of_card,
                            stints: vec![stint],
                            amounts: amounts.map(|_| Amount::default()).collect(),
                        });
                    }
                }
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
                    let inputs = scorer.eval.inputs_of(scorer.plan.program.cards[card].outputs[output].value);
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
        let mut of_card: Vec<&mut Open> = open.iter_mut().filter(|post| post.card == card).collect();
        let all = |part: &mut [&mut Open]| -> Vec<(usize, Problem)> {
            part.iter_mut().filter_map(|post| self.post_outputs(post, outputs).err()).collect()
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

    /// One output after the other: a later one reads the post's amount of an earlier one, not the stint's.
    fn post_outputs(&self, post: &mut Open, outputs: &[usize]) -> Result<(), (usize, Problem)> {
        let plan = &self.plan.program.cards[post.card];
        let span = self.model.positions[plan.position.0].span;
        let days: i64 = post.stints.iter().map(|stint| self.seats[stint.seat].days()).sum();
        for output in outputs {
            let plan = &plan.outputs[*output];
            let mut stints = Vec::with_capacity(post.stints.len());
            for stint in &mut post.stints {
                let seat = &self.seats[stint.seat];
                let mut value = |node: CalcId| match stint.card.eligible {
                    Some(false) => Ok(Value::stated("not eligible")),
                    _ => self
                        .eval
                        .keep_with_inputs(&mut stint.values, node, &stint.inputs)
                        .map_err(|fault| (stint.seat, self.faults().problem(fault, seat.subject, &stint.values, span))),
                };
                let whole = value(plan.value)?;
                let inside = match &plan.inside {
                    Some((inside, _)) => value(*inside)?,
                    None => whole.clone(),
                };
                stints.push(OfStint { whole, inside, from: seat.from, to: seat.to });
            }
            let amount = Amount::of(plan, stints, (days, self.period_days()), self.model.company.rounding);
            if let Some(excess) = amount.value.as_number().and_then(Number::excess) {
                let span = self.plan.program.spans.get(plan.value.0).copied().unwrap_or(span);
                return Err((post.stints[0].seat, Problem::too_large(span, excess)));
            }
            for stint in &mut post.stints {
                stint.inputs.outputs[*output] = amount.value.clone();
            }
            post.amounts[*output] = amount;
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
        let moves = if sum.in_team { self.days_of_moves() } else { Vec::new() };
        let mut company = Fold::default();
        let mut by_team: Vec<Fold> = vec![Fold::default(); if sum.in_team { teams.len() } else { 0 }];
        for posts in open.chunk_by(|a, b| a.person == b.person) {
            let mut person = Counted::default();
            let mut in_teams: BTreeMap<usize, Counted> = BTreeMap::new();
            for post in posts {
                let Some(output) = members[post.card] else { continue };
                // How many days of the stints count: in the company, and in each team above one of them.
                let mut counting = vec![0; post.stints.len()];
                let mut of_teams: BTreeMap<usize, Vec<i64>> = BTreeMap::new();
                for (stint_at, stint) in post.stints.iter().enumerate() {
                    let counts = sum.condition.map(|condition| stint.values.get(condition));
                    if !matches!(counts, None | Some(Ok(Value::Flag(true)))) {
                        continue;
                    }
                    let seat = &self.seats[stint.seat];
                    counting[stint_at] = seat.days();
                    if sum.in_team {
                        // Up to each day on which the tree changes, and on from there.
                        let within = moves.iter().filter(|day| seat.from < **day && **day <= seat.to);
                        let mut from = seat.from;
                        for next in within.copied().chain([seat.to.next()]) {
                            for team in self.above(seat.team, from) {
                                of_teams.entry(team).or_insert_with(|| vec![0; post.stints.len()])[stint_at] +=
                                    i64::from(next.0 - from.0);
                            }
                            from = next;
                        }
                    }
                }
                let amount = &post.amounts[output];
                person.add(amount.part(&counting, sum.fallback.as_ref()));
                for (team, counting) in of_teams {
                    in_teams.entry(team).or_default().add(amount.part(&counting, sum.fallback.as_ref()));
                }
            }
            company.add(person);
            in_teams.into_iter().for_each(|(team, person)| by_team[team].add(person));
        }
        let company = company.answer(sum);
        let by_team: Vec<Value> = by_team.into_iter().map(|team| team.answer(sum)).collect();
        for stint in open.iter_mut().flat_map(|post| &mut post.stints) {
            stint.inputs.sums[at] = match (sum.in_team, self.seats[stint.seat].team) {
                (false, _) => company.clone(),
                (true, Some(team)) => by_team[team].clone(),
                (true, None) => Value::stated("in no team"),
            };
        }
    }

    /// The days from which on some team has another one above it, in order.
    fn days_of_moves(&self) -> Vec<Day> {
        let moved = |pair: &[TeamState]| (pair[0].parent != pair[1].parent).then_some(pair[1].from);
        let of_team = |team: &Team| team.states.windows(2).filter_map(moved).collect::<Vec<_>>();
        let days: BTreeSet<Day> = self.answers.teams.iter().flat_map(of_team).collect();
        days.into_iter().collect()
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

    fn period_days(&self) -> i64 {
        i64::from(self.plan.last_day.0 - self.plan.first_day.0) + 1
    }
}

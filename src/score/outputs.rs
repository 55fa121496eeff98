//! Outputs: what is computed when all scores and grades stand.
//!
//! An output is computed on each stint, and brought together for the post ([`amounts`](super::amounts)). It may add up an
//! output of everyone on a roster, so there is a pass over all people for each such sum, in an order in which what each
//! needs is there; the checker has refused circles.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use super::amounts::{Amount, Counted, Fold, OfStint};
use super::card::{PersonResult, PostResult};
use super::problem::Problem;
use super::{Scorer, TOGETHER};
use crate::eval::{Inputs, Values};
use crate::model::RuledOn;
use crate::number::Number;
use crate::parallel;
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

/// Outputs of a card that are computed in one go, and how many sums must be known before.
struct Run {
    card: usize,
    outputs: Vec<usize>,
    sums: usize,
}

/// In which order outputs are computed, and the sums as far as they are known.
#[derive(Default)]
pub(super) struct Order {
    runs: Vec<Run>,
    /// In the order in which they are computed.
    sums: Vec<usize>,
    /// In step with them.
    known: Vec<Sum>,
}

/// An output of all people: of the company, and of each team where it is asked of teams.
struct Sum {
    company: Value,
    by_team: Vec<Value>,
}

/// A post of somebody whose outputs are being computed.
struct Open {
    /// Index into the program's cards.
    card: usize,
    stints: Vec<Stint>,
    /// Of the position's outputs, as far as they are computed.
    amounts: Vec<Amount>,
}

/// What the outputs of a card go by.
pub(super) struct Given {
    pub seat: usize,
    pub values: Values,
    pub score: Value,
    pub grade: Option<usize>,
    /// `eligible when` is not met.
    pub barred: bool,
}

/// A card of the post.
struct Stint {
    /// Index into the person's cards.
    at: usize,
    seat: usize,
    barred: bool,
    values: Values,
    inputs: Inputs,
}

/// A problem with the place of its run in the order, and the seat.
pub(super) type Wrong = (usize, usize, Problem);

/// The outputs of all posts of somebody.
pub(super) struct Posts(Vec<Open>);

impl Scorer<'_> {
    /// The order of all outputs; no sum is known yet.
    pub(super) fn output_order(&self) -> Order {
        let mut order = Order::default();
        for step in self.steps() {
            match (step, order.runs.last_mut()) {
                (Step::Sum(sum), _) => order.sums.push(sum),
                (Step::Output(card, output), Some(run)) if run.card == card && run.sums == order.sums.len() => {
                    run.outputs.push(output);
                }
                (Step::Output(card, output), _) => {
                    order.runs.push(Run { card, outputs: vec![output], sums: order.sums.len() });
                }
            }
        }
        order
    }

    /// Everything to compute, each step behind those it needs.
    fn steps(&self) -> Vec<Step> {
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

    /// Computes the outputs of somebody as far as the sums are known, in the order of the cards.
    pub(super) fn outputs(&self, given: impl Iterator<Item = Given>, order: &Order, wrong: &mut Vec<Wrong>) -> Posts {
        let mut open = self.open(given, order);
        for (at, run) in order.runs.iter().enumerate().filter(|(_, run)| run.sums <= order.known.len()) {
            for post in open.iter_mut().filter(|post| post.card == run.card) {
                wrong.extend(self.post_outputs(post, &run.outputs).err().map(|(seat, problem)| (at, seat, problem)));
            }
        }
        Posts(open)
    }

    fn open(&self, given: impl Iterator<Item = Given>, order: &Order) -> Vec<Open> {
        let mut open: Vec<Open> = Vec::new();
        for (at, Given { seat, values, score, grade, barred }) in given.enumerate() {
            let rating = match (grade, &score) {
                (Some(grade), _) => Value::Choice(grade as u32),
                (None, Value::Missing(_)) => score.clone(),
                (None, _) => Value::stated("no rating"),
            };
            let card = self.seats[seat].card();
            let sums = self.sums_seen(seat, order);
            let outputs = self.plan.program.cards[card].outputs.len();
            let inputs = Inputs {
                score: Some(score),
                rating: Some(rating),
                outputs: vec![later(); outputs],
                sums,
                ..Inputs::default()
            };
            let stint = Stint { at, seat, barred, values, inputs };
            match open.iter_mut().find(|post| post.card == card) {
                Some(post) => post.stints.push(stint),
                None => {
                    let amounts = (0..outputs).map(|_| Amount::default()).collect();
                    open.push(Open { card, stints: vec![stint], amounts });
                }
            }
        }
        open
    }

    /// The sums as somebody in a seat reads them, as far as they are known.
    pub(super) fn sums_seen(&self, seat: usize, order: &Order) -> Vec<Value> {
        let mut sums = vec![later(); self.plan.program.sums.len()];
        for (sum, known) in order.sums.iter().zip(&order.known) {
            sums[*sum] = match (self.plan.program.sums[*sum].in_team, self.seats[seat].team(self.answers)) {
                (false, _) => known.company.clone(),
                (true, Some(team)) => known.by_team[team].clone(),
                (true, None) => Value::stated("in no team"),
            };
        }
        sums
    }

    /// One output after the other: a later one reads the post's amount of an earlier one, not the stint's.
    fn post_outputs(&self, post: &mut Open, outputs: &[usize]) -> Result<(), (usize, Problem)> {
        let plan = &self.plan.program.cards[post.card];
        let position = plan.position;
        let span = self.model.positions[position.0].span;
        let days: i64 = post.stints.iter().map(|stint| self.seats[stint.seat].days()).sum();
        for output in outputs {
            let plan = &plan.outputs[*output];
            let mut stints = Vec::with_capacity(post.stints.len());
            for stint in &mut post.stints {
                let seat = &self.seats[stint.seat];
                let mut value = |node: CalcId| match stint.barred {
                    true => Ok(Value::stated("not eligible")),
                    false => self.eval.keep_with_inputs(&mut stint.values, node, &stint.inputs).map_err(|fault| {
                        (stint.seat, self.faults().problem(fault, seat.subject(), &stint.values, span))
                    }),
                };
                let whole = value(plan.value)?;
                let inside = match &plan.inside {
                    Some((inside, _)) => value(*inside)?,
                    None => whole.clone(),
                };
                stints.push(OfStint { whole, inside, from: seat.from, to: seat.to });
            }
            let mut amount = Amount::of(plan, stints, (days, self.period_days()), self.model.company.rounding);
            let first = &self.seats[post.stints[0].seat];
            if let Some(decided) = self.rulings.on(first.post(), RuledOn::Output(*output))
                && let Value::Number(ruled) = &decided.to
            {
                self.rulings
                    .check(self.model, decided, position, &amount.value)
                    .map_err(|problem| (post.stints[0].seat, problem))?;
                amount.rule(ruled.clone());
            }
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

    /// Computes one sum after the other, each in a pass over all people, whose posts `outputs` gives.
    pub(super) fn add_up(&self, people: usize, order: &mut Order, outputs: impl Fn(usize, &Order) -> Posts + Sync) {
        while order.known.len() < order.sums.len() {
            let sum = order.sums[order.known.len()];
            let members = self.members_of(sum);
            let moves = if self.plan.program.sums[sum].in_team { self.days_of_moves() } else { Vec::new() };
            let mut all = Folds::default();
            let of_some = |some: std::ops::Range<usize>| {
                let mut folds = Folds::default();
                some.for_each(|at| self.add(sum, &outputs(at, order), (&members, &moves), &mut folds));
                folds
            };
            let Ok(()) = parallel::pieces_in_order(people, TOGETHER, of_some, |folds| {
                all.take_in(folds);
                Ok::<(), Infallible>(())
            });
            order.known.push(self.answer(sum, all));
        }
    }

    /// The place of the sum's output by card.
    fn members_of(&self, sum: usize) -> Vec<Option<usize>> {
        let mut members = vec![None; self.plan.program.cards.len()];
        self.members(sum).for_each(|(card, output)| members[card] = Some(output));
        members
    }

    fn answer(&self, sum: usize, folds: Folds) -> Sum {
        let plan = &self.plan.program.sums[sum];
        let teams = if plan.in_team { self.answers.teams.len() } else { 0 };
        let mut by_team = folds.by_team;
        let of_team = |team: usize| by_team.remove(&team).unwrap_or_default().answer(plan);
        Sum { by_team: (0..teams).map(of_team).collect(), company: folds.company.answer(plan) }
    }

    /// Adds what somebody's posts give to a sum; `members` is the output by card, `moves` the days on which the tree of
    /// teams changes.
    fn add(&self, at: usize, posts: &Posts, (members, moves): (&[Option<usize>], &[Day]), folds: &mut Folds) {
        let sum = &self.plan.program.sums[at];
        let mut person = Counted::default();
        let mut in_teams: BTreeMap<usize, Counted> = BTreeMap::new();
        for post in &posts.0 {
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
                        for team in self.above(seat.team(self.answers), from) {
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
        folds.company.add(person);
        in_teams.into_iter().for_each(|(team, person)| folds.by_team.entry(team).or_default().add(person));
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

impl Posts {
    /// Fills in the outputs of all posts and cards, and the values of their formulas.
    pub(super) fn fill(self, scorer: &Scorer, explained: bool, person: &mut PersonResult) {
        for Open { card, mut stints, amounts } in self.0 {
            let alone = stints.len() == 1;
            for (place, stint) in stints.iter_mut().enumerate() {
                let own = |amount: &Amount| if alone { amount.value.clone() } else { amount.stint(place) };
                let card = &mut person.cards[stint.at];
                card.outputs = amounts.iter().map(own).collect();
                card.values = if explained { stint.values.all() } else { Default::default() };
            }
            person.posts.push(PostResult {
                position: scorer.plan.program.cards[card].position,
                cards: stints.iter().map(|stint| stint.at).collect(),
                days: stints.iter().map(|stint| scorer.seats[stint.seat].days()).sum(),
                outputs: amounts.into_iter().map(Amount::result).collect(),
            });
        }
    }
}

fn later() -> Value {
    Value::stated("computed later")
}

/// What has been added up of some people.
#[derive(Default)]
struct Folds {
    company: Fold,
    by_team: BTreeMap<usize, Fold>,
}

impl Folds {
    /// Of people who come behind these.
    fn take_in(&mut self, later: Folds) {
        self.company.take_in(later.company);
        later.by_team.into_iter().for_each(|(team, fold)| self.by_team.entry(team).or_default().take_in(fold));
    }
}

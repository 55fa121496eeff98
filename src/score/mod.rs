//! Values to scorecards.
//!
//! In come the plan and the engine's answers; out come [`Results`]: a [`Card`] for every run of days of a person in a
//! post and team, and the person's overall result. Everything is exact and in the order of the answers, whatever the
//! number of threads. The order for one card: KPI values, entry scores, group scores, total; bonuses and deductions;
//! range; rounding; vetoes; rating. Then over all people: overall, distribution, rank; outputs, which see the final grade
//! and may add up those of others.

mod amounts;
pub mod card;
mod combine;
mod distribute;
mod entry;
mod fault;
mod others;
mod outputs;
mod people;
mod problem;
mod total;

use std::collections::HashMap;
use std::sync::Arc;

use self::card::{Card, PersonResult, Results, TeamRef};
use self::entry::Scoring;
use self::fault::Faults;
use self::others::Others;
use self::people::{Done, Draft, overall};
use self::problem::{Problem, Problems};
use self::total::Vetoed;
use crate::diagnostic::Diagnostic;
use crate::eval::{Evaluator, Subject, Tape, Values};
use crate::language::WhenMissing;
use crate::model::{Entry, Group, Head, Model};
use crate::number::Number;
use crate::plan::Plan;
use crate::plan::program::{CalcId, CardPlan, EntryWhat, GroupPlan, OutputPlan, ScorePlan};
use crate::plan::query::Answers;
use crate::time::Day;
use crate::value::{Missing, Value};

/// Evaluates and scores everyone on the rosters in the plan's period.
///
/// Findings are what cannot be: numbers too large, KPIs beyond their limits, points of a curve out of order, values below 0
/// in a geometric mean. A missing value is never one.
pub fn score(model: &Model, plan: &Plan, answers: &Answers) -> Result<Results, Vec<Diagnostic>> {
    let mut problems = Problems::default();
    let results = score_period(model, plan, answers, &mut problems);
    results.ok_or_else(|| problems.into_diagnostics())
}

/// About how many bytes the results of somebody in a post take over all periods, whatever the post: measured, and rounded
/// up.
pub fn about_bytes(model: &Model, plans: &[Plan]) -> u64 {
    fn entries(group: &Group) -> u64 {
        let of = |entry: &Entry| if let Head::Group(group) = &entry.head { 1 + entries(group) } else { 1 };
        group.entries.iter().map(of).sum()
    }
    let of = |card: &CardPlan| {
        let scorecard = model.positions[card.position.0].scorecard.as_ref();
        2_000 + 600 * (scorecard.map_or(0, |card| entries(&card.root)) + card.outputs.len() as u64)
    };
    plans.iter().map(|plan| plan.program.cards.iter().map(of).max().unwrap_or_default()).sum()
}

/// Scores the periods of plans that share the answers, in their order. A mistake that comes up in several of them is
/// one finding.
pub fn score_all(model: &Model, plans: &[Plan], answers: &Answers) -> Result<Vec<Results>, Vec<Diagnostic>> {
    let mut problems = Problems::default();
    let mut all = Vec::with_capacity(plans.len());
    for plan in plans {
        let Some(mut results) = score_period(model, plan, answers, &mut problems) else { continue };
        // The values behind each card explain one period to a reader; those of all periods would fill the memory.
        if plans.len() > 1 {
            results
                .people
                .iter_mut()
                .flat_map(|person| &mut person.cards)
                .for_each(|card| card.values = Arc::default());
        }
        all.push(results);
    }
    if problems.is_empty() { Ok(all) } else { Err(problems.into_diagnostics()) }
}

/// Nothing where there were problems.
fn score_period(model: &Model, plan: &Plan, answers: &Answers, problems: &mut Problems) -> Option<Results> {
    let (seats, without_position) = seats(model, plan, answers, problems)?;
    let eval = Evaluator::new(model, plan, answers);
    let others = Others::of(model, plan, answers, &seats);
    let asked = |card: &CardPlan| {
        let sums = plan.program.sums.iter().filter(|sum| sum.roster == card.roster);
        sums.filter_map(|sum| sum.condition).collect::<Vec<CalcId>>()
    };
    let tapes: Vec<Tape> =
        plan.program.cards.iter().map(|card| eval.tape(roots(card).into_iter().chain(asked(card)))).collect();
    let scorer = Scorer { model, plan, answers, eval, others, tapes, seats: &seats };

    let mut failed = false;
    let mut done: Vec<Option<Done>> = seats.iter().map(|_| None).collect();
    for card in others::order(model, plan) {
        let of_card: Vec<usize> = (0..seats.len()).filter(|seat| seats[*seat].card == card).collect();
        for (seat, result) in of_card.iter().zip(scorer.all(&of_card)) {
            match result {
                Ok(one) => {
                    scorer.others.finish(*seat, people::seen_by_others(&one.card));
                    done[*seat] = Some(one);
                }
                Err(problem) => {
                    failed = true;
                    problems.add(problem, &scorer.named(*seat));
                }
            }
        }
    }
    if failed {
        return None;
    }

    let mut standings = Vec::new();
    let mut next = 0;
    while next < seats.len() {
        let (roster, person) = (seats[next].subject.roster, scorer.person_key(next));
        let first = next;
        while next < seats.len() && seats[next].subject.roster == roster && scorer.person_key(next) == person {
            next += 1;
        }
        let mut cards: Vec<Done> = done[first..next].iter_mut().filter_map(Option::take).collect();
        cards.sort_by_key(|one| (one.card.from, one.card.to));
        let post = &answers.rosters[roster].posts[seats[first].subject.post];
        match overall(model, plan.query.rosters[roster], post, cards) {
            Ok(standing) => standings.push(standing),
            Err(problem) => {
                failed = true;
                problems.add(problem, &scorer.named(first));
            }
        }
    }
    if failed {
        return None;
    }
    people::distribution(model, &mut standings);
    people::rank(model, &mut standings);
    let of_outputs = scorer.outputs(&mut standings);
    if !of_outputs.is_empty() {
        problems.take_in(of_outputs);
        return None;
    }
    let people: Vec<PersonResult> = standings.into_iter().map(|standing| standing.result).collect();
    Some(Results {
        period: plan.period,
        months: plan.months,
        first_day: plan.first_day,
        last_day: plan.last_day,
        people,
        without_position,
        files: answers.files.clone(),
        doubts: answers.doubts.clone(),
    })
}

/// A run of days in a post and team that gets a card.
#[derive(Clone, Copy, Debug)]
struct Seat {
    subject: Subject,
    /// Index into the program's cards.
    card: usize,
    team: Option<usize>,
    /// Within the period, both included.
    from: Day,
    to: Day,
}

impl Seat {
    fn days(&self) -> i64 {
        i64::from(self.to.0 - self.from.0) + 1
    }
}

/// Posts that no position evaluates, with the number of their rows.
type WithoutPosition = Vec<(String, u64)>;

/// Who gets a card, in the order of the answers, and the posts in the period that no position evaluates. Nothing where
/// somebody holds a post whose formulas cannot be read for the rows of that roster.
fn seats(
    model: &Model,
    plan: &Plan,
    answers: &Answers,
    problems: &mut Problems,
) -> Option<(Vec<Seat>, WithoutPosition)> {
    let mut all_fit = true;
    let in_force = |name: &str| {
        plan.program.cards.iter().map(|card| &model.positions[card.position.0]).find(|position| position.name == name)
    };
    let mut cards = HashMap::new();
    for (at, card) in plan.program.cards.iter().enumerate() {
        cards.insert((card.roster, model.positions[card.position.0].name.as_str()), at);
    }
    let mut without: Vec<(String, u64)> = Vec::new();
    let mut count = |post: &str, rows: u64| match without.iter_mut().find(|(name, _)| name == post) {
        Some((_, all)) => *all += rows,
        None => without.push((post.to_string(), rows)),
    };
    let mut seats = Vec::new();
    let mut rosters = plan.rosters();
    let others = (0..plan.query.rosters.len()).filter(|roster| !rosters.contains(roster));
    rosters.extend(others.collect::<Vec<usize>>());
    for roster in rosters {
        let (data, answer) = (&plan.query.rosters[roster], &answers.rosters[roster]);
        let evaluated = cards.keys().any(|(of, _)| of == data);
        if evaluated {
            answer.without_position.iter().for_each(|(post, rows)| count(post, *rows));
        }
        for (post, holder) in answer.posts.iter().enumerate() {
            let card = cards.get(&(*data, &*holder.position)).copied();
            for (stint, run) in holder.stints.iter().enumerate() {
                let from = run.from.max(plan.first_day);
                let to = run.to.map_or(plan.last_day, |to| to.min(plan.last_day));
                if from > to {
                    continue;
                }
                match card {
                    Some(card) => {
                        seats.push(Seat { subject: Subject { roster, post, stint }, card, team: run.team, from, to });
                    }
                    None => {
                        let position = in_force(&holder.position);
                        match position.and_then(|one| one.unfit.iter().find(|unfit| unfit.roster == *data)) {
                            Some(unfit) => {
                                all_fit = false;
                                let person = format!("`{}` in {}", holder.person, plan.period);
                                problems.add(Problem::unfit(model, unfit, &holder.position), &person);
                            }
                            None if evaluated => count(&holder.position, 1),
                            None => {}
                        }
                    }
                }
            }
        }
    }
    all_fit.then_some((seats, without))
}

/// The nodes a card needs values of.
fn roots(card: &CardPlan) -> Vec<CalcId> {
    fn of_group(group: &GroupPlan, roots: &mut Vec<CalcId>) {
        for entry in &group.entries {
            roots.extend(entry.applies_when);
            match &entry.what {
                EntryWhat::Group(group) => of_group(group, roots),
                EntryWhat::Kpi(kpi) => {
                    roots.push(kpi.value);
                    roots.extend(kpi.target);
                    roots.extend(kpi.curve.as_ref().and_then(ScorePlan::formula));
                }
                EntryWhat::ScoreOf(_) | EntryWhat::ScoreOfReports => {}
            }
        }
    }
    let mut roots: Vec<CalcId> = [card.eligible, card.rank_within].into_iter().flatten().collect();
    roots.extend(card.outputs.iter().flat_map(OutputPlan::nodes));
    if let Some(scorecard) = &card.scorecard {
        of_group(&scorecard.root, &mut roots);
        roots.extend(&scorecard.vetoes);
        roots.extend(scorecard.adjustments.iter().map(|adjustment| adjustment.value));
    }
    roots
}

/// A person in a seat, with what entries are scored by.
struct Person<'a> {
    values: Values,
    /// The roster (index into the answers') and the key in it.
    key: (usize, &'a str),
    /// The position's name.
    position: &'a str,
    team: Option<usize>,
    /// Of the card.
    last_day: Day,
    /// Days served in the post within the period, in whatever team.
    served: i64,
    period_days: i64,
}

impl Person<'_> {
    /// Days served / days of the period.
    fn share_served(&self) -> Number {
        Number::ratio(self.served, self.period_days).unwrap_or(Number::ONE)
    }
}

struct Scorer<'a> {
    model: &'a Model,
    plan: &'a Plan,
    answers: &'a Answers,
    eval: Evaluator<'a>,
    others: Others<'a>,
    /// In step with the program's cards.
    tapes: Vec<Tape>,
    seats: &'a [Seat],
}

/// Below this many cards a thread costs more than it saves.
const THREAD_WORTH: usize = 512;

impl Scorer<'_> {
    /// The cards of these seats, in their order.
    fn all(&self, seats: &[usize]) -> Vec<Result<Done, Problem>> {
        let one_by_one = |seats: &[usize]| seats.iter().map(|seat| self.card(*seat)).collect::<Vec<_>>();
        let threads = std::thread::available_parallelism().map_or(1, |threads| threads.get());
        if threads == 1 || seats.len() < THREAD_WORTH {
            return one_by_one(seats);
        }
        std::thread::scope(|scope| {
            let parts: Vec<_> =
                seats.chunks(seats.len().div_ceil(threads)).map(|part| scope.spawn(move || one_by_one(part))).collect();
            let joined = |part: std::thread::ScopedJoinHandle<'_, _>| match part.join() {
                Ok(results) => results,
                Err(panic) => std::panic::resume_unwind(panic),
            };
            parts.into_iter().flat_map(joined).collect()
        })
    }

    fn card(&self, at: usize) -> Result<Done, Problem> {
        let seat = &self.seats[at];
        let card = &self.plan.program.cards[seat.card];
        let position = &self.model.positions[card.position.0];
        let person = Person {
            values: self.eval.values(seat.subject, &self.tapes[seat.card]),
            key: (seat.subject.roster, &self.eval.post(seat.subject).person),
            position: &position.name,
            team: seat.team,
            last_day: seat.to,
            served: self.served(seat),
            period_days: i64::from(self.plan.last_day.0 - self.plan.first_day.0) + 1,
        };
        let scoring = Scoring {
            model: self.model,
            eval: &self.eval,
            others: &self.others,
            faults: self.faults(),
            subject: seat.subject,
            when_missing: card.scorecard.as_ref().map_or(WhenMissing::NoRating, |card| card.when_missing),
            span: position.span,
        };
        let (mut eligible, mut doubt) = (None, None);
        if let Some(condition) = card.eligible {
            match scoring.known(&person, condition)? {
                Value::Missing(reason) => doubt = Some(Missing::Stated(format!("eligible when: {reason}").into())),
                value => eligible = Some(value.as_flag() == Some(true)),
            }
        }
        let totalled = match (&card.scorecard, &position.scorecard) {
            (Some(plan), Some(scorecard)) if eligible != Some(false) => {
                Some(scoring.scorecard(plan, scorecard, &person, doubt.clone())?)
            }
            _ => None,
        };
        let score = match (&totalled, doubt) {
            (Some(totalled), _) => totalled.result.score.clone(),
            (None, Some(doubt)) => Value::Missing(doubt),
            (None, None) => Value::Missing(Missing::Stated("no scorecard".into())),
        };
        let part = match card.rank_within {
            Some(part) => Some(scoring.known(&person, part)?.clone()).filter(|part| !part.is_missing()),
            None => None,
        };
        let team = seat.team.and_then(|team| self.answers.teams.get(team));
        let (raw, vetoed) =
            totalled.as_ref().map_or((None, Vetoed::default()), |totalled| (totalled.raw.clone(), totalled.vetoed));
        let card = Card {
            position: card.position,
            team: team.map(|team| TeamRef { key: team.key.clone(), name: team.name_on(seat.to) }),
            from: seat.from,
            to: seat.to,
            eligible,
            scorecard: totalled.map(|totalled| totalled.result),
            outputs: Vec::new(),
            values: Default::default(),
        };
        Ok(Done { card, part, raw, vetoed, draft: Draft { seat: at, values: person.values, score } })
    }

    fn faults(&self) -> Faults<'_> {
        Faults { model: self.model, plan: self.plan, answers: self.answers }
    }

    /// Days in the post within the period, over all stints of it.
    fn served(&self, seat: &Seat) -> i64 {
        let days = |run: &crate::plan::query::Stint| {
            let from = run.from.max(self.plan.first_day);
            let to = run.to.map_or(self.plan.last_day, |to| to.min(self.plan.last_day));
            (i64::from(to.0 - from.0) + 1).max(0)
        };
        self.eval.post(seat.subject).stints.iter().map(days).sum()
    }

    fn person_key(&self, seat: usize) -> Arc<str> {
        self.eval.post(self.seats[seat].subject).person.clone()
    }

    /// How a message names the person and the period: ``Li Na (`P1`) in 2026-Q3``.
    fn named(&self, seat: usize) -> String {
        let (post, period) = (self.eval.post(self.seats[seat].subject), self.plan.period);
        match &*post.name {
            name if name.is_empty() || name == &*post.person => format!("`{}` in {period}", post.person),
            name => format!("{name} (`{}`) in {period}", post.person),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;

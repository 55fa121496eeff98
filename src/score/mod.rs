//! Values to scorecards.
//!
//! In come the plan and the engine's answers; out come [`Scored`] people: a [`Card`] for every run of days of a person in a
//! post and team, and the person's overall result. Everything is exact and in the order of the answers, whatever the
//! number of threads. The order for one card: KPI values, entry scores, group scores, total; bonuses and deductions;
//! range; rounding; vetoes; rating. Then over all people: overall, distribution, rank; outputs, which see the final grade
//! and may add up those of others.
//!
//! Cards are many and large, so none is kept: a first pass finds what all people decide together and whether anything is
//! wrong, and keeps a few numbers of each; whoever shows a person has their cards made once more ([`Scored::person`]).

mod amounts;
pub mod card;
pub(crate) mod combine;
mod distribute;
pub(crate) mod entry;
mod fault;
mod others;
mod outputs;
mod people;
pub mod planned;
mod problem;
mod rulings;
mod scored;
pub(crate) mod total;
pub mod trying;

use std::collections::HashMap;

use self::card::{Card, Results, TeamRef};
pub(crate) use self::combine::{effective_combine, full, scale_of};
use self::entry::Scoring;
use self::fault::Faults;
use self::others::Others;
use self::people::{Done, Draft};
use self::problem::{Problem, Problems};
use self::rulings::{Follow, Rulings};
pub use self::scored::{Brief, BriefCard, DistributionLine, Holder, Scored};
use self::total::Vetoed;
pub(crate) use self::total::sees_raw;
use crate::diagnostic::Diagnostic;
use crate::eval::{Evaluator, Subject, Supposed, Tape, Values, behind};
use crate::language::WhenMissing;
use crate::model::Model;
use crate::number::Number;
use crate::plan::Plan;
use crate::plan::program::{Calc, CalcId, CardPlan, EntryWhat, GroupPlan, OutputPlan, ScorePlan};
use crate::plan::query::Answers;
use crate::time::Day;
use crate::value::{Missing, Value};

/// Evaluates and scores everyone on the rosters in the plan's period, with all cards at once: for few people.
///
/// Findings are what cannot be: numbers too large, KPIs beyond their limits, points of a curve out of order, values below 0
/// in a geometric mean. A missing value is never one.
pub fn score(model: &Model, plan: &Plan, answers: &Answers) -> Result<Results, Vec<Diagnostic>> {
    let mut all = score_all(model, std::slice::from_ref(plan), answers)?;
    Ok(all.remove(0))
}

/// About how many bytes stay of somebody in a post for each period, whatever is shown of them: measured, and rounded up.
pub const KEPT: u64 = 400;

/// The same for the periods of plans that share the answers, in their order.
pub fn score_all(model: &Model, plans: &[Plan], answers: &Answers) -> Result<Vec<Results>, Vec<Diagnostic>> {
    Ok(score_people(model, plans, answers)?.into_iter().map(Scored::all).collect())
}

/// Scores everyone in the periods of plans that share the answers, in their order; cards are made as they are asked for. A
/// mistake that comes up in several periods is one finding.
pub fn score_people<'a>(
    model: &'a Model,
    plans: &'a [Plan],
    answers: &'a Answers,
) -> Result<Vec<Scored<'a>>, Vec<Diagnostic>> {
    let mut problems = Problems::default();
    let mut all = Vec::with_capacity(plans.len());
    for plan in plans {
        all.extend(Scored::of((model, plan, answers), Supposed::default(), Follow::Within, &mut problems));
    }
    // The values behind each card explain one period to a reader; those of all periods would fill the memory.
    all.iter_mut().for_each(|scored| scored.explained = plans.len() == 1);
    if problems.is_empty() { Ok(all) } else { Err(problems.into_diagnostics()) }
}

/// Scores everyone in a period by the rules alone, whatever people decided, as if KPIs had the values that are supposed.
pub fn score_by_rule<'a>(
    model: &'a Model,
    plan: &'a Plan,
    answers: &'a Answers,
    supposed: Supposed,
) -> Result<Scored<'a>, Vec<Diagnostic>> {
    scored((model, plan, answers), supposed, Follow::Not)
}

/// Scores everyone in a period as if KPIs had the values that are supposed of some people. What people decided holds,
/// however far it is from what would be.
pub fn score_supposing<'a>(
    model: &'a Model,
    plan: &'a Plan,
    answers: &'a Answers,
    supposed: Supposed,
) -> Result<Scored<'a>, Vec<Diagnostic>> {
    scored((model, plan, answers), supposed, Follow::However)
}

fn scored<'a>(
    of: (&'a Model, &'a Plan, &'a Answers),
    supposed: Supposed,
    follow: Follow,
) -> Result<Scored<'a>, Vec<Diagnostic>> {
    let mut problems = Problems::default();
    match Scored::of(of, supposed, follow, &mut problems) {
        Some(scored) if problems.is_empty() => Ok(scored),
        _ => Err(problems.into_diagnostics()),
    }
}

/// Somebody in a post who is evaluated: indexes into the answers' rosters and their posts, and into the program's cards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Post {
    pub roster: usize,
    pub post: usize,
    pub card: usize,
}

/// All who are evaluated, in the order of the answers.
pub fn posts(model: &Model, plan: &Plan, answers: &Answers) -> Vec<Post> {
    let seats = seats(model, plan, answers, &mut Problems::default()).map(|(seats, _)| seats).unwrap_or_default();
    let post = |seat: &Seat| Post { roster: seat.roster as usize, post: seat.post as usize, card: seat.card() };
    let mut posts: Vec<Post> = seats.iter().map(post).collect();
    posts.dedup();
    posts
}

/// The KPIs that the formulas of a card read over the period itself: what can be supposed of those who get it. Whether
/// an entry is scored by it is told beside.
pub fn supposable(plan: &Plan, card: usize) -> Vec<(CalcId, bool)> {
    let card = &plan.program.cards[card];
    let roots = roots(card);
    let all = roots.iter().copied().chain(card.outputs.iter().flat_map(OutputPlan::nodes));
    let is_of_period =
        |node: &CalcId| matches!(&plan.program.nodes[node.0], Calc::Kpi { months, .. } if *months == plan.months);
    behind(&plan.program, all).into_iter().filter(is_of_period).map(|node| (node, roots.contains(&node))).collect()
}

/// A run of days in a post and team that gets a card.
#[derive(Clone, Copy, Debug)]
struct Seat {
    /// Small numbers, as there are as many seats as people; the parts of a [`Subject`].
    roster: u32,
    post: u32,
    stint: u32,
    /// Index into the program's cards.
    card: u32,
    /// Within the period, both included.
    from: Day,
    to: Day,
}

impl Seat {
    fn subject(&self) -> Subject {
        Subject { roster: self.roster as usize, post: self.post as usize, stint: self.stint as usize }
    }

    fn card(&self) -> usize {
        self.card as usize
    }

    fn team(&self, answers: &Answers) -> Option<usize> {
        answers.rosters[self.roster as usize].posts[self.post as usize].stints[self.stint as usize].team
    }

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
                        let [roster, post, stint, card] = [roster, post, stint, card].map(|at| at as u32);
                        seats.push(Seat { roster, post, stint, card, from, to });
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

/// The nodes that the scorecard of a card needs values of.
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

/// People that a thread goes through one after the other.
const TOGETHER: usize = 256;

struct Scorer<'a> {
    model: &'a Model,
    plan: &'a Plan,
    answers: &'a Answers,
    eval: Evaluator<'a>,
    others: Others<'a>,
    rulings: Rulings,
    tapes: Tapes,
    seats: Vec<Seat>,
}

/// What must be computed of somebody, in step with the program's cards.
struct Tapes {
    scores: Vec<Tape>,
    outputs: Vec<Tape>,
    both: Vec<Tape>,
}

impl Tapes {
    fn of(plan: &Plan, eval: &Evaluator) -> Tapes {
        let asked = |card: &CardPlan| {
            let sums = plan.program.sums.iter().filter(|sum| sum.roster == card.roster);
            let conditions = sums.filter_map(|sum| sum.condition);
            conditions.chain(card.outputs.iter().flat_map(OutputPlan::nodes)).collect::<Vec<CalcId>>()
        };
        let cards = || plan.program.cards.iter();
        Tapes {
            scores: cards().map(|card| eval.tape(roots(card))).collect(),
            outputs: cards().map(|card| eval.tape(asked(card))).collect(),
            both: cards().map(|card| eval.tape(roots(card).into_iter().chain(asked(card)))).collect(),
        }
    }
}

impl Scorer<'_> {
    /// The card of a seat by the values that are there.
    fn card_of(&self, at: usize, values: Values) -> Result<Done, Problem> {
        let seat = &self.seats[at];
        let (subject, team) = (seat.subject(), seat.team(self.answers));
        let card = &self.plan.program.cards[seat.card()];
        let position = &self.model.positions[card.position.0];
        let person = Person {
            values,
            key: (subject.roster, &self.eval.post(subject).person),
            position: &position.name,
            team,
            last_day: seat.to,
            served: self.served(seat),
            period_days: i64::from(self.plan.last_day.0 - self.plan.first_day.0) + 1,
        };
        let scoring = Scoring {
            model: self.model,
            eval: &self.eval,
            others: &self.others,
            faults: self.faults(),
            subject,
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
        let team = team.and_then(|team| self.answers.teams.get(team));
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
        Ok(Done { card, part, raw, vetoed, by_rule: None, draft: Draft { seat: at, values: person.values, score } })
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
        self.eval.post(seat.subject()).stints.iter().map(days).sum()
    }

    /// How a message names the person and the period: ``Li Na (`P1`) in 2026-Q3``.
    fn named(&self, seat: usize) -> String {
        let (post, period) = (self.eval.post(self.seats[seat].subject()), self.plan.period);
        match &*post.name {
            name if name.is_empty() || name == &*post.person => format!("`{}` in {period}", post.person),
            name => format!("{name} (`{}`) in {period}", post.person),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;

//! Scores of other scorecards: `score of POSITION` and `score of reports`.
//!
//! Both go by the tree of teams, as it stands on the last day of the person's card. `score of branch_office` is the scorecard of that post in the person's team, or in
//! the nearest team above it that has one. The reports of a person are those in posts that report to the person's,
//! for whom the person's team is the nearest with that post.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use super::{Person, Seat};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::Model;
use crate::number::Number;
use crate::plan::Plan;
use crate::plan::program::{EntryWhat, GroupPlan};
use crate::plan::query::Answers;
use crate::time::Day;
use crate::value::{Missing, Value};

/// A post (a position's name) in a team.
type Post<'a> = (&'a str, Option<usize>);

/// Who holds which post where, and their scores as far as they are known.
pub(super) struct Others<'a> {
    answers: &'a Answers,
    seats: &'a [Seat],
    holders: HashMap<Post<'a>, Vec<usize>>,
    reports: HashMap<Post<'a>, Vec<usize>>,
    scores: Vec<OnceLock<Value>>,
}

impl<'a> Others<'a> {
    pub(super) fn of(model: &'a Model, plan: &'a Plan, answers: &'a Answers, seats: &'a [Seat]) -> Others<'a> {
        let scores = seats.iter().map(|_| OnceLock::new()).collect();
        let mut others = Others { answers, seats, holders: HashMap::new(), reports: HashMap::new(), scores };
        if !plan.program.cards.iter().any(|card| card.scorecard.as_ref().is_some_and(|card| takes_in(&card.root))) {
            return others;
        }
        let position = |seat: &Seat| &model.positions[plan.program.cards[seat.card].position.0];
        for (at, seat) in seats.iter().enumerate() {
            others.holders.entry((&position(seat).name, seat.team)).or_default().push(at);
        }
        for (at, seat) in seats.iter().enumerate() {
            let Some(boss) = position(seat).reports_to.as_deref() else { continue };
            if let Some(team) = others.nearest(boss, seat.team, seat.to) {
                others.reports.entry((boss, team)).or_default().push(at);
            }
        }
        others
    }

    /// The team, this one or one above it on a day, in which someone holds the post.
    fn nearest(&self, position: &str, team: Option<usize>, day: Day) -> Option<Option<usize>> {
        let mut team = team;
        // A tree has no circle; the count is for one that has.
        for _ in 0..=self.answers.teams.len() {
            if self.holders.contains_key(&(position, team)) {
                return Some(team);
            }
            team = Some(self.answers.teams.get(team?)?.parent_on(day)?);
        }
        None
    }

    pub(super) fn finish(&self, seat: usize, score: Value) {
        let _ = self.scores[seat].set(score);
    }

    fn score(&self, seat: usize) -> Value {
        let unknown = || Value::Missing(Missing::Stated("not scored".into()));
        self.scores[seat].get().cloned().unwrap_or_else(unknown)
    }

    /// The score of the team's post; of several cards the mean weighted by days. Missing where one of them is.
    pub(super) fn score_of(&self, position: &str, person: &Person) -> Value {
        let found =
            self.nearest(position, person.team, person.last_day).and_then(|team| self.holders.get(&(position, team)));
        match found {
            Some(seats) => self.mean(seats.iter().copied()),
            None => Value::Missing(Missing::Stated(format!("no `{position}` in the team").into())),
        }
    }

    /// The mean of the scores of those who report to the person, each person once; who has no score is left out.
    pub(super) fn score_of_reports(&self, person: &Person) -> Value {
        let mut people: Vec<(usize, Arc<str>, Vec<usize>)> = Vec::new();
        for seat in self.reports.get(&(person.position, person.team)).map_or(&[][..], Vec::as_slice) {
            let subject = self.seats[*seat].subject;
            let key = &self.answers.rosters[subject.roster].posts[subject.post].person;
            match people.iter_mut().rev().find(|(roster, person, _)| *roster == subject.roster && person == key) {
                Some((_, _, seats)) => seats.push(*seat),
                None => people.push((subject.roster, key.clone(), vec![*seat])),
            }
        }
        let scores: Vec<Number> = people
            .iter()
            .filter_map(|(_, _, seats)| {
                self.mean(seats.iter().copied().filter(|seat| !self.score(*seat).is_missing())).as_number().cloned()
            })
            .collect();
        let sum = scores.iter().fold(Number::ZERO, |sum, score| sum.add(score));
        match sum.div(&Number::from(scores.len() as u64)) {
            Some(mean) => Value::Number(mean),
            None if people.is_empty() => Value::Missing(Missing::Stated("no reports".into())),
            None => Value::Missing(Missing::Stated("no report has a score".into())),
        }
    }

    /// Σ score × days / Σ days
    fn mean(&self, seats: impl Iterator<Item = usize>) -> Value {
        let (mut sum, mut days) = (Number::ZERO, Number::ZERO);
        for seat in seats {
            let weight = Number::from(self.seats[seat].days());
            match self.score(seat) {
                Value::Number(score) => sum = sum.add(&score.mul(&weight)),
                missing => return missing,
            }
            days = days.add(&weight);
        }
        sum.div(&days).map_or(Value::Missing(Missing::NoRows), Value::Number)
    }
}

fn takes_in(group: &GroupPlan) -> bool {
    group.entries.iter().any(|entry| match &entry.what {
        EntryWhat::Group(group) => takes_in(group),
        EntryWhat::Kpi(_) => false,
        EntryWhat::ScoreOf(_) | EntryWhat::ScoreOfReports => true,
    })
}

/// The card plans in an order in which every score is known before it is taken in.
pub(super) fn order(model: &Model, plan: &Plan) -> Result<Vec<usize>, Box<Diagnostic>> {
    let cards = &plan.program.cards;
    let position = |card: usize| &model.positions[cards[card].position.0];
    let needed = |card: usize| -> Vec<usize> {
        let mut names = HashSet::new();
        if let Some(scorecard) = &cards[card].scorecard {
            taken_in(model, &scorecard.root, &position(card).name, &mut names);
        }
        (0..cards.len()).filter(|other| names.contains(position(*other).name.as_str())).collect()
    };
    let (mut order, mut done, mut open) = (Vec::new(), vec![false; cards.len()], Vec::new());
    for card in 0..cards.len() {
        visit(card, &needed, &mut order, &mut done, &mut open).map_err(|circle| {
            let names: Vec<String> = circle.iter().map(|card| format!("`{}`", position(*card).name)).collect();
            let first = Diagnostic::new(Code::ScoreCircle, format!("the score of {} depends on itself", names[0]))
                .at(position(circle[0]).span, format!("{} -> {}", names.join(" -> "), names[0]))
                .help("take out one of the `score of` entries");
            Box::new(circle[1..].iter().fold(first, |found, card| found.at(position(*card).span, "")))
        })?;
    }
    Ok(order)
}

/// Depth first; `Err` is the circle found.
fn visit(
    card: usize,
    needed: &dyn Fn(usize) -> Vec<usize>,
    order: &mut Vec<usize>,
    done: &mut [bool],
    open: &mut Vec<usize>,
) -> Result<(), Vec<usize>> {
    if let Some(at) = open.iter().position(|one| *one == card) {
        return Err(open[at..].to_vec());
    }
    if done[card] {
        return Ok(());
    }
    open.push(card);
    for other in needed(card) {
        visit(other, needed, order, done, open)?;
    }
    open.pop();
    done[card] = true;
    order.push(card);
    Ok(())
}

fn taken_in<'a>(model: &'a Model, group: &'a GroupPlan, own: &str, names: &mut HashSet<&'a str>) {
    for entry in &group.entries {
        match &entry.what {
            EntryWhat::Group(group) => taken_in(model, group, own, names),
            EntryWhat::Kpi(_) => {}
            EntryWhat::ScoreOf(position) => {
                names.insert(position);
            }
            EntryWhat::ScoreOfReports => {
                let reporting = model.positions.iter().filter(|other| other.reports_to.as_deref() == Some(own));
                names.extend(reporting.map(|other| other.name.as_str()));
            }
        }
    }
}

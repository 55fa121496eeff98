//! Scores of other scorecards: `score of POSITION` and `score of reports`.
//!
//! Both go by the tree of teams, as it stands on the last day of the person's card. `score of branch_office` is the
//! scorecard of that post in the person's team, or in the nearest team above it that has one. The reports of a person
//! are those in posts that report to the person's, for whom the person's team is the nearest with that post.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use super::card::Taken;
use super::{Person, Seat};
use crate::model::{Model, PositionId};
use crate::number::Number;
use crate::plan::Plan;
use crate::plan::program::{EntryWhat, GroupPlan};
use crate::plan::query::{Answers, PersonPost};
use crate::time::Day;
use crate::value::{Missing, Value};

/// A post (a position's name) in a team.
type Post<'a> = (&'a str, usize);

/// Who holds which post where, and their scores as far as they are known.
pub(super) struct Others<'a> {
    answers: &'a Answers,
    holders: HashMap<Post<'a>, Vec<usize>>,
    reports: HashMap<Post<'a>, Vec<usize>>,
    /// By seat; of nobody where no score is taken in.
    scores: Vec<Score>,
}

/// Of a seat: whose it is, for how many days, and the score once it is known.
struct Score {
    roster: u32,
    post: u32,
    days: i64,
    score: OnceLock<Value>,
}

impl<'a> Others<'a> {
    pub(super) fn of(model: &'a Model, plan: &'a Plan, answers: &'a Answers, seats: &[Seat]) -> Others<'a> {
        let mut others = Others { answers, holders: HashMap::new(), reports: HashMap::new(), scores: Vec::new() };
        if !plan.program.cards.iter().any(|card| card.scorecard.as_ref().is_some_and(|card| takes_in(&card.root))) {
            return others;
        }
        let score =
            |seat: &Seat| Score { roster: seat.roster, post: seat.post, days: seat.days(), score: OnceLock::new() };
        others.scores = seats.iter().map(score).collect();
        let position = |seat: &Seat| &model.positions[plan.program.cards[seat.card()].position.0];
        for (at, seat) in seats.iter().enumerate() {
            if let Some(team) = seat.team(answers) {
                others.holders.entry((&position(seat).name, team)).or_default().push(at);
            }
        }
        for (at, seat) in seats.iter().enumerate() {
            let Some(boss) = position(seat).reports_to.as_deref() else { continue };
            if let Some(team) = others.nearest(boss, seat.team(answers), seat.to) {
                others.reports.entry((boss, team)).or_default().push(at);
            }
        }
        others
    }

    /// Whether some card takes in the score of another.
    pub(super) fn are_taken_in(&self) -> bool {
        !self.scores.is_empty()
    }

    /// The team, this one or one above it on a day, in which someone holds the post.
    fn nearest(&self, position: &str, team: Option<usize>, day: Day) -> Option<usize> {
        let mut team = team?;
        // A tree has no circle; the count is for one that has.
        for _ in 0..=self.answers.teams.len() {
            if self.holders.contains_key(&(position, team)) {
                return Some(team);
            }
            team = self.answers.teams.get(team)?.parent_on(day)?;
        }
        None
    }

    pub(super) fn finish(&self, seat: usize, score: Value) {
        let _ = self.scores[seat].score.set(score);
    }

    fn score(&self, seat: usize) -> Value {
        self.scores[seat].score.get().cloned().unwrap_or_else(|| Value::stated("not scored"))
    }

    /// The score of the team's post and whose it is; of several cards the mean weighted by days. Missing where one of
    /// them is.
    pub(super) fn score_of(&self, position: &str, person: &Person) -> (Value, Vec<Taken>) {
        if person.team.is_none() {
            return (Value::stated("in no team"), Vec::new());
        }
        let found =
            self.nearest(position, person.team, person.last_day).and_then(|team| self.holders.get(&(position, team)));
        match found {
            Some(seats) => (self.mean(seats), self.people(seats).iter().map(|(_, seats)| self.taken(seats)).collect()),
            None => (Value::stated(format!("no `{position}` in the team or above it")), Vec::new()),
        }
    }

    /// The mean of the scores of those who report to the person, each person once; who has no score is left out. Who
    /// had a post below their own earlier in the period does not report to themself.
    pub(super) fn score_of_reports(&self, person: &Person) -> (Value, Vec<Taken>) {
        let key = person.team.map(|team| (person.position, team));
        let reports = key.and_then(|key| self.reports.get(&key)).map_or(&[][..], Vec::as_slice);
        let mut taken = Vec::new();
        for ((roster, key), seats) in self.people(reports) {
            if (roster, key) == person.key {
                continue;
            }
            let scored: Vec<usize> = seats.iter().copied().filter(|seat| !self.score(*seat).is_missing()).collect();
            taken.push(self.taken(if scored.is_empty() { &seats } else { &scored }));
        }
        let scores: Vec<&Number> = taken.iter().filter_map(|one| one.score.as_number()).collect();
        let sum = scores.iter().fold(Number::ZERO, |sum, score| sum.add(score));
        let mean = match sum.div(&Number::from(scores.len() as u64)) {
            Some(mean) => Value::Number(mean),
            None if taken.is_empty() => Value::stated("no reports"),
            None => Value::stated("no report has a score"),
        };
        (mean, taken)
    }

    /// Seats by the roster and the person's key. They stand in the order of both.
    fn people(&self, seats: &[usize]) -> Vec<((usize, &'a str), Vec<usize>)> {
        let mut people: Vec<((usize, &str), Vec<usize>)> = Vec::new();
        for seat in seats {
            let roster = self.scores[*seat].roster as usize;
            let key = (roster, &*self.post(*seat).person);
            match people.last_mut().filter(|(last, _)| *last == key) {
                Some((_, seats)) => seats.push(*seat),
                None => people.push((key, vec![*seat])),
            }
        }
        people
    }

    fn post(&self, seat: usize) -> &'a PersonPost {
        let score = &self.scores[seat];
        &self.answers.rosters[score.roster as usize].posts[score.post as usize]
    }

    /// One person's score, over these of their seats.
    fn taken(&self, seats: &[usize]) -> Taken {
        let post = self.post(seats[0]);
        Taken { person: post.person.clone(), name: post.name.clone(), score: self.mean(seats) }
    }

    /// Σ score × days / Σ days
    fn mean(&self, seats: &[usize]) -> Value {
        let (mut sum, mut days) = (Number::ZERO, Number::ZERO);
        for seat in seats {
            let weight = Number::from(self.scores[*seat].days);
            match self.score(*seat) {
                Value::Number(score) => sum = sum.add(&score.mul(&weight)),
                missing => return missing,
            }
            days = days.add(&weight);
        }
        sum.div(&days).map_or(Value::Missing(Missing::NoRows), Value::Number)
    }
}

/// The positions whose scorecards take in the scores of some others, by name.
pub(super) fn takers<'a>(model: &'a Model, plan: &Plan, of: &HashSet<&str>) -> HashSet<&'a str> {
    fn takes(group: &GroupPlan, of: &dyn Fn(Option<&str>) -> bool) -> bool {
        group.entries.iter().any(|entry| match &entry.what {
            EntryWhat::Group(group) => takes(group, of),
            EntryWhat::Kpi(_) => false,
            EntryWhat::ScoreOf(position) => of(Some(position)),
            EntryWhat::ScoreOfReports => of(None),
        })
    }
    let mut takers = HashSet::new();
    for card in &plan.program.cards {
        let own = &model.positions[card.position.0].name;
        let reports = |position: &&crate::model::Position| position.reports_to.as_ref() == Some(own);
        let known = |wanted: Option<&str>| match wanted {
            Some(position) => of.contains(position),
            None => model.positions.iter().filter(reports).any(|position| of.contains(position.name.as_str())),
        };
        if card.scorecard.as_ref().is_some_and(|scorecard| takes(&scorecard.root, &known)) {
            takers.insert(own.as_str());
        }
    }
    takers
}

fn takes_in(group: &GroupPlan) -> bool {
    group.entries.iter().any(|entry| match &entry.what {
        EntryWhat::Group(group) => takes_in(group),
        EntryWhat::Kpi(_) => false,
        EntryWhat::ScoreOf(_) | EntryWhat::ScoreOfReports => true,
    })
}

/// The card plans in an order in which every score is known before it is taken in; the checker has refused rings.
pub(super) fn order(model: &Model, plan: &Plan) -> Vec<usize> {
    let ranks: HashMap<PositionId, usize> =
        model.score_order(Some(plan.last_day)).unwrap_or_default().into_iter().zip(0..).collect();
    let mut order: Vec<usize> = (0..plan.program.cards.len()).collect();
    order.sort_by_key(|card| ranks.get(&plan.program.cards[*card].position));
    order
}

//! What people decided in the place of what the rules give.
//!
//! Rows of rulings say what in words; here they are held against who is evaluated, what the scorecards allow and what is
//! there to be ruled on, and become values. The order: a KPI's value, from which the total follows; the score, from which
//! the grade follows; the grade, when the distribution by rule is done; an output, when it is computed. How far a ruling
//! goes is counted from the value that it stands in the place of.

mod read;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::card::{CardByRule, PersonResult, RulingResult, ScoreStep, StepKind};
use super::people::Done;
use super::problem::Problem;
use super::total::rate;
use super::{Scorer, Seat};
use crate::diagnostic::Code;
use crate::eval::{Supposed, Tape};
use crate::model::{Allowance, Model, PositionId, RuledOn};
use crate::number::Number;
use crate::plan::program::CalcId;
use crate::plan::query::Ruling;
use crate::value::Value;

pub(super) use self::read::read;

/// What becomes of rulings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Follow {
    /// They hold as far as scorecards allow.
    Within,
    /// They hold, however far they are from values that are only supposed.
    However,
    /// They are left out.
    Not,
}

/// The rulings of the period, by roster and post.
#[derive(Clone, Debug, Default)]
pub(super) struct Rulings {
    posts: BTreeMap<(usize, usize), Vec<Decided>>,
    /// Whether it is told where one goes too far.
    pub bounded: bool,
}

/// A ruling whose words are understood.
#[derive(Clone, Debug)]
pub(super) struct Decided {
    pub allowance: Allowance,
    /// A number in base units, or a grade.
    pub to: Value,
    /// Of a ruling on a KPI.
    pub node: Option<CalcId>,
    pub ruling: Arc<Ruling>,
}

impl Rulings {
    pub(super) fn of(&self, post: (usize, usize)) -> &[Decided] {
        self.posts.get(&post).map_or(&[], Vec::as_slice)
    }

    pub(super) fn on(&self, post: (usize, usize), on: RuledOn) -> Option<&Decided> {
        self.of(post).iter().find(|one| one.allowance.on == on)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.posts.is_empty()
    }

    /// Changes the names of the files in which they stand.
    pub(super) fn rename_files(&mut self, rename: &dyn Fn(&mut String)) {
        for decided in self.posts.values_mut().flatten() {
            let places = &mut Arc::make_mut(&mut decided.ruling).places;
            places.all_mut().into_iter().for_each(|place| rename(&mut place.file));
        }
    }

    /// The values of KPIs that were ruled.
    pub(super) fn values(&self) -> Supposed {
        let mut values = Supposed::default();
        for ((roster, post), all) in &self.posts {
            for one in all {
                if let Some(node) = one.node {
                    values.add(*roster, *post, (node, one.to.clone()));
                }
            }
        }
        values
    }

    /// Whether the ruling stands in the place of this value; else what is wrong.
    pub(super) fn check(
        &self,
        model: &Model,
        decided: &Decided,
        position: PositionId,
        replaced: &Value,
    ) -> Result<(), Problem> {
        let Some(most) = decided.allowance.most.as_ref().filter(|_| self.bounded) else { return Ok(()) };
        let apart = match (replaced, &decided.to) {
            (Value::Number(one), Value::Number(other)) => one.sub(other).abs(),
            (Value::Choice(one), Value::Choice(other)) => Number::from(u64::from(one.abs_diff(*other))),
            (Value::Missing(reason), _) => {
                let words = decided.words(model, position);
                let message = format!(
                    "{} has no value by rule ({reason}), so nobody can tell how far the ruling goes",
                    words.what
                );
                return Err(decided.problem(message, "the ruling may go so far", MISSING));
            }
            _ => return Ok(()),
        };
        if apart <= *most {
            return Ok(());
        }
        let words = decided.words(model, position);
        let message = format!(
            "the ruling sets {} to {}, which is {} from {}, and rulings may change it by at most {}",
            words.what,
            words.value(&decided.to),
            words.distance(&apart),
            words.value(replaced),
            words.distance(most)
        );
        Err(decided.problem(message, "not further than this", FURTHER))
    }
}

const FURTHER: &str = "rule within what the scorecard allows, or let it allow more";
const MISSING: &str = "leave `at most …` out of what the scorecard allows, or see to it that there is a value by rule";

impl Decided {
    fn problem(&self, message: String, label: &str, help: &'static str) -> Problem {
        Problem {
            code: Code::RulingNotAllowed,
            span: self.allowance.span,
            message,
            label: label.into(),
            help,
            places: vec![self.ruling.places.ruled.clone()],
        }
    }

    pub(super) fn without_rating(&self) -> Problem {
        let message = "there is no rating by rule for the ruling to stand in the place of".to_string();
        self.problem(message, "rulings on the rating", "rule on the score, from which a rating follows")
    }

    /// The rating of somebody is that of the post that is held last.
    pub(super) fn not_the_last(&self, last: &str) -> Problem {
        let message = format!("the ruling is on the rating in an earlier post, and the rating is that of `{last}`");
        self.problem(message, "rulings on the rating", "name the last post of the period in the row")
    }

    fn words<'m>(&self, model: &'m Model, position: PositionId) -> read::Words<'m> {
        read::Words::of(model, position, self.allowance.on)
    }

    fn result(&self, position: PositionId, replaced: Vec<Value>) -> RulingResult {
        RulingResult { position, on: self.allowance.on, replaced, ruled: self.to.clone(), ruling: self.ruling.clone() }
    }
}

impl Scorer<'_> {
    /// The card of a seat as it is ruled; `tapes` say what is computed for it.
    pub(super) fn card(&self, at: usize, tapes: &[Tape]) -> Result<Done, Problem> {
        let seat = &self.seats[at];
        let (subject, tape) = (seat.subject(), &tapes[seat.card()]);
        let done = self.card_of(at, self.eval.values(subject, tape))?;
        let decided = self.rulings.of(seat.post());
        if !decided.iter().any(|one| matches!(one.allowance.on, RuledOn::Kpi(_) | RuledOn::Score)) {
            return Ok(done);
        }
        let by_rule = match decided.iter().any(|one| one.node.is_some()) {
            true => self.card_of(at, self.eval.values_by_rule(subject, tape))?,
            false => done.clone(),
        };
        self.ruled(seat, done, by_rule)
    }

    /// `done` has the values of KPIs that were ruled, and `by_rule` those by rule.
    fn ruled(&self, seat: &Seat, mut done: Done, by_rule: Done) -> Result<Done, Problem> {
        let position = done.card.position;
        let mut kpis = Vec::new();
        for decided in self.rulings.of(seat.post()) {
            if let Some(node) = decided.node {
                let value = by_rule.draft.values.get(node).cloned().unwrap_or(Value::stated("not computed"));
                self.rulings.check(self.model, decided, position, &value)?;
                kpis.push((node, value));
            }
        }
        let (Some(result), Some(plain)) = (&mut done.card.scorecard, by_rule.card.scorecard) else { return Ok(done) };
        let mut of_card = CardByRule { score: plain.score, rating: plain.rating, replaced: None, kpis };
        done.by_rule = Some((by_rule.raw, by_rule.vetoed));
        if let Some(decided) = self.rulings.on(seat.post(), RuledOn::Score)
            && let Value::Number(score) = &decided.to
        {
            self.rulings.check(self.model, decided, position, &result.score)?;
            of_card.replaced = Some(std::mem::replace(&mut result.score, decided.to.clone()));
            result.steps.push(ScoreStep { what: StepKind::Ruled, score: score.clone() });
            done.raw = Some(score.clone());
            done.draft.score = decided.to.clone();
            let scorecard = self.model.positions[position.0].scorecard.as_ref();
            result.rating = scorecard
                .and_then(|card| card.rating)
                .and_then(|id| rate(&self.model.ratings[id.0], score, done.vetoed));
        }
        result.by_rule = Some(Box::new(of_card));
        Ok(done)
    }

    /// What was ruled about somebody whose cards are done, in the order in which it takes effect. `grade` is the one that a
    /// ruling on the rating stands in the place of.
    pub(super) fn rulings_of(&self, seats: &[usize], result: &PersonResult, grade: Option<usize>) -> Vec<RulingResult> {
        let mut results: Vec<RulingResult> = Vec::new();
        if self.rulings.is_empty() {
            return results;
        }
        let mut posts: Vec<(usize, usize)> = seats.iter().map(|seat| self.seats[*seat].post()).collect();
        posts.dedup();
        for post in posts {
            let cards = seats.iter().enumerate().filter(|(_, seat)| self.seats[**seat].post() == post);
            let cards: Vec<usize> = cards.map(|(at, _)| at).collect();
            let Some(position) = cards.first().map(|at| result.cards[*at].position) else { continue };
            let by_rule = || cards.iter().filter_map(|at| result.cards[*at].scorecard.as_ref()?.by_rule.as_deref());
            for decided in self.rulings.of(post) {
                let replaced: Vec<Value> = match decided.allowance.on {
                    RuledOn::Kpi(_) => {
                        let of_card = |card: &CardByRule| {
                            card.kpis
                                .iter()
                                .find(|(node, _)| Some(*node) == decided.node)
                                .map(|(_, value)| value.clone())
                        };
                        by_rule().filter_map(of_card).collect()
                    }
                    RuledOn::Score => by_rule().filter_map(|card| card.replaced.clone()).collect(),
                    RuledOn::Rating => grade.map(|grade| Value::Choice(grade as u32)).into_iter().collect(),
                    RuledOn::Output(at) => {
                        let of_post = result.posts.iter().find(|one| one.cards == cards);
                        of_post.and_then(|one| one.outputs.get(at)?.by_rule.clone()).into_iter().collect()
                    }
                };
                results.push(decided.result(position, replaced));
            }
        }
        results.sort_by_key(|one| one.on);
        results
    }
}

impl Seat {
    pub(super) fn post(&self) -> (usize, usize) {
        (self.roster as usize, self.post as usize)
    }
}

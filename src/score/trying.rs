//! One person under one supposition after the other, without a pass over all people for each.
//!
//! What others decide stays as it is: their scores, and so the grades that a forced distribution leaves. Where the person's
//! own score goes into theirs, and theirs count in that distribution, [`Trying::entangled`] says so, and only a whole evaluation
//! ([`score_by_rule`](super::score_by_rule)) tells. What people decided is left out: it stands, whatever is supposed.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::OnceLock;

use super::card::PersonResult;
use super::distribute::{Rated, distribute};
use super::others::takers;
use super::score_by_rule;
use super::scored::Scored;
use crate::eval::{Evaluator, Given, Subject, Tape, Values};
use crate::model::{Model, PositionId, RatingId, Within};
use crate::number::Number;
use crate::plan::Plan;
use crate::plan::program::CalcId;
use crate::value::Value;

/// A value that is supposed of somebody's KPI or aggregate in a post (index into the roster's posts).
pub type GivenIn = (usize, Given);

/// Everyone as a forced distribution sees them before it has moved anybody.
#[derive(Default)]
pub struct Rivals(OnceLock<Vec<Rival>>);

struct Rival {
    person: usize,
    rating: RatingId,
    grade: usize,
    seen: Number,
    position: PositionId,
    team: Option<usize>,
}

/// A person whose results are looked at.
pub struct Trying<'s, 'a> {
    scored: &'s Scored<'a>,
    rivals: &'s Rivals,
    person: usize,
    seats: Vec<Seated>,
    /// Outputs are computed, too.
    paid: bool,
}

/// A card of the person.
pub struct Seated {
    /// Index into the seats of all.
    seat: usize,
    pub subject: Subject,
    /// Index into the program's cards.
    pub card: usize,
    /// Days served in the post, and those of the period.
    pub served: (i64, i64),
    /// As it truly is.
    pub values: Values,
    /// All nodes that the card reads, operands first.
    pub order: Vec<CalcId>,
    /// Those that follow from some nodes.
    follow: RefCell<HashMap<Vec<CalcId>, Rc<Vec<CalcId>>>>,
}

/// What comes out under a supposition.
pub struct Tried {
    /// With outputs where they were asked for.
    pub result: PersonResult,
    /// In the order of [`Trying::seats`].
    pub values: Vec<Values>,
    /// For each card of the result its place there.
    pub seats: Vec<usize>,
}

impl Tried {
    /// The grade of the person, if there is one.
    pub fn grade(&self) -> Option<usize> {
        self.result.rating.as_ref().map(|rating| rating.grade)
    }
}

impl<'a> Scored<'a> {
    /// A person, to be looked at under suppositions: scores and grades.
    pub fn trying<'s>(&'s self, rivals: &'s Rivals, person: usize) -> Trying<'s, 'a> {
        self.trying_by(rivals, person, false)
    }

    /// The same with outputs. Sums over people that they read stay as they are.
    pub fn trying_paid<'s>(&'s self, rivals: &'s Rivals, person: usize) -> Trying<'s, 'a> {
        self.trying_by(rivals, person, true)
    }

    fn trying_by<'s>(&'s self, rivals: &'s Rivals, person: usize, paid: bool) -> Trying<'s, 'a> {
        let scorer = self.scorer();
        let tapes = if paid { &scorer.tapes.both } else { &scorer.tapes.scores };
        let seated = |seat: usize| {
            let of = &scorer.seats[seat];
            let (subject, card) = (of.subject(), of.card());
            let period = i64::from(scorer.plan.last_day.0 - scorer.plan.first_day.0) + 1;
            let values = scorer.eval.values(subject, &tapes[card]);
            let order = tapes[card].order(&scorer.plan.program);
            let served = (scorer.served(of), period);
            Seated { seat, subject, card, served, values, order, follow: RefCell::default() }
        };
        Trying { scored: self, rivals, person, paid, seats: self.seats_of(person).map(seated).collect() }
    }

    pub fn evaluator(&self) -> &Evaluator<'a> {
        &self.scorer().eval
    }

    /// The rating that somebody is rated by in the end.
    pub fn rating_of(&self, person: usize) -> Option<RatingId> {
        self.rated_by(person).map(|(rating, ..)| rating)
    }

    pub fn plan(&self) -> &'a Plan {
        self.scorer().plan
    }

    pub fn model(&self) -> &'a Model {
        self.scorer().model
    }
}

impl<'a> Trying<'_, 'a> {
    /// The person's cards, in the order of the roster.
    pub fn seats(&self) -> &[Seated] {
        &self.seats
    }

    pub fn tape(&self, seat: &Seated) -> &Tape {
        &self.scored.scorer().tapes.scores[seat.card]
    }

    pub fn evaluator(&self) -> &Evaluator<'a> {
        self.scored.evaluator()
    }

    /// Whose scores go by this person's, further and further: positions by name, those that take it in first.
    fn touched(&self) -> Vec<HashSet<&'a str>> {
        let scorer = self.scored.scorer();
        let mut steps: Vec<HashSet<&str>> = Vec::new();
        if !scorer.others.are_taken_in() {
            return steps;
        }
        let name = |seat: &Seated| &*scorer.model.positions[scorer.plan.program.cards[seat.card].position.0].name;
        let mut last: HashSet<&str> = self.seats.iter().map(name).collect();
        // No ring is longer than there are cards.
        for _ in 0..scorer.plan.program.cards.len() {
            last = takers(scorer.model, scorer.plan, &last);
            if last.is_empty() {
                break;
            }
            steps.push(last.clone());
        }
        steps
    }

    /// The rating of this person in whose distribution others are moved by a supposition, as their scores go by this one: so it
    /// comes back.
    pub fn entangled(&self) -> Option<RatingId> {
        let scorer = self.scored.scorer();
        let (id, ..) = self.scored.rated_by(self.person)?;
        let across = scorer.model.ratings[id.0].distribution.iter().any(|one| one.within != Within::Position);
        let rated = |position: &&str| {
            let mut cards = scorer.plan.program.cards.iter().map(|card| &scorer.model.positions[card.position.0]);
            cards
                .any(|own| own.name == **position && own.scorecard.as_ref().is_some_and(|card| card.rating == Some(id)))
        };
        (across && self.touched().iter().flatten().any(rated)).then_some(id)
    }

    /// Whether results of others go by this person's: their scores, or their grades in a forced distribution.
    pub fn moves_others(&self) -> bool {
        let model = self.scored.scorer().model;
        let rating = self.scored.rated_by(self.person).map(|(rating, ..)| rating);
        let distributed = rating.is_some_and(|rating| !model.ratings[rating.0].distribution.is_empty());
        distributed || !self.touched().is_empty()
    }

    /// A post of this person whose scorecard takes in scores of others that go by those of an earlier post.
    pub fn goes_round(&self) -> Option<PositionId> {
        let scorer = self.scored.scorer();
        let position = |seat: &Seated| scorer.plan.program.cards[seat.card].position;
        let touched = self.touched();
        let further = |position: &PositionId| {
            let name = scorer.model.positions[position.0].name.as_str();
            touched.iter().skip(1).any(|step| step.contains(name))
        };
        if self.seats.len() > 1 { self.seats.iter().map(position).find(further) } else { None }
    }

    /// The values of a card under suppositions.
    pub fn values(&self, seat: &Seated, given: &[GivenIn]) -> Values {
        let mut of_post: Vec<(CalcId, Value)> =
            given.iter().filter(|(post, _)| *post == seat.subject.post).map(|(_, one)| one.clone()).collect();
        if of_post.is_empty() {
            return seat.values.clone();
        }
        // What is supposed anyway stays so.
        let known = |node: CalcId, given: &[(CalcId, Value)]| given.iter().any(|(of, _)| *of == node);
        for one in self.evaluator().supposed_of(seat.subject) {
            if !known(one.0, &of_post) {
                of_post.push(one.clone());
            }
        }
        let nodes: Vec<CalcId> = of_post.iter().map(|(node, _)| *node).collect();
        let of_nodes = || Rc::new(self.evaluator().behind_supposed(&seat.order, &nodes));
        let follow = seat.follow.borrow_mut().entry(nodes.clone()).or_insert_with(of_nodes).clone();
        self.evaluator().values_along(&seat.values, seat.subject, &follow, &of_post)
    }

    /// What comes out; nothing where something cannot be, as a KPI beyond its limits.
    pub fn with(&self, given: &[GivenIn]) -> Option<Tried> {
        let scorer = self.scored.scorer();
        let first = self.seats.first()?.seat;
        let values: Vec<Values> = self.seats.iter().map(|seat| self.values(seat, given)).collect();
        let card = |seat: usize| scorer.card_of(seat, values[seat - first].clone());
        let mut standing = scorer.standing_of(self.scored.seats_of(self.person), card).ok()?;
        let seats = standing.drafts.iter().map(|draft| draft.seat - first).collect();
        if let (Some(rating), Some(seen)) = (&standing.result.rating, standing.seen().cloned())
            && let Some((id, position, team)) = self.scored.rated_by(self.person)
            && !scorer.model.ratings[id.0].distribution.is_empty()
        {
            let own = Rival { person: self.person, rating: id, grade: rating.grade, seen, position, team };
            if let Some((grade, rule)) = self.distributed(own) {
                standing.lower(grade, rule);
            }
        }
        let mut wrong = Vec::new();
        let result = match self.paid {
            true => self.scored.paid(standing, false, &mut wrong),
            false => standing.result,
        };
        wrong.is_empty().then_some(Tried { result, values, seats })
    }

    /// The same by a whole evaluation of all people, with all that others take of this one, and give back.
    pub fn wholly(&self, given: &[GivenIn]) -> Option<PersonResult> {
        let scorer = self.scored.scorer();
        let mut supposed = self.evaluator().all_supposed().clone();
        let roster = self.seats.first()?.subject.roster;
        for (post, one) in given {
            supposed.add(roster, *post, one.clone());
        }
        let scored = score_by_rule(scorer.model, scorer.plan, scorer.answers, supposed).ok()?;
        Some(scored.person(self.person))
    }

    /// What outputs add up of all people, as they stand; in step with the program's sums.
    pub fn sums(&self, seat: &Seated) -> Vec<Value> {
        self.scored.sums_seen(seat.seat)
    }

    /// The least score, as the rating sees it, with which the person has a grade once the distribution has moved grades, where no
    /// veto stands in the way; to a step of the scores.
    pub fn least_score(&self, wanted: usize) -> Option<Number> {
        let scorer = self.scored.scorer();
        let (id, position, team) = self.scored.rated_by(self.person)?;
        let rating = &scorer.model.ratings[id.0];
        let threshold = rating.grades.get(wanted)?.condition.as_ref().map(|(_, at)| at.clone())?;
        if rating.distribution.is_empty() {
            return Some(threshold);
        }
        let step = Number::from_parts(1, scorer.model.company.score_decimals.unwrap_or(6));
        let keeps = |seen: &Number| {
            let own = Rival { person: self.person, rating: id, grade: wanted, seen: seen.clone(), position, team };
            self.distributed(own).is_none_or(|(grade, _)| grade <= wanted)
        };
        if keeps(&threshold) {
            return Some(threshold);
        }
        // Whoever is moved is so by somebody who is as good or better.
        let all = self.rivals.0.get_or_init(|| self.scored.rivals());
        let mut scores: Vec<Number> =
            all.iter().filter(|one| one.rating == id && one.seen >= threshold).map(|one| one.seen.add(&step)).collect();
        scores.sort();
        let first = scores.partition_point(|score| !keeps(score));
        scores.get(first).cloned()
    }

    /// The grade that the distribution moves this person to, and by which rule.
    fn distributed(&self, own: Rival) -> Option<(usize, usize)> {
        let scorer = self.scored.scorer();
        let rating = &scorer.model.ratings[own.rating.0];
        let all = self.rivals.0.get_or_init(|| self.scored.rivals());
        // Groups that the person is in no part of decide nothing.
        let only = |within: Within| rating.distribution.iter().all(|rule| rule.within == within);
        let (position, team) = (only(Within::Position), only(Within::Team));
        let rival = |one: &&Rival| {
            one.rating == own.rating
                && one.person != own.person
                && (!position
                    || scorer.model.positions[one.position.0].name == scorer.model.positions[own.position.0].name)
                && (!team || one.team == own.team)
        };
        let mut people: Vec<&Rival> = all.iter().filter(rival).collect();
        // In the order of the results, as everyone is.
        people.insert(people.partition_point(|one| one.person < own.person), &own);
        let mut rated: Vec<Rated> = Vec::with_capacity(people.len());
        for one in &people {
            rated.push(Rated {
                grade: one.grade,
                seen: &one.seen,
                position: &scorer.model.positions[one.position.0].name,
                team: one.team.and_then(|team| scorer.answers.teams.get(team)).map(|team| &*team.key),
                moved_by: None,
            });
        }
        distribute(rating, &mut rated);
        let at = people.iter().position(|one| one.person == own.person)?;
        rated[at].moved_by.map(|rule| (rated[at].grade, rule))
    }
}

impl Scored<'_> {
    /// By which rating somebody is rated, in which post and team.
    fn rated_by(&self, person: usize) -> Option<(RatingId, PositionId, Option<usize>)> {
        let scorer = self.scorer();
        let (position, seat) = self.kept(person).last(scorer)?;
        let rating = scorer.model.positions[position.0].scorecard.as_ref()?.rating?;
        Some((rating, position, scorer.seats[seat].team(scorer.answers)))
    }

    fn rivals(&self) -> Vec<Rival> {
        let scorer = self.scorer();
        let rival = |person: usize| {
            let (rating, position, team) = self.rated_by(person)?;
            if scorer.model.ratings[rating.0].distribution.is_empty() {
                return None;
            }
            let standing =
                scorer.standing_of(self.seats_of(person), |seat| scorer.card(seat, &scorer.tapes.scores)).ok()?;
            let (grade, seen) = (standing.result.rating.as_ref()?.grade, standing.seen()?.clone());
            Some(Rival { person, rating, grade, seen, position, team })
        };
        (0..self.len()).filter_map(rival).collect()
    }
}

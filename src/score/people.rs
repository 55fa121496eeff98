//! From scorecards to people: the overall score, its grade, distribution and rank.

use std::collections::HashMap;

use super::Scorer;
use super::card::*;
use super::distribute::{Line, Rated, distribute};
use super::problem::Problem;
use super::total::{Vetoed, rate, sees_raw};
use crate::eval::Values;
use crate::model::data::DataId;
use crate::model::{Model, Position, PositionId, RatingId};
use crate::number::Number;
use crate::plan::query::PersonPost;
use crate::value::Value;

/// A card with what the overall result goes on with.
#[derive(Clone, Debug)]
pub(super) struct Done {
    pub card: Card,
    /// Among whom the person is ranked, of those in the position.
    pub part: Option<Value>,
    /// The score before rounding, capped by vetoes.
    pub raw: Option<Number>,
    pub vetoed: Vetoed,
    /// The last two by rule, where something of the card was ruled.
    pub by_rule: Option<(Option<Number>, Vetoed)>,
    pub draft: Draft,
}

/// What the outputs of a card are computed with.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    /// Index into the seats.
    pub seat: usize,
    pub values: Values,
    /// As outputs see it.
    pub score: Value,
}

/// A person's result with what distribution and rank go by.
pub(super) struct Standing {
    pub result: PersonResult,
    /// Among whom the person is ranked, by the last card that was scored.
    pub part: Option<Value>,
    /// The last card that was scored.
    last: Option<usize>,
    /// The only one, whose rating is the overall one.
    single: bool,
    /// The overall score as the rating sees it.
    seen: Option<Number>,
    /// In step with the cards.
    pub drafts: Vec<Draft>,
    /// What the rating sees by rule, where something was ruled.
    seen_by_rule: Option<Number>,
}

/// What stays of a person between the passes.
pub(super) struct Kept {
    pub overall: Option<Number>,
    /// The overall score as the rating sees it, where that is another number.
    seen: Option<Box<Number>>,
    /// The seat of the last card that was scored.
    last: Option<u32>,
    /// In the end, whatever it was before the distribution.
    pub grade: Option<u16>,
    /// The rule of the distribution that moved it.
    moved_by: Option<u16>,
    pub rank: Option<u32>,
    /// What it is by rule, where something was ruled.
    pub by_rule: Option<Box<KeptByRule>>,
    /// The grade that a ruling on the rating stands in the place of.
    pub replaced: Option<u16>,
}

/// The same by rule.
#[derive(Clone)]
pub(super) struct KeptByRule {
    seen: Option<Number>,
    pub grade: Option<u16>,
    moved_by: Option<u16>,
}

/// The overall result over a person's cards, which stand in the order of their days.
///
/// - overall = Σ score × days / Σ days over the cards that are scored, rounded where scores are
/// - the grade is that of the last of them; vetoes of earlier cards with the same grades hold for it too
pub(super) fn overall(model: &Model, roster: DataId, post: &PersonPost, done: Vec<Done>) -> Result<Standing, Problem> {
    let by_rule = match done.iter().any(|one| one.by_rule.is_some()) {
        true => Some(Box::new(together(model, &done.iter().map(Done::unruled).collect::<Vec<_>>())?)),
        false => None,
    };
    let Together { overall, rating, seen, last, single } = together(model, &done)?;
    let (person, name) = (post.person.clone(), post.name.clone());
    let part = last.and_then(|last| done[last].part.clone());
    let (cards, drafts) = done.into_iter().map(|one| (one.card, one.draft)).unzip();
    let (by_rule, seen_by_rule) = match by_rule {
        Some(all) => (Some(Box::new(PersonByRule { overall: all.overall, rating: all.rating })), all.seen),
        None => (None, None),
    };
    let (posts, rulings) = (Vec::new(), Vec::new());
    let result = PersonResult { roster, person, name, cards, posts, overall, rating, rulings, by_rule, rank: None };
    Ok(Standing { result, part, last, single, seen, drafts, seen_by_rule })
}

/// What cards come to together.
struct Together {
    overall: Option<Number>,
    rating: Option<RatingResult>,
    /// The overall score as the rating sees it.
    seen: Option<Number>,
    last: Option<usize>,
    single: bool,
}

fn together(model: &Model, done: &[Done]) -> Result<Together, Problem> {
    let scored: Vec<usize> = (0..done.len()).filter(|at| done[*at].card.scorecard.is_some()).collect();
    let last = scored.last().copied();
    let (mut overall, mut rating, mut seen) = (None, None, None);
    if let Some(last) = last {
        let of_last = rating_of(model, &done[last].card);
        let raw = mean(done, &scored, |one| one.raw.clone());
        let rounded = match scored.len() {
            1 => done[last].card.scorecard.as_ref().and_then(|card| card.score.as_number().cloned()),
            _ => mean(done, &scored, |one| one.card.scorecard.as_ref()?.score.as_number().cloned())
                .map(|mean| model.company.rounded(&mean)),
        };
        if let Some(excess) = rounded.as_ref().and_then(Number::excess) {
            return Err(Problem::too_large(position_of(model, &done[last].card).span, excess));
        }
        let raw_counts = of_last.is_some_and(|id| sees_raw(model, &model.ratings[id.0]));
        seen = if raw_counts { raw } else { rounded.clone() };
        rating = match scored.len() {
            1 => done[last].card.scorecard.as_ref().and_then(|card| card.rating.clone()),
            _ => of_last.zip(seen.as_ref()).and_then(|(id, seen)| {
                let (vetoed, card) = vetoes(model, done, &scored, id);
                let mut result = rate(&model.ratings[id.0], seen, vetoed)?;
                if let (Some(LoweredBy::Veto(veto)), true) = (result.lowered_by, card != last) {
                    result.lowered_by = Some(LoweredBy::EarlierVeto { card, veto });
                }
                Some(result.seeing(seen, rounded.as_ref()))
            }),
        };
        overall = rounded;
    }
    Ok(Together { overall, rating, seen, last, single: scored.len() == 1 })
}

impl Done {
    /// The card by rule, as far as the overall result goes by it.
    fn unruled(&self) -> Done {
        let mut plain = self.clone();
        if let (Some(scorecard), Some((raw, vetoed))) = (&mut plain.card.scorecard, plain.by_rule.take())
            && let Some(by_rule) = &scorecard.by_rule
        {
            (plain.raw, plain.vetoed) = (raw, vetoed);
            (scorecard.score, scorecard.rating) = (by_rule.score.clone(), by_rule.rating.clone());
        }
        plain
    }
}

/// Weighted by days; `None` where one has none.
fn mean(done: &[Done], scored: &[usize], score: impl Fn(&Done) -> Option<Number>) -> Option<Number> {
    let (mut sum, mut days) = (Number::ZERO, Number::ZERO);
    for at in scored {
        let weight = Number::from(days_of(&done[*at].card));
        sum = sum.add(&score(&done[*at])?.mul(&weight));
        days = days.add(&weight);
    }
    sum.div(&days)
}

/// The strictest veto over the cards with these grades, and the card it stands on; the last card's own of equals.
fn vetoes(model: &Model, done: &[Done], scored: &[usize], rating: RatingId) -> (Vetoed, usize) {
    let (mut vetoed, mut card) = (Vetoed::default(), scored[0]);
    for at in scored.iter().rev().filter(|at| rating_of(model, &done[**at].card) == Some(rating)) {
        let own = done[*at].vetoed;
        vetoed.unknown |= own.unknown;
        if let Some((cap, _)) = own.cap
            && vetoed.cap.is_none_or(|(strictest, _)| cap > strictest)
        {
            vetoed.cap = own.cap;
            card = *at;
        }
    }
    (vetoed, card)
}

fn days_of(card: &Card) -> i64 {
    i64::from(card.to.0 - card.from.0) + 1
}

fn position_of<'m>(model: &'m Model, card: &Card) -> &'m Position {
    &model.positions[card.position.0]
}

fn rating_of(model: &Model, card: &Card) -> Option<RatingId> {
    position_of(model, card).scorecard.as_ref().and_then(|scorecard| scorecard.rating)
}

/// The grade that the outputs of a card see: the person's own, the last word; that of the card itself where its post has
/// other grades than the last.
pub(super) fn grade_seen(
    model: &Model,
    card: PositionId,
    last: Option<PositionId>,
    of_all: Option<usize>,
    own: Option<usize>,
) -> Option<usize> {
    let rating = |position: PositionId| model.positions[position.0].scorecard.as_ref().and_then(|card| card.rating);
    if rating(card) == last.and_then(rating) { of_all } else { own }
}

impl Standing {
    /// What the second pass goes by.
    pub(super) fn kept(&self) -> Kept {
        let number = |at: usize| u16::try_from(at).ok();
        Kept {
            overall: self.result.overall.clone(),
            seen: self.seen.clone().filter(|seen| Some(seen) != self.result.overall.as_ref()).map(Box::new),
            last: self.last.map(|last| self.drafts[last].seat as u32),
            grade: self.result.rating.as_ref().and_then(|rating| number(rating.grade)),
            moved_by: None,
            rank: None,
            by_rule: self.result.by_rule.as_ref().map(|by_rule| {
                let grade = by_rule.rating.as_ref().and_then(|rating| number(rating.grade));
                Box::new(KeptByRule { seen: self.seen_by_rule.clone(), grade, moved_by: None })
            }),
            replaced: None,
        }
    }

    /// The overall score as the rating sees it.
    pub(super) fn seen(&self) -> Option<&Number> {
        self.seen.as_ref()
    }

    /// Takes on what all people have decided together.
    pub(super) fn settle(&mut self, kept: &Kept) {
        self.result.rank = kept.rank.map(u64::from);
        if kept.by_rule.is_some() && self.result.by_rule.is_none() {
            // Only the rating was ruled.
            let (overall, rating) = (self.result.overall.clone(), self.result.rating.clone());
            self.result.by_rule = Some(Box::new(PersonByRule { overall, rating }));
        }
        if let (Some(kept), Some(by_rule)) = (&kept.by_rule, &mut self.result.by_rule)
            && let (Some(rule), Some(rating), Some(grade)) = (kept.moved_by, &mut by_rule.rating, kept.grade)
        {
            rating.grade = grade.into();
            rating.lowered_by = Some(LoweredBy::Distribution(rule.into()));
        }
        let Some(grade) = kept.grade else { return };
        match (kept.replaced, kept.moved_by) {
            (Some(_), _) => self.set_grade(grade.into(), LoweredBy::Ruling),
            (None, Some(rule)) => self.lower(grade.into(), rule.into()),
            (None, None) => {}
        }
    }

    /// A rule of a distribution has moved the grade.
    pub(super) fn lower(&mut self, grade: usize, rule: usize) {
        self.set_grade(grade, LoweredBy::Distribution(rule));
    }

    pub(super) fn set_grade(&mut self, grade: usize, by: LoweredBy) {
        let Some(rating) = &mut self.result.rating else { return };
        (rating.grade, rating.lowered_by) = (grade, Some(by));
        // A person with several cards is distributed once, by the overall result; the cards keep their own grades.
        if let (true, Some(last)) = (self.single, self.last)
            && let Some(scorecard) = &mut self.result.cards[last].scorecard
        {
            scorecard.rating = Some(rating.clone());
        }
    }

    /// See [`grade_seen`].
    pub(super) fn grade(&self, model: &Model, card: usize) -> Option<usize> {
        let (card, of) = (&self.result.cards[card], |rating: &RatingResult| rating.grade);
        let last = self.last.map(|last| self.result.cards[last].position);
        let own = card.scorecard.as_ref().and_then(|scorecard| scorecard.rating.as_ref());
        grade_seen(model, card.position, last, self.result.rating.as_ref().map(of), own.map(of))
    }
}

impl Kept {
    /// What a distribution over all goes by.
    fn grades_alone(&self) -> Kept {
        let seen = self.seen().cloned().map(Box::new);
        let (overall, moved_by, rank, by_rule, replaced) = (None, None, None, None, None);
        Kept { overall, seen, last: self.last, grade: self.grade, moved_by, rank, by_rule, replaced }
    }

    /// The same by rule.
    fn by_rule_alone(&self) -> Kept {
        match &self.by_rule {
            Some(by_rule) => {
                Kept { seen: by_rule.seen.clone().map(Box::new), grade: by_rule.grade, ..self.grades_alone() }
            }
            None => self.grades_alone(),
        }
    }

    /// What the rating sees by rule.
    pub(super) fn seen_by_rule(&self) -> Option<&Number> {
        self.by_rule.as_ref().map_or_else(|| self.seen(), |by_rule| by_rule.seen.as_ref())
    }

    /// Takes on a grade that people decided, in the place of the one it has.
    pub(super) fn rule(&mut self, grade: u16) {
        self.replaced = self.grade;
        if self.by_rule.is_none() {
            let (seen, grade, moved_by) = (self.seen().cloned(), self.grade, self.moved_by);
            self.by_rule = Some(Box::new(KeptByRule { seen, grade, moved_by }));
        }
        self.grade = Some(grade);
    }

    /// The rule of the distribution that moved the grade.
    pub(super) fn moved_by(&self) -> Option<u16> {
        self.moved_by
    }

    /// The overall score as the rating sees it.
    pub(super) fn seen(&self) -> Option<&Number> {
        self.seen.as_deref().or(self.overall.as_ref())
    }

    /// The position of the last card that was scored, and the seat.
    pub(super) fn last(&self, scorer: &Scorer) -> Option<(PositionId, usize)> {
        let seat = self.last? as usize;
        Some((scorer.plan.program.cards[scorer.seats[seat].card()].position, seat))
    }
}

/// Moves grades down where too many hold one, among all people with the same grades: by rule, whatever was ruled. Whoever
/// has another score by a ruling gets the grade that a distribution over all ruled scores would leave them, and nobody else's
/// grade is another one for it.
pub(super) fn distribution(scorer: &Scorer, people: &mut [Kept]) -> Lines {
    let ruled: Vec<usize> = (0..people.len()).filter(|at| people[*at].by_rule.is_some()).collect();
    if ruled.is_empty() {
        return Lines { by_rule: distributed(scorer, people), of_ruled: Vec::new() };
    }
    let mut of_ruled: Vec<Kept> = people.iter().map(Kept::grades_alone).collect();
    let lines_of_ruled = distributed(scorer, &mut of_ruled);
    let mut by_rule: Vec<Kept> = people.iter().map(Kept::by_rule_alone).collect();
    let lines_by_rule = distributed(scorer, &mut by_rule);
    for (person, plain) in people.iter_mut().zip(by_rule) {
        match &mut person.by_rule {
            Some(by_rule) => (by_rule.grade, by_rule.moved_by) = (plain.grade, plain.moved_by),
            None => (person.grade, person.moved_by) = (plain.grade, plain.moved_by),
        }
    }
    for at in &ruled {
        (people[*at].grade, people[*at].moved_by) = (of_ruled[*at].grade, of_ruled[*at].moved_by);
    }
    Lines { by_rule: lines_by_rule, of_ruled: lines_of_ruled }
}

/// Where forced distributions cut.
#[derive(Default)]
pub(super) struct Lines {
    pub by_rule: Vec<(RatingId, Line)>,
    /// Of the one that decides the grades of those with a ruled score.
    pub of_ruled: Vec<(RatingId, Line)>,
}

fn distributed(scorer: &Scorer, people: &mut [Kept]) -> Vec<(RatingId, Line)> {
    let (model, mut lines) = (scorer.model, Vec::new());
    for (id, rating) in model.ratings.iter().enumerate().filter(|(_, rating)| !rating.distribution.is_empty()) {
        let mut members = Vec::new();
        let mut rated = Vec::new();
        for (at, person) in people.iter().enumerate() {
            let Some((last, seat)) = person.last(scorer) else { continue };
            let position = &model.positions[last.0];
            if position.scorecard.as_ref().and_then(|scorecard| scorecard.rating) != Some(RatingId(id)) {
                continue;
            }
            let seen = person.seen();
            if let (Some(grade), Some(seen)) = (person.grade, seen) {
                let team = scorer.seats[seat].team(scorer.answers).and_then(|team| scorer.answers.teams.get(team));
                members.push(at as u32);
                rated.push(Rated {
                    grade: grade.into(),
                    seen,
                    position: &position.name,
                    team: team.map(|team| &*team.key),
                    moved_by: None,
                });
            }
        }
        let found = distribute(rating, &mut rated).into_iter().map(|line| {
            // Places among all people.
            let holders = line.holders.iter().map(|at| members[*at] as usize).collect();
            (RatingId(id), Line { holders, ..line })
        });
        lines.extend(found);
        let moved: Vec<(u32, usize, usize)> = members
            .into_iter()
            .zip(rated)
            .filter_map(|(at, one)| one.moved_by.map(|rule| (at, one.grade, rule)))
            .collect();
        for (at, grade, rule) in moved {
            let person = &mut people[at as usize];
            (person.grade, person.moved_by) = (u16::try_from(grade).ok(), u16::try_from(rule).ok());
        }
    }
    lines
}

/// Ranks people with the same last position, or in one part of it, by their overall score; equal scores share the best
/// rank. `parts` stand in step with the people, where somebody has one.
pub(super) fn rank(scorer: &Scorer, people: &mut [Kept], parts: &[Option<Value>]) {
    let mut by_position: HashMap<(&str, Option<&Value>), Vec<u32>> = HashMap::new();
    for (at, person) in people.iter().enumerate() {
        if let (Some((last, _)), Some(_)) = (person.last(scorer), &person.overall) {
            let part = parts.get(at).and_then(Option::as_ref);
            by_position.entry((&scorer.model.positions[last.0].name, part)).or_default().push(at as u32);
        }
    }
    for mut group in by_position.into_values() {
        let score = |at: u32| &people[at as usize].overall;
        // Equals in one order, whatever the sort: those before.
        group.sort_unstable_by(|a, b| score(*b).cmp(score(*a)).then(a.cmp(b)));
        let mut rank = 0;
        for place in 0..group.len() {
            if place == 0 || people[group[place] as usize].overall != people[group[place - 1] as usize].overall {
                rank = place as u32 + 1;
            }
            people[group[place] as usize].rank = Some(rank);
        }
    }
}

/// What others see of a card that takes it in: its score, or why there is none.
pub(super) fn seen_by_others(card: &Card) -> Value {
    use crate::value::Missing;
    match &card.scorecard {
        Some(scorecard) => scorecard.score.clone(),
        None if card.eligible == Some(false) => Value::Missing(Missing::Stated("not eligible".into())),
        None => Value::Missing(Missing::Stated("no scorecard".into())),
    }
}

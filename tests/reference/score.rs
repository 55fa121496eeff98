//! Scorecards: who is evaluated, entries, groups, total, rating, overall.

use std::cell::RefCell;
use std::collections::BTreeMap;

use merit::language::{BinaryOp, Combine, PartOfPeriod, Parts, ScopeWord, WhenMissing};
use merit::model::Direction;
use merit::model::data::DataId;
use merit::model::expr::{Expr, Kind, OutputSum};
use merit::model::{
    Entry, Group, Head, KpiEntry, Output, Position, PositionId, ScoreCurve, Scorecard, VetoEffect, Within,
};
use merit::number::Number;
use merit::time::Day;
use merit::value::{Builtin, Missing, Value};

use super::formulas::{At, Inputs, MISTAKES, stated};
use super::rows::{Key, Stint, World};

/// One person in one post and team.
#[derive(Clone, Debug)]
pub struct Seat {
    pub roster: DataId,
    pub key: Key,
    pub position: PositionId,
    pub stint: Stint,
    /// All days served in the post, and all days in any post.
    pub runs: Vec<(Day, Day)>,
    pub others: Vec<(Day, Day)>,
    /// The days of the stint within the period.
    pub from: Day,
    pub to: Day,
}

impl Seat {
    /// Whether the post is the one held on the last day of a span on which any was.
    pub fn held_on_last_day(&self, from: Day, to: Day) -> bool {
        let last =
            |runs: &[(Day, Day)]| runs.iter().filter(|run| run.0 <= to && from <= run.1).map(|run| run.1.min(to)).max();
        match (last(&self.runs), last(&self.others)) {
            (Some(mine), Some(other)) => mine > other,
            (mine, _) => mine.is_some(),
        }
    }
}

#[derive(Clone, Debug)]
pub struct PersonR {
    pub roster: DataId,
    pub key: Key,
    pub cards: Vec<CardR>,
    /// What is paid in each post.
    pub posts: Vec<(PositionId, Vec<Value>)>,
    pub overall: Option<Number>,
    /// The grade, and the one by score alone.
    pub rating: Option<(usize, usize)>,
    pub rank: Option<u64>,
}

#[derive(Clone, Debug)]
pub struct CardR {
    pub seat: Seat,
    pub eligible: Option<bool>,
    pub score: Option<ScoreR>,
    pub outputs: Vec<Value>,
}

#[derive(Clone, Debug)]
pub struct ScoreR {
    pub entries: Vec<EntryR>,
    pub combined: Value,
    pub adjustments: Vec<(Value, Value)>,
    pub score: Value,
    pub raw: Option<Number>,
    pub completeness: Number,
    pub vetoes: Vec<Option<bool>>,
    pub cap: Option<usize>,
    pub doubt: bool,
    pub rating: Option<(usize, usize)>,
}

#[derive(Clone, Debug, Default)]
pub struct EntryR {
    pub weight: Number0,
    pub effective: Number0,
    pub share: Number0,
    pub score: Option<Value>,
    pub contribution: Option<Number>,
    pub value: Option<Value>,
    pub target: Option<Value>,
    pub attainment: Option<Value>,
    pub inside: Vec<EntryR>,
    pub is_group: bool,
    /// Whether its limit cut the score.
    pub cut: bool,
}

/// A number that starts as 0.
#[derive(Clone, Debug)]
pub struct Number0(pub Number);
impl Default for Number0 {
    fn default() -> Self {
        Number0(Number::ZERO)
    }
}

fn is(value: &Value, wanted: &Missing) -> bool {
    matches!(value, Value::Missing(reason) if reason == wanted)
}

impl World<'_> {
    pub fn evaluate(&self) -> Vec<PersonR> {
        let mut people: Vec<PersonR> = Vec::new();
        for seat in self.seats() {
            let card = self.card(&seat);
            match people.iter_mut().find(|person| (person.roster, &person.key) == (seat.roster, &seat.key)) {
                Some(person) => person.cards.push(card),
                None => {
                    let Seat { roster, key, .. } = seat;
                    people.push(PersonR {
                        roster,
                        key,
                        cards: vec![card],
                        posts: Vec::new(),
                        overall: None,
                        rating: None,
                        rank: None,
                    });
                }
            }
        }
        for person in &mut people {
            person.cards.sort_by_key(|card| card.seat.from);
            self.overall(person);
        }
        self.distribute(&mut people);
        let known = RefCell::new(BTreeMap::new());
        for person in 0..people.len() {
            for card in 0..people[person].cards.len() {
                let post = people[person].cards[card].seat.position;
                let stints = self.stints_in(&people[person], post);
                let outputs = &self.model.positions[post.0].outputs;
                let paid: Vec<Value> =
                    (0..outputs.len()).map(|output| self.paid(&people, (person, post, output), &known)).collect();
                let own = |(output, declared): (usize, &Output)| match stints.len() {
                    1 => paid[output].clone(),
                    _ => {
                        let (inside, _) = self.without_rounding(&declared.value);
                        self.on_stint(&people, (person, card, output), &inside, &known)
                    }
                };
                people[person].cards[card].outputs = outputs.iter().enumerate().map(own).collect();
                if stints.first() == Some(&card) {
                    people[person].posts.push((post, paid));
                }
            }
        }
        let standing = |person: &PersonR| {
            let last = person.last()?;
            let position = self.position(last);
            let at = At { scope: position.scope, months: self.months };
            let part = position.rank_within.as_ref().map(|part| self.value(part, &last.seat, at, &Inputs::default()));
            let part = part.filter(|part| !part.is_missing());
            Some((format!("{} {part:?}", position.name), person.overall.clone()?))
        };
        let all: Vec<Option<(String, Number)>> = people.iter().map(standing).collect();
        for person in &mut people {
            let Some((post, score)) = standing(person) else { continue };
            let better = all.iter().flatten().filter(|(other, theirs)| *other == post && *theirs > score).count();
            person.rank = Some(better as u64 + 1);
        }
        people
    }

    fn position(&self, card: &CardR) -> &Position {
        &self.model.positions[card.seat.position.0]
    }

    fn seats(&self) -> Vec<Seat> {
        let (first, last) = self.days(self.months);
        let mut seats = Vec::new();
        for (roster, set) in self.model.data.iter().enumerate() {
            if set.roster.is_none() {
                continue;
            }
            for (key, stints) in self.stints(DataId(roster)) {
                for stint in &stints {
                    let (from, to) = (stint.from.max(first), stint.to.min(last));
                    let versions = self.model.positions.iter().filter(|one| one.name == stint.post);
                    let in_force = self.newest(versions, |one| one.effective, last);
                    let Some(in_force) = in_force.filter(|_| from <= to) else { continue };
                    let position =
                        self.model.positions.iter().position(|one| one.span.key() == in_force.span.key()).unwrap();
                    let days = |mine: bool| {
                        stints
                            .iter()
                            .filter(|one| (one.post == stint.post) == mine)
                            .map(|one| (one.from, one.to))
                            .collect()
                    };
                    if in_force.unfit.iter().any(|unfit| unfit.roster.0 == roster) {
                        MISTAKES.with(|mistakes| mistakes.borrow_mut().push("a post of another roster".into()));
                    }
                    seats.push(Seat {
                        roster: DataId(roster),
                        key: key.clone(),
                        position: PositionId(position),
                        stint: stint.clone(),
                        runs: days(true),
                        others: days(false),
                        from,
                        to,
                    });
                }
            }
        }
        seats
    }

    fn card(&self, seat: &Seat) -> CardR {
        let position = &self.model.positions[seat.position.0];
        let at = At { scope: position.scope, months: self.months };
        let known = Inputs::default();
        let eligible = position.eligible.as_ref().map(|condition| self.value(condition, seat, at, &known));
        let doubt = matches!(&eligible, Some(Value::Missing(_)));
        let eligible = eligible.and_then(|value| value.as_flag());
        let score = match &position.scorecard {
            Some(scorecard) if eligible != Some(false) => Some(self.scorecard(scorecard, seat, at, doubt)),
            _ => None,
        };
        CardR { seat: seat.clone(), eligible, score, outputs: Vec::new() }
    }

    /// An output on one stint, when all grades stand: as it is written, or without the rounding around it.
    fn on_stint(&self, people: &[PersonR], place: Place, formula: &Expr, known: &Known) -> Value {
        let (person, card, _) = place;
        let (person_r, card_r) = (&people[person], &people[person].cards[card]);
        let position = self.position(card_r);
        let score = card_r.score.as_ref().map_or(stated("no scorecard"), |score| score.score.clone());
        // The person's own grade, but where the last post has other grades.
        let rating_of = |card: &CardR| self.position(card).scorecard.as_ref().and_then(|card| card.rating);
        let grade = match person_r.last().and_then(rating_of) == rating_of(card_r) {
            true => person_r.rating,
            false => card_r.score.as_ref().and_then(|score| score.rating),
        };
        let post = card_r.seat.position;
        let inputs = Inputs {
            score: Some(score),
            rating: Some(grade.map_or(stated("no rating"), |(grade, _)| Value::Choice(grade as u32))),
            outputs: Some(&|earlier| self.paid(people, (person, post, earlier), known)),
            sums: Some(&|sum| self.output_sum(people, sum, card_r, known)),
            ..Inputs::default()
        };
        let at = At { scope: position.scope, months: self.months };
        match card_r.eligible {
            Some(false) => stated("not eligible"),
            _ => self.value(formula, &card_r.seat, at, &inputs),
        }
    }

    /// What somebody gets in a post: the mean of the stints by days, its part of the period, rounded once.
    fn paid(&self, people: &[PersonR], of: (usize, PositionId, usize), known: &Known) -> Value {
        if let Some(value) = known.borrow().get(&of) {
            return value.clone();
        }
        let (person, post, output) = of;
        let cards = self.stints_in(&people[person], post);
        let declared = &self.model.positions[post.0].outputs[output];
        let (first, last) = self.days(self.months);
        let period = Number::from(last.0 - first.0 + 1);
        let days = |card: &usize| {
            let seat = &people[person].cards[*card].seat;
            Number::from(seat.to.0 - seat.from.0 + 1)
        };
        let served = cards.iter().fold(Number::ZERO, |sum, card| sum.add(&days(card)));
        let share = match declared.part {
            Some(PartOfPeriod::Prorated) => served.div(&period).unwrap(),
            _ => Number::ONE,
        };
        let value = match (cards.as_slice(), share == Number::ONE) {
            ([only], true) => self.on_stint(people, (person, *only, output), &declared.value, known),
            _ => {
                let (inside, rounded) = self.without_rounding(&declared.value);
                let of_stints: Vec<Value> =
                    cards.iter().map(|card| self.on_stint(people, (person, *card, output), &inside, known)).collect();
                match of_stints.iter().find(|value| value.is_missing()) {
                    Some(missing) if of_stints.iter().all(|value| value == missing) => missing.clone(),
                    Some(_) => stated("missing in one of the stints"),
                    None => {
                        let weighted = of_stints
                            .iter()
                            .zip(&cards)
                            .map(|(value, card)| value.as_number().unwrap().mul(&days(card)));
                        let sum = weighted.fold(Number::ZERO, |sum, one| sum.add(&one));
                        let paid = Value::Number(sum.div(&served).unwrap().mul(&share));
                        match rounded {
                            None => paid,
                            Some((function, arguments)) => {
                                let ty = declared.value.ty.clone();
                                let paid = Expr::new(Kind::Value(paid), ty.clone(), declared.span);
                                let arguments = std::iter::once(paid).chain(arguments).collect();
                                let rounding = Expr::new(Kind::Call(function, arguments), ty, declared.span);
                                let seat = &people[person].cards[cards[0]].seat;
                                let at = At { scope: ScopeWord::Own, months: self.months };
                                self.value(&rounding, seat, at, &Inputs::default())
                            }
                        }
                    }
                }
            }
        };
        known.borrow_mut().insert(of, value.clone());
        value
    }

    /// The cards of a person in a post.
    fn stints_in(&self, person: &PersonR, post: PositionId) -> Vec<usize> {
        (0..person.cards.len()).filter(|card| person.cards[*card].seat.position == post).collect()
    }

    /// A formula without the rounding around it; what else the random specs write stays as it is.
    fn without_rounding(&self, formula: &Expr) -> (Expr, Option<(Builtin, Vec<Expr>)>) {
        use Builtin::{Ceil, Floor, Round, RoundDown, RoundUp};
        match &formula.kind {
            Kind::Call(function @ (Round | RoundUp | RoundDown | Floor | Ceil), arguments) => {
                let constant = |step: &Expr| self.model.constant_value(step, None).is_some();
                match self.model.constant_value(formula, None).is_none() && arguments[1..].iter().all(constant) {
                    true => (arguments[0].clone(), Some((*function, arguments[1..].to_vec()))),
                    false => (formula.clone(), None),
                }
            }
            Kind::If { condition, then, otherwise } => {
                let (inside, rounded) = self.without_rounding(then);
                // The other end is 0 in what is written at random.
                match (&rounded, self.model.constant_value(otherwise, None)) {
                    (Some(_), Some(zero)) if zero.is_zero() => {
                        let (condition, otherwise) = (condition.clone(), otherwise.clone());
                        let kind = Kind::If { condition, then: inside, otherwise };
                        (Expr::new(kind, formula.ty.clone(), formula.span), rounded)
                    }
                    _ => (formula.clone(), None),
                }
            }
            _ => (formula.clone(), None),
        }
    }

    /// The outputs of that name of everyone on the roster, each person once.
    fn output_sum(&self, people: &[PersonR], sum: &OutputSum, asking: &CardR, known: &Known) -> Value {
        let (_, last) = self.days(self.months);
        let team = &asking.seat.stint.team;
        if sum.scope == ScopeWord::Team && team.is_none() {
            return stated("in no team");
        }
        let fallback = sum.fallback.as_ref().map(|fallback| self.number(fallback, last));
        let (mut numbers, mut doubt) = (Vec::new(), false);
        for (person, one) in people.iter().enumerate().filter(|(_, one)| one.roster == sum.roster) {
            let mut posts: Vec<PositionId> = one.cards.iter().map(|card| card.seat.position).collect();
            posts.dedup();
            posts.sort();
            posts.dedup();
            let mut amounts: Vec<Option<Number>> = Vec::new();
            for post in posts {
                let named = |output: &Output| output.name == sum.output;
                let position = &self.model.positions[post.0];
                let Some(output) = position.outputs.iter().position(named) else { continue };
                let cards = self.stints_in(one, post);
                // Of each stint the days that count.
                let counting: Vec<(usize, i32)> =
                    cards.iter().map(|card| (*card, self.counts(sum, team, &one.cards[*card]))).collect();
                if counting.iter().all(|(_, days)| *days == 0) {
                    continue;
                }
                let paid = self.paid(people, (person, post, output), known);
                let whole: Vec<(usize, i32)> = cards
                    .iter()
                    .map(|card| (*card, one.cards[*card].seat.to.0 - one.cards[*card].seat.from.0 + 1))
                    .collect();
                let by_days = |cards: &[(usize, i32)]| {
                    cards.iter().fold(Number::ZERO, |sum, (_, days)| sum.add(&Number::from(*days)))
                };
                let paid = match (&paid, &fallback) {
                    (Value::Number(paid), _) => paid.clone(),
                    (_, Some(fallback)) => {
                        let share = by_days(&counting).div(&by_days(&whole)).unwrap();
                        amounts.push(Some(fallback.mul(&share)));
                        continue;
                    }
                    _ => {
                        amounts.push(None);
                        continue;
                    }
                };
                if counting == whole {
                    amounts.push(Some(paid));
                    continue;
                }
                // The part that the stints make of what is paid.
                let (inside, _) = self.without_rounding(&position.outputs[output].value);
                let made = |cards: &[(usize, i32)]| {
                    cards.iter().fold(Number::ZERO, |sum, (card, days)| {
                        let value = self.on_stint(people, (person, *card, output), &inside, known);
                        sum.add(&value.as_number().unwrap().mul(&Number::from(*days)))
                    })
                };
                let share = made(&counting).div(&made(&whole));
                let share = share.unwrap_or_else(|| by_days(&counting).div(&by_days(&whole)).unwrap());
                amounts.push(Some(paid.mul(&share)));
            }
            if amounts.is_empty() {
                continue;
            }
            match amounts.into_iter().collect::<Option<Vec<Number>>>() {
                Some(parts) => numbers.push(parts.iter().fold(Number::ZERO, |sum, part| sum.add(part))),
                None => doubt = true,
            }
        }
        let count = Number::from(numbers.len() as u64);
        let total = numbers.iter().fold(Number::ZERO, |sum, number| sum.add(number));
        let answer = match sum.keeps {
            Parts::Sum if doubt => None,
            Parts::Sum => Some(total),
            Parts::Count => Some(count),
            Parts::Mean => total.div(&count),
            Parts::Least => numbers.into_iter().min(),
            Parts::Greatest => numbers.into_iter().max(),
        };
        answer.map_or(Value::Missing(Missing::NoRows), Value::Number)
    }

    /// Whether a sum takes in a stint: by the team of who asks, and by the roster's columns.
    /// How many days of a stint count.
    fn counts(&self, sum: &OutputSum, team: &Option<Key>, card: &CardR) -> i32 {
        let seat = &card.seat;
        let row = self.rows[seat.roster.0].iter().find(|row| {
            let held = self.held(seat.roster, row);
            self.key(seat.roster, row) == seat.key && held.0 <= seat.to && seat.to <= held.1
        });
        let wanted = sum.condition.as_ref().is_none_or(|condition| {
            let when = Some((seat.to, seat.to));
            row.is_some_and(|row| self.of_row(condition, seat.roster, row, when, self.months) == Value::Flag(true))
        });
        if !wanted {
            return 0;
        }
        match (sum.scope, team, &seat.stint.team) {
            (ScopeWord::Team, Some(team), Some(theirs)) => {
                let below = |day: &i32| self.is_below(theirs, team, Some((Day(*day), Day(*day))));
                (seat.from.0..=seat.to.0).filter(below).count() as i32
            }
            (ScopeWord::Team, ..) => 0,
            _ => seat.to.0 - seat.from.0 + 1,
        }
    }

    // ------------------------------------------------------------ scores of others

    /// The team nearest to this one, itself or above it, in which somebody holds the post.
    fn nearest(&self, post: &str, team: Option<&Key>, day: Day) -> Option<Key> {
        let (mine, when) = (team?, Some((day, day)));
        let holders = self.seats().into_iter().filter(|seat| self.model.positions[seat.position.0].name == post);
        let above = |top: &Key| self.is_below(mine, top, when);
        let teams: Vec<Key> = holders.filter_map(|seat| seat.stint.team).filter(above).collect();
        teams.iter().find(|team| teams.iter().all(|other| self.is_below(team, other, when))).cloned()
    }

    /// Scores weighted by days; one that is missing makes all missing.
    fn mean_score(&self, seats: &[Seat]) -> Value {
        let (mut sum, mut days) = (Number::ZERO, Number::ZERO);
        for seat in seats {
            let Some(score) = self.card(seat).score else { return stated("no scorecard") };
            let Value::Number(score) = score.score else { return score.score };
            let weight = Number::from(seat.to.0 - seat.from.0 + 1);
            sum = sum.add(&score.mul(&weight));
            days = days.add(&weight);
        }
        sum.div(&days).map_or(stated("nobody"), Value::Number)
    }

    fn other_score(&self, head: &Head, seat: &Seat) -> Value {
        let name = |seat: &Seat| self.model.positions[seat.position.0].name.clone();
        if let Head::ScoreOf(post) = head {
            let Some(team) = self.nearest(post, seat.stint.team.as_ref(), seat.to) else {
                return stated("nobody in the team");
            };
            let there = |other: &Seat| name(other) == *post && other.stint.team.as_ref() == Some(&team);
            let seats: Vec<Seat> = self.seats().into_iter().filter(there).collect();
            return self.mean_score(&seats);
        }
        let reports = |other: &Seat| {
            let superior = &self.model.positions[other.position.0].reports_to;
            let mine = superior.as_ref() == Some(&name(seat));
            mine && seat.stint.team.is_some()
                && self.nearest(&name(seat), other.stint.team.as_ref(), other.to) == seat.stint.team
        };
        let others: Vec<Seat> =
            self.seats().into_iter().filter(|other| (other.roster, &other.key) != (seat.roster, &seat.key)).collect();
        let mut by_person: BTreeMap<String, Vec<Seat>> = BTreeMap::new();
        for other in others.into_iter().filter(reports) {
            let scored = self.card(&other).score.is_some_and(|score| !score.score.is_missing());
            if scored {
                by_person.entry(format!("{:?} {:?}", other.roster, other.key)).or_default().push(other);
            }
        }
        let means: Vec<Number> =
            by_person.values().filter_map(|seats| self.mean_score(seats).as_number().cloned()).collect();
        let sum = means.iter().fold(Number::ZERO, |sum, mean| sum.add(mean));
        sum.div(&Number::from(means.len() as u64)).map_or(stated("no reports"), Value::Number)
    }

    fn scorecard(&self, card: &Scorecard, seat: &Seat, at: At, doubt: bool) -> ScoreR {
        let (mut entries, combined) = self.group(&card.root, card, seat, at, None);
        spread(&mut entries, &card.root, card.when_missing, &Number::ONE, combined.as_number().map(|_| Number::ONE));
        let completeness = scored_part(&entries).unwrap_or(Number::ZERO);

        let mut impossible = doubt || combined.is_missing();
        if let (Some(least), WhenMissing::Redistribute) = (&card.complete_at_least, card.when_missing) {
            impossible |= completeness < *least;
        }
        let mut total = combined.as_number().cloned().unwrap_or(Number::ZERO);
        let mut adjustments = Vec::new();
        for adjustment in &card.adjustments {
            let (_, last) = self.days(self.months);
            let value = match self.kpi(adjustment.kpi, last) {
                Some(kpi) => {
                    let at = At { scope: adjustment.scope, ..at };
                    self.kpi_value(kpi, seat, at, &Inputs::default())
                }
                None => stated("no version is in force"),
            };
            let points = match &value {
                Value::Number(number) => {
                    let mut steps = number.div(&self.number(&adjustment.step, last)).unwrap().max(Number::ZERO);
                    if adjustment.full_steps {
                        steps = steps.floor();
                    }
                    let mut points = steps.mul(&self.number(&adjustment.amount, last));
                    if let Some(limit) = &adjustment.limit {
                        points = points.min(self.number(limit, last));
                    }
                    if adjustment.deduct {
                        points = points.neg();
                    }
                    total = total.add(&points);
                    Value::Number(points)
                }
                missing => {
                    impossible |= card.when_missing == WhenMissing::NoRating;
                    missing.clone()
                }
            };
            adjustments.push((value, points));
        }
        if let Some((low, high)) = &card.range {
            total = total.max(low.clone()).min(high.clone());
        }
        let company = &self.model.company;
        let mut rounded = match company.score_decimals {
            Some(places) => total.round_places(places, company.rounding),
            None => total.clone(),
        };
        let (mut cap, mut unknown) = (None::<usize>, false);
        let mut vetoes = Vec::new();
        for veto in &card.vetoes {
            let holds = self.value(&veto.condition, seat, at, &Inputs::default()).as_flag();
            vetoes.push(holds);
            match (&veto.effect, holds) {
                (effect, None) => {
                    unknown = true;
                    impossible |= matches!(effect, VetoEffect::ScoreAtMost(_));
                }
                (VetoEffect::RatingAtMost(grade), Some(true)) => cap = Some(cap.unwrap_or(0).max(*grade)),
                (VetoEffect::ScoreAtMost(most), Some(true)) => {
                    total = total.min(most.clone());
                    rounded = rounded.min(most.clone());
                }
                _ => {}
            }
        }
        let score = if impossible { stated("incomplete") } else { Value::Number(rounded) };
        let raw = (!impossible).then_some(total);
        let mut result = ScoreR {
            entries,
            combined,
            adjustments,
            score,
            raw,
            completeness,
            vetoes,
            cap,
            doubt: unknown,
            rating: None,
        };
        result.rating = card.rating.and_then(|rating| {
            let seen = if self.sees_raw(rating.0) { result.raw.clone() } else { result.score.as_number().cloned() };
            self.rate(rating.0, &seen?, cap, unknown)
        });
        result
    }

    fn sees_raw(&self, rating: usize) -> bool {
        self.model.company.rating_sees_raw_score || self.model.ratings[rating].sees_raw_score
    }

    fn rate(&self, rating: usize, seen: &Number, cap: Option<usize>, unknown: bool) -> Option<(usize, usize)> {
        let reached = self.model.ratings[rating].grades.iter().position(|grade| match &grade.condition {
            None => true,
            Some((BinaryOp::Greater, least)) => seen > least,
            Some((_, least)) => seen >= least,
        })?;
        (!unknown).then_some((reached.max(cap.unwrap_or(0)), reached))
    }

    /// A group's entries and its score. `why` is set where the group as a whole does not count.
    fn group(&self, group: &Group, card: &Scorecard, seat: &Seat, at: At, why: Option<&Value>) -> (Vec<EntryR>, Value) {
        let mut entries: Vec<EntryR> = group.entries.iter().map(|one| self.entry(one, card, seat, at, why)).collect();
        let zero = Number::ZERO;
        let mut all = Number::ZERO;
        let mut kept = Number::ZERO;
        for entry in &entries {
            all = all.add(&entry.weight.0);
            if counts(entry, card.when_missing) {
                kept = kept.add(&entry.weight.0);
            }
        }
        for entry in &mut entries {
            if counts(entry, card.when_missing) {
                entry.effective.0 = entry.weight.0.div(&kept).unwrap();
            }
        }
        let score_of = |entry: &EntryR| entry.score.clone().unwrap();
        if entries.iter().all(|entry| is(&score_of(entry), &Missing::NotApplicable)) {
            return (entries, Value::Missing(Missing::NotApplicable));
        }
        let missing = |entry: &EntryR| {
            let score = score_of(entry);
            score.is_missing() && !is(&score, &Missing::NotApplicable)
        };
        if (card.when_missing == WhenMissing::NoRating && entries.iter().any(missing)) || kept == zero {
            return (entries, stated("entries are missing"));
        }
        let points = group.entries.iter().any(|entry| entry.points.is_some());
        let counting = entries.iter().filter(|entry| counts(entry, card.when_missing));
        let terms: Vec<(Number, Number)> = counting
            .map(|entry| (entry.effective.0.clone(), score_of(entry).as_number().cloned().unwrap_or(Number::ZERO)))
            .collect();
        let score = match group.combine {
            Combine::Geometric => {
                if entries.iter().any(|entry| score_of(entry).as_number().is_some_and(Number::is_negative)) {
                    MISTAKES.with(|mistakes| mistakes.borrow_mut().push("negative in a geometric mean".into()));
                    return (entries, stated("negative"));
                }
                terms.iter().fold(Number::ONE, |product, (weight, score)| product.mul(&score.pow(weight).unwrap()))
            }
            Combine::WeightedMean if !points => {
                terms.iter().fold(Number::ZERO, |mean, (weight, score)| mean.add(&weight.mul(score)))
            }
            _ => {
                // What is left out is made up for in proportion.
                let sum = terms.iter().fold(Number::ZERO, |sum, (_, score)| sum.add(score));
                sum.mul(&all).div(&kept).unwrap()
            }
        };
        (entries, Value::Number(score))
    }

    fn entry(&self, entry: &Entry, card: &Scorecard, seat: &Seat, at: At, why: Option<&Value>) -> EntryR {
        let mut result = EntryR { weight: Number0(entry.weight.clone()), ..EntryR::default() };
        let applies = match (why, &entry.applies_when) {
            (Some(_), _) | (None, None) => None,
            (None, Some(condition)) => match self.value(condition, seat, at, &Inputs::default()) {
                Value::Flag(true) => None,
                Value::Missing(_) => Some(stated("applies when")),
                _ => Some(Value::Missing(Missing::NotApplicable)),
            },
        };
        let why = why.cloned().or(applies);
        let score = match &entry.head {
            Head::Group(group) => {
                let (inside, score) = self.group(group, card, seat, at, why.as_ref());
                result.inside = inside;
                result.is_group = true;
                score
            }
            Head::Kpi(kpi) => self.kpi_entry(kpi, entry, seat, at, why.is_none(), &mut result),
            other => self.other_score(other, seat),
        };
        let points = entry.points.as_ref().filter(|_| of_hundred(&entry.head));
        let score = match (score, points) {
            (Value::Number(score), Some(points)) => Value::Number(score.mul(points).div(&Number::from(100)).unwrap()),
            (score, _) => score,
        };
        // `up to 120% of its points`
        let score = match (score, &entry.most, &entry.points) {
            (Value::Number(score), Some(most), Some(points)) if score > points.mul(most) => {
                result.cut = true;
                Value::Number(points.mul(most))
            }
            (score, ..) => score,
        };
        result.cut &= why.is_none();
        result.score = Some(why.unwrap_or(score));
        result
    }

    /// `counts`: whether the score is asked for at all.
    fn kpi_entry(
        &self,
        one: &KpiEntry,
        entry: &Entry,
        seat: &Seat,
        at: At,
        counts: bool,
        result: &mut EntryR,
    ) -> Value {
        let kpi = &self.model.kpis[one.kpi.0];
        let at = At { scope: one.scope, ..at };
        let (first, last) = self.days(self.months);
        let value = match self.kpi(one.kpi, last) {
            Some(kpi) => self.kpi_value(kpi, seat, at, &Inputs::default()),
            None => stated("no version is in force"),
        };
        let mut target = (!one.target.is_empty()).then(|| match self.on(&one.target, last) {
            Some(target) => self.value(target, seat, at, &Inputs::default()),
            None => stated("no target"),
        });
        if let (true, Some(Value::Number(number))) = (one.prorated, &target) {
            let days = |from: Day, to: Day| (to.0 - from.0 + 1).max(0);
            let served: i32 = seat.runs.iter().map(|run| days(run.0.max(first), run.1.min(last))).sum();
            let share = Number::from(served).div(&Number::from(days(first, last))).unwrap();
            target = Some(Value::Number(number.mul(&share)));
        }
        result.value = Some(value.clone());
        result.target = target.clone();
        let reads_attainment = one
            .score
            .as_ref()
            .is_some_and(|score| score.on_attainment || matches!(score.curve, ScoreCurve::Attainment { .. }));
        let attainment = match (&value, &target) {
            (Value::Number(value), Some(Value::Number(target))) => match value.sub(target).div(&target.abs()) {
                None => stated("target 0"),
                Some(better) if matches!(kpi.direction, Some(Direction::Lower)) => {
                    Value::Number(Number::ONE.sub(&better))
                }
                Some(better) => Value::Number(Number::ONE.add(&better)),
            },
            (Value::Missing(_), _) => value.clone(),
            _ => stated("target"),
        };
        if reads_attainment {
            result.attainment = Some(attainment.clone());
        }
        if value.is_missing() {
            return value;
        }
        if let Some(Value::Missing(_)) = target {
            return stated("target");
        }
        if !counts {
            return Value::Missing(Missing::NotApplicable);
        }
        let Some(score) = &one.score else { return value };
        // All points of the curve, and all points of the entry.
        let own = entry.points.clone().unwrap_or(Number::from(100));
        let full = score.made_for.clone().unwrap_or(own.clone());
        let brought_in = |score: Value| match score {
            Value::Number(points) => Value::Number(points.mul(&own).div(&full).unwrap()),
            missing => missing,
        };
        let read = if score.on_attainment { attainment.clone() } else { value };
        let curve = match &score.curve {
            ScoreCurve::Attainment { up_to } => {
                let Value::Number(attainment) = attainment else { return attainment };
                let points = attainment.mul(&full);
                return brought_in(Value::Number(match up_to {
                    Some(most) => points.min(self.number(most, last)),
                    None => points,
                }));
            }
            ScoreCurve::Own(curve) => curve,
            ScoreCurve::Scale(scale) => match self.scale(*scale, last) {
                Some(scale) => &scale.curve,
                None => return stated("no version is in force"),
            },
        };
        let target = target.and_then(|target| target.as_number().cloned());
        let aimed = if score.on_attainment { Some(Number::ONE) } else { target };
        let inputs = Inputs {
            value: Some(read.clone()),
            target: aimed.clone().map(Value::Number),
            weight: Some(Value::Number(entry.stated.clone())),
            ..Inputs::default()
        };
        if let Some(score) = self.curve_in_data(curve, &read, seat, at) {
            return brought_in(score);
        }
        let points = self.curve(curve, &read, aimed.as_ref(), &full, last, &|body| self.value(body, seat, at, &inputs));
        brought_in(points)
    }

    /// The cards' scores weighted by days, with the grades of the last one.
    fn overall(&self, person: &mut PersonR) {
        let scored: Vec<&CardR> = person.cards.iter().filter(|card| card.score.is_some()).collect();
        let Some(last) = scored.last() else { return };
        let rating_of = |card: &CardR| self.position(card).scorecard.as_ref().and_then(|card| card.rating);
        let mean = |of: &dyn Fn(&ScoreR) -> Option<Number>| {
            let (mut sum, mut days) = (Number::ZERO, Number::ZERO);
            for card in &scored {
                let weight = Number::from(card.seat.to.0 - card.seat.from.0 + 1);
                sum = sum.add(&of(card.score.as_ref().unwrap())?.mul(&weight));
                days = days.add(&weight);
            }
            sum.div(&days)
        };
        let company = &self.model.company;
        let raw = mean(&|score| score.raw.clone());
        let mut overall = mean(&|score| score.score.as_number().cloned());
        if let (Some(places), true) = (company.score_decimals, scored.len() > 1) {
            overall = overall.map(|score| score.round_places(places, company.rounding));
        }
        let rating = rating_of(last).and_then(|rating| {
            let seen = if self.sees_raw(rating.0) { raw } else { overall.clone() }?;
            let same = || {
                scored.iter().filter(|card| rating_of(card) == Some(rating)).map(|card| card.score.as_ref().unwrap())
            };
            let cap = same().filter_map(|score| score.cap).max();
            self.rate(rating.0, &seen, cap, same().any(|score| score.doubt))
        });
        person.overall = overall;
        person.rating = rating;
    }

    fn distribute(&self, people: &mut [PersonR]) {
        for (id, rating) in self.model.ratings.iter().enumerate() {
            let mut rules: Vec<_> = rating.distribution.iter().collect();
            rules.sort_by_key(|rule| rule.grade);
            let rated = |person: &PersonR| {
                let last = person.last()?;
                let scorecard = self.position(last).scorecard.as_ref()?;
                (scorecard.rating.map(|rating| rating.0) == Some(id) && person.rating.is_some()).then_some(())
            };
            for rule in rules {
                if rule.grade + 1 == rating.grades.len() {
                    continue;
                }
                let circle = |person: &PersonR| {
                    let last = person.last().unwrap();
                    match rule.within {
                        Within::Company => String::new(),
                        Within::Position => self.position(last).name.clone(),
                        Within::Team => format!("{:?}", last.seat.stint.team),
                    }
                };
                let members: Vec<usize> = (0..people.len()).filter(|at| rated(&people[*at]).is_some()).collect();
                let circles: std::collections::BTreeSet<String> =
                    members.iter().map(|at| circle(&people[*at])).collect();
                for name in circles {
                    let inside: Vec<usize> =
                        members.iter().copied().filter(|at| circle(&people[*at]) == name).collect();
                    let count = inside.len() as u64;
                    if count < rule.least {
                        continue;
                    }
                    let limit = if rule.about {
                        share_of(rating, rule.grade, count)
                    } else {
                        rule.share.mul(&Number::from(count)).floor().to_i64().unwrap() as usize
                    };
                    let seen = |person: &PersonR| match self.sees_raw(id) {
                        true => self.raw_overall(person),
                        false => person.overall.clone(),
                    };
                    let holders: Vec<usize> =
                        inside.into_iter().filter(|at| people[*at].rating.unwrap().0 == rule.grade).collect();
                    let keeps = |at: &usize| {
                        let mine = seen(&people[*at]);
                        holders.iter().filter(|other| seen(&people[**other]) >= mine).count() <= limit
                    };
                    let moved: Vec<usize> = holders.iter().copied().filter(|at| !keeps(at)).collect();
                    for at in moved {
                        let grade = people[at].rating.as_mut().unwrap();
                        grade.0 += 1;
                        let person = &mut people[at];
                        let mut scored = person.cards.iter_mut().filter(|card| card.score.is_some());
                        if let (Some(card), None) = (scored.next(), scored.next()) {
                            card.score.as_mut().unwrap().rating = person.rating;
                        }
                    }
                }
            }
        }
    }

    fn raw_overall(&self, person: &PersonR) -> Option<Number> {
        let (mut sum, mut days) = (Number::ZERO, Number::ZERO);
        for card in &person.cards {
            let Some(score) = &card.score else { continue };
            let weight = Number::from(card.seat.to.0 - card.seat.from.0 + 1);
            sum = sum.add(&score.raw.clone()?.mul(&weight));
            days = days.add(&weight);
        }
        sum.div(&days)
    }
}

/// What is paid, by person, post and output, as far as it is known.
type Known = RefCell<BTreeMap<(usize, PositionId, usize), Value>>;

/// Person, card and output.
type Place = (usize, usize, usize);

/// Whether an entry in points is scored out of 100 at first: a group of shares, or the score of others.
fn of_hundred(head: &Head) -> bool {
    match head {
        Head::Group(group) => group.entries.iter().all(|entry| entry.points.is_none()),
        Head::Kpi(_) => false,
        Head::ScoreOf(_) | Head::ScoreOfReports => true,
    }
}

impl PersonR {
    /// The last card that was scored.
    fn last(&self) -> Option<&CardR> {
        self.cards.iter().rfind(|card| card.score.is_some())
    }
}

/// The largest remainder among the `about` shares and what they leave.
fn share_of(rating: &merit::model::Rating, grade: usize, count: u64) -> usize {
    let count_of = |share: &Number| share.mul(&Number::from(count));
    let mut shares: Vec<(usize, Number)> =
        rating.distribution.iter().filter(|rule| rule.about).map(|rule| (rule.grade, count_of(&rule.share))).collect();
    let stated = shares.iter().fold(Number::ZERO, |sum, (_, share)| sum.add(share));
    shares.push((usize::MAX, Number::from(count).sub(&stated)));
    let whole = shares.iter().map(|(_, share)| share.floor().to_i64().unwrap()).sum::<i64>();
    let left = count as i64 - whole;
    let mut by_rest: Vec<&(usize, Number)> = shares.iter().collect();
    by_rest.sort_by_key(|(_, share)| std::cmp::Reverse(share.sub(&share.floor())));
    let mine = shares.iter().find(|(one, _)| *one == grade).unwrap();
    let extra = by_rest.iter().take(left.max(0) as usize).any(|(one, _)| *one == grade);
    mine.1.floor().to_i64().unwrap() as usize + usize::from(extra)
}

/// Whether an entry keeps its weight.
fn counts(entry: &EntryR, when_missing: WhenMissing) -> bool {
    match entry.score.as_ref().unwrap() {
        Value::Missing(Missing::NotApplicable) => false,
        Value::Missing(_) => when_missing != WhenMissing::Redistribute,
        _ => true,
    }
}

/// What each entry adds to the total: `factor` is what a point of the group adds.
fn spread(entries: &mut [EntryR], group: &Group, when_missing: WhenMissing, share: &Number, factor: Option<Number>) {
    let points = group.entries.iter().any(|entry| entry.points.is_some());
    let kept = entries
        .iter()
        .filter(|entry| counts(entry, when_missing))
        .fold(Number::ZERO, |sum, one| sum.add(&one.weight.0));
    for (entry, written) in entries.iter_mut().zip(&group.entries) {
        entry.share.0 = share.mul(&entry.effective.0);
        let each = match (&factor, group.combine) {
            (None, _) => None,
            (Some(_), _) if !counts(entry, when_missing) => Some(Number::ZERO),
            (_, Combine::Geometric) => None,
            (Some(factor), Combine::WeightedMean) if !points => Some(factor.mul(&entry.effective.0)),
            (Some(factor), _) => Some(factor.div(&kept).unwrap()),
        };
        let score = entry.score.as_ref().and_then(|score| score.as_number().cloned()).unwrap_or(Number::ZERO);
        entry.contribution = each.as_ref().map(|each| each.mul(&score));
        if let Head::Group(inner) = &written.head {
            let share = entry.share.0.clone();
            let points = written.points.as_ref().filter(|_| of_hundred(&written.head));
            let each = match (each, points) {
                (Some(each), Some(points)) => Some(each.mul(points).div(&Number::from(100)).unwrap()),
                (each, _) => each,
            };
            let each = each.filter(|_| !entry.cut);
            spread(&mut entry.inside, inner, when_missing, &share, each);
        }
    }
}

/// The part of the weight that has a score, of what applies; none where nothing does.
fn scored_part(entries: &[EntryR]) -> Option<Number> {
    let parts: Vec<(&Number, Number)> = entries
        .iter()
        .filter_map(|entry| {
            let part = match entry.score.as_ref().unwrap() {
                _ if entry.is_group => scored_part(&entry.inside)?,
                Value::Missing(Missing::NotApplicable) => return None,
                Value::Missing(_) => Number::ZERO,
                _ => Number::ONE,
            };
            Some((&entry.weight.0, part))
        })
        .collect();
    let applicable = parts.iter().fold(Number::ZERO, |sum, (weight, _)| sum.add(weight));
    parts.iter().fold(Number::ZERO, |sum, (weight, part)| sum.add(&weight.mul(part))).div(&applicable)
}

//! Whom suppositions change, and how.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::Supposing;
use crate::model::types::unit::DisplayUnit;
use crate::number::Number;
use crate::report::Report;
use crate::report::show::{MISSING, Show};
use crate::score::card::PersonResult;
use crate::value::Value;

/// What is another for somebody.
#[derive(Clone, Debug)]
pub struct Change {
    /// The data set that is the roster.
    pub roster: String,
    pub person: Arc<str>,
    pub name: Arc<str>,
    pub what: What,
    pub before: Told,
    pub after: Told,
    /// How much more there is, where both are numbers of which that says something.
    pub more: Option<(Number, String)>,
}

/// What may be another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    Score,
    Rating,
    Rank,
    /// With its name and label.
    Output(String, String),
}

/// A value with the text that people read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Exact, in base units; a grade's name; `None` where there is none.
    pub exact: Option<String>,
    pub shown: String,
}

impl Told {
    fn of(exact: Option<String>, shown: Option<String>) -> Told {
        Told { exact, shown: shown.unwrap_or_else(|| MISSING.into()) }
    }
}

/// What outputs of one name come to, over the company or a team.
#[derive(Clone, Debug)]
pub struct SumChange {
    /// Key and name of the team; none for all who are shown.
    pub team: Option<Team>,
    pub output: String,
    pub label: String,
    pub before: Told,
    pub after: Told,
    pub more: Option<(Number, String)>,
}

/// All that is another.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    pub people: Vec<Change>,
    pub sums: Vec<SumChange>,
    /// How many of those shown there are, and how many of them change.
    pub shown: u64,
    pub changed: u64,
}

/// A person as far as it is compared.
struct One {
    person: Arc<str>,
    name: Arc<str>,
    score: Told,
    overall: Option<Number>,
    rating: Told,
    rank: Told,
    outputs: Vec<Paid>,
}

/// An output of somebody: of several posts of that name and unit, together.
struct Paid {
    name: String,
    label: String,
    unit: DisplayUnit,
    value: Value,
    /// Of the last post that has it.
    team: Option<Team>,
}

type Key = (String, Arc<str>);

/// Key and name.
type Team = (Arc<str>, Arc<str>);

/// Compares those whom the report shows with what they were.
pub fn changes(supposing: &Supposing<'_>, after: &Report<'_>) -> Changes {
    let show = after.show();
    let (old, new) = (ones(supposing.before), ones(after));
    let mut found = Changes::default();
    let mut sums: BTreeMap<(Option<Team>, String), Sums> = BTreeMap::new();
    let by_key: HashMap<&Key, &One> = old.iter().map(|(key, one)| (key, one)).collect();
    let mut seen: Vec<(&Key, Option<&One>, Option<&One>)> =
        new.iter().map(|(key, one)| (key, by_key.get(key).copied(), Some(one))).collect();
    let known: HashMap<&Key, ()> = new.iter().map(|(key, _)| (key, ())).collect();
    let gone = old.iter().filter(|_| supposing.everyone);
    seen.extend(gone.filter(|(key, _)| !known.contains_key(key)).map(|(key, one)| (key, Some(one), None)));
    for ((roster, _), old, new) in seen {
        let Some(one) = new.or(old) else { continue };
        found.shown += 1;
        let first = found.people.len();
        let mut add = |what, before: Option<&Told>, after: Option<&Told>, more| {
            let told = |told: Option<&Told>| told.cloned().unwrap_or_else(|| Told::of(None, None));
            let (before, after) = (told(before), told(after));
            if before.exact != after.exact {
                let (person, name) = (one.person.clone(), one.name.clone());
                found.people.push(Change { roster: roster.clone(), person, name, what, before, after, more });
            }
        };
        let more = difference(old.and_then(|one| one.overall.as_ref()), new.and_then(|one| one.overall.as_ref()));
        let more = more.map(|more| (more.clone(), signed(&more, show.plain(&more))));
        add(What::Score, old.map(|one| &one.score), new.map(|one| &one.score), more);
        add(What::Rating, old.map(|one| &one.rating), new.map(|one| &one.rating), None);
        add(What::Rank, old.map(|one| &one.rank), new.map(|one| &one.rank), None);
        let (none, mut names) = (Vec::new(), Vec::<&Paid>::new());
        let (old, new) = (old.map_or(&none, |one| &one.outputs), new.map_or(&none, |one| &one.outputs));
        for paid in new.iter().chain(old) {
            if !names.iter().any(|known| known.is_same(paid)) {
                names.push(paid);
            }
        }
        for paid in names {
            let of = |list: &Vec<Paid>| list.iter().position(|one| one.is_same(paid));
            let (old, new) = (of(old).map(|at| &old[at]), of(new).map(|at| &new[at]));
            let number = |one: Option<&Paid>| one.and_then(|one| one.value.as_number()).cloned();
            let told = |one: Option<&Paid>| one.map(|one| one.told(&show));
            let more = difference(number(old).as_ref(), number(new).as_ref());
            let more = more.map(|more| (more.clone(), signed(&more, show.number(&more, &paid.unit))));
            add(What::Output(paid.name.clone(), paid.label.clone()), told(old).as_ref(), told(new).as_ref(), more);
            for (one, is_new) in [(old, false), (new, true)] {
                let Some(one) = one else { continue };
                // A sum of shares or points says nothing.
                if !adds_up(&paid.unit) {
                    continue;
                }
                for team in [Some(None), one.team.clone().map(Some)].into_iter().flatten() {
                    sums.entry((team, paid.name.clone())).or_insert_with(|| Sums::of(paid)).add(&one.value, is_new);
                }
            }
        }
        found.changed += u64::from(found.people.len() > first);
    }
    for ((team, output), sum) in sums {
        let Sums { label, unit, before, after } = sum;
        if before == after {
            continue;
        }
        let told = |sum: &Number| Told::of(Some(sum.to_string()), Some(show.number(sum, &unit)));
        let more = after.sub(&before);
        let more = Some((more.clone(), signed(&more, show.number(&more, &unit))));
        found.sums.push(SumChange { team, output, label, before: told(&before), after: told(&after), more });
    }
    found
}

fn adds_up(unit: &DisplayUnit) -> bool {
    let factors = unit.dimension.factors();
    !factors.is_empty() && !unit.dimension.is_point() && factors.iter().all(|(_, exponent)| *exponent > 0)
}

/// What an output comes to over some people; who has none counts for nothing.
struct Sums {
    label: String,
    unit: DisplayUnit,
    before: Number,
    after: Number,
}

impl Sums {
    fn of(paid: &Paid) -> Sums {
        let (label, unit) = (paid.label.clone(), paid.unit.clone());
        Sums { label, unit, before: Number::ZERO, after: Number::ZERO }
    }

    fn add(&mut self, value: &Value, is_new: bool) {
        let Some(number) = value.as_number() else { return };
        let sum = if is_new { &mut self.after } else { &mut self.before };
        *sum = sum.add(number);
    }
}

impl Paid {
    fn is_same(&self, other: &Paid) -> bool {
        self.name == other.name && self.unit == other.unit
    }

    fn told(&self, show: &Show<'_>) -> Told {
        let exact = match &self.value {
            Value::Number(number) => Some(number.to_string()),
            Value::Missing(_) => None,
            other => Some(show.value(other, &self.unit)),
        };
        Told::of(exact, Some(show.value(&self.value, &self.unit)))
    }
}

/// Everyone of a report.
fn ones(report: &Report<'_>) -> Vec<(Key, One)> {
    let show = report.show();
    report
        .people
        .map(|_, person| ((show.model.data[person.roster.0].name.clone(), person.person.clone()), one(&show, person)))
}

fn one(show: &Show<'_>, person: &PersonResult) -> One {
    let last = person.cards.last();
    let score = person.overall.as_ref().zip(last).map(|(score, card)| show.score_in(score, card.position));
    let grade = person.rating.as_ref().zip(last);
    let mut outputs: Vec<Paid> = Vec::new();
    for post in &person.posts {
        let team = post.cards.last().and_then(|card| person.cards[*card].team.as_ref());
        let team = team.map(|team| (team.key.clone(), team.name.clone()));
        for (output, amount) in show.position(post.position).outputs.iter().zip(&post.outputs) {
            let (label, unit) = (show.label(&output.label).to_string(), output.unit.clone());
            let paid = Paid { name: output.name.clone(), label, unit, value: amount.value.clone(), team: team.clone() };
            match outputs.iter_mut().find(|known| known.is_same(&paid)) {
                Some(known) => {
                    known.value = match (&known.value, &paid.value) {
                        (Value::Number(one), Value::Number(other)) => Value::Number(one.add(other)),
                        (missing @ Value::Missing(_), Value::Number(_)) => missing.clone(),
                        (_, other) => other.clone(),
                    };
                    known.team = paid.team;
                }
                None => outputs.push(paid),
            }
        }
    }
    One {
        person: person.person.clone(),
        name: person.name.clone(),
        score: Told::of(person.overall.as_ref().map(Number::to_string), score),
        overall: person.overall.clone(),
        rating: Told::of(
            grade.map(|(rating, card)| show.grade_name(card.position, rating.grade).to_string()),
            grade.map(|(rating, card)| show.grade_word(card.position, rating.grade).to_string()),
        ),
        rank: Told::of(person.rank.map(|rank| rank.to_string()), person.rank.map(|rank| rank.to_string())),
        outputs,
    }
}

fn difference(before: Option<&Number>, after: Option<&Number>) -> Option<Number> {
    Some(after?.sub(before?)).filter(|more| !more.is_zero())
}

/// `+2.5`, `-3`
fn signed(number: &Number, shown: String) -> String {
    if number.is_positive() { format!("+{shown}") } else { shown }
}

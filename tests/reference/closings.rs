//! Results that were closed: some, at random, for the program and for the reference.

use std::sync::Arc;

use merit::closed::{ClosedPeriod, ClosedValue, ClosedValues};
use merit::model::Model;
use merit::model::data::DataId;
use merit::model::expr::ClosedRead;
use merit::model::types::unit::DisplayUnit;
use merit::number::Number;
use merit::time::PeriodName;
use merit::value::{Missing, Value};

use super::formulas::At;
use super::random::Random;
use super::rows::{World, written};
use super::score::Seat;

/// What was closed for one person in one period: over all posts, or in a post.
pub struct Result {
    pub period: PeriodName,
    pub roster: DataId,
    pub person: String,
    /// The name of the position; none over all.
    pub position: Option<String>,
    pub name: String,
    pub value: Value,
}

#[derive(Default)]
pub struct Closings {
    pub periods: Vec<PeriodName>,
    pub results: Vec<Result>,
}

/// Of some of the periods before, some of the people, some of their results.
pub fn at_random(world: &World, period: PeriodName, seed: u64) -> Closings {
    let mut random = Random::new(seed);
    let mut closings = Closings::default();
    let outputs = world.model.positions.iter().flat_map(|position| &position.outputs);
    let mut names: Vec<String> = outputs.map(|output| output.name.clone()).collect();
    names.sort();
    names.dedup();
    names.push("score".into());
    let mut periods: Vec<PeriodName> =
        PeriodName { year: period.year - 1, ..period }.up_to(period).unwrap().filter(|one| *one != period).collect();
    periods.retain(|_| random.chance(70));
    let rosters = world.model.data.iter().enumerate().filter(|(_, set)| set.roster.is_some());
    for (roster, _) in rosters {
        let roster = DataId(roster);
        for (key, stints) in world.stints(roster) {
            for period in &periods {
                for name in &names {
                    let mut posts: Vec<String> = stints.iter().map(|stint| stint.post.clone()).collect();
                    posts.sort();
                    posts.dedup();
                    let places = posts.into_iter().map(Some).chain([None]);
                    for position in places.filter(|_| random.chance(60)).collect::<Vec<_>>() {
                        let value = match random.below(10) {
                            0 => Value::Missing(Missing::NoRows),
                            number => Value::Number(Number::from_parts(137 * number as i128 - 400, 1)),
                        };
                        let (person, name) = (written(&key), name.clone());
                        closings.results.push(Result { period: *period, roster, person, position, name, value });
                    }
                }
            }
        }
    }
    closings.periods = periods;
    closings
}

impl Closings {
    /// As the program takes them.
    pub fn values(&self, model: &Model) -> ClosedValues {
        let unit_of = |name: &str| match name {
            "score" => DisplayUnit::point().in_base_units(),
            output => {
                let outputs = model.positions.iter().flat_map(|position| &position.outputs);
                outputs.filter(|one| one.name == output).find_map(|one| one.unit.in_base_units())
            }
        };
        let mut values = ClosedValues::default();
        for period in &self.periods {
            let mut closing = ClosedPeriod::new("", "");
            for one in self.results.iter().filter(|one| one.period == *period) {
                let roster = model.data[one.roster.0].name.as_str();
                let person = closing.person_mut(&roster.into(), &one.person.as_str().into());
                let place = match &one.position {
                    Some(position) => person.posts.entry(position.as_str().into()).or_default(),
                    None => &mut person.overall,
                };
                let unit = unit_of(&one.name).map(Arc::from);
                let closed = ClosedValue { value: one.value.clone(), unit, shown: "".into() };
                place.insert(one.name.as_str().into(), Some(closed));
            }
            values.insert(*period, closing);
        }
        values
    }
}

impl World<'_> {
    /// `closed(bonus)` over the months of an earlier period.
    pub fn closed(&self, read: &ClosedRead, seat: &Seat, at: At) -> Value {
        let named = |one: &&PeriodName| self.model.company.calendar.months(**one) == at.months;
        let Some(period) = self.closings.periods.iter().find(named) else {
            return Value::Missing(Missing::NotClosed);
        };
        let person = written(&seat.key);
        let of_person = |one: &&Result| one.period == *period && one.roster == seat.roster && one.person == person;
        let mine: Vec<&Result> = self.closings.results.iter().filter(of_person).collect();
        let post = &self.model.positions[seat.position.0].name;
        // Where nothing says in which post it is, it is the person's.
        let in_post = !read.over_all && mine.iter().any(|one| one.position.is_some());
        let place = in_post.then_some(post);
        let is_it = |one: &&&Result| one.name == read.name && one.position.as_ref() == place;
        match mine.iter().find(is_it) {
            Some(one) => one.value.clone(),
            None => Value::Missing(Missing::NotEvaluatedThen),
        }
    }
}

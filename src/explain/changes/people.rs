//! Two evaluations over the same data: who gains and loses, who gets another grade, and what it costs.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Changes;
use crate::explain::cliffs::{CliffChange, Cliffs};
use crate::model::Model;
use crate::model::types::unit::DisplayUnit;
use crate::number::Number;
use crate::plan::Plan;
use crate::report::people::People;
use crate::score::card::{PersonResult, TeamRef};

/// What comes out of one of the two evaluations, as far as it is compared.
pub struct Standings {
    people: BTreeMap<Key, Standing>,
    cliffs: Cliffs,
}

/// Roster and key, as both projects know them.
type Key = (String, Arc<str>);

/// How somebody stands in one of the two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub name: Arc<str>,
    /// The last position, as the new project calls it, or the old one where that has it alone.
    pub position: String,
    /// The last one.
    pub team: Option<TeamRef>,
    pub score: Option<Number>,
    pub grade: Option<Grade>,
    /// What all posts give together, by output; `None` where one of them is missing.
    pub outputs: BTreeMap<OutputName, Option<Number>>,
}

/// A grade of somebody's last position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grade {
    pub name: String,
    /// 0 is the best.
    pub place: usize,
}

/// An output, as the new project calls it, in its unit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OutputName {
    pub name: String,
    /// As it is shown behind numbers.
    pub unit: String,
}

/// What differs between two evaluations.
#[derive(Clone, Debug, Default)]
pub struct PeopleChanges {
    /// Those whose score, grade or outputs differ: the largest differences of scores first, then of the rest, then by key.
    pub changed: Vec<PersonChange>,
    /// How many of those in both have the same.
    pub same: usize,
    pub gained: usize,
    pub lost: usize,
    /// From one grade to another, and how many: the old grade, the new one.
    pub grades: BTreeMap<(Option<String>, Option<String>), usize>,
    /// Evaluated in one of the two only.
    pub come: Vec<PersonChange>,
    pub gone: Vec<PersonChange>,
    /// What outputs come to over all people.
    pub totals: BTreeMap<OutputName, Sums>,
    /// By position, then output.
    pub by_position: BTreeMap<(String, OutputName), Sums>,
    /// Names of teams by their keys.
    pub teams: BTreeMap<Arc<str>, Arc<str>>,
    /// By team, then output.
    pub by_team: BTreeMap<(Arc<str>, OutputName), Sums>,
    /// Places at which a step makes a jump, and who stands at them, where that differs.
    pub cliffs: Vec<CliffChange>,
    /// How outputs are shown.
    pub units: BTreeMap<OutputName, DisplayUnit>,
}

/// Somebody in both evaluations, or in one of them. Which of the changes makes how much of the difference is to stand here:
/// a split by cause, as `contrast` makes it of two scores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonChange {
    pub roster: String,
    pub person: Arc<str>,
    pub old: Option<Standing>,
    pub new: Option<Standing>,
}

/// A sum before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sums {
    pub old: Number,
    pub new: Number,
}

impl Default for Sums {
    fn default() -> Sums {
        Sums { old: Number::ZERO, new: Number::ZERO }
    }
}

impl Sums {
    pub fn difference(&self) -> Number {
        self.new.sub(&self.old)
    }
}

impl PersonChange {
    /// The one that is there, the new one first.
    pub fn any(&self) -> Option<&Standing> {
        self.new.as_ref().or(self.old.as_ref())
    }

    /// By how much the score rose; `None` where there is none in one of the two.
    pub fn score(&self) -> Option<Number> {
        let (old, new) = (self.old.as_ref()?.score.as_ref()?, self.new.as_ref()?.score.as_ref()?);
        Some(new.sub(old))
    }

    /// By how much an output rose.
    pub fn output(&self, name: &OutputName) -> Option<Number> {
        let of = |standing: &Option<Standing>| standing.as_ref()?.outputs.get(name)?.clone();
        Some(of(&self.new)?.sub(&of(&self.old)?))
    }

    /// Whether the new result is better, or worse: by the score, else by what is paid.
    fn gains(&self) -> Option<bool> {
        let score = self.score().filter(|difference| !difference.is_zero());
        let outputs = || {
            let all = self.new.iter().flat_map(|standing| standing.outputs.keys());
            all.filter_map(|name| self.output(name)).find(|difference| !difference.is_zero())
        };
        score.or_else(outputs).map(|difference| difference.is_positive())
    }
}

/// By whose names positions, rosters and outputs are compared.
pub enum Names<'a> {
    /// Those of the old project, told by the new names.
    Old(&'a Changes),
    New(&'a Changes),
}

impl Standings {
    /// What is kept of each person of an evaluation.
    pub fn of(
        (model, plan): (&Model, &Plan),
        people: &People,
        names: &Names,
        units: &mut BTreeMap<OutputName, DisplayUnit>,
    ) -> Standings {
        let called = |position: &str| names.position(position);
        let mut cliffs = Cliffs::of(model, plan, &called);
        let all = people.map(|_, person| (standing(model, person, names), cliffs.near(model, person, &called)));
        let mut found = BTreeMap::new();
        for ((key, standing, shown), near) in all {
            cliffs.count(&near);
            units.extend(shown);
            found.insert(key, standing);
        }
        Standings { people: found, cliffs }
    }
}

fn standing(model: &Model, person: &PersonResult, names: &Names) -> (Key, Standing, Vec<(OutputName, DisplayUnit)>) {
    let roster = names.roster(&model.data[person.roster.0].name);
    let last = person.cards.last();
    let position = last.map(|card| &model.positions[card.position.0]);
    // The rating is that of the last card that was scored.
    let scored = person.cards.iter().rev().find(|card| card.scorecard.is_some());
    let rating = scored.and_then(|card| model.positions[card.position.0].scorecard.as_ref()?.rating);
    let grade = person.rating.as_ref().zip(rating).and_then(|(result, rating)| {
        let grade = model.ratings[rating.0].grades.get(result.grade)?;
        Some(Grade { name: grade.name.clone(), place: result.grade })
    });
    let mut outputs: BTreeMap<OutputName, Option<Number>> = BTreeMap::new();
    let mut shown = Vec::new();
    for post in &person.posts {
        let position = &model.positions[post.position.0];
        for (output, result) in position.outputs.iter().zip(&post.outputs) {
            let name =
                OutputName { name: names.output(&position.name, &output.name), unit: output.unit.singular.clone() };
            let number = result.value.as_number().cloned();
            let sum = match outputs.get(&name) {
                None => number,
                Some(before) => before.as_ref().zip(number.as_ref()).map(|(before, more)| before.add(more)),
            };
            shown.push((name.clone(), output.unit.clone()));
            outputs.insert(name, sum);
        }
    }
    let standing = Standing {
        name: person.name.clone(),
        position: position.map_or(String::new(), |position| names.position(&position.name)),
        team: last.and_then(|card| card.team.clone()),
        score: person.overall.clone(),
        grade,
        outputs,
    };
    ((roster, person.person.clone()), standing, shown)
}

impl Names<'_> {
    /// By the old name.
    fn roster(&self, name: &str) -> String {
        match self {
            Names::Old(_) => name.to_string(),
            Names::New(changes) => changes.data_sets.get(name).map_or(name, String::as_str).to_string(),
        }
    }

    fn position(&self, name: &str) -> String {
        match self {
            Names::New(_) => name.to_string(),
            Names::Old(changes) => {
                let new = changes.positions.iter().find(|(_, old)| *old == name).map(|(new, _)| new.as_str());
                new.unwrap_or(name).to_string()
            }
        }
    }

    fn output(&self, position: &str, name: &str) -> String {
        match self {
            Names::New(_) => name.to_string(),
            Names::Old(changes) => {
                let position = self.position(position);
                let new = changes.outputs.iter().find(|((of, _), old)| *of == position && *old == name);
                new.map_or(name, |((_, new), _)| new).to_string()
            }
        }
    }
}

impl PeopleChanges {
    /// What differs between two evaluations over the same data.
    pub fn between(old: Standings, new: Standings, units: BTreeMap<OutputName, DisplayUnit>) -> PeopleChanges {
        let cliffs = Cliffs::between(&old.cliffs, &new.cliffs);
        let mut found = PeopleChanges { units, cliffs, ..PeopleChanges::default() };
        let mut before = old.people;
        for ((roster, person), after) in new.people {
            let earlier = before.remove(&(roster.clone(), person.clone()));
            found.add(PersonChange { roster, person, old: earlier, new: Some(after) });
        }
        for ((roster, person), earlier) in before {
            found.add(PersonChange { roster, person, old: Some(earlier), new: None });
        }
        // Exact differences, so that equals are equals.
        let size = |change: &PersonChange| {
            let outputs = change.new.iter().flat_map(|standing| standing.outputs.keys());
            let paid =
                outputs.filter_map(|name| change.output(name)).fold(Number::ZERO, |sum, one| sum.add(&one.abs()));
            (change.score().map_or(Number::ZERO, |score| score.abs()), paid)
        };
        found.changed.sort_by_cached_key(|change| {
            let (score, paid) = size(change);
            (std::cmp::Reverse(score), std::cmp::Reverse(paid), change.roster.clone(), change.person.clone())
        });
        found
    }

    fn add(&mut self, change: PersonChange) {
        for (standing, is_new) in [(&change.old, false), (&change.new, true)] {
            let Some(standing) = standing else { continue };
            for (name, number) in &standing.outputs {
                let Some(number) = number else { continue };
                let add = |sums: &mut Sums| {
                    let sum = if is_new { &mut sums.new } else { &mut sums.old };
                    *sum = sum.add(number);
                };
                add(self.totals.entry(name.clone()).or_default());
                add(self.by_position.entry((standing.position.clone(), name.clone())).or_default());
                if let Some(team) = &standing.team {
                    add(self.by_team.entry((team.key.clone(), name.clone())).or_default());
                    self.teams.entry(team.key.clone()).or_insert_with(|| team.name.clone());
                }
            }
        }
        let (old, new) = match (&change.old, &change.new) {
            (Some(old), Some(new)) => (old, new),
            (None, _) => return self.come.push(change),
            (_, None) => return self.gone.push(change),
        };
        if (&old.score, &old.grade, &old.outputs) == (&new.score, &new.grade, &new.outputs) {
            self.same += 1;
            return;
        }
        match change.gains() {
            Some(true) => self.gained += 1,
            Some(false) => self.lost += 1,
            None => {}
        }
        let named = |grade: &Option<Grade>| grade.as_ref().map(|grade| grade.name.clone());
        let grades = (named(&old.grade), named(&new.grade));
        if grades.0 != grades.1 {
            *self.grades.entry(grades).or_default() += 1;
        }
        self.changed.push(change);
    }
}

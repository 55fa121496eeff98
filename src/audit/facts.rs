//! What is kept of each person's results.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Audited, By, Who};
use crate::explain::cliffs::{Cliff, Cliffs, Sides};
use crate::language::ScopeWord;
use crate::model::data::{ColumnType, DataId};
use crate::model::{Direction, Entry, Group, Head, KpiEntry, Model, PositionId, RuledOn};
use crate::number::Number;
use crate::plan::program::{EntryWhat, GroupPlan, KpiPlan};
use crate::report::people::People;
use crate::score::card::{Card, EntryResult, EntryResultKind, PersonResult, TeamRef};
use crate::value::Value;

/// Everyone, by the position in which each is rated.
pub struct Facts<'a> {
    pub positions: Vec<OfPosition<'a>>,
    /// Places at which a step makes a jump.
    pub cliffs: Vec<(Cliff, Sides)>,
}

/// Those who hold a position.
pub struct OfPosition<'a> {
    pub position: PositionId,
    pub leaves: Vec<Leaf<'a>>,
    /// In the order of the results.
    pub people: Vec<Person>,
}

/// An entry of a scorecard that is no group.
pub struct Leaf<'a> {
    pub entry: &'a Entry,
    /// Its share of the whole scorecard as stated.
    pub weight: Number,
    pub kpi: Option<&'a KpiEntry>,
    /// Of the first roster whose rows hold the position: what its points follow from is the same for all.
    pub plan: Option<&'a KpiPlan>,
}

/// What is looked at of somebody.
pub struct Person {
    /// Among all of the results.
    pub at: usize,
    pub roster: DataId,
    pub key: Arc<str>,
    pub name: Arc<str>,
    /// The last one.
    pub team: Option<TeamRef>,
    pub score: Option<Number>,
    pub grade: Option<usize>,
    /// Of the last scored card, in step with [`OfPosition::leaves`].
    pub entries: Vec<Scored>,
    /// What the overall score is made of: the leaves by their places, and what is left.
    pub parts: Parts,
    /// In the order of the position's outputs.
    pub outputs: Vec<Option<Number>>,
    pub rulings: Vec<Ruled>,
    /// Indexes into [`Facts::cliffs`], and whether above.
    pub near: Vec<(usize, bool)>,
    /// In step with the columns by which people are compared; `None`: the roster does not have it.
    pub groups: Vec<Option<Member>>,
}

/// In which group somebody is; blanks are one of their own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Member {
    Of(String),
    Blank,
}

/// An entry as it came out.
#[derive(Clone, Debug, Default)]
pub struct Scored {
    pub score: Option<Number>,
    pub value: Option<Number>,
    pub target: Option<Number>,
    pub reached: Option<bool>,
}

/// What a score is made of. `None`: it is no sum of its entries.
pub type Parts = Option<(Vec<Number>, Number)>;

/// What was ruled on, and how far.
#[derive(Clone, Debug)]
pub struct Ruled {
    pub position: PositionId,
    pub on: RuledOn,
    pub by: Arc<str>,
    /// By how much it rose; of a grade, by how many. `None` where a value is missing.
    pub rise: Option<Number>,
}

impl Person {
    pub fn who(&self, model: &Model) -> Who {
        Who { roster: model.data[self.roster.0].name.clone(), person: self.key.clone(), name: self.name.clone() }
    }
}

impl Leaf<'_> {
    /// Whose values it reads.
    pub fn scope(&self) -> ScopeWord {
        self.kpi.map_or(ScopeWord::Team, |kpi| kpi.scope)
    }

    /// Whether a higher value is not always better, nor a lower one.
    pub fn is_nearest(&self, model: &Model) -> bool {
        self.kpi.is_some_and(|kpi| matches!(model.kpis[kpi.kpi.0].direction, Some(Direction::Closest(_))))
    }
}

impl<'a> Facts<'a> {
    pub fn of(of: Audited<'a>) -> Facts<'a> {
        let called = |position: &str| position.to_string();
        let all = Cliffs::of(of.model, of.plan, &called);
        let cliffs: Vec<(Cliff, Sides)> = all.iter().map(|(cliff, sides)| (cliff.clone(), sides.clone())).collect();
        let places: BTreeMap<&Cliff, usize> = cliffs.iter().enumerate().map(|(at, (cliff, _))| (cliff, at)).collect();
        let mut positions: BTreeMap<PositionId, OfPosition> = BTreeMap::new();
        let people = People::scored(of.scored).map(|at, person| {
            let position = rated_in(person)?;
            let near = all.near(of.model, person, &called);
            let near = near.iter().filter_map(|(cliff, above)| Some((*places.get(cliff)?, *above))).collect();
            Some((position, kept(of, at, person, position, near)))
        });
        for (position, person) in people.into_iter().flatten() {
            let new = || OfPosition { position, leaves: leaves_of(of, position), people: Vec::new() };
            positions.entry(position).or_insert_with(new).people.push(person);
        }
        Facts { positions: positions.into_values().collect(), cliffs }
    }
}

/// The position in which somebody is rated: that of the last card that was scored, or else of the last one.
fn rated_in(person: &PersonResult) -> Option<PositionId> {
    let scored = person.cards.iter().rev().find(|card| card.scorecard.is_some());
    scored.or(person.cards.last()).map(|card| card.position)
}

fn leaves_of(of: Audited<'_>, position: PositionId) -> Vec<Leaf<'_>> {
    let mut leaves = Vec::new();
    if let Some(scorecard) = &of.model.positions[position.0].scorecard {
        add_leaves(&scorecard.root, &Number::ONE, &mut leaves);
        let plan = of.plan.program.cards.iter().find(|card| card.position == position);
        let mut plans = Vec::new();
        if let Some(planned) = plan.and_then(|card| card.scorecard.as_ref()) {
            add_plans(&planned.root, &mut plans);
        }
        leaves.iter_mut().zip(plans).for_each(|(leaf, plan)| leaf.plan = plan);
    }
    leaves
}

fn add_leaves<'m>(group: &'m Group, share: &Number, leaves: &mut Vec<Leaf<'m>>) {
    for entry in &group.entries {
        let weight = share.mul(&entry.weight);
        match &entry.head {
            Head::Group(group) => add_leaves(group, &weight, leaves),
            Head::Kpi(kpi) => leaves.push(Leaf { entry, weight, kpi: Some(kpi), plan: None }),
            Head::ScoreOf(_) | Head::ScoreOfReports => leaves.push(Leaf { entry, weight, kpi: None, plan: None }),
        }
    }
}

fn add_plans<'p>(group: &'p GroupPlan, plans: &mut Vec<Option<&'p KpiPlan>>) {
    for entry in &group.entries {
        match &entry.what {
            EntryWhat::Group(group) => add_plans(group, plans),
            EntryWhat::Kpi(kpi) => plans.push(Some(kpi)),
            EntryWhat::ScoreOf(_) | EntryWhat::ScoreOfReports => plans.push(None),
        }
    }
}

fn kept(of: Audited<'_>, at: usize, person: &PersonResult, position: PositionId, near: Vec<(usize, bool)>) -> Person {
    let leaves = leaves_of(of, position);
    let card = person.cards.iter().rev().find(|card| card.scorecard.is_some());
    let mut entries = Vec::new();
    if let Some(scorecard) = card.and_then(|card| card.scorecard.as_ref()) {
        add_scored(of.model, &scorecard.entries, &leaves, &mut entries);
    }
    entries.resize(leaves.len(), Scored::default());
    let declared = &of.model.positions[position.0].outputs;
    let post = person.posts.iter().rev().find(|post| post.position == position);
    let output = |at: usize| post.and_then(|post| post.outputs.get(at)?.value.as_number().cloned());
    let ruled = |ruling: &crate::score::card::RulingResult| Ruled {
        position: ruling.position,
        on: ruling.on,
        by: ruling.ruling.by.clone(),
        rise: rise(ruling.replaced.first(), &ruling.ruled),
    };
    Person {
        at,
        roster: person.roster,
        key: person.person.clone(),
        name: person.name.clone(),
        team: person.cards.last().and_then(|card| card.team.clone()),
        score: person.overall.clone(),
        grade: person.rating.as_ref().map(|rating| rating.grade),
        entries,
        parts: parts(person, position, leaves.len()),
        outputs: (0..declared.len()).map(output).collect(),
        rulings: person.rulings.iter().map(ruled).collect(),
        near,
        groups: of.by.iter().map(|by| member(of, by, at, person.roster)).collect(),
    }
}

/// By how much a ruling raised something; of grades, which count from the best, by how many.
fn rise(replaced: Option<&Value>, ruled: &Value) -> Option<Number> {
    match (replaced?, ruled) {
        (Value::Number(before), Value::Number(now)) => Some(now.sub(before)),
        (Value::Choice(before), Value::Choice(now)) => Some(Number::from(i64::from(*before) - i64::from(*now))),
        _ => None,
    }
}

fn add_scored(model: &Model, results: &[EntryResult], leaves: &[Leaf], scored: &mut Vec<Scored>) {
    for result in results {
        let number = |value: &Value| value.as_number().cloned();
        match &result.what {
            EntryResultKind::Group(results) => add_scored(model, results, leaves, scored),
            EntryResultKind::OtherScore(_) => {
                scored.push(Scored { score: number(&result.score), ..Scored::default() });
            }
            EntryResultKind::Kpi { value, target, .. } => {
                let (value, target) = (number(value), target.as_ref().and_then(number));
                let leaf = leaves.get(scored.len());
                let lower = leaf.and_then(|leaf| leaf.plan).is_some_and(|plan| plan.lower_is_better);
                let nearest = leaf.is_some_and(|leaf| leaf.is_nearest(model));
                let reached = value.as_ref().zip(target.as_ref()).filter(|_| !nearest);
                let reached = reached.map(|(value, target)| if lower { value <= target } else { value >= target });
                scored.push(Scored { score: number(&result.score), value, target, reached });
            }
        }
    }
}

/// What the overall score is made of: the contributions of entries, weighted by days where there are several cards of the
/// position; those of other positions, vetoes, rounding and the like are what is left.
fn parts(person: &PersonResult, position: PositionId, leaves: usize) -> Parts {
    let overall = person.overall.as_ref()?;
    let days = |card: &Card| Number::from(i64::from(card.to.0 - card.from.0) + 1);
    let scored = || person.cards.iter().filter(|card| card.scorecard.is_some());
    let all = scored().map(days).fold(Number::ZERO, |sum, days| sum.add(&days));
    let mut parts = vec![Number::ZERO; leaves];
    for card in scored().filter(|card| card.position == position) {
        let share = days(card).div(&all)?;
        let mut contributions = Vec::new();
        add_contributions(&card.scorecard.as_ref()?.entries, &mut contributions)?;
        for (part, more) in parts.iter_mut().zip(contributions) {
            *part = part.add(&more.mul(&share));
        }
    }
    let sum = parts.iter().fold(Number::ZERO, |sum, part| sum.add(part));
    let left = overall.sub(&sum);
    Some((parts, left))
}

/// `None` where an entry counts, and what it adds to the total cannot be told.
fn add_contributions(results: &[EntryResult], all: &mut Vec<Number>) -> Option<()> {
    for result in results {
        match &result.what {
            EntryResultKind::Group(results) => add_contributions(results, all)?,
            EntryResultKind::Kpi { .. } | EntryResultKind::OtherScore(_) => all.push(match &result.contribution {
                Some(contribution) => contribution.clone(),
                None if result.score.is_missing() => Number::ZERO,
                None => return None,
            }),
        }
    }
    Some(())
}

fn member(of: Audited<'_>, by: &By, at: usize, roster: DataId) -> Option<Member> {
    let (_, column, read) = by.columns.iter().find(|(data, ..)| *data == roster)?;
    let column = of.model.data[roster.0].column(*column);
    let called = match (of.scored.read(at, (*read)?)?, &column.ty) {
        (Value::Missing(_), _) => return Some(Member::Blank),
        (Value::Choice(choice), ColumnType::Choice(choices)) => choices.get(*choice as usize)?.name.clone(),
        (value, ColumnType::Number { unit, .. }) => of.show.value(value, unit),
        (value, _) => of.show.value(value, &crate::model::types::unit::DisplayUnit::number()),
    };
    Some(if called.trim().is_empty() { Member::Blank } else { Member::Of(called) })
}

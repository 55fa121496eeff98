//! What it would take, for all who are asked about.

use std::convert::Infallible;
use std::ops::Range;

use super::mix::Mix;
use super::outcome::{Goal, Lever, Outcome};
use super::reach::{Answer, Solver};
use crate::alike::folded;
use crate::model::{Grade, KpiId, Model, PositionId, Rating};
use crate::number::Number;
use crate::parallel;
use crate::plan::program::Calc;
use crate::score::card::PersonResult;
use crate::score::{Brief, Scored};

/// What everyone is to reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A grade by its name or a label, in whatever rating it stands.
    Grade(String),
    Score(Number),
}

impl Wanted {
    /// The place of the grade in a rating.
    pub fn grade_in(&self, rating: &Rating) -> Option<usize> {
        let Wanted::Grade(name) = self else { return None };
        let called = |grade: &Grade| {
            let labels = std::iter::once(&grade.label.text).chain(grade.label.translations.values());
            grade.name == *name || labels.into_iter().any(|label| folded(label) == folded(name))
        };
        rating.grades.iter().position(|grade| grade.name == *name).or_else(|| rating.grades.iter().position(called))
    }
}

/// What is asked.
pub struct Asked<'a> {
    pub wanted: &'a Wanted,
    /// Names of KPIs; none is all.
    pub kpis: &'a [KpiId],
    /// Whether KPIs count that stand only behind others.
    pub all: bool,
    /// Whether several KPIs together are asked for, too.
    pub mix: bool,
}

/// What it would take for one person.
pub struct OfPerson {
    pub brief: Brief,
    /// The post that is rated.
    pub position: Option<PositionId>,
    /// None where the grade is not among those of the person, or nothing is scored.
    pub goal: Option<Goal>,
    pub today: Option<Outcome>,
    pub reached: bool,
    /// The result, where there is no score: it tells why.
    pub unscored: Option<Box<PersonResult>>,
    /// For each KPI alone, in the order of the scorecard.
    pub answers: Vec<Answer>,
    /// The least change of several together, where it was asked for.
    pub mix: Option<Mix>,
    /// How often something was evaluated.
    pub looks: u64,
}

impl OfPerson {
    /// The KPI that has to be moved least, as a part of its target.
    pub fn nearest(&self) -> Option<&Answer> {
        self.answers
            .iter()
            .filter_map(|answer| Some((answer.effort()?, answer)))
            .min_by(|one, other| one.0.cmp(&other.0))
            .map(|(_, answer)| answer)
    }
}

/// People that a thread goes through one after the other.
const TOGETHER: usize = 4;

/// Solves the goal for people, by their places in the results, in that order.
pub fn everyone(scored: &Scored<'_>, places: &[usize], asked: &Asked<'_>) -> Vec<OfPerson> {
    let solver = Solver::new(scored);
    let mut all = Vec::with_capacity(places.len());
    let of_some =
        |some: Range<usize>| some.map(|at| of_person(&solver, scored, places[at], asked)).collect::<Vec<OfPerson>>();
    let Ok(()) = parallel::pieces_in_order(places.len(), TOGETHER, of_some, |some| {
        all.extend(some);
        Ok::<(), Infallible>(())
    });
    all
}

fn of_person(solver: &Solver<'_, '_>, scored: &Scored<'_>, at: usize, asked: &Asked<'_>) -> OfPerson {
    let model = scored.model();
    let person = solver.person(at);
    let today = person.today();
    let goal = match asked.wanted {
        Wanted::Score(score) => Some(Goal::Score(score.clone())),
        Wanted::Grade(_) => {
            scored.rating_of(at).and_then(|rating| asked.wanted.grade_in(&model.ratings[rating.0])).map(Goal::Grade)
        }
    };
    let scored_card = |result: &PersonResult| {
        result.cards.iter().rev().find(|card| card.scorecard.is_some()).map(|card| card.position)
    };
    let position = person.result().and_then(scored_card);
    let goal = goal.filter(|_| position.is_some());
    let reached = goal.as_ref().zip(today.as_ref()).is_some_and(|(goal, today)| today.reaches(goal));
    let mut answers = Vec::new();
    if let (Some(goal), false) = (&goal, reached) {
        let wanted = |lever: &Lever| match &scored.plan().program.nodes[lever.node.0] {
            Calc::Kpi { kpi, .. } => asked.kpis.is_empty() || asked.kpis.iter().any(|one| same(model, *one, *kpi)),
            _ => false,
        };
        let levers = person.levers(asked.all || !asked.kpis.is_empty());
        answers.extend(levers.into_iter().filter(wanted).map(|lever| person.solve(lever, goal)));
    }
    let mix = goal.as_ref().filter(|_| asked.mix && !reached).and_then(|goal| person.mix(goal, &answers));
    let looks = person.looks();
    let unscored = person.result().filter(|result| result.overall.is_none()).cloned().map(Box::new);
    OfPerson { unscored, brief: scored.brief(at), position, goal, today, reached, answers, mix, looks }
}

/// Versions of one KPI.
fn same(model: &Model, one: KpiId, other: KpiId) -> bool {
    model.kpis[one.0].name == model.kpis[other.0].name
}

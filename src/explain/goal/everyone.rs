//! What it would take, for all who are asked about.

use std::convert::Infallible;
use std::ops::Range;

use super::answer::Answer;
use super::mix::{Mix, NoMix};
use super::outcome::{Goal, Lever, Outcome};
use super::person::Solver;
use super::rows::{InRows, OneMore};
use crate::alike::folded;
use crate::model::{Grade, KpiId, Model, PositionId, Rating};
use crate::number::Number;
use crate::parallel;
use crate::plan::program::Calc;
use crate::score::card::{Card, PersonResult};
use crate::score::{Brief, Scored};

/// What everyone is to reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A grade by its name or a label, in whatever rating it stands.
    Grade(String),
    Score(Number),
    /// An output: its place in each position that has it, with the amount.
    Output(Vec<(PositionId, usize, Number)>),
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
    /// Whether it is asked for in terms of rows, and what one more row does.
    pub rows: bool,
    /// How many days of the period are left, where paces are asked for.
    pub within: Option<i64>,
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
    /// Why it was not looked for.
    pub no_mix: Option<NoMix>,
    /// What the KPIs take in terms of rows, and what one more does, where it was asked for.
    pub rows: Vec<InRows>,
    pub one_more: Vec<OneMore>,
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
    let is_paid = asked.rows || matches!(asked.wanted, Wanted::Output(_));
    let person = if is_paid { solver.person_paid(at) } else { solver.person(at) };
    let today = person.today();
    let cards = || person.result().into_iter().flat_map(|result| result.cards.iter().rev());
    let of_scored = cards().find(|card| card.scorecard.is_some()).map(|card| card.position);
    let (goal, position) = match asked.wanted {
        Wanted::Score(score) => (Some(Goal::Score(score.clone())), of_scored),
        Wanted::Grade(_) => {
            let grade = scored.rating_of(at).and_then(|rating| asked.wanted.grade_in(&model.ratings[rating.0]));
            (grade.map(Goal::Grade), of_scored)
        }
        Wanted::Output(places) => {
            let place = |card: &Card| places.iter().find(|(position, ..)| *position == card.position);
            let held: Vec<_> = cards().filter_map(place).collect();
            let mut of: Vec<(PositionId, usize)> = Vec::new();
            for (position, output, _) in &held {
                if !of.contains(&(*position, *output)) {
                    of.push((*position, *output));
                }
            }
            let goal = held.first().map(|(.., amount)| Goal::Output { of, amount: amount.clone() });
            (goal, held.first().map(|(position, ..)| *position).or(of_scored))
        }
    };
    let goal = goal.filter(|_| position.is_some());
    let reached = goal.as_ref().zip(today.as_ref()).is_some_and(|(goal, today)| today.reaches(goal));
    let wanted = |lever: &Lever| match &scored.plan().program.nodes[lever.node.0] {
        Calc::Kpi { kpi, .. } => asked.kpis.is_empty() || asked.kpis.iter().any(|one| same(model, *one, *kpi)),
        _ => false,
    };
    let levers =
        || -> Vec<Lever> { person.levers(asked.all || !asked.kpis.is_empty()).into_iter().filter(wanted).collect() };
    let (mut answers, mut mix, mut no_mix) = (Vec::new(), None, None);
    let (mut rows, mut one_more) = (Vec::new(), Vec::new());
    if let (Some(goal), false) = (&goal, reached) {
        answers.extend(levers().into_iter().map(|lever| person.solve(lever, goal)));
        if asked.mix {
            match person.mix(goal, &answers) {
                Ok(found) => mix = found,
                Err(why) => no_mix = Some(why),
            }
        }
    }
    if let (Some(goal), true) = (&goal, asked.rows) {
        let levers = levers();
        for amount in person.amounts(&levers) {
            // What two amounts make of a row is told once.
            let one = person.one_more(&amount, &levers);
            one_more.extend(one.filter(|one| one_more.iter().all(|known: &OneMore| known.given != one.given)));
            if !reached {
                let mut one = person.solve_rows(amount, goal);
                let more = asked.within.zip(one.up.reached());
                one.pace = more.and_then(|(days, reached)| person.pace(&one.amount, &reached.value, days));
                rows.push(one);
            }
        }
    }
    let looks = person.looks();
    let unscored = person.result().filter(|result| result.overall.is_none()).cloned().map(Box::new);
    let brief = scored.brief(at);
    OfPerson { unscored, brief, position, goal, today, reached, answers, mix, no_mix, rows, one_more, looks }
}

/// Versions of one KPI.
fn same(model: &Model, one: KpiId, other: KpiId) -> bool {
    model.kpis[one.0].name == model.kpis[other.0].name
}

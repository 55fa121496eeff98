//! Answers for programs, field by field: `docs/goal.schema.json`.

use serde::Serialize;

use super::everyone::OfPerson;
use super::mix::Part;
use super::outcome::{Goal, Outcome};
use super::reach::{Answer, Side, Why};
use crate::model::types::unit::DisplayUnit;
use crate::model::{Model, PositionId};
use crate::number::Number;
use crate::report::show::Show;
use crate::score::card::LoweredBy;
use crate::value::Value;

#[derive(Serialize)]
pub struct PersonJson {
    roster: String,
    person: String,
    name: String,
    /// The post that is rated.
    position: Option<String>,
    /// What is to be reached: a grade of the post, or a score.
    grade: Option<String>,
    score: Option<Number>,
    today: Option<OutcomeJson>,
    reached: bool,
    kpis: Vec<AnswerJson>,
    /// The least change of several together.
    mix: Option<MixJson>,
}

#[derive(Serialize)]
struct MixJson {
    parts: Vec<PartJson>,
    outcome: OutcomeJson,
    distance: Number,
}

#[derive(Serialize)]
struct PartJson {
    kpi: String,
    scope: &'static str,
    position: String,
    today: ValueJson,
    value: ValueJson,
    less: TriedJson,
}

#[derive(Serialize)]
struct OutcomeJson {
    score: Option<Number>,
    grade: Option<String>,
    by_score: Option<String>,
    /// `veto`, `distribution` or `null`.
    lowered_by: Option<&'static str>,
}

#[derive(Serialize)]
struct AnswerJson {
    kpi: String,
    label: String,
    scope: &'static str,
    position: String,
    unit: Option<String>,
    today: Option<ValueJson>,
    target: Option<ValueJson>,
    /// The smallest step.
    step: ValueJson,
    /// The value to choose: the nearer one of both directions.
    nearest: Option<&'static str>,
    /// How far that is away, as a part of the target or of what it is.
    distance: Option<Number>,
    up: SideJson,
    down: SideJson,
}

/// In base units, and as people read it.
#[derive(Serialize)]
struct ValueJson {
    number: Number,
    shown: String,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum SideJson {
    /// Evaluated with this value, and with the one before it.
    Reached {
        value: ValueJson,
        outcome: OutcomeJson,
        less: Option<TriedJson>,
        by_halving: bool,
    },
    NotReached {
        why: &'static str,
        up_to: Option<ValueJson>,
        most: Option<TriedJson>,
    },
}

/// What comes out with a value.
#[derive(Serialize)]
struct TriedJson {
    value: ValueJson,
    outcome: OutcomeJson,
}

/// A person's answers.
pub fn person(of: &OfPerson, show: &Show<'_>) -> PersonJson {
    let model = show.model;
    let outcome = |outcome: &Outcome| outcome_json(outcome, of.position, show);
    let grade = match (&of.goal, of.position) {
        (Some(Goal::Grade(grade)), Some(position)) => Some(show.grade_name(position, *grade).to_string()),
        _ => None,
    };
    let score = match &of.goal {
        Some(Goal::Score(score)) => Some(score.clone()),
        _ => None,
    };
    PersonJson {
        roster: model.data.get(of.brief.roster.0).map_or(String::new(), |set| set.name.clone()),
        person: of.brief.person.to_string(),
        name: of.brief.name.to_string(),
        position: of.position.map(|position| model.positions[position.0].name.clone()),
        grade,
        score,
        today: of.today.as_ref().map(outcome),
        reached: of.reached,
        kpis: of.answers.iter().map(|answer| answer_json(answer, (model, of.position), show)).collect(),
        mix: of.mix.as_ref().map(|mix| MixJson {
            parts: mix.parts.iter().filter_map(|part| part_json(part, of, show)).collect(),
            outcome: outcome(&mix.outcome),
            distance: mix.distance.clone(),
        }),
    }
}

fn part_json(part: &Part, of: &OfPerson, show: &Show<'_>) -> Option<PartJson> {
    let answer = of.answers.iter().find(|one| one.node == part.lever.node)?;
    let kpi = &show.model.kpis[answer.kpi.0];
    let value = |number: &Number| value_json(number, &kpi.unit, show);
    let (less, outcome) = &part.less;
    Some(PartJson {
        kpi: kpi.name.clone(),
        scope: answer.scope.word(),
        position: show.position(answer.position).name.clone(),
        today: value(&part.today),
        value: value(&part.value),
        less: TriedJson { value: value(less), outcome: outcome_json(outcome, of.position, show) },
    })
}

fn outcome_json(outcome: &Outcome, position: Option<PositionId>, show: &Show<'_>) -> OutcomeJson {
    let grade = |grade: Option<usize>| Some(show.grade_name(position?, grade?).to_string());
    OutcomeJson {
        score: outcome.score.clone(),
        grade: grade(outcome.grade),
        by_score: grade(outcome.by_score),
        lowered_by: outcome.lowered_by.map(|by| match by {
            LoweredBy::Veto(_) | LoweredBy::EarlierVeto { .. } => "veto",
            LoweredBy::Distribution(_) => "distribution",
        }),
    }
}

fn answer_json(answer: &Answer, (model, position): (&Model, Option<PositionId>), show: &Show<'_>) -> AnswerJson {
    let kpi = &model.kpis[answer.kpi.0];
    let value = |number: &Number| value_json(number, &kpi.unit, show);
    let outcome = |outcome: &Outcome| outcome_json(outcome, position, show);
    let side = |side: &Side| match side {
        Side::Reached(reached) => SideJson::Reached {
            value: value(&reached.value),
            outcome: outcome(&reached.outcome),
            less: reached.less.as_ref().map(|(at, less)| TriedJson { value: value(at), outcome: outcome(less) }),
            by_halving: reached.by_halving,
        },
        Side::Not(not) => SideJson::NotReached {
            why: match not.why {
                Why::Most => "most",
                Why::End => "end",
                Why::NotUpTo(_) => "not_up_to",
                Why::NotTold => "not_told",
            },
            up_to: match &not.why {
                Why::NotUpTo(end) => Some(value(end)),
                Why::Most | Why::End | Why::NotTold => None,
            },
            most: not.most.as_ref().map(|(at, best)| TriedJson { value: value(at), outcome: outcome(best) }),
        },
    };
    let nearest = answer.nearest().map(|nearest| match &answer.up {
        Side::Reached(up) if up.value == nearest.value => "up",
        _ => "down",
    });
    AnswerJson {
        kpi: kpi.name.clone(),
        label: show.label(&kpi.label).to_string(),
        scope: answer.scope.word(),
        position: model.positions[answer.position.0].name.clone(),
        unit: (!kpi.unit.dimension.is_none()).then(|| kpi.unit.dimension.to_string()),
        today: match &answer.today {
            Value::Number(number) => Some(value(number)),
            _ => None,
        },
        target: answer.target.as_ref().map(value),
        step: value(&answer.step),
        nearest,
        distance: answer.effort(),
        up: side(&answer.up),
        down: side(&answer.down),
    }
}

fn value_json(number: &Number, unit: &DisplayUnit, show: &Show<'_>) -> ValueJson {
    ValueJson { number: number.clone(), shown: show.number(number, unit) }
}

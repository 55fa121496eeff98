//! Answers for programs, field by field: `docs/goal.schema.json`.

mod rows;

use serde::Serialize;

use self::rows::{OneMoreJson, RowsJson};
use super::answer::{Answer, Side, Why};
use super::everyone::OfPerson;
use super::mix::Part;
use super::outcome::{Goal, Outcome};
use crate::model::PositionId;
use crate::model::types::unit::DisplayUnit;
use crate::number::Number;
use crate::plan::Plan;
use crate::report::show::Show;
use crate::score::card::LoweredBy;
use crate::source::SourceSet;
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
    output: Option<WantedJson>,
    today: Option<OutcomeJson>,
    reached: bool,
    kpis: Vec<AnswerJson>,
    /// The least change of several together.
    mix: Option<MixJson>,
    /// Why it was not looked for.
    no_mix: Option<&'static str>,
    /// The same in terms of rows, and what one more does.
    rows: Vec<RowsJson>,
    one_more: Vec<OneMoreJson>,
}

/// An output and what it is to be.
#[derive(Serialize)]
struct WantedJson {
    output: String,
    amount: ValueJson,
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
    /// Where they were asked for.
    outputs: Vec<OutputJson>,
}

#[derive(Serialize)]
struct OutputJson {
    position: String,
    output: String,
    amount: Option<ValueJson>,
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
    Reached { value: ValueJson, outcome: OutcomeJson, less: Option<TriedJson>, by_halving: bool },
    NotReached {
        why: &'static str,
        /// What goes by what, where nothing can be told.
        because: Option<String>,
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

/// What answers are told by.
pub struct Teller<'t> {
    pub show: &'t Show<'t>,
    pub plan: &'t Plan,
    pub sources: &'t SourceSet,
    /// The post that is rated.
    pub position: Option<PositionId>,
}

/// A person's answers.
pub fn person(of: &OfPerson, show: &Show<'_>, plan: &Plan, sources: &SourceSet) -> PersonJson {
    let teller = Teller { show, plan, sources, position: of.position };
    let model = show.model;
    let outcome = |outcome: &Outcome| teller.outcome(outcome);
    let (mut grade, mut score, mut output) = (None, None, None);
    match (&of.goal, of.position) {
        (Some(Goal::Grade(at)), Some(position)) => grade = Some(show.grade_name(position, *at).to_string()),
        (Some(Goal::Score(wanted)), _) => score = Some(wanted.clone()),
        (Some(Goal::Output { of, amount }), _) => {
            let planned = of.first().map(|(position, at)| &show.position(*position).outputs[*at]);
            output = planned.map(|planned| WantedJson {
                output: planned.name.clone(),
                amount: teller.value(amount, &planned.unit),
            });
        }
        (Some(Goal::Grade(_)) | None, _) => {}
    }
    PersonJson {
        roster: model.data.get(of.brief.roster.0).map_or(String::new(), |set| set.name.clone()),
        person: of.brief.person.to_string(),
        name: of.brief.name.to_string(),
        position: of.position.map(|position| model.positions[position.0].name.clone()),
        grade,
        score,
        output,
        today: of.today.as_ref().map(outcome),
        reached: of.reached,
        kpis: of.answers.iter().map(|answer| teller.answer(answer)).collect(),
        mix: of.mix.as_ref().map(|mix| MixJson {
            parts: mix.parts.iter().filter_map(|part| teller.part(part, of)).collect(),
            outcome: outcome(&mix.outcome),
            distance: mix.distance.clone(),
        }),
        no_mix: of.no_mix.map(|why| why.in_words()),
        rows: of.rows.iter().map(|one| teller.in_rows(one)).collect(),
        one_more: of.one_more.iter().map(|one| teller.one_more(one)).collect(),
    }
}

/// A direction, whose values are told by `value`.
fn side(teller: &Teller<'_>, side: &Side, value: &dyn Fn(&Number) -> ValueJson) -> SideJson {
    let tried = |(at, outcome): &(Number, Outcome)| TriedJson { value: value(at), outcome: teller.outcome(outcome) };
    match side {
        Side::Reached(reached) => SideJson::Reached {
            value: value(&reached.value),
            outcome: teller.outcome(&reached.outcome),
            less: reached.less.as_ref().map(tried),
            by_halving: reached.by_halving,
        },
        Side::Not(not) => SideJson::NotReached {
            why: match not.why {
                Why::Most => "most",
                Why::End => "end",
                Why::NotUpTo(_) => "not_up_to",
                Why::NotTold(_) => "not_told",
            },
            because: match &not.why {
                Why::NotTold(unknown) => Some(unknown.in_words(teller.show, teller.plan, teller.sources)),
                Why::NotUpTo(_) | Why::Most | Why::End => None,
            },
            up_to: match &not.why {
                Why::NotUpTo(end) => Some(value(end)),
                Why::Most | Why::End | Why::NotTold(_) => None,
            },
            most: not.most.as_ref().map(tried),
        },
    }
}

impl Teller<'_> {
    fn part(&self, part: &Part, of: &OfPerson) -> Option<PartJson> {
        let answer = of.answers.iter().find(|one| one.node == part.lever.node)?;
        let kpi = &self.show.model.kpis[answer.kpi.0];
        let value = |number: &Number| self.value(number, &kpi.unit);
        let (less, outcome) = &part.less;
        Some(PartJson {
            kpi: kpi.name.clone(),
            scope: answer.scope.word(),
            position: self.show.position(answer.position).name.clone(),
            today: value(&part.today),
            value: value(&part.value),
            less: TriedJson { value: value(less), outcome: self.outcome(outcome) },
        })
    }

    fn outcome(&self, outcome: &Outcome) -> OutcomeJson {
        let grade = |grade: Option<usize>| Some(self.show.grade_name(self.position?, grade?).to_string());
        let of_post = |(position, values): &(PositionId, Vec<Value>)| {
            let planned = self.show.position(*position);
            let output = |(output, value): (&crate::model::Output, &Value)| OutputJson {
                position: planned.name.clone(),
                output: output.name.clone(),
                amount: value.as_number().map(|number| self.value(number, &output.unit)),
            };
            planned.outputs.iter().zip(values).map(output).collect::<Vec<_>>()
        };
        OutcomeJson {
            score: outcome.score.clone(),
            grade: grade(outcome.grade),
            by_score: grade(outcome.by_score),
            lowered_by: outcome.lowered_by.and_then(|by| match by {
                LoweredBy::Veto(_) | LoweredBy::EarlierVeto { .. } => Some("veto"),
                LoweredBy::Distribution(_) => Some("distribution"),
                // Goals go by the rules.
                LoweredBy::Ruling => None,
            }),
            outputs: outcome.outputs.iter().flat_map(of_post).collect(),
        }
    }

    fn answer(&self, answer: &Answer) -> AnswerJson {
        let kpi = &self.show.model.kpis[answer.kpi.0];
        let value = |number: &Number| self.value(number, &kpi.unit);
        let nearest = answer.nearest().map(|nearest| match &answer.up {
            Side::Reached(up) if up.value == nearest.value => "up",
            _ => "down",
        });
        AnswerJson {
            kpi: kpi.name.clone(),
            label: self.show.label(&kpi.label).to_string(),
            scope: answer.scope.word(),
            position: self.show.position(answer.position).name.clone(),
            unit: (!kpi.unit.dimension.is_none()).then(|| kpi.unit.dimension.to_string()),
            today: match &answer.today {
                Value::Number(number) => Some(value(number)),
                _ => None,
            },
            target: answer.target.as_ref().map(value),
            step: value(&answer.step),
            nearest,
            distance: answer.effort(),
            up: side(self, &answer.up, &value),
            down: side(self, &answer.down, &value),
        }
    }

    fn value(&self, number: &Number, unit: &DisplayUnit) -> ValueJson {
        ValueJson { number: number.clone(), shown: self.show.number(number, unit) }
    }
}

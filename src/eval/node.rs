//! One node of a program from its operands.

use super::curve::{self, Scored};
use super::{Evaluator, Fault, FaultKind, Inputs, Subject, Values};
use crate::closed::{Closed, ClosedPeriod, ClosedValue};
use crate::language::BinaryOp;
use crate::number::Number;
use crate::plan::program::{Calc, CalcId, CurvePlan, Input};
use crate::plan::query::{Group, MeasureId, Measured};
use crate::plural::either;
use crate::time::{Day, Months, PeriodName};
use crate::value::{Missing, TooFew, Value, binary};

/// Where a node is computed.
pub(super) struct At<'v> {
    /// What is known already, for the formulas of named scales.
    pub values: &'v Values,
    pub inputs: &'v Inputs,
    pub team: Option<usize>,
    pub subject: Option<Subject>,
}

impl Evaluator<'_> {
    pub(super) fn compute<'v>(
        &self,
        node: CalcId,
        get: &dyn Fn(CalcId) -> Result<&'v Value, Fault>,
        at: &At,
    ) -> Result<Value, Fault> {
        let value = match &self.program.nodes[node.0] {
            Calc::Value(value) => value.clone(),
            Calc::Measure { measure, months, cut, at_least, carried, .. } => {
                match self.measure((*measure, *carried), cut.then_some(*months), *at_least, at) {
                    Value::Missing(Missing::Ambiguous(_)) => {
                        return Err(Fault { at: node, kind: FaultKind::Ambiguous });
                    }
                    value => value,
                }
            }
            Calc::Read(read) => at
                .subject
                .and_then(|subject| self.answers.reads[*read].get(subject.post)?.get(subject.stint))
                .cloned()
                .unwrap_or(Value::Missing(Missing::NoRows)),
            Calc::Closed { name, period, unit, over_all } => {
                let Some(subject) = at.subject else { return Ok(Value::Missing(Missing::NotEvaluatedThen)) };
                match self.closed(subject, *period, (name, *over_all)) {
                    Closed::NotClosed => Value::Missing(Missing::NotClosed),
                    Closed::NotEvaluated => Value::Missing(Missing::NotEvaluatedThen),
                    Closed::Several => return Err(Fault { at: node, kind: FaultKind::ClosedTwice }),
                    Closed::Found(ClosedValue { value: Value::Number(_), unit: then, .. }) if then != unit => {
                        return Err(Fault { at: node, kind: FaultKind::ClosedUnit });
                    }
                    Closed::Found(closed) => match &closed.value {
                        Value::Number(_) | Value::Missing(_) => closed.value.clone(),
                        _ => Value::Missing(Missing::NoAnswer),
                    },
                }
            }
            Calc::Not(a) => match get(*a)? {
                Value::Flag(flag) => Value::Flag(!flag),
                other => other.clone(),
            },
            Calc::Negate(a) => match get(*a)? {
                Value::Number(number) => Value::Number(number.neg()),
                other => other.clone(),
            },
            Calc::Binary(op, a, b) => {
                let left = get(*a)?;
                match (op, left) {
                    // What the left side decides alone needs no right side.
                    (BinaryOp::And, Value::Flag(false)) | (BinaryOp::Or, Value::Flag(true)) => left.clone(),
                    _ => binary(*op, left, get(*b)?),
                }
            }
            Calc::If { condition, then, otherwise } => match get(*condition)? {
                Value::Flag(true) => get(*then)?.clone(),
                Value::Flag(false) => get(*otherwise)?.clone(),
                other => other.clone(),
            },
            Calc::Default { value, fallback } => match get(*value)? {
                Value::Missing(_) => get(*fallback)?.clone(),
                known => known.clone(),
            },
            // Only points that are both known can be out of order.
            Calc::OutOfOrder { .. } => return Err(Fault { at: node, kind: FaultKind::OutOfOrder }),
            Calc::IsMissing(a) => Value::Flag(get(*a)?.is_missing()),
            Calc::InSet(a, list) => in_set(get(*a)?, list, get)?,
            Calc::InDays { date, from, to } => self.in_days(get(*date)?, *from, *to),
            Calc::Call(function, list) => {
                let arguments = list.iter().map(|a| get(*a).cloned()).collect::<Result<Vec<_>, _>>()?;
                function.call(&arguments, self.rounding, self.calendar)
            }
            Calc::Curve(curve, a) => self.curve(&self.program.curves[*curve], Scored::plain(get(*a)?), at.values)?,
            Calc::Matrix(matrix, row, column) => {
                curve::cell(&self.program.matrices[*matrix], get(*row)?, get(*column)?)
            }
            Calc::Kpi { kpi, body, .. } => {
                let (value, kpi) = (get(*body)?.clone(), &self.model.kpis[kpi.0]);
                match value.as_number().filter(|number| !kpi.can_be(number)) {
                    None => value,
                    // What is only estimated goes no further than it can be.
                    Some(number) if !self.answers.carried.is_empty() => kpi.nearest_within(number).into(),
                    Some(_) => return Err(Fault { at: node, kind: FaultKind::OutOfLimits }),
                }
            }
            Calc::Input(input) => {
                let given = match input {
                    Input::EntryValue => at.inputs.value.as_ref(),
                    Input::EntryTarget => at.inputs.target.as_ref(),
                    Input::EntryWeight => at.inputs.weight.as_ref(),
                    Input::Score => at.inputs.score.as_ref(),
                    Input::Rating => at.inputs.rating.as_ref(),
                    Input::Output(output) => at.inputs.outputs.get(*output),
                    Input::Sum(sum) => at.inputs.sums.get(*sum),
                };
                given.cloned().unwrap_or_else(|| Value::stated("there is none"))
            }
        };
        let value = value.held();
        match value.excess() {
            Some(excess) => Err(Fault::too_large(node, excess)),
            None => Ok(value),
        }
    }

    /// What was closed of the one evaluated: of a result (its name, and whether over all posts) in a period.
    pub fn closed(&self, subject: Subject, period: PeriodName, (name, over_all): (&str, bool)) -> Closed<'_> {
        let (post, roster) = (self.post(subject), self.query.rosters[subject.roster]);
        let person = (self.model.data[roster.0].name.as_str(), &*post.person);
        match over_all {
            true => self.answers.closed.of_person(period, person, name),
            false => self.answers.closed.in_post(period, person, &post.position, name),
        }
    }

    /// The closing of a period, where there is one.
    pub fn closing(&self, period: PeriodName) -> Option<&ClosedPeriod> {
        self.answers.closed.period(period)
    }

    /// A curve at a value; `values` are what its formula may read besides.
    pub fn curve(&self, plan: &CurvePlan, scored: Scored, values: &Values) -> Result<Value, Fault> {
        let Some(body) = plan.formula() else {
            return Ok(curve::at(plan, &scored));
        };
        if scored.value.is_missing() {
            return Ok(scored.value.clone());
        }
        let inputs = Inputs {
            value: Some(scored.value.clone()),
            target: scored.target.cloned().map(Value::Number),
            weight: scored.weight.cloned().map(Value::Number),
            ..Inputs::default()
        };
        self.with_inputs(values, *body, &inputs)
    }

    /// The answer for the group the subject belongs to. `cut` is the window, where one that lies wholly outside the
    /// stints in the post counts as too early.
    fn measure(
        &self,
        (measure, carried): (MeasureId, bool),
        cut: Option<Months>,
        at_least: Option<u64>,
        at: &At,
    ) -> Value {
        let measured = match &self.query.measures[measure.0].group {
            Group::Team { .. } if at.team.is_none() => return Value::stated("in no team"),
            Group::Own { .. } => {
                let Some(subject) = at.subject else { return Value::Missing(Missing::NoRows) };
                if cut.is_some_and(|months| !self.served_in(subject, months)) {
                    return Value::Missing(Missing::OutsideStints);
                }
                self.measured_at((measure, carried), at.team, Some(subject))
            }
            Group::Company | Group::Team { .. } | Group::Key { .. } => {
                self.measured_at((measure, carried), at.team, at.subject)
            }
        };
        let Some(measured) = measured else { return Value::Missing(Missing::NoRows) };
        match at_least {
            // A row with a number too large is there all the same.
            Some(needed) if measured.rows < needed && measured.value.excess().is_none() => {
                Value::Missing(self.too_few(measure, measured.rows, needed))
            }
            _ => measured.value,
        }
    }

    /// What is said of a measure over fewer rows than it needs.
    pub fn too_few(&self, measure: MeasureId, got: u64, needed: u64) -> Missing {
        let row = &self.model.data[self.query.measures[measure.0].data.0].row;
        let noun = either(got, &row.singular, &row.plural).to_string();
        Missing::TooFew(TooFew { got, needed, noun }.into())
    }

    /// What a measure has given for the group of a subject, however few its rows are.
    pub fn measured(&self, measure: MeasureId, subject: Subject) -> Option<Measured> {
        self.measured_at((measure, false), self.stint(subject).team, Some(subject))
    }

    fn measured_at(
        &self,
        (measure, carried): (MeasureId, bool),
        team: Option<usize>,
        subject: Option<Subject>,
    ) -> Option<Measured> {
        let carried = if carried { self.answers.carried.get(&measure) } else { None };
        let answers = carried.unwrap_or(&self.answers.measures[measure.0]);
        match &self.query.measures[measure.0].group {
            Group::Company => answers.get(0),
            Group::Team { .. } => answers.get(team?),
            Group::Own { .. } => answers.get(subject?.post),
            // Answers by key are for the engine's own use.
            Group::Key { .. } => None,
        }
    }

    fn served_in(&self, subject: Subject, months: Months) -> bool {
        let (first, last) = self.calendar.days(months);
        self.post(subject).stints.iter().any(|stint| stint.from <= last && stint.to.is_none_or(|to| to >= first))
    }

    /// A day, or a whole period, between two days.
    fn in_days(&self, date: &Value, from: Day, to: Day) -> Value {
        let (first, last) = match date {
            Value::Day(day) => (*day, *day),
            Value::Period(months) => self.calendar.days(*months),
            other => return other.clone(),
        };
        Value::Flag(from <= first && last <= to)
    }
}

/// Whether one of the list equals the value; where none does and one is missing, that is not known.
fn in_set<'v>(
    value: &Value,
    list: &[CalcId],
    get: &dyn Fn(CalcId) -> Result<&'v Value, Fault>,
) -> Result<Value, Fault> {
    let mut unknown = None;
    for item in list {
        match binary(BinaryOp::Equal, value, get(*item)?) {
            Value::Flag(true) => return Ok(Value::Flag(true)),
            Value::Flag(false) => {}
            missing => unknown = unknown.or(Some(missing)),
        }
    }
    Ok(unknown.unwrap_or_else(|| if value.is_missing() { value.clone() } else { Value::Flag(false) }))
}

impl<'v> Scored<'v> {
    /// A value without target or weight, as where a scale is called in a formula.
    fn plain(value: &'v Value) -> Scored<'v> {
        Scored { value, target: None, weight: None, full: Number::from(100) }
    }
}

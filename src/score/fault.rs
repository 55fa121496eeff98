//! What is wrong with the numbers of one person, as a finding: where in the specs, and where in the data.

use std::sync::Arc;

use super::problem::Problem;
use crate::closed::Closed;
use crate::diagnostic::Code;
use crate::eval::{Fault, FaultKind, Subject, Values};
use crate::model::Model;
use crate::model::data::ColumnType;
use crate::model::types::unit::DisplayUnit;
use crate::number::{Excess, Number};
use crate::plan::Plan;
use crate::plan::program::{Calc, CalcId};
use crate::plan::query::{Answers, Group, MeasureId, RowNode};
use crate::source::Span;
use crate::time::PeriodName;
use crate::value::{Missing, Value};

/// What findings about a person's numbers are told by.
#[derive(Clone, Copy)]
pub(super) struct Faults<'a> {
    pub model: &'a Model,
    pub plan: &'a Plan,
    pub answers: &'a Answers,
}

impl Faults<'_> {
    /// `span` is for a node without a place.
    pub(super) fn problem(&self, fault: Fault, subject: Subject, values: &Values, span: Span) -> Problem {
        let span = self.plan.program.spans.get(fault.at.0).copied().unwrap_or(span);
        let number = |node: CalcId| values.get(node).ok().and_then(Value::as_number).cloned();
        match (fault.kind, &self.plan.program.nodes[fault.at.0]) {
            (FaultKind::OutOfLimits, Calc::Kpi { kpi, body, .. }) => {
                let kpi = &self.model.kpis[kpi.0];
                let value = number(*body).map_or(String::new(), |value| shown(&value, &kpi.unit));
                let end = |end: &Number| shown(end, &kpi.unit);
                let (low, high) = kpi.limits.as_ref().map(|(low, high)| (end(low), end(high))).unwrap_or_default();
                Problem {
                    code: Code::OutOfLimits,
                    span: kpi.span,
                    message: format!("`{}` is {value}, and it is declared between {low} and {high}", kpi.name),
                    label: "declared here".into(),
                    help: "mend the data, or the limits of the KPI",
                    places: Vec::new(),
                }
            }
            (FaultKind::OutOfOrder, Calc::OutOfOrder { op, one, other, read }) => {
                let place = read.and_then(|read| self.answers.out_of_order.get(&(read, subject.post, subject.stint)));
                let unit = self.unit(*one).or_else(|| self.unit(*other)).unwrap_or_else(DisplayUnit::number);
                let [one, other] = [one, other].map(|node| number(*node).map_or(String::new(), |at| shown(&at, &unit)));
                Problem::out_of_order(span, *op, &one, &other, place.cloned().unwrap_or_default())
            }
            (FaultKind::Ambiguous, Calc::Measure { measure, .. }) => {
                let name = self.plan.query.measures[measure.0].function.signature().name;
                Problem {
                    code: Code::SeveralValues,
                    span,
                    message: format!("`{name}` found {}", self.several(*measure, subject)),
                    label: "which one counts?".into(),
                    help: "mend the data, choose the row with `where`, or say what is made of several: `sum`, `average`, `max`",
                    places: Vec::new(),
                }
            }
            (FaultKind::ClosedUnit, Calc::Closed { name, period, unit, over_all }) => {
                let then = match self.closed(subject, *period, (name, *over_all)) {
                    Closed::Found(closed) => closed.unit.clone(),
                    Closed::NotClosed | Closed::NotEvaluated | Closed::Several => None,
                };
                let words = |unit: &Option<Arc<str>>| {
                    unit.as_ref().map_or("a plain number".into(), |unit| format!("in {unit}"))
                };
                Problem {
                    code: Code::ClosedOtherwise,
                    span,
                    message: format!("`{name}` of {period} was closed {}, and is {} now", words(&then), words(unit)),
                    label: "in another unit".into(),
                    help: "give it its old unit again, or another name, so that old results are not taken for new ones",
                    places: Vec::new(),
                }
            }
            (FaultKind::ClosedTwice, Calc::Closed { name, period, .. }) => Problem {
                code: Code::ClosedOtherwise,
                span,
                message: format!("the closing of {period} has several values of `{name}`, which differ"),
                label: "which of them?".into(),
                help: "read an output, which is one amount for a post, or the result of one post",
                places: Vec::new(),
            },
            (FaultKind::TooLarge(excess), _) => Problem::too_large(span, excess),
            // Only these nodes have such faults.
            (
                FaultKind::OutOfLimits
                | FaultKind::OutOfOrder
                | FaultKind::Ambiguous
                | FaultKind::ClosedUnit
                | FaultKind::ClosedTwice,
                _,
            ) => Problem::too_large(span, Excess::Size),
        }
    }

    fn closed(&self, subject: Subject, period: PeriodName, (name, over_all): (&str, bool)) -> Closed<'_> {
        let roster = self.plan.query.rosters[subject.roster];
        let post = &self.answers.rosters[subject.roster].posts[subject.post];
        let person = (self.model.data[roster.0].name.as_str(), &*post.person);
        match over_all {
            true => self.answers.closed.of_person(period, person, name),
            false => self.answers.closed.in_post(period, person, &post.position, name),
        }
    }

    /// The rows or values between which `only` and `latest` could not choose for somebody.
    fn several(&self, measure: MeasureId, subject: Subject) -> String {
        let answers = &self.answers.measures[measure.0];
        let holder = &self.answers.rosters[subject.roster].posts[subject.post];
        let answer = match &self.plan.query.measures[measure.0].group {
            Group::Company | Group::Key { .. } => answers.get(0),
            Group::Team { .. } => holder.stints[subject.stint].team.and_then(|team| answers.get(team)),
            Group::Own { .. } => answers.get(subject.post),
        };
        match answer.map(|answer| answer.value) {
            Some(Value::Missing(reason @ Missing::Ambiguous(_))) => reason.to_string(),
            _ => "several values".into(),
        }
    }

    /// The unit of a column that a node reads.
    fn unit(&self, node: CalcId) -> Option<DisplayUnit> {
        let Calc::Read(read) = &self.plan.program.nodes[node.0] else { return None };
        let read = &self.plan.query.reads[*read];
        let table = self.plan.query.tables.iter().find(|table| table.data == read.roster)?;
        let RowNode::Column { via, column } = &table.nodes[read.node.0] else { return None };
        let set = self.model.links_to(read.roster, via);
        match &self.model.data[set.0].columns[column.0].ty {
            ColumnType::Number { unit, .. } => Some(unit.clone()),
            _ => None,
        }
    }
}

/// A number in the unit that people write.
fn shown(number: &Number, unit: &DisplayUnit) -> String {
    let digits = number.div(&unit.factor).unwrap_or_else(|| number.clone()).to_string();
    let name = if digits == "1" { &unit.singular } else { &unit.plural };
    match (unit.is_ratio_sign(), name.is_empty()) {
        (true, _) => format!("{digits}{name}"),
        (_, true) => digits,
        _ => format!("{digits} {name}"),
    }
}

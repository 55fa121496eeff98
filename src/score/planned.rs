//! What KPIs of a running period come to, were the rest of it to go exactly as planned.
//!
//! What adds up sums and counts of the period gains its target's part of the days that are left; any other value is weighted
//! by days between what it comes to on the mean of the days so far and its target: a rate that is measured by something whole,
//! as a plan of the period, says nothing yet as it stands on the day. KPIs without a target, and what is missing, are carried
//! on as on the mean.

use super::problem::Problems;
use super::{Seat, seats};
use crate::eval::{Evaluator, Supposed, Tape, Values};
use crate::language::{BinaryOp, Keeps, Parts};
use crate::model::Model;
use crate::number::Number;
use crate::plan::Plan;
use crate::plan::program::{Calc, CalcId, EntryWhat, GroupPlan, KpiPlan};
use crate::plan::query::{Answers, Query};
use crate::plan::running::{Running, RunningPlan};
use crate::time::Day;
use crate::value::Value;

/// Beside what is supposed already, the values of all KPIs with a target as the plan has them. `so_far` are the answers as
/// they are on the day, `carried` the same carried on.
pub fn as_planned(model: &Model, plan: &Plan, so_far: &Answers, carried: &Answers, supposed: Supposed) -> Supposed {
    let mut supposed = supposed;
    let Some(of_running) = plan.running.as_deref() else { return supposed };
    let Some((seats, _)) = seats(model, plan, so_far, &mut Problems::default()) else { return supposed };
    let [known, at_the_end] = [so_far, carried].map(|answers| Evaluator::new(model, plan, answers));
    let planned = Planned { plan, of_running, answers: so_far };
    let of_cards: Vec<(Vec<Entry>, [Tape; 2])> = plan
        .program
        .cards
        .iter()
        .map(|card| {
            let mut entries = Vec::new();
            card.scorecard.iter().for_each(|scorecard| with_targets(&scorecard.root, &mut entries));
            let nodes = entries.iter().flat_map(|(kpi, target)| [kpi.value, *target]);
            let tapes = [known.tape(nodes.clone()), at_the_end.tape(nodes)];
            (entries, tapes)
        })
        .collect();
    for seat in &seats {
        let (entries, tapes) = &of_cards[seat.card()];
        if entries.is_empty() {
            continue;
        }
        let subject = seat.subject();
        let [so_far, in_the_end] = [known.values(subject, &tapes[0]), at_the_end.values(subject, &tapes[1])];
        for (kpi, target) in entries {
            let of_value = |values: &'_ Values| values.get(kpi.value).ok()?.as_number().cloned();
            let target = in_the_end.get(*target).ok().and_then(Value::as_number);
            if let (Some(so_far), Some(on_the_mean), Some(target)) = (of_value(&so_far), of_value(&in_the_end), target)
                && let Some(value) = planned.value(seat, kpi, [&so_far, &on_the_mean], target)
            {
                supposed.add_default(subject, (kpi.value, value.into()));
            }
        }
    }
    supposed
}

/// A KPI and the node of its target.
type Entry<'p> = (&'p KpiPlan, CalcId);

/// The KPIs of a group that are measured by a target.
fn with_targets<'p>(group: &'p GroupPlan, found: &mut Vec<Entry<'p>>) {
    for entry in &group.entries {
        match &entry.what {
            EntryWhat::Group(group) => with_targets(group, found),
            EntryWhat::Kpi(kpi) => found.extend(kpi.target.map(|target| (&**kpi, target))),
            EntryWhat::ScoreOf(_) | EntryWhat::ScoreOfReports => {}
        }
    }
}

struct Planned<'a> {
    plan: &'a Plan,
    of_running: &'a RunningPlan,
    answers: &'a Answers,
}

impl Planned<'_> {
    fn value(
        &self,
        seat: &Seat,
        kpi: &KpiPlan,
        [so_far, on_the_mean]: [&Number; 2],
        target: &Number,
    ) -> Option<Number> {
        let Running { first_day, last_day, day, .. } = self.of_running.running;
        let stints = &self.answers.rosters[seat.roster as usize].posts[seat.post as usize].stints;
        // Who does not hold the post any more has no rest.
        stints.iter().any(|stint| stint.to.is_none_or(|to| to > day)).then_some(())?;
        if let Some(from) = self.adds_up(kpi.value) {
            let gain = Number::ratio(length(from, last_day), length(first_day, last_day))?;
            return Some(so_far.add(&target.mul(&gain)));
        }
        let [gone, left] = [length(first_day, day), length(day.next(), last_day)].map(Number::from);
        on_the_mean.mul(&gone).add(&target.mul(&left)).div(&gone.add(&left))
    }

    /// Of a value that adds up sums and counts of the period, the first day that is still to come.
    fn adds_up(&self, node: CalcId) -> Option<Day> {
        let is_fixed = |node: CalcId| matches!(self.plan.program.nodes[node.0], Calc::Value(_));
        match &self.plan.program.nodes[node.0] {
            Calc::Kpi { body, .. } => self.adds_up(*body),
            Calc::Negate(one) => self.adds_up(*one),
            Calc::Default { value, fallback } if is_fixed(*fallback) => self.adds_up(*value),
            Calc::Binary(BinaryOp::Add | BinaryOp::Subtract, one, other) => {
                Some(self.adds_up(*one)?.min(self.adds_up(*other)?))
            }
            Calc::Binary(BinaryOp::Multiply, one, other) if is_fixed(*one) => self.adds_up(*other),
            Calc::Binary(BinaryOp::Multiply | BinaryOp::Divide, one, other) if is_fixed(*other) => self.adds_up(*one),
            Calc::Measure { measure, months, carried: true, .. } if *months == self.plan.months => {
                let query: &Query = &self.plan.query;
                let keeps = query.measures[measure.0].function.signature().keeps;
                let carried = self.of_running.carried.iter().find(|one| one.measure == *measure)?;
                matches!(keeps, Keeps::Parts(Parts::Sum | Parts::Count)).then_some(carried.left.0)
            }
            _ => None,
        }
    }
}

/// Both days included.
fn length(first: Day, last: Day) -> i32 {
    (last.0 - first.0 + 1).max(0)
}

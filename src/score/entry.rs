//! One entry of a scorecard: value, target, attainment, curve.

use super::card::{EntryResult, EntryResultKind};
use super::combine::{self, Refused, Rules};
use super::fault::Faults;
use super::problem::Problem;
use super::{Others, Person};
use crate::eval::curve::{Scored, attained, attainment};
use crate::eval::{Evaluator, Fault, Subject, Values};
use crate::language::WhenMissing;
use crate::model::{self, Model};
use crate::number::Number;
use crate::plan::program::{CalcId, EntryPlan, EntryWhat, GroupPlan, KpiPlan, ScorePlan};
use crate::source::Span;
use crate::value::{Missing, Value};

/// What the entries of a scorecard are computed with.
pub(super) struct Scoring<'a> {
    pub model: &'a Model,
    pub eval: &'a Evaluator<'a>,
    pub others: &'a Others<'a>,
    pub faults: Faults<'a>,
    pub subject: Subject,
    pub when_missing: WhenMissing,
    /// Of the position, for what has no place of its own.
    pub span: Span,
}

impl Scoring<'_> {
    /// The entries of a group and its score. `forced` is why nothing in it counts, where a group above it does not.
    pub(super) fn group(
        &self,
        plan: &GroupPlan,
        group: &model::Group,
        person: &Person,
        forced: Option<&Missing>,
    ) -> Result<(Vec<EntryResult>, Value), Problem> {
        let mut entries = Vec::with_capacity(plan.entries.len());
        for (plan, entry) in plan.entries.iter().zip(&group.entries) {
            entries.push(self.entry(plan, entry, person, forced)?);
        }
        let name = |at: usize| self.entry_name(&group.entries[at]);
        let rules = Rules { combine: combine::effective_combine(plan), when_missing: self.when_missing };
        let score = combine::combine(&mut entries, rules, &name).map_err(|refused| match refused {
            Refused::Negative(at) => Problem::negative(group.entries[at].span, &name(at)),
            Refused::TooLarge(excess) => {
                Problem::too_large(group.entries.first().map_or(self.span, |entry| entry.span), excess)
            }
        })?;
        Ok((entries, score))
    }

    fn entry(
        &self,
        plan: &EntryPlan,
        entry: &model::Entry,
        person: &Person,
        forced: Option<&Missing>,
    ) -> Result<EntryResult, Problem> {
        let own = match (forced, plan.applies_when) {
            (Some(reason), _) => Some(reason.clone()),
            (None, None) => None,
            (None, Some(condition)) => match self.known(person, condition)? {
                Value::Flag(true) => None,
                Value::Missing(reason) => Some(Missing::stated(format!("applies when: {reason}"))),
                _ => Some(Missing::NotApplicable),
            },
        };
        let forced = own.as_ref();
        let (what, score) = match (&plan.what, &entry.head) {
            (EntryWhat::Group(inner), model::Head::Group(group)) => {
                let (entries, score) = self.group(inner, group, person, forced)?;
                (EntryResultKind::Group(entries), score)
            }
            (EntryWhat::Kpi(kpi), _) => self.kpi(kpi, plan, entry, person, forced)?,
            (EntryWhat::ScoreOf(position), _) => {
                let (score, taken) = self.others.score_of(position, person);
                (EntryResultKind::OtherScore(taken), score)
            }
            (EntryWhat::ScoreOfReports, _) => {
                let (score, taken) = self.others.score_of_reports(person);
                (EntryResultKind::OtherScore(taken), score)
            }
            (EntryWhat::Group(_), _) => unreachable!("the plan's entries stand in step with the model's"),
        };
        let mut uncapped = None;
        let score = match (forced, score) {
            (Some(reason), _) => Value::Missing(reason.clone()),
            (None, score) => combine::in_points(plan, score, &mut uncapped),
        };
        Ok(EntryResult {
            uncapped,
            weight: plan.weight.clone(),
            effective_weight: Number::ZERO,
            share_of_total: Number::ZERO,
            what,
            score,
            contribution: None,
        })
    }

    fn kpi(
        &self,
        plan: &KpiPlan,
        entry_plan: &EntryPlan,
        entry: &model::Entry,
        person: &Person,
        forced: Option<&Missing>,
    ) -> Result<(EntryResultKind, Value), Problem> {
        let value = self.known(person, plan.value)?.clone();
        let mut target = plan.target.map(|target| self.known(person, target).cloned()).transpose()?;
        let mut full_target = None;
        if plan.prorated && person.served < person.period_days {
            full_target = target.clone();
            if let Some(Value::Number(target)) = &mut target {
                *target = target.mul(&person.share_served());
            }
        }
        let reached = reached(plan, &value, target.as_ref());
        // Not scored where it does not count: a number too large there does no harm.
        let score = match forced {
            Some(_) => Value::Missing(Missing::NotApplicable),
            None => {
                let scored = KpiScored { value: &value, target: target.as_ref(), reached: reached.as_ref() };
                let score = kpi_score((plan, entry_plan), scored, (self.eval, &person.values));
                score.map_err(|fault| self.wrong(fault, &person.values))?
            }
        };
        if let Some(excess) = score.as_number().and_then(Number::excess) {
            return Err(Problem::too_large(entry.span, excess));
        }
        let what = EntryResultKind::Kpi {
            kpi: plan.kpi,
            node: plan.value,
            value,
            target,
            full_target,
            attainment: reached,
            not_applicable: matches!(forced, Some(Missing::NotApplicable)),
        };
        Ok((what, score))
    }

    /// A value that is known, or the finding that what it comes from is wrong.
    pub(super) fn known<'v>(&self, person: &'v Person, node: CalcId) -> Result<&'v Value, Problem> {
        person.values.get(node).map_err(|fault| self.wrong(fault, &person.values))
    }

    fn wrong(&self, fault: Fault, values: &Values) -> Problem {
        self.faults.problem(fault, self.subject, values, self.span)
    }

    /// How an entry is called in a reason.
    fn entry_name(&self, entry: &model::Entry) -> String {
        let label = match &entry.head {
            _ if !entry.label.text.is_empty() => &entry.label.text,
            model::Head::Group(group) if !group.label.text.is_empty() => &group.label.text,
            model::Head::Group(group) => &group.name,
            model::Head::Kpi(kpi) => return kpi_name(self.model, kpi.kpi),
            model::Head::ScoreOf(position) => return format!("score of {position}"),
            model::Head::ScoreOfReports => return "score of reports".into(),
        };
        label.to_string()
    }
}

/// A KPI's label, or its name where it has none.
pub(super) fn kpi_name(model: &Model, kpi: model::KpiId) -> String {
    let kpi = &model.kpis[kpi.0];
    if kpi.label.text.is_empty() { kpi.name.clone() } else { kpi.label.text.clone() }
}

/// The attainment, where the score of an entry reads it.
pub(crate) fn reached(plan: &KpiPlan, value: &Value, target: Option<&Value>) -> Option<Value> {
    let wants_attainment = plan.on_attainment || plan.curve.as_ref().is_some_and(ScorePlan::is_attainment);
    wants_attainment.then(|| match (value, target) {
        (Value::Missing(_), _) => value.clone(),
        (_, Some(Value::Missing(reason))) => Value::Missing(of_target(reason)),
        (_, None) => Value::stated("target: none is stated"),
        (Value::Number(value), Some(Value::Number(target))) => attainment(value, target, plan.lower_is_better),
        _ => Value::Missing(Missing::NoAnswer),
    })
}

/// What an entry is scored by.
#[derive(Clone, Copy)]
pub(crate) struct KpiScored<'v> {
    pub value: &'v Value,
    /// As it is prorated.
    pub target: Option<&'v Value>,
    /// See [`reached`].
    pub reached: Option<&'v Value>,
}

/// The score of an entry, before it is in its points; the evaluator and the values are for curves that are formulas.
pub(crate) fn kpi_score(
    (plan, entry): (&KpiPlan, &EntryPlan),
    scored: KpiScored,
    (eval, values): (&Evaluator, &Values),
) -> Result<Value, Fault> {
    match (scored.value, scored.target) {
        (Value::Missing(_), _) => return Ok(scored.value.clone()),
        (_, Some(Value::Missing(reason))) => return Ok(Value::Missing(of_target(reason))),
        _ => {}
    }
    let read = scored.reached.unwrap_or(scored.value);
    let Some(curve) = &plan.curve else { return Ok(read.clone()) };
    // In attainment the target is met at 1.
    let target = if plan.on_attainment { Some(&Number::ONE) } else { scored.target.and_then(Value::as_number) };
    let full = plan.made_for.clone().unwrap_or_else(|| combine::full(entry));
    let scored = Scored { value: read, target, weight: Some(&entry.stated), full };
    match curve {
        ScorePlan::Attainment { up_to } => Ok(attained(up_to.as_ref(), &scored)),
        ScorePlan::Curve(curve) => eval.curve(curve, scored, values),
    }
}

fn of_target(reason: &Missing) -> Missing {
    Missing::stated(format!("target: {reason}"))
}

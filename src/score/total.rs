//! From the combined score to the score and its grade: bonuses, range, rounding, vetoes, rating.

use super::Person;
use super::card::*;
use super::combine::{completeness, spread};
use super::entry::{Scoring, kpi_name};
use super::problem::Problem;
use crate::language::WhenMissing;
use crate::model::{Model, Rating, Scorecard, VetoEffect};
use crate::number::Number;
use crate::plan::program::{AdjustmentPlan, ScorecardPlan};
use crate::scales::steps;
use crate::scales::thresholds::holds;
use crate::value::{Missing, Value};

/// A scorecard's result with what the overall result and the rating go on with.
#[derive(Clone, Debug)]
pub(super) struct Totalled {
    pub result: ScorecardResult,
    /// The score before rounding, capped by vetoes.
    pub raw: Option<Number>,
    pub vetoed: Vetoed,
}

/// What the vetoes say about the rating.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Vetoed {
    /// The lowest grade that a veto caps the rating at, and the veto.
    pub cap: Option<(usize, usize)>,
    /// A veto's condition is missing, so nobody can tell the grade.
    pub unknown: bool,
}

impl Scoring<'_> {
    /// `doubt` is why the scorecard may not be scored at all, as an `eligible when` that is missing.
    pub(super) fn scorecard(
        &self,
        plan: &ScorecardPlan,
        scorecard: &Scorecard,
        person: &Person,
        doubt: Option<Missing>,
    ) -> Result<Totalled, Problem> {
        let (mut entries, combined) = self.group(&plan.root, &scorecard.root, person, None)?;
        let factor = combined.as_number().map(|_| Number::ONE);
        spread(&mut entries, &plan.root, plan.when_missing, &Number::ONE, factor.as_ref());
        let completeness = completeness(&entries);
        let adjustments = self.adjustments(plan, person)?;
        let (vetoes, vetoed, score_caps) = self.vetoes(plan, scorecard, person)?;

        let mut why_not = doubt;
        match &combined {
            Value::Missing(Missing::NotApplicable) => {
                why_not = why_not.or(Some(Missing::stated("no entry is applicable")))
            }
            Value::Missing(reason) => why_not = why_not.or(Some(reason.clone())),
            _ => {}
        }
        why_not = why_not.or_else(|| too_incomplete(plan, &completeness));
        let mut total = combined.as_number().cloned().unwrap_or(Number::ZERO);
        for (adjustment, of_model) in adjustments.iter().zip(&scorecard.adjustments) {
            match &adjustment.points {
                Value::Number(points) => total = total.add(points),
                // Nothing to give a weight to: left out where missing entries are, or counted as zero.
                Value::Missing(reason) if plan.when_missing == WhenMissing::NoRating => {
                    let name = match of_model.label.text.as_str() {
                        "" => kpi_name(self.model, of_model.kpi),
                        label => label.to_string(),
                    };
                    why_not = why_not.or(Some(Missing::stated(format!("{name}: {reason}"))));
                }
                _ => {}
            }
        }
        if let Some(excess) = total.excess() {
            return Err(Problem::too_large(self.span, excess));
        }
        for (cap, veto) in &score_caps {
            if let Err(reason) = cap {
                let name = veto_name(&scorecard.vetoes[*veto].reason.text);
                why_not = why_not.or(Some(Missing::stated(format!("{name}: {reason}"))));
            }
        }

        let (mut steps, mut raw) = (Vec::new(), None);
        let score = match why_not {
            Some(reason) => Value::Missing(reason),
            None => {
                let caps = score_caps.into_iter().filter_map(|(cap, veto)| Some((cap.ok()?, veto)));
                let behind = behind_total(self.model, plan, total, caps);
                (steps, raw) = (behind.steps, Some(behind.raw));
                Value::Number(behind.score)
            }
        };
        let rating = scorecard.rating.and_then(|id| {
            let rating = &self.model.ratings[id.0];
            let seen = if sees_raw(self.model, rating) { raw.as_ref() } else { score.as_number() };
            Some(rate(rating, seen?, vetoed)?.seeing(seen?, score.as_number()))
        });
        let result = ScorecardResult {
            entries,
            combined,
            adjustments,
            steps,
            score,
            completeness,
            vetoes,
            rating,
            by_rule: None,
        };
        Ok(Totalled { result, raw, vetoed })
    }

    fn adjustments(&self, plan: &ScorecardPlan, person: &Person) -> Result<Vec<AdjustmentResult>, Problem> {
        let one = |adjustment: &AdjustmentPlan| {
            let value = self.known(person, adjustment.value)?.clone();
            let points = match &value {
                Value::Number(number) => points(adjustment, number),
                Value::Missing(_) => value.clone(),
                _ => Value::Missing(Missing::NoAnswer),
            };
            Ok(AdjustmentResult { kpi: adjustment.kpi, value, points })
        };
        plan.adjustments.iter().map(one).collect()
    }

    /// The vetoes, what they mean for the rating, and the caps on the score (or why one is not known), by veto.
    #[allow(clippy::type_complexity)]
    fn vetoes(
        &self,
        plan: &ScorecardPlan,
        scorecard: &Scorecard,
        person: &Person,
    ) -> Result<(Vec<VetoResult>, Vetoed, Vec<(Result<Number, Missing>, usize)>), Problem> {
        let (mut results, mut vetoed, mut score_caps) = (Vec::new(), Vetoed::default(), Vec::new());
        for (veto, (condition, of_model)) in plan.vetoes.iter().zip(&scorecard.vetoes).enumerate() {
            let (holds, missing) = match self.known(person, *condition)? {
                Value::Missing(reason) => (None, Some(reason.clone())),
                value => (Some(value.as_flag() == Some(true)), None),
            };
            match (&of_model.effect, &missing) {
                (VetoEffect::RatingAtMost(_), Some(_)) => vetoed.unknown = true,
                (VetoEffect::ScoreAtMost(_), Some(reason)) => {
                    vetoed.unknown = true;
                    score_caps.push((Err(reason.clone()), veto));
                }
                // The strictest wins; of equals the first.
                (VetoEffect::RatingAtMost(grade), None)
                    if holds == Some(true) && vetoed.cap.is_none_or(|(cap, _)| *grade > cap) =>
                {
                    vetoed.cap = Some((*grade, veto));
                }
                (VetoEffect::ScoreAtMost(cap), None) if holds == Some(true) => score_caps.push((Ok(cap.clone()), veto)),
                _ => {}
            }
            results.push(VetoResult { veto, holds, missing });
        }
        Ok((results, vetoed, score_caps))
    }
}

/// What becomes of a total.
pub(crate) struct BehindTotal {
    pub steps: Vec<ScoreStep>,
    /// Rounded, and within the vetoes.
    pub score: Number,
    /// Not rounded.
    pub raw: Number,
}

/// From the total with what is added to it to the score: range, rounding, and the vetoes that hold, with what each leaves at
/// most.
pub(crate) fn behind_total(
    model: &Model,
    plan: &ScorecardPlan,
    mut total: Number,
    caps: impl Iterator<Item = (Number, usize)>,
) -> BehindTotal {
    let mut steps = Vec::new();
    let mut step = |what, score: &Number| steps.push(ScoreStep { what, score: score.clone() });
    if !plan.adjustments.is_empty() {
        step(StepKind::Adjusted, &total);
    }
    if let Some((low, high)) = &plan.range {
        let within = total.clone().max(low.clone()).min(high.clone());
        if within != total {
            step(StepKind::Range, &within);
        }
        total = within;
    }
    let mut score = model.company.rounded(&total);
    if score != total {
        step(StepKind::Rounded, &score);
    }
    for (cap, veto) in caps {
        if cap < score {
            score = cap.clone();
            step(StepKind::Veto(veto), &score);
        }
        total = total.min(cap);
    }
    BehindTotal { steps, score, raw: total }
}

/// amount × steps, as far as the limit; below 0 for a deduction.
pub(crate) fn points(plan: &AdjustmentPlan, value: &Number) -> Value {
    let steps = match steps(value, &plan.step, plan.full_steps) {
        Value::Number(steps) => steps,
        missing => return missing,
    };
    let points = plan.amount.mul(&steps);
    let points = plan.limit.as_ref().map_or(points.clone(), |limit| points.min(limit.clone()));
    Value::Number(if plan.deduct { points.neg() } else { points })
}

fn too_incomplete(plan: &ScorecardPlan, completeness: &Number) -> Option<Missing> {
    let needed = plan.complete_at_least.as_ref()?;
    (plan.when_missing == WhenMissing::Redistribute && completeness < needed).then(|| {
        let percent = |share: &Number| {
            let shown = share.mul(&Number::from(100)).round_places(1, crate::number::Rounding::Down);
            format!("{shown}%")
        };
        Missing::stated(format!("only {} of the weight has a score, {} needed", percent(completeness), percent(needed)))
    })
}

/// The first grade whose condition holds, not above a veto's cap; none where a veto is in doubt.
pub(super) fn rate(rating: &Rating, seen: &Number, vetoed: Vetoed) -> Option<RatingResult> {
    let holds = |grade: &crate::model::Grade| {
        grade.condition.as_ref().is_none_or(|(op, threshold)| holds(*op, seen, threshold))
    };
    let by_score = rating.grades.iter().position(holds)?;
    if vetoed.unknown {
        return None;
    }
    Some(match vetoed.cap {
        Some((cap, veto)) if cap > by_score => {
            RatingResult { grade: cap, by_score, lowered_by: Some(LoweredBy::Veto(veto)), unrounded: None }
        }
        _ => RatingResult { grade: by_score, by_score, lowered_by: None, unrounded: None },
    })
}

impl RatingResult {
    /// With what it looked at, beside the score.
    pub(super) fn seeing(self, seen: &Number, score: Option<&Number>) -> RatingResult {
        RatingResult { unrounded: (score != Some(seen)).then(|| seen.clone()), ..self }
    }
}

/// Whether the rating reads the score before rounding.
pub(crate) fn sees_raw(model: &crate::model::Model, rating: &Rating) -> bool {
    model.company.rating_sees_raw_score || rating.sees_raw_score
}

fn veto_name(reason: &str) -> String {
    if reason.is_empty() { "veto".into() } else { format!("veto `{reason}`") }
}

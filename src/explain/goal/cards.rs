//! How a scorecard moves while something of somebody is moved: entries, groups, total, and the person's overall score.
//!
//! This goes along with what [`crate::score`] has made of the first step of a stretch: what counts and with which weight, is
//! taken from there, and whatever does not come out as it does there is not taken to be known.

use super::nodes::{Entry, Nodes, attainment};
use super::shape::{Moving, Shape, Stretch};
use crate::language::Combine;
use crate::model::{Model, VetoEffect};
use crate::number::Number;
use crate::plan::program::{AdjustmentPlan, CardPlan, EntryPlan, EntryWhat, GroupPlan, KpiPlan, ScorePlan};
use crate::scales::steps;
use crate::score::card::{Card, EntryResult, EntryResultKind, ScorecardResult};
use crate::score::{effective_combine, full, scale_of};
use crate::value::Value;

/// A card whose nodes are known.
pub struct Moved<'c, 'm> {
    pub model: &'m Model,
    pub plan: &'m CardPlan,
    pub nodes: &'c Nodes<'m>,
    /// Days served in the post, and those of the period.
    pub served: (i64, i64),
}

impl<'m> Moved<'_, 'm> {
    /// The score before rounding, capped by vetoes. Whether something moves that should not, as a veto, is told by `Any`.
    pub fn total(&self, card: &Card, stretch: &mut Stretch) -> Moving<'m> {
        let nothing = || Moving::same(Value::stated("no scorecard"));
        let position = &self.model.positions[card.position.0];
        let conditions =
            self.plan.eligible.into_iter().chain(self.plan.scorecard.iter().flat_map(|plan| plan.vetoes.clone()));
        let known = conditions.into_iter().all(|node| self.nodes.get(node).shape == Shape::Same);
        let (Some(plan), Some(result), Some(scorecard)) = (&self.plan.scorecard, &card.scorecard, &position.scorecard)
        else {
            return if known { nothing() } else { Moving::any(Value::stated("no scorecard")) };
        };
        let mut total = self.group(&plan.root, (&result.entries, &result.combined), stretch);
        for (adjustment, of_result) in plan.adjustments.iter().zip(&result.adjustments) {
            let points = self.adjustment(adjustment, stretch);
            if points.number().is_some() && total.number().is_some() {
                total = total.plus(&points);
            } else if points.shape == Shape::Any || points.value != of_result.points {
                total = Moving::any(total.value);
            }
        }
        if result.score.is_missing() {
            let known = known && total.shape != Shape::Any;
            return if known { Moving::same(result.score.clone()) } else { Moving::any(result.score.clone()) };
        }
        if let Some((low, high)) = &plan.range {
            let end = |end: &Number| Moving::same(Value::Number(end.clone()));
            total = total.best(&end(low), false, stretch).best(&end(high), true, stretch);
        }
        for (veto, effect) in result.vetoes.iter().zip(&scorecard.vetoes) {
            if let (Some(true), VetoEffect::ScoreAtMost(cap)) = (veto.holds, &effect.effect) {
                total = total.best(&Moving::same(Value::Number(cap.clone())), true, stretch);
            }
        }
        match known && agrees(self.model, &total, result) {
            true => total,
            false => Moving::any(total.value),
        }
    }

    fn group(
        &self,
        plan: &'m GroupPlan,
        (results, score): (&[EntryResult], &Value),
        stretch: &mut Stretch,
    ) -> Moving<'m> {
        let entries: Vec<Moving> =
            plan.entries.iter().zip(results).map(|(plan, result)| self.entry(plan, result, stretch)).collect();
        if score.is_missing() {
            let known = entries.iter().all(|entry| entry.shape != Shape::Any);
            return if known { Moving::same(score.clone()) } else { Moving::any(score.clone()) };
        }
        let counted = || entries.iter().zip(results).filter(|(_, result)| !result.effective_weight.is_zero());
        let number = |moving: &Moving<'m>| match moving.number() {
            Some(_) => moving.clone(),
            // Counted as 0.
            None => Moving { value: Value::Number(Number::ZERO), ..moving.clone() },
        };
        let zero = || Moving::same(Value::Number(Number::ZERO));
        let sum = match effective_combine(plan) {
            Combine::WeightedMean => counted()
                .fold(zero(), |mean, (entry, result)| mean.plus(&number(entry).scaled(&result.effective_weight))),
            Combine::Sum => {
                let sum = counted().fold(zero(), |sum, (entry, _)| sum.plus(&number(entry)));
                let total = results.iter().fold(Number::ZERO, |total, result| total.add(&result.weight));
                let kept = counted().fold(Number::ZERO, |kept, (_, result)| kept.add(&result.weight));
                match total.div(&kept).filter(|scale| *scale != Number::ONE) {
                    Some(scale) => sum.scaled(&scale),
                    None => sum,
                }
            }
            Combine::Geometric => {
                let mut ways = Vec::new();
                for (entry, _) in counted() {
                    if !stretch.keep_sign(&number(entry)) {
                        ways.push(None);
                    }
                    if entry.shape != Shape::Same {
                        ways.push(entry.way().flatten());
                    }
                }
                let shape = match ways.first() {
                    None => Shape::Same,
                    Some(first) if ways.iter().all(|way| way == first) => first.map_or(Shape::Any, Shape::OneWay),
                    Some(_) => Shape::Any,
                };
                Moving { value: score.clone(), shape, at: None }
            }
        };
        let known = entries.iter().all(|entry| entry.shape != Shape::Any) && sum.value == *score;
        if known { sum } else { Moving::any(score.clone()) }
    }

    fn entry(&self, plan: &'m EntryPlan, result: &EntryResult, stretch: &mut Stretch) -> Moving<'m> {
        let score = &result.score;
        let applies = plan.applies_when.is_none_or(|condition| self.nodes.get(condition).shape == Shape::Same);
        let forced = plan.applies_when.is_some_and(|condition| self.nodes.get(condition).value != Value::Flag(true));
        if !applies {
            return Moving::any(score.clone());
        }
        if forced {
            return Moving::same(score.clone());
        }
        let own = match (&plan.what, &result.what) {
            (EntryWhat::Group(group), EntryResultKind::Group(inner)) => {
                // Its score before the entry makes points of it.
                let before = match (score.as_number(), scale_of(plan), &result.uncapped) {
                    (Some(_), scale, uncapped) => {
                        let points = uncapped.as_ref().or(score.as_number()).cloned().unwrap_or(Number::ZERO);
                        let before = scale.and_then(|scale| points.div(&scale)).unwrap_or(points);
                        Value::Number(before)
                    }
                    _ => score.clone(),
                };
                self.group(group, (inner, &before), stretch)
            }
            (EntryWhat::Kpi(kpi), _) => self.kpi(kpi, plan, stretch),
            // Scores of others stay; that nobody takes in their own is asked before.
            _ => return Moving::same(score.clone()),
        };
        let own = match (own.number(), scale_of(plan)) {
            (Some(_), Some(scale)) => own.scaled(&scale),
            _ => own,
        };
        let own = match (own.number(), &plan.cap) {
            (Some(_), Some(cap)) => own.best(&Moving::same(Value::Number(cap.clone())), true, stretch),
            _ => own,
        };
        match own.value == *score || own.value.is_missing() && score.is_missing() {
            true => Moving { value: score.clone(), ..own },
            false => Moving::any(score.clone()),
        }
    }

    fn kpi(&self, plan: &'m KpiPlan, entry: &EntryPlan, stretch: &mut Stretch) -> Moving<'m> {
        let value = self.nodes.get(plan.value);
        let mut target = plan.target.map(|target| self.nodes.get(target));
        let (served, period) = self.served;
        if plan.prorated
            && served < period
            && let (Some(whole), Some(share)) = (&target, Number::ratio(served, period))
        {
            target = Some(whole.scaled(&share));
        }
        if value.value.is_missing() {
            return value;
        }
        if let Some(missing) = target.as_ref().filter(|target| target.value.is_missing()) {
            return missing.clone();
        }
        let attains = plan.on_attainment || plan.curve.as_ref().is_some_and(ScorePlan::is_attainment);
        let read = match (attains, &target) {
            (false, _) => value,
            (true, Some(target)) => attainment(&value, target, plan.lower_is_better, stretch),
            (true, None) => return Moving::same(Value::stated("target: none is stated")),
        };
        let Some(curve) = &plan.curve else { return read };
        let target = if plan.on_attainment { Some(Moving::same(Value::Number(Number::ONE))) } else { target };
        let full = plan.made_for.clone().unwrap_or_else(|| full(entry));
        match curve {
            ScorePlan::Attainment { up_to } => {
                let score = read.scaled(&full);
                match up_to {
                    Some(cap) if score.number().is_some() => {
                        score.best(&Moving::same(Value::Number(cap.clone())), true, stretch)
                    }
                    _ => score,
                }
            }
            ScorePlan::Curve(curve) => {
                let weight = Some(entry.stated.clone());
                let entry = Entry { value: Some(read), target, weight, ..Entry::default() };
                self.nodes.curve(curve, &entry, &full, stretch)
            }
        }
    }

    /// A bonus or a deduction in points.
    fn adjustment(&self, plan: &AdjustmentPlan, stretch: &mut Stretch) -> Moving<'m> {
        let value = self.nodes.get(plan.value);
        let Some(first) = value.number() else { return value };
        let signed = |points: Moving<'m>| if plan.deduct { points.negated() } else { points };
        let Value::Number(so_far) = steps(first, &plan.step, plan.full_steps) else {
            return Moving::any(steps(first, &plan.step, plan.full_steps));
        };
        // Below 0 there are none.
        if !stretch.keep_sign(&value) {
            return Moving::any(Value::Number(plan.amount.mul(&so_far)));
        }
        let Some(per) = Number::ONE.div(&plan.step) else { return Moving::any(value.value) };
        let points = if first.is_negative() {
            Moving::same(Value::Number(Number::ZERO))
        } else {
            let all = value.scaled(&per);
            match plan.full_steps {
                true => all.one_way(Value::Number(so_far), true, |steps| Some(steps.floor())).scaled(&plan.amount),
                false => all.scaled(&plan.amount),
            }
        };
        let points = match &plan.limit {
            Some(limit) => points.best(&Moving::same(Value::Number(limit.clone())), true, stretch),
            None => points,
        };
        signed(points)
    }
}

/// Whether a total before rounding is the one that the score was made of.
fn agrees(model: &Model, total: &Moving<'_>, result: &ScorecardResult) -> bool {
    let Some(total) = total.number() else { return false };
    let rounded = model.company.rounded(total);
    result.score.as_number().is_some_and(|score| *score == rounded || score == total)
}

/// The overall score of somebody's cards, with the days of each: the mean, before it is rounded.
pub fn overall<'m>(cards: &[(Moving<'m>, i64)]) -> Moving<'m> {
    if let [(only, _)] = cards {
        return only.clone();
    }
    let days: i64 = cards.iter().map(|(_, days)| days).sum();
    if let Some((missing, _)) = cards.iter().find(|(card, _)| card.number().is_none()) {
        return if missing.shape == Shape::Same { missing.clone() } else { Moving::any(missing.value.clone()) };
    }
    let part = |(card, its): &(Moving<'m>, i64)| card.scaled(&Number::ratio(*its, days).unwrap_or(Number::ONE));
    let mean = cards.iter().map(part).reduce(|sum, card| sum.plus(&card));
    let Some(mean) = mean else { return Moving::same(Value::stated("no days")) };
    // Each card is rounded by itself: it is no line.
    match mean.way() {
        Some(Some(_)) => mean.one_way(mean.value.clone(), true, Some),
        _ => mean,
    }
}

//! A scorecard from its entries to its grade, beside what the specs say of each.

use super::document::*;
use super::formulas::{Steps, shown};
use super::{Explainer, curves};
use crate::eval::Inputs;
use crate::language::{Combine, WhenMissing};
use crate::model::types::unit::DisplayUnit;
use crate::model::{self, Head, ScoreCurve, VetoEffect};
use crate::number::Number;
use crate::plan::program::{EntryPlan, EntryWhat, GroupPlan, KpiPlan, ScorePlan, ScorecardPlan};
use crate::score::card::{self, EntryResult, EntryResultKind, LoweredBy, RatingResult, ScorecardResult, StepKind};
use crate::score::combine::{effective_combine, full, scale_of};
use crate::score::{self, DistributionLine};
use crate::value::Value;

/// What stands beside each other of one scorecard: how it is planned, declared, and what came of it.
pub(super) struct Beside<'p> {
    pub plan: &'p ScorecardPlan,
    pub declared: &'p model::Scorecard,
    pub result: &'p ScorecardResult,
}

impl Explainer<'_> {
    pub(super) fn scorecard(&self, steps: &mut Steps, beside: &Beside, served: (i64, i64)) -> Scorecard {
        let Beside { plan, declared, result } = *beside;
        let entries = self.entries(steps, (&plan.root, &declared.root), &result.entries, served);
        let adjustments = plan.adjustments.iter().zip(&declared.adjustments).zip(&result.adjustments);
        let adjustments = adjustments.map(|((plan, declared), result)| {
            let own = self.show.label(&declared.label);
            Adjustment {
                kpi: self.model.kpis[plan.kpi.0].name.clone(),
                label: if own.is_empty() { self.kpi_label(plan.kpi) } else { own.to_string() },
                at: self.at(declared.span),
                value: steps.step(plan.value),
                deduct: plan.deduct,
                amount: plan.amount.clone(),
                full_steps: plan.full_steps,
                step: plan.step.clone(),
                limit: plan.limit.clone(),
                points: Val::from(&result.points),
                text: self.text(declared.span),
            }
        });
        let adjustments = adjustments.collect();
        let vetoes = plan.vetoes.iter().zip(&declared.vetoes).zip(&result.vetoes);
        let vetoes = vetoes.map(|((condition, declared), result)| Veto {
            reason: self.show.label(&declared.reason).to_string(),
            at: self.at(declared.span),
            text: self.text(declared.condition.span),
            condition: steps.step(*condition),
            holds: result.holds,
            score_at_most: match &declared.effect {
                VetoEffect::ScoreAtMost(score) => Some(score.clone()),
                VetoEffect::RatingAtMost(_) => None,
            },
            rating_at_most: match declared.effect {
                VetoEffect::RatingAtMost(grade) => Some(grade),
                VetoEffect::ScoreAtMost(_) => None,
            },
        });
        let vetoes = vetoes.collect();
        let step = |step: &card::ScoreStep| {
            let (what, veto) = match step.what {
                StepKind::Adjusted => ("adjusted", None),
                StepKind::Range => ("range", None),
                StepKind::Rounded => ("rounded", None),
                StepKind::Veto(veto) => ("veto", Some(veto)),
                StepKind::Ruled => ("ruled", None),
            };
            ScoreStep { what, veto, score: step.score.clone() }
        };
        let rating = declared.rating.zip(result.rating.as_ref());
        Scorecard {
            combine: combine_word(effective_combine(&plan.root)),
            when_missing: match plan.when_missing {
                WhenMissing::Redistribute => "redistribute",
                WhenMissing::Zero => "zero",
                WhenMissing::NoRating => "no_rating",
            },
            complete_at_least: plan.complete_at_least.clone(),
            completeness: result.completeness.clone(),
            entries,
            combined: Val::from(&result.combined),
            adjustments,
            range: plan.range.clone().map(|(low, high)| [low, high]),
            steps: result.steps.iter().map(step).collect(),
            vetoes,
            score: Val::from(&result.score),
            rating: rating.and_then(|(id, result_rating)| {
                let seen = result_rating.unrounded.clone().or_else(|| result.score.as_number().cloned())?;
                Some(self.rating(id, result_rating, seen))
            }),
        }
    }

    /// A grade, and why it is that one; `seen` is what it looked at.
    pub(super) fn rating(&self, id: model::RatingId, result: &RatingResult, seen: Number) -> Rating {
        let rating = &self.model.ratings[id.0];
        let grade = |grade: &model::Grade| Grade {
            name: grade.name.clone(),
            label: self.show.label(&grade.label).to_string(),
            limit: grade.condition.as_ref().map(|(op, at)| Limit { op: op.sign(), at: at.clone() }),
        };
        let (lowered_by, lowered_at) = match result.lowered_by {
            None => (None, None),
            Some(LoweredBy::Veto(veto)) => (Some("veto"), Some(veto)),
            Some(LoweredBy::EarlierVeto { veto, .. }) => (Some("earlier_veto"), Some(veto)),
            Some(LoweredBy::Distribution(rule)) => (Some("distribution"), Some(rule)),
            Some(LoweredBy::Ruling) => (Some("ruling"), None),
        };
        Rating {
            rating: rating.name.clone(),
            at: self.at(rating.span),
            grades: rating.grades.iter().map(grade).collect(),
            seen,
            by_score: result.by_score,
            grade: result.grade,
            sees_unrounded: self.model.company.rating_sees_raw_score || rating.sees_raw_score,
            lowered_by,
            lowered_at,
            distribution: None,
        }
    }

    pub(super) fn distribution(&self, line: &DistributionLine) -> Distribution {
        let rule = &self.model.ratings[line.rating.0].distribution[line.rule];
        let holder = |one: &score::Holder| Holder {
            person: one.person.to_string(),
            name: one.name.to_string(),
            score: one.seen.clone(),
            keeps: one.keeps,
        };
        Distribution {
            about: rule.about,
            share: rule.share.clone(),
            grade: rule.grade,
            within: match rule.within {
                model::Within::Company => "company",
                model::Within::Position => "position",
                model::Within::Team => "team",
            },
            members: line.members,
            limit: line.limit,
            holders: line.holders.iter().map(holder).collect(),
        }
    }

    fn entries(
        &self,
        steps: &mut Steps,
        (plan, declared): (&GroupPlan, &model::Group),
        results: &[EntryResult],
        served: (i64, i64),
    ) -> Vec<Entry> {
        let all = plan.entries.iter().zip(&declared.entries).zip(results);
        all.map(|((plan, declared), result)| self.entry(steps, (plan, declared), result, served)).collect()
    }

    fn entry(
        &self,
        steps: &mut Steps,
        (plan, declared): (&EntryPlan, &model::Entry),
        result: &EntryResult,
        served: (i64, i64),
    ) -> Entry {
        let applies_when = plan.applies_when.map(|condition| steps.step(condition));
        let (mut group, mut kpi, mut taken) = (None, None, None);
        match (&plan.what, &declared.head, &result.what) {
            (EntryWhat::Group(inner), Head::Group(of_model), EntryResultKind::Group(results)) => {
                let entries = self.entries(steps, (inner, of_model), results, served);
                group = Some(Group { combine: combine_word(effective_combine(inner)), entries });
            }
            (EntryWhat::Kpi(inner), Head::Kpi(of_model), EntryResultKind::Kpi { .. }) => {
                kpi = Some(self.kpi_entry(steps, (plan, inner), of_model, result, served));
            }
            (_, _, EntryResultKind::OtherScore(people)) => {
                let one = |taken: &card::Taken| Taken {
                    person: taken.person.to_string(),
                    name: taken.name.to_string(),
                    score: Val::from(&taken.score),
                };
                taken = Some(people.iter().map(one).collect());
            }
            _ => {}
        }
        Entry {
            name: match &declared.head {
                Head::Group(group) => group.name.clone(),
                Head::Kpi(kpi) => self.model.kpis[kpi.kpi.0].name.clone(),
                Head::ScoreOf(position) => position.clone(),
                Head::ScoreOfReports => "reports".into(),
            },
            label: self.show.entry_label(declared),
            at: self.at(declared.span),
            weight: result.weight.clone(),
            effective_weight: result.effective_weight.clone(),
            share_of_total: result.share_of_total.clone(),
            points: plan.points.clone(),
            most: plan.cap.clone(),
            stated: plan.stated.clone(),
            scale: scale_of(plan),
            applies_when,
            score: Val::from(&result.score),
            uncapped: result.uncapped.clone(),
            contribution: result.contribution.clone(),
            group,
            kpi,
            taken,
        }
    }

    fn kpi_entry(
        &self,
        steps: &mut Steps,
        (entry, plan): (&EntryPlan, &KpiPlan),
        declared: &model::KpiEntry,
        result: &EntryResult,
        (served, of): (i64, i64),
    ) -> KpiEntry {
        let unit = self.model.kpis[plan.kpi.0].unit.clone();
        let mut entry_of_kpi = KpiEntry {
            kpi: self.model.kpis[plan.kpi.0].name.clone(),
            value: steps.step(plan.value),
            target: None,
            attainment: None,
            lower_is_better: plan.lower_is_better,
            on_attainment: plan.on_attainment,
            curve: None,
            curve_text: String::new(),
            curve_at: String::new(),
            full: plan.made_for.clone().unwrap_or_else(|| full(entry)),
            reads_unit: unit.clone(),
            unit: unit.clone(),
        };
        let EntryResultKind::Kpi { value, target, full_target, attainment, .. } = &result.what else {
            return entry_of_kpi;
        };
        entry_of_kpi.target = plan.target.zip(target.as_ref()).map(|(node, target)| Target {
            node: steps.step(node),
            value: Val::from(target),
            shown: shown(target, &unit),
            prorated: full_target.as_ref().map(|_| [served, of]),
        });
        entry_of_kpi.attainment = attainment.as_ref().map(Val::from);
        if attainment.is_some() {
            entry_of_kpi.reads_unit = DisplayUnit::percent();
        }
        let Some(curve) = &plan.curve else { return entry_of_kpi };
        let score = declared.score.as_ref().map(|score| &score.curve);
        match score {
            Some(ScoreCurve::Own(own)) => {
                entry_of_kpi.curve_text = self.text(own.span);
                entry_of_kpi.curve_at = self.at(own.span);
            }
            Some(ScoreCurve::Scale(scale)) => {
                let version = self.model.scale_on(*scale, self.plan.last_day).unwrap_or(*scale);
                let scale = &self.model.scales[version.0];
                entry_of_kpi.curve_text = format!("{}: {}", scale.name, self.text(scale.curve.span));
                entry_of_kpi.curve_at = self.at(scale.span);
            }
            Some(ScoreCurve::Attainment { .. }) | None => {}
        }
        let read = attainment.as_ref().unwrap_or(value);
        entry_of_kpi.curve = match curve {
            ScorePlan::Attainment { up_to } => Some(Curve::Attainment { up_to: up_to.clone() }),
            ScorePlan::Curve(curve) => match curve.formula() {
                None => curves::numbers(curve),
                Some(body) if !read.is_missing() && !result.score.is_missing() => {
                    let target = match plan.on_attainment {
                        true => Some(Value::Number(Number::ONE)),
                        false => target.clone().filter(|target| target.as_number().is_some()),
                    };
                    let inputs = Inputs {
                        value: Some(read.clone()),
                        target,
                        weight: Some(Value::Number(entry.stated.clone())),
                        ..Inputs::default()
                    };
                    Some(Curve::Formula { node: steps.step_with(*body, &inputs) })
                }
                Some(_) => None,
            },
        };
        entry_of_kpi
    }

    fn kpi_label(&self, kpi: model::KpiId) -> String {
        let kpi = &self.model.kpis[kpi.0];
        match self.show.label(&kpi.label) {
            "" => kpi.name.clone(),
            label => label.to_string(),
        }
    }
}

fn combine_word(combine: Combine) -> &'static str {
    match combine {
        Combine::WeightedMean => "weighted_mean",
        Combine::Geometric => "geometric",
        Combine::Sum => "sum",
    }
}

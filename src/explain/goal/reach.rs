//! The nearest value of one KPI that reaches a goal, in both directions from what it is; and of several together.

use std::collections::HashSet;

use super::answer::{Answer, Why, not};
use super::mix::{self, Mix, Movable, NoMix};
use super::outcome::{Goal, Lever, Move};
use super::person::Person;
use super::step::smallest;
use super::walk::Walk;
use crate::model::KpiId;
use crate::number::Number;
use crate::plan::program::{Calc, CalcId, EntryPlan, EntryWhat, GroupPlan};
use crate::value::Value;

impl Person<'_, '_> {
    /// The values of a KPI that reach the goal, which is not reached as it is.
    pub fn solve(&self, lever: Lever, goal: &Goal) -> Answer {
        let (kpi, scope) = match &self.plan.program.nodes[lever.node.0] {
            Calc::Kpi { kpi, scope, .. } => (*kpi, *scope),
            _ => unreachable!("only KPIs are levers"),
        };
        let of_post = self.trying.seats().iter().find(|seat| seat.subject.post == lever.post);
        let today = of_post.and_then(|seat| seat.values.get(lever.node).ok().cloned());
        let today = today.unwrap_or_else(|| Value::stated("not evaluated"));
        let step = smallest(&self.model.kpis[kpi.0].unit, today.as_number());
        let (up, down) = match self.untold(goal) {
            Some(unknown) => (not(None, Why::NotTold(unknown.clone())), not(None, Why::NotTold(unknown))),
            None => {
                let (wanted, moved) = (self.wanted(goal), Move::of(lever));
                let (today, ends) = (today.as_number(), self.ends(kpi));
                let walk = Walk { person: self, moved: &moved, goal, ends, today, step: &step, wanted };
                (walk.go(true), walk.go(false))
            }
        };
        let Lever { post, position, node } = lever;
        let target = of_post.and_then(|seat| {
            let root = &self.plan.program.cards[seat.card].scorecard.as_ref()?.root;
            seat.values.get(target_of(root, node)?).ok()?.as_number().cloned()
        });
        Answer { kpi, scope, position, post, node, today, target, step, up, down }
    }

    /// How far a KPI can go at all: by its limits, and by what is known of its formula.
    fn ends(&self, kpi: KpiId) -> (Option<Number>, Option<Number>) {
        let limits = self.model.kpis[kpi.0].limits.as_ref();
        let known = &self.intervals[kpi.0];
        (
            [limits.map(|(low, _)| low.clone()), known.low.clone()].into_iter().flatten().max(),
            [limits.map(|(_, high)| high.clone()), known.high.clone()].into_iter().flatten().min(),
        )
    }

    /// The least mix of the person's KPIs, where they add to the total each by itself; the answers are those of each alone.
    pub fn mix(&self, goal: &Goal, answers: &[Answer]) -> Result<Option<Mix>, NoMix> {
        let Some(today) = self.today() else { return Ok(None) };
        // Of these it has been said already that nothing can be told, or that nothing helps.
        if self.untold(goal).is_some() || today.score.is_none() || today.is_barred(goal) {
            return Ok(None);
        }
        if matches!(goal, Goal::Output { .. }) {
            return Err(NoMix::Paid);
        }
        let [seat] = self.trying.seats() else { return Err(NoMix::SeveralCards) };
        let card = &self.plan.program.cards[seat.card];
        let Some((plan, wanted)) = card.scorecard.as_ref().zip(self.wanted(goal)) else { return Ok(None) };
        let separate = self.result().map_or(Vec::new(), |result| mix::separate(result, plan));
        if separate.is_empty() {
            return Err(NoMix::NoSum);
        }
        let answers: Vec<&Answer> = answers.iter().filter(|answer| separate.contains(&answer.node)).collect();
        let order = &seat.order;
        let follow: Vec<HashSet<CalcId>> = answers
            .iter()
            .map(|answer| self.trying.evaluator().behind_supposed(order, &[answer.node]).into_iter().collect())
            .collect();
        let conditions = card.eligible.into_iter().chain(plan.vetoes.clone()).chain(applies(&plan.root)).collect();
        let mut movable = Vec::new();
        let mut lacking = None;
        for (answer, alone) in answers.iter().zip(mix::disjoint(&follow, &conditions)) {
            let (true, Some(value)) = (alone, answer.today.as_number()) else { continue };
            let lever = Lever { post: answer.post, position: answer.position, node: answer.node };
            let (moved, ends, step) = (Move::of(lever), self.ends(answer.kpi), &answer.step);
            let walk = Walk { person: self, moved: &moved, goal, ends, today: Some(value), step, wanted: None };
            let Some((total, pieces)) = walk.pieces(answer.target.as_ref()) else { return Err(NoMix::NoSum) };
            lacking = Some(wanted.sub(&total));
            let (today, target, step) = (value.clone(), answer.target.clone(), answer.step.clone());
            movable.push(Movable { lever, today, target, step, pieces });
        }
        match lacking {
            Some(lacking) => mix::least(&|values| self.with(values), goal, &movable, &lacking),
            None => Ok(None),
        }
    }
}

/// The conditions under which entries count.
fn applies(group: &GroupPlan) -> Vec<CalcId> {
    let inner = |entry: &EntryPlan| match &entry.what {
        EntryWhat::Group(group) => applies(group),
        EntryWhat::Kpi(_) | EntryWhat::ScoreOf(_) | EntryWhat::ScoreOfReports => Vec::new(),
    };
    group.entries.iter().flat_map(|entry| entry.applies_when.into_iter().chain(inner(entry))).collect()
}

/// The target of the entry that is scored by a KPI.
fn target_of(group: &GroupPlan, node: CalcId) -> Option<CalcId> {
    group.entries.iter().find_map(|entry| match &entry.what {
        EntryWhat::Group(inner) => target_of(inner, node),
        EntryWhat::Kpi(kpi) if kpi.value == node => kpi.target,
        EntryWhat::Kpi(_) | EntryWhat::ScoreOf(_) | EntryWhat::ScoreOfReports => None,
    })
}

//! Values that are supposed in the place of what KPIs, or the rows behind them, give for somebody.
//!
//! Whatever lies behind such a value in the formulas of the one follows from it, also where it is the same for a team or
//! the company: then for this one alone. Nobody else is touched but by what others take of the one: scores, ranks, sums.

use std::collections::{BTreeMap, HashSet};

use super::graph::operands;
use super::{Evaluator, Fault, FaultKind, Inputs, Subject, Tape, Values, node};
use crate::plan::program::{Calc, CalcId};
use crate::value::Value;

/// A KPI (a [`Calc::Kpi`]) or an aggregate (a [`Calc::Measure`]), and the value that is supposed of it.
pub type Given = (CalcId, Value);

/// What is supposed, by roster and post; nothing of nearly all.
#[derive(Clone, Debug, Default)]
pub struct Supposed(BTreeMap<(usize, usize), Vec<Given>>);

impl Supposed {
    /// Supposes a value of somebody in a post (indexes as in [`Subject`]); the last word about a KPI counts.
    pub fn add(&mut self, roster: usize, post: usize, (node, value): Given) {
        let of_post = self.0.entry((roster, post)).or_default();
        of_post.retain(|(known, _)| *known != node);
        of_post.push((node, value));
    }

    /// Takes in what is said of other KPIs.
    pub(super) fn add_others(&mut self, others: &Supposed) {
        for (post, given) in &others.0 {
            let of_post = self.0.entry(*post).or_default();
            let new = given.iter().filter(|(node, _)| !of_post.iter().any(|(known, _)| known == node));
            let new: Vec<Given> = new.cloned().collect();
            of_post.extend(new);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn of(&self, subject: Subject) -> &[Given] {
        self.0.get(&(subject.roster, subject.post)).map_or(&[], Vec::as_slice)
    }
}

impl Evaluator<'_> {
    /// What is supposed of a subject.
    pub fn supposed_of(&self, subject: Subject) -> &[Given] {
        self.supposed.of(subject)
    }

    /// All that is supposed, of whomever.
    pub fn all_supposed(&self) -> &Supposed {
        &self.unruled
    }

    /// Whether the value of a node is supposed of somebody.
    pub fn is_supposed(&self, subject: Subject, node: CalcId) -> bool {
        self.unruled.of(subject).iter().any(|(of, _)| *of == node)
    }

    /// The values for a subject, of which `values` are the true ones, where these are supposed.
    pub fn values_supposing(&self, values: &Values, subject: Subject, tape: &Tape, given: &[Given]) -> Values {
        let nodes = given.iter().map(|(node, _)| *node).collect::<Vec<_>>();
        self.values_along(values, subject, &self.behind_supposed(&tape.order(self.program), &nodes), given)
    }

    /// Of nodes that stand behind their operands, those that follow from some of them, and these themselves.
    pub fn behind_supposed(&self, order: &[CalcId], nodes: &[CalcId]) -> Vec<CalcId> {
        let mut touched: HashSet<CalcId> = HashSet::new();
        for &node in order {
            let mut follows = nodes.contains(&node);
            operands(self.program, &self.program.nodes[node.0], |operand, _| follows |= touched.contains(&operand));
            if follows {
                touched.insert(node);
            }
        }
        // What waits for scoring is computed afresh each time.
        order.iter().copied().filter(|node| touched.contains(node) && !self.graph.needs_input(*node)).collect()
    }

    /// The same as [`Evaluator::values_supposing`], for who knows already which nodes follow.
    pub fn values_along(&self, values: &Values, subject: Subject, follow: &[CalcId], given: &[Given]) -> Values {
        let mut values = values.clone();
        let (team, inputs) = (self.stint(subject).team, Inputs::default());
        for &node in follow {
            values.forget(node);
            let value = match given.iter().find(|(of, _)| *of == node) {
                Some((_, value)) => self.supposed_at(node, value),
                None => {
                    let at = node::At { values: &values, inputs: &inputs, team, subject: Some(subject) };
                    self.compute(node, &|wanted| values.get(wanted), &at)
                }
            };
            values.put(node, value);
        }
        values
    }

    /// What is supposed is held to the limits of the KPI as its value is.
    fn supposed_at(&self, node: CalcId, value: &Value) -> Result<Value, Fault> {
        let Calc::Kpi { kpi, .. } = &self.program.nodes[node.0] else { return Ok(value.clone()) };
        let kpi = &self.model.kpis[kpi.0];
        match value.as_number().is_some_and(|number| !kpi.can_be(number)) {
            true => Err(Fault { at: node, kind: FaultKind::OutOfLimits }),
            false => Ok(value.clone()),
        }
    }
}

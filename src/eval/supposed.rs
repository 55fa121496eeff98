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

/// What is supposed, by roster and post; nothing of nearly all. Of single stints, what is supposed of them and of the post.
#[derive(Clone, Debug, Default)]
pub struct Supposed {
    of_posts: BTreeMap<(usize, usize), Vec<Given>>,
    of_stints: BTreeMap<Subject, Vec<Given>>,
}

impl Supposed {
    /// Supposes a value of somebody in a post (indexes as in [`Subject`]); the last word about a KPI counts.
    pub fn add(&mut self, roster: usize, post: usize, (node, value): Given) {
        let of_post = self.of_posts.entry((roster, post)).or_default();
        of_post.retain(|(known, _)| *known != node);
        of_post.push((node, value));
    }

    /// Takes in what is said of other KPIs.
    pub(super) fn add_others(&mut self, others: &Supposed) {
        let beside = |known: &mut Vec<Given>, given: &[Given]| {
            let new = given.iter().filter(|(node, _)| !known.iter().any(|(known, _)| known == node));
            let new: Vec<Given> = new.cloned().collect();
            known.extend(new);
        };
        for (post, given) in &others.of_posts {
            beside(self.of_posts.entry(*post).or_default(), given);
            let of_post = |subject: &Subject| (subject.roster, subject.post) == *post;
            self.of_stints
                .iter_mut()
                .filter(|(subject, _)| of_post(subject))
                .for_each(|(_, known)| beside(known, given));
        }
        for (subject, given) in &others.of_stints {
            given.iter().for_each(|given| self.add_default(*subject, given.clone()));
        }
    }

    /// Supposes a value in a stint, where none is supposed of it or of the post.
    pub fn add_default(&mut self, subject: Subject, (node, value): Given) {
        let of_post = self.of_posts.get(&(subject.roster, subject.post));
        let of_stint = self.of_stints.entry(subject).or_insert_with(|| of_post.cloned().unwrap_or_default());
        if !of_stint.iter().any(|(known, _)| *known == node) {
            of_stint.push((node, value));
        }
    }

    pub fn is_empty(&self) -> bool {
        self.of_posts.is_empty() && self.of_stints.is_empty()
    }

    pub(super) fn of(&self, subject: Subject) -> &[Given] {
        let of_post = || self.of_posts.get(&(subject.roster, subject.post));
        self.of_stints.get(&subject).or_else(of_post).map_or(&[], Vec::as_slice)
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
            // What is only estimated goes no further than it can be.
            true if !self.answers.carried.is_empty() => {
                Ok(value.as_number().map_or_else(|| value.clone(), |number| kpi.nearest_within(number).into()))
            }
            true => Err(Fault { at: node, kind: FaultKind::OutOfLimits }),
            false => Ok(value.clone()),
        }
    }
}

//! The formula that an aggregate goes by in each row, step by step.

use std::collections::HashMap;

use super::document::{RowStep, Val};
use super::formulas::operator;
use crate::plan::query::{Measure, NodeId, RowNode};

pub(super) struct RowFormula {
    pub steps: Vec<RowStep>,
    places: HashMap<NodeId, usize>,
}

impl RowFormula {
    /// The steps of a measure's value and condition; `leaves` are what stands beside each row, called by `name`.
    pub fn of(
        nodes: &[RowNode],
        measure: &Measure,
        leaves: &[NodeId],
        name: impl Fn(&RowNode) -> String,
    ) -> RowFormula {
        let mut formula = RowFormula { steps: Vec::new(), places: HashMap::new() };
        let mut open: Vec<(NodeId, bool)> =
            measure.value.iter().chain(&measure.condition).map(|node| (*node, false)).collect();
        while let Some((node, is_ready)) = open.pop() {
            if formula.places.contains_key(&node) {
                continue;
            }
            let Some(of) = nodes.get(node.0) else { continue };
            if is_ready {
                let step = formula.step(of, leaves.iter().position(|leaf| *leaf == node), &name);
                formula.places.insert(node, formula.steps.len());
                formula.steps.push(step);
                continue;
            }
            open.push((node, true));
            open.extend(operands(of).into_iter().map(|operand| (operand, false)));
        }
        formula
    }

    pub fn place(&self, node: NodeId) -> usize {
        self.places.get(&node).copied().unwrap_or(0)
    }

    fn step(&self, node: &RowNode, cell: Option<usize>, name: &impl Fn(&RowNode) -> String) -> RowStep {
        let of = operands(node).into_iter().map(|operand| self.place(operand)).collect();
        let plain = RowStep { op: "", of, value: None, cell: None, name: None, function: None, from: None, to: None };
        match node {
            RowNode::Constant(value) => RowStep { op: "value", value: Some(Val::from(value)), ..plain },
            RowNode::Column { .. } | RowNode::Inner { .. } => {
                RowStep { op: "cell", cell, name: Some(name(node)), ..plain }
            }
            RowNode::Not(_) => RowStep { op: "not", ..plain },
            RowNode::Negate(_) => RowStep { op: "negate", ..plain },
            RowNode::Binary(op, ..) => RowStep { op: operator(*op), ..plain },
            RowNode::If { .. } => RowStep { op: "if", ..plain },
            RowNode::Default { .. } => RowStep { op: "default", ..plain },
            RowNode::IsMissing(_) => RowStep { op: "is_missing", ..plain },
            RowNode::InSet(..) => RowStep { op: "in", ..plain },
            RowNode::InDays { from, to, .. } => {
                RowStep { op: "in_days", from: Some(from.to_string()), to: Some(to.to_string()), ..plain }
            }
            RowNode::Call(function, _) => RowStep { op: "call", function: Some(function.name()), ..plain },
        }
    }
}

fn operands(node: &RowNode) -> Vec<NodeId> {
    match node {
        RowNode::Constant(_) | RowNode::Column { .. } | RowNode::Inner { .. } => Vec::new(),
        RowNode::Not(a) | RowNode::Negate(a) | RowNode::IsMissing(a) | RowNode::InDays { date: a, .. } => vec![*a],
        RowNode::Binary(_, a, b) | RowNode::Default { value: a, fallback: b } => vec![*a, *b],
        RowNode::If { condition, then, otherwise } => vec![*condition, *then, *otherwise],
        RowNode::InSet(a, list) => std::iter::once(*a).chain(list.iter().copied()).collect(),
        RowNode::Call(_, list) => list.clone(),
    }
}

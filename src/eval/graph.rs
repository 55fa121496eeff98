//! What the nodes of a program depend on.

use std::collections::{HashMap, HashSet};

use crate::plan::program::{Calc, CalcId, CurvePlan, EntryWhat, GroupPlan, OutputPlan, Program, ScorePlan};
use crate::plan::query::{Group, Query};

/// For whom a node may have different values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Company,
    Team,
    Subject,
}

pub(super) struct Graph {
    levels: Vec<Level>,
    /// Whether an [`crate::plan::program::Input`] lies behind the node, without a formula curve that fills it.
    inputs: Vec<bool>,
    /// All nodes, each after its operands.
    order: Vec<CalcId>,
    /// For each formula that scoring gives inputs to: the nodes that wait for them, each after its operands.
    waiting: HashMap<CalcId, Vec<CalcId>>,
}

impl Graph {
    pub(super) fn of(program: &Program, query: &Query) -> Graph {
        let count = program.nodes.len();
        let mut graph = Graph {
            levels: vec![Level::Company; count],
            inputs: vec![false; count],
            order: walk(program, (0..count).map(CalcId), |_, _| true),
            waiting: HashMap::new(),
        };
        for node in graph.order.clone() {
            let calc = &program.nodes[node.0];
            let (mut level, mut input) = match calc {
                Calc::Measure { measure, .. } => (level_of(&query.measures[measure.0].group), false),
                Calc::Read(_) | Calc::Closed { .. } => (Level::Subject, false),
                Calc::Input(_) => (Level::Company, true),
                _ => (Level::Company, false),
            };
            operands(program, calc, |operand, filled| {
                level = level.max(graph.levels[operand.0]);
                input |= graph.inputs[operand.0] && !filled;
            });
            graph.levels[node.0] = level;
            graph.inputs[node.0] = input;
        }
        for root in formulas(program) {
            let waiting = match graph.needs_input(root) {
                true => walk(program, [root], |node, filled| graph.needs_input(node) && !filled),
                false => Vec::new(),
            };
            graph.waiting.insert(root, waiting);
        }
        graph
    }

    pub(super) fn level(&self, node: CalcId) -> Level {
        self.levels[node.0]
    }

    pub(super) fn needs_input(&self, node: CalcId) -> bool {
        self.inputs[node.0]
    }

    /// The nodes of a level that do not wait for scoring, each after its operands.
    pub(super) fn at_level(&self, level: Level) -> Vec<CalcId> {
        let wanted = |node: &&CalcId| self.level(**node) == level && !self.needs_input(**node);
        self.order.iter().filter(wanted).copied().collect()
    }

    /// The nodes behind a formula that wait for its inputs, each after its operands; empty where none does.
    pub(super) fn waiting(&self, root: CalcId) -> &[CalcId] {
        self.waiting.get(&root).map_or(&[], Vec::as_slice)
    }
}

/// The nodes behind these and themselves, each after its operands.
pub(crate) fn behind(program: &Program, roots: impl IntoIterator<Item = CalcId>) -> Vec<CalcId> {
    walk(program, roots, |_, _| true)
}

/// The formulas that scoring gives inputs to: those of curves and outputs.
fn formulas(program: &Program) -> Vec<CalcId> {
    fn of_group(group: &GroupPlan, found: &mut Vec<CalcId>) {
        for entry in &group.entries {
            match &entry.what {
                EntryWhat::Group(group) => of_group(group, found),
                EntryWhat::Kpi(kpi) => found.extend(kpi.curve.as_ref().and_then(ScorePlan::formula)),
                EntryWhat::ScoreOf(_) | EntryWhat::ScoreOfReports => {}
            }
        }
    }
    let mut found: Vec<CalcId> = program.curves.iter().filter_map(CurvePlan::formula).copied().collect();
    for card in &program.cards {
        found.extend(card.outputs.iter().flat_map(OutputPlan::nodes));
        card.scorecard.iter().for_each(|scorecard| of_group(&scorecard.root, &mut found));
    }
    found
}

fn level_of(group: &Group) -> Level {
    match group {
        Group::Company | Group::Key { .. } => Level::Company,
        Group::Team { .. } => Level::Team,
        Group::Own { .. } => Level::Subject,
    }
}

/// Roots and what lies behind them, operands first, as far as `enter` (node, whether a formula curve fills its inputs)
/// allows. Without recursion: a chain of formulas may be long.
fn walk(
    program: &Program,
    roots: impl IntoIterator<Item = CalcId>,
    enter: impl Fn(CalcId, bool) -> bool,
) -> Vec<CalcId> {
    let (mut order, mut seen) = (Vec::new(), HashSet::new());
    let mut stack = Vec::new();
    for root in roots {
        stack.push((root, false));
        while let Some((node, ready)) = stack.pop() {
            if ready {
                order.push(node);
            } else if seen.insert(node) {
                stack.push((node, true));
                let at = stack.len();
                operands(program, &program.nodes[node.0], |operand, filled| {
                    if enter(operand, filled) && !seen.contains(&operand) {
                        stack.push((operand, false));
                    }
                });
                stack[at..].reverse();
            }
        }
    }
    order
}

/// The operands of a node, and whether their inputs are filled by the node itself.
pub(crate) fn operands(program: &Program, calc: &Calc, mut each: impl FnMut(CalcId, bool)) {
    match calc {
        // The points are operands of the condition beside it.
        Calc::Value(_)
        | Calc::Measure { .. }
        | Calc::Closed { .. }
        | Calc::Read(_)
        | Calc::Input(_)
        | Calc::OutOfOrder { .. } => {}
        Calc::Not(a) | Calc::Negate(a) | Calc::IsMissing(a) | Calc::Kpi { body: a, .. } => each(*a, false),
        Calc::InDays { date, .. } => each(*date, false),
        Calc::Binary(_, a, b) | Calc::Matrix(_, a, b) | Calc::Default { value: a, fallback: b } => {
            each(*a, false);
            each(*b, false);
        }
        Calc::If { condition, then, otherwise } => {
            [condition, then, otherwise].into_iter().for_each(|a| each(*a, false))
        }
        Calc::InSet(a, list) => {
            each(*a, false);
            list.iter().for_each(|a| each(*a, false));
        }
        Calc::Call(_, list) => list.iter().for_each(|a| each(*a, false)),
        Calc::Curve(curve, a) => {
            each(*a, false);
            if let Some(body) = program.curves[*curve].formula() {
                each(*body, true);
            }
        }
    }
}

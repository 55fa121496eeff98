//! Answers to values: all formulas of a program for one subject.
//!
//! In come the [`Program`], the engine's [`Answers`] and who is asked about (a [`Subject`]); out come [`Values`], one
//! for each node that the subject's scorecard needs. A node is computed once for the company, for each team, or for
//! each subject, whatever it depends on; nodes that only scoring can fill ([`Inputs`]) are computed afresh each time.
//!
//! Evaluation never fails on missing values: those are values. It fails on what is wrong, as a number too large to be held
//! exactly ([`Fault`]), and only where that is used: the branch of an `if` that is not taken does no harm.

pub mod carried;
pub mod curve;
mod graph;
mod node;
mod supposed;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use self::graph::{Graph, Level};
pub(crate) use self::graph::{behind, operands};
pub use self::supposed::{Given, Supposed};
use crate::model::Model;
use crate::number::{Excess, Rounding};
use crate::plan::Plan;
use crate::plan::program::{Calc, CalcId, Input, Program};
use crate::plan::query::{Answers, PersonPost, Query, Stint};
use crate::time::Calendar;
use crate::value::Value;

/// Who is evaluated: a run of days of a person in a post and team.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Subject {
    /// Index into [`Answers::rosters`].
    pub roster: usize,
    /// Index into [`crate::plan::query::RosterAnswer::posts`].
    pub post: usize,
    /// Index into [`PersonPost::stints`].
    pub stint: usize,
}

/// What a number comes from is wrong: it has no value, and is not missing either.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where it came up.
    pub at: CalcId,
    pub kind: FaultKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// A number that cannot be held exactly.
    TooLarge(Excess),
    /// A KPI beyond its own limits.
    OutOfLimits,
    /// The points of a curve in the data do not stand in order.
    OutOfOrder,
    /// A closed result has another unit than it has now.
    ClosedUnit,
    /// A closing has several values of a result that differ.
    ClosedTwice,
    /// `only` found several rows, `latest` differing values on the newest day.
    Ambiguous,
}

impl Fault {
    pub fn too_large(at: CalcId, excess: Excess) -> Fault {
        Fault { at, kind: FaultKind::TooLarge(excess) }
    }
}

/// What only scoring knows (see [`crate::plan::program::Input`]). An absent input is missing.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    pub value: Option<Value>,
    pub target: Option<Value>,
    pub weight: Option<Value>,
    pub score: Option<Value>,
    pub rating: Option<Value>,
    pub outputs: Vec<Value>,
    /// In step with the program's sums of outputs.
    pub sums: Vec<Value>,
}

/// The values of a program's nodes for one subject.
#[derive(Clone, Debug, Default)]
pub struct Values {
    slots: Slots,
    /// Nodes without a value because something is wrong, and where it came up.
    faults: Arc<Vec<(CalcId, Fault)>>,
}

/// In step with [`Program::nodes`]; `None` where the subject does not need the node, or scoring has to fill it.
#[derive(Clone, Debug)]
enum Slots {
    /// With others, for whom they are the same.
    Shared(Arc<Vec<Option<Value>>>),
    /// As long as they are filled in.
    Own(Vec<Option<Value>>),
}

impl Default for Slots {
    fn default() -> Slots {
        Slots::Own(Vec::new())
    }
}

impl Values {
    /// The value of a node that was computed.
    pub fn get(&self, node: CalcId) -> Result<&Value, Fault> {
        let slots = match &self.slots {
            Slots::Shared(slots) => slots,
            Slots::Own(slots) => slots,
        };
        match slots.get(node.0) {
            Some(Some(value)) => Ok(value),
            _ => Err(self
                .faults
                .iter()
                .find(|(at, _)| *at == node)
                .map_or(Fault::too_large(node, Excess::Size), |(_, origin)| *origin)),
        }
    }

    /// Values that were computed before, as cards keep them.
    pub fn known(all: Arc<Vec<Option<Value>>>) -> Values {
        Values { slots: Slots::Shared(all), ..Values::default() }
    }

    /// All values, for explanations.
    pub fn all(&mut self) -> Arc<Vec<Option<Value>>> {
        let shared = match &mut self.slots {
            Slots::Shared(slots) => slots.clone(),
            Slots::Own(slots) => Arc::new(std::mem::take(slots)),
        };
        self.slots = Slots::Shared(shared.clone());
        shared
    }

    fn put(&mut self, node: CalcId, value: Result<Value, Fault>) {
        match value {
            Ok(value) => {
                if let Slots::Shared(slots) = &self.slots {
                    self.slots = Slots::Own(slots.to_vec());
                }
                if let Slots::Own(slots) = &mut self.slots {
                    slots[node.0] = Some(value);
                }
            }
            Err(origin) => Arc::make_mut(&mut self.faults).push((node, origin)),
        }
    }

    /// Forgets what is known of a node, so that it can be computed anew.
    fn forget(&mut self, node: CalcId) {
        if let Slots::Shared(slots) = &self.slots {
            self.slots = Slots::Own(slots.to_vec());
        }
        if let Slots::Own(slots) = &mut self.slots {
            slots[node.0] = None;
        }
        if self.faults.iter().any(|(at, _)| *at == node) {
            Arc::make_mut(&mut self.faults).retain(|(at, _)| *at != node);
        }
    }
}

/// Values that others start from.
fn shared(mut values: Values) -> Values {
    drop(values.all());
    values
}

/// What is computed for each subject of a scorecard.
#[derive(Clone, Debug, Default)]
pub struct Tape {
    /// In an order in which operands come first.
    nodes: Vec<CalcId>,
    /// What they are computed for.
    roots: Vec<CalcId>,
}

impl Tape {
    /// What it is computed for.
    pub fn roots(&self) -> &[CalcId] {
        &self.roots
    }

    /// All nodes behind that, operands first.
    pub fn order(&self, program: &Program) -> Vec<CalcId> {
        behind(program, self.roots.iter().copied())
    }
}

/// Evaluates one program over one set of answers.
pub struct Evaluator<'a> {
    program: &'a Program,
    query: &'a Query,
    answers: &'a Answers,
    calendar: &'a Calendar,
    rounding: Rounding,
    model: &'a Model,
    graph: Graph,
    /// Nodes that are the same for everyone.
    company: Values,
    /// Those and the nodes that are the same for a team: for no team, then for each team.
    teams: Vec<OnceLock<Values>>,
    /// What is supposed and what was ruled: values that stand in the place of what KPIs give.
    supposed: Supposed,
    /// What is supposed alone.
    unruled: Supposed,
}

impl<'a> Evaluator<'a> {
    pub fn new(model: &'a Model, plan: &'a Plan, answers: &'a Answers) -> Self {
        let program = &plan.program;
        let mut evaluator = Evaluator {
            program,
            query: &plan.query,
            answers,
            calendar: &model.company.calendar,
            rounding: model.company.rounding,
            model,
            graph: Graph::of(program, &plan.query),
            company: Values { slots: Slots::Own(vec![None; program.nodes.len()]), ..Values::default() },
            teams: (0..=answers.teams.len()).map(|_| OnceLock::new()).collect(),
            supposed: Supposed::default(),
            unruled: Supposed::default(),
        };
        evaluator.company = evaluator.run(&evaluator.company, &evaluator.graph.at_level(Level::Company), None, None);
        evaluator
    }

    /// The same with values that are supposed of some people.
    #[must_use]
    pub fn supposing(self, supposed: Supposed) -> Self {
        Evaluator { unruled: supposed.clone(), supposed, ..self }
    }

    /// The same with values that people decided, of KPIs of which none is supposed.
    #[must_use]
    pub fn ruling(mut self, ruled: &Supposed) -> Self {
        self.supposed.add_others(ruled);
        self
    }

    /// What must be computed for each subject so that these nodes have values.
    pub fn tape(&self, roots: impl IntoIterator<Item = CalcId>) -> Tape {
        let roots: Vec<CalcId> = roots.into_iter().collect();
        let mut nodes = behind(self.program, roots.iter().copied());
        nodes.retain(|node| self.graph.level(*node) == Level::Subject && !self.graph.needs_input(*node));
        Tape { nodes, roots }
    }

    /// The values for a subject.
    pub fn values(&self, subject: Subject, tape: &Tape) -> Values {
        self.values_with(subject, tape, &self.supposed)
    }

    /// What they are by rule, whatever was ruled.
    pub fn values_by_rule(&self, subject: Subject, tape: &Tape) -> Values {
        self.values_with(subject, tape, &self.unruled)
    }

    fn values_with(&self, subject: Subject, tape: &Tape, supposed: &Supposed) -> Values {
        let team = self.stint(subject).team;
        let base = self.teams[team.map_or(0, |team| team + 1)]
            .get_or_init(|| shared(self.run(&self.company, &self.graph.at_level(Level::Team), team, None)));
        let values =
            if tape.nodes.is_empty() { base.clone() } else { self.run(base, &tape.nodes, team, Some(subject)) };
        match supposed.of(subject) {
            [] => values,
            given => self.values_supposing(&values, subject, tape, given),
        }
    }

    /// A node that depends on inputs, with these inputs. `values` holds everything else it needs.
    pub fn with_inputs(&self, values: &Values, root: CalcId, inputs: &Inputs) -> Result<Value, Fault> {
        let local = self.locals(values, root, inputs).into_iter().rfind(|(node, _)| *node == root);
        local.map_or_else(|| values.get(root).cloned(), |(_, value)| value)
    }

    /// Like [`Evaluator::with_inputs`], and keeps what was computed on the way, for explanations. Only for inputs
    /// that stay the same for the subject: those of outputs.
    pub fn keep_with_inputs(&self, values: &mut Values, root: CalcId, inputs: &Inputs) -> Result<Value, Fault> {
        for (node, value) in self.locals(values, root, inputs) {
            values.put(node, value);
        }
        values.get(root).cloned()
    }

    /// The nodes that wait for inputs, in an order in which operands come first.
    fn locals(&self, values: &Values, root: CalcId, inputs: &Inputs) -> Vec<(CalcId, Result<Value, Fault>)> {
        /// Of so few the place is found sooner by looking at all.
        const FEW: usize = 32;
        let waiting = self.graph.waiting(root);
        let mut local: Vec<(CalcId, Result<Value, Fault>)> = Vec::with_capacity(waiting.len());
        let places: HashMap<CalcId, usize> = match waiting.len() {
            0..=FEW => HashMap::new(),
            _ => waiting.iter().enumerate().map(|(at, node)| (*node, at)).collect(),
        };
        for &node in waiting {
            let get = |wanted: CalcId| {
                let place = match waiting.len() {
                    0..=FEW => waiting[..local.len()].iter().position(|node| *node == wanted),
                    _ => places.get(&wanted).copied().filter(|place| *place < local.len()),
                };
                match place.map(|place| &local[place].1) {
                    Some(Ok(value)) => Ok(value),
                    Some(Err(origin)) => Err(*origin),
                    None => values.get(wanted),
                }
            };
            let value = self.compute(node, &get, &node::At { values, inputs, team: None, subject: None });
            local.push((node, value));
        }
        local
    }

    /// The values of the nodes of a formula that wait for these inputs, for explanations. `known` are those computed for the
    /// subject.
    pub fn waiting_values(
        &self,
        known: &Arc<Vec<Option<Value>>>,
        root: CalcId,
        inputs: &Inputs,
    ) -> HashMap<CalcId, Value> {
        let values = Values::known(known.clone());
        let local = self.locals(&values, root, inputs);
        local.into_iter().filter_map(|(node, value)| Some((node, value.ok()?))).collect()
    }

    /// One pass over the nodes, each after its operands.
    fn run(&self, base: &Values, nodes: &[CalcId], team: Option<usize>, subject: Option<Subject>) -> Values {
        let mut values = base.clone();
        let inputs = Inputs::default();
        for node in nodes {
            let at = node::At { values: &values, inputs: &inputs, team, subject };
            let value = self.compute(*node, &|wanted| values.get(wanted), &at);
            values.put(*node, value);
        }
        values
    }

    /// What scoring must give before a formula can be computed.
    pub fn inputs_of(&self, root: CalcId) -> impl Iterator<Item = Input> + '_ {
        self.graph.waiting(root).iter().filter_map(|node| match &self.program.nodes[node.0] {
            Calc::Input(input) => Some(*input),
            _ => None,
        })
    }

    pub fn post(&self, subject: Subject) -> &'a PersonPost {
        &self.answers.rosters[subject.roster].posts[subject.post]
    }

    pub fn stint(&self, subject: Subject) -> &'a Stint {
        &self.post(subject).stints[subject.stint]
    }
}

#[cfg(test)]
mod tests;

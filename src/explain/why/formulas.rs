//! Formulas step by step, each with its value: what the evaluator has gone by for a card, as far as it counts.

use std::collections::HashMap;
use std::sync::Arc;

use super::Explainer;
use super::curves;
use super::document::{Detail, Limit, Node, Val};
use super::measures::{Asked, Measures};
use crate::eval::{Evaluator, Inputs, Subject, operands};
use crate::explain::in_full;
use crate::language::{BinaryOp, ScopeWord};
use crate::model::RuledOn;
use crate::model::data::{ColumnIx, ColumnType, DataId};
use crate::model::types::unit::DisplayUnit;
use crate::number::Number;
use crate::plan::program::{Calc, CalcId, Input};
use crate::plan::query::RowNode;
use crate::score::card::{Card, RulingResult};
use crate::source::Span;
use crate::value::{Missing, Value};

/// Values that only hold where a formula is given inputs: those of a curve.
pub(super) struct Local {
    values: HashMap<CalcId, Value>,
    places: HashMap<CalcId, usize>,
}

/// The steps of one card.
pub(super) struct Steps<'a, 'e> {
    explainer: &'e Explainer<'a>,
    eval: &'e Evaluator<'a>,
    values: Arc<Vec<Option<Value>>>,
    card: &'e Card,
    subject: Subject,
    rulings: &'e [RulingResult],
    pub nodes: Vec<Node>,
    places: HashMap<CalcId, usize>,
    measures: &'e mut Measures,
}

impl<'a, 'e> Steps<'a, 'e> {
    pub fn new(
        explainer: &'e Explainer<'a>,
        eval: &'e Evaluator<'a>,
        (card, subject): (&'e Card, Subject),
        rulings: &'e [RulingResult],
        measures: &'e mut Measures,
    ) -> Steps<'a, 'e> {
        let (values, nodes, places) = (card.values.clone(), Vec::new(), HashMap::new());
        Steps { explainer, eval, values, card, subject, rulings, nodes, places, measures }
    }

    /// The place of a step of a formula, with all that it goes by before it.
    pub fn step(&mut self, root: CalcId) -> usize {
        self.step_in(root, &mut None)
    }

    /// The same for a formula that is given inputs.
    pub fn step_with(&mut self, root: CalcId, inputs: &Inputs) -> usize {
        let values = self.eval.waiting_values(&self.values, root, inputs);
        self.step_in(root, &mut Some(Local { values, places: HashMap::new() }))
    }

    fn step_in(&mut self, root: CalcId, local: &mut Option<Local>) -> usize {
        let mut open = vec![(root, false)];
        while let Some((node, is_ready)) = open.pop() {
            if self.place(node, local).is_some() {
                continue;
            }
            if is_ready {
                let step = self.node(node, local);
                self.nodes.push(step);
                if let Some(ruling) = self.ruling_on(node) {
                    let step = self.ruled(node, ruling);
                    self.nodes.push(step);
                }
                let place = self.nodes.len() - 1;
                match local {
                    Some(local) if local.values.contains_key(&node) => local.places.insert(node, place),
                    _ => self.places.insert(node, place),
                };
                continue;
            }
            open.push((node, true));
            open.extend(self.wanted(node, local).into_iter().flatten().map(|operand| (operand, false)));
        }
        self.place(root, local).unwrap_or(0)
    }

    fn place(&self, node: CalcId, local: &Option<Local>) -> Option<usize> {
        match local {
            Some(local) if local.values.contains_key(&node) => local.places.get(&node).copied(),
            _ => self.places.get(&node).copied(),
        }
    }

    fn value<'v>(&'v self, node: CalcId, local: &'v Option<Local>) -> Option<&'v Value> {
        let own = local.as_ref().and_then(|local| local.values.get(&node));
        own.or_else(|| self.values.get(node.0)?.as_ref())
    }

    /// The operands of a node, without those that do not count.
    fn wanted(&self, node: CalcId, local: &Option<Local>) -> Vec<Option<CalcId>> {
        let calc = &self.explainer.plan.program.nodes[node.0];
        if self.eval.is_supposed(self.subject, node) {
            return Vec::new();
        }
        let flag = |at: &CalcId| self.value(*at, local).and_then(Value::as_flag);
        match calc {
            Calc::If { condition, then, otherwise } => match flag(condition) {
                Some(true) => vec![Some(*condition), Some(*then), None],
                Some(false) => vec![Some(*condition), None, Some(*otherwise)],
                None => vec![Some(*condition), None, None],
            },
            Calc::Default { value, fallback } => {
                let stands = self.value(*value, local).is_some_and(|value| !value.is_missing());
                vec![Some(*value), (!stands).then_some(*fallback)]
            }
            Calc::Binary(BinaryOp::And, a, _) if flag(a) == Some(false) => vec![Some(*a), None],
            Calc::Binary(BinaryOp::Or, a, _) if flag(a) == Some(true) => vec![Some(*a), None],
            // The formula of a scale has inputs of its own.
            Calc::Curve(_, a) => vec![Some(*a)],
            _ => {
                let mut found = Vec::new();
                // One without a value was not needed: what comes of it is wrong, and does no harm.
                let counts = |operand: &CalcId| self.value(*operand, local).is_some();
                operands(&self.explainer.plan.program, calc, |operand, _| found.push(Some(operand).filter(counts)));
                found
            }
        }
    }

    /// What a ruled KPI is by rule.
    fn by_rule(&self, node: CalcId) -> Option<&'e Value> {
        let by_rule = self.card.scorecard.as_ref()?.by_rule.as_ref()?;
        by_rule.kpis.iter().find(|(of, _)| *of == node).map(|(_, value)| value)
    }

    /// The place of the ruling on a KPI, unless another value is supposed.
    fn ruling_on(&self, node: CalcId) -> Option<usize> {
        self.by_rule(node).filter(|_| !self.eval.is_supposed(self.subject, node))?;
        let Calc::Kpi { kpi, .. } = &self.explainer.plan.program.nodes[node.0] else { return None };
        let kpis = &self.explainer.model.kpis;
        let is_it = |one: &RulingResult| match one.on {
            RuledOn::Kpi(other) => one.position == self.card.position && kpis[other.0].name == kpis[kpi.0].name,
            RuledOn::Score | RuledOn::Rating | RuledOn::Output(_) => false,
        };
        self.rulings.iter().position(is_it)
    }

    /// The value that was ruled, behind the one by rule, which stands already.
    fn ruled(&self, id: CalcId, ruling: usize) -> Node {
        let (explainer, program) = (self.explainer, &self.explainer.plan.program);
        let (calc, span) = (&program.nodes[id.0], program.spans[id.0]);
        let value = self.value(id, &None).cloned().unwrap_or(Value::Missing(Missing::NoAnswer));
        let text = explainer.text(span);
        let shown = self.shown(calc, &value, span, &text);
        Node {
            op: "ruled",
            of: vec![self.nodes.len().checked_sub(1)],
            value: Val::from(&value),
            text,
            at: explainer.at(span),
            detail: Some(Detail::Ruled { ruling }),
            inline: shown.clone(),
            level: WHOLE,
            shown,
        }
    }

    fn node(&mut self, id: CalcId, local: &Option<Local>) -> Node {
        let (explainer, program) = (self.explainer, &self.explainer.plan.program);
        let (calc, span) = (&program.nodes[id.0], program.spans[id.0]);
        let by_rule = self.by_rule(id).filter(|_| self.ruling_on(id).is_some());
        let value = by_rule.or_else(|| self.value(id, local)).cloned();
        let value = value.unwrap_or(Value::Missing(Missing::NoAnswer));
        let of: Vec<Option<usize>> = self
            .wanted(id, local)
            .into_iter()
            .map(|operand| operand.and_then(|operand| self.place(operand, local)))
            .collect();
        let text = explainer.text(span);
        let shown = self.shown(calc, &value, span, &text);
        let detail = self.detail(calc, &value, &of);
        let (inline, level) = self.inline(calc, &of, &shown);
        let at = explainer.at(span);
        let op = if self.eval.is_supposed(self.subject, id) { "supposed" } else { op_of(calc) };
        Node { op, of, value: Val::from(&value), shown, text, at, detail, inline, level }
    }

    fn detail(&mut self, calc: &Calc, value: &Value, of: &[Option<usize>]) -> Option<Detail> {
        let (explainer, model) = (self.explainer, self.explainer.model);
        Some(match calc {
            Calc::Kpi { kpi, months, scope, .. } => {
                let kpi = &model.kpis[kpi.0];
                Detail::Kpi {
                    kpi: kpi.name.clone(),
                    label: explainer.show.label(&kpi.label).to_string(),
                    scope: scope_word(*scope),
                    window: (*months != explainer.plan.months).then(|| months.to_string()),
                    formula: explainer.text(kpi.value.span),
                    at: explainer.at(kpi.span),
                    unit: kpi.unit.plural.clone(),
                    limits: kpi.limits.clone().map(|(low, high)| [low, high]),
                    index: kpi.is_index,
                }
            }
            Calc::Measure { measure, scope, at_least, .. } => {
                let team = self.eval.stint(self.subject).team;
                let asked = Asked::of(*measure, *scope, self.subject, team);
                let value = value.clone();
                Detail::Measure { measure: self.measures.place(asked, value), at_least: *at_least }
            }
            Calc::Read(read) => Detail::Read { column: self.column(*read).map_or(String::new(), |(.., name)| name) },
            Calc::Closed { name, period, over_all, .. } => Detail::Closed {
                name: name.to_string(),
                period: period.to_string(),
                over_all: *over_all,
                closing: self.eval.closing(*period).map(|closing| closing.closing.to_string()),
                sha256: self.eval.closing(*period).map(|closing| closing.sha256.to_string()),
            },
            Calc::InDays { from, to, .. } => Detail::Days { from: from.to_string(), to: to.to_string() },
            Calc::Call(function, _) => Detail::Function { name: function.name() },
            Calc::Curve(at, _) => {
                let (plan, scale) = (&explainer.plan.program.curves[*at], &model.scales[program_scale(explainer, *at)]);
                let read = of.first().copied().flatten().map(|place| self.value_of_place(place));
                let inputs = Inputs { value: read.flatten(), ..Inputs::default() };
                let formula = |body: CalcId, steps: &mut Self| steps.step_with(body, &inputs);
                let curve = match plan.formula() {
                    Some(body) if inputs.value.as_ref().is_some_and(|value| !value.is_missing()) => {
                        super::document::Curve::Formula { node: formula(*body, self) }
                    }
                    Some(_) => return None,
                    None => curves::numbers(plan)?,
                };
                Detail::Scale {
                    scale: scale.name.clone(),
                    at: explainer.at(scale.span),
                    curve,
                    units: [scale.input.clone(), scale.output.clone()],
                }
            }
            Calc::Matrix(at, ..) => {
                let plan = &explainer.plan.program.matrices[*at];
                let matrix = &model.matrices[explainer.plan.program.matrix_ids[*at].0];
                let limits = |all: &[Option<(BinaryOp, Number)>]| {
                    all.iter()
                        .map(|limit| limit.as_ref().map(|(op, at)| Limit { op: op.sign(), at: at.clone() }))
                        .collect()
                };
                let read = |operand: usize| {
                    let value = of.get(operand).copied().flatten().and_then(|place| self.value_of_place(place));
                    value.and_then(|value| value.as_number().cloned())
                };
                let cell = read(0).zip(read(1)).and_then(|(row, column)| plan.cell(&row, &column));
                Detail::Matrix {
                    matrix: matrix.name.clone(),
                    at: explainer.at(matrix.span),
                    rows: limits(&plan.rows),
                    columns: limits(&plan.columns),
                    values: plan.values.clone(),
                    row: cell.map(|cell| cell.0),
                    column: cell.map(|cell| cell.1),
                }
            }
            Calc::Input(input) => {
                let (input, output) = match input {
                    Input::EntryValue => ("value", None),
                    Input::EntryTarget => ("target", None),
                    Input::EntryWeight => ("weight", None),
                    Input::Score => ("score", None),
                    Input::Rating => ("rating", None),
                    Input::Output(output) => ("output", Some(*output)),
                    Input::Sum(_) => ("sum", None),
                };
                Detail::Input { input, output }
            }
            _ => return None,
        })
    }

    /// The value of a step that stands already.
    fn value_of_place(&self, place: usize) -> Option<Value> {
        match &self.nodes.get(place)?.value {
            Val::Number { number, .. } => Some(Value::Number(number.clone())),
            _ => None,
        }
    }

    /// The column that a read is about: of which data set, which one, and how it is written.
    fn column(&self, read: usize) -> Option<(DataId, ColumnIx, String)> {
        let query = &self.explainer.plan.query;
        let read = query.reads.get(read)?;
        let nodes = &query.tables.iter().find(|table| table.data == read.roster)?.nodes;
        let RowNode::Column { via, column } = nodes.get(read.node.0)? else { return None };
        self.explainer.column_behind(read.roster, via, *column)
    }

    fn shown(&self, calc: &Calc, value: &Value, span: Span, text: &str) -> String {
        let (explainer, model) = (self.explainer, self.explainer.model);
        if let Value::Choice(index) = value {
            return match calc {
                Calc::Read(read) => match self.column(*read) {
                    Some((data, column, _)) if is_choice(explainer, data, column) => {
                        explainer.show.choice(data, column, *index).to_string()
                    }
                    _ => text.to_string(),
                },
                Calc::Input(Input::Rating) => {
                    explainer.show.grade_name(self.card.position, *index as usize).to_string()
                }
                _ => text.to_string(),
            };
        }
        let unit = match calc {
            Calc::Kpi { kpi, .. } => model.kpis[kpi.0].unit.clone(),
            Calc::Closed { name, .. } => model.unit_of_result(name).unwrap_or_else(|| explainer.units.at(span)),
            Calc::Value(Value::Number(_)) => {
                if let Some(constant) = model.constants.iter().find(|constant| constant.name == text) {
                    constant.unit.clone()
                } else if text.starts_with(|sign: char| sign.is_ascii_digit()) {
                    // As people write it.
                    return text.to_string();
                } else {
                    explainer.units.at(span)
                }
            }
            Calc::Input(Input::Output(output)) => model.positions[self.card.position.0]
                .outputs
                .get(*output)
                .map_or_else(DisplayUnit::number, |one| one.unit.clone()),
            Calc::Curve(at, _) => model.scales[program_scale(explainer, *at)].output.clone(),
            Calc::Matrix(at, ..) => model.matrices[explainer.plan.program.matrix_ids[*at].0].output.clone(),
            _ => explainer.units.at(span),
        };
        shown(value, &unit)
    }

    /// A formula with values in the places of names, and how closely its last operator binds.
    fn inline(&self, calc: &Calc, of: &[Option<usize>], shown: &str) -> (String, u8) {
        let operand = |at: usize| of.get(at).copied().flatten().and_then(|place| self.nodes.get(place));
        let part = |at: usize| operand(at).map_or("…", |node| &node.inline);
        let level = |at: usize| operand(at).map_or(WHOLE, |node| node.level);
        let in_brackets =
            |at: usize, least: u8| if level(at) < least { format!("({})", part(at)) } else { part(at).to_string() };
        match calc {
            Calc::Binary(op, ..) => {
                let own = level_of(op);
                // What stands behind `-` and `/` keeps its brackets, and comparisons are never chained.
                let behind = if op_is_open(op) { own } else { own + 1 };
                let before = if own == 2 { own + 1 } else { own };
                (format!("{} {} {}", in_brackets(0, before), sign_of(op), in_brackets(1, behind)), own)
            }
            Calc::Not(_) => (format!("not {}", in_brackets(0, 3)), LOOSE),
            Calc::Negate(_) => (format!("-{}", in_brackets(0, 5)), 4),
            Calc::If { .. } => (format!("if {} then {} else {}", part(0), part(1), part(2)), LOOSE),
            Calc::Default { .. } if operand(1).is_none() => (part(0).to_string(), level(0)),
            Calc::Default { .. } => (format!("{} default {}", in_brackets(0, 3), in_brackets(1, 3)), LOOSE),
            Calc::IsMissing(_) => (format!("{} is missing", in_brackets(0, 3)), LOOSE),
            Calc::InSet(..) => {
                let members = (1..of.len()).map(part).collect::<Vec<_>>().join(", ");
                (format!("{} in ({members})", in_brackets(0, 3)), LOOSE)
            }
            Calc::InDays { from, to, .. } => (format!("{} in {from} to {to}", in_brackets(0, 3)), LOOSE),
            Calc::Call(function, list) => {
                let sign = if function.signature().usage.contains(" to step") { " to " } else { ", " };
                let arguments = (0..list.len()).map(part).collect::<Vec<_>>().join(sign);
                (format!("{}({arguments})", function.name()), WHOLE)
            }
            Calc::Value(_)
            | Calc::Measure { .. }
            | Calc::Closed { .. }
            | Calc::Read(_)
            | Calc::OutOfOrder { .. }
            | Calc::Curve(..)
            | Calc::Matrix(..)
            | Calc::Kpi { .. }
            | Calc::Input(_) => (shown.to_string(), WHOLE),
        }
    }
}

/// What needs brackets within any other formula, and what needs none.
const LOOSE: u8 = 0;
const WHOLE: u8 = 9;

fn program_scale(explainer: &Explainer, curve: usize) -> usize {
    explainer.plan.program.scales[curve].0
}

fn is_choice(explainer: &Explainer, data: DataId, column: ColumnIx) -> bool {
    matches!(explainer.model.data[data.0].column(column).ty, ColumnType::Choice(_))
}

/// A value with all its digits, in the unit that people write.
pub fn shown(value: &Value, unit: &DisplayUnit) -> String {
    match value {
        Value::Number(number) => in_full(number, unit),
        Value::Text(text) => format!("\"{text}\""),
        Value::Day(day) => day.to_string(),
        Value::Period(months) => months.to_string(),
        Value::Flag(true) => "yes".into(),
        Value::Flag(false) => "no".into(),
        Value::Choice(index) => format!("#{}", index + 1),
        Value::Missing(Missing::Stated(reason)) if reason.is_empty() => "missing".into(),
        Value::Missing(reason) => format!("missing: {reason}"),
    }
}

pub(super) fn scope_word(scope: ScopeWord) -> &'static str {
    match scope {
        ScopeWord::Own => "own",
        ScopeWord::Team => "team",
        ScopeWord::Company => "company",
    }
}

fn op_of(calc: &Calc) -> &'static str {
    match calc {
        Calc::Value(_) => "value",
        Calc::Measure { .. } => "measure",
        Calc::Closed { .. } => "closed",
        Calc::Read(_) => "read",
        Calc::Not(_) => "not",
        Calc::Negate(_) => "negate",
        Calc::Binary(op, ..) => operator(*op),
        Calc::If { .. } => "if",
        Calc::Default { .. } => "default",
        Calc::OutOfOrder { .. } => "out_of_order",
        Calc::IsMissing(_) => "is_missing",
        Calc::InSet(..) => "in",
        Calc::InDays { .. } => "in_days",
        Calc::Call(..) => "call",
        Calc::Curve(..) => "scale",
        Calc::Matrix(..) => "matrix",
        Calc::Kpi { .. } => "kpi",
        Calc::Input(_) => "input",
    }
}

/// What an operator is called in documents.
pub(super) fn operator(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "add",
        BinaryOp::Subtract => "subtract",
        BinaryOp::Multiply => "multiply",
        BinaryOp::Divide => "divide",
        BinaryOp::Equal => "equal",
        BinaryOp::NotEqual => "not_equal",
        BinaryOp::Less => "less",
        BinaryOp::LessOrEqual => "less_or_equal",
        BinaryOp::Greater => "greater",
        BinaryOp::GreaterOrEqual => "greater_or_equal",
        BinaryOp::And => "and",
        BinaryOp::Or => "or",
    }
}

fn sign_of(op: &BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "-",
        BinaryOp::Multiply => "*",
        BinaryOp::Divide => "/",
        BinaryOp::And => "and",
        BinaryOp::Or => "or",
        BinaryOp::Equal
        | BinaryOp::NotEqual
        | BinaryOp::Less
        | BinaryOp::LessOrEqual
        | BinaryOp::Greater
        | BinaryOp::GreaterOrEqual => op.sign(),
    }
}

/// How closely an operator binds.
fn level_of(op: &BinaryOp) -> u8 {
    match op {
        BinaryOp::Or => 0,
        BinaryOp::And => 1,
        BinaryOp::Equal
        | BinaryOp::NotEqual
        | BinaryOp::Less
        | BinaryOp::LessOrEqual
        | BinaryOp::Greater
        | BinaryOp::GreaterOrEqual => 2,
        BinaryOp::Add | BinaryOp::Subtract => 3,
        BinaryOp::Multiply | BinaryOp::Divide => 4,
    }
}

/// Whether what follows needs no brackets where it binds alike.
fn op_is_open(op: &BinaryOp) -> bool {
    matches!(op, BinaryOp::Add | BinaryOp::Multiply | BinaryOp::And | BinaryOp::Or)
}

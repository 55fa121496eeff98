//! How the nodes of a program move while something of somebody is moved: a KPI, or what rows come to.

use std::collections::{HashMap, HashSet};

use super::shape::{Moving, Shape, Stretch};
use crate::eval::{Given, Values, behind, operands};
use crate::language::{BinaryOp, is_mirrored};
use crate::model::Model;
use crate::number::{Number, Rounding};
use crate::plan::program::{Calc, CalcId, CurvePlan, Input, Program};
use crate::value::{Builtin, Missing, Value, binary};

/// The nodes of somebody's card at the first step of a stretch, and how those move behind which something is moved.
pub struct Nodes<'m> {
    model: &'m Model,
    program: &'m Program,
    values: &'m Values,
    moving: HashMap<CalcId, Moving<'m>>,
    /// Nodes that wait for what only scoring knows.
    waiting: HashSet<CalcId>,
    /// The first of which it is not known how it moves.
    pub unknown: Option<CalcId>,
}

/// What only scoring knows, as far as the formula of a scale or of an output reads it.
#[derive(Clone, Default)]
pub struct Entry<'m> {
    pub value: Option<Moving<'m>>,
    pub target: Option<Moving<'m>>,
    pub weight: Option<Number>,
    pub score: Option<Moving<'m>>,
    pub rating: Option<Moving<'m>>,
    /// Earlier outputs of the post.
    pub outputs: Vec<Moving<'m>>,
    /// In step with the program's sums.
    pub sums: Vec<Value>,
}

impl<'m> Nodes<'m> {
    /// `order` are all nodes that the card reads, operands first. `moved` are those that move by themselves, each by so much with
    /// a step; `values` are those under the supposition at the first step. What is supposed besides stays.
    pub fn of(
        (model, program): (&'m Model, &'m Program),
        (values, order): (&'m Values, &[CalcId]),
        moved: &[(CalcId, Number)],
        supposed: &[Given],
        stretch: &mut Stretch,
    ) -> Nodes<'m> {
        let mut nodes =
            Nodes { model, program, values, moving: HashMap::new(), waiting: HashSet::new(), unknown: None };
        for &node in order {
            let calc = &program.nodes[node.0];
            let own = moved.iter().find(|(of, _)| *of == node);
            let (mut touched, mut waits) = (own.is_some(), matches!(calc, Calc::Input(_)));
            operands(program, calc, |operand, filled| {
                touched |= nodes.moving.contains_key(&operand);
                waits |= nodes.waiting.contains(&operand) && !filled;
            });
            if waits {
                nodes.waiting.insert(node);
            } else if let Some((_, step)) = own {
                let value = nodes.value(node);
                let shape = if value.is_missing() { Shape::Same } else { Shape::Line(step.clone()) };
                nodes.moving.insert(node, Moving { value, shape, at: None });
            } else if touched && !supposed.iter().any(|(fixed, _)| *fixed == node) {
                let moving = nodes.compute(calc, &Entry::default(), &HashMap::new(), stretch);
                // The evaluator has the last word on what it is.
                let moving = match values.get(node) {
                    Ok(value) if *value == moving.value => moving,
                    Ok(value) => Moving::any(value.clone()),
                    Err(_) => Moving::any(Value::Missing(Missing::NoAnswer)),
                };
                if moving.shape == Shape::Any && nodes.unknown.is_none() {
                    nodes.unknown = Some(node);
                }
                nodes.moving.insert(node, moving);
            }
        }
        nodes
    }

    fn value(&self, node: CalcId) -> Value {
        self.values.get(node).cloned().unwrap_or(Value::Missing(Missing::NoAnswer))
    }

    /// A node that waits for nothing.
    pub fn get(&self, node: CalcId) -> Moving<'m> {
        self.moving.get(&node).cloned().unwrap_or_else(|| Moving::same(self.value(node)))
    }

    fn compute(
        &self,
        calc: &'m Calc,
        entry: &Entry<'m>,
        local: &HashMap<CalcId, Moving<'m>>,
        stretch: &mut Stretch,
    ) -> Moving<'m> {
        let get = |node: &CalcId| local.get(node).cloned().unwrap_or_else(|| self.get(*node));
        match calc {
            Calc::Value(value) => Moving::same(value.clone()),
            // Nothing lies behind these.
            Calc::Measure { .. } | Calc::Closed { .. } | Calc::Read(_) | Calc::OutOfOrder { .. } => {
                Moving::any(Value::Missing(Missing::NoAnswer))
            }
            Calc::Not(a) => settled(&[&get(a)], |values| match &values[0] {
                Value::Flag(flag) => Value::Flag(!flag),
                other => other.clone(),
            }),
            Calc::Negate(a) => get(a).negated(),
            Calc::Binary(op, a, b) => operate(*op, &get(a), &mut || get(b), stretch),
            Calc::If { condition, then, otherwise } => match get(condition) {
                Moving { shape: Shape::Any, value, .. } => Moving::any(match value {
                    Value::Flag(true) => get(then).value,
                    Value::Flag(false) => get(otherwise).value,
                    other => other,
                }),
                Moving { value: Value::Flag(true), .. } => get(then),
                Moving { value: Value::Flag(false), .. } => get(otherwise),
                other => other,
            },
            Calc::Default { value, fallback } => match get(value) {
                value if !value.value.is_missing() => value,
                Moving { shape: Shape::Any, .. } => Moving::any(get(fallback).value),
                _ => get(fallback),
            },
            Calc::IsMissing(a) => settled(&[&get(a)], |values| Value::Flag(values[0].is_missing())),
            Calc::InSet(a, list) => {
                let (wanted, list) = (get(a), list.iter().map(get).collect::<Vec<_>>());
                let known = list.iter().all(|one| match (wanted.number(), one.number()) {
                    (Some(_), Some(_)) => stretch.keep_sign(&wanted.minus(one)),
                    _ => wanted.shape != Shape::Any && one.shape != Shape::Any,
                });
                let found =
                    list.iter().any(|one| binary(BinaryOp::Equal, &wanted.value, &one.value) == Value::Flag(true));
                let missing = || std::iter::once(&wanted).chain(&list).find(|one| one.value.is_missing());
                let value = match (found, missing()) {
                    (true, _) => Value::Flag(true),
                    (false, Some(missing)) => missing.value.clone(),
                    (false, None) => Value::Flag(false),
                };
                if known { Moving::same(value) } else { Moving::any(value) }
            }
            Calc::InDays { date, .. } => Moving::any(get(date).value),
            Calc::Call(function, list) => {
                let list = list.iter().map(get).collect::<Vec<_>>();
                self.call(*function, &list, stretch)
            }
            Calc::Curve(curve, a) => {
                let plan = &self.program.curves[*curve];
                self.curve(plan, &Entry { value: Some(get(a)), ..Entry::default() }, &Number::from(100), stretch)
            }
            Calc::Matrix(matrix, row, column) => {
                let matrix = &self.program.matrices[*matrix];
                let (row, column) = (get(row), get(column));
                let mut known = true;
                for (read, limits) in [(&row, &matrix.rows), (&column, &matrix.columns)] {
                    for (_, limit) in limits.iter().flatten() {
                        known &= stretch.keep_sign(&read.minus(&Moving::same(Value::Number(limit.clone()))));
                    }
                }
                let value = crate::eval::curve::cell(matrix, &row.value, &column.value);
                if known { Moving::same(value) } else { Moving::any(value) }
            }
            Calc::Kpi { kpi, body, .. } => {
                let body = get(body);
                let mut known = true;
                if let (Some(_), Some((low, high))) = (body.number(), &self.model.kpis[kpi.0].limits) {
                    for end in [low, high] {
                        known &= stretch.keep_sign(&body.minus(&Moving::same(Value::Number(end.clone()))));
                    }
                }
                if known { body } else { Moving::any(body.value) }
            }
            Calc::Input(input) => match input {
                Input::EntryValue => entry.value.clone(),
                Input::EntryTarget => entry.target.clone(),
                Input::EntryWeight => entry.weight.clone().map(|weight| Moving::same(Value::Number(weight))),
                Input::Score => entry.score.clone(),
                Input::Rating => entry.rating.clone(),
                Input::Output(earlier) => entry.outputs.get(*earlier).cloned(),
                Input::Sum(sum) => entry.sums.get(*sum).cloned().map(Moving::same),
            }
            .unwrap_or_else(|| Moving::same(Value::stated("there is none"))),
        }
    }

    pub fn call(&self, function: Builtin, list: &[Moving<'m>], stretch: &mut Stretch) -> Moving<'m> {
        let rounding = self.model.company.rounding;
        let values: Vec<Value> = list.iter().map(|one| one.value.clone()).collect();
        let value = function.call(&values, rounding, &self.model.company.calendar);
        if list.iter().all(|one| one.shape == Shape::Same) {
            return Moving::same(value);
        }
        if let Some(missing) = list.iter().find(|one| one.value.is_missing()) {
            let known = list.iter().all(|one| one.shape != Shape::Any);
            let missing = missing.value.clone();
            return if known { Moving::same(missing) } else { Moving::any(missing) };
        }
        if list.iter().any(|one| one.number().is_none()) {
            return Moving::any(value);
        }
        let rest_same = list[1..].iter().all(|one| one.shape == Shape::Same);
        let second = list.get(1).and_then(Moving::number).cloned();
        let round = |how: Rounding| match (&second, rest_same) {
            (Some(step), true) if step.is_positive() => {
                let step = step.clone();
                list[0].one_way(value.clone(), true, move |number| Some(number.round_to(&step, how)))
            }
            _ => Moving::any(value.clone()),
        };
        match function {
            Builtin::Abs => match stretch.keep_sign(&list[0]) {
                true if list[0].number().is_some_and(Number::is_negative) => list[0].negated(),
                true => list[0].clone(),
                false => Moving::any(value),
            },
            Builtin::Min | Builtin::Max => {
                let least = function == Builtin::Min;
                list[1..].iter().fold(list[0].clone(), |best, one| best.best(one, least, stretch))
            }
            Builtin::Clamp => list[0].best(&list[1], false, stretch).best(&list[2], true, stretch),
            Builtin::Floor => list[0].one_way(value, true, |number| Some(number.floor())),
            Builtin::Ceil => list[0].one_way(value, true, |number| Some(number.ceil())),
            Builtin::Exp => list[0].one_way(value, true, |number| number.exp()),
            // Below 0 there is none.
            Builtin::Sqrt if stretch.keep_sign(&list[0]) => match value.is_missing() {
                true => Moving::same(value),
                false => list[0].one_way(value, true, |number| number.sqrt()),
            },
            Builtin::Ln if stretch.keep_sign(&list[0]) => match value.is_missing() {
                true => Moving::same(value),
                false => list[0].one_way(value, true, |number| number.ln()),
            },
            Builtin::Pow => match (second, rest_same) {
                (Some(exponent), true)
                    if list[0].number().is_some_and(Number::is_positive) && stretch.keep_sign(&list[0]) =>
                {
                    let rises = exponent.is_positive();
                    match exponent.is_zero() {
                        true => Moving::same(value),
                        false => list[0].one_way(value, rises, move |number| number.pow(&exponent)),
                    }
                }
                _ => Moving::any(value),
            },
            Builtin::Round => round(rounding),
            Builtin::RoundUp => round(Rounding::Up),
            Builtin::RoundDown => round(Rounding::Down),
            Builtin::Sqrt
            | Builtin::Ln
            | Builtin::MonthsBetween
            | Builtin::DaysBetween
            | Builtin::YearOf
            | Builtin::MonthOf
            | Builtin::DayOf => Moving::any(value),
        }
    }

    /// What a curve makes of the value of an entry.
    pub fn curve(&self, plan: &'m CurvePlan, entry: &Entry<'m>, full: &Number, stretch: &mut Stretch) -> Moving<'m> {
        let Some(read) = &entry.value else { return Moving::same(Value::Missing(Missing::NoAnswer)) };
        let Some(first) = read.number().cloned() else {
            let value = if read.value.is_missing() { read.value.clone() } else { Value::Missing(Missing::NoAnswer) };
            return if read.shape == Shape::Any { Moving::any(value) } else { Moving::same(value) };
        };
        if let Some(body) = plan.formula() {
            return self.formula(*body, entry, stretch);
        }
        let target = entry.target.as_ref().and_then(Moving::number).cloned();
        let score = plan.at(&first, target.as_ref(), full);
        let fixed = entry.target.as_ref().is_none_or(|target| target.shape == Shape::Same);
        if !fixed && plan.reads_target(|_| true) {
            return Moving::any(score);
        }
        let bends = plan.bends(target.as_ref(), full);
        for bend in &bends {
            if !stretch.keep_sign(&read.minus(&Moving::same(Value::Number(bend.clone())))) {
                return Moving::any(score);
            }
        }
        if score.is_missing() || read.shape == Shape::Same {
            return if read.shape == Shape::Any { Moving::any(score) } else { Moving::same(score) };
        }
        let at = {
            let (target, full) = (target.clone(), full.clone());
            move |number: &Number| plan.at(number, target.as_ref(), &full).as_number().cloned()
        };
        if let Some(rises) = plan.staircase() {
            return read.one_way(score, rises, move |number| at(&number));
        }
        // Somewhere else on the same straight line.
        let beside = match &read.shape {
            Shape::Line(slope) if stretch.last.as_ref().is_none_or(Number::is_positive) => first.add(slope),
            _ => {
                let above = bends.iter().filter(|bend| **bend > first).min();
                let below = bends.iter().filter(|bend| **bend < first).max();
                let half = |bend: &Number| first.add(bend).mul(&Number::from_parts(5, 1));
                let is_bend = bends.contains(&first);
                match (above, below) {
                    // It stays there: at a bend nothing else is told.
                    _ if is_bend => first.clone(),
                    (Some(above), _) => half(above),
                    (None, Some(below)) => half(below),
                    (None, None) => first.add(&Number::ONE),
                }
            }
        };
        let (Some(own), Some(other)) = (score.as_number(), at(&beside)) else { return Moving::any(score) };
        let rise = other.sub(own);
        match (&read.shape, rise.is_zero()) {
            (_, true) => Moving::same(score),
            (Shape::Line(_), false) if stretch.last.as_ref().is_none_or(Number::is_positive) => {
                Moving { value: score, shape: Shape::Line(rise), at: None }
            }
            (_, false) => {
                let rises = rise.is_positive() == (beside > first);
                read.one_way(score, rises, move |number| at(&number))
            }
        }
    }

    /// A formula that reads what only scoring knows.
    pub fn formula(&self, body: CalcId, entry: &Entry<'m>, stretch: &mut Stretch) -> Moving<'m> {
        if !self.waiting.contains(&body) {
            return self.get(body);
        }
        let mut local: HashMap<CalcId, Moving<'m>> = HashMap::new();
        for node in behind(self.program, [body]) {
            if self.waiting.contains(&node) {
                let moving = self.compute(&self.program.nodes[node.0], entry, &local, stretch);
                local.insert(node, moving);
            }
        }
        local.remove(&body).unwrap_or_else(|| self.get(body))
    }
}

/// 1 + (value − target) / |target|, or the other way round: see [`crate::eval::curve::attainment`].
pub fn attainment<'m>(value: &Moving<'m>, target: &Moving<'m>, lower: bool, stretch: &mut Stretch) -> Moving<'m> {
    let ratio = value.over(target, stretch);
    match target.number() {
        Some(target) if target.is_zero() => Moving::same(Value::stated("target: it is 0, so there is no attainment")),
        Some(target) if is_mirrored(target.is_negative(), lower) => {
            Moving::same(Value::Number(Number::from(2))).minus(&ratio)
        }
        _ => ratio,
    }
}

/// What is told by the values alone, and stays as they stay.
fn settled<'m>(of: &[&Moving<'m>], value: impl Fn(&[Value]) -> Value) -> Moving<'m> {
    let values: Vec<Value> = of.iter().map(|one| one.value.clone()).collect();
    let known = of.iter().all(|one| {
        // A number that moves is there all the same.
        one.shape != Shape::Any
    });
    if known { Moving::same(value(&values)) } else { Moving::any(value(&values)) }
}

fn operate<'m>(
    op: BinaryOp,
    left: &Moving<'m>,
    right: &mut dyn FnMut() -> Moving<'m>,
    stretch: &mut Stretch,
) -> Moving<'m> {
    match (op, &left.value, &left.shape) {
        (BinaryOp::And, Value::Flag(false), Shape::Same) | (BinaryOp::Or, Value::Flag(true), Shape::Same) => {
            return left.clone();
        }
        _ => {}
    }
    let right = right();
    let both_numbers = left.number().is_some() && right.number().is_some();
    match op {
        BinaryOp::Add if both_numbers => left.plus(&right),
        BinaryOp::Subtract if both_numbers => left.minus(&right),
        BinaryOp::Multiply if both_numbers => left.times(&right, stretch),
        BinaryOp::Divide if both_numbers => left.over(&right, stretch),
        BinaryOp::Equal
        | BinaryOp::NotEqual
        | BinaryOp::Less
        | BinaryOp::LessOrEqual
        | BinaryOp::Greater
        | BinaryOp::GreaterOrEqual
            if both_numbers =>
        {
            let value = binary(op, &left.value, &right.value);
            match stretch.keep_sign(&left.minus(&right)) {
                true => Moving::same(value),
                false => Moving::any(value),
            }
        }
        _ => settled(&[left, &right], |values| binary(op, &values[0], &values[1])),
    }
}

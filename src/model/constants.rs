//! Constants, and values that change with time: in which order they stand, and what holds on a day.

use hashbrown::HashMap;

use super::checker::Checker;
use super::expr::{Expr, Kind};
use super::names::env::Bare;
use super::names::rings;
use super::names::uses::Use;
use super::{Constant, Dated, Model, When};
use crate::diagnostic::{Code, Diagnostic};
use crate::number::Number;
use crate::source::Span;
use crate::time::{Day, Month};
use crate::value::{Missing, Value, binary};

impl Checker<'_> {
    pub(super) fn declare_constants(&mut self) {
        let declared = self.declarations.constants.clone();
        // All units first: a constant may be written with another one.
        for constant in &declared {
            let unit = self.declared_unit(&constant.name, &constant.ty, "a constant");
            self.model.constants.push(Constant {
                name: constant.name.text.clone(),
                span: constant.name.span,
                unit,
                values: Vec::new(),
            });
        }
        for (at, constant) in declared.iter().enumerate() {
            let unit = self.model.constants[at].unit.clone();
            let values: Vec<Dated> = constant
                .values
                .iter()
                .filter_map(|dated| {
                    let when = self.dated(&dated.when)?;
                    if self.untyped.contains(&constant.name.text) {
                        return None;
                    }
                    if self.bare_ratio(&dated.value, &unit, &format!("the constant `{}`", constant.name.text)) {
                        return None;
                    }
                    let value = self.constant_in(&dated.value, &Bare::from(&unit))?;
                    self.hundredfold(&value, &unit, &format!("the constant `{}`", constant.name.text));
                    Some(Dated { value, when })
                })
                .collect();
            let before = self.diagnostics.len();
            self.dated_order(&values);
            let what = format!("the constant `{}`", constant.name.text);
            if self.diagnostics.len() == before {
                self.dated_gap(&values, &what, constant.name.span, self.first_effective());
            }
            self.model.constants[at].values = values;
        }
        self.constant_circles();
    }

    /// Constants that are written with each other: each ring is told once, and its constants then have no value.
    fn constant_circles(&mut self) {
        let reads = |at: usize| {
            let mut found = Vec::new();
            self.model.constants[at].values.iter().for_each(|dated| constants_in(&dated.value, &mut found));
            found.into_iter().map(|(constant, _)| constant).collect()
        };
        let found = rings::walk(0..self.model.constants.len(), reads);
        for ring in found.rings {
            let names: Vec<String> = ring.iter().map(|at| self.model.constants[*at].name.clone()).collect();
            let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            let mut finding = Diagnostic::new(Code::Circle, format!("the constant {} needs itself", quoted[0]));
            for at in &ring {
                finding = finding.at(self.model.constants[*at].span, "in the circle");
            }
            self.report(finding.note(rings::note(&quoted, "needs")).help("write one of them as a number"));
            self.untyped.extend(names);
            for at in ring {
                self.model.constants[at].values.clear();
            }
        }
        // Each behind what it is written with: so whatever is too much is said where it begins.
        for at in found.order {
            self.constant_in_bounds(at);
        }
    }

    /// Refuses a constant at the end of a long chain, and one that comes to a number larger than any; it then has no
    /// value.
    fn constant_in_bounds(&mut self, at: usize) {
        let one = Use::Constant(at);
        let values = self.model.constants[at].values.clone();
        let mut read = Vec::new();
        values.iter().for_each(|dated| constants_in(&dated.value, &mut read));
        let too_deep = read.into_iter().any(|(other, span)| self.is_too_deep(one, Use::Constant(other), span));
        let excess = |dated: &Dated| Some((self.model.constant_value(&dated.value, None)?.excess()?, dated.value.span));
        let large = values.iter().find_map(excess);
        if let (Some((excess, span)), false) = (large, too_deep) {
            let words = excess.words();
            self.report(Diagnostic::new(Code::NumberTooLarge, words.message).at(span, words.label).help(words.help));
        }
        if too_deep || large.is_some() {
            self.untyped.insert(self.model.constants[at].name.clone());
            self.model.constants[at].values.clear();
        }
    }

    /// The day from which on every position is in force, where all of them have one.
    fn first_effective(&self) -> Option<Day> {
        let positions = self.declarations.positions.iter();
        let days: Option<Vec<Day>> = positions
            .map(|position| position.effective.as_ref().map(|effective| self.effective_day(effective)))
            .collect();
        days?.into_iter().min()
    }

    /// Dated values stand in the order of their days.
    pub(super) fn dated_order(&mut self, values: &[Dated]) {
        for pair in values.windows(2) {
            let calendar = &self.model.company.calendar;
            if let (When::From(earlier), When::From(later)) = (pair[0].when, pair[1].when)
                && let (earlier, later) = (calendar.start(earlier), calendar.start(later))
                && later <= earlier
            {
                self.report(
                    Diagnostic::new(Code::ScaleOrder, "dated values stand in the order of their dates")
                        .at(pair[1].value.span, format!("from {later}"))
                        .at(pair[0].value.span, format!("from {earlier}"))
                        .help("put the earlier one first"),
                );
            }
        }
        for (at, dated) in values.iter().enumerate() {
            let When::Each { first, count } = dated.when else { continue };
            let earlier = values[..at].iter().find(|earlier| match earlier.when {
                When::Each { first: other, count: months } => first < other + months && other < first + count,
                _ => false,
            });
            if let Some(earlier) = earlier {
                self.report(
                    Diagnostic::new(Code::ScaleOrder, "two values are given for the same months of the year")
                        .at(dated.value.span, "again")
                        .at(earlier.value.span, "already given here")
                        .help("let each month have one value, as in `3 in Q1, 5 in Q2, 5 in Q3, 7 in Q4`"),
                );
            }
        }
    }
}

/// The constants that a formula reads, and where.
fn constants_in(expr: &Expr, found: &mut Vec<(usize, Span)>) {
    if let Kind::Constant(id) = &expr.kind {
        found.push((id.0, expr.span));
    }
    expr.parts().into_iter().for_each(|part| constants_in(part, found));
}

impl Model {
    /// The value of a formula without data, in base units; dated constants as of `day` (`None`: their last values).
    /// `None` where it has none, such as a constant before its first date. What is too large stays too large.
    pub fn constant_value(&self, expr: &Expr, day: Option<Day>) -> Option<Number> {
        (Constants { model: self, day, known: HashMap::new() }).of(expr)
    }

    /// The one of several dated values that holds on the day (`None`: the last one).
    pub fn dated<'v>(&self, values: &'v [Dated], day: Option<Day>) -> Option<&'v Expr> {
        let Some(day) = day else { return values.last().map(|dated| &dated.value) };
        self.dated_on(values, day).map(|dated| &dated.value)
    }

    pub(super) fn dated_on<'v>(&self, values: &'v [Dated], day: Day) -> Option<&'v Dated> {
        let calendar = &self.company.calendar;
        let month = calendar.month_of(day);
        let into: Month = Month(month.0 - calendar.fiscal_year(month).first.0);
        values.iter().rfind(|dated| match dated.when {
            When::Always => true,
            When::From(from) => calendar.start(from) <= day,
            When::Each { first, count } => (first as i32..(first + count) as i32).contains(&into.0),
        })
    }
}

/// Works out constants, each once.
struct Constants<'m> {
    model: &'m Model,
    day: Option<Day>,
    known: HashMap<usize, Option<Number>>,
}

impl Constants<'_> {
    fn of(&mut self, expr: &Expr) -> Option<Number> {
        match &expr.kind {
            Kind::Value(Value::Number(number)) => Some(number.clone()),
            Kind::Constant(id) => {
                if let Some(known) = self.known.get(&id.0) {
                    return known.clone();
                }
                let model = self.model;
                let value = model.dated(&model.constants[id.0].values, self.day).and_then(|value| self.of(value));
                self.known.insert(id.0, value.clone());
                value
            }
            Kind::Negate(operand) => Some(self.of(operand)?.neg()),
            Kind::Binary(op, left, right) => {
                number_of(binary(*op, &Value::Number(self.of(left)?).held(), &Value::Number(self.of(right)?).held()))
            }
            Kind::Call(builtin, arguments) => {
                let arguments: Option<Vec<Value>> = arguments
                    .iter()
                    .map(|argument| self.of(argument).map(|value| Value::Number(value).held()))
                    .collect();
                number_of(builtin.call(&arguments?, self.model.company.rounding, &self.model.company.calendar))
            }
            _ => None,
        }
    }
}

fn number_of(value: Value) -> Option<Number> {
    match value {
        Value::Missing(Missing::TooLarge(excess)) => Some(Number::beyond(excess)),
        Value::Number(number) => Some(number),
        Value::Text(_) | Value::Day(_) | Value::Period(_) | Value::Flag(_) | Value::Choice(_) | Value::Missing(_) => {
            None
        }
    }
}

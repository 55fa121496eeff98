//! Formulas, one at a time: for one person in one scope and window, or for one row.

use std::cell::RefCell;

use merit::language::{BinaryOp, ScopeWord};
use merit::model::data::{ColumnIx, ColumnType, DataId, TimeShape};
use merit::model::expr::{Expr, Kind, OutputSum};
use merit::model::{Curve, CurveKind, Dated, When as Since};
use merit::number::Number;
use merit::scales::{Bracket, Line, PerStep};
use merit::syntax::tree::WindowKind;
use merit::time::Start;
use merit::time::{Day, Month, Months};
use merit::value::{Builtin, Missing, Value};

use super::rows::{Row, Supposed, When, World, span, written};
use super::score::Seat;

/// Where and when a formula is read.
#[derive(Clone, Copy)]
pub struct At {
    pub scope: ScopeWord,
    pub months: Months,
}

/// What stands behind `value`, `target`, `weight` in a curve, `score` and the earlier outputs in an output.
#[derive(Clone, Default)]
pub struct Inputs<'a> {
    pub value: Option<Value>,
    pub target: Option<Value>,
    pub weight: Option<Value>,
    pub score: Option<Value>,
    pub rating: Option<Value>,
    pub outputs: Option<&'a dyn Fn(usize) -> Value>,
    pub sums: Option<&'a dyn Fn(&OutputSum) -> Value>,
}

thread_local! {
    /// Mistakes in the data that a formula came upon; the program gives no result for them.
    pub static MISTAKES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    /// The same in what was not taken: of some of them the program tells as well, for it asks for all at once.
    pub static UNREAD: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

pub fn mistake(what: &str) {
    MISTAKES.with(|mistakes| mistakes.borrow_mut().push(what.into()));
}

/// Looks at what is not taken.
fn unread<T>(look: impl FnOnce() -> T) {
    let before = MISTAKES.with(|mistakes| mistakes.borrow().len());
    look();
    let more = MISTAKES.with(|mistakes| mistakes.borrow_mut().split_off(before));
    UNREAD.with(|unread| unread.borrow_mut().extend(more));
}

pub fn stated(reason: &str) -> Value {
    Value::Missing(Missing::Stated(reason.into()))
}

impl World<'_> {
    pub fn value(&self, expr: &Expr, seat: &Seat, at: At, inputs: &Inputs) -> Value {
        let value = |expr: &Expr| self.value(expr, seat, at, inputs);
        match &expr.kind {
            Kind::Kpi(kpi) => {
                let Some(kpi) = self.kpi(*kpi, self.days(at.months).1) else {
                    return stated("no version is in force");
                };
                let scope = kpi.scope.unwrap_or(at.scope);
                self.kpi_value(kpi, seat, At { scope, ..at }, inputs)
            }
            Kind::Person { roster, via, column } => self.of_person(*roster, via, *column, seat, at),
            Kind::Within(inner, word) => {
                let months = self.window(at.months, std::slice::from_ref(word));
                self.value(inner, seat, At { months, ..at }, inputs)
            }
            Kind::Over(inner, scope) => self.value(inner, seat, At { scope: *scope, ..at }, inputs),
            Kind::Aggregate(aggregate) => {
                let value = self.aggregate(aggregate, seat, at);
                if matches!(value, Value::Missing(Missing::Ambiguous(_))) {
                    mistake("several values where one is taken");
                }
                value
            }
            Kind::Scale(scale, read) => {
                let read = self.value(read, seat, at, inputs);
                let (_, last) = self.days(at.months);
                let Some(scale) = self.scale(*scale, last) else { return stated("no version is in force") };
                if let Some(value) = self.curve_in_data(&scale.curve, &read, seat, at) {
                    return value;
                }
                self.curve(&scale.curve, &read, None, &Number::from(100), last, &|formula| {
                    self.value(formula, seat, at, &Inputs { value: Some(read.clone()), ..Inputs::default() })
                })
            }
            // Lines and steps with points in data are read anew from their text.
            Kind::InOrder { .. } => panic!("a curve with points in data is a formula that nobody should see"),
            Kind::EntryValue => inputs.value.clone().unwrap_or(stated("no value")),
            Kind::EntryTarget => inputs.target.clone().unwrap_or(stated("no target")),
            Kind::EntryWeight => inputs.weight.clone().unwrap_or(stated("no weight")),
            Kind::Score => inputs.score.clone().unwrap_or(stated("no score")),
            Kind::Rating => inputs.rating.clone().unwrap_or(stated("no rating")),
            Kind::Output(output) => inputs.outputs.map_or(stated("no output"), |of| of(*output)),
            Kind::Closed(read) => self.closed(read, seat, at),
            Kind::OutputSum(sum) => inputs.sums.map_or(stated("no outputs"), |of| of(sum)),
            _ => self.plain(expr, at.months, &value),
        }
    }

    /// A column of the one evaluated, on the last day of the stint within the period.
    fn of_person(&self, roster: DataId, via: &[ColumnIx], column: ColumnIx, seat: &Seat, at: At) -> Value {
        if roster != seat.roster {
            return stated("the one evaluated is not on that roster");
        }
        let (first, last) = self.days(at.months);
        let (from, to) = (seat.stint.from.max(first), seat.stint.to.min(last));
        if from > to {
            return Value::Missing(Missing::OutsideStints);
        }
        let mine = |row: &&Row| {
            let held = self.held(roster, row);
            self.key(roster, row) == seat.key && held.0 <= to && to <= held.1
        };
        match self.rows[roster.0].iter().find(mine) {
            Some(row) => self.column(roster, row, via, column.0, Some((to, to)), at.months),
            None => Value::Missing(Missing::NoRows),
        }
    }

    /// A formula about a row; links are followed as of `when`.
    pub fn of_row(&self, expr: &Expr, data: DataId, row: &Row, when: When, months: Months) -> Value {
        match &expr.kind {
            Kind::Column { via, column, .. } => self.column(data, row, via, column.0, when, months),
            Kind::Aggregate(aggregate) => self.inner(aggregate, data, row, months),
            _ => self.plain(expr, months, &|part| self.of_row(part, data, row, when, months)),
        }
    }

    /// A column of a row or of the row behind links.
    fn column(&self, data: DataId, row: &Row, via: &[ColumnIx], column: usize, when: When, months: Months) -> Value {
        if let [link, rest @ ..] = via {
            return match self.follow(data, row, *link, when) {
                Some((data, row)) => self.column(data, row, rest, column, when, months),
                None => Value::Missing(Missing::Blank),
            };
        }
        if let ColumnType::Link { by, .. } = &self.model.data[data.0].columns[column].ty
            && !by.is_empty()
        {
            // A key of several parts is one value.
            let key = self.key_behind(data, row, &[ColumnIx(column)], when);
            return key.map_or(Value::Missing(Missing::Blank), |key| Value::text(&format!("{key:?}")));
        }
        let stored = self.model.is_read_as_stored(data, ColumnIx(column));
        match &self.model.data[data.0].columns[column].derived {
            Some(derived) if !stored => self.of_row(derived, data, row, when, months),
            _ => row.get(&ColumnIx(column)).cloned().unwrap_or(Value::Missing(Missing::Blank)),
        }
    }

    /// What means the same for people and rows.
    fn plain(&self, expr: &Expr, months: Months, value: &dyn Fn(&Expr) -> Value) -> Value {
        let (first, last) = self.days(months);
        match &expr.kind {
            Kind::Value(value) => value.clone(),
            Kind::Constant(id) => match self.on(&self.model.constants[id.0].values, last) {
                Some(found) => value(found),
                None => stated("the constant has no value yet"),
            },
            Kind::PeriodStart => Value::Day(first),
            Kind::PeriodEnd => Value::Day(last),
            Kind::PeriodMonths => Value::Number(months.count.into()),
            Kind::PeriodDays => Value::Number((last.0 - first.0 + 1).into()),
            Kind::Not(a) => match value(a) {
                Value::Flag(flag) => Value::Flag(!flag),
                missing => missing,
            },
            Kind::Negate(a) => match value(a) {
                Value::Number(number) => Value::Number(Number::ZERO.sub(&number)),
                missing => missing,
            },
            Kind::Binary(op, a, b) => {
                let left = value(a);
                // What the left side decides is not asked of the right one, where a mistake may lie.
                match (op, left.as_flag()) {
                    (BinaryOp::And, Some(false)) | (BinaryOp::Or, Some(true)) => {
                        unread(|| value(b));
                        left
                    }
                    _ => binary(*op, left, value(b)),
                }
            }
            Kind::If { condition, then, otherwise } => match value(condition) {
                Value::Flag(true) => {
                    unread(|| value(otherwise));
                    value(then)
                }
                Value::Flag(false) => {
                    unread(|| value(then));
                    value(otherwise)
                }
                missing => {
                    unread(|| (value(then), value(otherwise)));
                    missing
                }
            },
            Kind::Default { value: a, fallback } => match value(a) {
                Value::Missing(_) => value(fallback),
                known => {
                    unread(|| value(fallback));
                    known
                }
            },
            Kind::IsMissing(a) => Value::Flag(value(a).is_missing()),
            Kind::InSet(a, set) => {
                let a = value(a);
                if a.is_missing() {
                    return a;
                }
                let mut doubt = None;
                for member in set {
                    match binary(BinaryOp::Equal, a.clone(), value(member)) {
                        Value::Flag(true) => return Value::Flag(true),
                        Value::Flag(false) => {}
                        missing => doubt = doubt.or(Some(missing)),
                    }
                }
                doubt.unwrap_or(Value::Flag(false))
            }
            Kind::InWindow { date, window } => {
                let date = value(date);
                let (first, last) = self.days(self.window(months, window));
                match span(Some(&date), self) {
                    Some((from, to)) => Value::Flag(first <= from && to <= last),
                    None => date,
                }
            }
            Kind::Call(builtin, arguments) => call(*builtin, arguments.iter().map(value).collect(), self),
            Kind::Scale(scale, a) => {
                let read = value(a);
                let Some(scale) = self.scale(*scale, last) else { return stated("no version is in force") };
                self.curve(&scale.curve, &read, None, &Number::from(100), last, &|formula| {
                    let _ = formula;
                    stated("a formula stands in scorecards")
                })
            }
            Kind::Matrix(matrix, row, column) => {
                let name = &self.model.matrices[matrix.0].name;
                let versions = self.model.matrices.iter().filter(|one| one.name == *name);
                let Some(matrix) = self.newest(versions, |one| one.versions.effective, last) else {
                    return stated("no version is in force");
                };
                let (row, column) = (value(row), value(column));
                if row.is_missing() {
                    return row;
                }
                if column.is_missing() {
                    return column;
                }
                let place = |limits: &[Option<(BinaryOp, Expr)>], read: &Value| {
                    let limit = |at: &Expr| Value::Number(self.number(at, last));
                    let holds = |limit_of: &Option<(BinaryOp, Expr)>| match limit_of {
                        Some((op, at)) => binary(*op, read.clone(), limit(at)) == Value::Flag(true),
                        None => true,
                    };
                    limits.iter().position(holds).unwrap()
                };
                let value = &matrix.values[place(&matrix.rows, &row)][place(&matrix.columns, &column)];
                Value::Number(self.number(value, last))
            }
            other => panic!("{other:?} cannot stand here"),
        }
    }

    /// Of the versions of a name, the one that began last, up to a day.
    pub fn newest<'v, T>(
        &self,
        versions: impl Iterator<Item = &'v T>,
        effective: impl Fn(&T) -> Option<Start>,
        day: Day,
    ) -> Option<&'v T> {
        let begins = |one: &T| match effective(one) {
            None => Day(i32::MIN),
            Some(start) => self.start(start),
        };
        let mut found: Option<&T> = None;
        for one in versions.filter(|one| begins(one) <= day) {
            if found.is_none_or(|known| begins(known) < begins(one)) {
                found = Some(one);
            }
        }
        found
    }

    pub fn kpi(&self, kpi: merit::model::KpiId, day: Day) -> Option<&merit::model::Kpi> {
        let name = &self.model.kpis[kpi.0].name;
        self.newest(self.model.kpis.iter().filter(|one| one.name == *name), |one| one.versions.effective, day)
    }

    /// What a KPI gives, or what is supposed of it.
    pub fn kpi_value(&self, kpi: &merit::model::Kpi, seat: &Seat, at: At, inputs: &Inputs) -> Value {
        let is_it = |one: &&Supposed| {
            at.months == self.months
                && (&one.kpi, one.scope, one.roster) == (&kpi.name, at.scope, seat.roster)
                && one.person == written(&seat.key)
                && one.position == self.model.positions[seat.position.0].name
        };
        let value = match self.supposed.iter().find(is_it) {
            Some(supposed) => supposed.value.clone(),
            None => self.value(&kpi.value, seat, at, inputs),
        };
        self.within_limits(kpi, value)
    }

    /// A value of a KPI, noted where its limits do not hold it.
    pub fn within_limits(&self, kpi: &merit::model::Kpi, value: Value) -> Value {
        if let (Value::Number(number), Some((low, high))) = (&value, &kpi.limits)
            && !(low <= number && number <= high)
        {
            mistake("a KPI beyond its limits");
        }
        value
    }

    pub fn scale(&self, scale: merit::model::ScaleId, day: Day) -> Option<&merit::model::Scale> {
        let name = &self.model.scales[scale.0].name;
        let versions = self.model.scales.iter().filter(|one| one.name == *name);
        self.newest(versions, |one| one.versions.effective, day)
    }

    /// The one of several dated values that holds on a day.
    pub fn on<'v>(&self, values: &'v [Dated], day: Day) -> Option<&'v Expr> {
        let calendar = &self.model.company.calendar;
        let month = self.month_of(day);
        let into = (month.0 - calendar.fiscal_year(month).first.0) as u32;
        let holds = |dated: &&Dated| match dated.when {
            Since::Always => true,
            Since::From(from) => self.start(from) <= day,
            Since::Each { first, count } => first <= into && into < first + count,
        };
        values.iter().rfind(holds).map(|dated| &dated.value)
    }

    /// The window that words make of a period; the rightmost applies first.
    pub fn window(&self, months: Months, words: &[WindowKind]) -> Months {
        let calendar = &self.model.company.calendar;
        let mut months = months;
        for word in words.iter().rev() {
            let earlier = |by: u32| Months { first: Month(months.first.0 - by as i32), count: months.count };
            let year = calendar.fiscal_year(months.last());
            months = match word {
                WindowKind::Period => months,
                WindowKind::PreviousPeriod => earlier(months.count),
                WindowKind::Earlier { months } => earlier(*months),
                WindowKind::Last { months: count } => {
                    Months { first: Month(months.last().0 - *count as i32 + 1), count: *count }
                }
                WindowKind::YearToDate => {
                    Months { first: year.first, count: (months.last().0 - year.first.0 + 1) as u32 }
                }
                WindowKind::WholeYear => year,
                WindowKind::Literal(period) => calendar.months(*period),
            };
        }
        months
    }

    /// A number written with literals and constants, as of a day.
    pub fn number(&self, expr: &Expr, day: Day) -> Number {
        let month = self.month_of(day);
        let value = |expr: &Expr| Value::Number(self.number(expr, day));
        match self.plain(expr, Months { first: month, count: 1 }, &value) {
            Value::Number(number) => number,
            other => panic!("{other:?} is no number"),
        }
    }

    /// What a curve gives at a value. `full` are the full points of the entry.
    pub fn curve(
        &self,
        curve: &Curve,
        read: &Value,
        target: Option<&Number>,
        full: &Number,
        day: Day,
        formula: &dyn Fn(&Expr) -> Value,
    ) -> Value {
        let Value::Number(x) = read else { return read.clone() };
        let number = |expr: &Expr| self.number(expr, day);
        Value::Number(match &curve.kind {
            CurveKind::Linear(Line { anchors, continue_above }) => {
                // The line from the last anchor that the value has reached to the next one.
                let anchors: Vec<(Number, bool, Number)> =
                    anchors.iter().map(|one| (number(&one.at), one.below, number(&one.score))).collect();
                let reached = |(at, below, _): &(Number, bool, Number)| at < x || (at == x && !below);
                let line = |a: &(Number, bool, Number), b: &(Number, bool, Number)| {
                    let slope = b.2.sub(&a.2).div(&b.0.sub(&a.0));
                    slope.map(|slope| a.2.add(&slope.mul(&x.sub(&a.0))))
                };
                match anchors.iter().rposition(reached) {
                    None => anchors[0].2.clone(),
                    Some(at) if at + 1 < anchors.len() => line(&anchors[at], &anchors[at + 1]).unwrap(),
                    Some(at) if *continue_above => {
                        line(&anchors[at - 1], &anchors[at]).unwrap_or(anchors[at].2.clone())
                    }
                    Some(at) => anchors[at].2.clone(),
                }
            }
            CurveKind::Steps(steps) => {
                let holds = |condition: &Option<(BinaryOp, Expr)>| match condition {
                    None => true,
                    Some((op, at)) => binary(*op, read.clone(), Value::Number(number(at))) == Value::Flag(true),
                };
                match steps.0.iter().find(|step| holds(&step.condition)) {
                    Some(step) => number(&step.score),
                    None => return Value::Missing(Missing::NoAnswer),
                }
            }
            CurveKind::PerStep(step) => return self.per_step(step, x, target, full, day),
            CurveKind::Brackets(brackets) => {
                let (mut sum, mut from) = (Number::ZERO, None::<Number>);
                for Bracket { rate, to } in &brackets.0 {
                    let to = to.as_ref().map(number);
                    // The first bracket goes on below 0.
                    let start = from.clone().unwrap_or(Number::ZERO);
                    let end = to.clone().map_or(x.clone(), |to| x.clone().min(to));
                    if from.is_none() || end > start {
                        sum = sum.add(&number(rate).mul(&end.sub(&start)));
                    }
                    from = to.or(Some(start));
                }
                sum
            }
            CurveKind::Formula(body) => return formula(body),
        })
    }

    /// What a line or steps give whose points stand in data, read anew from their text: `None` for other curves.
    pub fn curve_in_data(&self, curve: &Curve, read: &Value, seat: &Seat, at: At) -> Option<Value> {
        let CurveKind::Formula(_) = curve.kind else { return None };
        let text = self.sources.text(curve.span);
        let (kind, rest) = text.split_once(' ').filter(|(kind, _)| ["linear", "steps"].contains(kind))?;
        let Value::Number(x) = read else { return Some(read.clone()) };
        let (rest, goes_on) = rest.strip_suffix(" continue above").map_or((rest, false), |rest| (rest, true));
        // The sign before the point, the point, the score.
        let mut pieces: Vec<(&str, Value, Number)> = Vec::new();
        for piece in rest.split(',') {
            let (point, score) = piece.trim().split_once(" -> ").unwrap();
            let (sign, point) =
                point.split_once(' ').filter(|(sign, _)| sign.starts_with(['<', '>'])).unwrap_or(("", point));
            let point = if point == "else" { Value::Number(x.clone()) } else { self.point_in_data(point, seat, at) };
            pieces.push((sign, point, score.parse().unwrap()));
        }
        if kind == "steps" {
            let limits: Vec<_> = pieces.iter().filter(|(sign, ..)| !sign.is_empty()).collect();
            for pair in limits.windows(2) {
                // A limit that is missing is in nobody's way.
                let (Value::Number(one), Value::Number(other)) = (&pair[0].1, &pair[1].1) else { continue };
                if if pair[0].0.starts_with('>') { one < other } else { one > other } {
                    mistake("limits of steps out of order");
                }
            }
            for (sign, point, score) in pieces {
                let Value::Number(point) = point else { return Some(point) };
                let holds = match sign {
                    ">=" => *x >= point,
                    ">" => *x > point,
                    "<=" => *x <= point,
                    "<" => *x < point,
                    _ => true,
                };
                if holds {
                    return Some(Value::Number(score));
                }
            }
            panic!("steps end with `else`");
        }
        let mut points: Vec<(bool, Number, Number)> = Vec::new();
        for (sign, point, score) in pieces {
            let Value::Number(point) = point else { return Some(point) };
            let rises =
                points.last().is_none_or(|(below, last, _)| if *below { *last == point } else { *last < point });
            if !rises {
                mistake("the points of a line do not rise");
                return Some(stated("the points do not rise"));
            }
            points.push((sign == "<", point, score));
        }
        let line = |a: &(bool, Number, Number), b: &(bool, Number, Number)| {
            let part = x.sub(&a.1).div(&b.1.sub(&a.1)).unwrap();
            a.2.add(&part.mul(&b.2.sub(&a.2)))
        };
        let (first, last) = (&points[0], &points[points.len() - 1]);
        let next = points.iter().position(|(_, point, _)| x < point);
        Some(Value::Number(match next {
            Some(0) => first.2.clone(),
            Some(next) => line(&points[next - 1], &points[next]),
            None if goes_on && !points[points.len() - 2].0 => line(&points[points.len() - 2], last),
            None => last.2.clone(),
        }))
    }

    /// `person.team.n0`, a number, or one added to the other.
    fn point_in_data(&self, text: &str, seat: &Seat, at: At) -> Value {
        if let Some((one, other)) = text.split_once(" + ") {
            let (one, other) = (self.point_in_data(one, seat, at), self.point_in_data(other, seat, at));
            return binary(BinaryOp::Add, one, other);
        }
        let Some((_, path)) = text.split_once('.').filter(|(noun, _)| !noun.starts_with(|c: char| c.is_ascii_digit()))
        else {
            let number = text.trim_end_matches(" CNY").trim_end_matches('%').parse::<Number>().unwrap();
            return Value::Number(if text.ends_with('%') { number.div(&Number::from(100)).unwrap() } else { number });
        };
        let (mut data, mut columns) = (seat.roster, Vec::new());
        for name in path.split('.') {
            let set = &self.model.data[data.0];
            let column = ColumnIx(set.columns.iter().position(|column| column.name == name).unwrap());
            if let ColumnType::Link { data: next, .. } = set.columns[column.0].ty {
                data = next;
            }
            columns.push(column);
        }
        let column = columns.pop().unwrap();
        self.of_person(seat.roster, &columns, column, seat, at)
    }

    fn per_step(&self, step: &PerStep<Expr>, x: &Number, target: Option<&Number>, full: &Number, day: Day) -> Value {
        let number = |expr: &Expr| self.number(expr, day);
        let Some(target) = target else { return stated("no target") };
        let mut size = number(&step.step);
        if step.of_target {
            size = size.mul(&target.abs());
        }
        let beyond = if step.above { x.sub(target) } else { target.sub(x) };
        let Some(count) = beyond.div(&size) else { return stated("no step") };
        let mut count = count.max(Number::ZERO);
        if step.full_steps {
            count = count.floor();
        }
        let points = number(&step.amount).mul(&count);
        let start = step.start.as_ref().map_or(full.clone(), number);
        let limit = step.limit.as_ref().map(number);
        Value::Number(match (step.deduct, limit) {
            (true, Some(least)) => start.sub(&points).max(least),
            (true, None) => start.sub(&points),
            (false, Some(most)) => start.add(&points).min(most),
            (false, None) => start.add(&points),
        })
    }

    pub fn shape(&self, data: DataId) -> TimeShape {
        self.model.data[data.0].time
    }
}

pub fn binary(op: BinaryOp, left: Value, right: Value) -> Value {
    use BinaryOp::*;
    match (op, &left, &right) {
        (And, Value::Flag(false), _) | (And, Value::Flag(true), Value::Flag(false)) => return Value::Flag(false),
        (Or, Value::Flag(true), _) | (Or, Value::Flag(false), Value::Flag(true)) => return Value::Flag(true),
        (_, Value::Missing(_), _) => return left,
        (_, _, Value::Missing(_)) => return right,
        (And, ..) => return Value::Flag(true),
        (Or, ..) => return Value::Flag(false),
        _ => {}
    }
    if let (Value::Number(a), Value::Number(b)) = (&left, &right) {
        match op {
            Add => return Value::Number(a.add(b)),
            Subtract => return Value::Number(a.sub(b)),
            Multiply => return Value::Number(a.mul(b)),
            Divide => return a.div(b).map_or(Value::Missing(Missing::DivisionByZero), Value::Number),
            _ => {}
        }
    }
    if let (Value::Day(a), Value::Day(b), Subtract) = (&left, &right, op) {
        return Value::Number((a.0 - b.0).into());
    }
    let order = left.compare(&right).unwrap_or_else(|| panic!("{left:?} and {right:?} have no order"));
    Value::Flag(match op {
        Equal => order.is_eq(),
        NotEqual => order.is_ne(),
        Less => order.is_lt(),
        LessOrEqual => order.is_le(),
        Greater => order.is_gt(),
        _ => order.is_ge(),
    })
}

fn call(builtin: Builtin, arguments: Vec<Value>, world: &World) -> Value {
    let rounding = world.model.company.rounding;
    if let Some(missing) = arguments.iter().find(|argument| argument.is_missing()) {
        return missing.clone();
    }
    let number = |at: usize| arguments[at].as_number().unwrap().clone();
    let day = |at: usize| arguments[at].as_day().unwrap();
    // `round_up` and `round_down` go to the step above or below.
    let steps = || number(0).div(&number(1));
    Value::Number(match builtin {
        Builtin::Min | Builtin::Max => {
            let mut best = arguments[0].clone();
            for one in &arguments[1..] {
                let order = one.compare(&best).unwrap();
                if (builtin == Builtin::Min && order.is_lt()) || (builtin == Builtin::Max && order.is_gt()) {
                    best = one.clone();
                }
            }
            return best;
        }
        Builtin::Abs if number(0).is_negative() => number(0).neg(),
        Builtin::Abs => number(0),
        Builtin::Clamp => number(0).max(number(1)).min(number(2)),
        Builtin::Floor => number(0).floor(),
        Builtin::Ceil => number(0).neg().floor().neg(),
        Builtin::RoundUp => steps().unwrap().neg().floor().neg().mul(&number(1)),
        Builtin::RoundDown => steps().unwrap().floor().mul(&number(1)),
        Builtin::Round => {
            let steps = steps().unwrap();
            let (low, half) = (steps.floor(), Number::from_parts(5, 1));
            let rest = steps.sub(&low);
            let away = !steps.is_negative();
            let even = low.div(&Number::from(2)).unwrap().is_integer();
            let up = if rest == half {
                if rounding == merit::number::Rounding::HalfEven { !even } else { away }
            } else {
                rest > half
            };
            if up { low.add(&Number::ONE) } else { low }.mul(&number(1))
        }
        Builtin::DaysBetween => (day(1).0 - day(0).0).into(),
        Builtin::YearOf => day(0).ymd().0.into(),
        Builtin::MonthOf => day(0).ymd().1.into(),
        Builtin::DayOf => day(0).ymd().2.into(),
        Builtin::MonthsBetween => world.months_between(day(0), day(1)).into(),
        // The approximate ones are the program's own: how exact they are is tested with the numbers.
        Builtin::Sqrt | Builtin::Ln | Builtin::Exp | Builtin::Pow => {
            return builtin.call(&arguments, rounding, &Default::default());
        }
    })
}

//! Formulas about the one evaluated, specialised to a scope and a window.

use super::program::{Calc, CalcId, Input, OutputSum, Program};
use super::query::{Group, Measure, MeasureId, NodeId, RosterRead, RowNode, Rows};
use super::rows::RowContext;
use super::{Context, Planner};
use crate::language::{AcrossStints, AddsUp, BinaryOp, ScopeWord};
use crate::model::Model;
use crate::model::data::{ColumnIx, ColumnType, DataId, Route, TimeShape};
use crate::model::expr::{Aggregate, Base, Expr, Kind, Reading};
use crate::source::Span;
use crate::time::{Day, Month, Months};
use crate::value::Value;

/// An aggregate that was asked for.
pub(super) struct Aggregated {
    pub measure: MeasureId,
    /// The window that it reads.
    pub months: Months,
    /// What was asked for, without the condition that cuts it at what is known of a running period.
    whole: Measure,
}

impl Planner<'_> {
    pub(super) fn formula(&mut self, expr: &Expr, context: Context) -> CalcId {
        let span = expr.span;
        let calc = match &expr.kind {
            Kind::Value(value) => Calc::Value(value.clone()),
            Kind::Constant(id) => {
                let constant = &self.model.constants[id.0];
                let day = self.days(context.months).1;
                let number = self
                    .model
                    .dated(&constant.values, Some(day))
                    .and_then(|value| self.model.constant_value(value, Some(day)));
                match number {
                    Some(number) => Calc::Value(Value::Number(number)),
                    None => Calc::Value(Value::stated(format!("`{}` has no value on {day}", constant.name))),
                }
            }
            Kind::Kpi(id) => {
                let model = self.model;
                let Some(id) = model.kpi_on(*id, self.days(context.months).1) else {
                    let name = &model.kpis[id.0].name;
                    let reason = model.not_yet_in_force(name, id.0, |at| &model.kpis[at].versions);
                    return self.node(Calc::Value(Value::stated(reason)), span);
                };
                let kpi = &model.kpis[id.0];
                let scope = kpi.scope.unwrap_or(context.scope);
                let context = Context { scope, ..context };
                if let Some(known) = self.kpis.get(&(id, context)) {
                    return *known;
                }
                let outer = self.reading.replace(id);
                let body = self.formula(&kpi.value, context);
                self.reading = outer;
                let node = self.node(Calc::Kpi { kpi: id, months: context.months, scope, body }, span);
                self.kpis.insert((id, context), node);
                return node;
            }
            Kind::Person { roster, via, column } => {
                let roster_row =
                    RowContext { data: context.roster, via: Vec::new(), months: context.months, read: None };
                match self.model.column_of_twin(*roster, context.roster, via, *column) {
                    Some((via, column)) => {
                        let (from, to) = self.days_read(context.months);
                        let node = self.column(&roster_row, &via, column);
                        let (index, _) =
                            self.asked.reads.insert_full(RosterRead { roster: context.roster, node, from, to });
                        Calc::Read(index)
                    }
                    None => Calc::Value(Value::stated(format!(
                        "the one evaluated is not in `{}`",
                        self.model.data[roster.0].name
                    ))),
                }
            }
            Kind::PeriodStart => Calc::Value(Value::Day(self.days(context.months).0)),
            Kind::PeriodEnd => Calc::Value(Value::Day(self.days(context.months).1)),
            Kind::PeriodMonths => Calc::Value(Value::Number(context.months.count.into())),
            Kind::PeriodDays => {
                let (first, last) = self.days(context.months);
                Calc::Value(Value::Number((last.0 - first.0 + 1).into()))
            }
            Kind::Not(a) => Calc::Not(self.formula(a, context)),
            Kind::Negate(a) => Calc::Negate(self.formula(a, context)),
            Kind::Binary(op, a, b) => Calc::Binary(*op, self.formula(a, context), self.formula(b, context)),
            Kind::If { condition, then, otherwise } => Calc::If {
                condition: self.formula(condition, context),
                then: self.formula(then, context),
                otherwise: self.formula(otherwise, context),
            },
            Kind::Default { value, fallback } => {
                Calc::Default { value: self.formula(value, context), fallback: self.formula(fallback, context) }
            }
            Kind::InOrder { op, one, other, then } => return self.in_order(*op, [one, other], then, span, context),
            Kind::IsMissing(a) => Calc::IsMissing(self.formula(a, context)),
            Kind::InSet(a, set) => {
                let a = self.formula(a, context);
                Calc::InSet(a, set.iter().map(|member| self.formula(member, context)).collect())
            }
            Kind::InWindow { date, window } => {
                let (from, to) = self.days(self.model.window(context.months, window));
                Calc::InDays { date: self.formula(date, context), from, to }
            }
            Kind::Call(builtin, arguments) => {
                Calc::Call(*builtin, arguments.iter().map(|argument| self.formula(argument, context)).collect())
            }
            Kind::Scale(scale, value) => {
                let value = self.formula(value, context);
                let day = self.days(context.months).1;
                let Some(version) = self.model.scale_on(*scale, day) else {
                    return self.node(self.no_scale(*scale), span);
                };
                let key = (version, day);
                let curve = match self.scales.get(&key) {
                    Some(curve) => *curve,
                    None => {
                        let plan = self.curve(&self.model.scales[version.0].curve, context);
                        self.curves.push(plan);
                        self.scales.insert(key, self.curves.len() - 1);
                        self.curves.len() - 1
                    }
                };
                Calc::Curve(curve, value)
            }
            Kind::Matrix(matrix, row, column) => {
                let (row, column) = (self.formula(row, context), self.formula(column, context));
                let day = self.days(context.months).1;
                let Some(version) = self.model.matrix_on(*matrix, day) else {
                    return self.node(self.no_matrix(*matrix), span);
                };
                let key = (version, day);
                let known = self.matrix_days.get(&key).copied();
                let at = known.unwrap_or_else(|| {
                    self.matrices.push(self.matrix(key.0, key.1));
                    self.matrix_days.insert(key, self.matrices.len() - 1);
                    self.matrices.len() - 1
                });
                Calc::Matrix(at, row, column)
            }
            Kind::Aggregate(aggregate) => self.aggregate(aggregate, context),
            Kind::Within(value, window) => {
                let months = self.model.window(context.months, std::slice::from_ref(window));
                return self.formula(value, Context { months, ..context });
            }
            Kind::Over(value, scope) => return self.formula(value, Context { scope: *scope, ..context }),
            Kind::EntryValue => Calc::Input(Input::EntryValue),
            Kind::EntryTarget => Calc::Input(Input::EntryTarget),
            Kind::EntryWeight => Calc::Input(Input::EntryWeight),
            Kind::Score => Calc::Input(Input::Score),
            Kind::Rating => Calc::Input(Input::Rating),
            Kind::Output(at) => Calc::Input(Input::Output(*at)),
            Kind::Closed(read) => {
                let Some(period) = self.model.company.calendar.named(context.months) else {
                    self.asked.without_closing(read, context.months, span);
                    return self.node(Calc::Value(Value::stated("no such period")), span);
                };
                Calc::Closed {
                    name: read.name.as_str().into(),
                    period,
                    unit: read.unit.in_base_units().map(Into::into),
                    over_all: read.over_all,
                }
            }
            Kind::OutputSum(sum) => {
                let row = RowContext { data: sum.roster, via: Vec::new(), months: context.months, read: None };
                let condition = sum.condition.as_ref().map(|condition| {
                    let node = self.row(condition, &row);
                    let (from, to) = self.days_read(context.months);
                    let (read, _) = self.asked.reads.insert_full(RosterRead { roster: sum.roster, node, from, to });
                    self.node(Calc::Read(read), condition.span)
                });
                let (at, _) = self.sums.insert_full(OutputSum {
                    keeps: sum.keeps,
                    roster: sum.roster,
                    output: sum.output.clone(),
                    fallback: sum.fallback.as_ref().map(|fallback| self.number(fallback)),
                    condition,
                    in_team: sum.scope == ScopeWord::Team,
                });
                Calc::Input(Input::Sum(at))
            }
            // The checker refuses it: a column stands in rows only.
            Kind::Column { .. } => Calc::Value(Value::stated("cannot be evaluated")),
        };
        self.node(calc, span)
    }

    /// Columns of the roster's row of those evaluated, though no formula reads them; none where nobody is on that roster.
    pub(super) fn read_beside(&mut self, program: &Program, columns: &[(DataId, ColumnIx)]) -> Vec<Option<usize>> {
        let months = self.period.months;
        let (from, to) = self.days_read(months);
        let read = |(roster, column): &(DataId, ColumnIx)| {
            program.cards.iter().find(|card| card.roster == *roster)?;
            let node = self.column(&RowContext { data: *roster, via: Vec::new(), months, read: None }, &[], *column);
            Some(self.asked.reads.insert_full(RosterRead { roster: *roster, node, from, to }).0)
        };
        columns.iter().map(read).collect()
    }

    /// A curve whose points stand in data: computed where they are in order, else a mistake.
    fn in_order(&mut self, op: BinaryOp, points: [&Expr; 2], then: &Expr, span: Span, context: Context) -> CalcId {
        let [one, other] = points.map(|point| self.formula(point, context));
        let mut condition = self.node(Calc::Binary(op, one, other), span);
        if matches!(op, BinaryOp::GreaterOrEqual | BinaryOp::LessOrEqual) {
            // Of steps, one whose limit is missing is in nobody's way until it is looked at.
            let fallback = self.node(Calc::Value(Value::Flag(true)), span);
            condition = self.node(Calc::Default { value: condition, fallback }, span);
        }
        let then = self.formula(then, context);
        let read = self.order_read(op, points, context);
        let otherwise = self.node(Calc::OutOfOrder { op, one, other, read }, span);
        self.node(Calc::If { condition, then, otherwise }, span)
    }

    /// The order of two points as a read of the row evaluated, so that the data can tell where they stand.
    fn order_read(&mut self, op: BinaryOp, points: [&Expr; 2], context: Context) -> Option<usize> {
        let row = RowContext { data: context.roster, via: Vec::new(), months: context.months, read: None };
        let [one, other] = points;
        let mut left = MOST_READ;
        if !points.into_iter().all(|point| self.is_short(point, &row, &mut left)) {
            return None;
        }
        let nodes = [self.row_of_subject(one, &row)?, self.row_of_subject(other, &row)?];
        let node = self.row_node(context.roster, RowNode::Binary(op, nodes[0], nodes[1]));
        let mut columns = Vec::new();
        for point in points {
            self.columns_of_subject(point, &row, &mut columns);
        }
        let (from, to) = self.days_read(context.months);
        let (read, _) = self.asked.reads.insert_full(RosterRead { roster: context.roster, node, from, to });
        self.asked.orders.insert(read, columns);
        Some(read)
    }

    /// A formula about the one evaluated as one about the roster's row; `None` where it reads more than that.
    fn row_of_subject(&mut self, expr: &Expr, row: &RowContext) -> Option<NodeId> {
        let node = match &expr.kind {
            Kind::Person { roster, via, column } => {
                let (via, column) = self.model.column_of_twin(*roster, row.data, via, *column)?;
                return Some(self.column(row, &via, column));
            }
            Kind::Value(_) | Kind::Constant(_) => return Some(self.row(expr, row)),
            Kind::Kpi(_) => return self.row_of_subject(self.kpi_of_subject(expr, row)?, row),
            Kind::Call(builtin, arguments) => {
                let arguments: Option<Vec<NodeId>> =
                    arguments.iter().map(|argument| self.row_of_subject(argument, row)).collect();
                RowNode::Call(*builtin, arguments?)
            }
            Kind::Negate(a) => RowNode::Negate(self.row_of_subject(a, row)?),
            Kind::Binary(op, a, b) => RowNode::Binary(*op, self.row_of_subject(a, row)?, self.row_of_subject(b, row)?),
            Kind::Default { value, fallback } => RowNode::Default {
                value: self.row_of_subject(value, row)?,
                fallback: self.row_of_subject(fallback, row)?,
            },
            _ => return None,
        };
        Some(self.row_node(row.data, node))
    }

    fn columns_of_subject(&mut self, expr: &Expr, row: &RowContext, found: &mut Vec<NodeId>) {
        if let Kind::Person { .. } = &expr.kind {
            found.extend(self.row_of_subject(expr, row));
        }
        if let Some(formula) = self.kpi_of_subject(expr, row) {
            self.columns_of_subject(formula, row, found);
        }
        expr.parts().into_iter().for_each(|part| self.columns_of_subject(part, row, found));
    }

    fn aggregate(&mut self, aggregate: &Aggregate, context: Context) -> Calc {
        let data = aggregate.data;
        let set = &self.model.data[data.0];
        let links = |route: &Route| match route {
            Route::Links(links) => links.clone(),
            // The checker has refused an aggregate that its scope cannot tell apart.
            Route::None | Route::Ambiguous(..) => Vec::new(),
        };
        let group = match context.scope {
            ScopeWord::Company => Group::Company,
            ScopeWord::Team => Group::Team { via: links(&set.belongs.team) },
            ScopeWord::Own => {
                let route = set.belongs.own.iter().find(|(roster, _)| *roster == context.roster);
                Group::Own { roster: context.roster, via: route.map(|(_, route)| links(route)).unwrap_or_default() }
            }
        };
        let cut = !matches!(set.time, TimeShape::Always);
        let Aggregated { measure, months, whole } = self.measure(aggregate, group, context.months);
        let carried = context.carried && self.carry(measure, &whole);
        Calc::Measure { measure, scope: context.scope, months, cut, at_least: aggregate.at_least, carried }
    }

    /// Asks for an aggregate.
    pub(super) fn measure(&mut self, aggregate: &Aggregate, group: Group, months: Months) -> Aggregated {
        let data = aggregate.data;
        let (rows, read) = self.rows(aggregate, months);
        let rows = self.known_rows(rows);
        let until = self.known_until(data, &rows);
        let row = RowContext { data, via: Vec::new(), months, read: None };
        let value = aggregate.value.as_ref().map(|value| self.row(value, &row));
        let condition = aggregate.condition.as_ref().map(|condition| self.row(condition, &row));
        match &group {
            Group::Company => self.need_links(data, &[]),
            Group::Team { via } | Group::Own { via, .. } | Group::Key { via, .. } => self.need_links(data, via),
        }
        if let Rows::Dated { column, .. } = &rows {
            self.asked.need(self.model, data, *column);
        }
        self.need_window(data, &rows, read, until);
        let whole = Measure {
            data,
            function: aggregate.function,
            value,
            condition,
            fraction: aggregate.fraction.clone(),
            rows,
            group,
            shared: is_shared(self.model, aggregate),
        };
        let known = match (&whole.rows, until) {
            (Rows::Dated { column, months }, Some(until)) => {
                let days = (self.days(*months).0, until);
                let condition = Some(self.dated_within(data, *column, days, whole.condition));
                Measure { condition, ..whole.clone() }
            }
            _ => whole.clone(),
        };
        let entry = self.asked.measures.entry(known);
        let measure = MeasureId(entry.index());
        let (kpis, _) = entry.or_insert_with(|| (Vec::new(), aggregate.span));
        kpis.extend(self.reading.filter(|reader| !kpis.contains(reader)));
        self.call(measure, aggregate);
        Aggregated { measure, months: read, whole }
    }

    /// What a sum is called: by the column that it adds up, else by the KPI that it is the whole of.
    fn call(&mut self, measure: MeasureId, aggregate: &Aggregate) {
        let value = match aggregate.function.signature().adds_up() {
            AddsUp::Values => aggregate.value.as_ref(),
            AddsUp::Rows | AddsUp::Nothing => None,
        };
        let Some(value) = value else { return };
        let model = self.model;
        let column = match &value.kind {
            Kind::Default { value, .. } => &value.kind,
            kind => kind,
        };
        let name = match column {
            Kind::Column { via, data, column } if via.is_empty() => {
                let column = model.data[data.0].column(*column);
                let ColumnType::Number { unit, .. } = &column.ty else { return };
                (column.name.clone(), unit.clone())
            }
            _ => {
                let Some(kpi) = self.reading.map(|kpi| &model.kpis[kpi.0]) else { return };
                if !matches!(&kpi.value.kind, Kind::Aggregate(whole) if whole.span == aggregate.span) {
                    return;
                }
                (kpi.name.clone(), kpi.unit.clone())
            }
        };
        let known = self.asked.called.iter().position(|known| *known == name);
        let at = known.unwrap_or(self.asked.called.len());
        if known.is_none() {
            self.asked.called.push(name);
        }
        self.asked.calls.entry(measure).or_insert(at);
    }

    /// Which rows an aggregate reads by time, and the months they lie in.
    fn rows(&self, aggregate: &Aggregate, months: Months) -> (Rows, Months) {
        let shape = self.model.data[aggregate.data.0].time;
        match (&aggregate.reading, shape) {
            (Reading::Always, _) | (_, TimeShape::Always) => (Rows::All, months),
            (Reading::During(words), _) => {
                let window = self.model.window(months, words);
                let (first, last) = self.days(window);
                let rows = match (aggregate.dated_by, shape) {
                    (Some(column), _) => Rows::Dated { column, months: window },
                    (None, TimeShape::Snapshot(_)) => Rows::TakenDuring(first, last),
                    (None, _) => Rows::HeldDuring(first, last),
                };
                (rows, window)
            }
            (Reading::AtStart, _) => {
                let before = months.earlier(months.count);
                (self.on(shape, before), before)
            }
            (Reading::AtEnd, _) => (self.on(shape, months), months),
        }
    }

    /// The state at the close of a window.
    fn on(&self, shape: TimeShape, window: Months) -> Rows {
        let (first, last) = self.days(window);
        match shape {
            TimeShape::Snapshot(_) => Rows::Newest(first, last),
            _ => Rows::HeldOn(last),
        }
    }

    /// Between which days rows of a roster are read for who is evaluated: none later than is known.
    fn days_read(&self, months: Months) -> (Day, Day) {
        let (from, to) = self.days(months);
        self.running.map_or((from, to), |running| (from.min(running.day), to.min(running.day)))
    }

    pub(super) fn days(&self, months: Months) -> (Day, Day) {
        let calendar = &self.model.company.calendar;
        if calendar.uncovered(months).is_some() {
            let each = (0..months.count as i32).map(|at| Months { first: Month(months.first.0 + at), count: 1 });
            self.asked.uncovered.borrow_mut().extend(each.filter_map(|month| calendar.uncovered(month)));
        }
        calendar.days(months)
    }
}

/// Cells are not looked for behind longer formulas, with all the KPIs that they are made of.
const MOST_READ: u32 = 1_000;

impl<'a> Planner<'a> {
    /// The formula of a KPI that is read; the checker has refused circles.
    fn kpi_of_subject(&self, expr: &Expr, row: &RowContext) -> Option<&'a Expr> {
        let Kind::Kpi(kpi) = &expr.kind else { return None };
        let model = self.model;
        Some(&model.kpis[model.kpi_on(*kpi, self.days(row.months).1)?.0].value)
    }

    fn is_short(&self, expr: &Expr, row: &RowContext, left: &mut u32) -> bool {
        let Some(rest) = left.checked_sub(1) else { return false };
        *left = rest;
        self.kpi_of_subject(expr, row).is_none_or(|formula| self.is_short(formula, row, left))
            && expr.parts().into_iter().all(|part| self.is_short(part, row, left))
    }
}

/// Whether an aggregate adds up amounts of which rows of a period give each day its part. What has no unit is none: half
/// of a rate or of a number of a list is not to be had by days.
fn is_shared(model: &Model, aggregate: &Aggregate) -> bool {
    let is_amount = |value: &Expr| matches!(&value.ty.base, Base::Number(unit) if !unit.is_none());
    let of_amounts = match aggregate.function.signature().adds_up() {
        AddsUp::Values => aggregate.value.as_ref().is_some_and(is_amount),
        AddsUp::Rows | AddsUp::Nothing => false,
    };
    of_amounts && model.data[aggregate.data.0].across_stints == Some(AcrossStints::SharedByDays)
}

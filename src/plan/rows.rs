//! Formulas over rows, and what of each table they need.

use indexmap::{IndexMap, IndexSet};

use super::query::{Group, MeasureId, NeededWindow, NodeId, RowBranch, RowNode, Rows, Table};
use super::{Asked, Context, Planner};
use crate::language::{AggregateFunction, BinaryOp, Blanks, ScopeWord};
use crate::model::data::{ColumnIx, ColumnType, DataId, DataSet, Route, RulingColumns};
use crate::model::expr::{Aggregate, Expr, Kind};
use crate::model::{KpiId, Model};
use crate::number::Number;
use crate::plural::either;
use crate::time::{Day, Months};
use crate::value::{Missing, Value};

/// A table as it is asked for more and more.
#[derive(Default)]
pub(super) struct TableBuilder {
    columns: Vec<ColumnIx>,
    pub(super) nodes: IndexSet<RowNode>,
    windows: IndexMap<(Rows, String, Option<Day>), Vec<KpiId>>,
}

impl TableBuilder {
    pub(super) fn into_nodes(self) -> Vec<RowNode> {
        self.nodes.into_iter().collect()
    }
}

/// Where a row formula stands: the table whose rows are gone through, and the links from there to the row that the
/// formula is about (a derived column of a linked row is put in with these in front).
pub(super) struct RowContext {
    pub(super) data: DataId,
    pub(super) via: Vec<ColumnIx>,
    /// The context's period.
    pub(super) months: Months,
    /// In the formula of a scale: what the scale is read at.
    pub(super) read: Option<NodeId>,
}

impl Planner<'_> {
    pub(super) fn row(&mut self, expr: &Expr, row: &RowContext) -> NodeId {
        let node = match &expr.kind {
            Kind::Value(value) => RowNode::Constant(value.clone()),
            Kind::Column { via, column, .. } => return self.column(row, via, *column),
            Kind::Not(a) => RowNode::Not(self.row(a, row)),
            Kind::Negate(a) => RowNode::Negate(self.row(a, row)),
            Kind::Binary(op, a, b) => RowNode::Binary(*op, self.row(a, row), self.row(b, row)),
            Kind::If { condition, then, otherwise } => {
                let condition = self.row(condition, row);
                let branch = RowBranch { data: row.data, condition, span: expr.span };
                if !self.asked.branches.contains(&branch) {
                    self.asked.branches.push(branch);
                }
                RowNode::If { condition, then: self.row(then, row), otherwise: self.row(otherwise, row) }
            }
            Kind::Default { value, fallback } => {
                RowNode::Default { value: self.row(value, row), fallback: self.row(fallback, row) }
            }
            Kind::IsMissing(a) => RowNode::IsMissing(self.row(a, row)),
            Kind::InSet(a, set) => {
                let a = self.row(a, row);
                RowNode::InSet(a, set.iter().map(|member| self.row(member, row)).collect())
            }
            Kind::InWindow { date, window } => {
                let (from, to) = self.days(self.model.window(row.months, window));
                RowNode::InDays { date: self.row(date, row), from, to }
            }
            Kind::Call(builtin, arguments) => {
                RowNode::Call(*builtin, arguments.iter().map(|argument| self.row(argument, row)).collect())
            }
            Kind::Aggregate(aggregate) => return self.inner(aggregate, row),
            Kind::Scale(scale, value) => {
                let value = self.row(value, row);
                return self.row_scale(*scale, value, row);
            }
            Kind::Matrix(matrix, at_row, at_column) => {
                let (at_row, at_column) = (self.row(at_row, row), self.row(at_column, row));
                return self.row_matrix(*matrix, at_row, at_column, row);
            }
            Kind::EntryValue if row.read.is_some() => return row.read.unwrap_or(NodeId(0)),
            // The same for all rows: computed as a formula without a subject.
            Kind::Constant(_)
            | Kind::PeriodStart
            | Kind::PeriodEnd
            | Kind::PeriodMonths
            | Kind::PeriodDays
            | Kind::Kpi(_)
            | Kind::Person { .. }
            | Kind::Within(..)
            | Kind::Over(..) => RowNode::Constant(self.fixed(expr, row)),
            // The checker has refused these about rows.
            Kind::InOrder { .. }
            | Kind::EntryValue
            | Kind::EntryTarget
            | Kind::EntryWeight
            | Kind::Score
            | Kind::Rating
            | Kind::Output(_)
            | Kind::OutputSum(_)
            | Kind::Closed(_) => RowNode::Constant(Value::stated("cannot be read in a row")),
        };
        self.row_node(row.data, node)
    }

    /// Constants and parts of the period.
    fn fixed(&mut self, expr: &Expr, row: &RowContext) -> Value {
        let context = Context { roster: row.data, scope: ScopeWord::Company, months: row.months, carried: false };
        let at = self.formula(expr, context);
        match self.nodes.get_index(at.0) {
            Some((super::Calc::Value(value), _)) => value.clone(),
            _ => Value::stated("cannot be read in a row"),
        }
    }

    /// A column of the row that the formula is about, or behind further links.
    pub(super) fn column(&mut self, row: &RowContext, via: &[ColumnIx], column: ColumnIx) -> NodeId {
        let path: Vec<ColumnIx> = row.via.iter().chain(via).copied().collect();
        self.need_links(row.data, &path);
        let target = self.model.links_to(row.data, &path);
        let stored = self.model.is_read_as_stored(target, column);
        match self.model.formula_of(target, column).filter(|_| !stored) {
            Some(derived) => {
                let there = self.link_present(row.data, &path);
                let inside = RowContext { data: row.data, via: path, months: row.months, read: None };
                let value = self.row(derived, &inside);
                let Some(condition) = there else { return value };
                // Behind a blank link there is no row, whatever the formula makes of blanks.
                let nothing = self.row_node(row.data, RowNode::Constant(Value::Missing(Missing::Blank)));
                self.row_node(row.data, RowNode::If { condition, then: value, otherwise: nothing })
            }
            None => {
                self.asked.need(self.model, target, column);
                self.row_node(row.data, RowNode::Column { via: path, column })
            }
        }
    }

    /// Whether the links lead to a row; `None` where they always do.
    fn link_present(&mut self, data: DataId, links: &[ColumnIx]) -> Option<NodeId> {
        let (last, before) = links.split_last()?;
        let steps = (0..links.len()).map(|at| self.model.links_to(data, &links[..at]).0);
        if !steps.zip(links).any(|(at, link)| self.model.data[at].columns[link.0].optional) {
            return None;
        }
        let link = self.row_node(data, RowNode::Column { via: before.to_vec(), column: *last });
        let blank = self.row_node(data, RowNode::IsMissing(link));
        Some(self.row_node(data, RowNode::Not(blank)))
    }

    /// An aggregate over the rows that link to this one: read over the company, by this row's key.
    fn inner(&mut self, aggregate: &Aggregate, row: &RowContext) -> NodeId {
        let (outer, links) = aggregate.inner.clone().unwrap_or((row.data, Vec::new()));
        let group = Group::Key { data: outer, via: links };
        let measure = self.measure(aggregate, group.clone(), row.months).measure;
        let answer = self.inner_node(row, measure);
        let Some(least) = aggregate.at_least else { return answer };
        // Too few rows: decided by a count of the rows that have a value.
        let count = Aggregate {
            function: AggregateFunction::Count,
            value: Some(counted(aggregate)),
            fraction: None,
            ..aggregate.clone()
        };
        let count = self.measure(&count, group, row.months).measure;
        let count = self.inner_node(row, count);
        let least_node = self.row_node(row.data, RowNode::Constant(Value::Number(Number::from(least))));
        let read = &self.model.data[aggregate.data.0].row;
        let noun = either(least, &read.singular, &read.plural);
        let reason = Missing::stated(format!("fewer than {least} {noun}"));
        let missing = self.row_node(row.data, RowNode::Constant(Value::Missing(reason)));
        let enough = self.row_node(row.data, RowNode::Binary(BinaryOp::GreaterOrEqual, count, least_node));
        self.row_node(row.data, RowNode::If { condition: enough, then: answer, otherwise: missing })
    }

    fn inner_node(&mut self, row: &RowContext, measure: MeasureId) -> NodeId {
        self.row_node(row.data, RowNode::Inner { via: row.via.clone(), measure })
    }

    pub(super) fn row_node(&mut self, data: DataId, node: RowNode) -> NodeId {
        NodeId(self.asked.table(self.model, data).nodes.insert_full(node).0)
    }

    pub(super) fn need_links(&mut self, from: DataId, links: &[ColumnIx]) {
        self.asked.need_links(self.model, from, links);
    }

    pub(super) fn need_window(&mut self, data: DataId, rows: &Rows, months: Months, until: Option<Day>) {
        if matches!(rows, Rows::All) || self.model.data[data.0].may_be_empty {
            return;
        }
        // What has not begun yet has no rows.
        if self.running.is_some_and(|running| running.day < self.days(months).0) {
            return;
        }
        let words = match self.periods.iter().find(|period| period.months == months) {
            Some(period) => format!("the period {}", period.name),
            None => months.to_string(),
        };
        let words = match until {
            Some(day) => format!("{words} up to {day}"),
            None => words,
        };
        let reader = self.reading;
        let table = self.asked.table(self.model, data);
        let kpis = table.windows.entry((rows.clone(), words, until)).or_default();
        kpis.extend(reader.filter(|reader| !kpis.contains(reader)));
    }
}

impl Asked {
    pub(super) fn table(&mut self, model: &Model, data: DataId) -> &mut TableBuilder {
        self.tables.entry(data).or_insert_with(|| {
            // Keys and dates are always read: a duplicate key or a row without a date must be found.
            let set = &model.data[data.0];
            let columns = set.key.iter().copied().chain(set.time_columns()).collect();
            TableBuilder { columns, ..TableBuilder::default() }
        })
    }

    /// A column of a table is read; of a link, the data set behind it is, too.
    pub(super) fn need(&mut self, model: &Model, data: DataId, column: ColumnIx) {
        let table = self.table(model, data);
        if !table.columns.contains(&column) {
            table.columns.push(column);
        }
        if let ColumnType::Link { data: target, by } = &model.data[data.0].columns[column.0].ty {
            for column in by {
                self.need(model, data, *column);
            }
            self.table(model, *target);
        }
    }

    fn need_links(&mut self, model: &Model, from: DataId, links: &[ColumnIx]) {
        let mut at = from;
        self.table(model, at);
        for link in links {
            self.need(model, at, *link);
            at = model.link_target(at, *link);
        }
    }

    pub(super) fn need_roster(&mut self, model: &Model, roster: DataId) {
        self.table(model, roster);
        let set = &model.data[roster.0];
        self.need_name(model, roster, set);
        if let Some(post) = set.roster.as_ref().and_then(|roster| roster.post) {
            self.need(model, roster, post);
        }
        if let Route::Links(links) = &set.belongs.team {
            self.need_links(model, roster, links);
        }
    }

    pub(super) fn need_organisation(&mut self, model: &Model, organisation: DataId) {
        self.table(model, organisation);
        let set = &model.data[organisation.0];
        self.need_name(model, organisation, set);
        if let Some(parent) = set.organisation {
            self.need(model, organisation, parent);
        }
    }

    pub(super) fn need_rulings(&mut self, model: &Model, data: DataId) {
        self.table(model, data);
        for column in model.data[data.0].rulings.iter().flat_map(RulingColumns::all) {
            self.need(model, data, column);
        }
    }

    /// What columns with a formula need that are computed when their table is read, and what that needs.
    pub(super) fn need_inputs(&mut self, model: &Model) {
        let columns = |table: &TableBuilder| table.columns.iter().copied().collect();
        let mut needed = self.tables.iter().map(|(data, table)| (*data, columns(table))).collect();
        model.with_inputs(&mut needed);
        for (data, columns) in needed {
            self.table(model, data).columns.extend(columns);
        }
    }

    fn need_name(&mut self, model: &Model, data: DataId, set: &DataSet) {
        if let Some(name) = set.name_column() {
            self.need(model, data, name);
        }
    }
}

/// What rows are counted by, to see whether there are enough: those that have a value. Never by keys.
fn counted(aggregate: &Aggregate) -> Expr {
    let value = match aggregate.function.signature().blanks {
        Blanks::Counted => None,
        Blanks::Refused | Blanks::LeftOut => aggregate.value.as_ref(),
    };
    let flag = crate::model::expr::Type { base: crate::model::expr::Base::Flag, optional: false };
    value.cloned().unwrap_or_else(|| Expr::new(Kind::Value(Value::Flag(true)), flag, aggregate.span))
}

/// The tables, those that others link to first.
pub(super) fn in_order(model: &Model, mut tables: IndexMap<DataId, TableBuilder>) -> Vec<Table> {
    fn visit(
        model: &Model,
        data: DataId,
        tables: &IndexMap<DataId, TableBuilder>,
        order: &mut Vec<DataId>,
        seen: &mut Vec<DataId>,
    ) {
        if seen.contains(&data) {
            return;
        }
        seen.push(data);
        let Some(table) = tables.get(&data) else { return };
        for column in &table.columns {
            if let ColumnType::Link { data: target, .. } = &model.data[data.0].columns[column.0].ty {
                visit(model, *target, tables, order, seen);
            }
        }
        order.push(data);
    }
    let mut ids: Vec<DataId> = tables.keys().copied().collect();
    ids.sort();
    let (mut order, mut seen) = (Vec::new(), Vec::new());
    for id in ids {
        visit(model, id, &tables, &mut order, &mut seen);
    }
    order
        .into_iter()
        .filter_map(|data| {
            let mut table = tables.swap_remove(&data)?;
            table.columns.sort();
            table.columns.dedup();
            Some(Table {
                data,
                columns: table.columns,
                nodes: table.nodes.into_iter().collect(),
                windows: table
                    .windows
                    .into_iter()
                    .map(|((rows, words, until), kpis)| NeededWindow { rows, words, until, kpis })
                    .collect(),
            })
        })
        .collect()
}

impl Model {
    /// The data set a link column leads to (the data set itself, if the column is no link).
    pub fn link_target(&self, data: DataId, link: ColumnIx) -> DataId {
        match &self.data[data.0].columns[link.0].ty {
            ColumnType::Link { data, .. } => *data,
            _ => data,
        }
    }

    /// The same of a link of a data set at hand.
    pub fn link_target_of(&self, set: &DataSet, link: ColumnIx) -> DataId {
        match &set.column(link).ty {
            ColumnType::Link { data, .. } => *data,
            _ => DataId(usize::MAX),
        }
    }

    /// The data set at the end of a chain of links.
    pub fn links_to(&self, from: DataId, links: &[ColumnIx]) -> DataId {
        links.iter().fold(from, |at, link| self.link_target(at, *link))
    }
}

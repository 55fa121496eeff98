//! Nodes over the rows of a table, batch by batch: columns, links and operators.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use super::operate;
use super::shape::ALWAYS_AFTER;
use super::table::Table;
use super::vector::{Rows, Vector};
use crate::data::columns::column::{Column, NO_DAY, NONE};
use crate::model::Model;
use crate::model::data::{ColumnIx, DataId};
use crate::plan::query::{MeasureId, NodeId, RowNode};
use crate::value::Missing;

/// Everything that evaluating a row can look at.
#[derive(Clone)]
pub struct World<'a> {
    pub model: &'a Model,
    pub tables: Vec<&'a Table>,
    /// By place of the table.
    pub nodes: Vec<&'a [RowNode]>,
    pub place_of: Arc<BTreeMap<DataId, usize>>,
    /// Answers of inner aggregates, by number of the key they are grouped by.
    pub inner: Arc<HashMap<MeasureId, Vector<'static>>>,
}

/// The days as of which the links of a batch's rows are followed.
#[derive(Clone, Debug)]
pub enum Days<'a> {
    /// No day: the latest row counts.
    Any,
    One(i32),
    Each(Cow<'a, [i32]>),
    /// From a day to a day: the latest row that holds on any of them.
    Spans(Vec<(i32, i32)>),
}

impl Days<'_> {
    fn span(&self, at: usize) -> (i32, i32) {
        match self {
            Days::Any => (ALWAYS_AFTER, ALWAYS_AFTER),
            Days::One(day) => (*day, *day),
            Days::Each(days) => (days[at], days[at]),
            Days::Spans(spans) => spans[at],
        }
    }

    /// The day itself, or the last one of a span.
    pub fn last(&self, at: usize) -> i32 {
        self.span(at).1
    }

    pub fn bounds(&self, at: usize) -> (i32, i32) {
        self.span(at)
    }
}

/// Cells whose links were followed to the row of another day: a bit for each row.
#[derive(Default)]
pub struct OtherDays(pub BTreeMap<(usize, ColumnIx), Vec<u64>>);

impl OtherDays {
    fn mark(&mut self, table: usize, column: ColumnIx, row: u32, rows: usize) {
        let bits = self.0.entry((table, column)).or_insert_with(|| vec![0; rows.div_ceil(64)]);
        bits[row as usize / 64] |= 1 << (row % 64);
    }

    pub fn take_in(&mut self, other: OtherDays) {
        for (key, bits) in other.0 {
            match self.0.entry(key) {
                std::collections::btree_map::Entry::Vacant(entry) => {
                    entry.insert(bits);
                }
                std::collections::btree_map::Entry::Occupied(mut entry) => {
                    entry.get_mut().iter_mut().zip(bits).for_each(|(mine, other)| *mine |= other);
                }
            }
        }
    }
}

/// Cells of a column (or rows as a whole), [`NONE`] where a link to their row is blank.
#[derive(PartialEq, Eq)]
pub struct Cells {
    pub table: usize,
    pub column: Option<ColumnIx>,
    pub rows: Vec<u32>,
}

/// Some rows of a table with what has been found out about them.
pub struct Batch<'a> {
    world: &'a World<'a>,
    table: usize,
    pub rows: Rows<'a>,
    pub days: Days<'a>,
    nodes: Vec<Option<Rc<Vector<'a>>>>,
    hops: HashMap<Vec<ColumnIx>, Rc<Vec<u32>>>,
    other_days: &'a mut OtherDays,
}

impl<'a> Batch<'a> {
    pub fn new(
        world: &'a World<'a>,
        table: usize,
        rows: Rows<'a>,
        days: Days<'a>,
        other_days: &'a mut OtherDays,
    ) -> Batch<'a> {
        let nodes = vec![None; world.nodes[table].len()];
        Batch { world, table, rows, days, nodes, hops: HashMap::new(), other_days }
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// The value of a node in every row.
    pub fn node(&mut self, id: NodeId) -> Rc<Vector<'a>> {
        if let Some(Some(known)) = self.nodes.get(id.0) {
            return known.clone();
        }
        let value = Rc::new(self.evaluate(id));
        if let Some(slot) = self.nodes.get_mut(id.0) {
            *slot = Some(value.clone());
        }
        value
    }

    fn evaluate(&mut self, id: NodeId) -> Vector<'a> {
        let world = self.world;
        let len = self.len();
        let rounding = world.model.company.rounding;
        match &world.nodes[self.table][id.0] {
            RowNode::Constant(value) => Vector::constant(value.clone().held()),
            RowNode::Column { via, column } => self.column(via, *column),
            RowNode::Inner { via, measure } => match (self.key_numbers(via), world.inner.get(measure)) {
                (Some((_, keys)), Some(answers)) => answers.gather(&keys),
                _ => operate::missing(Missing::NoRows),
            },
            RowNode::Not(node) => operate::not(&self.node(*node), len),
            RowNode::Negate(node) => operate::negate(&self.node(*node), len),
            RowNode::Binary(op, left, right) => {
                let (left, right) = (self.node(*left), self.node(*right));
                operate::binary(*op, &left, &right, len)
            }
            RowNode::If { condition, then, otherwise } => {
                let (condition, then, otherwise) = (self.node(*condition), self.node(*then), self.node(*otherwise));
                operate::choose(&condition, &then, &otherwise, len)
            }
            RowNode::Default { value, fallback } => {
                let (value, fallback) = (self.node(*value), self.node(*fallback));
                operate::default(&value, &fallback, len)
            }
            RowNode::IsMissing(node) => operate::is_missing(&self.node(*node), len),
            RowNode::InSet(value, items) => {
                let value = self.node(*value);
                let items: Vec<_> = items.iter().map(|item| self.node(*item)).collect();
                operate::in_set(&value, &items.iter().map(|item| &**item).collect::<Vec<_>>(), len)
            }
            RowNode::InDays { date, from, to } => {
                operate::in_days(&self.node(*date), *from, *to, &world.model.company.calendar, len)
            }
            RowNode::Call(function, arguments) => {
                let arguments: Vec<_> = arguments.iter().map(|argument| self.node(*argument)).collect();
                let arguments: Vec<&Vector> = arguments.iter().map(|argument| &**argument).collect();
                operate::call(*function, &arguments, rounding, &world.model.company.calendar, len)
            }
        }
    }

    /// Where a node that is a column stands, in every row.
    pub fn cells(&mut self, id: NodeId) -> Option<Cells> {
        let RowNode::Column { via, column } = &self.world.nodes[self.table][id.0] else { return None };
        let (table, rows) = match via.is_empty() {
            true => (self.table, (0..self.len()).map(|at| self.rows.row(at)).collect()),
            false => {
                let (table, rows) = self.rows_at(via)?;
                (table, rows.to_vec())
            }
        };
        Some(Cells { table, column: Some(*column), rows })
    }

    fn column(&mut self, via: &[ColumnIx], column: ColumnIx) -> Vector<'a> {
        let world = self.world;
        if via.is_empty() {
            return match world.tables[self.table].column(column) {
                Some(column) => Vector::of_column(column, self.rows),
                None => self.not_read(self.table, column),
            };
        }
        let Some((table, rows)) = self.rows_at(via) else { return operate::missing(Missing::Blank) };
        match world.tables[table].column(column) {
            Some(column) => owned(Vector::of_column(column, Rows::List(&rows))),
            None => self.not_read(table, column),
        }
    }

    /// A column that nobody has read or computed is no blank one: whoever needs it is told.
    fn not_read(&self, table: usize, column: ColumnIx) -> Vector<'a> {
        let set = &self.world.model.data[self.world.tables[table].data.0];
        let reason = format!("`{}` of `{}` was not read", set.column(column).name, set.name);
        operate::missing(Missing::stated(reason))
    }

    /// The table and the rows that links lead to, from each row of the batch; [`NONE`] where a link is blank.
    pub fn rows_at(&mut self, via: &[ColumnIx]) -> Option<(usize, Rc<Vec<u32>>)> {
        let world = self.world;
        let (target, keys) = self.key_numbers(via)?;
        if let Some(rows) = self.hops.get(via) {
            return Some((target, rows.clone()));
        }
        let table = world.tables[target];
        let index = table.keys.as_ref()?;
        let rows: Vec<u32> = if table.is_timeless() {
            keys.iter().map(|key| index.row_between(&table.shape, *key, 0, 0).row).collect()
        } else {
            let (source, column) = match via.split_last()? {
                (last, []) => (None, *last),
                (last, before) => (Some(self.rows_at(before)?), *last),
            };
            let mut rows = Vec::with_capacity(keys.len());
            for (at, key) in keys.iter().enumerate() {
                let (first, last) = self.days.span(at);
                let link = index.row_between(&table.shape, *key, first, last);
                if link.other_day {
                    let (from, row) = match &source {
                        Some((table, rows)) => (*table, rows[at]),
                        None => (self.table, self.rows.row(at)),
                    };
                    self.other_days.mark(from, column, row, world.tables[from].rows);
                }
                rows.push(link.row);
            }
            rows
        };
        let rows = Rc::new(rows);
        self.hops.insert(via.to_vec(), rows.clone());
        Some((target, rows))
    }

    /// The table that links lead to and the numbers of the keys there; without links this table and its own keys.
    pub fn key_numbers(&mut self, via: &[ColumnIx]) -> Option<(usize, Rc<Vec<u32>>)> {
        let world = self.world;
        let Some((last, before)) = via.split_last() else {
            let keys = &world.tables[self.table].keys.as_ref()?.of_row;
            let own = (0..self.len()).map(|at| keys[self.rows.row(at) as usize]).collect();
            return Some((self.table, Rc::new(own)));
        };
        let (table, rows) = match before {
            [] => (self.table, None),
            _ => {
                let (table, rows) = self.rows_at(before)?;
                (table, Some(rows))
            }
        };
        let target = world.tables[table].links[last.0]?;
        let Some(Column::Text { codes, .. }) = world.tables[table].column(*last) else { return None };
        let code = |row: u32| if row == NONE { NONE } else { codes[row as usize] };
        let keys = match rows {
            Some(rows) => rows.iter().map(|row| code(*row)).collect(),
            None => (0..self.len()).map(|at| code(self.rows.row(at))).collect(),
        };
        Some((target, Rc::new(keys)))
    }
}

/// A vector that borrows nothing of a batch's own lists.
fn owned(vector: Vector) -> Vector<'static> {
    use super::vector::Data;
    fn keep<T: Clone>(values: Cow<[T]>) -> Cow<'static, [T]> {
        Cow::Owned(values.into_owned())
    }
    let data = match vector.data {
        Data::Constant(value) => Data::Constant(value),
        Data::Fixed { scale, values } => Data::Fixed { scale, values: keep(values) },
        Data::Day(days) => Data::Day(keep(days)),
        Data::Period { codes, list } => Data::Period { codes: keep(codes), list },
        Data::Flag(flags) => Data::Flag(keep(flags)),
        Data::Choice(codes) => Data::Choice(keep(codes)),
        Data::Text { codes, texts } => Data::Text { codes: keep(codes), texts },
        Data::Any(values) => Data::Any(values),
    };
    Vector { data, missing: vector.missing }
}

/// The days of a table's rows by a column: its dates, or its periods.
pub fn days_by<'a>(world: &World<'a>, table: usize, column: ColumnIx, rows: Rows) -> Days<'a> {
    match world.tables[table].column(column) {
        Some(Column::Day(days)) => match rows {
            Rows::Range(from, to) => Days::Each(Cow::Borrowed(&days[from..to])),
            Rows::List(rows) => Days::Each(Cow::Owned(rows.iter().map(|row| days[*row as usize]).collect())),
        },
        Some(Column::Period { codes, list }) => {
            let calendar = &world.model.company.calendar;
            let spans: Vec<(i32, i32)> = list
                .iter()
                .map(|months| {
                    let (first, last) = calendar.days(*months);
                    (first.0, last.0)
                })
                .collect();
            let span = |at| match codes[rows.row(at) as usize] {
                NONE => (NO_DAY, NO_DAY),
                code => spans[code as usize],
            };
            Days::Spans((0..rows.len()).map(span).collect())
        }
        _ => Days::Any,
    }
}

/// The places of the bits that are set.
pub fn marked(bits: &[u64]) -> impl Iterator<Item = usize> + '_ {
    bits.iter()
        .enumerate()
        .flat_map(|(word, bits)| (0..64).filter(move |bit| bits >> bit & 1 == 1).map(move |bit| word * 64 + bit))
}

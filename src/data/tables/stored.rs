//! From columns as read to tables in which links lead to rows: what is computed from other columns, when rows hold, keys and
//! links, each behind what it builds on ([`crate::model::data::stored`] tells the order).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::links;
use super::{keyed, load};
use crate::data::cells::content::{Content, fixed};
use crate::data::columns::column::{Builder, Column, NO_DAY, join};
use crate::data::errors;
use crate::data::errors::SHOWN;
use crate::data::rows::keys::Keys;
use crate::data::rows::nodes::{Batch, Days, OtherDays, World, days_by};
use crate::data::rows::shape::Shape;
use crate::data::rows::table::Table;
use crate::data::rows::vector::Rows;
use crate::diagnostic::Diagnostic;
use crate::model::Model;
use crate::model::data::stored::Step;
use crate::model::data::{ColumnIx, ColumnType, DataId, Origin, TimeShape};
use crate::number::Excess;
use crate::plan::Stored;
use crate::plan::query::NodeId;
use crate::value::Value;

/// Rows that are computed at once.
const ROWS: usize = 1 << 14;

/// What is to be made of some tables.
pub struct Task<'a> {
    pub model: &'a Model,
    /// The columns needed of each table.
    pub needed: &'a [(DataId, Vec<ColumnIx>)],
    /// Tables whose rows are not at hand.
    pub left_out: &'a BTreeSet<DataId>,
    /// Their keys, as far as they are known.
    pub keys_left_out: &'a dyn Fn(&[Table], usize) -> Option<Keys>,
    /// The tables are those of a test: columns that it leaves out are blank.
    pub given: bool,
}

impl Task<'_> {
    /// Completes tables as they were read. Gives the links that were followed to rows of another day.
    pub fn complete(&self, tables: &mut [Table], errors: &mut Vec<Diagnostic>) -> OtherDays {
        let model = self.model;
        let place_of: BTreeMap<DataId, usize> = tables.iter().enumerate().map(|(at, table)| (table.data, at)).collect();
        let place_of = Arc::new(place_of);
        let stored = Stored::of(model, self.needed.iter().map(|(data, columns)| (*data, columns.as_slice())));
        let mut other_days = OtherDays::default();
        let before = errors.len();
        for step in model.in_order(self.steps(&stored)) {
            let Some(place) = place_of.get(&step.data()).copied() else { continue };
            let left_out = self.left_out.contains(&step.data());
            match step {
                Step::Keys(_) if left_out => tables[place].keys = (self.keys_left_out)(tables, place),
                Step::Keys(_) => tables[place].keys = keyed::build(model, &tables[place], errors),
                _ if left_out => {}
                Step::Shape(_) => tables[place].shape = load::shape(model, &mut tables[place], errors),
                Step::Link(_, link) => links::resolve(model, tables, &place_of, (place, link), errors),
                Step::Column(data, column) => {
                    let Some(node) = stored.node(data, column) else { continue };
                    let computed = {
                        let world = world(model, tables.iter().collect(), &stored, &place_of);
                        values(&world, place, (column, node), &mut other_days)
                    };
                    self.keep(tables, place, column, computed, errors);
                }
            }
        }
        // Whoever reads a column finds it: one that nobody computed is no blank one.
        if errors.len() == before {
            for (data, columns) in self.needed.iter().filter(|(data, _)| !self.left_out.contains(data)) {
                let Some(place) = place_of.get(data) else { continue };
                let absent = columns.iter().filter(|column| stored.node(*data, **column).is_some());
                let absent = absent.filter(|column| tables[*place].column(**column).is_none());
                errors.extend(absent.map(|column| errors::not_computed(model, *data, *column, Vec::new(), 0)));
            }
        }
        other_days
    }

    /// All that is to be found out.
    fn steps(&self, stored: &Stored) -> Vec<Step> {
        let mut steps = Vec::new();
        for (data, columns) in self.needed {
            let set = &self.model.data[data.0];
            steps.extend([Step::Shape(*data), Step::Keys(*data)]);
            steps.extend(
                columns.iter().filter(|at| stored.node(*data, **at).is_some()).map(|at| Step::Column(*data, *at)),
            );
            let is_link = |at: &ColumnIx| match (&set.column(*at).ty, set.column(*at).origin()) {
                (ColumnType::Link { .. }, Origin::Parts(by)) => by.iter().all(|part| columns.contains(part)),
                (ColumnType::Link { .. }, Origin::Cells | Origin::Formula(_)) => columns.contains(at),
                _ => false,
            };
            steps.extend((0..set.columns.len()).map(ColumnIx).filter(is_link).map(|at| Step::Link(*data, at)));
        }
        steps
    }

    /// Puts a column that was computed into its table.
    fn keep(
        &self,
        tables: &mut [Table],
        place: usize,
        column: ColumnIx,
        Computed { column: computed, too_large }: Computed,
        errors: &mut Vec<Diagnostic>,
    ) {
        let model = self.model;
        let data = tables[place].data;
        let declared = model.data[data.0].column(column);
        // What follows from cells that cannot be read is no mistake of its own.
        if self.is_doubtful(tables, place, column) {
            tables[place].bad.insert(column);
        }
        let table = &mut tables[place];
        for file in &mut table.files {
            file.headers.insert(column, declared.name.clone());
        }
        if let Some((row, excess)) = too_large {
            let place = table.place(row, None);
            errors.push(errors::computed_too_large(model, data, column, excess, place));
            table.bad.insert(column);
        }
        let blank: Vec<usize> = match declared.optional || self.given || table.bad.contains(&column) {
            true => Vec::new(),
            false => (0..table.rows).filter(|row| computed.value(*row).is_missing()).collect(),
        };
        table.columns[column.0] = Some(computed);
        load::name_positions(model, &model.data[data.0], table);
        if !blank.is_empty() {
            let places = blank.iter().take(SHOWN).map(|row| table.place(*row, Some(column))).collect();
            errors.push(errors::not_computed(model, data, column, places, blank.len() as u64));
            table.bad.insert(column);
        }
    }

    /// Whether something that the column is computed from could not be read.
    fn is_doubtful(&self, tables: &[Table], place: usize, column: ColumnIx) -> bool {
        let of = |data: DataId| tables.iter().find(|table| table.data == data);
        let data = tables[place].data;
        self.model.reads_of(data, column).iter().any(|read| {
            let mut at = data;
            let bad_way = read.via.iter().any(|link| {
                let bad = of(at).is_none_or(|table| !table.are_good([*link]) || table.links[link.0].is_none());
                at = self.model.link_target(at, *link);
                bad
            });
            bad_way || of(read.data).is_none_or(|table| !table.are_good([read.column]))
        })
    }
}

/// What the formulas of stored columns look at.
pub fn world<'a>(
    model: &'a Model,
    tables: Vec<&'a Table>,
    stored: &'a Stored,
    place_of: &Arc<BTreeMap<DataId, usize>>,
) -> World<'a> {
    let nodes = tables.iter().map(|table| stored.nodes(table.data)).collect();
    World { model, tables, nodes, place_of: place_of.clone(), inner: Arc::default() }
}

/// A column as it was computed.
pub struct Computed {
    pub column: Column,
    /// The first row whose value is a number that cannot be held: it is no blank one.
    pub too_large: Option<(usize, Excess)>,
}

/// The values of a column in all rows of its table, links followed as of the row's own day.
pub fn values(world: &World, place: usize, (column, node): (ColumnIx, NodeId), other_days: &mut OtherDays) -> Computed {
    let table = world.tables[place];
    let set = &world.model.data[table.data.0];
    let by_day = world.model.goes_by_day(table.data, column);
    let mut too_large = None;
    let mut builder = Builder::of_type(&set.column(column).ty);
    let mut from = 0;
    while from < table.rows {
        let to = (from + ROWS).min(table.rows);
        let rows: Vec<u32> = (from as u32..to as u32).filter(|row| !by_day || has_day(world, place, *row)).collect();
        let days = match (by_day, set.time, &table.shape) {
            (true, TimeShape::Dated(on), _) => days_by(world, place, on, Rows::List(&rows)),
            (true, _, Shape::Snapshot(days)) => {
                Days::Each(rows.iter().map(|row| days[*row as usize]).collect::<Vec<i32>>().into())
            }
            _ => Days::Any,
        };
        let found = Batch::new(world, place, Rows::List(&rows), days, other_days).node(node);
        let mut known = rows.iter().enumerate().peekable();
        for row in from..to {
            let value = known.next_if(|(_, known)| **known as usize == row).map(|(at, _)| found.value(at));
            if let Some(excess) = value.as_ref().and_then(Value::excess) {
                too_large = too_large.or(Some((row, excess)));
            }
            builder.push(value.as_ref().map_or(Content::Blank, content));
        }
        from = to;
    }
    Computed { column: join(vec![builder]), too_large }
}

/// Whether a row has the day as of which its links are followed.
fn has_day(world: &World, place: usize, row: u32) -> bool {
    let table = world.tables[place];
    match (world.model.data[table.data.0].time, &table.shape) {
        (TimeShape::Dated(on), _) => table.column(on).is_some_and(|column| !column.value(row as usize).is_missing()),
        (_, Shape::Snapshot(days)) => days[row as usize] != NO_DAY,
        _ => true,
    }
}

/// What a cell with the value would say.
fn content(value: &Value) -> Content<'_> {
    match value {
        Value::Number(number) => match number.as_decimal().filter(|_| !number.is_approximate()) {
            Some(decimal) => fixed(decimal.mantissa(), decimal.scale()),
            None => Content::Number(number.clone()),
        },
        Value::Text(text) => Content::Text(text.as_ref().into()),
        Value::Day(day) => Content::Day(*day),
        Value::Period(months) => Content::Period(*months),
        Value::Flag(flag) => Content::Flag(*flag),
        Value::Choice(choice) => Content::Choice(*choice),
        Value::Missing(_) => Content::Blank,
    }
}

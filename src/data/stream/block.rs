//! The rows of a block as a small table of its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Failed;
use crate::alike::plain_twin;
use crate::data::cells::content::Repair;
use crate::data::cells::reader::{CellKind, CellReader};
use crate::data::columns::column::{Builder, Column, NONE, Target, join};
use crate::data::columns::dictionary::{Dictionary, hash_of};
use crate::data::read::{Block, Gaps, Take, Wanted};
use crate::data::rows::keys::Keys;
use crate::data::rows::nodes::{OtherDays, World};
use crate::data::rows::table::{Table, TableFile};
use crate::data::tables::keyed::key_of_row;
use crate::data::tables::links::{by_cell, by_parts};
use crate::data::tables::load;
use crate::data::tables::stored;
use crate::model::Model;
use crate::model::data::stored::Step;
use crate::model::data::{ColumnIx, ColumnType, DataId, Origin, TimeShape};
use crate::plan::Stored;

/// Makes tables of blocks.
pub struct Reader<'a> {
    model: &'a Model,
    tables: Vec<&'a Table>,
    place_of: Arc<BTreeMap<DataId, usize>>,
    place: usize,
    stored: Stored,
    /// What is found out of the table's rows, each behind what it builds on.
    steps: Vec<Step>,
    pub wanted: Wanted<'a>,
    /// By column, the place of the table that its links lead to.
    pub links: Vec<Option<usize>>,
    /// Whether it is told which keys are the same.
    tells_keys: bool,
}

/// A block with what is known of it besides.
pub struct Taken {
    pub table: Table,
    /// Of the rows' keys; empty for a data set without a key.
    pub hashes: Vec<u64>,
    /// Of plain keys that some of them look like.
    pub twins: Vec<u64>,
    pub repairs: BTreeMap<(ColumnIx, Repair), u64>,
    /// Rows left out by how they start.
    pub left_out: u64,
    pub gaps: Gaps,
    /// Links that were followed to rows of another day, for columns that are computed.
    pub other_days: OtherDays,
}

impl<'a> Reader<'a> {
    pub fn new(world: &World<'a>, place: usize, columns: &[ColumnIx]) -> Reader<'a> {
        let own = world.tables[place];
        let data = &world.model.data[own.data.0];
        let readers: Vec<(ColumnIx, CellReader)> =
            columns.iter().filter_map(|column| Some((*column, CellReader::new(world.model, data, *column)?))).collect();
        let mut links = vec![None; data.columns.len()];
        for (link, declared) in links.iter_mut().zip(&data.columns) {
            let ColumnType::Link { data: target, .. } = &declared.ty else { continue };
            *link = world.place_of.get(target).copied().filter(|place| world.tables[*place].keys.is_some());
        }
        let take = |(column, reader): &(ColumnIx, CellReader)| {
            let target = links[column.0].and_then(|place| Some((place, world.tables[place].keys.as_ref()?)));
            match (target, &own.keys) {
                (Some((place, keys)), _) => {
                    Take::Link(Target { known: keys.known.clone(), texts: keys.texts.clone(), place })
                }
                (None, Some(keys)) if data.key == [*column] && matches!(reader.kind, CellKind::Text) => {
                    Take::Key(keys.known.clone())
                }
                _ => Take::Column,
            }
        };
        let takes = readers.iter().map(take).collect();
        let wanted = Wanted { data, columns: readers, takes };
        let stored = Stored::of(world.model, [(own.data, columns)]);
        let computed = columns.iter().filter(|column| stored.node(own.data, **column).is_some());
        let mut asked: Vec<Step> = computed.map(|column| Step::Column(own.data, *column)).collect();
        let is_link = |at: &usize| links[*at].is_some() && !data.columns[*at].has_cells();
        asked.extend((0..links.len()).filter(is_link).map(|at| Step::Link(own.data, ColumnIx(at))));
        asked.push(Step::Shape(own.data));
        // Of other tables everything is known.
        let steps = world.model.in_order(asked).into_iter().filter(|step| step.data() == own.data).collect();
        let (tables, place_of) = (world.tables.clone(), world.place_of.clone());
        Reader { model: world.model, tables, place_of, place, stored, steps, wanted, links, tells_keys: true }
    }

    /// Without looking which keys are the same: for rows that were read before.
    pub fn of_known_keys(mut self) -> Reader<'a> {
        self.tells_keys = false;
        self
    }

    /// With the texts of keys, for some rows that were read before; none where they are there anyway.
    pub fn with_texts(self) -> Option<Reader<'a>> {
        let mut reader = self.of_known_keys();
        let take = reader.wanted.takes.iter_mut().find(|take| matches!(take, Take::Key(_)))?;
        *take = Take::Column;
        Some(reader)
    }

    /// Whether a key may come again on other days.
    pub fn spans(&self) -> bool {
        matches!(self.wanted.data.time, TimeShape::Valid { .. })
    }

    /// The rows of a block as a table.
    pub fn table(&self, block: Block) -> Result<Taken, Failed> {
        if !block.is_clean() {
            return Err(Failed);
        }
        let (left_out, gaps) = (block.left_out(), block.gaps());
        let data = self.wanted.data;
        let mut table = Table::empty(self.tables[self.place].data, data);
        table.rows = block.lines.len();
        table.lines = block.lines;
        table.files = vec![TableFile { rows: table.rows, ..TableFile::default() }];
        let mut keys = None;
        for ((column, _), part) in self.wanted.columns.iter().zip(block.columns) {
            match part {
                Builder::Link { unknown: true, .. } => return Err(Failed),
                Builder::Key { codes, hashes, twins, .. } => keys = Some((codes, hashes, twins)),
                part => {
                    if let Builder::Link { target, .. } = &part {
                        table.links[column.0] = Some(target.place);
                    }
                    table.columns[column.0] = Some(join(vec![part]));
                }
            }
        }
        load::name_positions(self.model, data, &mut table);
        let mut other_days = OtherDays::default();
        for step in &self.steps {
            self.find_out(*step, &mut table, &mut other_days)?;
        }
        let (of_row, hashes, twins) = match keys {
            Some(keys) => keys,
            None if data.key.is_empty() => Default::default(),
            None if !self.tells_keys => (vec![0; table.rows], Vec::new(), Vec::new()),
            None => {
                let mut twins = Vec::new();
                let hash = |row| {
                    let key = key_of_row(data, &table, &data.key, row)?;
                    twins.extend(plain_twin(&key).map(|twin| hash_of(&twin)));
                    Some(hash_of(&key))
                };
                let hashes: Vec<Option<u64>> = (0..table.rows).map(hash).collect();
                let code = |hash: &Option<u64>| if hash.is_some() { 0 } else { NONE };
                (hashes.iter().map(code).collect(), hashes.iter().map(|hash| hash.unwrap_or(0)).collect(), twins)
            }
        };
        if let (Some(own), false) = (&self.tables[self.place].keys, data.key.is_empty()) {
            table.keys = Some(Keys::named(own.texts.clone(), of_row));
        }
        let repairs = block.repairs.into_iter();
        let repairs = repairs.map(|((at, repair), tally)| ((self.wanted.columns[at].0, repair), tally.count));
        Ok(Taken { table, hashes, twins, repairs: repairs.collect(), left_out, gaps, other_days })
    }

    fn find_out(&self, step: Step, table: &mut Table, other_days: &mut OtherDays) -> Result<(), Failed> {
        match step {
            Step::Keys(_) => {}
            Step::Shape(_) => {
                let mut errors = Vec::new();
                table.shape = load::shape(self.model, table, &mut errors);
                if !errors.is_empty() {
                    return Err(Failed);
                }
            }
            Step::Column(data, column) => {
                let Some(node) = self.stored.node(data, column) else { return Ok(()) };
                let computed = {
                    let mut tables = self.tables.clone();
                    tables[self.place] = table;
                    let world = stored::world(self.model, tables, &self.stored, &self.place_of);
                    stored::values(&world, self.place, (column, node), other_days)
                };
                let optional = self.wanted.data.column(column).optional;
                let values = computed.column;
                if computed.too_large.is_some()
                    || !optional && (0..table.rows).any(|row| values.value(row).is_missing())
                {
                    return Err(Failed);
                }
                table.columns[column.0] = Some(values);
                load::name_positions(self.model, self.wanted.data, table);
            }
            Step::Link(_, link) => self.join(table, link)?,
        }
        Ok(())
    }

    /// Follows a link that no cell names: by several columns, or by one that is computed.
    fn join(&self, table: &mut Table, link: ColumnIx) -> Result<(), Failed> {
        let data = self.wanted.data;
        let Some(target) = self.links[link.0] else { return Ok(()) };
        let found = match data.column(link).origin() {
            // As the file was read.
            Origin::Cells => return Ok(()),
            Origin::Parts(by) if by.iter().any(|part| table.column(*part).is_none()) => return Ok(()),
            Origin::Parts(by) => by_parts(data, table, self.tables[target], by),
            Origin::Formula(_) => match by_cell(table, self.tables[target], link) {
                Some(found) => found,
                None => return Ok(()),
            },
        };
        let (column, unknown) = found;
        if !unknown.is_empty() {
            return Err(Failed);
        }
        table.columns[link.0] = Some(column);
        table.links[link.0] = Some(target);
        Ok(())
    }

    /// Some rows of a block's columns.
    pub fn pick(&self, table: &Table, rows: &[u32]) -> Vec<(ColumnIx, Builder)> {
        let mut picked = Vec::new();
        for (index, column) in table.columns.iter().enumerate() {
            let Some(column) = column else { continue };
            picked.push((ColumnIx(index), self.of_rows(index, column, rows)));
        }
        picked
    }

    fn of_rows(&self, index: usize, column: &Column, rows: &[u32]) -> Builder {
        fn some<T: Clone>(values: &[T], rows: &[u32]) -> Vec<T> {
            rows.iter().map(|row| values[*row as usize].clone()).collect()
        }
        match column {
            Column::Fixed { scale, values } => Builder::Fixed { scale: *scale, values: some(values, rows) },
            Column::Wide(values) => Builder::Wide(some(values, rows)),
            Column::Day(days) => Builder::Day(some(days, rows)),
            Column::Period { codes, list } => Builder::Period { codes: some(codes, rows), list: list.as_ref().clone() },
            Column::Flag(flags) => Builder::Flag(some(flags, rows)),
            Column::Choice(codes) => Builder::Choice(some(codes, rows)),
            Column::Text { codes, texts } => {
                let codes = some(codes, rows);
                let target = self.links[index].and_then(|place| Some((place, self.tables[place].keys.as_ref()?)));
                if let Some((place, keys)) = target {
                    let target = Target { known: keys.known.clone(), texts: keys.texts.clone(), place };
                    return Builder::Link { codes, target, unknown: false };
                }
                let mut own = Dictionary::default();
                let code = |code: u32| if code == NONE { NONE } else { own.intern(texts.get(code)) };
                Builder::Text { codes: codes.into_iter().map(code).collect(), texts: own }
            }
        }
    }
}

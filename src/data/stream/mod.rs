//! Tables that are read without being kept: block by block their rows are checked, added up and forgotten.
//!
//! In come the tables that are kept, with the measures over them that come first ([`choose`] says which tables can go
//! by, and when each measure can be computed); out come the stores of all measures over the tables that go by, and
//! of their rows those that links of kept tables lead to. Memory grows with groups and keys (8 bytes each), not
//! with rows.
//!
//! [`feed`] hands out blocks of the files, [`block`] makes a table of each, [`unique`] finds keys that come twice.
//! Whatever is wrong is only noticed: it is told by reading the data set once more into memory.

mod block;
mod choose;
mod feed;
mod unique;

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashSet;

pub use self::block::Reader;
use self::block::Taken;
pub use self::choose::{Stage, Streams};
pub use self::feed::{Keeps, Order, each_block};
use self::unique::Hashes;
use super::cells::content::Repair;
use super::columns::column::{Builder, Column, NO_DAY, join};
use super::columns::dictionary::Dictionary;
use super::errors;
use super::measures::job::Job;
use super::measures::measure::Evaluation;
use super::measures::scan::{Found, Prepared};
use super::measures::store::Store;
use super::options::Options;
use super::people::nowhere::Nowhere;
use super::read::{Block, FileTask, Gaps, Wanted, below_blank};
use super::rows::keys::Keys;
use super::rows::nodes::marked;
use super::rows::nodes::{OtherDays, World};
use super::rows::table::{Table, TableFile};
use super::tables::files::files_of;
use super::tables::load;
use super::tables::load::Source;
use super::tables::needs;
use crate::model::Model;
use crate::model::data::{ColumnIx, ColumnType, DataId};
use crate::plan::query::{MeasureId, NeededWindow, Rows};
use crate::time::Calendar;

/// Something is wrong with the data, or cannot be told without all rows at hand.
#[derive(Debug)]
pub struct Failed;

/// The keys that links of kept tables name, as the keys of a table that goes by.
pub fn named_keys(model: &Model, tables: &[Table], place: usize) -> Keys {
    let mut named = Dictionary::default();
    for table in tables {
        for (declared, column) in model.data[table.data.0].columns.iter().zip(&table.columns) {
            if let (ColumnType::Link { data, .. }, Some(Column::Text { texts, .. })) = (&declared.ty, column)
                && *data == tables[place].data
            {
                named.intern_all(texts);
            }
        }
    }
    Keys::named(named.into(), Vec::new())
}

/// A table that goes by.
struct Passing<'a> {
    place: usize,
    reader: Reader<'a>,
    jobs: Vec<Job<'a>>,
    /// Whether rows that links lead to are kept.
    keeps: bool,
    windows: Vec<&'a NeededWindow>,
    /// The columns that windows are about.
    dated: BTreeSet<ColumnIx>,
    named: usize,
    /// Whether another data set in the same files has the same keys, and each only once.
    unique_elsewhere: bool,
}

/// What a thread has gathered of one table.
struct Gathered {
    found: Vec<Found>,
    hashes: Hashes,
    /// The hashes of plain keys that some keys look like.
    twins: HashSet<u64>,
    /// A bit for each key that links name.
    seen: Vec<u64>,
    kept: Vec<Kept>,
    /// Bytes of the lists that the aggregates keep.
    lists: u64,
    kept_bytes: u64,
    windows: Vec<bool>,
    /// The days that rows are dated by, by column.
    days: BTreeMap<ColumnIx, Days>,
    files: BTreeMap<usize, FileCount>,
    nowhere: Nowhere,
}

/// Rows of one block that links lead to, with the numbers of their keys.
struct Kept {
    order: Order,
    columns: Vec<(ColumnIx, Builder)>,
    keys: Vec<u32>,
}

#[derive(Default)]
struct FileCount {
    rows: usize,
    left_out: u64,
    repairs: BTreeMap<(ColumnIx, Repair), u64>,
    /// How many lines lie before the first record.
    above: u32,
    /// Of each block, by its place.
    gaps: BTreeMap<usize, Gaps>,
}

/// The places of the tables that go by, by the files they are in: those of the same files are read together.
pub fn together(world: &World, streams: &Streams, options: &Options) -> Vec<(Vec<FileTask>, Vec<usize>)> {
    let mut groups: Vec<(Vec<FileTask>, Vec<usize>)> = Vec::new();
    for (place, table) in world.tables.iter().enumerate().filter(|(_, table)| streams.data.contains(&table.data)) {
        let files = files_of(&world.model.data[table.data.0], options, &mut Vec::new());
        let same = |known: &[FileTask]| {
            known.len() == files.len() && known.iter().zip(&files).all(|(known, task)| known.is(task))
        };
        match groups.iter_mut().find(|(known, _)| same(known)) {
            Some((_, places)) => places.push(place),
            None => groups.push((files, vec![place])),
        }
    }
    groups
}

/// The columns that are needed of a data set.
pub fn needed_of(needed: &[(DataId, Vec<ColumnIx>)], data: DataId) -> &[ColumnIx] {
    needed.iter().find(|(known, _)| *known == data).map_or(&[][..], |(_, columns)| columns)
}

/// Lets all tables go by that are not kept; gives what is left of each, by place.
pub fn run(
    evaluation: &mut Evaluation,
    needed: &[(DataId, Vec<ColumnIx>)],
    streams: &Streams,
    source: &Source,
) -> Result<Vec<(usize, Table)>, Failed> {
    let Source::Files(options) = source else { return Ok(Vec::new()) };
    if streams.is_empty() {
        return Ok(Vec::new());
    }
    let mut tables = Vec::new();
    for (files, places) in together(&evaluation.world, streams, options) {
        let passing = places.into_iter().map(|place| Passing::new(evaluation, place, needed, streams, options));
        let mut passing: Vec<Passing> = passing.collect();
        for at in 0..passing.len() {
            // Of two that each have the keys of the other, the first is looked at.
            let by_other = |other: usize| {
                other != at
                    && passing[other].has_keys_of(&passing[at])
                    && (other < at || !passing[at].has_keys_of(&passing[other]))
            };
            passing[at].unique_elsewhere = (0..passing.len()).any(by_other);
        }
        let gathered = let_by(evaluation, &files, &passing, options)?;
        for (passing, gathered) in passing.into_iter().zip(gathered) {
            tables.push((passing.place, passing.end(evaluation, gathered, &files, options)?));
        }
    }
    Ok(tables)
}

/// Reads files once for all tables in them.
fn let_by(
    evaluation: &mut Evaluation,
    files: &[FileTask],
    passing: &[Passing],
    options: &Options,
) -> Result<Vec<Gathered>, Failed> {
    let wanted: Vec<&Wanted> = passing.iter().map(|passing| &passing.reader.wanted).collect();
    let shared = &*evaluation;
    let begin = || {
        let for_keys = shared.memory.for_keys(options.threads * passing.len());
        let families = || passing.iter().flat_map(|passing| &passing.jobs).flat_map(|job| &job.families);
        let lists = families().filter(|family| family.keeps.grows()).count();
        let for_lists = shared.memory.for_lists(options.threads * lists);
        let gathered = |passing| Gathered::new(passing, for_keys, for_lists);
        (passing.iter().map(gathered).collect::<Vec<Gathered>>(), OtherDays::default())
    };
    let take = |(gathered, other_days): &mut (Vec<Gathered>, OtherDays), order: Order, above, blocks: Vec<Block>| {
        for (at, block) in blocks.into_iter().enumerate() {
            gathered[at].files.entry(order.0).or_default().above = above;
            let taken = passing[at].reader.table(block)?;
            passing[at].take(shared, order, taken, &mut gathered[at], other_days)?;
        }
        Ok(())
    };
    let by = (shared.world.model, shared.memory);
    let mut parts = feed::each_block(by, (files, &wanted), (options, Keeps::Rows), begin, take)?.into_iter();
    let (mut all, other_days) = parts.next().unwrap_or_default();
    evaluation.other_days.take_in(other_days);
    for (part, other_days) in parts {
        evaluation.other_days.take_in(other_days);
        all.iter_mut().zip(part).for_each(|(all, part)| all.take_in(part));
    }
    Ok(all)
}

impl Gathered {
    fn new(passing: &Passing, for_keys: usize, for_lists: usize) -> Gathered {
        Gathered {
            found: passing.jobs.iter().map(|job| Found::within(job, for_lists)).collect(),
            hashes: Hashes::new(passing.reader.spans(), for_keys),
            twins: HashSet::new(),
            seen: vec![0; passing.named.div_ceil(64)],
            kept: Vec::new(),
            lists: 0,
            kept_bytes: 0,
            windows: vec![false; passing.windows.len()],
            days: passing.dated.iter().map(|column| (*column, Days::default())).collect(),
            files: BTreeMap::new(),
            nowhere: Nowhere::default(),
        }
    }

    fn take_in(&mut self, part: Gathered) {
        self.found.iter_mut().zip(part.found).for_each(|(found, part)| found.take_in(part));
        self.hashes.take_in(part.hashes);
        self.twins.extend(part.twins);
        self.seen.iter_mut().zip(part.seen).for_each(|(seen, part)| *seen |= part);
        self.kept.extend(part.kept);
        self.nowhere.take_in(part.nowhere);
        self.windows.iter_mut().zip(part.windows).for_each(|(any, part)| *any |= part);
        for (column, days) in part.days {
            self.days.entry(column).or_default().take_in(days);
        }
        for (file, count) in part.files {
            let known = self.files.entry(file).or_default();
            known.rows += count.rows;
            known.left_out += count.left_out;
            known.above = count.above;
            known.gaps.extend(count.gaps);
            for (repair, count) in count.repairs {
                *known.repairs.entry(repair).or_default() += count;
            }
        }
    }
}

impl<'a> Passing<'a> {
    fn new(
        evaluation: &Evaluation<'a>,
        place: usize,
        needed: &[(DataId, Vec<ColumnIx>)],
        streams: &Streams,
        options: &Options,
    ) -> Passing<'a> {
        let world = &evaluation.world;
        let table = world.tables[place];
        let columns = needed_of(needed, table.data);
        let of_table = |id: &MeasureId| evaluation.query.measures[id.0].data == table.data;
        let measures: Vec<MeasureId> = (0..evaluation.query.measures.len()).map(MeasureId).filter(of_table).collect();
        let asked = evaluation.query.tables.iter().find(|asked| asked.data == table.data);
        let windows = match asked {
            Some(asked) if !options.allow_empty => asked.windows.iter().collect(),
            _ => Vec::new(),
        };
        let dated = asked.into_iter().flat_map(|asked| &asked.windows).filter_map(|window| match &window.rows {
            Rows::Dated { column, .. } => Some(*column),
            _ => None,
        });
        Passing {
            place,
            dated: dated.collect(),
            reader: Reader::new(world, place, columns),
            jobs: evaluation.jobs(&measures),
            keeps: streams.read_behind.contains(&table.data),
            windows,
            named: table.keys.as_ref().map_or(0, Keys::len),
            unique_elsewhere: false,
        }
    }

    /// Whether no key of another data set can come twice if none of this one does.
    fn has_keys_of(&self, other: &Passing) -> bool {
        let key = |passing: &Passing| {
            let wanted = &passing.reader.wanted;
            let [key] = wanted.data.key.as_slice() else { return None };
            let (_, reader) = wanted.columns.iter().find(|(column, _)| column == key)?;
            let data = wanted.data;
            Some((data.column(*key).headers.clone(), reader.clone(), data.ignore_rows_starting.clone()))
        };
        !self.reader.spans() && key(self).is_some_and(|mine| Some(mine) == key(other))
    }

    /// Takes the rows of a block in.
    fn take(
        &self,
        evaluation: &Evaluation,
        (file, block): Order,
        taken: Taken,
        gathered: &mut Gathered,
        other_days: &mut OtherDays,
    ) -> Result<(), Failed> {
        let Taken { table, hashes, twins, repairs, left_out, gaps, other_days: mut marks } = taken;
        let count = gathered.files.entry(file).or_default();
        count.rows += table.rows;
        count.left_out += left_out;
        count.gaps.insert(block, gaps);
        for (repair, tally) in repairs {
            *count.repairs.entry(repair).or_default() += tally;
        }
        if !self.unique_elsewhere {
            gathered.hashes.add(&hashes, &table);
            gathered.twins.extend(twins);
        }
        let calendar = &evaluation.world.model.company.calendar;
        for (seen, window) in gathered.windows.iter_mut().zip(&self.windows) {
            *seen = *seen || !is_by_day(&table, &window.rows) && needs::holds_any(&table, window, calendar);
        }
        for (column, days) in &mut gathered.days {
            match table.column(*column) {
                Some(Column::Day(all)) => {
                    days.of_days = true;
                    all.iter().filter(|day| **day != NO_DAY).for_each(|day| days.add(*day));
                }
                Some(column) => {
                    (0..table.rows).filter_map(|row| column.days(row, calendar)).for_each(|(_, last)| days.add(last.0));
                }
                None => {}
            }
        }
        if let Some(keys) = table.keys.as_ref().filter(|_| self.named > 0) {
            let (mut rows, mut codes) = (Vec::new(), Vec::new());
            for (row, code) in keys.of_row.iter().enumerate().filter(|(_, code)| (**code as usize) < self.named) {
                gathered.seen[*code as usize / 64] |= 1 << (code % 64);
                rows.push(row as u32);
                codes.push(*code);
            }
            if self.keeps && !rows.is_empty() {
                let columns = self.reader.pick(&table, &rows);
                gathered.kept_bytes += (codes.len() * (4 + 8 * columns.len())) as u64;
                gathered.kept.push(Kept { order: (file, block), columns, keys: codes });
            }
        }
        let mut world: World = evaluation.world.clone();
        world.tables[self.place] = &table;
        let mut nowhere = false;
        for (job, found) in self.jobs.iter().zip(&mut gathered.found) {
            // All jobs together, so that a row counts once.
            std::mem::swap(&mut found.other_days, &mut marks);
            Prepared::new(&world, evaluation.teams, evaluation.rosters, job).pass((0, table.rows), found);
            std::mem::swap(&mut found.other_days, &mut marks);
            nowhere |= std::mem::take(&mut found.nowhere);
            if !found.straddling.is_empty() || !found.in_parts.is_empty() {
                return Err(Failed);
            }
        }
        if nowhere {
            gathered.nowhere.look(&world, evaluation.query, evaluation.rosters, self.place, false);
        }
        let stores = gathered.found.iter().flat_map(|found| &found.stores);
        let lists: u64 = stores.map(Store::list_bytes).sum::<u64>() + gathered.kept_bytes;
        if !evaluation.memory.lists_fit(lists.saturating_sub(gathered.lists)) {
            evaluation.memory.refuse(errors::lists_too_large(self.reader.wanted.data, evaluation.memory.most()));
            return Err(Failed);
        }
        gathered.lists = gathered.lists.max(lists);
        let mut elsewhere = OtherDays::default();
        for ((place, column), rows) in marks.0 {
            if place == self.place {
                *count.repairs.entry((column, Repair::OtherDay)).or_default() += marked(&rows).count() as u64;
            } else {
                elsewhere.0.insert((place, column), rows);
            }
        }
        other_days.take_in(elsewhere);
        Ok(())
    }

    /// What is left of the table when all its rows have gone by.
    fn end(
        &self,
        evaluation: &mut Evaluation,
        mut gathered: Gathered,
        files: &[FileTask],
        options: &Options,
    ) -> Result<Table, Failed> {
        let named = gathered.seen.iter().map(|bits| bits.count_ones() as usize).sum::<usize>();
        let calendar = &evaluation.world.model.company.calendar;
        let is_met = |(any, window): (&bool, &&NeededWindow)| {
            *any || gathered.days.iter().any(|(of, days)| days.meet(*of, window, calendar))
        };
        if named != self.named || !gathered.windows.iter().zip(&self.windows).all(is_met) {
            return Err(Failed);
        }
        let unique = gathered.hashes.are_unique(options.threads);
        let apart = unique.and_then(|unique| Ok(unique && !gathered.hashes.hold_any(&gathered.twins)?));
        match apart {
            Ok(true) => {}
            Ok(false) => return Err(Failed),
            Err(error) => {
                evaluation.memory.refuse(errors::no_temporary_file(&error.to_string()));
                return Err(Failed);
            }
        }
        let model = evaluation.world.model;
        let before = evaluation.world.tables[self.place];
        let data = &model.data[before.data.0];
        let mut table = Table::empty(before.data, data);
        table.links = self.reader.links.clone();
        let mut first_row = 0;
        for (at, task) in files.iter().enumerate() {
            let empty = FileCount::default();
            let count = gathered.files.get(&at).unwrap_or(&empty);
            table.files.push(TableFile {
                shown: task.shown.clone(),
                path: task.path.clone(),
                first_row,
                rows: count.rows,
                left_out: count.left_out,
                // Lines are counted from 1 when they are shown.
                below_blank: below_blank(count.gaps.values().copied(), count.above + 1),
                repairs: count.repairs.clone(),
                ..TableFile::default()
            });
            first_row += count.rows;
        }
        table.days_passed = gathered.days.into_iter().map(|(column, days)| (column, days.all())).collect();
        let mut kept = gathered.kept;
        kept.sort_unstable_by_key(|part| part.order);
        let mut codes = Vec::new();
        let mut parts: BTreeMap<ColumnIx, Vec<Builder>> = BTreeMap::new();
        for Kept { columns, keys, .. } in kept {
            codes.extend(keys);
            columns.into_iter().for_each(|(column, part)| parts.entry(column).or_default().push(part));
        }
        if codes.is_empty() {
            // What links read of no row is blank, and no column that was not read.
            let none = self.reader.table(Block::empty(&self.reader.wanted))?.table;
            let columns = self.reader.pick(&none, &[]);
            columns.into_iter().for_each(|(column, part)| parts.entry(column).or_default().push(part));
        }
        table.rows = codes.len();
        table.lines = vec![0; table.rows];
        for (column, parts) in parts {
            table.columns[column.0] = Some(join(parts));
        }
        table.shape = load::shape(model, &mut table, &mut Vec::new());
        table.keys = before.keys.as_ref().map(|keys| keys.with_rows(&table.shape, codes));
        evaluation.passed_nowhere.insert(self.place, gathered.nowhere);
        for (job, found) in self.jobs.iter().zip(gathered.found) {
            evaluation.keep(job, found);
        }
        Ok(table)
    }
}

/// A set of days, quick for those of our time: rows are many, days few.
#[derive(Default)]
struct Days {
    /// A bit for each day of 1970 to 2100.
    ours: Vec<u64>,
    others: HashSet<i32>,
    /// Whether the column holds days, and no periods.
    of_days: bool,
}

/// Whether a window is about days of a column, all of which are kept in mind.
fn is_by_day(table: &Table, rows: &Rows) -> bool {
    matches!(rows, Rows::Dated { column, .. } if matches!(table.column(*column), Some(Column::Day(_))))
}

impl Days {
    const OURS: usize = 131 * 366;

    fn add(&mut self, day: i32) {
        match usize::try_from(day) {
            Ok(day) if day < Days::OURS => {
                if self.ours.is_empty() {
                    self.ours.resize(Days::OURS.div_ceil(64), 0);
                }
                self.ours[day / 64] |= 1 << (day % 64);
            }
            _ => {
                self.others.insert(day);
            }
        }
    }

    /// Whether one of the days that rows are dated by a column is in a window. Those of periods are their last ones, of
    /// which that is told as they go by.
    fn meet(&self, of: ColumnIx, window: &NeededWindow, calendar: &Calendar) -> bool {
        let Rows::Dated { column, months } = &window.rows else { return false };
        let (first, last) = calendar.days(*months);
        let last = window.until.map_or(last, |until| last.min(until));
        let ours = |day: i32| {
            usize::try_from(day).is_ok_and(|at| self.ours.get(at / 64).is_some_and(|bits| bits >> (at % 64) & 1 == 1))
        };
        *column == of
            && self.of_days
            && ((first.0..=last.0).any(ours) || self.others.iter().any(|day| first.0 <= *day && *day <= last.0))
    }

    fn take_in(&mut self, other: Days) {
        self.of_days |= other.of_days;
        other.all().into_iter().for_each(|day| self.add(day));
    }

    fn all(self) -> HashSet<i32> {
        marked(&self.ours).map(|day| day as i32).chain(self.others).collect()
    }
}

/// Some of the data sets.
type Data = BTreeSet<DataId>;

//! One pass over the rows of a table for all measures that read them in the same way.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use super::job::{Family, Job, RowsBy};
use super::sorted::{STRADDLES, Time, time_of};
use super::store;
use super::store::Store;
use crate::data::columns::column::{Column, NONE};
use crate::data::errors::InPart;
use crate::data::people::own;
use crate::data::people::pieces::{Followed, Piece};
use crate::data::people::roster::Roster;
use crate::data::rows::nodes::{Batch, Days, OtherDays, World, days_by};
use crate::data::rows::shape::Shape;
use crate::data::rows::table::Table;
use crate::data::rows::vector::{Data, Rows, Vector};
use crate::data::tables::teams::Teams;
use crate::language::{AcrossStints, BinaryOp};
use crate::model::data::ColumnIx;
use crate::number::{Excess, Number};
use crate::parallel;
use crate::plan::query;
use crate::plan::query::Group;
use crate::time::Months;
use crate::value::{Value, binary};

/// Rows in a batch: what is computed for one stays in the fast memory.
const BATCH: usize = 1 << 14;
/// Tables with fewer rows are not worth a second thread.
const WORTH_THREADS: usize = 1 << 16;
/// Table, column, row and window of rows whose period lies partly inside the window.
pub type Straddling = BTreeSet<(usize, ColumnIx, u32, Months)>;

/// Table, column, row and what is wrong of rows that count in part for somebody, where nobody said what that means.
pub type InParts = BTreeSet<(usize, ColumnIx, u32, InPart)>;

/// What a pass has found.
pub struct Found {
    /// By family.
    pub stores: Vec<Store>,
    pub straddling: Straddling,
    pub in_parts: InParts,
    pub other_days: OtherDays,
    /// Whether a row that was read is somebody's on a day without a post.
    pub nowhere: bool,
}

impl Found {
    pub fn new(job: &Job) -> Found {
        Found::within(job, usize::MAX)
    }

    /// With so many bytes of room for each list that grows with the rows.
    pub fn within(job: &Job, room: usize) -> Found {
        let store = |family: &Family| Store::within(family.keeps, family.cells(), room);
        Found {
            stores: job.families.iter().map(store).collect(),
            straddling: Straddling::new(),
            in_parts: InParts::new(),
            other_days: OtherDays::default(),
            nowhere: false,
        }
    }

    /// Adds what another part of the rows has given.
    pub fn take_in(&mut self, part: Found) {
        self.stores.iter_mut().zip(part.stores).for_each(|(store, other)| store.join(other));
        self.straddling.extend(part.straddling);
        self.in_parts.extend(part.in_parts);
        self.other_days.take_in(part.other_days);
        self.nowhere |= part.nowhere;
    }
}

/// What is known before the first row.
pub struct Prepared<'a> {
    pub world: &'a World<'a>,
    pub(super) teams: &'a Teams,
    pub(super) rosters: &'a [Roster],
    pub job: &'a Job<'a>,
    pub(super) time: Time,
    /// For posts: the day on which each reads.
    pub(super) reading: Vec<Option<i32>>,
}

/// The rows that a job reads of some.
pub(super) struct Read<'a> {
    all: (usize, usize),
    /// Those of them; all where there is no list.
    list: Option<Vec<u32>>,
    pub days: Days<'a>,
    /// For each its month, or the code of its period.
    pub codes: Vec<u32>,
    /// Their groups, where these are known with them.
    pub posts: Option<Rc<Vec<u32>>>,
}

impl Read<'_> {
    pub fn rows(&self) -> Rows<'_> {
        rows_of(self.all, self.list.as_deref())
    }
}

fn rows_of(all: (usize, usize), list: Option<&[u32]>) -> Rows<'_> {
    list.map_or(Rows::Range(all.0, all.1), Rows::List)
}

/// A part of a row that its days give to a group.
pub(super) struct Part {
    pub at: usize,
    pub cell: u32,
    /// How many of its days, and of how many.
    days: i32,
    of: i32,
}

impl Part {
    pub fn share(&self) -> Option<Number> {
        Number::ratio(self.days, self.of)
    }
}

/// What a share of a row adds.
pub(super) fn part_of(value: Value, share: Option<Number>) -> Value {
    match share.filter(|share| *share != Number::ONE) {
        Some(share) => binary(BinaryOp::Multiply, &value, &Value::Number(share)),
        None => value,
    }
}

/// Takes all rows of the job's table in.
pub fn run<'a>(
    world: &'a World<'a>,
    teams: &'a Teams,
    rosters: &'a [Roster],
    job: &'a Job<'a>,
    threads: usize,
) -> Found {
    let table = world.tables[job.table];
    let prepared = Prepared::new(world, teams, rosters, job);
    let workers = if table.rows >= WORTH_THREADS { threads.max(1) } else { 1 };
    let bound = |worker: usize| (table.rows * worker / workers / BATCH * BATCH).min(table.rows);
    let range = |worker: usize| (bound(worker), if worker + 1 == workers { table.rows } else { bound(worker + 1) });
    let found = parallel::on_threads(workers, |worker| prepared.found(range(worker)));
    let all = found.into_iter().reduce(|mut all, part| {
        all.take_in(part);
        all
    });
    all.unwrap_or_else(|| prepared.found((0, 0)))
}

/// The days as of which rows are read, whether they are or not.
pub fn days_of<'a>(world: &World<'a>, job: &Job, of: Rows) -> Days<'a> {
    let table = world.tables[job.table];
    let rows = match &job.rows {
        RowsBy::Dated(column) => return days_by(world, job.table, *column, of),
        RowsBy::Other(rows) => rows,
    };
    let each = |day: &dyn Fn(usize) -> i32| -> Days<'a> {
        Days::Each((0..of.len()).map(|at| day(of.row(at) as usize)).collect::<Vec<i32>>().into())
    };
    match (rows, &table.shape) {
        (query::Rows::HeldOn(day) | query::Rows::Newest(_, day), _) => Days::One(day.0),
        (query::Rows::HeldDuring(_, last), Shape::Valid { to, .. }) => each(&|row| to[row].min(last.0)),
        (query::Rows::HeldDuring(_, last), _) => Days::One(last.0),
        (_, Shape::Snapshot(days)) => each(&|row| days[row]),
        _ => Days::Any,
    }
}

/// Is told of cells with a number too large to be held.
pub(super) type Refuse<'r> = dyn FnMut(u32, Option<Excess>) + 'r;

/// Leaves out the rows for which a condition does not hold.
fn leave_out(cells: &mut [u32], condition: &Vector, refuse: &mut Refuse) {
    match (&condition.data, &condition.missing) {
        (Data::Flag(flags), None) => {
            cells.iter_mut().zip(flags.iter()).for_each(|(cell, flag)| *cell = if *flag == 1 { *cell } else { NONE });
        }
        (Data::Flag(flags), Some(mask)) => {
            let held = flags.iter().zip(mask.codes()).map(|(flag, code)| (*flag == 1) & (*code == 0));
            cells.iter_mut().zip(held).for_each(|(cell, held)| *cell = if held { *cell } else { NONE });
        }
        _ => {
            let may_exceed = condition.may_exceed();
            for (at, cell) in cells.iter_mut().enumerate().filter(|(_, cell)| **cell != NONE) {
                if !condition.is_yes(at) {
                    if may_exceed && *cell != STRADDLES {
                        refuse(*cell, condition.excess(at));
                    }
                    *cell = NONE;
                }
            }
        }
    }
}

/// The numbers of the rows, counted from a first one, for which something holds.
fn listed(first: usize, held: impl ExactSizeIterator<Item = bool>) -> Vec<u32> {
    // Written in any case and counted where it holds: nothing is to be guessed ahead.
    let (mut list, mut known) = (vec![0; held.len()], 0);
    for (at, held) in held.enumerate() {
        list[known] = (first + at) as u32;
        known += usize::from(held);
    }
    list.truncate(known);
    list
}

impl<'a> Prepared<'a> {
    pub fn new(world: &'a World<'a>, teams: &'a Teams, rosters: &'a [Roster], job: &'a Job<'a>) -> Prepared<'a> {
        let table = world.tables[job.table];
        let reading = match (&job.rows, job.own) {
            (RowsBy::Other(rows), Some((roster, _))) => own::reading_days(&rosters[roster], rows, table),
            _ => Vec::new(),
        };
        let time = time_of(job, table, &world.model.company.calendar);
        Prepared { world, teams, rosters, job, time, reading }
    }

    fn found(&self, range: (usize, usize)) -> Found {
        let mut found = Found::new(self.job);
        self.pass(range, &mut found);
        found
    }

    pub(super) fn table(&self) -> &'a Table {
        self.world.tables[self.job.table]
    }

    /// Takes the rows between two places in.
    pub fn pass(&self, (from, to): (usize, usize), found: &mut Found) {
        let mut at = from;
        while at < to {
            let end = (at + BATCH).min(to);
            self.batch((at, end), found);
            at = end;
        }
    }

    fn batch(&self, range: (usize, usize), found: &mut Found) {
        let read = self.read(range, &mut found.other_days);
        self.take(read, found);
    }

    /// The rows between two places that are read.
    pub(super) fn read(&self, range: (usize, usize), other_days: &mut OtherDays) -> Read<'a> {
        let table = self.table();
        if let (Some((roster, via)), RowsBy::Other(rows)) = (self.job.own, &self.job.rows) {
            let by = (&self.rosters[roster], via);
            let entries = own::entries(self.world, self.job.table, range, rows, by, &self.reading, other_days);
            let (days, posts) = (Days::Each(entries.days.into()), Some(Rc::new(entries.posts)));
            return Read { all: range, list: Some(entries.rows), days, codes: Vec::new(), posts };
        }
        let (list, codes) = match &self.job.rows {
            RowsBy::Dated(column) => {
                let mut codes = self.time_codes(*column, range);
                let list = listed(range.0, codes.iter().map(|code| *code != NONE));
                if list.len() == codes.len() {
                    (None, codes)
                } else {
                    list.iter().enumerate().for_each(|(at, row)| codes[at] = codes[*row as usize - range.0]);
                    codes.truncate(list.len());
                    (Some(list), codes)
                }
            }
            RowsBy::Other(rows) => {
                let list = match (rows, &table.shape) {
                    (query::Rows::HeldOn(day), Shape::Valid { from, to }) => {
                        let held = from[range.0..range.1].iter().zip(&to[range.0..range.1]);
                        listed(range.0, held.map(|(from, to)| (*from <= day.0) & (day.0 <= *to)))
                    }
                    _ => listed(range.0, (range.0..range.1).map(|row| self.is_read(table, rows, row))),
                };
                (Some(list), Vec::new())
            }
        };
        let mut read = Read { all: range, list, days: Days::Any, codes, posts: None };
        if read.rows().len() > 0 {
            read.days = days_of(self.world, self.job, read.rows());
        }
        read
    }

    /// For each row its month counted from the first one read, or its period's code; [`NONE`] for rows in no window.
    fn time_codes(&self, column: ColumnIx, range: (usize, usize)) -> Vec<u32> {
        match (self.table().column(column), &self.time) {
            // What lies before the first, or is no day, is beyond the last as well when it is counted round.
            (Some(Column::Day(days)), Time::Days { first, months, .. }) => days[range.0..range.1]
                .iter()
                .map(|day| months.get(day.wrapping_sub(*first) as u32 as usize).copied().unwrap_or(NONE))
                .collect(),
            (Some(Column::Period { codes, .. }), Time::Periods { read, .. }) => codes[range.0..range.1]
                .iter()
                .map(|code| if *code != NONE && read[*code as usize] { *code } else { NONE })
                .collect(),
            _ => vec![NONE; range.1 - range.0],
        }
    }

    pub(super) fn is_read(&self, table: &Table, rows: &query::Rows, row: usize) -> bool {
        match (rows, &table.shape) {
            (query::Rows::HeldOn(day), _) => table.holds_on(row, day.0),
            (query::Rows::HeldDuring(first, last), Shape::Valid { from, to }) => {
                from[row] <= last.0 && first.0 <= to[row]
            }
            (query::Rows::Newest(..), Shape::Snapshot(days)) => {
                matches!(self.time, Time::Newest(Some(newest)) if newest == days[row])
            }
            (query::Rows::TakenDuring(first, last), Shape::Snapshot(days)) => {
                first.0 <= days[row] && days[row] <= last.0
            }
            _ => true,
        }
    }

    /// Takes rows in that are read.
    fn take(&self, read: Read<'_>, found: &mut Found) {
        if read.rows().len() == 0 {
            return;
        }
        let Read { all, list, days, codes, posts } = read;
        let rows = rows_of(all, list.as_deref());
        let Found { stores, straddling, in_parts, other_days, nowhere } = found;
        let mut batch = Batch::new(self.world, self.job.table, rows, days, other_days);
        let mut groups: HashMap<&Group, Rc<Vec<u32>>> = HashMap::new();
        for (place, (family, store)) in self.job.families.iter().zip(stores).enumerate() {
            if self.is_shared(family) {
                self.take_shared(family, &mut batch, store, nowhere);
                continue;
            }
            let group = match (&posts, groups.get(family.group)) {
                (Some(posts), _) => posts.clone(),
                (None, Some(known)) => known.clone(),
                (None, None) => {
                    let group = Rc::new(self.groups(family.group, &mut batch, nowhere));
                    groups.insert(family.group, group.clone());
                    group
                }
            };
            let cells = self.cells(family, place, &group, &codes);
            let mut refuse = |cell, excess| store.refuse(cell, excess);
            let cells = self.counted((family, place), cells, &codes, &mut batch, (straddling, in_parts), &mut refuse);
            let value = family.value.map(|value| batch.node(value));
            let keys = if family.by_keys { batch.key_numbers(&[]).map(|(_, keys)| keys) } else { None };
            store.add(&store::Rows {
                cells: &cells,
                value: value.as_deref(),
                row: &|at| batch.rows.row(at),
                day: &|at| self.day(&batch, at),
                keys: keys.as_ref().map(|keys| keys.as_slice()),
            });
        }
    }

    /// Whether rows of a family give each day of their period its part.
    pub(super) fn is_shared(&self, family: &Family) -> bool {
        family.shared && matches!(self.time, Time::Periods { .. })
    }

    /// The cells of a family without the rows that its condition leaves out, and without those of which it cannot be said
    /// what they mean.
    pub(super) fn counted(
        &self,
        (family, place): (&Family, usize),
        mut cells: Vec<u32>,
        codes: &[u32],
        batch: &mut Batch,
        (straddling, in_parts): (&mut Straddling, &mut InParts),
        refuse: &mut Refuse,
    ) -> Vec<u32> {
        let doubtful = self.rows_in_parts(family, place, codes, batch);
        if let Some(condition) = family.condition {
            leave_out(&mut cells, &batch.node(condition), refuse);
        }
        if let (Some((doubtful, why)), RowsBy::Dated(column)) = (doubtful, &self.job.rows) {
            let condition = family.condition.map(|condition| batch.node(condition));
            for at in doubtful {
                if condition.as_ref().is_none_or(|condition| condition.is_yes(at)) {
                    in_parts.insert((self.job.table, *column, batch.rows.row(at), why));
                    cells[at] = NONE;
                }
            }
        }
        self.refuse_straddling(family, place, codes, &mut cells, &batch.rows, straddling);
        cells
    }

    /// Rows that a family reads of which somebody has a part only, and why that is a mistake.
    fn rows_in_parts(
        &self,
        family: &Family,
        place: usize,
        codes: &[u32],
        batch: &mut Batch,
    ) -> Option<(Vec<usize>, InPart)> {
        let Time::Periods { segments, .. } = &self.time else { return None };
        let data = self.table().data;
        let across = self.world.model.data[data.0].across_stints;
        if across == Some(AcrossStints::HeldLast) {
            return None;
        }
        let followed = Followed::of(batch, self.world.model, data, family.group, self.rosters, self.teams)?;
        let read = |at: &usize| !matches!(segments[place][codes[*at] as usize], NONE | STRADDLES);
        let found: Vec<usize> =
            (0..batch.len()).filter(read).filter(|at| followed.is_in_parts(*at, batch.days.bounds(*at))).collect();
        let why = match across {
            Some(AcrossStints::SharedByDays) => InPart::NotShared,
            Some(AcrossStints::HeldLast) | None => InPart::Stints,
        };
        (!found.is_empty()).then_some((found, why))
    }

    /// Takes in the part of each row that its days in the window give to a group.
    fn take_shared(&self, family: &Family, batch: &mut Batch, store: &mut Store, nowhere: &mut bool) {
        let Some(value) = family.value else { return };
        let condition = family.condition.map(|condition| batch.node(condition));
        let value = batch.node(value);
        let (mut at_of, mut cells, mut values) = (Vec::new(), Vec::new(), Vec::new());
        for part in self.parts(family, batch, nowhere) {
            if let Some(condition) = condition.as_ref().filter(|condition| !condition.is_yes(part.at)) {
                store.refuse(part.cell, condition.excess(part.at));
                continue;
            }
            at_of.push(part.at);
            cells.push(part.cell);
            values.push(part_of(value.value(part.at), part.share()));
        }
        let values = Vector::any(values);
        store.add(&store::Rows {
            cells: &cells,
            value: Some(&values),
            row: &|place| batch.rows.row(at_of[place]),
            day: &|place| batch.days.last(at_of[place]),
            keys: None,
        });
    }

    /// The parts of rows that their days in the window give to groups, row by row.
    pub(super) fn parts(&self, family: &Family, batch: &mut Batch, nowhere: &mut bool) -> Vec<Part> {
        let Some(window) = family.segments.first() else { return Vec::new() };
        let (first, last) = self.world.model.company.calendar.days(*window);
        let followed = Followed::of(batch, self.world.model, self.table().data, family.group, self.rosters, self.teams);
        let groups =
            if followed.is_none() { self.groups(family.group, batch, nowhere) } else { vec![NONE; batch.len()] };
        let mut parts = Vec::new();
        for (at, group) in groups.into_iter().enumerate() {
            let (begins, ends) = batch.days.bounds(at);
            let (from, to) = (begins.max(first.0), ends.min(last.0));
            if from > to {
                continue;
            }
            let pieces = match &followed {
                Some(followed) => followed.pieces(at, (from, to)),
                None if group == NONE => continue,
                None => vec![Piece { from, to, group }],
            };
            *nowhere |= pieces.is_empty() && followed.as_ref().is_some_and(|all| all.held_none(at, (begins, ends)));
            let mut days: BTreeMap<u32, i32> = BTreeMap::new();
            for piece in pieces {
                *days.entry(piece.group).or_default() += piece.to - piece.from + 1;
            }
            parts.extend(days.into_iter().map(|(cell, days)| Part { at, cell, days, of: ends - begins + 1 }));
        }
        parts
    }

    /// The day that `latest` compares.
    pub(super) fn day(&self, batch: &Batch, at: usize) -> i32 {
        let row = batch.rows.row(at) as usize;
        match (&self.job.rows, &self.table().shape) {
            (RowsBy::Dated(_), _) => batch.days.last(at),
            (_, Shape::Valid { from, .. }) => from[row],
            (_, Shape::Snapshot(days)) => days[row],
            _ => 0,
        }
    }

    pub(super) fn cells(&self, family: &Family, place: usize, groups: &[u32], codes: &[u32]) -> Vec<u32> {
        let (Time::Days { segments, .. } | Time::Periods { segments, .. }) = &self.time else {
            return groups.to_vec();
        };
        let (segment_of, count) = (&segments[place], family.segments.len() as u32);
        if let Time::Days { .. } = &self.time {
            let cell = |(group, code): (&u32, &u32)| {
                let segment = segment_of[*code as usize];
                if (*group == NONE) | (segment == NONE) { NONE } else { group * count + segment }
            };
            return groups.iter().zip(codes).map(cell).collect();
        }
        let cell = |(group, code): (&u32, &u32)| match (*group, segment_of[*code as usize]) {
            (NONE, _) | (_, NONE) => NONE,
            (_, STRADDLES) => STRADDLES,
            (group, segment) => group * count + segment,
        };
        groups.iter().zip(codes).map(cell).collect()
    }

    /// Notes the rows that count and whose period lies partly inside a window.
    fn refuse_straddling(
        &self,
        family: &Family,
        place: usize,
        codes: &[u32],
        cells: &mut [u32],
        rows: &Rows,
        straddling: &mut Straddling,
    ) {
        let (Time::Periods { segments, .. }, RowsBy::Dated(column)) = (&self.time, &self.job.rows) else { return };
        let Some(Column::Period { list, .. }) = self.table().column(*column) else { return };
        for (at, cell) in cells.iter_mut().enumerate().filter(|(_, cell)| **cell != NONE) {
            if segments[place][codes[at] as usize] != STRADDLES {
                continue;
            }
            *cell = NONE;
            let period = list[codes[at] as usize];
            for window in family.measures.iter().filter_map(|(_, months)| *months) {
                if window.overlaps(period) && !window.holds(period) {
                    straddling.insert((self.job.table, *column, rows.row(at), window));
                }
            }
        }
    }

    /// The group of each row.
    pub(super) fn groups(&self, group: &Group, batch: &mut Batch, nowhere: &mut bool) -> Vec<u32> {
        let nothing = vec![NONE; batch.len()];
        match group {
            Group::Company => vec![0; batch.len()],
            // By the tree of the row's own day; of a row dated by a period, that of its last.
            Group::Team { via } => match batch.key_numbers(via) {
                Some((_, keys)) => {
                    // A team that is not there on the day is told of.
                    let _ = batch.rows_at(via);
                    keys.iter().enumerate().map(|(at, key)| self.teams.place(*key, batch.days.last(at))).collect()
                }
                None => nothing,
            },
            Group::Own { roster, via } => {
                let roster = self.rosters.iter().find(|known| known.data == *roster);
                match (roster, batch.key_numbers(via)) {
                    (Some(roster), Some((_, keys))) => {
                        let mut post = |(at, key): (usize, &u32)| {
                            let (first, last) = batch.days.bounds(at);
                            let post = roster.post_between(*key, first, last);
                            *nowhere |= post == NONE && roster.held_none(*key, first, last);
                            post
                        };
                        keys.iter().enumerate().map(&mut post).collect()
                    }
                    _ => nothing,
                }
            }
            Group::Key { via, .. } => batch.key_numbers(via).map_or(nothing, |(_, keys)| keys.to_vec()),
        }
    }
}

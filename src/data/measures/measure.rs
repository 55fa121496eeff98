//! Measures to answers: measures that read the same rows are computed in one pass over them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::job::{Family, Job, RowsBy};
use super::scan::{Found, InParts, Straddling};
use super::store::Store;
use super::{changes, scan};
use crate::data::columns::column::{Column, NONE};
use crate::data::errors::{self, InPart};
use crate::data::memory::Memory;
use crate::data::options::Options;
use crate::data::people::nowhere::Nowhere;
use crate::data::people::own;
use crate::data::people::roster::Roster;
use crate::data::rows::nodes::{Batch, Cells, Days, OtherDays, World};
use crate::data::rows::shape::Shape;
use crate::data::rows::table::Table;
use crate::data::rows::vector::{Rows, Vector};
use crate::data::tables::teams::Teams;
use crate::diagnostic::Diagnostic;
use crate::language::{AggregateFunction, Keeps, Whole};
use crate::model::data::{ColumnIx, DataId};
use crate::plan::query;
use crate::plan::query::{
    Answered, Doubt, Group, Measure, MeasureId, Measured, NodeId, OfStints, OutOfOrder, Query, RowNode, read_on, visit,
};
use crate::time::Months;
use crate::value::{Missing, Value};

/// What is needed to evaluate a query over checked tables.
pub struct Evaluation<'a> {
    pub query: &'a Query,
    pub options: &'a Options<'a>,
    pub memory: &'a Memory,
    pub teams: &'a Teams,
    pub rosters: &'a [Roster],
    pub world: World<'a>,
    pub other_days: OtherDays,
    pub answers: Vec<Answered>,
    pub straddling: Straddling,
    pub in_parts: InParts,
    /// Rows of tables that went by and count for nobody, by place.
    pub passed_nowhere: BTreeMap<usize, Nowhere>,
    /// Tables with rows that are somebody's on a day without a post.
    pub with_nowhere: BTreeSet<usize>,
}

/// The answers of all measures, then of all reads.
pub type Evaluated = (Vec<Answered>, Reads, OtherDays);

/// What formulas read of roster rows.
#[derive(Default)]
pub struct Reads {
    /// By read, post and stint.
    pub values: Vec<Vec<OfStints>>,
    pub out_of_order: OutOfOrder,
}

impl<'a> Evaluation<'a> {
    /// Computes some of the measures.
    pub fn run(&mut self, wanted: impl Fn(MeasureId) -> bool) {
        // Inner aggregates first, as the nodes of others look at their answers.
        for mut level in levels(self.query) {
            level.retain(|id| wanted(*id));
            for job in self.jobs(&level) {
                let found = scan::run(&self.world, self.teams, self.rosters, &job, self.options.threads);
                self.keep(&job, found);
            }
        }
    }

    /// Turns what a pass has found into answers.
    pub fn keep(&mut self, job: &Job, found: Found) {
        self.keep_some(job, found, &|_| true);
    }

    /// The same for some of a job's families.
    pub fn keep_some(&mut self, job: &Job, found: Found, wanted: &dyn Fn(usize) -> bool) {
        let Found { stores, straddling, in_parts, other_days, nowhere } = found;
        if nowhere {
            self.with_nowhere.insert(job.table);
        }
        self.straddling.extend(straddling);
        self.in_parts.extend(in_parts);
        self.other_days.take_in(other_days);
        for (at, (family, store)) in job.families.iter().zip(stores).enumerate() {
            if wanted(at) {
                for (measure, measured) in self.finish(job, family, store) {
                    self.answer(measure, measured);
                }
            }
        }
    }

    /// Takes what was computed elsewhere for all groups of a measure.
    pub fn keep_measured(&mut self, job: &Job, id: MeasureId, mut measured: Vec<Measured>) {
        self.without_rows(&self.query.measures[id.0], self.world.tables[job.table], &mut measured);
        self.answer(id, measured);
    }

    fn answer(&mut self, id: MeasureId, mut measured: Vec<Measured>) {
        for one in &mut measured {
            one.value = std::mem::replace(&mut one.value, Missing::NoRows.into()).held();
        }
        match &self.query.measures[id.0].group {
            Group::Key { .. } => {
                let values = measured.into_iter().map(|measured| measured.value).collect();
                Arc::make_mut(&mut self.world.inner).insert(id, Vector::compact(values));
            }
            _ => self.answers[id.0] = measured.into(),
        }
    }

    /// Rows that count for nobody, and cells that change within a stint. Of the tables left out, those that went by have
    /// been looked through already.
    pub fn about_people(&self, left_out: &BTreeSet<DataId>) -> Vec<Doubt> {
        let mut doubts = Vec::new();
        for (place, table) in self.world.tables.iter().enumerate() {
            let mut kept = Nowhere::default();
            let found = match (self.passed_nowhere.get(&place), left_out.contains(&table.data)) {
                (Some(passed), _) => passed,
                (None, left_out) if left_out || !self.with_nowhere.contains(&place) => continue,
                (None, _) => {
                    kept.look(&self.world, self.query, self.rosters, place, true);
                    &kept
                }
            };
            doubts.extend(found.doubts(&self.world, self.query, self.rosters, table));
        }
        doubts.extend(changes::find(&self.world, self.query, self.rosters));
        doubts
    }

    /// All answers; the only errors left are rows dated by a period that lies partly in a window, and temporary files.
    pub fn end(mut self) -> Result<Evaluated, Vec<Diagnostic>> {
        if !self.straddling.is_empty() || !self.in_parts.is_empty() {
            return Err(self.straddling_errors(&self.straddling));
        }
        if let Some(refusal) = self.memory.refused() {
            return Err(vec![refusal]);
        }
        let reads = self.reads();
        Ok((self.answers, reads, self.other_days))
    }

    /// The measures of one level as jobs, in the order of their first measure.
    pub fn jobs(&self, level: &[MeasureId]) -> Vec<Job<'a>> {
        self.jobs_of_all_months(level).into_iter().flat_map(by_months).collect()
    }

    /// The same, whatever the months: engines can pass over rows that they need not look at.
    pub fn jobs_of_all_months(&self, level: &[MeasureId]) -> Vec<Job<'a>> {
        type JobKey<'a> = (usize, RowsBy, Option<(usize, &'a [ColumnIx])>);
        type FamilyKey<'a> = (AggregateFunction, Option<NodeId>, Option<NodeId>, &'a Group, bool, Option<Months>);
        let query: &'a Query = self.query;
        let mut jobs: Vec<Job<'a>> = Vec::new();
        let mut job_at: HashMap<JobKey<'a>, usize> = HashMap::new();
        let mut family_at: HashMap<(usize, FamilyKey<'a>), usize> = HashMap::new();
        for id in level {
            let measure = &query.measures[id.0];
            let Some(table) = self.world.place_of.get(&measure.data).copied() else { continue };
            let (rows, months) = match &measure.rows {
                query::Rows::Dated { column, months } => (RowsBy::Dated(*column), Some(*months)),
                other => (RowsBy::Other(other.clone()), None),
            };
            let own = match &measure.group {
                Group::Own { roster, via } if months.is_none() => {
                    self.rosters.iter().position(|known| known.data == *roster).map(|roster| (roster, via.as_slice()))
                }
                _ => None,
            };
            let by_keys = measure.counts_keys() && !self.world.model.data[measure.data.0].key.is_empty();
            let own_keeps = measure.function.signature().keeps;
            let at = *job_at.entry((table, rows.clone(), own)).or_insert_with(|| {
                jobs.push(Job { table, rows, own, families: Vec::new() });
                jobs.len() - 1
            });
            let job = &mut jobs[at];
            let alone = months.filter(|_| measure.shared);
            let key = (measure.function, measure.value, measure.condition, &measure.group, by_keys, alone);
            let family = *family_at.entry((at, key)).or_insert_with(|| {
                job.families.push(Family {
                    function: measure.function,
                    keeps: if by_keys { Keeps::Whole(Whole::Different) } else { own_keeps },
                    value: measure.value,
                    condition: measure.condition,
                    group: &measure.group,
                    groups: self.groups(&measure.group),
                    by_keys,
                    shared: measure.shared,
                    segments: Vec::new(),
                    measures: Vec::new(),
                });
                job.families.len() - 1
            });
            job.families[family].measures.push((*id, months));
        }
        for family in jobs.iter_mut().flat_map(|job| &mut job.families) {
            family.segments = segments(&family.measures);
        }
        jobs
    }

    fn groups(&self, group: &Group) -> usize {
        match group {
            Group::Company => 1,
            Group::Team { .. } => self.teams.places(),
            Group::Own { roster, .. } => {
                self.rosters.iter().find(|known| known.data == *roster).map_or(0, |roster| roster.answer.posts.len())
            }
            Group::Key { data, .. } => {
                let table = self.world.place_of.get(data).map(|place| self.world.tables[*place]);
                table.and_then(|table| table.keys.as_ref()).map_or(0, |keys| keys.groups())
            }
        }
    }

    /// The answers of a family's measures from what was kept in all its cells.
    fn finish(&self, job: &Job, family: &Family, store: Store) -> Vec<(MeasureId, Vec<Measured>)> {
        let table = self.world.tables[job.table];
        let place = |row: u32| {
            let file = &table.files[table.file_of(row as usize)];
            format!("{} row {}", file.shown, table.lines[row as usize])
        };
        let is_team = matches!(family.group, Group::Team { .. });
        let segments = family.segments.len().max(1);
        let mut finished = Vec::new();
        // Most families are one measure whose cells are its groups already.
        let mut store = Some(store);
        for (id, months) in &family.measures {
            let measure = &self.query.measures[id.0];
            let taken = if family.measures.len() == 1 && segments == 1 && !is_team { store.take() } else { None };
            let mut own = taken.unwrap_or_else(|| {
                let groups = if is_team { self.teams.teams.len() } else { family.groups };
                let room = self.memory.for_lists(1);
                let mut own = Store::within(family.keeps, groups, room);
                let targets = |cell: u32, into: &mut Vec<u32>| {
                    let (group, segment) = (cell / segments as u32, cell as usize % segments);
                    let reads = months.is_none_or(|months| months.holds(family.segments[segment]));
                    match (reads, is_team) {
                        (false, _) => {}
                        (true, true) => self.teams.upwards(group, into),
                        (true, false) => into.push(group),
                    }
                };
                if let Some(store) = &store {
                    own.take_in(store, &targets);
                }
                own
            });
            let failures = [own.failure(), store.as_mut().and_then(Store::failure)];
            let mut measured = own.finish(measure.fraction.as_ref(), &place);
            if let Some(reason) = failures.iter().flatten().find_map(|failure| failure.get()) {
                self.memory.refuse(errors::no_temporary_file(reason));
            }
            self.without_rows(measure, table, &mut measured);
            finished.push((*id, measured));
        }
        finished
    }

    /// Groups for which nothing could be read at all: nobody in the post, or no stock taken.
    fn without_rows(&self, measure: &Measure, table: &Table, measured: &mut [Measured]) {
        if let (query::Rows::Newest(first, last), Shape::Snapshot(days)) = (&measure.rows, &table.shape) {
            let stocks = own::stocks(days, first.0, last.0);
            let roster = match &measure.group {
                Group::Own { roster, .. } => self.rosters.iter().find(|known| known.data == *roster),
                _ => None,
            };
            for (group, measured) in measured.iter_mut().enumerate() {
                let found = match roster {
                    Some(roster) => own::newest_served(roster, group as u32, &stocks).is_some(),
                    None => !stocks.is_empty(),
                };
                if !found {
                    measured.value = Missing::NoRows.into();
                }
            }
        }
        let Group::Own { roster, .. } = &measure.group else { return };
        let Some(roster) = self.rosters.iter().find(|known| known.data == *roster) else { return };
        let Some((first, last)) = own::window(&measure.rows, &self.world.model.company.calendar) else { return };
        for (post, measured) in measured.iter_mut().enumerate() {
            if roster.last_served(post as u32, first, last).is_none() {
                measured.value = Missing::OutsideStints.into();
            }
        }
    }

    /// The columns of roster rows that formulas read, by post and stint; and where points of curves are out of order.
    fn reads(&mut self) -> Reads {
        let mut answers = Vec::with_capacity(self.query.reads.len());
        let mut out_of_order = OutOfOrder::default();
        for (at, read) in self.query.reads.iter().enumerate() {
            let roster = self.rosters.iter().find(|known| known.data == read.roster);
            let place = self.world.place_of.get(&read.roster).copied();
            let (Some(roster), Some(place)) = (roster, place) else {
                answers.push(Vec::new());
                continue;
            };
            let table = self.world.tables[place];
            let (mut rows, mut days) = (Vec::new(), Vec::new());
            for (post, key) in roster.answer.posts.iter().zip(&roster.key_of) {
                for stint in &post.stints {
                    if let Some(day) = read_on(read, stint)
                        && let Some(keys) = &table.keys
                    {
                        rows.push(keys.row_between(&table.shape, *key, day.0, day.0).row);
                        days.push(day.0);
                    }
                }
            }
            let days = Days::Each(days.into());
            let mut batch = Batch::new(&self.world, place, Rows::List(&rows), days, &mut self.other_days);
            let values = batch.node(read.node);
            let mut places = Vec::new();
            if let Some(columns) = self.query.orders.get(&at) {
                places.extend(columns.iter().filter_map(|column| batch.cells(*column)));
                places.dedup();
                // What a formula makes of columns stands in the row as a whole.
                if places.is_empty() {
                    places.push(Cells { table: place, column: None, rows: rows.clone() });
                }
            }
            let mut next = 0;
            let mut value = |stint: &query::Stint| {
                if read_on(read, stint).is_none() {
                    return Missing::OutsideStints.into();
                }
                next += 1;
                values.value(next - 1)
            };
            let of_post = |post: &query::PersonPost| post.stints.iter().map(&mut value).collect();
            let of_read: Vec<OfStints> = roster.answer.posts.iter().map(of_post).collect();
            if !places.is_empty() {
                self.broken_orders(at, &of_read, &places, &mut out_of_order);
            }
            answers.push(of_read);
        }
        Reads { values: answers, out_of_order }
    }

    /// The cells of points that are out of order. Of very many, enough to tell the first of.
    fn broken_orders(&self, read: usize, flags: &[OfStints], cells: &[Cells], found: &mut OutOfOrder) {
        const MOST: usize = 10_000;
        let mut next = 0;
        for (post, stints) in flags.iter().enumerate() {
            for (stint, flag) in stints.all().iter().enumerate() {
                if matches!(flag, Value::Missing(Missing::OutsideStints)) {
                    continue;
                }
                if *flag == Value::Flag(false) && found.len() < MOST {
                    let known = cells.iter().filter(|cells| cells.rows[next] != NONE);
                    let place =
                        |cells: &Cells| self.world.tables[cells.table].place(cells.rows[next] as usize, cells.column);
                    found.insert((read, post, stint), known.map(place).collect());
                }
                next += 1;
            }
        }
    }

    fn straddling_errors(&self, straddling: &Straddling) -> Vec<Diagnostic> {
        let mut seen: BTreeMap<(usize, ColumnIx, Months), BTreeMap<u32, Months>> = BTreeMap::new();
        for (table, column, row, window) in straddling {
            seen.entry((*table, *column, *window)).or_default().insert(*row, *window);
        }
        let mut errors = Vec::new();
        for ((place, column, window), rows) in seen {
            let table = self.world.tables[place];
            let data = &self.world.model.data[table.data.0];
            let Some((row, _)) = rows.first_key_value() else { continue };
            let period = match table.column(column) {
                Some(Column::Period { codes, list }) => list[codes[*row as usize] as usize].to_string(),
                _ => String::new(),
            };
            let place = table.place(*row as usize, Some(column));
            errors.push(errors::straddling(data, place, &period, &window.to_string(), rows.len() as u64));
        }
        let mut in_parts: BTreeMap<(usize, ColumnIx, InPart), BTreeSet<u32>> = BTreeMap::new();
        for (table, column, row, why) in &self.in_parts {
            in_parts.entry((*table, *column, *why)).or_default().insert(*row);
        }
        for ((place, column, why), rows) in in_parts {
            let table = self.world.tables[place];
            let data = &self.world.model.data[table.data.0];
            let Some(row) = rows.first() else { continue };
            let period = match table.column(column) {
                Some(Column::Period { codes, list }) => list[codes[*row as usize] as usize].to_string(),
                _ => String::new(),
            };
            let place = table.place(*row as usize, Some(column));
            errors.push(errors::in_part(data, column, place, &period, why, rows.len() as u64));
        }
        errors
    }
}

/// Takes families that read few of a job's months out of it, so that the other months' rows need not be looked at for
/// them.
fn by_months(mut job: Job) -> Vec<Job> {
    let alike = months_alike(job.families.iter());
    let mut families: Vec<Option<Family>> = std::mem::take(&mut job.families).into_iter().map(Some).collect();
    let taken = |alike: Vec<usize>| Job {
        rows: job.rows.clone(),
        families: alike.into_iter().filter_map(|at| families[at].take()).collect(),
        ..job
    };
    alike.into_iter().map(taken).collect()
}

/// The places of families that are best read together: first those that read most of the months.
pub fn months_alike<'f>(families: impl Iterator<Item = &'f Family<'f>>) -> Vec<Vec<usize>> {
    let families: Vec<&Family> = families.collect();
    let count = |family: &Family| family.segments.iter().map(|segment| segment.count).sum::<u32>();
    let mut all: Vec<Months> = families.iter().flat_map(|family| &family.segments).copied().collect();
    all.sort_unstable_by_key(|segment| (segment.first, segment.count));
    let (mut months, mut end) = (0, i32::MIN);
    for segment in all {
        let last = segment.first.0 + segment.count as i32;
        months += (last - end.max(segment.first.0)).max(0) as u32;
        end = end.max(last);
    }
    let (many, few): (Vec<usize>, Vec<usize>) =
        (0..families.len()).partition(|at| count(families[*at]) * 2 > months || months == 0);
    let mut alike: Vec<Vec<usize>> = Vec::new();
    for at in few {
        match alike.iter_mut().find(|other| families[other[0]].segments == families[at].segments) {
            Some(other) => other.push(at),
            None => alike.push(vec![at]),
        }
    }
    if !many.is_empty() {
        alike.insert(0, many);
    }
    alike
}

/// Measures in an order in which each comes behind those that its nodes ask for.
fn levels(query: &Query) -> Vec<Vec<MeasureId>> {
    let nodes: HashMap<_, _> = query.tables.iter().map(|table| (table.data, table.nodes.as_slice())).collect();
    let mut level: Vec<Option<usize>> = vec![None; query.measures.len()];
    fn of(
        id: MeasureId,
        query: &Query,
        nodes: &HashMap<crate::model::data::DataId, &[RowNode]>,
        level: &mut [Option<usize>],
    ) -> usize {
        if let Some(known) = level[id.0] {
            return known;
        }
        // A circle would be the plan's mistake; it must not hang.
        level[id.0] = Some(0);
        let measure = &query.measures[id.0];
        let mut wanted = Vec::new();
        if let Some(nodes) = nodes.get(&measure.data) {
            for node in measure.value.iter().chain(&measure.condition) {
                inner_of(*node, nodes, &mut wanted);
            }
        }
        let found = wanted.into_iter().map(|inner| of(inner, query, nodes, level) + 1).max().unwrap_or(0);
        level[id.0] = Some(found);
        found
    }
    let mut levels: Vec<Vec<MeasureId>> = Vec::new();
    for id in (0..query.measures.len()).map(MeasureId) {
        let at = of(id, query, &nodes, &mut level);
        if levels.len() <= at {
            levels.resize_with(at + 1, Vec::new);
        }
        levels[at].push(id);
    }
    levels
}

/// The inner measures that a node needs.
fn inner_of(node: NodeId, nodes: &[RowNode], into: &mut Vec<MeasureId>) {
    visit(node, nodes, &mut |node| {
        if let RowNode::Inner { measure, .. } = node {
            into.push(*measure);
        }
    });
}

/// Cuts the windows of some measures into runs of months that each measure reads wholly or not at all.
fn segments(measures: &[(MeasureId, Option<Months>)]) -> Vec<Months> {
    let windows: Vec<Months> = measures.iter().filter_map(|(_, months)| *months).collect();
    let mut cuts: Vec<i32> =
        windows.iter().flat_map(|window| [window.first.0, window.first.0 + window.count as i32]).collect();
    cuts.sort_unstable();
    cuts.dedup();
    cuts.windows(2)
        .map(|cut| Months { first: crate::time::Month(cut[0]), count: (cut[1] - cut[0]) as u32 })
        .filter(|segment| windows.iter().any(|window| window.holds(*segment)))
        .collect()
}

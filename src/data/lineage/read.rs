//! From files to lineages: tables that are kept are gone through in memory, others while they go by.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::gather::Gathered;
use super::pass::{Part, Passage};
use super::reduced::Reduced;
use super::rows::{At, Told, key_of, leaves, own_key};
use super::{Asked, GroupOf, LeftOut, Lineage, Row, RowsOf, Shown};
use crate::cache::Cache;
use crate::data::answer::{ReadAgain, Reading};
use crate::data::measures::fates::{Fate, NO_KEY, Target};
use crate::data::measures::measure::Evaluation;
use crate::data::memory::Memory;
use crate::data::options::Options;
use crate::data::read::{Block, FileTask, Wanted};
use crate::data::stream::{self, Keeps, Reader, Stage, Streams, each_block};
use crate::data::tables::load::Source;
use crate::data::tables::needs;
use crate::diagnostic::Diagnostic;
use crate::model::Model;
use crate::model::data::{ColumnIx, DataId};
use crate::parallel;
use crate::plan::query::{Group, MeasureId, NodeId, Query};

/// Rows that are gone through together, of a table that is kept.
const ROWS: usize = 1 << 14;

/// Lineages in the order asked, of rows from files or from the tables of a test.
pub fn lineage_from(
    model: &Model,
    query: &Query,
    options: &Options,
    source: &Source,
    (asked, shown): (&[Asked], Shown),
) -> Result<Vec<Lineage>, Vec<Diagnostic>> {
    let reduced = Reduced::of(model, query, asked.iter().map(|asked| asked.measure));
    let needed = needed(model, query, &reduced, source);
    let mut streams = Streams::choose(model, &reduced.query, &needed, source);
    if streams.data.iter().any(|data| !model.data[data.0].relations.is_empty()) {
        // Rows of a server are told by their keys, which only its tables that are kept have.
        streams = Streams::none(&reduced.query);
    }
    let (memory, again) = (Memory::new(options.memory), Memory::new(options.memory));
    let mut reading = Reading { model, query: &reduced.query, options, source, needed: &needed, memory: &memory };
    let asking = Question { query, reduced: &reduced, asked, shown };
    reading.fits(&streams, false)?;
    if !streams.is_empty() {
        let mut found = asking.passing(&reading, &streams);
        if found.is_err() && options.cache.as_ref().is_some_and(Cache::is_distrusted) {
            // Rows of the cache were damaged; those of the files may not be.
            reading.memory = &again;
            found = asking.passing(&reading, &streams);
        }
        if let Ok(found) = found {
            return Ok(found);
        }
        if let Some(refusal) = reading.memory.refusal() {
            return Err(vec![refusal]);
        }
    }
    reading.fits(&Streams::none(&reduced.query), true)?;
    asking.whole(&reading)
}

/// What is read: with a cache, the columns that the answers were worked out from, whose rows may be kept, where rows go by.
fn needed(model: &Model, query: &Query, reduced: &Reduced, source: &Source) -> Vec<(DataId, Vec<ColumnIx>)> {
    let least = needs::columns(model, &reduced.query);
    let all = match source {
        Source::Files(options) if options.cache.is_some() => needs::columns(model, query),
        Source::Files(_) | Source::Given(_) => return least,
    };
    let goes_by = |needed| !Streams::choose(model, &reduced.query, needed, source).is_empty();
    if goes_by(&least) && goes_by(&all) { all } else { least }
}

/// What is asked.
struct Question<'a> {
    query: &'a Query,
    reduced: &'a Reduced,
    asked: &'a [Asked],
    shown: Shown,
}

impl Question<'_> {
    /// With all rows at hand.
    fn whole(&self, reading: &Reading) -> Result<Vec<Lineage>, Vec<Diagnostic>> {
        let Reading { model, query, options, memory, .. } = *reading;
        let (loaded, other_days) = reading.load(&Streams::none(query))?;
        let mut evaluation = loaded.evaluation(model, query, options, memory, other_days);
        evaluation.run(|measure| self.reduced.inner.contains(&measure));
        let mut found = self.nothing();
        let mut unclear = Vec::new();
        for passage in self.passages(&evaluation) {
            let part = kept(&evaluation, &passage);
            found.take(&evaluation, &passage, part, &mut unclear, &|_| {});
        }
        for unclear in unclear {
            evaluation.straddling.extend(unclear.straddling);
            evaluation.in_parts.extend(unclear.in_parts);
        }
        evaluation.end()?;
        Ok(found.lineages)
    }

    /// With rows of large tables that go by.
    fn passing(&self, reading: &Reading, streams: &Streams) -> Result<Vec<Lineage>, ReadAgain> {
        let Reading { model, query, options, source, needed, memory } = *reading;
        let (loaded, other_days) = reading.load(streams)?;
        let inner = |measure: MeasureId| self.reduced.inner.contains(&measure);
        let mut evaluation = loaded.evaluation(model, query, options, memory, other_days);
        evaluation.run(|measure| inner(measure) && streams.stage(measure) == Stage::Before);
        let mut measures = (0..query.measures.len()).map(MeasureId);
        let streamed = match !streams.read_behind.is_empty()
            || measures.any(|measure| inner(measure) && streams.stage(measure) == Stage::Meanwhile)
        {
            true => stream::run(&mut evaluation, needed, streams, source)?,
            false => Vec::new(),
        };
        for (place, table) in &streamed {
            evaluation.world.tables[*place] = table;
        }
        evaluation.run(|measure| inner(measure) && streams.stage(measure) == Stage::After);
        let mut found = self.nothing();
        let mut unclear = Vec::new();
        for passage in self.passages(&evaluation) {
            if !streams.data.contains(&evaluation.world.tables[passage.place].data) {
                let part = kept(&evaluation, &passage);
                found.take(&evaluation, &passage, part, &mut unclear, &|_| {});
                continue;
            }
            let (part, lines, files) = gone_by(&evaluation, &passage, (needed, streams), options)?;
            found.take(&evaluation, &passage, part, &mut unclear, &|told| lines.tell(told, &files));
        }
        if unclear.iter().any(|unclear| !unclear.is_empty()) {
            return Err(ReadAgain);
        }
        evaluation.end()?;
        Ok(found.lineages)
    }

    /// What is asked, by table.
    fn passages<'a>(&self, evaluation: &Evaluation<'a>) -> Vec<Passage<'a>> {
        let mut passages: BTreeMap<usize, Passage<'a>> = BTreeMap::new();
        for (at, asked) in self.asked.iter().enumerate() {
            let Some(id) = self.reduced.measures.get(&asked.measure) else { continue };
            let Some(job) = evaluation.jobs(&[*id]).pop() else { continue };
            let measure = &evaluation.query.measures[id.0];
            let target = self.target(evaluation, &measure.group, &asked.group);
            let leaves = leaves(evaluation.world.nodes[job.table], measure.value.into_iter().chain(measure.condition));
            let passage = passages.entry(job.table).or_insert_with(|| Passage::new(job.table, self.shown));
            passage.ask(&evaluation.world, at, job, target, leaves);
        }
        passages.into_values().collect()
    }

    /// A group as cells know it.
    fn target(&self, evaluation: &Evaluation, group: &Group, asked: &GroupOf) -> Target {
        match (group, asked) {
            (Group::Company, GroupOf::Company) => Target::Company,
            (Group::Team { .. }, GroupOf::Team(team)) => {
                let mut above = Vec::new();
                let mut is_of = |place: usize| {
                    above.clear();
                    evaluation.teams.upwards(place as u32, &mut above);
                    above.contains(&(*team as u32))
                };
                Target::Team((0..evaluation.teams.places()).map(&mut is_of).collect())
            }
            (Group::Own { roster: data, .. }, GroupOf::Post { roster, post })
                if self.query.rosters.get(*roster) == Some(data) =>
            {
                let known = evaluation.rosters.iter().position(|roster| roster.data == *data);
                let key = known.and_then(|known| evaluation.rosters[known].key_of.get(*post));
                match known.zip(key) {
                    Some((roster, key)) => Target::Post { roster, post: *post as u32, key: *key },
                    None => Target::Nothing,
                }
            }
            (Group::Key { data, .. }, GroupOf::Key(text)) => {
                let table = evaluation.world.place_of.get(data).map(|place| evaluation.world.tables[*place]);
                Target::Key(table.and_then(|table| key_of(table, text)).unwrap_or(NO_KEY))
            }
            _ => Target::Nothing,
        }
    }

    fn nothing(&self) -> Found {
        let data = |measure: MeasureId| self.query.measures.get(measure.0).map_or(DataId(0), |measure| measure.data);
        let nothing = |asked: &Asked| Lineage {
            data: data(asked.measure),
            rows: 0,
            counted: RowsOf::default(),
            left_out: Vec::new(),
            leaves: Vec::<NodeId>::new(),
        };
        Found { shown: self.shown, lineages: self.asked.iter().map(nothing).collect() }
    }
}

/// Lineages as they come.
struct Found {
    shown: Shown,
    lineages: Vec<Lineage>,
}

impl Found {
    /// Takes over what was gathered of a table; `tell` says where rows stand.
    fn take(
        &mut self,
        evaluation: &Evaluation,
        passage: &Passage,
        mut part: Part,
        unclear: &mut Vec<crate::data::measures::fates::Unclear>,
        tell: &dyn Fn(&mut Told),
    ) {
        unclear.push(std::mem::take(&mut part.unclear));
        let rows = part.rows;
        for (asking, gathered) in passage.end(part) {
            let lineage = &mut self.lineages[asking.at];
            lineage.data = evaluation.world.tables[passage.place].data;
            lineage.leaves.clone_from(&asking.leaves);
            lineage.rows = rows;
            let has_value = asking.job.families.first().is_some_and(|family| family.value.is_some());
            let ended: Vec<_> = Gathered::end(gathered, has_value);
            for (fate, rows, total, first) in ended {
                let first: Vec<Row> = first
                    .into_iter()
                    .map(|mut told| {
                        tell(&mut told);
                        told.out
                    })
                    .collect();
                let mut of_fate = RowsOf { rows, total, first };
                match why(fate) {
                    None => {
                        of_fate.first.truncate(self.shown.counted);
                        lineage.counted = of_fate;
                    }
                    Some(_) if rows == 0 => {}
                    Some(why) => {
                        of_fate.first.truncate(self.shown.left_out);
                        lineage.left_out.push((why, of_fate));
                    }
                }
            }
        }
    }
}

/// Goes through a table that is kept.
fn kept(evaluation: &Evaluation, passage: &Passage) -> Part {
    let table = evaluation.world.tables[passage.place];
    let view = passage.view(&evaluation.world, evaluation.teams, evaluation.rosters);
    let workers =
        if passage.is_in_order() { 1 } else { evaluation.options.threads.clamp(1, table.rows.div_ceil(ROWS).max(1)) };
    let next = AtomicUsize::new(0);
    let work = |_| {
        let mut part = passage.begin();
        loop {
            let from = next.fetch_add(ROWS, Ordering::Relaxed);
            if from >= table.rows {
                return part;
            }
            passage.take(&view, (from, (from + ROWS).min(table.rows)), (0, 0), &mut part);
        }
    };
    joined(parallel::on_threads(workers, work), passage)
}

fn joined(parts: impl IntoIterator<Item = Part>, passage: &Passage) -> Part {
    let all = parts.into_iter().reduce(|mut all, part| {
        all.take_in(part);
        all
    });
    all.unwrap_or_else(|| passage.begin())
}

/// Goes through a table while its rows go by; with a cache together with others in the same files, as they are kept.
fn gone_by(
    evaluation: &Evaluation,
    passage: &Passage,
    (needed, streams): (&[(DataId, Vec<ColumnIx>)], &Streams),
    options: &Options,
) -> Result<(Part, Lines, Vec<FileTask>), ReadAgain> {
    let world = &evaluation.world;
    let groups = stream::together(world, streams, options);
    let group = groups.into_iter().find(|(_, places)| places.contains(&passage.place));
    let (files, mut places) = group.ok_or(ReadAgain)?;
    places.retain(|place| *place == passage.place || options.cache.is_some());
    let columns = |place: &usize| stream::needed_of(needed, world.tables[*place].data);
    let readers: Vec<Reader> =
        places.iter().map(|place| Reader::new(world, *place, columns(place)).of_known_keys()).collect();
    let wanted: Vec<&Wanted> = readers.iter().map(|reader| &reader.wanted).collect();
    let take = |(part, lines): &mut (Part, Lines), place: stream::Order, above: u32, blocks: Vec<Block>| {
        let mut blocks = places.iter().zip(&readers).zip(blocks);
        let Some(((_, reader), block)) = blocks.find(|((of, _), _)| **of == passage.place) else { return Ok(()) };
        lines.add(place, above, block.length());
        let table = reader.table(block)?.table;
        let mut world = world.clone();
        world.tables[passage.place] = &table;
        let view = passage.view(&world, evaluation.teams, evaluation.rosters);
        passage.take(&view, (0, table.rows), place, part);
        Ok(())
    };
    let begin = || (passage.begin(), Lines::default());
    let by = (world.model, evaluation.memory);
    let made = each_block(by, (&files, &wanted), (options, Keeps::Rows), begin, take)?;
    let mut lines = Lines::default();
    let parts: Vec<Part> = made
        .into_iter()
        .map(|(part, more)| {
            lines.take_in(more);
            part
        })
        .collect();
    lines.count();
    let mut part = joined(parts, passage);
    name(evaluation, passage, (&files, columns(&passage.place)), options, &mut part)?;
    Ok((part, lines, files))
}

/// Looks up the keys of the rows that are told, as they are written: those of all rows are only held as numbers.
fn name(
    evaluation: &Evaluation,
    passage: &Passage,
    (files, columns): (&[FileTask], &[ColumnIx]),
    options: &Options,
    part: &mut Part,
) -> Result<(), ReadAgain> {
    let world = &evaluation.world;
    let Some(reader) = Reader::new(world, passage.place, columns).with_texts() else { return Ok(()) };
    let mut wanted: BTreeMap<stream::Order, BTreeSet<u32>> = BTreeMap::new();
    part.told().map(Told::at).for_each(|(block, row)| _ = wanted.entry(block).or_default().insert(row));
    let blocks: BTreeSet<stream::Order> = wanted.keys().copied().collect();
    if blocks.is_empty() {
        return Ok(());
    }
    let take = |found: &mut Vec<(At, Option<Arc<str>>)>, place: stream::Order, _: u32, blocks: Vec<Block>| {
        let Some(rows) = wanted.get(&place) else { return Ok(()) };
        for block in blocks {
            let table = reader.table(block)?.table;
            let rows = rows.iter().filter(|row| (**row as usize) < table.rows);
            found.extend(rows.map(|row| ((place, *row), own_key(world.model, &table, *row as usize))));
        }
        Ok(())
    };
    let by = (world.model, evaluation.memory);
    let found = each_block(by, (files, &[&reader.wanted]), (options, Keeps::Only(&blocks)), Vec::new, take)?;
    let keys = found.into_iter().flatten().collect();
    let nodes = world.nodes[passage.place];
    if passage.name(nodes, &keys, part) { Ok(()) } else { Err(ReadAgain) }
}

/// Where the blocks of files begin.
#[derive(Default)]
struct Lines(BTreeMap<usize, (u32, BTreeMap<usize, u32>)>);

impl Lines {
    /// Notes how many lines a block takes; `above` lie before the first record of its file.
    fn add(&mut self, (file, block): stream::Order, above: u32, length: u32) {
        let of_file = self.0.entry(file).or_default();
        of_file.0 = above;
        of_file.1.insert(block, length);
    }

    fn take_in(&mut self, other: Lines) {
        for (file, (above, blocks)) in other.0 {
            let known = self.0.entry(file).or_default();
            known.0 = above;
            known.1.extend(blocks);
        }
    }

    /// Turns the lengths of blocks into their first lines, when all are known; lines are counted from 1.
    fn count(&mut self) {
        for (above, blocks) in self.0.values_mut() {
            let mut next = *above + 1;
            for length in blocks.values_mut() {
                next += std::mem::replace(length, next);
            }
        }
    }

    /// Says where a row stands.
    fn tell(&self, told: &mut Told, files: &[FileTask]) {
        let ((file, block), _) = told.at();
        let first = self.0.get(&file).and_then(|(_, blocks)| blocks.get(&block)).copied().unwrap_or(0);
        let place = &mut told.out.place;
        place.row = place.row.map(|line| line + u64::from(first));
        place.file = files.get(file).map_or_else(String::new, |task| task.shown.clone());
    }
}

/// Why rows are left out; nothing for those that count.
fn why(fate: Fate) -> Option<LeftOut> {
    Some(match fate {
        Fate::Nobody => LeftOut::Nobody,
        Fate::Others => LeftOut::Others,
        Fate::NoDate => LeftOut::NoDate,
        Fate::OtherTime => LeftOut::OtherTime,
        Fate::OutsideStints => LeftOut::OutsideStints,
        Fate::Condition => LeftOut::Condition,
        Fate::ConditionMissing => LeftOut::ConditionMissing,
        Fate::TooLarge => LeftOut::TooLarge,
        Fate::Blank => LeftOut::Blank,
        Fate::NotPicked => LeftOut::NotPicked,
        Fate::Counted => return None,
    })
}

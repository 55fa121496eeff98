//! A query to its answers: tables too large to keep are read row by row, and everything once more where that does not do.

use std::collections::{BTreeMap, BTreeSet};

use super::known::Known;
use super::loaded::{Loaded, Told};
use super::memory::Memory;
use super::options::Options;
use super::read::Form;
use super::rows::nodes::OtherDays;
use super::rows::table::Table;
use super::stream::{Stage, Streams};
use super::tables::files::files_of;
use super::tables::load::Source;
use super::tables::needs;
use super::{errors, memory, one_row, read, stream};
use crate::cache::Cache;
use crate::diagnostic::Diagnostic;
use crate::model::Model;
use crate::model::data::{ColumnIx, DataId};
use crate::plan::query::{Answers, Branches, Doubt, Query};

/// Reads the files, checks them and computes what is asked for; or finds in the cache what came of that before.
pub fn answer(model: &Model, query: &Query, options: &Options) -> Result<Answers, Vec<Diagnostic>> {
    let needed = needs::columns(model, query);
    let known = Known::of(model, query, &needed, options);
    if let Some(answers) = known.as_ref().and_then(Known::answers) {
        return Ok(answers);
    }
    let before = known.as_ref().and_then(Known::look);
    let answers = answer_from(model, query, options, &Source::Files(options)).map_err(one_row::joined)?;
    if let (Some(known), Some(before)) = (known, before) {
        known.keep(&before, &answers);
    }
    Ok(answers)
}

pub(super) fn answer_from(
    model: &Model,
    query: &Query,
    options: &Options,
    source: &Source,
) -> Result<Answers, Vec<Diagnostic>> {
    let needed = needs::columns(model, query);
    let streams = Streams::choose(model, query, &needed, source);
    let (memory, again) = (Memory::new(options.memory), Memory::new(options.memory));
    let mut reading = Reading { model, query, options, source, needed: &needed, memory: &memory };
    reading.fits(&streams, false)?;
    if !streams.is_empty() {
        let mut answers = reading.passing(&streams);
        if answers.is_err() && options.cache.as_ref().is_some_and(Cache::is_distrusted) {
            // Rows of the cache were damaged; those of the files may not be.
            reading.memory = &again;
            answers = reading.passing(&streams);
        }
        if let Ok(answers) = answers {
            return Ok(answers);
        }
        if let Some(refusal) = reading.memory.refusal() {
            return Err(vec![refusal]);
        }
    }
    // What is wrong is best told by reading everything once more: then both rows of a double key are at hand.
    reading.fits(&Streams::none(query), true)?;
    reading.whole()
}

/// Something is wrong, or not known of rows that went by: only all rows of the tables tell.
pub(super) struct ReadAgain;

impl From<Vec<Diagnostic>> for ReadAgain {
    fn from(_: Vec<Diagnostic>) -> ReadAgain {
        ReadAgain
    }
}

impl From<stream::Failed> for ReadAgain {
    fn from(stream::Failed: stream::Failed) -> ReadAgain {
        ReadAgain
    }
}

/// About how many bytes the tables take that are kept, and the largest of them.
fn kept(
    model: &Model,
    needed: &[(DataId, Vec<ColumnIx>)],
    source: &Source,
    streams: &Streams,
) -> (u64, Option<(DataId, u64)>) {
    let Source::Files(options) = source else { return (0, None) };
    let size = |(id, columns): &(DataId, Vec<ColumnIx>)| -> u64 {
        let data = &model.data[id.0];
        let files = files_of(data, options, &mut Vec::new());
        let size = |task: &read::FileTask| {
            let size = task.size(data, columns, options);
            // What is packed takes several times as much once it is read; of Parquet it is known.
            if task.form == Form::Spreadsheet { 5 * size } else { size }
        };
        files.iter().map(size).sum()
    };
    let sizes: Vec<(DataId, u64)> =
        needed.iter().filter(|(id, _)| !streams.data.contains(id)).map(|one| (one.0, size(one))).collect();
    (sizes.iter().map(|(_, size)| size).sum(), sizes.into_iter().max_by_key(|(_, size)| *size))
}

/// What is read, and how.
pub(super) struct Reading<'a> {
    pub model: &'a Model,
    pub query: &'a Query,
    pub options: &'a Options<'a>,
    pub source: &'a Source<'a>,
    pub needed: &'a [(DataId, Vec<ColumnIx>)],
    pub memory: &'a Memory,
}

impl Reading<'_> {
    /// Refuses tables that are to be kept and are too large for it; `mistakes`: they are read to tell what is wrong.
    pub fn fits(&self, streams: &Streams, mistakes: bool) -> Result<(), Vec<Diagnostic>> {
        let Reading { model, needed, source, memory, .. } = *self;
        match kept(model, needed, source, streams) {
            (all, Some((largest, size))) if all > memory.most() => {
                Err(vec![errors::too_large(&model.data[largest.0], size, all, memory.most(), mistakes)])
            }
            _ => Ok(()),
        }
    }

    /// Answers with all rows at hand.
    fn whole(&self) -> Result<Answers, Vec<Diagnostic>> {
        let Reading { model, query, options, source, memory, .. } = *self;
        let (loaded, other_days) = self.load(&Streams::none(query))?;
        let mut evaluation = loaded.evaluation(model, query, options, memory, other_days);
        evaluation.run(|_| true);
        // Only tests ask for them.
        let branches = if let Source::Given(_) = source { evaluation.branches() } else { Branches::default() };
        let about_people = evaluation.about_people(&BTreeSet::new());
        let tables = evaluation.world.tables.clone();
        let (measures, reads, other_days) = evaluation.end()?;
        let told = Told::of(model, query, options, &tables, &other_days, (&BTreeMap::new(), about_people))?;
        Ok(Answers { branches, ..loaded.answers(measures, reads, told) })
    }

    /// Answers with rows of large tables that go by.
    fn passing(&self, streams: &Streams) -> Result<Answers, ReadAgain> {
        let Reading { model, query, options, source, needed, memory } = *self;
        let (loaded, other_days) = self.load(streams)?;
        let mut evaluation = loaded.evaluation(model, query, options, memory, other_days);
        evaluation.run(|measure| streams.stage(measure) == Stage::Before);
        let streamed = stream::run(&mut evaluation, needed, streams, source)?;
        for (place, table) in &streamed {
            evaluation.world.tables[*place] = table;
        }
        let tables = evaluation.world.tables.clone();
        evaluation.run(|measure| streams.stage(measure) == Stage::After);
        let about_people = evaluation.about_people(&streams.data);
        let (measures, reads, other_days) = evaluation.end()?;
        if streamed.iter().any(|(place, _)| other_days.0.keys().any(|(other, _)| other == place)) {
            // Rows that went by would be counted once more.
            return Err(ReadAgain);
        }
        let repaired = |table: &Table| table.files.iter().any(|file| !file.repairs.is_empty());
        let nowhere = |doubt: &Doubt| matches!(doubt, Doubt::Nowhere { .. });
        if options.strict && (streamed.iter().any(|(_, table)| repaired(table)) || about_people.iter().any(nowhere)) {
            // What is refused is told with its rows.
            return Err(ReadAgain);
        }
        let told = Told::of(model, query, options, &tables, &other_days, (&BTreeMap::new(), about_people))?;
        Ok(loaded.answers(measures, reads, told))
    }

    /// The tables that are kept, and who is evaluated; refused where their results are too much to be kept.
    pub fn load(&self, streams: &Streams) -> Result<(Loaded, OtherDays), Vec<Diagnostic>> {
        let Reading { model, query, options, source, needed, memory } = *self;
        let keys = |tables: &[Table], place: usize| Some(stream::named_keys(model, tables, place));
        let (loaded, other_days) = Loaded::new(model, query, options, source, needed, &streams.data, &keys)?;
        let posts = loaded.rosters.iter().map(|roster| roster.answer.posts.len() as u64).sum::<u64>();
        let people = posts.saturating_mul(memory::of_post(query) + options.results);
        let tables = kept(model, needed, source, streams).0;
        if people.saturating_add(tables) > memory.most() {
            let refusal = errors::people_too_large(posts, people, tables, memory.most());
            memory.refuse(refusal.clone());
            return Err(vec![refusal]);
        }
        Ok((loaded, other_days))
    }
}

/// The data sets that a query needs and that have no files.
pub fn without_files(model: &Model, query: &Query, options: &Options) -> Vec<DataId> {
    let needed = needs::columns(model, query);
    let none = |data: &DataId| files_of(&model.data[data.0], options, &mut Vec::new()).is_empty();
    needed.iter().map(|(data, _)| *data).filter(none).collect()
}

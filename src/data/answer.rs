//! A query to its answers: tables too large to keep are read row by row, and everything once more where that does not do.

use std::collections::BTreeMap;

use super::loaded::{Loaded, Told};
use super::memory::Memory;
use super::options::Options;
use super::read::Form;
use super::stream::{Stage, Streams};
use super::tables::files::files_of;
use super::tables::load::Source;
use super::tables::needs;
use super::tables::table::Table;
use super::{errors, memory, one_row, read, stream};
use crate::diagnostic::Diagnostic;
use crate::model::Model;
use crate::model::data::{ColumnIx, DataId};
use crate::plan::query::{Answers, Doubt, Query};

/// Reads the files, checks them and computes what is asked for.
pub fn answer(model: &Model, query: &Query, options: &Options) -> Result<Answers, Vec<Diagnostic>> {
    answer_from(model, query, options, &Source::Files(options)).map_err(one_row::joined)
}

pub(super) fn answer_from(
    model: &Model,
    query: &Query,
    options: &Options,
    source: &Source,
) -> Result<Answers, Vec<Diagnostic>> {
    let needed = needs::columns(model, query);
    let streams = Streams::choose(model, query, &needed, source);
    let memory = Memory::new(options.memory);
    let fits = |streams: &Streams, mistakes: bool| match kept(model, &needed, source, streams) {
        (all, Some((largest, size))) if all > memory.most() => {
            Err(vec![errors::too_large(&model.data[largest.0], size, all, memory.most(), mistakes)])
        }
        _ => Ok(()),
    };
    fits(&streams, false)?;
    let attempt = |streams: &Streams| attempt(model, query, options, source, &needed, streams, &memory);
    if !streams.is_empty() {
        if let Ok(answers) = attempt(&streams) {
            return Ok(answers);
        }
        if let Some(refusal) = memory.refusal() {
            return Err(vec![refusal]);
        }
    }
    // What is wrong is best told by reading everything once more: then both rows of a double key are at hand.
    let none = Streams::none(query);
    fits(&none, true)?;
    attempt(&none).map_err(Stop::findings)
}

/// Why there are no answers.
enum Stop {
    /// Of rows that went by something is not known that only all rows of a table tell.
    ReadAgain,
    Wrong(Vec<Diagnostic>),
}

impl Stop {
    /// Where all rows are at hand, there is nothing to be read again.
    fn findings(self) -> Vec<Diagnostic> {
        match self {
            Stop::Wrong(findings) => findings,
            Stop::ReadAgain => Vec::new(),
        }
    }
}

impl From<Vec<Diagnostic>> for Stop {
    fn from(findings: Vec<Diagnostic>) -> Stop {
        Stop::Wrong(findings)
    }
}

impl From<stream::Failed> for Stop {
    fn from(stream::Failed: stream::Failed) -> Stop {
        Stop::ReadAgain
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

fn attempt(
    model: &Model,
    query: &Query,
    options: &Options,
    source: &Source,
    needed: &[(DataId, Vec<ColumnIx>)],
    streams: &Streams,
    memory: &Memory,
) -> Result<Answers, Stop> {
    let keys = |tables: &[Table], place: usize| Some(stream::named_keys(model, tables, place));
    let (loaded, other_days) = Loaded::new(model, query, options, source, needed, &streams.data, &keys)?;
    let posts = loaded.rosters.iter().map(|roster| roster.answer.posts.len() as u64).sum::<u64>();
    let people = posts.saturating_mul(memory::POST + options.results);
    let tables = kept(model, needed, source, streams).0;
    if people.saturating_add(tables) > memory.most() {
        let refusal = errors::people_too_large(posts, people, tables, memory.most());
        memory.refuse(refusal.clone());
        return Err(vec![refusal].into());
    }
    let mut evaluation = loaded.evaluation(model, query, options, memory, other_days);
    evaluation.run(|measure| streams.stage(measure) == Stage::Before);
    let streamed = stream::run(&mut evaluation, needed, streams, source)?;
    for (place, table) in &streamed {
        evaluation.world.tables[*place] = table;
    }
    let tables = evaluation.world.tables.clone();
    evaluation.run(|measure| streams.stage(measure) == Stage::After);
    // Only tests ask for them.
    let branches = matches!(source, Source::Given(_)).then(|| evaluation.branches());
    let about_people = evaluation.about_people(&streams.data);
    let (measures, reads, other_days) = evaluation.end()?;
    if streamed.iter().any(|(place, _)| other_days.0.keys().any(|(other, _)| other == place)) {
        // Rows that went by would be counted once more.
        return Err(Stop::ReadAgain);
    }
    let repaired = |table: &Table| table.files.iter().any(|file| !file.repairs.is_empty());
    let nowhere = |doubt: &Doubt| matches!(doubt, Doubt::Nowhere { .. });
    if options.strict
        && (streamed.iter().any(|(_, table)| repaired(table))
            || !streams.is_empty() && about_people.iter().any(nowhere))
    {
        // What is refused is told with its rows.
        return Err(Stop::ReadAgain);
    }
    let told = Told::of(model, query, options, &tables, &other_days, (&BTreeMap::new(), about_people))?;
    Ok(Answers { branches: branches.unwrap_or_default(), ..loaded.answers(measures, reads, told) })
}

/// The data sets that a query needs and that have no files.
pub fn without_files(model: &Model, query: &Query, options: &Options) -> Vec<DataId> {
    let needed = needs::columns(model, query);
    let none = |data: &DataId| files_of(&model.data[data.0], options, &mut Vec::new()).is_empty();
    needed.iter().map(|(data, _)| *data).filter(none).collect()
}

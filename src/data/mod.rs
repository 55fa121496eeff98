//! Files to checked tables, and the aggregates over their rows.
//!
//! In come a [`Model`] and a [`Query`] that says what is needed; out come [`Answers`], or every mistake found in
//! the files. The passes:
//!
//! 1. [`files`], [`read`] (or [`given`], for the tables of a test): patterns to files, files to blocks of text, blocks
//!    to columns ([`cell`] says what a cell of each type may look like, [`column`] how it is held)
//! 2. [`table`], [`stored`], [`keys`], [`links`], [`teams`], [`roster`]: columns to tables whose keys are unique, whose
//!    links lead to rows, whose teams are a tree, and the posts people hold; columns with a formula that any of these
//!    needs are computed on the way
//!    Tables too large to keep are left out until now: [`stream`] reads them block by block, checks and adds up, and
//!    forgets the rows
//!    ([`loaded`] puts this together, and the answers at the end)
//! 3. [`measure`]: rows to answers. [`nodes`] computes expressions over batches of rows ([`vector`], [`operate`]),
//!    [`store`] adds them up by group; what is more than `--memory` allows ([`memory`]) goes to temporary files ([`runs`])
//! 4. [`warehouse`]: tables that stay in a database or on a cluster, which checks their rows and adds them up itself
//!
//! What holds: nothing is guessed (an ambiguous cell is an error), numbers are exact, every cell that cannot be read
//! is reported with its place, and answers do not depend on the order of rows and files or the number of threads.

mod added_up;
#[cfg(test)]
mod agreement;
mod branches;
mod calendar;
mod cell;
mod changes;
mod column;
mod dictionary;
mod doubts;
mod errors;
mod far_out;
mod files;
mod forms;
mod garbled;
mod given;
mod keys;
mod links;
mod loaded;
mod measure;
mod memory;
mod needs;
mod nodes;
mod nowhere;
mod number_cell;
mod one_row;
mod operate;
mod own;
mod pieces;
pub mod profile;
mod read;
mod roster;
mod runs;
mod scan;
pub mod server;
mod store;
mod stored;
mod stream;
mod table;
mod teams;
mod tidy;
mod time_cell;
mod vector;
pub mod warehouse;

use std::collections::BTreeMap;
use std::path::PathBuf;

pub use self::calendar::{own_months, own_months_given};
use self::files::files_of;
pub use self::given::{answer_given, check_given};
use self::loaded::{Loaded, Told};
use self::memory::Memory;
pub use self::memory::parse_size;
use self::read::Form;
use self::server::Server;
use self::stream::{Stage, Streams};
use self::table::{Source, Table};
use crate::diagnostic::Diagnostic;
use crate::limits::WHOLE;
use crate::model::Model;
use crate::model::data::{ColumnIx, DataId};
use crate::plan::query::{Answers, Doubt, Query};

/// How files are read.
pub struct Options<'a> {
    /// The folder that the patterns of data sets start from.
    pub data: PathBuf,
    pub threads: usize,
    /// Nothing may be repaired.
    pub strict: bool,
    /// Windows without rows are no error.
    pub allow_empty: bool,
    /// Data sets whose files hold at least so many bytes are not kept in memory where that can be avoided.
    pub stream_above: u64,
    /// How many bytes of a file are decoded at once.
    pub block: usize,
    /// How many bytes of data may be kept at once.
    pub memory: Option<u64>,
    /// About how many bytes the results of somebody in a post take, over all periods.
    pub results: u64,
    /// What is in packed files.
    pub unpacked: read::Sizes,
    /// Files outside the folder are read, too.
    pub follow_links: bool,
    pub progress: Option<&'a dyn Progress>,
    /// Where data sets `from postgres` are read.
    pub server: Server,
}

impl Options<'_> {
    /// As files are read where nothing else is asked for.
    pub fn of(data: PathBuf) -> Self {
        Options {
            data,
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            strict: false,
            allow_empty: false,
            stream_above: STREAM_ABOVE,
            block: BLOCK,
            memory: None,
            results: 0,
            unpacked: read::Sizes::default(),
            follow_links: false,
            progress: None,
            server: Server::default(),
        }
    }
}

impl Options<'_> {
    /// How many bytes of a file may be kept as a whole.
    fn whole(&self) -> u64 {
        self.memory.map_or(WHOLE, |most| most.min(WHOLE))
    }
}

/// What files of a data set hold before its rows are read and forgotten: 16 MB.
pub const STREAM_ABOVE: u64 = 16 << 20;

pub use self::files::{files_matching, reader_of};
pub(crate) use self::measure::visit;
pub use self::read::blocks::BLOCK;
pub(crate) use self::read::kind::{Kind as FileKind, of_bytes as kind_of};
pub use self::read::texts::{Texts, is_parquet, texts};

/// Is told how far reading has come.
pub trait Progress: Sync {
    fn started(&self, file: &str, bytes: u64);
    /// So many bytes of the file have been read by now.
    fn advanced(&self, file: &str, bytes: u64);
    fn finished(&self, file: &str);
}

/// Whoever answers queries: this module's engine, or one day a warehouse.
pub trait Engine {
    /// All mistakes found in the data, or the answers.
    fn answer(&mut self, model: &Model, query: &Query) -> Result<Answers, Vec<Diagnostic>>;
}

/// Answers from files in a folder.
pub struct LocalEngine<'a> {
    pub options: Options<'a>,
}

impl Engine for LocalEngine<'_> {
    fn answer(&mut self, model: &Model, query: &Query) -> Result<Answers, Vec<Diagnostic>> {
        answer(model, query, &self.options)
    }
}

/// Reads the files, checks them and computes what is asked for.
pub fn answer(model: &Model, query: &Query, options: &Options) -> Result<Answers, Vec<Diagnostic>> {
    answer_from(model, query, options, &Source::Files(options)).map_err(one_row::joined)
}

fn answer_from(model: &Model, query: &Query, options: &Options, source: &Source) -> Result<Answers, Vec<Diagnostic>> {
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
    if !streams.is_empty() {
        let answers = attempt(model, query, options, source, &needed, &streams, &memory);
        if answers.is_ok() {
            return answers;
        }
        if let Some(refusal) = memory.refusal() {
            return Err(vec![refusal]);
        }
    }
    // What is wrong is best told by reading everything once more: then both rows of a double key are at hand.
    let none = Streams::none(query);
    fits(&none, true)?;
    attempt(model, query, options, source, &needed, &none, &memory)
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
) -> Result<Answers, Vec<Diagnostic>> {
    let keys = |tables: &[Table], place: usize| Some(stream::named_keys(model, tables, place));
    let (loaded, other_days) = Loaded::new(model, query, options, source, needed, &streams.data, &keys)?;
    let posts = loaded.rosters.iter().map(|roster| roster.answer.posts.len() as u64).sum::<u64>();
    let people = posts.saturating_mul(memory::POST + options.results);
    let tables = kept(model, needed, source, streams).0;
    if people.saturating_add(tables) > memory.most() {
        let refusal = errors::people_too_large(posts, people, tables, memory.most());
        memory.refuse(refusal.clone());
        return Err(vec![refusal]);
    }
    let mut evaluation = loaded.evaluation(model, query, options, memory, other_days);
    evaluation.run(|measure| streams.stage(measure) == Stage::Before);
    let streamed = stream::run(&mut evaluation, needed, streams, source).map_err(|stream::Failed| Vec::new())?;
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
        return Err(Vec::new());
    }
    let repaired = |table: &Table| table.files.iter().any(|file| !file.repairs.is_empty());
    let nowhere = |doubt: &Doubt| matches!(doubt, Doubt::Nowhere { .. });
    if options.strict
        && (streamed.iter().any(|(_, table)| repaired(table))
            || !streams.is_empty() && about_people.iter().any(nowhere))
    {
        // What is refused is told with its rows.
        return Err(Vec::new());
    }
    let told = Told::of(model, query, options, &tables, &other_days, (&BTreeMap::new(), about_people))?;
    Ok(Answers { branches: branches.unwrap_or_default(), ..loaded.answers(measures, reads, told) })
}

/// The data sets that a query needs and that have no files.
pub fn without_files(model: &Model, query: &Query, options: &Options) -> Vec<DataId> {
    let needed = needs::columns(model, query);
    let none = |data: &DataId| files::files_of(&model.data[data.0], options, &mut Vec::new()).is_empty();
    needed.iter().map(|(data, _)| *data).filter(none).collect()
}

/// The places of the bits that are set.
fn marked(bits: &[u64]) -> impl Iterator<Item = usize> + '_ {
    bits.iter()
        .enumerate()
        .flat_map(|(word, bits)| (0..64).filter(move |bit| bits >> bit & 1 == 1).map(move |bit| word * 64 + bit))
}

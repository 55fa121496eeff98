//! Parquet files: row groups in slices, which are decoded side by side; of each only the columns that are needed.
//!
//! What a value says is told by the same [`CellReader`](crate::data::cells::reader::CellReader)s that read the cells of other
//! files; the first row is row 1.

mod claims;
mod fill;
mod pages;
mod plain;
mod texts;
mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::hint::black_box;
use std::io;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Once};

use ::parquet::basic::Compression;
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader, RowGroupMetaData};

use self::fill::{Starts, fill, once_each};
pub use self::texts::texts;
use self::values::{Column, Meaning};
use super::guarded::guarded;
use super::kind::{self, FileKind};
use super::layout::{Layout, Match, find_column};
use super::texts::Texts;
use super::{Block, FileContent, FileTask, Wanted, collect, grid, match_headers, refuse_repairs};
use crate::data::columns::column::Builder;
use crate::data::errors;
use crate::data::options::Options;
use crate::diagnostic::Diagnostic;
use crate::model::data::{ColumnIx, DataSet};
use crate::parallel;

/// So many rows make a slice for each byte of a block: about what a row has in a file of text.
const BYTES_OF_A_ROW: usize = 8;
/// How many times as much as a block of text a slice may hold.
const SLICE: usize = 4;

/// Reads a file with all its errors.
pub fn read(task: &FileTask, wanted: &Wanted, options: &Options) -> FileContent {
    let mut content = FileContent::default();
    if let Err(error) = read_into(&mut content, task, wanted, options) {
        content.errors.push(*error);
        content.incomplete = true;
    }
    content
}

fn read_into(
    content: &mut FileContent,
    task: &FileTask,
    wanted: &Wanted,
    options: &Options,
) -> Result<(), Box<Diagnostic>> {
    let opened = Opened::open(task)?;
    if wanted.data.across.is_some() {
        match opened.texts() {
            Ok((rows, _)) => {
                let texts = Texts { headers: opened.layout.headers, rows };
                *content = grid::read(task, wanted, options, &texts);
            }
            Err(damaged) => opened.tell(damaged, content),
        }
        return Ok(());
    }
    let Some(decoder) = opened.decoder(task, wanted, content)? else {
        content.incomplete = true;
        return Ok(());
    };
    let slices = opened.slices(options.block);
    let size = opened.size();
    if let Some(progress) = options.progress {
        progress.started(&task.shown, size);
    }
    let done = AtomicUsize::new(0);
    let decode = |at: usize| {
        let block = decoder.decode(&slices[at]);
        if let Some(progress) = options.progress {
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            progress.advanced(&task.shown, size * done as u64 / slices.len() as u64);
        }
        block
    };
    let decoded: Vec<_> = match options.threads > 1 && slices.len() > 1 {
        true => parallel::map(slices.len(), decode),
        false => (0..slices.len()).map(decode).collect(),
    };
    if let Some(progress) = options.progress {
        progress.finished(&task.shown);
    }
    let (mut blocks, mut damages) = (Vec::new(), BTreeSet::new());
    for block in decoded {
        match block {
            Ok(block) => blocks.push(block),
            Err(Damaged(columns)) => damages.extend(columns),
        }
    }
    if !damages.is_empty() {
        opened.tell(Damaged(damages), content);
        return Ok(());
    }
    collect(task, wanted, &opened.layout, blocks.into_iter(), content);
    if options.strict {
        refuse_repairs(task, wanted, content);
    }
    Ok(())
}

/// What a value takes at least once it is read, in however few bits it is packed.
const VALUE: u64 = 8;

/// About how many bytes some columns of a file have once they are read; of what cannot be read, those of the file.
pub fn size(task: &FileTask, data: &DataSet, columns: &[ColumnIx]) -> u64 {
    let Ok(opened) = Opened::open(task) else { return task.bytes() };
    let is_read = |header: &&String| {
        let of = |column: &ColumnIx| match find_column(std::slice::from_ref(*header), data, *column) {
            Match::At(_) => true,
            Match::Missing | Match::Several(_) => false,
        };
        data.across.is_some() || columns.iter().any(of)
    };
    let headers = opened.layout.headers.iter().zip(&opened.leaves).filter(|(header, _)| is_read(header));
    let leaves: Vec<usize> = headers.filter_map(|(_, leaf)| *leaf).collect();
    let of_group = |group: &RowGroupMetaData| -> u64 {
        let least = VALUE.saturating_mul(group.num_rows() as u64);
        leaves.iter().map(|leaf| claims::unpacked(group.column(*leaf)).max(least)).fold(0, u64::saturating_add)
    };
    opened.metadata.row_groups().iter().map(of_group).fold(0, u64::saturating_add)
}

/// A file of which it is known what it holds.
#[derive(Clone)]
pub struct Opened {
    shown: String,
    path: std::path::PathBuf,
    metadata: Arc<ParquetMetaData>,
    /// Its columns by name.
    layout: Layout,
    /// By column, where its values stand; `None` for one that holds lists or groups.
    leaves: Vec<Option<usize>>,
}

/// Some rows of a row group.
#[derive(Clone, Debug)]
pub struct Slice {
    group: usize,
    from: usize,
    rows: usize,
    /// How many rows of the file stand before it.
    pub before: usize,
}

impl Slice {
    /// How many rows of the file stand before the next one.
    pub fn behind(&self) -> usize {
        self.before + self.rows
    }
}

impl Opened {
    pub fn open(task: &FileTask) -> Result<Opened, Box<Diagnostic>> {
        let unreadable = |error: io::Error| Box::new(errors::not_read(&task.shown, &error));
        let file = File::open(&task.path).map_err(unreadable)?;
        let metadata = tried(|| ParquetMetaDataReader::new().parse_and_finish(&file));
        let metadata = metadata.map_err(|error| damaged(task, &error))?;
        let size = file.metadata().map_err(unreadable)?.len();
        let schema = metadata.file_metadata().schema_descr();
        let roots = schema.root_schema().get_fields();
        let headers = roots.iter().map(|field| field.name().to_string()).collect();
        let mut leaves = vec![None; roots.len()];
        for leaf in 0..schema.num_columns() {
            let root = schema.get_column_root_idx(leaf);
            if roots[root].is_primitive() && schema.column(leaf).max_rep_level() == 0 {
                leaves[root] = Some(leaf);
            }
        }
        if let Some(reason) = claims::refusal(metadata.row_groups(), size) {
            return Err(damaged(task, &ParquetError::General(reason)));
        }
        let layout = Layout { headers, ..Layout::default() };
        let (shown, path) = (task.shown.clone(), task.path.clone());
        Ok(Opened { shown, path, metadata: Arc::new(metadata), layout, leaves })
    }

    /// Pages are unpacked into large pieces of memory again and again. Those above a bound are given back to the system each
    /// time, and asked for once more; in the C library of Linux one that is freed moves the bound up, to this size at most.
    pub fn keep_room() {
        const BOUND: usize = (32 << 20) - (64 << 10);
        static ONCE: Once = Once::new();
        ONCE.call_once(|| drop(black_box(Vec::<u8>::with_capacity(BOUND))));
    }

    fn size(&self) -> u64 {
        std::fs::metadata(&self.path).map_or(0, |meta| meta.len())
    }

    /// The rows in the parts in which they are decoded. A row group is not cut much finer than others are large.
    pub fn slices(&self, block: usize) -> Vec<Slice> {
        // What stands before a slice in its row group is unpacked once more: so most row groups are not cut at all.
        let most = (block.saturating_mul(SLICE) / BYTES_OF_A_ROW).max(1);
        let (mut slices, mut before) = (Vec::new(), 0);
        for (group, metadata) in self.metadata.row_groups().iter().enumerate() {
            let rows = metadata.num_rows() as usize;
            let parts = rows.div_ceil(most);
            for part in 0..parts {
                let (from, to) = (rows * part / parts, rows * (part + 1) / parts);
                slices.push(Slice { group, from, rows: to - from, before: before + from });
            }
            before += rows;
        }
        slices
    }

    /// What decodes the wanted columns; `None` after errors.
    pub fn decoder<'a>(
        &self,
        task: &FileTask,
        wanted: &'a Wanted<'a>,
        content: &mut FileContent,
    ) -> Result<Option<Decoder<'a>>, Box<Diagnostic>> {
        let Some(mut places) = match_headers(task, wanted, &self.layout, content) else { return Ok(None) };
        for (place, index) in &places {
            let column = wanted.columns[*index].0;
            match self.column(*place) {
                Some((leaf, _)) => {
                    if let Some(packing) = self.unknown_packing(leaf) {
                        content.errors.push(errors::unknown_packing(&self.shown, &packing));
                        return Ok(None);
                    }
                }
                None => {
                    let header = &self.layout.headers[*place];
                    content.errors.push(errors::nested_column(&self.shown, wanted.data, column, header));
                }
            }
        }
        places.sort_unstable_by_key(|(_, index)| *index);
        let places = places.into_iter().map(|(place, _)| place).collect();
        Ok(content.errors.is_empty().then(|| Decoder { wanted, opened: self.clone(), places }))
    }

    /// Where the values of a column stand, and what they stand for.
    fn column(&self, place: usize) -> Option<(usize, Meaning)> {
        let leaf = self.leaves[place]?;
        let meaning = Meaning::of(&self.metadata.file_metadata().schema_descr().column(leaf))?;
        Some((leaf, meaning))
    }

    fn unknown_packing(&self, leaf: usize) -> Option<String> {
        let packing = |group: &RowGroupMetaData| match group.column(leaf).compression() {
            Compression::BROTLI(_) => Some("Brotli".to_string()),
            Compression::LZO => Some("LZO".to_string()),
            _ => None,
        };
        self.metadata.row_groups().iter().find_map(packing)
    }

    fn tell(&self, Damaged(places): Damaged, content: &mut FileContent) {
        let headers = places.iter().map(|place| self.layout.headers[*place].as_str());
        content.errors.extend(headers.map(|header| errors::damaged_column(&self.shown, header)));
        content.incomplete = true;
    }

    /// Columns by their places; without those that have several values in a row.
    fn read(&self, slice: &Slice, places: &[usize]) -> Result<BTreeMap<usize, Column>, Damaged> {
        // Each time a file of its own: the place that is read next belongs to the file.
        let file = File::open(&self.path).map(Arc::new).map_err(|_| Damaged(places.iter().copied().collect()))?;
        let group = self.metadata.row_group(slice.group);
        let (mut columns, mut damaged) = (BTreeMap::new(), BTreeSet::new());
        for place in places {
            let Some((leaf, meaning)) = self.column(*place) else { continue };
            match tried(|| Column::read(&file, group, leaf, meaning, (slice.from, slice.rows))) {
                Ok(column) => drop(columns.insert(*place, column)),
                Err(_) => drop(damaged.insert(*place)),
            }
        }
        if damaged.is_empty() { Ok(columns) } else { Err(Damaged(damaged)) }
    }
}

/// What the library makes of a file; where it breaks down over it, an error as well.
fn tried<T>(work: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, ParquetError> {
    guarded(work).unwrap_or_else(|| Err(ParquetError::General("what it says of itself cannot be".into())))
}

fn damaged(task: &FileTask, error: &ParquetError) -> Box<Diagnostic> {
    if let Ok(kind) = kind::of_path(&task.path)
        && !matches!(kind, FileKind::Parquet | FileKind::Binary | FileKind::Empty)
    {
        return Box::new(errors::other_kind(&task.shown, kind.words(), kind.mend(&task.shown)));
    }
    let reason = match error {
        ParquetError::General(reason) | ParquetError::EOF(reason) | ParquetError::NYI(reason) => reason.clone(),
        other => other.to_string(),
    };
    Box::new(errors::no_parquet(&task.shown, &reason))
}

/// The places of columns with bytes that are not as they should be.
#[derive(Debug)]
pub struct Damaged(BTreeSet<usize>);

/// Turns slices into columns.
pub struct Decoder<'a> {
    wanted: &'a Wanted<'a>,
    opened: Opened,
    /// By wanted column, its place in the file.
    places: Vec<usize>,
}

/// So many rows of a slice are made a block at once, where they go by: what is computed for them stays in the fast memory.
const PART: usize = 1 << 14;

/// A slice as a decoder sees it.
struct Read<'a> {
    columns: &'a BTreeMap<usize, Column>,
    /// The rows that count; `None` where all do.
    counting: Option<Vec<u32>>,
    /// By wanted column, what its dictionary says, where that can be told of all rows alike.
    known: Vec<Option<Builder>>,
}

impl Decoder<'_> {
    pub fn decode(&self, slice: &Slice) -> Result<Block, Damaged> {
        let columns = self.opened.read(slice, &self.places)?;
        let read = self.look(slice, &columns)?;
        Ok(self.take(&read, 0..slice.rows, &[]))
    }

    /// Hands over part by part, in order, for each of several data sets in the file; each column is unpacked once. With how
    /// many rows of the slice stand before the part.
    pub fn decode_all<E: From<Damaged>>(
        decoders: &[Decoder],
        slice: &Slice,
        mut take: impl FnMut(usize, Vec<Block>) -> Result<(), E>,
    ) -> Result<(), E> {
        let places: BTreeSet<usize> = decoders.iter().flat_map(|decoder| &decoder.places).copied().collect();
        let Some(first) = decoders.first() else { return Ok(()) };
        let columns = first.opened.read(slice, &places.into_iter().collect::<Vec<_>>())?;
        let reads: Vec<Read> =
            decoders.iter().map(|decoder| decoder.look(slice, &columns)).collect::<Result<_, Damaged>>()?;
        let mut from = 0;
        while from < slice.rows {
            let part = from..(from + PART).min(slice.rows);
            let mut blocks: Vec<Block> = Vec::with_capacity(decoders.len());
            for (decoder, read) in decoders.iter().zip(&reads) {
                let others: Vec<(&Decoder, &Block)> = decoders.iter().zip(&blocks).collect();
                let block = decoder.take(read, part.clone(), &others);
                blocks.push(block);
            }
            take(from, blocks)?;
            from = part.end;
        }
        Ok(())
    }

    fn look<'b>(&self, slice: &Slice, columns: &'b BTreeMap<usize, Column>) -> Result<Read<'b>, Damaged> {
        let counting = self.counting(slice, columns)?;
        let known = |(index, place): (usize, &usize)| once_each(self.wanted, index, columns.get(place)?, slice.rows);
        let known = self.places.iter().enumerate().map(known).collect();
        Ok(Read { columns, counting, known })
    }

    /// A block of some columns; what another data set has read already comes from its `others`, with the way it was
    /// read there.
    fn take(&self, read: &Read, part: Range<usize>, others: &[(&Decoder, &Block)]) -> Block {
        let builders = (0..self.wanted.columns.len()).map(|index| self.wanted.builder(index)).collect();
        let lines: Vec<u32> = match &read.counting {
            None => (0..part.len() as u32).collect(),
            Some(all) => {
                let at = |row: usize| all.partition_point(|line| (*line as usize) < row);
                all[at(part.start)..at(part.end)].iter().map(|line| line - part.start as u32).collect()
            }
        };
        let mut block = Block { columns: builders, lines, length: part.len() as u32, ..Block::default() };
        let alike: Vec<_> = others.iter().filter(|(_, other)| other.lines == block.lines).collect();
        for (index, place) in self.places.iter().enumerate() {
            let taken_over = alike.iter().any(|(decoder, other)| {
                let mut same = (0..decoder.places.len()).filter(|theirs| decoder.places[*theirs] == *place);
                same.any(|theirs| block.take_over((self.wanted, index), (decoder.wanted, theirs), other))
            });
            if let (false, Some(column)) = (taken_over, read.columns.get(place)) {
                fill(self.wanted, index, (column, read.known[index].as_ref()), part.start, &mut block);
            }
        }
        block
    }

    /// The rows that count: neither blank nor starting as the data set says. `None` where all do.
    fn counting(&self, slice: &Slice, columns: &BTreeMap<usize, Column>) -> Result<Option<Vec<u32>>, Damaged> {
        let starts = Starts::of(self.wanted.data);
        let mut order: Vec<usize> = (0..self.opened.leaves.len()).collect();
        if self.wanted.data.ignore_rows_starting.is_empty() {
            // Any filled cell will do: those that are there anyway come first.
            order.sort_by_key(|place| !columns.contains_key(place));
        }
        let first = order.first().and_then(|place| columns.get(place));
        if first.is_some_and(|column| starts.surely_none(column)) {
            return Ok(None);
        }
        let mut blank: Vec<u32> = (0..slice.rows as u32).collect();
        let mut count = vec![true; slice.rows];
        for place in order {
            if blank.is_empty() {
                break;
            }
            let other = match columns.contains_key(&place) {
                true => None,
                false => self.opened.read(slice, &[place])?.remove(&place),
            };
            if let Some(column) = columns.get(&place).or(other.as_ref()) {
                blank = starts.blank(column, &blank, &mut count);
            }
        }
        blank.into_iter().for_each(|row| count[row as usize] = false);
        Ok(Some((0..slice.rows as u32).filter(|row| count[*row as usize]).collect()))
    }
}

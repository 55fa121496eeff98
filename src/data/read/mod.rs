//! One file into columns: the text is cut into blocks of whole records, which are decoded side by side.

mod across;
pub mod blocks;
mod compressed;
mod grid;
mod index;
pub mod layout;
pub mod marks;
mod memo;
pub mod parquet;
mod quick;
pub mod records;
pub mod server;
mod spreadsheet;
mod wide;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use self::blocks::{Blocks, Encoding, is_damaged_utf8};
pub use self::compressed::is_packed;
use self::layout::{Layout, Match, detect, find_column};
pub use self::quick::Quick;
use self::records::{Cell, Found, Records};
use super::cell::{CellReader, Content, Problem, Repair, Repairs};
use super::column::{Builder, Target};
use super::dictionary::Dictionary;
use super::server::Relation;
use super::{Options, errors};
use crate::diagnostic::Diagnostic;
use crate::model::data::{ColumnIx, DataSet};
use crate::source::Span;

/// How many bad cells of one kind are shown with their places.
pub const SHOWN: usize = 20;

/// A file to be read.
pub struct FileTask {
    pub path: PathBuf,
    /// The path as it is shown.
    pub shown: String,
    /// The sheet of a spreadsheet that is asked for.
    pub sheet: Option<String>,
    pub form: Form,
    /// What is read of a server, and where a spec says so.
    pub relation: Option<(Relation, Span)>,
}

impl FileTask {
    /// Whether two of them are read in one pass.
    pub fn is(&self, other: &FileTask) -> bool {
        self.path == other.path && self.relation.is_none() && other.relation.is_none()
    }

    /// How many bytes there are to be read, as far as can be told.
    pub fn size(&self, options: &Options) -> u64 {
        match &self.relation {
            Some((relation, _)) => options.server.size(relation),
            None => self.bytes(),
        }
    }

    /// How many bytes the file has; none where it is no file. A server is not asked, as it may be sending rows.
    pub fn bytes(&self) -> u64 {
        std::fs::metadata(&self.path).map_or(0, |meta| meta.len())
    }
}

/// What a file is kept as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Separated text, packed or not.
    Text,
    Spreadsheet,
    Parquet,
    /// No file at all, but rows of a server.
    Server,
}

impl Form {
    pub fn of(path: &Path) -> Form {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
        match ending.as_str() {
            "xlsx" | "xls" | "xlsm" | "xlsb" | "ods" => Form::Spreadsheet,
            "parquet" => Form::Parquet,
            _ => Form::Text,
        }
    }
}

/// What is needed of every file of a data set.
pub struct Wanted<'a> {
    pub data: &'a DataSet,
    pub columns: Vec<(ColumnIx, CellReader)>,
    /// By wanted column, where rows go by; else all are columns.
    pub takes: Vec<Take>,
}

/// As what a column is taken in.
pub enum Take {
    Column,
    Link(Target),
    /// The data set's own key; with the keys that links name.
    Key(Arc<Dictionary>),
}

impl Wanted<'_> {
    fn builder(&self, index: usize) -> Builder {
        match self.takes.get(index) {
            Some(Take::Link(target)) => Builder::Link { codes: Vec::new(), target: target.clone(), unknown: false },
            Some(Take::Key(named)) => Builder::Key { codes: Vec::new(), hashes: Vec::new(), named: named.clone() },
            Some(Take::Column) | None => Builder::new(&self.columns[index].1.kind),
        }
    }
}

/// What a file held.
#[derive(Default)]
pub struct FileContent {
    /// By block, then by wanted column.
    pub blocks: Vec<Vec<Builder>>,
    /// The line of each row, counted from 1.
    pub lines: Vec<u32>,
    /// By wanted column, as they stand in the file.
    pub headers: Vec<String>,
    /// By wanted column and kind.
    pub repairs: BTreeMap<(usize, Repair), Tally>,
    /// Wanted columns with cells that cannot be read; these count as blank.
    pub bad: BTreeSet<usize>,
    /// Rows that are there and could not be read.
    pub incomplete: bool,
    /// The sheet that was read, of a spreadsheet.
    pub sheet: Option<String>,
    /// By wanted column, its place in the sheet.
    pub columns_at: Vec<usize>,
    /// All headers of the sheet with their places.
    pub spread: Vec<(String, usize)>,
    pub errors: Vec<Diagnostic>,
}

/// Cells of one kind: how many, and the first of them.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub count: u64,
    pub first: Vec<Spot>,
}

/// Where a cell stands, and its text.
#[derive(Clone, Debug)]
pub struct Spot {
    pub line: u32,
    pub text: String,
    /// What tells the row from others, where rows have no numbers.
    pub key: Option<String>,
}

impl Tally {
    fn add(&mut self, line: u32, text: &str) {
        self.count += 1;
        if self.first.len() < SHOWN {
            self.first.push(Spot { line, text: errors::shortened(text), key: None });
        }
    }

    fn take_in(&mut self, other: Tally, lines: u32) {
        self.count += other.count;
        let room = SHOWN.saturating_sub(self.first.len());
        self.first.extend(other.first.into_iter().take(room).map(|spot| Spot { line: spot.line + lines, ..spot }));
    }
}

/// Troubles of one kind in one column; texts that are none of a choice's are told apart.
pub type TroubleKey = (usize, Problem, String);

/// What one block held; lines are counted from the block's first.
#[derive(Default)]
pub struct Block {
    /// By wanted column.
    pub columns: Vec<Builder>,
    pub lines: Vec<u32>,
    length: u32,
    troubles: BTreeMap<TroubleKey, Tally>,
    pub repairs: BTreeMap<(usize, Repair), Tally>,
    /// Rows with the wrong number of cells, by that number.
    ragged: BTreeMap<usize, Tally>,
    unclosed: Option<u32>,
    /// Rows that are the header once more.
    headers: Tally,
    /// The line in which bytes are no UTF-8.
    damaged: Option<u32>,
}

impl Block {
    /// Whether every row and every cell could be read.
    pub fn is_clean(&self) -> bool {
        let rows = self.ragged.is_empty() && self.headers.count == 0;
        rows && self.troubles.is_empty() && self.unclosed.is_none() && self.damaged.is_none()
    }

    /// Takes the cells of a column as another data set has read the same rows, if it did so in the same way.
    fn take_over(&mut self, (mine, at): (&Wanted, usize), (their, theirs): (&Wanted, usize), other: &Block) -> bool {
        if their.columns[theirs].1 != mine.columns[at].1 {
            return false;
        }
        let Some(shared) = other.columns[theirs].shared(&self.columns[at]) else { return false };
        self.columns[at] = shared;
        let of_column = |((column, repair), tally): (&(usize, Repair), &Tally)| {
            (*column == theirs).then(|| ((at, *repair), tally.clone()))
        };
        self.repairs.extend(other.repairs.iter().filter_map(of_column));
        true
    }
}

/// Reads a file with all its errors.
pub fn read(task: &FileTask, wanted: &Wanted, options: &Options) -> FileContent {
    match task.form {
        Form::Spreadsheet => return spreadsheet::read(task, wanted, options),
        Form::Parquet => return parquet::read(task, wanted, options),
        Form::Text | Form::Server => {}
    }
    if wanted.data.across.is_some() {
        return wide::read(task, wanted, options);
    }
    read_text(task, &[wanted], options).pop().unwrap_or_default()
}

/// Whether several data sets can read the rows of a file in one pass.
pub fn is_shareable(task: &FileTask, wanted: &Wanted) -> bool {
    task.form == Form::Text && wanted.data.across.is_none()
}

/// Reads a file of text once for several data sets, each with all its errors.
pub fn read_text(task: &FileTask, wanted: &[&Wanted], options: &Options) -> Vec<FileContent> {
    let first = match (task.form, wanted) {
        (Form::Server, [wanted]) => server::read(task, wanted, options).map(|content| Ok(vec![content])),
        _ => read_as(task, wanted, options, None),
    };
    let result = match first {
        Ok(Ok(contents)) => Ok(contents),
        // Bytes that are no UTF-8 and do not look like damaged UTF-8.
        Ok(Err(NotUtf8)) => {
            read_as(task, wanted, options, Some(Encoding::Gb18030)).map(|contents| contents.unwrap_or_default())
        }
        Err(error) => Err(error),
    };
    let mut contents = result.unwrap_or_else(|error| {
        let unreadable = || FileContent {
            errors: vec![errors::unreadable(&task.shown, &error.to_string())],
            ..FileContent::default()
        };
        wanted.iter().map(|_| unreadable()).collect()
    });
    for (content, wanted) in contents.iter_mut().zip(wanted) {
        // So far every error has cost rows, but those in single cells.
        content.incomplete |= !content.errors.is_empty() && content.headers.is_empty();
        if options.strict {
            refuse_repairs(task, wanted, content);
        }
    }
    contents
}

/// What was repaired is an error, where nothing may be.
fn refuse_repairs(task: &FileTask, wanted: &Wanted, content: &mut FileContent) {
    for ((column, repair), tally) in &content.repairs {
        let name = &wanted.data.column(wanted.columns[*column].0).name;
        content.errors.push(errors::repaired(&task.shown, name, &content.headers[*column], *repair, tally));
    }
}

struct NotUtf8;

fn read_as(
    task: &FileTask,
    wanted: &[&Wanted],
    options: &Options,
    encoding: Option<Encoding>,
) -> io::Result<Result<Vec<FileContent>, NotUtf8>> {
    let mut blocks = Blocks::open(&task.path, encoding, options.block)?;
    let mut contents: Vec<FileContent> = wanted.iter().map(|_| FileContent::default()).collect();
    let mut refuse = |error: &dyn Fn() -> Diagnostic| {
        contents.iter_mut().for_each(|content| content.errors.push(error()));
        Ok(Ok(std::mem::take(&mut contents)))
    };
    let (head, all) = blocks.head()?;
    if head.contains(&0) {
        return refuse(&|| errors::binary(&task.shown));
    }
    let head = match std::str::from_utf8(head) {
        Ok(head) => head,
        // The head may end inside a letter.
        Err(error) if !all && error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(error) if is_damaged_utf8(head, error.valid_up_to()) => {
            let line = head[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
            return refuse(&|| errors::damaged(&task.shown, line as u64 + 1));
        }
        Err(_) => return Ok(Err(NotUtf8)),
    };
    let layouts: Vec<Layout> = wanted.iter().map(|wanted| detect(head, wanted.data)).collect();
    if layouts.iter().any(|layout| (layout.offset, layout.separator) != (layouts[0].offset, layouts[0].separator)) {
        // Data sets that see different tables in the file read it one by one.
        let mut contents = Vec::with_capacity(wanted.len());
        for wanted in wanted {
            match read_as(task, &[*wanted], options, encoding)? {
                Ok(content) => contents.extend(content),
                Err(not_utf8) => return Ok(Err(not_utf8)),
            }
        }
        return Ok(Ok(contents));
    }
    let mut decoders = Vec::with_capacity(wanted.len());
    for ((wanted, layout), content) in wanted.iter().zip(&layouts).zip(&mut contents) {
        let places = match_headers(task, wanted, layout, content);
        decoders.push(places.map(|places| Decoder::new(wanted, places, layout.clone())));
    }
    if decoders.iter().all(Option::is_none) {
        return Ok(Ok(contents));
    }
    blocks.skip(layouts[0].offset, layouts[0].separator);
    let read = Reading { task, options, blocks, decoders, layouts };
    Ok(read.decode(wanted, &mut contents)?.map(|()| contents))
}

/// Text of which it is known how it is to be read, by data set.
struct Reading<'a> {
    task: &'a FileTask,
    options: &'a Options<'a>,
    blocks: Blocks,
    decoders: Vec<Option<Decoder<'a>>>,
    layouts: Vec<Layout>,
}

impl Reading<'_> {
    fn decode(self, wanted: &[&Wanted], contents: &mut [FileContent]) -> io::Result<Result<(), NotUtf8>> {
        let Reading { task, options, blocks, decoders, layouts } = self;
        let guessed = blocks.encoding == Encoding::Gb18030;
        let size = task.bytes();
        if let Some(progress) = options.progress {
            progress.started(&task.shown, size);
        }
        let source = Mutex::new((blocks, None::<io::Error>));
        let results = Mutex::new(Vec::<(usize, Vec<Block>)>::new());
        let (stop, not_utf8, done) = (AtomicBool::new(false), AtomicBool::new(false), AtomicU64::new(0));
        let work = || {
            let mut buffer = Vec::new();
            let mut quick = Quick::new(wanted);
            while !stop.load(Ordering::Relaxed) {
                let next = {
                    let mut source = source.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                    match source.0.next(&mut buffer) {
                        Ok(next) => next,
                        Err(error) => {
                            source.1 = Some(error);
                            None
                        }
                    }
                };
                let Some(index) = next else { break };
                let blocks = match simdutf8::compat::from_utf8(&buffer) {
                    Ok(text) => quick.decode(text, &decoders),
                    Err(error) if is_damaged_utf8(&buffer, error.valid_up_to()) || guessed => {
                        let lines = buffer[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
                        stop.store(true, Ordering::Relaxed);
                        let damaged = |_| Block { damaged: Some(lines as u32), ..Block::default() };
                        decoders.iter().map(damaged).collect()
                    }
                    Err(_) => {
                        not_utf8.store(true, Ordering::Relaxed);
                        stop.store(true, Ordering::Relaxed);
                        Vec::new()
                    }
                };
                if let Some(progress) = options.progress {
                    let done = done.fetch_add(buffer.len() as u64, Ordering::Relaxed) + buffer.len() as u64;
                    progress.advanced(&task.shown, done.min(size));
                }
                results.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push((index, blocks));
            }
        };
        if options.threads > 1 && (size > 1 << 20 || task.form == Form::Server) {
            std::thread::scope(|scope| {
                for _ in 1..options.threads {
                    scope.spawn(work);
                }
                work();
            });
        } else {
            work();
        }
        if let Some(progress) = options.progress {
            progress.finished(&task.shown);
        }
        if not_utf8.into_inner() {
            return Ok(Err(NotUtf8));
        }
        let (blocks, error) = source.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(error) = error {
            return Err(error);
        }
        let mut results = results.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
        results.sort_unstable_by_key(|(index, _)| *index);
        let mut results: Vec<_> = results.into_iter().map(|(_, blocks)| blocks.into_iter()).collect();
        for (at, content) in contents.iter_mut().enumerate() {
            let of_one: Vec<Block> = results.iter_mut().filter_map(Iterator::next).collect();
            if decoders[at].is_none() {
                continue;
            }
            if blocks.damaged {
                content.errors.push(errors::undecodable(&task.shown, guessed));
            }
            collect(task, wanted[at], &layouts[at], of_one.into_iter(), content);
        }
        Ok(Ok(()))
    }
}

/// Where each wanted column stands, or `None` after errors.
fn match_headers(
    task: &FileTask,
    wanted: &Wanted,
    layout: &Layout,
    content: &mut FileContent,
) -> Option<Vec<(usize, usize)>> {
    if layout.headers.is_empty() {
        content.errors.push(errors::empty_file(&task.shown, wanted.data));
        return None;
    }
    let mut places = Vec::new();
    for (index, (column, _)) in wanted.columns.iter().enumerate() {
        match find_column(&layout.headers, wanted.data, *column) {
            Match::At(at) => places.push((at, index)),
            Match::Missing => {
                content.errors.push(errors::missing_column(&task.shown, wanted.data, *column, layout));
            }
            Match::Several(found) => {
                content.errors.push(errors::two_columns(&task.shown, wanted.data, *column, layout, &found));
            }
        }
    }
    if !content.errors.is_empty() {
        return None;
    }
    content.headers = places.iter().map(|(at, _)| layout.headers[*at].clone()).collect();
    places.sort_unstable();
    Some(places)
}

/// Puts the blocks together, in order.
fn collect(
    task: &FileTask,
    wanted: &Wanted,
    layout: &Layout,
    blocks: impl Iterator<Item = Block>,
    content: &mut FileContent,
) {
    // Lines are counted from 1 when they are shown.
    let mut before = layout.lines + 1;
    let mut troubles: BTreeMap<TroubleKey, Tally> = BTreeMap::new();
    let mut ragged: BTreeMap<usize, Tally> = BTreeMap::new();
    let mut headers = Tally::default();
    for block in blocks {
        for (key, tally) in block.troubles {
            troubles.entry(key).or_default().take_in(tally, before);
        }
        for (key, tally) in block.repairs {
            content.repairs.entry(key).or_default().take_in(tally, before);
        }
        for (cells, tally) in block.ragged {
            ragged.entry(cells).or_default().take_in(tally, before);
        }
        headers.take_in(block.headers, before);
        if let Some(line) = block.unclosed {
            content.errors.push(errors::unclosed(&task.shown, u64::from(line + before)));
        }
        if let Some(line) = block.damaged {
            content.errors.push(errors::damaged(&task.shown, u64::from(line + before)));
        }
        content.lines.extend(block.lines.iter().map(|line| line + before));
        content.blocks.push(block.columns);
        before += block.length;
    }
    content.incomplete |= !ragged.is_empty() || !content.errors.is_empty();
    if headers.count > 0 {
        content.errors.push(errors::header_again(&task.shown, &headers));
    }
    content.bad = troubles.keys().map(|(column, ..)| *column).collect();
    for (cells, tally) in ragged {
        content.errors.push(errors::ragged(&task.shown, cells, layout.headers.len(), &tally));
    }
    let mut shown = BTreeMap::<usize, usize>::new();
    let mut troubles: Vec<_> = troubles.into_iter().collect();
    troubles.sort_by_key(|((column, ..), tally)| (*column, tally.first.first().map(|spot| spot.line)));
    for ((column, problem, text), tally) in troubles {
        let of_column = shown.entry(column).or_default();
        *of_column += 1;
        if *of_column <= SHOWN {
            let header = &content.headers[column];
            let found = errors::BadCells { file: &task.shown, header, problem, text: &text, tally: &tally };
            content.errors.push(errors::bad_cells(wanted.data, wanted.columns[column].0, &found));
        }
    }
    for (column, kinds) in shown {
        if kinds > SHOWN {
            content.errors.push(errors::more_kinds(&task.shown, &content.headers[column], kinds - SHOWN));
        }
    }
}

/// Turns the text of blocks into columns.
pub struct Decoder<'a> {
    wanted: &'a Wanted<'a>,
    /// Place of the cell in a row, and of the wanted column.
    places: Vec<(usize, usize)>,
    pub separator: u8,
    headers: Vec<String>,
    /// The first bytes of records that may be no data.
    doubtful: Vec<bool>,
    /// Where rows have no numbers: the names of the cells that tell one from others, and their places.
    key: Option<Vec<(String, usize)>>,
}

impl<'a> Decoder<'a> {
    fn new(wanted: &'a Wanted<'a>, places: Vec<(usize, usize)>, layout: Layout) -> Decoder<'a> {
        let Layout { separator, headers, .. } = layout;
        let doubtful = quick::doubtful(wanted.data, &headers);
        Decoder { wanted, places, separator, headers, doubtful, key: None }
    }

    /// For a file that begins with `head`, with where its records begin; `None` where something is wrong with it.
    pub fn of_head(task: &FileTask, wanted: &'a Wanted<'a>, head: &str) -> Option<(Decoder<'a>, usize)> {
        let layout = detect(head, wanted.data);
        let places = match_headers(task, wanted, &layout, &mut FileContent::default())?;
        let offset = layout.offset;
        Some((Decoder::new(wanted, places, layout), offset))
    }

    pub fn decode(&self, text: &str) -> Block {
        let columns = (0..self.wanted.columns.len()).map(|index| self.wanted.builder(index)).collect();
        let mut block = Block { columns, ..Block::default() };
        let mut records = Records::new(text.as_bytes(), self.separator);
        let mut cells: Vec<Cell> = Vec::with_capacity(self.headers.len());
        loop {
            match records.next(&mut cells) {
                Found::End => break,
                Found::Unclosed(line) => {
                    block.unclosed = Some(line);
                    break;
                }
                Found::Record(line) => self.row(text, line, &cells, &mut block),
            }
        }
        block.length = records.line;
        block
    }

    /// Names rows of which something is to be told by their keys, where they have no numbers.
    fn tell_keys(&self, text: &str, block: &mut Block) {
        let Some(key) = &self.key else { return };
        let spots = || block.troubles.values().chain(block.repairs.values()).flat_map(|tally| &tally.first);
        let mut keys: BTreeMap<u32, String> = spots().map(|spot| (spot.line, String::new())).collect();
        if keys.is_empty() {
            return;
        }
        let mut records = Records::new(text.as_bytes(), self.separator);
        let mut cells: Vec<Cell> = Vec::new();
        while let Found::Record(line) = records.next(&mut cells) {
            if let Some(told) = keys.get_mut(&line) {
                let parts =
                    key.iter().filter_map(|(name, at)| Some(format!("{name} {}", cells.get(*at)?.text(text).trim())));
                *told = errors::shortened(&parts.collect::<Vec<_>>().join(", "));
            }
        }
        let tallies = block.troubles.values_mut().chain(block.repairs.values_mut());
        tallies.flat_map(|tally| &mut tally.first).for_each(|spot| spot.key = keys.get(&spot.line).cloned());
    }

    fn row(&self, text: &str, line: u32, cells: &[Cell], block: &mut Block) {
        if self.is_no_data(text, cells) {
            return;
        }
        if cells.len() != self.headers.len() {
            let first = cells.first().map(|cell| cell.text(text).into_owned()).unwrap_or_default();
            block.ragged.entry(cells.len()).or_default().add(line, &first);
            return;
        }
        if self.is_header(text, cells) {
            block.headers.add(line, cells[0].text(text).trim());
            return;
        }
        block.lines.push(line);
        for (at, index) in &self.places {
            self.cell(*index, &cells[*at].text(text), line, block);
        }
    }

    /// Takes in what a cell of a wanted column says; whether there was nothing odd about it.
    fn cell(&self, index: usize, raw: &str, line: u32, block: &mut Block) -> bool {
        let reader = &self.wanted.columns[index].1;
        let mut repairs = Repairs::default();
        let mut plain = true;
        let content = reader.read(raw, &mut repairs).unwrap_or_else(|problem| {
            let shown = raw.trim();
            let told_apart = if problem == Problem::UnknownChoice { shown.to_string() } else { String::new() };
            block.troubles.entry((index, problem, told_apart)).or_default().add(line, shown);
            plain = false;
            Content::Blank
        });
        block.columns[index].push(content);
        if repairs != Repairs::default() {
            plain = false;
            for repair in Repair::ALL.into_iter().filter(|repair| repairs.has(*repair)) {
                block.repairs.entry((index, repair)).or_default().add(line, raw);
            }
        }
        plain
    }

    fn is_header(&self, text: &str, cells: &[Cell]) -> bool {
        cells.iter().zip(&self.headers).all(|(cell, header)| cell.text(text).trim() == header.trim())
    }

    /// Blank rows, and rows that start as the data set says.
    fn is_no_data(&self, text: &str, cells: &[Cell]) -> bool {
        let ignored = &self.wanted.data.ignore_rows_starting;
        for cell in cells {
            let cell = cell.text(text);
            let cell = cell.trim();
            if !cell.is_empty() {
                return ignored.iter().any(|start| cell.starts_with(start.as_str()));
            }
        }
        true
    }
}

//! Separated text: cut into blocks of whole records, which are decoded side by side, for several data sets at once.

use std::collections::BTreeMap;
use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::blocks::{Blocks, Encoding, is_damaged_utf8};
use super::layout::{Layout, detect};
use super::records::{Cell, Found, Records};
use super::{
    Block, FileContent, FileTask, Form, Quick, Wanted, collect, match_headers, quick, refuse_repairs, server, signs,
};
use crate::data::cell::{CellReader, Content, Repairs};
use crate::data::{Options, errors};
use crate::diagnostic::Diagnostic;

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
        let unreadable =
            || FileContent { errors: vec![errors::not_read(&task.shown, &error)], ..FileContent::default() };
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

/// Bytes that are no UTF-8 and do not look like damaged UTF-8.
pub(super) struct NotUtf8;

fn read_as(
    task: &FileTask,
    wanted: &[&Wanted],
    options: &Options,
    encoding: Option<Encoding>,
) -> io::Result<Result<Vec<FileContent>, NotUtf8>> {
    let mut blocks = Blocks::open(&task.path, encoding, options)?;
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
pub(super) struct Reading<'a> {
    pub(super) task: &'a FileTask,
    pub(super) options: &'a Options<'a>,
    pub(super) blocks: Blocks,
    pub(super) decoders: Vec<Option<Decoder<'a>>>,
    pub(super) layouts: Vec<Layout>,
}

impl Reading<'_> {
    pub(super) fn decode(self, wanted: &[&Wanted], contents: &mut [FileContent]) -> io::Result<Result<(), NotUtf8>> {
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

/// Turns the text of blocks into columns.
pub struct Decoder<'a> {
    pub(super) wanted: &'a Wanted<'a>,
    /// Place of the cell in a row, and of the wanted column.
    pub(super) places: Vec<(usize, usize)>,
    pub separator: u8,
    pub(super) headers: Vec<String>,
    /// The first bytes of records that may be no data.
    pub(super) doubtful: Vec<bool>,
    /// How cells are read where the file's separator makes a difference; by wanted column.
    pub(super) readers: Option<Vec<CellReader>>,
    /// Where rows have no numbers: the names of the cells that tell one from others, and their places.
    pub(super) key: Option<Vec<(String, usize)>>,
}

impl<'a> Decoder<'a> {
    pub(super) fn new(wanted: &'a Wanted<'a>, places: Vec<(usize, usize)>, layout: Layout) -> Decoder<'a> {
        let Layout { separator, headers, .. } = layout;
        let doubtful = quick::doubtful(wanted.data, &headers);
        let readers = if separator == b';' { signs::in_semicolons(wanted) } else { None };
        Decoder { wanted, places, separator, headers, doubtful, readers, key: None }
    }

    /// How the cells of a wanted column are read.
    pub(super) fn reader(&self, index: usize) -> &CellReader {
        self.readers.as_ref().map_or(&self.wanted.columns[index].1, |readers| &readers[index])
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
    pub(super) fn tell_keys(&self, text: &str, block: &mut Block) {
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
    pub(super) fn cell(&self, index: usize, raw: &str, line: u32, block: &mut Block) -> bool {
        let reader = self.reader(index);
        let mut repairs = Repairs::default();
        let mut plain = true;
        let content = reader.read(raw, &mut repairs).unwrap_or_else(|problem| {
            block.trouble(index, problem, line, raw);
            plain = false;
            Content::Blank
        });
        let row = block.columns[index].len();
        block.columns[index].push(content);
        block.signed(index, repairs.1.filter(|_| plain), Some(row), (line, raw));
        block.repaired(index, repairs, line, raw);
        plain && repairs == Repairs::default()
    }

    pub(super) fn is_header(&self, text: &str, cells: &[Cell]) -> bool {
        cells.iter().zip(&self.headers).all(|(cell, header)| cell.text(text).trim() == header.trim())
    }

    /// Blank rows, and rows that start as the data set says.
    pub(super) fn is_no_data(&self, text: &str, cells: &[Cell]) -> bool {
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

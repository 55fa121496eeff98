//! Separated text: cut into blocks of whole records, which are decoded side by side, for several data sets at once.

use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::blocks::Blocks;
use super::decoder::odd_end;
use super::detect::{Survey, Verdict, words_of};
use super::layout::{Layout, detect};
use super::{
    Block, Decoder, FileContent, FileTask, Form, Quick, Wanted, collect, compressed, match_headers, refuse_repairs,
};
use crate::data::errors;
use crate::data::options::Options;
use crate::diagnostic::Diagnostic;
use crate::encoding::Encoding;
use crate::model::data::DataSet;
use crate::parallel;

/// Reads a file of text once for several data sets, each with all its errors.
pub fn read_text(task: &FileTask, wanted: &[&Wanted], options: &Options) -> Vec<FileContent> {
    let declared = wanted.first().and_then(|wanted| wanted.data.encoding);
    if wanted.iter().any(|wanted| wanted.data.encoding != declared) {
        return wanted.iter().flat_map(|wanted| read_text(task, &[wanted], options)).collect();
    }
    let result = match read_as(task, wanted, options, declared) {
        Ok(Ok(contents)) => Ok(contents),
        Ok(Err(not)) => told(task, wanted.iter().map(|wanted| wanted.data), not, options).and_then(|told| match told {
            Ok(encoding) => read_as(task, wanted, options, Some(encoding)).map(|contents| contents.unwrap_or_default()),
            Err(error) => Ok(wanted
                .iter()
                .map(|_| FileContent { errors: vec![(*error).clone()], ..FileContent::default() })
                .collect()),
        }),
        Err(error) => Err(error),
    };
    finished(task, wanted, options, result)
}

/// What was read, with what is told of the file as a whole.
pub fn finished(
    task: &FileTask,
    wanted: &[&Wanted],
    options: &Options,
    read: io::Result<Vec<FileContent>>,
) -> Vec<FileContent> {
    let mut contents = read.unwrap_or_else(|error| {
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

/// Bytes that are no UTF-8; whether they should be.
pub struct NotUtf8 {
    pub said: bool,
}

/// The encoding of a text that is no UTF-8, or why there is no telling.
pub fn told<'d>(
    task: &FileTask,
    data: impl Iterator<Item = &'d DataSet> + Clone,
    not: NotUtf8,
    options: &Options,
) -> io::Result<Result<Encoding, Box<Diagnostic>>> {
    let survey = Survey::of(compressed::open(&task.path, options.whole())?)?;
    Ok(of_survey(task, data, &survey, not.said))
}

/// The same of what was found in a file.
pub(super) fn of_survey<'d>(
    task: &FileTask,
    data: impl Iterator<Item = &'d DataSet> + Clone,
    survey: &Survey,
    said: bool,
) -> Result<Encoding, Box<Diagnostic>> {
    let first = data.clone().next();
    match survey.verdict(&words_of(data)) {
        _ if said => Err(Box::new(errors::damaged(&task.shown, &survey.damaged, true))),
        Verdict::Certain(encoding) => Ok(encoding),
        Verdict::Damaged => Err(Box::new(errors::damaged(&task.shown, &survey.damaged, false))),
        Verdict::Unsure(readings) => Err(Box::new(errors::which_encoding(&task.shown, first, &readings))),
    }
}

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
    let (said, in_utf8) = (blocks.marked || encoding.is_some(), blocks.encoding == Encoding::Utf8);
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
        Err(_) => return Ok(Err(NotUtf8 { said })),
    };
    if let Some(readings) = doubted(head, all && !said && in_utf8) {
        return refuse(&|| errors::which_encoding(&task.shown, wanted.first().map(|wanted| wanted.data), &readings));
    }
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
    if let Some((line, sign)) = layouts.first().and_then(|layout| odd_end(head, layout)) {
        return refuse(&|| errors::odd_end(&task.shown, u64::from(line) + 1, sign));
    }
    let mut decoders = Vec::with_capacity(wanted.len());
    for ((wanted, layout), content) in wanted.iter().zip(&layouts).zip(&mut contents) {
        let places = match_headers(task, wanted, layout, content);
        decoders.push(places.map(|places| Decoder::new(wanted, places, layout.clone())));
    }
    if decoders.iter().all(Option::is_none) {
        return Ok(Ok(contents));
    }
    let encoding = (!in_utf8).then_some(blocks.encoding);
    contents.iter_mut().for_each(|content| content.encoding = encoding);
    blocks.skip(layouts[0].offset, layouts[0].separator);
    let read = Reading { task, options, blocks, decoders, layouts };
    Ok(read.decode(wanted, &mut contents)?.map(|()| contents))
}

/// How a whole text, which is UTF-8 where nobody says so, could be read as well.
pub fn doubted(text: &str, is_whole: bool) -> Option<Vec<errors::InEncoding>> {
    if !is_whole || text.is_ascii() {
        return None;
    }
    Survey::of(text.as_bytes()).ok()?.may_be_chinese()
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
        let said = blocks.marked || wanted.iter().any(|wanted| wanted.data.encoding.is_some());
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
                let blocks = match simdutf8::basic::from_utf8(&buffer) {
                    Ok(text) => quick.decode(text, &decoders),
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
        let is_large = size > 1 << 20 || task.form == Form::Server;
        parallel::on_threads(if is_large { options.threads } else { 1 }, |_| work());
        if let Some(progress) = options.progress {
            progress.finished(&task.shown);
        }
        if not_utf8.into_inner() {
            return Ok(Err(NotUtf8 { said }));
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
            if blocks.meaningless.count > 0 {
                let declared = wanted[at].data.encoding.is_some();
                content.errors.push(errors::meaningless(&task.shown, blocks.encoding, declared, &blocks.meaningless));
            }
            if blocks.is_utf8_after_all() && wanted[at].data.encoding.is_some() && surely_utf8(task, options)? {
                content.errors.push(errors::is_utf8(&task.shown, wanted[at].data, blocks.encoding));
                content.incomplete = true;
                // What its cells say in the wrong encoding follows from it.
                continue;
            }
            collect(task, wanted[at], &layouts[at], of_one.into_iter(), content);
        }
        Ok(Ok(()))
    }
}

/// Whether a text whose bytes are UTF-8 could not well be anything else.
pub fn surely_utf8(task: &FileTask, options: &Options) -> io::Result<bool> {
    Ok(Survey::of(compressed::open(&task.path, options.whole())?)?.is_surely_utf8())
}

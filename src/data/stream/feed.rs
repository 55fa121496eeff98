//! The blocks of several files, one after the other, for whichever thread asks next.

use std::fs;
use std::sync::Arc;

use super::Failed;
use crate::data::Options;
use crate::data::read::blocks::Blocks;
use crate::data::read::{Decoder, FileTask, Wanted};

/// Where a block stands: its file, and its place in it.
pub type Order = (usize, usize);

/// For each data set in a file, how its cells are read there.
type Decoders<'a> = Arc<Vec<Option<Decoder<'a>>>>;

pub struct Feed<'a> {
    files: &'a [FileTask],
    wanted: Vec<&'a Wanted<'a>>,
    options: &'a Options<'a>,
    /// The file being read.
    at: usize,
    open: Option<(Blocks, Decoders<'a>)>,
    /// Bytes of it handed out.
    done: u64,
}

impl<'a> Feed<'a> {
    pub fn new(files: &'a [FileTask], wanted: Vec<&'a Wanted<'a>>, options: &'a Options<'a>) -> Feed<'a> {
        Feed { files, wanted, options, at: 0, open: None, done: 0 }
    }

    /// Puts the next whole records into `buffer`; `None` behind the last file.
    pub fn next(&mut self, buffer: &mut Vec<u8>) -> Result<Option<(Order, Decoders<'a>)>, Failed> {
        loop {
            let Some(task) = self.files.get(self.at) else { return Ok(None) };
            if self.open.is_none() {
                self.open = Some(self.open(task)?);
            }
            let Some((blocks, decoders)) = &mut self.open else { return Err(Failed) };
            let next = blocks.next(buffer).map_err(|_| Failed)?;
            if let Some(index) = next {
                self.done += buffer.len() as u64;
                if let Some(progress) = self.options.progress {
                    progress.advanced(&task.shown, self.done);
                }
                return Ok(Some(((self.at, index), decoders.clone())));
            }
            if blocks.damaged {
                return Err(Failed);
            }
            if let Some(progress) = self.options.progress {
                progress.finished(&task.shown);
            }
            (self.open, self.done) = (None, 0);
            self.at += 1;
        }
    }

    fn open(&self, task: &FileTask) -> Result<(Blocks, Decoders<'a>), Failed> {
        let mut blocks = Blocks::open(&task.path, None, self.options.block).map_err(|_| Failed)?;
        let (head, all) = blocks.head().map_err(|_| Failed)?;
        let text = match std::str::from_utf8(head) {
            Ok(text) => text,
            // The head may end inside a letter.
            Err(error) if !all && error.error_len().is_none() => {
                std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
            }
            Err(_) => return Err(Failed),
        };
        if head.contains(&0) {
            return Err(Failed);
        }
        let mut begins = None;
        let mut decoders = Vec::new();
        for wanted in &self.wanted {
            let (decoder, offset) = Decoder::of_head(task, wanted, text).ok_or(Failed)?;
            let begin = (offset, decoder.separator);
            // Data sets that see different tables in one file are read one by one.
            if *begins.get_or_insert(begin) != begin {
                return Err(Failed);
            }
            decoders.push(Some(decoder));
        }
        let (offset, separator) = begins.ok_or(Failed)?;
        blocks.skip(offset, separator);
        if let Some(progress) = self.options.progress {
            progress.started(&task.shown, fs::metadata(&task.path).map_or(0, |meta| meta.len()));
        }
        Ok((blocks, Arc::new(decoders)))
    }
}

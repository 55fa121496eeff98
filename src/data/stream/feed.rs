//! The blocks of several files, one after the other, for whichever thread asks next.

use std::sync::Arc;

use super::Failed;
use crate::data::errors;
use crate::data::options::Options;
use crate::data::read::blocks::Blocks;
use crate::data::read::parquet::{self, Slice};
use crate::data::read::{
    Block, Decoder, FileContent, FileTask, Form, NotUtf8, Quick, Wanted, doubted, server, surely_utf8, told,
};
use crate::diagnostic::Diagnostic;
use crate::encoding::Encoding;

/// Where a block stands: its file, and its place in it, be it counted by blocks or by rows.
pub type Order = (usize, usize);

/// Rows still to be decoded: those of the buffer, or of a slice. For each data set in the file, how its cells are read.
#[derive(Clone)]
pub enum Piece<'a> {
    Text(Arc<Vec<Option<Decoder<'a>>>>),
    Slice(Arc<Vec<parquet::Decoder<'a>>>, Slice),
}

impl Piece<'_> {
    /// How many lines of the file lie before its first record.
    pub fn above(&self) -> u32 {
        match self {
            Piece::Text(decoders) => decoders.iter().flatten().next().map_or(0, |decoder| decoder.above),
            Piece::Slice(..) => 0,
        }
    }

    /// Hands over the rows as each of the data sets sees them, at once or part by part, with the place of each part.
    pub fn decode(
        &self,
        (file, block): Order,
        buffer: &[u8],
        quick: &mut Quick,
        mut take: impl FnMut(Order, Vec<Block>) -> Result<(), Failed>,
    ) -> Result<(), Failed> {
        match self {
            Piece::Text(decoders) => {
                let text = simdutf8::basic::from_utf8(buffer).map_err(|_| Failed)?;
                take((file, block), quick.decode(text, decoders))
            }
            Piece::Slice(decoders, slice) => parquet::Decoder::decode_all(decoders, slice, |before, blocks| {
                take((file, slice.before + before), blocks)
            }),
        }
    }
}

impl From<parquet::Damaged> for Failed {
    fn from(_: parquet::Damaged) -> Failed {
        Failed
    }
}

/// What is left of a file.
enum Open<'a> {
    Text(Box<Blocks>, Arc<Vec<Option<Decoder<'a>>>>),
    /// Of how many slices in all.
    Parquet(std::iter::Enumerate<std::vec::IntoIter<Slice>>, u64, Arc<Vec<parquet::Decoder<'a>>>),
}

pub struct Feed<'a> {
    files: &'a [FileTask],
    wanted: Vec<&'a Wanted<'a>>,
    options: &'a Options<'a>,
    /// The file being read.
    at: usize,
    open: Option<Open<'a>>,
    /// Bytes of it, and those handed out.
    size: u64,
    done: u64,
    /// Why a file cannot be read on.
    pub unreadable: Option<Diagnostic>,
}

impl<'a> Feed<'a> {
    pub fn new(files: &'a [FileTask], wanted: Vec<&'a Wanted<'a>>, options: &'a Options<'a>) -> Feed<'a> {
        Feed { files, wanted, options, at: 0, open: None, size: 0, done: 0, unreadable: None }
    }

    /// The next rows, and where they stand; those of a text are put into `buffer`. `None` behind the last file.
    pub fn next(&mut self, buffer: &mut Vec<u8>) -> Result<Option<(Order, Piece<'a>)>, Failed> {
        loop {
            let Some(task) = self.files.get(self.at) else { return Ok(None) };
            if self.open.is_none() {
                self.open = Some(match task.form {
                    Form::Parquet => self.slices(task)?,
                    Form::Server => self.rows(task)?,
                    Form::Text | Form::Spreadsheet => self.text(task)?,
                });
                (self.size, self.done) = (task.bytes(), 0);
                if let Some(progress) = self.options.progress {
                    progress.started(&task.shown, self.size);
                }
            }
            let next = match &mut self.open {
                Some(Open::Text(blocks, decoders)) => {
                    let next = blocks.next(buffer).map_err(|error| {
                        self.unreadable = Some(errors::not_read(&task.shown, &error));
                        Failed
                    })?;
                    if next.is_none()
                        && (blocks.meaningless.count > 0
                            || blocks.is_utf8_after_all() && surely_utf8(task, self.options).unwrap_or(true))
                    {
                        return Err(Failed);
                    }
                    next.map(|index| (index, buffer.len() as u64, Piece::Text(decoders.clone())))
                }
                Some(Open::Parquet(slices, all, decoders)) => {
                    slices.next().map(|(index, slice)| (index, self.size / *all, Piece::Slice(decoders.clone(), slice)))
                }
                None => return Err(Failed),
            };
            if let Some((index, bytes, piece)) = next {
                self.done += bytes;
                if let Some(progress) = self.options.progress {
                    progress.advanced(&task.shown, self.done);
                }
                return Ok(Some(((self.at, index), piece)));
            }
            if let Some(progress) = self.options.progress {
                progress.finished(&task.shown);
            }
            self.open = None;
            self.at += 1;
        }
    }

    fn rows(&self, task: &FileTask) -> Result<Open<'a>, Failed> {
        let [wanted] = self.wanted[..] else { return Err(Failed) };
        let opened = server::open(task, wanted, self.options, false, &mut FileContent::default());
        let (blocks, decoder, _) = opened.ok_or(Failed)?;
        Ok(Open::Text(Box::new(blocks), Arc::new(vec![Some(decoder)])))
    }

    fn slices(&self, task: &FileTask) -> Result<Open<'a>, Failed> {
        let opened = parquet::Opened::open(task).map_err(|_| Failed)?;
        parquet::Opened::keep_room();
        let decoder = |wanted: &&'a Wanted<'a>| match opened.decoder(task, wanted, &mut FileContent::default()) {
            Ok(Some(decoder)) => Ok(decoder),
            _ => Err(Failed),
        };
        let decoders = self.wanted.iter().map(decoder).collect::<Result<_, _>>()?;
        let slices = opened.slices(self.options.block);
        let all = slices.len() as u64;
        Ok(Open::Parquet(slices.into_iter().enumerate(), all, Arc::new(decoders)))
    }

    fn text(&self, task: &FileTask) -> Result<Open<'a>, Failed> {
        let data = || self.wanted.iter().map(|wanted| wanted.data);
        let declared = data().next().and_then(|data| data.encoding);
        if data().any(|data| data.encoding != declared) {
            return Err(Failed);
        }
        let mut blocks = Blocks::open(&task.path, declared, self.options).map_err(|_| Failed)?;
        let said = blocks.marked || declared.is_some();
        let (head, all) = blocks.head().map_err(|_| Failed)?;
        let broken = |error: std::str::Utf8Error| all || error.error_len().is_some();
        if std::str::from_utf8(head).is_err_and(broken) {
            let told = told(task, data(), NotUtf8 { said }, self.options).map_err(|_| Failed)?.map_err(|_| Failed)?;
            blocks = Blocks::open(&task.path, Some(told), self.options).map_err(|_| Failed)?;
        }
        let in_utf8 = blocks.encoding == Encoding::Utf8;
        let (head, all) = blocks.head().map_err(|_| Failed)?;
        let text = match std::str::from_utf8(head) {
            Ok(text) => text,
            // The head may end inside a letter.
            Err(error) if !all && error.error_len().is_none() => {
                std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
            }
            Err(_) => return Err(Failed),
        };
        if head.contains(&0) || doubted(text, all && !said && in_utf8).is_some() {
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
        Ok(Open::Text(Box::new(blocks), Arc::new(decoders)))
    }
}

//! The blocks of several files, one after the other, for whichever thread asks next.

use std::collections::BTreeSet;
use std::ops::Bound;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use super::Failed;
use crate::cache::frames::{Reading, Sum};
use crate::data::errors;
use crate::data::known::rows::{KeptRows, New};
use crate::data::memory::Memory;
use crate::data::options::Options;
use crate::data::read::blocks::Blocks;
use crate::data::read::parquet::{self, Slice};
use crate::data::read::{
    self, Block, Decoder, FileContent, FileTask, Form, NotUtf8, Quick, Wanted, doubted, server, surely_utf8, told,
};
use crate::diagnostic::Diagnostic;
use crate::encoding::Encoding;
use crate::model::Model;
use crate::parallel;

/// Where a block stands: its file, and its place in it, be it counted by blocks or by rows; rows are always cut into the
/// same blocks.
pub type Order = (usize, usize);

/// Rows still to be decoded: those of the buffer, or of a slice. For each data set in the file, how its cells are read.
#[derive(Clone)]
enum Piece<'a> {
    Text(Arc<Vec<Option<Decoder<'a>>>>),
    Slice(Arc<Vec<parquet::Decoder<'a>>>, Slice),
    /// As they were decoded in an earlier run.
    Kept(Sum),
}

/// The next rows.
struct Next<'a> {
    /// Where they stand; of those that are kept, the rows themselves say in which place.
    order: Order,
    piece: Piece<'a>,
    /// Where they are to be kept.
    new: Option<Arc<New>>,
}

/// What is made of rows as each of the data sets in a file sees them: where they stand, how many lines of the file lie
/// before its first record, and the blocks.
type TakeIn<'t> = dyn FnMut(Order, u32, Vec<Block>) -> Result<(), Failed> + 't;

impl Next<'_> {
    /// Hands over the rows, at once or part by part, with the place of each part; `kept` is room for those to be kept.
    pub fn decode(
        &self,
        buffer: &[u8],
        (quick, wanted): (&mut Quick, &[&Wanted]),
        (rows, kept): (Option<&KeptRows>, &mut Vec<u8>),
        take: &mut TakeIn,
    ) -> Result<(), Failed> {
        if let Piece::Kept(sum) = &self.piece {
            let sound = Some(buffer).filter(|buffer| sum.is_of(buffer));
            let Some((place, above, blocks)) = sound.and_then(|buffer| read::kept::take(buffer, wanted)) else {
                rows.inspect(|rows| rows.distrust());
                return Err(Failed);
            };
            return take((self.order.0, place), above, blocks);
        }
        let above = self.piece.above();
        self.piece.decode(self.order, buffer, quick, &mut |order, blocks| {
            if let Some(new) = self.new.as_ref().filter(|_| blocks.iter().all(Block::is_clean)) {
                new.add(&blocks, order.1, above, kept);
            }
            take(order, above, blocks)
        })?;
        self.new.iter().for_each(|new| new.has_one_more());
        Ok(())
    }
}

impl Piece<'_> {
    fn above(&self) -> u32 {
        match self {
            Piece::Text(decoders) => decoders.iter().flatten().next().map_or(0, |decoder| decoder.above),
            Piece::Slice(..) | Piece::Kept(_) => 0,
        }
    }

    fn decode(
        &self,
        (file, block): Order,
        buffer: &[u8],
        quick: &mut Quick,
        take: &mut dyn FnMut(Order, Vec<Block>) -> Result<(), Failed>,
    ) -> Result<(), Failed> {
        match self {
            Piece::Kept(_) => Err(Failed),
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
    Parquet(std::vec::IntoIter<Slice>, u64, Arc<Vec<parquet::Decoder<'a>>>),
    /// Of how many pieces in all.
    Kept(Reading, u64),
}

struct Feed<'a> {
    files: &'a [FileTask],
    wanted: Vec<&'a Wanted<'a>>,
    options: &'a Options<'a>,
    keeps: Keeps<'a>,
    /// The file being read.
    at: usize,
    /// The first place of it that has not been gone by.
    next: usize,
    open: Option<Open<'a>>,
    /// Bytes of it, and those handed out.
    size: u64,
    done: u64,
    rows: Option<&'a KeptRows>,
    /// Where the rows of the file being read are to be kept, and how many pieces it has had.
    new: Option<Arc<New>>,
    pieces: u64,
    /// Files that were decoded, to be kept.
    decoded: Vec<(Arc<New>, u64)>,
    /// Why a file cannot be read on.
    unreadable: Option<Diagnostic>,
}

impl<'a> Feed<'a> {
    pub fn new(
        files: &'a [FileTask],
        wanted: Vec<&'a Wanted<'a>>,
        (options, keeps): (&'a Options<'a>, Keeps<'a>),
        rows: Option<&'a KeptRows>,
    ) -> Feed<'a> {
        Feed {
            files,
            wanted,
            options,
            keeps,
            at: 0,
            next: 0,
            open: None,
            size: 0,
            done: 0,
            rows,
            new: None,
            pieces: 0,
            decoded: Vec::new(),
            unreadable: None,
        }
    }

    /// Keeps what was decoded of files, all of whose pieces are done.
    pub fn keep(self) {
        self.decoded.iter().for_each(|(new, pieces)| new.finish(*pieces));
    }

    /// The next rows, and where they stand; those of a text are put into `buffer`. `None` behind the last file.
    pub fn next(&mut self, buffer: &mut Vec<u8>) -> Result<Option<Next<'a>>, Failed> {
        loop {
            let Some(task) = self.files.get(self.at) else { return Ok(None) };
            if !self.keeps.has(self.at, self.next, None) {
                (self.at, self.next, self.open) = (self.at + 1, 0, None);
                continue;
            }
            if self.open.is_none() {
                let kept = self.rows.and_then(|rows| rows.open(task));
                (self.new, self.pieces) = (None, 0);
                self.open = Some(match (kept, task.form) {
                    (Some(kept), _) => {
                        let pieces = kept.left();
                        Open::Kept(kept, pieces)
                    }
                    (None, form) => {
                        self.new = self.rows.and_then(|rows| rows.begin(task));
                        match form {
                            Form::Parquet => self.slices(task)?,
                            Form::Server => self.rows(task)?,
                            Form::Text | Form::Spreadsheet => self.text(task)?,
                        }
                    }
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
                    next.map(|index| (index, index + 1, buffer.len() as u64, Piece::Text(decoders.clone())))
                }
                Some(Open::Parquet(slices, all, decoders)) => slices.next().map(|slice| {
                    (slice.before, slice.behind(), self.size / *all, Piece::Slice(decoders.clone(), slice))
                }),
                Some(Open::Kept(kept, all)) => {
                    let next = kept.next(buffer).map_err(|_| {
                        self.rows.inspect(|rows| rows.distrust());
                        Failed
                    })?;
                    next.map(|sum| (0, 0, self.size / *all, Piece::Kept(sum)))
                }
                None => return Err(Failed),
            };
            if let Some((place, behind, bytes, piece)) = next {
                self.done += bytes;
                self.pieces += 1;
                if let Some(progress) = self.options.progress {
                    progress.advanced(&task.shown, self.done);
                }
                self.next = behind;
                if !self.keeps.has(self.at, place, Some(behind)) {
                    continue;
                }
                return Ok(Some(Next { order: (self.at, place), piece, new: self.new.clone() }));
            }
            if let Some(progress) = self.options.progress {
                progress.finished(&task.shown);
            }
            self.decoded.extend(self.new.take().map(|new| (new, self.pieces)));
            (self.at, self.next, self.open) = (self.at + 1, 0, None);
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
        Ok(Open::Parquet(slices.into_iter(), all, Arc::new(decoders)))
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

/// What of the files is decoded.
#[derive(Clone, Copy)]
pub enum Keeps<'k> {
    /// All rows, which are looked for in the cache, and kept there.
    Rows,
    /// The pieces alone in which these places lie.
    Only(&'k BTreeSet<Order>),
}

impl Keeps<'_> {
    /// Whether there is something from a place of a file on, up to another where that is known.
    fn has(self, file: usize, from: usize, to: Option<usize>) -> bool {
        let Keeps::Only(places) = self else { return true };
        let to = to.map_or(Bound::Included((file, usize::MAX)), |to| Bound::Excluded((file, to)));
        places.range((Bound::Included((file, from)), to)).next().is_some()
    }
}

/// Reads files once, on several threads; gives what each thread has made of the blocks it was given.
pub fn each_block<T: Send>(
    (model, memory): (&Model, &Memory),
    (files, wanted): (&[FileTask], &[&Wanted]),
    (options, keeps): (&Options, Keeps),
    begin: impl Fn() -> T + Sync,
    take: impl Fn(&mut T, Order, u32, Vec<Block>) -> Result<(), Failed> + Sync,
) -> Result<Vec<T>, Failed> {
    let rows = match keeps {
        Keeps::Rows => KeptRows::of(model, wanted, options),
        Keeps::Only(_) => None,
    };
    let feed = Mutex::new(Feed::new(files, wanted.to_vec(), (options, keeps), rows.as_ref()));
    let failed = AtomicBool::new(false);
    let work = || {
        let mut made = begin();
        let (mut buffer, mut kept) = (Vec::new(), Vec::new());
        let mut quick = Quick::new(wanted);
        while !failed.load(Ordering::Relaxed) {
            let next = feed.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).next(&mut buffer);
            let taken = next.and_then(|next| {
                let Some(next) = next else { return Ok(false) };
                let mut take = |order: Order, above: u32, blocks: Vec<Block>| take(&mut made, order, above, blocks);
                next.decode(&buffer, (&mut quick, wanted), (rows.as_ref(), &mut kept), &mut take)?;
                Ok(true)
            });
            match taken {
                Ok(true) => {}
                Ok(false) => break,
                Err(Failed) => failed.store(true, Ordering::Relaxed),
            }
        }
        made
    };
    let parts = parallel::on_threads(options.threads, |_| work());
    let feed = feed.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
    if failed.into_inner() {
        // Where it cannot be kept, it cannot be told by reading it once more.
        if let (Some(_), Some(unreadable)) = (options.memory, feed.unreadable) {
            memory.refuse(unreadable);
        }
        return Err(Failed);
    }
    feed.keep();
    Ok(parts)
}

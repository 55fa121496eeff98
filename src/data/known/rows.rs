//! What was decoded of files whose rows go by, file by file: a formula over columns that were read before, or one file of
//! many that has changed, decodes the rest no more.
//!
//! Kept are the columns of each block, where every row and every cell of the file could be read. They depend on the file, on how the
//! data sets in it are declared and which of their columns are wanted, and on the keys that links are found among.
//! All checks of rows, keys, links and windows are done anew.

use std::path::PathBuf;
use std::slice;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

use super::files::{self, Seen};
use super::{asked, path_bytes};
use crate::cache::bytes::{Put, bytes_of, value_of};
use crate::cache::frames::{Reading, Writing};
use crate::cache::{Cache, Key};
use crate::data::columns::dictionary::{self, Dictionary};
use crate::data::options::Options;
use crate::data::read::{Block, FileTask, Form, Take, Wanted, kept};
use crate::model::Model;

/// Keys are held as hashes: those of one seed are the same in every run.
fn seed_key() -> Key {
    Key::of("seed", &[])
}

/// Takes over the seed of the rows that are kept, before anything is read.
pub fn take_seed(cache: &Cache) {
    if let Some(seed) = cache.read(&seed_key()).and_then(|bytes| value_of(&bytes)) {
        dictionary::seed_with(seed);
    }
}

/// The rows of the files of some data sets, as far as they are kept.
pub struct KeptRows {
    cache: Cache,
    /// All that they follow from, but for the files.
    parts: Vec<u8>,
}

/// Rows of a file that are being decoded, to be kept.
pub struct New {
    path: PathBuf,
    before: Seen,
    writing: Writing,
    /// How many pieces have been decoded wholly.
    pieces: AtomicU64,
}

impl KeptRows {
    /// `None` where nothing is kept.
    pub fn of(model: &Model, wanted: &[&Wanted], options: &Options) -> Option<KeptRows> {
        // Tables whose rows go by are large enough for any cache.
        let cache = options.cache.clone()?;
        if cache.read(&seed_key()).is_none() {
            cache.write(&seed_key(), &bytes_of(&dictionary::seed()));
        }
        let mut parts = Vec::new();
        asked::put_declared(model, &mut parts);
        (options.block, dictionary::seed(), wanted.len()).put(&mut parts);
        for wanted in wanted {
            wanted.data.put(&mut parts);
            wanted.columns.iter().map(|(column, _)| *column).collect::<Vec<_>>().put(&mut parts);
            wanted.takes.iter().for_each(|take| put_take(take, &mut parts));
        }
        Some(KeptRows { cache, parts })
    }

    fn key(&self, task: &FileTask) -> Option<Key> {
        // Of a server nothing is kept.
        if task.relation.is_some() || matches!(task.form, Form::Server | Form::Spreadsheet) {
            return None;
        }
        let mut parts = self.parts.clone();
        path_bytes(&task.path)?.put(&mut parts);
        Some(Key::of("rows", &parts))
    }

    /// The rows of a file as they were decoded before, if it has not changed.
    pub fn open(&self, task: &FileTask) -> Option<Reading> {
        if self.cache.is_distrusted() {
            return None;
        }
        let (seen, reading) = self.cache.open(&self.key(task)?)?;
        files::are_same(slice::from_ref(&task.path), &[value_of::<Seen>(&seen)?])?;
        Some(reading)
    }

    /// Begins to keep the rows of a file that is decoded.
    pub fn begin(&self, task: &FileTask) -> Option<Arc<New>> {
        let key = self.key(task)?;
        let before = files::look(slice::from_ref(&task.path))?.pop()?;
        let writing = self.cache.begin(key)?;
        Some(Arc::new(New { path: task.path.clone(), before, writing, pieces: AtomicU64::new(0) }))
    }

    /// What was kept is not what was written: it is not looked at any more.
    pub fn distrust(&self) {
        self.cache.distrust();
    }
}

impl New {
    /// Keeps what was decoded of a part of a piece.
    pub fn add(&self, blocks: &[Block], place: usize, above: u32, buffer: &mut Vec<u8>) {
        buffer.clear();
        kept::put(blocks, place, above, buffer);
        self.writing.add(buffer);
    }

    /// All parts of a piece have been decoded.
    pub fn has_one_more(&self) {
        self.pieces.fetch_add(1, Ordering::Relaxed);
    }

    /// The file has had so many pieces: all of them have been decoded.
    pub fn finish(&self, pieces: u64) {
        if self.pieces.load(Ordering::Relaxed) == pieces
            && files::stayed(slice::from_ref(&self.path), slice::from_ref(&self.before))
        {
            self.writing.finish(bytes_of(&self.before));
        }
    }
}

/// Columns hold the numbers of the keys that they were found among.
fn put_take(take: &Take, into: &mut Vec<u8>) {
    match take {
        Take::Column => into.push(0),
        Take::Link(target) => {
            into.push(1);
            (digest(&target.known), digest(&target.texts)).put(into);
        }
        Take::Key(named) => {
            into.push(2);
            digest(named).put(into);
        }
    }
}

fn digest(texts: &Dictionary) -> [u8; 32] {
    let mut digest = Sha256::new();
    for text in texts.iter() {
        digest.update((text.len() as u64).to_le_bytes());
        digest.update(text);
    }
    digest.finalize().into()
}

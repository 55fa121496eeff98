//! How files are read: what the command line asks for.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::server::Server;
use crate::cache::Cache;
use crate::limits::WHOLE;

/// About as much text as one block holds.
pub const BLOCK: usize = 1 << 18;

/// Files that somebody supposes a data set to be in, by its name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OtherFiles {
    /// In the place of its own.
    pub replaced: BTreeMap<String, Vec<PathBuf>>,
    /// Beside its own.
    pub added: BTreeMap<String, Vec<PathBuf>>,
}

/// How files are read.
pub struct Options<'a> {
    /// The folder that the patterns of data sets start from.
    pub data: PathBuf,
    /// What else is read, wherever it lies.
    pub other_files: OtherFiles,
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
    pub unpacked: Sizes,
    /// Files outside the folder are read, too.
    pub follow_links: bool,
    pub progress: Option<&'a dyn Progress>,
    /// Where data sets `from postgres` are read.
    pub server: Server,
    /// Where answers are kept for the next run, if they are.
    pub cache: Option<Cache>,
}

impl Options<'_> {
    /// As files are read where nothing else is asked for.
    pub fn of(data: PathBuf) -> Self {
        Options {
            data,
            other_files: OtherFiles::default(),
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            strict: false,
            allow_empty: false,
            stream_above: STREAM_ABOVE,
            block: BLOCK,
            memory: None,
            results: 0,
            unpacked: Sizes::default(),
            follow_links: false,
            progress: None,
            server: Server::default(),
            cache: None,
        }
    }

    /// How many bytes of a file may be kept as a whole.
    pub fn whole(&self) -> u64 {
        self.memory.map_or(WHOLE, |most| most.min(WHOLE))
    }
}

/// What files of a data set hold before its rows are read and forgotten: 16 MB.
pub const STREAM_ABOVE: u64 = 16 << 20;

/// Is told how far reading has come.
pub trait Progress: Sync {
    fn started(&self, file: &str, bytes: u64);
    /// So many bytes of the file have been read by now.
    fn advanced(&self, file: &str, bytes: u64);
    fn finished(&self, file: &str);
}

/// How large the tables in packed files are, each counted once.
#[derive(Default)]
pub struct Sizes(Mutex<BTreeMap<PathBuf, u64>>);

impl Sizes {
    pub fn of(&self, path: &Path, count: impl FnOnce() -> u64) -> u64 {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(size) = known.get(path) {
            return *size;
        }
        *known.entry(path.to_path_buf()).or_insert(count())
    }
}

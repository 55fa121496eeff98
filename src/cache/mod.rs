//! What is known from earlier runs, in a folder of its own: bytes by a key over all that they follow from.
//!
//! Whatever is wrong with an entry, it is not there; whatever is in the way of a new one, it is not kept. No run fails, or
//! gives another result, because of the cache. Entries are written beside their place and moved there as a whole, so
//! that runs at the same time, and one that is ended while it writes, leave an old entry or a new one. [`bytes`] says how
//! values become bytes, [`frames`] how long entries are read piece by piece, [`place`] where the folder is and how much may be in it.

pub mod bytes;
pub mod frames;
mod place;
mod words;

use std::fs::{self, File, Metadata};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;
use twox_hash::XxHash3_128;

pub use self::place::of_user;
use crate::provenance::{VERSION, commit};

/// How entries are written; one of another form is none.
const FORM: u32 = 1;
const BEGIN: &[u8] = b"merit kept\n";
const ENDING: &str = "kept";
const UNFINISHED: &str = "unfinished";
/// Whoever writes an entry is done with it before this.
const FORGOTTEN: Duration = Duration::from_secs(3600);

/// Where results of earlier runs are kept.
#[derive(Clone, Debug)]
pub struct Cache {
    folder: PathBuf,
    /// How many bytes entries may take in all; `None`: by the room there is.
    most: Option<u64>,
    /// What is worked out of fewer bytes is not worth an entry.
    pub worth: u64,
    distrusted: Arc<AtomicBool>,
}

/// What an entry follows from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key([u8; 32]);

impl Key {
    /// Of all that an entry of a kind follows from; the program is part of it.
    pub fn of(kind: &str, parts: &[u8]) -> Key {
        let mut digest = Sha256::new();
        for part in [PROGRAM.as_bytes(), kind.as_bytes(), parts] {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        }
        Key(digest.finalize().into())
    }

    fn file(&self) -> String {
        let digits: String = self.0.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        format!("{digits}.{ENDING}")
    }
}

/// The program that works out what is kept. A build of no commit is told from others by its file.
static PROGRAM: LazyLock<String> = LazyLock::new(|| {
    let build = match commit() {
        Some(commit) if !commit.ends_with('+') => commit.to_string(),
        _ => {
            let file = std::env::current_exe().and_then(fs::metadata);
            file.map_or_else(|_| format!("process {}", std::process::id()), |file| format!("{:?}", build(&file)))
        }
    };
    format!("{VERSION} {build} {FORM}")
});

fn build(file: &Metadata) -> (u64, Option<SystemTime>) {
    (file.len(), file.modified().ok())
}

impl Cache {
    /// In a folder, which is made when something is to be kept.
    pub fn in_folder(folder: PathBuf) -> Cache {
        Cache { folder, most: None, worth: 0, distrusted: Arc::default() }
    }

    /// With another bound for all entries together.
    #[must_use]
    pub fn at_most(self, bytes: u64) -> Cache {
        Cache { most: Some(bytes), ..self }
    }

    /// What is kept by the key.
    pub fn read(&self, key: &Key) -> Option<Vec<u8>> {
        let path = self.folder.join(key.file());
        let mut file = File::open(&path).ok()?;
        if !place::is_own(&file.metadata().ok()?) {
            return None;
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).ok()?;
        let content = unpacked(&bytes, key)?;
        self.used(&path);
        Some(content)
    }

    /// Notes that an entry was used: what was used last goes last.
    fn used(&self, path: &Path) {
        if let Ok(file) = File::options().append(true).open(path) {
            let _ = file.set_modified(SystemTime::now());
        }
    }

    /// How many bytes entries may take in all.
    fn most(&self) -> Option<u64> {
        self.most.or_else(|| place::room(&self.folder, self.entries().iter().map(|entry| entry.bytes).sum()))
    }

    /// A file beside the entries, which goes unless it becomes one.
    fn unfinished(&self) -> Option<NamedTempFile> {
        tempfile::Builder::new().suffix(&format!(".{UNFINISHED}")).tempfile_in(&self.folder).ok()
    }

    /// No long entry is opened any more: one was damaged.
    pub fn distrust(&self) {
        self.distrusted.store(true, Ordering::Relaxed);
    }

    pub fn is_distrusted(&self) -> bool {
        self.distrusted.load(Ordering::Relaxed)
    }

    /// Keeps something by the key, if that can be done.
    pub fn write(&self, key: &Key, content: &[u8]) {
        let _ = self.try_write(key, content);
    }

    fn try_write(&self, key: &Key, content: &[u8]) -> Option<()> {
        // As much as the form of an entry can tell.
        u32::try_from(content.len()).ok()?;
        place::make(&self.folder)?;
        let bytes = packed(content, key);
        let most = self.most()?;
        let size = bytes.len() as u64;
        if size > most || !place::may_write(size) {
            return None;
        }
        let mut file = self.unfinished()?;
        file.write_all(&bytes).ok()?;
        file.persist(self.folder.join(key.file())).ok()?;
        self.tidy(most, key);
        Some(())
    }

    /// Takes away what was used the longest time ago, as far as it is too much, and what runs that were ended have left.
    fn tidy(&self, most: u64, newest: &Key) {
        let mut entries = self.entries();
        let mut all: u64 = entries.iter().map(|entry| entry.bytes).sum();
        entries.sort_by_key(|entry| entry.used);
        let newest = self.folder.join(newest.file());
        for entry in entries.iter().filter(|entry| entry.path != newest) {
            if all <= most {
                break;
            }
            if fs::remove_file(&entry.path).is_ok() {
                all -= entry.bytes;
            }
        }
        for left in self.files(UNFINISHED) {
            let age = SystemTime::now().duration_since(left.used);
            if age.is_ok_and(|age| age > FORGOTTEN) {
                let _ = fs::remove_file(&left.path);
            }
        }
    }

    fn entries(&self) -> Vec<Entry> {
        self.files(ENDING)
    }

    fn files(&self, ending: &str) -> Vec<Entry> {
        let Ok(folder) = fs::read_dir(&self.folder) else { return Vec::new() };
        let entry = |path: PathBuf| {
            let file = fs::symlink_metadata(&path).ok().filter(Metadata::is_file)?;
            Some(Entry { bytes: file.len(), used: file.modified().ok()?, path })
        };
        let has_ending = |path: &PathBuf| path.extension().is_some_and(|other| other == ending);
        folder.flatten().map(|found| found.path()).filter(has_ending).filter_map(entry).collect()
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

struct Entry {
    path: PathBuf,
    bytes: u64,
    used: SystemTime,
}

/// Key and checksum, then what is kept.
fn packed(content: &[u8], key: &Key) -> Vec<u8> {
    let packed = lz4_flex::block::compress_prepend_size(content);
    let mut bytes = Vec::with_capacity(BEGIN.len() + key.0.len() + 16 + packed.len());
    bytes.extend(BEGIN);
    bytes.extend(key.0);
    bytes.extend(XxHash3_128::oneshot(&packed).to_le_bytes());
    bytes.extend(packed);
    bytes
}

fn unpacked(bytes: &[u8], key: &Key) -> Option<Vec<u8>> {
    let rest = bytes.strip_prefix(BEGIN)?.strip_prefix(&key.0)?;
    let (sum, packed) = rest.split_first_chunk::<16>()?;
    if XxHash3_128::oneshot(packed).to_le_bytes() != *sum {
        return None;
    }
    lz4_flex::block::decompress_size_prepended(packed).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache() -> (tempfile::TempDir, Cache) {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::in_folder(folder.path().join("of/merit"));
        (folder, cache)
    }

    fn key(name: &str) -> Key {
        Key::of("test", name.as_bytes())
    }

    #[test]
    fn what_is_kept_is_there_again() {
        let (_folder, cache) = cache();
        assert_eq!(cache.read(&key("a")), None);
        cache.write(&key("a"), b"one");
        cache.write(&key("b"), b"");
        cache.write(&key("a"), b"two");
        assert_eq!(cache.read(&key("a")).as_deref(), Some(&b"two"[..]));
        assert_eq!(cache.read(&key("b")).as_deref(), Some(&b""[..]));
        assert_eq!(cache.files(UNFINISHED).len(), 0);
        assert_ne!(Key::of("ab", b"c"), Key::of("a", b"bc"));
    }

    #[test]
    fn damaged_and_cut_entries_are_none() {
        let (_folder, cache) = cache();
        let content: Vec<u8> = (0..200u8).cycle().take(3000).map(|byte| byte.wrapping_mul(7)).collect();
        cache.write(&key("a"), &content);
        let path = cache.folder.join(key("a").file());
        let bytes = fs::read(&path).unwrap();
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1 << (at % 8);
            assert_eq!(unpacked(&damaged, &key("a")), None, "byte {at}");
            assert_eq!(unpacked(&bytes[..at], &key("a")), None, "{at} bytes");
        }
        // One of another key under this one's name.
        fs::write(&path, packed(&content, &key("b"))).unwrap();
        assert_eq!(cache.read(&key("a")), None);
        fs::write(&path, &bytes).unwrap();
        assert!(cache.read(&key("a")).is_some());
    }

    #[test]
    fn what_was_used_longest_ago_goes_first() {
        let (_folder, cache) = cache();
        let content: Vec<u8> = (0..1000u32).flat_map(|at| at.wrapping_mul(0x9e37_79b9).to_le_bytes()).collect();
        let cache = cache.at_most(3 * content.len() as u64 + 1000);
        let long_ago = |name: &str, seconds: u64| {
            let file = File::options().append(true).open(cache.folder.join(key(name).file())).unwrap();
            file.set_modified(SystemTime::now() - Duration::from_secs(seconds)).unwrap();
        };
        for (at, name) in ["a", "b", "c"].into_iter().enumerate() {
            cache.write(&key(name), &content);
            long_ago(name, 300 - at as u64);
        }
        assert!(cache.read(&key("a")).is_some());
        cache.write(&key("d"), &content);
        let there = ["a", "b", "c", "d"].map(|name| cache.read(&key(name)).is_some());
        assert_eq!(there, [true, false, true, true]);
        cache.clone().at_most(10).write(&key("e"), &content);
        assert!(cache.read(&key("e")).is_none() && cache.read(&key("d")).is_some());
    }

    #[test]
    fn what_ended_runs_have_left_goes() {
        let (_folder, cache) = cache();
        cache.write(&key("a"), b"one");
        let left = cache.folder.join(format!("x.{UNFINISHED}"));
        let (other, new) = (cache.folder.join("other.txt"), cache.folder.join(format!("y.{UNFINISHED}")));
        for path in [&left, &other, &new] {
            fs::write(path, "x").unwrap();
        }
        for path in [&left, &other] {
            let file = File::options().append(true).open(path).unwrap();
            file.set_modified(SystemTime::now() - 2 * FORGOTTEN).unwrap();
        }
        cache.write(&key("b"), b"one");
        assert_eq!([&left, &other, &new].map(|path| path.exists()), [false, true, true]);
    }

    #[test]
    fn a_folder_that_cannot_be_used_keeps_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "x").unwrap();
        for place in [file.clone(), file.join("below"), PathBuf::from("/proc/no")] {
            let cache = Cache::in_folder(place);
            cache.write(&key("a"), b"one");
            assert_eq!(cache.read(&key("a")), None);
        }
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_it_or_put_something_there() {
        use std::os::unix::fs::{MetadataExt, PermissionsExt};
        let (_folder, cache) = cache();
        cache.write(&key("a"), b"one");
        let path = cache.folder.join(key("a").file());
        let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o777;
        assert_eq!((mode(&path), mode(&cache.folder)), (0o600, 0o700));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o620)).unwrap();
        assert_eq!(cache.read(&key("a")), None);
    }
}

//! Whether files are as they were when they were read.
//!
//! Mostly their size, their times and their place tell it: who writes into a file changes its time. A time that has only
//! just begun, or lies ahead, tells nothing: the file may be written once more within it. Such files are told by their
//! content, as far as they are small.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};

use crate::cache::bytes::kept_struct;

/// The coarsest times of file systems are of two seconds.
pub const WINDOW: Duration = Duration::from_secs(2);
/// Files that are told by their content may have so many bytes in all: 16 MB. It is read more than once.
const CONTENT: u64 = 16 << 20;

/// What a system says of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Look {
    bytes: u64,
    /// Nanoseconds since 1970: of what it holds, and of what is said of it, which no program can set back.
    modified: i128,
    changed: i128,
    /// The file system and the place in it, as far as these are told.
    device: u64,
    node: u64,
}

kept_struct! { Look { bytes, modified, changed, device, node } }

/// A file as it was when it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    look: Look,
    /// Of what it held, where its look does not tell.
    content: Option<[u8; 32]>,
}

kept_struct! { Seen { look, content } }

impl Look {
    fn of(path: &Path) -> io::Result<Look> {
        // A pipe would keep whoever opens it waiting.
        if !fs::metadata(path)?.is_file() {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        // What a server in the network says of a file is fresh once it is opened.
        let file = File::open(path)?.metadata()?;
        let modified = nanoseconds(file.modified()?);
        let (changed, device, node) = place(&file);
        Ok(Look { bytes: file.len(), modified, changed, device, node })
    }

    /// Whether a later change must show in it.
    fn tells(&self, now: i128) -> bool {
        self.modified.max(self.changed) + WINDOW.as_nanos() as i128 <= now
    }
}

#[cfg(unix)]
fn place(file: &Metadata) -> (i128, u64, u64) {
    use std::os::unix::fs::MetadataExt;
    (i128::from(file.ctime()) * 1_000_000_000 + i128::from(file.ctime_nsec()), file.dev(), file.ino())
}

#[cfg(not(unix))]
fn place(file: &Metadata) -> (i128, u64, u64) {
    (file.created().map_or(0, nanoseconds), 0, 0)
}

fn nanoseconds(time: SystemTime) -> i128 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => since.as_nanos() as i128,
        Err(before) => -(before.duration().as_nanos() as i128),
    }
}

/// How many bytes files have in all; none of those that are not there.
pub fn bytes(paths: &[PathBuf]) -> u64 {
    paths.iter().filter_map(|path| fs::metadata(path).ok()).map(|file| file.len()).sum()
}

/// Looks at files before they are read. `None` where it could not be told later whether they are the same.
pub fn look(paths: &[PathBuf]) -> Option<Vec<Seen>> {
    let now = nanoseconds(SystemTime::now());
    let looks: Vec<Look> = paths.iter().map(|path| Look::of(path)).collect::<io::Result<_>>().ok()?;
    let doubtful = || looks.iter().filter(|look| !look.tells(now));
    if doubtful().map(|look| look.bytes).sum::<u64>() > CONTENT {
        return None;
    }
    let seen = |(look, path): (&Look, &PathBuf)| {
        let content = if look.tells(now) { None } else { Some(content(path).ok()?) };
        Some(Seen { look: look.clone(), content })
    };
    looks.iter().zip(paths).map(seen).collect()
}

/// Whether files are what they were. What is told by its content is looked at anew: the next time its look may do.
pub fn are_same(paths: &[PathBuf], seen: &[Seen]) -> Option<Vec<Seen>> {
    if paths.len() != seen.len() {
        return None;
    }
    let now = nanoseconds(SystemTime::now());
    let same = |(path, seen): (&PathBuf, &Seen)| {
        let look = Look::of(path).ok()?;
        if look == seen.look && seen.content.is_none() {
            return Some(seen.clone());
        }
        let known = seen.content.filter(|_| look.bytes == seen.look.bytes && look.bytes <= CONTENT)?;
        let tells = look.tells(now);
        (content(path).ok()? == known).then_some(Seen { look, content: if tells { None } else { Some(known) } })
    };
    paths.iter().zip(seen).map(same).collect()
}

/// Whether files have stayed what they were while they were read.
pub fn stayed(paths: &[PathBuf], before: &[Seen]) -> bool {
    let stayed = |(path, before): (&PathBuf, &Seen)| {
        Look::of(path).is_ok_and(|look| look == before.look)
            && before.content.is_none_or(|known| content(path).is_ok_and(|now| now == known))
    };
    paths.len() == before.len() && paths.iter().zip(before).all(stayed)
}

fn content(path: &Path) -> io::Result<[u8; 32]> {
    let (mut file, mut digest, mut block) = (File::open(path)?, Sha256::new(), vec![0; 1 << 17]);
    loop {
        match file.read(&mut block)? {
            0 => return Ok(digest.finalize().into()),
            read => digest.update(&block[..read]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> (tempfile::TempDir, Vec<PathBuf>) {
        let folder = tempfile::tempdir().unwrap();
        let write = |(name, text): &(&str, &str)| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            path
        };
        let paths = files.iter().map(write).collect();
        (folder, paths)
    }

    /// As if all times of the file lay so many seconds back: no program can set back when it was changed.
    fn aged(seen: &[Seen], seconds: i128) -> Vec<bool> {
        let now = nanoseconds(SystemTime::now()) + seconds * 1_000_000_000;
        seen.iter().map(|seen| seen.look.tells(now)).collect()
    }

    #[test]
    fn a_fresh_file_is_told_by_its_content() {
        let (_folder, paths) = folder(&[("a", "1,2"), ("b", "3,4")]);
        let seen = look(&paths).unwrap();
        assert!(seen.iter().all(|seen| seen.content.is_some()));
        assert_eq!((aged(&seen, 1), aged(&seen, 3)), (vec![false; 2], vec![true; 2]));
        assert!(are_same(&paths, &seen).is_some());
        // The same size, within the same moment.
        fs::write(&paths[1], "3,5").unwrap();
        assert!(are_same(&paths, &seen).is_none());
        fs::write(&paths[1], "3,4").unwrap();
        assert!(are_same(&paths, &seen).is_some());
    }

    #[test]
    fn a_time_ahead_tells_nothing() {
        let (_folder, paths) = folder(&[("a", "1,2")]);
        let ahead = SystemTime::now() + Duration::from_secs(3600);
        File::options().append(true).open(&paths[0]).unwrap().set_modified(ahead).unwrap();
        let seen = look(&paths).unwrap();
        assert_eq!(aged(&seen, 60), [false]);
        assert_eq!(aged(&seen, 4000), [true]);
    }

    #[test]
    fn what_is_old_is_told_by_its_look() {
        let (_folder, paths) = folder(&[("a", "1,2")]);
        std::thread::sleep(WINDOW + Duration::from_millis(50));
        let fresh = look(&paths).unwrap();
        assert_eq!(fresh[0].content, None);
        assert_eq!(are_same(&paths, &fresh), Some(fresh.clone()));
        // The same size, and the time set back.
        let before = fs::metadata(&paths[0]).unwrap().modified().unwrap();
        fs::write(&paths[0], "9,9").unwrap();
        File::options().append(true).open(&paths[0]).unwrap().set_modified(before).unwrap();
        if cfg!(unix) {
            assert_eq!(are_same(&paths, &fresh), None);
        }
        fs::write(&paths[0], "9,99").unwrap();
        assert_eq!(are_same(&paths, &fresh), None);
        fs::remove_file(&paths[0]).unwrap();
        assert_eq!(are_same(&paths, &fresh), None);
    }

    #[test]
    fn what_was_told_by_its_content_is_told_by_its_look_later() {
        let (_folder, paths) = folder(&[("a", "1,2")]);
        let seen = look(&paths).unwrap();
        std::thread::sleep(WINDOW + Duration::from_millis(50));
        let later = are_same(&paths, &seen).unwrap();
        assert_eq!(later[0].content, None);
        assert_eq!(are_same(&paths, &later), Some(later.clone()));
    }

    #[test]
    fn many_fresh_bytes_are_not_looked_into() {
        let (_folder, paths) = folder(&[("a", &"x".repeat(CONTENT as usize)), ("b", "1")]);
        assert!(look(&paths[..1]).is_some());
        assert!(look(&paths).is_none());
    }
}

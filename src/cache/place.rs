//! Where the cache is, how much may be in it, and whose it is.

use std::fs::{self, Metadata};
use std::path::Path;

use etcetera::BaseStrategy;

use super::Cache;

/// Of all files together at most.
const MOST: u64 = 2_000_000_000;
/// One part of so many of the room there is.
const PART_OF_ROOM: u64 = 10;
/// What is read and added up in a tenth of a second needs no cache: 8 MB.
const WORTH: u64 = 8 << 20;

/// In the user's own folder for such files, as far as there is one.
pub fn of_user() -> Option<Cache> {
    let folder = etcetera::choose_base_strategy().ok()?.cache_dir().join("merit");
    folder.is_absolute().then(|| Cache { worth: WORTH, ..Cache::in_folder(folder) })
}

/// What tells programs that save folders to leave this one out.
const TAG: (&str, &str) = (
    "CACHEDIR.TAG",
    "Signature: 8a477f597d28d172789f06886806bc55\n# What merit has worked out of specs and data. It can be deleted at any time.\n",
);

/// Makes the folder, which nobody else may look into.
pub fn make(folder: &Path) -> Option<()> {
    if folder.is_dir() {
        return Some(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).ok()?;
    if may_write(TAG.1.len() as u64) {
        let _ = fs::write(folder.join(TAG.0), TAG.1);
    }
    Some(())
}

/// How much may be kept in a folder in which so much is kept by now.
pub fn room(folder: &Path, kept: u64) -> Option<u64> {
    #[cfg(unix)]
    {
        let system = rustix::fs::statvfs(folder).ok()?;
        let free = system.f_bavail.saturating_mul(system.f_frsize);
        Some(MOST.min(free.saturating_add(kept) / PART_OF_ROOM))
    }
    #[cfg(not(unix))]
    {
        let _ = (folder, kept, PART_OF_ROOM);
        Some(MOST)
    }
}

/// Whether nobody but the user can have written a file.
pub fn is_own(file: &Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        file.is_file() && file.uid() == rustix::process::geteuid().as_raw() && file.mode() & 0o022 == 0
    }
    #[cfg(not(unix))]
    {
        file.is_file()
    }
}

/// Whether the process may write a file of that size: one that goes beyond its limit is ended.
pub fn may_write(bytes: u64) -> bool {
    #[cfg(unix)]
    {
        let limit = rustix::process::getrlimit(rustix::process::Resource::Fsize);
        limit.current.is_none_or(|most| bytes <= most)
    }
    #[cfg(not(unix))]
    {
        let _ = bytes;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_part_of_the_room_is_taken() {
        let folder = std::env::temp_dir();
        let most = room(&folder, 0);
        assert!(most.is_some_and(|most| most <= MOST), "{most:?}");
        assert!(room(Path::new("/no/such/folder"), 0).is_none() || cfg!(not(unix)));
        assert!(may_write(1000));
    }
}

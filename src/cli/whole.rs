//! Files that are written as a whole or not at all, however many programs write them and however they end.
//!
//! A file is written without a name where the system can do that, else by a name of its own in the same folder, and put
//! in its place when it is whole. Of the file that was there it keeps the mode, and a link to it stays a link.

use std::fs::{self, File, Metadata};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use tempfile::{Builder, TempPath};

/// Puts a file in its place when `write` has completed it. Pipes and devices are written to as they are.
pub(super) fn replace(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let path = behind_links(path)?;
    let before = fs::metadata(&path).ok();
    if before.as_ref().is_some_and(|there| !there.is_file()) {
        return fill(File::options().write(true).open(&path)?, false, write).map(drop);
    }
    if before.as_ref().is_some_and(|there| there.permissions().readonly()) {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it is protected against writing"));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    #[cfg(target_os = "linux")]
    if let Some(file) = nameless::open(folder) {
        keep_mode(&file, before.as_ref())?;
        let file = fill(file, true, write)?;
        return nameless::put(&file, &path, before.is_some());
    }
    let (file, place) = named(folder, &path)?;
    let written = keep_mode(&file, before.as_ref())
        .and_then(|()| fill(file, true, write))
        .and_then(|_| place.persist(&path).map_err(|error| error.error));
    *watch::partial() = None;
    written
}

/// A new file in the folder, with a name of its own; a signal takes it away.
fn named(folder: &Path, path: &Path) -> io::Result<(File, TempPath)> {
    watch::begin();
    let mut partial = watch::partial();
    let mut builder = Builder::new();
    let prefix = format!(".{}.", path.file_name().unwrap_or_default().to_string_lossy());
    builder.prefix(&prefix).suffix(".partial");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let (file, place) = builder.tempfile_in(folder)?.into_parts();
    *partial = Some(place.to_path_buf());
    Ok((file, place))
}

/// Where a link leads in the end, also to what is not there yet.
fn behind_links(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_path_buf();
    for _ in 0..40 {
        match fs::read_link(&path) {
            Ok(to) => path = path.parent().unwrap_or(Path::new("")).join(to),
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::other("its links lead round in a circle"))
}

fn keep_mode(file: &File, before: Option<&Metadata>) -> io::Result<()> {
    before.map_or(Ok(()), |before| file.set_permissions(before.permissions()))
}

fn fill(file: File, lasting: bool, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<File> {
    let mut out = BufWriter::new(file);
    write(&mut out)?;
    let file = out.into_inner().map_err(|error| error.into_error())?;
    // What takes the place of another must be there when that is gone.
    if lasting {
        file.sync_all()?;
    }
    Ok(file)
}

/// Files without a name: whatever ends the program, nothing of them is left.
#[cfg(target_os = "linux")]
mod nameless {
    use std::os::fd::AsRawFd;

    use rustix::fs::{AtFlags, CWD, Mode, OFlags, linkat};

    use super::*;

    /// `None` where the folder's system has none.
    pub fn open(folder: &Path) -> Option<File> {
        let file =
            rustix::fs::open(folder, OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC, Mode::from(0o666)).ok()?;
        let file = File::from(file);
        // Without `/proc` it could be given no name.
        fs::metadata(place(&file)).is_ok().then_some(file)
    }

    fn place(file: &File) -> PathBuf {
        PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()))
    }

    fn name(file: &File, path: &Path) -> io::Result<()> {
        Ok(linkat(CWD, place(file), CWD, path, AtFlags::SYMLINK_FOLLOW)?)
    }

    /// Gives the file a name: its own at once where nobody has it, else by way of another.
    pub fn put(file: &File, path: &Path, replaces: bool) -> io::Result<()> {
        if !replaces {
            match name(file, path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                done => return done,
            }
        }
        let mut partial = watch::partial();
        for attempt in 0..1000u32 {
            let moment = std::time::UNIX_EPOCH.elapsed().map_or(0, |since| since.subsec_nanos());
            let own = path.file_name().unwrap_or_default().to_string_lossy();
            let between = path.with_file_name(format!(".{own}.{}-{moment}-{attempt}.partial", std::process::id()));
            match name(file, &between) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(error),
                Ok(()) => {}
            }
            *partial = Some(between.clone());
            let put = fs::rename(&between, path);
            if put.is_err() {
                let _ = fs::remove_file(&between);
            }
            *partial = None;
            return put;
        }
        Err(io::Error::new(io::ErrorKind::AlreadyExists, "no name is free beside it"))
    }
}

/// Signals that end the program, which then leaves nothing half written behind.
mod watch {
    use std::sync::{MutexGuard, Once, PoisonError};

    use super::*;

    static PARTIAL: Mutex<Option<PathBuf>> = Mutex::new(None);

    /// The file that is being written by a name of its own.
    pub fn partial() -> MutexGuard<'static, Option<PathBuf>> {
        PARTIAL.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(unix)]
    pub fn begin() {
        use signal_hook::consts::{SIGINT, SIGTERM};

        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGINT, SIGTERM]) else { return };
            std::thread::spawn(move || {
                for signal in signals.forever() {
                    // Held until the end: no other file gets a name now.
                    let partial = partial();
                    if let Some(partial) = &*partial {
                        let _ = fs::remove_file(partial);
                    }
                    let _ = signal_hook::low_level::emulate_default_handler(signal);
                }
            });
        });
    }

    #[cfg(not(unix))]
    pub fn begin() {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_fails_leaves_the_one_before_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        fs::write(&path, "before").unwrap();
        let failed = replace(&path, |out| {
            out.write_all(b"half")?;
            Err(io::Error::other("no"))
        });
        assert!(failed.is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "before");
        replace(&path, |out| out.write_all(b"after")).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "after");
        replace(&folder.path().join("b.txt"), |out| out.write_all(b"new")).unwrap();
        let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names.len(), 2, "{names:?}");
    }

    #[cfg(unix)]
    #[test]
    fn mode_and_links_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (path, link, loose) = (folder.path().join("a"), folder.path().join("l"), folder.path().join("loose"));
        fs::write(&path, "before").unwrap();
        fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
        symlink("a", &link).unwrap();
        symlink("new", &loose).unwrap();
        for place in [&link, &loose] {
            replace(place, |out| out.write_all(b"after")).unwrap();
            assert!(place.is_symlink());
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), "after");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_to_string(folder.path().join("new")).unwrap(), "after");
        fs::set_permissions(&path, PermissionsExt::from_mode(0o400)).unwrap();
        assert_eq!(replace(&path, |_| Ok(())).unwrap_err().kind(), io::ErrorKind::PermissionDenied);
    }
}

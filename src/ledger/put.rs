//! Adding to the chain, so that whatever ends the program leaves the old chain or the new one.
//!
//! First everything that the closing speaks of has its place: data that is kept, and the signature. Then the closing gets
//! its name, which makes it one of the chain; then the list is written, which only tells it once more.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use super::chain::{Chain, LIST, Link};
use crate::provenance::hex;

/// The folder of data files that are kept, within that of closings; each is called by its SHA-256.
pub const KEPT: &str = "files";

/// What is not whole yet is called so.
fn partial(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.partial"))
}

/// Opens it anew: what a program that was stopped has left may be another name of what it put in its place.
fn open_partial(between: &Path) -> io::Result<File> {
    match fs::remove_file(between) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => File::options().write(true).create_new(true).open(between),
    }
}

/// A folder in which nobody else adds a closing, for as long as this is there. The system ends it with the program.
pub struct Lock(#[expect(dead_code, reason = "it is closed when the lock ends")] File);

/// Longer than somebody's closing takes once it has been evaluated.
const PATIENCE: Duration = Duration::from_secs(2);

impl Lock {
    /// `None` where somebody else has it.
    pub fn of(folder: &Path) -> io::Result<Option<Lock>> {
        fs::create_dir_all(folder)?;
        let begun = Instant::now();
        loop {
            if let Some(file) = locked(&folder.join(".lock"))? {
                return Ok(Some(Lock(file)));
            }
            if begun.elapsed() > PATIENCE {
                return Ok(None);
            }
            sleep(Duration::from_millis(20));
        }
    }
}

#[cfg(unix)]
fn locked(path: &Path) -> io::Result<Option<File>> {
    use rustix::fs::{FlockOperation, flock};

    let file = File::options().create(true).truncate(false).write(true).open(path)?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Some(file)),
        Err(error) if error == rustix::io::Errno::WOULDBLOCK => Ok(None),
        Err(error) => Err(error.into()),
    }
}

#[cfg(windows)]
fn locked(path: &Path) -> io::Result<Option<File>> {
    use std::os::windows::fs::OpenOptionsExt;

    const SHARING_VIOLATION: i32 = 32;
    match File::options().create(true).truncate(false).write(true).share_mode(0).open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.raw_os_error() == Some(SHARING_VIOLATION) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A closing that is written, and has no name yet.
pub struct Written {
    place: PathBuf,
    pub sha256: String,
}

impl Written {
    /// Writes it where it does not count yet.
    pub fn new(chain: &Chain, file: &str, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<Written> {
        let place = partial(&chain.folder.join(file));
        let mut hashed =
            Hashed { out: BufWriter::with_capacity(1 << 16, open_partial(&place)?), digest: Sha256::new() };
        write(&mut hashed)?;
        hashed.out.flush()?;
        hashed.out.get_ref().sync_all()?;
        Ok(Written { place, sha256: hex(hashed.digest) })
    }

    /// Where it is until then.
    pub fn place(&self) -> &Path {
        &self.place
    }

    /// Takes it away again.
    pub fn forget(self) {
        let _ = fs::remove_file(self.place);
    }

    /// Makes it the last of the chain, with a signature, if there is one.
    pub fn add(self, chain: &mut Chain, link: Link, signature: Option<&[u8]>) -> io::Result<()> {
        let place = chain.place(&link);
        if let Some(signature) = signature {
            put(&signature_of(&place), signature)?;
        }
        // Never in the place of another.
        fs::hard_link(&self.place, &place).or_else(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => Err(error),
            // Where there are no second names.
            _ if place.exists() => Err(io::ErrorKind::AlreadyExists.into()),
            _ => fs::rename(&self.place, &place),
        })?;
        sync(&chain.folder)?;
        let _ = fs::remove_file(&self.place);
        chain.links.push(link);
        write_list(chain)
    }
}

/// The signature of a closing.
pub fn signature_of(closing: &Path) -> PathBuf {
    let name = closing.file_name().unwrap_or_default().to_string_lossy();
    closing.with_file_name(format!("{name}.sig"))
}

/// Writes the list of the chain as it is to be.
pub fn write_list(chain: &mut Chain) -> io::Result<()> {
    put(&chain.folder.join(LIST), chain.list().as_bytes())?;
    chain.listed = chain.links.len();
    Ok(())
}

/// Puts a file in its place, as a whole or not at all.
pub fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let between = partial(path);
    let mut file = open_partial(&between)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&between, path)?;
    sync(path.parent().unwrap_or(Path::new(".")))
}

/// What a folder holds is there when the system has gone.
fn sync(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Where a data file of that hash is kept, if it is.
pub fn kept(folder: &Path, sha256: &str) -> PathBuf {
    folder.join(KEPT).join(sha256)
}

/// Keeps a copy of a data file; refused where it is not the one with that hash any more.
pub fn keep(folder: &Path, file: &Path, sha256: &str) -> io::Result<()> {
    let place = kept(folder, sha256);
    if place.is_file() {
        return Ok(());
    }
    fs::create_dir_all(folder.join(KEPT))?;
    let between = partial(&place);
    let (mut from, mut to) = (File::open(file)?, open_partial(&between)?);
    let (mut digest, mut block) = (Sha256::new(), vec![0; 1 << 18]);
    loop {
        let read = from.read(&mut block)?;
        if read == 0 {
            break;
        }
        digest.update(&block[..read]);
        to.write_all(&block[..read])?;
    }
    if hex(digest) != sha256 {
        let _ = fs::remove_file(&between);
        return Err(io::Error::other("it has changed"));
    }
    to.sync_all()?;
    fs::rename(&between, &place)?;
    sync(&folder.join(KEPT))
}

struct Hashed<W> {
    out: W,
    digest: Sha256,
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.digest.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

//! Files as streams of bytes: as they are, or unpacked while they are read (`.gz`, `.zst`, a `.zip` of one table).

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use flate2::read::MultiGzDecoder;
use ruzstd::decoding::StreamingDecoder;
use zip::ZipArchive;
use zip::result::ZipError;

use crate::data::memory::shown_size;

/// The bytes of the table in a file, of which so many may be kept at once.
pub fn open(path: &Path, most: u64) -> io::Result<Box<dyn Read + Send>> {
    let file = File::open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is a pipe or a device, and no file"));
    }
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    Ok(match ending.as_str() {
        "gz" => Box::new(Unpacked(MultiGzDecoder::new(BufReader::new(file)))),
        "zst" | "zstd" => Box::new(Unpacked(StreamingDecoder::new(BufReader::new(file)).map_err(damaged)?)),
        "zip" => Box::new(Cursor::new(only_table(file, most)?)),
        _ => Box::new(file),
    })
}

/// All bytes of the table in a file.
pub fn whole(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    up_to(open(path, most)?, most)
}

fn up_to(input: impl Read, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > most {
        true => Err(io::Error::other(format!("its table is larger than {}", shown_size(most)))),
        false => Ok(bytes),
    }
}

/// How many bytes a file's table has, counted up to `most`; of what cannot be read, those of the file.
pub fn size(path: &Path, most: u64) -> u64 {
    let packed = std::fs::metadata(path).map_or(0, |meta| meta.len());
    if !is_packed(path) {
        return packed;
    }
    let counted = open(path, most).and_then(|input| io::copy(&mut input.take(most), &mut io::sink()));
    counted.map_or(packed, |counted| counted.max(packed))
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

/// Whether a file's table is larger than the file.
pub fn is_packed(path: &Path) -> bool {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    matches!(ending.as_str(), "gz" | "zst" | "zstd" | "zip")
}

/// Says of errors that they lie in the packing, and what helps.
struct Unpacked<R>(R);

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(damaged)
    }
}

fn damaged(error: impl std::fmt::Display) -> io::Error {
    io::Error::other(format!("it is damaged, or was not copied to its end ({error}); pack it again"))
}

/// The one table in a `.zip`, which is unpacked at once: so its check sum is known before the first row is used.
fn only_table(file: File, most: u64) -> io::Result<Vec<u8>> {
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(damaged)?;
    // Some systems put files of their own beside those that were packed.
    let is_own = |name: &str| {
        let last = name.rsplit('/').next().unwrap_or(name);
        name.ends_with('/') || name.starts_with("__MACOSX/") || last.starts_with('.')
    };
    let name =
        |at: usize| archive.name_for_index(at).and_then(Result::ok).map(|name| name.into_owned()).unwrap_or_default();
    let names: Vec<(usize, String)> =
        (0..archive.len()).map(|at| (at, name(at))).filter(|(_, name)| !is_own(name)).collect();
    let at = match names.as_slice() {
        [(at, _)] => *at,
        [] => return Err(io::Error::other("there is no file in it; pack the table again")),
        several => {
            let shown: Vec<String> = several.iter().take(10).map(|(_, name)| format!("`{name}`")).collect();
            return Err(io::Error::other(format!(
                "it holds {} files, and one is expected: {}; pack each by itself",
                several.len(),
                shown.join(", ")
            )));
        }
    };
    let entry = archive.by_index(at).map_err(|error| match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => {
            io::Error::other("it is locked with a password; pack it without one")
        }
        other => damaged(other),
    })?;
    up_to(Unpacked(entry), most)
}

//! Files as streams of bytes: as they are, or unpacked while they are read (`.gz`, `.zst`, a `.zip` of one table).

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use ruzstd::decoding::StreamingDecoder;
use zip::ZipArchive;
use zip::result::ZipError;

/// The bytes of the table in a file.
pub fn open(path: &Path) -> io::Result<Box<dyn Read + Send>> {
    let file = File::open(path)?;
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    Ok(match ending.as_str() {
        "gz" => Box::new(Unpacked(MultiGzDecoder::new(BufReader::new(file)))),
        "zst" | "zstd" => Box::new(Unpacked(StreamingDecoder::new(BufReader::new(file)).map_err(damaged)?)),
        "zip" => Box::new(Cursor::new(only_table(file)?)),
        _ => Box::new(file),
    })
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
fn only_table(file: File) -> io::Result<Vec<u8>> {
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
    let mut entry = archive.by_index(at).map_err(|error| match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => {
            io::Error::other("it is locked with a password; pack it without one")
        }
        other => damaged(other),
    })?;
    let mut bytes = Vec::new();
    entry.read_to_end(&mut bytes).map_err(damaged)?;
    Ok(bytes)
}

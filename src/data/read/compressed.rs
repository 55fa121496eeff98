//! Files as streams of bytes: as they are, or unpacked while they are read (`.gz`, `.zst`, a `.zip` of one table).

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use zip::ZipArchive;
use zip::result::ZipError;

use super::frames::Frames;
use super::kind::{self, FileKind};
use crate::data::errors::Refused;
use crate::data::memory::shown_size;

/// The bytes of the table in a file, of which so many may be kept at once. What is no text by its content is refused.
pub fn open(path: &Path, most: u64) -> io::Result<Box<dyn Read + Send>> {
    let mut file = File::open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is a pipe or a device, and no file"));
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    let packing = match ending.as_str() {
        "gz" => FileKind::Gzip,
        "zst" | "zstd" => FileKind::Zstd,
        "zip" => FileKind::Zip,
        _ => FileKind::Text,
    };
    let found = kind::of(&mut BufReader::new(&mut file))?;
    file.seek(SeekFrom::Start(0))?;
    match found {
        _ if found == packing => {}
        FileKind::Empty if packing == FileKind::Text => {}
        FileKind::Empty => return Err(refused("it is empty, and was not packed".into(), found, &name)),
        // A file that ends within its first bytes tells nothing of itself.
        FileKind::Binary if packing != FileKind::Text => {}
        FileKind::Text if packing != FileKind::Text => {
            let reason = format!("by its content it is text, and not {}", packing.words());
            let help = format!("rename it to `{}`, and name it so in the spec", unpacked_name(&name));
            return Err(io::Error::other(Refused { reason, help }));
        }
        _ => return Err(refused(format!("by its content it is {}", found.words()), found, &name)),
    }
    let file = BufReader::new(file);
    let unpacked: Box<dyn Read + Send> = match packing {
        FileKind::Gzip => Box::new(Unpacked(MultiGzDecoder::new(file))),
        FileKind::Zstd => Box::new(Unpacked(Frames::new(file))),
        FileKind::Zip => return Ok(Box::new(Cursor::new(only_table(file, most)?))),
        _ => return Ok(Box::new(file.into_inner())),
    };
    only_text(unpacked, &name)
}

/// Looks at what was packed before it is read.
fn only_text(mut unpacked: Box<dyn Read + Send>, name: &str) -> io::Result<Box<dyn Read + Send>> {
    let mut head = Vec::new();
    (&mut unpacked).take(kind::HEAD).read_to_end(&mut head)?;
    match kind::of_bytes(&head) {
        FileKind::Text | FileKind::Empty => Ok(Box::new(Cursor::new(head).chain(unpacked))),
        other => Err(packed_other(other, unpacked_name(name).as_str())),
    }
}

/// Of a packed file with the name that what is in it has, or should have.
fn packed_other(kind: FileKind, name: &str) -> io::Error {
    let reason = format!("what is packed in it is {}", kind.words());
    let help = match kind.ending() {
        Some(ending) => {
            let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
            format!("unpack it to `{stem}.{ending}`, and name it so in the spec")
        }
        None => kind.mend(name),
    };
    io::Error::other(Refused { reason, help })
}

/// `sales.csv.gz` without the last ending, and with one at all.
fn unpacked_name(name: &str) -> String {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    if stem.contains('.') { stem.into() } else { format!("{stem}.csv") }
}

fn refused(reason: String, kind: FileKind, name: &str) -> io::Error {
    io::Error::other(Refused { reason, help: kind.mend(name) })
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
    let reason = format!("it is damaged, or was not copied to its end ({error})");
    io::Error::other(Refused { reason, help: "pack it again, or export it again".into() })
}

/// The one table in a `.zip`, which is unpacked at once: so its check sum is known before the first row is used.
fn only_table(file: BufReader<File>, most: u64) -> io::Result<Vec<u8>> {
    let mut archive = ZipArchive::new(file).map_err(damaged)?;
    // Some systems put files of their own beside those that were packed.
    let is_own = |name: &str| {
        let last = name.rsplit('/').next().unwrap_or(name);
        name.ends_with('/') || name.starts_with("__MACOSX/") || last.starts_with('.')
    };
    let name =
        |at: usize| archive.name_for_index(at).and_then(Result::ok).map(|name| name.into_owned()).unwrap_or_default();
    let names: Vec<(usize, String)> =
        (0..archive.len()).map(|at| (at, name(at))).filter(|(_, name)| !is_own(name)).collect();
    let refused = |reason: String, help: &str| io::Error::other(Refused { reason, help: help.into() });
    let (at, name) = match names.as_slice() {
        [one] => one,
        [] => return Err(refused("there is no file in it".into(), "pack the table again")),
        several => {
            let shown: Vec<String> = several.iter().take(10).map(|(_, name)| format!("`{name}`")).collect();
            let reason = format!("it holds {} files, and one is expected: {}", several.len(), shown.join(", "));
            return Err(refused(reason, "pack each by itself"));
        }
    };
    let entry = archive.by_index(*at).map_err(|error| match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => {
            refused("it is locked with a password".into(), "pack it without one")
        }
        ZipError::UnsupportedArchive(_) => {
            refused("it is packed in a way that is not known here".into(), "pack it again in the usual way (Deflate)")
        }
        other => damaged(other),
    })?;
    let bytes = up_to(Unpacked(entry), most)?;
    match kind::of_bytes(&bytes) {
        FileKind::Text | FileKind::Empty => Ok(bytes),
        other => Err(packed_other(other, name)),
    }
}

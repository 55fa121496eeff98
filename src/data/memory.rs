//! How much of the data may be kept at once: what grows with the rows goes to temporary files, or the run is refused.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::diagnostic::Diagnostic;
use crate::plan::query::{Group, Query};

/// About how many bytes somebody in a post takes in rosters, whatever is asked: measured, and rounded up.
const POST: u64 = 300;

/// The same of each aggregate over the rows of the one evaluated, while it is computed, and of each cell of the roster.
const ANSWER: u64 = 30;

/// About how many bytes somebody in a post takes in rosters and answers.
pub fn of_post(query: &Query) -> u64 {
    let own = query.measures.iter().filter(|measure| matches!(measure.group, Group::Own { .. })).count();
    POST + ANSWER * (own + query.reads.len()) as u64
}

/// The bound of a run, and what has been kept under it.
pub struct Memory {
    most: u64,
    /// Bytes of lists that aggregates keep: all values of a median, all that a distinct count has met.
    lists: AtomicU64,
    refusal: Mutex<Option<Diagnostic>>,
}

impl Memory {
    pub fn new(most: Option<u64>) -> Memory {
        Memory { most: most.unwrap_or(u64::MAX), lists: AtomicU64::new(0), refusal: Mutex::new(None) }
    }

    pub fn most(&self) -> u64 {
        self.most
    }

    /// How many bytes of keys each of some threads may keep.
    pub fn for_keys(&self, threads: usize) -> usize {
        usize::try_from(self.most / 4).unwrap_or(usize::MAX) / threads.max(1)
    }

    /// How many bytes each of some lists may keep, beside others of the same kind.
    pub fn for_lists(&self, lists: usize) -> usize {
        usize::try_from(self.most / 4).unwrap_or(usize::MAX) / lists.max(1)
    }

    /// Notes that lists have grown; whether they still fit, also when windows and teams are put together.
    pub fn lists_fit(&self, more: u64) -> bool {
        self.lists.fetch_add(more, Ordering::Relaxed) + more <= self.most / 2
    }

    /// The run ends with this; the first one counts.
    pub fn refuse(&self, why: Diagnostic) {
        self.refusal.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).get_or_insert(why);
    }

    /// Why the run ends, if it does.
    pub fn refused(&self) -> Option<Diagnostic> {
        self.refusal.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    pub fn refusal(&self) -> Option<Diagnostic> {
        self.refusal.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take()
    }
}

/// What is written to a temporary file can be read from it by its place; the file goes when it is dropped.
pub struct Spill {
    file: Mutex<File>,
    end: u64,
}

impl Spill {
    pub fn new() -> io::Result<Spill> {
        Ok(Spill { file: Mutex::new(tempfile::tempfile()?), end: 0 })
    }

    /// Where the bytes stand.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<u64> {
        let file = self.file.get_mut().unwrap_or_else(|poisoned| poisoned.into_inner());
        file.seek(SeekFrom::Start(self.end))?;
        file.write_all(bytes)?;
        self.end += bytes.len() as u64;
        Ok(self.end - bytes.len() as u64)
    }

    pub fn read(&self, at: u64, bytes: &mut [u8]) -> io::Result<()> {
        let mut file = self.file.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(bytes)
    }
}

/// A size as people write it: `2GB`, `500 MB`, `1.5G`.
pub fn parse_size(text: &str) -> Result<u64, String> {
    let wrong = || format!("`{text}` is no size: write it like 2GB or 500MB");
    let text = text.trim();
    let digits = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit: u64 = match unit.trim().to_ascii_uppercase().as_str() {
        "MB" | "M" => 1_000_000,
        "GB" | "G" => 1_000_000_000,
        "TB" | "T" => 1_000_000_000_000,
        "MIB" => 1 << 20,
        "GIB" => 1 << 30,
        "TIB" => 1 << 40,
        _ => return Err(wrong()),
    };
    let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
    if part.len() > 6 {
        return Err(wrong());
    }
    let part: u64 = format!("{part:0<6}").parse().map_err(|_| wrong())?;
    let size = whole.parse::<u64>().ok().and_then(|whole| whole.checked_mul(unit)).ok_or_else(wrong)?;
    match size + unit / 1_000_000 * part {
        0 => Err(wrong()),
        size => Ok(size),
    }
}

/// `1.2 GB`, `500 MB`: rounded up, so that what is shown is enough.
pub fn shown_size(bytes: u64) -> String {
    let tenths = |unit: u64| match bytes.div_ceil(unit / 10) {
        whole if whole.is_multiple_of(10) => format!("{}", whole / 10),
        tenths => format!("{}.{}", tenths / 10, tenths % 10),
    };
    match bytes {
        0..10_000_000 => format!("{} MB", tenths(1_000_000)),
        10_000_000..999_000_001 => format!("{} MB", bytes.div_ceil(1_000_000)),
        _ => format!("{} GB", tenths(1_000_000_000)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_there_and_back() {
        for (text, bytes, shown) in [
            ("2GB", 2_000_000_000, "2 GB"),
            ("500 mb", 500_000_000, "500 MB"),
            ("1.25G", 1_250_000_000, "1.3 GB"),
            ("0.5MB", 500_000, "0.5 MB"),
            ("1GiB", 1 << 30, "1.1 GB"),
        ] {
            assert_eq!(parse_size(text).map(|size| (size, shown_size(size))), Ok((bytes, shown.to_string())), "{text}");
        }
        for text in ["2", "GB", "-1GB", "2 XB", "0MB", "1.2.3GB", "99999999999999TB", ""] {
            assert!(parse_size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let mut spill = Spill::new().unwrap();
        let places: Vec<u64> = [b"one".as_slice(), b"", b"three"].map(|bytes| spill.write(bytes).unwrap()).into();
        let mut bytes = [0; 5];
        spill.read(places[2], &mut bytes).unwrap();
        assert_eq!((&bytes, places[1]), (b"three", 3));
        assert!(spill.read(places[2], &mut [0; 6]).is_err());
    }
}

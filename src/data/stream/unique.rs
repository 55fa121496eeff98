//! Whether keys come twice, by 64 bits of each: equal keys have equal hashes, so nothing is overlooked; and where two
//! keys only have the same hash, the rows are read once more and told apart by their texts. What is too much for the
//! memory goes to a temporary file.

use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use hashbrown::HashSet;

use crate::data::columns::column::NONE;
use crate::data::memory::Spill;
use crate::data::rows::shape::Shape;
use crate::data::rows::table::Table;
use crate::parallel;

const PARTS: usize = 256;
const CHUNK: usize = 2048;
const SHORTEST_CHUNK: usize = 16;

/// The hashes of keys in parts, by their upper bits.
pub enum Hashes {
    /// A key is there once.
    Once(Parts<u64>),
    /// A key is there once on each day: with the first and last day of each row.
    EachDay(Parts<(u64, i32, i32)>),
}

/// What is kept of a key.
pub trait Entry: Copy {
    const SIZE: usize;
    fn write(self, bytes: &mut Vec<u8>);
    fn read(bytes: &[u8]) -> Option<Self>;
}

impl Entry for u64 {
    const SIZE: usize = 8;

    fn write(self, bytes: &mut Vec<u8>) {
        bytes.extend(self.to_le_bytes());
    }

    fn read(bytes: &[u8]) -> Option<u64> {
        bytes.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
    }
}

impl Entry for (u64, i32, i32) {
    const SIZE: usize = 16;

    fn write(self, bytes: &mut Vec<u8>) {
        bytes.extend(self.0.to_le_bytes());
        bytes.extend(self.1.to_le_bytes());
        bytes.extend(self.2.to_le_bytes());
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let day = |at: usize| bytes[at..].first_chunk().map(|bytes| i32::from_le_bytes(*bytes));
        Some((u64::read(bytes)?, day(8)?, day(12)?))
    }
}

/// Lists that grow without being moved.
pub struct Parts<T> {
    chunks: Vec<Vec<Vec<T>>>,
    /// Entries in a full chunk.
    chunk: usize,
    /// Bytes of full chunks that may be kept, and that are.
    most: usize,
    kept: usize,
    spilled: Vec<Spilled>,
    /// What went wrong with the temporary file.
    failed: Option<io::Error>,
}

/// Full chunks in a temporary file.
struct Spilled {
    file: Spill,
    /// By part.
    places: Vec<Vec<u64>>,
}

impl<T: Entry> Parts<T> {
    fn new(most: usize) -> Parts<T> {
        let chunks = (0..PARTS).map(|_| Vec::new()).collect();
        let chunk = (most / (2 * PARTS * T::SIZE)).clamp(SHORTEST_CHUNK, CHUNK);
        Parts { chunks, chunk, most, kept: 0, spilled: Vec::new(), failed: None }
    }

    fn push(&mut self, hash: u64, entry: T) {
        let at = (hash >> 56) as usize;
        match self.chunks[at].last_mut() {
            Some(chunk) if chunk.len() < self.chunk => chunk.push(entry),
            last => {
                let (full, bytes) = (last.is_some(), self.chunk * T::SIZE);
                if !full || self.kept + bytes <= self.most || !self.spill(at) {
                    self.kept += if full { bytes } else { 0 };
                    self.chunks[at].push(Vec::with_capacity(self.chunk));
                }
                if let Some(chunk) = self.chunks[at].last_mut() {
                    chunk.push(entry);
                }
            }
        }
    }

    /// Puts the last chunk of a part into the file and empties it.
    fn spill(&mut self, at: usize) -> bool {
        let mut bytes = Vec::with_capacity(self.chunk * T::SIZE);
        let Some(chunk) = self.chunks[at].last_mut() else { return false };
        chunk.iter().for_each(|entry| entry.write(&mut bytes));
        let mut written = || -> io::Result<()> {
            if self.spilled.is_empty() {
                self.spilled.push(Spilled { file: Spill::new()?, places: vec![Vec::new(); PARTS] });
            }
            let spilled = &mut self.spilled[0];
            spilled.places[at].push(spilled.file.write(&bytes)?);
            chunk.clear();
            Ok(())
        };
        written().map_err(|error| self.failed = Some(error)).is_ok()
    }

    fn take_in(&mut self, other: Parts<T>) {
        self.chunks.iter_mut().zip(other.chunks).for_each(|(part, other)| part.extend(other));
        self.spilled.extend(other.spilled);
        self.failed = self.failed.take().or(other.failed);
    }

    /// Shows all entries of a part.
    fn each(&self, part: usize, mut see: impl FnMut(T)) -> io::Result<()> {
        self.chunks[part].iter().flatten().for_each(|entry| see(*entry));
        let mut bytes = vec![0; if self.spilled.is_empty() { 0 } else { self.chunk * T::SIZE }];
        for spilled in &self.spilled {
            for place in &spilled.places[part] {
                spilled.file.read(*place, &mut bytes)?;
                bytes.chunks_exact(T::SIZE).filter_map(T::read).for_each(&mut see);
            }
        }
        Ok(())
    }
}

impl Hashes {
    /// `most` bytes of them may be kept in memory.
    pub fn new(each_day: bool, most: usize) -> Hashes {
        if each_day { Hashes::EachDay(Parts::new(most)) } else { Hashes::Once(Parts::new(most)) }
    }

    /// Adds the hashes of a block's keys; blank keys have none.
    pub fn add(&mut self, hashes: &[u64], table: &Table) {
        let Some(keys) = &table.keys else { return };
        let filled = hashes.iter().zip(&keys.of_row).enumerate().filter(|(_, (_, key))| **key != NONE);
        match (self, &table.shape) {
            (Hashes::Once(parts), _) => filled.for_each(|(_, (hash, _))| parts.push(*hash, *hash)),
            (Hashes::EachDay(parts), Shape::Valid { from, to }) => {
                filled.for_each(|(row, (hash, _))| parts.push(*hash, (*hash, from[row], to[row])));
            }
            (Hashes::EachDay(_), _) => {}
        }
    }

    pub fn take_in(&mut self, other: Hashes) {
        match (self, other) {
            (Hashes::Once(parts), Hashes::Once(other)) => parts.take_in(other),
            (Hashes::EachDay(parts), Hashes::EachDay(other)) => parts.take_in(other),
            _ => {}
        }
    }

    /// Whether no two keys can be the same, on one day where days matter.
    pub fn are_unique(&mut self, threads: usize) -> io::Result<bool> {
        let failed = match self {
            Hashes::Once(parts) => parts.failed.take(),
            Hashes::EachDay(parts) => parts.failed.take(),
        };
        if let Some(failed) = failed {
            return Err(failed);
        }
        let (twice, failed) = (AtomicBool::new(false), Mutex::new(None));
        let shares = threads.clamp(1, PARTS);
        let all = &*self;
        parallel::map(shares, |share| {
            let (mut once, mut sorted) = (Once::default(), Vec::new());
            for part in (share..PARTS).step_by(shares) {
                let unique = match all {
                    Hashes::Once(parts) => once.are_unique(parts, part),
                    Hashes::EachDay(parts) => each_day(parts, part, &mut sorted),
                };
                match unique {
                    Ok(true) => {}
                    Ok(false) => twice.store(true, Ordering::Relaxed),
                    Err(error) => {
                        twice.store(true, Ordering::Relaxed);
                        *failed.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(error);
                    }
                }
                if twice.load(Ordering::Relaxed) {
                    return;
                }
            }
        });
        match failed.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner()) {
            Some(error) => Err(error),
            None => Ok(!twice.into_inner()),
        }
    }
}

impl Hashes {
    /// Whether one of some keys is among these.
    pub fn hold_any(&self, keys: &HashSet<u64>) -> io::Result<bool> {
        let mut found = false;
        if !keys.is_empty() {
            for part in 0..PARTS {
                match self {
                    Hashes::Once(parts) => parts.each(part, |hash| found |= keys.contains(&hash))?,
                    Hashes::EachDay(parts) => parts.each(part, |(hash, ..)| found |= keys.contains(&hash))?,
                }
            }
        }
        Ok(found)
    }
}

/// A set of hashes that is used for one part after the other; 0 is an empty place.
#[derive(Default)]
struct Once {
    places: Vec<u64>,
}

impl Once {
    fn are_unique(&mut self, parts: &Parts<u64>, part: usize) -> io::Result<bool> {
        let mut count: usize = parts.chunks[part].iter().map(Vec::len).sum();
        count += parts.spilled.iter().map(|spilled| spilled.places[part].len() * parts.chunk).sum::<usize>();
        let size = (count * 2).next_power_of_two();
        self.places.clear();
        self.places.resize(size, 0);
        let (mut zeros, mut unique) = (0, true);
        parts.each(part, |hash| {
            if hash == 0 {
                zeros += 1;
                return;
            }
            let mut at = hash as usize & (size - 1);
            while self.places[at] != 0 {
                if self.places[at] == hash {
                    unique = false;
                    return;
                }
                at = (at + 1) & (size - 1);
            }
            self.places[at] = hash;
        })?;
        Ok(unique && zeros < 2)
    }
}

fn each_day(parts: &Parts<(u64, i32, i32)>, part: usize, sorted: &mut Vec<(u64, i32, i32)>) -> io::Result<bool> {
    sorted.clear();
    parts.each(part, |row| sorted.push(row))?;
    sorted.sort_unstable();
    Ok(sorted.chunk_by(|a, b| a.0 == b.0).all(|rows| rows.windows(2).all(|rows| rows[0].2 < rows[1].1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All in memory, and nearly all in files of two threads: the same.
    fn unique<T: Entry>(rows: &[T], hash: impl Fn(&T) -> u64, hashes: impl Fn(Parts<T>) -> Hashes) -> bool {
        let found = [usize::MAX, 0].map(|most| {
            let (mut one, mut other) = (Parts::new(most), Parts::new(most));
            for (at, row) in rows.iter().enumerate() {
                let part = if at % 2 == 0 { &mut one } else { &mut other };
                part.push(hash(row), *row);
            }
            if most == 0 && rows.len() > 9_000 {
                assert!(!one.spilled.is_empty() && one.chunks.iter().all(|chunks| chunks.len() < 2));
            }
            one.take_in(other);
            hashes(one).are_unique(3).unwrap()
        });
        assert_eq!(found[0], found[1]);
        found[0]
    }

    fn once(hashes: &[u64]) -> bool {
        unique(hashes, |hash| *hash, Hashes::Once)
    }

    #[test]
    fn a_key_that_comes_twice_is_found() {
        let spread = |at: u64| at.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut hashes: Vec<u64> = (0..9_000).map(spread).collect();
        // All in one part, at one place of its table.
        hashes.extend((1..5_000).map(|at| at << 40));
        assert!(once(&hashes));
        for twice in [0, spread(77), 3 << 40] {
            hashes.push(twice);
            assert!(!once(&hashes), "{twice}");
            hashes.pop();
        }
        assert!(once(&[]));
    }

    #[test]
    fn a_key_may_come_again_on_other_days() {
        let each_day = |rows: &[(u64, i32, i32)]| unique(rows, |row| row.0, Hashes::EachDay);
        assert!(each_day(&[(7, 30, i32::MAX), (7, 1, 29), (8, 1, 40)]));
        assert!(!each_day(&[(7, 30, i32::MAX), (8, 1, 40), (7, 1, 30)]));
        assert!(!each_day(&[(7, 1, 90), (7, 20, 30)]));
        let mut many: Vec<(u64, i32, i32)> = (0..20_000).map(|at| (at / 4, at as i32 % 4, at as i32 % 4)).collect();
        assert!(each_day(&many));
        many.push((4_000, 2, 7));
        assert!(!each_day(&many));
    }
}

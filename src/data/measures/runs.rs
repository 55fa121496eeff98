//! Entries that are too many for the memory: sorted in runs, which go to temporary files, and in the end read side by
//! side in order.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;
use std::sync::{Arc, OnceLock};

use crate::data::memory::Spill;

/// What is written at once.
const WRITTEN: usize = 1 << 16;
/// What is read at once of each run: as much as there is room for, within bounds.
const READ: (usize, usize) = (1 << 10, 1 << 16);
/// Where entries stand in memory is told in 32 bits.
const MOST_ROOM: usize = 1 << 30;

/// Entries of a cell and bytes, in the order of cells and then of bytes.
pub struct Runs {
    /// Bytes that may be in memory before they are written.
    room: usize,
    /// Whether equal entries count once.
    once: bool,
    /// Those not written yet: the cell of each, and where its bytes begin and end.
    entries: Vec<(u32, u32, u32)>,
    bytes: Vec<u8>,
    files: Vec<File>,
    failure: Failure,
}

/// What went wrong with a temporary file, once something has: then nothing that comes of the entries is of any use.
pub type Failure = Arc<OnceLock<String>>;

/// A temporary file, and where its runs begin and end.
struct File {
    spill: Spill,
    runs: Vec<(u64, u64)>,
}

impl Runs {
    pub fn new(room: usize, once: bool) -> Runs {
        let (entries, bytes, files) = (Vec::new(), Vec::new(), Vec::new());
        Runs { room: room.min(MOST_ROOM), once, entries, bytes, files, failure: Failure::default() }
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.files.is_empty()
    }

    pub fn failure(&self) -> Failure {
        self.failure.clone()
    }

    /// Bytes that are in memory.
    pub fn in_memory(&self) -> usize {
        self.bytes.len() + self.entries.len() * size_of::<(u32, u32, u32)>()
    }

    pub fn push(&mut self, cell: u32, bytes: &[u8]) {
        if self.in_memory() + bytes.len() > self.room {
            self.write();
        }
        let from = self.bytes.len() as u32;
        self.bytes.extend(bytes);
        self.entries.push((cell, from, self.bytes.len() as u32));
    }

    /// Puts the runs of another thread beside one's own.
    pub fn join(&mut self, other: &mut Runs) {
        other.write();
        self.files.append(&mut other.files);
        if let Some(failed) = other.failure.get() {
            self.fail(failed.clone());
        }
    }

    fn fail(&self, reason: String) {
        self.failure.get_or_init(|| reason);
    }

    /// Writes what is in memory as a run.
    pub fn write(&mut self) {
        if let Err(error) = self.try_write() {
            self.fail(error.to_string());
        }
        self.entries.clear();
        self.bytes.clear();
    }

    fn try_write(&mut self) -> io::Result<()> {
        if self.entries.is_empty() {
            return Ok(());
        }
        if self.files.is_empty() {
            self.files.push(File { spill: Spill::new()?, runs: Vec::new() });
        }
        let bytes = &self.bytes;
        let of = |entry: &(u32, u32, u32)| &bytes[entry.1 as usize..entry.2 as usize];
        self.entries.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| of(a).cmp(of(b))));
        if self.once {
            self.entries.dedup_by(|a, b| a.0 == b.0 && of(a) == of(b));
        }
        let file = &mut self.files[0];
        let (mut out, mut from, mut to) = (Vec::with_capacity(2 * WRITTEN), None, 0);
        let mut flush = |out: &mut Vec<u8>| -> io::Result<()> {
            let at = file.spill.write(out)?;
            from = from.or(Some(at));
            to = at + out.len() as u64;
            out.clear();
            Ok(())
        };
        for entry in &self.entries {
            out.extend(entry.0.to_le_bytes());
            out.extend((entry.2 - entry.1).to_le_bytes());
            out.extend(of(entry));
            if out.len() >= WRITTEN {
                flush(&mut out)?;
            }
        }
        flush(&mut out)?;
        file.runs.extend(from.map(|from| (from, to)));
        Ok(())
    }

    fn cursors(&self) -> Vec<Cursor<'_>> {
        let count: usize = self.files.iter().map(|file| file.runs.len()).sum();
        let most = (self.room / count.max(1)).clamp(READ.0, READ.1);
        let mut cursors = Vec::with_capacity(count);
        for File { spill, runs } in &self.files {
            let at = |(at, end): &(u64, u64)| Cursor { spill, at: *at, end: *end, most, buffer: Vec::new(), from: 0 };
            cursors.extend(runs.iter().map(at));
        }
        cursors
    }

    /// Shows all entries, in any order; with equal ones of several runs.
    pub fn each(&self, see: &mut dyn FnMut(u32, &[u8])) {
        for (cell, from, to) in &self.entries {
            see(*cell, &self.bytes[*from as usize..*to as usize]);
        }
        let mut bytes = Vec::new();
        for mut cursor in self.cursors() {
            loop {
                match cursor.next(&mut bytes) {
                    Ok(Some(cell)) => see(cell, &bytes),
                    Ok(None) => break,
                    Err(error) => return self.fail(error.to_string()),
                }
            }
        }
    }

    /// Shows all entries in order.
    pub fn in_order(&mut self, see: &mut dyn FnMut(u32, &[u8])) {
        self.write();
        if let Err(error) = self.merge(see) {
            self.fail(error.to_string());
        }
    }

    fn merge(&self, see: &mut dyn FnMut(u32, &[u8])) -> io::Result<()> {
        let mut cursors = self.cursors();
        let mut open = BinaryHeap::with_capacity(cursors.len());
        for (at, cursor) in cursors.iter_mut().enumerate() {
            let mut bytes = Vec::new();
            open.extend(cursor.next(&mut bytes)?.map(|cell| Reverse((cell, bytes, at))));
        }
        let mut last: Option<(u32, Vec<u8>)> = None;
        while let Some(Reverse((cell, mut bytes, at))) = open.pop() {
            let again = self.once && last.as_ref().is_some_and(|last| (last.0, &last.1) == (cell, &bytes));
            if !again {
                see(cell, &bytes);
            }
            if self.once {
                let kept = last.get_or_insert_default();
                kept.0 = cell;
                std::mem::swap(&mut kept.1, &mut bytes);
            }
            open.extend(cursors[at].next(&mut bytes)?.map(|cell| Reverse((cell, bytes, at))));
        }
        Ok(())
    }
}

/// A place in a run.
struct Cursor<'a> {
    spill: &'a Spill,
    /// What has not been read yet.
    at: u64,
    end: u64,
    /// How much is read at once, and what of it has not been seen yet.
    most: usize,
    buffer: Vec<u8>,
    from: usize,
}

impl Cursor<'_> {
    /// The next entry; none at the end of the run.
    fn next(&mut self, bytes: &mut Vec<u8>) -> io::Result<Option<u32>> {
        if self.from == self.buffer.len() && self.at == self.end {
            return Ok(None);
        }
        let mut number = || -> io::Result<u32> {
            let found = self.take(4)?;
            Ok(found.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte)))
        };
        let (cell, length) = (number()?, number()?);
        bytes.clear();
        bytes.extend(self.take(length as usize)?);
        Ok(Some(cell))
    }

    fn take(&mut self, count: usize) -> io::Result<&[u8]> {
        if self.buffer.len() - self.from < count {
            self.buffer.drain(..self.from);
            self.from = 0;
            let known = self.buffer.len();
            let left = usize::try_from(self.end - self.at).unwrap_or(usize::MAX);
            let more = self.most.max(count - known).min(left);
            self.buffer.resize(known + more, 0);
            self.spill.read(self.at, &mut self.buffer[known..])?;
            self.at += more as u64;
        }
        let found = self.buffer.get(self.from..self.from + count).ok_or(io::ErrorKind::UnexpectedEof)?;
        self.from += count;
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(runs: &mut Runs) -> Vec<(u32, Vec<u8>)> {
        let mut found = Vec::new();
        runs.in_order(&mut |cell, bytes| found.push((cell, bytes.to_vec())));
        assert_eq!(runs.failure().get(), None);
        found
    }

    proptest! {
        /// However little there is room for, and however many threads there were.
        #[test]
        fn entries_come_back_in_order(
            entries in prop::collection::vec((0..4u32, prop::collection::vec(0..3u8, 0..4)), 0..200),
            room in 0..2_000usize,
            once: bool,
        ) {
            let (mut one, mut other) = (Runs::new(room, once), Runs::new(room, once));
            for (at, (cell, bytes)) in entries.iter().enumerate() {
                if at % 3 == 0 { &mut one } else { &mut other }.push(*cell, bytes);
            }
            let mut seen = 0;
            other.each(&mut |_, _| seen += 1);
            prop_assert!(once || seen == entries.len() - entries.len().div_ceil(3));
            one.join(&mut other);
            let mut expected = entries;
            expected.sort();
            if once {
                expected.dedup();
            }
            prop_assert_eq!(all(&mut one), expected);
        }
    }

    #[test]
    fn entries_longer_than_what_is_read_at_once() {
        let mut runs = Runs::new(0, false);
        for length in [200_000, 0, 70_000] {
            runs.push(1, &vec![7; length]);
        }
        let lengths: Vec<usize> = all(&mut runs).iter().map(|(_, bytes)| bytes.len()).collect();
        assert_eq!(lengths, [0, 70_000, 200_000]);
    }
}

//! Whether keys come twice, by 64 bits of each: equal keys have equal hashes, so nothing is overlooked; and where two
//! keys only have the same hash, the rows are read once more and told apart by their texts.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::data::column::NONE;
use crate::data::table::{Shape, Table};
use crate::parallel;

const PARTS: usize = 256;
const CHUNK: usize = 2048;

/// The hashes of keys in parts, by their upper bits.
pub enum Hashes {
    /// A key is there once.
    Once(Parts<u64>),
    /// A key is there once on each day: with the first and last day of each row.
    EachDay(Parts<(u64, i32, i32)>),
}

/// Lists that grow without being moved.
pub struct Parts<T>(Vec<Vec<Vec<T>>>);

impl<T: Copy> Parts<T> {
    fn new() -> Parts<T> {
        Parts((0..PARTS).map(|_| Vec::new()).collect())
    }

    fn push(&mut self, hash: u64, entry: T) {
        let part = &mut self.0[(hash >> 56) as usize];
        match part.last_mut() {
            Some(chunk) if chunk.len() < CHUNK => chunk.push(entry),
            _ => {
                let mut chunk = Vec::with_capacity(CHUNK);
                chunk.push(entry);
                part.push(chunk);
            }
        }
    }

    fn take_in(&mut self, other: Parts<T>) {
        self.0.iter_mut().zip(other.0).for_each(|(part, other)| part.extend(other));
    }
}

impl Hashes {
    pub fn new(each_day: bool) -> Hashes {
        if each_day { Hashes::EachDay(Parts::new()) } else { Hashes::Once(Parts::new()) }
    }

    /// Adds the hashes of a block's keys; blank keys have none.
    pub fn add(&mut self, hashes: &[u64], table: &Table) {
        let Some(keys) = &table.keys else { return };
        let filled = hashes.iter().enumerate().filter(|(row, _)| keys.of_row[*row] != NONE);
        match (self, &table.shape) {
            (Hashes::Once(parts), _) => filled.for_each(|(_, hash)| parts.push(*hash, *hash)),
            (Hashes::EachDay(parts), Shape::Valid { from, to }) => {
                filled.for_each(|(row, hash)| parts.push(*hash, (*hash, from[row], to[row])));
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
    pub fn are_unique(&self, threads: usize) -> bool {
        let twice = AtomicBool::new(false);
        let shares = threads.clamp(1, PARTS);
        parallel::map(shares, |share| {
            let (mut once, mut sorted) = (Once::default(), Vec::new());
            for part in (share..PARTS).step_by(shares) {
                let unique = match self {
                    Hashes::Once(parts) => once.are_unique(&parts.0[part]),
                    Hashes::EachDay(parts) => each_day(&parts.0[part], &mut sorted),
                };
                if !unique {
                    twice.store(true, Ordering::Relaxed);
                }
                if twice.load(Ordering::Relaxed) {
                    return;
                }
            }
        });
        !twice.into_inner()
    }
}

/// A set of hashes that is used for one part after the other; 0 is an empty place.
#[derive(Default)]
struct Once {
    places: Vec<u64>,
}

impl Once {
    fn are_unique(&mut self, chunks: &[Vec<u64>]) -> bool {
        let count: usize = chunks.iter().map(Vec::len).sum();
        let size = (count * 2).next_power_of_two();
        self.places.clear();
        self.places.resize(size, 0);
        let mut zeros = 0;
        for hash in chunks.iter().flatten() {
            if *hash == 0 {
                zeros += 1;
                continue;
            }
            let mut at = *hash as usize & (size - 1);
            while self.places[at] != 0 {
                if self.places[at] == *hash {
                    return false;
                }
                at = (at + 1) & (size - 1);
            }
            self.places[at] = *hash;
        }
        zeros < 2
    }
}

fn each_day(chunks: &[Vec<(u64, i32, i32)>], sorted: &mut Vec<(u64, i32, i32)>) -> bool {
    sorted.clear();
    chunks.iter().for_each(|chunk| sorted.extend_from_slice(chunk));
    sorted.sort_unstable();
    sorted.chunk_by(|a, b| a.0 == b.0).all(|rows| rows.windows(2).all(|rows| rows[0].2 < rows[1].1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn once(hashes: &[u64]) -> bool {
        let mut parts = Parts::new();
        hashes.iter().for_each(|hash| parts.push(*hash, *hash));
        Hashes::Once(parts).are_unique(3)
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
        let each_day = |rows: &[(u64, i32, i32)]| {
            let mut parts = Parts::new();
            rows.iter().for_each(|row| parts.push(row.0, *row));
            Hashes::EachDay(parts).are_unique(2)
        };
        assert!(each_day(&[(7, 30, i32::MAX), (7, 1, 29), (8, 1, 40)]));
        assert!(!each_day(&[(7, 30, i32::MAX), (8, 1, 40), (7, 1, 30)]));
        assert!(!each_day(&[(7, 1, 90), (7, 20, 30)]));
    }
}

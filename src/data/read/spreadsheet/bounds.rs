//! Workbooks that ask for more memory than they can need: a few thousand bytes may name a cell at the far end of a
//! sheet, or repeat one a million times. They are looked through before a library takes them in.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use zip::ZipArchive;

use super::place::cell_name;
use crate::limits::{SHEET, SHEET_MOST, SHEET_SPARSE, megabytes};

/// Nothing packed by a `.zip` gets this many times as large.
const MOST_PACKED: u64 = 1040;

/// Where the filled cells of a sheet lie.
#[derive(Clone, Debug, Default)]
pub struct Extent {
    first: Option<(u32, u32)>,
    last: (u32, u32),
    filled: u64,
}

impl Extent {
    pub fn add(&mut self, row: u32, column: u32) {
        let first = self.first.unwrap_or((row, column));
        self.first = Some((first.0.min(row), first.1.min(column)));
        self.last = (self.last.0.max(row), self.last.1.max(column));
        self.filled += 1;
    }

    /// The first row and column, and the last.
    pub fn corners(&self) -> Option<((u32, u32), (u32, u32))> {
        self.first.map(|first| (first, self.last))
    }

    pub fn filled(&self) -> u64 {
        self.filled
    }

    /// How many cells there are between the first and the last.
    pub fn places(&self) -> u64 {
        let size = |first: u32, last: u32| u64::from(last - first) + 1;
        self.first.map_or(0, |first| size(first.0, self.last.0) * size(first.1, self.last.1))
    }

    /// Why the sheet is not held in memory, if it cannot be.
    pub fn refusal(&self, sheet: &str) -> Option<String> {
        let most = SHEET.max(self.filled.saturating_mul(SHEET_SPARSE)).min(SHEET_MOST);
        (self.places() > most).then(|| {
            format!(
                "its sheet `{sheet}` reaches from {} to {}, {} places of which {} are filled; delete the cells that stand \
                 far away from the table",
                cell_name(self.first.unwrap_or_default()),
                cell_name(self.last),
                self.places(),
                self.filled
            )
        })
    }
}

/// How many bytes the parts of a packed workbook come to; why it is not opened, if they are too many.
pub fn refusal(path: &Path, most: u64) -> Option<String> {
    zipped(path, most).ok().flatten()
}

fn zipped(path: &Path, most: u64) -> io::Result<Option<String>> {
    let mut book = ZipArchive::new(BufReader::new(File::open(path)?))?;
    let packed = (0..book.len()).map(|at| book.by_index_raw(at).map_or(0, |part| part.compressed_size())).sum::<u64>();
    if packed > most / MOST_PACKED {
        let mut unpacked = 0;
        for at in 0..book.len() {
            // A part may say that it is smaller than it is.
            unpacked += io::copy(&mut book.by_index(at)?.take(most - unpacked + 1), &mut io::sink())?;
            if unpacked > most {
                return Ok(Some(format!("unpacked it is larger than {}", megabytes(most))));
            }
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extent(cells: impl Iterator<Item = (u32, u32)>) -> Extent {
        let mut extent = Extent::default();
        cells.for_each(|(row, column)| extent.add(row, column));
        extent
    }

    #[test]
    fn sheets_may_be_large_but_not_empty() {
        assert!(extent((0..2_000).map(|at| (at, at))).refusal("S").is_none());
        assert!(extent((0..2_000).chain([1_000_000]).map(|at| (at, at / 100))).refusal("S").is_some());
        let far = extent([(0, 0), (1_048_575, 16_383)].into_iter()).refusal("S").unwrap();
        assert!(far.contains("from A1 to XFD1048576"), "{far}");
    }
}

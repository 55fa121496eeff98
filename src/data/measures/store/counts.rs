//! How many rows there are in each cell: in little room, as there may be as many cells as people, and no rows in any.

/// Rows by cell.
pub struct Counts {
    cells: usize,
    kept: Kept,
}

enum Kept {
    /// As long as there are none.
    Nothing,
    Narrow(Vec<u32>),
    Wide(Vec<u64>),
}

impl Counts {
    pub fn new(cells: usize) -> Counts {
        Counts { cells, kept: Kept::Nothing }
    }

    /// How many cells there are.
    pub fn len(&self) -> usize {
        self.cells
    }

    pub fn get(&self, cell: usize) -> u64 {
        match &self.kept {
            Kept::Nothing => 0,
            Kept::Narrow(counts) => counts.get(cell).copied().unwrap_or_default().into(),
            Kept::Wide(counts) => counts.get(cell).copied().unwrap_or_default(),
        }
    }

    /// Counts one row.
    #[inline]
    pub fn one_more(&mut self, cell: usize) {
        match &mut self.kept {
            Kept::Narrow(counts) if counts[cell] < u32::MAX => counts[cell] += 1,
            _ => self.add(cell, 1),
        }
    }

    #[inline(never)]
    pub fn add(&mut self, cell: usize, more: u64) {
        if more == 0 {
            return;
        }
        if let Kept::Nothing = self.kept {
            self.kept = Kept::Narrow(vec![0; self.cells]);
        }
        if let Kept::Narrow(counts) = &mut self.kept {
            if let Ok(sum) = u32::try_from(u64::from(counts[cell]).saturating_add(more)) {
                counts[cell] = sum;
                return;
            }
            self.kept = Kept::Wide(counts.iter().map(|count| u64::from(*count)).collect());
        }
        if let Kept::Wide(counts) = &mut self.kept {
            counts[cell] += more;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_rows_than_narrow_counts_hold() {
        let mut counts = Counts::new(3);
        assert_eq!((counts.get(2), counts.len()), (0, 3));
        counts.add(1, 0);
        assert!(matches!(counts.kept, Kept::Nothing));
        counts.one_more(2);
        counts.add(1, u64::from(u32::MAX) - 1);
        counts.one_more(1);
        assert!(matches!(counts.kept, Kept::Narrow(_)));
        assert_eq!(counts.get(1), u64::from(u32::MAX));
        counts.one_more(1);
        counts.one_more(2);
        counts.add(0, 1 << 40);
        assert_eq!([0, 1, 2].map(|cell| counts.get(cell)), [1 << 40, 1 << 32, 2]);
    }
}

//! What one block of a file held: its columns, and all that is to be told of its cells.

use std::collections::BTreeMap;

use super::Wanted;
use crate::data::cells::content::{Problem, Repair, Repairs};
use crate::data::columns::column::Builder;
use crate::data::errors::{Spot, Tally};
use crate::visible::shortened;

/// Troubles of one kind in one column; texts that are none of a choice's are told apart.
pub type TroubleKey = (usize, Problem, String);

/// What one block held; lines are counted from the block's first.
#[derive(Default)]
pub struct Block {
    /// By wanted column.
    pub columns: Vec<Builder>,
    pub lines: Vec<u32>,
    pub(super) length: u32,
    pub(super) troubles: BTreeMap<TroubleKey, Tally>,
    pub repairs: BTreeMap<(usize, Repair), Tally>,
    /// By wanted column, what the signs of its numbers tell.
    pub(super) signs: BTreeMap<usize, Seen>,
    /// By wanted column of a spreadsheet, what its days and its numbers tell.
    pub(super) days: BTreeMap<usize, Kept>,
    pub(super) numbers: BTreeMap<usize, Kept>,
    /// Rows with the wrong number of cells, by that number.
    pub(super) ragged: BTreeMap<usize, Tally>,
    pub(super) unclosed: Option<u32>,
    /// Rows that are the header once more.
    pub(super) headers: Tally,
    /// Quotes that take in other rows.
    pub(super) swallowed: Tally,
    /// A sign that could end a row, and does not.
    pub(super) odd_end: Option<(u32, char)>,
    /// Rows that start as the data set says of those that are no data; those of them that look like data all the same.
    pub(super) ignored: Tally,
    pub(super) ignored_rows: Tally,
    /// The last row, by its first filled cell.
    pub(super) last: Option<Spot>,
    /// Rows that are totals by their names.
    pub(super) totals: Tally,
    /// Rows that are headers of other tables.
    pub(super) tables: Tally,
    /// Rows of which one cell alone is filled, and which are none of the table.
    pub(super) notes: Tally,
    /// Of blank rows, how many rows stand above each in the block.
    pub(super) blank_rows: Vec<usize>,
    /// Whether rows that name a total among other words are looked for, and these.
    pub(super) looks_for_totals: bool,
    pub(super) like_totals: Vec<LikeTotal>,
}

impl Block {
    /// A block without rows.
    pub fn empty(wanted: &Wanted) -> Block {
        let columns = (0..wanted.columns.len()).map(|at| wanted.builder(at)).collect();
        Block { columns, ..Block::default() }
    }

    /// Whether every row and every cell could be read.
    pub fn is_clean(&self) -> bool {
        let rows = self.ragged.is_empty() && self.headers.count == 0 && self.swallowed.count == 0;
        let rows = rows && self.totals.count == 0 && self.notes.count == 0 && self.tables.count == 0;
        rows && self.signs_are_plain() && self.troubles.is_empty() && self.unclosed.is_none() && self.odd_end.is_none()
    }

    /// How many lines it takes in its file.
    pub fn length(&self) -> u32 {
        self.length
    }

    /// How many rows are left out by how they start.
    pub fn left_out(&self) -> u64 {
        self.ignored.count
    }

    /// Notes a row that starts so, and whether all its cells could be read.
    pub(super) fn ignore(&mut self, line: u32, first: &str, is_row: bool) {
        self.ignored.add(line, first);
        if is_row {
            self.ignored_rows.add(line, first);
        }
    }

    /// Notes the first filled cell of a row, of which the last one counts.
    pub(super) fn ends_with(&mut self, line: u32, first: &str) {
        self.last = Some(Spot { line, text: shortened(first), key: None });
    }

    /// Notes a blank row; of several below one another, the first.
    pub(super) fn blank_row(&mut self) {
        let row = self.lines.len();
        if self.blank_rows.last() != Some(&row) {
            self.blank_rows.push(row);
        }
    }

    /// Notes a row of whose first cells one names a total, and which its first filled cell is.
    pub(super) fn is_like_total(&mut self, line: u32, named: &str, first: &str) {
        let spot = Spot { line, text: shortened(named), key: None };
        self.like_totals.push(LikeTotal { spot, is_first: named == first });
    }

    /// Notes that a cell cannot be read.
    pub(super) fn trouble(&mut self, column: usize, problem: Problem, line: u32, raw: &str) {
        let shown = raw.trim();
        let told_apart = if problem == Problem::UnknownChoice { shown.to_string() } else { String::new() };
        self.troubles.entry((column, problem, told_apart)).or_default().add(line, shown);
    }

    /// Notes what was mended to read a cell.
    pub(super) fn repaired(&mut self, column: usize, repairs: Repairs, line: u32, raw: &str) {
        if repairs.0 == 0 {
            return;
        }
        for repair in Repair::ALL.into_iter().filter(|repair| repairs.has(*repair)) {
            self.repairs.entry((column, repair)).or_default().add(line, raw);
        }
    }

    /// Takes the cells of a column as another data set has read the same rows, if it did so in the same way.
    pub(super) fn take_over(
        &mut self,
        (mine, at): (&Wanted, usize),
        (their, theirs): (&Wanted, usize),
        other: &Block,
    ) -> bool {
        if their.columns[theirs].1 != mine.columns[at].1 {
            return false;
        }
        let Some(shared) = other.columns[theirs].shared(&self.columns[at]) else { return false };
        self.columns[at] = shared;
        let of_column = |((column, repair), tally): (&(usize, Repair), &Tally)| {
            (*column == theirs).then(|| ((at, *repair), tally.clone()))
        };
        self.repairs.extend(other.repairs.iter().filter_map(of_column));
        self.signs.extend(other.signs.get(&theirs).map(|seen| (at, seen.clone())));
        true
    }
}

/// Where the rows of a block stand beside its blank ones; lines are counted from the block's first.
#[derive(Clone, Copy, Debug, Default)]
pub struct Gaps {
    length: u32,
    /// The first row.
    first: Option<u32>,
    /// Whether a blank row stands above all rows, and whether one does below them.
    above: bool,
    below: bool,
    /// The first row that stands below a blank one and another row.
    within: Option<u32>,
}

impl Block {
    /// What is to be kept of its blank rows.
    pub fn gaps(&self) -> Gaps {
        let rows = self.lines.len();
        let within = self.blank_rows.iter().find(|row| (1..rows).contains(*row));
        Gaps {
            length: self.length,
            first: self.lines.first().copied(),
            above: self.blank_rows.first() == Some(&0),
            below: rows > 0 && self.blank_rows.last() == Some(&rows),
            within: within.map(|row| self.lines[*row]),
        }
    }
}

/// The line of the first row of a file that stands below a blank one, where rows stand above that; `before` is the line of
/// the first block.
pub fn below_blank(blocks: impl IntoIterator<Item = Gaps>, mut before: u32) -> Option<u32> {
    let (mut any, mut open) = (false, false);
    for Gaps { length, first, above, below, within } in blocks {
        open |= any && above;
        if let Some(line) = first.filter(|_| open).or(within) {
            return Some(before + line);
        }
        any |= first.is_some();
        open |= below;
        before += length;
    }
    None
}

/// What the cells of one column tell.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    pub point: Tally,
    pub comma: Tally,
    pub either: Tally,
    /// The cells that could mean two numbers, with their rows in the block; read as in a file with points.
    pub(super) open: Vec<(usize, u32, String)>,
    /// Of some of them the rows are not known.
    pub(super) unplaced: bool,
}

/// What the days, or the numbers, of one column tell.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// Kept as days that would be others with day and month in each other's place; as numbers below a thousand with three
    /// places, as which such a program takes thousands.
    pub(super) held: Tally,
    /// Kept as texts: days that would be none then; numbers with signs between thousands that are none of its numbers.
    pub(super) texts: Tally,
    /// One that such a program would have taken for its own, or could not have made.
    pub(super) sound: bool,
}

/// A row that names a total among other words.
#[derive(Clone, Debug)]
pub struct LikeTotal {
    pub spot: Spot,
    /// Its first filled cell does.
    pub is_first: bool,
}

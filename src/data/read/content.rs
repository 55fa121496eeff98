//! What files held: columns by block, and all that is to be told of their cells.

use std::collections::{BTreeMap, BTreeSet};

use super::layout::Layout;
use super::signs::{self, Seen};
use super::turned::{self, Kept};
use super::{FileTask, Wanted};
use crate::data::cell::{Problem, Repair, Repairs};
use crate::data::column::Builder;
use crate::data::errors;
use crate::diagnostic::Diagnostic;
use crate::encoding::Encoding;

/// How many bad cells of one kind are shown with their places.
pub const SHOWN: usize = 20;

/// What a file held.
#[derive(Default)]
pub struct FileContent {
    /// By block, then by wanted column.
    pub blocks: Vec<Vec<Builder>>,
    /// The line of each row, counted from 1.
    pub lines: Vec<u32>,
    /// By wanted column, as they stand in the file.
    pub headers: Vec<String>,
    /// By wanted column and kind.
    pub repairs: BTreeMap<(usize, Repair), Tally>,
    /// Wanted columns with cells that cannot be read; these count as blank.
    pub bad: BTreeSet<usize>,
    /// Rows that are there and could not be read.
    pub incomplete: bool,
    /// The encoding of a text that is no UTF-8.
    pub encoding: Option<Encoding>,
    /// Rows that start as the data set says of those that are no data; those of them that look like data all the same.
    pub ignored: Tally,
    pub ignored_rows: Tally,
    /// The last row, by its first filled cell.
    pub last: Option<Spot>,
    /// The line of the first row that stands below a blank one.
    pub below_blank: Option<u32>,
    /// Rows that name a total among other words.
    pub like_totals: Vec<LikeTotal>,
    /// The sheet that was read, of a spreadsheet.
    pub sheet: Option<String>,
    /// By wanted column, its place in the sheet; a month across and its value stand in several.
    pub columns_at: Vec<Option<usize>>,
    /// All headers of the sheet with their places.
    pub spread: Vec<(String, usize)>,
    pub errors: Vec<Diagnostic>,
}

/// Cells of one kind: how many, and the first of them.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub count: u64,
    pub first: Vec<Spot>,
}

/// Where a cell stands, and its text.
#[derive(Clone, Debug)]
pub struct Spot {
    pub line: u32,
    pub text: String,
    /// What tells the row from others, where rows have no numbers.
    pub key: Option<String>,
}

/// A row that names a total among other words.
#[derive(Clone, Debug)]
pub struct LikeTotal {
    pub spot: Spot,
    /// Its first filled cell does.
    pub is_first: bool,
}

impl Tally {
    pub(super) fn add(&mut self, line: u32, text: &str) {
        self.count += 1;
        if self.first.len() < SHOWN {
            self.first.push(Spot { line, text: errors::shortened(text), key: None });
        }
    }

    pub(in crate::data) fn add_spot(&mut self, spot: Spot) {
        self.count += 1;
        if self.first.len() < SHOWN {
            self.first.push(spot);
        }
    }

    /// A sign without meaning behind a text, in which so many lines lie before the one that is its first.
    pub(super) fn add_meaningless(&mut self, text: &[u8], before: u64) {
        let row = before + memchr::memchr_iter(b'\n', text).count() as u64;
        let begin = memchr::memrchr2(b'\n', b'\r', text).map_or(0, |at| at + 1);
        let line = String::from_utf8_lossy(&text[begin..]).into_owned();
        let cell = line.rsplit([',', ';', '\t', '"']).next().unwrap_or_default();
        // Of one cell it is told once.
        if self.first.last().is_none_or(|spot| spot.line != row as u32) {
            self.add(row as u32, &format!("{cell}\u{fffd}"));
        }
    }

    pub(super) fn take_in(&mut self, other: Tally, lines: u32) {
        self.count += other.count;
        let room = SHOWN.saturating_sub(self.first.len());
        self.first.extend(other.first.into_iter().take(room).map(|spot| Spot { line: spot.line + lines, ..spot }));
    }
}

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
    /// Whether every row and every cell could be read.
    pub fn is_clean(&self) -> bool {
        let rows = self.ragged.is_empty() && self.headers.count == 0 && self.swallowed.count == 0;
        let rows = rows && self.totals.count == 0 && self.notes.count == 0 && self.tables.count == 0;
        rows && self.signs_are_plain() && self.troubles.is_empty() && self.unclosed.is_none() && self.odd_end.is_none()
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
        self.last = Some(Spot { line, text: errors::shortened(first), key: None });
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
        let spot = Spot { line, text: errors::shortened(named), key: None };
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

/// Puts the blocks together, in order.
pub(super) fn collect(
    task: &FileTask,
    wanted: &Wanted,
    layout: &Layout,
    blocks: impl Iterator<Item = Block>,
    content: &mut FileContent,
) {
    // Lines are counted from 1 when they are shown.
    let mut before = layout.lines + 1;
    let mut blocks: Vec<Block> = blocks.collect();
    let mut doubtful = Vec::new();
    let tells = |block: &Block| !block.signs.is_empty() || !block.days.is_empty() || !block.numbers.is_empty();
    if blocks.iter().any(tells) {
        let lines: Vec<u32> = blocks
            .iter()
            .scan(before, |line, block| {
                let first = *line;
                *line += block.length;
                Some(first)
            })
            .collect();
        doubtful = signs::settle(task, wanted, &mut blocks, &lines, &content.headers);
        doubtful.extend(turned::find(task, wanted, &blocks, &lines, &content.headers));
    }
    let mut troubles: BTreeMap<TroubleKey, Tally> = BTreeMap::new();
    let mut ragged: BTreeMap<usize, Tally> = BTreeMap::new();
    let (mut headers, mut swallowed) = (Tally::default(), Tally::default());
    let mut blank_rows: Vec<usize> = Vec::new();
    let (mut totals, mut notes, mut tables) = (Tally::default(), Tally::default(), Tally::default());
    for block in blocks {
        for (key, tally) in block.troubles {
            troubles.entry(key).or_default().take_in(tally, before);
        }
        for (key, tally) in block.repairs {
            content.repairs.entry(key).or_default().take_in(tally, before);
        }
        for (cells, tally) in block.ragged {
            ragged.entry(cells).or_default().take_in(tally, before);
        }
        headers.take_in(block.headers, before);
        swallowed.take_in(block.swallowed, before);
        content.ignored.take_in(block.ignored, before);
        content.ignored_rows.take_in(block.ignored_rows, before);
        totals.take_in(block.totals, before);
        notes.take_in(block.notes, before);
        tables.take_in(block.tables, before);
        let moved = |spot: Spot| Spot { line: spot.line + before, ..spot };
        blank_rows.extend(block.blank_rows.iter().map(|row| content.lines.len() + row));
        let like_totals = block.like_totals.into_iter();
        content.like_totals.extend(like_totals.map(|like| LikeTotal { spot: moved(like.spot), ..like }));
        if let Some(last) = block.last {
            content.last = Some(Spot { line: last.line + before, ..last });
        }
        if let Some(line) = block.unclosed {
            content.errors.push(errors::unclosed(&task.shown, u64::from(line + before)));
        }
        if let Some((line, sign)) = block.odd_end {
            content.errors.push(errors::odd_end(&task.shown, u64::from(line + before), sign));
        }
        content.lines.extend(block.lines.iter().map(|line| line + before));
        content.blocks.push(block.columns);
        before += block.length;
    }
    let below = blank_rows.into_iter().find(|row| *row > 0 && *row < content.lines.len());
    content.below_blank = below.map(|row| content.lines[row]);
    if swallowed.count > 0 {
        content.errors.push(errors::swallowed(&task.shown, &swallowed));
    }
    content.incomplete |= !ragged.is_empty() || !content.errors.is_empty();
    if headers.count > 0 {
        content.errors.push(errors::header_again(&task.shown, &headers));
    }
    if tables.count > 0 {
        content.errors.push(errors::other_tables(&task.shown, wanted.data, &tables));
    }
    if totals.count > 0 {
        content.errors.push(errors::total_rows(&task.shown, wanted.data, &totals));
    }
    if notes.count > 0 {
        content.errors.push(errors::note_rows(&task.shown, wanted.data, &notes));
    }
    content.bad =
        troubles.keys().map(|(column, ..)| *column).chain(doubtful.iter().map(|(column, _)| *column)).collect();
    content.errors.extend(doubtful.into_iter().map(|(_, finding)| finding));
    for (cells, tally) in ragged {
        content.errors.push(errors::ragged(&task.shown, cells, layout.headers.len(), &tally));
    }
    let mut shown = BTreeMap::<usize, usize>::new();
    let mut troubles: Vec<_> = troubles.into_iter().collect();
    troubles.sort_by_key(|((column, ..), tally)| (*column, tally.first.first().map(|spot| spot.line)));
    for ((column, problem, text), tally) in troubles {
        let of_column = shown.entry(column).or_default();
        *of_column += 1;
        if *of_column <= SHOWN {
            let header = &content.headers[column];
            let found = errors::BadCells { file: &task.shown, header, problem, text: &text, tally: &tally };
            content.errors.push(errors::bad_cells(wanted.data, wanted.columns[column].0, &found));
        }
    }
    for (column, kinds) in shown {
        if kinds > SHOWN {
            content.errors.push(errors::more_kinds(&task.shown, &content.headers[column], kinds - SHOWN));
        }
    }
}

/// What was repaired is an error, where nothing may be.
pub(super) fn refuse_repairs(task: &FileTask, wanted: &Wanted, content: &mut FileContent) {
    for ((column, repair), tally) in &content.repairs {
        let name = &wanted.data.column(wanted.columns[*column].0).name;
        content.errors.push(errors::repaired(&task.shown, name, &content.headers[*column], *repair, tally));
    }
}

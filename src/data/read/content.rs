//! What files held: columns by block, and all that is to be told of their cells.

use std::collections::{BTreeMap, BTreeSet};

use super::block::{Gaps, TroubleKey, below_blank};
use super::layout::Layout;
use super::{Block, FileTask, LikeTotal, Wanted, signs, turned};
use crate::data::cells::content::Repair;
use crate::data::columns::column::Builder;
use crate::data::errors::{self, SHOWN, Spot, Stands, Tally};
use crate::diagnostic::Diagnostic;
use crate::encoding::Encoding;

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
    let gaps: Vec<Gaps> = blocks.iter().map(Block::gaps).collect();
    content.below_blank = below_blank(gaps, before);
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
            let (file, stands) = (task.shown.as_str(), Stands::InFile);
            let found = errors::BadCells { file, header, stands, problem, text: &text, tally: &tally };
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

//! Lines of one kind, one under the other: how wide their columns are.
//!
//! In: the clauses of a block. Out: their texts, with the spaces that align them. What holds: a line that would grow
//! too long is not aligned, and a cell much wider than the others of its column does not push them away.

use super::clause::{Clause, LineKind};
use super::doc::{Doc, WIDTH, write};
use unicode_width::UnicodeWidthStr;

/// How much wider than the narrowest cell of its column a cell may be and still be aligned with it.
const SPREAD: usize = 24;

/// Where a column is wider than this, lines without it do not leave its place blank.
const BLANK: usize = 24;

/// The widths of the columns that lines are aligned by; a column that none of them has is 0 wide.
#[derive(Debug, Default)]
pub struct Columns {
    starts: Vec<(usize, usize)>,
}

/// Columns of lines that follow each other; `weight` is the width of the weights of the whole block.
pub fn columns(run: &[&Clause], weight: usize) -> Columns {
    let mut present: Vec<usize> = run.iter().flat_map(|clause| clause.cells.iter().map(|cell| cell.column)).collect();
    present.sort_unstable();
    present.dedup();
    let mut starts = Vec::new();
    let mut at = 0;
    for (index, column) in present.iter().enumerate() {
        let gap = run.iter().flat_map(|clause| &clause.cells).filter(|cell| cell.column == *column);
        at += if index == 0 { 0 } else { gap.map(|cell| cell.gap).max().unwrap_or(0) };
        starts.push((*column, at));
        // Only cells with something behind them take part.
        let mut widths: Vec<usize> = run
            .iter()
            .filter_map(|clause| {
                let place = clause.cells.iter().position(|cell| cell.column == *column)?;
                let behind = place + 1 < clause.cells.len();
                clause.cells[place].doc.width().filter(|_| behind)
            })
            .collect();
        if is_weight(run, *column) {
            widths = vec![weight];
        }
        let least = widths.iter().copied().min().unwrap_or(0);
        at += widths.into_iter().filter(|width| *width <= least + SPREAD).max().unwrap_or(0);
    }
    Columns { starts }
}

fn is_weight(run: &[&Clause], column: usize) -> bool {
    column == 0 && run.iter().all(|clause| has_weight(clause))
}

fn has_weight(clause: &Clause) -> bool {
    matches!(clause.kind, LineKind::Entry | LineKind::Weighted)
        && clause.cells.first().is_some_and(|cell| cell.column == 0)
}

/// How wide the weights of a block are; beside numbers `equal` is a word, and does not count.
pub fn weight_width<'c>(clauses: impl Iterator<Item = &'c Clause>) -> usize {
    let weights: Vec<&Doc> = clauses.filter(|clause| has_weight(clause)).map(|clause| &clause.cells[0].doc).collect();
    let numbers = weights.iter().filter(|doc| write(doc, 0) != "equal").filter_map(|doc| doc.width()).max();
    numbers.or_else(|| weights.iter().filter_map(|doc| doc.width()).max()).unwrap_or(0)
}

/// The text of a clause, aligned where the line stays short enough.
pub fn aligned(clause: Clause, columns: &Columns, indent: usize) -> Doc {
    let gaps = gaps_of(&clause, columns, false);
    let width = |gaps: &[usize]| {
        let cells = clause.cells.iter().map(|cell| cell.doc.width()).sum::<Option<usize>>();
        cells.map(|cells| indent + cells + gaps.iter().sum::<usize>())
    };
    let gaps = match width(&gaps) {
        // A line that would grow too long begins like the others, and its further cells follow each other.
        Some(width) if width > WIDTH => {
            let fixed = if clause.kind == LineKind::Entry { 2 } else { 1 };
            let natural = clause.cells.iter().skip(1 + fixed).map(|cell| cell.gap);
            gaps_of(&clause, columns, true).into_iter().take(fixed).chain(natural).collect()
        }
        _ => gaps,
    };
    assemble(clause, &gaps)
}

/// The spaces before each cell but the first; `tight` leaves no place blank.
fn gaps_of(clause: &Clause, columns: &Columns, tight: bool) -> Vec<usize> {
    let mut at = 0;
    let mut gaps = Vec::new();
    for (index, cell) in clause.cells.iter().enumerate() {
        let place = columns.starts.iter().position(|(column, _)| *column == cell.column).unwrap_or(0);
        let mut start = columns.starts.get(place).map_or(0, |(_, start)| *start);
        // A score without a target moves to the place of the targets where these are wide.
        if let (LineKind::Entry, Some((column, left))) =
            (clause.kind, place.checked_sub(1).map(|at| columns.starts[at]))
        {
            let absent = clause.cells.iter().all(|cell| cell.column != column);
            if absent && column > 1 && (tight || start - left > BLANK) {
                start = left;
            }
        }
        if index > 0 {
            let gap = cell.gap.max(start.saturating_sub(at));
            gaps.push(gap);
            at += gap;
        }
        at += cell.doc.width().unwrap_or(0);
    }
    gaps
}

fn assemble(clause: Clause, gaps: &[usize]) -> Doc {
    let kind = clause.kind;
    let mut cells = clause.cells.into_iter().map(|cell| cell.doc);
    let mut parts: Vec<Doc> = cells.next().into_iter().collect();
    let mut rest: Vec<(usize, Doc)> = gaps.iter().copied().zip(cells).collect();
    match kind {
        // Further lines of an entry stand under what follows the KPI; those of a column under its type.
        LineKind::Entry | LineKind::Column => {
            let first = if kind == LineKind::Entry { 1 } else { 0 };
            let breakable = rest.split_off(first.min(rest.len()));
            parts.extend(rest.into_iter().flat_map(|(gap, doc)| [Doc::Pad(gap), doc]));
            let mut inside = Vec::new();
            let mut lead = 0;
            for (index, (gap, doc)) in breakable.into_iter().enumerate() {
                if index == 0 {
                    lead = gap;
                } else {
                    inside.push(Doc::Soft(gap));
                }
                // A line rather ends before a cell than inside it.
                inside.push(Doc::Group(vec![doc]));
            }
            if !inside.is_empty() {
                parts.push(if kind == LineKind::Entry { Doc::Soft(lead) } else { Doc::Pad(lead) });
                parts.push(Doc::Row(inside).align());
            }
        }
        _ => parts.extend(rest.into_iter().flat_map(|(gap, doc)| [Doc::Pad(gap), doc])),
    }
    Doc::Row(parts)
}

/// Rows of cells as lines with bars, all columns as wide as their widest cell.
pub fn rows(rows: &[Vec<String>]) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widest = |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.width()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(widest).collect();
    let line = |row: &Vec<String>| {
        let mut line = String::from("|");
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(&format!(" {cell}{} |", " ".repeat(width - cell.width())));
        }
        line
    };
    rows.iter().map(line).collect()
}

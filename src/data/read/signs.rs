//! What the signs of numbers mean in a file that does not say so: `1,234` alone could be 1234 or 1.234, and the other cells
//! of its column tell, where any of them can be read in one way only.

use std::collections::BTreeMap;

use super::block::{Block, Seen};
use super::{FileTask, Wanted};
use crate::data::cells::content::{Repair, Repairs, Sign};
use crate::data::cells::reader::{CellKind, CellReader};
use crate::data::errors;
use crate::diagnostic::Diagnostic;

impl Block {
    /// Notes what the signs of a number tell; `row` is its place in the column's builder, where that is known.
    pub(in crate::data) fn signed(
        &mut self,
        column: usize,
        sign: Option<Sign>,
        row: Option<usize>,
        (line, raw): (u32, &str),
    ) {
        let Some(sign) = sign else { return };
        let seen = self.signs.entry(column).or_default();
        match sign {
            Sign::Point if seen.point.count > 0 => {}
            Sign::Point => seen.point.add(line, raw.trim()),
            Sign::Comma => seen.comma.add(line, raw.trim()),
            Sign::Either => {
                seen.either.add(line, raw.trim());
                match row {
                    Some(row) => seen.open.push((row, line, raw.to_string())),
                    None => seen.unplaced = true,
                }
            }
        }
    }

    /// Whether every number can be read by itself.
    pub(super) fn signs_are_plain(&self) -> bool {
        self.signs.values().all(|seen| seen.comma.count == 0 && seen.either.count == 0)
    }
}

/// Settles what the open cells mean, over all blocks of a file; findings about columns of which nobody knows. `lines` are
/// those of the file before each block, `headers` those of wanted columns.
pub(super) fn settle(
    task: &FileTask,
    wanted: &Wanted,
    blocks: &mut [Block],
    lines: &[u32],
    headers: &[String],
) -> Vec<(usize, Diagnostic)> {
    let mut findings = Vec::new();
    let mut all: BTreeMap<usize, Seen> = BTreeMap::new();
    for (block, before) in blocks.iter().zip(lines) {
        for (column, seen) in &block.signs {
            let told = all.entry(*column).or_default();
            told.point.take_in(seen.point.clone(), *before);
            told.comma.take_in(seen.comma.clone(), *before);
            told.either.take_in(seen.either.clone(), *before);
            told.unplaced |= seen.unplaced;
        }
    }
    for (column, seen) in all {
        let (by_point, by_comma, open) = (seen.point.count > 0, seen.comma.count > 0, seen.either.count > 0);
        let reader = &wanted.columns[column].1;
        let of = wanted.columns[column].0;
        // The column of months that stand side by side has no header of its own.
        let header = headers.get(column).filter(|header| !header.is_empty());
        let place = (task.shown.as_str(), header.map_or(wanted.data.column(of).name.as_str(), String::as_str));
        if by_point && by_comma {
            findings.push((column, errors::two_number_forms(place, wanted.data, of, &seen.comma, &seen.point)));
        } else if open && (!by_point && !by_comma || by_comma && seen.unplaced) {
            findings.push((column, errors::ambiguous_number(place, wanted.data, of, &seen.either)));
        } else if open {
            let commas = by_comma.then(|| with_commas(reader));
            for block in blocks.iter_mut() {
                block.settle(column, commas.as_ref());
            }
        }
    }
    findings
}

impl Block {
    /// The open cells of a column, now that it is known what they mean.
    fn settle(&mut self, column: usize, commas: Option<&CellReader>) {
        let Some(seen) = self.signs.remove(&column) else { return };
        for (row, line, raw) in seen.open {
            let repair = match commas {
                Some(reader) => {
                    let mut repairs = Repairs::default();
                    match reader.read(&raw, &mut repairs) {
                        Ok(read) => self.columns[column].put(row, read),
                        Err(problem) => self.trouble(column, problem, line, &raw),
                    }
                    if raw.contains(',') { Repair::DecimalComma } else { Repair::Thousands }
                }
                None if raw.contains(',') => Repair::Thousands,
                None => continue,
            };
            let mut repairs = Repairs::default();
            repairs.add(repair);
            self.repaired(column, repairs, line, &raw);
        }
    }
}

/// The reader of a file whose numbers have their decimals behind a comma.
fn with_commas(reader: &CellReader) -> CellReader {
    fn kind(of: &CellKind) -> CellKind {
        match of {
            CellKind::Number(number) => CellKind::Number(Box::new(number.with_commas())),
            CellKind::KeyOf(inner, choices) => CellKind::KeyOf(Box::new(kind(inner)), choices.clone()),
            other => other.clone(),
        }
    }
    reader.of_kind(kind(&reader.kind))
}

/// The readers of a file whose cells are not separated by commas, where that makes a difference.
pub(super) fn with_open_points(wanted: &Wanted) -> Option<Vec<CellReader>> {
    let open = |reader: &CellReader| matches!(&reader.kind, CellKind::Number(number) if number.is_open());
    if !wanted.columns.iter().any(|(_, reader)| open(reader)) {
        return None;
    }
    let readers = wanted.columns.iter().map(|(_, reader)| match &reader.kind {
        CellKind::Number(number) if number.is_open() => {
            reader.of_kind(CellKind::Number(Box::new(number.with_open_points())))
        }
        _ => reader.clone(),
    });
    Some(readers.collect())
}

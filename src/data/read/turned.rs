//! Cells of a spreadsheet that a program of another country may have taken for its own when it opened the file: `03/04/2026`
//! for the fourth of March, `1.234` for one and a bit. What it could not take, `13/04/2026` and `1.234.567`, it left as text.

use std::collections::BTreeMap;

use super::block::{Block, Kept};
use super::{FileTask, Wanted};
use crate::data::cells::reader::{CellKind, CellReader};
use crate::data::cells::times::DateFormat;
use crate::data::errors;
use crate::diagnostic::Diagnostic;
use crate::time::Day;

impl Kept {
    fn take_in(&mut self, other: &Kept, before: u32) {
        self.held.take_in(other.held.clone(), before);
        self.texts.take_in(other.texts.clone(), before);
        self.sound |= other.sound;
    }

    fn may_be_turned(&self) -> bool {
        !self.sound && self.held.count > 0 && self.texts.count > 0
    }
}

impl Block {
    /// Notes a number, and whether it is kept as one.
    pub(super) fn number(&mut self, column: usize, held: bool, (row, raw): (u32, &str)) {
        let text = raw.trim();
        let signs: Vec<char> = text.chars().filter(|sign| matches!(sign, '.' | ',')).collect();
        let places = text.rsplit(['.', ',']).next().filter(|_| !signs.is_empty()).unwrap_or_default();
        let places = places.chars().filter(char::is_ascii_digit).count();
        let told = match (held, signs.as_slice()) {
            _ if text.contains('%') => return,
            (true, [_]) => {
                let whole = text.trim_start_matches('-').split('.').next().map_or(0, str::len);
                match places {
                    3 if whole <= 3 => Told::Held,
                    1..=2 if whole <= 3 => return,
                    _ => Told::Sound,
                }
            }
            // Thousands as a fraction lose the zeros at their end, and whole numbers are the same everywhere.
            (true, _) => return,
            (false, [first, .., last]) if first == last || places < 3 => Told::Text,
            (false, [_, _, ..]) => Told::Sound,
            (false, [_]) if places == 3 && is_bare(text) => Told::Sound,
            (false, [_] | []) => return,
        };
        let numbers = self.numbers.entry(column).or_default();
        match told {
            Told::Held => numbers.held.add(row, text),
            Told::Text => numbers.texts.add(row, text),
            Told::Sound => numbers.sound = true,
        }
    }

    /// Notes a day, and whether it is kept as one; `row` is its line.
    pub(super) fn day(&mut self, column: usize, reader: &CellReader, day: Day, held: bool, (row, raw): (u32, &str)) {
        let text = raw.trim();
        let by_format = || format_of(&reader.kind).is_some_and(DateFormat::is_year_last) && !is_year_first(text);
        let (_, month, of_month) = day.ymd();
        if !held && !by_format() || month == of_month {
            return;
        }
        let days = self.days.entry(column).or_default();
        match (held, of_month > 12) {
            (true, false) => days.held.add(row, text),
            (false, true) => days.texts.add(row, text),
            (true, true) | (false, false) => days.sound = true,
        }
    }
}

enum Told {
    Held,
    Text,
    Sound,
}

/// The columns whose days or numbers may be others; `lines` are those of the file before each block.
pub(super) fn find(
    task: &FileTask,
    wanted: &Wanted,
    blocks: &[Block],
    lines: &[u32],
    headers: &[String],
) -> Vec<(usize, Diagnostic)> {
    let (mut all_days, mut all_numbers) = (BTreeMap::<usize, Kept>::new(), BTreeMap::<usize, Kept>::new());
    for (block, before) in blocks.iter().zip(lines) {
        for (all, kept) in [(&mut all_days, &block.days), (&mut all_numbers, &block.numbers)] {
            kept.iter().for_each(|(column, kept)| all.entry(*column).or_default().take_in(kept, *before));
        }
    }
    let of = |column: usize| {
        let of = wanted.columns[column].0;
        // The column of months that stand side by side has no header of its own.
        let header = headers.get(column).filter(|header| !header.is_empty());
        ((task.shown.as_str(), header.map_or(wanted.data.column(of).name.as_str(), String::as_str)), of)
    };
    let mut findings = Vec::new();
    for (column, days) in all_days.into_iter().filter(|(_, days)| days.may_be_turned()) {
        let (place, of) = of(column);
        findings.push((column, errors::turned_days(place, wanted.data, of, &days.held, &days.texts)));
    }
    for (column, numbers) in all_numbers.into_iter().filter(|(_, numbers)| numbers.may_be_turned()) {
        let (place, of) = of(column);
        findings.push((column, errors::turned_numbers(place, wanted.data, of, &numbers.held, &numbers.texts)));
    }
    findings
}

/// Digits and signs alone, without money.
fn is_bare(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.,".contains(&byte))
}

fn format_of(kind: &CellKind) -> Option<&DateFormat> {
    match kind {
        CellKind::Day(format) => format.as_ref(),
        CellKind::KeyOf(inner, _) => format_of(inner),
        _ => None,
    }
}

/// `2026-07-17`, which every program takes for the same day.
fn is_year_first(text: &str) -> bool {
    text.chars().take_while(char::is_ascii_digit).count() == 4
}

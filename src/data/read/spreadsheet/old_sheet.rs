//! A look at an `.xls` before the library reads it: where its cells lie, as the library makes room for all places between
//! them at once, and for as many as the file says in advance; how numbers are shown; and formulas that no program has
//! computed, which the library takes for blank or 0.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use super::beside::{Beside, BesideAll};
use super::format::{NumberFormat, built_in};
use super::table::{Computed, Held, Trouble, damaged};
use crate::limits::{SHEET, SHEET_SPARSE, megabytes};

/// Records that are looked at: <https://learn.microsoft.com/openspecs/office_file_formats/ms-xls>.
const BEGIN: u16 = 0x0809;
const END: u16 = 0x000a;
const GOES_ON: u16 = 0x003c;
const SHEET_OF: u16 = 0x0085;
const DIMENSIONS: u16 = 0x0200;
const FORMAT: u16 = 0x041e;
const STYLE: u16 = 0x00e0;
const TEXTS: u16 = 0x00fc;
/// By hand alone, or as cells change; and a sheet that was not computed when it was saved.
const COMPUTED_HOW: u16 = 0x000d;
const NOT_COMPUTED: u16 = 0x005e;
const LOCKED: u16 = 0x002f;
const NUMBER: u16 = 0x0203;
const SHORT_NUMBER: u16 = 0x027e;
const SEVERAL: u16 = 0x00bd;
const TEXT: u16 = 0x00fd;
const FORMULA: u16 = 0x0006;
const MERGED: u16 = 0x00e5;
/// Texts in the sheet itself, flags and errors.
const OTHERS: [u16; 4] = [0x0204, 0x00d6, 0x0205, 0x0207];
/// Which program computed the formulas.
const COMPUTED_BY: [u16; 2] = [0x01c0, 0x01c1];

/// Sheets that may be announced larger than they are: all of an old program.
const ANNOUNCED: u64 = 65_536 * 256;

/// The sheets with what the library does not tell of them; texts may come to so many bytes.
pub fn look(path: &Path, most: u64) -> Result<BesideAll, Trouble> {
    let mut book = cfb::open(path).map_err(damaged)?;
    let mut bytes = Vec::new();
    let names = ["Workbook", "Book", "WORKBOOK", "BOOK"];
    let name = names.into_iter().find(|name| book.is_stream(name));
    let name = name.ok_or_else(|| Trouble::Damaged("it holds no sheets".into()))?;
    book.open_stream(name).map_err(damaged)?.read_to_end(&mut bytes).map_err(damaged)?;
    let globals = Globals::of(&bytes)?;
    let codes: BTreeMap<u32, NumberFormat> =
        globals.codes.iter().map(|(number, code)| (*number, NumberFormat::of(code))).collect();
    let format = |number: &u32| codes.get(number).cloned().unwrap_or_else(|| built_in(*number));
    let mut all = BesideAll { formats: globals.styles.iter().map(format).collect(), ..BesideAll::default() };
    let mut texts = 0u64;
    for (name, begin) in &globals.sheets {
        let part = bytes.get(*begin..).unwrap_or_default();
        let beside = globals.sheet(part, &all.formats, &mut texts);
        if let Some(reason) = beside.found.extent.refusal(name) {
            return Err(Trouble::TooFar(reason));
        }
        if texts > most {
            return Err(Trouble::TooFar(format!("the texts of its cells come to more than {}", megabytes(most))));
        }
        all.sheets.push((name.clone(), beside));
    }
    // The library holds all sheets together.
    let places: u64 = all.sheets.iter().map(|(_, beside)| beside.found.extent.places()).sum();
    let filled: u64 = all.sheets.iter().map(|(_, beside)| beside.found.extent.filled()).sum();
    if filled > bytes.len() as u64 || places > (4 * SHEET).max(filled.saturating_mul(SHEET_SPARSE)) {
        return Err(Trouble::TooFar(format!(
            "its {} sheets have {places} places, of which {filled} are filled; delete the cells that stand far away from the \
             tables",
            all.sheets.len()
        )));
    }
    Ok(all)
}

/// What holds for all sheets.
#[derive(Default)]
struct Globals {
    /// Their names, and where they begin.
    sheets: Vec<(String, usize)>,
    /// By number, the code of a format.
    codes: Vec<(u32, String)>,
    /// By style of a cell, the number of its format.
    styles: Vec<u32>,
    /// Letters of each text.
    lengths: Vec<u32>,
    /// Saved by a program that computes.
    computed: bool,
}

impl Globals {
    fn of(bytes: &[u8]) -> Result<Globals, Trouble> {
        let mut globals = Globals::default();
        let mut texts: Vec<&[u8]> = Vec::new();
        let (mut before, mut wide) = (0, true);
        for (kind, content) in Records(bytes) {
            match kind {
                BEGIN => {
                    wide = short(content, 0) != Some(0x0500);
                    // Excel tells on what kind of computer it ran; libraries do not.
                    globals.computed |= content.get(8..12).is_some_and(|ran| ran != [0; 4]) && wide;
                }
                END => break,
                LOCKED => return Err(Trouble::Locked),
                SHEET_OF => {
                    let begin = wide_number(content, 0).unwrap_or(u32::MAX) as usize;
                    globals.sheets.push((sheet_name(content, wide).unwrap_or_default(), begin));
                }
                FORMAT => {
                    let number = short(content, 0).unwrap_or(0);
                    globals.codes.push((number, code(content, wide).unwrap_or_default()));
                }
                STYLE => globals.styles.push(short(content, 2).unwrap_or(0)),
                TEXTS => texts.push(content.get(8..).unwrap_or_default()),
                GOES_ON if matches!(before, TEXTS) && !texts.is_empty() => texts.push(content),
                kind if COMPUTED_BY.contains(&kind) => globals.computed = true,
                _ => {}
            }
            if kind != GOES_ON {
                before = kind;
            }
        }
        globals.lengths = lengths(&texts);
        Ok(globals)
    }

    fn sheet(&self, bytes: &[u8], formats: &[NumberFormat], texts: &mut u64) -> Beside {
        let mut beside = Beside::default();
        let (mut depth, mut by_hand) = (0, false);
        for (kind, content) in Records(bytes) {
            match kind {
                BEGIN => depth += 1,
                END if depth <= 1 => break,
                END => depth -= 1,
                // Charts in a sheet hold cells of their own.
                _ if depth != 1 => {}
                DIMENSIONS => announced(content, &mut beside),
                SEVERAL => {
                    let last = content.len().checked_sub(2).and_then(|at| short(content, at)).unwrap_or(0);
                    let (row, first) = (short(content, 0).unwrap_or(0), short(content, 2).unwrap_or(0));
                    for (at, column) in (first..=last).enumerate() {
                        beside.found.extent.add(row, column);
                        self.styled((row, column), short(content, 4 + 6 * at), formats, &mut beside);
                    }
                }
                MERGED => {
                    for range in content.get(2..).unwrap_or_default().chunks_exact(8) {
                        let at = |at: usize| short(range, at).unwrap_or(0);
                        beside.found.merged.push(((at(0), at(4)), (at(2), at(6))));
                    }
                }
                NUMBER | SHORT_NUMBER | FORMULA | TEXT => {
                    let (Some(row), Some(column)) = (short(content, 0), short(content, 2)) else { continue };
                    beside.found.extent.add(row, column);
                    if kind == TEXT {
                        let at = wide_number(content, 6).unwrap_or(u32::MAX) as usize;
                        *texts += u64::from(self.lengths.get(at).copied().unwrap_or(0));
                        continue;
                    }
                    self.styled((row, column), short(content, 4), formats, &mut beside);
                    if kind == FORMULA && self.is_later(content) {
                        beside.found.cells.push(((row, column), Held::Uncomputed("".into())));
                    } else if kind == FORMULA && by_hand {
                        // A zero for what is to be computed tells so itself.
                        beside.doubted.insert((row, column), Computed { later: false, before: true });
                    }
                }
                COMPUTED_HOW => by_hand = short(content, 0) == Some(0),
                NOT_COMPUTED => by_hand = true,
                kind if OTHERS.contains(&kind) => {
                    if let (Some(row), Some(column)) = (short(content, 0), short(content, 2)) {
                        // That of a formula that gave a text has no place of its own.
                        if kind != 0x0207 {
                            beside.found.extent.add(row, column);
                        }
                    }
                }
                _ => {}
            }
        }
        beside
    }

    fn styled(&self, place: (u32, u32), style: Option<u32>, formats: &[NumberFormat], beside: &mut Beside) {
        if let Some(style) = style.filter(|style| formats.get(*style as usize).is_some_and(|it| !it.is_general())) {
            beside.formats.insert(place, style);
        }
    }

    /// Whether a formula has no value yet: libraries that write it leave an empty text, as programs that compute do only
    /// where it gave one; or a 0, and ask that it be computed when the file is opened.
    fn is_later(&self, content: &[u8]) -> bool {
        match content.get(6..14) {
            Some([3, .., 0xff, 0xff]) => !self.computed,
            Some([0, 0, 0, 0, 0, 0, 0, 0]) => short(content, 14).is_some_and(|how| how & 2 != 0),
            _ => false,
        }
    }
}

fn announced(content: &[u8], beside: &mut Beside) {
    // The older form has two bytes for each; it cannot be too large.
    if content.len() < 14 {
        return;
    }
    let size =
        |first: Option<u32>, last: Option<u32>| u64::from(last.unwrap_or(0).saturating_sub(first.unwrap_or(0))) + 1;
    let rows = size(wide_number(content, 0), wide_number(content, 4));
    let columns = size(short(content, 8), short(content, 10));
    if rows.saturating_mul(columns) > ANNOUNCED {
        beside.found.extent.add(0, 0);
        beside.found.extent.add((rows - 1).min(u64::from(u32::MAX)) as u32, columns as u32 - 1);
    }
}

fn short(content: &[u8], at: usize) -> Option<u32> {
    Some(u16::from_le_bytes(content.get(at..at + 2)?.try_into().ok()?).into())
}

fn wide_number(content: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(content.get(at..at + 4)?.try_into().ok()?))
}

/// So many letters, of one byte or two.
fn letters(content: &[u8], count: usize, two: bool) -> Option<String> {
    if !two {
        return Some(content.get(..count)?.iter().map(|byte| char::from(*byte)).collect());
    }
    let units = content.get(..2 * count)?.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    String::from_utf16(&units.collect::<Vec<_>>()).ok()
}

/// Behind where the sheet is and what kind: how long its name is, and whether letters have two bytes.
fn sheet_name(content: &[u8], wide: bool) -> Option<String> {
    let count = usize::from(*content.get(6)?);
    match wide {
        true => letters(content.get(8..)?, count, content.get(7)? & 1 != 0),
        false => letters(content.get(7..)?, count, false),
    }
}

fn code(content: &[u8], wide: bool) -> Option<String> {
    match wide {
        true => letters(content.get(5..)?, short(content, 2)? as usize, content.get(4)? & 1 != 0),
        false => letters(content.get(3..)?, usize::from(*content.get(2)?), false),
    }
}

/// How many bytes each of the texts takes, which go on from part to part.
fn lengths(parts: &[&[u8]]) -> Vec<u32> {
    let mut found = Vec::new();
    let mut rest = parts.iter().copied();
    let mut part: &[u8] = rest.next().unwrap_or_default();
    loop {
        while part.is_empty() {
            match rest.next() {
                Some(next) => part = next,
                None => return found,
            }
        }
        let (Some(count), Some(flags)) = (short(part, 0), part.get(2).copied()) else { return found };
        let runs = if flags & 8 != 0 { short(part, 3).unwrap_or(0) } else { 0 };
        let at = if flags & 8 != 0 { 5 } else { 3 };
        let more = if flags & 4 != 0 { wide_number(part, at).unwrap_or(0) } else { 0 };
        part = part.get(at + if flags & 4 != 0 { 4 } else { 0 }..).unwrap_or_default();
        let (mut left, mut two) = (count as usize, flags & 1 != 0);
        while left > 0 {
            let here = left.min(part.len() / if two { 2 } else { 1 });
            part = &part[here * if two { 2 } else { 1 }..];
            left -= here;
            if left > 0 {
                let Some(next) = rest.next() else { return found };
                two = next.first().is_some_and(|flags| flags & 1 != 0);
                part = next.get(1..).unwrap_or_default();
            }
        }
        found.push(3 * count);
        let mut skip = runs as usize * 4 + more as usize;
        while skip > 0 {
            let here = skip.min(part.len());
            part = &part[here..];
            skip -= here;
            if skip > 0 {
                let Some(next) = rest.next() else { return found };
                part = next;
            }
        }
    }
}

/// A kind and its content, one behind the other.
struct Records<'a>(&'a [u8]);

impl<'a> Iterator for Records<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (head, rest) = self.0.split_at_checked(4)?;
        let (content, rest) = rest.split_at_checked(short(head, 2)? as usize)?;
        self.0 = rest;
        Some((u16::from_le_bytes([head[0], head[1]]), content))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_go_on_from_part_to_part() {
        // `abc`; `de` in two bytes each, with a run of another font; five letters of which two stand in the next part, in
        // two bytes.
        let first =
            [&[3, 0, 0][..], b"abc", &[2, 0, 9, 1, 0, b'd', 0, b'e', 0, 9, 9, 9, 9], &[5, 0, 0], b"abc"].concat();
        let second = [&[1, b'd', 0, b'e', 0][..], &[1, 0, 0], b"x"].concat();
        assert_eq!(lengths(&[&first, &second]), [9, 6, 15, 3]);
        assert_eq!(lengths(&[&first[..first.len() - 1]]), [9, 6]);
        assert!(lengths(&[]).is_empty());
    }
}

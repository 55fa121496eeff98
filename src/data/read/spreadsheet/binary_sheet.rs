//! A look at an `.xlsb` before the library reads it: whether its cells can be where they say, which the library takes for
//! granted; which of them hold an error, which it passes over or breaks down at; merged cells, and how numbers are shown.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use zip::ZipArchive;

use super::beside::{Beside, BesideAll};
use super::format::{NumberFormat, built_in};
use super::place::{COLUMNS, ROWS};
use super::table::{Computed, Held, Trouble, cut_off, damaged};

/// Records that are looked at. Between the first and the last are all cells, the blank ones in front.
const ROW: u16 = 0;
const BLANK: u16 = 1;
const ERROR: u16 = 3;
const ERROR_OF_FORMULA: u16 = 11;
const NUMBERS: [u16; 3] = [2, 5, 9];
const FORMAT: u16 = 44;
const STYLE: u16 = 47;
const SHEET: u16 = 156;
const COMPUTATION: u16 = 157;
/// What formulas gave: texts, numbers, flags and errors.
const OF_FORMULAS: std::ops::RangeInclusive<u16> = 8..=11;
const MERGED: u16 = 176;
const STYLES_OF_CELLS: u16 = 617;
const END_OF_STYLES_OF_CELLS: u16 = 618;

type Book = ZipArchive<BufReader<File>>;

/// The sheets with what the library does not tell of them.
pub fn look(path: &Path) -> Result<BesideAll, Trouble> {
    let file = File::open(path).map_err(damaged)?;
    let mut book = ZipArchive::new(BufReader::new(file)).map_err(cut_off)?;
    look_at(&mut book).ok_or_else(|| Trouble::Damaged("it is not built as such workbooks are".into()))
}

fn look_at(book: &mut Book) -> Option<BesideAll> {
    let bytes = part(book, "xl/workbook.bin")?;
    let relations = String::from_utf8(part(book, "xl/_rels/workbook.bin.rels")?).ok()?;
    let formats = part(book, "xl/styles.bin").map(|bytes| formats(&bytes)).unwrap_or_default();
    let mut all = BesideAll { formats, ..BesideAll::default() };
    let mut computed = Computed::default();
    for (_, content) in Records(&bytes).filter(|(kind, _)| *kind == COMPUTATION) {
        // Computed anew when it is opened, or by hand alone, or not when it was saved.
        let flags = content.get(24).copied().unwrap_or(0);
        computed.later |= flags & 1 != 0;
        computed.before |= computed.later || number(content, 4) == Some(0) || flags & 0b1_0000 != 0;
    }
    for (_, content) in Records(&bytes).filter(|(kind, _)| *kind == SHEET) {
        // A sheet without one has no cells.
        let Some((relation, behind)) = text(content, 8) else { continue };
        let (name, _) = text(content, behind)?;
        let place = format!("xl/{}", target(&relations, &relation)?);
        if place.starts_with("xl/worksheets/") {
            let beside = sheet(&part(book, &place)?, &all.formats, computed)?;
            all.sheets.push((name, beside));
        }
    }
    Some(all)
}

fn sheet(bytes: &[u8], formats: &[NumberFormat], computed: Computed) -> Option<Beside> {
    let (mut row, mut beside) = (0, Beside::default());
    for (kind, content) in Records(bytes) {
        if kind == ROW {
            row = number(content, 0).filter(|row| *row < ROWS)?;
        } else if kind > BLANK && kind <= ERROR_OF_FORMULA {
            let column = number(content, 0).filter(|column| *column < COLUMNS)?;
            beside.found.extent.add(row, column);
            let style = number(content, 4).unwrap_or(0) & 0x00ff_ffff;
            let is_plain = formats.get(style as usize).is_none_or(NumberFormat::is_general);
            if NUMBERS.contains(&kind) && !is_plain {
                beside.formats.insert((row, column), style);
            }
            if kind == ERROR || kind == ERROR_OF_FORMULA {
                beside.found.cells.push(((row, column), Held::Error(error(*content.get(8)?).into())));
            } else if computed.before && OF_FORMULAS.contains(&kind) {
                beside.doubted.insert((row, column), computed);
            }
        } else if kind == MERGED {
            let at = |at: usize| number(content, 4 * at);
            beside.found.merged.push(((at(0)?, at(2)?), (at(1)?, at(3)?)));
        }
    }
    Some(beside)
}

/// The format of each style of cells.
fn formats(bytes: &[u8]) -> Vec<NumberFormat> {
    let (mut codes, mut found, mut of_cells) = (BTreeMap::new(), Vec::new(), false);
    for (kind, content) in Records(bytes) {
        let short = |at: usize| content.get(at..at + 2).map(|pair| u32::from(pair[0]) | u32::from(pair[1]) << 8);
        match kind {
            FORMAT => {
                if let (Some(number), Some((code, _))) = (short(0), text(content, 2)) {
                    codes.insert(number, code);
                }
            }
            STYLES_OF_CELLS => of_cells = true,
            END_OF_STYLES_OF_CELLS => break,
            STYLE if of_cells => {
                let number = short(2).unwrap_or(0);
                found.push(codes.get(&number).map_or_else(|| built_in(number), |code| NumberFormat::of(code)));
            }
            _ => {}
        }
    }
    found
}

/// Where a relation of the workbook leads.
fn target(relations: &str, id: &str) -> Option<String> {
    let attribute = |element: &str, name: &str| {
        let (_, rest) = element.split_once(&format!(" {name}=\""))?;
        rest.split_once('"').map(|(value, _)| value.to_string())
    };
    let mut elements = relations.split("<Relationship").map(|element| element.split('>').next().unwrap_or_default());
    let element = elements.find(|element| attribute(element, "Id").as_deref() == Some(id))?;
    attribute(element, "Target")
}

fn part(book: &mut Book, name: &str) -> Option<Vec<u8>> {
    // Some programs write names that differ in their capitals.
    let is_it =
        |at: &usize| book.name_for_index(*at).and_then(Result::ok).is_some_and(|own| own.eq_ignore_ascii_case(name));
    let at = (0..book.len()).find(is_it)?;
    let mut bytes = Vec::new();
    book.by_index(at).ok()?.read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// A kind and its content, one behind the other.
struct Records<'a>(&'a [u8]);

impl<'a> Records<'a> {
    /// A number in bytes of which all but the last have their highest bit.
    fn count(&mut self, most: u32) -> Option<usize> {
        let mut count = 0;
        for at in 0..most {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            count |= usize::from(byte & 0x7f) << (7 * at);
            if byte & 0x80 == 0 {
                break;
            }
        }
        Some(count)
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (kind, length) = (self.count(2)?, self.count(4)?);
        let (content, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some((u16::try_from(kind).ok()?, content))
    }
}

fn number(content: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(content.get(at..at + 4)?.try_into().ok()?))
}

/// A text, and what stands behind it.
fn text(content: &[u8], at: usize) -> Option<(String, usize)> {
    let letters = usize::try_from(number(content, at)?).ok()?;
    let behind = at.checked_add(4)?.checked_add(letters.checked_mul(2)?)?;
    let letters: Vec<u16> =
        content.get(at + 4..behind)?.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    Some((String::from_utf16(&letters).ok()?, behind))
}

fn error(code: u8) -> &'static str {
    match code {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x17 => "#REF!",
        0x1d => "#NAME?",
        0x24 => "#NUM!",
        0x2a => "#N/A",
        0x2b => "#GETTING_DATA",
        _ => "#VALUE!",
    }
}

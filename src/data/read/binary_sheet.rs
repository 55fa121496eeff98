//! A look at an `.xlsb` before the library reads it: whether its cells can be where they say, which the library takes for
//! granted, and which of them hold the error of a formula, which it passes over. Left blank, a sum would be wrong without
//! a word.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use calamine::{Cell, CellErrorType, Data};
use zip::ZipArchive;

use super::bounds::Extent;

/// Records that are looked at. Between the first and the last are all cells, the blank ones in front.
const ROW: u16 = 0;
const BLANK: u16 = 1;
const ERROR_OF_FORMULA: u16 = 11;
const SHEET: u16 = 156;

/// The rows and columns that a sheet can have.
const ROWS: u32 = 1 << 20;
const COLUMNS: u32 = 1 << 14;

/// By sheet, its errors of formulas.
type Errors = BTreeMap<String, Vec<Cell<Data>>>;

type Book = ZipArchive<BufReader<File>>;

/// By sheet, the errors of its formulas, or why it is too large; nothing where the workbook is not built as such are.
pub fn errors_of_formulas(path: &Path) -> Option<Result<Errors, String>> {
    let mut book = ZipArchive::new(BufReader::new(File::open(path).ok()?)).ok()?;
    let bytes = part(&mut book, "xl/workbook.bin")?;
    let relations = String::from_utf8(part(&mut book, "xl/_rels/workbook.bin.rels")?).ok()?;
    let mut found = BTreeMap::new();
    for (_, content) in Records(&bytes).filter(|(kind, _)| *kind == SHEET) {
        // A sheet without one has no cells.
        let Some((relation, behind)) = text(content, 8) else { continue };
        let (name, _) = text(content, behind)?;
        let place = format!("xl/{}", target(&relations, &relation)?);
        if place.starts_with("xl/worksheets/") {
            let (errors, extent) = errors_of_sheet(&part(&mut book, &place)?)?;
            if let Some(refusal) = extent.refusal(&name) {
                return Some(Err(refusal));
            }
            found.insert(name, errors);
        }
    }
    Some(Ok(found))
}

fn errors_of_sheet(bytes: &[u8]) -> Option<(Vec<Cell<Data>>, Extent)> {
    let (mut row, mut found, mut extent) = (0, Vec::new(), Extent::default());
    for (kind, content) in Records(bytes) {
        if kind == ROW {
            row = number(content, 0).filter(|row| *row < ROWS)?;
        } else if kind > BLANK && kind <= ERROR_OF_FORMULA {
            let column = number(content, 0).filter(|column| *column < COLUMNS)?;
            extent.add(row, column);
            if kind == ERROR_OF_FORMULA {
                found.push(Cell::new((row, column), Data::Error(error(*content.get(8)?))));
            }
        }
    }
    Some((found, extent))
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

fn error(code: u8) -> CellErrorType {
    match code {
        0x00 => CellErrorType::Null,
        0x07 => CellErrorType::Div0,
        0x17 => CellErrorType::Ref,
        0x1d => CellErrorType::Name,
        0x24 => CellErrorType::Num,
        0x2a => CellErrorType::NA,
        _ => CellErrorType::Value,
    }
}

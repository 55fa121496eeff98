//! A look at an `.xls` before the library reads it: where its cells lie. The library makes room for all places between
//! them at once, and for as many as the file says in advance.

use std::io::Read;
use std::path::Path;

use super::bounds::Extent;

/// Records that are looked at: <https://learn.microsoft.com/openspecs/office_file_formats/ms-xls>.
const BEGIN: u16 = 0x0809;
const END: u16 = 0x000a;
const SHEET: u16 = 0x0085;
const DIMENSIONS: u16 = 0x0200;
const SEVERAL: u16 = 0x00bd;
/// Numbers, texts, flags, formulas.
const CELLS: [u16; 8] = [0x0203, 0x0204, 0x00d6, 0x0205, 0x0207, 0x027e, 0x00fd, 0x0006];

/// Sheets that may be announced larger than they are: all of an old program.
const ANNOUNCED: u64 = 65_536 * 256;

/// The sheets with where their cells lie; `None` where the workbook is not built as such are.
pub fn extents(path: &Path) -> Option<Vec<(String, Extent)>> {
    let mut book = cfb::open(path).ok()?;
    let mut bytes = Vec::new();
    let name = ["Workbook", "Book"].into_iter().find(|name| book.is_stream(name))?;
    book.open_stream(name).ok()?.read_to_end(&mut bytes).ok()?;
    let (mut names, mut found): (Vec<String>, Vec<Extent>) = (Vec::new(), Vec::new());
    let mut depth = 0;
    for (kind, content) in Records(&bytes) {
        match kind {
            BEGIN => {
                depth += 1;
                if depth == 1 {
                    found.push(Extent::default());
                }
            }
            END => depth -= 1,
            SHEET => names.push(sheet_name(content).unwrap_or_default()),
            // Charts in a sheet hold cells of their own.
            _ if depth != 1 => {}
            DIMENSIONS => {
                let wide = |at: usize| Some(u32::from_le_bytes(content.get(at..at + 4)?.try_into().ok()?));
                let size = |first: u32, last: u32| u64::from(last.saturating_sub(first)) + 1;
                // The older form has two bytes for each; it cannot be too large.
                let rows = if content.len() >= 14 { size(wide(0)?, wide(4)?) } else { 0 };
                let columns = if content.len() >= 14 { size(short(content, 8)?, short(content, 10)?) } else { 0 };
                if rows.saturating_mul(columns) > ANNOUNCED {
                    found.last_mut()?.add(0, 0);
                    found.last_mut()?.add((rows - 1).min(u64::from(u32::MAX)) as u32, columns as u32 - 1);
                }
            }
            SEVERAL => {
                let last = content.len().checked_sub(2)?;
                for column in short(content, 2)?..=short(content, last)? {
                    found.last_mut()?.add(short(content, 0)?, column);
                }
            }
            kind if CELLS.contains(&kind) => {
                if let (Some(row), Some(column)) = (short(content, 0), short(content, 2)) {
                    found.last_mut()?.add(row, column);
                }
            }
            _ => {}
        }
    }
    // The first part is of the workbook itself.
    let sheets = found.into_iter().skip(1).enumerate();
    Some(sheets.map(|(at, extent)| (names.get(at).cloned().unwrap_or_default(), extent)).collect())
}

fn short(content: &[u8], at: usize) -> Option<u32> {
    Some(u16::from_le_bytes(content.get(at..at + 2)?.try_into().ok()?).into())
}

/// Behind where the sheet is and what kind: how long its name is, and whether letters have two bytes.
fn sheet_name(content: &[u8]) -> Option<String> {
    let letters = usize::from(*content.get(6)?);
    if content.get(7)? & 1 == 0 {
        return Some(content.get(8..8 + letters)?.iter().map(|byte| char::from(*byte)).collect());
    }
    let letters = content.get(8..8 + 2 * letters)?.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    String::from_utf16(&letters.collect::<Vec<_>>()).ok()
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

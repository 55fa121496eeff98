//! Workbooks that ask for more memory than they can need: a few thousand bytes may name a cell at the far end of a
//! sheet, or repeat one a million times. They are looked through before a library takes them in.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use super::old_sheet::extents;
use crate::data::errors::spreadsheet_column;
use crate::limits::{SHEET, SHEET_SPARSE, megabytes};

/// Nothing packed by a `.zip` gets this many times as large.
const MOST_PACKED: u64 = 1040;
/// Rows and columns that a sheet of any program can have.
const ROWS: u64 = 1 << 20;
const COLUMNS: u64 = 1 << 14;

/// Where the filled cells of a sheet lie.
#[derive(Clone, Debug, Default)]
pub struct Extent {
    first: Option<(u32, u32)>,
    last: (u32, u32),
    filled: u64,
}

impl Extent {
    pub fn of(cells: impl Iterator<Item = (u32, u32)>) -> Extent {
        let mut extent = Extent::default();
        cells.for_each(|(row, column)| extent.add(row, column));
        extent
    }

    pub fn add(&mut self, row: u32, column: u32) {
        let first = self.first.unwrap_or((row, column));
        self.first = Some((first.0.min(row), first.1.min(column)));
        self.last = (self.last.0.max(row), self.last.1.max(column));
        self.filled += 1;
    }

    /// How many cells there are between the first and the last.
    fn places(&self) -> u64 {
        let size = |first: u32, last: u32| u64::from(last - first) + 1;
        self.first.map_or(0, |first| size(first.0, self.last.0) * size(first.1, self.last.1))
    }

    /// Why the sheet is not held in memory, if it cannot be.
    pub fn refusal(&self, sheet: &str) -> Option<String> {
        let most = SHEET.max(self.filled.saturating_mul(SHEET_SPARSE));
        (self.places() > most).then(|| {
            let name = |(row, column): (u32, u32)| format!("{}{}", spreadsheet_column(column as usize), row + 1);
            format!(
                "its sheet `{sheet}` reaches from {} to {}, {} places of which {} are filled; delete the cells that stand \
                 far away from the table",
                name(self.first.unwrap_or_default()),
                name(self.last),
                self.places(),
                self.filled
            )
        })
    }
}

/// Looks a workbook through; why it is not opened, if it is not. What is damaged is told by who reads it.
pub fn refusal(path: &Path, most: u64) -> Option<String> {
    let mut start = [0; 4];
    File::open(path).and_then(|mut file| file.read_exact(&mut start)).ok()?;
    match &start {
        b"PK\x03\x04" => zipped(path, most).ok().flatten(),
        b"\xd0\xcf\x11\xe0" => extents(path)?.iter().find_map(|(sheet, extent)| extent.refusal(sheet)),
        _ => None,
    }
}

fn zipped(path: &Path, most: u64) -> io::Result<Option<String>> {
    let mut book = ZipArchive::new(BufReader::new(File::open(path)?))?;
    let packed = (0..book.len()).map(|at| book.by_index_raw(at).map_or(0, |part| part.compressed_size())).sum::<u64>();
    if packed > most / MOST_PACKED {
        let mut unpacked = 0;
        for at in 0..book.len() {
            // A part may say that it is smaller than it is.
            unpacked += io::copy(&mut book.by_index(at)?.take(most - unpacked + 1), &mut io::sink())?;
            if unpacked > most {
                return Ok(Some(format!("unpacked it is larger than {}", megabytes(most))));
            }
        }
    }
    match book.by_name("content.xml") {
        Ok(content) => Ok(repeated(content).unwrap_or(None)),
        Err(_) => Ok(None),
    }
}

/// Of an `.ods`: whether its repeated rows and cells come to more than it can be meant to hold.
fn repeated(content: impl Read) -> Result<Option<String>, quick_xml::Error> {
    let mut reader = Reader::from_reader(BufReader::new(content));
    let mut buffer = Vec::new();
    let (mut sheet, mut table, mut row) = (String::new(), Repeated::default(), Repeated::default());
    let mut rows = 1;
    loop {
        buffer.clear();
        let (element, open) = match reader.read_event_into(&mut buffer)? {
            Event::Eof => return Ok(None),
            Event::Start(element) => (element, true),
            Event::Empty(element) => (element, false),
            Event::End(element) => {
                match element.name().as_ref() {
                    "table:table-row" => table.row(&row, rows),
                    "table:table" if table.is_too_large() => return Ok(Some(table.refusal(&sheet))),
                    _ => {}
                }
                continue;
            }
            _ => continue,
        };
        match element.name().as_ref() {
            "table:table" => {
                sheet = attribute(&element, "table:name").unwrap_or_default();
                table = Repeated::default();
            }
            "table:table-row" => {
                rows = number(&element, "table:number-rows-repeated").min(ROWS);
                row = Repeated::default();
                if !open {
                    table.row(&row, rows);
                }
            }
            "table:table-cell" | "table:covered-table-cell" => {
                let columns = number(&element, "table:number-columns-repeated").min(COLUMNS);
                let filled = ["office:value-type", "table:formula", "calcext:value-type"];
                row.cell(columns, filled.iter().any(|name| attribute(&element, name).is_some()));
                // The library keeps each row with all cells up to its last, before it knows how far the table goes.
                if table.kept + row.kept > SHEET.max((table.written + row.written) * SHEET_SPARSE) {
                    table.row(&row, rows);
                    return Ok(Some(table.refusal(&sheet)));
                }
            }
            _ => {}
        }
    }
}

fn attribute(element: &BytesStart, name: &str) -> Option<String> {
    let found = element.try_get_attribute(name).ok().flatten()?;
    Some(found.value.to_string())
}

fn number(element: &BytesStart, name: &str) -> u64 {
    attribute(element, name).and_then(|value| value.parse().ok()).unwrap_or(1)
}

/// Cells of a row, or of a table, as they are repeated.
#[derive(Default)]
struct Repeated {
    /// Blank ones behind the last that is filled.
    blank: u64,
    width: u64,
    height: u64,
    blank_rows: u64,
    /// Elements that are filled, and cells that are kept for them.
    written: u64,
    kept: u64,
}

impl Repeated {
    fn cell(&mut self, columns: u64, filled: bool) {
        if !filled {
            self.blank += columns;
            return;
        }
        self.width += std::mem::take(&mut self.blank) + columns;
        self.written += 1;
        self.kept = self.width;
    }

    fn row(&mut self, row: &Repeated, rows: u64) {
        if row.written == 0 {
            self.blank_rows += rows;
            return;
        }
        self.height += std::mem::take(&mut self.blank_rows) + rows;
        self.width = self.width.max(row.width);
        self.written += row.written;
        self.kept += row.kept;
    }

    fn is_too_large(&self) -> bool {
        self.height.min(ROWS).saturating_mul(self.width) > SHEET.max(self.written * SHEET_SPARSE)
    }

    fn refusal(&self, sheet: &str) -> String {
        format!(
            "its sheet `{sheet}` repeats cells to {} rows and {} columns, and only {} are filled; delete what stands far \
             away from the table",
            self.height, self.width, self.written
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(rows: &str) -> Option<String> {
        let xml =
            format!("<office:spreadsheet><table:table table:name=\"S\">{rows}</table:table></office:spreadsheet>");
        repeated(xml.as_bytes()).unwrap()
    }

    #[test]
    fn sheets_may_be_large_but_not_empty() {
        assert!(Extent::of((0..2_000).map(|at| (at, at))).refusal("S").is_none());
        assert!(Extent::of((0..2_000).chain([1_000_000]).map(|at| (at, at / 100))).refusal("S").is_some());
        let far = Extent::of([(0, 0), (1_048_575, 16_383)].into_iter()).refusal("S").unwrap();
        assert!(far.contains("from A1 to XFD1048576"), "{far}");
    }

    #[test]
    fn repeats_are_counted_before_they_are_made() {
        let cell = |times: u64, filled: bool| {
            let filled = if filled { "office:value-type=\"float\"" } else { "" };
            format!("<table:table-cell {filled} table:number-columns-repeated=\"{times}\"/>")
        };
        let row = |times: u64, cells: &str| {
            format!("<table:table-row table:number-rows-repeated=\"{times}\">{cells}</table:table-row>")
        };
        let plain = row(1, &cell(3, true));
        assert_eq!(sheet(&plain.repeat(50)), None);
        // What is blank to the end of the sheet is never kept.
        assert_eq!(sheet(&(plain.clone() + &row(1_048_000, &cell(16_384, false)))), None);
        assert_eq!(sheet(&row(10_000, &cell(3, true))), None);
        for far in [
            row(1_048_576, &cell(16_384, true)),
            plain.clone() + &row(1_048_000, &cell(16_384, false)) + &row(1, &(cell(16_000, false) + &cell(1, true))),
            row(1, &(cell(16_000, false) + &cell(1, true))).repeat(5_000),
        ] {
            assert!(sheet(&far).is_some_and(|why| why.contains("repeats cells")), "{far:.200}");
        }
    }
}

//! Workbooks of the binary forms (`.xls`, `.xlsb`), which a library reads; what it passes over is looked up beside it.

use std::collections::HashMap;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;

use calamine::{Data, Reader, SheetType, SheetVisible, Sheets, Xls, Xlsb};

use super::beside::BesideAll;
use super::format::NumberFormat;
use super::place::Place;
use super::table::{Found, Held, Table, Trouble, added_up, damaged};
use super::text::moment;
use super::{Book, Tab, binary_sheet, old_sheet};

pub struct Library {
    book: Sheets<BufReader<File>>,
    tabs: Vec<Tab>,
    beside: BesideAll,
    formats: Arc<[NumberFormat]>,
    since_1904: bool,
}

impl Library {
    /// An `.xls`.
    pub fn old(path: &Path, most: u64) -> Result<Library, Trouble> {
        // The library makes room for all cells at once, so it is known first how far they reach.
        let beside = old_sheet::look(path, most)?;
        let book: Xls<_> = calamine::open_workbook(path).map_err(|error: calamine::XlsError| match error {
            calamine::XlsError::Password => Trouble::Locked,
            error => damaged(error),
        })?;
        let since_1904 = book.has_1904_epoch();
        Ok(Library::of(Sheets::Xls(book), beside, since_1904))
    }

    /// An `.xlsb`.
    pub fn binary(path: &Path) -> Result<Library, Trouble> {
        let beside = binary_sheet::look(path)?;
        let book: Xlsb<_> = calamine::open_workbook(path).map_err(|error: calamine::XlsbError| match error {
            calamine::XlsbError::Password => Trouble::Locked,
            error => damaged(error),
        })?;
        let since_1904 = book.has_1904_epoch();
        Ok(Library::of(Sheets::Xlsb(book), beside, since_1904))
    }

    fn of(book: Sheets<BufReader<File>>, beside: BesideAll, since_1904: bool) -> Library {
        let tab = |sheet: &calamine::Sheet| Tab {
            name: sheet.name.clone(),
            visible: sheet.visible == SheetVisible::Visible,
            is_table: sheet.typ == SheetType::WorkSheet,
        };
        let tabs = book.sheets_metadata().iter().map(tab).collect();
        let formats = beside.formats.iter().cloned().collect();
        Library { book, tabs, beside, formats, since_1904 }
    }
}

impl Book for Library {
    fn tabs(&self) -> &[Tab] {
        &self.tabs
    }

    fn table(&mut self, at: usize, _rows: Option<u32>) -> Result<Table, Trouble> {
        let name = self.tabs[at].name.clone();
        let beside = self.beside.sheets.iter_mut().find(|(known, _)| *known == name);
        let beside = beside.map(|(_, beside)| std::mem::take(beside)).unwrap_or_default();
        if let Some(reason) = beside.found.extent.refusal(&name) {
            return Err(Trouble::TooFar(reason));
        }
        let range = self.book.worksheet_range(&name).map_err(damaged)?;
        let formulas = self.book.worksheet_formula(&name).unwrap_or_default();
        let mut found = Found { merged: beside.found.merged.clone(), ..Found::default() };
        let start = formulas.start().unwrap_or_default();
        for (row, column, formula) in formulas.used_cells() {
            let place = (start.0 + row as u32, start.1 + column as u32);
            if let Some(rows) = added_up(place, formula) {
                found.sums.insert(place, rows);
            }
        }
        let told: HashMap<Place, Held> = beside.found.cells.iter().cloned().collect();
        let first = range.start().unwrap_or_default();
        for (row, column, data) in range.used_cells() {
            let place = (first.0 + row as u32, first.1 + column as u32);
            if !told.contains_key(&place) && !beside.doubted.contains_key(&place) {
                let format = beside.formats.get(&place).copied().unwrap_or(GENERAL);
                found.add(place, held(data, format, self.since_1904));
            }
        }
        let formula = |place: Place| -> Arc<str> {
            let text = formulas.get_value(place).map(String::as_str).filter(|text| !text.is_empty());
            format!("={}", text.unwrap_or("…")).into()
        };
        for (place, computed) in &beside.doubted {
            let format = beside.formats.get(place).copied().unwrap_or(GENERAL);
            let held = range.get_value(*place).map_or(Held::Blank, |data| held(data, format, self.since_1904));
            found.add(*place, computed.given(Some(held), &formula(*place)));
        }
        for (place, held) in told {
            let held = if let Held::Uncomputed(_) = held { Held::Uncomputed(formula(place)) } else { held };
            found.add(place, held);
        }
        // It may be asked for again.
        if let Some((_, kept)) = self.beside.sheets.iter_mut().find(|(known, _)| *known == name) {
            *kept = beside;
        }
        Table::of(&name, found, self.formats.clone(), self.since_1904)
    }
}

/// The format of cells that have none.
const GENERAL: u32 = u32::MAX;

fn held(data: &Data, format: u32, since_1904: bool) -> Held {
    let text = |text: &str| if text.is_empty() { Held::Blank } else { Held::Text(text.into()) };
    match data {
        Data::Empty => Held::Blank,
        Data::String(held) => text(held),
        Data::DateTimeIso(held) | Data::DurationIso(held) => Held::Moment(held.as_str().into()),
        Data::Bool(flag) => Held::Flag(*flag),
        Data::Error(error) => Held::Error(error.to_string().into()),
        // All but dates has been told apart by its format.
        Data::DateTime(date) if format == GENERAL => Held::Moment(moment(date.as_f64(), since_1904).into()),
        Data::DateTime(date) => Held::Number(date.as_f64(), format),
        Data::Int(number) => Held::Number(*number as f64, format),
        Data::Float(number) if number.is_finite() => Held::Number(*number, format),
        Data::Float(number) => Held::Strange(number.to_string().into()),
    }
}

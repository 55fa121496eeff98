//! Sheets of spreadsheets as rows of texts: what a cell shows, as far as it can be told, and how it is merged.

mod beside;
mod binary_sheet;
mod bounds;
mod format;
mod library;
mod ods;
mod old_sheet;
mod place;
mod table;
mod text;
mod xlsx;
mod xlsx_sheet;
mod xml;

use std::collections::HashMap;
use std::fs::File;
use std::ops::RangeInclusive;
use std::path::Path;

use unicode_normalization::UnicodeNormalization;
use zip::ZipArchive;

use self::library::Library;
use self::ods::Ods;
use self::table::{Table, Trouble};
use self::xlsx::Xlsx;
use super::guarded::guarded;
use super::kind::{self, FileKind};
use super::layout::{Expected, TITLE_ROWS};
use super::raw::{Grid, Raw};
use super::{FileContent, FileTask, Wanted, grid};
use crate::data::errors;
use crate::data::options::Options;
use crate::diagnostic::Diagnostic;
use crate::nearest::nearest;

const DAMAGED: &str = "it is no workbook, or damaged";

/// A workbook, whatever it is kept as.
trait Book {
    fn tabs(&self) -> &[Tab];

    /// The cells of a sheet; where so many rows are asked for, those from the first that has one on are enough.
    fn table(&mut self, at: usize, rows: Option<u32>) -> Result<Table, Trouble>;
}

/// A sheet in the list of a workbook.
#[derive(Clone, Debug, PartialEq)]
struct Tab {
    name: String,
    visible: bool,
    /// It has cells, and is no chart or the like.
    is_table: bool,
}

/// Reads one sheet of a workbook with all its errors.
pub fn read(task: &FileTask, wanted: &Wanted, options: &Options) -> FileContent {
    let damaged = || Err(told(task, Trouble::Damaged("it breaks off where nothing may".into())));
    let sheet = match guarded(|| open(task, wanted, options)).unwrap_or_else(damaged) {
        Ok(sheet) => sheet,
        Err(error) => {
            return FileContent { errors: vec![*error], incomplete: true, ..FileContent::default() };
        }
    };
    let mut content = grid::read(task, wanted, options, &sheet);
    let start = sheet.first().1 as usize;
    for at in content.columns_at.iter_mut().flatten() {
        *at += start;
    }
    let headers: HashMap<&str, usize> =
        content.spread.iter().map(|(header, at)| (header.as_str(), at + start)).collect();
    for place in content.errors.iter_mut().flat_map(|error| &mut error.data) {
        place.sheet = Some(sheet.name.clone());
        let at = place.column.as_deref().and_then(|header| headers.get(header));
        place.cell = at.zip(place.row).map(|(at, row)| format!("{}{row}", errors::spreadsheet_column(*at)));
    }
    content.sheet = Some(sheet.name);
    content
}

fn told(task: &FileTask, trouble: Trouble) -> Box<Diagnostic> {
    Box::new(match trouble {
        Trouble::Damaged(why) => errors::bad_workbook(&task.shown, &format!("{DAMAGED} ({why})")),
        Trouble::TooFar(why) => errors::unreadable(&task.shown, &why),
        Trouble::Locked => errors::bad_workbook(&task.shown, "it is locked with a password"),
        Trouble::Other(kind) => errors::other_kind(&task.shown, kind.words(), kind.mend(&task.shown)),
    })
}

fn open(task: &FileTask, wanted: &Wanted, options: &Options) -> Result<Table, Box<Diagnostic>> {
    let mut book = book(&task.path, options.whole()).map_err(|trouble| told(task, trouble))?;
    let at = choose(&mut *book, task, wanted)?;
    book.table(at, None).map_err(|trouble| told(task, trouble))
}

/// A workbook by what it is, whatever its name says.
fn book(path: &Path, most: u64) -> Result<Box<dyn Book>, Trouble> {
    if let Some(reason) = bounds::refusal(path, most) {
        return Err(Trouble::TooFar(reason));
    }
    match kind::of_path(path).map_err(table::damaged)? {
        FileKind::Xlsx => Ok(Box::new(Xlsx::open(path)?)),
        FileKind::Ods => Ok(Box::new(Ods::open(path)?)),
        FileKind::Xlsb => Ok(Box::new(Library::binary(path)?)),
        FileKind::Xls => Ok(Box::new(Library::old(path, most)?)),
        FileKind::Locked => Err(Trouble::Locked),
        FileKind::Binary | FileKind::Compound => Err(Trouble::Damaged("none begins like this".into())),
        // Of one that is cut off, the list of its parts is missing.
        FileKind::Zip if ZipArchive::new(File::open(path).map_err(table::damaged)?).is_err() => Err(table::cut_off("")),
        other => Err(Trouble::Other(other)),
    }
}

/// The sheet that is named; else the one in which most of the columns are found.
fn choose(book: &mut dyn Book, task: &FileTask, wanted: &Wanted) -> Result<usize, Box<Diagnostic>> {
    let tabs = book.tabs().to_vec();
    let Some(asked) = &task.sheet else {
        let expected = Expected::of(wanted.data);
        let mut troubles = Vec::new();
        // By sheet, how many headers it has, and whether it has no cells.
        let mut look = |book: &mut dyn Book, visible: bool| -> Vec<(usize, usize, bool)> {
            let mut found = Vec::new();
            for at in (0..tabs.len()).filter(|at| tabs[*at].is_table && tabs[*at].visible == visible) {
                match book.table(at, Some(TITLE_ROWS as u32)) {
                    Ok(table) => {
                        let row = |row: usize| -> Vec<String> {
                            (0..table.width()).map(|column| table.raw(row, column).header()).collect()
                        };
                        let rows = (0..table.height().min(TITLE_ROWS)).map(|at| expected.found(&row(at)));
                        found.push((rows.max().unwrap_or(0), at, table.is_empty()));
                    }
                    Err(trouble) => troubles.push(trouble),
                }
            }
            found
        };
        let mut found = look(book, true);
        let most = found.iter().map(|(count, ..)| *count).max().unwrap_or(0);
        let fits = |found: Vec<(usize, usize, bool)>| -> Vec<String> {
            found.into_iter().filter(|(count, ..)| *count > 0).map(|(_, at, _)| tabs[at].name.clone()).collect()
        };
        let hidden = if most == 0 { fits(look(book, false)) } else { Vec::new() };
        // It may have been the one that is meant.
        if most == 0 && !troubles.is_empty() {
            return Err(told(task, troubles.swap_remove(0)));
        }
        if found.is_empty() || !hidden.is_empty() {
            return Err(Box::new(errors::no_shown_sheet(&task.shown, wanted.data, !found.is_empty(), &hidden)));
        }
        let filled = found.iter().any(|(.., is_empty)| !is_empty);
        found.retain(|(count, _, is_empty)| *count == most && (most > 0 || !filled || !is_empty));
        if most > 0 && found.len() > 1 {
            let fitting: Vec<String> = found.into_iter().map(|(_, at, _)| tabs[at].name.clone()).collect();
            return Err(Box::new(errors::several_sheets(&task.shown, wanted.data, &fitting)));
        }
        return match found.into_iter().next() {
            Some((_, at, _)) => Ok(at),
            None => Err(Box::new(errors::no_shown_sheet(&task.shown, wanted.data, false, &[]))),
        };
    };
    let is_it = |name: &dyn Fn(&str) -> bool| -> Vec<usize> {
        (0..tabs.len()).filter(|at| tabs[*at].is_table && name(&tabs[*at].name)).collect()
    };
    let named = is_it(&|name| name == asked);
    // Letters may be put together in two ways.
    let folded = |name: &str| crate::alike::folded(&name.nfc().collect::<String>()).into_owned();
    let found = if named.is_empty() { is_it(&|name| folded(name) == folded(asked)) } else { named };
    let names = |tabs: &mut dyn Iterator<Item = &Tab>| tabs.map(|tab| tab.name.clone()).collect::<Vec<String>>();
    match found.as_slice() {
        [at] => Ok(*at),
        [] => {
            let names = names(&mut tabs.iter().filter(|tab| tab.is_table));
            let near = nearest(asked, names.iter().map(String::as_str));
            Err(Box::new(errors::no_sheet(&task.shown, wanted.data, asked, &names, near)))
        }
        several => {
            let fitting = names(&mut several.iter().map(|at| &tabs[*at]));
            Err(Box::new(errors::several_sheets(&task.shown, wanted.data, &fitting)))
        }
    }
}

impl Grid for Table {
    fn height(&self) -> usize {
        Table::height(self)
    }

    fn width(&self, _row: usize) -> usize {
        Table::width(self)
    }

    fn line(&self, row: usize) -> u32 {
        self.first().0 + row as u32 + 1
    }

    fn cell(&self, row: usize, column: usize) -> Raw<'_> {
        self.raw(row, column)
    }

    fn adds_up(&self, row: usize, column: usize) -> Option<RangeInclusive<u32>> {
        Table::adds_up(self, row, column)
    }

    fn sheet(&self) -> Option<&str> {
        Some(&self.name)
    }
}

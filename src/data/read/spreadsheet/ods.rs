//! Workbooks of the OpenDocument form (`.ods`).
//!
//! The library that reads the older forms passes over what must be told of these: merged cells, formulas that were never
//! computed, what a cell shows; and one cell that it cannot read is the end of the whole workbook there.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use super::place::{COLUMNS, ROWS};
use super::table::{Computed, Found, Held, Table, Told, Trouble, added_up, cut_off, damaged, room_for};
use super::text::{duration, has_too_many_digits};
use super::xml::{Xml, add_text};
use super::{Book, Tab};

pub struct Ods {
    path: PathBuf,
    tabs: Vec<Tab>,
    computed: Computed,
}

impl Ods {
    #[allow(clippy::redundant_closure)] // the functions alone are for one lifetime of the part
    pub fn open(path: &Path) -> Result<Ods, Trouble> {
        let mut book = Ods { path: path.to_path_buf(), tabs: Vec::new(), computed: Computed::default() };
        if book.with("META-INF/manifest.xml", |part| is_locked(part))?.unwrap_or(false) {
            return Err(Trouble::Locked);
        }
        let tabs = book.with("content.xml", |part| tabs(part))?;
        book.tabs = tabs.ok_or_else(|| Trouble::Damaged("the part with its sheets is missing".into()))?;
        book.computed.before = book.with("settings.xml", |part| is_by_hand(part))?.unwrap_or(false);
        Ok(book)
    }

    fn with<T>(
        &self,
        part: &str,
        read: impl FnOnce(&mut Xml<BufReader<zip::read::ZipFile<BufReader<File>>>>) -> Result<T, Trouble>,
    ) -> Result<Option<T>, Trouble> {
        let file = File::open(&self.path).map_err(damaged)?;
        let mut archive = ZipArchive::new(BufReader::new(file)).map_err(cut_off)?;
        match archive.by_name(part) {
            Ok(part) => read(&mut Xml::of(part)).map(Some),
            Err(zip::result::ZipError::FileNotFound) => Ok(None),
            Err(error) => Err(cut_off(error)),
        }
    }
}

impl Book for Ods {
    fn tabs(&self) -> &[Tab] {
        &self.tabs
    }

    fn table(&mut self, at: usize, rows: Option<u32>) -> Result<Table, Trouble> {
        let name = self.tabs[at].name.clone();
        let found = self.with("content.xml", |part| {
            let mut before = 0;
            loop {
                match part.next()? {
                    Event::Start(element) if element.name().as_ref() == "table:table" => {
                        if before == at {
                            break;
                        }
                        before += 1;
                    }
                    Event::Eof => return Err(cut_off("")),
                    _ => continue,
                }
                part.skip()?;
            }
            SheetRows::read(part, &name, rows, self.computed)
        })?;
        Table::of(&name, found.unwrap_or_default(), Arc::new([]), false)
    }
}

fn is_locked<R: BufRead>(manifest: &mut Xml<R>) -> Result<bool, Trouble> {
    loop {
        match manifest.next()? {
            Event::Start(element) if element.local_name().as_ref() == "encryption-data" => return Ok(true),
            Event::Eof => return Ok(false),
            _ => {}
        }
    }
}

/// Whether cells were computed by hand alone when it was saved.
fn is_by_hand<R: BufRead>(settings: &mut Xml<R>) -> Result<bool, Trouble> {
    loop {
        let is_it = match settings.next()? {
            Event::Start(element) if element.local_name().as_ref() == "config-item" => {
                attribute(&element, "config:name").as_deref() == Some("AutoCalculate")
            }
            Event::Eof => return Ok(false),
            _ => false,
        };
        if is_it {
            return Ok(settings.text()?.trim() == "false");
        }
    }
}

/// The sheets, each of which is a table; those in a table are a part of it.
fn tabs<R: BufRead>(content: &mut Xml<R>) -> Result<Vec<Tab>, Trouble> {
    let (mut tabs, mut style, mut shown) = (Vec::new(), String::new(), HashMap::new());
    loop {
        let is_sheet = match content.next()? {
            Event::Start(element) => match element.name().as_ref() {
                "style:style" => {
                    style = attribute(&element, "style:name").unwrap_or_default();
                    false
                }
                "style:table-properties" => {
                    let display = attribute(&element, "table:display");
                    shown.insert(style.clone(), display.as_deref() != Some("false"));
                    false
                }
                "table:table" => {
                    let style = attribute(&element, "table:style-name").unwrap_or_default();
                    let visible = shown.get(&style).copied().unwrap_or(true);
                    let name = attribute(&element, "table:name").unwrap_or_default();
                    let is_table = !name.is_empty();
                    tabs.push(Tab { name, visible, is_table });
                    true
                }
                _ => false,
            },
            Event::Eof => return Ok(tabs),
            _ => false,
        };
        if is_sheet {
            content.skip()?;
        }
    }
}

fn attribute(element: &BytesStart, name: &str) -> Option<String> {
    let found = element.try_get_attribute(name).ok().flatten()?;
    found.normalized_value(XmlVersion::Implicit1_0).ok().map(|value| value.into_owned())
}

fn times(element: &BytesStart, name: &str) -> u64 {
    attribute(element, name).and_then(|value| value.trim().parse().ok()).unwrap_or(1)
}

/// The rows of a sheet as they are read.
struct SheetRows<'a> {
    name: &'a str,
    computed: Computed,
    found: Found,
    /// Row and column that come next.
    row: u64,
    column: u64,
    /// Cells of this row, each with how often it is there.
    cells: Vec<(u64, u64, Held)>,
    /// Of this row: column, and how many rows and columns a cell reaches over.
    merged: Vec<(u64, u64, u64)>,
    /// Cells that are written, and all that these stand for.
    written: u64,
    kept: u64,
}

impl SheetRows<'_> {
    fn read<R: BufRead>(
        part: &mut Xml<R>,
        name: &str,
        rows: Option<u32>,
        computed: Computed,
    ) -> Result<Found, Trouble> {
        let mut sheet = SheetRows {
            name,
            computed,
            found: Found::default(),
            row: 0,
            column: 0,
            cells: Vec::new(),
            merged: Vec::new(),
            written: 0,
            kept: 0,
        };
        let mut repeated = 1;
        loop {
            let (skip, cell) = match part.next()? {
                Event::Start(element) => match element.name().as_ref() {
                    "table:table-row" => {
                        repeated = times(&element, "table:number-rows-repeated").max(1);
                        (sheet.column, sheet.cells, sheet.merged) = (0, Vec::new(), Vec::new());
                        (false, None)
                    }
                    "table:table-cell" | "table:covered-table-cell" => (false, Some(Cell::of(&element))),
                    // Rows and columns may be grouped.
                    "table:table-rows" | "table:table-row-group" | "table:table-header-rows" => (false, None),
                    _ => (true, None),
                },
                Event::End(element) => {
                    match element.name().as_ref() {
                        "table:table-row" => sheet.end_of_row(repeated)?,
                        "table:table" => return Ok(sheet.found),
                        _ => {}
                    }
                    let first = sheet.found.extent.corners().map(|(first, _)| u64::from(first.0));
                    if rows.zip(first).is_some_and(|(rows, first)| sheet.row >= first + u64::from(rows)) {
                        return Ok(sheet.found);
                    }
                    (false, None)
                }
                Event::Eof => return Err(cut_off("")),
                _ => (false, None),
            };
            if skip {
                part.skip()?;
            }
            if let Some(cell) = cell {
                sheet.cell(part, cell)?;
            }
        }
    }

    fn cell<R: BufRead>(&mut self, part: &mut Xml<R>, cell: Cell) -> Result<(), Trouble> {
        let shown = shown(part)?;
        let (columns, spans) = (cell.repeated.max(1), cell.spans);
        if spans != (1, 1) {
            self.merged.push((self.column, spans.0.max(1), spans.1.max(1)));
        }
        if let (Ok(row), Ok(column)) = (u32::try_from(self.row), u32::try_from(self.column))
            && let Some(rows) = cell.formula.as_deref().and_then(|formula| {
                let (_, formula) = formula.split_once('=')?;
                added_up((row, column), formula)
            })
        {
            self.found.sums.insert((row, column), rows);
        }
        let formula = cell.formula_shown();
        let mut held = cell.held(shown);
        if let Some(formula) = formula {
            held = self.computed.given(Some(held), &formula);
        }
        if held != Held::Blank {
            self.cells.push((self.column, columns, held));
        }
        self.column = self.column.saturating_add(columns);
        Ok(())
    }

    /// Whether what is repeated is in proportion to what is written.
    fn fits(&self) -> Result<(), Trouble> {
        if self.kept > room_for(self.written) {
            return Err(Trouble::TooFar(format!(
                "its sheet `{}` repeats cells: {} written ones stand for more than {}; delete what stands far away from \
                 the table",
                self.name, self.written, self.kept
            )));
        }
        Ok(())
    }

    fn end_of_row(&mut self, repeated: u64) -> Result<(), Trouble> {
        let too_far =
            || Trouble::Damaged(format!("its sheet `{}` has more rows or columns than there can be", self.name));
        let row = self.row;
        self.row = self.row.saturating_add(repeated);
        let merged = std::mem::take(&mut self.merged);
        self.written += merged.len() as u64;
        self.kept = self.kept.saturating_add((merged.len() as u64).saturating_mul(repeated.min(ROWS.into())));
        self.fits()?;
        for (column, rows, columns) in merged {
            let last = (row.saturating_add(rows - 1), column.saturating_add(columns - 1));
            let place = |(row, column): (u64, u64)| {
                (row.min(u64::from(ROWS) - 1) as u32, column.min(u64::from(COLUMNS) - 1) as u32)
            };
            // Each of rows that are repeated has its own.
            if rows > 1 || repeated == 1 {
                self.found.merged.push((place((row, column)), place(last)));
            } else {
                for row in row..self.row.min(u64::from(ROWS)) {
                    self.found.merged.push((place((row, column)), place((row, last.1))));
                }
            }
        }
        if self.cells.is_empty() {
            return Ok(());
        }
        let end = self.cells.iter().map(|(column, columns, _)| column.saturating_add(*columns)).max().unwrap_or(0);
        if self.row > ROWS.into() || end > COLUMNS.into() {
            return Err(too_far());
        }
        let of_row: u64 = self.cells.iter().map(|(_, columns, _)| *columns).sum();
        self.written += self.cells.len() as u64;
        self.kept += of_row * repeated;
        self.fits()?;
        for (column, columns, held) in std::mem::take(&mut self.cells) {
            for row in row..row + repeated {
                for column in column..column + columns {
                    self.found.add((row as u32, column as u32), held.clone());
                }
            }
        }
        Ok(())
    }
}

/// What a cell says of itself.
#[derive(Default)]
struct Cell {
    kind: String,
    /// Of what kind it is to LibreOffice, which knows more.
    known_as: String,
    value: Option<String>,
    currency: Option<String>,
    formula: Option<String>,
    repeated: u64,
    /// Rows and columns that it reaches over.
    spans: (u64, u64),
}

impl Cell {
    fn of(element: &BytesStart) -> Cell {
        let mut cell = Cell { repeated: 1, spans: (1, 1), ..Cell::default() };
        for attribute in element.attributes().flatten() {
            let Ok(value) = attribute.normalized_value(XmlVersion::Implicit1_0) else { continue };
            let number = || value.trim().parse().unwrap_or(1);
            match attribute.key.as_ref() {
                "office:value-type" => cell.kind = value.into_owned(),
                "calcext:value-type" => cell.known_as = value.into_owned(),
                "office:value"
                | "office:date-value"
                | "office:time-value"
                | "office:boolean-value"
                | "office:string-value" => cell.value = Some(value.into_owned()),
                "office:currency" => cell.currency = Some(value.into_owned()),
                "table:formula" => cell.formula = Some(value.into_owned()),
                "table:number-columns-repeated" => cell.repeated = number(),
                "table:number-rows-spanned" => cell.spans.0 = number(),
                "table:number-columns-spanned" => cell.spans.1 = number(),
                _ => {}
            }
        }
        cell
    }

    /// Its formula without the name of the language.
    fn formula_shown(&self) -> Option<Arc<str>> {
        let formula = self.formula.as_deref()?;
        let (_, formula) = formula.split_once('=').unwrap_or(("", formula));
        Some(format!("={formula}").into())
    }

    /// What it holds, with what it shows; that is missing where it has no text at all.
    fn held(self, shown: Option<String>) -> Held {
        let text = |text: String| if text.is_empty() { Held::Blank } else { Held::Text(text.into()) };
        let says =
            |shown: &Option<String>, is_one: fn(&str) -> bool| shown.as_deref().is_some_and(|text| is_one(text.trim()));
        // Older programs keep the error of a formula as a text, or as a 0 that shows it.
        if self.known_as == "error" || self.formula.is_some() && says(&shown, is_error) {
            return Held::Error(shown.unwrap_or_else(|| "#VALUE!".into()).trim().into());
        }
        let uncomputed = || self.formula_shown().map(Held::Uncomputed);
        match (self.kind.as_str(), &self.value) {
            // A formula that gave an empty text has none of these, but shows it.
            ("", None) => match &shown {
                None => uncomputed().unwrap_or_default(),
                Some(_) => text(shown.unwrap_or_default()),
            },
            ("string", None) => match &shown {
                None => uncomputed().unwrap_or_default(),
                Some(_) => text(shown.unwrap_or_default()),
            },
            ("string", Some(value)) => text(value.clone()),
            ("date", Some(value)) => Held::Moment(moment(value).into()),
            ("time", Some(value)) => Held::Moment(duration(value).into()),
            ("boolean", Some(value)) => match value.to_lowercase().as_str() {
                "true" => Held::Flag(true),
                "false" => Held::Flag(false),
                _ => Held::Strange(value.as_str().into()),
            },
            (_, Some(value)) => self.number(value, shown),
            (_, None) => uncomputed().unwrap_or_else(|| shown.map_or(Held::Blank, text)),
        }
    }

    fn number(&self, value: &str, shown: Option<String>) -> Held {
        let written = value.trim();
        let plain = written.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
        let number = written.parse::<f64>().ok().filter(|number| plain && number.is_finite());
        match number {
            None => Held::Strange(value.into()),
            Some(number) if has_too_many_digits(written, number) => Held::Cut(written.into()),
            Some(number) => Held::Told(Box::new(Told {
                number,
                percent: self.kind == "percentage",
                currency: self.currency.clone(),
                shown,
            })),
        }
    }
}

/// What LibreOffice shows for the error of a formula, beside the names that Excel has for them.
pub fn is_error(text: &str) -> bool {
    let number = text
        .strip_prefix("Err:")
        .is_some_and(|number| number.len() == 3 && number.bytes().all(|digit| digit.is_ascii_digit()));
    number || text.starts_with('#') && (text == "#N/A" || text.ends_with(['!', '?']))
}

/// A day without the midnight behind it; what stands behind whole seconds is left out.
fn moment(text: &str) -> String {
    match text.split_once('T') {
        Some((day, clock)) if clock.bytes().all(|byte| b"0:.,".contains(&byte)) => day.to_string(),
        Some((day, clock)) => format!("{day} {}", clock.split(['.', ',']).next().unwrap_or_default()),
        None => text.to_string(),
    }
}

/// The paragraphs of a cell that has just begun, without notes, drawings and how words are read aloud.
fn shown<R: BufRead>(part: &mut Xml<R>) -> Result<Option<String>, Trouble> {
    let (mut text, mut any, mut depth, mut inside) = (String::new(), false, 1, 0);
    while depth > 0 {
        let skip = match part.next()? {
            Event::Start(element) => {
                depth += 1;
                match element.name().as_ref() {
                    "text:p" | "text:h" => {
                        if any {
                            text.push('\n');
                        }
                        (any, inside) = (true, depth);
                        false
                    }
                    "text:s" => {
                        let count = times(&element, "text:c").min(1 << 10);
                        text.push_str(&" ".repeat(count as usize));
                        false
                    }
                    "text:tab" => {
                        text.push('\t');
                        false
                    }
                    "text:line-break" => {
                        text.push('\n');
                        false
                    }
                    "text:span" | "text:a" | "text:ruby" | "text:ruby-base" => false,
                    // Fields show their text.
                    name => {
                        !(inside > 0 && name.starts_with("text:") && name != "text:ruby-text" && name != "text:note")
                    }
                }
            }
            Event::End(_) => {
                if inside == depth {
                    inside = 0;
                }
                depth -= 1;
                false
            }
            Event::Eof => return Err(cut_off("")),
            event if inside > 0 => {
                add_text(&event, &mut text)?;
                false
            }
            _ => false,
        };
        if skip {
            part.skip()?;
            depth -= 1;
        }
    }
    Ok(any.then_some(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(rows: &str) -> Result<Found, Trouble> {
        let xml = format!("<table:table table:name=\"S\">{rows}</table:table>");
        let mut part = Xml::of(xml.as_bytes());
        part.next()?;
        SheetRows::read(&mut part, "S", None, Computed::default())
    }

    #[test]
    fn repeats_are_counted_before_they_are_made() {
        let cell = |times: u64, filled: bool| {
            let filled = if filled { "office:value-type=\"float\" office:value=\"1\"" } else { "" };
            format!("<table:table-cell {filled} table:number-columns-repeated=\"{times}\"/>")
        };
        let row = |times: u64, cells: &str| {
            format!("<table:table-row table:number-rows-repeated=\"{times}\">{cells}</table:table-row>")
        };
        let plain = row(1, &cell(3, true));
        assert_eq!(sheet(&plain.repeat(50)).unwrap().cells.len(), 150);
        // What is blank to the end of the sheet is never kept.
        assert_eq!(sheet(&(plain.clone() + &row(1_048_000, &cell(16_384, false)))).unwrap().cells.len(), 3);
        assert_eq!(sheet(&row(10_000, &cell(3, true))).unwrap().cells.len(), 30_000);
        for far in [row(1_048_576, &cell(16_384, true)), row(u64::MAX, &cell(1, true)), row(1, &cell(u64::MAX, true))] {
            let why = sheet(&far).unwrap_err();
            assert!(matches!(why, Trouble::TooFar(_) | Trouble::Damaged(_)), "{why:?}");
        }
        // Cells that reach over others, in rows that are repeated.
        let wide = "<table:table-cell table:number-columns-spanned=\"2\"/>".repeat(1_000);
        assert!(matches!(sheet(&(plain.clone() + &row(1_048_000, &wide))).unwrap_err(), Trouble::TooFar(_)));
        let far =
            plain.clone() + &row(1_048_000, &cell(16_384, false)) + &row(1, &(cell(16_000, false) + &cell(1, true)));
        assert!(Table::of("S", sheet(&far).unwrap(), Arc::new([]), false).is_err());
    }

    #[test]
    fn what_a_cell_shows() {
        let shown = |inner: &str| {
            let xml = format!("<c>{inner}</c>");
            let mut part = Xml::of(xml.as_bytes());
            part.next().unwrap();
            super::shown(&mut part).unwrap()
        };
        assert_eq!(shown(""), None);
        assert_eq!(shown("<text:p/>").as_deref(), Some(""));
        assert_eq!(
            shown("<text:p>a<text:s text:c=\"2\"/>b<text:span>c</text:span></text:p><text:p>d</text:p>").as_deref(),
            Some("a  bc\nd")
        );
        assert_eq!(
            shown("<office:annotation><text:p>a note</text:p></office:annotation><text:p>x</text:p>").as_deref(),
            Some("x")
        );
        let ruby = "<text:p><text:ruby><text:ruby-base>東</text:ruby-base><text:ruby-text>ひがし</text:ruby-text></text:ruby></text:p>";
        assert_eq!(shown(ruby).as_deref(), Some("東"));
        assert_eq!(shown("<text:p><text:a xlink:href=\"mailto:a@b\">a@b</text:a></text:p>").as_deref(), Some("a@b"));
    }
}

//! Sheets of spreadsheets as rows of texts: what a cell shows, as far as it can be told, and how it is merged.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use calamine::{Cell, Data, Dimensions, ExcelDateTime, Range, Reader, Sheets, StyleRange, Xlsx, XlsxError};

use super::binary_sheet::errors_of_formulas;
use super::bounds::{self, Extent};
use super::grid::{Grid, Merged, Raw};
use super::guarded::guarded;
use super::layout::{Expected, TITLE_ROWS};
use super::{FileContent, FileTask, Wanted, grid};
use crate::data::{Options, errors};
use crate::diagnostic::Diagnostic;
use crate::nearest::nearest;

const DAMAGED: &str = "it is no workbook, or damaged";

/// Reads one sheet of a workbook with all its errors.
pub fn read(task: &FileTask, wanted: &Wanted, options: &Options) -> FileContent {
    let damaged = || Err(Box::new(errors::bad_workbook(&task.shown, DAMAGED)));
    let sheet = match guarded(|| open(task, wanted, options)).unwrap_or_else(damaged) {
        Ok(sheet) => sheet,
        Err(error) => {
            return FileContent { errors: vec![*error], incomplete: true, ..FileContent::default() };
        }
    };
    let mut content = grid::read(task, wanted, options, &sheet);
    let start = sheet.range.start().map_or(0, |(_, column)| column as usize);
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

/// One sheet.
struct Sheet {
    name: String,
    range: Range<Data>,
    styles: StyleRange,
    /// Whether the program could see which cells are shown as percent.
    styled: bool,
    /// The first cell of the merged cells that each other cell belongs to; by row and column of the range.
    merged: HashMap<(u32, u32), (u32, u32)>,
    /// Formulas, where they were never computed.
    formulas: Range<String>,
}

type Workbook = Sheets<std::io::BufReader<std::fs::File>>;

fn open(task: &FileTask, wanted: &Wanted, options: &Options) -> Result<Sheet, Box<Diagnostic>> {
    let unreadable = |reason: String| Box::new(errors::bad_workbook(&task.shown, &reason));
    let too_far = |reason: String| Box::new(errors::unreadable(&task.shown, &reason));
    if let Some(reason) = bounds::refusal(&task.path, options.whole()) {
        return Err(too_far(reason));
    }
    let mut book =
        calamine::open_workbook_auto(&task.path).map_err(|error| unreadable(reason(&task.path, &error.to_string())))?;
    let mut errors = match book {
        Sheets::Xlsb(_) => {
            errors_of_formulas(&task.path).ok_or_else(|| unreadable(DAMAGED.into()))?.map_err(too_far)?
        }
        _ => BTreeMap::new(),
    };
    let (name, mut range) = choose(&mut book, task, wanted)?;
    if let Some(errors) = errors.remove(&name) {
        range = with_errors(&range, errors);
    }
    let styles = book.worksheet_style(&name).unwrap_or_else(|_| StyleRange::empty());
    let regions = match &mut book {
        Sheets::Xlsx(book) => book.merge_cells_by_sheet_name(&name).unwrap_or_default(),
        Sheets::Xls(book) => book.merge_cells_by_sheet_name(&name).unwrap_or_default(),
        _ => Vec::new(),
    };
    let formulas = match &mut book {
        Sheets::Xlsx(book) if range.cells().any(|(.., cell)| is_empty(cell)) => {
            formulas_of(book, &name).map_err(too_far)?
        }
        _ => Range::empty(),
    };
    let merged = covered(&range, &regions);
    Ok(Sheet { name, range, styled: matches!(book, Sheets::Xlsx(_)), styles, merged, formulas })
}

/// A range with more cells.
fn with_errors(range: &Range<Data>, errors: Vec<Cell<Data>>) -> Range<Data> {
    let first = range.start().unwrap_or_default();
    let there = range.used_cells();
    let there =
        there.map(|(row, column, cell)| Cell::new((first.0 + row as u32, first.1 + column as u32), cell.clone()));
    Range::from_sparse(there.chain(errors).collect())
}

fn is_empty(cell: &Data) -> bool {
    match cell {
        Data::Empty => true,
        Data::String(text) => text.is_empty(),
        _ => false,
    }
}

/// Why a workbook cannot be opened, in words that help.
fn reason(path: &Path, error: &str) -> String {
    let mut start = [0; 4];
    let read = std::fs::File::open(path).and_then(|mut file| std::io::Read::read_exact(&mut file, &mut start));
    let old = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("xls"));
    // A newer workbook under a password is packed in the form of the older ones.
    if error.contains("assword") || read.is_ok() && start == [0xd0, 0xcf, 0x11, 0xe0] && !old {
        return "it is locked with a password".into();
    }
    format!("{DAMAGED} ({error})")
}

/// The sheet that is named; else the one in which most of the columns are found.
fn choose(book: &mut Workbook, task: &FileTask, wanted: &Wanted) -> Result<(String, Range<Data>), Box<Diagnostic>> {
    let names = book.sheet_names();
    let Some(asked) = &task.sheet else {
        let expected = Expected::of(wanted.data);
        let mut found: Vec<(usize, String, Range<Data>)> = Vec::new();
        let visible: Vec<String> = book
            .sheets_metadata()
            .iter()
            .filter(|sheet| sheet.typ == calamine::SheetType::WorkSheet)
            .filter(|sheet| sheet.visible == calamine::SheetVisible::Visible)
            .map(|sheet| sheet.name.clone())
            .collect();
        for name in visible {
            let range = cells_of(book, &name, task)?;
            let texts = |row: &[Data]| row.iter().map(|cell| plain(cell).into_owned()).collect::<Vec<_>>();
            let best = range.rows().take(TITLE_ROWS).map(|row| expected.found(&texts(row))).max();
            found.push((best.unwrap_or(0), name, range));
        }
        let most = found.iter().map(|(count, ..)| *count).max().unwrap_or(0);
        let filled = found.iter().any(|(.., range)| !range.is_empty());
        found.retain(|(count, _, range)| *count == most && (most > 0 || !filled || !range.is_empty()));
        if most > 0 && found.len() > 1 {
            let fitting: Vec<String> = found.into_iter().map(|(_, name, _)| name).collect();
            return Err(Box::new(errors::several_sheets(&task.shown, wanted.data, &fitting)));
        }
        return match found.into_iter().next() {
            Some((_, name, range)) => Ok((name, range)),
            None => Err(Box::new(errors::bad_workbook(&task.shown, "it has no sheet that is shown"))),
        };
    };
    let folded = crate::data::cell::folded(asked);
    let named = names.iter().find(|name| *name == asked);
    let Some(name) = named.or_else(|| names.iter().find(|name| crate::data::cell::folded(name) == folded)) else {
        let near = nearest(asked, names.iter().map(String::as_str));
        return Err(Box::new(errors::no_sheet(&task.shown, wanted.data, asked, &names, near)));
    };
    Ok((name.clone(), cells_of(book, name, task)?))
}

/// The cells of a sheet, or why they are not taken in. Those of `.xlsx` come one by one, so that it is known how far
/// they reach before room is made for all between them; the others were looked through before.
fn cells_of(book: &mut Workbook, name: &str, task: &FileTask) -> Result<Range<Data>, Box<Diagnostic>> {
    let damaged = |error: &dyn std::fmt::Display| Box::new(errors::bad_workbook(&task.shown, &error.to_string()));
    let Sheets::Xlsx(xlsx) = book else { return book.worksheet_range(name).map_err(|error| damaged(&error)) };
    let mut reader = match xlsx.worksheet_cells_reader(name) {
        Err(XlsxError::NotAWorksheet(_)) => return Ok(Range::empty()),
        other => other.map_err(|error| damaged(&error))?,
    };
    let mut cells: Vec<Cell<Data>> = Vec::new();
    while let Some(cell) = reader.next_cell().map_err(|error| damaged(&error))? {
        let place = cell.get_position();
        match Data::from(cell.get_value().clone()) {
            Data::Empty => {}
            value => cells.push(Cell::new(place, value)),
        }
    }
    sparse(cells, name).map_err(|reason| Box::new(errors::unreadable(&task.shown, &reason)))
}

/// The formulas of a sheet, likewise.
fn formulas_of(book: &mut Xlsx<std::io::BufReader<std::fs::File>>, name: &str) -> Result<Range<String>, String> {
    let Ok(mut reader) = book.worksheet_cells_reader(name) else { return Ok(Range::empty()) };
    let mut cells = Vec::new();
    // A formula that cannot be read is none.
    while let Ok(Some(cell)) = reader.next_formula() {
        if !cell.get_value().is_empty() {
            cells.push(cell);
        }
    }
    sparse(cells, name)
}

fn sparse<T: calamine::CellType>(cells: Vec<Cell<T>>, name: &str) -> Result<Range<T>, String> {
    match Extent::of(cells.iter().map(Cell::get_position)).refusal(name) {
        Some(reason) => Err(reason),
        None => Ok(Range::from_sparse(cells)),
    }
}

/// By cell of the range: the first cell of the merged cells that it belongs to.
fn covered(range: &Range<Data>, regions: &[Dimensions]) -> HashMap<(u32, u32), (u32, u32)> {
    let (Some(first), Some(last)) = (range.start(), range.end()) else { return HashMap::new() };
    let mut covered = HashMap::new();
    for region in regions {
        let Some(top) = region.start.0.checked_sub(first.0).zip(region.start.1.checked_sub(first.1)) else { continue };
        for row in region.start.0..=region.end.0.min(last.0) {
            for column in region.start.1..=region.end.1.min(last.1) {
                let here = (row - first.0, column - first.1);
                if here != top {
                    covered.insert(here, top);
                }
            }
        }
    }
    covered
}

impl Grid for Sheet {
    fn height(&self) -> usize {
        self.range.height()
    }

    fn width(&self, _row: usize) -> usize {
        self.range.width()
    }

    fn line(&self, row: usize) -> u32 {
        self.range.start().map_or(0, |(first, _)| first) + row as u32 + 1
    }

    fn cell(&self, row: usize, column: usize) -> Raw<'_> {
        let cell = self.range.get((row, column)).unwrap_or(&Data::Empty);
        if is_empty(cell) {
            if let Some((top, left)) = self.merged.get(&(row as u32, column as u32)) {
                return match *left as usize == column {
                    true => Raw { merged: Merged::Down, ..self.cell(*top as usize, column) },
                    false => Raw { merged: Merged::Across, ..Raw::default() },
                };
            }
            let place = (self.line(row) - 1, self.range.start().map_or(0, |(_, first)| first) + column as u32);
            // A formula may well give an empty text; without any value it was never computed.
            let formula = self.formulas.get_value(place).filter(|formula| !formula.is_empty());
            if let Some(formula) = formula.filter(|_| *cell == Data::Empty) {
                return Raw { text: Cow::Owned(format!("={formula}")), uncomputed: true, ..Raw::default() };
            }
            return Raw::default();
        }
        let number = matches!(cell, Data::Int(_) | Data::Float(_));
        let mut text = plain(cell);
        if number {
            let place = (self.line(row) - 1, self.range.start().map_or(0, |(_, first)| first) + column as u32);
            let format = self.styles.get(place).and_then(|style| style.number_format.as_ref());
            match format.map(|format| Format::of(&format.format_code)) {
                Some(Format::Percent) => text = Cow::Owned(format!("{}%", hundredfold(&text))),
                Some(Format::Digits(digits)) if text.len() < digits && text.bytes().all(|b| b.is_ascii_digit()) => {
                    text = Cow::Owned(format!("{text:0>digits$}"));
                }
                _ => {}
            }
        }
        let date = matches!(cell, Data::DateTime(_) | Data::DateTimeIso(_));
        Raw { text, number, date, unstyled: number && !self.styled, ..Raw::default() }
    }
}

/// What a cell says, numbers in their shortest form and without their format.
fn plain(cell: &Data) -> Cow<'_, str> {
    match cell {
        Data::Empty => Cow::Borrowed(""),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => Cow::Borrowed(text),
        Data::Int(number) => Cow::Owned(number.to_string()),
        Data::Float(number) => Cow::Owned(shown(*number)),
        Data::Bool(flag) => Cow::Borrowed(if *flag { "TRUE" } else { "FALSE" }),
        Data::Error(error) => Cow::Owned(error.to_string()),
        Data::DateTime(moment) => Cow::Owned(date(moment)),
    }
}

/// The shortest text of a number. Spreadsheets show 15 digits and let none be typed behind them: what stands there is
/// left over from computing in binary, as in 0.30000000000000004.
fn shown(number: f64) -> String {
    let digits = format!("{number:e}");
    let mantissa = digits.split('e').next().unwrap_or_default();
    if mantissa.bytes().filter(u8::is_ascii_digit).count() <= 15 {
        return number.to_string();
    }
    format!("{number:.14e}").parse::<f64>().unwrap_or(number).to_string()
}

/// A date of a spreadsheet; without a time of day where it is midnight.
fn date(moment: &ExcelDateTime) -> String {
    let serial = moment.as_f64();
    // What lies outside is no date in any spreadsheet.
    if !(0.0..2_958_466.0).contains(&serial) {
        return serial.to_string();
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let clock = format!("{hour:02}:{minute:02}:{second:02}");
    if moment.is_duration() {
        let hours = (serial * 24.0).floor();
        return format!("{hours}:{minute:02}:{second:02}");
    }
    if serial < 1.0 {
        return clock;
    }
    match (hour, minute, second) {
        (0, 0, 0) => format!("{year:04}-{month:02}-{day:02}"),
        _ => format!("{year:04}-{month:02}-{day:02} {clock}"),
    }
}

/// How a number is shown, as far as that changes what it says.
enum Format {
    Plain,
    Percent,
    /// With zeros in front, as numbers of staff and policies are: `00000`.
    Digits(usize),
}

impl Format {
    fn of(code: &str) -> Format {
        if code.len() > 1 && code.bytes().all(|byte| byte == b'0') {
            return Format::Digits(code.len());
        }
        let (mut quoted, mut escaped) = (false, false);
        for letter in code.chars() {
            match letter {
                _ if escaped => escaped = false,
                '\\' | '_' | '*' => escaped = true,
                '"' => quoted = !quoted,
                '%' if !quoted => return Format::Percent,
                _ => {}
            }
        }
        Format::Plain
    }
}

/// A number a hundred times as large, by moving its point.
fn hundredfold(text: &str) -> String {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let moved = format!("{part:0<2}");
    let (up, rest) = moved.split_at(2);
    let whole = format!("{whole}{up}");
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let point = if rest.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_point_moves_by_two() {
        for (text, expected) in
            [("0.85", "85"), ("1", "100"), ("0.005", "0.5"), ("-0.125", "-12.5"), ("12.3", "1230"), ("0", "0")]
        {
            assert_eq!(hundredfold(text), expected, "{text}");
        }
    }

    #[test]
    fn fifteen_digits_are_shown() {
        for (number, expected) in [
            (0.1, "0.1"),
            (0.1 + 0.2, "0.3"),
            (0.7 - 0.4, "0.3"),
            (-1.1 * 1.1, "-1.21"),
            (123456789012345.0, "123456789012345"),
            (1e21, "1000000000000000000000"),
            (2469.0, "2469"),
            (0.000001, "0.000001"),
        ] {
            assert_eq!(shown(number), expected);
        }
    }

    #[test]
    fn formats_that_change_what_a_number_says() {
        for code in ["0%", "0.00%", "[Red]0.0%", "0%;-0%"] {
            assert!(matches!(Format::of(code), Format::Percent), "{code}");
        }
        for code in ["0", "General", "0.00\"%\"", "0\\%", "#,##0.00"] {
            assert!(matches!(Format::of(code), Format::Plain), "{code}");
        }
        assert!(matches!(Format::of("000000"), Format::Digits(6)));
    }
}

//! The files of the insurance example as tables with types, as a warehouse would hold them.

#![allow(dead_code)] // each test binary uses a part of it

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use encoding_rs::GB18030;
use merit::time::Day;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    Text,
    Whole,
    /// With so many places behind the point.
    Decimal(u32),
    Date,
}

#[derive(Debug)]
pub struct Table {
    pub name: String,
    pub columns: Vec<(String, Kind)>,
    pub rows: Vec<Vec<Option<String>>>,
}

/// One for each data set of files; the files of several years are one table.
pub fn of(folder: &Path) -> Vec<Table> {
    let mut tables = BTreeMap::<String, (Vec<String>, Vec<Vec<Option<String>>>)>::new();
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|ending| ending == "csv")) {
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let name = stem.trim_end_matches(|letter: char| letter.is_ascii_digit()).trim_end_matches('_');
        let (headers, rows) = records(&fs::read(path).unwrap());
        let table = tables.entry(name.to_string()).or_insert_with(|| (headers.clone(), Vec::new()));
        assert_eq!(table.0, headers, "{stem}");
        table.1.extend(rows);
    }
    tables.into_iter().map(|(name, (headers, rows))| typed(name, headers, rows)).collect()
}

fn records(bytes: &[u8]) -> (Vec<String>, Vec<Vec<Option<String>>>) {
    let bytes = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
    let text = String::from_utf8(bytes.to_vec()).unwrap_or_else(|_| GB18030.decode(bytes).0.into_owned());
    let separator = [b',', b';', b'\t'].into_iter().max_by_key(|byte| text.bytes().filter(|b| b == byte).count());
    let mut reader = csv::ReaderBuilder::new();
    let mut reader =
        reader.has_headers(false).flexible(true).delimiter(separator.unwrap()).from_reader(text.as_bytes());
    let rows: Vec<Vec<Option<String>>> = reader
        .records()
        .map(|row| row.unwrap().iter().map(str::trim).map(|cell| (!cell.is_empty()).then(|| cell.into())).collect())
        .collect();
    let filled = |row: &Vec<Option<String>>| row.iter().flatten().count();
    let most = rows.iter().take(5).map(filled).max().unwrap();
    let header = rows.iter().position(|row| filled(row) == most).unwrap();
    let headers = rows[header].iter().map(|cell| cell.clone().unwrap()).collect();
    (headers, rows.into_iter().skip(header + 1).filter(|row| filled(row) > 0).collect())
}

fn typed(name: String, headers: Vec<String>, mut rows: Vec<Vec<Option<String>>>) -> Table {
    let mut columns = Vec::new();
    for (at, header) in headers.into_iter().enumerate() {
        let cells: Vec<&str> =
            rows.iter().filter_map(|row| row[at].as_deref()).filter(|cell| !is_blank(cell)).collect();
        let dates: Option<Vec<String>> = cells.iter().map(|cell| date(cell)).collect();
        let numbers: Option<Vec<String>> = cells.iter().map(|cell| number(cell)).collect();
        let kind = match (dates, numbers) {
            _ if cells.is_empty() => Kind::Text,
            (Some(_), _) => Kind::Date,
            (None, Some(numbers)) => {
                let places = |number: &String| number.split_once('.').map_or(0, |(_, part)| part.len() as u32);
                match numbers.iter().map(places).max() {
                    Some(0) | None => Kind::Whole,
                    Some(places) => Kind::Decimal(places),
                }
            }
            (None, None) => Kind::Text,
        };
        if kind != Kind::Text {
            for row in &mut rows {
                let plain = |cell: String| if kind == Kind::Date { date(&cell) } else { number(&cell) };
                row[at] = row[at].take().and_then(plain);
            }
        }
        columns.push((header, kind));
    }
    Table { name, columns, rows }
}

fn is_blank(cell: &str) -> bool {
    matches!(cell, "-" | "—" | "/" | "N/A")
}

/// `2026-07-01`, of any way to write it that the example uses.
fn date(cell: &str) -> Option<String> {
    let plain = cell.trim_end_matches('日').replace(['年', '月', '/', '.'], "-");
    let parts: Vec<u32> = match plain.len() {
        8 if plain.bytes().all(|byte| byte.is_ascii_digit()) => {
            let all: u32 = plain.parse().ok()?;
            vec![all / 10_000, all / 100 % 100, all % 100]
        }
        _ => plain.split('-').map(|part| part.parse().ok()).collect::<Option<_>>()?,
    };
    let [year @ 1900..=2100, month, day] = parts[..] else { return None };
    Day::from_ymd(year as i32, month, day).map(|day| day.to_string())
}

fn number(cell: &str) -> Option<String> {
    let plain = cell.replace([',', '¥', '￥'], "");
    let plain = match plain.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        Some(inside) => format!("-{inside}"),
        None => plain,
    };
    let digits = plain.trim_start_matches('-');
    let whole = digits.split('.').next()?;
    let fits = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') && digits.matches('.').count() <= 1;
    // A zero in front belongs to a name.
    (fits && !whole.is_empty() && (whole == "0" || !whole.starts_with('0')) && whole.len() < 16).then_some(plain)
}

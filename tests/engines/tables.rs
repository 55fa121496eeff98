//! The files of a project as the tables of an engine: columns under the names of the declaration, numbers, dates and
//! flags in the engine's types.

use std::fs;
use std::path::Path;

use merit::model::Model;
use merit::model::data::{ColumnType, DataSet};
use serde_json::{Value, json};

/// A table: its columns with their types, and its rows; blank cells are `None`.
pub struct Table {
    pub name: String,
    pub columns: Vec<(String, String)>,
    pub rows: Vec<Vec<Option<String>>>,
}

impl Table {
    /// What makes the table on a server.
    #[cfg(all(unix, feature = "postgres"))]
    pub fn sql(&self) -> String {
        let columns: Vec<String> = self.columns.iter().map(|(name, of)| format!("\"{name}\" {of}")).collect();
        let mut sql = format!("CREATE TABLE \"{}\" ({});\n", self.name, columns.join(", "));
        let cell = |cell: &Option<String>| match cell {
            Some(cell) => format!("'{}'", cell.replace('\'', "''")),
            None => "NULL".to_string(),
        };
        for rows in self.rows.chunks(1000) {
            let lines: Vec<String> =
                rows.iter().map(|row| format!("({})", row.iter().map(cell).collect::<Vec<_>>().join(", "))).collect();
            sql += &format!("INSERT INTO \"{}\" VALUES {};\n", self.name, lines.join(",\n"));
        }
        sql
    }

    pub fn json(&self) -> Value {
        json!({"name": self.name, "columns": self.columns, "rows": self.rows})
    }
}

/// The tables of all data sets that are no roster, from the files in a folder.
pub fn tables(model: &Model, folder: &Path) -> Vec<Table> {
    model.data.iter().filter(|set| set.across.is_none()).map(|set| table(set, folder)).collect()
}

fn table(set: &DataSet, folder: &Path) -> Table {
    let stored: Vec<_> = set
        .columns
        .iter()
        .filter(|column| column.derived.is_none())
        .filter(|column| !matches!(&column.ty, ColumnType::Link { by, .. } if !by.is_empty()))
        .collect();
    let mut rows = Vec::new();
    for pattern in &set.files {
        for file in glob::glob(&folder.join(&pattern.pattern).display().to_string()).unwrap().flatten() {
            let text = decoded(&fs::read(&file).unwrap());
            // The header is the line that holds most of what is looked for, whatever stands between its cells.
            let known = |record: &[String]| {
                stored.iter().filter(|column| record.iter().any(|cell| column.headers.contains(cell))).count()
            };
            let read = |separator: u8| -> Vec<Vec<String>> {
                let mut reader = csv::ReaderBuilder::new();
                let reader = reader.flexible(true).has_headers(false).delimiter(separator);
                let reader = reader.from_reader(text.trim_start_matches('\u{feff}').as_bytes());
                let cells = |record: csv::StringRecord| record.iter().map(|cell| cell.trim().to_string()).collect();
                reader.into_records().map(|record| cells(record.unwrap())).collect()
            };
            let best = |records: &Vec<Vec<String>>| records.iter().take(10).map(|record| known(record)).max();
            let records = b",;\t".iter().map(|separator| read(*separator)).max_by_key(best).unwrap();
            let at = (0..records.len().min(10)).rev().max_by_key(|at| known(&records[*at])).unwrap();
            let header = &records[at];
            for record in &records[at + 1..] {
                let first = record.iter().find(|cell| !cell.is_empty());
                let ignored = |first: &String| set.ignore_rows_starting.iter().any(|start| first.starts_with(start));
                if first.is_none_or(ignored) {
                    continue;
                }
                let cell = |column: &&merit::model::data::Column| {
                    let at = header.iter().position(|one| column.headers.contains(one))?;
                    stored_as(&column.ty, record.get(at)?)
                };
                rows.push(stored.iter().map(cell).collect());
            }
        }
    }
    let mut table = Table { name: set.name.clone(), columns: Vec::new(), rows };
    for (at, column) in stored.iter().enumerate() {
        let of = match &column.ty {
            ty if !table.rows.iter().filter_map(|row| row[at].as_ref()).all(|cell| fits(ty, cell)) => "VARCHAR",
            ColumnType::Number { .. } => "DECIMAL(18,6)",
            ColumnType::Date => "DATE",
            ColumnType::Flag => "BOOLEAN",
            ColumnType::Period => periods(table.rows.iter_mut().filter_map(|row| row[at].as_mut()).collect()),
            _ => "VARCHAR",
        };
        table.columns.push((column.name.clone(), of.to_string()));
    }
    table
}

/// Whether a cell can be in a column of the engine's own type.
fn fits(ty: &ColumnType, cell: &str) -> bool {
    match ty {
        ColumnType::Number { .. } => cell.parse::<merit::number::Number>().is_ok(),
        ColumnType::Date => cell.len() == 10 && cell.bytes().all(|one| one.is_ascii_digit() || one == b'-'),
        ColumnType::Flag => matches!(cell, "true" | "false"),
        _ => true,
    }
}

/// Months as dates where there are no longer periods; else whatever form comes next.
fn periods(mut cells: Vec<&mut String>) -> &'static str {
    let is_month = |cell: &&mut String| cell.len() == 7 && !cell.contains(['Q', 'H']);
    if cells.iter().all(is_month) && cells.len().is_multiple_of(2) {
        cells.iter_mut().for_each(|cell| cell.push_str("-01"));
        return "DATE";
    }
    for cell in cells.iter_mut().step_by(3) {
        **cell = cell.replace('-', "");
    }
    "VARCHAR"
}

/// The example has files in the encodings that spreadsheets of its country write.
fn decoded(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_string(),
        Err(_) => encoding_rs::GB18030.decode(bytes).0.into_owned(),
    }
}

fn stored_as(ty: &ColumnType, cell: &str) -> Option<String> {
    // Texts stay as they are; numbers and dates may have been typed in full width.
    let narrow = |letter: char| match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(letter as u32 - 0xfee0).unwrap(),
        other => other,
    };
    let narrowed: String = cell.chars().map(narrow).collect();
    let cell = if matches!(ty, ColumnType::Number { .. } | ColumnType::Date) { narrowed.as_str() } else { cell };
    if matches!(cell, "" | "-" | "—" | "/" | "N/A") {
        return None;
    }
    Some(match ty {
        ColumnType::Number { cell_factor, .. } => {
            let plain: String = cell.chars().filter(|one| !matches!(one, ',' | ' ' | '¥' | '￥')).collect();
            let plain = match plain.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
                Some(inside) => format!("-{inside}"),
                None => plain,
            };
            match (plain.strip_suffix('%'), cell_factor) {
                (Some(percent), Some(factor)) => {
                    let Ok(number) = percent.parse::<merit::number::Number>() else { return Some(cell.to_string()) };
                    let hundredth = merit::number::Number::from_parts(1, 2);
                    number.mul(&hundredth).div(factor).unwrap().to_string()
                }
                (Some(percent), None) => percent.to_string(),
                _ => plain,
            }
        }
        ColumnType::Date => {
            let digits: String = cell.chars().filter(char::is_ascii_digit).collect();
            match (cell.len(), digits.len()) {
                (8, 8) => format!("{}-{}-{}", &cell[..4], &cell[4..6], &cell[6..]),
                _ => match cell.split(['-', '/', '年', '月', '日', '.']).collect::<Vec<_>>().as_slice() {
                    [year, month, day, ..] => format!("{year:0>4}-{month:0>2}-{day:0>2}"),
                    _ => cell.to_string(),
                },
            }
        }
        ColumnType::Flag => match cell {
            "yes" | "y" | "true" | "1" | "是" => "true".to_string(),
            "no" | "n" | "false" | "0" | "否" => "false".to_string(),
            other => other.to_string(),
        },
        _ => cell.to_string(),
    })
}

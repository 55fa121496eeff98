//! A table of texts as a file: separators, encodings, packing, spreadsheets.

use std::io::Write;

use crate::cells::{Cell, Held, Ymd};
use crate::offices::Office;
use crate::random::Random;
use crate::support::{biff, ods};

/// In what a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    Text { separator: char, line: &'static str, quoted: bool, titles: usize, packed: Packed },
    Xlsx { titles: usize },
    Ods,
    Xls,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packed {
    No,
    Gzip,
    /// In two members, one behind the other.
    GzipTwice,
}

/// How texts become bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Utf8 { mark: bool },
    Utf16 { little: bool },
    Other(&'static str),
}

impl Container {
    pub fn random(random: &mut Random, office: &Office) -> Container {
        // Who writes decimals behind a comma has no comma between cells.
        let separators = if office.decimal == ',' { [';', ';', ';', '\t'] } else { [',', ',', ';', '\t'] };
        match random.below(10) {
            0 => Container::Xlsx { titles: random.below(3) },
            1 => Container::Ods,
            2 => Container::Xls,
            _ => Container::Text {
                separator: random.one(&separators),
                line: random.one(&["\n", "\r\n", "\r\n", "\r"]),
                quoted: random.chance(30),
                titles: random.one(&[0, 0, 0, 1, 2]),
                packed: random.one(&[Packed::No, Packed::No, Packed::No, Packed::Gzip, Packed::GzipTwice]),
            },
        }
    }

    pub fn is_sheet(&self) -> bool {
        !matches!(self, Container::Text { .. })
    }

    pub fn ending(&self) -> &'static str {
        match self {
            Container::Text { packed: Packed::No, .. } => "csv",
            Container::Text { .. } => "csv.gz",
            Container::Xlsx { .. } => "xlsx",
            Container::Ods => "ods",
            Container::Xls => "xls",
        }
    }
}

/// The file, if the encoding has all of its letters.
pub fn bytes(rows: &[Vec<Cell>], container: Container, encoding: Encoding) -> Option<Vec<u8>> {
    let titles = |count: usize| (0..count).map(|at| vec![Cell::from(["Bericht 2026", "HR"][at % 2])]);
    match container {
        Container::Text { separator, line, quoted, titles: above, packed } => {
            let cell = |cell: &Cell| {
                let text = &cell.shown;
                let needs = text.contains([separator, '"', '\n', '\r']);
                if quoted || needs { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.clone() }
            };
            let separator = separator.to_string();
            let all = titles(above).chain(rows.iter().cloned());
            let text: String =
                all.map(|row| row.iter().map(cell).collect::<Vec<_>>().join(&separator) + line).collect();
            Some(pack(&encode(&text, encoding)?, packed))
        }
        Container::Xlsx { titles: above } => {
            let mut book = rust_xlsxwriter::Workbook::new();
            let sheet = book.add_worksheet();
            for (row, cells) in (0..).zip(titles(above).chain(rows.iter().cloned())) {
                for (column, cell) in (0..).zip(&cells) {
                    let with = |format: &str| rust_xlsxwriter::Format::new().set_num_format(format);
                    match &cell.held {
                        Held::Text => sheet.write_string(row, column, &cell.shown),
                        Held::Number(value, format) | Held::Percent(value, format) => {
                            sheet.write_number_with_format(row, column, value.parse::<f64>().unwrap(), &with(format))
                        }
                        Held::Day(day, format) => {
                            sheet.write_number_with_format(row, column, serial(*day), &with(format))
                        }
                    }
                    .unwrap();
                }
            }
            Some(book.save_to_buffer().unwrap())
        }
        Container::Ods => {
            let cell = |cell: &Cell| {
                let shown = cell.shown.clone();
                match &cell.held {
                    Held::Text => ods::Cell::from(cell.shown.as_str()),
                    Held::Number(value, _) => ods::Cell::Number { value: value.clone(), shown },
                    Held::Percent(value, _) => ods::Cell::Percent { value: value.clone(), shown },
                    Held::Day((year, month, day), _) => {
                        ods::Cell::Date { value: format!("{year}-{month:02}-{day:02}"), shown }
                    }
                }
            };
            let rows = rows.iter().map(|row| row.iter().map(cell).collect()).collect();
            Some(ods::book(&[ods::Sheet::new("data", rows)]))
        }
        Container::Xls => {
            let cell = |cell: &Cell| match &cell.held {
                Held::Text => biff::Cell::from(cell.shown.as_str()),
                Held::Number(value, format) | Held::Percent(value, format) => {
                    biff::Cell::Number(value.parse().unwrap(), format)
                }
                Held::Day(day, format) => biff::Cell::Number(serial(*day), format),
            };
            Some(biff::Book::of(rows.iter().map(|row| row.iter().map(cell).collect()).collect()).bytes())
        }
    }
}

/// A day as spreadsheets count it.
fn serial((year, month, day): Ymd) -> f64 {
    f64::from(days_since((1899, 12, 30), (year, month, day)))
}

/// How many days lie between two.
pub fn days_since(first: Ymd, last: Ymd) -> i32 {
    let date = |(year, month, day): Ymd| jiff::civil::date(year as i16, month as i8, day as i8);
    date(last).since((jiff::Unit::Day, date(first))).unwrap().get_days()
}

fn encode(text: &str, encoding: Encoding) -> Option<Vec<u8>> {
    match encoding {
        Encoding::Utf8 { mark } => Some([if mark { "\u{feff}" } else { "" }, text].concat().into_bytes()),
        Encoding::Utf16 { little: true } => {
            Some([0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect())
        }
        Encoding::Utf16 { little: false } => {
            Some([0xfe, 0xff].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect())
        }
        Encoding::Other(label) => {
            let (bytes, _, unmappable) = encoding_rs::Encoding::for_label(label.as_bytes()).unwrap().encode(text);
            (!unmappable).then(|| bytes.into_owned())
        }
    }
}

fn pack(bytes: &[u8], packed: Packed) -> Vec<u8> {
    let gzip = |bytes: &[u8]| {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(bytes).unwrap();
        packed.finish().unwrap()
    };
    match packed {
        Packed::No => bytes.to_vec(),
        Packed::Gzip => gzip(bytes),
        Packed::GzipTwice => {
            let (first, second) = bytes.split_at(bytes.len() / 2);
            [gzip(first), gzip(second)].concat()
        }
    }
}

//! Spreadsheets of the OpenDocument form (`.ods`), as LibreOffice keeps them.

#![allow(dead_code)] // each test binary uses a part of it

use std::io::Write;

/// A cell as it can be kept: its value, and what it shows.
#[derive(Clone, Debug)]
pub enum Cell {
    Blank,
    Text(String),
    Number {
        value: String,
        shown: String,
    },
    Percent {
        value: String,
        shown: String,
    },
    Money {
        value: String,
        currency: String,
        shown: String,
    },
    /// `2026-07-01` or `2026-07-01T12:00:00`.
    Date {
        value: String,
        shown: String,
    },
    /// `PT12H30M00S`.
    Time {
        value: String,
        shown: String,
    },
    Flag(bool),
    /// A formula with its value.
    Formula(String, Box<Cell>),
    /// A formula that has none.
    Uncomputed(String),
    /// The error of a formula, as it is shown.
    Error(String),
    /// One that reaches over so many rows and columns; those that it covers are written as `Covered`.
    Merged {
        rows: u32,
        columns: u32,
        cell: Box<Cell>,
    },
    Covered,
    /// The same so many times.
    Repeated(u32, Box<Cell>),
    /// The element as it is.
    Raw(String),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        if text.is_empty() { Cell::Blank } else { Cell::Text(text.into()) }
    }
}

impl Cell {
    pub fn number(value: &str, shown: &str) -> Cell {
        Cell::Number { value: value.into(), shown: shown.into() }
    }

    pub fn date(value: &str, shown: &str) -> Cell {
        Cell::Date { value: value.into(), shown: shown.into() }
    }

    fn element(&self, more: &str) -> String {
        let cell = |name: &str, attributes: &str, shown: &str| {
            let shown: String = shown.lines().map(|line| format!("<text:p>{}</text:p>", escaped(line))).collect();
            format!("<table:{name}{more}{attributes}>{shown}</table:{name}>")
        };
        let value = |kind: &str, attribute: &str, value: &str, shown: &str| {
            let attributes = format!(
                " office:value-type=\"{kind}\" office:{attribute}=\"{}\" calcext:value-type=\"{kind}\"",
                escaped(value)
            );
            cell("table-cell", &attributes, shown)
        };
        match self {
            Cell::Blank => cell("table-cell", "", ""),
            Cell::Covered => cell("covered-table-cell", "", ""),
            Cell::Text(text) => cell("table-cell", " office:value-type=\"string\" calcext:value-type=\"string\"", text),
            Cell::Number { value: number, shown } => value("float", "value", number, shown),
            Cell::Percent { value: number, shown } => value("percentage", "value", number, shown),
            Cell::Money { value: number, currency, shown } => {
                let currency = format!("{more} office:currency=\"{}\"", escaped(currency));
                let plain = Cell::Number { value: number.clone(), shown: shown.clone() }.element(&currency);
                plain.replace("=\"float\"", "=\"currency\"")
            }
            Cell::Date { value: date, shown } => value("date", "date-value", date, shown),
            Cell::Time { value: time, shown } => value("time", "time-value", time, shown),
            Cell::Flag(flag) => {
                value("boolean", "boolean-value", &flag.to_string(), if *flag { "TRUE" } else { "FALSE" })
            }
            Cell::Formula(formula, given) => given.element(&format!("{more} table:formula=\"{}\"", escaped(formula))),
            Cell::Uncomputed(formula) => cell("table-cell", &format!(" table:formula=\"{}\"", escaped(formula)), ""),
            Cell::Error(shown) => {
                let attributes = " table:formula=\"of:=[.A1]/0\" office:value-type=\"string\" office:string-value=\"\" \
                                  calcext:value-type=\"error\"";
                cell("table-cell", attributes, shown)
            }
            Cell::Merged { rows, columns, cell } => cell.element(&format!(
                "{more} table:number-columns-spanned=\"{columns}\" table:number-rows-spanned=\"{rows}\""
            )),
            Cell::Repeated(times, cell) => cell.element(&format!("{more} table:number-columns-repeated=\"{times}\"")),
            Cell::Raw(element) => element.clone(),
        }
    }
}

#[derive(Clone, Debug, Default)]
pub struct Sheet {
    pub name: String,
    pub hidden: bool,
    /// Rows, each with how often it is repeated.
    pub rows: Vec<(u32, Vec<Cell>)>,
}

impl Sheet {
    pub fn new(name: &str, rows: Vec<Vec<Cell>>) -> Sheet {
        Sheet { name: name.into(), rows: rows.into_iter().map(|row| (1, row)).collect(), ..Sheet::default() }
    }

    fn element(&self) -> String {
        let rows: String = self
            .rows
            .iter()
            .map(|(times, cells)| {
                let cells: String = cells.iter().map(|cell| cell.element("")).collect();
                let times = if *times > 1 { format!(" table:number-rows-repeated=\"{times}\"") } else { String::new() };
                format!("<table:table-row{times}>{cells}</table:table-row>")
            })
            .collect();
        let style = if self.hidden { "hidden" } else { "shown" };
        format!("<table:table table:name=\"{}\" table:style-name=\"{style}\">{rows}</table:table>", escaped(&self.name))
    }
}

/// The file.
pub fn book(sheets: &[Sheet]) -> Vec<u8> {
    book_with(sheets, "")
}

/// The same with these settings: `<config:config-item …>`.
pub fn book_with(sheets: &[Sheet], settings: &str) -> Vec<u8> {
    let settings = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><office:document-settings \
         xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
         xmlns:config=\"urn:oasis:names:tc:opendocument:xmlns:config:1.0\" office:version=\"1.3\"><office:settings>\
         <config:config-item-set config:name=\"ooo:configuration-settings\">{settings}</config:config-item-set>\
         </office:settings></office:document-settings>"
    );
    let names = "xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
                 xmlns:style=\"urn:oasis:names:tc:opendocument:xmlns:style:1.0\" \
                 xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" \
                 xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" \
                 xmlns:of=\"urn:oasis:names:tc:opendocument:xmlns:of:1.2\" \
                 xmlns:calcext=\"urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0\"";
    let style = |name: &str, shown: bool| {
        format!(
            "<style:style style:name=\"{name}\" style:family=\"table\"><style:table-properties table:display=\"{shown}\"/>\
             </style:style>"
        )
    };
    let tables: String = sheets.iter().map(Sheet::element).collect();
    let content = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><office:document-content {names} office:version=\"1.3\">\
         <office:automatic-styles>{}{}</office:automatic-styles><office:body><office:spreadsheet>{tables}\
         </office:spreadsheet></office:body></office:document-content>",
        style("shown", true),
        style("hidden", false)
    );
    let kind = "application/vnd.oasis.opendocument.spreadsheet";
    let manifest = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><manifest:manifest \
         xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\" manifest:version=\"1.3\">\
         <manifest:file-entry manifest:full-path=\"/\" manifest:media-type=\"{kind}\"/>\
         <manifest:file-entry manifest:full-path=\"content.xml\" manifest:media-type=\"text/xml\"/></manifest:manifest>"
    );
    zipped(&[
        ("mimetype", kind),
        ("content.xml", &content),
        ("settings.xml", &settings),
        ("META-INF/manifest.xml", &manifest),
    ])
}

pub fn zipped(files: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in files {
        let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        let packed = zip::write::SimpleFileOptions::default();
        archive.start_file(*name, if *name == "mimetype" { stored } else { packed }).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

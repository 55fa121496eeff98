//! Workbooks of the old form (`.xls`, BIFF8), put together record by record:
//! <https://learn.microsoft.com/openspecs/office_file_formats/ms-xls>.

#![allow(dead_code)] // each test binary uses a part of it

use std::io::Write;

/// A cell as it can be kept; behind numbers the code of their format.
#[derive(Clone, Debug)]
pub enum Cell {
    Blank,
    Text(String),
    Number(f64, &'static str),
    Flag(bool),
    /// `0x07` is `#DIV/0!`, `0x2a` is `#N/A`.
    Error(u8),
    Formula(Given, &'static str),
    /// One that reads the cell to its left.
    Reading(Given, &'static str),
}

/// What a formula is said to have given.
#[derive(Clone, Debug)]
pub enum Given {
    Number(f64),
    Text(String),
    Flag(bool),
    Error(u8),
    /// The empty text.
    Nothing,
    /// A 0 that stands there until the formula is computed.
    Later,
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        if text.is_empty() { Cell::Blank } else { Cell::Text(text.into()) }
    }
}

impl From<f64> for Cell {
    fn from(number: f64) -> Cell {
        Cell::Number(number, "General")
    }
}

#[derive(Clone, Debug, Default)]
pub struct Sheet {
    pub name: String,
    pub hidden: bool,
    pub rows: Vec<Vec<Cell>>,
    /// First and last row, first and last column.
    pub merged: Vec<[u16; 4]>,
    /// First row, one behind the last, first column, one behind the last, if another is to be told than is true.
    pub announced: Option<(u32, u32, u16, u16)>,
}

impl Sheet {
    pub fn new(name: &str, rows: Vec<Vec<Cell>>) -> Sheet {
        Sheet { name: name.into(), rows, ..Sheet::default() }
    }
}

#[derive(Clone, Debug, Default)]
pub struct Book {
    pub sheets: Vec<Sheet>,
    pub since_1904: bool,
    pub by: Program,
    /// Whether and how its cells are computed.
    pub computed: Computed,
}

/// When cells are computed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Computed {
    #[default]
    Always,
    ByHand,
    /// As cells change, but not when it was saved.
    NotYet,
}

/// Which program saved it: they differ in what they say of themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Program {
    #[default]
    Excel,
    /// LibreOffice.
    Calc,
    /// One that computes no formula.
    Library,
}

/// Bytes of a record's content; what is longer goes on in others.
const MOST: usize = 8_224;

#[derive(Default)]
struct Records(Vec<u8>);

impl Records {
    fn add(&mut self, kind: u16, content: &[u8]) {
        self.0.extend(kind.to_le_bytes());
        self.0.extend((content.len() as u16).to_le_bytes());
        self.0.extend(content);
    }
}

fn shorts(numbers: &[u16]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// Letters of two bytes, behind how many they are; `count` has one byte or two.
fn text(text: &str, count: fn(usize) -> Vec<u8>) -> Vec<u8> {
    let letters: Vec<u16> = text.encode_utf16().collect();
    [count(letters.len()), vec![1], shorts(&letters)].concat()
}

fn long(text_: &str) -> Vec<u8> {
    text(text_, |letters| (letters as u16).to_le_bytes().to_vec())
}

impl Book {
    pub fn of(rows: Vec<Vec<Cell>>) -> Book {
        Book { sheets: vec![Sheet::new("data", rows)], ..Book::default() }
    }

    /// The file.
    pub fn bytes(&self) -> Vec<u8> {
        let formats = self.formats();
        let texts = self.texts();
        let sheets: Vec<Vec<u8>> = self.sheets.iter().map(|sheet| self.sheet(sheet, &formats, &texts)).collect();
        // Where each sheet begins is known once the part before them has its length.
        let mut at = self.globals(&formats, &texts, &vec![0; sheets.len()]).len();
        let begins: Vec<u32> = sheets
            .iter()
            .map(|sheet| {
                let begin = at as u32;
                at += sheet.len();
                begin
            })
            .collect();
        let mut stream = self.globals(&formats, &texts, &begins);
        stream.extend(sheets.concat());
        // Short streams are kept in another way, which some readers do not know.
        stream.resize(stream.len().max(4_096), 0);
        let mut file =
            cfb::CompoundFile::create_with_version(cfb::Version::V3, std::io::Cursor::new(Vec::new())).unwrap();
        file.create_stream("/Workbook").unwrap().write_all(&stream).unwrap();
        file.flush().unwrap();
        file.into_inner().into_inner()
    }

    fn cells(&self) -> impl Iterator<Item = &Cell> {
        self.sheets.iter().flat_map(|sheet| sheet.rows.iter().flatten())
    }

    fn formats(&self) -> Vec<&'static str> {
        let mut formats = vec!["General"];
        for cell in self.cells() {
            if let Cell::Number(_, format) | Cell::Formula(_, format) | Cell::Reading(_, format) = cell
                && !formats.contains(format)
            {
                formats.push(format);
            }
        }
        formats
    }

    fn texts(&self) -> Vec<&str> {
        let mut texts = Vec::new();
        for cell in self.cells() {
            if let Cell::Text(text) = cell
                && !texts.contains(&text.as_str())
            {
                texts.push(text.as_str());
            }
        }
        texts
    }

    fn beginning(&self, kind: u16) -> Vec<u8> {
        // Behind the program's own version, on what kind of computer it ran.
        let made_by = if self.by == Program::Excel { [0x18af, 0x07cd, 0xc1] } else { [0x0dbb, 0x07cc, 0] };
        shorts(&[0x0600, kind, made_by[0], made_by[1], made_by[2], 0, 6, 0])
    }

    fn globals(&self, formats: &[&str], texts: &[&str], begins: &[u32]) -> Vec<u8> {
        let mut records = Records::default();
        records.add(0x0809, &self.beginning(5));
        records.add(0x0042, &shorts(&[1200]));
        if self.by == Program::Calc {
            records.add(0x01c0, &[]);
        }
        records.add(0x0022, &shorts(&[u16::from(self.since_1904)]));
        for (at, format) in (164u16..).zip(formats) {
            records.add(0x041e, &[at.to_le_bytes().to_vec(), long(format)].concat());
        }
        for at in 0..formats.len() as u16 {
            let format = if at == 0 { 0 } else { 164 + at };
            records.add(0x00e0, &shorts(&[0, format, 1, 0x20, 0, 0, 0, 0, 0, 0x20c0]));
        }
        for (sheet, begin) in self.sheets.iter().zip(begins) {
            let state = [u8::from(sheet.hidden), 0];
            let name = text(&sheet.name, |letters| vec![letters as u8]);
            records.add(0x0085, &[begin.to_le_bytes().to_vec(), state.to_vec(), name].concat());
        }
        let count = (texts.len() as u32).to_le_bytes();
        let mut part = [count, count].concat();
        let mut kind = 0x00fc;
        for one in texts.iter().map(|text| long(text)) {
            if part.len() + one.len() > MOST {
                records.add(kind, &std::mem::take(&mut part));
                kind = 0x003c;
            }
            part.extend(one);
        }
        records.add(kind, &part);
        records.add(0x000a, &[]);
        records.0
    }

    fn sheet(&self, sheet: &Sheet, formats: &[&str], texts: &[&str]) -> Vec<u8> {
        let mut records = Records::default();
        records.add(0x0809, &self.beginning(0x10));
        match self.computed {
            Computed::Always => records.add(0x000d, &shorts(&[1])),
            Computed::ByHand => records.add(0x000d, &shorts(&[0])),
            Computed::NotYet => records.add(0x005e, &shorts(&[0])),
        }
        let width = sheet.rows.iter().map(Vec::len).max().unwrap_or(0) as u16;
        let (first, last, left, right) = sheet.announced.unwrap_or((0, sheet.rows.len() as u32, 0, width));
        records.add(
            0x0200,
            &[first.to_le_bytes().to_vec(), last.to_le_bytes().to_vec(), shorts(&[left, right, 0])].concat(),
        );
        for (row, cells) in sheet.rows.iter().enumerate() {
            for (column, cell) in cells.iter().enumerate() {
                let place = |format: &str| {
                    let format = formats.iter().position(|known| *known == format).unwrap_or(0);
                    shorts(&[row as u16, column as u16, format as u16])
                };
                match cell {
                    Cell::Blank => {}
                    Cell::Text(text) => {
                        let at = texts.iter().position(|known| known == text).unwrap_or(0) as u32;
                        records.add(0x00fd, &[place(""), at.to_le_bytes().to_vec()].concat());
                    }
                    Cell::Number(number, format) => {
                        records.add(0x0203, &[place(format), number.to_le_bytes().to_vec()].concat());
                    }
                    Cell::Flag(flag) => records.add(0x0205, &[place(""), vec![u8::from(*flag), 0]].concat()),
                    Cell::Error(code) => records.add(0x0205, &[place(""), vec![*code, 1]].concat()),
                    Cell::Formula(given, format) | Cell::Reading(given, format) => {
                        let special = |kind: u8, value: u8| vec![kind, 0, value, 0, 0, 0, 0xff, 0xff];
                        let (value, later) = match given {
                            Given::Number(number) => (number.to_le_bytes().to_vec(), 0),
                            Given::Text(_) => (special(0, 0), 0),
                            Given::Flag(flag) => (special(1, u8::from(*flag)), 0),
                            Given::Error(code) => (special(2, *code), 0),
                            Given::Nothing => (special(3, 0), 0),
                            Given::Later => (0f64.to_le_bytes().to_vec(), 3),
                        };
                        // The number 1, or a cell by its row and column, both told from this one's place.
                        let formula = match cell {
                            Cell::Reading(..) => {
                                [vec![0x44], shorts(&[row as u16, (column as u16).saturating_sub(1) | 0xc000])].concat()
                            }
                            _ => vec![0x1e, 1, 0],
                        };
                        // Before it, how often it is computed.
                        let how = shorts(&[later, 0, 0, formula.len() as u16]);
                        records.add(0x0006, &[place(format), value, how, formula].concat());
                        if let Given::Text(text) = given {
                            records.add(0x0207, &long(text));
                        }
                    }
                }
            }
        }
        if !sheet.merged.is_empty() {
            let all: Vec<u16> = sheet.merged.iter().flatten().copied().collect();
            records.add(0x00e5, &[shorts(&[sheet.merged.len() as u16]), shorts(&all)].concat());
        }
        records.add(0x000a, &[]);
        records.0
    }
}

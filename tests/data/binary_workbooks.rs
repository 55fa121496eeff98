//! Workbooks in the forms before and beside XLSX: `.xls` (`workbooks/make.py` wrote them) and `.xlsb`, of which the
//! records are put together here.

use std::io::Write;

use merit::language::AggregateFunction;
use merit::plan::query::Rows;

use crate::build::*;
use crate::workbooks::{HEADERS, percent, premium_of_july, premiums, read};

const POLICIES: &[u8] = include_bytes!("workbooks/policies.xls");
const POLICIES_1904: &[u8] = include_bytes!("workbooks/policies_1904.xls");
const BAD: &[u8] = include_bytes!("workbooks/bad.xls");

fn of(name: &str, bytes: &[u8]) -> String {
    read(Project::new(vec![premiums(name)]).file(name, bytes))
}

/// What the sound sheets hold, however they are kept: 3,333,333.33… has the 15 digits that a spreadsheet shows.
const SOUND: &str = "rows 8, premium 123460124681.12833333, distinct 8 8 8 2 1 2 2\n\
                     premium: thousands separator 1\n\
                     city: merged cells: the text taken for each row 2\n\
                     month: period in another form than 2026-07 8\n";

#[test]
fn a_sheet_of_the_older_form() {
    assert_eq!(of("policies.xls", POLICIES), SOUND);
    assert_eq!(of("policies.xls", POLICIES_1904), SOUND);
    // The days are those of the calendar, not only as many: the first four rows, of July 1 to 4, and so on.
    for book in [POLICIES, POLICIES_1904] {
        assert_eq!(premium_of_july("policies.xls", book.to_vec()), "123460123680.62833333");
    }
}

#[test]
fn bad_cells_of_the_older_form() {
    assert_snapshot!(of("policies.xls", BAD));
}

/// A stream of records: a kind, a length, the content.
#[derive(Default)]
struct Part(Vec<u8>);

impl Part {
    fn record(&mut self, kind: u16, content: &[u8]) -> &mut Part {
        match kind {
            0..0x80 => self.0.push(kind as u8),
            _ => self.0.extend([(kind & 0x7f) as u8 | 0x80, (kind >> 7) as u8]),
        }
        let mut length = content.len();
        while length >= 0x80 {
            self.0.push((length & 0x7f) as u8 | 0x80);
            length >>= 7;
        }
        self.0.push(length as u8);
        self.0.extend(content);
        self
    }
}

fn wide(text: &str) -> Vec<u8> {
    let letters: Vec<u16> = text.encode_utf16().collect();
    let mut bytes = (letters.len() as u32).to_le_bytes().to_vec();
    bytes.extend(letters.into_iter().flat_map(u16::to_le_bytes));
    bytes
}

/// A cell as it can be kept.
enum Cell<'a> {
    /// A whole number, or so many hundredths.
    Whole(i32),
    Hundredths(i32),
    Number(f64),
    Text(&'a str),
    /// A text that stands in the table of texts.
    Shared(u32),
    Flag(bool),
    Error(u8),
    /// The same as what a formula gave.
    FormulaNumber(f64),
    FormulaText(&'a str),
    FormulaError(u8),
    /// The number of a formula that reads the cell to its left.
    Reading(f64),
    Blank,
}

/// How a cell is shown.
const GENERAL: u32 = 0;
const DAY: u32 = 1;
const MONTH: u32 = 2;
const PERCENT: u32 = 3;

/// What stands behind the value of a formula: here, that it is `1`.
const FORMULA: [u8; 17] = [0, 0, 3, 0, 0, 0, 0x1e, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];

fn sheet(rows: &[Vec<(u32, Cell, u32)>], merged: &[[u32; 4]]) -> Vec<u8> {
    let mut part = Part::default();
    let size: Vec<u8> = [0, rows.len() as u32 - 1, 0, 7].into_iter().flat_map(u32::to_le_bytes).collect();
    part.record(129, &[]).record(148, &size).record(145, &[]);
    for (number, row) in rows.iter().enumerate() {
        let mut head = (number as u32).to_le_bytes().to_vec();
        head.resize(17, 0);
        part.record(0, &head);
        for (column, cell, style) in row {
            let (kind, value) = match cell {
                Cell::Blank => (1, vec![]),
                Cell::Whole(number) => (2, (number << 2 | 2).to_le_bytes().to_vec()),
                Cell::Hundredths(number) => (2, (number << 2 | 3).to_le_bytes().to_vec()),
                Cell::Error(code) => (3, vec![*code]),
                Cell::Flag(flag) => (4, vec![u8::from(*flag)]),
                Cell::Number(number) => (5, number.to_le_bytes().to_vec()),
                Cell::Text(text) => (6, wide(text)),
                Cell::Shared(at) => (7, at.to_le_bytes().to_vec()),
                Cell::FormulaText(text) => (8, wide(text)),
                Cell::FormulaNumber(number) | Cell::Reading(number) => (9, number.to_le_bytes().to_vec()),
                Cell::FormulaError(code) => (11, vec![*code]),
            };
            let mut content = [*column, *style].into_iter().flat_map(u32::to_le_bytes).collect::<Vec<u8>>();
            content.extend(value);
            if let Cell::Reading(_) = cell {
                // A cell by its row and column, both told from this one's place.
                content.extend([0, 0, 7, 0, 0, 0, 0x44]);
                content.extend((number as u32).to_le_bytes());
                content.extend((column.saturating_sub(1) as u16 | 0xc000).to_le_bytes());
                content.extend([0; 4]);
            } else if kind >= 8 {
                content.extend(&FORMULA[..FORMULA.len() - 2]);
            }
            part.record(kind, &content);
        }
    }
    part.record(146, &[]);
    // First and last row, first and last column.
    for range in merged {
        part.record(176, &range.iter().flat_map(|at| at.to_le_bytes()).collect::<Vec<u8>>());
    }
    part.record(130, &[]);
    part.0
}

/// A workbook whose only visible sheet has these rows.
fn book(since_1904: bool, texts: &[&str], rows: &[Vec<(u32, Cell, u32)>]) -> Vec<u8> {
    book_with(since_1904, texts, rows, &[])
}

fn book_with(since_1904: bool, texts: &[&str], rows: &[Vec<(u32, Cell, u32)>], merged: &[[u32; 4]]) -> Vec<u8> {
    book_computed((1, 0), since_1904, texts, rows, merged)
}

/// The same with how cells are computed (0: by hand), and flags of it: the first is that all are computed when the file is
/// opened, the fifth that they were not when it was saved.
fn book_computed(
    (how, flags): (u32, u16),
    since_1904: bool,
    texts: &[&str],
    rows: &[Vec<(u32, Cell, u32)>],
    merged: &[[u32; 4]],
) -> Vec<u8> {
    let mut workbook = Part::default();
    let mut settings = vec![u8::from(since_1904), 0, 0, 0, 0, 0, 0, 0];
    settings.extend(wide(""));
    workbook.record(131, &[]).record(153, &settings).record(143, &[]);
    for (at, (name, hidden)) in [("last year", 1u32), ("保单", 0)].into_iter().enumerate() {
        let mut content = [hidden, at as u32 + 1].into_iter().flat_map(u32::to_le_bytes).collect::<Vec<u8>>();
        content.extend(wide(&format!("rId{}", at + 1)));
        content.extend(wide(name));
        workbook.record(156, &content);
    }
    let mut computed = [191_029u32, how, 100].into_iter().flat_map(u32::to_le_bytes).collect::<Vec<u8>>();
    computed.extend(0.001f64.to_le_bytes());
    computed.extend(1u32.to_le_bytes());
    computed.extend(flags.to_le_bytes());
    workbook.record(144, &[]).record(157, &computed).record(132, &[]);

    let mut styles = Part::default();
    let format = [164u16.to_le_bytes().to_vec(), wide("yyyy\"年\"m\"月\"")].concat();
    styles.record(278, &[]).record(615, &1u32.to_le_bytes()).record(44, &format).record(616, &[]);
    styles.record(617, &4u32.to_le_bytes());
    for format in [0u16, 14, 164, 10] {
        let mut content = vec![0, 0];
        content.extend(format.to_le_bytes());
        content.resize(16, 0);
        styles.record(47, &content);
    }
    styles.record(618, &[]).record(279, &[]);

    let mut shared = Part::default();
    let count = (texts.len() as u32).to_le_bytes();
    shared.record(159, &[count, count].concat());
    for text in texts {
        shared.record(19, &[vec![0], wide(text)].concat());
    }
    shared.record(160, &[]);

    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
    const MS: &str = "application/vnd.ms-excel";
    let relations = |all: &[(&str, &str)]| {
        let one = |(number, (kind, target)): (usize, &(&str, &str))| {
            format!("<Relationship Id=\"rId{}\" Type=\"{OFFICE}/{kind}\" Target=\"{target}\"/>", number + 1)
        };
        let all: String = all.iter().enumerate().map(one).collect();
        format!("<?xml version=\"1.0\"?><Relationships xmlns=\"{PACKAGE}/relationships\">{all}</Relationships>")
    };
    let types = format!(
        "<?xml version=\"1.0\"?><Types xmlns=\"{PACKAGE}/content-types\">\
         <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Default Extension=\"bin\" ContentType=\"{MS}.sheet.binary.macroEnabled.main\"/>\
         <Override PartName=\"/xl/worksheets/sheet1.bin\" ContentType=\"{MS}.worksheet\"/>\
         <Override PartName=\"/xl/worksheets/sheet2.bin\" ContentType=\"{MS}.worksheet\"/>\
         <Override PartName=\"/xl/styles.bin\" ContentType=\"{MS}.styles\"/>\
         <Override PartName=\"/xl/sharedStrings.bin\" ContentType=\"{MS}.sharedStrings\"/></Types>"
    );
    let of_book = [
        ("worksheet", "worksheets/sheet1.bin"),
        ("worksheet", "worksheets/sheet2.bin"),
        ("styles", "styles.bin"),
        ("sharedStrings", "sharedStrings.bin"),
    ];
    let last_year: Vec<(u32, Cell, u32)> =
        (0..).zip(HEADERS).map(|(at, header)| (at, Cell::Text(header), GENERAL)).collect();
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in [
        ("[Content_Types].xml", types.into_bytes()),
        ("_rels/.rels", relations(&[("officeDocument", "xl/workbook.bin")]).into_bytes()),
        ("xl/_rels/workbook.bin.rels", relations(&of_book).into_bytes()),
        ("xl/workbook.bin", workbook.0),
        ("xl/styles.bin", styles.0),
        ("xl/sharedStrings.bin", shared.0),
        ("xl/worksheets/sheet1.bin", sheet(&[last_year], &[])),
        ("xl/worksheets/sheet2.bin", sheet(rows, merged)),
    ] {
        archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(&content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn headers<'a>(from: u32) -> Vec<(u32, Cell<'a>, u32)> {
    (from..).zip(HEADERS).map(|(at, header)| (at, Cell::Text(header), GENERAL)).collect()
}

/// The same as in `workbooks/make.py`, but that there is no merged cell.
fn sound(since_1904: bool) -> Vec<u8> {
    let first = if since_1904 { 46204 - 1462 } else { 46204 };
    let amounts = [
        Cell::Whole(100),
        Cell::Hundredths(123_456),
        Cell::Number(0.1),
        Cell::FormulaNumber(0.1 + 0.2),
        Cell::Number(1e7 / 3.0),
        Cell::Number(-0.005),
        Cell::Number(123_456_789_012.34),
    ];
    let mut rows = vec![vec![(0, Cell::Text("Policies issued in 2026"), GENERAL)], vec![], vec![], headers(0)];
    for (at, amount) in (0..).zip(amounts) {
        let day = if at == 0 { Cell::Whole(first) } else { Cell::Number(f64::from(first + at)) };
        let city = if at < 3 { Cell::Shared(0) } else { Cell::Blank };
        rows.push(vec![
            (0, Cell::Whole(1000 + at), GENERAL),
            (1, amount, GENERAL),
            (2, day, DAY),
            (3, if at == 3 { Cell::FormulaText("Beijing") } else { city }, GENERAL),
            (4, Cell::Shared(1), GENERAL),
            (5, Cell::Flag(at % 2 == 0), GENERAL),
            (6, Cell::Whole(first), MONTH),
        ]);
    }
    rows.push((0..7).map(|column| (column, Cell::Blank, DAY)).collect());
    rows.push(vec![
        (0, Cell::Text("A-9"), GENERAL),
        (1, Cell::Text("1,000.5"), GENERAL),
        (2, Cell::Text("2026-08-02"), GENERAL),
        (6, Cell::Text("2026年8月"), GENERAL),
    ]);
    book(since_1904, &["上海", "85%"], &rows)
}

#[test]
fn a_sheet_of_the_binary_form() {
    let expected: String = SOUND.split_inclusive('\n').filter(|line| !line.contains("merged")).collect();
    for since_1904 in [false, true] {
        assert_eq!(of("policies.xlsb", &sound(since_1904)), expected);
        assert_eq!(premium_of_july("policies.xlsb", sound(since_1904)), "123460123680.62833333");
    }
}

#[test]
fn bad_cells_of_the_binary_form() {
    let mut rows = vec![vec![(0, Cell::Text("Policies"), GENERAL)], headers(1)];
    for at in 2..13u32 {
        let mut row = vec![
            (
                1,
                Cell::Text(["P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9", "P10", "P11", "P12"][at as usize - 2]),
                GENERAL,
            ),
            (2, Cell::Whole(at as i32), GENERAL),
            (3, Cell::Whole(46204), DAY),
        ];
        match at {
            2 => row[1].1 = Cell::FormulaError(0x07),
            3 => row[1].1 = Cell::Text("twelve"),
            4 => row[1] = (2, Cell::Whole(46204), DAY),
            5 => row[2].2 = GENERAL,
            6 => row[2].1 = Cell::Text("03/04/2026"),
            7 => row.push((5, Cell::Number(0.85), PERCENT)),
            8 => row.push((7, Cell::Number(2026.1), GENERAL)),
            9 => row[1].1 = Cell::Blank,
            10 => row.push((6, Cell::Text("perhaps"), GENERAL)),
            11 => row.push((4, Cell::Error(0x17), GENERAL)),
            // Of a column that may be blank.
            _ => row.push((4, Cell::FormulaError(0x24), GENERAL)),
        }
        rows.push(row);
    }
    assert_snapshot!(of("policies.xlsb", &book(false, &[], &rows)));
}

/// Results that no program has computed anew, in the binary form; the others stand in `sheets`.
#[test]
fn old_values_of_the_binary_form() {
    let of = |how: (u32, u16), premium: Cell| {
        let row = vec![(0, Cell::Text("P1"), GENERAL), (1, premium, GENERAL), (2, Cell::Whole(46204), DAY)];
        of("policies.xlsb", &book_computed(how, false, &[], &[headers(0), row], &[]))
    };
    const SOUND: &str = "rows 1, premium 0.5, distinct 1 1 1 0 0 0 0\n";
    assert_eq!(of((1, 0), Cell::Reading(0.5)), SOUND);
    for how in [(0, 0), (1, 1), (1, 0b1_0000)] {
        let told = of(how, Cell::Reading(0.5));
        assert!(
            told.contains("is a formula whose value may be an old one") && told.contains("(B2): \"=A2\""),
            "{told}"
        );
        // What reads no cell is the same whenever it is computed.
        assert_eq!(of(how, Cell::FormulaNumber(0.5)), SOUND);
        assert!(of(how, Cell::FormulaError(0x07)).contains("is the error of a formula"));
    }
    let told = of((1, 1), Cell::FormulaNumber(0.0));
    assert!(told.contains("is a formula without its value") && told.contains("(B2): \"=1\""), "{told}");
}

/// A percentage is read as it is shown.
#[test]
fn percentages() {
    let of_share = |factor| {
        let mut data = premiums("policies.*");
        data.columns[4] = optional(column("share", percent(Some(factor))));
        let mut row: Vec<(u32, Cell, u32)> = vec![
            (0, Cell::Text("P1"), GENERAL),
            (1, Cell::Whole(5), GENERAL),
            (2, Cell::Whole(46204), DAY),
            (4, Cell::Hundredths(85), PERCENT),
        ];
        row.sort_by_key(|(column, ..)| *column);
        let mut project = Project::new(vec![data]).file("policies.xlsb", book(false, &[], &[headers(0), row]));
        let value = project.path(0, "share");
        let share = project.measure(0, AggregateFunction::Only, Some(value), Rows::All);
        line(&project.run().unwrap().measures[share.0])
    };
    assert_eq!((of_share("1").as_str(), of_share("0.01").as_str()), ("0.85", "0.85"));
}

#[test]
fn merged_cells_of_the_binary_form() {
    let row = |number: &'static str, premium: Cell<'static>, city: Cell<'static>| {
        vec![(0, Cell::Text(number), GENERAL), (1, premium, GENERAL), (2, Cell::Whole(46204), DAY), (3, city, GENERAL)]
    };
    let rows = || [headers(0), row("P1", Cell::Whole(5), Cell::Text("Rome")), row("P2", Cell::Whole(7), Cell::Blank)];
    let read = of("policies.xlsb", &book_with(false, &[], &rows(), &[[1, 2, 3, 3]]));
    assert!(
        read.contains("premium 12") && read.contains("city: merged cells: the text taken for each row 1"),
        "{read}"
    );
    let told = of("policies.xlsb", &book_with(false, &[], &rows(), &[[1, 2, 1, 1]]));
    assert!(told.contains("lies under a") && told.contains("(B3)"), "{told}");
}

/// Whatever is broken in them, they are read or refused.
#[test]
fn damaged_binary_workbooks_are_answered() {
    let mut state = 11u64;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let sound = sound(false);
    // How large a sheet of the older form is, the library takes for granted: it makes as much room at once.
    let sizes: Vec<usize> = (0..POLICIES.len() - 18).filter(|at| POLICIES[*at..].starts_with(&[0, 2, 14, 0])).collect();
    let is_size = |at: usize| sizes.iter().any(|size| (*size..size + 18).contains(&at));
    for case in 0..120 {
        let (name, whole) = [("policies.xls", POLICIES), ("policies.xlsb", &sound)][case % 2];
        let mut bytes = whole.to_vec();
        if case % 6 == 0 {
            bytes.truncate(next(bytes.len()));
        }
        for _ in 0..1 + case % 5 {
            let at = next(whole.len());
            let byte = next(256) as u8;
            if at < bytes.len() && !(case % 2 == 0 && is_size(at)) {
                bytes[at] = byte;
            }
        }
        of(name, &bytes);
    }
}

//! Files with one blemish each, in every form that a table comes in: read right, or refused at the right place.

use std::io::Write;

use encoding_rs::GB18030;
use merit::diagnostic::Code;
use merit::encoding::Encoding;
use merit::language::AggregateFunction;
use merit::model::data::*;
use merit::model::types::unit::DisplayUnit;
use merit::plan::query::Rows;
use merit::value::Value;
use rust_xlsxwriter::Workbook;

use crate::build::*;

const COLUMNS: [&str; 7] = ["no", "premium", "issued", "status", "paid", "share", "month"];
const SOUND: [&str; 7] = ["P1", "50", "2026-07-01", "active", "yes", "10%", "2026-07"];

fn set(pattern: &str) -> DataSet {
    let percent = ColumnType::Number { unit: DisplayUnit::percent(), cell_factor: None };
    let columns = vec![
        column("no", ColumnType::Text),
        Column { limits: Some(("-2000".parse().unwrap(), "999999".parse().unwrap())), ..column("premium", money()) },
        column("issued", ColumnType::Date),
        column("status", choices(&[("active", &["A", "有效"]), ("lapsed", &[])])),
        column("paid", ColumnType::Flag),
        column("share", percent),
        column("month", ColumnType::Period),
    ];
    let mut set = data("policies", "policy", columns);
    set.files[0].pattern = pattern.into();
    set
}

/// A cell, and what becomes of it.
struct Blemish {
    column: usize,
    text: &'static str,
    outcome: Result<Value, Code>,
}

fn blemishes() -> Vec<Blemish> {
    let read = |column: usize, texts: &[&'static str], value: Value| -> Vec<Blemish> {
        texts.iter().map(|text| Blemish { column, text, outcome: Ok(value.clone()) }).collect()
    };
    let refused = |column: usize, texts: &[&'static str], code: Code| -> Vec<Blemish> {
        texts.iter().map(|text| Blemish { column, text, outcome: Err(code) }).collect()
    };
    let july = Value::Period(months("2026-07", 1));
    [
        read(0, &["  X  ", "X "], Value::Text("X".into())),
        read(0, &["a \"b\"; c,\td"], Value::Text("a \"b\"; c,\td".into())),
        refused(0, &["", "   "], Code::BlankCell),
        refused(0, &["#REF!", "#SPILL!", "#CONNECT!", "Err:504"], Code::BadCell),
        read(1, &["1234.50", "1,234.50", "¥1,234.5", "１２３４．５", " 1 234.5 ", "￥1,234.50"], number("1234.5")),
        read(1, &["-12", "(12)", "（12）", "−12", "-¥12.0"], number("-12")),
        refused(1, &["twelve", "1,23.4", "1.2E+05", "5%", "$5", "--1", "1.", "#DIV/0!", "1.2.3"], Code::BadCell),
        refused(1, &["", "-", "N/A", "——", "无"], Code::BlankCell),
        refused(1, &["-2000.01", "1,000,000"], Code::OutOfLimits),
        read(
            2,
            &[
                "2026/7/1",
                "20260701",
                "2026年7月1日",
                "2026-07-01 00:00:00",
                "2026.07.01",
                "２０２６/7/1",
                "2026-07-01T13:45",
            ],
            Value::Day(day("2026-07-01")),
        ),
        refused(2, &["03/04/2026"], Code::AmbiguousDate),
        refused(2, &["13/04/2026", "2026-02-30", "soon", "2026-07", "46204", "#NAME?"], Code::BadCell),
        refused(2, &["", "/"], Code::BlankCell),
        read(3, &["A", "有效", "ACTIVE", " Active "], Value::Choice(0)),
        refused(3, &["X", "activ", "0"], Code::UnknownChoice),
        read(4, &["是", "TRUE", "Y", "1"], Value::Flag(true)),
        read(4, &["否", "false", "n", "0"], Value::Flag(false)),
        refused(4, &["perhaps", "2"], Code::BadCell),
        read(5, &["85%", "85 %", "850‰", "８５％"], number("0.85")),
        refused(5, &["85", "0.85", "%"], Code::BadCell),
        read(6, &["202607", "2026年7月", "2026/7", "2026.07", "2026-07-01"], july),
        refused(6, &["July", "2026-13", "7", "2026-07-15"], Code::BadCell),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The rows of a file: titles above, a sound row, the one with the blemish.
fn rows(blemish: &Blemish, titles: usize) -> Vec<Vec<String>> {
    let strings = |cells: [&str; 7]| cells.map(String::from).to_vec();
    let mut bad = SOUND;
    bad[0] = "P2";
    bad[blemish.column] = blemish.text;
    let title = strings(["Policies issued", "", "", "", "", "", ""]);
    let mut rows = vec![title; titles];
    rows.extend([strings(COLUMNS), strings(bad)]);
    rows
}

fn text(rows: &[Vec<String>], separator: &str, line: &str) -> String {
    let quoted = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
    rows.iter().map(|row| row.iter().map(quoted).collect::<Vec<_>>().join(separator) + line).collect()
}

type Form = (&'static str, usize, fn(&[Vec<String>]) -> Vec<u8>);

/// Name of the file, rows of titles, and how it is written.
const FORMS: [Form; 6] = [
    ("policies.csv", 0, |rows| text(rows, ",", "\n").into_bytes()),
    ("policies.csv", 2, |rows| format!("\u{feff}{}", text(rows, ";", "\r\n")).into_bytes()),
    ("policies.txt", 1, |rows| GB18030.encode(&text(rows, "\t", "\r\n")).0.into_owned()),
    ("policies.csv", 3, |rows| {
        [0xff, 0xfe].into_iter().chain(text(rows, "\t", "\r\n").encode_utf16().flat_map(u16::to_le_bytes)).collect()
    }),
    ("policies.csv.gz", 0, |rows| {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packed.write_all(text(rows, ",", "\n").as_bytes()).unwrap();
        packed.finish().unwrap()
    }),
    ("policies.xlsx", 4, |rows| {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet().set_name("data").unwrap();
        for (row, cells) in (0..).zip(rows) {
            for (column, cell) in (0..).zip(cells) {
                sheet.write_string(row, column, cell).unwrap();
            }
        }
        book.save_to_buffer().unwrap()
    }),
];

/// What is wrong with the answer to one file.
fn fault(blemish: &Blemish, form: &Form) -> Option<String> {
    let (name, titles, write) = form;
    let mut declared = set("policies.*");
    // One odd sign in a file would not tell what it is in.
    declared.encoding = Encoding::named("gbk").filter(|_| *name == "policies.txt");
    let mut project = Project::new(vec![declared]).file(name, write(&rows(blemish, *titles)));
    project.threads = 1;
    let value = project.path(0, COLUMNS[blemish.column]);
    let measure = project.measure(0, AggregateFunction::Only, Some(value), Rows::All);
    let found = project.run();
    match (&blemish.outcome, found) {
        (Ok(expected), Ok(answers)) => {
            let value = &answers.measures[measure.0].get(0).unwrap().value;
            (value != expected).then(|| format!("read as {value:?}, not {expected:?}"))
        }
        (Ok(expected), Err(errors)) => Some(format!("refused, not {expected:?}: {}", errors[0].message)),
        (Err(code), Ok(_)) => Some(format!("read, not refused as {}", code.as_str())),
        (Err(code), Err(errors)) => {
            let [error] = errors.as_slice() else { return Some(format!("{} errors", errors.len())) };
            let row = *titles as u64 + 2;
            let letter = char::from(b'A' + blemish.column as u8);
            let is_sheet = name.ends_with(".xlsx");
            let place = &error.data[0];
            let right = error.code == *code
                && place.row == Some(row)
                && place.column.as_deref() == Some(COLUMNS[blemish.column])
                && place.text.as_deref() == Some(blemish.text.trim())
                && place.file.ends_with(name)
                && place.sheet.as_deref() == is_sheet.then_some("data")
                && place.cell == is_sheet.then(|| format!("{letter}{row}"));
            (!right).then(|| format!("not {} at row {row}: {} {place:?}", code.as_str(), error.code.as_str()))
        }
    }
}

#[test]
fn every_blemish_in_every_form() {
    let blemishes = blemishes();
    let cases: Vec<(&Blemish, &Form)> =
        blemishes.iter().flat_map(|blemish| FORMS.iter().map(move |form| (blemish, form))).collect();
    assert!(cases.len() >= 200, "{} files", cases.len());
    let faults: Vec<String> = cases
        .iter()
        .filter_map(|(blemish, form)| {
            let fault = fault(blemish, form)?;
            Some(format!("{} `{}` in {}: {fault}", COLUMNS[blemish.column], blemish.text, form.0))
        })
        .collect();
    assert!(faults.is_empty(), "{} of {} files:\n{}", faults.len(), cases.len(), faults.join("\n"));
}

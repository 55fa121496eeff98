//! Sheets as offices really have them, in each of the forms of workbooks: what a cell shows is read, or it is refused
//! with its place.

use merit::language::AggregateFunction;
use merit::model::data::*;
use merit::plan::query::Rows;
use merit::value::Value;

use crate::biff::{self, Given};
use crate::build::*;
use crate::ods;
use crate::workbooks::{percent, premiums, read};
use crate::xlsx::{self, Book};

/// What is read of a file with three columns.
fn of(name: &str, bytes: Vec<u8>) -> String {
    read(Project::new(vec![three(name)]).file(name, bytes))
}

fn three(name: &str) -> DataSet {
    let mut set = premiums(name);
    set.columns.truncate(3);
    set
}

/// Their headers.
fn head<Cell: for<'a> From<&'a str>>() -> Vec<Cell> {
    ["Policy No", "Premium", "Issued"].iter().map(|header| Cell::from(*header)).collect()
}

/// An old workbook with these cells for the premiums of P1, P2, ….
fn xls(premiums: &[biff::Cell]) -> biff::Book {
    let row = |(at, premium): (usize, &biff::Cell)| {
        vec![format!("P{}", at + 1).as_str().into(), premium.clone(), biff::Cell::Number(46204.0, "yyyy/m/d")]
    };
    biff::Book::of([head()].into_iter().chain(premiums.iter().enumerate().map(row)).collect())
}

/// The same in OpenDocument.
fn open_document(premiums: &[ods::Cell]) -> Vec<u8> {
    open_document_with(premiums, "")
}

fn open_document_with(premiums: &[ods::Cell], settings: &str) -> Vec<u8> {
    let row = |(at, premium): (usize, &ods::Cell)| {
        vec![format!("P{}", at + 1).as_str().into(), premium.clone(), ods::Cell::date("2026-07-01", "01.07.26")]
    };
    let rows = [head()].into_iter().chain(premiums.iter().enumerate().map(row)).collect();
    ods::book_with(&[ods::Sheet::new("data", rows)], settings)
}

/// The same in Excel's present form, each cell written out: `<v>5</v>`, or with attributes in front of a `>`.
fn excel(premiums: &[&str]) -> Book {
    let head: String = ["A1", "B1", "C1"]
        .iter()
        .zip(["Policy No", "Premium", "Issued"])
        .map(|(place, header)| xlsx::text(place, header))
        .collect();
    let rows: String = (2..)
        .zip(premiums)
        .map(|(row, premium)| {
            let (number, day) = (
                xlsx::text(&format!("A{row}"), &format!("P{}", row - 1)),
                xlsx::text(&format!("C{row}"), "2026-07-01"),
            );
            let premium = match premium.starts_with('<') {
                true => format!("<c r=\"B{row}\">{premium}</c>"),
                false => format!("<c r=\"B{row}\" {premium}</c>"),
            };
            format!("<row r=\"{row}\">{number}{premium}{day}</row>")
        })
        .collect();
    Book::of(&format!("<row r=\"1\">{head}</row>{rows}"))
}

/// That an answer is one finding with these words, and the place.
fn refused(answer: &str, words: &str, place: &str) {
    assert!(answer.contains(words) && answer.contains(place), "not `{words}` at {place}: {answer}");
    assert_eq!(answer.matches("help:").count(), 1, "{answer}");
}

const SOUND: &str = "rows 2, premium 12.5, distinct 2 2 1\n";
const LATER: &str = "is a formula without its value";

#[test]
fn values_of_formulas() {
    let half = |given| biff::Cell::Formula(given, "0.00");
    assert_eq!(of("policies.xls", xls(&[12.0.into(), half(Given::Number(0.5))]).bytes()), SOUND);
    let formula = |cell| ods::Cell::Formula("of:=1/2".into(), Box::new(cell));
    let twelve = ods::Cell::number("12", "12");
    assert_eq!(of("policies.ods", open_document(&[twelve.clone(), formula(ods::Cell::number("0.5", "0,5"))])), SOUND);
    assert_eq!(of("policies.xlsx", excel(&["<v>12</v>", "<f>1/2</f><v>0.5</v>"]).bytes()), SOUND);
    // In whatever order the two stand.
    assert_eq!(of("policies.xlsx", excel(&["<v>12</v>", "<v>0.5</v><f>1/2</f>"]).bytes()), SOUND);
    // A 0 that was computed is one.
    let zeros = "rows 2, premium 12, distinct 2 2 1\n";
    assert_eq!(of("policies.xls", xls(&[12.0.into(), half(Given::Number(0.0))]).bytes()), zeros);
    assert_eq!(of("policies.ods", open_document(&[twelve, formula(ods::Cell::number("0", "0"))])), zeros);
    assert_eq!(of("policies.xlsx", excel(&["<v>12</v>", "<f>1-1</f><v>0</v>"]).bytes()), zeros);
}

#[test]
fn formulas_that_no_program_has_computed() {
    for cell in [
        "<f>1+1</f>",
        "<f>1+1</f><v></v>",
        "<f>1+1</f><v/>",
        "t=\"n\"><f>1+1</f><v> </v>",
        "<f t=\"shared\" si=\"0\"/>",
        "<f t=\"dataTable\" ref=\"B2:B9\" dt2D=\"0\" r1=\"A1\"/>",
        "<f t=\"array\" ref=\"B3:B1048576\">A1:A9</f>",
        // Zeros as one library writes them, whether they were computed or not.
        "<f>1+1</f><v>0.0</v>",
    ] {
        refused(&of("policies.xlsx", excel(&["<v>5</v>", cell]).bytes()), LATER, "(B3)");
    }
    let mut to_be_computed = excel(&["<v>5</v>", "<f>1+1</f><v>0</v>"]);
    to_be_computed.behind = "<calcPr calcId=\"124519\" fullCalcOnLoad=\"1\"/>".into();
    refused(&of("policies.xlsx", to_be_computed.bytes()), LATER, "(B3): \"=1+1\"");
    to_be_computed.sheets = excel(&["<v>12</v>", "<f>1/2</f><v>0.5</v>"]).sheets;
    assert_eq!(of("policies.xlsx", to_be_computed.bytes()), SOUND);

    // What cells are read from may have changed since.
    for calculation in ["fullCalcOnLoad=\"1\"", "calcMode=\"manual\"", "calcCompleted=\"0\""] {
        let mut old = excel(&["<v>12</v>", "<f>B2*2</f><v>0.5</v>"]);
        old.behind = format!("<calcPr {calculation}/>");
        let told = of("policies.xlsx", old.bytes());
        assert!(
            told.contains("is a formula whose value may be an old one") && told.contains("(B3): \"=B2*2\""),
            "{told}"
        );
    }

    let old = |told: String, formula: &str| {
        assert!(told.contains("is a formula whose value may be an old one") && told.contains(formula), "{told}");
    };
    for computed in [biff::Computed::ByHand, biff::Computed::NotYet] {
        let of = |cell| of("policies.xls", biff::Book { computed, ..xls(&[12.0.into(), cell]) }.bytes());
        old(of(biff::Cell::Reading(Given::Number(0.5), "0.00")), "(B3): \"=A3\"");
        old(of(biff::Cell::Reading(Given::Nothing, "0.00")), "(B3): \"=A3\"");
        // What reads no cell is the same whenever it is computed.
        assert_eq!(of(biff::Cell::Formula(Given::Number(0.5), "0.00")), SOUND);
        assert!(of(biff::Cell::Reading(Given::Error(0x07), "0.00")).contains("is the error of a formula"));
    }
    assert_eq!(of("policies.xls", xls(&[12.0.into(), biff::Cell::Reading(Given::Number(0.5), "0.00")]).bytes()), SOUND);
    for (automatic, reads) in [(true, true), (false, true), (false, false)] {
        let setting = format!(
            "<config:config-item config:name=\"LoadReadonly\" config:type=\"boolean\">false</config:config-item>\
             <config:config-item config:name=\"AutoCalculate\" config:type=\"boolean\">{automatic}</config:config-item>"
        );
        let formula = if reads { "of:=[.B2]/24" } else { "of:=1/2" };
        let half = ods::Cell::Formula(formula.into(), Box::new(ods::Cell::number("0.5", "0.5")));
        let told = of("policies.ods", open_document_with(&[ods::Cell::number("12", "12"), half], &setting));
        match !automatic && reads {
            true => old(told, "(B3): \"=[.B2]/24\""),
            false => assert_eq!(told, SOUND),
        }
    }

    for formula in [
        ods::Cell::Uncomputed("of:=1+1".into()),
        ods::Cell::Raw("<table:table-cell table:formula=\"of:=1+1\" office:value-type=\"float\"/>".into()),
        ods::Cell::Raw("<table:table-cell table:formula=\"of:=1+1\" office:value-type=\"string\"/>".into()),
    ] {
        refused(&of("policies.ods", open_document(&[ods::Cell::number("5", "5"), formula])), LATER, "(B3): \"=1+1\"");
    }

    let formula = |given| biff::Cell::Formula(given, "General");
    let by_a_library = |given| biff::Book { by: biff::Program::Library, ..xls(&[5.0.into(), formula(given)]) };
    refused(&of("policies.xls", by_a_library(Given::Nothing).bytes()), LATER, "(B3): \"=1\"");
    refused(&of("policies.xls", by_a_library(Given::Later).bytes()), LATER, "(B3)");
    refused(&of("policies.xls", xls(&[5.0.into(), formula(Given::Later)]).bytes()), LATER, "(B3)");
}

/// All cells of an array formula, and rows that hold nothing else.
#[test]
fn rows_of_formulas_without_values() {
    let mut book = excel(&["<v>5</v>", "<f t=\"array\" ref=\"B3:B4\">A1:A9</f>", "s=\"0\">"]);
    let told = of("policies.xlsx", book.bytes());
    assert!(told.contains("2 cells of `Premium` are formulas without their values"), "{told}");
    // Zeros that one library puts into the cells behind the first.
    let mut padded = excel(&["<f t=\"array\" ref=\"B2:B4\">A1:A9</f><v>7</v>", "<v>0</v>", "<v>0</v>"]);
    assert_eq!(of("policies.xlsx", padded.bytes()), "rows 3, premium 7, distinct 3 2 1\n");
    padded.behind = "<calcPr fullCalcOnLoad=\"1\"/>".into();
    let told = of("policies.xlsx", padded.bytes());
    assert!(told.contains("2 cells of `Premium` are formulas without their values"), "{told}");
    book.sheets[0].2 += "<row r=\"5\"><c r=\"A5\"><f>\"P\"&amp;9</f></c><c r=\"B5\"><f>B2*2</f></c></row>";
    let told = of("policies.xlsx", book.bytes());
    assert!(told.contains("3 cells of `Premium`") && told.contains("(A5): \"=\\\"P\\\"&9\""), "{told}");
}

/// An empty text that a formula gave is a blank cell.
#[test]
fn formulas_that_gave_nothing() {
    let mut set = three("policies.*");
    set.columns[1].optional = true;
    let of = |name: &str, bytes| read(Project::new(vec![set.clone()]).file(name, bytes));
    let expected = "rows 2, premium 5, distinct 2 1 1\n";
    for by in [biff::Program::Excel, biff::Program::Calc] {
        let xls = biff::Book { by, ..xls(&[5.0.into(), biff::Cell::Formula(Given::Nothing, "General")]) };
        assert_eq!(of("policies.xls", xls.bytes()), expected);
    }
    assert_eq!(of("policies.xlsx", excel(&["<v>5</v>", "t=\"str\"><f>LOWER(\"\")</f><v></v>"]).bytes()), expected);
    let shown = "<table:table-cell table:formula=\"of:=LOWER(&quot;&quot;)\"><text:p/></table:table-cell>";
    let ods = open_document(&[ods::Cell::number("5", "5"), ods::Cell::Raw(shown.into())]);
    assert_eq!(of("policies.ods", ods), expected);
}

#[test]
fn merged_cells_of_every_form() {
    let old = |merged| {
        let mut book = xls(&[5.0.into(), biff::Cell::Blank]);
        book.sheets[0].merged = vec![merged];
        of("policies.xls", book.bytes())
    };
    const EACH: &str = "stands in a cell merged over several rows";
    refused(&old([1, 2, 1, 1]), EACH, "(B3)");
    let merged = |cell: ods::Cell| ods::Cell::Merged { rows: 2, columns: 1, cell: Box::new(cell) };
    refused(
        &of("policies.ods", open_document(&[merged(ods::Cell::number("5", "5")), ods::Cell::Covered])),
        EACH,
        "(B3)",
    );
    // What a merged cell covers is not shown, whatever it holds.
    let hidden = ods::Cell::Raw(
        "<table:covered-table-cell office:value-type=\"float\" office:value=\"7\"><text:p>7</text:p></table:covered-table-cell>".into(),
    );
    let told = of("policies.ods", open_document(&[merged(ods::Cell::number("5", "5")), hidden]));
    refused(&told, "lies under a", "(B3)");
    let mut book = excel(&["<v>5</v>", "<v>7</v>"]);
    book.behind_rows = "<mergeCells count=\"1\"><mergeCell ref=\"B2:B3\"/></mergeCells>".into();
    refused(&of("policies.xlsx", book.bytes()), "lies under a", "(B3)");

    // A text is that of each row.
    let text = |rows: Vec<Vec<ods::Cell>>| of("policies.ods", ods::book(&[ods::Sheet::new("data", rows)]));
    let row = |first: ods::Cell, premium: &str| {
        vec![first, ods::Cell::number(premium, premium), merged(ods::Cell::date("2026-07-01", "1 July"))]
    };
    let told = text(vec![
        head(),
        row("P1".into(), "12"),
        vec!["P2".into(), ods::Cell::number("0.5", "0.5"), ods::Cell::Covered],
    ]);
    assert_eq!(told, format!("{SOUND}issued: merged cells: the text taken for each row 1\n"));
}

/// Few bytes that ask for much.
#[test]
fn cells_that_stand_far_away() {
    let far = |answer: String| assert!(answer.contains("delete") && answer.len() < 600, "{answer}");
    let damaged = |answer: String| assert!(answer.contains("damaged") && answer.len() < 600, "{answer}");
    let cell = |place: &str| {
        let mut book = excel(&["<v>12</v>", "<v>0.5</v>"]);
        book.sheets[0].2 += &format!("<row><c r=\"{place}\"><v>1</v></c></row>");
        book
    };
    far(of("policies.xlsx", cell("XFD1048576").bytes()));
    for place in ["A99999999999", "XFE1", "A0", "7", "ZZZZZZZZZZZZ9"] {
        damaged(of("policies.xlsx", cell(place).bytes()));
    }
    // In another sheet they are in nobody's way.
    let other = excel(&["<v>12</v>", "<v>0.5</v>"]).sheet(
        "notes",
        "visible",
        "<row r=\"1\"><c r=\"A1\"><v>1</v></c></row><row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row>",
    );
    assert_eq!(of("policies.xlsx", other.bytes()), SOUND);
    // Merged over the whole sheet, again and again.
    let mut merged = excel(&["<v>12</v>", "<v>0.5</v>"]);
    merged.behind_rows = format!("<mergeCells>{}</mergeCells>", "<mergeCell ref=\"A1:XFD1048576\"/>".repeat(1000));
    damaged(of("policies.xlsx", merged.bytes()));

    let repeated = |rows: u32, cells: Vec<ods::Cell>| {
        let mut sheet = ods::Sheet::new("data", vec![head()]);
        sheet.rows.push((rows, cells));
        of("policies.ods", ods::book(&[sheet]))
    };
    let five = || Box::new(ods::Cell::number("5", "5"));
    far(repeated(1_048_000, vec![ods::Cell::Repeated(16_000, five())]));
    damaged(repeated(u32::MAX, vec![*five()]));
    damaged(repeated(1, vec![ods::Cell::Repeated(u32::MAX, five())]));

    let mut old = xls(&[12.0.into(), 0.5.into()]);
    old.sheets[0].announced = Some((0, u32::MAX, 0, u16::MAX));
    far(of("policies.xls", old.bytes()));
    let mut old = xls(&[12.0.into(), 0.5.into()]);
    let mut rows = vec![Vec::new(); 15_000];
    rows[0] = vec![biff::Cell::from(1.0)];
    rows[14_999] = vec![biff::Cell::Blank; 250];
    rows[14_999].push(1.0.into());
    old.sheets.extend((0..20).map(|at| biff::Sheet::new(&format!("s{at}"), rows.clone())));
    far(of("policies.xls", old.bytes()));
}

/// The first value of a column, as it is written.
fn first(name: &str, bytes: Vec<u8>, column_type: ColumnType) -> String {
    let mut set = data("items", "item", vec![column("id", column_type)]);
    set.files[0].pattern = name.into();
    let mut project = Project::new(vec![set]).file(name, bytes);
    let value = project.path(0, "id");
    let only = project.measure(0, AggregateFunction::Only, Some(value), Rows::All);
    match project.run() {
        Err(_) => project.errors(),
        Ok(answers) => match &answers.measures[only.0].get(0).unwrap().value {
            Value::Text(text) => text.to_string(),
            Value::Day(day) => day.to_string(),
            _ => line(&answers.measures[only.0]),
        },
    }
}

/// A column `id` with one number in it, which has a format: in each of the forms that know formats by their code.
fn in_format(number: f64, code: &'static str, column_type: ColumnType) -> Vec<String> {
    let excel = Book::of(&format!(
        "<row r=\"1\">{}</row><row r=\"2\"><c r=\"A2\" s=\"1\"><v>{number}</v></c></row>",
        xlsx::text("A1", "id")
    ));
    let old = biff::Book::of(vec![vec!["id".into()], vec![biff::Cell::Number(number, code)]]);
    vec![
        first("items.xlsx", excel.formats(&[code]).bytes(), column_type.clone()),
        first("items.xls", old.bytes(), column_type),
    ]
}

#[test]
fn ids_are_what_is_shown() {
    for (number, code, shown) in [
        (12.0, "General", "12"),
        (12.0, "00000", "00012"),
        (12.0, "00000;@", "00012"),
        (12.0, "\"S\"0000", "S0012"),
        (12345.0, "00\\-000", "12-345"),
        (1.1, "0.00", "1.10"),
        (12345.0, "#,##0", "12345"),
        (123456789012345.0, "0", "123456789012345"),
        (0.85, "0%", "85%"),
        (46204.0, "d.m.yyyy", "2026-07-01"),
    ] {
        for found in in_format(number, code, ColumnType::Text) {
            assert_eq!(found, shown, "{code}");
        }
    }
    for (number, code) in
        [(12.5, "0"), (1234.5, "#,##0.00"), (7.0, ";;;"), (1.5, "# ?/?"), (12.0, "0.0E+00"), (7.0, "[DBNum1]0")]
    {
        for found in in_format(number, code, ColumnType::Text) {
            refused(&found, "what its format shows as text is not certain", "(A2)");
        }
    }
    let told = |value: &str, shown: &str| {
        let rows = vec![vec!["id".into()], vec![ods::Cell::number(value, shown)]];
        first("items.ods", ods::book(&[ods::Sheet::new("data", rows)]), ColumnType::Text)
    };
    for (value, shown, expected) in
        [("12", "00012", "00012"), ("12", "S0012", "S0012"), ("12345", "12.345", "12345"), ("1.1", "1.10", "1.10")]
    {
        assert_eq!(told(value, shown), expected);
    }
    refused(&told("12.5", "13"), "what its format shows as text is not certain", "(A2)");
}

/// Of a number, a spreadsheet keeps 15 digits.
#[test]
fn ids_that_are_too_long() {
    const LOST: &str = "so the last ones are lost";
    let excel = |digits: &str, column_type| {
        let rows =
            format!("<row r=\"1\">{}</row><row r=\"2\"><c r=\"A2\"><v>{digits}</v></c></row>", xlsx::text("A1", "id"));
        first("items.xlsx", Book::of(&rows).bytes(), column_type)
    };
    for digits in ["110105199003071231", "1.10105199003071E+17", "1000000000000000"] {
        refused(&excel(digits, ColumnType::Text), LOST, "(A2)");
    }
    refused(&excel("110105199003071231", number()), LOST, "(A2): \"110105199003071231\"");
    assert_eq!(excel("1.10105199003071E+17", number()), "110105199003071000");
    assert_eq!(excel("0.30000000000000004", number()), "0.3");
    for found in in_format(110105199003071231.0, "0", ColumnType::Text) {
        refused(&found, LOST, "(A2)");
    }
    let rows = vec![vec!["id".into()], vec![ods::Cell::number("1.10105199003071E+017", "1.10105199003071E+017")]];
    refused(&first("items.ods", ods::book(&[ods::Sheet::new("data", rows)]), ColumnType::Text), LOST, "(A2)");
}

fn number() -> ColumnType {
    ColumnType::Number {
        unit: merit::model::types::unit::DisplayUnit::number(),
        cell_factor: Some("1".parse().unwrap()),
    }
}

#[test]
fn amounts_are_what_is_shown() {
    for (value, code, shown) in [
        (1234.5, "#,##0.00", "1234.5"),
        (1234.5, "\"¥\"#,##0.00", "1234.5"),
        (1234.5, "[$¥-804]#,##0.00;[Red]-[$¥-804]#,##0.00", "1234.5"),
        (1234.5, "0\"件\"", "1234.5"),
        (120000.0, "0!.0,\"万\"", "120000"),
    ] {
        for found in in_format(value, code, money()) {
            assert_eq!(found, shown, "{code}");
        }
    }
    for (code, words) in [
        ("[$€-407] #,##0.00", "is not in CNY"),
        ("#,##0.00 \"EUR\"", "is not in CNY"),
        ("0.0\"万\"", "a number format that shows something else"),
        ("0.0%", "is a percentage"),
        ("0.0\"%\"", "is a percentage"),
    ] {
        for found in in_format(12.5, code, money()) {
            refused(&found, words, "(A2)");
        }
    }
    let euros = ods::Cell::Money { value: "12".into(), currency: "EUR".into(), shown: "12 €".into() };
    let told = of("policies.ods", open_document(&[euros]));
    refused(&told, "is not in CNY", "(B2)");
}

#[test]
fn percentages_by_the_section_that_applies() {
    for (value, code, shown) in [
        (0.125, "0.0%", "0.125"),
        (-0.5, "0.0%;-0.0%", "-0.5"),
        (0.5, "[<1]0%;0", "0.5"),
        (0.0, "0;0;0%", "0"),
        (12.5, "0.0\"%\"", "0.125"),
    ] {
        for found in in_format(value, code, percent(None)) {
            assert_eq!(found, shown, "{code}");
        }
    }
    const BARE: &str = "has no percent sign";
    for (value, code, words) in [
        (0.5, "0;0%", BARE),
        (5.0, "[<1]0%;0", BARE),
        (0.5, "0.0", BARE),
        (0.125, "0%%", "is not a number"),
        (0.125, "0\\%", "shows something else"),
    ] {
        for found in in_format(value, code, percent(None)) {
            refused(&found, words, "(A2)");
        }
    }
}

/// What is declared of the signs in texts says nothing of numbers, which have none.
#[test]
fn declared_signs_leave_numbers_alone() {
    let mut set = three("policies.*");
    set.columns[1].numbers = NumberSigns::of("1.234,56");
    let of = |name: &str, bytes| read(Project::new(vec![set.clone()]).file(name, bytes));
    let expected = "rows 2, premium 3.734, distinct 2 2 1\n";
    assert_eq!(of("policies.xls", xls(&[1.234.into(), 2.5.into()]).bytes()), expected);
    assert_eq!(of("policies.xlsx", excel(&["<v>1.234</v>", "t=\"inlineStr\"><is><t>2,5</t></is>"]).bytes()), expected);
    let both = [ods::Cell::number("1.234", "1,234"), "2,5".into()];
    assert_eq!(of("policies.ods", open_document(&both)), expected);
}

#[test]
fn errors_of_newer_programs_are_bad_cells() {
    const ERROR: &str = "is the error of a formula";
    for error in [
        "#DIV/0!",
        "#SPILL!",
        "#CALC!",
        "#FIELD!",
        "#BLOCKED!",
        "#BUSY!",
        "#CONNECT!",
        "#PYTHON!",
        "#UNKNOWN!",
        "#EXTERNAL!",
        "#GETTING_DATA",
        "#TIMEOUT!",
    ] {
        let told = of("policies.xlsx", excel(&["<v>5</v>", &format!("t=\"e\"><f>x</f><v>{error}</v>")]).bytes());
        refused(&told, ERROR, &format!("(B3): \"{error}\""));
    }
    for error in ["#DIV/0!", "Err:504", "Err:522", "#REF!"] {
        let shown = format!(
            "<table:table-cell table:formula=\"of:=1/0\" office:value-type=\"float\" office:value=\"0\"><text:p>{error}</text:p>\
             </table:table-cell>"
        );
        for cell in [ods::Cell::Error(error.into()), ods::Cell::Raw(shown)] {
            refused(&of("policies.ods", open_document(&[ods::Cell::number("5", "5"), cell])), ERROR, "(B3)");
        }
    }
    for given in [biff::Cell::Error(0x07), biff::Cell::Formula(Given::Error(0x17), "General")] {
        refused(&of("policies.xls", xls(&[5.0.into(), given]).bytes()), ERROR, "(B3)");
    }
    // In a column that nobody reads they are in nobody's way.
    let mut book = excel(&["<v>12</v>", "<v>0.5</v>"]);
    book.sheets[0].2 = book.sheets[0].2.replace("</row>", "<c t=\"e\"><v>#SPILL!</v></c></row>");
    assert_eq!(of("policies.xlsx", book.bytes()), SOUND);
    // A text that cannot be a number, where one is announced.
    for cell in ["t=\"n\"><v>abc</v>", "t=\"n\"><v>inf</v>", "t=\"n\"><v>NaN</v>", "t=\"unheard\"><v>abc</v>"] {
        refused(&of("policies.xlsx", excel(&["<v>5</v>", cell]).bytes()), "is not a number", "(B3)");
    }
    // What stands for no value is no text either.
    let nothing = |ty| {
        let rows = format!(
            "<row r=\"1\">{}</row><row r=\"2\"><c r=\"A2\" t=\"e\"><v>#N/A</v></c></row>",
            xlsx::text("A1", "id")
        );
        first("items.xlsx", Book::of(&rows).bytes(), ty)
    };
    refused(&nothing(ColumnType::Text), ERROR, "(A2)");
    refused(&nothing(number()), "is blank", "(A2)");
}

#[test]
fn texts_of_every_make() {
    let of_cell = |cell: &str, texts: &[&str]| {
        let rows = format!("<row r=\"1\">{}</row><row r=\"2\">{cell}</row>", xlsx::text("A1", "id"));
        let book = Book { texts: texts.iter().map(|text| text.to_string()).collect(), ..Book::of(&rows) };
        first("items.xlsx", book.bytes(), ColumnType::Text)
    };
    let runs = "<r><t>Sales</t></r><r><rPr><b/></rPr><t xml:space=\"preserve\"> Ltd &amp; Co</t></r>";
    let spoken = "<t>東京</t><rPh sb=\"0\" eb=\"2\"><t>トウキョウ</t></rPh>";
    assert_eq!(of_cell("<c r=\"A2\" t=\"s\"><v>0</v></c>", &[runs]), "Sales Ltd & Co");
    assert_eq!(of_cell("<c r=\"A2\" t=\"s\"><v>1</v></c>", &[runs, spoken]), "東京");
    assert_eq!(of_cell(&format!("<c t=\"inlineStr\"><is>{spoken}</is></c>"), &[]), "東京");
    assert_eq!(of_cell("<c r=\"A2\" t=\"str\"><f>A1</f><v>a&lt;b</v></c>", &[]), "a<b");
    assert_eq!(of_cell("<c r=\"A2\" t=\"inlineStr\"><is><t><![CDATA[a<b]]></t></is></c>", &[]), "a<b");
    assert_eq!(of_cell("<c r=\"A2\" t=\"inlineStr\"><is><t>a_x0041_</t></is></c>", &[]), "aA");
    assert_eq!(of_cell("<c r=\"A2\"><extLst><ext><v>9</v></ext></extLst><v>5</v></c>", &[]), "5");
    let told = of_cell("<c r=\"A2\" t=\"s\"><v>7</v></c>", &[runs]);
    assert!(told.contains("A2 has a text that is missing"), "{told}");
}

#[test]
fn days_and_times_of_every_make() {
    let day = |number: f64, code| in_format(number, code, ColumnType::Date).remove(1);
    for code in ["d-mmm-yy", "[$-409]mmmm d, yyyy;@", "yyyy\"年\"m\"月\"d\"日\"", "[$-F800]dddd", "m/d/yy h:mm"] {
        assert_eq!(day(46204.0, code), "2026-07-01", "{code}");
    }
    let iso = |text: &str| {
        let rows = format!(
            "<row r=\"1\">{}</row><row r=\"2\"><c r=\"A2\" t=\"d\"><v>{text}</v></c></row>",
            xlsx::text("A1", "id")
        );
        first("items.xlsx", Book::of(&rows).bytes(), ColumnType::Date)
    };
    assert_eq!((iso("2026-07-01").as_str(), iso("2026-07-01T00:00:00").as_str()), ("2026-07-01", "2026-07-01"));
    // Behind 1904, days are counted from there.
    let old = biff::Book {
        since_1904: true,
        ..biff::Book::of(vec![vec!["id".into()], vec![biff::Cell::Number(44742.0, "yyyy-mm-dd")]])
    };
    assert_eq!(first("items.xls", old.bytes(), ColumnType::Date), "2026-07-01");
    for (days, code) in [(0.5, "h:mm"), (1.5, "[h]:mm:ss")] {
        for found in in_format(days, code, number()) {
            assert!(found.contains("is not a number") && found.contains("(A2)"), "{found}");
        }
    }
    let time = ods::Cell::Time { value: "PT36H30M00S".into(), shown: "36:30".into() };
    refused(&of("policies.ods", open_document(&[time])), "`36:30:00` is not a number", "(B2)");
}

/// The sheet that is meant, where none is named.
#[test]
fn sheets_of_every_state() {
    let table = excel(&["<v>12</v>", "<v>0.5</v>"]).sheets[0].2.clone();
    let notes = format!("<row r=\"1\">{}</row>", xlsx::text("A1", "Notes"));
    let ask = |sheet: Option<&str>, book: &Book| {
        let mut set = three("policies.xlsx");
        set.files[0].sheet = sheet.map(str::to_string);
        read(Project::new(vec![set]).file("policies.xlsx", book.bytes()))
    };
    let beside = |name: &str, state: &str, rows: &str| Book::of(&table).sheet(name, state, rows);
    for state in ["hidden", "veryHidden"] {
        assert_eq!(ask(None, &beside("old", state, &table)), SOUND, "{state}");
        assert_eq!(ask(Some("old"), &beside("old", state, &table)), SOUND, "{state}");
    }
    assert_eq!(ask(None, &beside("empty", "visible", "")), SOUND);
    assert_eq!(ask(None, &beside("notes", "visible", &notes)), SOUND);
    let only = ask(None, &Book::of(&notes).sheet("old", "hidden", &table));
    assert!(only.contains("that is shown has a header") && only.contains("hidden are `old`"), "{only}");
    let none = ask(None, &Book::default().sheet("old", "hidden", &table));
    assert!(none.contains("no sheet with cells that is shown") && none.contains("hidden are `old`"), "{none}");
    let both = ask(None, &beside("copy", "visible", &table));
    assert!(both.contains("several sheets") && both.contains("`copy`"), "{both}");
    // Blanks at the ends of a name, and letters put together in another way.
    assert_eq!(ask(Some("Juli"), &beside(" Juli ", "visible", &table)), SOUND);
    assert_eq!(ask(Some("M\u{e4}rz"), &beside("Ma\u{308}rz", "visible", &table)), SOUND);
    let alike = beside("Plan", "visible", &table).sheet("plan ", "visible", &table);
    assert_eq!(ask(Some("Plan"), &alike), SOUND);
    let unclear = ask(Some("PLAN"), &alike);
    assert!(unclear.contains("several sheets") && unclear.contains("`plan `"), "{unclear}");
}

/// A table that stands somewhere in its sheet, with blank rows in it and notes beside it.
#[test]
fn tables_with_company() {
    let cell = |place: &str, text: &str| xlsx::text(place, text);
    let row = |at: u32, cells: String| format!("<row r=\"{at}\">{cells}</row>");
    let book = Book::of(
        &[
            row(2, cell("C2", "Policies of July")),
            row(5, cell("C5", "Policy No") + &cell("D5", "Premium") + &cell("E5", "Issued")),
            row(6, cell("C6", "P1") + "<c r=\"D6\"><v>12</v></c>" + &cell("E6", "2026-07-01")),
            row(7, cell("H7", "who wrote this?")),
            row(
                9,
                cell("C9", "P2") + "<c r=\"D9\"><v>0.5</v></c>" + &cell("E9", "2026-07-01") + &cell("H9", "checked"),
            ),
            row(12, cell("H12", "the end")),
        ]
        .concat(),
    );
    assert_eq!(of("policies.xlsx", book.bytes()), SOUND);
}

/// Workbooks are read by what they are, whatever their names say; what is none is named.
#[test]
fn files_with_the_name_of_another() {
    let excel = excel(&["<v>12</v>", "<v>0.5</v>"]).bytes();
    let old = xls(&[12.0.into(), 0.5.into()]).bytes();
    let open = open_document(&[ods::Cell::number("12", "12"), ods::Cell::number("0.5", "0.5")]);
    for bytes in [&excel, &old, &open] {
        for name in ["policies.xls", "policies.xlsx", "policies.xlsb", "policies.ods", "policies.xlsm"] {
            assert_eq!(of(name, bytes.clone()), SOUND, "{name}");
        }
    }
    let locked = {
        let mut file = cfb::CompoundFile::create(std::io::Cursor::new(Vec::new())).unwrap();
        file.create_stream("/EncryptedPackage").unwrap();
        file.into_inner().into_inner()
    };
    let packed = |name: &str| ods::zipped(&[(name, "x")]);
    let mut all = String::new();
    for bytes in [
        b"<html><body><table><tr><td>Policy No</td></tr></table></body></html>".to_vec(),
        b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n<table>".to_vec(),
        b"<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\"/>".to_vec(),
        b"{\\rtf1 hello}".to_vec(),
        b"Policy No\tPremium\tIssued\nP1\t1\t2026-07-01\n".to_vec(),
        packed("word/document.xml"),
        packed("Index/Document.iwa"),
        packed("policies.csv"),
        excel[..excel.len() / 2].to_vec(),
        locked,
        Vec::new(),
    ] {
        all += &of("policies.xls", bytes);
    }
    assert_snapshot!(all);
}

/// Whatever such a row is called.
#[test]
fn rows_that_add_up_those_above_are_refused() {
    for formula in ["SUM(B2:B2)", "SUBTOTAL(9,B$2:B2)", "SUBTOTAL(109,$B$2:$B$2)"] {
        let told = of("policies.xlsx", excel(&["<v>12</v>", &format!("<f>{formula}</f><v>12</v>")]).bytes());
        assert!(told.contains("a row adds up rows above it") && told.contains("row 3"), "{told}");
    }
    let cell = ods::Cell::Raw(
        "<table:table-cell table:formula=\"of:=SUM([.B2:.B2])\" office:value-type=\"float\" office:value=\"12\"><text:p>12</text:p></table:table-cell>".into(),
    );
    let told = of("policies.ods", open_document(&[ods::Cell::number("12", "12"), cell]));
    assert!(told.contains("a row adds up rows above it"), "{told}");
    // Other sums are values of their rows.
    let told = of("policies.xlsx", excel(&["<v>12</v>", "<f>SUM(D3:E3)</f><v>0.5</v>"]).bytes());
    assert_eq!(told, SOUND);
}

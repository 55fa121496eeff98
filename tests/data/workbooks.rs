//! Spreadsheets, packed files, and sheets with a column for each month.

use std::io::Write;

use merit::language::AggregateFunction;
use merit::model::data::*;
use merit::plan::query::Rows;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook, Worksheet};

use crate::build::*;
use crate::support::{How, named_file, texts};

pub fn premiums(pattern: &str) -> DataSet {
    let columns = vec![
        headed(column("policy_no", ColumnType::Text), &["Policy No", "保单号"]),
        headed(column("premium", money()), &["Premium", "标准保费"]),
        headed(column("issued", ColumnType::Date), &["Issued", "承保日期"]),
        optional(column("city", ColumnType::Text)),
        optional(column("share", percent(None))),
        optional(column("paid", ColumnType::Flag)),
        optional(column("month", ColumnType::Period)),
    ];
    let mut data = data("policies", "policy", columns);
    data.files[0].pattern = pattern.into();
    data.key = vec![ColumnIx(0)];
    data.time = TimeShape::Dated(ColumnIx(2));
    data
}

pub fn percent(factor: Option<&str>) -> ColumnType {
    let cell_factor = factor.map(|factor| factor.parse().unwrap());
    ColumnType::Number { unit: merit::model::types::unit::DisplayUnit::percent(), cell_factor }
}

pub const HEADERS: [&str; 7] = ["Policy No", "Premium", "Issued", "city", "share", "paid", "month"];

fn workbook(fill: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    fill(book.add_worksheet().set_name("policies").unwrap());
    book.save_to_buffer().unwrap()
}

fn headers(sheet: &mut Worksheet, row: u32) {
    for (at, header) in (0..).zip(HEADERS) {
        sheet.write(row, at, header).unwrap();
    }
}

fn day(sheet: &mut Worksheet, row: u32, column: u16, text: &str) {
    let date = ExcelDateTime::parse_from_str(text).unwrap();
    sheet.write_with_format(row, column, &date, &Format::new().set_num_format("yyyy/m/d")).unwrap();
}

/// All columns of all rows as they were read, or the errors.
pub fn read(project: Project) -> String {
    let mut project = project;
    let columns = project.model.data[0].columns.len();
    let mut measures = Vec::new();
    for column in 0..columns {
        let name = project.model.data[0].columns[column].name.clone();
        let value = project.path(0, &name);
        measures.push(project.measure(0, AggregateFunction::CountDistinct, Some(value), Rows::All));
    }
    let premium = project.path(0, "premium");
    let sum = project.measure(0, AggregateFunction::Sum, Some(premium), Rows::All);
    let count = project.measure(0, AggregateFunction::Count, None, Rows::All);
    match project.run() {
        Err(_) => project.errors(),
        Ok(answers) => {
            let distinct: Vec<String> = measures.iter().map(|one| line(&answers.measures[one.0])).collect();
            let mut text = format!(
                "rows {}, premium {}, distinct {}\n",
                line(&answers.measures[count.0]),
                line(&answers.measures[sum.0]),
                distinct.join(" ")
            );
            for file in &answers.files {
                for (column, repair, count) in &file.repairs {
                    text += &format!("{column}: {repair} {count}\n");
                }
            }
            text
        }
    }
}

fn sheet(fill: impl FnOnce(&mut Worksheet)) -> String {
    read(Project::new(vec![premiums("policies*.xlsx")]).file("policies.xlsx", workbook(fill)))
}

#[test]
fn a_sheet_as_hr_has_it() {
    let shown = sheet(|sheet| {
        sheet.merge_range(0, 0, 0, 6, "Policies issued in 2026", &Format::new().set_bold()).unwrap();
        sheet.write(1, 0, "as of 1 October").unwrap();
        headers(sheet, 3);
        let percent = Format::new().set_num_format("0.0%");
        for row in 4..7u32 {
            sheet.write(row, 0, 1000 + row).unwrap();
            sheet.write(row, 1, 0.1).unwrap();
            day(sheet, row, 2, "2026-07-01");
            sheet.write(row, 3, "Shanghai").unwrap();
            sheet.write_with_format(row, 4, 0.07 * f64::from(row - 3), &percent).unwrap();
            sheet.write(row, 5, row == 4).unwrap();
            day(sheet, row, 6, "2026-07-01");
        }
        // A hidden row counts like any other, a blank one does not.
        sheet.set_row_hidden(5).unwrap();
        sheet.write(8, 0, "A-9").unwrap();
        sheet.write_formula(8, 1, Formula::new("1234.5*2").set_result("2469")).unwrap();
        sheet.write(8, 2, "2026/7/2").unwrap();
        sheet.write(8, 4, "85%").unwrap();
        sheet.write(8, 6, "2026年8月").unwrap();
    });
    assert_snapshot!(shown);
}

#[test]
fn bad_cells_of_a_sheet() {
    let shown = sheet(|sheet| {
        sheet.write(0, 0, "Policies").unwrap();
        for (at, header) in (1..).zip(HEADERS) {
            sheet.write(1, at, header).unwrap();
        }
        for row in 2..12u32 {
            sheet.write(row, 1, format!("P{row}")).unwrap();
            sheet.write(row, 2, row).unwrap();
            day(sheet, row, 3, "2026-07-01");
        }
        sheet.write_formula(2, 2, Formula::new("A1/0").set_result("#DIV/0!")).unwrap();
        sheet.write(3, 2, "twelve").unwrap();
        day(sheet, 4, 2, "2026-07-01");
        sheet.write(5, 3, 46204).unwrap();
        sheet.write(6, 3, "03/04/2026").unwrap();
        sheet.write(7, 5, 0.85).unwrap();
        sheet.write(8, 7, 2026.1).unwrap();
        sheet.write_blank(9, 2, &Format::new()).unwrap();
        sheet.write(10, 6, "perhaps").unwrap();
        sheet.write_formula(11, 4, Formula::new("OLD!A1").set_result("#REF!")).unwrap();
    });
    assert_snapshot!(shown);
}

#[test]
fn merged_cells() {
    let filled = |sheet: &mut Worksheet| {
        headers(sheet, 0);
        for row in 1..5u32 {
            sheet.write(row, 0, format!("P{row}")).unwrap();
            sheet.write(row, 1, row).unwrap();
            day(sheet, row, 2, "2026-07-01");
        }
    };
    let down = sheet(|sheet| {
        filled(sheet);
        sheet.merge_range(1, 3, 3, 3, "Shanghai", &Format::new()).unwrap();
        sheet.write(4, 3, "Beijing").unwrap();
    });
    assert_eq!(down, "rows 4, premium 10, distinct 4 4 1 2 0 0 0\ncity: merged cells: the text taken for each row 2\n");
    let unclear = sheet(|sheet| {
        filled(sheet);
        sheet.merge_range(2, 1, 3, 1, "", &Format::new()).unwrap();
        sheet.write(2, 1, 5).unwrap();
        sheet.merge_range(4, 3, 4, 6, "see note", &Format::new()).unwrap();
    });
    assert_snapshot!(unclear);
    let header_of_two_rows = sheet(|sheet| {
        for (at, header) in (0..).zip(HEADERS) {
            if at == 1 {
                sheet.write(0, at, "Amounts").unwrap();
                sheet.write(1, at, header).unwrap();
            } else {
                sheet.merge_range(0, at, 1, at, header, &Format::new()).unwrap();
            }
        }
        sheet.write(2, 0, "P1").unwrap();
        sheet.write(2, 1, 7).unwrap();
        day(sheet, 2, 2, "2026-07-01");
    });
    assert_eq!(header_of_two_rows, "rows 1, premium 7, distinct 1 1 1 0 0 0 0\n");
}

#[test]
fn the_sheet_that_is_meant() {
    let book = |names: &[(&str, u32)]| {
        let mut book = Workbook::new();
        for (name, rows) in names {
            let sheet = book.add_worksheet().set_name(*name).unwrap();
            if *rows == 0 {
                sheet.write(0, 0, "Notes").unwrap();
                continue;
            }
            headers(sheet, 0);
            for row in 1..=*rows {
                sheet.write(row, 0, format!("{name}{row}")).unwrap();
                sheet.write(row, 1, 1).unwrap();
                day(sheet, row, 2, "2026-07-01");
            }
        }
        book.save_to_buffer().unwrap()
    };
    let ask = |sheets: &[&str], names: &[(&str, u32)]| {
        let mut set = premiums("policies.xlsx");
        if !sheets.is_empty() {
            let pattern = set.files[0].clone();
            let named = |sheet: &&str| FilePattern { sheet: Some(sheet.to_string()), ..pattern.clone() };
            set.files = sheets.iter().map(named).collect();
        }
        read(Project::new(vec![set]).file("policies.xlsx", book(names)))
    };
    assert_eq!(ask(&[], &[("Notes", 0), ("Data", 3)]), "rows 3, premium 3, distinct 3 1 1 0 0 0 0\n");
    assert_eq!(ask(&["b"], &[("A", 2), ("B", 5)]), "rows 5, premium 5, distinct 5 1 1 0 0 0 0\n");
    assert_eq!(ask(&["A", "B"], &[("A", 2), ("B", 5)]), "rows 7, premium 7, distinct 7 1 1 0 0 0 0\n");
    let mut all = ask(&[], &[("July", 2), ("August", 5), ("Notes", 0)]);
    all += &ask(&["Juli"], &[("July", 2), ("August", 5)]);
    all += &ask(&[], &[("Notes", 0)]);
    assert_snapshot!(all);
}

#[test]
fn a_table_in_one_column() {
    let rows = |sign: &str| {
        workbook(|sheet| {
            for (row, cells) in (0..).zip([HEADERS.to_vec(), vec!["A1", "100", "2026-07-01"]]) {
                sheet.write(row, 0, cells.join(sign)).unwrap();
            }
        })
    };
    let mut all = String::new();
    for sign in [",", ";", "\t", "|"] {
        all += &read(Project::new(vec![premiums("policies.xlsx")]).file("policies.xlsx", rows(sign)));
    }
    let mut named = premiums("policies.xlsx");
    named.files[0].sheet = Some("policies".into());
    let notes = workbook(|sheet| {
        sheet.write(0, 0, "Notes").unwrap();
    });
    all += &read(Project::new(vec![named]).file("policies.xlsx", notes));
    for header in ["Notes", "Policy No;Premium"] {
        let bytes = parquet_of(header);
        all += &read(Project::new(vec![premiums("policies.parquet")]).file("policies.parquet", bytes));
    }
    assert_snapshot!(all);
}

/// A Parquet file with one column of texts.
fn parquet_of(header: &str) -> Vec<u8> {
    named_file("optional binary x (UTF8);", &[header], &[texts(&["A1"])], &How::default())
}

#[test]
fn files_that_are_no_workbooks() {
    let one = |name: &str, bytes: &[u8]| read(Project::new(vec![premiums("policies.*")]).file(name, bytes));
    let mut all = one("policies.xlsx", b"Policy No,Premium\n");
    all += &one("policies.ods", b"PK\x03\x04\0\0");
    all += &one("policies.xls", b"\xd0\xcf\x11\xe0");
    all += &one("policies.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and so on");
    assert_snapshot!(all);
}

const CSV: &str = "Policy No,Premium,Issued,city,share,paid,month\nA,1.5,2026-07-01,,,,\nB,2,2026-07-02,,,,\n";
const READ: &str = "rows 2, premium 3.5, distinct 2 2 2 0 0 0 0\n";

fn packed(name: &str, bytes: &[u8]) -> String {
    read(Project::new(vec![premiums("policies*")]).file(name, bytes))
}

fn zip(names: &[&str]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for name in names {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(CSV.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn packed_files() {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gz.write_all(CSV.as_bytes()).unwrap();
    let gz = gz.finish().unwrap();
    assert_eq!(packed("policies.csv.gz", &gz), READ);
    let zst = ruzstd::encoding::compress_to_vec(CSV.as_bytes(), ruzstd::encoding::CompressionLevel::Fastest);
    assert_eq!(packed("policies.csv.zst", &zst), READ);
    assert_eq!(packed("policies.zip", &zip(&["policies.csv", "__MACOSX/._policies.csv"])), READ);
    let mut all = packed("policies.csv.gz", &gz[..gz.len() - 12]);
    all += &packed("policies.csv.zst", &zst[..zst.len() - 5]);
    all += &packed("policies.csv.gz", CSV.as_bytes());
    all += &packed("policies.zip", &zip(&["a.csv", "b.csv"]));
    all += &packed("policies.zip", &zip(&[]));
    all += &packed("policies.zip", b"PK");
    assert_snapshot!(all);
}

fn plans(year: Option<YearOf>) -> DataSet {
    let mut columns = vec![
        column("team", ColumnType::Text),
        column("month", ColumnType::Period),
        column("premium", money()),
        optional(column("year", ColumnType::Text)),
    ];
    if !matches!(year, Some(YearOf::Column(_))) {
        columns.pop();
    }
    let mut set = data("plans", "plan", columns);
    set.files[0].pattern = "plans*".into();
    set.time = TimeShape::Dated(ColumnIx(1));
    set.key = vec![ColumnIx(0), ColumnIx(1)];
    set.across = Some(Across { month: ColumnIx(1), value: ColumnIx(2), year, span: span() });
    set
}

/// Sums by month from January 2026 on, `-` where a month has no rows.
fn months_of(set: DataSet, name: &str, bytes: impl AsRef<[u8]>) -> String {
    let mut project = Project::new(vec![set]).file(name, bytes);
    project.allow_empty = true;
    let premium = project.path(0, "premium");
    let mut asked = Vec::new();
    for month in 0..15 {
        let name = format!("{}-{:02}", 2026 + month / 12, month % 12 + 1);
        let rows = Rows::Dated { column: ColumnIx(1), months: months(&name, 1) };
        let sum = project.measure(0, AggregateFunction::Sum, Some(premium), rows.clone());
        asked.push((sum, project.measure(0, AggregateFunction::Count, None, rows)));
    }
    match project.run() {
        Err(_) => project.errors(),
        Ok(answers) => {
            let of = |(sum, count): &(merit::plan::query::MeasureId, merit::plan::query::MeasureId)| {
                let count = line(&answers.measures[count.0]);
                if count == "0" { "-".to_string() } else { line(&answers.measures[sum.0]) }
            };
            asked.iter().map(of).collect::<Vec<_>>().join(" ")
        }
    }
}

#[test]
fn a_column_for_each_month() {
    let chinese = "各营业部月度计划,,,,,,,,,,,,,\nteam,1月,2月,3月,4月,5月,6月,7月,8月,9月,10月,11月,12月,合计\n\
                   T1,1,2,3,4,5,6,7,8,9,,,,45\nT2,10,10,10,10,10,10,10,10,10,,,,90\n";
    let of_2026 = || plans(Some(YearOf::Year(2026)));
    let expected = "11 12 13 14 15 16 17 18 19 - - - - - -";
    assert_eq!(months_of(of_2026(), "plans.csv", chinese), expected);
    assert_eq!(months_of(plans(None), "plans_2026.csv", chinese), expected);
    assert_eq!(
        months_of(plans(None), "plans.csv", "team,2026-02,202603,2026年4月,May 2026\nT,1,2,3,4\n"),
        "- 1 2 3 4 - - - - - - - - - -"
    );
    // A fiscal year: the headers say of which year each month is.
    let dated = "team;Nov 2026;Dec 2026;Jan 2027;Feb 2027\nT;1;2;3;4\n";
    assert_eq!(months_of(plans(None), "plans.csv", dated), "- - - - - - - - - - 1 2 3 4 -");
    let by_row = "team,year,Jan,Feb\nT,2026,1,2\nT,2027年,3,4\n";
    assert_eq!(
        months_of(plans(Some(YearOf::Column(ColumnIx(3)))), "plans.csv", by_row),
        "1 2 - - - - - - - - - - 3 4 -"
    );
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("plan 2026").unwrap();
    sheet.write(0, 0, "team").unwrap();
    sheet.write(0, 1, "2026年一月").unwrap();
    day(sheet, 0, 2, "2026-02-01");
    sheet.write(1, 0, "T").unwrap();
    sheet.write(1, 1, 1.25).unwrap();
    sheet.write(1, 2, "2,000.0").unwrap();
    let bytes = book.save_to_buffer().unwrap();
    let mut set = of_2026();
    assert_eq!(months_of(set.clone(), "plans.xlsx", &bytes), "1.25 2000 - - - - - - - - - - - - -");
    set.across.as_mut().unwrap().year = None;
    set.files[0].sheet = Some("plan 2026".into());
    assert_eq!(months_of(set, "plans.xlsx", &bytes), "1.25 2000 - - - - - - - - - - - - -");
}

#[test]
fn mistakes_in_months_across() {
    let of_2026 = || plans(Some(YearOf::Year(2026)));
    let by_row = || plans(Some(YearOf::Column(ColumnIx(3))));
    let mut all = months_of(of_2026(), "plans.csv", "team,Jan,Feb,Mar\nT1,1,x,\nT2,,y,2\n");
    all += &months_of(of_2026(), "plans.csv", "team,Q1,Q2\nT1,1,2\n");
    all += &months_of(of_2026(), "plans.csv", "team,Jan,Feb,January\nT1,1,2,3\n");
    all += &months_of(plans(None), "plans.csv", "team,Jan,Feb\nT1,1,2\n");
    all += &months_of(by_row(), "plans.csv", "team,year,Jan\nT1,26,1\nT2,,2\n");
    all += &months_of(by_row(), "plans.csv", "team,Jan\nT1,1\n");
    all += &months_of(of_2026(), "plans.csv", "team,Jan\nT1,1\nT1,2\n");
    all += &months_of(of_2026(), "plans.csv", "team,Jan\nT1,1,2\n");
    all += &months_of(of_2026(), "plans.csv", "code,Jan\nT1,1\n");
    assert_snapshot!(all);
}

#[test]
fn damaged_workbooks_are_answered() {
    let sound = workbook(|sheet| {
        headers(sheet, 0);
        for row in 1..40u32 {
            sheet.write(row, 0, format!("P{row}")).unwrap();
            sheet.write(row, 1, row).unwrap();
            day(sheet, row, 2, "2026-07-01");
        }
        sheet.merge_range(3, 3, 9, 3, "Shanghai", &Format::new()).unwrap();
    });
    // A generator of its own, so that the same bytes are damaged in every run.
    let mut state = 7u64;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for case in 0..120 {
        let mut bytes = sound.clone();
        if case % 3 == 0 {
            bytes.truncate(next(sound.len()));
        }
        for _ in 0..1 + case % 5 {
            if !bytes.is_empty() {
                let at = next(bytes.len());
                bytes[at] = next(256) as u8;
            }
        }
        read(Project::new(vec![premiums("policies.xlsx")]).file("policies.xlsx", bytes));
    }
}

/// A workbook with a text replaced in its sheets.
fn rewritten(book: &[u8], from: &str, to: &str) -> Vec<u8> {
    let mut old = zip::ZipArchive::new(std::io::Cursor::new(book)).unwrap();
    let mut new = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for at in 0..old.len() {
        let mut entry = old.by_index(at).unwrap();
        let name = entry.name().unwrap().into_owned();
        let mut text = String::new();
        std::io::Read::read_to_string(&mut entry, &mut text).unwrap();
        new.start_file(&*name, zip::write::SimpleFileOptions::default()).unwrap();
        // As a program that computes would have saved it.
        let text = text.replace(" fullCalcOnLoad=\"1\"", "");
        new.write_all(if name.contains("sheet1") { text.replace(from, to) } else { text }.as_bytes()).unwrap();
    }
    new.finish().unwrap().into_inner()
}

#[test]
fn a_formula_without_text_is_blank_and_one_without_value_is_told() {
    let book = workbook(|sheet| {
        headers(sheet, 0);
        sheet.write(1, 0, "P1").unwrap();
        sheet.write(1, 1, 5).unwrap();
        day(sheet, 1, 2, "2026-07-01");
        sheet.write_formula(1, 3, Formula::new("LOWER(A1)").set_result("gone")).unwrap();
    });
    let of = |bytes| read(Project::new(vec![premiums("policies.xlsx")]).file("policies.xlsx", bytes));
    assert!(of(book.clone()).contains("is a formula whose value may be an old one"));
    assert_eq!(of(rewritten(&book, "", "")), "rows 1, premium 5, distinct 1 1 1 1 0 0 0\n");
    assert_eq!(of(rewritten(&book, "<v>gone</v>", "<v></v>")), "rows 1, premium 5, distinct 1 1 1 0 0 0 0\n");
    let told = of(rewritten(&book, "<v>gone</v>", ""));
    assert!(told.contains("is a formula without its value") && told.contains("(D2): \"=LOWER(A1)\""), "{told}");
}

/// The premium of the policies issued in July 2026.
pub fn premium_of_july(name: &str, bytes: Vec<u8>) -> String {
    let mut data = premiums(name);
    data.columns.truncate(3);
    let mut project = Project::new(vec![data]).file(name, bytes);
    let premium = project.path(0, "premium");
    let rows = Rows::Dated { column: ColumnIx(2), months: months("2026-07", 1) };
    let sum = project.measure(0, AggregateFunction::Sum, Some(premium), rows);
    match project.run() {
        Ok(answers) => line(&answers.measures[sum.0]),
        Err(_) => project.errors(),
    }
}

fn zipped(files: &[(&str, String)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in files {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// Workbooks from a Macintosh count days from 1904: the same number is a day four years later there.
#[test]
fn days_counted_from_1904() {
    let book = workbook(|sheet| {
        headers(sheet, 0);
        for (row, (date, premium)) in (1..).zip([("2022-06-30", 1), ("2022-07-30", 10), ("2022-07-31", 100)]) {
            sheet.write(row, 0, format!("P{row}")).unwrap();
            sheet.write(row, 1, premium).unwrap();
            day(sheet, row, 2, date);
        }
    });
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(book)).unwrap();
    let mut files = Vec::new();
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).unwrap();
        let mut text = String::new();
        std::io::Read::read_to_string(&mut file, &mut text).unwrap();
        files.push((file.name().unwrap().to_string(), text));
    }
    let named: Vec<(&str, String)> = files.iter().map(|(name, text)| (name.as_str(), text.clone())).collect();
    assert_eq!(premium_of_july("policies.xlsx", zipped(&named)), "0");
    let later: Vec<(&str, String)> = named
        .into_iter()
        .map(|(name, text)| (name, text.replace("<workbookPr ", "<workbookPr date1904=\"1\" ")))
        .collect();
    assert!(later.iter().any(|(_, text)| text.contains("date1904")));
    assert_eq!(premium_of_july("policies.xlsx", zipped(&later)), "11");
}

/// A sheet as LibreOffice keeps it: types beside the texts shown, and cells that repeat.
#[test]
fn a_sheet_of_open_document() {
    let text = |text: &str| {
        format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>")
    };
    let number = |value: &str| {
        format!(
            "<table:table-cell office:value-type=\"float\" office:value=\"{value}\"><text:p>about {value}</text:p></table:table-cell>"
        )
    };
    let date = |date: &str| {
        format!(
            "<table:table-cell office:value-type=\"date\" office:date-value=\"{date}\"><text:p>a day</text:p></table:table-cell>"
        )
    };
    let row = |cells: &[String]| format!("<table:table-row>{}</table:table-row>", cells.concat());
    let rows = [
        row(&[text("Policies of 2026")]),
        row(&[text("Policy No"), text("Premium"), text("Issued")]),
        row(&[text("P1"), number("0.1"), date("2026-07-01")]),
        row(&[text("P2"), number("0.2"), date("2026-07-31T00:00:00")]),
        row(&[text("P3"), number("1000"), date("2026-08-01")]),
        "<table:table-row table:number-rows-repeated=\"1000\"><table:table-cell table:number-columns-repeated=\"3\"/></table:table-row>"
            .to_string(),
    ];
    let content = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
         <office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
         xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" \
         xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" office:version=\"1.2\"><office:body><office:spreadsheet>\
         <table:table table:name=\"policies\">{}</table:table></office:spreadsheet></office:body></office:document-content>",
        rows.concat()
    );
    let mimetype = "application/vnd.oasis.opendocument.spreadsheet".to_string();
    let manifest = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><manifest:manifest \
         xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\"/>"
        .to_string();
    let files = [("mimetype", mimetype), ("META-INF/manifest.xml", manifest), ("content.xml", content)];
    assert_eq!(premium_of_july("policies.ods", zipped(&files)), "0.3");
}

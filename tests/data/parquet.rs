//! Parquet files: every type of column, however the file is written, says what the same text would say.

use merit::language::AggregateFunction;
use merit::model::data::*;
use merit::plan::query::Rows;
use parquet::basic::{Compression, GzipLevel, ZstdLevel};

use crate::build::*;
use crate::support::{Cells, How, file, texts};

fn percent(factor: Option<&str>) -> ColumnType {
    let cell_factor = factor.map(|factor| factor.parse().unwrap());
    ColumnType::Number { unit: merit::model::types::unit::DisplayUnit::percent(), cell_factor }
}

/// What the only row of a file says in its only column, with repairs; or the errors.
fn only(ty: ColumnType, column_of_file: &str, cell: Cells) -> String {
    let mut data = data("sales", "sale", vec![column("x", ty)]);
    data.files[0].pattern = "sales.parquet".into();
    let mut project = Project::new(vec![data]).file("sales.parquet", file(column_of_file, &[cell], &How::default()));
    let value = project.path(0, "x");
    let measure = project.measure(0, AggregateFunction::Only, Some(value), Rows::All);
    let Ok(answers) = project.run() else { return project.errors() };
    let repairs = answers.files[0].repairs.iter().map(|(_, repair, _)| format!(" ({repair})"));
    line(&answers.measures[measure.0]) + &repairs.collect::<String>()
}

#[test]
fn what_values_of_each_type_say() {
    use Cells::*;
    let whole = |value| Long(vec![Some(value)]);
    let bytes = |bytes: &[u8]| Fixed(vec![Some(bytes.to_vec())]);
    let number = plain;
    // 2026-07-01 is day 20635, and noon of 4713 before our time lies 2440588 days before 1970.
    let day = 20_635i64;
    let date = "Day(2026-07-01)".to_string();
    let cases: Vec<(ColumnType, &str, Cells, String)> = vec![
        (number(), "required int32 x;", Short(vec![Some(-7)]), "-7".into()),
        (number(), "required int32 x (INTEGER(32, false));", Short(vec![Some(-1)]), "4294967295".into()),
        (number(), "required int64 x;", whole(i64::MAX), "9223372036854775807".into()),
        (number(), "required int64 x;", whole(i64::MIN), "-9223372036854775808".into()),
        (number(), "required int64 x (INTEGER(64, false));", whole(-1), "18446744073709551615".into()),
        (number(), "required int32 x (DECIMAL(9, 2));", Short(vec![Some(-5)]), "-0.05".into()),
        (number(), "required int64 x (DECIMAL(18, 6));", whole(1_234_500_000), "1234.5".into()),
        (
            number(),
            "required fixed_len_byte_array(5) x (DECIMAL(11, 3));",
            bytes(&[255, 255, 255, 255, 254]),
            "-0.002".into(),
        ),
        (
            number(),
            "required fixed_len_byte_array(16) x (DECIMAL(38, 4));",
            bytes(&12_345_678_901_234_567_890_123_456i128.to_be_bytes()),
            "1234567890123456789012.3456".into(),
        ),
        (number(), "required binary x (DECIMAL(30, 1));", Bytes(vec![Some(vec![0, 200])]), "20".into()),
        (number(), "required float x;", Single(vec![Some(0.1)]), "0.1".into()),
        (number(), "required double x;", Double(vec![Some(1e21)]), "1000000000000000000000".into()),
        (number(), "required double x;", Double(vec![Some(-0.000_001)]), "-0.000001".into()),
        (number(), "required fixed_len_byte_array(2) x (FLOAT16);", bytes(&[0, 0x42]), "3".into()),
        (number(), "required binary x (STRING);", texts(&["1,250.5"]), "1250.5 (thousands separator)".into()),
        (percent(Some("0.01")), "required int32 x;", Short(vec![Some(85)]), "0.85".into()),
        (percent(None), "required binary x (STRING);", texts(&["85%"]), "0.85".into()),
        (ColumnType::Flag, "required boolean x;", Flag(vec![Some(true)]), "Flag(true)".into()),
        (ColumnType::Flag, "required int32 x;", Short(vec![Some(0)]), "Flag(false)".into()),
        (ColumnType::Date, "required int32 x (DATE);", Short(vec![Some(day as i32)]), date.clone()),
        (ColumnType::Date, "required int64 x (TIMESTAMP(MILLIS, true));", whole(day * 86_400_000), date.clone()),
        (
            ColumnType::Date,
            "required int64 x (TIMESTAMP(MICROS, false));",
            whole(day * 86_400_000_000 + 1),
            format!("{date} (time of day left out)"),
        ),
        (ColumnType::Date, "required int96 x;", Moment(vec![Some((0, 2_461_223))]), date.clone()),
        (
            ColumnType::Date,
            "required binary x (STRING);",
            texts(&["2026/7/1"]),
            format!("{date} (date in another form than 2026-07-01)"),
        ),
        (
            ColumnType::Date,
            "required int32 x;",
            Short(vec![Some(20_260_701)]),
            format!("{date} (date in another form than 2026-07-01)"),
        ),
        (ColumnType::Text, "required int64 x;", whole(861_001), "Text(\"861001\")".into()),
        (ColumnType::Text, "required double x;", Double(vec![Some(861_001.0)]), "Text(\"861001\")".into()),
        (ColumnType::Text, "required binary x;", texts(&["保单"]), "Text(\"保单\")".into()),
        (
            ColumnType::Text,
            "required int64 x (TIMESTAMP(NANOS, false));",
            whole(day * 86_400_000_000_000 + 45_296_500_000_000),
            "Text(\"2026-07-01 12:34:56.5\")".into(),
        ),
        (
            ColumnType::Text,
            "required int32 x (TIME(MILLIS, true));",
            Short(vec![Some(45_296_000)]),
            "Text(\"12:34:56\")".into(),
        ),
        (
            ColumnType::Text,
            "required fixed_len_byte_array(16) x (UUID);",
            bytes(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]),
            "Text(\"00010203-0405-0607-0809-0a0b0c0d0e0f\")".into(),
        ),
        (
            ColumnType::Period,
            "required binary x (STRING);",
            texts(&["2026-07"]),
            "Period(Months { first: 2026-07, count: 1 })".into(),
        ),
    ];
    for (ty, declared, cell, expected) in cases {
        let shown = format!("{declared} {cell:?}");
        assert_eq!(only(ty, declared, cell), expected, "{shown}");
    }
}

fn project(declared: Vec<Column>, pattern: &str) -> Project {
    let mut data = data("policies", "policy", declared);
    data.files[0].pattern = pattern.into();
    data.key = vec![ColumnIx(0)];
    data.time = TimeShape::Dated(ColumnIx(2));
    let mut project = Project::new(vec![data]);
    project.threads = 3;
    project
}

fn policies() -> Vec<Column> {
    vec![
        headed(column("policy_no", ColumnType::Text), &["Policy No", "保单号"]),
        headed(column("premium", money()), &["Premium", "标准保费"]),
        headed(column("issued", ColumnType::Date), &["Issued", "承保日期"]),
        optional(column("city", ColumnType::Text)),
        optional(column("share", percent(Some("0.01")))),
        optional(column("paid", ColumnType::Flag)),
    ]
}

/// All columns as they were read, or the errors.
fn read(mut project: Project) -> String {
    let columns: Vec<String> = project.model.data[0].columns.iter().map(|column| column.name.clone()).collect();
    let mut measures = Vec::new();
    for name in &columns {
        let value = project.path(0, name);
        measures.push(project.measure(0, AggregateFunction::CountDistinct, Some(value), Rows::All));
    }
    for (name, function) in [("premium", AggregateFunction::Sum), ("share", AggregateFunction::Sum)] {
        if columns.iter().any(|known| known == name) {
            let value = project.path(0, name);
            measures.push(project.measure(0, function, Some(value), Rows::All));
        }
    }
    measures.push(project.measure(0, AggregateFunction::Count, None, Rows::All));
    let Ok(answers) = project.run() else { return project.errors() };
    let values = measures.iter().map(|measure| line(&answers.measures[measure.0]));
    let mut text = values.collect::<Vec<_>>().join(" ");
    for (column, repair, count) in answers.files.iter().flat_map(|file| &file.repairs) {
        text += &format!("\n{column}: {repair} {count}");
    }
    text
}

const COLUMNS: &str = "required binary Premium2 (STRING); optional binary ＰＯＬＩＣＹ_NO (STRING); optional int64 premium \
     (DECIMAL(18, 2)); required int32 Issued (DATE); optional binary city (STRING); optional double share; \
     optional boolean paid;";

/// Rows in a fixed mess: the cells, and the same as text.
fn rows(count: usize) -> (Vec<Cells>, String) {
    let (mut no, mut premium, mut issued, mut city, mut share, mut paid) = Default::default();
    let mut other = Vec::new();
    let columns: (&mut Vec<_>, &mut Vec<_>, &mut Vec<_>, &mut Vec<_>, &mut Vec<_>, &mut Vec<_>) =
        (&mut no, &mut premium, &mut issued, &mut city, &mut share, &mut paid);
    let mut text = String::from("Policy No,Premium,Issued,city,share,paid\n");
    for row in 0..count {
        let mixed = (row as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        let cities = ["", "Shanghai", "北京", "Nanjing", " Wuhan"];
        let name = format!("P{row}");
        let (cents, day) = (mixed as i64 % 1_000_000, 20_454 + (mixed % 365) as i32);
        let town = cities[mixed as usize % 5];
        let part = (!mixed.is_multiple_of(3)).then_some((mixed % 1000) as f64 / 8.0);
        let flag = (!mixed.is_multiple_of(7)).then_some(mixed.is_multiple_of(2));
        let date = merit::time::Day(day);
        let shown = [
            part.map_or(String::new(), |part| part.to_string()),
            flag.map_or("", |flag| if flag { "yes" } else { "no" }).into(),
        ];
        text += &format!("{name},{}.{:02},{date},{town},{}\n", cents / 100, cents % 100, shown.join(","));
        columns.0.push(Some(name.into_bytes()));
        columns.1.push(Some(cents));
        columns.2.push(Some(day));
        columns.3.push((!town.is_empty()).then(|| town.as_bytes().to_vec()));
        columns.4.push(part);
        columns.5.push(flag);
        other.push(Some(b"x".to_vec()));
    }
    let cells = vec![
        Cells::Bytes(other),
        Cells::Bytes(no),
        Cells::Long(premium),
        Cells::Short(issued),
        Cells::Bytes(city),
        Cells::Double(share),
        Cells::Flag(paid),
    ];
    (cells, text)
}

#[test]
fn however_a_file_is_written_it_says_what_the_text_says() {
    let count = 5_000;
    let (cells, text) = rows(count);
    let mut declared = policies();
    declared[0].headers.push("policy_no".into());
    let expected = read(project(declared.clone(), "policies.csv").file("policies.csv", text));
    assert!(expected.contains(&count.to_string()) && expected.contains("spaces"), "{expected}");
    let plain = How::default();
    for how in [
        plain.clone(),
        How { packing: Compression::SNAPPY, group: 777, page: 100, ..plain.clone() },
        How { packing: Compression::GZIP(GzipLevel::default()), newer_pages: true, ..plain.clone() },
        How { packing: Compression::ZSTD(ZstdLevel::default()), group: 1500, dictionary: false, ..plain.clone() },
        How { packing: Compression::LZ4_RAW, group: 1, ..plain.clone() },
        How { packing: Compression::LZ4, page: 7, newer_pages: true, dictionary: false, ..plain },
    ] {
        let whole =
            project(declared.clone(), "policies*.parquet").file("policies_1.parquet", file(COLUMNS, &cells, &how));
        assert_eq!(read(whole), expected);
    }
    // Text and Parquet side by side.
    let mixed = project(declared, "policies*").file("policies_1.parquet", file(COLUMNS, &cells, &How::default()));
    let mixed = mixed.file("policies_2.csv", "Policy No,Premium,Issued,city,share,paid\nQ1,1,2026-01-01,,,\n");
    assert!(read(mixed).contains("5001"));
}

/// A row group of more rows than are looked at together where they go by.
#[test]
fn large_row_groups() {
    let (mut cells, text) = rows(20_000);
    cells.remove(0);
    let columns = COLUMNS.split_once(';').unwrap().1;
    for ignored in [vec![], vec!["P2".to_string()]] {
        let with = |mut project: Project| {
            project.model.data[0].ignore_rows_starting = ignored.clone();
            read(project)
        };
        let mut declared = policies();
        declared[0].headers.push("policy_no".into());
        let expected = with(project(declared.clone(), "policies.csv").file("policies.csv", text.clone()));
        let count = if ignored.is_empty() { "20000" } else { "18889" };
        assert!(expected.contains(count) && expected.contains("spaces"), "{expected}");
        for dictionary in [true, false] {
            let how = How { dictionary, group: 18_000, ..How::default() };
            let files = project(declared.clone(), "*.parquet").file("policies.parquet", file(columns, &cells, &how));
            assert_eq!(with(files), expected);
        }
    }
}

#[test]
fn bad_cells_tell_file_row_and_column() {
    let bad = |declared: &str, cells: Vec<Cells>| {
        let mut columns = policies();
        columns.truncate(3);
        columns[0].headers.push("no".into());
        read(project(columns, "policies.parquet").file("policies.parquet", file(declared, &cells, &How::default())))
    };
    let noon = 20_635 * 86_400_000 + 43_200_000;
    let shown = [
        bad(
            "required binary no (STRING); required binary premium (STRING); optional int64 issued (TIMESTAMP(MILLIS, true));",
            vec![
                texts(&["P1", "P2", "P3", "P4"]),
                texts(&["1", "2", "twelve", "4"]),
                Cells::Long(vec![Some(noon), None, Some(noon - 43_200_000), Some(noon + 1)]),
            ],
        ),
        bad(
            "optional binary no (STRING); required double premium; required int32 issued (DATE);",
            vec![
                texts(&["P1", "", "P1"]),
                Cells::Double(vec![Some(f64::NAN), Some(f64::INFINITY), Some(1.0)]),
                Cells::Short(vec![Some(i32::MAX), Some(20_635), Some(20_635)]),
            ],
        ),
        bad(
            "required binary no; required int64 premium (INTEGER(64, false)); required int32 issued;",
            vec![
                Cells::Bytes(vec![Some(vec![0xff, 0xfe]), Some(b"P2".to_vec())]),
                Cells::Long(vec![Some(1), Some(2)]),
                Cells::Short(vec![Some(20_260_701), Some(46_204)]),
            ],
        ),
        bad("required binary number (STRING); repeated int64 premium; required int32 issued (DATE);", vec![]),
        bad(
            "required binary no (STRING); repeated int64 premium; required group issued { required int32 day (DATE); }",
            vec![],
        ),
    ];
    assert_snapshot!(shown.join("\n"));
}

#[test]
fn rows_without_data_do_not_count() {
    let mut columns = policies();
    columns.truncate(3);
    columns[0].headers.push("no".into());
    for column in &mut columns {
        column.optional = true;
    }
    let declared = "optional binary note (STRING); optional binary no (STRING); optional int32 premium; optional int32 issued (DATE);";
    let cells = [
        texts(&["", "合计", "", "a note", "", " "]),
        texts(&["P1", "P2", "", "", "Total of P1", ""]),
        Cells::Short(vec![Some(1), Some(10), None, None, Some(100), None]),
        Cells::Short(vec![Some(20_635), Some(20_635), None, None, Some(20_635), None]),
    ];
    for (ignored, expected) in [(vec![], "4"), (vec!["合计".to_string(), "Total".to_string()], "2")] {
        let mut project = project(columns.clone(), "policies.parquet");
        project.model.data[0].key.clear();
        project.model.data[0].ignore_rows_starting = ignored;
        let shown = read(project.file("policies.parquet", file(declared, &cells, &How::default())));
        let rows = shown.lines().next().unwrap().rsplit(' ').next().unwrap().to_string();
        assert_eq!(rows, expected, "{shown}");
    }
}

#[test]
fn months_side_by_side() {
    let mut columns = policies();
    columns.truncate(3);
    columns[2] = column("month", ColumnType::Period);
    let mut data = data("plans", "plan", columns);
    data.files[0].pattern = "plans_2026.parquet".into();
    data.across = Some(Across { month: ColumnIx(2), value: ColumnIx(1), year: None, span: span() });
    let declared = "required binary 保单号 (STRING); required int32 `7月`; optional int32 `8月`;".replace('`', "");
    let cells = [texts(&["A", "B"]), Cells::Short(vec![Some(5), Some(6)]), Cells::Short(vec![Some(7), Some(8)])];
    let project = Project::new(vec![data]).file("plans_2026.parquet", file(&declared, &cells, &How::default()));
    assert_eq!(read(project), "2 4 2 26 4");
}

/// A file cut short, or with bytes that are not as they were, is refused or read; the program never breaks down.
#[test]
fn damaged_files_are_refused() {
    let (cells, _) = rows(300);
    let how = How { packing: Compression::SNAPPY, group: 100, page: 40, ..How::default() };
    let whole = file(COLUMNS, &cells, &how);
    let mut declared = policies();
    declared[0].headers.push("policy_no".into());
    let shown = |bytes: Vec<u8>| {
        let mut project = project(declared.clone(), "policies.parquet").file("policies.parquet", bytes);
        let value = project.path(0, "premium");
        project.measure(0, AggregateFunction::Sum, Some(value), Rows::All);
        (0..declared.len()).for_each(|at| {
            let value = project.path(0, &declared[at].name);
            project.measure(0, AggregateFunction::Count, Some(value), Rows::All);
        });
        project.errors()
    };
    assert_eq!(shown(whole.clone()), "no errors");
    let tries = std::env::var("MERIT_DAMAGES").map_or(60, |tries| tries.parse().unwrap());
    let mut refused = 0;
    for step in 0..tries {
        let at = step * whole.len() / tries;
        for change in [0x55, 0x80, 0xff] {
            let mut bytes = whole.clone();
            bytes[at] ^= change;
            refused += usize::from(shown(bytes) != "no errors");
        }
        if step % 10 == 0 {
            assert!(shown(whole[..at].to_vec()).contains("no Parquet file, or damaged"), "cut at {at}");
        }
    }
    assert!(refused > tries, "{refused}");
    let text = shown(b"Policy No,Premium\nP1,1\n".to_vec());
    assert!(
        text.starts_with("unreadable-file: `DATA/policies.parquet` cannot be read: by its content it is text"),
        "{text}"
    );
}

/// Files that DuckDB and Polars wrote (`parquet/make.py`).
#[test]
fn files_of_other_programs() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/parquet");
    let shown = |name: &str| {
        let mut declared = policies();
        declared[0].headers.push("policy_no".into());
        let project = project(declared, name);
        read(project.file(name, std::fs::read(folder.join(name)).unwrap()))
    };
    let expected = shown("policies.csv");
    assert!(expected.starts_with("200 200 200 3"), "{expected}");
    for name in ["polars.parquet", "polars_other.parquet", "duckdb.parquet", "duckdb_other.parquet"] {
        assert_eq!(shown(name), expected, "{name}");
    }
    let brotli = "unreadable-file: `DATA/duckdb_brotli.parquet` cannot be read: it is packed with Brotli\n  \
                  at DATA/duckdb_brotli.parquet\n  \
                  help: export it packed with Zstandard, Snappy, LZ4 or gzip, or not packed\n";
    assert_eq!(shown("duckdb_brotli.parquet"), brotli);
}

/// `--memory` counts what the columns that are read come to, however small they are packed.
#[test]
fn kept_tables_count_as_they_are_unpacked() {
    const ROWS: usize = 20_000;
    let how = How { packing: Compression::ZSTD(Default::default()), dictionary: false, ..How::default() };
    let columns = [100, 1_000].map(|letters| texts(&vec!["x".repeat(letters).as_str(); ROWS]));
    let file = file("required binary x (STRING); required binary y (STRING);", &columns, &how);
    assert!(file.len() < 50_000);
    let mut sales = data("sales", "sale", vec![column("x", ColumnType::Text)]);
    sales.files[0].pattern = "sales.parquet".into();
    let mut project = Project::new(vec![sales]).file("sales.parquet", file);
    let value = project.path(0, "x");
    project.measure(0, AggregateFunction::Only, Some(value), Rows::All);
    let mut told = |megabytes: u64| {
        project.memory = Some(megabytes << 20);
        let told = project.answer(&project.query, u64::MAX, 1 << 20, 1, None);
        told.map_or_else(|errors| project.show(&errors), |_| "no errors".into())
    };
    assert!(
        told(1).contains("`sales` must be kept, and take more memory than is allowed: 2.1 MB of files"),
        "{}",
        told(1)
    );
    assert!(!told(16).contains("memory"), "{}", told(16));
}

/// Files of a few bytes that say of themselves that they have two billion rows, or values (`parquet/bombs.py`).
#[test]
fn files_that_say_more_than_can_be() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/parquet");
    let shown = |name: &str| {
        let mut sales = data("sales", "sale", vec![column("x", ColumnType::Text)]);
        sales.files[0].pattern = name.into();
        let mut project = Project::new(vec![sales]).file(name, std::fs::read(folder.join(name)).unwrap());
        let value = project.path(0, "x");
        project.measure(0, AggregateFunction::CountDistinct, Some(value), Rows::All);
        project.errors()
    };
    let rows = shown("rows.parquet");
    assert!(rows.contains("damaged (2147483647 rows cannot stand in 144 bytes)"), "{rows}");
    let values = shown("dictionary.parquet");
    assert!(values.contains("its column `x` is damaged"), "{values}");
}

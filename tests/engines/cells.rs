//! One table of cells, read from files and by every engine: to the same value with the same repairs, or refused. What
//! a column's own type makes of it stands behind it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

use super::Engine::{DuckDb, Spark};
use super::tables::Table;
use super::{difference, fed, program, python, results, said, scored};

/// By data set of `cells/cells.merit`, the texts that are read, and those that are refused.
const CELLS: &[(&str, &[&str], &[&str])] = &[
    (
        "dates",
        &[
            "2026-09-30",
            " 2026-09-30",
            "2026-09-30\u{a0}\t",
            "2026-9-3",
            "2026/9/30",
            "2026.09.30",
            "20260930",
            "2026年9月30日",
            "2026年 9月 30号",
            "２０２６-０９-３０",
            "２０２６／９／３０",
            "2026 - 09 - 30",
            "2026-09-30 00:00:00",
            "2026-09-30T00:00:00.000",
            "2026/7/1 0:00",
            "2026-09-30 13:45",
            "2026-09-30 23:59:59.123456",
            "2026-09-30  7:05:09",
            "2024-02-29",
            "0001-01-01",
            "9999-12-31",
            "",
            "\u{3000}",
            "-",
            "N/A",
            "NULL",
            "无",
        ],
        &[
            "2026",
            "2026-09",
            "2026-09-30 or so",
            "2026-09-30;",
            "2026-09-30-",
            "2026-9-30-1",
            "epoch",
            "today",
            "now",
            "infinity",
            "-infinity",
            "2026-09-30 (BC)",
            "44-03-15 (BC)",
            "0000-01-01",
            "10000-01-01",
            "+10000-01-01",
            "2026-02-30",
            "2025-02-29",
            "1900-02-29",
            "2026-09-31",
            "2026-13-01",
            "20260230",
            "２０２６-１３-０１",
            "2026-09-30 12",
            "2026-09-30 25:00",
            "2026-09-30 12:60",
            "2026-09-30 12:30:60",
            "2026-09-30 12:30 PM",
            "46295",
            "2026-273",
            "2026-W40-3",
            "J2451187",
            "2026-Sep-30",
            "Sep 30 2026",
            "30/09/2026",
            "#REF!",
        ],
    ),
    (
        "slashed",
        &[
            "30/09/2026",
            "3/9/2026",
            "30/09/2026 13:00",
            "３０/０９/２０２６",
            "2026-09-30",
            "20260930",
            "2026/09/30",
            "",
        ],
        &["09/30/2026", "31/02/2026", "30.09.2026", "30/09/26", "2026"],
    ),
    (
        "periods",
        &[
            "2026-07",
            "202607",
            "2026年7月",
            "2026/7",
            "2026.07",
            "2026-7",
            "2026-07-01",
            "2026-7-1",
            "2026/07/01",
            "2026-07-01 00:00:00",
            "２０２６年７月",
            "2026-Q3",
            "2026Q3",
            "2026 q3",
            "2026年第3季度",
            "2026年三季度",
            "2026-H2",
            "2026H2",
            "2026年下半年",
            "2026",
            "2026年",
            "2026年度",
            "2026-12",
            "",
            "-",
        ],
        &[
            "2026-13",
            "2026-00",
            "2026-07-15",
            "2026-Q5",
            "2026-Q33",
            "2026-H3",
            "2026Q",
            "2026-",
            "Q3",
            "July",
            "26-07",
            "0000-07",
            "10000",
            "20260701",
            "2026-07 or so",
        ],
    ),
    (
        "plain",
        &[
            "12.5",
            "-7",
            "+7",
            "- 5",
            "−5",
            "007",
            "0.10",
            "1.500000000",
            " 5 ",
            "1,234,567",
            "1,234.50",
            "1 234 567",
            "1'234",
            "(1,234.5)",
            "（1,234.5）",
            "１２３．５",
            "5%",
            "5 ‰",
            "12345678901234567890.12",
            "",
            "—",
            "None",
        ],
        &[
            "1e5",
            "1.2E+05",
            "0x10",
            "1_000",
            "NaN",
            "Infinity",
            "inf",
            "abc",
            "true",
            "1/2",
            "1.",
            ".5",
            "1.5.",
            "1.2.3",
            "--1",
            "(5",
            "(-5)",
            "1 2",
            "1,23.4",
            "1,234,56",
            "12,34,567",
            "5 CNY",
            "$5",
            "¥5",
            "5d",
            "5f",
            "五",
            "٥",
            "1000000000000000000000000000000000",
        ],
    ),
    (
        "money",
        &["1234.50", "¥1,234.5", "-¥1,234.5", "¥-12", "￥12", "（￥1,234.5）", "¥ 7", "(5)", ""],
        &["$5", "€5", "¥¥5", "5%", "5 XYZ"],
    ),
    ("shares", &["85", "85%", "8.5‰", "-3%", "1,000.5", "0.5", ""], &["abc", "1e-1", "$5", "85%%"]),
    (
        "flags",
        &[
            "yes",
            "Yes",
            "YES",
            "y",
            "true",
            "TRUE",
            "True",
            "t",
            "1",
            "是",
            "no",
            "N",
            "false",
            "FALSE",
            "f",
            "0",
            "否",
            "ＹＥＳ",
            "",
            " ",
            "-",
        ],
        &["2", "-1", "1.0", "０.０", "on", "off", "ja", "oui", "TRUEE", "yes please"],
    ),
    (
        "labels",
        &[
            "full_time",
            "Full time",
            "full TIME",
            "Full  time",
            "Ｆｕｌｌ　ｔｉｍｅ",
            "全职",
            "part",
            "Part",
            "HALF",
            "half",
            "",
            "-",
        ],
        &["fulltime", "full_tim", "full_time x", "none of it"],
    ),
    (
        "texts",
        &["a b", " a b ", "A b", "-", "/", "N/A", "None", "NULL", "", "x'y", "back\\slash", "\"quoted\""],
        &["#REF!", "#DIV/0!", " #NAME? "],
    ),
    (
        "dots",
        &["1,234", "12,345,678.9", "1,234.50", "1234.5", "-1,234", "(1,234)", "１,２３４", "7", ""],
        &["1 234", "1'234", "1.234,5", "1,23", "1,234,56", "0,123", "12,34,567"],
    ),
    (
        "spaced",
        &["1 234", "12 345 678.9", "1\u{a0}234.5", "1\u{202f}234", "1234.5", ""],
        &["1,234", "1,234.5", "1'234", "1 23", "12 34 567", "1 234,5"],
    ),
    (
        "lakhs",
        &["12,34,567.89", "1,234", "99,99,99,999", "1234567", "-1,00,000", ""],
        &["123,456", "1,234,567", "1 234", "12,34", "1,2,345"],
    ),
    ("commas", &["1234", "-5", "0", "", "-"], &["1,234,5", "1.23", "1 234 56", "1 234", "a"]),
    (
        "short",
        &["30.09.26", "1.2.99", "30.09.26 13:00", "2026-09-30", ""],
        &["31.02.26", "30/09/26", "09.30.26", "30.09"],
    ),
    ("joined", &["30092026", "2026-09-30", ""], &["30.09.2026", "3092026", "31022026"]),
    ("marked", &["0", "0.00", "n.a.", "-1.50", "-1.5", "N/A", "5", " 0 ", "００", ""], &["n.a", "N.A.", "x"]),
    (
        "marked_days",
        &["31.12.9999", "9999-12-31", "?", "30.09.2026", "31.12.9999 10:00", ""],
        &["??", "31/12/9999", "2026"],
    ),
    ("marked_texts", &["none", "None", "?", "-", "a", "", " ? "], &["#REF!"]),
    ("marked_labels", &["none", "N/A", "n/a", "*", "?", "gold", "GOLD", "NONE", " - ", ""], &["??", "N.A."]),
    ("marked_flags", &["0", "no", "1", "open", "yes", "-", ""], &["Open", "2"]),
];

/// What only files read, since only there it is certain that nothing but texts is in a column.
const OF_FILES: &[(&str, &[&str])] = &[
    ("commas", &["1.234,50", "12,5", "1.234"]),
    ("plain", &["12,50", "1.234,50", "5-"]),
    ("money", &["5 ¥", "CNY 5", "5-"]),
    (
        "texts",
        &[
            "a  b",
            "P\u{200b}1",
            "Mu\u{308}ller",
            "a\u{a0}b",
            "a \nb",
            "a\u{b}b",
            "\u{f90a}",
            "\u{212b}",
            "\u{1100}\u{1161}",
        ],
    ),
];

/// What an engine says of cells that it refuses.
fn refusal(data: &str) -> &'static str {
    match data {
        "dates" | "slashed" | "short" | "joined" | "marked_days" => "that is no date",
        "periods" => "that is no period",
        "flags" | "marked_flags" => "that is no `yes` and no `no`",
        "labels" | "marked_labels" => "that is none of its labels",
        "texts" | "marked_texts" => "that is the error of a formula",
        _ => "that is no number",
    }
}

/// The project of all cells, with files for those that are given.
pub struct Project {
    folder: tempfile::TempDir,
}

impl Project {
    pub fn new() -> Project {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("data")).unwrap();
        let specs = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/engines/cells/cells.merit");
        fs::copy(specs, folder.path().join("cells.merit")).unwrap();
        let ids: String = (0..50).map(|at| format!("p{at}\n")).collect();
        fs::write(folder.path().join("data/people.csv"), format!("id\n{ids}")).unwrap();
        let project = Project { folder };
        CELLS.iter().for_each(|(data, ..)| project.write(data, &[]));
        project
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, data: &str, cells: &[&str]) {
        let mut writer = csv::Writer::from_path(self.path(&format!("data/{data}.csv"))).unwrap();
        writer.write_record(["who", "cell"]).unwrap();
        for (at, cell) in cells.iter().enumerate() {
            writer.write_record([format!("p{at}").as_str(), cell]).unwrap();
        }
        writer.flush().unwrap();
    }

    pub fn eval(&self, python: &Path, more: &[&str]) -> Output {
        self.command(python, more).output().unwrap()
    }

    pub fn command(&self, python: &Path, more: &[&str]) -> Command {
        let specs = self.path("cells.merit").display().to_string();
        let eval = ["eval", &specs, "--period", "2026-Q3", "--format", "json", "--allow-empty"];
        program(python, &[&eval[..], more].concat())
    }
}

/// The tables of an engine, with one kind of cells each.
fn tables(
    of: impl Fn(&(&'static str, &'static [&'static str], &'static [&'static str])) -> &'static [&'static str],
) -> Vec<Table> {
    let table = |cells: &(&'static str, &'static [&'static str], &'static [&'static str])| Table {
        name: cells.0.to_string(),
        columns: vec![("who".into(), "VARCHAR".into()), ("cell".into(), "VARCHAR".into())],
        rows: of(cells)
            .iter()
            .enumerate()
            .map(|(at, cell)| vec![Some(format!("p{at}")), Some(cell.to_string())])
            .collect(),
    };
    CELLS.iter().map(table).collect()
}

/// What was repaired, by data set.
pub fn repairs(output: &Output) -> Vec<(String, Value)> {
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let files = document["files"].as_array().unwrap();
    let mut repairs: Vec<(String, Value)> =
        files.iter().map(|file| (file["data"].as_str().unwrap().to_string(), file["repairs"].clone())).collect();
    repairs.sort_by(|one, other| one.0.cmp(&other.0));
    repairs
}

/// `load` puts tables into an engine, whose address and `--tables` it gives.
fn same_as_files(python: &Path, load: &mut dyn FnMut(Vec<Table>) -> (String, String)) {
    let project = Project::new();
    CELLS.iter().for_each(|(data, read, _)| project.write(data, read));
    let local = project.eval(python, &[]);
    let (engine, names) = load(tables(|cells| cells.1));
    let there = project.eval(python, &["--engine", &engine, "--tables", &names]);
    assert_eq!(difference(&results(&local), &results(&there)), None);
    assert_eq!(repairs(&local), repairs(&there));
    let strict = project.eval(python, &["--strict", "--engine", &engine, "--tables", &names]);
    assert_eq!(strict.status.code(), Some(1));
    assert!(said(&strict).contains("would have to be repaired: date in another form"), "{}", said(&strict));

    let (engine, names) = load(tables(|cells| cells.2));
    let output = project.eval(python, &["--engine", &engine, "--tables", &names]);
    let said = said(&output);
    assert_eq!((output.status.code(), scored(&output)), (Some(1), false), "{said}");
    for (data, _, cells) in CELLS {
        let (rows, have) =
            if cells.len() == 1 { ("1 row", "has") } else { (&*format!("{} rows", cells.len()), "have") };
        let words = format!("{rows} of `{data}` {have} a `cell` {}", refusal(data));
        assert!(said.contains(&words), "{words} is not in\n{said}");
    }

    // What files tidy or tell by their other cells takes more than engines have; and letters that were lost are so everywhere.
    let (engine, names) = load(tables(|cells| OF_FILES.iter().find(|of| of.0 == cells.0).map_or(&[], |of| of.1)));
    let output = project.eval(python, &["--engine", &engine, "--tables", &names]);
    let said = self::said(&output);
    assert_eq!((output.status.code(), scored(&output)), (Some(1), false), "{said}");
    for (data, cells) in OF_FILES {
        assert!(said.contains(&format!("{} rows of `{data}`", cells.len())), "{data}: {said}");
    }
    const LOST: &[&str] = &["M\u{fffd}ller", "\u{1b}$B", "~{VPND~}"];
    let (engine, names) = load(tables(|cells| if cells.0 == "texts" { LOST } else { &[] }));
    let output = project.eval(python, &["--engine", &engine, "--tables", &names]);
    let said = self::said(&output);
    assert_eq!((output.status.code(), scored(&output)), (Some(1), false), "{said}");
    assert!(said.contains("3 rows of `texts` have a `cell` in which letters were lost"), "{said}");
}

pub fn files_read_what_engines_leave_to_them() {
    let project = Project::new();
    for (data, cells) in OF_FILES {
        for cell in *cells {
            project.write(data, &[cell]);
            let output = project.eval(Path::new("no-python"), &[]);
            assert_eq!(output.status.code(), Some(0), "{data}: {cell}: {}", said(&output));
        }
        project.write(data, &[]);
    }
}

pub fn files_refuse_every_bad_cell() {
    let project = Project::new();
    for (data, _, refused) in CELLS {
        for cell in *refused {
            project.write(data, &[cell]);
            let output = project.eval(Path::new("no-python"), &[]);
            assert_eq!((output.status.code(), scored(&output)), (Some(1), false), "{data}: {cell}");
        }
        project.write(data, &[]);
    }
}

fn names() -> String {
    CELLS.iter().map(|cells| cells.0).collect::<Vec<_>>().join(",")
}

fn loaded(python: &Path, target: &Path, tables: &[Table]) {
    let job = json!({
        "parquet": target.extension().is_none(),
        "target": target,
        "tables": tables.iter().map(Table::json).collect::<Vec<_>>(),
        "then": [],
    });
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/engines/load.py");
    fed(Command::new(python).arg(script), &job.to_string());
}

pub fn cells_in_duckdb() {
    let python = python(&[DuckDb]);
    let folder = tempfile::tempdir().unwrap();
    let mut count = 0;
    same_as_files(&python, &mut |tables| {
        count += 1;
        let database = folder.path().join(format!("{count}.duckdb"));
        loaded(&python, &database, &tables);
        (format!("duckdb:{}", database.display()), names())
    });
}

pub fn cells_in_spark() {
    let python = python(&[Spark, DuckDb]);
    let folder = tempfile::tempdir().unwrap();
    let mut count = 0;
    same_as_files(&python, &mut |tables| {
        count += 1;
        let lake = folder.path().join(format!("lake{count}"));
        loaded(&python, &lake, &tables);
        ("spark:local[2]".into(), format!("all={}", lake.display()))
    });
}

#[cfg(all(unix, feature = "postgres"))]
pub fn cells_in_postgres() {
    let server = super::server::Server::start();
    let mut client = server.client();
    // What a server, a database or a user may have set otherwise.
    client
        .batch_execute(
            "ALTER DATABASE postgres SET timezone = 'Asia/Shanghai'; ALTER DATABASE postgres SET datestyle = 'German';
             ALTER DATABASE postgres SET default_transaction_read_only = on; ALTER DATABASE postgres SET transform_null_equals = on;
             REVOKE TEMPORARY ON DATABASE postgres FROM PUBLIC",
        )
        .unwrap();
    let engine = format!("postgres://merit@{}/postgres", server.host().display().to_string().replace('/', "%2F"));
    let none = Path::new("no-python");
    same_as_files(none, &mut |tables| {
        client.batch_execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public").unwrap();
        tables.iter().for_each(|table| client.batch_execute(&table.sql()).unwrap());
        (engine.clone(), names())
    });

    let project = Project::new();
    let mut cell = |before: &str, data: &str, ty: &str, value: &str| {
        let sql = format!(
            "{before}; DROP TABLE IF EXISTS {data}; CREATE TABLE {data} (who text, cell {ty}); INSERT INTO {data} VALUES ('p0', {value})"
        );
        client.batch_execute(&sql).unwrap();
        project.eval(none, &["--engine", &engine, "--tables", data])
    };
    for (before, data, ty, value, words) in [
        ("", "dates", "timestamp", "'2026-09-30 13:45'", ""),
        ("", "dates", "timestamp", "'infinity'", "that is no date"),
        ("", "dates", "timestamp", "'10000-01-01 10:00'", "that is no date"),
        ("", "dates", "timestamp(0)", "'0044-03-15 10:00 BC'", "that is no date"),
        ("", "dates", "date", "'10000-01-01'", "that is no date"),
        ("CREATE DOMAIN day AS timestamp", "dates", "day", "'2026-09-30 13:45'", ""),
        ("", "dates", "timestamptz", "'2026-09-30 00:00+00'", ""),
        ("", "dates", "timestamptz", "'2026-09-30 23:30+00'", "a time with a time zone"),
        ("", "dates", "date", "'infinity'", "that is no date"),
        ("", "dates", "date", "'0044-03-15 BC'", "that is no date"),
        ("", "dates", "integer", "20260930", ""),
        ("", "dates", "interval", "'1 day'", "a type that is not read"),
        ("", "plain", "numeric", "'NaN'", "that is no number"),
        ("", "plain", "numeric", "'Infinity'", "that is no number"),
        ("", "plain", "numeric(20, 3)", "1.5", ""),
        ("", "plain", "bigint", "9223372036854775807", ""),
        ("", "plain", "real", "1.5", "binary fractions"),
        ("CREATE DOMAIN rough AS double precision", "plain", "rough", "1.5", "binary fractions"),
        ("CREATE DOMAIN fine AS numeric(9, 2)", "plain", "fine", "1.5", ""),
        ("", "money", "money", "12.5", "a type that is not read"),
        ("", "flags", "boolean", "true", ""),
        ("", "flags", "smallint", "1", ""),
        ("CREATE TYPE hours AS ENUM ('full_time', 'part')", "labels", "hours", "'part'", ""),
        ("", "labels", "char(20)", "'part'", ""),
        ("", "periods", "date", "'2026-07-01'", ""),
        ("", "periods", "date", "'2026-07-02'", "that is no period"),
        ("", "texts", "jsonb", "'{}'", "a type that is not read"),
        ("", "commas", "numeric(9, 3)", "1.234", ""),
        ("", "commas", "numeric(9, 7)", "1.2340000", ""),
        ("", "marked", "numeric(9, 2)", "0", "blank"),
        ("", "marked", "fine", "-1.5", "blank"),
        ("", "marked", "bigint", "0", "blank"),
        ("", "marked", "numeric", "10", ""),
        ("", "marked_days", "date", "'9999-12-31'", "blank"),
        ("", "marked_days", "timestamp", "'9999-12-31 00:00'", "blank"),
    ] {
        let output = cell(before, data, ty, value);
        if words == "blank" {
            project.write(data, &[""]);
            assert_eq!(difference(&results(&project.eval(none, &[])), &results(&output)), None, "{ty} {value}");
            continue;
        }
        let expected = if words.is_empty() { 0 } else { 1 };
        assert_eq!(output.status.code(), Some(expected), "{ty} {value}: {}", said(&output));
        assert!(said(&output).contains(words), "{ty} {value}: {}", said(&output));
    }
    // A time of day that is left out is told of as in files.
    let output = cell("", "dates", "timestamp", "'2026-09-30 13:45'");
    project.write("dates", &["2026-09-30 13:45"]);
    let local = project.eval(none, &[]);
    assert_eq!(difference(&results(&local), &results(&output)), None);
    assert_eq!(repairs(&local), repairs(&output));
    project.write("dates", &[]);
    // Keys are compared letter by letter, whatever the column's collation says.
    let collation = "CREATE COLLATION careless (provider = icu, locale = 'und-u-ks-level2', deterministic = false)";
    client.batch_execute(collation).unwrap();
    let sql = "DROP TABLE plain; CREATE TABLE plain (who text COLLATE careless, cell numeric); INSERT INTO plain VALUES ('P0', 1)";
    client.batch_execute(sql).unwrap();
    let output = project.eval(none, &["--engine", &engine, "--tables", "plain"]);
    assert!(said(&output).contains("that no row of `people` has"), "{}", said(&output));
}

//! One table of cells, read from files and by every engine: to the same value with the same repairs, or refused. What
//! a column's own type makes of it stands behind it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

use super::tables::Table;
use super::{difference, fed, merit, python, results, said, scored};
use crate::support::utf8;

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
];

/// What an engine says of cells that it refuses.
const REFUSED: [(&str, &str); 9] = [
    ("dates", "that is no date"),
    ("slashed", "that is no date"),
    ("periods", "that is no period"),
    ("plain", "that is no number"),
    ("money", "that is no number"),
    ("shares", "that is no number"),
    ("flags", "that is no `yes` and no `no`"),
    ("labels", "that is none of its labels"),
    ("texts", "that is the error of a formula"),
];

/// The project of all cells, with files for those that are given.
struct Project {
    folder: tempfile::TempDir,
}

impl Project {
    fn new() -> Project {
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

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, data: &str, cells: &[&str]) {
        let mut writer = csv::Writer::from_path(self.path(&format!("data/{data}.csv"))).unwrap();
        writer.write_record(["who", "cell"]).unwrap();
        for (at, cell) in cells.iter().enumerate() {
            writer.write_record([format!("p{at}").as_str(), cell]).unwrap();
        }
        writer.flush().unwrap();
    }

    fn eval(&self, python: &Path, more: &[&str]) -> Output {
        let specs = self.path("cells.merit").display().to_string();
        let eval = ["eval", &specs, "--period", "2026-Q3", "--format", "json", "--allow-empty"];
        merit(python, &[&eval[..], more].concat())
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
fn repairs(output: &Output) -> Vec<(String, Value)> {
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
    for (data, words) in REFUSED {
        let count = CELLS.iter().find(|cells| cells.0 == data).unwrap().2.len();
        let words = format!("{count} rows of `{data}` have a `cell` {words}");
        assert!(said.contains(&words), "{words} is not in\n{said}");
    }

    // What files would tidy, which takes more than engines have.
    const ODD: &[&str] = &["a  b", "P\u{200b}1", "Mu\u{308}ller", "a\u{a0}b"];
    let (engine, names) = load(tables(|cells| if cells.0 == "texts" { ODD } else { &[] }));
    let output = project.eval(python, &["--engine", &engine, "--tables", &names]);
    let said = self::said(&output);
    assert_eq!((output.status.code(), scored(&output)), (Some(1), false), "{said}");
    assert!(said.contains(&format!("{} rows of `texts`", ODD.len())), "{said}");
}

#[test]
fn files_refuse_every_bad_cell() {
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

#[test]
fn cells_in_duckdb() {
    let Some(python) = python("duckdb") else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut count = 0;
    same_as_files(&python, &mut |tables| {
        count += 1;
        let database = folder.path().join(format!("{count}.duckdb"));
        loaded(&python, &database, &tables);
        (format!("duckdb:{}", database.display()), names())
    });
}

#[test]
fn cells_in_spark() {
    let (Some(python), Some(_)) = (python("pyspark"), python("duckdb")) else { return };
    if !super::spark::java() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut count = 0;
    same_as_files(&python, &mut |tables| {
        count += 1;
        let lake = folder.path().join(format!("lake{count}"));
        loaded(&python, &lake, &tables);
        ("spark:local[2]".into(), format!("all={}", lake.display()))
    });
}

#[test]
#[cfg(all(unix, feature = "postgres"))]
fn cells_in_postgres() {
    let Some(server) = super::server::Server::start() else { return };
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
        ("", "dates", "timestamptz", "'2026-09-30 00:00+00'", ""),
        ("", "dates", "timestamptz", "'2026-09-30 23:30+00'", "a time with a time zone"),
        ("", "dates", "date", "'infinity'", "that is no date"),
        ("", "dates", "date", "'0044-03-15 BC'", "that is no date"),
        ("", "dates", "integer", "20260930", ""),
        ("", "dates", "interval", "'1 day'", "a type that is not read"),
        ("", "plain", "numeric", "'NaN'", "that is no number"),
        ("", "plain", "numeric(20, 3)", "1.5", ""),
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
    ] {
        let output = cell(before, data, ty, value);
        let expected = if words.is_empty() { 0 } else { 1 };
        assert_eq!(output.status.code(), Some(expected), "{ty} {value}: {}", said(&output));
        assert!(said(&output).contains(words), "{ty} {value}: {}", said(&output));
    }
    // Keys are compared letter by letter, whatever the column's collation says.
    let collation = "CREATE COLLATION careless (provider = icu, locale = 'und-u-ks-level2', deterministic = false)";
    client.batch_execute(collation).unwrap();
    let sql = "DROP TABLE plain; CREATE TABLE plain (who text COLLATE careless, cell numeric); INSERT INTO plain VALUES ('P0', 1)";
    client.batch_execute(sql).unwrap();
    let output = project.eval(none, &["--engine", &engine, "--tables", "plain"]);
    assert!(said(&output).contains("that no row of `people` has"), "{}", said(&output));
}

/// Columns of DuckDB's own types, and the same in files of Parquet: what both say of them.
#[test]
fn types_of_duckdb() {
    let Some(python) = python("duckdb") else { return };
    let project = Project::new();
    let both = |data: &str, value: &str| {
        let (database, file) = (project.path("typed.duckdb"), project.path(&format!("data/{data}.parquet")));
        let program = format!(
            "import duckdb, os\nfor file in [{database:?}, {file:?}]:\n  os.path.exists(file) and os.remove(file)\n\
             c = duckdb.connect({database:?})\nc.execute(\"SET TimeZone = 'Asia/Shanghai'\")\n\
             c.execute(\"\"\"CREATE TABLE {data} AS SELECT 'p0' AS who, {value} AS cell\"\"\")\n\
             try: c.execute(\"\"\"COPY {data} TO '{}' (FORMAT PARQUET)\"\"\")\nexcept Exception: pass",
            file.display()
        );
        fed(Command::new(&python).args(["-c", &program]), "");
        let engine = format!("duckdb:{}", database.display());
        let there = project.eval(&python, &["--engine", &engine, "--tables", data]);
        let csv = project.path(&format!("data/{data}.csv"));
        let kept = fs::read(&csv).unwrap();
        fs::remove_file(&csv).unwrap();
        let local = project.eval(&python, &[]);
        let _ = fs::remove_file(&file);
        fs::write(&csv, kept).unwrap();
        (there, local)
    };
    for (data, value, words) in [
        ("dates", "DATE '2026-09-30'", ""),
        ("dates", "TIMESTAMP '2026-09-30 00:00:00'", ""),
        ("dates", "TIMESTAMP '2026-09-30 23:30:00'", ""),
        ("dates", "TIMESTAMP_NS '2026-09-30 23:30:00.123456789'", ""),
        ("dates", "TIMESTAMPTZ '2026-09-30 00:00:00+00'", ""),
        ("dates", "TIMESTAMPTZ '2026-09-30 00:00:00+08'", "a time with a time zone"),
        ("dates", "20260930", ""),
        ("dates", "46295", "that is no date"),
        ("dates", "DATE 'infinity'", "that is no date"),
        ("dates", "DATE '44-03-15 (BC)'", "that is no date"),
        ("dates", "DATE '10000-01-01'", "that is no date"),
        ("dates", "TIME '10:00:00'", "a type that is not read"),
        ("dates", "TRUE", "that is no date"),
        ("plain", "CAST(1.5 AS DECIMAL(18, 2))", ""),
        ("plain", "CAST(1.5 AS DECIMAL(38, 20))", ""),
        ("plain", "CAST(5 AS UTINYINT)", ""),
        ("plain", "CAST(5 AS HUGEINT)", ""),
        ("plain", "TRUE", "that is no number"),
        ("plain", "DATE '2026-09-30'", "that is no number"),
        ("flags", "TRUE", ""),
        ("flags", "1", ""),
        ("flags", "2", "that is no `yes` and no `no`"),
        ("periods", "DATE '2026-07-01'", ""),
        ("periods", "DATE '2026-07-02'", "that is no period"),
        ("periods", "TIMESTAMP '2026-07-01 00:00:00'", ""),
        ("periods", "202607", ""),
        ("labels", "CAST('part' AS ENUM ('full_time', 'part'))", ""),
        ("texts", "12", ""),
    ] {
        let (there, local) = both(data, value);
        let code = if words.is_empty() { 0 } else { 1 };
        assert_eq!(there.status.code(), Some(code), "{data} {value}: {}", said(&there));
        assert!(said(&there).contains(words), "{data} {value}: {}", said(&there));
        assert_eq!(local.status.code(), Some(code), "a file: {data} {value}: {}", said(&local));
        if code == 0 {
            assert_eq!(difference(&results(&local), &results(&there)), None, "{data} {value}");
            assert_eq!(repairs(&local), repairs(&there), "{data} {value}");
        }
    }
    // What only engines refuse, and what no file holds.
    for (data, value, words) in [
        ("plain", "CAST(1.5 AS DOUBLE)", "binary fractions"),
        ("flags", "CAST(1 AS DOUBLE)", "binary fractions"),
        ("plain", "CAST(1.0000001 AS DECIMAL(18, 8))", "decimal places than are read"),
        ("dates", "INTERVAL '1 day'", "a type that is not read"),
        ("texts", "[1, 2]", "a type that is not read"),
        ("texts", "'a'::BLOB", "a type that is not read"),
    ] {
        let (there, _) = both(data, value);
        assert_eq!(there.status.code(), Some(1), "{data} {value}: {}", said(&there));
        assert!(said(&there).contains(words), "{data} {value}: {}", said(&there));
    }
    // Keys are compared letter by letter, whatever the column says.
    let database = project.path("careless.duckdb");
    let sql = "CREATE TABLE plain (who VARCHAR COLLATE NOCASE, cell INTEGER); INSERT INTO plain VALUES ('P0', 1)";
    let program = "import duckdb, sys; duckdb.connect(sys.argv[1]).execute(sys.stdin.read())";
    fed(Command::new(&python).args(["-c", program]).arg(&database), sql);
    let output = project.eval(&python, &["--engine", &format!("duckdb:{}", database.display()), "--tables", "plain"]);
    assert!(said(&output).contains("that no row of `people` has"), "{}", utf8(&output.stderr));
}

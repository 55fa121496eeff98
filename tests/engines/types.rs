//! Columns of an engine's own types, and rows of totals in its tables.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::Engine::DuckDb;
use super::cells::{Project, repairs};
use super::{difference, fed, python, results, said, scored};
use crate::support::utf8;

/// Columns of DuckDB's own types, and the same in files of Parquet: what both say of them.
pub fn types_of_duckdb() {
    let python = python(&[DuckDb]);
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
        // Declared forms are about texts: 1.234 of a decimal is no thousand, and any nought is the sign for a blank.
        ("commas", "CAST(1.234 AS DECIMAL(18, 3))", ""),
        ("lakhs", "CAST(123456.5 AS DECIMAL(18, 2))", ""),
        ("marked", "CAST(0 AS DECIMAL(18, 2))", ""),
        ("marked", "CAST(-1.5 AS DECIMAL(18, 4))", ""),
        ("marked", "0", ""),
        ("marked", "CAST(10 AS DECIMAL(38, 10))", ""),
        ("marked_days", "DATE '9999-12-31'", ""),
        ("marked_days", "TIMESTAMP '9999-12-31 00:00:00'", ""),
        ("marked_days", "DATE '2026-09-30'", ""),
        ("marked_flags", "0", ""),
        ("marked_flags", "FALSE", ""),
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
        ("commas", "CAST(1.234 AS DECIMAL(18, 8))", "decimal places than are read"),
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

/// Rows that are left out of files are an error in an engine's table, whichever column of it they begin in.
fn totals_are_refused(python: &Path, engine: &str, sql: &mut dyn FnMut(&str)) {
    let project = Project::new();
    let spec = fs::read_to_string(project.path("cells.merit")).unwrap();
    let totals = "data plain \"Numbers\" {\n  ignore rows starting \"Total\", \"合计\"\n";
    fs::write(project.path("cells.merit"), spec.replace("data plain \"Numbers\" {\n", totals)).unwrap();
    let there = ["--engine", engine, "--tables", "plain"];
    let mut asked = |columns: &str, rows: &[&str]| {
        sql("DROP TABLE IF EXISTS plain");
        sql(&format!("CREATE TABLE plain ({columns})"));
        rows.iter().for_each(|row| sql(&format!("INSERT INTO plain VALUES ({row})")));
        project.eval(python, &there)
    };
    // What begins so in another column than the first filled one is a row like any other.
    let sound =
        asked("note text, who text, cell numeric, more text", &["'', 'p0', 1.5, 'Total'", "'A Total', 'p1', 2, NULL"]);
    project.write("plain", &["1.5", "2"]);
    assert_eq!(difference(&results(&project.eval(python, &[])), &results(&sound)), None);
    for (columns, rows, words) in [
        (
            "note text, who text, cell numeric",
            &["NULL, 'p0', 1.5", "' Total Q3', 'p1', 2"][..],
            "1 row of `plain` begins as one that is left out of files: `ignore rows starting \"Total\", \"合计\"`",
        ),
        (
            "empty text, note text, who text, cell numeric",
            &["'', '合计', 'p0', 1.5", "NULL, 'Total', 'p1', 2"][..],
            "2 rows of `plain` begin as those that are left out of files",
        ),
        ("cell text, who text", &["'Total', 'p0'"][..], "1 row of `plain` begins as one that is left out"),
    ] {
        let output = asked(columns, rows);
        assert_eq!((output.status.code(), scored(&output)), (Some(1), false), "{}", said(&output));
        assert!(said(&output).contains(words), "{words} is not in\n{}", said(&output));
    }
}

pub fn rows_of_totals_in_duckdb() {
    let python = python(&[DuckDb]);
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("totals.duckdb");
    let program = "import duckdb, sys; duckdb.connect(sys.argv[1]).execute(sys.stdin.read())";
    totals_are_refused(&python, &format!("duckdb:{}", database.display()), &mut |sql| {
        let sql = sql.replace("numeric", "DECIMAL(18, 2)");
        fed(Command::new(&python).args(["-c", program]).arg(&database), &sql);
    });
}

#[cfg(all(unix, feature = "postgres"))]
pub fn rows_of_totals_in_postgres() {
    let server = super::server::Server::start();
    let mut client = server.client();
    let engine = format!("postgres://merit@{}/postgres", server.host().display().to_string().replace('/', "%2F"));
    totals_are_refused(Path::new("no-python"), &engine, &mut |sql| client.batch_execute(sql).unwrap());
}

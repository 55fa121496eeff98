//! Large tables in an engine: what comes of them is, byte for byte, what comes of files.
//!
//! The engines are real ones; `.ci/engines` installs them outside the clone. Where they are not, their tests are ignored.

#![deny(dead_code)] // a test that is not in the table

#[macro_use]
#[path = "support/harness.rs"]
mod harness;

#[path = "engines/cells.rs"]
mod cells;
#[path = "engines/measures.rs"]
mod measures;
#[path = "engines/random.rs"]
mod random;
#[path = "engines/rosters.rs"]
mod rosters;
#[path = "engines/scripts.rs"]
mod scripts;
#[path = "engines/spark.rs"]
mod spark;
#[path = "engines/tables.rs"]
mod tables;
#[path = "engines/types.rs"]
mod types;
#[path = "engines/waiting.rs"]
mod waiting;

#[cfg(all(unix, feature = "postgres"))]
#[allow(dead_code)] // each test binary uses a part of it
#[path = "support/postgres.rs"]
mod server;
mod support;

#[allow(dead_code)] // each test binary uses a part of it
#[path = "reference/projects.rs"]
mod reference;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Mutex;

use Engine::{DuckDb, Spark};
use harness::{need, not_here};
use random::{Asked, Came, agrees, number, projects, random_project};
use serde_json::{Value, json};
use support::{Copy, findings, insurance, utf8};

/// What a Python brings along.
#[derive(Clone, Copy, PartialEq)]
enum Engine {
    DuckDb,
    Spark,
    SparkConnect,
}

impl Engine {
    fn name(self) -> &'static str {
        match self {
            DuckDb => "DuckDB",
            Spark => "Spark",
            Engine::SparkConnect => "Spark Connect",
        }
    }

    fn modules(self) -> &'static str {
        match self {
            DuckDb => "duckdb",
            Spark => "pyspark",
            Engine::SparkConnect => "pyspark, grpc, pandas",
        }
    }
}

/// A Python that has engines, as `.ci/engines` installs it; the test is left out where one of them is not.
fn python(engines: &[Engine]) -> PathBuf {
    static LOOKED: Mutex<Vec<(Engine, bool)>> = Mutex::new(Vec::new());
    let home = std::env::var("HOME").unwrap_or_default();
    let own = std::env::var("MERIT_PYTHON").map(PathBuf::from);
    let python = own.unwrap_or_else(|_| Path::new(&home).join(".cache/merit-ci/venv/bin/python"));
    for &engine in engines {
        let mut looked = LOOKED.lock().unwrap();
        let known = looked.iter().find(|(of, _)| *of == engine).map(|(_, there)| *there);
        let there = known.unwrap_or_else(|| {
            let found = Command::new(&python).args(["-c", &format!("import {}", engine.modules())]).output();
            found.is_ok_and(|output| output.status.success())
        });
        if known.is_none() {
            looked.push((engine, there));
        }
        drop(looked);
        if !there {
            not_here(engine.name(), "bash .ci/engines");
        }
        if engine != DuckDb {
            need("java", "-version", "apt-get install default-jre-headless");
        }
    }
    python
}

/// Loads the tables of a project into a new database, or into folders of Parquet.
fn load(python: &Path, folder: &Path, target: &Path, then: &[&str]) {
    let project = merit::project::load(&[folder.to_path_buf()]).unwrap();
    let tables = tables::tables(&project.model, &folder.join("data"));
    let job = json!({
        "parquet": target.extension().is_none(),
        "target": target,
        "tables": tables.iter().map(tables::Table::json).collect::<Vec<_>>(),
        "then": then,
    });
    fed(
        Command::new(python).arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/engines/load.py")),
        &job.to_string(),
    );
}

/// Runs a command that must succeed, with a text as its input.
fn fed(command: &mut Command, text: &str) -> Output {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", utf8(&output.stderr));
    output
}

fn merit(python: &Path, arguments: &[&str]) -> Output {
    program(python, arguments).output().unwrap()
}

const SETTINGS: &str = "spark.sql.shuffle.partitions=4 spark.driver.host=127.0.0.1 spark.driver.bindAddress=127.0.0.1 \
                        spark.executor.memory=600m";

fn program(python: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_merit"));
    command.args(arguments).env("MERIT_PYTHON", python).env("MERIT_SPARK_CONF", SETTINGS).env_remove("NO_COLOR");
    command
}

/// The results without what was read: where it lay is what differs.
fn results(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", utf8(&output.stderr));
    let mut document: Value = serde_json::from_slice(&output.stdout).unwrap();
    // What was read stands at the head of the document, and with the files.
    for part in ["provenance", "files"] {
        document.as_object_mut().unwrap().remove(part).unwrap();
    }
    // Rows on days without a post, and cells a hundred times off, are not looked for in an engine.
    let of_files = |doubt: &str| doubt.contains("without a post") || doubt.contains("what the other cells hold");
    let told = |doubt: &Value| doubt.as_str().is_some_and(of_files);
    document["doubts"].as_array_mut().unwrap().retain(|doubt| !told(doubt));
    let text = serde_json::to_string_pretty(&document).unwrap();
    // Rows of files are named by their lines, which rows of an engine do not have.
    let line = |line: &str| match line.split_once("more than one row: ") {
        Some((before, _)) => format!("{before}more than one row\n"),
        None => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

/// Whether there are results; findings in their way stand in a document as well.
fn scored(output: &Output) -> bool {
    utf8(&output.stdout).contains("\"people\"")
}

/// The first lines that differ.
fn difference(one: &str, other: &str) -> Option<String> {
    let lines = one.lines().zip(other.lines()).enumerate().find(|(_, (one, other))| one != other);
    let around =
        |text: &str, at: usize| text.lines().skip(at.saturating_sub(25)).take(30).collect::<Vec<_>>().join("\n");
    match lines {
        Some((at, _)) => Some(format!("{}\n---- instead of\n{}", around(other, at), around(one, at))),
        None => (one != other).then(|| "one is longer".into()),
    }
}

/// What was said, as running text.
fn said(output: &Output) -> String {
    let text = utf8(&output.stderr);
    text.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ")
}

fn the_example_in_duckdb_is_the_example_in_files() {
    let python = python(&[DuckDb]);
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("sales.duckdb");
    let specs = insurance().display().to_string();
    load(&python, &insurance(), &database, &[]);
    let engine = format!("duckdb:{}", database.display());
    for (periods, tables) in
        [(["--period", "2026-Q3"], "policies,receipts,payouts"), (["--periods", "2026-Q1..2026-Q3"], "all")]
    {
        let run = |more: &[&str]| {
            merit(&python, &[&["eval", specs.as_str(), "--format", "json"], periods.as_slice(), more].concat())
        };
        let local = results(&run(&[]));
        let there = results(&run(&["--engine", &engine, "--tables", tables]));
        assert_eq!(difference(&local, &there), None, "{tables}");
    }
}

/// The statements as they are printed, run in DuckDB, and their results as files.
fn printed_statements_and_their_results() {
    let python = python(&[DuckDb]);
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("sales.duckdb");
    load(&python, &insurance(), &database, &[]);
    let specs = insurance().display().to_string();
    let tables = ["--tables", "policies,receipts,payouts,survey,plans,reserves,goals,customers,in_force"];
    let sql = merit(&python, &[&["sql", &specs, "--period", "2026-Q3", "--dialect", "duckdb"], &tables[..]].concat());
    assert_eq!(sql.status.code(), Some(0), "{}", utf8(&sql.stderr));
    let sql = utf8(&sql.stdout);
    for word in ["standard_premium", "persistency_13m", "GROUPING SETS", "DECIMAL(38, 6)", "TO 'policies-1.csv'"] {
        assert!(sql.contains(word), "{word} is not in\n{sql}");
    }
    let program = "import duckdb, sys; duckdb.connect(sys.argv[1], read_only=True).execute(sys.stdin.read())";
    fed(Command::new(&python).args(["-c", program]).arg(&database).current_dir(folder.path()), &sql);
    let mut files: Vec<String> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().path().display().to_string())
        .filter(|path| path.ends_with(".csv"))
        .collect();
    files.sort();
    let eval = |period: &str, files: &[String]| {
        let mut arguments = vec!["eval", &specs, "--period", period, "--format", "json", "--measures"];
        arguments.extend(files.iter().map(String::as_str));
        merit(&python, &arguments)
    };
    let local = merit(&python, &["eval", &specs, "--period", "2026-Q3", "--format", "json"]);
    assert_eq!(difference(&results(&local), &results(&eval("2026-Q3", &files))), None);

    let refused = |output: Output, words: &str| {
        let (shown, said) = (utf8(&output.stderr), said(&output));
        assert_eq!(output.status.code(), Some(1), "{said}");
        let codes: Vec<String> = findings(&shown).into_iter().map(|finding| finding.code).collect();
        assert_eq!(codes, ["other-measures"], "{said}");
        assert!(said.contains(words), "{words} is not in\n{said}");
    };
    // Another period; a file that is not given, given twice, or cut off.
    let output = eval("2026-Q2", &files[..1]);
    refused(output, "belong to other specs, another period, or other files");
    refused(eval("2026-Q3", &files[1..]), "results are missing of");
    refused(eval("2026-Q3", &[&files[..], &files[1..2]].concat()), "given twice");
    // A line twice, a value that is gone, and one that is another.
    let sums = files.iter().find(|file| file.ends_with("plans-1.csv")).unwrap();
    let whole = fs::read_to_string(sums).unwrap();
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    let cells: Vec<&str> = lines[0].trim().split(',').collect();
    let at = |name: &str| cells.iter().position(|cell| *cell == name).unwrap();
    let spoilt = |change: &dyn Fn(&mut Vec<String>)| {
        let filled = |line: &&str| {
            let cells: Vec<&str> = line.trim().split(',').collect();
            cells[at("total")] == "0" && !cells[at("value_1")].is_empty()
        };
        let line = lines.iter().skip(1).position(filled).unwrap() + 1;
        let mut cells: Vec<String> = lines[line].trim().split(',').map(String::from).collect();
        change(&mut cells);
        let changed = cells.join(",") + "\n";
        fs::write(sums, [&lines[..line], &[changed.as_str()], &lines[line + 1..]].concat().concat()).unwrap();
        eval("2026-Q3", &files)
    };
    refused(
        spoilt(&|cells| cells[at("value_1")] = format!("{}1", cells[at("value_1")])),
        "does not add up to its total",
    );
    refused(spoilt(&|cells| cells[at("value_1")].clear()), "does not add up to its total");
    refused(spoilt(&|cells| cells[at("rows_1")].push('0')), "does not add up to its total");
    fs::write(sums, &whole).unwrap();
    for file in &files {
        let whole = fs::read_to_string(file).unwrap();
        let lines: Vec<&str> = whole.split_inclusive('\n').collect();
        fs::write(file, lines[..lines.len() - 1].concat()).unwrap();
        refused(eval("2026-Q3", &files), "cannot be used");
        fs::write(file, &whole).unwrap();
    }
}

/// Results of two runs do not go together, nor do sums of other rows than were checked.
fn results_of_two_runs() {
    let python = python(&[DuckDb]);
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("sales.duckdb");
    load(&python, &insurance(), &database, &[]);
    let specs = insurance().display().to_string();
    let tables = ["--tables", "policies,receipts,payouts"];
    let sql = merit(&python, &[&["sql", &specs, "--period", "2026-Q3", "--dialect", "duckdb"], &tables[..]].concat());
    let run = |name: &str, before: &str| {
        let out = folder.path().join(name);
        fs::create_dir(&out).unwrap();
        let program = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); c.execute(sys.stdin.read())";
        let text = format!("{before}{}", utf8(&sql.stdout));
        fed(Command::new(&python).args(["-c", program]).arg(&database).current_dir(&out), &text);
        out
    };
    let one = run("one", "");
    let more = "INSERT INTO policies SELECT * REPLACE ('X' || policy_no AS policy_no) FROM policies LIMIT 3;";
    let other = run("other", more);
    let eval =
        |out: &Path| merit(&python, &["eval", &specs, "--period", "2026-Q3", "--measures", &out.display().to_string()]);
    let output = eval(&one);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains("the results are of a run of 20"), "{}", said(&output));
    let refused = |words: &str| {
        let output = eval(&one);
        assert_eq!((output.status.code(), scored(&output)), (Some(1), false), "{}", said(&output));
        assert!(said(&output).contains(words), "{words} is not in\n{}", said(&output));
    };
    // One result of the other run, as when a part of the statements was run once more.
    let sums = fs::read_to_string(one.join("policies-1.csv")).unwrap();
    fs::copy(other.join("policies-1.csv"), one.join("policies-1.csv")).unwrap();
    refused("the results come from 2 runs of the statements");
    // As if it had been one run, while rows came in.
    let mark = |text: &str| {
        let line = text.lines().nth(1).unwrap();
        line.split(',').find(|cell| cell.contains(" UTC ")).unwrap().to_string()
    };
    let late = fs::read_to_string(other.join("policies-1.csv")).unwrap();
    fs::write(one.join("policies-1.csv"), late.replace(&mark(&late), &mark(&sums))).unwrap();
    refused("rows when it was checked, and");
}

/// Tables and columns that are not there are told all at once, before anything is read.
fn what_an_engine_lacks_is_told_at_once() {
    let python = python(&[DuckDb]);
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("sales.duckdb");
    let spoil = "DROP TABLE payouts; ALTER TABLE policies RENAME premium TO premiums; ALTER TABLE policies DROP issued;
                 ALTER TABLE receipts RENAME policy TO POLICY";
    load(&python, &insurance(), &database, &[spoil]);
    let specs = insurance().display().to_string();
    let engine = format!("duckdb:{}", database.display());
    let run = ["eval", &specs, "--period", "2026-Q3", "--engine", &engine, "--tables", "policies,receipts,payouts"];
    let output = merit(&python, &run);
    let (shown, said) = (utf8(&output.stderr), said(&output));
    assert_eq!((output.status.code(), scored(&output)), (Some(1), false), "{said}");
    let codes: Vec<String> = findings(&shown).into_iter().map(|finding| finding.code).collect();
    assert_eq!(codes.iter().filter(|code| *code == "missing-column").count(), 2, "{said}");
    assert_eq!(codes.iter().filter(|code| *code == "no-file").count(), 1, "{said}");
    for words in [
        "there is no table `payouts` in DuckDB",
        "the table `policies` in DuckDB has no column `issued`",
        "has no column `premium`",
        "in which `premiums` is called `premium`",
    ] {
        assert!(said.contains(words), "{words} is not in\n{said}");
    }
}

/// A folder of Parquet, whose unfinished and hidden files do not count, in a database of nothing else.
fn a_folder_of_parquet_in_duckdb() {
    let python = python(&[DuckDb]);
    let folder = tempfile::tempdir().unwrap();
    let lake = folder.path().join("lake");
    load(&python, &insurance(), &lake, &[]);
    for aside in ["_temporary", ".hidden"] {
        fs::create_dir(lake.join("policies").join(aside)).unwrap();
        fs::copy(lake.join("policies/0.parquet"), lake.join("policies").join(aside).join("0.parquet")).unwrap();
    }
    let specs = insurance().display().to_string();
    let eval = ["eval", &specs, "--period", "2026-Q3", "--format", "json"];
    let tables =
        ["policies", "receipts", "payouts"].map(|table| format!("{table}={}/{table}", lake.display())).join(",");
    let there = merit(&python, &[&eval[..], &["--engine", "duckdb::memory:", "--tables", &tables]].concat());
    assert_eq!(difference(&results(&merit(&python, &eval)), &results(&there)), None);
    let nowhere = tables.replace("/receipts,", "/nothing,");
    let output = merit(&python, &[&eval[..], &["--engine", "duckdb::memory:", "--tables", &nowhere]].concat());
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("there is no table"), "{}", said(&output));
}

/// The example in PostgreSQL, with all that can be there; and what the server says of a table that is not there.
#[cfg(all(unix, feature = "postgres"))]
fn the_example_in_postgres_is_the_example_in_files() {
    let server = server::Server::start();
    let mut client = server.client();
    let fill = |client: &mut postgres::Client, folder: &Path| {
        let project = merit::project::load(&[folder.to_path_buf()]).unwrap();
        for table in tables::tables(&project.model, &folder.join("data")) {
            client.batch_execute(&table.sql()).unwrap();
        }
    };
    fill(&mut client, &insurance());
    let specs = insurance().display().to_string();
    let host = server.host().display().to_string().replace('/', "%2F");
    let engine = format!("postgres://merit@{host}/postgres");
    let eval = ["eval", &specs, "--period", "2026-Q3", "--format", "json"];
    let none = Path::new("no-python");
    let local = results(&merit(none, &eval));
    let there = |tables: &str| merit(none, &[&eval[..], &["--engine", &engine, "--tables", tables]].concat());
    assert_eq!(difference(&local, &results(&there("all"))), None);
    // Windows are about the date column itself, all of them in one statement, and links are joined by their keys.
    let asked = server.log();
    for words in [
        "\"issued\" >= DATE '2025-01-01' AND \"issued\" < DATE '2026-10-01'",
        "LEFT JOIN \"policies_read\" k0 ON k0.\"policy_no\" = r.\"policy\"",
    ] {
        assert!(asked.contains(words), "{words}");
    }
    assert!(asked.contains("'policies 2' AS merit_statement") && !asked.contains("'policies 3' AS merit_statement"));

    // Keys that the server itself keeps apart are not looked for once more.
    client.batch_execute("ALTER TABLE policies ADD UNIQUE (policy_no)").unwrap();
    assert_eq!(difference(&local, &results(&there("all"))), None);
    let log = server.log();
    let looked_for = |log: &str| log.matches("'duplicate' AS finding").count();
    assert_eq!(looked_for(&log[asked.len()..]) + 1, looked_for(&asked));

    let output = there("policies=dw.policies,receipts,payouts");
    assert_eq!(output.status.code(), Some(1));
    for words in ["there is no table `dw.policies` in PostgreSQL", "says: relation \"dw.policies\" does not exist"] {
        assert!(said(&output).contains(words), "{}", said(&output));
    }
    client.batch_execute("UPDATE policies SET agent = ' ' WHERE policy_no = '23000001'").unwrap();
    let output = there("policies,receipts,payouts");
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("1 row of `policies` has no `agent`"), "{}", said(&output));

    let mut anew = |folder: &Path| {
        client.batch_execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public").unwrap();
        fill(&mut client, folder);
    };
    anew(&odd());
    odd_is_the_same(none, &engine, "all", &ODD_PERIODS);
    // Random projects, one after the other in a schema that is made anew.
    try_out(none, projects(6), &mut |folder| {
        anew(folder);
        (engine.clone(), "all".into())
    });
}

/// What is wrong with the rows of an engine's table is found there, and no scorecard is written.
fn spoilt_tables_are_refused() {
    let python = python(&[DuckDb]);
    let folder = tempfile::tempdir().unwrap();
    let specs = insurance().display().to_string();
    let cases: &[(&str, &str, &[&str])] = &[
        (
            "UPDATE policies SET premium = NULL WHERE policy_no = '26010339'",
            "blank-cell",
            &["1 row of `policies` has no `premium`", "26010339"],
        ),
        (
            "UPDATE policies SET mode = '月交' WHERE policy_no <= '23000004'",
            "unknown-choice",
            &["4 rows of `policies`", "23000001: 月交"],
        ),
        (
            "UPDATE receipts SET policy = 'X1' WHERE receipt_no = 'R000002'",
            "dangling-link",
            &["`policy` that no row of `policies` has", "X1"],
        ),
        (
            "UPDATE policies SET team = 'nowhere' WHERE policy_no = '23000001'",
            "dangling-link",
            &["no row of `teams` has", "nowhere"],
        ),
        (
            "INSERT INTO receipts SELECT * FROM receipts WHERE receipt_no = 'R000007'",
            "duplicate-key",
            &["1 key of `receipts`", "R000007"],
        ),
        ("ALTER TABLE policies ALTER premium TYPE DOUBLE", "bad-cell", &["binary fractions", "DECIMAL"]),
        (
            "ALTER TABLE policies ALTER issued TYPE VARCHAR; UPDATE policies SET issued = '2026-02-30' WHERE policy_no = '26010339'",
            "bad-cell",
            &["has an `issued` that is no date", "26010339: 2026-02-30"],
        ),
        (
            "ALTER TABLE policies ALTER premium TYPE DECIMAL(18,8); UPDATE policies SET premium = 1.00000001 WHERE policy_no = '26010339'",
            "bad-cell",
            &["decimal places than are read", "1.00000001"],
        ),
        (
            "ALTER TABLE policies ALTER issued TYPE VARCHAR; UPDATE policies SET issued = ' ' WHERE policy_no = '26010339'",
            "blank-cell",
            &["1 row of `policies` has no `issued`", "26010339: blank"],
        ),
        (
            "ALTER TABLE policies ALTER premium TYPE VARCHAR; UPDATE policies SET premium = '1,20' WHERE policy_no = '26010339'",
            "bad-cell",
            &["`premium` that is no number", "26010339: 1,20"],
        ),
        (
            "ALTER TABLE policies ALTER premium TYPE DECIMAL(38,2); UPDATE policies SET premium = CAST('1' || repeat('0', 34) AS DECIMAL(38,2)) WHERE policy_no = '26010339'",
            "bad-cell",
            &["`premium` that is no number", "26010339: 1000000000000"],
        ),
        (
            "DELETE FROM policies WHERE issued >= '2026-07-01'; DELETE FROM receipts; DELETE FROM payouts",
            "empty-window",
            &["has no row in"],
        ),
        (
            "ALTER TABLE plans ALTER plan_month TYPE VARCHAR; UPDATE plans SET plan_month = '2026-H2' WHERE plan_month = '2026-08-01' AND team <= '861002'",
            "straddling-period",
            &["2 rows of `plans` lie partly inside 2026-07 to 2026-09", "the first: 2026-07 to 2026-12"],
        ),
        (
            "ALTER TABLE plans ALTER plan_month TYPE VARCHAR; UPDATE plans SET plan_month = '2026-13' WHERE plan_month = '2026-08-01' AND team = '861001'",
            "bad-cell",
            &["1 row of `plans` has a `plan_month` that is no period", "861001 / 2026-13: 2026-13", "`2026-Q3`"],
        ),
        (
            "UPDATE goals SET starts = '2025-12-01' WHERE starts = '2026-01-01' AND team IN ('8610', '8620')",
            "duplicate-key",
            &[
                "2 rows of `goals` begin while an earlier row with the same `team` still holds",
                "the first: 8610: from 2025-12-01",
            ],
        ),
        (
            "UPDATE goals SET ends = '2026-01-01' WHERE ends = '2025-12-31' AND team = '8610'",
            "duplicate-key",
            &["1 row of `goals` begins while an earlier row", "8610: from 2026-01-01"],
        ),
        (
            "UPDATE goals SET ends = '2025-12-31' WHERE starts = '2026-01-01' AND team = '8610'",
            "backward-interval",
            &["1 row of `goals` ends before it begins", "8610: 2025-12-31"],
        ),
        (
            "INSERT INTO reserves SELECT * FROM reserves WHERE taken = '2026-06-30' AND team = '861001' AND long_term",
            "duplicate-key",
            &["1 key of `reserves`", "has more than one row on a day", "861001 / 2026-06-30"],
        ),
        ("DELETE FROM reserves WHERE taken > '2026-03-31'", "empty-window", &["`reserves` has no row in"]),
        ("DELETE FROM goals WHERE starts >= '2026-01-01'", "empty-window", &["`goals` has no row in", "2025-12-31"]),
    ];
    let sound = folder.path().join("sound.duckdb");
    load(&python, &insurance(), &sound, &[]);
    for (at, (spoil, code, words)) in cases.iter().enumerate() {
        let database = folder.path().join(format!("{at}.duckdb"));
        fs::copy(&sound, &database).unwrap();
        let program = "import duckdb, sys; duckdb.connect(sys.argv[1]).execute(sys.stdin.read())";
        fed(Command::new(&python).args(["-c", program]).arg(&database), spoil);
        let engine = format!("duckdb:{}", database.display());
        let tables = "policies,receipts,payouts,plans,reserves,goals";
        let run = ["eval", &specs, "--period", "2026-Q3", "--engine", &engine, "--tables", tables];
        let output = merit(&python, &run);
        let (shown, said) = (utf8(&output.stderr), said(&output));
        assert_eq!((output.status.code(), scored(&output)), (Some(1), false), "{spoil}: {said}");
        assert!(findings(&shown).iter().all(|finding| finding.code == *code), "{spoil}: {said}");
        for word in *words {
            assert!(said.contains(word), "{word} is not in\n{said}");
        }
    }
}

/// What an engine cannot do exactly is refused by name, before it is asked anything.
fn what_cannot_be_exact_is_refused() {
    let project = Copy::new();
    let sql = |tables: &str| {
        project.merit(&["sql", "insurance", "--period", "2026-Q3", "--dialect", "spark", "--tables", tables])
    };
    let refused = |tables: &str, words: &[&str]| {
        let output = sql(tables);
        let (shown, said) = (utf8(&output.stderr), said(&output));
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(findings(&shown).iter().all(|finding| finding.code == "engine-cannot"), "{said}");
        for word in words {
            assert!(said.contains(word), "{word} is not in\n{said}");
        }
    };
    refused("people", &["`people` cannot be read in an engine", "it is a roster"]);
    refused("policies=dw.policies", &["`receipts` and `payouts` link to it", "policies=dw.policies,receipts,payouts`"]);
    refused("agents", &["agents,policies,receipts,payouts,attendance_list,exams,certificates`"]);
}

/// Quotients by what changes from row to row are fractions, which no engine has; and so are those that are rounded.
fn divisions_in_each_row_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    for formula in [
        "average(value / days_between(sold, 2027-01-01) * 1 day of sales)",
        "sum(floor(value / 3 CNY) of sales) * 1 CNY",
    ] {
        let spec = std::fs::read_to_string(odd().join("odd.merit")).unwrap();
        let spec = spec.replace("  value = percentile(value of sales, 10%)", &format!("  value = {formula}"));
        let path = folder.path().join("odd.merit");
        std::fs::write(&path, spec).unwrap();
        let (path, data) = (path.display().to_string(), odd().join("data").display().to_string());
        let sql = ["sql", &path, "--data", &data, "--period", "2026-Q3", "--dialect", "duckdb", "--tables", "sales"];
        let output = merit(Path::new("no-python"), &sql);
        assert_eq!(output.status.code(), Some(1), "{formula}: {}", said(&output));
        let told = "`low` cannot be computed exactly in an engine: it divides in each row, and not every quotient is a decimal";
        assert!(said(&output).contains(told) && said(&output).contains("divide after adding up"), "{}", said(&output));
    }
}

/// A project with what random ones lack.
fn odd() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/engines/odd")
}

fn odd_is_the_same(python: &Path, engine: &str, tables: &str, all_periods: &[&[&str]]) {
    let specs = odd().display().to_string();
    for periods in all_periods {
        let eval = [&["eval", &specs, "--format", "json", "--allow-empty"], *periods].concat();
        let local = results(&merit(python, &eval));
        let there = results(&merit(python, &[&eval[..], &["--engine", engine, "--tables", tables]].concat()));
        assert_eq!(difference(&local, &there), None, "{periods:?}");
    }
}

const ODD_PERIODS: [&[&str]; 3] =
    [&["--period", "2026-Q3"], &["--period", "2026-02"], &["--periods", "2026-Q2..2026-Q3"]];

fn what_random_projects_lack() {
    let python = python(&[DuckDb]);
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("odd.duckdb");
    load(&python, &odd(), &database, &[]);
    let engine = format!("duckdb:{}", database.display());
    odd_is_the_same(&python, &engine, "all", &ODD_PERIODS);
    // Links that took the row of another day are repairs, here and there.
    let specs = odd().display().to_string();
    let eval = ["eval", &specs, "--period", "2026-Q3", "--format", "json", "--allow-empty"];
    let repairs = |more: &[&str]| -> Vec<(Value, Value)> {
        let output = merit(&python, &[&eval[..], more].concat());
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        let files = document["files"].as_array().unwrap().iter();
        let mut all: Vec<(Value, Value)> = files
            .flat_map(|file| {
                let repairs = file["repairs"].as_array().unwrap().iter();
                // Tables of the engine have months in other forms than the files.
                let other_day = |repair: &&Value| repair["repair"].as_str().unwrap().starts_with("no row on the day");
                repairs
                    .filter(other_day)
                    .map(|repair| (file["data"].clone(), json!([repair["column"], repair["repair"]])))
            })
            .collect();
        all.sort_by_key(|(data, repair)| format!("{data}{repair}"));
        all
    };
    let there = ["--engine", engine.as_str(), "--tables", "all"];
    assert_eq!(repairs(&[]), repairs(&there));
    let output = merit(&python, &[&eval[..], &there, &["--strict"]].concat());
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("would have to be repaired"), "{}", said(&output));
    // A window without stock is told as it is of files.
    let output = merit(&python, &["eval", &specs, "--period", "2026-Q2", "--engine", &engine, "--tables", "all"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    for words in ["`stocks` has no row in 2025-07 to 2025-09", "its rows are of 2025-09-30 to 2026-03-15"] {
        assert!(said(&output).contains(words), "{}", said(&output));
    }
}

/// What dates, keys and links tables is computed there; what is wrong with it is found; what cannot be computed is refused.
fn dates_keys_and_links_are_computed_there() {
    let python = python(&[DuckDb]);
    let folder = tempfile::tempdir().unwrap();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/engines/computed");
    fs::create_dir(folder.path().join("data")).unwrap();
    for entry in fs::read_dir(from.join("data")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, folder.path().join("data").join(path.file_name().unwrap())).unwrap();
    }
    let spec = fs::read_to_string(from.join("computed.merit")).unwrap();
    let ask = |spec: &str| {
        fs::write(folder.path().join("computed.merit"), spec).unwrap();
        let database = folder.path().join("computed.duckdb");
        let _ = fs::remove_file(&database);
        load(&python, folder.path(), &database, &[]);
        let specs = folder.path().display().to_string();
        let eval = ["eval", &specs, "--period", "2026-01", "--format", "json"];
        let engine = format!("duckdb:{}", database.display());
        let tables = "orders,credits,plans,stocks";
        let there = merit(&python, &[&eval[..], &["--engine", &engine, "--tables", tables]].concat());
        (merit(&python, &eval), there)
    };
    let (local, there) = ask(&spec);
    assert_eq!(difference(&results(&local), &results(&there)), None);

    // Two orders of one number, and a credit of no order.
    let spoil = |file: &str, row: &str| {
        let path = folder.path().join("data").join(file);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("{text}{row}\n")).unwrap();
    };
    spoil("orders.csv", "9,1,2026-01-02,,5");
    spoil("credits.csv", "7,P1,100");
    let (local, there) = ask(&spec);
    let of_files =
        ["two rows of `orders` have the same `order_no`: `1`", "`7` in `credits.order` is no order of `orders`"];
    let of_tables =
        ["1 key of `orders` (`order_no`) has more than one row", "1 row of `credits` has an `order` that no row"];
    for (output, findings) in [(&local, of_files), (&there, of_tables)] {
        assert_eq!(output.status.code(), Some(1), "{}", said(output));
        for words in findings.iter().chain(&["`order_no` is computed from `a`, `b`"]) {
            assert!(said(output).contains(words), "{}", said(output));
        }
    }

    let by_day = "  column desk : text = who.desk\n  key order_text, desk\n  column part ";
    let (_, there) = ask(&spec.replace("  column part ", by_day));
    let words = "`desk` cannot be computed there, as it follows links to rows that change from day to day";
    assert!(said(&there).contains(words), "{}", said(&there));
}

/// Random projects, with all that can be in an engine there; `load` puts the tables of a folder into it and gives its
/// address and `--tables`.
fn try_out(python: &Path, wanted: u64, load: &mut dyn FnMut(&Path) -> (String, String)) {
    let first = number("MERIT_RANDOM_SEED", 0);
    let (mut agreed, mut asked) = (0, Asked::default());
    // Many have no table that can be there: as many are tried as it takes.
    for seed in first..first + wanted * 15 {
        if agreed == wanted {
            break;
        }
        let Some((folder, period)) = random_project(seed) else { continue };
        let (engine, tables) = load(folder.path());
        match agrees(python, seed, folder.path(), &period, &engine, &tables) {
            Came::Same => {
                agreed += 1;
                asked.note(folder.path(), &period);
            }
            Came::Refused(codes) => asked.refused(&codes),
            Came::Nothing => {}
        }
    }
    asked.show();
    assert_eq!(agreed, wanted, "too few projects are tested");
}

fn random_projects_in_duckdb() {
    let python = python(&[DuckDb]);
    try_out(&python, projects(15), &mut |folder| {
        let database = folder.join("tables.duckdb");
        load(&python, folder, &database, &[]);
        (format!("duckdb:{}", database.display()), "all".into())
    });
}

tests! {
    spark::the_example_on_a_cluster_that_loses_a_worker,
    cells::cells_in_spark,
    spark::the_example_through_spark_connect,
    spark::random_projects_in_spark,
    measures::folders_that_spark_sql_leaves_behind,
    spoilt_tables_are_refused,
    printed_statements_and_their_results,
    waiting::a_cluster_without_workers,
    random_projects_in_duckdb,
    #[cfg(all(unix, feature = "postgres"))]
    cells::cells_in_postgres,
    measures::parquet_results_and_folders_of_them,
    types::types_of_duckdb,
    the_example_in_duckdb_is_the_example_in_files,
    #[cfg(all(unix, feature = "postgres"))]
    scripts::a_script_in_psql,
    results_of_two_runs,
    waiting::a_spark_that_does_not_answer,
    #[cfg(all(unix, feature = "postgres"))]
    waiting::a_table_that_another_session_locks,
    #[cfg(all(unix, feature = "postgres"))]
    the_example_in_postgres_is_the_example_in_files,
    what_an_engine_lacks_is_told_at_once,
    a_folder_of_parquet_in_duckdb,
    what_cannot_be_exact_is_refused,
    divisions_in_each_row_are_refused,
    what_random_projects_lack,
    dates_keys_and_links_are_computed_there,
    cells::files_read_what_engines_leave_to_them,
    cells::files_refuse_every_bad_cell,
    cells::cells_in_duckdb,
    measures::results_that_are_not_exact_or_not_whole,
    scripts::a_script_in_a_duckdb_that_is_too_old,
    types::rows_of_totals_in_duckdb,
    rosters::a_large_roster_in_duckdb,
    #[cfg(all(unix, feature = "postgres"))]
    rosters::a_large_roster_in_postgres,
    #[cfg(all(unix, feature = "postgres"))]
    types::rows_of_totals_in_postgres,
    #[cfg(feature = "postgres")]
    waiting::a_postgres_server_that_does_not_answer,
    #[cfg(feature = "postgres")]
    waiting::a_postgres_server_that_is_too_old,
    waiting::a_duckdb_file_that_another_program_holds,
    waiting::engines_in_python_that_do_not_answer_or_are_too_old,
    waiting::a_waiting_time_that_is_none,
}

//! Large tables in an engine: what comes of them is, byte for byte, what comes of files.
//!
//! The engines are real ones; `.ci/engines` installs them outside the clone. Where they are not, a test says so and
//! passes.

#[path = "engines/tables.rs"]
mod tables;

mod support;

#[allow(dead_code)] // each test binary uses a part of it
#[path = "reference/projects.rs"]
mod reference;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use support::{Copy, findings, insurance, utf8};

/// A Python that has a module, as `.ci/engines` installs it.
fn python(module: &str) -> Option<PathBuf> {
    let home = std::env::var("HOME").unwrap_or_default();
    let own = std::env::var("MERIT_PYTHON").map(PathBuf::from);
    let python = own.unwrap_or_else(|_| Path::new(&home).join(".cache/merit-ci/venv/bin/python"));
    let found = Command::new(&python).args(["-c", &format!("import {module}")]).output();
    if found.is_ok_and(|output| output.status.success()) {
        return Some(python);
    }
    println!("skipped: {} has no `{module}`; `bash .ci/engines` installs it", python.display());
    None
}

/// Loads the tables of a project into a new database.
fn load(python: &Path, folder: &Path, target: &Path, then: &[&str]) {
    let project = merit::project::load(&[folder.to_path_buf()]).unwrap();
    let tables = tables::tables(&project.model, &folder.join("data"));
    let job = json!({
        "engine": "duckdb",
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
    let mut command = Command::new(env!("CARGO_BIN_EXE_merit"));
    command.args(arguments).env("MERIT_PYTHON", python).env_remove("NO_COLOR").output().unwrap()
}

/// The results without what was read: where it lay is what differs.
fn results(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", utf8(&output.stderr));
    let mut document: Value = serde_json::from_slice(&output.stdout).unwrap();
    document.as_object_mut().unwrap().remove("files");
    let text = serde_json::to_string_pretty(&document).unwrap();
    // Rows of files are named by their lines, which rows of an engine do not have.
    let line = |line: &str| match line.split_once("more than one row: ") {
        Some((before, _)) => format!("{before}more than one row\n"),
        None => format!("{line}\n"),
    };
    text.lines().map(line).collect()
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

const EVAL: [&str; 6] = ["eval", "--period", "2026-Q3", "--format", "json", "--allow-empty"];

#[test]
fn the_example_in_duckdb_is_the_example_in_files() {
    let Some(python) = python("duckdb") else { return };
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
#[test]
fn printed_statements_and_their_results() {
    let Some(python) = python("duckdb") else { return };
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("sales.duckdb");
    load(&python, &insurance(), &database, &[]);
    let specs = insurance().display().to_string();
    let tables = ["--tables", "policies,receipts,payouts,survey"];
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
    let whole = fs::read_to_string(&files[0]).unwrap();
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    fs::write(&files[0], lines[..lines.len() - 3].concat()).unwrap();
    refused(eval("2026-Q3", &files), "cannot be used");
}

/// What is wrong with the rows of an engine's table is found there, and no scorecard is written.
#[test]
fn spoilt_tables_are_refused() {
    let Some(python) = python("duckdb") else { return };
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
            &["`issued` that is no date", "26010339: 2026-02-30"],
        ),
        (
            "ALTER TABLE policies ALTER premium TYPE DECIMAL(18,8); UPDATE policies SET premium = 1.00000001 WHERE policy_no = '26010339'",
            "bad-cell",
            &["more decimal places", "1.00000001"],
        ),
        (
            "DELETE FROM policies WHERE issued >= '2026-07-01'; DELETE FROM receipts; DELETE FROM payouts",
            "empty-window",
            &["has no row in"],
        ),
    ];
    for (at, (spoil, code, words)) in cases.iter().enumerate() {
        let database = folder.path().join(format!("{at}.duckdb"));
        let statements: Vec<&str> = spoil.split("; ").collect();
        load(&python, &insurance(), &database, &statements);
        let engine = format!("duckdb:{}", database.display());
        let run = ["eval", &specs, "--period", "2026-Q3", "--engine", &engine, "--tables", "policies,receipts,payouts"];
        let output = merit(&python, &run);
        let (shown, said) = (utf8(&output.stderr), said(&output));
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{spoil}: {said}");
        assert!(findings(&shown).iter().all(|finding| finding.code == *code), "{spoil}: {said}");
        for word in *words {
            assert!(said.contains(word), "{word} is not in\n{said}");
        }
    }
}

/// What an engine cannot do exactly is refused by name, before it is asked anything.
#[test]
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
    refused("policies", &["`receipts` links to it, and is read from files", "--tables receipts,policies"]);
    refused("plans", &["`plan_month` holds periods"]);
    refused("reserves", &["stock taken at dates"]);
}

/// Random projects, with all that can be in DuckDB there.
#[test]
fn random_projects_in_duckdb() {
    let Some(python) = python("duckdb") else { return };
    let number = |name: &str, usual: u64| std::env::var(name).map_or(usual, |text| text.parse().unwrap());
    let (first, count) = (number("MERIT_RANDOM_SEED", 0), number("MERIT_ENGINE_PROJECTS", 60));
    let (mut agreed, mut nothing, mut mistaken) = (0, 0, 0);
    for seed in first..first + count {
        let project = reference::spec::project(seed, 1 + (seed % 6) as usize);
        let folder = tempfile::tempdir().unwrap();
        let specs = folder.path().join("specs");
        fs::create_dir_all(specs.join("data")).unwrap();
        fs::write(specs.join("all.merit"), project.spec()).unwrap();
        for (name, text) in &project.files {
            fs::write(specs.join("data").join(name), text).unwrap();
        }
        if merit::project::load(std::slice::from_ref(&specs)).unwrap().has_errors() {
            continue;
        }
        let at = specs.display().to_string();
        let eval = |more: &[&str]| {
            let mut arguments = EVAL.to_vec();
            arguments[2] = project.period;
            arguments.insert(1, &at);
            arguments.extend(more);
            merit(&python, &arguments)
        };
        let local = eval(&[]);
        let database = folder.path().join("tables.duckdb");
        load(&python, &specs, &database, &[]);
        let there = eval(&["--engine", &format!("duckdb:{}", database.display()), "--tables", "all"]);
        match (local.status.code(), there.status.code()) {
            (Some(0), Some(2)) if utf8(&there.stderr).contains("no data set is in the engine") => nothing += 1,
            (Some(0), _) => {
                if let Some(what) = difference(&results(&local), &results(&there)) {
                    panic!("seed {seed}, {}: {what}\n{}", project.period, project.spec());
                }
                agreed += 1;
            }
            (_, Some(0)) => {
                panic!("seed {seed}: the engine overlooks what the files are refused for: {}", utf8(&local.stderr))
            }
            _ => mistaken += 1,
        }
    }
    println!("{agreed} projects agreed, {nothing} have nothing that can be in an engine, {mistaken} have mistakes");
    assert!(agreed * 3 > count, "too few projects are tested: {agreed} of {count}");
}

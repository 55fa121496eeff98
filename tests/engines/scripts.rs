//! Printed scripts in the engines' own command lines.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use super::Engine::DuckDb;
use super::{difference, fed, load, merit, python, results, said, tables};
use crate::harness::need;
use crate::support::{insurance, utf8};

const TABLES: &str = "policies,receipts,payouts";

fn printed(dialect: &str) -> String {
    let specs = insurance().display().to_string();
    let sql = ["sql", &specs, "--period", "2026-Q3", "--dialect", dialect, "--tables", TABLES];
    let output = merit(Path::new("no-python"), &sql);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    utf8(&output.stdout).to_string()
}

/// The script as if it were made for an engine that nobody has yet.
fn for_later(sql: &str, least: &str, later: &str) -> String {
    assert_eq!(sql.matches(least).count(), 1, "{least}");
    sql.replace(least, later)
}

/// Runs SQL with `psql`, which a user, a database or a file of settings may have told much.
fn psql(server: &crate::server::Server, folder: &Path, sql: &str) -> Output {
    fs::write(folder.join("q3.sql"), sql).unwrap();
    Command::new("psql")
        .args(["-X", "-U", "merit", "-h", &server.host().display().to_string(), "-d", "postgres", "-f", "q3.sql"])
        .current_dir(folder)
        .output()
        .unwrap()
}

#[cfg(all(unix, feature = "postgres"))]
pub fn a_script_in_psql() {
    need("psql", "-V", "bash tests/setup/postgres");
    let server = crate::server::Server::start();
    let mut client = server.client();
    let project = merit::project::load(&[insurance()]).unwrap();
    for table in tables::tables(&project.model, &insurance().join("data")) {
        client.batch_execute(&table.sql()).unwrap();
    }
    client
        .batch_execute(
            "ALTER DATABASE postgres SET timezone = 'Asia/Shanghai'; ALTER DATABASE postgres SET datestyle = 'German';
             ALTER DATABASE postgres SET default_transaction_read_only = on",
        )
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let sql = printed("postgres");
    let output = psql(&server, folder.path(), &sql);
    assert!(output.status.success(), "{}", said(&output));
    let specs = insurance().display().to_string();
    let eval = ["eval", &specs, "--period", "2026-Q3", "--format", "json"];
    let none = Path::new("no-python");
    let out = folder.path().display().to_string();
    let there = merit(none, &[&eval[..], &["--measures", &out]].concat());
    assert_eq!(difference(&results(&merit(none, &eval)), &results(&there)), None);

    let later = for_later(&sql, "AS integer) < 140000", "AS integer) < 990000");
    let output = psql(&server, folder.path(), &later);
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert!(
        said(&output).contains("the statements are made for PostgreSQL 14 and newer, and this is"),
        "{}",
        said(&output)
    );
}

pub fn a_script_in_a_duckdb_that_is_too_old() {
    let python = python(&[DuckDb]);
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("sales.duckdb");
    load(&python, &insurance(), &database, &[]);
    let run = "import duckdb, sys; duckdb.connect(sys.argv[1], read_only=True).execute(sys.stdin.read())";
    let tried = "import duckdb, sys\ntry: duckdb.connect(sys.argv[1], read_only=True).execute(sys.stdin.read())\n\
                 except duckdb.Error as error: print(error)\nelse: print('done')";
    let mut command = Command::new(&python);
    command.args(["-c", run]).arg(&database).current_dir(folder.path());
    fed(&mut command, &printed("duckdb"));
    let later = for_later(&printed("duckdb"), "< [1, 4]", "< [99, 0]");
    let mut command = Command::new(&python);
    command.args(["-c", tried]).arg(&database).current_dir(folder.path());
    let output = fed(&mut command, &later);
    let words = "the statements are made for DuckDB 1.4 and newer, and this is v";
    assert!(utf8(&output.stdout).contains(words), "{}", utf8(&output.stdout));
}

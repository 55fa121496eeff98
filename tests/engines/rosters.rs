//! Rosters so large that they are handed over to the engine otherwise than row by row.

use std::path::Path;

use super::cells::Project;
use super::{difference, results};

/// A project with many people, among them those with signs in their keys that mean something in SQL, in JSON or to `COPY`.
fn large() -> (Project, Vec<String>) {
    let project = Project::new();
    let odd = ["O'Hara", "back\\slash", "\\N", "a{b}", "c,d", "tab\\t", "NULL", "\"quoted\"", "王芳"].map(String::from);
    let people: Vec<String> = odd.into_iter().chain((0..1_500).map(|at| format!("p{at}"))).collect();
    let mut writer = csv::Writer::from_path(project.path("data/people.csv")).unwrap();
    writer.write_record(["id"]).unwrap();
    people.iter().for_each(|one| writer.write_record([one]).unwrap());
    writer.flush().unwrap();
    let rows: Vec<(String, String)> =
        people.iter().zip(1..).map(|(one, at)| (one.clone(), format!("{at}.5"))).collect();
    let mut writer = csv::Writer::from_path(project.path("data/plain.csv")).unwrap();
    writer.write_record(["who", "cell"]).unwrap();
    rows.iter().for_each(|(who, cell)| writer.write_record([who, cell]).unwrap());
    writer.flush().unwrap();
    (project, people)
}

fn table(people: &[String]) -> String {
    let rows: Vec<String> =
        people.iter().zip(1..).map(|(one, at)| format!("('{}', {at}.5)", one.replace('\'', "''"))).collect();
    format!("CREATE TABLE plain (who text, cell decimal(18, 2)); INSERT INTO plain VALUES {}", rows.join(", "))
}

pub fn a_large_roster_in_duckdb() {
    let python = super::python(&[super::Engine::DuckDb]);
    let (project, people) = large();
    let database = project.path("people.duckdb");
    let program = "import duckdb, sys; duckdb.connect(sys.argv[1]).execute(sys.stdin.read())";
    let mut command = std::process::Command::new(&python);
    super::fed(command.args(["-c", program]).arg(&database), &table(&people));
    let there = project.eval(&python, &["--engine", &format!("duckdb:{}", database.display()), "--tables", "plain"]);
    assert_eq!(difference(&results(&project.eval(&python, &[])), &results(&there)), None);
}

/// Where the session may have tables of its own, and where it may only read; nothing is left behind.
#[cfg(all(unix, feature = "postgres"))]
pub fn a_large_roster_in_postgres() {
    let server = super::server::Server::start();
    let mut client = server.client();
    let (project, people) = large();
    client.batch_execute(&table(&people)).unwrap();
    let engine = format!("postgres://merit@{}/postgres", server.host().display().to_string().replace('/', "%2F"));
    let none = Path::new("no-python");
    let eval = || results(&project.eval(none, &["--engine", &engine, "--tables", "plain"]));
    let local = results(&project.eval(none, &[]));
    assert_eq!(difference(&local, &eval()), None);
    let asked = server.log();
    assert!(asked.contains("COPY \"merit_") && !asked.contains("FROM unnest("), "{asked}");
    client.batch_execute("ALTER ROLE merit SET default_transaction_read_only = on").unwrap();
    assert_eq!(difference(&local, &eval()), None);
    assert!(server.log()[asked.len()..].contains("FROM unnest("));
    let left = "SELECT COUNT(*) FROM pg_class WHERE relname LIKE 'merit%'";
    assert_eq!(client.query_one(left, &[]).unwrap().get::<_, i64>(0), 0);
    // A script for `psql` only reads, whatever the session may do.
    let specs = project.path("cells.merit").display().to_string();
    let script =
        super::merit(none, &["sql", &specs, "--period", "2026-Q3", "--dialect", "postgres", "--tables", "plain"]);
    let script = String::from_utf8(script.stdout).unwrap();
    assert!(script.contains("SET TRANSACTION READ ONLY") && script.contains("FROM unnest("), "{script}");
}

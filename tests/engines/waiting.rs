//! Engines that do not answer, are held by others or are too old: each is said within the time that is stated.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use super::Engine::{DuckDb, Spark, SparkConnect};
use super::{difference, merit, program, python, results, said, scored};
use crate::harness::need_python;
use crate::support::{insurance, utf8};

const TABLES: &str = "policies,receipts,payouts";

fn eval<'a>(specs: &'a str, engine: &'a str, tables: &'a str) -> [&'a str; 8] {
    ["eval", specs, "--period", "2026-Q3", "--engine", engine, "--tables", tables]
}

/// What comes of the example, and how long that took.
fn waited(python: &Path, engine: &str, variables: &[(&str, &str)]) -> (Output, Duration) {
    let specs = insurance().display().to_string();
    let begun = Instant::now();
    let mut command = program(python, &eval(&specs, engine, TABLES));
    let output = command.envs(variables.iter().copied()).output().unwrap();
    (output, begun.elapsed())
}

fn given_up(of: (Output, Duration), words: &str, seconds: u64) {
    let (output, time) = of;
    assert_eq!((output.status.code(), scored(&output)), (Some(2), false), "{}", said(&output));
    assert!(said(&output).contains(words), "{words} is not in\n{}", said(&output));
    assert!(time < Duration::from_secs(seconds), "{words}: {time:?}");
}

/// A place that takes connections, and what it does with each.
fn listening(answer: impl Fn(TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || listener.incoming().flatten().for_each(answer));
    port
}

/// Takes connections, and never says a word.
fn silence() -> u16 {
    listening(std::mem::forget)
}

/// Greets as a PostgreSQL server does, and answers each statement by what `answer` gives for it: a cell, or none. After
/// the first statement for which it gives nothing, it is silent.
fn greeting(answer: fn(&str) -> Option<&'static str>) -> u16 {
    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let mut message = vec![kind];
        message.extend((body.len() as u32 + 4).to_be_bytes());
        message.extend(body);
        message
    }
    fn taken(stream: &mut TcpStream, with_kind: bool) -> Option<(u8, Vec<u8>)> {
        let (mut kind, mut length) = ([0], [0; 4]);
        if with_kind {
            stream.read_exact(&mut kind).ok()?;
        }
        stream.read_exact(&mut length).ok()?;
        let mut body = vec![0; (u32::from_be_bytes(length) - 4) as usize];
        stream.read_exact(&mut body).ok()?;
        Some((kind[0], body))
    }
    listening(move |mut stream| {
        let ready = message(b'Z', b"I");
        // First whether it has TLS, which it has not.
        let mut begun = taken(&mut stream, false);
        if begun.as_ref().is_some_and(|(_, body)| body.len() == 4) {
            stream.write_all(b"N").unwrap();
            begun = taken(&mut stream, false);
        }
        if begun.is_none() {
            return;
        }
        stream.write_all(&[message(b'R', &[0; 4]), ready.clone()].concat()).unwrap();
        while let Some((kind, body)) = taken(&mut stream, true) {
            let sql = String::from_utf8_lossy(&body).into_owned();
            let Some(cell) = answer(&sql).filter(|_| kind == b'Q') else { break };
            let mut said = Vec::new();
            if !cell.is_empty() {
                // A column `a` of texts.
                let text = [&[0, 1, b'a', 0][..], &[0; 6], &25u32.to_be_bytes(), &[0xff; 6], &[0; 2]].concat();
                said.extend(message(b'T', &text));
                let row = [&[0, 1][..], &(cell.len() as u32).to_be_bytes(), cell.as_bytes()].concat();
                said.extend(message(b'D', &row));
            }
            said.extend(message(b'C', b"DONE\0"));
            said.extend(&ready);
            stream.write_all(&said).unwrap();
        }
        std::mem::forget(stream);
    })
}

const NO_PYTHON: &str = "no-python";

#[cfg(feature = "postgres")]
pub fn a_postgres_server_that_does_not_answer() {
    let asked = |port: u16, variables: &[(&str, &str)]| {
        waited(Path::new(NO_PYTHON), &format!("postgres://merit@127.0.0.1:{port}/sales"), variables)
    };
    let of = asked(silence(), &[("PGCONNECT_TIMEOUT", "1")]);
    given_up(of, "PostgreSQL cannot be reached: it took the connection, and then said nothing for 1 second", 20);
    let of = asked(silence(), &[("MERIT_ENGINE_WAIT", "1")]);
    given_up(of, "has not answered within 1 second", 12);
    let of = asked(greeting(|_| None), &[("MERIT_ENGINE_WAIT", "1")]);
    given_up(of, "/sales` has not answered within 1 second", 12);
    let of = asked(greeting(|sql| Some("").filter(|_| !sql.contains("SHOW"))), &[("MERIT_ENGINE_WAIT", "1")]);
    given_up(of, "has not answered within 1 second", 12);
}

#[cfg(feature = "postgres")]
pub fn a_postgres_server_that_is_too_old() {
    let port = greeting(|sql| {
        Some(match sql {
            sql if sql.contains("server_version_num") => "130011",
            sql if sql.contains("server_version") => "13.11 (Debian 13.11-1)",
            _ => "",
        })
    });
    let of = waited(Path::new(NO_PYTHON), &format!("postgres://merit@127.0.0.1:{port}/sales"), &[]);
    given_up(
        of,
        "PostgreSQL 13.11 (Debian 13.11-1) is too old: the statements are made for PostgreSQL 14 and newer",
        20,
    );
}

/// A table that somebody else locks: given up in time, or waited for, with a word about it now and then.
#[cfg(all(unix, feature = "postgres"))]
pub fn a_table_that_another_session_locks() {
    let server = super::server::Server::start();
    let project = super::cells::Project::new();
    project.write("plain", &["12.5", "7"]);
    let mut client = server.client();
    client
        .batch_execute("CREATE TABLE plain (who text, cell numeric); INSERT INTO plain VALUES ('p0', 12.5), ('p1', 7)")
        .unwrap();
    client.batch_execute("CREATE ROLE poor LOGIN").unwrap();
    let host = server.host().display().to_string().replace('/', "%2F");
    let poor = format!("postgres://poor@{host}/postgres");
    let output = project.eval(Path::new(NO_PYTHON), &["--engine", &poor, "--tables", "plain"]);
    for words in ["PostgreSQL says: permission denied for table plain", "whoever asks may read the tables"] {
        assert!(said(&output).contains(words), "{}", said(&output));
    }
    client.batch_execute("BEGIN; LOCK TABLE plain IN ACCESS EXCLUSIVE MODE").unwrap();
    let engine = format!("postgres://merit@{host}/postgres");
    let there = ["--engine", &engine, "--tables", "plain"];
    let begun = Instant::now();
    let output = project.command(Path::new(NO_PYTHON), &there).env("MERIT_ENGINE_WAIT", "2").output().unwrap();
    let words = "PostgreSQL has not answered within 2 seconds: another session keeps a table locked";
    given_up((output, begun.elapsed()), words, 30);
    let running = project.command(Path::new(NO_PYTHON), &there).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    std::thread::sleep(Duration::from_secs(33));
    client.batch_execute("COMMIT").unwrap();
    let output = running.unwrap().wait_with_output().unwrap();
    assert!(said(&output).contains("merit: PostgreSQL: looking at the tables, 30 s"), "{}", said(&output));
    assert_eq!(difference(&results(&project.eval(Path::new(NO_PYTHON), &[])), &results(&output)), None);
}

/// A database file that another program writes to.
pub fn a_duckdb_file_that_another_program_holds() {
    let python = python(&[DuckDb]);
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("sales.duckdb");
    let program = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()";
    let mut holder = Command::new(&python)
        .args(["-c", program])
        .arg(&database)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(holder.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let engine = format!("duckdb:{}", database.display());
    given_up(waited(&python, &engine, &[]), "sales.duckdb` is held by another program", 60);
    drop(holder.stdin.take());
    holder.wait().unwrap();
    // A file that is none, and one that is not there.
    fs::write(&database, "policy_no,premium\n1,2\n").unwrap();
    let of = waited(&python, &engine, &[]);
    assert!(said(&of.0).contains("see whether the address behind `--engine` is right"), "{}", said(&of.0));
    given_up(of, "DuckDB says:", 60);
    given_up(waited(&python, "duckdb:nowhere.duckdb", &[]), "there is no database file `nowhere.duckdb`", 60);
}

/// A Python whose engine never comes to an end, or is too old.
pub fn engines_in_python_that_do_not_answer_or_are_too_old() {
    need_python();
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("pyspark")).unwrap();
    let asked = |engine: &str, module: &str, version: &str| {
        let text = format!(
            "import time\n__version__ = '{version}'\nclass CatalogException(Exception): pass\nclass SparkSession: pass\n\
             def connect(*_, **__): time.sleep(1000)\n"
        );
        fs::write(folder.path().join(module), text).unwrap();
        let path = folder.path().display().to_string();
        waited(Path::new("python3"), engine, &[("PYTHONPATH", &path), ("MERIT_ENGINE_WAIT", "2")])
    };
    let duckdb = |version: &str| asked("duckdb::memory:", "duckdb.py", version);
    given_up(duckdb("2.0.0"), "DuckDB at `:memory:` has not answered within 2 seconds", 30);
    given_up(duckdb("1.3.2"), "DuckDB 1.3.2 is too old: the statements are made for DuckDB 1.4 and newer", 30);
    given_up(duckdb("v1.4.0"), "has not answered within 2 seconds", 30);
    given_up(duckdb("1.10.0"), "has not answered within 2 seconds", 30);
    fs::write(folder.path().join("pyspark/sql.py"), "class SparkSession: pass\ntypes = None\n").unwrap();
    for engine in ["spark:local[2]", "sc://127.0.0.1:1"] {
        let of = asked(engine, "pyspark/__init__.py", "3.5.7");
        given_up(of, "Spark 3.5.7 is too old: the statements are made for Spark 4.0 and newer", 30);
    }
}

/// A master that takes the connection and is none, and so a server of Spark Connect.
pub fn a_spark_that_does_not_answer() {
    let python = python(&[SparkConnect]);
    for name in ["spark", "sc"] {
        let engine = format!("{name}://127.0.0.1:{}", silence());
        let of = waited(&python, &engine, &[("MERIT_ENGINE_WAIT", "15")]);
        given_up(of, &format!("Spark at `{engine}` has not answered within 15 seconds"), 60);
    }
}

/// A master without a worker, and nothing else wrong.
pub fn a_cluster_without_workers() {
    let python = python(&[Spark, DuckDb]);
    let cluster = super::spark::Cluster::of(&python, 0);
    let folder = tempfile::tempdir().unwrap();
    let lake = folder.path().join("lake");
    super::load(&python, &insurance(), &lake, &[]);
    let specs = insurance().display().to_string();
    let tables = super::spark::in_lake(TABLES, &lake);
    let begun = Instant::now();
    let mut command = program(&python, &eval(&specs, cluster.address(), &tables));
    let output = command.env("MERIT_ENGINE_WAIT", "60").output().unwrap();
    given_up((output, begun.elapsed()), "has done no work for 60 seconds: no worker of the cluster is free", 240);
}

pub fn a_waiting_time_that_is_none() {
    let of = waited(Path::new(NO_PYTHON), "duckdb::memory:", &[("MERIT_ENGINE_WAIT", "soon")]);
    given_up(of, "`MERIT_ENGINE_WAIT` is no number of seconds: `soon`", 20);
    let output = merit(Path::new(NO_PYTHON), &["eval", &insurance().display().to_string(), "--engine", "mysql:x"]);
    assert_eq!(output.status.code(), Some(2), "{}", utf8(&output.stderr));
}

//! Spark: a cluster, which may lose a worker, a server of Spark Connect, and random projects.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::Engine::{DuckDb, Spark, SparkConnect};
use super::{
    ODD_PERIODS, SETTINGS, difference, load, merit, number, odd, odd_is_the_same, program, python, results, said,
    scored, try_out,
};
use crate::support::{insurance, utf8};

/// Where Spark lies.
fn spark_home(python: &Path) -> PathBuf {
    let place = "import os, pyspark; print(os.path.dirname(pyspark.__file__))";
    let home = Command::new(python).args(["-c", place]).output().unwrap();
    PathBuf::from(utf8(&home.stdout).trim())
}

fn free_port() -> String {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string()
}

/// What Spark's own scripts open to it.
const OPENED: [&str; 8] = [
    "java.lang",
    "java.lang.invoke",
    "java.net",
    "java.nio",
    "java.util",
    "java.util.concurrent",
    "sun.nio.ch",
    "sun.util.calendar",
];

/// A program of Spark, its log in a folder: the Java process itself, so that killing it is killing it.
fn spark(home: &Path, folder: &Path, log: &str, memory: &str, class: &str, arguments: &[&str]) -> Child {
    let jars = home.join("jars/*");
    Command::new("java")
        .args([&format!("-Xmx{memory}"), "-cp", &jars.display().to_string()])
        .args(OPENED.iter().map(|package| format!("--add-opens=java.base/{package}=ALL-UNNAMED")))
        .arg(format!("org.apache.spark.deploy.{class}"))
        .args(arguments)
        .env("SPARK_HOME", home)
        .env("SPARK_SCALA_VERSION", "2.13")
        .env("SPARK_LOCAL_IP", "127.0.0.1")
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(fs::File::create(folder.join(log)).unwrap())
        .spawn()
        .unwrap()
}

/// Lets a condition come true.
fn wait(what: &str, done: impl Fn() -> bool, log: impl Fn() -> String) {
    let begun = std::time::Instant::now();
    while !done() {
        assert!(begun.elapsed().as_secs() < 180, "{what} did not come\n{}", log());
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
}

/// A process that ends with the test.
struct Ending(Child);

impl Drop for Ending {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A master of Spark and two workers, all on this machine.
pub struct Cluster {
    folder: tempfile::TempDir,
    address: String,
    _master: Ending,
    workers: Vec<Ending>,
}

impl Cluster {
    fn start(python: &Path) -> Cluster {
        Cluster::of(python, 2)
    }

    /// With so many workers.
    pub fn of(python: &Path, workers: usize) -> Cluster {
        let home = spark_home(python);
        let folder = tempfile::tempdir().unwrap();
        let (port, web) = (free_port(), free_port());
        let start = |log: &str, class: &str, arguments: &[&str]| {
            let arguments = [&["--host", "127.0.0.1"], arguments].concat();
            Ending(spark(&home, folder.path(), log, "256m", class, &arguments))
        };
        let address = format!("spark://127.0.0.1:{port}");
        let master = start("master.log", "master.Master", &["--port", &port, "--webui-port", &web]);
        let worker = |name: &str| {
            let work = folder.path().join(name).display().to_string();
            let log = format!("{name}.log");
            start(&log, "worker.Worker", &["-c", "1", "-m", "1g", "-d", &work, "--webui-port", &free_port(), &address])
        };
        let names = ["one", "two"];
        let workers = names[..workers].iter().map(|name| worker(name)).collect();
        let cluster = Cluster { folder, address, _master: master, workers };
        cluster.wait("the master", || cluster.log("master.log").contains("I have been elected leader"));
        cluster.wait("all workers", || {
            let registered =
                |name: &&str| cluster.log(&format!("{name}.log")).contains("Successfully registered with master");
            names[..cluster.workers.len()].iter().all(registered)
        });
        cluster
    }

    pub fn address(&self) -> &str {
        &self.address
    }

    fn log(&self, name: &str) -> String {
        fs::read(self.folder.path().join(name))
            .map(|text| String::from_utf8_lossy(&text).into_owned())
            .unwrap_or_default()
    }

    fn wait(&self, what: &str, done: impl Fn() -> bool) {
        wait(what, done, || self.log("master.log"));
    }

    /// What the executors of a worker have logged.
    fn executors(&self, worker: &str) -> String {
        let pattern = self.folder.path().join(worker).join("app-*/*/stderr").display().to_string();
        glob::glob(&pattern).unwrap().flatten().filter_map(|path| fs::read_to_string(path).ok()).collect()
    }
}

/// The example on a cluster; then once more, and in the middle of it a worker dies.
pub fn the_example_on_a_cluster_that_loses_a_worker() {
    let python = python(&[Spark, DuckDb]);
    let mut cluster = Cluster::start(&python);
    let folder = tempfile::tempdir().unwrap();
    let lake = folder.path().join("lake");
    load(&python, &insurance(), &lake, &[]);
    let specs = insurance().display().to_string();
    let eval = ["eval", &specs, "--period", "2026-Q3", "--format", "json"];
    let local = results(&merit(&python, &eval));
    let address = cluster.address.clone();
    let there = |tables: &str| {
        let tables = in_lake(tables, &lake);
        let mut command = program(&python, &[&eval[..], &["--engine", &address, "--tables", &tables]].concat());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    };
    let tables = std::env::var("MERIT_SPARK_TABLES").unwrap_or_else(|_| "policies,receipts,payouts".into());
    let whole = there(&tables).wait_with_output().unwrap();
    assert_eq!(difference(&local, &results(&whole)), None);

    let tasks = |cluster: &Cluster| cluster.executors("one").matches("Running task").count();
    let before = tasks(&cluster);
    let running = there("policies,receipts,payouts");
    cluster.wait("work of the first worker", || tasks(&cluster) > before + 2);
    cluster.workers[0].0.kill().unwrap();
    let output = running.wait_with_output().unwrap();
    match output.status.code() {
        Some(0) => assert_eq!(difference(&local, &results(&output)), None),
        // Or no scorecard at all, and a word about it.
        code => {
            assert!(code == Some(2) && !scored(&output) && said(&output).contains("Spark"), "{}", said(&output))
        }
    }
    println!("with a worker lost: {:?}", output.status.code());
}

/// Tables as folders of Parquet, for `--tables`.
pub fn in_lake(tables: &str, lake: &Path) -> String {
    let folder = |table: &str| format!("{table}={}/{table}", lake.display());
    tables.split(',').map(folder).collect::<Vec<_>>().join(",").replace("/all", "")
}

/// The example through a server of Spark Connect.
pub fn the_example_through_spark_connect() {
    let python = python(&[SparkConnect, DuckDb]);
    let folder = tempfile::tempdir().unwrap();
    let port = free_port();
    let binding = format!("spark.connect.grpc.binding.port={port}");
    let class = "org.apache.spark.sql.connect.service.SparkConnectServer";
    let mut arguments = vec!["--class", class, "--master", "local[2]", "--conf", &binding];
    for setting in SETTINGS.split_whitespace().chain(["spark.ui.enabled=false"]) {
        arguments.extend(["--conf", setting]);
    }
    arguments.push("spark-internal");
    let _server = Ending(spark(&spark_home(&python), folder.path(), "server.log", "1g", "SparkSubmit", &arguments));
    let listens = || std::net::TcpStream::connect(format!("127.0.0.1:{port}")).is_ok();
    wait("the server", listens, || fs::read_to_string(folder.path().join("server.log")).unwrap_or_default());

    let lake = folder.path().join("lake");
    load(&python, &insurance(), &lake, &[]);
    let specs = insurance().display().to_string();
    let eval = ["eval", &specs, "--period", "2026-Q3", "--format", "json"];
    let (engine, tables) = (format!("sc://127.0.0.1:{port}"), in_lake("policies,receipts,payouts", &lake));
    let there = merit(&python, &[&eval[..], &["--engine", &engine, "--tables", &tables]].concat());
    assert_eq!(difference(&results(&merit(&python, &eval)), &results(&there)), None);
}

/// The project that has what random ones lack, and random ones.
pub fn random_projects_in_spark() {
    let python = python(&[Spark, DuckDb]);
    let folder = tempfile::tempdir().unwrap();
    let lake = folder.path().join("lake");
    load(&python, &odd(), &lake, &[]);
    odd_is_the_same(&python, "spark:local[2]", &format!("all={}", lake.display()), &ODD_PERIODS[..1]);
    try_out(&python, number("MERIT_SPARK_PROJECTS", 0), &mut |folder| {
        let lake = folder.join("lake");
        load(&python, folder, &lake, &[]);
        ("spark:local[2]".into(), format!("all={}", lake.display()))
    });
}

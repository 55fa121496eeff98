//! Engines that hold large tables: which data sets they hold, and how they are asked.

#[cfg(feature = "postgres")]
mod postgres;
mod results;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::{Map, Value, json};

pub use self::results::results;
use super::address::Engine;
use super::args::TableArgs;
use super::exit::Failure;
use super::progress::Steps;
use crate::data::options::Options;
use crate::data::without_files;
use crate::model::Model;
use crate::model::data::DataId;
use crate::nearest::nearest;
use crate::plan::query::Query;
use crate::plural::counted;
use crate::warehouse::{
    Asked, DECIMALS, Dialect, Found, Glance, Kind, Looked, Relation, Remote, Script, SmallTables, can_stay, complete,
};

#[cfg(not(feature = "postgres"))]
mod postgres {
    use super::{BTreeMap, DataId, Duration, Failure, Found, Glance, Looked, Script, Steps};

    pub enum Connection {}

    pub struct Looks {
        pub client: Connection,
        pub looked: BTreeMap<DataId, Looked>,
        pub unique: BTreeMap<DataId, Vec<Vec<String>>>,
        pub own_tables: bool,
    }

    pub fn look(_: &str, _: &[(DataId, String)], _: Option<Duration>, _: &Steps) -> Result<Looks, Failure> {
        Err(Failure::with_help(
            "this program was built without the way to PostgreSQL",
            "build `merit` with `--features tls`, or run the statements of `merit sql` with `psql`",
        ))
    }

    pub fn glance(it: &mut Connection, _: &[Glance], _: Option<Duration>, _: &Steps) -> Result<Vec<Found>, Failure> {
        match *it {}
    }

    pub fn run(it: &mut Connection, _: &Script, _: Option<Duration>, _: &Steps) -> Result<Vec<Found>, Failure> {
        match *it {}
    }
}

impl Engine {
    /// Connects, and notes what there is of the tables that are remote.
    pub fn look(&self, remote: &mut Remote) -> Result<Session, Failure> {
        let (steps, wait, tables) = (Steps::new(self.dialect.name()), waiting_time()?, remote.called());
        match self.dialect.asked() {
            Asked::ByClient => {
                let looks = postgres::look(self.target(), &tables, wait, &steps)?;
                (remote.looked, remote.unique, remote.own_tables) = (looks.looked, looks.unique, looks.own_tables);
                Ok(Session::Postgres(Client { client: looks.client, wait, steps }))
            }
            Asked::ByPython(by) => {
                let mut driven = Driven::start(self.clone(), wait, steps)?;
                remote.looked = driven.look(by, &tables)?;
                Ok(Session::Driven(Box::new(driven)))
            }
        }
    }
}

/// A connection to an engine.
pub enum Session {
    Postgres(Client),
    Driven(Box<Driven>),
}

/// An engine that is asked by a client of our own.
pub struct Client {
    client: postgres::Connection,
    wait: Option<Duration>,
    steps: Steps,
}

impl Session {
    /// Begins the run: the rows of tables are looked at. An engine beside this program does so while files are read.
    pub fn begin(&mut self, glances: &[Glance]) {
        match self {
            Session::Postgres(_) => {}
            Session::Driven(driven) => driven.begin(glances),
        }
    }

    /// What the look at the rows of tables has told, once behind its beginning.
    pub fn glance(&mut self, glances: &[Glance]) -> Result<Vec<Found>, Failure> {
        match self {
            Session::Postgres(one) => postgres::glance(&mut one.client, glances, one.wait, &one.steps),
            Session::Driven(driven) => driven.found(),
        }
    }

    /// Runs a script.
    pub fn run(&mut self, script: &Script) -> Result<Vec<Found>, Failure> {
        match self {
            Session::Postgres(one) => postgres::run(&mut one.client, script, one.wait, &one.steps),
            Session::Driven(driven) => driven.run(script),
        }
    }
}

/// An engine that is asked through Python: what it is told and what it says are lines of JSON.
pub struct Driven {
    engine: Engine,
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    said: JoinHandle<String>,
    wait: Option<Duration>,
    steps: Steps,
}

impl Driven {
    fn start(engine: Engine, wait: Option<Duration>, steps: Steps) -> Result<Driven, Failure> {
        let python = std::env::var("MERIT_PYTHON").unwrap_or_else(|_| "python3".into());
        let name = engine.dialect.name();
        let no_python = |error: &dyn std::fmt::Display| {
            Failure::with_help(
                format_args!("{name} is asked through Python, and `{python}` could not be started: {error}"),
                "install Python 3, or name it in the environment variable MERIT_PYTHON",
            )
        };
        let mut child = Command::new(&python)
            .args(["-c", include_str!("engine.py")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| no_python(&error))?;
        let (Some(stdout), Some(mut stderr)) = (child.stdout.take(), child.stderr.take()) else {
            return Err(no_python(&"it has no output"));
        };
        // Read by itself, so that none waits for another.
        let said = std::thread::spawn(move || {
            let mut said = Vec::new();
            let _ = stderr.read_to_end(&mut said);
            String::from_utf8_lossy(&said).into_owned()
        });
        Ok(Driven { engine, child, lines: BufReader::new(stdout).lines(), said, wait, steps })
    }

    /// Tells it something. Whatever goes wrong here is told by what it says, or by its end.
    fn tell(&mut self, what: &Value) {
        if let Some(stdin) = &mut self.child.stdin {
            let _ = writeln!(stdin, "{what}").and_then(|()| stdin.flush());
        }
    }

    fn look(&mut self, by: &str, tables: &[(DataId, String)]) -> Result<BTreeMap<DataId, Looked>, Failure> {
        let settings: BTreeMap<String, String> = std::env::var("MERIT_SPARK_CONF")
            .unwrap_or_default()
            .split_whitespace()
            .filter_map(|setting| setting.split_once('='))
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect();
        let tables: Vec<Value> = tables.iter().map(|(data, sql)| json!({"number": data.0, "sql": sql})).collect();
        self.tell(&json!({
            "engine": by,
            "target": self.engine.target(),
            "least": self.engine.dialect.least_version(),
            "wait": self.wait.map_or(0, |wait| wait.as_secs()),
            "settings": settings,
            "opening": self.engine.dialect.opening(),
            "tables": tables,
        }));
        loop {
            let says = self.next()?;
            if let Some(looked) = says.get("looked").and_then(Value::as_array) {
                return Ok(looked.iter().filter_map(looked_at).collect());
            }
        }
    }

    fn begin(&mut self, glances: &[Glance]) {
        let dialect = self.engine.dialect;
        let ask = |(at, one): (usize, &Glance)| json!({"name": format!("glance {}", at + 1), "sql": one.sql});
        self.tell(&json!({
            "marking": [dialect.marking()],
            "glances": glances.iter().enumerate().map(ask).collect::<Vec<_>>(),
        }));
    }

    fn run(&mut self, script: &Script) -> Result<Vec<Found>, Failure> {
        let relation = |relation: &Relation| {
            let columns: Vec<Value> = relation
                .columns
                .iter()
                .map(|(name, kind)| match kind {
                    Kind::Text => json!([name, "text", 0]),
                    Kind::Day => json!([name, "day", 0]),
                    Kind::Whole => json!([name, "whole", 0]),
                    Kind::Flag => json!([name, "flag", 0]),
                    Kind::Number(places) => json!([name, "number", places]),
                })
                .collect();
            match script.dialect.small_tables() {
                // A view of very many literals would take Spark longer than the rows themselves.
                SmallTables::Views => json!({"name": relation.name, "columns": columns, "rows": relation.rows}),
                // Their rows, written out, would take longer to be read than all else.
                SmallTables::Filled | SmallTables::Within => json!({
                    "make": relation.empty(script.dialect),
                    "fill": relation.filling(script.dialect),
                    "rows": relation.pieces().map(|rows| json!(rows).to_string()).collect::<Vec<_>>(),
                }),
            }
        };
        self.tell(&json!({
            "relations": script.relations.iter().map(relation).collect::<Vec<_>>(),
            "reads": script.reads.iter().map(|read| read.sql(script.dialect)).collect::<Vec<_>>(),
            "statements": script.statements.iter().map(|one| json!({"name": one.name, "sql": one.sql})).collect::<Vec<_>>(),
        }));
        let found = self.found()?;
        let _ = self.child.wait();
        Ok(found)
    }

    /// The answers to what it was told.
    fn found(&mut self) -> Result<Vec<Found>, Failure> {
        let name = self.engine.dialect.name();
        let mut found: Vec<Found> = Vec::new();
        loop {
            let says = self.next()?;
            let text = |key: &str| says.get(key).and_then(Value::as_str);
            let texts = |cells: &Value| -> Vec<String> {
                let cells = cells.as_array().map_or(&[][..], Vec::as_slice);
                cells.iter().map(|cell| cell.as_str().unwrap_or_default().to_string()).collect()
            };
            if let (Some(rows), Some(last)) = (says.get("row"), found.last_mut()) {
                last.rows.push(texts(rows));
            } else if let (Some(statement), Some(columns)) = (text("statement"), says.get("columns")) {
                found.push(Found { from: format!("{name}: {statement}"), columns: texts(columns), rows: Vec::new() });
            } else if says.get("done") == Some(&Value::Bool(true)) {
                return Ok(found);
            }
        }
    }

    /// The next line, once it is no word about how far it has come; what is wrong is told.
    fn next(&mut self) -> Result<Map<String, Value>, Failure> {
        let name = self.engine.dialect.name();
        loop {
            let line =
                self.lines.next().and_then(Result::ok).and_then(|line| serde_json::from_str::<Value>(&line).ok());
            let says = match line {
                Some(Value::Array(row)) => return Ok(Map::from_iter([("row".to_string(), Value::Array(row))])),
                Some(Value::Object(says)) => says,
                _ => return Err(self.ended()),
            };
            let text = |key: &str| says.get(key).and_then(Value::as_str);
            if let Some(phase) = text("progress") {
                let count = |key: &str| says.get(key).and_then(Value::as_u64).unwrap_or(0) as usize;
                let tasks = says.get("tasks").and_then(Value::as_array);
                let tasks = tasks.and_then(|tasks| Some((tasks.get(1)?.as_u64()?, tasks.get(2)?.as_u64()?)));
                self.steps.told(phase, count("done"), count("of"), tasks);
            } else if let Some(module) = text("module") {
                return Err(Failure::with_help(
                    format_args!("{name} is asked through Python, which has no `{module}`"),
                    format_args!(
                        "`pip install {module}`, or name a Python that has it in the environment variable MERIT_PYTHON"
                    ),
                ));
            } else if let Some(version) = text("old") {
                return Err(too_old(self.engine.dialect, version));
            } else if let Some(phase) = text("silent") {
                return Err(silent(name, self.engine.target(), phase, self.wait));
            } else if let Some(error) = text("locked") {
                return Err(self.locked(error));
            } else if let Some(error) = text("error") {
                let help = help_at(text("phase").unwrap_or_default());
                return Err(Failure::with_help(format_args!("{name} says: {}", shortened(error)), help));
            } else {
                return Ok(says);
            }
        }
    }

    /// It broke off.
    fn ended(&mut self) -> Failure {
        let _ = self.child.wait();
        let said = std::mem::replace(&mut self.said, std::thread::spawn(String::new)).join().unwrap_or_default();
        let last: Vec<&str> = said.lines().rev().filter(|line| !line.trim().is_empty()).take(3).collect();
        let last: Vec<&str> = last.into_iter().rev().collect();
        let name = self.engine.dialect.name();
        Failure::with_help(
            format_args!("{name} ended before it had answered: {}", last.join(" / ")),
            "no scorecard was written; run the command again when the engine is well",
        )
    }

    /// Another program has the database, and it may be changing it.
    fn locked(&self, error: &str) -> Failure {
        let (name, target) = (self.engine.dialect.name(), self.engine.target());
        Failure::with_help(
            format_args!("the database `{target}` is held by another program; {name} says: {}", shortened(error)),
            "no scorecard was written; run the command again when that program has let go of it, or with a copy of the file \
             that it has written whole",
        )
    }
}

/// Nothing came for too long.
fn silent(name: &str, target: &str, phase: &str, wait: Option<Duration>) -> Failure {
    let time = counted(wait.map_or(0, |wait| wait.as_secs()), "second");
    let what = match phase {
        "connect" => format!("{name} at `{target}` has not answered within {time}"),
        _ => format!("{name} at `{target}` has done no work for {time}: no worker of the cluster is free"),
    };
    Failure::with_help(
        what,
        format_args!(
            "no scorecard was written; see whether the address is right and the engine is well; or give it more time: {WAIT} \
             says how many seconds, 0 without end"
        ),
    )
}

impl Drop for Driven {
    fn drop(&mut self) {
        // It may wait for statements that never come.
        drop(self.child.stdin.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A table of the engine, as it is told of.
fn looked_at(says: &Value) -> Option<(DataId, Looked)> {
    let data = DataId(usize::try_from(says.get("table")?.as_u64()?).ok()?);
    if let Some(error) = says.get("absent").and_then(Value::as_str) {
        return Some((data, Looked::Absent(shortened(error))));
    }
    let column = |pair: &Value| Some((pair.get(0)?.as_str()?.to_string(), pair.get(1)?.as_str()?.to_string()));
    Some((data, Looked::Columns(says.get("columns")?.as_array()?.iter().filter_map(column).collect())))
}

/// An engine that the statements are not made for.
fn too_old(dialect: Dialect, version: &str) -> Failure {
    let (name, least) = (dialect.name(), dialect.least_shown());
    Failure::with_help(
        format_args!("{name} {version} is too old: the statements are made for {name} {least} and newer"),
        "no scorecard was written; use a newer one, or read the tables from files",
    )
}

/// Says how long an engine may give no sign of work.
const WAIT: &str = "MERIT_ENGINE_WAIT";
const USUAL_WAIT: Duration = Duration::from_secs(300);

/// How long an engine may give no sign of work; `None` for as long as it likes.
fn waiting_time() -> Result<Option<Duration>, Failure> {
    match std::env::var(WAIT).ok().filter(|text| !text.is_empty()) {
        None => Ok(Some(USUAL_WAIT)),
        Some(text) => match text.trim().parse::<u64>() {
            Ok(0) => Ok(None),
            Ok(seconds) => Ok(Some(Duration::from_secs(seconds))),
            Err(_) => Err(Failure::with_help(
                format_args!("`{WAIT}` is no number of seconds: `{text}`"),
                "write a whole number of seconds, or 0 to wait without end",
            )),
        },
    }
}

/// What helps where an engine says that something is wrong, by what it was at. Tables and columns that are not there are
/// findings.
fn help_at(phase: &str) -> &'static str {
    match phase {
        "connect" => {
            "no scorecard was written; see whether the address behind `--engine` is right, and the engine is well"
        }
        "look" => {
            "no scorecard was written; see whether whoever asks may read the tables, and whether their names are right"
        }
        _ => "no scorecard was written; mend what it says, and run the command again",
    }
}

/// The beginning of what an engine says: some print whole plans.
fn shortened(error: &str) -> String {
    let lines: Vec<&str> = error.lines().map(str::trim).filter(|line| !line.is_empty()).take(4).collect();
    let text = lines.join(" ");
    match text.char_indices().nth(600) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

/// The data sets that results are of, by the names of their statements, and those that must have been in the engine,
/// too.
pub fn answered(model: &Model, query: &Query, found: &[Found]) -> BTreeMap<DataId, String> {
    let mut answered = BTreeSet::new();
    for found in found {
        let Some(at) = found.columns.iter().position(|column| column == "merit_statement") else { continue };
        for statement in found.rows.iter().filter_map(|row| row.get(at)) {
            let name = statement.rsplit_once(' ').map_or(statement.as_str(), |(name, _)| name);
            answered.extend(model.data.iter().position(|set| set.name == name).map(DataId));
        }
    }
    complete(model, query, answered).into_iter().map(|data| (data, model.data[data.0].name.clone())).collect()
}

/// Which data sets are in the engine: those named, or those without files.
pub fn remote(
    args: &TableArgs,
    dialect: Dialect,
    model: &Model,
    query: &Query,
    options: &Options,
) -> Result<Remote, Failure> {
    let name = |data: &DataId| model.data[data.0].name.clone();
    let possible = || {
        let names: Vec<String> = can_stay(model, query).iter().map(|data| format!("`{}`", name(data))).collect();
        if names.is_empty() { "none of them can".to_string() } else { names.join(", ") }
    };
    let mut tables = BTreeMap::new();
    for table in &args.tables {
        let (data, called) = table.split_once('=').map_or((table.as_str(), None), |(data, at)| (data, Some(at)));
        if data == "all" {
            let at = |name: String| match called {
                Some(folder) if folder.contains('/') => format!("{}/{name}", folder.trim_end_matches('/')),
                Some(schema) => format!("{schema}.{name}"),
                None => name,
            };
            tables.extend(can_stay(model, query).into_iter().map(|data| (data, at(name(&data)))));
            continue;
        }
        let Some(at) = model.data.iter().position(|set| set.name == data) else {
            let near = nearest(data, model.data.iter().map(|set| set.name.as_str()));
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("these can be in an engine: {}", possible()),
            };
            return Err(Failure::with_help(format_args!("there is no data set `{data}`"), help));
        };
        tables.insert(DataId(at), called.unwrap_or(data).to_string());
    }
    if args.tables.is_empty() {
        tables.extend(without_files(model, query, options).into_iter().map(|data| (data, name(&data))));
    }
    if tables.is_empty() {
        return Err(Failure::with_help(
            "no data set is in the engine: all have files in the data folder",
            format_args!("name those that are with `--tables`; these can be: {}", possible()),
        ));
    }
    Ok(Remote { tables, decimals: args.decimals.unwrap_or(DECIMALS), ..Remote::of(dialect) })
}

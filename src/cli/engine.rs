//! Engines that hold large tables: which data sets they hold, and how they are asked.

#[cfg(feature = "postgres")]
mod postgres;
mod results;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

pub use self::results::results;
use super::args::{DialectName, TableArgs};
use super::exit::Failure;
use crate::data::warehouse::{DECIMALS, Dialect, Found, Kind, Relation, Remote, Script, can_stay, complete};
use crate::data::{Options, without_files};
use crate::model::Model;
use crate::model::data::DataId;
use crate::nearest::nearest;
use crate::plan::query::Query;

#[cfg(not(feature = "postgres"))]
mod postgres {
    use super::{Failure, Found, Script};

    pub fn run(_: &str, _: &Script) -> Result<Vec<Found>, Failure> {
        Err(Failure::with_help(
            "this program was built without the way to PostgreSQL",
            "build `merit` with `--features postgres`, or run the statements of `merit sql` with `psql`",
        ))
    }
}

/// Where an engine is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Engine {
    pub dialect: Dialect,
    /// A database file, or the address of a master.
    target: String,
}

impl Engine {
    /// `duckdb:FILE`, `postgres://name@host/database`, `spark://host:port`, `sc://host:port`, `spark:local[2]`
    pub fn parse(url: &str) -> Result<Engine, String> {
        let engine = |dialect, target: &str| Ok(Engine { dialect, target: target.to_string() });
        match url.split_once(':') {
            Some(("duckdb", file)) if !file.is_empty() => engine(Dialect::DuckDb, file),
            Some(("postgres" | "postgresql", rest)) if rest.starts_with("//") => engine(Dialect::Postgres, url),
            Some(("sc" | "spark", rest)) if rest.starts_with("//") => engine(Dialect::Spark, url),
            Some(("spark", master)) if !master.is_empty() => engine(Dialect::Spark, master),
            _ => Err("write `duckdb:FILE`, `postgres://NAME@HOST/DATABASE`, `spark://HOST:PORT`, `sc://HOST:PORT` or \
                      `spark:local[2]`"
                .into()),
        }
    }

    /// The file of a database that is one.
    pub fn file(&self) -> Option<&Path> {
        (self.dialect == Dialect::DuckDb).then(|| Path::new(&self.target))
    }

    /// Runs a script there.
    pub fn run(&self, script: &Script) -> Result<Vec<Found>, Failure> {
        if self.dialect == Dialect::Postgres {
            return postgres::run(&self.target, script);
        }
        let engine = if self.dialect == Dialect::Spark { "spark" } else { "duckdb" };
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
            match self.dialect {
                // A view of very many literals would take Spark longer than the rows themselves.
                Dialect::Spark => json!({"name": relation.name, "columns": columns, "rows": relation.rows}),
                _ => json!({"sql": script.making(relation)}),
            }
        };
        let settings: BTreeMap<String, String> = std::env::var("MERIT_SPARK_CONF")
            .unwrap_or_default()
            .split_whitespace()
            .filter_map(|setting| setting.split_once('='))
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect();
        let job = json!({
            "engine": engine,
            "target": self.target,
            "settings": settings,
            "session": self.dialect.settings(),
            "relations": script.relations.iter().map(relation).collect::<Vec<_>>(),
            "statements": script.statements.iter().map(|one| json!({"name": one.name, "sql": one.sql})).collect::<Vec<_>>(),
        });
        self.driven(&job)
    }

    fn driven(&self, job: &Value) -> Result<Vec<Found>, Failure> {
        let python = std::env::var("MERIT_PYTHON").unwrap_or_else(|_| "python3".into());
        let name = self.dialect.name();
        let no_python = |error: std::io::Error| {
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
            .map_err(no_python)?;
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let text = job.to_string();
        let (answers, said) = std::thread::scope(|scope| {
            // Each pipe is read or written by itself, so that none waits for another.
            scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(text.as_bytes())));
            let said = scope.spawn(move || {
                let mut said = Vec::new();
                stderr.map(|mut stderr| stderr.read_to_end(&mut said));
                String::from_utf8_lossy(&said).into_owned()
            });
            let answers = stdout.map(|stdout| self.answers(&mut BufReader::new(stdout)));
            (answers, said.join().unwrap_or_default())
        });
        let _ = child.wait();
        match answers {
            Some(Some(answers)) => answers,
            _ => {
                let last: Vec<&str> = said.lines().rev().filter(|line| !line.trim().is_empty()).take(3).collect();
                let last: Vec<&str> = last.into_iter().rev().collect();
                Err(Failure::with_help(
                    format_args!("{name} ended before it had answered: {}", last.join(" / ")),
                    "no scorecard was written; run the command again when the engine is well",
                ))
            }
        }
    }

    /// What comes back; `None` where it breaks off.
    fn answers(&self, lines: &mut dyn BufRead) -> Option<Result<Vec<Found>, Failure>> {
        let name = self.dialect.name();
        let mut found: Vec<Found> = Vec::new();
        for line in lines.lines() {
            match serde_json::from_str::<Value>(&line.ok()?).ok()? {
                Value::Array(cells) => {
                    let cells = cells.into_iter().map(|cell| cell.as_str().unwrap_or_default().to_string()).collect();
                    found.last_mut()?.rows.push(cells);
                }
                Value::Object(says) => {
                    if let Some(module) = says.get("module").and_then(Value::as_str) {
                        return Some(Err(Failure::with_help(
                            format_args!("{name} is asked through Python, which has no `{module}`"),
                            format_args!(
                                "`pip install {module}`, or name a Python that has it in the environment variable MERIT_PYTHON"
                            ),
                        )));
                    }
                    if let Some(error) = says.get("error").and_then(Value::as_str) {
                        return Some(Err(Failure::with_help(format_args!("{name} says: {}", shortened(error)), NAMES)));
                    }
                    if says.contains_key("done") {
                        return Some(Ok(found));
                    }
                    let columns = says.get("columns")?.as_array()?;
                    let columns = columns.iter().filter_map(|column| column.as_str().map(str::to_string)).collect();
                    let statement = says.get("statement")?.as_str()?;
                    found.push(Found { from: format!("{name}: {statement}"), columns, rows: Vec::new() });
                }
                _ => return None,
            }
        }
        None
    }
}

/// What helps where a table or column is not there.
const NAMES: &str = "no scorecard was written; tables of the engine have the names of the data sets, or those given with \
                     `--tables`, and columns the names of the data sets' columns";

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
        let names: Vec<String> =
            can_stay(model, query, options).iter().map(|data| format!("`{}`", name(data))).collect();
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
            tables.extend(can_stay(model, query, options).into_iter().map(|data| (data, at(name(&data)))));
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
    Ok(Remote { tables, dialect, decimals: args.decimals.unwrap_or(DECIMALS) })
}

impl From<DialectName> for Dialect {
    fn from(name: DialectName) -> Dialect {
        match name {
            DialectName::Duckdb => Dialect::DuckDb,
            DialectName::Postgres => Dialect::Postgres,
            DialectName::Spark => Dialect::Spark,
        }
    }
}

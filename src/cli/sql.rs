//! `merit sql`

use std::fmt::Write as _;

use super::args::SqlArgs;
use super::engine::remote;
use super::exit::{Exit, Failure};
use super::open::{Telling, open, refuse};
use super::out;
use crate::data::warehouse::{Dialect, Exchange, Script, answer_with, least_version};
use crate::diagnostic::Diagnostic;
use crate::plan::plans;
use crate::visible::Form;

pub fn run(args: &SqlArgs) -> Result<Exit, Failure> {
    const UNDONE: &str = "no statement was written";
    let telling = Telling { color: args.color, undone: UNDONE, document: None };
    let opened = match open(&args.specs, (args.data.as_deref(), args.links), telling)? {
        Ok(opened) => opened,
        Err(exit) => return Ok(exit),
    };
    let (model, options) = (opened.model(), &opened.options);
    let refuse =
        |diagnostics: &[Diagnostic]| Ok(refuse((&opened.project.sources, opened.project.files), diagnostics, telling));
    let plans = match plans(model, &args.periods()) {
        Ok(plans) => plans,
        Err(diagnostics) => return refuse(&diagnostics),
    };
    let Some(query) = plans.first().map(|plan| plan.query.clone()) else { return Ok(Exit::Clean) };
    let remote = remote(&args.tables, args.dialect.into(), model, &query, options)?;
    let mut text = String::new();
    let mut write = |script: &Script| -> Exchange<()> {
        text = written(script, &args.specs.paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>());
        Exchange::Stop
    };
    if let Err(diagnostics) = answer_with(model, &query, options, &remote, &mut write) {
        return refuse(&diagnostics);
    }
    out::print(&text, Form::Exact, "the statements")?;
    Ok(Exit::Clean)
}

/// What a file of the user's own could have set otherwise.
const PSQL: &str = "\\set ON_ERROR_STOP on\n\\encoding UTF8\n\\timing off\n\\pset format csv\n\\pset csv_fieldsep ','\n\\pset null ''\n\\pset tuples_only off\n\\pset expanded off\n\\pset numericlocale off\n";

/// The whole script for the engine's own command line: the result of each statement becomes a file.
fn written(script: &Script, paths: &[String]) -> String {
    let mut text = String::new();
    let name = script.dialect.name();
    let _ =
        writeln!(text, "-- The row work of {} for {name}, written by Merit; plan {}.", paths.join(", "), script.plan);
    let (how, form) = match script.dialect {
        Dialect::DuckDb => ("duckdb FILE < this", "CSV"),
        Dialect::Postgres => ("psql -X DATABASE < this", "CSV"),
        Dialect::Spark => ("spark-sql -f this", "a folder of Parquet"),
    };
    let _ = writeln!(text, "-- Run it with `{how}`: each statement leaves its result behind as {form}.");
    let _ = writeln!(text, "-- Then `merit eval … --measures` with all of them computes the scorecards.");
    let [major, minor] = least_version(script.dialect);
    let _ = writeln!(text, "-- It is made for {name} {major}.{minor} and newer. All of it is one run: run all of it.");
    if script.dialect == Dialect::Postgres {
        text.push_str(PSQL);
    }
    for sql in script.opening() {
        // What is asked only for what it does shows nothing.
        let end = if script.dialect == Dialect::Postgres && sql.starts_with("SELECT") { " \\gset merit_" } else { ";" };
        let _ = writeln!(text, "{sql}{end}");
    }
    for relation in &script.relations {
        let _ = writeln!(text, "\n-- {}: {}", relation.name, relation.about);
        for sql in script.making(relation) {
            let _ = writeln!(text, "{sql};");
        }
    }
    for statement in &script.statements {
        let _ = writeln!(text, "\n-- {}", statement.name);
        for line in &statement.about {
            let _ = writeln!(text, "--   {line}");
        }
        let ending = if script.dialect == Dialect::Spark { "parquet" } else { "csv" };
        let file = format!("{}.{ending}", statement.name.replace(' ', "-"));
        let quoted = script.dialect.text(&file);
        let _ = match script.dialect {
            Dialect::DuckDb => writeln!(text, "COPY (\n{}\n) TO {quoted} (HEADER, DELIMITER ',');", statement.sql),
            Dialect::Postgres => writeln!(text, "\\o {quoted}\n{};\n\\o", statement.sql),
            // Its CSV has small numbers with exponents, and backslashes before quotes.
            Dialect::Spark => writeln!(text, "INSERT OVERWRITE DIRECTORY {quoted} USING parquet\n{};", statement.sql),
        };
    }
    if script.dialect != Dialect::Spark {
        text.push_str("\nCOMMIT;\n");
    }
    text
}

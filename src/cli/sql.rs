//! `merit sql`

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::args::SqlArgs;
use super::choices::SqlForm;
use super::engine::remote;
use super::exit::{Exit, Failure};
use super::open::{Telling, open, refuse};
use super::out;
use super::provenance::of_statements;
use crate::diagnostic::Diagnostic;
use crate::documents::Document;
use crate::plan::plans;
use crate::provenance::Provenance;
use crate::visible::Form;
use crate::warehouse::{Dialect, Exchange, Script, answer_with};

pub fn run(args: &SqlArgs) -> Result<Exit, Failure> {
    const UNDONE: &str = "no statement was written";
    let document = (args.format == SqlForm::Json).then_some(Document::Sql);
    let telling = Telling { color: args.color, undone: UNDONE, document };
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
    let remote = remote(&args.tables, args.dialect, model, &query, options)?;
    let mut text = String::new();
    let mut write = |script: &Script| -> Exchange<()> {
        text = match args.format {
            SqlForm::Sql => {
                written(script, &args.specs.paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>())
            }
            SqlForm::Json => for_programs(script, &of_statements(args, &opened.project)),
        };
        Exchange::Stop
    };
    if let Err(diagnostics) = answer_with(model, &query, options, &remote, &mut write) {
        return refuse(&diagnostics);
    }
    let form = if args.format == SqlForm::Json { Form::Json } else { Form::Exact };
    out::print(&text, form, "the statements")?;
    Ok(Exit::Clean)
}

/// The statements one by one, in the order in which they are run, for programs that keep a session open themselves.
fn for_programs(script: &Script, made: &Provenance) -> String {
    let step = |kind: &str, name: Option<&str>, about: Vec<String>, sql: &str| json!({ "kind": kind, "name": name, "about": about, "sql": sql });
    let opening = std::iter::once(script.dialect.refusing_older()).chain(script.opening());
    let mut steps: Vec<Value> = opening.map(|sql| step("setting", None, Vec::new(), &sql)).collect();
    for relation in &script.relations {
        let making = script.making(relation);
        steps.extend(making.iter().map(|sql| step("table", Some(&relation.name), vec![relation.about.clone()], sql)));
    }
    let asked = script.statements.iter();
    steps.extend(asked.map(|one| step("statement", Some(&one.name), one.about.clone(), &one.sql)));
    if script.dialect != Dialect::Spark {
        steps.push(step("end", None, Vec::new(), "COMMIT"));
    }
    let [major, minor] = script.dialect.least_version();
    let document = json!({
        "schema": Document::Sql.schema(),
        "provenance": made,
        "failure": null,
        "findings": [],
        "dialect": script.dialect.name(),
        "least_version": format!("{major}.{minor}"),
        "plan": script.plan,
        "steps": steps,
    });
    format!("{document:#}\n")
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
    let [major, minor] = script.dialect.least_version();
    let _ = writeln!(text, "-- It is made for {name} {major}.{minor} and newer. All of it is one run: run all of it.");
    if script.dialect == Dialect::Postgres {
        text.push_str(PSQL);
    }
    for sql in std::iter::once(script.dialect.refusing_older()).chain(script.opening()) {
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

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
use crate::warehouse::{Ask, Exchange, Script, answer_with};

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
    let mut write = |asked: Ask| -> Exchange<()> {
        let Ask::Script(script) = asked else { return Exchange::Stop };
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
    let dialect = script.dialect;
    steps.extend(
        script.reads.iter().map(|one| step("table", Some(&one.name), vec![one.about.clone()], &one.sql(dialect))),
    );
    let asked = script.statements.iter();
    steps.extend(asked.map(|one| step("statement", Some(&one.name), one.about.clone(), &one.sql)));
    steps.extend(script.dialect.ending().map(|sql| step("end", None, Vec::new(), sql)));
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

/// What is called by number, and where it stands what a number means.
const LEGEND: &str = "\
-- How to read it: above each statement its aggregates are numbered. `rows_3` is how many rows aggregate 3 takes, `blanks_3` how
-- many of them have no value, `value_3` what they come to. `months` and `group_1` are numbers, too: what they stand for is said
-- there; of teams and posts in the tables `merit_teams` and `merit_posts_…`, beside the keys of teams and people. The line whose
-- `total` is not 0 is that of all rows together.
";

/// The whole script for the engine's own command line: the result of each statement becomes a file.
fn written(script: &Script, paths: &[String]) -> String {
    let mut text = String::new();
    let engine = script.dialect;
    let name = engine.name();
    let _ =
        writeln!(text, "-- The row work of {} for {name}, written by Merit; plan {}.", paths.join(", "), script.plan);
    let (how, form) = (engine.command(), engine.leaves());
    let _ = writeln!(text, "-- Run it with `{how}`: each statement leaves its result behind as {form}.");
    let _ = writeln!(text, "-- Then `merit eval … --measures` with all of them computes the scorecards.");
    let [major, minor] = engine.least_version();
    let _ = writeln!(text, "-- It is made for {name} {major}.{minor} and newer. All of it is one run: run all of it.");
    text.push_str(LEGEND);
    text.push_str(engine.pinned());
    for sql in std::iter::once(engine.refusing_older()).chain(script.opening()) {
        let _ = writeln!(text, "{}", engine.silent(&sql));
    }
    for relation in &script.relations {
        let _ = writeln!(text, "\n-- {}: {}", relation.name, relation.about);
        for sql in script.making(relation) {
            let _ = writeln!(text, "{sql};");
        }
    }
    for read in &script.reads {
        let _ = writeln!(text, "\n-- {}: {}\n{};", read.name, read.about, read.sql(engine));
    }
    for statement in &script.statements {
        let _ = writeln!(text, "\n-- {}", statement.name);
        for line in &statement.about {
            let _ = writeln!(text, "--   {line}");
        }
        let _ = writeln!(text, "{}", engine.to_file(&statement.sql, &statement.name.replace(' ', "-")));
    }
    if let Some(sql) = engine.ending() {
        let _ = writeln!(text, "\n{sql};");
    }
    text
}

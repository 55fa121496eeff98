//! What an engine found: checked, and put where the local engine would have put it.

use std::collections::BTreeMap;

use super::answer::{Answer, Found, Straddling};
use super::rows::Link;
use super::session::{PLAN_COLUMN, ROWS_COLUMN, RUN_COLUMN, STATEMENT_COLUMN};
use super::statement::Written;
use super::{Remote, Script, Statement, findings, lists, sums};
use crate::data::measures::job::Job;
use crate::data::measures::measure::Evaluation;
use crate::data::rows::table::Table;
use crate::diagnostic::{Code, DataPlace, Diagnostic};
use crate::model::Model;
use crate::model::data::{ColumnIx, DataId};
use crate::plan::query::Query;
use crate::time::Months;

/// All answers, in the order of the statements.
pub struct Answered<'a> {
    written: &'a [Written],
    answers: Vec<Answer<'a>>,
}

impl<'a> Answered<'a> {
    /// Refuses results of something else, and missing ones.
    pub fn new(script: &Script, written: &'a [Written], found: &'a [Found]) -> Result<Answered<'a>, Vec<Diagnostic>> {
        Ok(Answered { written, answers: sorted(script, found)? })
    }

    /// What is known of the tables whose rows stayed away; or what is wrong with them.
    pub fn tables(
        &self,
        model: &Model,
        query: &Query,
        strict: bool,
        remote: &Remote,
    ) -> Result<Vec<Table>, Vec<Diagnostic>> {
        let (mut errors, mut tables) = (Vec::new(), Vec::new());
        let mut straddling = Straddling::default();
        for (shape, answer) in self.written.iter().zip(&self.answers) {
            if let Written::Checks(data, expected) = shape {
                match findings::take_in((model, query), *data, expected, answer, strict, &mut straddling, &mut errors) {
                    Ok(table) => {
                        errors.extend(glanced_otherwise(model, remote, &table, answer).map(|why| *why));
                        tables.push(table);
                    }
                    Err(why) => errors.push(*why),
                }
            }
        }
        errors.extend(straddles(&straddling, model));
        if errors.is_empty() {
            errors.extend(self.counted_otherwise(model, &tables).map(|why| *why));
        }
        if errors.is_empty() { Ok(tables) } else { Err(errors) }
    }

    /// Sums of other rows than those that were checked: the table has changed between the statements.
    fn counted_otherwise(&self, model: &Model, tables: &[Table]) -> Option<Box<Diagnostic>> {
        let rows = |data: &DataId| tables.iter().find(|table| table.data == *data).map(|table| table.files[0].rows);
        self.written.iter().zip(&self.answers).find_map(|(shape, answer)| {
            let (Written::Cells { read, .. } | Written::List { read, .. }) = shape else { return None };
            let checked: Vec<String> =
                read.iter().map(|data| rows(data).map_or_else(String::new, |rows| rows.to_string())).collect();
            let one = |row: &&[String]| match answer.cell(row, ROWS_COLUMN) {
                Err(why) => Some(why),
                Ok(told) => {
                    let told: Vec<&str> = told.split(' ').collect();
                    let other = (0..read.len()).find(|at| told.get(*at).copied() != Some(checked[*at].as_str()))?;
                    let (name, there) = (&model.data[read[other].0].name, told.get(other).copied().unwrap_or("no"));
                    Some(answer.broken(&format!(
                        "`{name}` had {} rows when it was checked, and {there} when it was added up",
                        checked[other]
                    )))
                }
            };
            answer.rows.iter().find_map(one)
        })
    }

    /// Puts what was added up into the evaluation.
    ///
    /// Gives the rows whose links have led to the row of another day.
    pub fn take_in(
        &self,
        evaluation: &mut Evaluation,
        jobs: &[(DataId, Vec<Job>)],
    ) -> Result<BTreeMap<Link, u64>, Vec<Diagnostic>> {
        let mut others = BTreeMap::new();
        let mut straddling = Straddling::default();
        for (shape, answer) in self.written.iter().zip(&self.answers) {
            let taken = match shape {
                Written::Checks(..) => Ok(()),
                Written::Cells { of, times, families, groups, .. } => {
                    let job = &jobs[of.0].1[of.1];
                    sums::take_in(evaluation, job, answer, times, families, groups, &mut straddling)
                }
                Written::List { of, family, keeps, measures, over, .. } => {
                    let job = &jobs[of.0].1[of.1];
                    lists::take_in(evaluation, job, (*family, *keeps), measures, *over, answer, &mut straddling)
                }
            };
            taken.map_err(|why| vec![*why])?;
            if let Written::Cells { others: links, .. } | Written::List { others: links, .. } = shape {
                answer.other_days(links, &mut others).map_err(|why| vec![*why])?;
            }
        }
        let errors = straddles(&straddling, evaluation.world.model);
        if errors.is_empty() { Ok(others) } else { Err(errors) }
    }
}

/// Other rows than those that were glanced at.
fn glanced_otherwise(model: &Model, remote: &Remote, table: &Table, answer: &Answer) -> Option<Box<Diagnostic>> {
    let (name, rows) = (&model.data[table.data.0].name, table.files[0].rows as u64);
    let glanced = remote.glanced.get(&table.data)?.rows;
    (glanced != rows).then(|| {
        answer
            .broken(&format!("`{name}` had {glanced} rows when it was first looked at, and {rows} when it was checked"))
    })
}

fn straddles(straddling: &Straddling, model: &Model) -> Vec<Diagnostic> {
    let error = |((data, column, window), rows, first): ((DataId, ColumnIx, Months), u64, String)| {
        findings::straddling(&model.data[data.0], column, window, rows, &first)
    };
    straddling.met().map(error).collect()
}

/// The answers in the order of the statements; refuses results of something else, and missing ones.
fn sorted<'a>(script: &Script, found: &'a [Found]) -> Result<Vec<Answer<'a>>, Vec<Diagnostic>> {
    let mut errors = Vec::new();
    let mut answers: BTreeMap<&str, Answer> = BTreeMap::new();
    // By the mark of a run, which of the results came of it.
    let mut runs: BTreeMap<&str, &str> = BTreeMap::new();
    for found in found {
        let column = |name: &str| found.columns.iter().position(|column| column == name);
        let place = || DataPlace { file: found.from.clone(), ..DataPlace::default() };
        let no_results = |what: &str| {
            Diagnostic::new(Code::OtherMeasures, format!("`{}` {what}", found.from))
                .in_data(place())
                .help("give the results of the statements that `merit sql` prints, each with its header")
        };
        let known = (column(PLAN_COLUMN), column(STATEMENT_COLUMN), column(RUN_COLUMN));
        let (Some(plan), Some(name), Some(run)) = known else {
            errors.push(no_results(
                "holds no results: it has no columns `merit_plan`, `merit_statement` and `merit_run`",
            ));
            continue;
        };
        if found.rows.is_empty() {
            errors.push(no_results("has no row; every statement gives at least one"));
            continue;
        }
        let cell = |row: &'a [String], at: usize| row.get(at).map_or("", String::as_str);
        if let Some(other) = found.rows.iter().map(|row| cell(row, plan)).find(|other| *other != script.plan) {
            errors.push(
                Diagnostic::new(
                    Code::OtherMeasures,
                    format!("the results in `{}` belong to other specs, another period, or other files", found.from),
                )
                .in_data(place())
                .note(format!("they are of the plan {other}, and this one is {}", script.plan))
                .help("run the statements of `merit sql` once more, with the same specs, period and data folder"),
            );
            continue;
        }
        for row in &found.rows {
            runs.entry(cell(row, run)).or_insert(found.from.as_str());
        }
        let columns: BTreeMap<&str, usize> =
            found.columns.iter().enumerate().map(|(at, column)| (column.as_str(), at)).collect();
        for row in &found.rows {
            let answer = answers.entry(cell(row, name)).or_insert_with(|| Answer {
                from: &found.from,
                columns: columns.clone(),
                rows: Vec::new(),
            });
            if answer.columns != columns {
                errors.push(no_results(&format!("has other columns than `{}`", answer.from)));
                break;
            }
            answer.rows.push(row);
        }
    }
    if errors.is_empty() && runs.len() > 1 {
        errors.push(several_runs(&runs));
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let missing: Vec<&Statement> =
        script.statements.iter().filter(|statement| !answers.contains_key(statement.name.as_str())).collect();
    if !missing.is_empty() {
        let names: Vec<String> = missing.iter().map(|statement| format!("`{}`", statement.name)).collect();
        return Err(vec![
            Diagnostic::new(Code::OtherMeasures, format!("results are missing of {}", names.join(", ")))
                .help("give the results of all statements of `merit sql`: `--measures FILE FILE …`"),
        ]);
    }
    Ok(script.statements.iter().filter_map(|statement| answers.remove(statement.name.as_str())).collect())
}

/// Results of several runs: the checks of one would stand for the sums of another.
fn several_runs(runs: &BTreeMap<&str, &str>) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(
        Code::OtherMeasures,
        format!(
            "the results come from {} runs of the statements, so that what was checked may not be what was added up",
            runs.len()
        ),
    )
    .help("run all statements of `merit sql` once more, and give the results of that run alone");
    for (run, from) in runs {
        // The rest of the mark tells runs of one second apart.
        let time = run.split_once(" UTC").map_or("an unknown time", |(time, _)| time);
        diagnostic = diagnostic
            .in_data(DataPlace { file: from.to_string(), ..DataPlace::default() })
            .note(format!("`{from}` is of a run of {time} UTC"));
    }
    diagnostic
}

/// When the run began that all results are of.
pub fn run_of(found: &[Found]) -> Option<String> {
    let found = found.iter().find(|found| !found.rows.is_empty())?;
    let at = found.columns.iter().position(|column| column == RUN_COLUMN)?;
    found.rows[0].get(at)?.split_once(" UTC").map(|(time, _)| format!("{time} UTC"))
}

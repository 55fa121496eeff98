//! The statements for the tables of an engine: one that checks the rows, one that adds them up, and one for each
//! aggregate that cannot be added up (distinct values, medians, the latest).

use std::collections::BTreeSet;

use super::choose::refused;
use super::dialect::Dialect;
use super::rows::{Before, Known, read_name};
use super::{checks, lists, sums};
use crate::data::measure::{Family, Job};
use crate::diagnostic::Diagnostic;
use crate::model::data::{Column, ColumnIx, ColumnType, DataId};
use crate::plan::query::Group;
use crate::syntax::tree::AggregateFunction;
use crate::time::Months;

/// Stands for the plan's fingerprint until that is known.
pub const PLAN: &str = "{the plan}";

/// The columns that every result begins with.
pub const PLAN_COLUMN: &str = "merit_plan";
pub const STATEMENT_COLUMN: &str = "merit_statement";

/// One question to an engine.
#[derive(Clone, Debug)]
pub struct Statement {
    /// The data set, and which of its statements it is.
    pub name: String,
    pub data: DataId,
    /// What it is for, a line each.
    pub about: Vec<String>,
    /// Without a semicolon.
    pub sql: String,
}

/// What the rows of a statement's answer are.
#[derive(Clone, Debug)]
pub enum Written {
    Checks(DataId, Vec<ColumnIx>),
    /// Sums by group and run of months.
    Cells {
        of: (usize, usize),
        segments: Vec<Months>,
        families: Vec<CellFamily>,
        groups: Vec<Group>,
    },
    /// One aggregate that cannot be added up, for each of its windows and groups.
    List {
        of: (usize, usize),
        family: usize,
    },
}

/// A family in a statement of sums.
#[derive(Clone, Debug)]
pub struct CellFamily {
    pub family: usize,
    /// The place of its group among the statement's; `None` for all rows.
    pub group: Option<usize>,
}

type Answer<T> = Result<T, Refused>;

/// What an engine cannot compute: the data sets concerned, and what to say about it.
#[derive(Debug, Default)]
pub struct Refused {
    pub data: BTreeSet<DataId>,
    pub findings: Vec<Diagnostic>,
}

/// Writes all statements, those of each data set together.
pub fn write<'a>(
    known: &Known<'a>,
    needed: &[(DataId, Vec<ColumnIx>)],
    jobs: &[(DataId, Vec<Job<'a>>)],
) -> Answer<(Vec<Statement>, Vec<Written>)> {
    let (mut statements, mut written, mut errors) = (Vec::new(), Vec::new(), Refused::default());
    for (at, (data, jobs)) in jobs.iter().enumerate() {
        let columns = needed.iter().find(|(id, _)| id == data).map_or(&[][..], |(_, columns)| columns);
        let checks = checks::statement(known, *data, columns);
        written.push(Written::Checks(*data, columns.to_vec()));
        statements.push(checks);
        let mut number = 0;
        for (job_at, job) in jobs.iter().enumerate() {
            let mut sums = Vec::new();
            for (family_at, family) in job.families.iter().enumerate() {
                if is_sum(family.function) {
                    sums.push(family_at);
                    continue;
                }
                number += 1;
                let name = format!("{} {number}", known.set(*data).name);
                match lists::statement(known, job, family, &name) {
                    Ok(sql) => {
                        statements.push(Statement { name, data: *data, about: about(known, &[family]), sql });
                        written.push(Written::List { of: (at, job_at), family: family_at });
                    }
                    Err(why) => refused(known, family, &why, &mut errors),
                }
            }
            // Groups by the keys of another data set are many: each has a statement of its own.
            let (keyed, plain): (Vec<usize>, Vec<usize>) =
                sums.into_iter().partition(|family| matches!(job.families[*family].group, Group::Key { .. }));
            let mut together = vec![plain];
            for family in keyed {
                let same = |families: &Vec<usize>| {
                    families.first().is_some_and(|first| job.families[*first].group == job.families[family].group)
                };
                match together.iter_mut().skip(1).find(|families| same(families)) {
                    Some(families) => families.push(family),
                    None => together.push(vec![family]),
                }
            }
            for families in together.into_iter().filter(|families| !families.is_empty()) {
                number += 1;
                let name = format!("{} {number}", known.set(*data).name);
                let before = errors.findings.len();
                let (sql, shape) = sums::statement(known, job, &families, &name, (at, job_at), &mut errors);
                if errors.findings.len() == before {
                    let all: Vec<&Family> = families.iter().map(|family| &job.families[*family]).collect();
                    statements.push(Statement { name, data: *data, about: about(known, &all), sql });
                    written.push(shape);
                }
            }
        }
    }
    if errors.findings.is_empty() { Ok((statements, written)) } else { Err(errors) }
}

/// Whether answers of parts can be added up.
pub fn is_sum(function: AggregateFunction) -> bool {
    use AggregateFunction::*;
    matches!(function, Count | Sum | Average | Share | Min | Max)
}

/// For each aggregate the KPIs it serves.
fn about(known: &Known, families: &[&Family]) -> Vec<String> {
    let mut lines = Vec::new();
    for (at, family) in families.iter().enumerate() {
        let mut kpis: Vec<&str> = family
            .measures
            .iter()
            .flat_map(|(id, _)| known.query.serves.get(id.0).into_iter().flatten())
            .map(|kpi| known.model.kpis[kpi.0].name.as_str())
            .collect();
        kpis.sort_unstable();
        kpis.dedup();
        let group = match family.group {
            Group::Company => "all rows".to_string(),
            Group::Team { .. } => "by team".to_string(),
            Group::Own { .. } => "by person and post".to_string(),
            Group::Key { data, .. } => format!("by {}", known.set(*data).row.singular),
        };
        let serves = if kpis.is_empty() { "a scorecard".to_string() } else { kpis.join(", ") };
        lines.push(format!("{}: {}, {group}, for {serves}", at + 1, function_words(family.function)));
    }
    lines
}

pub fn function_words(function: AggregateFunction) -> &'static str {
    use AggregateFunction::*;
    match function {
        Count => "count",
        Sum => "sum",
        Average => "average",
        Share => "share",
        Min => "min",
        Max => "max",
        Median => "median",
        Percentile => "percentile",
        Latest => "latest",
        Only => "only",
        CountDistinct => "count distinct",
    }
}

// ---------------------------------------------------------------- what stands in front

/// The tables read and the inner aggregates, as the beginning of a statement.
fn with(known: &Known, before: &Before) -> Vec<String> {
    let d = known.dialect;
    let mut parts = Vec::new();
    for (data, columns) in &before.reads {
        let set = known.set(*data);
        let lines: Vec<String> = columns
            .iter()
            .map(|column| {
                let declared = set.column(*column);
                let name = d.name_of(&declared.name);
                format!("    {} AS {name}", typed(known, declared, &name))
            })
            .collect();
        // A table may be read for its rows alone.
        let lines = if lines.is_empty() { "    1 AS one_row".to_string() } else { lines.join(",\n") };
        let table = d.table(&known.remote.tables[data]);
        parts.push(format!("{} AS (\n  SELECT\n{lines}\n  FROM {table}\n)", d.name_of(&read_name(&set.name))));
    }
    for (id, sql) in &before.inner {
        parts.push(format!("{} AS (\n  {}\n)", d.name_of(&format!("inner_{}", id.0)), sql.replace('\n', "\n  ")));
    }
    parts
}

/// A cell in the type of its column; `NULL` where it is blank or cannot be read.
pub fn typed(known: &Known, declared: &Column, cell: &str) -> String {
    let d = known.dialect;
    match &declared.ty {
        ColumnType::Number { cell_factor, .. } => {
            let number = d.number(cell, known.remote.decimals);
            match cell_factor {
                Some(factor) if *factor != crate::number::Number::ONE => format!("{number} * {factor}"),
                _ => number,
            }
        }
        ColumnType::Date => d.date(cell),
        ColumnType::Flag => {
            let case = |text: &str, flag: &str| format!(" WHEN {} THEN {flag}", d.text(text));
            let yes = ["yes", "y", "true", "t", "1", "是"].map(|text| case(text, "TRUE")).concat();
            let no = ["no", "n", "false", "f", "0", "否"].map(|text| case(text, "FALSE")).concat();
            format!("CASE LOWER({}){yes}{no} END", d.cell(cell))
        }
        ColumnType::Choice(choices) => {
            let mut cases = String::new();
            for choice in choices {
                let all = std::iter::once(&choice.name).chain(&choice.texts);
                for text in all.map(|text| text.trim()).collect::<BTreeSet<&str>>() {
                    cases.push_str(&format!(" WHEN {} THEN {}", d.text(text), d.text(&choice.name)));
                }
            }
            format!("CASE {}{cases} END", d.cell(cell))
        }
        ColumnType::Text | ColumnType::Position | ColumnType::Period | ColumnType::Link { .. } => d.cell(cell),
    }
}

pub fn head(name: &str, dialect: Dialect) -> String {
    format!("{} AS {PLAN_COLUMN}, {} AS {STATEMENT_COLUMN}", dialect.text(PLAN), dialect.text(name))
}

pub fn assembled(known: &Known, before: &Before, more: Vec<String>, select: &str) -> String {
    let mut parts = with(known, before);
    parts.extend(more);
    format!("WITH {}\n{select}", parts.join(", "))
}

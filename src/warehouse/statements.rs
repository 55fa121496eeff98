//! The statements for the tables of an engine: one that checks the rows, one that adds them up, and one for each
//! aggregate that cannot be added up (distinct values, medians, the latest).

use std::collections::BTreeSet;

use super::choose::refused;
use super::rows::{Before, Known, Link, by_day_name, read_name};
use super::{checks, lists, sums};
use crate::data::measures::job::{Family, Job};
use crate::data::tables::shape::{ALWAYS_AFTER, ALWAYS_BEFORE};
use crate::diagnostic::Diagnostic;
use crate::language::AggregateFunction;
use crate::model::data::{ColumnIx, DataId, TimeShape};
use crate::plan::query::{Group, MeasureId, Rows};
use crate::time::Months;

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
    Checks(DataId, Vec<checks::Expected>),
    /// Sums by group and time.
    Cells {
        of: (usize, usize),
        times: Times,
        families: Vec<CellFamily>,
        groups: Vec<Group>,
        read: Vec<DataId>,
        others: Vec<Link>,
    },
    /// One aggregate that cannot be added up, for some of its measures (their places) and all groups.
    List {
        of: (usize, usize),
        family: usize,
        measures: Vec<usize>,
        /// What its values are still to be divided by.
        over: u64,
        read: Vec<DataId>,
        others: Vec<Link>,
    },
}

/// What the column `months` of sums holds.
#[derive(Clone, Debug)]
pub enum Times {
    /// The number of a run of months; of none, where rows are not dated.
    Runs(Vec<Months>),
    /// The period that rows are dated by.
    Periods,
}

/// A family in a statement of sums.
#[derive(Clone, Debug)]
pub struct CellFamily {
    pub family: usize,
    /// The place of its group among the statement's; `None` for all rows.
    pub group: Option<usize>,
    /// What its sums are still to be divided by.
    pub over: u64,
}

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
) -> Result<(Vec<Statement>, Vec<Written>), Refused> {
    let mut errors = Refused::default();
    known.refuse_computed(needed, &mut errors);
    if !errors.findings.is_empty() {
        return Err(errors);
    }
    let sums: Vec<_> =
        jobs.iter().enumerate().map(|(at, (data, jobs))| of_data(known, at, *data, jobs, &mut errors)).collect();
    if !errors.findings.is_empty() {
        return Err(errors);
    }
    let mut all = Vec::new();
    for ((data, _), sums) in jobs.iter().zip(sums) {
        let columns = needed.iter().find(|(id, _)| id == data).map_or(&[][..], |(_, columns)| columns);
        let (statement, expected) = checks::statement(known, *data, columns);
        all.push((statement, Written::Checks(*data, expected)));
        all.extend(sums);
    }
    Ok(all.into_iter().unzip())
}

/// The statements that compute something of a data set.
fn of_data<'a>(
    known: &Known<'a>,
    at: usize,
    data: DataId,
    jobs: &[Job<'a>],
    errors: &mut Refused,
) -> Vec<(Statement, Written)> {
    let mut all = Vec::new();
    let mut number = 0;
    let mut next_name = || {
        number += 1;
        format!("{} {number}", known.set(data).name)
    };
    for (job_at, job) in jobs.iter().enumerate() {
        let mut sums = Vec::new();
        for (family_at, family) in job.families.iter().enumerate() {
            if is_sum(family) {
                sums.push(family_at);
                continue;
            }
            // Percentiles of the same values at several fractions are one family.
            let fraction = |place: &usize| &known.query.measures[family.measures[*place].0.0].fraction;
            let mut alike: Vec<Vec<usize>> = Vec::new();
            for place in 0..family.measures.len() {
                match alike.iter_mut().find(|places| fraction(&places[0]) == fraction(&place)) {
                    Some(places) => places.push(place),
                    None => alike.push(vec![place]),
                }
            }
            for measures in alike {
                let name = next_name();
                match lists::statement(known, job, family, &measures, &name) {
                    Ok(lists::Listed { sql, read, others, over }) => {
                        let about =
                            vec![about(known, 1, family, measures.iter().map(|place| family.measures[*place].0))];
                        let written =
                            Written::List { of: (at, job_at), family: family_at, measures, read, others, over };
                        all.push((Statement { name, data, about, sql }, written));
                    }
                    Err(why) => refused(known, family, &why, errors),
                }
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
            let name = next_name();
            if let Some((sql, written)) = sums::statement(known, job, &families, &name, (at, job_at), errors) {
                let about = families.iter().enumerate().map(|(at, family)| {
                    let family = &job.families[*family];
                    about(known, at + 1, family, family.measures.iter().map(|(id, _)| *id))
                });
                all.push((Statement { name, data, about: about.collect(), sql }, written));
            }
        }
    }
    all
}

/// Whether answers of parts can be added up.
fn is_sum(family: &Family) -> bool {
    use AggregateFunction::*;
    matches!(family.function, Count | Sum | Average | Share | Min | Max) && !family.by_keys
}

/// An aggregate with the KPIs that some of its measures serve.
fn about(known: &Known, number: usize, family: &Family, measures: impl Iterator<Item = MeasureId>) -> String {
    let measures: Vec<MeasureId> = measures.collect();
    let serves = |id: &MeasureId| known.query.serves.get(id.0).into_iter().flatten();
    let kpis = measures.iter().flat_map(serves).map(|kpi| known.model.kpis[kpi.0].name.as_str());
    let kpis: BTreeSet<&str> = kpis.collect();
    let group = match family.group {
        Group::Company => "all rows".to_string(),
        Group::Team { .. } => "by team".to_string(),
        Group::Own { .. } => "by person and post".to_string(),
        Group::Key { data, .. } => format!("by {}", known.set(*data).row.singular),
    };
    let rows = match measures.first().map(|id| &known.query.measures[id.0].rows) {
        Some(Rows::HeldOn(day)) => format!(", held on {day}"),
        Some(Rows::HeldDuring(first, last)) => format!(", held between {first} and {last}"),
        Some(Rows::Newest(first, last)) => format!(", of the newest stock between {first} and {last}"),
        Some(Rows::TakenDuring(first, last)) => format!(", of all stock between {first} and {last}"),
        Some(Rows::All | Rows::Dated { .. }) | None => String::new(),
    };
    let serves = match kpis.is_empty() {
        true => "a scorecard".to_string(),
        false => kpis.into_iter().collect::<Vec<_>>().join(", "),
    };
    format!("{number}: {}, {group}{rows}, for {serves}", function_words(family.function))
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
    let mut parts = known.tables_read(before);
    parts.extend(before.by_day.iter().map(|data| by_day(known, *data)));
    parts.extend(before.more.iter().cloned());
    for (id, sql) in &before.inner {
        parts.push(format!("{} AS (\n  {}\n)", d.name_of(&format!("inner_{}", id.0)), sql.replace('\n', "\n  ")));
    }
    parts
}

/// The rows of a table with the days on which links find them: before its first row a key stands for that, in a gap
/// for the row before it.
fn by_day(known: &Known, data: DataId) -> String {
    let (d, set) = (known.dialect, known.set(data));
    let name = |column: &ColumnIx| d.name_of(&set.column(*column).name);
    let (begins, ends) = match &set.time {
        TimeShape::Valid { from, to } => (from, to.as_ref()),
        TimeShape::Snapshot(taken) => (taken, None),
        TimeShape::Always | TimeShape::Dated(_) => return String::new(),
    };
    let begins = name(begins);
    let ends = ends.map_or(d.day(ALWAYS_AFTER), |ends| format!("COALESCE({}, {})", name(ends), d.day(ALWAYS_AFTER)));
    let key: Vec<String> = set.key.iter().map(name).collect();
    format!(
        "{} AS (\n  SELECT *,\n    CASE WHEN LAG({begins}) OVER w IS NULL THEN {} ELSE {begins} END AS merit_since,\n    \
         COALESCE({}, {}) AS merit_until, {begins} AS merit_from, {ends} AS merit_to\n  FROM {}\n  WINDOW w AS (PARTITION BY {} ORDER BY {begins})\n)",
        d.name_of(&by_day_name(&set.name)),
        d.day(ALWAYS_BEFORE),
        d.later(&format!("LEAD({begins}) OVER w"), -1),
        d.day(ALWAYS_AFTER),
        d.name_of(&read_name(&set.name)),
        key.join(", "),
    )
}

/// The tables of the engine that a statement reads.
pub fn tables_read(known: &Known, before: &Before) -> Vec<DataId> {
    known.all_reads(before).into_keys().collect()
}

pub fn assembled(known: &Known, before: &Before, more: Vec<String>, select: &str) -> String {
    let mut parts = with(known, before);
    parts.extend(more);
    format!("WITH {}\n{select}", parts.join(", "))
}

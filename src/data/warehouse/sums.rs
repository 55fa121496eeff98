//! Sums, counts, averages, least and greatest: by group and run of months, as what is added up can be put together
//! for every window.

use std::collections::BTreeSet;

use super::Cannot;
use super::choose::refused;
use super::results::{Answer, Checked, ValueKind, code, day_of, exact, kind};
use super::rows::{Before, Known, Sql, Type};
use super::statements::{CellFamily, Refused, Written, assembled, head};
use crate::data::measure::{Evaluation, Family, Job};
use crate::data::scan::Found;
use crate::data::store::Part;
use crate::model::data::DataId;
use crate::plan::query::{Group, NodeId, Rows};
use crate::syntax::tree::AggregateFunction;
use crate::time::{Month, Months};
use crate::value::Value;

/// The rows of a job that lie in the windows of some families, with the columns that are added up.
pub fn statement(
    known: &Known,
    job: &Job,
    families: &[usize],
    name: &str,
    of: (usize, usize),
    errors: &mut Refused,
) -> (String, Written) {
    let d = known.dialect;
    let data = known.world.tables[job.table].data;
    let mut before = Before::default();
    let first = &job.families[families[0]];
    let measure = |family: &Family| family.measures.first().map(|(id, _)| &known.query.measures[id.0]);
    let rows = measure(first).map_or(Rows::All, |measure| measure.rows.clone());
    let by_day = matches!(rows, Rows::Dated { .. });
    let mut scope = known.scope(data, &rows, &mut before);
    let segments = segments(families.iter().flat_map(|family| &job.families[*family].segments));
    let mut columns: Vec<(String, String)> = Vec::new();
    let mut groups: Vec<Group> = Vec::new();
    let mut sums: Vec<String> = Vec::new();
    let mut shapes = Vec::new();
    for (at, family_at) in families.iter().enumerate() {
        let family = &job.families[*family_at];
        let number = at + 1;
        let mut add = || -> Result<(), Cannot> {
            let group = match groups.iter().position(|known| known == family.group) {
                Some(place) => Some(place),
                None => match known.group(&mut scope, &mut before, family.group, by_day)? {
                    None => None,
                    Some(sql) => {
                        columns.push((format!("group_{}", groups.len() + 1), sql));
                        groups.push(family.group.clone());
                        Some(groups.len() - 1)
                    }
                },
            };
            shapes.push(CellFamily { family: *family_at, group });
            let mut column = |prefix: &str, sql: String| match columns.iter().find(|(_, known)| *known == sql) {
                Some((name, _)) => name.clone(),
                None => {
                    let name = format!("{prefix}_{number}");
                    columns.push((name.clone(), sql));
                    name
                }
            };
            let condition = match family.condition {
                Some(node) => Some(column("if", known.node(&mut scope, &mut before, node, None)?.text)),
                None => None,
            };
            let value = match family.value {
                Some(node) => {
                    let sql = known.node(&mut scope, &mut before, node, None)?;
                    let text = addable(known, family.function, &sql)?;
                    Some((column("value", text), sql.missing))
                }
                None => None,
            };
            let filtered = |more: &str| {
                let parts: Vec<&str> =
                    condition.iter().map(String::as_str).chain((!more.is_empty()).then_some(more)).collect();
                if parts.is_empty() { String::new() } else { format!(" FILTER (WHERE {})", parts.join(" AND ")) }
            };
            match &value {
                None => sums.push(format!("COUNT(*){} AS rows_{number}", filtered(""))),
                Some((value, missing)) => {
                    let there = if *missing { format!("{value} IS NOT NULL") } else { String::new() };
                    sums.push(format!("COUNT(*){} AS rows_{number}", filtered(&there)));
                    if *missing {
                        sums.push(format!("COUNT(*){} AS blanks_{number}", filtered(&format!("{value} IS NULL"))));
                    }
                    let function = match family.function {
                        AggregateFunction::Count => None,
                        AggregateFunction::Min => Some("MIN"),
                        AggregateFunction::Max => Some("MAX"),
                        _ => Some("SUM"),
                    };
                    if let Some(function) = function {
                        sums.push(format!("{function}({value}){} AS value_{number}", filtered("")));
                    }
                }
            }
            Ok(())
        };
        if let Err(why) = add() {
            refused(known, family, &why, errors);
        }
    }
    let named: Vec<String> = (0..groups.len()).map(|at| format!("group_{}", at + 1)).collect();
    let (months, window) = match by_day {
        true => (
            months_of(&segments, known, &scope_day(known, data, &rows)),
            span(known, &segments, &scope_day(known, data, &rows)),
        ),
        false => ("0".to_string(), String::new()),
    };
    let lines: Vec<String> = std::iter::once(("months".to_string(), months))
        .chain(columns)
        .map(|(name, sql)| format!("    {sql} AS {name}"))
        .collect();
    let counted = format!(
        "counted AS (\n  SELECT\n{}\n  {}{window}\n)",
        lines.join(",\n"),
        known.from(&scope).replace('\n', "\n  ")
    );
    let by: Vec<&str> = std::iter::once("months").chain(named.iter().map(String::as_str)).collect();
    let select = format!(
        "SELECT {}, GROUPING(months) AS total, {}, COUNT(*) AS read_rows,\n  {}\nFROM counted\nWHERE months IS NOT NULL\nGROUP BY GROUPING SETS (({}), ())",
        head(name, d),
        by.join(", "),
        sums.join(",\n  "),
        by.join(", ")
    );
    let sql = assembled(known, &before, vec![counted], &select);
    (sql, Written::Cells { of, segments, families: shapes, groups })
}

/// A value as sums, least and greatest take it.
pub fn addable(known: &Known, function: AggregateFunction, sql: &Sql) -> Result<String, Cannot> {
    use AggregateFunction::*;
    match (function, sql.ty) {
        (Count, _) => Ok(sql.text.clone()),
        (_, Type::Nothing) => Ok(format!("CAST(NULL AS {})", known.dialect.decimal(0))),
        (Sum | Average | Share, Type::Flag) => Ok(format!("CASE WHEN {0} THEN 1 WHEN NOT {0} THEN 0 END", sql.text)),
        (Sum | Average | Share | Min | Max, Type::Number(_)) | (Min | Max, Type::Day) => Ok(sql.text.clone()),
        _ => Err(Cannot::new("takes the least or greatest of what is no number and no date")),
    }
}

pub fn scope_day(known: &Known, data: DataId, rows: &Rows) -> String {
    match rows {
        Rows::Dated { column, .. } => format!("r.{}", known.dialect.name_of(&known.set(data).column(*column).name)),
        _ => String::new(),
    }
}

/// Runs of months none of which is cut by a window.
fn segments<'a>(windows: impl Iterator<Item = &'a Months> + Clone) -> Vec<Months> {
    let cuts: BTreeSet<i32> =
        windows.clone().flat_map(|window| [window.first.0, window.first.0 + window.count as i32]).collect();
    let cuts: Vec<i32> = cuts.into_iter().collect();
    cuts.windows(2)
        .map(|cut| Months { first: Month(cut[0]), count: (cut[1] - cut[0]) as u32 })
        .filter(|segment| windows.clone().any(|window| window.holds(*segment)))
        .collect()
}

fn months_of(segments: &[Months], known: &Known, day: &str) -> String {
    let calendar = &known.model.company.calendar;
    let cases: Vec<String> = segments
        .iter()
        .enumerate()
        .map(|(at, segment)| {
            let (first, last) = calendar.days(*segment);
            format!(
                "\n      WHEN {day} BETWEEN {} AND {} THEN {at}",
                known.dialect.day(first.0),
                known.dialect.day(last.0)
            )
        })
        .collect();
    format!("CASE{}\n    END", cases.concat())
}

fn span(known: &Known, segments: &[Months], day: &str) -> String {
    let calendar = &known.model.company.calendar;
    let first = segments.iter().map(|segment| calendar.days(*segment).0).min();
    let last = segments.iter().map(|segment| calendar.days(*segment).1).max();
    match first.zip(last) {
        Some((first, last)) => {
            format!("\n  WHERE {day} BETWEEN {} AND {}", known.dialect.day(first.0), known.dialect.day(last.0))
        }
        None => String::new(),
    }
}

// ---------------------------------------------------------------- their answers

pub fn take_in(
    evaluation: &mut Evaluation,
    job: &Job,
    answer: &Answer,
    segments: &[Months],
    families: &[CellFamily],
    groups: &[Group],
) -> Checked<()> {
    let mut found = Found::new(job);
    for row in answer.counted()? {
        let months = answer.count(row, "months")? as usize;
        let codes: Vec<Option<usize>> = groups
            .iter()
            .enumerate()
            .map(|(at, group)| code(evaluation, answer, row, at + 1, group))
            .collect::<Checked<_>>()?;
        for (at, CellFamily { family: family_at, group }) in families.iter().enumerate() {
            let family = &job.families[*family_at];
            let group = match group {
                None => 0,
                Some(place) => match codes[*place] {
                    Some(code) => code,
                    None => continue,
                },
            };
            let cell = if family.segments.is_empty() {
                group
            } else {
                let Some(segment) = segments.get(months) else {
                    return Err(answer.broken("it speaks of other months"));
                };
                match family.segments.iter().position(|own| own.holds(*segment)) {
                    Some(place) => group * family.segments.len() + place,
                    None => continue,
                }
            };
            if cell >= family.cells() {
                return Err(answer.broken("it speaks of other people or teams"));
            }
            let number = at + 1;
            let blanks = format!("blanks_{number}");
            let part = Part {
                rows: answer.count(row, &format!("rows_{number}"))?,
                blanks: if answer.has(&blanks) { answer.count(row, &blanks)? } else { 0 },
                value: part_value(evaluation, job, *family_at, answer, row, &format!("value_{number}"))?,
            };
            found.stores[*family_at].add_part(cell, part);
        }
    }
    // Only the families of this statement are answered by it.
    let wanted: BTreeSet<usize> = families.iter().map(|family| family.family).collect();
    evaluation.keep_some(job, found, &|family| wanted.contains(&family));
    Ok(())
}

fn part_value(
    evaluation: &Evaluation,
    job: &Job,
    family: usize,
    answer: &Answer,
    row: &[String],
    column: &str,
) -> Checked<Option<Value>> {
    let family = &job.families[family];
    if family.function == AggregateFunction::Count {
        return Ok(None);
    }
    let row: &[String] = row;
    let cell = {
        let at =
            answer.columns.get(column).ok_or_else(|| answer.broken(&format!("the column `{column}` is missing")))?;
        row.get(*at).map_or("", String::as_str)
    };
    if cell.is_empty() {
        return Ok(None);
    }
    let found = match is_day(evaluation, job, family.value) {
        true => day_of(cell).map(Value::Day),
        false => exact(cell).map(Value::Number),
    };
    found.map(Some).ok_or_else(|| answer.broken(&format!("`{cell}` in `{column}` is no exact number")))
}

/// Whether a value is a date, by how the first answer can be read: numbers have no two hyphens.
fn is_day(evaluation: &Evaluation, job: &Job, node: Option<NodeId>) -> bool {
    let data = evaluation.world.tables[job.table].data;
    let nodes = evaluation.world.nodes[job.table];
    node.is_some_and(|node| matches!(kind(evaluation, data, nodes, node), Some(ValueKind::Day)))
}

//! Sums, counts, averages, least and greatest: by group and run of months, as what is added up can be put together
//! for every window.

use std::collections::BTreeSet;

use super::answer::{Answer, Checked, Straddling, ValueKind, code, divided, kind};
use super::choose::refused;
use super::rows::{Before, Known, Link, Sql, Time, Type};
use super::session::{head, rows_read};
use super::statement::{CellFamily, NO_MONTHS, Refused, Times, Written, assembled, filter, tables_read};
use super::{Cannot, periods};
use crate::data::measures::job::{Family, Job, RowsBy};
use crate::data::measures::measure::Evaluation;
use crate::data::measures::scan::Found;
use crate::data::measures::store::Part;
use crate::language::Parts;
use crate::model::data::DataId;
use crate::plan::query::{Group, Rows};
use crate::time::{Month, Months};

/// The rows of a job that lie in the windows of some families, with the columns that are added up. Nothing where one of
/// them cannot be computed.
pub fn statement(
    known: &Known,
    job: &Job,
    families: &[(usize, Parts)],
    name: &str,
    of: (usize, usize),
    errors: &mut Refused,
) -> Option<(String, Written)> {
    let d = known.dialect;
    let data = known.world.tables[job.table].data;
    let mut failed = false;
    let mut before = Before::default();
    let first = &job.families[families.first()?.0];
    let rows = &known.query.measures[first.measures.first()?.0.0].rows;
    let mut scope = match known.scope(data, rows, first.group, &mut before) {
        Ok(scope) => scope,
        Err(why) => {
            families.iter().for_each(|(family, _)| refused(known, &job.families[*family], &why, errors));
            return None;
        }
    };
    let runs = runs(families.iter().flat_map(|(family, _)| &job.families[*family].segments));
    let mut columns: Vec<(String, String)> = Vec::new();
    let mut groups: Vec<Group> = Vec::new();
    let mut sums: Vec<AddedUp> = Vec::new();
    let mut shapes = Vec::new();
    for (at, (family_at, keeps)) in families.iter().enumerate() {
        let family = &job.families[*family_at];
        let number = at + 1;
        let mut add = || -> Result<(), Cannot> {
            if family.shared {
                return Err(Cannot::shared_by_days());
            }
            let group = match groups.iter().position(|known| known == family.group) {
                Some(place) => Some(place),
                None => match known.group(&mut scope, &mut before, family.group)? {
                    None => None,
                    Some(sql) => {
                        columns.push((format!("group_{}", groups.len() + 1), sql));
                        groups.push(family.group.clone());
                        Some(groups.len() - 1)
                    }
                },
            };
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
            let mut over = 1;
            let value = match family.value {
                Some(node) => {
                    let sql = known.quotient(&mut scope, &mut before, node)?;
                    over = sql.over;
                    let text = addable(known, *keeps, &sql)?;
                    Some((column("value", text), sql.missing))
                }
                None => None,
            };
            shapes.push(CellFamily { family: *family_at, keeps: *keeps, group, over });
            let filtered = |more: &str| {
                let parts: Vec<&str> =
                    condition.iter().map(String::as_str).chain((!more.is_empty()).then_some(more)).collect();
                if parts.is_empty() { String::new() } else { format!(" FILTER (WHERE {})", parts.join(" AND ")) }
            };
            match &value {
                None => sums.push(AddedUp::counted(format!("COUNT(*){}", filtered("")), format!("rows_{number}"))),
                Some((value, missing)) => {
                    let there = if *missing { format!("{value} IS NOT NULL") } else { String::new() };
                    sums.push(AddedUp::counted(format!("COUNT(*){}", filtered(&there)), format!("rows_{number}")));
                    if *missing {
                        let blanks = format!("COUNT(*){}", filtered(&format!("{value} IS NULL")));
                        sums.push(AddedUp::counted(blanks, format!("blanks_{number}")));
                    }
                    if let Some(function) = function(*keeps) {
                        let (sql, name) = (format!("{function}({value}){}", filtered("")), format!("value_{number}"));
                        sums.push(AddedUp { again: format!("{function}({name})"), sql, name });
                    }
                }
            }
            Ok(())
        };
        if let Err(why) = add() {
            failed = true;
            refused(known, family, &why, errors);
        }
    }
    if failed {
        return None;
    }
    let others = known.other_days(&scope);
    for (at, (_, other)) in (1..).zip(&others) {
        columns.push((format!("other_{at}"), format!("CASE WHEN {other} THEN 1 END")));
        sums.push(AddedUp::counted(format!("COUNT(other_{at})"), format!("other_{at}")));
    }
    let others: Vec<Link> = others.into_iter().map(|(link, _)| link).collect();
    let mut conditions = scope.conditions.clone();
    let whole = runs
        .first()
        .zip(runs.last())
        .map(|(first, last)| Months { first: first.first, count: (last.last().0 - first.first.0 + 1) as u32 });
    if let (Some(whole), Rows::Dated { column, .. }) = (whole, rows) {
        known.read_within(&mut before, (data, *column), &scope.time, whole);
    }
    conditions.extend(whole.map(|whole| match &scope.time {
        // Those that lie partly in a window are told of.
        Time::Period(period) => periods::overlaps(period, whole),
        time => known.within(time, whole),
    }));
    let (months, times) = match &scope.time {
        Time::None => ("0".to_string(), Times::Runs(Vec::new())),
        Time::Period(period) => (period.clone(), Times::Periods),
        Time::Day(_) => {
            let run =
                |(at, run): (usize, &Months)| format!("\n      WHEN {} THEN {at}", known.within(&scope.time, *run));
            let cases: String = runs.iter().enumerate().map(run).collect();
            (format!("CASE{cases}\n    END"), Times::Runs(runs))
        }
    };
    let lines: Vec<String> = std::iter::once(("months".to_string(), months))
        .chain(columns)
        .map(|(name, sql)| format!("    {sql} AS {name}"))
        .collect();
    let no_months = if matches!(times, Times::Periods) { format!("'{NO_MONTHS}'") } else { NO_MONTHS.to_string() };
    let counted = format!(
        "counted AS (\n  SELECT\n{}\n  {}{}\n)",
        lines.join(",\n"),
        known.from(&scope).replace('\n', "\n  "),
        filter(&conditions).replace('\n', "\n  ")
    );
    let by: Vec<String> =
        std::iter::once("months".to_string()).chain((1..=groups.len()).map(|at| format!("group_{at}"))).collect();
    sums.insert(0, AddedUp::counted("COUNT(*)".into(), "read_rows".into()));
    // The total is that of the groups, which are few: the rows are looked at once.
    let grouped = format!(
        "grouped AS (\n  SELECT {by},\n    {}\n  FROM counted\n  WHERE months IS NOT NULL\n  GROUP BY {by}{}\n)",
        sums.iter().map(AddedUp::first).collect::<Vec<_>>().join(",\n    "),
        d.with_one_row(&no_months, by.len() + sums.len()),
        by = by.join(", "),
    );
    let read = tables_read(known, &before);
    let select = format!(
        "SELECT {}, {}, GROUPING(months) AS total, {by},\n  {}\nFROM grouped\nGROUP BY GROUPING SETS (({by}), ())",
        head(name, d),
        rows_read(known, &read),
        sums.iter().map(AddedUp::total).collect::<Vec<_>>().join(",\n  "),
        by = by.join(", "),
    );
    let sql = assembled(known, &before, vec![counted, grouped], &select);
    Some((sql, Written::Cells { of, times, families: shapes, groups, read, others }))
}

/// What is added up of the rows of a group, and how groups are added up in turn.
struct AddedUp {
    name: String,
    sql: String,
    again: String,
}

impl AddedUp {
    fn counted(sql: String, name: String) -> AddedUp {
        AddedUp { again: format!("CAST(COALESCE(SUM({name}), 0) AS BIGINT)"), sql, name }
    }

    fn first(&self) -> String {
        format!("{} AS {}", self.sql, self.name)
    }

    fn total(&self) -> String {
        format!("{} AS {}", self.again, self.name)
    }
}

/// The function that takes values together; rows with a value are counted beside it, whatever it is.
pub fn function(keeps: Parts) -> Option<&'static str> {
    match keeps {
        Parts::Count => None,
        Parts::Sum | Parts::Mean => Some("SUM"),
        Parts::Least => Some("MIN"),
        Parts::Greatest => Some("MAX"),
    }
}

/// A value as counts, sums, least and greatest take it.
pub fn addable(known: &Known, keeps: Parts, sql: &Sql) -> Result<String, Cannot> {
    use Parts::{Count, Greatest, Least, Mean, Sum};
    match (keeps, sql.ty) {
        (Count, _) => Ok(sql.text.clone()),
        (Sum | Mean | Least | Greatest, Type::Nothing) => Ok(format!("CAST(NULL AS {})", known.dialect.decimal(0))),
        (Sum | Mean, Type::Flag) => Ok(format!("CASE WHEN {0} THEN 1 WHEN NOT {0} THEN 0 END", sql.text)),
        (Sum | Mean | Least | Greatest, Type::Number(_)) | (Least | Greatest, Type::Day | Type::Period) => {
            Ok(sql.text.clone())
        }
        (Sum | Mean | Least | Greatest, _) => {
            Err(Cannot::new("takes the least or greatest of what is no number and no date"))
        }
    }
}

/// Whether an answer's lines must add up to their total.
fn adds_up(keeps: Parts) -> bool {
    match keeps {
        Parts::Sum | Parts::Mean => true,
        Parts::Count | Parts::Least | Parts::Greatest => false,
    }
}

/// Runs of months none of which is cut by a window.
fn runs<'a>(windows: impl Iterator<Item = &'a Months> + Clone) -> Vec<Months> {
    let cuts: BTreeSet<i32> =
        windows.clone().flat_map(|window| [window.first.0, window.first.0 + window.count as i32]).collect();
    let cuts: Vec<i32> = cuts.into_iter().collect();
    cuts.windows(2)
        .map(|cut| Months { first: Month(cut[0]), count: (cut[1] - cut[0]) as u32 })
        .filter(|segment| windows.clone().any(|window| window.holds(*segment)))
        .collect()
}

// ---------------------------------------------------------------- their answers

pub fn take_in(
    evaluation: &mut Evaluation,
    job: &Job,
    answer: &Answer,
    times: &Times,
    families: &[CellFamily],
    groups: &[Group],
    straddling: &mut Straddling,
) -> Checked<()> {
    let data = evaluation.world.tables[job.table].data;
    let mut found = Found::new(job);
    // A line that was lost is told as one, and not by the sums that lack it.
    let lines = answer.counted()?;
    for (at, CellFamily { keeps, .. }) in families.iter().enumerate() {
        answer.adds_up(&format!("rows_{}", at + 1))?;
        if adds_up(*keeps) {
            answer.adds_up(&format!("value_{}", at + 1))?;
        }
    }
    let mut seen = BTreeSet::new();
    for row in lines {
        let time = answer.cell(row, "months")?;
        if time == NO_MONTHS {
            continue;
        }
        let group = |at: usize| answer.cell(row, &format!("group_{at}"));
        if !seen.insert((time, (1..=groups.len()).map(group).collect::<Checked<Vec<&str>>>()?)) {
            return Err(answer.broken("some people, teams or months stand there twice"));
        }
        let months = match times {
            Times::Periods => periods::read(time),
            Times::Runs(runs) => time.parse().ok().and_then(|at: usize| runs.get(at).copied()),
        };
        let codes: Vec<Option<usize>> = groups
            .iter()
            .enumerate()
            .map(|(at, group)| code(evaluation, answer, row, at + 1, group))
            .collect::<Checked<_>>()?;
        for (at, CellFamily { family: family_at, keeps, group, over }) in families.iter().enumerate() {
            let family = &job.families[*family_at];
            let group = match group {
                None => 0,
                Some(place) => match codes[*place] {
                    Some(code) => code,
                    None => continue,
                },
            };
            let number = at + 1;
            let blanks = format!("blanks_{number}");
            let kind = part_kind(evaluation, data, *keeps, family);
            let part = Part {
                rows: answer.count(row, &format!("rows_{number}"))?,
                blanks: if answer.has(&blanks) { answer.count(row, &blanks)? } else { 0 },
                value: match kind {
                    Some(kind) => divided(answer.value(row, &format!("value_{number}"), kind)?, *over),
                    None => None,
                },
            };
            if part.rows > 0 && part.value.is_none() && kind.is_some() {
                return Err(answer.broken("values are missing"));
            }
            let cell = if family.segments.is_empty() {
                group
            } else {
                let Some(months) = months else { return Err(answer.broken("it speaks of other months")) };
                let windows = family.measures.iter().filter_map(|(_, window)| *window);
                let cut: Vec<Months> = windows.filter(|one| one.overlaps(months) && !one.holds(months)).collect();
                if let RowsBy::Dated(column) = job.rows {
                    for window in &cut {
                        let reader = family.measures.first().map(|(id, _)| *id);
                        straddling.add((data, column, *window), months.to_string(), reader, part.rows + part.blanks);
                    }
                }
                match family.segments.iter().position(|own| own.holds(months)) {
                    Some(place) if cut.is_empty() => group * family.segments.len() + place,
                    _ => continue,
                }
            };
            if cell >= family.cells() {
                return Err(answer.broken("it speaks of other people or teams"));
            }
            found.stores[*family_at].add_part(cell, part);
        }
    }
    // Only the families of this statement are answered by it.
    let wanted: BTreeSet<usize> = families.iter().map(|family| family.family).collect();
    evaluation.keep_some(job, found, &|family| wanted.contains(&family));
    Ok(())
}

/// What a sum, a least or a greatest is; nothing where rows are only counted.
fn part_kind<'a>(evaluation: &Evaluation<'a>, data: DataId, keeps: Parts, family: &Family) -> Option<ValueKind<'a>> {
    match keeps {
        Parts::Count => None,
        Parts::Sum | Parts::Mean => Some(ValueKind::Number),
        Parts::Least | Parts::Greatest => {
            Some(family.value.map_or(ValueKind::Number, |node| kind(evaluation, data, node)))
        }
    }
}

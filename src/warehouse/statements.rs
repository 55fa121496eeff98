//! The statements for the tables of an engine: one that checks the rows, one that adds them up, and one for each
//! aggregate that cannot be added up (distinct values, medians, the latest).

use std::collections::BTreeSet;

use super::choose::refused;
use super::rows::{Known, all_posts_name, posts_name};
use super::statement::{Refused, Statement, Times, Written};
use super::{checks, lists, sums};
use crate::data::measures::job::{Family, Job};
use crate::data::measures::measure::months_alike;
use crate::language::{Keeps, Parts, Whole};
use crate::model::data::{ColumnIx, DataId};
use crate::plan::query::{Group, MeasureId, Rows};
use crate::time::Months;

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
        let mut sums: Vec<(usize, Parts)> = Vec::new();
        for (family_at, family) in job.families.iter().enumerate() {
            let keeps: Whole = match family.keeps {
                Keeps::Parts(keeps) => {
                    sums.push((family_at, keeps));
                    continue;
                }
                Keeps::Whole(keeps) => keeps,
            };
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
                match lists::statement(known, job, (family, keeps), &measures, &name) {
                    Ok(lists::Listed { sql, read, others, over }) => {
                        let about =
                            vec![about(known, 1, family, measures.iter().map(|place| family.measures[*place].0))];
                        let written =
                            Written::List { of: (at, job_at), family: family_at, keeps, measures, read, others, over };
                        all.push((Statement { name, data, about, sql }, written));
                    }
                    Err(why) => refused(known, family, &why, errors),
                }
            }
        }
        // Groups by the keys of another data set are many: each has a statement of its own.
        type Sums = Vec<(usize, Parts)>;
        let (keyed, plain): (Sums, Sums) =
            sums.into_iter().partition(|(family, _)| matches!(job.families[*family].group, Group::Key { .. }));
        let mut together = vec![plain];
        for family in keyed {
            let same = |families: &Sums| {
                families.first().is_some_and(|(first, _)| job.families[*first].group == job.families[family.0].group)
            };
            match together.iter_mut().skip(1).find(|families| same(families)) {
                Some(families) => families.push(family),
                None => together.push(vec![family]),
            }
        }
        for families in together.into_iter().filter(|families| !families.is_empty()) {
            let mut add = |name: String, families: &[(usize, Parts)], all: &mut Vec<(Statement, Written)>| {
                let Some((sql, written)) = sums::statement(known, job, families, &name, (at, job_at), errors) else {
                    return;
                };
                let about = families.iter().enumerate().map(|(at, (family, _))| {
                    let family = &job.families[*family];
                    about(known, at + 1, family, family.measures.iter().map(|(id, _)| *id))
                });
                let about = about.chain(legend(known, &written)).collect();
                all.push((Statement { name, data, about, sql }, written));
            };
            let (name, before) = (next_name(), all.len());
            add(name.clone(), &families, &mut all);
            // Links to rows of other days are counted of the months alone that read them.
            let apart = months_alike(families.iter().map(|(family, _)| &job.families[*family]));
            if matches!(all.last(), Some((_, Written::Cells { others, .. })) if !others.is_empty()) && apart.len() > 1 {
                all.truncate(before);
                for (at, places) in apart.into_iter().enumerate() {
                    let families: Sums = places.into_iter().map(|place| families[place]).collect();
                    add(if at == 0 { name.clone() } else { next_name() }, &families, &mut all);
                }
            }
        }
    }
    all
}

/// What the numbers of groups and months stand for.
fn legend(known: &Known, written: &Written) -> Vec<String> {
    let Written::Cells { times, groups, .. } = written else { return Vec::new() };
    let of_group = |(at, group): (usize, &Group)| {
        let what = match group {
            Group::Company => "all rows".to_string(),
            Group::Team { .. } => "a team, by its place in merit_teams".to_string(),
            Group::Own { roster, .. } => {
                let name = &known.set(*roster).name;
                format!("a post, by its number in {} or {}", posts_name(name), all_posts_name(name))
            }
            Group::Key { data, .. } => format!("the key of a row of {}", known.set(*data).name),
        };
        format!("group_{}: {what}", at + 1)
    };
    let months = match times {
        Times::Runs(runs) if runs.is_empty() => None,
        Times::Runs(runs) => {
            let run = |(at, run): (usize, &Months)| match run.count {
                1 => format!("{at} is {}", run.first),
                _ => format!("{at} is {} to {}", run.first, run.last()),
            };
            Some(format!("months: {}", runs.iter().enumerate().map(run).collect::<Vec<_>>().join(", ")))
        }
        Times::Periods => Some("months: the first and the last month of a period".to_string()),
    };
    months.into_iter().chain(groups.iter().enumerate().map(of_group)).collect()
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
    format!("{number}: {}, {group}{rows}, for {serves}", family.function.signature().name)
}

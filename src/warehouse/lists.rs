//! What cannot be added up from months: distinct values, medians and percentiles, `latest` and `only`.

use std::collections::{BTreeMap, BTreeSet};

use super::answer::divided;
use super::answer::{Answer, Checked, Straddling, ValueKind, code, kind};
use super::findings::shown;
use super::rows::{Before, Known, Link, Sql, Time, Type};
use super::session::{head, rows_read};
use super::statement::{NO_MONTHS, filter};
use super::statement::{assembled, tables_read};
use super::{Cannot, periods};
use crate::data::measures::job::{Family, Job, RowsBy};
use crate::data::measures::measure::Evaluation;
use crate::data::measures::store::{Store, between};
use crate::language::{Finish, Keeps, Whole};
use crate::model::data::{DataId, TimeShape};
use crate::number::Number;
use crate::plan::query::{Group, Measure, Measured, Rows};
use crate::time::Months;
use crate::value::{Missing, Value};

/// A statement, with the tables it reads and the links it follows to rows that may be of another day.
pub struct Listed {
    pub sql: String,
    pub read: Vec<DataId>,
    pub others: Vec<Link>,
    /// What its values are still to be divided by.
    pub over: u64,
}

/// The values of some measures of a family, which differ in their windows only.
pub fn statement(
    known: &Known,
    job: &Job,
    (family, keeps): (&Family, Whole),
    measures: &[usize],
    name: &str,
) -> Result<Listed, Cannot> {
    let d = known.dialect;
    let data = known.world.tables[job.table].data;
    let mut before = Before::default();
    let first = measures.first().map_or(0, |place| family.measures[*place].0.0);
    let measure = &known.query.measures[first];
    let mut scope = known.scope(data, &measure.rows, family.group, &mut before)?;
    let group = known.group(&mut scope, &mut before, family.group)?;
    let condition = family.condition.map(|node| known.node(&mut scope, &mut before, node, None)).transpose()?;
    let value = match family.value {
        Some(node) => known.quotient(&mut scope, &mut before, node)?,
        None if family.by_keys => Sql::new(known.own_key(&scope, &mut before), Type::Text, false),
        None => Sql::new("1", Type::Number(0), false),
    };
    let text = match value.ty {
        Type::Flag => format!("CASE WHEN {0} THEN 1 WHEN NOT {0} THEN 0 END", value.text),
        Type::Nothing => format!("CAST(NULL AS {})", d.decimal(0)),
        _ => value.text.clone(),
    };
    let mut conditions = scope.conditions.clone();
    conditions.extend(condition.map(|condition| condition.text));
    let (mut windows, mut join) = (Vec::new(), String::new());
    let mut number = measures.first().copied().unwrap_or(0).to_string();
    let mut straddles = None;
    if scope.time != Time::None {
        let line = |place: &usize| {
            let months = family.measures[*place].1?;
            let (first, last) = known.model.company.calendar.days(months);
            Some(match scope.time {
                Time::Period(_) => format!("({place}, '{}', '{}')", months.first, months.last()),
                _ => format!("({place}, {}, {})", d.day(first.0), d.day(last.0)),
            })
        };
        let lines: Vec<String> = measures.iter().filter_map(line).collect();
        let all = measures.iter().filter_map(|place| family.measures[*place].1);
        let (first, last) = (all.clone().map(|months| months.first).min(), all.map(|months| months.last()).max());
        if let (Some((first, last)), Rows::Dated { column, .. }) = (first.zip(last), &measure.rows) {
            let whole = Months { first, count: (last.0 - first.0 + 1) as u32 };
            known.read_within(&mut before, (data, *column), &scope.time, whole);
        }
        windows
            .push(format!("windows AS (\n  SELECT * FROM (VALUES {}) AS w(number, since, until)\n)", lines.join(", ")));
        number = "w.number".to_string();
        match &scope.time {
            Time::Period(period) => {
                // Those that lie partly in a window are told of.
                let (first, last) = (periods::first_month(period), periods::last_month(period));
                join = format!("\nJOIN windows w ON {first} <= w.until AND {last} >= w.since");
                straddles = Some(format!("CASE WHEN {first} < w.since OR {last} > w.until THEN {period} END"));
            }
            Time::Day(day) => join = format!("\nJOIN windows w ON {day} BETWEEN w.since AND w.until"),
            Time::None => {}
        }
    }
    // What `latest` compares.
    let (begins, _) = known.days_held(&mut before, data);
    let day = match (known.set(data).time, &scope.days) {
        (TimeShape::Valid { .. } | TimeShape::Snapshot(_), _) => begins,
        (TimeShape::Dated(_), Some((_, last))) => last.clone(),
        _ => "0".to_string(),
    };
    let mut key = group.unwrap_or_else(|| "0".to_string());
    let mut its_own = "TRUE";
    if matches!(family.group, Group::Team { .. }) {
        known.used.borrow_mut().above = true;
        join.push_str(&format!("\nJOIN merit_teams_above above ON above.place = {key}"));
        (key, its_own) = ("above.team".to_string(), "above.its_own");
    } else {
        conditions.push(format!("{key} IS NOT NULL"));
    }
    let mut columns = vec![
        format!("{number} AS number"),
        format!("{key} AS group_1"),
        format!("{day} AS day"),
        format!("{text} AS value"),
    ];
    let others = known.other_days(&scope);
    columns.extend(straddles.iter().map(|period| format!("{period} AS straddles")));
    if straddles.is_some() || !others.is_empty() {
        columns.push(format!("{its_own} AS its_own"));
    }
    columns.extend(
        others.iter().enumerate().map(|(at, (_, other))| format!("CASE WHEN {other} THEN 1 END AS other_{}", at + 1)),
    );
    let from = format!("{}{join}{}", known.from(&scope), filter(&conditions));
    let listed = format!(
        "listed AS (\n  SELECT {}\n  {}{}\n)",
        columns.join(", "),
        from.replace('\n', "\n  "),
        d.with_one_row(NO_MONTHS, columns.len())
    );
    let (ranked, mut sums) = asked(known, keeps, measure, value.ty)?;
    if straddles.is_some() {
        sums.push_str(
            ",\n  COUNT(straddles) FILTER (WHERE its_own) AS straddling_rows, MIN(straddles) AS straddling_1, \
             MAX(straddles) AS straddling_2",
        );
    }
    for at in 1..=others.len() {
        sums.push_str(&format!(",\n  COUNT(other_{at}) FILTER (WHERE its_own) AS other_{at}"));
    }
    let links: Vec<Link> = others.into_iter().map(|(link, _)| link).collect();
    let read = tables_read(known, &before);
    let select = format!(
        "SELECT {}, {}, GROUPING(number) AS total, number, group_1, COUNT(*) AS read_rows, COUNT(value) AS rows_1,\n  {sums}\nFROM {ranked}\nGROUP BY GROUPING SETS ((number, group_1), ())",
        head(name, d),
        rows_read(known, &read)
    );
    windows.push(listed);
    Ok(Listed { sql: assembled(known, &before, windows, &select), read, others: links, over: value.over })
}

/// From where the values are taken, and what is asked of them.
fn asked(known: &Known, keeps: Whole, measure: &Measure, ty: Type) -> Result<(String, String), Cannot> {
    let by = "PARTITION BY number, group_1";
    let blank = "CASE WHEN value IS NULL THEN 1 ELSE 0 END";
    Ok(match keeps {
        Whole::Different => ("listed".to_string(), "COUNT(DISTINCT value) AS value_1".to_string()),
        Whole::Only => ("listed".to_string(), "MIN(value) AS value_1".to_string()),
        Whole::Latest => (
            format!("(SELECT *, RANK() OVER ({by} ORDER BY {blank}, day DESC) AS place FROM listed) ranked"),
            "MAX(day) FILTER (WHERE place = 1) AS day_1, MIN(value) FILTER (WHERE place = 1) AS value_1, \
             MAX(value) FILTER (WHERE place = 1) AS value_2"
                .to_string(),
        ),
        Whole::List(Finish::AtFraction) => {
            if !matches!(ty, Type::Number(_)) {
                return Err(Cannot::new("takes the median of what is no number"));
            }
            let fraction = measure.fraction.clone().unwrap_or_else(|| Number::from_parts(5, 1));
            let (up, down) = fraction.parts();
            let below = known.dialect.whole(&format!("((filled - 1) * {up})"), &down.to_string());
            (
                format!(
                    "(SELECT *, ROW_NUMBER() OVER ({by} ORDER BY {blank}, value) AS place, COUNT(value) OVER ({by}) AS filled FROM listed) ranked"
                ),
                format!(
                    "MIN(value) FILTER (WHERE place = {below} + 1) AS value_1, MIN(value) FILTER (WHERE place = {below} + 2) AS value_2"
                ),
            )
        }
    })
}

/// The function that gives it of the rows of a key, where there is one for formulas that read it row by row.
pub fn function(keeps: Whole, value: &str) -> Option<String> {
    match keeps {
        Whole::Different => Some(format!("COUNT(DISTINCT {value})")),
        Whole::List(_) | Whole::Latest | Whole::Only => None,
    }
}

// ---------------------------------------------------------------- their answers

pub fn take_in(
    evaluation: &mut Evaluation,
    job: &Job,
    (family_at, keeps): (usize, Whole),
    measures: &[usize],
    over: u64,
    answer: &Answer,
    straddling: &mut Straddling,
) -> Checked<()> {
    let family = &job.families[family_at];
    let data = evaluation.world.tables[job.table].data;
    let groups = match family.group {
        Group::Team { .. } => evaluation.teams.teams.len(),
        _ => family.groups,
    };
    // What groups without a row have.
    let empty = || Store::new(Keeps::Whole(keeps), groups).finish(None, &|_| String::new());
    let mut measured: BTreeMap<usize, Vec<Measured>> = measures.iter().map(|place| (*place, empty())).collect();
    let kind = family.value.map_or(ValueKind::Number, |node| kind(evaluation, data, node));
    let mut seen = BTreeSet::new();
    for row in answer.counted()? {
        let read = answer.count(row, "read_rows")?;
        if answer.cell(row, "number")? == NO_MONTHS {
            continue;
        }
        if !seen.insert((answer.cell(row, "number")?, answer.cell(row, "group_1")?)) {
            return Err(answer.broken("some people, teams or months stand there twice"));
        }
        let place = answer.count(row, "number")? as usize;
        let group = match family.group {
            Group::Company => Some(0),
            Group::Team { .. } => Some(answer.count(row, "group_1")? as usize),
            group => code(evaluation, answer, row, 1, group)?,
        };
        let slot = group.and_then(|group| measured.get_mut(&place).and_then(|measured| measured.get_mut(group)));
        let Some(slot) = slot else { return Err(answer.broken("it speaks of other people, teams or months")) };
        let (id, months) = family.measures[place];
        if let (Some(months), RowsBy::Dated(column), true) = (months, &job.rows, answer.has("straddling_rows")) {
            let (one, other) = (answer.cell(row, "straddling_1")?, answer.cell(row, "straddling_2")?);
            let first = periods::read(one).map(|one| one.to_string()).unwrap_or_default();
            let which = if one == other { first } else { format!("{first} and others") };
            straddling.add((data, *column, months), which, Some(id), answer.count(row, "straddling_rows")?);
        }
        let rows = answer.count(row, "rows_1")?;
        (slot.rows, slot.blanks) = match keeps {
            Whole::Only => (read, 0),
            Whole::Different | Whole::List(_) | Whole::Latest => (rows, read - rows.min(read)),
        };
        let blank = || if slot.blanks == 0 { Missing::NoRows } else { Missing::Blank };
        slot.value = match keeps {
            Whole::Different => Value::Number(answer.number(row, "value_1")?.unwrap_or(Number::ZERO)),
            Whole::Only if read > 1 => Value::Missing(Missing::Ambiguous(
                format!("more than one row: {read} in {}", shown(&evaluation.world.model.data[data.0])).into(),
            )),
            Whole::Only => divided(answer.value(row, "value_1", kind)?, over).unwrap_or(Missing::Blank.into()),
            Whole::Latest => {
                let (first, last) = (answer.value(row, "value_1", kind)?, answer.value(row, "value_2", kind)?);
                match answer.value(row, "day_1", ValueKind::Day)? {
                    Some(Value::Day(day)) if first != last => {
                        Value::Missing(Missing::Ambiguous(format!("differing values on {day}").into()))
                    }
                    _ => divided(first, over).unwrap_or_else(|| blank().into()),
                }
            }
            Whole::List(Finish::AtFraction) => {
                let (low, high) = (answer.number(row, "value_1")?, answer.number(row, "value_2")?);
                match low {
                    None => blank().into(),
                    Some(low) => {
                        let fraction = evaluation.query.measures[id.0].fraction.as_ref();
                        let high = high.unwrap_or_else(|| low.clone());
                        let between = Value::Number(between(rows, &low, &high, fraction));
                        divided(Some(between), over).unwrap_or_else(|| blank().into())
                    }
                }
            }
        };
    }
    for (place, measured) in measured {
        evaluation.keep_measured(job, family.measures[place].0, measured);
    }
    Ok(())
}

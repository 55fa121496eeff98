//! What cannot be added up from months: distinct values, medians and percentiles, `latest` and `only`.

use super::Cannot;
use super::checks::shown;
use super::results::{Answer, Checked, ValueKind, code, day_of, exact, kind};
use super::rows::{Before, Known, Sql, Type};
use super::statements::{assembled, head};
use super::sums::scope_day;
use crate::data::measure::{Evaluation, Family, Job};
use crate::data::store::Store;
use crate::number::Number;
use crate::plan::query::{Group, Measure, MeasureId, Measured, Rows};
use crate::syntax::tree::AggregateFunction;
use crate::value::{Missing, Value};

pub fn statement(known: &Known, job: &Job, family: &Family, name: &str) -> Result<String, Cannot> {
    use AggregateFunction::*;
    let d = known.dialect;
    let data = known.world.tables[job.table].data;
    let mut before = Before::default();
    let measures: Vec<&Measure> = family.measures.iter().map(|(id, _)| &known.query.measures[id.0]).collect();
    let rows = measures.first().map_or(Rows::All, |measure| measure.rows.clone());
    let by_day = matches!(rows, Rows::Dated { .. });
    let mut scope = known.scope(data, &rows, &mut before);
    let group = known.group(&mut scope, &mut before, family.group, by_day)?;
    let condition = family.condition.map(|node| known.node(&mut scope, &mut before, node, None)).transpose()?;
    let value = match family.value {
        Some(node) => known.node(&mut scope, &mut before, node, None)?,
        None => Sql::new("1", Type::Number(0), false),
    };
    let text = match value.ty {
        Type::Flag => format!("CASE WHEN {0} THEN 1 WHEN NOT {0} THEN 0 END", value.text),
        Type::Nothing => format!("CAST(NULL AS {})", d.decimal(0)),
        _ => value.text.clone(),
    };
    let day = scope_day(known, data, &rows);
    let mut conditions: Vec<String> = condition.iter().map(|condition| condition.text.clone()).collect();
    let (mut windows, mut join) = (Vec::new(), String::new());
    if by_day {
        let calendar = &known.model.company.calendar;
        let lines: Vec<String> = family
            .measures
            .iter()
            .enumerate()
            .filter_map(|(at, (_, months))| {
                let (first, last) = calendar.days((*months)?);
                Some(format!("({at}, {}, {})", d.day(first.0), d.day(last.0)))
            })
            .collect();
        windows
            .push(format!("windows AS (\n  SELECT * FROM (VALUES {}) AS w(number, since, until)\n)", lines.join(", ")));
        join = format!("\nJOIN windows w ON {day} BETWEEN w.since AND w.until");
    }
    let mut key = group.unwrap_or_else(|| "0".to_string());
    if matches!(family.group, Group::Team { .. }) {
        known.used.borrow_mut().above = true;
        join.push_str(&format!("\nJOIN merit_teams_above above ON above.place = {key}"));
        key = "above.team".to_string();
    } else {
        conditions.push(format!("{key} IS NOT NULL"));
    }
    let filter = if conditions.is_empty() { String::new() } else { format!("\nWHERE {}", conditions.join(" AND ")) };
    let from = format!("{}{join}{filter}", known.from(&scope));
    let listed = format!(
        "listed AS (\n  SELECT {} AS number, {key} AS group_1, {} AS day, {text} AS value\n  {}\n)",
        if by_day { "w.number" } else { "0" },
        if by_day { day.as_str() } else { "0" },
        from.replace('\n', "\n  ")
    );
    let by = "PARTITION BY number, group_1";
    let blank = "CASE WHEN value IS NULL THEN 1 ELSE 0 END";
    let (ranked, sums) = match family.function {
        CountDistinct => ("listed".to_string(), "COUNT(DISTINCT value) AS value_1".to_string()),
        Only => ("listed".to_string(), "MIN(value) AS value_1".to_string()),
        Latest => (
            format!("(SELECT *, RANK() OVER ({by} ORDER BY {blank}, day DESC) AS place FROM listed) ranked"),
            "MAX(day) FILTER (WHERE place = 1) AS day_1, MIN(value) FILTER (WHERE place = 1) AS value_1, \
             MAX(value) FILTER (WHERE place = 1) AS value_2"
                .to_string(),
        ),
        _ => {
            if !matches!(value.ty, Type::Number(_)) {
                return Err(Cannot::new("takes the median of what is no number"));
            }
            let half = crate::number::Number::from_parts(5, 1);
            let fraction = measures.first().and_then(|measure| measure.fraction.clone()).unwrap_or(half);
            let (up, down) = fraction.parts();
            let below = d.whole(&format!("((filled - 1) * {up})"), &down.to_string());
            (
                format!(
                    "(SELECT *, ROW_NUMBER() OVER ({by} ORDER BY {blank}, value) AS place, COUNT(value) OVER ({by}) AS filled FROM listed) ranked"
                ),
                format!(
                    "MIN(value) FILTER (WHERE place = {below} + 1) AS value_1, MIN(value) FILTER (WHERE place = {below} + 2) AS value_2"
                ),
            )
        }
    };
    let select = format!(
        "SELECT {}, GROUPING(number) AS total, number, group_1, COUNT(*) AS read_rows, COUNT(value) AS rows_1,\n  {sums}\nFROM {ranked}\nGROUP BY GROUPING SETS ((number, group_1), ())",
        head(name, d)
    );
    windows.push(listed);
    Ok(assembled(known, &before, windows, &select))
}

// ---------------------------------------------------------------- their answers

pub fn take_in(evaluation: &mut Evaluation, job: &Job, family_at: usize, answer: &Answer) -> Checked<()> {
    let family = &job.families[family_at];
    let data = evaluation.world.tables[job.table].data;
    let groups = match family.group {
        Group::Team { .. } => evaluation.teams.teams.len(),
        _ => family.groups,
    };
    let ids: Vec<MeasureId> = family.measures.iter().map(|(id, _)| *id).collect();
    // What groups without a row have.
    let empty = || Store::new(family.function, false, groups).finish(family.function, None, &|_| String::new());
    let mut measured: Vec<Vec<Measured>> = ids.iter().map(|_| empty()).collect();
    let kind = family.value.and_then(|node| kind(evaluation, data, evaluation.world.nodes[job.table], node));
    let value = |row: &[String], column: &str| -> Checked<Option<Value>> {
        let at =
            answer.columns.get(column).ok_or_else(|| answer.broken(&format!("the column `{column}` is missing")))?;
        let cell = row.get(*at).map_or("", String::as_str);
        if cell.is_empty() {
            return Ok(None);
        }
        let found = match kind {
            None => exact(cell).map(Value::Number),
            Some(ValueKind::Day) => day_of(cell).map(Value::Day),
            Some(ValueKind::Flag) => exact(cell).map(|number| Value::Flag(!number.is_zero())),
            Some(ValueKind::Text) => Some(Value::text(cell)),
            Some(ValueKind::Choice(choices)) => {
                choices.iter().position(|choice| choice.name == cell).map(|place| Value::Choice(place as u32))
            }
        };
        found.map(Some).ok_or_else(|| answer.broken(&format!("`{cell}` in `{column}` cannot be read")))
    };
    for row in answer.counted()? {
        let read = answer.count(row, "read_rows")?;
        let window = answer.count(row, "number")? as usize;
        let group = match family.group {
            Group::Company => Some(0),
            Group::Team { .. } => Some(answer.count(row, "group_1")? as usize),
            group => code(evaluation, answer, row, 1, group)?,
        };
        let slot = group.and_then(|group| measured.get_mut(window).and_then(|measured| measured.get_mut(group)));
        let Some(slot) = slot else { return Err(answer.broken("it speaks of other people, teams or months")) };
        let rows = answer.count(row, "rows_1")?;
        slot.rows = if family.function == AggregateFunction::Only { read } else { rows };
        slot.blanks = if family.function == AggregateFunction::Only { 0 } else { read - rows.min(read) };
        let blank = || if slot.blanks == 0 { Missing::NoRows } else { Missing::Blank };
        slot.value = match family.function {
            AggregateFunction::CountDistinct => Value::Number(answer.number(row, "value_1")?.unwrap_or(Number::ZERO)),
            AggregateFunction::Only if read > 1 => Value::Missing(Missing::Ambiguous(
                format!("more than one row: {read} in {}", shown(&evaluation.world.model.data[data.0])).into(),
            )),
            AggregateFunction::Only => value(row, "value_1")?.unwrap_or(Missing::Blank.into()),
            AggregateFunction::Latest => {
                let (first, last) = (value(row, "value_1")?, value(row, "value_2")?);
                match answer.day(row, "day_1")? {
                    Some(day) if first != last => {
                        Value::Missing(Missing::Ambiguous(format!("differing values on {day}").into()))
                    }
                    _ => first.unwrap_or_else(|| blank().into()),
                }
            }
            _ => {
                let (low, high) = (answer.number(row, "value_1")?, answer.number(row, "value_2")?);
                match low {
                    None => blank().into(),
                    Some(low) => {
                        let fraction = evaluation.query.measures[ids[window].0].fraction.as_ref();
                        let high = high.unwrap_or_else(|| low.clone());
                        Value::Number(crate::data::store::between(rows, &low, &high, fraction))
                    }
                }
            }
        };
    }
    for (id, measured) in ids.into_iter().zip(measured) {
        evaluation.keep_measured(job, id, measured);
    }
    Ok(())
}

//! Answers computed once more from the rows that are said to be behind them.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use merit::data::lineage::{Asked, GroupOf, LeftOut, Lineage, Row, Shown, lineage};
use merit::data::options::Options;
use merit::diagnostic::Diagnostic;
use merit::language::AggregateFunction;
use merit::model::Model;
use merit::number::Number;
use merit::plan::query::{Answers, Group, Measure, MeasureId, Measured, Query, RowNode};
use merit::value::{Missing, Value};

/// As many rows as there are.
pub const ALL: Shown = Shown { counted: usize::MAX, left_out: usize::MAX };

/// What was looked at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Looked {
    pub answers: usize,
    pub inner: usize,
    pub reasons: BTreeMap<LeftOut, usize>,
}

/// All that can be asked of a query.
pub fn everything(query: &Query, answers: &Answers) -> Vec<Asked> {
    let mut asked = Vec::new();
    for (at, measure) in query.measures.iter().enumerate() {
        let mut add = |group| asked.push(Asked { measure: MeasureId(at), group });
        match &measure.group {
            Group::Company => add(GroupOf::Company),
            Group::Team { .. } => (0..answers.teams.len()).for_each(|team| add(GroupOf::Team(team))),
            Group::Own { roster, .. } => {
                let roster = query.rosters.iter().position(|known| known == roster).unwrap();
                let posts = 0..answers.rosters[roster].posts.len();
                posts.for_each(|post| add(GroupOf::Post { roster, post }));
            }
            Group::Key { .. } => {}
        }
    }
    asked
}

/// Looks at the rows behind all answers, in tables that are kept and in such as go by.
pub fn look(model: &Model, query: &Query, answers: &Answers, options: &Options) -> Result<Looked, String> {
    let of = |stream_above| Options {
        data: options.data.clone(),
        threads: options.threads,
        allow_empty: options.allow_empty,
        stream_above,
        block: options.block,
        ..Options::of(options.data.clone())
    };
    let asked = everything(query, answers);
    let told = |found: Result<Vec<Lineage>, Vec<Diagnostic>>| {
        found.map_err(|errors| errors.iter().map(|error| error.message.clone()).collect::<Vec<_>>().join("\n"))
    };
    let both = |asked: &[Asked], shown| -> Result<Vec<Lineage>, String> {
        let kept = told(lineage(model, query, &of(u64::MAX), asked, shown))?;
        let passing = told(lineage(model, query, &of(0), asked, shown))?;
        for ((asked, kept), passing) in asked.iter().zip(&kept).zip(&passing) {
            if kept != passing {
                return Err(format!("{asked:?}: as they go by {passing:#?}, kept {kept:#?}"));
            }
        }
        Ok(kept)
    };
    let found = both(&asked, ALL)?;
    let mut looked = Looked::default();
    // A few rows of each kind are the first of all of them, whatever else is asked.
    let few = Shown { counted: 2, left_out: 1 };
    let some: Vec<Asked> = asked.iter().step_by(3).cloned().collect();
    let cut: Vec<Lineage> = found.iter().step_by(3).map(|lineage| first(lineage, few)).collect();
    if both(&some, few)? != cut {
        return Err("a few rows are others than the first".into());
    }
    let mut inner: BTreeMap<(usize, String), (Asked, Value)> = BTreeMap::new();
    for (asked, lineage) in asked.iter().zip(&found) {
        let measure = &query.measures[asked.measure.0];
        let group = match &asked.group {
            GroupOf::Company => 0,
            GroupOf::Team(team) => *team,
            GroupOf::Post { post, .. } => *post,
            GroupOf::Key(_) => unreachable!(),
        };
        let measured = answers.measures[asked.measure.0].get(group).unwrap();
        same(model, measure, lineage, &measured.value, Some(&measured))
            .map_err(|what| format!("{what}\nof {asked:?}: {measure:?}\nthe answer is {measured:?}\n{lineage:#?}"))?;
        looked.answers += 1;
        lineage.left_out.iter().for_each(|(why, _)| *looked.reasons.entry(*why).or_default() += 1);
        let nodes = &query.tables.iter().find(|table| table.data == lineage.data).unwrap().nodes;
        for row in rows(lineage) {
            for (at, leaf) in lineage.leaves.iter().enumerate() {
                if let (RowNode::Inner { measure, .. }, Some(key)) = (&nodes[leaf.0], &row.inner[at]) {
                    let asked = Asked { measure: *measure, group: GroupOf::Key(key.clone()) };
                    inner.insert((measure.0, key.to_string()), (asked, row.leaves[at].clone()));
                }
            }
        }
    }
    let (asked, values): (Vec<Asked>, Vec<Value>) = inner.into_values().take(200).unzip();
    for ((asked, lineage), value) in asked.iter().zip(both(&asked, ALL)?).zip(values) {
        let measure = &query.measures[asked.measure.0];
        same(model, measure, &lineage, &value, None)
            .map_err(|what| format!("{what}\nof {asked:?}: {measure:?}\nthe answer is {value:?}\n{lineage:#?}"))?;
        looked.inner += 1;
    }
    Ok(looked)
}

fn rows(lineage: &Lineage) -> impl Iterator<Item = &Row> {
    lineage.counted.first.iter().chain(lineage.left_out.iter().flat_map(|(_, rows)| &rows.first))
}

fn first(lineage: &Lineage, shown: Shown) -> Lineage {
    let mut lineage = lineage.clone();
    lineage.counted.first.truncate(shown.counted);
    lineage.left_out.iter_mut().for_each(|(_, rows)| rows.first.truncate(shown.left_out));
    lineage
}

/// Whether the rows give the answer, and are all that there are.
fn same(
    model: &Model,
    measure: &Measure,
    lineage: &Lineage,
    value: &Value,
    measured: Option<&Measured>,
) -> Result<(), String> {
    let all = lineage.counted.rows + lineage.left_out.iter().map(|(_, rows)| rows.rows).sum::<u64>();
    if all != lineage.rows || rows(lineage).count() as u64 != all {
        return Err(format!("{all} rows have a fate, {} are told, of {}", rows(lineage).count(), lineage.rows));
    }
    let places: BTreeSet<String> =
        rows(lineage).map(|row| format!("{:?} {:?} {:?}", row.place, row.from, row.key)).collect();
    // Months side by side are several rows in one.
    if places.len() as u64 != all && model.data[lineage.data.0].across.is_none() {
        return Err("a row stands there twice".into());
    }
    let mut reasons = lineage.left_out.iter().map(|(why, _)| *why);
    if !reasons.clone().is_sorted_by(|one, other| one < other) || reasons.any(|why| lineage.of(why) == 0) {
        return Err("the reasons are not in their order".into());
    }
    let counted = &lineage.counted.first;
    let parts: Vec<Value> = counted.iter().map(part).collect();
    let sum = parts.iter().filter_map(number).fold(Number::ZERO, |sum, number| sum.add(&number));
    let numeric = parts.iter().any(|value| number(value).is_some());
    match &lineage.counted.total {
        Some(total) if numeric || parts.is_empty() => close("the total", total, &sum)?,
        None if !numeric => {}
        // A measure whose rows have no value that is told.
        Some(total) => close("the total", total, &Number::ZERO)?,
        None => return Err("there is no total".into()),
    }
    let expected = again(measure, &parts);
    let agrees = match (value, &expected) {
        (Value::Missing(Missing::TooLarge(_)), _) => true,
        (_, _) if lineage.of(LeftOut::TooLarge) > 0 => false,
        (one, Some(other)) if one == other => true,
        (Value::Number(one), Some(Value::Number(other))) => close("the answer", one, other).is_ok(),
        (Value::Missing(Missing::OutsideStints | Missing::NoRows | Missing::Blank), None) => true,
        (Value::Missing(Missing::OutsideStints | Missing::NoRows), Some(_)) => counted.is_empty(),
        (Value::Missing(Missing::Ambiguous(_)), Some(Value::Missing(Missing::Ambiguous(_)))) => true,
        _ => false,
    };
    if !agrees {
        return Err(format!("the rows give {expected:?}"));
    }
    if let Some(measured) = measured.filter(|_| !measure.shared && lineage.of(LeftOut::TooLarge) == 0) {
        let read = lineage.counted.rows + lineage.of(LeftOut::NotPicked);
        if (measured.rows, measured.blanks) != (read, lineage.of(LeftOut::Blank)) {
            return Err(format!("{} rows and {} blanks went in", measured.rows, measured.blanks));
        }
    }
    Ok(())
}

pub trait Of {
    /// How many rows are left out for a reason.
    fn of(&self, why: LeftOut) -> u64;
}

impl Of for Lineage {
    fn of(&self, why: LeftOut) -> u64 {
        self.left_out.iter().find(|(known, _)| *known == why).map_or(0, |(_, rows)| rows.rows)
    }
}

/// What a row adds.
fn part(row: &Row) -> Value {
    match (&row.value, &row.share) {
        (Value::Number(number), Some(share)) => Value::Number(number.mul(share)),
        (value, _) => value.clone(),
    }
}

fn number(value: &Value) -> Option<Number> {
    match value {
        Value::Number(number) => Some(number.clone()),
        Value::Flag(flag) => Some(Number::from(u32::from(*flag))),
        _ => None,
    }
}

/// Exactly; where roots had a part in it, to 20 places.
fn close(what: &str, one: &Number, other: &Number) -> Result<(), String> {
    let near = one.is_approximate() && one.sub(other).abs() <= Number::from_parts(1, 20);
    if one == other || near { Ok(()) } else { Err(format!("{what} is {one:?}, the rows give {other:?}")) }
}

/// The aggregate over what rows add; nothing over no rows where that is missing.
fn again(measure: &Measure, parts: &[Value]) -> Option<Value> {
    let numbers: Vec<Number> = parts.iter().filter_map(number).collect();
    let sum = || numbers.iter().fold(Number::ZERO, |sum, number| sum.add(number));
    let count = || Number::from(parts.len() as u64);
    Some(match measure.function {
        AggregateFunction::Sum => Value::Number(sum()),
        AggregateFunction::Count => Value::Number(count()),
        AggregateFunction::CountDistinct => {
            let mut different: Vec<&Value> = Vec::new();
            for part in parts {
                if !different.iter().any(|known| known.compare(part) == Some(Ordering::Equal) || *known == part) {
                    different.push(part);
                }
            }
            Value::Number(Number::from(different.len() as u64))
        }
        _ if parts.is_empty() => return None,
        AggregateFunction::Share | AggregateFunction::Average => Value::Number(sum().div(&count())?),
        AggregateFunction::Median | AggregateFunction::Percentile => {
            let mut numbers = numbers;
            numbers.sort_by(|one, other| {
                Value::Number(one.clone()).compare(&Value::Number(other.clone())).unwrap_or(Ordering::Equal)
            });
            let half = Number::from_parts(5, 1);
            let way = Number::from(numbers.len() as u64 - 1).mul(measure.fraction.as_ref().unwrap_or(&half));
            let below = way.floor();
            let at = below.to_i64().unwrap() as usize;
            let above = numbers.get(at + 1).unwrap_or(&numbers[at]);
            Value::Number(numbers[at].add(&above.sub(&numbers[at]).mul(&way.sub(&below))))
        }
        // All rows that are taken have the value.
        AggregateFunction::Min | AggregateFunction::Max => {
            let all = parts.iter().all(|part| part.compare(&parts[0]) == Some(Ordering::Equal));
            if all { parts[0].clone() } else { Value::Missing(Missing::stated("several")) }
        }
        AggregateFunction::Latest if parts.iter().all(|part| *part == parts[0]) => parts[0].clone(),
        AggregateFunction::Only if parts.len() == 1 => parts[0].clone(),
        AggregateFunction::Latest | AggregateFunction::Only => Value::Missing(Missing::Ambiguous("several".into())),
    })
}

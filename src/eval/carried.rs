//! Measures of a running period as they would be at its end, were the rest of it to go as a stretch that has gone by.
//!
//! A sum or count is what it is so far and, for each day that is left, the part of a day that the stretch has given; a mean is
//! its sum and count carried on so. Days are those of the calendar, of somebody's own figures the days in the post. Who did
//! not hold the post in a stretch is carried on as on the mean of all days so far, for want of another; who does not hold it
//! any more is not carried on.

use std::collections::BTreeMap;

use crate::number::Number;
use crate::plan::query::{Answered, Answers, Group, MeasureId, Measured, Query, Stint};
use crate::plan::running::{Carried, Part};
use crate::time::Day;
use crate::value::{Missing, Value};

/// The answers at the end of the period, where its rest goes as the stretch with a number (see [`Carried::parts`]).
pub fn carried(query: &Query, answers: &Answers, all: &[Carried], stretch: usize) -> BTreeMap<MeasureId, Answered> {
    all.iter().map(|one| (one.measure, at_the_end(query, answers, one, stretch))).collect()
}

fn at_the_end(query: &Query, answers: &Answers, one: &Carried, stretch: usize) -> Answered {
    let known = &answers.measures[one.measure.0];
    let posts = match &query.measures[one.measure.0].group {
        Group::Own { roster, .. } => {
            query.rosters.iter().position(|data| data == roster).and_then(|roster| answers.rosters.get(roster))
        }
        Group::Company | Group::Team { .. } | Group::Key { .. } => None,
    };
    let days = |group: usize, span: (Day, Day)| match posts {
        Some(roster) => served(roster.posts.get(group).map_or(&[], |post| &post.stints), span),
        None => length(span),
    };
    let (mean, wanted) = (&one.parts[0], one.parts.get(stretch).unwrap_or(&one.parts[0]));
    let of_group = |(group, known): (usize, Measured)| {
        let left = days(group, one.left);
        let rate = |part: &Part| {
            let share = Number::ratio(left, days(group, part.days))?;
            let found = answers.measures[part.measure.0].get(group)?;
            Some((found, share))
        };
        if left == 0 {
            return known;
        }
        match rate(wanted).or_else(|| rate(mean)) {
            Some((found, share)) => added(known, &found, &share, one.is_mean),
            None => known,
        }
    };
    known.iter().enumerate().map(of_group).collect()
}

/// What is known, and a share of what a stretch has given.
fn added(known: Measured, part: &Measured, share: &Number, is_mean: bool) -> Measured {
    let rows = Number::from(known.rows).add(&Number::from(part.rows).mul(share));
    let value = match is_mean {
        true => match (total(&known), total(part)) {
            (Some(known), Some(part)) => known.add(&part.mul(share)).div(&rows).map(Value::Number),
            _ => None,
        },
        false => match (&known.value, &part.value) {
            (Value::Number(known), Value::Number(part)) => Some(Value::Number(known.add(&part.mul(share)))),
            _ => None,
        },
    };
    // What is missing, or too large to be held, is so at the end as well.
    let Some(value) = value else { return known };
    Measured { value, rows: whole(&rows), blanks: known.blanks }
}

/// What the values of a mean add up to.
fn total(mean: &Measured) -> Option<Number> {
    match &mean.value {
        Value::Number(value) => Some(value.mul(&Number::from(mean.rows))),
        Value::Missing(Missing::NoRows) if mean.rows == 0 => Some(Number::ZERO),
        _ => None,
    }
}

/// Rows are counted whole.
fn whole(rows: &Number) -> u64 {
    rows.floor().to_string().parse().unwrap_or(u64::MAX)
}

/// Both days included.
fn length((first, last): (Day, Day)) -> i32 {
    (last.0 - first.0 + 1).max(0)
}

/// Days between two days that lie in one of some stints.
fn served(stints: &[Stint], (first, last): (Day, Day)) -> i32 {
    stints.iter().map(|stint| length((stint.from.max(first), stint.to.map_or(last, |to| to.min(last))))).sum()
}

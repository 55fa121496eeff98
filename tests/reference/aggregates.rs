//! Aggregates: which rows are read, and what comes out of their values.

use std::collections::BTreeSet;

use merit::model::data::{ColumnIx, DataId, Route, TimeShape};
use merit::model::expr::{Aggregate, Reading};
use merit::number::Number;
use merit::syntax::tree::{AggregateFunction as F, ScopeWord};
use merit::time::{Day, Months};
use merit::value::{Missing, TooFew, Value};

use super::formulas::{At, MISTAKES, stated};
use super::rows::{Key, Row, When, World, span};
use super::score::Seat;

/// Whose rows are read.
enum Whose<'a> {
    Everyones,
    /// Those of the team and the teams below it; `None`: the person is in no team.
    Team(Option<&'a Key>),
    Own(&'a Seat),
    /// Those that these links tie to a row with this key.
    Linked(&'a [ColumnIx], &'a Key),
}

impl World<'_> {
    pub fn aggregate(&self, aggregate: &Aggregate, seat: &Seat, at: At) -> Value {
        let whose = match at.scope {
            ScopeWord::Company => Whose::Everyones,
            ScopeWord::Team => Whose::Team(seat.stint.team.as_ref()),
            ScopeWord::Own => Whose::Own(seat),
        };
        self.read(aggregate, &whose, at.months)
    }

    /// An aggregate inside an aggregate: over the company, the rows linked to this one.
    pub fn inner(&self, aggregate: &Aggregate, data: DataId, row: &Row, months: Months) -> Value {
        let (_, links) = aggregate.inner.as_ref().expect("the outer data set is known");
        match self.read(aggregate, &Whose::Linked(links, &self.key(data, row)), months) {
            // Said without the count.
            Value::Missing(Missing::TooFew(_)) => stated("fewer rows"),
            value => value,
        }
    }

    fn too_few(&self, data: DataId, got: u64, needed: u64) -> Value {
        let row = &self.model.data[data.0].row;
        let noun = if got == 1 { row.singular.clone() } else { row.plural.clone() };
        Value::Missing(Missing::TooFew(TooFew { got, needed, noun }.into()))
    }

    fn read(&self, aggregate: &Aggregate, whose: &Whose, months: Months) -> Value {
        let data = aggregate.data;
        let rows = match self.rows_read(aggregate, whose, months) {
            Ok(rows) => rows,
            // No stock was taken: no rows, which are fewer than any number.
            Err(Missing::NoRows)
                if aggregate.at_least.is_some_and(|needed| needed > 0) && !matches!(whose, Whose::Linked(..)) =>
            {
                return self.too_few(data, 0, aggregate.at_least.unwrap());
            }
            Err(reason) => return Value::Missing(reason),
        };
        let holds = |row: &Row, when: When| match &aggregate.condition {
            None => true,
            Some(condition) => self.of_row(condition, data, row, when, months) == Value::Flag(true),
        };
        let rows: Vec<(&Row, When)> = rows.into_iter().filter(|(row, when)| holds(row, *when)).collect();
        let mut values = Vec::new();
        for (row, when) in &rows {
            let value = match &aggregate.value {
                None => Value::Flag(true),
                Some(value) => self.of_row(value, data, row, *when, months),
            };
            match value {
                Value::Missing(_) => {}
                value => values.push((*row, value)),
            }
        }
        if let Some(needed) = aggregate.at_least {
            let got = if aggregate.function == F::Only { rows.len() } else { values.len() } as u64;
            if got < needed {
                return self.too_few(data, got, needed);
            }
        }
        let number = |count: usize| Number::from(count as u64);
        let mut numbers: Vec<Number> = values.iter().filter_map(|(_, value)| value.as_number().cloned()).collect();
        numbers.sort();
        let sum = || numbers.iter().fold(Number::ZERO, |sum, one| sum.add(one));
        let between = |place: Number| {
            // Inclusive: the first value stands at 0, the last at 1.
            let low = place.floor();
            let at = low.to_i64().unwrap() as usize;
            let next = numbers.get(at + 1).unwrap_or(&numbers[at]);
            numbers[at].add(&next.sub(&numbers[at]).mul(&place.sub(&low)))
        };
        let last = || number(values.len() - 1);
        match aggregate.function {
            F::Count => {
                // A row of valid data that changes is the same row for its key.
                if let TimeShape::Valid { .. } = self.shape(data) {
                    let keys: BTreeSet<String> =
                        values.iter().map(|(row, _)| format!("{:?}", self.key(data, row))).collect();
                    return Value::Number(number(keys.len()));
                }
                Value::Number(number(values.len()))
            }
            F::Sum => Value::Number(sum()),
            F::CountDistinct => {
                let mut distinct: Vec<&Value> = Vec::new();
                for (_, value) in &values {
                    if !distinct.contains(&value) {
                        distinct.push(value);
                    }
                }
                Value::Number(number(distinct.len()))
            }
            // The single row, whether its value is missing (with its reason) or not.
            F::Only if rows.len() > 1 => Value::Missing(Missing::Ambiguous("several".into())),
            _ if rows.is_empty() => Value::Missing(Missing::NoRows),
            F::Only => {
                let (row, when) = rows[0];
                self.of_row(aggregate.value.as_ref().unwrap(), data, row, when, months)
            }
            _ if values.is_empty() => Value::Missing(Missing::Blank),
            F::Share => {
                let yes = values.iter().filter(|(_, value)| *value == Value::Flag(true)).count();
                Value::Number(number(yes).div(&number(values.len())).unwrap())
            }
            F::Average => Value::Number(sum().div(&number(values.len())).unwrap()),
            F::Median => Value::Number(between(last().div(&Number::from(2)).unwrap())),
            F::Percentile => Value::Number(between(last().mul(aggregate.fraction.as_ref().unwrap()))),
            F::Min | F::Max => {
                let mut values: Vec<Value> = values.into_iter().map(|(_, value)| value).collect();
                values.sort_by(|a, b| a.compare(b).unwrap());
                if aggregate.function == F::Min { values.remove(0) } else { values.pop().unwrap() }
            }
            F::Latest => {
                let date = |row: &Row| {
                    let column = match (aggregate.dated_by, self.shape(data)) {
                        (Some(column), _) => column,
                        (_, TimeShape::Valid { from: column, .. } | TimeShape::Snapshot(column)) => column,
                        _ => panic!("no dates"),
                    };
                    span(row.get(&column), self).map(|(_, last)| last)
                };
                let newest = values.iter().map(|(row, _)| date(row)).max().unwrap();
                let on_it: Vec<&Value> =
                    values.iter().filter(|(row, _)| date(row) == newest).map(|(_, value)| value).collect();
                match on_it.iter().all(|other| *other == on_it[0]) {
                    true => on_it[0].clone(),
                    false => Value::Missing(Missing::Ambiguous("several".into())),
                }
            }
        }
    }

    /// The rows that are read by time, each with the day as of which its links are followed.
    fn rows_read(&self, aggregate: &Aggregate, whose: &Whose, months: Months) -> Result<Vec<(&Row, When)>, Missing> {
        let data = aggregate.data;
        if let Whose::Team(None) = whose {
            return Err(Missing::Stated("in no team".into()));
        }
        let all = self.rows[data.0].iter();
        let shape = self.shape(data);
        if let TimeShape::Always = shape {
            return Ok(all.filter(|row| self.is_theirs(data, row, whose, None)).map(|row| (row, None)).collect());
        }
        let window = match &aggregate.reading {
            Reading::During(words) => self.window(months, words),
            Reading::AtStart => Months { first: merit::time::Month(months.first.0 - months.count as i32), ..months },
            _ => months,
        };
        let (first, last) = self.days(window);
        // The days of the window that count: for own rows, those served in the post.
        let served = |from: Day, to: Day| -> Option<Day> {
            let (from, to) = (from.max(first), to.min(last));
            match whose {
                Whose::Own(seat) => seat
                    .runs
                    .iter()
                    .map(|run| (run.0.max(from), run.1.min(to)))
                    .filter(|run| run.0 <= run.1)
                    .map(|run| run.1)
                    .max(),
                _ => (from <= to).then_some(to),
            }
        };
        let Some(close) = served(first, last) else { return Err(Missing::OutsideStints) };
        let during = matches!(aggregate.reading, Reading::During(_));
        let mut found: Vec<(&Row, When)> = Vec::new();
        match shape {
            TimeShape::Always => {}
            TimeShape::Dated(_) => {
                for row in all {
                    let Some((from, to)) = span(aggregate.dated_by.and_then(|column| row.get(&column)), self) else {
                        continue;
                    };
                    if from < first || to > last {
                        if from <= last && first <= to {
                            MISTAKES
                                .with(|mistakes| mistakes.borrow_mut().push("a period straddles the window".into()));
                        }
                        continue;
                    }
                    // Of a period, the last day on which any post was held tells whose row it is.
                    if let Whose::Own(seat) = whose {
                        let held = seat.held_on_last_day(from, to);
                        if !held {
                            continue;
                        }
                    }
                    found.push((row, Some((from, to))));
                }
            }
            TimeShape::Valid { .. } => {
                for row in all {
                    let (from, to) = self.held(data, row);
                    if during {
                        found.extend(served(from, to).map(|day| (row, Some((day, day)))));
                    } else if from <= close && close <= to {
                        found.push((row, Some((close, close))));
                    }
                }
            }
            TimeShape::Snapshot(on) => {
                let taken: Vec<Day> = self.taken(data).into_iter().filter(|day| served(*day, *day).is_some()).collect();
                if taken.is_empty() && !during {
                    return Err(Missing::NoRows);
                }
                for row in all {
                    let day = row[&on].as_day().unwrap();
                    if during && taken.contains(&day) {
                        found.push((row, Some((day, day))));
                    } else if !during && taken.last() == Some(&day) {
                        found.push((row, Some((close, close))));
                    }
                }
            }
        }
        found.retain(|(row, when)| self.is_theirs(data, row, whose, *when));
        Ok(found)
    }

    fn is_theirs(&self, data: DataId, row: &Row, whose: &Whose, when: When) -> bool {
        match whose {
            Whose::Everyones => true,
            Whose::Team(None) => false,
            Whose::Team(Some(team)) => {
                let of_row = self.team_of(data, row, when);
                of_row.is_some_and(|of_row| self.is_below(&of_row, team, when))
            }
            Whose::Own(seat) => {
                let routes = &self.model.data[data.0].belongs.own;
                let route = routes.iter().find(|(roster, _)| *roster == seat.roster);
                let Some((_, Route::Links(links))) = route else { panic!("no way to the roster") };
                self.key_behind(data, row, links, when).as_ref() == Some(&seat.key)
            }
            Whose::Linked(links, key) => self.key_behind(data, row, links, when).as_ref() == Some(*key),
        }
    }
}

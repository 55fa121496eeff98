//! Aggregates: which rows are read, and what comes out of their values.

use std::collections::BTreeSet;

use merit::language::{AcrossStints, AggregateFunction as F, ScopeWord};
use merit::model::data::{ColumnIx, ColumnType, DataId, Route, TimeShape};
use merit::model::expr::{Aggregate, Base, Expr, Reading};
use merit::number::Number;
use merit::time::{Day, Months};
use merit::value::{Missing, TooFew, Value};

use super::formulas::{At, mistake, stated};
use super::rows::{Key, Row, Stint, When, World, span};
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
        if self.is_shared(aggregate) {
            return self.shared_by_days(aggregate, whose, months);
        }
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

    /// Whether each day of a row has an equal part of its value.
    fn is_shared(&self, aggregate: &Aggregate) -> bool {
        let set = &self.model.data[aggregate.data.0];
        let is_amount = |value: &Expr| matches!(&value.ty.base, Base::Number(unit) if !unit.is_none());
        let of_period = aggregate.dated_by.is_some_and(|column| matches!(set.columns[column.0].ty, ColumnType::Period));
        of_period
            && set.across_stints == Some(AcrossStints::SharedByDays)
            && aggregate.function == F::Sum
            && aggregate.value.as_ref().is_some_and(is_amount)
    }

    /// The sum, day by day: what each day of a row in the window gives to whoever it is of on that day.
    fn shared_by_days(&self, aggregate: &Aggregate, whose: &Whose, months: Months) -> Value {
        let data = aggregate.data;
        let Reading::During(words) = &aggregate.reading else { panic!("events are read during a window") };
        if let Whose::Team(None) = whose {
            return Value::Missing(Missing::Stated("in no team".into()));
        }
        let window = self.window(months, words);
        let (first, last) = self.days(window);
        if let Whose::Own(seat) = whose {
            let served = |run: &&(Day, Day)| run.0 <= last && first <= run.1;
            if seat.runs.iter().find(served).is_none() {
                return Value::Missing(Missing::OutsideStints);
            }
        }
        let (mut sum, mut counted) = (Number::ZERO, 0);
        for row in &self.rows[data.0] {
            let Some((from, to)) = span(aggregate.dated_by.and_then(|column| row.get(&column)), self) else { continue };
            if !self.is_known(data, aggregate.dated_by.unwrap(), (from, to)) {
                continue;
            }
            let when = Some((from, to));
            let all = Number::from(to.0 - from.0 + 1);
            let theirs = |day: &i32| {
                let day = Day(*day);
                first <= day && day <= last && self.is_theirs_on(data, row, whose, when, day)
            };
            let days = (from.0..=to.0).filter(theirs).count() as u64;
            if days == 0 {
                continue;
            }
            let counts = aggregate
                .condition
                .as_ref()
                .is_none_or(|condition| self.of_row(condition, data, row, when, months) == Value::Flag(true));
            if !counts {
                continue;
            }
            if let Value::Number(number) = self.of_row(aggregate.value.as_ref().unwrap(), data, row, when, months) {
                counted += 1;
                sum = sum.add(&number.mul(&Number::from(days)).div(&all).unwrap());
            }
        }
        match aggregate.at_least {
            Some(needed) if counted < needed => self.too_few(data, counted, needed),
            _ => Value::Number(sum),
        }
    }

    /// Whether a row of a period is of somebody on a day.
    fn is_theirs_on(&self, data: DataId, row: &Row, whose: &Whose, when: When, day: Day) -> bool {
        match whose {
            Whose::Own(seat) => {
                let held = seat.runs.iter().any(|run| run.0 <= day && day <= run.1);
                held && self.is_theirs(data, row, whose, when)
            }
            Whose::Team(Some(team)) => match self.person_of_team(data, row, when) {
                Some((roster, key)) => {
                    let on_day = |stint: &Stint| stint.from <= day && day <= stint.to;
                    let stints = self.stints(roster).into_iter().find(|(known, _)| *known == key);
                    let stint = stints.and_then(|(_, stints)| stints.into_iter().find(on_day));
                    let theirs = stint.and_then(|stint| stint.team);
                    theirs.is_some_and(|theirs| self.is_below(&theirs, team, Some((day, day))))
                }
                None => {
                    let theirs = self.team_of(data, row, when);
                    theirs.is_some_and(|theirs| self.is_below(&theirs, team, Some((day, day))))
                }
            },
            _ => self.is_theirs(data, row, whose, when),
        }
    }

    /// The roster and the person on a row's way to its team.
    fn person_of_team(&self, data: DataId, row: &Row, when: When) -> Option<(DataId, Key)> {
        let Route::Links(links) = &self.model.data[data.0].belongs.team else { return None };
        (0..=links.len()).find_map(|to| {
            let at = self.model.links_to(data, &links[..to]);
            let set = &self.model.data[at.0];
            let tells = matches!(&set.belongs.team, Route::Links(rest) if rest.as_slice() == &links[to..]);
            let evaluated = set
                .roster
                .as_ref()
                .is_some_and(|roster| self.model.positions.iter().any(|position| roster.may_hold(&position.name)));
            let through = evaluated && set.organisation.is_none() && tells;
            through.then(|| self.key_behind(data, row, &links[..to], when).map(|key| (at, key)))
        })?
    }

    /// The roster and the person whose row it is, where rows are sorted by people.
    fn person_of(&self, data: DataId, row: &Row, whose: &Whose, when: When) -> Option<(DataId, Key)> {
        match whose {
            Whose::Own(seat) => {
                let routes = &self.model.data[data.0].belongs.own;
                let route = routes.iter().find(|(roster, _)| *roster == seat.roster);
                let Some((_, Route::Links(links))) = route else { panic!("no way to the roster") };
                self.key_behind(data, row, links, when).map(|key| (seat.roster, key))
            }
            Whose::Team(Some(_)) => self.person_of_team(data, row, when),
            _ => None,
        }
    }

    fn stints_of(&self, (roster, key): (DataId, Key)) -> Vec<Stint> {
        self.stints(roster).into_iter().find(|(known, _)| *known == key).map_or_else(Vec::new, |(_, stints)| stints)
    }

    fn is_described(&self, post: &str) -> bool {
        self.model.positions.iter().any(|position| position.name == post)
    }

    /// Whether a row of a period counts for anybody: for a post held last in it, a team, or a row linked to.
    fn is_somebodys(&self, data: DataId, row: &Row, whose: &Whose, (from, to): (Day, Day)) -> bool {
        let when = Some((from, to));
        match whose {
            Whose::Everyones => true,
            Whose::Team(None) => false,
            Whose::Team(Some(_)) => self.team_of(data, row, when).is_some(),
            Whose::Linked(links, _) => self.key_behind(data, row, links, when).is_some(),
            Whose::Own(_) => {
                let stints = self.person_of(data, row, whose, when).map_or_else(Vec::new, |who| self.stints_of(who));
                let held = stints.iter().rfind(|stint| stint.from <= to && from <= stint.to);
                held.is_some_and(|stint| self.is_described(&stint.post))
            }
        }
    }

    /// Whether a row of a period counts for somebody, and not all of it for one post or team.
    fn is_in_parts(&self, data: DataId, row: &Row, whose: &Whose, (from, to): (Day, Day)) -> bool {
        let when = Some((from, to));
        // A team with all above it on the day.
        let place = |team: Key, day: i32| self.upwards(team, Some((Day(day), Day(day))));
        let days: Vec<Option<Option<Vec<Key>>>> = match (self.person_of(data, row, whose, when), whose) {
            (Some(person), _) => {
                let stints = self.stints_of(person);
                let on = |day: i32| {
                    let stint = stints.iter().find(|stint| stint.from.0 <= day && day <= stint.to.0)?;
                    Some(match whose {
                        Whose::Own(_) => self.is_described(&stint.post).then(|| vec![vec![Value::text(&stint.post)]]),
                        _ => stint.team.clone().map(|team| place(team, day)),
                    })
                };
                (from.0..=to.0).map(on).collect()
            }
            (None, Whose::Team(Some(_))) => {
                let Some(team) = self.team_of(data, row, when) else { return false };
                (from.0..=to.0).map(|day| Some(Some(place(team.clone(), day)))).collect()
            }
            (None, _) => return false,
        };
        days.iter().any(|day| matches!(day, Some(Some(_)))) && days.iter().any(|day| *day != days[0] || day.is_none())
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
                    if !self.is_known(data, aggregate.dated_by.unwrap(), (from, to)) {
                        continue;
                    }
                    let counts = || {
                        aggregate.condition.as_ref().is_none_or(|condition| {
                            self.of_row(condition, data, row, Some((from, to)), months) == Value::Flag(true)
                        })
                    };
                    if from < first || to > last {
                        if from <= last && first <= to && self.is_somebodys(data, row, whose, (from, to)) && counts() {
                            mistake("a period straddles the window");
                        }
                        continue;
                    }
                    let held_last = self.model.data[data.0].across_stints == Some(AcrossStints::HeldLast);
                    if !held_last && from < to && self.is_in_parts(data, row, whose, (from, to)) {
                        if counts() {
                            mistake("a row of a period lies in two stints");
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

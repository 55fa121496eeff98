//! The files of a project as rows in memory, and what can be said of a row: when it holds, where its links lead, whose
//! it is. Everything is looked for from the first row to the last, each time anew.

use std::collections::{BTreeMap, BTreeSet};

use merit::language::ScopeWord;
use merit::model::Model;
use merit::model::data::stored::Step;
use merit::model::data::{ColumnIx, ColumnType, DataId, Route, TimeShape};
use merit::number::Number;
use merit::source::SourceSet;
use merit::time::{Day, Month, Months, PeriodName, Start};
use merit::value::Value;

use super::closings::Closings;

/// Cells by column; blank ones are absent.
pub type Row = BTreeMap<ColumnIx, Value>;

/// A key, part by part.
pub type Key = Vec<Value>;

/// The days as of which links are followed: a day, the days of a period, or no day at all.
pub type When = Option<(Day, Day)>;

pub struct World<'m> {
    pub model: &'m Model,
    /// By data set.
    pub rows: Vec<Vec<Row>>,
    pub months: Months,
    /// The months of the company's own, with their first and last days; none where it has the ordinary ones.
    own_months: Vec<(Month, Day, Day)>,
    pub sources: &'m SourceSet,
    /// What is supposed over these months.
    pub supposed: Vec<Supposed>,
    /// The last day that is known, of a period that is running.
    pub as_of: Option<Day>,
    /// What was closed of earlier periods.
    pub closings: Closings,
}

/// The value that is supposed of a KPI of somebody in a post.
#[derive(Clone, Debug)]
pub struct Supposed {
    pub roster: DataId,
    /// As the program writes it.
    pub person: String,
    /// The name of the position.
    pub position: String,
    pub kpi: String,
    pub scope: ScopeWord,
    pub value: Value,
}

/// `A / 16`
pub fn written(key: &Key) -> String {
    let parts = key.iter().map(|part| match part {
        Value::Text(text) => text.to_string(),
        other => panic!("{other:?} in a key"),
    });
    parts.collect::<Vec<_>>().join(" / ")
}

/// A run of days of one person in one post and team.
#[derive(Clone, Debug)]
pub struct Stint {
    pub from: Day,
    pub to: Day,
    pub post: String,
    pub team: Option<Key>,
}

/// No day of any file lies beyond these.
pub const FIRST_DAY: Day = Day(-1_000_000);
pub const LAST_DAY: Day = Day(1_000_000);

impl<'m> World<'m> {
    pub fn new(
        model: &'m Model,
        sources: &'m SourceSet,
        files: &BTreeMap<String, String>,
        months: Months,
    ) -> World<'m> {
        let read = |data: usize| {
            let set = &model.data[data];
            let text = &files[&set.files[0].pattern];
            let mut lines = text.lines();
            let header: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
            let row = |line: &str| {
                let cells: Vec<&str> = line.split(',').collect();
                let mut row = Row::new();
                for (at, column) in set.columns.iter().enumerate() {
                    let Some(place) = header.iter().position(|text| column.headers.iter().any(|one| one == text))
                    else {
                        continue;
                    };
                    if let Some(value) = cell(model, &column.ty, cells[place]) {
                        row.insert(ColumnIx(at), value);
                    }
                }
                row
            };
            // A row without any cell filled is none.
            lines.filter(|line| line.chars().any(|one| one != ',')).map(row).collect()
        };
        let rows: Vec<Vec<Row>> = (0..model.data.len()).map(read).collect();
        let mut own_months = Vec::new();
        if let Some(own) = &model.company.calendar_data {
            for row in &rows[own.data.0] {
                let Value::Period(month) = row[&own.month] else { panic!("a month is a period") };
                let day = |column| row[&column].as_day().unwrap();
                own_months.push((month.first, day(own.first), day(own.last)));
            }
        }
        let (supposed, closings) = (Vec::new(), Closings::default());
        let mut world = World { model, rows, months, own_months, sources, supposed, as_of: None, closings };
        world.compute();
        world
    }

    /// A day, or the one before the last of all where it is not known yet.
    fn known(&self, data: DataId, day: Day) -> Day {
        let calendar = self.model.company.calendar_data.as_ref().is_some_and(|own| own.data == data);
        match self.as_of {
            Some(known) if day > known && !calendar => LAST_DAY.previous(),
            _ => day,
        }
    }

    /// Whether a row is known by a date or period of it: one that has ended, or one of a plan.
    pub fn is_known(&self, data: DataId, column: ColumnIx, (_, to): (Day, Day)) -> bool {
        let Some(day) = self.as_of else { return true };
        let (_, end) = self.days(self.months);
        let covers_the_end = |row: &Row| match row.get(&column) {
            Some(period @ Value::Period(_)) => {
                span(Some(period), self).is_some_and(|(from, to)| from <= end && end <= to)
            }
            _ => false,
        };
        to <= day || self.rows[data.0].iter().any(covers_the_end)
    }

    /// Puts in what rows are dated, found and followed by where that is computed: as of the row's own day, in the order in which
    /// columns build on one another.
    fn compute(&mut self) {
        let model = self.model;
        let mut asked = Vec::new();
        for (at, set) in model.data.iter().enumerate() {
            for (place, column) in set.columns.iter().enumerate() {
                let is_read =
                    set.role(ColumnIx(place)).is_some() || matches!(column.ty, ColumnType::Date | ColumnType::Period);
                if column.derived.is_some() && is_read {
                    asked.push(Step::Column(DataId(at), ColumnIx(place)));
                }
            }
        }
        for step in model.in_order(asked) {
            let Step::Column(data, column) = step else { continue };
            let formula = model.data[data.0].columns[column.0].derived.as_ref().unwrap();
            let follows = model.goes_by_day(data, column);
            for at in 0..self.rows[data.0].len() {
                let row = &self.rows[data.0][at];
                let when = match model.data[data.0].time {
                    TimeShape::Dated(on) | TimeShape::Snapshot(on) => span(row.get(&on), self),
                    TimeShape::Always | TimeShape::Valid { .. } => None,
                };
                if follows && when.is_none() {
                    continue;
                }
                let value = self.of_row(formula, data, row, when, self.months);
                if !value.is_missing() {
                    self.rows[data.0][at].insert(column, value);
                }
            }
        }
    }

    pub fn days(&self, months: Months) -> (Day, Day) {
        (self.month(months.first).0, self.month(months.last()).1)
    }

    /// The first and the last day of a month.
    pub fn month(&self, month: Month) -> (Day, Day) {
        if let Some((_, first, last)) = self.own_months.iter().find(|own| own.0 == month) {
            return (*first, *last);
        }
        assert!(self.own_months.is_empty(), "{month} is among the company's months");
        let first = |month: Month| Day::from_ymd(month.year(), month.number(), 1).unwrap();
        (first(month), first(Month(month.0 + 1)).previous())
    }

    pub fn month_of(&self, day: Day) -> Month {
        let (year, month, _) = day.ymd();
        let own = self.own_months.iter().find(|(_, first, last)| *first <= day && day <= *last);
        assert!(own.is_some() || self.own_months.is_empty(), "{day} is in one of the company's months");
        own.map_or(Month::new(year, month), |own| own.0)
    }

    /// The day that something begins on.
    pub fn start(&self, start: Start) -> Day {
        match start {
            Start::Day(day) => day,
            Start::Month(month) => self.month(month).0,
        }
    }

    /// Whole months between two days, counted one by one: the day with the same place in its month is looked for, the
    /// day behind a month that is too short.
    pub fn months_between(&self, from: Day, to: Day) -> i32 {
        if to < from {
            return -self.months_between(to, from);
        }
        let month = self.month_of(from);
        let place = from.0 - self.month(month).0.0;
        let after = |count: i32| {
            let (first, last) = self.month(Month(month.0 + count));
            Day(first.0 + place).min(last.next())
        };
        (0..).find(|count| after(count + 1) > to).unwrap()
    }

    pub fn key(&self, data: DataId, row: &Row) -> Key {
        self.model.data[data.0].key.iter().map(|column| row[column].clone()).collect()
    }

    /// From which day to which a row holds.
    pub fn held(&self, data: DataId, row: &Row) -> (Day, Day) {
        let day = |column: &ColumnIx| row.get(column).and_then(Value::as_day);
        match &self.model.data[data.0].time {
            TimeShape::Always => (FIRST_DAY, LAST_DAY),
            TimeShape::Dated(column) => span(row.get(column), self).unwrap_or((FIRST_DAY, LAST_DAY)),
            TimeShape::Valid { from, to } => {
                let to = to.as_ref().and_then(&day).unwrap_or(LAST_DAY);
                (
                    self.known(data, day(from).unwrap()),
                    if self.as_of.is_some_and(|known| to > known) { LAST_DAY } else { to },
                )
            }
            TimeShape::Snapshot(on) => {
                let taken = self.known(data, day(on).unwrap());
                let next = self.taken(data).into_iter().find(|other| *other > taken);
                (taken, next.map_or(LAST_DAY, Day::previous))
            }
        }
    }

    /// The days on which stock was taken.
    pub fn taken(&self, data: DataId) -> BTreeSet<Day> {
        let TimeShape::Snapshot(on) = self.model.data[data.0].time else { return BTreeSet::new() };
        self.rows[data.0].iter().filter_map(|row| Some(self.known(data, row.get(&on)?.as_day()?))).collect()
    }

    /// The row that a link leads to: the one that holds (the latest such over the days of a period), else the
    /// latest earlier one, else the first later one.
    pub fn follow(&self, data: DataId, row: &Row, link: ColumnIx, when: When) -> Option<(DataId, &Row)> {
        let (target, key) = self.link(data, row, link)?;
        self.row_of(target, &key, when).map(|row| (target, row))
    }

    fn row_of(&self, target: DataId, key: &Key, when: When) -> Option<&Row> {
        let mut rows: Vec<&Row> = self.rows[target.0].iter().filter(|row| self.key(target, row) == *key).collect();
        if let TimeShape::Always | TimeShape::Dated(_) = self.model.data[target.0].time {
            return rows.first().copied();
        }
        let from = |row: &Row| match self.model.data[target.0].time {
            TimeShape::Valid { from, .. } => row[&from].as_day().unwrap(),
            TimeShape::Snapshot(on) => row[&on].as_day().unwrap(),
            _ => FIRST_DAY,
        };
        rows.sort_by_key(|row| from(row));
        let (_, last) = when.unwrap_or((LAST_DAY, LAST_DAY));
        // Rows of a plan are followed as of their own days, whatever is known by now.
        let of_period = when.is_some_and(|(from, to)| from < to);
        let begins = |row: &Row| if of_period { from(row) } else { self.known(target, from(row)) };
        let begun = rows.iter().rev().find(|row| begins(row) <= last);
        begun.or(rows.first()).copied()
    }

    /// The data set and the key that a link column names.
    fn link(&self, data: DataId, row: &Row, link: ColumnIx) -> Option<(DataId, Key)> {
        match &self.model.data[data.0].columns[link.0].ty {
            ColumnType::Link { data: target, by } if by.is_empty() => Some((*target, vec![row.get(&link)?.clone()])),
            ColumnType::Link { data: target, by } => {
                Some((*target, by.iter().map(|column| row.get(column).cloned()).collect::<Option<Key>>()?))
            }
            _ => None,
        }
    }

    /// The key at the end of a chain of links: the row's own where there is none to follow.
    pub fn key_behind(&self, data: DataId, row: &Row, links: &[ColumnIx], when: When) -> Option<Key> {
        match links {
            [] => Some(self.key(data, row)),
            [link] => self.link(data, row, *link).map(|(_, key)| key),
            [link, rest @ ..] => {
                let (data, row) = self.follow(data, row, *link, when)?;
                self.key_behind(data, row, rest, when)
            }
        }
    }

    pub fn team_of(&self, data: DataId, row: &Row, when: When) -> Option<Key> {
        match &self.model.data[data.0].belongs.team {
            Route::Links(links) => self.key_behind(data, row, links, when),
            _ => None,
        }
    }

    /// Whether a team is another or lies below it, in the tree as it stands on the last of some days.
    pub fn is_below(&self, team: &Key, top: &Key, when: When) -> bool {
        self.upwards(team.clone(), when).contains(top)
    }

    /// A team with all above it.
    pub fn upwards(&self, team: Key, when: When) -> Vec<Key> {
        let sets = &self.model.data;
        let at = DataId(sets.iter().position(|set| set.organisation.is_some()).unwrap());
        let parent = sets[at.0].organisation.unwrap();
        let mut teams = Vec::new();
        let mut team = Some(team);
        while let Some(one) = team {
            team = self.row_of(at, &one, when).and_then(|row| self.link(at, row, parent)).map(|(_, key)| key);
            teams.push(one);
        }
        teams
    }

    /// The stints of everyone on a roster, in the order of time.
    pub fn stints(&self, roster: DataId) -> Vec<(Key, Vec<Stint>)> {
        let mut rows: Vec<&Row> = self.rows[roster.0].iter().collect();
        rows.sort_by_key(|row| self.held(roster, row).0);
        let mut people: Vec<(Key, Vec<Stint>)> = Vec::new();
        for row in rows {
            let key = self.key(roster, row);
            let (from, to) = self.held(roster, row);
            let role = self.model.data[roster.0].roster.as_ref().unwrap();
            let post = match (&role.every, role.post.and_then(|post| row.get(&post))) {
                (Some(every), _) => every.clone(),
                (None, Some(Value::Text(post))) => post.to_string(),
                _ => String::new(),
            };
            let team = self.team_of(roster, row, Some((from, from)));
            let at = people.iter().position(|(known, _)| *known == key).unwrap_or_else(|| {
                people.push((key, Vec::new()));
                people.len() - 1
            });
            match people[at].1.last_mut() {
                Some(last) if last.post == post && last.team == team && last.to.next() == from => last.to = to,
                _ => people[at].1.push(Stint { from, to, post, team }),
            }
        }
        people
    }
}

/// The days of a date or a period.
pub fn span(value: Option<&Value>, world: &World) -> Option<(Day, Day)> {
    match value? {
        Value::Day(day) => Some((*day, *day)),
        Value::Period(months) => Some(world.days(*months)),
        _ => None,
    }
}

fn cell(model: &Model, ty: &ColumnType, text: &str) -> Option<Value> {
    if text.is_empty() {
        return None;
    }
    Some(match ty {
        ColumnType::Text | ColumnType::Link { .. } => Value::text(text),
        ColumnType::Number { cell_factor, .. } => {
            let (text, factor) = match text.strip_suffix('%') {
                Some(text) => (text, Number::from_parts(1, 2)),
                None => (text, cell_factor.clone().unwrap_or(Number::ONE)),
            };
            Value::Number(text.parse::<Number>().unwrap().mul(&factor))
        }
        ColumnType::Date => {
            let parts: Vec<u32> = text.split('-').map(|part| part.parse().unwrap()).collect();
            Value::Day(Day::from_ymd(parts[0] as i32, parts[1], parts[2]).unwrap())
        }
        ColumnType::Period => Value::Period(model.company.calendar.months(PeriodName::parse(text).unwrap())),
        ColumnType::Flag => Value::Flag(text == "yes"),
        ColumnType::Choice(choices) => {
            let named = |choice: &merit::model::data::Choice| {
                choice.name == text || choice.texts.iter().any(|other| other == text)
            };
            Value::Choice(choices.iter().position(named).unwrap() as u32)
        }
        ColumnType::Position => {
            let named = model.positions.iter().find(|one| one.name == text || one.label.text == text);
            Value::text(named.map_or(text, |position| &position.name))
        }
    })
}

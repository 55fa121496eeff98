//! Small tables that go to the engine with the statements: who held which post when, where teams stand, and rows of
//! tables that are read from files.

use std::collections::BTreeSet;

use super::dialect::{Dialect, SmallTables, day_text};
use super::periods;
use super::rows::{Known, PostsUntil, all_posts_name, exact_places, inner_name, posts_name, rows_name};
use crate::data::columns::column::NONE;
use crate::data::measures::measure::Evaluation;
use crate::data::rows::shape::{ALWAYS_AFTER, ALWAYS_BEFORE, Shape};
use crate::data::rows::table::{Table, text_of};
use crate::model::data::{ColumnIx, ColumnType, DataId};
use crate::plan::query::Rows;
use crate::time::{Month, Months};
use crate::value::Value;

/// What the cells of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    Day,
    Whole,
    Number(u32),
    Flag,
}

/// A small table.
#[derive(Clone, Debug)]
pub struct Relation {
    pub name: String,
    /// What it holds, in a few words.
    pub about: String,
    pub columns: Vec<(String, Kind)>,
    /// Cells as text; `None` is blank.
    pub rows: Vec<Vec<Option<String>>>,
}

/// Rows in one `INSERT`.
const ROWS: usize = 500;

/// Rows that are still written out within a statement, a line each.
const WRITTEN_OUT: usize = 1_000;

/// Rows that are handed over at once.
const PIECE: usize = 50_000;

impl Relation {
    /// The SQL that makes it, where it is made before the statements.
    pub fn sql(&self, dialect: Dialect) -> Vec<String> {
        let name = dialect.name_of(&self.name);
        match dialect.small_tables() {
            SmallTables::Within => return Vec::new(),
            SmallTables::Views => {
                return vec![format!("{} {name} AS {}", dialect.making_small(), self.select(dialect))];
            }
            SmallTables::Filled => {}
        }
        let mut sql = vec![self.empty(dialect)];
        for rows in self.rows.chunks(ROWS) {
            sql.push(format!("INSERT INTO {name} VALUES\n{}", self.lines(dialect, rows)));
        }
        sql
    }

    /// The SQL that makes it without rows.
    pub fn empty(&self, dialect: Dialect) -> String {
        let column = |(name, of): &(String, Kind)| {
            let ty = kind(dialect, of);
            // Texts are compared letter by letter.
            let ty = if *of == Kind::Text { dialect.ordered(&ty) } else { ty };
            format!("{} {ty}", dialect.name_of(name))
        };
        let columns: Vec<String> = self.columns.iter().map(column).collect();
        format!("{} {} ({})", dialect.making_small(), dialect.name_of(&self.name), columns.join(", "))
    }

    /// The SQL that fills it from a parameter that holds rows as a list of lists of texts, in JSON.
    pub fn filling(&self, dialect: Dialect) -> String {
        let cell =
            |(at, (_, of)): (usize, &(String, Kind))| format!("CAST(cells[{}] AS {})", at + 1, kind(dialect, of));
        let cells: Vec<String> = self.columns.iter().enumerate().map(cell).collect();
        format!(
            "INSERT INTO {} SELECT {} FROM (SELECT UNNEST(CAST(CAST($1 AS JSON) AS VARCHAR[][])) AS cells) lines",
            dialect.name_of(&self.name),
            cells.join(", ")
        )
    }

    /// Whether its rows are too many to be read with every statement anew.
    pub fn is_large(&self) -> bool {
        self.rows.len() > WRITTEN_OUT
    }

    /// Its rows in pieces that are handed over at once.
    pub fn pieces(&self) -> impl Iterator<Item = &[Vec<Option<String>>]> {
        self.rows.chunks(PIECE)
    }

    /// A statement with this table before it, if it reads it.
    pub fn before(&self, dialect: Dialect, statement: &str) -> String {
        match statement.strip_prefix("WITH ") {
            Some(rest) if statement.contains(&self.name) => {
                format!("WITH {} AS (\n  {}\n), {rest}", dialect.name_of(&self.name), self.select(dialect))
            }
            _ => statement.to_string(),
        }
    }

    /// It as a query.
    fn select(&self, dialect: Dialect) -> String {
        let names: Vec<String> = self.columns.iter().map(|(name, _)| dialect.name_of(name)).collect();
        let typed = |(name, (_, of)): (&String, &(String, Kind))| {
            let value = if self.rows.is_empty() { "NULL" } else { name.as_str() };
            let cast = format!("CAST({value} AS {})", kind(dialect, of));
            // Texts are compared letter by letter.
            let cast = if *of == Kind::Text { dialect.ordered(&cast) } else { cast };
            format!("{cast} AS {name}")
        };
        let typed: Vec<String> = names.iter().zip(&self.columns).map(typed).collect();
        if self.rows.is_empty() {
            return format!("SELECT {} WHERE FALSE", typed.join(", "));
        }
        let (typed, names) = (typed.join(", "), names.join(", "));
        let lists = || dialect.lists_of(&self.lists(dialect), &names);
        let rows = Some(()).filter(|()| self.is_large()).and_then(|()| lists());
        let rows = rows.unwrap_or_else(|| dialect.values(&self.lines(dialect, &self.rows), &names));
        format!("SELECT {typed} FROM {rows}")
    }

    /// Its columns, each with its type.
    fn lists(&self, dialect: Dialect) -> Vec<(String, Vec<Option<&str>>)> {
        let column = |(at, (_, of)): (usize, &(String, Kind))| {
            (kind(dialect, of), self.rows.iter().map(|row| row[at].as_deref()).collect())
        };
        self.columns.iter().enumerate().map(column).collect()
    }

    fn lines(&self, dialect: Dialect, rows: &[Vec<Option<String>>]) -> String {
        let cell = |(cell, (_, kind)): (&Option<String>, &(String, Kind))| match (cell, kind) {
            (None, _) => "NULL".to_string(),
            (Some(cell), Kind::Text) => dialect.text(cell),
            (Some(cell), Kind::Day) => format!("DATE '{cell}'"),
            (Some(cell), Kind::Whole | Kind::Number(_) | Kind::Flag) => cell.clone(),
        };
        let line = |row: &Vec<Option<String>>| {
            let cells: Vec<String> = row.iter().zip(&self.columns).map(cell).collect();
            format!("  ({})", cells.join(", "))
        };
        rows.iter().map(line).collect::<Vec<_>>().join(",\n")
    }
}

fn kind(dialect: Dialect, kind: &Kind) -> String {
    match kind {
        Kind::Text => dialect.type_of_text().to_string(),
        Kind::Day => "DATE".to_string(),
        Kind::Whole => "INTEGER".to_string(),
        Kind::Number(places) => dialect.decimal(*places),
        Kind::Flag => "BOOLEAN".to_string(),
    }
}

/// All that statements use.
pub fn all(known: &Known, evaluation: &Evaluation) -> Vec<Relation> {
    let used = known.used.borrow();
    let mut relations = Vec::new();
    for (roster, until) in &used.posts {
        relations.extend(posts(known, evaluation, *roster, *until));
    }
    for roster in &used.all_posts {
        relations.extend(all_posts(known, evaluation, *roster));
    }
    if used.teams {
        relations.extend(teams(known, evaluation));
    }
    if used.above {
        relations.push(above(evaluation));
    }
    if used.periods {
        relations.push(periods_read(known));
    }
    if used.own_months {
        relations.extend(own_months(known));
    }
    for (data, columns) in &used.rows {
        if let Some(place) = known.world.place_of.get(data) {
            let columns: Vec<ColumnIx> = columns.iter().copied().collect();
            relations.push(rows(known, known.world.tables[*place], &columns));
        }
    }
    for id in &used.inner {
        let measure = &known.query.measures[id.0];
        let (Some(answers), crate::plan::query::Group::Key { data, .. }) = (known.world.inner.get(id), &measure.group)
        else {
            continue;
        };
        let Some(keys) = known.world.place_of.get(data).and_then(|place| known.world.tables[*place].keys.as_ref())
        else {
            continue;
        };
        let mut most = 0;
        let mut lines = Vec::new();
        for key in 0..keys.len() as u32 {
            let value = match answers.value(key as usize) {
                Value::Number(number) => {
                    most = most.max(exact_places(&number).unwrap_or(0));
                    Some(number.to_string())
                }
                _ => None,
            };
            lines.push(vec![Some(keys.known.get(key).to_string()), value]);
        }
        relations.push(Relation {
            name: inner_name(*id),
            about: format!("what was computed from files for each row of {}", known.set(*data).name),
            columns: vec![("key".into(), Kind::Text), ("value".into(), Kind::Number(most))],
            rows: lines,
        });
    }
    relations
}

fn whole(number: usize) -> Option<String> {
    Some(number.to_string())
}

fn day(day: i32) -> Option<String> {
    Some(day_text(day))
}

fn posts(known: &Known, evaluation: &Evaluation, roster: DataId, until: PostsUntil) -> Option<Relation> {
    let found = evaluation.rosters.iter().find(|known| known.data == roster)?;
    let table = known.world.tables[*known.world.place_of.get(&roster)?];
    let keys = table.keys.as_ref()?;
    let mut columns = vec![
        ("key".to_string(), Kind::Text),
        ("since".to_string(), Kind::Day),
        ("until".to_string(), Kind::Day),
        ("post".to_string(), Kind::Whole),
    ];
    columns.extend(until.next.then(|| ("before_next".to_string(), Kind::Day)));
    columns.extend(until.again.then(|| ("before_again".to_string(), Kind::Day)));
    let mut rows = Vec::new();
    for key in keys.texts.sorted() {
        for served in found.days_served(key) {
            let mut row = vec![
                Some(keys.known.get(key).to_string()),
                day(served.from),
                day(served.to),
                whole(served.post as usize),
            ];
            row.extend(until.next.then(|| day(served.before_next)));
            row.extend(until.again.then(|| day(served.before_again)));
            rows.push(row);
        }
    }
    Some(Relation {
        name: posts_name(&known.set(roster).name),
        about: format!("the posts held by each {}, by number", known.set(roster).row.singular),
        columns,
        rows,
    })
}

fn all_posts(known: &Known, evaluation: &Evaluation, roster: DataId) -> Option<Relation> {
    let found = evaluation.rosters.iter().find(|known| known.data == roster)?;
    let table = known.world.tables[*known.world.place_of.get(&roster)?];
    let keys = table.keys.as_ref()?;
    let mut rows = Vec::new();
    for key in keys.texts.sorted() {
        for post in found.posts(key) {
            rows.push(vec![Some(keys.known.get(key).to_string()), whole(post as usize)]);
        }
    }
    Some(Relation {
        name: all_posts_name(&known.set(roster).name),
        about: format!("all posts of each {}, by number", known.set(roster).row.singular),
        columns: vec![("key".into(), Kind::Text), ("post".into(), Kind::Whole)],
        rows,
    })
}

fn teams(known: &Known, evaluation: &Evaluation) -> Option<Relation> {
    let organisation = known.query.organisation?;
    let table = known.world.tables[*known.world.place_of.get(&organisation)?];
    let keys = table.keys.as_ref()?;
    let mut rows = Vec::new();
    for key in keys.texts.sorted() {
        let runs = evaluation.teams.runs_of(key);
        for (at, (from, place)) in runs.iter().enumerate() {
            let since = if at == 0 { ALWAYS_BEFORE } else { *from };
            let until = runs.get(at + 1).map_or(ALWAYS_AFTER, |(next, _)| next - 1);
            rows.push(vec![Some(keys.known.get(key).to_string()), day(since), day(until), whole(*place as usize)]);
        }
    }
    Some(Relation {
        name: "merit_teams".into(),
        about: "the place of each team in the organisation, by number".into(),
        columns: vec![
            ("key".into(), Kind::Text),
            ("since".into(), Kind::Day),
            ("until".into(), Kind::Day),
            ("place".into(), Kind::Whole),
        ],
        rows,
    })
}

fn above(evaluation: &Evaluation) -> Relation {
    let mut rows = Vec::new();
    for place in 0..evaluation.teams.places() as u32 {
        let mut teams = Vec::new();
        evaluation.teams.upwards(place, &mut teams);
        // The team itself comes first.
        let its_own = |at: usize| Some(if at == 0 { "TRUE" } else { "FALSE" }.to_string());
        let row = |(at, team): (usize, u32)| vec![whole(place as usize), whole(team as usize), its_own(at)];
        rows.extend(teams.into_iter().enumerate().map(row));
    }
    Relation {
        name: "merit_teams_above".into(),
        about: "each place with its team and all teams above".into(),
        columns: vec![("place".into(), Kind::Whole), ("team".into(), Kind::Whole), ("its_own".into(), Kind::Flag)],
        rows,
    }
}

/// The days of all periods that lie, wholly or in part, in a window that is read.
fn periods_read(known: &Known) -> Relation {
    let calendar = &known.model.company.calendar;
    let mut all = BTreeSet::new();
    for measure in known.query.measures.iter().filter(|measure| known.is_remote(measure.data)) {
        let Rows::Dated { months: window, .. } = &measure.rows else { continue };
        for count in [1, 3, 6, 12] {
            let first = window.first.0 - count as i32 + 1;
            all.extend((first..=window.last().0).map(|first| Months { first: Month(first), count }));
        }
    }
    let row = |period: Months| {
        let (first, last) = calendar.days(period);
        vec![Some(periods::written(period)), day(first.0), day(last.0)]
    };
    Relation {
        name: "merit_periods".into(),
        about: "the first and the last day of each period, by its first and last month".into(),
        columns: vec![("period".into(), Kind::Text), ("since".into(), Kind::Day), ("until".into(), Kind::Day)],
        rows: all.into_iter().map(row).collect(),
    }
}

/// All days of the company's own months.
fn own_months(known: &Known) -> Option<Relation> {
    let own = known.model.company.calendar.own.as_ref()?;
    let mut rows = Vec::new();
    for (month, first, last) in own.told() {
        rows.extend(
            (first.0..=last.0).map(|one| vec![day(one), Some(month.0.to_string()), Some((one - first.0).to_string())]),
        );
    }
    Some(Relation {
        name: "merit_days".into(),
        about: "the days of the company's own months: the month's number and the day's place in it".into(),
        columns: vec![("day".into(), Kind::Day), ("month".into(), Kind::Whole), ("place".into(), Kind::Whole)],
        rows,
    })
}

/// Rows of a table, with the days on which links find them.
fn rows(known: &Known, table: &Table, columns: &[ColumnIx]) -> Relation {
    let set = known.set(table.data);
    let mut all: Vec<ColumnIx> = set.key.clone();
    all.extend(columns.iter().filter(|column| !set.key.contains(column)));
    let kind_of = |column: &ColumnIx| match &set.column(*column).ty {
        ColumnType::Number { .. } if !set.key.contains(column) => {
            Kind::Number(known.places_of(table.data, *column).unwrap_or(0))
        }
        ColumnType::Date if !set.key.contains(column) => Kind::Day,
        ColumnType::Flag if !set.key.contains(column) => Kind::Flag,
        _ => Kind::Text,
    };
    let cell = |row: usize, column: &ColumnIx| match table.column(*column).map(|column| column.value(row)) {
        None | Some(Value::Missing(_)) => None,
        Some(Value::Choice(choice)) => match &set.column(*column).ty {
            ColumnType::Choice(choices) => choices.get(choice as usize).map(|choice| choice.name.clone()),
            _ => None,
        },
        Some(Value::Day(one)) => day(one.0),
        Some(Value::Period(months)) => Some(periods::written(months)),
        Some(Value::Flag(flag)) if kind_of(column) == Kind::Flag => {
            Some(if flag { "TRUE" } else { "FALSE" }.to_string())
        }
        Some(value) => Some(text_of(&value)),
    };
    let timeless = table.is_timeless();
    let mut lines = Vec::new();
    let begins = |row: u32| match &table.shape {
        Shape::Valid { from, .. } => from[row as usize],
        Shape::Snapshot(days) => days[row as usize],
        Shape::Always | Shape::Dated => ALWAYS_BEFORE,
    };
    let ends = |row: u32| match &table.shape {
        Shape::Valid { to, .. } => to[row as usize],
        Shape::Snapshot(_) | Shape::Always | Shape::Dated => ALWAYS_AFTER,
    };
    if let Some(keys) = &table.keys {
        for key in keys.known.sorted() {
            let of_key: Vec<u32> = keys.rows(key).iter().copied().filter(|row| *row != NONE).collect();
            for (at, row) in of_key.iter().enumerate() {
                let mut line: Vec<Option<String>> = all.iter().map(|column| cell(*row as usize, column)).collect();
                if !timeless {
                    // Before its first row a key stands for that; in a gap for the row before it.
                    line.push(day(if at == 0 { ALWAYS_BEFORE } else { begins(*row) }));
                    line.push(day(of_key.get(at + 1).map_or(ALWAYS_AFTER, |next| begins(*next) - 1)));
                    line.push(day(begins(*row)));
                    line.push(day(ends(*row)));
                }
                lines.push(line);
            }
        }
    }
    let mut named: Vec<(String, Kind)> =
        all.iter().map(|column| (set.column(*column).name.clone(), kind_of(column))).collect();
    if !timeless {
        named.push(("merit_since".into(), Kind::Day));
        named.push(("merit_until".into(), Kind::Day));
        // When the row itself holds.
        named.push(("merit_from".into(), Kind::Day));
        named.push(("merit_to".into(), Kind::Day));
    }
    Relation {
        name: rows_name(&set.name),
        about: format!("rows of {}, read from files", set.name),
        columns: named,
        rows: lines,
    }
}

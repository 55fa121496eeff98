//! Rows of a table in an engine, with what links lead to: columns, groups and formulas as SQL.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use super::cells::Cells;
use super::dialect::Dialect;
use super::{Cannot, MOST_PLACES, Remote};
use crate::data::columns::column::Column;
use crate::data::people::pieces::way_to_stints;
use crate::data::rows::nodes::World;
use crate::data::rows::shape::ALWAYS_AFTER;
use crate::language::AcrossStints;
use crate::model::Model;
use crate::model::data::{Choice, ColumnIx, ColumnType, DataId, TimeShape};
use crate::number::Number;
use crate::plan::Stored;
use crate::plan::query::{Group, MeasureId, NodeId, Query, Rows};
use crate::value::Value;

/// What is known while statements are written.
pub struct Known<'a> {
    pub model: &'a Model,
    pub query: &'a Query,
    pub world: &'a World<'a>,
    /// The formulas of columns that tables are read by.
    pub stored: &'a Stored,
    pub remote: &'a Remote,
    pub dialect: Dialect,
    /// The columns that are read of each table.
    pub needed: &'a [(DataId, Vec<ColumnIx>)],
    /// What the statements need beside the engine's own tables.
    pub used: RefCell<Used>,
}

/// Small tables that go to the engine with the statements.
#[derive(Default)]
pub struct Used {
    /// Tables of the engine that are read once, with the columns read.
    pub reads: BTreeMap<DataId, BTreeSet<ColumnIx>>,
    /// Rows of tables that are read from files, with the columns needed.
    pub rows: BTreeMap<DataId, BTreeSet<ColumnIx>>,
    /// The posts held, day by day.
    pub posts: BTreeMap<DataId, PostsUntil>,
    /// The posts of each person, whatever the day.
    pub all_posts: BTreeSet<DataId>,
    pub teams: bool,
    /// The teams above each.
    pub above: bool,
    /// The days of periods.
    pub periods: bool,
    /// The days of the company's own months.
    pub own_months: bool,
    /// Answers of inner aggregates over files.
    pub inner: BTreeSet<MeasureId>,
    /// Inner aggregates over rows dated by periods: such a row must not straddle their windows.
    pub straddled: BTreeSet<MeasureId>,
}

/// Until when a post held counts as the latest one, beside its last day.
#[derive(Clone, Copy, Default)]
pub struct PostsUntil {
    /// The day before the person's next post.
    pub next: bool,
    /// The day before the person holds the same post once more.
    pub again: bool,
}

/// The type of an SQL expression.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Type<'a> {
    /// With so many places behind the point.
    Number(u32),
    Text,
    Day,
    /// A text, as [`super::periods`] has it.
    Period,
    Flag,
    Choice(&'a [Choice]),
    /// Always missing.
    Nothing,
}

/// An SQL expression that stands as one operand.
#[derive(Clone, Debug)]
pub struct Sql<'a> {
    pub text: String,
    pub ty: Type<'a>,
    /// Whether it may be `NULL`.
    pub missing: bool,
    /// A number is so many times too large: an engine has no fractions, and what is divided by a number that is the same in
    /// every row is divided when it has been added up.
    pub over: u64,
}

impl<'a> Sql<'a> {
    pub fn new(text: impl Into<String>, ty: Type<'a>, missing: bool) -> Sql<'a> {
        Sql { text: text.into(), ty, missing, over: 1 }
    }

    /// As a value of its own, which a fraction is not.
    pub fn whole(self) -> Result<Sql<'a>, Cannot> {
        if self.over == 1 { Ok(self) } else { Err(Cannot::divides()) }
    }
}

/// Parts of a statement that stand in front of it.
#[derive(Default)]
pub struct Before {
    /// Tables of the engine, with the columns read.
    pub reads: BTreeMap<DataId, BTreeSet<ColumnIx>>,
    /// Those of them in which links find the row of a day.
    pub by_day: BTreeSet<DataId>,
    /// Further tables, each with its name.
    pub more: Vec<String>,
    /// Answers of inner aggregates over tables of the engine, in an order in which they can stand.
    pub inner: IndexMap<MeasureId, String>,
    /// Which rows of a table are read at all, as conditions on the engine's own columns.
    pub windows: BTreeMap<DataId, String>,
    /// Tables that are also read for other rows than those of a window.
    pub elsewhere: BTreeSet<DataId>,
}

/// A column that links, of its data set.
pub type Link = (DataId, ColumnIx);

/// The rows of a table that a measure reads, as far as links have been followed.
pub struct Scope {
    pub data: DataId,
    pub time: Time,
    /// The first day of what the row is of, and the last one: as of that links are followed. Nothing as long as the
    /// post is not known that tells it.
    pub days: Option<(String, String)>,
    /// Which rows are read, but for windows of dates and periods.
    pub conditions: Vec<String>,
    /// The post of a row that is cut to the days served.
    pub post: Option<String>,
    pub joins: Vec<String>,
    /// Tables that were joined before the day was known.
    pub without_day: Vec<String>,
    /// Links that may have led to the row of another day, with the alias of that row.
    other_days: Vec<(Link, String)>,
    aliases: BTreeMap<Vec<ColumnIx>, String>,
    /// What else is joined, by what it is joined on.
    pub others: BTreeMap<String, String>,
    /// The rows have cells alone: what is computed from them is written out.
    of_cells: bool,
}

/// How the rows of a scope are sorted into windows.
#[derive(Clone, Debug, PartialEq)]
pub enum Time {
    /// Not at all: all of them are of one.
    None,
    /// By a date, which this is.
    Day(String),
    Period(String),
}

impl Scope {
    pub fn new(data: DataId) -> Scope {
        Scope {
            data,
            time: Time::None,
            days: None,
            conditions: Vec::new(),
            post: None,
            joins: Vec::new(),
            without_day: Vec::new(),
            other_days: Vec::new(),
            aliases: BTreeMap::new(),
            others: BTreeMap::new(),
            of_cells: false,
        }
    }

    /// The rows of a table before anything is computed from their cells.
    pub fn of_cells(data: DataId) -> Scope {
        Scope { of_cells: true, ..Scope::new(data) }
    }

    fn is_written_out(&self, model: &Model, via: &[ColumnIx], column: ColumnIx) -> bool {
        self.of_cells && via.is_empty() && model.formula_of(self.data, column).is_some()
    }

    /// The day as of which links are followed.
    fn day(&self) -> Option<&str> {
        self.days.as_ref().map(|(_, last)| last.as_str())
    }
}

/// The rows of a scope.
pub const OWN: &str = "r";

impl<'a> Known<'a> {
    pub fn set(&self, data: DataId) -> &'a crate::model::data::DataSet {
        &self.model.data[data.0]
    }

    pub fn is_remote(&self, data: DataId) -> bool {
        self.remote.tables.contains_key(&data)
    }

    /// A column of the rows themselves.
    pub fn own_column(&self, before: &mut Before, data: DataId, column: ColumnIx) -> String {
        self.need(before, data, column);
        format!("{OWN}.{}", self.dialect.name_of(&self.set(data).column(column).name))
    }

    /// The `FROM` clause of all that has been followed. What stands in `WHERE` is left to the caller.
    pub fn from(&self, scope: &Scope) -> String {
        let mut text = format!("FROM {} {OWN}", self.dialect.name_of(&read_name(&self.set(scope.data).name)));
        for join in &scope.joins {
            text.push_str("\n  ");
            text.push_str(join);
        }
        text
    }

    /// The row that links lead to: its alias and its data set.
    fn follow(&self, scope: &mut Scope, before: &mut Before, via: &[ColumnIx]) -> Result<(String, DataId), Cannot> {
        let Some((last, way)) = via.split_last() else { return Ok((OWN.to_string(), scope.data)) };
        let target = self.model.links_to(scope.data, via);
        if let Some(alias) = scope.aliases.get(via) {
            return Ok((alias.clone(), target));
        }
        let keys = self.link(scope, before, way, *last)?;
        let names: Vec<&str> = (0..via.len())
            .map(|at| self.set(self.model.links_to(scope.data, &via[..at])).column(via[at]).name.as_str())
            .collect();
        let alias = self.dialect.name_of(&format!("its {}", names.join(" ")));
        let own = self.set(target);
        let mut on: Vec<String> = own
            .key
            .iter()
            .zip(&keys)
            .map(|(column, value)| {
                let column = format!("{alias}.{}", self.dialect.name_of(&own.column(*column).name));
                format!("{column} = {value}")
            })
            .collect();
        let timeless = matches!(own.time, TimeShape::Always | TimeShape::Dated(_));
        if !timeless {
            match scope.day() {
                Some(day) => on.push(holds_on(day, &alias)),
                None => scope.without_day.push(alias.clone()),
            }
            let from = self.model.links_to(scope.data, way);
            scope.other_days.push(((from, *last), alias.clone()));
        }
        let table = if self.is_remote(target) {
            before.elsewhere.insert(target);
            let reads = before.reads.entry(target).or_default();
            reads.extend(&own.key);
            match own.time {
                TimeShape::Valid { from: begins, .. } | TimeShape::Snapshot(begins) => {
                    reads.insert(begins);
                    if let TimeShape::Valid { to: Some(ends), .. } = own.time {
                        reads.insert(ends);
                    }
                    before.by_day.insert(target);
                    by_day_name(&own.name)
                }
                TimeShape::Always | TimeShape::Dated(_) => read_name(&own.name),
            }
        } else {
            self.used.borrow_mut().rows.entry(target).or_default();
            rows_name(&own.name)
        };
        scope.joins.push(format!("LEFT JOIN {} {alias} ON {}", self.dialect.name_of(&table), on.join(" AND ")));
        scope.aliases.insert(via.to_vec(), alias.clone());
        Ok((alias, target))
    }

    /// Links that have led to the row of another day than the one they were followed on, and when they have.
    pub fn other_days(&self, scope: &Scope) -> Vec<(Link, String)> {
        let Some((first, last)) = &scope.days else { return Vec::new() };
        // Nobody has asked for a day.
        if *last == self.dialect.day(ALWAYS_AFTER) {
            return Vec::new();
        }
        let mut links: BTreeMap<Link, Vec<String>> = BTreeMap::new();
        for (link, alias) in &scope.other_days {
            links.entry(*link).or_default().push(format!("{alias}.merit_from > {last} OR {alias}.merit_to < {first}"));
        }
        links.into_iter().map(|(link, conditions)| (link, conditions.join(" OR "))).collect()
    }

    /// The parts of the key that a link names, as texts.
    fn link(
        &self,
        scope: &mut Scope,
        before: &mut Before,
        way: &[ColumnIx],
        link: ColumnIx,
    ) -> Result<Vec<String>, Cannot> {
        let (alias, data) = self.follow(scope, before, way)?;
        let ColumnType::Link { by, .. } = &self.set(data).column(link).ty else {
            return Err(Cannot::new("follows a column that is no link"));
        };
        let own = [link];
        let parts: &[ColumnIx] = if by.is_empty() { &own } else { by };
        let mut keys = Vec::with_capacity(parts.len());
        for part in parts {
            keys.push(match scope.is_written_out(self.model, way, *part) {
                true => self.computed(scope, before, *part)?.text,
                false => self.key_part(before, &alias, data, *part)?,
            });
        }
        Ok(keys)
    }

    /// A column as a part of a key.
    fn key_part(&self, before: &mut Before, alias: &str, data: DataId, column: ColumnIx) -> Result<String, Cannot> {
        self.need(before, data, column);
        let declared = self.set(data).column(column);
        match &declared.ty {
            ColumnType::Text | ColumnType::Link { .. } | ColumnType::Choice(_) | ColumnType::Position => {
                Ok(format!("{alias}.{}", self.dialect.name_of(&declared.name)))
            }
            _ => Err(Cannot::new(format!("follows a link by `{}`, which is no text", declared.name))),
        }
    }

    /// The row's own key as a text that no other key has.
    pub fn own_key(&self, scope: &Scope, before: &mut Before) -> String {
        let keys = self.set(scope.data).key.iter();
        let parts: Vec<String> =
            keys.map(|key| self.dialect.as_text(&self.own_column(before, scope.data, *key))).collect();
        self.dialect.key(&parts)
    }

    fn need(&self, before: &mut Before, data: DataId, column: ColumnIx) {
        if self.is_remote(data) {
            before.reads.entry(data).or_default().insert(column);
        } else {
            self.used.borrow_mut().rows.entry(data).or_default().insert(column);
        }
    }

    /// The key that links name as one text; of the row itself where there are none.
    pub fn key(&self, scope: &mut Scope, before: &mut Before, via: &[ColumnIx]) -> Result<String, Cannot> {
        let parts = match via.split_last() {
            Some((last, way)) => self.link(scope, before, way, *last)?,
            None => {
                let keys = self.set(scope.data).key.clone();
                keys.iter().map(|key| self.key_part(before, OWN, scope.data, *key)).collect::<Result<_, _>>()?
            }
        };
        Ok(self.dialect.key(&parts))
    }

    /// The group of a row, as the column that is grouped by; `None` for all rows together.
    pub fn group(&self, scope: &mut Scope, before: &mut Before, group: &Group) -> Result<Option<String>, Cannot> {
        let is_roster = |data: DataId| self.query.rosters.contains(&data);
        if let (Time::Period(_), true) =
            (&scope.time, self.set(scope.data).across_stints != Some(AcrossStints::HeldLast))
        {
            let teams_change = || {
                let mut trees = self.model.data.iter().filter(|set| set.organisation.is_some());
                matches!(group, Group::Team { .. }) && trees.any(|tree| !matches!(tree.time, TimeShape::Always))
            };
            let what = match way_to_stints(self.model, scope.data, group, is_roster) {
                Some(_) => Some("people may change post"),
                None => teams_change().then_some("teams may get others above them"),
            };
            if let Some(what) = what {
                return Err(Cannot::new(format!(
                    "tells whose rows of periods are, in which {what}; `held last` behind `dated by` in `{}` settles it",
                    self.set(scope.data).name
                )));
            }
        }
        let (table, column, via) = match group {
            Group::Company => return Ok(None),
            Group::Key { via, .. } => return self.key(scope, before, via).map(Some),
            Group::Team { via } => ("merit_teams".to_string(), "place", via),
            Group::Own { .. } if scope.post.is_some() => return Ok(scope.post.clone()),
            Group::Own { roster, via } => {
                let name = &self.set(*roster).name;
                let table = if scope.time == Time::None { all_posts_name(name) } else { posts_name(name) };
                (table, "post", via)
            }
        };
        let key = self.key(scope, before, via)?;
        let known = format!("{table} {key}");
        if let Some(alias) = scope.others.get(&known) {
            return Ok(Some(format!("{alias}.{column}")));
        }
        let alias = format!("{}_{}", if column == "post" { "post" } else { "team" }, scope.others.len() + 1);
        let Some((first, last)) = &scope.days else { return Err(Cannot::new("groups rows of no day")) };
        let mut used = self.used.borrow_mut();
        let time = match (group, &scope.time) {
            (Group::Own { roster, .. }, Time::None) => {
                used.all_posts.insert(*roster);
                String::new()
            }
            (Group::Own { roster, .. }, Time::Period(_)) => {
                used.posts.entry(*roster).or_default().next = true;
                // The post held last in the period.
                format!(" AND {last} BETWEEN {alias}.since AND {alias}.before_next AND {alias}.until >= {first}")
            }
            _ => {
                if let Group::Own { roster, .. } = group {
                    used.posts.entry(*roster).or_default();
                } else {
                    used.teams = true;
                }
                format!(" AND {last} BETWEEN {alias}.since AND {alias}.until")
            }
        };
        let table = self.dialect.name_of(&table);
        scope.joins.push(format!("LEFT JOIN {table} {alias} ON {alias}.key = {key}{time}"));
        scope.others.insert(known, alias.clone());
        Ok(Some(format!("{alias}.{column}")))
    }

    pub fn column(
        &self,
        scope: &mut Scope,
        before: &mut Before,
        via: &[ColumnIx],
        column: ColumnIx,
    ) -> Result<Sql<'a>, Cannot> {
        if scope.is_written_out(self.model, via, column) {
            return self.computed(scope, before, column);
        }
        let (alias, data) = self.follow(scope, before, via)?;
        let set = self.set(data);
        let declared = set.column(column);
        let optional_way = (0..via.len()).any(|at| {
            let from = self.set(self.model.links_to(scope.data, &via[..at]));
            from.column(via[at]).optional
        });
        let ty = match &declared.ty {
            ColumnType::Number { cell_factor, .. } if self.is_remote(data) => {
                let cells = Cells::new(self.model, self.remote, data, column);
                Type::Number(cells.scale() + cell_factor.as_ref().map_or(0, places))
            }
            ColumnType::Number { .. } => Type::Number(self.places_of(data, column)?),
            ColumnType::Date => Type::Day,
            ColumnType::Flag => Type::Flag,
            ColumnType::Choice(choices) => Type::Choice(choices),
            ColumnType::Text | ColumnType::Position => Type::Text,
            ColumnType::Link { by, .. } if by.is_empty() => Type::Text,
            ColumnType::Link { .. } => return Err(Cannot::new("reads a link of several columns as a value")),
            ColumnType::Period => Type::Period,
        };
        self.need(before, data, column);
        let text = format!("{alias}.{}", self.dialect.name_of(&declared.name));
        Ok(Sql::new(text, ty, declared.optional || optional_way))
    }

    /// How many places the numbers of a column have that is read from files.
    pub fn places_of(&self, data: DataId, column: ColumnIx) -> Result<u32, Cannot> {
        let table = self.world.place_of.get(&data).map(|place| self.world.tables[*place]);
        match table.and_then(|table| table.column(column)) {
            Some(Column::Fixed { scale, .. }) => Ok(*scale),
            Some(Column::Wide(values)) => {
                values.iter().flatten().map(exact_places).try_fold(0, |most, places| Ok(most.max(places?)))
            }
            _ => Ok(0),
        }
    }

    /// A node of the table's rows. `choices` are those that a bare label is one of.
    pub fn node(
        &self,
        scope: &mut Scope,
        before: &mut Before,
        id: NodeId,
        choices: Option<&'a [Choice]>,
    ) -> Result<Sql<'a>, Cannot> {
        let nodes =
            self.query.tables.iter().find(|table| table.data == scope.data).map_or(&[][..], |table| &table.nodes);
        self.formula(scope, before, nodes, id, choices)
    }

    /// The same; a number may be a fraction, by [`Sql::over`].
    pub fn quotient(&self, scope: &mut Scope, before: &mut Before, id: NodeId) -> Result<Sql<'a>, Cannot> {
        let nodes =
            self.query.tables.iter().find(|table| table.data == scope.data).map_or(&[][..], |table| &table.nodes);
        self.fraction(scope, before, nodes, id)
    }

    /// The answer of an inner aggregate for the row.
    pub fn inner(
        &self,
        scope: &mut Scope,
        before: &mut Before,
        via: &[ColumnIx],
        id: MeasureId,
    ) -> Result<Sql<'a>, Cannot> {
        let key = self.key(scope, before, via)?;
        let measure = &self.query.measures[id.0];
        let (table, ty, missing) = if self.is_remote(measure.data) {
            let (ty, missing) = self.inner_statement(before, id)?;
            (format!("inner_{}", id.0), ty, missing)
        } else {
            let answers =
                self.world.inner.get(&id).ok_or_else(|| {
                    Cannot::new("reads an aggregate over files that itself needs answers of the engine")
                })?;
            let count = self.world.place_of.get(&scope.data).map_or(0, |_| self.keys_of(&measure.group));
            let mut most = 0;
            for at in 0..count {
                match answers.value(at) {
                    Value::Number(number) => most = most.max(exact_places(&number)?),
                    Value::Missing(_) => {}
                    _ => return Err(Cannot::new("reads an aggregate that is no number from files")),
                }
            }
            self.used.borrow_mut().inner.insert(id);
            (inner_name(id), Type::Number(most), true)
        };
        let known = format!("{table} {key}");
        let alias = match scope.others.get(&known) {
            Some(alias) => alias.clone(),
            None => {
                let alias = format!("sum_{}", scope.others.len() + 1);
                scope.joins.push(format!("LEFT JOIN {} {alias} ON {alias}.key = {key}", self.dialect.name_of(&table)));
                scope.others.insert(known, alias.clone());
                alias
            }
        };
        let value = format!("{alias}.value");
        let text = match (self.is_remote(measure.data) && !missing, &measure.rows) {
            (false, _) => value,
            // Without any stock there is nothing to count in.
            (true, Rows::Newest(first, last)) => {
                let newest = self.newest(measure.data, *first, *last);
                format!("CASE WHEN {key} IS NOT NULL AND {newest} IS NOT NULL THEN COALESCE({value}, 0) END")
            }
            // A key without rows: nothing was counted.
            (true, _) => format!("CASE WHEN {key} IS NOT NULL THEN COALESCE({value}, 0) END"),
        };
        let optional = via
            .iter()
            .enumerate()
            .any(|(at, link)| self.set(self.model.links_to(scope.data, &via[..at])).column(*link).optional);
        let missing = missing || matches!(measure.rows, Rows::Newest(..));
        Ok(Sql::new(text, ty, missing || optional))
    }

    /// How many keys an inner aggregate over files is grouped by.
    pub fn keys_of(&self, group: &Group) -> usize {
        let Group::Key { data, .. } = group else { return 0 };
        let table = self.world.place_of.get(data).map(|place| self.world.tables[*place]);
        table.and_then(|table| table.keys.as_ref()).map_or(0, |keys| keys.groups())
    }
}

/// The places behind the point that a number of files has.
pub fn exact_places(number: &Number) -> Result<u32, Cannot> {
    match number.as_decimal().filter(|_| !number.is_approximate()) {
        Some(decimal) if decimal.scale() <= MOST_PLACES => Ok(decimal.scale()),
        _ => Err(Cannot::new("reads a number from files that is no decimal")),
    }
}

pub fn places(number: &Number) -> u32 {
    number.as_decimal().map_or(0, |decimal| decimal.scale())
}

pub fn read_name(data: &str) -> String {
    format!("{data}_read")
}

/// The rows of a table of the engine with the days on which links find them.
pub fn by_day_name(data: &str) -> String {
    format!("{data}_by_day")
}

/// Whether links find a row on a day.
pub fn holds_on(day: &str, alias: &str) -> String {
    format!("{day} BETWEEN {alias}.merit_since AND {alias}.merit_until")
}

pub fn rows_name(data: &str) -> String {
    format!("merit_rows_{data}")
}

pub fn posts_name(roster: &str) -> String {
    format!("merit_posts_{roster}")
}

pub fn all_posts_name(roster: &str) -> String {
    format!("merit_all_posts_{roster}")
}

pub fn inner_name(id: MeasureId) -> String {
    format!("merit_inner_{}", id.0)
}

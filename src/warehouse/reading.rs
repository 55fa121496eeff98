//! Which rows a measure reads by time, and the day as of which their links are followed: what the local engine does
//! in [`crate::data::measures::scan`] and, for rows cut to the days served, in [`crate::data::people::own`].

use super::cells::Cells;
use super::rows::{Before, Known, PostsUntil, Scope, Time, holds_on, posts_name, read_name};
use super::{Cannot, periods};
use crate::data::rows::shape::ALWAYS_AFTER;
use crate::model::data::{ColumnIx, ColumnType, DataId, TimeShape};
use crate::plan::query::{Group, Rows};
use crate::time::{Day, Months};

/// The table of the days on which rows are read for each post.
const SERVED: &str = "served";

impl Known<'_> {
    /// The rows that measures with such a group read.
    pub fn scope(&self, data: DataId, rows: &Rows, group: &Group, before: &mut Before) -> Result<Scope, Cannot> {
        let mut scope = Scope::new(data);
        before.reads.entry(data).or_default();
        match rows {
            // No day: the latest row counts.
            Rows::All => scope.days = Some(one_day(self.dialect.day(ALWAYS_AFTER))),
            Rows::Dated { column, .. } => self.dated(&mut scope, *column, before),
            _ => match group {
                Group::Own { roster, via } => self.served(&mut scope, rows, *roster, via, before)?,
                _ => {
                    let day = self.held(&mut scope, rows, before);
                    scope.days = Some(one_day(day));
                }
            },
        }
        Ok(scope)
    }

    /// Rows dated by a column.
    fn dated(&self, scope: &mut Scope, column: ColumnIx, before: &mut Before) {
        let own = self.own_column(before, scope.data, column);
        if !matches!(self.set(scope.data).column(column).ty, ColumnType::Period) {
            scope.days = Some(one_day(own.clone()));
            scope.time = Time::Day(own);
            return;
        }
        self.used.borrow_mut().periods = true;
        scope.joins.push(format!("LEFT JOIN merit_periods its_days ON its_days.period = {own}"));
        scope.days = Some(("its_days.since".to_string(), "its_days.until".to_string()));
        scope.time = Time::Period(own);
    }

    /// Rows that hold on days, or stock: notes which are read, and gives the day as of which they are.
    fn held(&self, scope: &mut Scope, rows: &Rows, before: &mut Before) -> String {
        let day = |day: &Day| self.dialect.day(day.0);
        let (from, to) = self.days_held(before, scope.data);
        let (condition, read) = match rows {
            Rows::HeldOn(on) => (format!("{} BETWEEN {from} AND {to}", day(on)), day(on)),
            Rows::HeldDuring(first, last) => {
                (format!("{from} <= {} AND {to} >= {}", day(last), day(first)), format!("LEAST({to}, {})", day(last)))
            }
            Rows::Newest(first, last) => (format!("{from} = {}", self.newest(scope.data, *first, *last)), day(last)),
            Rows::TakenDuring(first, last) => (format!("{from} BETWEEN {} AND {}", day(first), day(last)), from),
            Rows::All | Rows::Dated { .. } => return self.dialect.day(ALWAYS_AFTER),
        };
        scope.conditions.push(condition);
        read
    }

    /// The last day between two on which stock was taken; `NULL` where it was not.
    pub fn newest(&self, data: DataId, first: Day, last: Day) -> String {
        let d = self.dialect;
        let TimeShape::Snapshot(taken) = self.set(data).time else { return "NULL".to_string() };
        let taken = d.name_of(&self.set(data).column(taken).name);
        let (table, first, last) = (d.name_of(&read_name(&self.set(data).name)), d.day(first.0), d.day(last.0));
        format!("(SELECT MAX({taken}) FROM {table} WHERE {taken} BETWEEN {first} AND {last})")
    }

    /// First and last day on which a row holds; of stock the day it was taken.
    pub fn days_held(&self, before: &mut Before, data: DataId) -> (String, String) {
        let forever = self.dialect.day(ALWAYS_AFTER);
        match self.set(data).time {
            TimeShape::Valid { from, to } => {
                let to = to.map(|to| self.own_column(before, data, to));
                let to = to.map_or(forever.clone(), |to| format!("COALESCE({to}, {forever})"));
                (self.own_column(before, data, from), to)
            }
            TimeShape::Snapshot(taken) => {
                let taken = self.own_column(before, data, taken);
                (taken.clone(), taken)
            }
            TimeShape::Always | TimeShape::Dated(_) => (forever.clone(), forever),
        }
    }

    /// Rows that hold on days, or stock, cut to the days served in a post: each is read on the last day served. Whose
    /// a row is may change from day to day, so the way to the roster is joined first and its days are looked at when
    /// the post has told the day.
    fn served(
        &self,
        scope: &mut Scope,
        rows: &Rows,
        roster: DataId,
        via: &[ColumnIx],
        before: &mut Before,
    ) -> Result<(), Cannot> {
        let d = self.dialect;
        let posts = d.name_of(&posts_name(&self.set(roster).name));
        let key = self.key(scope, before, via)?;
        let (from, to) = self.days_held(before, scope.data);
        let mut until = PostsUntil::default();
        let (table, on, day) = match rows {
            Rows::HeldOn(last) => {
                before.more.push(self.days_served(&posts, None, *last, None));
                (SERVED, format!("post.day BETWEEN {from} AND {to}"), "post.day".to_string())
            }
            Rows::Newest(first, last) => {
                before.more.push(self.days_served(&posts, Some(*first), *last, Some(scope.data)));
                (SERVED, format!("post.taken = {from}"), "post.day".to_string())
            }
            Rows::TakenDuring(..) => {
                self.held(scope, rows, before);
                (posts.as_str(), format!("{from} BETWEEN post.since AND post.until"), from.clone())
            }
            _ => {
                self.held(scope, rows, before);
                let Rows::HeldDuring(first, last) = rows else { return Err(Cannot::new("reads rows of no day")) };
                until.again = true;
                let (first, last) = (d.day(first.0), format!("LEAST({to}, {})", d.day(last.0)));
                let on = format!(
                    "{last} BETWEEN post.since AND post.before_again AND post.until >= GREATEST({from}, {first})"
                );
                (posts.as_str(), on, format!("LEAST(post.until, {last})"))
            }
        };
        let mut used = self.used.borrow_mut();
        let known = used.posts.entry(roster).or_default();
        known.again |= until.again;
        scope.joins.push(format!("JOIN {table} post ON post.key = {key} AND {on}"));
        for alias in std::mem::take(&mut scope.without_day) {
            scope.conditions.push(holds_on(&day, &alias));
        }
        scope.days = Some(one_day(day));
        scope.post = Some("post.post".to_string());
        Ok(())
    }

    /// The last day up to `last` on which each post was held; with `stock` the newest day of it while it was.
    fn days_served(&self, posts: &str, first: Option<Day>, last: Day, stock: Option<DataId>) -> String {
        let d = self.dialect;
        let last = d.day(last.0);
        let mut columns = format!("p.key, p.post, MAX(LEAST(p.until, {last})) AS day");
        let mut from = format!("{posts} p");
        let mut condition = format!("p.since <= {last}");
        if let Some(first) = first {
            let first = d.day(first.0);
            condition.push_str(&format!(" AND p.until >= {first}"));
            if let Some((set, TimeShape::Snapshot(taken))) = stock.map(|data| (self.set(data), self.set(data).time)) {
                let (taken, table) = (d.name_of(&set.column(taken).name), d.name_of(&read_name(&set.name)));
                columns.push_str(", MAX(s.taken) AS taken");
                from.push_str(&format!(
                    "\n  LEFT JOIN (SELECT DISTINCT {taken} AS taken FROM {table} WHERE {taken} BETWEEN {first} AND {last}) s \
                     ON s.taken BETWEEN p.since AND p.until"
                ));
            }
        }
        format!("{SERVED} AS (\n  SELECT {columns}\n  FROM {from}\n  WHERE {condition}\n  GROUP BY p.key, p.post\n)")
    }

    /// Reads only the rows of a table that a column dates within some months, where the engine can tell by its own column.
    pub fn read_within(&self, before: &mut Before, (data, column): (DataId, ColumnIx), time: &Time, months: Months) {
        if !matches!(time, Time::Day(_)) || !self.set(data).column(column).has_cells() {
            return;
        }
        let (first, last) = self.model.company.calendar.days(months);
        if let Some(condition) = Cells::new(self.model, self.remote, data, column).between(first, last) {
            before.windows.insert(data, condition);
        }
    }

    /// Whether a row of the scope lies in a run of months.
    pub fn within(&self, time: &Time, months: Months) -> String {
        match time {
            Time::None => "TRUE".to_string(),
            Time::Period(period) => periods::inside(period, months),
            Time::Day(day) => {
                let (first, last) = self.model.company.calendar.days(months);
                format!("{day} BETWEEN {} AND {}", self.dialect.day(first.0), self.dialect.day(last.0))
            }
        }
    }
}

fn one_day(day: String) -> (String, String) {
    (day.clone(), day)
}

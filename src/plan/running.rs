//! A period that is running: what is known of it on a day, and what its rest is carried on from.
//!
//! What is dated after the day is not there: measures read no further ([`Planner::known`]), and whoever answers a query goes by
//! [`Query::as_of`] where it is about people, teams and empty windows. What adds up is asked for over stretches of the
//! period that have gone by as well ([`Carried`]); `eval::carried` puts these together.

use std::collections::BTreeMap;

use super::query::{Group, Measure, MeasureId, NodeId, Query, RowNode, Rows};
use super::rows::RowContext;
use super::{Asked, Planner, plans};
use crate::diagnostic::Diagnostic;
use crate::language::{AggregateFunction, BinaryOp, Keeps, Parts};
use crate::model::data::{ColumnIx, ColumnType, DataId};
use crate::model::{KpiId, Model};
use crate::plan::query::Answers;
use crate::time::{Calendar, Day, Month, Months, PeriodName};
use crate::value::Value;

/// How the rest of a period is estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// As stretches that have gone by.
    Pace,
    /// As targets say.
    Planned,
}

/// A run of days of the period from which the rest is carried on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    pub what: StretchKind,
    pub first: Day,
    pub last: Day,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StretchKind {
    /// All days of the period that have gone by.
    SoFar,
    Month(Month),
    Week,
}

impl Stretch {
    pub fn days(&self) -> (Day, Day) {
        (self.first, self.last)
    }
}

/// What is known of rows that are dated by a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByPeriod {
    /// There are rows up to the end of the period: they are plans, and count whole.
    Planned,
    /// Rows of periods that have ended count; the last day of the newest of them, and whether there are some of each stretch.
    To { last: Option<Day>, each: bool },
}

/// A period on a day of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    pub period: PeriodName,
    pub first_day: Day,
    pub last_day: Day,
    /// The last one of which something is known.
    pub day: Day,
    pub how: Option<How>,
    /// The whole of what has gone by, then parts of it; only the first where the rest goes as planned.
    pub stretches: Vec<Stretch>,
    /// Data sets dated by periods, by the column that dates them.
    pub by_period: BTreeMap<(DataId, ColumnIx), ByPeriod>,
}

/// Why the rest of a period cannot be estimated from a day on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotRunning {
    /// The day lies before the period, or behind it.
    Outside(Day, Day),
    /// Fewer days than a week have gone by.
    NoStretch(i32),
}

impl Running {
    /// What is asked of a period and a day, before any data is read.
    pub fn of(model: &Model, period: PeriodName, day: Day, how: Option<How>) -> Result<Running, NotRunning> {
        let calendar = &model.company.calendar;
        let months = calendar.months(period);
        let (first_day, last_day) = calendar.days(months);
        if day < first_day || last_day < day {
            return Err(NotRunning::Outside(first_day, last_day));
        }
        let mut stretches = vec![Stretch { what: StretchKind::SoFar, first: first_day, last: day }];
        if how == Some(How::Pace) {
            let month = |month: Month| {
                let (first, last) = (calendar.first_day(month), calendar.last_day(month));
                Stretch { what: StretchKind::Month(month), first, last }
            };
            let ended: Vec<Stretch> = months.iter().map(month).filter(|month| month.last <= day).collect();
            match ended.len() {
                0 | 1 => stretches.extend(weeks(first_day, day)),
                _ => stretches.extend(ended),
            }
            if stretches.len() == 1 {
                return Err(NotRunning::NoStretch(day.0 - first_day.0 + 1));
            }
        }
        Ok(Running { period, first_day, last_day, day, how, stretches, by_period: BTreeMap::new() })
    }

    /// The days of the period that are still to come; of rows known only up to an earlier day, those behind that one.
    fn left(&self, known: Day, window: (Day, Day)) -> (Day, Day) {
        (known.next().max(window.0), self.last_day.min(window.1))
    }
}

/// Whole weeks that end with a day, as far as they lie within the period; in the order of time.
fn weeks(first: Day, day: Day) -> Vec<Stretch> {
    let ends = (0..).map(|back| Day(day.0 - 7 * back));
    let week = |last: Day| Stretch { what: StretchKind::Week, first: Day(last.0 - 6), last };
    let mut weeks: Vec<Stretch> = ends.map(week).take_while(|week| first <= week.first).collect();
    weeks.reverse();
    weeks
}

/// A measure whose window reaches past what is known, and that adds up: what its rest is carried on from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    /// What is known so far.
    pub measure: MeasureId,
    /// The days that are carried on.
    pub left: (Day, Day),
    /// In step with the stretches.
    pub parts: Vec<Part>,
    /// Whether values are added up; else they are means, of which sum and count are.
    pub is_mean: bool,
}

/// A measure over a stretch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub measure: MeasureId,
    pub days: (Day, Day),
}

/// What of a formula stays as it is on the day, as it does not add up.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Staying {
    /// In whose formula it stands; none for formulas of scorecards.
    pub kpi: Option<KpiId>,
    pub function: AggregateFunction,
    pub data: DataId,
}

/// Of a plan for a running period all that its estimate is made of.
#[derive(Clone, Debug)]
pub struct RunningPlan {
    pub running: Running,
    pub carried: Vec<Carried>,
    pub staying: Vec<Staying>,
}

/// A question about data sets that are dated by periods: whether they are plans, and what is known of them.
pub struct Look {
    pub query: Query,
    sets: Vec<LookedAt>,
}

struct LookedAt {
    data: DataId,
    column: ColumnIx,
    reaches_the_end: MeasureId,
    newest: MeasureId,
    stretches: Vec<MeasureId>,
}

/// What must be known of data before a running period is planned; nothing where no formula reads rows of periods beyond the
/// day.
pub fn look(model: &Model, running: &Running) -> Result<Option<Look>, Vec<Diagnostic>> {
    let plans = plans(model, &[running.period])?;
    let mut sets: Vec<(DataId, ColumnIx)> = Vec::new();
    for measure in plans.iter().flat_map(|plan| &plan.query.measures) {
        let Rows::Dated { column, months } = &measure.rows else { continue };
        let by_period = matches!(model.data[measure.data.0].column(*column).ty, ColumnType::Period);
        let known = (measure.data, *column);
        if by_period && model.company.calendar.days(*months).1 > running.day && !sets.contains(&known) {
            sets.push(known);
        }
    }
    if sets.is_empty() {
        return Ok(None);
    }
    sets.sort();
    let mut asked = Asked::default();
    let sets = sets.into_iter().map(|(data, column)| asked.look(model, running, data, column)).collect();
    Ok(Some(Look { query: asked.query(model), sets }))
}

/// Long before and after everything.
fn ever() -> (Day, Day) {
    let day = |year, month, day| Day::from_ymd(year, month, day).unwrap_or(Day(0));
    (day(1, 1, 1), day(9998, 12, 31))
}

/// Whether a period lies between two days: between the months that lie there, as engines know periods by their months.
fn in_whole_months(calendar: &Calendar, date: NodeId, (from, to): (Day, Day)) -> RowNode {
    let (before, after) = ever();
    let [mut first, mut last] = [from, to];
    if from > before {
        let month = calendar.month_of(from);
        first = calendar.first_day(if calendar.first_day(month) < from { Month(month.0 + 1) } else { month });
    }
    if to < after {
        let month = calendar.month_of(to);
        last = calendar.last_day(if calendar.last_day(month) > to { Month(month.0 - 1) } else { month });
    }
    match first > last {
        true => RowNode::Constant(Value::Flag(false)),
        false => RowNode::InDays { date, from: first, to: last },
    }
}

impl Asked {
    fn look(&mut self, model: &Model, running: &Running, data: DataId, column: ColumnIx) -> LookedAt {
        self.need(model, data, column);
        let (before, after) = ever();
        let mut node = |node: RowNode| NodeId(self.table(model, data).nodes.insert_full(node).0);
        let date = node(RowNode::Column { via: Vec::new(), column });
        let calendar = &model.company.calendar;
        let mut within = |from: Day, to: Day| node(in_whole_months(calendar, date, (from, to)));
        let [earlier, later] = [within(before, running.last_day.previous()), within(running.last_day.next(), after)];
        let known = within(before, running.day);
        let each: Vec<NodeId> = running.stretches.iter().map(|stretch| within(stretch.first, stretch.last)).collect();
        let elsewhere = node(RowNode::Binary(BinaryOp::Or, earlier, later));
        let reaches_the_end = node(RowNode::Not(elsewhere));
        let span = model.data[data.0].span;
        let mut measure = |function, value, condition| {
            let (rows, group, condition) = (Rows::All, Group::Company, Some(condition));
            let measure = Measure { data, function, value, condition, fraction: None, rows, group, shared: false };
            MeasureId(self.measures.insert_full(measure, (Vec::new(), span)).0)
        };
        LookedAt {
            data,
            column,
            reaches_the_end: measure(AggregateFunction::Count, None, reaches_the_end),
            newest: measure(AggregateFunction::Max, Some(date), known),
            stretches: each.into_iter().map(|within| measure(AggregateFunction::Count, None, within)).collect(),
        }
    }
}

impl Look {
    /// What came of it.
    pub fn learn(&self, model: &Model, answers: &Answers, running: &mut Running) {
        let of = |id: MeasureId| answers.measures.get(id.0).and_then(|answered| answered.get(0));
        let has_rows = |id: MeasureId| of(id).is_some_and(|found| found.rows > 0);
        for looked in &self.sets {
            let known = match has_rows(looked.reaches_the_end) {
                true => ByPeriod::Planned,
                false => {
                    let last = match of(looked.newest).map(|found| found.value) {
                        Some(Value::Period(months)) => Some(model.company.calendar.days(months).1),
                        _ => None,
                    };
                    ByPeriod::To { last, each: looked.stretches.iter().all(|id| has_rows(*id)) }
                }
            };
            running.by_period.insert((looked.data, looked.column), known);
        }
    }
}

impl Planner<'_> {
    /// Rows that hold or were taken, as far as that is known.
    pub(super) fn known_rows(&self, rows: Rows) -> Rows {
        let Some(running) = self.running else { return rows };
        let known = |day: Day| day.min(running.day);
        match rows {
            Rows::All | Rows::Dated { .. } => rows,
            Rows::HeldOn(day) => Rows::HeldOn(known(day)),
            Rows::HeldDuring(first, last) => Rows::HeldDuring(known(first), known(last)),
            // What begins later has no stock that is known.
            Rows::Newest(first, last) => Rows::Newest(first, known(last)),
            Rows::TakenDuring(first, last) => Rows::TakenDuring(first, known(last)),
        }
    }

    /// The last day up to which rows count that are dated in a window; none where that is all of it.
    pub(super) fn known_until(&self, data: DataId, rows: &Rows) -> Option<Day> {
        let running = self.running?;
        let Rows::Dated { column, months } = rows else { return None };
        let planned = running.by_period.get(&(data, *column)) == Some(&ByPeriod::Planned);
        (!planned && self.days(*months).1 > running.day).then_some(running.day)
    }

    /// A condition that rows meet which are dated between two days.
    pub(super) fn dated_within(
        &mut self,
        data: DataId,
        column: ColumnIx,
        (from, to): (Day, Day),
        condition: Option<NodeId>,
    ) -> NodeId {
        let months = self.period.months;
        let date = self.column(&RowContext { data, via: Vec::new(), months, read: None }, &[], column);
        let within = match self.is_by_period(data, column) {
            true => in_whole_months(&self.model.company.calendar, date, (from, to)),
            false => RowNode::InDays { date, from, to },
        };
        let within = self.row_node(data, within);
        match condition {
            Some(condition) => self.row_node(data, RowNode::Binary(BinaryOp::And, within, condition)),
            None => within,
        }
    }

    /// Notes how a measure is carried on whose window reaches past what is known; whether it is. `known` is what was asked
    /// for, `whole` the same without the condition that cuts it.
    pub(super) fn carry(&mut self, known: MeasureId, whole: &Measure) -> bool {
        let Some(running) = self.running.filter(|running| running.how.is_some()) else { return false };
        if self.asked.carried.contains_key(&known) {
            return true;
        }
        let reaches = |last: Day| last >= running.day && running.day < running.last_day;
        let stays = |planner: &mut Self| {
            let staying = Staying { kpi: planner.reading, function: whole.function, data: whole.data };
            planner.asked.staying.insert(staying);
            false
        };
        let (column, months) = match &whole.rows {
            Rows::All => return false,
            Rows::Dated { column, months } => (*column, *months),
            Rows::HeldOn(last) | Rows::HeldDuring(_, last) | Rows::Newest(_, last) | Rows::TakenDuring(_, last) => {
                return reaches(*last) && stays(self);
            }
        };
        let window = self.days(months);
        if self.known_until(whole.data, &whole.rows).is_none() {
            return false;
        }
        let is_mean = match whole.function.signature().keeps {
            Keeps::Parts(Parts::Count | Parts::Sum) => false,
            Keeps::Parts(Parts::Mean) => true,
            Keeps::Parts(Parts::Least | Parts::Greatest) | Keeps::Whole(_) => return reaches(window.1) && stays(self),
        };
        let (last, each) = match running.by_period.get(&(whole.data, column)) {
            Some(ByPeriod::To { last, each }) => (*last, *each),
            _ => (Some(running.day), true),
        };
        // Without a row of the period there is nothing to carry on from.
        let Some(last) = last.filter(|last| *last >= running.first_day) else { return stays(self) };
        let left = running.left(last, window);
        if left.0 > left.1 {
            return false;
        }
        let so_far = Stretch { last, ..running.stretches[0] };
        let mut parts: Vec<Part> = Vec::with_capacity(running.stretches.len());
        for (at, stretch) in running.stretches.iter().enumerate() {
            let part = match (at, each) {
                (0, _) | (_, false) => self.part(&so_far, whole, column),
                (_, true) => self.part(stretch, whole, column),
            };
            parts.push(part);
        }
        self.asked.carried.insert(known, Carried { measure: known, left, parts, is_mean });
        true
    }

    /// The same over a stretch of the period.
    fn part(&mut self, stretch: &Stretch, whole: &Measure, column: ColumnIx) -> Part {
        let period = self.period.months;
        let (months, condition) = match stretch.what {
            StretchKind::Month(month) if !self.is_by_period(whole.data, column) => {
                (Months { first: month, count: 1 }, whole.condition)
            }
            // Rows of longer periods lie partly in a month, and none of them is of the stretch.
            _ => {
                let months = match &whole.rows {
                    Rows::Dated { months, .. } if months.holds(period) => *months,
                    _ => period,
                };
                (months, Some(self.dated_within(whole.data, column, stretch.days(), whole.condition)))
            }
        };
        let measure = Measure { rows: Rows::Dated { column, months }, condition, ..whole.clone() };
        let span = self.model.data[whole.data.0].span;
        let entry = self.asked.measures.entry(measure);
        let id = MeasureId(entry.index());
        entry.or_insert_with(|| (Vec::new(), span));
        Part { measure: id, days: stretch.days() }
    }

    fn is_by_period(&self, data: DataId, column: ColumnIx) -> bool {
        matches!(self.model.data[data.0].column(column).ty, ColumnType::Period)
    }
}

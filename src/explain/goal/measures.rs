//! What KPIs go by in the rows behind them: sums, numbers of rows and of keys, and what stands behind an average or a share.
//!
//! An amount is that of one aggregate of somebody's own in a post. It moves as rows do that are still to come: dated on the last
//! day on which the post is held within the period. Whatever else adds up the same of the same rows, for a larger group or a
//! longer time, goes along; everything else stays.

use std::collections::BTreeSet;

use super::outcome::{Along, Lever, Move};
use super::person::Person;
use super::step::smallest;
use crate::eval::behind;
use crate::language::{BinaryOp, Keeps, Parts, ScopeWord, Takes, Whole};
use crate::model::data::{ColumnIx, ColumnType, DataId};
use crate::model::types::unit::DisplayUnit;
use crate::model::{KpiId, PositionId};
use crate::number::Number;
use crate::plan::program::{Calc, CalcId};
use crate::plan::query::{Group, Measure, MeasureId, NodeId, RowNode, Rows};
use crate::score::trying::Seated;
use crate::time::Day;

/// What an amount is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The values of the rows, added up.
    Sum,
    /// How many rows there are.
    Rows,
    /// How many keys, of rows that hold for a time.
    Keys,
    /// How many different values.
    Different,
    /// How many of the rows meet the condition of a share.
    Meeting,
    /// What the values of an average come to.
    Total,
}

impl What {
    pub(super) fn of(measure: &Measure) -> Option<What> {
        let signature = measure.function.signature();
        Some(match signature.keeps {
            Keeps::Parts(Parts::Sum) => What::Sum,
            Keeps::Parts(Parts::Count) if measure.counts_keys() => What::Keys,
            Keeps::Parts(Parts::Count) => What::Rows,
            // Rows that are shared by days weigh differently.
            Keeps::Parts(Parts::Mean) if measure.shared => return None,
            Keeps::Parts(Parts::Mean) => match signature.takes {
                Takes::Condition => What::Meeting,
                Takes::Rows | Takes::Numbers(_) | Takes::Ordered(_) | Takes::Anything => What::Total,
            },
            Keeps::Whole(Whole::Different) => What::Different,
            // A single row decides.
            Keeps::Parts(Parts::Least | Parts::Greatest)
            | Keeps::Whole(Whole::List(_) | Whole::Latest | Whole::Only) => return None,
        })
    }

    /// Whether it is so many of something.
    pub fn is_counted(self) -> bool {
        match self {
            What::Rows | What::Keys | What::Different | What::Meeting => true,
            What::Sum | What::Total => false,
        }
    }
}

/// An amount behind KPIs of somebody.
#[derive(Clone, Debug)]
pub struct Amount {
    pub measure: MeasureId,
    /// Where it stands in the program.
    pub node: CalcId,
    pub what: What,
    pub scope: ScopeWord,
    pub post: usize,
    pub position: PositionId,
    /// The KPIs in whose formulas it stands, each with its node.
    pub kpis: Vec<(KpiId, CalcId)>,
    pub moved: Move,
    /// What it is, over how many rows.
    pub today: Number,
    pub rows: u64,
    pub unit: DisplayUnit,
    /// The smallest step: see [`smallest`]; of what is counted, 1.
    pub step: Number,
    /// By when: the last day of the period on which the post is held.
    pub until: Day,
    pub low: Option<End>,
    pub high: Option<End>,
}

/// How far an amount can go.
#[derive(Clone, Debug)]
pub struct End {
    pub at: Number,
    /// Another number of rows beyond which it cannot go; the end is in the nature of the amount where there is none.
    pub by: Option<CalcId>,
}

impl Person<'_, '_> {
    /// The amounts behind KPIs: each once, however many of them it stands in.
    pub fn amounts(&self, levers: &[Lever]) -> Vec<Amount> {
        let mut amounts: Vec<Amount> = Vec::new();
        for lever in levers {
            let of_post = self.seats_of(lever.post);
            let Some(seat) = of_post.first() else { continue };
            let Calc::Kpi { kpi, .. } = &self.plan.program.nodes[lever.node.0] else { continue };
            for node in behind(&self.plan.program, [lever.node]) {
                let Calc::Measure { measure, scope, .. } = &self.plan.program.nodes[node.0] else { continue };
                let own = self.model.positions[lever.position.0].scope == ScopeWord::Company;
                if *scope == ScopeWord::Company && !own {
                    continue;
                }
                let is_it = |known: &&mut Amount| {
                    known.post == lever.post
                        && (known.measure == *measure || self.go_together(seat, known.measure, *measure))
                };
                if let Some(known) = amounts.iter_mut().find(is_it) {
                    if !known.kpis.contains(&(*kpi, lever.node)) {
                        known.kpis.push((*kpi, lever.node));
                    }
                    // Told by what it is in the period, and not in the year so far.
                    if self.is_of_period(*measure)
                        && !self.is_of_period(known.measure)
                        && let Some(own) = self.amount((lever, *kpi), (node, *measure, *scope), &of_post)
                    {
                        let kpis = std::mem::take(&mut known.kpis);
                        *known = Amount { kpis, ..own };
                    }
                    continue;
                }
                amounts.extend(self.amount((lever, *kpi), (node, *measure, *scope), &of_post));
            }
        }
        amounts
    }

    pub(super) fn seats_of(&self, post: usize) -> Vec<&Seated> {
        self.trying.seats().iter().filter(|seat| seat.subject.post == post).collect()
    }

    fn amount(
        &self,
        (lever, kpi): (&Lever, KpiId),
        (node, id, scope): (CalcId, MeasureId, ScopeWord),
        seats: &[&Seated],
    ) -> Option<Amount> {
        let seat = seats.first()?;
        let (measure, until) = (self.measure(id), self.until(seat));
        let what = What::of(measure)?;
        if !self.counts_on(&measure.rows, until) {
            return None;
        }
        let value = self.value_of(node, seats)?;
        let rows = self.trying.evaluator().measured(id, seat.subject)?.rows;
        let today = match what {
            What::Meeting | What::Total => value.mul(&Number::from(rows)),
            What::Sum | What::Rows | What::Keys | What::Different => value,
        };
        let moved = Move { post: lever.post, along: self.along((id, what), &today, seats) };
        let unit = self.unit_of((node, measure, what), kpi);
        let step = if what.is_counted() { Number::ONE } else { smallest(&unit, Some(&today)) };
        let (low, high) = self.ends_of((id, what), (&today, rows), &moved, seats);
        Some(Amount {
            measure: id,
            node,
            what,
            scope,
            post: lever.post,
            position: lever.position,
            kpis: vec![(kpi, lever.node)],
            moved,
            today,
            rows,
            unit,
            step,
            until,
            low,
            high,
        })
    }

    pub(super) fn measure(&self, id: MeasureId) -> &Measure {
        &self.plan.query.measures[id.0]
    }

    /// The number at a node, where it is the same on all cards of the post.
    pub(super) fn value_of(&self, node: CalcId, seats: &[&Seated]) -> Option<Number> {
        let mut values = seats.iter().map(|seat| seat.values.get(node).ok()?.as_number());
        let first = values.next()??;
        values.all(|other| other == Some(first)).then(|| first.clone())
    }

    /// The last day of the period on which the post is held.
    fn until(&self, seat: &Seated) -> Day {
        let stints = &self.trying.evaluator().post(seat.subject).stints;
        let held = stints.iter().filter(|stint| stint.from <= self.plan.last_day);
        let to = held.map(|stint| stint.to.unwrap_or(self.plan.last_day)).max();
        to.unwrap_or(self.plan.last_day).min(self.plan.last_day)
    }

    /// Whether it is over the rows of the period, no more and no fewer.
    pub(super) fn is_of_period(&self, id: MeasureId) -> bool {
        matches!(&self.measure(id).rows, Rows::Dated { months, .. } if *months == self.plan.months)
    }

    /// Whether a row of that day counts.
    pub(super) fn counts_on(&self, rows: &Rows, day: Day) -> bool {
        let within = |first: Day, last: Day| first <= day && day <= last;
        match rows {
            Rows::All => true,
            Rows::Dated { months, .. } => {
                let (first, last) = self.model.company.calendar.days(*months);
                within(first, last)
            }
            Rows::HeldOn(on) => *on >= day,
            Rows::HeldDuring(first, last) | Rows::Newest(first, last) | Rows::TakenDuring(first, last) => {
                within(*first, *last)
            }
        }
    }

    /// Whether rows of `one` that are still to come are rows of `other`, too, as far as time and group decide it.
    pub(super) fn takes_in(&self, one: &Measure, other: &Measure, until: Day) -> bool {
        let in_time = match (&one.rows, &other.rows) {
            (Rows::Dated { column, .. }, Rows::Dated { column: its, .. }) => {
                column == its && self.counts_on(&other.rows, until)
            }
            (rows, its) => rows == its,
        };
        let in_group = match (&one.group, &other.group) {
            (group, its) if group == its => true,
            (Group::Own { .. } | Group::Team { .. }, Group::Company) => true,
            // By the way over the roster, somebody's rows are those of the team.
            (Group::Own { roster, via }, Group::Team { via: its }) => match its.split_last() {
                Some((last, before)) => before == via.as_slice() && self.is_team(*roster, *last),
                None => false,
            },
            _ => false,
        };
        one.data == other.data && in_time && in_group
    }

    fn is_team(&self, roster: DataId, column: ColumnIx) -> bool {
        let links = |to: DataId| Some(to) == self.plan.query.organisation;
        matches!(&self.model.data[roster.0].column(column).ty, ColumnType::Link { data, .. } if links(*data))
    }

    /// Whether `other` adds up the same of the same rows.
    fn follows(&self, one: &Measure, other: &Measure, until: Day) -> bool {
        let same = (one.function, one.value, one.condition, one.shared)
            == (other.function, other.value, other.condition, other.shared);
        same && self.takes_in(one, other, until)
    }

    fn go_together(&self, seat: &Seated, one: MeasureId, other: MeasureId) -> bool {
        let (one, other, until) = (self.measure(one), self.measure(other), self.until(seat));
        // Different values may be the same in the larger group.
        What::of(one).is_some_and(|what| what != What::Different)
            && self.follows(one, other, until)
            && self.follows(other, one, until)
    }

    /// All nodes of measures that a card of the post reads.
    pub(super) fn measures_of<'s>(&'s self, seat: &'s Seated) -> impl Iterator<Item = (CalcId, MeasureId)> + 's {
        seat.order.iter().filter_map(|node| match &self.plan.program.nodes[node.0] {
            Calc::Measure { measure, .. } => Some((*node, *measure)),
            _ => None,
        })
    }

    fn along(&self, (id, what): (MeasureId, What), today: &Number, seats: &[&Seated]) -> Vec<Along> {
        let Some(seat) = seats.first() else { return Vec::new() };
        let (own, until) = (self.measure(id), self.until(seat));
        let mut along = Vec::new();
        for (node, other) in self.measures_of(seat) {
            let follows = other == id || what != What::Different && self.follows(own, self.measure(other), until);
            // A team's number differs from team to team.
            let (true, Some(value)) = (follows, self.value_of(node, seats)) else { continue };
            let rate = match what {
                What::Sum | What::Rows | What::Keys | What::Different => Some(Number::ONE),
                What::Meeting | What::Total => {
                    let rows = self.trying.evaluator().measured(other, seat.subject).map_or(0, |one| one.rows);
                    Number::ONE.div(&Number::from(rows))
                }
            };
            let Some(rate) = rate else { continue };
            along.push(Along { node, at_zero: value.sub(&rate.mul(today)), rate });
        }
        along
    }

    /// What must hold of a row, all of it together.
    pub(super) fn conditions(&self, measure: &Measure) -> BTreeSet<NodeId> {
        let nodes = self.row_nodes(measure.data);
        let (mut found, mut open) = (BTreeSet::new(), Vec::from_iter(measure.condition));
        while let Some(node) = open.pop() {
            match nodes.get(node.0) {
                Some(RowNode::Binary(BinaryOp::And, one, other)) => open.extend([*one, *other]),
                _ => drop(found.insert(node)),
            }
        }
        found
    }

    fn row_nodes(&self, data: DataId) -> &[RowNode] {
        let table = self.plan.query.tables.iter().find(|table| table.data == data);
        table.map_or(&[], |table| &table.nodes)
    }

    /// The column that a node of a data set's rows is.
    fn column(&self, data: DataId, node: NodeId) -> Option<&crate::model::data::Column> {
        let RowNode::Column { via, column } = self.row_nodes(data).get(node.0)? else { return None };
        let mut set = &self.model.data[data.0];
        for link in via {
            match &set.column(*link).ty {
                ColumnType::Link { data, .. } => set = &self.model.data[data.0],
                _ => return None,
            }
        }
        Some(set.column(*column))
    }

    fn unit_of(&self, (node, measure, what): (CalcId, &Measure, What), kpi: KpiId) -> DisplayUnit {
        if let What::Rows | What::Keys | What::Meeting = what {
            return self.model.data[measure.data.0].row.clone();
        }
        let column = measure.value.and_then(|value| self.column(measure.data, value));
        if let (Some(ColumnType::Number { unit, .. }), What::Sum | What::Total) =
            (column.map(|column| &column.ty), what)
        {
            return unit.clone();
        }
        let known = self.units().at(self.plan.program.spans[node.0]);
        let its = &self.model.kpis[kpi.0].unit;
        if its.dimension == known.dimension && !its.is_ratio_sign() { its.clone() } else { known }
    }

    /// How far it can go: down and up.
    fn ends_of(
        &self,
        (id, what): (MeasureId, What),
        (today, rows): (&Number, u64),
        moved: &Move,
        seats: &[&Seated],
    ) -> (Option<End>, Option<End>) {
        let own = self.measure(id);
        let end = |at: Number| Some(End { at, by: None });
        let (mut low, mut high) = match what {
            What::Rows | What::Keys | What::Different => (end(Number::ZERO), None),
            What::Meeting => (end(Number::ZERO), end(Number::from(rows))),
            What::Sum | What::Total => {
                let column = own.value.and_then(|value| self.column(own.data, value));
                match (column.and_then(|column| column.limits.as_ref()), what) {
                    (Some((least, most)), What::Total) => {
                        let rows = Number::from(rows);
                        (end(least.mul(&rows)), end(most.mul(&rows)))
                    }
                    // Nobody means a sum to go to the other side of 0.
                    _ if today.is_negative() => (None, end(Number::ZERO)),
                    _ => (end(Number::ZERO), None),
                }
            }
        };
        let (What::Rows, Some(seat)) = (what, seats.first()) else { return (low, high) };
        // Fewer than are asked for leave nothing.
        for one in &moved.along {
            if let Calc::Measure { at_least: Some(needed), .. } = &self.plan.program.nodes[one.node.0] {
                let at = Number::from(*needed).sub(&one.at_zero);
                if low.as_ref().is_none_or(|low| low.at < at) {
                    low = Some(End { at, by: Some(one.node) });
                }
            }
        }
        // Rows that meet more conditions are among those that meet fewer.
        let conditions = self.conditions(own);
        for (node, other) in self.measures_of(seat) {
            let its = self.measure(other);
            let alike = What::of(its) == Some(What::Rows)
                && (its.data, &its.rows, &its.group) == (own.data, &own.rows, &own.group);
            if !alike || moved.along.iter().any(|one| one.node == node) {
                continue;
            }
            let (theirs, Some(at)) = (self.conditions(its), self.value_of(node, seats)) else { continue };
            if theirs.is_subset(&conditions) && high.as_ref().is_none_or(|high| at < high.at) {
                high = Some(End { at, by: Some(node) });
            } else if theirs.is_superset(&conditions) && low.as_ref().is_none_or(|low| at > low.at) {
                low = Some(End { at, by: Some(node) });
            }
        }
        (low, high)
    }
}

//! What a goal takes in terms of rows, and what one more row does.

use std::collections::{BTreeMap, BTreeSet};

use super::answer::{Reached, Side, Why, nearest, not};
use super::measures::{Amount, What};
use super::outcome::{Goal, Lever, Outcome};
use super::pace::Pace;
use super::person::Person;
use super::step::distance;
use super::walk::Walk;
use crate::model::KpiId;
use crate::number::Number;
use crate::plan::program::{Calc, CalcId, EntryWhat, GroupPlan};
use crate::plan::query::{Measure, MeasureId, Measured, NodeId};
use crate::score::card::{EntryResult, EntryResultKind, ScorecardResult};
use crate::score::trying::{GivenIn, Seated, Tried};
use crate::value::{Missing, Value};

/// What an amount behind KPIs would have to be, all others as they are.
#[derive(Clone, Debug)]
pub struct InRows {
    pub amount: Amount,
    pub up: Side,
    pub down: Side,
    /// Where it is asked for.
    pub pace: Option<Pace>,
}

impl InRows {
    /// The nearest that does; of two that are equally near the upper one.
    pub fn nearest(&self) -> Option<&Reached> {
        nearest(&self.up, &self.down, |reached| self.distance(reached))
    }

    fn distance(&self, reached: &Reached) -> Number {
        distance(&reached.value, Some(&self.amount.today), None)
    }

    /// How far the nearest is away, as a part of what it is.
    pub fn effort(&self) -> Option<Number> {
        Some(self.distance(self.nearest()?))
    }
}

/// What one more row does that counts for an amount.
#[derive(Clone, Debug)]
pub struct OneMore {
    pub amount: Amount,
    /// What the row adds to a sum: as much as those so far on average.
    pub size: Option<Number>,
    /// All that it changes, as it is supposed.
    pub given: Vec<GivenIn>,
    pub kpis: Vec<Change>,
    pub before: Outcome,
    pub after: Outcome,
}

impl OneMore {
    /// Whether anything of the result changes.
    pub fn matters(&self) -> bool {
        let known = |outcome: &Outcome| (outcome.score.clone(), outcome.grade, outcome.outputs.clone());
        self.kpis.iter().any(Change::matters) || known(&self.before) != known(&self.after)
    }
}

/// What becomes of a KPI.
#[derive(Clone, Debug)]
pub struct Change {
    pub kpi: KpiId,
    pub before: Value,
    pub after: Value,
    /// Of the entry that is scored by it, or the bonus or deduction.
    pub points: Option<(Value, Value)>,
}

impl Change {
    fn matters(&self) -> bool {
        self.points.as_ref().is_some_and(|(before, after)| before != after)
    }
}

impl Person<'_, '_> {
    /// Both directions of an amount.
    pub fn solve_rows(&self, amount: Amount, goal: &Goal) -> InRows {
        if let Some(unknown) = self.untold(goal) {
            let side = || not(None, Why::NotTold(unknown.clone()));
            return InRows { amount, up: side(), down: side(), pace: None };
        }
        let end = |end: &Option<super::measures::End>| end.as_ref().map(|end| end.at.clone());
        let ends = (end(&amount.low), end(&amount.high));
        let (moved, step, wanted) = (&amount.moved, &amount.step, self.wanted(goal));
        let walk = Walk { person: self, moved, goal, ends, today: Some(&amount.today), step, wanted };
        let (up, down) = (walk.go(true), walk.go(false));
        InRows { amount, up, down, pace: None }
    }

    /// What one more row does; nothing where that cannot be told of a row like those so far.
    pub fn one_more(&self, amount: &Amount, levers: &[Lever]) -> Option<OneMore> {
        let seats = self.seats_of(amount.post);
        let mut given: Vec<GivenIn> = Vec::new();
        let own = self.measure(amount.measure);
        let mut conditions = self.conditions(own);
        if amount.what == What::Meeting {
            conditions.extend(self.conditions_of(own));
        }
        if amount.what == What::Total {
            // A row like the others leaves an average as it is.
            return None;
        }
        let seat = *seats.first()?;
        let counting = || {
            let counts = |other: MeasureId| {
                let its = self.measure(other);
                self.takes_in(own, its, amount.until) && self.conditions(its).is_subset(&conditions)
            };
            self.measures_of(seat).filter(move |(_, other)| counts(*other))
        };
        let sizes = self.sizes(own, counting().map(|(_, other)| other), seat);
        for (node, other) in counting() {
            let its = self.measure(other);
            let meets = self.conditions_of(its).is_subset(&conditions);
            let is_own = other == amount.measure;
            let size = its.value.and_then(|value| sizes.get(&value));
            let Some(what) = What::of(its) else { continue };
            let mut values =
                seats.iter().map(|seat| self.with_one_more((node, other, what), seat, (is_own, meets, size)));
            match values.next()? {
                Row::Held => {}
                // On another card it is of another team.
                Row::Adds(value) if values.all(|other| matches!(other, Row::Adds(its) if its == value)) => {
                    given.push((amount.post, (node, value)));
                }
                Row::Adds(_) | Row::Unknown => return None,
            }
        }
        let (tried, _) = self.look(&given)?;
        let after = self.outcome_of(&given, &tried)?;
        let before = self.today()?;
        let size = own.value.filter(|_| amount.what == What::Sum).and_then(|value| sizes.get(&value).cloned());
        let kpis = levers.iter().filter_map(|lever| self.change(lever, &tried)).collect();
        Some(OneMore { amount: amount.clone(), size, given, kpis, before, after })
    }

    /// What the row has in place of each value that is added up: as much as those so far on average, by the sum that is closest
    /// to the amount: of the same time and group, under the most conditions.
    fn sizes(
        &self,
        own: &Measure,
        counting: impl Iterator<Item = MeasureId>,
        seat: &Seated,
    ) -> BTreeMap<NodeId, Number> {
        let mut sizes: BTreeMap<NodeId, ((bool, usize), Number)> = BTreeMap::new();
        for id in counting {
            let its = self.measure(id);
            let (Some(value), Some(What::Sum)) = (its.value, What::of(its)) else { continue };
            let Some(Measured { value: sum, rows, .. }) = self.trying.evaluator().measured(id, seat.subject) else {
                continue;
            };
            let Some(size) = sum.as_number().and_then(|sum| sum.div(&Number::from(rows))) else { continue };
            let same = (&its.rows, &its.group) == (&own.rows, &own.group);
            let close = (same, self.conditions(its).len());
            if sizes.get(&value).is_none_or(|(known, _)| close > *known) {
                sizes.insert(value, (close, size));
            }
        }
        sizes.into_iter().map(|(value, (_, size))| (value, size)).collect()
    }

    /// What a measure gives with a row more.
    fn with_one_more(
        &self,
        (node, id, what): (CalcId, MeasureId, What),
        seat: &Seated,
        (is_own, meets, size): (bool, bool, Option<&Number>),
    ) -> Row {
        let Some(Measured { value, rows, .. }) = self.trying.evaluator().measured(id, seat.subject) else {
            return Row::Unknown;
        };
        match seat.values.get(node) {
            Ok(Value::Number(_) | Value::Missing(Missing::TooFew(_) | Missing::NoRows)) => {}
            // It is missing for another reason, and stays so.
            Ok(_) => return Row::Held,
            Err(_) => return Row::Unknown,
        }
        let (one, so_far) = (Number::ONE, Number::from(rows));
        let number = value.as_number();
        let value = match (what, number) {
            (What::Rows | What::Keys, Some(number)) => number.add(&one),
            (What::Different, Some(number)) if is_own => number.add(&one),
            (What::Sum, Some(number)) => match size {
                Some(size) => number.add(size),
                None => return Row::Unknown,
            },
            (What::Meeting, number) if meets => {
                let so_many = number.map_or(Number::ZERO, |share| share.mul(&so_far));
                match so_many.add(&one).div(&so_far.add(&one)) {
                    Some(share) => share,
                    None => return Row::Unknown,
                }
            }
            // As those so far, it leaves them as they are; but there may be enough rows now.
            (What::Meeting | What::Total, Some(number)) => number.clone(),
            _ => return Row::Held,
        };
        match &self.plan.program.nodes[node.0] {
            Calc::Measure { at_least: Some(needed), .. } if rows + 1 < *needed => {
                Row::Adds(Value::Missing(self.trying.evaluator().too_few(id, rows + 1, *needed)))
            }
            _ => Row::Adds(Value::Number(value)),
        }
    }

    /// What must hold of a row that meets the condition of a share.
    fn conditions_of(&self, share: &Measure) -> BTreeSet<NodeId> {
        self.conditions(&Measure { condition: share.value, ..share.clone() })
    }

    fn change(&self, lever: &Lever, tried: &Tried) -> Option<Change> {
        let Calc::Kpi { kpi, .. } = &self.plan.program.nodes[lever.node.0] else { return None };
        let place = self.trying.seats().iter().position(|seat| seat.subject.post == lever.post)?;
        let seat = &self.trying.seats()[place];
        let before = seat.values.get(lever.node).ok()?.clone();
        let after = tried.values[place].get(lever.node).ok()?.clone();
        if before == after {
            return None;
        }
        let of_card = |cards: &[crate::score::card::Card], seats: &[usize]| {
            let card = seats.iter().position(|of| *of == place)?;
            let plan = self.plan.program.cards[seat.card].scorecard.as_ref()?;
            points(plan, cards.get(card)?.scorecard.as_ref()?, lever.node)
        };
        let so_far = self.tried().and_then(|tried| of_card(&tried.result.cards, &tried.seats));
        let points = so_far.zip(of_card(&tried.result.cards, &tried.seats));
        Some(Change { kpi: *kpi, before, after, points })
    }
}

/// What becomes of a measure with one more row.
enum Row {
    Adds(Value),
    Held,
    /// Nobody can say.
    Unknown,
}

/// The points that a KPI gives by an entry, a bonus or a deduction.
fn points(plan: &crate::plan::program::ScorecardPlan, result: &ScorecardResult, node: CalcId) -> Option<Value> {
    fn of_group(plan: &GroupPlan, results: &[EntryResult], node: CalcId) -> Option<Value> {
        plan.entries.iter().zip(results).find_map(|(entry, result)| match (&entry.what, &result.what) {
            (EntryWhat::Group(plan), EntryResultKind::Group(results)) => of_group(plan, results, node),
            (EntryWhat::Kpi(kpi), _) if kpi.value == node => Some(result.score.clone()),
            _ => None,
        })
    }
    let adjusted = || {
        let at = plan.adjustments.iter().position(|adjustment| adjustment.value == node)?;
        Some(result.adjustments.get(at)?.points.clone())
    };
    of_group(&plan.root, &result.entries, node).or_else(adjusted)
}

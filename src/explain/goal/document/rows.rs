//! What a goal takes in terms of rows, and what one more row does, field by field.

use serde::Serialize;

use super::{OutcomeJson, SideJson, Teller, ValueJson, side};
use crate::explain::goal::answer::Side;
use crate::explain::goal::measures::{Amount, End, What};
use crate::explain::goal::rows::{InRows, OneMore};
use crate::model::types::unit::DisplayUnit;
use crate::number::Number;
use crate::report::one_line;
use crate::value::Value;

#[derive(Serialize)]
pub(super) struct RowsJson {
    #[serde(flatten)]
    amount: AmountJson,
    /// In which direction the nearest lies.
    nearest: Option<&'static str>,
    /// How far that is away, as a part of what it is.
    distance: Option<Number>,
    up: SideJson,
    down: SideJson,
    pace: Option<PaceJson>,
}

#[derive(Serialize)]
struct PaceJson {
    days: i64,
    needed: ValueJson,
    so_far: Option<SoFarJson>,
    best: Option<BestJson>,
    beyond: bool,
}

#[derive(Serialize)]
struct SoFarJson {
    days: i64,
    each: ValueJson,
}

#[derive(Serialize)]
struct BestJson {
    month: String,
    each: ValueJson,
}

/// An aggregate of somebody's own that KPIs go by.
#[derive(Serialize)]
struct AmountJson {
    text: String,
    data: String,
    label: String,
    what: &'static str,
    scope: &'static str,
    position: String,
    /// In whose formulas it stands.
    kpis: Vec<String>,
    unit: Option<String>,
    today: ValueJson,
    /// Over how many rows.
    rows: u64,
    step: ValueJson,
    until: String,
    low: Option<EndJson>,
    high: Option<EndJson>,
}

#[derive(Serialize)]
struct EndJson {
    at: ValueJson,
    by: Option<String>,
}

#[derive(Serialize)]
pub(super) struct OneMoreJson {
    #[serde(flatten)]
    amount: AmountJson,
    /// What the row adds to a sum.
    size: Option<ValueJson>,
    changes: Vec<ChangeJson>,
    before: OutcomeJson,
    after: OutcomeJson,
}

#[derive(Serialize)]
struct ChangeJson {
    kpi: String,
    before: Option<ValueJson>,
    after: Option<ValueJson>,
    /// Of the entry that is scored by it, or the bonus or deduction.
    points: Option<PointsJson>,
}

#[derive(Serialize)]
struct PointsJson {
    before: Option<Number>,
    after: Option<Number>,
}

fn word(what: What) -> &'static str {
    match what {
        What::Sum => "sum",
        What::Rows => "rows",
        What::Keys => "keys",
        What::Different => "different",
        What::Meeting => "meeting",
        What::Total => "total",
    }
}

impl Teller<'_> {
    pub(super) fn in_rows(&self, one: &InRows) -> RowsJson {
        let value = |number: &Number| self.value(number, &one.amount.unit);
        let nearest = one.nearest().map(|nearest| match &one.up {
            Side::Reached(up) if up.value == nearest.value => "up",
            _ => "down",
        });
        RowsJson {
            amount: self.amount(&one.amount),
            nearest,
            distance: one.effort(),
            up: side(self, &one.up, &value),
            down: side(self, &one.down, &value),
            pace: one.pace.as_ref().map(|pace| PaceJson {
                days: pace.days,
                needed: value(&pace.needed),
                so_far: pace.so_far.as_ref().map(|(each, days)| SoFarJson { days: *days, each: value(each) }),
                best: pace.best.as_ref().map(|(month, each)| BestJson { month: month.to_string(), each: value(each) }),
                beyond: pace.is_beyond(),
            }),
        }
    }

    fn amount(&self, amount: &Amount) -> AmountJson {
        let model = self.show.model;
        let called = amount.called(self.show, self.plan, self.sources);
        let value = |number: &Number| self.value(number, &amount.unit);
        let end = |end: &Option<End>| {
            end.as_ref().map(|end| EndJson {
                at: value(&end.at),
                by: end.by.map(|node| one_line(self.sources, self.plan.program.spans[node.0])),
            })
        };
        let set = &model.data[self.plan.query.measures[amount.measure.0].data.0];
        AmountJson {
            text: called.formula,
            data: set.name.clone(),
            label: called.data,
            what: word(amount.what),
            scope: amount.scope.word(),
            position: model.positions[amount.position.0].name.clone(),
            kpis: amount.kpis.iter().map(|(kpi, _)| model.kpis[kpi.0].name.clone()).collect(),
            unit: (!amount.unit.dimension.is_none()).then(|| amount.unit.dimension.to_string()),
            today: value(&amount.today),
            rows: amount.rows,
            step: value(&amount.step),
            until: amount.until.to_string(),
            low: end(&amount.low),
            high: end(&amount.high),
        }
    }

    pub(super) fn one_more(&self, one: &OneMore) -> OneMoreJson {
        let known = |value: &Value, unit: &DisplayUnit| value.as_number().map(|number| self.value(number, unit));
        let change = |change: &crate::explain::goal::rows::Change| {
            let kpi = &self.show.model.kpis[change.kpi.0];
            ChangeJson {
                kpi: kpi.name.clone(),
                before: known(&change.before, &kpi.unit),
                after: known(&change.after, &kpi.unit),
                points: change.points.as_ref().map(|(before, after)| PointsJson {
                    before: before.as_number().cloned(),
                    after: after.as_number().cloned(),
                }),
            }
        };
        OneMoreJson {
            amount: self.amount(&one.amount),
            size: one.size.as_ref().map(|size| self.value(size, &one.amount.unit)),
            changes: one.kpis.iter().map(change).collect(),
            before: self.outcome(&one.before),
            after: self.outcome(&one.after),
        }
    }
}

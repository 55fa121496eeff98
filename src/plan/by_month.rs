//! The aggregates of a plan once more for each month of its period, asked beside them: what a month has seen.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Plan;
use super::program::Calc;
use super::query::{Group, Measure, MeasureId, Rows};
use crate::model::Model;
use crate::model::data::ColumnType;
use crate::time::{Month, Months};

/// For aggregates over rows dated by a day, up to the end of the period: the same of each of its months.
pub type ByMonth = BTreeMap<MeasureId, Vec<(Month, MeasureId)>>;

impl Plan {
    /// Asks for them in the query, behind all that it asks already.
    pub fn ask_by_month(&mut self, model: &Model) {
        self.by_month = by_month(model, self);
    }
}

fn by_month(model: &Model, plan: &mut Plan) -> ByMonth {
    let mut found = ByMonth::new();
    let measures = plan.program.nodes.iter().filter_map(|node| match node {
        Calc::Measure { measure, .. } => Some(*measure),
        _ => None,
    });
    let measures: Vec<MeasureId> = measures.collect();
    let query = Arc::make_mut(&mut plan.query);
    for id in measures {
        let measure = query.measures[id.0].clone();
        let Rows::Dated { column, months } = &measure.rows else { continue };
        // A row of a quarter is no row of its months.
        let by_day = matches!(model.data[measure.data.0].column(*column).ty, ColumnType::Date);
        let of_key = matches!(measure.group, Group::Key { .. });
        if !by_day || of_key || !months.contains(plan.months.last()) || found.contains_key(&id) {
            continue;
        }
        let column = *column;
        for month in plan.months.iter() {
            let rows = Rows::Dated { column, months: Months { first: month, count: 1 } };
            let own = Measure { rows, ..measure.clone() };
            let place = query.measures.iter().position(|known| *known == own).unwrap_or_else(|| {
                query.serves.push(query.serves[id.0].clone());
                query.spans.push(query.spans[id.0]);
                query.measures.push(own);
                query.measures.len() - 1
            });
            found.entry(id).or_default().push((month, MeasureId(place)));
        }
    }
    found
}

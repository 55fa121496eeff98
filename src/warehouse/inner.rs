//! Aggregates by key that formulas over an engine's rows read, as parts of their statements.

use super::Cannot;
use super::rows::{Before, Known, Time, Type};
use super::statement::filter;
use super::statements::function_words;
use super::sums::addable;
use crate::language::AggregateFunction;
use crate::plan::query::{Group, Measure, MeasureId, Rows};

impl<'a> Known<'a> {
    /// An aggregate by key that formulas over the engine's rows read, as a part of their statement. Gives its type and
    /// whether it may be missing for a key.
    pub fn inner_statement(&self, before: &mut Before, id: MeasureId) -> Result<(Type<'a>, bool), Cannot> {
        let measure: &Measure = &self.query.measures[id.0];
        let Group::Key { via, .. } = &measure.group else { return Err(Cannot::new("reads an aggregate without keys")) };
        if measure.shared {
            return Err(Cannot::shared_by_days());
        }
        let mut scope = self.scope(measure.data, &measure.rows, &measure.group, before)?;
        let key = self.key(&mut scope, before, via)?;
        let mut conditions = vec![format!("{key} IS NOT NULL")];
        conditions.append(&mut scope.conditions);
        if let Rows::Dated { months, .. } = &measure.rows {
            conditions.push(self.within(&scope.time, *months));
            if matches!(scope.time, Time::Period(_)) {
                self.used.borrow_mut().straddled.insert(id);
            }
        }
        if let Some(condition) = measure.condition {
            conditions.push(self.node(&mut scope, before, condition, None)?.text);
        }
        let value = measure.value.map(|value| self.node(&mut scope, before, value, None)).transpose()?;
        let (function, ty, missing) = match (measure.function, &value) {
            // Of rows that hold over days keys are counted.
            (AggregateFunction::Count, None) if matches!(measure.rows, Rows::HeldDuring(..)) => {
                (format!("COUNT(DISTINCT {})", self.own_key(&scope, before)), Type::Number(0), false)
            }
            (AggregateFunction::Count, None) => ("COUNT(*)".to_string(), Type::Number(0), false),
            (AggregateFunction::Count, Some(value)) => (format!("COUNT({})", value.text), Type::Number(0), false),
            (AggregateFunction::CountDistinct, Some(value)) => {
                (format!("COUNT(DISTINCT {})", value.text), Type::Number(0), false)
            }
            (AggregateFunction::Sum, Some(value)) => {
                let ty = if value.ty == Type::Flag { Type::Number(0) } else { value.ty };
                (format!("SUM({})", addable(self, measure.function, value)?), ty, false)
            }
            (AggregateFunction::Min, Some(value)) => {
                (format!("MIN({})", addable(self, measure.function, value)?), value.ty, true)
            }
            (AggregateFunction::Max, Some(value)) => {
                (format!("MAX({})", addable(self, measure.function, value)?), value.ty, true)
            }
            (function, _) => {
                return Err(Cannot::new(format!(
                    "reads, row by row, a `{}` over other rows",
                    function_words(function)
                )));
            }
        };
        let sql = format!(
            "SELECT {key} AS key, {function} AS value\n{}{}\nGROUP BY 1",
            self.from(&scope),
            filter(&conditions)
        );
        before.inner.entry(id).or_insert(sql);
        Ok((ty, missing))
    }
}

//! Aggregates by key that formulas over an engine's rows read, as parts of their statements.

use super::rows::{Before, Known, Time, Type};
use super::statement::filter;
use super::sums::addable;
use super::{Cannot, lists, sums};
use crate::language::{Gives, Keeps, OverNothing, Parts};
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
        before.elsewhere.insert(measure.data);
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
        let signature = measure.function.signature();
        let function = match (&value, signature.keeps) {
            (None, _) if measure.counts_keys() => Some(format!("COUNT(DISTINCT {})", self.own_key(&scope, before))),
            (None, _) => Some("COUNT(*)".to_string()),
            (Some(value), Keeps::Parts(Parts::Count)) => Some(format!("COUNT({})", value.text)),
            (Some(value), Keeps::Parts(keeps @ (Parts::Sum | Parts::Least | Parts::Greatest))) => {
                let value = addable(self, keeps, value)?;
                sums::function(keeps).map(|function| format!("{function}({value})"))
            }
            (Some(_), Keeps::Parts(Parts::Mean)) => None,
            (Some(value), Keeps::Whole(keeps)) => lists::function(keeps, &value.text),
        };
        let Some(function) = function else {
            let name = signature.name;
            return Err(Cannot::new(format!("reads, row by row, a `{name}` over other rows")));
        };
        let ty = match (signature.gives, value.map_or(Type::Flag, |value| value.ty)) {
            (Gives::Rows | Gives::Different | Gives::Ratio, _) | (Gives::Values, Type::Flag) => Type::Number(0),
            (Gives::Values, ty) => ty,
        };
        let missing = match signature.over_nothing {
            OverNothing::Zero => false,
            OverNothing::Missing => true,
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

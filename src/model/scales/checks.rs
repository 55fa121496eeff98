//! What the kinds of scales, ratings and matrices are checked by: what their numbers are, at all times.
//!
//! Constants change with time, so whatever is proved of numbers is proved for every day on which one of them changes.

use crate::diagnostic::{Code, Diagnostic, Mend};
use crate::model::checker::Checker;
use crate::model::expr::{Expr, Kind};
use crate::model::types::unit::Dimension;
use crate::model::{ConstantId, Dated, When};
use crate::number::Number;
use crate::scales::{Checks, Findings};
use crate::source::Span;
use crate::time::{Day, Month};
use crate::value::percent;

impl Checker<'_> {
    /// Proves something for every time in which constants have other values, the latest first; stops at the first
    /// mistake, and says when it is one.
    fn proved_at_all_times(&mut self, numbers: &[&Expr], mut prove: impl FnMut(&mut Self)) {
        let constants = self.changing(numbers);
        for moment in self.moments(&constants) {
            // Before its first date a constant has no value, and nothing is scored by it.
            if moment.is_some() && numbers.iter().any(|number| self.model.constant_value(number, moment).is_none()) {
                continue;
            }
            let (before, outer) = (self.diagnostics.len(), self.moment);
            self.moment = moment;
            prove(self);
            self.moment = outer;
            if self.diagnostics.len() > before {
                if let Some(day) = moment {
                    let known = constants.iter().filter_map(|constant| self.on_a_day(*constant, day));
                    let note = known.collect::<Vec<_>>().join(", ");
                    self.diagnostics[before..].iter_mut().for_each(|finding| finding.notes.push(note.clone()));
                }
                return;
            }
        }
    }

    /// The constants in these formulas that change with time.
    pub(in crate::model) fn changing(&self, numbers: &[&Expr]) -> Vec<ConstantId> {
        let mut left: Vec<&Expr> = numbers.to_vec();
        let mut found = Vec::new();
        while let Some(expr) = left.pop() {
            left.extend(expr.parts());
            let Kind::Constant(id) = &expr.kind else { continue };
            let values = &self.model.constants[id.0].values;
            left.extend(values.iter().map(|dated| &dated.value));
            if values.iter().any(|dated| dated.when != When::Always) && !found.contains(id) {
                found.push(*id);
            }
        }
        found.sort();
        found
    }

    /// A day of each time in which the constants have other values, the latest first; `None` where they never change.
    fn moments(&self, constants: &[ConstantId]) -> Vec<Option<Day>> {
        let calendar = &self.model.company.calendar;
        let values: Vec<&Dated> = constants.iter().flat_map(|id| &self.model.constants[id.0].values).collect();
        let mut days: Vec<Day> = Vec::new();
        for dated in &values {
            if let When::From(start) = dated.when {
                let day = calendar.start(start);
                days.extend([day, day.previous()]);
            }
        }
        if values.iter().any(|dated| matches!(dated.when, When::Each { .. })) {
            let starts = if days.is_empty() { Vec::from_iter(Day::from_ymd(2026, 1, 1)) } else { days.clone() };
            for start in starts {
                let first = calendar.month_of(start);
                days.extend((0..12).map(|month| calendar.first_day(Month(first.0 + month))));
            }
        }
        days.sort();
        days.dedup();
        if days.is_empty() { vec![None] } else { days.into_iter().rev().map(Some).collect() }
    }

    /// `` `floor` is 30 sales on 2026-12-31 ``
    fn on_a_day(&self, constant: ConstantId, day: Day) -> Option<String> {
        let constant = &self.model.constants[constant.0];
        let value = self.model.constant_value(self.model.dated(&constant.values, Some(day))?, Some(day))?;
        let value = match constant.unit.is_ratio_sign() {
            true => percent(&value),
            false => {
                let number = value.div(&constant.unit.factor)?.to_string();
                let unit = if number == "1" { &constant.unit.singular } else { &constant.unit.plural };
                if unit.is_empty() { number } else { format!("{number} {unit}") }
            }
        };
        Some(format!("`{}` is {value} on {day}", constant.name))
    }

    /// A number that is above 0 at all times. `None` after a finding.
    pub(in crate::model) fn above_zero(&mut self, expr: &Expr, what: &str, mend: &str) -> Option<()> {
        let before = self.diagnostics.len();
        self.at_all_times(&[expr], |checker| {
            if !checker.number(expr).is_positive() {
                checker.report(
                    Diagnostic::new(Code::OutOfRange, format!("{what} is above 0"))
                        .at(expr.span, "not above 0")
                        .help(mend),
                );
            }
        });
        (self.diagnostics.len() == before).then_some(())
    }
}

impl Findings for Checker<'_> {
    fn text(&self, span: Span) -> String {
        Checker::text(self, span)
    }

    fn source(&self, span: Span) -> &str {
        self.sources.text(span)
    }

    fn line_in(&self, head: Span, line: String) -> Option<Mend> {
        Checker::line_in(self, head, line)
    }

    fn report(&mut self, finding: Diagnostic) {
        Checker::report(self, finding);
    }

    fn found(&self) -> usize {
        self.diagnostics.len()
    }
}

impl Checks<Expr> for Checker<'_> {
    fn known(&self, number: &Expr) -> Option<Number> {
        self.model.constant_value(number, self.moment)
    }

    fn may_change(&self, number: &Expr) -> bool {
        reads_constants(number)
    }

    fn alike(&self, one: &Expr, other: &Expr) -> bool {
        one.key() == other.key()
    }

    fn at_all_times(&mut self, numbers: &[&Expr], prove: impl FnMut(&mut Self)) {
        self.proved_at_all_times(numbers, prove);
    }

    fn above_zero(&mut self, number: &Expr, what: &str, mend: &str) -> Option<()> {
        Checker::above_zero(self, number, what, mend)
    }
}

fn reads_constants(expr: &Expr) -> bool {
    matches!(&expr.kind, Kind::Constant(_)) || expr.parts().into_iter().any(reads_constants)
}

pub(super) fn unit_of(dimension: &Dimension) -> String {
    if dimension.is_none() { String::new() } else { dimension.plural() }
}

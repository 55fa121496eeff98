//! Bare numbers in the place of a ratio: whether 85 is 85% or 8500%, the sign tells.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use super::unit::DisplayUnit;
use crate::diagnostic::{Code, Diagnostic, Help, Mend};
use crate::language::{BinaryOp, Gives, Parts};
use crate::model::checker::Checker;
use crate::model::data::{Column, ColumnType};
use crate::model::expr::{Expr, Kind};
use crate::model::names::env::Env;
use crate::number::Number;
use crate::source::Span;
use crate::syntax::tree;
use crate::syntax::tree::{ExprKind, NumberStyle};
use crate::value::{Builtin, Value};

/// What is said of a number that can be read in two ways.
const EITHER: &str = "write `{}`, or `{}` if that is meant";

/// What is said of one that can be read in one way only.
const ONE: &str = "write `{}`";

/// From here on a factor may be there to make a plain number of a percentage.
const MOST_UNSCALED: Decimal = Decimal::ONE_HUNDRED;

/// Up to here a number may be meant as a part of one: 1.2 as 120%. Nobody means 80 as 8000%.
pub(super) const MOST_OF_ONE: Decimal = Decimal::TWO;

impl Checker<'_> {
    /// A bare number where a percentage, or a number in `‰`, is meant. True after a finding.
    pub(in crate::model) fn bare_ratio(&mut self, written: &tree::Expr, unit: &DisplayUnit, what: &str) -> bool {
        if !unit.is_ratio_sign() {
            return false;
        }
        let number = match &*written.kind {
            ExprKind::Number(number) => number,
            ExprKind::Negate(inner) => return self.bare_ratio(inner, unit, what),
            _ => {
                self.written_as_ratio(written, what, unit);
                return false;
            }
        };
        if !is_bare(number) {
            return false;
        }
        let (sign, text) = (&*unit.singular, self.text(number.span));
        let is = if sign == "%" { "a percentage".to_string() } else { format!("in `{sign}`") };
        let mend = self.readings(&text, number.written, number.span, unit);
        self.report(
            Diagnostic::new(Code::WrongUnit, format!("{what} is {is}, and `{text}` has no `{sign}`"))
                .at(number.span, format!("without `{sign}`"))
                .help(mend),
        );
        true
    }

    /// The same of a step: for each 1 of a percentage is for each 1%.
    pub(in crate::model) fn bare_step(&mut self, written: &tree::Expr, unit: &DisplayUnit, what: &str) -> bool {
        let found = self.bare_ratio(written, unit, what);
        if let (true, Some(finding)) = (found, self.diagnostics.last_mut()) {
            let Help { text, mends } = as_step(std::mem::take(&mut finding.mends));
            finding.help = Some(text);
            finding.mends = mends;
        }
        found
    }

    /// A bare number as the step to which a percentage is rounded: to 1 is to 1%, or to 100%. True after a finding.
    pub(super) fn bare_rounding(&mut self, name: &str, rounded: &Expr, step: &Expr, env: &Env) -> bool {
        let Some(unit) = self.ratio_unit(rounded, env) else { return false };
        self.constant_as_ratio(step, format!("what `{name}` rounds"), &unit, Some(rounded.span));
        let Some(number) = self.bare_literal(step) else { return false };
        let (text, sign) = (self.text(step.span), &*unit.singular);
        let help = as_step(self.readings(&text, number, step.span, &unit).mends);
        self.report(
            Diagnostic::new(
                Code::WrongUnit,
                format!("what `{name}` rounds is in `{sign}`, and its step `{text}` has no `{sign}`"),
            )
            .at(step.span, format!("without `{sign}`"))
            .at(rounded.span, format!("this is in `{sign}`"))
            .help(help),
        );
        true
    }

    /// A number with its sign, as it is written and as a part of one; what is mostly meant stands first.
    pub(in crate::model) fn readings(&self, text: &str, number: Decimal, at: Span, unit: &DisplayUnit) -> Help {
        let signed = Mend::replace(at, format!("{text}{}", unit.singular));
        let whole = Mend::replace(at, self.shown_whole(number, unit));
        match number.cmp(&MOST_OF_ONE) {
            Ordering::Less => Help::of(EITHER, [whole, signed]),
            Ordering::Equal => Help::of(EITHER, [signed, whole]),
            Ordering::Greater => Help::of(ONE, [signed]),
        }
    }
}

/// The readings of a step, of which that with its sign stands first, unless it is below 1: for each 1 of a percentage is
/// for each 1%.
fn as_step(mut readings: Vec<Mend>) -> Help {
    if readings.len() == 2 && readings.last().is_some_and(|signed| !signed.shown.starts_with('0')) {
        readings.reverse();
    }
    match readings.len() {
        2 => Help::of(EITHER, readings),
        _ => Help::of(ONE, readings),
    }
}

/// A number without unit and sign that is not 0.
pub(in crate::model) fn is_bare(number: &tree::Number) -> bool {
    number.style == NumberStyle::Plain && number.unit.is_none() && !number.written.is_zero()
}

impl Checker<'_> {
    /// Bare numbers among the values that a formula in `%` can take: `… default 80`, `if … then 80`. Up to 2 they are the
    /// ratio itself, as in `1 - x`.
    pub(super) fn bare_values(&mut self, formula: &Expr, unit: &DisplayUnit, what: &str) {
        let mut found = Vec::new();
        values_of(formula, &mut found);
        for value in found {
            if !unit.is_ratio_sign() {
                self.constant_as_number(value);
                continue;
            }
            self.constant_as_ratio(value, what.to_string(), unit, None);
            let number = self.bare_product(value).filter(|number| *number > MOST_OF_ONE);
            let Some(number) = number.filter(|_| !self.multiplies_by(value, &unit.times())) else { continue };
            let (span, sign) = (value.span, &*unit.singular);
            let written = self.text(span);
            let text =
                if self.bare_literal(value).is_some() { written.clone() } else { number.normalize().to_string() };
            let whole = self.shown_whole(number, unit);
            self.report(
                Diagnostic::new(Code::WrongUnit, format!("{what} is in `{sign}`, and `{written}` stands without it"))
                    .at(span, format!("without `{sign}`"))
                    .mends(EITHER, [Mend::replace(span, format!("{text}{sign}")), Mend::replace(span, whole)]),
            );
        }
    }

    /// A product of bare numbers, or one alone. Of a quotient nobody means the hundredth.
    fn bare_product(&self, expr: &Expr) -> Option<Decimal> {
        match &expr.kind {
            Kind::Binary(BinaryOp::Multiply, one, other) => {
                self.bare_product(one)?.checked_mul(self.bare_product(other)?)
            }
            _ => self.bare_literal(expr),
        }
    }

    /// Whether a product has this factor: of a ratio times 100 more is said (see `hundredfold`).
    fn multiplies_by(&self, expr: &Expr, times: &Number) -> bool {
        let Kind::Binary(BinaryOp::Multiply, one, other) = &expr.kind else { return false };
        let is_it = |part: &Expr| self.bare_literal(part).is_some_and(|number| Number::from(number) == *times);
        [one, other].into_iter().any(|part| is_it(part) || self.multiplies_by(part, times))
    }

    /// A bare number that is compared with a percentage.
    pub(super) fn bare_compared(&mut self, left: &Expr, right: &Expr, env: &Env) {
        for (ratio, number) in [(left, right), (right, left)] {
            let literal = match &number.kind {
                Kind::Negate(inner) => inner,
                _ => number,
            };
            let number = self.bare_product(literal);
            if number.is_none() && !matches!(literal.kind, Kind::Constant(_)) {
                continue;
            }
            let Some(unit) = self.ratio_unit(ratio, env) else {
                self.constant_as_number(literal);
                continue;
            };
            let what = self.text(ratio.span);
            self.constant_as_ratio(literal, format!("`{what}`"), &unit, Some(ratio.span));
            let Some(number) = number else { continue };
            let (text, sign) = (self.text(literal.span), &*unit.singular);
            let written =
                if self.bare_literal(literal).is_some() { text.clone() } else { number.normalize().to_string() };
            let help = self.readings(&written, number, literal.span, &unit);
            self.report(
                Diagnostic::new(Code::WrongUnit, format!("`{what}` is in `{sign}`, and `{text}` has no `{sign}`"))
                    .at(literal.span, format!("without `{sign}`"))
                    .at(ratio.span, format!("this is in `{sign}`"))
                    .help(help),
            );
            return;
        }
    }

    /// A number that stands there without unit and sign, and is not 0.
    pub(super) fn bare_literal(&self, expr: &Expr) -> Option<Decimal> {
        let is_number = matches!(&expr.kind, Kind::Value(Value::Number(_))) && !expr.is_wrong();
        let text = is_number.then(|| self.text(expr.span))?;
        text.replace('_', "").parse::<Decimal>().ok().filter(|number| !number.is_zero())
    }

    /// The sign that a value is written with, where what it is read from is declared so.
    pub(super) fn ratio_unit(&self, expr: &Expr, env: &Env) -> Option<DisplayUnit> {
        let column = |column: &Column| match &column.ty {
            ColumnType::Number { unit, .. } => Some(unit.clone()),
            ColumnType::Text
            | ColumnType::Date
            | ColumnType::Period
            | ColumnType::Flag
            | ColumnType::Choice(_)
            | ColumnType::Position
            | ColumnType::Link { .. } => None,
        };
        let unit = match &expr.kind {
            Kind::Kpi(kpi) => Some(self.model.kpis[kpi.0].unit.clone()),
            Kind::Constant(constant) => Some(self.model.constants[constant.0].unit.clone()),
            Kind::Scale(scale, _) => Some(self.model.scales[scale.0].output.clone()),
            Kind::Matrix(matrix, ..) => Some(self.model.matrices[matrix.0].output.clone()),
            Kind::Column { data, column: at, .. } => column(self.model.data[data.0].column(*at)),
            Kind::Person { roster, via, column: at } => {
                column(self.model.data[self.model.links_to(*roster, via).0].column(*at))
            }
            Kind::EntryValue | Kind::EntryTarget => env.entry.as_ref().map(|entry| entry.reads.clone()),
            Kind::Within(inner, _) | Kind::Over(inner, _) | Kind::Negate(inner) => self.ratio_unit(inner, env),
            Kind::Default { value, .. } => self.ratio_unit(value, env),
            Kind::If { then: one, otherwise: other, .. }
            | Kind::Binary(BinaryOp::Add | BinaryOp::Subtract, one, other) => {
                self.ratio_unit(one, env).or_else(|| self.ratio_unit(other, env))
            }
            Kind::InOrder { then, .. } => self.ratio_unit(then, env),
            Kind::Call(Builtin::Min | Builtin::Max | Builtin::Clamp | Builtin::Abs, parts) => {
                parts.iter().find_map(|part| self.ratio_unit(part, env))
            }
            Kind::Call(Builtin::Round | Builtin::RoundUp | Builtin::RoundDown, parts) => {
                self.ratio_unit(parts.first()?, env)
            }
            Kind::Aggregate(aggregate) => match aggregate.function.signature().gives {
                Gives::Ratio => Some(DisplayUnit::percent()),
                Gives::Values => self.ratio_unit(aggregate.value.as_ref()?, env),
                Gives::Rows | Gives::Different => None,
            },
            Kind::Binary(op @ (BinaryOp::Multiply | BinaryOp::Divide), one, other) => {
                self.scaled_ratio(*op, one, other, env)
            }
            Kind::Output(at) => {
                env.outputs.as_ref().and_then(|outputs| outputs.earlier.get(*at)).map(|(.., unit)| unit.clone())
            }
            Kind::OutputSum(sum) => match sum.keeps {
                Parts::Sum | Parts::Mean | Parts::Least | Parts::Greatest => Some(sum.unit.clone()),
                Parts::Count => None,
            },
            Kind::Closed(read) => Some(read.unit.clone()),
            // A flag, or no longer what it is made of.
            Kind::Binary(..) | Kind::Call(..) => None,
            Kind::Value(_)
            | Kind::PeriodStart
            | Kind::PeriodEnd
            | Kind::PeriodMonths
            | Kind::PeriodDays
            | Kind::Not(_)
            | Kind::IsMissing(_)
            | Kind::InSet(..)
            | Kind::InWindow { .. }
            | Kind::EntryWeight
            | Kind::Score
            | Kind::Rating => None,
        };
        unit.filter(DisplayUnit::is_ratio_sign)
    }

    /// A percentage of a percentage, or times a few, is one; times 100 it is a plain number, and by one it is a ratio.
    fn scaled_ratio(&self, op: BinaryOp, one: &Expr, other: &Expr, env: &Env) -> Option<DisplayUnit> {
        let few = |factor: &Expr| {
            let number = self.bare_literal(factor);
            number.is_some_and(|number| number < MOST_UNSCALED && number * MOST_UNSCALED > Decimal::ONE)
        };
        match (op, self.ratio_unit(one, env), self.ratio_unit(other, env)) {
            (BinaryOp::Multiply, Some(unit), Some(_)) => Some(unit),
            (_, Some(unit), None) if few(other) => Some(unit),
            (BinaryOp::Multiply, None, Some(unit)) if few(one) => Some(unit),
            _ => None,
        }
    }

    /// 80 as a ratio: `8000%`.
    pub(super) fn shown_whole(&self, number: Decimal, unit: &DisplayUnit) -> String {
        format!("{}{}", Number::from(number).mul(&unit.times()), unit.singular)
    }
}

/// What may come out of a formula as it is.
fn values_of<'e>(formula: &'e Expr, found: &mut Vec<&'e Expr>) {
    match &formula.kind {
        Kind::Negate(inner) => values_of(inner, found),
        Kind::If { then, otherwise, .. } => [then, otherwise].into_iter().for_each(|one| values_of(one, found)),
        Kind::Default { value, fallback } => [value, fallback].into_iter().for_each(|one| values_of(one, found)),
        Kind::Binary(BinaryOp::Add | BinaryOp::Subtract, one, other) => {
            [one, other].into_iter().for_each(|one| values_of(one, found));
        }
        Kind::Call(Builtin::Min | Builtin::Max | Builtin::Clamp, parts) => {
            parts.iter().for_each(|part| values_of(part, found));
        }
        _ => found.push(formula),
    }
}

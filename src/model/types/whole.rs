//! `floor` and `ceil` make whole numbers of a unit; where what is written and shown is another one, they say nothing.

use rust_decimal::Decimal;

use super::unit::{BaseKind, DisplayUnit};
use crate::diagnostic::{Code, Diagnostic, Mend};
use crate::model::checker::Checker;
use crate::model::expr::{Expr, Kind};
use crate::model::names::env::Env;
use crate::source::Span;
use crate::value::Builtin;

impl Checker<'_> {
    /// A length of time is kept in seconds, days or months, and shown in hours, weeks or years: whole in which? And a
    /// percentage is a part of 1, of which no whole number is left.
    pub(super) fn whole_of_what(&mut self, function: Builtin, name: &str, argument: &Expr, env: &Env, span: Span) {
        let (message, step) = match argument.dimension().factors() {
            [(base, 1)] if base.kind == BaseKind::Time => {
                let step = match &*base.name {
                    "second" => "1 hour",
                    "day" => "1 day",
                    _ => "1 month",
                };
                (format!("`{name}` does not say in which unit a length of time is to be whole"), step.to_string())
            }
            [] => match self.ratio_unit(argument, env) {
                Some(unit) => (
                    format!("`{name}` makes a whole number of it, and this is {}", a_part_of_one(&unit)),
                    format!("1{}", unit.singular),
                ),
                None => return,
            },
            _ => return,
        };
        let round = if function == Builtin::Floor { "round_down" } else { "round_up" };
        let text = self.sources.text(argument.span).to_string();
        self.report(
            Diagnostic::new(Code::WrongArguments, message)
                .at(span, "whole in which unit?")
                .mend("write `{}`", Mend::replace(span, format!("{round}({text} to {step})"))),
        );
    }

    /// A formula of something in `%` that ends in a whole number is 0% or 100%: `floor`, and `round` to 1.
    pub(super) fn whole_percentage(&mut self, formula: &Expr, unit: &DisplayUnit) {
        let Kind::Call(function, parts) = &formula.kind else { return };
        let (name, round) = match function {
            Builtin::Floor => ("floor", "round_down"),
            Builtin::Ceil => ("ceil", "round_up"),
            Builtin::Round => ("round", "round"),
            Builtin::RoundUp => ("round_up", "round_up"),
            Builtin::RoundDown => ("round_down", "round_down"),
            _ => return,
        };
        let argument = match parts.as_slice() {
            [argument] => argument,
            [argument, step] if self.bare_literal(step).is_some_and(|step| step >= Decimal::ONE) => argument,
            _ => return,
        };
        // Those that are in `%` themselves are asked about where they stand.
        if !unit.is_ratio_sign() || self.ratio_unit(argument, &Env::subject()).is_some() {
            return;
        }
        let text = self.sources.text(argument.span).to_string();
        let step = parts.get(1).map_or("1".into(), |step| self.sources.text(step.span).to_string());
        self.report(
            Diagnostic::new(
                Code::WrongArguments,
                format!("`{name}` makes a whole number, and this is {}", a_part_of_one(unit)),
            )
            .at(formula.span, format!("a whole number is a multiple of {}{}", unit.times(), unit.singular))
            .mend("write `{}`", Mend::replace(formula.span, format!("{round}({text} to {step}{})", unit.singular))),
        );
    }
}

fn a_part_of_one(unit: &DisplayUnit) -> String {
    match &*unit.singular {
        "%" => "a percentage: 85% is 0.85".into(),
        sign => format!("in `{sign}`: 850{sign} is 0.85"),
    }
}

//! `floor` and `ceil` make whole numbers of a unit; where what is written and shown is another one, they say nothing.

use super::checker::Checker;
use super::data::{ColumnIx, ColumnType, DataId};
use super::expr::{Expr, Kind};
use super::unit::{BaseKind, DisplayUnit};
use crate::diagnostic::{Code, Diagnostic, Mend};
use crate::source::Span;
use crate::value::Builtin;

impl Checker<'_> {
    /// A length of time is kept in seconds, days or months, and shown in hours, weeks or years: whole in which? And a
    /// percentage is a part of 1, of which no whole number is left.
    pub(super) fn whole_of_what(&mut self, function: Builtin, name: &str, argument: &Expr, span: Span) {
        let (message, step) = match argument.dimension().factors() {
            [(base, 1)] if base.kind == BaseKind::Time => {
                let step = match &*base.name {
                    "second" => "1 hour",
                    "day" => "1 day",
                    _ => "1 month",
                };
                (format!("`{name}` does not say in which unit a length of time is to be whole"), step)
            }
            [] if self.is_shown_in_percent(argument) => {
                (format!("`{name}` makes a whole number of it, and this is a percentage: 85% is 0.85"), "1%")
            }
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

    /// Whether a value is read from where it is declared in `%`.
    fn is_shown_in_percent(&self, value: &Expr) -> bool {
        let column = |data: DataId, column: ColumnIx| match &self.model.data[data.0].column(column).ty {
            ColumnType::Number { unit, .. } => unit.is_ratio_sign(),
            _ => false,
        };
        match &value.kind {
            Kind::Kpi(kpi) => self.model.kpis[kpi.0].unit.is_ratio_sign(),
            Kind::Column { data, column: of, .. } => column(*data, *of),
            Kind::Person { roster, via, column: of } => column(self.model.links_to(*roster, via), *of),
            Kind::Within(inner, _) | Kind::Over(inner, _) => self.is_shown_in_percent(inner),
            _ => false,
        }
    }

    /// A formula of something in `%` that ends in a whole number is 0% or 100%.
    pub(super) fn whole_percentage(&mut self, formula: &Expr, unit: &DisplayUnit) {
        if let (true, Kind::Call(function @ (Builtin::Floor | Builtin::Ceil), parts)) =
            (unit.is_ratio_sign(), &formula.kind)
            && let [argument] = parts.as_slice()
            && !self.is_shown_in_percent(argument)
        {
            let name = if *function == Builtin::Floor { "floor" } else { "ceil" };
            let round = if *function == Builtin::Floor { "round_down" } else { "round_up" };
            let text = self.sources.text(argument.span).to_string();
            self.report(
                Diagnostic::new(
                    Code::WrongArguments,
                    format!("`{name}` makes a whole number, and this is a percentage: 0.85 is 85%"),
                )
                .at(formula.span, format!("a whole number is a multiple of 100{}", unit.singular))
                .mend("write `{}`", Mend::replace(formula.span, format!("{round}({text} to 1{})", unit.singular))),
            );
        }
    }
}

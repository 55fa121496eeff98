//! Parts of formulas that never have an answer, or never do anything, whatever the data.

use super::conditions::Walk;
use super::ranges::Known;
use crate::diagnostic::{Code, Diagnostic, Mend};
use crate::language::BinaryOp;
use crate::model::expr::{Base, Expr, Kind};
use crate::number::Number;
use crate::source::Span;
use crate::value::{Builtin, Value};

impl Walk<'_, '_> {
    /// What can be told of one part of a formula. In a function it depends on what the function is used for.
    pub(super) fn idle(&mut self, expr: &Expr, known: &Known<'_>) {
        let found = match &expr.kind {
            Kind::Binary(BinaryOp::Divide, _, divisor) => self.divides_by_zero(divisor, known),
            Kind::Call(Builtin::Clamp, values) => match values.as_slice() {
                [_, low, high] => self.reversed_clamp(low, high, known),
                _ => None,
            },
            Kind::Call(Builtin::Round | Builtin::RoundUp | Builtin::RoundDown, values) => match values.as_slice() {
                [_, step] => self.step_below_zero(step, known),
                _ => None,
            },
            Kind::Default { value, fallback } => self.idle_default(value, fallback),
            _ => None,
        };
        if let Some(finding) = found.filter(|_| !self.in_function(expr.span)) {
            self.found.push(finding);
        }
    }

    pub(super) fn in_function(&self, span: Span) -> bool {
        self.checker.declarations.functions.iter().any(|function| function.body.span.contains(span))
    }

    fn divides_by_zero(&self, divisor: &Expr, known: &Known<'_>) -> Option<Diagnostic> {
        // A written 0 is told where it stands.
        let zero = divisor.ty.base != Base::Zero && self.fixed.of(divisor, known).single().is_some_and(Number::is_zero);
        let text = self.text(divisor.span);
        let text = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')).unwrap_or(&text);
        zero.then(|| {
            Diagnostic::new(Code::OutOfRange, format!("this divides by `{text}`, which is always 0"))
                .at(divisor.span, "always 0")
                .help("write another divisor")
        })
    }

    fn reversed_clamp(&self, low: &Expr, high: &Expr, known: &Known<'_>) -> Option<Diagnostic> {
        let ranges = self.fixed;
        let (least, most) = (ranges.of(low, known).low?, ranges.of(high, known).high?);
        let (first, second) = (self.text(low.span), self.text(high.span));
        (least > most).then(|| {
            Diagnostic::new(
                Code::OutOfRange,
                format!("the limits of `clamp` are the wrong way round: whatever the value, it gives {second}"),
            )
            .at(low.span, "the lower limit")
            .at(high.span, "the upper one lies below it")
            .mend("write the lower limit first: `{}`", {
                let (one, other) = (self.source(low.span), self.source(high.span));
                let swapped = Mend::replace(low.span, other).and(Mend::replace(high.span, one));
                swapped.shown_as(format!("clamp(…, {second}, {first})"))
            })
        })
    }

    fn step_below_zero(&self, step: &Expr, known: &Known<'_>) -> Option<Diagnostic> {
        // A written step is told where it stands.
        let written = matches!(&step.kind, Kind::Value(_));
        let most = self.fixed.of(step, known).high.filter(|most| !most.is_positive() && !written)?;
        let text = self.text(step.span);
        Some(
            Diagnostic::new(
                Code::OutOfRange,
                format!("a step to round to is above 0, and `{text}` is never more than {most}"),
            )
            .at(step.span, "never above 0")
            .help("write a step above 0, as in `round(x to 0.01)`"),
        )
    }

    /// Only of columns is it known that they are never blank: other values are missing before somebody joined.
    fn idle_default(&self, value: &Expr, fallback: &Expr) -> Option<Diagnostic> {
        let text = self.text(value.span);
        let (why, mend) = match &value.kind {
            Kind::Value(Value::Missing(_)) => return None,
            Kind::Value(_) => (format!("`{text}` is written here, and never missing"), ""),
            _ if self.is_never_blank(value) => (
                format!("`{text}` is not `optional`: it is never blank"),
                ", or make the column `optional` if cells may be blank",
            ),
            _ => return None,
        };
        let otherwise = self.text(fallback.span);
        Some(
            Diagnostic::new(Code::NoEffect, format!("`default {otherwise}` has no effect: {why}"))
                .at(fallback.span, "never taken")
                .mend(
                    &format!("write `{{}}` alone{mend}"),
                    Mend::replace(value.span.to(fallback.span), self.source(value.span)).shown_as(text),
                ),
        )
    }
}

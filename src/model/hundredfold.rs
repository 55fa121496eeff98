//! Percentages that are a hundred times too large: a ratio times 100, where `%` means hundredths already.

use super::checker::Checker;
use super::expr::{Expr, Kind};
use super::unit::DisplayUnit;
use super::{CurveKind, KpiEntry, ScoreCurve};
use crate::diagnostic::{Code, Diagnostic};
use crate::number::Number;
use crate::source::Span;
use crate::syntax::tree::BinaryOp;
use crate::value::{Builtin, Value};

impl Checker<'_> {
    /// A formula whose result is a percentage, and that multiplies by 100 (or 1000 where it is `‰`) as well.
    pub(super) fn hundredfold(&mut self, formula: &Expr, unit: &DisplayUnit, what: &str) {
        if !unit.is_ratio_sign() {
            return;
        }
        let times = Number::ONE.div(&unit.factor).unwrap_or(Number::ONE);
        let Some(factor) = self.factor_of(formula, &times) else { return };
        let sign = &unit.singular;
        self.report(
            Diagnostic::new(
                Code::Hundredfold,
                format!("{what} is {times} times too large: it is in `{sign}`, and the formula multiplies by {times} as well"),
            )
            .at(factor, format!("1{sign} is 1/{times} already"))
            .note(format!("a quarter, 0.25, is shown as {}{sign}", Number::from_parts(25, 2).mul(&times)))
            .help(format!("leave out the {times}; or declare a plain number if {times} times the ratio is meant")),
        );
    }

    /// A KPI that is a ratio times 100 as a plain number, against points of a curve or a target written with `%`.
    pub(super) fn hundredfold_points(&mut self, entry: &KpiEntry) {
        let model = self.model.clone();
        let kpi = &model.kpis[entry.kpi.0];
        let hundred = Number::from(100);
        if !kpi.unit.dimension.is_none() || kpi.unit.is_ratio_sign() || self.factor_of(&kpi.value, &hundred).is_none() {
            return;
        }
        let mut points: Vec<&Expr> = entry.target.iter().map(|dated| &dated.value).collect();
        match entry.score.as_ref().filter(|score| !score.on_attainment).map(|score| &score.curve) {
            Some(ScoreCurve::Own(curve)) => points.extend(curve.points()),
            Some(ScoreCurve::Scale(scale)) => {
                points.extend(model.scale_versions(*scale).flat_map(|version| model.scales[version.0].curve.points()));
            }
            Some(ScoreCurve::Attainment { .. }) | None => {}
        }
        let Some(percent) = points.into_iter().find(|point| self.text(point.span).ends_with('%')) else { return };
        let text = self.text(percent.span);
        let value = self.model.constant_value(percent, None).map_or(String::new(), |value| value.to_string());
        self.report(
            Diagnostic::new(
                Code::Hundredfold,
                format!(
                    "`{}` is a ratio times 100, and {text}, which is {value}, is 100 times too small for it",
                    kpi.name
                ),
            )
            .at(percent.span, format!("read as {value}"))
            .at(kpi.span, "multiplies by 100")
            .help("declare the KPI as `%` and leave out the 100, or write the points without `%`"),
        );
    }

    /// Where a product has this factor, written as a plain number, beside what is no constant.
    fn factor_of(&self, expr: &Expr, times: &Number) -> Option<Span> {
        let is_it = |expr: &Expr| {
            let literal = matches!(&expr.kind, Kind::Value(Value::Number(number)) if number == times);
            literal && expr.dimension().is_none() && !self.text(expr.span).ends_with(['%', '‰'])
        };
        let fixed = |expr: &Expr| self.model.constant_value(expr, None).is_some();
        match &expr.kind {
            Kind::Binary(BinaryOp::Multiply, one, other) => match (is_it(one), is_it(other)) {
                (true, false) if !fixed(other) => Some(one.span),
                (false, true) if !fixed(one) => Some(other.span),
                _ => self.factor_of(one, times).or_else(|| self.factor_of(other, times)),
            },
            Kind::Binary(BinaryOp::Divide, one, other) => {
                let undone = is_it(other) || self.factor_of(other, times).is_some();
                self.factor_of(one, times).filter(|_| !undone)
            }
            Kind::Binary(BinaryOp::Add | BinaryOp::Subtract, one, other) => {
                self.factor_of(one, times).or_else(|| self.factor_of(other, times))
            }
            Kind::Negate(inner) | Kind::Within(inner, _) | Kind::Over(inner, _) => self.factor_of(inner, times),
            Kind::If { then, otherwise, .. } => {
                self.factor_of(then, times).or_else(|| self.factor_of(otherwise, times))
            }
            Kind::Default { value, fallback } => {
                self.factor_of(value, times).or_else(|| self.factor_of(fallback, times))
            }
            Kind::Call(
                Builtin::Abs
                | Builtin::Min
                | Builtin::Max
                | Builtin::Clamp
                | Builtin::Floor
                | Builtin::Ceil
                | Builtin::Round
                | Builtin::RoundUp
                | Builtin::RoundDown,
                parts,
            ) => parts.iter().find_map(|part| self.factor_of(part, times)),
            _ => None,
        }
    }
}

impl super::Curve {
    /// The values that it is read at, as far as they are written.
    fn points(&self) -> Vec<&Expr> {
        match &self.kind {
            CurveKind::Linear { anchors, .. } => anchors.iter().map(|anchor| &anchor.at).collect(),
            CurveKind::Steps(steps) => steps.iter().filter_map(|step| Some(&step.condition.as_ref()?.1)).collect(),
            CurveKind::PerStep(step) if !step.of_target => vec![&step.step],
            CurveKind::PerStep(_) | CurveKind::Brackets(_) | CurveKind::Formula(_) => Vec::new(),
        }
    }
}

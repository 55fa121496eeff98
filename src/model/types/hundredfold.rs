//! Percentages that are a hundred times too large: a ratio times 100, where `%` means hundredths already.

use super::unit::DisplayUnit;
use crate::diagnostic::{Code, Diagnostic, Help, Mend};
use crate::language::{BinaryOp, Gives};
use crate::model::checker::{Checker, KpiDeclaration};
use crate::model::data::{ColumnIx, ColumnType, DataId};
use crate::model::expr::{Expr, Kind};
use crate::model::kpis::type_span;
use crate::model::{Curve, KpiEntry, ScoreCurve};
use crate::number::Number;
use crate::scales::Role;
use crate::source::Span;
use crate::value::{Builtin, Value};

impl Checker<'_> {
    /// A formula whose result is a percentage, and that multiplies by 100 (or 1000 where it is `‰`) as well.
    pub(in crate::model) fn hundredfold(&mut self, formula: &Expr, unit: &DisplayUnit, what: &str) {
        self.bare_values(formula, unit, what);
        if !unit.is_ratio_sign() {
            return;
        }
        self.whole_percentage(formula, unit);
        let times = unit.times();
        let Some(factor) = self.factor_of(formula, &times) else { return };
        let sign = &unit.singular;
        let finding = Diagnostic::new(
            Code::Hundredfold,
            format!(
                "{what} is {times} times too large: it is in `{sign}`, and the formula multiplies by {times} as well"
            ),
        )
        .at(
            factor.at,
            match factor.divided {
                true => format!("to divide by it is to multiply by {times}"),
                false => format!("1{sign} is 1/{times} already"),
            },
        );
        let finding = match factor.through {
            Some(read) => finding.at(read, "reads it"),
            None => finding,
        };
        self.report(
            finding.note(format!("a quarter, 0.25, is shown as {}{sign}", Number::from_parts(25, 2).mul(&times))).help(
                Help::of(
                    &format!("leave out the {times}; or declare a plain number if {times} times the ratio is meant"),
                    factor.mend.filter(|_| factor.through.is_none()),
                ),
            ),
        );
    }

    /// A KPI that is a ratio times 100 as a plain number, against points of a curve or a target written with `%`.
    pub(in crate::model) fn hundredfold_points(&mut self, entry: &KpiEntry) {
        let model = self.model.clone();
        let kpi = &model.kpis[entry.kpi.0];
        let hundred = Number::from(100);
        if !kpi.unit.dimension.is_none() || kpi.unit.is_ratio_sign() {
            return;
        }
        let Some(factor) = self.factor_of(&kpi.value, &hundred) else { return };
        let mut points: Vec<&Expr> = entry.target.iter().map(|dated| &dated.value).collect();
        match entry.score.as_ref().filter(|score| !score.on_attainment).map(|score| &score.curve) {
            Some(ScoreCurve::Own(curve)) => points.extend(curve.points()),
            Some(ScoreCurve::Scale(scale)) => {
                points.extend(model.scale_versions(*scale).flat_map(|version| model.scales[version.0].curve.points()));
            }
            Some(ScoreCurve::Attainment { .. }) | None => {}
        }
        points.retain(|point| self.text(point.span).ends_with('%'));
        let shown: Vec<Span> = points.iter().map(|point| point.span).collect();
        let Some(percent) = points.first() else { return };
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
            .help({
                let without_sign = shown.iter().map(|point| Mend::remove(Span { start: point.end - 1, ..*point }));
                let without_sign = without_sign.reduce(Mend::and);
                let as_ratio = factor.mend.filter(|_| factor.through.is_none()).and_then(|mend| {
                    let declared = self.declarations.kpis.iter().find_map(|declared| match declared {
                        KpiDeclaration::Kpi(written) if written.name.span.key() == kpi.span.key() => Some(written),
                        KpiDeclaration::Kpi(_) | KpiDeclaration::Index(_) => None,
                    })?;
                    let unit = type_span(&declared.ty, kpi.span);
                    (unit.key() != kpi.span.key()).then(|| mend.and(Mend::replace(unit, "%")))
                });
                let words =
                    "declare the KPI as a percentage and leave out the 100, or write the points as plain numbers";
                Help::of(words, as_ratio.into_iter().chain(without_sign))
            }),
        );
    }

    /// Takes a factor away with its sign.
    fn without_factor(&self, at: Span) -> Option<Mend> {
        let text = &self.sources.get(at.file).text;
        let (start, end) = (at.start as usize, at.end as usize);
        if let Some(before) = text[..start].trim_end().strip_suffix(['*', '/']) {
            return Some(Mend::remove(Span::new(at.file, before.trim_end().len(), end)));
        }
        let rest = text[end..].trim_start().strip_prefix('*')?.trim_start();
        Some(Mend::remove(Span::new(at.file, start, text.len() - rest.len())))
    }

    /// Where a value has this factor, as a plain number or a constant beside what is not known without data; or
    /// anywhere, where all of it is known.
    fn factor_of(&self, expr: &Expr, times: &Number) -> Option<Factor> {
        // A formula that is a number as a whole says what it says.
        let fixed = self.value_of(expr).is_some();
        let found = Search { checker: self, times, fixed, left: MOST_STEPS }.of(expr);
        found.map(|factor| Factor { mend: self.without_factor(factor.at).filter(|_| !fixed), ..factor })
    }

    fn value_of(&self, expr: &Expr) -> Option<Number> {
        self.model.constant_value(expr, None)
    }
}

/// Formulas that others read are looked through so far.
const MOST_STEPS: u32 = 10_000;

/// Where a value is multiplied.
struct Factor {
    at: Span,
    /// By a division.
    divided: bool,
    /// The name by which the formula reads it, where it stands in another one.
    through: Option<Span>,
    /// Takes it away.
    mend: Option<Mend>,
}

struct Search<'c> {
    checker: &'c Checker<'c>,
    times: &'c Number,
    /// The whole formula is known without data.
    fixed: bool,
    left: u32,
}

impl Search<'_> {
    fn of(&mut self, expr: &Expr) -> Option<Factor> {
        self.left = self.left.checked_sub(1)?;
        match &expr.kind {
            Kind::Binary(BinaryOp::Multiply, one, other) => match (self.is_it(one), self.is_it(other)) {
                _ if self.is_part(one) || self.is_part(other) => None,
                (true, false) if self.counts(other) => found(one),
                (false, true) if self.counts(one) => found(other),
                _ => self.first([one, other]),
            },
            Kind::Binary(BinaryOp::Divide, one, other) if self.is_part(other) && self.counts(one) => {
                Some(Factor { at: other.span, divided: true, through: None, mend: None })
            }
            Kind::Binary(BinaryOp::Divide, one, other) => {
                let undone = self.is_it(other) || self.of(other).is_some();
                self.of(one).filter(|_| !undone)
            }
            Kind::Binary(BinaryOp::Add | BinaryOp::Subtract, one, other) => self.first([one, other]),
            Kind::Negate(inner) | Kind::Within(inner, _) | Kind::Over(inner, _) => self.of(inner),
            Kind::If { then, otherwise, .. } => self.first([then, otherwise]),
            Kind::Default { value, fallback } => self.first([value, fallback]),
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
            ) => self.first(parts),
            Kind::Aggregate(aggregate) => match aggregate.function.signature().gives {
                Gives::Values => self.of(aggregate.value.as_ref()?),
                Gives::Rows | Gives::Different | Gives::Ratio => None,
            },
            // What is declared in `%` is told where it is declared.
            Kind::Kpi(kpi) => {
                let kpi = &self.checker.model.kpis[kpi.0];
                if kpi.unit.is_ratio_sign() { None } else { self.through(expr, &kpi.value.clone()) }
            }
            Kind::Column { data, column, .. } => self.column(expr, *data, *column),
            Kind::Person { roster, via, column } => {
                self.column(expr, self.checker.model.links_to(*roster, via), *column)
            }
            _ => None,
        }
    }

    fn first<'e>(&mut self, parts: impl IntoIterator<Item = &'e Expr>) -> Option<Factor> {
        parts.into_iter().find_map(|part| self.of(part))
    }

    fn column(&mut self, read: &Expr, data: DataId, column: ColumnIx) -> Option<Factor> {
        let column = self.checker.model.data[data.0].column(column);
        let ColumnType::Number { unit, .. } = &column.ty else { return None };
        let formula = column.derived.clone().filter(|_| !unit.is_ratio_sign())?;
        self.through(read, &formula)
    }

    fn through(&mut self, read: &Expr, formula: &Expr) -> Option<Factor> {
        self.of(formula).map(|factor| Factor { through: Some(read.span), ..factor })
    }

    fn counts(&self, beside: &Expr) -> bool {
        self.fixed || self.checker.value_of(beside).is_none()
    }

    fn is_it(&self, expr: &Expr) -> bool {
        let plain = match &expr.kind {
            Kind::Value(Value::Number(_)) => !self.checker.text(expr.span).ends_with(['%', '‰']),
            Kind::Constant(constant) => !self.checker.model.constants[constant.0].unit.is_ratio_sign(),
            _ => false,
        };
        plain && expr.dimension().is_none() && self.checker.value_of(expr).as_ref() == Some(self.times)
    }

    /// `1%` or `0.01`
    fn is_part(&self, expr: &Expr) -> bool {
        let plain = matches!(&expr.kind, Kind::Value(Value::Number(_)) | Kind::Constant(_));
        plain && expr.dimension().is_none() && self.checker.value_of(expr) == Number::ONE.div(self.times)
    }
}

fn found(expr: &Expr) -> Option<Factor> {
    Some(Factor { at: expr.span, divided: false, through: None, mend: None })
}

impl Curve {
    /// The values that it is read at, and steps between them, as far as they are written.
    fn points(&self) -> Vec<&Expr> {
        let of_value = |role: Role| match role {
            Role::Point | Role::Step => true,
            Role::PartOfTarget | Role::End | Role::Rate | Role::Score => false,
        };
        let numbers = self.kind.numbers().into_iter();
        numbers.filter(|(role, _)| of_value(*role)).map(|(_, number)| number).collect()
    }
}

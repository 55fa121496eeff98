//! Lines and steps whose points stand in data: the standards of an industry, the levels agreed with a person.
//!
//! What they are is known at evaluation only. So the checker proves what can be proved, units and direction, and makes the
//! curve a formula, which asks for the order of its points itself: points out of order are a mistake in the data.

use super::curves::CurveUse;
use crate::diagnostic::{Code, Diagnostic, Help, Mend};
use crate::language::BinaryOp;
use crate::model::checker::{Checker, Symbol};
use crate::model::expr::{Base, Expr, Kind, Type};
use crate::model::names::env::Env;
use crate::model::{Curve, CurveKind};
use crate::number::Number;
use crate::scales::{BuildsFormulas, Gives, Spelling};
use crate::source::Span;
use crate::syntax::tree;
use crate::syntax::tree::ExprKind;

impl Checker<'_> {
    /// Whether an expression goes by what is known at evaluation only: a cell of the row evaluated, a KPI, other rows.
    pub(super) fn reads_data(&self, expr: &tree::Expr) -> bool {
        match &*expr.kind {
            ExprKind::Field { .. } | ExprKind::Aggregate(_) => true,
            ExprKind::Name(name) => matches!(self.symbols.get(name.text.as_str()), Some((Symbol::Kpi(_), _))),
            _ => expr.parts().into_iter().any(|part| self.reads_data(part)),
        }
    }

    /// What a curve gives is a number known beforehand; where it is not, a formula says the same.
    pub(super) fn score_in_data(&mut self, written: &tree::Curve, fits: &CurveUse) -> bool {
        let mut scores = written.kind.pieces().into_iter().map(|piece| piece.score);
        let Some(score) = scores.find(|score| self.reads_data(score)) else { return false };
        let text = self.text(score.span);
        let formula = self.as_formula(written, fits);
        let mend = match formula {
            Some(formula) => Help::of("write the curve as a formula: `{}`", [Mend::replace(written.span, formula)]),
            None => "write the curve as a formula, with `if … then … else …` for its pieces".into(),
        };
        self.report(
            Diagnostic::new(
                Code::Misplaced,
                format!("`{text}` is known at evaluation only, and what a curve gives is a number or a constant"),
            )
            .at(score.span, "not a number")
            .help(mend),
        );
        true
    }

    /// The curve as a formula that says the same.
    fn as_formula(&self, written: &tree::Curve, fits: &CurveUse) -> Option<String> {
        let text = |expr: &tree::Expr| {
            let text = self.sources.text(expr.span).split_whitespace().collect::<Vec<_>>().join(" ");
            match &*expr.kind {
                ExprKind::Binary { .. } | ExprKind::Default { .. } | ExprKind::If { .. } => format!("({text})"),
                _ => text,
            }
        };
        let bare = |expr: &tree::Expr| matches!(&*expr.kind, ExprKind::Number(number) if number.unit.is_none());
        let all_bare = written.kind.pieces().into_iter().all(|piece| bare(piece.score));
        let unit = if fits.output.is_point() && all_bare { " as point" } else { "" };
        written.kind.spelled(&Spelling { text: &text, width: &width, unit })
    }

    /// A point of such a line, in the unit of what the curve reads.
    pub(super) fn threshold_in_data(&mut self, written: &tree::Expr, fits: &CurveUse) -> Option<Expr> {
        if self.bare_ratio(written, &fits.reads, "what this curve reads") {
            return None;
        }
        let before = self.diagnostics.len();
        let typed = self.typed(written, &Env::subject().bare(&fits.input), None);
        if self.diagnostics.len() == before {
            let wanted = Base::Number(fits.input.dimension.clone());
            self.expect_base(&typed, &wanted, "what this curve reads", written.span);
        }
        (self.diagnostics.len() == before).then_some(typed)
    }

    /// The curve as a formula. `None` after a finding.
    pub(super) fn curve_in_data(&mut self, kind: &CurveKind, span: Span, fits: &CurveUse) -> Option<Curve> {
        let before = self.diagnostics.len();
        kind.shape_in_data(self, span);
        if self.diagnostics.len() > before {
            return None;
        }
        if let Some(better) = &fits.direction {
            kind.direction(self, better, span);
        }
        let mut formula = kind.in_data(&InData::of(&kind.points(), fits, span))?;
        formula.ty.optional = true;
        let scores = kind.bounds().into_iter().cloned().collect();
        (self.diagnostics.len() == before).then_some(Curve { kind: CurveKind::Formula(formula), span, scores })
    }
}

/// How far it is from one plain number to another.
fn width(low: &tree::Expr, high: &tree::Expr) -> Option<String> {
    let (ExprKind::Number(low), ExprKind::Number(high)) = (&*low.kind, &*high.kind) else { return None };
    let sign = match low.style {
        tree::NumberStyle::Plain => "",
        tree::NumberStyle::Percent => "%",
        tree::NumberStyle::Permille => "‰",
    };
    let plain = low.unit.is_none() && high.unit.is_none() && low.style == high.style;
    plain.then(|| format!("{}{sign}", Number::from(high.written).sub(&Number::from(low.written))))
}

/// What the formulas of such curves are made of.
struct InData {
    value: Expr,
    read: Type,
    score: Type,
    flag: Type,
    ratio: Type,
    span: Span,
}

impl InData {
    fn of(points: &[&Expr], fits: &CurveUse, span: Span) -> InData {
        let optional = points.iter().any(|point| point.ty.optional);
        let ty = |base: Base| Type { base, optional };
        let read = ty(Base::Number(fits.input.dimension.clone()));
        InData {
            value: Expr::new(Kind::EntryValue, read.clone(), span),
            read,
            score: ty(Base::Number(fits.output.clone())),
            flag: ty(Base::Flag),
            ratio: ty(Base::number()),
            span,
        }
    }
}

impl BuildsFormulas<Expr> for InData {
    fn value(&self) -> Expr {
        self.value.clone()
    }

    fn binary(&self, op: BinaryOp, left: &Expr, right: &Expr, gives: Gives) -> Expr {
        let ty = match gives {
            Gives::Value => &self.read,
            Gives::Score => &self.score,
            Gives::Ratio => &self.ratio,
            Gives::Flag => &self.flag,
        };
        Expr::new(Kind::Binary(op, left.clone(), right.clone()), ty.clone(), self.span)
    }

    fn choose(&self, condition: Expr, then: Expr, otherwise: Expr) -> Expr {
        Expr::new(Kind::If { condition, then, otherwise }, self.score.clone(), self.span)
    }

    fn in_order(&self, op: BinaryOp, one: &Expr, other: &Expr, then: Expr) -> Expr {
        let kind = Kind::InOrder { op, one: one.clone(), other: other.clone(), then };
        Expr::new(kind, self.score.clone(), self.span)
    }
}

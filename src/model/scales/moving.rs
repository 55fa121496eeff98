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
use crate::model::words::sign;
use crate::model::{Anchor, Curve, CurveKind, Step};
use crate::number::Number;
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
        let scores: Vec<&tree::Expr> = match &written.kind {
            tree::CurveKind::Linear { anchors, .. } => anchors.iter().map(|anchor| &anchor.score).collect(),
            tree::CurveKind::Steps(steps) => steps.iter().map(|step| &step.score).collect(),
            tree::CurveKind::Deduct(_)
            | tree::CurveKind::Add(_)
            | tree::CurveKind::Brackets(_)
            | tree::CurveKind::Formula(_) => return false,
        };
        let Some(score) = scores.into_iter().find(|score| self.reads_data(score)) else { return false };
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

    /// A line between two points, or steps, as a formula that says the same.
    fn as_formula(&self, written: &tree::Curve, fits: &CurveUse) -> Option<String> {
        let text = |expr: &tree::Expr| {
            let text = self.sources.text(expr.span).split_whitespace().collect::<Vec<_>>().join(" ");
            match &*expr.kind {
                ExprKind::Binary { .. } | ExprKind::Default { .. } | ExprKind::If { .. } => format!("({text})"),
                _ => text,
            }
        };
        let bare = |expr: &tree::Expr| matches!(&*expr.kind, ExprKind::Number(number) if number.unit.is_none());
        let unit = |scores: &[&tree::Expr]| match fits.output.is_point() && scores.iter().all(|score| bare(score)) {
            true => " as point",
            false => "",
        };
        match &written.kind {
            tree::CurveKind::Linear { anchors, continue_above: None } => {
                let [low, high] = anchors.as_slice() else { return None };
                let [x, y, a, b] = [&low.at, &high.at, &low.score, &high.score].map(text);
                // A number known to be other than 0 leaves no doubt that there is an answer.
                let width = match (&*low.at.kind, &*high.at.kind) {
                    (ExprKind::Number(low), ExprKind::Number(high))
                        if low.unit.is_none() && high.unit.is_none() && low.style == high.style =>
                    {
                        let sign = match low.style {
                            tree::NumberStyle::Plain => "",
                            tree::NumberStyle::Percent => "%",
                            tree::NumberStyle::Permille => "‰",
                        };
                        format!("{}{sign}", Number::from(high.written).sub(&Number::from(low.written)))
                    }
                    _ => format!("({y} - {x})"),
                };
                let unit = unit(&[&low.score, &high.score]);
                Some(format!("formula {a} + (clamp(value, {x}, {y}) - {x}) / {width} * ({b} - {a}){unit}"))
            }
            tree::CurveKind::Steps(steps) => {
                let mut formula = String::from("formula ");
                for step in steps {
                    formula += &match &step.condition {
                        Some((op, at)) => {
                            format!("if value {} {} then {} else ", sign(*op), text(at), text(&step.score))
                        }
                        None => text(&step.score),
                    };
                }
                steps.last()?.condition.is_none().then_some(formula)
            }
            _ => None,
        }
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

    /// The line as a formula. `None` after a finding.
    pub(super) fn line_in_data(
        &mut self,
        anchors: Vec<Anchor>,
        continue_above: bool,
        written: &tree::Curve,
        fits: &CurveUse,
    ) -> Option<Curve> {
        let span = written.span;
        if anchors.len() < 2 {
            self.line_too_short(span);
            return None;
        }
        if let Some(last) = anchors.last().filter(|last| last.below) {
            self.line_without_end(last.at.span);
            return None;
        }
        let before = self.diagnostics.len();
        let twice = anchors.windows(2).find(|pair| pair[0].at.key() == pair[1].at.key() && !jumps(pair));
        if let Some([first, again]) = twice {
            let text = self.text(again.at.span);
            self.report(
                Diagnostic::new(
                    Code::ScaleOrder,
                    format!("the line has two points at `{text}`, and never rises from one to the other"),
                )
                .at(again.at.span, "again")
                .at(first.at.span, "first here")
                .help("name another column for one of the two; a jump is written as in `< x -> 30, x -> 60`"),
            );
            return None;
        }
        let kind = CurveKind::Linear { anchors: anchors.clone(), continue_above };
        let curve = Curve { kind, span, scores: Vec::new() };
        if let Some(better) = &fits.direction {
            self.curve_direction(&curve, better);
        }
        let formula = line(&anchors, continue_above, fits, span);
        // One that goes on has no end.
        let scores = anchors.into_iter().map(|anchor| anchor.score).filter(|_| !continue_above).collect();
        (self.diagnostics.len() == before).then_some(Curve { kind: CurveKind::Formula(formula), span, scores })
    }

    /// The steps as a formula: the first that holds counts. `None` after a finding.
    pub(super) fn steps_in_data(&mut self, steps: Vec<Step>, written: &tree::Curve, fits: &CurveUse) -> Option<Curve> {
        let span = written.span;
        let Some((last, conditions)) = steps.split_last().filter(|(last, _)| last.condition.is_none()) else {
            self.report(
                Diagnostic::new(Code::ScaleHole, "steps whose limits stand in data may leave values without a score")
                    .at(span, "no `else`")
                    .help("end with the score of all the others: `else -> …`"),
            );
            return None;
        };
        let before = self.diagnostics.len();
        if let Some(better) = &fits.direction {
            let curve = Curve { kind: CurveKind::Steps(steps.clone()), span, scores: Vec::new() };
            self.curve_direction(&curve, better);
        }
        let build = Build::of(conditions.iter().filter_map(|step| Some(&step.condition.as_ref()?.1)), fits, span);
        let mut formula = last.score.clone();
        for step in conditions.iter().rev() {
            let Some((op, at)) = &step.condition else { continue };
            let holds = build.binary(*op, &build.value, at, &build.flag);
            formula = build.choose(holds, step.score.clone(), formula);
        }
        for pair in conditions.windows(2).rev() {
            let [Some((op, one)), Some((_, other))] = [&pair[0].condition, &pair[1].condition] else { continue };
            let order = match op {
                BinaryOp::Greater | BinaryOp::GreaterOrEqual => BinaryOp::GreaterOrEqual,
                _ => BinaryOp::LessOrEqual,
            };
            formula = build.in_order(order, one, other, formula);
        }
        formula.ty.optional = true;
        let scores = steps.iter().map(|step| step.score.clone()).collect();
        (self.diagnostics.len() == before).then_some(Curve { kind: CurveKind::Formula(formula), span, scores })
    }
}

/// What the formulas of such curves are made of.
struct Build {
    value: Expr,
    read: Type,
    score: Type,
    flag: Type,
    ratio: Type,
    span: Span,
}

impl Build {
    fn of<'p>(mut points: impl Iterator<Item = &'p Expr>, fits: &CurveUse, span: Span) -> Build {
        let optional = points.any(|point| point.ty.optional);
        let ty = |base: Base| Type { base, optional };
        let read = ty(Base::Number(fits.input.dimension.clone()));
        Build {
            value: Expr::new(Kind::EntryValue, read.clone(), span),
            read,
            score: ty(Base::Number(fits.output.clone())),
            flag: ty(Base::Flag),
            ratio: ty(Base::number()),
            span,
        }
    }

    fn binary(&self, op: BinaryOp, left: &Expr, right: &Expr, ty: &Type) -> Expr {
        Expr::new(Kind::Binary(op, left.clone(), right.clone()), ty.clone(), self.span)
    }

    fn choose(&self, condition: Expr, then: Expr, otherwise: Expr) -> Expr {
        Expr::new(Kind::If { condition, then, otherwise }, self.score.clone(), self.span)
    }

    /// The curve where two of its points stand in this order, which the data must keep.
    fn in_order(&self, op: BinaryOp, one: &Expr, other: &Expr, then: Expr) -> Expr {
        let kind = Kind::InOrder { op, one: one.clone(), other: other.clone(), then };
        Expr::new(kind, self.score.clone(), self.span)
    }

    /// The line between two points, at the value.
    fn between(&self, pair: &[Anchor]) -> Expr {
        let way = self.binary(BinaryOp::Subtract, &self.value, &pair[0].at, &self.read);
        let whole = self.binary(BinaryOp::Subtract, &pair[1].at, &pair[0].at, &self.read);
        let part = self.binary(BinaryOp::Divide, &way, &whole, &self.ratio);
        let rise = self.binary(BinaryOp::Subtract, &pair[1].score, &pair[0].score, &self.score);
        let gained = self.binary(BinaryOp::Multiply, &part, &rise, &self.score);
        self.binary(BinaryOp::Add, &pair[0].score, &gained, &self.score)
    }
}

/// `< 80% -> 0, 80% -> 40`
fn jumps(pair: &[Anchor]) -> bool {
    pair[0].below && !pair[1].below
}

/// `if value < a then … else …` where `a < b` and `b < c`; where the line jumps, `a = b`.
fn line(anchors: &[Anchor], continue_above: bool, fits: &CurveUse, span: Span) -> Expr {
    let build = Build::of(anchors.iter().map(|anchor| &anchor.at), fits, span);
    let below = |at: &Expr| build.binary(BinaryOp::Less, &build.value, at, &build.flag);
    let last = &anchors[anchors.len() - 2..];
    let mut curve = match continue_above && !jumps(last) {
        true => build.between(last),
        false => last[1].score.clone(),
    };
    for pair in anchors.windows(2).rev().filter(|pair| !jumps(pair)) {
        curve = build.choose(below(&pair[1].at), build.between(pair), curve);
    }
    curve = build.choose(below(&anchors[0].at), anchors[0].score.clone(), curve);
    for pair in anchors.windows(2).rev() {
        let op = if jumps(pair) { BinaryOp::Equal } else { BinaryOp::Less };
        curve = build.in_order(op, &pair[0].at, &pair[1].at, curve);
    }
    curve.ty.optional = true;
    curve
}

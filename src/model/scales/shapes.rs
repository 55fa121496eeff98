//! What is proved of the shape of curves, ratings and matrices: order, holes, and that each piece counts.
//!
//! Constants change with time, so a shape is proved for every day on which one of its numbers changes.

use super::curves::CurveUse;
use crate::diagnostic::{Code, Diagnostic, Help, Mend};
use crate::language::BinaryOp;
use crate::model::checker::Checker;
use crate::model::expr::{Expr, Kind};
use crate::model::types::unit::Dimension;
use crate::model::words::percent;
use crate::model::{Anchor, ConstantId, Curve, CurveKind, Dated, Step, When};
use crate::number::Number;
use crate::source::Span;
use crate::syntax::tree;
use crate::time::{Day, Month};

impl Checker<'_> {
    /// A number that needs no data, at the moment that is being proved.
    pub(super) fn number(&self, expr: &Expr) -> Number {
        self.model.constant_value(expr, self.moment).unwrap_or(Number::ZERO)
    }

    /// Proves something for every time in which constants have other values, the latest first; stops at the first
    /// mistake, and says when it is one.
    pub(super) fn at_all_times(&mut self, numbers: &[&Expr], mut prove: impl FnMut(&mut Self)) {
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

    pub(super) fn curve_shape(&mut self, curve: &Curve, written: &tree::Curve, fits: &CurveUse) {
        let numbers = numbers_of(curve);
        self.at_all_times(&numbers, |checker| match &curve.kind {
            CurveKind::Linear { anchors, .. } => checker.linear_shape(anchors, curve.span),
            CurveKind::Steps(steps) => checker.steps_shape(steps, written, fits),
            CurveKind::Brackets(brackets) => checker.brackets_shape(brackets),
            CurveKind::PerStep(_) | CurveKind::Formula(_) => {}
        });
    }

    /// Pieces of a curve that make no difference; constants may be changed tomorrow, and are left out.
    pub(super) fn idle_pieces(&mut self, curve: &Curve) {
        let fixed = |expr: &Expr| if reads_constants(expr) { None } else { self.model.constant_value(expr, None) };
        let mut found: Vec<Diagnostic> = Vec::new();
        let no_effect = |message: String| Diagnostic::new(Code::NoEffect, message);
        match &curve.kind {
            CurveKind::Linear { anchors, continue_above } => {
                let scores: Option<Vec<Number>> = anchors.iter().map(|anchor| fixed(&anchor.score)).collect();
                let flat = scores.is_some_and(|scores| scores.windows(2).all(|pair| pair[0] == pair[1]));
                if let (true, Some(anchor)) = (flat, anchors.first()) {
                    let score = self.text(anchor.score.span);
                    found.push(
                        no_effect(format!("every value scores {score} on this line"))
                            .at(curve.span, "makes no difference")
                            .help("let its points have different scores"),
                    );
                }
                for pair in anchors.windows(2).filter(|pair| pair[0].below) {
                    let apart =
                        matches!((fixed(&pair[0].at), fixed(&pair[1].at)), (Some(one), Some(other)) if one < other);
                    if apart {
                        let at = self.text(pair[0].at.span);
                        found.push(
                            no_effect(format!("the line does not jump at {at}, so `<` has no effect"))
                                .at(pair[0].at.span, "no jump here")
                                .help(format!("write `{at} -> …`, or add the score from {at} on behind it")),
                        );
                    }
                }
                if let (true, false, [.., one, last]) = (*continue_above, flat, &anchors[..]) {
                    let level =
                        matches!((fixed(&one.score), fixed(&last.score)), (Some(one), Some(other)) if one == other);
                    let jump = matches!((fixed(&one.at), fixed(&last.at)), (Some(one), Some(other)) if one == other);
                    if level || jump {
                        let why = if jump { "jumps at its end" } else { "is level at its end" };
                        found.push(
                            no_effect(format!("the line {why}, so `continue above` has no effect"))
                                .at(last.at.span, "the last point")
                                .at(one.at.span, "the one before")
                                .help(
                                    "remove `continue above`, or let the line rise or fall between its last two points",
                                ),
                        );
                    }
                }
            }
            CurveKind::Steps(steps) => {
                for pair in steps.windows(2) {
                    let same = matches!((fixed(&pair[0].score), fixed(&pair[1].score)), (Some(one), Some(other)) if one == other);
                    if let (true, Some((_, at))) = (same, &pair[0].condition) {
                        let (at_text, score) = (self.text(at.span), self.text(pair[0].score.span));
                        found.push(
                            no_effect(format!(
                                "the step at {at_text} makes no difference: the next one gives {score} too"
                            ))
                            .at(pair[0].score.span, "the same score")
                            .at(pair[1].score.span, "as here")
                            .help("remove one of the two, or give them different scores"),
                        );
                    }
                }
            }
            CurveKind::PerStep(_) | CurveKind::Brackets(_) | CurveKind::Formula(_) => {}
        }
        for finding in found {
            self.report(finding);
        }
    }

    fn linear_shape(&mut self, anchors: &[Anchor], span: Span) {
        let before = self.diagnostics.len();
        if anchors.len() < 2 {
            self.line_too_short(span);
        }
        for pair in anchors.windows(2) {
            let (one, other) = (self.number(&pair[0].at), self.number(&pair[1].at));
            let jump = one == other && pair[0].below && !pair[1].below;
            if one < other || jump {
                continue;
            }
            let (first, second) = (self.text(pair[0].at.span), self.text(pair[1].at.span));
            let (message, mend): (String, Help) = if one == other {
                let scores = [&pair[0], &pair[1]].map(|anchor| self.text(anchor.score.span));
                let shown = format!("< {first} -> {}, {second} -> {}", scores[0], scores[1]);
                let jump = Mend::before(pair[0].at.span, "<").shown_as(shown);
                let mend = match pair[0].below || pair[1].below {
                    true => "remove one of the two".into(),
                    false => Help::of("for a jump write `{}`; else remove one of the two", [jump]),
                };
                (format!("the line has two scores at {second}"), mend)
            } else {
                (
                    format!("the points of a line stand from low to high, and {second} comes after {first}"),
                    "put the lower one first".into(),
                )
            };
            self.report(
                Diagnostic::new(Code::ScaleOrder, message)
                    .at(pair[1].at.span, "out of order")
                    .at(pair[0].at.span, "before it")
                    .help(mend),
            );
        }
        let ordered = self.diagnostics.len() == before;
        if let Some(last) = anchors.last().filter(|last| last.below && ordered) {
            self.line_without_end(last.at.span);
        }
    }

    pub(super) fn line_too_short(&mut self, span: Span) {
        self.report(
            Diagnostic::new(Code::Incomplete, "a line needs two points or more")
                .at(span, "only one")
                .help("write a second point, as in `linear 60% -> 0, 100% -> 100`"),
        );
    }

    pub(super) fn line_without_end(&mut self, last: Span) {
        let at = self.text(last);
        self.report(
            Diagnostic::new(Code::ScaleHole, format!("the line ends just below {at}"))
                .at(last, format!("{at} itself gets no score"))
                .help(format!("add the score from {at} on: `{at} -> …`")),
        );
    }

    fn steps_shape(&mut self, steps: &[Step], written: &tree::Curve, fits: &CurveUse) {
        let conditions: Vec<(Option<(BinaryOp, Number)>, Span)> = steps
            .iter()
            .map(|step| match &step.condition {
                Some((op, at)) => (Some((*op, self.number(at))), at.span),
                None => (None, step.score.span),
            })
            .collect();
        let counted = fits.input.dimension.is_counted() && !fits.input.dimension.is_none();
        self.thresholds(&conditions, written.span, "step", "score", &unit_of(&fits.input.dimension), counted);
    }

    /// Steps, grades, the rows and columns of a matrix: one direction, strictly in order, all covered.
    pub(super) fn thresholds(
        &mut self,
        conditions: &[(Option<(BinaryOp, Number)>, Span)],
        span: Span,
        what: &str,
        gets: &str,
        unit: &str,
        counted: bool,
    ) {
        let falling = |op: BinaryOp| matches!(op, BinaryOp::Greater | BinaryOp::GreaterOrEqual);
        let rising = |op: BinaryOp| matches!(op, BinaryOp::Less | BinaryOp::LessOrEqual);
        let first = conditions.iter().find_map(|(condition, _)| condition.as_ref().map(|(op, _)| *op));
        for (at, (condition, place)) in conditions.iter().enumerate() {
            let Some((op, _)) = condition else {
                if at + 1 < conditions.len() && !(at == 0 && conditions.len() > 2) {
                    self.report(
                        Diagnostic::new(
                            Code::Unreachable,
                            format!("`else` takes all that is left, so no {what} can follow it"),
                        )
                        .at(conditions[at + 1].1, "never reached")
                        .at(*place, "`else`")
                        .help("put `else` last"),
                    );
                }
                continue;
            };
            let fits = first.is_some_and(|first| (falling(first) && falling(*op)) || (rising(first) && rising(*op)));
            if !fits {
                self.report(
                    Diagnostic::new(Code::ScaleOrder, format!("the {what}s do not all go one way"))
                        .at(*place, "this one goes the other way")
                        .help("let all of them begin at a value, from high to low, as in `>= 90`, `>= 60`; or all end at one, from low to high, as in `<= 60`, `<= 90`"),
                );
                return;
            }
        }
        let known: Vec<(BinaryOp, &Number, Span)> = conditions
            .iter()
            .filter_map(|(condition, span)| condition.as_ref().map(|(op, number)| (*op, number, *span)))
            .collect();
        // All of them the other way round: one mistake.
        let backwards = known.len() > 1
            && known
                .windows(2)
                .all(|pair| if falling(pair[0].0) { pair[1].1 > pair[0].1 } else { pair[1].1 < pair[0].1 });
        if backwards {
            let (first, second) = (known[0].2, known[1].2);
            let (begin, way) = if falling(known[0].0) { ("begin", "high to low") } else { ("end", "low to high") };
            let (one, other) = (self.text(first), self.text(second));
            self.report(
                Diagnostic::new(
                    Code::Unreachable,
                    format!("nothing ever reaches this {what}: {other} is covered by {one} before it"),
                )
                .at(second, "never reached")
                .at(first, "covers it")
                .help(format!(
                    "{what}s that {begin} at a value stand from {way}: turn the order round, what takes the rest last"
                )),
            );
            return;
        }
        for pair in known.windows(2) {
            let ((op, one, first), (next, other, second)) = (&pair[0], &pair[1]);
            // `> 90` then `>= 90` differ in 90 itself; every other equal pair repeats.
            let edge = one == other
                && matches!(
                    (op, next),
                    (BinaryOp::Greater, BinaryOp::GreaterOrEqual) | (BinaryOp::Less, BinaryOp::LessOrEqual)
                );
            let ordered = if falling(*op) { other < one } else { other > one };
            if !ordered && !edge {
                let (one, other) = (self.text(*first), self.text(*second));
                self.report(
                    Diagnostic::new(
                        Code::Unreachable,
                        format!("nothing ever reaches this {what}: {other} is covered by {one} before it"),
                    )
                    .at(*second, "never reached")
                    .at(*first, "covers it")
                    .help(if falling(*op) {
                        "order them from high to low"
                    } else {
                        "order them from low to high"
                    }),
                );
            }
        }
        let ends = conditions.iter().any(|(condition, _)| condition.is_none());
        if let (false, Some((op, number, place))) = (ends, known.last()) {
            let example = hole_example(*op, number, unit, counted);
            let mut finding =
                Diagnostic::new(Code::ScaleHole, format!("{example} gets no {gets}")).at(*place, "nothing follows");
            if !span.contains(*place) {
                finding = finding.at(span, format!("the {what}s"));
            }
            self.report(finding.help("end with `else …`, which takes all that is left"));
        }
    }

    fn brackets_shape(&mut self, brackets: &[(Expr, Option<Expr>)]) {
        for pair in brackets.windows(2) {
            match (&pair[0].1, &pair[1].1) {
                (None, _) => self.report(
                    Diagnostic::new(Code::Unreachable, "`above` takes all that is left, so no bracket can follow it")
                        .at(pair[1].0.span, "never reached")
                        .help("put `above` last"),
                ),
                (Some(one), Some(other)) if self.number(other) <= self.number(one) => self.report(
                    Diagnostic::new(Code::ScaleOrder, "brackets stand from low to high")
                        .at(other.span, "not above the one before")
                        .at(one.span, "before it")
                        .help("order them by their ends"),
                ),
                _ => {}
            }
        }
        if let Some((_, Some(end))) = brackets.last() {
            let at = self.text(end.span);
            self.report(
                Diagnostic::new(Code::ScaleHole, format!("what lies above {at} has no rate"))
                    .at(end.span, "nothing follows")
                    .help("end with the rate of all that lies above: `… above`"),
            );
        }
    }
}

/// The numbers that make the shape of a curve.
pub(super) fn numbers_of(curve: &Curve) -> Vec<&Expr> {
    match &curve.kind {
        CurveKind::Linear { anchors, .. } => anchors.iter().flat_map(|anchor| [&anchor.at, &anchor.score]).collect(),
        CurveKind::Steps(steps) => {
            let limits = steps.iter().filter_map(|step| Some(&step.condition.as_ref()?.1));
            limits.chain(steps.iter().map(|step| &step.score)).collect()
        }
        CurveKind::Brackets(brackets) => {
            brackets.iter().flat_map(|(rate, to)| std::iter::once(rate).chain(to)).collect()
        }
        CurveKind::PerStep(_) | CurveKind::Formula(_) => Vec::new(),
    }
}

pub(super) fn reads_constants(expr: &Expr) -> bool {
    matches!(&expr.kind, Kind::Constant(_)) || expr.parts().into_iter().any(reads_constants)
}

pub(super) fn unit_of(dimension: &Dimension) -> String {
    if dimension.is_none() { String::new() } else { dimension.plural() }
}

/// A value just beyond the last threshold.
fn hole_example(op: BinaryOp, edge: &Number, unit: &str, counted: bool) -> String {
    let whole = counted && *edge >= Number::ONE;
    let step = if whole {
        Number::ONE
    } else if edge.abs() <= Number::from(5) {
        Number::from_parts(1, 3)
    } else {
        Number::from_parts(1, 2)
    };
    let value = match op {
        BinaryOp::GreaterOrEqual => edge.sub(&step),
        BinaryOp::LessOrEqual => edge.add(&step),
        _ => edge.clone(),
    };
    // A ratio is told as people write it.
    if unit.is_empty() {
        return percent(&value);
    }
    format!("a value of {value} {unit}")
}

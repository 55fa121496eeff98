//! Whether a curve rises where more is better, and falls where less is.

use super::curves::Better;
use super::shapes::{numbers_of, reads_constants};
use crate::diagnostic::{Code, Diagnostic, Edit, Help, Mend};
use crate::language::BinaryOp;
use crate::model::checker::Checker;
use crate::model::expr::Expr;
use crate::model::{Curve, CurveKind};
use crate::number::Number;
use crate::source::Span;

impl Checker<'_> {
    /// A curve that rises and falls, for a KPI that does not say what is better.
    pub(in crate::model) fn both_ways(&mut self, curve: &Curve, kpi: Span) {
        let pieces: Vec<(Option<&Expr>, &Expr)> = match &curve.kind {
            CurveKind::Linear { anchors, .. } => {
                anchors.iter().map(|anchor| (Some(&anchor.at), &anchor.score)).collect()
            }
            CurveKind::Steps(steps) => {
                steps.iter().map(|step| (step.condition.as_ref().map(|(_, at)| at), &step.score)).collect()
            }
            CurveKind::PerStep(_) | CurveKind::Brackets(_) | CurveKind::Formula(_) => return,
        };
        let scores: Vec<Number> = pieces.iter().map(|(_, score)| self.number(score)).collect();
        let rises = scores.windows(2).any(|pair| pair[1] > pair[0]);
        let falls = scores.windows(2).any(|pair| pair[1] < pair[0]);
        let Some(most) = scores.iter().max().filter(|_| rises && falls) else { return };
        let Some(peak) = scores.iter().position(|score| score == most) else { return };
        let at = pieces[peak].0.map_or(String::new(), |at| self.text(at.span));
        let closest = self.line_in(kpi, format!("closest to {at} is best")).filter(|_| !at.is_empty());
        let mend = match closest {
            None => "say in the KPI which values are best, `closest to … is best`, or correct the scores".into(),
            Some(line) => Help::of("add `{}` to the KPI, or correct the scores", [line]),
        };
        let mut finding = Diagnostic::new(
            Code::ScaleDirection,
            "the score rises and falls, and the KPI does not say which values are better",
        )
        .at(pieces[peak].1.span, "the most of all")
        .help(mend);
        // It may be meant so.
        finding.severity = crate::diagnostic::Severity::Warning;
        self.report(finding);
    }

    /// A curve agrees with what the KPI calls better.
    pub(in crate::model) fn curve_direction(&mut self, curve: &Curve, better: &Better) {
        let mut numbers: Vec<&Expr> = match &curve.kind {
            CurveKind::Linear { anchors, .. } => anchors.iter().map(|anchor| &anchor.score).collect(),
            CurveKind::Steps(steps) => steps.iter().map(|step| &step.score).collect(),
            CurveKind::PerStep(_) => return self.step_direction(curve, better),
            CurveKind::Brackets(_) | CurveKind::Formula(_) => return,
        };
        if let Better::Nearest(best) = better {
            numbers.push(best);
        }
        self.at_all_times(&numbers, |checker| checker.scores_direction(curve, better));
    }

    fn step_direction(&mut self, curve: &Curve, better: &Better) {
        let CurveKind::PerStep(step) = &curve.kind else { return };
        let agrees = match better {
            Better::Nearest(_) => return,
            Better::Lower => step.above == step.deduct,
            Better::Higher | Better::Attainment => step.above != step.deduct,
        };
        if agrees {
            return;
        }
        let (word, side) = (if step.deduct { "deducts" } else { "adds" }, if step.above { "above" } else { "below" });
        let other = if step.above { "below" } else { "above" };
        let better = better.words(self);
        self.report(
            Diagnostic::new(Code::ScaleDirection, format!("{better}, and this {word} points {side} the target"))
                .at(curve.span, "rewards the worse")
                .help(Help::of(&format!("write `{{}}`, or change the KPI's `{better}`"), {
                    // The side stands before `target` in the curve.
                    let text = self.sources.text(curve.span);
                    let at = text
                        .match_indices(side)
                        .map(|(at, _)| at)
                        .find(|at| text[at + side.len()..].split_whitespace().next() == Some("target"));
                    let start = curve.span.start + at.unwrap_or(0) as u32;
                    let place = Span { start, end: start + side.len() as u32, ..curve.span };
                    let mend = Mend::replace(place, other).shown_as(format!("{other} target"));
                    at.map(|_| mend).into_iter().collect::<Vec<_>>()
                })),
        );
    }

    fn scores_direction(&mut self, curve: &Curve, better: &Better) {
        // From the lower to the higher values: two pieces of the curve, and whether the best value lies at the border or
        // above it, and at it or below it.
        struct Pair<'c> {
            low: &'c Expr,
            high: &'c Expr,
            best_above: bool,
            best_below: bool,
            /// As told: the value and its score, first what is written first.
            told: [(Option<&'c Expr>, &'c Expr, bool); 2],
        }
        let best = match better {
            Better::Nearest(best) => match self.model.constant_value(best, self.moment) {
                Some(best) => Some(best),
                None => return,
            },
            _ => None,
        };
        let value = |checker: &Self, expr: &Expr| checker.model.constant_value(expr, checker.moment);
        let mut pairs: Vec<Pair<'_>> = Vec::new();
        match &curve.kind {
            CurveKind::Linear { anchors, .. } => {
                for pair in anchors.windows(2) {
                    let (one, other) = (&pair[0], &pair[1]);
                    let beside = |at: &Expr, beyond: fn(&Number, &Number) -> bool| {
                        best.as_ref().zip(value(self, at)).is_some_and(|(best, at)| beyond(best, &at))
                    };
                    let told = [(Some(&one.at), &one.score, one.below), (Some(&other.at), &other.score, other.below)];
                    pairs.push(Pair {
                        low: &one.score,
                        high: &other.score,
                        best_above: beside(&other.at, |best, at| best >= at),
                        best_below: beside(&one.at, |best, at| best <= at) && !beside(&other.at, |best, at| best >= at),
                        told,
                    });
                }
            }
            CurveKind::Steps(steps) => {
                for pair in steps.windows(2) {
                    let Some((op, at)) = &pair[0].condition else { continue };
                    let falling = matches!(op, BinaryOp::Greater | BinaryOp::GreaterOrEqual);
                    let (low, high) = if falling { (&pair[1], &pair[0]) } else { (&pair[0], &pair[1]) };
                    // The border itself belongs to the upper piece.
                    let upper = matches!(op, BinaryOp::GreaterOrEqual | BinaryOp::Less);
                    let above = best
                        .as_ref()
                        .zip(value(self, at))
                        .map(|(best, at)| if upper { *best >= at } else { *best > at });
                    pairs.push(Pair {
                        low: &low.score,
                        high: &high.score,
                        best_above: above == Some(true),
                        best_below: above == Some(false),
                        told: [
                            (Some(at), &pair[0].score, false),
                            (pair[1].condition.as_ref().map(|(_, at)| at), &pair[1].score, false),
                        ],
                    });
                }
            }
            _ => {}
        }
        if let (CurveKind::Linear { anchors, continue_above: true }, Better::Nearest(best)) = (&curve.kind, better)
            && let [.., one, last] = &anchors[..]
            && self.number(&last.score) > self.number(&one.score)
        {
            let best = self.text(best.span);
            let message = format!("{}, but the line rises for ever", better.words(self));
            return self.report(
                Diagnostic::new(Code::ScaleDirection, message)
                    .at(last.score.span, "and above")
                    .at(one.score.span, "from here")
                    .help(format!("remove `continue above`, or let the scores fall behind {best}")),
            );
        }
        let agrees = |pair: &&Pair<'_>| {
            let (low, high) = (self.number(pair.low), self.number(pair.high));
            match better {
                Better::Higher | Better::Attainment => high >= low,
                Better::Lower => high <= low,
                Better::Nearest(_) if pair.best_above => high >= low,
                Better::Nearest(_) if pair.best_below => high <= low,
                // The best value lies between the two.
                Better::Nearest(_) => high == low,
            }
        };
        let Some(culprit) = pairs.iter().find(|pair| !agrees(pair)) else { return };
        let told = |(at, score, below): &(Option<&Expr>, &Expr, bool)| {
            let at = at.map_or("what is left".into(), |at| self.text(at.span));
            format!("{}{at} scores {}", if *below { "just below " } else { "" }, self.text(score.span))
        };
        let (first, second) = (&culprit.told[0], &culprit.told[1]);
        let what = format!("{} and {}", told(first), told(second));
        let better_words = better.words(self);
        // Turned round as a whole, or nobody can tell how it is meant.
        let turned = numbers_of(curve).into_iter().all(|number| !reads_constants(number))
            && pairs.iter().all(|pair| !agrees(&pair) || self.number(pair.low) == self.number(pair.high));
        let mend = match better {
            Better::Higher | Better::Lower if turned => {
                Help::of(&format!("turn the scores round, or change the KPI's `{better_words}`"), [self.turned(curve)])
            }
            Better::Attainment if turned => Help::of(
                "turn the scores round: an attainment above 100% is better, whichever way the KPI goes",
                [self.turned(curve)],
            ),
            Better::Higher | Better::Lower => {
                format!("correct the scores that go the wrong way, or change the KPI's `{better_words}`").into()
            }
            Better::Attainment => {
                "correct the scores that go the wrong way: an attainment above 100% is better, whichever way the KPI goes"
                    .into()
            }
            Better::Nearest(best) => {
                format!("let the scores rise up to {0} and fall behind it, with a point at {0}", self.text(best.span))
                    .into()
            }
        };
        let finding = Diagnostic::new(Code::ScaleDirection, format!("{better_words}, but {what}"))
            .at(second.1.span, "against the direction")
            .at(first.1.span, "compared with this")
            .help(mend);
        self.report(finding);
    }

    /// A line or steps with their scores in the opposite order.
    fn turned(&self, curve: &Curve) -> Mend {
        let scores: Vec<Span> = match &curve.kind {
            CurveKind::Linear { anchors, .. } => anchors.iter().map(|anchor| anchor.score.span).collect(),
            CurveKind::Steps(steps) => steps.iter().map(|step| step.score.span).collect(),
            CurveKind::PerStep(_) | CurveKind::Brackets(_) | CurveKind::Formula(_) => Vec::new(),
        };
        let texts = scores.iter().rev().map(|span| self.sources.text(*span).to_string());
        let edits = scores.iter().zip(texts).map(|(span, text)| Edit { span: *span, text });
        Mend { edits: edits.collect(), shown: String::new() }
    }
}

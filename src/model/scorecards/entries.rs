//! What an entry's KPI can come to, against its target and the pieces of its curve: pieces that nobody ever reaches, and
//! targets that no value attains.

use crate::diagnostic::{Code, Diagnostic};
use crate::language::BinaryOp;
use crate::model::expr::{Expr, Kind};
use crate::model::proofs::conditions::{Walk, told};
use crate::model::proofs::ranges::{Known, is_attainment};
use crate::model::{Curve, Direction, Entry, KpiEntry, ScoreCurve, Scorecard, Veto, VetoEffect};
use crate::number::Number;
use crate::scales::Reach;
use crate::source::Span;
use crate::value::{Builtin, Interval, settled};

/// Which way a formula goes as the value rises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Rises,
    Falls,
    /// It never looks at the value.
    Level,
}

impl Way {
    fn back(self) -> Way {
        match self {
            Way::Rises => Way::Falls,
            Way::Falls => Way::Rises,
            Way::Level => Way::Level,
        }
    }

    fn with(self, other: Way) -> Option<Way> {
        match (self, other) {
            (Way::Level, way) | (way, Way::Level) => Some(way),
            (one, other) => (one == other).then_some(one),
        }
    }
}

impl Reach<Expr> for Walk<'_, '_> {
    fn range(&self, number: &Expr) -> Interval {
        self.ranges.of(number, &Known::default())
    }

    fn text(&self, span: Span) -> String {
        Walk::text(self, span)
    }
}

impl Walk<'_, '_> {
    pub(in crate::model) fn kpi_entry(&mut self, kpi: &KpiEntry, entry: &Entry) {
        for dated in &kpi.target {
            self.formula(&dated.value, &Known::default());
        }
        if !self.target_divides(kpi, entry) {
            self.target_in_reach(kpi, entry);
        }
        let Some(ScoreCurve::Own(curve)) = kpi.score.as_ref().map(|score| &score.curve) else { return };
        let read = self.ranges.read(kpi, &entry.stated);
        let name = self.text(entry.span);
        let what = match is_attainment(kpi) {
            true => format!("the attainment of `{name}`"),
            false => format!("`{name}`"),
        };
        if let Some(formula) = curve.kind.formula() {
            self.formula(formula, &Known { entry: Some(read.clone()), ..Known::default() });
            self.formula_direction(formula, kpi, entry, curve, &read);
        }
        for never in curve.kind.never(self, &read[0], &read[1], curve.span) {
            let value = told(&what, &read[0], never.percent);
            let why = match never.by_target {
                true => format!("{value}, and {}", told("the target", &read[1], never.percent)),
                false => value,
            };
            self.found.push(
                Diagnostic::new(Code::ConstantCondition, never.message)
                    .at(never.at, never.label)
                    .at(entry.span, "this KPI")
                    .note(why)
                    .help(never.mend),
            );
        }
    }

    /// Attainment divides by the target, and so does a step that is a part of it. True after a finding.
    fn target_divides(&mut self, kpi: &KpiEntry, entry: &Entry) -> bool {
        let part = match kpi.score.as_ref().map(|score| &score.curve) {
            Some(ScoreCurve::Own(curve)) => curve.kind.divides_by_target(),
            Some(ScoreCurve::Scale(_) | ScoreCurve::Attainment { .. }) | None => false,
        };
        if !part && !is_attainment(kpi) {
            return false;
        }
        let fixed = |expr: &Expr| self.ranges.of(expr, &Known::default()).single().cloned();
        let targets: Vec<(&Expr, Number)> =
            kpi.target.iter().filter_map(|dated| Some((&dated.value, fixed(&dated.value)?))).collect();
        let name = self.text(entry.span);
        // A target that is 0 in one quarter says that this quarter does not count; one that always is says nothing.
        let always_zero = targets.len() == kpi.target.len() && targets.iter().all(|(_, target)| target.is_zero());
        let (at, message, mend) = if let (true, Some((at, _))) = (always_zero, targets.first()) {
            let message = match part {
                true => format!("a part of the target of `{name}` is always 0, so nobody gets a score"),
                false => format!("nothing can be divided by a target of 0, so nobody gets a score for `{name}`"),
            };
            (at.span, message, "write a target above 0, or a curve that reads the value itself")
        } else {
            return false;
        };
        self.found.push(Diagnostic::new(Code::ConstantCondition, message).at(at, "the target").help(mend));
        true
    }

    fn target_in_reach(&mut self, kpi: &KpiEntry, entry: &Entry) {
        if !is_attainment(kpi) || kpi.prorated {
            return;
        }
        let value = self.ranges.kpi(kpi.kpi);
        for dated in &kpi.target {
            let target = self.ranges.of(&dated.value, &Known::default());
            let beyond = match &self.ranges.model.kpis[kpi.kpi.0].direction {
                Some(Direction::Higher) => settled(BinaryOp::Less, &value, &target),
                Some(Direction::Lower) => settled(BinaryOp::Greater, &value, &target),
                _ => None,
            };
            if beyond == Some(true) {
                let (name, text) = (self.text(entry.span), self.text(dated.value.span));
                self.found.push(
                    Diagnostic::new(Code::ConstantCondition, format!("nobody can reach the target {text} of `{name}`"))
                        .at(dated.value.span, "out of reach")
                        .note(told(&format!("`{name}`"), &value, text.ends_with('%')))
                        .help("write a target that the KPI can reach"),
                );
            }
        }
    }

    /// A veto that caps nothing.
    pub(in crate::model) fn cap(&mut self, veto: &Veto, card: &Scorecard) {
        let (message, mend) = match &veto.effect {
            VetoEffect::ScoreAtMost(cap) => match &card.range {
                Some((_, most)) if cap >= most => (
                    format!("this veto has no effect: no score is above {cap}, as the range ends at {most}"),
                    "give at most a lower score",
                ),
                _ => return,
            },
            VetoEffect::RatingAtMost(0) => {
                ("this veto has no effect: the grade is the best there is".to_string(), "name a lower grade")
            }
            VetoEffect::RatingAtMost(_) => return,
        };
        self.found.push(Diagnostic::new(Code::NoEffect, message).at(veto.span, "caps nothing").help(mend));
    }

    /// A formula that certainly goes against what the KPI calls better, or never looks at the value.
    fn formula_direction(
        &mut self,
        formula: &Expr,
        kpi: &KpiEntry,
        entry: &Entry,
        curve: &Curve,
        read: &[Interval; 3],
    ) {
        // A line or steps with points in data are formulas as well, and were judged as what they are.
        if formula.span.key() == curve.span.key() {
            return;
        }
        let Some(way) = self.way(formula, read) else { return };
        let better = match &self.ranges.model.kpis[kpi.kpi.0].direction {
            _ if is_attainment(kpi) => "a higher attainment is better",
            Some(Direction::Higher) => "higher is better",
            Some(Direction::Lower) => "lower is better",
            _ if way == Way::Level => "",
            _ => return,
        };
        let lower = better == "lower is better";
        let name = self.text(entry.span);
        let finding = match way {
            Way::Level => Diagnostic::new(Code::NoEffect, format!("the score of `{name}` never looks at its value"))
                .at(formula.span, "no `value` in it")
                .help("let the formula read the `value`"),
            Way::Falls if !lower => self.against(better, "falls", formula, curve, read),
            Way::Rises if lower => self.against(better, "rises", formula, curve, read),
            _ => return,
        };
        self.found.push(finding.at(entry.span, "this KPI"));
    }

    fn against(&self, better: &str, goes: &str, formula: &Expr, curve: &Curve, read: &[Interval; 3]) -> Diagnostic {
        let message = format!("{better}, but this formula {goes} as the value rises");
        let finding = Diagnostic::new(Code::ScaleDirection, message).at(formula.span, "rewards the worse");
        let first = read[0].low.clone().unwrap_or(Number::ZERO);
        let score = |value: &Number| {
            let read = [Interval::point(value.clone()), read[1].clone(), read[2].clone()];
            self.ranges.curve(curve, &read, None).single().cloned()
        };
        let second = read[0].high.clone().filter(|high| *high > first).unwrap_or_else(|| first.add(&Number::ONE));
        let finding = match (score(&first), score(&second)) {
            (Some(one), Some(other)) => {
                finding.note(format!("a value of {first} scores {one}, and one of {second} scores {other}"))
            }
            _ => finding,
        };
        finding.help("turn the formula round, or change what the KPI calls better")
    }

    /// Which way a formula goes; `None` where that is not certain.
    fn way(&self, expr: &Expr, read: &[Interval; 3]) -> Option<Way> {
        let known = Known { entry: Some(read.clone()), ..Known::default() };
        let signed = |way: Way, factor: &Expr| {
            let range = self.ranges.of(factor, &known);
            let not_below = range.low.as_ref().is_some_and(|low| !low.is_negative());
            let not_above = range.high.as_ref().is_some_and(|high| !high.is_positive());
            match (not_below, not_above) {
                (true, false) => Some(way),
                (false, true) => Some(way.back()),
                _ => None,
            }
        };
        match &expr.kind {
            Kind::Value(_) | Kind::Constant(_) | Kind::EntryTarget | Kind::EntryWeight => Some(Way::Level),
            Kind::EntryValue => Some(Way::Rises),
            Kind::Negate(operand) => self.way(operand, read).map(Way::back),
            Kind::Binary(op, left, right) => {
                let (one, other) = (self.way(left, read)?, self.way(right, read)?);
                match (op, one, other) {
                    (BinaryOp::Add, ..) => one.with(other),
                    (BinaryOp::Subtract, ..) => one.with(other.back()),
                    (BinaryOp::Multiply | BinaryOp::Divide, Way::Level, Way::Level) => Some(Way::Level),
                    (BinaryOp::Multiply, way, Way::Level) | (BinaryOp::Divide, way, Way::Level) => signed(way, right),
                    (BinaryOp::Multiply, Way::Level, way) => signed(way, left),
                    _ => None,
                }
            }
            Kind::Call(Builtin::Min | Builtin::Max | Builtin::Clamp, parts) => {
                parts.iter().try_fold(Way::Level, |way, part| way.with(self.way(part, read)?))
            }
            Kind::Call(
                Builtin::Round
                | Builtin::RoundUp
                | Builtin::RoundDown
                | Builtin::Floor
                | Builtin::Ceil
                | Builtin::Sqrt
                | Builtin::Ln
                | Builtin::Exp,
                parts,
            ) => self.way(parts.first()?, read),
            _ => None,
        }
    }
}

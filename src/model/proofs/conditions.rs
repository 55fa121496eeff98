//! Conditions that are always or never true: by the intervals of what they compare, and by what stands beside them.
//!
//! Only what is certain is said: a constant counts as free, as it may be changed tomorrow; and a condition that merely
//! repeats what one before it has shown is left alone.

use super::facts::{Atom, Clash, Facts};
use super::ranges::{Known, KpiRanges, Ranges};
use crate::diagnostic::{Code, Diagnostic};
use crate::language::{BinaryOp, Takes};
use crate::model::checker::{Checker, KpiDeclaration};
use crate::model::data::TimeShape;
use crate::model::expr::{Aggregate, Base, Expr, Kind, Reading, Type};
use crate::model::{Entry, Head, Model, Position, Scorecard, VetoEffect};
use crate::number::{Number, Rounding};
use crate::source::Span;
use crate::syntax::tree::WindowKind;
use crate::value::Interval;

impl Checker<'_> {
    /// What is found in all formulas that positions build on.
    pub(in crate::model) fn conditions(&self) -> Vec<Diagnostic> {
        let model = self.model.clone();
        let [free, fixed] = [true, false].map(|free| KpiRanges::new(&model, free));
        let (ranges, fixed) = (Ranges::new(&model, &free), Ranges::new(&model, &fixed));
        let written = |at: usize| match &self.declarations.kpis[at] {
            KpiDeclaration::Kpi(kpi) => kpi.value.is_some(),
            KpiDeclaration::Index(_) => false,
        };
        let mut walk = Walk { checker: self, ranges: &ranges, fixed: &fixed, found: Vec::new() };
        for (_, kpi) in model.kpis.iter().enumerate().filter(|(at, _)| written(*at)) {
            walk.formula(&kpi.value, &Known::default());
        }
        for formula in model.data.iter().flat_map(|set| &set.columns).filter_map(|column| column.derived.as_ref()) {
            walk.formula(formula, &Known::default());
        }
        for scale in &model.scales {
            if let Some(formula) = scale.curve.kind.formula() {
                walk.formula(formula, &Known::default());
            }
        }
        walk.found
    }

    /// Goes through the formulas of a position.
    pub(in crate::model) fn position_conditions(&mut self, position: &Position, free: &KpiRanges, fixed: &KpiRanges) {
        let model = self.model.clone();
        let (ranges, fixed) = (Ranges::new(&model, free), Ranges::new(&model, fixed));
        let mut walk = Walk { checker: &*self, ranges: &ranges, fixed: &fixed, found: Vec::new() };
        if let Some(condition) = &position.eligible {
            walk.condition(condition, &Known::default());
        }
        let mut score = None;
        if let Some(card) = &position.scorecard {
            for veto in &card.vetoes {
                walk.condition(&veto.condition, &Known::default());
                walk.cap(veto, card);
            }
            walk.entries(&card.root.entries);
            score = card.range.as_ref().map(|range| model.score_range(card, range));
        }
        for output in &position.outputs {
            walk.formula(&output.value, &Known { score: score.clone(), ..Known::default() });
        }
        for finding in walk.found {
            self.report(finding);
        }
    }
}

pub(in crate::model) struct Walk<'c, 'm> {
    pub(in crate::model) checker: &'c Checker<'c>,
    /// For conditions: a constant may be changed tomorrow.
    pub(in crate::model) ranges: &'c Ranges<'m>,
    /// With the values that constants have.
    pub(in crate::model) fixed: &'c Ranges<'m>,
    pub(in crate::model) found: Vec<Diagnostic>,
}

impl Walk<'_, '_> {
    fn entries(&mut self, entries: &[Entry]) {
        for entry in entries {
            if let Some(condition) = &entry.applies_when {
                self.condition(condition, &Known::default());
            }
            match &entry.head {
                Head::Group(group) => self.entries(&group.entries),
                Head::Kpi(kpi) => self.kpi_entry(kpi, entry),
                _ => {}
            }
        }
    }

    /// All conditions in a formula.
    pub(in crate::model) fn formula(&mut self, expr: &Expr, known: &Known<'_>) {
        self.idle(expr, known);
        match &expr.kind {
            Kind::InOrder { then, .. } => self.formula(then, known),
            Kind::If { condition, then, otherwise } => {
                self.condition(condition, known);
                self.formula(then, &Known { facts: known.facts.with(condition, true), ..known.clone() });
                self.formula(otherwise, &Known { facts: known.facts.with(condition, false), ..known.clone() });
            }
            Kind::Aggregate(aggregate) => self.aggregate(aggregate),
            Kind::Within(value, _) | Kind::Over(value, _) => {
                self.formula(value, &Known { facts: Facts::default(), ..known.clone() });
            }
            _ => {
                for part in expr.parts() {
                    self.formula(part, known);
                }
            }
        }
    }

    fn aggregate(&mut self, aggregate: &Aggregate) {
        // The rows read are dated inside the window.
        let dated = match (&aggregate.reading, self.ranges.model.data[aggregate.data.0].time) {
            (Reading::During(words), TimeShape::Dated(own)) => {
                let column = aggregate.dated_by.unwrap_or(own);
                let kind = Kind::Column { via: Vec::new(), data: aggregate.data, column };
                let date = Expr::new(kind, Type::known(Base::Date), aggregate.span);
                let window = if words.is_empty() { vec![WindowKind::Period] } else { words.clone() };
                Some(Expr::new(Kind::InWindow { date, window }, Type::known(Base::Flag), aggregate.span))
            }
            _ => None,
        };
        let mut known = Known::default();
        if let Some(dated) = &dated {
            known.facts = known.facts.with(dated, true);
        }
        if let Some(condition) = &aggregate.condition {
            self.condition(condition, &known);
        }
        if let Some(value) = &aggregate.value {
            if let Some(condition) = &aggregate.condition {
                known.facts = known.facts.with(condition, true);
            }
            match aggregate.function.signature().takes {
                Takes::Condition => self.condition(value, &known),
                Takes::Rows | Takes::Numbers(_) | Takes::Ordered(_) | Takes::Anything => self.formula(value, &known),
            }
        }
    }

    /// A condition: whether it, or a part of it, is always or never true; then what stands inside it.
    fn condition(&mut self, condition: &Expr, known: &Known<'_>) {
        if !self.judge(condition, known) {
            self.formula(condition, known);
        }
    }

    /// Whether something was found.
    fn judge(&mut self, condition: &Expr, known: &Known<'_>) -> bool {
        match &condition.kind {
            Kind::Not(operand) if !matches!(&operand.kind, Kind::IsMissing(_) | Kind::InSet(..)) => {
                self.judge(operand, known)
            }
            Kind::Binary(BinaryOp::And, left, right) => {
                let after = Known { facts: known.facts.with(left, true), ..known.clone() };
                self.judge(left, known) || self.judge(right, &after)
            }
            Kind::Binary(BinaryOp::Or, left, right) => {
                if self.judge(left, known) || self.judge(right, known) {
                    return true;
                }
                let neither = Facts::default().with(left, false).with(right, false);
                let Some(clash) = self.clash(&neither.0, 0, known) else { return false };
                self.say(condition, true, clash);
                true
            }
            _ => {
                let mut atoms = known.facts.0.clone();
                Atom::of(condition, true, &mut atoms);
                if let Some(clash) = self.clash(&atoms, known.facts.0.len(), known) {
                    self.say(condition, false, clash);
                    return true;
                }
                let mut alone = Vec::new();
                Atom::of(condition, false, &mut alone);
                if let Some(clash) = self.clash(&alone, 0, known) {
                    self.say(condition, true, clash);
                    return true;
                }
                false
            }
        }
    }

    pub(in crate::model) fn text(&self, span: Span) -> String {
        self.checker.text(span)
    }

    /// The whole of it, as it is written.
    pub(in crate::model) fn source(&self, span: Span) -> &str {
        self.checker.sources.text(span)
    }

    fn say(&mut self, condition: &Expr, always: bool, clash: Clash<'_>) {
        // In a function it depends on what the function is used for.
        if self.in_function(condition.span) {
            return;
        }
        let text = self.text(condition.span);
        let word = if always { "always" } else { "never" };
        let mut finding = Diagnostic::new(Code::ConstantCondition, format!("`{text}` is {word} true"))
            .at(condition.span, format!("{word} true"));
        let between = clash.with.is_some_and(|with| with.expr.span.key() == condition.span.key());
        let mut help = match always {
            true => "remove the condition, or correct it: as it stands it lets everything through",
            false => "remove the condition, or correct it: as it stands it lets nothing through",
        };
        if let Some(with) = clash.with
            && !between
        {
            let window = matches!(&with.expr.kind, Kind::InWindow { .. }) && with.expr.span.contains(condition.span);
            if always {
                help = "where one of the two is always met, both may be what is meant: `… and …`";
            } else if window {
                finding = finding.at(with.expr.span, "these rows are read");
            } else {
                let words = if with.holds { "holds as well" } else { "does not hold where this is asked" };
                finding = finding.at(with.expr.span, words);
            }
        }
        let why = match (always, clash.with) {
            (true, Some(_)) => "one of the two is always met, whatever the value".to_string(),
            (false, Some(_)) if between => "the lower limit is above the upper one".to_string(),
            _ => clash.why,
        };
        if between {
            help = "write the lower limit first, as in `between 1 and 5`";
        }
        self.found.push(finding.note(why).help(help));
    }
}

impl Model {
    /// Between which scores a card with a range ends, behind rounding and vetoes.
    fn score_range(&self, card: &Scorecard, (low, high): &(Number, Number)) -> Interval {
        let rounded = |end: &Number, rounding| match self.company.score_decimals {
            Some(places) => end.round_places(places, rounding),
            None => end.clone(),
        };
        let caps = card.vetoes.iter().filter_map(|veto| match &veto.effect {
            VetoEffect::ScoreAtMost(cap) => Some(cap.clone()),
            VetoEffect::RatingAtMost(_) => None,
        });
        let low = caps.fold(rounded(low, Rounding::Down), |low, cap| low.min(cap));
        Interval::from_to(low, rounded(high, Rounding::Up))
    }
}

/// `` `x` lies between 0 and 1 ``
pub(in crate::model) fn told(what: &str, range: &Interval, percent: bool) -> String {
    let shown = |number: &Number| if percent { crate::value::percent(number) } else { number.to_string() };
    match (&range.low, &range.high) {
        (Some(low), Some(high)) if low == high => format!("{what} is always {}", shown(low)),
        (Some(low), Some(high)) => format!("{what} lies between {} and {}", shown(low), shown(high)),
        (Some(low), None) => format!("{what} is never below {}", shown(low)),
        (None, Some(high)) => format!("{what} is never above {}", shown(high)),
        (None, None) => format!("{what} can be anything"),
    }
}

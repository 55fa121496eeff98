//! Conditions that are always or never true: by the intervals of what they compare, and by what stands beside them.
//!
//! Only what is certain is said: a constant counts as free, as it may be changed tomorrow; and a condition that merely
//! repeats what one before it has shown is left alone.

use super::checker::{Checker, KpiDeclaration};
use super::data::{ColumnType, TimeShape};
use super::expr::{Aggregate, Base, Expr, Kind, Reading, Type};
use super::intervals::Interval;
use super::ranges::{Known, Ranges, settled};
use super::{CurveKind, Entry, Head, KpiEntry, Model, Position, ScoreCurve, Scorecard, VetoEffect};
use crate::diagnostic::{Code, Diagnostic};
use crate::number::{Number, Rounding};
use crate::source::Span;
use crate::syntax::tree::{AggregateFunction, BinaryOp, WindowKind};
use crate::time::{Month, Months};
use crate::value::Value;

/// A condition that has no `and` or `or`, and whether it is known to hold or not to hold.
#[derive(Clone, Copy)]
pub(super) struct Atom<'e> {
    pub(super) expr: &'e Expr,
    pub(super) holds: bool,
}

impl<'e> Atom<'e> {
    /// What is known when a condition holds, or does not hold.
    pub(super) fn of(condition: &'e Expr, holds: bool, atoms: &mut Vec<Atom<'e>>) {
        match (&*condition.kind, holds) {
            (Kind::Not(operand), _) => Atom::of(operand, !holds, atoms),
            (Kind::Binary(BinaryOp::And, left, right), true) | (Kind::Binary(BinaryOp::Or, left, right), false) => {
                Atom::of(left, holds, atoms);
                Atom::of(right, holds, atoms);
            }
            _ => atoms.push(Atom { expr: condition, holds }),
        }
    }

    /// `left OP right` between numbers, as it holds.
    fn comparison(&self) -> Option<(BinaryOp, &'e Expr, &'e Expr)> {
        let Kind::Binary(op, left, right) = &*self.expr.kind else { return None };
        let op = if self.holds { Some(*op) } else { opposite(*op) };
        op.filter(|op| opposite(*op).is_some()).map(|op| (op, left, right))
    }
}

fn opposite(op: BinaryOp) -> Option<BinaryOp> {
    Some(match op {
        BinaryOp::Less => BinaryOp::GreaterOrEqual,
        BinaryOp::GreaterOrEqual => BinaryOp::Less,
        BinaryOp::Greater => BinaryOp::LessOrEqual,
        BinaryOp::LessOrEqual => BinaryOp::Greater,
        BinaryOp::Equal => BinaryOp::NotEqual,
        BinaryOp::NotEqual => BinaryOp::Equal,
        _ => return None,
    })
}

/// `a < b` is `b > a`.
fn mirrored(op: BinaryOp) -> BinaryOp {
    match op {
        BinaryOp::Less => BinaryOp::Greater,
        BinaryOp::Greater => BinaryOp::Less,
        BinaryOp::LessOrEqual => BinaryOp::GreaterOrEqual,
        BinaryOp::GreaterOrEqual => BinaryOp::LessOrEqual,
        other => other,
    }
}

/// What the conditions around a formula have shown.
#[derive(Clone, Default)]
pub(super) struct Facts<'e>(Vec<Atom<'e>>);

impl<'e> Facts<'e> {
    pub(super) fn with(&self, condition: &'e Expr, holds: bool) -> Facts<'e> {
        let mut atoms = self.0.clone();
        Atom::of(condition, holds, &mut atoms);
        Facts(atoms)
    }

    /// The interval of a formula, as far as these comparisons bound it.
    pub(super) fn narrow(&self, ranges: &Ranges, expr: &Expr, mut range: Interval) -> Interval {
        if self.0.is_empty() {
            return range;
        }
        let key = expr.key();
        for atom in &self.0 {
            let Some((op, left, right)) = atom.comparison() else { continue };
            for (op, one, other) in [(op, left, right), (mirrored(op), right, left)] {
                if matches!(one.ty.base, Base::Number(_) | Base::Zero) && one.key() == key {
                    let other = ranges.of(other, &Known::default());
                    range = match op {
                        BinaryOp::Less | BinaryOp::LessOrEqual => {
                            range.within(&Interval { low: None, high: other.high })
                        }
                        BinaryOp::Greater | BinaryOp::GreaterOrEqual => {
                            range.within(&Interval { low: other.low, high: None })
                        }
                        BinaryOp::Equal => range.within(&other),
                        _ => range,
                    };
                }
            }
        }
        range
    }
}

impl Expr {
    /// What tells the formula again, wherever it is written: two formulas with one key have one value in one context.
    pub(super) fn key(&self) -> String {
        let key = |expr: &Option<Expr>| expr.as_ref().map(Expr::key).unwrap_or_default();
        let what = match &*self.kind {
            Kind::Aggregate(a) => {
                let Aggregate {
                    function, data, value, condition, fraction, dated_by, reading, at_least, inner, ..
                } = &**a;
                let (value, condition) = (key(value), key(condition));
                return format!(
                    "{function:?} {data:?} [{value}] [{condition}] {fraction:?} {dated_by:?} {reading:?} {at_least:?} {inner:?}"
                );
            }
            Kind::Not(_) => "not".into(),
            Kind::Negate(_) => "-".into(),
            Kind::Binary(op, ..) => format!("{op:?}"),
            Kind::If { .. } => "if".into(),
            Kind::Default { .. } => "default".into(),
            Kind::IsMissing(_) => "is missing".into(),
            Kind::InSet(..) => "in".into(),
            Kind::InWindow { window, .. } => format!("in {window:?}"),
            Kind::Call(builtin, _) => format!("{builtin:?}"),
            Kind::Scale(scale, _) => format!("{scale:?}"),
            Kind::Matrix(matrix, ..) => format!("{matrix:?}"),
            Kind::Within(_, window) => format!("{window:?}"),
            Kind::Over(_, scope) => format!("over {scope:?}"),
            leaf => format!("{leaf:?}"),
        };
        let parts: Vec<String> = self.parts().into_iter().map(Expr::key).collect();
        format!("{what}({})", parts.join(", "))
    }
}

/// Why conditions cannot hold together.
struct Clash<'e> {
    /// The one that holds already; `None` where one alone cannot hold.
    with: Option<Atom<'e>>,
    why: String,
}

/// What a thing can still be, while conditions on it are gone through.
#[derive(Default)]
struct Domain<'e> {
    low: Option<(Number, bool, Atom<'e>)>,
    high: Option<(Number, bool, Atom<'e>)>,
    is: Option<(Vec<Value>, Atom<'e>)>,
    is_not: Vec<(Value, Atom<'e>)>,
    windows: Vec<(Vec<WindowKind>, Atom<'e>)>,
}

impl Checker<'_> {
    /// Goes through all formulas that positions build on.
    pub(super) fn conditions(&mut self) {
        let model = self.model.clone();
        let ranges = Ranges::new(&model, true);
        let written = |at: usize| match &self.declarations.kpis[at] {
            KpiDeclaration::Kpi(kpi) => kpi.value.is_some(),
            KpiDeclaration::Index(_) => false,
        };
        let mut walk = Walk { checker: &*self, ranges: &ranges, found: Vec::new() };
        for (_, kpi) in model.kpis.iter().enumerate().filter(|(at, _)| written(*at)) {
            walk.formula(&kpi.value, &Known::default());
        }
        for formula in model.data.iter().flat_map(|set| &set.columns).filter_map(|column| column.derived.as_ref()) {
            walk.formula(formula, &Known::default());
        }
        for scale in &model.scales {
            if let CurveKind::Formula(formula) = &scale.curve.kind {
                walk.formula(formula, &Known::default());
            }
        }
        for finding in walk.found {
            self.report(finding);
        }
    }

    /// Goes through the formulas of a position.
    pub(super) fn position_conditions(&mut self, position: &Position) {
        let model = self.model.clone();
        let ranges = Ranges::new(&model, true);
        let mut walk = Walk { checker: &*self, ranges: &ranges, found: Vec::new() };
        if let Some(condition) = &position.eligible {
            walk.condition(condition, &Known::default());
        }
        let mut score = None;
        if let Some(card) = &position.scorecard {
            for veto in &card.vetoes {
                walk.condition(&veto.condition, &Known::default());
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

struct Walk<'c, 'm> {
    checker: &'c Checker<'c>,
    ranges: &'c Ranges<'m>,
    found: Vec<Diagnostic>,
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

    fn kpi_entry(&mut self, kpi: &KpiEntry, entry: &Entry) {
        for dated in &kpi.target {
            self.formula(&dated.value, &Known::default());
        }
        let Some(ScoreCurve::Own(curve)) = kpi.score.as_ref().map(|score| &score.curve) else { return };
        let read = self.ranges.read(kpi, &entry.weight);
        match &curve.kind {
            CurveKind::Formula(formula) => self.formula(formula, &Known { entry: Some(read), ..Known::default() }),
            CurveKind::Steps(steps) => {
                for (op, at) in steps.iter().filter_map(|step| step.condition.as_ref()) {
                    if settled(*op, &read[0], &self.ranges.of(at, &Known::default())) != Some(false) {
                        continue;
                    }
                    let (text, percent) = (self.checker.text(at.span), self.checker.text(at.span).ends_with('%'));
                    let name = &self.checker.text(entry.span);
                    let what = match kpi.score.as_ref().is_some_and(|score| score.on_attainment) {
                        true => format!("the attainment of `{name}`"),
                        false => format!("`{name}`"),
                    };
                    let range = told(&what, &read[0], percent);
                    self.found.push(
                        Diagnostic::new(
                            Code::ConstantCondition,
                            format!("nobody gets the score of the step `{} {text}`", sign(*op)),
                        )
                        .at(at.span, "never reached")
                        .at(entry.span, "this KPI")
                        .note(range)
                        .help("remove the step, or correct its limit"),
                    );
                }
            }
            _ => {}
        }
    }

    /// All conditions in a formula.
    fn formula(&mut self, expr: &Expr, known: &Known<'_>) {
        match &*expr.kind {
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
            match aggregate.function {
                AggregateFunction::Share => self.condition(value, &known),
                _ => self.formula(value, &known),
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
        match &*condition.kind {
            Kind::Not(operand) if !matches!(&*operand.kind, Kind::IsMissing(_) | Kind::InSet(..)) => {
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

    /// Why the conditions cannot all be as they are said to be; only what those from a place on bring in is looked for.
    fn clash<'e>(&self, atoms: &[Atom<'e>], from: usize, known: &Known<'_>) -> Option<Clash<'e>> {
        // What is shown is in the atoms; here it would hide which of them it is.
        let plain = Known { facts: Facts::default(), ..known.clone() };
        let mut domains: Vec<(String, Domain<'e>)> = Vec::new();
        for (at, atom) in atoms.iter().enumerate() {
            let found = self.alone(atom, &plain).or_else(|| self.beside(atom, &plain, &mut domains));
            match found {
                // Of what is around it was spoken there.
                Some(clash) if at >= from => return Some(clash),
                Some(_) => return None,
                None => {}
            }
        }
        None
    }

    fn alone<'e>(&self, atom: &Atom<'e>, known: &Known<'_>) -> Option<Clash<'e>> {
        let because = |why: String| Some(Clash { with: None, why });
        if let Kind::Value(Value::Flag(flag)) = &*atom.expr.kind {
            return if *flag == atom.holds { None } else { because("it is written so".into()) };
        }
        if let Kind::IsMissing(value) = &*atom.expr.kind {
            return match atom.holds && self.is_never_blank(value) {
                true => because(format!("`{}` is not `optional`: it is never blank", self.text(value.span))),
                false => None,
            };
        }
        let (op, left, right) = atom.comparison()?;
        let numbers = |expr: &Expr| matches!(expr.ty.base, Base::Number(_) | Base::Zero);
        if !numbers(left) || !numbers(right) {
            return None;
        }
        let (one, other) = (self.ranges.of(left, known), self.ranges.of(right, known));
        if settled(op, &one, &other) != Some(false) {
            return None;
        }
        let percent = self.text(atom.expr.span).contains('%');
        let side = |expr: &Expr, range: &Interval| {
            let literal = matches!(&*expr.kind, Kind::Value(_));
            (!literal).then(|| told(&format!("`{}`", self.text(expr.span)), range, percent))
        };
        let sides: Vec<String> = side(left, &one).into_iter().chain(side(right, &other)).collect();
        because(if sides.is_empty() { "both sides are fixed".into() } else { sides.join(", and ") })
    }

    fn beside<'e>(
        &self,
        atom: &Atom<'e>,
        known: &Known<'_>,
        domains: &mut Vec<(String, Domain<'e>)>,
    ) -> Option<Clash<'e>> {
        let mut domain = |key: String| {
            let at = domains.iter().position(|(known, _)| *known == key).unwrap_or_else(|| {
                domains.push((key, Domain::default()));
                domains.len() - 1
            });
            std::mem::take(&mut domains[at].1)
        };
        // The expression that is spoken of, and what becomes of its domain.
        let (of, domain, clash) = match &*atom.expr.kind {
            Kind::InWindow { date, window } if atom.holds => {
                let mut domain = domain(date.key());
                let apart = domain.windows.iter().find(|(other, _)| self.never_overlap(window, other)).cloned();
                domain.windows.push((window.clone(), *atom));
                let why =
                    || format!("`{}` cannot lie in both windows: they have no day in common", self.text(date.span));
                (date, domain, apart.map(|(_, with)| Clash { with: Some(with), why: why() }))
            }
            Kind::InSet(value, set) => {
                let set = self.labels(value, set)?;
                let domain = domain(value.key());
                let (domain, clash) = self.choose(value, set, atom.holds, *atom, domain);
                (value, domain, clash)
            }
            Kind::Column { .. } | Kind::Person { .. } if atom.expr.ty.base == Base::Flag => {
                let domain = domain(atom.expr.key());
                let (domain, clash) = self.choose(atom.expr, vec![Value::Flag(true)], atom.holds, *atom, domain);
                (atom.expr, domain, clash)
            }
            _ => {
                let (op, left, right) = atom.comparison()?;
                if matches!(op, BinaryOp::Equal | BinaryOp::NotEqual) {
                    let sides = [(left, right), (right, left)];
                    let labelled = sides
                        .into_iter()
                        .find_map(|(of, label)| Some((of, self.labels(of, std::slice::from_ref(label))?)));
                    if let Some((of, label)) = labelled {
                        let domain = domain(of.key());
                        let (domain, clash) = self.choose(of, label, op == BinaryOp::Equal, *atom, domain);
                        (of, domain, clash)
                    } else {
                        self.bound(op, left, right, *atom, known, &mut domain)?
                    }
                } else {
                    self.bound(op, left, right, *atom, known, &mut domain)?
                }
            }
        };
        let key = of.key();
        if let Some((_, place)) = domains.iter_mut().find(|(known, _)| *known == key) {
            *place = domain;
        }
        clash
    }

    /// A comparison bounds the side that is not a fixed number.
    fn bound<'e>(
        &self,
        op: BinaryOp,
        left: &'e Expr,
        right: &'e Expr,
        atom: Atom<'e>,
        known: &Known<'_>,
        domain: &mut dyn FnMut(String) -> Domain<'e>,
    ) -> Option<(&'e Expr, Domain<'e>, Option<Clash<'e>>)> {
        let (of, op, limit) = match (&*left.kind, &*right.kind) {
            (Kind::Value(_), Kind::Value(_)) => return None,
            (_, Kind::Value(_)) => (left, op, right),
            (Kind::Value(_), _) => (right, mirrored(op), left),
            _ => return None,
        };
        let limit = self.ranges.of(limit, known).single()?.clone();
        let mut domain = domain(of.key());
        let lower = matches!(op, BinaryOp::Greater | BinaryOp::GreaterOrEqual | BinaryOp::Equal);
        let upper = matches!(op, BinaryOp::Less | BinaryOp::LessOrEqual | BinaryOp::Equal);
        let strict = matches!(op, BinaryOp::Greater | BinaryOp::Less);
        let mut with = None;
        if lower {
            let beyond =
                |(high, open, _): &&(Number, bool, Atom)| *high < limit || (*high == limit && (*open || strict));
            with = domain.high.as_ref().filter(beyond).map(|(_, _, atom)| *atom);
            let tighter = domain.low.as_ref().is_none_or(|(low, open, _)| *low < limit || (*low == limit && !open));
            if tighter {
                domain.low = Some((limit.clone(), strict, atom));
            }
        }
        if upper {
            let beyond = |(low, open, _): &&(Number, bool, Atom)| *low > limit || (*low == limit && (*open || strict));
            with = with.or_else(|| domain.low.as_ref().filter(beyond).map(|(_, _, atom)| *atom));
            let tighter = domain.high.as_ref().is_none_or(|(high, open, _)| *high > limit || (*high == limit && !open));
            if tighter {
                domain.high = Some((limit, strict, atom));
            }
        }
        let text = self.text(of.span);
        let clash = with.map(|with| Clash { with: Some(with), why: format!("no value of `{text}` meets both") });
        Some((of, domain, clash))
    }

    /// A thing is, or is not, one of some labels.
    fn choose<'e>(
        &self,
        of: &Expr,
        labels: Vec<Value>,
        holds: bool,
        atom: Atom<'e>,
        mut domain: Domain<'e>,
    ) -> (Domain<'e>, Option<Clash<'e>>) {
        let before = domain.is.clone();
        let excluded = |value: &Value, domain: &Domain| domain.is_not.iter().any(|(known, _)| known == value);
        let mut left = match &domain.is {
            Some((known, _)) => known.clone(),
            None if holds => labels.clone(),
            None => self.universe(of).unwrap_or_default(),
        };
        let bounded = domain.is.is_some() || holds || !left.is_empty();
        left.retain(|value| labels.contains(value) == holds && !excluded(value, &domain));
        let with = before.map(|(_, with)| with).or_else(|| domain.is_not.last().map(|(_, with)| *with));
        if holds {
            domain.is = Some((left.clone(), atom));
        } else {
            domain.is_not.extend(labels.into_iter().map(|value| (value, atom)));
            if let Some((known, _)) = &mut domain.is {
                *known = left.clone();
            }
        }
        let text = self.text(of.span);
        let clash =
            (bounded && left.is_empty()).then(|| Clash { with, why: format!("no value of `{text}` meets both") });
        (domain, clash)
    }

    /// Labels that `of` is compared with, where they are fixed and equal means the same.
    fn labels(&self, of: &Expr, labels: &[Expr]) -> Option<Vec<Value>> {
        if matches!(&*of.kind, Kind::Value(_))
            || !matches!(of.ty.base, Base::Choice(..) | Base::Text | Base::Link(_) | Base::Flag)
        {
            return None;
        }
        let fixed = |label: &Expr| match &*label.kind {
            Kind::Value(value @ (Value::Choice(_) | Value::Text(_) | Value::Flag(_))) => Some(value.clone()),
            _ => None,
        };
        labels.iter().map(fixed).collect()
    }

    /// All values of a thing, where they are few.
    fn universe(&self, of: &Expr) -> Option<Vec<Value>> {
        match &of.ty.base {
            Base::Flag => Some(vec![Value::Flag(false), Value::Flag(true)]),
            Base::Choice(data, column) => match &self.ranges.model.data[data.0].column(*column).ty {
                ColumnType::Choice(choices) => Some((0..choices.len() as u32).map(Value::Choice).collect()),
                _ => None,
            },
            _ => None,
        }
    }

    /// A column of a row that no blank cell and no blank link leaves open.
    fn is_never_blank(&self, value: &Expr) -> bool {
        let Kind::Column { via, data, column } = &*value.kind else { return false };
        let model = self.ranges.model;
        let optional = model.data[data.0].column(*column).optional;
        // The rows it starts from are not told here: a link of any of them may be blank.
        !optional && via.is_empty() && model.data[data.0].column(*column).derived.is_none()
    }

    /// Whether two windows have no day in common, whatever the period.
    fn never_overlap(&self, one: &[WindowKind], other: &[WindowKind]) -> bool {
        let literal = |words: &[WindowKind]| words.iter().any(|word| matches!(word, WindowKind::Literal(_)));
        literal(one) == literal(other)
            && (0..12).all(|first| {
                (1..=60).all(|count| {
                    let period = Months { first: Month::new(2026, 1 + first), count };
                    let window = |words: &[WindowKind]| window(self.ranges.model, period, words);
                    !window(one).overlaps(window(other))
                })
            })
    }

    fn text(&self, span: Span) -> String {
        self.checker.text(span)
    }

    fn say(&mut self, condition: &Expr, always: bool, clash: Clash<'_>) {
        // In a function it depends on what the function is used for.
        let in_function =
            |span: Span| self.checker.declarations.functions.iter().any(|function| function.body.span.contains(span));
        if in_function(condition.span) {
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
            let window = matches!(&*with.expr.kind, Kind::InWindow { .. }) && with.expr.span.contains(condition.span);
            if always {
                help = "where one of the two is always met, `and` may be what is meant";
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
            help = "write the lower limit first: `between 1 and 5`";
        }
        self.found.push(finding.note(why).help(help));
    }
}

impl Model {
    /// Between which scores a card with a range ends, behind rounding and vetoes.
    fn score_range(&self, card: &Scorecard, (low, high): &(Number, Number)) -> Interval {
        let places = self.company.score_decimals;
        let caps = card.vetoes.iter().filter_map(|veto| match &veto.effect {
            VetoEffect::ScoreAtMost(cap) => Some(cap.clone()),
            VetoEffect::RatingAtMost(_) => None,
        });
        let low = caps.fold(low.round_places(places, Rounding::Down), |low, cap| low.min(cap));
        Interval::from_to(low, high.round_places(places, Rounding::Up))
    }
}

/// The window that words make of a period; the rightmost applies first.
fn window(model: &Model, period: Months, words: &[WindowKind]) -> Months {
    let calendar = &model.company.calendar;
    words.iter().rev().fold(period, |months, word| match word {
        WindowKind::Period => months,
        WindowKind::PreviousPeriod => months.earlier(months.count),
        WindowKind::Earlier { months: by } => months.earlier(*by),
        WindowKind::Last { months: count } => {
            Months { first: Month(months.last().0 + 1 - *count as i32), count: *count }
        }
        WindowKind::YearToDate => calendar.year_to_date(months),
        WindowKind::WholeYear => calendar.fiscal_year(months.last()),
        WindowKind::Literal(period) => calendar.months(*period),
    })
}

fn sign(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Less => "<",
        BinaryOp::LessOrEqual => "<=",
        BinaryOp::Greater => ">",
        BinaryOp::GreaterOrEqual => ">=",
        BinaryOp::Equal => "=",
        _ => "!=",
    }
}

/// `` `x` lies between 0 and 1 ``
fn told(what: &str, range: &Interval, percent: bool) -> String {
    let shown = |number: &Number| if percent { super::kpis::percent(number) } else { number.to_string() };
    match (&range.low, &range.high) {
        (Some(low), Some(high)) if low == high => format!("{what} is always {}", shown(low)),
        (Some(low), Some(high)) => format!("{what} lies between {} and {}", shown(low), shown(high)),
        (Some(low), None) => format!("{what} is never below {}", shown(low)),
        (None, Some(high)) => format!("{what} is never above {}", shown(high)),
        (None, None) => format!("{what} can be anything"),
    }
}

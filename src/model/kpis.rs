//! KPIs, indices and functions.

use super::checker::{Checker, KpiDeclaration, Progress, Symbol};
use super::expr::{Base, Expr, Kind, Type};
use super::names::env::{Bare, Env};
use super::names::rings;
use super::names::uses::Use;
use super::types::unit::DisplayUnit;
use super::{Direction, Kpi, KpiId, Model, Versions};
use crate::diagnostic::{Code, Diagnostic, Help, Mend};
use crate::language::BinaryOp;
use crate::limits::CHAIN;
use crate::number::Number;
use crate::source::Span;
use crate::syntax::tree;
use crate::syntax::tree::NumberStyle;
use crate::value::{Missing, Value, percent};

/// What the weights of a level come to.
#[derive(Clone, Debug)]
pub(super) enum Total {
    /// Shares: of 1, or of what `weights total 210` states.
    Shares(Number),
    Points(Number),
}

impl Checker<'_> {
    pub(super) fn declare_kpis(&mut self) {
        for at in 0..self.declarations.kpis.len() {
            let (name, written_label, ty, about, effective) = match &self.declarations.kpis[at] {
                KpiDeclaration::Kpi(kpi) => (&kpi.name, &kpi.label, &kpi.ty, &kpi.about, &kpi.effective),
                KpiDeclaration::Index(index) => (&index.name, &index.label, &index.ty, &index.about, &index.effective),
            };
            let text = |text: &Option<tree::Text>| text.as_ref().map(|text| text.value.clone());
            let kpi = Kpi {
                name: name.text.clone(),
                label: self.label(&name.text, written_label),
                span: name.span,
                unit: DisplayUnit::number(),
                limits: None,
                value: placeholder(name.span),
                direction: None,
                scope: None,
                note: text(&about.note),
                owner: text(&about.owner),
                source: text(&about.source),
                is_index: matches!(self.declarations.kpis[at], KpiDeclaration::Index(_)),
                versions: Versions::from(effective.as_ref().map(|effective| self.effective(effective))),
            };
            let unit = self.declared_unit(name, ty, "a KPI");
            if self.untyped.contains(&name.text) {
                self.doubtful_units.insert(at);
            }
            self.model.kpis.push(Kpi { unit, ..kpi });
            self.kpi_progress.push(Progress::Open);
        }
        for at in 0..self.declarations.kpis.len() {
            let KpiDeclaration::Kpi(kpi) = self.declarations.kpis[at] else {
                self.model.kpis[at].direction = Some(Direction::Higher);
                continue;
            };
            let unit = self.model.kpis[at].unit.clone();
            self.model.kpis[at].scope = kpi.scope.map(|(scope, _)| scope);
            self.model.kpis[at].limits = self.kpi_limits(kpi, &unit);
            self.model.kpis[at].direction = match &kpi.direction {
                None => None,
                Some(tree::Direction::Higher(_)) => Some(Direction::Higher),
                Some(tree::Direction::Lower(_)) => Some(Direction::Lower),
                Some(tree::Direction::Closest(..)) if self.untyped.contains(&kpi.name.text) => None,
                Some(tree::Direction::Closest(best, _)) => {
                    let what = format!("what is best of `{}`", kpi.name.text);
                    if self.bare_ratio(best, &unit, &what) {
                        continue;
                    }
                    self.constant_in(best, &Bare::from(&unit)).map(Direction::Closest)
                }
            };
        }
    }

    /// `between 0 and 40`, from the lower to the higher.
    fn kpi_limits(&mut self, kpi: &tree::Kpi, unit: &DisplayUnit) -> Option<(Number, Number)> {
        let (low, high) = kpi.limits.as_ref()?;
        if self.untyped.contains(&kpi.name.text) {
            return None;
        }
        let what = format!("a limit of `{}`", kpi.name.text);
        let mut end = |written: &tree::Expr| {
            if self.bare_ratio(written, unit, &what) {
                return None;
            }
            self.limit_in(written, &Bare::from(unit))
        };
        let (least, most) = (end(low)?, end(high)?);
        if least < most {
            return Some((least, most));
        }
        let mend: Help = match least == most {
            true => "write a higher limit behind `and`".into(),
            false => {
                let texts = [high, low].map(|end| self.text(end.span));
                let place = low.span.to(high.span);
                let mend = Mend::replace(place, format!("{} and {}", texts[0], texts[1]));
                let shown = format!("between {}", mend.shown);
                Help::of("write the lower limit first: `{}`", [mend.shown_as(shown)])
            }
        };
        self.report(
            Diagnostic::new(Code::OutOfRange, "limits go from a lower to a higher value")
                .at(high.span, "not above the first")
                .at(low.span, "the first")
                .help(mend),
        );
        None
    }

    pub(super) fn type_kpis(&mut self) {
        for at in 0..self.declarations.kpis.len() {
            self.type_kpi(at);
        }
    }

    /// Types the formulas of a KPI's versions, once; those they need come first.
    pub(super) fn type_kpi(&mut self, at: usize) {
        let at = self.first_version(&self.model.kpis[at].name, at);
        if self.kpi_progress[at] != Progress::Open {
            return;
        }
        if self.kpi_stack.len() >= CHAIN {
            self.kpi_progress[at] = Progress::Done;
            return self.chain_too_long(Use::Kpi(KpiId(at)), self.model.kpis[at].span);
        }
        self.kpi_progress[at] = Progress::Working;
        self.kpi_stack.push(at);
        for version in self.model.kpi_versions(KpiId(at)).collect::<Vec<_>>() {
            self.expansions = 0;
            match self.declarations.kpis[version.0] {
                KpiDeclaration::Kpi(kpi) => self.kpi_formula(version.0, kpi),
                KpiDeclaration::Index(index) => self.index_formula(version.0, index),
            }
        }
        self.kpi_stack.pop();
        self.kpi_progress[at] = Progress::Done;
    }

    fn kpi_formula(&mut self, at: usize, kpi: &tree::Kpi) {
        let Some(value) = &kpi.value else {
            self.report(
                Diagnostic::new(Code::Incomplete, format!("the KPI `{}` has no formula", kpi.name.text))
                    .at(kpi.name.span, "no `value`")
                    .help("add the line of its formula, as in `value = sum(premium of policies)`"),
            );
            return;
        };
        let typed = self.typed(value, &Env::subject(), None);
        if let (true, Base::Number(dimension)) = (self.doubtful_units.contains(&at), &typed.ty.base) {
            // Said already; what its formula gives is the best guess.
            self.model.kpis[at].unit.dimension = dimension.clone();
        }
        let wanted = Base::Number(self.model.kpis[at].unit.dimension.clone());
        let what = format!("`{}`", kpi.name.text);
        if !self.untyped.contains(&kpi.name.text) {
            let before = self.diagnostics.len();
            self.expect_base(&typed, &wanted, &what, type_span(&kpi.ty, kpi.name.span));
            if self.diagnostics.len() > before {
                self.doubtful_units.insert(at);
            }
        }
        if !self.doubtful_units.contains(&at) {
            self.hundredfold(&typed, &self.model.kpis[at].unit.clone(), &what);
        }
        self.model.kpis[at].value = typed;
    }

    /// An index is the weighted mean of its parts, as a formula.
    fn index_formula(&mut self, at: usize, index: &tree::Index) {
        let parts: Vec<(tree::Name, tree::Weight)> = index
            .entries
            .iter()
            .flat_map(|entry| entry.kpis.iter().map(|kpi| (kpi.clone(), entry.weight.clone())))
            .collect();
        let weights: Vec<&tree::Weight> = parts.iter().map(|(_, weight)| weight).collect();
        let Some(shares) = self.shares(&weights, index.name.span, "the index", &Total::Shares(Number::ONE)) else {
            return;
        };
        let wanted = Base::Number(self.model.kpis[at].unit.dimension.clone());
        let mut sum: Option<Expr> = None;
        for (position, ((name, _), share)) in parts.iter().zip(shares).enumerate() {
            if let Some((first, _)) = parts[..position].iter().find(|(earlier, _)| earlier.text == name.text) {
                self.report(
                    Diagnostic::new(Code::Repeated, format!("`{}` stands twice in the index", name.text))
                        .at(name.span, "again")
                        .at(first.span, "first here")
                        .help("give it one weight"),
                );
            }
            let reference = tree::Expr { kind: Box::new(tree::ExprKind::Name(name.clone())), span: name.span };
            let part = self.typed(&reference, &Env::subject(), None);
            self.expect_base(&part, &wanted, &format!("a part of the index `{}`", index.name.text), index.name.span);
            let (span, ty) = (name.span, part.ty.clone());
            let share = Expr::new(Kind::Value(Value::Number(share)), Type::known(Base::number()), span);
            let term = Expr::new(Kind::Binary(BinaryOp::Multiply, share, part), ty, span);
            sum = Some(match sum {
                None => term,
                Some(sum) => {
                    let ty = Type { base: wanted.clone(), optional: sum.ty.optional || term.ty.optional };
                    Expr::new(Kind::Binary(BinaryOp::Add, sum, term), ty, span)
                }
            });
        }
        if let Some(sum) = sum {
            self.model.kpis[at].value = sum;
        }
    }

    /// Exact shares (0 to 1) of a level, whose weights must come to its total; `equal` ones share what is left.
    /// `None` after a finding.
    pub(super) fn shares(
        &mut self,
        weights: &[&tree::Weight],
        at: Span,
        what: &str,
        total: &Total,
    ) -> Option<Vec<Number>> {
        let (in_points, full) = match total {
            Total::Shares(full) => (false, full),
            Total::Points(full) => (true, full),
        };
        let mut known = Number::ZERO;
        let mut equal = 0u32;
        let mut last = at;
        for weight in weights {
            match weight {
                tree::Weight::Share(number) | tree::Weight::Points(number) => {
                    let points = matches!(weight, tree::Weight::Points(_));
                    if points != in_points {
                        let (message, mend) = if points && what.starts_with("the group") {
                            (
                                "some weights of this group are shares, and this one is in points",
                                "write all of them as shares, or all in points that total those of the group".into(),
                            )
                        } else if points {
                            (
                                "weights in points need the total they add up to",
                                "state the total, as in `scorecard total 100 points`, or write the weights as shares"
                                    .into(),
                            )
                        } else {
                            ("this scorecard is in points, and this weight is a share", self.as_points(number, full))
                        };
                        self.report(
                            Diagnostic::new(Code::WrongUnit, message).at(number.span, "this weight").help(mend),
                        );
                        return None;
                    }
                    let share = weight_value(number);
                    if !share.is_positive() {
                        self.report(
                            Diagnostic::new(Code::OutOfRange, "a weight is above 0")
                                .at(number.span, "not above 0")
                                .help("give it a share, or remove the line"),
                        );
                        return None;
                    }
                    known = known.add(&share);
                    last = number.span;
                }
                tree::Weight::Equal(span) => {
                    equal += 1;
                    last = *span;
                }
            }
        }
        let left = full.sub(&known);
        let shown = |number: &Number| if in_points { format!("{number} points") } else { percent(number) };
        let fits = if equal > 0 { left.is_positive() } else { left.is_zero() };
        if !fits {
            let sum: Vec<String> = weights
                .iter()
                .filter_map(|weight| match weight {
                    tree::Weight::Share(number) | tree::Weight::Points(number) => Some(shown(&weight_value(number))),
                    tree::Weight::Equal(_) => None,
                })
                .collect();
            let are = if in_points { "are" } else { "is" };
            let mend = if equal > 0 {
                "make the stated weights smaller".to_string()
            } else if left.is_positive() {
                format!(
                    "{} {are} missing: raise a weight, add an entry, or let some share the rest, `equal …`",
                    shown(&left)
                )
            } else {
                format!("{} {are} too much: lower a weight or remove an entry", shown(&left.neg()))
            };
            let shares_of_more = matches!(total, Total::Shares(_)) && equal == 0 && what != "the index";
            let line = format!("weights total {}", percent(&known));
            let line = self.line_in(at, line).filter(|_| shares_of_more && *full == Number::ONE);
            let mend = match line {
                Some(line) => {
                    Help::of(&format!("{mend}; if each is its part of {}, write `{{}}`", percent(&known)), [line])
                }
                None => mend.into(),
            };
            let mut finding = Diagnostic::new(
                Code::SharesTotal,
                match equal {
                    0 => format!("the weights of {what} total {}, not {}", shown(&known), shown(full)),
                    _ => {
                        format!("the stated weights of {what} total {}: nothing is left for `equal`", shown(&known))
                    }
                },
            )
            .at(at, format!("{} together", shown(&known)))
            .at(last, "the last of them");
            if sum.len() > 1 {
                finding = finding.note(format!("{} = {}", sum.join(" + "), shown(&known)));
            }
            self.report(finding.help(mend));
            return None;
        }
        let each = left.div(&Number::from(equal.max(1)))?;
        let share = |weight: &&tree::Weight| match weight {
            tree::Weight::Share(number) | tree::Weight::Points(number) => weight_value(number),
            tree::Weight::Equal(_) => each.clone(),
        };
        weights.iter().map(share).map(|share| share.div(full)).collect()
    }

    /// A share of a level in points: its number taken for points, or its part of the total.
    fn as_points(&self, number: &tree::Number, full: &Number) -> Help {
        let part = weight_value(number).mul(full);
        let as_written = Number::from(number.written);
        let write = |points: &Number| Mend::replace(number.span, format!("{points} points"));
        match part == as_written {
            true => Help::of("write the weight in points: `{}`", [write(&part)]),
            false => Help::of(
                "write the weight in points: `{}` for this part of the total, or `{}` if that is meant",
                [write(&part), write(&as_written)],
            ),
        }
    }

    /// Functions are typed where they are used; here only what no use may show: that they call each other in a circle.
    pub(super) fn function_circles(&mut self) {
        let declared = self.declarations.functions.clone();
        let called = |at: usize| {
            let mut calls = Vec::new();
            called_in(&declared[at].body, &mut calls);
            calls
        };
        let function = |name: &tree::Name| match self.symbols.get(name.text.as_str()) {
            Some((Symbol::Function(at), _)) => Some(*at),
            _ => None,
        };
        let needed = |at: usize| called(at).iter().filter_map(function).collect();
        let found = rings::walk(0..declared.len(), needed);
        for ring in found.rings {
            let [first, last] = match ring.as_slice() {
                [only] => [*only, *only],
                [first, .., last] => [*first, *last],
                [] => continue,
            };
            let name = &declared[first].name.text;
            let closes = called(last).into_iter().find(|call| call.text == *name);
            let names: Vec<String> = ring.iter().map(|at| format!("`{}`", declared[*at].name.text)).collect();
            self.report(
                Diagnostic::new(Code::Circle, format!("the function `{name}` needs itself"))
                    .at(closes.map_or(declared[last].name.span, |call| call.span), "here the circle closes")
                    .at(declared[last].name.span, "in this function")
                    .note(rings::note(&names, "calls"))
                    .help("write one of them without the other: a function cannot call itself"),
            );
        }
    }
}

/// The names of the functions that a formula calls, the last one first.
fn called_in(expr: &tree::Expr, calls: &mut Vec<tree::Name>) {
    if let tree::ExprKind::Call { name, .. } = &*expr.kind {
        calls.push(name.clone());
    }
    for part in expr.parts() {
        called_in(part, calls);
    }
}

/// A weight as written: `40%` is 0.4, `25 points` is 25.
fn weight_value(number: &tree::Number) -> Number {
    let written = Number::from(number.written);
    match number.style {
        NumberStyle::Plain => written,
        NumberStyle::Percent => written.mul(&Number::from_parts(1, 2)),
        NumberStyle::Permille => written.mul(&Number::from_parts(1, 3)),
    }
}

fn placeholder(span: Span) -> Expr {
    Expr::new(Kind::Value(Value::Missing(Missing::NoAnswer)), Type::known(Base::Any), span)
}

pub(super) fn type_span(ty: &tree::Type, otherwise: Span) -> Span {
    match ty {
        tree::Type::Unit(unit) => unit.span,
        _ => otherwise,
    }
}

impl Model {
    /// The KPI or index of a name.
    pub fn kpi_named(&self, name: &str) -> Option<KpiId> {
        self.kpis.iter().position(|kpi| kpi.name == name).map(KpiId)
    }
}

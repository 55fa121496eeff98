//! Which conditions cannot hold together: what a thing can still be is narrowed, condition by condition.

use super::conditions::{Walk, told};
use super::facts::{Atom, Clash, Facts, mirrored};
use super::ranges::Known;
use crate::language::BinaryOp;
use crate::model::data::ColumnType;
use crate::model::expr::{Base, Expr, Kind};
use crate::number::Number;
use crate::syntax::tree::WindowKind;
use crate::time::{Month, Months};
use crate::value::Value;
use crate::value::{Interval, settled};

/// What a thing can still be, while conditions on it are gone through.
#[derive(Default)]
struct Domain<'e> {
    low: Option<(Number, bool, Atom<'e>)>,
    high: Option<(Number, bool, Atom<'e>)>,
    is: Option<(Vec<Value>, Atom<'e>)>,
    is_not: Vec<(Value, Atom<'e>)>,
    windows: Vec<(Vec<WindowKind>, Atom<'e>)>,
}

impl Walk<'_, '_> {
    /// Why the conditions cannot all be as they are said to be; only what those from a place on bring in is looked for.
    pub(super) fn clash<'e>(&self, atoms: &[Atom<'e>], from: usize, known: &Known<'_>) -> Option<Clash<'e>> {
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
        if let Kind::Value(Value::Flag(flag)) = &atom.expr.kind {
            return if *flag == atom.holds { None } else { because("it is written so".into()) };
        }
        if let Kind::IsMissing(value) = &atom.expr.kind {
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
            let literal = matches!(&expr.kind, Kind::Value(_));
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
        let (of, domain, clash) = match &atom.expr.kind {
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
        let (of, op, limit) = match (&left.kind, &right.kind) {
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
        if matches!(&of.kind, Kind::Value(_))
            || !matches!(of.ty.base, Base::Choice(..) | Base::Text | Base::Link(_) | Base::Flag)
        {
            return None;
        }
        let fixed = |label: &Expr| match &label.kind {
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
    pub(super) fn is_never_blank(&self, value: &Expr) -> bool {
        let Kind::Column { via, data, column } = &value.kind else { return false };
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
                    let window = |words: &[WindowKind]| self.ranges.model.window(period, words);
                    !window(one).overlaps(window(other))
                })
            })
    }
}

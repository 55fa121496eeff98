//! Plain constants in the place of a ratio: a `constant floor : number = 80` beside a percentage is 8000%.
//!
//! A constant is declared once and read in many places. What is wrong is told once, when all of them are known: where all
//! read it as a ratio, its declaration is what is to be changed; where it is a plain number elsewhere, nothing is said.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::bare::{MOST_OF_ONE, is_bare};
use super::unit::DisplayUnit;
use crate::diagnostic::{Code, Diagnostic, Help, Mend};
use crate::model::checker::{Checker, Symbol};
use crate::model::expr::{Expr, Kind};
use crate::model::kpis::type_span;
use crate::model::names::uses::{ConstantRead, Read};
use crate::source::Span;
use crate::syntax::tree;
use crate::syntax::tree::ExprKind;

impl Checker<'_> {
    /// A constant is read by its name.
    pub(in crate::model) fn constant_named(&mut self, constant: usize, at: Span) {
        self.constant_read(constant, at, Read::Named);
    }

    /// A constant beside a plain number, or given as one.
    pub(super) fn constant_as_number(&mut self, expr: &Expr) {
        if let Kind::Constant(constant) = &expr.kind {
            self.constant_read(constant.0, expr.span, Read::Plain);
        }
    }

    /// A constant in the place of a ratio. `what` is in the unit, as in `` `rate` ``, and stands at `beside`.
    pub(super) fn constant_as_ratio(&mut self, expr: &Expr, what: String, unit: &DisplayUnit, beside: Option<Span>) {
        if let Kind::Constant(constant) = &expr.kind {
            self.constant_read(constant.0, expr.span, Read::Ratio { what, unit: unit.clone(), beside });
        }
    }

    /// The same of what is not typed yet.
    pub(super) fn written_as_ratio(&mut self, written: &tree::Expr, what: &str, unit: &DisplayUnit) {
        if let ExprKind::Name(name) = &*written.kind
            && let Some((Symbol::Constant(constant), _)) = self.symbols.get(name.text.as_str())
        {
            let read = Read::Ratio { what: what.to_string(), unit: unit.clone(), beside: None };
            self.constant_read(*constant, written.span, read);
        }
    }

    fn constant_read(&mut self, constant: usize, at: Span, read: Read) {
        let unit = &self.model.constants[constant].unit;
        if unit.dimension.is_none() && !unit.is_ratio_sign() {
            self.constant_reads.push(ConstantRead { constant, at, read });
        }
    }

    /// Tells of the plain constants that are read as ratios, in what all share and in positions.
    pub(in crate::model) fn check_constant_reads<'r>(&mut self, of_positions: impl Iterator<Item = &'r ConstantRead>) {
        let beyond: Vec<bool> = (0..self.model.constants.len()).map(|at| self.is_beyond_ratios(at)).collect();
        let shared = std::mem::take(&mut self.constant_reads);
        let of_positions: Vec<&ConstantRead> = of_positions.collect();
        let mut constants: BTreeMap<usize, Vec<&ConstantRead>> = BTreeMap::new();
        for read in shared.iter().chain(of_positions).filter(|read| beyond[read.constant]) {
            constants.entry(read.constant).or_default().push(read);
        }
        for (constant, mut reads) in constants {
            reads.sort_by_key(|read| read.at.key());
            if !reads.iter().any(|read| matches!(read.read, Read::Plain)) {
                self.constant_for_ratios(constant, &reads);
            }
        }
    }

    /// Whether some value of it is a number that nobody means as a ratio.
    fn is_beyond_ratios(&self, constant: usize) -> bool {
        let values = self.model.constants[constant].values.iter();
        let known = values.filter_map(|dated| self.model.constant_value(&dated.value, None));
        known.map(|value| value.abs()).any(|value| value > MOST_OF_ONE.into())
    }

    fn constant_for_ratios(&mut self, constant: usize, reads: &[&ConstantRead]) {
        let ratios = reads.iter().filter(|read| matches!(read.read, Read::Ratio { .. }));
        let places: BTreeSet<_> = ratios.clone().map(|read| read.at.key()).collect();
        let first = ratios.clone().find_map(|read| match &read.read {
            Read::Ratio { what, unit, beside } => Some((read.at, what, unit, *beside)),
            Read::Named | Read::Plain => None,
        });
        let Some((at, what, unit, beside)) = first else { return };
        let (name, sign) = (self.model.constants[constant].name.clone(), unit.singular.to_string());
        // Where it is read as something else, too, its declaration must stay as it is.
        let only = reads.iter().all(|read| places.contains(&read.at.key()));
        let declared = if only { self.declared_as(constant, unit) } else { None };
        let help = match declared {
            Some(mend) => Help::of("write `{}`", [mend]),
            None => Help::of("write `{}`", [Mend::replace(at, format!("{name} / {}", unit.times()))]),
        };
        let message = format!("{what} is in `{sign}`, and the constant `{name}` is a plain number");
        let mut finding = Diagnostic::new(Code::WrongUnit, message).at(at, format!("without `{sign}`"));
        if let Some(beside) = beside {
            finding = finding.at(beside, format!("this is in `{sign}`"));
        }
        finding = finding.at(self.model.constants[constant].span, "declared here").help(help);
        // What follows from so large a number is no second mistake.
        self.diagnostics.retain(|other| !other.labels.iter().any(|label| places.contains(&label.span.key())));
        self.report(finding);
    }

    /// The declaration with the unit, and its numbers with their sign.
    fn declared_as(&self, constant: usize, unit: &DisplayUnit) -> Option<Mend> {
        let written = self.declarations.constants[constant];
        let place = type_span(&written.ty, written.name.span);
        if place.key() == written.name.span.key() {
            return None;
        }
        let sign = &unit.singular;
        let mut mend = Mend::replace(place, sign.to_string());
        let mut shown = Vec::new();
        for dated in &written.values {
            let number = plain_number(&dated.value)?;
            let text = self.text(number.span);
            let signed = match number.written.abs() <= MOST_OF_ONE && number.written != Decimal::ZERO {
                true => self.shown_whole(number.written, unit),
                false => format!("{text}{sign}"),
            };
            shown.push(signed.clone());
            mend = mend.and(Mend::replace(number.span, signed));
        }
        let name = &written.name.text;
        Some(match &shown[..] {
            [only] if written.values.len() == 1 => mend.shown_as(format!("constant {name} : {sign} = {only}")),
            _ => mend.shown_as(format!("constant {name} : {sign} = {}, …", shown.first()?)),
        })
    }
}

/// A number without a unit, perhaps with a sign before it.
fn plain_number(written: &tree::Expr) -> Option<&tree::Number> {
    match &*written.kind {
        ExprKind::Number(number) => Some(number).filter(|number| is_bare(number) || number.written.is_zero()),
        ExprKind::Negate(inner) => plain_number(inner),
        _ => None,
    }
}

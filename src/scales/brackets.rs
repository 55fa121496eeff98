//! `brackets`: each part of the value at its own rate, as of taxes and commissions.

use super::asked::{BuildsRows, Checks, Written};
use super::{Role, all};
use crate::diagnostic::{Code, Diagnostic};
use crate::language::BinaryOp;
use crate::number::Number;
use crate::source::Span;
use crate::value::{Builtin, Interval};

/// From low to high; the last may be without an end.
#[derive(Clone, Debug, PartialEq)]
pub struct Brackets<N>(pub Vec<Bracket<N>>);

/// `5% to 100_000 USD`; without an end it is `7% above`.
#[derive(Clone, Debug, PartialEq)]
pub struct Bracket<N> {
    pub rate: N,
    pub to: Option<N>,
}

impl<N> Brackets<N> {
    pub(super) fn try_map<'k, M, E>(
        &'k self,
        of: &mut dyn FnMut(Role, &'k N) -> Result<M, E>,
    ) -> Result<Brackets<M>, E> {
        let brackets = self.0.iter().map(|bracket| {
            let to = match &bracket.to {
                Some(to) => Some(of(Role::End, to)?),
                None => None,
            };
            Ok(Bracket { rate: of(Role::Rate, &bracket.rate)?, to })
        });
        all(brackets).map(Brackets)
    }
}

// ------------------------------------------------------------ what is proved of it

impl<N: Written> Brackets<N> {
    pub(super) fn shape<C: Checks<N>>(&self, checks: &mut C) {
        let numbers = self.0.iter().flat_map(|bracket| std::iter::once(&bracket.rate).chain(&bracket.to));
        checks.at_all_times(&numbers.collect::<Vec<_>>(), |checks| self.in_order(checks));
    }

    fn in_order<C: Checks<N>>(&self, checks: &mut C) {
        for pair in self.0.windows(2) {
            match (&pair[0].to, &pair[1].to) {
                (None, _) => checks.report(
                    Diagnostic::new(Code::Unreachable, "`above` takes all that is left, so no bracket can follow it")
                        .at(pair[1].rate.span(), "never reached")
                        .help("put `above` last"),
                ),
                (Some(one), Some(other)) if checks.number(other) <= checks.number(one) => checks.report(
                    Diagnostic::new(Code::ScaleOrder, "brackets stand from low to high")
                        .at(other.span(), "not above the one before")
                        .at(one.span(), "before it")
                        .help("order them by their ends"),
                ),
                (Some(_), _) => {}
            }
        }
        if let Some(end) = self.0.last().and_then(|last| last.to.as_ref()) {
            let at = checks.text(end.span());
            checks.report(
                Diagnostic::new(Code::ScaleHole, format!("what lies above {at} has no rate"))
                    .at(end.span(), "nothing follows")
                    .help("end with the rate of all that lies above: `… above`"),
            );
        }
    }

    pub(super) fn told(&self, text: &dyn Fn(Span) -> String) -> Vec<(usize, String)> {
        let told = |bracket: &Bracket<N>| {
            let to = bracket.to.as_ref().map_or("above".into(), |to| format!("to {}", text(to.span())));
            format!("{} {to}", text(bracket.rate.span()))
        };
        self.0.iter().map(told).enumerate().collect()
    }
}

// ------------------------------------------------------------ what it gives

impl Brackets<Interval> {
    /// Where its numbers are known.
    pub(super) fn range(&self, value: &Interval) -> Interval {
        let known = self.0.iter().map(|bracket| {
            let to = match &bracket.to {
                Some(to) => Some(to.single()?.clone()),
                None => None,
            };
            Some(Bracket { rate: bracket.rate.single()?.clone(), to })
        });
        known.collect::<Option<_>>().map_or(Interval::ALL, |known| Brackets(known).over(value))
    }
}

impl Brackets<Number> {
    /// What it gives over an interval: at its ends, at 0, and at the ends of brackets between.
    fn over(&self, value: &Interval) -> Interval {
        let (Some(first), Some(last)) = (self.0.first(), self.0.last()) else { return Interval::ALL };
        let ends = self.0.iter().filter_map(|bracket| bracket.to.as_ref()).filter(|to| value.contains(to));
        let ends = ends.chain(&value.low).chain(&value.high).chain([&Number::ZERO]);
        let range = Interval::around(ends.map(|end| self.at(end)));
        let open = |is_open: bool, rate: &Number, up: bool| is_open && (rate.is_positive() == up && !rate.is_zero());
        let (below, above) = (value.low.is_none(), value.high.is_none());
        Interval {
            low: range.low.filter(|_| !open(below, &first.rate, true) && !open(above, &last.rate, false)),
            high: range.high.filter(|_| !open(above, &last.rate, true) && !open(below, &first.rate, false)),
        }
    }

    /// Below 0 the first rate goes on: a commission paid back.
    pub(super) fn at(&self, value: &Number) -> Number {
        let (mut sum, mut from) = (Number::ZERO, Number::ZERO);
        for Bracket { rate, to } in &self.0 {
            let end = to.as_ref().map_or(value, |to| value.min(to));
            sum = sum.add(&rate.mul(&end.sub(&from)));
            match to {
                Some(to) if to < value => from = to.clone(),
                _ => break,
            }
        }
        sum
    }

    /// The part of the value in each bracket; the first one goes on below 0.
    pub(super) fn in_rows<R: BuildsRows>(&self, rows: &mut R) -> R::Node {
        let mut sum: Option<R::Node> = None;
        let mut from: Option<&Number> = None;
        for Bracket { rate, to } in &self.0 {
            let mut part = rows.value();
            if let Some(to) = to {
                let to = rows.number(to);
                part = rows.call(Builtin::Min, vec![part, to]);
            }
            if let Some(from) = from {
                let from = rows.number(from);
                let beyond = rows.binary(BinaryOp::Subtract, part, from);
                let none = rows.number(&Number::ZERO);
                part = rows.call(Builtin::Max, vec![beyond, none]);
            }
            let rate = rows.number(rate);
            let term = rows.binary(BinaryOp::Multiply, part, rate);
            sum = Some(match sum {
                None => term,
                Some(sum) => rows.binary(BinaryOp::Add, sum, term),
            });
            from = to.as_ref();
        }
        sum.unwrap_or_else(|| rows.value())
    }

    pub(super) fn reached(&self, value: &Number) -> Option<usize> {
        self.0.iter().position(|bracket| bracket.to.as_ref().is_none_or(|to| value <= to))
    }
}

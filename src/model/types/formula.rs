//! Formulas: operators and their types, units and missing values.

use super::present::{present_in, present_when};
use crate::diagnostic::{Code, Diagnostic, Help, Mend};
use crate::language::BinaryOp;
use crate::model::Model;
use crate::model::checker::Checker;
use crate::model::expr::{Base, Expr, Kind, Type};
use crate::model::names::env::{Bare, Env, Place};
use crate::model::words::scope_words;
use crate::number::Number;
use crate::source::Span;
use crate::syntax::tree;
use crate::syntax::tree::{ExprKind, NumberStyle};
use crate::value::Value;

/// Whether only windows stand around a result that was closed.
fn is_closed(value: &tree::Expr) -> bool {
    match &*value.kind {
        ExprKind::Closed { .. } => true,
        ExprKind::Within { value, .. } => is_closed(value),
        _ => false,
    }
}

impl Checker<'_> {
    /// Types a formula. `expected` helps to read bare labels; it is not enforced here.
    pub(in crate::model) fn typed(&mut self, expr: &tree::Expr, env: &Env, expected: Option<&Base>) -> Expr {
        let span = expr.span;
        match &*expr.kind {
            ExprKind::Number(number) => self.literal(number, env),
            ExprKind::Text(text) => Expr::new(Kind::Value(Value::text(&text.value)), Type::known(Base::Text), span),
            ExprKind::Date(date) => Expr::new(Kind::Value(Value::Day(date.day)), Type::known(Base::Date), span),
            ExprKind::Period(period) => {
                let months = self.model.company.calendar.months(period.period);
                Expr::new(Kind::Value(Value::Period(months)), Type::known(Base::Period), span)
            }
            ExprKind::Flag(flag) => Expr::new(Kind::Value(Value::Flag(*flag)), Type::known(Base::Flag), span),
            ExprKind::Missing(reason) => {
                let reason = reason.as_ref().map_or("", |text| &text.value);
                let value = Value::stated(reason);
                Expr::new(Kind::Value(value), Type::maybe(Base::Any), span)
            }
            ExprKind::Name(name) => self.name(name, env, expected),
            ExprKind::Field { of, name } => self.field(of, name, env, span),
            ExprKind::Not(operand) => {
                let operand = self.typed(operand, env, Some(&Base::Flag));
                self.expect_flag(&operand, "`not`");
                let ty = Type { base: Base::Flag, optional: operand.ty.optional };
                Expr::new(Kind::Not(operand), ty, span)
            }
            ExprKind::Negate(operand) => {
                let operand = self.typed(operand, env, expected);
                self.expect_number(&operand, "`-`");
                let ty = operand.ty.clone();
                Expr::new(Kind::Negate(operand), ty, span)
            }
            ExprKind::Binary { op, left, right, .. } => self.binary(*op, left, right, env, expected, span),
            ExprKind::If { condition, then, otherwise } => {
                let condition = self.typed(condition, env, Some(&Base::Flag));
                self.expect_test(&condition);
                let then = self.typed(then, &env.with_present(present_when(&condition, true)), expected);
                let base = then.ty.base.clone();
                let otherwise_env = env.with_present(present_when(&condition, false));
                let otherwise = self.typed(otherwise, &otherwise_env, expected.or(Some(&base)));
                let base = self.same_kind(&then, &otherwise, "`then` and `else` give");
                // Without an answer to the condition there is none to the whole.
                let optional = condition.ty.optional || then.ty.optional || otherwise.ty.optional;
                Expr::new(Kind::If { condition, then, otherwise }, Type { base, optional }, span)
            }
            ExprKind::Default { value, fallback } => {
                let value = self.typed(value, env, expected);
                let base = value.ty.base.clone();
                let fallback = self.typed(fallback, env, Some(&base));
                let base = self.same_kind(&value, &fallback, "`default` joins");
                let optional = fallback.ty.optional;
                Expr::new(Kind::Default { value, fallback }, Type { base, optional }, span)
            }
            ExprKind::IsMissing { value, negated } => {
                let value = self.typed(value, env, None);
                let test = Expr::new(Kind::IsMissing(value), Type::known(Base::Flag), span);
                match negated {
                    true => Expr::new(Kind::Not(test), Type::known(Base::Flag), span),
                    false => test,
                }
            }
            ExprKind::InSet { value, set, negated } => {
                let value = self.typed(value, env, None);
                let base = value.ty.base.clone();
                let mut optional = value.ty.optional;
                let set: Vec<Expr> = set
                    .iter()
                    .map(|member| {
                        if self.is_label_of_nothing(&value, member, env) {
                            return Expr::wrong(member.span);
                        }
                        let member = self.typed(member, env, Some(&base));
                        self.comparable(&value, &member);
                        self.bare_compared(&value, &member, env);
                        optional |= member.ty.optional;
                        member
                    })
                    .collect();
                let ty = Type { base: Base::Flag, optional };
                let test = Expr::new(Kind::InSet(value, set), ty.clone(), span);
                if *negated { Expr::new(Kind::Not(test), ty, span) } else { test }
            }
            ExprKind::Between { value, low, high } => {
                let low = self.compare(BinaryOp::GreaterOrEqual, value, low, env, span);
                let high = self.compare(BinaryOp::LessOrEqual, value, high, env, span);
                let ty = Type { base: Base::Flag, optional: low.ty.optional || high.ty.optional };
                Expr::new(Kind::Binary(BinaryOp::And, low, high), ty, span)
            }
            ExprKind::InWindow { date, window } => {
                let date = self.typed(date, env, Some(&Base::Date));
                if !matches!(date.ty.base, Base::Date | Base::Period | Base::Any) {
                    self.wrong_type(&date, "a date", "`in` and a window ask when something was");
                }
                let words = window.words.iter().map(|word| word.kind).collect();
                let ty = Type { base: Base::Flag, optional: date.ty.optional };
                Expr::new(Kind::InWindow { date, window: words }, ty, span)
            }
            ExprKind::As { value, ty } => self.converted(value, ty, env, span),
            ExprKind::Call { name, arguments, to } => self.call(name, arguments, to.as_ref(), env, expected, span),
            ExprKind::Aggregate(aggregate) => self.aggregate(aggregate, env, span),
            ExprKind::Closed { .. } => self.closed_when(span),
            ExprKind::Within { value, window } if is_closed(value) => {
                if self.not_closed_yet(window) {
                    return Expr::wrong(span);
                }
                let value = match &*value.kind {
                    ExprKind::Closed { name, of } => self.closed(name, of.as_ref(), env, value.span),
                    _ => self.typed(value, env, expected),
                };
                let ty = value.ty.clone();
                present_in(env, Expr::new(Kind::Within(value, window.kind), ty, span))
            }
            ExprKind::Within { value, window } => {
                if matches!(env.place, Place::Row(_)) {
                    self.misplaced(
                        window.span,
                        "a window such as `1 year earlier` cannot stand inside an aggregate",
                        "write the window as the last clause of the aggregate, `during …`, or test a date, as in `issued in 3 months earlier`",
                    );
                }
                let value = self.typed(value, &Env { moved: true, ..env.elsewhere() }, expected);
                let ty = self.type_elsewhere(&value);
                present_in(env, Expr::new(Kind::Within(value, window.kind), ty, span))
            }
            ExprKind::Over { value, scope, scope_span } => {
                if matches!(env.place, Place::Row(_)) {
                    self.misplaced(
                        *scope_span,
                        "`over` cannot stand inside an aggregate",
                        "write it behind the whole aggregate; an aggregate inside another one always reads the company",
                    );
                }
                let value = self.typed(value, &Env { over: Some(*scope), ..env.elsewhere() }, expected);
                if let Kind::Kpi(kpi) = &value.kind {
                    let kpi = &self.model.kpis[kpi.0];
                    if let Some(fixed) = kpi.scope {
                        let (name, at) = (kpi.name.clone(), kpi.span);
                        self.report(
                            Diagnostic::new(
                                Code::Misplaced,
                                format!("`{name}` always reads {}; `over` cannot change that", scope_words(fixed)),
                            )
                            .at(*scope_span, "no effect here")
                            .at(at, format!("declared with `scope {}`", fixed.word()))
                            .help("remove `over`, or remove `scope` from the KPI"),
                        );
                    }
                }
                let ty = self.type_elsewhere(&value);
                present_in(env, Expr::new(Kind::Over(value, *scope), ty, span))
            }
        }
    }

    /// The type of a value in another window or scope: what conditions have shown of an argument says nothing there.
    fn type_elsewhere(&self, value: &Expr) -> Type {
        fn optional(model: &Model, expr: &Expr) -> bool {
            expr.ty.optional
                || match &expr.kind {
                    Kind::Kpi(kpi) => model.kpi_versions(*kpi).any(|version| model.kpis[version.0].value.ty.optional),
                    Kind::Negate(_) | Kind::Binary(..) | Kind::Call(..) | Kind::Scale(..) | Kind::Matrix(..) => {
                        expr.parts().into_iter().any(|part| optional(model, part))
                    }
                    _ => false,
                }
        }
        Type { base: value.ty.base.clone(), optional: optional(&self.model, value) }
    }

    fn literal(&mut self, number: &tree::Number, env: &Env) -> Expr {
        let span = number.span;
        let written = Number::from(number.written);
        let value = |number: Number| Kind::Value(Value::Number(number));
        match (number.style, &number.unit) {
            (NumberStyle::Percent, _) => {
                Expr::new(value(written.mul(&Number::from_parts(1, 2))), Type::known(Base::number()), span)
            }
            (NumberStyle::Permille, _) => {
                Expr::new(value(written.mul(&Number::from_parts(1, 3))), Type::known(Base::number()), span)
            }
            (NumberStyle::Plain, Some(unit)) => match self.unit(unit) {
                Some(unit) => {
                    Expr::new(value(written.mul(&unit.factor)), Type::known(Base::Number(unit.dimension)), span)
                }
                None => Expr::wrong(span),
            },
            (NumberStyle::Plain, None) if written.is_zero() => Expr::new(value(written), Type::known(Base::Zero), span),
            (NumberStyle::Plain, None) => {
                // Money is always written; what is left may be meant in the unit at hand.
                let bare = env.bare.as_ref().filter(|bare| !bare.dimension.has_money());
                let unit = bare.map(|bare| bare.dimension.clone()).unwrap_or_default();
                let written = bare.map_or(written.clone(), |bare| written.mul(&bare.factor));
                Expr::new(value(written), Type::known(Base::Number(unit)), span)
            }
        }
    }

    fn binary(
        &mut self,
        op: BinaryOp,
        left: &tree::Expr,
        right: &tree::Expr,
        env: &Env,
        expected: Option<&Base>,
        span: Span,
    ) -> Expr {
        match op {
            BinaryOp::And | BinaryOp::Or => {
                let left = self.typed(left, &self.of_part(env, left), Some(&Base::Flag));
                let env = env.with_present(present_when(&left, op == BinaryOp::And));
                let right = self.typed(right, &self.of_part(&env, right), Some(&Base::Flag));
                let word = if op == BinaryOp::And { "`and`" } else { "`or`" };
                self.expect_flag(&left, word);
                self.expect_flag(&right, word);
                let ty = Type { base: Base::Flag, optional: left.ty.optional || right.ty.optional };
                Expr::new(Kind::Binary(op, left, right), ty, span)
            }
            BinaryOp::Add | BinaryOp::Subtract => {
                let left = self.typed(left, env, expected);
                let right = self.typed(right, env, expected);
                let base = self.sum_type(op, &left, &right);
                let ty = Type { base, optional: left.ty.optional || right.ty.optional };
                Expr::new(Kind::Binary(op, left, right), ty, span)
            }
            BinaryOp::Multiply | BinaryOp::Divide => {
                // A factor is a factor: it does not take the unit that a bare number would take.
                let env = Env { bare: None, ..env.clone() };
                let left = self.typed(left, &env, None);
                let right = self.typed(right, &env, None);
                let word = if op == BinaryOp::Multiply { "`*`" } else { "`/`" };
                let sound = self.expect_number(&left, word) & self.expect_number(&right, word);
                let any = left.ty.base == Base::Any || right.ty.base == Base::Any;
                let base = if !sound || any {
                    Base::Any
                } else {
                    let exponent = if op == BinaryOp::Multiply { 1 } else { -1 };
                    Base::Number(left.dimension().times(&right.dimension(), exponent))
                };
                if op == BinaryOp::Divide && right.ty.base == Base::Zero {
                    self.report(
                        Diagnostic::new(Code::OutOfRange, "this divides by 0, which never has an answer")
                            .at(right.span, "0")
                            .help("write another divisor"),
                    );
                }
                let never_zero = matches!(&right.kind, Kind::Value(Value::Number(number)) if !number.is_zero())
                    || matches!(&right.kind, Kind::PeriodMonths | Kind::PeriodDays);
                let optional =
                    left.ty.optional || right.ty.optional || (op == BinaryOp::Divide && !never_zero && sound && !any);
                Expr::new(Kind::Binary(op, left, right), Type { base, optional }, span)
            }
            _ => self.compare(op, left, right, env, span),
        }
    }

    fn sum_type(&mut self, op: BinaryOp, left: &Expr, right: &Expr) -> Base {
        // Two days apart: a number of days.
        if op == BinaryOp::Subtract && left.ty.base == Base::Date && right.ty.base == Base::Date {
            return Base::Number(self.units.get("day").map(|unit| unit.dimension).unwrap_or_default());
        }
        let word = if op == BinaryOp::Add { "`+`" } else { "`-`" };
        if !(self.expect_number(left, word) & self.expect_number(right, word)) {
            return Base::Any;
        }
        if left.is_wrong() || right.is_wrong() {
            return Base::Any;
        }
        match left.ty.base.join(&right.ty.base) {
            Some(base) => base,
            None => {
                let what = if op == BinaryOp::Add { "cannot be added" } else { "cannot be subtracted" };
                self.unit_mismatch(left, right, what);
                Base::Any
            }
        }
    }

    fn compare(&mut self, op: BinaryOp, left: &tree::Expr, right: &tree::Expr, env: &Env, span: Span) -> Expr {
        // A bare label takes its meaning from the other side, so the other side comes first.
        let is_name = |expr: &tree::Expr| matches!(&*expr.kind, ExprKind::Name(_));
        let column_first = |checker: &Self, expr: &tree::Expr| match (&*expr.kind, env.place) {
            (ExprKind::Name(name), Place::Row(data)) => {
                checker.model.data[data.0].column_named(&name.text).is_some() || env.parameter(&name.text).is_some()
            }
            (ExprKind::Name(_), _) => true,
            _ => true,
        };
        let other = |checker: &Self, env: &Env, typed: &Expr| match (&typed.ty.base, env.lenient) {
            (Base::Number(unit), true) => env.clone().bare(&match &typed.kind {
                Kind::Kpi(kpi) => Bare::from(&checker.model.kpis[kpi.0].unit),
                _ => Bare::from(unit),
            }),
            _ => env.clone(),
        };
        let missing = matches!(&*right.kind, ExprKind::Missing(_));
        let grade_first =
            env.outputs.is_some() && matches!(&*right.kind, ExprKind::Name(name) if name.text == "rating");
        let label_first = !column_first(self, left) && column_first(self, right);
        let (left, right) = if is_name(left) && (label_first || grade_first) {
            let right = self.typed(right, env, None);
            (self.typed(left, &other(self, env, &right), Some(&right.ty.base.clone())), right)
        } else {
            let left = self.typed(left, env, None);
            let right = match self.is_label_of_nothing(&left, right, env) {
                true => Expr::wrong(right.span),
                false => self.typed(right, &other(self, env, &left), Some(&left.ty.base.clone())),
            };
            (left, right)
        };
        if matches!(op, BinaryOp::Equal | BinaryOp::NotEqual) && self.asks_for_blanks(op, &left, &right, missing) {
            // Read as it was meant, so that nothing else is said of it.
            let test = Expr::new(Kind::IsMissing(left), Type::known(Base::Flag), span);
            return match op {
                BinaryOp::NotEqual => Expr::new(Kind::Not(test), Type::known(Base::Flag), span),
                _ => test,
            };
        }
        self.comparable(&left, &right);
        self.bare_compared(&left, &right, env);
        let ordered = matches!(op, BinaryOp::Equal | BinaryOp::NotEqual);
        let without = |side: &&Expr| {
            matches!(side.ty.base, Base::Flag | Base::Choice(..) | Base::Link(_) | Base::Position) && !ordered
        };
        if let Some(side) = [&left, &right].into_iter().find(without) {
            self.report(
                Diagnostic::new(Code::WrongType, "these values have no order")
                    .at(side.span, side.ty.base.words())
                    .help({
                        let between = Span { start: left.span.end, end: right.span.start, ..left.span };
                        let sign = self.text(between);
                        let plain = left.span.end < right.span.start && !sign.contains(['(', ')', '#']);
                        let write = |sign: &str| Mend::replace(between, format!(" {sign} ")).shown_as(sign);
                        let signs = [write("="), write("!=")].into_iter().filter(|_| plain);
                        Help::of("compare them with `{}` or `{}`, or write `… in (…)`", signs)
                    }),
            );
        }
        let ty = Type { base: Base::Flag, optional: left.ty.optional || right.ty.optional };
        let grades = matches!((&left.ty.base, &right.ty.base), (Base::Grade(_), _) | (_, Base::Grade(_)));
        Expr::new(Kind::Binary(if grades { as_grades(op) } else { op }, left, right), ty, span)
    }

    /// Whether a bare word may be a label of the column on the other side, which nobody knows.
    fn is_label_of_nothing(&self, other: &Expr, expr: &tree::Expr, env: &Env) -> bool {
        let ExprKind::Name(name) = &*expr.kind else { return false };
        let of_row = match env.place {
            Place::Row(data) => self.model.data[data.0].column_named(&name.text).is_some(),
            // A grade of a rating that there is not.
            _ if env.outputs.is_some() && self.text(other.span) == "rating" => false,
            _ => return false,
        };
        other.is_wrong() && !of_row && !self.symbols.contains_key(name.text.as_str())
    }

    /// `a = missing`, and `a != ""` where `a` is no text: whether a cell is blank is asked otherwise. True after a finding.
    fn asks_for_blanks(&mut self, op: BinaryOp, left: &Expr, right: &Expr, missing: bool) -> bool {
        let empty = matches!(&right.kind, Kind::Value(Value::Text(text)) if text.is_empty());
        let blank = empty && !matches!(left.ty.base, Base::Text | Base::Any);
        if !missing && !blank {
            return false;
        }
        let not = if op == BinaryOp::NotEqual { " not" } else { "" };
        let name = self.text(left.span);
        let place = left.span.to(right.span);
        let mend = Mend::replace(place, format!("{} is{not} missing", self.sources.text(left.span)));
        let mend = mend.shown_as(format!("{name} is{not} missing"));
        let message = match missing {
            true => "nothing is equal to a missing value".to_string(),
            false => format!("{} is never an empty text", left.ty.base.words()),
        };
        self.report(
            Diagnostic::new(Code::WrongType, message)
                .at(place, "never true")
                .mend("whether it is missing is asked with `{}`", mend),
        );
        true
    }

    fn comparable(&mut self, left: &Expr, right: &Expr) {
        let (a, b) = (&left.ty.base, &right.ty.base);
        let keys = |one: &Base, other: &Base| matches!((one, other), (Base::Link(_) | Base::Position, Base::Text));
        if a.join(b).is_some() || keys(a, b) || keys(b, a) {
            return;
        }
        if matches!((a, b), (Base::Number(_), Base::Number(_))) {
            self.unit_mismatch(left, right, "cannot be compared");
            return;
        }
        let choice = |base: &Base| matches!(base, Base::Choice(..) | Base::Grade(_));
        let quoted = [left, right].into_iter().find(|side| matches!(&side.kind, Kind::Value(Value::Text(_))));
        let mend = match quoted.filter(|_| choice(a) || choice(b)) {
            Some(text) => {
                let label = self.text(text.span).trim_matches('"').to_string();
                Help::of("write the label without quotes: `{}`", [Mend::replace(text.span, label)])
            }
            None if matches!(a, Base::Grade(_)) || matches!(b, Base::Grade(_)) => {
                Help::from("compare a rating with a grade, as in `rating >= B` for B or better")
            }
            None => Help::from("compare values of one kind; text stands in quotes, labels do not"),
        };
        self.report(
            Diagnostic::new(Code::WrongType, format!("{} and {} cannot be compared", a.words(), b.words()))
                .at(left.span, a.words())
                .at(right.span, b.words())
                .help(mend),
        );
    }

    fn converted(&mut self, value: &tree::Expr, ty: &tree::UnitExpr, env: &Env, span: Span) -> Expr {
        let mut value = self.typed(value, env, None);
        let Some(unit) = self.unit(ty) else { return Expr::wrong(span) };
        if !self.expect_number(&value, "`as`") {
            return Expr::wrong(span);
        }
        let from = value.dimension();
        let to = unit.dimension.clone();
        let allowed = from == to || (from.is_counted() && (to.is_none() || to.is_point()));
        if !allowed && value.ty.base != Base::Any && value.ty.base != Base::Zero {
            self.report(
                Diagnostic::new(Code::UnitMismatch, format!("`as` cannot turn this into {to}"))
                    .at(value.span, format!("this is {}", Base::Number(from).words()))
                    .at(ty.span, "asked for")
                    .help("`… as %` drops counted units, and `… as point` makes points of a plain or counted number; other units change by multiplying and dividing"),
            );
        }
        value.ty.base = Base::Number(to);
        value
    }
}

/// Grades are numbered from the best: `>= B` is B or better.
fn as_grades(op: BinaryOp) -> BinaryOp {
    match op {
        BinaryOp::Less => BinaryOp::Greater,
        BinaryOp::LessOrEqual => BinaryOp::GreaterOrEqual,
        BinaryOp::Greater => BinaryOp::Less,
        BinaryOp::GreaterOrEqual => BinaryOp::LessOrEqual,
        other => other,
    }
}

//! What a formula must be, and what is said when it is not: kinds, units, conditions that may be missing.

use super::mends::{as_read, is_number};
use super::present::{first_optional, narrow_key};
use super::unit::{BaseKind, Dimension};
use crate::diagnostic::{Code, Diagnostic, Help, Mend};
use crate::model::checker::Checker;
use crate::model::data::DataId;
use crate::model::expr::{Base, Expr, Kind};
use crate::model::names::env::{Bare, Env};
use crate::number::Number;
use crate::source::Span;
use crate::syntax::tree;
use crate::value::Value;

const WITH_UNIT: &str = "write the unit behind the number: `{}`";

impl Checker<'_> {
    pub(super) fn unit_mismatch(&mut self, left: &Expr, right: &Expr, what: &str) {
        let (a, b) = (left.dimension().in_hours(), right.dimension().in_hours());
        let (ta, tb) = (self.text(left.span), self.text(right.span));
        let mut diagnostic =
            Diagnostic::new(Code::UnitMismatch, format!("`{ta}` and `{tb}` have different units and {what}"))
                .at(left.span, format!("this is {}", Base::Number(a.clone()).words()))
                .at(right.span, format!("this is {}", Base::Number(b.clone()).words()));
        let ratio = |text: &str| text.ends_with(['%', '‰']);
        let literal = |expr: &Expr, text: &str| matches!(&expr.kind, Kind::Value(Value::Number(_))) && !ratio(text);
        let is_time = |dimension: &Dimension| matches!(dimension.factors(), [(base, _)] if base.kind == BaseKind::Time);
        let mend = if b.is_none() && literal(right, &tb) {
            Help::of(WITH_UNIT, [Mend::replace(right.span, format!("{tb} {}", a.beside(&tb)))])
        } else if a.is_none() && literal(left, &ta) {
            Help::of(WITH_UNIT, [Mend::replace(left.span, format!("{ta} {}", b.beside(&ta)))])
        } else if a.has_money() && b.has_money() && !a.is_none() {
            let factors = a.times(&b, -1);
            if factors.factors().iter().all(|(base, _)| base.kind == BaseKind::Currency) {
                format!(
                    "convert one of the two with an exchange rate: `constant rate : {factors} = …`, then `… * rate`"
                )
                .into()
            } else {
                format!("bring both to one unit: they differ by {factors}").into()
            }
        } else if is_time(&a) && is_time(&b) && [&a, &b].map(Dimension::plural).contains(&"hours".into()) {
            let (hours, text) = if a.plural() == "hours" { (left, &ta) } else { (right, &tb) };
            in_days(text, hours.span)
        } else if is_time(&a) && is_time(&b) {
            "a month is no number of days: count both in months, or both in days, as in `days_between(from, to)`".into()
        } else if ratio(&ta) || ratio(&tb) {
            let (share, at, other) = if ratio(&tb) { (&tb, right, &a) } else { (&ta, left, &b) };
            let digits = share.trim_end_matches(['%', '‰']);
            let words = format!("write `{{}}`, or a share of something: `{share} * …`");
            let amount = Mend::replace(at.span, format!("{digits} {}", other.beside(digits)));
            Help::of(&words, Some(amount).filter(|_| matches!(at.kind, Kind::Value(_))))
        } else if a.is_point() || b.is_point() {
            "a score is no ratio: write `(… * 100) as point` where points are meant".into()
        } else if a.is_counted() && b.is_counted() {
            "drop the counted unit with `as %`, or count the same things on both sides".into()
        } else {
            format!("bring both to one unit: they differ by {}", a.times(&b, -1)).into()
        };
        diagnostic = diagnostic.help(mend);
        self.report(diagnostic);
    }

    pub(super) fn wrong_type(&mut self, expr: &Expr, wanted: &str, why: &str) {
        let text = self.text(expr.span);
        let label = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
        let kpi = label.and_then(|label| self.model.kpis.iter().find(|kpi| kpi.label.text == label));
        let help = match kpi {
            Some(kpi) => Help::of("a KPI is called by its name: `{}`", [Mend::replace(expr.span, kpi.name.as_str())]),
            None => why.into(),
        };
        self.report(
            Diagnostic::new(Code::WrongType, format!("`{text}` is {}, and {wanted} is needed", expr.ty.base.words()))
                .at(expr.span, expr.ty.base.words())
                .help(help),
        );
    }

    pub(super) fn expect_number(&mut self, expr: &Expr, operator: &str) -> bool {
        let number = expr.ty.base.is_number();
        if !number {
            let mend = match expr.ty.base {
                Base::Date => {
                    "days between dates are counted, as in `days_between(issued, period.end) <= 30 days`".to_string()
                }
                _ => format!("{operator} works on numbers; name a column or a KPI that is one"),
            };
            self.wrong_type(expr, "a number", &mend);
        }
        number
    }

    pub(super) fn expect_flag(&mut self, expr: &Expr, operator: &str) {
        if !matches!(expr.ty.base, Base::Flag | Base::Any) {
            self.wrong_type(expr, "a condition", &format!("{operator} belongs to conditions, as in `status = active`"));
        }
    }

    /// A test, which may have no answer.
    pub(super) fn expect_test(&mut self, expr: &Expr) -> bool {
        let fits = matches!(expr.ty.base, Base::Flag | Base::Any);
        if !fits {
            self.wrong_type(expr, "a condition", "write a comparison, as in `status = active` or `x > 0`");
        }
        fits
    }

    /// A test that has an answer for every row and everyone.
    pub(in crate::model) fn expect_condition(&mut self, expr: &Expr, what: &str) {
        if !self.expect_test(expr) || !expr.ty.optional {
            return;
        }
        let culprit = as_read(expr, first_optional(expr));
        let text = self.text(culprit.span);
        let mut finding =
            Diagnostic::new(Code::MayBeMissing, format!("{what} must not be missing, and `{text}` can be"))
                .at(culprit.span, "may be missing");
        match &culprit.kind {
            Kind::Binary(crate::language::BinaryOp::Divide, ..) => {
                finding = finding.note("dividing by 0 gives a missing value")
            }
            Kind::Aggregate(_) => finding = finding.note("over no rows there is nothing to tell"),
            _ => {}
        }
        // Only what has a name can be shown to be there by an earlier test.
        self.report(finding.help(match narrow_key(culprit) {
            Some(_) => Help::of(
                "say what then: `{}`, or `{}`, or give it a value with `default`",
                self.with_test(expr, culprit),
            ),
            None if is_number(culprit) => {
                Help::of("say what holds then: `{}`, with 0 or another value", [self.with_default(culprit, "0")])
            }
            None => "say what holds then: give it a value with `default`, in brackets".into(),
        }));
    }

    pub(super) fn same_kind(&mut self, left: &Expr, right: &Expr, what: &str) -> Base {
        if left.is_wrong() || right.is_wrong() {
            return Base::Any;
        }
        if let Some(base) = left.ty.base.join(&right.ty.base) {
            return base;
        }
        if matches!((&left.ty.base, &right.ty.base), (Base::Number(_), Base::Number(_))) {
            self.unit_mismatch(left, right, "cannot stand for one another");
        } else {
            self.report(
                Diagnostic::new(Code::WrongType, format!("{what} two kinds of values"))
                    .at(left.span, left.ty.base.words())
                    .at(right.span, right.ty.base.words())
                    .help("let both be of one kind"),
            );
        }
        Base::Any
    }

    /// Whether the formula has the type declared for it; a wrong unit is answered with the factor that is missing.
    pub(in crate::model) fn expect_base(&mut self, expr: &Expr, wanted: &Base, what: &str, declared: Span) {
        // Keys, and names and labels of positions, are texts.
        let named = matches!((wanted, &expr.ty.base), (Base::Link(_) | Base::Position, Base::Text));
        if expr.ty.base.join(wanted).is_some() || named {
            return;
        }
        let (Base::Number(got), Base::Number(wanted)) = (&expr.ty.base, wanted) else {
            self.report(
                Diagnostic::new(
                    Code::WrongType,
                    format!("{what} is {}, and `{}` is {}", wanted.words(), self.text(expr.span), expr.ty.base.words()),
                )
                .at(expr.span, expr.ty.base.words())
                .at(declared, format!("{} is needed", wanted.words()))
                .help(match (wanted, &expr.kind) {
                    (Base::Link(_), Kind::Column { via, .. }) if via.is_empty() => {
                        let column = self.text(expr.span);
                        let words =
                            format!("where `{column}` holds the keys, write `{{}}` behind the data set, without `=`");
                        let by = self.for_formula(expr, format!("by ({column})"));
                        Help::of(&words, by)
                    }
                    _ => self.header_meant(expr, declared).unwrap_or_else(|| "change the formula or the type".into()),
                }),
            );
            return;
        };
        if matches!(&expr.kind, Kind::Value(Value::Number(_))) {
            return self.wrong_literal(expr, got, wanted, what, declared);
        }
        let mend = self.unit_mend(expr, got, wanted, declared);
        self.report(
            Diagnostic::new(
                Code::WrongUnit,
                match ["`", "the column", "the output"].iter().any(|start| what.starts_with(start)) {
                    true => {
                        format!(
                            "{what} is declared as {}, and its formula gives {}",
                            unit_words(wanted),
                            unit_words(got)
                        )
                    }
                    false => format!("{what} is {}, and this gives {}", unit_words(wanted), unit_words(got)),
                },
            )
            .at(expr.span, format!("this gives {}", unit_words(got)))
            .at(declared, format!("declared as {}", unit_words(wanted)))
            .help(mend),
        );
    }

    /// A number that is written with another unit than is needed, or with none.
    fn wrong_literal(&mut self, expr: &Expr, got: &Dimension, wanted: &Dimension, what: &str, declared: Span) {
        let text = self.text(expr.span);
        let ratio = text.ends_with(['%', '‰']);
        let digits: String = text.chars().take_while(|c| c.is_ascii_digit() || matches!(c, '_' | '.')).collect();
        let needed =
            if wanted.is_none() { "a plain number or a ratio".to_string() } else { format!("in {}", wanted.plural()) };
        let write = |text: String| Mend::replace(expr.span, text);
        let (message, mend) = if wanted.is_none() {
            let texts = [write(digits.clone()), write(format!("{digits}%"))];
            (format!("`{text}` has a unit, and {what} is {needed}"), Help::of("write `{}` or `{}`", texts))
        } else if ratio {
            let (words, amount) = match wanted.is_point() {
                // Points need no word.
                true => ("write `{}`", write(digits.clone())),
                false => {
                    ("write it with its unit, such as `{}`", write(format!("{digits} {}", wanted.beside(&digits))))
                }
            };
            (format!("`{text}` is a ratio, and {what} is {needed}"), Help::of(words, [amount]))
        } else if got.is_none() {
            let mend = Help::of(WITH_UNIT, [write(format!("{text} {}", wanted.beside(&text)))]);
            (format!("`{text}` has no unit, and {what} is {needed}"), mend)
        } else {
            // The unit as it is written: hours, not the seconds that they are counted in.
            let written = text.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '_' | '.' | ' ' | '-'));
            let got = if written.is_empty() { got.plural() } else { written.to_string() };
            (format!("`{text}` is in {got}, and {what} is {needed}"), format!("write it {needed}").into())
        };
        let place = if wanted.is_none() { "no unit belongs here".into() } else { format!("not {needed}") };
        let mut finding = Diagnostic::new(Code::WrongUnit, message).at(expr.span, place);
        if declared.key() != expr.span.key() {
            finding = finding.at(declared, format!("declared as {}", unit_words(wanted)));
        }
        self.report(finding.help(mend));
    }

    fn unit_mend(&self, expr: &Expr, got: &Dimension, wanted: &Dimension, declared: Span) -> Help {
        let (got, wanted) = (&got.in_hours(), &wanted.in_hours());
        if wanted.is_none() && got.is_counted() {
            return "write `(…) as %` where the counted unit is to be dropped".into();
        }
        if wanted.is_point() && got.is_none() {
            return "a score is no ratio: write `(… * 100) as point`".into();
        }
        let quotient = wanted.times(got, -1);
        let currencies = quotient.factors().iter().filter(|(base, _)| base.kind == BaseKind::Currency).count();
        if currencies > 1 && quotient.factors().len() == currencies {
            return format!(
                "convert one of the two with an exchange rate: `constant rate : {quotient} = …`, then `… * rate`"
            )
            .into();
        }
        let counted = |name: &str| {
            // Of several data sets with such rows: the one the formula reads, else the one named like the rows.
            let sets = || self.model.data.iter().enumerate().filter(|(_, set)| set.row.singular == name);
            let set = sets()
                .find(|(at, _)| reads(expr, DataId(*at)))
                .or_else(|| sets().find(|(_, set)| set.name == set.row.plural))
                .or_else(|| sets().next())
                .map(|(_, set)| set);
            set.map_or_else(|| format!("a number in {name}"), |set| format!("`count({})`", set.name))
        };
        let (mut divide, mut instead, mut multiply) = (Vec::new(), Vec::new(), Vec::new());
        for (base, power) in quotient.factors() {
            let divided_by = got.factors().iter().any(|(known, exponent)| known == base && *exponent < 0);
            match (*power < 0, divided_by) {
                (true, _) => divide.push(counted(&base.name)),
                (false, true) => instead.push(counted(&base.name)),
                (false, false) => multiply.push(counted(&base.name)),
            }
        }
        let joined = |parts: &[String]| parts.join(" and by ");
        let question = match (divide.is_empty(), instead.is_empty(), multiply.is_empty()) {
            (false, true, _) => format!("did you mean to divide by {}?", joined(&divide)),
            (false, false, _) => {
                format!("did you mean to divide by {} instead of {}?", joined(&divide), joined(&instead))
            }
            (true, false, _) => format!("did you mean not to divide by {}?", joined(&instead)),
            _ => format!("did you mean to multiply by {}?", joined(&multiply)),
        };
        // A product is no unit that could be declared.
        let writable = got.is_none() || !got.to_string().contains('·') && !got.to_string().starts_with('1');
        if !writable {
            return question.into();
        }
        let (units, words) = match got.is_none() {
            true => (vec!["number".to_string(), "%".into()], "`{}` or `{}`"),
            false => (vec![got.to_string()], "`{}`"),
        };
        // The unit as it is declared, behind its colon.
        let before = &self.sources.get(declared.file).text[..declared.start as usize];
        if !before.trim_end().ends_with(':') {
            return format!("{question} Otherwise change the unit that is declared").into();
        }
        let units = units.into_iter().map(|unit| Mend::replace(declared, unit));
        Help::of(&format!("{question} Otherwise declare the unit as {words}"), units)
    }

    /// `column amount : CNY = "Amount"`: a text there was to be the header.
    fn header_meant(&self, expr: &Expr, declared: Span) -> Option<Help> {
        let text = self.sources.text(expr.span);
        if expr.ty.base != Base::Text || !text.starts_with('"') || declared.file != expr.span.file {
            return None;
        }
        let mend = self.for_formula(expr, format!("from {text}"))?;
        Some(Help::of("a header stands behind `from`: `{}`", [mend]))
    }

    /// Writes a text in the place of a column's `= formula`.
    fn for_formula(&self, formula: &Expr, text: String) -> Option<Mend> {
        let file = &self.sources.get(formula.span.file).text;
        let equals = file[..formula.span.start as usize].trim_end().strip_suffix('=')?.len();
        Some(Mend::replace(Span::new(formula.span.file, equals, formula.span.end as usize), text))
    }

    pub(in crate::model) fn misplaced(&mut self, span: Span, message: &str, mend: impl Into<Help>) {
        self.report(Diagnostic::new(Code::Misplaced, message).at(span, "not here").help(mend));
    }

    /// A number that is known without data, in base units: a literal, a constant, or arithmetic with them.
    pub(in crate::model) fn constant_number(&mut self, expr: &tree::Expr, unit: &Dimension) -> Option<Number> {
        let typed = self.constant_expr(expr, unit)?;
        if let Some(constant) = self.changing(&[&typed]).first() {
            let constant = &self.model.constants[constant.0];
            let (name, declared) = (constant.name.clone(), constant.span);
            self.report(
                Diagnostic::new(Code::Misplaced, format!("`{name}` changes with time, and this number cannot"))
                    .at(expr.span, "the same at all times")
                    .at(declared, "declared here, with dates")
                    .help("write a number, or a constant without dates"),
            );
            return None;
        }
        self.model.constant_value(&typed, None)
    }

    /// A limit behind `between`: a number that is the same at all times.
    pub(in crate::model) fn limit_in(&mut self, expr: &tree::Expr, unit: &Bare) -> Option<Number> {
        let typed = self.constant_in(expr, unit)?;
        if !self.changing(&[&typed]).is_empty() {
            self.misplaced(
                expr.span,
                "a limit cannot change with time",
                "write a number, or a constant that always has the same value",
            );
            return None;
        }
        self.model.constant_value(&typed, None)
    }

    /// The typed form of the above.
    pub(in crate::model) fn constant_expr(&mut self, expr: &tree::Expr, unit: &Dimension) -> Option<Expr> {
        self.constant_in(expr, &Bare::from(unit))
    }

    /// Likewise, with a unit that a bare number is written in.
    pub(in crate::model) fn constant_in(&mut self, expr: &tree::Expr, unit: &Bare) -> Option<Expr> {
        let before = self.diagnostics.len();
        let typed = self.typed(expr, &Env::constant().bare(unit), None);
        if self.diagnostics.len() > before {
            return None;
        }
        self.expect_base(&typed, &Base::Number(unit.dimension.clone()), "the number here", expr.span);
        (self.diagnostics.len() == before && !typed.is_wrong()).then_some(typed)
    }
}

/// Hours where days are counted: whole days are written as such.
fn in_days(hours: &str, at: Span) -> Help {
    let number = hours.split(' ').next().and_then(|number| number.replace('_', "").parse::<u32>().ok());
    match number.filter(|hours| *hours > 0 && hours.is_multiple_of(24)) {
        Some(24) => Help::of("write `{}`", [Mend::replace(at, "1 day")]),
        Some(hours) => Help::of("write `{}`", [Mend::replace(at, format!("{} days", hours / 24))]),
        None => "write whole days; of working days say how long one is, as in `constant working_day : hour/day = 8 hours/day`, then `… * working_day`".into(),
    }
}

fn unit_words(dimension: &Dimension) -> String {
    if dimension.is_none() { "a plain number or a ratio".into() } else { dimension.in_hours().to_string() }
}

/// Whether a formula has an aggregate over the data set.
fn reads(expr: &Expr, data: DataId) -> bool {
    match &expr.kind {
        Kind::Aggregate(aggregate) => aggregate.data == data,
        _ => expr.parts().into_iter().any(|part| reads(part, data)),
    }
}

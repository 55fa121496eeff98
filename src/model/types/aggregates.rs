//! Aggregates: which rows they read, when, and what comes out.

use super::mends::is_number;
use super::present::{first_optional, present_when};
use super::unit::Dimension;
use crate::diagnostic::{Code, Diagnostic, Help, Mend};
use crate::language::{AggregateSignature, Beside, Blanks, Gives, OverNothing, Takes};
use crate::model::checker::{Checker, Symbol};
use crate::model::data::{ColumnIx, ColumnType, DataId, DataSet, Route, TimeShape};
use crate::model::expr::{Aggregate, Base, Expr, Kind, Reading, Type};
use crate::model::names::env::{Env, Place};
use crate::model::names::uses::Use;
use crate::number::Number;
use crate::source::Span;
use crate::syntax::tree;
use crate::value::{Missing, Value};

impl Checker<'_> {
    pub(super) fn aggregate(&mut self, written: &tree::Aggregate, env: &Env, span: Span) -> Expr {
        let wrong = Expr::new(Kind::Value(Value::Missing(Missing::NoAnswer)), Type::known(Base::Any), span);
        if env.place == Place::Constant {
            self.misplaced(span, "data cannot be read here", "write a number or a constant");
            return wrong;
        }
        let found = self.find(&written.data, "data set", |symbol| matches!(symbol, Symbol::Data(_)));
        let Some(Symbol::Data(data)) = found else { return wrong };
        let data = DataId(data);
        self.used.insert(Use::Data(data));
        let before = self.diagnostics.len();
        match self.output_sum(written, data, env, span) {
            Some(sum) => return sum,
            None if self.diagnostics.len() > before => return wrong,
            None => {}
        }
        // Of those evaluated, the ones with an output can be counted; of rows there is nothing else to count.
        if let (Takes::Rows, Some(value)) = (written.function.signature().takes, &written.value) {
            let name = &written.data.text;
            self.report(
                Diagnostic::new(Code::Unexpected, "`count` counts rows, not values")
                    .at(value.span, "nothing stands here for a count")
                    .help({
                        let rows = Mend::remove(Span { end: written.data.span.start, ..value.span });
                        let words =
                            format!("write `{{}}` for the rows, or `count distinct(… of {name})` for different values");
                        Help::of(&words, [rows.shown_as(format!("count({name})"))])
                    }),
            );
            return wrong;
        }
        let set = self.model.data[data.0].clone();
        let inside = env.inside(data);

        let condition = written.condition.as_ref().map(|condition| {
            let condition = self.typed(condition, &self.of_part(&inside, condition), Some(&Base::Flag));
            self.expect_condition(&condition, "a `where`");
            condition
        });
        // Only rows that meet the condition are read, so what it shows to be there is there.
        let shown = condition.as_ref().map(|condition| present_when(condition, true)).unwrap_or_default();
        let inside = inside.with_present(shown);
        let value = written.value.as_ref().map(|value| self.typed(value, &self.of_part(&inside, value), None));
        let fraction =
            written.fraction.as_ref().and_then(|fraction| self.fraction(written.function.signature(), fraction));
        let at_least = written.at_least.as_ref().and_then(|number| {
            let count = Number::from(number.written).to_i64().and_then(|count| u64::try_from(count).ok());
            if count.is_none() {
                self.report(
                    Diagnostic::new(Code::OutOfRange, "the least number of rows is a whole number")
                        .at(number.span, "not a whole number")
                        .help("write how many rows there must be, as in `at least 5 rows`"),
                );
            }
            if count == Some(0) {
                self.report(
                    Diagnostic::new(Code::OutOfRange, "`at least 0 rows` asks for nothing: there are never fewer")
                        .at(number.span, "0")
                        .help("remove it, or write the number of rows below which nothing is told, as in `at least 5 rows`"),
                );
            }
            count
        });
        let dated_by = self.dated_column(written.dated_by.as_ref(), &set, data);
        let reading = self.reading(written, &set, dated_by);
        let inner = match env.place {
            Place::Row(outer) => match self.inner_route(written, data, outer) {
                Some(route) => Some((outer, route)),
                None => return wrong,
            },
            _ => None,
        };
        if let (None, Some(by)) = (&inner, &written.by) {
            self.misplaced(
                by.span,
                "`by` tells an aggregate inside another one which link to follow, and this one stands alone",
                "remove `by` and the column",
            );
        }
        let mut ty = self.aggregate_type(written, value.as_ref(), &set, span);
        ty.optional |= at_least.is_some();
        let aggregate = Aggregate {
            function: written.function,
            data,
            value,
            condition,
            fraction,
            dated_by,
            reading,
            at_least,
            inner,
            span,
        };
        Expr::new(Kind::Aggregate(Box::new(aggregate)), ty, span)
    }

    /// 90 where 90% is meant.
    fn as_fraction(&self, signature: &AggregateSignature, written: &tree::Expr, number: &Number) -> Help {
        let hundred = Number::from(100);
        let plain =
            matches!(&*written.kind, tree::ExprKind::Number(number) if number.style == tree::NumberStyle::Plain);
        match plain && *number <= hundred {
            true => {
                let text = format!("{}%", self.text(written.span));
                Help::of("write `{}`", [Mend::replace(written.span, text)])
            }
            false => format!("write a percentage from 0 to 100, as in `{}`", signature.written("x", "d")).into(),
        }
    }

    fn fraction(&mut self, signature: &AggregateSignature, fraction: &tree::Expr) -> Option<Number> {
        let number = self.constant_number(fraction, &Dimension::none())?;
        if number.is_negative() || number > Number::ONE {
            self.report(
                Diagnostic::new(Code::OutOfRange, format!("a {} lies between 0% and 100%", signature.name))
                    .at(fraction.span, "out of range")
                    .help(self.as_fraction(signature, fraction, &number)),
            );
            return None;
        }
        Some(number)
    }

    fn dated_column(&mut self, written: Option<&tree::Name>, set: &DataSet, data: DataId) -> Option<ColumnIx> {
        let own = match set.time {
            TimeShape::Dated(column) => Some(column),
            _ => None,
        };
        let column = match written {
            None => own,
            Some(name) => match set.column_named(&name.text) {
                None => {
                    self.unknown_column(set, name);
                    own
                }
                Some(column) if matches!(set.columns[column.0].ty, ColumnType::Date | ColumnType::Period) => {
                    if !matches!(set.time, TimeShape::Dated(_)) {
                        self.misplaced(
                            name.span,
                            &format!("the rows of `{}` are no events, so they have no other date", set.name),
                            "remove it, and test the date in a condition: `where …`",
                        );
                    }
                    self.derive_column(data, column);
                    self.one_value(data, column, "`dated by`", Some(name.span));
                    Some(column)
                }
                Some(_) => {
                    self.report(
                        Diagnostic::new(Code::WrongType, format!("the column `{}` is not a date", name.text))
                            .at(name.span, "a date or a period is needed")
                            .help("name a column that holds a date"),
                    );
                    own
                }
            },
        };
        if let Some(column) = column {
            self.used.insert(Use::Column(data, column));
        }
        column
    }

    fn reading(&mut self, written: &tree::Aggregate, set: &DataSet, dated_by: Option<ColumnIx>) -> Reading {
        let words = |window: &tree::Window| window.words.iter().map(|word| word.kind).collect::<Vec<_>>();
        match (set.time, &written.reading) {
            (TimeShape::Always, None) => Reading::Always,
            (TimeShape::Always, Some(reading)) => {
                let span = reading_span(reading);
                self.misplaced(
                    span,
                    &format!("`{}` has no dates, so it is the same at all times", set.name),
                    "remove this, or give the data set a time: `dated by …`, `valid from …` or `snapshot on …`",
                );
                Reading::Always
            }
            (TimeShape::Dated(_), None) => Reading::During(Vec::new()),
            (_, Some(tree::Reading::During(window))) => Reading::During(words(window)),
            (TimeShape::Dated(_), Some(reading)) if dated_by.is_some() => {
                self.misplaced(
                    reading_span(reading),
                    &format!("the rows of `{}` are events; nothing holds at a point in time", set.name),
                    "remove this: the rows of the whole window are read",
                );
                Reading::During(Vec::new())
            }
            (_, Some(tree::Reading::AtStart(_))) => Reading::AtStart,
            (_, None | Some(tree::Reading::AtEnd(_))) => Reading::AtEnd,
        }
    }

    /// The links from the rows of the inner data set to the row of the outer one.
    fn inner_route(&mut self, written: &tree::Aggregate, inner: DataId, outer: DataId) -> Option<Vec<ColumnIx>> {
        let first = match &written.by {
            None => None,
            Some(name) => {
                let set = self.model.data[inner.0].clone();
                match set.column_named(&name.text) {
                    Some(column) => Some(column),
                    None => {
                        self.unknown_column(&set, name);
                        return None;
                    }
                }
            }
        };
        let (from, to) = (self.model.data[inner.0].name.clone(), self.model.data[outer.0].name.clone());
        let route = if inner == outer { Route::None } else { self.route(inner, outer, first, &[]) };
        match route {
            Route::Links(links) => {
                self.use_links(inner, &links);
                Some(links)
            }
            Route::None => {
                self.report(
                    Diagnostic::new(
                        Code::NoScope,
                        format!("the rows of `{from}` cannot be told apart by a row of `{to}`"),
                    )
                    .at(written.data.span, format!("`{from}` has no link to `{to}`"))
                    .help(format!(
                        "add a column to `{from}` that links to `{to}`, or read it outside the other aggregate"
                    )),
                );
                None
            }
            Route::Ambiguous(parting, one, other) => {
                let columns = &self.model.data[parting.0].columns;
                let names = [columns[one.0].name.clone(), columns[other.0].name.clone()];
                self.report(
                    Diagnostic::new(Code::AmbiguousLink, format!("`{from}` leads to `{to}` in two ways"))
                        .at(written.data.span, format!("by `{}` and by `{}`", names[0], names[1]))
                        .mends(
                            &format!("say which link to follow: `of {from} {{}}`, or `of {from} {{}}`"),
                            names.each_ref().map(|name| Mend::behind(written.data.span, format!("by {name}"))),
                        ),
                );
                None
            }
        }
    }

    /// Marks the columns of a chain of links as read.
    pub(in crate::model) fn use_links(&mut self, from: DataId, links: &[ColumnIx]) {
        let mut at = from;
        for link in links {
            self.used.insert(Use::Column(at, *link));
            if let ColumnType::Link { data, .. } = &self.model.data[at.0].columns[link.0].ty {
                at = *data;
                self.used.insert(Use::Data(at));
            }
        }
    }

    fn aggregate_type(&mut self, written: &tree::Aggregate, value: Option<&Expr>, set: &DataSet, span: Span) -> Type {
        let signature = written.function.signature();
        let fits = self.takes(signature, value, set, span);
        if let (true, Some(value)) = (fits, value) {
            self.blanks(written, value);
        }
        match signature.keeps.beside() {
            Beside::Day if matches!(set.time, TimeShape::Always) => self.misplaced(
                span,
                &format!("`{}` has no dates, so nothing in it is the latest", set.name),
                "write `only(…)`, `max(…)`, or give the data set a time, `dated by …`",
            ),
            Beside::Nothing | Beside::Day | Beside::Number => {}
        }
        let of = value.filter(|_| fits).map_or(&Base::Any, |value| &value.ty.base);
        let base = match (signature.gives, of) {
            (Gives::Rows, _) => Base::Number(set.row.dimension.clone()),
            (Gives::Different, Base::Link(data)) => Base::Number(self.model.data[data.0].row.dimension.clone()),
            (Gives::Different | Gives::Ratio, _) => Base::number(),
            (Gives::Values, base) => base.clone(),
        };
        match signature.over_nothing {
            OverNothing::Zero => Type::known(base),
            OverNothing::Missing => Type::maybe(base),
        }
    }

    /// Whether an aggregate can be made of such values. Not so after a finding.
    fn takes(&mut self, signature: &AggregateSignature, value: Option<&Expr>, set: &DataSet, span: Span) -> bool {
        let (fits, what) = match (signature.takes, value.map(|value| &value.ty.base)) {
            (Takes::Rows, _) | (Takes::Anything, Some(_)) => return true,
            (Takes::Condition | Takes::Numbers(_) | Takes::Ordered(_) | Takes::Anything, None) => {
                self.report(
                    Diagnostic::new(Code::WrongArguments, "this aggregate does not say of what")
                        .at(span, "of which column?")
                        .help(format!(
                            "name a column: `{}`; only a count goes without",
                            signature.written("…", &set.name)
                        )),
                );
                return false;
            }
            (Takes::Condition, Some(_)) => {
                if let Some(value) = value {
                    self.expect_condition(value, &format!("the condition of a `{}`", signature.name));
                }
                return true;
            }
            (Takes::Numbers(what), Some(base)) => (base.is_number(), what),
            (Takes::Ordered(what), Some(base)) => (base.is_number() || matches!(base, Base::Date | Base::Period), what),
        };
        if let (false, Some(value)) = (fits, value) {
            self.no_number(value, what);
        }
        fits
    }

    /// Tells of values that may be blank, where it must be said what that means.
    fn blanks(&mut self, written: &tree::Aggregate, value: &Expr) {
        let signature = written.function.signature();
        match signature.blanks {
            Blanks::Refused if value.ty.optional => {}
            Blanks::Refused | Blanks::LeftOut | Blanks::Counted => return,
        }
        let culprit = first_optional(value);
        let (name, blank) = (signature.name, self.text(culprit.span));
        // Of what is no number, such as a date, there is no 0.
        let zero = self.with_default(if is_number(culprit) { culprit } else { value }, "0");
        self.report(
            Diagnostic::new(
                Code::BlanksInSum,
                format!("`{blank}` can be blank, and a {name} must say what that means"),
            )
            .at(value.span, "may be missing")
            .mends("write `{}`, or leave the row out: `{}`", [zero, self.with_where(written, culprit)]),
        );
    }

    fn no_number(&mut self, value: &Expr, what: &str) {
        let text = self.text(value.span);
        // The header of a column in quotes.
        let header = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).and_then(|header| {
            let same = |text: &str| text.to_lowercase() == header.to_lowercase();
            let columns = self.model.data.iter().flat_map(|set| &set.columns);
            let mut columns =
                columns.filter(|column| same(&column.name) || column.headers.iter().any(|text| same(text)));
            columns
                .next()
                .filter(|column| columns.all(|other| other.name == column.name))
                .map(|column| column.name.clone())
        });
        if let Some(column) = header {
            let message = format!("`{text}` is text; a column is called by its name");
            let finding = Diagnostic::new(Code::WrongType, message).at(value.span, "text");
            return self.report(finding.mend("write `{}`", Mend::replace(value.span, column)));
        }
        self.report(
            Diagnostic::new(Code::WrongType, format!("`{text}` is {}, and cannot be {what}", value.ty.base.words()))
                .at(value.span, value.ty.base.words())
                .help("name a column that holds numbers; words are counted with `count(… where …)`"),
        );
    }
}

pub(in crate::model) fn reading_span(reading: &tree::Reading) -> Span {
    match reading {
        tree::Reading::During(window) => window.span,
        tree::Reading::AtStart(span) | tree::Reading::AtEnd(span) => *span,
    }
}

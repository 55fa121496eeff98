//! What is declared beside data and positions, laid out for comparison. Each struct of the model is taken apart by name: a new field does not
//! compile until it says whether numbers follow from it.

use super::items::{Declared, Facet, Item, Order, Pairing};
use super::reader::{At, Depth, Reader, label_text};
use super::terms::{Symbol, TermId};
use crate::language::{BinaryOp, ScopeWord};
use crate::model::expr::Expr;
use crate::model::{
    CalendarData, Company, Constant, Curve, Dated, Direction, Distribution, Grade, Kpi, Label, Matrix, Rating, Scale,
    When, Within,
};
use crate::number::Number;
use crate::source::Span;
use crate::time::{Calendar, Start};
use crate::value::percent;

impl<'a> Reader<'a> {
    /// A facet that is a formula.
    pub fn formula_facet(&self, key: &str, what: impl Into<String>, expr: &'a Expr, outputs: &[String]) -> Facet<'a> {
        let [own, whole] = [Depth::Own, Depth::Whole].map(|depth| self.formula(expr, At { depth, row: None, outputs }));
        Facet { formula: Some(expr), ..Facet::new(key, what, own, whole, self.text(expr.span), expr.span) }
    }

    /// One that is there or not.
    pub fn maybe_formula_facet(&self, key: &str, what: &str, expr: Option<&'a Expr>) -> Option<Facet<'a>> {
        expr.map(|expr| self.formula_facet(key, what, expr, &[]))
    }

    /// One from which numbers follow and that is told in words.
    pub fn told(
        &self,
        key: &str,
        what: impl Into<String>,
        term: TermId,
        text: impl Into<String>,
        span: Span,
    ) -> Facet<'a> {
        Facet::new(key, what, term, term, text.into(), span)
    }

    /// One that readers see, and nothing else.
    pub fn seen(&self, key: &str, what: impl Into<String>, text: impl Into<String>, span: Span) -> Facet<'a> {
        let text = text.into();
        Facet::shown(key, what, self.said(&text), text, span)
    }

    pub fn maybe_seen(&self, key: &str, what: &str, text: Option<&String>, span: Span) -> Option<Facet<'a>> {
        text.map(|text| self.seen(key, what, format!("\"{text}\""), span))
    }

    /// How readers see a thing; one without a label is seen by its name.
    pub fn label_facet(&self, label: &Label, name: &str, span: Span) -> Facet<'a> {
        self.label_facet_of("label".to_string(), label, name, span)
    }

    pub fn label_facet_of(&self, what: String, label: &Label, name: &str, span: Span) -> Facet<'a> {
        let is_name = label.text == name && label.translations.is_empty();
        let text = if is_name { String::new() } else { label_text(label) };
        let own = if is_name { self.said("no label") } else { self.label(label) };
        Facet::shown("label", what, own, text, span)
    }

    /// Values that change with time: a facet for each.
    pub fn dated_facets(&self, key: &str, what: &str, values: &'a [Dated]) -> Vec<Facet<'a>> {
        let facet = |dated: &'a Dated| {
            let Dated { value, when } = dated;
            let (when, from) = match when {
                When::Always => (String::new(), None),
                When::From(start) => (format!(" from {}", start_text(*start)), Some(*start)),
                When::Each { first, count } => (format!(" in {}", months_text(*first, *count)), None),
            };
            let facet = self.formula_facet(&format!("{key}{when}"), format!("{what}{when}"), value, &[]);
            Facet { from, ..facet }
        };
        values.iter().map(facet).collect()
    }

    pub fn curve_facet(&self, key: &str, what: impl Into<String>, curve: &'a Curve) -> Facet<'a> {
        let [own, whole] = [Depth::Own, Depth::Whole].map(|depth| self.curve(curve, At::of(depth)));
        let text = self.text(curve.span);
        let pieces = text.split(", ").map(str::to_string).collect();
        Facet { formula: curve.kind.formula(), pieces, ..Facet::new(key, what, own, whole, text, curve.span) }
    }

    pub fn company_item(&self) -> Declared<'a> {
        let Company {
            name,
            currency,
            calendar,
            calendar_data,
            files,
            score_decimals,
            rounding,
            rating_sees_raw_score,
            languages,
            levels,
        } = &self.model.company;
        let Calendar { fiscal_start, named_by_end, own: _ } = calendar;
        let place = self.declaration_of_company();
        let data = calendar_data.map(|months| {
            let CalendarData { data, month, first, last } = months;
            let columns = [month, first, last].map(|column| self.column(data, column));
            let term = self.node("months", [&[self.data(data)], &columns[..]].concat());
            self.told("months", "months of its own", term, format!("`{}`", self.model.data[data.0].name), place)
        });
        let decimals = score_decimals.map_or("not rounded".to_string(), |places| format!("{places} decimals"));
        let fiscal =
            format!("month {fiscal_start}{}", if *named_by_end { ", named by the year it ends in" } else { "" });
        let raw = if *rating_sees_raw_score { "before rounding" } else { "after rounding" };
        let item = Item::new("company", "the company", place)
            .with(self.seen("name", "name", format!("\"{name}\""), place))
            .with(self.seen("currency", "currency", currency.clone().unwrap_or_default(), place))
            .with(self.told(
                "fiscal",
                "start of the fiscal year",
                self.said((fiscal_start, named_by_end)),
                fiscal,
                place,
            ))
            .with_all(data)
            .with(self.told("files", "how files are written", self.said(written(files)), written(files), place))
            .with(self.told("decimals", "rounding of scores", self.said(score_decimals), decimals, place))
            .with(self.told("rounding", "rounding of ties", self.said(rounding), format!("{rounding:?}"), place))
            .with(self.told(
                "raw",
                "what grades look at",
                self.said(rating_sees_raw_score),
                format!("the score {raw}"),
                place,
            ))
            .with(self.seen("languages", "languages", languages.join(", "), place))
            .with(self.seen("levels", "how serious findings are", format!("{levels:?}"), place));
        Declared { symbol: Symbol::Company, kind: "company", name: name.clone(), item }
    }

    /// Labels of units; what they are worth stands in the numbers that are written with them.
    pub fn units_item(&self) -> Declared<'a> {
        let place = self.declaration_of_company();
        let facet = |(name, label): (&String, &Label)| {
            Facet::shown(name, format!("label of `{name}`"), self.label(label), label_text(label), place)
        };
        let facets: Vec<Facet> = self.model.unit_labels.iter().map(facet).collect();
        let item = Item::new("units", "the units", place).with_all(facets);
        Declared { symbol: Symbol::Units, kind: "units", name: String::new(), item }
    }

    /// The model keeps no place of the company's declaration.
    fn declaration_of_company(&self) -> Span {
        let starts = |text: &str| text.lines().any(|line| line.starts_with("company "));
        let found = self.sources.iter().find(|(_, source)| starts(&source.text));
        match found {
            Some((file, source)) => {
                let at = if source.text.starts_with("company ") {
                    0
                } else {
                    source.text.find("\ncompany ").map_or(0, |at| at + 1)
                };
                Span::new(file, at, at + "company".len())
            }
            None => Span::new(crate::source::FileId(0), 0, 0),
        }
    }

    pub fn constant_item(&self, id: usize) -> Declared<'a> {
        let Constant { name, span, unit, values } = &self.model.constants[id];
        let item = Item::new("constant", format!("constant `{name}`"), *span)
            .saying(values.iter().map(|dated| self.text(dated.value.span)).collect::<Vec<_>>().join(", "))
            .with(Facet::shown("unit", "unit", self.unit(unit), unit.singular.clone(), *span))
            .with_all(self.dated_facets("value", "value", values));
        Declared {
            symbol: self.constant_symbol(crate::model::ConstantId(id)),
            kind: "constant",
            name: name.clone(),
            item,
        }
    }

    pub fn kpi_declared(&self, versions: &[usize]) -> Declared<'a> {
        let first = &self.model.kpis[versions[0]];
        let items = versions.iter().map(|at| self.kpi_item(*at)).collect();
        let kind = if first.is_index { "index" } else { "KPI" };
        let item = Item::new("kpi", format!("{kind} `{}`", first.name), first.span)
            .saying(self.text(first.value.span))
            .with_parts("versions", items, Pairing::Versions, Order::Counts);
        let symbol = Symbol::Kpi(self.renamed.old("kpi", &first.name).to_string());
        Declared { symbol, kind, name: first.name.clone(), item }
    }

    /// A version of a KPI.
    pub fn kpi_item(&self, at: usize) -> Item<'a> {
        let Kpi { name, label, span, unit, limits, value, direction, scope, note, owner, source, is_index, versions } =
            &self.model.kpis[at];
        let limits = limits.as_ref().map(|(low, high)| {
            let text = format!("between {} and {}", in_unit(low, unit), in_unit(high, unit));
            self.told("limits", "limits", self.said((low, high)), text, *span)
        });
        // Only attainments look at it, and only at this of it.
        let is_lower = self.said(matches!(direction, Some(Direction::Lower)));
        let (better, of_better) = match direction {
            None => ("nothing".to_string(), self.said("nothing")),
            Some(Direction::Higher) => ("higher".to_string(), self.said("higher")),
            Some(Direction::Lower) => ("lower".to_string(), self.said("lower")),
            Some(Direction::Closest(best)) => (
                format!("closest to {}", self.text(best.span)),
                self.node("closest", [self.formula(best, At::of(Depth::Own))]),
            ),
        };
        Item::new(version_key(versions.effective), format!("KPI `{name}`"), *span)
            .from(versions.effective)
            .saying(self.text(value.span))
            .with(self.label_facet(label, name, *span))
            .with(Facet::shown("unit", "unit", self.unit(unit), unit.singular.clone(), *span))
            .with_all(limits)
            .with(self.formula_facet("formula", "formula", value, &[]))
            .with(Facet::new("better", "what is better", of_better, is_lower, better, *span))
            .with_all(scope.map(|scope| self.told("scope", "scope", self.said(scope), scope_text(scope), *span)))
            .with_all(self.maybe_seen("note", "note", note.as_ref(), *span))
            .with_all(self.maybe_seen("owner", "owner", owner.as_ref(), *span))
            .with_all(self.maybe_seen("source", "source", source.as_ref(), *span))
            .with(self.seen("kind", "kind", if *is_index { "index" } else { "KPI" }, *span))
    }

    pub fn scale_declared(&self, versions: &[usize]) -> Declared<'a> {
        let first = &self.model.scales[versions[0]];
        let item = |at: &usize| {
            let Scale { name, label, span, input, output, curve, versions } = &self.model.scales[*at];
            Item::new(version_key(versions.effective), format!("scale `{name}`"), *span)
                .from(versions.effective)
                .saying(self.text(curve.span))
                .with(self.label_facet(label, name, *span))
                .with(Facet::shown("input", "unit of what it reads", self.unit(input), input.singular.clone(), *span))
                .with(Facet::shown(
                    "output",
                    "unit of what it gives",
                    self.unit(output),
                    output.singular.clone(),
                    *span,
                ))
                .with(self.curve_facet("curve", "curve", curve))
        };
        let item = Item::new("scale", format!("scale `{}`", first.name), first.span)
            .saying(self.text(first.curve.span))
            .with_parts("versions", versions.iter().map(item).collect(), Pairing::Versions, Order::Counts);
        let symbol = Symbol::Scale(self.renamed.old("scale", &first.name).to_string());
        Declared { symbol, kind: "scale", name: first.name.clone(), item }
    }

    pub fn matrix_declared(&self, versions: &[usize]) -> Declared<'a> {
        let first = &self.model.matrices[versions[0]];
        let item = |at: &usize| self.matrix_item(*at);
        let item = Item::new("matrix", format!("matrix `{}`", first.name), first.span).with_parts(
            "versions",
            versions.iter().map(item).collect(),
            Pairing::Versions,
            Order::Counts,
        );
        let symbol = Symbol::Matrix(self.renamed.old("matrix", &first.name).to_string());
        Declared { symbol, kind: "matrix", name: first.name.clone(), item }
    }

    /// A version of a matrix: a facet for its limits, and one for each row.
    fn matrix_item(&self, at: usize) -> Item<'a> {
        let Matrix { name, label, span, inputs, output, rows, columns, values, versions } = &self.model.matrices[at];
        let limit_text = |limit: &Option<(BinaryOp, Expr)>| match limit {
            Some((op, number)) => format!("{} {}", op.sign(), self.text(number.span)),
            None => "else".to_string(),
        };
        let [own, whole] = [Depth::Own, Depth::Whole].map(|depth| {
            let term = |limit: &Option<(BinaryOp, Expr)>| {
                self.maybe(
                    limit
                        .as_ref()
                        .map(|(op, number)| self.node("limit", [self.said(op), self.formula(number, At::of(depth))])),
                )
            };
            let of =
                |limits: &[Option<(BinaryOp, Expr)>]| self.node("limits", limits.iter().map(term).collect::<Vec<_>>());
            self.node("axes", [of(rows), of(columns)])
        });
        let axes: Vec<String> = rows.iter().chain(columns).map(limit_text).collect();
        let units: Vec<TermId> = inputs.iter().chain([output]).map(|unit| self.unit(unit)).collect();
        let units_text = inputs.iter().chain([output]).map(|unit| unit.singular.clone()).collect::<Vec<_>>();
        let row = |(place, line): (usize, &'a Vec<Expr>)| {
            let [own, whole] = [Depth::Own, Depth::Whole].map(|depth| {
                self.node("row", line.iter().map(|value| self.formula(value, At::of(depth))).collect::<Vec<_>>())
            });
            let cells: Vec<String> = line.iter().map(|value| self.text(value.span)).collect();
            let limit = rows.get(place).map(limit_text).unwrap_or_default();
            let at = line.first().map_or(*span, |value| value.span);
            let facet = Facet::new(&format!("row {place}"), format!("row `{limit}`"), own, whole, cells.join(", "), at);
            Facet { pieces: cells, ..facet }
        };
        Item::new(version_key(versions.effective), format!("matrix `{name}`"), *span)
            .from(versions.effective)
            .with(self.label_facet(label, name, *span))
            .with(Facet::shown("units", "units", self.node("units", units), units_text.join(", "), *span))
            .with(Facet {
                pieces: axes.clone(),
                ..Facet::new("axes", "limits of rows and columns", own, whole, axes.join(", "), *span)
            })
            .with_all(values.iter().enumerate().map(row))
    }

    pub fn rating_declared(&self, rating: &'a Rating) -> Declared<'a> {
        let symbol = Symbol::Rating(self.renamed.old("rating", &rating.name).to_string());
        Declared { symbol, kind: "rating", name: rating.name.clone(), item: self.rating_item(rating) }
    }

    pub fn rating_item(&self, rating: &'a Rating) -> Item<'a> {
        let Rating { name, label, span, grades, distribution, sees_raw_score } = rating;
        let grade = |grade: &Grade| {
            let Grade { name, label, span, condition } = grade;
            let text = condition.as_ref().map_or("else".to_string(), |(op, from)| format!("{} {from}", op.sign()));
            let limit = self.said(condition);
            Item::new(name.clone(), format!("grade `{name}`"), *span)
                .saying(text.clone())
                .with(self.seen("name", "name of the grade", format!("`{name}`"), *span))
                .with(self.label_facet_of(format!("label of grade `{name}`"), label, name, *span))
                .with(self.told("limit", format!("grade `{name}`"), limit, text, *span))
        };
        let rule = |rule: &Distribution| {
            let Distribution { about, share, grade, within, least } = rule;
            let of = grades.get(*grade).map_or("", |grade| grade.name.as_str());
            let within_text = match within {
                Within::Company => "the company",
                Within::Position => "each position",
                Within::Team => "each team",
            };
            let words = if *about { "about" } else { "at most" };
            let text = format!("{words} {} in {within_text}, from {least} people on", percent(share));
            let term = self.said((about, share, grade, within, least));
            Item::new(format!("{of} {within:?}"), format!("distribution of `{of}`"), *span)
                .saying(text.clone())
                .with(self.told("rule", format!("distribution of `{of}`"), term, text, *span))
        };
        let raw = if *sees_raw_score { "the score before rounding" } else { "the score" };
        Item::new("rating", format!("rating `{name}`"), *span)
            .with(self.label_facet(label, name, *span))
            .with(self.told("raw", "what grades look at", self.said(sees_raw_score), raw, *span))
            .with_parts("grades", grades.iter().map(grade).collect(), Pairing::Alike, Order::Counts)
            .with_parts("rules", distribution.iter().map(rule).collect(), Pairing::Key, Order::Counts)
    }
}

/// By which a version is found again.
pub fn version_key(start: Option<Start>) -> String {
    start.map(start_text).unwrap_or_default()
}

/// `2026-07-01`
pub fn start_text(start: Start) -> String {
    match start {
        Start::Day(day) => day.to_string(),
        Start::Month(month) => month.to_string(),
    }
}

/// Months of every fiscal year.
fn months_text(first: u32, count: u32) -> String {
    match count {
        1 => format!("month {} of each year", first + 1),
        _ => format!("months {} to {} of each year", first + 1, first + count),
    }
}

pub fn scope_text(scope: ScopeWord) -> &'static str {
    match scope {
        ScopeWord::Own => "own",
        ScopeWord::Team => "team",
        ScopeWord::Company => "company",
    }
}

/// How numbers, dates and blanks are written in files.
fn written(files: &crate::model::data::written::Written) -> String {
    let crate::model::data::written::Written { numbers, dates, blank, encoding } = files;
    let numbers = numbers.as_ref().map(|signs| format!("numbers \"{}\"", signs.example));
    let dates = dates.as_ref().map(|format| format!("dates \"{format}\""));
    let blank = (!blank.is_empty()).then(|| format!("blank \"{}\"", blank.join("\", \"")));
    let encoding = encoding.map(|encoding| format!("encoding {}", encoding.name()));
    [numbers, dates, blank, encoding].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// A number as it is written in its unit.
pub fn in_unit(number: &Number, unit: &crate::model::types::unit::DisplayUnit) -> String {
    let shown = number.div(&unit.factor).unwrap_or_else(|| number.clone());
    let sign = if unit.is_ratio_sign() || unit.singular.is_empty() { "" } else { " " };
    format!(
        "{shown}{sign}{}",
        if unit.is_ratio_sign() || unit.singular.is_empty() { &unit.singular } else { &unit.plural }
    )
}

//! Numbers, dates, windows, types, and values that change with time.

use rust_decimal::Decimal;
use unicode_normalization::UnicodeNormalization;

use super::expressions::compare;
use super::grammar::Rule;
use super::nodes::Node;
use super::reader::Reader;
use super::tree::*;
use crate::diagnostic::{Code, Diagnostic, Help, Mend};
use crate::language::BinaryOp;
use crate::source::Span;
use crate::time::{Day, MONTH_NAMES, PeriodName};

/// A window reaches at most this far: a hundred years.
const MAX_MONTHS: u32 = 1200;

impl<'s> Reader<'s> {
    // ---------------------------------------------------------------- numbers

    /// `50_000 CNY/person`, `20%`; also a weight.
    pub fn number(&mut self, node: &Node<'s>) -> Option<Number> {
        let written = self.decimal(&node.child(Rule::decimal)?)?;
        let style = match (node.has(Rule::percent), node.has(Rule::permille)) {
            (true, _) => NumberStyle::Percent,
            (_, true) => NumberStyle::Permille,
            _ => NumberStyle::Plain,
        };
        let unit = node
            .child(Rule::literal_unit)
            .map(|unit| self.factors(&unit))
            .or_else(|| node.child(Rule::point_unit).map(|unit| self.single(&unit)));
        Some(Number { written, style, unit, span: node.span() })
    }

    pub fn number_of(&mut self, node: &Node<'s>) -> Option<Number> {
        let number = node.child(Rule::number)?;
        self.number(&number)
    }

    /// The whole number directly inside.
    pub fn whole_number(&mut self, node: &Node<'s>) -> Option<Number> {
        let whole = node.child(Rule::whole)?;
        self.whole(&whole)
    }

    pub fn whole(&mut self, node: &Node<'s>) -> Option<Number> {
        let written = self.decimal(node)?;
        Some(Number { written, style: NumberStyle::Plain, unit: None, span: node.span() })
    }

    fn decimal(&mut self, node: &Node<'s>) -> Option<Decimal> {
        let written: String = node.text().chars().filter(|c| *c != '_').collect();
        let number = Decimal::from_str_exact(&written).ok();
        if number.is_none() {
            self.report(
                Diagnostic::new(Code::BadLiteral, "this number has too many digits")
                    .at(node.span(), "more than 28 digits")
                    .help("write at most 28 digits; the program reckons exactly with these"),
            );
        }
        number
    }

    pub fn weight(&mut self, node: &Node<'s>) -> Option<Weight> {
        let Some(number) = node.child(Rule::weight_number) else { return Some(Weight::Equal(node.span())) };
        let number = self.number(&number)?;
        match (number.style, &number.unit) {
            (NumberStyle::Plain, Some(_)) => Some(Weight::Points(number)),
            (NumberStyle::Plain, None) => {
                let (text, percent) = (number.written, percent_meant(number.written));
                let finding =
                    Diagnostic::new(Code::Unexpected, format!("the weight `{text}` is neither a share nor points"))
                        .at(number.span, "`%` is missing");
                // All of it, or one of several parts.
                self.report(match text == Decimal::ONE {
                    true => finding.help(
                        "write `100%` for the whole, `1%` for one of the parts of a stated total, or `1 point` where the \
                         scorecard states its points",
                    ),
                    false => finding.mend(
                        "write `{}`, or `… points` where the scorecard states its total",
                        Mend::replace(number.span, format!("{percent}%")),
                    ),
                });
                None
            }
            _ => Some(Weight::Share(number)),
        }
    }

    // ---------------------------------------------------------------- dates, periods, windows

    pub fn date(&mut self, node: &Node<'s>) -> Option<DateLiteral> {
        let mut parts = node.text().split('-').map(|part| part.parse::<u32>().unwrap_or(0));
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        Some(DateLiteral { day: Day::from_ymd(year as i32, month, day)?, span: node.span() })
    }

    /// `2026-Q3`, or a bare `2026` where a period is expected.
    pub fn period(&mut self, node: &Node<'s>) -> Option<PeriodLiteral> {
        let Some(period) = PeriodName::parse(node.text()) else {
            self.report(
                Diagnostic::new(Code::BadLiteral, format!("there is no period `{}`", node.text()))
                    .at(node.span(), "not a period")
                    .help("periods are written `2026`, `2026-H1`, `2026-Q3` or `2026-07`"),
            );
            return None;
        };
        Some(PeriodLiteral { period, span: node.span() })
    }

    /// `effective from DATE|PERIOD`, `from DATE|PERIOD VALUE`
    pub fn moment(&mut self, node: &Node<'s>) -> Option<Effective> {
        let inside = node.child(Rule::moment)?.kids().next()?;
        Some(match inside.rule() {
            Rule::date => Effective::Date(self.date(&inside)?),
            _ => Effective::Period(self.period(&inside)?),
        })
    }

    pub fn window(&mut self, node: &Node<'s>) -> Option<Window> {
        let words = node.all(Rule::window_word).map(|word| self.window_word(&word)).collect::<Option<_>>()?;
        Some(Window { words, span: node.span() })
    }

    /// One word of a window, as an operand's postfix or behind `during` and `in`.
    pub fn window_word(&mut self, node: &Node<'s>) -> Option<WindowWord> {
        let inside = node.kids().next()?;
        let kind = match inside.rule() {
            Rule::earlier => WindowKind::Earlier { months: self.months(&inside)? },
            Rule::last => WindowKind::Last { months: self.months(&inside)? },
            Rule::previous => WindowKind::PreviousPeriod,
            Rule::year_to_date => WindowKind::YearToDate,
            Rule::whole_year => WindowKind::WholeYear,
            Rule::this_period => WindowKind::Period,
            _ => WindowKind::Literal(self.period(&inside)?.period),
        };
        Some(WindowWord { kind, span: node.span() })
    }

    fn months(&mut self, node: &Node<'s>) -> Option<u32> {
        let count = self.whole_number(node)?;
        let each = match node.child(Rule::length)?.text() {
            "quarter" | "quarters" => 3,
            "half" | "halves" => 6,
            "year" | "years" => 12,
            _ => 1,
        };
        let months = u32::try_from(count.written).ok().and_then(|count| count.checked_mul(each));
        match months {
            Some(months @ 1..=MAX_MONTHS) => Some(months),
            _ => {
                self.report(
                    Diagnostic::new(Code::BadLiteral, "a window reaches from 1 month to 100 years")
                        .at(count.span, "outside these limits")
                        .help("write a whole number of months, quarters, halves or years, as in `last 12 months`"),
                );
                None
            }
        }
    }

    // ---------------------------------------------------------------- types

    pub fn ty(&mut self, node: &Node<'s>) -> Option<Type> {
        let ty = node.child(Rule::ty)?;
        self.this_type(&ty)
    }

    pub fn this_type(&mut self, ty: &Node<'s>) -> Option<Type> {
        let span = ty.span();
        let inside = ty.kids().next()?;
        match inside.rule() {
            Rule::one_of => {
                let mut choices: Vec<Choice> = Vec::new();
                for choice in inside.all(Rule::choice) {
                    let name = self.name(&choice.child(Rule::name)?);
                    match choices.iter().find(|known| known.name.text == name.text) {
                        Some(first) => {
                            let first = first.name.span;
                            self.twice(&format!("`{}`", name.text), name.span, first);
                        }
                        None => choices.push(Choice { name, texts: self.texts(&choice) }),
                    }
                }
                Some(Type::OneOf(choices, span))
            }
            Rule::link_by => {
                let data = self.name(&inside.child(Rule::name)?);
                let by = self.names(&inside.child(Rule::names)?);
                Some(Type::LinkBy { data, by, span })
            }
            _ => Some(match inside.text() {
                "text" => Type::Text(span),
                "date" => Type::Date(span),
                "period" => Type::Period(span),
                "flag" => Type::Flag(span),
                "position" => Type::Position(span),
                _ => Type::Unit(self.unit_expr(&inside)),
            }),
        }
    }

    pub fn unit_expr(&mut self, node: &Node<'s>) -> UnitExpr {
        match node.kids().next() {
            Some(sign) if matches!(sign.rule(), Rule::percent | Rule::permille) => self.single(node),
            _ => self.factors(node),
        }
    }

    fn factors(&self, node: &Node<'s>) -> UnitExpr {
        let factors = node
            .all(Rule::factor)
            .enumerate()
            .map(|(index, factor)| UnitFactor { name: self.name(&factor), per: index > 0 })
            .collect();
        UnitExpr { factors, span: node.span() }
    }

    fn single(&self, node: &Node<'s>) -> UnitExpr {
        let span = node.span();
        let name = Name { text: node.text().nfc().collect(), span };
        UnitExpr { factors: vec![UnitFactor { name, per: false }], span }
    }

    // ---------------------------------------------------------------- values that change with time

    /// `3_000 CNY, from 2026-Q1 3_600 CNY` or `25% in Q1, 50% in Q2`
    pub fn dated(&mut self, node: &Node<'s>) -> Option<Vec<Dated>> {
        // Nearly always one.
        let mut values: Vec<Dated> = Vec::with_capacity(1);
        for item in node.child(Rule::dated)?.all(Rule::dated_item) {
            let when = match (item.has(Rule::moment), item.child(Rule::in_each)) {
                (true, _) => match self.moment(&item)? {
                    Effective::Date(date) => When::FromDate(date),
                    Effective::Period(period) => When::FromPeriod(period),
                },
                (_, Some(each)) => When::Each(self.part_of_year(&each)?),
                _ => When::Always,
            };
            let value = self.value_of(&item)?;
            if matches!(when, When::Always) && !values.is_empty() {
                let span = item.span();
                // 30,5: no space behind the comma.
                if let Some(before) = values.last().filter(|last| last.value.span.end + 1 == span.start) {
                    let whole = before.value.span.to(span);
                    let text = |span: Span| &self.scan.text[span.start as usize..span.end as usize];
                    let point = format!("{}.{}", text(before.value.span), text(span));
                    self.report(
                        Diagnostic::new(Code::Unexpected, "a comma stands inside a number")
                            .at(whole, "one number or two?")
                            .mend(
                                "write a decimal point: `{}`; a second value that holds from a day on says so, as in \
                                 `30, from 2026-Q1 35`",
                                Mend::replace(whole, point),
                            ),
                    );
                    return None;
                }
                self.report(
                    Diagnostic::new(Code::Unexpected, "it is not said from when this second value holds")
                        .at(span, "from when?")
                        .help(
                            "say from when, as in `30, from 2026-Q1 35`, or give every value its part of the year, as in \
                             `25% in Q1, 50% in Q2`",
                        ),
                );
                return None;
            }
            values.push(Dated { value, when });
        }
        Some(values)
    }

    fn part_of_year(&mut self, node: &Node<'s>) -> Option<Name> {
        let name = self.name(&node.child(Rule::name)?);
        if MONTH_NAMES.contains(&name.text.as_str())
            || matches!(name.text.as_str(), "Q1" | "Q2" | "Q3" | "Q4" | "H1" | "H2")
        {
            return Some(name);
        }
        let near = crate::nearest::nearest_word(&name.text, MONTH_NAMES.iter().copied());
        self.report(
            Diagnostic::new(Code::Unexpected, format!("`{}` is not a part of the year", name.text))
                .at(name.span, "not a quarter, half or month")
                .help(match near {
                    Some(near) => Help::of("did you mean `{}`?", [Mend::replace(name.span, near)]),
                    None => "write a quarter, a half or the name of a month, as in `Q1`, `H2` or `January`".into(),
                }),
        );
        None
    }

    // ---------------------------------------------------------------- limits

    /// `>= 90` or `else`
    pub fn limit(&mut self, node: &Node<'s>) -> Option<Option<(BinaryOp, Expr)>> {
        let Some(limit) = node.child(Rule::limit) else { return Some(None) };
        let (op, _) = compare(&limit)?;
        Some(Some((op, self.value_of(&limit)?)))
    }
}

/// How many percent a bare number is meant to be: 0.7 as a part of one, 70 as it stands.
pub fn percent_meant(number: Decimal) -> Decimal {
    if number <= Decimal::ONE { (number * Decimal::ONE_HUNDRED).normalize() } else { number }
}

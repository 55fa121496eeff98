//! Test blocks as they are written: what is expected, in which unit, and of which entry.

use std::sync::Arc;

use super::closings::CLOSED;
use super::people::Whose;
use super::{Expectation, Expected, ExpectedValue, Given, Test, Within};
use crate::closed::ClosedValues;
use crate::diagnostic::{Code, Diagnostic, Help, Mend};
use crate::model::checker::{Checker, Symbol};
use crate::model::expr::{Base, Kind};
use crate::model::names::env::{Bare, Env};
use crate::model::names::uses::Use;
use crate::model::scorecards::card::CardScope;
use crate::model::types::bare::is_bare;
use crate::model::types::unit::DisplayUnit;
use crate::model::words::list;
use crate::model::{Entry, Head, KpiId, Model, Position};
use crate::number::Number;
use crate::source::Span;
use crate::syntax::tree;
use crate::syntax::tree::{ExprKind, NumberStyle};
use crate::time::Day;

impl Checker<'_> {
    pub(in crate::model) fn tests(&mut self) {
        let declared = self.declarations.tests.clone();
        let mut names: Vec<(&str, Span)> = Vec::new();
        for test in declared {
            if let Some((_, first)) = names.iter().find(|(name, _)| *name == test.name.value) {
                self.report(
                    Diagnostic::new(Code::DeclaredTwice, format!("two tests are called `{}`", test.name.value))
                        .at(test.name.span, "again here")
                        .at(*first, "first here")
                        .help("say in each name what that test is about"),
                );
            }
            names.push((&test.name.value, test.name.span));
            let checked = self.test(test);
            self.model.tests.extend(checked);
        }
    }

    fn test(&mut self, test: &tree::Test) -> Option<Test> {
        if test.period.is_none() {
            self.report(
                Diagnostic::new(Code::Incomplete, format!("the test `{}` has no period", test.name.value))
                    .at(test.name.span, "of which period?")
                    .help("name the period, as in `period 2026-Q3`"),
            );
        }
        if test.expectations.is_empty() {
            self.report(
                Diagnostic::new(Code::Incomplete, format!("the test `{}` expects nothing", test.name.value))
                    .at(test.name.span, "no `expect`")
                    .help("say what is expected, as in `expect score of \"P1\" = 80`"),
            );
        }
        let mut given: Vec<Given> = Vec::new();
        let mut understood = true;
        let mut closed: Option<(Arc<ClosedValues>, Span)> = None;
        for table in &test.given {
            if table.data.text == CLOSED {
                if let Some((_, first)) = &closed {
                    self.report(
                        Diagnostic::new(Code::RepeatedClause, "closed results are given twice")
                            .at(table.data.span, "again here")
                            .at(*first, "first here")
                            .help("put all rows into one table"),
                    );
                }
                match self.closings(table, test.period.as_ref().map(|period| period.period)) {
                    Some(all) => closed = Some((all.into(), table.data.span)),
                    None => understood = false,
                }
                continue;
            }
            match self.given(table, &given) {
                Some(table) => given.push(table),
                None => understood = false,
            }
        }
        let period = test.period?.period;
        let calendar = &self.model.company.calendar;
        let last_day = calendar.days(calendar.months(period)).1;
        let mut expectations = Vec::new();
        let mut refused: Vec<&str> = Vec::new();
        for expectation in &test.expectations {
            // In a table that is not understood, nobody can be looked for; of whoever cannot be evaluated, it is said once.
            if !understood || refused.contains(&expectation.of.value.as_str()) {
                continue;
            }
            let Some(whose) = self.whose(&expectation.of, &given, period, last_day) else {
                refused.push(&expectation.of.value);
                continue;
            };
            expectations.extend(self.expectation(expectation, &whose, last_day));
        }
        let closed = closed.map(|(closed, _)| closed).unwrap_or_default();
        Some(Test { name: test.name.value.clone(), span: test.name.span, period, given, closed, expectations })
    }

    fn expectation(&mut self, written: &tree::Expectation, whose: &Whose, day: Day) -> Option<Expectation> {
        let point = DisplayUnit::point();
        let (what, unit) = match &written.what {
            tree::Expected::Value(name) => self.expected_value(name, whose)?,
            tree::Expected::ScoreOf(name) => (self.expected_entry(name, whose)?, point),
            tree::Expected::Score(_) => (Expected::Score, point),
            tree::Expected::Rating(_) => {
                let value = self.expected_grade(&written.value, whose)?;
                if let Some(within) = &written.within {
                    self.misplaced(within.span, "a rating has no tolerance", "take `within` out");
                }
                return Some(Expectation {
                    what: Expected::Rating,
                    person: whose.key.clone(),
                    positions: whose.names(),
                    value,
                    within: None,
                    span: written.span,
                });
            }
        };
        if matches!(what, Expected::Score) && whose.positions.iter().all(|position| position.scorecard.is_none()) {
            self.no_scorecard(written.span, &whose.positions[0]);
            return None;
        }
        let value = match &*written.value.kind {
            ExprKind::Missing(reason) => ExpectedValue::Missing(reason.as_ref().map(|text| text.value.clone())),
            _ => ExpectedValue::Number(self.expected_number(&written.value, &unit, day)?),
        };
        let within = match &written.within {
            None => None,
            Some(within) => Some(self.tolerance(within, &unit, day)?),
        };
        if let (Some(written), ExpectedValue::Missing(_)) = (&written.within, &value) {
            self.misplaced(written.span, "what is missing has no tolerance", "take `within` out");
        }
        let (person, positions) = (whose.key.clone(), whose.names());
        Some(Expectation { what, person, positions, value, within, span: written.span })
    }

    /// A KPI, an index, or an output of the person's position.
    fn expected_value(&mut self, name: &tree::Name, whose: &Whose) -> Option<(Expected, DisplayUnit)> {
        let outputs = || whose.positions.iter().flat_map(|position| &position.outputs);
        if let Some(output) = outputs().find(|output| output.name == name.text) {
            // An output that is the KPI of its name has one value with it.
            if let Some((Symbol::Kpi(at), declared)) = self.symbols.get(name.text.as_str()).copied()
                && !matches!(output.value.kind, Kind::Kpi(kpi) if kpi.0 == at)
            {
                self.report(
                    Diagnostic::new(Code::AmbiguousName, format!("`{}` could be the output or the KPI", name.text))
                        .at(name.span, "which of the two?")
                        .at(output.span, "the output")
                        .at(declared, "the KPI")
                        .help(format!(
                            "give one of the two another name, such as `{}_output` for the output",
                            name.text
                        )),
                );
                return None;
            }
            return Some((Expected::Output(name.text.clone()), output.unit.clone()));
        }
        let Some((Symbol::Kpi(at), _)) = self.symbols.get(name.text.as_str()).copied() else {
            if self.symbols.contains_key(name.text.as_str()) {
                self.find(name, "KPI", |symbol| matches!(symbol, Symbol::Kpi(_)));
                return None;
            }
            let names: Vec<&str> = self.model.kpis.iter().map(|kpi| kpi.name.as_str()).collect();
            let names = names.into_iter().chain(outputs().map(|output| output.name.as_str()));
            let word = match name.text.to_lowercase().as_str() {
                "grade" | "grades" | "rank" => Some("rating"),
                "points" | "total" | "result" => Some("score"),
                _ => None,
            };
            let mend = match word {
                Some(word) => Help::of("did you mean `{}`?", [Mend::replace(name.span, word)]),
                None => self.did_you_mean(&name.text, name.span, names, || {
                    "write the name of a KPI, an index or an output".into()
                }),
            };
            let position = &whose.positions[0].name;
            self.report(
                Diagnostic::new(
                    Code::UnknownName,
                    format!("no KPI and no output of `{position}` is called `{}`", name.text),
                )
                .at(name.span, "unknown")
                .help(mend),
            );
            return None;
        };
        self.used.insert(Use::Kpi(KpiId(at)));
        for position in &whose.positions {
            let in_card = position.scorecard.as_ref().is_some_and(|card| holds_kpi(&card.root.entries, KpiId(at)));
            if !in_card {
                let card = CardScope {
                    position: &position.name,
                    scope: position.scope,
                    since: None,
                    rosters: position.rosters.clone(),
                };
                self.kpi_answerable(KpiId(at), position.scope, name.span, &card);
            }
        }
        Some((Expected::Kpi(KpiId(at)), self.model.kpis[at].unit.clone()))
    }

    fn expected_entry(&mut self, name: &tree::Name, whose: &Whose) -> Option<Expected> {
        let mut names: Vec<String> = Vec::new();
        for position in &whose.positions {
            if let Some(card) = &position.scorecard {
                entry_names(&self.model, &card.root.entries, &mut names);
            }
        }
        if names.is_empty() {
            self.no_scorecard(name.span, &whose.positions[0]);
            return None;
        }
        if names.contains(&name.text) {
            let group = whose.positions.iter().find_map(|position| {
                let entries = &position.scorecard.as_ref()?.root.entries;
                let both = self.kpi_and_group(entries, &name.text);
                both.then_some(position.span)
            });
            if let Some(position) = group {
                self.report(
                    Diagnostic::new(
                        Code::AmbiguousName,
                        format!("`{}` could be the group or the entry of the KPI", name.text),
                    )
                    .at(name.span, "which of the two?")
                    .at(position, "both in its scorecard")
                    .help(format!("give the group another name, such as `{}_group`", name.text)),
                );
                return None;
            }
            return Some(Expected::ScoreOf(name.text.clone()));
        }
        let position = &whose.positions[0].name;
        let mend = self.did_you_mean(&name.text, name.span, names.iter().map(String::as_str), || {
            let names: Vec<&str> = names.iter().map(String::as_str).take(8).collect();
            format!("its entries and groups are {}", list(&names))
        });
        self.report(
            Diagnostic::new(
                Code::UnknownName,
                format!("the scorecard of `{position}` has no entry or group `{}`", name.text),
            )
            .at(name.span, "unknown")
            .help(mend),
        );
        None
    }

    fn no_scorecard(&mut self, span: Span, position: &Position) {
        self.report(
            Diagnostic::new(Code::Incomplete, format!("`{}` has no scorecard, so there is no score", position.name))
                .at(span, "no score")
                .at(position.span, "this position")
                .help("expect an output or a KPI instead"),
        );
    }

    fn expected_grade(&mut self, value: &tree::Expr, whose: &Whose) -> Option<ExpectedValue> {
        let (text, span) = match &*value.kind {
            ExprKind::Missing(_) => return Some(ExpectedValue::Missing(None)),
            ExprKind::Name(name) => (name.text.clone(), name.span),
            ExprKind::Text(text) => (text.value.clone(), text.span),
            _ => {
                let text = self.text(value.span);
                self.report(
                    Diagnostic::new(Code::WrongType, format!("`{text}` is no grade"))
                        .at(value.span, "a rating is a grade")
                        .help("write the name of a grade, as in `expect rating of \"P1\" = A`"),
                );
                return None;
            }
        };
        let ratings = whose.positions.iter().filter_map(|position| position.scorecard.as_ref()?.rating);
        let grades: Vec<String> = ratings
            .flat_map(|rating| self.model.ratings[rating.0].grades.iter().map(|grade| grade.name.clone()))
            .collect();
        let position = &whose.positions[0];
        if grades.is_empty() {
            let (name, at) = (position.name.clone(), position.span);
            self.report(
                Diagnostic::new(Code::Incomplete, format!("the scorecard of `{name}` has no rating"))
                    .at(span, "no grade is given")
                    .at(at, "this position")
                    .help("add a `rating …` to the scorecard, or expect the score"),
            );
            return None;
        }
        if grades.contains(&text) {
            return Some(ExpectedValue::Grade(text));
        }
        let names: Vec<&str> = grades.iter().map(String::as_str).collect();
        let ratings = whose.positions.iter().filter_map(|position| position.scorecard.as_ref()?.rating);
        let labelled = ratings.flat_map(|rating| &self.model.ratings[rating.0].grades).find(|grade| {
            grade.label.text == text
                || grade.label.translations.values().any(|label| *label == text)
                || grade.name.to_lowercase() == text.to_lowercase()
        });
        let mend: Help = match labelled {
            Some(grade) => Help::of("write the name of the grade: `{}`", [Mend::replace(span, grade.name.as_str())]),
            None => format!("its grades are {}", list(&names)).into(),
        };
        self.report(
            Diagnostic::new(Code::UnknownName, format!("`{text}` is no grade of `{}`", position.name))
                .at(span, "unknown")
                .help(mend),
        );
        None
    }

    /// A number in the unit; a bare one takes it, where it is no money and no `%`.
    fn expected_number(&mut self, written: &tree::Expr, unit: &DisplayUnit, day: Day) -> Option<Number> {
        let (negative, literal) = match &*written.kind {
            ExprKind::Negate(inner) => (true, inner),
            _ => (false, written),
        };
        if let ExprKind::Number(number) = &*literal.kind
            && is_bare(number)
        {
            let bare = Number::from(number.written);
            if unit.is_ratio_sign() || unit.dimension.has_money() {
                let text = self.text(written.span);
                let help = match unit.is_ratio_sign() {
                    true => self.readings(&self.text(number.span), number.written, number.span, unit),
                    false => {
                        Help::of("write `{}`", [Mend::replace(written.span, format!("{text} {}", unit.dimension))])
                    }
                };
                self.report(
                    Diagnostic::new(Code::WrongUnit, format!("`{text}` has no unit"))
                        .at(written.span, "in which unit?")
                        .help(help),
                );
                return None;
            }
            let value = bare.mul(&unit.factor);
            return Some(if negative { value.neg() } else { value });
        }
        let before = self.diagnostics.len();
        // `4 + 1 / 2` in points: 1 / 2 is no number of points, and the whole is.
        let env = match without_units(written) {
            true => Env::constant(),
            false => Env::constant().bare(&Bare::from(&unit.dimension)),
        };
        let typed = self.typed(written, &env, None);
        // Arithmetic with bare numbers is as good as one.
        let share = self.sources.text(written.span).contains(['%', '‰']);
        let bare = typed.ty.base == Base::number() && !unit.dimension.has_money() && !share;
        if self.diagnostics.len() == before {
            let wanted = Base::Number(unit.dimension.clone());
            if typed.ty.base.join(&wanted).is_none() && !bare {
                let (text, is) = (self.text(written.span), typed.ty.base.words());
                let code = if typed.ty.base.is_number() { Code::WrongUnit } else { Code::WrongType };
                let digits = text.strip_suffix('%').filter(|digits| digits.parse::<rust_decimal::Decimal>().is_ok());
                let mend: Help = match (unit.is_ratio_sign(), digits) {
                    (true, _) => format!("write the number with `{}`", unit.singular).into(),
                    (false, Some(digits)) if unit.dimension.is_point() => {
                        Help::of("write `{}`", [Mend::replace(written.span, digits)])
                    }
                    _ => format!("expect a value that is {}", wanted.words()).into(),
                };
                let is = if digits.is_some() { "a percentage".to_string() } else { is };
                self.report(
                    Diagnostic::new(code, format!("`{text}` is {is}, and the value is {}", wanted.words()))
                        .at(written.span, is)
                        .help(mend),
                );
            }
        }
        if self.diagnostics.len() > before {
            return None;
        }
        let value = self.model.constant_value(&typed, Some(day));
        if value.is_none() {
            let text = self.text(written.span);
            self.report(
                Diagnostic::new(Code::WrongType, format!("`{text}` is no number on {day}"))
                    .at(written.span, "no number")
                    .help("write a number, or `missing`"),
            );
        }
        if bare && !unit.is_ratio_sign() { value.map(|value| value.mul(&unit.factor)) } else { value }
    }

    /// A tolerance: in the unit of the value, or a percentage of it.
    fn tolerance(&mut self, written: &tree::Expr, unit: &DisplayUnit, day: Day) -> Option<Within> {
        let share = match &*written.kind {
            ExprKind::Number(number) if number.style != NumberStyle::Plain => !unit.dimension.is_none(),
            _ => false,
        };
        let unit = if share { DisplayUnit::percent() } else { unit.clone() };
        let number = self.expected_number(written, &unit, day)?;
        if number.is_negative() {
            self.report(
                Diagnostic::new(Code::OutOfRange, "a tolerance is not below 0")
                    .at(written.span, "below 0")
                    .help("write how far off the value may be, as in `within 0.1%`"),
            );
            return None;
        }
        Some(if share { Within::Share(number) } else { Within::Of(number) })
    }
}

/// Arithmetic with nothing but plain numbers.
fn without_units(written: &tree::Expr) -> bool {
    match &*written.kind {
        ExprKind::Number(number) => number.style == NumberStyle::Plain && number.unit.is_none(),
        ExprKind::Negate(_) | ExprKind::Binary { .. } => written.parts().into_iter().all(without_units),
        _ => false,
    }
}

impl Checker<'_> {
    /// Whether a scorecard has a group and an entry of a KPI with one name.
    pub(super) fn kpi_and_group(&self, entries: &[Entry], name: &str) -> bool {
        let kpi = |name: &str| match self.symbols.get(name) {
            Some((Symbol::Kpi(at), _)) => Some(KpiId(*at)),
            _ => None,
        };
        has_group(entries, name) && kpi(name).is_some_and(|kpi| holds_kpi(entries, kpi))
    }
}

fn has_group(entries: &[Entry], name: &str) -> bool {
    entries.iter().any(|entry| match &entry.head {
        Head::Group(group) => group.name == name || has_group(&group.entries, name),
        Head::Kpi(_) | Head::ScoreOf(_) | Head::ScoreOfReports => false,
    })
}

fn holds_kpi(entries: &[Entry], kpi: KpiId) -> bool {
    entries.iter().any(|entry| match &entry.head {
        Head::Group(group) => holds_kpi(&group.entries, kpi),
        Head::Kpi(entry) => entry.kpi == kpi,
        Head::ScoreOf(_) | Head::ScoreOfReports => false,
    })
}

/// What `score of NAME` can name: groups, KPIs, positions whose score is taken in, `reports`.
fn entry_names(model: &Model, entries: &[Entry], names: &mut Vec<String>) {
    for entry in entries {
        match &entry.head {
            Head::Group(group) => {
                names.push(group.name.clone());
                entry_names(model, &group.entries, names);
            }
            Head::Kpi(entry) => names.push(model.kpis[entry.kpi.0].name.clone()),
            Head::ScoreOf(position) => names.push(position.clone()),
            Head::ScoreOfReports => names.push("reports".into()),
        }
    }
}

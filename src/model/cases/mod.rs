//! Test blocks: tables in the place of files, and what is expected of them.
//!
//! Names, units and people are resolved here; what the cells hold is read later, as the cells of files are
//! ([`crate::data`]), with the tables in the model's [`Model::tests`].

mod tables;

use self::tables::written_number;
use super::checker::{Checker, Symbol};
use super::data::{Column, ColumnIx, ColumnType, DataId, DataSet};
use super::expr::{Base, Kind};
use super::names::env::{Bare, Env};
use super::names::uses::Use;
use super::scorecards::card::CardScope;
use super::types::bare::is_bare;
use super::types::formula::list;
use super::types::unit::DisplayUnit;
use super::{Entry, Head, KpiId, Model, Position};
use crate::diagnostic::{Code, Diagnostic, Help, Mend};
use crate::nearest::another_writing;
use crate::number::Number;
use crate::source::Span;
use crate::syntax::tree::{self, ExprKind, NumberStyle};
use crate::time::{Day, PeriodName};

/// `test "…" { … }`
#[derive(Clone, Debug)]
pub struct Test {
    pub name: String,
    /// The name in quotes.
    pub span: Span,
    pub period: PeriodName,
    /// Each data set at most once; those not given are empty.
    pub given: Vec<Given>,
    pub expectations: Vec<Expectation>,
}

/// A table in the place of a data set's files.
#[derive(Clone, Debug)]
pub struct Given {
    pub data: DataId,
    /// The column of each cell of a row; those left out are blank.
    pub columns: Vec<ColumnIx>,
    pub rows: Vec<GivenRow>,
    pub span: Span,
}

/// As many cells as there are columns.
#[derive(Clone, Debug)]
pub struct GivenRow {
    pub cells: Vec<GivenCell>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct GivenCell {
    pub text: String,
    /// In base units, where the cell is a number with a unit, as the language writes it.
    pub number: Option<Number>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Expectation {
    pub what: Expected,
    /// The key of a row of a given roster.
    pub person: String,
    /// The names of the positions that the person holds by the roster's rows.
    pub positions: Vec<String>,
    pub value: ExpectedValue,
    pub within: Option<Within>,
    pub span: Span,
}

/// Entries, groups and outputs go by their names, which belong to the person's position.
#[derive(Clone, Debug)]
pub enum Expected {
    Kpi(KpiId),
    Output(String),
    /// The score of an entry or a group.
    ScoreOf(String),
    Score,
    Rating,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExpectedValue {
    /// In base units.
    Number(Number),
    Grade(String),
    /// With the reason, where one is written.
    Missing(Option<String>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Within {
    /// In base units, on either side.
    Of(Number),
    /// A share of the expected value, on either side.
    Share(Number),
}

impl Model {
    /// The project as a test sees it: derived columns that its tables hold are no longer computed.
    pub fn with_given(&self, given: &[Given]) -> Model {
        let mut model = self.clone();
        for table in given {
            for column in &table.columns {
                model.data[table.data.0].columns[column.0].derived = None;
            }
        }
        model
    }

    /// Of several versions of a position, the latest that has begun by the day.
    pub fn position_in_force(&self, name: &str, day: Day) -> Option<&Position> {
        let begins = |position: &&Position| self.position_begins(position);
        let begun = |position: &&Position| position.name == name && begins(position) <= Some(day);
        self.positions.iter().filter(begun).max_by_key(begins)
    }
}

/// The person an expectation is about, as far as the test tells.
struct Whose {
    /// As the evaluation writes it: `a / 16`, whatever units stand in the table.
    key: String,
    /// The versions in force of the positions held.
    positions: Vec<Position>,
}

impl Whose {
    fn names(&self) -> Vec<String> {
        self.positions.iter().map(|position| position.name.clone()).collect()
    }
}

impl Checker<'_> {
    pub(super) fn tests(&mut self) {
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
        for table in &test.given {
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
        Some(Test { name: test.name.value.clone(), span: test.name.span, period, given, expectations })
    }

    // ---------------------------------------------------------------- expectations

    /// The person with a key, in one of the given rosters; where keys or posts are computed, anyone who may be it.
    fn whose(&mut self, key: &tree::Text, given: &[Given], period: PeriodName, day: Day) -> Option<Whose> {
        let rosters: Vec<(&Given, DataSet)> = given
            .iter()
            .map(|table| (table, self.model.data[table.data.0].clone()))
            .filter(|(_, set)| set.roster.is_some())
            .collect();
        if rosters.is_empty() {
            let names: Vec<&str> = self.rosters();
            let mend = match names.as_slice() {
                [] => "declare a data set that is a roster".to_string(),
                [name, ..] => format!("add `given {name} {{ … }}` with a row for `{}`", key.value),
            };
            self.report(
                Diagnostic::new(Code::UnknownName, format!("the test does not say who `{}` is", key.value))
                    .at(key.span, "in no roster of the test")
                    .help(mend),
            );
            return None;
        }
        let mut keys = Vec::new();
        let mut found = None;
        let mut positions: Vec<Position> = Vec::new();
        let (mut known, mut without) = (false, None);
        for (table, set) in &rosters {
            // What is computed is known when the test runs.
            let computed = |column: &ColumnIx| set.column(*column).derived.is_some() && !table.columns.contains(column);
            let any_key = set.key.iter().any(computed);
            let any_post = set.roster.as_ref().and_then(|roster| roster.post).is_some_and(|post| computed(&post));
            for row in &table.rows {
                if !any_key {
                    let Some(of_row) = self.key_of(table, set, row) else { continue };
                    if of_row != self.key_wanted(set, &key.value) {
                        keys.push(of_row);
                        continue;
                    }
                    found = Some(of_row);
                }
                known = true;
                if any_post {
                    let names: Vec<String> =
                        self.model.positions.iter().map(|position| position.name.clone()).collect();
                    for position in names.iter().filter_map(|name| self.model.position_in_force(name, day)) {
                        if !positions.iter().any(|known| known.name == position.name) {
                            positions.push(position.clone());
                        }
                    }
                    continue;
                }
                let post = set.roster.as_ref().and_then(|roster| match roster.every.clone() {
                    None => cell_of(table, row, roster.post?).map(|cell| cell.text.clone()),
                    every => every,
                });
                let named = post.as_ref().and_then(|post| self.position_name(post));
                match named.as_ref().and_then(|name| self.model.position_in_force(name, day)) {
                    Some(position) if positions.iter().any(|known| known.name == position.name) => {}
                    Some(position) => positions.push(position.clone()),
                    None => {
                        let cell = set.roster.as_ref().and_then(|roster| cell_of(table, row, roster.post?));
                        without = Some((post.unwrap_or_default(), named, cell.map_or(row.span, |cell| cell.span)));
                    }
                }
            }
        }
        if !known {
            let mend = match another_writing(&key.value, keys.iter().map(String::as_str)) {
                Some(same) => {
                    Help::of("write it as in the table: `{}`", [Mend::replace(key.span, format!("\"{same}\""))])
                }
                None => format!("add a row for `{}` to `given {}`", key.value, rosters[0].1.name).into(),
            };
            self.report(
                Diagnostic::new(
                    Code::UnknownName,
                    format!("no row of `{}` has the key `{}`", rosters[0].1.name, key.value),
                )
                .at(key.span, "unknown")
                .at(rosters[0].0.span, "the people of this test")
                .help(mend),
            );
            return None;
        }
        if positions.is_empty() {
            let (post, named, span) = without?;
            let (message, mend): (String, Help) = match named {
                Some(name) => (
                    format!("the position `{name}` is not in force in {period}"),
                    "give a later period, or let it be in force earlier".into(),
                ),
                None if post.is_empty() => (
                    format!("the test does not say which post `{}` holds", key.value),
                    "fill the column that holds the position".into(),
                ),
                None => {
                    let names: Vec<&str> = self.model.positions.iter().map(|position| position.name.as_str()).collect();
                    let mend = self.did_you_mean(&post, span, names.clone(), || match names.is_empty() {
                        true => "the specs have no position: declare one of this name or label".into(),
                        false => "write the name of a position".into(),
                    });
                    (format!("`{}` has the post `{post}`, which no position describes", key.value), mend)
                }
            };
            self.report(
                Diagnostic::new(Code::UnknownName, message)
                    .at(key.span, "not evaluated")
                    .at(span, "this row")
                    .help(mend),
            );
            return None;
        }
        Some(Whose { key: found.unwrap_or_else(|| key.value.clone()), positions })
    }

    fn rosters(&self) -> Vec<&str> {
        let roster = |set: &&DataSet| set.roster.is_some();
        self.model.data.iter().filter(roster).map(|set| set.name.as_str()).collect()
    }

    /// The position of a name or label.
    fn position_name(&self, text: &str) -> Option<String> {
        let wanted = text.trim().to_lowercase();
        let same = |text: &str| text.trim().to_lowercase() == wanted;
        let positions = &self.model.positions;
        let labelled = |position: &&Position| {
            same(&position.label.text) || position.label.translations.values().any(|label| same(label))
        };
        let by_name = positions.iter().find(|position| same(&position.name));
        by_name.or_else(|| positions.iter().find(labelled)).map(|position| position.name.clone())
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

fn cell_of<'g>(table: &Given, row: &'g GivenRow, column: ColumnIx) -> Option<&'g GivenCell> {
    let at = table.columns.iter().position(|known| *known == column)?;
    row.cells.get(at)
}

impl Checker<'_> {
    /// The key as reports show it, the parts of a composite one joined by ` / `.
    fn key_of(&self, table: &Given, set: &DataSet, row: &GivenRow) -> Option<String> {
        let part = |column: &ColumnIx| {
            let cell = cell_of(table, row, *column)?;
            Some(self.key_part(set.column(*column), &cell.text))
        };
        let parts = set.key.iter().map(part).collect::<Option<Vec<String>>>()?;
        Some(parts.join(" / "))
    }

    /// A key as it is asked for, in the writing of [`Checker::key_of`].
    fn key_wanted(&self, set: &DataSet, written: &str) -> String {
        let parts: Vec<&str> = if set.key.len() == 1 { vec![written] } else { written.split(" / ").collect() };
        if parts.len() != set.key.len() {
            return written.to_string();
        }
        let parts = set.key.iter().zip(parts).map(|(column, part)| self.key_part(set.column(*column), part));
        parts.collect::<Vec<_>>().join(" / ")
    }

    /// A part of a key: numbers without their units, as they are counted.
    fn key_part(&self, column: &Column, text: &str) -> String {
        let text = text.trim();
        let written = match &self.model.key_behind(column).ty {
            ColumnType::Number { unit, cell_factor } => self.number_in_key(unit, cell_factor.as_ref(), text),
            ColumnType::Choice(words) => {
                words.iter().find(|word| word.texts.iter().any(|one| one == text)).map(|word| word.name.clone())
            }
            ColumnType::Text
            | ColumnType::Date
            | ColumnType::Period
            | ColumnType::Flag
            | ColumnType::Position
            | ColumnType::Link { .. } => None,
        };
        written.unwrap_or_else(|| text.to_string())
    }

    fn number_in_key(&self, unit: &DisplayUnit, cell_factor: Option<&Number>, text: &str) -> Option<String> {
        let (digits, rest) = written_number(text)?;
        let number = digits.parse::<Number>().ok()?;
        let factor = match rest {
            "" => cell_factor?.clone(),
            "%" => Number::from_parts(1, 2),
            "‰" => Number::from_parts(1, 3),
            name => self.units.get(name).filter(|found| found.dimension == unit.dimension)?.factor,
        };
        Some(number.mul(&factor).to_string())
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

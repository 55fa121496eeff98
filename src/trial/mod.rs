//! Test blocks, run: each test's tables are evaluated as files would be, and what comes out is compared with what is
//! expected.
//!
//! In come a checked [`Model`] and its tests; out comes an [`Outcome`] for each. An expectation that fails brings the
//! trace of how its value was got ([`trace`]); [`show`] makes text, JSON or JUnit of the outcomes.

pub mod coverage;
pub mod covered;
mod left_out;
mod place;
mod reached;
pub mod show;
mod trace;

use std::collections::BTreeSet;

use self::coverage::Mark;
use crate::data::{answer_given, own_months_given};
use crate::diagnostic::{Code, Diagnostic};
use crate::eval::Evaluator;
use crate::explain::exact;
use crate::model::cases::{Expectation, Expected, ExpectedValue, Test, Within};
use crate::model::data::DataId;
use crate::model::expr::{Expr, Kind};
use crate::model::types::unit::DisplayUnit;
use crate::model::{Entry, Group, Head, KpiId, Model, Output, PositionId};
use crate::number::Number;
use crate::plan::program::{CalcId, CardPlan, EntryWhat, GroupPlan};
use crate::plan::query::Answers;
use crate::plan::{Plan, plan};
use crate::score::card::{Card, EntryResult, EntryResultKind, PersonResult, PostResult, Results};
use crate::score::score;
use crate::source::{SourceSet, Span};
use crate::value::{Missing, Value};

/// What came of a test.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub name: String,
    /// The name in quotes.
    pub span: Span,
    pub checks: Vec<Check>,
    /// Why the test could not be evaluated; then there are no checks.
    pub errors: Vec<Diagnostic>,
    /// What the expected values were got by.
    pub reached: BTreeSet<Mark>,
}

impl Outcome {
    pub fn passed(&self) -> bool {
        self.errors.is_empty() && self.checks.iter().all(|check| check.passed)
    }
}

/// What came of one `expect`.
#[derive(Clone, Debug)]
pub struct Check {
    /// `score of premium_growth of "P1"`
    pub what: String,
    pub span: Span,
    pub expected: Shown,
    /// `0.1%` or `2 points`, where a tolerance is given.
    pub within: Option<String>,
    pub got: Shown,
    pub passed: bool,
    /// How the value was got; only where it is not the expected one.
    pub trace: Vec<Step>,
}

/// A value for people and for programs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// In the unit that people write: `50%`, `B`, `missing: no rows`.
    pub text: String,
    /// Exact and in base units: `0.5`, `1/3`, `B`; `None` where it is missing.
    pub exact: Option<String>,
}

/// A line of a trace: a part and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// How far the part lies below the value asked about.
    pub depth: usize,
    pub text: String,
}

/// Runs a test of a model without errors. `sources` tells formulas as they are written.
pub fn run(model: &Model, sources: &SourceSet, test: &Test) -> Outcome {
    let (name, span) = (test.name.clone(), test.span);
    match evaluate(model, sources, test) {
        Ok((checks, reached)) => Outcome { name, span, checks, errors: Vec::new(), reached },
        Err(errors) => Outcome { name, span, checks: Vec::new(), errors, reached: BTreeSet::new() },
    }
}

fn evaluate(model: &Model, sources: &SourceSet, test: &Test) -> Result<(Vec<Check>, BTreeSet<Mark>), Vec<Diagnostic>> {
    let mut model = prepared(model, test);
    if let Some(months) = own_months_given(&model, &test.given)? {
        model = model.with_own_months(months);
    }
    let mut plan = plan(&model, test.period)?;
    left_out::mark(&model, &mut plan, &test.given);
    let mut answers = answer_given(&model, &plan.query, &test.given)?;
    answers.closed = test.closed.clone();
    let results = score(&model, &plan, &answers)?;
    let eval = Evaluator::new(&model, &plan, &answers);
    let ran = Ran { model: &model, plan: &plan, answers: &answers, eval, sources };
    let mut reached = BTreeSet::new();
    let checks: Vec<Result<Check, Box<Diagnostic>>> =
        test.expectations.iter().map(|expectation| ran.check(expectation, &results, &mut reached)).collect();
    let (good, bad): (Vec<_>, Vec<_>) = checks.into_iter().partition(Result::is_ok);
    let bad: Vec<Diagnostic> = bad.into_iter().filter_map(Result::err).map(|error| *error).collect();
    if bad.is_empty() { Ok((good.into_iter().filter_map(Result::ok).collect(), reached)) } else { Err(bad) }
}

/// The project as the test sees it. KPIs that are asked about and stand in no scorecard of the person's become outputs
/// of the position, so that they are evaluated in its scope.
fn prepared(model: &Model, test: &Test) -> Model {
    let mut model = model.with_given(&test.given);
    for expectation in &test.expectations {
        let Expected::Kpi(kpi) = expectation.what else { continue };
        let (ty, unit) = (model.kpis[kpi.0].value.ty.clone(), model.kpis[kpi.0].unit.clone());
        let value = Expr::new(Kind::Kpi(kpi), ty, expectation.span);
        for position in model.positions.iter_mut().filter(|position| expectation.positions.contains(&position.name)) {
            let scored = position.scorecard.as_ref().is_some_and(|card| holds(&card.root, kpi));
            if !scored && !position.outputs.iter().any(|output| output.name == asked_about(kpi)) {
                position.outputs.push(Output {
                    name: asked_about(kpi),
                    label: Default::default(),
                    span: expectation.span,
                    unit: unit.clone(),
                    part: None,
                    value: value.clone(),
                });
            }
        }
    }
    model
}

/// The name of the output that a KPI is evaluated in; no output of a spec can have it.
fn asked_about(kpi: KpiId) -> String {
    format!("= {}", kpi.0)
}

fn holds(group: &Group, kpi: KpiId) -> bool {
    group.entries.iter().any(|entry| match &entry.head {
        Head::Group(group) => holds(group, kpi),
        Head::Kpi(entry) => entry.kpi == kpi,
        Head::ScoreOf(_) | Head::ScoreOfReports => false,
    })
}

/// A test evaluated.
struct Ran<'a> {
    model: &'a Model,
    plan: &'a Plan,
    answers: &'a Answers,
    /// For formulas whose values are not kept: those of scales.
    eval: Evaluator<'a>,
    sources: &'a SourceSet,
}

impl<'a> Ran<'a> {
    fn check(
        &self,
        expectation: &Expectation,
        results: &Results,
        reached: &mut BTreeSet<Mark>,
    ) -> Result<Check, Box<Diagnostic>> {
        let same = |person: &&PersonResult| {
            *person.person == *expectation.person
                && person.cards.iter().any(|card| expectation.positions.contains(&self.position(card).name))
        };
        // Of a key in several rosters the one that has what is asked about.
        let mut people = results.people.iter().filter(same);
        let answers = |person: &&PersonResult| self.has(expectation, person);
        let person = people.clone().find(answers).or_else(|| people.next());
        let Some(person) = person else {
            let message = format!("`{}` holds no post with a position in {}", expectation.person, self.plan.period);
            let finding = Diagnostic::new(Code::NothingToEvaluate, message)
                .at(expectation.span, "nobody to evaluate")
                .help("let the person's row in the roster hold in the period of the test");
            return Err(Box::new(finding));
        };
        self.reached(expectation, person, reached);
        let (value, unit) = self.got(expectation, person);
        let value = match value {
            Value::Text(grade) => Got::Grade(grade.to_string()),
            Value::Number(number) => Got::Number(number),
            Value::Missing(reason) => Got::Missing(reason),
            _ => Got::Missing(Missing::NoAnswer),
        };
        let passed = matches(&value, &expectation.value, expectation.within.as_ref());
        let (mut expected, mut got) = (expected_shown(&expectation.value, &unit), value.shown(&unit));
        if !passed && expected.text == got.text {
            for side in [&mut expected, &mut got] {
                side.text = side.exact.as_ref().map_or(side.text.clone(), |exact| format!("{} ({exact})", side.text));
            }
        }
        let within = expectation.within.as_ref().map(|within| match within {
            Within::Of(number) => exact(number, &unit),
            Within::Share(share) => exact(share, &DisplayUnit::percent()),
        });
        let trace = if passed { Vec::new() } else { self.trace(expectation, person) };
        Ok(Check { what: self.words(expectation), span: expectation.span, expected, within, got, passed, trace })
    }

    fn has(&self, expectation: &Expectation, person: &PersonResult) -> bool {
        person.cards.iter().any(|card| match &expectation.what {
            Expected::Kpi(kpi) => self.node(person, card.position, *kpi).is_some(),
            Expected::Output(name) => self.position(card).outputs.iter().any(|output| output.name == *name),
            Expected::ScoreOf(name) => self.entry(person, name).is_some(),
            Expected::Score | Expected::Rating => self.position(card).scorecard.is_some(),
        })
    }

    fn position(&self, card: &Card) -> &'a crate::model::Position {
        &self.model.positions[card.position.0]
    }

    /// The card that a value or an entry is read from: the person's last one that has it.
    fn card<'p>(&self, person: &'p PersonResult, has: impl Fn(&Card) -> bool) -> Option<&'p Card> {
        person.cards.iter().rev().find(|card| has(card))
    }

    /// The value asked about, a grade as a text, and the unit it is shown in.
    fn got(&self, expectation: &Expectation, person: &PersonResult) -> (Value, DisplayUnit) {
        let nothing = |why: &str| Value::stated(why);
        match &expectation.what {
            Expected::Kpi(kpi) => {
                let unit = self.model.kpis[kpi.0].unit.clone();
                let found =
                    self.card(person, |card| self.node(person, card.position, *kpi).is_some()).and_then(|card| {
                        let node = self.node(person, card.position, *kpi)?;
                        card.values.get(node.0).cloned().flatten()
                    });
                (found.unwrap_or_else(|| nothing("not evaluated")), unit)
            }
            Expected::Output(name) => {
                let amounts: Vec<(&Value, &DisplayUnit)> = self
                    .posts_with(person, name)
                    .map(|(post, at)| {
                        (&post.outputs[at].value, &self.model.positions[post.position.0].outputs[at].unit)
                    })
                    .collect();
                let Some((_, unit)) = amounts.last() else {
                    return (nothing("no such output"), DisplayUnit::number());
                };
                // What somebody gets is the sum over the posts held.
                let add = |sum: Value, (amount, its): &(&Value, &DisplayUnit)| match (sum, *amount) {
                    (Value::Number(_), _) if its.dimension != unit.dimension => nothing("in different units"),
                    (Value::Number(sum), Value::Number(amount)) => Value::Number(sum.add(amount)),
                    (Value::Number(_), other) => other.clone(),
                    (missing, _) => missing,
                };
                (amounts.iter().fold(Value::Number(Number::ZERO), add), (*unit).clone())
            }
            Expected::ScoreOf(name) => {
                let score = self.entry(person, name).map(|(_, _, entry)| entry.score.clone());
                let otherwise = || match person.cards.iter().any(|card| card.eligible == Some(false)) {
                    true => nothing("not eligible"),
                    false => nothing("no scorecard"),
                };
                (score.unwrap_or_else(otherwise), DisplayUnit::number())
            }
            Expected::Score => {
                let score = match person.cards.as_slice() {
                    [card] => card.scorecard.as_ref().map(|scorecard| scorecard.score.clone()),
                    _ => person.overall.clone().map(Value::Number),
                };
                let not_eligible = person.cards.iter().all(|card| card.eligible == Some(false));
                let why = if not_eligible { "not eligible" } else { "a part has no score" };
                (score.unwrap_or_else(|| nothing(why)), DisplayUnit::number())
            }
            Expected::Rating => {
                let grade = person.rating.as_ref().and_then(|rating| self.grade(person, rating.grade));
                (grade.map_or_else(|| nothing("no rating"), |grade| Value::text(&grade)), DisplayUnit::number())
            }
        }
    }

    /// The person's posts with an output of that name, and where it stands there.
    fn posts_with<'p>(
        &'p self,
        person: &'p PersonResult,
        name: &'p str,
    ) -> impl Iterator<Item = (&'p PostResult, usize)> {
        let at = move |post: &PostResult| {
            self.model.positions[post.position.0].outputs.iter().position(|output| output.name == name)
        };
        person.posts.iter().filter_map(move |post| Some((post, at(post)?)))
    }

    /// The name of a grade by the last scored post's rating.
    fn grade(&self, person: &PersonResult, grade: usize) -> Option<String> {
        let card = self.card(person, |card| card.scorecard.is_some())?;
        let rating = self.position(card).scorecard.as_ref()?.rating?;
        Some(self.model.ratings[rating.0].grades.get(grade)?.name.clone())
    }

    fn card_plan(&self, roster: DataId, position: PositionId) -> Option<&'a CardPlan> {
        self.plan.program.cards.iter().find(|card| card.roster == roster && card.position == position)
    }

    /// The node of a KPI: of its first entry in the scorecard, else of the output made for it.
    fn node(&self, person: &PersonResult, position: PositionId, kpi: KpiId) -> Option<CalcId> {
        let version = self.model.kpi_on(kpi, self.plan.last_day).unwrap_or(kpi);
        fn in_group(group: &GroupPlan, kpi: KpiId) -> Option<CalcId> {
            group.entries.iter().find_map(|entry| match &entry.what {
                EntryWhat::Group(group) => in_group(group, kpi),
                EntryWhat::Kpi(entry) if entry.kpi == kpi => Some(entry.value),
                _ => None,
            })
        }
        let card = self.card_plan(person.roster, position)?;
        let outputs = &self.model.positions[position.0].outputs;
        card.scorecard.as_ref().and_then(|scorecard| in_group(&scorecard.root, version)).or_else(|| {
            let at = outputs.iter().position(|output| output.name == asked_about(kpi))?;
            card.outputs.get(at).map(|output| output.value)
        })
    }

    /// An entry or group by its name, in the last card that has it.
    fn entry<'p>(&self, person: &'p PersonResult, name: &str) -> Option<(&'p Card, &'a Entry, &'p EntryResult)> {
        person.cards.iter().rev().find_map(|card| {
            let scorecard = self.position(card).scorecard.as_ref()?;
            let (entry, result) = self.entry_in(&scorecard.root.entries, &card.scorecard.as_ref()?.entries, name)?;
            Some((card, entry, result))
        })
    }

    fn entry_in<'p>(
        &self,
        entries: &'a [Entry],
        results: &'p [EntryResult],
        name: &str,
    ) -> Option<(&'a Entry, &'p EntryResult)> {
        entries.iter().zip(results).find_map(|(entry, result)| match (&entry.head, &result.what) {
            (Head::Group(group), _) if group.name == name => Some((entry, result)),
            (Head::Group(group), EntryResultKind::Group(results)) => self.entry_in(&group.entries, results, name),
            (Head::Kpi(kpi), _) if self.model.kpis[kpi.kpi.0].name == name => Some((entry, result)),
            (Head::ScoreOf(position), _) if position == name => Some((entry, result)),
            (Head::ScoreOfReports, _) if name == "reports" => Some((entry, result)),
            _ => None,
        })
    }

    /// `score of premium_growth of "P1"`
    fn words(&self, expectation: &Expectation) -> String {
        let what = match &expectation.what {
            Expected::Kpi(kpi) => self.model.kpis[kpi.0].name.clone(),
            Expected::Output(name) => name.clone(),
            Expected::ScoreOf(name) => format!("score of {name}"),
            Expected::Score => "score".into(),
            Expected::Rating => "rating".into(),
        };
        format!("{what} of \"{}\"", expectation.person)
    }
}

enum Got {
    Number(Number),
    Grade(String),
    Missing(Missing),
}

impl Got {
    fn shown(&self, unit: &DisplayUnit) -> Shown {
        match self {
            Got::Number(number) => Shown { text: exact(number, unit), exact: Some(format!("{number:?}")) },
            Got::Grade(grade) => Shown { text: grade.clone(), exact: Some(grade.clone()) },
            Got::Missing(reason) => Shown { text: missing(reason), exact: None },
        }
    }
}

fn missing(reason: &Missing) -> String {
    match reason {
        Missing::Stated(reason) if reason.is_empty() => "missing".into(),
        reason => format!("missing: {reason}"),
    }
}

fn expected_shown(value: &ExpectedValue, unit: &DisplayUnit) -> Shown {
    match value {
        ExpectedValue::Number(number) => Got::Number(number.clone()).shown(unit),
        ExpectedValue::Grade(grade) => Got::Grade(grade.clone()).shown(unit),
        ExpectedValue::Missing(reason) => {
            Shown { text: missing(&Missing::Stated(reason.as_deref().unwrap_or_default().into())), exact: None }
        }
    }
}

fn matches(got: &Got, expected: &ExpectedValue, within: Option<&Within>) -> bool {
    match (got, expected) {
        (Got::Number(got), ExpectedValue::Number(expected)) => {
            let off = got.sub(expected).abs();
            match within {
                None => off.is_zero(),
                Some(Within::Of(most)) => off <= *most,
                Some(Within::Share(share)) => off <= expected.abs().mul(share),
            }
        }
        (Got::Grade(got), ExpectedValue::Grade(expected)) => got == expected,
        (Got::Missing(reason), ExpectedValue::Missing(wanted)) => {
            wanted.as_ref().is_none_or(|wanted| *wanted == reason.to_string())
        }
        _ => false,
    }
}

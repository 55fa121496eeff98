//! Small projects by hand: a model, a plan and answers in step.

use std::sync::Arc;

use crate::language::{AggregateFunction, BinaryOp, Combine, ScopeWord, WhenMissing};
use crate::model::data::{Belongs, DataId, DataSet, TimeShape};
use crate::model::expr::{Base, Expr, Kind, Type};
use crate::model::types::unit::DisplayUnit;
use crate::model::{Group, *};
use crate::number::Number;
use crate::plan::Plan;
use crate::plan::program::*;
use crate::plan::query::*;
use crate::score::card::{Card, EntryResult, Results, ScorecardResult};
use crate::source::{FileId, Span};
use crate::time::{Calendar, Day, Months, PeriodName};
use crate::value::Value;

/// `12.5` or `1/3`
pub fn n(text: &str) -> Number {
    match text.split_once('/') {
        Some((up, down)) => n(up).div(&n(down)).unwrap(),
        None => text.parse().unwrap(),
    }
}

pub fn v(text: &str) -> Value {
    Value::Number(n(text))
}

pub fn missing(reason: &str) -> Value {
    Value::stated(reason)
}

pub fn day(text: &str) -> Day {
    let parts: Vec<i32> = text.split('-').map(|part| part.parse().unwrap()).collect();
    Day::from_ymd(parts[0], parts[1] as u32, parts[2] as u32).unwrap()
}

pub fn span() -> Span {
    Span::new(FileId(0), 0, 0)
}

pub fn expr() -> Expr {
    let ty = Type { base: Base::Any, optional: false };
    Expr::new(Kind::Value(Value::Flag(true)), ty, span())
}

fn data(name: &str) -> DataSet {
    DataSet {
        name: name.into(),
        label: Label::default(),
        span: span(),
        roster: None,
        organisation: None,
        rulings: None,
        files: Vec::new(),
        relations: Vec::new(),
        row: DisplayUnit { singular: "row".into(), plural: "rows".into(), ..DisplayUnit::number() },
        across: None,
        key: Vec::new(),
        time: TimeShape::Always,
        across_stints: None,
        columns: Vec::new(),
        ignore_rows_starting: Vec::new(),
        ignore_columns: Vec::new(),
        may_be_empty: false,
        encoding: None,
        belongs: Belongs::default(),
    }
}

/// An entry of plan and model at once.
#[derive(Clone, Debug)]
pub struct E {
    pub plan: EntryPlan,
    pub model: Entry,
}

impl E {
    fn new(weight: &str, what: EntryWhat, head: Head) -> E {
        E {
            plan: EntryPlan { weight: n(weight), points: None, stated: n(weight), cap: None, applies_when: None, what },
            model: Entry {
                weight: n(weight),
                points: None,
                stated: n(weight),
                most: None,
                head,
                label: Label::default(),
                span: span(),
                applies_when: None,
            },
        }
    }

    pub fn points(mut self, points: &str) -> E {
        self.plan.points = Some(n(points));
        self.plan.stated = n(points);
        self
    }

    pub fn applies(mut self, condition: CalcId) -> E {
        self.plan.applies_when = Some(condition);
        self
    }

    fn kpi(mut self, change: impl FnOnce(&mut KpiPlan)) -> E {
        if let EntryWhat::Kpi(kpi) = &mut self.plan.what {
            change(kpi);
        }
        self
    }

    pub fn target(self, target: CalcId) -> E {
        self.kpi(|kpi| kpi.target = Some(target))
    }

    pub fn curve(self, curve: CurvePlan) -> E {
        self.score(ScorePlan::Curve(curve))
    }

    pub fn score(self, score: ScorePlan) -> E {
        self.kpi(|kpi| kpi.curve = Some(score))
    }

    pub fn lower_is_better(self) -> E {
        self.kpi(|kpi| kpi.lower_is_better = true)
    }

    pub fn on_attainment(self) -> E {
        self.kpi(|kpi| kpi.on_attainment = true)
    }

    pub fn prorated(self) -> E {
        self.kpi(|kpi| kpi.prorated = true)
    }
}

/// The value of the node is the score, until a curve is given.
pub fn entry(weight: &str, value: CalcId) -> E {
    let plan = KpiPlan {
        kpi: KpiId(0),
        value,
        target: None,
        prorated: false,
        lower_is_better: false,
        on_attainment: false,
        curve: None,
        made_for: None,
    };
    let model = KpiEntry { kpi: KpiId(0), scope: ScopeWord::Own, target: Vec::new(), prorated: false, score: None };
    E::new(weight, EntryWhat::Kpi(Box::new(plan)), Head::Kpi(Box::new(model)))
}

pub fn group(weight: &str, combine: Combine, entries: Vec<E>) -> E {
    let (plan, model) = groups(combine, entries);
    E::new(weight, EntryWhat::Group(plan), Head::Group(model))
}

pub fn score_of(weight: &str, position: &str) -> E {
    E::new(weight, EntryWhat::ScoreOf(position.into()), Head::ScoreOf(position.into()))
}

pub fn score_of_reports(weight: &str) -> E {
    E::new(weight, EntryWhat::ScoreOfReports, Head::ScoreOfReports)
}

pub fn groups(combine: Combine, entries: Vec<E>) -> (GroupPlan, Group) {
    let (plans, models) = entries.into_iter().map(|entry| (entry.plan, entry.model)).unzip();
    (
        GroupPlan { combine, entries: plans },
        Group { name: "group".into(), label: Label::default(), combine, entries: models },
    )
}

/// Grades from thresholds, the last without: `[("A", Some("90")), ("B", None)]`.
pub fn rating(grades: &[(&str, Option<&str>)], distribution: Vec<Distribution>) -> Rating {
    Rating {
        name: "grades".into(),
        label: Label::default(),
        span: span(),
        grades: grades
            .iter()
            .map(|(name, from)| Grade {
                name: name.to_string(),
                label: Label::default(),
                span: span(),
                condition: from.map(|from| (BinaryOp::GreaterOrEqual, n(from))),
            })
            .collect(),
        distribution,
        sees_raw_score: false,
    }
}

pub fn position(name: &str) -> Position {
    Position {
        name: name.into(),
        label: Label::default(),
        span: span(),
        draft: false,
        effective: None,
        reports_to: None,
        scope: ScopeWord::Own,
        purpose: None,
        responsibilities: Vec::new(),
        rank_within: None,
        eligible: None,
        scorecard: None,
        outputs: Vec::new(),
        rosters: vec![DataId(0)],
        unfit: Vec::new(),
    }
}

pub struct Setup {
    pub model: Model,
    pub plan: Plan,
    pub answers: Answers,
}

impl Setup {
    /// People in the post `agent` for all of 2026-Q3 (92 days), in no team.
    pub fn new(people: &[&str]) -> Setup {
        let period = PeriodName::parse("2026-Q3").unwrap();
        let months = Calendar::default().months(period);
        let (first_day, last_day) = Calendar::default().days(months);
        let mut setup = Setup {
            model: Model::default(),
            plan: Plan {
                period,
                months,
                first_day,
                last_day,
                query: Arc::new(Query { rosters: vec![DataId(0)], ..Query::default() }),
                program: Program::default(),
                running: None,
                by_month: Default::default(),
                beside: Vec::new(),
            },
            answers: Answers { rosters: vec![RosterAnswer::default()], ..Answers::default() },
        };
        // The roster, and what measures read.
        setup.model.company.score_decimals = Some(2);
        setup.model.data.extend(["people", "events"].map(data));
        setup.model.kpis.push(Kpi {
            name: "kpi".into(),
            label: Label { text: "The KPI".into(), ..Label::default() },
            span: span(),
            unit: DisplayUnit::number(),
            limits: None,
            value: expr(),
            direction: None,
            scope: None,
            note: None,
            owner: None,
            source: None,
            is_index: false,
            versions: Default::default(),
        });
        setup.position("agent");
        for person in people {
            setup.holder(person, "agent", &[("2020-01-01", None, None)]);
        }
        setup
    }

    /// Declares a position and its card plan; the scorecard comes later.
    pub fn position(&mut self, name: &str) -> usize {
        let id = PositionId(self.model.positions.len());
        self.model.positions.push(position(name));
        self.plan.program.cards.push(CardPlan {
            rank_within: None,
            position: id,
            roster: DataId(0),
            eligible: None,
            scorecard: None,
            outputs: Vec::new(),
        });
        id.0
    }

    /// A person in a post: runs of first day, last day, team.
    pub fn holder(&mut self, person: &str, position: &str, stints: &[(&str, Option<&str>, Option<usize>)]) {
        let stint = |(from, to, team): &(&str, Option<&str>, Option<usize>)| Stint {
            from: day(from),
            to: to.map(day),
            team: *team,
        };
        self.answers.rosters[0].posts.push(PersonPost {
            person: person.into(),
            name: format!("Name of {person}").into(),
            position: position.into(),
            stints: stints.iter().map(stint).collect(),
        });
    }

    pub fn team(&mut self, key: &str, parent: Option<usize>) -> usize {
        let states = vec![TeamState { from: Day(0), name: key.into(), parent }];
        self.answers.teams.push(Team { key: key.into(), states });
        self.answers.teams.len() - 1
    }

    pub fn node(&mut self, calc: Calc) -> CalcId {
        self.plan.program.nodes.push(calc);
        self.plan.program.spans.push(span());
        CalcId(self.plan.program.nodes.len() - 1)
    }

    pub fn value(&mut self, value: Value) -> CalcId {
        self.node(Calc::Value(value))
    }

    pub fn number(&mut self, text: &str) -> CalcId {
        self.value(v(text))
    }

    pub fn missing(&mut self, reason: &str) -> CalcId {
        self.value(missing(reason))
    }

    pub fn flag(&mut self, flag: bool) -> CalcId {
        self.value(Value::Flag(flag))
    }

    /// A measure with its answers: value and rows by group.
    pub fn measure(&mut self, group: crate::plan::query::Group, answers: Vec<(Value, u64)>) -> MeasureId {
        Arc::make_mut(&mut self.plan.query).measures.push(Measure {
            data: DataId(1),
            function: AggregateFunction::Sum,
            value: None,
            condition: None,
            fraction: None,
            rows: Rows::All,
            group,
            shared: false,
        });
        let measured = |(value, rows)| Measured { value, rows, blanks: 0 };
        self.answers.measures.push(answers.into_iter().map(measured).collect());
        MeasureId(self.answers.measures.len() - 1)
    }

    pub fn measured(&mut self, measure: MeasureId, scope: ScopeWord) -> CalcId {
        let months = self.plan.months;
        self.node(Calc::Measure { measure, scope, months, cut: true, at_least: None, carried: false })
    }

    /// A number for each person-post, `?` for missing.
    pub fn own(&mut self, values: &[&str]) -> CalcId {
        let value = |text: &&str| (if *text == "?" { missing("unknown") } else { v(text) }, 1);
        let group = crate::plan::query::Group::Own { roster: DataId(0), via: Vec::new() };
        let measure = self.measure(group, values.iter().map(value).collect());
        self.measured(measure, ScopeWord::Own)
    }

    /// Gives the position a scorecard with these entries.
    pub fn scorecard_of(&mut self, position: usize, combine: Combine, entries: Vec<E>) {
        let (plan, model) = groups(combine, entries);
        self.plan.program.cards[position].scorecard = Some(ScorecardPlan {
            root: plan,
            when_missing: WhenMissing::NoRating,
            complete_at_least: None,
            range: None,
            vetoes: Vec::new(),
            adjustments: Vec::new(),
        });
        self.model.positions[position].scorecard = Some(Scorecard {
            root: model,
            when_missing: WhenMissing::NoRating,
            complete_at_least: None,
            range: None,
            vetoes: Vec::new(),
            adjustments: Vec::new(),
            rating: None,
            rulings: Vec::new(),
        });
    }

    pub fn scorecard(&mut self, entries: Vec<E>) {
        self.scorecard_of(0, Combine::WeightedMean, entries);
    }

    pub fn card(&mut self) -> &mut ScorecardPlan {
        self.plan.program.cards[0].scorecard.as_mut().unwrap()
    }

    pub fn rate(&mut self, rating: Rating) {
        self.model.ratings.push(rating);
        let id = RatingId(self.model.ratings.len() - 1);
        for position in &mut self.model.positions {
            position.scorecard.iter_mut().for_each(|scorecard| scorecard.rating = Some(id));
        }
    }

    pub fn veto(&mut self, condition: CalcId, effect: VetoEffect) {
        self.card().vetoes.push(condition);
        let reason = Label { text: "misconduct".into(), ..Label::default() };
        let veto = Veto { condition: expr(), effect, reason, span: span() };
        self.model.positions[0].scorecard.as_mut().unwrap().vetoes.push(veto);
    }

    pub fn adjust(
        &mut self,
        deduct: bool,
        value: CalcId,
        amount: &str,
        full_steps: bool,
        step: &str,
        limit: Option<&str>,
    ) {
        self.card().adjustments.push(AdjustmentPlan {
            kpi: KpiId(0),
            value,
            deduct,
            amount: n(amount),
            full_steps,
            step: n(step),
            limit: limit.map(n),
        });
        self.model.positions[0].scorecard.as_mut().unwrap().adjustments.push(Adjustment {
            deduct,
            kpi: KpiId(0),
            scope: ScopeWord::Own,
            amount: expr(),
            full_steps,
            step: expr(),
            limit: None,
            label: Label { text: "Awards".into(), ..Label::default() },
            span: span(),
        });
    }

    pub fn run(&self) -> Results {
        crate::score::score(&self.model, &self.plan, &self.answers).unwrap()
    }

    /// The messages of a refused evaluation.
    pub fn refused(&self) -> Vec<(&'static str, String)> {
        let found = crate::score::score(&self.model, &self.plan, &self.answers).unwrap_err();
        found.into_iter().map(|found| (found.code.as_str(), found.message)).collect()
    }

    /// The only card's scorecard.
    pub fn result(&self) -> ScorecardResult {
        first(&self.run()).clone()
    }

    /// The score of a card with this as its only entry.
    pub fn score_with(mut self, entry: E) -> Value {
        self.scorecard(vec![entry]);
        self.result().entries[0].score.clone()
    }
}

pub fn first_card(results: &Results) -> &Card {
    &results.people[0].cards[0]
}

pub fn first(results: &Results) -> &ScorecardResult {
    first_card(results).scorecard.as_ref().unwrap()
}

pub fn weights(entries: &[EntryResult]) -> Vec<Number> {
    entries.iter().map(|entry| entry.effective_weight.clone()).collect()
}

pub fn grade(results: &Results, person: usize) -> Option<usize> {
    results.people[person].rating.as_ref().map(|rating| rating.grade)
}

pub fn months(first: (i32, u32), count: u32) -> Months {
    Months { first: crate::time::Month::new(first.0, first.1), count }
}

pub fn text(value: &Value) -> String {
    match value {
        Value::Number(number) => format!("{number:?}"),
        Value::Missing(reason) => reason.to_string(),
        other => format!("{other:?}"),
    }
}

pub fn arc(text: &str) -> Arc<str> {
    Arc::from(text)
}

//! From the model and a period to what must be computed.
//!
//! A [`Plan`] has two halves: the [`query::Query`], which is all that is asked of the data, and the
//! [`program::Program`], which makes values and scores of the answers. Both are plain data. Whatever two KPIs,
//! positions or windows have in common stands in it once.

mod formulas;
pub mod program;
pub mod query;
mod row_scales;
mod rows;

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use indexmap::{IndexMap, IndexSet};

use self::program::{
    AdjustmentPlan, AnchorPlan, Calc, CalcId, CardPlan, CurvePlan, EntryPlan, EntryWhat, GroupPlan, KpiPlan,
    MatrixPlan, OutputSum, PerStepPlan, Program, ScorecardPlan,
};
use self::query::{Measure, Query, RosterRead};
use self::rows::TableBuilder;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::data::DataId;
use crate::model::expr::{Expr, Kind};
use crate::model::{
    CalendarData, Curve, CurveKind, Direction, Entry, Group, Head, KpiEntry, KpiId, MatrixId, Model, Position,
    PositionId, ScaleId, ScoreCurve, Scorecard,
};
use crate::number::Number;
use crate::source::Span;
use crate::syntax::tree::{BinaryOp, ScopeWord};
use crate::time::{Day, Month, Months, PeriodName};
use crate::value::{Missing, Value};

/// What one evaluation computes.
#[derive(Clone, Debug)]
pub struct Plan {
    pub period: PeriodName,
    pub months: Months,
    pub first_day: Day,
    pub last_day: Day,
    pub query: Query,
    pub program: Program,
}

/// Plans the evaluation of all positions in force in a period. Errors: a project that evaluates nobody.
pub fn plan(model: &Model, period: PeriodName) -> Result<Plan, Vec<Diagnostic>> {
    if let (Some(own), None) = (model.company.calendar_data, &model.company.calendar.own) {
        return Err(vec![no_months(model, own)]);
    }
    let months = model.company.calendar.months(period);
    let (first_day, last_day) = model.company.calendar.days(months);
    let mut planner = Planner {
        model,
        period,
        months,
        last_day,
        tables: IndexMap::new(),
        measures: IndexSet::new(),
        reads: IndexSet::new(),
        nodes: IndexMap::new(),
        curves: Vec::new(),
        scales: IndexMap::new(),
        matrices: Vec::new(),
        matrix_days: IndexMap::new(),
        rosters: IndexSet::new(),
        kpis: HashMap::new(),
        sums: IndexSet::new(),
        reading: None,
        uncovered: RefCell::default(),
    };
    planner.days(months);
    let mut cards = Vec::new();
    for (at, position) in model.positions.iter().enumerate() {
        if !planner.in_force(at) {
            continue;
        }
        for (roster, set) in model.data.iter().enumerate() {
            if set.roster.as_ref().is_some_and(|roster| roster.may_hold(&position.name)) {
                cards.push(planner.card(PositionId(at), position, DataId(roster)));
            }
        }
    }
    if cards.is_empty() {
        return Err(vec![planner.nobody()]);
    }
    let uncovered = planner.uncovered.take();
    if !uncovered.is_empty() {
        return Err(vec![uncovered_months(model, &uncovered)]);
    }
    let rosters: Vec<DataId> = planner.rosters.iter().copied().collect();
    let organisation = model.data.iter().position(|set| set.organisation.is_some()).map(DataId);
    for roster in &rosters {
        planner.need_roster(*roster);
    }
    if let Some(organisation) = organisation {
        planner.need_organisation(organisation);
    }
    let Planner { tables, measures, reads, nodes, curves, scales, matrices, matrix_days, sums, .. } = planner;
    // Each was put in as its curve was.
    let scales = scales.into_keys().map(|(scale, _)| scale).collect();
    let matrix_ids = matrix_days.into_keys().map(|(matrix, _)| matrix).collect();
    let (nodes, spans) = nodes.into_iter().unzip();
    let query = Query {
        tables: rows::in_order(model, tables),
        measures: measures.into_iter().collect(),
        rosters,
        organisation,
        reads: reads.into_iter().collect(),
    };
    let sums = sums.into_iter().collect();
    let program = Program { nodes, spans, cards, curves, scales, matrices, matrix_ids, sums };
    Ok(Plan { period, months, first_day, last_day, query, program })
}

struct Planner<'m> {
    /// Months that formulas read and the company's own calendar lacks.
    uncovered: RefCell<BTreeSet<Month>>,
    model: &'m Model,
    period: PeriodName,
    months: Months,
    last_day: Day,
    tables: IndexMap<DataId, TableBuilder>,
    measures: IndexSet<Measure>,
    reads: IndexSet<RosterRead>,
    /// Equal nodes stand once; the span is that of the first.
    nodes: IndexMap<Calc, Span>,
    curves: Vec<CurvePlan>,
    /// The curves of named scales called in formulas, by the day their constants are read on.
    scales: IndexMap<(ScaleId, Day), usize>,
    matrices: Vec<MatrixPlan>,
    /// Matrices called in formulas, by the day their constants are read on.
    matrix_days: IndexMap<(MatrixId, Day), usize>,
    sums: IndexSet<OutputSum>,
    rosters: IndexSet<DataId>,
    /// KPIs that are planned already: one that several others use is gone through once.
    kpis: HashMap<(KpiId, Context), CalcId>,
    /// The KPI whose formula is being planned.
    reading: Option<KpiId>,
}

/// For whom, where and when a formula is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Context {
    roster: DataId,
    scope: ScopeWord,
    months: Months,
}

impl Planner<'_> {
    /// Of several versions of a position, the latest that has begun by the last day of the period.
    fn in_force(&self, at: usize) -> bool {
        let position = &self.model.positions[at];
        let begins = |one: &Position| self.model.position_begins(one);
        let begun = |one: &Position| begins(one).is_none_or(|day| day <= self.last_day);
        let later = self
            .model
            .positions
            .iter()
            .any(|other| other.name == position.name && begun(other) && begins(other) > begins(position));
        begun(position) && !later
    }

    fn nobody(&self) -> Diagnostic {
        let model = self.model;
        let finding = |message: String, mend: &str| Diagnostic::new(Code::NothingToEvaluate, message).help(mend);
        if model.positions.is_empty() {
            return finding(
                "the project has no position, so there is nothing to evaluate".into(),
                "declare one: `position branch_manager \"Branch manager\" { … }`",
            );
        }
        let rosters = model.data.iter().any(|set| set.roster.is_some());
        if !rosters {
            return finding(
                "no data set is the roster, so nobody can be evaluated".into(),
                "write `roster` in the data set that says who holds which post",
            );
        }
        let first = model
            .positions
            .iter()
            .filter_map(|position| Some((model.position_begins(position)?, position)))
            .min_by_key(|(day, _)| *day);
        let diagnostic = finding(
            format!("no position is in force in {}", self.period),
            "evaluate a later period, or make `effective from` earlier",
        );
        match first {
            Some((day, position)) => diagnostic.at(position.span, format!("effective from {day}")),
            None => diagnostic,
        }
    }

    fn card(&mut self, id: PositionId, position: &Position, roster: DataId) -> CardPlan {
        self.rosters.insert(roster);
        let context = Context { roster, scope: position.scope, months: self.months };
        let eligible = position.eligible.as_ref().map(|condition| self.formula(condition, context));
        let scorecard = position.scorecard.as_ref().map(|scorecard| self.scorecard(scorecard, context));
        let outputs = position.outputs.iter().map(|output| self.formula(&output.value, context)).collect();
        CardPlan { position: id, roster, eligible, scorecard, outputs }
    }

    fn scorecard(&mut self, scorecard: &Scorecard, context: Context) -> ScorecardPlan {
        let vetoes = scorecard.vetoes.iter().map(|veto| self.formula(&veto.condition, context)).collect();
        let adjustments = scorecard
            .adjustments
            .iter()
            .map(|adjustment| AdjustmentPlan {
                kpi: self.version(adjustment.kpi),
                value: self.kpi(adjustment.kpi, Context { scope: adjustment.scope, ..context }, adjustment.span),
                deduct: adjustment.deduct,
                amount: self.number(&adjustment.amount),
                full_steps: adjustment.full_steps,
                step: self.number(&adjustment.step),
                limit: adjustment.limit.as_ref().map(|limit| self.number(limit)),
            })
            .collect();
        ScorecardPlan {
            root: self.group(&scorecard.root, context),
            when_missing: scorecard.when_missing,
            complete_at_least: scorecard.complete_at_least.clone(),
            range: scorecard.range.clone(),
            vetoes,
            adjustments,
        }
    }

    fn group(&mut self, group: &Group, context: Context) -> GroupPlan {
        let entries = group.entries.iter().map(|entry| self.entry(entry, context)).collect();
        GroupPlan { combine: group.combine, entries }
    }

    fn entry(&mut self, entry: &Entry, context: Context) -> EntryPlan {
        EntryPlan {
            weight: entry.weight.clone(),
            points: entry.points.clone(),
            applies_when: entry.applies_when.as_ref().map(|condition| self.formula(condition, context)),
            what: match &entry.head {
                Head::Group(group) => EntryWhat::Group(self.group(group, context)),
                Head::Kpi(kpi) => EntryWhat::Kpi(Box::new(self.kpi_entry(kpi, entry.span, context))),
                Head::ScoreOf(position) => EntryWhat::ScoreOf(position.as_str().into()),
                Head::ScoreOfReports => EntryWhat::ScoreOfReports,
            },
        }
    }

    fn kpi_entry(&mut self, entry: &KpiEntry, span: Span, context: Context) -> KpiPlan {
        let context = Context { scope: entry.scope, ..context };
        let target = (!entry.target.is_empty()).then(|| match self.model.dated(&entry.target, Some(self.last_day)) {
            Some(target) => self.formula(target, context),
            None => self.node(stated(format!("no target is stated for {}", self.period)), span),
        });
        let score = entry.score.as_ref();
        KpiPlan {
            kpi: self.version(entry.kpi),
            value: self.kpi(entry.kpi, context, span),
            target,
            prorated: entry.prorated,
            lower_is_better: matches!(self.model.kpis[entry.kpi.0].direction, Some(Direction::Lower)),
            on_attainment: score.is_some_and(|score| score.on_attainment),
            curve: score.map(|score| match &score.curve {
                ScoreCurve::Attainment { up_to } => {
                    CurvePlan::Attainment { up_to: up_to.as_ref().map(|limit| self.number(limit)) }
                }
                ScoreCurve::Own(curve) => self.curve(curve, context),
                ScoreCurve::Scale(scale) => match self.model.scale_on(*scale, self.last_day) {
                    Some(scale) => self.curve(&self.model.scales[scale.0].curve, context),
                    None => CurvePlan::Formula(self.node(self.no_scale(*scale), span)),
                },
            }),
        }
    }

    /// A curve with its numbers as of the last day of the context's period.
    fn curve(&mut self, curve: &Curve, context: Context) -> CurvePlan {
        let day = self.model.company.calendar.last_day(context.months.last());
        let number = |expr: &Expr| self.number_on(expr, day);
        match &curve.kind {
            CurveKind::Linear { anchors, continue_above } => CurvePlan::Linear {
                anchors: anchors
                    .iter()
                    .map(|anchor| AnchorPlan {
                        below: anchor.below,
                        at: number(&anchor.at),
                        score: number(&anchor.score),
                    })
                    .collect(),
                continue_above: *continue_above,
            },
            CurveKind::Steps(steps) => CurvePlan::Steps(
                steps
                    .iter()
                    .map(|step| {
                        let condition = step.condition.as_ref().map(|(op, at)| (*op, number(at)));
                        (condition, number(&step.score))
                    })
                    .collect(),
            ),
            CurveKind::PerStep(step) => CurvePlan::PerStep(PerStepPlan {
                deduct: step.deduct,
                amount: number(&step.amount),
                full_steps: step.full_steps,
                step: number(&step.step),
                of_target: step.of_target,
                above: step.above,
                start: step.start.as_ref().map(number),
                limit: step.limit.as_ref().map(number),
            }),
            CurveKind::Brackets(brackets) => {
                CurvePlan::Brackets(brackets.iter().map(|(rate, to)| (number(rate), to.as_ref().map(number))).collect())
            }
            CurveKind::Formula(formula) => CurvePlan::Formula(self.formula(formula, context)),
        }
    }

    /// The version of a KPI that the period's results are about.
    fn version(&self, kpi: KpiId) -> KpiId {
        self.model.kpi_on(kpi, self.last_day).unwrap_or(kpi)
    }

    /// Why a scale yields nothing: no version of it has begun.
    fn no_scale(&self, scale: ScaleId) -> Calc {
        let (model, name) = (self.model, &self.model.scales[scale.0].name);
        stated(model.not_yet_in_force(name, scale.0, |at| &model.scales[at].versions))
    }

    fn no_matrix(&self, matrix: MatrixId) -> Calc {
        let (model, name) = (self.model, &self.model.matrices[matrix.0].name);
        stated(model.not_yet_in_force(name, matrix.0, |at| &model.matrices[at].versions))
    }

    fn matrix(&self, matrix: MatrixId, day: Day) -> MatrixPlan {
        let matrix = &self.model.matrices[matrix.0];
        let number = |expr: &Expr| self.number_on(expr, day);
        let limits = |limits: &[Option<(BinaryOp, Expr)>]| {
            limits.iter().map(|limit| limit.as_ref().map(|(op, at)| (*op, number(at)))).collect()
        };
        MatrixPlan {
            rows: limits(&matrix.rows),
            columns: limits(&matrix.columns),
            values: matrix.values.iter().map(|line| line.iter().map(number).collect()).collect(),
        }
    }

    fn number(&self, expr: &Expr) -> Number {
        self.number_on(expr, self.last_day)
    }

    /// The checker has made sure that there is one.
    fn number_on(&self, expr: &Expr, day: Day) -> Number {
        let known = self.model.constant_value(expr, Some(day)).or_else(|| self.model.constant_value(expr, None));
        known.unwrap_or(Number::ZERO)
    }

    fn node(&mut self, calc: Calc, span: Span) -> CalcId {
        let entry = self.nodes.entry(calc);
        let id = CalcId(entry.index());
        entry.or_insert(span);
        id
    }

    fn kpi(&mut self, kpi: KpiId, context: Context, span: Span) -> CalcId {
        let reference = Expr { kind: Box::new(Kind::Kpi(kpi)), ty: self.model.kpis[kpi.0].value.ty.clone(), span };
        self.formula(&reference, context)
    }
}

/// No files are read and no table of a test is given that tells the months.
fn no_months(model: &Model, own: CalendarData) -> Diagnostic {
    let name = &model.data[own.data.0].name;
    Diagnostic::new(
        Code::BadCalendar,
        format!("the months of the company's calendar are not known: `{name}` has no rows"),
    )
    .at(model.data[own.data.0].span, "declared here")
    .help(format!("in a test, add `given {name} {{ … }}` with the months it needs"))
}

fn uncovered_months(model: &Model, months: &BTreeSet<Month>) -> Diagnostic {
    let name = model.company.calendar_data.map_or("", |own| &model.data[own.data.0].name);
    let shown: Vec<String> = months.iter().take(6).map(Month::to_string).collect();
    let more = if months.len() > shown.len() { ", …" } else { "" };
    Diagnostic::new(
        Code::BadCalendar,
        format!("`{name}` does not cover {}{more}, which formulas read", shown.join(", ")),
    )
    .help("add the months to the calendar: each with its first and its last day")
}

fn stated(reason: String) -> Calc {
    Calc::Value(Value::Missing(Missing::Stated(reason.into())))
}

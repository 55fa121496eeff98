//! From the model and a period to what must be computed.
//!
//! A [`Plan`] has two halves: the [`query::Query`], which is all that is asked of the data, and the
//! [`program::Program`], which makes values and scores of the answers. Both are plain data. Whatever two KPIs,
//! positions or windows have in common stands in it once.

pub mod answered;
pub mod by_month;
mod formulas;
mod kept;
pub mod program;
pub mod query;
pub mod rounding;
mod row_scales;
mod rows;
pub mod running;
mod stored;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};

use self::by_month::ByMonth;
use self::program::{
    AdjustmentPlan, Calc, CalcId, CardPlan, CurvePlan, EntryPlan, EntryWhat, GroupPlan, KpiPlan, MatrixPlan,
    OutputPlan, OutputSum, Program, ScorePlan, ScorecardPlan,
};
use self::query::{Measure, MeasureId, NodeId, Query, RosterRead, RowBranch};
use self::rows::TableBuilder;
use self::running::{Carried, Running, RunningPlan, Staying};
pub use self::stored::Stored;
use crate::diagnostic::{Code, Diagnostic};
use crate::language::{BinaryOp, PartOfPeriod, ScopeWord};
use crate::model::data::{ColumnIx, ColumnType, DataId, DataSet};
use crate::model::expr::{ClosedRead, Expr, Kind};
use crate::model::types::unit::DisplayUnit;
use crate::model::{
    self, CalendarData, Curve, Direction, Entry, Group, Head, KpiEntry, KpiId, MatrixId, Model, Output, Position,
    PositionId, ScaleId, ScoreCurve, Scorecard,
};
use crate::number::{Excess, Number};
use crate::source::{FileId, Span};
use crate::time::{Day, Month, Months, PeriodName};
use crate::value::Value;

/// What one evaluation computes.
#[derive(Clone, Debug)]
pub struct Plan {
    pub period: PeriodName,
    pub months: Months,
    pub first_day: Day,
    pub last_day: Day,
    /// Of all the periods that were planned together.
    pub query: Arc<Query>,
    pub program: Program,
    /// Of a period that is evaluated on a day of it, and not when it has ended.
    pub running: Option<Arc<RunningPlan>>,
    /// The same aggregates by month, where they are asked for.
    pub by_month: ByMonth,
    /// Columns of rosters that are asked for beside what formulas read, in the order in which they were: their places in
    /// the query's reads; none where nobody on that roster is evaluated.
    pub beside: Vec<Option<usize>>,
}

impl Plan {
    /// The rosters whose rows are evaluated in the period: their places in [`Query::rosters`]. Others are asked for to see
    /// that nobody there holds a position of these.
    pub fn rosters(&self) -> Vec<usize> {
        let evaluated: IndexSet<DataId> = self.program.cards.iter().map(|card| card.roster).collect();
        evaluated.iter().filter_map(|data| self.query.rosters.iter().position(|asked| asked == data)).collect()
    }
}

/// Plans the evaluation of all positions in force in a period. Errors: a project that evaluates nobody.
pub fn plan(model: &Model, period: PeriodName) -> Result<Plan, Vec<Diagnostic>> {
    let (query, mut periods, _) = ask(model, &[period], None, &[])?;
    let (only, program, _) = periods.remove(0);
    Ok(only.plan(Arc::new(query), program))
}

/// Plans a period that is running: what is known on a day, and what the rest is carried on from.
pub fn plan_running(model: &Model, running: Running) -> Result<Plan, Vec<Diagnostic>> {
    let (query, mut periods, (carried, staying)) = ask(model, &[running.period], Some(&running), &[])?;
    let (only, program, _) = periods.remove(0);
    let query = Query { as_of: Some(running.day), ..query };
    let of_running = RunningPlan { running, carried, staying };
    Ok(Plan { running: Some(Arc::new(of_running)), ..only.plan(Arc::new(query), program) })
}

/// Plans several periods that are evaluated in one pass over the files: what they ask of the data stands in one query,
/// which all of the plans share. Each has the program that it would have alone.
pub fn plans(model: &Model, periods: &[PeriodName]) -> Result<Vec<Plan>, Vec<Diagnostic>> {
    plans_beside(model, periods, &[])
}

/// The same, and columns of rosters are read of everyone who is evaluated, whatever formulas read.
pub fn plans_beside(
    model: &Model,
    periods: &[PeriodName],
    columns: &[(DataId, ColumnIx)],
) -> Result<Vec<Plan>, Vec<Diagnostic>> {
    let (query, periods, _) = ask(model, periods, None, columns)?;
    let query = Arc::new(query);
    let plan = |(period, program, beside): (Dated, Program, _)| Plan { beside, ..period.plan(query.clone(), program) };
    Ok(periods.into_iter().map(plan).collect())
}

/// A period with the days that the company's calendar gives it.
#[derive(Clone, Copy)]
struct Dated {
    name: PeriodName,
    months: Months,
    first_day: Day,
    last_day: Day,
}

impl Dated {
    fn of(model: &Model, name: PeriodName) -> Dated {
        let months = model.company.calendar.months(name);
        let (first_day, last_day) = model.company.calendar.days(months);
        Dated { name, months, first_day, last_day }
    }

    fn plan(self, query: Arc<Query>, program: Program) -> Plan {
        let Dated { name: period, months, first_day, last_day } = self;
        let (running, by_month, beside) = (None, ByMonth::new(), Vec::new());
        Plan { period, months, first_day, last_day, query, program, running, by_month, beside }
    }
}

/// With the places of the reads beside it.
type Programs = Vec<(Dated, Program, Vec<Option<usize>>)>;

/// Of a running period.
type OfRest = (Vec<Carried>, Vec<Staying>);

/// What is asked of the data for some periods, and the program of each.
fn ask(
    model: &Model,
    periods: &[PeriodName],
    running: Option<&Running>,
    beside: &[(DataId, ColumnIx)],
) -> Result<(Query, Programs, OfRest), Vec<Diagnostic>> {
    if let (Some(own), None) = (model.company.calendar_data, &model.company.calendar.own) {
        return Err(vec![no_months(model, own)]);
    }
    let periods: Vec<Dated> = periods.iter().map(|name| Dated::of(model, *name)).collect();
    let mut asked = Asked::default();
    let (mut programs, mut errors) = (Vec::new(), Vec::<Diagnostic>::new());
    for period in &periods {
        let mut planner = Planner {
            model,
            period: *period,
            periods: &periods,
            asked: &mut asked,
            nodes: IndexMap::new(),
            curves: Vec::new(),
            scales: IndexMap::new(),
            matrices: Vec::new(),
            matrix_days: IndexMap::new(),
            sums: IndexSet::new(),
            kpis: HashMap::new(),
            reading: None,
            running,
        };
        match planner.program() {
            Ok(program) => {
                let read = planner.read_beside(&program, beside);
                programs.push((*period, program, read));
            }
            // Without positions or a roster it is the same mistake in every period.
            Err(nobody) if errors.iter().any(|known| known.message == nobody.message) => {}
            Err(nobody) => errors.push(*nobody),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let mut too_large = asked.too_large.take();
    let mut uncovered = asked.uncovered.take();
    if !asked.changing.is_empty() {
        return Err(asked.changing);
    }
    let of_rest = (
        std::mem::take(&mut asked.carried).into_values().collect(),
        std::mem::take(&mut asked.staying).into_iter().collect(),
    );
    let query = asked.query(model);
    let stored = Stored::of(model, query.tables.iter().map(|table| (table.data, &*table.columns)));
    too_large.extend(stored.too_large);
    if !too_large.is_empty() {
        return Err(too_large.into_values().collect());
    }
    uncovered.extend(stored.uncovered);
    if !uncovered.is_empty() {
        return Err(vec![uncovered_months(model, &uncovered)]);
    }
    Ok((query, programs, of_rest))
}

/// What is asked of the data, as it grows.
#[derive(Default)]
struct Asked {
    tables: IndexMap<DataId, TableBuilder>,
    /// With those in whose formulas each stands, and where it does first.
    measures: IndexMap<Measure, (Vec<KpiId>, Span)>,
    reads: IndexSet<RosterRead>,
    branches: Vec<RowBranch>,
    /// Reads that tell whether points of a curve stand in order, with the columns they stand in.
    orders: BTreeMap<usize, Vec<NodeId>>,
    called: Vec<(String, DisplayUnit)>,
    calls: BTreeMap<MeasureId, usize>,
    rosters: IndexSet<DataId>,
    /// Months that formulas read and the company's own calendar lacks.
    uncovered: RefCell<BTreeSet<Month>>,
    /// Targets that are stated for parts of the periods.
    changing: Vec<Diagnostic>,
    /// Stated numbers that cannot be held, by file, start and end.
    too_large: RefCell<BTreeMap<(FileId, u32, u32), Diagnostic>>,
    /// Of a running period: what is carried on, and what stays as it is.
    carried: IndexMap<MeasureId, Carried>,
    staying: IndexSet<Staying>,
}

impl Asked {
    /// A result is read of months that are no period, so no closing can hold it.
    fn without_closing(&mut self, read: &ClosedRead, months: Months, span: Span) {
        let message = format!("`closed({})` is read of {months}, which is no month, quarter, half or year", read.name);
        if self.changing.iter().any(|known| known.message == message) {
            return;
        }
        self.changing.push(
            Diagnostic::new(Code::NoSuchClosing, message)
                .at(span, "of no period")
                .help("move it by whole periods, as in `previous period` or `1 year earlier`, and read it outside of windows of another length"),
        );
    }

    fn query(mut self, model: &Model) -> Query {
        let rosters: Vec<DataId> = self.rosters.iter().copied().collect();
        let organisation = model.data.iter().position(|set| set.organisation.is_some()).map(DataId);
        for roster in &rosters {
            self.need_roster(model, *roster);
        }
        if let Some(organisation) = organisation {
            self.need_organisation(model, organisation);
        }
        let of_roster = |set: &DataSet| {
            let person = set.rulings.map(|rulings| rulings.person)?;
            let ColumnType::Link { data, .. } = set.column(person).ty else { return None };
            rosters.contains(&data).then_some(())
        };
        let rulings = (0..model.data.len()).filter(|at| of_roster(&model.data[*at]).is_some());
        let rulings: Vec<DataId> = rulings.map(DataId).collect();
        rulings.iter().for_each(|data| self.need_rulings(model, *data));
        self.need_inputs(model);
        let (measures, asked): (_, Vec<_>) = self.measures.into_iter().unzip();
        let (serves, spans) = asked.into_iter().unzip();
        Query {
            tables: rows::in_order(model, self.tables),
            measures,
            serves,
            spans,
            rosters,
            organisation,
            rulings,
            reads: self.reads.into_iter().collect(),
            branches: self.branches,
            orders: self.orders,
            called: self.called,
            calls: self.calls,
            as_of: None,
        }
    }
}

/// Plans one period.
struct Planner<'m> {
    model: &'m Model,
    period: Dated,
    /// All that are evaluated, for words about windows.
    periods: &'m [Dated],
    asked: &'m mut Asked,
    /// Equal nodes stand once; the span is that of the first.
    nodes: IndexMap<Calc, Span>,
    curves: Vec<CurvePlan>,
    /// The curves of named scales called in formulas, by the day their constants are read on.
    scales: IndexMap<(ScaleId, Day), usize>,
    matrices: Vec<MatrixPlan>,
    /// Matrices called in formulas, by the day their constants are read on.
    matrix_days: IndexMap<(MatrixId, Day), usize>,
    sums: IndexSet<OutputSum>,
    /// KPIs that are planned already: one that several others use is gone through once.
    kpis: HashMap<(KpiId, Context), CalcId>,
    /// The KPI whose formula is being planned.
    reading: Option<KpiId>,
    running: Option<&'m Running>,
}

/// For whom, where and when a formula is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Context {
    roster: DataId,
    scope: ScopeWord,
    months: Months,
    /// Of a running period: what adds up is carried on to its end.
    carried: bool,
}

impl Planner<'_> {
    /// The formulas of all positions in force.
    fn program(&mut self) -> Result<Program, Box<Diagnostic>> {
        let model = self.model;
        self.days(self.period.months);
        let mut cards = Vec::new();
        for (at, position) in model.positions.iter().enumerate() {
            if !self.in_force(at) {
                continue;
            }
            cards.extend(position.rosters.iter().map(|roster| self.card(PositionId(at), position, *roster)));
            // Nobody there may hold it, and somebody might.
            self.asked.rosters.extend(position.unfit.iter().map(|unfit| unfit.roster));
        }
        if cards.is_empty() {
            return Err(Box::new(self.nobody()));
        }
        let take = std::mem::take::<IndexMap<Calc, Span>>;
        let (nodes, spans) = take(&mut self.nodes).into_iter().unzip();
        Ok(Program {
            nodes,
            spans,
            cards,
            curves: std::mem::take(&mut self.curves),
            // Each was put in as its curve was.
            scales: self.scales.keys().map(|(scale, _)| *scale).collect(),
            matrices: std::mem::take(&mut self.matrices),
            matrix_ids: self.matrix_days.keys().map(|(matrix, _)| *matrix).collect(),
            sums: std::mem::take(&mut self.sums).into_iter().collect(),
        })
    }

    /// Of several versions of a position, the latest that has begun by the last day of the period.
    fn in_force(&self, at: usize) -> bool {
        let position = &self.model.positions[at];
        let begins = |one: &Position| self.model.position_begins(one);
        let begun = |one: &Position| begins(one).is_none_or(|day| day <= self.period.last_day);
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
            format!("no position is in force in {}", self.period.name),
            "evaluate a later period, or make `effective from` earlier",
        );
        match first {
            Some((day, position)) => diagnostic.at(position.span, format!("effective from {day}")),
            None => diagnostic,
        }
    }

    fn card(&mut self, id: PositionId, position: &Position, roster: DataId) -> CardPlan {
        self.asked.rosters.insert(roster);
        let carried = self.running.is_some_and(|running| running.how.is_some());
        let context = Context { roster, scope: position.scope, months: self.period.months, carried };
        let eligible = position.eligible.as_ref().map(|condition| self.formula(condition, context));
        let rank_within = position.rank_within.as_ref().map(|part| self.formula(part, context));
        let scorecard = position.scorecard.as_ref().map(|scorecard| self.scorecard(scorecard, context));
        let outputs = position.outputs.iter().map(|output| self.output(output, context)).collect();
        CardPlan { position: id, roster, eligible, rank_within, scorecard, outputs }
    }

    fn output(&mut self, output: &Output, context: Context) -> OutputPlan {
        let inside =
            self.rounding_around(&output.value).map(|(inside, rounded)| (self.formula(&inside, context), rounded));
        OutputPlan {
            value: self.formula(&output.value, context),
            inside,
            prorated: output.part == Some(PartOfPeriod::Prorated),
        }
    }

    fn scorecard(&mut self, scorecard: &Scorecard, context: Context) -> ScorecardPlan {
        // What has happened is no matter of pace: conditions of vetoes stay as they are on the day.
        let as_it_stands = Context { carried: false, ..context };
        let vetoes = scorecard.vetoes.iter().map(|veto| self.formula(&veto.condition, as_it_stands)).collect();
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
            stated: entry.stated.clone(),
            cap: entry.cap(),
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
        let value = &self.model.kpis[entry.kpi.0].value;
        let parts = self.model.parts_within(&entry.target, value, self.period.months);
        if !parts.is_empty() {
            let finding = self.changes_within(entry, &parts);
            self.asked.changing.push(finding);
        }
        let target =
            (!entry.target.is_empty()).then(|| match self.model.dated(&entry.target, Some(self.period.last_day)) {
                Some(target) => self.formula(target, context),
                None => {
                    self.node(Calc::Value(Value::stated(format!("no target is stated for {}", self.period.name))), span)
                }
            });
        let score = entry.score.as_ref();
        KpiPlan {
            kpi: self.version(entry.kpi),
            value: self.kpi(entry.kpi, context, span),
            target,
            prorated: entry.prorated,
            lower_is_better: matches!(self.model.kpis[entry.kpi.0].direction, Some(Direction::Lower)),
            on_attainment: score.is_some_and(|score| score.on_attainment),
            made_for: score.and_then(|score| score.made_for.clone()),
            curve: score.map(|score| match &score.curve {
                ScoreCurve::Attainment { up_to } => {
                    ScorePlan::Attainment { up_to: up_to.as_ref().map(|limit| self.number(limit)) }
                }
                ScoreCurve::Own(curve) => ScorePlan::Curve(self.curve(curve, context)),
                ScoreCurve::Scale(scale) => match self.model.scale_on(*scale, self.period.last_day) {
                    Some(scale) => ScorePlan::Curve(self.curve(&self.model.scales[scale.0].curve, context)),
                    None => ScorePlan::Curve(CurvePlan::Formula(self.node(self.no_scale(*scale), span))),
                },
            }),
        }
    }

    /// A target that says what holds in which part of the year, for a period that spans several.
    fn changes_within(&self, entry: &KpiEntry, parts: &[&model::Dated]) -> Diagnostic {
        let (name, period) = (&self.model.kpis[entry.kpi.0].name, self.period.name);
        let message =
            format!("the target of `{name}` is stated by parts of the year, and {period} has more than one of them");
        let finding = Diagnostic::new(Code::ChangingTarget, message);
        let finding =
            parts.iter().fold(finding, |finding, part| finding.at(part.value.span, "in force in a part of it"));
        finding.help(
            "evaluate the parts one by one; or, where the value that holds on the last day counts for all of it, declare \
             a `constant` with these parts, and write its name as the target",
        )
    }

    /// A curve with its numbers as of the last day of the context's period.
    fn curve(&mut self, curve: &Curve, context: Context) -> CurvePlan {
        let day = self.model.company.calendar.last_day(context.months.last());
        let kind = curve.kind.map(|_, number| self.number_on(number, day));
        kind.with_formula(|formula| self.formula(formula, context))
    }

    /// The version of a KPI that the period's results are about.
    fn version(&self, kpi: KpiId) -> KpiId {
        self.model.kpi_on(kpi, self.period.last_day).unwrap_or(kpi)
    }

    /// Why a scale yields nothing: no version of it has begun.
    fn no_scale(&self, scale: ScaleId) -> Calc {
        let (model, name) = (self.model, &self.model.scales[scale.0].name);
        Calc::Value(Value::stated(model.not_yet_in_force(name, scale.0, |at| &model.scales[at].versions)))
    }

    fn no_matrix(&self, matrix: MatrixId) -> Calc {
        let (model, name) = (self.model, &self.model.matrices[matrix.0].name);
        Calc::Value(Value::stated(model.not_yet_in_force(name, matrix.0, |at| &model.matrices[at].versions)))
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
        self.number_on(expr, self.period.last_day)
    }

    /// The checker has made sure that there is one.
    fn number_on(&self, expr: &Expr, day: Day) -> Number {
        let known = self.model.constant_value(expr, Some(day)).or_else(|| self.model.constant_value(expr, None));
        let number = known.unwrap_or(Number::ZERO);
        if let Some(words) = number.excess().map(Excess::words) {
            let finding =
                Diagnostic::new(Code::NumberTooLarge, words.message).at(expr.span, words.label).help(words.help);
            self.asked.too_large.borrow_mut().entry(expr.span.key()).or_insert(finding);
        }
        number
    }

    fn node(&mut self, calc: Calc, span: Span) -> CalcId {
        let entry = self.nodes.entry(calc);
        let id = CalcId(entry.index());
        entry.or_insert(span);
        id
    }

    fn kpi(&mut self, kpi: KpiId, context: Context, span: Span) -> CalcId {
        let reference = Expr::new(Kind::Kpi(kpi), self.model.kpis[kpi.0].value.ty.clone(), span);
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

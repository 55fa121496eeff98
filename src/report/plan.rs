//! What one pass over the data reads and computes, in words: `merit plan`.
//!
//! Aggregates stand as the specs write them; equal ones stand once, with the groups and windows they are computed for
//! and the KPIs that use them.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use indexmap::{IndexMap, IndexSet};
use serde::Serialize;

use super::digits::grouped;
use super::layout::Style;
use super::page::Page;
use super::show::Show;
use super::{Look, one_line};
use crate::documents::Document;
use crate::eval::{behind, operands};
use crate::model::data::{ColumnIx, ColumnType, DataId, DataSet, TimeShape};
use crate::model::{KpiId, Model, PositionId};
use crate::plan::Plan;
use crate::plan::program::{Calc, CalcId};
use crate::plan::query::{Group, Measure, MeasureId, RowNode, Rows, visit};
use crate::plural::{either, plural};
use crate::provenance::Provenance;
use crate::source::SourceSet;
use crate::time::PeriodName;

/// A plan as it is told.
#[derive(Serialize)]
pub struct PlanReport<'a> {
    schema: &'static str,
    provenance: Cow<'a, Provenance>,
    failure: Option<()>,
    findings: [(); 0],
    company: &'a str,
    period: String,
    first_day: String,
    last_day: String,
    /// The only KPI told about, where one was asked for.
    kpi: Option<Named<'a>>,
    positions: Vec<Named<'a>>,
    kpis: Vec<Named<'a>>,
    data: Vec<DataPlan<'a>>,
    /// What is read of closings; left out where nothing is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    closings: Vec<ClosingPlan>,
}

#[derive(Clone, Copy, Serialize)]
struct Named<'a> {
    name: &'a str,
    label: &'a str,
}

#[derive(Serialize)]
struct DataPlan<'a> {
    name: &'a str,
    label: &'a str,
    /// Its rows are evaluated.
    roster: bool,
    /// Its rows are the tree of teams.
    organisation: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    rulings: bool,
    files: Vec<FilesPlan<'a>>,
    /// Tables and queries of a PostgreSQL server.
    postgres: Vec<&'a str>,
    /// Columns that are read, and those that are not.
    columns: Vec<&'a str>,
    not_read: Vec<&'a str>,
    /// How its rows lie in time.
    time: String,
    aggregates: Vec<AggregatePlan<'a>>,
}

/// What is read of the closing of an earlier period.
#[derive(Serialize)]
struct ClosingPlan {
    period: String,
    /// The names of results.
    results: Vec<String>,
}

#[derive(Serialize)]
struct FilesPlan<'a> {
    pattern: &'a str,
    sheet: Option<&'a str>,
    /// How many there are now.
    files: usize,
}

#[derive(Serialize)]
struct AggregatePlan<'a> {
    /// As the specs write it.
    text: String,
    /// By what its rows are grouped.
    groups: Vec<String>,
    /// Which rows it reads, by time.
    rows: Vec<String>,
    /// In whose formulas it stands; none for those of scorecards and outputs.
    kpis: Vec<&'a str>,
}

/// Tells a plan. `files` says how many files match each pattern of a data set; `only` is the one KPI to tell about.
pub fn of<'a>(
    model: &'a Model,
    sources: &SourceSet,
    plan: &Plan,
    only: Option<&'a str>,
    files: &dyn Fn(&DataSet) -> Vec<usize>,
    provenance: Option<&'a Provenance>,
) -> PlanReport<'a> {
    let teller = Teller { model, show: Show::new(model, None), plan };
    let wanted = only.map(|kpi| teller.behind(kpi));
    let shown = |measure: MeasureId| wanted.as_ref().is_none_or(|wanted| wanted.contains(&measure));

    let mut aggregates = BTreeMap::<DataId, IndexMap<String, Told>>::new();
    let mut looked_at = BTreeMap::<DataId, BTreeSet<ColumnIx>>::new();
    for (at, measure) in plan.query.measures.iter().enumerate().filter(|(at, _)| shown(MeasureId(*at))) {
        let text = one_line(sources, plan.query.spans[at]);
        let told = aggregates.entry(measure.data).or_default().entry(text).or_default();
        told.groups.insert(teller.group(&measure.group));
        told.rows.insert(teller.rows(&measure.rows));
        told.kpis.extend(plan.query.serves[at].iter().map(|kpi| model.kpis[kpi.0].name.as_str()));
        teller.columns(measure, &mut looked_at);
    }
    let data = plan.query.tables.iter().filter_map(|table| {
        let set = &model.data[table.data.0];
        let columns: BTreeSet<ColumnIx> = match &wanted {
            None => table.columns.iter().copied().collect(),
            Some(_) => looked_at.get(&table.data)?.clone(),
        };
        let in_files = (0..set.columns.len()).map(ColumnIx).filter(|column| set.column(*column).derived.is_none());
        let (read, not_read): (Vec<ColumnIx>, Vec<ColumnIx>) = in_files.partition(|column| columns.contains(column));
        let names = |columns: Vec<ColumnIx>| columns.iter().map(|at| set.column(*at).name.as_str()).collect();
        Some(DataPlan {
            name: &set.name,
            label: teller.show.label(&set.label),
            roster: plan.query.rosters.contains(&table.data),
            organisation: plan.query.organisation == Some(table.data),
            rulings: plan.query.rulings.contains(&table.data),
            files: set
                .files
                .iter()
                .zip(files(set))
                .map(|(file, files)| FilesPlan { pattern: &file.pattern, sheet: file.sheet.as_deref(), files })
                .collect(),
            postgres: set.relations.iter().map(|(relation, _)| relation.trim()).collect(),
            columns: names(read),
            not_read: names(not_read),
            time: time(set),
            aggregates: aggregates
                .remove(&table.data)
                .unwrap_or_default()
                .into_iter()
                .map(|(text, told)| AggregatePlan {
                    text,
                    groups: told.groups.into_iter().collect(),
                    rows: told.rows.into_iter().collect(),
                    kpis: told.kpis.into_iter().collect(),
                })
                .collect(),
        })
    });
    let data = data.collect();
    let positions: IndexSet<PositionId> = plan.program.cards.iter().map(|card| card.position).collect();
    let kpi = |kpi: KpiId| Named { name: &model.kpis[kpi.0].name, label: teller.show.label(&model.kpis[kpi.0].label) };
    let kpis = teller.kpis();
    PlanReport {
        schema: Document::Plan.schema(),
        provenance: Provenance::or_program(provenance),
        failure: None,
        findings: [],
        company: &model.company.name,
        period: plan.period.to_string(),
        first_day: plan.first_day.to_string(),
        last_day: plan.last_day.to_string(),
        kpi: only.and_then(|name| kpis.iter().find(|known| model.kpis[known.0].name == name)).copied().map(kpi),
        positions: positions
            .into_iter()
            .map(|position| Named {
                name: &model.positions[position.0].name,
                label: teller.show.position_label(position),
            })
            .collect(),
        kpis: kpis.into_iter().map(kpi).collect(),
        data,
        closings: teller.closings(only),
    }
}

/// What is told of an aggregate.
#[derive(Default)]
struct Told<'a> {
    groups: IndexSet<String>,
    rows: IndexSet<String>,
    kpis: BTreeSet<&'a str>,
}

struct Teller<'a, 'p> {
    model: &'a Model,
    show: Show<'a>,
    plan: &'p Plan,
}

impl Teller<'_, '_> {
    /// Those that are computed.
    fn kpis(&self) -> BTreeSet<KpiId> {
        let kpi = |calc: &Calc| match calc {
            Calc::Kpi { kpi, .. } => Some(*kpi),
            _ => None,
        };
        self.plan.program.nodes.iter().filter_map(kpi).collect()
    }

    /// What a KPI needs, through all KPIs that it reads.
    /// What is read of the closings of earlier periods: all of it, or what lies behind one KPI.
    fn closings(&self, only: Option<&str>) -> Vec<ClosingPlan> {
        let program = &self.plan.program;
        let is_wanted = |kpi: &KpiId| only.is_some_and(|only| self.model.kpis[kpi.0].name == only);
        let roots = (0..program.nodes.len()).map(CalcId).filter(|node| match &program.nodes[node.0] {
            Calc::Kpi { kpi, .. } => is_wanted(kpi),
            _ => false,
        });
        let all: Vec<CalcId> = match only {
            Some(_) => behind(program, roots),
            None => (0..program.nodes.len()).map(CalcId).collect(),
        };
        let mut found: BTreeMap<PeriodName, BTreeSet<String>> = BTreeMap::new();
        for node in all {
            if let Calc::Closed { name, period, .. } = &program.nodes[node.0] {
                found.entry(*period).or_default().insert(name.to_string());
            }
        }
        let told = |(period, names): (PeriodName, BTreeSet<String>)| ClosingPlan {
            period: period.to_string(),
            results: names.into_iter().collect(),
        };
        found.into_iter().map(told).collect()
    }

    fn behind(&self, wanted: &str) -> BTreeSet<MeasureId> {
        let program = &self.plan.program;
        let is_wanted = |kpi: &KpiId| self.model.kpis[kpi.0].name == wanted;
        let nodes = program.nodes.iter().enumerate();
        let mut open: Vec<CalcId> = nodes
            .filter(|(_, calc)| matches!(calc, Calc::Kpi { kpi, .. } if is_wanted(kpi)))
            .map(|(at, _)| CalcId(at))
            .collect();
        let (mut seen, mut measures) = (BTreeSet::new(), Vec::new());
        while let Some(node) = open.pop() {
            if !seen.insert(node) {
                continue;
            }
            match &program.nodes[node.0] {
                Calc::Measure { measure, .. } => measures.push(*measure),
                calc => operands(program, calc, |operand, _| open.push(operand)),
            }
        }
        let mut found = BTreeSet::new();
        while let Some(measure) = measures.pop() {
            if found.insert(measure) {
                self.row_nodes(&self.plan.query.measures[measure.0], &mut |node| {
                    if let RowNode::Inner { measure, .. } = node {
                        measures.push(*measure);
                    }
                });
            }
        }
        found
    }

    /// The nodes of a measure's value and condition, with all behind them.
    fn row_nodes(&self, measure: &Measure, each: &mut dyn FnMut(&RowNode)) {
        let table = self.plan.query.tables.iter().find(|table| table.data == measure.data);
        let nodes: &[RowNode] = table.map_or(&[], |table| &table.nodes);
        measure.value.iter().chain(&measure.condition).for_each(|node| visit(*node, nodes, each));
    }

    /// The columns that a measure looks at, in all data sets.
    fn columns(&self, measure: &Measure, found: &mut BTreeMap<DataId, BTreeSet<ColumnIx>>) {
        let mut walk = |via: &[ColumnIx], column: Option<ColumnIx>| {
            let mut data = measure.data;
            for link in via {
                found.entry(data).or_insert_with(|| self.always_read(data)).insert(*link);
                if let ColumnType::Link { data: target, .. } = &self.model.data[data.0].column(*link).ty {
                    data = *target;
                }
            }
            found.entry(data).or_insert_with(|| self.always_read(data)).extend(column);
        };
        walk(&[], None);
        if let Rows::Dated { column, .. } = &measure.rows {
            walk(&[], Some(*column));
        }
        if let Group::Team { via } | Group::Own { via, .. } | Group::Key { via, .. } = &measure.group {
            walk(via, None);
        }
        self.row_nodes(measure, &mut |node| match node {
            RowNode::Column { via, column } => walk(via, Some(*column)),
            RowNode::Inner { via, .. } => walk(via, None),
            _ => {}
        });
    }

    /// The columns by which the rows of a data set are known, and hold or do not.
    fn always_read(&self, data: DataId) -> BTreeSet<ColumnIx> {
        let set = &self.model.data[data.0];
        let time = match set.time {
            TimeShape::Always => [None, None],
            TimeShape::Dated(on) | TimeShape::Snapshot(on) => [Some(on), None],
            TimeShape::Valid { from, to } => [Some(from), to],
        };
        set.key.iter().copied().chain(time.into_iter().flatten()).chain(set.organisation).collect()
    }

    fn group(&self, group: &Group) -> String {
        match group {
            Group::Company => "the company".into(),
            Group::Team { .. } => "each team, with all teams below it".into(),
            Group::Own { roster, .. } => format!("each {} in each post", self.model.data[roster.0].row.singular),
            Group::Key { data, .. } => format!("each {} of `{}`", self.row(*data), self.model.data[data.0].name),
        }
    }

    fn row(&self, data: DataId) -> &str {
        &self.model.data[data.0].row.singular
    }

    fn rows(&self, rows: &Rows) -> String {
        rows_in_words(&self.show, self.plan, rows)
    }
}

/// Which rows are read, by time: `2026-Q3`, `held on 2026-09-30`.
pub fn rows_in_words(show: &Show, plan: &Plan, rows: &Rows) -> String {
    let span = |first, last| match (first, last) == (plan.first_day, plan.last_day) {
        true => plan.period.to_string(),
        false => show.days(first, last),
    };
    match rows {
        Rows::All => "all rows".into(),
        Rows::Dated { months, .. } if *months == plan.months => plan.period.to_string(),
        Rows::Dated { months, .. } => months.to_string(),
        Rows::HeldOn(day) => format!("held on {day}"),
        Rows::HeldDuring(first, last) => format!("held on a day of {}", span(*first, *last)),
        Rows::Newest(first, last) => format!("the newest stock of {}", span(*first, *last)),
        Rows::TakenDuring(first, last) => format!("all stocks of {}", span(*first, *last)),
    }
}

/// How the rows of a data set lie in time.
fn time(set: &DataSet) -> String {
    let name = |column: ColumnIx| &set.column(column).name;
    match set.time {
        TimeShape::Always => "rows that always hold".into(),
        TimeShape::Dated(on) => format!("events, dated by {}", name(on)),
        TimeShape::Valid { from, to: Some(to) } => format!("rows that hold from {} to {}", name(from), name(to)),
        TimeShape::Valid { from, to: None } => format!("rows that hold from {} on", name(from)),
        TimeShape::Snapshot(on) => format!("stock, taken on {}", name(on)),
    }
}

/// Places that what a line is about takes.
const LEAD: usize = 10;

/// The plan for people.
pub fn render(report: &PlanReport<'_>, look: Look) -> String {
    let mut page = Page::new(look);
    let period = format!("{} ({} to {})", report.period, report.first_day, report.last_day);
    let title = match report.company {
        "" => period,
        company => format!("{company} · {period}"),
    };
    page.line(0, "", &title, Style::Strong);
    if let Some(kpi) = report.kpi {
        page.line(0, "", &format!("What the KPI {} needs", named(kpi)), Style::Plain);
    }
    page.out.push('\n');
    page.line(0, "", &sums(report), Style::Plain);
    for data in &report.data {
        page.out.push('\n');
        page.line(0, "", &named(Named { name: data.name, label: data.label }), Style::Strong);
        let role = match (data.roster, data.organisation) {
            (true, true) => "who is evaluated, and the tree of teams",
            (true, false) => "who is evaluated",
            (false, true) => "the tree of teams",
            (false, false) if data.rulings => "what people decided in the place of what the rules give",
            (false, false) => "",
        };
        labelled(&mut page, 2, "Role", role);
        let files = data.files.iter().map(|files| {
            let sheet = files.sheet.map(|sheet| format!(", sheet \"{sheet}\"")).unwrap_or_default();
            format!("{}{sheet}: {}", files.pattern, counted(files.files, "file"))
        });
        labelled(&mut page, 2, "Files", &files.collect::<Vec<_>>().join("; "));
        labelled(&mut page, 2, "Postgres", &data.postgres.join("; "));
        labelled(&mut page, 2, "Reads", &data.columns.join(", "));
        labelled(&mut page, 2, "Not read", &data.not_read.join(", "));
        labelled(&mut page, 2, "Time", &data.time);
        for aggregate in &data.aggregates {
            page.line(2, "", &aggregate.text, Style::Fair);
            labelled(&mut page, 4, "for", &aggregate.groups.join("; "));
            labelled(&mut page, 4, "rows", &aggregate.rows.join("; "));
            let users = match aggregate.kpis.as_slice() {
                [] => "scorecards and outputs".to_string(),
                kpis => kpis.join(", "),
            };
            labelled(&mut page, 4, "used by", &users);
        }
    }
    for closing in &report.closings {
        page.out.push('\n');
        page.line(0, "", &format!("The closing of {}", closing.period), Style::Strong);
        labelled(&mut page, 2, "Reads", &closing.results.join(", "));
    }
    page.out
}

/// `One pass reads 43 files of 20 data sets, each once, …`
fn sums(report: &PlanReport<'_>) -> String {
    let data = &report.data;
    let files = data.iter().flat_map(|data| &data.files).map(|files| files.files).sum();
    let relations = data.iter().map(|data| data.postgres.len()).sum();
    let read = data.iter().map(|data| data.columns.len()).sum::<usize>();
    let all = read + data.iter().map(|data| data.not_read.len()).sum::<usize>();
    let aggregates = data.iter().map(|data| data.aggregates.len()).sum();
    let shared = data.iter().flat_map(|data| &data.aggregates).filter(|one| one.kpis.len() > 1).count();
    let server = match relations {
        0 => String::new(),
        count => {
            format!(
                " and {} {} of a server",
                grouped(&count.to_string()),
                either(count, "table or query", "tables or queries")
            )
        }
    };
    let mut text = format!(
        "One pass reads {}{server} for {} and, of their {}, {}. It computes {}",
        counted(files, "file"),
        counted(data.len(), "data set"),
        counted(all, "column"),
        grouped(&read.to_string()),
        counted(aggregates, "aggregate"),
    );
    if report.kpi.is_none() {
        let kpis = counted(report.kpis.len(), "KPI");
        text.push_str(&format!(" for {kpis} in {}", counted(report.positions.len(), "position")));
    }
    match shared {
        0 => text.push('.'),
        1 => text.push_str("; one of them serves several KPIs."),
        several => text.push_str(&format!("; {several} of them serve several KPIs.")),
    }
    text
}

fn counted(count: usize, one: &str) -> String {
    format!("{} {}", grouped(&count.to_string()), either(count, one, &plural(one)))
}

/// `Policies issued (policies)`
fn named(one: Named<'_>) -> String {
    match one.label {
        "" => one.name.to_string(),
        label if label == one.name => label.to_string(),
        label => format!("{label} ({})", one.name),
    }
}

/// A line that says at its beginning what it is about, if there is something to say.
fn labelled(page: &mut Page, indent: usize, lead: &str, text: &str) {
    if !text.is_empty() {
        page.lead(indent, &format!("{lead:LEAD$}"), text);
    }
}

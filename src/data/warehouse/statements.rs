//! The statements for the tables of an engine: one that checks the rows, one that adds them up, and one for each
//! aggregate that cannot be added up (distinct values, medians, the latest).

use std::collections::BTreeSet;

use super::Cannot;
use super::choose::refused;
use super::dialect::Dialect;
use super::rows::{Before, Known, Sql, Type, read_name, rows_name};
use crate::data::measure::{Family, Job};
use crate::diagnostic::Diagnostic;
use crate::model::data::{Column, ColumnIx, ColumnType, DataId, TimeShape};
use crate::plan::query::{Group, Measure, MeasureId, Rows};
use crate::syntax::tree::AggregateFunction;
use crate::time::{Month, Months};

/// Stands for the plan's fingerprint until that is known.
pub const PLAN: &str = "{the plan}";

/// The columns that every result begins with.
pub const PLAN_COLUMN: &str = "merit_plan";
pub const STATEMENT_COLUMN: &str = "merit_statement";

/// One question to an engine.
#[derive(Clone, Debug)]
pub struct Statement {
    /// The data set, and which of its statements it is.
    pub name: String,
    pub data: DataId,
    /// What it is for, a line each.
    pub about: Vec<String>,
    /// Without a semicolon.
    pub sql: String,
}

/// What the rows of a statement's answer are.
#[derive(Clone, Debug)]
pub enum Written {
    Checks(DataId, Vec<ColumnIx>),
    /// Sums by group and run of months.
    Cells {
        of: (usize, usize),
        segments: Vec<Months>,
        families: Vec<CellFamily>,
        groups: Vec<Group>,
    },
    /// One aggregate that cannot be added up, for each of its windows and groups.
    List {
        of: (usize, usize),
        family: usize,
    },
}

/// A family in a statement of sums.
#[derive(Clone, Debug)]
pub struct CellFamily {
    pub family: usize,
    /// The place of its group among the statement's; `None` for all rows.
    pub group: Option<usize>,
}

type Answer<T> = Result<T, Refused>;

/// What an engine cannot compute: the data sets concerned, and what to say about it.
#[derive(Debug, Default)]
pub struct Refused {
    pub data: BTreeSet<DataId>,
    pub findings: Vec<Diagnostic>,
}

/// Writes all statements, those of each data set together.
pub fn write<'a>(
    known: &Known<'a>,
    needed: &[(DataId, Vec<ColumnIx>)],
    jobs: &[(DataId, Vec<Job<'a>>)],
) -> Answer<(Vec<Statement>, Vec<Written>)> {
    let (mut statements, mut written, mut errors) = (Vec::new(), Vec::new(), Refused::default());
    for (at, (data, jobs)) in jobs.iter().enumerate() {
        let columns = needed.iter().find(|(id, _)| id == data).map_or(&[][..], |(_, columns)| columns);
        let checks = checks(known, *data, columns);
        written.push(Written::Checks(*data, columns.to_vec()));
        statements.push(checks);
        let mut number = 0;
        for (job_at, job) in jobs.iter().enumerate() {
            let mut sums = Vec::new();
            for (family_at, family) in job.families.iter().enumerate() {
                if is_sum(family.function) {
                    sums.push(family_at);
                    continue;
                }
                number += 1;
                let name = format!("{} {number}", known.set(*data).name);
                match list(known, job, family, &name) {
                    Ok(sql) => {
                        statements.push(Statement { name, data: *data, about: about(known, &[family]), sql });
                        written.push(Written::List { of: (at, job_at), family: family_at });
                    }
                    Err(why) => refused(known, family, &why, &mut errors),
                }
            }
            // Groups by the keys of another data set are many: each has a statement of its own.
            let (keyed, plain): (Vec<usize>, Vec<usize>) =
                sums.into_iter().partition(|family| matches!(job.families[*family].group, Group::Key { .. }));
            let mut together = vec![plain];
            for family in keyed {
                let same = |families: &Vec<usize>| {
                    families.first().is_some_and(|first| job.families[*first].group == job.families[family].group)
                };
                match together.iter_mut().skip(1).find(|families| same(families)) {
                    Some(families) => families.push(family),
                    None => together.push(vec![family]),
                }
            }
            for families in together.into_iter().filter(|families| !families.is_empty()) {
                number += 1;
                let name = format!("{} {number}", known.set(*data).name);
                let before = errors.findings.len();
                let (sql, shape) = cells(known, job, &families, &name, (at, job_at), &mut errors);
                if errors.findings.len() == before {
                    let all: Vec<&Family> = families.iter().map(|family| &job.families[*family]).collect();
                    statements.push(Statement { name, data: *data, about: about(known, &all), sql });
                    written.push(shape);
                }
            }
        }
    }
    if errors.findings.is_empty() { Ok((statements, written)) } else { Err(errors) }
}

/// Whether answers of parts can be added up.
fn is_sum(function: AggregateFunction) -> bool {
    use AggregateFunction::*;
    matches!(function, Count | Sum | Average | Share | Min | Max)
}

/// For each aggregate the KPIs it serves.
fn about(known: &Known, families: &[&Family]) -> Vec<String> {
    let mut lines = Vec::new();
    for (at, family) in families.iter().enumerate() {
        let mut kpis: Vec<&str> = family
            .measures
            .iter()
            .flat_map(|(id, _)| known.query.serves.get(id.0).into_iter().flatten())
            .map(|kpi| known.model.kpis[kpi.0].name.as_str())
            .collect();
        kpis.sort_unstable();
        kpis.dedup();
        let group = match family.group {
            Group::Company => "all rows".to_string(),
            Group::Team { .. } => "by team".to_string(),
            Group::Own { .. } => "by person and post".to_string(),
            Group::Key { data, .. } => format!("by {}", known.set(*data).row.singular),
        };
        let serves = if kpis.is_empty() { "a scorecard".to_string() } else { kpis.join(", ") };
        lines.push(format!("{}: {}, {group}, for {serves}", at + 1, function_words(family.function)));
    }
    lines
}

fn function_words(function: AggregateFunction) -> &'static str {
    use AggregateFunction::*;
    match function {
        Count => "count",
        Sum => "sum",
        Average => "average",
        Share => "share",
        Min => "min",
        Max => "max",
        Median => "median",
        Percentile => "percentile",
        Latest => "latest",
        Only => "only",
        CountDistinct => "count distinct",
    }
}

// ---------------------------------------------------------------- what stands in front

/// The tables read and the inner aggregates, as the beginning of a statement.
fn with(known: &Known, before: &Before) -> Vec<String> {
    let d = known.dialect;
    let mut parts = Vec::new();
    for (data, columns) in &before.reads {
        let set = known.set(*data);
        let lines: Vec<String> = columns
            .iter()
            .map(|column| {
                let declared = set.column(*column);
                let name = d.name_of(&declared.name);
                format!("    {} AS {name}", typed(known, declared, &name))
            })
            .collect();
        // A table may be read for its rows alone.
        let lines = if lines.is_empty() { "    1 AS one_row".to_string() } else { lines.join(",\n") };
        let table = d.table(&known.remote.tables[data]);
        parts.push(format!("{} AS (\n  SELECT\n{lines}\n  FROM {table}\n)", d.name_of(&read_name(&set.name))));
    }
    for (id, sql) in &before.inner {
        parts.push(format!("{} AS (\n  {}\n)", d.name_of(&format!("inner_{}", id.0)), sql.replace('\n', "\n  ")));
    }
    parts
}

/// A cell in the type of its column; `NULL` where it is blank or cannot be read.
fn typed(known: &Known, declared: &Column, cell: &str) -> String {
    let d = known.dialect;
    match &declared.ty {
        ColumnType::Number { cell_factor, .. } => {
            let number = d.number(cell, known.remote.decimals);
            match cell_factor {
                Some(factor) if *factor != crate::number::Number::ONE => format!("{number} * {factor}"),
                _ => number,
            }
        }
        ColumnType::Date => d.date(cell),
        ColumnType::Flag => {
            let case = |text: &str, flag: &str| format!(" WHEN {} THEN {flag}", d.text(text));
            let yes = ["yes", "y", "true", "t", "1", "是"].map(|text| case(text, "TRUE")).concat();
            let no = ["no", "n", "false", "f", "0", "否"].map(|text| case(text, "FALSE")).concat();
            format!("CASE LOWER({}){yes}{no} END", d.cell(cell))
        }
        ColumnType::Choice(choices) => {
            let mut cases = String::new();
            for choice in choices {
                let all = std::iter::once(&choice.name).chain(&choice.texts);
                for text in all.map(|text| text.trim()).collect::<BTreeSet<&str>>() {
                    cases.push_str(&format!(" WHEN {} THEN {}", d.text(text), d.text(&choice.name)));
                }
            }
            format!("CASE {}{cases} END", d.cell(cell))
        }
        ColumnType::Text | ColumnType::Position | ColumnType::Period | ColumnType::Link { .. } => d.cell(cell),
    }
}

fn head(name: &str, dialect: Dialect) -> String {
    format!("{} AS {PLAN_COLUMN}, {} AS {STATEMENT_COLUMN}", dialect.text(PLAN), dialect.text(name))
}

fn assembled(known: &Known, before: &Before, more: Vec<String>, select: &str) -> String {
    let mut parts = with(known, before);
    parts.extend(more);
    format!("WITH {}\n{select}", parts.join(", "))
}

// ---------------------------------------------------------------- sums

/// The rows of a job that lie in the windows of some families, with the columns that are added up.
fn cells(
    known: &Known,
    job: &Job,
    families: &[usize],
    name: &str,
    of: (usize, usize),
    errors: &mut Refused,
) -> (String, Written) {
    let d = known.dialect;
    let data = known.world.tables[job.table].data;
    let mut before = Before::default();
    let first = &job.families[families[0]];
    let measure = |family: &Family| family.measures.first().map(|(id, _)| &known.query.measures[id.0]);
    let rows = measure(first).map_or(Rows::All, |measure| measure.rows.clone());
    let by_day = matches!(rows, Rows::Dated { .. });
    let mut scope = known.scope(data, &rows, &mut before);
    let segments = segments(families.iter().flat_map(|family| &job.families[*family].segments));
    let mut columns: Vec<(String, String)> = Vec::new();
    let mut groups: Vec<Group> = Vec::new();
    let mut named: Vec<String> = Vec::new();
    let mut sums: Vec<String> = Vec::new();
    let mut shapes = Vec::new();
    for (at, family_at) in families.iter().enumerate() {
        let family = &job.families[*family_at];
        let number = at + 1;
        let mut add = || -> Result<(), Cannot> {
            let group = match groups.iter().position(|known| known == family.group) {
                Some(place) => Some(place),
                None => match known.group(&mut scope, &mut before, family.group, by_day)? {
                    None => None,
                    Some(sql) => {
                        columns.push((format!("group_{}", groups.len() + 1), sql));
                        groups.push(family.group.clone());
                        Some(groups.len() - 1)
                    }
                },
            };
            shapes.push(CellFamily { family: *family_at, group });
            let mut column = |prefix: &str, sql: String| match columns.iter().find(|(_, known)| *known == sql) {
                Some((name, _)) => name.clone(),
                None => {
                    let name = format!("{prefix}_{number}");
                    columns.push((name.clone(), sql));
                    name
                }
            };
            let condition = match family.condition {
                Some(node) => Some(column("if", known.node(&mut scope, &mut before, node, None)?.text)),
                None => None,
            };
            let value = match family.value {
                Some(node) => {
                    let sql = known.node(&mut scope, &mut before, node, None)?;
                    let text = addable(known, family.function, &sql)?;
                    Some((column("value", text), sql.missing))
                }
                None => None,
            };
            let filtered = |more: &str| {
                let parts: Vec<&str> =
                    condition.iter().map(String::as_str).chain((!more.is_empty()).then_some(more)).collect();
                if parts.is_empty() { String::new() } else { format!(" FILTER (WHERE {})", parts.join(" AND ")) }
            };
            match &value {
                None => sums.push(format!("COUNT(*){} AS rows_{number}", filtered(""))),
                Some((value, missing)) => {
                    let there = if *missing { format!("{value} IS NOT NULL") } else { String::new() };
                    sums.push(format!("COUNT(*){} AS rows_{number}", filtered(&there)));
                    if *missing {
                        sums.push(format!("COUNT(*){} AS blanks_{number}", filtered(&format!("{value} IS NULL"))));
                    }
                    let function = match family.function {
                        AggregateFunction::Count => None,
                        AggregateFunction::Min => Some("MIN"),
                        AggregateFunction::Max => Some("MAX"),
                        _ => Some("SUM"),
                    };
                    if let Some(function) = function {
                        sums.push(format!("{function}({value}){} AS value_{number}", filtered("")));
                    }
                }
            }
            Ok(())
        };
        if let Err(why) = add() {
            refused(known, family, &why, errors);
        }
        named.clear();
    }
    named.extend((0..groups.len()).map(|at| format!("group_{}", at + 1)));
    let (months, window) = match by_day {
        true => (
            months_of(&segments, known, &scope_day(known, data, &rows)),
            span(known, &segments, &scope_day(known, data, &rows)),
        ),
        false => ("0".to_string(), String::new()),
    };
    let lines: Vec<String> = std::iter::once(("months".to_string(), months))
        .chain(columns)
        .map(|(name, sql)| format!("    {sql} AS {name}"))
        .collect();
    let counted = format!(
        "counted AS (\n  SELECT\n{}\n  {}{window}\n)",
        lines.join(",\n"),
        known.from(&scope).replace('\n', "\n  ")
    );
    let by: Vec<&str> = std::iter::once("months").chain(named.iter().map(String::as_str)).collect();
    let select = format!(
        "SELECT {}, GROUPING(months) AS total, {}, COUNT(*) AS read_rows,\n  {}\nFROM counted\nWHERE months IS NOT NULL\nGROUP BY GROUPING SETS (({}), ())",
        head(name, d),
        by.join(", "),
        sums.join(",\n  "),
        by.join(", ")
    );
    let sql = assembled(known, &before, vec![counted], &select);
    (sql, Written::Cells { of, segments, families: shapes, groups })
}

/// A value as sums, least and greatest take it.
fn addable(known: &Known, function: AggregateFunction, sql: &Sql) -> Result<String, Cannot> {
    use AggregateFunction::*;
    match (function, sql.ty) {
        (Count, _) => Ok(sql.text.clone()),
        (_, Type::Nothing) => Ok(format!("CAST(NULL AS {})", known.dialect.decimal(0))),
        (Sum | Average | Share, Type::Flag) => Ok(format!("CASE WHEN {0} THEN 1 WHEN NOT {0} THEN 0 END", sql.text)),
        (Sum | Average | Share | Min | Max, Type::Number(_)) | (Min | Max, Type::Day) => Ok(sql.text.clone()),
        _ => Err(Cannot::new("takes the least or greatest of what is no number and no date")),
    }
}

fn scope_day(known: &Known, data: DataId, rows: &Rows) -> String {
    match rows {
        Rows::Dated { column, .. } => format!("r.{}", known.dialect.name_of(&known.set(data).column(*column).name)),
        _ => String::new(),
    }
}

/// Runs of months none of which is cut by a window.
fn segments<'a>(windows: impl Iterator<Item = &'a Months> + Clone) -> Vec<Months> {
    let cuts: BTreeSet<i32> =
        windows.clone().flat_map(|window| [window.first.0, window.first.0 + window.count as i32]).collect();
    let cuts: Vec<i32> = cuts.into_iter().collect();
    cuts.windows(2)
        .map(|cut| Months { first: Month(cut[0]), count: (cut[1] - cut[0]) as u32 })
        .filter(|segment| windows.clone().any(|window| window.holds(*segment)))
        .collect()
}

fn months_of(segments: &[Months], known: &Known, day: &str) -> String {
    let calendar = &known.model.company.calendar;
    let cases: Vec<String> = segments
        .iter()
        .enumerate()
        .map(|(at, segment)| {
            let (first, last) = calendar.days(*segment);
            format!(
                "\n      WHEN {day} BETWEEN {} AND {} THEN {at}",
                known.dialect.day(first.0),
                known.dialect.day(last.0)
            )
        })
        .collect();
    format!("CASE{}\n    END", cases.concat())
}

fn span(known: &Known, segments: &[Months], day: &str) -> String {
    let calendar = &known.model.company.calendar;
    let first = segments.iter().map(|segment| calendar.days(*segment).0).min();
    let last = segments.iter().map(|segment| calendar.days(*segment).1).max();
    match first.zip(last) {
        Some((first, last)) => {
            format!("\n  WHERE {day} BETWEEN {} AND {}", known.dialect.day(first.0), known.dialect.day(last.0))
        }
        None => String::new(),
    }
}

// ---------------------------------------------------------------- inner aggregates

impl<'a> Known<'a> {
    /// An aggregate by key that formulas over the engine's rows read, as a part of their statement. Gives its type and
    /// whether it may be missing for a key.
    pub fn inner_statement(&self, before: &mut Before, id: MeasureId) -> Result<(Type<'a>, bool), Cannot> {
        let measure: &Measure = &self.query.measures[id.0];
        let Group::Key { via, .. } = &measure.group else { return Err(Cannot::new("reads an aggregate without keys")) };
        let mut scope = self.scope(measure.data, &measure.rows, before);
        let key = self.key(&mut scope, before, via)?;
        let mut conditions = vec![format!("{key} IS NOT NULL")];
        if let Rows::Dated { months, .. } = &measure.rows {
            let (first, last) = self.model.company.calendar.days(*months);
            let day = scope_day(self, measure.data, &measure.rows);
            conditions.push(format!("{day} BETWEEN {} AND {}", self.dialect.day(first.0), self.dialect.day(last.0)));
        }
        if let Some(condition) = measure.condition {
            conditions.push(self.node(&mut scope, before, condition, None)?.text);
        }
        let value = measure.value.map(|value| self.node(&mut scope, before, value, None)).transpose()?;
        let (function, ty, missing) = match (measure.function, &value) {
            (AggregateFunction::Count, None) => ("COUNT(*)".to_string(), Type::Number(0), false),
            (AggregateFunction::Count, Some(value)) => (format!("COUNT({})", value.text), Type::Number(0), false),
            (AggregateFunction::CountDistinct, Some(value)) => {
                (format!("COUNT(DISTINCT {})", value.text), Type::Number(0), false)
            }
            (AggregateFunction::Sum, Some(value)) => {
                let ty = if value.ty == Type::Flag { Type::Number(0) } else { value.ty };
                (format!("SUM({})", addable(self, measure.function, value)?), ty, false)
            }
            (AggregateFunction::Min, Some(value)) => {
                (format!("MIN({})", addable(self, measure.function, value)?), value.ty, true)
            }
            (AggregateFunction::Max, Some(value)) => {
                (format!("MAX({})", addable(self, measure.function, value)?), value.ty, true)
            }
            (function, _) => {
                return Err(Cannot::new(format!(
                    "reads, row by row, a `{}` over other rows",
                    function_words(function)
                )));
            }
        };
        let sql = format!(
            "SELECT {key} AS key, {function} AS value\n{}\nWHERE {}\nGROUP BY 1",
            self.from(&scope),
            conditions.join("\n  AND ")
        );
        before.inner.entry(id).or_insert(sql);
        Ok((ty, missing))
    }
}

// ---------------------------------------------------------------- what cannot be added up

fn list(known: &Known, job: &Job, family: &Family, name: &str) -> Result<String, Cannot> {
    use AggregateFunction::*;
    let d = known.dialect;
    let data = known.world.tables[job.table].data;
    let mut before = Before::default();
    let measures: Vec<&Measure> = family.measures.iter().map(|(id, _)| &known.query.measures[id.0]).collect();
    let rows = measures.first().map_or(Rows::All, |measure| measure.rows.clone());
    let by_day = matches!(rows, Rows::Dated { .. });
    let mut scope = known.scope(data, &rows, &mut before);
    let group = known.group(&mut scope, &mut before, family.group, by_day)?;
    let condition = family.condition.map(|node| known.node(&mut scope, &mut before, node, None)).transpose()?;
    let value = match family.value {
        Some(node) => known.node(&mut scope, &mut before, node, None)?,
        None => Sql::new("1", Type::Number(0), false),
    };
    let text = match value.ty {
        Type::Flag => format!("CASE WHEN {0} THEN 1 WHEN NOT {0} THEN 0 END", value.text),
        Type::Nothing => format!("CAST(NULL AS {})", d.decimal(0)),
        _ => value.text.clone(),
    };
    let day = scope_day(known, data, &rows);
    let mut conditions: Vec<String> = condition.iter().map(|condition| condition.text.clone()).collect();
    let (mut windows, mut join) = (Vec::new(), String::new());
    if by_day {
        let calendar = &known.model.company.calendar;
        let lines: Vec<String> = family
            .measures
            .iter()
            .enumerate()
            .filter_map(|(at, (_, months))| {
                let (first, last) = calendar.days((*months)?);
                Some(format!("({at}, {}, {})", d.day(first.0), d.day(last.0)))
            })
            .collect();
        windows
            .push(format!("windows AS (\n  SELECT * FROM (VALUES {}) AS w(number, since, until)\n)", lines.join(", ")));
        join = format!("\nJOIN windows w ON {day} BETWEEN w.since AND w.until");
    }
    let mut key = group.unwrap_or_else(|| "0".to_string());
    if matches!(family.group, Group::Team { .. }) {
        known.used.borrow_mut().above = true;
        join.push_str(&format!("\nJOIN merit_teams_above above ON above.place = {key}"));
        key = "above.team".to_string();
    } else {
        conditions.push(format!("{key} IS NOT NULL"));
    }
    let filter = if conditions.is_empty() { String::new() } else { format!("\nWHERE {}", conditions.join(" AND ")) };
    let from = format!("{}{join}{filter}", known.from(&scope));
    let listed = format!(
        "listed AS (\n  SELECT {} AS number, {key} AS group_1, {} AS day, {text} AS value\n  {}\n)",
        if by_day { "w.number" } else { "0" },
        if by_day { day.as_str() } else { "0" },
        from.replace('\n', "\n  ")
    );
    let by = "PARTITION BY number, group_1";
    let blank = "CASE WHEN value IS NULL THEN 1 ELSE 0 END";
    let (ranked, sums) = match family.function {
        CountDistinct => ("listed".to_string(), "COUNT(DISTINCT value) AS value_1".to_string()),
        Only => ("listed".to_string(), "MIN(value) AS value_1".to_string()),
        Latest => (
            format!("(SELECT *, RANK() OVER ({by} ORDER BY {blank}, day DESC) AS place FROM listed) ranked"),
            "MAX(day) FILTER (WHERE place = 1) AS day_1, MIN(value) FILTER (WHERE place = 1) AS value_1, \
             MAX(value) FILTER (WHERE place = 1) AS value_2"
                .to_string(),
        ),
        _ => {
            if !matches!(value.ty, Type::Number(_)) {
                return Err(Cannot::new("takes the median of what is no number"));
            }
            let half = crate::number::Number::from_parts(5, 1);
            let fraction = measures.first().and_then(|measure| measure.fraction.clone()).unwrap_or(half);
            let (up, down) = fraction.parts();
            let below = d.whole(&format!("((filled - 1) * {up})"), &down.to_string());
            (
                format!(
                    "(SELECT *, ROW_NUMBER() OVER ({by} ORDER BY {blank}, value) AS place, COUNT(value) OVER ({by}) AS filled FROM listed) ranked"
                ),
                format!(
                    "MIN(value) FILTER (WHERE place = {below} + 1) AS value_1, MIN(value) FILTER (WHERE place = {below} + 2) AS value_2"
                ),
            )
        }
    };
    let select = format!(
        "SELECT {}, GROUPING(number) AS total, number, group_1, COUNT(*) AS read_rows, COUNT(value) AS rows_1,\n  {sums}\nFROM {ranked}\nGROUP BY GROUPING SETS ((number, group_1), ())",
        head(name, d)
    );
    windows.push(listed);
    Ok(assembled(known, &before, windows, &select))
}

// ---------------------------------------------------------------- checks

/// Counts what is wrong with the rows of a table, with the first of each kind.
fn checks(known: &Known, data: DataId, columns: &[ColumnIx]) -> Statement {
    let d = known.dialect;
    let set = known.set(data);
    let has_cell = |column: &&ColumnIx| match &set.column(**column).ty {
        ColumnType::Link { by, .. } => by.is_empty(),
        _ => set.column(**column).derived.is_none(),
    };
    let columns: Vec<ColumnIx> = columns.iter().filter(has_cell).copied().collect();
    let table = d.table(&known.remote.tables[&data]);
    let name_of = |column: &Column| d.name_of(&column.name);
    let value_of = |column: &Column| d.name_of(&format!("{} value", column.name));
    let keys: Vec<String> = set.key.iter().map(|key| format!("COALESCE({}, '')", name_of(set.column(*key)))).collect();
    let row = if keys.is_empty() { String::new() } else { format!("{} || ': ' || ", keys.join(" || ' / ' || ")) };
    // A table may be read for its rows alone.
    let mut cells = if columns.is_empty() { vec!["1 AS one_row".to_string()] } else { Vec::new() };
    let mut tally = vec!["COUNT(*) AS n0".to_string()];
    let mut rows = vec![vec!["'rows'".to_string(), "''".to_string(), "n0".to_string(), "''".to_string()]];
    let mut check = |finding: &str, column: &Column, condition: String| {
        let number = rows.len();
        let first = format!("{row}COALESCE({}, 'blank')", name_of(column));
        tally.push(format!("COUNT(*) FILTER (WHERE {condition}) AS n{number}"));
        tally.push(format!("{} AS e{number}", d.first_three(&first, &condition)));
        rows.push(vec![
            d.text(finding),
            d.text(&column.name),
            format!("n{number}"),
            format!("COALESCE(e{number}, '')"),
        ]);
    };
    for column in &columns {
        let declared = set.column(*column);
        let (name, value) = (name_of(declared), value_of(declared));
        cells.push(format!("{} AS {name}", d.cell(&name)));
        if !declared.optional {
            check("blank", declared, format!("{name} IS NULL"));
        }
        match &declared.ty {
            ColumnType::Number { .. } => {
                let float = d.name_of(&format!("{} float", declared.name));
                cells.push(format!("{name} IS NOT NULL AND {} AS {float}", d.is_float(&name)));
                check("float", declared, float);
                check("bad", declared, format!("NOT {}", d.is_number(&name, known.remote.decimals)));
                if let Some((low, high)) = &declared.limits {
                    cells.push(format!("{} AS {value}", typed(known, declared, &name)));
                    check("limits", declared, format!("{value} < {low} OR {value} > {high}"));
                }
            }
            ColumnType::Date | ColumnType::Flag | ColumnType::Choice(_) => {
                cells.push(format!("{} AS {value}", typed(known, declared, &name)));
                check("bad", declared, format!("{name} IS NOT NULL AND {value} IS NULL"));
            }
            _ => {}
        }
    }
    let mut before = Before::default();
    let read = d.name_of(&read_name(&set.name));
    before.reads.entry(data).or_default().extend(&columns);
    let mut selects = vec![format!(
        "SELECT {}, finding, about, CAST(n AS BIGINT) AS n, first\nFROM tally {}",
        head(&format!("{} checks", set.name), d),
        d.rows_of(&rows, &["finding", "about", "n", "first"])
    )];
    let more = |finding: &str, about: &str, from: String, count: &str, first: &str| {
        format!(
            "SELECT {}, {} AS finding, {} AS about, CAST(COALESCE({count}, 0) AS BIGINT) AS n, {first} AS first\nFROM {from}",
            head(&format!("{} checks", set.name), d),
            d.text(finding),
            d.text(about)
        )
    };
    let first = |cell: &str| format!("COALESCE({}, '')", d.first_three(cell, &format!("{cell} IS NOT NULL")));
    if !set.key.is_empty() {
        let keys: Vec<String> = set.key.iter().map(|key| d.name_of(&set.column(*key).name)).collect();
        let shown: Vec<String> = keys.iter().map(|key| d.as_text(key)).collect();
        let filled: Vec<String> = keys.iter().map(|key| format!("{key} IS NOT NULL")).collect();
        selects.push(more(
            "duplicate",
            "",
            format!(
                "(SELECT {} AS cell FROM {read} WHERE {} GROUP BY {} HAVING COUNT(*) > 1) twice",
                shown.join(" || ' / ' || "),
                filled.join(" AND "),
                keys.join(", ")
            ),
            "COUNT(*)",
            &first("cell"),
        ));
    }
    for column in &columns {
        let declared = set.column(*column);
        if !matches!(declared.ty, ColumnType::Date) {
            continue;
        }
        let name = d.name_of(&declared.name);
        let dated = matches!(set.time, TimeShape::Dated(on) if on == *column)
            || known
                .query
                .tables
                .iter()
                .filter(|asked| asked.data == data)
                .flat_map(|asked| &asked.windows)
                .any(|window| matches!(&window.rows, Rows::Dated { column: by, .. } if by == column));
        if dated {
            selects.push(more("days", &declared.name, read.clone(), &format!("COUNT(DISTINCT {name})"), "''"));
            selects.push(more(
                "day",
                &declared.name,
                format!("{read}\nWHERE {name} IS NOT NULL\nGROUP BY {name}"),
                "COUNT(*)",
                &d.as_text(&name),
            ));
        }
    }
    for (at, declared) in set.columns.iter().enumerate() {
        let ColumnType::Link { data: target, by } = &declared.ty else { continue };
        let own = [ColumnIx(at)];
        let parts: &[ColumnIx] = if by.is_empty() { &own } else { by };
        if !parts.iter().all(|part| columns.contains(part)) {
            continue;
        }
        let there = known.set(*target);
        let table = if known.is_remote(*target) {
            before.reads.entry(*target).or_default().extend(&there.key);
            read_name(&there.name)
        } else {
            known.used.borrow_mut().rows.entry(*target).or_default();
            rows_name(&there.name)
        };
        let names: Vec<String> = parts.iter().map(|part| d.name_of(&set.column(*part).name)).collect();
        let shown: Vec<String> = names.iter().map(|name| d.as_text(&format!("r.{name}"))).collect();
        let filled: Vec<String> = names.iter().map(|name| format!("r.{name} IS NOT NULL")).collect();
        let on: Vec<String> = there
            .key
            .iter()
            .zip(&names)
            .map(|(key, name)| format!("k.{} = r.{name}", d.name_of(&there.column(*key).name)))
            .collect();
        let by: Vec<String> = names.iter().map(|name| format!("r.{name}")).collect();
        selects.push(more(
            "dangling",
            &declared.name,
            format!(
                "(SELECT {} AS cell, COUNT(*) AS n FROM {read} r WHERE {} AND NOT EXISTS (SELECT 1 FROM {} k WHERE {}) GROUP BY {}) lost",
                shown.join(" || ' / ' || "),
                filled.join(" AND "),
                d.name_of(&table),
                on.join(" AND "),
                by.join(", ")
            ),
            "SUM(n)",
            &first("cell"),
        ));
    }
    let cells = format!("cells AS (\n  SELECT\n    {}\n  FROM {table}\n)", cells.join(",\n    "));
    let tally = format!("tally AS (\n  SELECT\n    {}\n  FROM cells\n)", tally.join(",\n    "));
    let sql = assembled(known, &before, vec![cells, tally], &selects.join("\nUNION ALL\n"));
    Statement {
        name: format!("{} checks", set.name),
        data,
        about: vec![format!("what is wrong with the rows of {}, and the days they are of", set.name)],
        sql,
    }
}

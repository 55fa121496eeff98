//! What an engine found: checked, and put where the local engine would have put it.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use super::statements::{CellFamily, PLAN_COLUMN, STATEMENT_COLUMN, Written};
use super::{Script, Statement};
use crate::data::measure::{Evaluation, Job};
use crate::data::scan::Found as Scanned;
use crate::data::store::{Part, Store};
use crate::data::table::{Table, TableFile};
use crate::diagnostic::{Code, DataPlace, Diagnostic};
use crate::model::data::{ColumnIx, ColumnType, DataId, DataSet};
use crate::number::Number;
use crate::plan::query::{Group, MeasureId, Measured, NodeId, RowNode};
use crate::syntax::tree::AggregateFunction;
use crate::time::{Day, Months};
use crate::value::{Missing, Value};

/// The answer to one statement, or to several: a table of texts, as it came.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Where it came from, for messages.
    pub from: String,
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// The rows of the answer to one statement.
struct Answer<'a> {
    from: &'a str,
    columns: BTreeMap<&'a str, usize>,
    rows: Vec<&'a [String]>,
}

type Checked<T> = Result<T, Box<Diagnostic>>;

impl<'a> Answer<'a> {
    fn broken(&self, why: &str) -> Box<Diagnostic> {
        Box::new(
            Diagnostic::new(Code::OtherMeasures, format!("the results in `{}` cannot be used: {why}", self.from))
                .in_data(DataPlace { file: self.from.to_string(), ..DataPlace::default() })
                .help("run the statements of `merit sql` once more, and keep their results as they come"),
        )
    }

    fn cell(&self, row: &'a [String], column: &str) -> Checked<&'a str> {
        let at = self.columns.get(column).ok_or_else(|| self.broken(&format!("the column `{column}` is missing")))?;
        Ok(row.get(*at).map_or("", String::as_str))
    }

    fn count(&self, row: &'a [String], column: &str) -> Checked<u64> {
        let cell = self.cell(row, column)?;
        // An engine may write a whole number as a decimal.
        let whole = cell
            .split_once('.')
            .map_or(cell, |(whole, rest)| if rest.bytes().all(|b| b == b'0') { whole } else { cell });
        whole.parse().map_err(|_| self.broken(&format!("`{cell}` in `{column}` is no count")))
    }

    /// The lines without the one that holds their total, once they add up to it: no line was lost.
    fn counted(&self) -> Checked<Vec<&'a [String]>> {
        let (mut total, mut counted, mut lines) = (None, 0u64, Vec::new());
        for row in &self.rows {
            let read = self.count(row, "read_rows")?;
            if self.cell(row, "total")? == "0" {
                counted += read;
                lines.push(*row);
            } else if total.replace(read).is_some() {
                return Err(self.broken("they are given twice"));
            }
        }
        match total {
            None => Err(self.broken("the line of totals is missing")),
            Some(total) if total != counted => Err(self.broken("rows are missing")),
            Some(_) => Ok(lines),
        }
    }

    fn has(&self, column: &str) -> bool {
        self.columns.contains_key(column)
    }

    /// A number; `None` where the cell is blank.
    fn number(&self, row: &'a [String], column: &str) -> Checked<Option<Number>> {
        let cell = self.cell(row, column)?;
        if cell.is_empty() {
            return Ok(None);
        }
        let number = exact(cell).ok_or_else(|| self.broken(&format!("`{cell}` in `{column}` is no exact number")))?;
        Ok(Some(number))
    }

    fn day(&self, row: &'a [String], column: &str) -> Checked<Option<Day>> {
        let cell = self.cell(row, column)?;
        if cell.is_empty() {
            return Ok(None);
        }
        day_of(cell).map(Some).ok_or_else(|| self.broken(&format!("`{cell}` in `{column}` is no date")))
    }
}

/// A plain decimal of up to 38 digits.
fn exact(text: &str) -> Option<Number> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let digits = whole.trim_start_matches(['-', '+']);
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if digits.is_empty() || !plain(digits) || !plain(rest) || whole.len() > digits.len() + 1 {
        return None;
    }
    let rest = rest.trim_end_matches('0');
    let mantissa = i128::from_str(&format!("{whole}{rest}")).ok()?;
    Some(Number::from_parts(mantissa, rest.len() as u32))
}

fn day_of(text: &str) -> Option<Day> {
    let mut parts = text.get(..10)?.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    Day::from_ymd(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

/// Puts all that was found into the evaluation; gives the tables whose rows stayed away.
pub fn take_in<'a>(
    evaluation: &mut Evaluation<'a>,
    script: &Script,
    written: &[Written],
    jobs: &[(DataId, Vec<Job<'a>>)],
    found: Vec<Found>,
) -> Result<Vec<Table>, Vec<Diagnostic>> {
    let answers = sorted(script, &found)?;
    let (mut errors, mut tables) = (Vec::new(), Vec::new());
    for (shape, answer) in written.iter().zip(&answers) {
        if let Written::Checks(data, columns) = shape {
            match check(evaluation, *data, columns, answer, &mut errors) {
                Ok(table) => tables.push(table),
                Err(why) => errors.push(*why),
            }
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    for (shape, answer) in written.iter().zip(&answers) {
        let taken = match shape {
            Written::Checks(..) => Ok(()),
            Written::Cells { of, segments, families, groups } => {
                cells(evaluation, &jobs[of.0].1[of.1], answer, segments, families, groups)
            }
            Written::List { of, family } => list(evaluation, &jobs[of.0].1[of.1], *family, answer),
        };
        taken.map_err(|why| vec![*why])?;
    }
    Ok(tables)
}

/// The answers in the order of the statements; refuses results of something else, and missing ones.
fn sorted<'a>(script: &Script, found: &'a [Found]) -> Result<Vec<Answer<'a>>, Vec<Diagnostic>> {
    let mut errors = Vec::new();
    let mut answers: BTreeMap<&str, Answer> = BTreeMap::new();
    for found in found {
        let column = |name: &str| found.columns.iter().position(|column| column == name);
        let place = || DataPlace { file: found.from.clone(), ..DataPlace::default() };
        let no_results = |what: &str| {
            Diagnostic::new(Code::OtherMeasures, format!("`{}` {what}", found.from))
                .in_data(place())
                .help("give the results of the statements that `merit sql` prints, each with its header")
        };
        let (Some(plan), Some(name)) = (column(PLAN_COLUMN), column(STATEMENT_COLUMN)) else {
            errors.push(no_results("holds no results: it has no column `merit_plan` and `merit_statement`"));
            continue;
        };
        if found.rows.is_empty() {
            errors.push(no_results("has no row; every statement gives at least one"));
            continue;
        }
        let cell = |row: &'a [String], at: usize| row.get(at).map_or("", String::as_str);
        if let Some(other) = found.rows.iter().map(|row| cell(row, plan)).find(|other| *other != script.plan) {
            errors.push(
                Diagnostic::new(
                    Code::OtherMeasures,
                    format!("the results in `{}` belong to other specs, another period, or other files", found.from),
                )
                .in_data(place())
                .note(format!("they are of the plan {other}, and this one is {}", script.plan))
                .help("run the statements of `merit sql` once more, with the same specs, period and data folder"),
            );
            continue;
        }
        let columns: BTreeMap<&str, usize> =
            found.columns.iter().enumerate().map(|(at, column)| (column.as_str(), at)).collect();
        for row in &found.rows {
            let answer = answers.entry(cell(row, name)).or_insert_with(|| Answer {
                from: &found.from,
                columns: columns.clone(),
                rows: Vec::new(),
            });
            if answer.columns != columns {
                errors.push(no_results(&format!("has other columns than `{}`", answer.from)));
                break;
            }
            answer.rows.push(row);
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let missing: Vec<&Statement> =
        script.statements.iter().filter(|statement| !answers.contains_key(statement.name.as_str())).collect();
    if !missing.is_empty() {
        let names: Vec<String> = missing.iter().map(|statement| format!("`{}`", statement.name)).collect();
        return Err(vec![
            Diagnostic::new(Code::OtherMeasures, format!("results are missing of {}", names.join(", ")))
                .help("give the results of all statements of `merit sql`: `--measures FILE FILE …`"),
        ]);
    }
    Ok(script.statements.iter().filter_map(|statement| answers.remove(statement.name.as_str())).collect())
}

// ---------------------------------------------------------------- checks

fn check(
    evaluation: &Evaluation,
    data: DataId,
    columns: &[ColumnIx],
    answer: &Answer,
    errors: &mut Vec<Diagnostic>,
) -> Checked<Table> {
    let model = evaluation.world.model;
    let set = &model.data[data.0];
    let mut table = Table::empty(data, set);
    let (mut rows, mut days, mut announced) = (None, BTreeMap::new(), BTreeMap::new());
    for row in &answer.rows {
        let (finding, about) = (answer.cell(row, "finding")?, answer.cell(row, "about")?);
        let (count, first) = (answer.count(row, "n")?, answer.cell(row, "first")?);
        match finding {
            "rows" if rows.replace(count).is_some() => return Err(answer.broken("they are given twice")),
            "rows" => {}
            "days" => {
                announced.insert(about, count);
            }
            "day" => {
                let day = day_of(first).ok_or_else(|| answer.broken(&format!("`{first}` is no date")))?;
                let column = set.column_named(about).ok_or_else(|| answer.broken("it speaks of other columns"))?;
                days.entry(column).or_insert_with(hashbrown::HashSet::new).insert(day.0);
            }
            _ if count > 0 => errors.push(wrong(model, set, finding, about, count, first)),
            _ => {}
        }
    }
    let rows = rows.ok_or_else(|| answer.broken("the number of rows is missing"))?;
    for (about, count) in announced {
        let column = set.column_named(about).ok_or_else(|| answer.broken("it speaks of other columns"))?;
        if days.entry(column).or_default().len() as u64 != count {
            return Err(answer.broken("rows are missing"));
        }
    }
    // All checks are there, or something was cut off.
    let optional = |column: &&ColumnIx| !set.column(**column).optional && set.column(**column).derived.is_none();
    let plain = |column: &&ColumnIx| !matches!(&set.column(**column).ty, ColumnType::Link { by, .. } if !by.is_empty());
    for column in columns.iter().filter(optional).filter(plain) {
        let name = set.column(*column).name.as_str();
        let mut checked = answer.rows.iter();
        if !checked.any(|row| {
            answer.cell(row, "finding").ok() == Some("blank") && answer.cell(row, "about").ok() == Some(name)
        }) {
            return Err(answer.broken("checks are missing"));
        }
    }
    table.rows = usize::try_from(rows).unwrap_or(usize::MAX);
    table.files = vec![TableFile { shown: shown(set), rows: table.rows, ..TableFile::default() }];
    table.days_passed = days;
    Ok(table)
}

/// How a table of an engine is spoken of where a file would be.
fn shown(set: &DataSet) -> String {
    format!("the table of {}", set.name)
}

fn wrong(
    model: &crate::model::Model,
    set: &DataSet,
    finding: &str,
    about: &str,
    count: u64,
    first: &str,
) -> Diagnostic {
    let rows = if count == 1 { "1 row".to_string() } else { format!("{count} rows") };
    let has = if count == 1 { "has" } else { "have" };
    let column = set.column_named(about);
    let (code, message, mend) = match finding {
        "blank" => (
            Code::BlankCell,
            format!("{rows} of `{}` {has} no `{about}`", set.name),
            format!("fill the cells in, or write `optional` behind the type of `{about}`"),
        ),
        "float" => (
            Code::BadCell,
            format!("`{about}` of `{}` is a column of binary fractions, which are not exact", set.name),
            format!("make `{about}` a DECIMAL, in the table or in a view of it"),
        ),
        "limits" => (
            Code::OutOfLimits,
            format!("{rows} of `{}` {has} a `{about}` outside its limits", set.name),
            "mend the cells, or widen the limits".to_string(),
        ),
        "duplicate" => {
            let keys = if count == 1 { "1 key".to_string() } else { format!("{count} keys") };
            let names: Vec<String> = set.key.iter().map(|key| format!("`{}`", set.column(*key).name)).collect();
            (
                Code::DuplicateKey,
                format!("{keys} of `{}` ({}) {has} more than one row", set.name, names.join(" and ")),
                format!(
                    "each {} has one row: take the others out, or add to the `key` what tells them apart",
                    set.row.singular
                ),
            )
        }
        "dangling" => {
            let target = match column.map(|column| &set.column(column).ty) {
                Some(ColumnType::Link { data, .. }) => model.data[data.0].name.as_str(),
                _ => "another data set",
            };
            (
                Code::DanglingLink,
                format!("{rows} of `{}` {has} a `{about}` that no row of `{target}` has", set.name),
                format!("add the rows to `{target}`, or mend the cells"),
            )
        }
        _ => {
            let (code, what) = match column.map(|column| &set.column(column).ty) {
                Some(ColumnType::Choice(_)) => (Code::UnknownChoice, "none of its labels"),
                Some(ColumnType::Number { .. }) => {
                    (Code::BadCell, "no number, or one with more decimal places than are read")
                }
                Some(ColumnType::Date) => (Code::BadCell, "no date"),
                _ => (Code::BadCell, "no `yes` and no `no`"),
            };
            (code, format!("{rows} of `{}` {has} a `{about}` that is {what}", set.name), "mend the cells".to_string())
        }
    };
    let place = DataPlace {
        file: shown(set),
        column: column.map(|column| set.column(column).name.clone()),
        ..DataPlace::default()
    };
    let diagnostic = Diagnostic::new(code, message).in_data(place).help(mend);
    match first.is_empty() {
        true => diagnostic,
        false => diagnostic.note(format!("the first: {first}")),
    }
}

// ---------------------------------------------------------------- sums

fn cells(
    evaluation: &mut Evaluation,
    job: &Job,
    answer: &Answer,
    segments: &[Months],
    families: &[CellFamily],
    groups: &[Group],
) -> Checked<()> {
    let mut found = Scanned::new(job);
    for row in answer.counted()? {
        let months = answer.count(row, "months")? as usize;
        let codes: Vec<Option<usize>> = groups
            .iter()
            .enumerate()
            .map(|(at, group)| code(evaluation, answer, row, at + 1, group))
            .collect::<Checked<_>>()?;
        for (at, CellFamily { family: family_at, group }) in families.iter().enumerate() {
            let family = &job.families[*family_at];
            let group = match group {
                None => 0,
                Some(place) => match codes[*place] {
                    Some(code) => code,
                    None => continue,
                },
            };
            let cell = if family.segments.is_empty() {
                group
            } else {
                let Some(segment) = segments.get(months) else {
                    return Err(answer.broken("it speaks of other months"));
                };
                match family.segments.iter().position(|own| own.holds(*segment)) {
                    Some(place) => group * family.segments.len() + place,
                    None => continue,
                }
            };
            if cell >= family.cells() {
                return Err(answer.broken("it speaks of other people or teams"));
            }
            let number = at + 1;
            let blanks = format!("blanks_{number}");
            let part = Part {
                rows: answer.count(row, &format!("rows_{number}"))?,
                blanks: if answer.has(&blanks) { answer.count(row, &blanks)? } else { 0 },
                value: part_value(evaluation, job, *family_at, answer, row, &format!("value_{number}"))?,
            };
            found.stores[*family_at].add_part(cell, part);
        }
    }
    // Only the families of this statement are answered by it.
    let wanted: BTreeSet<usize> = families.iter().map(|family| family.family).collect();
    evaluation.keep_some(job, found, &|family| wanted.contains(&family));
    Ok(())
}

fn part_value(
    evaluation: &Evaluation,
    job: &Job,
    family: usize,
    answer: &Answer,
    row: &[String],
    column: &str,
) -> Checked<Option<Value>> {
    let family = &job.families[family];
    if family.function == AggregateFunction::Count {
        return Ok(None);
    }
    let row: &[String] = row;
    let cell = {
        let at =
            answer.columns.get(column).ok_or_else(|| answer.broken(&format!("the column `{column}` is missing")))?;
        row.get(*at).map_or("", String::as_str)
    };
    if cell.is_empty() {
        return Ok(None);
    }
    let found = match is_day(evaluation, job, family.value) {
        true => day_of(cell).map(Value::Day),
        false => exact(cell).map(Value::Number),
    };
    found.map(Some).ok_or_else(|| answer.broken(&format!("`{cell}` in `{column}` is no exact number")))
}

/// Whether a value is a date, by how the first answer can be read: numbers have no two hyphens.
fn is_day(evaluation: &Evaluation, job: &Job, node: Option<NodeId>) -> bool {
    let data = evaluation.world.tables[job.table].data;
    let nodes = evaluation.world.nodes[job.table];
    node.is_some_and(|node| matches!(kind(evaluation, data, nodes, node), Some(ValueKind::Day)))
}

#[derive(Clone, Copy)]
enum ValueKind<'a> {
    Day,
    Flag,
    Text,
    Choice(&'a [crate::model::data::Choice]),
}

/// What a value is, where it is no number.
fn kind<'a>(evaluation: &Evaluation<'a>, data: DataId, nodes: &'a [RowNode], node: NodeId) -> Option<ValueKind<'a>> {
    let model = evaluation.world.model;
    match &nodes[node.0] {
        RowNode::Constant(Value::Day(_)) => Some(ValueKind::Day),
        RowNode::Constant(Value::Flag(_)) => Some(ValueKind::Flag),
        RowNode::Constant(Value::Text(_)) => Some(ValueKind::Text),
        RowNode::Column { via, column } => {
            let target = model.links_to(data, via);
            match &model.data[target.0].column(*column).ty {
                ColumnType::Date => Some(ValueKind::Day),
                ColumnType::Flag => Some(ValueKind::Flag),
                ColumnType::Choice(choices) => Some(ValueKind::Choice(choices)),
                ColumnType::Text | ColumnType::Link { .. } | ColumnType::Position => Some(ValueKind::Text),
                ColumnType::Number { .. } | ColumnType::Period => None,
            }
        }
        RowNode::If { then, otherwise, .. } => {
            kind(evaluation, data, nodes, *then).or_else(|| kind(evaluation, data, nodes, *otherwise))
        }
        RowNode::Default { value, fallback } => {
            kind(evaluation, data, nodes, *value).or_else(|| kind(evaluation, data, nodes, *fallback))
        }
        RowNode::Call(crate::value::Builtin::Min | crate::value::Builtin::Max, arguments) => {
            arguments.iter().find_map(|argument| kind(evaluation, data, nodes, *argument))
        }
        RowNode::Not(_) | RowNode::IsMissing(_) | RowNode::InSet(..) | RowNode::InDays { .. } => Some(ValueKind::Flag),
        RowNode::Binary(op, ..) => {
            use crate::syntax::tree::BinaryOp::*;
            (!matches!(op, Add | Subtract | Multiply | Divide)).then_some(ValueKind::Flag)
        }
        _ => None,
    }
}

/// The number of a row's group; `None` where the row is in none.
fn code(
    evaluation: &Evaluation,
    answer: &Answer,
    row: &[String],
    number: usize,
    group: &Group,
) -> Checked<Option<usize>> {
    let column = format!("group_{number}");
    let at = answer
        .columns
        .get(column.as_str())
        .ok_or_else(|| answer.broken(&format!("the column `{column}` is missing")))?;
    let cell = row.get(*at).map_or("", String::as_str);
    if cell.is_empty() {
        return Ok(None);
    }
    let found = match group {
        Group::Company => Some(0),
        Group::Team { .. } | Group::Own { .. } => cell.parse().ok(),
        Group::Key { data, .. } => {
            let table = evaluation.world.place_of.get(data).map(|place| evaluation.world.tables[*place]);
            table.and_then(|table| table.keys.as_ref()).and_then(|keys| keys.find(cell)).map(|code| code as usize)
        }
    };
    found.map(Some).ok_or_else(|| answer.broken("it speaks of other people or teams"))
}

// ---------------------------------------------------------------- what cannot be added up

fn list(evaluation: &mut Evaluation, job: &Job, family_at: usize, answer: &Answer) -> Checked<()> {
    let family = &job.families[family_at];
    let data = evaluation.world.tables[job.table].data;
    let groups = match family.group {
        Group::Team { .. } => evaluation.teams.teams.len(),
        _ => family.groups,
    };
    let ids: Vec<MeasureId> = family.measures.iter().map(|(id, _)| *id).collect();
    // What groups without a row have.
    let empty = || Store::new(family.function, false, groups).finish(family.function, None, &|_| String::new());
    let mut measured: Vec<Vec<Measured>> = ids.iter().map(|_| empty()).collect();
    let kind = family.value.and_then(|node| kind(evaluation, data, evaluation.world.nodes[job.table], node));
    let value = |row: &[String], column: &str| -> Checked<Option<Value>> {
        let at =
            answer.columns.get(column).ok_or_else(|| answer.broken(&format!("the column `{column}` is missing")))?;
        let cell = row.get(*at).map_or("", String::as_str);
        if cell.is_empty() {
            return Ok(None);
        }
        let found = match kind {
            None => exact(cell).map(Value::Number),
            Some(ValueKind::Day) => day_of(cell).map(Value::Day),
            Some(ValueKind::Flag) => exact(cell).map(|number| Value::Flag(!number.is_zero())),
            Some(ValueKind::Text) => Some(Value::text(cell)),
            Some(ValueKind::Choice(choices)) => {
                choices.iter().position(|choice| choice.name == cell).map(|place| Value::Choice(place as u32))
            }
        };
        found.map(Some).ok_or_else(|| answer.broken(&format!("`{cell}` in `{column}` cannot be read")))
    };
    for row in answer.counted()? {
        let read = answer.count(row, "read_rows")?;
        let window = answer.count(row, "number")? as usize;
        let group = match family.group {
            Group::Company => Some(0),
            Group::Team { .. } => Some(answer.count(row, "group_1")? as usize),
            group => code(evaluation, answer, row, 1, group)?,
        };
        let slot = group.and_then(|group| measured.get_mut(window).and_then(|measured| measured.get_mut(group)));
        let Some(slot) = slot else { return Err(answer.broken("it speaks of other people, teams or months")) };
        let rows = answer.count(row, "rows_1")?;
        slot.rows = if family.function == AggregateFunction::Only { read } else { rows };
        slot.blanks = if family.function == AggregateFunction::Only { 0 } else { read - rows.min(read) };
        let blank = || if slot.blanks == 0 { Missing::NoRows } else { Missing::Blank };
        slot.value = match family.function {
            AggregateFunction::CountDistinct => Value::Number(answer.number(row, "value_1")?.unwrap_or(Number::ZERO)),
            AggregateFunction::Only if read > 1 => Value::Missing(Missing::Ambiguous(
                format!("more than one row: {read} in {}", shown(&evaluation.world.model.data[data.0])).into(),
            )),
            AggregateFunction::Only => value(row, "value_1")?.unwrap_or(Missing::Blank.into()),
            AggregateFunction::Latest => {
                let (first, last) = (value(row, "value_1")?, value(row, "value_2")?);
                match answer.day(row, "day_1")? {
                    Some(day) if first != last => {
                        Value::Missing(Missing::Ambiguous(format!("differing values on {day}").into()))
                    }
                    _ => first.unwrap_or_else(|| blank().into()),
                }
            }
            _ => {
                let (low, high) = (answer.number(row, "value_1")?, answer.number(row, "value_2")?);
                match low {
                    None => blank().into(),
                    Some(low) => {
                        let fraction = evaluation.query.measures[ids[window].0].fraction.as_ref();
                        let high = high.unwrap_or_else(|| low.clone());
                        Value::Number(crate::data::store::between(rows, &low, &high, fraction))
                    }
                }
            }
        };
    }
    for (id, measured) in ids.into_iter().zip(measured) {
        evaluation.keep_measured(job, id, measured);
    }
    Ok(())
}

//! The answer to a statement: a table of texts, read cell by cell.

use std::collections::BTreeMap;
use std::str::FromStr;

use super::periods;
use super::rows::Link;
use crate::data::measures::measure::Evaluation;
use crate::diagnostic::{Code, DataPlace, Diagnostic};
use crate::language::Gives;
use crate::model::data::{Choice, ColumnIx, ColumnType, DataId};
use crate::number::Number;
use crate::plan::query::{Group, MeasureId, NodeId, RowNode};
use crate::time::{Day, Months};
use crate::value::{Builtin, Value};

/// The answer to one statement, or to several: a table of texts, as it came.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Where it came from, for messages.
    pub from: String,
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// The rows of the answer to one statement.
pub struct Answer<'a> {
    pub from: &'a str,
    pub columns: BTreeMap<&'a str, usize>,
    pub rows: Vec<&'a [String]>,
}

pub type Checked<T> = Result<T, Box<Diagnostic>>;

impl<'a> Answer<'a> {
    pub fn broken(&self, why: &str) -> Box<Diagnostic> {
        Box::new(
            Diagnostic::new(Code::OtherMeasures, format!("the results in `{}` cannot be used: {why}", self.from))
                .in_data(DataPlace { file: self.from.to_string(), ..DataPlace::default() })
                .help("run the statements of `merit sql` once more, and keep their results as they come"),
        )
    }

    pub fn cell<'r>(&self, row: &'r [String], column: &str) -> Checked<&'r str> {
        let at = self.columns.get(column).ok_or_else(|| self.broken(&format!("the column `{column}` is missing")))?;
        Ok(row.get(*at).map_or("", String::as_str))
    }

    pub fn count(&self, row: &[String], column: &str) -> Checked<u64> {
        let cell = self.cell(row, column)?;
        // An engine may write a whole number as a decimal.
        let whole = cell
            .split_once('.')
            .map_or(cell, |(whole, rest)| if rest.bytes().all(|b| b == b'0') { whole } else { cell });
        whole.parse().map_err(|_| self.broken(&format!("`{cell}` in `{column}` is no count")))
    }

    /// The lines without the one that holds their total, once they add up to it: no line was lost.
    pub fn counted(&self) -> Checked<Vec<&'a [String]>> {
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

    /// Looks whether a column of sums adds up to its total, with the rows that are in no group.
    pub fn adds_up(&self, column: &str) -> Checked<()> {
        let (mut total, mut sum) = (Number::ZERO, Number::ZERO);
        for row in &self.rows {
            let value = self.number(row, column)?.unwrap_or(Number::ZERO);
            match self.cell(row, "total")? {
                "0" => sum = sum.add(&value),
                _ => total = value,
            }
        }
        if sum == total { Ok(()) } else { Err(self.broken(&format!("`{column}` does not add up to its total"))) }
    }

    /// Adds how many rows have links to the row of another day; of several statements, and of several windows in one,
    /// that which has met the most.
    pub fn other_days(&self, links: &[Link], others: &mut BTreeMap<Link, u64>) -> Checked<()> {
        for (at, link) in links.iter().enumerate() {
            let mut by_window: BTreeMap<&str, u64> = BTreeMap::new();
            for row in self.counted()? {
                let window = if self.has("number") { self.cell(row, "number")? } else { "" };
                *by_window.entry(window).or_default() += self.count(row, &format!("other_{}", at + 1))?;
            }
            let most = by_window.into_values().max().unwrap_or(0);
            if most > 0 {
                let known = others.entry(*link).or_default();
                *known = most.max(*known);
            }
        }
        Ok(())
    }

    pub fn has(&self, column: &str) -> bool {
        self.columns.contains_key(column)
    }

    /// A value; `None` where the cell is blank.
    pub fn value(&self, row: &[String], column: &str, kind: ValueKind) -> Checked<Option<Value>> {
        let cell = self.cell(row, column)?;
        if cell.is_empty() {
            return Ok(None);
        }
        let value = kind.read(cell);
        value.map(Some).ok_or_else(|| self.broken(&format!("`{cell}` in `{column}` is no {}", kind.words())))
    }

    pub fn number(&self, row: &[String], column: &str) -> Checked<Option<Number>> {
        Ok(match self.value(row, column, ValueKind::Number)? {
            Some(Value::Number(number)) => Some(number),
            _ => None,
        })
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

pub fn day_of(text: &str) -> Option<Day> {
    let mut parts = text.get(..10)?.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    Day::from_ymd(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

/// Rows whose period lies partly in a window that reads them.
#[derive(Default)]
pub struct Straddling(BTreeMap<(DataId, ColumnIx, Months), RowsMet>);

/// By what is known of the rows, their period, and by reader: how many rows it has met.
type RowsMet = BTreeMap<String, BTreeMap<Option<MeasureId>, u64>>;

impl Straddling {
    /// `of`: the column, and the window.
    pub fn add(&mut self, of: (DataId, ColumnIx, Months), which: String, reader: Option<MeasureId>, rows: u64) {
        if rows > 0 {
            *self.0.entry(of).or_default().entry(which).or_default().entry(reader).or_default() += rows;
        }
    }

    /// Of each column and window: how many rows, and what is known of the first.
    pub fn met(&self) -> impl Iterator<Item = ((DataId, ColumnIx, Months), u64, String)> + '_ {
        self.0.iter().map(|(of, met)| {
            // Most readers meet the same rows.
            let rows = met.values().map(|readers| readers.values().max().copied().unwrap_or(0)).sum();
            let first: Vec<&str> = met.keys().map(String::as_str).take(3).collect();
            (*of, rows, first.join("; "))
        })
    }
}

/// What the values of an aggregate are.
#[derive(Clone, Copy)]
pub enum ValueKind<'a> {
    Number,
    Day,
    Period,
    /// As 1 and 0.
    Flag,
    Text,
    Choice(&'a [Choice]),
}

impl ValueKind<'_> {
    fn read(self, cell: &str) -> Option<Value> {
        Some(match self {
            ValueKind::Number => Value::Number(exact(cell)?),
            ValueKind::Day => Value::Day(day_of(cell)?),
            ValueKind::Period => Value::Period(periods::read(cell)?),
            ValueKind::Flag => Value::Flag(!exact(cell)?.is_zero()),
            ValueKind::Text => Value::text(cell),
            ValueKind::Choice(choices) => Value::Choice(choices.iter().position(|choice| choice.name == cell)? as u32),
        })
    }

    fn words(self) -> &'static str {
        match self {
            ValueKind::Number | ValueKind::Flag => "exact number",
            ValueKind::Day => "date",
            ValueKind::Period => "period",
            ValueKind::Text | ValueKind::Choice(_) => "label",
        }
    }
}

/// What a node of a table's rows is.
pub fn kind<'a>(evaluation: &Evaluation<'a>, data: DataId, node: NodeId) -> ValueKind<'a> {
    let asked = evaluation.query.tables.iter().find(|asked| asked.data == data);
    known_kind(evaluation, data, asked.map_or(&[], |asked| &asked.nodes), node).unwrap_or(ValueKind::Number)
}

fn known_kind<'a>(
    evaluation: &Evaluation<'a>,
    data: DataId,
    nodes: &'a [RowNode],
    node: NodeId,
) -> Option<ValueKind<'a>> {
    let model = evaluation.world.model;
    let of = |node: &NodeId| known_kind(evaluation, data, nodes, *node);
    match &nodes[node.0] {
        RowNode::Constant(Value::Day(_)) => Some(ValueKind::Day),
        RowNode::Constant(Value::Period(_)) => Some(ValueKind::Period),
        RowNode::Constant(Value::Flag(_)) => Some(ValueKind::Flag),
        RowNode::Constant(Value::Text(_)) => Some(ValueKind::Text),
        RowNode::Column { via, column } => {
            let target = model.links_to(data, via);
            Some(match &model.data[target.0].column(*column).ty {
                ColumnType::Date => ValueKind::Day,
                ColumnType::Period => ValueKind::Period,
                ColumnType::Flag => ValueKind::Flag,
                ColumnType::Choice(choices) => ValueKind::Choice(choices),
                ColumnType::Text | ColumnType::Link { .. } | ColumnType::Position => ValueKind::Text,
                ColumnType::Number { .. } => ValueKind::Number,
            })
        }
        RowNode::Inner { measure, .. } => {
            let measure = &evaluation.query.measures[measure.0];
            match measure.function.signature().gives {
                // The least of dates is a date.
                Gives::Values => measure.value.map(|value| kind(evaluation, measure.data, value)),
                Gives::Rows | Gives::Different | Gives::Ratio => None,
            }
        }
        RowNode::If { then, otherwise, .. } => of(then).or_else(|| of(otherwise)),
        RowNode::Default { value, fallback } => of(value).or_else(|| of(fallback)),
        RowNode::Call(Builtin::Min | Builtin::Max, arguments) => arguments.iter().find_map(of),
        RowNode::Not(_) | RowNode::IsMissing(_) | RowNode::InSet(..) | RowNode::InDays { .. } => Some(ValueKind::Flag),
        RowNode::Binary(op, ..) => {
            use crate::language::BinaryOp::*;
            (!matches!(op, Add | Subtract | Multiply | Divide)).then_some(ValueKind::Flag)
        }
        _ => None,
    }
}

/// The number of a row's group; `None` where the row is in none.
pub fn code(
    evaluation: &Evaluation,
    answer: &Answer,
    row: &[String],
    number: usize,
    group: &Group,
) -> Checked<Option<usize>> {
    let cell = answer.cell(row, &format!("group_{number}"))?;
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

/// What the engine gave so many times too large.
pub fn divided(value: Option<Value>, over: u64) -> Option<Value> {
    match value {
        Some(Value::Number(number)) => number.div(&over.into()).map(Value::Number),
        other => other,
    }
}

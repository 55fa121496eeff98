//! `given closed { | period | person | bonus | }`: results of earlier periods, in the place of the chain of closings.

use std::sync::Arc;

use crate::closed::{ClosedPeriod, ClosedValue, ClosedValues, SCORE};
use crate::diagnostic::{Code, Diagnostic, Help, Mend};
use crate::model::amount::Amount;
use crate::model::checker::Checker;
use crate::model::names::env::Env;
use crate::model::types::unit::DisplayUnit;
use crate::number::Number;
use crate::source::Span;
use crate::syntax::tree;
use crate::time::PeriodName;
use crate::value::Value;

/// What the table is called; no data set can have the name.
pub(super) const CLOSED: &str = "closed";

/// What a column of the table says.
enum Column {
    Period,
    Person,
    Position,
    /// The name of a result, and its unit.
    Result(Arc<str>, DisplayUnit),
}

impl Checker<'_> {
    /// The closings that a table stands for; `None` after a finding. `test` is the period evaluated.
    pub(super) fn closings(&mut self, table: &tree::Given, test: Option<PeriodName>) -> Option<ClosedValues> {
        let columns = self.closed_columns(table)?;
        let rosters: Vec<Arc<str>> =
            self.model.data.iter().filter(|set| set.roster.is_some()).map(|set| set.name.as_str().into()).collect();
        let mut closings: Vec<(PeriodName, ClosedPeriod)> = Vec::new();
        let mut known: Vec<(PeriodName, String, Option<String>, Span)> = Vec::new();
        let mut sound = true;
        for row in &table.rows {
            let (mut period, mut person, mut position) = (None, None, None);
            let mut results: Vec<(Arc<str>, ClosedValue)> = Vec::new();
            for (cell, column) in row.cells.iter().zip(&columns) {
                match column {
                    Column::Period => period = self.closed_period(cell, test),
                    Column::Person => person = Some(cell.value.clone()).filter(|key| !key.is_empty()),
                    Column::Position => {
                        position = self.model.position_named(&cell.value).map(str::to_string);
                        if position.is_none() && !cell.value.is_empty() {
                            self.unknown_position(cell);
                            sound = false;
                        }
                    }
                    Column::Result(name, unit) if !cell.value.is_empty() => match self.closed_value(cell, unit) {
                        Some(value) => results.push((name.clone(), value)),
                        None => sound = false,
                    },
                    Column::Result(..) => {}
                }
            }
            let (Some(period), Some(person)) = (period, person) else {
                sound = false;
                continue;
            };
            let twice = |one: &&(PeriodName, String, Option<String>, Span)| {
                (one.0, one.1.as_str(), &one.2) == (period, person.as_str(), &position)
            };
            if let Some((.., first)) = known.iter().find(twice) {
                let message = format!("`{person}` stands twice in the closing of {period}");
                let finding =
                    Diagnostic::new(Code::DuplicateKey, message).at(row.span, "again").at(*first, "first here");
                self.report(finding.help("keep one of the two rows"));
                sound = false;
                continue;
            }
            known.push((period, person.clone(), position.clone(), row.span));
            if !closings.iter().any(|(known, _)| *known == period) {
                closings.push((period, ClosedPeriod::default()));
            }
            let closing = closings.iter_mut().find(|(known, _)| *known == period).map(|(_, closing)| closing)?;
            for roster in &rosters {
                let found = closing.person_mut(roster, &person.as_str().into());
                for (name, value) in &results {
                    if let Some(position) = &position {
                        let post = found.posts.entry(position.as_str().into()).or_default();
                        post.insert(name.clone(), Some(value.clone()));
                    }
                    let both = found.overall.get(name).cloned().flatten();
                    found.overall.insert(name.clone(), together(both, value, name));
                }
            }
        }
        if !sound {
            return None;
        }
        let mut all = ClosedValues::default();
        closings.into_iter().for_each(|(period, closing)| all.insert(period, closing));
        Some(all)
    }

    fn closed_columns(&mut self, table: &tree::Given) -> Option<Vec<Column>> {
        let mut columns = Vec::new();
        let mut seen: Vec<&tree::Name> = Vec::new();
        let mut sound = true;
        for name in &table.header {
            if let Some(first) = seen.iter().find(|first| first.text == name.text) {
                let message = format!("the column `{}` stands twice", name.text);
                let finding =
                    Diagnostic::new(Code::Repeated, message).at(name.span, "again").at(first.span, "first here");
                self.report(finding.help("keep one of the two"));
                sound = false;
            }
            seen.push(name);
            columns.push(match name.text.as_str() {
                "period" => Some(Column::Period),
                "person" => Some(Column::Person),
                "position" => Some(Column::Position),
                _ => {
                    self.closed_unit(name, &Env::subject()).map(|unit| Column::Result(name.text.as_str().into(), unit))
                }
            });
        }
        for needed in ["period", "person"] {
            if !table.header.iter().any(|name| name.text == needed) {
                self.report(
                    Diagnostic::new(Code::Incomplete, format!("the closed results have no column `{needed}`"))
                        .at(table.data.span, "whose, and when?")
                        .help("begin with these columns, as in `| period | person | bonus |`"),
                );
                sound = false;
            }
        }
        columns.into_iter().collect::<Option<Vec<Column>>>().filter(|_| sound)
    }

    /// A period before the one evaluated.
    fn closed_period(&mut self, cell: &tree::Text, test: Option<PeriodName>) -> Option<PeriodName> {
        let Some(period) = PeriodName::parse(&cell.value) else {
            self.report(
                Diagnostic::new(Code::BadLiteral, format!("`{}` is no period", cell.value))
                    .at(cell.span, "of which period?")
                    .help("write a period such as `2026-Q2`, `2026-06` or `2025`"),
            );
            return None;
        };
        let calendar = &self.model.company.calendar;
        if let Some(test) = test
            && calendar.months(period).last() >= calendar.months(test).first
        {
            self.report(
                Diagnostic::new(
                    Code::Misplaced,
                    format!("{period} is not before {test}, and only what is earlier is closed"),
                )
                .at(cell.span, "not closed yet")
                .help("give results of earlier periods"),
            );
            return None;
        }
        Some(period)
    }

    fn unknown_position(&mut self, cell: &tree::Text) {
        let names: Vec<String> = self.model.positions.iter().map(|position| position.name.clone()).collect();
        let mend = self.did_you_mean(&cell.value, cell.span, names.iter().map(String::as_str), || {
            "write the name or the label of a position".to_string()
        });
        self.report(
            Diagnostic::new(Code::UnknownName, format!("there is no position `{}`", cell.value))
                .at(cell.span, "unknown")
                .help(mend),
        );
    }

    /// A number in the unit of the result.
    fn closed_value(&mut self, cell: &tree::Text, unit: &DisplayUnit) -> Option<ClosedValue> {
        let number = match self.model.amount(&cell.value, unit) {
            Ok(Amount::Number(number)) => number,
            Ok(Amount::Missing(reason)) => {
                return Some(ClosedValue {
                    value: Value::stated(reason.as_str()),
                    unit: None,
                    shown: "missing".into(),
                });
            }
            Err(no) => {
                let code = if no.message.ends_with("is no amount") { Code::WrongType } else { Code::WrongUnit };
                let finding = Diagnostic::new(code, no.message).at(cell.span, "not such a result");
                let mends: Vec<Mend> = no.writes.iter().map(|text| Mend::replace(cell.span, text.as_str())).collect();
                self.report(match (mends.len(), no.help.is_empty()) {
                    (1, _) => finding.help(Help::of("write `{}`", mends)),
                    (2, _) => finding.help(Help::of("write `{}` or `{}`", mends)),
                    (_, false) => finding.help(no.help),
                    _ => finding.help("write a number in the unit that the result has"),
                });
                return None;
            }
        };
        Some(ClosedValue {
            value: Value::Number(number),
            unit: unit.in_base_units().map(Into::into),
            shown: cell.value.as_str().into(),
        })
    }
}

/// Over all posts: amounts add up, a score that differs is none.
fn together(known: Option<ClosedValue>, value: &ClosedValue, name: &str) -> Option<ClosedValue> {
    let Some(known) = known else { return Some(value.clone()) };
    match (&known.value, &value.value) {
        (one, other) if one == other && name == SCORE => Some(known),
        (Value::Number(one), Value::Number(other)) if name != SCORE => {
            let sum: Number = one.add(other);
            Some(ClosedValue { value: Value::Number(sum), ..known })
        }
        _ => None,
    }
}

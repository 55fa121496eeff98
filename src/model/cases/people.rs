//! The person that an expectation is about, by key, in the tables that the test gives.

use super::tables::written_number;
use super::{Given, GivenCell, GivenRow};
use crate::diagnostic::{Code, Diagnostic, Help, Mend};
use crate::model::Position;
use crate::model::checker::Checker;
use crate::model::data::{Column, ColumnIx, ColumnType, DataSet};
use crate::model::types::unit::DisplayUnit;
use crate::nearest::another_writing;
use crate::number::Number;
use crate::syntax::tree::{self};
use crate::time::{Day, PeriodName};

/// The person an expectation is about, as far as the test tells.
pub(super) struct Whose {
    /// As the evaluation writes it: `a / 16`, whatever units stand in the table.
    pub(super) key: String,
    /// The versions in force of the positions held.
    pub(super) positions: Vec<Position>,
}

impl Whose {
    pub(super) fn names(&self) -> Vec<String> {
        self.positions.iter().map(|position| position.name.clone()).collect()
    }
}

impl Checker<'_> {
    /// The person with a key, in one of the given rosters; where keys or posts are computed, anyone who may be it.
    pub(super) fn whose(&mut self, key: &tree::Text, given: &[Given], period: PeriodName, day: Day) -> Option<Whose> {
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
                let named = post.as_ref().and_then(|post| self.model.position_named(post)).map(str::to_string);
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

fn cell_of<'g>(table: &Given, row: &'g GivenRow, column: ColumnIx) -> Option<&'g GivenCell> {
    let at = table.columns.iter().position(|known| *known == column)?;
    row.cells.get(at)
}

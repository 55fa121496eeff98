//! The tables of test blocks: data sets, columns, and numbers as the language writes them.

use super::{Given, GivenCell, GivenRow};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::Model;
use crate::model::checker::{Checker, Symbol};
use crate::model::data::{Column, ColumnIx, ColumnType, DataId};
use crate::model::expr::Base;
use crate::model::words::list;
use crate::number::Number;
use crate::source::Span;
use crate::syntax::tree;

impl Checker<'_> {
    pub(super) fn given(&mut self, table: &tree::Given, known: &[Given]) -> Option<Given> {
        let Symbol::Data(at) = self.find(&table.data, "data set", |symbol| matches!(symbol, Symbol::Data(_)))? else {
            return None;
        };
        let data = DataId(at);
        if let Some(first) = known.iter().find(|first| first.data == data) {
            self.report(
                Diagnostic::new(Code::RepeatedClause, format!("`{}` is given twice", table.data.text))
                    .at(table.data.span, "again here")
                    .at(first.span, "first here")
                    .help("put all its rows into one table"),
            );
            return None;
        }
        let set = self.model.data[at].clone();
        let mut columns: Vec<ColumnIx> = Vec::new();
        let mut all = true;
        for (place, name) in table.header.iter().enumerate() {
            match set.column_named(&name.text) {
                Some(column) if columns.contains(&column) => {
                    let first = table.header[..place].iter().find(|first| first.text == name.text);
                    let mut diagnostic =
                        Diagnostic::new(Code::Repeated, format!("the column `{}` stands twice", name.text))
                            .at(name.span, "again");
                    if let Some(first) = first {
                        diagnostic = diagnostic.at(first.span, "first here");
                    }
                    self.report(diagnostic.help("keep one of the two"));
                    all = false;
                }
                Some(column) => {
                    if let ColumnType::Link { by, .. } = &set.column(column).ty
                        && !by.is_empty()
                    {
                        let parts: Vec<&str> = by.iter().map(|part| set.column(*part).name.as_str()).collect();
                        self.report(
                            Diagnostic::new(
                                Code::Misplaced,
                                format!("`{}` is no column of its own: other columns make the link", name.text),
                            )
                            .at(name.span, "no cells belong here")
                            .help(format!("give {} instead", list(&parts))),
                        );
                        all = false;
                    }
                    columns.push(column);
                }
                None => {
                    self.unknown_column(&set, name);
                    all = false;
                }
            }
        }
        if !all {
            return None;
        }
        let rows = table
            .rows
            .iter()
            .map(|row| GivenRow {
                cells: row.cells.iter().zip(&columns).map(|(cell, at)| self.cell(cell, set.column(*at))).collect(),
                span: row.span,
            })
            .collect();
        Some(Given { data, columns, rows, span: table.data.span })
    }

    /// A cell; numbers may also stand as the language writes them: `50_000 CNY`.
    fn cell(&mut self, cell: &tree::Text, column: &Column) -> GivenCell {
        let plain = GivenCell { text: cell.value.clone(), number: None, span: cell.span };
        // The cell of a link is written as the key that it leads to.
        let ColumnType::Number { unit, .. } = self.model.key_behind(column).ty.clone() else { return plain };
        let Some((digits, rest)) = written_number(&cell.value) else { return plain };
        // Without a unit it is what it would be in a file.
        if rest.is_empty() || rest == "%" || rest == "‰" {
            return GivenCell { text: format!("{digits}{rest}"), ..plain };
        }
        let Some(written) = unit_in(rest, cell.span) else { return plain };
        let number = digits.parse::<Number>().ok();
        let found = self.unit(&written);
        if let Some(found) = &found
            && found.dimension != unit.dimension
        {
            let (is, wanted) = (found.dimension.to_string(), Base::Number(unit.dimension.clone()).words());
            self.report(
                Diagnostic::new(
                    Code::WrongUnit,
                    format!("`{}` is in {is}, and `{}` is {wanted}", cell.value, column.name),
                )
                .at(cell.span, format!("in {is}"))
                .at(column.span, format!("{wanted} here"))
                .help("write the number in the unit of the column"),
            );
            return plain;
        }
        let number = found.zip(number).map(|(found, number)| number.mul(&found.factor));
        GivenCell { number, ..plain }
    }
}

impl Model {
    /// The column whose cells those of a link are written as: the key that it leads to, however far.
    pub(super) fn key_behind<'m>(&'m self, column: &'m Column) -> &'m Column {
        let mut found = column;
        // Keys that are links to each other would never end; the checker refuses them.
        for _ in 0..8 {
            let ColumnType::Link { data, by } = &found.ty else { break };
            let target = &self.data[data.0];
            let (&[key], true) = (target.key.as_slice(), by.is_empty()) else { break };
            found = target.column(key);
        }
        found
    }
}

/// `50_000 CNY` as `50000` and `CNY`; `None` for what the language does not write so.
pub(super) fn written_number(text: &str) -> Option<(String, &str)> {
    let (sign, text) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let end = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '_' | '.'))).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    let bytes = digits.as_bytes();
    let well_placed = |at: usize| {
        let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
        bytes[at].is_ascii_digit() || (digit(at.checked_sub(1)) && digit(Some(at + 1)))
    };
    let points = bytes.iter().filter(|byte| **byte == b'.').count();
    if digits.is_empty() || points > 1 || !(0..bytes.len()).all(well_placed) {
        return None;
    }
    let unit = rest.trim_start();
    // A unit is a word of its own: `12a` is no number of any.
    if unit.len() == rest.len() && !matches!(rest, "" | "%" | "‰") {
        return None;
    }
    Some((format!("{sign}{}", digits.replace('_', "")), unit))
}

/// `CNY/person` as a unit; `None` where a name has signs that no name has.
fn unit_in(text: &str, span: Span) -> Option<tree::UnitExpr> {
    let mut factors = Vec::new();
    for (at, name) in text.split('/').enumerate() {
        let name = name.trim();
        let mut letters = name.chars();
        let is_name =
            letters.next().is_some_and(char::is_alphabetic) && letters.all(|c| c.is_alphanumeric() || c == '_');
        if !is_name {
            return None;
        }
        factors.push(tree::UnitFactor { name: tree::Name { text: name.to_string(), span }, per: at > 0 });
    }
    Some(tree::UnitExpr { factors, span })
}

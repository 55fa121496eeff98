//! Matrices: a value for each row and column, and what is proved about them.

use super::checks::unit_of;
use crate::diagnostic::{Code, Diagnostic};
use crate::language::BinaryOp;
use crate::model::checker::Checker;
use crate::model::expr::Expr;
use crate::model::names::env::Bare;
use crate::model::types::unit::DisplayUnit;
use crate::model::{Matrix, Versions};
use crate::scales::thresholds::{self, Threshold, Thresholds};
use crate::scales::{Checks, Reads};
use crate::source::Span;
use crate::syntax::tree;

impl Checker<'_> {
    pub(in crate::model) fn declare_matrices(&mut self) {
        for matrix in self.declarations.matrices.clone() {
            let inputs = [0, 1].map(|at| self.declared_unit(&matrix.name, &matrix.inputs[at], "what a matrix reads"));
            let output = match &matrix.output {
                Some(ty) => self.declared_unit(&matrix.name, ty, "what a matrix yields"),
                None => DisplayUnit::point(),
            };
            let effective = matrix.effective.as_ref().map(|effective| self.effective(effective));
            let label = self.label(&matrix.name.text, &matrix.label);
            self.model.matrices.push(Matrix {
                name: matrix.name.text.clone(),
                label,
                span: matrix.name.span,
                inputs,
                output,
                rows: Vec::new(),
                columns: Vec::new(),
                values: Vec::new(),
                versions: Versions::from(effective),
            });
        }
    }

    pub(in crate::model) fn type_matrices(&mut self) {
        for (at, written) in self.declarations.matrices.clone().into_iter().enumerate() {
            if !self.untyped.contains(&written.name.text) {
                let mut declared = self.model.matrices[at].clone();
                self.matrix_cells(written, &mut declared);
                self.model.matrices[at] = declared;
            }
        }
    }

    fn matrix_cells(&mut self, written: &tree::Matrix, declared: &mut Matrix) {
        declared.rows = self.matrix_limits(written, &written.rows, &declared.inputs[0], "row");
        declared.columns = self.matrix_limits(written, &written.columns, &declared.inputs[1], "column");
        self.matrix_shape(written);
        let output = declared.output.clone();
        let unit = Bare::from(&output);
        for line in &written.values {
            let mut values = Vec::new();
            for value in &line.values {
                if !self.bare_ratio(value, &output, "what this matrix yields") {
                    values.extend(self.constant_in(value, &unit));
                }
            }
            declared.values.push(values);
        }
    }

    /// The limits of the rows or of the columns: typed, in order, and with a place for every value.
    fn matrix_limits(
        &mut self,
        matrix: &tree::Matrix,
        limits: &[tree::MatrixLimit],
        unit: &DisplayUnit,
        what: &str,
    ) -> Vec<Option<(BinaryOp, Expr)>> {
        let before = self.diagnostics.len();
        let bare = Bare::from(unit);
        let mut typed = Vec::new();
        for limit in limits {
            typed.push(match &limit.condition {
                None => None,
                Some((_, at)) if self.bare_ratio(at, unit, &format!("what a {what} is found by")) => continue,
                Some((op, at)) => match self.constant_in(at, &bare) {
                    Some(at) => Some((*op, at)),
                    None => continue,
                },
            });
        }
        if self.diagnostics.len() > before {
            return typed;
        }
        let counted = unit.dimension.is_counted() && !unit.dimension.is_none();
        let reads = Reads { unit: unit_of(&unit.dimension), counted };
        let numbers: Vec<&Expr> = typed.iter().flatten().map(|(_, at)| at).collect();
        self.at_all_times(&numbers, |checker| {
            let limit = |(limit, written): (&Option<(BinaryOp, Expr)>, &tree::MatrixLimit)| match limit {
                Some((op, at)) => Threshold { condition: Some((*op, checker.number(at))), at: at.span },
                None => Threshold { condition: None, at: written.span },
            };
            let all: Vec<Threshold> = typed.iter().zip(limits).map(limit).collect();
            thresholds::check(checker, &all, &Thresholds { span: matrix.name.span, what, gets: what, reads: &reads });
        });
        typed
    }

    /// As many lines of values as rows, and in each as many values as columns.
    fn matrix_shape(&mut self, matrix: &tree::Matrix) {
        let (rows, columns) = (matrix.rows.len(), matrix.columns.len());
        let count = |number: usize, one: &str| match number {
            1 => format!("1 {one}"),
            _ => format!("{number} {one}s"),
        };
        let mut wrong = |message: String, place: Span, words: String, limits: Span, has: String, mend: &str| {
            self.report(
                Diagnostic::new(Code::MatrixShape, message).at(place, words).at(limits, has).help(mend.to_string()),
            );
        };
        let extent = |first: Option<Span>, last: Option<Span>| {
            first.zip(last).map_or(matrix.name.span, |(first, last)| Span { end: last.end, ..first })
        };
        for line in matrix.values.iter().filter(|line| line.values.len() != columns) {
            let values = count(line.values.len(), "value");
            wrong(
                format!("`{}` has {}, and this row has {values}", matrix.name.text, count(columns, "column")),
                line.span,
                values,
                extent(matrix.columns.first().map(|limit| limit.span), matrix.columns.last().map(|limit| limit.span)),
                count(columns, "column"),
                "write one value for each column, with commas between; a semicolon ends a row",
            );
        }
        if matrix.values.len() != rows {
            let lines = count(matrix.values.len(), "row");
            wrong(
                format!("`{}` has {}, and values for {lines}", matrix.name.text, count(rows, "row")),
                extent(matrix.values.first().map(|line| line.span), matrix.values.last().map(|line| line.span)),
                format!("values for {lines}"),
                extent(matrix.rows.first().map(|limit| limit.span), matrix.rows.last().map(|limit| limit.span)),
                count(rows, "row"),
                "write the values of each row, with `;` between the rows",
            );
        }
    }
}

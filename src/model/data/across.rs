//! Data sets whose files have a column for each month.

use super::{Across, ColumnIx, ColumnType, DataSet, YearOf};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::checker::Checker;
use crate::syntax::tree::{AcrossYear, DataClause, Name};

impl Checker<'_> {
    /// `months across as MONTH, VALUE`: the columns that take the months and what stands below them.
    pub(super) fn across(&mut self, set: &DataSet, clause: &DataClause) -> Option<Across> {
        let DataClause::MonthsAcross { year, month: named_month, value: named_value, span } = clause else {
            return None;
        };
        let period = |ty: &ColumnType| matches!(ty, ColumnType::Period);
        let month = self.clause_column(set, named_month, period, "a period");
        let value = self.clause_column(set, named_value, |_| true, "");
        let in_file = |ty: &ColumnType| matches!(ty, ColumnType::Text | ColumnType::Number { .. } | ColumnType::Period);
        let year = match year {
            None => None,
            Some(AcrossYear::Year(year)) => Some(YearOf::Year(*year)),
            Some(AcrossYear::Column(name)) => {
                let column = self.clause_column(set, name, in_file, "a year, as a text or a number")?;
                self.derived_across(set, column, name);
                Some(YearOf::Column(column))
            }
        };
        let (month, value) = (month?, value?);
        if month == value || year == Some(YearOf::Column(value)) || year == Some(YearOf::Column(month)) {
            let column = &set.column(if month == value { month } else { value }).name;
            self.report(
                Diagnostic::new(Code::BadDataSet, format!("the column `{column}` is named twice in `months across`"))
                    .at(*span, "two different columns are needed")
                    .help("name the column that takes the month, then the one that takes what stands below it"),
            );
            return None;
        }
        self.derived_across(set, month, named_month);
        self.derived_across(set, value, named_value);
        Some(Across { month, value, year, span: *span })
    }

    /// What a formula gives is not in the file.
    fn derived_across(&mut self, set: &DataSet, column: ColumnIx, name: &Name) {
        if self.has_formula(set, &name.text) {
            self.report(
                Diagnostic::new(
                    Code::BadDataSet,
                    format!("the column `{}` is a formula, so no file holds it", name.text),
                )
                .at(name.span, "taken from the file here")
                .at(set.column(column).span, "declared with a formula")
                .help("name a column without a formula"),
            );
        }
    }
    /// Whether a column is declared with a formula, typed or not yet.
    pub(super) fn has_formula(&self, set: &DataSet, column: &str) -> bool {
        let written = self.declarations.data.iter().find(|data| data.name.span.key() == set.span.key());
        written.is_some_and(|data| {
            data.clauses.iter().any(|clause| {
                matches!(clause, DataClause::Column(written) if written.name.text == column && written.derived.is_some())
            })
        })
    }
}

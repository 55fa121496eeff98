//! The months that a window means.

use crate::model::Model;
use crate::syntax::tree::WindowKind;
use crate::time::{Month, Months};

impl Model {
    /// The window that words make of a period; the rightmost applies first.
    pub fn window(&self, period: Months, words: &[WindowKind]) -> Months {
        let calendar = &self.company.calendar;
        words.iter().rev().fold(period, |months, word| match word {
            WindowKind::Period => months,
            WindowKind::PreviousPeriod => months.earlier(months.count),
            WindowKind::Earlier { months: by } => months.earlier(*by),
            WindowKind::Last { months: count } => {
                Months { first: Month(months.last().0 + 1 - *count as i32), count: *count }
            }
            WindowKind::YearToDate => calendar.year_to_date(months),
            WindowKind::WholeYear => calendar.fiscal_year(months.last()),
            WindowKind::Literal(period) => calendar.months(*period),
        })
    }
}

//! Values for parts of the year, `5 in Q1, 6 in Q2`, of periods that have several of these parts.

use crate::model::expr::{Expr, Kind, Reading};
use crate::model::{Dated, Model, When};
use crate::time::{Month, Months};

impl Model {
    /// The values for parts of the year of which the months have several, or one for some of their months: neither the
    /// last of them nor their sum need be that of all the months. None where what they are compared with reads the same
    /// for all the months as for the last part, `year to date`: then the last counts. What changes `from` a day on is as
    /// of the last day.
    pub fn parts_within<'v>(&self, values: &'v [Dated], of: &Expr, months: Months) -> Vec<&'v Dated> {
        let of_month = |month: Month| {
            let (_, last) = self.company.calendar.days(Months { first: month, count: 1 });
            self.dated_on(values, last)
        };
        let key = |held: Option<&Dated>| held.map(|held| held.value.span.key());
        let each: Vec<(Month, Option<&Dated>)> = (0..months.count)
            .map(|at| Month(months.first.0 + at as i32))
            .map(|month| (month, of_month(month)))
            .collect();
        let mut parts: Vec<Option<&Dated>> = Vec::new();
        for (_, held) in &each {
            if !parts.iter().any(|known| key(*known) == key(*held)) {
                parts.push(*held);
            }
        }
        let recurs = |dated: &&Dated| matches!(dated.when, When::Each { .. });
        if parts.len() < 2 || !parts.iter().flatten().any(recurs) {
            return Vec::new();
        }
        let last = each.last().map(|(_, held)| key(*held));
        let count = each.iter().rev().take_while(|(_, held)| Some(key(*held)) == last).count() as u32;
        let last_part = Months { first: Month(months.last().0 + 1 - count as i32), count };
        let has_last = last.is_some_and(|last| last.is_some());
        match has_last && self.reads_alike(of, months, last_part) {
            true => Vec::new(),
            false => parts.into_iter().flatten().collect(),
        }
    }

    /// Whether a formula reads the same in two periods that end on one day.
    fn reads_alike(&self, of: &Expr, one: Months, other: Months) -> bool {
        let alike = |part: &Expr| self.reads_alike(part, one, other);
        let same_window = |words: &[_]| self.window(one, words) == self.window(other, words);
        one == other
            || match &of.kind {
                Kind::Value(_)
                | Kind::Constant(_)
                | Kind::Person { .. }
                | Kind::PeriodEnd
                | Kind::Column { .. }
                | Kind::EntryValue
                | Kind::EntryTarget
                | Kind::EntryWeight
                | Kind::Score
                | Kind::Rating
                | Kind::Output(_)
                | Kind::OutputSum(_) => true,
                // Two periods have a closing each.
                Kind::PeriodStart | Kind::PeriodMonths | Kind::PeriodDays | Kind::Closed(_) => false,
                Kind::Kpi(kpi) => alike(&self.kpis[kpi.0].value),
                Kind::Within(value, word) => {
                    self.reads_alike(value, self.window(one, &[*word]), self.window(other, &[*word]))
                }
                Kind::InWindow { date, window } => same_window(window) && alike(date),
                Kind::Aggregate(aggregate) => {
                    let rows = match &aggregate.reading {
                        Reading::Always | Reading::AtEnd => true,
                        Reading::During(words) => same_window(words),
                        Reading::AtStart => one.first == other.first,
                    };
                    rows && aggregate.value.iter().chain(&aggregate.condition).all(alike)
                }
                Kind::Not(_)
                | Kind::Negate(_)
                | Kind::Binary(..)
                | Kind::If { .. }
                | Kind::Default { .. }
                | Kind::InOrder { .. }
                | Kind::IsMissing(_)
                | Kind::InSet(..)
                | Kind::Call(..)
                | Kind::Scale(..)
                | Kind::Matrix(..)
                | Kind::Over(..) => of.parts().into_iter().all(alike),
            }
    }
}

//! Where days lie in their months: the ordinary ones, or those of the company's own.

use super::rows::{Known, Scope};

/// A day's month and its place in it, as SQL.
pub struct InMonth {
    /// The number of the month.
    pub month: String,
    pub place: String,
}

impl Known<'_> {
    /// Of the company's own months the days go along; outside those months, they go on as the ordinary ones do.
    pub fn in_month(&self, scope: &mut Scope, day: &str) -> InMonth {
        let d = self.dialect;
        let Some(own) = &self.model.company.calendar.own else { return self.in_ordinary_month(day) };
        self.used.borrow_mut().own_months = true;
        let number = scope.others.len() + 1;
        let alias = scope.others.entry(format!("merit_days {day}")).or_insert_with(|| {
            let (before, behind) = own.shifts();
            let first = own.told().next().map_or_else(|| day.to_string(), |(_, first, _)| d.day(first.0));
            scope.joins.push(format!("LEFT JOIN merit_days day_{number} ON day_{number}.day = {day}"));
            scope.joins.push(format!(
                "CROSS JOIN LATERAL (SELECT CASE WHEN {day} < {first} THEN {} ELSE {} END AS day) ordinary_{number}",
                d.later(day, -before),
                d.later(day, -behind)
            ));
            number.to_string()
        });
        let ordinary = self.in_ordinary_month(&format!("ordinary_{alias}.day"));
        let either = |own: &str, ordinary: &str| format!("COALESCE(day_{alias}.{own}, {ordinary})");
        InMonth { month: either("month", &ordinary.month), place: either("place", &ordinary.place) }
    }

    fn in_ordinary_month(&self, day: &str) -> InMonth {
        InMonth {
            month: format!("(EXTRACT(YEAR FROM {day}) * 12 + EXTRACT(MONTH FROM {day}) - 1)"),
            place: format!("(EXTRACT(DAY FROM {day}) - 1)"),
        }
    }
}

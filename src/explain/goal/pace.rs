//! How fast an amount has to go on until the end of a period, beside how fast it has gone so far.

use super::measures::{Amount, What};
use super::person::Person;
use crate::number::Number;
use crate::plan::query::Rows;
use crate::time::{Day, Month};

/// What has to come each day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The days that are left for it.
    pub days: i64,
    pub needed: Number,
    /// What came on average each day, of so many; none where no day has gone by.
    pub so_far: Option<(Number, i64)>,
    /// The month of the period in which most came on a day, as far as it has gone by.
    pub best: Option<(Month, Number)>,
}

impl Pace {
    /// Whether no month of the period has seen so much.
    pub fn is_beyond(&self) -> bool {
        self.best.as_ref().is_some_and(|(_, best)| self.needed > *best)
    }
}

impl Person<'_, '_> {
    /// The pace at which more comes to be so much on the last days of the period; nothing where rows are no events of a day.
    pub fn pace(&self, amount: &Amount, needed: &Number, left: i64) -> Option<Pace> {
        let more = needed.sub(&amount.today);
        let window = match (&self.measure(amount.measure).rows, amount.what) {
            (Rows::Dated { months, .. }, What::Sum | What::Rows) => self.model.company.calendar.days(*months),
            _ => return None,
        };
        let months = self.plan.by_month.get(&amount.measure)?;
        // A post that ends before the period leaves less time.
        let days = left - i64::from(self.plan.last_day.0 - amount.until.0);
        let now = Day(i32::try_from(i64::from(self.plan.last_day.0) - left).ok()?);
        let needed = (days > 0).then(|| more.div(&Number::from(days)))??;
        let from = self.held_from(amount).max(window.0);
        let gone = |from: Day, to: Day| i64::from(to.0 - from.0) + 1;
        let so_far = gone(from, now);
        let so_far = (so_far > 0).then(|| Some((amount.today.div(&Number::from(so_far))?, so_far)))?;
        let seat = *self.seats_of(amount.post).first()?;
        let of_month = |(month, id): &(Month, crate::plan::query::MeasureId)| {
            let calendar = &self.model.company.calendar;
            let (first, last) = (calendar.first_day(*month).max(from), calendar.last_day(*month).min(now));
            let days = gone(first, last);
            let came = self.trying.evaluator().measured(*id, seat.subject)?.value.as_number()?.clone();
            Some((*month, (days > 0).then(|| came.div(&Number::from(days)))??))
        };
        let best = months
            .iter()
            .filter_map(of_month)
            .max_by(|(month, one), (other, its)| one.cmp(its).then(other.0.cmp(&month.0)));
        Some(Pace { days, needed, so_far, best })
    }

    /// The first day in the post.
    fn held_from(&self, amount: &Amount) -> Day {
        let seats = self.seats_of(amount.post);
        let first = seats.first().map(|seat| &self.trying.evaluator().post(seat.subject).stints);
        let from = first.and_then(|stints| stints.iter().map(|stint| stint.from).min());
        from.unwrap_or(self.plan.first_day)
    }
}

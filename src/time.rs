//! Days, months, periods and the company's calendar.
//!
//! Every window a formula reads is a run of whole months ([`Months`]), so nothing depends on 29 February; a
//! [`Calendar`] says which days a month has and which months make a fiscal quarter, half or year.

mod other;

pub use other::{Other, other_writing};

use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;

/// A day, counted from 1970-01-01.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Day(pub i32);

impl Day {
    /// `None` when there is no such day, or its year lies outside 1 to 9999.
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Day> {
        if !(1..=9999).contains(&year) {
            return None;
        }
        let date = Date::new(year as i16, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
        Some(Day(days_from_civil(date)))
    }

    /// The day so many days behind 1970-01-01; `None` when its year lies outside 1 to 9999.
    pub fn new(days: i32) -> Option<Day> {
        (-719_162..=2_932_896).contains(&days).then_some(Day(days))
    }

    /// Reads `2026-10-05`.
    pub fn parse(text: &str) -> Option<Day> {
        let mut parts = text.split('-').map(|part| part.parse::<u32>().ok());
        let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
        Day::from_ymd(i32::try_from(year).ok()?, month, day)
            .filter(|day| parts.next().is_none() && day.to_string() == text)
    }

    /// The day that it is now, in UTC.
    pub fn today() -> Day {
        let seconds = std::time::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_secs());
        Day::new((seconds / 86_400) as i32).unwrap_or(Day(0))
    }

    pub fn ymd(self) -> (i32, u32, u32) {
        civil_from_days(self.0)
    }

    pub fn next(self) -> Day {
        Day(self.0 + 1)
    }

    pub fn previous(self) -> Day {
        Day(self.0 - 1)
    }
}

/// Days from 1970-01-01 of a date of the proleptic Gregorian calendar.
fn days_from_civil(date: Date) -> i32 {
    let epoch = Date::constant(1970, 1, 1);
    date.since((jiff::Unit::Day, epoch)).map_or(0, |span| span.get_days())
}

/// Year, month and day of a day number; Howard Hinnant's `civil_from_days`, as this runs once for each cell.
fn civil_from_days(days: i32) -> (i32, u32, u32) {
    let z = days as i64 + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let mp = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * mp + 2) / 5 + 1) as u32;
    let month = if mp < 10 { mp + 3 } else { mp - 9 } as u32;
    let year = (year_of_era + era * 400 + i64::from(month <= 2)) as i32;
    (year, month, day)
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A month, counted in months from January of year 0.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Month(pub i32);

impl Month {
    /// `month` counts from 1.
    pub fn new(year: i32, month: u32) -> Month {
        Month(year * 12 + month as i32 - 1)
    }

    pub fn year(self) -> i32 {
        self.0.div_euclid(12)
    }

    /// Counts from 1.
    pub fn number(self) -> u32 {
        self.0.rem_euclid(12) as u32 + 1
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year(), self.number())
    }
}

impl fmt::Debug for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

pub const MONTH_NAMES: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The number of a month, from 1: `September`, `sep`, `Sept`.
pub fn month_named(name: &str) -> Option<u32> {
    let name = name.to_lowercase();
    let fits = |month: &str| month == name || month.get(..3) == Some(&name) || (month == "september" && name == "sept");
    MONTH_NAMES.iter().position(|month| fits(&month.to_lowercase())).map(|at| at as u32 + 1)
}

/// A run of whole months.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Months {
    pub first: Month,
    pub count: u32,
}

impl Months {
    pub fn last(self) -> Month {
        Month(self.first.0 + self.count as i32 - 1)
    }

    pub fn contains(self, month: Month) -> bool {
        self.first <= month && month <= self.last()
    }

    /// Whether all of `other` lies inside.
    pub fn holds(self, other: Months) -> bool {
        self.first <= other.first && other.last() <= self.last()
    }

    pub fn overlaps(self, other: Months) -> bool {
        self.first <= other.last() && other.first <= self.last()
    }

    pub fn earlier(self, months: u32) -> Months {
        Months { first: Month(self.first.0 - months as i32), count: self.count }
    }

    pub fn iter(self) -> impl Iterator<Item = Month> {
        (self.first.0..self.first.0 + self.count as i32).map(Month)
    }
}

/// `2026-07`, or `2026-07 to 2026-09` over several months.
impl fmt::Display for Months {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.count {
            1 => write!(f, "{}", self.first),
            _ => write!(f, "{} to {}", self.first, self.last()),
        }
    }
}

/// A period as people name it: `2026`, `2026-H1`, `2026-Q3`, `2026-07`. What months it has, a [`Calendar`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PeriodName {
    pub year: i32,
    pub part: PeriodPart,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PeriodPart {
    Year,
    /// 1 or 2
    Half(u8),
    /// 1 to 4
    Quarter(u8),
    /// 1 to 12: a month of the calendar year, not of the fiscal one
    Month(u8),
}

impl PeriodName {
    /// Reads `2026`, `2026-H1`, `2026-Q3` or `2026-07`.
    pub fn parse(text: &str) -> Option<PeriodName> {
        let (year, part) = match text.split_once('-') {
            None => (text, PeriodPart::Year),
            Some((year, part)) => {
                let digit = |text: &str, most: u8| match text.as_bytes() {
                    [digit] if (b'1'..=b'0' + most).contains(digit) => Some(digit - b'0'),
                    _ => None,
                };
                let part = match part.as_bytes().first()? {
                    b'H' => PeriodPart::Half(digit(&part[1..], 2)?),
                    b'Q' => PeriodPart::Quarter(digit(&part[1..], 4)?),
                    _ if part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit()) => {
                        PeriodPart::Month(part.parse().ok().filter(|month| (1..=12).contains(month))?)
                    }
                    _ => return None,
                };
                (year, part)
            }
        };
        let plain = year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit());
        let year = year.parse().ok().filter(|year| plain && *year >= 1)?;
        Some(PeriodName { year, part })
    }

    /// This period and those that follow it, up to the last one; empty where that comes before. `None` where the two
    /// are of different kinds.
    pub fn up_to(self, last: PeriodName) -> Option<impl Iterator<Item = PeriodName>> {
        let (in_year, first) = self.place();
        let (same, last) = last.place();
        (in_year == same).then(|| {
            (first..=last).map(move |place| {
                let (year, at) = (place.div_euclid(in_year), place.rem_euclid(in_year) as u8 + 1);
                let part = match self.part {
                    PeriodPart::Year => PeriodPart::Year,
                    PeriodPart::Half(_) => PeriodPart::Half(at),
                    PeriodPart::Quarter(_) => PeriodPart::Quarter(at),
                    PeriodPart::Month(_) => PeriodPart::Month(at),
                };
                PeriodName { year, part }
            })
        })
    }

    /// The one of its kind before it.
    pub fn previous(self) -> PeriodName {
        let year = PeriodName { year: self.year - 1, ..self };
        let before = year.up_to(self).into_iter().flatten();
        // The last but one of those from a year ago on.
        before.collect::<Vec<_>>().iter().rev().nth(1).copied().unwrap_or(year)
    }

    /// How many of its kind a year has, and its place among all of them.
    fn place(self) -> (i32, i32) {
        let (in_year, at) = match self.part {
            PeriodPart::Year => (1, 1),
            PeriodPart::Half(half) => (2, half),
            PeriodPart::Quarter(quarter) => (4, quarter),
            PeriodPart::Month(month) => (12, month),
        };
        (in_year, self.year * in_year + i32::from(at) - 1)
    }
}

impl fmt::Display for PeriodName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let year = self.year;
        match self.part {
            PeriodPart::Year => write!(f, "{year:04}"),
            PeriodPart::Half(half) => write!(f, "{year:04}-H{half}"),
            PeriodPart::Quarter(quarter) => write!(f, "{year:04}-Q{quarter}"),
            PeriodPart::Month(month) => write!(f, "{year:04}-{month:02}"),
        }
    }
}

/// When something begins: on a day, or with a month of the company's calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Start {
    Day(Day),
    Month(Month),
}

/// Which days a month has and where the fiscal year begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// 1 to 12
    pub fiscal_start: u32,
    /// The fiscal year 2026 is the one that ends in 2026, not the one that starts in it.
    pub named_by_end: bool,
    /// The company's own months; `None`: those of the ordinary calendar.
    pub own: Option<Arc<OwnMonths>>,
}

/// Months with a first day of the company's own, one behind the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnMonths {
    first: Month,
    /// The first day of each month, and the day after the last month.
    days: Vec<Day>,
}

impl OwnMonths {
    /// `days`: the first day of each month from `first` on, and the day after the last one; in order.
    pub fn new(first: Month, days: Vec<Day>) -> OwnMonths {
        OwnMonths { first, days }
    }

    /// The months that are told, each with its first and its last day.
    pub fn told(&self) -> impl Iterator<Item = (Month, Day, Day)> {
        let month = |(at, days): (usize, &[Day])| (Month(self.first.0 + at as i32), days[0], days[1].previous());
        self.days.windows(2).enumerate().map(month)
    }

    /// By how many days the months before those told, and the months behind them, begin later than the ordinary ones.
    pub fn shifts(&self) -> (i32, i32) {
        let end = Month(self.first.0 + self.days.len() as i32 - 1);
        let shift = |month: Month| self.first_day(month).0 - ordinary_first_day(month).0;
        (shift(self.first), shift(end))
    }

    fn first_day(&self, month: Month) -> Day {
        let last = self.days.len() as i32 - 1;
        let at = (month.0 - self.first.0).clamp(0, last);
        // Outside what is known the months go on as the ordinary ones do.
        let known = ordinary_first_day(Month(self.first.0 + at));
        Day(self.days[at as usize].0 + ordinary_first_day(month).0 - known.0)
    }
}

fn ordinary_first_day(month: Month) -> Day {
    Day::from_ymd(month.year(), month.number(), 1).unwrap_or(Day(i32::MIN / 2))
}

impl Default for Calendar {
    fn default() -> Self {
        Calendar { fiscal_start: 1, named_by_end: false, own: None }
    }
}

impl Calendar {
    /// The months of a named period.
    /// The period that has these months, where one has: a month, quarter, half or year.
    pub fn named(&self, months: Months) -> Option<PeriodName> {
        let (year, month) = (months.first.year(), months.first.number());
        let parts: Vec<PeriodPart> = match months.count {
            1 => vec![PeriodPart::Month(month as u8)],
            3 => (1..=4).map(PeriodPart::Quarter).collect(),
            6 => (1..=2).map(PeriodPart::Half).collect(),
            12 => vec![PeriodPart::Year],
            _ => Vec::new(),
        };
        let names =
            (year - 1..=year + 1).flat_map(|year| parts.iter().map(move |part| PeriodName { year, part: *part }));
        names.into_iter().find(|name| self.months(*name) == months)
    }

    pub fn months(&self, period: PeriodName) -> Months {
        let year_first = || {
            let shift = i32::from(self.named_by_end && self.fiscal_start > 1);
            Month::new(period.year - shift, self.fiscal_start)
        };
        let part = |months: u32, index: u8| Months {
            first: Month(year_first().0 + (i32::from(index) - 1) * months as i32),
            count: months,
        };
        match period.part {
            PeriodPart::Year => part(12, 1),
            PeriodPart::Half(half) => part(6, half),
            PeriodPart::Quarter(quarter) => part(3, quarter),
            PeriodPart::Month(month) => Months { first: Month::new(period.year, u32::from(month)), count: 1 },
        }
    }

    /// The fiscal year that holds a month.
    pub fn fiscal_year(&self, month: Month) -> Months {
        let into = (month.0 - (self.fiscal_start as i32 - 1)).rem_euclid(12);
        Months { first: Month(month.0 - into), count: 12 }
    }

    /// From the first month of the fiscal year up to the last month of `window`.
    pub fn year_to_date(&self, window: Months) -> Months {
        let first = self.fiscal_year(window.last()).first;
        Months { first, count: (window.last().0 - first.0 + 1) as u32 }
    }

    /// Which fiscal quarter of its year a month lies in, from 1.
    pub fn quarter(&self, month: Month) -> u8 {
        ((month.0 - self.fiscal_year(month).first.0) / 3 + 1) as u8
    }

    /// The day that something begins on.
    pub fn start(&self, start: Start) -> Day {
        match start {
            Start::Day(day) => day,
            Start::Month(month) => self.first_day(month),
        }
    }

    pub fn first_day(&self, month: Month) -> Day {
        match &self.own {
            Some(own) => own.first_day(month),
            None => ordinary_first_day(month),
        }
    }

    /// The first month of a window whose days the company's calendar does not tell.
    pub fn uncovered(&self, window: Months) -> Option<Month> {
        let own = self.own.as_ref()?;
        let end = own.first.0 + own.days.len() as i32 - 1;
        (window.first.0..=window.last().0).find(|month| *month < own.first.0 || *month >= end).map(Month)
    }

    pub fn last_day(&self, month: Month) -> Day {
        self.first_day(Month(month.0 + 1)).previous()
    }

    /// The month a day lies in.
    pub fn month_of(&self, day: Day) -> Month {
        let (year, month, _) = day.ymd();
        let mut month = Month::new(year, month);
        if self.own.is_some() {
            while self.first_day(month) > day {
                month.0 -= 1;
            }
            while self.first_day(Month(month.0 + 1)) <= day {
                month.0 += 1;
            }
        }
        month
    }

    /// Whole months from one day to another, as DATEDIF of spreadsheets counts them: how often the day of the month is
    /// reached again. A month that lacks the day reaches it with the next one. Negative when `to` lies before `from`.
    pub fn months_between(&self, from: Day, to: Day) -> i32 {
        if self.own.is_none() {
            return months_between(from, to);
        }
        if to < from {
            return -self.months_between(to, from);
        }
        let (one, other) = (self.month_of(from), self.month_of(to));
        let into = |day: Day, month: Month| day.0 - self.first_day(month).0;
        let reached = into(to, other) >= into(from, one);
        other.0 - one.0 - i32::from(!reached)
    }

    /// First and last day of a window.
    pub fn days(&self, window: Months) -> (Day, Day) {
        (self.first_day(window.first), self.last_day(window.last()))
    }
}

/// [`Calendar::months_between`] in the ordinary calendar.
fn months_between(from: Day, to: Day) -> i32 {
    if to < from {
        return -months_between(to, from);
    }
    let ((from_year, from_month, from_day), (to_year, to_month, to_day)) = (from.ymd(), to.ymd());
    let months = (to_year - from_year) * 12 + to_month as i32 - from_month as i32;
    months - i32::from(to_day < from_day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        let date: Date = text.parse().unwrap();
        Day::from_ymd(i32::from(date.year()), date.month() as u32, date.day() as u32).unwrap()
    }

    #[test]
    fn days_go_there_and_back() {
        for days in (-200_000..200_000).step_by(37) {
            let (year, month, day) = Day(days).ymd();
            assert_eq!(Day::from_ymd(year, month, day), Some(Day(days)));
        }
        assert_eq!(Day::from_ymd(2026, 2, 29), None);
    }

    #[test]
    fn periods_read_as_they_print() {
        for text in ["2026", "2026-H1", "2026-Q3", "2026-07"] {
            assert_eq!(PeriodName::parse(text).unwrap().to_string(), text);
        }
        for text in ["26", "2026-Q5", "2026-13", "2026-7", "2026-H0", "2026-Q"] {
            assert_eq!(PeriodName::parse(text), None, "{text}");
        }
    }

    #[test]
    fn periods_follow_one_another_within_their_kind() {
        let all = |first: &str, last: &str| {
            let period = |text| PeriodName::parse(text).unwrap();
            period(first).up_to(period(last)).map(|all| all.map(|one| one.to_string()).collect::<Vec<_>>().join(" "))
        };
        assert_eq!(all("2025-Q3", "2026-Q1").as_deref(), Some("2025-Q3 2025-Q4 2026-Q1"));
        assert_eq!(all("2025-11", "2026-02").as_deref(), Some("2025-11 2025-12 2026-01 2026-02"));
        assert_eq!(all("2025-H2", "2026-H1").as_deref(), Some("2025-H2 2026-H1"));
        assert_eq!(all("2024", "2026").as_deref(), Some("2024 2025 2026"));
        assert_eq!(all("2026", "2024").as_deref(), Some(""));
        assert_eq!(all("2026-Q1", "2026-02"), None);
    }

    #[test]
    fn fiscal_quarters_follow_the_start_of_the_year() {
        let april = Calendar { fiscal_start: 4, ..Calendar::default() };
        let by_end = Calendar { named_by_end: true, ..april.clone() };
        let q4 = PeriodName::parse("2026-Q4").unwrap();
        assert_eq!(april.months(q4).first, Month::new(2027, 1));
        assert_eq!(by_end.months(q4).first, Month::new(2026, 1));
        assert_eq!(april.year_to_date(april.months(q4)).count, 12);
        assert_eq!(april.quarter(Month::new(2027, 3)), 4);
    }

    #[test]
    fn own_months_have_their_own_days() {
        // January is 26 December to 25 January.
        let days = ["2025-12-26", "2026-01-26", "2026-02-26", "2026-03-26"].map(day).to_vec();
        let own = OwnMonths::new(Month::new(2026, 1), days);
        let calendar = Calendar { own: Some(Arc::new(own)), ..Calendar::default() };
        let months = |text: &str| calendar.months(PeriodName::parse(text).unwrap());
        assert_eq!(calendar.days(months("2026-Q1")), (day("2025-12-26"), day("2026-03-25")));
        assert_eq!(calendar.month_of(day("2026-01-26")), Month::new(2026, 2));
        assert_eq!(calendar.month_of(day("2025-12-26")), Month::new(2026, 1));
        assert_eq!(calendar.month_of(day("2025-12-25")), Month::new(2025, 12));
        assert_eq!(calendar.uncovered(months("2026-Q1")), None);
        assert_eq!(calendar.uncovered(months("2026-H1")), Some(Month::new(2026, 4)));
        assert_eq!(calendar.uncovered(months("2025-12")), Some(Month::new(2025, 12)));
        // Day 1 of January to day 1 of February; to the day before it.
        assert_eq!(calendar.months_between(day("2025-12-26"), day("2026-01-26")), 1);
        assert_eq!(calendar.months_between(day("2025-12-27"), day("2026-01-26")), 0);
        assert_eq!(calendar.months_between(day("2026-01-26"), day("2025-12-27")), 0);
        // Day 31 of February, and March has 28 of them.
        assert_eq!(calendar.months_between(day("2026-02-25"), day("2026-03-25")), 0);
        assert_eq!(calendar.months_between(day("2026-02-25"), day("2026-03-26")), 1);
        let own = calendar.own.as_deref().unwrap();
        assert_eq!(own.told().nth(1), Some((Month::new(2026, 2), day("2026-01-26"), day("2026-02-25"))));
        assert_eq!((own.told().count(), own.shifts()), (3, (-6, -6)));
    }

    #[test]
    fn whole_months_between_days() {
        let between = |from: &str, to: &str| months_between(day(from), day(to));
        assert_eq!(between("2026-01-15", "2026-04-14"), 2);
        assert_eq!(between("2026-01-15", "2026-04-15"), 3);
        // A month without the day has not reached it on its last day.
        assert_eq!(between("2026-01-31", "2026-02-28"), 0);
        assert_eq!(between("2026-01-31", "2026-03-01"), 1);
        assert_eq!(between("2026-01-30", "2026-02-28"), 0);
        assert_eq!(between("2024-02-29", "2025-02-28"), 11);
        assert_eq!(between("2024-02-29", "2025-03-01"), 12);
        // Backwards as forwards, with the other sign.
        assert_eq!(between("2026-04-15", "2026-01-15"), -3);
        assert_eq!(between("2026-04-15", "2026-01-16"), -2);
        assert_eq!(between("2026-02-28", "2026-01-31"), 0);
    }
}

//! Periods in an engine: a text of the first and the last month, `2026-07 2026-09`, whatever the cell calls it.
//!
//! Such texts have the order of periods, and windows are compared with their halves: nothing need be known of days.

use super::dialect::Dialect;
use crate::time::{Calendar, Month, Months, PeriodName, PeriodPart};

/// How cells may write a period, for messages.
pub const FORMS: &str = "a month is written `2026-07`, `202607` or as its first day, a quarter `2026-Q3`, a half \
                         `2026-H2`, a year `2026`";

/// A period as an engine has it.
pub fn written(period: Months) -> String {
    format!("{} {}", period.first, period.last())
}

/// A period as an engine gives it back.
pub fn read(text: &str) -> Option<Months> {
    let month = |text: &str| match PeriodName::parse(text)? {
        PeriodName { year, part: PeriodPart::Month(month) } => Some(Month::new(year, month.into())),
        _ => None,
    };
    let (first, last) = text.split_once(' ')?;
    let (first, last) = (month(first)?, month(last)?);
    (first <= last).then(|| Months { first, count: (last.0 - first.0 + 1) as u32 })
}

pub fn first_month(period: &str) -> String {
    format!("SUBSTR({period}, 1, 7)")
}

pub fn last_month(period: &str) -> String {
    format!("SUBSTR({period}, 9, 7)")
}

/// Whether all of a period lies in a window.
pub fn inside(period: &str, window: Months) -> String {
    format!("({} >= '{}' AND {} <= '{}')", first_month(period), window.first, last_month(period), window.last())
}

/// Whether some of a period lies in a window.
pub fn overlaps(period: &str, window: Months) -> String {
    format!("({} <= '{}' AND {} >= '{}')", first_month(period), window.last(), last_month(period), window.first)
}

/// Whether a cell's text names a period. A database may keep a month as its first day.
pub fn is_period(d: Dialect, calendar: &Calendar, cell: &str) -> String {
    const MONTH: &str = "[1-9][0-9]{3}(-(0[1-9]|1[0-2])(-01( 00:00:00)?)?|(0[1-9]|1[0-2]))";
    // Months have four digits for their year, also where the fiscal year ends in the one behind that it is named for.
    let year = match calendar.months(PeriodName { year: ANY_YEAR, part: PeriodPart::Year }).last().year() {
        ANY_YEAR => "[1-9][0-9]{3}",
        _ => "([1-8][0-9]|9[0-8])[0-9]{2}",
    };
    d.matches(cell, &format!("^({MONTH}|{year}(-?(Q[1-4]|H[12]))?)$"))
}

/// Stands for any year that a cell names.
const ANY_YEAR: i32 = 2000;

/// A cell's text as a period; `NULL` where it is none.
pub fn parsed(d: Dialect, calendar: &Calendar, cell: &str) -> String {
    let year = format!("SUBSTR({cell}, 1, 4)");
    let part = |part: PeriodPart| {
        let months = calendar.months(PeriodName { year: ANY_YEAR, part });
        // The fiscal year may begin in another one than it is named for.
        let year = |month: Month| match month.year() - ANY_YEAR {
            0 => year.clone(),
            later => format!("LPAD({}, 4, '0')", d.as_text(&format!("({} + ({later}))", d.whole_number(&year)))),
        };
        let (first, last) = (months.first, months.last());
        format!("{} || '-{:02} ' || {} || '-{:02}'", year(first), first.number(), year(last), last.number())
    };
    let mut cases = format!("\n      WHEN NOT {} THEN NULL", is_period(d, calendar, cell));
    cases.push_str(&format!("\n      WHEN LENGTH({cell}) = 4 THEN {}", part(PeriodPart::Year)));
    let halves = (1..=2).map(|half| (format!("H{half}"), PeriodPart::Half(half)));
    let quarters = (1..=4).map(|quarter| (format!("Q{quarter}"), PeriodPart::Quarter(quarter)));
    for (end, of) in halves.chain(quarters) {
        cases.push_str(&format!("\n      WHEN {cell} LIKE '%{end}' THEN {}", part(of)));
    }
    let together = format!("{year} || '-' || SUBSTR({cell}, 5, 2)");
    cases.push_str(&format!("\n      WHEN LENGTH({cell}) = 6 THEN {together} || ' ' || {together}"));
    let apart = format!("SUBSTR({cell}, 1, 7)");
    format!("CASE{cases}\n      ELSE {apart} || ' ' || {apart}\n    END")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_there_and_back() {
        for text in ["2026-07 2026-07", "2025-10 2026-03", "0999-01 1001-12"] {
            assert_eq!(read(text).map(written).as_deref(), Some(text));
        }
        for text in ["2026-07", "2026-07 2026-05", "2026-07 2026-Q3", "2026-07 to 2026-09", ""] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}

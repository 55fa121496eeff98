//! Periods in an engine: a text of the first and the last month, `2026-07 2026-09`, whatever the cell calls it.
//!
//! Such texts have the order of periods, and windows are compared with their halves: nothing need be known of days.

use super::dialect::Dialect;
use crate::data::cells::forms;
use crate::time::{Calendar, Month, Months, PeriodName, PeriodPart};

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

/// Stands for any year that a cell names.
const ANY_YEAR: i32 = 2000;

/// The name of a period in the one way of [`PeriodName`], but for months of one digit; `NULL` where the text names none.
pub fn named(d: Dialect, text: &str, narrow: &str) -> String {
    let mut cases = format!("WHEN {narrow} IS NULL THEN {text}");
    for form in forms::periods() {
        let name = d.replaced(narrow, &form.pattern, &form.to);
        cases.push_str(&format!("\n      WHEN {} THEN {name}", d.matches(narrow, &form.pattern)));
    }
    format!("CASE {cases} END")
}

/// The period of a name; `NULL` where there is none.
pub fn parsed(d: Dialect, calendar: &Calendar, name: &str) -> String {
    let year = format!("SUBSTR({name}, 1, 4)");
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
    let mut cases = String::new();
    // Months have four digits for their year, also where the fiscal year ends in the one behind that it is named for.
    if calendar.months(PeriodName { year: ANY_YEAR, part: PeriodPart::Year }).last().year() != ANY_YEAR {
        let last = d.matches(name, "^9999($|-[QH])");
        cases.push_str(&format!("\n      WHEN {last} THEN NULL"));
    }
    cases.push_str(&format!("\n      WHEN LENGTH({name}) = 4 THEN {}", part(PeriodPart::Year)));
    let halves = (1..=2).map(|half| (format!("H{half}"), PeriodPart::Half(half)));
    let quarters = (1..=4).map(|quarter| (format!("Q{quarter}"), PeriodPart::Quarter(quarter)));
    for (end, of) in halves.chain(quarters) {
        cases.push_str(&format!("\n      WHEN {name} LIKE '%{end}' THEN {}", part(of)));
    }
    let month = format!("{year} || '-' || LPAD(SUBSTR({name}, 6), 2, '0')");
    format!("CASE{cases}\n      ELSE {month} || ' ' || {month}\n    END")
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

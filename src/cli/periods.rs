//! The periods of a command line: how they are written, and what is said of those written otherwise.

use crate::limits::PERIODS;
use crate::time::{Day, PeriodName, other_writing};

/// Periods of one kind, one after the other.
#[derive(Clone, Debug)]
pub struct Periods(pub Vec<PeriodName>);

/// Those of the two options, of which one is there.
pub fn periods_of(one: Option<PeriodName>, several: Option<&Periods>) -> Vec<PeriodName> {
    one.into_iter().chain(several.into_iter().flat_map(|periods| periods.0.iter().copied())).collect()
}

pub fn read_periods(text: &str) -> Result<Periods, String> {
    let Some((first, last)) = text.split_once("..") else {
        let two =
            in_two(text).map_or_else(|| "2025-Q1..2026-Q3".to_string(), |(first, last)| format!("{first}..{last}"));
        return Err(match known(text) {
            Some(one) => format!(
                "one period is evaluated with `--period {one}`; of several write the first and the last with `..` between, as in `{one}..{one}`"
            ),
            None => format!("write the first and the last period with `..` between: `{two}`"),
        });
    };
    let (first, last) = match (PeriodName::parse(first), PeriodName::parse(last)) {
        (Some(first), Some(last)) => (first, last),
        _ => {
            return Err(match known(first).zip(known(last)) {
                Some((first, last)) => format!("write `{first}..{last}`"),
                None => read_period(first).err().or_else(|| read_period(last).err()).unwrap_or_default(),
            });
        }
    };
    let Some(mut periods) = first.up_to(last) else {
        return Err(format!("{first} and {last} are of two kinds: write two years, halves, quarters or months"));
    };
    let all: Vec<PeriodName> = periods.by_ref().take(PERIODS).collect();
    match all.is_empty() {
        true => Err(format!("{last} comes before {first}: write {last}..{first}")),
        false if periods.next().is_some() => Err(format!("more than {PERIODS} periods lie between the two")),
        false => Ok(Periods(all)),
    }
}

pub fn read_period(text: &str) -> Result<PeriodName, String> {
    if let Some(period) = PeriodName::parse(text) {
        return Ok(period);
    }
    if let Some((first, last)) = text.split_once("..").and_then(|(first, last)| known(first).zip(known(last))) {
        return Err(format!("several periods are evaluated with `--periods {first}..{last}`"));
    }
    if let Some(period) = known(text).or_else(|| known(&in_this_century(text)?)) {
        return Err(format!("write `{period}`"));
    }
    if let Some(day) = other_writing(text).filter(|found| found.length == text.len() && found.is_day)
        && let Some(month) = day.written.get(..7).filter(|month| PeriodName::parse(month).is_some())
    {
        return Err(of_a_day(month));
    }
    let mut parts = text.splitn(2, '-');
    let year = parts.next().unwrap_or_default();
    let part = parts.next().unwrap_or_default();
    let is_year = PeriodName::parse(year).is_some();
    let quarter = |text: &str| text.strip_prefix(['Q', 'q']).is_some_and(|number| number.parse::<u8>().is_ok());
    let month = part.get(..2).filter(|_| part.len() == 5 && part.as_bytes()[2] == b'-');
    Err(
        if let Some(day) = month.map(|month| format!("{year}-{month}")).filter(|day| PeriodName::parse(day).is_some()) {
            of_a_day(&day)
        } else if is_year && quarter(part) {
            format!("a year has the quarters {year}-Q1 to {year}-Q4")
        } else if is_year && part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit()) {
            format!("the months of a year are {year}-01 to {year}-12")
        } else if quarter(text) {
            format!("the year is missing, as in `2026-{}`", text.to_uppercase())
        } else {
            "write a year, half, quarter or month: 2026, 2026-H1, 2026-Q3 or 2026-07".to_string()
        },
    )
}

/// A day: `2026-08-15`.
pub fn read_day(text: &str) -> Result<Day, String> {
    if let Some(day) = Day::parse(text) {
        return Ok(day);
    }
    if let Some(day) = other_writing(text.trim()).filter(|found| found.length == text.trim().len() && found.is_day) {
        return Err(format!("write `{}`", day.written));
    }
    Err(match known(text) {
        Some(period) => format!("{period} is a period: write one day of it, as in `2026-08-15`"),
        None => "write a day of the calendar: year, month and day, as in `2026-08-15`".to_string(),
    })
}

/// A period as it is written here or elsewhere.
fn known(text: &str) -> Option<PeriodName> {
    let text = text.trim();
    PeriodName::parse(text).or_else(|| {
        let found = other_writing(text).filter(|found| found.length == text.len() && !found.is_day)?;
        PeriodName::parse(&found.written)
    })
}

/// The two periods of `2026-Q1-2026-Q3`, `2026-Q1 to 2026-Q3`.
fn in_two(text: &str) -> Option<(PeriodName, PeriodName)> {
    let places = text.char_indices().filter(|(_, sign)| "-:,/ –—~到至".contains(*sign));
    places
        .filter_map(|(at, _)| {
            let (first, rest) = text.split_at(at);
            let last = rest.trim_start_matches(|sign: char| "-:,/ –—~到至".contains(sign));
            let last = ["to ", "bis ", "till "].iter().find_map(|word| last.strip_prefix(word)).unwrap_or(last);
            known(first).zip(known(last))
        })
        .next()
}

fn of_a_day(month: &str) -> String {
    format!("a period is a year, half, quarter or month: the month of this day is `{month}`")
}

/// `2026-Q3` of `26-Q3`: a year of two digits before a part that can only be one of a year.
fn in_this_century(text: &str) -> Option<String> {
    let (year, part) = text.split_at_checked(2)?;
    let part = part.trim_start_matches(['-', '/', ' ']);
    let is_part = part.starts_with(['Q', 'q', 'H', 'h']);
    (is_part && year.bytes().all(|byte| byte.is_ascii_digit())).then(|| format!("20{year}-{part}"))
}

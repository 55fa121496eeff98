//! Dates and periods as people write them in files.

use super::cell::{Problem, Repair, Repairs, narrow};
use crate::time::{Calendar, Day, Months, PeriodName, PeriodPart};

/// `DD/MM/YYYY`: the order of the parts and what stands between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DateFormat {
    parts: Vec<Part>,
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// With so many digits at most.
    Year(usize),
    Month(usize),
    Day(usize),
    Other(char),
}

impl DateFormat {
    pub fn new(text: &str) -> DateFormat {
        let mut parts = Vec::new();
        for letter in text.chars() {
            match (letter, parts.last_mut()) {
                ('Y' | 'y', Some(Part::Year(digits))) => *digits += 1,
                ('M' | 'm', Some(Part::Month(digits))) => *digits += 1,
                ('D' | 'd', Some(Part::Day(digits))) => *digits += 1,
                ('Y' | 'y', _) => parts.push(Part::Year(1)),
                ('M' | 'm', _) => parts.push(Part::Month(1)),
                ('D' | 'd', _) => parts.push(Part::Day(1)),
                (other, _) => parts.push(Part::Other(other)),
            }
        }
        DateFormat { parts, text: text.to_string() }
    }

    /// `None` when the text has another form, `Some(None)` when it names no day.
    fn read(&self, text: &str) -> Option<Option<Day>> {
        let (mut rest, mut year, mut month, mut day) = (text, 0i32, 0, 0);
        for (at, part) in self.parts.iter().enumerate() {
            // Without a sign behind it a number has all its digits.
            let exact = matches!(self.parts.get(at + 1), Some(Part::Year(_) | Part::Month(_) | Part::Day(_)));
            let mut number = |most: usize| {
                let found = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
                let enough = if exact { found == most } else { found > 0 };
                let (digits, after) = rest.split_at(found);
                rest = after;
                if enough { digits.parse::<u32>().ok().map(|value| (value, found)) } else { None }
            };
            match part {
                Part::Year(digits) => {
                    let (value, found) = number(if *digits == 2 { 2 } else { 4 })?;
                    if found != if *digits == 2 { 2 } else { 4 } {
                        return None;
                    }
                    year = value as i32 + if *digits == 2 { 2000 } else { 0 };
                }
                Part::Month(_) => month = number(2)?.0,
                Part::Day(_) => day = number(2)?.0,
                Part::Other(letter) => rest = rest.strip_prefix(*letter)?,
            }
        }
        rest.is_empty().then(|| Day::from_ymd(year, month, day))
    }
}

/// A date: year first in any of the usual forms, or as `format` says.
pub fn day(text: &str, format: Option<&DateFormat>, repairs: &mut Repairs) -> Result<Day, Problem> {
    if let Some(day) = iso(text.as_bytes()) {
        return day.ok_or(Problem::NoSuchDay);
    }
    let narrowed: String = text.chars().map(narrow).collect();
    if narrowed != text {
        repairs.add(Repair::FullWidth);
    }
    let date = without_time(narrowed.trim(), repairs)?;
    if let Some(day) = format.and_then(|format| format.read(date)) {
        return day.ok_or(Problem::NoSuchDay);
    }
    let Some((numbers, _)) = parts(date) else {
        return Err(if format.is_some() { Problem::NotInFormat } else { Problem::NotADate });
    };
    let (year, month, day) = match numbers.as_slice() {
        [(year, 4), (month, 1 | 2), (day, 1 | 2)] => (*year, *month, *day),
        [(all, 8)] => (all / 10_000, all / 100 % 100, all % 100),
        _ if format.is_some() => return Err(Problem::NotInFormat),
        [(first, 1 | 2), (second, 1 | 2), (_, 2 | 4)] => {
            return Err(match (first, second) {
                (13.., 1..=12) => Problem::DayFirst,
                (1..=12, 13..) => Problem::MonthFirst,
                (1..=12, 1..=12) => Problem::AmbiguousDate,
                _ => Problem::NotADate,
            });
        }
        _ => return Err(Problem::NotADate),
    };
    if iso(date.as_bytes()).is_none() {
        repairs.add(Repair::DateForm);
    }
    Day::from_ymd(year as i32, month, day).ok_or(Problem::NoSuchDay)
}

/// `2026-07-01` and nothing else; the inner `None` when there is no such day.
pub fn iso(bytes: &[u8]) -> Option<Option<Day>> {
    let [a, b, c, d, b'-', e, f, b'-', g, h] = bytes else { return None };
    let mut digits = [*a, *b, *c, *d, *e, *f, *g, *h];
    for digit in &mut digits {
        *digit = digit.wrapping_sub(b'0');
        if *digit > 9 {
            return None;
        }
    }
    let number = |from: usize, to: usize| digits[from..to].iter().fold(0u32, |sum, digit| sum * 10 + u32::from(*digit));
    Some(civil(number(0, 4) as i32, number(4, 6), number(6, 8)))
}

/// Days of the civil calendar by Howard Hinnant's `days_from_civil`: this runs once for each cell.
fn civil(year: i32, month: u32, day: u32) -> Option<Day> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        _ => return None,
    };
    if !(1..=9999).contains(&year) || day == 0 || day > length {
        return None;
    }
    let year = year - i32::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted = (month as i32 + 9) % 12;
    let day_of_year = (153 * shifted + 2) / 5 + day as i32 - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(Day(era * 146_097 + day_of_era - 719_468))
}

/// Takes `00:00:00` off the end.
fn without_time<'a>(text: &'a str, repairs: &mut Repairs) -> Result<&'a str, Problem> {
    let Some((date, time)) = text.split_once([' ', 'T']).filter(|(_, time)| time.contains(':')) else {
        return Ok(text);
    };
    let clock = time.trim();
    if clock.ends_with(['Z', 'C']) || clock.contains(['+', '-']) {
        return Err(Problem::ZonedTime);
    }
    let fields: Vec<&str> = clock.split([':', '.']).collect();
    let numbers: Option<Vec<u64>> = fields
        .iter()
        .map(|field| Some(*field).filter(|field| field.len() <= 9).and_then(|field| field.parse().ok()))
        .collect();
    match numbers.as_deref() {
        Some([hour, minute, rest @ ..]) if *hour < 24 && *minute < 60 && rest.len() <= 2 => {
            if numbers.iter().flatten().any(|number| *number != 0) {
                repairs.add(Repair::TimeOfDay);
            } else {
                repairs.add(Repair::DateForm);
            }
            Ok(date.trim_end())
        }
        _ => Err(Problem::NotADate),
    }
}

/// Numbers with their count of digits, apart by one of `-/.` or by `年月日`; and whether the latter.
fn parts(text: &str) -> Option<(Vec<(u32, usize)>, bool)> {
    let chinese = text.contains('年');
    let plain: String = match chinese {
        true => text.trim_end_matches(['日', '号']).replace(['年', '月'], "-"),
        false => text.to_string(),
    };
    let separator = plain.chars().find(|letter| !letter.is_ascii_digit());
    let numbers = match separator {
        None => vec![plain.as_str()],
        Some(separator @ ('-' | '/' | '.')) => plain.trim_end_matches('-').split(separator).collect(),
        Some(_) => return None,
    };
    let read = |text: &str| {
        let text = text.trim();
        let digits = !text.is_empty() && text.len() <= 8 && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse().ok().map(|number| (number, text.len()))).flatten()
    };
    Some((numbers.into_iter().map(read).collect::<Option<_>>()?, chinese))
}

/// A month, quarter, half or year.
pub fn period(text: &str, calendar: &Calendar, repairs: &mut Repairs) -> Result<Months, Problem> {
    if let Some(period) = PeriodName::parse(text) {
        return Ok(calendar.months(period));
    }
    let narrowed: String = text.chars().map(narrow).collect();
    if narrowed != text {
        repairs.add(Repair::FullWidth);
    }
    repairs.add(Repair::PeriodForm);
    let text = without_time(narrowed.trim(), &mut Repairs::default()).map_err(|_| Problem::NotAPeriod)?;
    named(text).map(|period| calendar.months(period)).ok_or(Problem::NotAPeriod)
}

/// The year and month that a text names.
pub fn month_named(text: &str) -> Option<(i32, u32)> {
    let narrowed: String = text.chars().map(narrow).collect();
    let text = without_time(narrowed.trim(), &mut Repairs::default()).ok()?;
    let name = PeriodName::parse(text).or_else(|| named(text))?;
    match name.part {
        PeriodPart::Month(month) => Some((name.year, u32::from(month))),
        _ => None,
    }
}

fn named(text: &str) -> Option<PeriodName> {
    let name =
        |year: u32, part: PeriodPart| (1..=9999).contains(&year).then_some(PeriodName { year: year as i32, part });
    let month = |month: u32| (1..=12).contains(&month).then_some(PeriodPart::Month(month as u8));
    if let Some((year, rest)) =
        text.split_once(['年', '-', '/', ' ', 'Q', 'q', 'H', 'h']).filter(|(year, _)| year.len() == 4)
    {
        let year = year.parse().ok()?;
        let letter = text[4..].chars().find(|letter| matches!(letter, 'Q' | 'q' | 'H' | 'h'));
        let digit = rest.chars().find_map(|letter| match letter {
            '一' => Some(1),
            '二' => Some(2),
            '三' => Some(3),
            '四' => Some(4),
            _ => letter.to_digit(10),
        });
        let plain = rest.trim_start_matches(['Q', 'q', 'H', 'h', '第', ' ']);
        let only = |suffixes: &[&str]| {
            suffixes.iter().any(|suffix| plain.strip_suffix(suffix).is_some_and(|front| front.chars().count() == 1))
        };
        match (letter, digit) {
            (Some('Q' | 'q'), Some(quarter @ 1..=4)) if only(&[""]) => {
                return name(year, PeriodPart::Quarter(quarter as u8));
            }
            (Some('H' | 'h'), Some(half @ 1..=2)) if only(&[""]) => return name(year, PeriodPart::Half(half as u8)),
            (None, Some(quarter @ 1..=4)) if only(&["季度", "季"]) => {
                return name(year, PeriodPart::Quarter(quarter as u8));
            }
            _ => {}
        }
        match rest {
            "上半年" => return name(year, PeriodPart::Half(1)),
            "下半年" => return name(year, PeriodPart::Half(2)),
            "" | "年度" | "度" => return name(year, PeriodPart::Year),
            _ => {}
        }
    }
    let (numbers, _) = parts(text)?;
    match numbers.as_slice() {
        [(all, 6)] => name(all / 100, month(all % 100)?),
        [(year, 4), (number, 1 | 2)] => name(*year, month(*number)?),
        // Spreadsheets keep a month as its first day.
        [(year, 4), (number, 1 | 2), (1, 1 | 2)] => name(*year, month(*number)?),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Result<String, Problem> {
        day(text, None, &mut Repairs::default()).map(|day| day.to_string())
    }

    #[test]
    fn dates_as_people_write_them() {
        for text in [
            "2026-07-01",
            "2026/7/1",
            "2026.07.01",
            "20260701",
            "2026年7月1日",
            "２０２６年７月１日",
            "2026-07-01 00:00:00",
            "2026-07-01T00:00:00.000",
            "2026/7/1 0:00",
            "2026-07-01 13:45",
        ] {
            assert_eq!(date(text).as_deref(), Ok("2026-07-01"), "{text}");
        }
        for (text, problem) in [
            ("03/04/2026", Problem::AmbiguousDate),
            ("13/04/2026", Problem::DayFirst),
            ("04/13/26", Problem::MonthFirst),
            ("2026-02-30", Problem::NoSuchDay),
            ("2026-13-01", Problem::NoSuchDay),
            ("next week", Problem::NotADate),
            ("2026-07-01 25:00", Problem::NotADate),
            ("46204", Problem::NotADate),
            ("2026-07-01 12:00:00+00", Problem::ZonedTime),
            ("2026-07-01T00:00:00Z", Problem::ZonedTime),
        ] {
            assert_eq!(date(text), Err(problem), "{text}");
        }
    }

    #[test]
    fn days_agree_with_the_calendar() {
        for days in (-700_000..2_900_000).step_by(311) {
            let (year, month, day) = Day(days).ymd();
            assert_eq!(civil(year, month, day), Day::from_ymd(year, month, day));
        }
        assert_eq!(civil(2026, 2, 29), None);
    }

    #[test]
    fn a_format_decides() {
        let format = DateFormat::new("DD/MM/YYYY");
        let read = |text: &str| day(text, Some(&format), &mut Repairs::default()).map(|day| day.to_string());
        assert_eq!(read("03/04/2026").as_deref(), Ok("2026-04-03"));
        assert_eq!(read("3/4/2026").as_deref(), Ok("2026-04-03"));
        assert_eq!(read("2026-04-03").as_deref(), Ok("2026-04-03"));
        assert_eq!(read("04/13/2026"), Err(Problem::NoSuchDay));
        assert_eq!(read("03.04.2026"), Err(Problem::NotInFormat));
        assert_eq!(DateFormat::new("DDMMYY").read("030426").flatten(), Day::from_ymd(2026, 4, 3));
    }

    #[test]
    fn periods_as_people_write_them() {
        let read =
            |text: &str| period(text, &Calendar::default(), &mut Repairs::default()).map(|months| months.to_string());
        for text in ["2026-07", "202607", "2026年7月", "2026/7", "2026.07", "2026-7", "2026-07-01", "２０２６年７月"]
        {
            assert_eq!(read(text).as_deref(), Ok("2026-07"), "{text}");
        }
        for text in ["2026-Q3", "2026Q3", "2026 q3", "2026年第3季度", "2026年三季度"] {
            assert_eq!(read(text).as_deref(), Ok("2026-07 to 2026-09"), "{text}");
        }
        assert_eq!(read("2026年").as_deref(), Ok("2026-01 to 2026-12"));
        assert_eq!(read("2026年上半年").as_deref(), Ok("2026-01 to 2026-06"));
        for text in ["2026-13", "2026-07-15", "Q3", "July", "2026-Q5", "26-07"] {
            assert_eq!(read(text), Err(Problem::NotAPeriod), "{text}");
        }
    }
}

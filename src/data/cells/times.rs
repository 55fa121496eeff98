//! Dates and periods as people write them in files: the forms of [`super::forms`], one after the other.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, LazyLock};

use regex::Regex;

use super::content::{Problem, Repair, Repairs};
use super::forms::{DeclaredDate, Form};
use super::{forms, short_digits};
use crate::alike::narrow;
use crate::time::{Calendar, Day, Months, PeriodName, PeriodPart};

/// `DD/MM/YYYY`: the order of the parts and what stands between them.
#[derive(Clone)]
pub struct DateFormat {
    parts: Vec<DatePart>,
    pub text: String,
    /// Its forms, and those that every date may have.
    tried: Arc<[Tried]>,
}

impl PartialEq for DateFormat {
    fn eq(&self, other: &DateFormat) -> bool {
        self.text == other.text
    }
}

impl fmt::Debug for DateFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DateFormat").field(&self.text).finish()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DatePart {
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
                ('Y' | 'y', Some(DatePart::Year(digits))) => *digits += 1,
                ('M' | 'm', Some(DatePart::Month(digits))) => *digits += 1,
                ('D' | 'd', Some(DatePart::Day(digits))) => *digits += 1,
                ('Y' | 'y', _) => parts.push(DatePart::Year(1)),
                ('M' | 'm', _) => parts.push(DatePart::Month(1)),
                ('D' | 'd', _) => parts.push(DatePart::Day(1)),
                (other, _) => parts.push(DatePart::Other(other)),
            }
        }
        let format = DateFormat { parts, text: text.to_string(), tried: Arc::new([]) };
        let tried = forms::dates(Some(&format.declared())).into_iter().map(Tried::new).collect();
        DateFormat { tried, ..format }
    }

    /// Whether the day stands between the year and the month, where nobody expects it.
    pub fn is_day_before_month(&self) -> bool {
        let [year, month, day] = self.places();
        year < day && day < month
    }

    /// How it writes dates.
    pub fn declared(&self) -> DeclaredDate {
        DeclaredDate { patterns: self.patterns(), day_before_month: self.is_day_before_month() }
    }

    /// Whether day and month stand before the year, so that who reads it must know which of them is first.
    pub fn is_year_last(&self) -> bool {
        let [year, month, day] = self.places();
        day < year && month < year
    }

    /// Where year, month and day stand.
    fn places(&self) -> [Option<usize>; 3] {
        let place = |wanted: fn(&DatePart) -> bool| self.parts.iter().position(wanted);
        [
            place(|part| matches!(part, DatePart::Year(_))),
            place(|part| matches!(part, DatePart::Month(_))),
            place(|part| matches!(part, DatePart::Day(_))),
        ]
    }

    fn patterns(&self) -> Vec<(String, String)> {
        match self.parts.contains(&DatePart::Year(2)) {
            true => YEARS_OF_TWO_DIGITS.iter().map(|(years, century)| self.pattern(years, century)).collect(),
            false => vec![self.pattern("", "")],
        }
    }

    /// With what years of two digits may be, and the digits before them.
    fn pattern(&self, years: &str, century: &str) -> (String, String) {
        let (mut pattern, mut groups) = (String::new(), Vec::new());
        for (at, part) in self.parts.iter().enumerate() {
            // Without a sign behind it a number has all its digits.
            let exact =
                matches!(self.parts.get(at + 1), Some(DatePart::Year(_) | DatePart::Month(_) | DatePart::Day(_)));
            let two = if exact { "([0-9]{2})" } else { "([0-9]{1,2})" };
            match part {
                DatePart::Year(2) => pattern.push_str(&format!("({years})")),
                DatePart::Year(_) => pattern.push_str(&format!("({})", forms::YEAR)),
                DatePart::Month(_) | DatePart::Day(_) => pattern.push_str(two),
                DatePart::Other(letter) => {
                    match letter {
                        '^' | '[' | ']' | '\\' => pattern.push_str(&format!("\\{letter}")),
                        _ => pattern.push_str(&format!("[{letter}]")),
                    }
                    continue;
                }
            }
            groups.push(*part);
        }
        let group = |wanted: fn(&DatePart) -> bool| groups.iter().position(wanted).map_or(0, |at| at + 1);
        let to = format!(
            "{century}${{{}}}-${{{}}}-${{{}}}",
            group(|part| matches!(part, DatePart::Year(_))),
            group(|part| matches!(part, DatePart::Month(_))),
            group(|part| matches!(part, DatePart::Day(_)))
        );
        (pattern, to)
    }
}

/// Years of two digits lie from 1950 to 2049: nobody at work was born before, and few ends are agreed on for later.
const YEARS_OF_TWO_DIGITS: [(&str, &str); 2] = [("[0-4][0-9]", "20"), ("[5-9][0-9]", "19")];

/// The year that two digits stand for.
pub fn year_of_two_digits(digits: i32) -> i32 {
    if digits < 50 { 2000 + digits } else { 1900 + digits }
}

/// A form with its pattern, ready to be tried.
struct Tried {
    form: Form,
    regex: Option<Regex>,
}

impl Tried {
    fn new(form: Form) -> Tried {
        Tried { regex: Regex::new(&form.pattern).ok(), form }
    }

    /// The value in the one way it is held, where the text has this form.
    fn read(&self, text: &str) -> Option<String> {
        let found = self.regex.as_ref()?.captures(text)?;
        let mut value = String::new();
        found.expand(&self.form.to, &mut value);
        Some(value)
    }
}

/// The forms of dates that declare none of their own.
static DATES: LazyLock<Vec<Tried>> = LazyLock::new(|| forms::dates(None).into_iter().map(Tried::new).collect());
static PERIODS: LazyLock<Vec<Tried>> = LazyLock::new(|| forms::periods().into_iter().map(Tried::new).collect());
static OPEN_MONTH: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(&forms::open_month()).ok());
static MIDNIGHT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(forms::MIDNIGHT).ok());
static HAS_CLOCK: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(forms::HAS_CLOCK).ok());

/// A date: year first in any of the usual forms, or as `format` says.
pub fn day(text: &str, format: Option<&DateFormat>, repairs: &mut Repairs) -> Result<Day, Problem> {
    let own_order = format.is_some_and(DateFormat::is_day_before_month);
    if let Some(day) = iso(text.as_bytes()).filter(|_| !own_order) {
        return day.ok_or(Problem::NoSuchDay);
    }
    let found = KNOWN.with_borrow_mut(|known| known.day(text, format));
    repairs.0 |= found.repairs.0;
    found.day
}

/// What a text was read as.
#[derive(Clone, Copy)]
struct Found {
    day: Result<Day, Problem>,
    repairs: Repairs,
}

thread_local! {
    static KNOWN: RefCell<Known> = RefCell::default();
}

/// Texts of dates with what they were read as, by format: files hold the same few days over and over, and to try one form
/// after the other takes a thousand times as long as to look a text up.
#[derive(Default)]
struct Known(Vec<(Option<String>, Texts)>);

type Texts = HashMap<Box<str>, Found>;

impl Known {
    /// Texts that are kept of one format: all days of a working life.
    const MOST: usize = 1 << 14;
    const FORMATS: usize = 16;
    const LONGEST: usize = 64;

    fn day(&mut self, text: &str, format: Option<&DateFormat>) -> Found {
        let name = format.map(|format| format.text.as_str());
        let at = self.0.iter().position(|(known, _)| known.as_deref() == name).unwrap_or_else(|| {
            if self.0.len() == Known::FORMATS {
                self.0.clear();
            }
            self.0.push((name.map(str::to_string), Texts::new()));
            self.0.len() - 1
        });
        let texts = &mut self.0[at].1;
        if let Some(found) = texts.get(text) {
            return *found;
        }
        let mut repairs = Repairs::default();
        let day = day_by_forms(text, format, &mut repairs);
        let found = Found { day, repairs };
        if texts.len() < Known::MOST && text.len() <= Known::LONGEST {
            texts.insert(text.into(), found);
        }
        found
    }
}

/// A date by the first form that fits.
fn day_by_forms(text: &str, format: Option<&DateFormat>, repairs: &mut Repairs) -> Result<Day, Problem> {
    let narrowed: String = text.chars().map(narrow).collect();
    let narrow = narrowed.trim();
    let tried: &[Tried] = format.map_or(&DATES, |format| &format.tried);
    let Some((form, value)) = tried.iter().find_map(|tried| Some((&tried.form, tried.read(narrow)?))) else {
        return Err(no_day(narrow, format));
    };
    if narrowed != text {
        repairs.add(Repair::FullWidth);
    }
    let matches = |regex: &Option<Regex>| regex.as_ref().is_some_and(|regex| regex.is_match(narrow));
    match (matches(&HAS_CLOCK), matches(&MIDNIGHT)) {
        (true, false) => repairs.add(Repair::TimeOfDay),
        (true, true) => repairs.add(Repair::DateForm),
        (false, _) => {}
    }
    if let Some(repair) = form.repair {
        repairs.add(repair);
    }
    let mut numbers = value.split('-').map(|part| part.parse::<u32>().ok());
    let mut next = || numbers.next().flatten();
    match (next(), next(), next()) {
        (Some(year), Some(month), Some(day)) => Day::from_ymd(year as i32, month, day).ok_or(Problem::NoSuchDay),
        _ => Err(Problem::NotADate),
    }
}

/// Why a text in narrow letters is no date.
fn no_day(text: &str, format: Option<&DateFormat>) -> Problem {
    let (date, clock) = match text.split_once([' ', 'T']).filter(|(_, clock)| clock.contains(':')) {
        Some((date, clock)) => (date, clock.trim()),
        None => (text, ""),
    };
    if clock.ends_with(['Z', 'C']) || clock.contains(['+', '-']) {
        return Problem::ZonedTime;
    }
    if format.is_some() {
        return Problem::NotInFormat;
    }
    let parts: Vec<&str> = date.split(['-', '/', '.']).collect();
    let number = |part: &&str| Some((part.trim().parse::<u32>().ok()?, part.trim().len()));
    match parts.iter().map(number).collect::<Option<Vec<_>>>().as_deref() {
        Some([(first, 1 | 2), (second, 1 | 2), (year, width @ (2 | 4))]) => match (first, second) {
            // 31.02.2026
            (13.., 1..=12) if *width == 4 && Day::from_ymd(*year as i32, *second, *first).is_none() => {
                Problem::NoSuchDay
            }
            (13.., 1..=12) => Problem::DayFirst,
            (1..=12, 13..) => Problem::MonthFirst,
            (1..=12, 1..=12) => Problem::AmbiguousDate,
            _ => Problem::NotADate,
        },
        _ => Problem::NotADate,
    }
}

/// `2026-07-01` and nothing else; the inner `None` when there is no such day.
pub fn iso(bytes: &[u8]) -> Option<Option<Day>> {
    let [a, b, c, d, b'-', e, f, b'-', g, h] = bytes else { return None };
    let number = short_digits::eight(u64::from_le_bytes([*a, *b, *c, *d, *e, *f, *g, *h]))?;
    Some(civil((number / 10_000) as i32, number / 100 % 100, number % 100))
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

/// A month, quarter, half or year.
pub fn period(text: &str, calendar: &Calendar, repairs: &mut Repairs) -> Result<Months, Problem> {
    if let Some(period) = PeriodName::parse(text) {
        return Ok(calendar.months(period));
    }
    let narrowed: String = text.chars().map(narrow).collect();
    let Some(period) = named(narrowed.trim()) else {
        return Err(if is_open_month(&narrowed) { Problem::AmbiguousMonth } else { Problem::NotAPeriod });
    };
    if narrowed != text {
        repairs.add(Repair::FullWidth);
    }
    repairs.add(Repair::PeriodForm);
    Ok(calendar.months(period))
}

/// Whether a text in narrow letters could be January or October.
pub fn is_open_month(text: &str) -> bool {
    OPEN_MONTH.as_ref().is_some_and(|regex| regex.is_match(text.trim()))
}

/// The year and month that a text names.
pub fn month_named(text: &str) -> Option<(i32, u32)> {
    let narrowed: String = text.chars().map(narrow).collect();
    let name = named(narrowed.trim())?;
    match name.part {
        PeriodPart::Month(month) => Some((name.year, u32::from(month))),
        _ => None,
    }
}

fn named(text: &str) -> Option<PeriodName> {
    let value = PERIODS.iter().find_map(|tried| tried.read(text))?;
    PeriodName::parse(&value).or_else(|| {
        let (year, month) = value.split_once('-')?;
        PeriodName::parse(&format!("{year}-{month:0>2}"))
    })
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
        let short = DateFormat::new("DDMMYY");
        assert_eq!(day("030426", Some(&short), &mut Repairs::default()).ok(), Day::from_ymd(2026, 4, 3));
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

    /// Every pattern is one: a form that cannot be tried would be no form.
    #[test]
    fn the_forms_can_be_tried() {
        for format in [None, Some(DateFormat::new("DD.MM.YY")), Some(DateFormat::new("[YYYY]^MM^DD"))] {
            for form in
                forms::dates(format.as_ref().map(DateFormat::declared).as_ref()).into_iter().chain(forms::periods())
            {
                assert!(Tried::new(form.clone()).regex.is_some(), "{}", form.pattern);
            }
        }
        for pattern in [forms::plain_date(), forms::plain_period(), forms::MIDNIGHT.into(), forms::HAS_CLOCK.into()] {
            assert!(Regex::new(&pattern).is_ok(), "{pattern}");
        }
    }
}

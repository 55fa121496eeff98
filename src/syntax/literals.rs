//! What numbers, days and periods may look like, and what people write instead.

use rust_decimal::Decimal;

use super::characters::is_full_width;
use crate::number::in_groups;
use crate::time::{Day, PeriodName, other_writing};

/// A number, date or period that is not written properly.
pub struct Finding {
    /// How much of the text the finding marks.
    pub length: usize,
    pub label: &'static str,
    pub message: String,
    /// With `{}` for each of the texts to write.
    pub help: String,
    /// What may be written in its place.
    pub writes: Vec<String>,
    /// What to read in its place: never longer than the text.
    pub mended: Option<String>,
}

/// The length of the number, date or period that `rest` begins with, and what is wrong with it.
pub fn number(rest: &str) -> (usize, Option<Finding>) {
    if let Some(found) = date_like(rest).or_else(|| day_first(rest)) {
        return found;
    }
    let run = |text: &str| text.find(|c: char| !(c.is_ascii_digit() || c == '_')).unwrap_or(text.len());
    let digits = run(rest);
    let whole = &rest[..digits];
    let mut length = digits;
    if let Some(decimals) =
        rest[digits..].strip_prefix('.').filter(|after| after.starts_with(|c: char| c.is_ascii_digit()))
    {
        length += 1 + run(decimals);
    }
    let finding = |length, label, message: String, help: String, writes: Vec<String>, mended| {
        (length, Some(Finding { length, label, message, help, writes, mended }))
    };
    // 1,000
    let groups = comma_groups(&rest[digits..]);
    if groups > 0 && digits <= 3 && !whole.starts_with('0') && length == digits {
        let mut length = digits + groups;
        let decimals = decimals_behind(&rest[length..], '.');
        length += decimals.map_or(0, |decimals| decimals.len() + 1);
        let written = &rest[..length];
        let plain = written.replace(',', "_");
        if decimals.is_some() || groups > 4 {
            let (help, writes) = ("write `{}`".to_string(), vec![plain.clone()]);
            let message = format!("commas stand inside `{written}`");
            return finding(length, "how many is this?", message, help, writes, Some(plain));
        }
        return finding(
            length,
            "one number or several?",
            format!("a comma stands inside `{written}`"),
            format!(
                "write `{{}}` for one number; in a list a space stands behind the comma, as in `{}`",
                written.replace(',', ", ")
            ),
            vec![plain.clone()],
            Some(plain),
        );
    }
    if let Some(found) = foreign_groups(rest, digits) {
        return found;
    }
    let written = &rest[..length];
    let next = rest[length..].chars().next();
    // 24_000,-
    let no_cents =
        [",-", ",–", ",—", ".-", ".–", ".—", ",--"].into_iter().rev().find(|sign| rest[length..].starts_with(sign));
    if let Some(sign) =
        no_cents.filter(|sign| !rest[length + sign.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '>'))
    {
        let plain = written.to_string();
        let message = format!("`{sign}` is no part of a number");
        let (help, writes) = ("write `{}`".to_string(), vec![plain.clone()]);
        return finding(length + sign.len(), "no cents", message, help, writes, Some(plain));
    }
    // 1e5
    if let Some('e' | 'E') = next {
        let tail = rest[length + 1..].trim_start_matches(['+', '-']);
        let exponent = tail.find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len());
        if exponent > 0 {
            let length = rest.len() - tail.len() + exponent;
            let digits = Decimal::from_scientific(&rest[..length]).ok().map(|number| grouped(number.normalize()));
            return finding(
                length,
                "a number with an exponent",
                format!("`{}` is not how a number is written", &rest[..length]),
                match &digits {
                    Some(_) => "write all digits, in groups if you like: `{}`".into(),
                    None => "write all digits, in groups if you like, as in `1_000_000`".into(),
                },
                digits.into_iter().collect(),
                None,
            );
        }
    }
    // 3days, 10万
    if next.is_some_and(|c| pest::unicode::XID_START(c) && !is_full_width(c)) {
        let unit: String = rest[length..].chars().take_while(|c| pest::unicode::XID_CONTINUE(*c)).collect();
        // 2027Q1, 2027年第1季度
        if let Some(found) = other_writing(rest) {
            let (label, message) = match found.is_day {
                true => ("not how a day is written", "a day is written as year, month and day"),
                false => {
                    ("not how a period is written", "a period begins with its year, and its part follows a hyphen")
                }
            };
            let mended = Some(found.written.clone()).filter(|written| written.len() <= found.length);
            let (help, writes) = ("write `{}`".to_string(), vec![found.written]);
            return finding(found.length, label, message.into(), help, writes, mended);
        }
        let plain = written.replace('_', "").parse::<Decimal>().ok();
        let times = |factor: u32| Some(grouped(plain?.checked_mul(Decimal::from(factor))?.normalize()));
        let (help, writes) = match unit.as_str() {
            "万" | "万元" => {
                let currency = if unit == "万元" { " CNY" } else { "" };
                let or = "or declare a unit for it, `unit wan = …`";
                (format!("write the number out: `{{}}`; {or}"), times(10_000).map(|number| number + currency))
            }
            _ if zeros(&unit).is_some() => ("write all digits: `{}`".to_string(), self::times(written, &unit)),
            // `12a4` is no number with a unit.
            _ if unit.contains(|c: char| c.is_ascii_digit()) => (String::new(), None),
            _ => ("put a space between a number and its unit: `{}`".to_string(), Some(format!("{written} {unit}"))),
        };
        let total = length + unit.len();
        return finding(
            total,
            "the unit follows without a space",
            format!("`{written}{unit}` is neither a number nor a name"),
            if writes.is_some() { help } else { "write all digits, in groups if you like, as in `1_000_000`".into() },
            writes.into_iter().collect(),
            None,
        );
    }
    // 007, 1__0, 10_
    let proper_groups =
        written.split('.').all(|part| !part.starts_with('_') && !part.ends_with('_') && !part.contains("__"));
    let decimals = written.split_once('.').map_or("", |(_, decimals)| decimals);
    if !proper_groups || decimals.contains('_') {
        let plain = written.replace('_', "");
        return finding(
            length,
            "`_` at the wrong place",
            format!("`{written}` is not how a number is written"),
            "`_` stands between two digits before the decimal point, as in `1_000_000`; or write `{}`".into(),
            vec![plain.clone()],
            Some(plain.trim_start_matches('0').to_string())
                .filter(|plain| plain.starts_with(|c: char| c.is_ascii_digit())),
        );
    }
    // 01/2027, 01.2027: no number begins so.
    if whole.len() > 1
        && whole.starts_with('0')
        && let Some(found) = other_writing(rest).filter(|found| !found.is_day && found.length > length)
    {
        let (help, writes) = ("write `{}`".to_string(), vec![found.written]);
        let message = "a period begins with its year, and its part follows a hyphen".to_string();
        return finding(found.length, "not how a period is written", message, help, writes, None);
    }
    if whole.len() > 1 && whole.starts_with('0') {
        let plain = written.trim_start_matches(['0', '_']);
        let plain = if plain.is_empty() || plain.starts_with('.') { format!("0{plain}") } else { plain.to_string() };
        return finding(
            length,
            "a number does not begin with 0",
            format!("`{written}` begins with a zero"),
            "write `{}`; a code or a number that is not counted is text: `{}`".into(),
            vec![plain.clone(), format!("\"{written}\"")],
            Some(plain),
        );
    }
    (length, None)
}

/// The factor that a word behind a number stands for: `Tsd`, `Mio`, `k`.
fn zeros(word: &str) -> Option<u32> {
    Some(match word.to_lowercase().trim_end_matches('.') {
        "k" | "t" | "tsd" | "thousand" | "tausend" | "千" => 1_000,
        "m" | "mn" | "mio" | "million" | "millions" | "millionen" | "mil" | "百万" => 1_000_000,
        "bn" | "mrd" | "billion" | "milliarden" => 1_000_000_000,
        "万" => 10_000,
        "亿" => 100_000_000,
        _ => return None,
    })
}

/// A number with the zeros that the word behind it stands for: `24 Tsd` as `24_000`.
pub fn times(number: &str, word: &str) -> Option<String> {
    let number = number.replace('_', "").parse::<Decimal>().ok()?;
    Some(grouped(number.checked_mul(Decimal::from(zeros(word)?))?.normalize()))
}

/// The decimals behind a sign, where nothing of a number follows them.
fn decimals_behind(rest: &str, sign: char) -> Option<&str> {
    let behind = rest.strip_prefix(sign)?;
    let length = behind.bytes().take_while(u8::is_ascii_digit).count();
    let ends = !behind[length..].starts_with(['.', ',', '_', '-']);
    (length > 0 && ends).then(|| &behind[..length])
}

/// `1_000_000.5`
fn grouped(number: Decimal) -> String {
    in_groups(&number.to_string(), '_')
}

/// `24 000`, `24'000`, `1.024.000`, and `24.000` or `1.234 CNY`, which could be thousands or thousandths.
fn foreign_groups(rest: &str, digits: usize) -> Option<(usize, Option<Finding>)> {
    let whole = &rest[..digits];
    if digits > 3 || whole.starts_with('0') || !whole.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let separator =
        rest[digits..].chars().next().filter(|c| matches!(c, '.' | ' ' | '\'' | '’' | '\u{a0}' | '\u{202f}'))?;
    let (mut length, mut plain, mut groups) = (digits, whole.to_string(), 0);
    while let Some(after) = rest[length..].strip_prefix(separator) {
        let group = after.bytes().take_while(u8::is_ascii_digit).count();
        if group != 3 || after[3..].starts_with(['_', '-', ':']) {
            break;
        }
        plain = format!("{plain}_{}", &after[..3]);
        length += separator.len_utf8() + 3;
        groups += 1;
    }
    let written = &rest[..length];
    let finding = |message: String, help: &str, writes: Vec<String>, mended: String| {
        let (label, help, mended) = ("how many is this?", help.to_string(), Some(mended));
        Some((length, Some(Finding { length, label, message, help, writes, mended })))
    };
    if groups == 0 {
        return None;
    }
    // 24.000,00
    let decimals = match separator {
        '.' => decimals_behind(&rest[length..], ','),
        _ => decimals_behind(&rest[length..], ',').or_else(|| decimals_behind(&rest[length..], '.')),
    };
    if let Some(decimals) = decimals {
        let whole = &rest[..length + 1 + decimals.len()];
        let decimals = decimals.trim_end_matches('0');
        let number = if decimals.is_empty() { plain } else { format!("{plain}.{decimals}") };
        let mended = Some(number.clone());
        let (label, help) = ("how many is this?", "write `{}`".to_string());
        let message = format!("`{whole}` is not how a number is written");
        return Some((
            whole.len(),
            Some(Finding { length: whole.len(), label, message, help, writes: vec![number], mended }),
        ));
    }
    if separator == '.' && groups == 1 {
        let behind = rest[length..].trim_start_matches(' ');
        let money = behind.get(..3).is_some_and(|code| iso_currency::Currency::from_code(code).is_some());
        let decimals = &written[digits + 1..];
        if decimals != "000" && !money || rest[length..].starts_with('%') {
            return None;
        }
        let other = if decimals == "000" { whole.to_string() } else { format!("{written}0") };
        return finding(
            format!("`{written}` could be thousands, or a number with three decimals"),
            "write `{}` for thousands, `{}` for the smaller number",
            vec![plain, other],
            written.to_string(),
        );
    }
    let sign = match separator {
        '.' => "point",
        '\'' | '’' => "apostrophe",
        _ => "space",
    };
    finding(
        format!("{} {sign} stands inside `{written}`", if sign == "apostrophe" { "an" } else { "a" }),
        "write `{}`",
        vec![plain.clone()],
        plain.clone(),
    )
}

/// The length of `,000,000` at the start of `rest`; 0 where there is no such thing.
fn comma_groups(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let mut at = 0;
    while bytes.get(at) == Some(&b',') {
        let digits = bytes[at + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits != 3 {
            break;
        }
        at += 4;
    }
    at
}

/// A token that begins with four digits and a hyphen, or a date with slashes or dots.
fn date_like(rest: &str) -> Option<(usize, Option<Finding>)> {
    let bytes = rest.as_bytes();
    if bytes.len() < 6 || !bytes[..4].iter().all(u8::is_ascii_digit) {
        return None;
    }
    let separator = bytes[4];
    let alphanumeric = |c: char| c.is_ascii_alphanumeric();
    let length = match separator {
        b'-' if bytes[5].is_ascii_alphanumeric() => {
            let mut length = 5;
            loop {
                length += rest[length..].find(|c| !alphanumeric(c)).unwrap_or(rest.len() - length);
                match rest[length..].strip_prefix('-') {
                    Some(after) if after.starts_with(alphanumeric) => length += 1,
                    _ => break length,
                }
            }
        }
        b'/' | b'.' => {
            let mut parts = rest[5..].splitn(2, separator as char);
            let digits = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
            let month = parts.next()?;
            let day = digits(parts.next()?);
            if !(1..=2).contains(&month.len()) || digits(month) != month.len() || !(1..=2).contains(&day) {
                return None;
            }
            5 + month.len() + 1 + day
        }
        _ => return None,
    };
    let written = &rest[..length];
    let parts: Vec<&str> = written.split(separator as char).collect();
    let number = |text: &str| text.parse::<u32>().ok().filter(|_| text.len() <= 2);
    let mut writes = Vec::new();
    let (label, message, help) = match parts.as_slice() {
        [_, part] if separator == b'-' => {
            if PeriodName::parse(written).is_some() {
                return Some((length, None));
            }
            let year = parts[0];
            let upper = format!("{year}-{}", part.to_uppercase());
            let padded = number(part).map(|month| format!("{year}-{month:02}"));
            let help = if let Some(month) = padded.filter(|text| PeriodName::parse(text).is_some()) {
                writes.push(month);
                "write the month with two digits: `{}`; for a subtraction put spaces around `-`".to_string()
            } else if PeriodName::parse(&upper).is_some() {
                writes.push(upper);
                "write `{}`".to_string()
            } else if part.starts_with(['Q', 'q']) {
                format!("a year has four quarters, as in `{year}-Q1` to `{year}-Q4`")
            } else if part.starts_with(['H', 'h']) {
                format!("a year has the halves `{year}-H1` and `{year}-H2`")
            } else if number(part).is_some() {
                format!(
                    "a year has twelve months, as in `{year}-01` to `{year}-12`; for a subtraction put spaces around `-`"
                )
            } else {
                format!(
                    "periods are written `{year}-H1`, `{year}-Q3` or `{year}-07`; for a subtraction put spaces around `-`"
                )
            };
            ("not a period", format!("`{written}` is not a period"), help)
        }
        [year, month, day] => {
            let ymd = (year.parse::<i32>().ok(), number(month), number(day));
            let padded = match ymd {
                (Some(year), Some(month), Some(day)) => Day::from_ymd(year, month, day).map(|day| day.to_string()),
                _ => None,
            };
            match padded {
                Some(padded) if padded == written => return Some((length, None)),
                Some(padded) => {
                    writes.push(padded);
                    (
                        "not how a date is written",
                        format!("`{written}` is not how a date is written"),
                        "write year, month and day with hyphens and two digits each: `{}`".to_string(),
                    )
                }
                None => {
                    let near = ymd.0.zip(ymd.1).and_then(|(year, month)| last_day(year, month, ymd.2?));
                    let help = match &near {
                        Some(_) => "write a day that there is, such as `{}`, the last of its month",
                        None => "write a date as year, month and day, as in `2026-07-01`",
                    };
                    writes.extend(near);
                    ("no such day", format!("there is no day `{written}`"), help.to_string())
                }
            }
        }
        _ => (
            "neither a date nor a period",
            format!("`{written}` is neither a date nor a period"),
            "dates are written `2026-07-01` and periods `2026-Q3`; for a subtraction put spaces around `-`".to_string(),
        ),
    };
    let mended = match parts.as_slice() {
        [year, month, day] if written.len() == 10 => Some(format!("{year}-{month}-{day}")).filter(|_| {
            number(month)
                .zip(number(day))
                .is_some_and(|(m, d)| Day::from_ymd(year.parse().unwrap_or(0), m, d).is_some())
        }),
        _ => None,
    };
    Some((length, Some(Finding { length, label, message, help, writes, mended })))
}

/// The last day of a month, for a day behind it: `2027-02-28` for 31 February.
fn last_day(year: i32, month: u32, day: u32) -> Option<String> {
    (28..day).rev().filter(|_| day <= 31).find_map(|day| Day::from_ymd(year, month, day)).map(|day| day.to_string())
}

/// `01/07/2026`, `1.7.2026`: a date with the year at its end.
fn day_first(rest: &str) -> Option<(usize, Option<Finding>)> {
    let length = rest.find(|c: char| !(c.is_ascii_digit() || "/.-".contains(c))).unwrap_or(rest.len());
    let written = rest[..length].trim_end_matches(['/', '.', '-']);
    let separator = written.find(['/', '.', '-']).and_then(|at| written[at..].chars().next())?;
    let [a, b, year] = <[&str; 3]>::try_from(written.split(separator).collect::<Vec<_>>()).ok()?;
    let shaped = |part: &str, lengths: [usize; 2]| {
        lengths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    // 1/3/2026 may be a division, of which nobody writes the zeros.
    let division = separator == '/' && a.len() == 1 && b.len() == 1;
    if !shaped(a, [1, 2]) || !shaped(b, [1, 2]) || !shaped(year, [4, 4]) || division {
        return None;
    }
    let day = |month: &str, day: &str| {
        Day::from_ymd(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).map(|day| day.to_string())
    };
    let (first, second) = (day(b, a), day(a, b));
    let (help, writes) = match (&first, &second) {
        (Some(first), Some(second)) if first != second => (
            "write year, month and day with hyphens: `{}` where the day stands first, `{}` where the month does",
            vec![first.clone(), second.clone()],
        ),
        (Some(one), _) | (None, Some(one)) => ("write year, month and day with hyphens: `{}`", vec![one.clone()]),
        (None, None) => {
            match year.parse().ok().zip(b.parse().ok()).and_then(|(year, month)| last_day(year, month, a.parse().ok()?))
            {
                Some(last) => ("write a day that there is, such as `{}`, the last of its month", vec![last]),
                None => ("write a day that there is, as year, month and day, as in `2026-07-01`", Vec::new()),
            }
        }
    };
    let exists = first.is_some() || second.is_some();
    let mended = first.or(second).filter(|mended| mended.len() <= written.len());
    let (label, message) = match exists {
        true => ("not how a date is written", format!("`{written}` is not how a date is written")),
        false => ("no such day", format!("there is no day `{written}`")),
    };
    let finding = Finding { length: written.len(), label, message, help: help.to_string(), writes, mended };
    Some((written.len(), Some(finding)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> String {
        let finding = number(text).1;
        finding.map_or_else(String::new, |finding| {
            finding.writes.iter().fold(finding.help, |help, text| help.replacen("{}", text, 1))
        })
    }

    #[test]
    fn proper_literals_pass() {
        for text in ["0", "1250", "1_000_000", "0.85", "2026-07-01", "2026-Q3", "2026-07", "2026-H1", "100-5", "2026"] {
            assert!(number(text).1.is_none(), "{text}");
        }
        assert_eq!(number("2026-07 ").0, 7);
        assert_eq!(number("3..4").0, 1);
    }

    #[test]
    fn other_ways_to_write_numbers_are_answered() {
        assert!(wrong("1,000").contains("`1_000`"));
        assert!(wrong("2026-7-1").contains("`2026-07-01`"));
        assert!(wrong("2026/7/1").contains("`2026-07-01`"));
        assert!(wrong("2026-7").contains("`2026-07`"));
        assert!(wrong("2026-q3").contains("`2026-Q3`"));
        assert!(wrong("2026-Q5").contains("`2026-Q4`"));
        assert!(wrong("2026-02-30").contains("`2026-02-28`"));
        assert!(wrong("007").contains("`7`"));
        assert!(wrong("1e5").contains("`100_000`"));
        assert!(wrong("2.5E-3").contains("`0.0025`"));
        assert!(wrong("1.5万").contains("`15_000`"));
        assert!(wrong("20万元").contains("`200_000 CNY`"));
        assert!(wrong("3days").contains("`3 days`"));
        assert!(wrong("10,5").is_empty());
        assert!(wrong("01/07/2026").contains("`2026-07-01` where the day stands first, `2026-01-07`"));
        assert!(wrong("31.12.2026").contains("`2026-12-31`"));
        assert!(wrong("12-31-2026").contains("`2026-12-31`"));
        assert!(number("1/3/2026").1.is_none());
        assert!(number("12/31").1.is_none());
    }
}

//! Days and periods as offices write them, and what is written here instead: `Q3 2026`, `07/2026`, `July 2026`,
//! `3. Quartal 2026`, `2026年第3季度`.

use super::{Day, PeriodName, month_named};

/// What a text begins with, as it is written here, and how long it is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Other {
    pub written: String,
    pub length: usize,
    pub is_day: bool,
}

/// The day or period that a text begins with in another writing. Two numbers with a sign between are taken for a month
/// and a year, so this is asked only where a day or a period belongs.
pub fn other_writing(text: &str) -> Option<Other> {
    let parts = parts(text);
    let kinds: Vec<(&str, Option<u32>)> =
        parts.iter().map(|part| (part.lower.as_str(), part.lower.parse().ok())).collect();
    let whole = |at: usize| kinds.get(at).and_then(|(_, number)| *number);
    let year = |at: usize| whole(at).filter(|_| kinds[at].0.len() == 4);
    // `26` beside a quarter.
    let short = |at: usize| whole(at).filter(|_| kinds[at].0.len() == 2).map(|short| 2000 + short);
    let small = |at: usize| whole(at).filter(|_| kinds[at].0.len() <= 2);
    let word = |at: usize| kinds.get(at).map_or("", |(word, number)| if number.is_none() { word } else { "" });
    let named = |at: usize| Some(word(at)).filter(|word| word.chars().count() > 2).and_then(month_of);
    let period = |year: u32, part: String, used: usize| {
        let written = if part.is_empty() { format!("{year:04}") } else { format!("{year:04}-{part}") };
        let length = parts.get(used - 1)?.end;
        PeriodName::parse(&written).map(|_| Other { written, length, is_day: false })
    };
    let month = |year: u32, month: u32, used: usize| period(year, format!("{month:02}"), used);
    // 2026年…
    if let (Some(year), true) = (year(0), word(1).starts_with('年')) {
        let behind = word(1).trim_start_matches('年').trim_start_matches('第');
        let digit = |word: &str| "一二三四".chars().position(|digit| word.starts_with(digit)).map(|at| at + 1);
        let is_quarter = |word: &str| word.starts_with('季');
        return match (behind, small(2), word(3)) {
            ("", Some(number), unit) if is_quarter(unit) => period(year, format!("Q{number}"), 4),
            ("", Some(number), unit) if unit.starts_with('月') => match (small(4), word(5)) {
                (Some(day), "日" | "号" | "號") => {
                    let written = Day::from_ymd(year as i32, number, day)?.to_string();
                    Some(Other { written, length: parts[5].end, is_day: true })
                }
                _ => month(year, number, 4),
            },
            ("上半年", ..) => period(year, "H1".into(), 2),
            ("下半年", ..) => period(year, "H2".into(), 2),
            ("" | "度", ..) => period(year, String::new(), 2),
            (part, ..) => digit(part).and_then(|quarter| period(year, format!("Q{quarter}"), 2)),
        };
    }
    let ordinal = usize::from(matches!(word(1), "st" | "nd" | "rd" | "th"));
    // 3Q26, 1H2026, 3. Quartal 2026, 3rd quarter of 2026
    if let (Some(number), Some(letter)) = (small(0), part_of_a_year(word(1 + ordinal))) {
        let of = usize::from(word(2 + ordinal) == "of");
        let at = 2 + ordinal + of;
        return year(at).or_else(|| short(at)).and_then(|year| period(year, format!("{letter}{number}"), at + 1));
    }
    // Q3 2026, Quartal 3/2026, Q3'26
    if let (Some(letter), Some(number)) = (part_of_a_year(word(0)), small(1)) {
        let used = year(2).or_else(|| short(2));
        return used.and_then(|year| period(year, format!("{letter}{number}"), 3));
    }
    // 2026Q3, 2026 q3, 2026M07
    if let (Some(year), Some(number)) = (year(0), small(2)) {
        match (word(1), part_of_a_year(word(1))) {
            (_, Some(letter)) => return period(year, format!("{letter}{number}"), 3),
            ("m", _) => return month(year, number, 3),
            _ => {}
        }
    }
    // July 2026, 2026 July
    if let (Some(number), Some(year)) = (named(0), year(1)) {
        return month(year, number, 2);
    }
    if let (Some(year), Some(number)) = (year(0), named(1)) {
        return month(year, number, 2);
    }
    // 07/2026, 2026.7, 202607; with a third number close behind, it is a day.
    let third = parts.get(1).zip(parts.get(2)).filter(|_| whole(2).is_some());
    let is_day = third.is_some_and(|(second, third)| !text[second.end..third.start].contains(' '));
    match (whole(0), whole(1)) {
        (Some(_), Some(_)) if parts[1].start != parts[0].end + 1 || is_day => None,
        (Some(number), Some(_)) if kinds[0].0.len() <= 2 => year(1).and_then(|year| month(year, number, 2)),
        (Some(_), Some(number)) if kinds[1].0.len() <= 2 => year(0).and_then(|year| month(year, number, 2)),
        (Some(both), None) if kinds[0].0.len() == 6 => month(both / 100, both % 100, 1),
        _ => None,
    }
}

/// `Q` of a quarter, `H` of a half.
fn part_of_a_year(word: &str) -> Option<char> {
    match word {
        "q" | "quarter" | "quartal" | "trimestre" | "qtr" => Some('Q'),
        "h" | "half" | "halbjahr" | "semestre" => Some('H'),
        _ => None,
    }
}

/// The number of a month by its name, in the languages in which messages are most often asked for.
fn month_of(name: &str) -> Option<u32> {
    const GERMAN: [&str; 12] = [
        "januar",
        "februar",
        "märz",
        "april",
        "mai",
        "juni",
        "juli",
        "august",
        "september",
        "oktober",
        "november",
        "dezember",
    ];
    let german = || GERMAN.iter().position(|month| *month == name).map(|at| at as u32 + 1);
    month_named(name).or_else(german)
}

struct Run {
    lower: String,
    start: usize,
    end: usize,
}

/// The first runs of digits and of letters; what stands between does not count.
fn parts(text: &str) -> Vec<Run> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next().filter(|_| parts.len() < 6) {
        let start = text.len() - rest.len();
        let digits = first.is_ascii_digit();
        let is_part = |letter: char| if digits { letter.is_ascii_digit() } else { letter.is_alphabetic() };
        if !is_part(first) {
            if !" .-/'’,".contains(first) {
                break;
            }
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let length = rest.find(|letter: char| !is_part(letter)).unwrap_or(rest.len());
        parts.push(Run { lower: rest[..length].to_lowercase(), start, end: start + length });
        rest = &rest[length..];
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_as_offices_write_them() {
        let cases = [
            ("Q3 2026", "2026-Q3"),
            ("Q3/2026", "2026-Q3"),
            ("Q3'26", "2026-Q3"),
            ("3Q26", "2026-Q3"),
            ("1H2026", "2026-H1"),
            ("2026Q3", "2026-Q3"),
            ("2026-q3", "2026-Q3"),
            ("2026M07", "2026-07"),
            ("07/2026", "2026-07"),
            ("7.2026", "2026-07"),
            ("2026/07", "2026-07"),
            ("2026-7", "2026-07"),
            ("202607", "2026-07"),
            ("July 2026", "2026-07"),
            ("Juli 2026", "2026-07"),
            ("2026 July", "2026-07"),
            ("3. Quartal 2026", "2026-Q3"),
            ("3rd quarter of 2026", "2026-Q3"),
            ("2026年第3季度", "2026-Q3"),
            ("2026年三季度", "2026-Q3"),
            ("2026年7月", "2026-07"),
            ("2026年上半年", "2026-H1"),
            ("2026年度", "2026"),
            ("2026年7月1日", "2026-07-01"),
        ];
        for (text, written) in cases {
            let found = other_writing(text);
            assert_eq!(found.as_ref().map(|found| found.written.as_str()), Some(written), "{text}");
            assert_eq!(found.map(|found| found.length), Some(text.len()), "{text}");
        }
        for text in ["Q5 2026", "2026-13", "13/2026", "2026", "Q3", "P3", "20260701", "2026-07-01", "12.5", "May"] {
            assert_eq!(other_writing(text), None, "{text}");
        }
        assert_eq!(other_writing("Q1 2027 30_000 CNY").map(|found| found.length), Some(7));
    }
}

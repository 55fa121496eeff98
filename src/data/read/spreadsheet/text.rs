//! What numbers and moments of spreadsheets say, as texts.

use calamine::{ExcelDateTime, ExcelDateTimeType};

/// The digits that spreadsheets keep of a number; they let none be typed behind them.
pub const DIGITS: usize = 15;

/// The shortest text of a number. What stands behind the digits that a spreadsheet shows is left over from computing in
/// binary, as in 0.30000000000000004.
pub fn shortest(number: f64) -> String {
    match significant(number) <= DIGITS {
        true => number.to_string(),
        false => format!("{number:.14e}").parse::<f64>().unwrap_or(number).to_string(),
    }
}

fn significant(number: f64) -> usize {
    let digits = format!("{number:e}");
    digits.split('e').next().unwrap_or_default().bytes().filter(u8::is_ascii_digit).count()
}

/// Whether a number is too large for each of its digits to be kept.
pub fn is_cut(number: f64) -> bool {
    number.abs() >= 1e15
}

/// Whether a number, written with all its digits, has more of them before the point than a spreadsheet keeps.
pub fn has_too_many_digits(written: &str, number: f64) -> bool {
    if !is_cut(number) {
        return false;
    }
    let mantissa = written.trim().trim_start_matches(['-', '+']).split(['e', 'E']).next().unwrap_or_default();
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    digits.trim_start_matches('0').trim_end_matches('0').len() > DIGITS
}

/// A number a hundred times as large, by moving its point.
pub fn hundredfold(text: &str) -> String {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let moved = format!("{part:0<2}");
    let (up, rest) = moved.split_at(2);
    let whole = format!("{whole}{up}");
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let point = if rest.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{rest}")
}

/// A date, without a time of day where it is midnight.
pub fn moment(serial: f64, since_1904: bool) -> String {
    // What lies outside is no date in any spreadsheet.
    if !(0.0..2_958_466.0).contains(&serial) {
        return shortest(serial);
    }
    let moment = ExcelDateTime::new(serial, ExcelDateTimeType::DateTime, since_1904);
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    if serial < 1.0 {
        return format!("{hour:02}:{minute:02}:{second:02}");
    }
    match (hour, minute, second) {
        (0, 0, 0) => format!("{year:04}-{month:02}-{day:02}"),
        _ => format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"),
    }
}

/// A length of time in days, as hours, minutes and seconds.
pub fn elapsed(days: f64) -> String {
    let seconds = (days.abs() * 86_400.0).round();
    if seconds > 1e12 {
        return shortest(days);
    }
    let seconds = seconds as u64;
    let sign = if days < 0.0 && seconds > 0 { "-" } else { "" };
    format!("{sign}{}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

/// A time as OpenDocument writes it, `PT12H30M00S`; as it is, where it is none.
pub fn duration(text: &str) -> String {
    let read = || {
        let (sign, rest) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
        let rest = rest.strip_prefix("PT")?;
        let (hours, rest) = rest.split_once('H')?;
        let (minutes, rest) = rest.split_once('M')?;
        let seconds = rest.strip_suffix('S')?.split(['.', ',']).next()?;
        let number = |text: &str| text.parse::<u32>().ok();
        Some(format!("{sign}{}:{:02}:{:02}", number(hours)?, number(minutes)?, number(seconds)?))
    };
    read().unwrap_or_else(|| text.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_point_moves_by_two() {
        for (text, expected) in
            [("0.85", "85"), ("1", "100"), ("0.005", "0.5"), ("-0.125", "-12.5"), ("12.3", "1230"), ("0", "0")]
        {
            assert_eq!(hundredfold(text), expected, "{text}");
        }
    }

    #[test]
    fn fifteen_digits_are_shown() {
        for (number, expected) in [
            (0.1, "0.1"),
            (0.1 + 0.2, "0.3"),
            (0.7 - 0.4, "0.3"),
            (-1.1 * 1.1, "-1.21"),
            (123456789012345.0, "123456789012345"),
            (1e21, "1000000000000000000000"),
            (2469.0, "2469"),
            (0.000001, "0.000001"),
        ] {
            assert_eq!(shortest(number), expected);
        }
    }

    #[test]
    fn digits_that_are_kept() {
        for text in ["110105199003071231", "1101051990030712.5", "1.10105199003071231E+17", "1000000000000000001"] {
            assert!(has_too_many_digits(text, text.parse().unwrap()), "{text}");
        }
        for text in [
            "123456789012345",
            "0.30000000000000004",
            "1.10105199003071E+17",
            "1000000000000000000",
            "12.3456789012345678",
        ] {
            assert!(!has_too_many_digits(text, text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn moments() {
        for (serial, shown) in [
            (46204.0, "2026-07-01"),
            (46204.5, "2026-07-01 12:00:00"),
            (0.25, "06:00:00"),
            (59.0, "1900-02-28"),
            (61.0, "1900-03-01"),
            (-1.0, "-1"),
            (3_000_000.0, "3000000"),
        ] {
            assert_eq!(moment(serial, false), shown);
        }
        assert_eq!(moment(46204.0 - 1462.0, true), "2026-07-01");
        assert_eq!(
            (elapsed(1.5), elapsed(25.0 / 24.0), elapsed(-0.5)),
            ("36:00:00".into(), "25:00:00".into(), "-12:00:00".into())
        );
        assert_eq!((duration("PT36H30M05.5S"), duration("soon")), ("36:30:05".into(), "soon".into()));
    }
}

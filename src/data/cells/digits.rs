//! The digits of numbers, with the signs that people write between them: thousands and decimals.

use super::content::{Problem, Repair, Repairs, Sign};
use super::forms::{GROUPS, alike};
use crate::model::data::NumberSigns;
use crate::number::Number;

/// What the signs between digits may be.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Digits {
    /// As they are declared.
    pub signs: Option<NumberSigns>,
    /// `1.234` could be thousands: the file separates cells by `;`, as is usual where decimals stand behind a comma.
    open_points: bool,
}

impl Digits {
    /// The same with declared signs.
    pub fn written_with(self, signs: Option<NumberSigns>) -> Digits {
        Digits { signs, ..self }
    }

    /// The same where no comma separates the cells.
    pub fn with_open_points(&self) -> Digits {
        Digits { open_points: true, ..self.clone() }
    }

    /// Whether a point always stands before decimals.
    pub fn takes_points(&self) -> bool {
        !self.open_points && self.signs.as_ref().is_none_or(|signs| signs.decimal == '.')
    }

    /// Digits with decimals and in groups, all of which must stand where they belong.
    pub fn read(&self, text: &str, repairs: &mut Repairs) -> Result<(i128, u32), Problem> {
        if !text.starts_with(|c: char| c.is_ascii_digit()) || !text.ends_with(|c: char| c.is_ascii_digit()) {
            return Err(no_number(text));
        }
        let groups_apart = text.contains(GROUPS);
        let (decimal, group) = match &self.signs {
            Some(signs) => (signs.decimal, signs.group),
            None => self.told_by(text, groups_apart, repairs)?,
        };
        let (whole, part) = text.split_once(decimal).unwrap_or((text, ""));
        let separator = whole.chars().find(|letter| !letter.is_ascii_digit());
        let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if !all_digits(part) {
            return Err(if part.contains(['e', 'E']) || part.contains(char::is_alphabetic) {
                no_number(text)
            } else {
                Problem::Separators
            });
        }
        let mut plain = String::with_capacity(text.len());
        match separator {
            None => plain.push_str(whole),
            Some(separator)
                if group.map(alike) == Some(alike(separator)) || group.is_none() && GROUPS.contains(&separator) =>
            {
                let indian = self.signs.as_ref().is_some_and(|signs| signs.indian);
                let parts: Vec<&str> = whole.split(separator).collect();
                // Nobody writes a zero in front of thousands: `010 888 888` is no number but a telephone.
                if whole.starts_with('0') {
                    return Err(Problem::Separators);
                }
                for (place, digits) in parts.iter().enumerate() {
                    if !all_digits(digits) {
                        return Err(if digits.contains([',', '.']) { Problem::Separators } else { no_number(text) });
                    }
                    let wanted = if indian && place + 1 < parts.len() { 2 } else { 3 };
                    let fits = if place == 0 { (1..=wanted).contains(&digits.len()) } else { digits.len() == wanted };
                    if !fits {
                        return Err(Problem::Separators);
                    }
                    plain.push_str(digits);
                }
                if group.is_none() || self.signs.is_none() && repairs.1 != Some(Sign::Either) {
                    repairs.add(Repair::Thousands);
                }
            }
            Some(',' | '.') => return Err(Problem::Separators),
            Some(_) => return Err(no_number(text)),
        }
        let part = part.trim_end_matches('0');
        plain.push_str(part);
        let significant = plain.trim_start_matches('0');
        if significant.len() > 28 || part.len() > 28 {
            return Err(Problem::TooManyDigits);
        }
        let mantissa = if significant.is_empty() { 0 } else { significant.parse().map_err(|_| Problem::NotANumber)? };
        Ok((mantissa, part.len() as u32))
    }

    /// The decimal sign and the sign between groups, where nothing is declared: what the text itself can only mean, and
    /// of what it could mean otherwise the reading of a file with points, until the column's other cells tell.
    fn told_by(&self, text: &str, groups_apart: bool, repairs: &mut Repairs) -> Result<(char, Option<char>), Problem> {
        let (points, commas) = (text.matches('.').count(), text.matches(',').count());
        let (sign, told) = match (points, commas) {
            (0, 0) => return Ok(('.', None)),
            (1.., 1..) if text.rfind('.') > text.rfind(',') => ('.', Sign::Point),
            (1.., 1..) => (',', Sign::Comma),
            // 1.234.567 and 1,234,567 are whole numbers in groups.
            (2.., 0) => (',', Sign::Comma),
            (0, 2..) => ('.', Sign::Point),
            (one, _) => {
                let (mine, other) = if one == 1 { ('.', ',') } else { (',', '.') };
                let (whole, part) = text.split_once(mine).unwrap_or((text, ""));
                let could_be_thousands =
                    !groups_apart && part.len() == 3 && whole.len() <= 3 && !whole.starts_with('0');
                let sign_alone = if mine == '.' { Sign::Point } else { Sign::Comma };
                match (could_be_thousands, mine) {
                    (true, ',') => (other, Sign::Either),
                    (true, _) if self.open_points => (mine, Sign::Either),
                    _ => (mine, sign_alone),
                }
            }
        };
        repairs.1 = Some(told);
        if sign == ',' && text.contains(',') {
            repairs.add(Repair::DecimalComma);
        }
        let group = if groups_apart { None } else { Some(if sign == '.' { ',' } else { '.' }) };
        Ok((sign, group))
    }
}

/// `-12.50` with nothing else about it and at most 18 digits.
pub fn plain(bytes: &[u8]) -> Option<(i64, u32)> {
    let (negative, digits) = match bytes {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, bytes),
    };
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    let (mut mantissa, mut scale, mut point) = (0i64, 0u32, false);
    for (at, byte) in digits.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit < 10 {
            mantissa = mantissa * 10 + i64::from(digit);
            scale += u32::from(point);
        } else if *byte == b'.' && !point && at > 0 && at + 1 < digits.len() {
            point = true;
        } else {
            return None;
        }
    }
    Some((if negative { -mantissa } else { mantissa }, scale))
}

/// A number of digits, a sign and a point as it is shortest: without the zeros at its end.
pub fn shortest(text: &str) -> String {
    let number = plain(text.as_bytes()).map(|(mantissa, scale)| Number::from_parts(mantissa.into(), scale));
    match (number, text.split_once('.')) {
        (Some(number), _) => number.to_string(),
        (None, Some((whole, part))) => match part.trim_end_matches('0') {
            "" => whole.to_string(),
            part => format!("{whole}.{part}"),
        },
        (None, None) => text.to_string(),
    }
}

/// Whether a text is a number as spreadsheets show those that are too long for them: `1.23457E+11`.
pub fn is_in_powers(text: &str) -> bool {
    let Some((mantissa, power)) = text.split_once("E+").or_else(|| text.split_once("e+")) else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, part) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, "0"));
    let whole = whole.strip_prefix('-').unwrap_or(whole);
    whole.len() == 1 && digits(whole) && digits(part) && power.len() > 1 && digits(power)
}

fn no_number(text: &str) -> Problem {
    let mark = text.find(['e', 'E']).filter(|at| *at > 0 && text[..*at].ends_with(|c: char| c.is_ascii_digit()));
    let exponent = mark.is_some_and(|at| text[at + 1..].trim_start_matches(['+', '-']).parse::<u16>().is_ok());
    if exponent { Problem::Exponent } else { Problem::NotANumber }
}

#[cfg(test)]
mod tests {
    use super::shortest;

    #[test]
    fn numbers_of_programs_are_the_same_however_many_zeros_they_have() {
        for (text, expected) in [
            ("0.00", "0"),
            ("-1.50", "-1.5"),
            ("7", "7"),
            ("100", "100"),
            ("12345678901234567890.1200", "12345678901234567890.12"),
            ("12345678901234567890.00", "12345678901234567890"),
        ] {
            assert_eq!(shortest(text), expected);
        }
    }
}

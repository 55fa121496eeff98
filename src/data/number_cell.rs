//! Numbers as people write them in files.

use super::cell::{Content, Problem, Repair, Repairs, fixed, narrow};
use super::forms::NumberForm;
use crate::model::unit::{BaseKind, DisplayUnit};
use crate::number::Number;

/// Places behind the point that fixed-point columns hold.
pub const MOST_PLACES: u32 = 18;

/// What money a sign may stand for. Many countries call theirs a dollar.
const CURRENCIES: [(char, &[&str]); 5] = [
    ('¥', &["CNY", "JPY"]),
    ('￥', &["CNY", "JPY"]),
    ('€', &["EUR"]),
    ('£', &["GBP"]),
    ('$', &["USD", "HKD", "SGD", "AUD", "CAD", "NZD", "TWD"]),
];

/// How the numbers of a column are read.
#[derive(Clone, Debug, PartialEq)]
pub struct NumberCell {
    factor: Option<Factor>,
    /// The column is a ratio, shown as `%` or `‰`.
    ratio: bool,
    /// The column has no unit at all.
    plain: bool,
    currency: Option<String>,
    limits: Option<(Number, Number)>,
}

#[derive(Clone, Debug, PartialEq)]
enum Factor {
    One,
    Fixed(i64, u32),
    Exact(Number),
}

/// Whether a number has no more than 18 digits and places.
pub fn is_short(mantissa: i64, scale: u32) -> bool {
    mantissa.unsigned_abs() < 10u64.pow(18) && scale <= MOST_PLACES
}

impl NumberCell {
    pub fn new(unit: &DisplayUnit, factor: Option<&Number>, limits: Option<&(Number, Number)>) -> NumberCell {
        let factor = factor.map(|factor| {
            let decimal = factor.as_decimal().filter(|decimal| decimal.scale() <= 12);
            match decimal.and_then(|decimal| Some((i64::try_from(decimal.mantissa()).ok()?, decimal.scale()))) {
                Some((1, 0)) => Factor::One,
                Some((mantissa, scale)) => Factor::Fixed(mantissa, scale),
                None => Factor::Exact(factor.clone()),
            }
        });
        let money = unit.dimension.factors().iter().find(|(base, _)| base.kind == BaseKind::Currency);
        NumberCell {
            factor,
            ratio: unit.is_ratio_sign(),
            plain: unit.dimension.is_none(),
            currency: money.map(|(base, _)| base.name.clone()),
            limits: limits.cloned(),
        }
    }

    pub fn read(&self, text: &str, repairs: &mut Repairs) -> Result<Content<'static>, Problem> {
        let content = match plain(text.as_bytes()) {
            Some((mantissa, scale)) => self.plainly(mantissa, scale)?,
            None => self.careful(text, repairs)?,
        };
        self.within_limits(content)
    }

    /// Whether plain numbers are taken as they stand.
    pub fn is_plain(&self) -> bool {
        matches!(self.factor, Some(Factor::One)) && self.limits.is_none()
    }

    /// The same for a number that was never a text; `None` where it has more than 18 digits.
    pub fn read_fixed(&self, mantissa: i64, scale: u32) -> Option<Result<Content<'static>, Problem>> {
        if !is_short(mantissa, scale) {
            return None;
        }
        Some(self.plainly(mantissa, scale).and_then(|content| self.within_limits(content)))
    }

    fn plainly(&self, mantissa: i64, scale: u32) -> Result<Content<'static>, Problem> {
        Ok(match &self.factor {
            Some(Factor::One) => Content::Fixed(mantissa, scale),
            Some(factor) => times(mantissa.into(), scale, factor),
            None if mantissa == 0 => Content::Fixed(0, 0),
            None => return Err(Problem::BareRatio),
        })
    }

    /// How its numbers may be written beside plain digits.
    pub fn form(&self) -> NumberForm {
        let fits = |sign: &&(char, &[&str])| self.currency.as_deref().is_some_and(|money| sign.1.contains(&money));
        NumberForm {
            currency: CURRENCIES.iter().filter(fits).map(|(sign, _)| *sign).collect(),
            per: self.ratio || self.plain,
        }
    }

    /// Whether a percent sign is no more than what the column is.
    pub fn is_ratio(&self) -> bool {
        self.ratio
    }

    /// Whether 85 means 85%.
    pub fn is_in_percent(&self) -> bool {
        self.ratio && matches!(self.factor, Some(Factor::Fixed(..) | Factor::Exact(_)))
    }

    /// A number in base units as a cell.
    pub fn content(&self, number: &Number) -> Result<Content<'static>, Problem> {
        self.within_limits(match number.as_decimal() {
            Some(decimal) => fixed(decimal.mantissa(), decimal.scale()),
            None => Content::Number(number.clone()),
        })
    }

    fn within_limits(&self, content: Content<'static>) -> Result<Content<'static>, Problem> {
        match &self.limits {
            Some((least, most)) => {
                let number = match &content {
                    Content::Fixed(mantissa, scale) => &Number::from_parts((*mantissa).into(), *scale),
                    Content::Number(number) => number,
                    _ => return Ok(content),
                };
                if number < least || number > most { Err(Problem::OutOfLimits) } else { Ok(content) }
            }
            None => Ok(content),
        }
    }

    /// Everything but plain digits.
    fn careful(&self, text: &str, repairs: &mut Repairs) -> Result<Content<'static>, Problem> {
        let narrowed: String = text.chars().map(narrow).collect();
        if narrowed != text {
            repairs.add(Repair::FullWidth);
        }
        let mut rest = narrowed.trim();
        let mut negative = false;
        if let Some(inside) = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
            repairs.add(Repair::Parentheses);
            negative = true;
            rest = inside.trim();
        }
        rest = self.sign_and_currency(rest, &mut negative, repairs)?;
        let mut per = None;
        for (sign, places) in [("%", 2), ("‰", 3)] {
            if let Some(before) = rest.strip_suffix(sign) {
                per = Some(places);
                rest = before.trim_end();
                break;
            }
        }
        if per.is_some() && !self.ratio {
            if !self.plain {
                return Err(Problem::PercentOfUnit);
            }
            repairs.add(Repair::PercentSign);
        }
        let (mantissa, scale) = digits(rest, repairs)?;
        let mantissa = if negative { -mantissa } else { mantissa };
        Ok(match (per, &self.factor) {
            (Some(places), _) => fixed(mantissa, scale + places),
            (None, Some(factor)) => times(mantissa, scale, factor),
            (None, None) if mantissa == 0 => Content::Fixed(0, 0),
            (None, None) => return Err(Problem::BareRatio),
        })
    }

    /// Takes `-`, `+` and a currency sign off the front, in either order.
    fn sign_and_currency<'a>(
        &self,
        mut rest: &'a str,
        negative: &mut bool,
        repairs: &mut Repairs,
    ) -> Result<&'a str, Problem> {
        let (mut signed, mut priced) = (*negative, false);
        while let Some(first) = rest.chars().next() {
            match first {
                '-' | '−' | '+' if !signed => {
                    signed = true;
                    *negative = first != '+';
                }
                '¥' | '￥' | '$' | '€' | '£' if !priced => {
                    priced = true;
                    let fits = CURRENCIES.iter().find(|(sign, _)| *sign == first).map_or(&[][..], |(_, fits)| fits);
                    if self.currency.as_deref().is_some_and(|currency| !fits.contains(&currency)) {
                        return Err(Problem::OtherCurrency);
                    }
                    if self.currency.is_none() {
                        return Err(Problem::NotANumber);
                    }
                    repairs.add(Repair::Currency);
                }
                _ => break,
            }
            rest = rest[first.len_utf8()..].trim_start();
        }
        Ok(rest)
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

/// Digits with a point and with thousands separators, which must stand where they belong.
fn digits(text: &str, repairs: &mut Repairs) -> Result<(i128, u32), Problem> {
    let (whole, part) = match text.split_once('.') {
        Some((whole, part)) => (whole, Some(part)),
        None => (text, None),
    };
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let part = part.unwrap_or("0");
    if !all_digits(part) || part.is_empty() || whole.is_empty() {
        let mark = text.find(['e', 'E']).filter(|at| *at > 0);
        let exponent = mark.is_some_and(|at| text[at + 1..].trim_start_matches(['+', '-']).parse::<u16>().is_ok());
        return Err(if exponent { Problem::Exponent } else { Problem::NotANumber });
    }
    let separator = whole.chars().find(|letter| !letter.is_ascii_digit());
    let mut plain = String::with_capacity(text.len());
    match separator {
        None => plain.push_str(whole),
        Some(separator @ (',' | '\'' | ' ' | '\u{202f}')) => {
            for (place, group) in whole.split(separator).enumerate() {
                let fits = if place == 0 { (1..=3).contains(&group.len()) } else { group.len() == 3 };
                if !all_digits(group) {
                    return Err(Problem::NotANumber);
                }
                if !fits {
                    return Err(Problem::Separators);
                }
                plain.push_str(group);
            }
            repairs.add(Repair::Thousands);
        }
        Some('e' | 'E') => return Err(Problem::Exponent),
        Some(_) => return Err(Problem::NotANumber),
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

fn times(mantissa: i128, scale: u32, factor: &Factor) -> Content<'static> {
    let exact = |factor: &Number| match Number::from_parts(mantissa, scale).mul(factor) {
        number if number.as_decimal().is_some_and(|decimal| decimal.scale() <= MOST_PLACES) => {
            let decimal = number.as_decimal().unwrap_or_default();
            fixed(decimal.mantissa(), decimal.scale())
        }
        number => Content::Number(number),
    };
    match factor {
        Factor::One => fixed(mantissa, scale),
        Factor::Fixed(by, places) => match mantissa.checked_mul(i128::from(*by)) {
            Some(product) if scale + places <= MOST_PLACES => fixed(product, scale + places),
            _ => exact(&Number::from_parts((*by).into(), *places)),
        },
        Factor::Exact(by) => exact(by),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::unit::{BaseUnit, Dimension};

    fn money(text: &str) -> Result<String, Problem> {
        let cny = BaseUnit { name: "CNY".into(), plural: "CNY".into(), kind: BaseKind::Currency };
        let unit = DisplayUnit { dimension: Dimension::of(cny), ..DisplayUnit::number() };
        show(&NumberCell::new(&unit, Some(&Number::ONE), None), text)
    }

    fn show(cell: &NumberCell, text: &str) -> Result<String, Problem> {
        cell.read(text, &mut Repairs::default()).map(|content| match content {
            Content::Fixed(mantissa, scale) => Number::from_parts(mantissa.into(), scale).to_string(),
            Content::Number(number) => number.to_string(),
            other => format!("{other:?}"),
        })
    }

    #[test]
    fn numbers_as_people_write_them() {
        for (text, expected) in [
            ("1234.50", "1234.5"),
            ("-7", "-7"),
            ("1,234.50", "1234.5"),
            ("¥1,234", "1234"),
            ("-¥1,234", "-1234"),
            ("１２３．５", "123.5"),
            ("(1,234)", "-1234"),
            ("（1,234）", "-1234"),
            ("￥12", "12"),
            ("1 234 567", "1234567"),
            ("12345678901234567890.12", "12345678901234567890.12"),
            ("0.10", "0.1"),
        ] {
            assert_eq!(money(text).as_deref(), Ok(expected), "{text}");
        }
        for (text, problem) in [
            ("1,23", Problem::Separators),
            ("1,2345", Problem::Separators),
            ("12,34,567", Problem::Separators),
            ("abc", Problem::NotANumber),
            ("1.", Problem::NotANumber),
            (".5", Problem::NotANumber),
            ("1.2.3", Problem::NotANumber),
            ("--1", Problem::NotANumber),
            ("(-1)", Problem::NotANumber),
            ("1.2E+05", Problem::Exponent),
            ("5%", Problem::PercentOfUnit),
            ("$5", Problem::OtherCurrency),
            ("¥¥5", Problem::NotANumber),
            ("1234567890123456789012345678901", Problem::TooManyDigits),
        ] {
            assert_eq!(money(text), Err(problem), "{text}");
        }
    }

    #[test]
    fn percentages() {
        let percent = |factor: Option<Number>| NumberCell::new(&DisplayUnit::percent(), factor.as_ref(), None);
        let hundredth = Number::from_parts(1, 2);
        assert_eq!(show(&percent(None), "85%").as_deref(), Ok("0.85"));
        assert_eq!(show(&percent(None), "85"), Err(Problem::BareRatio));
        assert_eq!(show(&percent(Some(hundredth)), "85").as_deref(), Ok("0.85"));
        assert_eq!(show(&percent(Some(Number::ONE)), "85%").as_deref(), Ok("0.85"));
        assert_eq!(show(&percent(Some(Number::ONE)), "8.5‰").as_deref(), Ok("0.0085"));
        assert_eq!(show(&percent(None), "0").as_deref(), Ok("0"));
    }

    /// What is a number to the reader is one to the patterns that engines are given, and nothing else is.
    #[test]
    fn the_forms_are_what_is_read() {
        let cny = BaseUnit { name: "CNY".into(), plural: "CNY".into(), kind: BaseKind::Currency };
        let money = DisplayUnit { dimension: Dimension::of(cny), ..DisplayUnit::number() };
        let (mut dice, mut read) = (7u64, 0);
        let mut roll = |sides: usize| {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (dice >> 33) as usize % sides
        };
        let letters: Vec<char> = "0123456789123456,,,..'  -+−()%‰¥$e".chars().collect();
        for unit in [DisplayUnit::number(), money, DisplayUnit::percent()] {
            let cell = NumberCell::new(&unit, Some(&Number::ONE), None);
            let form = cell.form();
            let mut patterns = vec![crate::data::forms::plain_number(None), form.pattern(None, "")];
            if form.per {
                patterns.extend(["%", "‰"].map(|sign| form.pattern(None, sign)));
            }
            let patterns: Vec<regex::Regex> = patterns.iter().map(|one| regex::Regex::new(one).unwrap()).collect();
            for _ in 0..60_000 {
                let text: String = (0..1 + roll(8)).map(|_| letters[roll(letters.len())]).collect();
                // A cell has no white space around it.
                let text = text.trim();
                if text.is_empty() {
                    continue;
                }
                let is_read = cell.read(text, &mut Repairs::default()).is_ok();
                assert_eq!(patterns.iter().any(|one| one.is_match(text)), is_read, "{text} in {:?}", unit.singular);
                read += u32::from(is_read);
            }
        }
        assert!(read > 5_000, "{read}");
    }
}

//! Numbers as people write them in files.

use super::content::{Content, MOST_PLACES, Problem, Repair, Repairs, Sign, fixed, is_short};
use super::digits::{Digits, plain};
use super::forms::NumberForm;
use crate::alike::narrow;
use crate::model::data::NumberSigns;
use crate::model::types::unit::{BaseKind, DisplayUnit};
use crate::number::Number;

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
    digits: Digits,
}

#[derive(Clone, Debug, PartialEq)]
enum Factor {
    One,
    Fixed(i64, u32),
    Exact(Number),
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
            digits: Digits::default(),
        }
    }

    /// The same for cells that are written with declared signs.
    pub fn written_with(self, signs: Option<NumberSigns>) -> NumberCell {
        NumberCell { digits: self.digits.written_with(signs), ..self }
    }

    /// The same where no comma separates the cells: offices that write decimals behind a comma have such files.
    pub fn with_open_points(&self) -> NumberCell {
        NumberCell { digits: self.digits.with_open_points(), ..self.clone() }
    }

    /// The same for a file whose numbers have their decimals behind a comma, as other cells of the column tell.
    pub fn with_commas(&self) -> NumberCell {
        self.clone().written_with(NumberSigns::of("1.234,56"))
    }

    /// The same for numbers that a program holds as such: a point stands before decimals, whatever is declared for texts.
    pub fn in_points(&self) -> NumberCell {
        NumberCell { digits: Digits::default(), ..self.clone() }
    }

    /// The number that a text says by its digits and signs, whatever the column's unit and limits.
    pub fn as_written(&self, text: &str) -> Option<Number> {
        let plain = NumberCell { factor: Some(Factor::One), limits: None, ..self.clone() };
        match plain.read(text, &mut Repairs::default()).ok()? {
            Content::Fixed(mantissa, scale) => Some(Number::from_parts(mantissa.into(), scale)),
            Content::Number(number) => Some(number),
            _ => None,
        }
    }

    /// Whether numbers in the file are so many of something else, as is declared by `in`.
    pub fn is_scaled(&self) -> bool {
        !matches!(self.factor, None | Some(Factor::One))
    }

    /// Whether nothing is declared, so that the cells themselves tell what their signs mean.
    pub fn is_open(&self) -> bool {
        self.digits.signs.is_none()
    }

    pub fn read(&self, text: &str, repairs: &mut Repairs) -> Result<Content<'static>, Problem> {
        let content = match plain(text.as_bytes()).filter(|(_, scale)| *scale == 0 || self.digits.takes_points()) {
            Some((mantissa, scale)) => {
                if scale > 0 {
                    repairs.1 = Some(Sign::Point);
                }
                self.plainly(mantissa, scale)?
            }
            None => self.careful(text, repairs)?,
        };
        self.within_limits(content)
    }

    /// Whether plain numbers are taken as they stand.
    pub fn is_plain(&self) -> bool {
        matches!(self.factor, Some(Factor::One)) && self.limits.is_none() && self.digits.takes_points()
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
            signs: self.digits.signs.clone(),
        }
    }

    /// Whether decimals are declared to stand behind a comma.
    pub fn has_commas(&self) -> bool {
        self.digits.signs.as_ref().is_some_and(|signs| signs.decimal == ',')
    }

    /// Whether a percent sign is no more than what the column is.
    pub fn is_ratio(&self) -> bool {
        self.ratio
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
        let (mantissa, scale) = self.digits.read(rest, repairs)?;
        let mantissa = if negative { -mantissa } else { mantissa };
        Ok(match (per, &self.factor) {
            (Some(places), _) => fixed(mantissa, scale + places),
            (None, Some(factor)) => times(mantissa, scale, factor),
            (None, None) if mantissa == 0 => Content::Fixed(0, 0),
            (None, None) => return Err(Problem::BareRatio),
        })
    }

    /// Takes the sign and the currency off both ends: `-¥5`, `¥ -5`, `5 €`, `EUR 5`, `5-`.
    fn sign_and_currency<'a>(
        &self,
        mut rest: &'a str,
        negative: &mut bool,
        repairs: &mut Repairs,
    ) -> Result<&'a str, Problem> {
        let (mut signed, mut priced) = (*negative, false);
        loop {
            let front = rest.chars().next().unwrap_or('0');
            let back = rest.chars().next_back().unwrap_or('0');
            let before = rest.len();
            if matches!(front, '-' | '−' | '+') && !signed {
                signed = true;
                *negative = front != '+';
                rest = &rest[front.len_utf8()..];
            } else if matches!(back, '-' | '−') && !signed && rest.len() > 1 {
                signed = true;
                *negative = true;
                repairs.add(Repair::MinusBehind);
                rest = &rest[..rest.len() - back.len_utf8()];
            } else if !priced && let Some((length, ahead)) = self.money(rest)? {
                priced = true;
                repairs.add(Repair::Currency);
                rest = if ahead { &rest[length..] } else { &rest[..rest.len() - length] };
            }
            if rest.len() == before {
                return Ok(rest);
            }
            rest = rest.trim();
        }
    }

    /// The length of the sign or the code of a currency at one of the ends, and whether it is the front.
    fn money(&self, text: &str) -> Result<Option<(usize, bool)>, Problem> {
        let own = self.currency.as_deref();
        let sign = |c: Option<char>| {
            let (sign, fits) = CURRENCIES.iter().find(|(sign, _)| Some(*sign) == c)?;
            Some((sign.len_utf8(), fits.iter().any(|money| own == Some(*money))))
        };
        let code = |code: Option<&str>| {
            let code = code.filter(|code| iso_currency::Currency::from_code(code).is_some())?;
            Some((code.len(), own == Some(code)))
        };
        let front = sign(text.chars().next()).or_else(|| code(text.get(..3))).map(|found| (found, true));
        let back = || sign(text.chars().next_back()).or_else(|| code(text.get(text.len().checked_sub(3)?..)));
        match front.or_else(|| back().map(|found| (found, false))) {
            None => Ok(None),
            Some(_) if own.is_none() => Err(Problem::NotANumber),
            Some(((_, false), _)) => Err(Problem::OtherCurrency),
            Some(((length, true), ahead)) => Ok(Some((length, ahead))),
        }
    }
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
    use crate::data::cells::forms;
    use crate::model::types::unit::{BaseUnit, Dimension};

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
            // What can only be decimals behind a comma.
            ("1,23", "1.23"),
            ("1,2345", "1.2345"),
            ("0,850", "0.85"),
            ("1234,567", "1234.567"),
            ("1.234,50", "1234.5"),
            ("1.234.567", "1234567"),
            ("1 234,5", "1234.5"),
            ("1'234.50", "1234.5"),
            ("1’234", "1234"),
            ("100-", "-100"),
            ("100 ¥", "100"),
            ("CNY 100", "100"),
            ("100.50 CNY", "100.5"),
            ("−5", "-5"),
            ("¥ -5", "-5"),
        ] {
            assert_eq!(money(text).as_deref(), Ok(expected), "{text}");
        }
        for (text, problem) in [
            ("12,34,567", Problem::Separators),
            ("1.234,567.8", Problem::Separators),
            ("1,23.4", Problem::Separators),
            ("abc", Problem::NotANumber),
            ("1.", Problem::NotANumber),
            (".5", Problem::NotANumber),
            ("1.2.3", Problem::Separators),
            ("--1", Problem::NotANumber),
            ("(-1)", Problem::NotANumber),
            ("1.2E+05", Problem::Exponent),
            ("5%", Problem::PercentOfUnit),
            ("$5", Problem::OtherCurrency),
            ("5 EUR", Problem::OtherCurrency),
            ("-5-", Problem::NotANumber),
            ("¥¥5", Problem::NotANumber),
            ("1234567890123456789012345678901", Problem::TooManyDigits),
        ] {
            assert_eq!(money(text), Err(problem), "{text}");
        }
    }

    #[test]
    fn declared_signs_are_obeyed() {
        let cell = |example: &str| {
            NumberCell::new(&DisplayUnit::number(), Some(&Number::ONE), None).written_with(NumberSigns::of(example))
        };
        for (example, text, expected) in [
            ("1.234,56", "1,234", "1.234"),
            ("1.234,56", "1.234", "1234"),
            ("1.234,56", "12.345.678,9", "12345678.9"),
            ("1.234,56", "7", "7"),
            ("1,234.56", "1,234", "1234"),
            ("1,234.56", "1.234", "1.234"),
            ("1234,56", "1234,567", "1234.567"),
            ("12,34,567.89", "12,34,567", "1234567"),
            ("1 234,5", "1 234,567", "1234.567"),
        ] {
            assert_eq!(show(&cell(example), text).as_deref(), Ok(expected), "{example} {text}");
        }
        for (example, text) in
            [("1.234,56", "12.5"), ("1.234,56", "1,234.5"), ("1234,56", "1.234"), ("12,34,567.89", "1,234,567")]
        {
            assert_eq!(show(&cell(example), text), Err(Problem::Separators), "{example} {text}");
        }
    }

    #[test]
    fn signs_tell_of_their_column() {
        let sign = |cell: &NumberCell, text: &str| {
            let mut repairs = Repairs::default();
            cell.read(text, &mut repairs).unwrap();
            repairs.1
        };
        let number = NumberCell::new(&DisplayUnit::number(), Some(&Number::ONE), None);
        for (text, alone, with_open_points) in [
            ("1234", None, None),
            ("12.5", Some(Sign::Point), Some(Sign::Point)),
            ("1.234", Some(Sign::Point), Some(Sign::Either)),
            ("0.234", Some(Sign::Point), Some(Sign::Point)),
            ("1,234", Some(Sign::Either), Some(Sign::Either)),
            ("1,234.5", Some(Sign::Point), Some(Sign::Point)),
            ("1,234,567", Some(Sign::Point), Some(Sign::Point)),
            ("0,850", Some(Sign::Comma), Some(Sign::Comma)),
            ("12,5", Some(Sign::Comma), Some(Sign::Comma)),
            ("1.234.567", Some(Sign::Comma), Some(Sign::Comma)),
        ] {
            assert_eq!(
                (sign(&number, text), sign(&number.with_open_points(), text)),
                (alone, with_open_points),
                "{text}"
            );
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

    /// What is a number to the reader is one to the patterns that engines are given, and nothing else is; but for what only
    /// a file can tell (whether `1,234` is thousands) and what only files write (`5-`, `5 ¥`).
    #[test]
    fn the_forms_are_what_is_read() {
        let cny = BaseUnit { name: "CNY".into(), plural: "CNY".into(), kind: BaseKind::Currency };
        let money = DisplayUnit { dimension: Dimension::of(cny), ..DisplayUnit::number() };
        let (mut dice, mut read) = (7u64, 0);
        let mut roll = |sides: usize| {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (dice >> 33) as usize % sides
        };
        let letters: Vec<char> = "0123456789123456,,,..'’  -+−()%‰¥$e".chars().collect();
        let declared =
            [None, Some("1,234.56"), Some("1 234.56"), Some("1234.56"), Some("12,34,567.89"), Some("1.234,56")];
        let units = [DisplayUnit::number(), money, DisplayUnit::percent()];
        for (unit, signs) in units.iter().flat_map(|unit| declared.map(|signs| (unit, signs))) {
            let signs = signs.and_then(NumberSigns::of);
            let cell = NumberCell::new(unit, Some(&Number::ONE), None).written_with(signs);
            let form = cell.form();
            let plain = if cell.has_commas() { forms::whole_number() } else { forms::plain_number(None) };
            let mut patterns = vec![plain, form.pattern(None, "")];
            if form.per {
                patterns.extend(["%", "‰"].map(|sign| form.pattern(None, sign)));
            }
            let patterns: Vec<regex::Regex> = patterns.iter().map(|one| regex::Regex::new(one).unwrap()).collect();
            for _ in 0..30_000 {
                let text: String = (0..1 + roll(8)).map(|_| letters[roll(letters.len())]).collect();
                // A cell has no white space around it.
                let text = text.trim();
                if text.is_empty() {
                    continue;
                }
                let mut repairs = Repairs::default();
                let is_read = cell.read(text, &mut repairs).is_ok();
                let is_form = patterns.iter().any(|one| one.is_match(text));
                let behind =
                    text.trim_end_matches([')', ' ']).ends_with(['¥', '$']) || repairs.has(Repair::MinusBehind);
                // A point there may stand before decimals, where a program wrote it.
                if cell.has_commas() {
                    assert!(is_read || !is_form, "{text} in {:?}", unit.singular);
                    continue;
                }
                if is_read && (behind || matches!(repairs.1, Some(Sign::Comma | Sign::Either))) {
                    assert!(!is_form, "{text} in {:?}", unit.singular);
                    continue;
                }
                assert_eq!(is_form, is_read, "{text} in {:?}", unit.singular);
                read += u32::from(is_read);
            }
        }
        assert!(read > 5_000, "{read}");
    }
}

//! What a cell says, what was mended to read it, and why it cannot be read.

use std::borrow::Cow;

use crate::alike::narrow;
use crate::number::Number;
use crate::time::{Day, Months};

/// Places behind the point that fixed-point columns hold.
pub const MOST_PLACES: u32 = 18;

/// What was mended to read a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Repair {
    Spaces,
    BlankMark,
    FullWidth,
    Thousands,
    /// Decimals behind a comma, where nothing says that they stand there.
    DecimalComma,
    Currency,
    Parentheses,
    MinusBehind,
    PercentSign,
    DateForm,
    TimeOfDay,
    PeriodForm,
    LetterCase,
    /// A cell merged over several rows, whose text was taken for each.
    MergedCell,
    /// A link followed to a row of another day.
    OtherDay,
    /// Signs that cannot be seen, left out.
    Invisible,
    /// Letters written as several signs, put together.
    Composed,
    /// Special or several spaces within a text.
    InnerSpaces,
}

impl Repair {
    pub const ALL: [Repair; 18] = [
        Repair::Spaces,
        Repair::BlankMark,
        Repair::FullWidth,
        Repair::Thousands,
        Repair::DecimalComma,
        Repair::Currency,
        Repair::Parentheses,
        Repair::MinusBehind,
        Repair::PercentSign,
        Repair::DateForm,
        Repair::TimeOfDay,
        Repair::PeriodForm,
        Repair::LetterCase,
        Repair::MergedCell,
        Repair::OtherDay,
        Repair::Invisible,
        Repair::Composed,
        Repair::InnerSpaces,
    ];

    /// What was found, as reports name it.
    pub fn words(self) -> &'static str {
        match self {
            Repair::Spaces => "spaces around the value",
            Repair::BlankMark => "sign for a blank cell",
            Repair::FullWidth => "full-width characters",
            Repair::Thousands => "thousands separator",
            Repair::DecimalComma => "decimals behind a comma",
            Repair::Currency => "currency sign",
            Repair::Parentheses => "negative number in parentheses",
            Repair::MinusBehind => "minus sign behind the number",
            Repair::PercentSign => "percent sign in a plain number",
            Repair::DateForm => "date in another form than 2026-07-01",
            Repair::TimeOfDay => "time of day left out",
            Repair::PeriodForm => "period in another form than 2026-07",
            Repair::LetterCase => "capital or small letters",
            Repair::MergedCell => "merged cells: the text taken for each row",
            Repair::OtherDay => "no row on the day: the row of another day taken",
            Repair::Invisible => "signs that cannot be seen",
            Repair::Composed => "letters put together of several signs",
            Repair::InnerSpaces => "special or several spaces within a text",
        }
    }
}

/// What a number's own signs tell of how the numbers of its column are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// Its decimals can only stand behind a point.
    Point,
    /// Its decimals can only stand behind a comma.
    Comma,
    /// It could be thousands or have three decimals.
    Either,
}

/// The repairs of one cell, and what its signs tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Repairs(pub u32, pub Option<Sign>);

impl Repairs {
    pub fn add(&mut self, repair: Repair) {
        self.0 |= 1 << repair as u32;
    }

    pub fn has(self, repair: Repair) -> bool {
        self.0 & (1 << repair as u32) != 0
    }
}

/// Why a cell cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Problem {
    Blank,
    NotANumber,
    Exponent,
    Separators,
    TooManyDigits,
    /// A number without a percent sign in a column that does not say how to take it.
    BareRatio,
    PercentOfUnit,
    OtherCurrency,
    OutOfLimits,
    NotADate,
    NoSuchDay,
    /// Day first or month first: both would be a date.
    AmbiguousDate,
    /// `2026.1` is January, or October kept as a number.
    AmbiguousMonth,
    DayFirst,
    MonthFirst,
    NotInFormat,
    NotAPeriod,
    NotAFlag,
    UnknownChoice,
    NotAYear,
    /// `#REF!` and the like.
    FormulaError,
    /// A formula of a spreadsheet without its value.
    Uncomputed,
    /// The value of a formula that may be one of other cells.
    Stale,
    /// A number in a cell that is merged over several rows.
    MergedNumber,
    /// A cell that another, merged one covers.
    CoveredCell,
    /// A number with more digits than a spreadsheet keeps.
    CutDigits,
    /// A text is wanted, and what the format of the number shows is not certain.
    UncertainText,
    /// A number whose format shows something beside it that multiplies it.
    MoreThanNumber,
    /// A number where a spreadsheet should have a date.
    BareSerial,
    /// A time with its time zone: it depends on the place what day it is.
    ZonedTime,
    /// Bytes that are no text.
    NotText,
    /// Signs that stand where letters were, before the file was written.
    Lost,
    /// Letters that were others, before the file was written.
    Garbled,
}

/// What one cell says. `Blank` is a cell that holds nothing.
#[derive(Clone, Debug, PartialEq)]
pub enum Content<'a> {
    Blank,
    /// Mantissa and places behind the point.
    Fixed(i64, u32),
    Number(Number),
    Day(Day),
    Period(Months),
    Flag(bool),
    Choice(u32),
    Text(Cow<'a, str>),
}

impl Content<'_> {
    pub fn into_owned(self) -> Content<'static> {
        match self {
            Content::Text(text) => Content::Text(Cow::Owned(text.into_owned())),
            Content::Blank => Content::Blank,
            Content::Fixed(mantissa, places) => Content::Fixed(mantissa, places),
            Content::Number(number) => Content::Number(number),
            Content::Day(day) => Content::Day(day),
            Content::Period(months) => Content::Period(months),
            Content::Flag(flag) => Content::Flag(flag),
            Content::Choice(choice) => Content::Choice(choice),
        }
    }
}

/// A key's part in the one way it is written.
pub fn canonical<'a>(content: Content<'a>, choices: &[String]) -> Cow<'a, str> {
    match content {
        Content::Blank => Cow::Borrowed(""),
        Content::Fixed(mantissa, scale) => Cow::Owned(Number::from_parts(mantissa.into(), scale).to_string()),
        Content::Number(number) => Cow::Owned(number.to_string()),
        Content::Day(day) => Cow::Owned(day.to_string()),
        Content::Period(months) => Cow::Owned(months.to_string()),
        Content::Flag(flag) => Cow::Borrowed(if flag { "yes" } else { "no" }),
        Content::Choice(choice) => Cow::Owned(choices.get(choice as usize).cloned().unwrap_or_default()),
        Content::Text(text) => text,
    }
}

/// Whether a number has no more than 18 digits and places.
pub fn is_short(mantissa: i64, scale: u32) -> bool {
    mantissa.unsigned_abs() < 10u64.pow(18) && scale <= MOST_PLACES
}

/// Whether there are full-width forms of ASCII characters.
pub fn full_width(text: &str) -> bool {
    !text.is_ascii() && text.chars().any(|letter| narrow(letter) != letter)
}

/// A number as fixed point, where it fits.
pub fn fixed(mantissa: i128, scale: u32) -> Content<'static> {
    match i64::try_from(mantissa) {
        // The smallest mantissa stands for a blank cell in columns.
        Ok(mantissa) if mantissa != i64::MIN && scale <= MOST_PLACES => Content::Fixed(mantissa, scale),
        _ => Content::Number(Number::from_parts(mantissa, scale)),
    }
}

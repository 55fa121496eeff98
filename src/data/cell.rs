//! What a cell of each type may look like, and what it says.

use std::borrow::Cow;

use hashbrown::HashMap;

use super::forms::{BLANK_SIGNS, BLANK_WORDS, FORMULA_ERRORS, NO, YES};
use super::garbled::garbled;
use super::number_cell::{self, NumberCell};
use super::tidy;
use super::time_cell::{self, DateFormat};
pub use crate::alike::{folded, narrow};
use crate::model::Model;
use crate::model::data::{ColumnIx, ColumnType, DataSet};
use crate::number::Number;
use crate::time::{Calendar, Day, Months};

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

/// How the cells of a column are read.
#[derive(Clone, Debug, PartialEq)]
pub struct CellReader {
    pub kind: Kind,
    pub optional: bool,
    /// What is declared to stand for a blank cell.
    pub blanks: Vec<String>,
    /// What these signs are where a cell holds a number or a date and no text: `blank "0"` is about 0.00 as well.
    pub held_blanks: Vec<String>,
    /// Cells are the texts of numbers and dates that a program holds as such.
    of_values: bool,
    /// Texts that are declared to stand for something, beside the values of a set.
    kept: Vec<String>,
    calendar: Calendar,
}

/// How a date is read that was never a text.
const ANY_DAY: Kind = Kind::Day(None);

#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    Text,
    Number(Box<NumberCell>),
    Day(Option<DateFormat>),
    Period,
    Flag,
    Choice(HashMap<String, u32>),
    /// A link to a row whose key is no text: read as that, held in the one way it is written.
    KeyOf(Box<Kind>, Vec<String>),
}

impl CellReader {
    /// How the cells of a column are read; `None` for columns that no file holds.
    pub fn new(model: &Model, data: &DataSet, column: ColumnIx) -> Option<CellReader> {
        let declared = data.column(column);
        if declared.derived.is_some() {
            return None;
        }
        let kind = kind_of(model, data, column, 0)?;
        let posts = data.roster.as_ref().and_then(|roster| roster.not_evaluated.clone());
        let kept = posts.filter(|_| matches!(declared.ty, ColumnType::Position)).unwrap_or_default();
        let (optional, blanks) = (declared.optional, declared.blank.clone());
        let held_blanks = blanks.iter().filter_map(|sign| held(&kind, sign)).collect();
        let calendar = model.company.calendar.clone();
        Some(CellReader { kind, optional, blanks, held_blanks, of_values: false, kept, calendar })
    }

    /// The same for cells of another kind.
    pub fn of_kind(&self, kind: Kind) -> CellReader {
        CellReader { kind, ..self.clone() }
    }

    /// The same for cells that were numbers and dates before they were texts: no declared form is about them.
    pub fn of_values(&self) -> CellReader {
        fn values(kind: &Kind) -> Kind {
            match kind {
                Kind::Number(number) => Kind::Number(Box::new(number.in_points())),
                Kind::Day(_) => ANY_DAY,
                Kind::KeyOf(inner, choices) => Kind::KeyOf(Box::new(values(inner)), choices.clone()),
                Kind::Text | Kind::Period | Kind::Flag | Kind::Choice(_) => kind.clone(),
            }
        }
        CellReader { of_values: true, ..self.of_kind(values(&self.kind)) }
    }

    /// Reads a cell; what had to be mended is added to `repairs`.
    pub fn read<'a>(&self, raw: &'a str, repairs: &mut Repairs) -> Result<Content<'a>, Problem> {
        self.read_as(&self.kind, raw, repairs)
    }

    /// The same of a cell that holds a date and no text: no declared form is about it.
    pub fn read_date<'a>(&self, raw: &'a str, repairs: &mut Repairs) -> Result<Content<'a>, Problem> {
        match &self.kind {
            Kind::Day(_) if self.is_held_blank(raw.trim()) => self.nothing(),
            Kind::Day(_) => self.read_as(&ANY_DAY, raw, repairs),
            Kind::KeyOf(inner, _) if matches!(**inner, Kind::Day(_)) => {
                let content = self.read_as(&ANY_DAY, raw, repairs)?;
                Ok(if content == Content::Blank { content } else { Content::Text(canonical(content, &[])) })
            }
            _ => self.read(raw, repairs),
        }
    }

    fn read_as<'a>(&self, kind: &Kind, raw: &'a str, repairs: &mut Repairs) -> Result<Content<'a>, Problem> {
        // Some of the signs in it are such as are tidied away.
        if matches!(kind, Kind::Text) && garbled(raw.trim_matches(' ')).is_some() {
            return Err(Problem::Garbled);
        }
        match tidy::cleared(raw, repairs) {
            Some(clean) => self.read_cleared(kind, &clean, repairs).map(Content::into_owned),
            None => self.read_cleared(kind, raw, repairs),
        }
    }

    fn read_cleared<'a>(&self, kind: &Kind, raw: &'a str, repairs: &mut Repairs) -> Result<Content<'a>, Problem> {
        let text = trimmed(raw);
        if text.len() != raw.len() && !text.is_empty() {
            repairs.add(Repair::Spaces);
        }
        match self.blank(text) {
            Some(Blank::Sign) => {
                repairs.add(Repair::BlankMark);
                return self.nothing();
            }
            Some(Blank::Plain) => return self.nothing(),
            None => {}
        }
        if text.starts_with(['#', 'E']) && FORMULA_ERRORS.contains(&text) {
            return Err(Problem::FormulaError);
        }
        self.content(kind, text, repairs)
    }

    /// A cell that holds nothing.
    fn nothing(&self) -> Result<Content<'static>, Problem> {
        if self.optional { Ok(Content::Blank) } else { Err(Problem::Blank) }
    }

    /// Whether a number or a date that a program holds is a sign for a blank.
    fn is_held_blank(&self, text: &str) -> bool {
        match &self.kind {
            _ if self.held_blanks.is_empty() => false,
            Kind::Number(_) => self.held_blanks.contains(&number_cell::shortest(text)),
            _ => self.held_blanks.iter().any(|sign| sign == text),
        }
    }

    /// Whether a cell holds nothing: by what is declared first, then by what such signs mean elsewhere.
    fn blank(&self, text: &str) -> Option<Blank> {
        if text.is_empty() {
            return Some(Blank::Plain);
        }
        if !self.blanks.is_empty() && self.blanks.iter().any(|sign| sign == text) && !self.stands_for(text) {
            return Some(Blank::Plain);
        }
        if self.of_values && self.is_held_blank(text) {
            return Some(Blank::Plain);
        }
        let in_text = matches!(self.kind, Kind::Text);
        // `-` in a required column of texts is a text.
        let is_sign = is_sign(text, in_text) && (self.optional || !in_text);
        (is_sign && !self.stands_for(text)).then_some(Blank::Sign)
    }

    /// Whether a text is declared to be a value.
    fn stands_for(&self, text: &str) -> bool {
        fn is_choice(kind: &Kind, text: &str) -> bool {
            match kind {
                Kind::Choice(known) => known.contains_key(text) || known.contains_key(&*folded(text)),
                Kind::KeyOf(inner, _) => is_choice(inner, text),
                _ => false,
            }
        }
        is_choice(&self.kind, text) || self.kept.iter().any(|kept| kept.trim() == text)
    }

    /// The general signs for a blank cell that are such in this column.
    pub fn signs_for_blank(&self) -> Vec<&'static str> {
        let signs = BLANK_SIGNS.into_iter().chain(BLANK_WORDS);
        signs.filter(|sign| matches!(self.blank(sign), Some(Blank::Sign))).collect()
    }

    /// Whether cells in the plain form of their kind need no second look.
    pub fn takes_plain_forms(&self) -> bool {
        self.blanks.is_empty() && !matches!(&self.kind, Kind::Day(Some(format)) if format.is_day_before_month())
    }

    /// The same of a number that a program holds as such.
    pub fn read_number<'a>(&self, text: &'a str, repairs: &mut Repairs) -> Result<Content<'a>, Problem> {
        match &self.kind {
            Kind::Number(_) if self.is_held_blank(text) => self.nothing(),
            Kind::Number(number) => number.in_points().read(text, repairs),
            Kind::KeyOf(inner, _) if matches!(**inner, Kind::Number(_)) => self.of_values().read(text, repairs),
            _ => self.read(text, repairs),
        }
    }

    fn content<'a>(&self, kind: &Kind, text: &'a str, repairs: &mut Repairs) -> Result<Content<'a>, Problem> {
        match kind {
            Kind::Text if tidy::has_lost_letters(text) => Err(Problem::Lost),
            Kind::Text if number_cell::is_in_powers(text) => Err(Problem::Exponent),
            Kind::Text => Ok(Content::Text(tidy::spaced(text, repairs))),
            Kind::Number(number) => number.read(text, repairs),
            Kind::Day(format) => time_cell::day(text, format.as_ref(), repairs).map(Content::Day),
            Kind::Period => time_cell::period(text, &self.calendar, repairs).map(Content::Period),
            Kind::Flag => flag(text, repairs).map(Content::Flag),
            Kind::Choice(known) => choice(text, known, repairs).map(Content::Choice),
            Kind::KeyOf(inner, choices) => {
                let content = self.content(inner, text, repairs)?;
                Ok(Content::Text(canonical(content, choices)))
            }
        }
    }
}

/// What a sign for a blank is as a number or a date; nothing where it is neither.
fn held(kind: &Kind, sign: &str) -> Option<String> {
    match kind {
        Kind::Number(number) => number.as_written(sign).map(|number| number.to_string()),
        Kind::Day(format) => {
            let day = time_cell::day(sign, format.as_ref(), &mut Repairs::default());
            day.ok().map(|day| day.to_string())
        }
        _ => None,
    }
}

/// Why a cell holds nothing.
enum Blank {
    /// It is empty, or says so by a sign that is declared.
    Plain,
    /// By a sign that mostly means it.
    Sign,
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

fn kind_of(model: &Model, data: &DataSet, column: ColumnIx, depth: u32) -> Option<Kind> {
    let declared = data.column(column);
    Some(match &declared.ty {
        ColumnType::Text | ColumnType::Position => Kind::Text,
        ColumnType::Number { unit, cell_factor } => {
            let number = NumberCell::new(unit, cell_factor.as_ref(), declared.limits.as_ref());
            Kind::Number(Box::new(number.written_with(declared.numbers.clone())))
        }
        ColumnType::Date => Kind::Day(declared.format.as_deref().map(DateFormat::new)),
        ColumnType::Period => Kind::Period,
        ColumnType::Flag => Kind::Flag,
        ColumnType::Choice(choices) => {
            let mut known = HashMap::new();
            for (place, choice) in choices.iter().enumerate() {
                for text in choice.texts.iter().chain([&choice.name]) {
                    known.entry(folded(text).into_owned()).or_insert(place as u32);
                    known.insert(text.trim().to_string(), place as u32);
                }
            }
            Kind::Choice(known)
        }
        ColumnType::Link { by, .. } if !by.is_empty() => return None,
        ColumnType::Link { data: target, .. } => {
            let target = &model.data[target.0];
            // Keys that are links to each other would never end; the checker refuses them.
            let (&[key], true) = (target.key.as_slice(), depth < 8) else { return Some(Kind::Text) };
            let choices = match &target.column(key).ty {
                ColumnType::Choice(choices) => choices.iter().map(|choice| choice.name.clone()).collect(),
                _ => Vec::new(),
            };
            match kind_of(model, target, key, depth + 1)? {
                Kind::Text => Kind::Text,
                Kind::KeyOf(inner, choices) => Kind::KeyOf(inner, choices),
                other => Kind::KeyOf(Box::new(other), choices),
            }
        }
    })
}

/// Without white space around it; most cells have none.
fn trimmed(raw: &str) -> &str {
    match raw.as_bytes() {
        [b'!'..=b'~'] | [b'!'..=b'~', .., b'!'..=b'~'] => raw,
        _ => raw.trim(),
    }
}

/// Whether a text mostly stands for nothing.
fn is_sign(text: &str, in_text: bool) -> bool {
    match text.len() {
        0 => false,
        _ if text.as_bytes()[0].is_ascii_digit() => false,
        1..=12 => BLANK_SIGNS.contains(&text) || !in_text && BLANK_WORDS.contains(&text),
        _ => false,
    }
}

fn flag(text: &str, repairs: &mut Repairs) -> Result<bool, Problem> {
    let folded = folded(text);
    if full_width(text) {
        repairs.add(Repair::FullWidth);
    }
    match &*folded {
        folded if YES.contains(&folded) => Ok(true),
        folded if NO.contains(&folded) => Ok(false),
        _ => Err(Problem::NotAFlag),
    }
}

fn choice(text: &str, known: &HashMap<String, u32>, repairs: &mut Repairs) -> Result<u32, Problem> {
    if let Some(place) = known.get(text) {
        return Ok(*place);
    }
    let place = known.get(&*folded(text)).copied().ok_or(Problem::UnknownChoice)?;
    repairs.add(if full_width(text) { Repair::FullWidth } else { Repair::LetterCase });
    Ok(place)
}

/// Whether there are full-width forms of ASCII characters.
pub fn full_width(text: &str) -> bool {
    !text.is_ascii() && text.chars().any(|letter| narrow(letter) != letter)
}

/// A number as fixed point, where it fits.
pub fn fixed(mantissa: i128, scale: u32) -> Content<'static> {
    match i64::try_from(mantissa) {
        // The smallest mantissa stands for a blank cell in columns.
        Ok(mantissa) if mantissa != i64::MIN && scale <= number_cell::MOST_PLACES => Content::Fixed(mantissa, scale),
        _ => Content::Number(Number::from_parts(mantissa, scale)),
    }
}

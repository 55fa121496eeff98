//! What a cell of each type may look like, and what it says.

use hashbrown::HashMap;

use super::content::{Content, Problem, Repair, Repairs, canonical, full_width};
use super::forms::{BLANK_SIGNS, BLANK_WORDS, FORMULA_ERRORS, NO, YES};
use super::garbled::garbled;
use super::numbers::NumberCell;
use super::times::DateFormat;
use super::{digits, tidy, times};
use crate::alike::folded;
use crate::model::Model;
use crate::model::data::{ColumnIx, ColumnType, DataSet};
use crate::time::Calendar;

/// How the cells of a column are read.
#[derive(Clone, Debug, PartialEq)]
pub struct CellReader {
    pub kind: CellKind,
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
const ANY_DAY: CellKind = CellKind::Day(None);

#[derive(Clone, Debug, PartialEq)]
pub enum CellKind {
    Text,
    Number(Box<NumberCell>),
    Day(Option<DateFormat>),
    Period,
    Flag,
    Choice(HashMap<String, u32>),
    /// A link to a row whose key is no text: read as that, held in the one way it is written.
    KeyOf(Box<CellKind>, Vec<String>),
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
    pub fn of_kind(&self, kind: CellKind) -> CellReader {
        CellReader { kind, ..self.clone() }
    }

    /// The same for cells that were numbers and dates before they were texts: no declared form is about them.
    pub fn of_values(&self) -> CellReader {
        fn values(kind: &CellKind) -> CellKind {
            match kind {
                CellKind::Number(number) => CellKind::Number(Box::new(number.in_points())),
                CellKind::Day(_) => ANY_DAY,
                CellKind::KeyOf(inner, choices) => CellKind::KeyOf(Box::new(values(inner)), choices.clone()),
                CellKind::Text | CellKind::Period | CellKind::Flag | CellKind::Choice(_) => kind.clone(),
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
            CellKind::Day(_) if self.is_held_blank(raw.trim()) => self.nothing(),
            CellKind::Day(_) => self.read_as(&ANY_DAY, raw, repairs),
            CellKind::KeyOf(inner, _) if matches!(**inner, CellKind::Day(_)) => {
                let content = self.read_as(&ANY_DAY, raw, repairs)?;
                Ok(if content == Content::Blank { content } else { Content::Text(canonical(content, &[])) })
            }
            _ => self.read(raw, repairs),
        }
    }

    fn read_as<'a>(&self, kind: &CellKind, raw: &'a str, repairs: &mut Repairs) -> Result<Content<'a>, Problem> {
        // Some of the signs in it are such as are tidied away.
        if matches!(kind, CellKind::Text) && garbled(raw.trim_matches(' ')).is_some() {
            return Err(Problem::Garbled);
        }
        match tidy::cleared(raw, repairs) {
            Some(clean) => self.read_cleared(kind, &clean, repairs).map(Content::into_owned),
            None => self.read_cleared(kind, raw, repairs),
        }
    }

    fn read_cleared<'a>(&self, kind: &CellKind, raw: &'a str, repairs: &mut Repairs) -> Result<Content<'a>, Problem> {
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
            CellKind::Number(_) => self.held_blanks.contains(&digits::shortest(text)),
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
        let in_text = matches!(self.kind, CellKind::Text);
        // `-` in a required column of texts is a text.
        let is_sign = is_sign(text, in_text) && (self.optional || !in_text);
        (is_sign && !self.stands_for(text)).then_some(Blank::Sign)
    }

    /// Whether a text is declared to be a value.
    fn stands_for(&self, text: &str) -> bool {
        fn is_choice(kind: &CellKind, text: &str) -> bool {
            match kind {
                CellKind::Choice(known) => known.contains_key(text) || known.contains_key(&*folded(text)),
                CellKind::KeyOf(inner, _) => is_choice(inner, text),
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
        self.blanks.is_empty() && !matches!(&self.kind, CellKind::Day(Some(format)) if format.is_day_before_month())
    }

    /// The same of a number that a program holds as such.
    pub fn read_number<'a>(&self, text: &'a str, repairs: &mut Repairs) -> Result<Content<'a>, Problem> {
        match &self.kind {
            CellKind::Number(_) if self.is_held_blank(text) => self.nothing(),
            CellKind::Number(number) => number.in_points().read(text, repairs),
            CellKind::KeyOf(inner, _) if matches!(**inner, CellKind::Number(_)) => self.of_values().read(text, repairs),
            _ => self.read(text, repairs),
        }
    }

    fn content<'a>(&self, kind: &CellKind, text: &'a str, repairs: &mut Repairs) -> Result<Content<'a>, Problem> {
        match kind {
            CellKind::Text if tidy::has_lost_letters(text) => Err(Problem::Lost),
            CellKind::Text if digits::is_in_powers(text) => Err(Problem::Exponent),
            CellKind::Text => Ok(Content::Text(tidy::spaced(text, repairs))),
            CellKind::Number(number) => number.read(text, repairs),
            CellKind::Day(format) => times::day(text, format.as_ref(), repairs).map(Content::Day),
            CellKind::Period => times::period(text, &self.calendar, repairs).map(Content::Period),
            CellKind::Flag => flag(text, repairs).map(Content::Flag),
            CellKind::Choice(known) => choice(text, known, repairs).map(Content::Choice),
            CellKind::KeyOf(inner, choices) => {
                let content = self.content(inner, text, repairs)?;
                Ok(Content::Text(canonical(content, choices)))
            }
        }
    }
}

/// What a sign for a blank is as a number or a date; nothing where it is neither.
fn held(kind: &CellKind, sign: &str) -> Option<String> {
    match kind {
        CellKind::Number(number) => number.as_written(sign).map(|number| number.to_string()),
        CellKind::Day(format) => {
            let day = times::day(sign, format.as_ref(), &mut Repairs::default());
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

fn kind_of(model: &Model, data: &DataSet, column: ColumnIx, depth: u32) -> Option<CellKind> {
    let declared = data.column(column);
    Some(match &declared.ty {
        ColumnType::Text | ColumnType::Position => CellKind::Text,
        ColumnType::Number { unit, cell_factor } => {
            let number = NumberCell::new(unit, cell_factor.as_ref(), declared.limits.as_ref());
            CellKind::Number(Box::new(number.written_with(declared.numbers.clone())))
        }
        ColumnType::Date => CellKind::Day(declared.format.as_deref().map(DateFormat::new)),
        ColumnType::Period => CellKind::Period,
        ColumnType::Flag => CellKind::Flag,
        ColumnType::Choice(choices) => {
            let mut known = HashMap::new();
            for (place, choice) in choices.iter().enumerate() {
                for text in choice.texts.iter().chain([&choice.name]) {
                    known.entry(folded(text).into_owned()).or_insert(place as u32);
                    known.insert(text.trim().to_string(), place as u32);
                }
            }
            CellKind::Choice(known)
        }
        ColumnType::Link { by, .. } if !by.is_empty() => return None,
        ColumnType::Link { data: target, .. } => {
            let target = &model.data[target.0];
            // Keys that are links to each other would never end; the checker refuses them.
            let (&[key], true) = (target.key.as_slice(), depth < 8) else { return Some(CellKind::Text) };
            let choices = match &target.column(key).ty {
                ColumnType::Choice(choices) => choices.iter().map(|choice| choice.name.clone()).collect(),
                _ => Vec::new(),
            };
            match kind_of(model, target, key, depth + 1)? {
                CellKind::Text => CellKind::Text,
                CellKind::KeyOf(inner, choices) => CellKind::KeyOf(inner, choices),
                other => CellKind::KeyOf(Box::new(other), choices),
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

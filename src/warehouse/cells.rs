//! Cells of an engine's tables as SQL. What they may look like is said by [`crate::data::cells::forms`], how the cells of a
//! column are read by the same [`CellReader`] that reads files; here this becomes SQL.
//!
//! A column is looked at in steps, each a column of a subquery: its text as a file would hold it (nothing, where the
//! engine's own type leaves no doubt), that text in narrow letters, the value.

use std::collections::BTreeSet;

use super::Remote;
use super::dialect::Dialect;
use super::periods;
use crate::alike::folded;
use crate::data::cells::content::Repair;
use crate::data::cells::forms;
use crate::data::cells::forms::{
    CURRENCY, FORMULA_ERRORS, HAS_CLOCK, MIDNIGHT, NEGATIVE, NO, NOT_VISIBLE, NUMBER_LETTERS, PARENTHESES, THOUSANDS,
    TIME_LETTERS, WIDE, YES,
};
use crate::data::cells::numbers::NumberCell;
use crate::data::cells::reader::{CellKind, CellReader};
use crate::data::cells::tidy::{LOST, odd};
use crate::data::cells::times::DateFormat;
use crate::model::Model;
use crate::model::data::{Choice, ColumnIx, ColumnType, DataId};
use crate::number::Number;
use crate::time::{Calendar, Day};

/// Whether the engine's own type holds such values, and no text need be looked at.
pub(super) enum Own {
    /// It does not.
    No,
    /// It does.
    Yes,
    /// That is known only where the statement runs: the condition.
    Where(String),
}

/// The cells of a column.
pub struct Cells<'k> {
    pub(super) d: Dialect,
    pub(super) kind: CellKind,
    pub(super) optional: bool,
    /// What stands in front of a number's unit: 85 is 0.85 with `in percent`.
    factor: Option<Number>,
    choices: &'k [Choice],
    /// What is declared to stand for a blank cell, and what mostly does.
    pub(super) blanks: Vec<String>,
    pub(super) signs: Vec<&'static str>,
    /// The first of these as numbers or dates, which they are where the engine's own type holds such.
    held_blanks: Vec<String>,
    holds_values: Own,
    at: usize,
    /// The engine's own column, and what is known of its type.
    pub(super) raw: String,
    pub(super) ty: Option<&'k str>,
    pub(super) own: Own,
    pub(super) places: u32,
    pub(super) calendar: &'k Calendar,
    /// A glance has told that all cells are in their plain form.
    plain: bool,
}

impl<'k> Cells<'k> {
    pub fn new(model: &'k Model, remote: &'k Remote, data: DataId, column: ColumnIx) -> Cells<'k> {
        let (d, set) = (remote.dialect, &model.data[data.0]);
        let declared = set.column(column);
        // A key that is no text does not get here; see `choose`.
        let reader = CellReader::new(model, set, column);
        let signs = reader.as_ref().map(CellReader::signs_for_blank).unwrap_or_default();
        let blanks = reader.as_ref().map(|reader| reader.blanks.clone()).unwrap_or_default();
        let held_blanks = reader.as_ref().map(|reader| reader.held_blanks.clone()).unwrap_or_default();
        let kind = match reader.map(|reader| reader.kind) {
            Some(CellKind::KeyOf(..)) | None => CellKind::Text,
            Some(kind) => kind,
        };
        let (factor, choices) = match &declared.ty {
            ColumnType::Number { cell_factor, .. } => (cell_factor.clone(), &[][..]),
            ColumnType::Choice(choices) => (None, choices.as_slice()),
            _ => (None, &[][..]),
        };
        let raw = d.name_of(&declared.name);
        let ty = remote.type_of(data, &declared.name);
        let own = match ty {
            // Signs for a blank are looked for among texts.
            _ if !blanks.is_empty() => Own::No,
            Some(ty) if d.holds(ty, &kind, remote.decimals) => Own::Yes,
            // The day of a time is told by the engine as well.
            Some(ty) if matches!(kind, CellKind::Day(_)) && d.is_time(ty) => Own::Yes,
            Some(_) => Own::No,
            None => d.holds_where(&raw, &kind, remote.decimals).map_or(Own::No, Own::Where),
        };
        let holds_values = match (held_blanks.is_empty(), ty) {
            (true, _) => Own::No,
            (false, Some(ty)) if d.is_value(ty) => Own::Yes,
            (false, Some(_)) => Own::No,
            (false, None) => Own::Where(d.is_value_where(&raw)),
        };
        Cells {
            d,
            own,
            held_blanks,
            holds_values,
            kind,
            optional: declared.optional,
            factor,
            choices,
            blanks,
            signs,
            at: column.0,
            raw,
            ty,
            places: remote.decimals,
            calendar: &model.company.calendar,
            plain: remote.is_plain(data, column),
        }
    }

    /// A column of ours about this one: a name that no declared column has, and that every engine holds in full.
    pub fn own(&self, what: &str) -> String {
        self.d.name_of(&format!("{what} {}", self.at))
    }

    pub(super) fn is_text(&self) -> bool {
        matches!(self.kind, CellKind::Text | CellKind::KeyOf(..))
    }

    /// What a file would hold.
    pub(super) fn written(&self) -> String {
        match self.ty {
            Some(ty) => self.d.written_of(&self.raw, ty),
            None => self.d.written(&self.raw),
        }
    }

    /// The same without white space around it.
    fn trimmed(&self) -> String {
        self.d.trimmed(&self.written())
    }

    /// Of times, whether they are others than midnight.
    pub(super) fn has_clock(&self) -> Option<String> {
        let is_time = matches!((&self.own, &self.kind), (Own::Yes, CellKind::Day(_)));
        let is_time = is_time && self.ty.is_some_and(|ty| self.d.is_time(ty));
        is_time.then(|| self.d.has_clock(&self.raw))
    }

    /// The first step: the cell's text.
    fn text(&self) -> String {
        let written = self.trimmed();
        // As it is said by the sign: without zeros that are there for the type's sake.
        let shortest = || {
            let cut = self.d.replaced(&written, "([.][0-9]*[1-9])0+$", "$1");
            self.d.replaced(&cut, "[.]0+$", "")
        };
        let text = match (&self.holds_values, &self.kind) {
            (Own::Yes, CellKind::Number(_)) => shortest(),
            (Own::Where(holds), CellKind::Number(_)) => {
                format!("CASE WHEN {holds} THEN {} ELSE {written} END", shortest())
            }
            _ => written,
        };
        match &self.own {
            Own::No => text,
            Own::Yes => format!("CAST(NULL AS {})", self.d.type_of_text()),
            Own::Where(holds) => format!("CASE WHEN {holds} THEN NULL ELSE {text} END"),
        }
    }

    /// Whether a text has the plain form of its kind, in which nothing was repaired.
    fn is_plainly_written(&self) -> Option<String> {
        self.is_plain_form(&self.own("text"))
    }

    pub(super) fn is_plain_form(&self, text: &str) -> Option<String> {
        Some(match &self.kind {
            CellKind::Text | CellKind::KeyOf(..) => return None,
            CellKind::Number(number) => {
                let plain = match number.has_commas() {
                    true => forms::whole_number(),
                    false => forms::plain_number(Some(self.places)),
                };
                self.d.matches(text, &plain)
            }
            CellKind::Day(_) => self.d.matches(text, &forms::plain_date()),
            CellKind::Period => self.d.matches(text, &forms::plain_period()),
            CellKind::Flag => format!("{text} IN ({})", self.listed(&[YES, NO].concat())),
            CellKind::Choice(known) => {
                let mut keys: Vec<&str> = known.keys().map(String::as_str).collect();
                keys.sort_unstable();
                format!("{text} IN ({})", self.listed(&keys))
            }
        })
    }

    /// The second step: the text in narrow letters, of labels and flags folded, where it is in no plain form. Only
    /// letters that matter.
    fn narrow(&self) -> Option<String> {
        if matches!(self.own, Own::Yes) {
            return None;
        }
        let (d, text) = (self.d, self.own("text"));
        let folded = |keys: &mut dyn Iterator<Item = &str>| {
            let letters: BTreeSet<char> = keys.flat_map(|key| folded(key).chars().collect::<Vec<_>>()).collect();
            let letters: String = letters.into_iter().collect();
            let (from, to) = forms::unfolded_and_folded(&letters);
            let narrow = d.translated(&text, &from, &to);
            // White space counts as one space.
            if letters.contains(' ') { d.replaced_all(&narrow, " +", " ") } else { narrow }
        };
        let plainly = |letters: &str| {
            let (from, to) = forms::wide_and_narrow(letters);
            d.translated(&text, &from, &to)
        };
        let narrow = match &self.kind {
            CellKind::Text | CellKind::KeyOf(..) => return None,
            CellKind::Number(_) => plainly(NUMBER_LETTERS),
            CellKind::Day(None) | CellKind::Period => plainly(TIME_LETTERS),
            CellKind::Day(Some(format)) => plainly(&format!("{TIME_LETTERS}{}", format.text)),
            CellKind::Flag => folded(&mut YES.into_iter().chain(NO)),
            CellKind::Choice(known) => folded(&mut known.keys().map(String::as_str)),
        };
        Some(format!("CASE WHEN {} THEN NULL ELSE {narrow} END", self.is_plainly_written()?))
    }

    /// Whether a cell holds nothing.
    pub fn blank(&self) -> String {
        let text = self.own("text");
        let blank = format!("({text} IS NULL OR {})", self.is_sign());
        match &self.own {
            Own::No => blank,
            Own::Yes => format!("({} IS NULL)", self.raw),
            Own::Where(holds) => format!("CASE WHEN {holds} THEN {} IS NULL ELSE {blank} END", self.raw),
        }
    }

    /// Whether its text stands for a blank.
    fn is_sign(&self) -> String {
        let (text, declared): (_, Vec<&str>) = (self.own("text"), self.blanks.iter().map(String::as_str).collect());
        let held: Vec<&str> = self.held_blanks.iter().map(String::as_str).collect();
        let signs = [&[""], &declared[..], &self.signs[..]].concat();
        match &self.holds_values {
            Own::No => format!("{text} IN ({})", self.listed(&signs)),
            Own::Yes => format!("{text} IN ({})", self.listed(&held)),
            Own::Where(holds) => {
                format!(
                    "CASE WHEN {holds} THEN {text} IN ({}) ELSE {text} IN ({}) END",
                    self.listed(&held),
                    self.listed(&signs)
                )
            }
        }
    }

    pub(super) fn listed(&self, texts: &[&str]) -> String {
        texts.iter().map(|text| self.d.text(text)).collect::<Vec<_>>().join(", ")
    }

    /// The value of the engine's own type, but for the factor of its unit.
    pub(super) fn own_value(&self) -> String {
        match &self.kind {
            CellKind::Number(_) if self.own_scale().is_some() => self.raw.clone(),
            CellKind::Number(_) => self.d.to_number(&self.raw, self.places),
            CellKind::Day(_) => self.d.own_day(&self.raw),
            _ => self.d.own_flag(&self.raw),
        }
    }

    /// The places that the engine's own type has, where it holds nothing but numbers that are read.
    fn own_scale(&self) -> Option<u32> {
        match (&self.own, self.ty) {
            (Own::Yes, Some(ty)) => self.d.scale_of(ty, self.places),
            _ => None,
        }
    }

    /// The places of a number as it is read, but for those of its unit.
    pub fn scale(&self) -> u32 {
        self.own_scale().unwrap_or(self.places)
    }

    /// The value without any step before it, where it is short enough.
    pub(super) fn at_once(&self) -> Option<String> {
        if self.plain {
            return Some(self.value_of_plain());
        }
        match (&self.own, &self.kind) {
            (Own::Yes, _) => Some(self.value()),
            (Own::No, CellKind::Text | CellKind::KeyOf(..)) if self.ty.is_some() && self.blanks.is_empty() => {
                let of = |text: String| match self.signs.is_empty() {
                    true => format!("NULLIF({text}, '')"),
                    false => self.value().replace(&self.own("text"), &text),
                };
                // In most texts there is no white space that could stand around them.
                let other = self.d.matches(&self.written(), NOT_VISIBLE);
                Some(format!("CASE WHEN {other} THEN {} ELSE {} END", of(self.trimmed()), of(self.written())))
            }
            (Own::No, CellKind::Choice(known)) if self.ty.is_some() && self.blanks.is_empty() => {
                let other = self.value().replace(&self.own("narrow"), &format!("({})", self.narrow()?));
                let other = other.replace(&self.own("text"), &self.text());
                Some(format!("CASE {}{}\n      ELSE {other} END", self.written(), self.by_label(known)))
            }
            _ => None,
        }
    }

    /// A condition on the engine's own column that is about its days alone, so that an index may serve it.
    pub(super) fn between(&self, first: Day, last: Day) -> Option<String> {
        let is_day = matches!((&self.own, &self.kind), (Own::Yes, CellKind::Day(_)));
        let (first, behind) = (self.d.day(first.0), self.d.day(last.0 + 1));
        is_day.then(|| format!("{0} >= {first} AND {0} < {behind}", self.raw))
    }

    /// The last step: the value; `NULL` where the cell is blank or cannot be read.
    pub fn value(&self) -> String {
        match self.blanks.is_empty() || self.is_text() {
            true => self.filled(),
            // What is declared to be a blank might be read as well.
            false => format!("CASE WHEN {} THEN NULL ELSE {} END", self.blank(), self.filled()),
        }
    }

    pub(super) fn times_factor(&self) -> String {
        match &self.factor {
            Some(factor) if *factor != Number::ONE => format!(" * {factor}"),
            _ => String::new(),
        }
    }

    fn filled(&self) -> String {
        let (d, text, narrow) = (self.d, self.own("text"), self.own("narrow"));
        let factor = self.times_factor();
        let mut cases = String::new();
        match &self.own {
            Own::Yes => return format!("{}{factor}", self.own_value()),
            Own::Where(holds) => cases.push_str(&format!("\n      WHEN {holds} THEN {}", self.own_value())),
            Own::No => {}
        }
        match &self.kind {
            CellKind::Text | CellKind::KeyOf(..) => {
                format!("CASE WHEN {} THEN NULL ELSE {text} END", self.is_sign())
            }
            CellKind::Number(number) => {
                cases.push_str(&format!("\n      WHEN {narrow} IS NULL THEN {}", d.to_number(&text, self.places)));
                cases.push_str(&self.other_numbers(number, &narrow));
                format!("CASE{cases}\n    END{factor}")
            }
            CellKind::Day(format) => {
                cases.push_str(&format!("\n      WHEN {narrow} IS NULL THEN {}", d.to_day(&text)));
                for form in forms::dates(format.as_ref().map(DateFormat::declared).as_ref()) {
                    let day = d.to_day(&d.replaced(&narrow, &form.pattern, &form.to));
                    cases.push_str(&format!("\n      WHEN {} THEN {day}", d.matches(&narrow, &form.pattern)));
                }
                format!("CASE{cases}\n    END")
            }
            CellKind::Flag => {
                let (yes, no) = (self.listed(&YES), self.listed(&NO));
                let either = format!("COALESCE({narrow}, {text})");
                format!(
                    "CASE{cases}\n      WHEN {either} IN ({yes}) THEN TRUE\n      WHEN {either} IN ({no}) THEN FALSE\n    END"
                )
            }
            CellKind::Choice(known) => {
                format!("CASE COALESCE({narrow}, {text}){} END", self.by_label(known))
            }
            CellKind::Period => periods::parsed(d, self.calendar, &self.own("period")),
        }
    }

    /// Labels by what may stand for them.
    pub(super) fn by_label<'a>(&self, known: impl IntoIterator<Item = (&'a String, &'a u32)>) -> String {
        let mut known: Vec<(&String, &u32)> = known.into_iter().collect();
        known.sort();
        let name = |choice: u32| self.choices.get(choice as usize).map_or("", |choice| choice.name.as_str());
        let case =
            |(key, choice): (&String, &u32)| format!(" WHEN {} THEN {}", self.d.text(key), self.d.text(name(*choice)));
        known.into_iter().map(case).collect()
    }

    /// Numbers with more than digits and a point.
    fn other_numbers(&self, number: &NumberCell, narrow: &str) -> String {
        let (d, form) = (self.d, number.form());
        let value = |factor: Option<Number>| {
            let plain = d.to_number(&d.replaced_all(narrow, "[^0-9.]", ""), self.places);
            let plain = match factor {
                Some(factor) => d.widened(&format!("({plain} * {factor})"), self.places),
                None => plain,
            };
            format!("CASE WHEN {} THEN -{plain} ELSE {plain} END", d.matches(narrow, NEGATIVE))
        };
        let pattern = form.pattern(Some(self.places), "");
        let mut cases = format!("\n      WHEN {} THEN {}", d.matches(narrow, &pattern), value(None));
        for (sign, places) in [("%", 2), ("‰", 3)].into_iter().filter(|_| form.per) {
            // In what the column's own numbers are in.
            let one = self.factor.clone().unwrap_or(Number::ONE);
            let Some(factor) = Number::from_parts(1, places).div(&one) else { continue };
            let Some(more) = factor.as_decimal().map(|decimal| decimal.scale()) else { continue };
            let Some(most) = self.places.checked_sub(more) else { continue };
            let pattern = form.pattern(Some(most), sign);
            let factor = Some(factor).filter(|factor| *factor != Number::ONE);
            cases.push_str(&format!("\n      WHEN {} THEN {}", d.matches(narrow, &pattern), value(factor)));
        }
        cases
    }

    /// Whether a cell that is not blank cannot be read. `value` is what was made of it.
    pub fn is_bad(&self, value: &str, blank: &str) -> String {
        if self.is_text() {
            return format!("{} IN ({})", self.own("text"), self.listed(&FORMULA_ERRORS));
        }
        let bad = format!("NOT {blank} AND {value} IS NULL AND NOT {}", self.is_zoned(value));
        // The engine's own type may hold more than is read.
        let beyond = match &self.kind {
            CellKind::Number(_) => self.d.beyond_numbers(&self.raw, self.places),
            CellKind::Day(_) => {
                Some(format!("NOT {value} BETWEEN {} AND {}", self.d.day(i32::MIN), self.d.day(i32::MAX)))
            }
            _ => None,
        };
        match (&self.own, beyond) {
            (Own::No, _) | (_, None) => bad,
            (_, Some(beyond)) => format!("({bad} OR {beyond})"),
        }
    }

    /// Whether a text holds what nobody sees, or is not in the one form that texts are compared in.
    pub fn is_odd(&self) -> Option<String> {
        self.is_text().then(|| format!("COALESCE({}, FALSE)", self.d.matches(&self.own("text"), odd())))
    }

    /// Whether letters of a text were lost on its way.
    pub fn is_lost(&self) -> Option<String> {
        self.is_text().then(|| format!("COALESCE({}, FALSE)", self.d.matches(&self.own("text"), LOST)))
    }

    /// Whether it is a time with its time zone.
    pub fn is_zoned(&self, value: &str) -> String {
        match &self.kind {
            CellKind::Day(_) | CellKind::Period if !matches!(self.own, Own::Yes) => {
                let zoned = "[ T][0-9:.]+ *(?:Z|[A-Z]*C|[+-][0-9:]+)$";
                format!("({value} IS NULL AND COALESCE({}, FALSE))", self.d.matches(&self.own("text"), zoned))
            }
            _ => "FALSE".into(),
        }
    }

    pub fn may_be_zoned(&self) -> bool {
        matches!(self.kind, CellKind::Day(_) | CellKind::Period)
    }

    /// What may have been repaired to read a cell, and whether it was. `mended` says whether it is in no plain form;
    /// `value`, what was made of it.
    pub fn repairs(&self, value: &str, mended: &str) -> Vec<(Repair, String)> {
        let (d, text, narrow) = (self.d, self.own("text"), self.own("narrow"));
        let mut all = Vec::new();
        if let Some(clock) = self.has_clock() {
            let days = format!("{value} BETWEEN {} AND {}", d.day(i32::MIN), d.day(i32::MAX));
            all.push((Repair::TimeOfDay, format!("{clock} AND {days}")));
        }
        if matches!(self.own, Own::Yes) {
            return all;
        }
        // What is no text has no spaces around it.
        let spaces = format!("{text} <> '' AND {} <> {}", self.written(), self.trimmed());
        let read = match self.is_text() {
            true => String::new(),
            false => format!(" AND ({value} IS NOT NULL OR {})", self.is_sign()),
        };
        all.push((Repair::Spaces, format!("{spaces}{read}")));
        if self.optional && !self.signs.is_empty() {
            all.push((Repair::BlankMark, format!("{text} IN ({})", self.listed(&self.signs))));
        }
        let read = |condition: String| format!("{mended} AND {value} IS NOT NULL AND {condition}");
        let wide = read(d.matches(&text, WIDE));
        match &self.kind {
            CellKind::Text | CellKind::KeyOf(..) => {}
            CellKind::Number(number) => {
                all.push((Repair::FullWidth, wide));
                if number.form().mends_groups() {
                    all.push((Repair::Thousands, read(d.matches(&narrow, THOUSANDS))));
                }
                all.push((Repair::Parentheses, read(d.matches(&narrow, PARENTHESES))));
                if !number.form().currency.is_empty() {
                    all.push((Repair::Currency, read(d.matches(&narrow, CURRENCY))));
                }
                if number.form().per && !number.is_ratio() {
                    all.push((Repair::PercentSign, read(d.matches(&narrow, "[%‰]"))));
                }
            }
            CellKind::Day(format) => {
                let (clock, midnight) = (d.matches(&narrow, HAS_CLOCK), d.matches(&narrow, MIDNIGHT));
                let forms = forms::dates(format.as_ref().map(DateFormat::declared).as_ref());
                let as_asked: Vec<String> = forms
                    .iter()
                    .take_while(|form| form.repair.is_none())
                    .map(|form| d.matches(&narrow, &form.pattern))
                    .collect();
                all.push((Repair::FullWidth, wide));
                all.push((Repair::TimeOfDay, read(format!("{clock} AND NOT {midnight}"))));
                let other = format!("({midnight} OR NOT ({}))", as_asked.join(" OR "));
                all.push((Repair::DateForm, read(other)));
            }
            CellKind::Period => {
                all.push((Repair::FullWidth, wide));
                all.push((Repair::PeriodForm, read("TRUE".into())));
            }
            CellKind::Flag => all.push((Repair::FullWidth, wide)),
            CellKind::Choice(_) => {
                all.push((Repair::LetterCase, read(format!("NOT {}", d.matches(&text, WIDE)))));
                all.push((Repair::FullWidth, wide));
            }
        }
        all
    }

    /// Whether a cell is in no plain form.
    pub fn is_mended(&self) -> String {
        match self.narrow() {
            Some(_) => format!("({} IS NOT NULL)", self.own("narrow")),
            None => "FALSE".into(),
        }
    }
}

/// A table whose columns are its cells with their texts: what stands behind `FROM` where values are made of them.
///
/// Of the rows for which the conditions hold. Columns in `at_once` take no steps.
pub fn looked_at(d: Dialect, table: &str, cells: &[Cells], at_once: &[&Cells], conditions: &[String]) -> String {
    let condition =
        if conditions.is_empty() { String::new() } else { format!("\n  WHERE {}", conditions.join(" AND ")) };
    if cells.is_empty() {
        return format!("{table}{condition}");
    }
    let column = |sql: String, name: String| format!("{sql} AS {name}");
    let end = d.kept_apart();
    let steps = cells.iter().flat_map(|cell| [cell.raw.clone(), column(cell.text(), cell.own("text"))]);
    let texts: Vec<String> = at_once.iter().map(|cell| cell.raw.clone()).chain(steps).collect();
    let mut sql = format!("(SELECT {} FROM {table}{condition}{end}) texts", texts.join(", "));
    let narrow: Vec<String> =
        cells.iter().filter_map(|cell| Some(column(cell.narrow()?, cell.own("narrow")))).collect();
    if !narrow.is_empty() {
        sql = format!("(SELECT *, {} FROM {sql}{end}) narrowed", narrow.join(", "));
    }
    let periods: Vec<String> = cells
        .iter()
        .filter(|cell| matches!(cell.kind, CellKind::Period))
        .map(|cell| column(periods::named(d, &cell.own("text"), &cell.own("narrow")), cell.own("period")))
        .collect();
    match periods.is_empty() {
        true => sql,
        false => format!("(SELECT *, {} FROM {sql}{end}) named", periods.join(", ")),
    }
}

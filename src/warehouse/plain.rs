//! Cells of which nothing can be said: in the plainest form of their kind. Most rows have no other, and one short condition
//! tells so; what takes long is done for the others alone.

use super::cells::{Cells, Own};
use super::periods;
use crate::data::cells::forms::{NO, NOT_OF_KEYS, NOT_PLAIN, NOT_VISIBLE, YES};
use crate::data::cells::reader::CellKind;

impl Cells<'_> {
    /// A condition under which a cell is right as it stands: no blank where none may be, nothing repaired.
    pub fn is_plain(&self) -> String {
        let plain = match &self.own {
            Own::Yes => self.is_plain_value(),
            Own::No => self.is_plain_text(),
            Own::Where(holds) => {
                format!("CASE WHEN {holds} THEN {} ELSE {} END", self.is_plain_value(), self.is_plain_text())
            }
        };
        match self.optional {
            true => format!("({} IS NULL OR {plain})", self.raw),
            false => plain,
        }
    }

    /// Whether a value of the engine's own type is one.
    fn is_plain_value(&self) -> String {
        let value = self.plain_own_value();
        match &self.kind {
            CellKind::Number(_) => match self.d.beyond_numbers(&value, self.places) {
                Some(beyond) => format!("({value} IS NOT NULL AND NOT ({beyond}))"),
                None => format!("{value} IS NOT NULL"),
            },
            CellKind::Day(_) => {
                let days = format!("{value} BETWEEN {} AND {}", self.d.day(i32::MIN), self.d.day(i32::MAX));
                match self.has_clock() {
                    Some(clock) => format!("({days} AND NOT {clock})"),
                    None => format!("({days})"),
                }
            }
            _ => format!("{} IS NOT NULL", self.raw),
        }
    }

    /// The value of the engine's own type, but for the factor of its unit. A date beyond all time is none, but not plain either.
    fn plain_own_value(&self) -> String {
        match &self.kind {
            CellKind::Day(_) if self.ty == Some("date") || self.ty == Some("DATE") => self.raw.clone(),
            _ => self.own_value(),
        }
    }

    /// Whether a text is a value, and no sign for a blank.
    fn is_plain_text(&self) -> String {
        // Signs for a blank look like anything.
        if !self.blanks.is_empty() {
            return "FALSE".into();
        }
        let (d, text) = (self.d, self.written());
        let is_sign = |text: &str| text.is_empty() || self.signs.contains(&text);
        match &self.kind {
            CellKind::Text | CellKind::KeyOf(..) => {
                // Most texts are keys, of which one class of signs tells all.
                let plain = format!(
                    "CASE WHEN {} THEN NOT {} ELSE {text} <> '' END",
                    d.matches(&text, NOT_OF_KEYS),
                    d.matches(&text, NOT_PLAIN)
                );
                match self.signs.is_empty() {
                    true => plain,
                    false => format!("({plain} AND {text} NOT IN ({}))", self.listed(&self.signs)),
                }
            }
            CellKind::Choice(known) => {
                let mut keys: Vec<&str> = known.keys().map(String::as_str).filter(|key| !is_sign(key)).collect();
                keys.sort_unstable();
                if keys.is_empty() { "FALSE".into() } else { format!("{text} IN ({})", self.listed(&keys)) }
            }
            CellKind::Flag => format!("{text} IN ({})", self.listed(&[YES, NO].concat())),
            CellKind::Number(_) | CellKind::Day(_) | CellKind::Period => {
                // What stands before the end of a line is the end of a text to some.
                let form = self.is_plain_form(&text).unwrap_or_else(|| "FALSE".into());
                let plain = format!("{form} AND NOT {}", d.matches(&text, NOT_VISIBLE));
                match &self.kind {
                    CellKind::Day(_) => {
                        format!("CASE WHEN {plain} THEN {} IS NOT NULL ELSE FALSE END", d.to_day(&text))
                    }
                    // The last year may end behind all years.
                    CellKind::Period => format!("({plain} AND {text} < '9999')"),
                    _ => format!("({plain})"),
                }
            }
        }
    }

    /// The value of a plain cell, of numbers and days; `NULL` of any other.
    pub fn plain_value(&self) -> String {
        format!("CASE WHEN {} THEN {} END", self.is_plain(), self.value_of_plain())
    }

    /// The value of a cell that is plain.
    pub(super) fn value_of_plain(&self) -> String {
        let value = match &self.own {
            Own::Yes => self.plain_own_value(),
            Own::No => self.value_of_plain_text(),
            Own::Where(holds) => {
                format!("CASE WHEN {holds} THEN {} ELSE {} END", self.own_value(), self.value_of_plain_text())
            }
        };
        format!("{value}{}", self.times_factor())
    }

    fn value_of_plain_text(&self) -> String {
        let (d, text) = (self.d, self.written());
        match &self.kind {
            CellKind::Text | CellKind::KeyOf(..) => text,
            CellKind::Number(_) => d.to_number(&text, self.places),
            CellKind::Day(_) => d.to_day(&text),
            CellKind::Period => periods::parsed(d, self.calendar, &text),
            CellKind::Flag => format!("{text} IN ({})", self.listed(&YES)),
            CellKind::Choice(known) => format!("CASE {text}{} END", self.by_label(known)),
        }
    }

    /// What tells a column's values apart, of a type in which that needs no more than the values themselves.
    pub fn told_by_values(&self) -> Option<String> {
        match (&self.own, self.ty) {
            (Own::Yes, _) => Some(self.raw.clone()),
            // Whatever the column's own way to compare texts is.
            (Own::No, Some(ty)) if self.d.is_text(ty) => Some(self.written()),
            _ => None,
        }
    }

    /// Whether plain cells that differ where they are held are never read as the same: labels and flags have several texts.
    pub fn tells_apart(&self) -> bool {
        match (&self.own, &self.kind) {
            (_, CellKind::Text | CellKind::KeyOf(..)) | (Own::Yes, CellKind::Number(_) | CellKind::Day(_)) => true,
            (_, CellKind::Number(_) | CellKind::Day(_)) => false,
            (_, CellKind::Choice(_) | CellKind::Flag | CellKind::Period) => false,
        }
    }

    /// The text of a plain cell; nothing where there is none.
    pub(super) fn plain_text(&self) -> String {
        match &self.own {
            Own::No => self.written(),
            _ => "NULL".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use crate::data::cells::forms::{FORMULA_ERRORS, NOT_OF_KEYS, NOT_PLAIN, WHITE_SPACE};
    use crate::data::cells::tidy::{LOST, odd};

    #[test]
    fn nothing_can_be_said_of_plain_texts() {
        let [not_plain, not_of_keys, odd, lost] =
            [NOT_PLAIN, NOT_OF_KEYS, odd(), LOST].map(|pattern| Regex::new(pattern).unwrap());
        for text in ["P1", "A-20001/7", "Ada Lovelace", "个险", "王芳 2026", "x'y", "[a]", "\"quoted\"", "back\\slash"]
        {
            assert!(!not_plain.is_match(text), "{text}");
            assert!(!odd.is_match(text) && !lost.is_match(text), "{text}");
        }
        let lost = ["M\u{fffd}ller", "\u{1b}$B", "~{VPND~}", "锟斤拷"];
        for text in
            FORMULA_ERRORS.into_iter().chain(lost).chain(["", " a", "a ", "a  b", "a\nb", "a\n", "é", "e\u{301}"])
        {
            assert!(not_plain.is_match(text), "{text:?}");
            assert!(text.is_empty() || not_of_keys.is_match(text), "{text:?}");
        }
        for sign in WHITE_SPACE.chars() {
            assert!(not_plain.is_match(&format!("a{sign}")) && not_of_keys.is_match(&format!("{sign}a")), "{sign:?}");
        }
        // No sign of a plain text is odd by itself.
        for sign in ('!'..='\u{9fff}').filter(|sign| !not_plain.is_match(&sign.to_string())) {
            assert!(!odd.is_match(&sign.to_string()), "{sign:?}");
        }
    }
}

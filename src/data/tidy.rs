//! Text as people see it: letters in one form (NFC), without signs that cannot be seen, and with one plain space where
//! there is white space. Cells, headers, choices and keys are compared so, whatever file they come from.

use std::borrow::Cow;

use super::cell::{Repair, Repairs};
use crate::alike::{composed, is_invisible, without_invisible};

/// What no cell needs: a class of signs, as the regular expressions of engines know it, for texts that have to be looked
/// at again: signs that cannot be seen, marks that stand on a letter of their own, special and double spaces.
pub const ODD: &str = "[\u{ad}\u{300}-\u{36f}\u{61c}\u{180e}\u{200b}-\u{200f}\u{2028}-\u{202e}\u{2060}-\u{2064}\
                       \u{2066}-\u{206f}\u{3099}\u{309a}\u{3164}\u{feff}\u{ffa0}\u{a0}\u{1680}\u{2000}-\u{200a}\
                       \u{202f}\u{205f}\u{3000}]|  ";

/// A text without what cannot be seen, and composed; `None` if it is as it should be.
pub fn cleared(text: &str, repairs: &mut Repairs) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let mut clean = without_invisible(text);
    if clean.is_some() {
        repairs.add(Repair::Invisible);
    }
    if let Some(composed) = composed(clean.as_deref().unwrap_or(text)) {
        repairs.add(Repair::Composed);
        clean = Some(composed);
    }
    clean
}

/// A text with one plain space where there is white space; there is none around it.
pub fn spaced<'a>(text: &'a str, repairs: &mut Repairs) -> Cow<'a, str> {
    if !has_odd_space(text) {
        return Cow::Borrowed(text);
    }
    repairs.add(Repair::InnerSpaces);
    Cow::Owned(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Whether letters of a text were lost before it got here: U+FFFD stands where a program could not read one, and the
/// escapes of the oldest encodings of Japan and China show no letters at all.
pub fn has_lost_letters(text: &str) -> bool {
    text.contains(['\u{fffd}', '\u{1b}']) || text.starts_with("~{") && text.contains("~}")
}

fn has_odd_space(text: &str) -> bool {
    let mut behind = false;
    text.chars().any(|sign| {
        let space = sign.is_whitespace();
        let odd = space && (behind || !matches!(sign, ' ' | '\n' | '\r' | '\t'));
        behind = space && !matches!(sign, '\n' | '\r');
        odd
    })
}

/// Both, whatever was repaired.
#[cfg(test)]
fn tidied(text: &str) -> Cow<'_, str> {
    let mut repairs = Repairs::default();
    match cleared(text, &mut repairs) {
        Some(clean) => Cow::Owned(spaced(clean.trim(), &mut repairs).into_owned()),
        None => spaced(text.trim(), &mut repairs),
    }
}

/// The odd signs in texts, each by its number and name: `U+200B zero-width space`.
pub fn odd_signs<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut found: Vec<char> = Vec::new();
    for text in texts.filter(|text| !text.is_ascii()) {
        let mut before = None;
        for sign in text.chars() {
            let odd = is_invisible(sign, before.replace(sign)) || sign.is_whitespace() && !sign.is_ascii();
            if odd && !found.contains(&sign) {
                found.push(sign);
            }
        }
    }
    found.into_iter().take(5).map(crate::visible::named).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_as_they_are_seen() {
        for (text, expected) in [
            ("P1\u{200b}", "P1"),
            ("\u{feff}P4", "P4"),
            ("amo\u{ad}unt", "amount"),
            ("\u{200e}-12", "-12"),
            ("Mu\u{308}ller", "Müller"),
            ("Wang\u{a0}Fang", "Wang Fang"),
            ("Wang  Fang", "Wang Fang"),
            ("Wang\u{3000}Fang", "Wang Fang"),
            ("a\u{200d}b", "ab"),
            ("u\u{200b}\u{308}", "ü"),
            ("\u{f90a}", "金"),
        ] {
            assert_eq!(tidied(text), expected, "{text:?}");
        }
        for text in
            ["Müller", "张三", "می\u{200c}روم", "👩\u{200d}💻", "a b", "one\ntwo", "one\r\ntwo", "one\n\ntwo", "कि"]
        {
            assert_eq!(tidied(text), text);
        }
        assert_eq!(
            odd_signs(["P1\u{200b}", "a\u{a0}b\u{200b}"].into_iter()),
            ["U+200B zero-width space", "U+00A0 no-break space"]
        );
    }

    #[test]
    fn odd_texts_are_found_by_the_class_of_signs() {
        let odd = regex::Regex::new(ODD).unwrap();
        for text in ["P1\u{200b}", "Mu\u{308}ller", "Wang\u{a0}Fang", "Wang  Fang", "a\u{3000}b"] {
            assert!(odd.is_match(text), "{text:?}");
        }
        for text in ["Müller", "张三", "a b", "P-1"] {
            assert!(!odd.is_match(text), "{text:?}");
        }
    }
}

//! Text as people see it: letters in one form (NFC), without signs that cannot be seen, and with one plain space where
//! there is white space. Cells, headers, choices and keys are compared so, whatever file they come from.

use std::borrow::Cow;
use std::sync::LazyLock;

use unicode_normalization::{IsNormalized, is_nfc_quick};

use super::content::{Repair, Repairs};
use crate::alike::{composed, is_invisible, without_invisible};

/// What no cell needs: a pattern as the regular expressions of engines know it, for texts that have to be looked at again:
/// signs that cannot be seen, signs and marks that NFC writes otherwise, special and double spaces. It finds whatever
/// [`cleared`] and [`spaced`] would mend, and a little more.
pub fn odd() -> &'static str {
    static ODD: LazyLock<String> = LazyLock::new(|| {
        let is_odd = |sign: char| {
            ('\u{300}'..='\u{36f}').contains(&sign)
                || sign.is_whitespace()
                || is_invisible(sign, None)
                || is_nfc_quick(std::iter::once(sign)) != IsNormalized::Yes
        };
        let mut ranges: Vec<(char, char)> = Vec::new();
        for sign in ('\u{b}'..=char::MAX).filter(|sign| *sign != '\r' && *sign != ' ' && is_odd(*sign)) {
            match ranges.last_mut() {
                Some((_, last)) if u32::from(*last) + 1 == u32::from(sign) => *last = sign,
                _ => ranges.push((sign, sign)),
            }
        }
        // Controls by their names: nobody sees them in a script.
        let named =
            |sign: char| if sign.is_control() { format!("\\x{:02x}", u32::from(sign)) } else { sign.to_string() };
        let class: String = ranges.iter().map(|(first, last)| format!("{}-{}", named(*first), named(*last))).collect();
        format!("[{class}]|[ \\t][ \\t\\n\\r]|{VOWELS}{{2}}|{MARKS_TURNED_ROUND}")
    });
    &ODD
}

/// The points of Hebrew and Arabic: several on a letter have an order.
const VOWELS: &str = "[\u{591}-\u{5bd}\u{5bf}-\u{5c7}\u{610}-\u{61a}\u{64b}-\u{65f}\u{670}\u{6d6}-\u{6ed}]";
/// A mark of tone before a vowel of Thai or Lao.
const MARKS_TURNED_ROUND: &str = "[\u{e48}-\u{e4b}][\u{e38}-\u{e3a}]|[\u{ec8}-\u{ecb}][\u{eb8}-\u{eba}]";

/// Where letters were lost, as [`has_lost_letters`] has it.
pub const LOST: &str = "[\u{fffd}\\x1b]|~[{](.|[\\r\\n])*~[}]|锟斤拷";

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
    let is_hz = || text.split_once("~{").is_some_and(|(_, rest)| rest.contains("~}"));
    text.contains(['\u{fffd}', '\u{1b}']) || is_hz() || text.contains("锟斤拷")
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
    fn odd_texts_are_found_by_the_pattern() {
        let odd = regex::Regex::new(odd()).unwrap();
        for text in [
            "P1\u{200b}",
            "Mu\u{308}ller",
            "Wang\u{a0}Fang",
            "Wang  Fang",
            "a\u{3000}b",
            "a \nb",
            "a\t b",
            "ผ\u{e49}\u{e39}",
        ] {
            assert!(odd.is_match(text), "{text:?}");
        }
        for text in ["Müller", "张三", "a b", "P-1", "one\ntwo", "one\r\ntwo", "one\n\ntwo", "a\tb", "ผู้จัดการ", "कि"]
        {
            assert!(!odd.is_match(text), "{text:?}");
        }
        for sign in (' '..=char::MAX).chain(['\t', '\u{b}', '\u{c}']) {
            for text in [format!("a{sign}b"), format!("a{sign}{sign}b"), format!("가{sign}b")] {
                assert!(tidied(&text) == text || odd.is_match(&text), "{text:?}");
            }
        }
    }

    #[test]
    fn lost_letters_are_found_by_the_pattern() {
        let lost = regex::Regex::new(LOST).unwrap();
        for text in ["M\u{fffd}ller", "\u{1b}$B", "~{VPND~}", "a~{b~}", "~}a~{", "~{a\nb~}", "锟斤拷", "~5", "张三"]
        {
            assert_eq!(lost.is_match(text), has_lost_letters(text), "{text:?}");
        }
    }
}

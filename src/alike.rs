//! Texts that are the same to people: in NFC, without what cannot be seen, in narrow and small letters.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};
use unicode_security::confusable_detection::skeleton;

/// Whether a sign cannot be seen and says nothing. Joiners are part of the writing of Persian, Indian languages and
/// pictures; elsewhere they are left over from web pages.
pub fn is_invisible(sign: char, before: Option<char>) -> bool {
    match sign {
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{180e}'
        | '\u{200b}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2064}'
        | '\u{2066}'..='\u{206f}'
        | '\u{3164}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' => true,
        '\u{200c}' | '\u{200d}' => !matches!(
            before,
            Some(
                '\u{590}'..='\u{109f}'
                | '\u{1780}'..='\u{18af}'
                | '\u{2600}'..='\u{27bf}'
                | '\u{fe0f}'
                | '\u{1f000}'..='\u{1faff}',
            )
        ),
        _ => false,
    }
}

/// A text without what cannot be seen, if there is any.
pub fn without_invisible(text: &str) -> Option<String> {
    let mut before = None;
    if text.is_ascii() || !text.chars().any(|sign| is_invisible(sign, before.replace(sign))) {
        return None;
    }
    let mut kept = String::with_capacity(text.len());
    for sign in text.chars() {
        if !is_invisible(sign, kept.chars().next_back()) {
            kept.push(sign);
        }
    }
    Some(kept)
}

/// A text in NFC, if it is not.
pub fn composed(text: &str) -> Option<String> {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        return None;
    }
    Some(text.nfc().collect::<String>()).filter(|composed| composed != text)
}

/// The ASCII character of a full-width form.
pub fn narrow(letter: char) -> char {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(letter as u32 - 0xfee0).unwrap_or(letter),
        '\u{3000}' | '\u{a0}' => ' ',
        _ => letter,
    }
}

/// Trimmed, in small ASCII letters, without full-width forms, runs of white space as one space: how headers and
/// choices are compared.
pub fn folded(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    if text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_') {
        return Cow::Borrowed(text);
    }
    let visible = without_invisible(text);
    let text = visible.as_deref().unwrap_or(text);
    let composed = composed(text);
    let text = composed.as_deref().unwrap_or(text);
    let narrow: String = text.chars().map(|letter| narrow(letter).to_ascii_lowercase()).collect();
    Cow::Owned(narrow.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// A text as it looks: signs that look alike are the same.
pub fn look(key: &str) -> String {
    skeleton(&key.chars().map(narrow).collect::<String>()).collect()
}

/// The plain key for which one that is written with other signs could be taken, each sign for itself.
pub fn plain_twin(key: &str) -> Option<String> {
    if key.is_ascii() {
        return None;
    }
    let mut twin = String::with_capacity(key.len());
    for sign in key.chars().map(narrow) {
        match sign.is_ascii() {
            true => twin.push(sign),
            false => twin.extend(skeleton(sign.encode_utf8(&mut [0; 4]))),
        }
    }
    Some(twin).filter(|twin| twin.is_ascii())
}

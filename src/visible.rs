//! Signs that steer a terminal or turn text round, made visible. Specs, data and file names come from others: what they
//! hold is shown, never obeyed.

use std::borrow::Cow;
use std::io::{self, Write};

/// Whether a sign moves, colours or turns what is printed, or cannot be seen. Line ends and tabs are left.
pub fn steers(sign: char) -> bool {
    match sign {
        '\n' | '\t' => false,
        // Marks and overrides of direction, lines of other kinds, old format signs, annotations, tags.
        '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' => true,
        _ => sign.is_control(),
    }
}

/// What people call a sign that cannot be seen, or is taken for another.
pub fn name_of(sign: char) -> Option<&'static str> {
    Some(match sign {
        '\t' => "tab",
        '\n' => "line feed",
        '\r' => "carriage return",
        '\u{b}' => "vertical tab",
        '\u{c}' => "page break",
        '\u{1e}' => "record separator",
        '\u{85}' => "next line",
        '\u{a0}' => "no-break space",
        '\u{ad}' => "soft hyphen",
        '\u{34f}' => "grapheme joiner",
        '\u{61c}' => "Arabic letter mark",
        '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' => "Hangul filler",
        '\u{1680}' => "Ogham space",
        '\u{180e}' => "Mongolian vowel separator",
        '\u{2000}'..='\u{2006}' | '\u{2008}' => "wide space",
        '\u{2007}' => "figure space",
        '\u{2009}' => "thin space",
        '\u{200a}' => "hair space",
        '\u{200b}' => "zero-width space",
        '\u{200c}' => "zero-width non-joiner",
        '\u{200d}' => "zero-width joiner",
        '\u{200e}' => "left-to-right mark",
        '\u{200f}' => "right-to-left mark",
        '\u{2028}' => "line separator",
        '\u{2029}' => "paragraph separator",
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => "direction of text",
        '\u{202f}' => "narrow no-break space",
        '\u{205f}' => "mathematical space",
        '\u{2060}' => "word joiner",
        '\u{2061}'..='\u{2064}' => "invisible operator",
        '\u{206a}'..='\u{206f}' => "old format sign",
        '\u{3000}' => "ideographic space",
        '\u{feff}' => "byte order mark",
        '\u{fff9}'..='\u{fffb}' => "annotation sign",
        '\u{e0000}'..='\u{e007f}' => "tag",
        _ => return None,
    })
}

/// `U+200B zero-width space`
pub fn named(sign: char) -> String {
    let code = format!("U+{:04X}", u32::from(sign));
    name_of(sign).map_or(code.clone(), |name| format!("{code} {name}"))
}

/// The text with a picture or the number of each such sign in its place: `␛`, `⟨U+202E⟩`.
pub fn visible(text: &str) -> Cow<'_, str> {
    replaced(text, |sign, out| match u32::from(sign) {
        code @ 0..0x20 => out.push(char::from_u32(0x2400 + code).unwrap_or('?')),
        0x7f => out.push('␡'),
        code => out.push_str(&format!("⟨U+{code:04X}⟩")),
    })
}

/// The same with a sign of as many bytes, so that places in the text stay where they are.
pub fn visible_in_place(text: &str) -> Cow<'_, str> {
    replaced(text, |sign, out| match sign.len_utf8() {
        1 => out.push('?'),
        2 => out.push('·'),
        3 => out.push('\u{fffd}'),
        _ => out.push_str("··"),
    })
}

/// JSON in which such signs, which can only stand in its texts, are written by their numbers.
pub fn in_json(text: &str) -> Cow<'_, str> {
    replaced(text, |sign, out| {
        for unit in sign.encode_utf16(&mut [0; 2]) {
            out.push_str(&format!("\\u{unit:04x}"));
        }
    })
}

fn replaced(text: &str, replace: impl Fn(char, &mut String)) -> Cow<'_, str> {
    // Nearly all text is free of them, and most of it is plain.
    if text.bytes().all(|byte| (0x20..0x7f).contains(&byte) || byte == b'\n') || !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for sign in text.chars() {
        if steers(sign) { replace(sign, &mut out) } else { out.push(sign) }
    }
    Cow::Owned(out)
}

/// How text is made safe to be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// For people. Where it is coloured, colours are let through; whoever colours text has made it visible before.
    Text {
        colored: bool,
    },
    Json,
    /// What is read by other programs as it is: it stays as it is, but on a terminal.
    Exact,
}

impl Form {
    /// The text in that form.
    pub fn of<'t>(self, text: &'t str, on_terminal: bool) -> Cow<'t, str> {
        match self {
            Form::Text { colored: false } => visible(text),
            Form::Text { colored: true } => between_colors(text),
            Form::Json => in_json(text),
            Form::Exact if on_terminal => visible(text),
            Form::Exact => Cow::Borrowed(text),
        }
    }
}

/// Visible but for `ESC [ 1 ; 32 m`.
fn between_colors(text: &str) -> Cow<'_, str> {
    let mut parts = text.split('\u{1b}');
    let mut out = visible(parts.next().unwrap_or_default()).into_owned();
    for part in parts {
        let code = part.strip_prefix('[').map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';'));
        out.push(if code.is_some_and(|rest| rest.starts_with('m')) { '\u{1b}' } else { '␛' });
        out.push_str(&visible(part));
    }
    Cow::Owned(out)
}

/// Writes what it is given in a form.
pub struct Shown<W: Write> {
    out: W,
    form: Form,
    on_terminal: bool,
    /// The beginning of a letter whose end is still to come.
    rest: Vec<u8>,
}

impl<W: Write> Shown<W> {
    pub fn new(out: W, form: Form, on_terminal: bool) -> Shown<W> {
        Shown { out, form, on_terminal, rest: Vec::new() }
    }
}

impl<W: Write> Write for Shown<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut all = std::mem::take(&mut self.rest);
        let whole: &[u8] = if all.is_empty() {
            bytes
        } else {
            all.extend_from_slice(bytes);
            &all
        };
        let (text, rest) = match std::str::from_utf8(whole) {
            Ok(text) => (text, &[][..]),
            Err(error) if error.error_len().is_none() => {
                let (text, rest) = whole.split_at(error.valid_up_to());
                (std::str::from_utf8(text).unwrap_or_default(), rest)
            }
            Err(error) => return Err(io::Error::other(error)),
        };
        self.out.write_all(self.form.of(text, self.on_terminal).as_bytes())?;
        self.rest = rest.to_vec();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// A text from a file as far as a message shows it.
pub fn shortened(text: &str) -> String {
    const SHOWN: usize = 80;
    if text.chars().nth(SHOWN).is_none() {
        return text.to_string();
    }
    text.chars().take(SHOWN - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ODD: &str = "a\u{1b}[31mb\r\u{7f}\u{85}\u{202e}c\u{61c}\u{2028}\u{e0041}\td\n";

    #[test]
    fn signs_that_steer_are_shown() {
        assert_eq!(visible(ODD), "a␛[31mb␍␡⟨U+0085⟩⟨U+202E⟩c⟨U+061C⟩⟨U+2028⟩⟨U+E0041⟩\td\n");
        assert_eq!(visible_in_place(ODD).len(), ODD.len());
        assert!(!visible_in_place(ODD).contains(steers));
        assert_eq!(in_json("\"\u{202e}\u{7f}\u{e0041}\""), "\"\\u202e\\u007f\\udb40\\udc41\"");
        assert!(matches!(visible("plain, 保费\n"), Cow::Borrowed(_)));
    }

    #[test]
    fn only_colours_are_let_through() {
        let text = "\u{1b}[1;32mok\u{1b}[0m \u{1b}[2J\u{1b}]0;title\u{7}";
        let shown = Form::Text { colored: true }.of(text, true);
        assert_eq!(shown, "\u{1b}[1;32mok\u{1b}[0m ␛[2J␛]0;title␇");
    }

    #[test]
    fn letters_may_come_in_pieces() {
        let mut shown = Shown::new(Vec::new(), Form::Json, false);
        for byte in "保\u{202e}x".bytes() {
            shown.write_all(&[byte]).unwrap();
        }
        assert_eq!(String::from_utf8(shown.out).unwrap(), "保\\u202ex");
    }
}

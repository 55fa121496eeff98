//! How the rows of a text end: with a line feed, with a carriage return before it, or, as on old machines and in exports of
//! some programs since, with a carriage return alone. One file has one way; what could be an end or a part of a text is
//! refused, so that no row vanishes in another.

use super::records::{Cell, Found, Records};

/// How the rows of a file end.
#[derive(Debug)]
pub enum Ends {
    Feeds,
    /// Carriage returns alone; whether the last byte was one.
    Returns {
        behind: bool,
    },
}

impl Ends {
    /// What the beginning of a text tells; `None` where it does not yet.
    pub fn of(text: &[u8], whole: bool) -> Option<Ends> {
        if memchr::memchr(b'\n', text).is_some() {
            return Some(Ends::Feeds);
        }
        // The feed of the last return may still be to come.
        let seen = if whole { text } else { text.strip_suffix(b"\r").unwrap_or(text) };
        match memchr::memchr(b'\r', seen) {
            Some(_) => Some(Ends::Returns { behind: false }),
            None if whole => Some(Ends::Feeds),
            None => None,
        }
    }

    /// Whether texts are changed.
    pub fn turns(&self) -> bool {
        matches!(self, Ends::Returns { .. })
    }

    /// Gives the text from there on the ends that records have.
    pub fn turn(&mut self, text: &mut Vec<u8>, from: usize) {
        let Ends::Returns { behind } = self else { return };
        let mut to = from;
        for at in from..text.len() {
            let byte = text[at];
            if !(byte == b'\n' && *behind) {
                text[to] = if byte == b'\r' { b'\n' } else { byte };
                to += 1;
            }
            *behind = byte == b'\r';
        }
        text.truncate(to);
    }
}

/// A text with the ends that records have.
pub fn turned(text: String) -> String {
    match Ends::of(text.as_bytes(), true) {
        Some(mut ends) if ends.turns() => {
            let mut bytes = text.into_bytes();
            ends.turn(&mut bytes, 0);
            String::from_utf8(bytes).unwrap_or_default()
        }
        _ => text,
    }
}

/// Signs besides a carriage return that some programs take for the end of a row.
const RARE_ENDS: [char; 6] = ['\u{2028}', '\u{2029}', '\u{85}', '\u{b}', '\u{c}', '\u{1e}'];

/// The first sign outside of quotes that could end a row and does not, with its line: a carriage return alone; where
/// `all` are looked for, also those that hardly any program takes for an end.
pub fn doubtful(text: &str, separator: u8, all: bool) -> Option<(u32, char)> {
    odd_sign(text, all)?;
    let mut records = Records::new(text.as_bytes(), separator);
    let mut cells: Vec<Cell> = Vec::new();
    while let Found::Record(line) = records.next(&mut cells) {
        for (at, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_quoted(text)) {
            let raw = cell.text(text);
            // The return of the row's end belongs to it.
            let raw = if at + 1 == cells.len() { raw.trim_end_matches('\r') } else { &raw };
            let ended = raw.strip_suffix(['\u{b}', '\u{c}', '\u{1e}']).filter(|rest| rest.trim().is_empty());
            if let (Some(sign), None) = (odd_sign(&format!("{raw}."), all), ended) {
                return Some((line, sign));
            }
        }
    }
    None
}

/// The first such sign, in quotes or not. Every block of every file is asked, so that it is looked for by its byte.
fn odd_sign(text: &str, all: bool) -> Option<char> {
    let bytes = text.as_bytes();
    // Several before a line feed are one end, and the last one of a text may be its end.
    let alone = |at: &usize| bytes.get(at + 1).is_some_and(|next| !matches!(next, b'\r' | b'\n'));
    let returns = memchr::memchr_iter(b'\r', bytes).find(alone);
    let rare = if all { text.find(RARE_ENDS) } else { None };
    let first = returns.into_iter().chain(rare).min()?;
    text[first..].chars().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn returns_alone_are_ends() {
        for (text, expected) in [
            ("a,b\r1,2\r", "a,b\n1,2\n"),
            ("a\r\"x\ry\"\r", "a\n\"x\ny\"\n"),
            ("a\r\r", "a\n\n"),
            ("a\r\n1\r\n", "a\r\n1\r\n"),
            ("a\n1\r2\n", "a\n1\r2\n"),
            ("a", "a"),
        ] {
            assert_eq!(turned(text.into()), expected, "{text:?}");
        }
        // In pieces.
        let mut ends = Ends::of(b"a\r1\r", false).unwrap();
        let mut text = b"a\r1\r".to_vec();
        ends.turn(&mut text, 0);
        let from = text.len();
        text.extend(b"\n2\r");
        ends.turn(&mut text, from);
        assert_eq!(text, b"a\n1\n2\n");
        assert!(Ends::of(b"a\r", false).is_none() && Ends::of(b"a", false).is_none());
    }

    #[test]
    fn what_could_be_an_end() {
        for (text, all, expected) in [
            ("a,b\n1,x\ry\n", false, Some((1, '\r'))),
            ("a,b\n1,\"x\ry\"\n2,z\r", false, None),
            ("a\r\r\n1\r\r\n", false, None),
            ("a\n1\r2\r3", false, Some((1, '\r'))),
            ("a\n1\r\r2\n", false, Some((1, '\r'))),
            ("a\n1\u{2028}2\r3\n", true, Some((1, '\u{2028}'))),
            ("a\n1\r2\u{2028}3\n", true, Some((1, '\r'))),
            ("a\n1\u{2028}2\n", false, None),
            ("a\n1\u{2028}2\n", true, Some((1, '\u{2028}'))),
            ("a,b\u{85}1,2", true, Some((0, '\u{85}'))),
            ("a\n\"1\u{2028}2\"\n", true, None),
            ("5\" pipe,b\n1,x\ry\n", false, Some((1, '\r'))),
        ] {
            assert_eq!(doubtful(text, b',', all), expected, "{text:?}");
        }
    }
}

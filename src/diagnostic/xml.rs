//! Text within XML.

/// What XML would read as its own, and characters it does not allow at all. Line breaks within an attribute are blanks to
/// a reader, so they are written by their number.
pub fn escaped(text: &str) -> String {
    written(text, "\n")
}

pub fn attribute(text: &str) -> String {
    written(text, "&#10;")
}

fn written(text: &str, line_break: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str(line_break),
            '\t' => out.push(c),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(c),
        }
    }
    out
}

//! Characters of other keyboards, and the plain ones that they stand for.

/// A character that a Chinese keyboard or a word processor puts where a plain one is meant.
pub fn is_full_width(c: char) -> bool {
    is_wide_form(c) || ascii_for(c).is_some() || closing_quotes(c).is_some() || "。…【】《》".contains(c)
}

/// `！` to `～`: the full-width forms of the plain characters.
pub fn is_wide_form(c: char) -> bool {
    ('\u{ff01}'..='\u{ff5e}').contains(&c)
}

/// What to type instead.
pub fn ascii_for(c: char) -> Option<&'static str> {
    const PLAIN: &str =
        "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~";
    Some(match c {
        '、' => ",",
        '—' | '–' | '−' => "-",
        '×' => "*",
        '÷' => "/",
        '≥' => ">=",
        '≤' => "<=",
        '≠' => "!=",
        '→' | '⇒' => "->",
        _ if is_wide_form(c) => {
            let at = (c as u32 - 0xff01) as usize;
            match &PLAIN[at..at + 1] {
                // Signs the language does not have.
                "!" | "\"" | "$" | "&" | "'" | "@" | "\\" | "^" | "`" | "~" => return None,
                "[" => "(",
                "]" => ")",
                plain => plain,
            }
        }
        _ => return None,
    })
}

/// The partners of a quote that is not `"`.
pub fn closing_quotes(c: char) -> Option<&'static [char]> {
    Some(match c {
        '„' | '‟' => &['“', '”'],
        '“' | '”' | '＂' => &['”'],
        '‘' | '’' | '‚' | '＇' => &['’', '‘'],
        '「' => &['」'],
        '『' => &['』'],
        '«' => &['»'],
        '»' => &['«'],
        '‹' => &['›'],
        '›' => &['‹'],
        '\'' => &['\''],
        _ => return None,
    })
}

/// A sign that begins the lines of a list in a word processor.
pub fn is_bullet(c: char) -> bool {
    "•·●◦▪■‣–—☐☑☒✓✔✗□◆◇►▶➢➤➔○★※".contains(c)
}

/// The code of the currency that a sign most often stands for.
pub fn currency_of(c: char) -> Option<&'static str> {
    Some(match c {
        '¥' | '￥' => "CNY",
        '$' => "USD",
        '€' => "EUR",
        '£' => "GBP",
        _ => return None,
    })
}

/// A character that takes no room on the screen.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
}

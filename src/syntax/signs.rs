//! Signs of spreadsheets and other languages, and what is written here in their place.

use super::characters::is_bullet;

/// A sign from a spreadsheet or another language.
pub struct ForeignSign {
    pub found: &'static str,
    pub label: &'static str,
    pub message: &'static str,
    /// With `{}` for each of the texts to write.
    pub help: &'static str,
    /// What may be written in its place.
    pub writes: &'static [&'static str],
    /// What to read in its place; `None`: the clause cannot be read.
    pub mended: Option<&'static str>,
}

/// Longer signs first.
pub fn slips() -> &'static [ForeignSign] {
    const fn slip(
        found: &'static str,
        label: &'static str,
        message: &'static str,
        help: &'static str,
        writes: &'static [&'static str],
        mended: Option<&'static str>,
    ) -> ForeignSign {
        ForeignSign { found, label, message, help, writes, mended }
    }
    const SLIPS: &[ForeignSign] = &[
        slip(
            "===",
            "one `=` is enough",
            "`===` is not a sign of the language",
            "compare with a single `{}`",
            &["="],
            Some("="),
        ),
        slip(
            "==",
            "one `=` is enough",
            "`==` is not a sign of the language",
            "compare with a single `{}`",
            &["="],
            Some("="),
        ),
        slip(
            "!==",
            "write `!=`",
            "`!==` is not a sign of the language",
            "write `{}` for \"is not\"",
            &["!="],
            Some("!="),
        ),
        slip(
            "<>",
            "write `!=`",
            "`<>` is not a sign of the language",
            "write `{}` for \"is not\"",
            &["!="],
            Some("!="),
        ),
        slip(
            "=>",
            "write `->` or `>=`",
            "`=>` is not a sign of the language",
            "a scale goes from a value to a score with `{}`; \"at least\" is `>=`",
            &["->"],
            Some("->"),
        ),
        slip(
            "-->",
            "write `->`",
            "`-->` is not a sign of the language",
            "an arrow is written `{}`",
            &["->"],
            Some("->"),
        ),
        slip("–>", "write `->`", "`–>` is not a sign of the language", "an arrow is written `{}`", &["->"], Some("->")),
        slip("—>", "write `->`", "`—>` is not a sign of the language", "an arrow is written `{}`", &["->"], Some("->")),
        slip("−>", "write `->`", "`−>` is not a sign of the language", "an arrow is written `{}`", &["->"], Some("->")),
        slip(
            "=<",
            "write `<=`",
            "`=<` is not a sign of the language",
            "write `{}` for \"at most\"",
            &["<="],
            Some("<="),
        ),
        slip(":=", "write `=`", "`:=` is not a sign of the language", "write `{}`", &["="], Some("=")),
        slip(
            "&&",
            "write `and`",
            "`&&` is not a sign of the language",
            "write `{}` between two conditions",
            &["and"],
            None,
        ),
        slip(
            "||",
            "write `or`",
            "`||` is not a sign of the language",
            "write `{}` between two conditions",
            &["or"],
            Some("or"),
        ),
        slip(
            "**",
            "write `pow(x, 2)`",
            "`**` is not a sign of the language",
            "write a power as in `pow(x, 2)`",
            &[],
            None,
        ),
        slip(
            "--",
            "a comment begins with `#`",
            "`--` does not begin a comment",
            "begin a comment with `{}`",
            &["#"],
            None,
        ),
        slip(
            "//",
            "a comment begins with `#`",
            "`//` does not begin a comment",
            "begin a comment with `{}`",
            &["#"],
            None,
        ),
    ];
    SLIPS
}

/// `B2`, `AA10`: a cell as spreadsheets call it.
pub fn is_cell(text: &str) -> bool {
    let letters = text.bytes().take_while(u8::is_ascii_uppercase).count();
    (1..=3).contains(&letters) && text.len() > letters && text.bytes().skip(letters).all(|b| b.is_ascii_digit())
}

/// Message and help for a character that no rule knows.
pub fn foreign_sign(c: char) -> (String, String) {
    let help = match c {
        '[' | ']' => "write lists and groups in round brackets: `( )`".to_string(),
        '^' => "write a power as in `pow(x, 2)`".to_string(),
        '!' => "write `not` before a condition, or `!=` for \"is not\"".to_string(),
        '&' => "write `and` between two conditions, and a comma between the parts of a list".to_string(),
        _ if is_bullet(c) => "a list needs no bullets: put each sentence in quotes on a line of its own".to_string(),
        _ => "take it away, or put it in quotes if it is part of a text".to_string(),
    };
    let shown = if c.is_control() { format!("U+{:04X}", c as u32) } else { c.to_string() };
    (format!("`{shown}` is not a sign of the language"), help)
}

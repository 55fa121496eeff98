//! Characters to tokens, and the mistakes that can be seen in single tokens.
//!
//! In: the text of a file. Out: a copy of the text of the same length in which such mistakes are mended where that is
//! possible (`，` becomes `,` and two spaces), so that one mistake gives one error and the rest is still read; the
//! tokens; and the places that could not be mended. The grammar then reads the mended copy; offsets are the same in
//! both. Comments give no tokens, and spaces in the copy.

use pest::unicode::{XID_CONTINUE, XID_START};

use super::literals;
use crate::diagnostic::{Code, Diagnostic, Edit, Help, Label, Mend};
use crate::source::{FileId, Span};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Word,
    /// A number, date or period.
    Number,
    Text,
    Sign,
    OpenParen,
    CloseParen,
    OpenBrace,
    CloseBrace,
    /// A line of a table, from its first to its last bar.
    Row,
}

#[derive(Clone, Copy, Debug)]
pub struct Token {
    pub kind: Kind,
    pub start: usize,
    pub end: usize,
    /// The first token of its line.
    pub leads: bool,
    /// How far the line is indented, in characters.
    pub indent: usize,
}

#[derive(Debug)]
pub struct Scan {
    pub file: FileId,
    pub text: String,
    pub tokens: Vec<Token>,
    pub diagnostics: Vec<Diagnostic>,
    /// Offsets of mistakes that could not be mended, in order: the clause around one is not read.
    pub broken: Vec<usize>,
    /// A text that is never closed took in the rest of the file.
    pub swallowed: bool,
}

impl Scan {
    pub fn word(&self, token: &Token) -> &str {
        &self.text[token.start..token.end]
    }

    pub fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, start, end)
    }

    pub fn is_broken(&self, start: usize, end: usize) -> bool {
        let first = self.broken.partition_point(|offset| *offset < start);
        self.broken.get(first).is_some_and(|offset| *offset < end.max(start + 1))
    }
}

/// Reads the whole text.
pub fn scan(file: FileId, text: &str) -> Scan {
    let mut scanner = Scanner {
        source: text,
        mended: text.as_bytes().to_vec(),
        at: 0,
        leads: true,
        line_start: 0,
        out: Scan {
            file,
            text: String::new(),
            // A token to five characters is more than most files have.
            tokens: Vec::with_capacity(text.len() / 5),
            diagnostics: Vec::new(),
            broken: Vec::new(),
            swallowed: false,
        },
    };
    while scanner.at < text.len() {
        scanner.step();
    }
    let mut out = scanner.out;
    // Only whole characters are ever replaced, by ASCII: the copy stays valid.
    out.text = String::from_utf8(scanner.mended).unwrap_or_else(|_| text.to_string());
    out.broken.sort_unstable();
    out
}

struct Scanner<'s> {
    source: &'s str,
    mended: Vec<u8>,
    at: usize,
    leads: bool,
    line_start: usize,
    out: Scan,
}

impl<'s> Scanner<'s> {
    fn rest(&self) -> &'s str {
        &self.source[self.at..]
    }

    fn push(&mut self, kind: Kind, end: usize) {
        let indent = match self.out.tokens.last() {
            Some(last) if !self.leads => last.indent,
            _ => self.source[self.line_start..self.at].chars().count(),
        };
        self.out.tokens.push(Token { kind, start: self.at, end, leads: self.leads, indent });
        self.leads = false;
        self.at = end;
    }

    fn diagnostic(
        &mut self,
        code: Code,
        (start, end): (usize, usize),
        label: &str,
        message: String,
        help: impl Into<Help>,
    ) {
        let span = self.out.span(start, end);
        self.out.diagnostics.push(Diagnostic::new(code, message).at(span, label).help(help));
    }

    fn broken(&mut self, at: usize) {
        self.out.broken.push(at);
    }

    /// Puts `ascii` over the bytes from `start` to `end`, padded with spaces.
    fn mend(&mut self, start: usize, end: usize, ascii: &str) {
        if ascii.len() > end - start {
            return self.broken(start);
        }
        self.mended[start..end].fill(b' ');
        self.mended[start..start + ascii.len()].copy_from_slice(ascii.as_bytes());
    }

    fn step(&mut self) {
        let rest = self.rest();
        let Some(c) = rest.chars().next() else { return };
        match c {
            '\n' => {
                self.at += 1;
                self.leads = true;
                self.line_start = self.at;
            }
            ' ' | '\t' | '\r' => self.at += 1,
            // Spaces that look like spaces: a web page, Word or a Chinese keyboard leaves them behind.
            _ if c.is_whitespace() || c == '\u{feff}' => {
                self.mend(self.at, self.at + c.len_utf8(), "");
                self.at += c.len_utf8();
            }
            '#' => self.comment(),
            '=' | '-' | '_' | '*' | '~' if self.leads && self.is_ruler(rest) => self.ruler(rest),
            '/' if rest.starts_with("/*") => self.starred(rest),
            '|' if self.leads || self.out.tokens.last().is_some_and(|last| last.kind == Kind::OpenBrace) => {
                let length = row_length(rest);
                self.push(Kind::Row, self.at + length);
            }
            '"' => self.text(),
            '{' => self.push(Kind::OpenBrace, self.at + 1),
            '}' => self.push(Kind::CloseBrace, self.at + 1),
            '(' => self.push(Kind::OpenParen, self.at + 1),
            ')' => self.push(Kind::CloseParen, self.at + 1),
            '0'..='9' => self.number(),
            _ if literals::is_invisible(c) => self.invisible(c),
            _ if literals::is_bullet(c) && self.leads && rest[c.len_utf8()..].starts_with([' ', '\t', '\u{a0}']) => {
                self.bullet(c);
            }
            _ if literals::currency_of(c).is_some() => self.currency_sign(c),
            _ if !c.is_ascii() && literals::slips().iter().any(|slip| rest.starts_with(slip.found)) => self.sign(c),
            _ if literals::is_full_width(c) => self.full_width(),
            _ if XID_START(c) => {
                let length = rest.find(|c| !XID_CONTINUE(c) || literals::is_full_width(c)).unwrap_or(rest.len());
                self.push(Kind::Word, self.at + length);
            }
            _ => self.sign(c),
        }
    }

    /// The grammar knows no comments.
    fn comment(&mut self) {
        let start = self.at;
        self.at += line_length(self.rest());
        self.mended[start..self.at].fill(b' ');
    }

    /// A line of one sign, as it stands under a heading.
    fn is_ruler(&self, rest: &str) -> bool {
        let line = rest[..line_length(rest)].trim_end();
        let first = line.chars().next();
        line.chars().count() > 3 && line.chars().all(|c| Some(c) == first)
    }

    fn ruler(&mut self, rest: &str) {
        let (start, end) = (self.at, self.at + rest[..line_length(rest)].trim_end().len());
        let shown: String = rest.chars().take(4).collect();
        let mend = Mend::before(self.out.span(start, end), "#");
        let help = Help::of("a heading is a comment, and begins with `{}`", [mend]);
        let message = format!("a line of `{shown}` says nothing here");
        self.diagnostic(Code::Unexpected, (start, end), "not understood", message, help);
        self.mended[start..end].fill(b' ');
        self.at = end;
    }

    /// `/* … */`
    fn starred(&mut self, rest: &str) {
        let length = rest.find("*/").map_or(line_length(rest), |end| end + 2);
        let (start, end) = (self.at, self.at + length);
        let inside = rest[..length].trim_start_matches("/*").trim_end_matches("*/");
        let lines: Vec<String> = inside.lines().map(|line| format!("#{}", line.trim_end())).collect();
        let indent = " ".repeat(start - self.line_start);
        let alone = rest[length..].trim_start_matches([' ', '\t']).starts_with(['\n', '\r']) || rest.len() == length;
        let mend =
            alone.then(|| Mend::replace(self.out.span(start, end), lines.join(&format!("\n{indent}"))).shown_as("#"));
        let help = if mend.is_some() {
            "begin each line of a comment with `{}`"
        } else {
            "put the comment on a line of its own, behind `#`"
        };
        self.diagnostic(
            Code::Unexpected,
            (start, start + 2),
            "a comment begins with `#`",
            "`/*` does not begin a comment".into(),
            Help::of(help, mend),
        );
        for byte in &mut self.mended[start..end] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        if let Some(last) = self.source[start..end].rfind('\n') {
            self.leads = true;
            self.line_start = start + last + 1;
        }
        self.at = end;
    }

    fn text(&mut self) {
        let rest = self.rest();
        if let Some(inside) = rest.strip_prefix("\"\"\"") {
            let Some(length) = inside.find("\"\"\"") else {
                if self.three_for_one(rest) {
                    return;
                }
                self.diagnostic(
                    Code::Unclosed,
                    (self.at, self.at + 3),
                    "opened here",
                    "this text is never closed".into(),
                    "close the text with three quotes: `\"\"\"`",
                );
                self.broken(self.at);
                self.out.swallowed = true;
                return self.push(Kind::Text, self.source.len());
            };
            return self.push(Kind::Text, self.at + length + 6);
        }
        let mut chars = rest.char_indices().skip(1);
        let mut reported = false;
        while let Some((offset, c)) = chars.next() {
            match c {
                '"' => return self.push(Kind::Text, self.at + offset + 1),
                '\\' => match chars.next() {
                    Some((_, '"' | '\\' | 'n')) => {}
                    Some((_, other)) if other != '\n' => {
                        if std::mem::replace(&mut reported, true) {
                            continue;
                        }
                        let start = self.at + offset;
                        let is_file = self.out.tokens.last().is_some_and(|last| self.seen(last) == "file");
                        let help = if is_file {
                            let path = rest[1..].split(['"', '\n']).next().unwrap_or_default();
                            let name = path.rsplit('\\').next().unwrap_or_default();
                            let closed = rest[1 + path.len()..].starts_with('"');
                            let place = self.out.span(self.at, self.at + path.len() + 2);
                            let mend = Mend::replace(place, format!("\"{name}\"")).shown_as(format!("file \"{name}\""));
                            let words = "files lie in the data folder, so their names are enough: `{}`; folders in it are divided by `/`";
                            Help::of(words, Some(mend).filter(|_| closed))
                        } else {
                            Help::from("write `\\\\` for a backslash, `\\\"` for a quote and `\\n` for a new line")
                        };
                        self.diagnostic(
                            Code::BadLiteral,
                            (start, start + 1 + other.len_utf8()),
                            "no such sign in text",
                            format!("`\\{other}` means nothing in text"),
                            help,
                        );
                        self.broken(start);
                    }
                    _ => break,
                },
                '\n' => break,
                _ => {}
            }
        }
        if !self.over_lines(rest) {
            self.unclosed_text(rest);
        }
    }

    /// `"""…"`: opened by three quotes and closed by one on the same line.
    fn three_for_one(&mut self, rest: &str) -> bool {
        let line = rest[3..line_length(rest).max(3)].trim_end();
        let inside = line.strip_suffix('{').map_or(line, str::trim_end);
        let Some(inside) = inside.strip_suffix('"').filter(|inside| !inside.contains(['"', '\\'])) else {
            return false;
        };
        let (start, end) = (self.at, self.at + 3 + inside.len() + 1);
        let mend = Mend::replace(self.out.span(start, start + 3), "\"");
        let help = Help::of("write `{}` before it, or three quotes behind it, too", [mend]);
        let message = "a text is opened by three quotes and closed by one".to_string();
        self.diagnostic(Code::Unclosed, (start, end), "three quotes before it, one behind it", message, help);
        self.mended[start..start + 2].fill(b' ');
        self.at = start + 2;
        self.push(Kind::Text, end);
        true
    }

    /// A text in single quotes that goes on over the end of its line, and ends with a later one.
    fn over_lines(&mut self, rest: &str) -> bool {
        const MOST: usize = 30;
        let mut at = (line_length(rest) + 1).min(rest.len());
        let mut end = None;
        for line in rest[at..].split_inclusive('\n').take(MOST) {
            at += line.len();
            let text = line.trim_end();
            match text.matches('"').count() {
                0 if !text.trim().is_empty() && !text.contains(['{', '}', '|']) => {}
                1 if text.ends_with('"') && !text.trim_start().starts_with('"') => {
                    end = Some(at - line.len() + text.len());
                    break;
                }
                _ => break,
            }
        }
        let first = rest[1..line_length(rest)].trim_end();
        let Some(length) = end.filter(|end| !first.ends_with('{') && !rest[..*end].contains('\\')) else {
            return false;
        };
        let (start, end) = (self.at, self.at + length);
        let quotes = |at: usize| Edit { span: self.out.span(at, at + 1), text: "\"\"\"".into() };
        let mend = Mend { edits: vec![quotes(start), quotes(end - 1)], shown: "\"\"\"".into() };
        let help = Help::of("write `{}` before and behind a text over several lines", [mend]);
        let message = "a text goes on over the end of its line".to_string();
        self.diagnostic(Code::Unclosed, (start, start + line_length(rest)), "one quote holds one line", message, help);
        for byte in &mut self.mended[start..end] {
            if matches!(*byte, b'\n' | b'\r') {
                *byte = b' ';
            }
        }
        self.push(Kind::Text, end);
        if let Some(last) = self.source[start..end].rfind('\n') {
            self.line_start = start + last + 1;
        }
        true
    }

    /// A quote without its partner: the text is taken to end with the line, or before a `{` that ends it.
    fn unclosed_text(&mut self, rest: &str) {
        let line = rest[..line_length(rest)].trim_end();
        let head = line.strip_suffix('{').map(str::trim_end);
        // A head goes on with its unit.
        let text = head.map_or(line, |head| head.find(" : ").map_or(head, |at| head[..at].trim_end()));
        let length = text.len().max(1);
        let (start, end) = (self.at, self.at + length);
        let close = Edit { span: self.out.span(end, end), text: "\"".into() };
        self.diagnostic(
            Code::Unclosed,
            (start, end),
            "this text has no closing quote",
            "a quote is opened and not closed on its line".into(),
            Help::of(
                "add `{}` where the text ends; text over several lines stands between three quotes each",
                [Mend { edits: vec![close], shown: "\"".into() }],
            ),
        );
        self.broken(start);
        self.push(Kind::Text, end);
    }

    fn number(&mut self) {
        let (length, finding) = literals::number(self.rest());
        let start = self.at;
        let mut end = start + length;
        if let Some(finding) = finding.map(|finding| self.in_a_head(finding)) {
            let label = finding.label;
            let place = (start, start + finding.length);
            let span = self.out.span(place.0, place.1);
            let help = Help::of(&finding.help, finding.writes.into_iter().map(|text| Mend::replace(span, text)));
            self.diagnostic(Code::BadLiteral, place, label, finding.message, help);
            match finding.mended {
                Some(mended) => {
                    self.mend(start, start + length, &mended);
                    end = start + mended.len();
                }
                None => self.broken(start),
            }
        }
        self.push(Kind::Number, end);
        self.at = start + length;
    }

    /// What stands in the text where a token was found; nothing where a longer character was read as a shorter sign.
    fn seen(&self, token: &Token) -> &str {
        self.source.get(token.start..token.end).unwrap_or("")
    }

    /// `position 1adviser`: where a name belongs, digits in front are no number with its unit.
    fn in_a_head(&self, finding: literals::Finding) -> literals::Finding {
        let name = &self.source[self.at..self.at + finding.length];
        let (digits, letters) = name.split_at(name.find(|c: char| !c.is_ascii_digit()).unwrap_or(name.len()));
        let head = self.out.tokens.last().filter(|last| last.leads && !self.leads);
        let head = head.is_some_and(|head| super::words::DECLARATIONS.contains(&self.seen(head)));
        if !head || !letters.starts_with(XID_START) {
            return finding;
        }
        literals::Finding {
            label: "a name is expected here",
            message: "a name begins with a letter, not with a digit".into(),
            help: "write `{}`".into(),
            writes: vec![format!("{letters}_{digits}")],
            mended: None,
            ..finding
        }
    }

    /// A character that nobody sees, as web pages and chats leave them behind.
    fn invisible(&mut self, c: char) {
        let (start, end) = (self.at, self.at + c.len_utf8());
        self.diagnostic(
            Code::Unexpected,
            (start, end),
            "cannot be seen",
            format!("an invisible character stands here: U+{:04X}", c as u32),
            Help::of(
                "delete it: put the cursor behind it and press the Backspace key once",
                [Mend::remove(self.out.span(start, end))],
            ),
        );
        let continues = |c: Option<char>| c.is_some_and(XID_CONTINUE);
        // Inside a word it would leave two of them behind.
        if continues(self.source[..start].chars().next_back()) && continues(self.source[end..].chars().next()) {
            self.broken(start);
            // The rest of the word is no word of its own.
            self.mend(start, end, "");
            let length = self.source[end..].find(|c| !XID_CONTINUE(c)).unwrap_or(self.source.len() - end);
            self.at = end + length;
            return;
        }
        self.mend(start, end, "");
        self.at = end;
    }

    /// A bullet in front of a line, which is read without it.
    fn bullet(&mut self, c: char) {
        let (start, end) = (self.at, self.at + c.len_utf8());
        let away = Mend::remove(self.out.span(start, end));
        let help = Help::of("begin the line with what stands behind it", [away]);
        self.diagnostic(Code::Unexpected, (start, end), "take this away", "a list needs no bullets".into(), help);
        self.mend(start, end, "");
        self.at = end;
    }

    /// `¥24_000`, `24_000 €`, `: $`: a currency is named by its code.
    fn currency_sign(&mut self, c: char) {
        // `$B$2`
        let rest = self.rest();
        let cell = rest.find(|c: char| !(c == '$' || c.is_ascii_alphanumeric())).unwrap_or(rest.len());
        if c == '$' && literals::is_cell(&rest[..cell].replace('$', "")) {
            let (start, end) = (self.at, self.at + cell);
            let message = format!("`{}` is a cell of a spreadsheet", &rest[..cell]);
            let help = Help::from("name the column and its data set, as in `sum(amount of sales)`".to_string());
            self.diagnostic(Code::Unexpected, (start, end), "cells have no names here", message, help);
            self.broken(start);
            self.at = end;
            return;
        }
        let code = literals::currency_of(c).unwrap_or("CNY");
        let (start, end) = (self.at, self.at + c.len_utf8());
        let behind = self.source[end..].trim_start_matches(' ');
        let length = literals::number(behind).0;
        let number = &behind[..length];
        let until = self.source.len() - behind.len() + length;
        let span = |from: usize, to: usize| self.out.span(from, to);
        let before = self.out.tokens.last().filter(|last| !self.leads && last.kind == Kind::Number);
        let help = match before {
            Some(before) => {
                let text = format!("{} {code}", self.seen(before));
                Help::of("write the code of the currency: `{}`", [Mend::replace(span(before.start, end), text)])
            }
            None if behind.starts_with(|c: char| c.is_ascii_digit()) => Help::of(
                "write the currency behind the number, by its code: `{}`",
                [Mend::replace(span(start, until), format!("{number} {code}"))],
            ),
            None => Help::of("write the code of the currency: `{}`", [Mend::replace(span(start, end), code)]),
        };
        let message = format!("`{c}` is not a sign of the language");
        self.diagnostic(Code::FullWidthSign, (start, end), "not a sign of the language", message, help);
        self.broken(start);
        self.push(Kind::Sign, end);
    }

    /// A run of characters from a Chinese keyboard, or typographic quotes.
    fn full_width(&mut self) {
        let rest = self.rest();
        let c = rest.chars().next().unwrap_or(' ');
        if let Some(close) = literals::closing_quotes(c) {
            return self.foreign_quotes(c, close);
        }
        // `，` and the like stand alone; letters and digits come in words, and a word may go on in plain letters.
        let is_word = |c: char| {
            let plain = literals::ascii_for(c).and_then(|ascii| ascii.chars().next());
            plain.is_some_and(|plain| plain.is_ascii_alphanumeric() || plain == '_')
        };
        let (length, ascii) = if is_word(c) {
            let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            let ascii: String = rest[..length].chars().filter_map(literals::ascii_for).collect();
            (length, ascii)
        } else {
            (c.len_utf8(), literals::ascii_for(c).unwrap_or("").to_string())
        };
        let (start, end) = (self.at, self.at + length);
        let found = &rest[..length];
        // Only the rows of a matrix have semicolons between them.
        let ascii = if c == '；' && !self.in_values() { ",".to_string() } else { ascii };
        if self.same_line_again(start, end, &ascii) {
            return self.push_plain(start, end, &ascii);
        }
        let words = match ascii.as_str() {
            "" => format!("take `{found}` away; inside text, between quotes, it may stay"),
            _ => {
                format!("type `{{}}` with the keyboard set to English; inside text, between quotes, `{found}` may stay")
            }
        };
        // `2–3`: the sign alone does not say what is meant.
        let touched = self.out.tokens.last().filter(|last| last.kind == Kind::Number && last.end == start);
        if let Some(before) = touched
            && ascii == "-"
            && self.source[end..].starts_with(|c: char| c.is_ascii_digit())
        {
            let from = before.start;
            let until = end + literals::number(&self.source[end..]).0;
            let message = format!("`{}` could be a range or a difference", &self.source[from..until]);
            let help = Help::from(
                "write the one number that is meant; in a difference a hyphen stands between blanks".to_string(),
            );
            self.diagnostic(Code::FullWidthSign, (from, until), "which is meant?", message, help);
            self.broken(start);
            return self.push_plain(start, end, &ascii);
        }
        let help = Help::of(&words, [Mend::replace(self.out.span(start, end), ascii.as_str())]);
        let label = if ascii.is_empty() { "not a sign of the language".to_string() } else { format!("type `{ascii}`") };
        let message = match literals::is_wide_form(c) {
            true => format!("`{found}` is a full-width character"),
            false => format!("`{found}` is not a sign of the language"),
        };
        self.diagnostic(Code::FullWidthSign, (start, end), &label, message, help);
        self.push_plain(start, end, &ascii);
    }

    /// Whether the values of a matrix stand here.
    fn in_values(&self) -> bool {
        let inside = self.out.tokens.iter().rev().take_while(|token| token.kind != Kind::OpenBrace);
        inside.take(500).any(|token| self.seen(token) == "values")
    }

    /// A further full-width character on a line that has one is one more place of the same finding.
    fn same_line_again(&mut self, start: usize, end: usize, ascii: &str) -> bool {
        let span = self.out.span(start, end);
        let line_start = self.line_start as u32;
        let Some(last) = self.out.diagnostics.last_mut().filter(|last| {
            let first = last.labels.first();
            last.code == Code::FullWidthSign
                && last.message.contains("full-width")
                && first.is_some_and(|label| label.span.start >= line_start)
        }) else {
            return false;
        };
        if !self.source[start..].starts_with(literals::is_wide_form) || ascii.is_empty() {
            return false;
        }
        last.labels.push(Label { span, text: format!("type `{ascii}`") });
        last.message = "this line holds full-width characters".into();
        last.mends.iter_mut().for_each(|mend| mend.edits.push(Edit { span, text: ascii.into() }));
        last.help =
            Some("type them with the keyboard set to English; inside text, between quotes, they may stay".into());
        true
    }

    /// Reads a foreign character as the plain one it stands for.
    fn push_plain(&mut self, start: usize, end: usize, ascii: &str) {
        if ascii.is_empty() {
            self.mend(start, end, "");
            self.at = end;
            return;
        }
        self.mend(start, end, ascii);
        let after = self.at + ascii.len();
        match ascii.chars().next() {
            Some('(') => self.push(Kind::OpenParen, after),
            Some(')') => self.push(Kind::CloseParen, after),
            Some('{') => self.push(Kind::OpenBrace, after),
            Some('}') => self.push(Kind::CloseBrace, after),
            Some('0'..='9') => self.push(Kind::Number, after),
            Some('a'..='z' | 'A'..='Z' | '_') => self.push(Kind::Word, after),
            Some('#') => {
                self.at = end;
                return self.comment();
            }
            _ => self.push(Kind::Sign, after),
        }
        self.at = end;
    }

    /// `“…”`, `「…」`, `'…'`: read as text when the closing one stands on the same line.
    fn foreign_quotes(&mut self, open: char, close: &[char]) {
        let rest = self.rest();
        let line = &rest[..line_length(rest)];
        let start = self.at;
        let width = open.len_utf8();
        let found = line[width..].find(|c| c == '"' || c == open || close.contains(&c)).map(|offset| {
            let at = offset + width;
            (at, line[at..].chars().next().map_or(1, char::len_utf8))
        });
        let (message, help) =
            (format!("`{open}` does not begin a text"), "put text between straight quotes: `\"…\"`".to_string());
        let code = if open == '\'' { Code::Unexpected } else { Code::FullWidthSign };
        let Some((offset, close_width)) = found else {
            self.diagnostic(code, (start, start + width), "type `\"`", message, help);
            self.broken(start);
            return self.push(Kind::Text, start + line.trim_end().len().max(width));
        };
        let end = start + offset + close_width;
        let quotes = [(start, start + width), (start + offset, end)];
        let edits = quotes.map(|(from, to)| Edit { span: self.out.span(from, to), text: "\"".into() });
        let mend = Mend { edits: edits.to_vec(), shown: "\"…\"".into() };
        self.diagnostic(code, (start, end), "type `\"` on both sides", message, Help::of(&help, [mend]));
        if line[width..offset].contains('\\') {
            self.broken(start);
        }
        self.mend(start, start + width, "\"");
        self.mend(start + offset, end, "\"");
        // The closing quote is the first byte of its place: what stays of its width turns into spaces.
        self.push(Kind::Text, start + offset + 1);
        self.at = end;
    }

    /// Read as a round bracket; the closing one is reported only where no opening one was.
    fn square_bracket(&mut self, c: char) {
        let (start, opens) = (self.at, c == '[');
        let rest = self.rest();
        if opens && self.column_in_brackets(rest) {
            return;
        }
        if opens && rest[1..line_length(rest)].trim().is_empty() {
            let message = "a block is opened by `{`, not by `[`".to_string();
            let mend = Mend::replace(self.out.span(start, start + 1), "{");
            let help = Help::of("write `{}`, and `}` behind the block", [mend]);
            self.diagnostic(Code::Unexpected, (start, start + 1), "write `{`", message, help);
            self.mend(start, start + 1, "{");
            return self.push(Kind::OpenBrace, start + 1);
        }
        let line_start = self.line_start as u32;
        let reported = self.out.diagnostics.last().is_some_and(|last| {
            last.message.starts_with("`[`") && last.labels.first().is_some_and(|label| label.span.start >= line_start)
        });
        if opens || !reported {
            let (message, help) = literals::foreign_sign(c);
            let close = self.rest().find(']').filter(|at| opens && *at < line_length(self.rest()));
            let replace = |at: usize, text: &str| Mend::replace(self.out.span(at, at + 1), text);
            let mend = replace(start, if opens { "(" } else { ")" });
            let mend = close.map_or(mend.clone(), |close| mend.and(replace(start + close, ")")));
            let help = Help::of(&help, [mend]);
            self.diagnostic(Code::Unexpected, (start, start + 1), "a round bracket belongs here", message, help);
        }
        self.mend(start, start + 1, if opens { "(" } else { ")" });
        self.push(if opens { Kind::OpenParen } else { Kind::CloseParen }, start + 1);
    }

    /// Whether the line so far says no scale: there a `=>` goes from a value to a score.
    fn is_limit(&self) -> bool {
        let line = self.out.tokens.iter().rev().take_while(|token| !token.leads);
        let first = self.out.tokens.iter().rev().find(|token| token.leads);
        let mut words = line.chain(first).map(|token| self.seen(token));
        let scale = words.any(|word| matches!(word, "linear" | "steps" | "score" | "->" | "," | "scale" | "{"));
        !self.leads && !scale
    }

    /// `sales[amount]`, as tables of spreadsheets are read.
    fn column_in_brackets(&mut self, rest: &str) -> bool {
        let (start, word) = match self.out.tokens.last() {
            Some(last) if last.kind == Kind::Word && last.end == self.at => (last.start, self.seen(last).to_string()),
            _ => return false,
        };
        let Some(close) = rest.find(']').filter(|close| *close < line_length(rest)) else { return false };
        let column = &rest[1..close];
        if !column.starts_with(XID_START) || !column.chars().all(XID_CONTINUE) {
            return false;
        }
        let end = self.at + close + 1;
        // `SUM(sales[amount])`
        let before = self.out.tokens.len().checked_sub(3).map(|at| &self.out.tokens[at..at + 2]);
        let called = before.filter(|before| before[1].kind == Kind::OpenParen && before[0].end == before[1].start);
        let (from, function) = match called.map(|before| (before[0].start, self.seen(&before[0]))) {
            Some((at, name)) if name.chars().all(char::is_uppercase) => (at, format!("{}(", name.to_lowercase())),
            _ => (start, String::new()),
        };
        // With the bracket that closes it, so that the help shows all of it.
        let close = if function.is_empty() || !rest[close + 1..].starts_with(')') { "" } else { ")" };
        let mend =
            Mend::replace(self.out.span(from, end + close.len()), format!("{function}{column} of {word}{close}"));
        let message = "a column stands before its data set, with `of` between".to_string();
        self.diagnostic(
            Code::Unexpected,
            (start, end),
            "brackets of a spreadsheet",
            message,
            Help::of("write `{}`", [mend]),
        );
        self.broken(start);
        self.at = end;
        true
    }

    fn sign(&mut self, c: char) {
        let rest = self.rest();
        let is_here = |slip: &&literals::Slip| rest.starts_with(slip.found) && (self.leads || slip.found != "--");
        if let Some(slip) = literals::slips().iter().find(is_here) {
            let (start, end) = (self.at, self.at + slip.found.len());
            let span = self.out.span(start, end);
            // `paid_on <> ""`
            let behind = rest[slip.found.len()..].trim_start_matches(' ');
            if behind.starts_with("\"\"") && !behind.starts_with("\"\"\"") && matches!(slip.found, "<>" | "==" | "!==")
            {
                let not = if slip.found == "==" { "" } else { " not" };
                let until = start + rest.len() - behind.len() + 2;
                let mend = self.spaced(self.out.span(start, until), &format!("is{not} missing"));
                let message =
                    format!("`{}` is not a sign of the language, and a blank cell is no empty text", slip.found);
                let help = Help::of("whether a cell is blank is asked with `{}`", [mend]);
                self.diagnostic(Code::Unexpected, (start, until), "a blank cell", message, help);
                self.broken(start);
                return self.push(Kind::Sign, until);
            }
            // `B "Good" => 90`: at least.
            if slip.found == "=>" && self.is_limit() {
                let help = Help::of("\"at least\" is written `{}`", [self.spaced(span, ">=")]);
                self.diagnostic(Code::Unexpected, (start, end), "write `>=`", slip.message.into(), help);
                self.mend(start, end, ">=");
                return self.push(Kind::Sign, end);
            }
            let mut help = Help::of(slip.help, slip.writes.iter().map(|text| self.spaced(span, text)));
            let comment = matches!(slip.found, "//" | "--");
            if comment && !self.leads {
                // `a // b` may be a comment, or a division of another language.
                let divide = Mend::replace(span, "/");
                let words = "a comment begins with `{}`; a division is written `{}`";
                help = if slip.found == "//" { Help::of(words, help.mends.into_iter().chain([divide])) } else { help };
                self.broken(self.out.tokens.last().map_or(start, |last| last.start));
            }
            let message = if comment && !self.leads {
                format!("`{}` is not a sign of the language", slip.found)
            } else {
                slip.message.into()
            };
            self.diagnostic(Code::Unexpected, (start, end), slip.label, message, help);
            if comment {
                return self.comment();
            }
            self.push(Kind::Sign, start + slip.mended.map_or(slip.found.len(), str::len));
            match slip.mended {
                Some(mended) => self.mend(start, end, mended),
                None => self.broken(start),
            }
            self.at = end;
            return;
        }
        if matches!(c, '[' | ']') {
            return self.square_bracket(c);
        }
        let two = rest.get(..2).unwrap_or("");
        let length = if matches!(two, "->" | "!=" | "<=" | ">=") { 2 } else { c.len_utf8() };
        if length == c.len_utf8() && !"+-*/=<>%‰,.:;?|".contains(c) {
            // What these stand for depends on what is around them: no grammar knows them, and what stops there tells.
            if !"!&~".contains(c) {
                let (message, help) = literals::foreign_sign(c);
                self.diagnostic(Code::Unexpected, (self.at, self.at + length), "not understood", message, help);
                self.broken(self.at);
            }
        }
        self.push(Kind::Sign, self.at + length);
    }
}

impl Scanner<'_> {
    /// Writes a word or sign in a place, apart from words that touch it.
    fn spaced(&self, span: Span, text: &str) -> Mend {
        let is_word = |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
        let (before, behind) = (&self.source[..span.start as usize], &self.source[span.end as usize..]);
        let apart = |touches: bool| if touches && is_word(text.chars().next()) { " " } else { "" };
        let (left, right) = (apart(is_word(before.chars().next_back())), apart(is_word(behind.chars().next())));
        Mend::replace(span, format!("{left}{text}{right}")).shown_as(text)
    }
}

fn line_length(rest: &str) -> usize {
    rest.find('\n').unwrap_or(rest.len())
}

/// From the first bar to the last one of the line; bars and `#` inside a quoted cell do not count.
fn row_length(rest: &str) -> usize {
    let line = &rest[..line_length(rest)];
    let mut end = 1;
    let mut cell_is_blank = true;
    let mut chars = line.char_indices().skip(1);
    while let Some((offset, c)) = chars.next() {
        match c {
            '|' => {
                end = offset + 1;
                cell_is_blank = true;
            }
            '#' => break,
            '"' if cell_is_blank => {
                cell_is_blank = false;
                if line[offset + 1..].contains('"') {
                    chars.by_ref().find(|(_, c)| *c == '"');
                }
            }
            _ => cell_is_blank &= c.is_whitespace(),
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<Kind> {
        scan(FileId(0), text).tokens.iter().map(|token| token.kind).collect()
    }

    #[test]
    fn tokens_of_a_table() {
        use Kind::*;
        assert_eq!(
            kinds("given teams { | code |  # a comment\n | \"a | #1\" | }"),
            [Word, Word, OpenBrace, Row, Row, CloseBrace]
        );
    }

    #[test]
    fn full_width_signs_are_mended_in_place() {
        let scan = scan(FileId(0), "key a，b（c）");
        assert_eq!(scan.text, "key a,  b(  c)  ");
        assert_eq!((scan.diagnostics.len(), scan.diagnostics[0].labels.len()), (1, 3));
        assert!(scan.broken.is_empty());
    }
}

//! Characters to tokens, and the mistakes that can be seen in single tokens.
//!
//! In: the text of a file. Out: a copy of the text of the same length in which such mistakes are mended where that is
//! possible (`，` becomes `,` and two spaces), so that one mistake gives one error and the rest is still read; the
//! tokens; and the places that could not be mended. The grammar then reads the mended copy; offsets are the same in
//! both. Comments give no tokens, and spaces in the copy.

mod foreign;
mod texts;

use pest::unicode::{XID_CONTINUE, XID_START};

use super::{characters, literals, signs};
use crate::diagnostic::{Code, Diagnostic, Help, Mend};
use crate::source::{FileId, Span};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
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
    pub kind: TokenKind,
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

    fn push(&mut self, kind: TokenKind, end: usize) {
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
            '|' if self.leads || self.out.tokens.last().is_some_and(|last| last.kind == TokenKind::OpenBrace) => {
                let length = row_length(rest);
                self.push(TokenKind::Row, self.at + length);
            }
            '"' => self.text(),
            '{' => self.push(TokenKind::OpenBrace, self.at + 1),
            '}' => self.push(TokenKind::CloseBrace, self.at + 1),
            '(' => self.push(TokenKind::OpenParen, self.at + 1),
            ')' => self.push(TokenKind::CloseParen, self.at + 1),
            '0'..='9' => self.number(),
            _ if characters::is_invisible(c) => self.invisible(c),
            _ if characters::is_bullet(c) && self.leads && rest[c.len_utf8()..].starts_with([' ', '\t', '\u{a0}']) => {
                self.bullet(c);
            }
            _ if characters::currency_of(c).is_some() => self.currency_sign(c),
            _ if !c.is_ascii() && signs::slips().iter().any(|slip| rest.starts_with(slip.found)) => self.sign(c),
            _ if characters::is_full_width(c) => self.full_width(),
            _ if XID_START(c) => {
                let length = rest.find(|c| !XID_CONTINUE(c) || characters::is_full_width(c)).unwrap_or(rest.len());
                self.push(TokenKind::Word, self.at + length);
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
        self.push(TokenKind::Number, end);
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

    fn sign(&mut self, c: char) {
        let rest = self.rest();
        let is_here = |slip: &&signs::ForeignSign| rest.starts_with(slip.found) && (self.leads || slip.found != "--");
        if let Some(slip) = signs::slips().iter().find(is_here) {
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
                return self.push(TokenKind::Sign, until);
            }
            // `B "Good" => 90`: at least.
            if slip.found == "=>" && self.is_limit() {
                let help = Help::of("\"at least\" is written `{}`", [self.spaced(span, ">=")]);
                self.diagnostic(Code::Unexpected, (start, end), "write `>=`", slip.message.into(), help);
                self.mend(start, end, ">=");
                return self.push(TokenKind::Sign, end);
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
            self.push(TokenKind::Sign, start + slip.mended.map_or(slip.found.len(), str::len));
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
                let (message, help) = signs::foreign_sign(c);
                self.diagnostic(Code::Unexpected, (self.at, self.at + length), "not understood", message, help);
                self.broken(self.at);
            }
        }
        self.push(TokenKind::Sign, self.at + length);
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

    fn kinds(text: &str) -> Vec<TokenKind> {
        scan(FileId(0), text).tokens.iter().map(|token| token.kind).collect()
    }

    #[test]
    fn tokens_of_a_table() {
        use TokenKind::*;
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

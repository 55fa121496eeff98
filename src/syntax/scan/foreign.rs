//! Characters of other keyboards and signs of other languages, read as what they stand for where that is clear.

use pest::unicode::{XID_CONTINUE, XID_START};

use super::{Scanner, TokenKind, line_length};
use crate::diagnostic::{Code, Edit, Help, Label, Mend};
use crate::syntax::{characters, literals, signs};

impl Scanner<'_> {
    /// A character that nobody sees, as web pages and chats leave them behind.
    pub(super) fn invisible(&mut self, c: char) {
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
    pub(super) fn bullet(&mut self, c: char) {
        let (start, end) = (self.at, self.at + c.len_utf8());
        let away = Mend::remove(self.out.span(start, end));
        let help = Help::of("begin the line with what stands behind it", [away]);
        self.diagnostic(Code::Unexpected, (start, end), "take this away", "a list needs no bullets".into(), help);
        self.mend(start, end, "");
        self.at = end;
    }

    /// `¥24_000`, `24_000 €`, `: $`: a currency is named by its code.
    pub(super) fn currency_sign(&mut self, c: char) {
        // `$B$2`
        let rest = self.rest();
        let cell = rest.find(|c: char| !(c == '$' || c.is_ascii_alphanumeric())).unwrap_or(rest.len());
        if c == '$' && signs::is_cell(&rest[..cell].replace('$', "")) {
            let (start, end) = (self.at, self.at + cell);
            let message = format!("`{}` is a cell of a spreadsheet", &rest[..cell]);
            let help = Help::from("name the column and its data set, as in `sum(amount of sales)`".to_string());
            self.diagnostic(Code::Unexpected, (start, end), "cells have no names here", message, help);
            self.broken(start);
            self.at = end;
            return;
        }
        let code = characters::currency_of(c).unwrap_or("CNY");
        let (start, end) = (self.at, self.at + c.len_utf8());
        let behind = self.source[end..].trim_start_matches(' ');
        let length = literals::number(behind).0;
        let number = &behind[..length];
        let until = self.source.len() - behind.len() + length;
        let span = |from: usize, to: usize| self.out.span(from, to);
        let before = self.out.tokens.last().filter(|last| !self.leads && last.kind == TokenKind::Number);
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
        self.push(TokenKind::Sign, end);
    }

    /// A run of characters from a Chinese keyboard, or typographic quotes.
    pub(super) fn full_width(&mut self) {
        let rest = self.rest();
        let c = rest.chars().next().unwrap_or(' ');
        if let Some(close) = characters::closing_quotes(c) {
            return self.foreign_quotes(c, close);
        }
        // `，` and the like stand alone; letters and digits come in words, and a word may go on in plain letters.
        let is_word = |c: char| {
            let plain = characters::ascii_for(c).and_then(|ascii| ascii.chars().next());
            plain.is_some_and(|plain| plain.is_ascii_alphanumeric() || plain == '_')
        };
        let (length, ascii) = if is_word(c) {
            let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            let ascii: String = rest[..length].chars().filter_map(characters::ascii_for).collect();
            (length, ascii)
        } else {
            (c.len_utf8(), characters::ascii_for(c).unwrap_or("").to_string())
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
        let touched = self.out.tokens.last().filter(|last| last.kind == TokenKind::Number && last.end == start);
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
        let message = match characters::is_wide_form(c) {
            true => format!("`{found}` is a full-width character"),
            false => format!("`{found}` is not a sign of the language"),
        };
        self.diagnostic(Code::FullWidthSign, (start, end), &label, message, help);
        self.push_plain(start, end, &ascii);
    }

    /// Whether the values of a matrix stand here.
    fn in_values(&self) -> bool {
        let inside = self.out.tokens.iter().rev().take_while(|token| token.kind != TokenKind::OpenBrace);
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
        if !self.source[start..].starts_with(characters::is_wide_form) || ascii.is_empty() {
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
            Some('(') => self.push(TokenKind::OpenParen, after),
            Some(')') => self.push(TokenKind::CloseParen, after),
            Some('{') => self.push(TokenKind::OpenBrace, after),
            Some('}') => self.push(TokenKind::CloseBrace, after),
            Some('0'..='9') => self.push(TokenKind::Number, after),
            Some('a'..='z' | 'A'..='Z' | '_') => self.push(TokenKind::Word, after),
            Some('#') => {
                self.at = end;
                return self.comment();
            }
            _ => self.push(TokenKind::Sign, after),
        }
        self.at = end;
    }

    /// `“…”`, `「…」`, `'…'`: read as text when the closing one stands on the same line.
    pub(super) fn foreign_quotes(&mut self, open: char, close: &[char]) {
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
            return self.push(TokenKind::Text, start + line.trim_end().len().max(width));
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
        self.push(TokenKind::Text, start + offset + 1);
        self.at = end;
    }

    /// Read as a round bracket; the closing one is reported only where no opening one was.
    pub(super) fn square_bracket(&mut self, c: char) {
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
            return self.push(TokenKind::OpenBrace, start + 1);
        }
        let line_start = self.line_start as u32;
        let reported = self.out.diagnostics.last().is_some_and(|last| {
            last.message.starts_with("`[`") && last.labels.first().is_some_and(|label| label.span.start >= line_start)
        });
        if opens || !reported {
            let (message, help) = signs::foreign_sign(c);
            let close = self.rest().find(']').filter(|at| opens && *at < line_length(self.rest()));
            let replace = |at: usize, text: &str| Mend::replace(self.out.span(at, at + 1), text);
            let mend = replace(start, if opens { "(" } else { ")" });
            let mend = close.map_or(mend.clone(), |close| mend.and(replace(start + close, ")")));
            let help = Help::of(&help, [mend]);
            self.diagnostic(Code::Unexpected, (start, start + 1), "a round bracket belongs here", message, help);
        }
        self.mend(start, start + 1, if opens { "(" } else { ")" });
        self.push(if opens { TokenKind::OpenParen } else { TokenKind::CloseParen }, start + 1);
    }

    /// Whether the line so far says no scale: there a `=>` goes from a value to a score.
    pub(super) fn is_limit(&self) -> bool {
        let line = self.out.tokens.iter().rev().take_while(|token| !token.leads);
        let first = self.out.tokens.iter().rev().find(|token| token.leads);
        let mut words = line.chain(first).map(|token| self.seen(token));
        let scale = words.any(|word| matches!(word, "linear" | "steps" | "score" | "->" | "," | "scale" | "{"));
        !self.leads && !scale
    }

    /// `sales[amount]`, as tables of spreadsheets are read.
    pub(super) fn column_in_brackets(&mut self, rest: &str) -> bool {
        let (start, word) = match self.out.tokens.last() {
            Some(last) if last.kind == TokenKind::Word && last.end == self.at => {
                (last.start, self.seen(last).to_string())
            }
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
        let called = before.filter(|before| before[1].kind == TokenKind::OpenParen && before[0].end == before[1].start);
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
}

//! Texts in quotes, and those whose quotes do not close.

use super::{Scanner, TokenKind, line_length};
use crate::diagnostic::{Code, Edit, Help, Mend};

impl Scanner<'_> {
    pub(super) fn text(&mut self) {
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
                return self.push(TokenKind::Text, self.source.len());
            };
            return self.push(TokenKind::Text, self.at + length + 6);
        }
        let mut chars = rest.char_indices().skip(1);
        let mut reported = false;
        while let Some((offset, c)) = chars.next() {
            match c {
                '"' => return self.push(TokenKind::Text, self.at + offset + 1),
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
        self.push(TokenKind::Text, end);
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
        self.push(TokenKind::Text, end);
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
        self.push(TokenKind::Text, end);
    }
}

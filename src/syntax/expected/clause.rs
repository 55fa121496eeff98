//! A clause with edits: how it would be written, whether the grammar would read it, and what of it is shown.

use super::{Around, words};
use crate::diagnostic::Edit;
use crate::syntax::grammar::{self, BlockKind, Rule, Stop};
use crate::syntax::scan::{Token, TokenKind};

/// Clauses of more bytes than this are not tried: who wrote them has another mistake.
const MOST_BYTES: usize = 600;

#[derive(Clone, Copy)]
pub struct Clause<'a, 's> {
    pub around: &'a Around<'s>,
    pub tokens: &'a [Token],
    pub start: usize,
    end: usize,
    pub rule: Rule,
}

impl<'a, 's> Clause<'a, 's> {
    pub fn of(around: &'a Around<'s>, kind: BlockKind) -> Option<Self> {
        let start = around.tokens.first()?.start;
        let end = around.end;
        let short = end.checked_sub(start).is_some_and(|length| length <= MOST_BYTES);
        short.then_some(Clause { around, tokens: around.tokens, start, end, rule: kind.rule })
    }

    pub fn word(&self, at: usize) -> &'s str {
        self.tokens.get(at).map_or("", |token| self.around.scan.word(token))
    }

    /// The clause with edits, and where each of its bytes stood before.
    pub fn edited(&self, edits: &[Edit]) -> String {
        let mut sorted: Vec<&Edit> = edits.iter().collect();
        sorted.sort_by_key(|edit| (edit.span.start, edit.span.end));
        let (mut text, mut from) = (String::new(), self.start);
        for edit in sorted {
            let (start, end) = (edit.span.start as usize, edit.span.end as usize);
            text += self.around.scan.text.get(from..start).unwrap_or_default();
            text += &edit.text;
            from = end.max(from);
        }
        text + self.around.scan.text.get(from..self.end).unwrap_or_default()
    }

    /// Reads the clause with edits; a stop is told by its place in the clause as it was.
    pub fn read(&self, edits: &[Edit]) -> Result<(), Stop> {
        let text = self.edited(edits);
        match grammar::parse(&text, self.rule, 0) {
            Ok(_) => Ok(()),
            Err(stop) => {
                let mut at = stop.at as isize;
                let mut sorted: Vec<&Edit> = edits.iter().collect();
                sorted.sort_by_key(|edit| edit.span.start);
                for edit in sorted {
                    if (edit.span.start as usize) < self.start + at.max(0) as usize {
                        at += (edit.span.end - edit.span.start) as isize - edit.text.len() as isize;
                    }
                }
                Err(Stop { at: self.start + at.max(0) as usize, expected: stop.expected })
            }
        }
    }

    pub fn edit(&self, start: usize, end: usize, text: impl Into<String>) -> Edit {
        Edit { span: self.around.scan.span(start, end), text: text.into() }
    }

    /// The edited clause, or of a long one a piece around the edits with as many brackets opened as closed.
    pub fn shown(&self, edits: &[Edit]) -> String {
        const WHOLE: usize = 76;
        let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let whole = one_line(&self.edited(edits));
        if whole.chars().count() <= WHOLE {
            return whole;
        }
        let (first, last) = edits.iter().fold((usize::MAX, 0), |(first, last), edit| {
            (first.min(edit.span.start as usize), last.max(edit.span.end as usize))
        });
        let piece = |from: usize, to: usize| {
            let (start, end) = (self.tokens[from].start, self.tokens[to - 1].end);
            one_line(&Clause { start: start.min(first), end: end.max(last), ..*self }.edited(edits))
        };
        let fits = |from: usize, to: usize| piece(from, to).chars().count() <= WHOLE;
        // Brackets that are opened and not closed, and the other way round.
        let open = |from: usize, to: usize| {
            let mut open = Vec::new();
            for at in from..to {
                match self.tokens[at].kind {
                    TokenKind::OpenParen => open.push(at),
                    TokenKind::CloseParen => {
                        open.pop();
                    }
                    _ => {}
                }
            }
            open.first().copied()
        };
        let closed = |from: usize, to: usize| {
            let mut depth = 0;
            (from..to).find(|at| {
                depth += match self.tokens[*at].kind {
                    TokenKind::OpenParen => 1,
                    TokenKind::CloseParen => -1,
                    _ => 0,
                };
                depth < 0
            })
        };
        let core = (
            self.tokens.partition_point(|token| token.end <= first),
            self.tokens.partition_point(|token| token.start < last),
        );
        let mut from = core.0.saturating_sub(2);
        let mut to = (core.1 + 2).min(self.tokens.len()).max(from + 1);
        let mut most = self.tokens.len();
        while let Some(at) = open(from, to) {
            if to < most && fits(from, to + 1) {
                to += 1;
            } else if at < core.0 {
                from = at + 1;
            } else if at >= core.1 && at > from {
                (to, most) = (at, at);
            } else {
                break;
            }
        }
        while let Some(at) = closed(from, to) {
            if from > 0 && fits(from - 1, to) {
                from -= 1;
            } else if at >= core.1 && at > from {
                to = at;
            } else {
                break;
            }
        }
        // Nothing that only begins.
        while to > core.1.max(from + 1)
            && (self.word(to - 1) == "," || words::is_word_of_the_language(self.word(to - 1)))
        {
            to -= 1;
        }
        // More of it, as far as it is whole, from where a part of it begins.
        let begins = |at: usize| {
            at == 0
                || words::is_word_of_the_language(self.word(at))
                || matches!(self.word(at - 1), "(" | "," | "=" | "and" | "or" | "then" | "else" | "where")
        };
        let (mut wide, mut best) = (from, from);
        while wide > 0 && fits(wide - 1, to) {
            wide -= 1;
            if begins(wide) && open(wide, to).is_none() && closed(wide, to).is_none() {
                best = wide;
            }
        }
        piece(best, to)
    }
}

//! The tokens around a stop, counted from it, and findings with their mends.

use super::clause::Clause;
use super::{Around, shorten};
use crate::diagnostic::{Ask, Mend};
use crate::source::Span;
use crate::syntax::grammar::{self, BlockKind, Rule};
use crate::syntax::scan::{Token, TokenKind};

/// A finding at a stop, with what to write instead.
pub struct Slip {
    pub message: String,
    pub label: String,
    /// With `{}` for what the mends write.
    pub help: Option<String>,
    /// From where to where it is marked, where that is not the token at which reading stopped.
    pub place: Option<(usize, usize)>,
    pub mends: Vec<Mend>,
    pub ask: Option<Ask>,
}

pub struct Here<'a, 's> {
    pub around: &'a Around<'s>,
    pub expected: &'a [Rule],
    pub kind: BlockKind,
}

impl<'s> Here<'_, 's> {
    pub fn wants(&self, rule: Rule) -> bool {
        self.expected.contains(&rule)
    }

    /// Whether nothing but these might stand here.
    pub fn wants_only(&self, rules: &[Rule]) -> bool {
        !self.expected.is_empty() && self.expected.iter().all(|rule| rules.contains(rule))
    }

    /// The token so many places behind the one at which reading stopped.
    pub fn token(&self, behind: isize) -> Option<&'s Token> {
        self.around.here.checked_add_signed(behind).and_then(|at| self.around.tokens.get(at))
    }

    pub fn text(&self, behind: isize) -> &'s str {
        self.around.text(self.token(behind))
    }

    pub fn is(&self, behind: isize, kind: TokenKind) -> bool {
        self.token(behind).is_some_and(|token| token.kind == kind)
    }

    pub fn is_entry(&self) -> bool {
        matches!(self.kind.rule, Rule::scorecard_clause | Rule::group_clause)
    }

    /// Whether a token touches the one behind it.
    pub fn touches(&self, behind: isize) -> bool {
        self.token(behind).zip(self.token(behind + 1)).is_some_and(|(left, right)| left.end == right.start)
    }

    /// The finding at a token.
    pub fn at(
        &self,
        behind: isize,
        message: impl Into<String>,
        label: impl Into<String>,
        help: Option<String>,
    ) -> Option<Slip> {
        let place = self.token(behind).map(|token| (token.start, token.end));
        Some(Slip { message: message.into(), label: label.into(), help, place, mends: Vec::new(), ask: None })
    }

    /// The finding at a token, with a help that has `{}` for what the mends write.
    pub fn fix(
        &self,
        behind: isize,
        message: impl Into<String>,
        label: impl Into<String>,
        help: impl Into<String>,
        mends: impl IntoIterator<Item = Mend>,
    ) -> Option<Slip> {
        let slip = self.at(behind, message, label, Some(help.into()))?;
        Some(Slip { mends: mends.into_iter().collect(), ..slip })
    }

    /// From one token to another, both included.
    pub fn span(&self, from: isize, to: isize) -> Option<Span> {
        let (from, to) = self.token(from).zip(self.token(to))?;
        Some(self.around.scan.span(from.start, to.end))
    }

    /// Writes a text in the place of tokens.
    pub fn replace(&self, from: isize, to: isize, text: impl Into<String>) -> Option<Mend> {
        self.span(from, to).map(|span| Mend::replace(span, text))
    }

    /// Takes tokens away, with the space behind them.
    pub fn away(&self, from: isize, to: isize) -> Option<Mend> {
        let span = self.span(from, to)?;
        let next = self.token(to + 1).map_or(span.end as usize, |next| next.start);
        // What touches the word before it leaves its space to that.
        let end = if self.touches(from - 1) { span.end as usize } else { next };
        Some(Mend::remove(self.around.scan.span(span.start as usize, end)))
    }

    /// Shows of a mend the clause that it leaves, or in a long one what stands around it.
    pub fn whole(&self, mend: Mend) -> Mend {
        match Clause::of(self.around, self.kind) {
            Some(clause) => Mend { shown: clause.shown(&mend.edits), ..mend },
            None => mend,
        }
    }

    /// What stands between two tokens, both included, as it is written.
    pub fn raw(&self, from: isize, to: isize) -> String {
        match self.token(from).zip(self.token(to)) {
            Some((from, to)) if from.start < to.end => self.around.scan.text[from.start..to.end].to_string(),
            _ => String::new(),
        }
    }

    /// The same, cut to what can be shown.
    pub fn written(&self, from: isize, to: isize) -> String {
        shorten(&self.raw(from, to))
    }

    /// How many tokens behind the stop the clause begins; not above 0.
    pub fn first(&self) -> isize {
        -(self.around.here as isize)
    }

    pub fn all(&self) -> std::ops::Range<isize> {
        self.first()..self.around.tokens.len() as isize - self.around.here as isize
    }

    /// The last token of the clause.
    pub fn last(&self) -> isize {
        self.all().end - 1
    }

    /// The partner of a round bracket.
    pub fn close_of(&self, open: isize) -> Option<isize> {
        let mut depth = 0;
        (open..self.all().end).find(|at| {
            depth += match self.token(*at).map(|token| token.kind) {
                Some(TokenKind::OpenParen) => 1,
                Some(TokenKind::CloseParen) => -1,
                _ => 0,
            };
            depth == 0
        })
    }

    /// Whether the clause could be read with a text in the place of tokens.
    pub fn reads(&self, from: isize, to: isize, text: &str) -> bool {
        let Some((first, last)) = self.token(from).zip(self.token(to)) else { return false };
        let scan = &self.around.scan.text;
        let Some(start) = self.around.tokens.first().map(|token| token.start) else { return false };
        let whole = format!("{}{text}{}", &scan[start..first.start], &scan[last.end..self.around.end]);
        grammar::parse(&whole, self.kind.rule, 0).is_ok()
    }
}

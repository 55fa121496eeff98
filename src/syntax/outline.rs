//! Tokens to items: declarations and clauses, each a head and perhaps a block of items.
//!
//! A clause ends with its line, unless the next line begins with an operator or a round bracket is open. Items are
//! found before any of them is read, so that a mistake in one of them leaves the others alone.

use super::braces::{Braces, match_braces};
use super::scan::{Scan, Token, TokenKind};
use crate::diagnostic::{Code, Diagnostic, Mend};

/// How many operators one clause may hold: later stages walk over expressions and must not run out of stack.
const MAX_OPERATORS: usize = 1000;
/// How many signs such as `not not not` may stand before one value, and how many `if` in one clause.
const MAX_PREFIXES: usize = 128;

/// A declaration or a clause.
#[derive(Debug)]
pub struct Item {
    /// The head, or the whole clause.
    pub start: usize,
    pub end: usize,
    /// Its first token.
    pub first: usize,
    pub block: Option<Block>,
    /// It holds a mistake that was reported already, and is not to be read.
    pub broken: bool,
}

#[derive(Debug)]
pub struct Block {
    /// Behind the `{`, and before the `}`.
    pub start: usize,
    pub end: usize,
    pub items: Vec<Item>,
}

#[derive(Debug)]
pub struct Outline {
    pub items: Vec<Item>,
    pub diagnostics: Vec<Diagnostic>,
}

pub fn outline(scan: &Scan) -> Outline {
    let braces = match_braces(scan);
    if braces.too_deep {
        return Outline { items: Vec::new(), diagnostics: braces.diagnostics };
    }
    let mut builder = Builder { scan, braces, at: 0, diagnostics: Vec::new() };
    let mut items = Vec::new();
    while builder.at < scan.tokens.len() {
        builder.items(&mut items);
        // No block is open here: whatever ended one is reported already.
        builder.braces.closes.remove(&builder.at);
    }
    let mut diagnostics = builder.braces.diagnostics;
    diagnostics.append(&mut builder.diagnostics);
    Outline { items, diagnostics }
}

struct Builder<'s> {
    scan: &'s Scan,
    braces: Braces,
    at: usize,
    diagnostics: Vec<Diagnostic>,
}

impl Builder<'_> {
    fn token(&self) -> Option<Token> {
        self.scan.tokens.get(self.at).copied()
    }

    /// Whether blocks end before or at the next token.
    fn closes_here(&self) -> bool {
        self.braces.closes.get(&self.at).is_some_and(|count| *count > 0)
    }

    /// Reads items until the block they stand in ends; the token that ends it is not consumed.
    fn items(&mut self, items: &mut Vec<Item>) {
        while let Some(token) = self.token() {
            if self.closes_here() {
                return;
            }
            match token.kind {
                TokenKind::CloseBrace => self.at += 1,
                TokenKind::OpenBrace if self.braces.swapped.contains(&self.at) => self.at += 1,
                _ => {
                    let item = self.item();
                    items.push(item);
                }
            }
        }
    }

    fn block(&mut self, start: usize) -> Block {
        let mut items = Vec::new();
        self.items(&mut items);
        let end = self.token().map_or(self.scan.text.len(), |token| token.start);
        if let Some(count) = self.braces.closes.get_mut(&self.at) {
            *count -= 1;
            let ends = self.scan.tokens.get(self.at).is_some_and(|token| token.kind == TokenKind::CloseBrace)
                || self.braces.ends.contains(&self.at);
            if *count == 0 && ends {
                self.at += 1;
            }
        }
        Block { start, end, items }
    }

    fn item(&mut self) -> Item {
        let first = self.at;
        let start = self.scan.tokens[first].start;
        let mut item = Item { start, end: start, first, block: None, broken: false };
        let mut depth = 0usize;
        let mut unclosed = None;
        while let Some(token) = self.token() {
            if self.braces.opens.remove(&self.at).is_some() {
                item.block = Some(self.block(token.start));
                break;
            }
            if self.braces.swapped.contains(&self.at) {
                self.at += 1;
                continue;
            }
            if token.kind == TokenKind::OpenBrace {
                self.at += 1;
                item.block = Some(self.block(token.end));
                break;
            }
            let is_first = self.at == first;
            if token.kind == TokenKind::CloseBrace || self.closes_here() {
                break;
            }
            if !is_first
                && depth == 0
                && (token.kind == TokenKind::Row || self.scan.tokens[self.at - 1].kind == TokenKind::Row)
            {
                break;
            }
            if !is_first && depth == 0 && token.leads {
                // Where a round bracket is missing, deeper lines belong to the same mistake.
                let deeper = unclosed.is_some() && token.indent > self.scan.tokens[first].indent;
                if !deeper && !self.goes_on(first, token) {
                    break;
                }
            }
            match (token.kind, self.braces.parens.contains_key(&self.at)) {
                (TokenKind::OpenParen, true) => depth += 1,
                (TokenKind::CloseParen, true) => depth = depth.saturating_sub(1),
                (TokenKind::OpenParen, false) => unclosed = unclosed.or(Some(token)),
                (TokenKind::CloseParen, false) => self.stray_paren(&mut item, token),
                _ => {}
            }
            item.end = token.end;
            self.at += 1;
        }
        if let Some(paren) = unclosed {
            item.broken = true;
            let (span, end) = (self.scan.span(paren.start, paren.end), self.scan.span(item.end - 1, item.end));
            self.diagnostics.push(
                Diagnostic::new(Code::Unclosed, "a `(` is never closed")
                    .at(span, "opened here")
                    .at(end, "no `)` up to here")
                    .help("close it where what the bracket holds together ends: `…)`"),
            );
        }
        item.broken |= self.scan.is_broken(item.start, item.end);
        self.check_size(&mut item);
        item
    }

    fn stray_paren(&mut self, item: &mut Item, token: Token) {
        item.broken = true;
        // `1) 50% selling`, `a) 50% selling`
        let first = self.scan.tokens[item.first];
        let second = self.at == item.first + 1 && matches!(first.kind, TokenKind::Number | TokenKind::Word);
        if second
            && self.scan.tokens.get(self.at + 1).is_some_and(|next| !next.leads && next.kind != TokenKind::OpenBrace)
        {
            let span = self.scan.span(first.start, token.end);
            let next = self.scan.tokens[self.at + 1].start;
            self.diagnostics.push(
                Diagnostic::new(Code::Unexpected, "a list needs no numbers or letters")
                    .at(span, "take this away")
                    .mend("begin the line with what stands behind it", Mend::remove(self.scan.span(first.start, next))),
            );
            return;
        }
        self.diagnostics.push(
            Diagnostic::new(Code::Unexpected, "this `)` closes nothing")
                .at(self.scan.span(token.start, token.end), "no `(` is open here")
                .mend(
                    "take it away, or add the `(` it belongs to",
                    Mend::remove(self.scan.span(token.start, token.end)),
                ),
        );
    }

    /// Whether a line that begins with `next` goes on with the clause before it.
    fn goes_on(&self, first: usize, next: Token) -> bool {
        let scan = self.scan;
        let head = &scan.tokens[first];
        let last = &scan.tokens[self.at - 1];
        let operator = |token: &Token| match token.kind {
            TokenKind::Sign => !matches!(scan.word(token), "%" | "‰" | "?" | "|"),
            TokenKind::Word => matches!(
                scan.word(token),
                "and"
                    | "or"
                    | "not"
                    | "in"
                    | "is"
                    | "between"
                    | "as"
                    | "default"
                    | "over"
                    | "then"
                    | "of"
                    | "where"
                    | "during"
                    | "to"
                    | "from"
            ),
            _ => false,
        };
        let word = if next.kind == TokenKind::Word { scan.word(&next) } else { "" };
        // The parts of a scorecard's entry: nothing else there begins with these words.
        let entry_part = || {
            matches!(word, "target" | "score" | "prorated" | "applies")
                && (head.kind == TokenKind::Number || scan.word(head) == "equal")
        };
        // The clauses that begin with such a word.
        let behind = scan.tokens.get(self.at + 1).map_or("", |token| scan.word(token));
        if matches!((word, behind), ("from", "postgres") | ("not", "evaluated")) {
            return false;
        }
        if self.is_bullet(head, next) {
            return false;
        }
        operator(&next)
            || next.kind == TokenKind::CloseParen
            || word == "else"
            || entry_part()
            || (operator(last) && next.indent > head.indent)
    }

    /// `- 20% rate` below `30% other`: an entry behind a bullet, and no subtraction.
    fn is_bullet(&self, head: &Token, next: Token) -> bool {
        let scan = self.scan;
        let sign = matches!(scan.word(&next), "-" | "*" | "+");
        let at = |behind: usize| scan.tokens.get(self.at + behind).filter(|token| !token.leads);
        let kind = |behind: usize| at(behind).map(|token| token.kind);
        let word = |behind: usize| at(behind).map_or("", |token| scan.word(token));
        let points = matches!(word(2), "%" | "points" | "point");
        // `- 20% default 0` goes on with a formula.
        let goes_on = super::words::is_reserved(word(3))
            || matches!(
                word(3),
                "as" | "whole" | "last" | "previous" | "year" | "score" | "prorated" | "applies" | "up"
            );
        let named = kind(3) == Some(TokenKind::Text) || kind(3) == Some(TokenKind::Word) && !goes_on;
        let entry = kind(1) == Some(TokenKind::Number) && points && named;
        let duty = kind(1) == Some(TokenKind::Text)
            && (matches!(head.kind, TokenKind::Text | TokenKind::Sign)
                || matches!(scan.word(head), "measured" | "outcome"));
        sign && next.indent <= head.indent && (entry || duty)
    }

    fn check_size(&mut self, item: &mut Item) {
        if item.block.is_some() {
            return;
        }
        let (mut operators, mut ifs, mut prefixes) = (0, 0, 0);
        let tokens = &self.scan.tokens[item.first..self.at];
        for token in tokens {
            let word = self.scan.word(token);
            let operator = matches!(
                word,
                "+" | "-"
                    | "*"
                    | "/"
                    | "."
                    | "and"
                    | "or"
                    | "not"
                    | "default"
                    | "as"
                    | "over"
                    | "earlier"
                    | "date"
                    | "last"
            ) || matches!(
                word,
                "=" | "<" | ">" | "!=" | "<=" | ">=" | "is" | "in" | "between" | "year" | "whole" | "previous"
            );
            operators += usize::from(operator);
            ifs += usize::from(word == "if");
            prefixes = if matches!(word, "-" | "not") { prefixes + 1 } else { 0 };
            if operators > MAX_OPERATORS || ifs > MAX_PREFIXES || prefixes > MAX_PREFIXES {
                item.broken = true;
                self.diagnostics.push(
                    Diagnostic::new(Code::TooDeep, "this expression is too long to be read as one")
                        .at(self.scan.span(token.start, token.end), "too long from here on")
                        .help("give parts of it names of their own, such as a KPI or a function"),
                );
                return;
            }
        }
    }
}

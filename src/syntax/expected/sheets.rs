//! Formulas of spreadsheets, and how they are written here.

use super::here::{Here, Slip};
use crate::syntax::scan::TokenKind;
use crate::syntax::signs::is_cell;

/// Functions of spreadsheets, and what does the same here.
const SPREADSHEET: &[(&str, &str)] = &[
    ("SUM", "`sum(amount of sales)`"),
    ("SUMME", "`sum(amount of sales)`"),
    ("SUMIF", "`sum(amount of sales where product = tea)`"),
    ("SUMIFS", "`sum(amount of sales where product = tea and amount > 0 CNY)`"),
    ("SUMPRODUCT", "`sum(price * pieces of sales)`"),
    ("SUMMEWENN", "`sum(amount of sales where product = tea)`"),
    ("COUNT", "`count(sales)`"),
    ("COUNTA", "`count(sales)`"),
    ("COUNTIF", "`count(sales where product = tea)`"),
    ("COUNTIFS", "`count(sales where product = tea and amount > 0 CNY)`"),
    ("ZÄHLENWENN", "`count(sales where product = tea)`"),
    ("AVERAGE", "`average(mark of answers)`"),
    ("AVERAGEIF", "`average(mark of answers where product = tea)`"),
    ("AVERAGEIFS", "`average(mark of answers where product = tea)`"),
    ("MITTELWERT", "`average(mark of answers)`"),
    ("IF", "`if sold > 0 CNY then sold else 0 CNY`"),
    ("WENN", "`if sold > 0 CNY then sold else 0 CNY`"),
    ("IFERROR", "`(sold / planned) default 0`"),
    ("WENNFEHLER", "`(sold / planned) default 0`"),
    ("VLOOKUP", "a column that links to the other data set, as in `seller.base_pay`"),
    ("XLOOKUP", "a column that links to the other data set, as in `seller.base_pay`"),
    ("SVERWEIS", "a column that links to the other data set, as in `seller.base_pay`"),
    ("INDEX", "a column that links to the other data set, as in `seller.base_pay`"),
    ("ROUND", "`round(sold to 0.01 CNY)`"),
    ("RUNDEN", "`round(sold to 0.01 CNY)`"),
    ("ROUNDUP", "`round_up(sold to 1 CNY)`"),
    ("ROUNDDOWN", "`round_down(sold to 1 CNY)`"),
    ("ISBLANK", "`paid_on is missing`"),
    ("TODAY", "`period.end`"),
];

/// What functions of spreadsheets do that are words here.
#[derive(Clone, Copy)]
enum InWords {
    If,
    Joined(&'static str),
    Not,
    Default,
    IsMissing,
}

impl InWords {
    fn of(name: &str) -> Option<InWords> {
        Some(match name {
            "IF" | "if" | "If" | "WENN" | "Wenn" | "wenn" | "SI" | "SE" => InWords::If,
            "AND" | "UND" | "ET" => InWords::Joined("and"),
            "OR" | "ODER" | "OU" => InWords::Joined("or"),
            "NOT" | "NICHT" | "NON" => InWords::Not,
            "IFERROR" | "WENNFEHLER" | "IFNA" | "SIERREUR" => InWords::Default,
            "ISBLANK" | "ISTLEER" | "ESTVIDE" => InWords::IsMissing,
            _ => return None,
        })
    }
}

impl Here<'_, '_> {
    /// A formula in which functions are written in words, if it can be read then: `=IF(AND(a; b); c; d)`.
    pub(super) fn translated(&self) -> Option<Slip> {
        let at = self.all().find(|at| self.call(*at).is_some())?;
        let equals = self.all().find(|at| self.text(*at) == "=" && *at < self.last())?;
        let from = equals + 1 + isize::from(self.text(equals + 1) == "=");
        if at < from {
            return None;
        }
        let written = self.in_words(from, self.last());
        // A choice alone needs no brackets.
        let alone = self.call(from).is_some_and(|(_, close)| close == self.last());
        let inside = written.strip_prefix('(').and_then(|text| text.strip_suffix(')'));
        let written = inside.filter(|_| alone).map_or(written.clone(), str::to_string);
        if !self.reads(equals + 1, self.last(), &written) {
            return None;
        }
        let name = self.text(at);
        let (message, label) = match name == "if" {
            true => ("`if` is no function here".to_string(), "write it in words"),
            false => (format!("`{name}` is a function of spreadsheets"), "not a function here"),
        };
        self.fix(at, message, label, "write `{}`", self.replace(equals + 1, self.last(), written))
    }

    /// What a function that is called here does, and its closing bracket.
    fn call(&self, at: isize) -> Option<(InWords, isize)> {
        let known = InWords::of(self.text(at)).filter(|_| self.is(at, TokenKind::Word))?;
        let called = self.touches(at) && self.is(at + 1, TokenKind::OpenParen);
        Some((known, self.close_of(at + 1).filter(|_| called)?))
    }

    /// Tokens as they are written, with functions in words.
    fn in_words(&self, from: isize, to: isize) -> String {
        let mut text = String::new();
        let mut at = from;
        while at <= to {
            let start = self.token(at).map_or(0, |token| token.start);
            let before = self.token(at - 1).map_or(start, |token| token.end);
            if at > from && before < start {
                text.push(' ');
            }
            let written = self.call(at).filter(|(_, close)| *close <= to);
            match written.and_then(|(what, close)| Some((self.said(what, &self.parts(at + 2, close - 1))?, close))) {
                Some((said, close)) => {
                    text += &said;
                    at = close + 1;
                }
                None => {
                    text += self.text(at);
                    at += 1;
                }
            }
        }
        text
    }

    fn said(&self, what: InWords, parts: &[String]) -> Option<String> {
        Some(match (what, parts) {
            (InWords::If, [condition, then, otherwise]) => {
                format!("(if {condition} then {then} else {otherwise})")
            }
            (InWords::Joined(word), [_, _, ..]) => format!("({})", parts.join(&format!(" {word} "))),
            (InWords::Not, [one]) => format!("not ({one})"),
            (InWords::Default, [one, otherwise]) => format!("(({one}) default {otherwise})"),
            (InWords::IsMissing, [one]) => format!("{one} is missing"),
            _ => return None,
        })
    }

    /// The arguments between two brackets, with `,` or `;` between them.
    fn parts(&self, from: isize, to: isize) -> Vec<String> {
        let (mut depth, mut start, mut parts) = (0, from, Vec::new());
        for at in from..=to {
            match (self.token(at).map(|token| token.kind), self.text(at)) {
                (Some(TokenKind::OpenParen), _) => depth += 1,
                (Some(TokenKind::CloseParen), _) => depth -= 1,
                (_, "," | ";") if depth == 0 => {
                    parts.push(self.in_words(start, at - 1));
                    start = at + 1;
                }
                _ => {}
            }
        }
        parts.push(self.in_words(start, to));
        parts
    }

    /// `=SUM(D2:D8)`, `SUMIF(…; …)`.
    pub(super) fn spreadsheet(&self) -> Option<Slip> {
        let range =
            self.all().find(|at| is_cell(self.text(*at)) && self.text(at + 1) == ":" && is_cell(self.text(at + 2)));
        if let Some(at) = range {
            return self.at(
                at,
                format!("`{}` are cells of a spreadsheet", self.written(at, at + 2)),
                "cells have no names here",
                Some("name the column and its data set, as in `sum(amount of sales)`".into()),
            );
        }
        let called =
            |at: &isize| self.is(*at, TokenKind::Word) && self.touches(*at) && self.is(at + 1, TokenKind::OpenParen);
        let found = self.all().filter(called).find_map(|at| {
            let known = SPREADSHEET.iter().find(|(name, _)| *name == self.text(at))?;
            Some((at, known.1))
        });
        if let Some((at, here)) = found {
            let name = self.text(at);
            let how = if here.starts_with('`') { "written as in" } else { "done by" };
            let help = format!("what `{name}` does is {how} {here}");
            return self.at(at, format!("`{name}` is a function of spreadsheets"), "not a function here", Some(help));
        }
        if self.text(0) == "=" && self.text(-1) == "=" {
            let away = self.away(0, 0);
            return self.fix(0, "a formula begins without `=`", "take this away", "one `=` is enough", away);
        }
        None
    }

    /// `if(a, b, c)`.
    pub(super) fn function_if(&self) -> Option<Slip> {
        if !matches!(self.text(0), "," | ";") {
            return None;
        }
        let at = (self.first()..0).rev().find(|at| self.text(*at) == "if" && self.is(at + 1, TokenKind::OpenParen))?;
        let end = self.close_of(at + 1);
        let message = "`if` is no function here";
        if let Some(end) = end
            && let Some(said) = self.said(InWords::If, &self.parts(at + 2, end - 1))
        {
            let alone = (at == self.first() || self.text(at - 1) == "=") && end == self.last();
            let bare = said.strip_prefix('(').and_then(|text| text.strip_suffix(')')).filter(|_| alone);
            let written = bare.map_or(said.clone(), str::to_string);
            return self.fix(at, message, "write it in words", "write `{}`", self.replace(at, end, written));
        }
        self.at(at, message, "write it in words", Some("write it as in `if a then b else c`".into()))
    }
}

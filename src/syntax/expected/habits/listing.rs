//! Habits of writing lists: bullets, signs that end lines or stand between the parts, quotes inside a text.

use crate::diagnostic::{Edit, Mend};
use crate::syntax::expected::here::{Here, Slip};
use crate::syntax::grammar::Rule;
use crate::syntax::scan::TokenKind;
use crate::syntax::words;

impl Here<'_, '_> {
    /// `- 20% rate`, `3. 20% rate`, `a) 20% rate`.
    pub(super) fn bullets(&self) -> Option<Slip> {
        let first = self.first();
        let weighs = self.is_entry() || self.kind.rule == Rule::index_clause;
        let weighted = weighs || matches!(self.kind.rule, Rule::responsibility | Rule::responsibility_clause);
        if !weighted {
            return None;
        }
        let item = |at: isize| self.is(at, TokenKind::Number) || self.is(at, TokenKind::Text);
        let bullet = matches!(self.text(first), "-" | "*" | "+") && item(first + 1);
        let numbered = self.is(first, TokenKind::Number)
            && self.touches(first)
            && !self.touches(first + 1)
            && matches!(self.text(first + 1), "." | ":")
            && item(first + 2);
        if !bullet && !numbered {
            return None;
        }
        let to = first + isize::from(numbered);
        let what = if numbered { "a list needs no numbers" } else { "a list needs no bullets" };
        let mend = self.away(first, to).map(|mend| mend.shown_as(self.written(to + 1, self.last().min(to + 4))));
        // `-20% growth`: a bullet, or less than nothing?
        if weighs && self.text(first) == "-" && self.touches(first) && self.is(first + 1, TokenKind::Number) {
            let help = "where `-` is the bullet of a list, write `{}`; what takes points away is a `deduction …` of the scorecard";
            return self.fix(first, "a weight is above 0", "below 0, or a bullet?", help, mend);
        }
        self.fix(first, what, "take this away", "begin the line with what stands behind it: `{}`", mend)
    }

    /// A full stop or a comma at the end of a line.
    pub(super) fn endings(&self) -> Option<Slip> {
        let (at, sign) = match (self.text(0), self.text(-1)) {
            (sign @ ("." | ";" | ","), _) if self.token(1).is_none() => (0, sign),
            ("", sign @ ("," | "." | ";")) => (-1, sign),
            _ => return None,
        };
        let span = self.span(at, at)?;
        let mend = Mend::remove(span);
        let before = self.entry_to(at - 1);
        let rest = self.reads(at, at, "");
        let help = if rest { "end the line with what stands before it: `{}`" } else { "take the sign away" };
        let mends = rest.then(|| mend.shown_as(before));
        self.fix(at, format!("a line ends without `{sign}`"), "take this away", help, mends)
    }

    /// `"to find "what" they need"`.
    pub(super) fn quotes_in_text(&self) -> Option<Slip> {
        let inside = self.is(0, TokenKind::Word) || self.is(0, TokenKind::Number) || self.is(0, TokenKind::OpenParen);
        if !self.is(-1, TokenKind::Text) || !inside || !self.touches(-1) || self.text(-1).starts_with("\"\"\"") {
            return None;
        }
        let last = self.all().rev().find(|at| self.is(*at, TokenKind::Text)).filter(|at| *at > 0)?;
        let whole = self.raw(-1, last);
        let inside = whole.strip_prefix('"')?.strip_suffix('"')?;
        let written = format!("\"{}\"", inside.replace('"', "\\\""));
        if whole.contains('\n') || !self.reads(-1, last, &written) {
            return None;
        }
        let start = self.token(-1)?.start;
        let edits = inside
            .match_indices('"')
            .map(|(at, _)| Edit { span: self.around.scan.span(start + 1 + at, start + 2 + at), text: "\\\"".into() });
        let mend = Mend { edits: edits.collect(), shown: "\\\"".into() };
        let help = "write `{}` for a quote inside a text, or put single quotes there";
        self.fix(0, "a quote ends the text before its end", "outside the quotes", help, [mend])
    }

    /// What separates the parts of a list.
    pub(super) fn lists(&self) -> Option<Slip> {
        let found = self.text(0);
        let pair = || self.written(-1, -1);
        let comma = |mend: Option<Mend>| {
            let message = "a comma stands between the parts of a list";
            self.fix(0, message, "write `,`", "write `{}`", mend)
        };
        if matches!(found, ";" | "and" | "&" | "+") && self.wants(Rule::comma) && !self.wants(Rule::kw_and) {
            let span = self.span(-1, -1)?;
            let end = self.token(0)?.end;
            let touching = self.token(1).is_some_and(|next| next.start == end);
            let next = self.entry_from(1);
            let text = if touching { ", " } else { "," };
            let mend = Mend::replace(self.around.scan.span(span.end as usize, end), text);
            return comma(Some(mend.shown_as(format!("{}, {next}", self.entry_to(-1)))));
        }
        // `20% rate, score …`: the comma made `score` a second name.
        if matches!(self.text(-1), "score" | "target" | "prorated" | "applies")
            && self.text(-2) == ","
            && self.is_entry()
        {
            let mend = self.span(-2, -2).map(Mend::remove);
            let mend = mend.map(|mend| mend.shown_as(format!("{} {}", self.text(-3), self.written(-1, 0))));
            let message = "the parts of an entry stand behind each other without commas";
            return self.fix(-2, message, "take this away", "write `{}`", mend);
        }
        let names = self.is(-1, TokenKind::Word) && self.is(0, TokenKind::Word) && !words::is_reserved(found);
        if names && self.wants_only(&[Rule::comma, Rule::EOI]) {
            let behind = self.span(-1, -1).map(|span| self.around.scan.span(span.end as usize, span.end as usize));
            let mend = behind.map(|at| Mend::replace(at, ",").shown_as(format!("{}, {found}", pair())));
            let message = "a comma stands between the parts of a list";
            return self.fix(0, message, "`,` is missing before this", "write `{}`", mend);
        }
        let arrow = (1..6).take_while(|at| self.text(*at) != ",").any(|at| self.text(at) == "->");
        if self.is(0, TokenKind::Number) && self.wants(Rule::comma) && arrow {
            let behind = self.span(-1, -1).map(|span| self.around.scan.span(span.end as usize, span.end as usize));
            let shown = format!("{}, {}", self.entry_to(-1), self.entry_from(0));
            let mend = behind.map(|at| Mend::replace(at, ",").shown_as(shown));
            let help = "put a comma between two points of a curve: `{}`";
            return self.fix(0, "a comma is missing between two points", "`,` is missing before this", help, mend);
        }
        None
    }

    /// The part of a list that ends or begins at a token: `60% -> 0`.
    fn entry_to(&self, to: isize) -> String {
        let stops = |at: isize| matches!(self.text(at), "," | ";" | "linear" | "steps" | "by" | "key");
        let from = (self.first()..=to).rev().take_while(|at| !stops(*at)).take(6).last().unwrap_or(to);
        self.written(from, to)
    }

    fn entry_from(&self, from: isize) -> String {
        let to = (from..self.all().end).take_while(|at| !matches!(self.text(*at), "," | ";")).take(6).last();
        self.written(from, to.unwrap_or(from))
    }
}

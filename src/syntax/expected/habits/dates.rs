//! Habits of writing days and periods, and of saying from when something holds.

use crate::diagnostic::Mend;
use crate::syntax::expected::here::{Here, Slip};
use crate::syntax::grammar::Rule;
use crate::syntax::scan::TokenKind;
use crate::time::{MONTH_NAMES, month_named, other_writing};

impl Here<'_, '_> {
    /// `24 CNY from 2027 30 CNY`, `30 CNY from 2027`, `, from 2027 30 CNY`, `Q1 2027`.
    pub(super) fn dated(&self) -> Option<Slip> {
        if let Some(slip) = self.period_in_other_words() {
            return Some(slip);
        }
        if self.wants(Rule::month) {
            let text = self.text(0).trim_matches('"');
            let number = text.parse::<usize>().ok().filter(|number| (1..=12).contains(number));
            let name = number.map(|number| MONTH_NAMES[number - 1]).or_else(|| {
                let german = other_writing(&format!("{text} 2026")).filter(|found| found.written.len() == 7);
                let month = month_named(text).or_else(|| german?.written[5..].parse().ok())?;
                Some(MONTH_NAMES[month as usize - 1])
            })?;
            return self.fix(
                0,
                "a month stands here by its name",
                "write its name",
                "write `{}`",
                self.replace(0, 0, name),
            );
        }
        if self.text(0) != "from" {
            return None;
        }
        if self.text(-1) == "," && self.wants(Rule::name) {
            return self.at(
                -1,
                "the first value is missing",
                "a value is missing before this",
                Some("say first what holds before, as in `target 24_000 CNY, from 2027-Q1 30_000 CNY`".into()),
            );
        }
        if !self.wants(Rule::comma) || !self.is(1, TokenKind::Number) {
            return None;
        }
        if self.is(2, TokenKind::Number) || self.text(2) == "-" {
            let behind = self.span(-1, -1).map(|span| self.around.scan.span(span.end as usize, span.end as usize));
            let shown = format!("{}, from {} {}", self.text(-1), self.text(1), self.written(2, 3));
            let mend = behind.map(|at| Mend::replace(at, ",").shown_as(shown));
            return self.fix(0, "a comma is missing before `from`", "`,` is missing before this", "write `{}`", mend);
        }
        let value = (self.first()..0).rev().find(|at| matches!(self.text(*at), "," | "target" | "="))? + 1;
        let written = format!("from {} {}", self.text(1), self.raw(value, -1));
        let message = "`from` and its day stand before the value";
        self.fix(0, message, "this belongs before the value", "write `{}`", self.replace(value, 1, written))
    }

    /// `Q1 2027`, `January 2027`, `01/2027`, `1. Quartal 2027` where a day or a period belongs.
    fn period_in_other_words(&self) -> Option<Slip> {
        let wanted = [Rule::moment, Rule::date, Rule::period, Rule::year].iter().any(|rule| self.wants(*rule));
        // Read as `2027` alone, or as a value.
        let from = [0, -1].into_iter().find(|at| {
            let before = matches!(self.text(at - 1), "from" | "period") || self.text(at - 2) == "period";
            (*at == 0 && wanted && !self.wants(Rule::plus)) || before
        })?;
        let start = self.token(from)?.start;
        let text = &self.around.scan.text[start..self.around.end];
        let found = other_writing(text)?;
        let end = start + found.length;
        let place = Mend::replace(self.around.scan.span(start, end), found.written);
        let slip = self.fix(from, "a period begins with its year", "in another writing", "write `{}`", [place])?;
        let message = if found.is_day {
            "a day is written as year, month and day"
        } else {
            "a period begins with its year, and its part follows a hyphen"
        };
        Some(Slip { message: message.into(), place: Some((start, end)), ..slip })
    }

    /// `status approved 2026-01-01`
    pub(super) fn dated_status(&self) -> Option<Slip> {
        let is_day = self.is(0, TokenKind::Number) && self.text(0).len() == 10;
        if self.kind.rule != Rule::position_clause || self.text(self.first()) != "status" || !is_day || self.last() != 0
        {
            return None;
        }
        let indent = " ".repeat(self.around.first.map_or(0, |first| first.indent));
        let clause = format!("effective from {}", self.text(0));
        let place = self.around.scan.span(self.token(-1)?.end, self.token(0)?.end);
        let mend = Mend::replace(place, format!("\n{indent}{clause}")).shown_as(clause);
        let help = "write `{}` on a line of its own";
        self.fix(0, "no day stands behind the status", "move this to a line of its own", help, [mend])
    }
}

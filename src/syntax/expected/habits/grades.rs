//! Habits of writing grades and their limits.

use crate::diagnostic::Mend;
use crate::syntax::expected::here::{Here, Slip};
use crate::syntax::grammar::Rule;
use crate::syntax::scan::TokenKind;

impl Here<'_, '_> {
    fn wants_limit(&self) -> bool {
        self.wants(Rule::limit) || self.wants(Rule::compare) && !self.wants(Rule::plus)
    }

    /// `A+ "…"`, `1 "…"`, `A 100-120`, `A "…" at least 100`, `D otherwise`.
    pub(super) fn grades(&self) -> Option<Slip> {
        if self.kind.rule != Rule::rating_clause {
            return None;
        }
        let first = self.first();
        let label = (first..self.all().end).find(|at| self.is(*at, TokenKind::Text));
        let bare = label.map_or("", |at| self.text(at)).trim_matches('"');
        // The name, and the label that is to show it.
        let renamed = |from: isize, to: isize, name: String, shown: String| {
            let label_text = format!("\"{}\"", format!("{shown} {bare}").trim_end());
            let mend = match label {
                Some(at) => self.replace(from, at, format!("{name} {label_text}")),
                None => self.replace(from, to, format!("{name} {label_text}")),
            };
            mend.map(|mend| mend.shown_as(format!("{name} {label_text}")))
        };
        if matches!(self.text(0), "+" | "-") && self.around.here == 1 {
            let (sign, name) = (self.text(0), self.text(-1));
            let word = if sign == "+" { "plus" } else { "minus" };
            let mend = renamed(-1, 0, format!("{name}_{word}"), format!("{name}{sign}"));
            let message = "the name of a grade is letters, digits and `_`";
            return self.fix(0, message, "not part of a name", "write `{}`: the label shows the sign", mend);
        }
        if self.is(0, TokenKind::Number) && self.around.here == 0 {
            let number = self.text(0);
            let mend = renamed(0, 0, format!("grade_{}", number.replace('.', "_")), number.to_string());
            let message = "the name of a grade begins with a letter";
            return self.fix(0, message, "a name is expected here", "write `{}`: the label shows the number", mend);
        }
        // `very good "Very good"`
        if self.is(0, TokenKind::Word) && self.around.here == 1 && self.is(1, TokenKind::Text) {
            let mend = self.replace(-1, 0, format!("{}_{}", self.text(-1), self.text(0)));
            return self.fix(0, "a name is one word", "a second word", "join the words of a name with `_`: `{}`", mend);
        }
        if self.is(0, TokenKind::Number) && self.wants_limit() {
            let last = self.last();
            let range = matches!(self.text(1), "-" | "to" | "~" | "bis") && self.is(2, TokenKind::Number);
            let limit = format!(">= {}", self.text(0));
            if range || self.token(1).is_none() {
                let mend = self.replace(0, last, limit);
                let help = "write `{}`: the grade above begins where this one ends";
                return self.fix(
                    0,
                    "a grade is given by the score from which it begins",
                    "write the lower limit",
                    help,
                    mend,
                );
            }
        }
        let number = (0..=3).find(|at| self.is(*at, TokenKind::Number));
        let at_least = match (self.text(0), self.text(1)) {
            ("at", "least") | ("or" | "and", _) => number == Some(2),
            ("from" | "ab" | "min" | "above" | "over" | "mindestens" | "minimum" | "since" | "von" | "≥", _) => {
                number == Some(1)
            }
            _ => false,
        };
        if let Some(number) = number.filter(|_| at_least && self.wants_limit()) {
            let over = matches!(self.text(0), "above" | "over");
            let sign = if over { ">" } else { ">=" };
            let mend = self.replace(0, number, format!("{sign} {}", self.text(number)));
            let message = format!("the limit of a grade is written `{sign}`");
            return self.fix(0, message, format!("write `{sign}`"), "write `{}`", mend);
        }
        if self.text(0) == "and" && self.token(1).is_some() {
            let from = self.token(-1)?.end;
            let end = self.around.end;
            let away = Mend::remove(self.around.scan.span(from, end));
            let limit = (first..0).rev().find(|at| matches!(self.text(*at), ">=" | ">"))?;
            let help = "write `{}` alone: the grade above begins where this one ends";
            let message = "a grade has one limit, the score from which it begins";
            return self.fix(0, message, "take this away", help, [away.shown_as(self.written(limit, -1))]);
        }
        let rest = matches!(
            self.text(0),
            "otherwise" | "rest" | "default" | "others" | "other" | "sonst" | "below" | "否则" | "其他" | "remaining"
        );
        if rest && self.wants(Rule::kw_else) {
            let mend = self.replace(0, self.last(), "else");
            return self.fix(0, "the last grade takes what is left with `else`", "write `else`", "write `{}`", mend);
        }
        if self.token(0).is_none() && self.wants(Rule::kw_else) && self.wants_limit() {
            let behind = self.span(-1, -1).map(|span| Mend::behind(span, "else"));
            let help = "write the score from which it begins, as in `>= 60`; for the last grade write `{}`";
            return self.fix(-1, "the limit of the grade is missing", "something is missing behind this", help, behind);
        }
        None
    }
}

//! Habits of writing types, units and numbers.

use crate::diagnostic::Mend;
use crate::syntax::expected::here::{Here, Slip};
use crate::syntax::grammar::Rule;
use crate::syntax::scan::TokenKind;

impl Here<'_, '_> {
    /// `output pay : CNY = base in full`: what stands behind the type.
    pub(super) fn output_part(&self) -> Option<Slip> {
        if self.kind.rule != Rule::position_clause || self.text(self.first()) != "output" || self.last() != 0 {
            return None;
        }
        let from = match (self.text(-1), self.text(0)) {
            ("in", "full") => -1,
            (_, "prorated") => 0,
            _ => return None,
        };
        let equals = (self.first()..from).find(|at| self.text(*at) == "=")?;
        let part = self.written(from, 0);
        let written = format!("{part} = {}", self.raw(equals + 1, from - 1));
        let mend = self.reads(equals, 0, &written).then(|| self.replace(equals, 0, written)).flatten()?;
        let message = format!("`{part}` stands behind the type, before `=`");
        self.fix(from, message, "move this before `=`", "write `{}`", [self.whole(mend)])
    }

    /// `kpi sales "Sales" {`, `column amount from "Amount"`, `output bonus "Bonus" = …`: what it is in is not said.
    pub(super) fn types(&self) -> Option<Slip> {
        let first = self.text(self.first());
        if first == "function" && self.text(0) == ":" {
            let close = (0..self.all().end).find(|at| self.is(*at, TokenKind::CloseParen))?;
            let mut units = (0..close).filter(|at| self.text(*at) == ":");
            let away = |at: isize| {
                let end = (at..close).find(|at| self.text(at + 1) == "," || at + 1 == close)?;
                let from = self.token(at - 1)?.end;
                Some(Mend::remove(self.around.scan.span(from, self.token(end)?.end)))
            };
            let mend = units.try_fold(None, |all: Option<Mend>, at| {
                let one = away(at)?;
                Some(Some(match all {
                    Some(all) => all.and(one),
                    None => one,
                }))
            });
            let mend = mend.flatten().map(|mend| self.whole(mend));
            let message = "what a function is given has no unit of its own";
            return self.fix(0, message, "take this away", "write `{}`", mend);
        }
        let what = match first {
            "kpi" | "index" | "scale" | "output" | "constant" => "unit",
            "column" => "type",
            _ => return None,
        };
        if first == "scale" && self.token(0).is_none() && self.grades_follow() {
            let rating = self.replace(self.first(), self.first(), "rating");
            let mend = rating.map(|mend| self.whole(mend));
            let message = "grades stand in a rating, and a scale turns values into points";
            return self.fix(self.first(), message, "write `rating`", "write `{}`", mend);
        }
        let behind_name = self.is(-1, TokenKind::Word) || self.is(-1, TokenKind::Text);
        let nothing = self.token(0).is_none() || matches!(self.text(0), "from" | "optional" | "=" | "in" | "format");
        if !self.wants(Rule::colon) || !behind_name || !nothing {
            return None;
        }
        let name = self.text(self.first() + 1);
        // `constant floor = 3_000 CNY`
        let unit =
            (self.text(0) == "=" && self.is(1, TokenKind::Number) && self.token(3).is_none()).then(|| self.text(2));
        if let Some(unit) = unit.filter(|unit| !unit.is_empty()) {
            let mend = self.replace(0, 0, format!(": {unit} =")).map(|mend| self.whole(mend));
            let message = format!("the unit of `{name}` is missing");
            return self.fix(0, message, "`:` and the unit are missing before this", "write `{}`", mend);
        }
        if self.text(0) == "=" && self.is(1, TokenKind::Word) && self.token(2).is_none() {
            return None;
        }
        let example = match first {
            "column" => format!("column {name} : CNY"),
            _ => format!("{} : CNY", self.written(self.first(), -1)),
        };
        let more = match first {
            "column" => {
                "; other types are as in `text`, `number`, `%`, `date`, `period` or `flag`, and a link has the name of a data set"
            }
            _ => ", `%` or another unit",
        };
        let label = match self.token(0) {
            Some(_) => format!("`:` and the {what} are missing before this"),
            None => format!("`:` and the {what} are missing behind this"),
        };
        let at = if self.token(0).is_some() { 0 } else { -1 };
        self.at(
            at,
            format!("the {what} of `{name}` is missing"),
            label,
            Some(format!("write it behind a colon, as in `{example}`{more}")),
        )
    }

    /// Whether the block behind a head has limits of grades, and no points of a curve.
    fn grades_follow(&self) -> bool {
        let tokens = &self.around.scan.tokens;
        let from = tokens.partition_point(|token| token.start < self.around.end);
        let block: Vec<&str> = tokens[from..]
            .iter()
            .skip_while(|token| token.kind == TokenKind::OpenBrace)
            .take_while(|token| !matches!(token.kind, TokenKind::OpenBrace | TokenKind::CloseBrace))
            .map(|token| self.around.scan.word(token))
            .collect();
        block.iter().any(|word| matches!(*word, ">=" | ">" | "else"))
            && !block.iter().any(|word| matches!(*word, "->" | "steps" | "linear" | "formula"))
    }

    pub(super) fn units(&self) -> Option<Slip> {
        let before = self.text(-1);
        if self.text(0) == "per" && self.is(-1, TokenKind::Word) && self.is(1, TokenKind::Word) {
            let mend = self.replace(-1, 1, format!("{before}/{}", self.text(1)));
            return self.fix(0, "`per` is written `/` in a unit", "write `/`", "write `{}`", mend);
        }
        let is_code = |text: &str| iso_currency::Currency::from_code(text).is_some();
        if self.is(0, TokenKind::Number) && is_code(before) && !self.wants(Rule::equals) {
            let mend = self.replace(-1, 0, format!("{} {before}", self.text(0)));
            let message = "the currency stands behind the number";
            return self.fix(-1, message, "this belongs behind the number", "write `{}`", mend);
        }
        // `24 Tsd CNY`
        if self.is(0, TokenKind::Word) && self.is(-1, TokenKind::Word) && self.is(-2, TokenKind::Number) {
            let number = crate::syntax::literals::times(self.text(-2), before)?;
            let mend =
                self.replace(-2, -1, number.clone()).map(|mend| mend.shown_as(format!("{number} {}", self.text(0))));
            return self.fix(-1, format!("`{before}` is no unit"), "write the zeros", "write all digits: `{}`", mend);
        }
        // `99,5`: in a list a space stands behind the comma.
        (-3..=0).find_map(|at| {
            let decimals =
                self.text(at) == "," && self.is(at - 1, TokenKind::Number) && self.is(at + 1, TokenKind::Number);
            if !decimals || !self.touches(at - 1) || !self.touches(at) {
                return None;
            }
            let (whole, part) = (self.text(at - 1), self.text(at + 1));
            let written = format!("{whole}.{part}");
            if !self.reads(at - 1, at + 1, &written) {
                return None;
            }
            let mend = self.replace(at - 1, at + 1, written.clone());
            // `12,5%` with its sign.
            let percent = self.text(at + 2) == "%" && self.touches(at + 1);
            let mend = mend.map(|mend| if percent { mend.shown_as(format!("{written}%")) } else { mend });
            self.fix(at, format!("a comma stands inside `{whole},{part}`"), "not a decimal point", "write `{}`", mend)
        })
    }
}

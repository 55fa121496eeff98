//! Habits of writing what a scorecard counts: weights, targets and scores in other words.

use crate::diagnostic::Mend;
use crate::syntax::expected::here::{Here, Slip};
use crate::syntax::scan::TokenKind;
use crate::syntax::words;

impl Here<'_, '_> {
    /// `goal 24_000 CNY`, `on achievement linear`.
    pub(super) fn wrong_part(&self) -> Option<Slip> {
        if !self.is_entry() {
            return None;
        }
        let meant = |at: isize| {
            let part = match self.text(at).to_lowercase().as_str() {
                "goal" | "goals" | "plan" | "budget" | "quota" | "objective" | "ziel" | "zielwert" | "目标"
                | "目标值" | "objectif" | "objetivo" | "targets" => "target",
                "achievement" | "achieved" | "zielerreichung" | "达成率" | "fulfilment" | "fulfillment" => {
                    "attainment"
                }
                "scores" | "scored" | "punkte" | "得分" => "score",
                "prorata" | "anteilig" => "prorated",
                _ => return None,
            };
            self.is(at, TokenKind::Word).then_some(part)
        };
        // `target at most 24_000 CNY`
        if self.text(-1) == "target" {
            let number = (0..4).find(|at| self.is(*at, TokenKind::Number))?;
            if (0..number).all(|at| self.is(at, TokenKind::Word)) && number > 0 && self.reads(0, number - 1, "") {
                let said = self.written(0, number - 1);
                let mend = self.away(0, number - 1).map(|mend| self.whole(mend));
                let message = format!("no `{said}` stands behind `target`");
                return self.fix(0, message, "take this away", "write `{}`", mend);
            }
        }
        // `score attainment linear …`
        if self.text(-1) == "attainment" && self.text(-2) == "score" && self.reads(-1, -1, "on attainment") {
            let mend = self.span(-1, -1).map(|span| Mend::before(span, "on")).map(|mend| self.whole(mend));
            return self.fix(
                -1,
                "`on` is missing before `attainment`",
                "`on` is missing before this",
                "write `{}`",
                mend,
            );
        }
        [0, -1].into_iter().find_map(|at| {
            let meant = meant(at)?;
            if !self.reads(at, at, meant) {
                return None;
            }
            let message = format!("`{}` is called `{meant}` here", self.text(at));
            self.fix(at, message, format!("write `{meant}`"), "write `{}`", self.replace(at, at, meant))
        })
    }

    /// A weight or share of two numbers.
    pub(super) fn share_of_two(&self) -> Option<Slip> {
        let (one, other) = (self.text(-1), self.text(1));
        if matches!(self.text(0), "-" | "to" | "~") {
            let to = 1 + isize::from(self.text(2) == "%");
            let message = format!("`{}` are two numbers, and one stands here", self.written(-1, to));
            let help = "write the number that holds; limits for weights stand in the house rules";
            return self.at(0, message, "a range", Some(help.into()));
        }
        if self.text(0) != "/" {
            return None;
        }
        let (part, whole) = (one.parse::<u64>().ok()?, other.parse::<u64>().ok().filter(|whole| *whole > 0)?);
        // In hundredths of a percent, where it is so many.
        let exact = (part * 10_000 % whole == 0).then(|| part * 10_000 / whole);
        let mend = exact.and_then(|hundredths| {
            let (percent, rest) = (hundredths / 100, hundredths % 100);
            let decimals = format!("{rest:02}");
            let decimals = decimals.trim_end_matches('0');
            let written = if decimals.is_empty() { format!("{percent}%") } else { format!("{percent}.{decimals}%") };
            self.replace(-1, 1, written)
        });
        let help = match mend {
            Some(_) => "write `{}`",
            None => "no percentage is that part: entries that share what is left in equal parts have the word equal",
        };
        self.fix(0, "a weight is written in percent", "not a percentage", help, mend)
    }

    /// `20% settled in time`, `20% settled-in-time`.
    pub(super) fn name_in_parts(&self) -> Option<Slip> {
        const PARTS: &[&str] = &["target", "score", "prorated", "applies", "over"];
        let part = |at: isize| {
            let text = self.text(at);
            (self.is(at, TokenKind::Word) && !PARTS.contains(&text)) || text == "-"
        };
        let first = self.text(self.first());
        let weighted = self.is(self.first(), TokenKind::Number) || matches!(first, "equal" | "rest" | "?");
        let misspelt = words::spelt_like(self.text(0), PARTS.iter().copied()).is_some();
        if !weighted || misspelt || !part(0) || !self.is(-1, TokenKind::Word) {
            return None;
        }
        // Behind the value of a target, or the word that says how it scores, no name follows.
        if (self.first()..0).any(|at| PARTS.contains(&self.text(at))) {
            return None;
        }
        let start = (self.first()..0).rev().take_while(|at| part(*at)).last()?;
        // Of `20 points rate`, `points` is no part of the name.
        let start = start + isize::from(matches!(self.text(start), "points" | "point" | "group" | "rest" | "equal"));
        let percent = matches!(
            self.text(start).to_lowercase().as_str(),
            "percent" | "per" | "prozent" | "pct" | "perc" | "procent" | "pourcent"
        );
        if percent && self.is(start - 1, TokenKind::Number) {
            let end = start + isize::from(self.text(start) == "per");
            let (number, written) = (self.text(start - 1), self.written(start, end));
            let mend = self.replace(start - 1, end, format!("{number}%"));
            return self.fix(start, format!("`{written}` is written `%`"), "write `%`", "write `{}`", mend);
        }
        if matches!(self.text(start), "pts" | "pt" | "Punkte" | "分") && self.is(start - 1, TokenKind::Number) {
            let message = format!("`{}` is written `points`", self.text(start));
            let number = self.text(start - 1);
            let share = self.replace(start - 1, start, format!("{number}%"));
            let points = self.replace(start, start, "points").map(|mend| mend.shown_as(format!("{number} points")));
            let help = "write `{}`, or `{}` where the scorecard states its total";
            return self.fix(start, message, "write `points`", help, share.into_iter().chain(points));
        }
        let end = (0..self.all().end).take_while(|at| part(*at)).last()?;
        let words: Vec<&str> = (start..=end).map(|at| self.text(at)).filter(|text| *text != "-").collect();
        if words.len() < 2 {
            return None;
        }
        let help = "join the words of a name with `_`: `{}`";
        let mend = self.replace(start, end, words.join("_"));
        self.fix(0, "a name is one word", "not part of the name before it", help, mend)
    }

    /// `linear (50%, 0), (100%, 100)`
    pub(super) fn points_in_brackets(&self) -> Option<Slip> {
        let first = self.all().find(|at| self.text(*at) == "linear" && self.is(at + 1, TokenKind::OpenParen))? + 1;
        let (mut at, mut points) = (first, Vec::new());
        loop {
            let close = self.close_of(at)?;
            let comma = (at + 1..close).find(|at| matches!(self.text(*at), "," | ";"))?;
            points.push(format!("{} -> {}", self.raw(at + 1, comma - 1), self.raw(comma + 1, close - 1)));
            if !matches!(self.text(close + 1), "," | ";") || !self.is(close + 2, TokenKind::OpenParen) {
                let written = points.join(", ");
                let mend = self.reads(first, close, &written).then(|| self.replace(first, close, written)).flatten()?;
                let message = "a point of a line is a value, `->` and its score";
                return self.fix(first, message, "no brackets", "write `{}`", [mend]);
            }
            at = close + 2;
        }
    }
}

//! Habits from word processors and other ways of writing lists, dates, names, amounts and grades, each with what to
//! write here.

mod dates;
mod entries;
mod grades;
mod listing;
mod names;
mod types;

use super::Around;
use super::here::{Here, Slip};
use crate::diagnostic::Mend;
use crate::syntax::grammar::{BlockKind, Rule};
use crate::syntax::scan::TokenKind;
use crate::syntax::words;

/// The habit that stopped the reading, if it is a known one.
pub fn habit(around: &Around, expected: &[Rule], kind: BlockKind) -> Option<Slip> {
    let here = Here { around, expected, kind };
    here.formulas()
        .or_else(|| here.bullets())
        .or_else(|| here.output_part())
        .or_else(|| here.dated_status())
        .or_else(|| here.points_in_brackets())
        .or_else(|| here.endings())
        .or_else(|| here.quotes_in_text())
        .or_else(|| here.lists())
        .or_else(|| here.dated())
        .or_else(|| here.names())
        .or_else(|| here.types())
        .or_else(|| here.units())
        .or_else(|| here.grades())
        .or_else(|| here.files())
        .or_else(|| here.signs())
        .or_else(|| here.wrong_words())
}

impl Here<'_, '_> {
    /// `from "sales.csv"`, `file "a.csv", "b.csv"`, `roster people`.
    fn files(&self) -> Option<Slip> {
        if self.kind.rule != Rule::data_clause {
            return None;
        }
        let first = self.text(self.first());
        if first == "from" && self.is(0, TokenKind::Text) && self.wants(Rule::kw_postgres) {
            let mend = self.replace(-1, -1, "file").map(|mend| mend.shown_as(format!("file {}", self.text(0))));
            return self.fix(-1, "a file is named behind `file`", "write `file`", "write `{}`", mend);
        }
        if first == "file"
            && matches!(self.text(0), "," | "and")
            && self.is(1, TokenKind::Text)
            && self.token(2).is_none()
        {
            let indent = " ".repeat(self.around.first.map_or(0, |first| first.indent));
            let end = self.token(-1)?.end;
            let mend = Mend::replace(self.around.scan.span(end, self.token(1)?.start), format!("\n{indent}file "));
            let shown = format!("file {}", self.text(1));
            return self.fix(
                0,
                "each file has a line of its own",
                "another file",
                "write `{}` on a line of its own",
                [mend.shown_as(shown)],
            );
        }
        if first == "roster" && self.is(0, TokenKind::Word) {
            let away = self.away(0, self.last()).map(|mend| mend.shown_as("roster"));
            let message = "`roster` stands alone on its line";
            return self.fix(
                0,
                message,
                "take this away",
                "write `{}`; with one position for all of them, `roster as …`",
                away,
            );
        }
        None
    }

    fn signs(&self) -> Option<Slip> {
        let (found, before) = (self.text(0), self.text(-1));
        if found == ":" && self.wants(Rule::equals) && self.kind.rule != Rule::declaration {
            let mend = self
                .replace(0, 0, " =")
                .map(|mend| mend.shown_as(format!("{before} = {}", self.written(1, self.last()))));
            return self.fix(0, format!("behind `{before}` stands `=`, not `:`"), "write `=`", "write `{}`", mend);
        }
        let sign = matches!(found, ":" | "=" | ">=" | "<=" | ">");
        let word = matches!(found, "is" | "of" | "equals" | "at");
        let behind_word = (sign || word) && self.is(-1, TokenKind::Word) && words::is_word_of_the_language(before);
        if behind_word
            && !self.wants(Rule::colon)
            && !self.wants(Rule::equals)
            && (sign || self.is(1, TokenKind::Number))
        {
            let reads = self.reads(0, 0, "");
            let mend = reads.then(|| self.away(0, 0)).flatten();
            let mend = mend.map(|mend| self.whole(mend));
            let help = mend.is_some().then(|| "write `{}`".to_string());
            if reads {
                let slip = self.at(0, format!("no `{found}` stands behind `{before}`"), "take this away", help)?;
                return Some(Slip { mends: mend.into_iter().collect(), ..slip });
            }
        }
        if found == ":" && self.wants(Rule::divide) && self.reads(0, 0, "/") {
            let mend = self.replace(0, 0, " /").map(|mend| self.whole(mend));
            return self.fix(0, "a division is written with `/`", "write `/`", "write `{}`", mend);
        }
        if matches!(found, "x" | "X") && self.wants(Rule::times) && self.token(1).is_some() {
            let mend = self.replace(0, 0, "*").map(|mend| mend.shown_as(format!("* {}", self.text(1))));
            return self.fix(0, "a product is written with `*`", "write `*`", "write `{}`", mend);
        }
        if self.kind.rule == Rule::declaration
            && self.wants(Rule::colon)
            && self.is(0, TokenKind::Word)
            && self.is(-1, TokenKind::Text)
        {
            let shown = format!("{} : {}", self.written(self.first(), -1), self.written(0, self.last()));
            let mend = self.span(0, 0).map(|span| Mend::before(span, ":").shown_as(shown));
            return self.fix(0, "`:` is missing before the unit", "`:` is expected here", "write `{}`", mend);
        }
        None
    }

    fn wrong_words(&self) -> Option<Slip> {
        let (found, before) = (self.text(0), self.text(-1));
        let blank = matches!(found, "blank" | "empty" | "null" | "none" | "nothing" | "na" | "nil" | "None" | "NULL");
        if blank && self.wants(Rule::kw_missing) {
            let from = (self.first()..0).rev().find(|at| self.text(*at) == "is").unwrap_or(-1);
            let shown = format!("{} missing", self.written(from, -1));
            let mend = self.replace(0, 0, "missing").map(|mend| mend.shown_as(shown));
            let help = "a blank cell is asked for with `{}`";
            return self.fix(0, format!("`{found}` is not a word of the language"), "write `missing`", help, mend);
        }
        // `settled not missing`, `settled is-not missing`
        for (from, to) in [(-1, -1), (-1, 1)] {
            let not = if to == -1 { found == "missing" && before == "not" } else { before == "is" && found == "-" };
            if not && self.text(to) == "not" && self.reads(from, to, "is not") {
                let shown = format!("{} is not missing", self.text(from - 1));
                let mend = self.replace(from, to, "is not").map(|mend| mend.shown_as(shown));
                let message = "whether a cell is filled is asked in three words";
                return self.fix(from, message, "write `is not`", "write `{}`", mend);
            }
        }
        let of = self.is(0, TokenKind::Word) && self.is(-2, TokenKind::Word) && self.wants(Rule::window_word);
        if before == "in" && of && self.reads(-1, -1, "of") {
            let shown = format!("{} of {found}", self.text(-2));
            let mend = self.replace(-1, -1, "of").map(|mend| mend.shown_as(shown));
            return self.fix(-1, "between a column and its data set stands `of`", "write `of`", "write `{}`", mend);
        }
        if matches!(found, "required" | "mandatory" | "notnull") && self.wants(Rule::kw_optional) {
            let help = "take it away: a cell must be filled unless its column says `optional`";
            let message = format!("`{found}` is not a word of the language");
            return self.fix(0, message, "take this away", help, self.away(0, 0));
        }
        if matches!(before, "scores" | "score") && self.is(0, TokenKind::Number) && self.wants(Rule::kw_to) {
            let mend = self.span(0, 0).map(|span| Mend::before(span, "to"));
            let mend = mend.map(|mend| mend.shown_as(format!("{before} to {}", self.written(0, self.last()))));
            return self.fix(0, "`to` is missing before the number", "`to` is missing before this", "write `{}`", mend);
        }
        None
    }
}

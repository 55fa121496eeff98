//! Formulas of databases and other languages, and how they are written here; those of spreadsheets stand in `sheets.rs`.

use super::here::{Here, Slip};
use crate::diagnostic::Mend;
use crate::syntax::grammar::Rule;
use crate::syntax::scan::TokenKind;
use crate::syntax::words;

impl Here<'_, '_> {
    /// What formulas of other languages stopped the reading.
    pub fn formulas(&self) -> Option<Slip> {
        self.query()
            .or_else(|| self.conditional())
            .or_else(|| self.translated())
            .or_else(|| self.spreadsheet())
            .or_else(|| self.sheet_and_column())
            .or_else(|| self.not_in_formulas())
            .or_else(|| self.foreign_words())
            .or_else(|| self.capitals())
            .or_else(|| self.function_if())
            .or_else(|| self.aggregates())
            .or_else(|| self.assigned())
    }

    /// `SELECT SUM(amount) FROM sales`, `case when a then b else c end`.
    fn query(&self) -> Option<Slip> {
        let first = self.all().find(|at| self.text(*at) == "=").map_or(self.first(), |at| at + 1);
        let is = |at: isize, word: &str| self.text(at).eq_ignore_ascii_case(word);
        if is(first, "select") {
            let call = is(first + 2, "(") && is(first + 4, ")") && is(first + 5, "from");
            let function = self.text(first + 1).to_lowercase();
            let written = (call && self.is(first + 6, TokenKind::Word)).then(|| match function.as_str() {
                "count" => format!("count({})", self.text(first + 6)),
                "avg" => format!("average({} of {})", self.text(first + 3), self.text(first + 6)),
                _ => format!("{function}({} of {})", self.text(first + 3), self.text(first + 6)),
            });
            let whole = written.filter(|text| self.reads(first, self.last(), text));
            let mend = whole.and_then(|text| self.replace(first, self.last(), text));
            let help = match mend {
                Some(_) => "an aggregate reads a data set: `{}`",
                None => "an aggregate reads a data set, as in `sum(amount of sales where product = tea)`",
            };
            return self.fix(first, "no query stands here", "a query of a database", help, mend);
        }
        if is(first, "case") && is(first + 1, "when") {
            let then = self.all().find(|at| is(*at, "then"))?;
            let text = self.raw(first + 2, self.last());
            let text = text.strip_suffix("end").or_else(|| text.strip_suffix("END")).unwrap_or(&text).trim_end();
            let written = format!("if {text}");
            let mend = (then > first && self.reads(first, self.last(), &written))
                .then(|| self.replace(first, self.last(), written))
                .flatten();
            let help = match mend {
                Some(_) => "write `{}`",
                None => "write it as in `if a then b else if c then d else e`",
            };
            return self.fix(first, "a choice begins with `if`", "not a word of the language", help, mend);
        }
        None
    }

    /// `a if c else b`, `c ? a : b`, `if c: a else b`.
    fn conditional(&self) -> Option<Slip> {
        let from = self.all().find(|at| self.text(*at) == "=").map_or(self.first(), |at| at + 1);
        let (condition, value, otherwise) = match self.text(0) {
            "if" if self.wants(Rule::plus) => {
                let other = (1..self.all().end).find(|at| self.text(*at) == "else")?;
                (self.raw(1, other - 1), self.raw(from, -1), self.raw(other + 1, self.last()))
            }
            "?" => {
                let other = (1..self.all().end).find(|at| self.text(*at) == ":")?;
                (self.raw(from, -1), self.raw(1, other - 1), self.raw(other + 1, self.last()))
            }
            ":" if self.around.has_if && (self.first()..0).all(|at| self.text(at) != "then") => {
                let mend = self.replace(0, 0, " then");
                let mend = mend.filter(|_| self.reads(0, 0, " then")).map(|mend| self.whole(mend));
                let help = if mend.is_some() { "write `{}`" } else { "write it as in `if a then b else c`" };
                return self.fix(0, "behind a condition stands `then`", "write `then`", help, mend);
            }
            _ => return None,
        };
        let written = format!("if {condition} then {value} else {otherwise}");
        let mend = self.reads(from, self.last(), &written).then(|| self.replace(from, self.last(), written)).flatten();
        let help = if mend.is_some() { "write `{}`" } else { "write it as in `if a then b else c`" };
        self.fix(0, "a choice begins with `if` and its condition", "not behind a value", help, mend)
    }

    /// `sales!amount`, `sales.sum(amount)`, `! (a is missing)`, `"a" & "b"`.
    fn sheet_and_column(&self) -> Option<Slip> {
        if self.text(0) == "!" && self.is(-1, TokenKind::Word) && self.is(1, TokenKind::Word) && self.touches(-1) {
            let of = format!("{} of {}", self.text(1), self.text(-1));
            let whole = if self.text(-2) == "(" { of } else { format!("sum({of})") };
            let mend = self.replace(-1, 1, whole);
            return self.fix(
                0,
                "a column stands before its data set, with `of` between",
                "not a sign here",
                "write `{}`",
                mend,
            );
        }
        if self.text(0) == "!" {
            let mend = self.replace(0, 0, "not ").map(|mend| self.whole(mend));
            return self.fix(0, "`!` is not a sign of the language", "write `not`", "write `{}`", mend);
        }
        if self.text(0) == "&" && (self.is(1, TokenKind::Text) || self.is(-1, TokenKind::Text)) {
            let help = "take it away: the unit behind the colon says in what the value is";
            return self.fix(0, "numbers and texts are not joined", "take this away", help, None);
        }
        // `sales.sum(amount)`
        if self.is(0, TokenKind::OpenParen)
            && self.is(-1, TokenKind::Word)
            && self.text(-2) == "."
            && self.is(-3, TokenKind::Word)
        {
            let close = self.close_of(0)?;
            let (data, function) = (self.text(-3), self.text(-1));
            let inside = if close > 1 { format!("{} of {data}", self.raw(1, close - 1)) } else { data.to_string() };
            let written = format!("{function}({inside})");
            let mend = self.reads(-3, close, &written).then(|| self.replace(-3, close, written)).flatten();
            let help = if mend.is_some() { "write `{}`" } else { "write it as in `sum(amount of sales)`" };
            return self.fix(-1, "a data set stands inside the brackets, behind `of`", "not behind a dot", help, mend);
        }
        None
    }

    /// `und`, `oder`, `nicht leer`, `且`.
    fn foreign_words(&self) -> Option<Slip> {
        [0, -1].into_iter().find_map(|at| {
            let text = self.text(at);
            let meant = words::connecting(text).filter(|_| self.is(at, TokenKind::Word))?;
            // Both words of `nicht leer`.
            let next = words::connecting(self.text(at + 1)).filter(|_| self.is(at + 1, TokenKind::Word));
            let (to, written) = match next {
                Some(next) => (at + 1, format!("{meant} {next}")),
                None => (at, meant.to_string()),
            };
            if !self.reads(at, to, &written) && at < 0 {
                return None;
            }
            let message = format!("`{}` is written `{written}`", self.written(at, to));
            let label = format!("write `{written}`");
            self.fix(at, message, label, "write `{}`", self.replace(at, to, written).map(|mend| self.whole(mend)))
        })
    }

    /// `AND`, `IF … THEN`.
    fn capitals(&self) -> Option<Slip> {
        const SMALL: &[&str] =
            &["and", "or", "not", "if", "then", "else", "is", "in", "of", "where", "between", "default", "missing"];
        let capital = |at: isize| {
            let small = self.text(at).to_lowercase();
            (self.is(at, TokenKind::Word) && small != self.text(at) && SMALL.contains(&small.as_str())).then_some(small)
        };
        let at = [-1, 0].into_iter().find(|at| capital(*at).is_some())?;
        let small = capital(at)?;
        // All words of the clause that are written so.
        let all = self.all().filter_map(|at| self.replace(at, at, capital(at)?));
        let mend = all.reduce(Mend::and)?.shown_as(small.clone());
        let help = "the words of the language have no capitals: `{}`";
        self.fix(
            at,
            format!("`{}` is written in small letters", self.text(at)),
            format!("write `{small}`"),
            help,
            [mend],
        )
    }

    /// `sum(amount from sales)`, `sum(…) where …`, `count(*)`, `count(distinct a of b)`, `a like "b"`.
    fn aggregates(&self) -> Option<Slip> {
        let (found, before) = (self.text(0), self.text(-1));
        if found == "from" && self.is(-1, TokenKind::Word) && self.is(1, TokenKind::Word) && self.wants(Rule::kw_of) {
            let mend = self.replace(0, 0, "of").map(|mend| mend.shown_as(format!("{before} of {}", self.text(1))));
            return self.fix(0, "between a column and its data set stands `of`", "write `of`", "write `{}`", mend);
        }
        if found == "where" && self.is(-1, TokenKind::CloseParen) {
            let condition = self.raw(0, self.last());
            let written = format!(" {condition})");
            let mend = self.reads(-1, self.last(), &written).then(|| self.replace(-1, self.last(), written)).flatten();
            let mend = mend.map(|mend| mend.shown_as(format!("{condition})")));
            let help = match mend {
                Some(_) => "move the bracket behind it: `… {}`",
                None => "write it as in `sum(amount of sales where product = tea)`",
            };
            return self.fix(0, "which rows are read stands inside the brackets", "not behind `)`", help, mend);
        }
        if found == "*" && before == "(" && self.text(-2) == "count" {
            // The one data set that the clause reads besides.
            let mut sets: Vec<&str> =
                self.all().filter(|at| self.text(at - 1) == "of").map(|at| self.text(at)).collect();
            sets.dedup();
            let mend = (sets.len() == 1).then(|| self.replace(0, 0, sets[0])).flatten();
            let mend = mend.map(|mend| mend.shown_as(format!("count({})", sets[0])));
            let help =
                if mend.is_some() { "write `{}`" } else { "name the data set whose rows are counted: `count(sales)`" };
            return self.fix(0, "`count` counts the rows of a data set", "of which data set?", help, mend);
        }
        if before == "distinct" && self.text(-2) == "(" && self.text(-3) == "count" {
            let mend = self.replace(-3, -1, "count distinct(")?;
            let mend = Mend { edits: mend.edits, shown: format!("count distinct({}", self.written(0, self.last())) };
            return self.fix(-1, "`distinct` stands before the bracket", "move this before `(`", "write `{}`", [mend]);
        }
        if matches!(found, "like" | "contains" | "startswith" | "matches") && self.is(1, TokenKind::Text) {
            let help = "compare the whole text, as in `product = \"tea\"`, or let a column of the file say it";
            return self.at(0, "no part of a text is looked for", "not a comparison", Some(help.into()));
        }
        None
    }

    /// `= sum(…)`, `return sum(…)`.
    fn assigned(&self) -> Option<Slip> {
        if self.kind.rule == Rule::kpi_clause && self.around.here == 0 && self.text(0) == "=" {
            let mend = self.replace(0, 0, "value =");
            let mend = mend.filter(|_| self.reads(0, 0, "value =")).map(|mend| self.whole(mend));
            let help = if mend.is_some() { "write `{}`" } else { "write it as in `value = sum(amount of sales)`" };
            return self.fix(0, "a formula stands behind `value =`", "`value` is missing before this", help, mend);
        }
        None
    }

    /// What formulas cannot say, and the nearest that they can.
    fn not_in_formulas(&self) -> Option<Slip> {
        let formula = self.wants(Rule::plus) || self.wants(Rule::infix) || self.wants(Rule::open_paren);
        let score_of = [0, -2].into_iter().find(|at| self.text(*at) == "of" && self.text(at - 1) == "score");
        if let Some(at) = score_of.filter(|at| *at < 0 || formula && !self.is_entry()) {
            let entry = self.text(at + 1);
            let message =
                "the score of one entry or group cannot be read in a formula: `score` is that of the whole scorecard";
            let help = format!(
                "give the curve of the entry a name, `scale {entry}_scale : % {{ … }}`; score the entry with it, as in `score \
                 {entry}_scale`, and call it here, as in `{entry}_scale({entry})`"
            );
            return self.at(at, message, "not in a formula", Some(help));
        }
        if matches!(self.text(0), "mod" | "MOD" | "modulo" | "rem" | "%")
            && formula
            && !self.is(-1, TokenKind::Number)
            && self.token(1).is_some()
        {
            let help = "take it away: no formula needs what is left over; floor( … ) gives the whole part";
            return self.at(0, "the remainder of a division is not known here", "not an operator", Some(help.into()));
        }
        let place =
            matches!(self.text(-1), "best" | "top" | "largest" | "highest" | "worst" | "lowest" | "smallest" | "first");
        if place && self.is(0, TokenKind::Number) && self.text(-2) == "(" {
            let number = self.text(0);
            let message = "rows cannot be chosen by their place among others";
            let help = format!(
                "let the file say the place of each row, and choose by that column, as in `sum(points of measures where place <= \
                 {number})`"
            );
            return self.at(-1, message, "not a column", Some(help));
        }
        None
    }
}

//! Habits from word processors, spreadsheets and other languages, each with what to write here.

use super::slips::Slip;
use super::{Around, shorten};
use crate::syntax::grammar::Rule;
use crate::syntax::reader::BlockKind;
use crate::syntax::scan::{Kind, Token};
use crate::syntax::words;

/// The habit that stopped the reading, if it is a known one.
pub fn habit(around: &Around, expected: &[Rule], kind: BlockKind) -> Option<Slip> {
    let here = Here { around, expected, kind };
    here.spreadsheet()
        .or_else(|| here.not_in_formulas())
        .or_else(|| here.capitals())
        .or_else(|| here.function_if())
        .or_else(|| here.bullets())
        .or_else(|| here.lists())
        .or_else(|| here.dated())
        .or_else(|| here.names())
        .or_else(|| here.units())
        .or_else(|| here.grades())
        .or_else(|| here.signs())
        .or_else(|| here.wrong_words())
}

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
    ("VLOOKUP", "a column that links to the other data set: `seller.base_pay`"),
    ("XLOOKUP", "a column that links to the other data set: `seller.base_pay`"),
    ("SVERWEIS", "a column that links to the other data set: `seller.base_pay`"),
    ("INDEX", "a column that links to the other data set: `seller.base_pay`"),
    ("ROUND", "`round(sold to 0.01 CNY)`"),
    ("RUNDEN", "`round(sold to 0.01 CNY)`"),
    ("ROUNDUP", "`round_up(sold to 1 CNY)`"),
    ("ROUNDDOWN", "`round_down(sold to 1 CNY)`"),
    ("ISBLANK", "`paid_on is missing`"),
    ("TODAY", "`period.end`"),
];

struct Here<'a, 's> {
    around: &'a Around<'s>,
    expected: &'a [Rule],
    kind: BlockKind,
}

impl<'s> Here<'_, 's> {
    fn wants(&self, rule: Rule) -> bool {
        self.expected.contains(&rule)
    }

    /// Whether nothing but these might stand here.
    fn wants_only(&self, rules: &[Rule]) -> bool {
        !self.expected.is_empty() && self.expected.iter().all(|rule| rules.contains(rule))
    }

    /// The token so many places behind the one at which reading stopped.
    fn token(&self, behind: isize) -> Option<&'s Token> {
        self.around.here.checked_add_signed(behind).and_then(|at| self.around.tokens.get(at))
    }

    fn text(&self, behind: isize) -> &'s str {
        self.around.text(self.token(behind))
    }

    fn is(&self, behind: isize, kind: Kind) -> bool {
        self.token(behind).is_some_and(|token| token.kind == kind)
    }

    fn is_entry(&self) -> bool {
        matches!(self.kind.rule, Rule::scorecard_clause | Rule::group_clause)
    }

    /// Whether a token touches the one behind it.
    fn touches(&self, behind: isize) -> bool {
        self.token(behind).zip(self.token(behind + 1)).is_some_and(|(left, right)| left.end == right.start)
    }

    /// The finding at a token.
    fn at(
        &self,
        behind: isize,
        message: impl Into<String>,
        label: impl Into<String>,
        help: Option<String>,
    ) -> Option<Slip> {
        let place = self.token(behind).map(|token| (token.start, token.end));
        Some(Slip { message: message.into(), label: label.into(), help, place, mends: Vec::new() })
    }

    /// What stands between two tokens, both included, as it is written.
    fn written(&self, from: isize, to: isize) -> String {
        match self.token(from).zip(self.token(to)) {
            Some((from, to)) => shorten(&self.around.scan.text[from.start..to.end]),
            None => String::new(),
        }
    }

    /// How many tokens behind the stop the clause begins; not above 0.
    fn first(&self) -> isize {
        -(self.around.here as isize)
    }

    fn all(&self) -> std::ops::Range<isize> {
        self.first()..self.around.tokens.len() as isize - self.around.here as isize
    }

    // ---------------------------------------------------------------- spreadsheets

    /// `=SUM(D2:D8)`, `SUMIF(…; …)`.
    fn spreadsheet(&self) -> Option<Slip> {
        let cell = |text: &str| {
            let letters = text.bytes().take_while(u8::is_ascii_uppercase).count();
            (1..=3).contains(&letters) && text.len() > letters && text.bytes().skip(letters).all(|b| b.is_ascii_digit())
        };
        let range = self.all().find(|at| cell(self.text(*at)) && self.text(at + 1) == ":" && cell(self.text(at + 2)));
        if let Some(at) = range {
            return self.at(
                at,
                format!("`{}` are cells of a spreadsheet", self.written(at, at + 2)),
                "cells have no names here",
                Some("name the column and its data set: `sum(amount of sales)`".into()),
            );
        }
        let called = |at: &isize| self.is(*at, Kind::Word) && self.touches(*at) && self.is(at + 1, Kind::OpenParen);
        let found = self.all().filter(called).find_map(|at| {
            let known = SPREADSHEET.iter().find(|(name, _)| *name == self.text(at))?;
            Some((at, known.1))
        });
        if let Some((at, here)) = found {
            let name = self.text(at);
            let how = if here.starts_with('`') { "written" } else { "done by" };
            let help = format!("what `{name}` does is {how} {here}");
            return self.at(at, format!("`{name}` is a function of spreadsheets"), "not a function here", Some(help));
        }
        if self.text(0) == "=" && self.text(-1) == "=" {
            return self.at(0, "a formula begins without `=`", "take this away", Some("one `=` is enough".into()));
        }
        None
    }

    /// `AND`, `IF … THEN`.
    fn capitals(&self) -> Option<Slip> {
        const SMALL: &[&str] =
            &["and", "or", "not", "if", "then", "else", "is", "in", "of", "where", "between", "default", "missing"];
        [-1, 0].into_iter().find_map(|at| {
            let small = self.text(at).to_lowercase();
            let capital = self.is(at, Kind::Word) && small != self.text(at) && SMALL.contains(&small.as_str());
            if !capital {
                return None;
            }
            self.at(
                at,
                format!("`{}` is written in small letters", self.text(at)),
                format!("write `{small}`"),
                Some("the words of the language have no capitals".into()),
            )
        })
    }

    /// `if(a, b, c)`.
    fn function_if(&self) -> Option<Slip> {
        if !matches!(self.text(0), "," | ";") {
            return None;
        }
        let at = (self.first()..0).rev().find(|at| self.text(*at) == "if" && self.is(at + 1, Kind::OpenParen))?;
        let mut parts = vec![at + 2];
        let (mut depth, mut end) = (0, None);
        for place in at + 1..self.all().end {
            match (self.token(place)?.kind, self.text(place)) {
                (Kind::OpenParen, _) => depth += 1,
                (Kind::CloseParen, _) => depth -= 1,
                (_, "," | ";") if depth == 1 => parts.push(place + 1),
                _ => {}
            }
            if depth == 0 {
                end = Some(place);
                break;
            }
        }
        let written = match (parts.as_slice(), end) {
            ([a, b, c], Some(end)) => format!(
                "`if {} then {} else {}`",
                self.written(*a, b - 2),
                self.written(*b, c - 2),
                self.written(*c, end - 1)
            ),
            _ => "`if a then b else c`".to_string(),
        };
        self.at(at, "`if` is no function here", "write it in words", Some(format!("write {written}")))
    }

    // ---------------------------------------------------------------- lists

    /// `- 20% rate`, `3. 20% rate`.
    fn bullets(&self) -> Option<Slip> {
        let first = self.first();
        let weighted = self.is_entry() || matches!(self.kind.rule, Rule::responsibility | Rule::index_clause);
        if !weighted {
            return None;
        }
        let help = |from: isize| Some(format!("begin the line with the weight: `{} …`", self.written(from, from + 2)));
        if matches!(self.text(first), "-" | "*" | "+") && self.is(first + 1, Kind::Number) {
            return self.at(first, "a list needs no bullets", "take this away", help(first + 1));
        }
        let numbered = self.is(first, Kind::Number) && self.touches(first) && !self.touches(first + 1);
        if numbered && matches!(self.text(first + 1), "." | ":") && self.is(first + 2, Kind::Number) {
            return self.at(first, "a list needs no numbers", "take this away", help(first + 2));
        }
        None
    }

    /// What separates the parts of a list.
    fn lists(&self) -> Option<Slip> {
        let found = self.text(0);
        if matches!(found, ";" | "and" | "&") && self.wants(Rule::comma) && !self.wants(Rule::kw_and) {
            let help = Some(format!("write `{}, {}`", self.text(-1), self.text(1)));
            return self.at(0, "a comma stands between the parts of a list", "write `,`", help);
        }
        // `20% rate, score …`: the comma made `score` a second name.
        if matches!(self.text(-1), "score" | "target" | "prorated" | "applies")
            && self.text(-2) == ","
            && self.is_entry()
        {
            let help = Some(format!("write `{} {}`", self.text(-3), self.written(-1, 0)));
            return self.at(-2, "the parts of an entry stand behind each other without commas", "take this away", help);
        }
        let names = self.is(-1, Kind::Word) && self.is(0, Kind::Word) && !words::is_reserved(found);
        if names && self.wants_only(&[Rule::comma, Rule::EOI]) {
            let help = Some(format!("write `{}, {found}`", self.text(-1)));
            return self.at(0, "a comma stands between the parts of a list", "`,` is missing before this", help);
        }
        let pair = (1..6).take_while(|at| self.text(*at) != ",").any(|at| self.text(at) == "->");
        if self.is(0, Kind::Number) && self.wants(Rule::comma) && pair {
            let help = Some("put a comma between two points of a curve: `60% -> 0, 100% -> 100`".to_string());
            return self.at(0, "a comma is missing between two points", "`,` is missing before this", help);
        }
        None
    }

    // ---------------------------------------------------------------- dates

    /// `24 CNY from 2027 30 CNY`, `30 CNY from 2027`, `, from 2027 30 CNY`, `Q1 2027`.
    fn dated(&self) -> Option<Slip> {
        let found = self.text(0);
        let is_year = |text: &str| text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
        let part = found.strip_prefix(['Q', 'q', 'H', 'h']).is_some_and(|part| part.parse::<u8>().is_ok());
        if part && is_year(self.text(1)) {
            let help = Some(format!("write `{}-{}`", self.text(1), found.to_uppercase()));
            return self.at(0, "a period begins with its year", "the year belongs before this", help);
        }
        if found != "from" {
            return None;
        }
        if self.text(-1) == "," && self.wants(Rule::name) {
            return self.at(
                -1,
                "the first value is missing",
                "a value is missing before this",
                Some("say first what holds before: `target 24_000 CNY, from 2027-Q1 30_000 CNY`".into()),
            );
        }
        if !self.wants(Rule::comma) || !self.is(1, Kind::Number) {
            return None;
        }
        if self.is(2, Kind::Number) || self.text(2) == "-" {
            let help = Some(format!("write `{}, from {} …`", self.text(-1), self.text(1)));
            return self.at(0, "a comma is missing before `from`", "`,` is missing before this", help);
        }
        let value = (self.first()..0).rev().find(|at| matches!(self.text(*at), "," | "target" | "="))? + 1;
        let help = Some(format!("write `from {} {}`", self.text(1), self.written(value, -1)));
        self.at(0, "`from` and its day stand before the value", "this belongs before the value", help)
    }

    // ---------------------------------------------------------------- names

    fn names(&self) -> Option<Slip> {
        if self.is(0, Kind::Text) && self.wants(Rule::name) {
            return self.label_for_name();
        }
        if self.kind.rule == Rule::declaration {
            return self.second_word();
        }
        if self.is_entry() || matches!(self.kind.rule, Rule::responsibility | Rule::index_clause) {
            return self.name_in_parts();
        }
        if self.text(self.first()) == "given" && self.text(0) == "." {
            let help = Some(format!("write `given {} {{`", self.text(-1)));
            return self.at(0, "a data set is named here, not its file", "not part of a name", help);
        }
        None
    }

    /// `20% "Label"`, `key "Header"`.
    fn label_for_name(&self) -> Option<Slip> {
        let (what, not, help) = match self.kind.rule {
            Rule::scorecard_clause | Rule::group_clause | Rule::index_clause => {
                ("a KPI", "its label", "write the name that stands behind `kpi` where it is declared")
            }
            Rule::responsibility_clause => {
                ("a KPI", "its label", "write the names that stand behind `kpi` where they are declared")
            }
            Rule::data_clause => {
                ("a column", "its header", "write the name that stands behind `column`, without quotes")
            }
            Rule::rating_clause => {
                let help = format!("write `{}`", self.text(0).trim_matches('"'));
                let message = "the name of a grade stands without quotes, its label with them";
                return self.at(0, message, "a name", Some(help));
            }
            _ => return None,
        };
        self.at(
            0,
            format!("{what} is called by its name here, not by {not}"),
            format!("not the name of {what}"),
            Some(help.into()),
        )
    }

    /// `position customer adviser "Customer adviser" {`.
    fn second_word(&self) -> Option<Slip> {
        let first = self.first();
        let behind_name = self.is(-1, Kind::Word) && -1 > first && !self.around.text(self.around.first).is_empty();
        let word =
            self.is(0, Kind::Word) && (self.wants(Rule::colon) || self.wants(Rule::EOI)) && !self.wants(Rule::comma);
        if !behind_name || !word || (first + 1..0).any(|at| matches!(self.text(at), ":" | "=" | "(")) {
            return None;
        }
        let end = (0..self.all().end).take_while(|at| self.is(*at, Kind::Word)).last()?;
        let words: Vec<&str> = (first + 1..=end).map(|at| self.text(at)).collect();
        let joined = words.join("_");
        let help = if self.is(end + 1, Kind::Text) {
            format!("join the words of a name with `_`: `{joined} {}`", self.text(end + 1))
        } else {
            format!(
                "write `{} \"{}\"` for a name and its label, or join the words of one name with `_`: `{joined}`",
                words[0],
                words[1..].join(" ")
            )
        };
        self.at(0, "a name is one word, and a label stands in quotes", "a second word", Some(help))
    }

    /// `20% settled in time`, `20% settled-in-time`.
    fn name_in_parts(&self) -> Option<Slip> {
        const PARTS: &[&str] = &["target", "score", "prorated", "applies", "over"];
        let part = |at: isize| {
            let text = self.text(at);
            (self.is(at, Kind::Word) && !PARTS.contains(&text)) || text == "-"
        };
        let first = self.text(self.first());
        let weighted = self.is(self.first(), Kind::Number) || matches!(first, "equal" | "rest" | "?");
        let misspelt = words::nearest(self.text(0), PARTS.iter().copied()).is_some();
        if !weighted || misspelt || !part(0) || !self.is(-1, Kind::Word) {
            return None;
        }
        let start = (self.first()..0).rev().take_while(|at| part(*at)).last()?;
        // Of `20 points rate`, `points` is no part of the name.
        let start = start + isize::from(matches!(self.text(start), "points" | "point" | "group" | "rest" | "equal"));
        let end = (0..self.all().end).take_while(|at| part(*at)).last()?;
        let words: Vec<&str> = (start..=end).map(|at| self.text(at)).filter(|text| *text != "-").collect();
        if words.len() < 2 {
            return None;
        }
        let help = Some(format!("join the words of a name with `_`: `{}`", words.join("_")));
        self.at(0, "a name is one word", "not part of the name before it", help)
    }

    // ---------------------------------------------------------------- numbers and units

    fn units(&self) -> Option<Slip> {
        if self.text(0) == "per" && self.is(-1, Kind::Word) && self.is(1, Kind::Word) {
            let help = Some(format!("write `{}/{}`", self.text(-1), self.text(1)));
            return self.at(0, "`per` is written `/` in a unit", "write `/`", help);
        }
        let before = self.text(-1);
        if self.is(0, Kind::Number) && iso_currency::Currency::from_code(before).is_some() {
            let help = Some(format!("write `{} {before}`", self.text(0)));
            return self.at(-1, "the currency stands behind the number", "this belongs behind the number", help);
        }
        None
    }

    /// `A+ "…"`, `1 "…"`, `A 100-120`.
    fn grades(&self) -> Option<Slip> {
        if self.kind.rule != Rule::rating_clause {
            return None;
        }
        let first = self.first();
        let label = (first..self.all().end).find(|at| self.is(*at, Kind::Text)).map_or("", |at| self.text(at));
        let bare = label.trim_matches('"');
        if matches!(self.text(0), "+" | "-") && self.around.here == 1 {
            let (sign, name) = (self.text(0), self.text(-1));
            let word = if sign == "+" { "plus" } else { "minus" };
            let label = format!("{name}{sign} {bare}");
            let help = Some(format!("write `{name}_{word} \"{}\"`: the label shows the sign", label.trim_end()));
            return self.at(0, "the name of a grade is letters, digits and `_`", "not part of a name", help);
        }
        if self.is(0, Kind::Number) && self.around.here == 0 {
            let number = self.text(0);
            let label = format!("{number} {bare}");
            let help = Some(format!("write `grade_{number} \"{}\"`: the label shows the number", label.trim_end()));
            return self.at(0, "the name of a grade begins with a letter", "a name is expected here", help);
        }
        if self.is(0, Kind::Number) && self.wants(Rule::limit) && matches!(self.text(1), "-" | "to") {
            let help = Some(format!("write `>= {}`: the grade above begins where this one ends", self.text(0)));
            return self.at(0, "a grade is given by the score from which it begins", "write the lower limit", help);
        }
        None
    }

    // ---------------------------------------------------------------- signs and words

    fn signs(&self) -> Option<Slip> {
        let (found, before) = (self.text(0), self.text(-1));
        if found == ":" && self.wants(Rule::equals) {
            let help = Some(format!("write `{before} = {}`", self.written(1, self.all().end - 1)));
            return self.at(0, format!("behind `{before}` stands `=`, not `:`"), "write `=`", help);
        }
        let behind_word =
            matches!(found, ":" | "=") && self.is(-1, Kind::Word) && words::is_word_of_the_language(before);
        if behind_word && !self.wants(Rule::colon) && !self.wants(Rule::equals) {
            let help = self.is(1, Kind::Number).then(|| format!("write `{before} {} …`", self.text(1)));
            return self.at(0, format!("no `{found}` stands behind `{before}`"), "take this away", help);
        }
        if found == ":" && self.wants(Rule::divide) {
            return self.at(
                0,
                "a division is written with `/`",
                "write `/`",
                Some("for example: `sold / planned`".into()),
            );
        }
        if matches!(found, "x" | "X") && self.wants(Rule::times) && self.token(1).is_some() {
            let help = Some(format!("write `* {}`", self.text(1)));
            return self.at(0, "a product is written with `*`", "write `*`", help);
        }
        if self.kind.rule == Rule::declaration
            && self.wants(Rule::colon)
            && self.is(0, Kind::Word)
            && self.is(-1, Kind::Text)
        {
            let help =
                Some(format!("write `{} : {}`", self.written(self.first(), -1), self.written(0, self.all().end - 1)));
            return self.at(0, "`:` is missing before the unit", "`:` is expected here", help);
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
                "give the curve of the entry a name, `scale {entry}_scale : % {{ … }}`, score the entry with it, `score \
                 {entry}_scale`, and write `{entry}_scale({entry})` here"
            );
            return self.at(at, message, "not in a formula", Some(help));
        }
        let place =
            matches!(self.text(-1), "best" | "top" | "largest" | "highest" | "worst" | "lowest" | "smallest" | "first");
        if place && self.is(0, Kind::Number) && self.text(-2) == "(" {
            let number = self.text(0);
            let message = "rows cannot be chosen by their place among others";
            let help = format!(
                "let the file say the place of each row, and choose by that column: `sum(points of measures where place <= \
                 {number})`"
            );
            return self.at(-1, message, "not a column", Some(help));
        }
        None
    }

    fn wrong_words(&self) -> Option<Slip> {
        let (found, before) = (self.text(0), self.text(-1));
        let blank = matches!(found, "blank" | "empty" | "null" | "none" | "nothing" | "na" | "nil");
        if blank && self.wants(Rule::kw_missing) {
            let help = Some("a blank cell is asked for with `is missing` or `is not missing`".to_string());
            return self.at(0, format!("`{found}` is not a word of the language"), "write `missing`", help);
        }
        if before == "in" && self.is(0, Kind::Word) && self.wants(Rule::window_word) && self.is(-2, Kind::Word) {
            let help = Some(format!("write `{} of {found}`", self.text(-2)));
            return self.at(-1, "between a column and its data set stands `of`", "write `of`", help);
        }
        if matches!(found, "required" | "mandatory" | "notnull") && self.wants(Rule::optional) {
            let help = Some("a cell must be filled unless its column says `optional`".to_string());
            return self.at(0, format!("`{found}` is not a word of the language"), "take this away", help);
        }
        if found == "is" && self.wants(Rule::equals) && self.kind.rule == Rule::test_clause {
            return self.at(0, "what is expected stands behind `=`", "write `=`", None);
        }
        None
    }
}

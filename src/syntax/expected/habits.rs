//! Habits from word processors and other ways of writing lists, dates, names, amounts and grades, each with what to
//! write here.

use super::Around;
use super::here::{Here, Slip};
use crate::diagnostic::{Ask, Edit, Mend};
use crate::syntax::grammar::{BlockKind, Rule};
use crate::syntax::scan::Kind;
use crate::syntax::words;
use crate::time::{MONTH_NAMES, month_named, other_writing};

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
    // ---------------------------------------------------------------- lists

    /// `- 20% rate`, `3. 20% rate`, `a) 20% rate`.
    fn bullets(&self) -> Option<Slip> {
        let first = self.first();
        let weighs = self.is_entry() || self.kind.rule == Rule::index_clause;
        let weighted = weighs || matches!(self.kind.rule, Rule::responsibility | Rule::responsibility_clause);
        if !weighted {
            return None;
        }
        let item = |at: isize| self.is(at, Kind::Number) || self.is(at, Kind::Text);
        let bullet = matches!(self.text(first), "-" | "*" | "+") && item(first + 1);
        let numbered = self.is(first, Kind::Number)
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
        if weighs && self.text(first) == "-" && self.touches(first) && self.is(first + 1, Kind::Number) {
            let help = "where `-` is the bullet of a list, write `{}`; what takes points away is a `deduction …` of the scorecard";
            return self.fix(first, "a weight is above 0", "below 0, or a bullet?", help, mend);
        }
        self.fix(first, what, "take this away", "begin the line with what stands behind it: `{}`", mend)
    }

    /// A full stop or a comma at the end of a line.
    fn endings(&self) -> Option<Slip> {
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
    fn quotes_in_text(&self) -> Option<Slip> {
        let inside = self.is(0, Kind::Word) || self.is(0, Kind::Number) || self.is(0, Kind::OpenParen);
        if !self.is(-1, Kind::Text) || !inside || !self.touches(-1) || self.text(-1).starts_with("\"\"\"") {
            return None;
        }
        let last = self.all().rev().find(|at| self.is(*at, Kind::Text)).filter(|at| *at > 0)?;
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
    fn lists(&self) -> Option<Slip> {
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
        let names = self.is(-1, Kind::Word) && self.is(0, Kind::Word) && !words::is_reserved(found);
        if names && self.wants_only(&[Rule::comma, Rule::EOI]) {
            let behind = self.span(-1, -1).map(|span| self.around.scan.span(span.end as usize, span.end as usize));
            let mend = behind.map(|at| Mend::replace(at, ",").shown_as(format!("{}, {found}", pair())));
            let message = "a comma stands between the parts of a list";
            return self.fix(0, message, "`,` is missing before this", "write `{}`", mend);
        }
        let arrow = (1..6).take_while(|at| self.text(*at) != ",").any(|at| self.text(at) == "->");
        if self.is(0, Kind::Number) && self.wants(Rule::comma) && arrow {
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

    // ---------------------------------------------------------------- dates

    /// `24 CNY from 2027 30 CNY`, `30 CNY from 2027`, `, from 2027 30 CNY`, `Q1 2027`.
    fn dated(&self) -> Option<Slip> {
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
        if !self.wants(Rule::comma) || !self.is(1, Kind::Number) {
            return None;
        }
        if self.is(2, Kind::Number) || self.text(2) == "-" {
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

    // ---------------------------------------------------------------- names

    fn names(&self) -> Option<Slip> {
        let named = [Rule::name, Rule::names, Rule::head].iter().any(|rule| self.wants(*rule));
        if self.is(0, Kind::Text)
            && named
            && let Some(slip) = self.label_for_name()
        {
            return Some(slip);
        }
        // `kpi sold : CNY "Sold"`
        let first = self.first();
        if self.kind.rule == Rule::declaration
            && self.is(0, Kind::Text)
            && self.text(first + 2) == ":"
            && self.last() == 0
        {
            let written = format!("{} : {}", self.text(0), self.raw(first + 3, -1));
            let mend = self.replace(first + 2, 0, written).map(|mend| self.whole(mend));
            return self.fix(0, "the label stands before `:` and the unit", "move this before `:`", "write `{}`", mend);
        }
        // `rest 20% training`
        if self.kind.rule == Rule::responsibility && self.text(-1) == "rest" && self.is(0, Kind::Number) {
            let share = self.span(-1, -1).and_then(|_| self.away(-1, -1)).map(|mend| mend.shown_as(self.written(0, 2)));
            let rest = self.away(0, 1).map(|mend| mend.shown_as(format!("rest {}", self.text(2))));
            let help = "write `{}` for this share, or `{}` for what the others leave";
            return self.fix(
                0,
                "a share is stated, or is the rest",
                "one of the two",
                help,
                share.into_iter().chain(rest),
            );
        }
        if self.text(-1) == "steps" && self.is(0, Kind::Number) {
            let help = "each step begins with its limit, from high to low, as in `steps >= 100% -> 100, else -> 0`; a line is written as in `linear 0% -> 0, 100% -> 100`";
            return self.at(0, "a step begins with its limit", "`>=` is missing before this", Some(help.into()));
        }
        if self.kind.rule == Rule::declaration {
            return self.second_word();
        }
        if self.is_entry() || matches!(self.kind.rule, Rule::responsibility | Rule::index_clause) {
            // `40-60% selling`, `1/5 selling`
            if self.is(self.first(), Kind::Number) && self.first() == -1 && self.is(1, Kind::Number) {
                return self.share_of_two();
            }
            return self.wrong_part().or_else(|| self.name_in_parts());
        }
        if self.text(self.first()) == "given" && self.text(0) == "." {
            let mend = self.away(0, self.last()).map(|mend| mend.shown_as(format!("given {} {{", self.text(-1))));
            let mend = mend.map(|mend| Mend { edits: mend.edits, ..mend });
            return self.fix(0, "a data set is named here, not its file", "not part of a name", "write `{}`", mend);
        }
        None
    }

    /// `20% "Label"`, `key "Header"`.
    fn label_for_name(&self) -> Option<Slip> {
        let label = self.text(0).trim_matches('"');
        if self.kind.rule == Rule::responsibility {
            let name = words::name_for(label);
            let mend = self.replace(0, 0, format!("{name} {}", self.text(0)));
            let message = "the name is missing before the label";
            return self.fix(0, message, "a name is expected before this", "write `{}`", mend);
        }
        let keyed = matches!(self.text(self.first()), "key" | "dated" | "valid" | "snapshot" | "belongs" | "months");
        let (what, not, help) = match self.kind.rule {
            Rule::scorecard_clause | Rule::group_clause | Rule::index_clause => {
                ("a KPI", "its label", "write the name that stands behind `kpi` where it is declared")
            }
            Rule::responsibility_clause => {
                ("a KPI", "its label", "write the names that stand behind `kpi` where they are declared")
            }
            Rule::data_clause if keyed => {
                ("a column", "its header", "write the name that stands behind `column`, without quotes")
            }
            Rule::position_clause if self.text(self.first()) == "reports" => {
                ("a position", "its label", "write the name that stands behind `position` where it is declared")
            }
            Rule::rating_clause => {
                let message = "the name of a grade stands without quotes, its label with them";
                return self.fix(0, message, "a name", "write `{}`", self.replace(0, 0, label));
            }
            _ => return None,
        };
        let slip = self.at(
            0,
            format!("{what} is called by its name here, not by {not}"),
            format!("not the name of {what}"),
            Some(help.into()),
        )?;
        let at = self.span(0, 0)?;
        let ask = match what {
            "a KPI" => Ask::KpiOf(at),
            "a position" => Ask::PositionOf(at),
            _ => Ask::ColumnOf(at),
        };
        Some(Slip { ask: Some(ask), ..slip })
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
        let joined = self.replace(first + 1, end, words.join("_"));
        let message = "a name is one word, and a label stands in quotes";
        if self.is(end + 1, Kind::Text) {
            let shown = format!("{} {}", words.join("_"), self.text(end + 1));
            let mend = joined.map(|mend| mend.shown_as(shown));
            return self.fix(0, message, "a second word", "join the words of a name with `_`: `{}`", mend);
        }
        let label = format!("\"{}\"", words[1..].join(" "));
        let labelled = self.replace(first + 2, end, label.clone());
        let labelled = labelled.map(|mend| mend.shown_as(format!("{} {label}", words[0])));
        let help = "write `{}` for a name and its label, or join the words of one name with `_`: `{}`";
        self.fix(0, message, "a second word", help, labelled.into_iter().chain(joined))
    }

    /// `goal 24_000 CNY`, `on achievement linear`.
    fn wrong_part(&self) -> Option<Slip> {
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
            self.is(at, Kind::Word).then_some(part)
        };
        // `target at most 24_000 CNY`
        if self.text(-1) == "target" {
            let number = (0..4).find(|at| self.is(*at, Kind::Number))?;
            if (0..number).all(|at| self.is(at, Kind::Word)) && number > 0 && self.reads(0, number - 1, "") {
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
    fn share_of_two(&self) -> Option<Slip> {
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
        if percent && self.is(start - 1, Kind::Number) {
            let end = start + isize::from(self.text(start) == "per");
            let (number, written) = (self.text(start - 1), self.written(start, end));
            let mend = self.replace(start - 1, end, format!("{number}%"));
            return self.fix(start, format!("`{written}` is written `%`"), "write `%`", "write `{}`", mend);
        }
        if matches!(self.text(start), "pts" | "pt" | "Punkte" | "分") && self.is(start - 1, Kind::Number) {
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

    // ---------------------------------------------------------------- types, numbers and units

    /// `status approved 2026-01-01`
    fn dated_status(&self) -> Option<Slip> {
        let is_day = self.is(0, Kind::Number) && self.text(0).len() == 10;
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

    /// `linear (50%, 0), (100%, 100)`
    fn points_in_brackets(&self) -> Option<Slip> {
        let first = self.all().find(|at| self.text(*at) == "linear" && self.is(at + 1, Kind::OpenParen))? + 1;
        let (mut at, mut points) = (first, Vec::new());
        loop {
            let close = self.close_of(at)?;
            let comma = (at + 1..close).find(|at| matches!(self.text(*at), "," | ";"))?;
            points.push(format!("{} -> {}", self.raw(at + 1, comma - 1), self.raw(comma + 1, close - 1)));
            if !matches!(self.text(close + 1), "," | ";") || !self.is(close + 2, Kind::OpenParen) {
                let written = points.join(", ");
                let mend = self.reads(first, close, &written).then(|| self.replace(first, close, written)).flatten()?;
                let message = "a point of a line is a value, `->` and its score";
                return self.fix(first, message, "no brackets", "write `{}`", [mend]);
            }
            at = close + 2;
        }
    }

    /// `output pay : CNY = base in full`: what stands behind the type.
    fn output_part(&self) -> Option<Slip> {
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
    fn types(&self) -> Option<Slip> {
        let first = self.text(self.first());
        if first == "function" && self.text(0) == ":" {
            let close = (0..self.all().end).find(|at| self.is(*at, Kind::CloseParen))?;
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
        let behind_name = self.is(-1, Kind::Word) || self.is(-1, Kind::Text);
        let nothing = self.token(0).is_none() || matches!(self.text(0), "from" | "optional" | "=" | "in" | "format");
        if !self.wants(Rule::colon) || !behind_name || !nothing {
            return None;
        }
        let name = self.text(self.first() + 1);
        // `constant floor = 3_000 CNY`
        let unit = (self.text(0) == "=" && self.is(1, Kind::Number) && self.token(3).is_none()).then(|| self.text(2));
        if let Some(unit) = unit.filter(|unit| !unit.is_empty()) {
            let mend = self.replace(0, 0, format!(": {unit} =")).map(|mend| self.whole(mend));
            let message = format!("the unit of `{name}` is missing");
            return self.fix(0, message, "`:` and the unit are missing before this", "write `{}`", mend);
        }
        if self.text(0) == "=" && self.is(1, Kind::Word) && self.token(2).is_none() {
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
            .skip_while(|token| token.kind == Kind::OpenBrace)
            .take_while(|token| !matches!(token.kind, Kind::OpenBrace | Kind::CloseBrace))
            .map(|token| self.around.scan.word(token))
            .collect();
        block.iter().any(|word| matches!(*word, ">=" | ">" | "else"))
            && !block.iter().any(|word| matches!(*word, "->" | "steps" | "linear" | "formula"))
    }

    fn units(&self) -> Option<Slip> {
        let before = self.text(-1);
        if self.text(0) == "per" && self.is(-1, Kind::Word) && self.is(1, Kind::Word) {
            let mend = self.replace(-1, 1, format!("{before}/{}", self.text(1)));
            return self.fix(0, "`per` is written `/` in a unit", "write `/`", "write `{}`", mend);
        }
        let is_code = |text: &str| iso_currency::Currency::from_code(text).is_some();
        if self.is(0, Kind::Number) && is_code(before) && !self.wants(Rule::equals) {
            let mend = self.replace(-1, 0, format!("{} {before}", self.text(0)));
            let message = "the currency stands behind the number";
            return self.fix(-1, message, "this belongs behind the number", "write `{}`", mend);
        }
        // `24 Tsd CNY`
        if self.is(0, Kind::Word) && self.is(-1, Kind::Word) && self.is(-2, Kind::Number) {
            let number = crate::syntax::literals::times(self.text(-2), before)?;
            let mend =
                self.replace(-2, -1, number.clone()).map(|mend| mend.shown_as(format!("{number} {}", self.text(0))));
            return self.fix(-1, format!("`{before}` is no unit"), "write the zeros", "write all digits: `{}`", mend);
        }
        // `99,5`: in a list a space stands behind the comma.
        (-3..=0).find_map(|at| {
            let decimals = self.text(at) == "," && self.is(at - 1, Kind::Number) && self.is(at + 1, Kind::Number);
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

    // ---------------------------------------------------------------- grades

    fn wants_limit(&self) -> bool {
        self.wants(Rule::limit) || self.wants(Rule::compare) && !self.wants(Rule::plus)
    }

    /// `A+ "…"`, `1 "…"`, `A 100-120`, `A "…" at least 100`, `D otherwise`.
    fn grades(&self) -> Option<Slip> {
        if self.kind.rule != Rule::rating_clause {
            return None;
        }
        let first = self.first();
        let label = (first..self.all().end).find(|at| self.is(*at, Kind::Text));
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
        if self.is(0, Kind::Number) && self.around.here == 0 {
            let number = self.text(0);
            let mend = renamed(0, 0, format!("grade_{}", number.replace('.', "_")), number.to_string());
            let message = "the name of a grade begins with a letter";
            return self.fix(0, message, "a name is expected here", "write `{}`: the label shows the number", mend);
        }
        // `very good "Very good"`
        if self.is(0, Kind::Word) && self.around.here == 1 && self.is(1, Kind::Text) {
            let mend = self.replace(-1, 0, format!("{}_{}", self.text(-1), self.text(0)));
            return self.fix(0, "a name is one word", "a second word", "join the words of a name with `_`: `{}`", mend);
        }
        if self.is(0, Kind::Number) && self.wants_limit() {
            let last = self.last();
            let range = matches!(self.text(1), "-" | "to" | "~" | "bis") && self.is(2, Kind::Number);
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
        let number = (0..=3).find(|at| self.is(*at, Kind::Number));
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

    // ---------------------------------------------------------------- files, signs and words

    /// `from "sales.csv"`, `file "a.csv", "b.csv"`, `roster people`.
    fn files(&self) -> Option<Slip> {
        if self.kind.rule != Rule::data_clause {
            return None;
        }
        let first = self.text(self.first());
        if first == "from" && self.is(0, Kind::Text) && self.wants(Rule::kw_postgres) {
            let mend = self.replace(-1, -1, "file").map(|mend| mend.shown_as(format!("file {}", self.text(0))));
            return self.fix(-1, "a file is named behind `file`", "write `file`", "write `{}`", mend);
        }
        if first == "file" && matches!(self.text(0), "," | "and") && self.is(1, Kind::Text) && self.token(2).is_none() {
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
        if first == "roster" && self.is(0, Kind::Word) {
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
        let behind_word = (sign || word) && self.is(-1, Kind::Word) && words::is_word_of_the_language(before);
        if behind_word && !self.wants(Rule::colon) && !self.wants(Rule::equals) && (sign || self.is(1, Kind::Number)) {
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
            && self.is(0, Kind::Word)
            && self.is(-1, Kind::Text)
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
        let of = self.is(0, Kind::Word) && self.is(-2, Kind::Word) && self.wants(Rule::window_word);
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
        if matches!(before, "scores" | "score") && self.is(0, Kind::Number) && self.wants(Rule::kw_to) {
            let mend = self.span(0, 0).map(|span| Mend::before(span, "to"));
            let mend = mend.map(|mend| mend.shown_as(format!("{before} to {}", self.written(0, self.last()))));
            return self.fix(0, "`to` is missing before the number", "`to` is missing before this", "write `{}`", mend);
        }
        None
    }
}

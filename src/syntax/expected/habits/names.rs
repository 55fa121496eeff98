//! Habits of writing names: of several words, in quotes, with the label in another place.

use crate::diagnostic::{Ask, Mend};
use crate::syntax::expected::here::{Here, Slip};
use crate::syntax::grammar::Rule;
use crate::syntax::scan::TokenKind;
use crate::syntax::words;

impl Here<'_, '_> {
    pub(super) fn names(&self) -> Option<Slip> {
        let named = [Rule::name, Rule::names, Rule::head].iter().any(|rule| self.wants(*rule));
        if self.is(0, TokenKind::Text)
            && named
            && let Some(slip) = self.label_for_name()
        {
            return Some(slip);
        }
        // `kpi sold : CNY "Sold"`
        let first = self.first();
        if self.kind.rule == Rule::declaration
            && self.is(0, TokenKind::Text)
            && self.text(first + 2) == ":"
            && self.last() == 0
        {
            let written = format!("{} : {}", self.text(0), self.raw(first + 3, -1));
            let mend = self.replace(first + 2, 0, written).map(|mend| self.whole(mend));
            return self.fix(0, "the label stands before `:` and the unit", "move this before `:`", "write `{}`", mend);
        }
        // `rest 20% training`
        if self.kind.rule == Rule::responsibility && self.text(-1) == "rest" && self.is(0, TokenKind::Number) {
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
        if self.text(-1) == "steps" && self.is(0, TokenKind::Number) {
            let help = "each step begins with its limit, from high to low, as in `steps >= 100% -> 100, else -> 0`; a line is written as in `linear 0% -> 0, 100% -> 100`";
            return self.at(0, "a step begins with its limit", "`>=` is missing before this", Some(help.into()));
        }
        if self.kind.rule == Rule::declaration {
            return self.second_word();
        }
        if self.is_entry() || matches!(self.kind.rule, Rule::responsibility | Rule::index_clause) {
            // `40-60% selling`, `1/5 selling`
            if self.is(self.first(), TokenKind::Number) && self.first() == -1 && self.is(1, TokenKind::Number) {
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
        let behind_name = self.is(-1, TokenKind::Word) && -1 > first && !self.around.text(self.around.first).is_empty();
        let word = self.is(0, TokenKind::Word)
            && (self.wants(Rule::colon) || self.wants(Rule::EOI))
            && !self.wants(Rule::comma);
        if !behind_name || !word || (first + 1..0).any(|at| matches!(self.text(at), ":" | "=" | "(")) {
            return None;
        }
        let end = (0..self.all().end).take_while(|at| self.is(*at, TokenKind::Word)).last()?;
        let words: Vec<&str> = (first + 1..=end).map(|at| self.text(at)).collect();
        let joined = self.replace(first + 1, end, words.join("_"));
        let message = "a name is one word, and a label stands in quotes";
        if self.is(end + 1, TokenKind::Text) {
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
}

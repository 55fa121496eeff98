//! An explanation in words and numbers, for people: each step with the numbers that it goes by, so that a reader with a
//! calculator comes to the same.

mod overall;
mod rating;
mod rows;

use std::collections::BTreeSet;

use super::curves::{Reckoned, reckoned};
use super::document::*;
use super::{Only, number_of};
use crate::explain::{fraction, in_full};
use crate::model::types::unit::DisplayUnit;
use crate::number::Number;
use crate::plural::either;
use crate::report::Look;
use crate::report::layout::Style;
use crate::report::page::Page;
use crate::report::words::Words;

/// How deep parts of parts are set in; deeper ones stand there, too.
const DEEPEST: usize = 12;

/// Tells an explanation, or the part of it that was asked for.
pub fn render(why: &Why, only: &Only, look: Look) -> String {
    let mut page = Teller::of(why, look);
    page.all(only);
    if page.has_rows && !page.folder.is_empty() {
        let text = format!("Rows stand in files of {}", page.folder.trim_end_matches(['/', '\\']));
        page.text.blank();
        page.faint(0, text);
    }
    page.text.out
}

/// The aggregates that are told with it: the rows of others need not be asked for.
pub fn measures(why: &Why, only: &Only) -> BTreeSet<usize> {
    let mut page = Teller::of(why, Look { color: false, width: 80 });
    page.all(only);
    page.measures
}

/// What lines about a KPI begin with.
const VALUE: &str = "value      ";
const TARGET: &str = "target     ";
const ATTAINMENT: &str = "attainment ";
const CURVE: &str = "curve      ";
const SCORE: &str = "score      ";

/// Whose result it is.
pub fn title(why: &Why, look: Look) -> String {
    let mut page = Teller::of(why, look);
    page.title();
    page.text.out
}

struct Teller<'a> {
    text: Page,
    why: &'a Why,
    /// Cards and steps that were told already.
    told: BTreeSet<(usize, usize)>,
    /// Where all files are, and whether rows of them were told.
    folder: String,
    has_rows: bool,
    /// Those that were told.
    measures: BTreeSet<usize>,
}

fn plain(number: &Number) -> String {
    in_full(number, &DisplayUnit::number())
}

/// With the fraction, where the digits do not tell all.
fn in_full_and_exact(number: &Number, unit: &DisplayUnit) -> String {
    let fraction = fraction(number, unit).map_or(String::new(), |fraction| format!(" ({fraction})"));
    format!("{}{fraction}", in_full(number, unit))
}

fn percent(number: &Number) -> String {
    in_full(number, &DisplayUnit::percent())
}

/// A value of points, or why there is none.
fn points(value: &Val) -> String {
    match value {
        Val::Number { number, .. } => plain(number),
        Val::Missing { text, .. } => format!("none ({text})"),
        _ => String::new(),
    }
}

impl<'a> Teller<'a> {
    fn of(why: &'a Why, look: Look) -> Teller<'a> {
        Teller {
            text: Page::new(look),
            why,
            told: BTreeSet::new(),
            folder: rows::folder(why),
            has_rows: false,
            measures: BTreeSet::new(),
        }
    }

    fn all(&mut self, only: &Only) {
        self.title();
        for (at, card) in self.why.cards.iter().enumerate() {
            self.card(at, card, only);
        }
        self.together(only);
        self.outputs(only);
    }
}

impl Teller<'_> {
    fn line(&mut self, indent: usize, lead: &str, text: &str, style: Style) {
        self.text.line(indent.min(DEEPEST), lead, text, style);
    }

    fn say(&mut self, indent: usize, text: impl AsRef<str>) {
        self.text.say(indent.min(DEEPEST), text);
    }

    fn lead(&mut self, indent: usize, lead: &str, text: impl AsRef<str>) {
        self.text.lead(indent.min(DEEPEST), lead, text);
    }

    fn faint(&mut self, indent: usize, text: impl AsRef<str>) {
        self.text.faint(indent.min(DEEPEST), text);
    }

    fn head(&mut self, text: impl AsRef<str>) {
        self.text.head(text);
    }

    fn title(&mut self) {
        let why = self.why;
        let who = match why.name.as_str() {
            name if name.is_empty() || name == why.person => why.person.clone(),
            name => format!("{name} ({})", why.person),
        };
        let Period { name, first_day, last_day, .. } = &why.period;
        self.line(0, "", &format!("{who} · {name} ({first_day} to {last_day})"), Style::Strong);
        for running in &why.running {
            self.line(0, "", running, Style::Poor);
        }
        let lead = format!("{}  ", Words::of(None).supposed);
        for supposed in &why.supposed {
            self.line(0, &lead, supposed, Style::Poor);
        }
    }

    fn card(&mut self, at: usize, card: &Card, only: &Only) {
        let team = card.team.as_ref().map_or(String::new(), |team| match team.name.as_str() {
            name if name.is_empty() || name == team.key => format!(", {}", team.key),
            name => format!(", {name}"),
        });
        let days = format!("{} {}", card.days, either(card.days.unsigned_abs(), "day", "days"));
        self.head(format!("{}{team}: {} to {}, {days}", card.label, card.from, card.to));
        self.faint(2, format!("by {}", card.at));
        if let Some(condition) = card.eligible {
            let node = &card.nodes[condition];
            self.say(2, format!("eligible when {}: {}", node.text, node.shown));
            if matches!(node.value, Val::Flag { flag: false }) || only.wants_score() {
                self.parts(at, condition, 4);
            }
        }
        let Some(scorecard) = &card.scorecard else {
            self.say(2, "no scorecard");
            return;
        };
        if only.wants_score() {
            self.sum(card, scorecard);
        }
        if only.wants_rating()
            && let Some(rating) = &scorecard.rating
        {
            self.rating(rating, Some(scorecard), 2);
        }
        self.entries(at, &scorecard.entries, "", only);
        for adjustment in scorecard.adjustments.iter().filter(|one| only.wants(&one.kpi, &one.label)) {
            self.adjustment(at, adjustment);
        }
        for veto in scorecard.vetoes.iter().filter(|_| only.wants_rating()) {
            self.veto(at, veto);
        }
    }

    /// The entries and what they come to: each line adds up by what stands in it.
    fn sum(&mut self, card: &Card, scorecard: &Scorecard) {
        let how = match scorecard.combine {
            "sum" => "the entries added up",
            "geometric" => "the geometric mean of the entries",
            _ => "the entries by their weights",
        };
        self.text.blank();
        self.say(2, format!("Score {}: {how}", points(&scorecard.score)));
        for (number, entry) in scorecard.entries.iter().enumerate() {
            let weight = weight_of(entry, scorecard.combine);
            let adds = match &entry.contribution {
                Some(adds) => format!(" = {}", plain(adds)),
                None => String::new(),
            };
            let score = points(&entry.score);
            self.line(
                4,
                &format!("{}. ", number + 1),
                &format!("{}: {score}{weight}{adds}", entry.label),
                Style::Plain,
            );
        }
        if let Some(combined) = number_of(&scorecard.combined) {
            let parts: Vec<String> =
                scorecard.entries.iter().filter_map(|entry| entry.contribution.as_ref().map(plain)).collect();
            let sum = if parts.len() > 1 && scorecard.combine != "geometric" {
                format!("{} = {}", parts.join(" + "), plain(combined))
            } else {
                plain(combined)
            };
            self.say(4, format!("together {sum}"));
        } else {
            self.say(4, format!("together {}", points(&scorecard.combined)));
        }
        for adjustment in &scorecard.adjustments {
            let sign = if adjustment.deduct { "takes away" } else { "adds" };
            let shown =
                number_of(&adjustment.points).map_or_else(|| points(&adjustment.points), |number| plain(&number.abs()));
            self.say(4, format!("{} {sign} {shown}", adjustment.label));
        }
        for step in &scorecard.steps {
            let score = plain(&step.score);
            let text = match (step.what, &scorecard.range) {
                ("adjusted", _) => format!("with that {score}"),
                ("range", Some([low, high])) => format!("kept between {} and {}: {score}", plain(low), plain(high)),
                ("rounded", _) => self.rounded(&step.score),
                ("ruled", _) => self.ruled(&card.position, "score", None),
                _ => {
                    let veto = step.veto.and_then(|veto| scorecard.vetoes.get(veto));
                    format!(
                        "veto {}: at most {score}",
                        veto.map_or(String::new(), |veto| format!("\"{}\"", veto.reason))
                    )
                }
            };
            self.say(4, text);
        }
        if scorecard.completeness != Number::ONE {
            let needed = scorecard
                .complete_at_least
                .as_ref()
                .map_or(String::new(), |least| format!(", {} needed", percent(least)));
            self.say(4, format!("{} of the weight has a score{needed}", percent(&scorecard.completeness)));
            let words = match scorecard.when_missing {
                "redistribute" => "the weight of entries without a score goes to the others",
                "zero" => "entries without a score count as 0",
                _ => "with an entry that has no score there is none at all",
            };
            self.faint(4, format!("{words} ({})", card.at));
        }
    }

    /// A ruling in words.
    fn ruled(&self, position: &str, on: &str, name: Option<&str>) -> String {
        let is_it = |one: &&Ruling| (one.position.as_str(), one.on, one.name.as_deref()) == (position, on, name);
        let ruling = self.why.rulings.iter().find(is_it);
        ruling.map_or_else(String::new, |ruling| format!("ruled: {}", ruling.told))
    }

    fn rounded(&self, score: &Number) -> String {
        let places = self.why.score_decimals.unwrap_or(0);
        format!("rounded to {places} {}: {}", either(u64::from(places), "decimal", "decimals"), plain(score))
    }

    fn entries(&mut self, at: usize, entries: &[Entry], number: &str, only: &Only) {
        for (place, entry) in entries.iter().enumerate() {
            let number = format!("{number}{}.", place + 1);
            let is_wanted = only.wants(&entry.name, &entry.label)
                || entry.kpi.as_ref().is_some_and(|kpi| only.wants_kpi(self.why, at, kpi.value));
            if is_wanted {
                self.entry(at, entry, &number);
            }
            if let Some(group) = &entry.group {
                // All of a group that was asked for.
                let inner = if is_wanted { &Only::All } else { only };
                self.entries(at, &group.entries, &number, inner);
            }
        }
    }

    fn entry(&mut self, at: usize, entry: &Entry, number: &str) {
        let card = &self.why.cards[at];
        self.head(format!("{number} {}: {}", entry.label, points(&entry.score)));
        self.faint(2, format!("by {}", entry.at));
        if entry.weight != entry.effective_weight {
            let now = match entry.effective_weight.is_zero() {
                true => "left out: its weight goes to the others".to_string(),
                false => format!("with the weight of what was left out {}", percent(&entry.effective_weight)),
            };
            self.say(2, format!("weight {}, {now}", percent(&entry.weight)));
        }
        if let Some(condition) = entry.applies_when {
            let node = &card.nodes[condition];
            self.say(2, format!("applies when {}: {}", node.text, node.shown));
            self.parts(at, condition, 4);
        }
        if let Some(kpi) = &entry.kpi {
            self.kpi_entry(at, entry, kpi);
        }
        if let Some(group) = &entry.group {
            let how = match group.combine {
                "sum" => "its entries added up",
                "geometric" => "the geometric mean of its entries",
                _ => "its entries by their weights",
            };
            self.say(2, format!("{how}:"));
            for inner in &group.entries {
                let weight = weight_of(inner, group.combine);
                self.say(4, format!("{}: {}{weight}", inner.label, points(&inner.score)));
            }
        }
        if let Some(taken) = &entry.taken {
            let scored = taken.iter().filter(|one| super::is_there(&one.score)).count();
            if taken.len() > 1 {
                self.say(2, format!("the mean of {scored} scores:"));
            }
            for one in taken {
                let who = if one.name.is_empty() { &one.person } else { &one.name };
                self.say(4, format!("{who}: {}", points(&one.score)));
            }
        }
        if let Some(scale) = &entry.scale {
            self.say(2, format!("for its points times {}", plain(scale)));
        }
        if let (Some(uncapped), Some(most)) = (&entry.uncapped, &entry.most) {
            self.say(2, format!("{}, at most {}", plain(uncapped), plain(most)));
        }
    }

    fn kpi_entry(&mut self, at: usize, entry: &Entry, kpi: &KpiEntry) {
        let card = &self.why.cards[at];
        let value = &card.nodes[kpi.value];
        self.lead(2, VALUE, &value.shown);
        let mut target_number = None;
        if let Some(target) = &kpi.target {
            let node = &card.nodes[target.node];
            target_number = number_of(&target.value).cloned();
            match target.prorated {
                Some([days, of]) => {
                    self.lead(2, TARGET, format!("{} = {} * {days} / {of} days", target.shown, node.shown));
                }
                None => self.lead(2, TARGET, &target.shown),
            }
        }
        if let Some(reached) = &kpi.attainment {
            let reckoned = match (number_of(&value.value), &target_number) {
                (Some(number), Some(target)) => attainment(number, target, kpi),
                _ => String::new(),
            };
            self.lead(2, ATTAINMENT, format!("{}{reckoned}", ratio(reached)));
        }
        if let Some(curve) = &kpi.curve {
            let read = kpi.attainment.as_ref().unwrap_or(&value.value);
            if !kpi.curve_text.is_empty() {
                self.lead(2, CURVE, &kpi.curve_text);
                self.faint(13, format!("by {}", kpi.curve_at));
            }
            let one = Number::ONE;
            let target = if kpi.on_attainment { Some(&one) } else { target_number.as_ref() };
            let units = (&kpi.reads_unit, &DisplayUnit::number());
            let reckoned = match curve {
                Curve::Formula { node } => Some(Reckoned::open(card.nodes[*node].inline.clone())),
                _ => number_of(read).and_then(|read| reckoned(curve, read, target, &kpi.full, units)),
            };
            if let Some(Reckoned { text, tells_score }) = reckoned {
                let score = entry.uncapped.as_ref().or(number_of(&entry.score));
                // What is scaled is told below.
                let result = match score.filter(|_| entry.scale.is_none() && !tells_score) {
                    Some(score) => format!(" = {}", in_full_and_exact(score, &DisplayUnit::number())),
                    None => String::new(),
                };
                self.lead(2, SCORE, format!("{text}{result}"));
            }
            if let Curve::Formula { node } = curve {
                self.parts(at, *node, 4);
            }
        }
        self.node(at, kpi.value, 2);
    }

    fn adjustment(&mut self, at: usize, adjustment: &Adjustment) {
        let card = &self.why.cards[at];
        let what = if adjustment.deduct { "Deduction" } else { "Bonus" };
        self.head(format!("{what} {}: {}", adjustment.label, points(&adjustment.points)));
        self.faint(2, format!("by {}: {}", adjustment.at, adjustment.text));
        let value = &card.nodes[adjustment.value];
        let limit = adjustment.limit.as_ref().map_or(String::new(), |limit| format!(", at most {}", plain(limit)));
        let whole = if adjustment.full_steps { "full " } else { "" };
        self.say(
            2,
            format!(
                "{} for each {whole}step of {}: {}{limit}",
                plain(&adjustment.amount),
                plain(&adjustment.step),
                value.shown
            ),
        );
        self.node(at, adjustment.value, 2);
    }

    fn veto(&mut self, at: usize, veto: &Veto) {
        let card = &self.why.cards[at];
        let condition = &card.nodes[veto.condition];
        let holds = match veto.holds {
            Some(true) => "it holds".to_string(),
            Some(false) => "it does not hold".to_string(),
            None => format!("it cannot be told: {}", condition.shown),
        };
        self.head(format!("Veto \"{}\": {holds}", veto.reason));
        self.faint(2, format!("by {}", veto.at));
        self.say(2, veto.text.clone());
        if condition.inline != veto.text {
            self.say(2, format!("{}: {}", condition.inline, condition.shown));
        }
        self.parts(at, veto.condition, 4);
    }

    // ------------------------------------------------------------ formulas

    /// A step that names itself, with all behind it; once for each card.
    fn node(&mut self, at: usize, place: usize, indent: usize) {
        let node = &self.why.cards[at].nodes[place];
        if !self.told.insert((at, place)) {
            match &node.detail {
                Some(Detail::Kpi { kpi, label, window, .. }) => {
                    let name = if label.is_empty() { kpi } else { label };
                    let window = window.as_ref().map_or(String::new(), |window| format!(" in {window}"));
                    self.faint(indent, format!("{name}{window} = {}: see above", node.shown));
                }
                Some(
                    Detail::Measure { .. }
                    | Detail::Scale { .. }
                    | Detail::Matrix { .. }
                    | Detail::Closed { .. }
                    | Detail::Read { .. },
                ) => {
                    self.faint(indent, format!("{} = {}: see above", node.text, node.shown));
                }
                Some(Detail::Ruled { .. } | Detail::Input { .. } | Detail::Days { .. } | Detail::Function { .. })
                | None => {}
            }
            return;
        }
        match &node.detail {
            Some(Detail::Kpi { kpi, label, scope, window, formula, at: place_of, index, .. }) => {
                let window = window.as_ref().map_or(String::new(), |window| format!(" in {window}"));
                let name = if label.is_empty() { kpi } else { label };
                let whose = match *scope {
                    "team" => ", of the team",
                    "company" => ", of the company",
                    _ => "",
                };
                let fraction = number_of(&node.value).and_then(|number| fraction(number, &DisplayUnit::number()));
                let fraction = fraction.map_or(String::new(), |fraction| format!(" ({fraction})"));
                self.say(indent, format!("{name}{window}{whose} = {}{fraction}", node.shown));
                self.faint(indent + 2, format!("by {place_of}"));
                let Some(body) = node.of.first().copied().flatten() else {
                    self.say(indent + 2, "supposed");
                    return;
                };
                let inline = &self.why.cards[at].nodes[body].inline;
                if *index {
                    self.lead(indent + 2, "= ", format!("{inline}, the weighted mean of its parts"));
                } else {
                    self.lead(indent + 2, "= ", formula);
                    if inline != formula && *inline != node.shown {
                        self.lead(indent + 2, "= ", inline);
                    }
                }
                self.parts_of(at, body, indent + 2, formula);
            }
            Some(Detail::Measure { measure, .. }) => {
                self.say(indent, format!("{} = {}", node.text, node.shown));
                self.measure(*measure, indent + 2);
            }
            Some(Detail::Scale { scale, at: place_of, curve, units: [reads, gives] }) => {
                self.say(indent, format!("{} = {}", node.text, node.shown));
                self.faint(indent + 2, format!("scale {scale} by {place_of}"));
                let read = node.of.first().copied().flatten();
                let read = read.and_then(|read| number_of(&self.why.cards[at].nodes[read].value));
                let units = (reads, gives);
                if let Some(how) = read.and_then(|read| reckoned(curve, read, None, &Number::from(100), units)) {
                    self.say(indent + 2, how.text);
                }
                self.parts(at, place, indent + 2);
            }
            Some(Detail::Matrix { matrix, at: place_of, row, column, .. }) => {
                self.say(indent, format!("{} = {}", node.text, node.shown));
                let cell = row
                    .zip(*column)
                    .map_or(String::new(), |(row, column)| format!(", row {} and column {}", row + 1, column + 1));
                self.faint(indent + 2, format!("matrix {matrix} by {place_of}{cell}"));
                self.parts(at, place, indent + 2);
            }
            Some(Detail::Ruled { ruling }) => {
                if let Some(ruling) = self.why.rulings.get(*ruling) {
                    self.say(indent, format!("ruled: {}", ruling.told));
                    self.faint(indent + 2, format!("by {}", ruling.at));
                }
                self.say(indent, "by rule:");
                self.parts(at, place, indent + 2);
            }
            Some(Detail::Input { input, .. }) => {
                let what = match *input {
                    "sum" => "over all people",
                    _ => "",
                };
                let what = if what.is_empty() { String::new() } else { format!(" ({what})") };
                self.say(indent, format!("{} = {}{what}", node.text, node.shown));
            }
            Some(Detail::Closed { period, closing, .. }) => {
                self.say(indent, format!("{} in {period} = {}", node.text, node.shown));
                if let Some(closing) = closing.as_ref().filter(|closing| !closing.is_empty()) {
                    self.faint(indent + 2, format!("by the closing {closing}"));
                }
            }
            Some(Detail::Read { .. }) => self.say(indent, format!("{} = {}", node.text, node.shown)),
            Some(Detail::Days { .. } | Detail::Function { .. }) | None => {
                let is_named = node.op == "value" && node.shown != node.text && !node.text.starts_with("missing");
                if is_named {
                    self.say(indent, format!("{} = {}", node.text, node.shown));
                    self.faint(indent + 2, format!("by {}", node.at));
                }
                self.parts(at, place, indent);
            }
        }
    }

    /// What a step goes by.
    fn parts(&mut self, at: usize, place: usize, indent: usize) {
        let operands: Vec<usize> = self.why.cards[at].nodes[place].of.iter().copied().flatten().collect();
        for operand in operands {
            self.node(at, operand, indent);
        }
    }

    /// What the body of a formula goes by; an aggregate that is the whole of it needs no line of its own.
    fn parts_of(&mut self, at: usize, body: usize, indent: usize, formula: &str) {
        let node = &self.why.cards[at].nodes[body];
        if let (Some(Detail::Measure { measure, .. }), true) = (&node.detail, node.text == formula) {
            self.told.insert((at, body));
            return self.measure(*measure, indent);
        }
        self.node(at, body, indent);
    }
}

/// ` * 30%`, or what became of it.
fn weight_of(entry: &Entry, combine: &str) -> String {
    if combine == "sum" {
        return String::new();
    }
    let sign = if combine == "geometric" { " ^ " } else { " * " };
    format!("{sign}{}", percent(&entry.effective_weight))
}

fn ratio(value: &Val) -> String {
    match value {
        Val::Number { number, .. } => percent(number),
        other => points(other),
    }
}

/// How an attainment comes of a value and a target.
fn attainment(value: &Number, target: &Number, kpi: &KpiEntry) -> String {
    let shown = |number: &Number| in_full(number, &kpi.unit);
    match crate::language::is_mirrored(target.is_negative(), kpi.lower_is_better) {
        true => format!(" = 2 - {} / {}", shown(value), shown(target)),
        false => format!(" = {} / {}", shown(value), shown(target)),
    }
}

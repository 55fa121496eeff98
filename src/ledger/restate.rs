//! What today's data, or rules, make of closed periods: who differs, by how much, and what makes it.
//!
//! What can make a difference is taken from the closing or from today, each by itself: files of data, rosters, rulings, and
//! rules. What each makes of a difference is its Shapley value, as between two scores in [`crate::explain::contrast`]: over
//! all orders in which they could have come, so that no order is preferred and the parts total the difference exactly.

use serde_json::{Value, json};

use super::inputs::Changed;
use super::restated::{Of, Part, Restated, by_cause, told};
use super::standing::{Difference, Key, Result, Results, Stands, What, differences};
use crate::documents::Document;
use crate::explain::contrast::split;
use crate::number::{Number, Rounding};
use crate::plural::{counted, either};
use crate::provenance::Provenance;
use crate::report::Look;
use crate::report::digits::grouped;
use crate::report::layout::Style;
use crate::report::page::Page;

/// A closed period, evaluated once more.
pub struct OfPeriod {
    pub period: String,
    /// The closing that holds until now, by whom and when.
    pub closing: String,
    pub by: String,
    pub on: String,
    /// The version that follows.
    pub version: u32,
    /// Whether today's rules are those that it was evaluated by.
    pub rules_now: bool,
    pub changed: Vec<Changed>,
    pub rules_changed: Vec<String>,
    pub outcome: Outcome,
    /// The closing that was added.
    pub written: Option<String>,
}

/// What came of it.
pub enum Outcome {
    Restated {
        restated: Vec<Restated>,
        /// Why causes that changed together are one.
        together: Option<String>,
    },
    /// Why it could not be evaluated.
    Not(String),
}

impl OfPeriod {
    pub fn restated(&self) -> &[Restated] {
        match &self.outcome {
            Outcome::Restated { restated, .. } => restated,
            Outcome::Not(_) => &[],
        }
    }

    /// Why its causes cannot be told apart, where some differ in several at once.
    fn together(&self) -> Option<&String> {
        match &self.outcome {
            Outcome::Restated { restated, together } if !restated.is_empty() => together.as_ref(),
            _ => None,
        }
    }

    fn people(&self) -> usize {
        let people = self.restated().iter().map(|one| (&one.roster, &one.person));
        people.collect::<std::collections::BTreeSet<_>>().len()
    }
}

/// What differs between a closing and today, and what makes it. `players` can be taken from today, each by itself; `value`
/// tells the results where some of them are. `same` is what comes out where none is, if that is not what was closed.
pub fn attributed(
    closed: &Results,
    same: Option<&Results>,
    players: &[Vec<Of>],
    value: &dyn Fn(&[bool]) -> Results,
) -> Vec<Restated> {
    let sets = 1usize << players.len();
    let taken = |set: usize| (0..players.len()).map(|at| set >> at & 1 == 1).collect::<Vec<bool>>();
    let start = same.unwrap_or(closed);
    let mut values: Vec<Results> = vec![start.clone()];
    values.extend((1..sets).map(|set| value(&taken(set))));
    let Some(today) = values.last() else { return Vec::new() };
    let restated = |difference: Difference| {
        let game = Game::of(&difference);
        let at = |set: usize| game.worth(values[set].get(&difference.key));
        let place = |taken: &[bool]| taken.iter().enumerate().map(|(at, taken)| usize::from(*taken) << at).sum();
        let mut causes: Vec<Part> = Vec::new();
        let program = at(0).sub(&game.worth(closed.get(&difference.key)));
        let parts = split(players.len(), &|taken| at(place(taken)));
        let named = parts.into_iter().map(|(members, amount)| {
            (members.iter().flat_map(|member| players[*member].clone()).collect::<Vec<Of>>(), amount)
        });
        for (of, amount) in named.chain([(vec![Of::Program], program)]) {
            if !amount.is_zero() {
                causes.push(Part { of, amount: format!("{amount:?}") });
            }
        }
        let Difference { key, before, after } = &difference;
        let either = after.as_ref().or(before.as_ref());
        let exact = |side: &Option<Result>| side.as_ref().and_then(Result::exact);
        Restated {
            roster: key.roster.clone(),
            person: key.person.clone(),
            name: difference.name().to_string(),
            position: key.position.clone(),
            what: key.what.word().to_string(),
            unit: [after, before].into_iter().flatten().find_map(|side| side.unit.clone()),
            paid: exact(before),
            restated: exact(after),
            difference: match game {
                Game::Amounts => Some(format!("{:?}", game.worth(after.as_ref()).sub(&game.worth(before.as_ref())))),
                Game::Word { .. } => None,
            }
            .filter(|_| either.is_some()),
            causes,
        }
    };
    differences(closed, today).into_iter().map(restated).collect()
}

/// What a result is worth, so that a difference can be divided.
enum Game {
    /// A number. Who was not evaluated was paid nothing.
    Amounts,
    /// A word, or something beside a number: 1 is what stands today, 0 what was closed, and anything else is between.
    Word { before: Stands, after: Stands },
}

impl Game {
    fn of(difference: &Difference) -> Game {
        let stands = |side: &Option<Result>| side.as_ref().map_or(Stands::Missing, |side| side.stands.clone());
        let (before, after) = (stands(&difference.before), stands(&difference.after));
        let is_amount = |one: &Stands| matches!(one, Stands::Number(_));
        let is_paid = matches!(difference.key, Key { what: What::Output(_), .. });
        let none = |one: &Stands| is_paid && *one == Stands::Missing;
        let zero = |one: &Stands| none(one) || matches!(one, Stands::Number(number) if number.is_zero());
        // Nothing in the place of nothing is no amount; that it stands there now has a cause all the same.
        let nothing = zero(&before) && zero(&after);
        match !nothing && (is_amount(&before) || none(&before)) && (is_amount(&after) || none(&after)) {
            true => Game::Amounts,
            false => Game::Word { before, after },
        }
    }

    fn worth(&self, result: Option<&Result>) -> Number {
        let stands = result.map_or(Stands::Missing, |result| result.stands.clone());
        match (self, stands) {
            (Game::Amounts, Stands::Number(number)) => number,
            (Game::Amounts, _) => Number::ZERO,
            (Game::Word { after, .. }, stands) if stands == *after => Number::from(1),
            (Game::Word { before, .. }, stands) if stands == *before => Number::ZERO,
            (Game::Word { .. }, _) => Number::ratio(1, 2).unwrap_or(Number::ZERO),
        }
    }
}

/// The document.
pub fn json(folder: &str, periods: &[OfPeriod], made: &Provenance) -> String {
    let document = json!({
        "schema": Document::Restate.schema(),
        "provenance": made,
        "failure": null,
        "findings": [],
        "folder": folder,
        "periods": periods.iter().map(of_period).collect::<Vec<_>>(),
    });
    format!("{document:#}\n")
}

fn of_period(one: &OfPeriod) -> Value {
    let by_cause = by_cause(one.restated());
    let why_not = match &one.outcome {
        Outcome::Not(why) => Some(why),
        Outcome::Restated { .. } => None,
    };
    json!({
        "period": one.period,
        "closing": one.closing,
        "version": one.version,
        "rules": if one.rules_now { "now" } else { "own" },
        "people": one.people(),
        "changed_files": one.changed,
        "rules_changed": one.rules_changed,
        "by_cause": by_cause.iter().map(|(of, results)| json!({ "of": of, "results": results })).collect::<Vec<_>>(),
        "restated": one.restated(),
        "not_told_apart": one.together(),
        "written": one.written,
        "not_evaluated": why_not,
    })
}

/// The same in words.
pub fn text(periods: &[OfPeriod], not_closed: &[String], look: Look) -> String {
    let mut page = Page::new(look);
    for (at, one) in periods.iter().enumerate() {
        if at > 0 {
            page.blank();
        }
        period_text(&mut page, one);
    }
    if !not_closed.is_empty() {
        page.blank();
        let are = either(not_closed.len(), "is", "are");
        page.faint(0, format!("{} {are} not closed", not_closed.join(", ")));
    }
    let differ = periods.iter().any(|one| !one.restated().is_empty() && one.written.is_none());
    if differ {
        page.blank();
        page.faint(0, "What was paid stays as it was closed. `--write --reason … --by …` adds this to the chain.");
    }
    page.out
}

/// So many results are listed.
const SHOWN: usize = 12;

fn period_text(page: &mut Page, one: &OfPeriod) {
    let people = one.people();
    let differ = match (&one.outcome, people) {
        (Outcome::Not(_), _) => "not evaluated".to_string(),
        (_, 0) => "nobody differs".to_string(),
        (_, 1) => "1 person differs".to_string(),
        (_, many) => format!("{many} people differ"),
    };
    page.line(0, "", &format!("{}: {differ}", one.period), Style::Strong);
    page.faint(2, format!("{}, by {} on {}", one.closing, one.by, one.on));
    if let Outcome::Not(why) = &one.outcome {
        page.line(2, "", why, Style::Poor);
    }
    let others: Vec<String> = one.changed.iter().map(|changed| changed.path.clone()).collect();
    since(page, &others, "data file");
    since(page, &one.rules_changed, "spec");
    for restated in one.restated().iter().take(SHOWN) {
        page.say(2, whose_and_what(restated));
        let causes = restated.causes.iter().map(|part| format!("{} {}", told(&part.of), signed(&part.amount)));
        let causes = causes.collect::<Vec<_>>().join(", ");
        match restated.difference.is_some() {
            true => page.faint(4, causes),
            // A part of 1 says nothing to anybody.
            false => page.faint(4, restated.causes.iter().map(|part| told(&part.of)).collect::<Vec<_>>().join(", ")),
        }
    }
    if one.restated().len() > SHOWN {
        let all = counted(one.restated().len() - SHOWN, "result");
        page.faint(2, format!("and {all} more; `--format json` has all"));
    }
    if let Some(why) = one.together() {
        page.faint(2, format!("what changed together is not told apart: {why}"));
    }
    for (what, unit, sum) in sums(one.restated()) {
        let unit = unit.map_or(String::new(), |unit| format!(" {unit}"));
        page.lead(2, &format!("{what} in all  "), format!("{}{unit}", signed(&format!("{sum:?}"))));
    }
    if let Some(written) = &one.written {
        page.line(2, "", &format!("added to the chain as {written}"), Style::Good);
    }
}

fn since(page: &mut Page, names: &[String], what: &str) {
    const NAMED: usize = 4;
    if names.is_empty() {
        return;
    }
    let mut named = names.iter().take(NAMED).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if names.len() > NAMED {
        named += &format!(" and {} more", names.len() - NAMED);
    }
    let are = either(names.len(), "is another one since", "are others since");
    page.faint(2, format!("{} {are}: {named}", counted(names.len(), what)));
}

fn whose_and_what(one: &Restated) -> String {
    let name = if one.name.is_empty() || one.name == one.person { String::new() } else { format!(" ({})", one.name) };
    let post = one.position.as_ref().map_or(String::new(), |position| format!(" as {position}"));
    let unit = one.unit.as_ref().map_or(String::new(), |unit| format!(" {unit}"));
    let side = |side: &Option<String>| match side {
        None => "none".to_string(),
        Some(text) => Number::of_document(text).map_or(text.clone(), |number| format!("{}{unit}", digits(&number))),
    };
    format!("{}{name}, {}{post}: {} instead of {}", one.person, one.what, side(&one.restated), side(&one.paid))
}

/// `+120.5`
fn signed(amount: &str) -> String {
    match Number::of_document(amount) {
        Some(number) if number.is_negative() => format!("−{}", digits(&number.abs())),
        Some(number) => format!("+{}", digits(&number)),
        None => amount.to_string(),
    }
}

/// All digits, of a fraction that goes on some.
fn digits(number: &Number) -> String {
    const PLACES: u32 = 6;
    match number.as_decimal() {
        Some(decimal) => grouped(&decimal.normalize().to_string()),
        None => format!("{}…", grouped(&number.to_fixed(PLACES, Rounding::Down))),
    }
}

/// What outputs come to in all, more or less.
fn sums(restated: &[Restated]) -> Vec<(&str, Option<&String>, Number)> {
    let mut sums: Vec<(&str, Option<&String>, Number)> = Vec::new();
    for one in restated.iter().filter(|one| one.position.is_some()) {
        let Some(amount) = one.difference.as_deref().and_then(Number::of_document) else { continue };
        let unit = one.unit.as_ref();
        match sums.iter_mut().find(|(what, of, _)| *what == one.what && *of == unit) {
            Some((.., sum)) => *sum = sum.add(&amount),
            None => sums.push((&one.what, unit, amount)),
        }
    }
    sums.retain(|(.., sum)| !sum.is_zero());
    sums
}

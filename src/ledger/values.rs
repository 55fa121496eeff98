//! What formulas read of closings: `closed(NAME)`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::sync::Arc;

use super::chain::{Chain, Fault};
use super::closing::Parts;
use super::standing::{Card, Document, Entry, Person, Value};
use crate::closed::{ClosedPeriod, ClosedPerson, ClosedValue, ClosedValues, SCORE};
use crate::number::Number;
use crate::provenance::hash_of;
use crate::time::{Day, Month, Months, PeriodName};
use crate::value;

/// The results of these names in the closings of these periods that hold, among the first so many of a chain: of all of it for
/// an evaluation today, of those before it for a closing that is evaluated again. What is not as it was closed is no
/// result.
pub fn closed_values(
    chain: &Chain,
    first: usize,
    periods: &BTreeSet<PeriodName>,
    names: &BTreeSet<&str>,
) -> io::Result<Result<ClosedValues, Vec<Fault>>> {
    let mut closed = ClosedValues::default();
    let mut newest = BTreeMap::new();
    for link in chain.links.iter().take(first).filter(|link| periods.contains(&link.period)) {
        newest.insert(link.period, link);
    }
    let mut faults = Vec::new();
    for (period, link) in newest {
        let bytes = fs::read(chain.place(link))?;
        let whole = Some(&bytes).filter(|bytes| hash_of(bytes) == link.sha256);
        let parts = whole.and_then(|bytes| Parts::of(bytes));
        match parts.and_then(|parts| Document::read(parts.results)) {
            Some(document) => closed.insert(period, period_of(&link.name(), &link.sha256, &document, names)),
            None => faults.push(Fault { file: link.file(), what: "it is not as it was closed".to_string() }),
        }
    }
    Ok(if faults.is_empty() { Ok(closed) } else { Err(faults) })
}

/// The results of these names in a document that would be a closing, but is not written.
pub fn unwritten(name: &str, results: &[u8], names: &BTreeSet<&str>) -> Option<ClosedPeriod> {
    Document::read(results).map(|document| period_of(name, "", &document, names))
}

fn period_of(name: &str, sha256: &str, document: &Document, names: &BTreeSet<&str>) -> ClosedPeriod {
    let mut closing = ClosedPeriod::new(name, sha256);
    let mut texts = Texts::default();
    for person in &document.people {
        let (roster, key) = (texts.of(&person.roster), texts.of(&person.person));
        fill(closing.person_mut(&roster, &key), person, names, &mut texts);
    }
    closing
}

/// Names and units, each kept once.
#[derive(Default)]
struct Texts(BTreeSet<Arc<str>>);

impl Texts {
    fn of(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.0.get(text) {
            return known.clone();
        }
        let text: Arc<str> = text.into();
        self.0.insert(text.clone());
        text
    }
}

fn fill(closed: &mut ClosedPerson, person: &Person, names: &BTreeSet<&str>, texts: &mut Texts) {
    if let (true, Some(overall)) = (names.contains(SCORE), &person.overall) {
        let number = Number::of_document(&overall.number);
        closed.overall.insert(texts.of(SCORE), number.map(|number| of_points(number, &overall.shown, texts)));
    }
    for post in &person.posts {
        let own = closed.posts.entry(texts.of(&post.position)).or_default();
        for output in post.outputs.iter().filter(|output| names.contains(output.name.as_str())) {
            let value = closed_value(&output.value, texts);
            own.insert(texts.of(&output.name), Some(value.clone()));
            // What somebody gets in several posts is added up.
            let all = closed.overall.entry(texts.of(&output.name));
            all.and_modify(|sum| *sum = sum.as_ref().and_then(|sum| added(sum, &value))).or_insert(Some(value));
        }
    }
    let mut positions: BTreeMap<&str, Vec<&Card>> = BTreeMap::new();
    for card in &person.cards {
        positions.entry(&card.position).or_default().push(card);
    }
    for (position, cards) in positions {
        let own = closed.posts.entry(texts.of(position)).or_default();
        if names.contains(SCORE) && cards.iter().any(|card| card.scorecard.is_some()) {
            own.insert(texts.of(SCORE), score_of(&cards, texts));
        }
        for entry in cards.iter().filter_map(|card| card.scorecard.as_ref()).flat_map(|card| leaves(&card.entries)) {
            let Some(value) = entry.value.as_ref().filter(|_| names.contains(entry.name.as_str())) else { continue };
            let value = closed_value(value, texts);
            for place in [&mut *own, &mut closed.overall] {
                let same = |known: &Option<ClosedValue>| known.as_ref().is_some_and(|known| known.value == value.value);
                let known = place.entry(texts.of(&entry.name));
                known
                    .and_modify(|known| {
                        if !same(known) {
                            *known = None;
                        }
                    })
                    .or_insert_with(|| Some(value.clone()));
            }
        }
    }
}

/// The KPIs of a scorecard, in groups or not.
fn leaves(entries: &[Entry]) -> Vec<&Entry> {
    let inner = |entry: &'_ Entry| entry.entries.is_some();
    let (groups, own): (Vec<&Entry>, Vec<&Entry>) = entries.iter().partition(|entry| inner(entry));
    let kpis = own.into_iter().filter(|entry| entry.kind == "kpi");
    kpis.chain(groups.into_iter().flat_map(|group| leaves(group.entries.as_deref().unwrap_or_default()))).collect()
}

/// The score in a post: of several stints their mean by days, as the overall score is.
fn score_of(cards: &[&Card], texts: &mut Texts) -> Option<ClosedValue> {
    let scores = cards.iter().filter_map(|card| Some((card.days, &card.scorecard.as_ref()?.score)));
    let scores: Vec<(u64, &Value)> = scores.collect();
    if let [(_, only)] = scores.as_slice() {
        return Some(closed_value(only, texts));
    }
    let mut sum = Number::ZERO;
    for (days, score) in &scores {
        let Value::Number { number, .. } = score else { return Some(closed_value(score, texts)) };
        sum = sum.add(&Number::of_document(number)?.mul(&Number::from(*days)));
    }
    let days: u64 = scores.iter().map(|(days, _)| days).sum();
    let mean = sum.div(&Number::from(days))?;
    let shown = mean.to_string();
    Some(of_points(mean, &shown, texts))
}

fn of_points(number: Number, shown: &str, texts: &mut Texts) -> ClosedValue {
    ClosedValue { value: value::Value::Number(number), unit: Some(texts.of("point")), shown: shown.into() }
}

fn added(one: &ClosedValue, other: &ClosedValue) -> Option<ClosedValue> {
    let (sum, unit) = (one.value.as_number()?.add(other.value.as_number()?), one.unit.clone());
    (one.unit == other.unit).then(|| ClosedValue {
        shown: sum.to_string().into(),
        value: value::Value::Number(sum),
        unit,
    })
}

fn closed_value(value: &Value, texts: &mut Texts) -> ClosedValue {
    let unread = || value::Value::stated("not read");
    let month = |text: &str| {
        let PeriodName { year, part } = PeriodName::parse(text)?;
        match part {
            crate::time::PeriodPart::Month(month) => Some(Month::new(year, u32::from(month))),
            _ => None,
        }
    };
    let (read, unit, shown) = match value {
        Value::Number { number, unit, shown, approximate } => {
            let number = Number::of_document(number);
            let number = if *approximate { number.map(Number::mark_approximate) } else { number };
            (number.map_or_else(unread, value::Value::Number), unit.as_ref(), shown)
        }
        Value::Text { text, shown } => (value::Value::text(text), None, shown),
        Value::Date { date, shown } => (Day::parse(date).map_or_else(unread, value::Value::Day), None, shown),
        Value::Period { first_month, last_month, shown } => {
            let months = month(first_month).zip(month(last_month));
            let period = |(first, last): (Month, Month)| Months { first, count: (last.0 - first.0 + 1).max(1) as u32 };
            (months.map(period).map_or_else(unread, value::Value::Period), None, shown)
        }
        Value::Flag { flag, shown } => (value::Value::Flag(*flag), None, shown),
        Value::Choice { index, shown } => (value::Value::Choice(*index), None, shown),
        Value::Missing { text } => (value::Value::stated(text.as_str()), None, text),
    };
    ClosedValue { value: read, unit: unit.map(|unit| texts.of(unit)), shown: shown.as_str().into() }
}

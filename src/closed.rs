//! What stands in closings of earlier periods, as formulas read it: results that were closed, by period, person and name.
//!
//! The ledger fills it from the chain of closings, a test from its table `given closed`; the evaluation only asks. Who knows
//! of several closings of one period puts in what holds of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::time::PeriodName;
use crate::value::Value;

/// The name under which a score is found; KPIs and outputs are found under their own.
pub const SCORE: &str = "score";

/// A result as it was closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosedValue {
    /// In base units. A choice is the place of its label in the list as it was then: `shown` is the label.
    pub value: Value,
    /// The base unit of a number, as documents have it (`CNY`, `CNY/person`); none of plain numbers and ratios.
    pub unit: Option<Arc<str>>,
    /// As it was shown.
    pub shown: Arc<str>,
}

/// What is known of a result of an earlier period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed<'a> {
    Found(&'a ClosedValue),
    /// The period has no closing.
    NotClosed,
    /// It has one, and the person is not in it; or not in that post, or not with such a result.
    NotEvaluated,
    /// Several stints, or several posts, that have different values.
    Several,
}

/// The results of one person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClosedPerson {
    /// Over all posts: the overall score, outputs added up. `None` is several values that differ.
    pub overall: BTreeMap<Arc<str>, Option<ClosedValue>>,
    /// By the name of the position.
    pub posts: BTreeMap<Arc<str>, BTreeMap<Arc<str>, Option<ClosedValue>>>,
}

/// The closing of a period that holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClosedPeriod {
    /// What it is called, `2026-Q3.1`; empty in tests.
    pub closing: Arc<str>,
    /// The SHA-256 of it, in hexadecimal digits: whatever follows from the values follows from that. Empty in tests.
    pub sha256: Arc<str>,
    /// By the name of the roster, then by the key of the person.
    people: BTreeMap<Arc<str>, BTreeMap<Arc<str>, ClosedPerson>>,
}

/// The closings of all periods that are closed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClosedValues {
    periods: BTreeMap<PeriodName, ClosedPeriod>,
}

impl ClosedPeriod {
    /// A closing in which nobody is yet.
    pub fn new(closing: &str, sha256: &str) -> ClosedPeriod {
        ClosedPeriod { closing: closing.into(), sha256: sha256.into(), people: BTreeMap::new() }
    }

    /// The results of somebody, to be filled.
    pub fn person_mut(&mut self, roster: &Arc<str>, person: &Arc<str>) -> &mut ClosedPerson {
        self.people.entry(roster.clone()).or_default().entry(person.clone()).or_default()
    }

    fn person(&self, roster: &str, person: &str) -> Option<&ClosedPerson> {
        self.people.get(roster)?.get(person)
    }
}

impl ClosedValues {
    /// Takes in the closing of a period, in the place of one that was there.
    pub fn insert(&mut self, period: PeriodName, closing: ClosedPeriod) {
        self.periods.insert(period, closing);
    }

    pub fn is_empty(&self) -> bool {
        self.periods.is_empty()
    }

    pub fn period(&self, period: PeriodName) -> Option<&ClosedPeriod> {
        self.periods.get(&period)
    }

    /// By period, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (PeriodName, &ClosedPeriod)> {
        self.periods.iter().map(|(period, closing)| (*period, closing))
    }

    /// A person's result over all posts.
    pub fn of_person(&self, period: PeriodName, (roster, person): (&str, &str), name: &str) -> Closed<'_> {
        self.look(period, (roster, person), |found| found.overall.get(name))
    }

    /// A person's result in a post. Where results do not say in which post they are, as in tests, they are the person's.
    pub fn in_post(
        &self,
        period: PeriodName,
        (roster, person): (&str, &str),
        position: &str,
        name: &str,
    ) -> Closed<'_> {
        self.look(period, (roster, person), |found| match found.posts.is_empty() {
            true => found.overall.get(name),
            false => found.posts.get(position)?.get(name),
        })
    }

    fn look<'a>(
        &'a self,
        period: PeriodName,
        (roster, person): (&str, &str),
        of: impl FnOnce(&'a ClosedPerson) -> Option<&'a Option<ClosedValue>>,
    ) -> Closed<'a> {
        let Some(closing) = self.periods.get(&period) else { return Closed::NotClosed };
        match closing.person(roster, person).and_then(of) {
            None => Closed::NotEvaluated,
            Some(None) => Closed::Several,
            Some(Some(value)) => Closed::Found(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::Number;

    #[test]
    fn what_is_not_there_says_why() {
        let period = |text: &str| PeriodName::parse(text).unwrap();
        let value = |number: i64| ClosedValue {
            value: Value::Number(Number::from(number)),
            unit: Some("CNY".into()),
            shown: format!("{number} CNY").into(),
        };
        let mut closing = ClosedPeriod::new("2026-Q3.1", "ab");
        let person = closing.person_mut(&"roster".into(), &"P1".into());
        person.overall.insert("bonus".into(), Some(value(300)));
        person.posts.entry("clerk".into()).or_default().insert("bonus".into(), Some(value(100)));
        person.posts.entry("clerk".into()).or_default().insert("sales".into(), None);
        closing.person_mut(&"roster".into(), &"P2".into()).overall.insert("bonus".into(), Some(value(5)));
        let mut closed = ClosedValues::default();
        closed.insert(period("2026-Q3"), closing);
        let (q3, one, two) = (period("2026-Q3"), ("roster", "P1"), ("roster", "P2"));
        assert_eq!(closed.of_person(q3, one, "bonus"), Closed::Found(&value(300)));
        assert_eq!(closed.in_post(q3, one, "clerk", "bonus"), Closed::Found(&value(100)));
        assert_eq!(closed.in_post(q3, one, "clerk", "sales"), Closed::Several);
        assert_eq!(closed.in_post(q3, one, "driver", "bonus"), Closed::NotEvaluated);
        assert_eq!(closed.in_post(q3, two, "driver", "bonus"), Closed::Found(&value(5)));
        assert_eq!(closed.of_person(q3, ("others", "P1"), "bonus"), Closed::NotEvaluated);
        assert_eq!(closed.of_person(period("2026-Q2"), one, "bonus"), Closed::NotClosed);
    }
}

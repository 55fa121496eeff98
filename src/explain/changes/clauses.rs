//! Which clauses make the differences of scores: each person's difference is split by cause, whatever the order in which
//! the clauses were changed, and the parts of each cause are added up over all people.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Changes;
use crate::eval::Evaluator;
use crate::explain::contrast::document::Part;
use crate::explain::contrast::{Cause, CauseKind, Side, contrast};
use crate::model::Model;
use crate::number::Number;
use crate::parallel;
use crate::plan::Plan;
use crate::plan::query::Answers;
use crate::score::Scored;
use crate::source::SourceSet;

/// People that a thread goes through one after the other.
const TOGETHER: usize = 64;

/// One of two evaluations.
#[derive(Clone, Copy)]
pub struct Evaluation<'a> {
    pub model: &'a Model,
    pub sources: &'a SourceSet,
    pub plan: &'a Plan,
    pub answers: &'a Answers,
    /// Whose cards keep the values behind them.
    pub scored: &'a Scored<'a>,
}

/// What one cause makes of all scores.
#[derive(Clone, Debug)]
pub struct Clause {
    /// As in contrasts; none of several causes that are taken as one.
    pub kind: Option<CauseKind>,
    /// The entry, bonus or veto.
    pub name: String,
    pub label: String,
    /// What it is on both sides, where that is the same for all; values of people are not.
    pub before: Option<String>,
    pub after: Option<String>,
    /// For how many it makes something.
    pub people: usize,
    /// Over all of them, and the most for one.
    pub amount: Number,
    pub largest: Number,
}

/// The causes of all differences, the largest first.
#[derive(Clone, Debug)]
pub struct Clauses {
    pub clauses: Vec<Clause>,
    /// What all scores differ by together; the clauses total it.
    pub amount: Number,
}

impl Default for Clauses {
    fn default() -> Clauses {
        Clauses { clauses: Vec::new(), amount: Number::ZERO }
    }
}

/// What tells causes apart: kind, name, label, and the rule on both sides.
type Key = (Option<CauseKind>, String, String, Option<(String, String)>);

impl Clause {
    /// What it is called in documents, and in tables.
    pub fn word(&self) -> &'static str {
        self.kind.map_or("several", CauseKind::word)
    }
}

impl Clauses {
    /// Of everybody who has a score in both.
    pub fn between(old: Evaluation, new: Evaluation, changes: &Changes) -> Clauses {
        let old_eval = Evaluator::new(old.model, old.plan, old.answers);
        let new_eval = Evaluator::new(new.model, new.plan, new.answers);
        let mut before: BTreeMap<(String, Arc<str>), usize> = BTreeMap::new();
        for at in 0..old.scored.len() {
            let brief = old.scored.brief(at);
            before.insert((old.model.data[brief.roster.0].name.clone(), brief.person), at);
        }
        let mut pairs: Vec<(usize, usize)> = Vec::new();
        for at in 0..new.scored.len() {
            let brief = new.scored.brief(at);
            let roster = &new.model.data[brief.roster.0].name;
            let roster = changes.data_sets.get(roster).unwrap_or(roster).clone();
            let Some(earlier) = before.get(&(roster, brief.person.clone())) else { continue };
            if old.scored.brief(*earlier).overall != brief.overall {
                pairs.push((*earlier, at));
            }
        }
        let split = |(earlier, later): &(usize, usize)| -> Vec<Part> {
            let (was, is) = (old.scored.person(*earlier), new.scored.person(*later));
            let before = Side::of(old.model, old.sources, (old.plan, &old_eval), &was, None);
            let after = Side::of(new.model, new.sources, (new.plan, &new_eval), &is, None);
            contrast(&before, &after).map_or(Vec::new(), |contrast| contrast.parts)
        };
        let mut found: BTreeMap<Key, Clause> = BTreeMap::new();
        let mut amount = Number::ZERO;
        let some = |some: std::ops::Range<usize>| some.map(|at| split(&pairs[at])).collect::<Vec<_>>();
        let Ok(()) = parallel::pieces_in_order(pairs.len(), TOGETHER, some, |parts| {
            for parts in parts {
                // Of several stints in a post each has its part.
                let mut of_person: BTreeMap<Key, Number> = BTreeMap::new();
                for part in parts {
                    let sum = of_person.entry(key(&part)).or_insert(Number::ZERO);
                    *sum = sum.add(&part.amount);
                }
                for (key, part) in of_person.into_iter().filter(|(_, part)| !part.is_zero()) {
                    amount = amount.add(&part);
                    add(&mut found, key, part);
                }
            }
            Ok::<(), std::convert::Infallible>(())
        });
        let mut clauses: Vec<Clause> = found.into_values().collect();
        clauses.sort_by_key(|clause| std::cmp::Reverse(clause.amount.abs()));
        Clauses { clauses, amount }
    }
}

fn key(part: &Part) -> Key {
    let [only] = part.causes.as_slice() else { return (None, String::new(), String::new(), None) };
    let Cause { kind, name, label, before, after } = only.clone();
    let is_same_for_all = match kind {
        CauseKind::Weight | CauseKind::Rule => true,
        CauseKind::Value
        | CauseKind::Target
        | CauseKind::Redistribution
        | CauseKind::Veto
        | CauseKind::People
        | CauseKind::Ruling => false,
    };
    (Some(kind), name, label, is_same_for_all.then_some((before, after)))
}

/// Adds what a cause makes for one person.
fn add(found: &mut BTreeMap<Key, Clause>, key: Key, part: Number) {
    let clause = found.entry(key).or_insert_with_key(|(kind, name, label, both)| {
        let (before, after) = both.clone().unzip();
        let (name, label) = (name.clone(), label.clone());
        Clause { kind: *kind, name, label, before, after, people: 0, amount: Number::ZERO, largest: Number::ZERO }
    });
    clause.people += 1;
    clause.amount = clause.amount.add(&part);
    if part.abs() > clause.largest.abs() {
        clause.largest = part;
    }
}

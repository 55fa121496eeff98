//! Entries that give nearly everyone the same score, and pairs of them that move together.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::{Leaf, OfPosition, Person};
use super::ranks::Correlation;
use super::{Audited, Figure, Finding, Kind};
use crate::language::ScopeWord;
use crate::number::Number;

pub fn find(of: Audited<'_>, position: &OfPosition, findings: &mut Vec<Finding>) {
    let mut flat = BTreeSet::new();
    for (at, leaf) in position.leaves.iter().enumerate() {
        if let Some(finding) = same_score(of, position, at, leaf) {
            flat.insert(at);
            findings.push(finding);
        }
    }
    for one in 0..position.leaves.len() {
        for other in one + 1..position.leaves.len() {
            if !flat.contains(&one) && !flat.contains(&other) {
                findings.extend(together(of, position, one, other));
            }
        }
    }
}

/// Whether the people of a position, or their teams, are as many as it takes to say something of an entry; those of a company
/// share its value, as they are meant to.
pub fn tells(of: Audited<'_>, leaf: &Leaf, people: &[&Person]) -> bool {
    let many = match leaf.scope() {
        ScopeWord::Own => people.len(),
        ScopeWord::Team => {
            people.iter().map(|one| one.team.as_ref().map(|team| &team.key)).collect::<BTreeSet<_>>().len()
        }
        ScopeWord::Company => 0,
    };
    many >= of.lines.people
}

fn same_score(of: Audited<'_>, position: &OfPosition, at: usize, leaf: &Leaf) -> Option<Finding> {
    let there: Vec<(&Number, &Person)> =
        position.people.iter().filter_map(|one| Some((one.entries[at].score.as_ref()?, one))).collect();
    let people: Vec<&Person> = there.iter().map(|(_, one)| *one).collect();
    if !tells(of, leaf, &people) || position.leaves.len() == 1 {
        return None;
    }
    let mut by_score: BTreeMap<&Number, Vec<&Person>> = BTreeMap::new();
    there.iter().for_each(|(score, one)| by_score.entry(score).or_default().push(one));
    let (score, alike) = by_score.iter().max_by_key(|(_, people)| people.len())?;
    let part = Number::ratio(alike.len() as i64, there.len() as i64)?;
    if part < of.lines.same {
        return None;
    }
    let (show, full) = (&of.show, leaf.entry.full());
    let label = show.entry_label(leaf.entry);
    let post = show.position_label(position.position);
    let what = match (*score == &full, score.is_zero()) {
        (true, _) => format!("all {} points", show.plain(&full)),
        (_, true) => "no points".to_string(),
        _ => format!("{} of {} points", show.plain(score), show.plain(&full)),
    };
    let many = all_or(alike.len(), there.len());
    let rest = there.len() - alike.len();
    let tells = match rest {
        0 => "tells nobody apart".to_string(),
        _ => format!("tells only {rest} from the others"),
    };
    let weight = show.share(&leaf.weight);
    let values: BTreeSet<&Number> = alike.iter().filter_map(|one| one.entries[at].value.as_ref()).collect();
    let look = match values.len() {
        0 | 1 => "all of them have the same value: ask whether it measures what they do, or take its weight off",
        _ if *score == &full || score.is_zero() => {
            "their values differ, and the scale gives the same for all: move its ends, or the target, to where they lie"
        }
        _ => "their values differ, and the scale gives the same for all: give it more steps where they lie",
    };
    Some(Finding {
        kind: Kind::SameScore,
        position: Some(of.name(position.position)),
        places: vec![leaf.entry.span],
        sentence: format!("{many} in {post} get {what} for {label}: its {weight} of the weight {tells}"),
        details: Vec::new(),
        figures: vec![
            Figure::new("score", (*score).clone()),
            Figure::new("alike", alike.len() as i64),
            Figure::new("people", there.len() as i64),
            Figure::new("weight", leaf.weight.clone()),
        ],
        who: alike.iter().map(|one| one.who(of.model)).collect(),
        look: look.into(),
        weight: part.mul(&leaf.weight),
    })
}

fn together(of: Audited<'_>, position: &OfPosition, one: usize, other: usize) -> Option<Finding> {
    let (first, second) = (&position.leaves[one], &position.leaves[other]);
    (first.kpi.is_some() && second.kpi.is_some()).then_some(())?;
    let scores = |person: &'_ Person| Some((person.entries[one].score.clone()?, person.entries[other].score.clone()?));
    let there: Vec<((Number, Number), &Person)> =
        position.people.iter().filter_map(|person| Some((scores(person)?, person))).collect();
    let people: Vec<&Person> = there.iter().map(|(_, person)| *person).collect();
    let enough = there.len() >= of.lines.correlated && tells(of, first, &people) && tells(of, second, &people);
    enough.then_some(())?;
    let pairs: Vec<(&Number, &Number)> = there.iter().map(|((one, other), _)| (one, other)).collect();
    let found = Correlation::of(&pairs).filter(|found| found.is_at_least(&of.lines.correlation))?;
    let show = &of.show;
    let (label, second_label) = (show.entry_label(first.entry), show.entry_label(second.entry));
    let post = show.position_label(position.position);
    let weight = first.weight.add(&second.weight);
    let how = if found.is_negative { "pull against each other" } else { "move together" };
    let look = match found.is_negative {
        false => "what earns points for the one earns them for the other: keep one of them, or give both less weight",
        true => "what earns points for the one loses them for the other, so that nobody can do well in both",
    };
    Some(Finding {
        kind: Kind::MovesTogether,
        position: Some(of.name(position.position)),
        places: vec![first.entry.span, second.entry.span],
        sentence: format!(
            "{label} and {second_label} {how}: the rank correlation of their scores is {} over {} in {post}; together they weigh {}",
            show.plain(&found.hundredths()),
            there.len(),
            show.share(&weight),
        ),
        details: Vec::new(),
        figures: vec![
            Figure::new("rank_correlation_squared", found.square.clone()),
            Figure::new("rank_correlation", found.hundredths()),
            Figure::new("people", there.len() as i64),
            Figure::new("weight", weight.clone()),
        ],
        who: people.iter().map(|one| one.who(of.model)).collect(),
        look: look.into(),
        weight: found.square.mul(&weight),
    })
}

/// `All 12`, `11 of 12`
pub fn all_or(some: usize, all: usize) -> String {
    if some == all { format!("All {all}") } else { format!("{some} of {all}") }
}

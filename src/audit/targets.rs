//! Targets that everybody has reached, or nobody.

use std::collections::BTreeSet;

use super::alike::tells;
use super::facts::{OfPosition, Person};
use super::{Audited, Figure, Finding, Kind};
use crate::number::Number;

pub fn find(of: Audited<'_>, position: &OfPosition, findings: &mut Vec<Finding>) {
    for (at, leaf) in position.leaves.iter().enumerate() {
        let there: Vec<(bool, &Person)> =
            position.people.iter().filter_map(|one| Some((one.entries[at].reached?, one))).collect();
        let people: Vec<&Person> = there.iter().map(|(_, one)| *one).collect();
        let reached = there.iter().filter(|(reached, _)| *reached).count();
        if !tells(of, leaf, &people) || (reached > 0 && reached < there.len()) {
            continue;
        }
        let (show, label) = (&of.show, of.show.entry_label(leaf.entry));
        let post = show.position_label(position.position);
        let unit = leaf.kpi.map(|kpi| &of.model.kpis[kpi.kpi.0].unit);
        let targets: BTreeSet<&Number> = people.iter().filter_map(|one| one.entries[at].target.as_ref()).collect();
        let target = match (targets.len(), targets.first(), unit) {
            (1, Some(target), Some(unit)) => format!("the target of {label}, {}", show.number(target, unit)),
            _ => format!("their target of {label}"),
        };
        let mut values: Vec<&Number> = people.iter().filter_map(|one| one.entries[at].value.as_ref()).collect();
        values.sort();
        let mut details = Vec::new();
        if let (Some(low), Some(high), Some(unit)) = (values.first(), values.last(), unit) {
            let (low, high) = (show.number(low, unit), show.number(high, unit));
            details.push(if low == high {
                format!("All values are {low}.")
            } else {
                format!("Their values lie between {low} and {high}.")
            });
        }
        let (sentence, look) = match reached {
            0 => (
                format!("None of the {} in {post} has reached {target}", there.len()),
                "a target that nobody reaches is out of reach, or the data behind it is not complete",
            ),
            _ => (
                format!("All {} in {post} have reached {target}", there.len()),
                "a target that everybody reaches asks for nothing more: set it higher, or say what it is for",
            ),
        };
        findings.push(Finding {
            kind: Kind::Target,
            position: Some(of.name(position.position)),
            places: vec![leaf.entry.span],
            sentence,
            details,
            figures: vec![Figure::new("reached", reached as i64), Figure::new("people", there.len() as i64)],
            who: people.iter().map(|one| one.who(of.model)).collect(),
            look: look.into(),
            weight: leaf.weight.clone(),
        });
    }
}

//! Positions with so few people that ranks and comparisons say nothing, and distributions over groups in which nobody can have
//! a grade.

use std::collections::BTreeMap;

use super::facts::{Facts, Person};
use super::{Audited, Figure, Finding, Kind};
use crate::model::{Rating, RatingId, Within};
use crate::number::Number;
use crate::plural::either;

pub fn find(of: Audited<'_>, facts: &Facts, findings: &mut Vec<Finding>) {
    few(of, facts, findings);
    for (at, rating) in of.model.ratings.iter().enumerate() {
        nobody(of, facts, (RatingId(at), rating), findings);
    }
}

/// All such positions in one finding: they are often many, and it is the same to be said of each.
fn few(of: Audited<'_>, facts: &Facts, findings: &mut Vec<Finding>) {
    let scored = |people: &[Person]| people.iter().filter(|one| one.score.is_some()).count();
    let mut small: Vec<_> = facts.positions.iter().map(|position| (scored(&position.people), position)).collect();
    let all = small.iter().filter(|(count, _)| *count > 0).count();
    small.retain(|(count, _)| *count > 0 && *count < of.lines.people);
    if small.is_empty() {
        return;
    }
    small.sort_by_key(|(count, position)| (*count, of.name(position.position)));
    let names: Vec<String> = small
        .iter()
        .map(|(count, position)| format!("{} ({count})", of.show.position_label(position.position)))
        .collect();
    findings.push(Finding {
        kind: Kind::SmallGroup,
        position: None,
        places: small.iter().map(|(_, position)| of.model.positions[position.position.0].span).collect(),
        sentence: format!(
            "{} {} fewer than {} people with a score, so that a rank in them, or a comparison, says nothing",
            if all == 1 { "The only position".to_string() } else { format!("{} of {all} positions", small.len()) },
            either(small.len() as u64, "has", "have"),
            of.lines.people
        ),
        details: vec![format!("{}.", names.join(", "))],
        figures: small
            .iter()
            .map(|(count, position)| Figure::of("people", of.name(position.position), *count as i64))
            .collect(),
        who: small.iter().flat_map(|(_, position)| &position.people).map(|one| one.who(of.model)).collect(),
        look: "read these scores by themselves, and do not publish ranks of so few".into(),
        weight: Number::ZERO,
    });
}

/// `at most 10% A within team` leaves none in a team of nine.
fn nobody(of: Audited<'_>, facts: &Facts, (id, rating): (RatingId, &Rating), findings: &mut Vec<Finding>) {
    for rule in rating.distribution.iter().filter(|rule| !rule.about) {
        let mut groups: BTreeMap<String, Vec<&Person>> = BTreeMap::new();
        for position in &facts.positions {
            let declared = &of.model.positions[position.position.0];
            if declared.scorecard.as_ref().and_then(|scorecard| scorecard.rating) != Some(id) {
                continue;
            }
            for one in position.people.iter().filter(|one| one.grade.is_some()) {
                let group = match rule.within {
                    Within::Company => Some(String::new()),
                    Within::Position => Some(of.show.position_label(position.position).to_string()),
                    Within::Team => one.team.as_ref().map(|team| team.name.to_string()),
                };
                groups.entry(group.unwrap_or_default()).or_default().push(one);
            }
        }
        let limit = |people: usize| rule.share.mul(&Number::from(people as i64)).floor();
        let is_barred = |people: &Vec<&Person>| people.len() as u64 >= rule.least && limit(people.len()).is_zero();
        groups.retain(|_, people| is_barred(people));
        let people: usize = groups.values().map(Vec::len).sum();
        if people == 0 || rule.share.is_zero() {
            continue;
        }
        let grade = &rating.grades[rule.grade];
        let (one, several) = match rule.within {
            Within::Company => ("company", "companies"),
            Within::Position => ("position", "positions"),
            Within::Team => ("team", "teams"),
        };
        let names: Vec<String> = groups.iter().map(|(name, people)| format!("{name} ({})", people.len())).collect();
        findings.push(Finding {
            kind: Kind::SmallGroup,
            position: None,
            places: vec![grade.span, rating.span],
            sentence: format!(
                "In {} {} with {people} people nobody can have grade {}: at most {} of them may, which is less than one",
                groups.len(),
                either(groups.len() as u64, one, several),
                grade.name,
                of.show.share(&rule.share)
            ),
            details: vec![format!("{}.", names.join(", "))],
            figures: groups.iter().map(|(name, people)| Figure::of("people", name, people.len() as i64)).collect(),
            who: groups.values().flatten().map(|one| one.who(of.model)).collect(),
            look: match whole(&rule.share) {
                Some(enough) => format!("take larger groups for the distribution, or write `of {enough} or more` behind it"),
                None => "take larger groups for the distribution".into(),
            },
            weight: Number::from(people as i64),
        });
    }
}

/// The fewest people of whom one may have the grade.
fn whole(share: &Number) -> Option<i64> {
    Number::ONE.div(share)?.ceil().to_i64()
}

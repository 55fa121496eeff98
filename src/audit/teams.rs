//! Teams whose people have the best grade, or a score in the upper half, more often or more seldom than chance would have it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::facts::{Facts, Person};
use super::means::mean;
use super::{Audited, Figure, Finding, Kind};
use crate::model::RatingId;
use crate::number::Number;
use crate::number::chance::at_least;

pub fn find(of: Audited<'_>, facts: &Facts, findings: &mut Vec<Finding>) {
    let mut by_rating: BTreeMap<RatingId, Vec<&Person>> = BTreeMap::new();
    for position in &facts.positions {
        let scorecard = of.model.positions[position.position.0].scorecard.as_ref();
        let Some(rating) = scorecard.and_then(|scorecard| scorecard.rating) else { continue };
        let rated = position.people.iter().filter(|one| one.grade.is_some() && one.score.is_some());
        by_rating.entry(rating).or_default().extend(rated);
    }
    for (rating, people) in by_rating {
        of_rating(of, rating, &people, findings);
    }
}

fn of_rating(of: Audited<'_>, rating: RatingId, people: &[&Person], findings: &mut Vec<Finding>) {
    let mut teams: BTreeMap<Arc<str>, Vec<&Person>> = BTreeMap::new();
    for one in people {
        if let Some(team) = &one.team {
            teams.entry(team.key.clone()).or_default().push(one);
        }
    }
    let is_large = |team: &Vec<&Person>| team.len() >= of.lines.people && people.len() - team.len() >= of.lines.people;
    teams.retain(|_, team| is_large(team));
    // The more is looked at, the more stands out by chance: each team has two sides of two counts.
    let looks = Number::from(4 * teams.len() as i64);
    let Some(line) = of.lines.chance.div(&looks) else { return };
    let mut scores: Vec<&Number> = people.iter().filter_map(|one| one.score.as_ref()).collect();
    scores.sort();
    let Some(median) = scores.get(scores.len() / 2).copied() else { return };
    let best = |one: &Person| one.grade == Some(0);
    let upper = |one: &Person| one.score.as_ref().is_some_and(|score| score > median);
    let count = |some: &[&Person], has: &dyn Fn(&Person) -> bool| some.iter().filter(|one| has(one)).count();
    for team in teams.values() {
        let looked = |has: &dyn Fn(&Person) -> bool| {
            let (all, marked, drawn, found) = (people.len(), count(people, has), team.len(), count(team, has));
            let [all, marked, drawn] = [all, marked, drawn].map(|count| count as u64);
            let more = at_least(all, marked, drawn, found as u64);
            // As few: as many of those that do not have it.
            let fewer = at_least(all, all - marked, drawn, drawn - found as u64);
            (found, marked as usize - found, more.min(fewer))
        };
        let (of_grade, of_score) = (looked(&best), looked(&upper));
        let by_grade = of_grade.2 <= of_score.2;
        let (found, others, chance) = if by_grade { of_grade } else { of_score };
        if chance > line {
            continue;
        }
        let key = |one: &Person| one.team.as_ref().map(|team| team.key.clone());
        let rest: Vec<&Person> = people.iter().copied().filter(|one| key(one) != key(team[0])).collect();
        let grade = of.model.ratings[rating.0].grades.first().map_or("", |grade| &grade.name);
        let what = match by_grade {
            true => format!("grade {grade}"),
            false => format!("a score above the median, {}", of.show.plain(median)),
        };
        let called = team[0].team.as_ref().map_or("", |team| &team.name);
        let of_team = |some: &[&Person]| mean(some.iter().filter_map(|one| one.score.as_ref()));
        let (own, other) = (of_team(team), of_team(&rest));
        let mut figures = vec![
            Figure::of("with", "team", found as i64),
            Figure::of("people", "team", team.len() as i64),
            Figure::of("with", "others", others as i64),
            Figure::of("people", "others", rest.len() as i64),
            Figure::new("chance", chance.clone()),
            Figure::new("line", line.clone()),
        ];
        let mut details = vec![format!("By chance a team of {} comes out so {}.", team.len(), seldom(&chance, of))];
        if let (Some(own), Some(other)) = (own, other) {
            details.push(format!(
                "The mean score is {} in it, and {} in the others.",
                of.show.plain(&own),
                of.show.plain(&other)
            ));
            figures.extend([Figure::of("mean_score", "team", own), Figure::of("mean_score", "others", other)]);
        }
        findings.push(Finding {
            kind: Kind::Teams,
            position: None,
            places: vec![of.model.ratings[rating.0].span],
            sentence: format!(
                "In team {called} {found} of {} have {what}; in all others {others} of {}",
                team.len(),
                rest.len()
            ),
            details,
            figures,
            who: team.iter().map(|one| one.who(of.model)).collect(),
            look:
                "ask whether its targets are as hard as those of the others, and who decides what goes into its scores"
                    .into(),
            weight: Number::ONE.sub(&chance),
        });
    }
}

/// `once in 1,234 times`
pub fn seldom(chance: &Number, of: Audited<'_>) -> String {
    match Number::ONE.div(chance) {
        Some(times) if times < Number::from(1_000_000) => format!("once in {} times", of.show.plain(&times.floor())),
        _ => "less than once in a million times".into(),
    }
}

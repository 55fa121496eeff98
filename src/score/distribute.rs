//! Forced distribution: grades with a limit on how many may have them.

use std::collections::BTreeMap;

use crate::model::{Distribution, Rating, Within};
use crate::number::Number;

/// Someone rated, as distribution sees them.
#[derive(Clone, Debug)]
pub(super) struct Rated<'a> {
    /// Index into the rating's grades; only moves down.
    pub grade: usize,
    /// The score as the rating sees it.
    pub seen: &'a Number,
    pub position: &'a str,
    pub team: Option<&'a str>,
    /// The rule that moved the grade last: index into the rating's distribution.
    pub moved_by: Option<usize>,
}

/// Who would have a grade within a group, and where the limit cut.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// Index into the rating's distribution.
    pub rule: usize,
    /// How many there are in the group, and how many of them may have the grade.
    pub members: u64,
    pub limit: usize,
    /// The best first; so many of them keep it.
    pub holders: Vec<usize>,
    pub keep: usize,
}

/// Applies the rules from the best grade down, so that who moves down counts where they land. Within a group, the
/// best scores keep the grade as far as the limit goes; who has the same score as the first one beyond it moves down
/// as well, so that equals stay together.
pub(super) fn distribute(rating: &Rating, rated: &mut [Rated]) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut rules: Vec<usize> = (0..rating.distribution.len()).collect();
    rules.sort_by_key(|rule| rating.distribution[*rule].grade);
    for rule in rules {
        let distribution = &rating.distribution[rule];
        if distribution.grade + 1 >= rating.grades.len() {
            continue;
        }
        for group in groups(distribution.within, rated).into_values() {
            let count = group.len() as u64;
            if count < distribution.least {
                continue;
            }
            let limit = limit(rating, rule, count);
            let mut holders: Vec<usize> =
                group.into_iter().filter(|one| rated[*one].grade == distribution.grade).collect();
            holders.sort_by(|a, b| rated[*b].seen.cmp(rated[*a].seen));
            if holders.is_empty() {
                continue;
            }
            let beyond = holders.get(limit).map(|one| rated[*one].seen);
            let keeps = |one: &usize| beyond.is_none_or(|beyond| rated[*one].seen > beyond);
            let keep = holders.iter().filter(|one| keeps(one)).count();
            lines.push(Line { rule, members: count, limit, holders: holders.clone(), keep });
            for one in &holders[keep..] {
                rated[*one].grade += 1;
                rated[*one].moved_by = Some(rule);
            }
        }
    }
    lines
}

fn groups<'a>(within: Within, rated: &[Rated<'a>]) -> BTreeMap<Option<&'a str>, Vec<usize>> {
    let mut groups: BTreeMap<Option<&str>, Vec<usize>> = BTreeMap::new();
    for (at, one) in rated.iter().enumerate() {
        let group = match within {
            Within::Company => None,
            Within::Position => Some(one.position),
            Within::Team => one.team,
        };
        groups.entry(group).or_default().push(at);
    }
    groups
}

/// How many of `count` may have the rule's grade: the floor of the share, or its part by the largest remainder.
fn limit(rating: &Rating, rule: usize, count: u64) -> usize {
    let distribution = &rating.distribution[rule];
    if distribution.about {
        return largest_remainder(rating, distribution, rule, count);
    }
    whole(&distribution.share.mul(&Number::from(count)).floor())
}

/// The `about` rules that hold for the group share its members; the grades without a rule share what is left. Each
/// gets the floor of its part, and those left over go to the largest remainders, of equals to the better grade.
fn largest_remainder(rating: &Rating, of: &Distribution, rule: usize, count: u64) -> usize {
    let members = Number::from(count);
    let together =
        |other: &&(usize, &Distribution)| other.1.about && other.1.within == of.within && other.1.least <= count;
    let all: Vec<(usize, &Distribution)> = rating.distribution.iter().enumerate().collect();
    let mut rules: Vec<&(usize, &Distribution)> = all.iter().filter(together).collect();
    rules.sort_by_key(|(_, other)| other.grade);
    let mut parts: Vec<(Option<usize>, Number)> =
        rules.iter().map(|(at, other)| (Some(*at), other.share.mul(&members))).collect();
    let shared = parts.iter().fold(Number::ZERO, |sum, (_, part)| sum.add(part));
    if shared < members {
        parts.push((None, members.sub(&shared)));
    }
    let floors = parts.iter().fold(Number::ZERO, |sum, (_, part)| sum.add(&part.floor()));
    let left_over = whole(&members.sub(&floors));
    let mut by_remainder: Vec<usize> = (0..parts.len()).collect();
    let remainder = |at: usize| parts[at].1.sub(&parts[at].1.floor());
    by_remainder.sort_by_key(|at| std::cmp::Reverse(remainder(*at)));
    let own = parts.iter().position(|(at, _)| *at == Some(rule)).unwrap_or(0);
    let extra = by_remainder.iter().take(left_over).any(|at| *at == own && !remainder(own).is_zero());
    whole(&parts[own].1.floor()) + usize::from(extra)
}

fn whole(number: &Number) -> usize {
    number.to_i64().and_then(|whole| usize::try_from(whole).ok()).unwrap_or(0)
}

//! Gaps between groups of people who hold the same position: in score, grade and what is paid.

use std::collections::BTreeMap;

use super::facts::{Member, OfPosition, Person};
use super::means::mean;
use super::teams::seldom;
use super::{Audited, By, Figure, Finding, Kind};
use crate::number::Number;
use crate::number::chance::at_least;
use crate::source::Span;

/// The people of a position by group.
type Groups<'p> = BTreeMap<&'p Member, Vec<&'p Person>>;

pub fn find(of: Audited<'_>, position: &OfPosition, findings: &mut Vec<Finding>, left: &mut Vec<String>) {
    for (at, by) in of.by.iter().enumerate() {
        let mut comparison = Comparison { of, position, by, hidden: 0 };
        let grouped = |has: &dyn Fn(&Person) -> bool| {
            let mut groups: Groups = BTreeMap::new();
            for one in position.people.iter().filter(|one| has(one)) {
                if let Some(member) = &one.groups[at] {
                    groups.entry(member).or_default().push(one);
                }
            }
            groups
        };
        let scored = grouped(&|one| one.score.is_some());
        let shown = comparison.shown(scored);
        findings.extend(comparison.scores(&shown));
        let rated = grouped(&|one| one.grade.is_some());
        let shown = comparison.shown(rated);
        findings.extend(comparison.grades(&shown));
        for output in 0..of.model.positions[position.position.0].outputs.len() {
            let paid = grouped(&|one| one.outputs[output].is_some());
            let shown = comparison.shown(paid);
            findings.extend(comparison.outputs(&shown, output));
        }
        if comparison.hidden > 0 {
            left.push(format!(
                "`{}` in {}: groups of fewer than {} people, and what would tell of them, are not shown",
                by.name,
                of.show.position_label(position.position),
                of.lines.group
            ));
        }
    }
}

/// Leaves the groups that may be shown: none smaller than the least, and so many of the smallest others left out that what is
/// not shown is nobody, or as many as the least: so none of it follows from what is shown.
pub fn show_only<K: Ord + Clone, P>(mut groups: BTreeMap<K, Vec<P>>, least: usize) -> BTreeMap<K, Vec<P>> {
    let mut hidden: usize = groups.values().map(Vec::len).filter(|people| *people < least).sum();
    groups.retain(|_, people| people.len() >= least);
    while hidden > 0 && hidden < least {
        let smallest = groups.iter().min_by_key(|(key, people)| (people.len(), *key)).map(|(key, _)| key.clone());
        let Some(people) = smallest.and_then(|smallest| groups.remove(&smallest)) else { break };
        hidden += people.len();
    }
    groups
}

struct Comparison<'a, 'p> {
    of: Audited<'a>,
    position: &'p OfPosition<'a>,
    by: &'p By,
    /// How often groups were not shown.
    hidden: usize,
}

impl<'p> Comparison<'_, 'p> {
    fn shown(&mut self, groups: Groups<'p>) -> Groups<'p> {
        let all = groups.len();
        let shown = show_only(groups, self.of.lines.group);
        self.hidden += usize::from(shown.len() < all);
        shown
    }

    /// The largest group, and each of the others: of equals the first by name.
    fn pairs<'g>(&self, groups: &'g Groups<'p>) -> Vec<[(&'p Member, &'g [&'p Person]); 2]> {
        let largest = groups.iter().max_by(|one, other| one.1.len().cmp(&other.1.len()).then(other.0.cmp(one.0)));
        let Some((base, people)) = largest else { return Vec::new() };
        let others = groups.iter().filter(|(member, _)| *member != base);
        others.map(|(member, others)| [(*base, &people[..]), (*member, &others[..])]).collect()
    }

    fn called(&self, member: &Member) -> String {
        match member {
            Member::Of(text) => format!("{} {text}", self.by.name),
            Member::Blank => format!("a blank {}", self.by.name),
        }
    }

    /// Whether two means are so far apart that it is told, and by which part of the higher one.
    fn gap(&self, one: &Number, other: &Number) -> Option<Number> {
        let (low, high) = if one < other { (one, other) } else { (other, one) };
        let part = high.sub(low).div(high).filter(|_| high.is_positive())?;
        (part >= self.of.lines.gap).then_some(part)
    }

    fn scores(&self, groups: &Groups<'p>) -> Vec<Finding> {
        let found = self.pairs(groups).into_iter().filter_map(|[base, other]| {
            let score = |people: &[&Person]| mean(people.iter().filter_map(|one| one.score.as_ref()));
            let means = (score(base.1)?, score(other.1)?);
            let part = self.gap(&means.0, &means.1)?;
            let points = |number: &Number| self.of.show.plain(number);
            let mut finding = self.finding([base, other], "mean score", "mean_score", (&means, &part), &points);
            self.split(base.1, other.1, &means, &mut finding);
            Some(finding)
        });
        found.collect()
    }

    /// What makes the difference of two mean scores: that of the mean contributions of each entry, and what is left.
    fn split(&self, base: &[&'p Person], other: &[&'p Person], means: &(Number, Number), finding: &mut Finding) {
        let (show, difference) = (&self.of.show, means.1.sub(&means.0));
        let parts = |people: &[&'p Person]| -> Option<Vec<&'p Vec<Number>>> {
            people.iter().map(|one| one.parts.as_ref().map(|(parts, _)| parts)).collect()
        };
        let (Some(base), Some(other)) = (parts(base), parts(other)) else {
            finding
                .details
                .push("The score is no sum of its entries, so it is not told which of them makes it.".into());
            return;
        };
        let mut made: Vec<(String, Number, Option<Span>)> = Vec::new();
        for (at, leaf) in self.position.leaves.iter().enumerate() {
            let of = |people: &[&Vec<Number>]| mean(people.iter().map(|parts| &parts[at]));
            let Some((before, after)) = of(&base).zip(of(&other)) else { continue };
            made.push((show.entry_label(leaf.entry), after.sub(&before), Some(leaf.entry.span)));
        }
        let sum = made.iter().fold(Number::ZERO, |sum, (_, part, _)| sum.add(part));
        made.push((
            "bonuses, deductions, vetoes, rounding, rulings and other posts".into(),
            difference.sub(&sum),
            None,
        ));
        made.retain(|(_, part, _)| !part.is_zero());
        made.sort_by(|one, other| other.1.abs().cmp(&one.1.abs()).then_with(|| one.0.cmp(&other.0)));
        let told =
            made.iter().map(|(label, part, _)| format!("{label} {}", signed(part, &|number| show.plain(number))));
        finding.details.push(format!("What makes it: {}.", told.collect::<Vec<_>>().join("; ")));
        // What goes the way of the whole difference makes it.
        let places = made.iter().filter(|(_, part, _)| part.is_negative() == difference.is_negative());
        finding.places.splice(0..0, places.filter_map(|(.., span)| *span));
        finding.figures.extend(made.iter().map(|(label, part, _)| Figure::of("part", label.clone(), part.clone())));
    }

    fn grades(&self, groups: &Groups<'p>) -> Vec<Finding> {
        let Some(rating) = self.of.show.rating_of(self.position.position) else { return Vec::new() };
        let Some(grade) = rating.grades.first() else { return Vec::new() };
        let found = self.pairs(groups).into_iter().filter_map(|[base, other]| {
            let best = |people: &[&Person]| people.iter().filter(|one| one.grade == Some(0)).count();
            let (in_base, in_other) = (best(base.1), best(other.1));
            let [all, marked, drawn] =
                [base.1.len() + other.1.len(), in_base + in_other, other.1.len()].map(|count| count as u64);
            let more = at_least(all, marked, drawn, in_other as u64);
            let fewer = at_least(all, all - marked, drawn, drawn - in_other as u64);
            let chance = more.min(fewer);
            // Either side would be told.
            let chance = chance.add(&chance).min(Number::ONE);
            (chance <= self.of.lines.chance).then(|| {
                let (base_called, called) = (self.called(base.0), self.called(other.0));
                Finding {
                    kind: Kind::Gap,
                    position: Some(self.of.name(self.position.position)),
                    places: vec![grade.span],
                    sentence: format!(
                        "In {} {in_other} of {} with {called} have grade {}, and {in_base} of {} with {base_called}",
                        self.of.show.position_label(self.position.position),
                        other.1.len(),
                        grade.name,
                        base.1.len()
                    ),
                    details: vec![format!("By chance that comes out {}.", seldom(&chance, self.of))],
                    figures: vec![
                        Figure::of("with", base_called.clone(), in_base as i64),
                        Figure::of("people", base_called, base.1.len() as i64),
                        Figure::of("with", called.clone(), in_other as i64),
                        Figure::of("people", called, other.1.len() as i64),
                        Figure::new("chance", chance.clone()),
                    ],
                    who: Vec::new(),
                    look: "look at what makes the scores of the two groups differ, and at who decides it".into(),
                    weight: Number::ONE.sub(&chance),
                }
            })
        });
        found.collect()
    }

    fn outputs(&self, groups: &Groups<'p>, at: usize) -> Vec<Finding> {
        let output = &self.of.model.positions[self.position.position.0].outputs[at];
        let found = self.pairs(groups).into_iter().filter_map(|[base, other]| {
            let paid = |people: &[&Person]| mean(people.iter().filter_map(|one| one.outputs[at].as_ref()));
            let means = (paid(base.1)?, paid(other.1)?);
            let part = self.gap(&means.0, &means.1)?;
            let what = format!("mean {}", self.of.show.output_label(output));
            let shown = |number: &Number| self.of.show.number(number, &output.unit);
            let figure = format!("mean_{}", output.name);
            let mut finding = self.finding([base, other], &what, &figure, (&means, &part), &shown);
            finding.places.push(output.span);
            if output.unit.is_money() && part >= Number::from_parts(5, 2) {
                finding.details.push(
                    "A gap of at least 5% in what is paid within a category of workers, between women and men, calls for a joint pay \
                     assessment where objective, gender-neutral criteria do not justify it: Directive (EU) 2023/970, article 10."
                        .into(),
                );
                finding.look =
                    "find the reason for it, in the score or in the formula, and whether that is one that has nothing to do with the group".into();
            }
            Some(finding)
        });
        found.collect()
    }

    fn finding(
        &self,
        [base, other]: [(&Member, &[&Person]); 2],
        what: &str,
        figure: &str,
        (means, part): (&(Number, Number), &Number),
        shown: &dyn Fn(&Number) -> String,
    ) -> Finding {
        let show = &self.of.show;
        let (base_called, called) = (self.called(base.0), self.called(other.0));
        let how = if means.1 < means.0 { "lower" } else { "higher" };
        Finding {
            kind: Kind::Gap,
            position: Some(self.of.name(self.position.position)),
            places: Vec::new(),
            sentence: format!(
                "In {} the {what} of {} with {called} is {how} than that of {} with {base_called}: {} against {}, a gap of {}",
                show.position_label(self.position.position),
                other.1.len(),
                base.1.len(),
                shown(&means.1),
                shown(&means.0),
                show.share(part)
            ),
            details: Vec::new(),
            figures: vec![
                Figure::of("people", base_called.clone(), base.1.len() as i64),
                Figure::of("people", called.clone(), other.1.len() as i64),
                Figure::of(figure, base_called, means.0.clone()),
                Figure::of(figure, called, means.1.clone()),
                Figure::new("difference", means.1.sub(&means.0)),
                Figure::new("gap", part.clone()),
            ],
            who: Vec::new(),
            look: "ask of each entry that makes it whether it asks the same of both groups".into(),
            weight: part.clone(),
        }
    }
}

/// `+3.5`, `−2`
fn signed(number: &Number, shown: &dyn Fn(&Number) -> String) -> String {
    format!("{}{}", if number.is_negative() { "−" } else { "+" }, shown(&number.abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(sizes: &[usize]) -> Vec<usize> {
        let groups: BTreeMap<usize, Vec<()>> =
            sizes.iter().enumerate().map(|(at, size)| (at, vec![(); *size])).collect();
        show_only(groups, 5).into_values().map(|people| people.len()).collect()
    }

    #[test]
    fn no_small_group_follows_from_what_is_shown() {
        assert_eq!(shown(&[5, 6]), [5, 6]);
        assert_eq!(shown(&[4, 60]), [0; 0]);
        assert_eq!(shown(&[4, 60, 7]), [60]);
        assert_eq!(shown(&[2, 3, 60, 7]), [60, 7]);
        assert_eq!(shown(&[4]), [0; 0]);
        assert_eq!(shown(&[]), [0; 0]);
        assert_eq!(shown(&[1, 5, 5, 5]), [5, 5]);
    }
}

//! Clauses against which people often rule.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::facts::{OfPosition, Person, Ruled};
use super::means::mean;
use super::{Audited, Figure, Finding, Kind};
use crate::model::types::unit::DisplayUnit;
use crate::model::{Model, RuledOn};
use crate::number::Number;
use crate::source::Span;

pub fn find(of: Audited<'_>, position: &OfPosition, findings: &mut Vec<Finding>) {
    let mut by_clause: BTreeMap<RuledOn, Vec<(&Person, &Ruled)>> = BTreeMap::new();
    for one in &position.people {
        for ruled in one.rulings.iter().filter(|ruled| ruled.position == position.position) {
            by_clause.entry(ruled.on).or_default().push((one, ruled));
        }
    }
    for (on, rulings) in by_clause {
        let mut who: Vec<&Person> = rulings.iter().map(|(one, _)| *one).collect();
        who.dedup_by_key(|one| one.at);
        let Some(part) = Number::ratio(who.len() as i64, position.people.len() as i64) else { continue };
        if who.len() < of.lines.ruled || part < of.lines.ruled_part {
            continue;
        }
        let post = of.show.position_label(position.position);
        let rises: Vec<&Number> = rulings.iter().filter_map(|(_, ruled)| ruled.rise.as_ref()).collect();
        let up = rises.iter().filter(|rise| rise.is_positive()).count();
        let down = rises.iter().filter(|rise| rise.is_negative()).count();
        let (called, clause, unit) = clause(of, position, on);
        let mut details = vec![format!("{up} up and {down} down{}.", rise(of, &rises, unit.as_ref()))];
        let mut by: BTreeMap<Arc<str>, usize> = BTreeMap::new();
        rulings
            .iter()
            .filter(|(_, ruled)| !ruled.by.is_empty())
            .for_each(|(_, ruled)| *by.entry(ruled.by.clone()).or_default() += 1);
        if !by.is_empty() {
            let named: Vec<String> = by.iter().map(|(name, count)| format!("{name} ({count})")).collect();
            details.push(format!("By whom: {}.", named.join(", ")));
        }
        let mut places: Vec<Span> = clause.into_iter().collect();
        let scorecard = of.model.positions[position.position.0].scorecard.as_ref();
        let allowed = scorecard.and_then(|scorecard| scorecard.rulings.iter().find(|one| same(of.model, one.on, on)));
        places.extend(allowed.map(|one| one.span));
        let mut figures = vec![
            Figure::new("ruled", who.len() as i64),
            Figure::new("people", position.people.len() as i64),
            Figure::new("up", up as i64),
            Figure::new("down", down as i64),
        ];
        figures.extend(mean(rises.iter().copied()).map(|mean| Figure::new("mean_rise", mean)));
        figures.extend(by.iter().map(|(name, count)| Figure::of("by", name.to_string(), *count as i64)));
        findings.push(Finding {
            kind: Kind::Rulings,
            position: Some(of.name(position.position)),
            places,
            sentence: format!(
                "{called} was ruled for {} of {} in {post}, {} of them",
                who.len(),
                position.people.len(),
                of.show.share(&part)
            ),
            details,
            figures,
            who: who.iter().map(|one| one.who(of.model)).collect(),
            look:
                "where people decide so often otherwise, the rule does not say what is meant: write it down as a rule"
                    .into(),
            weight: part,
        });
    }
}

/// Versions of one KPI are one.
fn same(model: &Model, one: RuledOn, other: RuledOn) -> bool {
    match (one, other) {
        (RuledOn::Kpi(one), RuledOn::Kpi(other)) => model.kpis[one.0].name == model.kpis[other.0].name,
        (one, other) => one == other,
    }
}

/// What it is called, the clause that gives it by rule, and its unit; a grade has none.
fn clause<'a>(of: Audited<'a>, position: &OfPosition<'a>, on: RuledOn) -> (String, Option<Span>, Option<DisplayUnit>) {
    let (model, show) = (of.model, &of.show);
    let declared = &model.positions[position.position.0];
    match on {
        RuledOn::Score => ("The score".into(), None, Some(DisplayUnit::point())),
        RuledOn::Rating => {
            let rating = declared.scorecard.as_ref().and_then(|scorecard| scorecard.rating);
            ("The grade".into(), rating.map(|rating| model.ratings[rating.0].span), None)
        }
        RuledOn::Kpi(kpi) => {
            let is_it = |leaf: &&super::facts::Leaf| {
                leaf.kpi.is_some_and(|own| model.kpis[own.kpi.0].name == model.kpis[kpi.0].name)
            };
            let entry = position.leaves.iter().find(is_it).map(|leaf| leaf.entry.span);
            let kpi = &model.kpis[kpi.0];
            (show.label(&kpi.label).into(), entry.or(Some(kpi.span)), Some(kpi.unit.clone()))
        }
        RuledOn::Output(at) => {
            let output = &declared.outputs[at];
            (show.output_label(output).into(), Some(output.span), Some(output.unit.clone()))
        }
    }
}

/// `, by 3.5 points in the mean`
fn rise(of: Audited<'_>, rises: &[&Number], unit: Option<&DisplayUnit>) -> String {
    let Some(mean) = mean(rises.iter().copied()) else { return String::new() };
    let sign = if mean.is_negative() { "−" } else { "+" };
    let shown = match unit {
        Some(unit) => of.show.number(&mean.abs(), unit),
        None => format!("{} grades", of.show.plain(&mean.abs())),
    };
    format!("; {sign}{shown} in the mean")
}

//! Results as CSV in the long form: a row for each person, stint and KPI.
//!
//! UTF-8 with a header. Values and targets are in the KPI's own unit (98.4 with the unit `%`), weights are parts of
//! one. Numbers that no decimal holds are rounded to 28 digits. A scorecard without KPIs still has a row; bonuses
//! and deductions have the group `bonus` or `deduction` and their points as contribution.

use std::io::{self, Write};

use super::show::Show;
use super::{Report, leaves, why_missing};
use crate::model::unit::DisplayUnit;
use crate::number::Number;
use crate::score::card::{Card, EntryResultKind, PersonResult};
use crate::value::Value;

/// The header, in the order of the cells.
pub const HEADER: [&str; 20] = [
    "period",
    "person",
    "name",
    "position",
    "team",
    "from",
    "to",
    "group",
    "kpi",
    "label",
    "value",
    "unit",
    "target",
    "score",
    "weight",
    "effective_weight",
    "contribution",
    "total",
    "rating",
    "missing",
];

/// The cells of one row that depend on the entry.
#[derive(Default)]
struct Part {
    group: String,
    kpi: String,
    label: String,
    value: String,
    unit: String,
    target: String,
    score: String,
    weight: String,
    effective_weight: String,
    contribution: String,
    missing: String,
}

pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let show = report.show();
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(HEADER)?;
    for person in &report.people {
        for card in &person.cards {
            for part in parts(&show, card) {
                writer.write_record(row(report, &show, person, card, part))?;
            }
        }
    }
    writer.flush()
}

fn row(report: &Report<'_>, show: &Show<'_>, person: &PersonResult, card: &Card, part: Part) -> [String; HEADER.len()] {
    let scorecard = card.scorecard.as_ref();
    let rating = match person.cards.len() {
        1 => person.rating.as_ref().or_else(|| scorecard?.rating.as_ref()),
        _ => scorecard.and_then(|scorecard| scorecard.rating.as_ref()),
    };
    [
        report.results.period.to_string(),
        person.person.to_string(),
        person.name.to_string(),
        show.position(card.position).name.clone(),
        card.team.as_ref().map(|team| team.key.to_string()).unwrap_or_default(),
        card.from.to_string(),
        card.to.to_string(),
        part.group,
        part.kpi,
        part.label,
        part.value,
        part.unit,
        part.target,
        part.score,
        part.weight,
        part.effective_weight,
        part.contribution,
        scorecard.map(|scorecard| plain(&scorecard.score)).unwrap_or_default(),
        rating.map(|rating| show.grade_name(card.position, rating.grade).to_string()).unwrap_or_default(),
        part.missing,
    ]
}

fn parts(show: &Show<'_>, card: &Card) -> Vec<Part> {
    let mut parts = Vec::new();
    for leaf in leaves(show.model, card) {
        let result = leaf.result;
        let groups = leaf.groups.iter().map(|entry| show.entry_label(entry)).collect::<Vec<_>>();
        let mut part = Part {
            group: groups.join(" / "),
            label: show.entry_label(leaf.entry),
            score: plain(&result.score),
            weight: decimal(&result.weight),
            effective_weight: decimal(&result.effective_weight),
            contribution: result.contribution.as_ref().map(decimal).unwrap_or_default(),
            missing: why_missing(result).map(|missing| show.reason(missing)).unwrap_or_default(),
            ..Part::default()
        };
        if let EntryResultKind::Kpi { kpi, value, target, .. } = &result.what {
            let kpi = &show.model.kpis[kpi.0];
            part.kpi = kpi.name.clone();
            part.value = in_unit(value, &kpi.unit);
            part.unit = kpi.unit.singular.clone();
            part.target = target.as_ref().map(|target| in_unit(target, &kpi.unit)).unwrap_or_default();
        }
        parts.push(part);
    }
    let scorecard = show.position(card.position).scorecard.as_ref().zip(card.scorecard.as_ref());
    if let Some((model, result)) = scorecard {
        for (adjustment, result) in model.adjustments.iter().zip(&result.adjustments) {
            let kpi = &show.model.kpis[result.kpi.0];
            let label = match show.label(&adjustment.label) {
                "" => show.label(&kpi.label),
                label => label,
            };
            parts.push(Part {
                group: if adjustment.deduct { "deduction" } else { "bonus" }.into(),
                kpi: kpi.name.clone(),
                label: label.into(),
                value: in_unit(&result.value, &kpi.unit),
                unit: kpi.unit.singular.clone(),
                contribution: plain(&result.points),
                missing: match &result.points {
                    Value::Missing(missing) => show.reason(missing),
                    _ => String::new(),
                },
                ..Part::default()
            });
        }
    }
    if parts.is_empty() {
        parts.push(Part::default());
    }
    parts
}

/// A value in the KPI's own unit; empty where it is missing.
fn in_unit(value: &Value, unit: &DisplayUnit) -> String {
    match value {
        Value::Number(number) => number.div(&unit.factor).as_ref().map(decimal).unwrap_or_default(),
        other => plain(other),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Number(number) => decimal(number),
        Value::Text(text) => text.to_string(),
        Value::Day(day) => day.to_string(),
        Value::Period(months) => months.to_string(),
        Value::Flag(flag) => if *flag { "yes" } else { "no" }.into(),
        Value::Choice(index) => index.to_string(),
        Value::Missing(_) => String::new(),
    }
}

/// The exact decimal, or the nearest with 28 significant digits.
fn decimal(number: &Number) -> String {
    match number.as_decimal() {
        Some(decimal) => decimal.to_string(),
        None => number.to_string().trim_start_matches('≈').trim_end_matches('…').to_string(),
    }
}

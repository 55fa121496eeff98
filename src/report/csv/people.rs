//! One row for each person: who, the total with its grade and rank, and a column for each output.
//!
//! Outputs are called as in the specs, with their units: `bonus [CNY]`. Over several posts amounts add up, as
//! `sum(bonus of people)` does; what is no number is that of the last post.

use std::io::{self, Write};

use indexmap::{IndexMap, IndexSet};

use super::cell::{Cell, Form, Sheet, decimal, in_unit};
use super::estimate::{self, OF_PEOPLE};
use super::{RULINGS, Report, SUPPOSED, Show, columns_of_estimate, has_rulings, rank, roster, supposed, yes_no};
use crate::model::types::unit::DisplayUnit;
use crate::report::estimate::Ranges;
use crate::score::card::PersonResult;
use crate::value::Value;

/// The header before the outputs, in the order of the cells.
pub const HEADER: [&str; 15] = [
    "period",
    "roster",
    "person",
    "name",
    "position",
    "draft",
    "team",
    "from",
    "to",
    "stints",
    "total",
    "rating",
    "rank",
    "missing",
    "outputs_missing",
];

/// Outputs of one name and unit are one column.
type Outputs<'a> = IndexMap<String, &'a DisplayUnit>;

pub(super) fn write(form: Form, reports: &[Report<'_>], out: &mut dyn Write) -> io::Result<()> {
    let mut outputs = Outputs::new();
    for report in reports {
        let show = report.show();
        let mut seen = IndexSet::new();
        report.people.briefs().for_each(|person| seen.extend(person.cards.iter().map(|card| card.position)));
        for position in seen {
            for output in &show.position(position).outputs {
                outputs.entry(heading(&output.name, &output.unit)).or_insert(&output.unit);
            }
        }
    }
    let mut sheet = Sheet::new(form.style, out);
    let supposed = reports.iter().any(|report| report.supposing.is_some()).then_some(SUPPOSED);
    let estimate = &OF_PEOPLE[..reports.iter().map(columns_of_estimate).max().unwrap_or(0).min(OF_PEOPLE.len())];
    let ruled = reports.first().is_some_and(|report| has_rulings(report.model));
    let last = RULINGS.iter().filter(|_| ruled).chain(supposed.iter()).chain(estimate).map(Cell::text);
    let names = HEADER.iter().map(Cell::text).chain(outputs.keys().map(Cell::text));
    sheet.row(names.chain(last))?;
    sheet.end()?;
    for report in reports {
        let show = report.show();
        report.people.write(out, |some, out| {
            let mut sheet = Sheet::new(form.style, out);
            for at in some {
                let ranges = report.ranges(at);
                if let Some(cells) = row(report, &show, (&report.people.person(at), ranges.as_ref()), &outputs) {
                    sheet.row(cells)?;
                }
            }
            sheet.end()
        })?;
    }
    Ok(())
}

/// `bonus [CNY]`; a name that is one of the header's own says what it is.
fn heading(name: &str, unit: &DisplayUnit) -> String {
    match &*unit.singular {
        "" if HEADER.contains(&name) => format!("{name} [output]"),
        "" => name.to_string(),
        unit => format!("{name} [{unit}]"),
    }
}

/// Nobody without a stint is in the results.
fn row(
    report: &Report<'_>,
    show: &Show<'_>,
    (person, ranges): (&PersonResult, Option<&Ranges>),
    outputs: &Outputs<'_>,
) -> Option<Vec<Cell>> {
    let (first, last) = (person.cards.first()?, person.cards.last()?);
    let mut amounts = IndexMap::<String, Value>::new();
    for post in &person.posts {
        for (output, amount) in show.position(post.position).outputs.iter().zip(&post.outputs) {
            let heading = heading(&output.name, &output.unit);
            let together = match amounts.get(&heading) {
                Some(earlier) => together(earlier, &amount.value),
                None => amount.value.clone(),
            };
            amounts.insert(heading, together);
        }
    }
    let reasons = amounts.iter().filter_map(|(heading, value)| match value {
        Value::Missing(missing) => Some(format!("{heading}{}{}", show.words.colon, show.reason(missing))),
        _ => None,
    });
    let reasons = reasons.collect::<Vec<_>>().join(show.words.semicolon);
    let draft = person.cards.iter().any(|card| show.position(card.position).draft);
    let mut cells = vec![
        Cell::text(report.results.period),
        Cell::text(roster(report, person)),
        Cell::text(&person.person),
        Cell::text(&person.name),
        Cell::text(&show.position(last.position).name),
        yes_no(draft),
        Cell::text(last.team.as_ref().map_or("", |team| &*team.key)),
        Cell::Day(first.from),
        Cell::Day(last.to),
        Cell::Number(person.cards.len().to_string()),
        person.overall.as_ref().map_or_else(Cell::none, decimal),
        Cell::text(person.rating.as_ref().map_or("", |rating| show.grade_name(last.position, rating.grade))),
        rank(person.rank),
        Cell::text(show.why_no_overall(person).unwrap_or_default()),
        Cell::text(reasons),
    ];
    cells.extend(
        outputs
            .iter()
            .map(|(heading, unit)| amounts.get(heading).map_or_else(Cell::none, |value| in_unit(value, unit))),
    );
    if has_rulings(report.model) {
        let by_rule = person.by_rule.as_deref();
        let rating = by_rule.and_then(|by_rule| by_rule.rating.as_ref());
        let score = by_rule.and_then(|by_rule| by_rule.overall.as_ref());
        cells.push(score.map_or_else(Cell::none, decimal));
        cells.push(Cell::text(rating.map_or("", |rating| show.grade_name(last.position, rating.grade))));
    }
    cells.extend(supposed(report, show));
    let total = estimate::total(show, estimate::of_row(ranges, (0, false), true), last.position);
    let columns = columns_of_estimate(report);
    cells.extend(estimate::mark(report, show).into_iter().chain(total).take(columns));
    Some(cells)
}

/// Of two posts. A part that is missing leaves no total.
fn together(one: &Value, other: &Value) -> Value {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            let sum = one.add(other);
            Value::Number(sum)
        }
        (missing @ Value::Missing(_), Value::Number(_)) => missing.clone(),
        (_, other) => other.clone(),
    }
}

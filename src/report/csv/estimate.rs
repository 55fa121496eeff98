//! The last columns of a report on a period that is running: that it is no result, and what each number may come to.

use super::cell::{Cell, decimal, in_unit};
use super::{Kind, Part, Show};
use crate::model::PositionId;
use crate::model::types::unit::DisplayUnit;
use crate::report::Report;
use crate::report::estimate::{OfCard, OfEntry, Places, Range, Ranges, flat};
use crate::score::card::{Card, EntryResultKind};
use crate::value::Value;

/// The columns of the long form; the first alone, where nothing is estimated.
pub const ESTIMATE: [&str; 9] = [
    "estimate",
    "value_least",
    "value_most",
    "score_least",
    "score_most",
    "total_least",
    "total_most",
    "rating_best",
    "rating_last",
];

/// Those of the form of people, behind the outputs.
pub const OF_PEOPLE: [&str; 5] = ["estimate", "total_least", "total_most", "rating_best", "rating_last"];

/// That a row is no result.
pub(super) fn mark(report: &Report<'_>, show: &Show<'_>) -> Option<Cell> {
    report.estimate.as_ref().map(|estimate| Cell::text(estimate.mark(show)))
}

/// What a score or total may come to, and its grade.
pub(super) fn total(
    show: &Show<'_>,
    (score, grade): (Option<&Range>, Option<Places>),
    position: PositionId,
) -> [Cell; 4] {
    let grade = |place: fn(&Places) -> u64| {
        grade.as_ref().map_or_else(Cell::none, |grade| Cell::text(show.grade_name(position, place(grade) as usize)))
    };
    let [least, most] = ends(score);
    [least, most, grade(|grade| grade.best), grade(|grade| grade.last)]
}

/// The least and the most of a score.
pub(super) fn ends(range: Option<&Range>) -> [Cell; 2] {
    match range {
        Some(Range { least, most }) => [decimal(least), decimal(most)],
        None => [Cell::none(), Cell::none()],
    }
}

/// The same of a value, in its unit.
pub(super) fn ends_in(range: Option<&Range>, unit: &DisplayUnit) -> [Cell; 2] {
    let cell = |number: &crate::number::Number| in_unit(&Value::Number(number.clone()), unit);
    range.map_or_else(|| [Cell::none(), Cell::none()], |Range { least, most }| [cell(least), cell(most)])
}

/// Puts what they may come to into the parts of a card, as these were made of it.
pub(super) fn put(show: &Show<'_>, card: &Card, ranges: &OfCard, parts: &mut [Part]) {
    let entries = card.scorecard.as_ref().map_or_else(Vec::new, |scorecard| flat(&scorecard.entries));
    let leaves = entries.iter().zip(&ranges.entries).filter_map(|(entry, range)| match &entry.what {
        EntryResultKind::Group(_) => None,
        EntryResultKind::Kpi { kpi, .. } => Some((Some(&show.model.kpis[kpi.0].unit), range)),
        EntryResultKind::OtherScore(_) => Some((None, range)),
    });
    let (mut leaves, mut outputs) = (leaves, 0);
    let declared = &show.position(card.position).outputs;
    for part in parts {
        match part.kind {
            Kind::Kpi | Kind::Score => {
                if let Some((unit, OfEntry { value, score })) = leaves.next() {
                    part.value_ends = unit.map_or_else(|| ends(None), |unit| ends_in(value.as_ref(), unit));
                    part.score_ends = ends(score.as_ref());
                }
            }
            Kind::Output | Kind::StintOutput => {
                let range = ranges.outputs.get(outputs).and_then(Option::as_ref);
                if let Some(output) = declared.get(outputs) {
                    part.value_ends = ends_in(range, &output.unit);
                }
                outputs += 1;
            }
            Kind::Bonus | Kind::Deduction | Kind::Stint | Kind::Overall => {}
        }
    }
}

/// Of somebody's ranges, those that the total of a row is about.
pub(super) fn of_row(
    ranges: Option<&Ranges>,
    (card, several): (usize, bool),
    is_overall: bool,
) -> (Option<&Range>, Option<Places>) {
    let Some(ranges) = ranges else { return (None, None) };
    match ranges.cards.get(card) {
        Some(of) if several && !is_overall => (of.score.as_ref(), of.grade),
        _ => (ranges.overall.as_ref(), ranges.grade),
    }
}

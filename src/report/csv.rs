//! Results as CSV: in the long form, a row for each person, stint and KPI, and one for each person's result; or in the
//! form of [`people`], one row for each person. [`cell`] says how cells are written for which program.
//!
//! The long form has a header that is always the same. `kind` says what a row is: a `kpi` or a taken-in `score` of the
//! scorecard, a `bonus` or `deduction` (its points are the contribution), an `output` (what is paid: one for each person,
//! post and output), a `stint_output` (the amount of one of several stints in a post, of which the mean is paid), a
//! `stint` of a person who has several, and the `overall` result, one for each person. Values and targets are in the KPI's own unit (98.4 with the
//! unit `%`), weights are parts of one. Numbers that no decimal holds are rounded to 28 digits. No cell is a formula. A project with
//! rulings has two more columns ([`RULINGS`]).

pub mod cell;
pub mod estimate;
pub mod people;

use std::io::{self, Write};

use self::cell::{Cell, Sheet, decimal, in_unit, plain};
pub use self::cell::{Form, MARK, Style};
use self::estimate::ESTIMATE;
use super::estimate::Ranges;
use super::ruled::has_rulings;
use super::show::Show;
use super::{Report, leaves, why_missing};
use crate::model::PositionId;
use crate::score::card::{Card, EntryResultKind, PersonResult, PostResult};
use crate::time::Day;
use crate::value::Value;

/// The header, in the order of the cells.
pub const HEADER: [&str; 24] = [
    "period",
    "roster",
    "person",
    "name",
    "position",
    "draft",
    "team",
    "from",
    "to",
    "kind",
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
    "rank",
    "missing",
];

/// Behind the others in a project with rulings: what comes out by rule, where something was ruled. Of a KPI or an output its
/// value, else the score; and the rating.
pub const RULINGS: [&str; 2] = ["by_rule", "rating_by_rule"];

/// The last column, where something is supposed: what it is, in every row.
pub const SUPPOSED: &str = "supposed";

/// What is supposed, for every row of a report.
fn supposed(report: &Report<'_>, show: &Show<'_>) -> Option<Cell> {
    let told = report.supposing.as_ref()?.suppositions.told(show);
    Some(Cell::text(told.join(show.words.semicolon)))
}

/// What a row is.
#[derive(Clone, Copy)]
enum Kind {
    Kpi,
    Score,
    Bonus,
    Deduction,
    Output,
    StintOutput,
    Stint,
    Overall,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Kind::Kpi => "kpi",
            Kind::Score => "score",
            Kind::Bonus => "bonus",
            Kind::Deduction => "deduction",
            Kind::Output => "output",
            Kind::StintOutput => "stint_output",
            Kind::Stint => "stint",
            Kind::Overall => "overall",
        }
    }
}

/// The cells of one row that depend on what it is.
struct Part {
    kind: Kind,
    group: String,
    kpi: String,
    label: String,
    value: Cell,
    unit: String,
    target: Cell,
    score: Cell,
    weight: Cell,
    effective_weight: Cell,
    contribution: Cell,
    missing: String,
    /// What was ruled, by rule.
    by_rule: Option<Cell>,
    /// Where the period is running: the least and the most.
    value_ends: [Cell; 2],
    score_ends: [Cell; 2],
}

impl Part {
    fn new(kind: Kind) -> Part {
        let none = Cell::none;
        Part {
            kind,
            group: String::new(),
            kpi: String::new(),
            label: String::new(),
            value: none(),
            unit: String::new(),
            target: none(),
            score: none(),
            weight: none(),
            effective_weight: none(),
            contribution: none(),
            missing: String::new(),
            by_rule: None,
            value_ends: [none(), none()],
            score_ends: [none(), none()],
        }
    }
}

/// The periods stand one after the other, under one header.
pub fn write(form: Form, reports: &[Report<'_>], out: &mut dyn Write) -> io::Result<()> {
    if form.people {
        return people::write(form, reports, out);
    }
    let mut sheet = Sheet::new(form.style, out);
    let supposed = reports.iter().any(|report| report.supposing.is_some()).then_some(SUPPOSED);
    let estimate = &ESTIMATE[..reports.iter().map(columns_of_estimate).max().unwrap_or(0)];
    let ruled = reports.first().is_some_and(|report| has_rulings(report.model));
    let of_rulings = RULINGS.into_iter().filter(|_| ruled);
    let last = supposed.into_iter().chain(estimate.iter().copied());
    sheet.row(HEADER.into_iter().chain(of_rulings).chain(last).map(Cell::text))?;
    sheet.end()?;
    for report in reports {
        let show = report.show();
        report.people.write(out, |some, out| {
            let mut sheet = Sheet::new(form.style, out);
            some.into_iter().try_for_each(|at| {
                let ranges = report.ranges(at);
                rows(report, &show, (&report.people.person(at), ranges.as_ref()), &mut sheet)
            })?;
            sheet.end()
        })?;
    }
    Ok(())
}

/// How many columns of [`ESTIMATE`] there are: where nothing is carried on there are no ranges.
fn columns_of_estimate(report: &Report<'_>) -> usize {
    match &report.estimate {
        None => 0,
        Some(estimate) if estimate.ways.is_empty() => 1,
        Some(_) => ESTIMATE.len(),
    }
}

/// All rows of a person.
fn rows(
    report: &Report<'_>,
    show: &Show<'_>,
    (person, ranges): (&PersonResult, Option<&Ranges>),
    sheet: &mut Sheet<'_>,
) -> io::Result<()> {
    let has_rulings = has_rulings(report.model);
    let several = person.cards.len() > 1;
    let columns = columns_of_estimate(report);
    // With what stands behind the columns that there always are; of a row for several cards there is no total.
    let full = |at: usize, stretch: Stretch<'_>, mut part: Part| {
        let none = || [Cell::none(), Cell::none()];
        let value = std::mem::replace(&mut part.value_ends, none());
        let score = std::mem::replace(&mut part.score_ends, none());
        let is_overall = matches!(part.kind, Kind::Overall);
        let of_total = match !is_overall && stretch.from != stretch.last.from {
            true => (None, None),
            false => estimate::of_row(ranges, (at, several), is_overall),
        };
        let total = estimate::total(show, of_total, stretch.last.position);
        let estimate = estimate::mark(report, show).into_iter().chain(value).chain(score).chain(total).take(columns);
        let (row, ruled) = row(report, show, person, stretch, part);
        let ruled = ruled.into_iter().filter(|_| has_rulings);
        row.into_iter().chain(ruled).chain(supposed(report, show)).chain(estimate).collect::<Vec<Cell>>()
    };
    for (at, card) in person.cards.iter().enumerate() {
        let post = person.posts.iter().find(|post| post.cards.contains(&at));
        let alone = post.is_none_or(|post| post.cards.len() == 1);
        let mut parts = parts(show, card, several, alone);
        if let Some(ranges) = ranges.and_then(|ranges| ranges.cards.get(at)) {
            estimate::put(show, card, ranges, &mut parts);
        }
        for part in parts {
            let of_post = post.filter(|_| matches!(part.kind, Kind::Output));
            let part = match of_post {
                Some(post) => Part { by_rule: output_by_rule(show, post, &part.kpi), ..part },
                None => part,
            };
            sheet.row(full(at, Stretch::of(card), part))?;
        }
        // What is paid for several stints stands behind the last of them.
        if let Some(post) = post.filter(|post| !alone && post.cards.last() == Some(&at)) {
            let first = post.cards.first().map_or(card, |first| &person.cards[*first]);
            let stretch = Stretch { from: first.from, ..Stretch::of(card) };
            let place = person.posts.iter().position(|one| std::ptr::eq(one, post));
            let of_post = ranges.zip(place).and_then(|(ranges, place)| ranges.posts.get(place));
            let paid = outputs(show, post.position, post.outputs.iter().map(|one| &one.value), Kind::Output);
            let declared = &show.position(post.position).outputs;
            for ((output, mut part), output_at) in declared.iter().zip(paid).zip(0..) {
                let range = of_post.and_then(|of_post: &Vec<_>| of_post.get(output_at)?.as_ref());
                part.by_rule = output_by_rule(show, post, &part.kpi);
                part.value_ends = estimate::ends_in(range, &output.unit);
                sheet.row(full(at, stretch, part))?;
            }
        }
    }
    if let Some(last) = person.cards.last() {
        let first = person.cards.first().unwrap_or(last);
        let stretch = Stretch { from: first.from, ..Stretch::of(last) };
        sheet.row(full(person.cards.len() - 1, stretch, overall(show, person)))?;
    }
    Ok(())
}

/// The days that a row is about: those of a card, or from an earlier card on.
#[derive(Clone, Copy)]
struct Stretch<'a> {
    from: Day,
    last: &'a Card,
}

impl<'a> Stretch<'a> {
    fn of(card: &'a Card) -> Stretch<'a> {
        Stretch { from: card.from, last: card }
    }
}

fn row(
    report: &Report<'_>,
    show: &Show<'_>,
    person: &PersonResult,
    Stretch { from, last: card }: Stretch<'_>,
    part: Part,
) -> ([Cell; HEADER.len()], [Cell; RULINGS.len()]) {
    // The score of one of several cards is not what is paid for all of them.
    let of_several = from != card.from;
    let scorecard = card.scorecard.as_ref();
    let of_card = scorecard.and_then(|scorecard| scorecard.rating.as_ref());
    let is_overall = matches!(part.kind, Kind::Overall);
    let (total, rating) = if is_overall {
        (person.overall.as_ref().map(decimal), person.rating.as_ref())
    } else if of_several {
        (None, None)
    } else {
        let rating = if person.cards.len() == 1 { person.rating.as_ref().or(of_card) } else { of_card };
        (scorecard.map(|scorecard| plain(&scorecard.score)), rating)
    };
    // What comes out by rule of what the row is about.
    let of_card_by_rule = scorecard.and_then(|scorecard| scorecard.by_rule.as_deref());
    let (score_by_rule, rating_by_rule) = match (&person.by_rule, of_card_by_rule) {
        (Some(by_rule), _) if is_overall => (by_rule.overall.as_ref().map(decimal), by_rule.rating.as_ref()),
        (_, Some(by_rule)) if matches!(part.kind, Kind::Stint) => {
            (Some(plain(&by_rule.score)), by_rule.rating.as_ref())
        }
        _ => (None, None),
    };
    let ruled = [
        part.by_rule.or(score_by_rule).unwrap_or_else(Cell::none),
        Cell::text(rating_by_rule.map_or("", |rating| show.grade_name(card.position, rating.grade))),
    ];
    let position = show.position(card.position);
    let draft = position.draft || is_overall && person.cards.iter().any(|one| show.position(one.position).draft);
    let row = [
        Cell::text(report.results.period),
        Cell::text(roster(report, person)),
        Cell::text(&person.person),
        Cell::text(&person.name),
        Cell::text(&position.name),
        yes_no(draft),
        Cell::text(card.team.as_ref().filter(|_| is_overall || !of_several).map_or("", |team| &*team.key)),
        Cell::Day(from),
        Cell::Day(card.to),
        Cell::text(part.kind.word()),
        Cell::text(part.group),
        Cell::text(part.kpi),
        Cell::text(part.label),
        part.value,
        Cell::text(part.unit),
        part.target,
        part.score,
        part.weight,
        part.effective_weight,
        part.contribution,
        total.unwrap_or_else(Cell::none),
        Cell::text(rating.map_or("", |rating| show.grade_name(card.position, rating.grade))),
        rank(person.rank.filter(|_| is_overall)),
        Cell::text(part.missing),
    ];
    (row, ruled)
}

/// What an output of a post is by rule, where it was ruled.
fn output_by_rule(show: &Show<'_>, post: &PostResult, name: &str) -> Option<Cell> {
    let outputs = show.position(post.position).outputs.iter().zip(&post.outputs);
    let (output, amount) = outputs.into_iter().find(|(output, _)| output.name == name)?;
    amount.by_rule.as_ref().map(|value| in_unit(value, &output.unit))
}

fn roster<'a>(report: &Report<'a>, person: &PersonResult) -> &'a str {
    report.model.data.get(person.roster.0).map_or("", |set| &set.name)
}

fn yes_no(yes: bool) -> Cell {
    Cell::text(if yes { "yes" } else { "no" })
}

fn rank(rank: Option<u64>) -> Cell {
    rank.map_or_else(Cell::none, |rank| Cell::Number(rank.to_string()))
}

fn overall(show: &Show<'_>, person: &PersonResult) -> Part {
    Part { missing: show.why_no_overall(person).unwrap_or_default(), ..Part::new(Kind::Overall) }
}

/// `alone`: no other stint of the person is in the same post.
fn parts(show: &Show<'_>, card: &Card, several: bool, alone: bool) -> Vec<Part> {
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
            contribution: result.contribution.as_ref().map_or_else(Cell::none, decimal),
            missing: why_missing(result).map(|missing| show.reason(missing)).unwrap_or_default(),
            ..Part::new(Kind::Score)
        };
        if let EntryResultKind::Kpi { kpi, node, value, target, .. } = &result.what {
            let by_rule = card.scorecard.as_ref().and_then(|scorecard| scorecard.by_rule.as_deref());
            let plain = by_rule.and_then(|by_rule| by_rule.kpis.iter().find(|(of, _)| of == node));
            part.by_rule = plain.map(|(_, value)| in_unit(value, &show.model.kpis[kpi.0].unit));
            let kpi = &show.model.kpis[kpi.0];
            part.kind = Kind::Kpi;
            part.kpi = kpi.name.clone();
            part.value = in_unit(value, &kpi.unit);
            part.unit = show.unit(&kpi.unit.singular);
            part.target = target.as_ref().map_or_else(Cell::none, |target| in_unit(target, &kpi.unit));
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
                kpi: kpi.name.clone(),
                label: label.into(),
                value: in_unit(&result.value, &kpi.unit),
                unit: show.unit(&kpi.unit.singular),
                contribution: plain(&result.points),
                missing: match &result.points {
                    Value::Missing(missing) => show.reason(missing),
                    _ => String::new(),
                },
                ..Part::new(if adjustment.deduct { Kind::Deduction } else { Kind::Bonus })
            });
        }
    }
    let kind = if alone { Kind::Output } else { Kind::StintOutput };
    parts.extend(outputs(show, card.position, card.outputs.iter(), kind));
    if several {
        parts.push(Part { missing: show.why_unscored(card).unwrap_or_default(), ..Part::new(Kind::Stint) });
    }
    parts
}

fn outputs<'v>(
    show: &Show<'_>,
    position: PositionId,
    values: impl Iterator<Item = &'v Value>,
    kind: Kind,
) -> Vec<Part> {
    let outputs = show.position(position).outputs.iter().zip(values).map(|(output, value)| Part {
        kpi: output.name.clone(),
        label: show.label(&output.label).into(),
        value: in_unit(value, &output.unit),
        unit: show.unit(&output.unit.singular),
        missing: match value {
            Value::Missing(missing) => show.reason(missing),
            _ => String::new(),
        },
        ..Part::new(kind)
    });
    outputs.collect()
}

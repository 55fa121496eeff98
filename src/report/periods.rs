//! The table of several periods: a line for each person, a column for each period, and the change from the first to
//! the last.

use std::collections::BTreeMap;

use unicode_width::UnicodeWidthStr;

use super::layout::{Cell, Column, GAP, Line, Style, Table, write_text};
use super::show::{MISSING, Show};
use super::summary::{files_read, grade_style, labelled, lead_width, not_evaluated, paid, rating_lines, who};
use super::{Look, Report};
use crate::model::PositionId;
use crate::model::data::DataId;
use crate::number::Number;
use crate::score::card::PersonResult;

/// One who is evaluated in some of the periods.
struct Row<'a> {
    /// By period.
    results: Vec<Option<&'a PersonResult>>,
    /// The last of them.
    latest: &'a PersonResult,
}

/// A name takes no more room than this from the periods.
const MOST_NAME: usize = 20;

pub fn render(reports: &[Report<'_>], look: Look) -> String {
    let mut out = String::new();
    let (Some(first), Some(last)) = (reports.first(), reports.last()) else { return out };
    let (show, painter, width) = (last.show(), look.painter(), look.width());
    write_text(&mut out, &Cell::styled(title(first, last), Style::Strong), "", width, painter);
    out.push('\n');
    let sections = sections(reports);
    if sections.is_empty() {
        out.push_str(show.words.nobody);
        out.push('\n');
    }
    let tables = tables(reports, &sections, &show, width);
    for table in tables {
        table.write(&mut out, width, painter);
        out.push('\n');
    }
    let lead_width = lead_width(&show);
    let mut lead = show.words.ratings;
    for report in reports {
        for line in rating_lines(report, &show) {
            labelled(&mut out, lead, lead_width, &format!("{}  {line}", report.results.period), width, painter);
            lead = "";
        }
    }
    let scored = reports.iter().flat_map(|report| &report.people).any(|person| person.overall.is_some());
    if reports.len() > 1 && scored {
        let span = show.words.span(first.results.period, last.results.period);
        labelled(&mut out, show.words.change, lead_width, &span, width, painter);
    }
    let mut lead = show.words.not_evaluated;
    for report in reports.iter().filter(|report| !report.results.without_position.is_empty()) {
        let text = format!("{}  {}", report.results.period, not_evaluated(report, &show));
        labelled(&mut out, lead, lead_width, &text, width, painter);
        lead = "";
    }
    files_read(last, &show, &mut out, width, painter);
    out
}

/// `Example Life · 2025-Q4 to 2026-Q3 (2025-10-01 to 2026-09-30)`
fn title(first: &Report<'_>, last: &Report<'_>) -> String {
    let show = last.show();
    let (from, to) = (first.results, last.results);
    let periods = format!("{} ({})", show.words.span(from.period, to.period), show.days(from.first_day, to.last_day));
    match last.model.company.name.as_str() {
        "" => periods,
        company => format!("{company} · {periods}"),
    }
}

/// People by the post they were last evaluated in, versions of a position together; the best of the last period first.
fn sections<'a>(reports: &[Report<'a>]) -> Vec<Vec<Row<'a>>> {
    let mut people = BTreeMap::<(DataId, &str), Vec<Option<&PersonResult>>>::new();
    for (at, report) in reports.iter().enumerate() {
        for person in &report.people {
            people.entry((person.roster, &*person.person)).or_insert_with(|| vec![None; reports.len()])[at] =
                Some(person);
        }
    }
    let mut sections = BTreeMap::<Option<usize>, Vec<Row>>::new();
    for results in people.into_values() {
        let Some((report, latest)) =
            reports.iter().zip(&results).rev().find_map(|(report, one)| Some((report, (*one)?)))
        else {
            continue;
        };
        let Some(card) = latest.cards.last() else { continue };
        let positions = &report.model.positions;
        let first_version = positions.iter().position(|one| one.name == positions[card.position.0].name);
        sections.entry(first_version).or_default().push(Row { results, latest });
    }
    let mut sections: Vec<Vec<Row>> = sections.into_values().collect();
    for rows in &mut sections {
        rows.sort_by_key(|row| row.results.last().and_then(|one| (*one)?.rank).unwrap_or(u64::MAX));
    }
    sections
}

/// Who and name, as many periods as fit, and in the last table the change.
fn tables(reports: &[Report<'_>], sections: &[Vec<Row<'_>>], show: &Show<'_>, width: usize) -> Vec<Table> {
    let rows = || sections.iter().flatten();
    let (Some(last), true) = (reports.last(), rows().next().is_some()) else { return Vec::new() };
    let named = rows().any(|row| !names_itself(show, row.latest));
    let mut lead = vec![Column::left(who(last, show), 8)];
    if named {
        lead.push(Column::left(show.words.name, 10));
    }
    let lead_cells = |row: &Row| {
        let name = if names_itself(show, row.latest) { "" } else { &*row.latest.name };
        let cells = [Cell::new(&*row.latest.person), Cell::new(name)];
        cells.into_iter().take(lead.len()).collect::<Vec<_>>()
    };
    let cells: Vec<Vec<Vec<Cell>>> =
        sections.iter().map(|rows| rows.iter().map(|row| cells_of(show, row)).collect()).collect();
    let change = |row: &Row| change(show, row);
    let scored = rows().any(|row| row.results.iter().flatten().any(|person| person.overall.is_some()));
    let with_change = reports.len() > 1 && scored;

    let widest = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or(0);
    let lead_width: usize = (0..lead.len())
        .map(|at| {
            let cells = widest(&mut rows().map(|row| lead_cells(row)[at].text.width()));
            cells.max(lead[at].title.width()).min(MOST_NAME) + GAP
        })
        .sum();
    let change_width = match with_change {
        true => widest(&mut rows().map(|row| change(row).text.width())).max(show.words.change.width()) + GAP,
        false => 0,
    };
    let period_width = |at: usize| {
        let cells = widest(&mut cells.iter().flatten().map(|row| row[at].text.width()));
        cells.max(reports[at].results.period.to_string().width()) + GAP
    };
    let room = (width + GAP).saturating_sub(lead_width + change_width);
    let mut bands: Vec<std::ops::Range<usize>> = Vec::new();
    let mut used = 0;
    for at in 0..reports.len() {
        let wide = period_width(at);
        match bands.last_mut() {
            Some(band) if used + wide <= room => {
                band.end = at + 1;
                used += wide;
            }
            _ => {
                bands.push(at..at + 1);
                used = wide;
            }
        }
    }
    let mut tables = Vec::new();
    for band in bands {
        let ends = with_change && band.end == reports.len();
        let mut columns = lead.clone();
        columns.extend(reports[band.clone()].iter().map(|one| Column::right(one.results.period.to_string(), 7)));
        columns.extend(ends.then(|| Column::right(show.words.change, 6)));
        let mut lines = Vec::new();
        for (rows, cells) in sections.iter().zip(&cells) {
            if !lines.is_empty() {
                lines.push(Line::Blank);
            }
            lines.push(Line::Text(Cell::styled(heading(show, rows), Style::Strong)));
            for (row, cells) in rows.iter().zip(cells) {
                let mut line = lead_cells(row);
                line.extend_from_slice(&cells[band.clone()]);
                line.extend(ends.then(|| change(row)));
                lines.push(Line::Row(line));
            }
        }
        tables.push(Table { columns, lines, stretch: None });
    }
    tables
}

/// `Lecturer · 3 people · draft: results are unofficial`
fn heading(show: &Show<'_>, rows: &[Row<'_>]) -> String {
    let latest: Option<PositionId> = rows.iter().filter_map(|row| Some(row.latest.cards.last()?.position)).max();
    latest.map_or_else(String::new, |position| super::summary::heading(show, position, rows.len()))
}

/// Whether the key says who it is.
fn names_itself(show: &Show<'_>, person: &PersonResult) -> bool {
    let by_key = person.cards.last().is_some_and(|card| show.named_by_key(card.position));
    by_key || person.name.is_empty() || person.name == person.person
}

/// The places of all totals of a row: as many as any of them needs, so that the change is that of what is shown.
fn places(show: &Show<'_>, row: &Row<'_>) -> u32 {
    let of =
        |person: &PersonResult| Some(show.places_of_score(person.overall.as_ref()?, person.cards.last()?.position));
    row.results.iter().flatten().filter_map(|person| of(person)).max().unwrap_or(0)
}

fn cells_of(show: &Show<'_>, row: &Row<'_>) -> Vec<Cell> {
    let places = places(show, row);
    row.results.iter().map(|one| cell(show, *one, places)).collect()
}

/// Total and grade; what is paid, where there is no scorecard.
fn cell(show: &Show<'_>, person: Option<&PersonResult>, places: u32) -> Cell {
    let Some((person, card)) = person.and_then(|person| Some((person, person.cards.last()?))) else {
        return Cell::new("");
    };
    if card.scorecard.is_none() && card.eligible != Some(false) {
        return Cell::new(paid(show, person));
    }
    let Some(score) = &person.overall else { return Cell::styled(MISSING, Style::Faint) };
    let score = show.score_to(score, places);
    match &person.rating {
        Some(rating) => {
            let grades = show.rating_of(card.position).map_or(0, |rating| rating.grades.len());
            let text = format!("{score} {}", show.grade_word(card.position, rating.grade));
            Cell::styled(text, grade_style(rating.grade, grades))
        }
        None => Cell::new(score),
    }
}

/// The last total less the first, as both are shown.
fn change(show: &Show<'_>, row: &Row<'_>) -> Cell {
    let (rounding, places) = (show.model.company.rounding, places(show, row));
    let shown = |one: Option<&Option<&PersonResult>>| -> Option<Number> {
        Some((*one?)?.overall.as_ref()?.round_places(places, rounding))
    };
    let (Some(first), Some(last)) = (shown(row.results.first()), shown(row.results.last())) else {
        return Cell::new("");
    };
    let change = last.sub(&first);
    let style = match (change.is_zero(), change.is_negative()) {
        (true, _) => Style::Faint,
        (_, true) => Style::Poor,
        (_, false) => Style::Good,
    };
    let sign = if change.is_negative() { "" } else { "+" };
    Cell::styled(format!("{sign}{}", show.score_to(&change, places)), style)
}

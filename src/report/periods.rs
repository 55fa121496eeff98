//! The table of several periods: a line for each person, a column for each period, and the change from the first to
//! the last.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use unicode_width::UnicodeWidthStr;

use super::layout::{Cell, Column, GAP, Line, Style, Table, write_text};
use super::show::{MISSING, Show};
use super::summary::{files_read, grade_style, labelled, lead_width, not_evaluated, paid, rating_lines, who};
use super::{Look, Report};
use crate::model::PositionId;
use crate::model::data::DataId;
use crate::number::Number;
use crate::score::card::PersonResult;

/// A person in one period, as the table shows it.
struct One {
    roster: DataId,
    person: Arc<str>,
    name: Arc<str>,
    /// The last post.
    position: PositionId,
    overall: Option<Number>,
    grade: Option<usize>,
    rank: Option<u64>,
    /// What is paid, where there is no scorecard.
    paid: Option<String>,
}

/// One who is evaluated in some of the periods.
struct Row<'a> {
    /// By period.
    results: Vec<Option<&'a One>>,
    /// The last of them.
    latest: &'a One,
}

/// A name takes no more room than this from the periods.
const MOST_NAME: usize = 20;

pub fn write(reports: &[Report<'_>], look: Look, out: &mut dyn Write) -> io::Result<()> {
    let (Some(first), Some(last)) = (reports.first(), reports.last()) else { return Ok(()) };
    let (show, painter, width) = (last.show(), look.painter(), look.width());
    let mut text = String::new();
    write_text(&mut text, &Cell::styled(title(first, last), Style::Strong), "", width, painter);
    text.push('\n');
    let people: Vec<Vec<One>> = reports.iter().map(ones).collect();
    let sections = sections(reports, &people);
    if sections.is_empty() {
        text.push_str(show.words.nobody);
        text.push('\n');
    }
    for table in tables(reports, &sections, &show, width) {
        out.write_all(text.as_bytes())?;
        table.write_long(out, width, painter)?;
        text = String::from("\n");
    }
    let lead_width = lead_width(&show);
    let mut lead = show.words.ratings;
    for report in reports {
        for line in rating_lines(report, &show) {
            labelled(&mut text, lead, lead_width, &format!("{}  {line}", report.results.period), width, painter);
            lead = "";
        }
    }
    let scored = people.iter().flatten().any(|person| person.overall.is_some());
    if reports.len() > 1 && scored {
        let span = show.words.span(first.results.period, last.results.period);
        labelled(&mut text, show.words.change, lead_width, &span, width, painter);
    }
    let mut lead = show.words.not_evaluated;
    for report in reports.iter().filter(|report| !report.results.without_position.is_empty()) {
        let posts = format!("{}  {}", report.results.period, not_evaluated(report, &show));
        labelled(&mut text, lead, lead_width, &posts, width, painter);
        lead = "";
    }
    files_read(last, &show, &mut text, width, painter);
    out.write_all(text.as_bytes())
}

/// The people of a period. Nobody without a card is in the results.
fn ones(report: &Report<'_>) -> Vec<One> {
    let show = report.show();
    let one = |_, person: &PersonResult| {
        let last = person.cards.last()?;
        let unscored = last.scorecard.is_none() && last.eligible != Some(false);
        Some(One {
            roster: person.roster,
            person: person.person.clone(),
            name: person.name.clone(),
            position: last.position,
            overall: person.overall.clone(),
            grade: person.rating.as_ref().map(|rating| rating.grade),
            rank: person.rank,
            paid: unscored.then(|| paid(&show, person)),
        })
    };
    report.people.map(one).into_iter().flatten().collect()
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
fn sections<'a>(reports: &[Report<'_>], of_periods: &'a [Vec<One>]) -> Vec<Vec<Row<'a>>> {
    let mut people = BTreeMap::<(DataId, &str), Vec<Option<&One>>>::new();
    for (at, of_period) in of_periods.iter().enumerate() {
        for person in of_period {
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
        let positions = &report.model.positions;
        let first_version = positions.iter().position(|one| one.name == positions[latest.position.0].name);
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
    let of_last: Vec<PositionId> = last.people.briefs().filter_map(|one| Some(one.cards.last()?.position)).collect();
    let mut lead = vec![Column::left(who(&of_last, show), 8)];
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
    let latest: Option<PositionId> = rows.iter().map(|row| row.latest.position).max();
    latest.map_or_else(String::new, |position| super::summary::heading(show, position, rows.len()))
}

/// Whether the key says who it is.
fn names_itself(show: &Show<'_>, person: &One) -> bool {
    show.named_by_key(person.position) || person.name.is_empty() || person.name == person.person
}

/// The places of all totals of a row: as many as any of them needs, so that the change is that of what is shown.
fn places(show: &Show<'_>, row: &Row<'_>) -> u32 {
    let of = |person: &&One| Some(show.places_of_score(person.overall.as_ref()?, person.position));
    row.results.iter().flatten().filter_map(of).max().unwrap_or(0)
}

fn cells_of(show: &Show<'_>, row: &Row<'_>) -> Vec<Cell> {
    let places = places(show, row);
    row.results.iter().map(|one| cell(show, *one, places)).collect()
}

/// Total and grade; what is paid, where there is no scorecard.
fn cell(show: &Show<'_>, person: Option<&One>, places: u32) -> Cell {
    let Some(person) = person else { return Cell::new("") };
    if let Some(paid) = &person.paid {
        return Cell::new(paid);
    }
    let Some(score) = &person.overall else { return Cell::styled(MISSING, Style::Faint) };
    let score = show.score_to(score, places);
    match person.grade {
        Some(grade) => {
            let grades = show.rating_of(person.position).map_or(0, |rating| rating.grades.len());
            Cell::styled(format!("{score} {}", show.grade_word(person.position, grade)), grade_style(grade, grades))
        }
        None => Cell::new(score),
    }
}

/// The last total less the first, as both are shown.
fn change(show: &Show<'_>, row: &Row<'_>) -> Cell {
    let (rounding, places) = (show.model.company.rounding, places(show, row));
    let shown = |one: Option<&Option<&One>>| -> Option<Number> {
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

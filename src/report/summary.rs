//! The table of all people: by position, best rank first, with counts at the end.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::estimate::{OfCard, Places, Ranges, write_head};
use super::layout::{Cell, Column, Line, Packed, Painter, Style, Table, write_text};
use super::show::{MISSING, Show, days_served};
use super::{Look, Report, leaves, why_missing};
use crate::model::{Output, PositionId, RatingId};
use crate::number::Number;
use crate::score::card::{Card, LoweredBy, PersonResult, RatingResult, ScorecardResult};
use crate::value::{Missing, Value};

/// The columns a summary may have, in their order.
const PERSON: usize = 0;
const NAME: usize = 1;
const TEAM: usize = 2;
const SCORE: usize = 3;
const MAY_BE: usize = 4;
const RATING: usize = 5;
const RANK: usize = 6;
const REMARKS: usize = 7;

/// A person as the table is laid out by, before there are cards.
struct Ranked {
    /// The place among those reported.
    at: u32,
    rank: u64,
    score: Option<Number>,
}

/// What the people of a report have in common, and who stands where.
#[derive(Default)]
struct Overview {
    /// By their last position, the best first.
    sections: BTreeMap<PositionId, Vec<Ranked>>,
    named: bool,
    teams: bool,
    ranked: bool,
    rated: bool,
    scored: bool,
}

impl Overview {
    fn of(report: &Report<'_>, show: &Show<'_>) -> Overview {
        let mut found = Overview::default();
        let mut positions = BTreeSet::new();
        for (at, person) in report.people.briefs().enumerate() {
            let last = person.cards.last().map(|card| card.position);
            let known = last.is_some_and(|position| show.named_by_key(position));
            found.named |= !known && !person.name.is_empty() && person.name != person.person;
            found.teams |= person.cards.iter().any(|card| card.team.is_some());
            found.ranked |= person.rank.is_some();
            positions.extend(person.cards.iter().map(|card| card.position));
            if let Some(last) = last {
                let ranked = Ranked { at: at as u32, rank: person.rank.unwrap_or(u64::MAX), score: person.overall };
                found.sections.entry(last).or_default().push(ranked);
            }
        }
        found.sections.values_mut().for_each(|people| people.sort_by_key(|person| person.rank));
        found.rated = positions.iter().any(|position| show.rating_of(*position).is_some());
        found.scored = positions.iter().any(|position| show.position(*position).scorecard.is_some());
        found
    }
}

pub fn write(report: &Report<'_>, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let (show, painter, width) = (report.show(), look.painter(), look.width());
    let mut text = String::new();
    write_text(&mut text, &Cell::styled(title(report), Style::Strong), "", width, painter);
    write_head(report, &mut text, width, painter);
    text.push('\n');
    if report.people.is_empty() {
        text.push_str(show.words.nobody);
        text.push('\n');
    } else {
        out.write_all(text.as_bytes())?;
        let overview = Overview::of(report, &show);
        let people = overview.sections.iter().map(|(position, people)| (*position, people.len())).collect::<Vec<_>>();
        table(report, overview, &show).write_long(out, width, painter)?;
        text = String::from("\n");
        counts(report, &people, &show, &mut text, width, painter);
    }
    files(report, &show, &mut text, width, painter);
    out.write_all(text.as_bytes())
}

/// The same as a text.
pub fn render(report: &Report<'_>, look: Look) -> String {
    let mut text = Vec::new();
    // Nothing keeps a text from growing.
    let _ = write(report, look, &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

/// `Example Life · 2026-Q3 (2026-07-01 to 2026-09-30)`
pub fn title(report: &Report<'_>) -> String {
    let results = report.results;
    let show = report.show();
    let mut title = format!("{} ({})", results.period, show.days(results.first_day, results.last_day));
    if !report.model.company.name.is_empty() {
        title = format!("{} · {title}", report.model.company.name);
    }
    match &report.estimate {
        Some(estimate) => format!("{title} · {}", estimate.mark(&show)),
        None => title,
    }
}

fn table(report: &Report<'_>, overview: Overview, show: &Show<'_>) -> Table {
    let words = show.words;
    let Overview { sections, named, teams, ranked, rated, scored } = overview;
    let estimated = report.estimate.as_ref().is_some_and(|estimate| !estimate.ways.is_empty());
    let wanted = [true, named, teams, scored, scored && estimated, rated, ranked, true];
    let keep = |cells: Vec<Cell>| -> Vec<Cell> {
        cells.into_iter().zip(wanted).filter(|(_, wanted)| *wanted).map(|(cell, _)| cell).collect()
    };
    let positions: Vec<PositionId> = sections.keys().copied().collect();
    let columns = [
        Column::left(who(&positions, show), 8),
        Column::left(words.name, 10),
        Column::left(words.team, 10),
        Column::right(words.score, 6),
        Column::left(words.may_be, 13),
        Column::left(words.rating, 6),
        Column::right(words.rank, 4),
        Column::left(words.remarks, 14),
    ];
    let mut places = vec![0; report.people.len()];
    for (position, people) in &sections {
        let scores: Vec<Option<&Number>> = people.iter().map(|person| person.score.as_ref()).collect();
        let of_ranked = show.places_of_ranked(&scores, *position);
        people.iter().zip(of_ranked).for_each(|(person, own)| places[person.at as usize] = own);
    }
    let mut rows: Vec<Option<Packed>> = report.people.map(|at, person| {
        let ranges = report.ranges(at);
        let mut rows = vec![keep(person_row(show, person, ranges.as_ref(), places[at]))];
        if let (Some(last), true) = (person.cards.last(), person.cards.len() > 1) {
            let of_card = |card: usize| ranges.as_ref().and_then(|ranges| ranges.cards.get(card));
            let stints = person.cards.iter().enumerate();
            rows.extend(stints.map(|(at, card)| keep(stint_row(show, card, of_card(at), last.position))));
        }
        Some(Packed::of(&rows))
    });
    let mut lines = Vec::with_capacity(rows.len() + 2 * sections.len());
    for (index, (position, people)) in sections.into_iter().enumerate() {
        if index > 0 {
            lines.push(Line::Blank);
        }
        lines.push(Line::Text(Cell::styled(heading(show, position, people.len()), Style::Strong)));
        lines.extend(people.iter().filter_map(|person| rows[person.at as usize].take().map(Line::Packed)));
    }
    let columns = columns.into_iter().zip(wanted).filter(|(_, wanted)| *wanted).map(|(column, _)| column).collect();
    Table { columns, lines, stretch: None }
}

/// `Lecturer · 3 people · draft: results are unofficial`
pub(super) fn heading(show: &Show<'_>, position: PositionId, people: usize) -> String {
    let mut heading = format!("{} · {}", show.position_label(position), show.holders(position, people as u64));
    if show.position(position).draft {
        heading.push_str(" · ");
        heading.push_str(show.words.draft);
    }
    heading
}

/// `Person`, or `Country` where all are countries; by the positions that people have.
pub(super) fn who(positions: &[PositionId], show: &Show<'_>) -> Cow<'static, str> {
    let mut nouns = positions.iter().map(|position| show.noun(*position));
    let Some(Some(first)) = nouns.next() else { return show.words.person.into() };
    if !nouns.all(|noun| noun.as_ref() == Some(&first)) {
        return show.words.person.into();
    }
    let mut letters = first.replace('_', " ");
    if let Some(initial) = letters.get(..1).map(str::to_uppercase) {
        letters.replace_range(..1, &initial);
    }
    letters.into()
}

fn empty_row() -> Vec<Cell> {
    vec![Cell::new(""); REMARKS + 1]
}

fn person_row(show: &Show<'_>, person: &PersonResult, ranges: Option<&Ranges>, places: u32) -> Vec<Cell> {
    let mut row = empty_row();
    let Some(last) = person.cards.last() else { return row };
    row[PERSON] = Cell::new(&*person.person);
    row[NAME] = Cell::new(&*person.name);
    row[SCORE] = match &person.overall {
        Some(score) => Cell::new(show.score_to(score, places)),
        None => Cell::styled(MISSING, Style::Faint),
    };
    row[RATING] = rating_cell(show, last.position, person.rating.as_ref());
    if let Some(ranges) = ranges {
        row[MAY_BE].text = show.score_range(ranges.overall.as_ref(), places).unwrap_or_default();
        put_grades(show, &mut row[RATING], ranges.grade, last.position);
    }
    row[RANK] = Cell::new(person.rank.map(|rank| rank.to_string()).unwrap_or_default());
    let rated_by = || show.rated_by(person.overall.as_ref()?, person.rating.as_ref()?, last.position);
    if let [card] = person.cards.as_slice() {
        row[TEAM] = team_cell(card);
        let of_card = ranges.and_then(|ranges| ranges.cards.first());
        row[REMARKS] = remarks(show, card, of_card, person.rating.as_ref());
        if let Some(ruled) = show.ruled_remark(person) {
            let before = if row[REMARKS].text.is_empty() { "" } else { show.words.semicolon };
            row[REMARKS].text += &format!("{before}{ruled}");
        }
        if let Some(rated_by) = rated_by() {
            let before = if row[REMARKS].text.is_empty() { "" } else { show.words.semicolon };
            row[REMARKS].text += &format!("{before}{rated_by}");
        }
    } else {
        let mut text = show.words.posts_held(person.cards.len() as u64);
        if let Some(RatingResult { by_score, lowered_by: Some(LoweredBy::Distribution(_)), .. }) = &person.rating {
            text = format!(
                "{text}{}{}",
                show.words.semicolon,
                show.words.distribution_remark(show.grade_word(last.position, *by_score))
            );
        }
        if person.cards.iter().all(|card| card.scorecard.is_none()) {
            let paid = paid(show, person);
            text = if paid.is_empty() { text } else { format!("{text}{}{paid}", show.words.semicolon) };
        }
        if let Some(rated_by) = rated_by() {
            text = format!("{text}{}{rated_by}", show.words.semicolon);
        }
        if let Some(ruled) = show.ruled_remark(person) {
            text = format!("{text}{}{ruled}", show.words.semicolon);
        }
        row[REMARKS] = Cell::styled(text, Style::Faint);
    }
    row
}

/// The person's amounts: of an output that several posts have, what they come to together.
pub(super) fn paid(show: &Show<'_>, person: &PersonResult) -> String {
    let all: Vec<(&Output, &Value)> = person
        .posts
        .iter()
        .flat_map(|post| show.position(post.position).outputs.iter().zip(&post.outputs))
        .map(|(output, paid)| (output, &paid.value))
        .collect();
    let mut texts = Vec::new();
    for (at, (output, value)) in all.iter().enumerate() {
        let same = |(other, _): &&(&Output, &Value)| other.name == output.name && other.unit == output.unit;
        if all[..at].iter().any(|one| same(&one)) {
            continue;
        }
        let amounts: Vec<&Value> = all[at..].iter().filter(same).map(|(_, value)| *value).collect();
        let numbers: Option<Vec<&Number>> = amounts.iter().map(|value| value.as_number()).collect();
        texts.push(match numbers {
            Some(numbers) => {
                let sum = numbers.into_iter().fold(Number::ZERO, |sum, number| sum.add(number));
                show.output(output, &Value::Number(sum))
            }
            // Where one is missing there is no sum.
            None => show.output(output, amounts.into_iter().find(|value| value.is_missing()).unwrap_or(value)),
        });
    }
    texts.join(show.words.semicolon)
}

/// One of several scorecards of a person, under the overall result.
fn stint_row(show: &Show<'_>, card: &Card, ranges: Option<&OfCard>, section: PositionId) -> Vec<Cell> {
    let mut row = empty_row();
    row[PERSON] = Cell::styled("└", Style::Faint).indented(1);
    row[NAME] = Cell::styled(show.words.days(days_served(card.from, card.to)), Style::Faint);
    row[TEAM] = team_cell(card);
    let rating = card.scorecard.as_ref().and_then(|scorecard| scorecard.rating.as_ref());
    row[RATING] = rating_cell(show, card.position, rating);
    row[SCORE] = match &card.scorecard {
        Some(ScorecardResult { score: Value::Number(score), .. }) => Cell::new(show.score_in(score, card.position)),
        _ => Cell::styled(MISSING, Style::Faint),
    };
    if let Some(ranges) = ranges {
        let places = ranges.score.as_ref().map_or(0, |range| show.places_of_score(&range.least, card.position));
        row[MAY_BE].text = show.score_range(ranges.score.as_ref(), places).unwrap_or_default();
        put_grades(show, &mut row[RATING], ranges.grade, card.position);
    }
    let mut remarks = remarks(show, card, ranges, rating);
    if card.position != section {
        let post = show.position_label(card.position);
        remarks.text = if remarks.text.is_empty() {
            post.into()
        } else {
            format!("{post}{}{}", show.words.semicolon, remarks.text)
        };
    }
    row[REMARKS] = remarks;
    row
}

fn team_cell(card: &Card) -> Cell {
    Cell::new(card.team.as_ref().map_or("", |team| if team.name.is_empty() { &team.key } else { &team.name }))
}

pub(super) fn rating_cell(show: &Show<'_>, position: PositionId, rating: Option<&RatingResult>) -> Cell {
    match rating {
        Some(rating) => Cell::styled(
            show.grade_word(position, rating.grade),
            grade_style(rating.grade, show.rating_of(position).map_or(0, |rating| rating.grades.len())),
        ),
        None => Cell::styled(MISSING, Style::Faint),
    }
}

/// Beside a grade those that it may be.
fn put_grades(show: &Show<'_>, cell: &mut Cell, grades: Option<Places>, position: PositionId) {
    if let Some(grades) = show.grade_range(grades, position) {
        cell.text = format!("{} ({grades})", cell.text);
    }
}

/// The best grade is good, the last one bad, the one before it poor.
pub fn grade_style(grade: usize, grades: usize) -> Style {
    match grade {
        0 => Style::Good,
        last if last + 1 >= grades => Style::Bad,
        poor if poor + 2 == grades && grades > 3 => Style::Poor,
        _ => Style::Fair,
    }
}

/// What the reader must know beside the score.
fn remarks(show: &Show<'_>, card: &Card, ranges: Option<&OfCard>, rating: Option<&RatingResult>) -> Cell {
    let words = show.words;
    if card.eligible == Some(false) {
        return Cell::styled(words.not_eligible, Style::Faint);
    }
    let Some(scorecard) = &card.scorecard else {
        let outputs = show.position(card.position).outputs.iter().zip(&card.outputs);
        let range = |at: usize| ranges.and_then(|ranges| ranges.outputs.get(at)?.as_ref());
        let texts = outputs.enumerate().map(|(at, (output, value))| {
            let may_be =
                show.value_range(range(at), &output.unit).map_or_else(String::new, |text| format!(" ({text})"));
            show.output(output, value) + &may_be
        });
        let texts = texts.collect::<Vec<_>>();
        return Cell::new(texts.join(words.semicolon));
    };
    let mut parts = Vec::new();
    let mut style = Style::Faint;
    if scorecard.vetoes.iter().any(|veto| veto.holds == Some(true)) {
        parts.push(words.veto.to_lowercase());
        style = Style::Bad;
    }
    if scorecard.score.is_missing() {
        parts.push(words.incomplete.to_string());
        style = Style::Poor;
    }
    let missing = leaves(show.model, card)
        .iter()
        .filter(|leaf| why_missing(leaf.result).is_some_and(|missing| *missing != Missing::NotApplicable))
        .count();
    if missing > 0 {
        parts.push(words.kpis_missing(missing as u64));
    }
    if let Some(RatingResult { by_score, lowered_by: Some(LoweredBy::Distribution(_)), .. }) = rating {
        parts.push(words.distribution_remark(show.grade_word(card.position, *by_score)));
    }
    Cell::styled(parts.join(words.semicolon), style)
}

/// How many people have which grade; a line for each rating.
pub(super) fn rating_lines(report: &Report<'_>, show: &Show<'_>) -> Vec<String> {
    let words = show.words;
    let mut ratings = BTreeMap::<RatingId, Vec<u64>>::new();
    let mut unrated = 0;
    for person in report.people.briefs() {
        let id = person.cards.last().and_then(|card| show.position(card.position).scorecard.as_ref()?.rating);
        match (id, person.grade) {
            (Some(id), Some(grade)) => {
                let counts = ratings.entry(id).or_insert_with(|| vec![0; report.model.ratings[id.0].grades.len()]);
                if let Some(count) = counts.get_mut(grade) {
                    *count += 1;
                }
            }
            _ => unrated += 1,
        }
    }
    let several = ratings.len() > 1;
    let mut lines = Vec::new();
    for (id, counts) in &ratings {
        let rating = &report.model.ratings[id.0];
        let grades = rating.grades.iter().zip(counts).filter(|(_, count)| **count > 0);
        let list = grades.map(|(grade, count)| format!("{} {count}", show.grade_in_full(grade))).collect::<Vec<_>>();
        let name = if several { format!("{}{}", show.label(&rating.label), words.colon) } else { String::new() };
        lines.push(format!("{name}{}", list.join(" · ")));
    }
    if unrated > 0 && !lines.is_empty() {
        let text = format!("{} {unrated}", words.no_rating);
        match lines.as_mut_slice() {
            [only] => *only = format!("{only} · {text}"),
            _ => lines.push(text),
        }
    }
    lines
}

/// How many people have which grade, and hold which position.
fn counts(
    report: &Report<'_>,
    positions: &[(PositionId, usize)],
    show: &Show<'_>,
    out: &mut String,
    width: usize,
    painter: Painter,
) {
    let words = show.words;
    let lines = rating_lines(report, show);
    let lead_width = lead_width(show);
    for (index, line) in lines.into_iter().enumerate() {
        labelled(out, if index == 0 { words.ratings } else { "" }, lead_width, &line, width, painter);
    }
    let list = positions
        .iter()
        .map(|(position, people)| format!("{} {people}", show.position_label(*position)))
        .collect::<Vec<_>>();
    labelled(out, words.positions, lead_width, &list.join(" · "), width, painter);
}

/// What was read, what was mended on the way, and who was left out.
fn files(report: &Report<'_>, show: &Show<'_>, out: &mut String, width: usize, painter: Painter) {
    let (words, results) = (show.words, report.results);
    if !results.without_position.is_empty() {
        labelled(out, words.not_evaluated, lead_width(show), &not_evaluated(report, show), width, painter);
    }
    files_read(report, show, out, width, painter);
}

/// `3 rows: driver 2 · cook 1`
pub(super) fn not_evaluated(report: &Report<'_>, show: &Show<'_>) -> String {
    let (words, without) = (show.words, &report.results.without_position);
    let posts = without.iter().map(|(post, rows)| format!("{post} {rows}")).collect::<Vec<_>>();
    format!("{}{}{}", words.rows(without.iter().map(|(_, rows)| rows).sum()), words.colon, posts.join(" · "))
}

pub(super) fn files_read(report: &Report<'_>, show: &Show<'_>, out: &mut String, width: usize, painter: Painter) {
    let (words, results, lead_width) = (show.words, report.results, lead_width(show));
    if results.files.is_empty() {
        return made_by(report, show, out, width, painter);
    }
    let rows = results.files.iter().map(|file| file.rows).sum();
    let mut text = format!("{} · {}", words.file_count(results.files.len() as u64), words.rows(rows));
    let left_out: u64 = results.files.iter().map(|file| file.left_out).sum();
    if left_out > 0 {
        text.push_str(&format!(" · {}", words.rows_left_out(left_out)));
    }
    labelled(out, words.files, lead_width, &text, width, painter);
    let mut kinds = BTreeMap::<&str, u64>::new();
    for (_, kind, count) in results.files.iter().flat_map(|file| &file.repairs) {
        *kinds.entry(kind).or_default() += count;
    }
    if !kinds.is_empty() {
        let total = words.repair_count(kinds.values().sum());
        let list = kinds.iter().map(|(kind, count)| format!("{kind} {count}")).collect::<Vec<_>>();
        labelled(
            out,
            words.repairs,
            lead_width,
            &format!("{total}{}{}", words.colon, list.join(" · ")),
            width,
            painter,
        );
    }
    for (index, doubt) in results.doubts.iter().enumerate() {
        labelled(out, if index == 0 { words.doubts } else { "" }, lead_width, &show.doubt(doubt), width, painter);
    }
    made_by(report, show, out, width, painter);
}

/// What made the report, which a later look at it may need: the last line of every report in text.
pub(super) fn made_by(report: &Report<'_>, show: &Show<'_>, out: &mut String, width: usize, painter: Painter) {
    if let Some(made) = report.provenance {
        labelled(out, show.words.made_by, lead_width(show), &show.words.made(made), width, painter);
    }
}

pub(super) fn lead_width(show: &Show<'_>) -> usize {
    use unicode_width::UnicodeWidthStr;
    let words = show.words;
    [words.ratings, words.positions, words.not_evaluated, words.files, words.repairs, words.doubts]
        .iter()
        .map(|lead| lead.width())
        .max()
        .unwrap_or(0)
}

pub(super) fn labelled(out: &mut String, lead: &str, lead_width: usize, text: &str, width: usize, painter: Painter) {
    use unicode_width::UnicodeWidthStr;
    let lead = format!("{lead}{}", " ".repeat(lead_width.saturating_sub(lead.width()) + 2));
    write_text(out, &Cell::new(text), &lead, width, painter);
}

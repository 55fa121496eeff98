//! One person's scorecards in full.

use super::layout::{Cell, Column, Line, Style, Table, write_text};
use super::show::{MISSING, Show, days_served};
use super::summary::{grade_style, title};
use super::{Look, Report, leaves, why_missing};
use crate::model::{Entry, Head, PositionId, Scorecard};
use crate::number::Number;
use crate::score::card::{Card, EntryResult, EntryResultKind, PersonResult, RatingResult, ScorecardResult, StepKind};
use crate::value::{Missing, Value};

/// The columns, in their order.
const LABEL: usize = 0;
const VALUE: usize = 1;
const TARGET: usize = 2;
const SCORE: usize = 3;
const WEIGHT: usize = 4;
const ADDS: usize = 5;

pub fn render(report: &Report<'_>, person: &PersonResult, look: Look) -> String {
    let show = report.show();
    let mut out = String::new();
    let mut page = Page { show, look, out: &mut out };
    let known = person.cards.last().is_some_and(|card| show.named_by_key(card.position));
    let name = if known { person.person.to_string() } else { named(&person.name, &person.person) };
    page.text(&name, Style::Strong);
    page.text(&title(report), Style::Faint);
    for card in &person.cards {
        page.out.push('\n');
        page.card(card, person.cards.len() == 1, person.rating.as_ref());
    }
    if person.cards.len() > 1 {
        page.out.push('\n');
        page.overall(person);
    }
    out
}

/// `Wang Fang (P1)`
fn named(name: &str, key: &str) -> String {
    if name.is_empty() || name == key { key.to_string() } else { format!("{name} ({key})") }
}

struct Page<'a, 'o> {
    show: Show<'a>,
    look: Look,
    out: &'o mut String,
}

/// Remarks under the table, in the order of their entries; equal ones share a mark.
#[derive(Default)]
struct Notes {
    texts: Vec<String>,
    /// Entries whose weight changed: label and stated weight.
    redistributed: Vec<String>,
}

impl Notes {
    /// The mark of a remark: `¹`, `²` …
    fn mark(&mut self, text: String) -> String {
        let at = self.texts.iter().position(|known| *known == text).unwrap_or_else(|| {
            self.texts.push(text);
            self.texts.len() - 1
        });
        mark(at)
    }
}

fn mark(index: usize) -> String {
    (index + 1)
        .to_string()
        .chars()
        .map(|digit| "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().nth(digit as usize - '0' as usize).unwrap_or(digit))
        .collect()
}

impl Page<'_, '_> {
    fn text(&mut self, text: &str, style: Style) {
        write_text(self.out, &Cell::styled(text, style), "", self.look.width(), self.look.painter());
    }

    fn card(&mut self, card: &Card, only: bool, final_rating: Option<&RatingResult>) {
        let (show, words) = (self.show, self.show.words);
        let mut post = show.position_label(card.position).to_string();
        if let Some(team) = &card.team {
            let team = if team.name.is_empty() { &team.key } else { &team.name };
            post = format!("{post} · {team}");
        }
        self.text(&post, Style::Strong);
        if !show.always_held(card.position) {
            let days = days_served(card.from, card.to);
            self.text(&format!("{} ({})", show.days(card.from, card.to), words.days(days)), Style::Faint);
        }
        if show.position(card.position).draft {
            self.text(words.draft, Style::Poor);
        }
        self.out.push('\n');
        if card.eligible == Some(false) {
            self.text(words.not_eligible, Style::Poor);
        }
        let scorecard = show.position(card.position).scorecard.as_ref().zip(card.scorecard.as_ref());
        if let Some((model, result)) = scorecard {
            // The distribution may have lowered the rating of the only card after it was scored.
            let rating = if only { final_rating.or(result.rating.as_ref()) } else { result.rating.as_ref() };
            self.scorecard(card, model, result, rating);
        }
        self.outputs(card);
    }

    fn scorecard(&mut self, card: &Card, model: &Scorecard, result: &ScorecardResult, rating: Option<&RatingResult>) {
        let (show, words) = (self.show, self.show.words);
        let mut notes = Notes::default();
        let mut lines = Vec::new();
        self.entries(&model.root.entries, &result.entries, 0, &mut lines, &mut notes);
        lines.push(Line::Rule);
        let combined = self.total_line(words.combined, Cell::new(show.score_value(&result.combined)));
        let changed = result.steps.iter().any(|step| matches!(step.what, StepKind::Range | StepKind::Veto(_)));
        if changed || !result.adjustments.is_empty() {
            lines.push(combined);
        }
        for (adjustment, result) in model.adjustments.iter().zip(&result.adjustments) {
            let kpi = &show.model.kpis[result.kpi.0];
            let kind = if adjustment.deduct { words.deduction } else { words.bonus };
            let label = match show.label(&adjustment.label) {
                "" => show.label(&kpi.label),
                label => label,
            };
            let mut row = empty_row();
            row[LABEL] = Cell::new(format!("{kind}{}{label}", words.colon));
            row[VALUE] = Cell::new(show.value(&result.value, &kpi.unit));
            row[ADDS] = Cell::new(show.points(&result.points));
            if let Value::Missing(missing) = &result.points {
                let note = notes.mark(format!("{label}{}{}", show.words.colon, show.reason(missing)));
                row[LABEL].text.push_str(&format!(" {note}"));
            }
            lines.push(Line::Row(row));
        }
        for step in &result.steps {
            let text = match step.what {
                StepKind::Adjusted => continue,
                StepKind::Range => match &model.range {
                    Some((low, high)) => format!("{} {}", words.range, words.span(show.plain(low), show.plain(high))),
                    None => words.range.to_string(),
                },
                StepKind::Rounded => continue,
                // The veto itself is told below, with its reason.
                StepKind::Veto(_) => words.veto.to_string(),
            };
            lines.push(self.total_line(&text, Cell::new(show.score(&step.score))));
        }
        let total = match &result.score {
            Value::Number(score) => Cell::styled(show.score(score), Style::Strong),
            _ => Cell::styled(MISSING, Style::Poor),
        };
        let mut row = empty_row();
        row[LABEL] = Cell::styled(words.score, Style::Strong);
        row[ADDS] = total;
        lines.push(Line::Row(row));

        let columns = vec![
            Column::left("", 20),
            Column::right(words.value, 10),
            Column::right(words.target, 8),
            Column::right(words.score, 6),
            Column::right(words.weight, 6),
            Column::right(words.adds, 6),
        ];
        let targets = leaves(show.model, card)
            .iter()
            .any(|leaf| matches!(&leaf.result.what, EntryResultKind::Kpi { target, .. } if target.is_some()));
        let mut table = Table { columns, lines, stretch: Some(LABEL) };
        if !targets {
            table.drop_column(TARGET);
        }
        table.write(self.out, self.look.width(), self.look.painter());
        self.notes(&notes);
        self.out.push('\n');
        self.rating(card.position, rating);
        if let Value::Missing(missing) = &result.score {
            self.labelled(words.score, &format!("{MISSING} {}", show.reason(missing)), Style::Poor);
        }
        let incomplete = leaves(show.model, card).iter().any(|leaf| why_missing(leaf.result).is_some());
        if incomplete || result.completeness != Number::ONE {
            let needed = model.complete_at_least.as_ref().map(|least| show.share(least));
            let text = words.completeness(&show.share(&result.completeness), needed.as_deref());
            self.labelled(words.complete, &text, Style::Plain);
        }
        self.vetoes(card.position, model, result);
    }

    fn total_line(&self, label: &str, adds: Cell) -> Line {
        let mut row = empty_row();
        row[LABEL] = Cell::new(label);
        row[ADDS] = adds;
        Line::Row(row)
    }

    fn entries(
        &self,
        entries: &[Entry],
        results: &[EntryResult],
        depth: usize,
        lines: &mut Vec<Line>,
        notes: &mut Notes,
    ) {
        let show = self.show;
        for (entry, result) in entries.iter().zip(results) {
            let mut row = empty_row();
            let indent = depth * 2;
            let label = show.entry_label(entry);
            let left_out = result.score.is_missing();
            let score = show.score_value(&result.score);
            row[SCORE] = if left_out { Cell::styled(score, Style::Poor) } else { Cell::new(score) };
            row[WEIGHT] = Cell::new(self.weight(entry, result, &label, notes));
            row[ADDS] = match &result.contribution {
                Some(points) => Cell::new(show.score(points)),
                None => Cell::styled(MISSING, Style::Faint),
            };
            let mut shown = label.clone();
            if !matches!(result.what, EntryResultKind::Group(_))
                && let Some(missing) = why_missing(result)
            {
                let reason = notes.mark(format!("{label}{}{}", show.words.colon, show.reason(missing)));
                shown = format!("{label} {reason}");
            }
            row[LABEL] = Cell::new(shown).indented(indent);
            match (&entry.head, &result.what) {
                (Head::Group(group), EntryResultKind::Group(inner)) => {
                    for cell in [LABEL, SCORE, WEIGHT, ADDS] {
                        if row[cell].style == Style::Plain {
                            row[cell].style = Style::Strong;
                        }
                    }
                    lines.push(Line::Row(row));
                    self.entries(&group.entries, inner, depth + 1, lines, notes);
                    continue;
                }
                (_, EntryResultKind::Kpi { kpi, value, target, full_target, .. }) => {
                    let unit = &show.model.kpis[kpi.0].unit;
                    let style = if value.is_missing() { Style::Poor } else { Style::Plain };
                    row[VALUE] = Cell::styled(show.value(value, unit), style);
                    // The unit stands beside the value already.
                    let shown = |target: &Value| match target {
                        Value::Number(number) if !value.is_missing() => show.amount(number, unit),
                        other => show.value(other, unit),
                    };
                    row[TARGET] = Cell::new(target.as_ref().map(shown).unwrap_or_default());
                    if let Some(full) = full_target {
                        let note = show.words.whole_target(&show.value(full, unit));
                        let mark = notes.mark(format!("{label}{}{note}", show.words.colon));
                        row[LABEL].text.push_str(&format!(" {mark}"));
                    }
                }
                (_, EntryResultKind::OtherScore(taken)) if !taken.is_empty() => {
                    let scored = taken.iter().filter(|one| !one.score.is_missing()).count();
                    let text = match taken.as_slice() {
                        [one] => show.words.taken_from(&named(&one.name, &one.person)),
                        all if scored > 0 => show.words.mean_of(scored as u64, all.len() as u64),
                        _ => String::new(),
                    };
                    if !text.is_empty() {
                        let mark = notes.mark(format!("{label}{}{text}", show.words.colon));
                        row[LABEL].text.push_str(&format!(" {mark}"));
                    }
                }
                _ => {}
            }
            lines.push(Line::Row(row));
        }
    }

    /// The weight that counts; a star where it is not the one stated.
    fn weight(&self, entry: &Entry, result: &EntryResult, label: &str, notes: &mut Notes) -> String {
        let show = self.show;
        let stated = match &entry.points {
            Some(points) => show.plain(points),
            None => show.share(&result.weight),
        };
        if result.effective_weight == result.weight {
            return stated;
        }
        notes.redistributed.push(format!("{label} {stated}"));
        format!("{}*", show.share(&result.effective_weight))
    }

    fn notes(&mut self, notes: &Notes) {
        let (width, painter) = (self.look.width(), self.look.painter());
        if !notes.redistributed.is_empty() {
            let text = format!("{} {}", self.show.words.redistributed, notes.redistributed.join(", "));
            write_text(self.out, &Cell::styled(text, Style::Faint), "* ", width, painter);
        }
        for (index, text) in notes.texts.iter().enumerate() {
            let lead = format!("{} ", mark(index));
            write_text(self.out, &Cell::styled(text, Style::Faint), &lead, width, painter);
        }
    }

    /// `Rating     A Outstanding`
    fn labelled(&mut self, lead: &str, text: &str, style: Style) {
        use unicode_width::UnicodeWidthStr;
        let lead = format!("{lead}{}", " ".repeat(10usize.saturating_sub(lead.width()).max(2)));
        write_text(self.out, &Cell::styled(text, style), &lead, self.look.width(), self.look.painter());
    }

    fn rating(&mut self, position: PositionId, rating: Option<&RatingResult>) {
        let show = self.show;
        let Some((result, rating)) = rating.zip(show.rating_of(position)) else { return };
        let Some(grade) = rating.grades.get(result.grade) else { return };
        let mut text = show.grade_in_full(grade);
        if let Some(lowered) = show.lowered(position, result) {
            text = format!("{text} ({lowered})");
        }
        self.labelled(show.words.rating, &text, grade_style(result.grade, rating.grades.len()));
    }

    fn vetoes(&mut self, position: PositionId, model: &Scorecard, result: &ScorecardResult) {
        let show = self.show;
        for veto in &result.vetoes {
            let Some(stated) = model.vetoes.get(veto.veto) else { continue };
            let effect = show.veto_effect(position, &stated.effect);
            let reason = match show.label(&stated.reason) {
                "" => effect,
                reason => format!("{reason}{}{effect}", show.words.colon),
            };
            match (veto.holds, &veto.missing) {
                (Some(true), _) => self.labelled(show.words.veto, &reason, Style::Bad),
                (None, missing) => {
                    let why = show.reason(missing.as_ref().unwrap_or(&Missing::NoRows));
                    let text = format!("{reason} ({})", show.words.veto_unknown(&why));
                    self.labelled(show.words.veto, &text, Style::Poor);
                }
                (Some(false), _) => {}
            }
        }
    }

    fn outputs(&mut self, card: &Card) {
        let show = self.show;
        let outputs = show.position(card.position).outputs.iter().zip(&card.outputs).collect::<Vec<_>>();
        for (index, (output, value)) in outputs.iter().enumerate() {
            let mut text =
                format!("{}{}{}", show.label(&output.label), show.words.colon, show.value(value, &output.unit));
            if let Value::Missing(missing) = value {
                text = format!("{text} ({})", show.reason(missing));
            }
            self.labelled(if index == 0 { show.words.outputs } else { "" }, &text, Style::Plain);
        }
    }

    /// The result over all stints: how the scores were weighted, and the rating of the last post.
    fn overall(&mut self, person: &PersonResult) {
        let (show, words) = (self.show, self.show.words);
        let days = person.cards.iter().map(|card| days_served(card.from, card.to)).collect::<Vec<_>>();
        let all = words.days(days.iter().sum());
        let parts = person.cards.iter().zip(&days).map(|(card, days)| {
            let score = card.scorecard.as_ref().map_or(MISSING.into(), |scorecard| show.score_value(&scorecard.score));
            format!("{score} × {days}")
        });
        let sum = parts.collect::<Vec<_>>().join(" + ");
        let score = person.overall.as_ref().map_or_else(|| MISSING.to_string(), |score| show.score(score));
        self.labelled(words.overall, &format!("{score} = ({sum}) / {all}"), Style::Strong);
        if let Some(card) = person.cards.last() {
            self.rating(card.position, person.rating.as_ref());
        }
    }
}

fn empty_row() -> Vec<Cell> {
    vec![Cell::new(""); ADDS + 1]
}

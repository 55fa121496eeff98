//! One person's scorecards in full.

mod outputs;
mod ranges;

use std::collections::BTreeMap;

use super::estimate::{OfEntry, Places as Grades, Ranges};
use super::layout::{Cell, Column, Line, Style, Table, write_text};
use super::places::{Column as Places, OfCard, limits_of, mean, weights};
use super::show::{MISSING, Show, days_served};
use super::summary::{grade_style, title};
use super::{Look, Report, leaves, why_missing};
use crate::language::{Combine, ScopeWord};
use crate::model::types::unit::DisplayUnit;
use crate::model::{Entry, Group, Head, KpiId, PositionId, Scorecard};
use crate::number::Number;
use crate::plan::program::CalcId;
use crate::score::card::{Card, EntryResult, EntryResultKind, PersonResult, RatingResult, ScorecardResult, StepKind};
use crate::value::{Missing, Value};

/// The columns, in their order.
const LABEL: usize = 0;
const VALUE: usize = 1;
const TARGET: usize = 2;
const SCORE: usize = 3;
const WEIGHT: usize = 4;
const ADDS: usize = 5;

/// With what they may come to, where the period is running.
pub fn render(report: &Report<'_>, person: &PersonResult, ranges: Option<&Ranges>, look: Look) -> String {
    let show = report.show();
    let mut out = String::new();
    let mut page = Page { show, look, out: &mut out, ranges };
    let known = person.cards.last().is_some_and(|card| show.named_by_key(card.position));
    let name = if known { person.person.to_string() } else { named(&person.name, &person.person) };
    page.text(&name, Style::Strong);
    page.text(&title(report), Style::Faint);
    super::estimate::write_head(report, page.out, look.width(), look.painter());
    super::supposed::write_head(report, page.out, look.width(), look.painter());
    for card in &person.cards {
        page.out.push('\n');
        page.card(card, person);
        // What stands at the foot of a card is not always there.
        while page.out.ends_with("\n\n") {
            page.out.pop();
        }
    }
    if person.cards.len() > 1 {
        page.out.push('\n');
        page.overall(person);
        page.paid(person);
        page.rulings(person);
    }
    let nowhere = show.nowhere_of(report, person);
    if !nowhere.is_empty() {
        out.push('\n');
    }
    for text in nowhere {
        let lead = format!("{}  ", show.words.doubts);
        write_text(&mut out, &Cell::styled(text, Style::Poor), &lead, look.width(), look.painter());
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
    ranges: Option<&'a Ranges>,
}

/// Remarks under the table, in the order of their entries; equal ones share a mark.
struct Notes {
    texts: Vec<String>,
    /// Entries whose weight changed: label and stated weight.
    redistributed: Vec<String>,
    /// What holds of the scorecard as a whole.
    whole: Vec<String>,
    /// How many places the values of a unit are shown with, by its name.
    places: BTreeMap<String, u32>,
    figures: OfCard,
    /// What KPIs that were ruled are by rule.
    by_rule: Vec<(CalcId, Value)>,
    /// The remark on own figures, where there are several stints in the post.
    stints: Option<String>,
    /// What the entries may come to that are still to be shown.
    may_be: std::vec::IntoIter<OfEntry>,
}

impl Notes {
    /// A value with as many places as the others of its unit.
    fn value(&self, show: &Show<'_>, value: &Value, unit: &DisplayUnit) -> String {
        show.value_to(value, unit, self.places.get(&unit.plural).copied().unwrap_or(0))
    }

    /// The mark of a remark: `¹`, `²` …
    fn mark(&mut self, text: String) -> String {
        let at = self.texts.iter().position(|known| *known == text).unwrap_or_else(|| {
            self.texts.push(text);
            self.texts.len() - 1
        });
        mark(at)
    }
}

/// Puts a mark behind a label, apart from one that stands there already.
fn set_mark(cell: &mut Cell, mark: &str) {
    if cell.text.ends_with(|last: char| MARKS.contains(last)) {
        cell.text.push(' ');
    }
    cell.text.push_str(mark);
}

const MARKS: &str = "⁰¹²³⁴⁵⁶⁷⁸⁹";

fn mark(index: usize) -> String {
    (index + 1)
        .to_string()
        .chars()
        .map(|digit| MARKS.chars().nth(digit as usize - '0' as usize).unwrap_or(digit))
        .collect()
}

/// Values of one unit are shown with the same places behind the point.
fn places(show: &Show<'_>, card: &Card, result: &ScorecardResult) -> BTreeMap<String, u32> {
    let mut places = BTreeMap::new();
    let mut see = |value: &Value, kpi: KpiId, limits: &[Number]| {
        let unit = &show.model.kpis[kpi.0].unit;
        let most: &mut u32 = places.entry(unit.plural.clone()).or_default();
        *most = (*most).max(show.places(value, unit)).max(show.places_beside(value, unit, limits));
    };
    let vetoed = show.position(card.position).scorecard.as_ref().map_or(&[][..], |card| &card.vetoes);
    for leaf in leaves(show.model, card) {
        if let EntryResultKind::Kpi { kpi, value, target, full_target, .. } = &leaf.result.what {
            let mut limits = limits_of(show.model, leaf.entry, *kpi, vetoed);
            limits.extend(target.as_ref().and_then(Value::as_number).cloned());
            see(value, *kpi, &limits);
            [target.as_ref(), full_target.as_ref()].into_iter().flatten().for_each(|value| see(value, *kpi, &[]));
        }
    }
    result.adjustments.iter().for_each(|adjustment| see(&adjustment.value, adjustment.kpi, &[]));
    places
}

impl Page<'_, '_> {
    fn text(&mut self, text: &str, style: Style) {
        write_text(self.out, &Cell::styled(text, style), "", self.look.width(), self.look.painter());
    }

    fn card(&mut self, card: &Card, person: &PersonResult) {
        let (all, final_rating) = (person.cards.as_slice(), person.rating.as_ref());
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
            let rating = if all.len() == 1 { final_rating.or(result.rating.as_ref()) } else { result.rating.as_ref() };
            self.scorecard(card, all, model, result, rating);
        }
        self.outputs(card, person);
        // Of somebody with several cards they stand at the end.
        if all.len() == 1 {
            self.rulings(person);
        }
    }

    /// What people decided, each with what it stands in the place of.
    fn rulings(&mut self, person: &PersonResult) {
        let lead = self.show.words.ruling;
        let below = " ".repeat(unicode_width::UnicodeWidthStr::width(lead));
        for (at, ruling) in person.rulings.iter().enumerate() {
            let text = self.show.ruling(ruling);
            self.labelled(if at == 0 { lead } else { &below }, &text, Style::Plain);
        }
    }

    fn scorecard(
        &mut self,
        card: &Card,
        all: &[Card],
        model: &Scorecard,
        result: &ScorecardResult,
        rating: Option<&RatingResult>,
    ) {
        let (show, words) = (self.show, self.show.words);
        let ranges = self.ranges_of(card, all);
        let same_post = |other: &&Card| show.position(other.position).name == show.position(card.position).name;
        let stints = all.iter().filter(same_post).map(|one| show.days(one.from, one.to)).collect::<Vec<_>>();
        let mut notes = Notes {
            texts: Vec::new(),
            redistributed: Vec::new(),
            whole: Vec::new(),
            places: places(&show, card, result),
            figures: show.of_card(card.position, result),
            by_rule: Vec::new(),
            stints: (stints.len() > 1).then(|| words.of_all_stints(&stints)),
            may_be: ranges.map_or_else(Vec::new, |ranges| ranges.entries.clone()).into_iter(),
        };
        let mut lines = Vec::new();
        if let Some(by_rule) = &result.by_rule {
            notes.by_rule.clone_from(&by_rule.kpis);
        }
        self.entries(&model.root, &result.entries, 0, &mut lines, &mut notes);
        lines.push(Line::Rule);
        let adds = notes.figures.adds;
        let combined = self.total_line(words.combined, Cell::new(points(adds, &result.combined)));
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
            row[VALUE] = Cell::new(notes.value(&show, &result.value, &kpi.unit));
            row[ADDS] = Cell::new(match result.points.as_number() {
                Some(points) if !points.is_negative() => format!("+{}", adds.text(points)),
                _ => points(adds, &result.points),
            });
            if let Value::Missing(missing) = &result.points {
                let note = notes.mark(format!("{label}{}{}", show.words.colon, show.reason(missing)));
                set_mark(&mut row[LABEL], &note);
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
                StepKind::Rounded => match &notes.figures.before_rounding {
                    Some(before) => {
                        lines.push(self.total_line(words.before_rounding, Cell::new(adds.text(before))));
                        continue;
                    }
                    None => continue,
                },
                // The veto itself is told below, with its reason.
                StepKind::Veto(_) => words.veto.to_string(),
                // It stands there as the score, and what it is by rule before it.
                StepKind::Ruled => continue,
            };
            lines.push(self.total_line(&text, Cell::new(notes.figures.step(step, show))));
        }
        if let Some(by_rule) = result.by_rule.as_ref().filter(|by_rule| by_rule.score != result.score) {
            let plain = match &by_rule.score {
                Value::Number(score) => show.score_in(score, card.position),
                _ => MISSING.to_string(),
            };
            lines.push(self.total_line(words.score_by_rule(), Cell::new(plain)));
        }
        let total = match &result.score {
            Value::Number(score) => Cell::styled(notes.figures.score(score, show), Style::Strong),
            _ => Cell::styled(MISSING, Style::Poor),
        };
        let mut row = empty_row();
        row[LABEL] = Cell::styled(words.score, Style::Strong);
        row[ADDS] = total;
        lines.push(Line::Row(row));
        lines.extend(self.total_may_be(ranges, card.position));

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
        let added = lines
            .iter()
            .any(|line| matches!(line, Line::Row(row) if !row[SCORE].text.is_empty() && !row[ADDS].text.is_empty()));
        if !added && result.adjustments.is_empty() {
            // Where nothing adds to anything, the total stands under the scores.
            for line in &mut lines {
                if let Line::Row(row) = line
                    && row[SCORE].text.is_empty()
                {
                    row.swap(SCORE, ADDS);
                }
            }
        }
        let is_empty = |at: usize| !lines.iter().any(|line| matches!(line, Line::Row(row) if !row[at].text.is_empty()));
        let (unweighted, nothing_added) = (is_empty(WEIGHT), is_empty(ADDS));
        let mut table = Table { columns, lines, stretch: Some(LABEL) };
        if nothing_added {
            table.drop_column(ADDS);
        }
        if unweighted {
            table.drop_column(WEIGHT);
        }
        if !targets {
            table.drop_column(TARGET);
        }
        table.write(self.out, self.look.width(), self.look.painter());
        if model.root.combine != Combine::WeightedMean {
            notes.whole.push(words.combined_by(None, model.root.combine == Combine::Geometric));
        }
        self.notes(&notes);
        self.out.push('\n');
        // Of the only card the last word is the person's.
        let grades = match (all, self.ranges) {
            ([_], Some(ranges)) => ranges.grade,
            _ => ranges.and_then(|ranges| ranges.grade),
        };
        self.rating(card.position, rating, grades, result.score.as_number());
        if let Value::Missing(missing) = &result.score {
            self.labelled(words.score, &format!("{MISSING} {}", show.reason(missing)), Style::Poor);
        }
        let incomplete = leaves(show.model, card).iter().any(|leaf| why_missing(leaf.result).is_some());
        if incomplete || result.completeness != Number::ONE {
            let needed = model.complete_at_least.as_ref().map(|least| show.share(least));
            let limits: Vec<Number> = model.complete_at_least.iter().cloned().chain([Number::ONE]).collect();
            let percent = DisplayUnit::percent();
            let complete = Value::Number(result.completeness.clone());
            let places = show.places_beside(&complete, &percent, &limits);
            let text = words.completeness(&show.value_to(&complete, &percent, places), needed.as_deref());
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

    fn entries(&self, group: &Group, results: &[EntryResult], depth: usize, lines: &mut Vec<Line>, notes: &mut Notes) {
        let show = self.show;
        let weights = weights(results, show.model.company.rounding);
        let (scores, adds) = (notes.figures.scores, notes.figures.adds);
        for (entry, result) in group.entries.iter().zip(results) {
            let may_be = notes.may_be.next();
            let mut row = empty_row();
            let indent = depth * 2;
            let label = show.entry_label(entry);
            let left_out = result.score.is_missing();
            let score = points(scores, &result.score);
            row[SCORE] = if left_out { Cell::styled(score, Style::Poor) } else { Cell::new(score) };
            row[WEIGHT] = Cell::new(self.weight((group, entry), result, weights, &label, notes));
            row[ADDS] = match &result.contribution {
                Some(points) => Cell::new(adds.text(points)),
                None if left_out => Cell::styled(MISSING, Style::Faint),
                // Parts of a geometric mean add nothing of their own.
                None => Cell::new(""),
            };
            let mut shown = label.clone();
            if !matches!(result.what, EntryResultKind::Group(_))
                && let Some(missing) = why_missing(result)
            {
                let reason = notes.mark(format!("{label}{}{}", show.words.colon, show.reason(missing)));
                shown = format!("{label}{reason}");
            }
            row[LABEL] = Cell::new(shown).indented(indent);
            if let (Some(uncapped), Some(most)) = (&result.uncapped, &entry.most) {
                let note = show.words.at_most(&scores.text(uncapped), &show.share(most));
                let mark = notes.mark(format!("{label}{}{note}", show.words.colon));
                set_mark(&mut row[LABEL], &mark);
            }
            match (&entry.head, &result.what) {
                (Head::Group(group), EntryResultKind::Group(inner)) => {
                    for cell in [LABEL, SCORE, WEIGHT, ADDS] {
                        if row[cell].style == Style::Plain {
                            row[cell].style = Style::Strong;
                        }
                    }
                    if group.combine != Combine::WeightedMean {
                        let text = show.words.combined_by(Some(&label), group.combine == Combine::Geometric);
                        let mark = notes.mark(text);
                        set_mark(&mut row[LABEL], &mark);
                    }
                    lines.push(Line::Row(row));
                    lines.extend(self.entry_may_be(may_be.as_ref(), None, depth, notes));
                    self.entries(group, inner, depth + 1, lines, notes);
                    continue;
                }
                (_, EntryResultKind::Kpi { kpi, node, value, target, full_target, .. }) => {
                    let unit = &show.model.kpis[kpi.0].unit;
                    let style = if value.is_missing() { Style::Poor } else { Style::Plain };
                    row[VALUE] = Cell::styled(notes.value(&show, value, unit), style);
                    row[TARGET] =
                        Cell::new(target.as_ref().map(|target| notes.value(&show, target, unit)).unwrap_or_default());
                    if let (Head::Kpi(head), Some(stints)) = (&entry.head, &notes.stints)
                        && head.scope == ScopeWord::Own
                    {
                        let mark = notes.mark(stints.clone());
                        set_mark(&mut row[LABEL], &mark);
                    }
                    if let Some((_, plain)) = notes.by_rule.iter().find(|(of, _)| of == node).cloned() {
                        let note = show.words.by_rule(&notes.value(&show, &plain, unit));
                        let mark = notes.mark(format!("{label}{}{note}", show.words.colon));
                        set_mark(&mut row[LABEL], &mark);
                    }
                    if let Some(full) = full_target {
                        let note = show.words.whole_target(&notes.value(&show, full, unit));
                        let mark = notes.mark(format!("{label}{}{note}", show.words.colon));
                        set_mark(&mut row[LABEL], &mark);
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
                        set_mark(&mut row[LABEL], &mark);
                    }
                }
                _ => {}
            }
            lines.push(Line::Row(row));
            let unit = match &result.what {
                EntryResultKind::Kpi { kpi, .. } => Some(&show.model.kpis[kpi.0].unit),
                EntryResultKind::Group(_) | EntryResultKind::OtherScore(_) => None,
            };
            lines.extend(self.entry_may_be(may_be.as_ref(), unit, depth, notes));
        }
    }

    /// The weight that counts; a star where it is not the one stated.
    fn weight(
        &self,
        (group, entry): (&Group, &Entry),
        result: &EntryResult,
        weights: Places,
        label: &str,
        notes: &mut Notes,
    ) -> String {
        let show = self.show;
        let stated = match &entry.points {
            Some(points) => show.plain(points),
            None => weights.percent(&result.weight),
        };
        if result.effective_weight == result.weight {
            // The parts of a sum count in full, whatever their number.
            let counts_in_full = group.combine == Combine::Sum && entry.points.is_none();
            return if counts_in_full { String::new() } else { stated };
        }
        notes.redistributed.push(format!("{label} {stated}"));
        format!("{}*", weights.percent(&result.effective_weight))
    }

    fn notes(&mut self, notes: &Notes) {
        let (width, painter) = (self.look.width(), self.look.painter());
        if !notes.redistributed.is_empty() {
            let text = format!("{} {}", self.show.words.redistributed, notes.redistributed.join(", "));
            write_text(self.out, &Cell::styled(text, Style::Faint), "* ", width, painter);
        }
        for text in &notes.whole {
            write_text(self.out, &Cell::styled(text, Style::Faint), "", width, painter);
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

    fn rating(
        &mut self,
        position: PositionId,
        rating: Option<&RatingResult>,
        grades: Option<Grades>,
        score: Option<&Number>,
    ) {
        let show = self.show;
        let Some((result, rating)) = rating.zip(show.rating_of(position)) else { return };
        let Some(grade) = rating.grades.get(result.grade) else { return };
        let mut text = show.grade_in_full(grade);
        if let Some(lowered) = show.lowered(position, result) {
            text = format!("{text} ({lowered})");
        }
        if let Some(rated_by) = score.and_then(|score| show.rated_by(score, result, position)) {
            text = format!("{text} ({rated_by})");
        }
        if let Some(grades) = show.grade_range(grades, position) {
            text = format!("{text} · {}{}{grades}", show.words.may_be, show.words.colon);
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

    /// The result over all stints: how the scores were weighted, and the rating of the last post.
    fn overall(&mut self, person: &PersonResult) {
        let (show, words) = (self.show, self.show.words);
        let scored = person.cards.iter().filter(|card| card.scorecard.is_some()).collect::<Vec<_>>();
        let days = scored.iter().map(|card| days_served(card.from, card.to)).collect::<Vec<_>>();
        let text = match &person.overall {
            None => format!("{MISSING} {}", show.why_no_overall(person).unwrap_or_default()),
            Some(score) => {
                let position = person.cards.last().map(|card| card.position);
                let least = position.map_or(0, |position| show.places_of_score(score, position));
                let of =
                    |(card, days): (&&Card, &u64)| Some((card.scorecard.as_ref()?.score.as_number()?.clone(), *days));
                let parts: Vec<(Number, u64)> = scored.iter().zip(&days).filter_map(of).collect();
                let places = mean(&parts, score, least, show.model.company.rounding);
                let sum = parts.iter().map(|(score, days)| format!("{} × {days}", places.text(score)));
                match parts.len() {
                    1 => show.score_to(score, least),
                    _ => format!(
                        "{} = ({}) / {}",
                        places.text(score),
                        sum.collect::<Vec<_>>().join(" + "),
                        words.days(days.iter().sum())
                    ),
                }
            }
        };
        let style = if person.overall.is_some() { Style::Strong } else { Style::Poor };
        self.labelled(words.overall, &text, style);
        if let Some(card) = person.cards.last() {
            if let Some(range) = self.ranges.and_then(|ranges| ranges.overall.clone()) {
                let places = show.places_of_score(&range.least, card.position);
                if let Some(text) = show.score_range(Some(&range), places) {
                    self.labelled(words.may_be, &text, Style::Plain);
                }
            }
            let grades = self.ranges.and_then(|ranges| ranges.grade);
            self.rating(card.position, person.rating.as_ref(), grades, person.overall.as_ref());
        }
    }
}

fn empty_row() -> Vec<Cell> {
    vec![Cell::new(""); ADDS + 1]
}

/// Points of a column, or that there are none.
fn points(column: Places, points: &Value) -> String {
    points.as_number().map_or_else(|| MISSING.into(), |number| column.text(number))
}

//! A period that is running: what stands on a day of it, or where it is heading. Either is no result, and says so in every
//! form.

mod ranges;

pub use self::ranges::{OfCard, OfEntry, Places, Range, Ranges, flat};
use super::Report;
use super::layout::{Cell, Painter, Style, write_text};
use super::people::People;
use super::show::Show;
use crate::model::data::DataId;
use crate::model::types::unit::DisplayUnit;
use crate::model::{Position, PositionId};
use crate::plan::running::{ByPeriod, How, RunningPlan, Staying, StretchKind};
use crate::score::card::PersonResult;

/// What a report says of a period that is running.
pub struct Estimate<'a> {
    pub of_running: &'a RunningPlan,
    /// All ways in which the rest may go, each with all people; first the one that is shown. None where only what stands on
    /// the day is told.
    pub ways: Vec<People<'a>>,
}

impl Estimate<'_> {
    /// Of one who is reported, by the place among all people.
    pub fn ranges(&self, place: usize) -> Option<Ranges> {
        if self.ways.is_empty() {
            return None;
        }
        let ways: Vec<PersonResult> = self.ways.iter().map(|way| way.person(place).into_owned()).collect();
        Some(Ranges::of(&ways))
    }

    /// What stands in the title of every page: `Estimate as of 2026-08-15, no result`.
    pub fn mark(&self, show: &Show<'_>) -> String {
        let running = &self.of_running.running;
        show.words.no_result_as_of(&running.day.to_string(), running.how.is_some())
    }

    /// That it is no result, and all that is told.
    pub fn sentences(&self, show: &Show<'_>) -> Vec<String> {
        std::iter::once(self.mark(show)).chain(self.told(show)).collect()
    }

    /// How the rest of the period goes, and what of it is no matter of pace, in sentences.
    pub fn told(&self, show: &Show<'_>) -> Vec<String> {
        let (words, running) = (show.words, &self.of_running.running);
        let left = (running.last_day.0 - running.day.0) as u64;
        let mut told = Vec::new();
        match running.how {
            None => told.push(words.as_it_stands(&running.day.to_string())),
            Some(How::Planned) => told.push(words.rest_as_planned(left)),
            Some(How::Pace) => {
                let name = |kind: &StretchKind| match kind {
                    StretchKind::Month(month) => Some(month.to_string()),
                    StretchKind::SoFar | StretchKind::Week => None,
                };
                let months: Vec<String> = running.stretches.iter().filter_map(|one| name(&one.what)).collect();
                let weeks = running.stretches.iter().filter(|one| one.what == StretchKind::Week).count();
                told.push(words.rest_at_pace(left, &months, weeks as u64));
            }
        }
        let set = |data: DataId| show.model.data[data.0].name.as_str();
        let planned = running.by_period.iter().filter(|(_, known)| **known == ByPeriod::Planned);
        let mut planned: Vec<String> = planned.map(|((data, _), _)| format!("`{}`", set(*data))).collect();
        planned.dedup();
        if !planned.is_empty() {
            told.push(words.whole_plan(&planned.join(", ")));
        }
        for ((data, _), known) in &running.by_period {
            match known {
                ByPeriod::Planned => {}
                ByPeriod::To { last: Some(last), .. } => told.push(words.known_up_to(set(*data), &last.to_string())),
                ByPeriod::To { last: None, .. } => told.push(words.known_of_nothing(set(*data))),
            }
        }
        if running.how.is_some() {
            let mut staying: Vec<String> = self.of_running.staying.iter().map(|one| called(one, show)).collect();
            staying.sort();
            staying.dedup();
            if !staying.is_empty() {
                told.push(words.stays(&running.day.to_string(), &staying.join(", ")));
            }
            let has_vetoes =
                |position: &Position| position.scorecard.as_ref().is_some_and(|scorecard| !scorecard.vetoes.is_empty());
            if show.model.positions.iter().any(has_vetoes) {
                told.push(words.vetoes_as_they_stand());
            }
        }
        told
    }
}

/// `median of policies`
fn called(one: &Staying, show: &Show<'_>) -> String {
    format!("{} of {}", one.function.signature().name, show.model.data[one.data.0].name)
}

/// What is estimated, in lines above whatever follows from it.
pub(super) fn write_head(report: &Report<'_>, out: &mut String, width: usize, painter: Painter) {
    let Some(estimate) = &report.estimate else { return };
    let show = report.show();
    let lead = format!("{}  ", show.words.no_result);
    let below = " ".repeat(unicode_width::UnicodeWidthStr::width(&*lead));
    for (at, told) in estimate.told(&show).into_iter().enumerate() {
        let lead = if at == 0 { &lead } else { &below };
        write_text(out, &Cell::styled(told, Style::Poor), lead, width, painter);
    }
}

impl Show<'_> {
    /// `70.1–83.0`, where a score may be more than one.
    pub(super) fn score_range(&self, range: Option<&Range>, places: u32) -> Option<String> {
        let range = range.filter(|range| range.is_wide())?;
        let [least, most] = [&range.least, &range.most].map(|end| self.score_to(end, places));
        Some(match range.least.is_negative() {
            true => self.words.span(least, most),
            false => format!("{least}–{most}"),
        })
    }

    /// `1,200 to 1,500 CNY`, where a value may be more than one.
    pub(super) fn value_range(&self, range: Option<&Range>, unit: &DisplayUnit) -> Option<String> {
        let range = range.filter(|range| range.is_wide())?;
        Some(self.words.span(self.number(&range.least, unit), self.number(&range.most, unit)))
    }

    /// `A–C`, where there may be several grades.
    pub(super) fn grade_range(&self, range: Option<Places>, position: PositionId) -> Option<String> {
        let range = range.filter(Places::is_wide)?;
        let [best, last] = [range.best, range.last].map(|grade| self.grade_word(position, grade as usize));
        Some(format!("{best}–{last}"))
    }
}

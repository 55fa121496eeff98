//! A running period: how it is estimated, and the ranges.

use super::document::{
    ByPeriodJson, CardRangesJson, EndsJson, EntryRangesJson, EstimateJson, GradesJson, RangesJson, RanksJson,
    StayingJson, StretchJson,
};
use crate::model::PositionId;
use crate::plan::running::{ByPeriod, How, StretchKind};
use crate::report::Report;
use crate::report::estimate::{OfCard, OfEntry, Places, Range, Ranges};
use crate::report::show::Show;
use crate::score::card::PersonResult;

pub(super) fn estimate<'a>(report: &Report<'a>) -> Option<EstimateJson<'a>> {
    let (show, estimate) = (report.show(), report.estimate.as_ref()?);
    let (of_running, running) = (estimate.of_running, &estimate.of_running.running);
    let model = report.model;
    let stretches = running.stretches.iter().map(|stretch| StretchJson {
        kind: match stretch.what {
            StretchKind::SoFar => "so_far",
            StretchKind::Month(_) => "month",
            StretchKind::Week => "week",
        },
        first_day: stretch.first.to_string(),
        last_day: stretch.last.to_string(),
    });
    let by_period = running.by_period.iter().map(|((data, column), known)| ByPeriodJson {
        data: &model.data[data.0].name,
        column: &model.data[data.0].column(*column).name,
        plan: *known == ByPeriod::Planned,
        last_day: match known {
            ByPeriod::Planned => None,
            ByPeriod::To { last, .. } => last.map(|last| last.to_string()),
        },
    });
    let staying = of_running.staying.iter().map(|one| StayingJson {
        function: one.function.signature().name,
        data: &model.data[one.data.0].name,
        kpi: one.kpi.map(|kpi| model.kpis[kpi.0].name.as_str()),
    });
    Some(EstimateJson {
        as_of: running.day.to_string(),
        days_left: i64::from(running.last_day.0 - running.day.0),
        project: running.how.map(|how| match how {
            How::Pace => "pace",
            How::Planned => "plan",
        }),
        told: estimate.told(&show),
        stretches: stretches.filter(|_| running.how.is_some()).collect(),
        by_period: by_period.collect(),
        staying: staying.collect(),
    })
}

impl<'a> Show<'a> {
    pub(super) fn ranges_json(&self, person: &PersonResult, ranges: &Ranges) -> RangesJson<'a> {
        let last = person.cards.last().map(|card| card.position);
        let card = |(of, card): (&OfCard, &crate::score::card::Card)| CardRangesJson {
            score: ends(of.score.as_ref()),
            rating: of.grade.map(|grades| self.grades_json(grades, card.position)),
            entries: of.entries.iter().map(entry).collect(),
            outputs: of.outputs.iter().map(|range| ends(range.as_ref())).collect(),
        };
        RangesJson {
            overall: ends(ranges.overall.as_ref()),
            rating: ranges.grade.zip(last).map(|(grades, position)| self.grades_json(grades, position)),
            rank: ranges.rank.map(|Places { best, last }| RanksJson { best, last }),
            posts: ranges.posts.iter().map(|post| post.iter().map(|range| ends(range.as_ref())).collect()).collect(),
            cards: ranges.cards.iter().zip(&person.cards).map(card).collect(),
        }
    }

    fn grades_json(&self, Places { best, last }: Places, position: PositionId) -> GradesJson<'a> {
        let [best, last] = [best, last].map(|grade| self.grade_name(position, grade as usize));
        GradesJson { best, last }
    }
}

fn entry(OfEntry { value, score }: &OfEntry) -> EntryRangesJson {
    EntryRangesJson { value: ends(value.as_ref()), score: ends(score.as_ref()) }
}

fn ends(range: Option<&Range>) -> Option<EndsJson> {
    range.map(|Range { least, most }| EndsJson { least: least.clone(), most: most.clone() })
}

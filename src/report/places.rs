//! How many places behind the point tell the truth: parts that stand beside their sum add up to it as they are shown,
//! and nothing seems to lie on the other side of a limit, or level with what it differs from. The one place that
//! decides this for all reports.

use super::digits::{PLACES, grouped};
use super::show::Show;
use crate::language::Combine;
use crate::model::expr::{Expr, Kind};
use crate::model::types::unit::DisplayUnit;
use crate::model::{Entry, Group, Head, KpiId, Model, PositionId, ScoreCurve, Veto};
use crate::number::{Number, Rounding};
use crate::score::card::{EntryResult, EntryResultKind, RatingResult, ScoreStep, ScorecardResult, StepKind};
use crate::value::Value;

/// Parts that need more places than these beside the usual ones, mostly thirds, never add up; they are shown as what
/// they are, with `…`.
const MORE: u32 = 6;

/// Two scores that differ only behind so many places are shown as equal.
const MOST: u32 = 60;

/// Shown numbers and their shown sum.
pub struct Sum {
    pub parts: Vec<Number>,
    pub whole: Number,
}

fn add_up(sums: &[Sum], places: u32, rounding: Rounding) -> bool {
    let shown = |number: &Number| number.round_places(places, rounding);
    let total = |parts: &[Number]| parts.iter().map(shown).fold(Number::ZERO, |sum, part| sum.add(&part));
    sums.iter().all(|sum| total(&sum.parts) == shown(&sum.whole))
}

/// The numbers of one column: all have the same places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    least: u32,
    /// `None`: no number of places makes the sums right.
    places: Option<u32>,
    rounding: Rounding,
}

impl Column {
    /// As many places, from `least` on, as the sums need.
    pub fn of(sums: &[Sum], least: u32, rounding: Rounding) -> Column {
        let adds_up = |places: &u32| add_up(sums, *places, rounding);
        Column { least, places: (least..=least + MORE).find(adds_up), rounding }
    }

    /// With more places, where some make the sums right and let no number seem to have reached an edge.
    fn telling(self, sums: &[Sum], edged: &[Edged]) -> Column {
        let Some(first) = self.places else { return self };
        let right = |places: &u32| tell(edged, *places, self.rounding) && add_up(sums, *places, self.rounding);
        Column { places: (first..=self.least + MORE).find(right).or(self.places), ..self }
    }

    /// The places of a number that none of the sums is about.
    pub fn places(self) -> u32 {
        self.places.unwrap_or(self.least.max(PLACES))
    }

    /// `24.80`; `33.33…` where the digits go on and no number of them would do.
    pub fn digits(self, number: &Number) -> String {
        if let Some(places) = self.places {
            return number.to_fixed(places, self.rounding);
        }
        let places = self.least.max(PLACES);
        if number.round_places(places, self.rounding) == *number {
            return number.to_fixed(places, self.rounding);
        }
        let cut = number.abs().to_fixed(places, Rounding::Down);
        format!("{}{cut}…", if number.is_negative() { "-" } else { "" })
    }

    pub fn text(self, number: &Number) -> String {
        grouped(&self.digits(number))
    }

    /// A part of 1 in percent: `12.5%`, `33.33…%`.
    pub fn percent(self, share: &Number) -> String {
        let digits = self.digits(&share.mul(&Number::from(100)));
        let short = match digits.contains('.') && !digits.ends_with('…') {
            true => digits.trim_end_matches('0').trim_end_matches('.'),
            false => &digits,
        };
        format!("{}{}", grouped(short), DisplayUnit::percent().singular)
    }

    /// Whether two numbers look the same.
    pub fn looks_like(self, one: &Number, other: &Number) -> bool {
        self.digits(one) == self.digits(other)
    }
}

/// The columns of a scorecard, and its total.
pub struct OfCard {
    pub adds: Column,
    pub scores: Column,
    /// The total, as the company rounds it.
    pub total: u32,
    /// The total before it was rounded, where that makes a difference to see.
    pub before_rounding: Option<Number>,
}

impl OfCard {
    pub fn score(&self, score: &Number, show: Show<'_>) -> String {
        if show.model.company.score_decimals.is_none() && self.adds.places.is_none() {
            return self.adds.text(score);
        }
        show.score_to(score, self.total)
    }

    /// The score behind a step: rounded and capped scores as the total, the others as what adds up.
    pub fn step(&self, step: &ScoreStep, show: Show<'_>) -> String {
        match step.what {
            StepKind::Rounded | StepKind::Veto(_) | StepKind::Ruled => self.score(&step.score, show),
            StepKind::Adjusted | StepKind::Range => self.adds.text(&step.score),
        }
    }
}

impl Show<'_> {
    /// The places that scores have at least.
    pub fn least_places_of_scores(&self) -> u32 {
        self.model.company.score_decimals.unwrap_or(PLACES)
    }

    /// The places of the score of somebody in a position, so that it does not seem to be across a grade's edge.
    pub fn places_of_score(&self, score: &Number, position: PositionId) -> u32 {
        score.telling_places(self.least_places_of_scores(), &self.limits(position), self.model.company.rounding)
    }

    /// The score of somebody in a position.
    pub fn score_in(&self, score: &Number, position: PositionId) -> String {
        self.score_to(score, self.places_of_score(score, position))
    }

    /// 0, and where grades start.
    fn limits(&self, position: PositionId) -> Vec<Number> {
        let grades = self.rating_of(position).map(|rating| rating.grades.as_slice()).unwrap_or_default();
        let edges = grades.iter().filter_map(|grade| grade.condition.as_ref().map(|(_, edge)| edge.clone()));
        edges.chain([Number::ZERO]).collect()
    }

    /// What a rating looked at, where the score seems to lie in another grade.
    pub fn rated_by(&self, score: &Number, rating: &RatingResult, position: PositionId) -> Option<String> {
        let seen = rating.unrounded.as_ref()?;
        let limits = self.limits(position);
        let across = limits.iter().any(|limit| score.cmp(limit) != seen.cmp(limit));
        across.then(|| self.words.rated_by(&self.score_to(seen, self.places_of_score(seen, position))))
    }

    /// The places of the scores of people in a position who are ranked together: those that differ look different.
    pub fn places_of_ranked(&self, scores: &[Option<&Number>], position: PositionId) -> Vec<u32> {
        let rounding = self.model.company.rounding;
        let mut order: Vec<usize> = (0..scores.len()).filter(|at| scores[*at].is_some()).collect();
        order.sort_by(|one, other| scores[*one].cmp(&scores[*other]));
        let limits = self.limits(position);
        let of_score = |score: &Number| score.telling_places(self.least_places_of_scores(), &limits, rounding);
        let mut places: Vec<u32> = scores.iter().map(|score| score.map_or(0, of_score)).collect();
        for pair in order.windows(2) {
            let (Some(one), Some(other)) = (scores[pair[0]], scores[pair[1]]) else { continue };
            if one == other {
                continue;
            }
            let least = places[pair[0]].min(places[pair[1]]);
            let differ = |places: &u32| one.round_places(*places, rounding) != other.round_places(*places, rounding);
            let apart = (least..=MOST).find(differ).unwrap_or(least);
            for at in pair {
                places[*at] = places[*at].max(apart);
            }
        }
        places
    }

    /// The places of a value, where it needs more than values have, so that it does not seem to be on the other side of a
    /// limit; 0 where it does not.
    pub fn places_beside(&self, value: &Value, unit: &DisplayUnit, limits: &[Number]) -> u32 {
        let in_unit = |number: &Number| number.div(&unit.factor).unwrap_or_else(|| number.clone());
        let Value::Number(number) = value else { return 0 };
        let limits: Vec<Number> = limits.iter().map(in_unit).collect();
        let places = in_unit(number).telling_places(PLACES, &limits, self.model.company.rounding);
        if places > PLACES { places } else { 0 }
    }

    pub fn of_card(&self, position: PositionId, result: &ScorecardResult) -> OfCard {
        let (company, least) = (&self.model.company, self.least_places_of_scores());
        let rounding = company.rounding;
        let total = result.score.as_number().map_or(least, |score| self.places_of_score(score, position));
        let mut sums = Sums::default();
        if let Some(model) = &self.position(position).scorecard {
            let combined = result.combined.as_number();
            sums.group(&model.root, &result.entries, combined, combined, false);
        }
        // The steps stand in order, each with the score it left.
        let (mut before_rounding, mut last) = (None, result.combined.as_number());
        for step in &result.steps {
            match step.what {
                StepKind::Adjusted => {
                    let parts = result.adjustments.iter().filter_map(|one| one.points.as_number());
                    let parts = result.combined.as_number().into_iter().chain(parts).cloned().collect();
                    sums.adds.push(Sum { parts, whole: step.score.clone() });
                }
                StepKind::Rounded => before_rounding = last.cloned(),
                StepKind::Range | StepKind::Veto(_) | StepKind::Ruled => {}
            }
            last = Some(&step.score);
        }
        let least_added = if company.score_decimals.is_some() { least } else { total };
        let adds = Column::of(&sums.adds, least_added, rounding).telling(&sums.adds, &sums.added);
        let total = if company.score_decimals.is_some() { total } else { total.max(adds.places()) };
        let rounded = result.steps.iter().find(|step| step.what == StepKind::Rounded);
        let before_rounding =
            before_rounding.zip(rounded).filter(|(before, rounded)| !adds.looks_like(before, &rounded.score));
        OfCard {
            adds,
            scores: Column::of(&sums.scores, least, rounding).telling(&sums.scores, &sums.scored),
            total,
            before_rounding: before_rounding.map(|(before, _)| before),
        }
    }
}

/// The sums that stand in the columns of a card.
#[derive(Default)]
struct Sums {
    adds: Vec<Sum>,
    scores: Vec<Sum>,
    /// Scores of entries and groups.
    scored: Vec<Edged>,
    /// What entries in points add, where each adds its own.
    added: Vec<Edged>,
}

/// A score, and what it must not seem to have reached: 0, and all points of its entry.
type Edged = (Number, [Number; 2]);

fn tell(edged: &[Edged], places: u32, rounding: Rounding) -> bool {
    edged.iter().all(|(score, edges)| {
        let shown = score.round_places(places, rounding);
        edges.iter().all(|edge| shown.cmp(edge) == score.cmp(edge))
    })
}

impl Sums {
    /// `added` is what the group adds to the total, `score` its own; `shown`: it has a line of its own.
    fn group(
        &mut self,
        group: &Group,
        results: &[EntryResult],
        added: Option<&Number>,
        score: Option<&Number>,
        shown: bool,
    ) {
        let contributions: Option<Vec<Number>> = results.iter().map(|result| result.contribution.clone()).collect();
        if let (Some(parts), Some(whole)) = (contributions, added) {
            self.adds.push(Sum { parts, whole: whole.clone() });
        }
        let points = group.entries.iter().any(|entry| entry.points.is_some());
        let sum = group.combine == Combine::Sum || points && group.combine == Combine::WeightedMean;
        let scores: Option<Vec<Number>> = results.iter().map(|result| result.score.as_number().cloned()).collect();
        if let (Some(parts), Some(whole), true) = (scores, score, sum && shown) {
            self.scores.push(Sum { parts, whole: whole.clone() });
        }
        for (entry, result) in group.entries.iter().zip(results) {
            let edged = |number: &Number| (number.clone(), [Number::ZERO, entry.full()]);
            self.scored.extend(result.score.as_number().map(edged));
            if entry.points.is_some() && result.contribution.as_ref() == result.score.as_number() {
                self.added.extend(result.contribution.as_ref().map(edged));
            }
            if let (Head::Group(inner), EntryResultKind::Group(results)) = (&entry.head, &result.what) {
                self.group(inner, results, result.contribution.as_ref(), result.score.as_number(), true);
            }
        }
    }
}

/// What the value of an entry is compared with: the limits of its steps, and those of conditions on its KPI.
pub fn limits_of(model: &Model, entry: &Entry, kpi: KpiId, vetoes: &[Veto]) -> Vec<Number> {
    let mut limits = Vec::new();
    if let Head::Kpi(entry) = &entry.head
        && let Some(score) = entry.score.as_ref().filter(|score| !score.on_attainment)
    {
        let curve = match &score.curve {
            ScoreCurve::Own(curve) => Some(curve),
            ScoreCurve::Scale(scale) => Some(&model.scales[scale.0].curve),
            ScoreCurve::Attainment { .. } => None,
        };
        let edges = curve.into_iter().flat_map(|curve| curve.kind.limits());
        limits.extend(edges.filter_map(|edge| model.constant_value(edge, None)));
    }
    vetoes.iter().for_each(|veto| compared(model, &veto.condition, kpi, &mut limits));
    limits
}

/// The numbers that a KPI is compared with in a condition.
fn compared(model: &Model, condition: &Expr, kpi: KpiId, limits: &mut Vec<Number>) {
    if let Kind::Binary(_, left, right) = &condition.kind {
        for (one, other) in [(left, right), (right, left)] {
            if matches!(one.kind, Kind::Kpi(read) if read == kpi) {
                limits.extend(model.constant_value(other, None));
            }
        }
    }
    condition.parts().into_iter().for_each(|part| compared(model, part, kpi, limits));
}

/// Weights that stand beside each other: as they are shown they total what they do.
pub fn weights(results: &[EntryResult], rounding: Rounding) -> Column {
    let parts: Vec<Number> = results.iter().map(|result| result.effective_weight.mul(&Number::from(100))).collect();
    let whole = parts.iter().fold(Number::ZERO, |sum, part| sum.add(part));
    Column::of(&[Sum { parts, whole }], PLACES, rounding)
}

/// Scores weighted by days, and their mean: as they are shown.
pub fn mean(scores: &[(Number, u64)], overall: &Number, least: u32, rounding: Rounding) -> Column {
    let days = Number::from(scores.iter().map(|(_, days)| days).sum::<u64>());
    let right = |places: &u32| {
        let shown = |number: &Number| number.round_places(*places, rounding);
        let weighed = scores.iter().map(|(score, days)| shown(score).mul(&Number::from(*days)));
        let mean = weighed.fold(Number::ZERO, |sum, one| sum.add(&one)).div(&days);
        mean.is_some_and(|mean| shown(&mean) == shown(overall))
    };
    Column { least, places: (least..=least + MORE).find(right), rounding }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn n(text: &str) -> Number {
        match text.split_once('/') {
            Some((one, other)) => n(one).div(&n(other)).unwrap(),
            None => text.parse().unwrap(),
        }
    }

    fn column(sums: &[(&[&str], &str)], least: u32) -> Column {
        let sum = |(parts, whole): &(&[&str], &str)| Sum {
            parts: parts.iter().map(|part| n(part)).collect(),
            whole: n(whole),
        };
        Column::of(&sums.iter().map(sum).collect::<Vec<_>>(), least, Rounding::HalfUp)
    }

    #[test]
    fn limits_are_not_crossed() {
        let places = |number: &str, limits: &[&str]| {
            let limits: Vec<Number> = limits.iter().map(|limit| n(limit)).collect();
            n(number).telling_places(2, &limits, Rounding::HalfUp)
        };
        assert_eq!(places("74.999", &["75", "0"]), 3);
        assert_eq!(places("74.99", &["75"]), 2);
        assert_eq!(places("75", &["75"]), 2);
        assert_eq!(places("75.0000004", &["75"]), 7);
        assert_eq!(places("-0.001", &["0"]), 3);
        assert_eq!(places("224.999/3", &["75"]), 4);
    }

    #[test]
    fn parts_add_up_as_they_are_shown() {
        let one = column(&[(&["24.8", "24.8", "24.8"], "74.4")], 0);
        assert_eq!((one.text(&n("24.8")), one.text(&n("74.4"))), ("24.8".into(), "74.4".into()));
        assert_eq!(column(&[(&["25", "25", "25"], "75")], 0).places(), 0);
        assert_eq!(column(&[(&["1.005", "1.005"], "2.01")], 2).places(), 3);
        let thirds = column(&[(&["100/3", "100/3", "100/3"], "100")], 2);
        assert_eq!((thirds.text(&n("100/3")), thirds.text(&n("100"))), ("33.33…".into(), "100.00".into()));
        assert_eq!(thirds.text(&n("-200/3")), "-66.66…");
        assert_eq!((thirds.percent(&n("1/3")), thirds.percent(&n("0.5"))), ("33.33…%".into(), "50%".into()));
    }

    #[test]
    fn a_mean_is_that_of_the_scores_shown() {
        let scores = [(n("80.004"), 31), (n("80.004"), 30)];
        assert_eq!(mean(&scores, &n("80.004"), 2, Rounding::HalfUp).places(), 2);
        let scores = [(n("0.005"), 1), (n("0.005"), 1), (n("0"), 2)];
        assert_eq!(mean(&scores, &n("0.0025"), 2, Rounding::HalfUp).places(), 3);
    }
}

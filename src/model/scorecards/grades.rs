//! Which grades a scorecard's scores allow: the least and the most it can give, with the arithmetic.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic};
use crate::language::{BinaryOp, Combine, PartOfPeriod, WhenMissing};
use crate::model::checker::Checker;
use crate::model::proofs::ranges::{Known, KpiRanges, Ranges};
use crate::model::{
    Adjustment, Entry, Grade, Group, Head, Model, Position, PositionId, RatingId, Scorecard, VetoEffect,
};
use crate::number::{Number, Rounding};
use crate::source::Span;
use crate::value::{Interval, percent};

/// What a scorecard, or a part of one, can come to.
struct Reach {
    range: Interval,
    /// How the least and the most come about.
    low: String,
    high: String,
}

/// An entry on its level.
struct LevelEntry {
    weight: Number,
    range: Interval,
    /// It may have no score, and then its weight goes to the others.
    gives_away: bool,
    /// For a value that is missing, not because it does not apply.
    missed: bool,
}

/// A scorecard and a grade that its scores do not allow.
struct Unreached {
    position: String,
    /// Where it names the rating.
    at: Span,
    end: Number,
    sum: String,
}

/// What the scores of one rated scorecard leave out.
pub(in crate::model) struct Rated {
    rating: RatingId,
    /// Grades above all of its scores.
    above: Vec<(usize, Unreached)>,
    /// The first grade whose condition every score meets, where there is one behind it.
    always: Option<(usize, Unreached)>,
}

impl Model {
    /// Between which ends the score of a position lies, as far as that is certain before any data is seen.
    pub fn score_interval(&self, position: PositionId) -> Interval {
        let position = &self.positions[position.0];
        let Some(card) = &position.scorecard else { return Interval::ALL };
        let kpis = KpiRanges::new(self, false);
        Ranges::new(self, &kpis).total(card, false, &mut vec![position.name.clone()]).range
    }

    /// The same of an output.
    pub fn output_interval(&self, position: PositionId, output: usize) -> Interval {
        let kpis = KpiRanges::new(self, false);
        let score = Some(self.score_interval(position));
        let output = &self.positions[position.0].outputs[output];
        let range = Ranges::new(self, &kpis).of(&output.value, &Known { score, ..Known::default() });
        match output.part {
            Some(PartOfPeriod::Prorated) => range.hull(&Interval::point(Number::ZERO)),
            Some(PartOfPeriod::InFull) | None => range,
        }
    }

    /// Which grades a position's scorecard cannot give. `at`: where it names its rating.
    pub(in crate::model) fn rated(&self, position: &Position, at: Span, kpis: &KpiRanges) -> Option<Rated> {
        let card = position.scorecard.as_ref()?;
        let id = card.rating?;
        let rating = &self.ratings[id.0];
        let mut ranges = Ranges::new(self, kpis);
        let open = || vec![position.name.clone()];
        let range = ranges.total(card, rating.sees_raw_score, &mut open()).range;
        let missed = |grade: &Grade| match (&range.high, &grade.condition) {
            (Some(high), Some((op, limit))) => !meets(*op, high, limit),
            _ => false,
        };
        let above: Vec<usize> = (0..rating.grades.len()).filter(|at| missed(&rating.grades[*at])).collect();
        // The first grade whose condition every score meets; those behind it are never given.
        let always = range.low.as_ref().and_then(|low| {
            let met = |(op, limit): &(BinaryOp, Number)| meets(*op, low, limit);
            let grade = rating.grades.iter().position(|grade| grade.condition.as_ref().is_none_or(met))?;
            let lowered = card.vetoes.iter().any(|veto| matches!(veto.effect, VetoEffect::RatingAtMost(_)));
            let last = grade + 1 == rating.grades.len();
            (!last && !lowered && rating.distribution.is_empty()).then_some(grade)
        });
        if above.is_empty() && always.is_none() {
            return Some(Rated { rating: id, above: Vec::new(), always: None });
        }
        // Only now is the arithmetic wanted in words.
        ranges.in_words = true;
        let reach = ranges.total(card, rating.sees_raw_score, &mut open());
        let unreached = |end: &Option<Number>, sum: &str| {
            let end = end.clone()?;
            Some(Unreached { position: position.name.clone(), at, end, sum: sum.to_string() })
        };
        let high = |grade| Some((grade, unreached(&reach.range.high, &reach.high)?));
        Some(Rated {
            rating: id,
            above: above.into_iter().filter_map(high).collect(),
            always: always.and_then(|grade| Some((grade, unreached(&reach.range.low, &reach.low)?))),
        })
    }
}

impl Checker<'_> {
    /// Grades that nobody can reach, and grades that everybody is above. `cards`: in step with the positions; `None`
    /// where a scorecard has a mistake, or no rating.
    pub(in crate::model) fn reachable_grades<'r>(&mut self, cards: impl Iterator<Item = Option<&'r Rated>>) {
        let mut above: BTreeMap<(RatingId, usize), Vec<&Unreached>> = BTreeMap::new();
        let mut below: BTreeMap<RatingId, Vec<Option<&(usize, Unreached)>>> = BTreeMap::new();
        for (position, rated) in self.model.positions.iter().zip(cards) {
            match rated {
                Some(rated) => {
                    for (grade, card) in &rated.above {
                        above.entry((rated.rating, *grade)).or_default().push(card);
                    }
                    below.entry(rated.rating).or_default().push(rated.always.as_ref());
                }
                // A scorecard with a mistake, of which nothing is known, may need them all.
                None => {
                    if let Some(id) = position.scorecard.as_ref().and_then(|card| card.rating) {
                        below.entry(id).or_default().push(None);
                    }
                }
            }
        }
        for ((rating, grade), cards) in above {
            self.unreached(rating, grade, &cards);
        }
        for (rating, cards) in below {
            if let Some(cards) = cards.into_iter().collect::<Option<Vec<_>>>() {
                self.unneeded(rating, &cards);
            }
        }
    }

    /// One finding for each grade that some scorecards cannot reach.
    fn unreached(&mut self, rating: RatingId, grade: usize, cards: &[&Unreached]) {
        let Some(first) = cards.first() else { return };
        let grade = self.model.ratings[rating.0].grades[grade].clone();
        let Some((op, limit)) = &grade.condition else { return };
        let (name, highest) = (&grade.name, shown_beside(&first.end, limit));
        let same = cards.iter().all(|card| card.end == first.end);
        let mut positions: Vec<String> = cards.iter().map(|card| format!("`{}`", card.position)).collect();
        // Versions of a position have one name.
        positions.dedup();
        let last = positions.pop().unwrap_or_default();
        let positions = if positions.is_empty() { last } else { format!("{} or {last}", positions.join(", ")) };
        let gives = match (cards.len(), same) {
            (1, _) => format!("the scorecard gives at most {highest} points"),
            (_, true) => format!("their scorecards give at most {highest} points"),
            (_, false) => "their scorecards give fewer points".to_string(),
        };
        let starts = if *op == BinaryOp::Greater { "starts above" } else { "starts at" };
        let message = format!("nobody in {positions} can be rated {name}: {gives}, and {name} {starts} {limit}");
        let mut finding = Diagnostic::new(Code::Unreachable, message);
        if cards.len() == 1 {
            finding = finding.at(first.at, "rated here").at(grade.span, "never reached");
        } else {
            finding = finding.at(grade.span, "never reached");
        }
        for card in cards {
            let whose = if cards.len() == 1 { String::new() } else { format!("`{}`: ", card.position) };
            finding = finding.note(format!("{whose}at most {}", card.sum));
        }
        self.report(finding.help("raise the highest score of some entry, or lower the grade's limit"));
    }

    /// Grades that no scorecard with this rating gives, as all of them give more.
    fn unneeded(&mut self, rating: RatingId, cards: &[&(usize, Unreached)]) {
        let Some(lowest) = cards.iter().map(|(grade, _)| *grade).max() else { return };
        let rating = self.model.ratings[rating.0].clone();
        let grades = &rating.grades[lowest + 1..];
        let Some((_, limit)) = &rating.grades[lowest].condition else { return };
        let names: Vec<&str> = grades.iter().map(|grade| grade.name.as_str()).collect();
        let names = names.join(" or ");
        let least = cards.iter().map(|(_, card)| &card.end).min();
        let least = least.map(|least| shown_beside(least, limit)).unwrap_or_default();
        let above = &rating.grades[lowest].name;
        let message =
            format!("nobody can be rated {names}: every score is at least {least}, and {above} starts at {limit}");
        let mut finding = Diagnostic::new(Code::UnneededGrade, message).at(grades[0].span, "never given");
        for (_, card) in cards {
            let whose = if cards.len() == 1 { String::new() } else { format!("`{}`: ", card.position) };
            finding = finding.note(format!("{whose}at least {}", card.sum));
        }
        self.report(finding.help("let the worst values score less, raise the limits, or remove the grade"));
    }
}

fn meets(op: BinaryOp, score: &Number, limit: &Number) -> bool {
    if op == BinaryOp::Greater { score > limit } else { score >= limit }
}

/// An end of the scores so that it does not seem to reach a limit that it misses.
fn shown_beside(number: &Number, limit: &Number) -> String {
    let places = number.telling_places(2, [limit], Rounding::HalfUp);
    number.round_places(places, Rounding::HalfUp).to_string()
}

fn shown(number: &Number) -> String {
    number.round_places(2, Rounding::HalfUp).to_string()
}

impl Ranges<'_> {
    /// The score of a scorecard as its rating sees it. `open` are the positions whose scores are being asked for.
    fn total(&self, card: &Scorecard, raw: bool, open: &mut Vec<String>) -> Reach {
        let points = card.root.entries.iter().any(|entry| entry.points.is_some());
        let missed = card.complete_at_least.as_ref().map(|least| Number::ONE.sub(least));
        let Reach { mut range, mut low, mut high } = self.group(&card.root, card, points, missed, open);
        for adjustment in &card.adjustments {
            let mut change = self.adjustment(adjustment);
            // A missing one is left out, or leaves no score at all.
            change = change.hull(&Interval::point(Number::ZERO));
            let (word, sign) = if adjustment.deduct { ("deduction", "-") } else { ("bonus", "+") };
            let text = |end: &Option<Number>| match end {
                Some(end) if end.is_zero() => String::new(),
                Some(end) => format!(" {sign} {} of {word}", shown(&end.abs())),
                None => String::new(),
            };
            if adjustment.deduct {
                change = change.neg();
            }
            if self.in_words {
                low += &text(&change.low);
                high += &text(&change.high);
            }
            range = range.add(&change);
        }
        let in_words = self.in_words;
        let sum = |text: String, end: &Option<Number>| {
            end.as_ref().filter(|_| in_words).map(|end| match shown(end).strip_prefix('≈') {
                Some(nearly) => format!("{text} ≈ {nearly}"),
                None => format!("{text} = {}", shown(end)),
            })
        };
        let (mut low, mut high) = (sum(low, &range.low), sum(high, &range.high));
        if let Some((least, most)) = &card.range {
            let said = |sum: Option<String>, words: String| {
                Some(sum.map_or(words.clone(), |sum| format!("{sum}, and {words}")))
            };
            if self.in_words && range.high.as_ref().is_none_or(|high| high > most) {
                high = said(high, format!("the range ends at {most}"));
            }
            if self.in_words && range.low.as_ref().is_none_or(|low| low < least) {
                low = said(low, format!("the range starts at {least}"));
            }
            let (least, most) = (Interval::point(least.clone()), Interval::point(most.clone()));
            range = range.max(&least).min(&most);
        }
        if !raw {
            range = range.map(|end| self.model.company.rounded(end));
        }
        for veto in &card.vetoes {
            if let VetoEffect::ScoreAtMost(cap) = &veto.effect
                && range.low.as_ref().is_some_and(|low| cap < low)
            {
                low = low.map(|low| format!("{low}, and a veto gives at most {cap}"));
                range.low = Some(cap.clone());
            }
        }
        Reach { range, low: low.unwrap_or_default(), high: high.unwrap_or_default() }
    }

    /// The points of a bonus or a deduction, above 0 in both cases.
    fn adjustment(&self, adjustment: &Adjustment) -> Interval {
        let known = Default::default();
        let mut steps = self.kpi(adjustment.kpi).div(&self.of(&adjustment.step, &known));
        if adjustment.full_steps {
            steps = steps.map(Number::floor);
        }
        let points = self.of(&adjustment.amount, &known).mul(&steps.max(&Interval::point(Number::ZERO)));
        match &adjustment.limit {
            Some(limit) => points.min(&self.of(limit, &known)),
            None => points,
        }
    }

    /// `missed`: how much of its weight may be missing, where the scorecard bounds that.
    fn group(
        &self,
        group: &Group,
        card: &Scorecard,
        points: bool,
        missed: Option<Number>,
        open: &mut Vec<String>,
    ) -> Reach {
        let combine = if points && group.combine == Combine::WeightedMean { Combine::Sum } else { group.combine };
        let parts: Vec<LevelEntry> = group.entries.iter().map(|entry| self.part(entry, card, &missed, open)).collect();
        if parts.is_empty() {
            return Reach { range: Interval::ALL, low: String::new(), high: String::new() };
        }
        if combine == Combine::Geometric {
            return self.geometric(&parts);
        }
        let term = |part: &LevelEntry| match combine {
            Combine::Sum => part.range.clone(),
            _ => part.range.mul(&Interval::point(part.weight.clone())),
        };
        let text = |part: &LevelEntry, end: &Option<Number>| {
            let end = end.as_ref().map(shown).unwrap_or_default();
            if combine == Combine::Sum {
                end
            } else {
                format!("{} × {end}", percent(&part.weight.round_places(4, Rounding::HalfUp)))
            }
        };
        let texts = |of: &dyn Fn(&LevelEntry) -> Option<Number>| {
            if !self.in_words {
                return String::new();
            }
            parts.iter().map(|part| text(part, &of(part))).collect::<Vec<_>>().join(" + ")
        };
        let sum = parts.iter().map(term).reduce(|sum, term| sum.add(&term)).unwrap_or(Interval::ALL);
        let mut reach = Reach {
            range: sum,
            low: texts(&|part| part.range.low.clone()),
            high: texts(&|part| part.range.high.clone()),
        };
        if parts.iter().any(|part| part.gives_away) {
            // What a part gives for each bit of its weight: the mean of any of them lies among these.
            let each = |part: &LevelEntry| match combine {
                Combine::Sum => part.range.div(&Interval::point(part.weight.clone())),
                _ => part.range.clone(),
            };
            let rates: Vec<(&LevelEntry, Interval)> = parts.iter().map(|part| (part, each(part))).collect();
            let most = best(&rates, &missed, |range| range.high.clone());
            let least = best(&rates, &missed, |range| range.low.as_ref().map(Number::neg)).map(|least| least.neg());
            let beyond = |one: &Option<Number>, other: &Option<Number>| one.as_ref() != other.as_ref();
            if self.in_words && beyond(&most, &reach.range.high) {
                reach.high =
                    most.as_ref().map(|most| format!("{} where others are missing", shown(most))).unwrap_or_default();
            }
            if self.in_words && beyond(&least, &reach.range.low) {
                reach.low = least
                    .as_ref()
                    .map(|least| format!("{} where others are missing", shown(least)))
                    .unwrap_or_default();
            }
            reach.range = Interval { low: least, high: most };
        }
        reach
    }

    /// The product of the scores, each to the power of its weight; between the least and the most of them.
    fn geometric(&self, parts: &[LevelEntry]) -> Reach {
        // Nothing below 0 has a geometric mean.
        let zero = Interval::point(Number::ZERO);
        let whole = parts.iter().map(|part| part.range.clone()).reduce(|one, other| one.hull(&other));
        let mut range = whole.unwrap_or(Interval::ALL).max(&zero);
        if !parts.iter().any(|part| part.gives_away) {
            let power = |part: &LevelEntry| part.range.max(&zero).pow(&Interval::point(part.weight.clone()));
            if let Some(product) = parts.iter().map(power).reduce(|one, other| one.mul(&other)) {
                range = range.within(&product);
            }
        }
        let text = |of: &dyn Fn(&Interval) -> Option<Number>| {
            if !self.in_words {
                return String::new();
            }
            let terms = parts.iter().map(|part| {
                format!("{} ^ {}", of(&part.range).as_ref().map(shown).unwrap_or_default(), percent(&part.weight))
            });
            terms.collect::<Vec<_>>().join(" × ")
        };
        Reach { low: text(&|range| range.low.clone()), high: text(&|range| range.high.clone()), range }
    }

    fn part(&self, entry: &Entry, card: &Scorecard, missed: &Option<Number>, open: &mut Vec<String>) -> LevelEntry {
        let mut range = self.gives(entry, card, missed, open);
        if let Some(cap) = entry.cap() {
            range = range.min(&Interval::point(cap));
        }
        let is_group = matches!(entry.head, Head::Group(_));
        if !is_group && card.when_missing == WhenMissing::Zero && self.entry_may_be_missing(entry, card) {
            range = range.hull(&Interval::point(Number::ZERO));
        }
        let gives_away = self.gives_away(entry, card);
        LevelEntry { weight: entry.weight.clone(), range, gives_away, missed: gives_away && !may_not_apply(entry) }
    }

    /// What an entry can come to, before the limit that it states for itself.
    pub(super) fn gives(
        &self,
        entry: &Entry,
        card: &Scorecard,
        missed: &Option<Number>,
        open: &mut Vec<String>,
    ) -> Interval {
        match &entry.head {
            Head::Kpi(kpi) => self.scored(kpi, entry),
            Head::Group(group) => {
                let points = group.entries.iter().any(|entry| entry.points.is_some());
                // All that may be missing can be missing in one group.
                let inside = missed.as_ref().and_then(|missed| missed.div(&entry.weight));
                let range = self.group(group, card, points, inside, open).range;
                if points { range } else { scaled(&range, entry) }
            }
            Head::ScoreOf(position) => scaled(&self.score_of(position, open), entry),
            Head::ScoreOfReports => scaled(&self.score_of_reports(open), entry),
        }
    }

    fn entry_may_be_missing(&self, entry: &Entry, card: &Scorecard) -> bool {
        match &entry.head {
            Head::Kpi(kpi) => self.may_be_missing(kpi),
            Head::Group(group) => group.entries.iter().all(|inner| self.gives_away(inner, card)),
            Head::ScoreOf(_) | Head::ScoreOfReports => true,
        }
    }

    /// Whether an entry may have no score, and then its weight goes to the others.
    fn gives_away(&self, entry: &Entry, card: &Scorecard) -> bool {
        let redistributes = card.when_missing == WhenMissing::Redistribute || matches!(entry.head, Head::Group(_));
        entry.applies_when.is_some() || (redistributes && self.entry_may_be_missing(entry, card))
    }

    /// What the scorecards of those give who report to the position asked for last.
    fn score_of_reports(&self, open: &mut Vec<String>) -> Interval {
        let Some(mine) = open.last().cloned() else { return Interval::ALL };
        let reports = self.model.positions.iter().filter(|known| known.reports_to.as_ref() == Some(&mine));
        let ranges: Vec<Interval> = reports.map(|known| self.score_of(&known.name, open)).collect();
        ranges.into_iter().reduce(|one, other| one.hull(&other)).unwrap_or(Interval::ALL)
    }

    /// What the scorecards of another position give.
    fn score_of(&self, position: &str, open: &mut Vec<String>) -> Interval {
        if open.iter().any(|known| known == position) {
            return Interval::ALL;
        }
        open.push(position.to_string());
        let cards = self.model.positions.iter().filter(|known| known.name == position);
        let ranges = cards.filter_map(|known| known.scorecard.as_ref()).map(|card| self.total(card, false, open).range);
        let range = ranges.reduce(|one, other| one.hull(&other)).unwrap_or(Interval::ALL);
        open.pop();
        range
    }
}

/// A score out of 100 inside a scorecard in points.
fn scaled(range: &Interval, entry: &Entry) -> Interval {
    match &entry.points {
        Some(points) => range.mul(&Interval::point(points.mul(&Number::from_parts(1, 2)))),
        None => range.clone(),
    }
}

/// Whether an entry, or all in it, may count for nothing without being missed.
fn may_not_apply(entry: &Entry) -> bool {
    let all_inside = match &entry.head {
        Head::Group(group) => group.entries.iter().all(may_not_apply),
        _ => false,
    };
    entry.applies_when.is_some() || all_inside
}

/// The greatest weighted mean of what is left when any of the parts that may be missing are; of a part that may be
/// missing just a bit is taken to be, where not all may be missing at once.
fn best(
    parts: &[(&LevelEntry, Interval)],
    missed: &Option<Number>,
    of: impl Fn(&Interval) -> Option<Number>,
) -> Option<Number> {
    let (mut sum, mut weight) = (Number::ZERO, Number::ZERO);
    let too_much = |part: &LevelEntry| missed.as_ref().is_some_and(|missed| part.missed && part.weight > *missed);
    let mut rest: Vec<(&LevelEntry, Number)> = Vec::new();
    for (part, range) in parts {
        let rate = of(range)?;
        if part.gives_away && !too_much(part) {
            rest.push((part, rate));
        } else {
            sum = sum.add(&part.weight.mul(&rate));
            weight = weight.add(&part.weight);
        }
    }
    // What must stay of those that may be missing: the best of it.
    let may_go = rest.iter().filter(|(part, _)| part.missed).fold(Number::ZERO, |all, (part, _)| all.add(&part.weight));
    let mut stays = missed.as_ref().map_or(Number::ZERO, |missed| may_go.sub(missed).max(Number::ZERO));
    rest.sort_by(|(_, one), (_, other)| other.cmp(one));
    let mut open: Vec<(Number, Number)> = Vec::new();
    for (part, rate) in rest {
        let kept = if part.missed { part.weight.clone().min(stays.clone()) } else { Number::ZERO };
        stays = stays.sub(&kept);
        sum = sum.add(&kept.mul(&rate));
        weight = weight.add(&kept);
        open.push((part.weight.sub(&kept), rate));
    }
    for (share, rate) in open {
        if weight.is_zero() || rate > sum.div(&weight)? {
            sum = sum.add(&share.mul(&rate));
            weight = weight.add(&share);
        }
    }
    sum.div(&weight)
}

//! Points are points: an entry or a group that can go beyond its points says so.
//!
//! What an entry can come to is known by intervals. One that may give more than its points, without `up to 120% of its
//! points`, was most likely made for another total, such as a scale out of 100 in an entry of 10 points.

use crate::diagnostic::{Code, Diagnostic, Help, Mend};
use crate::model::checker::Checker;
use crate::model::proofs::conditions::told;
use crate::model::proofs::ranges::{KpiRanges, Ranges};
use crate::model::{Direction, Entry, Group, Head, KpiEntry, Model, Position, ScoreCurve, Scorecard};
use crate::number::{Number, Rounding};
use crate::source::Span;
use crate::value::{Interval, percent};

impl Checker<'_> {
    /// Entries of a position's scorecard that can go beyond their points, and limits that nobody reaches.
    pub(in crate::model) fn beyond_points(&mut self, position: &Position, kpis: &KpiRanges) {
        let Some(card) = &position.scorecard else { return };
        if card.root.entries.iter().all(|entry| entry.points.is_none()) {
            return;
        }
        let model = self.model.clone();
        let ranges = Ranges::new(&model, kpis);
        let mut walk = Walk { checker: &*self, model: &model, ranges, position, card, found: Vec::new() };
        walk.level(&card.root);
        for finding in walk.found {
            self.report(finding);
        }
    }
}

struct Walk<'c> {
    checker: &'c Checker<'c>,
    model: &'c Model,
    ranges: Ranges<'c>,
    position: &'c Position,
    card: &'c Scorecard,
    found: Vec<Diagnostic>,
}

impl Walk<'_> {
    fn level(&mut self, group: &Group) {
        for entry in &group.entries {
            let before = self.found.len();
            if let Head::Group(inner) = &entry.head {
                self.level(inner);
            }
            // What is wrong inside is wrong with the group as well, and told once.
            if let (Some(points), true) = (&entry.points, self.found.len() == before) {
                self.entry(entry, points);
            }
        }
    }

    fn entry(&mut self, entry: &Entry, points: &Number) {
        let missed = self.card.complete_at_least.as_ref().map(|least| Number::ONE.sub(least));
        let range = self.ranges.gives(entry, self.card, &missed, &mut vec![self.position.name.clone()]);
        let within = range.high.as_ref().is_some_and(|high| high <= points);
        let name = self.name(entry);
        let finding = match &entry.most {
            None if within => return,
            None => self.beyond(entry, points, &range, &name),
            Some(most) if within => {
                let limit = percent(most);
                Diagnostic::new(Code::NoEffect, format!("{name} never goes beyond its {}", of_points(points)))
                    .at(entry.span, format!("`up to {limit} of its points` has no effect"))
                    .note(gives(&name, &range))
                    .help(format!("remove `up to {limit} of its points`"))
            }
            Some(_) => return,
        };
        self.found.push(finding);
    }

    fn beyond(&self, entry: &Entry, points: &Number, range: &Interval, name: &str) -> Diagnostic {
        let has = of_points(points);
        let raw = matches!(&entry.head, Head::Kpi(kpi) if kpi.score.is_none());
        let message = match &range.high {
            Some(high) => format!("{name} can give up to {}, and has {has}", of_points(high)),
            None if raw => format!("{name} has {has}, and nothing says how many it can come to"),
            None => format!("{name} can give points without limit, and has {has}"),
        };
        let finding = Diagnostic::new(Code::BeyondPoints, message).at(entry.span, format!("has {has}"));
        let known = range.low.is_some() || range.high.is_some();
        let finding = if known { finding.note(gives(name, range)) } else { finding };
        let wider = |high: &Number| {
            let part = high.div(points).unwrap_or(Number::ONE).mul(&Number::from(100));
            let text = format!("up to {}% of its points", part.round_to(&Number::ONE, Rounding::Up));
            self.checker.at_the_end_of_entry(behind_score(entry), &text)
        };
        let full = || self.checker.at_the_end_of_entry(behind_score(entry), "up to 100% of its points");
        let more = || self.checker.at_the_end_of_entry(behind_score(entry), "up to 120% of its points");
        finding.help(match &entry.head {
            Head::Kpi(kpi) if raw => self.mend_raw(entry, kpi, points, range),
            Head::Kpi(kpi) => self.mend_curve(entry, kpi, points, range, wider),
            Head::Group(_) => match &range.high {
                Some(high) => Help::of("write `{}` behind the group, or limit its entries", [wider(high)]),
                None => Help::of("limit its entries, or write `{}` behind the group", [more()]),
            },
            Head::ScoreOf(_) | Head::ScoreOfReports => match &range.high {
                Some(high) => Help::of("write `{}` behind it, or `{}`", [wider(high), full()]),
                None => Help::of("write behind it how far it may go: `{}`", [more()]),
            },
        })
    }

    /// A KPI in points, taken as it is.
    fn mend_raw(&self, entry: &Entry, kpi: &KpiEntry, points: &Number, range: &Interval) -> Help {
        let kpi = &self.model.kpis[kpi.kpi.0];
        let falls = matches!(kpi.direction, Some(Direction::Lower));
        let score = |text: String| self.checker.at_the_end_of_entry(entry.span, &text);
        match (&range.low, &range.high) {
            (Some(low), Some(high)) => {
                let (first, last) = if falls { (points, &Number::ZERO) } else { (&Number::ZERO, points) };
                Help::of(
                    "bring it in by a curve: `{}`",
                    [score(format!("score linear {low} -> {first}, {high} -> {last}"))],
                )
            }
            _ => Help::of(
                &format!(
                    "state at the KPI what it can come to, as in `kpi {} : point between 0 and {points}`; marks out of 100 \
                     are brought in by `{{}}`",
                    kpi.name
                ),
                [score(format!("score linear 0 -> 0, 100 -> {points}"))],
            ),
        }
    }

    fn mend_curve(
        &self,
        entry: &Entry,
        kpi: &KpiEntry,
        points: &Number,
        range: &Interval,
        wider: impl Fn(&Number) -> Mend,
    ) -> Help {
        let score = kpi.score.as_ref();
        let curve = score.map(|score| &score.curve);
        let made_for = score.and_then(|score| score.made_for.as_ref());
        let behind = |text: &str| self.checker.at_the_end_of_entry(behind_score(entry), text);
        match (curve, &range.high) {
            (Some(ScoreCurve::Attainment { up_to: Some(limit) }), _) => {
                let text = self.checker.text(limit.span);
                let text = text.split_whitespace().next().unwrap_or("120").to_string();
                // What the points are counted out of goes with them.
                let of = made_for.and_then(|_| self.checker.word_behind(limit.span, "of"));
                let end = of.map_or(limit.span.end, |of| self.checker.number_behind(of));
                let place = Span { end, ..limit.span };
                let rest = made_for.map(|made_for| format!(" of {made_for}")).unwrap_or_default();
                let mend = Mend::replace(place, format!("{text}% of its points"));
                let words = format!(
                    "`up to {text}` are points; for a part of the entry's points write `{{}}` in place of \
                     `score attainment up to {text}{rest}`"
                );
                Help::of(&words, [mend.shown_as(format!("score attainment up to {text}% of its points"))])
            }
            (Some(ScoreCurve::Attainment { up_to: None }), _) | (_, None) => Help::of(
                "write behind it how far it may go: `{}`, or `{}` for no more than all of them",
                ["up to 120% of its points", "up to 100% of its points"].map(behind),
            ),
            (_, Some(high)) if made_for.is_none() && *high > *points => {
                let hundred = Number::from(100);
                let total = if *high >= hundred && *points < hundred { hundred } else { high.clone() };
                Help::of(
                    &format!(
                        "for a curve that counts out of {total} write `{{}}` behind it, or let it end at {}; if more is \
                         meant, `{{}}`",
                        of_points(points)
                    ),
                    [behind(&format!("of {total}")), wider(high)],
                )
            }
            (_, Some(high)) => {
                Help::of("let the curve end at all of its points, or write `{}` behind it", [wider(high)])
            }
        }
    }

    /// How a message calls an entry.
    fn name(&self, entry: &Entry) -> String {
        match &entry.head {
            Head::Kpi(kpi) => format!("`{}`", self.model.kpis[kpi.kpi.0].name),
            Head::Group(group) => format!("the group `{}`", group.name),
            Head::ScoreOf(position) => format!("`score of {position}`"),
            Head::ScoreOfReports => "`score of reports`".into(),
        }
    }
}

/// What an entry can come to, as a note.
fn gives(name: &str, range: &Interval) -> String {
    told(&format!("what {name} gives"), range, false)
}

/// The last part of an entry that is known: its curve, else its head.
fn behind_score(entry: &Entry) -> Span {
    let score = match &entry.head {
        Head::Kpi(kpi) => kpi.score.as_ref(),
        Head::Group(_) | Head::ScoreOf(_) | Head::ScoreOfReports => None,
    };
    match score.map(|score| &score.curve) {
        Some(ScoreCurve::Own(curve)) => curve.span,
        Some(ScoreCurve::Scale(_) | ScoreCurve::Attainment { .. }) | None => entry.span,
    }
}

fn of_points(number: &Number) -> String {
    let shown = number.round_places(2, Rounding::HalfUp);
    format!("{shown} {}", if *number == Number::ONE { "point" } else { "points" })
}

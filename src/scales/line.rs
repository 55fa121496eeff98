//! `linear`: straight lines between points, flat outside, or on along the last one above.

use super::asked::{BuildsFormulas, BuildsRows, Checks, Gives, Never, Reach, Spelling, Written};
use super::direction::{self, Better, Pair};
use super::{Jump, Piece, Role, all};
use crate::diagnostic::{Code, Diagnostic, Help, Mend};
use crate::language::BinaryOp;
use crate::number::Number;
use crate::source::Span;
use crate::value::Interval;

/// Points that stand from low to high.
#[derive(Clone, Debug, PartialEq)]
pub struct Line<N> {
    pub anchors: Vec<Anchor<N>>,
    pub continue_above: bool,
}

/// `80% -> 40%`, or `< 80% -> 0%`: what is reached just below a jump.
#[derive(Clone, Debug, PartialEq)]
pub struct Anchor<N> {
    pub below: bool,
    pub at: N,
    pub score: N,
}

impl<N> Line<N> {
    pub(super) fn try_map<'k, M, E>(&'k self, of: &mut dyn FnMut(Role, &'k N) -> Result<M, E>) -> Result<Line<M>, E> {
        let anchors = self.anchors.iter().map(|anchor| {
            let (at, score) = (of(Role::Point, &anchor.at), of(Role::Score, &anchor.score));
            Ok(Anchor { below: anchor.below, at: at?, score: score? })
        });
        Ok(Line { anchors: all(anchors)?, continue_above: self.continue_above })
    }

    pub(super) fn pieces(&self) -> Vec<Piece<'_, N>> {
        self.anchors.iter().map(|anchor| Piece { at: Some(&anchor.at), score: &anchor.score }).collect()
    }

    fn numbers(&self) -> Vec<&N> {
        self.anchors.iter().flat_map(|anchor| [&anchor.at, &anchor.score]).collect()
    }
}

impl Line<Number> {
    pub(super) fn jumps(&self) -> Vec<Jump<'_>> {
        let pairs = self.anchors.windows(2).filter(|pair| pair[0].at == pair[1].at && pair[0].score != pair[1].score);
        pairs.map(|pair| Jump { at: &pair[1].at, below: &pair[0].score, above: &pair[1].score }).collect()
    }
}

// ------------------------------------------------------------ what is proved of it

impl<N: Written> Line<N> {
    pub(super) fn shape<C: Checks<N>>(&self, checks: &mut C, span: Span) {
        checks.at_all_times(&self.numbers(), |checks| self.in_order(checks, span));
    }

    fn in_order<C: Checks<N>>(&self, checks: &mut C, span: Span) {
        let before = checks.found();
        self.long_enough(checks, span);
        for pair in self.anchors.windows(2) {
            let (one, other) = (checks.number(&pair[0].at), checks.number(&pair[1].at));
            let jump = one == other && jumps(pair);
            if one < other || jump {
                continue;
            }
            let (first, second) = (pair[0].at.span(), pair[1].at.span());
            let (message, mend) = match one == other {
                true => self.twice(checks, pair),
                false => {
                    let (first, second) = (checks.text(first), checks.text(second));
                    let message =
                        format!("the points of a line stand from low to high, and {second} comes after {first}");
                    (message, "put the lower one first".into())
                }
            };
            checks.report(
                Diagnostic::new(Code::ScaleOrder, message).at(second, "out of order").at(first, "before it").help(mend),
            );
        }
        if checks.found() == before {
            self.has_end(checks);
        }
    }

    /// Two points at one value.
    fn twice<C: Checks<N>>(&self, checks: &C, pair: &[Anchor<N>]) -> (String, Help) {
        let [first, second] = [&pair[0], &pair[1]].map(|anchor| checks.text(anchor.at.span()));
        let scores = [&pair[0], &pair[1]].map(|anchor| checks.text(anchor.score.span()));
        let shown = format!("< {first} -> {}, {second} -> {}", scores[0], scores[1]);
        let jump = Mend::before(pair[0].at.span(), "<").shown_as(shown);
        let mend = match pair[0].below || pair[1].below {
            true => "remove one of the two".into(),
            false => Help::of("for a jump write `{}`; else remove one of the two", [jump]),
        };
        (format!("the line has two scores at {second}"), mend)
    }

    fn long_enough<C: Checks<N>>(&self, checks: &mut C, span: Span) {
        if self.anchors.len() < 2 {
            checks.report(
                Diagnostic::new(Code::Incomplete, "a line needs two points or more")
                    .at(span, "only one")
                    .help("write a second point, as in `linear 60% -> 0, 100% -> 100`"),
            );
        }
    }

    fn has_end<C: Checks<N>>(&self, checks: &mut C) {
        let Some(last) = self.anchors.last().filter(|last| last.below) else { return };
        let at = checks.text(last.at.span());
        checks.report(
            Diagnostic::new(Code::ScaleHole, format!("the line ends just below {at}"))
                .at(last.at.span(), format!("{at} itself gets no score"))
                .help(format!("add the score from {at} on: `{at} -> …`")),
        );
    }

    pub(super) fn idle<C: Checks<N>>(&self, checks: &mut C, span: Span) {
        let anchors = &self.anchors;
        let no_effect = |message: String| Diagnostic::new(Code::NoEffect, message);
        let scores: Option<Vec<Number>> = anchors.iter().map(|anchor| checks.fixed(&anchor.score)).collect();
        let flat = scores.is_some_and(|scores| scores.windows(2).all(|pair| pair[0] == pair[1]));
        if let (true, Some(anchor)) = (flat, anchors.first()) {
            let score = checks.text(anchor.score.span());
            checks.report(
                no_effect(format!("every value scores {score} on this line"))
                    .at(span, "makes no difference")
                    .help("let its points have different scores"),
            );
        }
        for pair in anchors.windows(2).filter(|pair| pair[0].below) {
            let apart =
                checks.fixed(&pair[0].at).zip(checks.fixed(&pair[1].at)).is_some_and(|(one, other)| one < other);
            if apart {
                let at = checks.text(pair[0].at.span());
                checks.report(
                    no_effect(format!("the line does not jump at {at}, so `<` has no effect"))
                        .at(pair[0].at.span(), "no jump here")
                        .help(format!("write `{at} -> …`, or add the score from {at} on behind it")),
                );
            }
        }
        if let (true, false, [.., one, last]) = (self.continue_above, flat, &anchors[..]) {
            let same = |one: &N, other: &N| {
                checks.fixed(one).zip(checks.fixed(other)).is_some_and(|(one, other)| one == other)
            };
            let (level, jump) = (same(&one.score, &last.score), same(&one.at, &last.at));
            if level || jump {
                let why = if jump { "jumps at its end" } else { "is level at its end" };
                checks.report(
                    no_effect(format!("the line {why}, so `continue above` has no effect"))
                        .at(last.at.span(), "the last point")
                        .at(one.at.span(), "the one before")
                        .help("remove `continue above`, or let the line rise or fall between its last two points"),
                );
            }
        }
    }

    pub(super) fn direction<C: Checks<N>>(&self, checks: &mut C, better: &Better<N>) {
        let scores = self.anchors.iter().map(|anchor| &anchor.score).chain(better.nearest());
        checks.at_all_times(&scores.collect::<Vec<_>>(), |checks| {
            let Some(best) = better.best(checks) else { return };
            if let Some(finding) = self.rises_for_ever(checks, better) {
                return checks.report(finding);
            }
            let pairs = self.pairs(checks, best.as_ref());
            direction::agrees(checks, better, &pairs, &self.numbers(), &self.pieces());
        });
    }

    /// From each point to the next.
    fn pairs<C: Checks<N>>(&self, checks: &C, best: Option<&Number>) -> Vec<Pair<'_, N>> {
        let pair = |pair: &'_ [Anchor<N>]| {
            let beside = |at: &N, beyond: fn(&Number, &Number) -> bool| {
                best.zip(checks.known(at)).is_some_and(|(best, at)| beyond(best, &at))
            };
            let above = beside(&pair[1].at, |best, at| best >= at);
            (above, !above && beside(&pair[0].at, |best, at| best <= at))
        };
        let pairs = self.anchors.windows(2).map(|two| {
            let (best_above, best_below) = pair(two);
            let told = [&two[0], &two[1]].map(|anchor| (Some(&anchor.at), &anchor.score, anchor.below));
            Pair { low: &two[0].score, high: &two[1].score, best_above, best_below, told }
        });
        pairs.collect()
    }

    /// Beyond the best value it must not go on rising.
    fn rises_for_ever<C: Checks<N>>(&self, checks: &C, better: &Better<N>) -> Option<Diagnostic> {
        let (best, [.., one, last]) = (better.nearest().filter(|_| self.continue_above)?, &self.anchors[..]) else {
            return None;
        };
        if checks.number(&last.score) <= checks.number(&one.score) {
            return None;
        }
        let best = checks.text(best.span());
        let message = format!("{}, but the line rises for ever", better.words(checks));
        let finding = Diagnostic::new(Code::ScaleDirection, message)
            .at(last.score.span(), "and above")
            .at(one.score.span(), "from here")
            .help(format!("remove `continue above`, or let the scores fall behind {best}"));
        Some(finding)
    }

    pub(super) fn never(&self, reach: &dyn Reach<N>, value: &Interval) -> Vec<Never> {
        let fixed = |anchor: &Anchor<N>| reach.range(&anchor.at).single().cloned();
        let Some(at) = self.anchors.iter().map(fixed).collect::<Option<Vec<Number>>>() else { return Vec::new() };
        let above = value
            .high
            .as_ref()
            .and_then(|high| (1..at.len()).find(|place| at[place - 1] >= *high && at[*place] > *high));
        let below = value.low.as_ref().and_then(|low| {
            (1..at.len()).rev().find(|place| at[*place] <= *low && at[place - 1] < *low).map(|place| place - 1)
        });
        let never = |place: usize| {
            let text = reach.text(self.anchors[place].at.span());
            Never {
                message: format!("nobody gets the score of the line's point at {text}"),
                at: self.anchors[place].at.span(),
                label: "never reached".into(),
                percent: text.ends_with('%'),
                by_target: false,
                mend: "remove the point, or correct it".into(),
            }
        };
        below.into_iter().chain(above).map(never).collect()
    }

    /// The pieces are numbered by the point at which they end. Below a jump there is none of its own.
    pub(super) fn told(&self, text: &dyn Fn(Span) -> String) -> Vec<(usize, String)> {
        let at: Vec<String> = self.anchors.iter().map(|anchor| text(anchor.at.span())).collect();
        let (Some(first), Some(last)) = (at.first(), at.last()) else { return Vec::new() };
        let between = (1..at.len()).filter(|next| !self.anchors[next - 1].below);
        let between = between.map(|next| (next, format!("{} to {}", at[next - 1], at[next])));
        let ends = [(0, format!("up to {first}")), (at.len(), format!("above {last}"))];
        let [below, above] = ends;
        std::iter::once(below).chain(between).chain([above]).collect()
    }
}

// ------------------------------------------------------------ with points in data

impl<N: Written> Line<N> {
    /// Between two points, where it does not go on.
    pub(super) fn spelled(&self, spelling: &Spelling<'_, N>) -> Option<String> {
        let [low, high] = self.anchors.as_slice() else { return None };
        if self.continue_above {
            return None;
        }
        let [x, y, a, b] = [&low.at, &high.at, &low.score, &high.score].map(spelling.text);
        // A number known to be other than 0 leaves no doubt that there is an answer.
        let width = (spelling.width)(&low.at, &high.at).unwrap_or_else(|| format!("({y} - {x})"));
        Some(format!("formula {a} + (clamp(value, {x}, {y}) - {x}) / {width} * ({b} - {a}){}", spelling.unit))
    }

    pub(super) fn shape_in_data<C: Checks<N>>(&self, checks: &mut C, span: Span) {
        let before = checks.found();
        self.long_enough(checks, span);
        if checks.found() == before {
            self.has_end(checks);
        }
        if checks.found() == before {
            self.rises_in_data(checks);
        }
    }

    /// What is written alike is one value.
    fn rises_in_data<C: Checks<N>>(&self, checks: &mut C) {
        let twice = self.anchors.windows(2).find(|pair| checks.alike(&pair[0].at, &pair[1].at) && !jumps(pair));
        let Some([first, again]) = twice else { return };
        let text = checks.text(again.at.span());
        checks.report(
            Diagnostic::new(
                Code::ScaleOrder,
                format!("the line has two points at `{text}`, and never rises from one to the other"),
            )
            .at(again.at.span(), "again")
            .at(first.at.span(), "first here")
            .help("name another column for one of the two; a jump is written as in `< x -> 30, x -> 60`"),
        );
    }

    /// `if value < a then … else …` where `a < b` and `b < c`; where the line jumps, `a = b`.
    pub(super) fn in_data<B: BuildsFormulas<N>>(&self, build: &B) -> Option<N>
    where
        N: Clone,
    {
        let anchors = &self.anchors;
        let below = |at: &N| build.binary(BinaryOp::Less, &build.value(), at, Gives::Flag);
        let last = anchors.get(anchors.len().checked_sub(2)?..)?;
        let mut curve = match self.continue_above && !jumps(last) {
            true => between(build, last),
            false => last[1].score.clone(),
        };
        for pair in anchors.windows(2).rev().filter(|pair| !jumps(pair)) {
            curve = build.choose(below(&pair[1].at), between(build, pair), curve);
        }
        curve = build.choose(below(&anchors[0].at), anchors[0].score.clone(), curve);
        for pair in anchors.windows(2).rev() {
            let op = if jumps(pair) { BinaryOp::Equal } else { BinaryOp::Less };
            curve = build.in_order(op, &pair[0].at, &pair[1].at, curve);
        }
        Some(curve)
    }
}

/// `< 80% -> 0, 80% -> 40`
fn jumps<N>(pair: &[Anchor<N>]) -> bool {
    pair[0].below && !pair[1].below
}

/// The line between two points, at the value.
fn between<N, B: BuildsFormulas<N>>(build: &B, pair: &[Anchor<N>]) -> N {
    let way = build.binary(BinaryOp::Subtract, &build.value(), &pair[0].at, Gives::Value);
    let whole = build.binary(BinaryOp::Subtract, &pair[1].at, &pair[0].at, Gives::Value);
    let part = build.binary(BinaryOp::Divide, &way, &whole, Gives::Ratio);
    let rise = build.binary(BinaryOp::Subtract, &pair[1].score, &pair[0].score, Gives::Score);
    let gained = build.binary(BinaryOp::Multiply, &part, &rise, Gives::Score);
    build.binary(BinaryOp::Add, &pair[0].score, &gained, Gives::Score)
}

// ------------------------------------------------------------ what it gives

impl Line<Interval> {
    /// Where its points are known; else it stays between its scores, unless it goes on.
    pub(super) fn range(&self, value: &Interval) -> Interval {
        let known = |number: &Interval| number.single().cloned();
        let anchors = self
            .anchors
            .iter()
            .map(|anchor| Some(Anchor { below: anchor.below, at: known(&anchor.at)?, score: known(&anchor.score)? }));
        match anchors.collect() {
            Some(anchors) => Line { anchors, continue_above: self.continue_above }.over(value),
            None if self.continue_above => Interval::ALL,
            None => Interval::hull_of(self.anchors.iter().map(|anchor| &anchor.score)),
        }
    }
}

impl Line<Number> {
    /// What it gives over an interval: at its ends, and at the points between.
    fn over(&self, value: &Interval) -> Interval {
        let [.., before, last] = &self.anchors[..] else { return Interval::ALL };
        let inside = self.anchors.iter().filter(|anchor| value.contains(&anchor.at)).map(|anchor| anchor.score.clone());
        let at = |end: &Option<Number>, beyond: &Anchor<Number>| match end {
            Some(end) => self.at(end),
            None => Some(beyond.score.clone()),
        };
        let ends = [at(&value.low, &self.anchors[0]), at(&value.high, last)];
        let mut range = Interval::around(inside.chain(ends.into_iter().flatten()));
        if self.continue_above && value.high.is_none() {
            match slope(before, last) {
                Some(slope) if slope.is_positive() => range.high = None,
                Some(slope) if slope.is_negative() => range.low = None,
                _ => {}
            }
        }
        range
    }

    /// Of two anchors at one place, the first is what the line reaches just below it, the second what holds there.
    pub(super) fn at(&self, value: &Number) -> Option<Number> {
        let anchors = &self.anchors;
        let reached = anchors.partition_point(|anchor| anchor.at <= *value);
        if reached == 0 {
            return anchors.first().map(|first| first.score.clone());
        }
        let last = &anchors[reached - 1];
        if last.at == *value {
            return Some(last.score.clone());
        }
        let (from, to) = match anchors.get(reached) {
            Some(next) => (last, next),
            None if self.continue_above && reached >= 2 => (&anchors[reached - 2], last),
            None => return Some(last.score.clone()),
        };
        // A jump at the very end has no slope to go on with.
        let Some(slope) = slope(from, to) else { return Some(last.score.clone()) };
        Some(from.score.add(&slope.mul(&value.sub(&from.at))))
    }

    /// From the last line to the first: the one that starts at the last anchor reached counts.
    pub(super) fn in_rows<R: BuildsRows>(&self, rows: &mut R) -> R::Node {
        let anchors = &self.anchors;
        let line = |rows: &mut R, from: &Anchor<Number>, to: &Anchor<Number>| {
            // A jump has no slope to go on with.
            let Some(slope) = slope(from, to) else { return rows.number(&to.score) };
            let [at, slope, score] = [&from.at, &slope, &from.score].map(|number| rows.number(number));
            let value = rows.value();
            let beyond = rows.binary(BinaryOp::Subtract, value, at);
            let more = rows.binary(BinaryOp::Multiply, slope, beyond);
            rows.binary(BinaryOp::Add, score, more)
        };
        let Some(first) = anchors.first() else { return rows.value() };
        let first = rows.number(&first.score);
        let mut below = rows.if_known(first);
        for (place, anchor) in anchors.iter().enumerate() {
            let then = match anchors.get(place + 1) {
                Some(next) => line(rows, anchor, next),
                None if self.continue_above && place > 0 => line(rows, &anchors[place - 1], anchor),
                None => rows.number(&anchor.score),
            };
            let op = if anchor.below { BinaryOp::Greater } else { BinaryOp::GreaterOrEqual };
            let condition = rows.test(op, &anchor.at);
            below = rows.choose(condition, then, below);
        }
        below
    }

    /// A point belongs to the piece that ends there, a jump to the piece behind it.
    pub(super) fn reached(&self, value: &Number) -> usize {
        let jump = self.anchors.iter().any(|anchor| anchor.below && anchor.at == *value);
        self.anchors.partition_point(|anchor| anchor.at < *value || (jump && anchor.at == *value))
    }
}

fn slope(from: &Anchor<Number>, to: &Anchor<Number>) -> Option<Number> {
    to.score.sub(&from.score).div(&to.at.sub(&from.at))
}

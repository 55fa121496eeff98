//! `steps`: the first whose condition holds counts.

use super::asked::{BuildsFormulas, BuildsRows, Checks, Gives, Never, Reach, Reads, Spelling, Written};
use super::direction::{self, Better, Pair};
use super::thresholds::{self, Threshold, Thresholds};
use super::{Jump, Piece, Role, all};
use crate::diagnostic::{Code, Diagnostic};
use crate::language::BinaryOp;
use crate::number::Number;
use crate::source::Span;
use crate::value::{Interval, settled};

/// One after the other; the last one may be without a condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Steps<N>(pub Vec<Step<N>>);

/// `>= 90 -> 100`; without a condition it is `else -> 50`.
#[derive(Clone, Debug, PartialEq)]
pub struct Step<N> {
    pub condition: Option<(BinaryOp, N)>,
    pub score: N,
}

impl<N> Steps<N> {
    pub(super) fn try_map<'k, M, E>(&'k self, of: &mut dyn FnMut(Role, &'k N) -> Result<M, E>) -> Result<Steps<M>, E> {
        let steps = self.0.iter().map(|step| {
            let condition = match &step.condition {
                Some((op, at)) => Some((*op, of(Role::Point, at)?)),
                None => None,
            };
            Ok(Step { condition, score: of(Role::Score, &step.score)? })
        });
        all(steps).map(Steps)
    }

    pub(super) fn pieces(&self) -> Vec<Piece<'_, N>> {
        let steps = self.0.iter();
        steps.map(|step| Piece { at: step.condition.as_ref().map(|(_, at)| at), score: &step.score }).collect()
    }

    pub(super) fn limits(&self) -> Vec<&N> {
        self.0.iter().filter_map(|step| Some(&step.condition.as_ref()?.1)).collect()
    }

    fn numbers(&self) -> Vec<&N> {
        self.limits().into_iter().chain(self.0.iter().map(|step| &step.score)).collect()
    }
}

impl Steps<Number> {
    pub(super) fn jumps(&self) -> Vec<Jump<'_>> {
        let jumps = self.0.windows(2).filter_map(|pair| {
            let (op, at) = pair[0].condition.as_ref()?;
            let (one, next) = (&pair[0].score, &pair[1].score);
            let (below, above) = if thresholds::falling(*op) { (next, one) } else { (one, next) };
            (below != above).then_some(Jump { at, below, above })
        });
        jumps.collect()
    }
}

// ------------------------------------------------------------ what is proved of it

impl<N: Written> Steps<N> {
    pub(super) fn shape<C: Checks<N>>(&self, checks: &mut C, span: Span, reads: &Reads) {
        checks.at_all_times(&self.numbers(), |checks| {
            let threshold = |step: &Step<N>| match &step.condition {
                Some((op, at)) => Threshold { condition: Some((*op, checks.number(at))), at: at.span() },
                None => Threshold { condition: None, at: step.score.span() },
            };
            let all: Vec<Threshold> = self.0.iter().map(threshold).collect();
            thresholds::check(checks, &all, &Thresholds { span, what: "step", gets: "score", reads });
        });
    }

    pub(super) fn idle<C: Checks<N>>(&self, checks: &mut C) {
        for pair in self.0.windows(2) {
            let scores = checks.fixed(&pair[0].score).zip(checks.fixed(&pair[1].score));
            let same = scores.is_some_and(|(one, other)| one == other);
            if let (true, Some((_, at))) = (same, &pair[0].condition) {
                let (at, score) = (checks.text(at.span()), checks.text(pair[0].score.span()));
                checks.report(
                    Diagnostic::new(
                        Code::NoEffect,
                        format!("the step at {at} makes no difference: the next one gives {score} too"),
                    )
                    .at(pair[0].score.span(), "the same score")
                    .at(pair[1].score.span(), "as here")
                    .help("remove one of the two, or give them different scores"),
                );
            }
        }
    }

    pub(super) fn direction<C: Checks<N>>(&self, checks: &mut C, better: &Better<N>) {
        let scores = self.0.iter().map(|step| &step.score).chain(better.nearest());
        checks.at_all_times(&scores.collect::<Vec<_>>(), |checks| {
            let Some(best) = better.best(checks) else { return };
            let pairs = self.pairs(checks, best.as_ref());
            direction::agrees(checks, better, &pairs, &self.numbers(), &self.pieces());
        });
    }

    /// On both sides of each limit.
    fn pairs<C: Checks<N>>(&self, checks: &C, best: Option<&Number>) -> Vec<Pair<'_, N>> {
        let pair = |pair: &'_ [Step<N>]| {
            let (op, at) = pair[0].condition.as_ref()?;
            // The border itself belongs to the upper piece.
            let upper = matches!(op, BinaryOp::GreaterOrEqual | BinaryOp::Less);
            let best = best.zip(checks.known(at));
            Some(best.map(|(best, at)| if upper { *best >= at } else { *best > at }))
        };
        let pairs = self.0.windows(2).filter_map(|two| {
            let (above, (op, at)) = (pair(two)?, two[0].condition.as_ref()?);
            let falling = matches!(op, BinaryOp::Greater | BinaryOp::GreaterOrEqual);
            let (low, high) = if falling { (&two[1], &two[0]) } else { (&two[0], &two[1]) };
            let next = two[1].condition.as_ref().map(|(_, at)| at);
            Some(Pair {
                low: &low.score,
                high: &high.score,
                best_above: above == Some(true),
                best_below: above == Some(false),
                told: [(Some(at), &two[0].score, false), (next, &two[1].score, false)],
            })
        });
        pairs.collect()
    }

    pub(super) fn never(&self, reach: &dyn Reach<N>, value: &Interval) -> Vec<Never> {
        let mut found = Vec::new();
        for (place, step) in self.0.iter().enumerate() {
            let Some((op, at)) = &step.condition else { continue };
            let text = reach.text(at.span());
            let never = |piece: String, at: Span, mend: String| Never {
                message: format!("nobody gets the score of {piece}"),
                at,
                label: "never reached".into(),
                percent: text.ends_with('%'),
                by_target: false,
                mend,
            };
            let named = |op: &BinaryOp, text: &str| format!("the step `{} {text}`", op.sign());
            match settled(*op, value, &reach.range(at)) {
                Some(false) => {
                    found.push(never(named(op, &text), at.span(), "remove the step, or correct its limit".into()));
                }
                Some(true) => {
                    let Some(next) = self.0.get(place + 1) else { return found };
                    let piece = match &next.condition {
                        None => "`else`".to_string(),
                        Some((op, at)) => named(op, &reach.text(at.span())),
                    };
                    let mend = format!("write `else` in place of `{} {text}`, and nothing behind it", op.sign());
                    found.push(never(piece, next.score.span(), mend));
                    return found;
                }
                None => {}
            }
        }
        found
    }

    pub(super) fn told(&self, text: &dyn Fn(Span) -> String, limit: &dyn Fn(&N) -> String) -> Vec<(usize, String)> {
        let condition = |step: &Step<N>| step.condition.as_ref().map_or("else".into(), |(_, at)| limit(at));
        let told = |step: &Step<N>| format!("{} -> {}", condition(step), text(step.score.span()));
        self.0.iter().map(told).enumerate().collect()
    }
}

// ------------------------------------------------------------ with limits in data

impl<N: Written> Steps<N> {
    pub(super) fn spelled(&self, spelling: &Spelling<'_, N>) -> Option<String> {
        let mut formula = String::from("formula ");
        for Step { condition, score } in &self.0 {
            let score = (spelling.text)(score);
            formula += &match condition {
                Some((op, at)) => format!("if value {} {} then {score} else ", op.sign(), (spelling.text)(at)),
                None => score,
            };
        }
        self.0.last()?.condition.is_none().then_some(formula)
    }

    pub(super) fn shape_in_data<C: Checks<N>>(&self, checks: &mut C, span: Span) {
        if self.0.last().is_none_or(|last| last.condition.is_some()) {
            checks.report(
                Diagnostic::new(Code::ScaleHole, "steps whose limits stand in data may leave values without a score")
                    .at(span, "no `else`")
                    .help("end with the score of all the others: `else -> …`"),
            );
        }
    }

    /// `if value >= a then … else …` where `a >= b` and `b >= c`.
    pub(super) fn in_data<B: BuildsFormulas<N>>(&self, build: &B) -> Option<N>
    where
        N: Clone,
    {
        let (last, conditions) = self.0.split_last()?;
        let mut formula = last.score.clone();
        for step in conditions.iter().rev() {
            let Some((op, at)) = &step.condition else { continue };
            let holds = build.binary(*op, &build.value(), at, Gives::Flag);
            formula = build.choose(holds, step.score.clone(), formula);
        }
        for pair in conditions.windows(2).rev() {
            let [Some((op, one)), Some((_, other))] = [&pair[0].condition, &pair[1].condition] else { continue };
            let order = match op {
                BinaryOp::Greater | BinaryOp::GreaterOrEqual => BinaryOp::GreaterOrEqual,
                _ => BinaryOp::LessOrEqual,
            };
            formula = build.in_order(order, one, other, formula);
        }
        Some(formula)
    }
}

// ------------------------------------------------------------ what it gives

impl Steps<Interval> {
    pub(super) fn range(&self, value: &Interval) -> Interval {
        let mut left = value.clone();
        let mut scores = Vec::new();
        for step in &self.0 {
            let Some((op, at)) = &step.condition else {
                scores.push(&step.score);
                break;
            };
            match settled(*op, &left, at) {
                Some(false) => continue,
                Some(true) => {
                    scores.push(&step.score);
                    break;
                }
                None => scores.push(&step.score),
            }
            left = match op {
                BinaryOp::Greater | BinaryOp::GreaterOrEqual => {
                    left.within(&Interval { low: None, high: at.high.clone() })
                }
                _ => left.within(&Interval { low: at.low.clone(), high: None }),
            };
        }
        Interval::hull_of(scores)
    }
}

impl Steps<Number> {
    pub(super) fn at(&self, value: &Number) -> Option<Number> {
        self.reached(value).map(|at| self.0[at].score.clone())
    }

    pub(super) fn in_rows<R: BuildsRows>(&self, rows: &mut R) -> R::Node {
        let node = |step: &Step<Number>| (step.condition.clone(), rows.number(&step.score));
        let nodes = self.0.iter().map(node).collect();
        thresholds::first_that_holds(rows, nodes)
    }

    pub(super) fn reached(&self, value: &Number) -> Option<usize> {
        thresholds::first(self.0.iter().map(|step| step.condition.as_ref()), value)
    }
}

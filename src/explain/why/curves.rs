//! Curves as data, and which piece of one was hit.

use super::document::{Bracket, Curve, Limit, Step};
use crate::explain::in_full;
use crate::model::types::unit::DisplayUnit;
use crate::number::Number;
use crate::plan::program::CurvePlan;
use crate::scales::CurveKind;
use crate::scales::thresholds::holds;

/// A curve of numbers. A formula has none: whoever asks has a step for it.
pub(super) fn numbers(curve: &CurvePlan) -> Option<Curve> {
    Some(match curve {
        CurveKind::Linear(line) => Curve::Linear {
            points: line.anchors.iter().map(|anchor| [anchor.at.clone(), anchor.score.clone()]).collect(),
            continue_above: line.continue_above,
        },
        CurveKind::Steps(steps) => {
            let step = |step: &crate::scales::Step<Number>| Step {
                limit: step.condition.as_ref().map(|(op, at)| Limit { op: op.sign(), at: at.clone() }),
                score: step.score.clone(),
            };
            Curve::Steps { steps: steps.0.iter().map(step).collect() }
        }
        CurveKind::PerStep(step) => Curve::PerStep {
            deduct: step.deduct,
            amount: step.amount.clone(),
            full_steps: step.full_steps,
            step: step.step.clone(),
            of_target: step.of_target,
            above: step.above,
            start: step.start.clone(),
            limit: step.limit.clone(),
        },
        CurveKind::Brackets(brackets) => {
            let bracket = |one: &crate::scales::Bracket<Number>| Bracket { rate: one.rate.clone(), to: one.to.clone() };
            Curve::Brackets { brackets: brackets.0.iter().map(bracket).collect() }
        }
        CurveKind::Formula(_) => return None,
    })
}

/// How a curve comes from a value to its score, in numbers.
pub(super) struct Reckoned {
    pub text: String,
    /// The score stands in the text; else it is what the text comes to.
    pub tells_score: bool,
}

impl Reckoned {
    /// `100 + (117% - 100%) * (120 - 100) / (120% - 100%)`
    pub fn open(text: String) -> Reckoned {
        Reckoned { text, tells_score: false }
    }

    /// `above 120% it stays 120`
    fn told(text: String) -> Reckoned {
        Reckoned { text, tells_score: true }
    }
}

/// The same for a value and a target; a formula has steps of its own.
pub(super) fn reckoned(
    curve: &Curve,
    value: &Number,
    target: Option<&Number>,
    full: &Number,
    (reads, gives): (&DisplayUnit, &DisplayUnit),
) -> Option<Reckoned> {
    let at = |number: &Number| in_full(number, reads);
    let score = |number: &Number| in_full(number, gives);
    match curve {
        Curve::Attainment { up_to } => {
            let whole = format!("{} * {}", score(full), at(value));
            Some(match up_to.as_ref().filter(|limit| full.mul(value) > **limit) {
                Some(limit) => {
                    let uncut = score(&full.mul(value));
                    Reckoned::told(format!("{whole} = {uncut}, at most {}", score(limit)))
                }
                None => Reckoned::open(whole),
            })
        }
        Curve::Linear { points, continue_above } => {
            let reached = points.partition_point(|[from, _]| from <= value);
            let exactly = reached > 0 && points[reached - 1][0] == *value;
            let beyond = reached == points.len() && !(*continue_above && reached >= 2);
            Some(match reached {
                0 => Reckoned::told(format!("below {} it stays {}", at(&points[0][0]), score(&points[0][1]))),
                _ if exactly => Reckoned::told(format!("at {} it is {}", at(value), score(&points[reached - 1][1]))),
                _ if beyond => {
                    let [last, most] = &points[reached - 1];
                    Reckoned::told(format!("above {} it stays {}", at(last), score(most)))
                }
                _ => {
                    let from = if reached == points.len() { reached - 2 } else { reached - 1 };
                    let ([x, y], [to, end]) = (&points[from], &points[from + 1]);
                    let (first, start) = (score(y), at(x));
                    Reckoned::open(format!(
                        "{first} + ({} - {start}) * ({} - {first}) / ({} - {start})",
                        at(value),
                        score(end),
                        at(to)
                    ))
                }
            })
        }
        Curve::Steps { steps } => {
            let reaches = |limit: &Limit| limit.comparison().is_some_and(|op| holds(op, value, &limit.at));
            let hit = steps.iter().find(|step| step.limit.as_ref().is_none_or(reaches))?;
            Some(Reckoned::told(match &hit.limit {
                Some(limit) => format!("{} {} {}: {}", at(value), limit.op, at(&limit.at), score(&hit.score)),
                None => format!("none of the limits: {}", score(&hit.score)),
            }))
        }
        Curve::PerStep { deduct, amount, full_steps, step, of_target, above, start, limit } => {
            let target = target?;
            let each = if *of_target { step.mul(&target.abs()) } else { step.clone() };
            let (more, less) = if *above { (value, target) } else { (target, value) };
            let sign = if *deduct { "-" } else { "+" };
            let whole = if *full_steps { ", full steps only" } else { "" };
            let steps = more.sub(less).div(&each)?;
            let steps = if steps.is_negative() { Number::ZERO } else { steps };
            let steps = if *full_steps { steps.floor() } else { steps };
            let start = start.as_ref().unwrap_or(full);
            let change = amount.mul(&steps);
            let bare = if *deduct { start.sub(&change) } else { start.add(&change) };
            let steps = in_full(&steps, &DisplayUnit::number());
            let whole = format!(
                "({} - {}) / {} = {steps} steps{whole}; {} {sign} {steps} * {}",
                at(more),
                at(less),
                at(&each),
                score(start),
                score(amount)
            );
            let is_cut = limit.as_ref().filter(|limit| if *deduct { bare < **limit } else { bare > **limit });
            let word = if *deduct { "at least" } else { "at most" };
            Some(match is_cut {
                Some(limit) => Reckoned::told(format!("{whole} = {}, {word} {}", score(&bare), score(limit))),
                None => Reckoned::open(whole),
            })
        }
        Curve::Brackets { brackets } => {
            let (mut parts, mut from) = (Vec::new(), Number::ZERO);
            for Bracket { rate, to } in brackets {
                let end = to.as_ref().map_or(value, |to| value.min(to));
                parts.push(format!("{} * ({} - {})", in_full(rate, &DisplayUnit::percent()), at(end), at(&from)));
                match to {
                    Some(to) if to < value => from = to.clone(),
                    _ => break,
                }
            }
            Some(Reckoned::open(parts.join(" + ")))
        }
        Curve::Formula { .. } => None,
    }
}

//! Conditions that are tried one after the other, of which the first that holds counts: of steps, of grades, of the rows and
//! columns of a matrix.

use super::asked::{BuildsRows, Findings, Reads};
use crate::diagnostic::{Code, Diagnostic};
use crate::language::BinaryOp;
use crate::number::Number;
use crate::source::Span;
use crate::value::{Missing, percent};

/// `>= 90`, known where it is proved; without a condition it takes all that is left.
#[derive(Clone, Debug)]
pub struct Threshold {
    pub condition: Option<(BinaryOp, Number)>,
    /// Where it stands.
    pub at: Span,
}

/// A condition with its number known; without one it takes all that is left.
pub type Limit = Option<(BinaryOp, Number)>;

/// What they belong to.
#[derive(Debug)]
pub struct Thresholds<'t> {
    pub span: Span,
    /// `step`, `grade`
    pub what: &'t str,
    /// What a value has by one of them: `score`, `grade`.
    pub gets: &'t str,
    pub reads: &'t Reads,
}

/// `left OP right` for a comparison.
pub fn holds(op: BinaryOp, left: &Number, right: &Number) -> bool {
    match op {
        BinaryOp::Equal => left == right,
        BinaryOp::NotEqual => left != right,
        BinaryOp::Less => left < right,
        BinaryOp::LessOrEqual => left <= right,
        BinaryOp::Greater => left > right,
        BinaryOp::GreaterOrEqual => left >= right,
        BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::And | BinaryOp::Or => {
            false
        }
    }
}

/// The first that holds for a value.
pub fn first<'c>(
    conditions: impl IntoIterator<Item = Option<&'c (BinaryOp, Number)>>,
    value: &Number,
) -> Option<usize> {
    conditions.into_iter().position(|condition| condition.is_none_or(|(op, limit)| holds(*op, value, limit)))
}

/// The node whose condition is the first to hold for the value.
pub fn first_that_holds<R: BuildsRows>(rows: &mut R, nodes: Vec<(Limit, R::Node)>) -> R::Node {
    let mut below = rows.missing(Missing::NoAnswer);
    for (condition, node) in nodes.into_iter().rev() {
        below = match condition {
            None => rows.if_known(node),
            Some((op, at)) => {
                let condition = rows.test(op, &at);
                rows.choose(condition, node, below)
            }
        };
    }
    below
}

pub(super) fn falling(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::Greater | BinaryOp::GreaterOrEqual)
}

fn rising(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::Less | BinaryOp::LessOrEqual)
}

/// One direction, strictly in order, all covered.
pub fn check<C: Findings>(checks: &mut C, all: &[Threshold], of: &Thresholds<'_>) {
    if !one_way(checks, all, of) {
        return;
    }
    let known = |one: &'_ Threshold| one.condition.clone().map(|(op, number)| Known { op, number, at: one.at });
    let known: Vec<Known> = all.iter().filter_map(known).collect();
    if backwards(checks, &known, of) {
        return;
    }
    in_order(checks, &known, of);
    let ends = all.iter().any(|one| one.condition.is_none());
    if let (false, Some(last)) = (ends, known.last()) {
        let example = hole_example(last, of.reads);
        let mut finding =
            Diagnostic::new(Code::ScaleHole, format!("{example} gets no {}", of.gets)).at(last.at, "nothing follows");
        if !of.span.contains(last.at) {
            finding = finding.at(of.span, format!("the {}s", of.what));
        }
        checks.report(finding.help("end with `else …`, which takes all that is left"));
    }
}

struct Known {
    op: BinaryOp,
    number: Number,
    at: Span,
}

/// Nothing stands behind `else`, and the signs all point one way. False where they do not.
fn one_way<C: Findings>(checks: &mut C, all: &[Threshold], of: &Thresholds<'_>) -> bool {
    let what = of.what;
    let first = all.iter().find_map(|one| one.condition.as_ref().map(|(op, _)| *op));
    for (place, one) in all.iter().enumerate() {
        let Some((op, _)) = &one.condition else {
            if place + 1 < all.len() && !(place == 0 && all.len() > 2) {
                checks.report(
                    Diagnostic::new(
                        Code::Unreachable,
                        format!("`else` takes all that is left, so no {what} can follow it"),
                    )
                    .at(all[place + 1].at, "never reached")
                    .at(one.at, "`else`")
                    .help("put `else` last"),
                );
            }
            continue;
        };
        let fits = first.is_some_and(|first| (falling(first) && falling(*op)) || (rising(first) && rising(*op)));
        if !fits {
            checks.report(
                Diagnostic::new(Code::ScaleOrder, format!("the {what}s do not all go one way"))
                    .at(one.at, "this one goes the other way")
                    .help("let all of them begin at a value, from high to low, as in `>= 90`, `>= 60`; or all end at one, from low to high, as in `<= 60`, `<= 90`"),
            );
            return false;
        }
    }
    true
}

/// All of them the other way round: one mistake. True where that was found.
fn backwards<C: Findings>(checks: &mut C, known: &[Known], of: &Thresholds<'_>) -> bool {
    let turned = |pair: &[Known]| match falling(pair[0].op) {
        true => pair[1].number > pair[0].number,
        false => pair[1].number < pair[0].number,
    };
    let [first, second, ..] = known else { return false };
    if !known.windows(2).all(turned) {
        return false;
    }
    let what = of.what;
    let (begin, way) = if falling(first.op) { ("begin", "high to low") } else { ("end", "low to high") };
    let finding = covered(checks, first, second, what).help(format!(
        "{what}s that {begin} at a value stand from {way}: turn the order round, what takes the rest last"
    ));
    checks.report(finding);
    true
}

fn in_order<C: Findings>(checks: &mut C, known: &[Known], of: &Thresholds<'_>) {
    for pair in known.windows(2) {
        let (one, other) = (&pair[0], &pair[1]);
        // `> 90` then `>= 90` differ in 90 itself; every other equal pair repeats.
        let edge = one.number == other.number
            && matches!(
                (one.op, other.op),
                (BinaryOp::Greater, BinaryOp::GreaterOrEqual) | (BinaryOp::Less, BinaryOp::LessOrEqual)
            );
        let falls = falling(one.op);
        let ordered = if falls { other.number < one.number } else { other.number > one.number };
        if !ordered && !edge {
            let way = if falls { "order them from high to low" } else { "order them from low to high" };
            let finding = covered(checks, one, other, of.what).help(way);
            checks.report(finding);
        }
    }
}

fn covered<C: Findings>(checks: &C, by: &Known, one: &Known, what: &str) -> Diagnostic {
    let (before, text) = (checks.text(by.at), checks.text(one.at));
    let message = format!("nothing ever reaches this {what}: {text} is covered by {before} before it");
    Diagnostic::new(Code::Unreachable, message).at(one.at, "never reached").at(by.at, "covers it")
}

/// A value just beyond the last threshold.
fn hole_example(last: &Known, reads: &Reads) -> String {
    let edge = &last.number;
    let step = if reads.counted && *edge >= Number::ONE {
        Number::ONE
    } else if edge.abs() <= Number::from(5) {
        Number::from_parts(1, 3)
    } else {
        Number::from_parts(1, 2)
    };
    let value = match last.op {
        BinaryOp::GreaterOrEqual => edge.sub(&step),
        BinaryOp::LessOrEqual => edge.add(&step),
        _ => edge.clone(),
    };
    // A ratio is told as people write it.
    match reads.unit.as_str() {
        "" => percent(&value),
        unit => format!("a value of {value} {unit}"),
    }
}

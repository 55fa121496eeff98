//! Why one score differs from another: the difference split by cause, so that the parts total it exactly.
//!
//! In come two scorings: of one person in two periods, of two people, or by two versions of the rules. [`compare`] lays
//! their scorecards over each other and finds what differs, [`merged`] computes the score with any of these taken from the one side
//! and the rest from the other, by the same steps as [`crate::score`]. [`shapley`] splits the difference.
//!
//! The part of a cause is its Shapley value: what it changes, over all orders in which the causes could have come, each
//! order counting the same. So no order is preferred, and causes that change nothing get nothing. It is exact up to
//! [`shapley::MOST`] causes; of more, those that alone change least are taken as one.

mod causes;
mod compare;
pub mod document;
mod grade;
mod merged;
mod recipe;
mod shapley;
pub mod text;

pub use causes::{Cause, CauseKind};
pub use grade::GradeGap;
pub use recipe::Side;
pub use shapley::{MOST, split};

use self::compare::merged;
use self::document::{Contrast, Part};
use crate::number::Number;

/// Splits the difference between two overall scores; nothing where one of them is none.
pub fn contrast(before: &Side, after: &Side) -> Option<Contrast> {
    let merged = merged(before, after);
    let (from, to) = (before.overall.clone()?, after.overall.clone()?);
    let split = shapley::split(merged.causes.len(), &|taken| merged.score(taken));
    let part = |(members, amount): (Vec<usize>, Number)| Part {
        causes: members.iter().map(|at| merged.causes[*at].clone()).collect(),
        amount,
    };
    let mut parts: Vec<Part> = split.into_iter().map(part).collect();
    parts.sort_by_key(|part| std::cmp::Reverse(part.amount.abs()));
    let difference = to.sub(&from);
    Some(Contrast { before: from, after: to, difference, parts })
}

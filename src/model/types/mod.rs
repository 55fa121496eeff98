//! Which type and which unit a formula has, and whether its numbers are in the unit that was meant.
//!
//! `unit` is the algebra of units; `formula` the operators, `calls` functions, `aggregates` what reads rows, over the
//! `windows` they ask for, `closed` what reads results of earlier periods. `present` knows of values that may be missing. `expect` refuses what has another type than
//! its place asks for, in the words of `mends`. `bare`, `bare_constants`, `hundredfold` and `whole` ask about numbers whose
//! unit is right and whose size is doubtful.

pub(super) mod aggregates;
pub(super) mod bare;
pub(super) mod bare_constants;
pub(super) mod calls;
mod closed;
pub(super) mod expect;
pub(super) mod formula;
pub(super) mod hundredfold;
pub(super) mod mends;
pub(super) mod present;
pub mod unit;
pub(super) mod whole;
pub(super) mod windows;

//! Why a number is what it is, what changes it, and what would make it another.
//!
//! In come the values of the evaluator, the cards of [`crate::score`] and the rows that [`crate::data`] names; out come
//! trees from a grade down to rows. Nothing is computed here a second time: what is shown is what the evaluation has gone
//! by, and each step can be checked by its own numbers. [`changes`] holds two projects against each other.

pub mod changes;
pub mod cliffs;
pub mod contrast;
pub mod document;
mod exact;
pub mod goal;
mod units;
pub mod why;

pub use exact::{exact, fraction, in_full};
pub use units::Units;

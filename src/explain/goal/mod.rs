//! What it would take: the nearest value of a KPI with which somebody reaches a grade or a score, or the proof that none does.
//!
//! A KPI is moved in its smallest steps away from what it is. [`nodes`] and [`cards`] tell how all that follows moves with it,
//! stretch by stretch ([`shape`]): on each the score goes one way, so that its end, or halving, tells exactly where the goal is
//! reached first. Every answer is then evaluated, and so is one step less.

mod cards;
pub mod document;
mod everyone;
mod mix;
mod nodes;
mod outcome;
mod reach;
mod shape;
pub mod step;
pub mod text;

pub use everyone::{Asked, OfPerson, Wanted, everyone};
pub use mix::{Mix, Part};
pub use outcome::{Goal, Lever, Outcome};
pub use reach::{Answer, NotReached, Person, Reached, Side, Solver, Why};

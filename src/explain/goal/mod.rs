//! What it would take: the nearest value of a KPI with which somebody reaches a grade or a score, or the proof that none does.
//!
//! A KPI is moved in its smallest steps away from what it is. [`nodes`] and [`cards`] tell how all that follows moves with it,
//! stretch by stretch ([`shape`]): on each the score goes one way, so that its end, or halving, tells exactly where the goal is
//! reached first. Every answer is then evaluated, and so is one step less.

mod answer;
mod cards;
pub mod document;
mod everyone;
mod measures;
mod mix;
mod nodes;
mod outcome;
mod outputs;
mod pace;
mod person;
mod reach;
mod rows;
mod shape;
pub mod step;
pub mod text;
mod walk;
mod words;

pub use answer::{Answer, NotReached, Reached, Side, Unknown, Why};
pub use everyone::{Asked, OfPerson, Wanted, everyone};
pub use measures::{Amount, End, What};
pub use mix::{Mix, NoMix, Part};
pub use outcome::{Along, Goal, Lever, Move, Outcome};
pub use pace::Pace;
pub use person::{Person, Solver};
pub use rows::{Change, InRows, OneMore};

//! What is certain of a formula before any data is seen: the least and the most it can be, and conditions that never
//! hold.
//!
//! `ranges` has the interval of a formula or a curve; `facts` what conditions have shown;
//! `conditions` finds what is always or never true, `clashes` what cannot hold together, `idle` parts that never do
//! anything. Proofs about one kind of thing stand beside it: those of curves in [`crate::scales`], points and grades in
//! `scorecards`, gaps in time in `dates`.

pub(super) mod clashes;
pub(super) mod conditions;
pub(super) mod facts;
pub(super) mod idle;
pub(super) mod ranges;

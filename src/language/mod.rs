//! The words of the language whose meaning every pass shares: what stands in a tree as it stands in a plan. Nothing here
//! knows how they are written, but for the tables that documentation and proposals are made of.

mod aggregates;
mod operators;
mod rows;
mod scoring;

pub use aggregates::{
    AddsUp, AggregateFunction, AggregateSignature, Beside, Blanks, Finish, Gives, Keeps, OverNothing, Parts, Range,
    Second, Takes, Whole,
};
pub use operators::BinaryOp;
pub use rows::{AcrossStints, ScopeWord};
pub use scoring::{Combine, PartOfPeriod, WhenMissing, is_mirrored};

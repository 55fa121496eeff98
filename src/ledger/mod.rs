//! Closings: results of periods that are over, kept so that they stay what they were.
//!
//! A closing is a file ([`closing`]) in a chain of such files ([`chain`]), to which new ones are added so that whatever ends
//! the program leaves the old chain or the new one ([`put`]). In come the results and explanations of an evaluation; this
//! folder evaluates nothing itself.

pub mod canonical;
pub mod chain;
pub mod closing;
pub mod put;
pub mod restated;
pub mod signature;

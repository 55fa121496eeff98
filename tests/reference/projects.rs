//! The random projects, for tests that need no reference evaluator.

pub mod hidden;
pub mod random;
pub mod schema;
pub mod spec;

//! How a value becomes a score or a grade: scales, curves and ratings (`curves`), matrices, and curves whose points
//! `moving` data holds. What the kinds of curves mean stands in [`crate::scales`]; `checks` is what they are proved by.

pub(super) mod checks;
pub(super) mod curves;
pub(super) mod matrices;
pub(super) mod moving;

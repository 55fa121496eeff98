//! How a value becomes a score or a grade: scales, curves and ratings (`curves`), matrices, and curves whose points
//! `moving` data holds; `shapes` proves that each is in order and without holes,
//! `direction` that it rises or falls as its KPI asks.

pub(super) mod curves;
pub(super) mod direction;
pub(super) mod matrices;
pub(super) mod moving;
pub(super) mod shapes;

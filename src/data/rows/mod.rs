//! What formulas say of rows: expressions over batches of rows at a time.

pub(crate) mod nodes;
pub(crate) mod operate;
pub(crate) mod vector;

//! The cells of a column, side by side in memory.

pub(crate) mod column;
pub(crate) mod dictionary;

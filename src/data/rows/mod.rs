//! Rows in memory: tables, their shape in time and their keys; and what formulas say of rows, a batch at a time.

pub(crate) mod keys;
pub(crate) mod nodes;
pub(crate) mod operate;
pub(crate) mod shape;
pub(crate) mod table;
pub(crate) mod vector;

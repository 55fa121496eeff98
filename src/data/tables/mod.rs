//! Columns to tables: their shape in time, keys that are unique, links that lead to rows, teams that are a tree, and columns
//! with a formula that any of these needs. What is doubtful about the rows of a table is looked for here, too.

pub(crate) mod added_up;
pub(crate) mod doubts;
pub(crate) mod far_out;
pub(crate) mod files;
pub(crate) mod given;
pub(crate) mod keyed;
pub(crate) mod links;
pub(crate) mod load;
pub(crate) mod needs;
pub(crate) mod stored;
pub(crate) mod teams;

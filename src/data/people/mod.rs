//! Whose rows are whose: the posts that people hold, the days on which rows are theirs, and rows that are nobody's.

pub(crate) mod calendar;
pub(crate) mod nowhere;
pub(crate) mod own;
pub(crate) mod pieces;
pub(crate) mod roster;
pub(crate) mod rulings;

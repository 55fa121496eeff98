//! What a cell of a file says: what one of each type may look like ([`forms`], from which the SQL of engines is made as
//! well), how it is read, what was mended on the way, and why one cannot be read.

pub(crate) mod content;
pub(crate) mod digits;
pub(crate) mod forms;
pub(crate) mod garbled;
pub(crate) mod numbers;
pub(crate) mod plausible;
pub(crate) mod reader;
pub(crate) mod short_digits;
pub(crate) mod tidy;
pub(crate) mod times;
pub(crate) mod totals;

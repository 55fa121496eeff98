//! Rows to answers: measures that read the same rows are computed in one pass, and kept by group.

pub(crate) mod branches;
pub(crate) mod changes;
pub(crate) mod fates;
pub(crate) mod job;
pub(crate) mod measure;
pub(crate) mod runs;
pub(crate) mod scan;
pub(crate) mod sorted;
pub(crate) mod store;

//! From the model and a period to what must be computed.

pub mod query;

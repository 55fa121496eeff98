//! From the model and a period to what must be computed.
//!
//! A [`Plan`] has two halves: the [`query::Query`], which is all that is asked of the data, and the
//! [`program::Program`], which makes values and scores of the answers. Both are plain data.

pub mod program;
pub mod query;

use crate::time::{Day, Months, PeriodName};

/// What one evaluation computes.
#[derive(Clone, Debug)]
pub struct Plan {
    pub period: PeriodName,
    pub months: Months,
    pub first_day: Day,
    pub last_day: Day,
    pub query: query::Query,
    pub program: program::Program,
}

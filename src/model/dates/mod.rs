//! What holds on which days: the `versions` of a declaration, `gaps` between values that change with time,
//! `parts_of_year` in targets, and the `stints` of people who change post within a period.

pub(super) mod gaps;
pub(super) mod parts_of_year;
pub(super) mod stints;
pub(super) mod versions;

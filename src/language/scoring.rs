//! How scores are put together.

/// How the entries of a scorecard, a group or an index become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Combine {
    WeightedMean,
    Geometric,
    Sum,
}

/// What becomes of an entry without a score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenMissing {
    Redistribute,
    Zero,
    NoRating,
}

/// What of an output somebody gets who holds the post in a part of the period only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartOfPeriod {
    /// `prorated`: by the days in the post.
    Prorated,
    /// `in full`
    InFull,
}

/// Whether the attainment is 2 − value / target, and not value / target itself.
pub fn is_mirrored(target_is_negative: bool, lower_is_better: bool) -> bool {
    target_is_negative != lower_is_better
}

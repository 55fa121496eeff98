//! How the rows of a table stand in time.

/// The first day of a row without a beginning.
pub const ALWAYS_BEFORE: i32 = i32::MIN + 1;
/// The last day of a row without an end.
pub const ALWAYS_AFTER: i32 = i32::MAX;

/// The time shape with its days.
pub enum Shape {
    Always,
    Dated,
    /// First and last day of each row.
    Valid {
        from: Vec<i32>,
        to: Vec<i32>,
    },
    /// The day of each row; [`NO_DAY`] without one.
    Snapshot(Vec<i32>),
}

impl Shape {
    /// Whether a link to a key of this table finds one row, whatever the day.
    pub fn is_timeless(&self) -> bool {
        matches!(self, Shape::Always | Shape::Dated)
    }
}

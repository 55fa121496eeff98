//! A difference as data.

use serde::Serialize;

use super::causes::Cause;
use crate::number::Number;

/// A difference between two overall scores, and what makes it.
#[derive(Clone, Debug, Serialize)]
pub struct Contrast {
    pub before: Number,
    pub after: Number,
    pub difference: Number,
    /// The largest first; they total the difference.
    pub parts: Vec<Part>,
}

/// What one cause makes; or several that are taken as one.
#[derive(Clone, Debug, Serialize)]
pub struct Part {
    pub causes: Vec<Cause>,
    pub amount: Number,
}

//! Values to scorecards.

pub mod card;

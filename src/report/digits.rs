//! Digits as people read them: separators, and how many places stand behind the point.

use crate::number::in_groups;

/// Of shown values, and of scores where the company says nothing.
pub const PLACES: u32 = 2;

/// `1234567.5` as `1,234,567.5`.
pub fn grouped(digits: &str) -> String {
    in_groups(digits, ',')
}

pub fn places_of(digits: &str) -> u32 {
    digits.split_once('.').map_or(0, |(_, places)| places.len() as u32)
}

pub fn without_trailing_zeros(digits: &str) -> &str {
    if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits }
}

//! The places of a sheet, as people name them.

use crate::data::errors::spreadsheet_column;

/// Row and column, counted from 0.
pub type Place = (u32, u32);

/// `B2`
pub fn cell_name((row, column): Place) -> String {
    format!("{}{}", spreadsheet_column(column as usize), u64::from(row) + 1)
}

/// `B2`, `$B$2`: its row and column, if a sheet can have them.
pub fn place_named(name: &str) -> Option<Place> {
    let name = name.as_bytes();
    let letters = name.iter().position(|byte| !byte.is_ascii_alphabetic() && *byte != b'$')?;
    let (letters, digits) = name.split_at(letters);
    let mut column = 0u32;
    for letter in letters.iter().filter(|letter| **letter != b'$') {
        column = column * 26 + u32::from(letter.to_ascii_uppercase() - b'A') + 1;
        if column > COLUMNS {
            return None;
        }
    }
    let row = std::str::from_utf8(digits).ok()?.parse::<u32>().ok()?;
    Some((row.checked_sub(1).filter(|row| *row < ROWS)?, column.checked_sub(1)?))
}

/// Rows and columns that a sheet of any program can have.
pub const ROWS: u32 = 1 << 20;
pub const COLUMNS: u32 = 1 << 14;

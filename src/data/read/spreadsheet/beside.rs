//! What the library that reads workbooks passes over, looked up beside it.

use std::collections::HashMap;

use super::format::NumberFormat;
use super::place::Place;
use super::table::{Computed, Found};

/// What the library does not tell of a sheet.
#[derive(Debug, Default)]
pub struct Beside {
    pub found: Found,
    /// By cell of a number, which of the formats it has.
    pub formats: HashMap<Place, u32>,
    /// By cell of a formula whose value is not simply believed, how far it is.
    pub doubted: HashMap<Place, Computed>,
}

/// The same of a workbook: by sheet, in their order.
#[derive(Debug, Default)]
pub struct BesideAll {
    pub sheets: Vec<(String, Beside)>,
    pub formats: Vec<NumberFormat>,
}

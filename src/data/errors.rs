//! Every message about data files, in one place.

mod cells;
mod encodings;
mod files;
mod headers;
mod rows;
mod tables;
mod tally;

pub use cells::*;
pub use encodings::*;
pub use files::*;
pub use headers::*;
pub use rows::*;
pub use tables::*;
pub use tally::{SHOWN, Spot, Tally};

use crate::alike::folded;
use crate::diagnostic::{DataPlace, Diagnostic};
use crate::nearest::likest;
use crate::plural::counted;

/// `a, b and c`; at most so many of them.
fn listed<T: AsRef<str>>(items: &[T], most: usize) -> String {
    let shown: Vec<String> = items.iter().take(most).map(|item| format!("`{}`", item.as_ref())).collect();
    match items.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// The candidate most like a text, if one is like it at all.
pub fn nearest<'a>(text: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    likest(text, candidates, folded)
}

fn in_file(file: &str) -> DataPlace {
    DataPlace { file: file.to_string(), ..DataPlace::default() }
}

fn in_row(file: &str, row: u64) -> DataPlace {
    DataPlace { row: Some(row), ..in_file(file) }
}

/// The places of a tally, and how many more there are.
fn with_places(mut diagnostic: Diagnostic, file: &str, header: Option<&str>, tally: &Tally) -> Diagnostic {
    for spot in &tally.first {
        diagnostic = diagnostic.in_data(DataPlace {
            row: spot.key.is_none().then_some(u64::from(spot.line)),
            key: spot.key.clone(),
            column: header.map(str::to_string),
            text: Some(spot.text.clone()),
            ..in_file(file)
        });
    }
    match tally.count - tally.first.len() as u64 {
        0 => diagnostic,
        more => diagnostic.note(format!("and {more} more like it")),
    }
}

//! All columns of a Parquet file as texts.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::super::FileTask;
use super::super::texts::Texts;
use super::pages::NOWHERE;
use super::values::Meaning;
use super::{Damaged, Opened};
use crate::data::errors;
use crate::data::read::raw::{Grid, Raw};
use crate::diagnostic::Diagnostic;

/// Refuses binary fractions, whose texts would look exact, and columns that have no texts.
pub fn texts(task: &FileTask) -> Result<Texts, Box<Diagnostic>> {
    let opened = Opened::open(task)?;
    for (place, header) in opened.layout.headers.iter().enumerate() {
        let reason = match opened.column(place) {
            None => "does not hold one value a row",
            Some((_, Meaning::Float | Meaning::Half)) => "holds binary fractions, which are not exact",
            Some((leaf, _)) => match opened.unknown_packing(leaf) {
                Some(packing) => return Err(Box::new(errors::unknown_packing(&task.shown, &packing))),
                None => continue,
            },
        };
        return Err(Box::new(
            errors::unreadable(&task.shown, &format!("its column `{header}` {reason}"))
                .help("keep results as they come: numbers are DECIMAL or whole, dates DATE, all else text"),
        ));
    }
    let damaged = |Damaged(places): Damaged| {
        let header = places.first().map_or("", |place| &opened.layout.headers[*place]);
        Box::new(errors::damaged_column(&task.shown, header))
    };
    let (rows, no_text) = opened.texts().map_err(damaged)?;
    if !no_text.is_empty() {
        return Err(damaged(Damaged(no_text)));
    }
    Ok(Texts { headers: opened.layout.headers, rows })
}

impl Opened {
    /// All rows; blank where a column does not have one value in each row. With the columns in which something is no
    /// text.
    pub fn texts(&self) -> Result<(Vec<Vec<String>>, BTreeSet<usize>), Damaged> {
        let (mut rows, mut no_text) = (Vec::new(), BTreeSet::new());
        for slice in self.slices(usize::MAX) {
            let first = rows.len();
            rows.resize(first + slice.rows, vec![String::new(); self.leaves.len()]);
            let all: Vec<u32> = (0..slice.rows as u32).collect();
            for (place, column) in self.read(&slice, &(0..self.leaves.len()).collect::<Vec<_>>())? {
                for (row, value) in
                    column.places(0, &all, all.len()).iter().enumerate().filter(|(_, at)| **at != NOWHERE)
                {
                    match column.text(*value as usize) {
                        Ok(text) => rows[first + row][place] = text.into_owned(),
                        Err(_) => drop(no_text.insert(place)),
                    }
                }
            }
        }
        Ok((rows, no_text))
    }
}

/// The columns' names stand in the first row.
impl Grid for Texts {
    fn height(&self) -> usize {
        self.rows.len() + 1
    }

    fn width(&self, _row: usize) -> usize {
        self.headers.len()
    }

    fn line(&self, row: usize) -> u32 {
        row as u32
    }

    fn cell(&self, row: usize, column: usize) -> Raw<'_> {
        let row = row.checked_sub(1).map_or(&self.headers, |row| &self.rows[row]);
        Raw { text: Cow::Borrowed(row.get(column).map_or("", String::as_str)), ..Raw::default() }
    }
}

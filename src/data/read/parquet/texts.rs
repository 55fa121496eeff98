//! All columns of a Parquet file as texts.

use std::collections::BTreeSet;

use super::super::FileTask;
use super::super::texts::Texts;
use super::values::Meaning;
use super::{Damaged, Opened, Slice};
use crate::data::errors;
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
    let mut rows = Vec::new();
    for slice in opened.slices(usize::MAX) {
        let read = slice_of(&opened, &slice);
        rows.extend(read.map_err(|Damaged(places)| {
            let header = places.first().map_or("", |place| &opened.layout.headers[*place]);
            Box::new(errors::damaged_column(&task.shown, header))
        })?);
    }
    Ok(Texts { headers: opened.layout.headers, rows })
}

fn slice_of(opened: &Opened, slice: &Slice) -> Result<Vec<Vec<String>>, Damaged> {
    let columns = opened.read(slice, &(0..opened.leaves.len()).collect::<Vec<_>>())?;
    let mut rows = vec![Vec::with_capacity(columns.len()); slice.rows];
    for (place, column) in &columns {
        let mut at = 0;
        for (number, row) in rows.iter_mut().enumerate() {
            let there = column.is_there(number);
            let text = if there { column.text(at) } else { Ok("".into()) };
            row.push(text.map_err(|_| Damaged(BTreeSet::from([*place])))?.into_owned());
            at += usize::from(there);
        }
    }
    Ok(rows)
}

//! The table of all restatements, which specs can read as data.

use std::fs;
use std::io;

use super::chain::{Chain, Fault};
use super::closing::{Head, Parts};
use super::put::put;
use super::restated::{Restated, told};
use crate::number::Number;
use crate::report::csv::cell::{Cell, Sheet, Style, decimal};

/// The table of all restatements, in the folder of closings.
pub const TABLE: &str = "restatements.csv";

const HEADER: [&str; 17] = [
    "period",
    "version",
    "roster",
    "person",
    "name",
    "position",
    "what",
    "unit",
    "paid",
    "restated",
    "difference",
    "paid_grade",
    "restated_grade",
    "causes",
    "reason",
    "by",
    "on",
];

/// The table that the closings of a chain make, of the first so many of them.
pub fn table(chain: &Chain, first: usize) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    let mut sheet = Sheet::new(Style::Plain, &mut out);
    sheet.row(HEADER.map(Cell::text))?;
    for link in chain.links.iter().take(first).filter(|link| link.version > 1) {
        let bytes = fs::read(chain.place(link))?;
        let Some(front) = Parts::of(&bytes).and_then(|parts| parts.front()) else { continue };
        for one in front.restated.iter().flatten() {
            sheet.row(cells(&front.closing, one))?;
        }
    }
    sheet.end()?;
    Ok(out)
}

/// Writes the table anew, where it is another one.
pub fn write_table(chain: &Chain) -> io::Result<()> {
    let place = chain.folder.join(TABLE);
    let table = table(chain, chain.links.len())?;
    match fs::read(&place) {
        Ok(there) if there == table => Ok(()),
        _ => put(&place, &table),
    }
}

/// What is wrong with the table, if it is not what the closings make; a program that was stopped may have left the one before
/// the last closing.
pub fn table_fault(chain: &Chain) -> io::Result<Option<Fault>> {
    let all = chain.links.len();
    let there = match fs::read(chain.folder.join(TABLE)) {
        Ok(there) => there,
        Err(error) if error.kind() == io::ErrorKind::NotFound && all < 2 => return Ok(None),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(Some(Fault { file: TABLE.to_string(), what: "it is not there any more".to_string() }));
        }
        Err(error) => return Err(error),
    };
    let is_of = |first: usize| table(chain, first).map(|table| table == there);
    let what = "it is not what the closings say; the next closing writes it anew".to_string();
    Ok(match is_of(all)? || is_of(all.saturating_sub(1))? {
        true => None,
        false => Some(Fault { file: TABLE.to_string(), what }),
    })
}

fn cells(head: &Head, one: &Restated) -> [Cell; 17] {
    let is_word = one.what == "rating" && one.position.is_none();
    let number = |text: &Option<String>| {
        text.as_deref().and_then(Number::of_document).filter(|_| !is_word).map_or_else(Cell::none, |it| decimal(&it))
    };
    let optional = |text: &Option<String>| text.as_ref().map_or_else(Cell::none, Cell::text);
    let word = |text: &Option<String>| if is_word { optional(text) } else { Cell::none() };
    let causes = one.causes.iter().map(|part| match &one.difference {
        Some(_) => format!("{} {}", told(&part.of), part.amount),
        // A part of 1 is no amount.
        None => told(&part.of),
    });
    [
        Cell::text(&head.period),
        Cell::text(head.version),
        Cell::text(&one.roster),
        Cell::text(&one.person),
        Cell::text(&one.name),
        optional(&one.position),
        Cell::text(&one.what),
        optional(&one.unit),
        number(&one.paid),
        number(&one.restated),
        number(&one.difference),
        word(&one.paid),
        word(&one.restated),
        Cell::text(causes.collect::<Vec<_>>().join("; ")),
        optional(&head.reason),
        Cell::text(&head.by),
        Cell::text(&head.on),
    ]
}

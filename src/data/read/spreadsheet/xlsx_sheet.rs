//! The cells of one sheet of an `.xlsx`.

use std::collections::HashMap;
use std::io::BufRead;
use std::sync::Arc;

use quick_xml::events::{BytesStart, Event};

use super::place::{COLUMNS, Place, ROWS, cell_name, place_named};
use super::table::{Computed, Found, Held, Trouble, added_up, cut_off, room_for};
use super::text::has_too_many_digits;
use super::xml::{Xml, attribute};
use super::xml::{rich_text, unescaped};

/// All cells; or those of so many rows from the first that has one.
pub fn cells<R: BufRead>(
    part: &mut Xml<R>,
    texts: &[Arc<str>],
    computed: Computed,
    rows: Option<u32>,
) -> Result<Found, Trouble> {
    let mut sheet = Sheet { texts, computed, found: Found::default(), shared: HashMap::new(), of_arrays: Vec::new() };
    let (mut inside, mut row, mut column) = (false, 0u32, 0u32);
    loop {
        match part.next()? {
            Event::Start(element) => match element.local_name().as_ref() {
                "sheetData" => inside = true,
                "row" if inside => {
                    if let Some(number) = attribute(&element, "r") {
                        row = row_named(&number)?;
                    }
                    let first = sheet.found.extent.corners().map(|(first, _)| first.0);
                    if rows.zip(first).is_some_and(|(rows, first)| row >= first.saturating_add(rows)) {
                        return Ok(sheet.found);
                    }
                }
                "c" if inside => {
                    let cell = Cell::of(&element, (row, column))?;
                    column = cell.place.1 + 1;
                    sheet.cell(part, cell)?;
                }
                "mergeCell" => {
                    let range = attribute(&element, "ref").unwrap_or_default();
                    let merged = range_named(&range).ok_or_else(|| strange("merged cells", &range))?;
                    sheet.found.merged.push(merged);
                }
                _ => {}
            },
            Event::End(element) => match element.local_name().as_ref() {
                "row" if inside => {
                    row = row.saturating_add(1);
                    column = 0;
                }
                "sheetData" => inside = false,
                "worksheet" => return sheet.done(),
                _ => {}
            },
            Event::Eof => return Err(cut_off("")),
            _ => {}
        }
    }
}

fn strange(what: &str, name: &str) -> Trouble {
    Trouble::Damaged(format!("it names {what} `{name}`, which no sheet has"))
}

fn row_named(number: &str) -> Result<u32, Trouble> {
    let row = number.trim().parse::<u32>().ok().and_then(|row| row.checked_sub(1)).filter(|row| *row < ROWS);
    row.ok_or_else(|| strange("a row", number))
}

/// `A1:B2`, or one cell.
fn range_named(range: &str) -> Option<(Place, Place)> {
    let (first, last) = range.split_once(':').unwrap_or((range, range));
    let (first, last) = (place_named(first.trim())?, place_named(last.trim())?);
    Some(((first.0.min(last.0), first.1.min(last.1)), (first.0.max(last.0), first.1.max(last.1))))
}

/// What a cell says of itself.
struct Cell {
    place: Place,
    style: u32,
    kind: String,
}

impl Cell {
    /// Without a place of its own, a cell stands behind the one before.
    fn of(element: &BytesStart, next: Place) -> Result<Cell, Trouble> {
        let mut cell = Cell { place: next, style: 0, kind: String::new() };
        for attribute in element.attributes().flatten() {
            let value = &attribute.value;
            match attribute.key.as_ref() {
                "r" => cell.place = place_named(value).ok_or_else(|| strange("a cell", value))?,
                "s" => cell.style = value.trim().parse().unwrap_or(0),
                "t" => cell.kind = value.trim().to_string(),
                _ => {}
            }
        }
        match cell.place.0 < ROWS && cell.place.1 < COLUMNS {
            true => Ok(cell),
            false => Err(strange("a cell", &cell_name(cell.place))),
        }
    }
}

/// A formula, and the cells that it is for where these are several.
struct Formula {
    text: String,
    cells: Option<(Place, Place)>,
    /// Which of the shared ones it is.
    shared: Option<String>,
}

struct Sheet<'a> {
    texts: &'a [Arc<str>],
    computed: Computed,
    found: Found,
    shared: HashMap<String, String>,
    /// Cells of formulas that are for several, and have no value.
    of_arrays: Vec<((Place, Place), Arc<str>)>,
}

impl Sheet<'_> {
    fn cell<R: BufRead>(&mut self, part: &mut Xml<R>, cell: Cell) -> Result<(), Trouble> {
        let (mut value, mut inline, mut formula) = (None, None, None);
        loop {
            let (name, of) = match part.next()? {
                Event::Start(element) => match element.local_name().as_ref() {
                    "f" => ("f", ["ref", "t", "si"].map(|name| attribute(&element, name))),
                    "v" => ("v", [None, None, None]),
                    "is" => ("is", [None, None, None]),
                    _ => ("", [None, None, None]),
                },
                Event::End(_) => break,
                Event::Eof => return Err(cut_off("")),
                _ => continue,
            };
            match name {
                "f" => {
                    let [range, kind, shared] = of;
                    // The cells of a shared formula each name it.
                    let several = matches!(kind.as_deref(), Some("array" | "dataTable"));
                    let cells = range.filter(|_| several).and_then(|range| range_named(&range));
                    formula = Some(Formula { text: part.text()?, cells, shared });
                }
                "v" => value = Some(part.text()?),
                "is" => inline = Some(rich_text(part)?),
                _ => part.skip()?,
            }
        }
        let as_java_writes = value.as_deref().is_some_and(|value| value.trim() == "0.0");
        let held = self.held(&cell, value, inline)?;
        let held = match formula {
            Some(formula) => self.given(cell.place, held, as_java_writes, formula),
            None => held.unwrap_or_default(),
        };
        self.found.add(cell.place, held);
        Ok(())
    }

    /// The value of a cell; `None` where it has none.
    fn held(&self, cell: &Cell, value: Option<String>, inline: Option<String>) -> Result<Option<Held>, Trouble> {
        let text = |text: String| if text.is_empty() { Held::Blank } else { Held::Text(text.into()) };
        if let Some(inline) = inline {
            return Ok(Some(text(inline)));
        }
        let Some(value) = value else { return Ok(None) };
        let strange = || Held::Strange(value.as_str().into());
        Ok(Some(match cell.kind.as_str() {
            "str" | "inlineStr" => text(unescaped(value)),
            _ if value.trim().is_empty() => return Ok(None),
            "s" => {
                let at = value.trim().parse::<usize>().ok();
                let shared = at.and_then(|at| self.texts.get(at)).ok_or_else(|| {
                    Trouble::Damaged(format!("its cell {} has a text that is missing", cell_name(cell.place)))
                })?;
                if shared.is_empty() { Held::Blank } else { Held::Text(shared.clone()) }
            }
            "b" => match value.trim().to_lowercase().as_str() {
                "1" | "true" => Held::Flag(true),
                "0" | "false" => Held::Flag(false),
                _ => strange(),
            },
            "e" => Held::Error(value.trim().into()),
            "d" => Held::Moment(moment(value.trim()).into()),
            _ => number(&value, cell.style).unwrap_or_else(strange),
        }))
    }

    /// What a formula gave. One of the programs that do not compute writes `0.0`, as none does that computes.
    fn given(&mut self, place: Place, held: Option<Held>, as_java_writes: bool, formula: Formula) -> Held {
        if let Some(rows) = added_up(place, &formula.text) {
            self.found.sums.insert(place, rows);
        }
        if let Some(shared) = formula.shared.clone().filter(|_| !formula.text.is_empty()) {
            self.shared.insert(shared, formula.text.clone());
        }
        // Of a shared one, the first cell has the text.
        let text = match formula.shared.as_ref().and_then(|shared| self.shared.get(shared)) {
            Some(text) => text,
            None if formula.text.is_empty() => "…",
            None => &formula.text,
        };
        let text: Arc<str> = format!("={text}").into();
        let computed = Computed { later: self.computed.later || as_java_writes, ..self.computed };
        let given = computed.given(held, &text);
        let is_later = matches!(given, Held::Uncomputed(_));
        if let Some(cells) = formula.cells.filter(|_| is_later || self.computed.later) {
            self.of_arrays.push((cells, text));
        }
        given
    }

    /// Cells of a formula for several that have no value, or a 0 in place of it, are no blank ones and no zeros; beyond
    /// the last row of the sheet there are none.
    fn done(mut self) -> Result<Found, Trouble> {
        let Some((first, last)) = self.found.extent.corners() else { return Ok(self.found) };
        if self.of_arrays.is_empty() {
            return Ok(self.found);
        }
        let mut filled: HashMap<Place, usize> =
            self.found.cells.iter().enumerate().map(|(at, (place, _))| (*place, at)).collect();
        let mut room = room_for(filled.len() as u64);
        for ((top, bottom), text) in std::mem::take(&mut self.of_arrays) {
            for row in top.0.max(first.0)..=bottom.0.min(last.0) {
                for column in top.1.max(first.1)..=bottom.1.min(last.1) {
                    room =
                        room.checked_sub(1).ok_or_else(|| Trouble::Damaged("formulas lie over each other".into()))?;
                    let later = Held::Uncomputed(text.clone());
                    match filled.get(&(row, column)) {
                        Some(at) if matches!(self.found.cells[*at].1, Held::Number(0.0, _)) => {
                            self.found.cells[*at].1 = later;
                        }
                        Some(_) => {}
                        None => {
                            filled.insert((row, column), self.found.cells.len());
                            self.found.cells.push(((row, column), later));
                        }
                    }
                }
            }
        }
        Ok(self.found)
    }
}

/// A number as it is written, if it is one.
fn number(text: &str, style: u32) -> Option<Held> {
    let text = text.trim();
    // The library of numbers also takes `inf` and `nan`.
    if !text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte)) {
        return None;
    }
    let number: f64 = text.parse().ok().filter(|number: &f64| number.is_finite())?;
    Some(match has_too_many_digits(text, number) {
        true if text.contains(['e', 'E']) => Held::Cut(number.to_string().into()),
        true => Held::Cut(text.into()),
        false => Held::Number(number, style),
    })
}

/// A day or time in ISO's form: midnight says no more than the day.
fn moment(text: &str) -> String {
    match text.split_once('T') {
        Some((day, clock)) if clock.bytes().all(|byte| b"0:.".contains(&byte)) => day.to_string(),
        Some((day, clock)) => format!("{day} {}", clock.split('.').next().unwrap_or_default()),
        None => text.to_string(),
    }
}

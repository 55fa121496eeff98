//! What the values of a column say in the rows that count: what a dictionary holds is read once.

use std::borrow::Cow;

use super::plain::Values;
use super::values::{Column, Meaning, NOWHERE};
use crate::data::cells::content::is_short;
use crate::data::cells::content::{Content, Problem, Repairs};
use crate::data::cells::reader::{CellKind, CellReader};
use crate::data::columns::column::{Builder, named_key};
use crate::data::read::decoder::doubtful;
use crate::data::read::is_plain_text;
use crate::data::read::{Block, Wanted};
use crate::model::data::DataSet;
use crate::time::Day;

/// Adds what a column says in all rows of a block.
pub fn fill(wanted: &Wanted, index: usize, column: &Column, block: &mut Block) {
    let places = column.places(&block.lines, block.length as usize);
    let lines = std::mem::take(&mut block.lines);
    let reader = &wanted.columns[index].1;
    // What is declared of texts is not about numbers.
    let reader = if column.meaning.is_number() { Cow::Owned(reader.of_values()) } else { Cow::Borrowed(reader) };
    let mut cells = Cells { reader: &reader, index, column, block };
    let mut builder = wanted.builder(index);
    match 2 * column.values.len() <= places.len() {
        true => builder = cells.by_value(builder, &lines, &places),
        false => cells.one_by_one(&mut builder, &lines, &places),
    }
    block.columns[index] = builder;
    block.lines = lines;
}

/// The cells of a column, and where what is wrong with them is noted.
struct Cells<'a> {
    reader: &'a CellReader,
    index: usize,
    column: &'a Column,
    block: &'a mut Block,
}

impl<'a> Cells<'a> {
    /// Reads each value of a dictionary where it is met first; one of which something is to be told, each time.
    fn by_value(&mut self, mut firsts: Builder, rows: &[u32], places: &[u32]) -> Builder {
        const UNREAD: u32 = u32::MAX;
        // The last one is for rows without a value.
        let nowhere = self.column.values.len();
        let mut read = vec![UNREAD; nowhere + 1];
        let mut odd = vec![false; nowhere + 1];
        let mut picked: Vec<u32> = Vec::with_capacity(places.len());
        let mut next = 0;
        for (row, place) in rows.iter().zip(places) {
            let at = (*place as usize).min(nowhere);
            if read[at] == UNREAD {
                let (content, clean) = self.cell(*row, *place);
                firsts.push(content);
                (read[at], odd[at]) = (next, !clean);
                next += 1;
            } else if odd[at] {
                self.cell(*row, *place);
            }
            picked.push(read[at]);
        }
        firsts.picked(&picked)
    }

    fn one_by_one(&mut self, builder: &mut Builder, rows: &[u32], places: &[u32]) {
        builder.reserve(places.len());
        let kind = &self.reader.kind;
        let quick = self.reader.blanks.is_empty();
        let plain_scale = match (kind, self.column.meaning) {
            _ if !quick => None,
            (CellKind::Number(number), Meaning::Decimal(scale)) => Some(scale).filter(|_| number.is_plain()),
            (CellKind::Number(number), Meaning::Whole) => Some(0).filter(|_| number.is_plain()),
            _ => None,
        };
        let dates = quick && matches!(kind, CellKind::Day(_)) && self.column.meaning == Meaning::Date;
        let texts = quick && matches!(kind, CellKind::Text) && self.column.meaning == Meaning::Text;
        for (row, place) in rows.iter().zip(places) {
            let at = *place as usize;
            match (&mut *builder, &self.column.values) {
                (Builder::Fixed { scale, values }, Values::Long(longs))
                    if plain_scale == Some(*scale) && *place != NOWHERE && is_short(longs[at], *scale) =>
                {
                    values.push(longs[at]);
                    continue;
                }
                (Builder::Day(days), Values::Short(shorts)) if dates && *place != NOWHERE => {
                    if let Some(day) = Day::new(shorts[at]) {
                        days.push(day.0);
                        continue;
                    }
                }
                (Builder::Key { codes, hashes, named, .. }, Values::Bytes(bytes)) if texts && *place != NOWHERE => {
                    if let Some(text) = bytes.text(at).filter(|text| is_plain_text(text.as_bytes())) {
                        let (code, hash) = named_key(named, text);
                        codes.push(code);
                        hashes.push(hash);
                        continue;
                    }
                }
                _ => {}
            }
            builder.push(self.cell(*row, *place).0);
        }
    }

    /// What a cell says, and whether there was nothing to be told about it.
    fn cell(&mut self, row: u32, place: u32) -> (Content<'a>, bool) {
        let (column, at) = (self.column, place as usize);
        if place == NOWHERE {
            return self.text(row, Cow::Borrowed(""));
        }
        let quick = self.reader.blanks.is_empty();
        match column.quick(at, &self.reader.kind).filter(|_| quick) {
            Some(Ok(content)) => (content, true),
            Some(Err(problem)) => self.trouble(row, problem, &column.text(at).unwrap_or_default()),
            None => match column.text(at) {
                Ok(text) => self.text(row, text),
                Err(problem) => self.trouble(row, problem, ""),
            },
        }
    }

    fn text(&mut self, row: u32, text: Cow<'a, str>) -> (Content<'a>, bool) {
        let mut repairs = Repairs::default();
        let dates = matches!(self.column.meaning, Meaning::Date | Meaning::Moment { .. });
        let read = if dates { CellReader::read_date } else { CellReader::read };
        let content = match &text {
            Cow::Borrowed(text) => read(self.reader, text, &mut repairs),
            Cow::Owned(text) => read(self.reader, text, &mut repairs).map(Content::into_owned),
        };
        match content {
            Ok(content) => {
                self.block.signed(self.index, repairs.1, None, (row, &text));
                self.block.repaired(self.index, repairs, row, &text);
                (content, repairs == Repairs::default())
            }
            Err(problem) => self.trouble(row, problem, &text),
        }
    }

    fn trouble(&mut self, row: u32, problem: Problem, text: &str) -> (Content<'a>, bool) {
        self.block.trouble(self.index, problem, row, text);
        (Content::Blank, false)
    }
}

/// How rows start that are no data.
pub struct Starts<'a> {
    ignored: &'a [String],
    /// The first bytes of texts that may be blank or start so.
    doubtful: Vec<bool>,
    /// Whether what is no text may start so: a number, a date, a flag.
    all_kinds: bool,
}

impl<'a> Starts<'a> {
    pub fn of(data: &'a DataSet) -> Starts<'a> {
        let ignored = &data.ignore_rows_starting;
        let may = |start: &String| start.starts_with(|letter: char| letter == '-' || letter.is_ascii_alphanumeric());
        Starts { ignored, doubtful: doubtful(data, &[]), all_kinds: ignored.iter().any(may) }
    }

    /// Those of some rows in which a column is blank. Of the others, the ones that start so `count` no more.
    pub fn blank(&self, column: &Column, rows: &[u32], count: &mut [bool]) -> Vec<u32> {
        let places = column.places(rows, count.len());
        let is_blank = |(row, place): &(&u32, &u32)| {
            if **place == NOWHERE {
                return true;
            }
            let at = **place as usize;
            let surely_filled = match (&column.values, column.meaning) {
                (Values::Bytes(bytes), Meaning::Text) => {
                    bytes.get(at).first().is_some_and(|byte| !self.doubtful[usize::from(*byte)])
                }
                (_, Meaning::Text) => false,
                _ => !self.all_kinds,
            };
            let Some(text) = (!surely_filled).then(|| column.text(at).ok()).flatten() else { return false };
            let text = text.trim();
            if self.ignored.iter().any(|start| text.starts_with(start.as_str())) {
                count[**row as usize] = false;
                return false;
            }
            text.is_empty()
        };
        rows.iter().zip(places.iter()).filter(is_blank).map(|(row, _)| *row).collect()
    }
}

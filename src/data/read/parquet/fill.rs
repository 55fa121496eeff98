//! What the values of a column say in the rows that count: what a dictionary holds is read once.

use std::borrow::Cow;
use std::ops::Range;

use super::pages::NOWHERE;
use super::plain::{Bytes, Values};
use super::values::{Column, Meaning};
use crate::data::cells::content::is_short;
use crate::data::cells::content::{Content, Problem, Repairs};
use crate::data::cells::reader::{CellKind, CellReader};
use crate::data::columns::column::{Builder, named_key};
use crate::data::read::decoder::doubtful;
use crate::data::read::is_plain_text;
use crate::data::read::{Block, Wanted};
use crate::model::data::DataSet;
use crate::time::Day;

/// Adds what a column says in all rows of a block, which stand behind the first `from`. What its dictionary says may be
/// known.
pub fn fill(
    wanted: &Wanted,
    index: usize,
    (column, known): (&Column, Option<&Builder>),
    from: usize,
    block: &mut Block,
) {
    let all = block.length as usize;
    let lines = std::mem::take(&mut block.lines);
    let reader = reader_of(wanted, index, column);
    let whole = lines.len() == all && column.is_in_order();
    let plain = whole.then(|| as_they_stand(&reader, column, from..from + all)).flatten();
    block.columns[index] = plain.unwrap_or_else(|| {
        let places = column.places(from, &lines, all);
        if let Some(known) = known {
            let nowhere = column.values.len() as u32;
            return match column.some_missing() {
                true => known.picked(places.iter().map(|place| (*place).min(nowhere))),
                false => known.picked(places.iter().copied()),
            };
        }
        let mut cells = Cells { reader: &reader, index, column, block };
        let mut builder = wanted.builder(index);
        match 2 * column.values.len() <= places.len() {
            true => cells.by_value(builder, &lines, &places),
            false => {
                cells.one_by_one(&mut builder, &lines, &places);
                builder
            }
        }
    });
    block.lines = lines;
}

/// What is declared of texts is not about numbers.
fn reader_of<'a>(wanted: &'a Wanted, index: usize, column: &Column) -> Cow<'a, CellReader> {
    let reader = &wanted.columns[index].1;
    if column.meaning.is_number() { Cow::Owned(reader.of_values()) } else { Cow::Borrowed(reader) }
}

/// The column of a file whose values a column of ours holds in the same way.
fn as_they_stand(reader: &CellReader, column: &Column, rows: Range<usize>) -> Option<Builder> {
    let scale = plain_scale(reader, column.meaning)?;
    match &column.values {
        Values::Long(values) if values[rows.clone()].iter().all(|value| is_short(*value, scale)) => {
            Some(Builder::Fixed { scale, values: values[rows].to_vec() })
        }
        _ => None,
    }
}

/// What each value of a dictionary says, and behind them a row without one; `None` where something is to be told of one of
/// them, or depends on which are met, and when; or where there are nearly as many as rows.
pub fn once_each(wanted: &Wanted, index: usize, column: &Column, rows: usize) -> Option<Builder> {
    if 2 * column.values.len() > rows {
        return None;
    }
    let mut values = wanted.builder(index);
    match &values {
        Builder::Fixed { .. } | Builder::Day(_) | Builder::Flag(_) | Builder::Choice(_) | Builder::Link { .. } => {}
        // These number what they hold as they meet it.
        Builder::Wide(_) | Builder::Period { .. } | Builder::Text { .. } | Builder::Key { .. } => return None,
    }
    let mut untold = Block::default();
    let mut cells = Cells { reader: &reader_of(wanted, index, column), index, column, block: &mut untold };
    for place in (0..column.values.len() as u32).chain(column.some_missing().then_some(NOWHERE)) {
        let (content, clean) = cells.cell(0, place);
        values.push(content);
        if !clean {
            return None;
        }
    }
    (!matches!(values, Builder::Link { unknown: true, .. })).then_some(values)
}

/// With how many places the numbers of a file are read as they are, if they are.
fn plain_scale(reader: &CellReader, meaning: Meaning) -> Option<u32> {
    match (&reader.kind, meaning) {
        _ if !reader.blanks.is_empty() => None,
        (CellKind::Number(number), Meaning::Decimal(scale)) => Some(scale).filter(|_| number.is_plain()),
        (CellKind::Number(number), Meaning::Whole) => Some(0).filter(|_| number.is_plain()),
        _ => None,
    }
}

/// The cells of a column, and where what is wrong with them is noted.
struct Cells<'a, 'b> {
    reader: &'b CellReader,
    index: usize,
    column: &'a Column,
    block: &'b mut Block,
}

impl<'a> Cells<'a, '_> {
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
        firsts.picked(picked.into_iter())
    }

    fn one_by_one(&mut self, builder: &mut Builder, rows: &[u32], places: &[u32]) {
        builder.reserve(places.len());
        let kind = &self.reader.kind;
        let quick = self.reader.blanks.is_empty();
        let plain_scale = plain_scale(self.reader, self.column.meaning);
        let dates = quick && matches!(kind, CellKind::Day(_)) && self.column.meaning == Meaning::Date;
        let texts = quick && matches!(kind, CellKind::Text) && self.column.meaning == Meaning::Text;
        let mut from = 0;
        while from < rows.len() {
            let places = &places[from..];
            let taken = match (&mut *builder, &self.column.values) {
                (Builder::Fixed { scale, values }, Values::Long(longs)) if plain_scale == Some(*scale) => {
                    let of = |place: u32| longs.get(place as usize).copied();
                    taken(places, |place| of(place).filter(|long| is_short(*long, *scale)), |long| values.push(long))
                }
                (Builder::Day(days), Values::Short(shorts)) if dates => {
                    let day = |place: u32| shorts.get(place as usize).and_then(|days| Day::new(*days));
                    taken(places, day, |day| days.push(day.0))
                }
                (Builder::Key { codes, hashes, named, .. }, Values::Bytes(bytes)) if texts => taken(
                    places,
                    |place| (place != NOWHERE).then(|| bytes.get(place as usize)).filter(|text| is_plain_text(text)),
                    |text| {
                        let (code, hash) = named_key(named, text);
                        codes.push(code);
                        hashes.push(hash);
                    },
                ),
                _ => 0,
            };
            from += taken;
            if from < rows.len() {
                builder.push(self.cell(rows[from], places[taken]).0);
                from += 1;
            }
        }
    }

    /// What a cell says, and whether there was nothing to be told about it.
    fn cell(&mut self, row: u32, place: u32) -> (Content<'a>, bool) {
        let (column, at): (&'a Column, _) = (self.column, place as usize);
        if place == NOWHERE {
            return self.text(row, Cow::Borrowed(""));
        }
        let quick = self.reader.blanks.is_empty();
        if let (true, CellKind::Text, Meaning::Text, Values::Bytes(bytes)) =
            (quick, &self.reader.kind, column.meaning, &column.values)
            && let Some(text) = bytes.text(at).filter(|text| is_plain_text(text.as_bytes()))
        {
            return (Content::Text(Cow::Borrowed(text)), true);
        }
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

/// Hands over what stands at some places until one has nothing of the kind; how many had.
#[inline(always)]
fn taken<T>(places: &[u32], of: impl Fn(u32) -> Option<T>, mut take: impl FnMut(T)) -> usize {
    for (at, place) in places.iter().enumerate() {
        match of(*place) {
            Some(value) => take(value),
            None => return at,
        }
    }
    places.len()
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

    /// Whether a column alone tells that all rows count.
    pub fn surely_none(&self, column: &Column) -> bool {
        let values = match (&column.values, column.meaning) {
            (Values::Bytes(bytes), Meaning::Text) => (0..bytes.len()).all(|at| self.is_surely_filled(bytes, at)),
            (_, Meaning::Text) => false,
            _ => !self.all_kinds,
        };
        values && !column.some_missing()
    }

    fn is_surely_filled(&self, bytes: &Bytes, at: usize) -> bool {
        bytes.get(at).first().is_some_and(|byte| !self.doubtful[usize::from(*byte)])
    }

    /// Those of some rows in which a column is blank. Of the others, the ones that start so `count` no more.
    pub fn blank(&self, column: &Column, rows: &[u32], count: &mut [bool]) -> Vec<u32> {
        let places = column.places(0, rows, count.len());
        let is_blank = |(row, place): &(&u32, &u32)| {
            if **place == NOWHERE {
                return true;
            }
            let at = **place as usize;
            let surely_filled = match (&column.values, column.meaning) {
                (Values::Bytes(bytes), Meaning::Text) => self.is_surely_filled(bytes, at),
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

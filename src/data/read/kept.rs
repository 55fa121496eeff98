//! Blocks as bytes, so that a file need not be decoded again. Whole numbers take as few bytes as their range needs, and
//! columns that several data sets read in one way stand once.

use super::block::Block;
use super::{Take as Taken, Wanted};
use crate::cache::bytes::{Bytes, Put, Take};
use crate::data::cells::content::Repair;
use crate::data::columns::column::{Builder, NO_DAY, NO_FLAG, NO_NUMBER, NONE};
use crate::data::columns::dictionary::Dictionary;
use crate::data::errors::Tally;

/// What the data sets of a file have read of one piece, all of whose rows and cells could be read; `above`: the lines of
/// the file before its first record.
pub fn put(blocks: &[Block], place: usize, above: u32, into: &mut Vec<u8>) {
    (place, above).put(into);
    let mut lists = Lists::default();
    for block in blocks {
        let rows = block.lines.len();
        (rows, block.length, block.ignored.count).put(into);
        block.blank_rows.put(into);
        let repairs = block.repairs.iter();
        repairs.map(|((column, repair), tally)| (*column, *repair as u8, tally.count)).collect::<Vec<_>>().put(into);
        // Mostly one behind the other.
        let lines: Vec<u32> =
            block.lines.iter().zip(0..).map(|(line, row): (&u32, u32)| line.wrapping_sub(row)).collect();
        lists.put(&lines, into);
        for column in &block.columns {
            lists.column(column, into);
        }
    }
}

/// The place of a piece, the lines above, and the blocks of the data sets; `None` where the bytes are none of these.
pub fn take(bytes: &[u8], wanted: &[&Wanted]) -> Option<(usize, u32, Vec<Block>)> {
    let mut from = Bytes::new(bytes);
    let (place, above) = <(usize, u32)>::take(&mut from)?;
    let mut lists = Seen { bytes, known: Vec::new() };
    let mut blocks = Vec::with_capacity(wanted.len());
    for wanted in wanted {
        let (rows, length, ignored) = <(usize, u32, u64)>::take(&mut from)?;
        let mut block = Block { length, ..Block::default() };
        block.ignored = Tally { count: ignored, ..Tally::default() };
        block.blank_rows = Take::take(&mut from)?;
        for (column, repair, count) in Vec::<(usize, u8, u64)>::take(&mut from)? {
            let repair = Repair::ALL.into_iter().find(|one| *one as u8 == repair)?;
            block.repairs.insert((column, repair), Tally { count, ..Tally::default() });
        }
        let lines: Vec<u32> = lists.take(rows, &mut from)?;
        block.lines = lines.into_iter().zip(0..).map(|(line, row): (u32, u32)| line.wrapping_add(row)).collect();
        for index in 0..wanted.columns.len() {
            block.columns.push(lists.column(wanted, index, rows, &mut from)?);
        }
        let is_row = |row: &usize| *row <= rows;
        if !block.blank_rows.iter().all(is_row) || block.repairs.keys().any(|(at, _)| *at >= wanted.columns.len()) {
            return None;
        }
        blocks.push(block);
    }
    from.is_empty().then_some((place, above, blocks))
}

/// A whole number of a column, of which one stands for a blank cell.
trait Whole: Copy + PartialEq {
    const BLANK: Self;
    fn wide(self) -> i64;
    fn narrow(wide: i64) -> Self;
}

macro_rules! wholes {
    ($($type:ty: $blank:expr;)*) => {$(
        impl Whole for $type {
            const BLANK: $type = $blank;

            fn wide(self) -> i64 {
                self as i64
            }

            fn narrow(wide: i64) -> $type {
                wide as $type
            }
        }
    )*};
}

wholes! {
    u32: NONE;
    i32: NO_DAY;
    i64: NO_NUMBER;
    u8: NO_FLAG;
    // No hash stands for nothing; where one is this, it has a byte more.
    u64: u64::MAX;
}

/// Lists of a piece as they are written.
#[derive(Default)]
struct Lists {
    /// Where each stands.
    known: Vec<(usize, usize)>,
}

impl Lists {
    /// A list of numbers, or that it is one that stands above.
    fn put<T: Whole>(&mut self, values: &[T], into: &mut Vec<u8>) {
        let at = into.len();
        // How many lists back: none.
        into.push(0);
        let start = into.len();
        narrow(values, into);
        let new = &into[start..];
        let same = |(from, to): &&(usize, usize)| to - from == new.len() && into[*from..*to] == *new;
        match self.known.iter().rev().take(254).position(|one| same(&one)) {
            Some(back) => {
                into.truncate(at);
                into.push(back as u8 + 1);
                self.known.push(self.known[self.known.len() - 1 - back]);
            }
            None => self.known.push((start, into.len())),
        }
    }

    fn column(&mut self, column: &Builder, into: &mut Vec<u8>) {
        match column {
            Builder::Fixed { scale, values } => {
                (0u8, *scale).put(into);
                self.put(values, into);
            }
            Builder::Wide(values) => {
                into.push(1);
                values.put(into);
            }
            Builder::Day(days) => {
                into.push(2);
                self.put(days, into);
            }
            Builder::Period { codes, list } => {
                into.push(3);
                list.put(into);
                self.put(codes, into);
            }
            Builder::Flag(flags) => {
                into.push(4);
                self.put(flags, into);
            }
            Builder::Choice(codes) => {
                into.push(5);
                self.put(codes, into);
            }
            Builder::Text { codes, texts } => {
                into.push(6);
                texts.iter().collect::<Vec<&str>>().put(into);
                self.put(codes, into);
            }
            Builder::Link { codes, target: _, unknown } => {
                (7u8, *unknown).put(into);
                self.put(codes, into);
            }
            Builder::Key { codes, hashes, twins, named: _ } => {
                into.push(8);
                self.put(codes, into);
                self.put(hashes, into);
                self.put(twins, into);
            }
        }
    }
}

/// The least number, how many bytes each takes above it, and whether blank cells are the number behind all others.
fn narrow<T: Whole>(values: &[T], into: &mut Vec<u8>) {
    let (mut least, mut most, mut blanks) = (i64::MAX, i64::MIN, 0usize);
    for value in values {
        let (blank, wide) = (*value == T::BLANK, value.wide());
        blanks += usize::from(blank);
        least = least.min(if blank { i64::MAX } else { wide });
        most = most.max(if blank { i64::MIN } else { wide });
    }
    let base = if least > most { 0 } else { least };
    let span = if least > most { 0 } else { most.wrapping_sub(least) as u64 };
    let blank = span.wrapping_add(1);
    let all = if blanks > 0 { blank } else { span };
    // Numbers that are everywhere have no number behind them all, and are kept as they are.
    let whole = span > u64::MAX / 2;
    let width = match all {
        _ if whole => 9,
        0 => 0,
        1..=0xff => 1,
        0x100..=0xffff => 2,
        0x1_0000..=0xffff_ffff => 4,
        _ => 8,
    };
    (values.len(), width, base).put(into);
    (blanks > 0, blank).put(into);
    let above = |value: &T| if *value == T::BLANK { blank } else { value.wide().wrapping_sub(base) as u64 };
    let start = into.len();
    macro_rules! write {
        ($type:ty, $of:expr) => {{
            const SIZE: usize = size_of::<$type>();
            into.resize(start + SIZE * values.len(), 0);
            for (bytes, value) in into[start..].chunks_exact_mut(SIZE).zip(values) {
                bytes.copy_from_slice(&($of(value) as $type).to_le_bytes());
            }
        }};
    }
    match width {
        0 => {}
        1u8 => write!(u8, above),
        2 => write!(u16, above),
        4 => write!(u32, above),
        8 => write!(u64, above),
        _ => write!(u64, |value: &T| value.wide()),
    }
}

fn widen<T: Whole>(rows: Option<usize>, from: &mut Bytes) -> Option<Vec<T>> {
    let (count, width, base) = <(usize, u8, i64)>::take(from)?;
    let (has_blanks, blank) = <(bool, u64)>::take(from)?;
    // Lists as long as there are rows take no bytes where all are the same.
    if rows.is_some_and(|rows| rows != count) || width == 0 && rows.is_none() && count > 1 << 24 {
        return None;
    }
    let back = |above: u64| {
        if has_blanks && above == blank { T::BLANK } else { T::narrow(base.wrapping_add(above as i64)) }
    };
    macro_rules! read {
        ($type:ty, $of:expr) => {{
            const SIZE: usize = size_of::<$type>();
            let bytes = from.some(count.checked_mul(SIZE)?)?;
            let number = |bytes: &[u8]| <$type>::from_le_bytes(bytes.try_into().unwrap_or([0; SIZE])) as u64;
            bytes.chunks_exact(SIZE).map(|bytes| $of(number(bytes))).collect()
        }};
    }
    Some(match width {
        0 => vec![back(0); count],
        1 => read!(u8, back),
        2 => read!(u16, back),
        4 => read!(u32, back),
        8 => read!(u64, back),
        9 => read!(u64, |whole: u64| T::narrow(whole as i64)),
        _ => return None,
    })
}

/// Lists of a piece as they are read.
struct Seen<'a> {
    bytes: &'a [u8],
    known: Vec<&'a [u8]>,
}

impl<'a> Seen<'a> {
    fn take<T: Whole>(&mut self, rows: usize, from: &mut Bytes<'a>) -> Option<Vec<T>> {
        self.some(Some(rows), from)
    }

    fn some<T: Whole>(&mut self, rows: Option<usize>, from: &mut Bytes<'a>) -> Option<Vec<T>> {
        match u8::take(from)? {
            0 => {
                let start = self.bytes.len() - from.left();
                let values = widen(rows, from)?;
                self.known.push(&self.bytes[start..self.bytes.len() - from.left()]);
                Some(values)
            }
            back => {
                let known = *self.known.get(self.known.len().checked_sub(usize::from(back))?)?;
                self.known.push(known);
                widen(rows, &mut Bytes::new(known))
            }
        }
    }

    fn column(&mut self, wanted: &Wanted, index: usize, rows: usize, from: &mut Bytes<'a>) -> Option<Builder> {
        let below = |codes: &[u32], count: usize| codes.iter().all(|code| *code == NONE || (*code as usize) < count);
        let column = match (u8::take(from)?, wanted.takes.get(index)) {
            (0, None | Some(Taken::Column)) => {
                let scale = Take::take(from)?;
                Builder::Fixed { scale, values: self.take(rows, from)? }
            }
            (1, None | Some(Taken::Column)) => Builder::Wide(Take::take(from)?),
            (2, None | Some(Taken::Column)) => Builder::Day(self.take(rows, from)?),
            (3, None | Some(Taken::Column)) => {
                let list: Vec<_> = Take::take(from)?;
                let codes: Vec<u32> = self.take(rows, from)?;
                below(&codes, list.len()).then_some(Builder::Period { codes, list })?
            }
            (4, None | Some(Taken::Column)) => Builder::Flag(self.take(rows, from)?),
            (5, None | Some(Taken::Column)) => Builder::Choice(self.take(rows, from)?),
            (6, None | Some(Taken::Column)) => {
                let mut texts = Dictionary::default();
                let all = Vec::<String>::take(from)?;
                all.iter().for_each(|text| {
                    texts.intern(text);
                });
                let codes: Vec<u32> = self.take(rows, from)?;
                (texts.len() == all.len()).then_some(())?;
                below(&codes, texts.len()).then_some(Builder::Text { codes, texts })?
            }
            (7, Some(Taken::Link(target))) => {
                let unknown = Take::take(from)?;
                let codes: Vec<u32> = self.take(rows, from)?;
                below(&codes, target.known.len()).then(|| Builder::Link { codes, target: target.clone(), unknown })?
            }
            (8, Some(Taken::Key(named))) => {
                let codes: Vec<u32> = self.take(rows, from)?;
                let (hashes, twins) = (self.take(rows, from)?, self.some(None, from)?);
                // One behind them all stands for a key that no link names.
                below(&codes, named.len() + 1).then(|| Builder::Key { codes, hashes, twins, named: named.clone() })?
            }
            _ => return None,
        };
        (column.len() == rows).then_some(column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn again<T: Whole + std::fmt::Debug>(lists: &[Vec<T>]) {
        let mut bytes = Vec::new();
        let mut putting = Lists::default();
        lists.iter().for_each(|list| putting.put(list, &mut bytes));
        let mut from = Bytes::new(&bytes);
        let mut taking = Seen { bytes: &bytes, known: Vec::new() };
        for list in lists {
            assert_eq!(taking.take::<T>(list.len(), &mut from).as_ref(), Some(list));
        }
        assert!(from.is_empty());
    }

    /// Numbers near one another and far apart, with blank cells, in lists of which some are equal.
    fn lists<T: Whole + std::fmt::Debug + 'static>(
        near: impl Strategy<Value = T>,
        far: impl Strategy<Value = T>,
    ) -> impl Strategy<Value = Vec<Vec<T>>> {
        let list = prop::collection::vec(prop_oneof![8 => near, 1 => far, 1 => Just(T::BLANK)], 0..40);
        (prop::collection::vec(list, 1..6), any::<usize>()).prop_map(|(mut lists, at)| {
            lists.push(lists[at % lists.len()].clone());
            lists
        })
    }

    proptest! {
        #[test]
        fn lists_of_codes(all in lists(0..300u32, any::<u32>())) {
            again(&all);
        }

        #[test]
        fn lists_of_days(all in lists(20_000..20_400i32, any::<i32>())) {
            again(&all);
        }

        #[test]
        fn lists_of_mantissas(all in lists(-70_000..70_000i64, any::<i64>())) {
            again(&all);
        }

        #[test]
        fn lists_of_hashes(all in lists(any::<u64>(), any::<u64>())) {
            again(&all);
        }

        #[test]
        fn lists_of_flags(all in lists(0..3u8, any::<u8>())) {
            again(&all);
        }
    }

    #[test]
    fn the_widths_reach_to_their_ends() {
        for span in [0, 1, 254, 255, 256, 65_534, 65_535, 65_536, 0xffff_fffe, 0xffff_ffff, 0x1_0000_0000, i64::MAX] {
            for blank in [false, true] {
                let mut list = vec![5i64.min(i64::MAX - span), 5i64.min(i64::MAX - span) + span];
                list.extend(blank.then_some(NO_NUMBER));
                again(&[list]);
            }
        }
        again(&[vec![i64::MIN + 1, i64::MAX, NO_NUMBER], vec![i64::MIN + 1], Vec::new(), vec![NO_NUMBER; 3]]);
        again(&[vec![0u64, u64::MAX, 1 << 63]]);
    }
}

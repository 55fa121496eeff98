//! Pages whose values stand plainly, or by their number in a dictionary: so nearly all files are written. They are
//! taken over as they stand, what a dictionary holds once. Pages of any other kind are left to the library.
//!
//! The forms are told in <https://parquet.apache.org/docs/file-format/data-pages/encodings/>.

use ::parquet::basic::{Encoding, Type as Physical};
use ::parquet::column::page::{Page, PageReader};
use ::parquet::data_type::Int96;
use ::parquet::errors::{ParquetError, Result};
use ::parquet::schema::types::ColumnDescriptor;

use super::plain::{Bytes, Values};

/// The values of some rows as they stand in the file.
pub struct Stored {
    pub values: Values,
    pub places: Places,
}

/// Where the value of each row stands.
pub enum Places {
    /// All rows have values of their own, in their order.
    InOrder,
    /// Among the values, where equal ones stand once; at some rows [`NOWHERE`].
    Of { rows: Vec<u32>, some_missing: bool },
}

/// The place of a value that is not there.
pub const NOWHERE: u32 = u32::MAX;

/// The levels and values of a page.
struct Parts<'a> {
    rows: usize,
    /// `None` where all rows have a value.
    levels: Option<&'a [u8]>,
    values: &'a [u8],
    encoding: Encoding,
}

/// Reads `rows` rows behind the first `skipped`; `None` where a page is of another kind.
pub fn read(
    pages: &mut dyn PageReader,
    descriptor: &ColumnDescriptor,
    mut skipped: usize,
    rows: usize,
) -> Result<Option<Stored>> {
    let cut = || ParquetError::General("it has fewer values than rows".into());
    let damaged = || ParquetError::General("a page cannot be what it says".into());
    let mut stored = Stored { values: of_type(descriptor), places: Places::InOrder };
    let mut done = 0;
    while done < rows {
        let next = pages.peek_next_page()?.ok_or_else(cut)?;
        if let (false, Some(held)) = (next.is_dict, next.num_levels)
            && held <= skipped
        {
            pages.skip_next_page()?;
            skipped -= held;
            continue;
        }
        let page = pages.get_next_page()?.ok_or_else(cut)?;
        if let Page::DictionaryPage { buf, num_values, encoding, .. } = &page {
            if !matches!(encoding, Encoding::PLAIN | Encoding::PLAIN_DICTIONARY) {
                return Ok(None);
            }
            stored.values.take_plain(buf, 0, *num_values as usize).ok_or_else(damaged)?;
            stored.places = Places::Of { rows: Vec::with_capacity(rows), some_missing: false };
            continue;
        }
        let Some(parts) = parts(&page, descriptor.max_def_level()).ok_or_else(damaged)? else { return Ok(None) };
        let to = parts.rows.min(skipped + rows - done);
        let there = match parts.levels {
            Some(levels) => there(levels, descriptor.max_def_level(), to).ok_or_else(damaged)?,
            None => None,
        };
        let (before, wanted) = match &there {
            Some(there) => {
                let count = |rows: &[bool]| rows.iter().map(|there| usize::from(*there)).sum();
                (count(&there[..skipped]), count(&there[skipped..]))
            }
            None => (skipped, to - skipped),
        };
        let known = stored.values.len();
        // Those of the page that are there, one behind the other.
        let mut places = match (parts.encoding, &mut stored.places) {
            (Encoding::PLAIN, places) => {
                stored.values.take_plain(parts.values, before, wanted).ok_or_else(damaged)?;
                match (places, &there) {
                    (Places::InOrder, None) => {
                        done += wanted;
                        skipped = 0;
                        continue;
                    }
                    _ => (known as u32..(known + wanted) as u32).collect(),
                }
            }
            (Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY, Places::Of { rows, .. }) if there.is_none() => {
                take_codes(parts.values, before, wanted, known, rows).ok_or_else(damaged)?;
                done += wanted;
                skipped = 0;
                continue;
            }
            (Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY, Places::Of { .. }) => {
                let mut codes = Vec::with_capacity(wanted + 1);
                take_codes(parts.values, before, wanted, known, &mut codes).ok_or_else(damaged)?;
                codes
            }
            (Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY, Places::InOrder) => return Err(damaged()),
            _ => return Ok(None),
        };
        let (all, some_missing) = stored.places.of_rows(done, rows);
        match &there {
            None => all.append(&mut places),
            Some(there) => {
                *some_missing |= wanted < to - skipped;
                spread(&there[skipped..], places, all);
            }
        }
        done += to - skipped;
        skipped = 0;
    }
    Ok(Some(stored))
}

/// Adds the places of values that are there, in order, at the rows that have one.
fn spread(there: &[bool], mut places: Vec<u32>, all: &mut Vec<u32>) {
    // Behind the last one is looked at, too.
    places.push(NOWHERE);
    let mut next = 0;
    all.extend(there.iter().map(|there| {
        let place = if *there { places[next] } else { NOWHERE };
        next += usize::from(*there);
        place
    }));
}

impl Places {
    /// By row, how many of which are there already; whether some are missing.
    fn of_rows(&mut self, done: usize, rows: usize) -> (&mut Vec<u32>, &mut bool) {
        if let Places::InOrder = self {
            let mut all = Vec::with_capacity(rows);
            all.extend(0..done as u32);
            *self = Places::Of { rows: all, some_missing: false };
        }
        match self {
            Places::Of { rows, some_missing } => (rows, some_missing),
            Places::InOrder => unreachable!("they have just been told"),
        }
    }
}

fn of_type(descriptor: &ColumnDescriptor) -> Values {
    match descriptor.physical_type() {
        Physical::BOOLEAN => Values::Flags(Vec::new()),
        Physical::INT32 => Values::Short(Vec::new()),
        Physical::INT64 => Values::Long(Vec::new()),
        Physical::INT96 => Values::Moments(Vec::new()),
        Physical::FLOAT => Values::Single(Vec::new()),
        Physical::DOUBLE => Values::Double(Vec::new()),
        Physical::BYTE_ARRAY => Values::Bytes(Bytes::default()),
        Physical::FIXED_LEN_BYTE_ARRAY => {
            Values::Fixed { length: usize::try_from(descriptor.type_length()).unwrap_or_default(), bytes: Vec::new() }
        }
    }
}

/// Takes a data page apart; `Some(None)` where its levels are written in another way, `None` where it is damaged.
fn parts(page: &Page, highest: i16) -> Option<Option<Parts<'_>>> {
    Some(match page {
        Page::DataPage { buf, num_values, encoding, def_level_encoding, .. } => {
            let rows = *num_values as usize;
            if highest == 0 {
                return Some(Some(Parts { rows, levels: None, values: buf, encoding: *encoding }));
            }
            if *def_level_encoding != Encoding::RLE {
                return Some(None);
            }
            let (length, rest) = buf.split_first_chunk::<4>()?;
            let (levels, values) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
            Some(Parts { rows, levels: Some(levels), values, encoding: *encoding })
        }
        Page::DataPageV2 { buf, num_values, encoding, num_nulls, def_levels_byte_len, rep_levels_byte_len, .. } => {
            let (_, rest) = buf.split_at_checked(*rep_levels_byte_len as usize)?;
            let (levels, values) = rest.split_at_checked(*def_levels_byte_len as usize)?;
            let levels = (highest > 0 && *num_nulls > 0).then_some(levels);
            Some(Parts { rows: *num_values as usize, levels, values, encoding: *encoding })
        }
        Page::DictionaryPage { .. } => None,
    })
}

/// Which of a page's first rows have a value; `Some(None)` where all have.
fn there(levels: &[u8], highest: i16, rows: usize) -> Option<Option<Vec<bool>>> {
    let highest = u32::try_from(highest).ok()?;
    let width = u32::BITS - highest.leading_zeros();
    let mut all = Vec::new();
    if let Some((Run::Equal { number, count }, _)) = Run::of(levels, width)
        && number == highest
        && count >= rows
    {
        return Some(None);
    }
    unpack(levels, width, rows, &mut all)?;
    let there: Vec<bool> = all.into_iter().map(|level| level == highest).collect();
    Some(if there.iter().all(|there| *there) { None } else { Some(there) })
}

/// Adds the numbers of a dictionary's values, of which there are `known`.
fn take_codes(bytes: &[u8], before: usize, wanted: usize, known: usize, codes: &mut Vec<u32>) -> Option<()> {
    if wanted == 0 {
        return Some(());
    }
    let (width, runs) = bytes.split_first()?;
    let start = codes.len();
    unpack(runs, u32::from(*width), before + wanted, codes)?;
    codes.drain(start..start + before);
    let most = codes[start..].iter().fold(0, |most, code| most.max(*code));
    ((most as usize) < known).then_some(())
}

/// Numbers that are written together.
enum Run<'a> {
    Equal { number: u32, count: usize },
    Packed { bytes: &'a [u8], count: usize },
}

impl Run<'_> {
    /// The first run, and what stands behind it.
    fn of(bytes: &[u8], width: u32) -> Option<(Run<'_>, &[u8])> {
        let (mut head, mut at) = (0u64, 0);
        loop {
            let byte = *bytes.get(at)?;
            head |= u64::from(byte & 0x7f).checked_shl(7 * at as u32)?;
            at += 1;
            if byte < 0x80 {
                break;
            }
        }
        let (count, rest) = (usize::try_from(head >> 1).ok()?, &bytes[at..]);
        if head & 1 == 1 {
            let count = count.checked_mul(8)?;
            // Some programs leave out what fills the last eight up.
            let (packed, rest) = rest.split_at(count.checked_mul(width as usize)?.div_ceil(8).min(rest.len()));
            return Some((Run::Packed { bytes: packed, count }, rest));
        }
        let (number, rest) = rest.split_at_checked(width.div_ceil(8) as usize)?;
        let number = number.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte));
        Some((Run::Equal { number, count }, rest))
    }
}

/// Adds the first `count` numbers of `width` bits each.
fn unpack(mut bytes: &[u8], width: u32, count: usize, numbers: &mut Vec<u32>) -> Option<()> {
    if width > u32::BITS {
        return None;
    }
    let mut left = count;
    while left > 0 {
        let (run, rest) = Run::of(bytes, width)?;
        bytes = rest;
        left -= match run {
            Run::Equal { number, count } => {
                let count = count.min(left);
                numbers.resize(numbers.len() + count, number);
                count
            }
            Run::Packed { bytes, count } => {
                let (count, width) = (count.min(left), width as usize);
                if bytes.len() * 8 < count * width {
                    return None;
                }
                let eights = unpack_eights(bytes, width, count / 8, numbers);
                let mask = (1u64 << width) - 1;
                numbers.extend((eights * 8..count).map(|at| {
                    let (place, shift) = (at * width / 8, at * width % 8);
                    let word = match bytes[place..].first_chunk::<8>() {
                        Some(chunk) => u64::from_le_bytes(*chunk),
                        None => bytes[place..].iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)),
                    };
                    (word >> shift & mask) as u32
                }));
                count
            }
        };
    }
    Some(())
}

/// Adds so many times eight numbers, where there is a quick way for their width; how many times it did.
fn unpack_eights(bytes: &[u8], width: usize, eights: usize, numbers: &mut Vec<u32>) -> usize {
    /// Eight numbers take as many bytes as one has bits.
    fn of_width<const WIDTH: usize>(bytes: &[u8], numbers: &mut [u32]) {
        let (packed, numbers) = (bytes.as_chunks::<WIDTH>().0, numbers.as_chunks_mut::<8>().0);
        for (packed, numbers) in packed.iter().zip(numbers) {
            let mut word = [0; 16];
            word[..WIDTH].copy_from_slice(packed);
            let word = u128::from_le_bytes(word);
            for (at, number) in numbers.iter_mut().enumerate() {
                *number = (word >> (at * WIDTH)) as u32 & ((1 << WIDTH) - 1);
            }
        }
    }
    macro_rules! by_width {
        ($($width:literal)*) => {
            match width {
                $($width => {
                    let first = numbers.len();
                    numbers.resize(first + eights * 8, 0);
                    of_width::<$width>(bytes, &mut numbers[first..]);
                    eights
                })*
                _ => 0,
            }
        };
    }
    by_width!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16)
}

impl Values {
    /// Takes over `wanted` values behind the first `before` of a page; `None` where it has fewer.
    fn take_plain(&mut self, page: &[u8], before: usize, wanted: usize) -> Option<()> {
        fn each<const N: usize, T>(
            page: &[u8],
            before: usize,
            wanted: usize,
            values: &mut Vec<T>,
            value: impl Fn([u8; N]) -> T,
        ) -> Option<()> {
            let bytes = page.get(N * before..N * (before + wanted))?;
            values.extend(bytes.as_chunks::<N>().0.iter().map(|bytes| value(*bytes)));
            Some(())
        }
        match self {
            Values::Flags(values) => {
                for at in before..before + wanted {
                    values.push(page.get(at / 8)? >> (at % 8) & 1 == 1);
                }
                Some(())
            }
            Values::Short(values) => each(page, before, wanted, values, i32::from_le_bytes),
            Values::Long(values) => each(page, before, wanted, values, i64::from_le_bytes),
            Values::Single(values) => each(page, before, wanted, values, f32::from_le_bytes),
            Values::Double(values) => each(page, before, wanted, values, f64::from_le_bytes),
            Values::Moments(values) => each::<12, _>(page, before, wanted, values, |bytes| {
                let part = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
                let mut moment = Int96::new();
                moment.set_data(part(0), part(4), part(8));
                moment
            }),
            Values::Fixed { length, bytes } => {
                bytes.extend_from_slice(page.get(*length * before..*length * (before + wanted))?);
                Some(())
            }
            Values::Bytes(bytes) => bytes.take_plain(page, before, wanted),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Write;
    use std::sync::Arc;

    use ::parquet::basic::Compression;
    use ::parquet::column::writer::ColumnWriter;
    use ::parquet::data_type::{ByteArray, FixedLenByteArray};
    use ::parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};
    use ::parquet::file::properties::{WriterProperties, WriterVersion};
    use ::parquet::file::serialized_reader::SerializedPageReader;
    use ::parquet::file::writer::SerializedFileWriter;
    use ::parquet::schema::parser::parse_message_type;
    use proptest::prelude::*;

    use super::super::values::by_library;
    use super::*;

    /// A file with one column of so many values of some kind; every third one is missing where it may be.
    fn written(kind: &str, optional: bool, cells: &[u32], properties: WriterProperties) -> (File, ParquetMetaData) {
        let repetition = if optional { "optional" } else { "required" };
        let schema = parse_message_type(&format!("message table {{ {repetition} {kind} x; }}")).unwrap();
        let mut file = tempfile::tempfile().unwrap();
        let mut writer = SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties)).unwrap();
        let mut group = writer.next_row_group().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        let levels: Vec<i16> = cells.iter().map(|cell| i16::from(cell % 3 != 0)).collect();
        let filled = cells.iter().filter(|cell| !optional || *cell % 3 != 0);
        macro_rules! write {
            ($writer:expr, $value:expr) => {{
                let values: Vec<_> = filled.map($value).collect();
                $writer.write_batch(&values, optional.then_some(&levels[..]), None).unwrap();
            }};
        }
        let bytes = |cell: &u32| ByteArray::from(format!("{:width$}", cell, width = *cell as usize % 7).into_bytes());
        match column.untyped() {
            ColumnWriter::BoolColumnWriter(writer) => write!(writer, |cell| cell % 2 == 1),
            ColumnWriter::Int32ColumnWriter(writer) => write!(writer, |cell| *cell as i32 - 50),
            ColumnWriter::Int64ColumnWriter(writer) => write!(writer, |cell| i64::from(*cell) << 33),
            ColumnWriter::FloatColumnWriter(writer) => write!(writer, |cell| *cell as f32 / 8.0),
            ColumnWriter::DoubleColumnWriter(writer) => write!(writer, |cell| f64::from(*cell) / 8.0),
            ColumnWriter::ByteArrayColumnWriter(writer) => write!(writer, bytes),
            ColumnWriter::FixedLenByteArrayColumnWriter(writer) => {
                write!(writer, |cell| FixedLenByteArray::from(ByteArray::from(cell.to_be_bytes()[1..].to_vec())))
            }
            ColumnWriter::Int96ColumnWriter(writer) => write!(writer, |cell| Int96::from(vec![*cell, 1, 2])),
        }
        column.close().unwrap();
        group.close().unwrap();
        file.write_all(&writer.into_inner().unwrap()).unwrap();
        let metadata = ParquetMetaDataReader::new().parse_and_finish(&file).unwrap();
        (file, metadata)
    }

    /// The values of all rows, each as text.
    fn shown(stored: &Stored, rows: usize) -> Vec<String> {
        let value = |at: usize| match &stored.values {
            Values::Flags(values) => values[at].to_string(),
            Values::Short(values) => values[at].to_string(),
            Values::Long(values) => values[at].to_string(),
            Values::Moments(values) => format!("{:?}", values[at]),
            Values::Single(values) => values[at].to_string(),
            Values::Double(values) => values[at].to_string(),
            Values::Bytes(values) => format!("{:?}", values.get(at)),
            Values::Fixed { length, bytes } => format!("{:?}", &bytes[at * length..(at + 1) * length]),
        };
        let row = |row: usize| match &stored.places {
            Places::InOrder => value(row),
            Places::Of { rows, some_missing } => match rows[row] {
                NOWHERE => {
                    assert!(some_missing);
                    "missing".to_string()
                }
                at => value(at as usize),
            },
        };
        (0..rows).map(row).collect()
    }

    proptest! {
        #[test]
        fn values_are_those_that_the_library_reads(
            cells in prop::collection::vec(prop_oneof![0..4u32, 0..300u32, Just(7)], 1..700),
            kind in 0..8usize,
            (optional, dictionary, newer) in any::<(bool, bool, bool)>(),
            (page, dictionary_bytes) in (1..400usize, prop_oneof![Just(20usize), Just(400), Just(1 << 20)]),
            (from, to) in (any::<prop::sample::Index>(), any::<prop::sample::Index>()),
        ) {
            let kinds = ["boolean", "int32", "int64", "int96", "float", "double", "binary", "fixed_len_byte_array(3)"];
            let version = if newer { WriterVersion::PARQUET_2_0 } else { WriterVersion::PARQUET_1_0 };
            let properties = WriterProperties::builder()
                .set_writer_version(version)
                .set_dictionary_enabled(dictionary)
                .set_dictionary_page_size_limit(dictionary_bytes)
                .set_data_page_row_count_limit(page)
                .set_write_batch_size(page.min(64))
                .set_compression(if newer { Compression::SNAPPY } else { Compression::UNCOMPRESSED })
                .build();
            let (file, metadata) = written(kinds[kind], optional, &cells, properties);
            let (from, to) = (from.index(cells.len()), to.index(cells.len()));
            let (from, to) = (from.min(to), from.max(to) + 1);
            let chunk = metadata.row_group(0).column(0);
            let pages = || SerializedPageReader::new(Arc::new(file.try_clone().unwrap()), chunk, cells.len(), None).unwrap();
            let read = read(&mut pages(), chunk.column_descr(), from, to - from).unwrap();
            // What the newer pages hold without a dictionary is packed in other ways.
            prop_assert!(read.is_some() || newer);
            if let Some(read) = read {
                let library = by_library(pages(), chunk.column_descr_ptr(), from, to - from).unwrap();
                prop_assert_eq!(shown(&read, to - from), shown(&library, to - from));
            }
        }

        /// Whatever the bytes are, they are read or refused.
        #[test]
        fn runs_never_break_down(bytes in prop::collection::vec(any::<u8>(), 0..60), width in 0..40u32, count in 0..500usize) {
            let mut numbers = Vec::new();
            if unpack(&bytes, width, count, &mut numbers).is_some() {
                prop_assert_eq!(numbers.len(), count);
            }
            let _ = there(&bytes, 1, count);
        }

        /// Numbers of every width come back as they were packed, bit behind bit.
        #[test]
        fn packed_numbers_come_back(width in 1..33u32, numbers in prop::collection::vec(any::<u32>(), 1..60), count in any::<prop::sample::Index>()) {
            let numbers: Vec<u32> = numbers.iter().map(|number| (u64::from(*number) & ((1 << width) - 1)) as u32).collect();
            let eights = numbers.len().div_ceil(8);
            let mut bytes = vec![eights as u8 * 2 + 1];
            bytes.resize(1 + eights * width as usize, 0);
            for (at, number) in numbers.iter().enumerate() {
                for bit in (0..width as usize).filter(|bit| number >> bit & 1 == 1) {
                    let place = at * width as usize + bit;
                    bytes[1 + place / 8] |= 1 << (place % 8);
                }
            }
            let count = count.index(numbers.len()) + 1;
            let mut found = vec![7];
            prop_assert!(unpack(&bytes, width, count, &mut found).is_some());
            prop_assert_eq!(&found[1..], &numbers[..count]);
        }
    }

    #[test]
    fn runs_of_equal_and_packed_numbers() {
        let unpacked = |bytes: &[u8], width: u32, count: usize| {
            let mut numbers = Vec::new();
            unpack(bytes, width, count, &mut numbers).map(|()| numbers)
        };
        // The example of the format: 0 to 7 with three bits each.
        let packed = [0b0000_0011, 0b1000_1000, 0b1100_0110, 0b1111_1010];
        assert_eq!(unpacked(&packed, 3, 8), Some((0..8).collect()));
        assert_eq!(unpacked(&packed, 3, 5), Some((0..5).collect()));
        // Ten times 300, then one packed eight of which three are asked for.
        assert_eq!(
            unpacked(&[20, 0x2c, 1, 3, 1, 0, 2, 0, 3, 0], 16, 13),
            Some([vec![300; 10], vec![1, 2, 3]].concat())
        );
        assert_eq!(unpacked(&[10], 0, 5), Some(vec![0; 5]));
        for damaged in [&packed[..3], &[], &[0x80], &[20, 0x2c], &[0xff; 30]] {
            assert_eq!(unpacked(damaged, if damaged.len() == 2 { 16 } else { 3 }, 8), None, "{damaged:?}");
        }
    }
}

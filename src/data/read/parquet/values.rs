//! The values of one column in some rows of a Parquet file, and what they say.

use std::borrow::Cow;
use std::fmt::Write;
use std::fs::File;
use std::sync::Arc;

use ::parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type as Physical};
use ::parquet::column::page::PageReader;
use ::parquet::column::reader::{ColumnReader, get_column_reader};
use ::parquet::data_type::{ByteArray, FixedLenByteArray};
use ::parquet::errors::{ParquetError, Result};
use ::parquet::file::metadata::RowGroupMetaData;
use ::parquet::schema::types::{ColumnDescPtr, ColumnDescriptor};
use num_bigint::BigInt;

use super::claims;
use super::pages::{self, NOWHERE, Places, Stored};
use super::plain::{Bytes, Values};
use crate::data::cells::content::{Content, Problem};
use crate::data::cells::reader::CellKind;
use crate::time::Day;

/// What the values of a column stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    Flag,
    /// Whole numbers; of the second kind none is below 0.
    Whole,
    Unsigned,
    /// With so many places behind the point.
    Decimal(u32),
    Float,
    /// A number of two bytes.
    Half,
    Date,
    /// So many to the second; in universal time, or as a clock on the wall shows it.
    Moment {
        per_second: i64,
        universal: bool,
    },
    Clock {
        per_second: i64,
    },
    Text,
    Uuid,
}

impl Meaning {
    /// `None` where Merit has no such values.
    pub fn of(column: &ColumnDescriptor) -> Option<Meaning> {
        let per_second = |unit: &TimeUnit| match unit {
            TimeUnit::MILLIS => 1_000,
            TimeUnit::MICROS => 1_000_000,
            TimeUnit::NANOS => 1_000_000_000,
        };
        let decimal = |scale: i32| u32::try_from(scale).ok().map(Meaning::Decimal);
        match column.logical_type_ref() {
            Some(LogicalType::String | LogicalType::Enum | LogicalType::Json) => return Some(Meaning::Text),
            Some(LogicalType::Decimal(of)) => return decimal(of.scale),
            Some(LogicalType::Date) => return Some(Meaning::Date),
            Some(LogicalType::Time(of)) => return Some(Meaning::Clock { per_second: per_second(&of.unit) }),
            Some(LogicalType::Timestamp(of)) => {
                let per_second = per_second(&of.unit);
                return Some(Meaning::Moment { per_second, universal: of.is_adjusted_to_u_t_c });
            }
            Some(LogicalType::Integer(of)) => {
                return Some(if of.is_signed { Meaning::Whole } else { Meaning::Unsigned });
            }
            Some(LogicalType::Uuid) => return Some(Meaning::Uuid),
            Some(LogicalType::Float16) => return Some(Meaning::Half),
            // A column in which all cells are blank.
            Some(LogicalType::Unknown) | None => {}
            Some(_) => return None,
        }
        // As files of older programs say it; they wrote all moments in universal time.
        let moment = |per_second| Some(Meaning::Moment { per_second, universal: true });
        match column.converted_type() {
            ConvertedType::UTF8 | ConvertedType::ENUM | ConvertedType::JSON => return Some(Meaning::Text),
            ConvertedType::DECIMAL => return decimal(column.type_scale()),
            ConvertedType::DATE => return Some(Meaning::Date),
            ConvertedType::TIME_MILLIS => return Some(Meaning::Clock { per_second: 1_000 }),
            ConvertedType::TIME_MICROS => return Some(Meaning::Clock { per_second: 1_000_000 }),
            ConvertedType::TIMESTAMP_MILLIS => return moment(1_000),
            ConvertedType::TIMESTAMP_MICROS => return moment(1_000_000),
            ConvertedType::UINT_8 | ConvertedType::UINT_16 | ConvertedType::UINT_32 | ConvertedType::UINT_64 => {
                return Some(Meaning::Unsigned);
            }
            ConvertedType::NONE
            | ConvertedType::INT_8
            | ConvertedType::INT_16
            | ConvertedType::INT_32
            | ConvertedType::INT_64 => {}
            _ => return None,
        }
        Some(match column.physical_type() {
            Physical::BOOLEAN => Meaning::Flag,
            Physical::INT32 | Physical::INT64 => Meaning::Whole,
            Physical::INT96 => Meaning::Moment { per_second: 1_000_000_000, universal: true },
            Physical::FLOAT | Physical::DOUBLE => Meaning::Float,
            // Some programs mark their texts as bytes.
            Physical::BYTE_ARRAY | Physical::FIXED_LEN_BYTE_ARRAY => Meaning::Text,
        })
    }
}

impl Meaning {
    pub fn is_number(self) -> bool {
        match self {
            Meaning::Whole | Meaning::Unsigned | Meaning::Decimal(_) | Meaning::Float | Meaning::Half => true,
            Meaning::Flag
            | Meaning::Date
            | Meaning::Moment { .. }
            | Meaning::Clock { .. }
            | Meaning::Text
            | Meaning::Uuid => false,
        }
    }
}

/// A column in some rows.
pub struct Column {
    pub meaning: Meaning,
    pub values: Values,
    places: Places,
}

impl Column {
    /// Reads `rows` rows of a column behind the first `skipped` of a row group.
    pub fn read(
        file: &Arc<File>,
        group: &RowGroupMetaData,
        leaf: usize,
        meaning: Meaning,
        (skipped, rows): (usize, usize),
    ) -> Result<Column> {
        let chunk = group.column(leaf);
        let all = usize::try_from(group.num_rows())?;
        let mut pages = claims::pages(file, chunk, all)?;
        let stored = match pages::read(&mut pages, chunk.column_descr(), skipped, rows)? {
            Some(stored) => stored,
            None => {
                let pages = claims::pages(file, chunk, all)?;
                by_library(pages, chunk.column_descr_ptr(), skipped, rows)?
            }
        };
        let Stored { mut values, places } = stored;
        match &mut values {
            Values::Bytes(bytes) => bytes.look_for_text(),
            Values::Fixed { length, bytes } if matches!(meaning, Meaning::Decimal(_)) && *length > 0 => {
                if let Some(mantissas) = bytes.chunks_exact(*length).map(big_endian).collect() {
                    values = Values::Long(mantissas);
                }
            }
            _ => {}
        }
        Ok(Column { meaning, values, places })
    }

    /// For each of some rows, in order, the place of its value among all, or `NOWHERE`. They are counted behind the first
    /// `from`, of `all` rows there.
    pub fn places(&self, from: usize, rows: &[u32], all: usize) -> Cow<'_, [u32]> {
        match &self.places {
            Places::Of { rows: places, .. } if rows.len() == all => Cow::Borrowed(&places[from..from + all]),
            Places::Of { rows: places, .. } => rows.iter().map(|row| places[from + *row as usize]).collect(),
            Places::InOrder => rows.iter().map(|row| from as u32 + row).collect(),
        }
    }

    /// Whether each row has a value of its own, in their order.
    pub fn is_in_order(&self) -> bool {
        matches!(self.places, Places::InOrder)
    }

    /// Whether some row has no value.
    pub fn some_missing(&self) -> bool {
        matches!(self.places, Places::Of { some_missing: true, .. })
    }

    fn bytes(&self, at: usize) -> Option<&[u8]> {
        match &self.values {
            Values::Bytes(values) => Some(values.get(at)),
            Values::Fixed { length, bytes } => Some(&bytes[at * length..(at + 1) * length]),
            _ => None,
        }
    }

    fn whole(&self, at: usize) -> Option<i64> {
        match &self.values {
            Values::Short(values) if self.meaning == Meaning::Unsigned => Some(i64::from(values[at] as u32)),
            Values::Short(values) => Some(i64::from(values[at])),
            // What is above all signed numbers goes the way of texts.
            Values::Long(values) => Some(values[at]).filter(|value| self.meaning != Meaning::Unsigned || *value >= 0),
            _ => None,
        }
    }

    /// What a value says, where that needs no text.
    pub fn quick(&self, at: usize, kind: &CellKind) -> Option<std::result::Result<Content<'static>, Problem>> {
        match (kind, self.meaning) {
            (CellKind::Number(number), Meaning::Decimal(scale)) => number.read_fixed(self.mantissa(at)?, scale),
            (CellKind::Number(number), Meaning::Whole | Meaning::Unsigned) => number.read_fixed(self.whole(at)?, 0),
            (CellKind::Day(_), Meaning::Date) => {
                let days = i32::try_from(self.whole(at)?).ok()?;
                Day::new(days).map(|day| Ok(Content::Day(day)))
            }
            (CellKind::Day(_) | CellKind::Period, Meaning::Moment { universal: true, .. }) => {
                let (_, nanoseconds) = self.moment(at)?;
                (nanoseconds != 0).then_some(Err(Problem::ZonedTime))
            }
            _ => None,
        }
    }

    fn mantissa(&self, at: usize) -> Option<i64> {
        self.bytes(at).map_or_else(|| self.whole(at), big_endian)
    }

    /// Day and nanosecond of the day.
    fn moment(&self, at: usize) -> Option<(i64, i64)> {
        const DAY: i64 = 86_400_000_000_000;
        match (&self.values, self.meaning) {
            (Values::Moments(values), _) => {
                let data = values[at].data();
                let nanoseconds = (u64::from(data[1]) << 32 | u64::from(data[0])) as i64;
                // Days are counted from noon of the first one, in the year 4713 before our time.
                let day = i64::from(data[2]) - 2_440_588;
                Some((day + nanoseconds.div_euclid(DAY), nanoseconds.rem_euclid(DAY)))
            }
            (_, Meaning::Moment { per_second, .. } | Meaning::Clock { per_second }) => {
                let (value, per_day) = (self.whole(at)?, per_second * 86_400);
                Some((value.div_euclid(per_day), value.rem_euclid(per_day) * (1_000_000_000 / per_second)))
            }
            _ => None,
        }
    }

    /// The text that stands for a value in a file of text.
    pub fn text(&self, at: usize) -> std::result::Result<Cow<'_, str>, Problem> {
        use Cow::{Borrowed, Owned};
        let bytes = self.bytes(at).unwrap_or_default();
        Ok(match (self.meaning, &self.values) {
            (Meaning::Text, Values::Bytes(values)) => Borrowed(values.text(at).ok_or(Problem::NotText)?),
            (Meaning::Text, _) => Borrowed(std::str::from_utf8(bytes).map_err(|_| Problem::NotText)?),
            (_, Values::Flags(values)) => Borrowed(if values[at] { "true" } else { "false" }),
            (_, Values::Single(values)) => Owned(values[at].to_string()),
            (_, Values::Double(values)) => Owned(values[at].to_string()),
            (Meaning::Half, _) => {
                let number = bytes.try_into().map(half).map_err(|_| Problem::NotText)?;
                Owned(number.to_string())
            }
            (Meaning::Uuid, _) => {
                let mut text = String::with_capacity(36);
                for (place, byte) in bytes.iter().enumerate() {
                    let dash = if matches!(place, 4 | 6 | 8 | 10) { "-" } else { "" };
                    write!(text, "{dash}{byte:02x}").unwrap_or_default();
                }
                Owned(text)
            }
            (Meaning::Decimal(scale), _) => Owned(match self.whole(at) {
                Some(whole) => pointed(&whole.to_string(), scale),
                None => pointed(&BigInt::from_signed_bytes_be(bytes).to_string(), scale),
            }),
            (Meaning::Date, _) => Owned(date(self.whole(at).unwrap_or_default())),
            (Meaning::Moment { universal, .. }, _) => {
                let (day, nanoseconds) = self.moment(at).unwrap_or_default();
                Owned(match (nanoseconds, universal) {
                    (0, _) => date(day),
                    (_, true) => format!("{} {} UTC", date(day), clock(nanoseconds)),
                    (_, false) => format!("{} {}", date(day), clock(nanoseconds)),
                })
            }
            (Meaning::Clock { .. }, _) => Owned(clock(self.moment(at).unwrap_or_default().1)),
            (_, Values::Long(values)) if self.meaning == Meaning::Unsigned => Owned((values[at] as u64).to_string()),
            _ => Owned(self.whole(at).unwrap_or_default().to_string()),
        })
    }
}

/// A number in two's complement, the highest byte first; `None` where it has more than 64 bits.
fn big_endian(bytes: &[u8]) -> Option<i64> {
    let fill = if bytes.first()? & 0x80 == 0 { 0 } else { u8::MAX };
    let (more, last) = bytes.split_at(bytes.len().saturating_sub(8));
    let mut all = [fill; 8];
    all[8 - last.len()..].copy_from_slice(last);
    let number = i64::from_be_bytes(all);
    let fits = more.iter().all(|byte| *byte == fill) && (more.is_empty() || (number < 0) == (fill != 0));
    fits.then_some(number)
}

/// Reads `rows` rows behind the first `skipped`, whatever their pages are.
pub fn by_library(
    pages: impl PageReader + 'static,
    descriptor: ColumnDescPtr,
    skipped: usize,
    rows: usize,
) -> Result<Stored> {
    let highest = descriptor.max_def_level();
    let length = usize::try_from(descriptor.type_length()).unwrap_or_default();
    let mut levels = Vec::with_capacity(if highest > 0 { rows } else { 0 });
    macro_rules! values {
        ($reader:expr, $kind:expr) => {{
            let mut values = Vec::with_capacity(rows);
            $reader.skip_records(skipped)?;
            let (read, ..) = $reader.read_records(rows, Some(&mut levels), None, &mut values)?;
            (read, $kind(values))
        }};
    }
    let (read, values) = match get_column_reader(descriptor, Box::new(pages)) {
        ColumnReader::BoolColumnReader(mut reader) => values!(reader, Values::Flags),
        ColumnReader::Int32ColumnReader(mut reader) => values!(reader, Values::Short),
        ColumnReader::Int64ColumnReader(mut reader) => values!(reader, Values::Long),
        ColumnReader::Int96ColumnReader(mut reader) => values!(reader, Values::Moments),
        ColumnReader::FloatColumnReader(mut reader) => values!(reader, Values::Single),
        ColumnReader::DoubleColumnReader(mut reader) => values!(reader, Values::Double),
        ColumnReader::ByteArrayColumnReader(mut reader) => values!(reader, |values: Vec<ByteArray>| {
            let mut bytes = Bytes::default();
            values.iter().for_each(|value| bytes.push(value.data()));
            Values::Bytes(bytes)
        }),
        ColumnReader::FixedLenByteArrayColumnReader(mut reader) => values!(reader, |values: Vec<FixedLenByteArray>| {
            Values::Fixed { length, bytes: values.iter().flat_map(|value| value.data()).copied().collect() }
        }),
    };
    if read != rows {
        return Err(ParquetError::General(format!("{read} rows where {rows} should be")));
    }
    if levels.iter().all(|level| *level == highest) {
        return Ok(Stored { values, places: Places::InOrder });
    }
    let mut next = 0;
    let place = |level: &i16| match *level == highest {
        true => {
            next += 1;
            next - 1
        }
        false => NOWHERE,
    };
    Ok(Stored { values, places: Places::Of { rows: levels.iter().map(place).collect(), some_missing: true } })
}

/// `2026-07-01`; far from our time as it comes, which is no date anywhere.
fn date(days: i64) -> String {
    let day = i32::try_from(days).ok().and_then(Day::new);
    day.map_or_else(|| format!("{days} days from 1970-01-01"), |day| day.to_string())
}

/// `13:45:00`, with the part of a second where there is one.
fn clock(nanoseconds: i64) -> String {
    let (seconds, part) = (nanoseconds / 1_000_000_000, nanoseconds % 1_000_000_000);
    let clock = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    match part {
        0 => clock,
        _ => format!("{clock}.{part:09}").trim_end_matches('0').to_string(),
    }
}

/// A point before the last digits.
fn pointed(digits: &str, scale: u32) -> String {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |digits| ("-", digits));
    let scale = scale as usize;
    if scale == 0 {
        return format!("{sign}{digits}");
    }
    let padded = format!("{digits:0>width$}", width = scale + 1);
    let (whole, part) = padded.split_at(padded.len() - scale);
    format!("{sign}{whole}.{part}")
}

/// Ten bits of digits, five of the exponent; every such number is one of 32 bits as well.
fn half(bytes: [u8; 2]) -> f32 {
    let bits = u16::from_le_bytes(bytes);
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let (exponent, digits) = (i32::from(bits >> 10 & 31), f32::from(bits & 1023));
    sign * match exponent {
        0 => digits * 2f32.powi(-24),
        31 if digits == 0.0 => f32::INFINITY,
        31 => f32::NAN,
        _ => (digits + 1024.0) * 2f32.powi(exponent - 25),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_put_where_they_belong() {
        for (digits, scale, expected) in
            [("123450", 2, "1234.50"), ("-5", 2, "-0.05"), ("0", 3, "0.000"), ("7", 0, "7"), ("-12", 1, "-1.2")]
        {
            assert_eq!(pointed(digits, scale), expected);
        }
    }

    #[test]
    fn numbers_with_the_highest_byte_first() {
        for (bytes, expected) in [
            (&[0xfe][..], Some(-2)),
            (&[0, 200], Some(200)),
            (&[0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], None),
            (&[0, 0x80, 0, 0, 0, 0, 0, 0, 0], None),
            (&[0, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], Some(i64::MAX)),
            (&[0xff, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0], Some(i64::MIN)),
            (&[], None),
        ] {
            assert_eq!(big_endian(bytes), expected, "{bytes:?}");
        }
    }

    #[test]
    fn numbers_of_two_bytes() {
        for (bits, expected) in
            [(0x3c00u16, "1"), (0xc000, "-2"), (0x3555, "0.33325195"), (0x0001, "0.000000059604645"), (0x7bff, "65504")]
        {
            assert_eq!(half(bits.to_le_bytes()).to_string(), expected);
        }
    }
}

//! Parquet files as the library writes them.

#![allow(dead_code)] // each test binary uses a part of it

use std::sync::Arc;

use parquet::basic::{Compression, LogicalType};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::{ByteArray, Int96};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::Type;

/// The cells of one column; what is not there is blank.
#[derive(Clone, Debug)]
pub enum Cells {
    Flag(Vec<Option<bool>>),
    Short(Vec<Option<i32>>),
    Long(Vec<Option<i64>>),
    /// Nanoseconds of the day and the Julian day.
    Moment(Vec<Option<(u64, u32)>>),
    Single(Vec<Option<f32>>),
    Double(Vec<Option<f64>>),
    Bytes(Vec<Option<Vec<u8>>>),
    Fixed(Vec<Option<Vec<u8>>>),
}

pub fn texts(texts: &[&str]) -> Cells {
    Cells::Bytes(texts.iter().map(|text| (!text.is_empty()).then(|| text.as_bytes().to_vec())).collect())
}

/// How a file is written.
#[derive(Clone)]
pub struct How {
    pub packing: Compression,
    /// Rows of a row group, and of a page.
    pub group: usize,
    pub page: usize,
    pub dictionary: bool,
    pub newer_pages: bool,
}

impl Default for How {
    fn default() -> How {
        How {
            packing: Compression::UNCOMPRESSED,
            group: usize::MAX,
            page: 20_000,
            dictionary: true,
            newer_pages: false,
        }
    }
}

/// A file with these columns (`required int64 premium (DECIMAL(18, 2));`) and cells.
pub fn file(columns: &str, cells: &[Cells], how: &How) -> Vec<u8> {
    let schema = parse_message_type(&format!("message table {{ {columns} }}")).unwrap();
    written(schema, cells, how)
}

/// Likewise; the columns are named by themselves, as names with brackets cannot stand in `columns`.
pub fn named_file(columns: &str, names: &[&str], cells: &[Cells], how: &How) -> Vec<u8> {
    let schema = parse_message_type(&format!("message table {{ {columns} }}")).unwrap();
    let fields = schema.get_fields().iter().zip(names).map(|(field, name)| {
        let info = field.get_basic_info();
        let mut named = Type::primitive_type_builder(name, field.get_physical_type())
            .with_repetition(info.repetition())
            .with_logical_type(info.logical_type_ref().cloned());
        if let Some(LogicalType::Decimal(of)) = info.logical_type_ref() {
            named = named.with_precision(of.precision).with_scale(of.scale);
        }
        Arc::new(named.build().unwrap())
    });
    written(Type::group_type_builder("table").with_fields(fields.collect()).build().unwrap(), cells, how)
}

fn written(schema: Type, cells: &[Cells], how: &How) -> Vec<u8> {
    let version = match how.newer_pages {
        true => parquet::file::properties::WriterVersion::PARQUET_2_0,
        false => parquet::file::properties::WriterVersion::PARQUET_1_0,
    };
    let properties = WriterProperties::builder()
        .set_compression(how.packing)
        .set_dictionary_enabled(how.dictionary)
        .set_writer_version(version)
        .set_data_page_row_count_limit(how.page)
        .set_write_batch_size(how.page)
        .build();
    let mut writer = SerializedFileWriter::new(Vec::new(), Arc::new(schema.clone()), Arc::new(properties)).unwrap();
    let rows = cells.first().map_or(0, rows);
    let mut from = 0;
    while from < rows {
        let to = from.saturating_add(how.group).min(rows);
        let mut group = writer.next_row_group().unwrap();
        for (cells, field) in cells.iter().zip(schema.get_fields()) {
            let optional = field.is_optional();
            let mut column = group.next_column().unwrap().unwrap();
            macro_rules! write {
                ($writer:expr, $cells:expr, $value:expr) => {{
                    let cells = &$cells[from..to];
                    let levels: Vec<i16> = cells.iter().map(|cell| i16::from(cell.is_some())).collect();
                    let values: Vec<_> = cells.iter().flatten().map($value).collect();
                    $writer.write_batch(&values, optional.then_some(&levels[..]), None).unwrap();
                }};
            }
            match (column.untyped(), cells) {
                (ColumnWriter::BoolColumnWriter(writer), Cells::Flag(cells)) => write!(writer, cells, |cell| *cell),
                (ColumnWriter::Int32ColumnWriter(writer), Cells::Short(cells)) => write!(writer, cells, |cell| *cell),
                (ColumnWriter::Int64ColumnWriter(writer), Cells::Long(cells)) => write!(writer, cells, |cell| *cell),
                (ColumnWriter::FloatColumnWriter(writer), Cells::Single(cells)) => write!(writer, cells, |cell| *cell),
                (ColumnWriter::DoubleColumnWriter(writer), Cells::Double(cells)) => write!(writer, cells, |cell| *cell),
                (ColumnWriter::Int96ColumnWriter(writer), Cells::Moment(cells)) => {
                    write!(writer, cells, |(nanoseconds, day): &(u64, u32)| {
                        let mut moment = Int96::new();
                        moment.set_data(*nanoseconds as u32, (nanoseconds >> 32) as u32, *day);
                        moment
                    })
                }
                (ColumnWriter::ByteArrayColumnWriter(writer), Cells::Bytes(cells)) => {
                    write!(writer, cells, |cell| ByteArray::from(cell.clone()))
                }
                (ColumnWriter::FixedLenByteArrayColumnWriter(writer), Cells::Fixed(cells)) => {
                    write!(writer, cells, |cell| ByteArray::from(cell.clone()).into())
                }
                (_, cells) => panic!("{cells:?} do not fit `{}`", field.name()),
            }
            column.close().unwrap();
        }
        group.close().unwrap();
        from = to;
    }
    writer.into_inner().unwrap()
}

fn rows(cells: &Cells) -> usize {
    match cells {
        Cells::Flag(cells) => cells.len(),
        Cells::Short(cells) => cells.len(),
        Cells::Long(cells) => cells.len(),
        Cells::Moment(cells) => cells.len(),
        Cells::Single(cells) => cells.len(),
        Cells::Double(cells) => cells.len(),
        Cells::Bytes(cells) | Cells::Fixed(cells) => cells.len(),
    }
}

//! What a file says of its size once it is unpacked. The library makes room for as much before it unpacks a page, and
//! some ways of packing hold thousands of bytes in one: so each claim is read first, and held against the others.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::sync::{Arc, Mutex, PoisonError};

use ::parquet::basic::Compression;
use ::parquet::errors::{ParquetError, Result};
use ::parquet::file::metadata::{ColumnChunkMetaData, RowGroupMetaData};
use ::parquet::file::reader::{ChunkReader, Length};
use ::parquet::file::serialized_reader::SerializedPageReader;
use bytes::Bytes;
use flate2::read::MultiGzDecoder;

use crate::data::memory::shown_size;
use crate::limits::{PARQUET, PARQUET_SPARSE, WHOLE};

/// Why a file of that size cannot hold what it says of its rows and columns. The library takes it for granted.
pub fn refusal(groups: &[RowGroupMetaData], size: u64) -> Option<String> {
    let within = |chunk: &ColumnChunkMetaData| {
        let start = chunk.dictionary_page_offset().unwrap_or_else(|| chunk.data_page_offset());
        let (start, length) = (u64::try_from(start), u64::try_from(chunk.compressed_size()));
        start.is_ok_and(|start| length.is_ok_and(|length| start.checked_add(length).is_some_and(|end| end <= size)))
    };
    let is_possible =
        |group: &RowGroupMetaData| u32::try_from(group.num_rows()).is_ok() && group.columns().iter().all(within);
    let chunks = || groups.iter().flat_map(RowGroupMetaData::columns);
    let packed = chunks().map(packed).fold(0, u64::saturating_add);
    if !groups.iter().all(is_possible) || packed > size {
        return Some("what it says of its rows cannot be".into());
    }
    // A few bytes can say of any number of rows that they are all the same.
    let most = |least: u64| least.max(size.saturating_mul(PARQUET_SPARSE));
    let rows = groups.iter().map(|group| group.num_rows() as u64).fold(0, u64::saturating_add);
    if rows > most(PARQUET) {
        return Some(format!("{rows} rows cannot stand in {size} bytes"));
    }
    let unpacked = chunks().map(unpacked).fold(0, u64::saturating_add);
    (unpacked > most(WHOLE)).then(|| format!("unpacked it is {}, and as a file {size} bytes", shown_size(unpacked)))
}

fn packed(chunk: &ColumnChunkMetaData) -> u64 {
    u64::try_from(chunk.compressed_size()).unwrap_or(0)
}

/// How many bytes a column of a row group has once it is unpacked, as the file says.
pub fn unpacked(chunk: &ColumnChunkMetaData) -> u64 {
    u64::try_from(chunk.uncompressed_size()).unwrap_or(0)
}

/// The pages of a column, each held against what all of them may come to.
pub fn pages(file: &Arc<File>, chunk: &ColumnChunkMetaData, rows: usize) -> Result<SerializedPageReader<Pages>> {
    // Some programs count only what is packed.
    let most = unpacked(chunk).max(packed(chunk).saturating_mul(PARQUET_SPARSE));
    let is_gzip = matches!(chunk.compression(), Compression::GZIP(_));
    let pages = Pages { file: file.clone(), is_gzip, most, claims: Arc::default() };
    SerializedPageReader::new(Arc::new(pages), chunk, rows, None)
}

/// A file whose pages are looked at before they are unpacked.
pub struct Pages {
    file: Arc<File>,
    /// The library unpacks this whatever it comes to; all else no further than is claimed.
    is_gzip: bool,
    most: u64,
    /// By the place of a page.
    claims: Arc<Mutex<BTreeMap<u64, Claim>>>,
}

/// What the head of a page says.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Claim {
    unpacked: u64,
    /// Bytes that are not packed, in front of the others.
    levels: u64,
    /// Values of a dictionary.
    values: u64,
}

/// A page of so many bytes is unpacked before it is known what it comes to: to a thousand times as much at most.
const SMALL: usize = 1 << 16;

impl Length for Pages {
    fn len(&self) -> u64 {
        self.file.len()
    }
}

impl ChunkReader for Pages {
    type T = Head;

    fn get_read(&self, start: u64) -> Result<Head> {
        Ok(Head {
            read: self.file.get_read(start)?,
            looked_at: None,
            start,
            most: self.most,
            claims: self.claims.clone(),
        })
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let bytes = self.file.get_bytes(start, length)?;
        if self.is_gzip && length > SMALL {
            let claims = self.claims.lock().unwrap_or_else(PoisonError::into_inner);
            let claim = claims.range(..start).next_back().map(|(_, claim)| *claim).unwrap_or_default();
            drop(claims);
            let packed = bytes.get(claim.levels as usize..).unwrap_or_default();
            let counted = io::copy(&mut MultiGzDecoder::new(packed).take(claim.unpacked + 1), &mut io::sink());
            // What is no gzip is for the library to tell.
            if counted.is_ok_and(|counted| counted > claim.unpacked) {
                return Err(ParquetError::General("a page comes to more than it says".into()));
            }
        }
        Ok(bytes)
    }
}

/// The bytes from the head of a page on. Some are made and never read, at places where there is no head.
pub struct Head {
    read: BufReader<File>,
    looked_at: Option<Cursor<Vec<u8>>>,
    start: u64,
    most: u64,
    claims: Arc<Mutex<BTreeMap<u64, Claim>>>,
}

/// Within so many bytes stands all that is looked for.
const HEAD: u64 = 96;

impl Head {
    fn look(&mut self) -> io::Result<Cursor<Vec<u8>>> {
        let mut head = Vec::with_capacity(HEAD as usize);
        (&mut self.read).take(HEAD).read_to_end(&mut head)?;
        let claim = Claim::of(&head).ok_or_else(|| io::Error::other("the head of a page cannot be read"))?;
        let mut claims = self.claims.lock().unwrap_or_else(PoisonError::into_inner);
        claims.insert(self.start, claim);
        let all = claims.values().map(|claim| claim.unpacked).fold(0, u64::saturating_add);
        if all > self.most || claim.values > claim.unpacked {
            return Err(io::Error::other("pages say that they are larger than their column"));
        }
        Ok(Cursor::new(head))
    }
}

impl Read for Head {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut head = match self.looked_at.take() {
            Some(head) => head,
            None => self.look()?,
        };
        let read = head.read(buffer)?;
        self.looked_at = Some(head);
        if read > 0 { Ok(read) } else { self.read.read(buffer) }
    }
}

impl Claim {
    /// Reads fields in their order, which all writers keep:
    /// <https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift>.
    fn of(head: &[u8]) -> Option<Claim> {
        let mut fields = Fields(head);
        let (mut claim, mut seen, mut field) = (Claim::default(), 0, 0);
        loop {
            let (number, kind) = fields.next(field)?;
            field = number;
            match (number, kind) {
                // The kind of page, its size, its size in the file, a check sum.
                (1..=4, WHOLE_NUMBER) => {
                    let value = fields.number()?;
                    seen |= 1 << number;
                    if number == 2 {
                        claim.unpacked = u64::try_from(value).ok()?;
                    }
                }
                (7, STRUCT) => {
                    let (1, WHOLE_NUMBER) = fields.next(0)? else { return None };
                    claim.values = u64::try_from(fields.number()?).ok()?;
                    break;
                }
                // A page of the newer form: how many bytes its levels have are the fifth and the sixth.
                (8, STRUCT) => {
                    let mut inner = 0;
                    while inner < 6 {
                        let (number, WHOLE_NUMBER) = fields.next(inner)? else { return None };
                        inner = number;
                        let value = fields.number()?;
                        if inner >= 5 {
                            claim.levels += u64::try_from(value).ok()?;
                        }
                    }
                    break;
                }
                (5 | 6, STRUCT) => break,
                _ => return None,
            }
        }
        (seen & 0b1110 == 0b1110).then_some(claim)
    }
}

/// Kinds of fields.
const WHOLE_NUMBER: u8 = 5;
const STRUCT: u8 = 12;

/// Fields of Thrift's compact protocol.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    /// The number of the next field behind one, and its kind.
    fn next(&mut self, before: i64) -> Option<(i64, u8)> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        let number = match first >> 4 {
            0 => self.number()?,
            step => before + i64::from(step),
        };
        Some((number, first & 0x0f)).filter(|_| *first != 0)
    }

    fn number(&mut self) -> Option<i64> {
        let mut number = 0u64;
        for at in 0..10 {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            number |= u64::from(byte & 0x7f) << (7 * at).min(63);
            if byte & 0x80 == 0 {
                return Some((number >> 1) as i64 ^ -((number & 1) as i64));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use ::parquet::basic::ZstdLevel;
    use ::parquet::column::page::PageReader;
    use ::parquet::schema::parser::parse_message_type;
    use ::parquet::schema::types::SchemaDescriptor;
    use ruzstd::encoding::CompressionLevel::Fastest;

    use super::*;

    fn field(number: i64) -> Vec<u8> {
        let mut left = ((number << 1) ^ (number >> 63)) as u64;
        let mut bytes = vec![0x15];
        while left >= 0x80 {
            bytes.push(left as u8 | 0x80);
            left >>= 7;
        }
        bytes.push(left as u8);
        bytes
    }

    /// The head of a page of one kind (0 rows, 2 a dictionary, 3 rows in the newer form), as large as it says.
    fn head(kind: i64, unpacked: i64, packed: usize, values: i64) -> Vec<u8> {
        let (step, inner) = match kind {
            0 => (0x2c, [values, 0, 3, 3].map(field).concat()),
            2 => (0x4c, [values, 0].map(field).concat()),
            _ => (0x5c, [values, 0, values, 0, 2, 0].map(field).concat()),
        };
        [field(kind), field(unpacked), field(packed as i64), vec![step], inner, vec![0, 0]].concat()
    }

    fn chunk(packing: Compression, packed: usize, unpacked: i64) -> (SchemaDescriptor, ColumnChunkMetaData) {
        let schema = parse_message_type("message table { required binary x; }").unwrap();
        let schema = SchemaDescriptor::new(Arc::new(schema));
        let chunk = ColumnChunkMetaData::builder(schema.column(0))
            .set_compression(packing)
            .set_num_values(1)
            .set_data_page_offset(0)
            .set_total_compressed_size(packed as i64)
            .set_total_uncompressed_size(unpacked)
            .build();
        (schema, chunk.unwrap())
    }

    /// The size of a column's one page, or why it is not unpacked; the column says that it has so many bytes. In front of
    /// what is packed stand two bytes in the newer form.
    fn unpacked(packing: Compression, page: &[u8], claim: i64, of_column: i64, kind: i64) -> String {
        let levels = if kind == 3 { 2 } else { 0 };
        let head = head(kind, claim + levels, page.len() + levels as usize, 1);
        let bytes = [head, vec![0; levels as usize], page.to_vec()].concat();
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        let (_, chunk) = chunk(packing, bytes.len(), of_column + levels);
        let mut pages = pages(&Arc::new(file), &chunk, 1).unwrap();
        match pages.get_next_page() {
            Ok(page) => (page.unwrap().buffer().len() as i64 - levels).to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn pages_are_measured_before_they_are_unpacked() {
        let zeros = vec![0; 70 << 20];
        let zstd = || Compression::ZSTD(ZstdLevel::default());
        let packed = ruzstd::encoding::compress_to_vec(&zeros[..], Fastest);
        let size = zeros.len() as i64;
        assert!(packed.len() < 10_000);
        for kind in [0, 2, 3] {
            assert_eq!(unpacked(zstd(), &packed, size, size, kind), size.to_string(), "{kind}");
            for claim in [size, i64::from(i32::MAX) - 2] {
                let told = unpacked(zstd(), &packed, claim, 1_000, kind);
                assert!(told.contains("larger than their column"), "{kind}: {told}");
            }
        }
        // Programs that count only what is packed.
        assert_eq!(unpacked(zstd(), &ruzstd::encoding::compress_to_vec(&[1u8; 500][..], Fastest), 500, 20, 0), "500");
        // What is told of the page and of its column is little, and what is in it is not.
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&zeros).unwrap();
        let gzip = gzip.finish().unwrap();
        assert!(gzip.len() > SMALL);
        for kind in [0, 2, 3] {
            let of = |claim: i64| unpacked(Compression::GZIP(Default::default()), &gzip, claim, claim, kind);
            assert_eq!(of(size), size.to_string(), "{kind}");
            assert!(of(1_000).contains("comes to more than it says"), "{kind}: {}", of(1_000));
        }
    }

    #[test]
    fn heads_of_pages() {
        let claim = |unpacked, levels, values| Some(Claim { unpacked, levels, values });
        assert_eq!(Claim::of(&head(0, 70_000, 5, 9)), claim(70_000, 0, 0));
        assert_eq!(Claim::of(&head(2, 70_000, 5, 9)), claim(70_000, 0, 9));
        assert_eq!(Claim::of(&head(3, 70_000, 5, 9)), claim(70_000, 2, 0));
        for at in 0..7 {
            assert_eq!(Claim::of(&head(0, 70_000, 5, 9)[..at]), None, "{at}");
        }
        assert_eq!(Claim::of(&head(0, -1, 5, 9)), None);
        assert_eq!(Claim::of(&[0xff; 96]), None);
    }

    #[test]
    fn files_that_cannot_be_so_large() {
        let told = |unpacked: i64, columns: usize, size: u64| {
            let (schema, _) = chunk(Compression::UNCOMPRESSED, 0, 0);
            let (_, chunk) = chunk(Compression::UNCOMPRESSED, 500, unpacked);
            let schema = Arc::new(schema);
            let group = || {
                let group = RowGroupMetaData::builder(schema.clone()).set_num_rows(1);
                group.set_column_metadata(vec![chunk.clone()]).build().unwrap()
            };
            refusal(&(0..columns).map(|_| group()).collect::<Vec<_>>(), size)
        };
        assert_eq!(told(1 << 29, 2, 1_000), None);
        assert!(told(1 << 29, 3, 1_500).unwrap().contains("unpacked it is "));
        assert_eq!(told(1 << 29, 3, 64 << 20), None);
        // Columns that lie over each other.
        assert!(told(1, 3, 1_000).unwrap().contains("cannot be"));
    }
}

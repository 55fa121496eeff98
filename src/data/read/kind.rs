//! What a file is by its content, whatever its name says.
//!
//! Offices name files by habit: a web page is called `.xls`, a workbook `.csv`. Who opens a file and finds something else
//! says so in these words, with what to do.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::Path;

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};
use memchr::memmem;
use zip::ZipArchive;

/// As much of a file as is looked at where its kind shows at the beginning.
pub const HEAD: u64 = 1 << 16;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text of rows and cells, as far as can be told.
    Text,
    Empty,
    /// Text of a kind that hardly anything reads.
    Utf32,
    Xlsx,
    Xlsb,
    Xls,
    Ods,
    /// A workbook or document of Office under a password.
    Locked,
    /// A workbook of Excel 2003 in XML.
    Xml2003,
    FlatOds,
    Html,
    Mht,
    Rtf,
    Docx,
    Doc,
    Odt,
    Pptx,
    Ppt,
    /// Some other file in the container of older Office programs.
    Compound,
    Numbers,
    Pdf,
    Xml,
    Json,
    Parquet,
    Arrow,
    Sqlite,
    Access,
    Gzip,
    Zstd,
    Zip,
    Bzip2,
    Xz,
    SevenZip,
    Rar,
    Tar,
    /// An image, a film, a program: something with a name of its own, and no table.
    Other(&'static str),
    /// No text, and nothing that is known.
    Binary,
}

/// What a file is.
pub fn of_path(path: &Path) -> io::Result<Kind> {
    of(&mut BufReader::new(File::open(path)?))
}

/// What the bytes of a file are; its first ones may be enough.
pub fn of_bytes(bytes: &[u8]) -> Kind {
    of(&mut Cursor::new(bytes)).unwrap_or(Kind::Binary)
}

/// What can be read here is, from its first byte on.
pub fn of(input: &mut (impl Read + Seek)) -> io::Result<Kind> {
    let mut head = Vec::new();
    input.seek(SeekFrom::Start(0))?;
    input.by_ref().take(HEAD).read_to_end(&mut head)?;
    if head.is_empty() {
        return Ok(Kind::Empty);
    }
    if let [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] = head.as_slice() {
        return Ok(Kind::Utf32);
    }
    if let Some(text) = text_of(&head) {
        return Ok(of_text(&text));
    }
    input.seek(SeekFrom::Start(0))?;
    Ok(match head.as_slice() {
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => of_zip(input, &head),
        [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, ..] => of_compound(input, &head),
        // Workbooks from before there was the container.
        [9, 0 | 2 | 4, 4 | 6, 0, ..] => Kind::Xls,
        [b'P', b'A', b'R', b'1', ..] | [b'P', b'A', b'R', b'E', ..] => Kind::Parquet,
        [b'A', b'R', b'R', b'O', b'W', b'1', ..] => Kind::Arrow,
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Kind::Zstd,
        [0x1f, 0x8b, ..] => Kind::Gzip,
        [_, _, _, _, b'S', b't', b'a', b'n', b'd', b'a', b'r', b'd', b' ', ..] => Kind::Access,
        _ => by_magic(&head),
    })
}

/// The beginning of a file as text, where it is text: in whatever encoding, it holds no signs that steer machines.
fn text_of(head: &[u8]) -> Option<Cow<'_, str>> {
    if let Some((encoding, mark)) = Encoding::for_bom(head) {
        return Some(encoding.decode_without_bom_handling(&head[mark..]).0);
    }
    if let Some(little) = utf16_without_mark(head) {
        let encoding = if little { UTF_16LE } else { UTF_16BE };
        return Some(encoding.decode_without_bom_handling(head).0);
    }
    // Old programs end a text with 0x1a, and some files have a page break or an escape.
    let steers = |byte: &u8| matches!(byte, 0..=8 | 14..=25 | 28..=31);
    (!head.iter().any(steers)).then(|| String::from_utf8_lossy(head))
}

/// Whether bytes without a byte order mark are UTF-16, and then whether the lower byte comes first: text of tables has
/// separators and line ends, one byte of which is 0, and the other stands on one side only.
pub fn utf16_without_mark(bytes: &[u8]) -> Option<bool> {
    let pairs = bytes.chunks_exact(2);
    let (mut little, mut big, mut ends) = (0usize, 0usize, 0usize);
    for pair in pairs {
        match pair {
            [0, 0] => return None,
            [low, 0] => {
                little += 1;
                ends += usize::from(matches!(low, b'\n' | b'\r' | b',' | b';' | b'\t'));
            }
            [0, high] => {
                big += 1;
                ends += usize::from(matches!(high, b'\n' | b'\r' | b',' | b';' | b'\t'));
            }
            _ => {}
        }
    }
    // A letter whose number ends in 00 is rare.
    let told = ends > 0 && (little > 50 * big || big > 50 * little);
    told.then_some(little > big)
}

fn of_text(text: &str) -> Kind {
    let text = text.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '\u{feff}');
    let lower = text.to_ascii_lowercase();
    let has = |part: &str| lower.contains(part);
    let begins = |part: &str| lower.starts_with(part);
    if begins("%pdf-") {
        return Kind::Pdf;
    }
    if begins("{\\rtf") {
        return Kind::Rtf;
    }
    if (begins("mime-version:") || begins("from:") || begins("content-type:"))
        && has("content-type:")
        && (has("multipart/") || has("<html") || has("<table"))
    {
        return Kind::Mht;
    }
    if begins("<") {
        if has("urn:schemas-microsoft-com:office:spreadsheet") && begins("<?xml") {
            return Kind::Xml2003;
        }
        if has("<office:document") {
            return Kind::FlatOds;
        }
        const TAGS: [&str; 14] = [
            "<!doctype html",
            "<html",
            "<head",
            "<body",
            "<table",
            "<meta",
            "<style",
            "<script",
            "<div",
            "<title",
            "<p>",
            "<tr",
            "<font",
            "<center",
        ];
        if TAGS.iter().any(|tag| begins(tag)) || (begins("<?xml") || begins("<!")) && (has("<html") || has("<table")) {
            return Kind::Html;
        }
        if begins("<?xml") || begins("<!doctype") {
            return Kind::Xml;
        }
    }
    let mut signs = text.chars().filter(|letter| !letter.is_whitespace());
    match (signs.next(), signs.next()) {
        (Some('{'), Some('"')) if has("\":") || has("\" :") => Kind::Json,
        (Some('['), Some('{')) => Kind::Json,
        _ => Kind::Text,
    }
}

fn of_zip(input: &mut (impl Read + Seek), head: &[u8]) -> Kind {
    let mut names: Vec<String> = Vec::new();
    let mut kind = None;
    if let Ok(mut archive) = ZipArchive::new(input) {
        names.extend((0..archive.len()).filter_map(|at| Some(archive.name_for_index(at)?.ok()?.into_owned())));
        let mut text = String::new();
        if let Ok(entry) = archive.by_name("mimetype")
            && entry.take(200).read_to_string(&mut text).is_ok()
        {
            kind = of_mimetype(&text);
        }
    }
    // A zip that is cut off, or only its beginning, still names its first parts.
    let has = |part: &str| match names.is_empty() {
        true => memmem::find(head, part.as_bytes()).is_some(),
        false => names.iter().any(|name| name.starts_with(part)),
    };
    let open_document = || memmem::find(head, b"application/vnd.oasis.opendocument");
    kind.or_else(|| open_document().and_then(|at| of_mimetype(&String::from_utf8_lossy(&head[at..]))))
        .or_else(|| has("xl/workbook.bin").then_some(Kind::Xlsb))
        .or_else(|| has("xl/").then_some(Kind::Xlsx))
        .or_else(|| has("word/").then_some(Kind::Docx))
        .or_else(|| has("ppt/").then_some(Kind::Pptx))
        .or_else(|| has("Index/Document.iwa").then_some(Kind::Numbers))
        .unwrap_or(Kind::Zip)
}

fn of_mimetype(text: &str) -> Option<Kind> {
    let of = text.strip_prefix("application/vnd.oasis.opendocument.")?;
    Some(match of {
        _ if of.starts_with("spreadsheet") => Kind::Ods,
        _ if of.starts_with("presentation") => Kind::Pptx,
        _ => Kind::Odt,
    })
}

fn of_compound(input: &mut (impl Read + Seek), head: &[u8]) -> Kind {
    let streams = cfb::CompoundFile::open(input)
        .map(|file| file.walk().map(|entry| entry.name().to_string()).collect::<Vec<_>>())
        .unwrap_or_default();
    let has = |name: &str| match streams.is_empty() {
        true => {
            let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
            memmem::find(head, &wide).is_some()
        }
        false => streams.iter().any(|stream| stream == name),
    };
    match () {
        () if has("EncryptedPackage") => Kind::Locked,
        () if has("Workbook") || has("Book") => Kind::Xls,
        () if has("WordDocument") => Kind::Doc,
        () if has("PowerPoint Document") => Kind::Ppt,
        () => Kind::Compound,
    }
}

fn by_magic(head: &[u8]) -> Kind {
    let Some(found) = infer::get(head) else { return Kind::Binary };
    match found.extension() {
        "bz2" => Kind::Bzip2,
        "xz" => Kind::Xz,
        "7z" => Kind::SevenZip,
        "rar" => Kind::Rar,
        "tar" => Kind::Tar,
        "sqlite" => Kind::Sqlite,
        "pdf" => Kind::Pdf,
        "rtf" => Kind::Rtf,
        _ => match found.matcher_type() {
            infer::MatcherType::Image => Kind::Other("an image"),
            infer::MatcherType::Audio => Kind::Other("a sound"),
            infer::MatcherType::Video => Kind::Other("a film"),
            infer::MatcherType::Font => Kind::Other("a font"),
            infer::MatcherType::App => Kind::Other("a program"),
            infer::MatcherType::Archive => Kind::Other("a packed file"),
            _ => Kind::Binary,
        },
    }
}

impl Kind {
    /// What it is, as in `it is an Excel workbook (.xlsx)`.
    pub fn words(self) -> &'static str {
        match self {
            Kind::Text => "text",
            Kind::Empty => "empty",
            Kind::Utf32 => "text in UTF-32",
            Kind::Xlsx => "an Excel workbook (.xlsx)",
            Kind::Xlsb => "an Excel workbook (.xlsb)",
            Kind::Xls => "a workbook of an older Excel (.xls)",
            Kind::Ods => "an OpenDocument spreadsheet (.ods)",
            Kind::Locked => "an Office file locked with a password",
            Kind::Xml2003 => "a workbook in the XML of Excel 2003",
            Kind::FlatOds => "a flat OpenDocument file (.fods)",
            Kind::Html => "a web page (HTML)",
            Kind::Mht => "a web page in one file (MHT), or an e-mail",
            Kind::Rtf => "a document in Rich Text (.rtf)",
            Kind::Docx => "a Word document (.docx)",
            Kind::Doc => "an older Word document (.doc)",
            Kind::Odt => "an OpenDocument text (.odt)",
            Kind::Pptx => "a presentation",
            Kind::Ppt => "an older presentation (.ppt)",
            Kind::Compound => "a file of an older Office program",
            Kind::Numbers => "a document of Apple Numbers or Pages",
            Kind::Pdf => "a PDF",
            Kind::Xml => "XML",
            Kind::Json => "JSON",
            Kind::Parquet => "a Parquet file (.parquet)",
            Kind::Arrow => "an Arrow or Feather file",
            Kind::Sqlite => "an SQLite database",
            Kind::Access => "an Access database",
            Kind::Gzip => "packed with gzip (.gz)",
            Kind::Zstd => "packed with Zstandard (.zst)",
            Kind::Zip => "packed as .zip",
            Kind::Bzip2 => "packed with bzip2",
            Kind::Xz => "packed with xz",
            Kind::SevenZip => "packed as .7z",
            Kind::Rar => "packed as .rar",
            Kind::Tar => "several files in one (.tar)",
            Kind::Other(words) => words,
            Kind::Binary => "no text",
        }
    }

    /// The ending that the file's name should have to be read as what it is.
    pub fn ending(self) -> Option<&'static str> {
        match self {
            Kind::Xlsx => Some("xlsx"),
            Kind::Xlsb => Some("xlsb"),
            Kind::Xls => Some("xls"),
            Kind::Ods => Some("ods"),
            Kind::Parquet => Some("parquet"),
            Kind::Gzip => Some("gz"),
            Kind::Zstd => Some("zst"),
            Kind::Zip => Some("zip"),
            Kind::Text => Some("csv"),
            _ => None,
        }
    }

    /// What to do with a file of this name that is something else than its name says.
    pub fn mend(self, file: &str) -> String {
        if let Some(ending) = self.ending() {
            let name = file.rsplit('/').next().unwrap_or(file);
            let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
            // What is packed keeps the ending of what is in it.
            let is_packed = [".gz", ".zst", ".zstd", ".zip"].iter().any(|end| name.to_lowercase().ends_with(end));
            let stem = if matches!(self, Kind::Gzip | Kind::Zstd) && !is_packed { name } else { stem };
            return format!("rename it to `{stem}.{ending}`, and name it so in the spec");
        }
        match self {
            Kind::Empty => "export the table again".into(),
            Kind::Utf32 => "save the table as CSV (UTF-8)".into(),
            Kind::Locked => "open it with the password and save it without one, as `.xlsx`".into(),
            Kind::Bzip2 | Kind::Xz | Kind::SevenZip | Kind::Rar | Kind::Tar => {
                "unpack it; what must be packed is packed with gzip, Zstandard or as `.zip`, each table by itself"
                    .into()
            }
            Kind::Html | Kind::Mht | Kind::Xml2003 | Kind::FlatOds | Kind::Numbers => {
                "open it in a spreadsheet program and save it as `.xlsx`, or as CSV (UTF-8)".into()
            }
            _ => "export the table anew from where it comes from, as CSV (UTF-8) or `.xlsx`".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn zipped(entries: &[(&str, &str)]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in entries {
            // As OpenDocument asks for of its first part.
            let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
            writer.start_file(*name, options).unwrap();
            writer.write_all(content.as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn compound(stream: &str) -> Vec<u8> {
        let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
        file.create_stream(format!("/{stream}")).unwrap().write_all(b"x").unwrap();
        file.into_inner().into_inner()
    }

    fn utf16(text: &str, little: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
    }

    #[test]
    fn texts_that_are_tables() {
        for text in [
            "id,amount\nP1,100\n",
            "\u{feff}id;amount\r\nP1;100",
            "BM,name\n1,2",
            "MZ;x\n",
            "<5 years,note\n",
            "{a},b\n",
            "[x],y\n",
            "From,To\n1,2",
            "工号,姓名\n",
            "PK,amount\nPAR1,2\n",
            "ID3,x\nBZh9,2\n",
            "a\u{c}b\n1\n",
        ] {
            assert_eq!(of_bytes(text.as_bytes()), Kind::Text, "{text:?}");
        }
        assert_eq!(of_bytes(b"id,name\n1,\xd5\xc5\xc8\xfd\n"), Kind::Text);
        for little in [true, false] {
            assert_eq!(of_bytes(&utf16("id,amount\n张三,1\n", little)), Kind::Text);
            assert_eq!(of_bytes(&utf16("\u{feff}id\tamount\n", little)), Kind::Text);
            assert_eq!(of_bytes(&utf16("\u{feff}<html><table>", little)), Kind::Html);
        }
        assert_eq!(of_bytes(b""), Kind::Empty);
    }

    #[test]
    fn texts_that_are_none() {
        for (text, kind) in [
            ("<html><body><table><tr>", Kind::Html),
            ("\r\n  <!DOCTYPE html>\n<p>", Kind::Html),
            ("\u{feff}<TABLE border=1><TR>", Kind::Html),
            ("<!-- made by HR -->\n<html>", Kind::Html),
            ("<?xml version=\"1.0\"?>\n<html xmlns=\"x\">", Kind::Html),
            (
                "<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">",
                Kind::Xml2003,
            ),
            ("<?xml version=\"1.0\"?><office:document office:mimetype=\"x\">", Kind::FlatOds),
            ("<?xml version=\"1.0\"?><rows/>", Kind::Xml),
            ("{\\rtf1\\ansi", Kind::Rtf),
            ("%PDF-1.7\n", Kind::Pdf),
            ("MIME-Version: 1.0\nContent-Type: multipart/related", Kind::Mht),
            ("[{\"id\": 1}]", Kind::Json),
            ("{\n \"id\": 1}", Kind::Json),
        ] {
            assert_eq!(of_bytes(text.as_bytes()), kind, "{text:?}");
        }
    }

    #[test]
    fn containers() {
        for (entries, kind) in [
            (&[("[Content_Types].xml", ""), ("xl/workbook.xml", "")][..], Kind::Xlsx),
            (&[("[Content_Types].xml", ""), ("xl/workbook.bin", "")], Kind::Xlsb),
            (&[("[Content_Types].xml", ""), ("word/document.xml", "")], Kind::Docx),
            (&[("[Content_Types].xml", ""), ("ppt/presentation.xml", "")], Kind::Pptx),
            (&[("mimetype", "application/vnd.oasis.opendocument.spreadsheet")], Kind::Ods),
            (&[("mimetype", "application/vnd.oasis.opendocument.text")], Kind::Odt),
            (&[("Index/Document.iwa", "")], Kind::Numbers),
            (&[("t.csv", "id,amount")], Kind::Zip),
        ] {
            let bytes = zipped(entries);
            assert_eq!(of_bytes(&bytes), kind, "{entries:?}");
            // Cut off.
            assert_eq!(of_bytes(&bytes[..bytes.len() - 40]), kind, "{entries:?}");
        }
        for (stream, kind) in [
            ("Workbook", Kind::Xls),
            ("Book", Kind::Xls),
            ("EncryptedPackage", Kind::Locked),
            ("WordDocument", Kind::Doc),
            ("PowerPoint Document", Kind::Ppt),
            ("__properties_version1.0", Kind::Compound),
        ] {
            assert_eq!(of_bytes(&compound(stream)), kind, "{stream}");
        }
    }

    #[test]
    fn other_bytes() {
        for (bytes, kind) in [
            (&b"PAR1\x15\x04\x15\x0c"[..], Kind::Parquet),
            (b"ARROW1\0\0\x01", Kind::Arrow),
            (b"SQLite format 3\0\x10\0\x01\x01", Kind::Sqlite),
            (b"\0\x01\0\0Standard Jet DB\0", Kind::Access),
            (b"\x1f\x8b\x08\0\0\0\0\0", Kind::Gzip),
            (b"\x28\xb5\x2f\xfd\x24\x1f\x79\0\0", Kind::Zstd),
            (b"\x50\x2a\x4d\x18\x04\0\0\0abcd", Kind::Zstd),
            (b"BZh91AY&SY\x01\x02\x03", Kind::Bzip2),
            (b"\xfd7zXZ\0\0\x04", Kind::Xz),
            (b"7z\xbc\xaf\x27\x1c\0\x04", Kind::SevenZip),
            (b"Rar!\x1a\x07\x01\0\0", Kind::Rar),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", Kind::Other("an image")),
            (&[b"\x7fELF\x02\x01\x01".as_slice(), &[0; 80]].concat(), Kind::Other("a program")),
            (b"\xff\xfe\0\0i\0\0\0", Kind::Utf32),
            (b"\x09\x08\x10\0\0\x06\x05\0\x01\x02", Kind::Binary),
            (b"\x09\x04\x06\0\0\0\x10\0", Kind::Xls),
            (b"\x01\x02\x03\x04", Kind::Binary),
        ] {
            assert_eq!(of_bytes(bytes), kind, "{bytes:?}");
        }
    }

    #[test]
    fn names_that_tell_what_it_is() {
        assert_eq!(Kind::Xlsx.mend("data/t.csv"), "rename it to `t.xlsx`, and name it so in the spec");
        assert_eq!(Kind::Gzip.mend("t.csv"), "rename it to `t.csv.gz`, and name it so in the spec");
    }
}

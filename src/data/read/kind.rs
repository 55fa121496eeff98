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
pub enum FileKind {
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
pub fn of_path(path: &Path) -> io::Result<FileKind> {
    of(&mut BufReader::new(File::open(path)?))
}

/// What the bytes of a file are; its first ones may be enough.
pub fn of_bytes(bytes: &[u8]) -> FileKind {
    of(&mut Cursor::new(bytes)).unwrap_or(FileKind::Binary)
}

/// What can be read here is, from its first byte on.
pub fn of(input: &mut (impl Read + Seek)) -> io::Result<FileKind> {
    let mut head = Vec::new();
    input.seek(SeekFrom::Start(0))?;
    input.by_ref().take(HEAD).read_to_end(&mut head)?;
    if head.is_empty() {
        return Ok(FileKind::Empty);
    }
    if let [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] = head.as_slice() {
        return Ok(FileKind::Utf32);
    }
    if let Some(text) = text_of(&head) {
        return Ok(of_text(&text));
    }
    input.seek(SeekFrom::Start(0))?;
    Ok(match head.as_slice() {
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => of_zip(input, &head),
        [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, ..] => of_compound(input, &head),
        // Workbooks from before there was the container.
        [9, 0 | 2 | 4, 4 | 6, 0, ..] => FileKind::Xls,
        [b'P', b'A', b'R', b'1', ..] | [b'P', b'A', b'R', b'E', ..] => FileKind::Parquet,
        [b'A', b'R', b'R', b'O', b'W', b'1', ..] => FileKind::Arrow,
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => FileKind::Zstd,
        [0x1f, 0x8b, ..] => FileKind::Gzip,
        [_, _, _, _, b'S', b't', b'a', b'n', b'd', b'a', b'r', b'd', b' ', ..] => FileKind::Access,
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

fn of_text(text: &str) -> FileKind {
    let text = text.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '\u{feff}');
    let lower = text.to_ascii_lowercase();
    let has = |part: &str| lower.contains(part);
    let begins = |part: &str| lower.starts_with(part);
    if begins("%pdf-") {
        return FileKind::Pdf;
    }
    if begins("{\\rtf") {
        return FileKind::Rtf;
    }
    if (begins("mime-version:") || begins("from:") || begins("content-type:"))
        && has("content-type:")
        && (has("multipart/") || has("<html") || has("<table"))
    {
        return FileKind::Mht;
    }
    if begins("<") {
        if has("urn:schemas-microsoft-com:office:spreadsheet") && begins("<?xml") {
            return FileKind::Xml2003;
        }
        if has("<office:document") {
            return FileKind::FlatOds;
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
            return FileKind::Html;
        }
        if begins("<?xml") || begins("<!doctype") {
            return FileKind::Xml;
        }
    }
    let mut signs = text.chars().filter(|letter| !letter.is_whitespace());
    match (signs.next(), signs.next()) {
        (Some('{'), Some('"')) if has("\":") || has("\" :") => FileKind::Json,
        (Some('['), Some('{')) => FileKind::Json,
        _ => FileKind::Text,
    }
}

fn of_zip(input: &mut (impl Read + Seek), head: &[u8]) -> FileKind {
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
        .or_else(|| has("xl/workbook.bin").then_some(FileKind::Xlsb))
        .or_else(|| has("xl/").then_some(FileKind::Xlsx))
        .or_else(|| has("word/").then_some(FileKind::Docx))
        .or_else(|| has("ppt/").then_some(FileKind::Pptx))
        .or_else(|| has("Index/Document.iwa").then_some(FileKind::Numbers))
        .unwrap_or(FileKind::Zip)
}

fn of_mimetype(text: &str) -> Option<FileKind> {
    let of = text.strip_prefix("application/vnd.oasis.opendocument.")?;
    Some(match of {
        _ if of.starts_with("spreadsheet") => FileKind::Ods,
        _ if of.starts_with("presentation") => FileKind::Pptx,
        _ => FileKind::Odt,
    })
}

fn of_compound(input: &mut (impl Read + Seek), head: &[u8]) -> FileKind {
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
        () if has("EncryptedPackage") => FileKind::Locked,
        () if has("Workbook") || has("Book") => FileKind::Xls,
        () if has("WordDocument") => FileKind::Doc,
        () if has("PowerPoint Document") => FileKind::Ppt,
        () => FileKind::Compound,
    }
}

fn by_magic(head: &[u8]) -> FileKind {
    let Some(found) = infer::get(head) else { return FileKind::Binary };
    match found.extension() {
        "bz2" => FileKind::Bzip2,
        "xz" => FileKind::Xz,
        "7z" => FileKind::SevenZip,
        "rar" => FileKind::Rar,
        "tar" => FileKind::Tar,
        "sqlite" => FileKind::Sqlite,
        "pdf" => FileKind::Pdf,
        "rtf" => FileKind::Rtf,
        _ => match found.matcher_type() {
            infer::MatcherType::Image => FileKind::Other("an image"),
            infer::MatcherType::Audio => FileKind::Other("a sound"),
            infer::MatcherType::Video => FileKind::Other("a film"),
            infer::MatcherType::Font => FileKind::Other("a font"),
            infer::MatcherType::App => FileKind::Other("a program"),
            infer::MatcherType::Archive => FileKind::Other("a packed file"),
            _ => FileKind::Binary,
        },
    }
}

impl FileKind {
    /// What it is, as in `it is an Excel workbook (.xlsx)`.
    pub fn words(self) -> &'static str {
        match self {
            FileKind::Text => "text",
            FileKind::Empty => "empty",
            FileKind::Utf32 => "text in UTF-32",
            FileKind::Xlsx => "an Excel workbook (.xlsx)",
            FileKind::Xlsb => "an Excel workbook (.xlsb)",
            FileKind::Xls => "a workbook of an older Excel (.xls)",
            FileKind::Ods => "an OpenDocument spreadsheet (.ods)",
            FileKind::Locked => "an Office file locked with a password",
            FileKind::Xml2003 => "a workbook in the XML of Excel 2003",
            FileKind::FlatOds => "a flat OpenDocument file (.fods)",
            FileKind::Html => "a web page (HTML)",
            FileKind::Mht => "a web page in one file (MHT), or an e-mail",
            FileKind::Rtf => "a document in Rich Text (.rtf)",
            FileKind::Docx => "a Word document (.docx)",
            FileKind::Doc => "an older Word document (.doc)",
            FileKind::Odt => "an OpenDocument text (.odt)",
            FileKind::Pptx => "a presentation",
            FileKind::Ppt => "an older presentation (.ppt)",
            FileKind::Compound => "a file of an older Office program",
            FileKind::Numbers => "a document of Apple Numbers or Pages",
            FileKind::Pdf => "a PDF",
            FileKind::Xml => "XML",
            FileKind::Json => "JSON",
            FileKind::Parquet => "a Parquet file (.parquet)",
            FileKind::Arrow => "an Arrow or Feather file",
            FileKind::Sqlite => "an SQLite database",
            FileKind::Access => "an Access database",
            FileKind::Gzip => "packed with gzip (.gz)",
            FileKind::Zstd => "packed with Zstandard (.zst)",
            FileKind::Zip => "packed as .zip",
            FileKind::Bzip2 => "packed with bzip2",
            FileKind::Xz => "packed with xz",
            FileKind::SevenZip => "packed as .7z",
            FileKind::Rar => "packed as .rar",
            FileKind::Tar => "several files in one (.tar)",
            FileKind::Other(words) => words,
            FileKind::Binary => "no text",
        }
    }

    /// The ending that the file's name should have to be read as what it is.
    pub fn ending(self) -> Option<&'static str> {
        match self {
            FileKind::Xlsx => Some("xlsx"),
            FileKind::Xlsb => Some("xlsb"),
            FileKind::Xls => Some("xls"),
            FileKind::Ods => Some("ods"),
            FileKind::Parquet => Some("parquet"),
            FileKind::Gzip => Some("gz"),
            FileKind::Zstd => Some("zst"),
            FileKind::Zip => Some("zip"),
            FileKind::Text => Some("csv"),
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
            let stem = if matches!(self, FileKind::Gzip | FileKind::Zstd) && !is_packed { name } else { stem };
            return format!("rename it to `{stem}.{ending}`, and name it so in the spec");
        }
        match self {
            FileKind::Empty => "export the table again".into(),
            FileKind::Utf32 => "save the table as CSV (UTF-8)".into(),
            FileKind::Locked => "open it with the password and save it without one, as `.xlsx`".into(),
            FileKind::Bzip2 | FileKind::Xz | FileKind::SevenZip | FileKind::Rar | FileKind::Tar => {
                "unpack it; what must be packed is packed with gzip, Zstandard or as `.zip`, each table by itself"
                    .into()
            }
            FileKind::Html | FileKind::Mht | FileKind::Xml2003 | FileKind::FlatOds | FileKind::Numbers => {
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
            assert_eq!(of_bytes(text.as_bytes()), FileKind::Text, "{text:?}");
        }
        assert_eq!(of_bytes(b"id,name\n1,\xd5\xc5\xc8\xfd\n"), FileKind::Text);
        for little in [true, false] {
            assert_eq!(of_bytes(&utf16("id,amount\n张三,1\n", little)), FileKind::Text);
            assert_eq!(of_bytes(&utf16("\u{feff}id\tamount\n", little)), FileKind::Text);
            assert_eq!(of_bytes(&utf16("\u{feff}<html><table>", little)), FileKind::Html);
        }
        assert_eq!(of_bytes(b""), FileKind::Empty);
    }

    #[test]
    fn texts_that_are_none() {
        for (text, kind) in [
            ("<html><body><table><tr>", FileKind::Html),
            ("\r\n  <!DOCTYPE html>\n<p>", FileKind::Html),
            ("\u{feff}<TABLE border=1><TR>", FileKind::Html),
            ("<!-- made by HR -->\n<html>", FileKind::Html),
            ("<?xml version=\"1.0\"?>\n<html xmlns=\"x\">", FileKind::Html),
            (
                "<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">",
                FileKind::Xml2003,
            ),
            ("<?xml version=\"1.0\"?><office:document office:mimetype=\"x\">", FileKind::FlatOds),
            ("<?xml version=\"1.0\"?><rows/>", FileKind::Xml),
            ("{\\rtf1\\ansi", FileKind::Rtf),
            ("%PDF-1.7\n", FileKind::Pdf),
            ("MIME-Version: 1.0\nContent-Type: multipart/related", FileKind::Mht),
            ("[{\"id\": 1}]", FileKind::Json),
            ("{\n \"id\": 1}", FileKind::Json),
        ] {
            assert_eq!(of_bytes(text.as_bytes()), kind, "{text:?}");
        }
    }

    #[test]
    fn containers() {
        for (entries, kind) in [
            (&[("[Content_Types].xml", ""), ("xl/workbook.xml", "")][..], FileKind::Xlsx),
            (&[("[Content_Types].xml", ""), ("xl/workbook.bin", "")], FileKind::Xlsb),
            (&[("[Content_Types].xml", ""), ("word/document.xml", "")], FileKind::Docx),
            (&[("[Content_Types].xml", ""), ("ppt/presentation.xml", "")], FileKind::Pptx),
            (&[("mimetype", "application/vnd.oasis.opendocument.spreadsheet")], FileKind::Ods),
            (&[("mimetype", "application/vnd.oasis.opendocument.text")], FileKind::Odt),
            (&[("Index/Document.iwa", "")], FileKind::Numbers),
            (&[("t.csv", "id,amount")], FileKind::Zip),
        ] {
            let bytes = zipped(entries);
            assert_eq!(of_bytes(&bytes), kind, "{entries:?}");
            // Cut off.
            assert_eq!(of_bytes(&bytes[..bytes.len() - 40]), kind, "{entries:?}");
        }
        for (stream, kind) in [
            ("Workbook", FileKind::Xls),
            ("Book", FileKind::Xls),
            ("EncryptedPackage", FileKind::Locked),
            ("WordDocument", FileKind::Doc),
            ("PowerPoint Document", FileKind::Ppt),
            ("__properties_version1.0", FileKind::Compound),
        ] {
            assert_eq!(of_bytes(&compound(stream)), kind, "{stream}");
        }
    }

    #[test]
    fn other_bytes() {
        for (bytes, kind) in [
            (&b"PAR1\x15\x04\x15\x0c"[..], FileKind::Parquet),
            (b"ARROW1\0\0\x01", FileKind::Arrow),
            (b"SQLite format 3\0\x10\0\x01\x01", FileKind::Sqlite),
            (b"\0\x01\0\0Standard Jet DB\0", FileKind::Access),
            (b"\x1f\x8b\x08\0\0\0\0\0", FileKind::Gzip),
            (b"\x28\xb5\x2f\xfd\x24\x1f\x79\0\0", FileKind::Zstd),
            (b"\x50\x2a\x4d\x18\x04\0\0\0abcd", FileKind::Zstd),
            (b"BZh91AY&SY\x01\x02\x03", FileKind::Bzip2),
            (b"\xfd7zXZ\0\0\x04", FileKind::Xz),
            (b"7z\xbc\xaf\x27\x1c\0\x04", FileKind::SevenZip),
            (b"Rar!\x1a\x07\x01\0\0", FileKind::Rar),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", FileKind::Other("an image")),
            (&[b"\x7fELF\x02\x01\x01".as_slice(), &[0; 80]].concat(), FileKind::Other("a program")),
            (b"\xff\xfe\0\0i\0\0\0", FileKind::Utf32),
            (b"\x09\x08\x10\0\0\x06\x05\0\x01\x02", FileKind::Binary),
            (b"\x09\x04\x06\0\0\0\x10\0", FileKind::Xls),
            (b"\x01\x02\x03\x04", FileKind::Binary),
        ] {
            assert_eq!(of_bytes(bytes), kind, "{bytes:?}");
        }
    }

    #[test]
    fn names_that_tell_what_it_is() {
        assert_eq!(FileKind::Xlsx.mend("data/t.csv"), "rename it to `t.xlsx`, and name it so in the spec");
        assert_eq!(FileKind::Gzip.mend("t.csv"), "rename it to `t.csv.gz`, and name it so in the spec");
    }
}

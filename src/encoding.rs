//! Encodings of text: their names, and bytes into text without a sign that would be made up.

use std::borrow::Cow;

use encoding_rs::{Decoder, DecoderResult, GB18030};
use oem_cp::code_table::*;

/// How the bytes of a text are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    /// One of those that the web knows.
    Known(&'static encoding_rs::Encoding),
    /// A code page of DOS.
    Dos(&'static CodePage),
}

/// The letters of the bytes from 128 on.
#[derive(Debug)]
pub struct CodePage {
    name: &'static str,
    letters: &'static [char; 128],
}

impl PartialEq for CodePage {
    fn eq(&self, other: &CodePage) -> bool {
        self.name == other.name
    }
}

impl Eq for CodePage {}

macro_rules! code_pages {
    ($($name:literal $table:ident),* $(,)?) => {
        /// Those that programs from before Windows, and exports of banks and registers since, have left.
        pub static CODE_PAGES: &[CodePage] = &[$(CodePage { name: $name, letters: &$table }),*];
    };
}

code_pages! {
    "cp437" DECODING_TABLE_CP437,
    "cp850" DECODING_TABLE_CP850,
    "cp852" DECODING_TABLE_CP852,
    "cp857" CP857,
    "cp720" DECODING_TABLE_CP720,
    "cp737" DECODING_TABLE_CP737,
    "cp775" DECODING_TABLE_CP775,
    "cp855" DECODING_TABLE_CP855,
    "cp858" DECODING_TABLE_CP858,
    "cp860" DECODING_TABLE_CP860,
    "cp861" DECODING_TABLE_CP861,
    "cp862" DECODING_TABLE_CP862,
    "cp863" DECODING_TABLE_CP863,
    "cp865" DECODING_TABLE_CP865,
    "cp869" DECODING_TABLE_CP869,
}

/// Stands for bytes that mean nothing in a code page.
const NO_LETTER: char = '\u{fffd}';

/// That of Turkey, in which some bytes mean nothing.
static CP857: [char; 128] = {
    let (mut letters, mut at) = ([NO_LETTER; 128], 0);
    while at < 128 {
        if let Some(letter) = DECODING_TABLE_CP857[at] {
            letters[at] = letter;
        }
        at += 1;
    }
    letters
};

/// Names that programs give and the web does not know.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("cp936", "gb18030"),
    ("cp54936", "gb18030"),
    ("gb-18030", "gb18030"),
    ("cp932", "shift_jis"),
    ("sjis", "shift_jis"),
    ("cp949", "euc-kr"),
    ("cp950", "big5"),
    ("cp65001", "utf-8"),
    ("utf16", "utf-16le"),
    ("utf16le", "utf-16le"),
    ("utf16be", "utf-16be"),
    ("mac-roman", "macintosh"),
    ("macroman", "macintosh"),
    ("mac-cyrillic", "x-mac-cyrillic"),
    ("koi8r", "koi8-r"),
    ("latin-1", "windows-1252"),
    ("latin-2", "iso-8859-2"),
    ("iso-8859-1", "windows-1252"),
];

/// The names that are shown: one for each encoding.
const NAMES: &[&str] = &[
    "UTF-8",
    "UTF-16LE",
    "UTF-16BE",
    "GB18030",
    "Big5",
    "Shift_JIS",
    "EUC-JP",
    "EUC-KR",
    "windows-1250",
    "windows-1251",
    "windows-1252",
    "windows-1253",
    "windows-1254",
    "windows-1255",
    "windows-1256",
    "windows-1257",
    "windows-1258",
    "windows-874",
    "ISO-8859-2",
    "ISO-8859-3",
    "ISO-8859-4",
    "ISO-8859-5",
    "ISO-8859-6",
    "ISO-8859-7",
    "ISO-8859-8",
    "ISO-8859-10",
    "ISO-8859-13",
    "ISO-8859-14",
    "ISO-8859-15",
    "ISO-8859-16",
    "KOI8-R",
    "KOI8-U",
    "IBM866",
    "macintosh",
    "x-mac-cyrillic",
];

impl Encoding {
    /// The encoding of a name, in any of the ways it is written.
    pub fn named(name: &str) -> Option<Encoding> {
        let plain = name.trim().to_ascii_lowercase().replace(['_', ' '], "-");
        let plain = OTHER_NAMES.iter().find(|(other, _)| *other == plain).map_or(plain.as_str(), |(_, known)| known);
        let digits =
            plain.trim_start_matches("ibm").trim_start_matches("cp").trim_start_matches("oem").trim_start_matches('-');
        if let Some(page) = CODE_PAGES.iter().find(|page| &page.name[2..] == digits) {
            return Some(Encoding::Dos(page));
        }
        let label = |label: &str| encoding_rs::Encoding::for_label_no_replacement(label.as_bytes());
        let known = label(plain).or_else(|| label(&plain.replace('-', "_")))?;
        Encoding::of(known)
    }

    /// What the web's encoding is here; those that hold another one in themselves are none.
    pub fn of(known: &'static encoding_rs::Encoding) -> Option<Encoding> {
        match known {
            known if known == encoding_rs::UTF_8 => Some(Encoding::Utf8),
            known if known == encoding_rs::GBK => Some(Encoding::Known(GB18030)),
            known if known == encoding_rs::X_USER_DEFINED || known == encoding_rs::REPLACEMENT => None,
            known if known == encoding_rs::ISO_2022_JP => None,
            known => Some(Encoding::Known(known)),
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "UTF-8",
            Encoding::Known(known) if known == GB18030 => "GB18030",
            Encoding::Known(known) => known.name(),
            Encoding::Dos(page) => page.name,
        }
    }

    /// All names, to find the one that was meant.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMES.iter().copied().chain(CODE_PAGES.iter().map(|page| page.name))
    }

    /// The text of the bytes, if all of them have a meaning.
    pub fn decode(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        match self {
            Encoding::Utf8 => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            Encoding::Known(known) => known.decode_without_bom_handling_and_without_replacement(bytes),
            Encoding::Dos(page) => {
                let letters = bytes.iter().map(|byte| Some(page.letter(*byte)).filter(|letter| *letter != NO_LETTER));
                letters.collect::<Option<String>>().map(Cow::Owned)
            }
        }
    }

    /// The bytes of a text, if it has a sign for each of its letters.
    pub fn encode(self, text: &str) -> Option<Vec<u8>> {
        match self {
            Encoding::Utf8 => Some(text.as_bytes().to_vec()),
            Encoding::Known(known) => {
                let (bytes, _, unknown) = known.encode(text);
                (!unknown).then(|| bytes.into_owned())
            }
            Encoding::Dos(page) => text.chars().map(|letter| page.byte(letter)).collect(),
        }
    }

    /// Reads bytes piece by piece.
    pub fn decoding(self) -> Decoding {
        match self {
            Encoding::Utf8 => Decoding::Known(Box::new(encoding_rs::UTF_8.new_decoder_without_bom_handling())),
            Encoding::Known(known) => Decoding::Known(Box::new(known.new_decoder_without_bom_handling())),
            Encoding::Dos(page) => Decoding::Dos(page),
        }
    }
}

impl CodePage {
    pub fn name(&self) -> &'static str {
        self.name
    }

    fn letter(&self, byte: u8) -> char {
        match byte.checked_sub(128) {
            None => char::from(byte),
            Some(at) => self.letters[usize::from(at)],
        }
    }

    fn byte(&self, letter: char) -> Option<u8> {
        match u8::try_from(letter) {
            Ok(byte @ 0..128) => Some(byte),
            _ if letter == NO_LETTER => None,
            _ => self.letters.iter().position(|known| *known == letter).map(|at| at as u8 + 128),
        }
    }
}

/// A text on its way from bytes.
pub enum Decoding {
    Known(Box<Decoder>),
    Dos(&'static CodePage),
}

impl Decoding {
    /// Puts the text of further bytes behind what is there. `meaningless` is told of each sign that has no meaning, with
    /// the text so far; U+FFFD stands for it.
    pub fn decode(&mut self, bytes: &[u8], text: &mut Vec<u8>, last: bool, mut meaningless: impl FnMut(&[u8])) {
        let decoder = match self {
            Decoding::Known(decoder) => decoder,
            Decoding::Dos(page) => {
                let mut letter = [0; 4];
                for byte in bytes {
                    let read = page.letter(*byte);
                    if read == NO_LETTER {
                        meaningless(text);
                    }
                    text.extend(read.encode_utf8(&mut letter).as_bytes());
                }
                return;
            }
        };
        let mut from = 0;
        loop {
            let start = text.len();
            let room = decoder.max_utf8_buffer_length_without_replacement(bytes.len() - from).unwrap_or(1 << 18);
            text.resize(start + room.max(16), 0);
            let (result, read, written) =
                decoder.decode_to_utf8_without_replacement(&bytes[from..], &mut text[start..], last);
            text.truncate(start + written);
            from += read;
            match result {
                DecoderResult::InputEmpty => return,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => {
                    meaningless(text);
                    text.extend("\u{fffd}".as_bytes());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_as_they_are_written() {
        for (name, expected) in [
            ("UTF-8", "UTF-8"),
            ("utf8", "UTF-8"),
            ("windows-1252", "windows-1252"),
            ("Windows 1252", "windows-1252"),
            ("cp1252", "windows-1252"),
            ("latin1", "windows-1252"),
            ("ISO-8859-1", "windows-1252"),
            ("iso_8859-15", "ISO-8859-15"),
            ("GBK", "GB18030"),
            ("gb2312", "GB18030"),
            ("cp936", "GB18030"),
            ("Big5", "Big5"),
            ("sjis", "Shift_JIS"),
            ("shift_jis", "Shift_JIS"),
            ("Shift-JIS", "Shift_JIS"),
            ("euc-kr", "EUC-KR"),
            ("cp949", "EUC-KR"),
            ("mac_roman", "macintosh"),
            ("cp437", "cp437"),
            ("IBM850", "cp850"),
            ("CP-852", "cp852"),
            ("cp866", "IBM866"),
            ("koi8-r", "KOI8-R"),
            ("UTF-16", "UTF-16LE"),
        ] {
            assert_eq!(Encoding::named(name).map(Encoding::name), Some(expected), "{name}");
        }
        for name in
            ["", "ansi", "utf-32", "windows-1259", "hz-gb-2312", "iso-2022-kr", "iso-2022-jp", "437x", "x-user-defined"]
        {
            assert_eq!(Encoding::named(name), None, "{name}");
        }
        for name in Encoding::names() {
            assert_eq!(Encoding::named(name).map(Encoding::name), Some(name));
        }
    }

    #[test]
    fn bytes_in_pieces_are_the_same_text() {
        for (name, text) in
            [("cp437", "Müller é"), ("GB18030", "张三, 李喆 €"), ("Shift_JIS", "表示 ｱ"), ("windows-1252", "Zoë")]
        {
            let encoding = Encoding::named(name).unwrap();
            let bytes: Vec<u8> = match encoding {
                Encoding::Known(known) => known.encode(text).0.into_owned(),
                _ => b"M\x81ller \x82".to_vec(),
            };
            assert_eq!(encoding.decode(&bytes).as_deref(), Some(text));
            let (mut decoding, mut out) = (encoding.decoding(), Vec::new());
            for byte in &bytes {
                decoding.decode(&[*byte], &mut out, false, |_| panic!("{name}"));
            }
            decoding.decode(&[], &mut out, true, |_| panic!("{name}"));
            assert_eq!(String::from_utf8(out).unwrap(), text);
        }
        let (mut out, mut told) = (Vec::new(), 0);
        let mut decoding = Encoding::named("gbk").unwrap().decoding();
        decoding.decode(b"a\xff\xd5", &mut out, true, |_| told += 1);
        assert_eq!((String::from_utf8(out).unwrap().as_str(), told), ("a\u{fffd}\u{fffd}", 2));
    }
}

//! Texts that were read in another encoding than theirs and saved again, before they came here: `MÃ¼ller` for `Müller`.
//!
//! Nothing is put right: what a letter was can be told, and what was lost on the way cannot.

use encoding_rs as known;

use super::plausible::{Look, is_han, look};
use crate::encoding::{CODE_PAGES, Encoding};

/// What such a text reads most likely; no text where it could be several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Garbled {
    pub meant: Option<String>,
}

/// How often a text can have gone the wrong way, each time with twice as many letters.
const TIMES: usize = 3;

/// Whether the letters of a text are others than those that somebody wrote.
pub fn garbled(text: &str) -> Option<Garbled> {
    if text.is_ascii() {
        return Some(Garbled { meant: Some(utf7(text)?) });
    }
    let first = text.chars().find(|letter| !letter.is_ascii())?;
    let pages: &[Encoding] = if is_han(first) { &HAN } else { &ALPHABETS };
    if let Some(meant) = latin_behind(text) {
        return Some(Garbled { meant: Some(meant) });
    }
    let dos = CODE_PAGES.iter().filter(|page| matches!(page.name(), "cp437" | "cp850")).map(Encoding::Dos);
    let all = pages.iter().copied().chain(dos.filter(|_| !is_han(first)));
    let mut behind = all.filter_map(|page| {
        // Most texts are told by their first letter.
        begins_utf8(&page.encode(first.encode_utf8(&mut [0; 4]))?).then_some(())?;
        let meant = utf8_behind(text, &page.encode(text)?)?;
        fits(page, text, &meant).then_some(meant)
    });
    if let Some(meant) = behind.next() {
        return Some(Garbled { meant: Some(latin_behind(&meant).unwrap_or(meant)) });
    }
    let bytes = latin_bytes(text).filter(|_| has_word_of_accents(text))?;
    let mut readings: Vec<String> = Vec::new();
    for page in OTHERS.iter().map(|page| Encoding::Known(page)) {
        let read = page.decode(&bytes).filter(|read| look(read) == Look::Sound);
        readings.extend(read.map(|read| read.into_owned()).filter(|read| !readings.contains(read)));
    }
    (!readings.is_empty()).then(|| Garbled { meant: readings.pop().filter(|_| readings.is_empty()) })
}

/// The text behind one read as Latin-1, which may have been read so before.
fn latin_behind(text: &str) -> Option<String> {
    let mut found = None;
    let mut behind = text.to_string();
    for _ in 0..TIMES {
        let Some(bytes) = latin_bytes(&behind) else { break };
        let Ok(read) = String::from_utf8(bytes) else { break };
        if read == behind {
            break;
        }
        if is_likelier(text, &read) {
            found = Some(read.clone());
        }
        behind = read;
    }
    found
}

/// In which UTF-8 is read by programs of some countries, beside Latin-1.
static ALPHABETS: [Encoding; 4] = [
    Encoding::Known(known::WINDOWS_1250),
    Encoding::Known(known::WINDOWS_1254),
    Encoding::Known(known::WINDOWS_1251),
    Encoding::Known(known::MACINTOSH),
];
static HAN: [Encoding; 2] = [Encoding::Known(known::GB18030), Encoding::Known(known::SHIFT_JIS)];

/// What is read as Latin-1 without being UTF-8.
static OTHERS: [&known::Encoding; 8] = [
    known::WINDOWS_1251,
    known::GB18030,
    known::SHIFT_JIS,
    known::EUC_KR,
    known::BIG5,
    known::WINDOWS_1253,
    known::WINDOWS_1255,
    known::WINDOWS_1256,
];

/// The bytes of a text that was read as Latin-1, or as its kind of Windows.
fn latin_bytes(text: &str) -> Option<Vec<u8>> {
    let windows = Encoding::Known(known::WINDOWS_1252);
    let byte = |letter: char| match u8::try_from(u32::from(letter)) {
        Ok(byte) => Some(byte),
        Err(_) => windows.encode(letter.encode_utf8(&mut [0; 4]))?.first().copied(),
    };
    text.chars().map(byte).collect()
}

fn begins_utf8(bytes: &[u8]) -> bool {
    let (first, second) = (bytes.first().copied().unwrap_or(0), bytes.get(1).copied());
    matches!(first, 0xc2..=0xf4) && second.is_none_or(|second| (0x80..0xc0).contains(&second))
}

/// The text of bytes that are UTF-8, where it is likelier than the one that stands there.
fn utf8_behind(text: &str, bytes: &[u8]) -> Option<String> {
    let read = std::str::from_utf8(bytes).ok()?;
    is_likelier(text, read).then(|| read.to_string())
}

fn is_likelier(text: &str, read: &str) -> bool {
    let letters = read.chars().filter(|letter| !letter.is_ascii()).count();
    let (now, then) = (look(text), look(read));
    // `Ã` and its like begin nearly all of the letters of Europe.
    let classic = text.contains(['Ã', 'Â', 'Ă', 'Ĺ', '├', '√']);
    letters > 0 && (now == Look::Wrong && then != Look::Wrong || then == Look::Sound && (letters > 1 || classic))
}

/// By chance Chinese letters are UTF-8: it takes those that nobody writes.
fn fits(page: Encoding, text: &str, meant: &str) -> bool {
    match page {
        Encoding::Known(page) if page == known::GB18030 => {
            let rare = |letter: char| {
                let bytes = Encoding::Known(known::GB18030).encode(letter.encode_utf8(&mut [0; 4]));
                bytes.is_some_and(|bytes| bytes.len() != 2 || bytes[0] < 0xa1 || bytes[1] < 0xa1)
            };
            let letters = || meant.chars().filter(|letter| !letter.is_ascii());
            letters().all(is_han)
                && letters().count() > 1
                && text.chars().any(|letter| !letter.is_ascii() && rare(letter))
        }
        Encoding::Known(page) if page == known::SHIFT_JIS => text.contains(['繝', '縺', '繧']),
        _ => true,
    }
}

/// A word of four letters or more, none of which is plain: no language has one.
fn has_word_of_accents(text: &str) -> bool {
    let is_end = |letter: char| letter.is_ascii() && !letter.is_ascii_alphabetic();
    text.split(is_end).any(|word| {
        let letters = word.chars().filter(|letter| letter.is_alphabetic()).count();
        word.chars().count() > 3 && letters > 1 && !word.chars().any(|letter| letter.is_ascii())
    })
}

/// The text of UTF-7, in which letters stand as `+APw-`.
fn utf7(text: &str) -> Option<String> {
    let mut read = String::new();
    let mut rest = text;
    let mut found = false;
    while let Some(at) = rest.find('+') {
        read.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let end = rest.find('-')?;
        let (code, behind) = (&rest[..end], &rest[end + 1..]);
        if code.len() < 3 {
            return None;
        }
        let (mut bits, mut held, mut units) = (0u32, 0, Vec::new());
        for letter in code.bytes() {
            let value = match letter {
                b'A'..=b'Z' => letter - b'A',
                b'a'..=b'z' => letter - b'a' + 26,
                b'0'..=b'9' => letter - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                _ => return None,
            };
            (bits, held) = (bits << 6 | u32::from(value), held + 6);
            if held >= 16 {
                held -= 16;
                units.push((bits >> held) as u16);
                bits &= (1 << held) - 1;
            }
        }
        let letters = String::from_utf16(&units).ok().filter(|letters| bits == 0 && !letters.is_ascii())?;
        // One letter of far away may be a part of some number.
        if letters.chars().count() < 2 && letters.chars().any(|letter| letter > 'ɏ') {
            return None;
        }
        read.push_str(&letters);
        found = true;
        rest = behind;
    }
    read.push_str(rest);
    (found && look(&read) == Look::Sound).then_some(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_as(text: &str, encoding: &str) -> String {
        let page = Encoding::named(encoding).unwrap();
        page.decode(text.as_bytes()).unwrap_or_else(|| panic!("{text} in {encoding}")).into_owned()
    }

    #[test]
    fn utf8_saved_in_another_encoding() {
        for text in [
            "Müller",
            "Größe & Äpfel",
            "Straße",
            "José",
            "Martínez",
            "François",
            "Łukasz",
            "Żółć",
            "Ayşe",
            "Guðrún",
            "Zoë",
            "10 – 20",
            "O’Neill",
            "€ 5",
            "计划",
            "王芳",
            "Иванов",
            "Παπαδόπουλος",
            "김철수",
            "दीपक",
            "محمد",
            "Đorđević",
        ] {
            // Latin-1 has a letter for each byte.
            let wrong: String = text.bytes().map(char::from).collect();
            assert_eq!(garbled(&wrong), Some(Garbled { meant: Some(text.into()) }), "{wrong}");
            let twice: String = wrong.bytes().map(char::from).collect();
            assert_eq!(garbled(&twice), Some(Garbled { meant: Some(text.into()) }), "{twice}");
        }
        for (text, encoding) in [
            ("Müller", "windows-1252"),
            ("Größe", "windows-1252"),
            ("Müller", "windows-1250"),
            ("Müller", "macintosh"),
            ("Müller", "cp437"),
            ("Müller", "cp850"),
            ("Ayşe", "windows-1254"),
            ("Анна", "windows-1251"),
            ("王芳", "gbk"),
            ("ファイル", "shift_jis"),
        ] {
            let wrong = read_as(text, encoding);
            assert_eq!(garbled(&wrong), Some(Garbled { meant: Some(text.into()) }), "{wrong}");
        }
    }

    #[test]
    fn other_encodings_read_as_latin() {
        for (text, encoding) in
            [("Иванов", "windows-1251"), ("张伟", "gbk"), ("王芳", "gbk"), ("שמואל לוי", "windows-1255")]
        {
            let Some(Encoding::Known(page)) = Encoding::named(encoding) else { panic!("{encoding}") };
            let (bytes, ..) = page.encode(text);
            let wrong: String = bytes.iter().map(|byte| char::from(*byte)).collect();
            assert!(garbled(&wrong).is_some(), "{wrong}");
        }
        assert_eq!(garbled("M+APw-ller"), Some(Garbled { meant: Some("Müller".into()) }));
    }

    #[test]
    fn what_people_write_is_left_alone() {
        for text in [
            "Müller",
            "MÜLLER",
            "Łukasz",
            "José Ñandú",
            "NÃO",
            "IRMÃ",
            "SÃO JOÃO",
            "ÂNGELA",
            "Straße",
            "O’Neill",
            "Иванов",
            "С. Р.",
            "Папа № 5",
            "Παπαδόπουλος",
            "张三",
            "李·阿明",
            "喆",
            "王喆",
            "陈堃",
            "镕",
            "김철수",
            "山田 太郎",
            "ﾔﾏﾀﾞ",
            "คำ",
            "«CAFÉ»",
            "Nº 5",
            "BLÅ–GUL",
            "RĂŞINARI",
            "SPÓŁKA",
            "NÓŻ",
            "Răşinari",
            "20 °C",
            "5 €",
            "à la carte",
            "Çağrı",
            "ŞİŞLİ",
            "Đỗ Thị",
            "été",
            "Ünlü",
            "A+BCD-1",
            "C+Xy4-2",
            "1+1-1",
            "+49-30-1234",
            "a+b",
            "Größe – „Äpfel“",
            "دوست",
            "עברית",
            "हिन्दी",
            "Ööö",
        ] {
            assert_eq!(garbled(text), None, "{text}");
        }
    }
}

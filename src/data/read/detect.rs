//! In which encoding a text is that is no UTF-8, told by all of its cells with letters outside ASCII.
//!
//! It is certain where one thing holds: of all encodings, one reading alone is text that somebody could have written
//! ([`look`]); or one alone has the headers that the spec names; or the detector of the web, given the cells in
//! which the readings differ, names the same encoding for each part of them: five parts of at least twenty cells for Latin
//! letters, which many languages share, three parts of at least ten for others. All else is asked for.

use std::collections::BTreeSet;
use std::io::{self, Read};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs as known;
use indexmap::IndexMap;
use unicode_script::{Script, UnicodeScript};

use crate::alike::folded;
use crate::data::cells::plausible::{Look, is_han, look};
use crate::data::errors::{InEncoding, Tally};
use crate::encoding::{CODE_PAGES, Encoding};
use crate::model::data::{ColumnType, DataSet};

/// So many different cells are compared.
const CELLS: usize = 20_000;
/// A cell that is longer is none: a quote is not closed, or it is no table.
const LONGEST: usize = 1 << 16;

/// The bytes outside ASCII in a file.
#[derive(Default)]
pub struct Survey {
    /// Different cells with such bytes, and the rows they stand in.
    odd: IndexMap<Vec<u8>, u32>,
    /// How many such cells there are in all, and how many of them are hardly anything but UTF-8.
    count: u64,
    like_utf8: u64,
    /// Cells whose bytes are no UTF-8.
    pub damaged: Tally,
}

/// What the encoding of a text is.
pub enum Verdict {
    Certain(Encoding),
    /// UTF-8, but for some cells.
    Damaged,
    Unsure(Vec<InEncoding>),
}

impl Survey {
    /// Looks at all cells, whatever separates them: in no encoding but UTF-16 is a separator part of another sign.
    pub fn of(mut input: impl Read) -> io::Result<Survey> {
        let mut survey = Survey::default();
        let (mut cell, mut is_odd) = (Vec::new(), false);
        // Rows end with CR alone where there is nothing else.
        let (mut lines, mut returns) = (1u32, 1u32);
        let mut chunk = vec![0; 1 << 16];
        loop {
            let read = input.read(&mut chunk)?;
            let last = read == 0;
            for byte in chunk[..read].iter().copied().chain(last.then_some(b'\n')) {
                if matches!(byte, b',' | b';' | b'\t' | b'\n' | b'\r' | b'"') {
                    if is_odd {
                        survey.note(&cell, if lines > 1 { lines } else { returns });
                    }
                    cell.clear();
                    is_odd = false;
                    lines += u32::from(byte == b'\n' && !last);
                    returns += u32::from(byte == b'\r');
                } else if cell.len() < LONGEST {
                    is_odd |= byte >= 0x80;
                    cell.push(byte);
                }
            }
            if last {
                return Ok(survey);
            }
        }
    }

    fn note(&mut self, cell: &[u8], row: u32) {
        self.count += 1;
        match std::str::from_utf8(cell) {
            Ok(_) => self.like_utf8 += u64::from(is_utf8_like(cell)),
            Err(_) => self.damaged.add(row, String::from_utf8_lossy(cell).trim()),
        }
        if self.odd.len() < CELLS && !self.odd.contains_key(cell) {
            self.odd.insert(cell.to_vec(), row);
        }
    }

    /// Whether there is a cell that only UTF-8 explains.
    pub fn is_surely_utf8(&self) -> bool {
        self.like_utf8 > 0
    }

    /// How the text reads in UTF-8 and in Chinese, if it could be either: one or two letters of two bytes alone in each cell.
    pub fn may_be_chinese(&self) -> Option<Vec<InEncoding>> {
        let gb = Encoding::Known(known::GB18030);
        let may_be = |cell: &Vec<u8>| {
            let (Ok(text), Some(chinese)) = (std::str::from_utf8(cell), gb.decode(cell)) else { return false };
            let alone = text.chars().all(|letter| letter.len_utf8() == 2 && !matches!(letter, '£' | '¥' | '°'));
            alone && look(&chinese) == Look::Sound && chinese.chars().all(is_han)
        };
        // Of Chinese letters one in seven is valid UTF-8, by chance: of a dozen not one text in a thousand million.
        let letters: usize = self.odd.keys().map(|cell| cell.iter().filter(|byte| **byte >= 0x80).count() / 2).sum();
        let (cell, row) = self.odd.first().filter(|_| letters < 12 && self.odd.keys().all(may_be))?;
        if self.is_of_one_alphabet() {
            return None;
        }
        let read =
            |encoding: Encoding| Some(InEncoding { encoding, row: *row, text: encoding.decode(cell)?.into_owned() });
        Some([gb, Encoding::Utf8].into_iter().filter_map(read).collect())
    }

    /// Whether all cells are words of one alphabet in UTF-8, and more of them than Chinese would look so by chance. Of the
    /// signs of Chinese in daily use one in a hundred is a letter of an alphabet in use, and none that ends with a byte
    /// below 0xA1.
    fn is_of_one_alphabet(&self) -> bool {
        let words: Vec<&str> = self.odd.keys().filter_map(|cell| std::str::from_utf8(cell).ok()).collect();
        let letters = || words.iter().flat_map(|word| word.chars());
        let first = letters().find_map(alphabet);
        let is_one = |word: &&str| {
            look(word) == Look::Sound
                && word.chars().all(|letter| letter.script() == Script::Inherited || alphabet(letter) == first)
        };
        let in_use = letters().filter(|letter| alphabet(*letter).is_some()).count();
        let seldom = |cell: &Vec<u8>| cell.chunks(2).filter(|pair| pair[1] < 0xa1).count();
        let rare: usize = self.odd.keys().map(seldom).sum();
        first.is_some() && words.iter().all(is_one) && (in_use >= 5 || in_use >= 3 && rare >= 2)
    }

    /// What the encoding is; `words` are those that the spec expects in it.
    pub fn verdict(&self, words: &BTreeSet<String>) -> Verdict {
        // By chance a cell in thousands looks like it.
        if self.like_utf8 > self.count / 2000 {
            return Verdict::Damaged;
        }
        let cells: Vec<&[u8]> = self.odd.keys().map(Vec::as_slice).collect();
        let mut groups = groups(&cells);
        let named = |group: &Group| group.texts.iter().filter(|text| words.contains(&*folded(text))).count();
        let most = groups.iter().map(named).max().unwrap_or(0);
        groups.retain(|group| named(group) == most);
        if let [only] = groups.as_slice()
            && (most > 0 || !only.is_rare)
        {
            return Verdict::Certain(only.encodings[0]);
        }
        let guess = guess(&cells);
        let of = |guess: Option<Encoding>| {
            groups.iter().position(|group| guess.is_some_and(|it| group.encodings.contains(&it)))
        };
        if let Some(at) = of(guess).filter(|at| !groups[*at].is_rare) {
            let taken = &groups[at];
            let (least, parts) = if is_latin(taken.encodings[0]) { (20, 5) } else { (10, 3) };
            let tells = |other: &Group| {
                let differ: Vec<&[u8]> =
                    (0..cells.len()).filter(|at| other.texts[*at] != taken.texts[*at]).map(|at| cells[at]).collect();
                let part = |part: usize| -> Vec<&[u8]> { differ.iter().skip(part).step_by(parts).copied().collect() };
                differ.len() >= least && (0..parts).all(|at_part| of(self::guess(&part(at_part))) == Some(at))
            };
            if groups.iter().enumerate().all(|(other, group)| other == at || tells(group)) {
                return Verdict::Certain(guess.unwrap_or(taken.encodings[0]));
            }
        }
        Verdict::Unsure(self.readings(&groups, guess))
    }

    /// How one cell reads, the likeliest first.
    fn readings(&self, groups: &[Group], guess: Option<Encoding>) -> Vec<InEncoding> {
        let telling = (0..self.odd.len()).max_by_key(|at| {
            let texts: BTreeSet<&str> =
                groups.iter().filter_map(|group| group.texts.get(*at)).map(String::as_str).collect();
            (texts.len(), std::cmp::Reverse(*at))
        });
        let Some((at, (cell, row))) = telling.and_then(|at| Some((at, self.odd.get_index(at)?))) else {
            return Vec::new();
        };
        let mut readings: Vec<InEncoding> = Vec::new();
        let mut add = |encoding: Encoding, text: &str| {
            if !readings.iter().any(|known| known.text == text) {
                readings.push(InEncoding { encoding, row: *row, text: text.trim().to_string() });
            }
        };
        let guessed = |group: &&Group| guess.is_some_and(|guess| group.encodings.contains(&guess));
        for group in groups.iter().filter(guessed).chain(groups) {
            let named = guess.filter(|guess| group.encodings.contains(guess));
            add(named.unwrap_or(group.encodings[0]), &group.texts[at]);
        }
        if groups.is_empty() {
            let all = guess.into_iter().chain(candidates());
            all.filter_map(|encoding| Some((encoding, encoding.decode(cell)?)))
                .for_each(|(encoding, text)| add(encoding, &text));
        }
        readings.truncate(4);
        readings
    }
}

/// Encodings in which all cells read the same.
struct Group {
    encodings: Vec<Encoding>,
    texts: Vec<String>,
    /// Some of them could hardly stand there.
    is_rare: bool,
}

/// The readings in which all bytes have a meaning, and nearly all cells look as if somebody had written them.
fn groups(cells: &[&[u8]]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for encoding in candidates() {
        let texts = cells.iter().map(|cell| encoding.decode(cell).map(|text| text.into_owned()));
        let Some(texts) = texts.collect::<Option<Vec<String>>>() else { continue };
        let looks: Vec<Look> = texts.iter().map(|text| look(text)).collect();
        let wrong = looks.iter().filter(|look| **look == Look::Wrong).count();
        if wrong > cells.len() / 50 {
            continue;
        }
        match groups.iter_mut().find(|group| group.texts == texts) {
            Some(group) => group.encodings.push(encoding),
            None => groups.push(Group { encodings: vec![encoding], texts, is_rare: looks.contains(&Look::Rare) }),
        }
    }
    groups
}

/// What offices have, the likelier ones first.
fn candidates() -> impl Iterator<Item = Encoding> {
    const WEB: [&known::Encoding; 27] = [
        known::GB18030,
        known::WINDOWS_1252,
        known::BIG5,
        known::SHIFT_JIS,
        known::EUC_KR,
        known::EUC_JP,
        known::WINDOWS_1250,
        known::WINDOWS_1251,
        known::WINDOWS_1253,
        known::WINDOWS_1254,
        known::WINDOWS_1255,
        known::WINDOWS_1256,
        known::WINDOWS_1257,
        known::WINDOWS_1258,
        known::WINDOWS_874,
        known::ISO_8859_2,
        known::ISO_8859_3,
        known::ISO_8859_5,
        known::ISO_8859_6,
        known::ISO_8859_7,
        known::ISO_8859_8,
        known::ISO_8859_13,
        known::ISO_8859_15,
        known::KOI8_U,
        known::IBM866,
        known::MACINTOSH,
        known::X_MAC_CYRILLIC,
    ];
    const DOS: [&str; 11] =
        ["cp850", "cp437", "cp852", "cp857", "cp737", "cp775", "cp862", "cp865", "cp720", "cp855", "cp869"];
    let dos = DOS.iter().filter_map(|name| CODE_PAGES.iter().find(|page| page.name() == *name)).map(Encoding::Dos);
    WEB.into_iter().map(Encoding::Known).chain(dos)
}

fn is_latin(encoding: Encoding) -> bool {
    let others = [
        known::GB18030,
        known::BIG5,
        known::SHIFT_JIS,
        known::EUC_KR,
        known::EUC_JP,
        known::WINDOWS_1251,
        known::WINDOWS_1253,
        known::WINDOWS_1255,
        known::WINDOWS_1256,
        known::WINDOWS_874,
        known::ISO_8859_5,
        known::ISO_8859_6,
        known::ISO_8859_7,
        known::ISO_8859_8,
        known::KOI8_U,
        known::IBM866,
    ];
    !matches!(encoding, Encoding::Known(encoding) if others.contains(&encoding))
}

fn guess(cells: &[&[u8]]) -> Option<Encoding> {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    for cell in cells {
        detector.feed(b"1,", false);
        detector.feed(cell, false);
        detector.feed(b",1\n", false);
    }
    detector.feed(b"", true);
    Encoding::of(detector.guess(None, Utf8Detection::Deny))
}

/// Whether the bytes of a cell are hardly anything but UTF-8: letters of three bytes, several of two, or one of two in
/// a word of Latin letters.
fn is_utf8_like(cell: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(cell) else { return false };
    if look(text) == Look::Wrong {
        return false;
    }
    let odd = || text.chars().filter(|letter| !letter.is_ascii());
    let long = odd().any(|letter| letter.len_utf8() > 2);
    let latin = odd().any(|letter| ('À'..='ſ').contains(&letter) && letter.is_alphabetic());
    long || odd().count() > 2 || latin && text.chars().any(|letter| letter.is_ascii_alphabetic())
}

/// Of which alphabet with letters of two bytes in UTF-8 a letter is, if any language of today has it.
fn alphabet(letter: char) -> Option<Script> {
    let old = matches!(letter, '\u{3cf}'..='\u{3ff}' | '\u{460}'..='\u{489}' | '\u{500}'..='\u{52f}');
    let script = letter.script();
    let has_letters = matches!(
        script,
        Script::Greek
            | Script::Cyrillic
            | Script::Armenian
            | Script::Hebrew
            | Script::Arabic
            | Script::Syriac
            | Script::Thaana
            | Script::Nko
    );
    (has_letters && !old && letter.is_alphabetic()).then_some(script)
}

/// The words outside ASCII that a data set's files should hold: headers, and values of sets.
pub fn words_of<'a>(data: impl Iterator<Item = &'a DataSet>) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for column in data.flat_map(|data| &data.columns) {
        let values: &[_] = if let ColumnType::Choice(choices) = &column.ty { choices } else { &[] };
        let texts = column.headers.iter().chain(values.iter().flat_map(|choice| &choice.texts));
        let told = |text: &&String| !text.is_ascii() && text.chars().count() > 1;
        words.extend(texts.filter(told).map(|text| folded(text).into_owned()));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn survey(cells: &[&str], encoding: &str) -> Survey {
        let Some(Encoding::Known(encoding)) = Encoding::named(encoding) else { panic!("{encoding}") };
        let text: String = cells.iter().map(|cell| format!("1,{cell},2\n")).collect();
        let (bytes, _, lost) = encoding.encode(&text);
        assert!(!lost, "{text}");
        Survey::of(&*bytes).unwrap()
    }

    fn told(cells: &[&str], encoding: &str, words: &[&str]) -> String {
        let words = words.iter().map(|word| word.to_string()).collect();
        match survey(cells, encoding).verdict(&words) {
            Verdict::Certain(encoding) => encoding.name().into(),
            Verdict::Damaged => "damaged".into(),
            Verdict::Unsure(readings) => readings
                .iter()
                .map(|reading| format!("{} {}", reading.encoding.name(), reading.text))
                .collect::<Vec<_>>()
                .join("; "),
        }
    }

    const STAFF: [&str; 12] =
        ["张伟", "王芳", "李娜", "刘洋", "陈静", "杨勇", "赵敏", "黄磊", "周杰", "吴秀英", "徐丽", "孙强"];

    #[test]
    fn staff_of_a_chinese_office() {
        assert_eq!(told(&STAFF, "gb18030", &[]), "GB18030");
        // Three names could be anything; with the headers of the spec they cannot.
        assert!(told(&STAFF[..2], "gb18030", &[]).contains("; "));
        assert_eq!(told(&["工号", "张伟"], "gb18030", &["工号"]), "GB18030");
        let traditional = [
            "陳美玲",
            "張志明",
            "黃淑芬",
            "劉俊傑",
            "蔡宗翰",
            "鄭雅婷",
            "謝佳穎",
            "許文雄",
            "葉國強",
            "蘇麗華",
            "羅建宏",
            "簡玉珍",
        ];
        assert_eq!(told(&traditional, "big5", &[]), "Big5");
        let korean = [
            "김철수",
            "이영희",
            "박민수",
            "최지은",
            "정수빈",
            "강동원",
            "조미영",
            "윤성호",
            "장혜진",
            "임재현",
            "한지민",
            "오세훈",
        ];
        assert_eq!(told(&korean, "euc-kr", &[]), "EUC-KR");
        let japanese = [
            "佐藤 太郎",
            "鈴木 花子",
            "高橋 健一",
            "田中 美咲",
            "伊藤 さくら",
            "渡辺 翔",
            "山本 あゆみ",
            "中村 大輔",
            "小林 直美",
            "加藤 学",
            "吉田 ケン",
            "山田 京子",
        ];
        assert_eq!(told(&japanese, "shift_jis", &[]), "Shift_JIS");
        assert_eq!(told(&japanese, "euc-jp", &[]), "EUC-JP");
    }

    #[test]
    fn letters_that_read_the_same_in_all_encodings_that_fit() {
        let german = ["Müller", "Schäfer", "Köhler", "Größe", "Jürgen", "Bäcker"];
        assert_eq!(told(&german, "windows-1252", &[]), "windows-1252");
        assert_eq!(told(&german, "macintosh", &[]), "macintosh");
        let russian = [
            "Иванов",
            "Петрова",
            "Сидоров",
            "Кузнецова",
            "Смирнов",
            "Попов",
            "Волкова",
            "Соколов",
            "Морозова",
            "Новиков",
            "Фёдорова",
            "Козлов",
        ];
        assert_eq!(told(&russian, "windows-1251", &[]), "windows-1251");
        assert_eq!(told(&russian, "koi8-r", &[]), "KOI8-U");
        // `è` here is `č` elsewhere.
        assert_eq!(told(&["Hélène"], "windows-1252", &[]).split("; ").count(), 2);
        assert_eq!(told(&["€"], "windows-1252", &[]).split("; ").count(), 4);
    }

    /// How a text that is valid UTF-8 could be read as well.
    fn doubt(bytes: &[u8]) -> Option<String> {
        let readings = Survey::of(bytes).unwrap().may_be_chinese()?;
        Some(readings.iter().map(|reading| reading.text.clone()).collect::<Vec<_>>().join("; "))
    }

    #[test]
    fn small_files_in_an_alphabet_are_utf8() {
        for words in [
            &["דנה", "יוסי"][..],
            &["משה"],
            &["أحمد", "ليلى"],
            &["محمود"],
            &["مریم", "پرویز"],
            &["Иванов"],
            &["Анна", "Олег"],
            &["Қанат"],
            &["Παππάς"],
            &["Γιώργος"],
            &["Արամ", "Անի"],
            &["გიორგი"],
            &["สมชาย"],
            &["अमित"],
            &["አበበ"],
            &["ސާރާ"],
        ] {
            let text: String = words.iter().map(|word| format!("1,{word},2\n")).collect();
            assert_eq!(doubt(text.as_bytes()), None, "{words:?}");
        }
        // Chinese, Japanese and Korean whose bytes happen to be letters of an alphabet are asked about.
        let mut asked = 0;
        for (encoding, words) in [
            (
                known::GB18030,
                &["魏维", "魏未", "小谢", "协孝", "小写", "学校", "校协", "转庄", "請談", "談論", "赖"][..],
            ),
            (known::BIG5, &["羅蘇", "羅", "藍"]),
            (known::EUC_KR, &["청", "허", "친"]),
            (known::EUC_JP, &["立", "流", "竜立"]),
            (known::SHIFT_JIS, &["ﾐｷ", "ﾘｶ", "ﾕｷ"]),
        ] {
            for word in words {
                let (bytes, _, lost) = encoding.encode(word);
                if !lost && std::str::from_utf8(&bytes).is_ok() {
                    asked += 1;
                    assert!(doubt(&[b"1,", &*bytes, b",2\n"].concat()).is_some(), "{word}");
                }
            }
        }
        assert!(asked >= 12, "{asked}");
    }

    #[test]
    fn utf8_but_for_some_cells() {
        let mixed =
            |one: &str, other: &[u8]| Survey::of(&*[b"1,", one.as_bytes(), b"\n2,", other, b"\n"].concat()).unwrap();
        for (one, other) in
            [("José", &b"M\xfcller"[..]), ("张三", b"\xc0\xee\xcb\xc4"), ("Иванов", b"\xcf\xe5\xf2\xf0")]
        {
            let survey = mixed(one, other);
            assert!(matches!(survey.verdict(&BTreeSet::new()), Verdict::Damaged), "{one}");
            assert_eq!((survey.damaged.count, survey.damaged.first[0].line), (1, 2));
        }
        for bytes in [&b"1,\xc0\xaf\n"[..], b"1,\xed\xa0\xbd\xed\xb8\x80\n"] {
            assert!(!matches!(Survey::of(bytes).unwrap().verdict(&BTreeSet::new()), Verdict::Certain(_)), "{bytes:?}");
        }
    }
}

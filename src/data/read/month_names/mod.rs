//! What a header says of a month: a number, or a name in one of the languages that offices use. `table.rs` is written by
//! `make.py` from the data of CLDR.
//!
//! A name is read by its letters alone: case, accents, points and blanks do not count, and the beginning of a name will
//! do, from three letters on, where no other month begins so. What it means depends on its language (`listopad` is
//! October in Croatian and November in Polish), so the names of one table are read in the language that has them all.

mod table;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

use self::table::LANGUAGES;
use crate::alike::narrow;
use crate::data::cells::times;

/// A language with the names of its months.
pub struct Language {
    pub code: &'static str,
    /// Its English name.
    pub name: &'static str,
    /// Words that stand beside a year: `de`, `г`.
    pub around_year: &'static [&'static str],
    pub months: [&'static [&'static str]; 12],
}

/// A language, by its place in the table, and the month that a name means in it.
pub type Reading = (usize, u32);

/// What a header says of a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heading {
    /// `2026-07`, `7月`
    Month { year: Option<i32>, month: u32 },
    /// A name that some languages have.
    Name { year: Option<i32>, readings: Vec<Reading> },
    /// `2026.1`: January or October.
    Open,
}

/// What a name means beside the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decided {
    Month(u32),
    /// By language.
    Several(Vec<(&'static str, u32)>),
    /// The language of the others does not have it.
    Foreign,
}

/// Years of our calendar that tables are about; 2569 is one of Thailand.
const YEARS: std::ops::Range<i32> = 1900..2100;
/// The fewest letters that tell a month.
const BEGINNING: usize = 3;
/// Headers with more letters name no month.
const LONGEST: usize = 40;

static NAMES: LazyLock<HashMap<String, Vec<Reading>>> = LazyLock::new(names);
static AROUND: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let words = LANGUAGES.iter().flat_map(|language| language.around_year);
    words.map(|word| pieces(word).concat()).collect()
});

fn names() -> HashMap<String, Vec<Reading>> {
    let mut names: HashMap<String, Vec<Reading>> = HashMap::new();
    for (language, known) in LANGUAGES.iter().enumerate() {
        let mut whole: BTreeMap<String, u32> = BTreeMap::new();
        let mut begun: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
        for (month, names) in (1..).zip(known.months) {
            for name in names {
                let name = pieces(name).concat();
                let ends = name.char_indices().map(|(at, _)| at).skip(BEGINNING);
                for end in ends.filter(|end| name[..*end].chars().all(char::is_alphabetic)) {
                    begun.entry(name[..end].to_string()).or_default().insert(month);
                }
                whole.insert(name, month);
            }
        }
        begun.retain(|name, months| months.len() == 1 && !whole.contains_key(name));
        let begun = begun.into_iter().filter_map(|(name, months)| Some((name, months.into_iter().next()?)));
        for (name, month) in whole.into_iter().chain(begun) {
            names.entry(name).or_default().push((language, month));
        }
    }
    names
}

/// The runs of letters and of digits in a text, in small letters without accents.
fn pieces(text: &str) -> Vec<String> {
    let letters = text.chars().map(narrow).flat_map(char::to_lowercase).nfd();
    // Capital letters do not tell these apart.
    let same = |letter: char| match letter {
        'ı' => 'i',
        'ς' => 'σ',
        other => other,
    };
    let plain = letters.filter(|c| !('\u{300}'..='\u{36f}').contains(c)).map(same);
    let mut pieces: Vec<String> = Vec::new();
    let mut last = None;
    for letter in plain {
        let kind = letter.is_alphanumeric().then(|| letter.is_ascii_digit());
        match (kind, pieces.last_mut()) {
            (Some(_), Some(piece)) if kind == last => piece.push(letter),
            (Some(_), _) => pieces.push(letter.to_string()),
            (None, _) => {}
        }
        last = kind;
    }
    pieces
}

fn is_number(piece: &str) -> bool {
    piece.bytes().all(|byte| byte.is_ascii_digit())
}

/// A year as headers and titles name it.
pub fn year(digits: &str) -> Option<i32> {
    let year = (digits.len() == 4 && is_number(digits)).then(|| digits.parse().ok()).flatten();
    year.filter(|year| YEARS.contains(year))
}

/// What a header says of a month; `None` where it names none.
pub fn heading(header: &str) -> Option<Heading> {
    if header.len() > 4 * LONGEST || header.chars().nth(LONGEST).is_some() {
        return None;
    }
    let narrowed: String = header.chars().map(narrow).collect();
    let text = narrowed.trim();
    if times::is_open_month(text) {
        return Some(Heading::Open);
    }
    if let Some((year, month)) = times::month_named(text) {
        return YEARS.contains(&year).then_some(Heading::Month { year: Some(year), month });
    }
    numbered(text).or_else(|| by_name(text))
}

const CHINESE: [&str; 12] = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"];

/// `7月`, `2026年七月`, `7월`, `07/2026`
fn numbered(text: &str) -> Option<Heading> {
    let squeezed: String = text.split_whitespace().collect();
    let (of_year, rest) = match squeezed.split_once(['年', '년']) {
        Some((digits, rest)) => (Some(year(digits)?), rest),
        None => (None, squeezed.as_str()),
    };
    if let Some(number) = ["月份", "月", "월"].iter().find_map(|end| rest.strip_suffix(end)) {
        let digits = number.parse().ok().filter(|_| is_number(number) && number.len() <= 2);
        let written = || CHINESE.iter().position(|name| *name == number).map(|at| at as u32 + 1);
        let month = digits.or_else(written).filter(|month| (1..=12).contains(month))?;
        return Some(Heading::Month { year: of_year, month });
    }
    let (month, digits) = squeezed.split_once(['/', '.', '-'])?;
    let month = month.parse().ok().filter(|_| is_number(month) && month.len() <= 2);
    let month = month.filter(|month| (1..=12).contains(month))?;
    Some(Heading::Month { year: Some(year(digits)?), month })
}

/// `July`, `juil. 26`, `enero de 2026`, `2026. január`
fn by_name(text: &str) -> Option<Heading> {
    let pieces = pieces(text);
    let known = |pieces: &[&String]| {
        let name: String = pieces.iter().map(|piece| piece.as_str()).collect();
        NAMES.get(&name).cloned()
    };
    let all: Vec<&String> = pieces.iter().collect();
    if let Some(readings) = known(&all) {
        return Some(Heading::Name { year: None, readings });
    }
    let years: Vec<i32> = pieces.iter().filter_map(|piece| year(piece)).collect();
    if let [year_named] = years.as_slice() {
        let rest: Vec<&String> = all.iter().copied().filter(|piece| year(piece).is_none()).collect();
        let bare = || known(&rest.iter().copied().filter(|piece| !AROUND.contains(*piece)).collect::<Vec<_>>());
        let readings = known(&rest).or_else(bare)?;
        return Some(Heading::Name { year: Some(*year_named), readings });
    }
    // Two digits in front would be a day.
    let (last, rest) = all.split_last()?;
    let short = last.parse().ok().filter(|_| last.len() == 2 && is_number(last))?;
    let readings = known(rest)?;
    // Years of Thailand begin 543 years earlier, and two digits do not tell which are meant.
    let is_thai = readings.iter().any(|(language, _)| LANGUAGES[*language].code == "th");
    (!is_thai).then_some(Heading::Name { year: Some(times::year_of_two_digits(short)), readings })
}

/// The languages that have most of some names.
fn languages_of(names: &[&[Reading]]) -> BTreeSet<usize> {
    let mut read: BTreeMap<usize, usize> = BTreeMap::new();
    for (language, _) in names.iter().flat_map(|readings| readings.iter()) {
        *read.entry(*language).or_default() += 1;
    }
    let most = read.values().max().copied().unwrap_or_default();
    read.into_iter().filter(|(_, count)| *count == most).map(|(one, _)| one).collect()
}

/// What names mean beside one another: in the languages that have most of them.
pub fn decide(names: &[&[Reading]]) -> Vec<Decided> {
    let best = languages_of(names);
    let decided = |readings: &&[Reading]| {
        let of_best: Vec<Reading> = readings.iter().copied().filter(|(language, _)| best.contains(language)).collect();
        let months: BTreeSet<u32> = of_best.iter().map(|(_, month)| *month).collect();
        // Where two languages have as many, those of the first are known; all names are, where one has them all.
        if of_best.first().map(|(language, _)| language) != best.first() {
            return Decided::Foreign;
        }
        match months.into_iter().collect::<Vec<_>>().as_slice() {
            [month] => Decided::Month(*month),
            _ => Decided::Several(of_best.iter().map(|(at, month)| (LANGUAGES[*at].name, *month)).collect()),
        }
    };
    names.iter().map(decided).collect()
}

/// The month whose name is nearest to a text, in the languages that have most of the others.
pub fn nearest(text: &str, beside: &[&[Reading]]) -> Option<(&'static str, u32)> {
    let names: Vec<(&'static str, u32)> = languages_of(beside)
        .into_iter()
        .take(1)
        .flat_map(|at| (1..).zip(LANGUAGES[at].months))
        .flat_map(|(month, names)| names.iter().map(move |name| (*name, month)))
        .collect();
    let near = crate::nearest::nearest(text, names.iter().map(|(name, _)| *name))?;
    names.into_iter().find(|(name, _)| *name == near)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(text: &str) -> Option<(Option<i32>, u32)> {
        match heading(text)? {
            Heading::Month { year, month } => Some((year, month)),
            Heading::Name { year, readings } => match decide(&[&readings]).as_slice() {
                [Decided::Month(month)] => Some((year, *month)),
                _ => None,
            },
            Heading::Open => None,
        }
    }

    #[test]
    fn months_as_headers_name_them() {
        for text in [
            "2026-07",
            "202607",
            "2026年7月",
            "2026年七月",
            "2026/7",
            "2026.07",
            "07/2026",
            "7.2026",
            "Jul 2026",
            "July-26",
            "JULY 2026",
            "2026 July",
            "2026-07-01",
            "２０２６年７月",
            "julio de 2026",
            "juillet 2026",
            "2026. július",
            "июль 2026 г.",
            "Tháng 7 năm 2026",
            "2026년 7월",
            "Jul\n2026",
            "липень 2026 р.",
            "july '26",
        ] {
            assert_eq!(month(text), Some((Some(2026), 7)), "{text}");
        }
        for text in [
            "7月",
            "07月",
            "7 月",
            "七月",
            "7月份",
            "Jul",
            "JULY",
            "jul.",
            " ７ 月 ",
            "Juli",
            "JUIL.",
            "7월",
            "Tháng 7",
            "thg 7",
            "กรกฎาคม",
            "ก.ค.",
            "Ιούλιος",
            "ΙΟΥΛΙΟΣ",
            "Temmuz",
            "temm",
            "iulie",
            "юли",
            "liepos",
            "heinäkuu",
            "Heinä",
        ] {
            assert_eq!(month(text), Some((None, 7)), "{text}");
        }
        for text in [
            "7",
            "13月",
            "Q3",
            "2026",
            "total",
            "月",
            "mar ket",
            "maybe",
            "2026-Q3",
            "Jul-Sep",
            "",
            "2026-13",
            "26-Jul",
            "1 Jul",
            "l月",
            "ju",
            "07/26",
            "7月 Plan",
            "2569-07",
            "ก.ค. 69",
            "Juli 2026 Plan",
            "2026 2027 July",
            "叁月",
        ] {
            assert_eq!(month(text), None, "{text}");
        }
        assert_eq!(month("十二月"), Some((None, 12)));
        assert_eq!(heading("2026.1"), Some(Heading::Open));
        assert_eq!(month("Jan 69"), Some((Some(1969), 1)));
    }

    #[test]
    fn a_name_that_is_several_months_waits_for_the_others() {
        let readings = |text: &str| match heading(text) {
            Some(Heading::Name { readings, .. }) => readings,
            other => panic!("{text}: {other:?}"),
        };
        let decided = |texts: &[&str]| {
            let all: Vec<Vec<Reading>> = texts.iter().map(|text| readings(text)).collect();
            decide(&all.iter().map(Vec::as_slice).collect::<Vec<_>>())
        };
        assert!(matches!(decided(&["listopad"]).as_slice(), [Decided::Several(_)]));
        assert_eq!(decided(&["październik", "listopad"])[1], Decided::Month(11));
        assert_eq!(decided(&["rujan", "listopad"])[1], Decided::Month(10));
        assert_eq!(decided(&["říjen", "listopad"])[1], Decided::Month(11));
        assert!(matches!(decided(&["lip", "srp"]).as_slice(), [Decided::Month(6), Decided::Month(7)]));
        // A word of another language is none of these.
        let english = decided(&["Jan", "Feb", "Mar", "Out"]);
        assert_eq!(english[3], Decided::Foreign);
        assert_eq!(decided(&["jan", "fev", "mar", "out"])[3], Decided::Month(10));
    }

    /// Every name of every language is read as its month, alone in its language: none is lost to accents or beginnings.
    #[test]
    fn every_name_is_read_in_its_language() {
        assert!(LANGUAGES.len() >= 55);
        for (at, language) in LANGUAGES.iter().enumerate() {
            for (number, names) in (1..).zip(language.months) {
                for name in names {
                    for text in [name.to_string(), name.to_uppercase(), format!(" {name} ")] {
                        let read = match heading(&text) {
                            Some(Heading::Name { year: None, readings }) => readings.contains(&(at, number)),
                            Some(Heading::Month { year: None, month }) => month == number,
                            _ => false,
                        };
                        assert!(read, "`{text}` in {}: {:?}", language.name, heading(&text));
                    }
                }
            }
        }
    }
}

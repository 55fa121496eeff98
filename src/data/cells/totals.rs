//! Words for totals and means, in headers and in rows.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder};
use unicode_normalization::char::is_combining_mark;

use crate::alike::folded;
use crate::model::data::{Column, ColumnIx, ColumnType, DataSet};

/// In so many of a row's first cells a total may be named.
pub const CELLS: usize = 3;

/// In small letters; whatever they are totals of stands behind or before them.
const WORDS: &[&str] = &[
    "total",
    "totals",
    "totale",
    "totaal",
    "totalt",
    "totals",
    "subtotal",
    "subtotals",
    "grandtotal",
    "sum",
    "sums",
    "summe",
    "summen",
    "gesamt",
    "gesamtsumme",
    "zwischensumme",
    "insgesamt",
    "ergebnis",
    "gesamtergebnis",
    "somme",
    "suma",
    "somma",
    "soma",
    "subtotaal",
    "razem",
    "ogółem",
    "łącznie",
    "celkem",
    "součet",
    "spolu",
    "celkom",
    "összesen",
    "összeg",
    "toplam",
    "yhteensä",
    "summa",
    "итого",
    "всего",
    "сумма",
    "разом",
    "усього",
    "общо",
    "σύνολο",
    "ukupno",
    "skupaj",
    "jumlah",
    "合计",
    "总计",
    "小计",
    "共计",
    "累计",
    "总和",
    "合計",
    "總計",
    "小計",
    "総計",
    "합계",
    "총계",
    "소계",
    "tổng",
    "tổngcộng",
    "รวม",
    "รวมทั้งหมด",
    "итог",
    "итоги",
    "подытог",
    "σύνολα",
    "סהכ",
    "סך",
    "المجموع",
    "مجموع",
    "الإجمالي",
    "الاجمالي",
    "إجمالي",
    "اجمالي",
    "جمع",
    "कुल",
    "योग",
    "মোট",
    "மொத்தம்",
    "subtotale",
    "sottototale",
    "soustotal",
    "tussentotaal",
    "eindtotaal",
    "deltotal",
    "delsumma",
    "totalsumma",
    "slutsumma",
    "mezisoučet",
    "medzisúčet",
    "részösszeg",
    "végösszeg",
    "mindösszesen",
    "välisumma",
    "loppusumma",
    "aratoplam",
    "geneltoplam",
    "总合计",
    "总数",
    "總數",
    "総合計",
    "총합계",
    "endsumme",
    "teilsumme",
    "monatssumme",
    "jahressumme",
    "übertrag",
    "ytd",
    "average",
    "mean",
    "mittelwert",
    "durchschnitt",
    "moyenne",
    "平均",
    "平均值",
];
/// What may stand beside them.
pub const BESIDE: &[&str] = &[
    "grand",
    "sub",
    "overall",
    "general",
    "général",
    "générale",
    "generale",
    "geral",
    "all",
    "the",
    "of",
    "in",
    "for",
    "year",
    "annual",
    "month",
    "quarter",
    "fy",
    "jahr",
    "année",
    "annuel",
    "año",
    "anual",
    "ano",
    "anno",
    "rok",
    "год",
    "全年",
    "年度",
    "年",
    "本年",
    "cộng",
    "to",
    "date",
    "ara",
    "genel",
    "sous",
    "parcial",
    "parziale",
    "częściowa",
    "częściowy",
    "końcowa",
    "ogólna",
    "промежуточный",
    "промежуточные",
    "общий",
    "общая",
    "по",
    "региону",
    "отделу",
    "הכל",
    "rows",
    "row",
    "items",
    "records",
    "zeilen",
    "lignes",
    "filas",
];

pub fn words(text: &str) -> Vec<String> {
    let folded = folded(text).to_lowercase();
    // Abbreviations of Hebrew have a quote within; wide letters are spaced out over their column.
    let plain: String = folded.chars().filter(|sign| !matches!(sign, '"' | '״' | '\'' | '׳')).collect();
    let mut words: Vec<String> = Vec::new();
    let mut letters_of_han = false;
    for word in plain.split(|sign| !is_letter(sign)).filter(|word| !word.is_empty()) {
        let one_of_han = word.chars().count() == 1 && word.chars().all(is_wide);
        match words.last_mut().filter(|_| letters_of_han && one_of_han) {
            Some(last) => last.push_str(word),
            None => words.push(word.to_string()),
        }
        letters_of_han = one_of_han;
    }
    words
}

/// Whether a sign is part of a word: a letter, a digit, or what is written on a letter.
fn is_letter(sign: char) -> bool {
    sign.is_alphanumeric() || !sign.is_ascii() && is_combining_mark(sign)
}

fn is_wide(letter: char) -> bool {
    matches!(letter, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
}

/// Whether a text is the name of a total: `Total`, `Grand total 2026`, `Summe:`, `合 计`, or the stars of SAP.
pub fn is_total(text: &str) -> bool {
    let stars = text.trim();
    if !stars.is_empty() && stars.len() < 6 && stars.bytes().all(|byte| byte == b'*') {
        return true;
    }
    let words = words(text);
    let is = |known: &[&str], word: &str| known.contains(&word);
    let number = |word: &str| word.chars().all(|c| c.is_ascii_digit()) || is_part_of_year(word);
    words.len() <= 4
        && words.iter().any(|word| is(WORDS, word))
        && words.iter().all(|word| is(WORDS, word) || is(BESIDE, word) || number(word))
}

/// Whether a total is named in a text, whatever else is: `North Total`, `Summe Nord`, `华北小计`.
pub fn names_total(text: &str) -> bool {
    let ends = |word: &String| WIDE.iter().any(|known| word.ends_with(known) || word.starts_with(known));
    text.len() < 200
        && may_name_total(text)
        && words(text).iter().any(|word| WORDS.contains(&word.as_str()) || ends(word))
}

/// Whether a text, of a cell or of many, may name a total: of nearly all it is told without their words.
pub fn may_name_total(text: &str) -> bool {
    ANYWHERE.as_ref().is_none_or(|words| words.is_match(text)) || !text.is_ascii() && text.chars().any(may_begin_one)
}

/// Whether a total may begin with a sign though no word for it stands in the text as it is: letters of wide scripts may be
/// spaced out, others have signs within or are put together of several.
fn may_begin_one(sign: char) -> bool {
    let is_letter_as_listed =
        matches!(sign, '\u{c0}'..='\u{24f}' | '\u{370}'..='\u{52f}' | '\u{1e00}'..='\u{1eff}') && sign.is_alphabetic();
    !sign.is_ascii() && !is_letter_as_listed && (!is_wide(sign) || FIRST.contains(&sign))
}

/// The signs with which they begin.
static FIRST: LazyLock<Vec<char>> = LazyLock::new(|| WIDE.iter().filter_map(|word| word.chars().next()).collect());

/// The words of scripts that have no blanks between words.
static WIDE: LazyLock<Vec<&str>> =
    LazyLock::new(|| WORDS.iter().copied().filter(|word| word.chars().all(is_wide)).collect());

/// All words, wherever they stand in a text: in small letters, in large ones, and with a large one before.
static ANYWHERE: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>())
    };
    let forms = |word: &&str| [Some(word.to_string()), Some(word.to_uppercase()), capital(word)];
    let all: BTreeSet<String> = WORDS.iter().flat_map(forms).flatten().collect();
    AhoCorasickBuilder::new().ascii_case_insensitive(true).build(all).ok()
});

/// By the first two bytes of a text in small letters, whether a total may begin so.
static BEGINS: [bool; 1 << 16] = {
    let mut begins = [false; 1 << 16];
    let lists = [WORDS, BESIDE];
    let mut list = 0;
    while list < lists.len() {
        let mut at = 0;
        while at < lists[list].len() {
            let word = lists[list][at].as_bytes();
            begins[(word[0] as usize) << 8 | word[1] as usize] = true;
            at += 1;
        }
        list += 1;
    }
    begins
};

/// Whether a cell may be a total: of most it is told by their first two bytes.
#[inline]
pub fn may_be_total(cell: &[u8]) -> bool {
    match cell {
        [] => false,
        // `2026 total`
        [b'0'..=b'9', rest @ ..] => rest.iter().any(|byte| byte.is_ascii_alphabetic() || !byte.is_ascii()),
        // `Q1 total`
        [b'q' | b'Q' | b'h' | b'H', b'1'..=b'4', rest @ ..] => {
            rest.first().is_some_and(|byte| !byte.is_ascii_alphanumeric())
        }
        [first, second, ..] if first.is_ascii_alphabetic() => {
            BEGINS[usize::from(first.to_ascii_lowercase()) << 8 | usize::from(second.to_ascii_lowercase())]
                || !second.is_ascii()
        }
        // Quotes and brackets may stand before a word; stars are a total.
        [first, rest @ ..] if first.is_ascii() => *first == b'*' || may_be_total(rest),
        [_, rest @ ..] => !rest.is_empty(),
    }
}

/// Whether a row is a total by what stands in its first filled cell, in a column with this header; what may stand in a
/// column is sometimes declared, or told by other rows. `is_read` says whether a column is, and `lacks` whether the row
/// lacks a cell that every row must have.
pub fn is_total_row(
    data: &DataSet,
    header: &str,
    first: &str,
    is_read: impl Fn(ColumnIx) -> bool,
    lacks: impl Fn() -> bool,
) -> bool {
    if !is_total(first) {
        return false;
    }
    let is = |column: &&Column| column.headers.iter().any(|own| folded(own) == folded(header));
    let Some(at) = data.columns.iter().position(|column| column.has_cells() && is(&column)) else { return true };
    let column = ColumnIx(at);
    match &data.column(column).ty {
        ColumnType::Choice(choices) => !choices
            .iter()
            .any(|choice| choice.texts.iter().chain([&choice.name]).any(|text| folded(text) == folded(first))),
        // A key that no row has is told with its link, and a post without a spec with the roster.
        ColumnType::Link { .. } => !is_read(column) || lacks(),
        // What is on top of a tree is often called so.
        _ => data.organisation.is_none() || !data.key.contains(&column) || lacks(),
    }
}

/// `q1`, `h2`
pub fn is_part_of_year(word: &str) -> bool {
    matches!(word.as_bytes(), [b'q', b'1'..=b'4'] | [b'h', b'1'..=b'2'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_named_among_other_words() {
        for text in
            ["North Total", "Summe Nord", "Nord Ergebnis", "华北小计", "合计：华北", "Total Norte", "Total Care"]
        {
            assert!(names_total(text), "{text}");
        }
        for text in ["Summer", "North", "合作部", "Totalgaz", "P1", ""] {
            assert!(!names_total(text), "{text}");
        }
        for word in WORDS {
            assert!(names_total(word) && is_total(word), "{word}");
        }
        for word in WORDS.iter().chain(BESIDE) {
            assert!(may_be_total(word.as_bytes()) && may_be_total(word.to_uppercase().as_bytes()), "{word}");
        }
        for total in ["2026 Total", "Q1 total", "(Total)", "> Summe", "**"] {
            assert!(is_total(total) && may_be_total(total.as_bytes()), "{total}");
        }
        assert!(may_be_total(b" \"Total") && !may_be_total(b"1001") && !may_be_total(b"P1") && !may_be_total(b""));
    }

    /// What is told without the words says no of usual texts, and never of a total.
    #[test]
    fn most_texts_are_told_without_their_words() {
        let usual = "A20001,861001,经理,2020-07-26,Müller & Søn,Łódź,Иванов,Παπαδόπουλος,Nguyễn\n";
        assert!(!may_name_total(&usual.repeat(100)));
        for word in WORDS {
            let apart = word.chars().map(|sign| format!("{sign} ")).collect::<String>();
            let capital: String = word
                .chars()
                .enumerate()
                .flat_map(|(at, sign)| if at == 0 { sign.to_uppercase().collect() } else { vec![sign] })
                .collect();
            let wide: String =
                word.chars()
                    .map(|sign| {
                        if sign.is_ascii_graphic() {
                            char::from_u32(sign as u32 + 0xfee0).unwrap_or(sign)
                        } else {
                            sign
                        }
                    })
                    .collect();
            let parts: String = unicode_normalization::UnicodeNormalization::nfd(*word).collect();
            for text in [word.to_string(), word.to_uppercase(), capital, wide, parts, apart] {
                let named = format!("Nord {text} 7");
                let has_word = words(&named).iter().any(|word| WORDS.contains(&word.as_str()));
                assert!(may_name_total(&named) || !has_word, "{named}");
                assert_eq!(names_total(&named), has_word, "{named}");
            }
        }
    }

    #[test]
    fn totals_and_what_only_begins_so() {
        for text in [
            "Total",
            "TOTAL:",
            "Grand total",
            "Total 2026",
            "Summe",
            "合计",
            "合计：",
            "Total Q1",
            "小计",
            "Gesamtsumme",
            "Итого",
            "合 计",
            "Ara Toplam",
            "Sous-total",
            "Total (12 rows)",
            "סה\"כ",
            "कुल",
            "**",
            "TOTAL.....",
        ] {
            assert!(is_total(text), "{text}");
        }
        for text in [
            "Total Care",
            "Summer",
            "Totalgaz SA",
            "1001",
            "P1",
            "2026",
            "Q1",
            "",
            "合计部",
            "Sumner Ltd",
            "Average Joe",
        ] {
            assert!(!is_total(text), "{text}");
        }
    }
}

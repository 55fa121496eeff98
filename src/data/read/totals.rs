//! Words for totals and means, in headers and in rows.

use crate::data::cell::folded;

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
const BESIDE: &[&str] = &[
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
    "general:",
];

fn words(text: &str) -> Vec<String> {
    let folded = folded(text).to_lowercase();
    folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(String::from).collect()
}

/// Whether a text is the name of a total: `Total`, `Grand total 2026`, `Summe:`, `合计`.
pub fn is_total(text: &str) -> bool {
    let words = words(text);
    let is = |known: &[&str], word: &str| known.contains(&word);
    let number = |word: &str| word.chars().all(|c| c.is_ascii_digit()) || is_part_of_year(word);
    words.len() <= 4
        && words.iter().any(|word| is(WORDS, word))
        && words.iter().all(|word| is(WORDS, word) || is(BESIDE, word) || number(word))
}

/// `q1`, `h2`
fn is_part_of_year(word: &str) -> bool {
    matches!(word.as_bytes(), [b'q', b'1'..=b'4'] | [b'h', b'1'..=b'2'])
}

/// Whether a header between months names more than a month: a total, a quarter, a half, a year.
pub fn is_more_than_a_month(header: &str) -> bool {
    let words = words(header);
    let longer = |word: &String| {
        let chinese = ["季度", "半年", "全年", "年度", "年"];
        is_part_of_year(word)
            || super::month_names::year(word).is_some()
            || chinese.iter().any(|end| word.ends_with(end))
    };
    let plain = |word: &String| {
        BESIDE.contains(&word.as_str()) || matches!(word.as_str(), "quartal" | "trimestre" | "kwartał" | "kwartaal")
    };
    let digit = |word: &String| matches!(word.as_bytes(), [b'1'..=b'4']);
    is_total(header)
        || !words.is_empty()
            && words.iter().all(|word| longer(word) || plain(word) || digit(word))
            && words.iter().any(|word| !digit(word))
            // A number beside a year alone is the month.
            && (words.iter().any(plain) || !words.iter().any(digit))
}

#[cfg(test)]
mod tests {
    use super::*;

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
        for text in [
            "Q1",
            "Q1 2026",
            "1. Quartal",
            "H2",
            "2026",
            "Total",
            "FY 2026",
            "一季度",
            "上半年",
            "全年",
            "2026年",
            "Year to date",
            "YTD",
        ] {
            assert!(is_more_than_a_month(text), "{text}");
        }
        for text in ["2 2026", "note", "1", "July", "l月", "Team", "Jahresplan", "Plan 2026"] {
            assert!(!is_more_than_a_month(text), "{text}");
        }
    }
}

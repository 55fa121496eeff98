//! "Did you mean": the known name nearest to a mistyped one.
//!
//! Long texts are nobody's slip of the pen, and comparing them takes as long as the product of their lengths: so names
//! are compared up to a length and a number, and only where their letters can be near enough at all.

use std::borrow::Cow;

use strsim::{damerau_levenshtein, jaro_winkler};

use crate::limits::{NAME_COMPARED, NAMES_COMPARED};

/// The candidate nearest to `name`, if one is near enough to be what was meant. Case does not count.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    nearest_ones(name, candidates).first().copied()
}

/// All candidates that are equally near to `name`, where any is near enough.
pub fn nearest_ones<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let others = candidates.into_iter().filter(|candidate| *candidate != name);
    equally_close(name, others, |text| text.to_lowercase().into(), |one, other| (one.max(other) / 3).max(1))
}

/// The same for words of the language, of which none may be far away; capitals count.
pub fn nearest_word<'a>(word: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    closest(word, words, |text| Cow::Borrowed(text), |one, other| one.min(other).div_ceil(4).min(3))
}

/// The candidate most like a text out of a file, if half of it is; `fold` takes away what does not count.
pub fn likest<'a>(
    text: &str,
    candidates: impl IntoIterator<Item = &'a str>,
    fold: impl Fn(&str) -> Cow<'_, str>,
) -> Option<&'a str> {
    closest(text, candidates, fold, |one, other| one.max(other) / 2)
}

/// The candidates that are like a text, the likest first; case does not count.
pub fn alike<'a, T>(text: &str, candidates: impl Iterator<Item = (&'a str, T)>) -> Vec<T>
where
    T: Ord,
{
    let wanted = text.to_lowercase();
    if !is_name(&wanted) {
        return Vec::new();
    }
    let mut near: Vec<(f64, T)> = candidates
        .take(NAMES_COMPARED)
        .filter(|(candidate, _)| is_name(candidate))
        .map(|(candidate, known)| (jaro_winkler(&wanted, &candidate.to_lowercase()), known))
        .filter(|(likeness, _)| *likeness > 0.75)
        .collect();
    near.sort_by(|(one, a), (other, b)| other.total_cmp(one).then_with(|| a.cmp(b)));
    near.into_iter().map(|(_, known)| known).collect()
}

/// The first by name of those that are equally close.
fn closest<'a>(
    wanted: &str,
    candidates: impl IntoIterator<Item = &'a str>,
    fold: impl Fn(&str) -> Cow<'_, str>,
    most: impl Fn(usize, usize) -> usize,
) -> Option<&'a str> {
    equally_close(wanted, candidates, fold, most).first().copied()
}

/// The candidates with the fewest changes, no more than two lengths allow; of equals those that begin like it, by name.
fn equally_close<'a>(
    wanted: &str,
    candidates: impl IntoIterator<Item = &'a str>,
    fold: impl Fn(&str) -> Cow<'_, str>,
    most: impl Fn(usize, usize) -> usize,
) -> Vec<&'a str> {
    let wanted = fold(wanted);
    if !is_name(&wanted) {
        return Vec::new();
    }
    let (length, letters) = (wanted.chars().count(), letters_of(&wanted));
    let near = candidates.into_iter().take(NAMES_COMPARED).filter(|candidate| is_name(candidate));
    let near = near.filter_map(|candidate| {
        let other = fold(candidate);
        let (others, most) = (letters_of(&other), most(length, other.chars().count()));
        // Each change takes away one letter at most, and brings in one.
        let missing = (letters & !others).count_ones().max((others & !letters).count_ones());
        if missing as usize > most {
            return None;
        }
        let distance = damerau_levenshtein(&wanted, &other);
        let alike = wanted.chars().zip(other.chars()).take_while(|(one, other)| one == other).count();
        // A name of which no letter stays is another one.
        (distance <= most && distance < length.max(other.chars().count())).then_some((
            distance,
            std::cmp::Reverse(alike),
            candidate,
        ))
    });
    let mut near: Vec<_> = near.collect();
    near.sort();
    near.dedup();
    let best = near.first().map(|(distance, alike, _)| (*distance, *alike));
    near.into_iter().take_while(|(distance, alike, _)| Some((*distance, *alike)) == best).map(|(.., one)| one).collect()
}

fn is_name(text: &str) -> bool {
    text.len() <= NAME_COMPARED || text.chars().nth(NAME_COMPARED).is_none()
}

/// A bit for each of its letters; some letters share one.
fn letters_of(text: &str) -> u64 {
    text.chars().fold(0, |bits, letter| bits | 1 << (u32::from(letter) % 64))
}

/// The one key that is the same but for how it is written: capitals, blanks, hyphens, full-width signs, zeros in front,
/// decimals that are none.
/// Another key, however near, is somebody else's.
pub fn another_writing<'a>(key: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = folded(key);
    let mut same = known.into_iter().filter(|one| *one != key && folded(one) == wanted);
    let first = same.next()?;
    same.all(|other| other == first).then_some(first)
}

/// In what two writings of one key differ, in words.
pub fn difference(one: &str, other: &str) -> &'static str {
    use unicode_normalization::UnicodeNormalization;
    let plain = |key: &str| key.nfkc().collect::<String>();
    let is_decimal = |key: &str| whole_of(key).is_some();
    if is_digits(one) && is_digits(other) {
        "zeros in front, which a spreadsheet drops from numbers"
    } else if is_decimal(one) != is_decimal(other) {
        "decimals, which come of a column of numbers"
    } else if one.to_lowercase() == other.to_lowercase() {
        "capital or small letters"
    } else if plain(one) == plain(other) {
        "wide or narrow signs"
    } else {
        "signs that are neither letters nor digits"
    }
}

/// The whole number of one that was kept with decimals: `123.0`.
fn whole_of(key: &str) -> Option<&str> {
    let (whole, zeros) = key.split_once(['.', ','])?;
    let is_whole = is_digits(whole) && (1..3).contains(&zeros.len()) && zeros.bytes().all(|byte| byte == b'0');
    is_whole.then_some(whole)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn folded(key: &str) -> Vec<String> {
    use unicode_normalization::UnicodeNormalization;
    let part = |part: &str| {
        let part = whole_of(part.trim()).unwrap_or(part);
        let letters: String = part.nfkc().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()).collect();
        match letters.chars().all(|c| c.is_ascii_digit()) {
            true => letters.trim_start_matches('0').to_string(),
            false => letters,
        }
    };
    key.split('/').map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_equally_near_are_all_named() {
        assert_eq!(nearest_ones("sale_a", ["sale_c", "sale_b", "cost"]), ["sale_b", "sale_c"]);
        assert_eq!(nearest_ones("sale_ab", ["sale_b", "sale_a"]), ["sale_a"]);
        assert_eq!(nearest("sale_a", ["sale_c", "sale_b"]), Some("sale_b"));
        assert!(nearest_ones("x", ["m", "s"]).is_empty());
    }

    #[test]
    fn a_key_is_never_taken_for_another() {
        let known = ["P1", "P12", "0017", "a / 16", "E-03"];
        assert_eq!(another_writing("17.0", known), Some("0017"));
        assert_eq!(another_writing("17,00", known), Some("0017"));
        assert_eq!(another_writing("17.5", known), None);
        assert_eq!(another_writing("p1 ", known), Some("P1"));
        assert_eq!(another_writing("Ｐ１", known), Some("P1"));
        assert_eq!(another_writing("17", known), Some("0017"));
        assert_eq!(another_writing("A/16", known), Some("a / 16"));
        assert_eq!(another_writing("e03", known), Some("E-03"));
        assert_eq!(another_writing("P2", known), None);
        assert_eq!(another_writing("P123", known), None);
        assert_eq!(another_writing("x1", ["X-1", "X 1"]), None);
    }

    #[test]
    fn finds_slips_and_leaves_other_words_alone() {
        assert_eq!(nearest("premum", ["people", "premium"]), Some("premium"));
        assert_eq!(nearest("标准保弗", ["标准保费", "达成率"]), Some("标准保费"));
        assert_eq!(nearest("Premium", ["premium"]), Some("premium"));
        assert_eq!(nearest("claims", ["premium", "people"]), None);
        assert_eq!(nearest_word("postion", ["position"]), Some("position"));
        assert_eq!(
            likest("Standrd premium", ["Standard premium", "Team"], |text| text.into()),
            Some("Standard premium")
        );
        assert_eq!(alike("wang", [("Wang Fang", 1), ("Li Lei", 2)].into_iter()), [1]);
    }

    #[test]
    fn long_texts_are_no_slips() {
        let long = "m".repeat(1_000_000);
        let other = format!("{long}n");
        assert_eq!(nearest(&long, [other.as_str()]), None);
        assert_eq!(nearest("m", [other.as_str()]), None);
        assert_eq!(likest(&long, [other.as_str()], |text| text.into()), None);
        assert!(alike(&long, [(other.as_str(), 1)].into_iter()).is_empty());
    }
}

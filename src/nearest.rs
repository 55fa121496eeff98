//! "Did you mean": the known name nearest to a mistyped one.

use strsim::damerau_levenshtein;

/// The candidate nearest to `name`, if one is near enough to be what was meant. Case does not count.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = name.to_lowercase();
    let length = wanted.chars().count();
    candidates
        .into_iter()
        .filter(|candidate| *candidate != name)
        .map(|candidate| (damerau_levenshtein(&wanted, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= (length.max(candidate.chars().count()) / 3).max(1))
        .min_by(|a, b| a.cmp(b))
        .map(|(_, candidate)| candidate)
}

/// The one key that is the same but for how it is written: capitals, blanks, hyphens, full-width signs, zeros in front.
/// Another key, however near, is somebody else's.
pub fn another_writing<'a>(key: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = folded(key);
    let mut same = known.into_iter().filter(|one| *one != key && folded(one) == wanted);
    let first = same.next()?;
    same.all(|other| other == first).then_some(first)
}

fn folded(key: &str) -> Vec<String> {
    use unicode_normalization::UnicodeNormalization;
    let part = |part: &str| {
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
    use super::{another_writing, nearest};

    #[test]
    fn a_key_is_never_taken_for_another() {
        let known = ["P1", "P12", "0017", "a / 16", "E-03"];
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
    }
}

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

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_slips_and_leaves_other_words_alone() {
        assert_eq!(nearest("premum", ["people", "premium"]), Some("premium"));
        assert_eq!(nearest("标准保弗", ["标准保费", "达成率"]), Some("标准保费"));
        assert_eq!(nearest("Premium", ["premium"]), Some("premium"));
        assert_eq!(nearest("claims", ["premium", "people"]), None);
    }
}

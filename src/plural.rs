//! One and several: how things are counted and listed in sentences.

/// `1 row`, `12 rows`
pub fn counted(count: impl TryInto<u64>, one: &str) -> String {
    let count = count.try_into().unwrap_or(u64::MAX);
    format!("{count} {}", if count == 1 { one.to_string() } else { plural(one) })
}

/// `is` of one, `are` of several.
pub fn either<'w>(count: impl TryInto<u64>, one: &'w str, several: &'w str) -> &'w str {
    if count.try_into().ok() == Some(1) { one } else { several }
}

/// `a`, `b` or `c`
pub fn one_of(words: impl IntoIterator<Item = String>) -> String {
    let words: Vec<String> = words.into_iter().collect();
    match words.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        _ => words.concat(),
    }
}

/// Several of a thing, as English writes it; words in other letters stay as they are.
pub fn plural(one: &str) -> String {
    let (before, last) = match one.rsplit_once([' ', '_']) {
        Some((before, last)) => (&one[..=before.len()], last),
        None => ("", one),
    };
    let lower = last.to_lowercase();
    let vowel = |letter: char| matches!(letter, 'a' | 'e' | 'i' | 'o' | 'u');
    let ends = |ends: &[&str]| ends.iter().any(|end| lower.ends_with(end));
    let several = match lower.as_str() {
        "person" => "people".to_string(),
        "child" => "children".to_string(),
        "man" | "woman" => format!("{}en", &last[..last.len() - 2]),
        _ if !last.chars().all(|letter| letter.is_ascii_alphanumeric()) => last.to_string(),
        _ if ends(&["s", "x", "z", "ch", "sh"]) => format!("{last}es"),
        _ if lower.ends_with('y') && !lower[..lower.len() - 1].ends_with(vowel) => {
            format!("{}ies", &last[..last.len() - 1])
        }
        _ => format!("{last}s"),
    };
    format!("{before}{several}")
}

#[cfg(test)]
mod tests {
    use super::{counted, one_of, plural};

    #[test]
    fn the_last_of_a_list_stands_behind_or() {
        let listed = |words: &[&str]| one_of(words.iter().map(|word| word.to_string()));
        assert_eq!([listed(&[]), listed(&["a"]), listed(&["a", "b", "c"])], ["", "a", "a, b or c"]);
    }

    #[test]
    fn several_are_written_as_english_does() {
        let cases = [
            ("row", "rows"),
            ("policy", "policies"),
            ("agency", "agencies"),
            ("day", "days"),
            ("branch", "branches"),
            ("box", "boxes"),
            ("bonus", "bonuses"),
            ("person", "people"),
            ("salesman", "salesmans"),
            ("staff_person", "staff_people"),
            ("more row", "more rows"),
            ("客户", "客户"),
            ("KPI", "KPIs"),
        ];
        for (one, several) in cases {
            assert_eq!(plural(one), several);
        }
        assert_eq!(counted(1u64, "row"), "1 row");
        assert_eq!(counted(0u64, "policy"), "0 policies");
    }
}

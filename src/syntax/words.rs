//! The words of the language that the parser must know apart from the grammar.

use crate::nearest::nearest_word;

/// Words that are never a name.
pub const RESERVED: &[&str] = &[
    "and", "or", "not", "if", "then", "else", "is", "in", "between", "missing", "yes", "no", "of", "where", "during",
    "over", "at", "to", "from", "default",
];

/// Words that start a declaration, in the order in which a reader would meet them.
pub const DECLARATIONS: &[&str] = &[
    "company", "unit", "data", "constant", "function", "kpi", "index", "scale", "matrix", "rating", "position",
    "house", "test",
];

/// Declarations with a block: all but these.
pub const WITHOUT_BLOCK: &[&str] = &["unit", "constant", "function"];

/// Words that may name columns and labels, but not declarations.
pub const WORDS: &[&str] = &[
    "about",
    "above",
    "across",
    "add",
    "allow",
    "applies",
    "approved",
    "as",
    "attainment",
    "average",
    "belongs",
    "below",
    "best",
    "better",
    "bonus",
    "brackets",
    "by",
    "calendar",
    "closest",
    "column",
    "columns",
    "combine",
    "company",
    "complete",
    "constant",
    "continue",
    "count",
    "currency",
    "data",
    "date",
    "dated",
    "decimals",
    "deduct",
    "deduction",
    "deny",
    "distinct",
    "draft",
    "each",
    "earlier",
    "effective",
    "eligible",
    "empty",
    "end",
    "equal",
    "every",
    "expect",
    "file",
    "fiscal",
    "flag",
    "for",
    "format",
    "formula",
    "full",
    "function",
    "given",
    "gives",
    "group",
    "half",
    "halves",
    "has",
    "higher",
    "house",
    "ignore",
    "index",
    "kpi",
    "kpis",
    "language",
    "last",
    "latest",
    "least",
    "linear",
    "lower",
    "matrix",
    "max",
    "may",
    "mean",
    "measured",
    "median",
    "min",
    "month",
    "months",
    "more",
    "most",
    "named",
    "note",
    "number",
    "on",
    "one",
    "only",
    "optional",
    "organisation",
    "outcome",
    "output",
    "own",
    "owner",
    "percentile",
    "period",
    "position",
    "postgres",
    "previous",
    "prorated",
    "purpose",
    "quarter",
    "quarters",
    "range",
    "rank",
    "rating",
    "redistribute",
    "reports",
    "requires",
    "responsibilities",
    "rest",
    "roster",
    "rounding",
    "row",
    "rows",
    "rules",
    "scale",
    "scope",
    "score",
    "scorecard",
    "scores",
    "sees",
    "share",
    "sheet",
    "snapshot",
    "source",
    "start",
    "starting",
    "starts",
    "status",
    "steps",
    "sum",
    "target",
    "team",
    "test",
    "text",
    "total",
    "unit",
    "up",
    "valid",
    "value",
    "values",
    "veto",
    "warn",
    "weight",
    "when",
    "whole",
    "within",
    "year",
    "years",
    "zero",
];

pub fn is_reserved(word: &str) -> bool {
    RESERVED.contains(&word)
}

/// Whether a declaration may not take this word as its name.
pub fn is_word_of_the_language(word: &str) -> bool {
    is_reserved(word) || WORDS.binary_search(&word).is_ok()
}

/// Words that people know from elsewhere, and those of the language that say the same.
const SYNONYMS: &[(&str, &str)] = &[
    ("job", "position"),
    ("role", "position"),
    ("post", "position"),
    ("measure", "kpi"),
    ("metric", "kpi"),
    ("indicator", "kpi"),
    ("objective", "kpi"),
    ("goal", "kpi"),
    ("table", "data"),
    ("dataset", "data"),
    ("sheet", "data"),
    ("const", "constant"),
    ("parameter", "constant"),
    ("variable", "constant"),
    ("grades", "rating"),
    ("grade", "rating"),
    ("curve", "scale"),
    ("check", "test"),
    ("bigger", "higher"),
    ("more", "higher"),
    ("larger", "higher"),
    ("greater", "higher"),
    ("less", "lower"),
    ("fewer", "lower"),
    ("smaller", "lower"),
    ("formula", "value"),
    ("duties", "responsibilities"),
    ("tasks", "responsibilities"),
    ("goals", "scorecard"),
    ("targets", "scorecard"),
    ("field", "column"),
    ("total", "sum"),
    ("avg", "average"),
    ("mean", "average"),
    ("number", "count"),
    ("maximum", "max"),
    ("minimum", "min"),
];

/// The word of the language for one that people know from elsewhere.
pub fn synonym(word: &str) -> Option<&'static str> {
    let word = word.to_lowercase();
    SYNONYMS.iter().find(|(known, _)| *known == word).map(|(_, meant)| *meant)
}

/// The known word a misspelt one was probably meant to be.
pub fn nearest<'w>(word: &str, known: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    nearest_exact(&word.to_lowercase(), known)
}

/// The same, where capitals matter.
pub fn nearest_exact<'w>(word: &str, known: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    nearest_word(word, known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_sorted() {
        assert!(WORDS.is_sorted());
    }

    #[test]
    fn misspelt_words_find_their_neighbour() {
        assert_eq!(nearest("postion", DECLARATIONS.iter().copied()), Some("position"));
        assert_eq!(nearest("KPI", DECLARATIONS.iter().copied()), Some("kpi"));
        assert_eq!(nearest("salary", DECLARATIONS.iter().copied()), None);
    }
}

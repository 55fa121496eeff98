//! The words of the language that the parser must know apart from the grammar.

use crate::language::AggregateFunction;
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

/// Words that may name columns and labels, but not declarations; those of aggregates stand in their table.
const WORDS: &[&str] = &[
    "about",
    "above",
    "across",
    "add",
    "allow",
    "applies",
    "approved",
    "as",
    "attainment",
    "belongs",
    "below",
    "best",
    "better",
    "bonus",
    "brackets",
    "by",
    "calendar",
    "closed",
    "closest",
    "column",
    "columns",
    "combine",
    "company",
    "complete",
    "constant",
    "continue",
    "currency",
    "data",
    "date",
    "dated",
    "decimals",
    "deduct",
    "deduction",
    "deny",
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
    "least",
    "linear",
    "lower",
    "matrix",
    "may",
    "mean",
    "measured",
    "month",
    "months",
    "more",
    "most",
    "named",
    "note",
    "number",
    "on",
    "one",
    "optional",
    "organisation",
    "outcome",
    "output",
    "own",
    "owner",
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
    "sheet",
    "snapshot",
    "source",
    "start",
    "starting",
    "starts",
    "status",
    "steps",
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

/// All words that may name columns and labels, but not declarations, in the order of the alphabet.
pub fn words() -> Vec<&'static str> {
    let mut words: Vec<&str> = WORDS.iter().copied().chain(of_aggregates()).collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// The words that aggregates are called by.
fn of_aggregates() -> impl Iterator<Item = &'static str> {
    AggregateFunction::TABLE.iter().flat_map(|signature| signature.name.split(' '))
}

/// Whether a declaration may not take this word as its name.
pub fn is_word_of_the_language(word: &str) -> bool {
    is_reserved(word) || WORDS.binary_search(&word).is_ok() || of_aggregates().any(|known| known == word)
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
    ("def", "function"),
    ("let", "constant"),
    ("achievement", "attainment"),
    ("goal_attainment", "attainment"),
    ("goal", "target"),
    ("plan", "target"),
    ("budget", "target"),
    ("quota", "target"),
    ("until", "to"),
    ("till", "to"),
    ("assert", "expect"),
    ("should", "expect"),
    ("prorata", "prorated"),
    ("otherwise", "else"),
    ("approval", "status"),
    ("state", "status"),
    ("description", "purpose"),
    ("mission", "purpose"),
    ("manager", "reports"),
    ("tests", "test"),
    // German
    ("stelle", "position"),
    ("posten", "position"),
    ("rolle", "position"),
    ("kennzahl", "kpi"),
    ("kennzahlen", "kpi"),
    ("messgröße", "kpi"),
    ("daten", "data"),
    ("tabelle", "data"),
    ("konstante", "constant"),
    ("funktion", "function"),
    ("einheit", "unit"),
    ("skala", "scale"),
    ("kurve", "scale"),
    ("bewertung", "rating"),
    ("noten", "rating"),
    ("note", "rating"),
    ("firma", "company"),
    ("unternehmen", "company"),
    ("prüfung", "test"),
    ("aufgaben", "responsibilities"),
    ("verantwortung", "responsibilities"),
    ("verantwortlichkeiten", "responsibilities"),
    ("tätigkeiten", "responsibilities"),
    ("zielkarte", "scorecard"),
    ("ziele", "scorecard"),
    ("ziel", "target"),
    ("zielwert", "target"),
    ("zielerreichung", "attainment"),
    ("zweck", "purpose"),
    ("wert", "value"),
    ("spalte", "column"),
    ("datei", "file"),
    ("zeile", "row"),
    ("schlüssel", "key"),
    ("höher", "higher"),
    ("niedriger", "lower"),
    ("gemessen", "measured"),
    ("erwarte", "expect"),
    ("gegeben", "given"),
    ("zeitraum", "period"),
    ("punkte", "points"),
    ("bis", "to"),
    ("von", "from"),
    ("ab", "from"),
    ("linear", "linear"),
    ("summe", "sum"),
    ("anzahl", "count"),
    ("durchschnitt", "average"),
    ("mittelwert", "average"),
    ("anteil", "share"),
    // Chinese
    ("岗位", "position"),
    ("职位", "position"),
    ("指标", "kpi"),
    ("数据", "data"),
    ("常量", "constant"),
    ("函数", "function"),
    ("单位", "unit"),
    ("评级", "rating"),
    ("等级", "rating"),
    ("公司", "company"),
    ("企业", "company"),
    ("测试", "test"),
    ("职责", "responsibilities"),
    ("工作职责", "responsibilities"),
    ("记分卡", "scorecard"),
    ("评分卡", "scorecard"),
    ("考核", "scorecard"),
    ("目标", "target"),
    ("目标值", "target"),
    ("达成率", "attainment"),
    ("目的", "purpose"),
    ("值", "value"),
    ("列", "column"),
    ("文件", "file"),
    ("行", "row"),
    ("主键", "key"),
    ("状态", "status"),
    ("汇报", "reports"),
    ("求和", "sum"),
    ("计数", "count"),
    ("平均", "average"),
    ("平均值", "average"),
    // French and Spanish
    ("poste", "position"),
    ("puesto", "position"),
    ("données", "data"),
    ("datos", "data"),
    ("indicateur", "kpi"),
    ("indicador", "kpi"),
    ("responsabilités", "responsibilities"),
    ("responsabilidades", "responsibilities"),
    ("société", "company"),
    ("entreprise", "company"),
    ("empresa", "company"),
    ("objectif", "target"),
    ("objetivo", "target"),
];

/// Words that hold formulas together, in other languages.
const CONNECTING: &[(&str, &str)] = &[
    ("und", "and"),
    ("oder", "or"),
    ("nicht", "not"),
    ("wenn", "if"),
    ("falls", "if"),
    ("dann", "then"),
    ("sonst", "else"),
    ("ist", "is"),
    ("zwischen", "between"),
    ("leer", "missing"),
    ("fehlt", "missing"),
    ("且", "and"),
    ("并且", "and"),
    ("和", "and"),
    ("或", "or"),
    ("或者", "or"),
    ("非", "not"),
    ("不", "not"),
    ("如果", "if"),
    ("那么", "then"),
    ("则", "then"),
    ("否则", "else"),
    ("是", "is"),
    ("为空", "missing"),
    ("空", "missing"),
    ("et", "and"),
    ("ou", "or"),
    ("si", "if"),
    ("sinon", "else"),
    ("alors", "then"),
];

/// The word of a formula for one of another language.
pub fn connecting(word: &str) -> Option<&'static str> {
    let word = word.to_lowercase();
    CONNECTING.iter().find(|(known, _)| *known == word).map(|(_, meant)| *meant)
}

/// The word of the language for one that people know from elsewhere.
pub fn synonym(word: &str) -> Option<&'static str> {
    let word = word.to_lowercase();
    SYNONYMS.iter().find(|(known, _)| *known == word).map(|(_, meant)| *meant)
}

/// The same, with the words that hold formulas together.
pub fn meant(word: &str) -> Option<&'static str> {
    synonym(word).or_else(|| connecting(word))
}

/// The known word a misspelt one was probably meant to be; capitals do not count.
pub fn spelt_like<'w>(word: &str, known: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    nearest_word(&word.to_lowercase(), known)
}

/// A name made of the words of a label: `Surrender rate` as `surrender_rate`.
pub fn name_for(label: &str) -> String {
    let plain = |letter: char| if pest::unicode::XID_CONTINUE(letter) { letter } else { ' ' };
    let words: String = label.to_lowercase().chars().map(plain).collect();
    let name = words.split_whitespace().collect::<Vec<_>>().join("_");
    let is_name = name.starts_with(pest::unicode::XID_START) && !is_word_of_the_language(&name);
    if is_name { name } else { format!("x_{name}") }
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
        assert_eq!(spelt_like("postion", DECLARATIONS.iter().copied()), Some("position"));
        assert_eq!(spelt_like("KPI", DECLARATIONS.iter().copied()), Some("kpi"));
        assert_eq!(spelt_like("salary", DECLARATIONS.iter().copied()), None);
    }
}

//! The parser against the corpus, against the rules of precedence, and against arbitrary text.

#[macro_use]
#[path = "support/snapshots.rs"]
mod snapshots;

use std::path::Path;
use std::time::{Duration, Instant};

use merit::diagnostic::Diagnostic;
use merit::diagnostic::human::{self, HumanOptions};
use merit::source::{FileId, SourceSet};
use merit::syntax::{self, tree};

mod compact;

struct Read {
    sources: SourceSet,
    tree: tree::File,
    diagnostics: Vec<Diagnostic>,
}

fn read(path: &Path) -> Read {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut sources = SourceSet::default();
    let file = sources.add(path.file_name().unwrap_or_default(), text);
    let parsed = syntax::parse(file, &sources.get(file).text);
    Read { sources, tree: parsed.tree, diagnostics: parsed.diagnostics }
}

fn rendered(read: &Read) -> String {
    let text = human::render(&read.diagnostics, &read.sources, &HumanOptions::default());
    format!("{text}{}\n", human::summary(&read.diagnostics))
}

#[test]
fn bad_files_are_answered() {
    snapshots_of!("corpus/syntax/bad/*.merit", |path| {
        let read = read(path);
        assert!(!read.diagnostics.is_empty(), "{} has no error", path.display());
        for diagnostic in &read.diagnostics {
            assert!(diagnostic.help.is_some(), "{}: `{}` has no help", path.display(), diagnostic.message);
            assert!(!diagnostic.labels.is_empty(), "{}: `{}` has no place", path.display(), diagnostic.message);
        }
        let kept = compact::outline(&read.tree);
        assert_snapshot!(format!("{}\nread all the same: {kept}\n", rendered(&read)));
    });
}

#[test]
fn every_code_of_this_stage_has_a_bad_file() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/syntax/bad");
    let files = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let found: std::collections::BTreeSet<&str> =
        files.flat_map(|path| read(&path).diagnostics).map(|diagnostic| diagnostic.code.as_str()).collect();
    let all = [
        "bad-literal",
        "chained-comparison",
        "full-width-sign",
        "repeated-clause",
        "reserved-name",
        "too-deep",
        "two-readings",
        "unclosed",
        "unexpected",
        "unknown-clause",
    ];
    assert_eq!(found.into_iter().collect::<Vec<_>>(), all);
}

#[test]
fn good_files_parse() {
    snapshots_of!("corpus/syntax/good/*.merit", |path| {
        let read = read(path);
        assert!(read.diagnostics.is_empty(), "{}", rendered(&read));
        assert_snapshot!(compact::file(&read.tree));
    });
}

#[test]
fn precedence() {
    let cases = [
        "a + b * c - d / e",
        "-a * b",
        "a - -b 1 year earlier",
        "a default (b + c)",
        "(a default b) + c",
        "a default b default c",
        "a default -1",
        "(a / b as %) default 0 >= 90%",
        "a + b as point",
        "a / b over team year to date 1 year earlier",
        "a over company / b previous period",
        "not a = b and c or d and not e",
        "a or b and c or d",
        "a < b and c between d and e and f",
        "x is missing or x > 3 months and y is not missing",
        "a not in (b, c) and d in (e)",
        "issued in 3 months earlier 1 year earlier and x",
        "issued in period or issued in 2026-Q3 or issued in last 2 halves",
        "period.start - agent.team.since",
        "if a then b else if c then d else (e + 1) default 2",
        "(a + b) * c",
        "3 days + 50_000 CNY/person / 2",
        "x > 0 1 year earlier",
        "5 year year to date",
        "100 last 12 months",
        "5 team * 10 points",
        "20% * 5‰ + 0.5",
        "missing default missing \"why\"",
        "count(people at start) + sum(a of b at least 3 rows) 1 year earlier",
        "sum(sum(amount of receipts by agent where paid <= due during last 18 months) of policies where lasting during 14 months earlier)",
        "round(a * 2 to 0.01 CNY) + clamp(x, 0, 100)",
        "a\n  + b\n  and c",
        "year_of(period.end) = 2026 and d >= 2026-07-01",
    ];
    let mut out = String::new();
    for case in cases {
        let shown = match syntax::parse_expression(FileId(0), case) {
            Ok(expr) => compact::expr(&expr),
            Err(findings) => {
                findings.iter().map(|finding| format!("! {}", finding.message)).collect::<Vec<_>>().join(", ")
            }
        };
        out.push_str(&format!("{}\n    {shown}\n", case.replace('\n', " ")));
    }
    assert_snapshot!(out);
}

/// `default` beside arithmetic is refused, with both readings; each is read as what it says.
#[test]
fn default_beside_arithmetic_needs_brackets() {
    let both = |text: &str| -> Vec<String> {
        let found = syntax::parse_expression(FileId(0), text).err().unwrap_or_default();
        assert!(found.iter().all(|finding| finding.code.as_str() == "two-readings"), "{text}");
        assert!(found.len() <= 1, "{text}");
        found.into_iter().flat_map(|finding| finding.mends).map(|mend| mend.edits[0].text.clone()).collect()
    };
    for (text, whole, part) in [
        ("a + b default 0", "(a + b) default 0", "a + (b default 0)"),
        ("a default b + c", "a default (b + c)", "(a default b) + c"),
        ("a / b * c default 0", "(a / b * c) default 0", "a / b * (c default 0)"),
        ("a - b default c default 0", "(a - b) default c default 0", "a - (b default c default 0)"),
        ("a + b default c * d", "(a + b) default (c * d)", "a + (b default c) * d"),
        ("-a default 1", "(-a) default 1", "-(a default 1)"),
        ("a + b as point default 0", "(a + b as point) default 0", "a + (b as point default 0)"),
        ("a - b 1 year earlier default 0", "(a - b 1 year earlier) default 0", "a - (b 1 year earlier default 0)"),
        ("a default -b default 0", "a default (-b) default 0", "(a default -(b default 0))"),
        ("a\n  + b default 0", "(a\n  + b) default 0", "a\n  + (b default 0)"),
    ] {
        assert_eq!(both(text), [whole, part], "{text}");
        assert!(both(whole).is_empty() && both(part).is_empty(), "{text}");
    }
    for text in ["a default 0", "a default -1", "(a + b) default 0", "sum(a + b of c) default 0", "a > b default 0"] {
        assert!(both(text).is_empty(), "{text}");
    }
}

#[test]
fn deep_brackets_are_fast_and_too_deep_ones_refused() {
    let nested = |depth: usize| format!("kpi x : % {{\n  value = {}1{}\n}}\n", "(".repeat(depth), ")".repeat(depth));
    let start = Instant::now();
    assert!(syntax::parse(FileId(0), &nested(24)).diagnostics.is_empty());
    assert!(start.elapsed() < Duration::from_millis(500), "{:?}", start.elapsed());
    assert!(syntax::parse(FileId(0), &nested(120)).diagnostics.is_empty());
    for depth in [128, 5_000, 200_000] {
        let parsed = syntax::parse(FileId(0), &nested(depth));
        assert_eq!(parsed.diagnostics.len(), 1);
        assert_eq!(parsed.diagnostics[0].code.as_str(), "too-deep");
    }
    for text in
        [format!("{}{}", "{".repeat(100_000), "\n }".repeat(100_000)), "{ (\n".repeat(50_000), "a {\n(".repeat(50_000)]
    {
        assert!(!syntax::parse(FileId(0), &text).diagnostics.is_empty());
    }
    let blocks = format!("{}{}", "a {\n".repeat(50_000), "}\n".repeat(50_000));
    assert_eq!(syntax::parse(FileId(0), &blocks).diagnostics.len(), 1);
}

#[test]
fn every_form_may_be_nested_as_deep_as_is_allowed() {
    for (open, middle, close) in [
        ("abs(", "1", ")"),
        ("sum(x of d where a > ", "1", ")"),
        ("1 in (2, ", "3", ")"),
        ("(a and not b or (", "c", "))"),
        ("if a then ", "1", " else 2"),
        ("if (if a then b else c) then (d - -", "1", ") else 2"),
        ("x default -(1 + (", "1", ") as %) 1 year earlier"),
    ] {
        let depth = if open.matches('(').count() + open.matches("if").count() > 1 { 50 } else { 100 };
        let text = format!("kpi x : % {{\n  value = {}{middle}{}\n}}\n", open.repeat(depth), close.repeat(depth));
        let parsed = syntax::parse(FileId(0), &text);
        assert!(parsed.diagnostics.is_empty(), "{open}: {}", parsed.diagnostics[0].message);
    }
}

#[test]
fn endless_expressions_are_refused() {
    for piece in ["not ", "- ", "1 + ", "a.", "if a then ", "if a then b else ", "(a + ", "x default "] {
        let text = format!("kpi x : % {{\n  value = {}1\n}}\n", piece.repeat(20_000));
        assert!(!syntax::parse(FileId(0), &text).diagnostics.is_empty(), "{piece}");
    }
    let postfixes = format!("kpi x : % {{\n  value = a{}\n}}\n", " 1 year earlier".repeat(20_000));
    assert_eq!(syntax::parse(FileId(0), &postfixes).diagnostics.len(), 1);
}

#[test]
fn time_is_linear_in_the_size_of_the_file() {
    let kpi = "kpi x \"X\" : % {\n  value = sum(premium of policies where status = active) / count(people) * 100\n  higher is better\n}\n";
    let time = |text: String| {
        let start = Instant::now();
        let parsed = syntax::parse(FileId(0), &text);
        (start.elapsed(), parsed)
    };
    let (small, _) = time(kpi.repeat(50));
    let (large, parsed) = time(kpi.repeat(1000));
    assert_eq!(parsed.tree.declarations.len(), 1000);
    // Far more than it takes: only time that grows with the square of the size, or worse, gets there.
    assert!(large < Duration::from_secs(20), "{small:?} for 50, {large:?} for 1000");
    // The same with a mistake in every one of them.
    let (bad, parsed) = time(kpi.replace("count(", "count((").repeat(1000));
    assert_eq!(parsed.diagnostics.len(), 1000);
    assert!(bad < Duration::from_secs(20), "{small:?} for 50, {bad:?} for 1000 with mistakes");
}

mod arbitrary {
    use super::*;
    use proptest::prelude::*;

    /// Text that is nearly a spec: words and signs of the language in any order.
    fn nearly() -> impl Strategy<Value = String> {
        let words = prop::sample::select(vec![
            "kpi",
            "data",
            "position",
            "scorecard",
            "group",
            "test",
            "given",
            "scale",
            "matrix",
            "rating",
            "house rules",
            "value",
            "=",
            "higher is better",
            "sum(",
            "of",
            "where",
            "during",
            "last 12 months",
            "1 year earlier",
            "(",
            ")",
            "{",
            "}",
            "\n",
            "\n  ",
            "|",
            "\"",
            "\"\"\"",
            "#",
            "40%",
            "1_000",
            "2026-07-01",
            "2026-Q3",
            "1,000",
            "->",
            "target",
            "score",
            "linear",
            "steps",
            "if",
            "then",
            "else",
            "missing",
            "is",
            "not",
            "and",
            "default",
            "as",
            "over team",
            "，",
            "“",
            "”",
            "x",
            "标准保费",
            "CNY",
            "%",
            "-",
            "+",
            "<",
            ">=",
            ",",
            ":",
            ".",
            "responsibilities",
            "equal",
            "column",
            "one of",
            "text",
            "from",
            "\t",
            "\r\n",
            "\u{feff}",
            "=>",
            "==",
            "'",
            "\\",
            "rest",
            "?",
        ]);
        prop::collection::vec(words, 0..60).prop_map(|words| words.join(" "))
    }

    fn survives(text: &str) -> Result<(), TestCaseError> {
        let mut sources = SourceSet::default();
        let file = sources.add("a.merit", text);
        let parsed = syntax::parse(file, &sources.get(file).text);
        for diagnostic in &parsed.diagnostics {
            prop_assert!(diagnostic.help.is_some(), "{}", diagnostic.message);
            prop_assert!(!diagnostic.labels.is_empty(), "{}", diagnostic.message);
        }
        human::render(&parsed.diagnostics, &sources, &HumanOptions::default());
        let _ = syntax::parse_expression(file, text);
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_text_is_read_without_a_panic(text in any::<String>()) {
            survives(&text)?;
        }

        #[test]
        fn any_mix_of_words_is_read_without_a_panic(text in nearly()) {
            survives(&text)?;
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            survives(&String::from_utf8_lossy(&bytes))?;
        }
    }
}

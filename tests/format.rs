//! The formatter against its corpus, against every good spec, and against random ones.

#[macro_use]
#[path = "support/snapshots.rs"]
mod snapshots;

use std::path::{Path, PathBuf};

use merit::diagnostic::Diagnostic;
use merit::format::{Refusal, comments, format};
use merit::source::FileId;
use merit::syntax::{self, tree};

#[path = "format/generate.rs"]
mod generate;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn specs_under(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.unwrap().path();
        if path.is_dir() {
            specs_under(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "merit") {
            found.push(path);
        }
    }
    found.sort();
}

/// The tree of a text without errors.
fn read(text: &str) -> Option<tree::File> {
    let parsed = syntax::parse(FileId(0), text);
    (!parsed.diagnostics.iter().any(Diagnostic::is_error)).then_some(parsed.tree)
}

/// Formats a good text, and checks all that is promised of the result.
fn formatted(what: &str, text: &str) -> String {
    let text = text.trim_start_matches('\u{feff}');
    let before = read(text).unwrap_or_else(|| {
        let parsed = syntax::parse(FileId(0), text);
        panic!("{what} is not a good spec: {:?}\n{text}", parsed.diagnostics[0])
    });
    let out = format(FileId(0), text).unwrap_or_else(|refusal| panic!("{what}: {refusal:?}\n{text}"));
    assert_eq!(read(&out).as_ref(), Some(&before), "{what} says something else\n{text}\n{out}");
    assert_eq!(comments(&out), comments(text), "{what} lost comments\n{text}\n{out}");
    let again = format(FileId(0), &out).unwrap_or_else(|refusal| panic!("{what}, again: {refusal:?}\n{out}"));
    assert_eq!(again, out, "{what} changes when it is formatted again\n{text}");
    for line in out.lines() {
        assert!(!line.ends_with([' ', '\t', '\r']), "{what}: white space ends `{line}`\n{out}");
    }
    assert!(out.is_empty() || (out.ends_with('\n') && !out.ends_with("\n\n")), "{what} ends badly");
    assert!(!out.contains("\n\n\n") || text.contains("\"\"\""), "{what} has two blank lines\n{out}");
    out
}

/// `tests/corpus/format/*.merit` and, beside each, `*.expected`; byte for byte. `MERIT_UPDATE=1` writes the latter.
#[test]
fn corpus() {
    let mut cases = Vec::new();
    specs_under(&root().join("tests/corpus/format"), &mut cases);
    assert!(cases.len() > 5);
    for case in cases {
        let name = case.display().to_string();
        let out = formatted(&name, &std::fs::read_to_string(&case).unwrap());
        let expected = case.with_extension("expected");
        if crate::snapshots::updating() {
            std::fs::write(&expected, &out).unwrap();
        }
        let expected = std::fs::read_to_string(expected).unwrap_or_default();
        assert!(out == expected, "{name} is formatted as\n{out}\nand not as\n{expected}");
    }
}

#[test]
fn every_good_spec_keeps_its_meaning_and_comments() {
    let mut paths = Vec::new();
    specs_under(&root().join("tests/corpus"), &mut paths);
    specs_under(&root().join("specs"), &mut paths);
    let mut count = 0;
    for path in paths {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        if read(text.trim_start_matches('\u{feff}')).is_some() {
            formatted(&path.display().to_string(), &text);
            count += 1;
        }
    }
    assert!(count > 20, "only {count} good specs");
}

#[test]
fn the_specs_of_the_example_are_formatted() {
    let mut paths = Vec::new();
    specs_under(&root().join("specs"), &mut paths);
    for path in paths {
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(formatted(&path.display().to_string(), &text), text, "run `merit fmt specs`");
    }
}

#[test]
fn broken_files_are_refused() {
    let mut paths = Vec::new();
    specs_under(&root().join("tests/corpus/syntax/bad"), &mut paths);
    for path in paths {
        let text = std::fs::read_to_string(&path).unwrap();
        if read(&text).is_none() {
            assert!(matches!(format(FileId(0), &text), Err(Refusal::Broken(_))), "{}", path.display());
        }
    }
}

/// MERIT_FORMAT_CASES says how many, MERIT_FORMAT_SEED where to begin.
#[test]
fn random_specs_keep_their_meaning_and_comments() {
    let setting = |name: &str, usual: u64| match std::env::var(name) {
        Ok(value) => value.parse().unwrap_or_else(|_| panic!("{name} is a number")),
        Err(_) => usual,
    };
    let (cases, start) = (setting("MERIT_FORMAT_CASES", 300), setting("MERIT_FORMAT_SEED", 1));
    for seed in start..start + cases {
        formatted(&format!("the spec of seed {seed}"), &generate::file(seed));
    }
}

#[test]
fn empty_texts() {
    assert_eq!(formatted("nothing", ""), "");
    assert_eq!(formatted("white space", " \n\n\t\n"), "");
    assert_eq!(formatted("a comment", "\n\n  # only this  \n\n\n"), "# only this\n");
    assert_eq!(formatted("a mark", "\u{feff}unit   a"), "unit a\n");
}

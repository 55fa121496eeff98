//! Exit codes and files of runs that get as far as the specs.

use super::{expect, folder, merit};

const NOTE: &[u8] = b"# nothing yet\n";
/// GB18030, not UTF-8.
const OTHER_ENCODING: &[u8] = b"# one\n# \xb1\xea\xd7\xbc\n";

#[test]
fn a_clean_project_ends_with_0() {
    let folder = folder(&[("specs/a.merit", NOTE), ("specs/b.merit", NOTE)]);
    expect("check_clean", &merit(folder.path(), &["check", "specs"]));
}

#[test]
fn errors_end_with_1_and_no_file_is_written() {
    let folder = folder(&[("specs/a.merit", OTHER_ENCODING), ("specs/data/staff.csv", b"")]);
    let run = merit(folder.path(), &["check", "specs"]);
    assert_eq!(run.status.code(), Some(1));
    let text = String::from_utf8(run.stdout).unwrap();
    assert!(text.contains("line 2 cannot be read") && text.contains("1 error"), "{text}");
    assert!(run.stderr.is_empty());

    let run = merit(folder.path(), &["eval", "specs", "--period", "2026-Q3", "--output", "q3.csv"]);
    assert_eq!(run.status.code(), Some(1));
    let text = String::from_utf8(run.stderr).unwrap();
    assert!(text.contains("line 2 cannot be read") && text.contains("no scorecard was written"), "{text}");
    assert!(run.stdout.is_empty());
    assert!(!folder.path().join("q3.csv").exists());
    assert!(!folder.path().join("q3.csv.partial").exists());
}

#[test]
fn colours_stay_away_unless_asked_for() {
    let folder = folder(&[("a.merit", OTHER_ENCODING)]);
    let plain = merit(folder.path(), &["check"]);
    assert!(!plain.stdout.contains(&0x1b));
}

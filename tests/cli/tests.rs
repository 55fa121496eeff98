//! `merit test`: what is run, and how it ends.

use super::{expect, folder, merit};

const SPECS: &[u8] = include_bytes!("../corpus/tests/base.merit");
const PASSING: &[u8] = include_bytes!("../corpus/tests/run/passing.merit");
const FAILING: &[u8] = include_bytes!("../corpus/tests/run/failing.merit");
const BAD: &[u8] = include_bytes!("../corpus/tests/bad/unknown-person.merit");

#[test]
fn tests_that_pass_end_with_0() {
    let folder = folder(&[("specs/base.merit", SPECS), ("specs/tests.merit", PASSING)]);
    expect("test_passing", &merit(folder.path(), &["test", "specs"]));
    expect("test_filter", &merit(folder.path(), &["test", "specs", "--filter", "DERIVED"]));
}

#[test]
fn tests_that_fail_end_with_1() {
    let folder = folder(&[("specs/base.merit", SPECS), ("specs/tests.merit", FAILING)]);
    let run = merit(folder.path(), &["test", "specs", "--filter", "half"]);
    assert_eq!(run.status.code(), Some(1));
    let text = String::from_utf8(run.stdout).unwrap();
    assert!(text.contains("realisation of \"P1\" (specs/tests.merit:17:3)"), "{text}");
    assert!(text.ends_with("1 test: 1 failed\n"), "{text}");
    expect("test_junit", &merit(folder.path(), &["test", "specs", "--format", "junit"]));
}

#[test]
fn mistakes_in_the_specs_end_with_1_and_nothing_is_run() {
    let folder = folder(&[("specs/base.merit", SPECS), ("specs/a.merit", PASSING), ("specs/b.merit", BAD)]);
    let run = merit(folder.path(), &["test", "specs", "--format", "json"]);
    assert_eq!(run.status.code(), Some(1));
    let json: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(json["summary"]["findings"], 1);
    assert_eq!(json["tests"].as_array().unwrap().len(), 0);
    assert!(String::from_utf8(run.stderr).unwrap().contains("no test was run"));
}

#[test]
fn nothing_to_run_ends_with_2() {
    let folder = folder(&[("specs/base.merit", SPECS), ("with/base.merit", SPECS), ("with/a.merit", PASSING)]);
    expect("test_none", &merit(folder.path(), &["test", "specs"]));
    expect("test_no_match", &merit(folder.path(), &["test", "with", "--filter", "nowhere"]));
}

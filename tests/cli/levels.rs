//! `--allow`, `--warn`, `--deny`, and `merit explain`.

use super::{expect, folder, merit};

pub const SPECS: &[u8] = br#"data people {
  roster as adviser
  file "people.csv"
  row person
  key staff_no
  column staff_no : text
  column city     : text
}
kpi staff : person {
  value = count(people)
  higher is better
}
position adviser {
  scorecard {
    100% staff score linear 0 -> 0, 10 -> 100
  }
}
house rules { every kpi has owner }
"#;

fn code(arguments: &[&str]) -> (Option<i32>, String) {
    let folder = folder(&[("a.merit", SPECS)]);
    let mut all = vec!["check", "--format", "short"];
    all.extend(arguments);
    let output = merit(folder.path(), &all);
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn levels_are_as_asked_for() {
    let (exit, text) = code(&[]);
    assert_eq!(exit, Some(1), "{text}");
    assert!(text.contains("error[house-rule]") && text.contains("warning[unused]"), "{text}");
    let (exit, text) = code(&["--warn", "house-rule"]);
    assert_eq!(exit, Some(0), "{text}");
    assert!(text.contains("warning[house-rule]"), "{text}");
    assert_eq!(code(&["--allow", "house-rule,unused"]), (Some(0), String::new()));
    let (exit, text) = code(&["--allow", "house-rule", "--deny", "unused"]);
    assert_eq!(exit, Some(1), "{text}");
    assert!(text.contains("error[unused]"), "{text}");
    let (exit, text) = code(&["--warn=house-rule", "--deny=warnings"]);
    assert_eq!(exit, Some(1), "{text}");
    assert!(text.contains("warning[house-rule]") && text.contains("error[unused]"), "{text}");
}

/// The company's levels hold for all commands; the command line goes before them.
#[test]
fn the_company_sets_levels() {
    let company = b"company \"Example Life\" {\n  allow house-rule\n  deny unused\n}\n";
    let folder =
        folder(&[("a.merit", SPECS), ("company.merit", company), ("data/people.csv", b"staff_no,city\n1,a\n")]);
    let run = |arguments: &[&str]| {
        let output = merit(folder.path(), arguments);
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (exit, text) = run(&["check", "--format", "short"]);
    assert!(text.contains("error[unused]") && !text.contains("house-rule"), "{text}");
    assert_eq!(exit, Some(1));
    assert_eq!(run(&["eval", "--period", "2026-Q3"]).0, Some(1));
    let (exit, text) = run(&["check", "--format", "short", "--warn", "unused,house-rule"]);
    assert!(text.contains("warning[unused]") && text.contains("warning[house-rule]"), "{text}");
    assert_eq!(exit, Some(0));
}

#[test]
fn levels_that_cannot_be_are_answered() {
    let folder = folder(&[("a.merit", SPECS)]);
    let run = |arguments: &[&str]| merit(folder.path(), &[&["check"], arguments].concat());
    expect("allow_an_error", &run(&["--allow", "unit-mismatch"]));
    expect("allow_no_code", &run(&["--allow", "unusd"]));
    expect("two_levels", &run(&["--allow", "unused", "--deny", "unused"]));
}

const ALIGNED: &str = concat!(
    include_str!("../corpus/rules/bad/weight-without-responsibility.merit"),
    "position visitor \"Visitor\" {\n}\n"
);

#[test]
fn working_time_stands_against_weights() {
    let folder = folder(&[("a.merit", ALIGNED.as_bytes())]);
    let run = |arguments: &[&str]| merit(folder.path(), &[&["check"], arguments].concat());
    expect("alignment", &run(&["--alignment"]));
    expect("alignment_json", &run(&["--alignment=Adviser", "--format", "json"]));
    expect("alignment_of_nobody", &run(&["--alignment=advisor"]));
    expect("alignment_sarif", &run(&["--alignment", "--format", "sarif"]));
}

#[test]
fn codes_are_explained() {
    let folder = folder(&[]);
    expect("explain", &merit(folder.path(), &["explain"]));
    expect("explain_one", &merit(folder.path(), &["explain", "may-be-missing"]));
    expect("explain_a_table", &merit(folder.path(), &["explain", "ambiguous-date"]));
    expect("explain_no_code", &merit(folder.path(), &["explain", "unit-missmatch"]));
}

//! What the program says of its arguments.

use super::{expect, folder, merit};

const NOTE: &[u8] = b"# nothing yet\n";

#[test]
fn a_size_is_a_number_with_a_unit() {
    let folder = folder(&[]);
    let output = merit(folder.path(), &["eval", "--period", "2026-Q3", "--memory", "plenty"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("`plenty` is no size: write it like 2GB or 500MB"), "{said}");
}

#[test]
fn help_reads_well() {
    let folder = folder(&[]);
    expect("help", &merit(folder.path(), &["--help"]));
    expect("help_check", &merit(folder.path(), &["help", "check"]));
    expect("help_explain", &merit(folder.path(), &["help", "explain"]));
    expect("help_fmt", &merit(folder.path(), &["help", "fmt"]));
    expect("help_data", &merit(folder.path(), &["help", "data"]));
    expect("help_eval", &merit(folder.path(), &["eval", "--help"]));
    expect("help_test", &merit(folder.path(), &["help", "test"]));
}

#[test]
fn bad_arguments_are_answered_and_end_with_2() {
    let folder = folder(&[("specs/a.merit", NOTE), ("notes.txt", b"")]);
    let run = |arguments: &[&str]| merit(folder.path(), arguments);
    expect("no_command", &run(&[]));
    expect("no_period", &run(&["eval", "specs"]));
    expect("bad_period", &run(&["eval", "specs", "--period", "2026-Q5"]));
    expect("unknown_option", &run(&["eval", "specs", "--period", "2026", "--formt", "csv"]));
    expect("no_such_folder", &run(&["check", "specs/none"]));
    expect("not_a_spec", &run(&["check", "notes.txt"]));
    expect("no_data_folder", &run(&["eval", "specs", "--period", "2026-Q3"]));
    expect("no_such_data_folder", &run(&["eval", "specs", "--period", "2026-Q3", "--data", "exports"]));
}

#[test]
fn a_folder_without_specs_is_no_project() {
    let folder = folder(&[("target/a.merit", NOTE), (".git/b.merit", NOTE)]);
    expect("no_specs", &merit(folder.path(), &["check"]));
}

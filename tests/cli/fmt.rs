//! `merit fmt`: which files it writes, what it says, how it ends.

use std::io::Write;
use std::process::{Command, Stdio};

use super::{expect, folder, merit};

const TIDY: &[u8] = b"unit person, people\n";
const UNTIDY: &[u8] = b"unit   person ,people  # counted\nkpi a : % {\nvalue = x+y }\n";
const RESULT: &str = "unit person, people  # counted\n\nkpi a : % {\n  value = x + y\n}\n";
const BROKEN: &[u8] = b"kpi  a : % {\n  value = (x\n}\n";

#[test]
fn files_are_changed_where_they_must() {
    let folder = folder(&[("specs/tidy.merit", TIDY), ("specs/deep/untidy.merit", UNTIDY)]);
    expect("fmt_changed", &merit(folder.path(), &["fmt", "specs"]));
    assert_eq!(std::fs::read_to_string(folder.path().join("specs/deep/untidy.merit")).unwrap(), RESULT);
    assert_eq!(std::fs::read(folder.path().join("specs/tidy.merit")).unwrap(), TIDY);
    assert_eq!(std::fs::read_dir(folder.path().join("specs/deep")).unwrap().count(), 1);
    expect("fmt_nothing_to_change", &merit(folder.path(), &["fmt", "specs"]));
}

#[test]
fn check_and_diff_write_nothing() {
    let folder = folder(&[("specs/tidy.merit", TIDY), ("specs/untidy.merit", UNTIDY)]);
    expect("fmt_check", &merit(folder.path(), &["fmt", "specs", "--check"]));
    expect("fmt_diff", &merit(folder.path(), &["fmt", "specs", "--diff"]));
    assert_eq!(std::fs::read(folder.path().join("specs/untidy.merit")).unwrap(), UNTIDY);
    assert_eq!(merit(folder.path(), &["fmt", "specs/tidy.merit", "--check"]).status.code(), Some(0));
}

#[test]
fn files_with_mistakes_are_left_alone() {
    let folder =
        folder(&[("specs/broken.merit", BROKEN), ("specs/untidy.merit", UNTIDY), ("gb.merit", b"# \xb1\xea\n")]);
    expect("fmt_broken", &merit(folder.path(), &["fmt", "specs"]));
    assert_eq!(std::fs::read(folder.path().join("specs/broken.merit")).unwrap(), BROKEN);
    assert_eq!(std::fs::read_to_string(folder.path().join("specs/untidy.merit")).unwrap(), RESULT);
    assert_eq!(merit(folder.path(), &["fmt", "gb.merit"]).status.code(), Some(1));
}

#[test]
fn standard_input_goes_to_standard_output() {
    let run = |arguments: &[&str], text: &[u8]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_merit"));
        let command = command.arg("fmt").args(arguments).stdin(Stdio::piped());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // A refused run may end before it reads.
        let _ = child.stdin.take().unwrap().write_all(text);
        child.wait_with_output().unwrap()
    };
    let out = run(&["-"], UNTIDY);
    assert_eq!((out.status.code(), out.stdout.as_slice()), (Some(0), RESULT.as_bytes()));
    assert!(out.stderr.is_empty());
    assert_eq!(run(&["-", "--check"], UNTIDY).status.code(), Some(1));
    let broken = run(&["-"], BROKEN);
    assert_eq!((broken.status.code(), broken.stdout.as_slice()), (Some(1), &b""[..]));
    assert!(String::from_utf8(broken.stderr).unwrap().contains("nothing was written"));
    assert_eq!(run(&["-", "specs"], UNTIDY).status.code(), Some(2));
}

#[test]
fn ends_of_lines_and_the_mark_are_kept() {
    let ends = |end: &str| RESULT.replace('\n', end).into_bytes();
    let untidy = |end: &str| String::from_utf8(UNTIDY.to_vec()).unwrap().replace('\n', end).into_bytes();
    let marked = |bytes: Vec<u8>| [b"\xef\xbb\xbf".as_slice(), &bytes].concat();
    let mixed = b"unit person, people\r\n\r\nkpi a : % {\r\n  value = x + y\n}\r\n";
    let folder = folder(&[
        ("windows.merit", &untidy("\r\n")),
        ("marked.merit", &marked(untidy("\r\n"))),
        ("mac.merit", &untidy("\r")),
        ("mixed.merit", mixed),
        ("tidy.merit", &marked(ends("\r\n"))),
        ("text.merit", b"kpi a : % {\r\n  value = x + y\r\n  note \"\"\"\r\n    One\r\n    two\r\n    \"\"\"\r\n}\r\n"),
    ]);
    let read = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
    expect("fmt_ends_check", &merit(folder.path(), &["fmt", "--check"]));
    expect("fmt_ends", &merit(folder.path(), &["fmt"]));
    assert_eq!(read("windows.merit"), ends("\r\n"));
    assert_eq!(read("marked.merit"), marked(ends("\r\n")));
    assert_eq!(read("mac.merit"), ends("\r"));
    assert_eq!(read("mixed.merit"), b"unit person, people\r\n\r\nkpi a : % {\r\n  value = x + y\r\n}\r\n");
    assert_eq!(read("tidy.merit"), marked(ends("\r\n")));
    assert_eq!(merit(folder.path(), &["fmt", "--check"]).status.code(), Some(0));
}

#[test]
fn lines_of_old_macs_are_lines() {
    // A comment would go on to the end of the file.
    let folder = folder(&[("a.merit", b"# prices\rconstant floor : CNY = 3 EUR\r")]);
    let said = String::from_utf8(merit(folder.path(), &["check", "--format", "short"]).stdout).unwrap();
    assert!(said.starts_with("a.merit:2:24: error[wrong-unit]"), "{said}");
}

#[cfg(unix)]
#[test]
fn links_and_permissions_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = folder(&[("group/a.merit", UNTIDY)]);
    let (file, link) = (folder.path().join("group/a.merit"), folder.path().join("link.merit"));
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&file, &link).unwrap();
    assert_eq!(merit(folder.path(), &["fmt", "link.merit"]).status.code(), Some(0));
    assert!(link.is_symlink());
    assert_eq!(std::fs::read_to_string(&file).unwrap(), RESULT);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
}

/// The file that says which folders are projects has no style of its own.
#[test]
fn the_file_of_the_projects_is_left_alone() {
    let line = "project   \"companies/*\"\n\n\n";
    let folder = folder(&[("merit.project", line.as_bytes()), ("companies/a/a.merit", b"# 1\n")]);
    let run = merit(folder.path(), &["fmt", "merit.project"]);
    let said = String::from_utf8(run.stderr).unwrap();
    assert!(said.contains("`merit.project` is left as it is"), "{said}");
    assert!(said.contains("1 file looked at, nothing to change"), "{said}");
    assert_eq!(std::fs::read_to_string(folder.path().join("merit.project")).unwrap(), line);
}

//! Projects that are large or twisted on purpose: an answer in good time, and never a crash.

use std::fmt::Write;
use std::process::Command;
use std::time::{Duration, Instant};

/// What `merit check` says of one file, and how long it takes to say it.
fn check(spec: &str) -> (String, Duration) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.merit"), spec).unwrap();
    let begun = Instant::now();
    let run = Command::new(env!("CARGO_BIN_EXE_merit")).args(["check", "a.merit"]).current_dir(folder.path()).output();
    let run = run.unwrap();
    assert!(run.status.code().is_some_and(|code| code < 2), "{}", String::from_utf8_lossy(&run.stderr));
    (String::from_utf8(run.stdout).unwrap(), begun.elapsed())
}

/// Far more than any of these takes; an exponential one would take for ever.
const PATIENCE: Duration = Duration::from_secs(20);

#[test]
fn kpis_that_build_on_one_another_end_somewhere() {
    let mut spec = String::from("kpi k0 : number {\n  value = 1\n}\n");
    for at in 1..5_000 {
        writeln!(spec, "kpi k{at} : number {{\n  value = k{} + 1\n}}", at - 1).unwrap();
    }
    assert!(!check(&spec).0.contains("too-deep"), "in order, each finds the one before it done");
    let mut spec = String::from("kpi k5000 : number {\n  value = 1\n}\n");
    for at in 0..5_000 {
        writeln!(spec, "kpi k{at} : number {{\n  value = k{} + 1\n}}", at + 1).unwrap();
    }
    let (text, took) = check(&spec);
    assert!(text.contains("too-deep") && took < PATIENCE, "{took:?}");
}

#[test]
fn functions_that_double_one_another_end_somewhere() {
    let mut spec = String::from("function f0(x) = x + 1\n");
    for at in 1..60 {
        writeln!(spec, "function f{at}(x) = f{0}(x) + f{0}(x)", at - 1).unwrap();
    }
    spec.push_str("kpi k : number {\n  value = f59(1)\n}\n");
    let (text, took) = check(&spec);
    assert!(text.contains("too-deep") && took < PATIENCE, "{took:?}\n{text}");
    assert_eq!(text.matches("too-deep").count(), 1, "{text}");
}

#[test]
fn thousands_of_unknown_names_are_told_in_good_time() {
    let mut spec = String::new();
    for at in 0..5_000 {
        writeln!(spec, "kpi k{at} : number {{\n  value = missing_{at} + 1\n}}").unwrap();
    }
    let (text, took) = check(&spec);
    assert!(text.contains("5000 errors") && took < PATIENCE, "{took:?}");
}

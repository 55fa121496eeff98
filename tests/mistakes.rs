//! The slips of a first day, each in the project that the tutorial builds, with the answers a new user gets.
//!
//! `mistakes/slips.txt` has the slips, `mistakes/answers.txt` what `merit check` says of each, 80 columns wide;
//! `MERIT_UPDATE=1 cargo test --test mistakes` writes it anew. Read what changes as the person who made the slip would.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mistakes")
}

/// A slip: in which file, and each piece of it that is replaced by another.
struct Slip {
    name: String,
    file: String,
    changes: Vec<(String, String)>,
}

fn slips() -> Vec<Slip> {
    let text = fs::read_to_string(folder().join("slips.txt")).unwrap();
    let mut slips: Vec<Slip> = Vec::new();
    let mut file = String::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("== ") {
            slips.push(Slip { name: name.into(), file: file.clone(), changes: Vec::new() });
        } else if let Some(name) = line.strip_prefix("@ ") {
            file = name.into();
            slips.last_mut().unwrap().file.clone_from(&file);
        } else if let Some(old) = line.strip_prefix('-') {
            let changes = &mut slips.last_mut().unwrap().changes;
            match changes.last_mut() {
                Some((before, after)) if after.is_empty() => *before = format!("{before}\n{old}"),
                _ => changes.push((old.into(), String::new())),
            }
        } else if let Some(new) = line.strip_prefix('+') {
            let (_, after) = slips.last_mut().unwrap().changes.last_mut().unwrap();
            *after = if after.is_empty() { format!("{new}\n") } else { format!("{after}{new}\n") };
        } else {
            assert!(line.is_empty() || line.starts_with('#'), "{line}");
        }
    }
    slips
}

fn check(slip: &Slip) -> String {
    let project = tempfile::tempdir().unwrap();
    for file in fs::read_dir(folder().join("project")).unwrap().map(|file| file.unwrap().path()) {
        if file.is_file() {
            fs::copy(&file, project.path().join(file.file_name().unwrap())).unwrap();
        }
    }
    let path = project.path().join(&slip.file);
    let mut text = fs::read_to_string(&path).unwrap();
    for (before, after) in &slip.changes {
        assert!(text.contains(before), "{}: `{before}` is not in {}", slip.name, slip.file);
        text = text.replacen(before, after.trim_end_matches('\n'), 1);
    }
    fs::write(&path, text).unwrap();
    let run = Command::new(env!("CARGO_BIN_EXE_merit")).arg("check").current_dir(project.path()).output().unwrap();
    assert!(run.status.code().is_some_and(|code| code < 2), "{}: {}", slip.name, String::from_utf8_lossy(&run.stderr));
    String::from_utf8(run.stdout).unwrap()
}

#[test]
fn slips_are_answered() {
    let mut answers = String::from("What `merit check` says of each slip in slips.txt.\n");
    for slip in slips() {
        let change: String = slip
            .changes
            .iter()
            .map(|(before, after)| {
                let lines =
                    |mark: char, text: &str| -> String { text.lines().map(|line| format!("{mark}{line}\n")).collect() };
                lines('-', before) + &lines('+', after)
            })
            .collect();
        write!(answers, "\n════ {}\n{change}\n{}", slip.name, check(&slip)).unwrap();
    }
    let path = folder().join("answers.txt");
    if std::env::var_os("MERIT_UPDATE").is_some() {
        fs::write(&path, &answers).unwrap();
    }
    let known = fs::read_to_string(&path).unwrap_or_default();
    if known != answers {
        let difference = similar::TextDiff::from_lines(&known, &answers).unified_diff().context_radius(6).to_string();
        panic!("the answers are others (MERIT_UPDATE=1 writes them anew):\n{difference}");
    }
}

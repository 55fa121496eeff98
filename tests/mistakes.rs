//! The slips of a first day, each in the project that the tutorial builds, with the answers a new user gets.
//!
//! `mistakes/*.slips` have the slips, `mistakes/*.answers` what the program says of each, 80 columns wide;
//! `MERIT_UPDATE=1 cargo test --test mistakes` writes them anew. Read what changes as the person who made the slip would.

#[macro_use]
#[path = "support/snapshots.rs"]
mod snapshots;
#[path = "mistakes/slips.rs"]
mod slips;

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use slips::{Slip, folder, read};

/// As reports name the program that made them.
const VERSION: &str = concat!("merit ", env!("CARGO_PKG_VERSION"));

/// What the program says: standard output, then standard error.
fn answer(slip: &Slip) -> String {
    let project = tempfile::tempdir().unwrap();
    slip.make(project.path());
    let mut answers = String::new();
    for command in &slip.commands {
        let run = Command::new(env!("CARGO_BIN_EXE_merit"))
            .args(arguments(command))
            .current_dir(project.path())
            .output()
            .unwrap();
        let code = run.status.code();
        assert!(code.is_some_and(|code| code < 3), "{}: {}", slip.name, String::from_utf8_lossy(&run.stderr));
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap().replace(VERSION, "merit {VERSION}");
        if command != "check" {
            writeln!(answers, "$ merit {command}").unwrap();
        }
        answers += &text(&run.stdout);
        answers += &text(&run.stderr);
        if text(&run.stdout).is_empty() && text(&run.stderr).is_empty() {
            answers += "(nothing)\n";
        }
    }
    answers
}

/// The words of a command line, of which quoted ones may hold spaces.
fn arguments(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for letter in command.chars() {
        match letter {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            _ => words.last_mut().unwrap().push(letter),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn compare(name: &str) {
    let mut answers = format!("What the program says of each slip in {name}.slips.\n");
    for slip in read(name) {
        write!(answers, "\n════ {}\n{}\n{}", slip.name, slip.shown(), answer(&slip)).unwrap();
    }
    let path = folder().join(format!("{name}.answers"));
    if crate::snapshots::updating() {
        fs::write(&path, &answers).unwrap();
    }
    let known = fs::read_to_string(&path).unwrap_or_default();
    if known != answers {
        let difference = similar::TextDiff::from_lines(&known, &answers).unified_diff().context_radius(6).to_string();
        panic!("the answers are others (MERIT_UPDATE=1 writes them anew):\n{difference}");
    }
}

#[test]
fn slips_in_specs_are_answered() {
    compare("specs");
}

#[test]
fn slips_in_files_and_data_are_answered() {
    compare("files");
}

#[test]
fn slips_on_the_command_line_are_answered() {
    compare("commands");
}

#[test]
fn brothers_of_these_slips_are_answered() {
    compare("brothers");
}

/// One mistake gets one answer; where it is more, the slip says so and why.
#[test]
fn one_mistake_gets_one_message() {
    let mut wrong = String::new();
    for name in slips::NAMES {
        let text = fs::read_to_string(folder().join(format!("{name}.answers"))).unwrap();
        for (slip, answer) in read(name).iter().zip(text.split("\n════ ").skip(1)) {
            let findings = answer.lines().filter(|line| line.starts_with("  × ") || line.starts_with("  ⚠ ")).count();
            if findings > slip.messages {
                writeln!(wrong, "{name}: {}: {findings} messages", slip.name).unwrap();
            }
        }
    }
    assert!(Path::new(&folder()).is_dir());
    assert!(wrong.is_empty(), "{wrong}");
}

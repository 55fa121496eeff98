//! Explanations: an independent program computes every number of them again, and rejects each that was altered; differences
//! are split into parts that total them.

#![deny(dead_code)] // a test that is not in the table

#[macro_use]
#[path = "support/harness.rs"]
mod harness;
#[allow(dead_code)] // the cache's tests use the rest
#[path = "reference/projects.rs"]
mod projects;

#[path = "why/explained.rs"]
mod explained;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use harness::need_python;
use merit::explain::contrast::CauseKind;
use merit::number::Number;

use self::explained::{Explained, contrasts, documents, of_random};

/// A number from the environment.
fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is a number, not `{text}`")))
}

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Runs a script of this folder over all documents of another.
fn script(name: &str, folder: &Path, more: &[&str]) -> Output {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    Command::new("python3").arg(here("tests/why").join(name)).args(more).args(files).output().unwrap()
}

fn said(run: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let lines = text(&run.stdout) + &text(&run.stderr);
    lines.lines().filter(|line| !line.ends_with("accepted")).take(20).collect::<Vec<_>>().join("\n")
}

fn accepted(folder: &Path, documents: usize) {
    let run = script("check.py", folder, &[]);
    assert!(run.status.success(), "{}", said(&run));
    assert_eq!(String::from_utf8_lossy(&run.stdout).matches(": accepted").count(), documents);
}

/// The example has data for these. Everybody of all of them where `MERIT_WHY_QUARTERS` is `all`, else some of the last.
const QUARTERS: [&str; 5] = ["2025-Q3", "2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3"];

fn everybody_of_the_example_is_explained() {
    need_python();
    let folder = tempfile::tempdir().unwrap();
    let all = std::env::var("MERIT_WHY_QUARTERS").is_ok_and(|which| which == "all");
    let (quarters, each) = if all { (&QUARTERS[..], 1) } else { (&QUARTERS[QUARTERS.len() - 1..], 6) };
    let made = |quarter: &&str| documents(&here("specs/insurance"), quarter, each, folder.path());
    let count: usize = quarters.iter().map(made).sum();
    println!("{count} explanations of {} quarters", quarters.len());
    assert!(count * each > 40 * quarters.len(), "{count}");
    accepted(folder.path(), count);
}

fn published_systems_are_explained() {
    need_python();
    let folder = tempfile::tempdir().unwrap();
    let systems = [
        ("decathlon", "2004"),
        ("efficacy", "2020"),
        ("hdi", "2021"),
        ("senior_executives", "2024"),
        ("survey_indices", "2021"),
    ];
    let mut count = 0;
    for (system, period) in systems {
        count += documents(&here("specs/published").join(system), period, 1, folder.path());
    }
    assert!(count > 25, "{count}");
    accepted(folder.path(), count);
}

/// A project in which people decided about values, scores, grades and what is paid.
fn what_was_ruled_is_explained() {
    need_python();
    let folder = tempfile::tempdir().unwrap();
    let count = documents(&here("tests/why/ruled"), "2026-Q3", 1, folder.path());
    assert_eq!(count, 6);
    accepted(folder.path(), count);
}

/// `MERIT_WHY_PROJECTS` of them, from `MERIT_RANDOM_SEED` on.
fn random_projects_are_explained() {
    need_python();
    let folder = tempfile::tempdir().unwrap();
    let first = number("MERIT_RANDOM_SEED").unwrap_or(0);
    let count = number("MERIT_WHY_PROJECTS").unwrap_or(60);
    let all: usize = (first..first + count).map(|seed| of_random(seed, folder.path())).sum();
    println!("{all} explanations of {count} projects");
    assert!(all as u64 > count / 2, "{all} of {count}");
    accepted(folder.path(), all);
}

/// `MERIT_WHY_ALTERED` explanations, each altered once.
fn what_was_altered_is_rejected() {
    need_python();
    let folder = tempfile::tempdir().unwrap();
    documents(&here("specs/published/hdi"), "2021", 1, folder.path());
    documents(&here("specs/published/senior_executives"), "2024", 1, folder.path());
    documents(&here("tests/why/ruled"), "2026-Q3", 1, folder.path());
    for seed in 0..30 {
        of_random(seed, folder.path());
    }
    let count = number("MERIT_WHY_ALTERED").unwrap_or(600).to_string();
    let seed = number("MERIT_RANDOM_SEED").unwrap_or(0).to_string();
    let run = script("alter.py", folder.path(), &[&count, &seed]);
    assert!(run.status.success(), "{}", said(&run));
}

/// Of everybody against the quarter before, and against the next person.
fn parts_total_the_difference() {
    let mut all: Vec<Explained> = contrasts(&here("specs/insurance"), "2026-Q2", "2026-Q3");
    assert!(all.len() > 60, "{}", all.len());
    let ruled = contrasts(&here("tests/why/ruled"), "2026-Q2", "2026-Q3");
    let is_ruling = |explained: &&Explained| {
        explained.contrast.parts.iter().any(|part| part.causes.iter().any(|cause| cause.kind == CauseKind::Ruling))
    };
    let with_rulings = ruled.iter().filter(is_ruling).count();
    assert_eq!(with_rulings, 5);
    all.extend(ruled);
    for Explained { who, contrast, back } in &all {
        let total = |parts: &[merit::explain::contrast::document::Part]| {
            parts.iter().fold(Number::ZERO, |sum, part| sum.add(&part.amount))
        };
        assert_eq!(total(&contrast.parts), contrast.difference, "{who}");
        assert_eq!(contrast.difference, contrast.after.sub(&contrast.before), "{who}");
        // Seen from the other side each part is the same the other way.
        let mut there: Vec<Number> = contrast.parts.iter().map(|part| part.amount.neg()).collect();
        let mut back: Vec<Number> = back.parts.iter().map(|part| part.amount.clone()).collect();
        there.sort();
        back.sort();
        assert_eq!(there, back, "{who}");
    }
}

/// The parts of the clauses total what all scores differ by, of several edits at once.
fn clauses_total_the_whole() {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("edited");
    explained::copy(&here("specs/insurance"), &copy);
    let edit = |file: &str, from: &str, to: &str| {
        let path = copy.join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file}: {from}");
        std::fs::write(path, text.replace(from, to)).unwrap();
    };
    edit("scales-and-ratings.merit", "100% -> 100, 120% -> 120", "100% -> 97, 120% -> 120");
    edit("positions/marketing_director.merit", "70% group results", "60% group results");
    edit("positions/marketing_director.merit", "30% group service", "40% group service");
    let run = Command::new(env!("CARGO_BIN_EXE_merit"))
        .arg("diff")
        .args([here("specs/insurance"), copy])
        .args(["--period", "2026-Q3", "--format", "json", "--data"])
        .arg(here("specs/insurance/data"))
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", said(&run));
    let document: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
    let exact = |value: &serde_json::Value| value.as_str().unwrap().parse::<Number>().unwrap();
    let total = |all: &mut dyn Iterator<Item = Number>| all.fold(Number::ZERO, |sum, one| sum.add(&one));
    let clauses = document["clauses"].as_array().unwrap();
    assert!(clauses.iter().any(|clause| clause["kind"] == "weight"), "{clauses:?}");
    assert!(clauses.iter().any(|clause| clause["kind"] == "rule"), "{clauses:?}");
    let of_clauses = total(&mut clauses.iter().map(|clause| exact(&clause["amount"])));
    let changed = document["people"]["changed"].as_array().unwrap();
    let of_people = total(&mut changed.iter().map(|one| exact(&one["new"]["score"]).sub(&exact(&one["old"]["score"]))));
    assert_eq!(of_clauses, of_people);
    assert!(!of_people.is_zero());
}

tests! {
    clauses_total_the_whole,
    everybody_of_the_example_is_explained,
    what_was_altered_is_rejected,
    random_projects_are_explained,
    published_systems_are_explained,
    what_was_ruled_is_explained,
    parts_total_the_difference,
}

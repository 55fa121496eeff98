//! Each construct of the language, end to end: small projects whose test blocks hold values worked out by hand.

use std::path::{Path, PathBuf};

use merit::diagnostic::human::{HumanOptions, render};
use merit::diagnostic::{Code, Diagnostic};
use merit::project::{Project, load};
use merit::trial::show::{Report, human};
use merit::trial::{Outcome, run};

const BASE: &str = "tests/corpus/values/base.merit";

/// A file with what all share, unless it brings a company of its own.
fn project(path: &Path) -> Project {
    let text = std::fs::read_to_string(path).unwrap();
    let alone = text.lines().any(|line| line.starts_with("company "));
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join(BASE);
    let paths = if alone { vec![path.to_path_buf()] } else { vec![base, path.to_path_buf()] };
    load(&paths).unwrap()
}

fn outcomes(project: &Project) -> Vec<Outcome> {
    project.model.tests.iter().map(|test| run(&project.model, &project.sources, test)).collect()
}

/// Nobody minds what only a test asks about, what a draft leaves open, and the warnings that a file names itself in a
/// comment: `# warning: CODE`.
fn findings(project: &Project, text: &str) -> Vec<Diagnostic> {
    let draft = project.model.positions.iter().any(|position| position.draft);
    let minded = |finding: &Diagnostic| {
        let named = text.contains(&format!("# warning: {}", finding.code.as_str()));
        finding.is_error() || !(named || finding.code == Code::Unused || draft && finding.code == Code::Incomplete)
    };
    project.diagnostics.iter().filter(|finding| minded(finding)).cloned().collect()
}

/// What is wrong with a project, for people; nothing where all its tests pass.
fn faults(path: &Path, needs_tests: bool) -> String {
    let project = project(path);
    let findings = findings(&project, &std::fs::read_to_string(path).unwrap());
    if !findings.is_empty() {
        return render(&findings, &project.sources, &HumanOptions::default());
    }
    let outcomes = outcomes(&project);
    if needs_tests && outcomes.is_empty() {
        return format!("{} has no test\n", path.display());
    }
    match outcomes.iter().all(Outcome::passed) {
        true => String::new(),
        false => human(&Report::of(&project.sources, project.files, &outcomes), &HumanOptions::default()),
    }
}

fn good_files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(folder).join("good");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn every_construct_gives_the_values_worked_out_by_hand() {
    let files = good_files("values");
    let faults: String = files.iter().map(|path| faults(path, true)).collect();
    assert!(faults.is_empty(), "{faults}");
}

/// The other good projects are about what the checker accepts; where they bring tests, these hold.
#[test]
fn the_other_good_projects_pass_their_tests() {
    for path in ["names", "types", "data", "rules"].into_iter().flat_map(good_files) {
        let project = load(std::slice::from_ref(&path)).unwrap();
        let outcomes = outcomes(&project);
        let report = Report::of(&project.sources, project.files, &outcomes);
        assert!(outcomes.iter().all(Outcome::passed), "{}", human(&report, &HumanOptions::default()));
    }
}

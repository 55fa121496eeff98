//! `merit diff`: what the two are that are held against each other, and what is said where one of them is not there or
//! has mistakes. Who has no git has these tests ignored.

#![deny(dead_code)] // a test that is not in the table

#[macro_use]
#[path = "support/snapshots.rs"]
mod snapshots;
#[macro_use]
#[path = "support/harness.rs"]
mod harness;
#[path = "report/schema.rs"]
mod schema;

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// A folder of files to run the program in.
fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    folder
}

fn merit(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_merit"));
    command.current_dir(folder).args(arguments).env_remove("NO_COLOR").output().unwrap()
}

/// Compares exit code and both outputs with the snapshot of that name in `tests/revisions/snapshots`.
fn expect(name: &str, output: &Output) {
    let mut said = format!("exit code: {}\n", output.status.code().unwrap());
    for (name, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
        if !bytes.is_empty() {
            said.push_str(&format!("--- {name}\n{}", String::from_utf8(bytes.to_vec()).unwrap()));
        }
    }
    insta::with_settings!({
        snapshot_path => "revisions/snapshots", prepend_module_to_snapshot => false, omit_expression => true
    }, {
        assert_snapshot!(name, said);
    });
}

const SPEC: &str = "company \"Shop\" { currency CNY }

data people \"Staff\" {
  roster
  file \"staff.csv\"
  row person
  key staff_no
  column staff_no : text
  column name     : text
  column post     : position
  column team     : text
  column sold     : CNY
}

kpi sold \"Sales\" : CNY {
  value = person.sold
  higher is better
}

rating grades \"Grades\" {
  A \"Good\" >= 80
  B \"Low\"  else
}

position adviser \"Adviser\" {
  scorecard {
    100% sold  target 10_000 CNY  score attainment up to 120
    rating grades
  }
  output bonus \"Bonus\" : CNY in full = score / 100 points * 500 CNY
}
";

const STAFF: &str =
    "staff_no,name,post,team,sold\nP1,Ann,Adviser,T1,9000\nP2,Bob,Adviser,T1,4000\nP3,Cid,Adviser,T2,20000\n";

/// Git, as somebody whose name does not count.
fn git(folder: &Path, arguments: &[&str]) -> String {
    harness::need("git", "--version", "apt-get install git");
    let mut command = Command::new("git");
    command.current_dir(folder).args(["-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"]);
    command.args(["-c", "commit.gpgsign=false", "-c", "core.hooksPath=/dev/null"]).args(arguments);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GIT_")) {
        command.env_remove(name);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_string()
}

/// A repository with two commits, and a change that is not committed.
fn repository() -> tempfile::TempDir {
    let folder = folder(&[("specs/shop.merit", SPEC.as_bytes()), ("specs/data/staff.csv", STAFF.as_bytes())]);
    let write = |text: &str| std::fs::write(folder.path().join("specs/shop.merit"), text).unwrap();
    git(folder.path(), &["init", "-q"]);
    git(folder.path(), &["add", "."]);
    git(folder.path(), &["commit", "-qm", "first"]);
    git(folder.path(), &["tag", "v1"]);
    write(&SPEC.replace("10_000 CNY", "12_000 CNY"));
    git(folder.path(), &["commit", "-qam", "second"]);
    write(&SPEC.replace("10_000 CNY", "15_000 CNY").replace("up to 120", "up to 110"));
    folder
}

fn revisions_and_folders_are_read() {
    let folder = repository();
    let run = |arguments: &[&str]| merit(folder.path(), &[&["diff"], arguments].concat());
    expect("revisions", &run(&["v1", "HEAD", "--specs", "specs"]));
    // Without a new one the files as they are; beside a folder the same folder is read.
    let (one, other) = (run(&["HEAD", "--specs", "specs"]), run(&["HEAD", "specs"]));
    assert_eq!((one.status.code(), &one.stdout), (Some(0), &other.stdout), "{}", String::from_utf8_lossy(&one.stderr));
    expect("to_files", &one);
    expect("people", &run(&["v1", "specs", "--period", "2026-Q3"]));
    expect("markdown", &run(&["v1", "specs", "--period", "2026-Q3", "--format", "markdown"]));
    // From within the folder, and by a file.
    let within = merit(&folder.path().join("specs"), &["diff", "v1", "HEAD"]);
    assert!(String::from_utf8_lossy(&within.stdout).contains("10_000 CNY → 12_000 CNY"), "{within:?}");
    let by_file = run(&["v1", "HEAD", "--specs", "specs/shop.merit"]);
    assert!(String::from_utf8_lossy(&by_file.stdout).contains("10_000 CNY → 12_000 CNY"), "{by_file:?}");
    // Nothing of the repository has changed.
    assert_eq!(git(folder.path(), &["status", "--porcelain"]), "M specs/shop.merit");
}

fn programs_get_the_commits_and_exact_differences() {
    let folder = repository();
    let run = merit(folder.path(), &["diff", "v1", "specs", "--period", "2026-Q3", "--format", "json"]);
    let document: Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(document["old"]["commit"], git(folder.path(), &["rev-parse", "v1"]));
    assert_eq!((&document["new"]["commit"], &document["without_effect"]), (&Value::Null, &false.into()));
    assert_eq!(document["changes"][0]["old"]["file"], "v1:specs/shop.merit");
    let people = &document["people"];
    assert_eq!((&people["lost"], &people["same"]), (&3.into(), &0.into()));
    let bob = people["changed"].as_array().unwrap().iter().find(|one| one["person"] == "P2").unwrap();
    assert_eq!((&bob["old"]["score"], &bob["new"]["score"]), (&"40".into(), &"80/3".into()));
    assert_eq!(bob["difference"], "-40/3");
    assert_eq!(people["totals"][0]["difference"], "-800/3");
    let schema = serde_json::from_str(include_str!("../docs/diff.schema.json")).unwrap();
    assert_eq!(schema::faults(&schema, &document), Vec::<String>::new());
}

fn what_cannot_be_compared_is_refused() {
    let folder = repository();
    let run = |arguments: &[&str]| merit(folder.path(), &[&["diff"], arguments].concat());
    expect("unknown_revision", &run(&["v3", "specs"]));
    expect("one_folder", &run(&["specs"]));
    expect("no_specs_there", &run(&["v1", "HEAD", "--specs", "elsewhere"]));
    expect("data_without_period", &run(&["v1", "specs", "--data", "specs/data"]));
    // A name of two things.
    std::fs::create_dir(folder.path().join("v1")).unwrap();
    std::fs::write(folder.path().join("v1/shop.merit"), SPEC).unwrap();
    expect("folder_and_revision", &run(&["v1", "specs"]));
    let clear = run(&["./v1", "specs"]);
    assert!(String::from_utf8_lossy(&clear.stdout).contains("from ./v1 to specs"), "{clear:?}");
    let clear = run(&["refs/tags/v1", "specs"]);
    assert!(String::from_utf8_lossy(&clear.stdout).contains("from refs/tags/v1 (specs) to specs"), "{clear:?}");
    // An option for git is none.
    let sly = run(&["--", "--output=x", "specs"]);
    assert_eq!(sly.status.code(), Some(2), "{sly:?}");
    assert!(!folder.path().join("x").exists());
}

fn mistakes_are_told_with_their_side() {
    let folder = repository();
    std::fs::write(folder.path().join("specs/shop.merit"), SPEC.replace("100% sold", "90% sold")).unwrap();
    git(folder.path(), &["commit", "-qam", "wrong"]);
    let run = |arguments: &[&str]| merit(folder.path(), &[&["diff"], arguments].concat());
    expect("wrong_new", &run(&["v1", "HEAD", "--specs", "specs"]));
    expect("wrong_old", &run(&["HEAD", "v1", "--specs", "specs"]));
    std::fs::write(folder.path().join("specs/shop.merit"), SPEC.replace("sold     : CNY", "sold     : date")).unwrap();
    let both = run(&["HEAD", "specs", "--format", "json"]);
    assert_eq!(both.status.code(), Some(1));
    let document: Value = serde_json::from_slice(&both.stdout).unwrap();
    assert_eq!(document["findings"][0]["places"][0]["file"], "HEAD:specs/shop.merit", "{document:#}");
}

/// Without a repository, and without git.
fn without_git_folders_are_compared() {
    let folder = folder(&[
        ("old/shop.merit", SPEC.as_bytes()),
        ("new/shop.merit", SPEC.replace("10_000 CNY", "12_000 CNY").as_bytes()),
        ("new/data/staff.csv", STAFF.as_bytes()),
    ]);
    let outside = merit(folder.path(), &["diff", "main", "new"]);
    expect("no_repository", &outside);
    let mut command = Command::new(env!("CARGO_BIN_EXE_merit"));
    command.current_dir(folder.path()).env("PATH", folder.path());
    let folders = command.args(["diff", "old", "new", "--period", "2026-Q3"]).output().unwrap();
    assert_eq!(folders.status.code(), Some(0), "{folders:?}");
    let mut command = Command::new(env!("CARGO_BIN_EXE_merit"));
    let none = command.current_dir(folder.path()).env("PATH", folder.path()).args(["diff", "main", "new"]).output();
    expect("no_git", &none.unwrap());
}

/// A `merit.project` speaks of folders elsewhere in the repository, and links lead there.
fn projects_of_several_folders_are_read_in_revisions() {
    let (people, rest) = SPEC.split_at(SPEC.find("kpi ").unwrap());
    let folder = folder(&[
        ("specs/merit.project", b"project \"shops/*\" with \"group\"\n"),
        ("specs/group/people.merit", people.as_bytes()),
        ("specs/shops/north/shop.merit", rest.as_bytes()),
        ("specs/shops/south/shop.merit", rest.as_bytes()),
        ("specs/shops/north/data/staff.csv", STAFF.as_bytes()),
    ]);
    git(folder.path(), &["init", "-q"]);
    git(folder.path(), &["add", "."]);
    git(folder.path(), &["commit", "-qm", "first"]);
    let north = folder.path().join("specs/shops/north/shop.merit");
    std::fs::write(&north, rest.replace("10_000", "11_000")).unwrap();
    let run = merit(folder.path(), &["diff", "HEAD", "specs/shops/north", "--period", "2026-Q3"]);
    let said = String::from_utf8_lossy(&run.stdout).into_owned();
    assert_eq!(run.status.code(), Some(0), "{run:?}");
    assert!(said.contains("10_000 CNY → 11_000 CNY") && said.contains("In 2026-Q3:"), "{said}");
    expect("several_projects", &merit(folder.path(), &["diff", "HEAD", "specs"]));
}

tests! {
    revisions_and_folders_are_read,
    programs_get_the_commits_and_exact_differences,
    what_cannot_be_compared_is_refused,
    mistakes_are_told_with_their_side,
    without_git_folders_are_compared,
    projects_of_several_folders_are_read_in_revisions,
}

//! Prepared changes of `base.merit`, each with what is said of it: `edits` has the changes, `edits.answers` the words.
//! `MERIT_UPDATE=1 cargo test --test changes` writes these anew.

use std::fs;
use std::path::{Path, PathBuf};

use merit::explain::changes::Changes;
use merit::explain::changes::show::Document;
use merit::project::{Project, load};
use merit::report::Look;
use merit::report::show::Show;

use super::evaluated::{Told, outcome, verify};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/changes")
}

/// A name, and texts that give way to others.
struct Edit {
    name: String,
    replaced: Vec<(String, String)>,
}

fn edits() -> Vec<Edit> {
    let text = fs::read_to_string(folder().join("edits")).unwrap();
    let edit = |text: &str| {
        let mut lines = text.lines();
        let name = lines.next().unwrap().to_string();
        let mut replaced: Vec<(String, String)> = Vec::new();
        let mut adding = true;
        for line in lines {
            let cut = |line: &str| line.get(2..).unwrap_or_default().to_string() + "\n";
            if line.starts_with('-') {
                if std::mem::take(&mut adding) {
                    replaced.push(Default::default());
                }
                replaced.last_mut().unwrap().0 += &cut(line);
            } else if line.starts_with('+') {
                if replaced.is_empty() {
                    replaced.push(Default::default());
                }
                adding = true;
                replaced.last_mut().unwrap().1 += &cut(line);
            } else {
                assert!(line.trim().is_empty(), "{name}: `{line}` begins with neither - nor +");
            }
        }
        Edit { name, replaced }
    };
    text.split("\n════ ").skip(1).map(edit).collect()
}

fn edited(base: &str, edit: &Edit) -> String {
    let mut text = base.to_string();
    for (from, to) in &edit.replaced {
        let (from, to) = (from.trim_end_matches('\n').trim(), to.trim_end_matches('\n').trim());
        if from.is_empty() {
            text = format!("{text}\n{to}\n");
            continue;
        }
        assert_eq!(text.matches(from).count(), 1, "{}: `{from}` should stand once", edit.name);
        text = text.replace(from, to);
    }
    text
}

fn project(folder: &Path, text: &str) -> Project {
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join("base.merit"), text).unwrap();
    let mut project = load(&[folder.to_path_buf()]).unwrap();
    let errors: Vec<&String> =
        project.diagnostics.iter().filter(|finding| finding.is_error()).map(|finding| &finding.message).collect();
    assert!(errors.is_empty(), "{errors:?}");
    // Without the folder of this run.
    let mut sources = merit::source::SourceSet::default();
    for (_, source) in project.sources.iter() {
        let name = source.path.file_name().unwrap().to_string_lossy().into_owned();
        sources.add(name, source.text.clone());
    }
    project.sources = sources;
    project
}

#[test]
fn prepared_changes_are_told() {
    let base = fs::read_to_string(folder().join("base.merit")).unwrap();
    let place = tempfile::tempdir().unwrap();
    let old = project(&place.path().join("old"), &base);
    let results = |project: &Project| outcome(project, &folder().join("data"), "2026-Q3");
    let before = results(&old);
    let mut answers = String::from("What is said of each change in `edits`.\n");
    let mut told = Told::default();
    for edit in edits() {
        let new = project(&place.path().join("new"), &edited(&base, &edit));
        let changes = Changes::between((&old.model, &old.sources), (&new.model, &new.sources));
        let show = Show::new(&new.model, None);
        let document = Document {
            old: "old",
            new: "new",
            changes: &changes,
            people: None,
            clauses: &Default::default(),
            doubts: &[],
            show,
        };
        let said = document.text(Look { color: false, width: 80 });
        assert!(!said.contains("what it is computed from"), "{}: not explained:\n{said}", edit.name);
        let checked = verify(&before, results(&new), &changes, &mut told);
        checked.unwrap_or_else(|wrong| panic!("{}: {wrong}\n{said}", edit.name));
        answers += &format!("\n════ {}\n{said}", edit.name);
        // The way back says as much.
        let back = Changes::between((&new.model, &new.sources), (&old.model, &old.sources));
        assert_eq!(back.are_without_effect(), changes.are_without_effect(), "{}", edit.name);
    }
    println!("{told:?}");
    assert!(told.without > 10 && told.with > 25 && told.changed > 30, "{told:?}");
    let path = folder().join("edits.answers");
    if crate::snapshots::updating() {
        fs::write(&path, &answers).unwrap();
    }
    let known = fs::read_to_string(&path).unwrap_or_default();
    if known != answers {
        let difference = similar::TextDiff::from_lines(&known, &answers).unified_diff().context_radius(6).to_string();
        panic!("the answers are others (MERIT_UPDATE=1 writes them anew):\n{difference}");
    }
}

/// What is the same has no changes, and each position means what it means.
#[test]
fn the_same_is_no_change() {
    let base = fs::read_to_string(folder().join("base.merit")).unwrap();
    let place = tempfile::tempdir().unwrap();
    let (old, new) = (project(&place.path().join("old"), &base), project(&place.path().join("new"), &base));
    let changes = Changes::between((&old.model, &old.sources), (&new.model, &new.sources));
    assert_eq!(changes.changes, []);
    assert!(changes.are_without_effect());
}

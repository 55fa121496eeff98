//! The tutorial and the reference: every example is run, every output compared, every table made anew from its source.

#[macro_use]
#[path = "support/snapshots.rs"]
mod snapshots;
#[path = "docs/commands.rs"]
mod commands;
#[path = "docs/generated.rs"]
mod generated;
#[path = "docs/page.rs"]
mod page;
#[path = "docs/run.rs"]
mod run;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use page::{Page, Piece};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All pages under `docs`, in the order of their names.
fn pages() -> Vec<PathBuf> {
    let pattern = root().join("docs/**/*.md");
    let mut pages: Vec<PathBuf> = glob::glob(pattern.to_str().unwrap()).unwrap().map(Result::unwrap).collect();
    pages.sort();
    assert!(pages.len() >= 6, "only {} pages", pages.len());
    pages
}

/// What stands in the page, against what it should be; `MERIT_UPDATE=1` writes the latter.
fn compare(path: &Path, text: &str, wanted: &str) -> Result<(), String> {
    if text == wanted {
        return Ok(());
    }
    if crate::snapshots::updating() {
        fs::write(path, wanted).unwrap();
        return Ok(());
    }
    let difference = similar::TextDiff::from_lines(text, wanted).unified_diff().context_radius(2).to_string();
    Err(format!("{} is out of date (MERIT_UPDATE=1 writes it anew):\n{difference}", path.display()))
}

/// Runs the pages, each in an empty folder of its own, and tells what is wrong in all of them.
fn all_pages(change: impl Fn(&Page) -> (String, Vec<String>)) {
    let mut faults = Vec::new();
    for path in pages() {
        let text = fs::read_to_string(&path).unwrap();
        match Page::read(&path, &text) {
            Ok(page) => {
                let (wanted, found) = change(&page);
                faults.extend(found);
                faults.extend(compare(&path, &text, &wanted).err());
            }
            Err(fault) => faults.push(fault),
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

/// One test, as both kinds of change may write the same file.
#[test]
fn examples_do_what_they_say_and_tables_are_those_of_their_sources() {
    all_pages(|page| {
        let (page, mut faults) = generated::renew(page);
        let (text, found) = run::page(&page);
        faults.extend(found);
        (text, faults)
    });
}

#[test]
fn examples_of_functions_give_what_they_say() {
    let examples: Vec<(&str, &str)> = generated::function_examples().collect();
    if let Err(fault) = run::all_formulas(&run::setting("shop").unwrap(), &examples) {
        panic!("{fault}");
    }
}

/// Every command that is shown anywhere is run, or is marked as needing what is not there.
#[test]
fn commands_of_texts_run() {
    let faults = commands::of_texts();
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

#[test]
fn commands_of_the_help_run() {
    let faults = commands::of_help();
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

#[test]
fn commands_in_sentences_are_those_of_the_program() {
    let all: Vec<PathBuf> = pages().into_iter().chain(commands::texts()).collect();
    let faults = commands::of_sentences(&all);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn pictures_show_what_the_program_prints() {
    let faults = commands::of_pictures();
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

/// Actions are pinned to a commit, nothing comes from a registry of packages, and commands are the program's.
#[test]
fn the_workflow_and_the_hooks_are_sound() {
    let read = |name: &str| fs::read_to_string(root().join(name)).unwrap();
    let (workflow, hooks) = (read("docs/merit-check.yml"), read(".pre-commit-hooks.yaml"));
    let commands = workflow.lines().filter_map(|line| line.split("run: ").nth(1));
    let entries = hooks.lines().filter_map(|line| line.split("entry: ").nth(1));
    let faults: Vec<String> = commands.chain(entries).flat_map(commands::unknown).collect();
    assert!(faults.is_empty(), "{faults:?}");
    for action in workflow.lines().filter_map(|line| line.split("uses: ").nth(1)) {
        let commit = action.split(['@', ' ']).nth(1).unwrap();
        assert!(commit.len() == 40 && commit.chars().all(|c| c.is_ascii_hexdigit()), "{action} is not pinned");
        assert!(action.contains(" # v"), "{action} does not say its version");
    }
    let install = workflow.lines().find(|line| line.contains("cargo install")).unwrap();
    assert!(install.contains("--git") && install.contains("--tag") && install.contains("--locked"), "{install}");
    for command in ["merit check", "merit test", "merit fmt --check"] {
        assert!(workflow.contains(&format!("run: {command}")), "{command}");
    }
}

/// What the tutorial lets people type means the same in every shell.
#[test]
fn commands_of_the_tutorial_are_for_every_shell() {
    let text = fs::read_to_string(root().join("docs/tutorial.md")).unwrap();
    let commands: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("$ ")).collect();
    assert!(commands.len() > 20);
    for command in commands {
        let plain = command.starts_with("merit ")
            && !command.contains(['\'', '$', '%', '&', ';', '|', '<', '>', '*', '\\', '/']);
        assert!(plain, "`{command}` may mean something else in PowerShell or cmd");
    }
}

/// Links between the pages, and from the README, lead to files and headings that are there.
#[test]
fn links_lead_somewhere() {
    let mut faults = Vec::new();
    for path in pages().into_iter().chain([root().join("README.md")]) {
        let text = fs::read_to_string(&path).unwrap();
        for link in page::links(&text) {
            let (file, heading) = link.split_once('#').unwrap_or((link.as_str(), ""));
            let target = if file.is_empty() { path.clone() } else { path.parent().unwrap().join(file) };
            let found = match fs::read_to_string(&target) {
                Ok(text) => heading.is_empty() || page::headings(&text).iter().any(|known| known == heading),
                Err(_) => heading.is_empty() && target.exists(),
            };
            if !found {
                faults.push(format!("{}: `{link}` leads nowhere", path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// A surrounding that no example uses, or a generated part that no page shows, is left over.
#[test]
fn nothing_is_left_over() {
    // The examples of functions are formulas of the shop.
    let (mut settings, mut parts) = (BTreeSet::from(["shop".to_string()]), BTreeSet::new());
    for path in pages() {
        let text = fs::read_to_string(&path).unwrap();
        for piece in Page::read(&path, &text).unwrap().pieces {
            match piece {
                Piece::Fence(fence) if !fence.info.contains(" not run: ") => {
                    settings.extend(fence.info.split_once(" of ").map(|(_, name)| name.to_string()));
                }
                Piece::Fence(_) => {}
                Piece::Generated(part) => {
                    parts.insert(part.name);
                }
                Piece::Text(_) => {}
            }
        }
    }
    for entry in fs::read_dir(root().join("docs/reference/settings")).unwrap() {
        let name = entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_string();
        assert!(settings.contains(&name), "no example is part of `{name}`");
    }
    for name in generated::NAMES {
        assert!(parts.contains(*name), "no page shows `{name}`");
    }
}

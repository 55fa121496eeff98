//! Commands outside the pages' own folders: in the README and other texts, and in what `merit help` shows. Each is run in a
//! folder that holds `specs/insurance`, unless something says that it needs what is not there:
//!
//! - a frame, by `<!-- not run: WHY -->` above it,
//! - a row of a table and an example of `merit help`, by `needs …` in its words; `ends with 1` says that it finds something.
//!
//! Commands in sentences are not run; their options are those of the program.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex};

use super::page::{Page, Piece};
use super::{root, run};

/// What is done with a command.
struct Shown {
    place: String,
    command: String,
    /// What is said of it.
    words: String,
}

/// Texts for people that are no pages of the documentation.
pub fn texts() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = ["*.md", "specs/**/*.md", "tests/*.md", "benches/*.md"]
        .iter()
        .flat_map(|pattern| glob::glob(root().join(pattern).to_str().unwrap()).unwrap().map(Result::unwrap))
        .collect();
    found.sort();
    assert!(found.iter().any(|path| path.ends_with("README.md")) && found.len() >= 5, "{found:?}");
    found
}

/// The example's specs and data, where commands expect them.
fn scene() -> tempfile::TempDir {
    fn copy(from: &Path, to: &Path) {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
            let target = to.join(entry.file_name());
            match entry.path().is_dir() {
                true => copy(&entry.path(), &target),
                false => drop(fs::copy(entry.path(), target).unwrap()),
            }
        }
    }
    let folder = tempfile::tempdir().unwrap();
    copy(&root().join("specs/insurance"), &folder.path().join("specs/insurance"));
    folder
}

/// Runs commands, and tells which of them do not end as they should.
fn run_all(shown: &[Shown]) -> Vec<String> {
    let folder = scene();
    let mut faults = Vec::new();
    for Shown { place, command, words } in shown {
        if words.contains("needs ") {
            faults.extend(unknown(command).iter().map(|fault| format!("{place}: {fault}")));
            continue;
        }
        let (said, code) = run::shell(command, folder.path());
        let wanted = i32::from(words.contains("ends with 1"));
        if code != Some(wanted) {
            faults.push(format!("{place}: `{command}` ends with {code:?}\n{said}"));
        }
    }
    faults
}

/// The frames and tables of texts.
pub fn of_texts() -> Vec<String> {
    let (mut faults, mut shown) = (Vec::new(), Vec::new());
    for path in texts() {
        let text = fs::read_to_string(&path).unwrap();
        let page = match Page::read(&path, &text) {
            Ok(page) => page,
            Err(fault) => {
                faults.push(fault);
                continue;
            }
        };
        for piece in &page.pieces {
            match piece {
                Piece::Fence(fence) => {
                    let place = format!("{}:{}", path.display(), fence.line);
                    let (word, mark) = fence.info.split_once(' ').unwrap_or((&fence.info, ""));
                    match word {
                        "sh" | "console" | "bash" => shown.extend(fence.body.lines().filter_map(|line| {
                            let command = match word {
                                "console" => line.strip_prefix("$ ")?,
                                _ => line.split(" # ").next()?,
                            };
                            let words =
                                if mark.starts_with("not run: ") { format!("needs {mark}") } else { String::new() };
                            Some(Shown { place: place.clone(), command: command.trim().to_string(), words })
                        })),
                        "merit" | "text" | "yaml" | "json" | "toml" => {}
                        _ => faults.push(format!("{place}: `{word}` is no kind of frame here")),
                    }
                }
                Piece::Text(text) => shown.extend(rows(&path, text)),
                Piece::Generated(_) => {}
            }
        }
    }
    assert!(shown.len() > 15, "only {} commands", shown.len());
    faults.extend(run_all(&shown));
    faults
}

/// Rows of tables that begin with a command; `… --person X` goes on behind the last whole one.
fn rows(path: &Path, text: &str) -> Vec<Shown> {
    let mut found = Vec::new();
    let mut base = String::new();
    for line in text.lines().filter(|line| line.starts_with("| `merit ") || line.starts_with("| `… ")) {
        let (first, words) = line[1..].split_once(" | ").unwrap_or((line, ""));
        for span in first.split('`').skip(1).step_by(2) {
            let command = match span.strip_prefix("… ") {
                Some(rest) => format!("{base} {rest}"),
                None => {
                    base = span.to_string();
                    base.clone()
                }
            };
            found.push(Shown { place: format!("{}: {span}", path.display()), command, words: words.to_string() });
        }
    }
    found
}

static HELP: LazyLock<Mutex<BTreeMap<String, String>>> = LazyLock::new(Mutex::default);

/// What `merit help` prints of a command; nothing where there is none.
fn help(of: &str) -> String {
    let mut known = HELP.lock().unwrap();
    let ask = || {
        let (said, code) = run::shell(&format!("merit help {of}"), &root());
        if code == Some(0) { said } else { String::new() }
    };
    known.entry(of.to_string()).or_insert_with(ask).clone()
}

const COMMANDS: &[&str] = &[
    "check", "explain", "data", "diff", "eval", "goal", "audit", "close", "verify", "restate", "plan", "sql", "test",
    "fmt", "why",
];

/// The examples that `merit help` shows.
pub fn of_help() -> Vec<String> {
    let mut shown: Vec<Shown> = Vec::new();
    for of in [""].iter().chain(COMMANDS) {
        let text = help(of);
        let (_, examples) =
            text.split_once("Examples:\n").unwrap_or_else(|| panic!("`merit help {of}` has no examples"));
        for line in examples.lines().take_while(|line| line.starts_with("  ")) {
            let indent = line.len() - line.trim_start().len();
            match (indent, shown.last_mut()) {
                (2, _) => shown.push(Shown {
                    place: format!("merit help {of}"),
                    command: line.trim().to_string(),
                    words: String::new(),
                }),
                (6, Some(last)) => last.words.push_str(line.trim()),
                _ => panic!("`merit help {of}`: {line}"),
            }
        }
    }
    run_all(&shown)
}

/// What is wrong with the commands of a line: no such command, no such option.
pub fn unknown(line: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for command in line.split(['|', ';', '&']).map(str::trim).filter_map(|command| command.strip_prefix("merit ")) {
        let mut words = command.split_whitespace();
        let Some(first) = words.next() else { continue };
        if matches!(first, "help" | "--version" | "--help") {
            continue;
        }
        if !COMMANDS.contains(&first) {
            faults.push(format!("there is no `merit {first}`"));
            continue;
        }
        let text = help(first);
        for option in words.filter(|word| word.starts_with("--")) {
            let option = option.split(['=', '[']).next().unwrap_or(option).trim_end_matches(['…', ',', '.']);
            if !text.split([' ', '\n', '[', ',']).any(|word| word == option) {
                faults.push(format!("`merit {first}` has no `{option}`"));
            }
        }
    }
    faults
}

/// Commands in sentences, and commands that stand in no frame.
pub fn of_sentences(paths: &[PathBuf]) -> Vec<String> {
    let mut faults = Vec::new();
    for path in paths {
        let text = fs::read_to_string(path).unwrap();
        let mut fenced = false;
        for (at, line) in (1..).zip(text.lines()) {
            let place = format!("{}:{at}", path.display());
            fenced ^= line.starts_with("```");
            if fenced || line.starts_with("```") {
                continue;
            }
            let spans = line.split('`').skip(1).step_by(2);
            let inline = spans.filter(|span| span.starts_with("merit "));
            faults.extend(inline.flat_map(unknown).map(|fault| format!("{place}: {fault}")));
            let programs = ["merit ", "$ ", "duckdb ", "psql ", "cargo ", "git ", "pip ", "spark-sql "];
            if let Some(indented) = line.strip_prefix("    ")
                && programs.iter().any(|program| indented.starts_with(program))
            {
                faults.push(format!("{place}: a command stands in a frame, where it is run or marked"));
            }
        }
    }
    faults
}

/// The pictures of the README: the command at their head prints what they show.
pub fn of_pictures() -> Vec<String> {
    let folder = scene();
    let mut faults = Vec::new();
    for name in ["error", "scorecard", "why"] {
        let picture = fs::read_to_string(root().join(format!("docs/{name}.svg"))).unwrap();
        let mut lines: BTreeMap<u32, String> = BTreeMap::new();
        for text in picture.lines().filter_map(|line| line.strip_prefix("<text ")) {
            let y = text.split("y=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().parse().unwrap();
            let words = text.split_once('>').unwrap().1.trim_end_matches("</text>");
            let words = words.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
            lines.entry(y).or_default().push_str(&words.replace("&#x27;", "'"));
        }
        // Blanks are places in a picture.
        let plain = |line: &str| line.split_whitespace().collect::<String>();
        let mut lines = lines.into_values();
        let command = lines.next().unwrap();
        let shown: Vec<String> = lines.map(|line| plain(&line)).collect();
        let command = command.strip_prefix('$').unwrap();
        if name == "error" {
            spoil(&folder.path().join("specs/insurance"));
        }
        let (said, _) = run::shell(command, folder.path());
        let said: Vec<String> = said.lines().map(plain).filter(|line| !line.is_empty()).collect();
        // What made a report is another with every change of a spec, and no part of the picture.
        let said: Vec<String> = said.into_iter().filter(|line| !line.starts_with("Madeby")).collect();
        if said != shown {
            faults.push(format!(
                "docs/{name}.svg is out of date: docs/make_pictures.py makes it anew\n{said:#?}\n{shown:#?}"
            ));
        }
        if name == "error" {
            fs::remove_dir_all(folder.path().join("specs")).unwrap();
            fs::rename(scene().keep().join("specs"), folder.path().join("specs")).unwrap();
        }
    }
    faults
}

/// The mistake of the picture, which docs/make_pictures.py puts into the example.
fn spoil(specs: &Path) {
    let maker = fs::read_to_string(root().join("docs/make_pictures.py")).unwrap();
    let line = maker.lines().find(|line| line.starts_with("SOUND, BROKEN")).unwrap();
    let texts: Vec<&str> = line.split('"').collect();
    for path in glob::glob(specs.join("**/*.merit").to_str().unwrap()).unwrap().map(Result::unwrap) {
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replace(texts[1], texts[3])).unwrap();
    }
}

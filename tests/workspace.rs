//! A project open for edits says after each edit what a fresh check of the same files says.

use std::fs;
use std::path::{Path, PathBuf};

use merit::diagnostic::human::{HumanOptions, render};
use merit::project::Workspace;
use merit::source::FileId;

/// Numbers that look random and are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, count: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % count.max(1) as u64) as usize
    }
}

/// What a user sees, and the model the findings are about.
fn shown(workspace: &Workspace) -> (String, String) {
    let options = HumanOptions { color: false, width: 100, limit: usize::MAX };
    let findings = render(workspace.findings(), workspace.sources(), &options);
    (findings, format!("{:#?}", workspace.model()))
}

/// Changes a line or two, as typing, deleting and pasting do.
fn edited(text: &str, random: &mut Random) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_string).collect();
    if lines.is_empty() {
        return "position nobody { scope own }\n".into();
    }
    let at = random.below(lines.len());
    match random.below(8) {
        0 => drop(lines.remove(at)),
        1 => lines.insert(at, String::new()),
        2 => lines.insert(at, lines[random.below(lines.len())].clone()),
        3 => lines[at] = lines[at].replace("100", "90"),
        4 => lines[at] = lines[at].replace(|c: char| c.is_ascii_digit(), "7"),
        5 => lines[at] = format!("{} # a word", lines[at]),
        6 => {
            let words: Vec<&str> = lines[at].split(' ').collect();
            let word = words[random.below(words.len())].to_string();
            if !word.is_empty() {
                lines[at] = lines[at].replacen(&word, &format!("{word}x"), 1);
            }
        }
        _ => {
            let other = random.below(lines.len());
            lines.swap(at, other);
        }
    }
    lines.join("\n") + "\n"
}

/// Edits files of a folder whose text is of one kind, at random; after each edit the workspace and a fresh check must agree.
fn agree(folder: &Path, edits: usize, seed: u64, name: &str, edit_this: fn(&str) -> bool) {
    let paths = [folder.to_path_buf()];
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut workspace = Workspace::open(&paths).unwrap();
    let files: Vec<(FileId, PathBuf)> = workspace
        .sources()
        .iter()
        .map(|(id, file)| (id, file.path.clone()))
        .filter(|(_, path)| path.extension().is_some())
        .filter(|(_, path)| edit_this(&fs::read_to_string(path).unwrap()))
        .collect();
    let originals: Vec<String> = files.iter().map(|(_, path)| fs::read_to_string(path).unwrap()).collect();
    let mut last: Option<usize> = None;
    for edit in 0..edits {
        // Half of the mistakes are mended by the next edit, so that sound projects are met as well.
        let (at, text) = match last.take() {
            Some(at) if random.below(2) == 0 => (at, originals[at].clone()),
            _ => {
                let at = random.below(files.len());
                let text = edited(&workspace.sources().get(files[at].0).text, &mut random);
                last = Some(at);
                (at, text)
            }
        };
        fs::write(&files[at].1, &text).unwrap();
        workspace.edit(files[at].0, text);
        let (kept, fresh) = (shown(&workspace), shown(&Workspace::open(&paths).unwrap()));
        let place = files[at].1.display();
        assert_eq!(kept.0, fresh.0, "{name}, seed {seed}: findings after edit {edit} in {place}");
        assert!(kept.1 == fresh.1, "{name}, seed {seed}: another model after edit {edit} in {place}");
    }
}

/// The declarations of a text, each beginning in the first column.
fn declarations(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = vec![String::new()];
    for line in text.lines() {
        let starts = line.starts_with(|c: char| c.is_alphabetic());
        if starts && parts.last().is_some_and(|part| !part.is_empty()) {
            parts.push(String::new());
        }
        if let Some(part) = parts.last_mut() {
            part.push_str(line);
            part.push('\n');
        }
    }
    parts
}

fn specs(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            specs(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "merit") {
            found.push(path);
        }
    }
}

fn specs_in(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    specs(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut found);
    found.sort();
    found
}

/// Of the corpus, split into files of positions and one of everything else.
#[test]
fn edits_to_the_corpus() {
    let chosen = specs_in("tests/corpus").into_iter().enumerate().filter(|(at, _)| at % 8 == 0);
    for (seed, path) in chosen {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let folder = tempfile::tempdir().unwrap();
        let mut files = [String::new(), String::new(), String::new()];
        for (at, declaration) in declarations(&text).into_iter().enumerate() {
            let position = declaration.trim_start().starts_with("position ");
            files[if position { 1 + at % 2 } else { 0 }].push_str(&declaration);
        }
        for (name, text) in ["a", "b", "c"].iter().zip(&files) {
            fs::write(folder.path().join(format!("{name}.merit")), text).unwrap();
        }
        agree(folder.path(), 5, seed as u64 + 1, &path.display().to_string(), |_| true);
    }
}

#[test]
fn edits_to_the_example() {
    for seed in 1..=2 {
        let folder = tempfile::tempdir().unwrap();
        copy_of_the_example(folder.path());
        agree(folder.path(), 12, seed, "the example", |_| true);
    }
}

/// Files of nothing but KPIs: only the positions that build on an edited one are checked again.
#[test]
fn edits_to_kpis() {
    for seed in 1..=2 {
        let folder = tempfile::tempdir().unwrap();
        copy_of_the_example(folder.path());
        agree(folder.path(), 10, seed, "KPIs of the example", |text| {
            let is_kpi = |part: &String| part.lines().any(|line| line.starts_with("kpi "));
            declarations(text).iter().all(|part| is_kpi(part) || !part.contains('{'))
        });
    }
}

/// All specs in one folder, which keep their names apart.
fn copy_of_the_example(folder: &Path) {
    for path in specs_in("specs/insurance") {
        let parent = path.parent().and_then(Path::file_name).unwrap();
        let name = format!("{}-{}", parent.display(), path.file_name().unwrap().display());
        fs::copy(&path, folder.join(name)).unwrap();
    }
}

//! Copies of the insurance example to damage, and the program run on them.

#![allow(dead_code)] // each test binary uses a part of it

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The committed example.
pub fn insurance() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("specs/insurance")
}

/// A temporary folder that holds the example as `insurance`. Its data files are links to the committed ones until a
/// test writes its own in their place.
pub struct Copy {
    folder: tempfile::TempDir,
}

/// One finding as it was shown.
#[derive(Debug)]
pub struct Finding {
    pub code: String,
    pub error: bool,
    /// The first place in the specs: file below `insurance/`, line.
    pub place: Option<(String, usize)>,
    /// All but the code.
    pub text: String,
}

impl Copy {
    pub fn new() -> Copy {
        let folder = tempfile::tempdir().unwrap();
        copy(&insurance(), &folder.path().join("insurance"));
        Copy { folder }
    }

    pub fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join("insurance").join(file)
    }

    pub fn bytes(&self, file: &str) -> Vec<u8> {
        fs::read(self.path(file)).unwrap()
    }

    pub fn text(&self, file: &str) -> String {
        String::from_utf8(self.bytes(file)).unwrap()
    }

    /// Puts bytes in the place of a file, or makes a new one; the committed file stays as it is.
    pub fn write(&self, file: &str, bytes: impl AsRef<[u8]>) {
        self.remove(file);
        fs::write(self.path(file), bytes).unwrap();
    }

    pub fn remove(&self, file: &str) {
        let path = self.path(file);
        if path.exists() {
            fs::remove_file(path).unwrap();
        }
    }

    /// Replaces a text that stands in the file exactly once; how columns are aligned does not count.
    pub fn replace(&self, file: &str, from: &str, to: &str) {
        let text = self.text(file);
        let places = places(&text, from);
        assert_eq!(places.len(), 1, "`{from}` should stand once in {file}");
        self.write(file, [&text[..places[0].start], to, &text[places[0].end..]].concat());
    }

    /// The only line of a file that holds a text, from 1; how columns are aligned does not count.
    pub fn line_of(&self, file: &str, part: &str) -> usize {
        let text = self.text(file);
        let lines: Vec<usize> =
            (1..).zip(text.lines()).filter(|(_, line)| !places(line, part).is_empty()).map(|(at, _)| at).collect();
        assert_eq!(lines.len(), 1, "`{part}` should stand in one line of {file}: {lines:?}");
        lines[0]
    }

    /// The program, run in the folder that holds `insurance`, as if its output were no terminal.
    pub fn merit(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_merit"));
        command.current_dir(self.folder.path()).args(arguments).env_remove("NO_COLOR");
        command
    }

    pub fn check(&self) -> Output {
        self.merit(&["check", "insurance"])
    }
}

/// Where a text stands, with any number of blanks where it has some.
fn places(text: &str, wanted: &str) -> Vec<std::ops::Range<usize>> {
    let at = |start: usize| {
        let mut rest = &text[start..];
        for (index, part) in wanted.split(' ').filter(|part| !part.is_empty()).enumerate() {
            let trimmed = rest.trim_start_matches(' ');
            if index > 0 && trimmed.len() == rest.len() {
                return None;
            }
            rest = if index > 0 { trimmed } else { rest }.strip_prefix(part)?;
        }
        Some(start..text.len() - rest.len())
    };
    text.char_indices().filter_map(|(start, _)| at(start)).collect()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, target) = {
            let entry = entry.unwrap();
            (entry.path(), to.join(entry.file_name()))
        };
        if path.is_dir() {
            copy(&path, &target);
        } else if path.parent().is_some_and(|folder| folder.ends_with("data")) {
            link(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

/// The same file under another name where that can be, for the data is large; whoever writes takes it away first.
fn link(from: &Path, to: &Path) {
    if fs::hard_link(from, to).is_err() {
        fs::copy(from, to).unwrap();
    }
}

/// A report in text without its last line, on what made it; it must be there.
pub fn without_provenance(text: &str) -> &str {
    let at =
        text.rfind("Made by").or_else(|| text.rfind("生成")).unwrap_or_else(|| panic!("nothing made this: {text}"));
    text[..at].trim_end()
}

pub fn utf8(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The findings of a rendered output: each begins with a line that is nothing but its code.
pub fn findings(shown: &str) -> Vec<Finding> {
    let is_code = |line: &str| !line.is_empty() && line.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    let mut found: Vec<Finding> = Vec::new();
    for line in shown.lines() {
        if is_code(line) {
            found.push(Finding { code: line.to_string(), error: false, place: None, text: String::new() });
            continue;
        }
        let Some(last) = found.last_mut() else { continue };
        if line.starts_with("checked ") || line.starts_with("merit: ") {
            continue;
        }
        last.error |= line.starts_with("  × ");
        last.text.push_str(line);
        last.text.push('\n');
        if let (None, Some((_, place))) = (&last.place, line.split_once("╭─[insurance/")) {
            let mut parts = place.trim_end_matches(']').split(':');
            let file = parts.next().unwrap().to_string();
            last.place = Some((file, parts.next().unwrap().parse().unwrap()));
        }
    }
    found
}

//! Folders of `.merit` files to a checked project.

use std::collections::HashSet;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::data;
use crate::diagnostic::{Code, Diagnostic, sort};
use crate::model::{self, Model};
use crate::parallel;
use crate::source::{FileId, SourceFile, SourceSet, Span};
use crate::syntax::{self, Parsed};

/// A project as far as it could be understood.
pub struct Project {
    /// How many spec files it is made of.
    pub files: usize,
    pub sources: SourceSet,
    /// Usable only when no finding is an error.
    pub model: Model,
    /// In the order of their places.
    pub diagnostics: Vec<Diagnostic>,
}

impl Project {
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// Why no project could be loaded at all.
#[derive(Debug)]
pub enum LoadError {
    NotFound(PathBuf),
    /// A file that is given by name and is not a spec.
    NotASpec(PathBuf),
    NoSpecs(Vec<PathBuf>),
    Unreadable(PathBuf, io::Error),
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::NotFound(path) => write!(f, "there is no file or folder `{}`", path.display()),
            LoadError::NotASpec(path) => {
                write!(f, "`{}` is not a spec: their names end in `.merit`", path.display())
            }
            LoadError::NoSpecs(paths) => {
                let paths = paths.iter().map(|path| format!("`{}`", path.display())).collect::<Vec<_>>();
                write!(f, "there is no `.merit` file under {}", paths.join(", "))
            }
            LoadError::Unreadable(path, error) => write!(f, "`{}` cannot be read: {error}", path.display()),
        }
    }
}

/// Reads, parses and checks all specs under the paths as one project.
pub fn load(paths: &[PathBuf]) -> Result<Project, LoadError> {
    let files = find_specs(paths)?;
    let count = files.len();
    let read = parallel::map(count, |at| read(FileId(at as u32), &files[at]));
    let mut sources = SourceSet::default();
    let mut diagnostics = Vec::new();
    let mut trees = Vec::new();
    for file in read {
        let (source, parsed) = file?;
        sources.push(source);
        diagnostics.extend(parsed.diagnostics);
        trees.push(parsed.tree);
    }
    let readable = !diagnostics.iter().any(Diagnostic::is_error);
    let standard = sources.add("the standard library", model::STANDARD_LIBRARY);
    let library = syntax::parse(standard, model::STANDARD_LIBRARY).tree;
    let (model, mut found) = model::check(&trees, &library, &sources);
    // The tables of tests are read by the rules of a model without errors.
    if readable && !found.iter().any(Diagnostic::is_error) {
        found.extend(model.tests.iter().flat_map(|test| data::check_given(&model, &test.given)));
    }
    // Where a line could not be read, what it declares is not there: what may only follow from that is not said.
    diagnostics.extend(found.into_iter().filter(|finding| readable || !finding.code.may_follow_from_a_gap()));
    sort(&mut diagnostics, &sources);
    Ok(Project { files: count, sources, model, diagnostics })
}

/// One file and its tree.
fn read(id: FileId, path: &Path) -> Result<(SourceFile, Parsed), LoadError> {
    let bytes = fs::read(path).map_err(|error| LoadError::Unreadable(path.to_path_buf(), error))?;
    Ok(match String::from_utf8(bytes) {
        Ok(text) => {
            let source = SourceFile::new(path.to_path_buf(), text);
            let parsed = syntax::parse(id, &source.text);
            (source, parsed)
        }
        Err(error) => {
            let (source, finding) = not_utf8(id, path, error.as_bytes());
            (source, Parsed { diagnostics: vec![finding], ..Parsed::default() })
        }
    })
}

/// The finding for a text in another encoding; the text is kept as far as it can be read, to show the line.
pub fn not_utf8(id: FileId, path: &Path, bytes: &[u8]) -> (SourceFile, Diagnostic) {
    let text = String::from_utf8_lossy(bytes);
    // Up to the first bad byte the shown text and the file agree.
    let at = text.find(char::REPLACEMENT_CHARACTER).unwrap_or(0);
    let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let at = at.saturating_sub(mark);
    let file = SourceFile::new(path.to_path_buf(), text.into_owned());
    let end = at + char::REPLACEMENT_CHARACTER.len_utf8();
    let (line, _) = file.line_column(at as u32);
    let finding =
        Diagnostic::new(Code::NotUtf8, format!("`{}` is not UTF-8 text: line {line} cannot be read", path.display()))
            .at(Span::new(id, at, end), "no character of UTF-8")
            .help("save the file as UTF-8; editors offer this under `Save as`, by the name of `Encoding`");
    (file, finding)
}

/// All specs under the paths, each once, in the order of their names.
pub fn find_specs(paths: &[PathBuf]) -> Result<Vec<PathBuf>, LoadError> {
    let mut files = Vec::new();
    let mut seen = HashSet::new();
    for path in paths {
        if path.is_dir() {
            walk(path, &mut files, &mut seen)?;
        } else if !path.exists() {
            return Err(LoadError::NotFound(path.clone()));
        } else if !is_spec(path) {
            return Err(LoadError::NotASpec(path.clone()));
        } else if is_new(path, &mut seen)? {
            files.push(path.clone());
        }
    }
    if files.is_empty() {
        return Err(LoadError::NoSpecs(paths.to_vec()));
    }
    files.sort();
    Ok(files)
}

/// Hidden folders and `target`, where programs build, hold no specs.
fn walk(folder: &Path, files: &mut Vec<PathBuf>, seen: &mut HashSet<PathBuf>) -> Result<(), LoadError> {
    if !is_new(folder, seen)? {
        return Ok(());
    }
    let unreadable = |error| LoadError::Unreadable(folder.to_path_buf(), error);
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name.starts_with('.') {
            continue;
        }
        if path.is_dir() {
            if name != "target" {
                walk(&path, files, seen)?;
            }
        } else if is_spec(&path) && is_new(&path, seen)? {
            // `./specs/a.merit` reads as `specs/a.merit`.
            files.push(path.strip_prefix(".").map(Path::to_path_buf).unwrap_or(path));
        }
    }
    Ok(())
}

fn is_spec(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "merit")
}

/// Whether a place is met for the first time, whatever way leads to it.
fn is_new(path: &Path, seen: &mut HashSet<PathBuf>) -> Result<bool, LoadError> {
    let real = path.canonicalize().map_err(|error| LoadError::Unreadable(path.to_path_buf(), error))?;
    Ok(seen.insert(real))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    #[test]
    fn specs_are_found_once_in_order_and_not_in_hidden_folders() {
        let files: &[(&str, &[u8])] = &[
            ("b.merit", b""),
            ("a/z.merit", b""),
            ("a/notes.txt", b""),
            (".git/x.merit", b""),
            ("target/y.merit", b""),
        ];
        let folder = folder(files);
        let root = folder.path().to_path_buf();
        let found = find_specs(&[root.clone(), root.join("a"), root.join("b.merit")]).unwrap();
        assert_eq!(found, [root.join("a/z.merit"), root.join("b.merit")]);
        assert!(matches!(find_specs(&[root.join("a/notes.txt")]), Err(LoadError::NotASpec(_))));
        assert!(matches!(find_specs(&[root.join("none")]), Err(LoadError::NotFound(_))));
    }

    #[test]
    fn another_encoding_is_a_finding_with_its_line() {
        let folder = folder(&[("gb.merit", b"# one\n# \xb1\xea\xd7\xbc\n")]);
        let project = load(&[folder.path().to_path_buf()]).unwrap();
        let [finding] = project.diagnostics.as_slice() else { panic!("{:?}", project.diagnostics) };
        assert!(finding.message.ends_with("is not UTF-8 text: line 2 cannot be read"), "{}", finding.message);
        let span = finding.labels[0].span;
        assert_eq!(project.sources.get(span.file).line_column(span.start), (2, 3));
    }
}

//! Folders of `.merit` files to the texts of projects.
//!
//! `file` reads a `merit.project`, `group` makes projects of its clauses, `places` finds the projects of what is named on
//! the command line, `several` checks them, and `workspace` holds one that is edited.

mod file;
mod group;
mod places;
mod several;
mod workspace;

pub use file::NAME as PROJECT_FILE;
pub use places::specs_to_format;
pub use several::{Member, Set, open, open_one};
pub use workspace::{Project, Workspace, load, load_with};

use std::collections::HashSet;
use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::diagnostic::{Code, Diagnostic};
use crate::limits::{SPEC, megabytes};
use crate::source::{FileId, SourceFile, Span};

/// Why no project could be loaded at all.
#[derive(Debug)]
pub enum LoadError {
    NotFound(PathBuf),
    /// A file that is given by name and is not a spec.
    NotASpec(PathBuf),
    NoSpecs(Vec<PathBuf>),
    /// A pipe or device with the name of a spec.
    NoFile(PathBuf),
    TooLarge(PathBuf),
    Unreadable(PathBuf, io::Error),
    /// Several projects where one is wanted.
    Several(Vec<PathBuf>),
    /// Nothing is left of what is named: a `merit.project` ignores it.
    Ignored(Vec<PathBuf>),
    /// A file or folder in no project of the `merit.project` above it.
    NoProject(PathBuf, PathBuf),
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::NotFound(path) => write!(f, "there is no file or folder `{}`", path.display()),
            LoadError::NotASpec(path) => {
                write!(f, "`{}` is not a spec: their names end in `.merit`", path.display())
            }
            LoadError::NoSpecs(paths) => write!(f, "there is no `.merit` file under {}", listed(paths)),
            LoadError::Several(names) => {
                write!(f, "there are {} projects here, and one is wanted: {}", names.len(), listed(names))
            }
            LoadError::Ignored(paths) => {
                write!(f, "nothing is left to read: `{PROJECT_FILE}` ignores {}", listed(paths))
            }
            LoadError::NoProject(path, file) => {
                write!(f, "`{}` belongs to no project of `{}`", path.display(), file.display())
            }
            LoadError::NoFile(path) => write!(f, "`{}` is a pipe or a device, and no file", path.display()),
            LoadError::TooLarge(path) => {
                write!(f, "`{}` is larger than a spec can be: {}", path.display(), megabytes(SPEC))
            }
            LoadError::Unreadable(path, error) => write!(f, "`{}` cannot be read: {error}", path.display()),
        }
    }
}

/// Names in quotes; of many, the first.
fn listed(paths: &[PathBuf]) -> String {
    const SHOWN: usize = 5;
    let mut shown: Vec<String> = paths.iter().take(SHOWN).map(|path| format!("`{}`", path.display())).collect();
    if paths.len() > SHOWN {
        shown.push(format!("… and {} more", paths.len() - SHOWN));
    }
    shown.join(", ")
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

/// The bytes of a spec. What is no file has no end, and may never begin.
pub fn read_spec(path: &Path) -> Result<Vec<u8>, LoadError> {
    let unreadable = |error| LoadError::Unreadable(path.to_path_buf(), error);
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(LoadError::NoFile(path.to_path_buf()));
    }
    let mut bytes = Vec::new();
    fs::File::open(path).and_then(|file| file.take(SPEC + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
    match bytes.len() as u64 > SPEC {
        true => Err(LoadError::TooLarge(path.to_path_buf())),
        false => Ok(bytes),
    }
}

/// All specs under the paths, each once, in the order of their names.
pub fn find_specs(paths: &[PathBuf]) -> Result<Vec<PathBuf>, LoadError> {
    let mut found = Found::default();
    for path in paths {
        if path.is_dir() {
            found.walk(path)?;
        } else if !path.exists() {
            return Err(LoadError::NotFound(path.clone()));
        } else if !is_spec(path) {
            return Err(LoadError::NotASpec(path.clone()));
        } else {
            found.file(path.clone(), path)?;
        }
    }
    if found.files.is_empty() {
        return Err(LoadError::NoSpecs(paths.to_vec()));
    }
    found.files.sort();
    Ok(found.files)
}

/// What has been met, whatever way leads to it.
#[derive(Default)]
struct Found {
    files: Vec<PathBuf>,
    folders: HashSet<Place>,
    /// By folder and name.
    known: HashSet<(Place, OsString)>,
    /// Files and folders that are passed over.
    left_out: HashSet<PathBuf>,
    inner: Inner,
}

/// What is done with a folder that has a `merit.project` of its own.
#[derive(Default)]
enum Inner {
    /// Nothing: its specs are specs like others.
    #[default]
    Walked,
    /// It is left out, and noted.
    LeftOut(Vec<PathBuf>),
    /// What its file ignores is left out.
    Obeyed,
}

/// What tells a folder from others. Its path would: but to work that out takes as many steps as it is deep.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Place(#[cfg(unix)] (u64, u64), #[cfg(not(unix))] PathBuf);

#[cfg(unix)]
fn place(folder: &Path) -> io::Result<Place> {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(folder).map(|folder| Place((folder.dev(), folder.ino())))
}

#[cfg(not(unix))]
fn place(folder: &Path) -> io::Result<Place> {
    folder.canonicalize().map(Place)
}

impl Found {
    /// Hidden folders and `target`, where programs build, hold no specs.
    fn walk(&mut self, folder: &Path) -> Result<(), LoadError> {
        let unreadable = |error| LoadError::Unreadable(folder.to_path_buf(), error);
        let here = place(folder).map_err(unreadable)?;
        if !self.folders.insert(here.clone()) {
            return Ok(());
        }
        for entry in fs::read_dir(folder).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let (path, name) = (entry.path(), entry.file_name());
            if name.to_string_lossy().starts_with('.') {
                continue;
            }
            if self.left_out.contains(&path) || path.strip_prefix(".").is_ok_and(|path| self.left_out.contains(path)) {
                continue;
            }
            let kind = entry.file_type().map_err(unreadable)?;
            if kind.is_dir() || kind.is_symlink() && path.is_dir() {
                if name != "target" && self.enters(&path)? {
                    self.walk(&path)?;
                }
            } else if is_spec(&path) {
                // `./specs/a.merit` reads as `specs/a.merit`.
                let shown = path.strip_prefix(".").map(Path::to_path_buf).unwrap_or_else(|_| path.clone());
                match kind.is_symlink() {
                    true => self.file(shown, &path)?,
                    false if self.known.insert((here.clone(), name)) => self.files.push(shown),
                    false => {}
                }
            }
        }
        Ok(())
    }

    /// Whether the specs of a folder in a folder are looked for.
    fn enters(&mut self, folder: &Path) -> Result<bool, LoadError> {
        if matches!(self.inner, Inner::Walked) || !folder.join(PROJECT_FILE).is_file() {
            return Ok(true);
        }
        if let Inner::LeftOut(folders) = &mut self.inner {
            folders.push(folder.to_path_buf());
            return Ok(false);
        }
        self.left_out.extend(places::ignored_in(folder)?);
        Ok(true)
    }

    /// A file that may be met by another way.
    fn file(&mut self, shown: PathBuf, path: &Path) -> Result<(), LoadError> {
        let unreadable = |error| LoadError::Unreadable(path.to_path_buf(), error);
        let real = path.canonicalize().map_err(unreadable)?;
        let folder = place(real.parent().unwrap_or(Path::new("/"))).map_err(unreadable)?;
        if self.known.insert((folder, real.file_name().unwrap_or_default().to_os_string())) {
            self.files.push(shown);
        }
        Ok(())
    }
}

fn is_spec(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "merit")
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

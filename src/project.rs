//! Folders of `.merit` files to the texts of projects.
//!
//! `file` reads a `merit.project`, `group` makes projects of its clauses, `places` finds the projects of what is named on
//! the command line, `several` checks them, and `workspace` holds one that is edited.

mod file;
mod group;
mod merged;
mod places;
mod several;
mod workspace;

pub use file::NAME as PROJECT_FILE;
pub use places::specs_to_format;
pub use several::{Member, Set, open, open_one};
pub use workspace::{Project, Workspace, load, load_with, of_texts};

use std::collections::HashSet;
use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::data::{FileKind, kind_of};
use crate::diagnostic::{Code, DataPlace, Diagnostic};
use crate::limits::{SPEC, megabytes};
use crate::source::{FileId, SourceFile, Span};

/// Why no project could be loaded at all.
#[derive(Debug)]
pub enum LoadError {
    NotFound(PathBuf),
    /// A file that is given by name and is not a spec.
    NotASpec(PathBuf),
    /// With files there that are specs but for their names.
    NoSpecs(Vec<PathBuf>, Vec<PathBuf>),
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
            LoadError::NoSpecs(paths, _) => write!(f, "there is no `.merit` file under {}", listed(paths)),
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

/// What is wrong with bytes that are no text of a spec; `None` where they may be one.
pub fn no_spec(path: &Path, bytes: &[u8]) -> Option<Diagnostic> {
    let file = path.display().to_string().replace(std::path::MAIN_SEPARATOR, "/");
    let name = path.file_name().map_or_else(|| file.clone(), |name| name.to_string_lossy().into_owned());
    let finding = |message: String, help: String| {
        let place = DataPlace { file: file.clone(), ..DataPlace::default() };
        Some(Diagnostic::new(Code::NoSpec, message).in_data(place).help(help))
    };
    if bytes.trim_ascii().is_empty() {
        let help = "write the spec, bring its text back from a copy, or delete the file".to_string();
        return finding(format!("`{file}` is empty"), help);
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        let message = format!("`{file}` is stored as UTF-16, and specs are read as UTF-8");
        let help = "open it in an editor, choose `Save as`, and `UTF-8` as the encoding".to_string();
        return finding(message, help);
    }
    let kind = kind_of(bytes);
    let is_text = std::str::from_utf8(bytes).is_ok();
    let words = match kind {
        // Text of a kind that only other programs write; any other may be a spec.
        FileKind::Rtf | FileKind::Html | FileKind::Mht => kind.words(),
        _ if is_text => return None,
        FileKind::Text | FileKind::Empty | FileKind::Json | FileKind::Xml | FileKind::Binary => return None,
        kind => kind.words(),
    };
    let help = match kind {
        FileKind::Docx | FileKind::Doc | FileKind::Odt | FileKind::Rtf | FileKind::Numbers | FileKind::Compound => {
            format!(
                "open it in the program that wrote it, and save it as plain text (`.txt`, encoding UTF-8); then give that file the name `{name}`"
            )
        }
        _ => "specs are plain text: copy the text into an editor for plain text, and save it there".to_string(),
    };
    finding(format!("`{file}` is {words}, and specs are plain text"), help)
}

/// What is said of a file that is a spec but for its name.
fn not_read(path: &Path) -> Diagnostic {
    let file = path.display().to_string().replace(std::path::MAIN_SEPARATOR, "/");
    let meant = meant_name(path).unwrap_or_default();
    let place = DataPlace { file: file.clone(), ..DataPlace::default() };
    Diagnostic::new(Code::NoSpec, format!("`{file}` is not read: the names of specs end in `.merit`"))
        .in_data(place)
        .help(format!("rename it `{meant}`; where the system hides endings such as `.txt`, let it show them first"))
}

/// The name that a spec was to have whose name has another ending behind it, or capitals.
fn meant_name(path: &Path) -> Option<String> {
    const BEHIND: &[&str] = &["txt", "doc", "docx", "rtf", "odt", "pages", "text", "md", "html"];
    let name = path.file_name()?.to_str()?;
    let lower = name.to_lowercase();
    let ending = BEHIND.iter().find_map(|ending| lower.strip_suffix(&format!(".{ending}")));
    let stem = match ending {
        Some(stem) => stem.strip_suffix(".merit")?,
        None if name.ends_with(".merit") => return None,
        None => lower.strip_suffix(".merit").or_else(|| lower.strip_suffix(".merits"))?,
    };
    (!stem.is_empty()).then(|| format!("{}.merit", &name[..stem.len()]))
}

/// Files that other programs leave beside one that is open, or keep of what it was.
fn is_left_behind(name: &str) -> bool {
    name.starts_with('.')
        || name.starts_with("~$")
        || name.starts_with("~") && name.ends_with(".tmp")
        || name.starts_with('#')
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
    find(paths).map(|found| found.0)
}

/// The same, with the files that are specs but for their names.
fn find(paths: &[PathBuf]) -> Result<(Vec<PathBuf>, Vec<PathBuf>), LoadError> {
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
    let almost = found.almost();
    if found.files.is_empty() {
        return Err(LoadError::NoSpecs(paths.to_vec(), almost));
    }
    found.files.sort();
    Ok((found.files, almost))
}

/// What has been met, whatever way leads to it.
#[derive(Default)]
struct Found {
    files: Vec<PathBuf>,
    /// Specs but for their names.
    almost: Vec<PathBuf>,
    folders: HashSet<FolderId>,
    /// By folder and name.
    known: HashSet<(FolderId, OsString)>,
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
struct FolderId(#[cfg(unix)] (u64, u64), #[cfg(not(unix))] PathBuf);

#[cfg(unix)]
fn folder_id(folder: &Path) -> io::Result<FolderId> {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(folder).map(|folder| FolderId((folder.dev(), folder.ino())))
}

#[cfg(not(unix))]
fn folder_id(folder: &Path) -> io::Result<FolderId> {
    folder.canonicalize().map(FolderId)
}

impl Found {
    /// Specs but for their names. Beside the file that it is a copy of, one is kept on purpose.
    fn almost(&mut self) -> Vec<PathBuf> {
        let meant = |path: &Path| meant_name(path).map(|name| path.with_file_name(name));
        let mut almost = std::mem::take(&mut self.almost);
        almost.retain(|path| meant(path).is_some_and(|meant| !self.files.contains(&meant)));
        almost.sort();
        almost
    }

    /// Hidden folders and `target`, where programs build, hold no specs.
    fn walk(&mut self, folder: &Path) -> Result<(), LoadError> {
        let unreadable = |error| LoadError::Unreadable(folder.to_path_buf(), error);
        let here = folder_id(folder).map_err(unreadable)?;
        if !self.folders.insert(here.clone()) {
            return Ok(());
        }
        for entry in fs::read_dir(folder).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let (path, name) = (entry.path(), entry.file_name());
            if is_left_behind(&name.to_string_lossy()) {
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
            } else if meant_name(&path).is_some() {
                self.almost.push(path.strip_prefix(".").map_or_else(|_| path.clone(), Path::to_path_buf));
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
        let folder = folder_id(real.parent().unwrap_or(Path::new("/"))).map_err(unreadable)?;
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

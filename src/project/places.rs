//! The projects of what is named on the command line.
//!
//! A `merit.project` in a folder above, up to the root of the repository, says which there are. Where there is none,
//! folders are read as they are named; a single file stands for the project that it lies in.

use std::env;
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use super::file::{self, Clauses, NAME, mistake};
use super::group::{Group, below, group, left_over, specs_of};
use super::{Found, Inner, LoadError, is_spec, not_utf8, read_spec};
use crate::diagnostic::{Code, Diagnostic, sort};
use crate::source::{FileId, SourceFile, SourceSet, Span};

/// The specs of one project.
#[derive(Debug)]
pub(super) struct Place {
    /// How the user would name it.
    pub name: PathBuf,
    /// What it is made of, its own folder first: its data lies there.
    pub folders: Vec<PathBuf>,
    /// In the order in which they are read.
    pub specs: Vec<PathBuf>,
    /// Files there that are specs but for their names.
    pub almost: Vec<PathBuf>,
}

#[derive(Debug, Default)]
pub(super) struct Places {
    pub projects: Vec<Place>,
    /// Files and folders that were named, where more than them is read.
    pub first: Vec<PathBuf>,
    /// Files that are specs but for their names, where there is no other.
    pub almost: Vec<PathBuf>,
    /// What was named and is ignored.
    pub ignored: Vec<PathBuf>,
    /// What other projects read, too, that have to do with nothing that was named.
    pub elsewhere: Vec<PathBuf>,
    /// Files named `merit.project`, and what is wrong in them.
    pub sources: SourceSet,
    pub findings: Vec<Diagnostic>,
}

pub(super) fn places(paths: &[PathBuf]) -> Result<Places, LoadError> {
    let here = Here::new();
    let mut places = Places::default();
    let mut files: Vec<ProjectFile> = Vec::new();
    let (mut folders, mut lone) = (Vec::new(), Vec::new());
    for path in paths {
        let path = &named(path)?;
        let real = here.real(path);
        match file_above(&real).as_slice() {
            [] if path.is_dir() => folders.push(path.clone()),
            [] => lone.push(path.clone()),
            [root, outer @ ..] => match files.iter_mut().find(|file| file.root == *root) {
                Some(file) => file.wanted.push(real),
                None => files.push(ProjectFile {
                    root: root.clone(),
                    outer: outer.first().cloned(),
                    wanted: vec![real],
                    like: path.clone(),
                }),
            },
        }
    }
    if !folders.is_empty() {
        places.folders(folders, std::mem::take(&mut lone), &mut files, &here)?;
    }
    places.lone(lone, &here)?;
    for file in files {
        places.group(file, &here)?;
    }
    sort(&mut places.findings, &places.sources);
    if places.projects.is_empty() && places.findings.is_empty() {
        return Err(match places.ignored.is_empty() {
            true => LoadError::NoSpecs(paths.to_vec(), places.almost),
            false => LoadError::Ignored(places.ignored),
        });
    }
    Ok(places)
}

/// A `merit.project`, and what was named below its folder. Paths are whole.
struct ProjectFile {
    root: PathBuf,
    /// The folder of another one, above.
    outer: Option<PathBuf>,
    wanted: Vec<PathBuf>,
    /// How the user writes paths.
    like: PathBuf,
}

impl Places {
    /// Folders that are named are one project; what a `merit.project` below them speaks of is not part of it.
    fn folders(
        &mut self,
        folders: Vec<PathBuf>,
        lone: Vec<PathBuf>,
        files: &mut Vec<ProjectFile>,
        here: &Here,
    ) -> Result<(), LoadError> {
        let mut found = Found { inner: Inner::LeftOut(Vec::new()), ..Found::default() };
        for folder in &folders {
            found.walk(folder)?;
        }
        for file in &lone {
            found.file(file.clone(), file)?;
        }
        if let Inner::LeftOut(inner) = std::mem::take(&mut found.inner) {
            for like in inner {
                let root = here.real(&like);
                if !files.iter().any(|file| file.root == root) {
                    files.push(ProjectFile { outer: None, wanted: vec![root.clone()], root, like });
                }
            }
        }
        found.files.sort();
        let almost = found.almost();
        if found.files.is_empty() {
            self.almost = almost;
        } else {
            let name = folders[0].clone();
            let folders = folders.into_iter().chain(lone.iter().filter_map(|file| home(file))).collect();
            self.projects.push(Place { name, folders, specs: found.files, almost });
        }
        Ok(())
    }

    /// Each file stands for the project that it lies in.
    fn lone(&mut self, files: Vec<PathBuf>, here: &Here) -> Result<(), LoadError> {
        for like in files {
            let file = here.real(&like);
            let shown = here.seen(&file, &like);
            self.first.push(shown.clone());
            if self.projects.iter().any(|project| project.specs.contains(&shown)) {
                continue;
            }
            let home = home_of(&file, here);
            let mut found = Found { inner: Inner::LeftOut(Vec::new()), ..Found::default() };
            found.walk(&home)?;
            // A file that is hidden is read when it is named.
            if !found.files.contains(&file) {
                found.file(file.clone(), &file)?;
            }
            let home = here.seen(&home, &like);
            let almost = here.all(found.almost(), &like);
            let specs = here.all(found.files, &like);
            self.projects.push(Place { name: home.clone(), folders: vec![home], specs, almost });
        }
        Ok(())
    }

    /// The projects of a `merit.project` that have to do with what was named.
    fn group(&mut self, file: ProjectFile, here: &Here) -> Result<(), LoadError> {
        let ProjectFile { root, outer, wanted, like } = file;
        let path_of = |root: &Path| here.seen(&root.join(NAME), &like);
        let id = self.sources.next();
        let (source, clauses, mut findings) = read(id, &path_of(&root))?;
        self.sources.push(source);
        let mut group = Group::default();
        if findings.is_empty() {
            group = super::group::group(&root, &clauses)?;
            findings.append(&mut group.findings);
        }
        let end = clauses.end.unwrap_or(Span::new(id, 0, 0));
        let mut others: Vec<PathBuf> = outer.into_iter().collect();
        if findings.is_empty() {
            let left_out = group.ignored.iter().map(|path| below(&root, path)).collect();
            let mut found = Found { left_out, inner: Inner::LeftOut(Vec::new()), ..Found::default() };
            found.walk(&root)?;
            if let Inner::LeftOut(inner) = std::mem::take(&mut found.inner) {
                others.extend(inner);
            }
            findings.extend(left_over(&root, &group, end, &wanted)?);
        }
        findings.extend(others.iter().map(|other| {
            let side = if root.starts_with(other) { "above" } else { "below" };
            mistake(format!("there is another `{NAME}` {side} this one: `{}`", path_of(other).display()), end)
                .help("say all in one of the two, and take the other away")
        }));
        if !findings.is_empty() {
            self.findings.extend(findings);
            return Ok(());
        }
        let mut chosen = vec![false; group.members.len()];
        for path in &wanted {
            if group.ignored.iter().any(|ignored| path.starts_with(below(&root, ignored))) {
                self.ignored.push(here.seen(path, &like));
                continue;
            }
            let related = |part: &PathBuf| {
                let part = below(&root, part);
                path.starts_with(&part) || part.starts_with(path)
            };
            let mut some = false;
            for (member, chosen) in group.members.iter().zip(&mut chosen) {
                if member.parts().any(related) {
                    (some, *chosen) = (true, true);
                }
            }
            if !some {
                return Err(LoadError::NoProject(here.seen(path, &like), path_of(&root)));
            }
        }
        let seen = |path: &PathBuf| here.seen(&below(&root, path), &like);
        let of = |wanted: bool| group.members.iter().zip(&chosen).filter(move |(_, chosen)| **chosen == wanted);
        self.elsewhere.extend(of(false).flat_map(|(member, _)| member.parts()).map(seen));
        for (member, _) in of(true) {
            let folders = member.parts().map(seen).filter(|part| part.is_dir()).collect();
            // What is shared stands before what is a project's own: of two that clash, the own one is told.
            let mut specs = here.all(specs_of(&root, &group, member.parts())?, &like);
            specs.sort_by_key(|spec| spec.starts_with(seen(&member.own)));
            self.projects.push(Place { name: seen(&member.own), folders, specs, almost: Vec::new() });
        }
        if !wanted.contains(&root) {
            self.first.extend(wanted.iter().map(|path| here.seen(path, &like)));
        }
        Ok(())
    }
}

/// A path that is a spec or a folder; `merit.project` itself stands for its folder.
fn named(path: &Path) -> Result<PathBuf, LoadError> {
    if path.file_name() == Some(OsStr::new(NAME)) && path.is_file() {
        return Ok(home(path).unwrap_or_default());
    }
    if path.is_dir() || path.exists() && is_spec(path) {
        return Ok(path.to_path_buf());
    }
    Err(match path.exists() {
        true => LoadError::NotASpec(path.to_path_buf()),
        false => LoadError::NotFound(path.to_path_buf()),
    })
}

/// The folder of a file.
fn home(file: &Path) -> Option<PathBuf> {
    file.parent().map(|folder| if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.to_path_buf() })
}

fn read(id: FileId, path: &Path) -> Result<(SourceFile, Clauses, Vec<Diagnostic>), LoadError> {
    let bytes = read_spec(path)?;
    Ok(match String::from_utf8(bytes) {
        Ok(text) => {
            let source = SourceFile::new(path.to_path_buf(), text);
            let (clauses, findings) = file::read(id, &source.text);
            (source, clauses, findings)
        }
        Err(error) => {
            let (source, mut finding) = not_utf8(id, path, error.as_bytes());
            finding.code = Code::ProjectFile;
            (source, Clauses::default(), vec![finding])
        }
    })
}

/// The folders with a `merit.project` in or above which a path lies, the nearest first, up to the root of the repository.
fn file_above(path: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in path.ancestors().skip(usize::from(!path.is_dir())) {
        if folder.join(NAME).is_file() {
            found.push(folder.to_path_buf());
        }
        if folder.join(".git").exists() {
            break;
        }
    }
    found
}

/// The folder whose specs are the project of a file: the nearest with a data folder; where none has one, the highest that
/// has specs of its own. Folders above the repository, or above the one in which the user is, do not count.
fn home_of(file: &Path, here: &Here) -> PathBuf {
    let own = file.parent().unwrap_or(file);
    let repository = own.ancestors().find(|folder| folder.join(".git").exists());
    let top = repository.unwrap_or(if own.starts_with(&here.folder) { &here.folder } else { own });
    let user = env::var_os("HOME").map(PathBuf::from);
    let above: Vec<&Path> = own
        .ancestors()
        .take_while(|folder| folder.starts_with(top))
        .filter(|folder| *folder == own || folder.parent().is_some() && Some(*folder) != user.as_deref())
        .collect();
    let with_data = above.iter().find(|folder| folder.join("data").is_dir());
    let has_specs = |folder: &&&Path| {
        let entries = folder.read_dir().into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).any(|path| is_spec(&path) && path.is_file())
    };
    with_data.or_else(|| above.iter().rev().find(has_specs)).map_or(own, |folder| folder).to_path_buf()
}

/// The folder in which the user is.
struct Here {
    folder: PathBuf,
}

impl Here {
    fn new() -> Here {
        Here { folder: env::current_dir().unwrap_or_default() }
    }

    /// The whole path, without `.` and `..` as far as its text tells.
    fn real(&self, path: &Path) -> PathBuf {
        let mut clean = PathBuf::new();
        for part in self.folder.join(path).components() {
            match part {
                Component::CurDir => {}
                Component::ParentDir => {
                    clean.pop();
                }
                part => clean.push(part),
            }
        }
        clean
    }

    /// A whole path as the user would write it, who wrote `like`: whole, or as seen from here.
    fn seen(&self, path: &Path, like: &Path) -> PathBuf {
        if like.is_absolute() {
            return path.to_path_buf();
        }
        let common = path.components().zip(self.folder.components()).take_while(|(one, other)| one == other).count();
        let up = self.folder.components().skip(common).map(|_| Component::ParentDir);
        let seen: PathBuf = up.chain(path.components().skip(common)).collect();
        if seen.as_os_str().is_empty() { PathBuf::from(".") } else { seen }
    }

    /// The same for several, in the order of their names.
    fn all(&self, paths: Vec<PathBuf>, like: &Path) -> Vec<PathBuf> {
        let mut seen: Vec<PathBuf> = paths.iter().map(|path| self.seen(path, like)).collect();
        seen.sort();
        seen
    }
}

/// What the `merit.project` of a folder ignores.
pub(super) fn ignored_in(root: &Path) -> Result<Vec<PathBuf>, LoadError> {
    let (_, clauses, _) = read(FileId(0), &root.join(NAME))?;
    Ok(group(root, &clauses)?.ignored.iter().map(|path| below(root, path)).collect())
}

/// All specs under the paths, each once, in the order of their names; and what was named and is ignored.
pub fn specs_to_format(paths: &[PathBuf]) -> Result<(Vec<PathBuf>, Vec<PathBuf>), LoadError> {
    let here = Here::new();
    let mut found = Found { inner: Inner::Obeyed, ..Found::default() };
    let mut passed_over = Vec::new();
    for path in paths {
        let path = named(path)?;
        let real = here.real(&path);
        let mut ignored = Vec::new();
        for root in file_above(&real) {
            ignored.extend(ignored_in(&root)?);
        }
        if ignored.iter().any(|ignored| real.starts_with(ignored)) {
            passed_over.push(path);
        } else if path.is_dir() {
            found.left_out.extend(ignored.iter().map(|ignored| here.seen(ignored, &path)));
            found.walk(&path)?;
        } else {
            found.file(path.clone(), &path)?;
        }
    }
    found.files.sort();
    match (found.files.is_empty(), passed_over.is_empty()) {
        (true, true) => Err(LoadError::NoSpecs(paths.to_vec(), Vec::new())),
        (true, false) => Err(LoadError::Ignored(passed_over)),
        _ => Ok((found.files, passed_over)),
    }
}

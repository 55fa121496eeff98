//! The data files of a closing: whether they are there as they were, and a folder in which they all are.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use serde::Serialize;
use tempfile::TempDir;

use super::put::kept;
use super::standing::File;
use crate::parallel;
use crate::provenance::file_hash;

/// Where the data files of closings may be found.
pub struct Places {
    /// Today's data folder, where there is one.
    data: Option<PathBuf>,
    /// The folder of closings, where some are kept.
    closed: PathBuf,
    /// The hashes of files that were looked at.
    hashes: RefCell<HashMap<PathBuf, Option<String>>>,
}

/// A file of a closing that is another one in the data folder now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Changed {
    pub path: String,
    /// The SHA-256 of what was read.
    pub was: Option<String>,
    /// That of what is there now; none where nothing is.
    pub is: Option<String>,
    /// Whether what was read is kept.
    pub kept: bool,
}

impl Places {
    pub fn new(data: Option<PathBuf>, closed: &Path) -> Places {
        Places { data, closed: closed.to_path_buf(), hashes: RefCell::default() }
    }

    /// The hash of a file, worked out once.
    pub fn hash(&self, path: &Path) -> Option<String> {
        let known = self.hashes.borrow().get(path).cloned();
        known.unwrap_or_else(|| {
            let hash = file_hash(path).ok();
            self.hashes.borrow_mut().insert(path.to_path_buf(), hash.clone());
            hash
        })
    }

    /// Hashes some files at once, so that they are known.
    pub fn hash_all(&self, paths: BTreeSet<PathBuf>) {
        let unknown: Vec<PathBuf> = paths.into_iter().filter(|path| !self.hashes.borrow().contains_key(path)).collect();
        let hashes = parallel::map(unknown.len(), |at| file_hash(&unknown[at]).ok());
        self.hashes.borrow_mut().extend(unknown.into_iter().zip(hashes));
    }

    /// Looks at files of this name once more: this run has written one.
    pub fn forget(&self, name: &str) {
        self.hashes.borrow_mut().retain(|path, _| path.file_name().is_none_or(|file| file != name));
    }

    /// Where a file lies today.
    fn today(&self, file: &File) -> Option<PathBuf> {
        Some(self.data.as_ref()?.join(&file.path))
    }

    /// Where a file lies that is the one with this hash.
    pub fn place(&self, file: &File) -> Option<PathBuf> {
        let sha256 = file.sha256.as_deref()?;
        let is_it = |path: &PathBuf| self.hash(path).as_deref() == Some(sha256);
        self.today(file).filter(is_it).or_else(|| Some(kept(&self.closed, sha256)).filter(is_it))
    }

    /// Which files are others than those that were read.
    pub fn changed(&self, files: &[File]) -> Vec<Changed> {
        self.hash_all(files.iter().filter_map(|file| self.today(file)).collect());
        let changed = |file: &File| {
            let is = self.today(file).and_then(|path| self.hash(&path));
            (is != file.sha256 || is.is_none()).then(|| Changed {
                path: file.path.clone(),
                was: file.sha256.clone(),
                is,
                kept: file
                    .sha256
                    .as_ref()
                    .is_some_and(|sha256| self.hash(&kept(&self.closed, sha256)).as_ref() == Some(sha256)),
            })
        };
        files.iter().filter_map(changed).collect()
    }

    /// A folder that holds files as they were read, by the names that they had; `None` where one of them is nowhere.
    pub fn as_it_was(&self, files: &[File]) -> io::Result<Option<Laid>> {
        self.laid(files.iter().map(|file| self.place(file).map(|place| (file.path.clone(), place))).collect())
    }

    /// The same of files of which each is where it is said to be.
    pub fn laid(&self, files: Option<Vec<(String, PathBuf)>>) -> io::Result<Option<Laid>> {
        let Some(files) = files else { return Ok(None) };
        let folder = tempfile::Builder::new().prefix("merit-").tempdir()?;
        // A name may lead up out of the folder.
        let root = folder.path().canonicalize()?;
        let data = root.join("a/b/c/data");
        fs::create_dir_all(&data)?;
        for (name, place) in files {
            let Some(to) = within(&root, &data, &name) else { return Ok(None) };
            fs::create_dir_all(to.parent().unwrap_or(&data))?;
            put_there(&place, &to)?;
        }
        Ok(Some(Laid { data, _folder: folder }))
    }
}

/// Files laid out for as long as this is there.
pub struct Laid {
    pub data: PathBuf,
    _folder: TempDir,
}

/// Where a name of a data folder leads; `None` where that is outside of the root.
fn within(root: &Path, data: &Path, name: &str) -> Option<PathBuf> {
    let mut to = data.to_path_buf();
    for part in Path::new(name).components() {
        match part {
            Component::Normal(part) => to.push(part),
            Component::ParentDir => drop(to.pop()),
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    to.starts_with(root).then_some(to)
}

#[cfg(unix)]
fn put_there(place: &Path, to: &Path) -> io::Result<()> {
    match to.exists() {
        true => Ok(()),
        false => std::os::unix::fs::symlink(place.canonicalize()?, to),
    }
}

#[cfg(not(unix))]
fn put_there(place: &Path, to: &Path) -> io::Result<()> {
    fs::copy(place, to).map(drop)
}

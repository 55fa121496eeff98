//! Specs as they stood in a revision of a git repository, read through `git` and laid out in a folder for as long as the
//! program runs. Nothing of the repository is changed: objects are listed and printed, and no filter of it is run.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::exit::Failure;
use crate::project::PROJECT_FILE;

/// A repository, found from a folder.
pub struct Repository {
    root: PathBuf,
}

/// The specs of a revision in a folder of their own.
pub struct Revision {
    folder: TempDir,
    root: PathBuf,
    /// As it was asked for.
    pub name: String,
    /// Its hash.
    pub commit: String,
}

/// Why there is no repository.
pub enum NoRepository {
    /// There is no program `git`.
    NoGit,
    NoneHere,
}

/// `git`, which finds the repository from a folder and does nothing on its own.
fn git(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(arguments).stdin(Stdio::null());
    // Nothing is refreshed, fetched or asked for by the way.
    command.env("GIT_OPTIONAL_LOCKS", "0").env("GIT_NO_LAZY_FETCH", "1").env("GIT_TERMINAL_PROMPT", "0");
    // Each object is what it is, whatever stands in its place.
    command.env("GIT_NO_REPLACE_OBJECTS", "1");
    command
}

/// What it prints, or what it says where it fails.
fn ask(mut command: Command) -> Result<Result<Vec<u8>, String>, io::Error> {
    let output = command.output()?;
    Ok(match output.status.success() {
        true => Ok(output.stdout),
        false => Err(String::from_utf8_lossy(&output.stderr).trim().to_string()),
    })
}

impl Repository {
    /// The one in which a folder or file lies; what is not there stands for the nearest folder above it.
    pub fn around(path: &Path) -> Result<Repository, NoRepository> {
        let whole = crate::provenance::absolute(path);
        let folder = whole.ancestors().find(|folder| folder.is_dir()).unwrap_or(Path::new("/"));
        let answer = ask(git(folder, &["rev-parse", "--show-toplevel"])).map_err(|_| NoRepository::NoGit)?;
        let root = answer.map_err(|_| NoRepository::NoneHere)?;
        let root = String::from_utf8_lossy(&root).trim_end_matches(['\n', '\r']).to_string();
        match root.is_empty() {
            true => Err(NoRepository::NoneHere),
            false => Ok(Repository { root: PathBuf::from(root) }),
        }
    }

    /// The commit that a name stands for, if any.
    pub fn commit(&self, name: &str) -> Option<String> {
        let wanted = format!("{name}^{{commit}}");
        let arguments = ["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted];
        let found = ask(git(&self.root, &arguments)).ok()?.ok()?;
        let commit = String::from_utf8_lossy(&found).trim().to_string();
        (!commit.is_empty()).then_some(commit)
    }

    /// Lays out all specs of a commit, whichever of them are wanted: a `merit.project` may speak of folders elsewhere.
    pub fn read(&self, name: &str, commit: &str) -> Result<Revision, Failure> {
        let failed = |what: &str| Failure::new(format_args!("`{name}` cannot be read from the repository: {what}"));
        let of_io = |error: io::Error| failed(&error.to_string());
        let listed = ask(git(&self.root, &["ls-tree", "-r", "-z", "--full-tree", commit])).map_err(of_io)?;
        let listed = listed.map_err(|said| failed(&said))?;
        let folder = tempfile::Builder::new().prefix("merit-").tempdir().map_err(of_io)?;
        let place = folder.path().canonicalize().map_err(of_io)?;
        // A `merit.project` is looked for up to the root of the repository.
        fs::create_dir(place.join(".git")).map_err(of_io)?;
        let (mut files, mut links) = (Vec::new(), Vec::new());
        for entry in listed.split(|byte| *byte == 0) {
            let Some((head, path)) = split_at_byte(entry, b'\t') else { continue };
            let head = String::from_utf8_lossy(head).into_owned();
            let mut words = head.split(' ');
            let (Some(mode), Some("blob"), Some(object)) = (words.next(), words.next(), words.next()) else { continue };
            let Some(path) = path_of(path) else { continue };
            match mode {
                "120000" => links.push((path, object.to_string())),
                _ if is_wanted(&path) => files.push((path, object.to_string())),
                _ => {}
            }
        }
        let objects: Vec<&str> = files.iter().chain(&links).map(|(_, object)| object.as_str()).collect();
        let texts = self.objects(&objects).map_err(of_io)?;
        for (path, object) in &files {
            let text = texts.get(object).ok_or_else(|| failed(&format!("`{}` is not there", path.display())))?;
            let to = place.join(path);
            fs::create_dir_all(to.parent().unwrap_or(&place)).map_err(of_io)?;
            fs::write(to, text).map_err(of_io)?;
        }
        for (path, object) in &links {
            if let Some(target) = texts.get(object) {
                link(&place, path, target).map_err(of_io)?;
            }
        }
        Ok(Revision { folder, root: self.root.clone(), name: name.to_string(), commit: commit.to_string() })
    }

    /// What objects hold.
    fn objects(&self, wanted: &[&str]) -> io::Result<BTreeMap<String, Vec<u8>>> {
        let mut found = BTreeMap::new();
        if wanted.is_empty() {
            return Ok(found);
        }
        let mut command = git(&self.root, &["cat-file", "--batch"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let (Some(mut input), Some(output)) = (input, output) else { return Err(io::ErrorKind::BrokenPipe.into()) };
        let list = wanted.iter().map(|object| format!("{object}\n")).collect::<String>();
        // It answers while it is asked: both pipes must move.
        let asking = std::thread::spawn(move || input.write_all(list.as_bytes()));
        let mut output = io::BufReader::new(output);
        for _ in wanted {
            let mut head = Vec::new();
            io::BufRead::read_until(&mut output, b'\n', &mut head)?;
            let head = String::from_utf8_lossy(&head).into_owned();
            let mut words = head.split_whitespace();
            let (object, size) = (words.next().unwrap_or_default(), words.nth(1));
            let Some(size) = size.and_then(|size| size.parse::<u64>().ok()) else { continue };
            let mut bytes = Vec::new();
            (&mut output).take(size).read_to_end(&mut bytes)?;
            let mut end = [0];
            output.read_exact(&mut end)?;
            found.insert(object.to_string(), bytes);
        }
        drop(output);
        let _ = asking.join();
        child.wait()?;
        Ok(found)
    }
}

impl Revision {
    /// Where a path of the working tree lies in the folder.
    pub fn place_of(&self, path: &Path) -> PathBuf {
        let place = self.place();
        let whole = crate::provenance::absolute(path);
        // What is no longer there has no real path of its own.
        let there = whole.ancestors().find(|folder| folder.exists()).unwrap_or(&whole);
        let real = there.canonicalize().unwrap_or_else(|_| there.to_path_buf());
        let real = real.join(whole.strip_prefix(there).unwrap_or(Path::new("")));
        let root = self.root.canonicalize().unwrap_or_else(|_| self.root.clone());
        match real.strip_prefix(root) {
            Ok(inside) if inside.as_os_str().is_empty() => place,
            Ok(inside) => place.join(inside),
            Err(_) => place,
        }
    }

    /// The folder in which all of it lies.
    pub fn place(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap_or_else(|_| self.folder.path().to_path_buf())
    }

    /// The same place in the working tree.
    pub fn in_working_tree(&self, path: &Path) -> PathBuf {
        path.strip_prefix(self.place()).map_or_else(|_| path.to_path_buf(), |inside| self.root.join(inside))
    }

    /// A text that speaks of places in the folder as of those in the repository.
    pub fn in_repository(&self, text: &str) -> String {
        text.replace(&format!("{}/", self.place().display()), "")
    }

    /// A text that speaks of the folder, as whoever knows of the revision alone would write it: `main:specs/a.merit`.
    pub fn told(&self, text: &str) -> String {
        let place = self.place().display().to_string();
        text.replace(&format!("{place}/"), &format!("{}:", self.name)).replace(&place, &format!("{}:", self.name))
    }
}

fn split_at_byte(bytes: &[u8], byte: u8) -> Option<(&[u8], &[u8])> {
    let at = bytes.iter().position(|one| *one == byte)?;
    Some((&bytes[..at], &bytes[at + 1..]))
}

/// A path of a tree; `None` of one that leads elsewhere, which no honest repository has.
fn path_of(bytes: &[u8]) -> Option<PathBuf> {
    let path = PathBuf::from(std::str::from_utf8(bytes).ok()?);
    let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    (plain && path.components().next().is_some_and(|first| first.as_os_str() != ".git")).then_some(path)
}

fn is_wanted(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    name == PROJECT_FILE || name.to_lowercase().contains(".merit")
}

/// A link that stays within the tree; others lead to what no revision knows.
fn link(place: &Path, path: &Path, target: &[u8]) -> io::Result<()> {
    let Some(target) = std::str::from_utf8(target).ok().map(PathBuf::from) else { return Ok(()) };
    let mut depth = path.components().count() as i64 - 1;
    for part in target.components() {
        match part {
            Component::Normal(_) => depth += 1,
            Component::ParentDir => depth -= 1,
            Component::CurDir => {}
            Component::Prefix(_) | Component::RootDir => return Ok(()),
        }
        if depth < 0 {
            return Ok(());
        }
    }
    let from = place.join(path);
    fs::create_dir_all(from.parent().unwrap_or(place))?;
    #[cfg(unix)]
    std::os::unix::fs::symlink(target, from)?;
    Ok(())
}

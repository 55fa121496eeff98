//! What made a result: the program, the specs, the data files, and what was asked for. The same inputs give the same
//! words: no folder of the machine, no moment of the run is in them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::{LazyLock, OnceLock};
use std::time::SystemTime;

use serde::Serialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::parallel;
use crate::source::SourceFile;

/// The version of the program.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

static BUILT_FROM: OnceLock<&str> = OnceLock::new();

/// Says which commit the program was built from, with `+` where its files were changed. The program knows, this crate
/// does not: it would be built anew after every commit.
pub fn is_built_from(commit: &'static str) {
    // Said once, at the start.
    let _ = BUILT_FROM.set(commit);
}

/// The commit that the program was built from, where it is a release.
pub fn commit() -> Option<&'static str> {
    BUILT_FROM.get().copied()
}

/// Version and commit, as `merit --version` tells them.
pub fn program() -> &'static str {
    static PROGRAM: LazyLock<String> = LazyLock::new(|| match commit() {
        Some(commit) => format!("{VERSION} ({})", short_commit(commit)),
        None => VERSION.to_string(),
    });
    &PROGRAM
}

/// Enough of a hash to know it by.
const SHORT: usize = 12;

fn short_commit(commit: &str) -> String {
    let changed = if commit.ends_with('+') { "+" } else { "" };
    format!("{}{changed}", short(commit.trim_end_matches('+')))
}

/// The first digits of a hash.
pub fn short(hash: &str) -> &str {
    hash.get(..SHORT).unwrap_or(hash)
}

/// What made a result.
#[derive(Clone, Debug, Serialize)]
pub struct Provenance {
    program: &'static str,
    version: &'static str,
    commit: Option<&'static str>,
    /// Those given on the command line that can make a difference, by their names.
    pub options: Map<String, Value>,
    pub specs: Specs,
    pub data: Data,
}

/// The specs as they were read.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Specs {
    /// Of the lines that `sha256sum` writes of these files in this order.
    pub sha256: Option<String>,
    pub files: Vec<Spec>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Spec {
    /// From the folder that holds all specs.
    path: String,
    sha256: Option<String>,
}

/// Where rows came from.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Data {
    /// Of the lines that `sha256sum` writes of the files, where they were hashed.
    pub sha256: Option<String>,
    pub files: Vec<DataFile>,
    /// Results of an engine's statements, where they were given as files.
    pub measures: Vec<DataFile>,
    /// The server that data sets were read from: never who asked, nor with which password.
    pub server: Option<String>,
    pub engine: Option<Engine>,
}

/// A file of data as it was after it had been read.
#[derive(Clone, Debug, Serialize)]
pub struct DataFile {
    /// From the data folder; of a file elsewhere the name.
    path: String,
    bytes: u64,
    modified: Option<String>,
    /// Only where it was asked for: to read all files once more takes time.
    sha256: Option<String>,
    /// Where it lies on this machine.
    #[serde(skip)]
    at: PathBuf,
}

/// An engine that held tables.
#[derive(Clone, Debug, Serialize)]
pub struct Engine {
    pub kind: &'static str,
    /// Of a server; never with a password.
    pub address: Option<String>,
    /// Of a database that is a file.
    pub file: Option<DataFile>,
}

impl Default for Provenance {
    fn default() -> Provenance {
        Provenance {
            program: "merit",
            version: VERSION,
            commit: commit(),
            options: Map::new(),
            specs: Specs::default(),
            data: Data::default(),
        }
    }
}

impl Provenance {
    /// What is known, or the program alone.
    pub fn or_program(known: Option<&Provenance>) -> Cow<'_, Provenance> {
        known.map_or_else(|| Cow::Owned(Provenance::default()), Cow::Borrowed)
    }

    /// Adds an option, unless it was not given.
    #[must_use]
    pub fn option(mut self, name: &str, value: impl Into<Value>) -> Provenance {
        match value.into() {
            Value::Null | Value::Bool(false) => {}
            Value::Array(list) if list.is_empty() => {}
            value => drop(self.options.insert(name.to_string(), value)),
        }
        self
    }

    /// Options as they stand on the command line, without those that a report shows anyway.
    pub fn options_written(&self) -> String {
        let shown = ["period", "periods", "lang", "person", "position", "team"];
        let options = self.options.iter().filter(|(name, _)| !shown.contains(&name.as_str()));
        let written = options.map(|(name, value)| match value {
            Value::Bool(_) => format!("--{name}"),
            Value::String(text) => format!("--{name} {text}"),
            Value::Array(list) => {
                let list = list.iter().map(|one| one.as_str().map_or_else(|| one.to_string(), str::to_string));
                format!("--{name} {}", list.collect::<Vec<_>>().join(","))
            }
            other => format!("--{name} {other}"),
        });
        written.collect::<Vec<_>>().join(" ")
    }
}

impl Specs {
    /// Hashes the specs, by their paths from the folder that holds them all.
    pub fn of<'a>(sources: impl Iterator<Item = &'a SourceFile>) -> Specs {
        let sources: Vec<&SourceFile> = sources.collect();
        let paths = paths_within(&sources.iter().map(|source| source.path.as_path()).collect::<Vec<_>>());
        let hashes = parallel::map(sources.len(), |at| spec_hash(sources[at]));
        let mut files: Vec<Spec> = paths.into_iter().zip(hashes).map(|(path, sha256)| Spec { path, sha256 }).collect();
        files.sort_by(|one, other| one.path.cmp(&other.path));
        let sha256 = together(files.iter().map(|file| (file.sha256.as_deref(), file.path.as_str())));
        Specs { sha256, files }
    }
}

/// One hash of several files: that of the lines which `sha256sum` writes of them.
fn together<'a>(files: impl Iterator<Item = (Option<&'a str>, &'a str)>) -> Option<String> {
    let mut digest = Sha256::new();
    let mut any = false;
    for (hash, path) in files {
        digest.update(format!("{}  {path}\n", hash?));
        any = true;
    }
    any.then(|| hex(digest))
}

/// Of the bytes of the file: those that were read, where all of them could be.
fn spec_hash(source: &SourceFile) -> Option<String> {
    if source.text.contains(char::REPLACEMENT_CHARACTER) {
        return file_hash(&source.path).ok();
    }
    let mut digest = Sha256::new();
    if source.has_mark {
        digest.update("\u{feff}");
    }
    digest.update(&source.text);
    Some(hex(digest))
}

impl DataFile {
    /// Files by their paths, each once; `folder` is the data folder. What is no file is left out.
    pub fn all<'a>(paths: impl Iterator<Item = &'a Path>, folder: &Path) -> Vec<DataFile> {
        let mut files = BTreeMap::new();
        for path in paths {
            if let Some(file) = DataFile::of(path, folder) {
                // Files of other folders may be called alike.
                files.insert((file.path.clone(), file.at.clone()), file);
            }
        }
        files.into_values().collect()
    }

    pub fn of(path: &Path, folder: &Path) -> Option<DataFile> {
        let there = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
        let named = || path.file_name().map(Path::new).unwrap_or(path);
        let called = path.strip_prefix(folder).unwrap_or_else(|_| named());
        Some(DataFile {
            path: slashes(called),
            at: path.to_path_buf(),
            bytes: there.len(),
            modified: there.modified().ok().and_then(moment),
            sha256: None,
        })
    }
}

impl DataFile {
    /// From the data folder; of a file elsewhere the name.
    pub fn path(&self) -> &str {
        &self.path
    }

    pub fn sha256(&self) -> Option<&str> {
        self.sha256.as_deref()
    }

    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Where it lies on this machine.
    pub fn place(&self) -> &Path {
        &self.at
    }
}

impl Data {
    /// Leaves out when files were last changed: what they hold says whether they are the same.
    pub fn without_moments(&mut self) {
        let engine = self.engine.iter_mut().filter_map(|engine| engine.file.as_mut());
        self.files.iter_mut().chain(&mut self.measures).chain(engine).for_each(|file| file.modified = None);
    }

    /// Hashes the files.
    pub fn hash(&mut self) {
        let files = &mut self.files;
        let hashes = parallel::map(files.len(), |at| file_hash(&files[at].at).ok());
        for (file, hash) in files.iter_mut().zip(hashes) {
            file.sha256 = hash;
        }
        self.sha256 = together(self.files.iter().map(|file| (file.sha256.as_deref(), file.path.as_str())));
    }
}

/// In UTC, to the second: systems keep the rest of it differently.
fn moment(time: SystemTime) -> Option<String> {
    let time = jiff::Timestamp::try_from(time).ok()?;
    jiff::Timestamp::from_second(time.as_second()).ok().map(|time| time.to_string())
}

/// The SHA-256 of a file, in hexadecimal digits.
pub fn file_hash(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let (mut digest, mut block) = (Sha256::new(), vec![0; 1 << 18]);
    loop {
        match file.read(&mut block)? {
            0 => return Ok(hex(digest)),
            read => digest.update(&block[..read]),
        }
    }
}

/// The SHA-256 of some bytes, in hexadecimal digits.
pub fn hash_of(bytes: &[u8]) -> String {
    hex(Sha256::new_with_prefix(bytes))
}

/// A SHA-256 in hexadecimal digits.
pub fn hex(digest: Sha256) -> String {
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn slashes(path: &Path) -> String {
    path.display().to_string().replace(std::path::MAIN_SEPARATOR, "/")
}

/// A path from the root, without `.` and `..`.
pub fn absolute(path: &Path) -> PathBuf {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let mut clean = PathBuf::new();
    for part in whole.components() {
        match part {
            Component::ParentDir => drop(clean.pop()),
            Component::CurDir => {}
            part => clean.push(part),
        }
    }
    clean
}

/// Paths from the deepest folder that all files are in, with `/` between their parts: the same wherever that folder lies.
pub fn paths_within(paths: &[&Path]) -> Vec<String> {
    let paths: Vec<PathBuf> = paths.iter().map(|path| absolute(path)).collect();
    let common = common_folder(&paths);
    paths.iter().map(|path| slashes(path.strip_prefix(&common).unwrap_or(path))).collect()
}

/// The deepest folder that all files are in.
fn common_folder(paths: &[PathBuf]) -> PathBuf {
    let mut folders = paths.iter().filter_map(|path| path.parent());
    let Some(first) = folders.next() else { return PathBuf::new() };
    folders.fold(first.to_path_buf(), |common, folder| {
        common
            .components()
            .zip(folder.components())
            .take_while(|(one, other)| one == other)
            .map(|(one, _)| one)
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specs_have_the_same_names_wherever_they_lie() {
        let of = |paths: &[&str]| -> Vec<String> {
            let sources: Vec<SourceFile> =
                paths.iter().map(|path| SourceFile::new(PathBuf::from(path), "# a\n".into())).collect();
            Specs::of(sources.iter()).files.into_iter().map(|file| file.path).collect()
        };
        let expected = ["a.merit", "kpis/b.merit"];
        assert_eq!(of(&["kpis/b.merit", "a.merit"]), expected);
        assert_eq!(of(&["/x/y/a.merit", "/x/y/kpis/b.merit"]), expected);
        assert_eq!(of(&["../s/./a.merit", "../s/t/../kpis/b.merit"]), expected);
        assert_eq!(of(&["/x/one/a.merit", "/x/two/a.merit"]), ["one/a.merit", "two/a.merit"]);
        assert_eq!(of(&["/x/a.merit"]), ["a.merit"]);
    }

    #[test]
    fn the_hash_of_specs_is_what_sha256sum_makes_of_them() {
        let sources = [
            SourceFile::new("s/b.merit".into(), "\u{feff}# b\n".into()),
            SourceFile::new("s/a.merit".into(), String::new()),
        ];
        let specs = Specs::of(sources.iter());
        // printf '\xef\xbb\xbf# b\n' > b.merit; : > a.merit; sha256sum a.merit b.merit | tee /dev/stderr | sha256sum
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(specs.files[0].sha256.as_deref(), Some(empty));
        assert_eq!(
            specs.files[1].sha256.as_deref(),
            Some("e41b46be71497fbf84e1f0315719ae3d688c579aa29fe3bc4cb2ba1e62ca3901")
        );
        assert_eq!(specs.sha256.as_deref(), Some("f83d3344d34d9f791b201bb0d57e9c54ade04c7ff5db31def4329a157c0e98bd"));
    }

    #[test]
    fn options_that_were_not_given_are_not_there() {
        let made = Provenance::default()
            .option("period", "2026-Q3")
            .option("strict", true)
            .option("allow-empty", false)
            .option("memory", None::<String>)
            .option("tables", vec!["a", "b=c"]);
        assert_eq!(made.options.len(), 3);
        assert_eq!(made.options_written(), "--strict --tables a,b=c");
    }
}

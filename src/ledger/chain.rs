//! The chain of closings: a folder of files, each of which names the SHA-256 of the one before it, and the list `chain` of
//! all of them in their order, as `sha256sum` writes it.
//!
//! A closing is in the chain when its file has its name, and the list is written behind it. A program that was stopped
//! between the two leaves a closing that names the last one of the list as the one before it: it is in the chain all the
//! same, and the next closing writes it down.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::closing::{Head, Parts, file_of, head_of, named};
use crate::parallel;
use crate::provenance::hex;
use crate::time::{Day, PeriodName};

/// The folder of closings beside the specs.
pub const FOLDER: &str = "closed";
/// The list of them.
pub const LIST: &str = "chain";

/// One closing of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub period: PeriodName,
    pub version: u32,
    /// Of its file, as the list has it.
    pub sha256: String,
}

impl Link {
    /// What its file is called.
    pub fn file(&self) -> String {
        file_of(self.period, self.version)
    }

    /// What it is called.
    pub fn name(&self) -> String {
        format!("{}.{}", self.period, self.version)
    }
}

/// The closings of a folder, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chain {
    pub folder: PathBuf,
    pub links: Vec<Link>,
    /// So many of them stand in the list; those behind them were left by a program that was stopped.
    pub listed: usize,
    /// Lines of the list could not be read: what stands before what, nobody knows then.
    pub is_damaged: bool,
    /// Files by the names that the list has, and by those that they have.
    renamed: Vec<(String, String)>,
}

/// What is not as it was: in which file, and what.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Fault {
    /// In the folder of closings.
    pub file: String,
    /// A sentence.
    pub what: String,
}

impl Fault {
    fn new(file: impl Into<String>, what: impl Into<String>) -> Fault {
        Fault { file: file.into(), what: what.into() }
    }
}

impl Chain {
    /// Reads the list, and looks for closings that are not in it. Files that are in it are not looked at; what stands in
    /// none of the two ways is a fault.
    pub fn read(folder: &Path) -> io::Result<(Chain, Vec<Fault>)> {
        let mut chain = Chain { folder: folder.to_path_buf(), ..Chain::default() };
        let mut faults = Vec::new();
        match fs::read(folder.join(LIST)) {
            Ok(list) => chain.take_list(&list, &mut faults),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        chain.listed = chain.links.len();
        // Of a list that was altered nobody could tell what is missing in it.
        chain.is_damaged = !faults.is_empty();
        if !chain.is_damaged {
            chain.take_others(&mut faults)?;
        }
        Ok((chain, faults))
    }

    fn take_list(&mut self, list: &[u8], faults: &mut Vec<Fault>) {
        let text = String::from_utf8_lossy(list);
        for (at, line) in text.split_inclusive('\n').enumerate() {
            match self.line(line) {
                Ok(link) => self.links.push(link),
                Err(what) => faults.push(Fault::new(LIST, format!("line {} {what}", at + 1))),
            }
        }
    }

    fn line(&self, line: &str) -> Result<Link, String> {
        let is_hash =
            |hash: &str| hash.len() == 64 && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let parts = line.strip_suffix('\n').and_then(|line| line.split_once("  "));
        let read = parts.and_then(|(hash, file)| Some((hash, named(file)?))).filter(|(hash, _)| is_hash(hash));
        let Some((sha256, (period, version))) = read else {
            return Err("is not a SHA-256, two blanks and the name of a closing".to_string());
        };
        let next = self.next_version(period);
        if version != next {
            return Err(format!("has version {version} of {period}, and {next} comes next"));
        }
        Ok(Link { period, version, sha256: sha256.to_string() })
    }

    /// Closings that name the last one as the one before them come behind it; others belong nowhere.
    fn take_others(&mut self, faults: &mut Vec<Fault>) -> io::Result<()> {
        let mut others = BTreeMap::new();
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            entries => entries?,
        };
        for entry in entries {
            let file = entry?.file_name().to_string_lossy().into_owned();
            let known = |link: &Link| link.file() == file;
            if let Some((period, version)) = named(&file).filter(|_| !self.links.iter().any(known)) {
                others.insert(file, (period, version));
            }
        }
        while let Some((file, link)) = self.behind(&others)? {
            others.remove(&file);
            self.links.push(link);
        }
        for file in others.into_keys() {
            let sha256 = look(&self.folder.join(&file))?.sha256;
            match self.links.iter().find(|link| link.sha256 == sha256 && !self.place(link).exists()) {
                // That it is not there by that name is told here.
                Some(link) => self.renamed.push((link.file(), file)),
                None => faults.push(Fault::new(file, format!("it lies there, and is not in `{LIST}`"))),
            }
        }
        Ok(())
    }

    /// The closing behind the last one, of those that are not in the list; of two nobody could tell which it is.
    fn behind(&self, others: &BTreeMap<String, (PeriodName, u32)>) -> io::Result<Option<(String, Link)>> {
        let mut found = Vec::new();
        for (file, (period, version)) in others.iter().filter(|(_, (period, next))| self.next_version(*period) == *next)
        {
            let seen = look(&self.folder.join(file))?;
            let fits = |head: &Head| head.file() == *file && head.previous.as_deref() == self.head();
            if seen.head.as_ref().is_some_and(fits) {
                found.push((file.clone(), Link { period: *period, version: *version, sha256: seen.sha256 }));
            }
        }
        Ok(if found.len() == 1 { found.pop() } else { None })
    }

    /// The SHA-256 of the last closing: whoever keeps it elsewhere can tell later that nothing before it has changed.
    pub fn head(&self) -> Option<&str> {
        self.links.last().map(|link| link.sha256.as_str())
    }

    /// The version that a period has next.
    pub fn next_version(&self, period: PeriodName) -> u32 {
        self.newest(period).map_or(0, |link| link.version) + 1
    }

    /// The closing of a period that holds.
    pub fn newest(&self, period: PeriodName) -> Option<&Link> {
        self.links.iter().rfind(|link| link.period == period)
    }

    /// Where the file of a closing lies.
    pub fn place(&self, link: &Link) -> PathBuf {
        self.folder.join(link.file())
    }

    /// The list as it is to be, with what is behind it.
    pub fn list(&self) -> String {
        self.links.iter().map(|link| format!("{}  {}\n", link.sha256, link.file())).collect()
    }

    /// Reads every byte of every closing, and tells what is not as it was.
    pub fn check(&self) -> Checked {
        let looks = parallel::map(self.links.len(), |at| look(&self.place(&self.links[at])));
        let mut checked = Checked::default();
        for at in 0..self.links.len() {
            checked.bytes += looks[at].as_ref().map_or(0, |seen| seen.bytes);
            let fault = self.fault(at, &looks);
            let head = looks[at].as_ref().ok().and_then(|seen| seen.head.clone());
            checked.heads.push(head.filter(|_| fault.is_none()));
            checked.faults.extend(fault);
        }
        checked
    }

    /// What is not as it was, of one closing.
    fn fault(&self, at: usize, looks: &[io::Result<Seen>]) -> Option<Fault> {
        let link = &self.links[at];
        let file = link.file();
        let seen = match &looks[at] {
            Ok(seen) => seen,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let renamed = self.renamed.iter().find(|(listed, _)| *listed == file);
                return Some(match renamed {
                    None => Fault::new(file, "it is not there any more"),
                    Some((_, own)) if look_head(&self.folder.join(own)).is_some_and(|head| head.file() == *own) => {
                        Fault::new(LIST, format!("it calls `{own}` by another name, `{file}`"))
                    }
                    Some((_, other)) => Fault::new(file, format!("it is called `{other}` now")),
                });
            }
            Err(error) => return Some(Fault::new(file, format!("it cannot be read: {error}"))),
        };
        let head_at = |at: usize| looks.get(at).and_then(|seen| seen.as_ref().ok()).and_then(|seen| seen.head.as_ref());
        if seen.sha256 != link.sha256 {
            // Two against one.
            let named = head_at(at + 1).and_then(|next| next.previous.as_ref());
            return Some(match altered(&self.place(link)) {
                _ if named == Some(&seen.sha256) => {
                    Fault::new(LIST, format!("the SHA-256 of `{file}` is another one there than that of the file"))
                }
                Some(parts) => Fault::new(file, format!("it is not as it was closed: {parts}")),
                None if named == Some(&link.sha256) => {
                    Fault::new(file, "it is whole, and another one than was closed".to_string())
                }
                None => Fault::new(
                    LIST,
                    format!(
                        "the SHA-256 of `{file}` is not that of the file, which is whole: one of the two was changed"
                    ),
                ),
            });
        }
        let before = at.checked_sub(1).map(|before| &self.links[before]);
        match &seen.head {
            None => Some(Fault::new(file, "it does not begin as a closing does")),
            Some(head) if head.file() != file => Some(Fault::new(
                file,
                format!("it is the closing `{}`, and not the one that its name says", head.file()),
            )),
            Some(head) if !self.is_damaged && head.previous.as_ref() != before.map(|before| &before.sha256) => {
                match before {
                    None => Some(Fault::new(file, "it names a closing before it, and is the first one")),
                    // What was altered there is told there.
                    Some(before) => {
                        let same = looks[at - 1].as_ref().is_ok_and(|seen| seen.sha256 == before.sha256);
                        same.then(|| {
                            let what = "is not the closing that it names as the one before it";
                            Fault::new(file, format!("`{}` {what}", before.file()))
                        })
                    }
                }
            }
            Some(_) => None,
        }
    }
}

/// What a look at every byte of a chain has found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    pub bytes: u64,
    /// What each closing says of itself; none of those that are not as they were.
    pub heads: Vec<Option<Head>>,
    pub faults: Vec<Fault>,
}

/// What of a closing is not as it was, as far as it tells itself.
fn altered(place: &Path) -> Option<String> {
    let bytes = fs::read(place).unwrap_or_default();
    let Some(parts) = Parts::of(&bytes) else { return Some("its beginning, its end, or what parts it".to_string()) };
    let altered = parts.altered().join(" and ");
    (!altered.is_empty()).then_some(altered)
}

/// A file, read once.
struct Seen {
    sha256: String,
    bytes: u64,
    head: Option<Head>,
}

/// The head of a closing is no longer.
pub const HEAD: usize = 1 << 16;

fn look(path: &Path) -> io::Result<Seen> {
    let mut file = File::open(path)?;
    let (mut digest, mut block, mut start, mut bytes) = (Sha256::new(), vec![0; 1 << 18], Vec::new(), 0);
    loop {
        let read = file.read(&mut block)?;
        if read == 0 {
            break;
        }
        digest.update(&block[..read]);
        bytes += read as u64;
        start.extend_from_slice(&block[..read.min(HEAD - start.len().min(HEAD))]);
    }
    Ok(Seen { sha256: hex(digest), bytes, head: head_of(&start) })
}

fn look_head(path: &Path) -> Option<Head> {
    let mut start = Vec::new();
    File::open(path).ok()?.take(HEAD as u64).read_to_end(&mut start).ok()?;
    head_of(&start)
}

impl Chain {
    /// What a closing says of itself, unless it cannot be read.
    pub fn head_of(&self, link: &Link) -> Option<Head> {
        look_head(&self.place(link))
    }

    /// The day of the last closing.
    pub fn last_day(&self) -> Option<Day> {
        self.head_of(self.links.last()?)?.day()
    }

    /// The closing of a period that held on a day, if it had one by then.
    pub fn as_known(&self, period: PeriodName, day: Day) -> Option<&Link> {
        let by_then = |link: &&Link| self.head_of(link).and_then(|head| head.day()).is_some_and(|on| on <= day);
        self.links.iter().filter(|link| link.period == period).rfind(by_then)
    }
}

//! The chain of closings beside the specs, as the commands see it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::choices::Keep;
use super::exit::Failure;
use super::sign::sign;
use crate::closed::ClosedValues;
use crate::data::STREAM_ABOVE;
use crate::diagnostic::{Code, DataPlace, Diagnostic};
use crate::ledger::chain::{Chain, FOLDER, Fault, Link};
use crate::ledger::closing::{Front, file_of};
use crate::ledger::put::{Lock, Written, keep, write_list};
use crate::ledger::table::write_table;
use crate::ledger::values::{closed_values, unwritten};
use crate::plan::Plan;
use crate::plan::program::Calc;
use crate::provenance::Data;
use crate::time::PeriodName;

/// The folder of closings of a project.
pub fn folder(folders: &[PathBuf]) -> PathBuf {
    let own = folders.first().map_or(Path::new("."), PathBuf::as_path);
    let own = if own.is_dir() { own } else { own.parent().unwrap_or(Path::new(".")) };
    let folder = own.join(FOLDER);
    folder.strip_prefix(".").map(Path::to_path_buf).unwrap_or(folder)
}

/// The chain, and what is wrong with its list.
pub fn chain(folder: &Path) -> Result<(Chain, Vec<Fault>), Failure> {
    Chain::read(folder)
        .map_err(|error| Failure::new(format_args!("the closings in `{}` cannot be read: {error}", folder.display())))
}

/// The closings that the formulas of an evaluation may read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closings {
    pub folder: PathBuf,
    /// Only so many of the chain: those that were there when it was closed what is evaluated again.
    pub first: usize,
    /// Results that hold in the place of those that were closed, and that are not written: of which version, by period.
    pub unwritten: Arc<Unwritten>,
}

/// Restatements that a run has worked out and not added to the chain.
pub type Unwritten = BTreeMap<PeriodName, (u32, Vec<u8>)>;

impl Closings {
    /// All of a project.
    pub fn of(folders: &[PathBuf]) -> Closings {
        Closings::first(folder(folders), usize::MAX)
    }

    /// The first so many of a chain.
    pub fn first(folder: PathBuf, first: usize) -> Closings {
        Closings { folder, first, unwritten: Arc::default() }
    }

    /// The results that plans read of them: of a running period those that were closed by its day.
    pub fn read(&self, plans: &[Plan]) -> Result<Result<ClosedValues, Vec<Diagnostic>>, Failure> {
        let nodes = plans.iter().flat_map(|plan| &plan.program.nodes);
        let reads = nodes.filter_map(|node| match node {
            Calc::Closed { name, period, .. } => Some((&**name, *period)),
            _ => None,
        });
        let (names, periods): (BTreeSet<&str>, BTreeSet<PeriodName>) = reads.unzip();
        if names.is_empty() {
            return Ok(Ok(ClosedValues::default()));
        }
        let (chain, faults) = chain(&self.folder)?;
        // What was closed behind the day of a running period is not known on it.
        let known = |link: &&Link| match plans.iter().filter_map(|plan| plan.query.as_of).min() {
            Some(day) => chain.head_of(link).and_then(|head| head.day()).is_some_and(|on| on <= day),
            None => true,
        };
        let first = chain.links.iter().take(self.first).take_while(known).count();
        let read = match faults.is_empty() {
            true => closed_values(&chain, first, &periods, &names),
            false => Ok(Err(faults)),
        };
        let read = read.map_err(|error| {
            Failure::new(format_args!("the closings in `{}` cannot be read: {error}", self.folder.display()))
        })?;
        let mut read = read.map_err(|faults| findings(&self.folder, &faults));
        if let Ok(closed) = &mut read {
            let wanted = self.unwritten.iter().filter(|(period, _)| periods.contains(period));
            for (period, (version, results)) in wanted {
                let restated = unwritten(&format!("{period}.{version}"), results, &names);
                restated.into_iter().for_each(|restated| closed.insert(*period, restated));
            }
        }
        Ok(read)
    }
}

/// A file of the folder, as messages name it.
pub fn shown(folder: &Path, file: &str) -> String {
    folder.join(file).display().to_string().replace('\\', "/")
}

/// What is not as it was, as findings.
pub fn findings(folder: &Path, faults: &[Fault]) -> Vec<Diagnostic> {
    let finding = |fault: &Fault| {
        let file = shown(folder, &fault.file);
        let place = DataPlace { file: file.clone(), ..DataPlace::default() };
        Diagnostic::new(Code::BrokenChain, format!("`{file}`: {}", fault.what))
            .in_data(place)
            .help("bring the file back as it was, from a backup or a repository; see `merit explain broken-chain`")
    };
    faults.iter().map(finding).collect()
}

/// Of some files with their hashes those that are kept.
pub fn kept(keep: Keep, files: Vec<(PathBuf, String)>) -> Vec<(PathBuf, String)> {
    let most = match keep {
        Keep::None => return Vec::new(),
        Keep::Small => STREAM_ABOVE,
        Keep::All => u64::MAX,
    };
    let is_small = |path: &Path| std::fs::metadata(path).is_ok_and(|file| file.len() <= most);
    files.into_iter().filter(|(path, _)| is_small(path)).collect()
}

/// Data files that were read, with their hashes.
pub fn hashed(data: &Data) -> Vec<(PathBuf, String)> {
    data.files.iter().filter_map(|file| Some((file.place().to_path_buf(), file.sha256()?.to_string()))).collect()
}

/// Adds a closing to the chain as it was read; `None` where a file of data has changed, a failure where somebody else has
/// added one since.
pub fn add(
    key: Option<&Path>,
    front: &Front,
    results: &dyn Fn(&mut dyn Write) -> io::Result<()>,
    known: &Chain,
    files: &[(PathBuf, String)],
) -> Result<Option<Chain>, Failure> {
    let folder = &known.folder;
    let failed = |error: io::Error| Failure::writing(format_args!("`{}`", folder.display()), &error);
    let meanwhile = || Failure::with_help("somebody else has closed a period meanwhile", "run the command once more");
    let _lock = Lock::of(folder).map_err(failed)?.ok_or_else(|| {
        Failure::with_help("somebody else is closing a period at this moment", "run the command once more")
    })?;
    let (mut chain, faults) = chain(folder)?;
    if chain.head() != known.head() || !faults.is_empty() {
        return Err(meanwhile());
    }
    if chain.listed < chain.links.len() {
        write_list(&mut chain).map_err(failed)?;
    }
    for (file, sha256) in files {
        match keep(folder, file, sha256) {
            Err(error) if error.kind() == io::ErrorKind::Other => return Ok(None),
            kept => kept.map_err(failed)?,
        }
    }
    let head = &front.closing;
    let file = file_of(&head.period, head.version);
    let written = Written::new(&chain, &file, |out| front.write(out, results));
    let written = written.map_err(failed)?;
    let signature = match key.map(|key| sign(key, written.place())).transpose() {
        Ok(signature) => signature,
        Err(failure) => {
            written.forget();
            return Err(failure);
        }
    };
    let period = head.period().ok_or_else(|| Failure::new(format_args!("`{}` is no period", head.period)))?;
    let link = Link { period, version: head.version, sha256: written.sha256.clone() };
    match written.add(&mut chain, link, signature.as_deref()) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(meanwhile()),
        added => added.and_then(|()| write_table(&chain)).map(|()| Some(chain)).map_err(failed),
    }
}

//! The projects of what is named on the command line, checked: each by itself, over texts that are read once.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use super::places::{Place, Places, places};
use super::workspace::{Project, Specs, levelled, read_all};
use super::{LoadError, not_read};
use crate::diagnostic::{Code, Diagnostic, Label, Levels, sort};
use crate::model::{Model, ModelCache};
use crate::source::{FileId, SourceSet};
use crate::syntax::tree;

/// Projects as far as they could be understood.
pub struct Set {
    /// Each with the model of what is wrong nowhere; none where a `merit.project` has mistakes.
    pub projects: Vec<Member>,
    /// The files of all projects, each once; behind them what is not theirs.
    pub sources: SourceSet,
    pub files: usize,
    /// Of all projects, each once: first what concerns the files that were named, then in the order of their places.
    pub findings: Vec<Diagnostic>,
    /// What was named and is ignored by a `merit.project`.
    pub ignored: Vec<PathBuf>,
    /// More was read than was named.
    pub found: bool,
}

/// One of several projects.
pub struct Member {
    /// Its folder, as the user would name it.
    pub name: PathBuf,
    /// What it is made of, its own folder first.
    pub folders: Vec<PathBuf>,
    /// Usable only when no finding is an error.
    pub model: Model,
    /// Which of the files are its own, and no other project's.
    own: Vec<FileId>,
}

impl Set {
    pub fn has_errors(&self) -> bool {
        self.findings.iter().any(Diagnostic::is_error)
    }

    /// Whether other projects read a file, too.
    pub fn is_shared(&self, project: &Member, file: FileId) -> bool {
        self.projects.len() > 1 && !project.own.contains(&file)
    }
}

/// Reads, parses and checks the projects of what is named. Findings are as serious as the levels, and behind them each
/// company, take them.
pub fn open(paths: &[PathBuf], levels: &Levels) -> Result<Set, LoadError> {
    let Places { projects, first, ignored, elsewhere, sources, findings, .. } = places(paths)?;
    if !findings.is_empty() {
        let files = sources.iter().count();
        return Ok(Set { projects: Vec::new(), sources, files, findings, ignored, found: false });
    }
    let mut files: Vec<PathBuf> = projects.iter().flat_map(|project| project.specs.iter().cloned()).collect();
    files.sort();
    files.dedup();
    let ids: HashMap<&PathBuf, usize> = files.iter().enumerate().map(|(at, file)| (file, at)).collect();
    let Specs { sources, mut trees, unreadable, library } = read_all(&files)?;
    let members: Vec<Vec<usize>> =
        projects.iter().map(|project| project.specs.iter().map(|spec| ids[spec]).collect()).collect();
    let mut readers = vec![0; files.len()];
    members.iter().flatten().for_each(|at| readers[*at] += 1);
    let mut checked = Vec::new();
    for (place, files) in projects.iter().zip(&members) {
        // Each project has its own trees; of one alone they need not be copied.
        let own: Vec<tree::File> = match members.len() {
            1 => files.iter().map(|at| std::mem::take(&mut trees[*at])).collect(),
            _ => files.iter().map(|at| trees[*at].clone()).collect(),
        };
        let (cache, found) = ModelCache::check(&own, &library, &sources);
        let almost: Vec<Diagnostic> = place.almost.iter().map(|path| not_read(path)).collect();
        let unreadable: Vec<&Diagnostic> = files.iter().flat_map(|at| &unreadable[*at]).chain(&almost).collect();
        let found = levelled(&unreadable, found, cache.model(), levels, &sources);
        checked.push((cache.into_model(), found));
        // The model stands without them; to take a large project's trees apart is work that nobody need wait for.
        std::thread::spawn(move || drop(own));
    }
    let mut set =
        Set { projects: Vec::new(), sources, files: files.len(), findings: Vec::new(), ignored, found: false };
    set.found = !first.is_empty();
    let mut all = Vec::new();
    for ((place, files), (model, found)) in projects.into_iter().zip(&members).zip(checked) {
        let Place { name, folders, .. } = place;
        let own = files.iter().filter(|at| readers[**at] == 1).map(|at| FileId(*at as u32)).collect();
        set.projects.push(Member { name, folders, model, own });
        all.push(found);
    }
    set.findings = match all.len() {
        1 => all.remove(0),
        _ => together(all, &set.projects, &readers),
    };
    sort(&mut set.findings, &set.sources);
    let path = |label: &Label| &set.sources.get(label.span.file).path;
    let lies_in = |label: &Label, folders: &[PathBuf]| folders.iter().any(|folder| path(label).starts_with(folder));
    // Others may use what these do not.
    set.findings.retain(|finding| {
        finding.code != Code::Unused || !finding.labels.first().is_some_and(|label| lies_in(label, &elsewhere))
    });
    let concerns = |finding: &Diagnostic| finding.labels.iter().any(|label| lies_in(label, &first));
    let (mut before, behind): (Vec<_>, Vec<_>) = std::mem::take(&mut set.findings).into_iter().partition(concerns);
    before.extend(behind);
    set.findings = before;
    Ok(set)
}

/// The findings of several projects, each once. What only some of those find who read a file says so; that a name is
/// unused is a finding where none of them uses it.
fn together(all: Vec<Vec<Diagnostic>>, projects: &[Member], readers: &[usize]) -> Vec<Diagnostic> {
    type Key = (Code, String, Vec<(FileId, u32, u32, String)>, Option<String>);
    let key = |finding: &Diagnostic| -> Key {
        let place = |label: &Label| {
            let (file, start, end) = label.span.key();
            (file, start, end, label.text.clone())
        };
        (finding.code, finding.message.clone(), finding.labels.iter().map(place).collect(), finding.help.clone())
    };
    let mut merged: Vec<(Diagnostic, Vec<usize>)> = Vec::new();
    let mut known: BTreeMap<Key, usize> = BTreeMap::new();
    for (project, findings) in all.into_iter().enumerate() {
        for finding in findings {
            match known.get(&key(&finding)) {
                Some(at) => {
                    let (same, found_by) = &mut merged[*at];
                    same.severity = same.severity.min(finding.severity);
                    if found_by.last() != Some(&project) {
                        found_by.push(project);
                    }
                }
                None => {
                    known.insert(key(&finding), merged.len());
                    merged.push((finding, vec![project]));
                }
            }
        }
    }
    let mut out = Vec::new();
    for (mut finding, found_by) in merged {
        let file = finding.labels.first().map(|label| label.span.file.0 as usize);
        let reading = file.and_then(|file| readers.get(file)).copied().unwrap_or(found_by.len());
        if found_by.len() < reading {
            if finding.code == Code::Unused {
                continue;
            }
            // Where the rest of the finding lies in the project's own files, it is plain whose it is.
            let own = |label: &Label| readers.get(label.span.file.0 as usize) == Some(&1);
            if !finding.labels.iter().any(own) {
                const SHOWN: usize = 3;
                let mut names: Vec<String> =
                    found_by.iter().take(SHOWN).map(|at| format!("`{}`", projects[*at].name.display())).collect();
                if found_by.len() > SHOWN {
                    names.push(format!("{} more", found_by.len() - SHOWN));
                }
                finding =
                    finding.note(format!("this holds for {}, and not for all that read the file", names.join(", ")));
            }
        }
        out.push(finding);
    }
    out
}

/// The one project of what is named, for work that is done for one.
pub fn open_one(paths: &[PathBuf]) -> Result<Project, LoadError> {
    let mut set = open(paths, &Levels::default())?;
    if set.projects.len() > 1 {
        return Err(LoadError::Several(set.projects.into_iter().map(|project| project.name).collect()));
    }
    let (model, folders) = set.projects.pop().map(|project| (project.model, project.folders)).unwrap_or_default();
    Ok(Project { files: set.files, sources: set.sources, model, diagnostics: set.findings, folders })
}

//! A project that is kept while its files are edited.
//!
//! Each file's tree and findings are held, so that an edit costs the parse of one file and the check of what it may
//! have changed (see [`crate::model::ModelCache`]). What comes out is what a fresh check of the same texts would say.

use std::path::{Path, PathBuf};

use super::{LoadError, find, merged, no_spec, not_read, not_utf8, read_spec};
use crate::data;
use crate::diagnostic::{Code, Diagnostic, Levels, sort};
use crate::model::{self, Edit, Model, ModelCache};
use crate::parallel;

use crate::source::{FileId, SourceFile, SourceSet};
use crate::syntax::{self, Parsed, ShapeCache, tree};

/// A project as far as it could be understood.
pub struct Project {
    /// How many spec files it is made of.
    pub files: usize,
    pub sources: SourceSet,
    /// Usable only when no finding is an error.
    pub model: Model,
    /// In the order of their places.
    pub diagnostics: Vec<Diagnostic>,
    /// What it is made of, its own folder first: the first that has a folder `data` has its data.
    pub folders: Vec<PathBuf>,
}

impl Project {
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// Reads, parses and checks all specs under the paths as one project, and nothing else. Findings are as serious as the
/// company takes them.
pub fn load(paths: &[PathBuf]) -> Result<Project, LoadError> {
    load_with(paths, &Levels::default())
}

/// The same with the levels of the command line, which go before the company's.
pub fn load_with(paths: &[PathBuf], levels: &Levels) -> Result<Project, LoadError> {
    let workspace = Workspace::open_with(paths, levels.clone())?;
    let files = workspace.trees.len();
    let Workspace { sources, trees, cache, findings: diagnostics, .. } = workspace;
    // The model stands without them; to take a large project's trees apart is work that nobody need wait for.
    std::thread::spawn(move || drop(trees));
    Ok(Project { files, sources, model: cache.into_model(), diagnostics, folders: paths.to_vec() })
}

/// Checks texts that stand in no files as one project, in this order; each with the name that messages call it by.
/// Findings are as serious as the company takes them.
pub fn of_texts(texts: Vec<(PathBuf, String)>) -> Project {
    let read = parallel::map_with(texts.len(), ShapeCache::default, |shapes, at| {
        let (path, text) = &texts[at];
        read_text(shapes, FileId(at as u32), path, text.clone().into_bytes())
    });
    let files = read.len();
    let Specs { sources, trees, unreadable, library } = Specs::of(read);
    let (cache, found) = ModelCache::check(&trees, &library, &sources);
    let unreadable: Vec<&Diagnostic> = unreadable.iter().flatten().collect();
    let diagnostics = levelled(&unreadable, found, cache.model(), &Levels::default(), &sources);
    Project { files, sources, model: cache.into_model(), diagnostics, folders: Vec::new() }
}

/// A checked project, open for edits.
pub struct Workspace {
    sources: SourceSet,
    trees: Vec<tree::File>,
    /// What is wrong with the text of each file.
    unreadable: Vec<Vec<Diagnostic>>,
    /// Files that are specs but for their names.
    almost: Vec<Diagnostic>,
    library: tree::File,
    cache: ModelCache,
    levels: Levels,
    findings: Vec<Diagnostic>,
    /// What was learnt of the shapes of clauses in edits before.
    shapes: ShapeCache,
}

impl Workspace {
    /// Reads and checks all specs under the paths as one project.
    pub fn open(paths: &[PathBuf]) -> Result<Workspace, LoadError> {
        Workspace::open_with(paths, Levels::default())
    }

    fn open_with(paths: &[PathBuf], levels: Levels) -> Result<Workspace, LoadError> {
        let (files, almost) = find(paths)?;
        let Specs { sources, trees, unreadable, library } = read_all(&files)?;
        let (cache, found) = ModelCache::check(&trees, &library, &sources);
        let almost = almost.iter().map(|path| not_read(path)).collect();
        let (findings, shapes) = (Vec::new(), ShapeCache::default());
        let mut workspace = Workspace { sources, trees, unreadable, almost, library, cache, levels, findings, shapes };
        workspace.gather(found);
        Ok(workspace)
    }

    /// Takes in the new text of a file.
    pub fn edit(&mut self, file: FileId, text: String) {
        let at = file.0 as usize;
        let path = self.sources.get(file).path.clone();
        let (source, parsed) = match no_spec(&path, text.as_bytes()) {
            Some(finding) => without_text(path, finding),
            None => {
                let source = SourceFile::new(path, text);
                let parsed = syntax::parse_with(&mut self.shapes, file, &source.text);
                (source, parsed)
            }
        };
        let text = self.sources.replace(file, source).text;
        let tree = std::mem::replace(&mut self.trees[at], parsed.tree);
        self.unreadable[at] = parsed.diagnostics;
        let before = Edit { file, text: &text, tree: &tree };
        let again = self.cache.check_again(&before, &self.trees, &self.library, &self.sources);
        let found = again.unwrap_or_else(|| {
            let (cache, found) = ModelCache::check(&self.trees, &self.library, &self.sources);
            self.cache = cache;
            found
        });
        self.gather(found);
    }

    fn gather(&mut self, found: Vec<Diagnostic>) {
        let unreadable: Vec<&Diagnostic> = self.unreadable.iter().flatten().chain(&self.almost).collect();
        let findings = levelled(&unreadable, found, self.cache.model(), &self.levels, &self.sources);
        self.findings = findings;
    }

    pub fn sources(&self) -> &SourceSet {
        &self.sources
    }

    /// Usable only when no finding is an error.
    pub fn model(&self) -> &Model {
        self.cache.model()
    }

    /// In the order of their places.
    pub fn findings(&self) -> &[Diagnostic] {
        &self.findings
    }
}

/// What is to be said of a project: of what could not be read in its texts, and of what the check has found.
pub(super) fn levelled(
    unreadable: &[&Diagnostic],
    mut found: Vec<Diagnostic>,
    model: &Model,
    levels: &Levels,
    sources: &SourceSet,
) -> Vec<Diagnostic> {
    let readable = !unreadable.iter().any(|finding| finding.is_error());
    // The tables of tests are read by the rules of a model without errors.
    if readable && !found.iter().any(Diagnostic::is_error) {
        found.extend(model.tests.iter().flat_map(|test| data::check_given(model, &test.given)));
    }
    // Specs for a newer program are not judged by this one.
    let is_newer = |finding: &&&Diagnostic| finding.code == Code::NewerProgram;
    let newer: Vec<Diagnostic> = unreadable.iter().filter(is_newer).map(|finding| (*finding).clone()).collect();
    if !newer.is_empty() {
        return newer;
    }
    let answered = |finding: &&Diagnostic| model.answered((*finding).clone(), sources);
    let mut findings: Vec<Diagnostic> = unreadable.iter().map(answered).collect();
    // Where a line could not be read, what it declares is not there: what may only follow from that is not said.
    findings.extend(found.into_iter().filter(|finding| readable || !finding.code.may_follow_from_a_gap()));
    let mut findings = levels.before(&model.company.levels).apply(findings);
    sort(&mut findings, sources);
    let mut findings = merged::merged(findings, sources);
    sort(&mut findings, sources);
    findings
}

/// Specs with their trees, and the standard library behind them.
pub(super) struct Specs {
    pub sources: SourceSet,
    /// By file.
    pub trees: Vec<tree::File>,
    pub unreadable: Vec<Vec<Diagnostic>>,
    pub library: tree::File,
}

pub(super) fn read_all(files: &[PathBuf]) -> Result<Specs, LoadError> {
    let read =
        parallel::map_with(files.len(), ShapeCache::default, |shapes, at| read(shapes, FileId(at as u32), &files[at]));
    Ok(Specs::of(read.into_iter().collect::<Result<_, _>>()?))
}

impl Specs {
    fn of(read: Vec<(SourceFile, Parsed)>) -> Specs {
        let mut sources = SourceSet::default();
        let (mut trees, mut unreadable) = (Vec::new(), Vec::new());
        for (source, parsed) in read {
            sources.push(source);
            trees.push(parsed.tree);
            unreadable.push(parsed.diagnostics);
        }
        let standard = sources.add("the standard library", model::STANDARD_LIBRARY);
        let library = syntax::parse(standard, model::STANDARD_LIBRARY).tree;
        Specs { sources, trees, unreadable, library }
    }
}

/// A file that is a spec by its name alone.
fn without_text(path: PathBuf, finding: Diagnostic) -> (SourceFile, Parsed) {
    (SourceFile::new(path, String::new()), Parsed { diagnostics: vec![finding], ..Parsed::default() })
}

/// One file and its tree.
fn read(shapes: &mut ShapeCache, id: FileId, path: &Path) -> Result<(SourceFile, Parsed), LoadError> {
    Ok(read_text(shapes, id, path, read_spec(path)?))
}

fn read_text(shapes: &mut ShapeCache, id: FileId, path: &Path, bytes: Vec<u8>) -> (SourceFile, Parsed) {
    if let Some(finding) = no_spec(path, &bytes) {
        return without_text(path.to_path_buf(), finding);
    }
    match String::from_utf8(bytes) {
        Ok(text) => {
            let source = SourceFile::new(path.to_path_buf(), text);
            let parsed = syntax::parse_with(shapes, id, &source.text);
            (source, parsed)
        }
        Err(error) => {
            let (source, finding) = not_utf8(id, path, error.as_bytes());
            (source, Parsed { diagnostics: vec![finding], ..Parsed::default() })
        }
    }
}

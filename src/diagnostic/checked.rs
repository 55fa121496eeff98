//! What a check of a project came to: the input of the renderers for machines.

use std::path::Path;

use super::{Diagnostic, Label, Mend, Severity};
use crate::documents::Failure;
use crate::provenance::{Provenance, absolute};
use crate::source::{FileId, SourceFile, SourceSet, Span};

/// A project and what was found in it, or why it could not be checked at all.
pub struct Checked<'a> {
    pub sources: &'a SourceSet,
    /// How many of the sources are specs of the project; they come first.
    pub files: usize,
    pub positions: usize,
    pub kpis: usize,
    pub diagnostics: &'a [Diagnostic],
    /// Why nothing could be checked: a folder that is not there, a file that cannot be read.
    pub failure: Option<&'a Failure>,
    pub provenance: Option<&'a Provenance>,
}

/// A place in a spec; lines and columns are counted from 1, columns in characters, and the end is exclusive.
pub(super) struct Place {
    pub path: String,
    pub start: (usize, usize),
    pub end: (usize, usize),
}

impl<'a> Checked<'a> {
    /// Nothing found in these texts.
    pub fn of(sources: &'a SourceSet) -> Checked<'a> {
        Checked { sources, files: 0, positions: 0, kpis: 0, diagnostics: &[], failure: None, provenance: None }
    }
}

impl Checked<'_> {
    /// The project's own files with their paths.
    pub(super) fn specs(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.sources.iter().take(self.files)
    }

    /// Whether a place lies in the project, and not in the library that ships with the program.
    fn is_own(&self, span: Span) -> bool {
        (span.file.0 as usize) < self.files
    }

    pub(super) fn place(&self, span: Span) -> Place {
        let file = self.sources.get(span.file);
        Place {
            path: slashes(&file.path.display().to_string()),
            start: file.line_column(span.start),
            end: file.line_column(span.end.max(span.start)),
        }
    }

    /// The places of a finding in the project's files, the main one first.
    pub(super) fn labels<'d>(&self, diagnostic: &'d Diagnostic) -> Vec<&'d Label> {
        diagnostic.labels.iter().filter(|label| self.is_own(label.span)).collect()
    }

    /// Where a finding is, as far as it has a place in the project.
    pub(super) fn main_place(&self, diagnostic: &Diagnostic) -> Option<Place> {
        self.labels(diagnostic).first().map(|label| self.place(label.span))
    }

    /// The same with the path from the root of the repository, as code hosts know it.
    pub(super) fn place_from_root(&self, span: Span) -> Place {
        let place = self.place(span);
        Place { path: from_root(&self.sources.get(span.file).path).unwrap_or(place.path), ..place }
    }

    /// The mends of a finding that change the project's own files alone.
    pub(super) fn mends<'d>(&self, diagnostic: &'d Diagnostic) -> impl Iterator<Item = &'d Mend> {
        diagnostic.mends.iter().filter(|mend| mend.edits.iter().all(|edit| self.is_own(edit.span)))
    }

    pub(super) fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count()
    }
}

/// The path of a file from the root of the repository that it is in, wherever the program was started; `None` where it
/// is in none.
pub(super) fn from_root(path: &Path) -> Option<String> {
    let path = absolute(path);
    let root = path.ancestors().skip(1).find(|folder| folder.join(".git").exists())?;
    Some(slashes(&path.strip_prefix(root).ok()?.display().to_string()))
}

/// Paths have `/` between their parts on every system.
fn slashes(path: &str) -> String {
    path.replace(std::path::MAIN_SEPARATOR, "/")
}

impl Severity {
    /// `error`, `warning`
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// The sentence, its notes and the mend, one a line: for formats with one text a finding.
pub(super) fn full_text(diagnostic: &Diagnostic) -> String {
    let mut lines = vec![diagnostic.message.clone()];
    lines.extend(diagnostic.notes.iter().map(|note| format!("note: {note}")));
    lines.extend(diagnostic.help.iter().map(|help| format!("help: {help}")));
    lines.join("\n")
}

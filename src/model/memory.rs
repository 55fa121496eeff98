//! Checking a project, and checking it again after an edit.
//!
//! Positions are the bulk of a project, and others read little of one (see `Seen`). So each is checked by itself,
//! against what all share (data sets, KPIs, scales …), on all cores; and when an edit touches positions only, the
//! others keep what was found in them.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::checker::{Checker, Progress, Reported, Used};
use super::shared::Shared;
use super::unit::Units;
use super::{Model, Position};
use crate::diagnostic::Diagnostic;
use crate::parallel;
use crate::source::{FileId, SourceSet, Span};
use crate::syntax::tree::{self, Declaration};

/// Checks the trees of a project's files. `standard` is the library that ships with Merit; a project may declare its
/// names anew. The model is complete only when no finding is an error.
pub fn check(files: &[tree::File], standard: &tree::File, sources: &SourceSet) -> (Model, Vec<Diagnostic>) {
    let (memory, found) = Memory::check(files, standard, sources);
    (memory.into_model(), found)
}

/// A checked project, and what of the check still holds when positions change.
pub struct Memory {
    model: Shared<Model>,
    units: Shared<Units>,
    kpi_progress: Shared<Vec<Progress>>,
    scale_progress: Shared<Vec<Progress>>,
    column_progress: Shared<BTreeMap<(usize, usize), Progress>>,
    doubtful_units: Shared<BTreeSet<usize>>,
    untyped: Shared<BTreeSet<String>>,
    dated_names: Shared<BTreeSet<String>>,
    used: Used,
    diagnostics: Vec<Diagnostic>,
    reported: BTreeSet<Reported>,
    positions: Vec<Checked>,
}

/// What the check of one position has found out.
struct Checked {
    diagnostics: Vec<Diagnostic>,
    used: Used,
    output_sums: Vec<super::outputs::SumUse>,
    rated: Vec<(usize, Span)>,
}

impl Memory {
    pub fn into_model(self) -> Model {
        self.model.into_inner()
    }

    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Checks everything.
    pub fn check(files: &[tree::File], standard: &tree::File, sources: &SourceSet) -> (Memory, Vec<Diagnostic>) {
        let mut checker = Checker::new(files, standard, sources);
        checker.shared_declarations();
        let count = checker.declarations.positions.len();
        let (models, positions) = parallel::map(count, |at| checked(&checker, at)).into_iter().unzip();
        let mut memory = Memory {
            model: Shared::default(),
            units: checker.units.clone(),
            kpi_progress: checker.kpi_progress.clone(),
            scale_progress: checker.scale_progress.clone(),
            column_progress: checker.column_progress.clone(),
            doubtful_units: checker.doubtful_units.clone(),
            untyped: checker.untyped.clone(),
            dated_names: checker.dated_names.clone(),
            used: checker.used.clone(),
            diagnostics: checker.diagnostics.clone(),
            reported: checker.reported.clone(),
            positions,
        };
        checker.model.positions = models;
        let found = memory.finish(checker);
        (memory, found)
    }

    /// Checks again after the file has changed from `before` to what it is now; `None` where more than the insides of
    /// its positions may have changed, and everything is to be checked.
    pub fn check_again(
        &mut self,
        changed: FileId,
        before: &tree::File,
        files: &[tree::File],
        standard: &tree::File,
        sources: &SourceSet,
    ) -> Option<Vec<Diagnostic>> {
        let now = &files[changed.0 as usize];
        let points_there = |finding: &Diagnostic| finding.labels.iter().any(|label| label.span.file == changed);
        if seen(before)? != seen(now)? || self.diagnostics.iter().any(points_there) {
            return None;
        }
        let mut checker = Checker::new(files, standard, sources);
        checker.model = std::mem::take(&mut self.model);
        checker.model.tests.clear();
        checker.units = self.units.clone();
        checker.kpi_progress = self.kpi_progress.clone();
        checker.scale_progress = self.scale_progress.clone();
        checker.column_progress = self.column_progress.clone();
        checker.doubtful_units = self.doubtful_units.clone();
        checker.untyped = self.untyped.clone();
        checker.dated_names = self.dated_names.clone();
        checker.used = self.used.clone();
        checker.diagnostics = self.diagnostics.clone();
        checker.reported = self.reported.clone();
        for at in 0..self.positions.len() {
            let inside = checker.declarations.positions[at].name.span.file == changed;
            if inside || self.positions[at].diagnostics.iter().any(points_there) {
                let (position, check) = checked(&checker, at);
                checker.model.positions[at] = position;
                self.positions[at] = check;
            }
        }
        Some(self.finish(checker))
    }

    /// Puts the positions' findings together, and checks what holds of the whole.
    fn finish(&mut self, mut checker: Checker) -> Vec<Diagnostic> {
        checker.position_versions();
        for (at, position) in self.positions.iter().enumerate() {
            for finding in &position.diagnostics {
                checker.report(finding.clone());
            }
            checker.used.add(&position.used);
            checker.output_sums.extend(position.output_sums.iter().cloned());
            checker.rated.extend(position.rated.iter().map(|(_, rated)| (at, *rated)));
        }
        checker.whole_project();
        self.model = checker.model;
        checker.diagnostics
    }
}

/// One position, checked against what all share.
fn checked(shared: &Checker, at: usize) -> (Position, Checked) {
    let mut checker = shared.fork();
    let position = checker.position(shared.declarations.positions[at]);
    if !shared.diagnostics.iter().chain(&checker.diagnostics).any(Diagnostic::is_error) {
        checker.position_conditions(&position);
        checker.alignment(&position);
    }
    let Checker { diagnostics, used, rated, output_sums, .. } = checker;
    (position, Checked { diagnostics, used, rated, output_sums })
}

/// What others see of a position: its name, whom it reports to, whether it has a scorecard, and out of how many points,
/// its outputs and their types.
type Seen<'t> = (&'t str, Option<&'t str>, Option<Option<Decimal>>, Vec<(&'t str, &'t tree::Type)>);

/// What others see of a file that holds nothing but positions.
fn seen(file: &tree::File) -> Option<Vec<Seen<'_>>> {
    let mut seen = Vec::new();
    for declaration in &file.declarations {
        let Declaration::Position(position) = declaration else { return None };
        let superior = position.reports_to.as_ref().map(|superior| superior.text.as_str());
        let total = |card: &tree::Scorecard| card.total.as_ref().map(|total| total.written);
        let outputs = position.outputs.iter().map(|output| (output.name.text.as_str(), &output.ty)).collect();
        seen.push((position.name.text.as_str(), superior, position.scorecard.as_ref().map(total), outputs));
    }
    Some(seen)
}

//! Checking a project, and checking it again after an edit.
//!
//! Positions are the bulk of a project, and others read little of one (see `Seen`). So each is checked by itself,
//! against what all share (data sets, KPIs, scales …), on all cores. When an edit touches positions only, the others
//! keep what was found in them; when it touches KPIs only, what all share is checked anew, and of the positions those
//! that build on a KPI with another text.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rust_decimal::Decimal;

use super::alignment::named_in;
use super::checker::{Checker, Progress, Reported, Symbol};
use super::dates::versions::Versions;
use super::house::Broken;
use super::names::uses::{ConstantRead, SumUse, Use, Used, Uses};
use super::proofs::ranges::KpiRanges;
use super::scorecards::grades::Rated;
use super::scorecards::others::takes_in_scores;
use super::shared::Shared;
use super::types::unit::Units;
use super::{Direction, Kpi, KpiId, Model, Position};
use crate::diagnostic::{Code, Diagnostic};
use crate::parallel;
use crate::source::{FileId, SourceSet, Span};
use crate::syntax::tree;
use crate::syntax::tree::{Declaration, Effective};
use crate::time::{Day, PeriodName};

/// Checks the trees of a project's files. `standard` is the library that ships with Merit; a project may declare its
/// names anew. The model is complete only when no finding is an error.
pub fn check(files: &[tree::File], standard: &tree::File, sources: &SourceSet) -> (Model, Vec<Diagnostic>) {
    let (cache, found) = ModelCache::check(files, standard, sources);
    (cache.into_model(), found)
}

/// A checked project, and what of the check still holds when positions change.
#[derive(Default)]
pub struct ModelCache {
    model: Shared<Model>,
    units: Shared<Units>,
    kpi_progress: Shared<Vec<Progress>>,
    scale_progress: Shared<Vec<Progress>>,
    column_progress: Shared<BTreeMap<(usize, usize), Progress>>,
    doubtful_units: Shared<BTreeSet<usize>>,
    untyped: Shared<BTreeSet<String>>,
    constant_reads: Vec<ConstantRead>,
    used: Used,
    /// What was found in what all share.
    diagnostics: Vec<Diagnostic>,
    reported: BTreeSet<Reported>,
    /// What was found in the conditions of what all share, once they were gone through.
    conditions: Option<Vec<Diagnostic>>,
    positions: Vec<Checked>,
    /// What the positions use.
    uses: Uses,
    /// Nothing is wrong with how the positions go together: their superiors and their versions.
    in_order: bool,
}

/// What the check of one position has found out.
#[derive(Default)]
struct Checked {
    diagnostics: Vec<Diagnostic>,
    output_sums: Vec<SumUse>,
    constant_reads: Vec<ConstantRead>,
    used: Box<[Use]>,
    broken: Vec<Broken>,
    /// Where it names its rating.
    rating: Option<Span>,
    /// What its scores leave out, unless others have a part in them.
    rated: Option<Box<Rated>>,
    takes_in_scores: bool,
}

/// A file that was edited.
pub struct Edit<'e> {
    pub file: FileId,
    pub text: &'e str,
    pub tree: &'e tree::File,
}

impl ModelCache {
    pub fn into_model(self) -> Model {
        self.model.into_inner()
    }

    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Checks everything.
    pub fn check(files: &[tree::File], standard: &tree::File, sources: &SourceSet) -> (ModelCache, Vec<Diagnostic>) {
        let mut checker = Checker::new(files, standard, sources);
        checker.shared_declarations();
        let all: Vec<usize> = (0..checker.declarations.positions.len()).collect();
        let mut cache = ModelCache::default();
        cache.keep_shared(&checker);
        cache.positions.resize_with(all.len(), Checked::default);
        let found = checked(&checker, &all);
        checker.model.positions.reserve_exact(all.len());
        for (at, (position, check)) in found.into_iter().enumerate() {
            checker.model.positions.push(position);
            cache.keep(at, check);
        }
        let found = cache.finish(checker, true);
        (cache, found)
    }

    /// Checks again after a file has changed from `before` to what it is now; `None` where more than the insides of
    /// its positions or its KPIs may have changed, and everything is to be checked.
    pub fn check_again(
        &mut self,
        before: &Edit,
        files: &[tree::File],
        standard: &tree::File,
        sources: &SourceSet,
    ) -> Option<Vec<Diagnostic>> {
        let file = before.file;
        let now = Edit { file, text: &sources.get(file).text, tree: &files[file.0 as usize] };
        let points_there = |finding: &Diagnostic| finding.labels.iter().any(|label| label.span.file == before.file);
        let mut checker;
        let affected: Vec<usize>;
        let here = |position: &Checked| position.diagnostics.iter().any(points_there);
        if let (Some(seen_before), Some(seen_now)) = (seen(before.tree), seen(now.tree)) {
            if seen_before != seen_now || self.diagnostics.iter().any(points_there) {
                return None;
            }
            checker = Checker::new(files, standard, sources);
            checker.model = std::mem::take(&mut self.model);
            checker.units = self.units.clone();
            checker.kpi_progress = self.kpi_progress.clone();
            checker.scale_progress = self.scale_progress.clone();
            checker.column_progress = self.column_progress.clone();
            checker.doubtful_units = self.doubtful_units.clone();
            checker.untyped = self.untyped.clone();
            checker.constant_reads = self.constant_reads.clone();
            checker.used = self.used.clone();
            checker.diagnostics = self.diagnostics.clone();
            checker.reported = self.reported.clone();
            let inside = |at: usize| checker.declarations.positions[at].name.span.file == before.file;
            affected = (0..self.positions.len()).filter(|at| inside(*at) || here(&self.positions[*at])).collect();
        } else {
            let names = changed_kpis(before, &now)?;
            if self.diagnostics.iter().any(Diagnostic::is_error) {
                return None;
            }
            checker = Checker::new(files, standard, sources);
            checker.shared_declarations();
            let number = |name: &&str| match checker.symbols.get(name) {
                Some((Symbol::Kpi(at), _)) => Some(KpiId(*at)),
                _ => None,
            };
            let mut changed: BTreeSet<KpiId> = names.iter().map(number).collect::<Option<_>>()?;
            let versions = |kpi: &KpiId| checker.model.kpis[kpi.0].versions != Versions::default();
            if checker.diagnostics.iter().any(Diagnostic::is_error) || changed.iter().any(versions) {
                return None;
            }
            with_users(&self.model, &mut changed);
            with_users(&checker.model, &mut changed);
            let uses = |what: &Use| matches!(what, Use::Kpi(kpi) if changed.contains(kpi));
            let touched = |position: &Checked| position.used.iter().any(uses) || here(position);
            affected = (0..self.positions.len()).filter(|at| touched(&self.positions[*at])).collect();
            checker.model.positions = std::mem::take(&mut self.model.positions);
            self.keep_shared(&checker);
        }
        checker.model.tests.clear();
        let found = checked(&checker, &affected);
        for (at, (position, check)) in affected.into_iter().zip(found) {
            checker.model.positions[at] = position;
            self.keep(at, check);
        }
        let in_order = self.in_order;
        Some(self.finish(checker, !in_order))
    }

    /// Keeps what was found out of what all positions share.
    fn keep_shared(&mut self, checker: &Checker) {
        self.units = checker.units.clone();
        self.kpi_progress = checker.kpi_progress.clone();
        self.scale_progress = checker.scale_progress.clone();
        self.column_progress = checker.column_progress.clone();
        self.doubtful_units = checker.doubtful_units.clone();
        self.untyped = checker.untyped.clone();
        self.constant_reads = checker.constant_reads.clone();
        self.used = checker.used.clone();
        self.diagnostics = checker.diagnostics.clone();
        self.reported = checker.reported.clone();
        self.conditions = None;
    }

    fn keep(&mut self, at: usize, check: Checked) {
        self.uses.add(&check.used);
        let before = std::mem::replace(&mut self.positions[at], check);
        self.uses.remove(&before.used);
    }

    /// Puts the positions' findings together, and checks what holds of the whole. `reordered`: which positions there
    /// are, and who reports to whom, may have changed.
    fn finish(&mut self, mut checker: Checker, reordered: bool) -> Vec<Diagnostic> {
        let before = checker.diagnostics.len();
        if reordered {
            checker.position_versions();
        }
        let mut in_order = checker.diagnostics.len() == before;
        for finding in self.positions.iter().flat_map(|position| &position.diagnostics) {
            checker.report(finding.clone());
        }
        let before = checker.diagnostics.len();
        if reordered {
            checker.superiors();
        }
        checker.output_sums = self.positions.iter().flat_map(|position| position.output_sums.iter().cloned()).collect();
        in_order &= checker.diagnostics.len() == before;
        self.in_order = in_order;
        let mut takers: HashMap<usize, Rated> = HashMap::new();
        if self.positions.iter().any(|position| position.takes_in_scores) {
            checker.score_circles();
            let taking = self.positions.iter().enumerate().filter(|(_, position)| position.takes_in_scores);
            let kpis = KpiRanges::new(&checker.model, false);
            let rated = |(at, position): (usize, &Checked)| {
                Some((at, checker.model.rated(&checker.model.positions[at], position.rating?, &kpis)?))
            };
            takers.extend(taking.filter_map(rated));
            if !checker.diagnostics.iter().any(Diagnostic::is_error) {
                let model = checker.model.clone();
                let taking = self.positions.iter().enumerate().filter(|(_, position)| position.takes_in_scores);
                taking.for_each(|(at, _)| checker.beyond_points(&model.positions[at], &kpis));
            }
        }
        checker.check_output_sums();
        checker.check_constant_reads(self.positions.iter().flat_map(|position| &position.constant_reads));
        checker.check_units_of_outputs();
        let rated = self.positions.iter().enumerate().map(|(at, position)| match position.takes_in_scores {
            true => takers.get(&at),
            false => position.rated.as_deref(),
        });
        checker.reachable_grades(rated);
        checker.house_rules(self.positions.iter().flat_map(|position| &position.broken));
        // What a mistake keeps from being understood is not unused, and no test is blamed for it.
        let understood = |finding: &Diagnostic| !finding.is_error() || finding.code == Code::HouseRule;
        if checker.diagnostics.iter().all(understood) {
            let conditions = self.conditions.get_or_insert_with(|| checker.conditions());
            conditions.iter().for_each(|finding| checker.report(finding.clone()));
            // A test is no use of what it is about.
            let used = std::mem::take(&mut checker.used);
            checker.tests();
            let by_tests = std::mem::replace(&mut checker.used, used);
            checker.unused(&self.uses, &by_tests);
        }
        crate::diagnostic::sort(&mut checker.diagnostics, checker.sources);
        self.model = checker.model;
        checker.diagnostics
    }
}

/// Positions, each checked against what all share.
fn checked(shared: &Checker, positions: &[usize]) -> Vec<(Position, Checked)> {
    let sound = !shared.diagnostics.iter().any(Diagnostic::is_error);
    let [kpis, kpis_whatever_the_constants] = [false, true].map(|free| KpiRanges::new(&shared.model, free));
    parallel::map(positions.len(), |at| {
        let mut checker = shared.fork();
        let written = shared.declarations.positions[positions[at]];
        let position = checker.position(written);
        if sound && !checker.diagnostics.iter().any(Diagnostic::is_error) {
            checker.position_conditions(&position, &kpis_whatever_the_constants, &kpis);
            checker.alignment(&position);
        }
        let broken = checker.broken_rules(written, &position);
        let takes_in_scores = position.scorecard.as_ref().is_some_and(|card| takes_in_scores(&card.root));
        if sound && !takes_in_scores && !checker.diagnostics.iter().any(Diagnostic::is_error) {
            checker.beyond_points(&position, &kpis);
        }
        let rated = checker.rated.filter(|_| !takes_in_scores);
        let rated = rated.and_then(|at| checker.model.rated(&position, at, &kpis));
        let Checker { diagnostics, used, rated: rating, output_sums, constant_reads, .. } = checker;
        let used = used.into_iter().collect();
        (
            position,
            Checked {
                diagnostics,
                output_sums,
                constant_reads,
                used,
                broken,
                rating,
                rated: rated.map(Box::new),
                takes_in_scores,
            },
        )
    })
}

/// What others see of a position: its name, from when it holds, whom it reports to, whether it has a scorecard, and out
/// of how many points, its outputs and their types, and what rosters may call it.
type Seen<'t> = (
    &'t str,
    (Option<Day>, Option<PeriodName>),
    Option<&'t str>,
    Option<Option<Decimal>>,
    Vec<(&'t str, &'t tree::Type)>,
    Vec<&'t str>,
);

/// What others see of a file that holds nothing but positions.
fn seen(file: &tree::File) -> Option<Vec<Seen<'_>>> {
    let mut seen = Vec::new();
    for declaration in &file.declarations {
        let Declaration::Position(position) = declaration else { return None };
        let begins = match &position.effective {
            Some(Effective::Date(date)) => (Some(date.day), None),
            Some(Effective::Period(period)) => (None, Some(period.period)),
            None => (None, None),
        };
        let superior = position.reports_to.as_ref().map(|superior| superior.text.as_str());
        let total = |card: &tree::Scorecard| card.total.as_ref().map(|total| total.written);
        let outputs = position.outputs.iter().map(|output| (output.name.text.as_str(), &output.ty)).collect();
        let labels = super::dates::stints::labels(position).collect();
        let total = position.scorecard.as_ref().map(total);
        seen.push((position.name.text.as_str(), begins, superior, total, outputs, labels));
    }
    Some(seen)
}

/// The KPIs of a file by name, and how each is written; `None` for a file that holds anything else, or versions.
fn kpis<'e>(edit: &Edit<'e>) -> Option<Vec<(&'e str, &'e str)>> {
    let written = |declaration: &'e Declaration| match declaration {
        Declaration::Kpi(kpi) if kpi.effective.is_none() => {
            let text = edit.text.get(kpi.span.start as usize..kpi.span.end as usize)?;
            Some((kpi.name.text.as_str(), text))
        }
        _ => None,
    };
    edit.tree.declarations.iter().map(written).collect()
}

/// The names of the KPIs that are written in another way, in a file that holds the same KPIs and nothing else.
fn changed_kpis<'e>(before: &Edit, now: &Edit<'e>) -> Option<Vec<&'e str>> {
    let (before, now) = (kpis(before)?, kpis(now)?);
    let same = before.len() == now.len() && before.iter().zip(&now).all(|(before, now)| before.0 == now.0);
    let changed = before.iter().zip(&now).filter(|(before, now)| before.1 != now.1);
    same.then(|| changed.map(|(_, now)| now.0).collect())
}

/// Adds the KPIs whose formulas build on one of these.
fn with_users(model: &Model, changed: &mut BTreeSet<KpiId>) {
    let builds = |kpi: &Kpi, changed: &BTreeSet<KpiId>| {
        let mut named = BTreeSet::new();
        named_in(&kpi.value, &mut named);
        if let Some(Direction::Closest(best)) = &kpi.direction {
            named_in(best, &mut named);
        }
        named.iter().any(|named| changed.contains(named))
    };
    loop {
        let open = (0..model.kpis.len()).map(KpiId).filter(|kpi| !changed.contains(kpi));
        let users: Vec<KpiId> = open.filter(|kpi| builds(&model.kpis[kpi.0], changed)).collect();
        if users.is_empty() {
            return;
        }
        changed.extend(users);
    }
}

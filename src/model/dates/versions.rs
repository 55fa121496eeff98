//! Versions: declarations of one name that differ in `effective from`. The one in force on a day is the latest that has
//! begun; one without a date holds from the beginning.

use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic};
use crate::model::checker::{Checker, Symbol};
use crate::model::{Direction, Kpi, KpiId, MatrixId, Model, Position, ScaleId};
use crate::source::Span;
use crate::time::{Day, OwnMonths, Start};

/// What a declaration knows of the other versions of its name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Versions {
    pub effective: Option<Start>,
    /// On the one declared first, which stands for the name: the places of the others.
    pub others: Vec<usize>,
    /// On the others.
    pub is_other: bool,
}

impl Versions {
    pub(in crate::model) fn from(effective: Option<Start>) -> Versions {
        Versions { effective, ..Versions::default() }
    }
}

impl Model {
    /// The project with the months of the company's own calendar.
    pub fn with_own_months(&self, months: OwnMonths) -> Model {
        let mut model = self.clone();
        model.company.calendar.own = Some(Arc::new(months));
        model
    }

    /// The day that a version of a position begins on; `None`: it holds from the beginning.
    pub fn position_begins(&self, position: &Position) -> Option<Day> {
        position.effective.map(|start| self.company.calendar.start(start))
    }

    /// Whether somebody can hold two posts in one period: a roster has both, and both are in force at some time.
    pub(in crate::model) fn held_together(&self, one: usize, two: usize) -> bool {
        let (one, two) = (&self.positions[one], &self.positions[two]);
        let ends = |version: &Position| {
            let versions = self.positions.iter().filter(|other| other.name == version.name);
            versions
                .filter_map(|other| self.position_begins(other))
                .filter(|day| Some(*day) > self.position_begins(version))
                .min()
        };
        let begins_before_the_end_of = |version: &Position, other: &Position| {
            ends(other).is_none_or(|end| self.position_begins(version).is_none_or(|begin| begin < end))
        };
        one.name != two.name
            && one.rosters.iter().any(|roster| two.rosters.contains(roster))
            && begins_before_the_end_of(one, two)
            && begins_before_the_end_of(two, one)
    }

    /// The version of a KPI that is in force on a day, where one has begun. Any of them may be asked for by the first.
    pub fn kpi_on(&self, kpi: KpiId, day: Day) -> Option<KpiId> {
        self.in_force(kpi.0, |at| &self.kpis[at].versions, day).map(KpiId)
    }

    pub fn scale_on(&self, scale: ScaleId, day: Day) -> Option<ScaleId> {
        self.in_force(scale.0, |at| &self.scales[at].versions, day).map(ScaleId)
    }

    pub fn matrix_on(&self, matrix: MatrixId, day: Day) -> Option<MatrixId> {
        self.in_force(matrix.0, |at| &self.matrices[at].versions, day).map(MatrixId)
    }

    fn in_force<'m>(&'m self, first: usize, of: impl Fn(usize) -> &'m Versions, day: Day) -> Option<usize> {
        let begins = |at: &usize| of(*at).effective.map(|start| self.company.calendar.start(start));
        let begun = |at: &usize| begins(at).is_none_or(|begins| begins <= day);
        std::iter::once(first).chain(of(first).others.iter().copied()).filter(begun).max_by_key(begins)
    }

    /// Why nothing of a name is in force: `"pay" is in force from 2026-01-01 on`.
    pub fn not_yet_in_force<'m>(&'m self, name: &str, first: usize, of: impl Fn(usize) -> &'m Versions) -> String {
        let all = std::iter::once(first).chain(of(first).others.iter().copied());
        let begins = all.filter_map(|at| of(at).effective).map(|start| self.company.calendar.start(start)).min();
        match begins {
            Some(day) => format!("`{name}` is in force from {day} on"),
            None => format!("`{name}` is not in force"),
        }
    }

    /// A KPI and the other versions of its name.
    pub fn kpi_versions(&self, kpi: KpiId) -> impl Iterator<Item = KpiId> + '_ {
        std::iter::once(kpi).chain(self.kpis[kpi.0].versions.others.iter().copied().map(KpiId))
    }

    pub fn scale_versions(&self, scale: ScaleId) -> impl Iterator<Item = ScaleId> + '_ {
        std::iter::once(scale).chain(self.scales[scale.0].versions.others.iter().copied().map(ScaleId))
    }
}

/// What all versions of a name have in common, as words.
struct Common {
    name: String,
    span: Span,
    effective: Option<Start>,
    /// What it is called, and what it is.
    traits: Vec<(&'static str, String)>,
}

impl Checker<'_> {
    /// Joins the versions of each name, and compares what they must have in common.
    pub(in crate::model) fn join_versions(&mut self) {
        let kpis: Vec<Common> = self.model.kpis.iter().map(|kpi| self.kpi_common(kpi)).collect();
        for (first, other) in self.versions("KPI", &kpis) {
            self.model.kpis[first].versions.others.push(other);
            self.model.kpis[other].versions.is_other = true;
        }
        let scales: Vec<Common> = self
            .model
            .scales
            .iter()
            .map(|scale| {
                let units = vec![
                    ("read what is", scale.input.dimension.to_string()),
                    ("yield what is", scale.output.dimension.to_string()),
                ];
                Common {
                    name: scale.name.clone(),
                    span: scale.span,
                    effective: scale.versions.effective,
                    traits: units,
                }
            })
            .collect();
        for (first, other) in self.versions("scale", &scales) {
            self.model.scales[first].versions.others.push(other);
            self.model.scales[other].versions.is_other = true;
        }
        let matrices: Vec<Common> = self
            .model
            .matrices
            .iter()
            .map(|matrix| {
                let units = vec![
                    ("have rows for what is", matrix.inputs[0].dimension.to_string()),
                    ("have columns for what is", matrix.inputs[1].dimension.to_string()),
                    ("yield what is", matrix.output.dimension.to_string()),
                ];
                Common {
                    name: matrix.name.clone(),
                    span: matrix.span,
                    effective: matrix.versions.effective,
                    traits: units,
                }
            })
            .collect();
        for (first, other) in self.versions("matrix", &matrices) {
            self.model.matrices[first].versions.others.push(other);
            self.model.matrices[other].versions.is_other = true;
        }
    }

    fn kpi_common(&self, kpi: &Kpi) -> Common {
        let better = match &kpi.direction {
            Some(Direction::Higher) => "`higher is better`",
            Some(Direction::Lower) => "`lower is better`",
            Some(Direction::Closest(_)) => "`closest to … is best`",
            None => "nothing about what is better",
        };
        let scope = match kpi.scope {
            Some(scope) => format!("`scope {}`", scope.word()),
            None => "no scope".into(),
        };
        Common {
            name: kpi.name.clone(),
            span: kpi.span,
            effective: kpi.versions.effective,
            traits: vec![("are", kpi.unit.dimension.to_string()), ("say", better.into()), ("have", scope)],
        }
    }

    /// For each later version the first one declared.
    fn versions(&mut self, kind: &str, all: &[Common]) -> Vec<(usize, usize)> {
        let mut pairs = Vec::new();
        for (at, version) in all.iter().enumerate() {
            let first = self.first_version(&version.name, at);
            if first == at {
                continue;
            }
            pairs.push((first, at));
            let calendar = &self.model.company.calendar;
            let begins = |version: &Common| version.effective.map(|start| calendar.start(start));
            let twin =
                all[..at].iter().find(|earlier| earlier.name == version.name && begins(earlier) == begins(version));
            if let Some(twin) = twin {
                let message = match begins(version) {
                    Some(day) => format!("the {kind} `{}` has two versions from {day} on", version.name),
                    None => format!("the {kind} `{}` is declared twice", version.name),
                };
                self.report(
                    Diagnostic::new(Code::DeclaredTwice, message)
                        .at(version.span, "declared again here")
                        .at(twin.span, "declared first here")
                        .help("give the newer version a later day, `effective from …`, or remove one of the two"),
                );
                continue;
            }
            if self.untyped.contains(&version.name) {
                continue;
            }
            let differ = version.traits.iter().zip(&all[first].traits).find(|(mine, firsts)| mine != firsts);
            if let Some(((verb, mine), (_, firsts))) = differ {
                let words = |what: &str| if what.is_empty() { "a plain number".to_string() } else { what.to_string() };
                let (mine, firsts) = (words(mine), words(firsts));
                self.report(
                    Diagnostic::new(
                        Code::VersionsDiffer,
                        format!("the versions of the {kind} `{}` {verb} {firsts} and {mine}", version.name),
                    )
                    .at(version.span, mine)
                    .at(all[first].span, firsts)
                    .help("let all versions have that in common, or give the new one a name of its own"),
                );
            }
        }
        pairs
    }

    /// The place of the first declaration of the name that the one at `at` has.
    pub(in crate::model) fn first_version(&self, name: &str, at: usize) -> usize {
        match self.symbols.get(name) {
            Some((Symbol::Kpi(first) | Symbol::Scale(first) | Symbol::Matrix(first), _)) => *first,
            _ => at,
        }
    }
}

//! What a change of the specs means: two checked projects held against each other.
//!
//! Each declaration of both models is laid out piece by piece (`items`; `declared`, `tables`, `positions` say of what), and
//! each piece is a term (`terms`, `formulas`) in which names stand for what they name. Pieces whose terms are equal mean
//! the same, however they are written; `pairing` finds what is only called otherwise, `compare` what differs, and `reach`
//! whom it concerns. What is called without effect is proved: no term that a position's numbers follow from is another, for
//! whatever period and data.

pub mod clauses;
mod compare;
mod declared;
mod formulas;
mod items;
pub mod json;
mod pairing;
pub mod people;
mod people_show;
mod positions;
mod reach;
mod reader;

pub mod show;
mod tables;
mod terms;
mod tests;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

pub use self::compare::Side;
use self::compare::{Comparison, Difference, Said, Weight};
use self::items::Declared;
use self::reach::Reach;
use self::reader::Reader;
use self::terms::{Symbol, Terms};
use crate::model::Model;
use crate::source::{FileId, SourceSet};
use crate::time::Start;

/// What differs between two projects, and the names under which things are found again.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// Those that can change numbers first, each kind in the order of the declarations.
    pub changes: Vec<Change>,
    /// What rosters of the new project are called in the old one, where that is another name.
    pub data_sets: BTreeMap<String, String>,
    /// The same of positions.
    pub positions: BTreeMap<String, String>,
    /// The same of outputs, by position and output of the new project.
    pub outputs: BTreeMap<(String, String), String>,
}

/// One change, of one thing that is said of a declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// `KPI`, `position`, …
    pub kind: &'static str,
    /// The declaration, as it is called now.
    pub name: String,
    /// What of it: `` weight of `premium` ``.
    pub what: String,
    pub old: Option<Told>,
    pub new: Option<Told>,
    /// From when on it holds, where it is not for all times.
    pub from: Option<Start>,
    pub effect: Effect,
    /// Of a function: how many declarations use it in which it makes a difference.
    pub users: usize,
}

/// What was or is said, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub text: String,
    /// In which of the projects: a new version is held against the one before it.
    pub side: Side,
    pub file: PathBuf,
    pub line: usize,
}

/// What a change comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Proved: no number changes, whatever the period and the data.
    None(Why),
    /// Numbers of these positions can change.
    Affects {
        positions: Vec<String>,
        /// Others, whose numbers follow from scores, grades or outputs of the first.
        through: Vec<String>,
    },
}

impl Effect {
    /// All positions whose numbers can change.
    pub fn affected(&self) -> Vec<&String> {
        match self {
            Effect::None(_) => Vec::new(),
            Effect::Affects { positions, through } => positions.iter().chain(through).collect(),
        }
    }
}

/// Why no number changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Numbers do not follow from it: labels, duties, notes.
    Shown,
    /// It comes to the same.
    Same,
    /// No position uses it.
    Unused,
}

impl Changes {
    /// What differs from the old project to the new one.
    pub fn between(old: (&Model, &SourceSet), new: (&Model, &SourceSet)) -> Changes {
        let terms = RefCell::new(Terms::default());
        let old = Reader::new(old.0, old.1, &terms);
        let mut new = Reader::new(new.0, new.1, &terms);
        pairing::find_renamed(&old, &mut new);
        let (before, after) = (declared(&old), declared(&new));
        let mut comparison = Comparison { old: &old, new: &new, terms: &terms, found: Vec::new() };
        for (symbol, declared) in &after.all {
            comparison.declared(before.get(symbol), Some(declared));
        }
        for (symbol, declared) in before.all.iter().filter(|(symbol, _)| after.get(symbol).is_none()) {
            // A data set that is gone took its columns with it.
            if !matches!(symbol, Symbol::Column(data, _) if after.get(&Symbol::Data(data.clone())).is_none()) {
                comparison.declared(Some(declared), None);
            }
        }
        let found = comparison.found;
        let reach = Reach::of((&old, &before), (&new, &after), &terms);
        let mut changes: Vec<Change> = Vec::new();
        let mut inside: BTreeMap<Places, usize> = BTreeMap::new();
        for difference in found {
            let places = places(&difference);
            let change = told(difference, &reach, [&old, &new]);
            match places.and_then(|places| inside.get(&places).copied()) {
                Some(at) => changes[at].also(change),
                None => {
                    inside.extend(places.map(|places| (places, changes.len())));
                    changes.push(change);
                }
            }
        }
        changes.extend(reach.unexplained(&changes));
        changes.sort_by_key(|change| matches!(change.effect, Effect::None(_)));
        let renamed = |kind: &str| new.renamed.by_kind.get(kind).cloned().unwrap_or_default();
        let outputs = renamed("output").into_iter().filter_map(|(name, old)| {
            let (position, output) = name.split_once('.')?;
            Some(((position.to_string(), output.to_string()), old))
        });
        Changes { changes, data_sets: renamed("data"), positions: renamed("position"), outputs: outputs.collect() }
    }

    /// Whether no number can change.
    pub fn are_without_effect(&self) -> bool {
        self.changes.iter().all(|change| matches!(change.effect, Effect::None(_)))
    }

    /// The positions whose numbers can change, directly or through others.
    pub fn affected(&self) -> BTreeSet<&str> {
        self.changes.iter().flat_map(|change| change.effect.affected()).map(String::as_str).collect()
    }
}

/// All that a model declares, in the order of its kinds.
struct All<'a> {
    all: Vec<(Symbol, Declared<'a>)>,
    places: BTreeMap<Symbol, usize>,
}

impl<'a> All<'a> {
    fn get(&self, symbol: &Symbol) -> Option<&Declared<'a>> {
        self.places.get(symbol).map(|at| &self.all[*at].1)
    }
}

fn declared<'a>(reader: &Reader<'a>) -> All<'a> {
    let model = reader.model;
    let mut all = vec![reader.company_item()];
    all.extend((0..model.constants.len()).map(|at| reader.constant_item(at)));
    let mut seen = BTreeSet::new();
    let mut names: Vec<&str> = model.positions.iter().map(|one| one.name.as_str()).collect();
    names.retain(|name| seen.insert(*name));
    all.extend(names.into_iter().map(|name| reader.position_declared(name)));
    all.extend(model.ratings.iter().map(|rating| reader.rating_declared(rating)));
    let firsts = |at: &usize, versions: &[usize], is_other: bool| !is_other && versions.contains(at);
    for (at, kpi) in model.kpis.iter().enumerate() {
        let versions = reader.versions_of_kpi(&kpi.name);
        if firsts(&at, versions, kpi.versions.is_other) {
            all.push(reader.kpi_declared(versions));
        }
    }
    for (at, scale) in model.scales.iter().enumerate() {
        let versions = reader.versions_of_scale(&scale.name);
        if firsts(&at, versions, scale.versions.is_other) {
            all.push(reader.scale_declared(versions));
        }
    }
    for (at, matrix) in model.matrices.iter().enumerate() {
        let versions = reader.versions_of_matrix(&matrix.name);
        if firsts(&at, versions, matrix.versions.is_other) {
            all.push(reader.matrix_declared(versions));
        }
    }
    for at in 0..model.data.len() {
        all.push(reader.data_declared(at));
        all.extend(reader.columns_declared(at));
    }
    all.extend(model.tests.iter().map(|test| reader.test_declared(test)));
    all.push(reader.units_item());
    let all: Vec<(Symbol, Declared)> = all.into_iter().map(|one| (one.symbol.clone(), one)).collect();
    let places = all.iter().enumerate().map(|(at, (symbol, _))| (symbol.clone(), at)).collect();
    All { all, places }
}

/// Where a part of formulas stood and stands: by file, start and end.
type Places = [(FileId, u32, u32); 2];

/// By which a part that stands in a function is known, however many use it.
fn places(difference: &Difference) -> Option<Places> {
    let place = |said: &Option<Said>| said.as_ref().map(|said| said.span.key());
    difference.inside.then(|| Some([place(&difference.old)?, place(&difference.new)?])).flatten()
}

impl Change {
    /// Another declaration uses the same part.
    fn also(&mut self, other: Change) {
        let same = (self.kind, &self.name) == (other.kind, &other.name);
        match (&mut self.effect, other.effect) {
            (Effect::Affects { positions, through }, Effect::Affects { positions: more, through: also }) => {
                positions.extend(more);
                through.extend(also);
                for names in [&mut *positions, &mut *through] {
                    names.sort();
                    names.dedup();
                }
                through.retain(|name| !positions.contains(name));
            }
            (effect @ Effect::None(_), other) => *effect = other,
            (Effect::Affects { .. }, Effect::None(_)) => {}
        }
        if !same {
            self.users += 1;
        }
    }
}

fn told(difference: Difference, reach: &Reach, readers: [&Reader; 2]) -> Change {
    let Difference { symbol, kind, name, what, old, new, from, weight, elsewhere, inside } = difference;
    let function =
        inside.then(|| new.as_ref().and_then(|said| readers[said.side as usize].function_around(said.span))).flatten();
    let place = |said: Said| {
        let Said { text, side, span } = said;
        let file = readers[side as usize].sources.get(span.file);
        Told { text, side, file: file.path.clone(), line: file.line_column(span.start).0 }
    };
    let effect = match weight {
        Weight::Counts => reach.effect(&symbol, &elsewhere),
        _ if !elsewhere.is_empty() => match reach.effect_elsewhere(&elsewhere) {
            Some(effect) => effect,
            None => Effect::None(Why::Shown),
        },
        Weight::Shown => Effect::None(Why::Shown),
        Weight::Same => Effect::None(Why::Same),
    };
    let (kind, name, what, from) = match function {
        Some(function) => ("function", function, "formula".to_string(), None),
        None => (kind, name, what, from),
    };
    Change { kind, name, what, old: old.map(place), new: new.map(place), from, effect, users: 1 }
}

//! What of the two models is the same thing under two names.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hash;

use super::items::{Item, Pairing};
use super::reader::{At, Depth, Reader};
use super::terms::TermId;
use crate::alike::folded;
use crate::model::data::{ColumnType, DataSet};
use crate::model::{Label, Model, Position};

/// Finds what is called otherwise in the new model, from the ground up, and notes the old names there. A pair that is
/// wrong makes more changes of it, and never hides one.
pub fn find_renamed(old: &Reader, new: &mut Reader) {
    data_sets(old.model, new);
    columns(old, new);
    let constants = |reader: &Reader| {
        let term = |at: usize| reader.constant(crate::model::ConstantId(at));
        reader.model.constants.iter().enumerate().map(|(at, one)| (one.name.clone(), term(at))).collect()
    };
    note(new, "constant", same_of(constants(old), constants(new)));
    let scales = |reader: &Reader| {
        let term = |at: usize| reader.scale(crate::model::ScaleId(at), Depth::Whole);
        reader.model.scales.iter().enumerate().map(|(at, one)| (one.name.clone(), term(at))).collect()
    };
    note(new, "scale", same_of(scales(old), scales(new)));
    let matrices = |reader: &Reader| {
        let term = |at: usize| reader.matrix(crate::model::MatrixId(at), Depth::Whole);
        reader.model.matrices.iter().enumerate().map(|(at, one)| (one.name.clone(), term(at))).collect()
    };
    note(new, "matrix", same_of(matrices(old), matrices(new)));
    let kpis = |reader: &Reader| {
        let term = |at: usize| reader.kpi(crate::model::KpiId(at));
        reader.model.kpis.iter().enumerate().map(|(at, one)| (one.name.clone(), term(at))).collect()
    };
    note(new, "kpi", same_of(kpis(old), kpis(new)));
    let ratings = |reader: &Reader| {
        let term = |at: usize| reader.rating_item(&reader.model.ratings[at]).whole(&mut reader.terms.borrow_mut());
        reader.model.ratings.iter().enumerate().map(|(at, one)| (one.name.clone(), term(at))).collect()
    };
    note(new, "rating", same_of(ratings(old), ratings(new)));
    positions(old, new);
    outputs(old, new);
}

fn note(new: &mut Reader, kind: &'static str, pairs: Vec<(String, String)>) {
    pairs.into_iter().for_each(|(old, new_name)| new.renamed.add(kind, &new_name, &old));
}

/// Pairs of an old and a new name that are the same, where each is like one other only. Names that both have stay.
fn same_of<K: Eq + Hash + Clone>(old: Vec<(String, K)>, new: Vec<(String, K)>) -> Vec<(String, String)> {
    let names = |all: &[(String, K)]| all.iter().map(|(name, _)| name.clone()).collect::<BTreeSet<_>>();
    let (of_old, of_new) = (names(&old), names(&new));
    let left = |all: Vec<(String, K)>, others: &BTreeSet<String>| {
        let mut found: HashMap<K, BTreeSet<String>> = HashMap::new();
        for (name, key) in all.into_iter().filter(|(name, _)| !others.contains(name)) {
            found.entry(key).or_default().insert(name);
        }
        found
    };
    let (old, new) = (left(old, &of_new), left(new, &of_old));
    let only = |names: &BTreeSet<String>| (names.len() == 1).then(|| names.first().cloned()).flatten();
    let mut pairs: Vec<(String, String)> =
        old.iter().filter_map(|(key, names)| Some((only(names)?, only(new.get(key)?)?))).collect();
    pairs.sort();
    pairs
}

/// Data sets that read the same files.
fn data_sets(old: &Model, new: &mut Reader) {
    let reads = |model: &Model| {
        let files = |set: &DataSet| {
            let files = set.files.iter().map(|file| format!("{:?}{:?}", file.pattern, file.sheet));
            files.chain(set.relations.iter().map(|(relation, _)| relation.clone())).collect::<Vec<_>>()
        };
        model.data.iter().map(|set| (set.name.clone(), files(set))).filter(|(_, files)| !files.is_empty()).collect()
    };
    let pairs = same_of(reads(old), reads(new.model));
    note(new, "data", pairs);
}

/// Columns of a data set that are alike in all but their names; and the only one that has gone and the only one that has
/// come, where they are of one kind.
fn columns(old: &Reader, new: &mut Reader) {
    let mut pairs = Vec::new();
    for (at, set) in new.model.data.iter().enumerate() {
        let name = new.renamed.old("data", &set.name);
        let Some(before) = old.model.data.iter().position(|one| one.name == name) else { continue };
        let terms = |reader: &Reader, data: usize| -> Vec<(String, TermId)> {
            let columns = &reader.model.data[data].columns;
            let whole = |column: usize| reader.column_declared(data, column).item.whole(&mut reader.terms.borrow_mut());
            (0..columns.len()).map(|column| (columns[column].name.clone(), whole(column))).collect()
        };
        let mut found = same_of(terms(old, before), terms(new, at));
        let gone =
            |reader: &Reader, data: usize, other: &DataSet| -> Vec<(String, std::mem::Discriminant<ColumnType>)> {
                let columns = reader.model.data[data].columns.iter();
                let left = columns.filter(|column| other.column_named(&column.name).is_none());
                left.map(|column| (column.name.clone(), std::mem::discriminant(&column.ty))).collect()
            };
        let (left, come) = (gone(old, before, set), gone(new, at, &old.model.data[before]));
        if let ([(left, old_kind)], [(come, new_kind)]) = (left.as_slice(), come.as_slice())
            && old_kind == new_kind
            && found.is_empty()
        {
            found.push((left.clone(), come.clone()));
        }
        pairs.extend(found.into_iter().map(|(old, new)| (old, format!("{}.{new}", set.name))));
    }
    note(new, "column", pairs);
    // What was read before the names were known.
    new.known.borrow_mut().clear();
}

/// Positions with the same label, or that are alike in all but what they are called.
fn positions(old: &Reader, new: &mut Reader) {
    let labels = |model: &Model| {
        let label = |position: &Position| {
            let Label { text, translations: _ } = &position.label;
            folded(text).to_string()
        };
        model.positions.iter().map(|one| (one.name.clone(), label(one))).collect::<Vec<_>>()
    };
    let mut pairs = same_of(labels(old.model), labels(new.model));
    let without_label = |reader: &Reader| {
        let names: BTreeSet<&str> = reader.model.positions.iter().map(|one| one.name.as_str()).collect();
        let term = |name: &str| {
            let mut declared = reader.position_declared(name);
            let versions = declared.item.parts.iter_mut().flat_map(|parts| &mut parts.items);
            versions.for_each(|version| version.facets.retain(|facet| facet.key != "label"));
            declared.item.whole(&mut reader.terms.borrow_mut())
        };
        names.into_iter().map(|name| (name.to_string(), term(name))).collect::<Vec<_>>()
    };
    for (left, come) in same_of(without_label(old), without_label(new)) {
        if !pairs.iter().any(|(old, new)| *old == left || *new == come) {
            pairs.push((left, come));
        }
    }
    note(new, "position", pairs);
}

/// Outputs of a position that are computed alike.
fn outputs(old: &Reader, new: &mut Reader) {
    let terms = |reader: &Reader, name: &str| -> Vec<(String, TermId)> {
        let all = reader.versions_of_position(name).iter().map(|at| &reader.model.positions[*at]);
        let at = At::of(Depth::Whole);
        all.flat_map(|one| &one.outputs).map(|one| (one.name.clone(), reader.formula(&one.value, at))).collect()
    };
    let mut pairs = Vec::new();
    let names: BTreeSet<&str> = new.model.positions.iter().map(|one| one.name.as_str()).collect();
    for name in names {
        let found = same_of(terms(old, new.position_name(name)), terms(new, name));
        pairs.extend(found.into_iter().map(|(old, output)| (old, format!("{name}.{output}"))));
    }
    note(new, "output", pairs);
}

/// Which parts are the same in both, by their places; `None` where one is there alone.
pub fn paired(
    old: &[Item],
    new: &[Item],
    pairing: Pairing,
    whole: &mut dyn FnMut(&Item) -> TermId,
) -> Vec<(Option<usize>, Option<usize>)> {
    if pairing == Pairing::Versions && old.len() == new.len() {
        return (0..new.len()).map(|at| (Some(at), Some(at))).collect();
    }
    let mut of_old: BTreeMap<usize, usize> = BTreeMap::new();
    let mut taken: BTreeSet<usize> = BTreeSet::new();
    let mut take = |from: usize, to: usize| {
        of_old.insert(from, to);
        taken.insert(to);
    };
    for (at, item) in new.iter().enumerate() {
        if let Some(before) = old.iter().position(|one| one.key == item.key) {
            take(before, at);
        }
    }
    if pairing == Pairing::Alike {
        let left: Vec<usize> = (0..old.len()).filter(|at| !of_old.contains_key(at)).collect();
        let mut come: Vec<usize> = (0..new.len()).filter(|at| !taken.contains(at)).collect();
        let mut rest = Vec::new();
        for before in left {
            let term = whole(&old[before]);
            match come.iter().position(|at| whole(&new[*at]) == term) {
                Some(place) => drop(of_old.insert(before, come.remove(place))),
                None => rest.push(before),
            }
        }
        if rest.len() == come.len() {
            of_old.extend(rest.into_iter().zip(come));
        }
    }
    let to: BTreeMap<usize, usize> = of_old.iter().map(|(from, to)| (*to, *from)).collect();
    let gone = (0..old.len()).filter(|at| !of_old.contains_key(at)).map(|at| (Some(at), None));
    let there = (0..new.len()).map(|at| (to.get(&at).copied(), Some(at)));
    there.chain(gone).collect()
}

//! What formulas and declarations mean, without the names, places and labels they are written with: terms, of which
//! equal ones are one. Two models are written into the same store, so that their meanings can be compared by a number.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use indexmap::IndexSet;

use crate::number::Number;
use crate::value::Value;

/// A term by its place in [`Terms`]: the same number, the same meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TermId(u32);

/// What is declared under a name of its own, by that name; of what is called otherwise in the new model, by the old one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Symbol {
    Company,
    Data(String),
    /// By the data set.
    Column(String, String),
    Constant(String),
    Kpi(String),
    Scale(String),
    Matrix(String),
    Rating(String),
    Position(String),
    /// All outputs of a name, in whatever position.
    Outputs(String),
    Test(String),
    Units,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Term {
    /// What is told by its text.
    Said(String),
    /// In base units, with these.
    Number(Number, String),
    Value(Value),
    Symbol(Symbol),
    Node(&'static str, Vec<TermId>),
}

/// The store of terms.
#[derive(Default)]
pub struct Terms {
    known: IndexSet<Term>,
}

impl Terms {
    fn put(&mut self, term: Term) -> TermId {
        TermId(self.known.insert_full(term).0 as u32)
    }

    fn get(&self, id: TermId) -> &Term {
        &self.known[id.0 as usize]
    }

    /// What is wholly told by how it is shown: names, days, words of the language.
    pub fn said(&mut self, what: impl Debug) -> TermId {
        self.put(Term::Said(format!("{what:?}")))
    }

    pub fn number(&mut self, number: &Number, unit: impl ToString) -> TermId {
        self.put(Term::Number(number.clone(), unit.to_string()))
    }

    /// A value that is no number.
    pub fn value(&mut self, value: &Value) -> TermId {
        self.put(Term::Value(value.clone()))
    }

    pub fn symbol(&mut self, symbol: Symbol) -> TermId {
        self.put(Term::Symbol(symbol))
    }

    pub fn node(&mut self, what: &'static str, parts: impl Into<Vec<TermId>>) -> TermId {
        self.put(Term::Node(what, parts.into()))
    }

    /// Something, or its absence.
    pub fn maybe(&mut self, part: Option<TermId>) -> TermId {
        self.node("maybe", part.into_iter().collect::<Vec<_>>())
    }

    /// The exact number that a term is.
    pub fn as_number(&self, id: TermId) -> Option<&Number> {
        match self.get(id) {
            Term::Number(number, _) => Some(number),
            Term::Said(_) | Term::Value(_) | Term::Symbol(_) | Term::Node(..) => None,
        }
    }

    /// All that a term speaks of by name.
    pub fn symbols(&self, ids: impl IntoIterator<Item = TermId>) -> BTreeSet<&Symbol> {
        let (mut found, mut seen) = (BTreeSet::new(), BTreeSet::new());
        let mut open: Vec<TermId> = ids.into_iter().collect();
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            match self.get(id) {
                Term::Symbol(symbol) => drop(found.insert(symbol)),
                Term::Node(_, parts) => open.extend(parts),
                Term::Said(_) | Term::Number(..) | Term::Value(_) => {}
            }
        }
        found
    }
}

/// What each name of the new model is called in the old one, by kinds of names.
#[derive(Clone, Debug, Default)]
pub struct Renamed {
    pub by_kind: BTreeMap<&'static str, BTreeMap<String, String>>,
}

impl Renamed {
    /// The name by which both models are compared.
    pub fn old<'n>(&'n self, kind: &str, name: &'n str) -> &'n str {
        self.by_kind.get(kind).and_then(|names| names.get(name)).map_or(name, String::as_str)
    }

    pub fn add(&mut self, kind: &'static str, new: &str, old: &str) {
        self.by_kind.entry(kind).or_default().insert(new.to_string(), old.to_string());
    }
}

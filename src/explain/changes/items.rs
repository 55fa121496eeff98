//! A declaration laid out for comparison: what is said of it piece by piece, and the parts that it is made of.

use super::terms::{Symbol, TermId, Terms};
use crate::model::expr::Expr;
use crate::source::Span;
use crate::time::Start;

/// A declaration, or a part of one: an entry, a grade, a version.
pub struct Item<'a> {
    /// By which it is found in the other model.
    pub key: String,
    /// In a sentence: `` entry `premium` ``.
    pub title: String,
    pub span: Span,
    /// From when on it holds.
    pub from: Option<Start>,
    /// What it is on the whole, for one that is there in one of the models only.
    pub text: String,
    pub facets: Vec<Facet<'a>>,
    pub parts: Vec<Parts<'a>>,
}

/// Parts of one kind, in their order.
pub struct Parts<'a> {
    /// In a sentence: `entries`.
    pub what: &'static str,
    pub items: Vec<Item<'a>>,
    pub pairing: Pairing,
    pub order: Order,
}

/// How parts are found again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pairing {
    /// By their keys alone.
    Key,
    /// By their keys; what is left, by what it is, then in its order.
    Alike,
    /// Versions: by the day they begin on, or, if there are as many as before, in their order.
    Versions,
}

/// What the order of parts means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Nothing, and nobody sees it.
    Nothing,
    /// Reports show them so.
    Shown,
    /// Another order, another result.
    Counts,
}

/// One thing that is said of an item.
pub struct Facet<'a> {
    pub key: String,
    /// In a sentence: `` weight of `premium` ``.
    pub what: String,
    /// With names for what is declared elsewhere.
    pub own: TermId,
    /// With all that the names stand for; `None` where no number follows from it.
    pub whole: Option<TermId>,
    pub text: String,
    /// Where a text of many pieces is best told by the pieces that differ.
    pub pieces: Vec<String>,
    pub span: Span,
    /// From when on it holds, where it is one of several.
    pub from: Option<Start>,
    /// The formula that it is.
    pub formula: Option<&'a Expr>,
    /// Whom it concerns besides those whose position uses what it stands in.
    pub elsewhere: Elsewhere,
}

/// Whom a change concerns beyond what the terms of positions tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Elsewhere {
    #[default]
    Nobody,
    /// Those in this position who take in the scores of their reports.
    Bosses(String),
    /// Those who add up outputs of this name.
    Sums(String),
}

/// A declaration with what it is.
pub struct Declared<'a> {
    pub symbol: Symbol,
    /// `KPI`, `position`, …
    pub kind: &'static str,
    /// As this model calls it.
    pub name: String,
    pub item: Item<'a>,
}

impl<'a> Item<'a> {
    pub fn new(key: impl Into<String>, title: impl Into<String>, span: Span) -> Item<'a> {
        let (key, title) = (key.into(), title.into());
        Item { key, title, span, from: None, text: String::new(), facets: Vec::new(), parts: Vec::new() }
    }

    pub fn with(mut self, facet: Facet<'a>) -> Self {
        self.facets.push(facet);
        self
    }

    pub fn with_all(mut self, facets: impl IntoIterator<Item = Facet<'a>>) -> Self {
        self.facets.extend(facets);
        self
    }

    pub fn with_parts(mut self, what: &'static str, items: Vec<Item<'a>>, pairing: Pairing, order: Order) -> Self {
        let mut seen = std::collections::HashMap::<String, usize>::new();
        let mut items = items;
        for item in &mut items {
            let count = seen.entry(item.key.clone()).or_default();
            *count += 1;
            if *count > 1 {
                item.key = format!("{} {count}", item.key);
            }
        }
        self.parts.push(Parts { what, items, pairing, order });
        self
    }

    pub fn saying(mut self, text: impl Into<String>) -> Self {
        self.text = text.into();
        self
    }

    pub fn from(mut self, from: Option<Start>) -> Self {
        self.from = from;
        self
    }

    /// All from which numbers follow.
    pub fn whole(&self, terms: &mut Terms) -> TermId {
        let mut all = Vec::new();
        for facet in &self.facets {
            if let Some(whole) = facet.whole {
                let key = terms.said(&facet.key);
                all.push(terms.node("facet", [key, whole]));
            }
        }
        for parts in &self.parts {
            let mut found: Vec<TermId> = parts.items.iter().map(|item| item.whole(terms)).collect();
            if parts.pairing == Pairing::Versions {
                let from: Vec<TermId> = parts.items.iter().map(|item| terms.said(item.from)).collect();
                let mut versions: Vec<(TermId, TermId)> = from.into_iter().zip(found).collect();
                versions.dedup_by(|later, before| later.1 == before.1);
                found = versions.into_iter().map(|(from, term)| terms.node("from", [from, term])).collect();
            }
            // Parts from which no number follows are as if they were not there.
            let nothing = terms.node("item", []);
            found.retain(|term| *term != nothing);
            if parts.order != Order::Counts && parts.pairing != Pairing::Versions {
                found.sort();
            }
            if !found.is_empty() {
                let what = terms.said(parts.what);
                found.insert(0, what);
                all.push(terms.node("parts", found));
            }
        }
        terms.node("item", all)
    }

    /// All facets, those of parts too.
    pub fn all_facets<'i>(&'i self, found: &mut Vec<&'i Facet<'a>>) {
        found.extend(&self.facets);
        self.parts.iter().flat_map(|parts| &parts.items).for_each(|item| item.all_facets(found));
    }
}

impl Facet<'_> {
    /// What is said, for comparison with names, and with all that follows from it.
    pub fn new(key: &str, what: impl Into<String>, own: TermId, whole: TermId, text: String, span: Span) -> Self {
        Facet { whole: Some(whole), ..Facet::shown(key, what, own, text, span) }
    }

    /// From which no number follows.
    pub fn shown(key: &str, what: impl Into<String>, own: TermId, text: String, span: Span) -> Self {
        Facet {
            key: key.to_string(),
            what: what.into(),
            own,
            whole: None,
            text,
            pieces: Vec::new(),
            span,
            from: None,
            formula: None,
            elsewhere: Elsewhere::Nobody,
        }
    }
}

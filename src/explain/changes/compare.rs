//! Two declarations held against each other, piece by piece.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::declared::start_text;
use super::items::{Declared, Elsewhere, Facet, Item, Order, Pairing, Parts};
use super::pairing::paired;
use super::reader::{At, Depth, Reader};
use super::terms::{Symbol, TermId, Terms};
use crate::model::expr::{Aggregate, Expr, Kind};
use crate::number::Number;
use crate::source::Span;
use crate::time::Start;

/// Which of the two models.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    Old,
    New,
}

/// A difference, before it is known whom it concerns.
pub struct Difference {
    pub symbol: Symbol,
    pub kind: &'static str,
    pub name: String,
    pub what: String,
    pub old: Option<Said>,
    pub new: Option<Said>,
    pub from: Option<Start>,
    pub weight: Weight,
    pub elsewhere: Vec<Elsewhere>,
    /// It lies in a part of a formula that may stand elsewhere, in a function that many use.
    pub inside: bool,
}

/// What is said, and where.
pub struct Said {
    pub text: String,
    pub side: Side,
    pub span: Span,
}

/// What a difference can come to, by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// No number follows from what differs.
    Shown,
    /// It comes to the same.
    Same,
    /// Numbers can differ.
    Counts,
}

/// Compares what is declared under one name.
pub struct Comparison<'c, 'a> {
    pub old: &'c Reader<'a>,
    pub new: &'c Reader<'a>,
    pub terms: &'c RefCell<Terms>,
    pub found: Vec<Difference>,
}

/// What is at hand: of which declaration, from when on it holds, and in which models both lie.
#[derive(Clone)]
struct Place<'d> {
    symbol: &'d Symbol,
    kind: &'static str,
    name: &'d str,
    from: Option<Start>,
    sides: [Side; 2],
}

impl<'a> Comparison<'_, 'a> {
    pub fn declared(&mut self, old: Option<&Declared<'a>>, new: Option<&Declared<'a>>) {
        let Some(any) = new.or(old) else { return };
        let place =
            Place { symbol: &any.symbol, kind: any.kind, name: &any.name, from: None, sides: [Side::Old, Side::New] };
        match (old, new) {
            (Some(old), Some(new)) => {
                let bare = |declared: &Declared| match (&declared.symbol, declared.name.split_once('.')) {
                    (Symbol::Column(..), Some((_, column))) => column.to_string(),
                    _ => declared.name.clone(),
                };
                if bare(old) != bare(new) && any.symbol != Symbol::Company {
                    let weight = match any.symbol {
                        // Rows name positions.
                        Symbol::Position(_) => Weight::Counts,
                        Symbol::Column(..) | Symbol::Data(_) => Weight::Same,
                        _ => Weight::Shown,
                    };
                    let said = |text: &str, side, span| Some(Said { text: format!("`{text}`"), side, span });
                    let old_said = said(&bare(old), Side::Old, old.item.span);
                    let both = [old_said, said(&bare(new), Side::New, new.item.span)];
                    self.push(&place, "name".into(), both, weight, Vec::new());
                }
                if old.kind != new.kind {
                    let said = |text: &str, side, span| Some(Said { text: text.into(), side, span });
                    let both = [said(old.kind, Side::Old, old.item.span), said(new.kind, Side::New, new.item.span)];
                    self.push(&place, "kind".into(), both, Weight::Shown, Vec::new());
                }
                self.items(&old.item, &new.item, &place);
            }
            (Some(old), None) => self.alone(&old.item, Side::Old, &place, "removed"),
            (None, Some(new)) => self.alone(&new.item, Side::New, &place, "added"),
            (None, None) => {}
        }
    }

    fn push(
        &mut self,
        place: &Place,
        what: String,
        [old, new]: [Option<Said>; 2],
        weight: Weight,
        elsewhere: Vec<Elsewhere>,
    ) {
        let Place { symbol, kind, name, from, .. } = place;
        self.found.push(Difference {
            symbol: (*symbol).clone(),
            kind,
            name: name.to_string(),
            what,
            old,
            new,
            from: *from,
            weight,
            elsewhere,
            inside: false,
        });
    }

    fn whole(&self, item: &Item) -> TermId {
        item.whole(&mut self.terms.borrow_mut())
    }

    /// An item that only one of the models has.
    fn alone(&mut self, item: &Item<'a>, side: Side, place: &Place, what: &str) {
        let nothing = self.terms.borrow_mut().node("item", []);
        let weight = if self.whole(item) == nothing { Weight::Shown } else { Weight::Counts };
        let mut facets = Vec::new();
        item.all_facets(&mut facets);
        let elsewhere = facets.iter().map(|facet| facet.elsewhere.clone()).filter(|one| *one != Elsewhere::Nobody);
        let elsewhere = elsewhere.collect();
        let said = Some(Said { text: item.text.clone(), side, span: item.span });
        let both = if what == "removed" { [said, None] } else { [None, said] };
        let place = Place { from: item.from.or(place.from), ..place.clone() };
        self.push(&place, format!("{} {what}", item.title), both, weight, elsewhere);
    }

    fn items(&mut self, old: &Item<'a>, new: &Item<'a>, place: &Place) {
        for facet in &new.facets {
            let before = old.facets.iter().find(|one| one.key == facet.key);
            self.facets(before, Some(facet), place);
        }
        for facet in old.facets.iter().filter(|facet| !new.facets.iter().any(|one| one.key == facet.key)) {
            self.facets(Some(facet), None, place);
        }
        let none = |what| Parts { what, items: Vec::new(), pairing: Pairing::Key, order: Order::Nothing };
        for parts in &new.parts {
            match old.parts.iter().find(|one| one.what == parts.what) {
                Some(before) => self.parts(before, parts, place),
                None => self.parts(&none(parts.what), parts, place),
            }
        }
        for parts in old.parts.iter().filter(|parts| !new.parts.iter().any(|one| one.what == parts.what)) {
            self.parts(parts, &none(parts.what), place);
        }
    }

    fn parts(&mut self, old: &Parts<'a>, new: &Parts<'a>, place: &Place) {
        let pairs = {
            let terms = self.terms;
            paired(&old.items, &new.items, new.pairing, &mut |item| item.whole(&mut terms.borrow_mut()))
        };
        let of_versions = new.pairing == Pairing::Versions;
        for (before, after) in &pairs {
            match (before.map(|at| &old.items[at]), after.map(|at| &new.items[at])) {
                (Some(before), Some(after)) => {
                    if of_versions && before.from != after.from {
                        self.start(before, after, place);
                    }
                    // Since when a position is there at all says nothing of the change.
                    let is_one_of_several = of_versions && old.items.len().max(new.items.len()) > 1;
                    let from = after.from.filter(|_| is_one_of_several).or(place.from);
                    self.items(before, after, &Place { from, ..place.clone() });
                }
                (Some(before), None) => self.alone(before, Side::Old, place, "removed"),
                (None, Some(version)) => {
                    // A new version is told by what the one before it says otherwise.
                    let earlier = after.filter(|at| of_versions && *at > 0).map(|at| &new.items[at - 1]);
                    match earlier {
                        Some(earlier) => self.version(earlier, version, place),
                        None => self.alone(version, Side::New, place, "added"),
                    }
                }
                (None, None) => {}
            }
        }
        let common: Vec<(usize, usize)> = pairs.iter().filter_map(|(before, after)| before.zip(*after)).collect();
        let moved = common.windows(2).any(|pair| pair[0].0 > pair[1].0);
        if moved && new.order != Order::Nothing && !of_versions {
            self.moved(old, new, &common, place);
        }
    }

    fn version(&mut self, earlier: &Item<'a>, version: &Item<'a>, place: &Place) {
        let before = self.found.len();
        let inner = Place { from: version.from, sides: [Side::New; 2], ..place.clone() };
        self.items(earlier, version, &inner);
        if self.found.len() == before {
            let text = version.from.map(start_text).unwrap_or_default();
            let said = Some(Said { text, side: Side::New, span: version.span });
            self.push(&inner, "version that says the same added".into(), [None, said], Weight::Same, Vec::new());
        }
    }

    fn start(&mut self, before: &Item<'a>, after: &Item<'a>, place: &Place) {
        let text = |start: Option<Start>| start.map_or("the beginning".to_string(), start_text);
        let said = |item: &Item, side| Some(Said { text: text(item.from), side, span: item.span });
        let both = [said(before, place.sides[0]), said(after, place.sides[1])];
        self.push(place, "start".into(), both, Weight::Counts, Vec::new());
    }

    fn moved(&mut self, old: &Parts<'a>, new: &Parts<'a>, common: &[(usize, usize)], place: &Place) {
        let listed = |items: &[Item], places: Vec<usize>| {
            places.into_iter().map(|at| items[at].key.clone()).collect::<Vec<_>>().join(", ")
        };
        let mut before: Vec<usize> = common.iter().map(|(before, _)| *before).collect();
        before.sort_unstable();
        let after: Vec<usize> = common.iter().map(|(_, after)| *after).collect();
        let (Some(first), Some(second)) = (old.items.first(), new.items.first()) else { return };
        let both = [
            Some(Said { text: listed(&old.items, before), side: place.sides[0], span: first.span }),
            Some(Said { text: listed(&new.items, after), side: place.sides[1], span: second.span }),
        ];
        let weight = if new.order == Order::Counts { Weight::Counts } else { Weight::Shown };
        self.push(place, format!("order of {}", new.what), both, weight, Vec::new());
    }

    fn facets(&mut self, old: Option<&Facet<'a>>, new: Option<&Facet<'a>>, place: &Place) {
        let Some(any) = new.or(old) else { return };
        let said = |facet: Option<&Facet<'a>>, side: Side| {
            facet.map(|facet| Said { text: facet.text.clone(), side, span: facet.span })
        };
        let both = [said(old, place.sides[0]), said(new, place.sides[1])];
        let elsewhere: Vec<Elsewhere> = [old, new].into_iter().flatten().map(|facet| facet.elsewhere.clone()).collect();
        let elsewhere = elsewhere.into_iter().filter(|one| *one != Elsewhere::Nobody).collect();
        let inner = Place { from: any.from.or(place.from), ..place.clone() };
        if let (Some(old), Some(new)) = (old, new)
            && old.own != new.own
            && let (Some(before), Some(after)) = (old.formula, new.formula)
            && (old.text == new.text || self.is_in_function(old, new, &inner))
        {
            return self.elsewhere(any, [before, after], weight(old, new), &inner);
        }
        let (weight, both) = match (old, new) {
            (Some(old), Some(new)) if old.own == new.own => {
                let is_written = old.formula.is_some() || !old.pieces.is_empty();
                if old.text == new.text || !is_written {
                    return;
                }
                (Weight::Same, both)
            }
            (Some(old), Some(new)) => (weight(old, new), self.pieces(old, new, &inner).unwrap_or(both)),
            _ => (if any.whole.is_some() { Weight::Counts } else { Weight::Shown }, both),
        };
        self.push(&inner, any.what.clone(), both, weight, elsewhere);
    }

    /// A formula that reads as before, and is another: what it is made of stands elsewhere, in a function or a unit.
    fn elsewhere(&mut self, facet: &Facet<'a>, [old, new]: [&'a Expr; 2], weight: Weight, place: &Place) {
        let mut parts = Vec::new();
        self.differing(old, new, place.sides, &mut parts);
        let mut seen = BTreeSet::new();
        parts.retain(|(one, other)| seen.insert((one.span.key(), other.span.key())));
        for (one, other) in parts {
            let texts = [(one, place.sides[0]), (other, place.sides[1])].map(|(expr, side)| {
                let text = self.reader(side).text(expr.span);
                (text, self.number(expr, side), expr.span, side)
            });
            // The same words for another number: units are worth something else.
            let alike = texts[0].0 == texts[1].0;
            let both = texts.map(|(text, number, span, side)| {
                let text = match number.filter(|_| alike) {
                    Some(number) => format!("{text} (= {number})"),
                    None => text,
                };
                Some(Said { text, side, span })
            });
            self.push(place, facet.what.clone(), both, weight, Vec::new());
            if let Some(last) = self.found.last_mut() {
                last.inside = true;
            }
        }
    }

    /// In base units, where it is one.
    fn number(&self, expr: &Expr, side: Side) -> Option<Number> {
        let term = self.reader(side).formula(expr, At::of(Depth::Whole));
        self.terms.borrow().as_number(term).cloned()
    }

    /// Whether a formula is nothing but what a function says.
    fn is_in_function(&self, old: &Facet, new: &Facet, place: &Place) -> bool {
        let [before, after] = place.sides.map(|side| self.reader(side));
        before.function_around(old.span).is_some() && after.function_around(new.span).is_some()
    }

    /// Of many pieces those that differ.
    fn pieces(&self, old: &Facet<'a>, new: &Facet<'a>, place: &Place) -> Option<[Option<Said>; 2]> {
        if old.pieces.len() != new.pieces.len() || old.pieces.len() < 2 {
            return None;
        }
        let differing: Vec<usize> = (0..old.pieces.len()).filter(|at| old.pieces[*at] != new.pieces[*at]).collect();
        if differing.is_empty() {
            return None;
        }
        let listed = |pieces: &[String]| differing.iter().map(|at| pieces[*at].as_str()).collect::<Vec<_>>().join(", ");
        let said = |facet: &Facet, side| Some(Said { text: listed(&facet.pieces), side, span: facet.span });
        Some([said(old, place.sides[0]), said(new, place.sides[1])])
    }

    /// The smallest parts of two formulas that hold all that differs.
    fn differing(&self, old: &'a Expr, new: &'a Expr, sides: [Side; 2], found: &mut Vec<(&'a Expr, &'a Expr)>) {
        let (parts, others) = (inside(old), inside(new));
        if !is_alike(old, new) || parts.len() != others.len() {
            return found.push((old, new));
        }
        let term = |side: Side, expr: &Expr| self.reader(side).formula(expr, At::of(Depth::Own));
        let before = found.len();
        for (one, other) in parts.into_iter().zip(others) {
            if term(sides[0], one) != term(sides[1], other) {
                self.differing(one, other, sides, found);
            }
        }
        if found.len() == before {
            found.push((old, new));
        }
    }

    fn reader(&self, side: Side) -> &Reader<'a> {
        match side {
            Side::Old => self.old,
            Side::New => self.new,
        }
    }
}

/// What a difference comes to, by what is said before and after.
fn weight(old: &Facet, new: &Facet) -> Weight {
    match (old.whole, new.whole) {
        (Some(before), Some(after)) if before != after => Weight::Counts,
        (Some(_), Some(_)) if !matches!(new.key.as_str(), "label" | "better") => Weight::Same,
        _ => Weight::Shown,
    }
}

/// The parts of a formula, those about rows too.
fn inside(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        Kind::Aggregate(aggregate) => aggregate.value.iter().chain(&aggregate.condition).collect(),
        _ => expr.parts(),
    }
}

/// Whether two formulas are alike in all but their parts, as far as these are looked into.
fn is_alike(old: &Expr, new: &Expr) -> bool {
    match (&old.kind, &new.kind) {
        (Kind::Binary(one, ..), Kind::Binary(other, ..)) => one == other,
        (Kind::Call(one, _), Kind::Call(other, _)) => one == other,
        (Kind::Within(_, one), Kind::Within(_, other)) => one == other,
        (Kind::Over(_, one), Kind::Over(_, other)) => one == other,
        (Kind::Aggregate(one), Kind::Aggregate(other)) => {
            let rest = |one: &Aggregate| (one.function, one.fraction.clone(), one.reading.clone(), one.at_least);
            let parts = |one: &Aggregate| (one.value.is_some(), one.condition.is_some());
            rest(one) == rest(other) && parts(one) == parts(other)
        }
        (Kind::Not(_), Kind::Not(_))
        | (Kind::Negate(_), Kind::Negate(_))
        | (Kind::IsMissing(_), Kind::IsMissing(_))
        | (Kind::If { .. }, Kind::If { .. })
        | (Kind::Default { .. }, Kind::Default { .. }) => true,
        _ => false,
    }
}

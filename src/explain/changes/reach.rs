//! Whom a difference concerns: which positions use what is declared, and whose numbers follow from those of others.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::items::Elsewhere;
use super::reader::Reader;
use super::terms::{Symbol, TermId, Terms};
use super::{All, Change, Effect, Why};
use crate::model::{Entry, Group, Head, Position, Rating};

/// What is reached from each position, in both models together.
pub struct Reach {
    /// By both models' name of the position: all that its numbers follow from.
    uses: BTreeMap<String, BTreeSet<Symbol>>,
    /// Positions from whose own formulas something else follows than before.
    affected: BTreeSet<String>,
    /// On whose numbers those of others depend: the others, by the one that they depend on.
    followers: BTreeMap<String, BTreeSet<String>>,
    /// Who takes in the scores of reports.
    bosses: BTreeSet<String>,
    /// As the new model calls them.
    names: BTreeMap<String, String>,
}

/// One model as it is looked at here.
type Of<'s, 'a> = (&'s Reader<'a>, &'s All<'a>);

impl Reach {
    pub fn of(old: Of, new: Of, terms: &RefCell<Terms>) -> Reach {
        let mut reach = Reach {
            uses: BTreeMap::new(),
            affected: BTreeSet::new(),
            followers: BTreeMap::new(),
            bosses: BTreeSet::new(),
            names: BTreeMap::new(),
        };
        let changed = changed(old.1, new.1, terms);
        for (reader, all) in [old, new] {
            reach.names.extend(
                reader
                    .model
                    .positions
                    .iter()
                    .map(|one| (reader.position_name(&one.name).to_string(), one.name.clone())),
            );
            let direct = direct(all, &terms.borrow());
            for symbol in all.places.keys() {
                if let Symbol::Position(name) = symbol {
                    reach.uses.entry(name.clone()).or_default().extend(closure(symbol, &direct));
                }
            }
            reach.depend(reader);
        }
        let [before, after] = [whole(old, terms), whole(new, terms)];
        for (name, used) in &reach.uses {
            if before.get(name) != after.get(name) || used.iter().any(|symbol| changed.contains(symbol)) {
                reach.affected.insert(name.clone());
            }
        }
        reach
    }

    /// Who depends on whom, by one of the models.
    fn depend(&mut self, reader: &Reader) {
        let model = reader.model;
        let name = |position: &Position| reader.position_name(&position.name).to_string();
        let rating = |position: &Position| position.scorecard.as_ref().and_then(|card| card.rating);
        let is_limited = |rating: &Rating| !rating.distribution.is_empty();
        // Whoever can have held the post in the same period brings the score of the other post along.
        let beside = |position: &Position| -> Vec<&Position> {
            let shares = |other: &&Position| other.rosters.iter().any(|roster| position.rosters.contains(roster));
            model.positions.iter().filter(shares).collect()
        };
        for position in &model.positions {
            let me = name(position);
            let mut on: BTreeSet<String> = BTreeSet::new();
            if let Some(card) = &position.scorecard {
                let mut heads = Vec::new();
                heads_of(&card.root, &mut heads);
                for head in heads {
                    match head {
                        Head::ScoreOf(other) => drop(on.insert(reader.position_name(other).to_string())),
                        Head::ScoreOfReports => {
                            self.bosses.insert(me.clone());
                            let reports = |one: &&Position| one.reports_to.as_ref() == Some(&position.name);
                            on.extend(model.positions.iter().filter(reports).map(name));
                        }
                        Head::Group(_) | Head::Kpi(_) => {}
                    }
                }
            }
            // Of grades that only so many can have, each is taken from somebody else.
            if let Some(id) = rating(position).filter(|id| is_limited(&model.ratings[id.0])) {
                let same = model.positions.iter().filter(|one| rating(one) == Some(id));
                on.extend(same.flat_map(beside).map(name));
            }
            let uses = self.uses.get(&me).cloned().unwrap_or_default();
            for output in uses.iter().filter_map(|symbol| match symbol {
                Symbol::Outputs(output) => Some(output),
                _ => None,
            }) {
                for other in model.positions.iter().filter(|one| one.outputs.iter().any(|own| own.name == *output)) {
                    on.insert(name(other));
                    if rating(other).is_some() {
                        on.extend(beside(other).into_iter().map(name));
                    }
                }
            }
            for other in on.into_iter().filter(|other| *other != me) {
                self.followers.entry(other).or_default().insert(me.clone());
            }
        }
    }

    /// Whom a difference of a declaration concerns.
    pub fn effect(&self, symbol: &Symbol, elsewhere: &[Elsewhere]) -> Effect {
        let uses = |name: &&String| self.uses.get(*name).is_some_and(|uses| uses.contains(symbol));
        let mut direct: BTreeSet<&String> = self.affected.iter().filter(uses).collect();
        direct.extend(self.elsewhere(elsewhere));
        self.affects(direct).unwrap_or(Effect::None(Why::Unused))
    }

    /// Whom a name concerns from which no number of its own position follows.
    pub fn effect_elsewhere(&self, elsewhere: &[Elsewhere]) -> Option<Effect> {
        self.affects(self.elsewhere(elsewhere).into_iter().collect())
    }

    fn affects(&self, direct: BTreeSet<&String>) -> Option<Effect> {
        if direct.is_empty() {
            return None;
        }
        let (mut through, mut open) = (BTreeSet::new(), direct.iter().copied().collect::<Vec<_>>());
        while let Some(name) = open.pop() {
            for follower in self.followers.get(name).into_iter().flatten() {
                if !direct.contains(follower) && through.insert(follower) {
                    open.push(follower);
                }
            }
        }
        let called = |names: BTreeSet<&String>| names.into_iter().map(|name| self.called(name)).collect();
        Some(Effect::Affects { positions: called(direct), through: called(through) })
    }

    fn elsewhere(&self, elsewhere: &[Elsewhere]) -> Vec<&String> {
        let concerns = |name: &String, uses: &BTreeSet<Symbol>| {
            elsewhere.iter().any(|one| match one {
                Elsewhere::Nobody => false,
                Elsewhere::Bosses(boss) => name == boss && self.bosses.contains(boss),
                Elsewhere::Sums(output) => uses.contains(&Symbol::Outputs(output.clone())),
            })
        };
        self.uses.iter().filter(|(name, uses)| concerns(name, uses)).map(|(name, _)| name).collect()
    }

    fn called(&self, name: &str) -> String {
        self.names.get(name).cloned().unwrap_or_else(|| name.to_string())
    }

    /// Positions that are affected, and by no change that was found: told all the same.
    pub fn unexplained(&self, changes: &[Change]) -> Vec<Change> {
        let named: BTreeSet<&String> = changes
            .iter()
            .flat_map(|change| match &change.effect {
                Effect::None(_) => Vec::new(),
                Effect::Affects { positions, .. } => positions.iter().collect(),
            })
            .collect();
        let left = self.affected.iter().map(|name| self.called(name)).filter(|name| !named.contains(name));
        let change = |name: String| Change {
            kind: "position",
            what: "what it is computed from".into(),
            old: None,
            new: None,
            from: None,
            effect: Effect::Affects { positions: vec![name.clone()], through: Vec::new() },
            users: 1,
            name,
        };
        left.map(change).collect()
    }
}

fn heads_of<'g>(group: &'g Group, found: &mut Vec<&'g Head>) {
    let each = |entry: &'g Entry| &entry.head;
    for head in group.entries.iter().map(each) {
        found.push(head);
        if let Head::Group(group) = head {
            heads_of(group, found);
        }
    }
}

/// What each declaration speaks of by name.
fn direct(all: &All, terms: &Terms) -> BTreeMap<Symbol, BTreeSet<Symbol>> {
    let mut found: BTreeMap<Symbol, BTreeSet<Symbol>> = BTreeMap::new();
    for (symbol, declared) in &all.all {
        let mut facets = Vec::new();
        declared.item.all_facets(&mut facets);
        // What is only shown, or asked for by proofs, is no way from which numbers come.
        let own = facets.iter().filter(|facet| facet.whole.is_some()).map(|facet| facet.own);
        let mut used: BTreeSet<Symbol> = terms.symbols(own).into_iter().cloned().collect();
        match symbol {
            Symbol::Column(data, _) => drop(used.insert(Symbol::Data(data.clone()))),
            Symbol::Position(_) => drop(used.insert(Symbol::Company)),
            _ => {}
        }
        found.entry(symbol.clone()).or_default().extend(used);
    }
    found
}

/// All that is reached from a position, itself included; what other positions use is theirs.
fn closure(start: &Symbol, direct: &BTreeMap<Symbol, BTreeSet<Symbol>>) -> BTreeSet<Symbol> {
    let (mut found, mut open) = (BTreeSet::from([start.clone()]), vec![start]);
    while let Some(symbol) = open.pop() {
        for used in direct.get(symbol).into_iter().flatten() {
            if !matches!(used, Symbol::Position(_)) && found.insert(used.clone()) {
                open.push(used);
            }
        }
    }
    found
}

/// What stands by its name in the terms of positions, and is not what it was.
fn changed(old: &All, new: &All, terms: &RefCell<Terms>) -> BTreeSet<Symbol> {
    let symbols: BTreeSet<&Symbol> = old.places.keys().chain(new.places.keys()).collect();
    let whole = |all: &All, symbol: &Symbol| -> Option<(Vec<(String, TermId)>, TermId)> {
        let item = &all.get(symbol)?.item;
        // How files are written holds for columns, which say it themselves.
        let is_company = *symbol == Symbol::Company;
        let facets = item.facets.iter().filter(|facet| !is_company || facet.key != "files");
        let facets = facets.filter_map(|facet| Some((facet.key.clone(), facet.whole?))).collect();
        let parts = if is_company { terms.borrow_mut().node("item", []) } else { item.whole(&mut terms.borrow_mut()) };
        Some((facets, parts))
    };
    let stands = |symbol: &&Symbol| matches!(symbol, Symbol::Company | Symbol::Data(_) | Symbol::Column(..));
    let differs = |symbol: &&Symbol| whole(old, symbol) != whole(new, symbol);
    symbols.into_iter().filter(stands).filter(differs).cloned().collect()
}

/// What each position is on the whole.
fn whole((_, all): Of, terms: &RefCell<Terms>) -> BTreeMap<String, TermId> {
    let mut found = BTreeMap::new();
    for (symbol, declared) in &all.all {
        if let Symbol::Position(name) = symbol {
            found.insert(name.clone(), declared.item.whole(&mut terms.borrow_mut()));
        }
    }
    found
}

//! Whom a difference concerns: which positions use what is declared, and whose numbers follow from those of others.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::items::Elsewhere;
use super::reader::Reader;
use super::terms::{Symbol, TermId, Terms};
use super::{All, Change, Effect, Why};
use crate::model::{Entry, Group, Head, Position};

/// What is reached from each position, in both models together.
pub struct Reach {
    /// By what is declared: the positions from which it is reached, as both models call them.
    users: HashMap<Symbol, BTreeSet<String>>,
    /// Positions from whose own formulas something else follows than before.
    affected: BTreeSet<String>,
    /// Whose numbers follow from those of whom: by the latter.
    followers: BTreeMap<Node, BTreeSet<Node>>,
    /// Who takes in the scores of reports.
    bosses: BTreeSet<String>,
    /// As the new model calls them.
    names: BTreeMap<String, String>,
}

/// On the way from somebody's numbers to those of others: many positions lead to few things that many follow from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Node {
    Position(String),
    /// Whoever is on a roster can have held several of its posts, and brings the score of one along to the other.
    Roster(String),
    /// Grades that only so many can have: each is taken from somebody else.
    Grades(String),
    /// Outputs of a name, added up.
    Outputs(String),
    /// Those who report to this position.
    Reports(String),
}

/// One model as it is looked at here.
type Of<'s, 'a> = (&'s Reader<'a>, &'s All<'a>);

impl Reach {
    pub fn of(old: Of, new: Of, terms: &RefCell<Terms>) -> Reach {
        let mut reach = Reach {
            users: HashMap::new(),
            affected: BTreeSet::new(),
            followers: BTreeMap::new(),
            bosses: BTreeSet::new(),
            names: BTreeMap::new(),
        };
        for (reader, all) in [old, new] {
            let positions = reader.model.positions.iter();
            reach.names.extend(positions.map(|one| (reader.position_name(&one.name).to_string(), one.name.clone())));
            reach.use_all(all, &terms.borrow());
            reach.depend(reader);
        }
        let [before, after] = [whole(old, terms), whole(new, terms)];
        let differs = |name: &&String| before.get(*name) != after.get(*name);
        reach.affected = before.keys().chain(after.keys()).filter(differs).cloned().collect();
        for symbol in changed(old.1, new.1, terms) {
            reach.affected.extend(reach.users.get(&symbol).into_iter().flatten().cloned());
        }
        reach
    }

    /// Notes all that positions of a model are reached from.
    fn use_all(&mut self, all: &All, terms: &Terms) {
        let direct = Direct::of(all, terms);
        let mut seen = vec![usize::MAX; direct.symbols.len()];
        for (turn, (symbol, _)) in all.all.iter().enumerate() {
            let Symbol::Position(name) = symbol else { continue };
            for used in direct.closure(symbol, turn, &mut seen) {
                match self.users.get_mut(used) {
                    Some(users) => drop(users.insert(name.clone())),
                    None => drop(self.users.insert(used.clone(), BTreeSet::from([name.clone()]))),
                }
            }
        }
    }

    /// Who follows from whom, by one of the models.
    fn depend(&mut self, reader: &Reader) {
        let model = reader.model;
        let mut leads = |from: Node, to: Node| {
            self.followers.entry(from).or_default().insert(to);
        };
        let name = |position: &Position| reader.position_name(&position.name).to_string();
        let rosters = |position: &Position| -> Vec<Node> {
            position.rosters.iter().map(|roster| Node::Roster(reader.data_name(*roster).to_string())).collect()
        };
        for position in &model.positions {
            let me = Node::Position(name(position));
            for roster in rosters(position) {
                leads(me.clone(), roster);
            }
            let rating = position.scorecard.as_ref().and_then(|card| card.rating).map(|id| &model.ratings[id.0]);
            if let Some(rating) = rating.filter(|rating| !rating.distribution.is_empty()) {
                let grades = Node::Grades(reader.renamed.old("rating", &rating.name).to_string());
                leads(grades.clone(), me.clone());
                leads(me.clone(), grades.clone());
                rosters(position).into_iter().for_each(|roster| leads(roster, grades.clone()));
            }
            for output in &position.outputs {
                let outputs = Node::Outputs(output.name.clone());
                leads(me.clone(), outputs.clone());
                // An output may go by the grade, which goes by all posts.
                if rating.is_some() {
                    rosters(position).into_iter().for_each(|roster| leads(roster, outputs.clone()));
                }
            }
            if let Some(boss) = &position.reports_to {
                leads(me.clone(), Node::Reports(reader.position_name(boss).to_string()));
            }
            let mut heads = Vec::new();
            position.scorecard.iter().for_each(|card| heads_of(&card.root, &mut heads));
            for head in heads {
                match head {
                    Head::ScoreOf(other) => {
                        leads(Node::Position(reader.position_name(other).to_string()), me.clone());
                    }
                    Head::ScoreOfReports => {
                        self.bosses.insert(name(position));
                        leads(Node::Reports(name(position)), me.clone());
                    }
                    Head::Group(_) | Head::Kpi(_) => {}
                }
            }
        }
        for (symbol, users) in &self.users {
            if let Symbol::Outputs(output) = symbol {
                for user in users {
                    leads(Node::Outputs(output.clone()), Node::Position(user.clone()));
                }
            }
        }
    }

    /// Whom a difference of a declaration concerns.
    pub fn effect(&self, symbol: &Symbol, elsewhere: &[Elsewhere]) -> Effect {
        let users = self.users.get(symbol).into_iter().flatten();
        let mut direct: BTreeSet<&String> = users.filter(|name| self.affected.contains(*name)).collect();
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
        let mut open: Vec<Node> = direct.iter().map(|name| Node::Position(name.to_string())).collect();
        let mut seen: BTreeSet<Node> = open.iter().cloned().collect();
        while let Some(node) = open.pop() {
            for follower in self.followers.get(&node).into_iter().flatten() {
                if seen.insert(follower.clone()) {
                    open.push(follower.clone());
                }
            }
        }
        let through = seen.iter().filter_map(|node| match node {
            Node::Position(name) if !direct.contains(name) => Some(name),
            _ => None,
        });
        let through = through.map(|name| self.called(name)).collect();
        Some(Effect::Affects { positions: direct.into_iter().map(|name| self.called(name)).collect(), through })
    }
    fn elsewhere(&self, elsewhere: &[Elsewhere]) -> Vec<&String> {
        let whom = |one: &Elsewhere| -> Vec<&String> {
            match one {
                Elsewhere::Nobody => Vec::new(),
                Elsewhere::Bosses(boss) => self.bosses.get(boss).into_iter().collect(),
                Elsewhere::Sums(output) => {
                    self.users.get(&Symbol::Outputs(output.clone())).into_iter().flatten().collect()
                }
            }
        };
        elsewhere.iter().flat_map(whom).collect()
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

/// What each declaration of a model speaks of by name.
struct Direct<'t> {
    symbols: Vec<&'t Symbol>,
    places: HashMap<&'t Symbol, usize>,
    /// By place.
    used: Vec<Vec<usize>>,
}

impl<'t> Direct<'t> {
    fn of(all: &'t All, terms: &'t Terms) -> Direct<'t> {
        let mut direct = Direct { symbols: Vec::new(), places: HashMap::new(), used: Vec::new() };
        for (symbol, declared) in &all.all {
            let at = direct.place(symbol);
            let mut facets = Vec::new();
            declared.item.all_facets(&mut facets);
            // What is only shown is no way from which numbers come.
            let own = facets.iter().filter(|facet| facet.whole.is_some()).map(|facet| facet.own);
            let used: Vec<usize> = terms.symbols(own).into_iter().map(|used| direct.place(used)).collect();
            direct.used[at].extend(used);
        }
        let (company, data): (Vec<usize>, Vec<(usize, usize)>) = {
            let company = direct.places.get(&Symbol::Company).copied();
            let of_column = |at: usize| match direct.symbols[at] {
                Symbol::Column(data, _) => Some((at, *direct.places.get(&Symbol::Data(data.clone()))?)),
                _ => None,
            };
            (company.into_iter().collect(), (0..direct.symbols.len()).filter_map(of_column).collect())
        };
        for (column, set) in data {
            direct.used[column].push(set);
        }
        for at in 0..direct.symbols.len() {
            if matches!(direct.symbols[at], Symbol::Position(_)) {
                direct.used[at].extend(&company);
            }
        }
        direct
    }

    fn place(&mut self, symbol: &'t Symbol) -> usize {
        if let Some(at) = self.places.get(symbol) {
            return *at;
        }
        self.places.insert(symbol, self.symbols.len());
        self.symbols.push(symbol);
        self.used.push(Vec::new());
        self.symbols.len() - 1
    }

    /// All that is reached from a position, itself included; what other positions use is theirs. `seen` has the turn in
    /// which each was met last.
    fn closure(&self, start: &Symbol, turn: usize, seen: &mut [usize]) -> Vec<&'t Symbol> {
        let mut open: Vec<usize> = self.places.get(start).copied().into_iter().collect();
        let mut found = Vec::new();
        open.iter().for_each(|at| seen[*at] = turn);
        while let Some(at) = open.pop() {
            found.push(self.symbols[at]);
            for used in &self.used[at] {
                if !matches!(self.symbols[*used], Symbol::Position(_)) && seen[*used] != turn {
                    seen[*used] = turn;
                    open.push(*used);
                }
            }
        }
        found
    }
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

//! Scorecards that take in others: `score of POSITION` and `score of reports`.

use std::collections::{BTreeMap, BTreeSet};

use super::card::CardScope;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::checker::{Checker, Symbol};
use crate::model::data::Route;
use crate::model::names::rings;
use crate::model::words::list;
use crate::model::{Group, Head, Model, Position, PositionId};
use crate::number::Number;
use crate::source::Span;
use crate::syntax::tree;
use crate::time::Day;

impl Checker<'_> {
    /// The head of an entry that takes in a score. `seen` are those of the same level.
    pub(super) fn other_score<'t>(
        &mut self,
        head: &'t tree::EntryHead,
        card: &CardScope,
        seen: &mut Vec<(&'t str, Span)>,
    ) -> Option<Head> {
        let (name, span) = match head {
            tree::EntryHead::ScoreOf(name) => (name.text.as_str(), name.span),
            tree::EntryHead::ScoreOfReports(span) => ("reports", *span),
            _ => return None,
        };
        if let Some((_, first)) = seen.iter().find(|(known, _)| *known == name) {
            self.report(
                Diagnostic::new(Code::Repeated, format!("`score of {name}` stands twice in the scorecard"))
                    .at(span, "again")
                    .at(*first, "first here")
                    .help("give it one weight"),
            );
        }
        seen.push((name, span));
        match head {
            tree::EntryHead::ScoreOf(name) => {
                self.find(name, "position", |symbol| matches!(symbol, Symbol::Position(_)))?;
                self.takes_in(name, card);
                Some(Head::ScoreOf(name.text.clone()))
            }
            _ => {
                self.has_reports(span, card);
                Some(Head::ScoreOfReports)
            }
        }
    }

    /// The position whose score is taken in has a scorecard out of 100, and both stand in the tree of teams.
    fn takes_in(&mut self, name: &tree::Name, card: &CardScope) {
        let versions = self.declarations.positions.iter().filter(|position| position.name.text == name.text);
        let versions: Vec<&tree::Position> = versions.copied().collect();
        if let [first, ..] = versions.as_slice()
            && versions.iter().all(|version| version.scorecard.is_none())
        {
            let declared = first.name.span;
            return self.report(
                Diagnostic::new(Code::Incomplete, format!("`{}` has no scorecard, so it has no score", name.text))
                    .at(name.span, "no score to take in")
                    .at(declared, "declared here")
                    .help(format!("add a scorecard to `{}`, or take this entry out", name.text)),
            );
        }
        let hundred = Number::from(100);
        let mut totals = versions.iter().filter_map(|version| version.scorecard.as_ref()?.total.as_ref());
        if let Some(total) = totals.find(|total| Number::from(total.written) != hundred) {
            return self.report(
                Diagnostic::new(
                    Code::WrongUnit,
                    format!(
                        "the scorecard of `{}` totals {} points, and a score that is taken in counts out of 100",
                        name.text, total.written
                    ),
                )
                .at(name.span, "taken in here")
                .at(total.span, "out of another total")
                .help("let it total 100 points, or write its weights as shares"),
            );
        }
        let what = format!("`score of {}` is that of the person's own team, and", name.text);
        self.in_teams(&what, name.span, card.position, &name.text);
    }

    /// Somebody can report to the holder of the position.
    fn has_reports(&mut self, span: Span, card: &CardScope) {
        let reports = |position: &&tree::Position| {
            position.reports_to.as_ref().is_some_and(|superior| superior.text == card.position)
        };
        let reporting: Vec<&tree::Position> = self.declarations.positions.iter().copied().filter(reports).collect();
        if reporting.is_empty() {
            return self.report(
                Diagnostic::new(Code::Incomplete, format!("nobody reports to `{}`", card.position))
                    .at(span, "no reports")
                    .help(format!("say it in the positions that do, as in `reports to {}`", card.position)),
            );
        }
        if reporting.iter().all(|position| position.scorecard.is_none()) {
            let names: BTreeSet<&str> = reporting.iter().map(|position| position.name.text.as_str()).collect();
            let names: Vec<&str> = names.into_iter().collect();
            return self.report(
                Diagnostic::new(
                    Code::Incomplete,
                    format!("those who report to `{}` have no scorecard, so they have no score", card.position),
                )
                .at(span, "no score to take in")
                .at(reporting[0].name.span, "reports to it")
                .help(format!("add a scorecard to {}", list(&names))),
            );
        }
        let names: BTreeSet<String> = reporting.iter().map(|position| position.name.text.clone()).collect();
        for name in names {
            let what = "reports are found by the teams of people, and";
            self.in_teams(what, span, card.position, &name);
        }
    }

    /// Whether both positions are held by rows that belong to teams.
    fn in_teams(&mut self, what: &str, span: Span, reader: &str, read: &str) {
        if self.organisation().is_none() {
            return self.report(
                Diagnostic::new(Code::NoScope, format!("{what} the project has no tree of teams"))
                    .at(span, "whose?")
                    .help("say which data set holds the teams, as in `organisation`, and link the roster to it"),
            );
        }
        for position in [reader, read] {
            let rosters = self
                .model
                .data
                .iter()
                .filter(|set| set.roster.as_ref().is_some_and(|roster| roster.may_hold(position)));
            let mut lost: Option<(&str, Span)> = None;
            let (mut found, mut in_teams) = (0, false);
            for set in rosters {
                found += 1;
                match set.belongs.team {
                    Route::Links(_) => in_teams = true,
                    Route::None | Route::Ambiguous(..) => lost = Some((&set.name, set.span)),
                }
            }
            if let Some((set, declared)) = lost.filter(|_| !in_teams) {
                let message = format!("{what} the rows of `{set}` lead to no team, or to several");
                return self.report(
                    Diagnostic::new(Code::NoScope, message)
                        .at(span, "whose?")
                        .at(declared, "declared here")
                        .help(format!("add a column to `{set}` that links to the teams, or say which: `belongs to …`")),
                );
            }
            if found == 0 {
                let message = format!("{what} no roster says who is `{position}`");
                return self.report(Diagnostic::new(Code::NoScope, message).at(span, "whose?").help(format!(
                    "say it in the data set of those who hold the position, as in `roster as {position}`"
                )));
            }
        }
    }

    /// Entries that are no KPIs have nothing to be scored by.
    pub(super) fn nothing_but_applies_when(&mut self, entry: &tree::Entry, why: &str) {
        let parts = [
            (entry.scope.as_ref().map(|(_, span)| *span), "over"),
            (entry.target.first().map(|dated| dated.value.span), "target"),
            (entry.prorated, "prorated"),
            (entry.score.as_ref().map(|rule| rule.span()), "score"),
        ];
        for (span, word) in parts.into_iter().filter_map(|(span, word)| Some((span?, word))) {
            self.misplaced(
                span,
                &format!("{why}: `{word}` has no place here"),
                "remove it; of the parts of an entry only a label and `applies when …` go with it",
            );
        }
    }

    /// No scorecard waits for itself, at whatever time.
    pub(in crate::model) fn score_circles(&mut self) {
        let takes_in =
            |position: &Position| position.scorecard.as_ref().is_some_and(|card| takes_in_scores(&card.root));
        if !self.model.positions.iter().any(takes_in) {
            return;
        }
        let positions = self.model.positions.iter();
        let mut days: Vec<Option<Day>> = positions.map(|position| self.model.position_begins(position)).collect();
        days.sort();
        days.dedup();
        for day in days {
            let Err(circle) = self.model.score_order(day) else { continue };
            let names: Vec<String> = circle.iter().map(|id| format!("`{}`", self.model.positions[id.0].name)).collect();
            let rest = names[1..].iter().chain(names.first()).cloned().collect::<Vec<_>>();
            let ring = format!("{} takes in the score of {}", names[0], rest.join(", which takes in the score of "));
            let mut finding =
                Diagnostic::new(Code::ScoreCircle, format!("the score of {} depends on itself", names[0]));
            for (place, id) in circle.iter().enumerate() {
                let next = &names[(place + 1) % names.len()];
                finding = finding.at(self.taken_in_at(*id, &circle), format!("takes in the score of {next}"));
            }
            return self.report(
                finding
                    .note(format!("the circle: {ring}"))
                    .help("take out one of the entries that begin with `score of`"),
            );
        }
    }

    /// The entry by which a scorecard of a circle takes in the next.
    fn taken_in_at(&self, id: PositionId, circle: &[PositionId]) -> Span {
        let position = &self.model.positions[id.0];
        let next = circle.iter().position(|one| *one == id).map_or(0, |at| (at + 1) % circle.len());
        let next = &self.model.positions[circle[next].0];
        let taken = position.scorecard.as_ref().and_then(|card| entry_taking(&card.root, position, next));
        taken.unwrap_or(position.span)
    }
}

pub(in crate::model) fn takes_in_scores(group: &Group) -> bool {
    group.entries.iter().any(|entry| match &entry.head {
        Head::Group(group) => takes_in_scores(group),
        Head::ScoreOf(_) | Head::ScoreOfReports => true,
        Head::Kpi(_) => false,
    })
}

fn entry_taking(group: &Group, own: &Position, next: &Position) -> Option<Span> {
    group.entries.iter().find_map(|entry| match &entry.head {
        Head::Group(group) => entry_taking(group, own, next),
        Head::ScoreOf(name) => (*name == next.name).then_some(entry.span),
        Head::ScoreOfReports => (next.reports_to.as_ref() == Some(&own.name)).then_some(entry.span),
        Head::Kpi(_) => None,
    })
}

impl Model {
    /// The positions in force on a day (`None`: those that are from the beginning), each behind those whose scores its
    /// scorecard takes in; or the first ring of scorecards that take in each other.
    pub fn score_order(&self, day: Option<Day>) -> Result<Vec<PositionId>, Vec<PositionId>> {
        let mut by_name: BTreeMap<&str, PositionId> = BTreeMap::new();
        for (at, position) in self.positions.iter().enumerate().filter(|(_, one)| self.position_begins(one) <= day) {
            let latest = by_name.entry(&position.name).or_insert(PositionId(at));
            if self.position_begins(&self.positions[latest.0]) < self.position_begins(position) {
                *latest = PositionId(at);
            }
        }
        let mut by_superior: BTreeMap<&str, Vec<PositionId>> = BTreeMap::new();
        for id in by_name.values() {
            if let Some(superior) = &self.positions[id.0].reports_to {
                by_superior.entry(superior).or_default().push(*id);
            }
        }
        let needed = |id: PositionId| {
            let position = &self.positions[id.0];
            let mut found = Vec::new();
            let mut groups: Vec<&Group> = position.scorecard.iter().map(|scorecard| &scorecard.root).collect();
            while let Some(group) = groups.pop() {
                for entry in &group.entries {
                    match &entry.head {
                        Head::Group(group) => groups.push(group),
                        Head::Kpi(_) => {}
                        Head::ScoreOf(name) => found.extend(by_name.get(name.as_str())),
                        Head::ScoreOfReports => {
                            found.extend(by_superior.get(position.name.as_str()).into_iter().flatten())
                        }
                    }
                }
            }
            found
        };
        let starts = by_name.values().copied().collect::<BTreeSet<PositionId>>();
        let found = rings::walk(starts, needed);
        found.rings.into_iter().next().map_or(Ok(found.order), Err)
    }
}

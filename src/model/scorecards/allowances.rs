//! `rulings on score at most 5 points`: what people may decide in the place of what the rules give, and how far.

use crate::diagnostic::{Code, Diagnostic};
use crate::language::ScopeWord;
use crate::model::checker::Checker;
use crate::model::types::unit::{Dimension, DisplayUnit};
use crate::model::{Allowance, Entry, Head, KpiId, Output, RuledOn, Scorecard};
use crate::number::Number;
use crate::source::Span;
use crate::syntax::tree;
use crate::syntax::tree::RulingLimit;

impl Checker<'_> {
    pub(in crate::model) fn allowances(
        &mut self,
        written: &tree::Scorecard,
        card: &Scorecard,
        outputs: &[Output],
        position: &tree::Position,
    ) -> Vec<Allowance> {
        let clause = written.rules.iter().find_map(|rule| match rule {
            tree::ScorecardRule::Rulings { allowances, span } => Some((allowances, *span)),
            _ => None,
        });
        let Some((allowances, span)) = clause else { return Vec::new() };
        if !self.declarations.data.iter().any(|data| holds_rulings(data)) {
            self.report(
                Diagnostic::new(Code::NoEffect, "rulings are allowed here, and no data set holds any")
                    .at(span, "no effect")
                    .help("declare the data set that holds them, with a line `rulings` and the columns of a ruling"),
            );
        }
        let mut found: Vec<Allowance> = Vec::new();
        for allowance in allowances {
            let Some(one) = self.allowance(allowance, card, outputs, position) else { continue };
            if let Some(first) = found.iter().find(|known| known.on == one.on) {
                let first = first.span;
                self.report(
                    Diagnostic::new(Code::Repeated, "what rulings may change is said twice of one thing")
                        .at(one.span, "again")
                        .at(first, "first here")
                        .help("keep one of the two"),
                );
                continue;
            }
            found.push(one);
        }
        found
    }

    fn allowance(
        &mut self,
        written: &tree::Allowance,
        card: &Scorecard,
        outputs: &[Output],
        position: &tree::Position,
    ) -> Option<Allowance> {
        let point = DisplayUnit::point();
        let (on, unit) = match &written.on {
            tree::RuledOn::Score(_) => (RuledOn::Score, Some(point)),
            tree::RuledOn::Rating(span) => {
                // A rating that nothing knows is reported itself.
                card.rating.or_else(|| {
                    self.without_rating(*span, position);
                    None
                })?;
                (RuledOn::Rating, None)
            }
            tree::RuledOn::Kpi(name) => {
                let kpi = self.kpi_name(name)?;
                self.one_scope(kpi, name, card)?;
                (RuledOn::Kpi(kpi), Some(self.model.kpis[kpi.0].unit.clone()))
            }
            tree::RuledOn::Output(name) => {
                let Some(at) = outputs.iter().position(|output| output.name == name.text) else {
                    self.no_output(name, outputs, position);
                    return None;
                };
                (RuledOn::Output(at), Some(outputs[at].unit.clone()))
            }
        };
        let most = match (&written.most, &unit) {
            (None, _) => None,
            (Some(RulingLimit::Grades(count, _)), None) if *count > 0 => Some(Number::from(u64::from(*count))),
            (Some(RulingLimit::Grades(_, span)), None) => {
                self.too_little(*span, "write at least `one grade`");
                return None;
            }
            (Some(RulingLimit::Grades(_, span)), Some(_)) => {
                self.misplaced(
                    *span,
                    "grades are steps of a rating",
                    "write an amount in the unit of what is ruled on",
                );
                return None;
            }
            (Some(RulingLimit::Amount(amount)), None) => {
                self.misplaced(
                    amount.span,
                    "a rating has no amounts",
                    "write grades, as in `on rating at most one grade`",
                );
                return None;
            }
            (Some(RulingLimit::Amount(amount)), Some(unit)) => Some(self.ruling_amount(amount, unit)?),
        };
        Some(Allowance { on, most, span: written.span })
    }

    fn ruling_amount(&mut self, amount: &tree::Expr, unit: &DisplayUnit) -> Option<Number> {
        let points = unit.dimension == Dimension::point();
        if !points && self.bare_step(amount, unit, "how far a ruling may go") {
            return None;
        }
        let number = self.constant_number(amount, &unit.dimension)?;
        if !number.is_positive() {
            self.too_little(amount.span, "write an amount above 0, or leave `at most …` out where there is no limit");
            return None;
        }
        Some(number)
    }

    fn too_little(&mut self, at: Span, mend: &str) {
        let finding = Diagnostic::new(Code::OutOfRange, "a ruling that may change nothing is none");
        self.report(finding.at(at, "nothing").help(mend));
    }

    fn without_rating(&mut self, at: Span, position: &tree::Position) {
        let names_rating = position.scorecard.iter().flat_map(|card| &card.rules);
        if names_rating.into_iter().any(|rule| matches!(rule, tree::ScorecardRule::Rating(_))) {
            return;
        }
        self.report(
            Diagnostic::new(Code::Incomplete, "rulings on the rating are allowed, and the scorecard has none")
                .at(at, "of which rating?")
                .help("name a rating in the scorecard, or let rulings be on the score alone"),
        );
    }

    fn no_output(&mut self, name: &tree::Name, outputs: &[Output], position: &tree::Position) {
        // One with a mistake is reported itself.
        if position.outputs.iter().any(|output| output.name.text == name.text) {
            return;
        }
        let names = outputs.iter().map(|output| output.name.as_str());
        let mend = self
            .did_you_mean(&name.text, name.span, names, || "name an output that stands in this position".to_string());
        let message = format!("`{}` has no output `{}`", position.name.text, name.text);
        self.report(Diagnostic::new(Code::UnknownName, message).at(name.span, "unknown").help(mend));
    }

    /// A KPI that the scorecard reads, for one scope: else nobody could tell which of its values is ruled on.
    fn one_scope(&mut self, kpi: KpiId, name: &tree::Name, card: &Scorecard) -> Option<()> {
        let mut read: Vec<(KpiId, ScopeWord)> = Vec::new();
        kpis_of(&card.root.entries, &mut read);
        read.extend(card.adjustments.iter().map(|one| (one.kpi, one.scope)));
        let same = |other: KpiId| self.model.kpis[other.0].name == self.model.kpis[kpi.0].name;
        let mut scopes: Vec<ScopeWord> =
            read.iter().filter(|(other, _)| same(*other)).map(|(_, scope)| *scope).collect();
        scopes.sort_by_key(|scope| scope.word());
        scopes.dedup();
        match scopes.as_slice() {
            [_] => Some(()),
            [] => {
                let names: Vec<String> = read.iter().map(|(kpi, _)| self.model.kpis[kpi.0].name.clone()).collect();
                let mend = self.did_you_mean(&name.text, name.span, names.iter().map(String::as_str), || {
                    "name a KPI that the scorecard has an entry for".to_string()
                });
                let message = format!("the scorecard has no entry of `{}`", name.text);
                self.report(Diagnostic::new(Code::UnknownName, message).at(name.span, "not scored here").help(mend));
                None
            }
            [one, other, ..] => {
                let message = format!("`{}` could be that of `{}` or of `{}`", name.text, one.word(), other.word());
                self.report(
                    Diagnostic::new(Code::AmbiguousName, message)
                        .at(name.span, "which of its values?")
                        .help("let the scorecard read it for one scope, or let rulings be on the score"),
                );
                None
            }
        }
    }
}

fn kpis_of(entries: &[Entry], found: &mut Vec<(KpiId, ScopeWord)>) {
    for entry in entries {
        match &entry.head {
            Head::Kpi(kpi) => found.push((kpi.kpi, kpi.scope)),
            Head::Group(group) => kpis_of(&group.entries, found),
            Head::ScoreOf(_) | Head::ScoreOfReports => {}
        }
    }
}

fn holds_rulings(data: &tree::Data) -> bool {
    data.clauses.iter().any(|clause| matches!(clause, tree::DataClause::Rulings(_)))
}

//! Positions: responsibilities and their shares, the scorecard, outputs.

use std::collections::{HashMap, HashSet};

use super::checker::{Checker, Symbol};
use super::expr::Base;
use super::names::env::Env;
use super::names::rings;
use super::names::uses::Use;
use super::scorecards::card::CardScope;
use super::{KpiId, Position, Responsibility};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::language::ScopeWord;
use crate::number::Number;
use crate::source::Span;
use crate::syntax::tree::{self};
use crate::time::Day;
use crate::value::percent;

impl Checker<'_> {
    /// Nobody reports to themselves, through however many others.
    pub(super) fn superiors(&mut self) {
        let declared = self.declarations.positions.clone();
        let mut by_name: HashMap<&str, &tree::Position> = HashMap::new();
        for position in &declared {
            by_name.entry(&position.name.text).or_insert(position);
        }
        let mut settled: HashSet<&str> = HashSet::new();
        for start in &declared {
            let mut path: Vec<&tree::Position> = Vec::new();
            let mut on_path: HashSet<&str> = HashSet::new();
            let mut next = Some(*start);
            while let Some(position) = next.filter(|position| !settled.contains(position.name.text.as_str())) {
                path.push(position);
                on_path.insert(&position.name.text);
                let Some(superior) = &position.reports_to else { break };
                if on_path.contains(superior.text.as_str()) {
                    let from = path.iter().position(|known| known.name.text == superior.text).unwrap_or(0);
                    let names = path[from..].iter().map(|position| format!("`{}`", position.name.text));
                    let names: Vec<String> = names.collect();
                    self.report(
                        Diagnostic::new(Code::Circle, format!("`{}` reports to itself", superior.text))
                            .at(superior.span, "here the circle closes")
                            .note(rings::note(&names, "reports to"))
                            .help("name the position above it, or remove `reports to` from the highest one"),
                    );
                    break;
                }
                next = by_name.get(superior.text.as_str()).copied();
            }
            settled.extend(on_path);
        }
    }

    /// Versions of one position begin on different days.
    pub(super) fn position_versions(&mut self) {
        let declared = self.declarations.positions.clone();
        let mut first: HashMap<(&str, Option<Day>), Span> = HashMap::new();
        for written in &declared {
            let effective = written.effective.as_ref().map(|effective| self.effective_day(effective));
            let twin = first.get(&(written.name.text.as_str(), effective)).copied();
            let Some(twin) = twin else {
                first.insert((&written.name.text, effective), written.name.span);
                continue;
            };
            self.report(
                Diagnostic::new(Code::DeclaredTwice, format!("the position `{}` is declared twice", written.name.text))
                    .at(written.name.span, "declared again here")
                    .at(twin, "declared first here")
                    .help("give the newer version a later day, `effective from …`, or remove one of the two"),
            );
        }
    }

    pub(super) fn position(&mut self, written: &tree::Position) -> Position {
        let name = written.name.text.clone();
        if let Some(superior) = &written.reports_to {
            self.find(superior, "position", |symbol| matches!(symbol, Symbol::Position(_)));
        }
        let scope = match &written.scope {
            Some((scope, _)) => *scope,
            None => ScopeWord::Own,
        };
        let before = self.diagnostics.len();
        let responsibilities =
            written.responsibilities.as_ref().map(|block| self.responsibilities(block)).unwrap_or_default();
        if written.draft.is_some() {
            // A draft may be incomplete; it must not be wrong.
            for finding in &mut self.diagnostics[before..] {
                if matches!(finding.code, Code::SharesTotal | Code::Incomplete) {
                    finding.severity = Severity::Warning;
                }
            }
        }
        let eligible = written.eligible.as_ref().map(|condition| {
            let condition = self.typed(condition, &Env::subject().lenient(), Some(&Base::Flag));
            self.expect_condition(&condition, "`eligible when`");
            condition
        });
        let since = written.effective.as_ref().map(|effective| self.effective_day(effective));
        let rosters = self.rosters_of(&name);
        let card = CardScope { position: &name, scope, since, rosters };
        if let (Some(condition), Some(written)) = (&eligible, &written.eligible) {
            self.answerable(condition, scope, written.span, &card);
        }
        let rank_within = written.rank_within.as_ref().map(|part| {
            let typed = self.typed(part, &Env::subject(), None);
            self.answerable(&typed, scope, part.span, &card);
            typed
        });
        let mut scorecard = written.scorecard.as_ref().and_then(|written| self.scorecard(written, &card));
        let outputs = self.outputs(&written.outputs, &card, written.scorecard.as_ref(), scorecard.as_ref());
        if let (Some(scorecard), Some(written_card)) = (&mut scorecard, &written.scorecard) {
            scorecard.rulings = self.allowances(written_card, scorecard, &outputs, written);
        }
        let rosters = self.fit_rosters(&card, written.name.span);
        let unfit = std::mem::take(&mut self.unfit);
        Position {
            label: self.label(&name, &written.label),
            span: written.name.span,
            draft: written.draft.is_some(),
            effective: written.effective.as_ref().map(|effective| self.effective(effective)),
            reports_to: written.reports_to.as_ref().map(|superior| superior.text.clone()),
            scope,
            purpose: written.purpose.as_ref().map(|text| text.value.clone()),
            responsibilities,
            eligible,
            rank_within,
            scorecard,
            outputs,
            rosters,
            unfit,
            name,
        }
    }

    fn responsibilities(&mut self, block: &tree::Responsibilities) -> Vec<Responsibility> {
        let mut result: Vec<Responsibility> = Vec::new();
        let (mut known, mut rest, mut unstated) = (Number::ZERO, None, Vec::new());
        for written in &block.entries {
            if let Some(first) = result.iter().find(|earlier| earlier.name == written.name.text) {
                self.report(
                    Diagnostic::new(Code::Repeated, format!("the responsibility `{}` stands twice", written.name.text))
                        .at(written.name.span, "again")
                        .at(first.span, "first here")
                        .help("join the two, or give one another name"),
                );
            }
            let share = match &written.share {
                tree::WorkShare::Share(number) => {
                    let share = Number::from(number.written).mul(&Number::from_parts(1, 2));
                    if number.style != tree::NumberStyle::Percent || !share.is_positive() {
                        self.report(
                            Diagnostic::new(Code::OutOfRange, "a share of working time is a percentage above 0%")
                                .at(number.span, "not a share")
                                .help("write a percentage above 0, as in `20%`"),
                        );
                    }
                    known = known.add(&share);
                    Some(share)
                }
                tree::WorkShare::Rest(span) => {
                    if let Some(first) = rest.replace(*span) {
                        self.report(
                            Diagnostic::new(Code::Repeated, "`rest` stands twice")
                                .at(*span, "again")
                                .at(first, "first here")
                                .help("only one responsibility can take what remains"),
                        );
                    }
                    None
                }
                tree::WorkShare::Unstated(span) => {
                    unstated.push((*span, &written.name.text));
                    None
                }
            };
            let measured_by = written.measured_by.iter().filter_map(|kpi| self.kpi_name(kpi)).collect();
            let texts = |texts: &[tree::Text]| texts.iter().map(|text| text.value.clone()).collect();
            result.push(Responsibility {
                name: written.name.text.clone(),
                label: self.label(&written.name.text, &written.label),
                span: written.name.span,
                share,
                duties: texts(&written.duties),
                outcomes: texts(&written.outcomes),
                measured_by,
            });
        }
        let left = Number::ONE.sub(&known);
        if let Some(rest) = rest {
            if left.is_positive() {
                for (responsibility, written) in result.iter_mut().zip(&block.entries) {
                    if matches!(written.share, tree::WorkShare::Rest(_)) {
                        responsibility.share = Some(left.clone());
                    }
                }
            } else {
                self.report(
                    Diagnostic::new(
                        Code::SharesTotal,
                        format!("the stated shares total {}, so no rest is left", percent(&known)),
                    )
                    .at(rest, "nothing left")
                    .help("make the others smaller"),
                );
            }
        } else if unstated.is_empty() && !left.is_zero() && !block.entries.is_empty() {
            let shares: Vec<String> = result.iter().filter_map(|entry| entry.share.as_ref()).map(percent).collect();
            let mend = if left.is_positive() {
                format!(
                    "{} is missing: raise a share, add a responsibility, or let one take the rest, `rest …`",
                    percent(&left)
                )
            } else {
                format!("{} is too much: lower a share or remove a responsibility", percent(&left.neg()))
            };
            let head = Span { end: block.span.start + "responsibilities".len() as u32, ..block.span };
            let mut finding = Diagnostic::new(
                Code::SharesTotal,
                format!("the shares of working time total {}, not 100%", percent(&known)),
            )
            .at(head, format!("{} together", percent(&known)));
            if shares.len() > 1 {
                finding = finding.note(format!("{} = {}", shares.join(" + "), percent(&known)));
            }
            self.report(finding.help(mend));
        }
        if let [(first, name), others @ ..] = unstated.as_slice() {
            let left = if rest.is_none() && left.is_positive() { percent(&left) } else { "nothing".into() };
            let message = match others.len() {
                0 => format!("the share of `{name}` is not stated; {left} is left for it"),
                more => format!("the shares of {} responsibilities are not stated; {left} is left for them", more + 1),
            };
            let mut finding = Diagnostic::new(Code::Incomplete, message).at(*first, "how much of the working time?");
            for (span, _) in others {
                finding = finding.at(*span, "and here?");
            }
            self.report(finding.help("write a share in place of `?`; only a draft may leave it open"));
        }
        result
    }

    pub(super) fn kpi_name(&mut self, name: &tree::Name) -> Option<KpiId> {
        match self.find(name, "KPI", |symbol| matches!(symbol, Symbol::Kpi(_)))? {
            Symbol::Kpi(at) => {
                self.used.insert(Use::Kpi(KpiId(at)));
                Some(KpiId(at))
            }
            _ => None,
        }
    }
}

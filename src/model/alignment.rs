//! What people spend their time on against what they are scored by: working time that no KPI measures, and weight on
//! KPIs that no responsibility leads to.

use std::collections::{BTreeMap, BTreeSet};

use super::checker::Checker;
use super::expr::{Expr, Kind};
use super::{Entry, Head, KpiId, Model, Position, Scorecard};
use crate::diagnostic::{Code, Diagnostic};
use crate::number::{Number, Rounding};
use crate::source::Span;
use crate::value::percent;

/// The two sides of a position.
#[derive(Debug)]
pub struct Alignment {
    /// In the order of the responsibilities: the KPIs of the scorecard that measure each.
    pub measured: Vec<Vec<Weighted>>,
    /// The working time of responsibilities that none of them measures.
    pub unmeasured: Number,
    /// Those that no responsibility leads to.
    pub unassigned: Vec<Weighted>,
}

/// A KPI of the scorecard with its share of the whole; `None` for a veto, a bonus or a deduction.
#[derive(Clone, Debug)]
pub struct Weighted {
    pub kpi: KpiId,
    pub weight: Option<Number>,
    pub span: Span,
}

impl Model {
    /// How the responsibilities of a position and its scorecard go together; `None` where one of the two is not there.
    pub fn alignment(&self, position: &Position) -> Option<Alignment> {
        let card = position.scorecard.as_ref().filter(|_| !position.responsibilities.is_empty())?;
        let scored = self.scored(card);
        let behind: Vec<BTreeSet<KpiId>> = scored.iter().map(|scored| self.behind(scored.kpi)).collect();
        let mut led = vec![false; scored.len()];
        let mut measured = Vec::new();
        let mut unmeasured = Number::ZERO;
        for responsibility in &position.responsibilities {
            let named: Vec<(KpiId, BTreeSet<KpiId>)> =
                responsibility.measured_by.iter().map(|kpi| (*kpi, self.behind(*kpi))).collect();
            // By its own name, as a part of an index, or through one of its parts.
            let leads = |at: usize| {
                named.iter().any(|(kpi, parts)| behind[at].contains(kpi) || parts.contains(&scored[at].kpi))
            };
            let kpis: Vec<usize> = (0..scored.len()).filter(|at| leads(*at)).collect();
            kpis.iter().for_each(|at| led[*at] = true);
            if kpis.is_empty() {
                unmeasured = unmeasured.add(responsibility.share.as_ref().unwrap_or(&Number::ZERO));
            }
            measured.push(kpis.into_iter().map(|at| scored[at].clone()).collect());
        }
        let left = scored.into_iter().zip(led).filter(|(scored, led)| !led && scored.weight.is_some());
        Some(Alignment { measured, unmeasured, unassigned: left.map(|(scored, _)| scored).collect() })
    }

    /// What the scorecard looks at, each KPI once.
    fn scored(&self, card: &Scorecard) -> Vec<Weighted> {
        fn add(entries: &[Entry], share: &Number, scored: &mut Vec<Weighted>) {
            for entry in entries {
                let weight = share.mul(&entry.weight);
                match &entry.head {
                    Head::Group(group) => add(&group.entries, &weight, scored),
                    Head::Kpi(kpi) => match scored.iter_mut().find(|known| known.kpi == kpi.kpi) {
                        Some(known) => known.weight = known.weight.as_ref().map(|known| known.add(&weight)),
                        None => scored.push(Weighted { kpi: kpi.kpi, weight: Some(weight), span: entry.span }),
                    },
                    _ => {}
                }
            }
        }
        let mut scored = Vec::new();
        add(&card.root.entries, &Number::ONE, &mut scored);
        let mut others: BTreeMap<KpiId, Span> = BTreeMap::new();
        for veto in &card.vetoes {
            let mut kpis = BTreeSet::new();
            named_in(&veto.condition, &mut kpis);
            others.extend(kpis.into_iter().map(|kpi| (kpi, veto.span)));
        }
        others.extend(card.adjustments.iter().map(|adjustment| (adjustment.kpi, adjustment.span)));
        others.retain(|kpi, _| !scored.iter().any(|known| known.kpi == *kpi));
        scored.extend(others.into_iter().map(|(kpi, span)| Weighted { kpi, weight: None, span }));
        scored
    }

    /// A KPI and those its formula builds on.
    fn behind(&self, kpi: KpiId) -> BTreeSet<KpiId> {
        let (mut all, mut open) = (BTreeSet::from([kpi]), vec![kpi]);
        while let Some(next) = open.pop() {
            let mut named = BTreeSet::new();
            named_in(&self.kpis[next.0].value, &mut named);
            open.extend(named.into_iter().filter(|kpi| all.insert(*kpi)));
        }
        all
    }
}

pub(super) fn named_in(expr: &Expr, kpis: &mut BTreeSet<KpiId>) {
    if let Kind::Kpi(kpi) = &expr.kind {
        kpis.insert(*kpi);
    }
    expr.each_part(&mut |part| named_in(part, kpis));
}

/// `12.5%`
pub fn share(number: &Number) -> String {
    percent(&number.round_places(4, Rounding::HalfUp))
}

impl Checker<'_> {
    /// Warns of both sides.
    pub(super) fn alignment(&mut self, position: &Position) {
        let mut found = Vec::new();
        if let Some(alignment) = self.model.alignment(position) {
            // A draft may be incomplete; and where nothing at all is said of what measures what, a house rule may ask.
            let silent = position.responsibilities.iter().all(|responsibility| responsibility.measured_by.is_empty());
            if position.draft || silent {
                return;
            }
            // Some work is never measured; that most of it is not deserves a word.
            if alignment.unmeasured > Number::from_parts(5, 1) {
                let mut finding = Diagnostic::new(
                    Code::UnmeasuredWork,
                    format!(
                        "{} of the working time of `{}` is measured by no KPI of its scorecard",
                        share(&alignment.unmeasured),
                        position.name
                    ),
                );
                let open =
                    position.responsibilities.iter().zip(&alignment.measured).filter(|(_, kpis)| kpis.is_empty());
                for (responsibility, _) in open {
                    let own = responsibility.share.as_ref().map(share).unwrap_or_default();
                    let words = match responsibility.measured_by.is_empty() {
                        true => format!("{own}, measured by nothing"),
                        false => format!("{own}, and what measures it is not in the scorecard"),
                    };
                    finding = finding.at(responsibility.span, words);
                }
                found.push(finding.help(format!(
                    "name a KPI in it, `measured by …`, or let the scorecard look at one; `merit check --alignment={}` shows the table",
                    position.name
                )));
            }
            let weight = |weighted: &Weighted| weighted.weight.clone().unwrap_or(Number::ZERO);
            let total = alignment.unassigned.iter().map(weight).fold(Number::ZERO, |sum, weight| sum.add(&weight));
            if total.is_positive() {
                let mut finding = Diagnostic::new(
                    Code::UnassignedWeight,
                    format!(
                        "{} of the weight in the scorecard of `{}` lies on KPIs that no responsibility leads to",
                        share(&total),
                        position.name
                    ),
                );
                for weighted in &alignment.unassigned {
                    let words = format!("{} of the scorecard", share(&weight(weighted)));
                    finding = finding.at(weighted.span, words);
                }
                found.push(finding.help(format!(
                    "name it in a responsibility, `measured by …`; `merit check --alignment={}` shows the table",
                    position.name
                )));
            }
        }
        for finding in found {
            self.report(finding);
        }
    }
}

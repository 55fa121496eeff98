//! Scorecards: entries and groups with their weights, and what they total.

use crate::diagnostic::{Code, Diagnostic, Help, Mend};
use crate::language::{Combine, ScopeWord, WhenMissing};
use crate::model::checker::{Checker, Symbol};
use crate::model::data::DataId;
use crate::model::expr::Base;
use crate::model::kpis::Total;
use crate::model::names::env::Env;
use crate::model::names::uses::Use;
use crate::model::types::unit::Dimension;
use crate::model::{Entry, Group, Head, KpiId, Label, RatingId, Scorecard};
use crate::number::Number;
use crate::source::Span;
use crate::syntax::tree;
use crate::time::Day;

/// The position a scorecard belongs to, and the scope its entries have unless they say otherwise.
pub(in crate::model) struct CardScope<'n> {
    pub(in crate::model) position: &'n str,
    pub(in crate::model) scope: ScopeWord,
    /// From when on the position is in force.
    pub(in crate::model) since: Option<Day>,
    /// The rosters whose rows may hold the position.
    pub(in crate::model) rosters: Vec<DataId>,
}

impl Checker<'_> {
    pub(in crate::model) fn scorecard(&mut self, written: &tree::Scorecard, card: &CardScope) -> Option<Scorecard> {
        let head = Span { end: written.span.start + "scorecard".len() as u32, ..written.span };
        let before = self.diagnostics.len();
        let combine = self.combine(&written.rules);
        let stated = written.total.as_ref().map(|total| Number::from(total.written));
        let total = self.level_total(&written.rules, stated);
        let (mut when_missing, mut complete_at_least, mut range, mut rating) =
            (WhenMissing::NoRating, None, None, None);
        let points = Dimension::point();
        for rule in &written.rules {
            match rule {
                tree::ScorecardRule::WhenMissing { what, .. } => when_missing = *what,
                tree::ScorecardRule::CompleteAtLeast(number) => {
                    let share = Number::from(number.written).mul(&Number::from_parts(1, 2));
                    if number.style != tree::NumberStyle::Percent || share > Number::ONE {
                        self.report(
                            Diagnostic::new(Code::OutOfRange, "how much must be there is a percentage up to 100%")
                                .at(number.span, "not a share of the weights")
                                .mend("write a share such as `{}`", Mend::replace(number.span, "100%")),
                        );
                    }
                    complete_at_least = Some(share);
                }
                tree::ScorecardRule::Range { low, high, span } => {
                    let ends = self.constant_number(low, &points).zip(self.constant_number(high, &points));
                    if let Some((least, most)) = &ends
                        && least >= most
                    {
                        self.report(
                            Diagnostic::new(Code::OutOfRange, "a range goes from a lower to a higher score")
                                .at(*span, format!("{least} is not below {most}"))
                                .help(match least > most {
                                    true => {
                                        let texts = [high, low].map(|end| self.sources.text(end.span));
                                        let swapped = format!("range {} to {}", texts[0], texts[1]);
                                        Help::of("write `{}`", [Mend::replace(*span, swapped)])
                                    }
                                    false => "write a higher score behind `to`".into(),
                                }),
                        );
                    }
                    range = ends;
                }
                tree::ScorecardRule::Rating(name) => {
                    let found = self.find(name, "rating", |symbol| matches!(symbol, Symbol::Rating(_)));
                    if let Some(Symbol::Rating(at)) = found {
                        self.used.insert(Use::Rating(at));
                        rating = Some((RatingId(at), name.span));
                    }
                }
                _ => {}
            }
        }
        let mut kpis = Vec::new();
        let entries = self.entries(&written.entries, &total, head, "the scorecard", card, &mut kpis);
        let names_rating = written.rules.iter().any(|rule| matches!(rule, tree::ScorecardRule::Rating(_)));
        let mut vetoes = Vec::new();
        let mut adjustments = Vec::new();
        for rule in &written.rules {
            match rule {
                tree::ScorecardRule::Veto(veto) => {
                    vetoes.extend(self.veto(veto, rating.map(|(rating, _)| rating), names_rating, card));
                }
                tree::ScorecardRule::Adjustment(adjustment) => {
                    adjustments.extend(self.adjustment(adjustment, card));
                }
                _ => {}
            }
        }
        let entries = entries?;
        let root = Group { name: String::new(), label: Default::default(), combine, entries };
        let scorecard = Scorecard {
            root,
            when_missing,
            complete_at_least,
            range,
            vetoes,
            adjustments,
            rating: rating.map(|(rating, _)| rating),
            // When the outputs are known.
            rulings: Vec::new(),
        };
        self.rated = rating.filter(|_| self.diagnostics.len() == before).map(|(_, at)| at);
        Some(scorecard)
    }

    fn combine(&self, rules: &[tree::ScorecardRule]) -> Combine {
        rules
            .iter()
            .find_map(|rule| match rule {
                tree::ScorecardRule::Combine { combine, .. } => Some(*combine),
                _ => None,
            })
            .unwrap_or(Combine::WeightedMean)
    }

    /// What the weights of a level come to: its points, or shares, of 100% or of what it states.
    fn level_total(&mut self, rules: &[tree::ScorecardRule], points: Option<Number>) -> Total {
        let stated = rules.iter().find_map(|rule| match rule {
            tree::ScorecardRule::WeightsTotal(number) => Some(number),
            _ => None,
        });
        if let Some(points) = points {
            self.sums_only(rules);
            if let Some(stated) = stated {
                self.misplaced(
                    stated.span,
                    "the entries here are in points, whose total is stated already",
                    "remove this line, or write the weights as shares",
                );
            }
            return Total::Points(points);
        }
        let Some(stated) = stated else { return Total::Shares(Number::ONE) };
        let total = Number::from(stated.written).mul(&Number::from_parts(1, 2));
        let percent = stated.style != tree::NumberStyle::Permille && stated.unit.is_none();
        if percent && total.is_positive() {
            return Total::Shares(total);
        }
        self.report(
            Diagnostic::new(Code::OutOfRange, "what weights come to is a percentage above 0%")
                .at(stated.span, "not such a total")
                .help("write a total above 0, as in `weights total 210`, or points for all, as in `scorecard total 210 points`"),
        );
        Total::Shares(Number::ONE)
    }

    /// Points are added up: a mean of them would be none of the points stated.
    fn sums_only(&mut self, rules: &[tree::ScorecardRule]) {
        for rule in rules {
            if let tree::ScorecardRule::Combine { combine: Combine::Geometric, span } = rule {
                self.misplaced(
                    *span,
                    "entries in points are added up, and a geometric mean takes shares",
                    "remove this line, or write the weights as shares",
                );
            }
        }
    }

    /// The entries of one level. `None` when their weights do not add up.
    fn entries(
        &mut self,
        written: &[tree::Entry],
        total: &Total,
        at: Span,
        what: &str,
        card: &CardScope,
        kpis: &mut Vec<(KpiId, ScopeWord, Span)>,
    ) -> Option<Vec<Entry>> {
        let heads: Vec<(&tree::Entry, &tree::EntryHead)> =
            written.iter().flat_map(|entry| entry.heads.iter().map(move |head| (entry, head))).collect();
        if heads.is_empty() {
            self.report(
                Diagnostic::new(Code::Incomplete, format!("{what} has no entries"))
                    .at(at, "empty")
                    .help("add a line, as in `100% premium_growth target 10% score attainment up to 120`"),
            );
            return None;
        }
        let weights: Vec<&tree::Weight> = heads.iter().map(|(entry, _)| &entry.weight).collect();
        let shares = self.shares(&weights, at, what, total);
        let mut groups: Vec<(&str, Span)> = Vec::new();
        let mut others: Vec<(&str, Span)> = Vec::new();
        let mut entries = Vec::new();
        for (index, (entry, head)) in heads.iter().enumerate() {
            let weight = shares.as_ref().map_or(Number::ONE, |shares| shares[index].clone());
            let points = match (total, &shares, &entry.weight) {
                (Total::Shares(_), ..) => None,
                // Of a level whose weights are wrong, what is written says more than what would be left.
                (Total::Points(_), None, tree::Weight::Points(number)) => Some(Number::from(number.written)),
                (Total::Points(total), ..) => Some(weight.mul(total)),
            };
            let stated = match total {
                Total::Shares(total) => weight.mul(total),
                Total::Points(_) => points.clone().unwrap_or(Number::ZERO),
            };
            let most = self.most_points(entry, points.as_ref());
            let head_span = match head {
                tree::EntryHead::Kpi(name) | tree::EntryHead::ScoreOf(name) | tree::EntryHead::Group { name, .. } => {
                    name.span
                }
                tree::EntryHead::ScoreOfReports(span) => *span,
            };
            let mut entry_label = entry.label.clone();
            let resolved = match head {
                tree::EntryHead::Group { name, entries: inner, rules } => {
                    if let Some((_, first)) = groups.iter().find(|(known, _)| *known == name.text) {
                        let first = *first;
                        self.report(
                            Diagnostic::new(Code::Repeated, format!("the group `{}` stands twice", name.text))
                                .at(name.span, "again")
                                .at(first, "first here")
                                .help("join the two, or give one another name"),
                        );
                    }
                    groups.push((&name.text, name.span));
                    self.nothing_but_applies_when(entry, "a group is scored by its entries");
                    let what = format!("the group `{}`", name.text);
                    let combine = self.combine(rules);
                    let known = shares.is_some() || matches!(entry.weight, tree::Weight::Points(_));
                    let inside = self.level_total(rules, group_total(inner, points.as_ref(), known));
                    let inner = self.entries(inner, &inside, name.span, &what, card, kpis);
                    let group = Group {
                        name: name.text.clone(),
                        label: self.label(&name.text, &entry_label),
                        combine,
                        entries: inner.unwrap_or_default(),
                    };
                    entry_label = tree::Label::default();
                    Some(Head::Group(group))
                }
                tree::EntryHead::Kpi(name) => self.kpi_entry(entry, name, points.as_ref(), card, kpis),
                tree::EntryHead::ScoreOf(_) | tree::EntryHead::ScoreOfReports(_) => {
                    self.nothing_but_applies_when(entry, "the score of another scorecard is in points already");
                    self.other_score(head, card, &mut others)
                }
            };
            let applies_when = entry.applies_when.as_ref().map(|condition| {
                let condition = self.typed(condition, &Env::subject().lenient(), Some(&Base::Flag));
                self.expect_condition(&condition, "`applies when`");
                self.answerable(&condition, card.scope, head_span, card);
                condition
            });
            let Some(resolved) = resolved else { continue };
            let default = match &resolved {
                Head::Kpi(entry) => self.model.kpis[entry.kpi.0].label.clone(),
                Head::Group(group) => group.label.clone(),
                // Reports have words of their own for these, in each language.
                Head::ScoreOf(_) | Head::ScoreOfReports => Default::default(),
            };
            let label =
                if entry_label == tree::Label::default() { default } else { self.label(&default.text, &entry_label) };
            let label = match &resolved {
                // That of the version in force, which the results tell.
                Head::Kpi(entry)
                    if entry_label == tree::Label::default()
                        && !self.model.kpis[entry.kpi.0].versions.others.is_empty() =>
                {
                    Label::default()
                }
                _ => label,
            };
            entries.push(Entry { weight, points, stated, most, head: resolved, label, span: head_span, applies_when });
        }
        shares.map(|_| entries)
    }
}

/// The points that the entries of a group total, where they are in points: a group in a scorecard in points whose
/// entries are written so, or share its points equally. Where those of the group are not `known`, whatever they come to.
fn group_total(inner: &[tree::Entry], points: Option<&Number>, known: bool) -> Option<Number> {
    let points = points.filter(|_| !inner.iter().any(|entry| matches!(entry.weight, tree::Weight::Share(_))))?;
    let own = inner.iter().filter_map(|entry| match &entry.weight {
        tree::Weight::Points(number) => Some(Number::from(number.written)),
        tree::Weight::Share(_) | tree::Weight::Equal(_) => None,
    });
    let own = own.fold(Number::ZERO, |sum, points| sum.add(&points));
    let equal = inner.iter().any(|entry| matches!(entry.weight, tree::Weight::Equal(_)));
    Some(match known {
        true => points.clone(),
        false if equal => own.add(points),
        false => own,
    })
}

//! What a scorecard can reach: whether its data answer in the scope asked for, and which grades its scores allow.

use super::checker::Checker;
use super::data::{ColumnIx, Route};
use super::expr::{Aggregate, Expr, Kind};
use super::formula::scope_name;
use super::kpis::percent;
use super::scales::Range;
use super::scorecards::CardScope;
use super::{Entry, Group, Head, KpiId, RatingId, Score, ScoreCurve, Scorecard};
use crate::diagnostic::{Code, Diagnostic};
use crate::number::{Number, Rounding};
use crate::source::Span;
use crate::syntax::tree::{BinaryOp, Combine, ScopeWord};

impl Checker<'_> {
    /// Whether every aggregate of a formula can be read in its scope, for each roster that uses the position.
    pub(super) fn answerable(&mut self, expr: &Expr, scope: ScopeWord, at: Span, card: &CardScope) {
        match &*expr.kind {
            Kind::Kpi(kpi) => {
                self.kpi_answerable(*kpi, scope, at, card);
            }
            Kind::Over(value, scope) => self.answerable(value, *scope, at, card),
            Kind::Aggregate(aggregate) => self.aggregate_scope(aggregate, scope, at, card),
            _ => {
                for part in expr.parts() {
                    self.answerable(part, scope, at, card);
                }
            }
        }
    }

    /// Likewise for all versions of a KPI.
    pub(super) fn kpi_answerable(&mut self, kpi: KpiId, scope: ScopeWord, at: Span, card: &CardScope) {
        let model = self.model.clone();
        for version in model.kpi_versions(kpi) {
            let kpi = &model.kpis[version.0];
            // A scope that the KPI has of itself is wrong there, whoever uses it.
            let at = if kpi.scope.is_some() { kpi.span } else { at };
            self.answerable(&kpi.value, kpi.scope.unwrap_or(scope), at, card);
        }
    }

    pub(super) fn aggregate_scope(&mut self, aggregate: &Aggregate, scope: ScopeWord, at: Span, card: &CardScope) {
        let model = self.model.clone();
        let set = &model.data[aggregate.data.0];
        let mut routes: Vec<(Route, String)> = Vec::new();
        match scope {
            ScopeWord::Company => return,
            ScopeWord::Team => {
                let Some(teams) = self.organisation() else { return self.no_organisation(aggregate, at) };
                routes.push((set.belongs.team.clone(), self.model.data[teams.0].name.clone()));
            }
            ScopeWord::Own => {
                for (roster, route) in &set.belongs.own {
                    let declared = &self.model.data[roster.0];
                    if declared.roster.as_ref().is_some_and(|roster| roster.may_hold(card.position)) {
                        routes.push((route.clone(), declared.name.clone()));
                    }
                }
                if routes.is_empty() {
                    return self.nobody_holds(aggregate, at, card);
                }
            }
        }
        for (route, to) in routes {
            let text = self.text(aggregate.span);
            // One formula may read the data set several times: one mistake.
            let told = (at.key(), aggregate.data, scope_name(scope));
            if !matches!(route, Route::Links(_)) && !self.scopes_told.insert(told) {
                continue;
            }
            let place = |diagnostic: Diagnostic| {
                let same = aggregate.span.key() == at.key();
                let fixed = self.model.kpis.iter().any(|kpi| kpi.span.key() == at.key());
                let words = match fixed {
                    true => format!("has `scope {}`", scope_name(scope)),
                    false => format!("read over {} here", scope_name(scope)),
                };
                let diagnostic = diagnostic.at(at, words);
                if same { diagnostic } else { diagnostic.at(aggregate.span, format!("reads `{}`", set.name)) }
            };
            match route {
                Route::Links(links) => self.use_links(aggregate.data, &links),
                Route::None => {
                    let other = match scope {
                        ScopeWord::Own => "over team` or `over company",
                        _ => "over company",
                    };
                    let finding = Diagnostic::new(
                        Code::NoScope,
                        format!(
                            "`{text}` cannot be read over {}: the rows of `{}` have no link to `{to}`",
                            scope_name(scope),
                            set.name
                        ),
                    );
                    self.report(
                        place(finding)
                            .help(format!("add a column to `{}` that links to `{to}`, or read it `{other}`", set.name)),
                    );
                }
                Route::Ambiguous(one, other) => {
                    let name = |column: ColumnIx| set.columns[column.0].name.clone();
                    let finding = Diagnostic::new(
                        Code::AmbiguousLink,
                        format!(
                            "the rows of `{}` lead to `{to}` in two ways: by `{}` and by `{}`",
                            set.name,
                            name(one),
                            name(other)
                        ),
                    );
                    self.report(place(finding).help(format!(
                        "add to `{}` the line `belongs to {}`, or the other",
                        set.name,
                        name(one)
                    )));
                }
            }
        }
    }

    fn nobody_holds(&mut self, aggregate: &Aggregate, at: Span, card: &CardScope) {
        let rosters = self.model.data.iter().filter_map(|set| set.roster.as_ref());
        let mut named = rosters.filter_map(|roster| roster.every.as_ref());
        let unknown = named.any(|every| !self.symbols.contains_key(every));
        // A roster of a position that nobody knows may be the one that is meant.
        if unknown {
            return;
        }
        let text = self.text(aggregate.span);
        let message = format!("`{text}` cannot be read over own: no roster says who is `{}`", card.position);
        self.report(
            Diagnostic::new(Code::NoScope, message)
                .at(at, "read over own here")
                .help(format!("write `roster as {}` in the data set of those who hold the position", card.position)),
        );
    }

    fn no_organisation(&mut self, aggregate: &Aggregate, at: Span) {
        let text = self.text(aggregate.span);
        self.report(
            Diagnostic::new(
                Code::NoScope,
                format!("`{text}` cannot be read over team: the project has no tree of teams"),
            )
            .at(at, "read over team here")
            .help("declare the data set of the teams with `organisation`, or read it `over company`"),
        );
    }

    pub(super) fn reachable_grades(
        &mut self,
        scorecard: &Scorecard,
        rating: RatingId,
        at: Span,
        card: &CardScope,
        points: bool,
    ) {
        let (mut sum, highest) = self.group_range(&scorecard.root, points);
        let Some(mut highest) = highest.1 else { return };
        for adjustment in scorecard.adjustments.iter().filter(|adjustment| !adjustment.deduct) {
            let Some(limit) = &adjustment.limit else { return };
            let Some(limit) = self.model.constant_value(limit, None) else { return };
            sum += &format!(" + {limit} of bonus");
            highest = highest.add(&limit);
        }
        sum = format!("{sum} = {highest}");
        if let Some((_, most)) = &scorecard.range
            && *most < highest
        {
            sum += &format!(", and the range ends at {most}");
            highest = most.clone();
        }
        let model = self.model.clone();
        let declared = &model.ratings[rating.0];
        for (at_grade, grade) in declared.grades.iter().enumerate() {
            let Some((op, limit)) = &grade.condition else { continue };
            let reached = if *op == BinaryOp::Greater { highest > *limit } else { highest >= *limit };
            if !reached {
                self.unreached.entry((rating, at_grade)).or_default().push(Unreached {
                    position: card.position.to_string(),
                    at,
                    highest: highest.clone(),
                    sum: sum.clone(),
                });
            }
        }
    }

    /// One finding for each grade that some scorecards cannot reach.
    pub(super) fn unreached_grades(&mut self) {
        for ((rating, grade), cards) in std::mem::take(&mut self.unreached) {
            let Some(first) = cards.first() else { continue };
            let grade = self.model.ratings[rating.0].grades[grade].clone();
            let Some((_, limit)) = &grade.condition else { continue };
            let (name, highest) = (&grade.name, &first.highest);
            let same = cards.iter().all(|card| card.highest == *highest);
            let mut positions: Vec<String> = cards.iter().map(|card| format!("`{}`", card.position)).collect();
            let last = positions.pop().unwrap_or_default();
            let positions = if positions.is_empty() { last } else { format!("{} or {last}", positions.join(", ")) };
            let gives = match (cards.len(), same) {
                (1, _) => format!("the scorecard gives at most {highest} points"),
                (_, true) => format!("their scorecards give at most {highest} points"),
                (_, false) => "their scorecards give fewer points".to_string(),
            };
            let message = format!("nobody in {positions} can be rated {name}: {gives}, and {name} starts at {limit}");
            let mut finding = Diagnostic::new(Code::Unreachable, message);
            if cards.len() == 1 {
                finding = finding.at(first.at, "rated here").at(grade.span, "never reached");
            } else {
                finding = finding.at(grade.span, "never reached");
            }
            for card in &cards {
                let whose = if cards.len() == 1 { String::new() } else { format!("`{}`: ", card.position) };
                finding = finding.note(format!("{whose}at most {}", card.sum));
            }
            self.report(finding.help("raise the highest score of some entry, or lower the grade's limit"));
        }
    }

    /// The sum as text, and the range of a group's score.
    pub(super) fn group_range(&self, group: &Group, points: bool) -> (String, Range) {
        let mut terms = Vec::new();
        let (mut low, mut high) = (Some(Number::ZERO), Some(Number::ZERO));
        for entry in &group.entries {
            let (least, most) = self.entry_range(entry);
            let part = |end: Option<Number>| end.map(|end| if points { end } else { end.mul(&entry.weight) });
            if let Some(most) = &most {
                let most = most.round_places(2, Rounding::HalfUp);
                terms.push(if points { format!("{most}") } else { format!("{} × {most}", percent(&entry.weight)) });
            }
            low = low.zip(part(least)).map(|(a, b)| a.add(&b));
            high = high.zip(part(most)).map(|(a, b)| a.add(&b));
        }
        if group.combine == Combine::Geometric {
            return (String::new(), (None, None));
        }
        (terms.join(" + "), (low, high))
    }

    pub(super) fn entry_range(&self, entry: &Entry) -> Range {
        match &entry.head {
            Head::Group(group) => {
                let points = group.entries.iter().any(|entry| entry.points.is_some());
                let (low, high) = self.group_range(group, points).1;
                // A group of shares is scored out of 100, of which its own points are taken.
                let scale = |end: Option<Number>| match &entry.points {
                    Some(own) if !points => end.map(|end| end.mul(own).mul(&Number::from_parts(1, 2))),
                    _ => end,
                };
                (scale(low), scale(high))
            }
            Head::ScoreOf(_) | Head::ScoreOfReports => (None, None),
            Head::Kpi(kpi) => match &kpi.score {
                None => (None, None),
                Some(Score { curve: ScoreCurve::Attainment { up_to }, .. }) => {
                    (None, up_to.as_ref().and_then(|limit| self.model.constant_value(limit, None)))
                }
                Some(Score { curve: ScoreCurve::Own(curve), .. }) => self.model.curve_range(curve),
                Some(Score { curve: ScoreCurve::Scale(scale), .. }) => {
                    let ranges = self.model.scale_versions(*scale);
                    let ranges = ranges.map(|scale| self.model.curve_range(&self.model.scales[scale.0].curve));
                    let widest = |one: Range, other: Range| {
                        (one.0.zip(other.0).map(|(a, b)| a.min(b)), one.1.zip(other.1).map(|(a, b)| a.max(b)))
                    };
                    ranges.reduce(widest).unwrap_or((None, None))
                }
            },
        }
    }
}

/// A scorecard whose highest score lies below a grade.
#[derive(Clone)]
pub(super) struct Unreached {
    position: String,
    /// Where it names the rating.
    at: Span,
    highest: Number,
    /// How that comes about.
    sum: String,
}

impl Expr {
    /// The direct parts of a formula about its subject; an aggregate's row formulas are not among them.
    pub fn parts(&self) -> Vec<&Expr> {
        match &*self.kind {
            Kind::Not(a)
            | Kind::Negate(a)
            | Kind::IsMissing(a)
            | Kind::Within(a, _)
            | Kind::Over(a, _)
            | Kind::Scale(_, a) => {
                vec![a]
            }
            Kind::Binary(_, a, b) | Kind::Matrix(_, a, b) => vec![a, b],
            Kind::If { condition, then, otherwise } => vec![condition, then, otherwise],
            Kind::Default { value, fallback } => vec![value, fallback],
            Kind::InSet(a, set) => std::iter::once(a).chain(set).collect(),
            Kind::InWindow { date, .. } => vec![date],
            Kind::Call(_, arguments) => arguments.iter().collect(),
            _ => Vec::new(),
        }
    }
}

//! What the tests of a project reach, and what none of them does.
//!
//! A part counts as reached where a value that a test expects was got by way of it: a KPI with a known value, the
//! piece of a scale that the value fell on, the cell of a matrix, a veto that held, a bonus that gave points, the grade
//! of an expected rating. In formulas about rows a branch counts where a row of the test takes it: the row that is read of
//! the one evaluated, or any of the table that is counted or added up. The pieces of scales and matrices that formulas call
//! row by row are left out: no card tells them.

use std::collections::BTreeSet;

use crate::model::data::{Column, DataSet};
use crate::model::expr::{Expr, Kind};
use crate::model::{
    Curve, CurveKind, Group, Head, KpiId, MatrixId, Model, PositionId, RatingId, STANDARD_LIBRARY, ScaleId, ScoreCurve,
};
use crate::source::{FileId, SourceSet, Span};

/// Whose curve: a named scale's, or that of a KPI's entry in a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CurveOf {
    Scale(ScaleId),
    Entry(PositionId, KpiId),
}

/// A part that a test may reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    Kpi(KpiId),
    /// A piece of a curve, in the order in which the specs write them.
    Piece(CurveOf, usize),
    /// Where an `if` stands, and whether its condition held.
    Branch((FileId, u32, u32), bool),
    /// Row and column of a matrix.
    Cell(MatrixId, usize, usize),
    Grade(RatingId, usize),
    /// Index into the scorecard's vetoes.
    Veto(PositionId, usize),
    /// Index into the scorecard's bonuses and deductions.
    Adjustment(PositionId, usize),
}

/// What kind of part it is, in the order in which they are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    Kpi,
    Piece,
    Branch,
    Grade,
    Veto,
    Adjustment,
}

/// A part that could be reached.
#[derive(Clone, Debug)]
pub struct Item {
    pub part: Part,
    /// `premium_growth`, `marketing_director: premium_growth`
    pub of: String,
    /// `0% to 15%`, `>= 90 -> 100`; empty for a KPI.
    pub what: String,
    pub span: Span,
    pub reached: bool,
}

/// All parts of a project, with those marked that were reached.
pub fn items(model: &Model, sources: &SourceSet, reached: &BTreeSet<Mark>) -> Vec<Item> {
    let mut found = Inventory { sources, reached, items: Vec::new() };
    for (at, kpi) in model.kpis.iter().enumerate() {
        found.add(Part::Kpi, Mark::Kpi(KpiId(at)), &kpi.name, String::new(), kpi.span);
    }
    found.branches(model);
    let in_rows = called_in_rows(model);
    for (at, scale) in model.scales.iter().enumerate() {
        if !in_rows.contains(&scale.name) {
            found.curve(CurveOf::Scale(ScaleId(at)), &scale.name, &scale.curve.kind, scale.span);
        }
    }
    for (at, matrix) in model.matrices.iter().enumerate() {
        if in_rows.contains(&matrix.name) {
            continue;
        }
        for (row, of_row) in matrix.rows.iter().enumerate() {
            for (column, of_column) in matrix.columns.iter().enumerate() {
                let what = format!("{}, {}", found.limit(of_row.as_ref()), found.limit(of_column.as_ref()));
                found.add(Part::Piece, Mark::Cell(MatrixId(at), row, column), &matrix.name, what, matrix.span);
            }
        }
    }
    for (at, position) in model.positions.iter().enumerate() {
        let Some(scorecard) = &position.scorecard else { continue };
        found.entries(model, PositionId(at), &position.name, &scorecard.root);
        for (veto, of) in scorecard.vetoes.iter().enumerate() {
            let what = match of.reason.text.as_str() {
                "" => found.text(of.condition.span),
                reason => reason.to_string(),
            };
            found.add(Part::Veto, Mark::Veto(PositionId(at), veto), &position.name, what, of.span);
        }
        for (adjustment, of) in scorecard.adjustments.iter().enumerate() {
            let what = model.kpis[of.kpi.0].name.clone();
            found.add(Part::Adjustment, Mark::Adjustment(PositionId(at), adjustment), &position.name, what, of.span);
        }
    }
    for (at, rating) in model.ratings.iter().enumerate() {
        for (grade, of) in rating.grades.iter().enumerate() {
            found.add(Part::Grade, Mark::Grade(RatingId(at), grade), &rating.name, of.name.clone(), of.span);
        }
    }
    let mut items = found.items;
    items.sort_by_key(|item| item.part);
    items
}

struct Inventory<'a> {
    sources: &'a SourceSet,
    reached: &'a BTreeSet<Mark>,
    items: Vec<Item>,
}

impl Inventory<'_> {
    fn add(&mut self, part: Part, mark: Mark, of: &str, what: String, span: Span) {
        let reached = self.reached.contains(&mark);
        self.items.push(Item { part, of: of.to_string(), what, span, reached });
    }

    fn text(&self, span: Span) -> String {
        self.sources.text(span).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn limit<T>(&self, limit: Option<&(T, Expr)>) -> String {
        limit.map_or("else".into(), |(_, at)| self.signed(at))
    }

    /// A limit with its sign, which stands before it on the same line.
    fn signed(&self, at: &Expr) -> String {
        let before = self.sources.get(at.span.file).text.get(..at.span.start as usize).unwrap_or_default();
        let sign = before.trim_end().rsplit([' ', ',', '\n', '{']).next().unwrap_or_default();
        format!("{sign} {}", self.text(at.span))
    }

    /// Both branches of each `if` in formulas. Those that are written alike are computed once, and so they count once.
    fn branches(&mut self, model: &Model) {
        let mut taken: BTreeSet<(String, bool)> = BTreeSet::new();
        for mark in self.reached {
            if let Mark::Branch((file, start, end), held) = mark {
                taken.insert((self.text(Span { file: *file, start: *start, end: *end }), *held));
            }
        }
        let kpis = model.kpis.iter().map(|kpi| (kpi.name.clone(), &kpi.value));
        let outputs = model.positions.iter().flat_map(|position| {
            position.outputs.iter().map(|output| (format!("{}: {}", position.name, output.name), &output.value))
        });
        let derived = model.data.iter().flat_map(|set| {
            let named = |column: &Column| format!("{}: {}", set.name, column.name);
            set.columns.iter().filter_map(move |column| Some((named(column), column.derived.as_ref()?)))
        });
        let scales = model.scales.iter().filter_map(|scale| Some((scale.name.clone(), formula_of(&scale.curve)?)));
        let mut of_cards = Vec::new();
        for position in &model.positions {
            of_cards.extend(position.eligible.iter().map(|condition| (position.name.clone(), condition)));
            if let Some(card) = &position.scorecard {
                in_entries(model, &position.name, &card.root, &mut of_cards);
                of_cards.extend(card.vetoes.iter().map(|veto| (position.name.clone(), &veto.condition)));
            }
        }
        let mut known = BTreeSet::new();
        for (of, formula) in kpis.chain(derived).chain(scales).chain(of_cards).chain(outputs) {
            let mut open = vec![formula];
            while let Some(expr) = open.pop() {
                if let Kind::Aggregate(aggregate) = &expr.kind {
                    open.extend([&aggregate.condition, &aggregate.value].into_iter().flatten());
                }
                open.extend(expr.parts().into_iter().rev());
                let Kind::If { condition, .. } = &expr.kind else { continue };
                let text = self.text(expr.span);
                if self.sources.get(expr.span.file).text == STANDARD_LIBRARY || !known.insert(text.clone()) {
                    continue;
                }
                let condition = self.text(condition.span);
                for (held, word) in [(true, "yes"), (false, "no")] {
                    let reached = taken.contains(&(text.clone(), held));
                    let what = format!("{condition}: {word}");
                    self.items.push(Item { part: Part::Branch, of: of.clone(), what, span: expr.span, reached });
                }
            }
        }
    }

    fn entries(&mut self, model: &Model, position: PositionId, name: &str, group: &Group) {
        for entry in &group.entries {
            match &entry.head {
                Head::Group(inner) => self.entries(model, position, name, inner),
                Head::Kpi(kpi) => {
                    let of = format!("{name}: {}", model.kpis[kpi.kpi.0].name);
                    let curve = CurveOf::Entry(position, kpi.kpi);
                    match kpi.score.as_ref().map(|score| &score.curve) {
                        Some(ScoreCurve::Own(own)) => self.curve(curve, &of, &own.kind, own.span),
                        Some(ScoreCurve::Attainment { up_to }) => {
                            let cap = up_to.as_ref().map(|cap| self.text(cap.span));
                            let below = cap.as_ref().map_or("attainment".into(), |cap| format!("below {cap}"));
                            self.add(Part::Piece, Mark::Piece(curve, 0), &of, below, entry.span);
                            if let Some(cap) = cap {
                                self.add(Part::Piece, Mark::Piece(curve, 1), &of, format!("up to {cap}"), entry.span);
                            }
                        }
                        Some(ScoreCurve::Scale(_)) | None => {}
                    }
                }
                Head::ScoreOf(_) | Head::ScoreOfReports => {}
            }
        }
    }

    fn curve(&mut self, curve: CurveOf, of: &str, kind: &CurveKind, span: Span) {
        for (at, what) in kind.told(&|span| self.text(span), &|limit| self.signed(limit)) {
            self.add(Part::Piece, Mark::Piece(curve, at), of, what, span);
        }
    }
}

/// The formula of a curve that is written as one; a line or steps with points in data are told by their pieces.
fn formula_of(curve: &Curve) -> Option<&Expr> {
    curve.kind.formula().filter(|_| curve.scores.is_empty())
}

/// The formulas that entries are scored by, with the position and KPI.
fn in_entries<'m>(model: &Model, position: &str, group: &'m Group, found: &mut Vec<(String, &'m Expr)>) {
    for entry in &group.entries {
        found.extend(entry.applies_when.iter().map(|condition| (position.to_string(), condition)));
        match &entry.head {
            Head::Group(inner) => in_entries(model, position, inner, found),
            Head::Kpi(kpi) => {
                let of = format!("{position}: {}", model.kpis[kpi.kpi.0].name);
                found.extend(kpi.target.iter().map(|dated| (of.clone(), &dated.value)));
                if let Some(ScoreCurve::Own(curve)) = kpi.score.as_ref().map(|score| &score.curve) {
                    found.extend(formula_of(curve).map(|formula| (of, formula)));
                }
            }
            Head::ScoreOf(_) | Head::ScoreOfReports => {}
        }
    }
}

/// The names of scales and matrices that formulas over rows call.
fn called_in_rows(model: &Model) -> BTreeSet<String> {
    fn visit(model: &Model, expr: &Expr, in_rows: bool, found: &mut BTreeSet<String>) {
        match &expr.kind {
            Kind::Scale(scale, _) if in_rows => drop(found.insert(model.scales[scale.0].name.clone())),
            Kind::Matrix(matrix, ..) if in_rows => drop(found.insert(model.matrices[matrix.0].name.clone())),
            Kind::Aggregate(aggregate) => {
                let parts = [&aggregate.value, &aggregate.condition];
                parts.into_iter().flatten().for_each(|part| visit(model, part, true, found));
            }
            _ => {}
        }
        expr.parts().into_iter().for_each(|part| visit(model, part, in_rows, found));
    }
    let mut found = BTreeSet::new();
    let derived = |set: &DataSet| set.columns.iter().filter_map(|column| column.derived.clone()).collect::<Vec<_>>();
    model.data.iter().flat_map(derived).for_each(|expr| visit(model, &expr, true, &mut found));
    let outputs = model.positions.iter().flat_map(|position| position.outputs.iter().map(|output| &output.value));
    let formulas = model.kpis.iter().map(|kpi| &kpi.value).chain(outputs);
    formulas.for_each(|expr| visit(model, expr, false, &mut found));
    found
}

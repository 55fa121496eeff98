//! What the tests of a project reach, and what none of them does.
//!
//! A part counts as reached where a value that a test expects was got by way of it: a KPI with a known value, the
//! piece of a scale that the value fell on, the cell of a matrix, a veto that held, a bonus that gave points, the grade
//! of an expected rating. In formulas about rows a branch counts where a row of the test takes it: the row that is read of
//! the one evaluated, or any of the table that is counted or added up. The pieces of scales and matrices that formulas call
//! row by row are left out: no card tells them.

use std::collections::{BTreeSet, HashMap};

use super::Ran;
use crate::eval::Inputs;
use crate::model::cases::{Expectation, Expected};
use crate::model::data::{Column, DataId, DataSet};
use crate::model::expr::{Expr, Kind};
use crate::model::{
    Curve, CurveKind, Entry, Group, Head, KpiId, MatrixId, Model, PositionId, RatingId, STANDARD_LIBRARY, ScaleId,
    ScoreCurve,
};
use crate::number::Number;
use crate::plan::program::{Calc, CalcId, CurvePlan, EntryPlan, EntryWhat, Input, MatrixPlan};
use crate::plan::query::{MeasureId, NodeId, PersonPost, RowNode, Stint};
use crate::score::card::{Card, EntryResult, EntryResultKind, PersonResult};
use crate::source::{FileId, SourceSet, Span};
use crate::value::Value;

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

// ---------------------------------------------------------------- what there is

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
        match limit {
            // The sign stands before the number, on the same line.
            Some((_, at)) => {
                let before = self.sources.get(at.span.file).text.get(..at.span.start as usize).unwrap_or_default();
                let sign = before.trim_end().rsplit([' ', ',', '\n', '{']).next().unwrap_or_default();
                format!("{sign} {}", self.text(at.span))
            }
            None => "else".into(),
        }
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
        let piece = |found: &mut Self, at, what| found.add(Part::Piece, Mark::Piece(curve, at), of, what, span);
        match kind {
            CurveKind::Linear { anchors, .. } => {
                let at: Vec<String> = anchors.iter().map(|anchor| self.text(anchor.at.span)).collect();
                let (Some(first), Some(last)) = (at.first(), at.last()) else { return };
                piece(self, 0, format!("up to {first}"));
                for next in 1..at.len() {
                    if !anchors[next - 1].below {
                        piece(self, next, format!("{} to {}", at[next - 1], at[next]));
                    }
                }
                piece(self, at.len(), format!("above {last}"));
            }
            CurveKind::Steps(steps) => {
                for (at, step) in steps.iter().enumerate() {
                    let what = format!("{} -> {}", self.limit(step.condition.as_ref()), self.text(step.score.span));
                    piece(self, at, what);
                }
            }
            CurveKind::PerStep(step) => {
                let verb = if step.deduct { "deducted" } else { "added" };
                piece(self, 0, format!("nothing {verb}"));
                piece(self, 1, format!("something {verb}"));
                if let Some(limit) = &step.limit {
                    let word = if step.deduct { "at least" } else { "up to" };
                    let what = format!("{word} {}", self.text(limit.span));
                    piece(self, 2, what);
                }
            }
            CurveKind::Brackets(brackets) => {
                for (at, (rate, to)) in brackets.iter().enumerate() {
                    let to = to.as_ref().map_or("above".into(), |to| format!("to {}", self.text(to.span)));
                    let what = format!("{} {to}", self.text(rate.span));
                    piece(self, at, what);
                }
            }
            CurveKind::Formula(formula) => {
                let what = self.text(formula.span);
                piece(self, 0, what);
            }
        }
    }
}

/// The formula of a curve that is written as one; a line or steps with points in data are told by their pieces.
fn formula_of(curve: &Curve) -> Option<&Expr> {
    match &curve.kind {
        CurveKind::Formula(formula) => Some(formula).filter(|_| curve.scores.is_empty()),
        CurveKind::Linear { .. } | CurveKind::Steps(_) | CurveKind::PerStep(_) | CurveKind::Brackets(_) => None,
    }
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

// ---------------------------------------------------------------- what was reached

impl Ran<'_> {
    /// The parts that an expected value was got by.
    pub(super) fn reached(&self, expectation: &Expectation, person: &PersonResult, marks: &mut BTreeSet<Mark>) {
        match &expectation.what {
            Expected::Kpi(kpi) => {
                let found = self.card(person, |card| self.node(person, card.position, *kpi).is_some());
                if let Some((card, node)) = found.and_then(|card| Some((card, self.node(person, card.position, *kpi)?)))
                {
                    self.behind(person, card, node, marks);
                }
            }
            Expected::Output(name) => {
                for (post, at) in self.posts_with(person, name) {
                    post.cards.iter().for_each(|card| self.of_output(person, &person.cards[*card], at, marks));
                }
            }
            Expected::ScoreOf(name) => {
                for card in person.cards.iter().rev() {
                    let plan = self.card_plan(person.roster, card.position).and_then(|plan| plan.scorecard.as_ref());
                    let (Some(plan), Some(of_model), Some(result)) =
                        (plan, &self.position(card).scorecard, &card.scorecard)
                    else {
                        continue;
                    };
                    if self.named(
                        person,
                        card,
                        name,
                        (&of_model.root.entries, &plan.root.entries),
                        &result.entries,
                        marks,
                    ) {
                        return;
                    }
                }
            }
            Expected::Score => person.cards.iter().for_each(|card| self.scorecard(person, card, marks)),
            Expected::Rating => self.rating(person, marks),
        }
    }

    /// The grade of a person, with all scorecards it comes from.
    fn rating(&self, person: &PersonResult, marks: &mut BTreeSet<Mark>) {
        person.cards.iter().for_each(|card| self.scorecard(person, card, marks));
        let last = self.card(person, |card| card.scorecard.is_some());
        let id = last.and_then(|card| self.position(card).scorecard.as_ref()?.rating);
        marks.extend(id.zip(person.rating.as_ref()).map(|(id, rating)| Mark::Grade(id, rating.grade)));
    }

    /// The entry or group of that name and all in it; whether there is one.
    fn named(
        &self,
        person: &PersonResult,
        card: &Card,
        name: &str,
        (entries, plans): (&[Entry], &[EntryPlan]),
        results: &[EntryResult],
        marks: &mut BTreeSet<Mark>,
    ) -> bool {
        entries.iter().zip(plans).zip(results).any(|((entry, plan), result)| {
            let found = match &entry.head {
                Head::Group(group) => group.name == name,
                Head::Kpi(kpi) => self.model.kpis[kpi.kpi.0].name == name,
                Head::ScoreOf(_) | Head::ScoreOfReports => false,
            };
            if found {
                self.entry_marks(person, card, entry, plan, result, marks);
                return true;
            }
            match (&entry.head, &plan.what, &result.what) {
                (Head::Group(group), EntryWhat::Group(plan), EntryResultKind::Group(results)) => {
                    self.named(person, card, name, (&group.entries, &plan.entries), results, marks)
                }
                _ => false,
            }
        })
    }

    fn scorecard(&self, person: &PersonResult, card: &Card, marks: &mut BTreeSet<Mark>) {
        let Some(plan) = self.card_plan(person.roster, card.position) else { return };
        marks.extend(plan.eligible.iter().flat_map(|eligible| {
            let mut behind = BTreeSet::new();
            self.behind(person, card, *eligible, &mut behind);
            behind
        }));
        let (Some(plan), Some(of_model), Some(result)) =
            (&plan.scorecard, &self.position(card).scorecard, &card.scorecard)
        else {
            return;
        };
        for ((entry, plan), result) in of_model.root.entries.iter().zip(&plan.root.entries).zip(&result.entries) {
            self.entry_marks(person, card, entry, plan, result, marks);
        }
        for (veto, condition) in result.vetoes.iter().zip(&plan.vetoes) {
            self.behind(person, card, *condition, marks);
            marks.extend((veto.holds == Some(true)).then_some(Mark::Veto(card.position, veto.veto)));
        }
        for (at, (adjustment, plan)) in result.adjustments.iter().zip(&plan.adjustments).enumerate() {
            self.behind(person, card, plan.value, marks);
            let gives = adjustment.points.as_number().is_some_and(|points| !points.is_zero());
            marks.extend(gives.then_some(Mark::Adjustment(card.position, at)));
        }
    }

    fn entry_marks(
        &self,
        person: &PersonResult,
        card: &Card,
        entry: &Entry,
        plan: &EntryPlan,
        result: &EntryResult,
        marks: &mut BTreeSet<Mark>,
    ) {
        if let Some(condition) = plan.applies_when {
            self.behind(person, card, condition, marks);
        }
        match (&entry.head, &plan.what, &result.what) {
            (Head::Group(group), EntryWhat::Group(plan), EntryResultKind::Group(results)) => {
                for ((entry, plan), result) in group.entries.iter().zip(&plan.entries).zip(results) {
                    self.entry_marks(person, card, entry, plan, result, marks);
                }
            }
            (
                Head::Kpi(head),
                EntryWhat::Kpi(kpi),
                EntryResultKind::Kpi { value, target, attainment, not_applicable, .. },
            ) => {
                if *not_applicable {
                    return;
                }
                self.behind(person, card, kpi.value, marks);
                kpi.target.iter().for_each(|target| self.behind(person, card, *target, marks));
                let read = attainment.as_ref().unwrap_or(value);
                let of = match head.score.as_ref().map(|score| &score.curve) {
                    Some(ScoreCurve::Scale(scale)) => {
                        CurveOf::Scale(self.model.scale_on(*scale, self.plan.last_day).unwrap_or(*scale))
                    }
                    _ => CurveOf::Entry(card.position, head.kpi),
                };
                let own = entry.full();
                let full = kpi.made_for.clone().unwrap_or_else(|| own.clone());
                // As the curve gave it, before it was brought to the entry's points.
                let score = result.uncapped.as_ref().or(result.score.as_number());
                let score = score.and_then(|score| score.mul(&full).div(&own));
                if let (Some(curve), Some(number), Some(score)) = (&kpi.curve, read.as_number(), score) {
                    marks.extend(piece(curve, number, &score, &full).map(|at| Mark::Piece(of, at)));
                    if let CurvePlan::Formula(body) = curve {
                        let target = if kpi.on_attainment { Some(Value::Number(Number::ONE)) } else { target.clone() };
                        let inputs = Inputs {
                            value: Some(read.clone()),
                            target,
                            weight: Some(Value::Number(plan.stated.clone())),
                            ..Inputs::default()
                        };
                        let local = self.eval.waiting_values(&card.values, *body, &inputs);
                        self.behind_with(person, card, *body, &local, marks);
                    }
                }
            }
            _ => {}
        }
    }

    fn of_output(&self, person: &PersonResult, card: &Card, at: usize, marks: &mut BTreeSet<Mark>) {
        let Some(output) = self.card_plan(person.roster, card.position).and_then(|plan| plan.outputs.get(at)) else {
            return;
        };
        self.behind(person, card, output.value, marks);
    }

    /// What lies behind a node, as far as its value was got by it: of an `if`, the branch taken.
    fn behind(&self, person: &PersonResult, card: &Card, root: CalcId, marks: &mut BTreeSet<Mark>) {
        self.behind_with(person, card, root, &HashMap::new(), marks);
    }

    /// The same, with values that are not kept: those of a scale's formula.
    fn behind_with(
        &self,
        person: &PersonResult,
        card: &Card,
        root: CalcId,
        local: &HashMap<CalcId, Value>,
        marks: &mut BTreeSet<Mark>,
    ) {
        let program = &self.plan.program;
        let value = |node: CalcId| local.get(&node).or_else(|| card.values.get(node.0).and_then(Option::as_ref));
        let (mut stack, mut seen) = (vec![root], BTreeSet::new());
        while let Some(node) = stack.pop() {
            if !seen.insert(node) {
                continue;
            }
            match &program.nodes[node.0] {
                Calc::Kpi { kpi, body, .. } => {
                    marks.extend(value(node).is_some_and(|value| !value.is_missing()).then_some(Mark::Kpi(*kpi)));
                    stack.push(*body);
                }
                Calc::If { condition, then, otherwise } => {
                    stack.push(*condition);
                    if let Some(Value::Flag(held)) = value(*condition) {
                        stack.push(if *held { *then } else { *otherwise });
                        marks.extend(program.spans.get(node.0).map(|span| Mark::Branch(span.key(), *held)));
                    }
                }
                Calc::Default { value: first, fallback } => {
                    stack.push(*first);
                    if value(*first).is_some_and(Value::is_missing) {
                        stack.push(*fallback);
                    }
                }
                Calc::Curve(curve, at) => {
                    stack.push(*at);
                    let of = CurveOf::Scale(program.scales[*curve]);
                    let plan = &program.curves[*curve];
                    if let Some((read, score)) = numbers(value(*at), value(node)) {
                        marks.extend(piece(plan, read, score, &Number::from(100)).map(|at| Mark::Piece(of, at)));
                        if let CurvePlan::Formula(body) = plan {
                            let inputs = Inputs { value: value(*at).cloned(), ..Inputs::default() };
                            let inner = self.eval.waiting_values(&card.values, *body, &inputs);
                            self.behind_with(person, card, *body, &inner, marks);
                        }
                    }
                }
                Calc::Matrix(matrix, row, column) => {
                    stack.extend([*row, *column]);
                    if let Some((row, column)) = numbers(value(*row), value(*column)) {
                        let (id, plan) = (program.matrix_ids[*matrix], &program.matrices[*matrix]);
                        marks.extend(cell(plan, row, column).map(|(row, column)| Mark::Cell(id, row, column)));
                    }
                }
                Calc::Input(Input::Score) => self.scorecard(person, card, marks),
                Calc::Input(Input::Rating) => self.rating(person, marks),
                Calc::Input(Input::Output(at)) => self.of_output(person, card, *at, marks),
                Calc::Measure { measure, .. } => self.of_measure(*measure, marks),
                Calc::Read(read) => self.of_read(person, card, *read, marks),
                calc => crate::eval::operands(program, calc, |operand, _| stack.push(operand)),
            }
        }
    }
}

impl Ran<'_> {
    /// The branches that rows took on the way to an aggregate.
    fn of_measure(&self, measure: MeasureId, marks: &mut BTreeSet<Mark>) {
        let measure = &self.plan.query.measures[measure.0];
        let taken =
            |condition: NodeId| self.answers.branches.rows.get(&(measure.data, condition)).copied().unwrap_or_default();
        for root in measure.condition.iter().chain(&measure.value) {
            self.in_rows(measure.data, *root, &taken, marks);
        }
    }

    /// The branches that the row of the one evaluated took.
    fn of_read(&self, person: &PersonResult, card: &Card, read: usize, marks: &mut BTreeSet<Mark>) {
        let Some(roster) = self.plan.query.rosters.iter().position(|data| *data == person.roster) else { return };
        let name = &self.position(card).name;
        let held = |post: &PersonPost| post.person == person.person && *post.position == **name;
        let posts = &self.answers.rosters[roster].posts;
        let Some(post) = posts.iter().position(held) else { return };
        let from = |stint: &Stint| stint.from.max(self.plan.first_day) == card.from;
        let Some(stint) = posts[post].stints.iter().position(from) else { return };
        let known = self.answers.branches.reads.get(&(read, post, stint));
        let taken = |condition: NodeId| match known.and_then(|known| known.get(&condition)) {
            Some(held) => [!held, *held],
            None => [false, false],
        };
        let read = &self.plan.query.reads[read];
        self.in_rows(read.roster, read.node, &taken, marks);
    }

    /// Marks what was `taken` (not held, held) behind a node of a table.
    fn in_rows(&self, data: DataId, root: NodeId, taken: &dyn Fn(NodeId) -> [bool; 2], marks: &mut BTreeSet<Mark>) {
        let query = &self.plan.query;
        let Some(table) = query.tables.iter().find(|table| table.data == data) else { return };
        let (mut open, mut seen) = (vec![root], BTreeSet::new());
        while let Some(node) = open.pop() {
            if !seen.insert(node) {
                continue;
            }
            match &table.nodes[node.0] {
                RowNode::If { condition, then, otherwise } => {
                    open.push(*condition);
                    let spans = || query.branches.iter().filter(|one| one.data == data && one.condition == *condition);
                    for (held, branch) in [(false, otherwise), (true, then)] {
                        if taken(*condition)[usize::from(held)] {
                            marks.extend(spans().map(|one| Mark::Branch(one.span.key(), held)));
                            open.push(*branch);
                        }
                    }
                }
                RowNode::Inner { measure, .. } => self.of_measure(*measure, marks),
                RowNode::Constant(_) | RowNode::Column { .. } => {}
                RowNode::Not(a) | RowNode::Negate(a) | RowNode::IsMissing(a) | RowNode::InDays { date: a, .. } => {
                    open.push(*a);
                }
                RowNode::Binary(_, a, b) | RowNode::Default { value: a, fallback: b } => open.extend([*a, *b]),
                RowNode::InSet(a, list) => open.extend(std::iter::once(*a).chain(list.iter().copied())),
                RowNode::Call(_, list) => open.extend(list.iter().copied()),
            }
        }
    }
}

fn numbers<'v>(a: Option<&'v Value>, b: Option<&'v Value>) -> Option<(&'v Number, &'v Number)> {
    a.and_then(Value::as_number).zip(b.and_then(Value::as_number))
}

/// Which piece of a curve a value falls on. A point of a line belongs to the piece that ends there, a jump to the
/// piece behind it.
fn piece(curve: &CurvePlan, read: &Number, score: &Number, full: &Number) -> Option<usize> {
    Some(match curve {
        CurvePlan::Attainment { up_to } => usize::from(up_to.as_ref().is_some_and(|cap| score >= cap)),
        CurvePlan::Linear { anchors, .. } => {
            let jump = anchors.iter().any(|anchor| anchor.below && anchor.at == *read);
            anchors.partition_point(|anchor| anchor.at < *read || (jump && anchor.at == *read))
        }
        CurvePlan::Steps(steps) => steps.iter().position(|(condition, _)| holds(condition.as_ref(), read))?,
        CurvePlan::PerStep(plan) if plan.limit.as_ref() == Some(score) => 2,
        CurvePlan::PerStep(plan) => usize::from(score != plan.start.as_ref().unwrap_or(full)),
        CurvePlan::Brackets(brackets) => brackets.iter().position(|(_, to)| to.as_ref().is_none_or(|to| read <= to))?,
        CurvePlan::Formula(_) => 0,
    })
}

fn cell(plan: &MatrixPlan, row: &Number, column: &Number) -> Option<(usize, usize)> {
    let row = plan.rows.iter().position(|limit| holds(limit.as_ref(), row))?;
    Some((row, plan.columns.iter().position(|limit| holds(limit.as_ref(), column))?))
}

fn holds(condition: Option<&(crate::language::BinaryOp, Number)>, read: &Number) -> bool {
    condition.is_none_or(|(op, limit)| crate::eval::curve::compare(*op, read, limit))
}

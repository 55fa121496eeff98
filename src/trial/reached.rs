//! What an expected value was got by: the parts of the specs that a test reaches.

use std::collections::{BTreeSet, HashMap};

use super::Ran;
use super::coverage::{CurveOf, Mark};
use crate::eval::Inputs;
use crate::model::cases::{Expectation, Expected};
use crate::model::data::DataId;
use crate::model::{Entry, Head, ScoreCurve};
use crate::number::Number;
use crate::plan::program::{Calc, CalcId, EntryPlan, EntryWhat, Input, ScorePlan};
use crate::plan::query::{MeasureId, NodeId, PersonPost, RowNode, Stint};
use crate::score::card::{Card, EntryResult, EntryResultKind, PersonResult};
use crate::value::Value;

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
                    if let Some(body) = curve.formula() {
                        let target = if kpi.on_attainment { Some(Value::Number(Number::ONE)) } else { target.clone() };
                        let inputs = Inputs {
                            value: Some(read.clone()),
                            target,
                            weight: Some(Value::Number(plan.stated.clone())),
                            ..Inputs::default()
                        };
                        let local = self.eval.waiting_values(&card.values, body, &inputs);
                        self.behind_with(person, card, body, &local, marks);
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
                        marks.extend(plan.reached(read, score, &Number::from(100)).map(|at| Mark::Piece(of, at)));
                        if let Some(body) = plan.formula() {
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
                        marks.extend(plan.cell(row, column).map(|(row, column)| Mark::Cell(id, row, column)));
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

/// Which piece of an entry's curve a value falls on.
fn piece(score: &ScorePlan, read: &Number, points: &Number, full: &Number) -> Option<usize> {
    match score {
        ScorePlan::Attainment { up_to } => Some(usize::from(up_to.as_ref().is_some_and(|cap| points >= cap))),
        ScorePlan::Curve(curve) => curve.reached(read, points, full),
    }
}

//! Named scales and matrices called in formulas over rows: spelled out as the comparisons and sums that they stand for, so that
//! whoever reads the rows need not know them.

use super::program::{AnchorPlan, Calc, CurvePlan};
use super::query::{NodeId, RowNode};
use super::rows::RowContext;
use super::{Context, Planner};
use crate::language::{BinaryOp, ScopeWord};
use crate::model::{CurveKind, MatrixId, ScaleId};
use crate::number::Number;
use crate::value::{Builtin, Missing, Value};

impl Planner<'_> {
    /// A scale at the value of a node.
    pub(super) fn row_scale(&mut self, scale: ScaleId, value: NodeId, row: &RowContext) -> NodeId {
        let model = self.model;
        let Some(version) = model.scale_on(scale, self.days(row.months).1) else {
            let reason = self.no_scale(scale);
            return self.row_value(reason, row);
        };
        let curve = &model.scales[version.0].curve;
        if let CurveKind::Formula(body) = &curve.kind {
            let row = RowContext { data: row.data, via: row.via.clone(), months: row.months, read: Some(value) };
            return self.row(body, &row);
        }
        let context = Context { roster: row.data, scope: ScopeWord::Company, months: row.months };
        match self.curve(curve, context) {
            CurvePlan::Linear { anchors, continue_above } => self.row_line(&anchors, continue_above, value, row),
            CurvePlan::Steps(steps) => {
                let steps = steps
                    .into_iter()
                    .map(|(condition, score)| (condition, self.row_constant(Value::Number(score), row)))
                    .collect();
                self.first_that_holds(value, steps, row)
            }
            CurvePlan::Brackets(brackets) => {
                // The part of the value in each bracket; the first one goes on below 0.
                let mut sum: Option<NodeId> = None;
                let mut from: Option<Number> = None;
                for (rate, to) in brackets {
                    let mut part = value;
                    if let Some(to) = &to {
                        let to = self.row_constant(Value::Number(to.clone()), row);
                        part = self.scaled(row, RowNode::Call(Builtin::Min, vec![part, to]));
                    }
                    if let Some(from) = &from {
                        let from = self.row_constant(Value::Number(from.clone()), row);
                        let beyond = self.scaled(row, RowNode::Binary(BinaryOp::Subtract, part, from));
                        let none = self.row_constant(Value::Number(Number::ZERO), row);
                        part = self.scaled(row, RowNode::Call(Builtin::Max, vec![beyond, none]));
                    }
                    let rate = self.row_constant(Value::Number(rate), row);
                    let term = self.scaled(row, RowNode::Binary(BinaryOp::Multiply, part, rate));
                    sum = Some(match sum {
                        None => term,
                        Some(sum) => self.scaled(row, RowNode::Binary(BinaryOp::Add, sum, term)),
                    });
                    from = to;
                }
                sum.unwrap_or(value)
            }
            // Steps are counted from a target, and a scale called in a formula has none.
            CurvePlan::PerStep(_) | CurvePlan::Attainment { .. } | CurvePlan::Formula(_) => {
                let reason = Value::stated("target: none is stated");
                let reason = self.row_constant(reason, row);
                self.if_known(value, reason, row)
            }
        }
    }

    /// A matrix at the values of two nodes.
    pub(super) fn row_matrix(&mut self, matrix: MatrixId, at: NodeId, column: NodeId, row: &RowContext) -> NodeId {
        let day = self.days(row.months).1;
        let Some(version) = self.model.matrix_on(matrix, day) else {
            let reason = self.no_matrix(matrix);
            return self.row_value(reason, row);
        };
        let plan = self.matrix(version, day);
        let mut rows = Vec::new();
        for (limit, values) in plan.rows.into_iter().zip(plan.values) {
            let values = values.into_iter().map(|value| self.row_constant(Value::Number(value), row));
            let columns = plan.columns.iter().cloned().zip(values.collect::<Vec<_>>()).collect();
            rows.push((limit, self.first_that_holds(column, columns, row)));
        }
        self.first_that_holds(at, rows, row)
    }

    /// The node whose condition is the first to hold for the value; one without takes all that is left.
    fn first_that_holds(
        &mut self,
        value: NodeId,
        nodes: Vec<(Option<(BinaryOp, Number)>, NodeId)>,
        row: &RowContext,
    ) -> NodeId {
        let mut below = self.row_constant(Value::Missing(Missing::NoAnswer), row);
        for (condition, node) in nodes.into_iter().rev() {
            below = match condition {
                None => self.if_known(value, node, row),
                Some((op, at)) => {
                    let condition = self.row_test(op, value, at, row);
                    self.scaled(row, RowNode::If { condition, then: node, otherwise: below })
                }
            };
        }
        below
    }

    /// From the last line to the first: the one that starts at the last anchor reached counts.
    fn row_line(&mut self, anchors: &[AnchorPlan], continue_above: bool, value: NodeId, row: &RowContext) -> NodeId {
        let line = |planner: &mut Self, from: &AnchorPlan, to: &AnchorPlan| {
            let slope = to.score.sub(&from.score).div(&to.at.sub(&from.at));
            // A jump has no slope to go on with.
            let Some(slope) = slope else { return planner.row_constant(Value::Number(to.score.clone()), row) };
            let [at, slope, score] = [from.at.clone(), slope, from.score.clone()]
                .map(|number| planner.row_constant(Value::Number(number), row));
            let beyond = planner.scaled(row, RowNode::Binary(BinaryOp::Subtract, value, at));
            let more = planner.scaled(row, RowNode::Binary(BinaryOp::Multiply, slope, beyond));
            planner.scaled(row, RowNode::Binary(BinaryOp::Add, score, more))
        };
        let Some(first) = anchors.first() else { return value };
        let first = self.row_constant(Value::Number(first.score.clone()), row);
        let mut below = self.if_known(value, first, row);
        for (place, anchor) in anchors.iter().enumerate() {
            let then = match anchors.get(place + 1) {
                Some(next) => line(self, anchor, next),
                None if continue_above && place > 0 => line(self, &anchors[place - 1], anchor),
                None => self.row_constant(Value::Number(anchor.score.clone()), row),
            };
            let op = if anchor.below { BinaryOp::Greater } else { BinaryOp::GreaterOrEqual };
            let condition = self.row_test(op, value, anchor.at.clone(), row);
            below = self.scaled(row, RowNode::If { condition, then, otherwise: below });
        }
        below
    }

    /// A node where the value is known; else why it is not.
    fn if_known(&mut self, value: NodeId, known: NodeId, row: &RowContext) -> NodeId {
        let condition = self.scaled(row, RowNode::IsMissing(value));
        self.scaled(row, RowNode::If { condition, then: value, otherwise: known })
    }

    fn row_test(&mut self, op: BinaryOp, value: NodeId, at: Number, row: &RowContext) -> NodeId {
        let at = self.row_constant(Value::Number(at), row);
        self.scaled(row, RowNode::Binary(op, value, at))
    }

    fn row_value(&mut self, calc: Calc, row: &RowContext) -> NodeId {
        let value = if let Calc::Value(value) = calc { value } else { Value::Missing(Missing::NoAnswer) };
        self.row_constant(value, row)
    }

    fn row_constant(&mut self, value: Value, row: &RowContext) -> NodeId {
        self.scaled(row, RowNode::Constant(value))
    }

    fn scaled(&mut self, row: &RowContext, node: RowNode) -> NodeId {
        self.row_node(row.data, node)
    }
}

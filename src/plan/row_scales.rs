//! Named scales and matrices called in formulas over rows: spelled out as the comparisons and sums that they stand for, so that
//! whoever reads the rows need not know them.

use super::program::Calc;
use super::query::{NodeId, RowNode};
use super::rows::RowContext;
use super::{Context, Planner};
use crate::language::{BinaryOp, ScopeWord};
use crate::model::{MatrixId, ScaleId};
use crate::number::Number;
use crate::scales::BuildsRows;
use crate::scales::thresholds::first_that_holds;
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
        if let Some(body) = curve.kind.formula() {
            let row = RowContext { data: row.data, via: row.via.clone(), months: row.months, read: Some(value) };
            return self.row(body, &row);
        }
        let context = Context { roster: row.data, scope: ScopeWord::Company, months: row.months, carried: false };
        let plan = self.curve(curve, context);
        let mut rows = ScaleRows { planner: self, value, row };
        plan.in_rows(&mut rows).unwrap_or_else(|| {
            // A scale called in a formula has no target to go by.
            let reason = rows.missing(Missing::Stated("target: none is stated".into()));
            rows.if_known(reason)
        })
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
            let mut across = ScaleRows { planner: self, value: column, row };
            rows.push((limit, first_that_holds(&mut across, columns)));
        }
        first_that_holds(&mut ScaleRows { planner: self, value: at, row }, rows)
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

/// Builds what a scale gives at the value of a node.
struct ScaleRows<'p, 'm> {
    planner: &'p mut Planner<'m>,
    value: NodeId,
    row: &'p RowContext,
}

impl ScaleRows<'_, '_> {
    fn node(&mut self, node: RowNode) -> NodeId {
        self.planner.scaled(self.row, node)
    }
}

impl BuildsRows for ScaleRows<'_, '_> {
    type Node = NodeId;

    fn value(&self) -> NodeId {
        self.value
    }

    fn number(&mut self, number: &Number) -> NodeId {
        self.node(RowNode::Constant(Value::Number(number.clone())))
    }

    fn missing(&mut self, reason: Missing) -> NodeId {
        self.node(RowNode::Constant(Value::Missing(reason)))
    }

    fn binary(&mut self, op: BinaryOp, left: NodeId, right: NodeId) -> NodeId {
        self.node(RowNode::Binary(op, left, right))
    }

    fn call(&mut self, builtin: Builtin, arguments: Vec<NodeId>) -> NodeId {
        self.node(RowNode::Call(builtin, arguments))
    }

    fn choose(&mut self, condition: NodeId, then: NodeId, otherwise: NodeId) -> NodeId {
        self.node(RowNode::If { condition, then, otherwise })
    }

    fn is_missing(&mut self, node: NodeId) -> NodeId {
        self.node(RowNode::IsMissing(node))
    }
}

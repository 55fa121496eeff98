//! Columns that a test leaves out, where a formula reads them: such an answer is missing and says why, instead of
//! passing over the blank cells in silence.

use crate::model::Model;
use crate::model::cases::Given;
use crate::model::data::{ColumnIx, ColumnType, DataId, TimeShape};
use crate::plan::Plan;
use crate::plan::program::Calc;
use crate::plan::query::{Group, MeasureId, NodeId, Query, RowNode, Rows};
use crate::value::Value;

/// Makes everything missing that would read a column which its table leaves out and which is not optional.
pub fn mark(model: &Model, plan: &mut Plan, given: &[Given]) {
    let gaps = Gaps { model, query: &plan.query, given };
    let measures: Vec<Option<String>> =
        (0..plan.query.measures.len()).map(|measure| gaps.of_measure(MeasureId(measure))).collect();
    let reads: Vec<Option<String>> = plan.query.reads.iter().map(|read| gaps.of_node(read.roster, read.node)).collect();
    for node in &mut plan.program.nodes {
        let gap = match node {
            Calc::Measure { measure, .. } => &measures[measure.0],
            Calc::Read(read) => &reads[*read],
            _ => continue,
        };
        if let Some(reason) = gap {
            *node = Calc::Value(Value::stated(reason.as_str()));
        }
    }
}

struct Gaps<'a> {
    model: &'a Model,
    query: &'a Query,
    given: &'a [Given],
}

impl Gaps<'_> {
    fn of_measure(&self, measure: MeasureId) -> Option<String> {
        let measure = &self.query.measures[measure.0];
        let data = measure.data;
        let nodes = [measure.condition, measure.value].into_iter().flatten();
        let dated = match (&measure.rows, &self.model.data[data.0].time) {
            (Rows::Dated { column, .. }, _) | (_, TimeShape::Snapshot(column)) => self.of_column(data, *column),
            // Valid data without a first or last day hold from ever or for ever.
            _ => None,
        };
        let grouped = || match &measure.group {
            Group::Company => None,
            Group::Team { via } | Group::Own { via, .. } | Group::Key { via, .. } => self.of_path(data, via, None),
        };
        dated.or_else(|| nodes.filter_map(|node| self.of_node(data, node)).next()).or_else(grouped)
    }

    fn of_node(&self, data: DataId, node: NodeId) -> Option<String> {
        let table = self.query.tables.iter().find(|table| table.data == data)?;
        let of = |node: &NodeId| self.of_node(data, *node);
        match &table.nodes[node.0] {
            RowNode::Constant(_) => None,
            RowNode::Column { via, column } => self.of_path(data, via, Some(*column)),
            RowNode::Inner { via, measure } => self.of_path(data, via, None).or_else(|| self.of_measure(*measure)),
            RowNode::Not(a) | RowNode::Negate(a) | RowNode::IsMissing(a) | RowNode::InDays { date: a, .. } => of(a),
            RowNode::Binary(_, a, b) | RowNode::Default { value: a, fallback: b } => of(a).or_else(|| of(b)),
            RowNode::If { condition, then, otherwise } => of(condition).or_else(|| of(then)).or_else(|| of(otherwise)),
            RowNode::InSet(a, list) => of(a).or_else(|| list.iter().find_map(of)),
            RowNode::Call(_, list) => list.iter().find_map(of),
        }
    }

    fn of_path(&self, start: DataId, via: &[ColumnIx], column: Option<ColumnIx>) -> Option<String> {
        let mut data = start;
        for link in via {
            if let Some(gap) = self.of_column(data, *link) {
                return Some(gap);
            }
            data = self.model.link_target(data, *link);
        }
        self.of_column(data, column?)
    }

    fn of_column(&self, data: DataId, column: ColumnIx) -> Option<String> {
        let table = self.given.iter().find(|table| table.data == data && !table.rows.is_empty())?;
        let set = &self.model.data[data.0];
        let declared = set.column(column);
        if let ColumnType::Link { by, .. } = &declared.ty
            && !by.is_empty()
        {
            return by.iter().find_map(|part| self.of_column(data, *part));
        }
        // Where the row's date or link is computed, what that reads is left out.
        if self.model.formula_of(data, column).is_some() {
            let reads = self.model.reads_of(data, column);
            return reads.iter().find_map(|read| self.of_path(data, &read.via, Some(read.column)));
        }
        let left_out = !declared.optional && !table.columns.contains(&column);
        left_out.then(|| format!("`{}` of `{}` is left out of the test", declared.name, set.name))
    }
}

//! A query that asks for the measures alone whose rows are told, with all that they need.

use std::collections::{BTreeMap, BTreeSet};

use crate::data::tables::needs;
use crate::model::Model;
use crate::model::data::{ColumnIx, ColumnType, DataId};
use crate::plan::query::{Group, MeasureId, NodeId, Query, RowNode, Table, visit_all};
use crate::value::{Missing, Value};

/// A part of a query. Nodes have the places they had, measures have others.
pub struct Reduced {
    pub query: Query,
    pub measures: BTreeMap<MeasureId, MeasureId>,
    /// The measures whose answers others need, by their new places.
    pub inner: BTreeSet<MeasureId>,
}

impl Reduced {
    pub fn of(model: &Model, query: &Query, asked: impl Iterator<Item = MeasureId>) -> Reduced {
        let nodes = |data: DataId| {
            query.tables.iter().find(|table| table.data == data).map_or(&[][..], |table| table.nodes.as_slice())
        };
        let mut inner: BTreeSet<MeasureId> = BTreeSet::new();
        let mut reached: BTreeMap<DataId, BTreeSet<NodeId>> = BTreeMap::new();
        let mut open: Vec<MeasureId> = asked.filter(|asked| asked.0 < query.measures.len()).collect();
        let mut known: BTreeSet<MeasureId> = BTreeSet::new();
        while let Some(id) = open.pop() {
            if !known.insert(id) {
                continue;
            }
            let measure = &query.measures[id.0];
            let reached = reached.entry(measure.data).or_default();
            for root in measure.value.iter().chain(&measure.condition) {
                visit_all(*root, nodes(measure.data), &mut |node, what| {
                    reached.insert(node);
                    if let RowNode::Inner { measure, .. } = what {
                        inner.insert(*measure);
                        open.push(*measure);
                    }
                });
            }
        }
        let measures: BTreeMap<MeasureId, MeasureId> =
            known.iter().enumerate().map(|(at, id)| (*id, MeasureId(at))).collect();
        let node = |data: DataId, (at, node): (usize, &RowNode)| match reached
            .get(&data)
            .is_some_and(|reached| reached.contains(&NodeId(at)))
        {
            false => RowNode::Constant(Value::Missing(Missing::Blank)),
            true => match node {
                RowNode::Inner { via, measure } => RowNode::Inner { via: via.clone(), measure: measures[measure] },
                other => other.clone(),
            },
        };
        let table = |table: &Table| {
            let set = &model.data[table.data.0];
            let columns: BTreeSet<ColumnIx> = set.key.iter().copied().chain(set.time_columns()).collect();
            Table {
                data: table.data,
                columns: columns.into_iter().collect(),
                nodes: table.nodes.iter().enumerate().map(|one| node(table.data, one)).collect(),
                windows: Vec::new(),
            }
        };
        let mut reduced =
            Query { measures: known.iter().map(|id| query.measures[id.0].clone()).collect(), ..Query::default() };
        let by_team = reduced.measures.iter().any(|measure| matches!(measure.group, Group::Team { .. }));
        reduced.organisation = query.organisation.filter(|_| by_team);
        // What is read leads to more that is read.
        let mut data: BTreeSet<DataId> = reduced.measures.iter().map(|measure| measure.data).collect();
        loop {
            reduced.tables = query.tables.iter().filter(|table| data.contains(&table.data)).map(table).collect();
            let columns = needs::columns(model, &reduced);
            let of_column = |data: &DataId, column: &ColumnIx| match &model.data[data.0].column(*column).ty {
                // What a link says is known where it leads.
                ColumnType::Link { data, .. } => Some(*data),
                _ => None,
            };
            let behind = columns.iter().flat_map(|(data, all)| all.iter().filter_map(|one| of_column(data, one)));
            let needed: BTreeSet<DataId> = columns.iter().map(|(data, _)| *data).chain(behind).collect();
            let rosters: Vec<DataId> = query.rosters.iter().copied().filter(|data| needed.contains(data)).collect();
            if needed == data && rosters == reduced.rosters {
                break;
            }
            (data, reduced.rosters) = (needed, rosters);
        }
        let inner = inner.iter().map(|id| measures[id]).collect();
        Reduced { query: reduced, measures, inner }
    }
}

//! Formulas of the columns that are computed when their table is read.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use indexmap::{IndexMap, IndexSet};

use super::query::{NodeId, RowNode};
use super::rows::RowContext;
use super::{Asked, Dated, Planner};
use crate::diagnostic::Diagnostic;
use crate::model::Model;
use crate::model::data::{ColumnIx, DataId, Origin};
use crate::source::FileId;
use crate::time::{Month, PeriodName, PeriodPart};

/// The columns with a formula of some tables, each with the node that gives its values.
#[derive(Clone, Debug, Default)]
pub struct Stored {
    tables: BTreeMap<DataId, StoredTable>,
    /// Months that the formulas read and the company's own calendar lacks.
    pub(super) uncovered: BTreeSet<Month>,
    /// Stated numbers that cannot be held, by place.
    pub(super) too_large: BTreeMap<(FileId, u32, u32), Diagnostic>,
}

#[derive(Clone, Debug, Default)]
struct StoredTable {
    nodes: Vec<RowNode>,
    columns: BTreeMap<ColumnIx, NodeId>,
}

impl Stored {
    /// Of all columns with a formula among those needed. They are the same whatever the period: the checker has
    /// refused the others.
    pub fn of<'n>(model: &Model, needed: impl IntoIterator<Item = (DataId, &'n [ColumnIx])>) -> Stored {
        let period = Dated::of(model, PeriodName { year: 2000, part: PeriodPart::Month(1) });
        let mut asked = Asked::default();
        let mut planner = Planner {
            model,
            period,
            periods: &[period],
            asked: &mut asked,
            nodes: IndexMap::new(),
            curves: Vec::new(),
            scales: IndexMap::new(),
            matrices: Vec::new(),
            matrix_days: IndexMap::new(),
            sums: IndexSet::new(),
            kpis: HashMap::new(),
            reading: None,
            running: None,
        };
        let mut columns = BTreeMap::<DataId, BTreeMap<ColumnIx, NodeId>>::new();
        for (data, of_table) in needed {
            for column in of_table {
                let Origin::Formula(formula) = model.data[data.0].column(*column).origin() else { continue };
                let row = RowContext { data, via: Vec::new(), months: period.months, read: None };
                let node = planner.row(formula, &row);
                columns.entry(data).or_default().insert(*column, node);
            }
        }
        let mut uncovered = asked.uncovered.take();
        uncovered.retain(|month| !period.months.iter().any(|own| own == *month));
        let too_large = asked.too_large.take();
        let mut tables = BTreeMap::new();
        for (data, columns) in columns {
            let nodes = asked.tables.swap_remove(&data).map(|table| table.into_nodes()).unwrap_or_default();
            tables.insert(data, StoredTable { nodes, columns });
        }
        Stored { tables, uncovered, too_large }
    }

    /// The formulas of a table.
    pub fn nodes(&self, data: DataId) -> &[RowNode] {
        self.tables.get(&data).map_or(&[], |table| &table.nodes)
    }

    pub fn node(&self, data: DataId, column: ColumnIx) -> Option<NodeId> {
        self.tables.get(&data)?.columns.get(&column).copied()
    }

    /// All formulas, with the tables whose rows they are about.
    pub fn all(&self) -> impl Iterator<Item = (DataId, &RowNode)> {
        self.tables.iter().flat_map(|(data, table)| table.nodes.iter().map(|node| (*data, node)))
    }
}

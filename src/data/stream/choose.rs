//! Which tables can go by, and when each measure can be computed then.

use std::collections::{BTreeMap, BTreeSet};

use super::Data;
use crate::data::read::Form;
use crate::data::tables::files::files_of;
use crate::data::tables::load::Source;
use crate::language::Beside;
use crate::model::Model;
use crate::model::data::{ColumnIx, ColumnType, DataId, Route, TimeShape};
use crate::plan::Stored;
use crate::plan::query::visit;
use crate::plan::query::{Group, Measure, MeasureId, Query, RowNode};

/// When a measure can be computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// From tables that are kept.
    Before,
    /// While its table goes by.
    Meanwhile,
    /// From answers of measures over tables that went by, or the rows left of these.
    After,
}

/// The tables that go by.
pub struct Streams {
    pub data: Data,
    /// Those of them whose rows are looked at through links.
    pub read_behind: Data,
    stages: Vec<Stage>,
}

impl Streams {
    pub fn none(query: &Query) -> Streams {
        Streams { data: Data::new(), read_behind: Data::new(), stages: vec![Stage::Before; query.measures.len()] }
    }

    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    pub fn stage(&self, measure: MeasureId) -> Stage {
        self.stages[measure.0]
    }

    /// The large tables that need not be kept.
    pub fn choose(model: &Model, query: &Query, needed: &[(DataId, Vec<ColumnIx>)], source: &Source) -> Streams {
        let none = Streams::none(query);
        let Source::Files(options) = source else { return none };
        // In little room also smaller ones are better not kept.
        let above = options.memory.map_or(options.stream_above, |most| options.stream_above.min(most / 16));
        let stored = Stored::of(model, needed.iter().map(|(data, columns)| (*data, columns.as_slice())));
        let choice = Choice { model, query, needed, stored };
        let mut sizes: BTreeMap<DataId, u64> = BTreeMap::new();
        for (id, columns) in needed.iter().filter(|(id, _)| choice.can_go_by(*id)) {
            let mut errors = Vec::new();
            let files = files_of(&model.data[id.0], options, &mut errors);
            let all: u64 = files.iter().map(|task| task.size(&model.data[id.0], columns, options)).sum();
            let in_blocks = files.iter().all(|task| task.form != Form::Spreadsheet);
            let long = model.data[id.0].across.is_none();
            if errors.is_empty() && !files.is_empty() && in_blocks && long && all >= above {
                sizes.insert(*id, all);
            }
        }
        loop {
            let data: Data = sizes.keys().copied().collect();
            if data.is_empty() {
                return none;
            }
            match choice.stages(&data, &sizes) {
                Ok((stages, read_behind)) => return Streams { data, read_behind, stages },
                Err(kept) => sizes.remove(&kept),
            };
        }
    }
}

struct Choice<'a> {
    model: &'a Model,
    query: &'a Query,
    needed: &'a [(DataId, Vec<ColumnIx>)],
    /// What is computed when tables are read.
    stored: Stored,
}

impl Choice<'_> {
    /// Whether nothing about a data set itself needs all its rows at once.
    fn can_go_by(&self, id: DataId) -> bool {
        let data = &self.model.data[id.0];
        let measures = self.query.measures.iter().filter(|measure| measure.data == id);
        // Rows that went by have no numbers any more, and keys are known when all have been read.
        let by_rows = |measure: &Measure| match measure.function.signature().keeps.beside() {
            Beside::Number => true,
            Beside::Nothing | Beside::Day => measure.counts_keys(),
        };
        !self.query.rosters.contains(&id)
            && self.query.organisation != Some(id)
            && !self.query.rulings.contains(&id)
            && !matches!(data.time, TimeShape::Snapshot(_))
            && !measures.into_iter().any(by_rows)
            && !self.rosters_pass(id)
            && !self.key_is_read(id)
            && self.links_are_plain(id)
            && !self.is_computed_from(id)
    }

    /// Whether tables that are kept are only known with the rows of the data set.
    fn is_computed_from(&self, id: DataId) -> bool {
        let looks = |(from, node): (DataId, &RowNode)| match node {
            RowNode::Column { via, .. } => self.way(from, via).contains(&id),
            _ => false,
        };
        let leads = |(from, columns): &(DataId, Vec<ColumnIx>)| {
            columns.iter().any(|column| {
                self.model.formula_of(*from, *column).is_some() && self.way(*from, &[*column]).contains(&id)
            })
        };
        self.stored.all().any(looks) || self.needed.iter().any(leads)
    }

    fn nodes(&self, id: DataId) -> &[RowNode] {
        self.query.tables.iter().find(|table| table.data == id).map_or(&[], |table| &table.nodes)
    }

    /// Whether a roster's way to its teams leads through the data set.
    fn rosters_pass(&self, id: DataId) -> bool {
        self.query.rosters.iter().any(|roster| match &self.model.data[roster.0].belongs.team {
            Route::Links(via) => self.way(*roster, via).contains(&id),
            _ => false,
        })
    }

    /// The data sets that links lead to, one after the other.
    fn way(&self, from: DataId, via: &[ColumnIx]) -> Vec<DataId> {
        let mut at = from;
        let mut way = Vec::new();
        for link in via {
            let ColumnType::Link { data, .. } = &self.model.data[at.0].column(*link).ty else { break };
            at = *data;
            way.push(at);
        }
        way
    }

    /// Whether anything but links looks at the texts of the key.
    fn key_is_read(&self, id: DataId) -> bool {
        let data = &self.model.data[id.0];
        let [key] = data.key.as_slice() else { return false };
        let asked = self.query.tables.iter().flat_map(|table| table.nodes.iter().map(|node| (table.data, node)));
        let read = asked.chain(self.stored.all()).any(|(from, node)| match node {
            RowNode::Column { via, column } => {
                column == key && self.way(from, via).last().copied().unwrap_or(from) == id
            }
            _ => false,
        });
        let part = data.columns.iter().any(|column| match &column.ty {
            ColumnType::Link { by, .. } => by.contains(key),
            _ => false,
        });
        read || part
    }

    /// Whether links to the data set, as far as there are any, name one text each.
    fn links_are_plain(&self, id: DataId) -> bool {
        let data = &self.model.data[id.0];
        let is_text = |key: ColumnIx| matches!(data.column(key).ty, ColumnType::Text) && data.column(key).has_cells();
        let text = matches!(data.key.as_slice(), [key] if is_text(*key));
        self.links_to(id).all(|(from, by)| from != id && by.is_empty() && text)
    }

    /// The links to a data set: where they start, and by what columns.
    fn links_to(&self, id: DataId) -> impl Iterator<Item = (DataId, &[ColumnIx])> {
        self.needed.iter().flat_map(move |(from, columns)| {
            columns.iter().filter_map(move |column| match &self.model.data[from.0].column(*column).ty {
                ColumnType::Link { data, by } if *data == id => Some((*from, by.as_slice())),
                _ => None,
            })
        })
    }

    /// When each measure can be computed, and which rows are looked at through links; or the table that must be
    /// kept after all.
    fn stages(&self, data: &Data, sizes: &BTreeMap<DataId, u64>) -> Result<(Vec<Stage>, Data), DataId> {
        for id in data {
            if let Some((from, _)) = self.links_to(*id).find(|(from, _)| data.contains(from)) {
                return Err(if sizes[id] < sizes[&from] { *id } else { from });
            }
        }
        let count = self.query.measures.len();
        let reads: Vec<(Data, BTreeSet<MeasureId>)> = (0..count).map(|at| self.reads(MeasureId(at))).collect();
        let mut stages = vec![Stage::Before; count];
        // Inner measures may come in any order; a circle would be the plan's mistake.
        for _ in 0..=count {
            let mut changed = false;
            for at in 0..count {
                let (rows, inner) = &reads[at];
                let late = !rows.is_disjoint(data) || inner.iter().any(|inner| stages[inner.0] != Stage::Before);
                let own = self.query.measures[at].data;
                let stage = match (data.contains(&own), late) {
                    (true, true) => return Err(own),
                    (true, false) => Stage::Meanwhile,
                    (false, true) => Stage::After,
                    (false, false) => Stage::Before,
                };
                changed |= std::mem::replace(&mut stages[at], stage) != stage;
            }
            if !changed {
                break;
            }
        }
        let mut behind: Data = reads.into_iter().flat_map(|(rows, _)| rows).collect();
        for table in &self.query.tables {
            table.nodes.iter().for_each(|node| self.rows_behind(table.data, node, &mut behind));
        }
        Ok((stages, behind.intersection(data).copied().collect()))
    }

    /// The data sets whose rows a measure looks at through links, and its inner measures.
    fn reads(&self, id: MeasureId) -> (Data, BTreeSet<MeasureId>) {
        let measure = &self.query.measures[id.0];
        let (mut rows, mut inner) = (Data::new(), BTreeSet::new());
        let nodes = self.nodes(measure.data);
        for node in measure.value.iter().chain(&measure.condition) {
            visit(*node, nodes, &mut |node| {
                self.rows_behind(measure.data, node, &mut rows);
                if let RowNode::Inner { measure, .. } = node {
                    inner.insert(*measure);
                }
            });
        }
        match &measure.group {
            Group::Company => {}
            Group::Team { via } => rows.extend(self.way(measure.data, via)),
            Group::Own { via, .. } | Group::Key { via, .. } => {
                let mut way = self.way(measure.data, via);
                way.pop();
                rows.extend(way);
            }
        }
        (rows, inner)
    }

    fn rows_behind(&self, from: DataId, node: &RowNode, rows: &mut Data) {
        match node {
            RowNode::Column { via, .. } => rows.extend(self.way(from, via)),
            RowNode::Inner { via, .. } => {
                let mut way = self.way(from, via);
                way.pop();
                rows.extend(way);
            }
            _ => {}
        }
    }
}

//! What answers follow from besides the content of files, as bytes for a key. How each type is written stands in
//! [`crate::plan::kept`].

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::cache::bytes::Put;
use crate::data::options::{Options, OtherFiles};
use crate::model::data::{ColumnIx, DataId};
use crate::model::{Model, Position};
use crate::plan::Stored;
use crate::plan::query::Query;

/// All that answers to a query follow from, but for the files.
pub fn put(model: &Model, query: &Query, needed: &[(DataId, Vec<ColumnIx>)], options: &Options, into: &mut Vec<u8>) {
    (query, needed).put(into);
    let stored = Stored::of(model, needed.iter().map(|(data, columns)| (*data, columns.as_slice())));
    for (data, columns) in needed {
        stored.nodes(*data).put(into);
        columns.iter().map(|column| stored.node(*data, *column)).collect::<Vec<_>>().put(into);
    }
    put_declared(model, into);
    // Rows name positions by these; what a position is scored by, no row tells.
    let names = |Position { name, label, .. }: &Position| (name, label).put(into);
    model.positions.iter().for_each(names);
    model.company.rounding.put(into);
    let Options {
        data: _,
        other_files: OtherFiles { replaced, added },
        // Answers are the same, however many threads find them.
        threads: _,
        strict,
        allow_empty,
        stream_above,
        block,
        memory,
        results,
        unpacked: _,
        follow_links,
        progress: _,
        // What a server holds is not kept.
        server: _,
        cache: _,
    } = options;
    (*strict, *allow_empty, *follow_links).put(into);
    (*stream_above, *block, *memory, *results).put(into);
    // Which they are, the files of each data set tell.
    let names = |files: &BTreeMap<String, Vec<PathBuf>>| files.keys().cloned().collect::<Vec<String>>();
    (names(replaced), names(added)).put(into);
}

/// How cells are read: all data sets, as links lead from one to others, and the company's months.
pub fn put_declared(model: &Model, into: &mut Vec<u8>) {
    model.data.put(into);
    let calendar = &model.company.calendar;
    let own = calendar.own.iter().flat_map(|own| own.told());
    (calendar.fiscal_start, calendar.named_by_end, own.collect::<Vec<_>>()).put(into);
}

//! What answers follow from besides the content of files, as bytes for a key.
//!
//! Each type that a query or the declaration of a data set is made of is written whole; what is left out is named, and
//! why. A new field does not compile until it says which of both it is.

use crate::cache::bytes::{Put, put_enum, put_struct};
use crate::data::options::Options;
use crate::encoding::Encoding;
use crate::language::{AcrossStints, AggregateFunction, BinaryOp};
use crate::model::data::{
    Across, Belongs, Choice, Column, ColumnIx, ColumnType, DataId, DataSet, FilePattern, NumberSigns, Roster, Route,
    TimeShape, YearOf,
};
use crate::model::{Label, Model, Position};
use crate::number::Rounding;
use crate::plan::Stored;
use crate::plan::query::{Group, Measure, MeasureId, NeededWindow, NodeId, Query, RosterRead, RowNode, Rows, Table};
use crate::value::Builtin;

/// All that answers to a query follow from, but for the files.
pub fn put(model: &Model, query: &Query, needed: &[(DataId, Vec<ColumnIx>)], options: &Options, into: &mut Vec<u8>) {
    (query, needed).put(into);
    let stored = Stored::of(model, needed.iter().map(|(data, columns)| (*data, columns.as_slice())));
    for (data, columns) in needed {
        stored.nodes(*data).put(into);
        columns.iter().map(|column| stored.node(*data, *column)).collect::<Vec<_>>().put(into);
    }
    model.data.put(into);
    // Rows name positions by these; what a position is scored by, no row tells.
    let names = |Position { name, label, .. }: &Position| (name, label).put(into);
    model.positions.iter().for_each(names);
    let calendar = &model.company.calendar;
    let own = calendar.own.iter().flat_map(|own| own.told());
    (calendar.fiscal_start, calendar.named_by_end, own.collect::<Vec<_>>()).put(into);
    model.company.rounding.put(into);
    let Options {
        data: _,
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
}

impl Put for Query {
    fn put(&self, into: &mut Vec<u8>) {
        let Query {
            tables,
            measures,
            // Names and places in the specs are for messages about mistakes, and answers with mistakes are not kept.
            serves: _,
            spans: _,
            rosters,
            organisation,
            reads,
            // For the coverage of tests.
            branches: _,
            orders,
            called,
            calls,
        } = self;
        (tables, measures, rosters, organisation).put(into);
        (reads, orders, called, calls).put(into);
    }
}

put_struct! { Table { data, columns, nodes, windows } }
put_struct! { Measure { data, function, value, condition, fraction, rows, group, shared } }
put_struct! { RosterRead { roster, node, from, to } }

impl Put for NeededWindow {
    fn put(&self, into: &mut Vec<u8>) {
        // Words for the message that it is empty.
        let NeededWindow { rows, words: _, kpis: _ } = self;
        rows.put(into);
    }
}

put_enum! {
    Rows {
        0 = All,
        1 = Dated { column, months },
        2 = HeldOn(day),
        3 = HeldDuring(first, last),
        4 = Newest(first, last),
        5 = TakenDuring(first, last),
    }
}

put_enum! {
    Group {
        0 = Company,
        1 = Team { via },
        2 = Own { roster, via },
        3 = Key { data, via },
    }
}

put_enum! {
    RowNode {
        0 = Constant(value),
        1 = Column { via, column },
        2 = Inner { via, measure },
        3 = Not(node),
        4 = Negate(node),
        5 = Binary(operator, left, right),
        6 = If { condition, then, otherwise },
        7 = Default { value, fallback },
        8 = IsMissing(node),
        9 = InSet(node, items),
        10 = InDays { date, from, to },
        11 = Call(function, arguments),
    }
}

impl Put for DataSet {
    fn put(&self, into: &mut Vec<u8>) {
        let DataSet {
            name,
            // Only messages about mistakes show these.
            label: _,
            span: _,
            roster,
            organisation,
            files,
            relations,
            row,
            across,
            key,
            time,
            across_stints,
            columns,
            ignore_rows_starting,
            ignore_columns,
            may_be_empty,
            encoding,
            belongs,
        } = self;
        (name, roster, organisation, files).put(into);
        relations.iter().map(|(relation, _)| relation).collect::<Vec<_>>().put(into);
        (row, across, key, time).put(into);
        (across_stints, columns, ignore_rows_starting, ignore_columns).put(into);
        (may_be_empty, encoding, belongs).put(into);
    }
}

impl Put for Column {
    fn put(&self, into: &mut Vec<u8>) {
        let Column {
            name,
            label: _,
            span: _,
            ty,
            optional,
            headers,
            format,
            numbers,
            blank,
            limits,
            // With all constants in it, as nodes beside the query.
            derived,
        } = self;
        (name, ty, optional, headers).put(into);
        (format, numbers, blank, limits).put(into);
        derived.is_some().put(into);
    }
}

impl Put for FilePattern {
    fn put(&self, into: &mut Vec<u8>) {
        let FilePattern { pattern, sheet, span: _ } = self;
        (pattern, sheet).put(into);
    }
}

impl Put for Across {
    fn put(&self, into: &mut Vec<u8>) {
        let Across { month, value, year, span: _ } = self;
        (month, value, year).put(into);
    }
}

put_struct! { Roster { post, every, not_evaluated } }
put_struct! { NumberSigns { decimal, group, indian, example } }
put_struct! { Choice { name, texts } }
put_struct! { Belongs { own, team } }
put_struct! { Label { text, translations } }
put_enum! { YearOf { 0 = Year(year), 1 = Column(column) } }
put_enum! { TimeShape { 0 = Always, 1 = Dated(column), 2 = Valid { from, to }, 3 = Snapshot(column) } }
put_enum! { Route { 0 = Links(links), 1 = None, 2 = Ambiguous(data, one, other) } }
put_enum! { Rounding { 0 = HalfUp, 1 = HalfEven, 2 = Up, 3 = Down } }

put_enum! {
    ColumnType {
        0 = Text,
        1 = Number { unit, cell_factor },
        2 = Date,
        3 = Period,
        4 = Flag,
        5 = Choice(choices),
        6 = Position,
        7 = Link { data, by },
    }
}

/// Places in lists.
macro_rules! places {
    ($($name:ident),*) => {$(
        impl Put for $name {
            fn put(&self, into: &mut Vec<u8>) {
                self.0.put(into);
            }
        }
    )*};
}

places! { ColumnIx, NodeId, MeasureId }

/// Words of the language, of which each program has its own numbers; the program is part of every key.
macro_rules! words {
    ($($name:ident),*) => {$(
        impl Put for $name {
            fn put(&self, into: &mut Vec<u8>) {
                (*self as u32).put(into);
            }
        }
    )*};
}

words! { AcrossStints, AggregateFunction, BinaryOp, Builtin }

impl Put for Encoding {
    fn put(&self, into: &mut Vec<u8>) {
        self.name().put(into);
    }
}
